//! See role-outside-sym-path.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::is_role_path;
use symlint_core::tenants::{RoleArn, Tenant, known_role_kind};

const SYM_PATH: &str = "/sym/";

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(role) = tenant.role() else { return };
    let path = role.path.text;
    if path.starts_with(SYM_PATH) || !is_role_path(path) {
        return;
    }
    // Without a name, the path may be meant as the name.
    let has_name = !role.name.text().is_empty();
    if !has_name || tenant.connector.role_arn.is_garbled() || is_another_kind(&role, cx) {
        return;
    }
    let has = if path == "/" { "no path".to_owned() } else { format!("the path `{path}`") };
    let name = role.name.text();
    let message =
        format!("role `{name}` has {has}, but the runtime is only allowed to assume roles under `{SYM_PATH}`");
    let is_slip = path == "/" || path.eq_ignore_ascii_case(SYM_PATH);
    let is_connector = cx.config.role_name.matches(name);
    let report = cx.report(role.path, message);
    if is_slip && is_connector {
        report.suggestion(format!("write `{SYM_PATH}`"), role.path, SYM_PATH);
    }
}

/// Whether `connector-role-name` reports what kind of role this is, which is more helpful than its path.
fn is_another_kind(role: &RoleArn<'_>, cx: &Context<'_>) -> bool {
    let name = role.name.text();
    role.name.is_well_formed() && known_role_kind(name).is_some() && !cx.config.role_name.matches(name)
}
