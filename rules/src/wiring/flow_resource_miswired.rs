//! See flow-resource-miswired.md.

use foldhash::{HashMap, HashSet};
use symlint_core::discover::sinks::Reference;
use symlint_core::rule::Context;
use symlint_core::tenants::format::{is_account_id, is_permission_set_id};
use symlint_core::tenants::{
    Argument, Field, FieldKind, FieldRef, FlowResource, MadeOf, Model, Place, Source, TenantId, has_shape, may_be,
    other_shape, text_of,
};
use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{Makeup, Module, PathStep, Resource, SortedMap, Span, Str, Value};

use super::judge::{
    are_mixed, consequence, is_always, is_computed, is_not_own, is_overridden, is_set_wrong, of_another_grant, owner,
    selected_by, shared,
};
use super::origin::{Referrer, is_same};
use super::owners::TextOwners;
use super::reference::{References, receivers, reference_to, references, refers, report_foreign};
use super::setting::{FlowSetting, settings, settings_of};
use super::slot::{GrantPair, Slots};
use crate::expression;
use crate::names::{ResourceName, names};

/// What is wrong with a value that Sym acts on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum SettingProblem {
    /// It comes from a variable of the module, named as in the module, or from an attribute of the tenant.
    From(String),
    /// It belongs to this tenant.
    Tenant(TenantId),
    /// It is the same for several tenants.
    Shared,
    /// It is written in the module.
    Written,
    /// Like `Written`, and it replaces a value of the tenant's entry in the collection of the resource's `for_each`.
    Overridden,
    /// It is the same for all entries of the resource's `for_each`, though they have this attribute.
    SameForAll(Str),
    /// It belongs to a different grant than the other half.
    Grant,
    Null,
    /// It was computed from the right value, but differs from it.
    Changed,
}

/// Whether Sym acts on a wrong value.
pub(super) fn is_any_wrong(model: &Model<'_>) -> bool {
    let doubtful = doubtful(model);
    let judge = SettingJudge::new(model, &doubtful);
    doubtful.iter().any(|setting| judge.judge(setting).is_some()) || !mixed(model).is_empty()
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
    for (setting, problem) in judged.chain(mixed.iter().map(|setting| (setting, SettingProblem::Grant))) {
        let span =
            place(setting).map_or(setting.resource.resource.name.span, |expr| expression::span(expr, cx.sources()));
        found.entry(span).or_default().push((setting, problem));
    }
    for (span, wrong) in found {
        report(cx, span, &wrong);
    }
    check_names(cx);
    report_names_of_others(cx);
    check_references(cx);
    report_foreign(cx, false);
}

