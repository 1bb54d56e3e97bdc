//! See flow-argument-miswired.md.

use std::collections::{BTreeMap, BTreeSet};

use symlint_core::rule::{Context, Place};
use symlint_core::tenants::{FlowCall, FlowInstance, Model, Provenance, TenantId};
use symlint_terraform::Span;
use symlint_terraform::syntax::Expr;

use super::judge::{Judge, Problem, are_right};
use super::slot::{Slot, Slots};
use crate::expression;

/// One instance's value that is not what it should be.
struct Wrong<'a> {
    slot: &'a Slot<'a>,
    problem: Problem,
    instance: &'a FlowInstance,
}

/// Whom an argument's expression reaches, in all instances of the call.
#[derive(Default)]
struct Argued<'a> {
    expr: Option<&'a Expr>,
    /// The name of the call.
    call: &'a str,
    receivers: BTreeSet<TenantId>,
}

/// What came of one expression: an argument's, or that of a part of it.
struct Found<'a> {
    expr: Option<&'a Expr>,
    call: &'a str,
    receivers: usize,
    wrong: Vec<Wrong<'a>>,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let instances: Vec<(&FlowCall<'_>, &FlowInstance, TenantId)> = model
        .flows
        .iter()
        .flat_map(|flow| flow.instances.iter().map(move |instance| (flow, instance)))
        .filter_map(|(flow, instance)| Some((flow, instance, instance.tenant?)))
        // A tenant that exists only as a call is what it receives.
        .filter(|(_, _, tenant)| matches!(model.tenant(*tenant).provenance, Provenance::Variable(_)))
        .collect();
    let all = || instances.iter().map(|(_, instance, tenant)| Slots::of(instance, *tenant, cx.config));
    let doubtful: Vec<Slots<'_>> = all().filter(|slots| !are_right(model, slots)).collect();
    if doubtful.is_empty() {
        return;
    }
    let judge = Judge::new(model, cx.config, &doubtful, all());
    let mut wrong: Vec<Wrong<'_>> = Vec::new();
    for slots in &doubtful {
        let judged = slots.slots.iter().filter_map(|slot| Some((slot, judge.judge(slot)?)));
        let torn = slots.pairs.iter().filter(|pair| judge.is_torn(&slots.slots, pair));
        let torn = torn.filter_map(|pair| slots.slots.get(pair.account)).map(|slot| (slot, Problem::Grant));
        wrong.extend(judged.chain(torn).map(|(slot, problem)| Wrong { slot, problem, instance: slot.instance }));
    }
    // A wrapper module makes several calls of one block, which are one cause.
    let mut arguments: BTreeMap<Span, Argued<'_>> = BTreeMap::new();
    for (flow, instance, tenant) in instances.iter().filter(|_| !wrong.is_empty()) {
        for argument in &instance.arguments {
            let argued = arguments.entry(argument.span).or_default();
            argued.expr = flow.call.arguments.iter().map(|it| &it.value).find(|expr| expr.span == argument.span);
            argued.call = &flow.call.name.text;
            argued.receivers.insert(*tenant);
        }
    }
    let mut found: BTreeMap<Span, Found<'_>> = BTreeMap::new();
    for wrong in wrong {
        let argument = wrong.slot.argument.span;
        let argued = arguments.get(&argument);
        let whole = argued.and_then(|argued| argued.expr);
        let part = wrong.slot.part.and_then(|part| expression::part(whole?, part));
        let expr = part.or(whole);
        let span = expr.map_or(argument, |expr| expression::span(expr, cx.sources()));
        let receivers = argued.map_or(0, |argued| argued.receivers.len());
        let call = argued.map_or("", |argued| argued.call);
        found.entry(span).or_insert(Found { expr, call, receivers, wrong: Vec::new() }).wrong.push(wrong);
    }
    for (span, found) in &found {
        report(cx, &judge, *span, found);
    }
}

