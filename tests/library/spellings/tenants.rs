//! The tenants that are written in every spelling.

/// The values of a tenant, in the order of [`NAMES`].
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) key: String,
    pub(crate) values: [Value; 7],
    /// Attributes that symlint does not know, as HCL.
    pub(crate) extra: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    Null,
    /// The attribute is left out.
    Missing,
}

pub(crate) const NAMES: [&str; 7] =
    ["sso_account_id", "cloud", "instance_arn", "region", "role_arn", "permission_set_arn", "target_account_id"];

pub(crate) const SSO: usize = 0;
pub(crate) const CLOUD: usize = 1;
pub(crate) const INSTANCE: usize = 2;
pub(crate) const REGION: usize = 3;
pub(crate) const ROLE: usize = 4;
pub(crate) const SET: usize = 5;
pub(crate) const TARGET: usize = 6;

impl Tenant {
    pub(crate) fn new(key: &str, ids: [&str; 6]) -> Self {
        let [sso, instance, region, role, set, target] = ids;
        let text = |text: String| Value::Text(text);
        Self {
            key: key.to_owned(),
            values: [
                text(sso.into()),
                text("aws".into()),
                text(format!("arn:aws:sso:::instance/{instance}")),
                text(region.into()),
                text(format!("arn:aws:iam::{sso}:role/sym/{role}")),
                text(format!("arn:aws:sso:::permissionSet/{instance}/{set}")),
                text(target.into()),
            ],
            extra: Vec::new(),
        }
    }

    pub(crate) fn text(&self, at: usize) -> &str {
        if let Value::Text(text) = &self.values[at] { text } else { "" }
    }

    pub(crate) fn set(&mut self, at: usize, text: &str) {
        self.values[at] = Value::Text(text.to_owned());
    }

    /// Replaces `from`, which the value must contain.
    pub(crate) fn replace(&mut self, at: usize, from: &str, to: &str) {
        assert!(self.text(at).contains(from), "{} has no {from}", self.text(at));
        let text = self.text(at).replacen(from, to, 1);
        self.set(at, &text);
    }
}

/// Three customers that have nothing in common.
pub(crate) fn tenants() -> Vec<Tenant> {
    vec![
        Tenant::new(
            "blue_harbour",
            [
                "719240583316",
                "ssoins-7223a91be40c5d68",
                "us-east-1",
                "SymSSOBlue-Harbour",
                "ps-5e1b09c7d2a84f63",
                "604178239951",
            ],
        ),
        Tenant::new(
            "green_valley",
            [
                "280365914472",
                "ssoins-68042f7d9be0a513",
                "eu-west-1",
                "SymSSOGreen-Valley",
                "ps-b3c8f10a6e4d9275",
                "915827304462",
            ],
        ),
        Tenant::new(
            "red_canyon",
            [
                "048261739905",
                "ssoins-69873c5a0f81be42",
                "eu-central-1",
                "SymSSORed-Canyon",
                "ps-0d94e7b25f3ac861",
                "352790641188",
            ],
        ),
    ]
}

/// At most this many customers, which have nothing in common.
pub(crate) fn many(count: usize) -> Vec<Tenant> {
    (0..count)
        .map(|at| {
            let sso = format!("{}", 319_240_583_317_u64 + at as u64 * 7_919_000_413);
            let target = format!("{}", 204_178_239_953_u64 + at as u64 * 6_113_000_217);
            let id = format!("{:016x}", 0x7223_a91b_e40c_5d68_u64.wrapping_add(at as u64 * 0x0103_0507_1113));
            let set = format!("{:016x}", 0x5e1b_09c7_d2a8_4f63_u64.wrapping_add(at as u64 * 0x0701_0305_1317));
            let key = format!("customer_{}", char::from(b'a' + (at % 26) as u8).to_string().repeat(1 + at / 26));
            let role = format!("SymSSO{}", title(&key));
            Tenant::new(&key, [&sso, &format!("ssoins-{id}"), "us-east-1", &role, &format!("ps-{set}"), &target])
        })
        .collect()
}

/// The key in the form that the connector module uses in names of roles.
pub(crate) fn title(key: &str) -> String {
    let words = key.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
    words.collect::<Vec<_>>().join("-")
}
