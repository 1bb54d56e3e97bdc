//! Are the tenants kept apart from each other?

use symlint_core::level::Level;
use symlint_core::rule::{Context, Group};
use symlint_core::tenants::{Field, Tenant};

mod duplicate_entitlement;
mod duplicate_instance;
mod duplicate_permission_set;
mod duplicate_sso_account;
mod duplicate_target_account;
mod duplicate_tenant;
mod forbidden_account;
mod near_duplicate_id;
mod organization_mismatch;
mod shared_sso_account;
mod shared_target_account;
mod target_is_foreign_sso_account;

pub(crate) use shared_sso_account::advice;

/// The help about `what`, a value in `field` that two tenants have, although only one of them can have it.
fn only_one(cx: &Context<'_>, tenant: &Tenant, other: &Tenant, what: &str, field: &Field) -> String {
    let own = if tenant.name() == other.name() { "this tenant".to_owned() } else { format!("`{}`", tenant.name()) };
    let other = cx.called(other);
    format!("Find out which of {other} and {own} has this {what}, and correct {} of the other.", cx.name(field))
}

pub(crate) static GROUP: Group = Group {
    name: "isolation",
    question: "are the tenants kept apart from each other?",
    urgency: 1,
    severity: &[(Level::Error, "9.0"), (Level::Warning, "5.0")],
    needs_wiring: false,
    compares_tenants: true,
    rules: &[
        rule!("duplicate-tenant", Model(duplicate_tenant)),
        rule!("duplicate-sso-account", Model(duplicate_sso_account)),
        rule!("shared-sso-account", Model(shared_sso_account)),
        rule!("shared-target-account", Model(shared_target_account)),
        rule!("duplicate-instance", Model(duplicate_instance)),
        rule!("duplicate-target-account", Model(duplicate_target_account)),
        rule!("duplicate-permission-set", Model(duplicate_permission_set)),
        rule!("target-is-foreign-sso-account", Model(target_is_foreign_sso_account)),
        rule!("forbidden-account", Tenant(forbidden_account)),
        rule!("duplicate-entitlement", Model(duplicate_entitlement)),
        rule!("organization-mismatch", Model(organization_mismatch)),
        rule!("near-duplicate-id", Model(near_duplicate_id)),
    ],
};
