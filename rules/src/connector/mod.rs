//! Does the name of the role match the tenant?

use symlint_core::level::Level;
use symlint_core::rule::Group;

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
