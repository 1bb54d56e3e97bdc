//! What to pass instead of a wrong value.

use symlint_core::tenants::{
    Evidence, FieldKind, Input, Model, Repetition, Source, Step, TenantId, Way, text_of, values_at,
};
use symlint_terraform::{Root, Span, Str, Value};

use super::{Wrong, WrongValues};
use crate::expression;
use crate::wiring::judge::ValueProblem;
use crate::wiring::slot::Slot;

/// The expression for the right value of `slot` in a module, if one of the module's `variables` has it.
pub(super) fn right_in(model: &Model<'_>, slot: &Slot<'_>, variables: &[Input]) -> Option<String> {
    fn inside(name: String, value: &Value, depth: usize, is_right: &dyn Fn(&Value) -> bool) -> Option<String> {
        if is_right(value) || depth == 0 {
            return is_right(value).then_some(name);
        }
        let mut entries = value.entries().unwrap_or_default().iter();
        entries.find_map(|entry| {
            let name = match is_identifier(&entry.key) {
                true => format!("{name}.{}", entry.key),
                false => format!("{name}[\"{}\"]", entry.key),
            };
            inside(name, &value.child(entry), depth - 1, is_right)
        })
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

/// Whether the values that could be passed are the elements of a list.
pub(super) fn is_in_list(model: &Model<'_>, slot: &Slot<'_>) -> bool {
    model.ways_to(slot.tenant, slot.wanted).iter().any(|way| way.steps.last() == Some(&Step::Each))
}

/// Whether one account is both the target and in a role that the configuration builds, while another account is in
/// neither. Either of the two expressions may be the wrong one.
pub(super) fn is_undecided(model: &Model<'_>, wrong: &Wrong<'_>) -> bool {
    let ways = |kind| model.ways_to(wrong.slot.tenant, kind);
    let is_in_role = |way: &&Way| matches!(way.evidence, Evidence::InRole(_));
    let is_by_looks = |way: &&Way| matches!(way.evidence, Evidence::Looks(_));
    wrong.problem == ValueProblem::Field(FieldKind::SsoAccountId)
        && ways(wrong.slot.wanted).iter().any(is_by_looks)
        && ways(FieldKind::SsoAccountId).iter().any(is_in_role)
        && ways(FieldKind::RoleArn).iter().all(|way| way.is_fragment)
}

/// Where a wrong reference can be replaced, and by what.
pub(super) fn right_name(model: &Model<'_>, found: &WrongValues<'_>, wrong: &Wrong<'_>) -> Option<(Span, String)> {
    let (ValueProblem::Field(kind), expr) = (&wrong.problem, found.expr?) else { return None };
    // If the right values are in a list, or are only parts of a value, which of them is meant is not known.
    if is_undecided(model, wrong) || is_in_list(model, wrong.slot) || wrong.slot.is_fragment {
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
pub(super) fn right_reference(model: &Model<'_>, found: &WrongValues<'_>, wrong: &Wrong<'_>) -> Option<String> {
    let Slot { instance, tenant, wanted, is_fragment, .. } = *wrong.slot;
    let call = found.passed.as_ref().filter(|_| !is_fragment)?.call;
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
pub(in crate::wiring) fn in_element(
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
