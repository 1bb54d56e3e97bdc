//! See connector-role-name.md.

use super::config_file;
use symlint_core::rule::Context;
use symlint_core::tenants::{Affixes, NamingConvention, NamingConventionKind, Piece, RoleNaming, known_role_kind};

pub(super) fn check(cx: &mut Context<'_>) {
    let conventions = cx.role_conventions();
    for convention in conventions {
        if let NamingConventionKind::OtherForm(affixes) = &convention.kind {
            report_form(cx, convention, affixes);
        }
    }
    report_common(cx);
    for tenant in cx.tenants() {
        let is_convention = conventions.iter().any(|convention| convention.tenants.binary_search(&tenant.id).is_ok())
            || cx.set_up.common_role().binary_search(&tenant.id).is_ok();
        if cx.role_naming(tenant.id) != RoleNaming::OtherKind || is_convention {
            continue;
        }
        let Some(role) = tenant.role() else { continue };
        let (name, pattern) = (role.name, &cx.config.role_name);
        let message = match known_role_kind(name.text()) {
            Some(kind) => format!("role `{}` is not a connector role; it has the name of {kind}", name.text()),
            None if pattern.is_constant => {
                format!("role `{}` is not a connector role; all connector roles are named `{pattern}`", name.text())
            }
            None => {
                format!("role `{}` is not a connector role; connector roles are named `{pattern}`", name.text())
            }
        };
        // If only the case of the prefix is wrong, the intended name is clear.
        let typed = name.text().get(..pattern.prefix.len()).filter(|typed| typed.eq_ignore_ascii_case(&pattern.prefix));
        let typed = typed.filter(|typed| *typed != pattern.prefix).map(|typed| name.piece.slice(0..typed.len()));
        let prefix = pattern.prefix.clone();
        let report = cx.report(name.piece, message);
        if let Some(typed) = typed {
            report.suggestion(format!("write `{prefix}`"), typed, prefix);
        }
    }
}

/// The role names of the next few tenants that follow a convention.
pub(super) fn others<'a>(cx: &Context<'a>, convention: &NamingConvention) -> Vec<(Piece<'a>, String)> {
    let others = convention.tenants.iter().skip(1).take(2).map(|&id| cx.tenant(id));
    others.filter_map(|it| Some((it.role()?.name.piece, format!("`{}`'s role", it.name())))).collect()
}

/// Reports one name that most roles have, and which may only need to be configured, in the first run that has it.
fn report_common(cx: &mut Context<'_>) {
    let ids = cx.set_up.common_role();
    let Some(role) = ids.first().filter(|id| id.run == cx.model.run).and_then(|&first| cx.tenant(first).role()) else {
        return;
    };
    let (name, pattern) = (role.name.text(), &cx.config.role_name);
    let message =
        format!("the roles of {} tenants are named `{name}`, but connectors name their roles `{pattern}`", ids.len());
    let help = format!(
        "Use `role_arn` from the `settings` output of each tenant's connector. Requests fail, or Sym uses roles that \
         were created for something else. If these roles are intended, set this in .symlint.hcl:\n\n    connector {{ \
         role_name = {name:?} }}"
    );
    cx.report(role.name.piece, message).help(help).group(ids).cause(name.to_owned());
}

/// Reports that most role names have a form that may only need to be configured.
fn report_form(cx: &mut Context<'_>, convention: &NamingConvention, affixes: &Affixes) {
    let first = convention.tenants.first().and_then(|&first| cx.tenant(first).role());
    let Some(role) = first else { return };
    let (pattern, form) = (&cx.config.role_name, format!("{}{{environment}}{}", affixes.prefix, affixes.suffix));
    let count = cx.model.count(&convention.tenants, convention.of);
    let message = format!("the roles of {count} are named `{form}`, but connectors name their roles `{pattern}`");
    let help = format!(
        "Use `role_arn` from the `settings` output of each tenant's connector. Requests fail, or Sym uses roles that \
         were created for something else. If these roles are intended, set this in {}, where \
         `{{environment}}` stands for the name of the tenant:\n\n    connector {{ role_name = {form:?} }}",
        config_file(cx)
    );
    let others = others(cx, convention);
    let report = cx.report(role.name.piece, message).help(help).group(&convention.tenants).cause(form);
    others.into_iter().fold(report, |report, (name, label)| report.related(name, label));
}
