//! See connector-role-case.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleNaming, Tenant, environment_of};
use symlint_terraform::title;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    // One finding about a name is enough.
    if !matches!(cx.role_naming(tenant.id), RoleNaming::Own | RoleNaming::Nothing) {
        return;
    }
    let Some(role) = tenant.role().filter(|role| role.name.is_well_formed()) else { return };
    let name = role.name.text();
    let Some(environment) = environment_of(name, &cx.config.role_name) else { return };
    if title(environment) == environment {
        return;
    }
    let made = cx.config.role_name.role_name(environment);
    cx.report(role.name.piece, format!("the connector names this role `{made}`, not `{name}`")).suggestion(
        format!("write `{made}`"),
        role.name.piece,
        made,
    );
}
