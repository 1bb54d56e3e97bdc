//! See flow-argument-miswired.md.

mod fix;
mod report;

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, FieldName, FlowCall, FlowInstance, Model, TenantId};
use symlint_terraform::syntax::{Attribute, Expr, ExprKind};
use symlint_terraform::{ModuleCall, SortedMap, SortedSet, Span, Str};

pub(super) use self::fix::in_element;

use self::fix::right_in;
use self::report::report;
use super::judge::{Judge, ValueProblem, are_right};
use super::reference::report_foreign;
use super::slot::{GrantPair, Slot, Slots};
use super::wording::owner;
use crate::expression;

/// A wrong value in one flow instance.
struct Wrong<'a> {
    slot: &'a Slot<'a>,
    problem: ValueProblem,
    instance: &'a FlowInstance,
}

/// An argument of a call as it is written.
#[derive(Clone)]
struct Passed<'a> {
    argument: &'a Attribute,
    call: &'a ModuleCall,
    /// The address of the call's instance.
    address: Str,
}

/// The wrong values that come from one expression, which is an argument or a part of one.
struct WrongValues<'a> {
    /// The argument; `None` if the call leaves it to the module's default.
    passed: Option<Passed<'a>>,
    /// How many calls away from the flow's own call it is passed.
    around: usize,
    expr: Option<&'a Expr>,
    receivers: usize,
    wrong: Vec<Wrong<'a>>,
}

impl<'a> WrongValues<'a> {
    /// The name of the call.
    fn call(&self) -> &'a str {
        self.passed.as_ref().map_or("", |passed| &passed.call.name.text)
    }
}

/// One cause of wrong values.
struct Cause<'a> {
    span: Span,
    found: WrongValues<'a>,
    /// The entry from which all arguments are taken, if the mistake is that this entry belongs to another tenant.
    entry: Option<WrongEntry>,
    /// The tenant whose values are written out in one argument, or taken for it one by one, and the place of the argument.
    written: Option<(TenantId, Span)>,
    /// Other arguments, or parts of arguments, that are wrong for the same reason.
    others: Vec<Span>,
}

impl Cause<'_> {
    fn is_about(&self, field: FieldKind) -> bool {
        self.found.wrong.iter().all(|wrong| wrong.slot.wanted == field)
    }
}

/// An expression that should be the tenant's own entry, and by address, the instances in which it is the entry of
/// another tenant.
#[derive(PartialEq)]
struct WrongEntry {
    name: String,
    owners: SortedMap<Str, TenantId>,
}

/// Whether a flow receives a wrong value.
pub(super) fn is_any_wrong(model: &Model<'_>) -> bool {
    let doubtful = doubtful(model);
    !doubtful.is_empty() && !wrong(model, &doubtful).is_empty()
}

/// The flow instances whose tenants are elements of a collection. For a tenant that only a call defines, the arguments
/// of the call are right by definition.
fn instances<'a>(model: &'a Model<'a>) -> impl Iterator<Item = (&'a FlowCall<'a>, &'a FlowInstance, TenantId)> {
    let instances = model.flows.iter().flat_map(|flow| flow.instances.iter().map(move |instance| (flow, instance)));
    let with_tenants = instances.filter_map(|(flow, instance)| Some((flow, instance, instance.tenant?)));
    with_tenants.filter(|(_, _, tenant)| model.tenant(*tenant).is_element())
}

fn doubtful<'a>(model: &'a Model<'a>) -> Vec<Slots<'a>> {
    let all = instances(model).map(|(_, instance, tenant)| Slots::of(instance, tenant));
    all.filter(|slots| !are_right(model, slots)).collect()
}

