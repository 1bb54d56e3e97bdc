//! Is each value well formed?

use symlint_core::level::Level;
use symlint_core::rule::Group;
use symlint_core::tenants::{FieldKind, Tenant};

mod account_id_format;
mod account_id_not_string;
mod cloud_invalid;
mod instance_arn_format;
mod malformed;
mod partition_unsupported;
mod permission_set_arn_format;
mod region_invalid;
mod region_unsupported;
mod role_arn_format;
mod sso_id_not_hex;
mod suspicious_characters;

pub(crate) static GROUP: Group = Group {
    name: "format",
    question: "is each value well formed?",
    urgency: 3,
    severity: &[(Level::Error, "4.0")],
    needs_wiring: false,
    compares_tenants: false,
    rules: &[
        rule!("account-id-format", Tenant(account_id_format)),
        rule!("account-id-not-string", Tenant(account_id_not_string)),
        rule!("instance-arn-format", Tenant(instance_arn_format)),
        rule!("permission-set-arn-format", Tenant(permission_set_arn_format)),
        rule!("role-arn-format", Tenant(role_arn_format)),
        rule!("sso-id-not-hex", Tenant(sso_id_not_hex)),
        rule!("suspicious-characters", Tenant(suspicious_characters)),
        rule!("region-invalid", Tenant(region_invalid)),
        rule!("region-unsupported", Tenant(region_unsupported)),
        rule!("cloud-invalid", Tenant(cloud_invalid)),
        rule!("partition-unsupported", Tenant(partition_unsupported)),
    ],
};

/// Whether a rule of this group reports a value of `tenant`.
pub(crate) fn is_any_malformed(tenant: &Tenant) -> bool {
    tenant.values().any(|field| field.is_garbled() || field.is_hidden())
        || !malformed::in_values(tenant, &FieldKind::VALUES).is_empty()
}
