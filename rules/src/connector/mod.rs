//! Does the name of the role match the tenant?

use symlint_core::level::Level;
use symlint_core::rule::{Context, Group};
use symlint_core::tenants::{Model, RoleNaming, Tenant};

mod connector_environment_invalid;
mod connector_role_case;
mod connector_role_foreign;
mod connector_role_name;
mod connector_role_unexpected;
mod connector_trust;

pub(crate) static GROUP: Group = Group {
    name: "connector",
    question: "does the name of the role match the tenant?",
    urgency: 1,
    severity: &[(Level::Error, "9.0"), (Level::Warning, "5.0")],
    needs_wiring: false,
    compares_tenants: true,
    rules: &[
        rule!("connector-role-name", Model(connector_role_name)),
        rule!("connector-role-foreign", Tenant(connector_role_foreign)),
        rule!("connector-role-unexpected", Model(connector_role_unexpected)),
        rule!("connector-role-case", Tenant(connector_role_case)),
        rule!("connector-environment-invalid", Model(connector_environment_invalid)),
        rule!("connector-trust", Model(connector_trust)),
    ],
};

/// The configuration file for what is true of the roles of this root module, and not of those of others.
fn config_file(cx: &Context<'_>) -> String {
    let folder = |model: &Model<'_>| model.project.root().map(|root| root.dir.clone()).unwrap_or_default();
    let own = folder(cx.model);
    let is_other = |model: &&Model<'_>| folder(model) != own;
    let has_others = cx.set_up.models().iter().filter(is_other).any(|model| {
        let is_own = |tenant: &Tenant| {
            cx.set_up.role_names(model.run).is_some_and(|names| names.of(tenant.id) == RoleNaming::Own)
        };
        model.tenants.iter().any(is_own)
    });
    match has_others && !own.is_empty() {
        true => format!("{own}/.symlint.hcl"),
        false => ".symlint.hcl".to_owned(),
    }
}
