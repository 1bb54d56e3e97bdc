//! See connector-role-unexpected.md.

use std::cell::OnceCell;

use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::{NamingConvention, NamingConventionKind, RoleNaming, Tenant, environment_of, normalise};

use super::config_file;
use super::connector_role_name::others;
use crate::names::is_slug;
use crate::naming::same_names;
use crate::values::is_key_twice;

pub(super) fn check(cx: &mut Context<'_>) {
    let conventions = cx.role_conventions();
    for convention in conventions {
        report_convention(cx, convention);
    }
    let same = OnceCell::new();
    for tenant in cx.tenants() {
        let is_convention = conventions.iter().any(|convention| convention.tenants.binary_search(&tenant.id).is_ok());
        if cx.role_naming(tenant.id) == RoleNaming::NameLeftOver {
            report_left_over(cx, tenant);
        }
        let is_unexpected = cx.role_naming(tenant.id) == RoleNaming::Unexpected && !is_convention;
        let has_more = || {
            let name = tenant.role().map(|role| normalise(role.name.text())).unwrap_or_default();
            name.contains(&normalise(tenant.name())) || cx.config.environment_of(tenant.name()).is_some()
        };
        if is_unexpected && !has_more() && cx.set_up.namesake(tenant).is_some() {
            report_left_over(cx, tenant);
        } else if is_unexpected
            && !is_key_twice(cx, tenant)
            && !same.get_or_init(|| same_names(cx)).contains(&tenant.id)
        {
            report_one(cx, tenant);
        }
    }
}

/// Reports a tenant whose role is right, while its own name is that of the customer whose root module was copied.
fn report_left_over(cx: &mut Context<'_>, tenant: &Tenant) {
    let (Some(role), Some(owner)) = (tenant.role(), cx.set_up.namesake(tenant)) else { return };
    let (name, key, file) = (role.name.text(), tenant.name(), cx.file_of(owner.id));
    let message = format!("tenant `{key}` has the same key as the one in {file}, but its role is `{name}`");
    let help = "Rename this entry if it was copied from there: Sym would have two customers with the same name. If the name \
                is right, use `role_arn` from the `settings` output of this tenant's connector.";
    let report = cx.report(&tenant.key, message).help(help);
    report
        .label("the same name")
        .related(role.name.piece, "this tenant's role")
        .related(&owner.key, "the other tenant");
}

fn report_one(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(role) = tenant.role() else { return };
    let (name, key) = (role.name.text(), tenant.name());
    match cx.config.environment_of(key) {
        Some(environment) => {
            let expected = cx.config.role_name.role_name(environment);
            let message =
                format!("role `{name}` should be `{expected}`, according to the environment configured for `{key}`");
            cx.report(role.name.piece, message)
                .help("Correct the name or the configured environment. Requests fail if there is no such role.")
                .suggestion(format!("write `{expected}`"), role.name.piece, expected);
        }
        None => {
            let hint = hint(name, key, cx);
            let message = match normalise(name).contains(&normalise(key)) {
                true => format!("role `{name}` contains more than the name of `{key}`"),
                false => format!("role `{name}` does not match tenant `{key}`{hint}"),
            };
            let mut help = format!("Use `role_arn` from the `settings` output of `{key}`'s connector.");
            let environment = environment_of(name, &cx.config.role_name);
            if let Some(environment) = environment.filter(|_| !cx.set_up.is_key_of_several(tenant)) {
                let environment = environment.to_ascii_lowercase();
                let condition = match hint.is_empty() {
                    true => format!("If the connector was given a different environment than `{key}`,"),
                    false => "Only if that output has this very name,".to_owned(),
                };
                help += &format!(
                    " {condition} set this in .symlint.hcl:\n\n    tenant {key:?} {{ environment = {environment:?} }}"
                );
            }
            cx.report(role.name.piece, message)
                .label("another name")
                .help(help)
                .related(&tenant.key, "the tenant's name");
        }
    }
}

/// The role name that was probably meant, if the environment in `name` resembles the tenant's key.
fn hint(name: &str, key: &str, cx: &Context<'_>) -> String {
    let pattern = &cx.config.role_name;
    let is_typo = is_slug(key)
        && environment_of(name, pattern)
            .is_some_and(|environment| closest(&normalise(environment), [normalise(key).as_str()]).is_some());
    if !is_typo {
        return String::new();
    }
    format!("; did you mean `{}`?", pattern.role_name(&key.replace('_', "-")))
}

fn report_convention(cx: &mut Context<'_>, convention: &NamingConvention) {
    let Some(first) = convention.tenants.first().map(|&first| cx.tenant(first)) else { return };
    let Some(role) = first.role() else { return };
    let count = cx.model.count(&convention.tenants, convention.of);
    let (message, help, cause) = match &convention.kind {
        // This is reported by `connector-role-name`.
        NamingConventionKind::OtherForm(_) => return,
        NamingConventionKind::SameName => (
            format!("the roles of {count} are named `{}`, which does not show whose they are", role.name.text()),
            format!(
                "Use `role_arn` from the `settings` output of each tenant's connector. If these roles are intended, {}",
                match convention.tenants.len() == convention.of {
                    true => format!(
                        "set this in {}:\n\n    connector {{ role_name = {:?} }}",
                        config_file(cx),
                        role.name.text()
                    ),
                    false => format!(
                        "set this in .symlint.hcl for each tenant:\n\n    tenant {:?} {{ environment = {:?} }}",
                        first.name(),
                        environment_in(role.name.text(), cx)
                    ),
                }
            ),
            role.name.text().to_owned(),
        ),
        NamingConventionKind::Longer(affixes) => {
            let pattern = &cx.config.role_name;
            let pattern =
                format!("{}{}{{environment}}{}{}", pattern.prefix, affixes.prefix, affixes.suffix, pattern.suffix);
            (
                format!(
                    "the roles of {count} are named `{pattern}`, but connectors name their roles `{}`",
                    cx.config.role_name
                ),
                format!(
                    "Use `role_arn` from the `settings` output of each tenant's connector. If these roles are \
                     intended, set this in {}, where `{{environment}}` stands for the name of the \
                     tenant:\n\n    connector {{ role_name = {pattern:?} }}",
                    config_file(cx)
                ),
                pattern,
            )
        }
        NamingConventionKind::Shorter(affixes) => {
            let (key, role) = (first.name(), role.name.text());
            let around = [&affixes.prefix, &affixes.suffix].into_iter().filter(|affix| !affix.is_empty());
            let around = around.map(|affix| format!("`{affix}`")).collect::<Vec<_>>().join(" and ");
            let environment = environment_in(role, cx);
            (
                format!("the roles of {count} contain the name of the tenant without {around}, such as `{role}`"),
                format!(
                    "Use `role_arn` from the `settings` output of each tenant's connector. If these roles are \
                     intended, set this in .symlint.hcl for each tenant:\n\n    tenant {key:?} {{ environment = \
                     {environment:?} }}"
                ),
                around,
            )
        }
    };
    let others = others(cx, convention);
    let report = cx.report(role.name.piece, message).help(help).group(&convention.tenants).cause(cause);
    others.into_iter().fold(report, |report, (name, label)| report.related(name, label));
}

/// The environment that was probably passed to the connector whose role is `name`.
fn environment_in(name: &str, cx: &Context<'_>) -> String {
    environment_of(name, &cx.config.role_name).unwrap_or(name).to_ascii_lowercase()
}
