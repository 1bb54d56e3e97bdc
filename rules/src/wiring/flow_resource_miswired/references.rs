//! References to something else than the module's own resources.

use foldhash::HashSet;
use symlint_core::discover::sinks::Reference;
use symlint_core::rule::Context;
use symlint_core::tenants::{FlowResource, Model, Place, Source};
use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{Module, Resource, Value};

use super::sorted;
use crate::expression;
use crate::wiring::origin::Referrer;
use crate::wiring::reference::{References, receivers, reference_to, references, refers};

/// Reports strategies that refer to another tenant's integration, or to no target.
pub(super) fn check_references(cx: &mut Context<'_>) {
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
            let kind = reference.to.0;
            let of_type = match reference.to.1 {
                [] => String::new(),
                types => format!(" of type `{}`", types.join("` or `")),
            };
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
                (Some(other), _) => {
                    format!("refers to `{}.{}`, which is not a `{kind}`{of_type}", other.kind.text, other.name.text)
                }
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
