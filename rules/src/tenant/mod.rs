//! Do the values of each tenant agree with each other?

use symlint_core::level::Level;
use symlint_core::rule::Group;

mod instance_id_mismatch;
mod partition_mismatch;
mod region_id_mismatch;
mod region_outlier;
mod role_account_mismatch;
mod role_outside_sym_path;
mod target_is_sso_account;

pub(crate) use role_account_mismatch::difference;

pub(crate) static GROUP: Group = Group {
    name: "tenant",
    question: "do the values of each tenant agree with each other?",
    urgency: 2,
    severity: &[(Level::Error, "8.0"), (Level::Warning, "5.0")],
    needs_wiring: false,
    compares_tenants: false,
    rules: &[
        rule!("partition-mismatch", Tenant(partition_mismatch)),
        rule!("instance-id-mismatch", Tenant(instance_id_mismatch)),
        rule!("role-account-mismatch", Tenant(role_account_mismatch)),
        rule!("role-outside-sym-path", Tenant(role_outside_sym_path)),
        rule!("target-is-sso-account", Tenant(target_is_sso_account)),
        rule!("region-id-mismatch", Tenant(region_id_mismatch)),
        rule!("region-outlier", Model(region_outlier)),
    ],
};