fn report(cx: &mut Context<'_>, judge: &Judge<'_>, span: Span, found: &Found<'_>) {
    let Some(first) = found.wrong.first() else { return };
    let part = first.slot.part.filter(|_| found.wrong.iter().all(|wrong| wrong.slot.part == first.slot.part));
    let expr = found.expr;

    let tenants: BTreeSet<TenantId> = found.wrong.iter().map(|wrong| wrong.slot.tenant).collect();
    let tenants: Vec<TenantId> = tenants.into_iter().collect();
    let is_group = tenants.len() > 1;
    let name = match part {
        Some(part) => format!("{}.{part}", first.slot.argument.name),
        None => first.slot.argument.name.to_string(),
    };
    let subject = if is_group {
        format!("`{name}` for {}", cx.model.count(&tenants, found.receivers))
    } else {
        format!("`{name}` for `{}`", cx.tenant(first.slot.tenant).name())
    };
    let message = format!("{subject} {}", describe(cx.model, judge, found, is_group));
    let path = format!("{}.{}", first.instance.address, first.slot.argument.name);
    let written = first.slot.value.origin.span;
    let place = Place { span, tenant: Some(first.slot.tenant), path: Some(path) };
    let fix = right_name(judge, first, expr);
    let cause = format!("{}.{name} {}", found.call, cause(cx.model, found, &tenants));
    let mut report = cx.report(place, message);
    if !span.contains(written) {
        report = report.related(written, "this is what it receives");
    }
    if let Some((span, right)) = fix {
        report = report.suggestion(format!("pass `{right}`"), span, right);
    }
    if is_group {
        report.group(&tenants).cause(cause);
    }
}

/// What is wrong for several tenants, in words that stay the same.
fn cause(model: &Model<'_>, found: &Found<'_>, tenants: &[TenantId]) -> String {
    let what = |wrong: &Wrong<'_>| match &wrong.problem {
        Problem::Tenant(other) => format!("tenant {}", model.tenant(*other).name()),
        Problem::Field(kind) => kind.name().to_owned(),
        Problem::Attribute(path) => format!("attribute {path}"),
        Problem::Grant => "grant".to_owned(),
        Problem::Shared => "shared".to_owned(),
        Problem::Written => "written".to_owned(),
        Problem::Overridden => "overridden".to_owned(),
    };
    let what: BTreeSet<String> = found.wrong.iter().map(what).collect();
    // Where all are concerned, the argument is wrong for whoever comes.
    let concerned = if tenants.len() < found.receivers { tenants } else { &[] };
    let whom: BTreeSet<String> =
        concerned.iter().map(|&tenant| format!("for {}", model.tenant(tenant).name())).collect();
    what.into_iter().chain(whom).collect::<Vec<_>>().join(", ")
}

fn describe(model: &Model<'_>, judge: &Judge<'_>, found: &Found<'_>, is_group: bool) -> String {
    let Some(first) = found.wrong.first() else { return String::new() };
    let name = |tenant: TenantId| model.tenant(tenant).name();
    let wanted = judge.name(first.slot.wanted);
    match &first.problem {
        Problem::Tenant(other) => {
            let is_one = found.wrong.iter().all(|wrong| wrong.problem == first.problem);
            match is_group && !is_one {
                true => {
                    format!("comes from other tenants: that for `{}` from `{}`", name(first.slot.tenant), name(*other))
                }
                false => format!("comes from `{}`", name(*other)),
            }
        }
        Problem::Field(kind) => format!("comes from `{}`, not from `{wanted}`", judge.name(*kind)),
        Problem::Attribute(path) => format!("comes from `{path}`, not from `{wanted}`"),
        Problem::Grant => "belongs to another grant than the permission set beside it".to_owned(),
        Problem::Shared => format!("is the same value as for other tenants: pass the tenant's own `{wanted}`"),
        Problem::Overridden => format!("is written in the configuration, over the tenant's own `{wanted}`"),
        Problem::Written => format!("is written here, and is not the tenant's own `{wanted}`"),
    }
}

/// Where a wrong name can be replaced by the right one.
fn right_name(judge: &Judge<'_>, wrong: &Wrong<'_>, expr: Option<&Expr>) -> Option<(Span, String)> {
    let Problem::Field(kind) = &wrong.problem else { return None };
    let (is, wanted) = (judge.name(*kind), judge.name(wrong.slot.wanted));
    let (before, last) = is.rsplit_once('.').unwrap_or(("", &is));
    let (before_wanted, last_wanted) = wanted.rsplit_once('.').unwrap_or(("", &wanted));
    if before != before_wanted {
        return None;
    }
    Some((expression::last_name(expr?, last)?, last_wanted.to_owned()))
}