fn wrong<'a>(model: &'a Model<'a>, doubtful: &'a [Slots<'a>]) -> Vec<Wrong<'a>> {
    let judge = Judge::new(model, doubtful, instances(model).map(|(_, instance, tenant)| Slots::of(instance, tenant)));
    let all = || doubtful.iter().flat_map(|slots| &slots.slots);
    let all_wrong = all().filter_map(|slot| Some(Wrong { slot, problem: judge.judge(slot)?, instance: slot.instance }));
    let mut wrong: Vec<Wrong<'_>> = all_wrong.collect();
    // If a permission set is wrong for other tenants as well, it is the cause.
    let known: HashSet<Span> = wrong.iter().map(|wrong| wrong.slot.argument.span).collect();
    for slots in doubtful {
        let mixed = slots.pairs.iter().filter_map(|pair| Some((pair, judge.wrong_half(&slots.slots, pair)?)));
        let is_new = |(pair, _): &(&GrantPair, usize)| {
            slots.slots.get(pair.permission_set).is_none_or(|slot| !known.contains(&slot.argument.span))
        };
        let halves = mixed.filter(is_new).filter_map(|(_, half)| slots.slots.get(half));
        wrong.extend(halves.map(|slot| Wrong { slot, problem: ValueProblem::Grant, instance: slot.instance }));
    }
    wrong
}

pub(super) fn check(cx: &mut Context<'_>) {
    report_foreign(cx, true);
    let model = cx.model;
    let doubtful = doubtful(model);
    if doubtful.is_empty() {
        return;
    }
    let wrong = wrong(model, &doubtful);
    if wrong.is_empty() {
        return;
    }
    // A wrapper module makes several calls from one block, which is one cause.
    let mut receivers_of: SortedMap<Span, SortedSet<TenantId>> = SortedMap::new();
    let mut written: SortedMap<(Str, Span), Vec<Passed<'_>>> = SortedMap::new();
    for (flow, instance, tenant) in instances(model) {
        for argument in &instance.arguments {
            let passed = handed_on(model, flow, instance, argument.span);
            let spans = passed.iter().map(|passed| passed.argument.value.span).chain([argument.span]);
            spans.for_each(|span| _ = receivers_of.entry(span).or_default().insert(tenant));
            written.insert((instance.address.clone(), argument.span), passed);
        }
    }
    // A default has no expression in the call, so the finding is at the call.
    let mut found: SortedMap<(Span, Option<FieldKind>), WrongValues<'_>> = SortedMap::new();
    for wrong in wrong {
        let argument = wrong.slot.argument;
        let all = written.get(&(wrong.instance.address.clone(), argument.span)).map(Vec::as_slice).unwrap_or_default();
        let is_chosen_here = |at: &usize| {
            // A call that passes on a variable under the variable's own name does not choose the value.
            let is_same = all
                .get(*at)
                .is_some_and(|passed| variable(&passed.argument.value) == Some(passed.argument.name.text.as_str()));
            !is_same && wrong.instance.around.get(*at).is_none_or(|it| right_in(model, wrong.slot, it).is_some())
        };
        let last = all.len().saturating_sub(1);
        let at = (0..last).find(is_chosen_here).unwrap_or(last);
        let passed = all.get(at).cloned();
        let whole = passed.as_ref().map(|passed| &passed.argument.value);
        let part = wrong.slot.part.and_then(|part| expression::part(whole?, part));
        let expr = part.or(whole);
        let span = expr.map_or(argument.span, |expr| expression::span(expr, cx.sources()));
        let receivers = whole.map_or(argument.span, |whole| whole.span);
        let receivers = receivers_of.get(&receivers).map_or(0, SortedSet::len);
        let default = argument.parts.first().map(|part| part.field).filter(|_| argument.is_default);
        let found = found.entry((span, default));
        found
            .or_insert_with(|| WrongValues { passed, around: at, expr, receivers, wrong: Vec::new() })
            .wrong
            .push(wrong);
    }
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for ((span, _), found) in found {
        let (entry, written) = (entry(cx, &found), written_for(cx, &found).or_else(|| rebuilt_from(&found)));
        let is_same = |cause: &&mut Cause<'_>| {
            entry.is_some() && cause.entry == entry || written.is_some() && cause.written == written
        };
        match causes.iter_mut().find(is_same) {
            // The cloud says least.
            Some(cause) if cause.is_about(FieldKind::Cloud) => {
                cause.others.push(std::mem::replace(&mut cause.span, span));
                cause.found = found;
            }
            Some(cause) => cause.others.push(span),
            None => causes.push(Cause { span, found, entry, written, others: Vec::new() }),
        }
    }
    for cause in &causes {
        report(cx, cause);
    }
}

