//! See connector-role-case.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleNaming, environment_of};
use symlint_terraform::title;

pub(super) fn check(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        // One finding about a name is enough.
        if !matches!(cx.model.role_names.of(tenant.id), RoleNaming::Own | RoleNaming::Nothing) {
            continue;
        }
        let Some(role) = tenant.role().filter(|role| role.name.is_well_formed()) else { continue };
        let name = role.name.text();
        let Some(environment) = environment_of(name, &cx.config.role_name) else { continue };
        if title(environment) == environment {
            continue;
        }
        let made = cx.config.role_name.role_name(environment);
        cx.report(role.name.piece, format!("the connector cannot have made `{name}`: it would be `{made}`"))
            .suggestion(format!("write `{made}`"), role.name.piece, made);
    }
}
