//! Reports a wrong argument.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, FieldName, Model, Place, TenantId};
use symlint_terraform::SortedSet;

use super::fix::{is_in_list, is_undecided, right_name, right_reference};
use super::{Cause, Wrong, WrongEntry, WrongValues};
use crate::wiring::judge::ValueProblem;
use crate::wiring::slot::{Slot, name_of};
use crate::wiring::wording::{consequence, is_always, of_another_grant, owner, shared};

pub(super) fn report(cx: &mut Context<'_>, cause: &Cause<'_>) {
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
    let subject = format!("argument `{name}` for {}", cx.model.name_or_count(&tenants, found.receivers));
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
    report.group_by(&tenants, cause_text);
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
    // An entry that has only this part is not the whole object.
    let is_object =
        |whole: &&str| *whole != "each.value" || found.wrong.iter().any(|it| it.slot.part != wrong.slot.part);
    let around = |right: String| {
        let whole = part.and_then(|part| right.strip_suffix(&*part)?.strip_suffix('.'));
        whole.filter(is_object).map(str::to_owned).unwrap_or(right)
    };
    // A fix may consist of the last name of a reference only.
    match fix.filter(|fix| fix.contains('.')).map(str::to_owned).or_else(reference).map(around) {
        Some(right) => format!("Pass `{right}`. {consequence}"),
        None if is_in_list(model, wrong.slot) => format!("Pass one of the tenant's own {own}. {consequence}"),
        None if wrong.slot.is_fragment => {
            format!("Pass the part of the tenant's own {own} that the module uses here. {consequence}")
        }
        None => format!("Pass the tenant's own {own}. {consequence}"),
    }
}

/// Whether an object is passed that lacks all expected parts.
fn is_whole(slot: &Slot<'_>) -> bool {
    slot.argument.is_object() && slot.part.is_none()
}

/// The name, in the tenant's entry, of the value that should be passed.
pub(super) fn wanted(model: &Model<'_>, slot: &Slot<'_>) -> FieldName {
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
