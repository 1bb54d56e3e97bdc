//! See connector-role-unexpected.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleHabit, RoleHabitKind, RoleNaming, Tenant, environment_of, normalise};

pub(super) fn check(cx: &mut Context<'_>) {
    let habits = cx.model.role_names.habits();
    for habit in habits {
        report_habit(cx, habit);
    }
    for tenant in cx.tenants() {
        let is_habit = habits.iter().any(|habit| habit.tenants.binary_search(&tenant.id).is_ok());
        if cx.model.role_names.of(tenant.id) == RoleNaming::Unexpected && !is_habit {
            report_one(cx, tenant);
        }
    }
}

fn report_one(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(role) = tenant.role() else { return };
    let (name, key) = (role.name.text(), tenant.name());
    match cx.config.environment_of(key) {
        Some(environment) => {
            let expected = cx.config.role_name.role_name(environment);
            let message = format!("`{name}` is not `{expected}`, the role for the environment configured for `{key}`");
            cx.report(role.name.piece, message)
                .help("nobody can assume a role that does not exist: correct the name, or the configured environment")
                .suggestion(format!("write `{expected}`"), role.name.piece, expected);
        }
        None => {
            let message = match normalise(name).contains(&normalise(key)) {
                true => format!("`{name}` has more in it than the name of `{key}`"),
                false => format!("`{name}` does not say that it is the role of `{key}`"),
            };
            cx.report(role.name.piece, message).related(&tenant.key, "this is the name of the tenant");
        }
    }
}

fn report_habit(cx: &mut Context<'_>, habit: &RoleHabit) {
    let Some(first) = habit.tenants.first().map(|&first| cx.tenant(first)) else { return };
    let Some(role) = first.role() else { return };
    let count = cx.model.count(&habit.tenants, habit.of);
    let (message, help, cause) = match &habit.kind {
        // That is another rule's matter.
        RoleHabitKind::OtherForm(_) => return,
        RoleHabitKind::SameName => (
            format!("the role of {count} is called `{}`: the name says nothing about whose it is", role.name.text()),
            format!(
                "a role of another customer would not be noticed by its name: if the name is meant, say so in \
                 `.symlint.hcl` for each of them: `tenant \"{}\" {{ environment = \"{}\" }}`",
                first.name(),
                environment_in(role.name.text(), cx)
            ),
            role.name.text().to_owned(),
        ),
        RoleHabitKind::Longer(affixes) => {
            let pattern = &cx.config.role_name;
            let pattern =
                format!("{}{}{{environment}}{}{}", pattern.prefix, affixes.prefix, affixes.suffix, pattern.suffix);
            (
                format!("the role of {count} is called `{pattern}`, which the configuration does not know"),
                format!("if they are right, say so in `.symlint.hcl`: `connector {{ role_name = \"{pattern}\" }}`"),
                pattern,
            )
        }
        RoleHabitKind::Shorter(affixes) => {
            let (key, role) = (first.name(), role.name.text());
            let around = [&affixes.prefix, &affixes.suffix].into_iter().filter(|affix| !affix.is_empty());
            let around = around.map(|affix| format!("`{affix}`")).collect::<Vec<_>>().join(" and ");
            let environment = environment_in(role, cx);
            (
                format!("the role of {count} has the tenant's name without {around}, such as `{role}`"),
                format!(
                    "if they are right, say so in `.symlint.hcl` for each of them: \
                     `tenant \"{key}\" {{ environment = \"{environment}\" }}`"
                ),
                around,
            )
        }
    };
    cx.report(role.name.piece, message).help(help).group(&habit.tenants).cause(cause);
}

/// What a connector was probably given that made the role `name`.
fn environment_in(name: &str, cx: &Context<'_>) -> String {
    environment_of(name, &cx.config.role_name).unwrap_or(name).to_ascii_lowercase()
}
