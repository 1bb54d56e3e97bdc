//! The customers, and the values that are written for each.

use std::collections::BTreeMap;

/// A part of a tenant's values that can be wrong on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Atom {
    Sso,
    Instance,
    Region,
    RoleAccount,
    RoleName,
    SetInstance,
    Set,
    Target,
}

/// A value as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Sso,
    Cloud,
    InstanceArn,
    Region,
    RoleArn,
    SetArn,
    Target,
    /// The ID of the instance, from which the configuration builds two ARNs.
    InstanceId,
    /// The ID of the permission set, from which the configuration builds an ARN.
    SetId,
    /// A second permission set.
    SecondSetArn,
    /// A second account.
    SecondTarget,
}

impl Field {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sso => "sso",
            Self::Cloud => "cloud",
            Self::InstanceArn => "instance_arn",
            Self::Region => "region",
            Self::RoleArn => "role_arn",
            Self::SetArn => "set_arn",
            Self::Target => "target",
            Self::InstanceId => "instance_id",
            Self::SetId => "set_id",
            Self::SecondSetArn => "second_set_arn",
            Self::SecondTarget => "second_target",
        }
    }
}

/// How a field is written if not as a string with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// This text, in place of the tenant's value.
    As(String),
    Missing,
    Null,
    /// Without quotes.
    Number(String),
    /// As a list with one element.
    Listed,
    /// Twice: first with this text, then correctly.
    Twice(String),
    /// Under a name that lacks a letter.
    Misspelt,
}

#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) key: String,
    pub(crate) sso: String,
    pub(crate) cloud: String,
    pub(crate) instance: String,
    pub(crate) region: String,
    pub(crate) role_account: String,
    pub(crate) role_name: String,
    pub(crate) set_instance: String,
    pub(crate) set: String,
    pub(crate) target: String,
    pub(crate) second_set_instance: String,
    pub(crate) second_set: String,
    pub(crate) second_target: String,
    pub(crate) written: BTreeMap<Field, Written>,
}

impl Tenant {
    pub(crate) fn get(&self, atom: Atom) -> &str {
        match atom {
            Atom::Sso => &self.sso,
            Atom::Instance => &self.instance,
            Atom::Region => &self.region,
            Atom::RoleAccount => &self.role_account,
            Atom::RoleName => &self.role_name,
            Atom::SetInstance => &self.set_instance,
            Atom::Set => &self.set,
            Atom::Target => &self.target,
        }
    }

    pub(crate) fn set(&mut self, atom: Atom, text: &str) {
        let value = match atom {
            Atom::Sso => &mut self.sso,
            Atom::Instance => &mut self.instance,
            Atom::Region => &mut self.region,
            Atom::RoleAccount => &mut self.role_account,
            Atom::RoleName => &mut self.role_name,
            Atom::SetInstance => &mut self.set_instance,
            Atom::Set => &mut self.set,
            Atom::Target => &mut self.target,
        };
        text.clone_into(value);
    }

    /// The text of a field.
    pub(crate) fn text(&self, field: Field) -> String {
        if let Some(Written::As(text)) = self.written.get(&field) {
            return text.clone();
        }
        match field {
            Field::Sso => self.sso.clone(),
            Field::Cloud => self.cloud.clone(),
            Field::InstanceArn => format!("arn:aws:sso:::instance/{}", self.instance),
            Field::Region => self.region.clone(),
            Field::RoleArn => format!("arn:aws:iam::{}:role/sym/{}", self.role_account, self.role_name),
            Field::SetArn => format!("arn:aws:sso:::permissionSet/{}/{}", self.set_instance, self.set),
            Field::Target => self.target.clone(),
            Field::InstanceId => self.instance.clone(),
            Field::SetId => self.set.clone(),
            Field::SecondSetArn => {
                format!("arn:aws:sso:::permissionSet/{}/{}", self.second_set_instance, self.second_set)
            }
            Field::SecondTarget => self.second_target.clone(),
        }
    }
}

/// How keys are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyStyle {
    Snake,
    Kebab,
    Camel,
}

impl KeyStyle {
    fn join(self, first: &str, second: &str) -> String {
        match self {
            Self::Snake => format!("{first}_{second}"),
            Self::Kebab => format!("{first}-{second}"),
            Self::Camel => format!("{first}{}", title(second)),
        }
    }
}

fn title(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Words of the key, SSO account, instance, region, permission set, account, second permission set, second account.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

#[rustfmt::skip]
const ROWS: [Row; 8] = [
    ("blue", "harbour", "719240583316", "7223a91be40c5d68", "us-east-1", "5e1b09c7d2a84f63", "604178239951", "c81f2a7740d6be35", "137650928846"),
    ("green", "valley", "280365914472", "68042f7d9be0a513", "eu-west-1", "b3c8f10a6e4d9275", "915827304462", "1a6d93e5cf027b48", "058264971103"),
    ("red", "canyon", "048261739905", "69873c5a0f81be42", "eu-central-1", "0d94e7b25f3ac861", "352790641188", "73be05d1a9c8624f", "826013479557"),
    ("white", "summit", "593017462285", "79075b2e8fd1c043", "us-west-2", "e82b6d04c1f97a35", "730519482267", "9f405ce81b72d3a6", "461985203379"),
    ("iron", "meadow", "006539187724", "8259e6b04d8c71fa", "ap-southeast-2", "c5170e9f3a84d26b", "985213047761", "2be87f61905d3ca4", "213709564418"),
    ("quiet", "river", "467102938851", "77580d3fa6b95e12", "ap-northeast-1", "46fa81d2c09e7b53", "029471865530", "d07a3b94e65f1c82", "690384127759"),
    ("amber", "forest", "831956274403", "88247e10bd5f3a96", "ca-central-1", "8b25d4f7e0139c6a", "174608352296", "50e9c6b83d71fa24", "742150936681"),
    ("silver", "coast", "372048165529", "7535c8e1f20d946b", "eu-west-2", "f19c3e50a7d8b264", "548920716633", "a3d76e0f5b82c491", "981436507724"),
];

/// This many customers, which have nothing in common.
pub(crate) fn tenants(count: usize, style: KeyStyle) -> Vec<Tenant> {
    ROWS.iter().take(count).map(|row| tenant(*row, style)).collect()
}

/// A customer that is not among the first seven.
pub(crate) fn newcomer(style: KeyStyle) -> Tenant {
    tenant(ROWS[7], style)
}

fn tenant(
    (first, second, sso, instance, region, set, target, second_set, second_target): Row,
    style: KeyStyle,
) -> Tenant {
    Tenant {
        key: style.join(first, second),
        sso: sso.to_owned(),
        cloud: "aws".to_owned(),
        instance: format!("ssoins-{instance}"),
        region: region.to_owned(),
        role_account: sso.to_owned(),
        role_name: format!("SymSSO{}", KeyStyle::Kebab.join(&title(first), &title(second))),
        set_instance: format!("ssoins-{instance}"),
        set: format!("ps-{set}"),
        target: target.to_owned(),
        second_set_instance: format!("ssoins-{instance}"),
        second_set: format!("ps-{second_set}"),
        second_target: second_target.to_owned(),
        written: BTreeMap::new(),
    }
}
