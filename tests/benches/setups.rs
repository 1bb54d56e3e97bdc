//! Setups of any size: a values file with this many tenants, and a module that uses them.

use std::fmt::Write as _;

/// The number of tenants, and how many of them are wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub tenants: usize,
    /// One in this many tenants has the role of the tenant in front of it. With 0, none has.
    pub faulty: usize,
}

impl Size {
    /// Only correct tenants.
    pub(crate) const fn clean(tenants: usize) -> Self {
        Self { tenants, faulty: 0 }
    }

    /// Tenants of which one in a hundred is wrong.
    pub(crate) const fn faulty(tenants: usize) -> Self {
        Self { tenants, faulty: 100 }
    }
}

/// The module of the shipped example: one call of the flow module with `for_each`, and what the call needs.
pub(crate) const MODULE: [(&str, &str); 5] = [
    ("main.tf", include_str!("../../examples/multi-tenant/main.tf")),
    ("variables.tf", include_str!("../../examples/multi-tenant/variables.tf")),
    ("versions.tf", include_str!("../../examples/multi-tenant/versions.tf")),
    ("modules/sso_flow/main.tf", include_str!("../../examples/multi-tenant/modules/sso_flow/main.tf")),
    ("modules/sso_flow/variables.tf", include_str!("../../examples/multi-tenant/modules/sso_flow/variables.tf")),
];

/// The text of `terraform.tfvars`, with about 440 bytes for each tenant.
pub(crate) fn values(size: Size) -> String {
    let mut text = String::from("sym_org            = \"field-services\"\nslack_workspace_id = \"T05K8QZR2MB\"\n\n");
    text.push_str("customer_tenants = {\n");
    for tenant in 0..size.tenants {
        let is_faulty = size.faulty != 0 && tenant % size.faulty == size.faulty - 1;
        let of_role = if is_faulty { tenant - 1 } else { tenant };
        let (account, role_account) = (digits("account", tenant), digits("account", of_role));
        let instance = letters("instance", tenant);
        let (permission_set, target) = (letters("permission set", tenant), digits("target", tenant));
        let (name, role) = (name(tenant), title(&name(tenant)));
        // Writing into a string cannot fail.
        let _ = writeln!(
            text,
            r#"  {name} = {{
    sso_account_id = "{account}"
    sso_connector_settings = {{
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-{instance}"
      region       = "eu-west-1"
      role_arn     = "arn:aws:iam::{role_account}:role/sym/SymSSO{role}"
    }}
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{permission_set}"
    target_account_id  = "{target}"
  }}
"#
        );
    }
    text.push_str("}\n");
    text
}

/// Names that are not alike, so that none is taken for a misspelling of another.
fn name(tenant: usize) -> String {
    let word = letters("name", tenant);
    let letters = word.bytes().take(12).map(|byte| char::from(b'a' + (byte.wrapping_mul(7) % 26)));
    format!("{}_{tenant}", letters.collect::<String>())
}

/// The name in the form that the connector module uses in names of roles.
fn title(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_ascii_uppercase() + rest
}

fn digits(kind: &str, tenant: usize) -> String {
    format!("{:012}", 100_000_000_000 + hash(kind, tenant) % 900_000_000_000)
}

fn letters(kind: &str, tenant: usize) -> String {
    format!("{:016x}", hash(kind, tenant))
}

/// FNV-1a followed by the finalizer of MurmurHash3. It is the same on every platform, and has no collisions here.
fn hash(kind: &str, tenant: usize) -> u64 {
    let bytes = kind.bytes().chain((tenant as u64).to_le_bytes());
    let mut hash =
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^ (hash >> 33)
}