/// Reports names with another customer's key in place of the tenant's own: engineers who request one customer would get
/// the other.
fn report_names_of_others(cx: &mut Context<'_>) {
    let model = cx.model;
    let names = names(model);
    let mut found: SortedMap<Span, Vec<(&ResourceName<'_>, TenantId, TenantId)>> = SortedMap::new();
    for name in &names {
        if let Some((own, other)) = name.tenant().zip(name.of_another(model)) {
            found.entry(name.span).or_default().push((name, own, other));
        }
    }
    for (span, wrong) in found {
        let Some((first, own, other)) = wrong.first() else { continue };
        let tenants = sorted(wrong.iter().map(|(_, own, _)| *own));
        let within = format!("{}.name", first.resource.address());
        let (tenant, whom) = match tenants.as_slice() {
            [only] => (Some(*only), format!("`{}`", cx.tenant(*only).name())),
            _ => {
                let named = names.iter().filter(|name| name.span == span).filter_map(ResourceName::tenant);
                (None, model.count(&tenants, sorted(named).len()))
            }
        };
        let (own, other) = (cx.tenant(*own).name(), cx.tenant(*other).name());
        let what = match tenant {
            Some(_) => format!("contains the key of another tenant, `{other}`"),
            None => format!("contains the keys of other tenants; the one for `{own}` contains `{other}`"),
        };
        let message = format!("`name` of `{}` for {whom} {what}", first.resource.address());
        let path = tenant.map(|_| format!("{}.{within}", first.instance.address));
        let report = cx.report(Place { span, tenant, path }, message);
        let report = report.help(
            "Build the name from the tenant's own key. Engineers who request access to one customer would get access \
             to another.",
        );
        if tenant.is_none() {
            report.group(&tenants).cause(format!("{within} has another tenant's key"));
        }
    }
}

/// Reports names that are built from an ARN of the tenant.
fn check_names(cx: &mut Context<'_>) {
    let model = cx.model;
    let names = names(model);
    let referrer = Referrer::new(model);
    // One variable may be in the names of several resources.
    let mut found: SortedMap<String, SortedMap<Span, Vec<&ResourceName<'_>>>> = SortedMap::new();
    for name in &names {
        if let Some(source) = name.arn(model) {
            let from = referrer.name(name.instance, &source);
            found.entry(from).or_default().entry(name.span).or_default().push(name);
        }
    }
    // If a flow receives a wrong value, that is the cause.
    if found.is_empty() || super::flow_argument_miswired::is_any_wrong(model) {
        return;
    }
    for (from, places) in found {
        let Some((&span, wrong)) = places.iter().next() else { continue };
        let Some(first) = wrong.first() else { continue };
        let tenants = sorted(wrong.iter().filter_map(|name| name.tenant()));
        let block = &first.resource.resource;
        let named = names.iter().filter(|name| name.span == span).filter_map(ResourceName::tenant);
        let whom = match tenants.as_slice() {
            [only] => format!("`{}`", cx.tenant(*only).name()),
            _ => model.count(&tenants, sorted(named).len()),
        };
        let within = format!("{}.{}", block.kind.text, block.name.text);
        let message = format!("`name` of `{within}` for {whom} comes from {from}, not from the tenant's key");
        let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
        let path = only.map(|_| format!("{}.{within}.name", first.instance.address));
        let mut report = cx.report(Place { span, tenant: only, path }, message);
        for other in places.keys().skip(1) {
            report = report.related(*other, "the same name");
        }
        if only.is_none() {
            report.group(&tenants).cause(format!("{within}.name comes from {from}"));
        }
    }
}

/// Reports strategies that refer to another tenant's integration, or to no target.
fn check_references(cx: &mut Context<'_>) {
    let model = cx.model;
    let (mut seen, mut reported) = (HashSet::default(), HashSet::default());
    let mut all_right: Vec<(&Module, &Reference, Vec<&Resource>)> = Vec::new();
    for found in &model.resources {
        let is_first = seen.insert(found.resource.block.span);
        let is_flow = found.kind() == "sym_flow";
        for (reference, expr, value) in found.references().filter(|_| found.sink().is_some() || is_flow) {
            // A written text may be meant for one tenant.
            if !is_first && !is_any_text(value) || reported.contains(&expr.span) {
                continue;
            }
            let is_right = |resource: &&Resource| reference.may_be(resource);
            let (kind, types) = (reference.to.0, reference.to.1.join("` or `"));
            let is_known = |it: &&(&Module, &Reference, Vec<&Resource>)| {
                std::ptr::eq(it.0, found.module) && std::ptr::eq(it.1, reference)
            };
            if !all_right.iter().any(|it| is_known(&it)) {
                let own = found.module.resources.iter().filter(is_right).collect();
                all_right.push((found.module, reference, own));
            }
            let own = all_right.iter().find(is_known).map(|(.., own)| own.as_slice()).unwrap_or_default();
            let References { resources, is_open, .. } = references(found.module, expr);
            let wrong = resources.iter().find(|resource| !is_right(resource));
            let passed = passed(model, found, expr, reference.attribute).filter(|_| wrong.is_none());
            let from = something_else(model, found, value, kind, passed.is_some());
            // The id of a resource in this flow is known only after it is applied.
            let is_open = from.is_none() && (is_open && !is_any_text(value) || wrong.is_none() && refers(value));
            // Other values from outside the module, or from a module that also has such a resource, cannot be checked.
            let is_certain = from.is_some() || !own.is_empty() && resources.is_empty();
            if is_open || wrong.is_none() && !is_certain {
                continue;
            }
            let from = from.filter(|_| own.is_empty() || !is_any_text(value));
            reported.insert(expr.span);
            let (block, name) = (&found.resource.kind.text, &found.resource.name.text);
            let is_empty = value.elements().is_some_and(<[Value]>::is_empty);
            let consequence = match kind {
                "sym_target" if is_empty => "Requests would grant nothing.",
                "sym_target" => "Requests would grant something else, or fail.",
                "sym_integration" => "Requests would act in another organization, or fail.",
                _ => "Requests would be carried out in another way, or fail.",
            };
            let what = match (wrong, from) {
                (Some(other), _) => format!(
                    "refers to `{}.{}`, which is not a `{kind}` of type `{types}`",
                    other.kind.text, other.name.text
                ),
                (None, Some(from)) => format!("comes from {from}, not from a `{kind}`"),
                (None, None) if is_empty => "is empty".to_owned(),
                (None, None) => format!("does not refer to a `{kind}` of this flow"),
            };
            let message = format!("`{}` of `{block}.{name}` {what}", reference.attribute);
            let span = passed.unwrap_or(expr).span;
            let place = Place { span, tenant: None, path: None };
            let cause = format!("{block}.{name}.{}", reference.attribute);
            let tenants = sorted(receivers(model, found).into_iter());
            let only = if let [only] = own { Some(*only) } else { None };
            // A wrong argument is not the module's mistake.
            let right =
                only.filter(|_| passed.is_none()).and_then(|only| reference_to(only, found, reference.attribute));
            let action =
                right.map_or_else(|| format!("Refer to a `{kind}` of this flow."), |right| format!("Use `{right}`."));
            let help = format!("{action} {consequence}");
            let report = cx.report(place, message).help(help).group(&tenants).cause(cause);
            if let Some(only) = only {
                report.related(only.name.span, format!("the `{kind}` of this flow"));
            }
        }
    }
}

/// The name of what `value`, or a part of it, is in place of the id of a `kind` resource: a value of the tenant, as the
/// module or the tenant's entry names it, or another of Sym's resources.
fn something_else(
    model: &Model<'_>,
    resource: &FlowResource<'_>,
    value: &Value,
    kind: &str,
    is_passed: bool,
) -> Option<String> {
    let instance = model.instance_of(resource)?;
    let mut ids = std::iter::once(value).chain(value.elements().unwrap_or_default());
    ids.find_map(|id| {
        if let Some(unknown) = id.as_unknown() {
            let text = model.sources().text(unknown.span);
            let is_of_sym = text.starts_with("sym_") && text.split('.').count() == 3;
            return (is_of_sym && text.split('.').next() != Some(kind)).then(|| format!("`{}`", &*text));
        }
        id.as_str()?;
        let sources = model.sources_of_values.of(id, instance.tenant)?;
        match sources.as_slice() {
            [Source::Field(field)] if is_passed => Some(model.path_name(field.tenant, field.kind).to_string()),
            [source @ (Source::Field(_) | Source::Tenant(_))] => Some(Referrer::new(model).name(instance, source)),
            _ => None,
        }
    })
}

/// The argument that the call passes for `expr`, if that is a variable with the attribute's name. In that case, the
/// module uses the argument as its name says.
fn passed<'a>(model: &Model<'a>, resource: &FlowResource<'_>, expr: &Expr, attribute: &str) -> Option<&'a Expr> {
    let ExprKind::Attribute(base, last) = &expr.kind else { return None };
    let (variable, part) = match &base.kind {
        ExprKind::Attribute(_, variable) => (variable, Some(attribute)),
        _ => (last, None),
    };
    let is_called_so = last.text.as_str() == attribute && expression::root(expr) == Some("var");
    let mut arguments = model.flows.get(resource.flow)?.written_arguments().iter();
    let argument = arguments.find(|argument| is_called_so && argument.name.text == variable.text)?;
    match part {
        Some(part) => expression::part(&argument.value, part),
        None => Some(&argument.value),
    }
}

/// Whether `value` is a text, or a list that contains one.
fn is_any_text(value: &Value) -> bool {
    value.as_str().is_some() || value.elements().is_some_and(|elements| elements.iter().any(|it| it.as_str().is_some()))
}

/// Whether `setting` is exactly the right value of its tenant.
fn is_right(model: &Model<'_>, setting: &FlowSetting<'_>) -> bool {
    let sources = model.sources_of_values.of(&setting.value, setting.tenant).unwrap_or_default();
    let is_own = |it: &FieldRef| it.tenant == setting.tenant && it.kind == setting.wanted;
    let is_one = setting.value.candidates().is_empty();
    is_one && matches!(sources.as_slice(), [Source::Field(it)] if is_own(it)) && !is_other(model, setting)
}

/// Whether the value was computed from one of the tenant's values, but is equal to none of them.
fn is_other(model: &Model<'_>, setting: &FlowSetting<'_>) -> bool {
    is_not_own(model, setting.tenant, setting.wanted, &setting.value)
}

/// The expression of the value, if the module writes it.
fn place<'a>(setting: &FlowSetting<'a>) -> Option<&'a Expr> {
    let whole = &setting.resource.resource.attribute(setting.attribute)?.value;
    let part = setting.part.and_then(|part| expression::part_in(setting.resource.module, whole, part));
    Some(part.unwrap_or(whole))
}