/// The argument of a flow call, and the arguments of the calls around it that pass the value on unchanged.
fn handed_on<'a>(model: &Model<'a>, flow: &FlowCall<'a>, instance: &FlowInstance, argument: Span) -> Vec<Passed<'a>> {
    let own = flow.written_arguments().iter().find(|it| it.value.span == argument);
    let mut all: Vec<Passed<'a>> = Vec::new();
    let mut next = own.zip(flow.call).map(|(argument, call)| (&**argument, call, &instance.instance));
    while let Some((argument, call, made)) = next {
        all.push(Passed { argument, call, address: made.address().clone() });
        next = variable(&argument.value).and_then(|name| {
            let caller = made.caller()?;
            let call = caller.call_in(model.project)?;
            Some((&**call.argument(name)?, call, caller))
        });
    }
    all
}

/// The name in `var.name`.
fn variable(expr: &Expr) -> Option<&str> {
    let ExprKind::Attribute(base, name) = &expr.kind else { return None };
    matches!(&base.kind, ExprKind::Variable(root) if root.as_str() == "var").then_some(name.text.as_str())
}

/// The entry from which an argument takes the right value, if the entry is another tenant's. In that case, the argument
/// is right, and the mistake is in the collection that the call is repeated for, or in what is passed to the module
/// around it.
fn entry(cx: &Context<'_>, found: &WrongValues<'_>) -> Option<WrongEntry> {
    let owner = |wrong: &Wrong<'_>| match wrong.problem {
        ValueProblem::Tenant(other) => Some((wrong.instance.address.clone(), other)),
        _ => None,
    };
    let owners = found.wrong.iter().map(owner).collect::<Option<SortedMap<_, _>>>()?;
    let slot = found.wrong.first()?.slot;
    // A call that is for one tenant names the entry itself.
    if slot.instance.repetitions.is_empty() && slot.instance.around.is_empty() {
        return None;
    }
    let mut expr = found.expr?;
    let is_whole = found.passed.as_ref().is_some_and(|passed| passed.argument.value.span == expr.span);
    let name = match slot.argument.is_object() && is_whole {
        true => cx.model.settings_name(slot.tenant),
        false => cx.model.path_name(slot.tenant, slot.wanted),
    };
    let FieldName::Attribute(name) = name else { return None };
    for name in name.rsplit('.') {
        let ExprKind::Attribute(base, last) = &expr.kind else { return None };
        expr = (last.text.as_str() == name).then_some(base)?;
    }
    let name = expression::is_reference(expr).then(|| cx.sources().text(expr.span).to_string())?;
    Some(WrongEntry { name, owners })
}

/// The tenant whose value is written in a part of an argument that all tenants receive, and the place of the argument.
fn written_for(cx: &Context<'_>, found: &WrongValues<'_>) -> Option<(TenantId, Span)> {
    let first =
        found.wrong.first().filter(|first| first.problem == ValueProblem::Shared && first.slot.part.is_some())?;
    let owner = owner(cx, first.slot.wanted, &first.slot.value)?;
    Some((owner.id, found.passed.as_ref()?.argument.value.span))
}

/// The tenant from which a part of an argument is taken in each of the other tenants' instances, and the place of the
/// argument.
fn rebuilt_from(found: &WrongValues<'_>) -> Option<(TenantId, Span)> {
    let first = found.wrong.first().filter(|first| first.slot.part.is_some())?;
    let ValueProblem::Tenant(owner) = first.problem else { return None };
    let is_it = |wrong: &Wrong<'_>| wrong.problem == ValueProblem::Tenant(owner);
    found.wrong.iter().all(is_it).then_some((owner, found.passed.as_ref()?.argument.value.span))
}
