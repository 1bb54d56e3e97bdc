//! See flow-argument-miswired.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{
    Evidence, FieldKind, FieldName, FlowCall, FlowInstance, Input, Model, Place, Repetition, Source, Step, TenantId,
    Way, text_of, values_at,
};
use symlint_terraform::syntax::{Attribute, Expr, ExprKind};
use symlint_terraform::{ModuleCall, Root, SortedMap, SortedSet, Span, Str, Value};

use super::judge::{Judge, ValueProblem, are_right, consequence, is_always, of_another_grant, owner, shared};
use super::reference::report_foreign;
use super::slot::{GrantPair, Slot, Slots, name_of};
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
    /// The tenant whose values are written out in one argument, and the place of the argument.
    written: Option<(TenantId, Span)>,
    /// Other arguments, or parts of arguments, that are wrong for the same reason.
    others: Vec<Span>,
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
        let (entry, written) = (entry(cx, &found), written_for(cx, &found));
        let is_same = |cause: &&mut Cause<'_>| {
            entry.is_some() && cause.entry == entry || written.is_some() && cause.written == written
        };
        match causes.iter_mut().find(is_same) {
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

/// The expression for the right value of `slot` in a module, if one of the module's `variables` has it.
fn right_in(model: &Model<'_>, slot: &Slot<'_>, variables: &[Input]) -> Option<String> {
    fn inside(name: String, value: &Value, depth: usize, is_right: &dyn Fn(&Value) -> bool) -> Option<String> {
        if is_right(value) || depth == 0 {
            return is_right(value).then_some(name);
        }
        let mut entries = value.entries().unwrap_or_default().iter();
        let mut items = (0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| Some((at, value.at(at)?)));
        let in_entry = entries.find_map(|entry| {
            let name = match is_identifier(&entry.key) {
                true => format!("{name}.{}", entry.key),
                false => format!("{name}[\"{}\"]", entry.key),
            };
            inside(name, &value.child(entry), depth - 1, is_right)
        });
        in_entry.or_else(|| items.find_map(|(at, item)| inside(format!("{name}[{at}]"), &item, depth - 1, is_right)))
    }
    let is_right = |value: &Value| {
        let sources = model.sources_of_values.of(value, slot.tenant).unwrap_or_default();
        match sources.as_slice() {
            [Source::Field(it)] => it.tenant == slot.tenant && it.kind == slot.wanted,
            // The whole entry is not the tenant's name.
            [Source::Tenant(it)] => *it == slot.tenant && slot.wanted == FieldKind::Key && value.as_str().is_some(),
            _ => false,
        }
    };
    variables.iter().find_map(|input| inside(format!("var.{}", input.name), &input.value, 3, &is_right))
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

fn report(cx: &mut Context<'_>, cause: &Cause<'_>) {
    let Cause { span, found, .. } = cause;
    let span = *span;
    let Some(first) = found.wrong.first() else { return };
    let part = first.slot.part.filter(|_| found.wrong.iter().all(|wrong| wrong.slot.part == first.slot.part));
    let tenants: SortedSet<TenantId> = found.wrong.iter().map(|wrong| wrong.slot.tenant).collect();
    let tenants: Vec<TenantId> = tenants.into_iter().collect();
    let is_group = tenants.len() > 1;
    let argument = found.passed.as_ref().map_or(&first.slot.argument.name, |passed| &passed.argument.name.text);
    let name = match part {
        Some(part) => format!("{argument}.{part}"),
        None => argument.to_string(),
    };
    let subject = if is_group {
        format!("argument `{name}` for {}", cx.model.count(&tenants, found.receivers))
    } else {
        format!("argument `{name}` for `{}`", cx.tenant(first.slot.tenant).name())
    };
    let is_shared = first.problem == ValueProblem::Shared;
    let always = is_shared.then(|| {
        let (what, own) = (format!("argument `{name}`"), wanted(cx.model, first.slot).of_its_own());
        is_always(cx, first.slot.wanted, &first.slot.value, &what, (&tenants, found.receivers), &own)
    });
    let message = always.flatten().unwrap_or_else(|| format!("{subject} {}", describe(cx, found, argument, is_group)));
    let address = found.passed.as_ref().map_or(&first.instance.address, |passed| &passed.address);
    let path = format!("{address}.{argument}");
    let written = first.slot.value.origin.span;
    let place = Place { span, tenant: Some(first.slot.tenant), path: Some(path) };
    let fix = right_name(cx.model, found, first);
    let cause_text = format!("{}.{name} {}", found.call(), problems(cx.model, found, &tenants));
    let help = help(cx.model, cause, first, fix.as_ref().map(|(_, right)| right.as_str()));
    let mut report = cx.report(place, message).label("wrong for the tenant").help(help);
    // If each tenant has a different value, showing the first one would be misleading.
    let is_one = found.wrong.iter().all(|wrong| wrong.slot.value.origin.span == written);
    if is_one && !span.contains(written) {
        report = report.related(written, "the value that is passed");
    }
    for other in &cause.others {
        let label = match cause.entry {
            Some(_) => "this argument comes from the same entry",
            None => "this also belongs to that tenant",
        };
        report = report.related(*other, label);
    }
    if let Some(WrongEntry { name, .. }) = &cause.entry {
        let help = format!(
            "Correct the `for_each` of the call, or what is passed to the module that contains it: `{name}` is not the \
             tenant's own entry. Requests for one customer would act on another."
        );
        report = report.help(help);
    }
    if let Some((span, right)) = fix {
        report = report.suggestion(format!("pass `{right}`"), span, right);
    }
    if is_group {
        report.group(&tenants).cause(cause_text);
    }
}

/// The problems of several tenants, in words that stay the same when tenants are added.
fn problems(model: &Model<'_>, found: &WrongValues<'_>, tenants: &[TenantId]) -> String {
    let what = |wrong: &Wrong<'_>| match &wrong.problem {
        ValueProblem::Tenant(other) => format!("tenant {}", model.tenant(*other).name()),
        ValueProblem::Field(kind) => kind.name().to_owned(),
        ValueProblem::Attribute(path) => format!("attribute {path}"),
        ValueProblem::Grant => "grant".to_owned(),
        ValueProblem::Entry(name) => format!("entry {name}"),
        ValueProblem::Shared => "shared".to_owned(),
        ValueProblem::Null => "null".to_owned(),
        ValueProblem::Default => "default".to_owned(),
        ValueProblem::Number(_) => "number".to_owned(),
        ValueProblem::Written => "written".to_owned(),
        ValueProblem::Overridden => "overridden".to_owned(),
        ValueProblem::Changed => "changed".to_owned(),
    };
    let what: SortedSet<String> = found.wrong.iter().map(what).collect();
    // If all receivers are affected, the argument will also be wrong for any tenant that is added.
    let concerned = if tenants.len() < found.receivers { tenants } else { &[] };
    let whom: SortedSet<String> =
        concerned.iter().map(|&tenant| format!("for {}", model.tenant(tenant).name())).collect();
    what.into_iter().chain(whom).collect::<Vec<_>>().join(", ")
}

/// What to pass instead, and what would happen otherwise.
fn help(model: &Model<'_>, cause: &Cause<'_>, wrong: &Wrong<'_>, fix: Option<&str>) -> String {
    let found = &cause.found;
    let is_sso_account = wrong.problem == ValueProblem::Field(FieldKind::SsoAccountId);
    let consequence = match wrong.slot.wanted {
        FieldKind::TargetAccountId if is_sso_account => {
            "Engineers would enter the account that controls all of a customer's access."
        }
        wanted => consequence(wanted),
    };
    if wrong.problem == ValueProblem::Grant {
        return format!("Pass the account and the permission set of one grant. {consequence}");
    }
    if let ValueProblem::Entry(name) = &wrong.problem {
        return format!("Select it by `each.value.{name}`, which names a different one. {consequence}");
    }
    if is_undecided(model, wrong) {
        let name = |kind| model.path_name(wrong.slot.tenant, kind);
        let (sso_account, target) = (name(FieldKind::SsoAccountId), name(wrong.slot.wanted));
        return format!(
            "The role is built from {sso_account} as well, and nothing receives {target}. Find out which of them is the \
             SSO account: build the role from that one, and pass the other one here. {consequence}"
        );
    }
    let is_in_call = found.expr.is_none_or(|expr| expr.span.contains(wrong.slot.value.origin.span));
    if wrong.problem == ValueProblem::Null && !is_in_call {
        return format!("Write a value in place of `null`, or pass another value. {consequence}");
    }
    let own = wanted(model, wrong.slot).of_its_own();
    let reference = || right_reference(model, found, wrong).filter(|_| !is_whole(wrong.slot));
    // If the expression is the whole object, or several of its parts are wrong, the whole object is.
    let passed = found.passed.as_ref().map(|passed| passed.argument.value.span);
    let is_object = passed.is_some() && passed == found.expr.map(|expr| expr.span)
        || found.wrong.iter().any(|it| it.slot.part != wrong.slot.part)
        || cause.written.is_some() && !cause.others.is_empty();
    let parts = wrong.slot.argument.parts.iter().filter(|part| part.field == wrong.slot.wanted && is_object);
    let parts = parts.map(|part| part.steps.iter().filter_map(name_of).collect::<Vec<_>>().join("."));
    let part = parts.filter(|part| !part.is_empty()).max_by_key(String::len);
    let around = |right: String| {
        part.and_then(|part| Some(right.strip_suffix(&*part)?.strip_suffix('.')?.to_owned())).unwrap_or(right)
    };
    // A fix may consist of the last name of a reference only.
    match fix.filter(|fix| fix.contains('.')).map(str::to_owned).or_else(reference).map(around) {
        Some(right) => format!("Pass `{right}`. {consequence}"),
        None if is_in_list(model, wrong.slot) => format!("Pass one of the tenant's own {own}. {consequence}"),
        None => format!("Pass the tenant's own {own}. {consequence}"),
    }
}

/// Whether an object is passed that lacks all expected parts.
fn is_whole(slot: &Slot<'_>) -> bool {
    slot.argument.is_object() && slot.part.is_none()
}

/// Whether the values that could be passed are the elements of a list.
fn is_in_list(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    model.ways_to(slot.tenant, slot.wanted).iter().any(|way| way.steps.last() == Some(&Step::Each))
}

/// The name, in the tenant's entry, of the value that should be passed.
fn wanted(model: &Model<'_>, slot: &Slot<'_>) -> FieldName {
    if is_whole(slot) { model.settings_name(slot.tenant) } else { model.path_name(slot.tenant, slot.wanted) }
}

fn describe(cx: &Context<'_>, found: &WrongValues<'_>, argument: &str, is_group: bool) -> String {
    let Some(first) = found.wrong.first() else { return String::new() };
    let model = cx.model;
    let name = |tenant: TenantId| model.tenant(tenant).name();
    let own = first.slot.tenant;
    let wanted = wanted(model, first.slot);
    let own_wanted = wanted.of_its_own();
    match &first.problem {
        ValueProblem::Tenant(other) => {
            let is_one = found.wrong.iter().all(|wrong| wrong.problem == first.problem);
            match is_group && !is_one {
                true => {
                    format!(
                        "comes from other tenants; the one for `{}` comes from `{}`",
                        name(first.slot.tenant),
                        name(*other)
                    )
                }
                false => format!("comes from another tenant, `{}`", name(*other)),
            }
        }
        ValueProblem::Field(FieldKind::Key) => format!("comes from the tenant's key, not from {wanted}"),
        ValueProblem::Field(kind) => format!("comes from {}, not from {wanted}", model.path_name(own, *kind)),
        ValueProblem::Attribute(path) => format!("comes from `{path}`, not from {wanted}"),
        ValueProblem::Grant => of_another_grant(first.slot.wanted).to_owned(),
        ValueProblem::Entry(name) => format!("does not depend on `each.value.{name}`"),
        ValueProblem::Shared => match owner(cx, first.slot.wanted, &first.slot.value) {
            Some(owner) => {
                // If the value has the same name as the argument, the name is not repeated.
                let name = model.path_name(owner.id, first.slot.wanted);
                match name.to_string().trim_matches('`') == argument {
                    true => format!("is that of {}", cx.called(owner)),
                    false => format!("is {}", cx.of_tenant(owner, &name.of_its_own())),
                }
            }
            None => shared(&first.slot.value).to_owned(),
        },
        ValueProblem::Null => "is null".to_owned(),
        ValueProblem::Default => "is the default of the module".to_owned(),
        ValueProblem::Number(number) => format!("is `{number}`, because numbers lose leading zeros; pass a string"),
        ValueProblem::Overridden => format!("is set in the configuration and overrides the tenant's own {own_wanted}"),
        ValueProblem::Written => format!("is set here and differs from the tenant's own {own_wanted}"),
        ValueProblem::Changed => format!("is computed from the tenant's own {own_wanted} and differs from it"),
    }
}

/// Whether one account is both the target and in a role that the configuration builds, while another account is in
/// neither. Either of the two expressions may be the wrong one.
fn is_undecided(model: &Model<'_>, wrong: &Wrong<'_>) -> bool {
    let ways = |kind| model.ways_to(wrong.slot.tenant, kind);
    let is_in_role = |way: &&Way| matches!(way.evidence, Evidence::InRole(_));
    let is_by_looks = |way: &&Way| matches!(way.evidence, Evidence::Looks(_));
    wrong.problem == ValueProblem::Field(FieldKind::SsoAccountId)
        && ways(wrong.slot.wanted).iter().any(is_by_looks)
        && ways(FieldKind::SsoAccountId).iter().any(is_in_role)
        && ways(FieldKind::RoleArn).iter().all(|way| way.is_fragment)
}

/// Where a wrong reference can be replaced, and by what.
fn right_name(model: &Model<'_>, found: &WrongValues<'_>, wrong: &Wrong<'_>) -> Option<(Span, String)> {
    let (ValueProblem::Field(kind), expr) = (&wrong.problem, found.expr?) else { return None };
    // If the right values are in a list, which of them is meant is not known.
    if is_undecided(model, wrong) || is_in_list(model, wrong.slot) {
        return None;
    }
    let is_of_module = matches!(expression::root(expr), Some("each" | "var"));
    if let Some(right) = right_reference(model, found, wrong).filter(|_| is_of_module && expression::is_reference(expr))
    {
        return Some((expr.span, right));
    }
    let own = wrong.slot.tenant;
    let (is, wanted) = (model.path_of(own, *kind)?, model.path_of(own, wrong.slot.wanted)?);
    let (before, last) = is.rsplit_once('.').unwrap_or(("", &is));
    let (before_wanted, last_wanted) = wanted.rsplit_once('.').unwrap_or(("", &wanted));
    if before != before_wanted || *kind == FieldKind::Key || wrong.slot.wanted == FieldKind::Key {
        return None;
    }
    Some((expression::last_name(expr, last)?, last_wanted.to_owned()))
}

/// The right argument, if the element in the call's `for_each`, or a variable of the calling module, has the right
/// value.
fn right_reference(model: &Model<'_>, found: &WrongValues<'_>, wrong: &Wrong<'_>) -> Option<String> {
    let Slot { instance, tenant, wanted, .. } = *wrong.slot;
    let call = found.passed.as_ref()?.call;
    if call.for_each.is_none() {
        return match instance.around.get(found.around) {
            Some(variables) => right_in(model, wrong.slot, variables),
            None => in_own_variable(model, tenant, wanted),
        };
    }
    let repetitions = &instance.repetitions;
    let repetition = if found.around > 0 { repetitions.last() } else { repetitions.first() }?;
    let meant = wrong.slot.value.origin.path.as_ref().and_then(|path| path.last()?.name());
    in_element(model, tenant, wanted, repetition, meant)
}

/// How the root module refers to a value of a tenant that is a variable or a local.
fn in_own_variable(model: &Model<'_>, tenant: TenantId, wanted: FieldKind) -> Option<String> {
    let tenant = model.tenant(tenant);
    let mut right = tenant.fields().filter(|field| field.kind == wanted).filter_map(|field| field.path.as_ref());
    let path = right.next().filter(|path| tenant.is_variable() && path.is_below(&tenant.path))?;
    match (right.next(), path.start()) {
        (None, Root::Variable { .. }) => Some(format!("var.{path}")),
        (None, Root::Local { .. }) => Some(path.to_string()),
        _ => None,
    }
}

/// How a call that is repeated for elements refers to a value of the tenant, if the element has it. If there are
/// several values of the kind, the one with the name `meant` is used.
pub(super) fn in_element(
    model: &Model<'_>,
    tenant: TenantId,
    wanted: FieldKind,
    repetition: &Repetition,
    meant: Option<&Str>,
) -> Option<String> {
    let own = model.tenant(tenant);
    if wanted == FieldKind::Key {
        return (repetition.key.as_str()?.as_str() == own.name()).then(|| "each.key".to_owned());
    }
    let ways = model.ways_to(tenant, wanted);
    let is_meant = |way: &&&Way| matches!((way.steps.last(), meant), (Some(Step::Name(name)), Some(it)) if name == it);
    let way = match ways.as_slice() {
        [only] => only,
        several => several.iter().find(is_meant)?,
    };
    let name = |step: &Step| match step {
        Step::Name(name) if is_identifier(name) => Some(name.to_string()),
        _ => None,
    };
    let names = way.steps.iter().map(name).collect::<Option<Vec<_>>>()?;
    let values = values_at(repetition.value.as_ref()?, &way.steps);
    let [value] = values.as_slice() else { return None };
    let is_right = own.fields().any(|field| field.kind == wanted && field.raw() == text_of(value).as_ref());
    is_right.then(|| format!("each.value.{}", names.join(".")))
}

/// Whether an attribute with this name can be written without brackets.
fn is_identifier(name: &str) -> bool {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_start) && name.chars().all(|c| is_start(c) || c.is_ascii_digit() || c == '-')
}
