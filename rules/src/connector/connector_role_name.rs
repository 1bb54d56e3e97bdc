//! See connector-role-name.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleNaming, known_role_kind};

pub(super) fn check(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        if cx.model.role_names.of(tenant.id) != RoleNaming::OtherKind {
            continue;
        }
        let Some(role) = tenant.role() else { continue };
        let (name, pattern) = (role.name, &cx.config.role_name);
        let message = match known_role_kind(name.text()) {
            Some(kind) => format!("`{}` is no connector role, but {kind}", name.text()),
            None => format!("`{}` is no connector role: those are called `{pattern}`", name.text()),
        };
        // Of a prefix in other letters it is clear what was meant.
        let typed = name.text().get(..pattern.prefix.len()).filter(|typed| typed.eq_ignore_ascii_case(&pattern.prefix));
        let typed = typed.filter(|typed| *typed != pattern.prefix).map(|typed| name.piece.slice(0..typed.len()));
        let prefix = pattern.prefix.clone();
        let report = cx.report(name.piece, message);
        if let Some(typed) = typed {
            report.suggestion(format!("write `{prefix}`"), typed, prefix);
        }
    }
}
