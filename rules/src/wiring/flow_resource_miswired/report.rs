//! Reports a wrong value that Sym acts on.

use symlint_core::rule::Context;
use symlint_core::tenants::{Place, TenantId};
use symlint_terraform::Span;
use symlint_terraform::syntax::Expr;

use super::judge::SettingProblem;
use super::sorted;
use crate::expression;
use crate::wiring::setting::{FlowSetting, settings};
use crate::wiring::wording::{consequence, is_always, of_another_grant, owner, shared};

/// The expression of the value, if the module writes it.
pub(super) fn place<'a>(setting: &FlowSetting<'a>) -> Option<&'a Expr> {
    let whole = &setting.resource.resource.attribute(setting.attribute)?.value;
    let part = setting.part.and_then(|part| expression::part_in(setting.resource.module, whole, part));
    Some(part.unwrap_or(whole))
}

pub(super) fn report(cx: &mut Context<'_>, span: Span, wrong: &[(&FlowSetting<'_>, SettingProblem)]) {
    let Some((first, problem)) = wrong.first() else { return };
    let resource = first.resource.resource;
    let is_part = wrong.iter().all(|(setting, _)| setting.part == first.part);
    let name = match first.part.filter(|_| is_part) {
        Some(part) => format!("{}.{part}", first.attribute),
        None => first.attribute.to_owned(),
    };
    let tenants: Vec<TenantId> = sorted(wrong.iter().map(|(setting, _)| setting.tenant));
    let receivers = sorted(
        settings(cx.model)
            .filter(|it| it.resource.resource.block.span == resource.block.span)
            .map(|setting| setting.tenant),
    );
    let right = first.right(cx.model);
    let whom = cx.model.name_or_count(&tenants, receivers.len());
    let wanted = match (&right, first.part.filter(|_| !is_part)) {
        (Some(right), None) => format!("`{right}`"),
        _ => format!("the tenant's own {}", cx.model.path_name(first.tenant, first.wanted).of_its_own()),
    };
    let what = match problem {
        SettingProblem::From(from) => format!("comes from {from}, not from {wanted}"),
        SettingProblem::Tenant(other) if wrong.iter().all(|(_, it)| it == problem) => {
            format!("comes from another tenant, `{}`, not from {wanted}", cx.tenant(*other).name())
        }
        SettingProblem::Tenant(other) => {
            let (own, other) = (cx.tenant(first.tenant).name(), cx.tenant(*other).name());
            format!("comes from other tenants, not from {wanted}; the one for `{own}` comes from `{other}`")
        }
        SettingProblem::Shared => match owner(cx, first.wanted, &first.value) {
            Some(owner) => {
                format!("is {}", cx.of_tenant(owner, &cx.model.path_name(owner.id, first.wanted).of_its_own()))
            }
            None => shared(&first.value).to_owned(),
        },
        SettingProblem::Written => "is set in the module".to_owned(),
        SettingProblem::Overridden => format!("is set in the configuration and overrides {wanted}"),
        SettingProblem::SameForAll(name) => format!("is the same for all entries, though each has its own `{name}`"),
        SettingProblem::Grant => of_another_grant(first.wanted).to_owned(),
        SettingProblem::Null => "is null".to_owned(),
        SettingProblem::Changed => format!("is computed from {wanted} and differs from it"),
    };
    let subject = format!("`{name}` of `{}.{}`", resource.kind.text, resource.name.text);
    let own = cx.model.path_name(first.tenant, first.wanted).of_its_own();
    let always = (*problem == SettingProblem::Shared)
        .then(|| is_always(cx, first.wanted, &first.value, &subject, (&tenants, receivers.len()), &own));
    let message = always.flatten().unwrap_or_else(|| format!("{subject} for {whom} {what}"));
    let within = format!("{}.{}.{name}", resource.kind.text, resource.name.text);
    let at = Place { span, tenant: Some(first.tenant), path: Some(format!("{}.{within}", first.instance.address)) };
    let written = first.value.origin.span;
    let help = match problem {
        SettingProblem::SameForAll(name) => format!("Use `each.value.{name}`. {}", consequence(first.wanted)),
        SettingProblem::Grant => {
            format!("Use the account and the permission set of one grant. {}", consequence(first.wanted))
        }
        _ => format!("Use {wanted}. {}", consequence(first.wanted)),
    };
    let cause = format!("{within} {what}");
    let mut report = cx.report(at, message).help(help).group_by(&tenants, cause);
    // If each tenant has a different value, showing the first one would be misleading.
    let is_one = wrong.iter().all(|(setting, _)| setting.value.origin.span == written);
    if is_one && !span.contains(written) {
        report = report.related(written, "the value that it has now");
    }
    let expr = place(first).filter(|expr| expression::is_reference(expr) && is_part);
    if let (Some(expr), Some(right), SettingProblem::From(_)) = (expr, &right, problem) {
        report.suggestion(format!("use `{right}`"), expr.span, right.clone());
    }
}
