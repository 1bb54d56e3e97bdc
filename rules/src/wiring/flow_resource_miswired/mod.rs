//! See flow-resource-miswired.md.

mod judge;
mod names;
mod references;
mod report;

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, FieldRef, FlowResource, Model, Source, TenantId};
use symlint_terraform::{Makeup, SortedMap, SortedSet, Span};

use self::judge::{SettingJudge, SettingProblem};
use self::names::{check_names, report_names_of_others};
use self::references::check_references;
use self::report::{place, report};
use super::grants::{are_mixed, is_set_wrong};
use super::own::is_not_own;
use super::reference::{references as resources_in, report_foreign};
use super::setting::{FlowSetting, settings, settings_of};
use super::slot::{GrantPair, Slots};
use crate::expression;

/// Whether Sym acts on a wrong value, or a resource refers to one of another kind.
pub(super) fn is_any_wrong(model: &Model<'_>) -> bool {
    let doubtful = doubtful(model);
    let judge = SettingJudge::new(model, &doubtful);
    let refers_wrongly = |found: &FlowResource<'_>| {
        found.references().any(|(reference, expr, _)| {
            resources_in(found.module, expr).resources.into_iter().any(|it| !reference.may_be(it))
        })
    };
    doubtful.iter().any(|setting| judge.judge(setting).is_some())
        || !mixed(model).is_empty()
        || model.resources.iter().any(refers_wrongly)
}

/// The halves of grants that are wrong in resources that have the permission set of one grant and the account of another,
/// unless the arguments of the flow are mixed already.
fn mixed<'a>(model: &'a Model<'a>) -> Vec<FlowSetting<'a>> {
    let half = |resource: &'a FlowResource<'a>| {
        let instance = model.instance_of(resource)?;
        let tenant = instance.tenant.filter(|tenant| model.tenant(*tenant).grants.len() > 1)?;
        let setting = |wanted: FieldKind| settings_of(model, resource).find(|setting| setting.wanted == wanted);
        let (permission_set, account) = (setting(FieldKind::PermissionSetArn)?, setting(FieldKind::TargetAccountId)?);
        if !are_mixed(model, tenant, &permission_set.value, &account.value) {
            return None;
        }
        let slots = Slots::of(instance, tenant);
        let values = |pair: &GrantPair| Some((slots.slots.get(pair.permission_set)?, slots.slots.get(pair.account)?));
        let mut passed = slots.pairs.iter().filter_map(values);
        let is_passed = passed.any(|(set, account)| are_mixed(model, tenant, &set.value, &account.value));
        let is_set = is_set_wrong(&permission_set.value, &account.value);
        (!is_passed).then_some(if is_set { permission_set } else { account })
    };
    model.resources.iter().filter_map(half).collect()
}

/// The settings that are not certain to be right. Almost all are certain, so only these need a closer look.
fn doubtful<'a>(model: &'a Model<'a>) -> Vec<FlowSetting<'a>> {
    settings(model).filter(|setting| !is_right(model, setting)).collect()
}

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let doubtful = doubtful(model);
    let judge = SettingJudge::new(model, &doubtful);
    let mut found: SortedMap<Span, Vec<(&FlowSetting<'_>, SettingProblem)>> = SortedMap::new();
    let mixed = mixed(model);
    let judged = doubtful.iter().filter_map(|setting| Some((setting, judge.judge(setting)?)));
    let wrong: Vec<_> = judged.chain(mixed.iter().map(|setting| (setting, SettingProblem::Grant))).collect();
    let set_at = |setting: &FlowSetting<'_>| {
        place(setting).map_or(setting.resource.resource.name.span, |expr| expression::span(expr, cx.sources()))
    };
    // A local that several settings have is one mistake.
    let constant = |setting: &FlowSetting<'_>, problem: &SettingProblem| {
        let is_one = matches!(problem, SettingProblem::Shared | SettingProblem::Written);
        let origin = &setting.value.origin;
        (is_one && matches!(origin.makeup, Makeup::Written(_))).then_some(origin.span)
    };
    let mut constants: SortedMap<Span, SortedSet<Span>> = SortedMap::new();
    for (setting, problem) in &wrong {
        let constant = constant(setting, problem);
        constant.into_iter().for_each(|span| _ = constants.entry(span).or_default().insert(set_at(setting)));
    }
    // So is an attribute of another resource that is wrong itself.
    let attributes: SortedSet<String> = wrong
        .iter()
        .map(|(it, _)| {
            format!("{}.{}.{}", it.resource.resource.kind.text, it.resource.resource.name.text, it.attribute)
        })
        .collect();
    for (setting, problem) in wrong {
        let text = place(setting).map(|expr| cx.sources().text(expr.span).to_string()).unwrap_or_default();
        if attributes.contains(&text) {
            continue;
        }
        let constant = constant(setting, &problem).filter(|it| constants.get(it).is_some_and(|all| all.len() > 1));
        found.entry(constant.unwrap_or_else(|| set_at(setting))).or_default().push((setting, problem));
    }
    for (span, wrong) in found {
        report(cx, span, &wrong);
    }
    check_names(cx);
    report_names_of_others(cx);
    check_references(cx);
    report_foreign(cx, false);
}

/// Whether `setting` is exactly the right value of its tenant.
fn is_right(model: &Model<'_>, setting: &FlowSetting<'_>) -> bool {
    let sources = model.sources_of_values.of(&setting.value, setting.tenant).unwrap_or_default();
    let is_own = |it: &FieldRef| it.tenant == setting.tenant && it.kind == setting.wanted;
    let is_one = setting.value.candidates().is_empty();
    is_one
        && matches!(sources.as_slice(), [Source::Field(it)] if is_own(it))
        && !is_not_own(model, setting.tenant, setting.wanted, &setting.value)
}

fn sorted(tenants: impl Iterator<Item = TenantId>) -> Vec<TenantId> {
    let mut tenants: Vec<TenantId> = tenants.collect::<HashSet<_>>().into_iter().collect();
    tenants.sort_unstable();
    tenants
}