fn report(cx: &mut Context<'_>, span: Span, wrong: &[(&FlowSetting<'_>, SettingProblem)]) {
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
    let whom = match tenants.as_slice() {
        [only] => format!("`{}`", cx.tenant(*only).name()),
        _ => cx.model.count(&tenants, receivers.len()),
    };
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
    let tenant = if let [only] = tenants.as_slice() { Some(*only) } else { None };
    let within = format!("{}.{}.{name}", resource.kind.text, resource.name.text);
    let path = tenant.map(|_| format!("{}.{within}", first.instance.address));
    let written = first.value.origin.span;
    let help = match problem {
        SettingProblem::SameForAll(name) => format!("Use `each.value.{name}`. {}", consequence(first.wanted)),
        SettingProblem::Grant => {
            format!("Use the account and the permission set of one grant. {}", consequence(first.wanted))
        }
        _ => format!("Use {wanted}. {}", consequence(first.wanted)),
    };
    let mut report = cx.report(Place { span, tenant, path }, message).help(help);
    if tenant.is_none() {
        report = report.group(&tenants).cause(format!("{within} {what}"));
    }
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

fn sorted(tenants: impl Iterator<Item = TenantId>) -> Vec<TenantId> {
    let mut tenants: Vec<TenantId> = tenants.collect::<HashSet<_>>().into_iter().collect();
    tenants.sort_unstable();
    tenants
}

/// The attributes of an object that are texts, with their names.
fn texts_of(object: &Value) -> Vec<(Str, Str)> {
    let entries = object.entries().unwrap_or_default().iter();
    entries.filter_map(|entry| Some((entry.key.clone(), text_of(&entry.value)?))).collect()
}

/// A text that is written once, and the part of a block that it reaches.
type SettingConstant<'a> = (Span, &'a str, Option<&'a str>, Span, Str);

struct SettingJudge<'a> {
    model: &'a Model<'a>,
    referrer: Referrer<'a>,
    owners: TextOwners<'a>,
    /// Texts that are written once and reach several tenants.
    shared: HashSet<SettingConstant<'a>>,
    /// The resources with doubtful settings for several tenants.
    repeated: HashSet<Span>,
    /// The attributes of entries that differ between the entries of a resource's `for_each`.
    different: HashSet<(Span, Str)>,
}

impl<'a> SettingJudge<'a> {
    fn new(model: &'a Model<'a>, doubtful: &[FlowSetting<'a>]) -> Self {
        let mut receivers: HashMap<SettingConstant<'a>, TenantId> = HashMap::default();
        let mut shared = HashSet::default();
        let mut receiver: HashMap<Span, TenantId> = HashMap::default();
        let mut repeated = HashSet::default();
        let mut firsts: HashMap<(Span, Str), Str> = HashMap::default();
        let mut different = HashSet::default();
        for setting in doubtful {
            let block = setting.resource.resource.block.span;
            if *receiver.entry(block).or_insert(setting.tenant) != setting.tenant {
                repeated.insert(block);
            }
            let entry = setting.resource.each.as_ref().filter(|_| setting.wanted.is_of_grant());
            for (key, text) in entry.map(texts_of).unwrap_or_default() {
                let first = firsts.entry((block, key.clone())).or_insert_with(|| text.clone());
                if *first != text {
                    different.insert((block, key));
                }
            }
            let values = std::iter::once(&setting.value).chain(setting.value.candidates());
            for constant in values.filter_map(|value| constant(setting, value)) {
                if *receivers.entry(constant.clone()).or_insert(setting.tenant) != setting.tenant {
                    shared.insert(constant);
                }
            }
        }
        Self { model, referrer: Referrer::new(model), owners: TextOwners::new(model), shared, repeated, different }
    }

    /// What is wrong with `setting`; `None` if nothing is, or if it cannot be known.
    fn judge(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        match text_of(&setting.value) {
            Some(text) => {
                let is_received = || self.is_wanted(setting, &setting.expected(self.model), &text);
                let owner = || self.owners.other(setting.tenant, setting.wanted, &text).filter(|_| !is_received());
                let problem = self.judge_text(setting, &text).or_else(|| owner().map(SettingProblem::Tenant));
                problem.filter(|it| !matches!(it, SettingProblem::Tenant(other) if self.is_passed(setting, *other)))
            }
            None if setting.value.entries().is_some() || setting.value.elements().is_some() => {
                self.judge_whole(setting)
            }
            None if setting.value.is_null() => self.judge_null(setting),
            None => self.judge_unknown(setting),
        }
    }

    /// A null that is passed, or a value that the tenant lacks, is not the resource's mistake.
    fn judge_null(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        let expected = setting.expected(self.model);
        let is_optional = matches!(setting.wanted, FieldKind::Cloud | FieldKind::Region);
        let mut inputs = setting.instance.inputs.iter();
        let is_there = expected.iter().all(|value| text_of(value).is_some())
            && inputs.all(|input| input.value.origin.span != setting.value.origin.span);
        (is_there && !is_optional && !self.wanted_texts(setting, &expected).is_empty()).then_some(SettingProblem::Null)
    }

    /// Objects and lists are never values that Sym acts on.
    fn judge_whole(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        let input = setting.instance.inputs.iter().find(|input| input.value.origin.span == setting.value.origin.span);
        input.map(|input| SettingProblem::From(format!("`var.{}`", input.name)))
    }

    /// Checks the candidates and the dependencies of a value that is not known.
    fn judge_unknown(&self, setting: &FlowSetting<'a>) -> Option<SettingProblem> {
        if setting.value.as_unknown()?.is_refused {
            return None;
        }
        // A value that the module receives is checked where it is passed.
        let received = setting.unknown(self.model);
        let candidates = setting.value.candidates();
        if candidates.is_empty() {
            let other = selected_by(self.model, setting.tenant, &setting.value).filter(|_| received.is_empty());
            if let Some(other) = other {
                return Some(SettingProblem::Tenant(other));
            }
            let may_be_shared = matches!(setting.wanted, FieldKind::Cloud | FieldKind::Region);
            // Values that AWS assigns are in the only instance of the provider's organization, if no tenant sets an
            // instance.
            let is_of_provider = || {
                setting.resource.kind().starts_with("aws_")
                    && setting.wanted != FieldKind::TargetAccountId
                    && self.wanted_texts(setting, &[]).is_empty()
            };
            let is_shared = received.is_empty() && !may_be_shared && self.is_for_all(setting) && !is_of_provider();
            return is_shared.then_some(SettingProblem::Shared);
        }
        let is_received = |value: &Value| {
            let received = received.iter().flat_map(|it| std::iter::once(it).chain(it.candidates()));
            received.map(|it| it.origin.span).any(|span| span == value.origin.span)
        };
        let mut own = candidates.iter().filter(|value| !is_received(value));
        own.find_map(|value| self.judge(&FlowSetting { value: value.clone(), ..*setting }))
    }

    /// Whether a value in a resource for several tenants depends on nothing that differs between them.
    fn is_for_all(&self, setting: &FlowSetting<'a>) -> bool {
        !setting.instance.repetitions.is_empty()
            && self.repeated.contains(&setting.resource.resource.block.span)
            && !setting.value.origin.is_iterated()
            && !self.model.sources_of_values.depends_on(&setting.value, setting.tenant)
    }

    fn judge_text(&self, setting: &FlowSetting<'a>, text: &Str) -> Option<SettingProblem> {
        let sources = self.model.sources_of_values.of(&setting.value, setting.tenant)?;
        let own = setting.tenant;
        let expected = setting.expected(self.model);
        let expected_sources: Vec<MadeOf<'_>> =
            expected.iter().filter_map(|value| self.model.sources_of_values.of(value, own)).collect();
        let is_right = |source: &Source<'_>| {
            matches!(source, Source::Field(it) if it.tenant == own && it.kind == setting.wanted)
                || expected_sources.iter().flatten().any(|expected| is_same(source, expected))
        };
        if sources.iter().any(is_right) && self.is_changed(setting, text, &expected) {
            if is_computed(self.model, &setting.value, own, is_right) {
                return Some(SettingProblem::Changed);
            }
            if constant(setting, &setting.value).is_some_and(|constant| self.shared.contains(&constant)) {
                return Some(SettingProblem::Shared);
            }
        }
        if sources.iter().any(is_right) || sources.iter().any(|source| matches!(source, Source::AllTenants)) {
            return None;
        }
        let wanted = || self.wanted_texts(setting, &expected);
        let is_right_text = self.is_wanted(setting, &expected, text);
        // A value of another form is reported by the rules about formats.
        let is_judged = is_right_text && has_shape(setting.wanted, text);
        if is_judged && let Some(name) = self.own_of_entry(setting, text) {
            return Some(SettingProblem::SameForAll(name));
        }
        // A text that looks like another kind is a different value, whatever it was built from.
        if sources.len() > 1
            && other_shape(setting.wanted, text).is_some()
            && let Some(source) = sources.iter().find(|source| source.tenant() == Some(own))
        {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if !may_be(setting.wanted, text)
            && let Some(source) = sources.iter().find(|source| source.tenant() == Some(own))
        {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        // A value that is built from several may be right; if the right value is unknown, nothing can be said.
        if sources.len() > 1 && (is_right_text || wanted().is_empty()) {
            return None;
        }
        if let Some(other) = sources.iter().filter_map(Source::tenant).find(|&tenant| tenant != own) {
            let is_excused = is_right_text && self.model.index.may_share(setting.wanted, own, other);
            return (!is_excused).then_some(SettingProblem::Tenant(other));
        }
        let known = |source: &Source<'_>| matches!(source, Source::Tenant(_) | Source::Field(_));
        if let Some(source) = sources.iter().find(|source| known(source)) {
            return Some(SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if let Some(source) = sources.iter().find(|source| source.tenant().is_some()) {
            // A malformed value of the tenant's own is reported by the rules about formats.
            let is_wrong = !has_shape(setting.wanted, text) && !self.model.has(own, setting.wanted, text);
            return is_wrong.then(|| SettingProblem::From(self.referrer.name(setting.instance, source)));
        }
        if is_right_text { None } else { self.judge_constant(setting, text, &sources, &wanted()) }
    }

    /// The attribute of an entry that differs between the entries, but that a resource that is repeated for them uses in
    /// none of its settings, since half of its grant is constant.
    fn own_of_entry(&self, setting: &FlowSetting<'a>, text: &Str) -> Option<Str> {
        let is_constant = setting.wanted.is_of_grant() && !setting.value.origin.is_iterated();
        let entry = setting.resource.each.as_ref().filter(|_| is_constant)?;
        let block = setting.resource.resource.block.span;
        let sso_account = self.model.tenant(setting.tenant).sso_account();
        let is_own = |(name, own): &(Str, Str)| {
            let id = own.rsplit('/').next().unwrap_or(own);
            let is_shaped = match setting.wanted {
                FieldKind::TargetAccountId => {
                    is_account_id(own) && sso_account.is_none_or(|it| it.text() != own.as_str())
                }
                _ => is_permission_set_id(id),
            };
            let mut settings = setting.resource.settings().filter_map(|(_, value)| text_of(&value));
            is_shaped
                && self.different.contains(&(block, name.clone()))
                && settings.all(|it| !it.ends_with(id))
                && !text.ends_with(id)
        };
        texts_of(entry).into_iter().find(is_own).map(|(name, _)| name)
    }

    /// Whether a whole argument of the flow is a value of the tenant `other`. If so, it is reported where it is passed.
    fn is_passed(&self, setting: &FlowSetting<'_>, other: TenantId) -> bool {
        setting.instance.arguments.iter().flat_map(Argument::values).any(|value| {
            let made_of = self.model.sources_of_values.of(&value, setting.tenant).unwrap_or_default();
            matches!(made_of.as_slice(), [Source::Field(only)] if only.tenant == other)
        })
    }

    /// Whether `text` was computed from the right value, but is neither that nor what the module receives.
    fn is_changed(&self, setting: &FlowSetting<'a>, text: &Str, expected: &[Value]) -> bool {
        is_other(self.model, setting) && !self.is_wanted(setting, expected, text)
    }

    /// Checks a value that does not come from a tenant's entry.
    fn judge_constant(
        &self,
        setting: &FlowSetting<'a>,
        text: &str,
        sources: &[Source<'_>],
        wanted: &[Str],
    ) -> Option<SettingProblem> {
        if let Some((name, is_of_tenant)) = sources.iter().find_map(|it| self.referrer.argument(setting.instance, it)) {
            if is_of_tenant || !has_shape(setting.wanted, text) {
                return Some(SettingProblem::From(format!("`{name}`")));
            }
        }
        // A region may be written once if no tenant sets its own.
        if setting.wanted == FieldKind::Cloud || setting.wanted == FieldKind::Region && wanted.is_empty() {
            return None;
        }
        if constant(setting, &setting.value).is_some_and(|constant| self.shared.contains(&constant)) {
            return Some(SettingProblem::Shared);
        }
        let each = setting.resource.each.as_ref();
        if each.is_some_and(|entry| is_overridden(self.model, entry, setting.tenant, setting.wanted, sources)) {
            return Some(SettingProblem::Overridden);
        }
        let is_written = sources.iter().all(|source| {
            let Source::Elsewhere(origin) = source else { return false };
            // The module's own table may define the tenant's value.
            let is_table = origin.path.as_ref().is_some_and(|path| path.backwards().any(is_named));
            let is_here = || setting.resource.resource.block.span.contains(origin.span);
            let is_in_module = || self.model.is_in_flow_module(origin.span) || is_here();
            matches!(origin.makeup, Makeup::Written(_)) && !is_table && is_in_module()
        });
        // If the tenant's own value is malformed, that is the mistake.
        let is_comparable = wanted.iter().any(|own| has_shape(setting.wanted, own));
        (is_written && is_comparable).then_some(SettingProblem::Written)
    }

    /// Whether `text` is one of the [texts that would be right](Self::wanted_texts).
    fn is_wanted(&self, setting: &FlowSetting<'_>, expected: &[Value], text: &Str) -> bool {
        expected.is_empty() && self.model.has(setting.tenant, setting.wanted, text)
            || self.wanted_texts(setting, expected).contains(text)
    }

    /// The texts that would be right: those in the module's variable, or else those of the tenant.
    fn wanted_texts(&self, setting: &FlowSetting<'_>, expected: &[Value]) -> Vec<Str> {
        if !expected.is_empty() {
            return expected.iter().filter_map(text_of).collect();
        }
        let fields = self.model.tenant(setting.tenant).fields();
        fields.filter(|field| field.kind == setting.wanted).filter_map(Field::raw).cloned().collect()
    }
}

fn is_named(step: &PathStep) -> bool {
    step.name().is_some()
}

/// `value`, which `setting` is or may be, as a constant, if it is one text in one place.
fn constant<'a>(setting: &FlowSetting<'a>, value: &Value) -> Option<SettingConstant<'a>> {
    let block = setting.resource.resource.block.span;
    Some((block, setting.attribute, setting.part, value.origin.span, text_of(value)?))
}
