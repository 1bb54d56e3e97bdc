//! Tenants that were not found, or that nothing uses.

use std::sync::Arc;

use symlint_terraform::syntax::{Attribute, Expr, ExprKind, children, top_level};
use symlint_terraform::{AssignmentSource, Evaluator, FileRole, Module, SortedMap, Span};

use super::names::{names_of_tenants, reference};
use super::reported::{SET_IT, is_reported, misspelled};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover;
use crate::discover::sinks::sinks_in;
use crate::spelling::closest;
use crate::tenants::{Model, TenantsVariable, VariableState};

/// Notes flows or safelists without any tenant. A map that is known to be empty is not a gap.
pub(super) fn no_tenants(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    if !model.tenants.is_empty() || !model.project.has_configuration() {
        return;
    }
    for variable in &model.variables {
        let reason = match &variable.state {
            // An empty default does not mean that there are no tenants.
            VariableState::Known if is_by_default(model, variable) => {
                "is empty by default, and nothing sets it".to_owned()
            }
            VariableState::Known => continue,
            VariableState::Unset => "has no value".to_owned(),
            VariableState::Null(_) => "is null".to_owned(),
            VariableState::Unknown { reason, .. } => format!("is not known: {reason}"),
        };
        let is_reported = match &variable.state {
            VariableState::Unknown { span, .. } => self::is_reported(model, *span),
            _ => false,
        };
        let declared = model.project.root().and_then(|root| root.variable(&variable.name));
        let reason = format!("{} {reason}, so no tenant was checked", variable.shown());
        let gap = NotChecked::new(Code::NoFlow, reason, declared.map(|variable| variable.name.span));
        // A values file may set it under a name that no variable has. That is reported there.
        let is_unset = matches!(variable.state, VariableState::Unset | VariableState::Known);
        let misspelled = misspelled(model, &variable.name).filter(|_| is_unset);
        let is_reported = is_reported || misspelled.is_some();
        let help = match misspelled {
            Some(name) => format!("Rename `{name}` in the values file to `{}`.", variable.name),
            None => SET_IT.to_owned(),
        };
        found.push(NotChecked { is_finding: !is_reported, ..gap.help(help) });
    }
    let is_explained = !model.variables.is_empty();
    if let Some(flow) =
        model.flows.iter().find(|flow| flow.unknown.is_none() && flow.instances.is_empty() && !is_explained)
    {
        let own = flow.module.and_then(|module| sinks_in(module).next()).map(|(resource, _)| resource);
        let (name, span, repeated) = match (flow.call, own) {
            (Some(call), _) => (format!("module.{}", call.name.text), call.name.span, call.for_each.as_ref()),
            (None, Some(own)) => {
                (format!("{}.{}", own.kind.text, own.name.text), own.name.span, own.attribute("for_each"))
            }
            (None, None) => return,
        };
        if is_empty_by_writing(model, repeated) {
            return;
        }
        let gap = NotChecked::new(Code::NoFlow, format!("no tenant was found for `{name}`"), span);
        // A values file that sets a variable which is not declared is reported there.
        found.push(match ignored(model) {
            Some(name) => NotChecked { is_finding: false, ..gap.help(declared_as(model, name)) },
            None => gap,
        });
    }
}

/// Notes variables and locals that look like tenants, but that nothing uses.
pub(super) fn unused_tenants(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    let Some(root) = model.project.root().filter(|_| !model.flows.is_empty() && !model.tenants.is_empty()) else {
        return;
    };
    let is_object = |expr: &Expr| matches!(expr.kind, ExprKind::Object(_));
    let has_entries = |expr: &Expr| match &expr.kind {
        ExprKind::Object(items) => items.iter().any(|item| is_object(&item.value)),
        ExprKind::Tuple(elements) => elements.iter().any(is_object),
        _ => false,
    };
    let locals = root.locals.iter().filter(|local| has_entries(&local.value));
    let locals = locals.map(|local| (("local", local.name.text.to_string()), local.name.span));
    let set = model.project.assignments().iter().filter(|it| has_entries(&it.attribute.value));
    let set = set.filter(|it| root.variable(&it.variable.text).is_some());
    let set = set.map(|it| (("var", it.variable.text.to_string()), it.variable.span));
    let known = names_of_tenants(model, config);
    let mut unused: SortedMap<(&str, String), Span> =
        locals.chain(set).filter(|(name, _)| !known.contains(name)).collect();
    if unused.is_empty() {
        return;
    }
    let evaluator = Evaluator::new(model.project);
    let value = |(kind, name): &(&str, String)| match *kind {
        "local" => evaluator.local(&evaluator.root(), name),
        _ => evaluator.variable(&evaluator.root(), name),
    };
    unused.retain(|name, _| value(name).is_some_and(|value| discover::has_tenants(&value)));
    let files = model.project.files().iter().filter(|file| file.role == FileRole::Configuration);
    let mut work: Vec<&Expr> = files.flat_map(|file| top_level(&file.file.body)).collect();
    while let Some(expr) = work.pop().filter(|_| !unused.is_empty()) {
        if let Some((kind, name)) = reference(expr) {
            unused.remove(&(kind, name.to_owned()));
        }
        work.extend(children(expr));
    }
    for ((kind, name), span) in unused {
        let reason = format!(
            "the entries of `{kind}.{name}` look like tenants, and no flow receives them, so they were not checked"
        );
        let help = format!("Create flows for them, or remove `{kind}.{name}`.");
        found.push(NotChecked::new(Code::NoFlow, reason, span).help(help));
    }
}

/// The name under which a values file sets a collection that no variable receives and that may be the tenants.
pub(crate) fn ignored<'m>(model: &'m Model<'_>) -> Option<&'m str> {
    let root = model.project.root().filter(|_| model.project.has_configuration())?;
    let is_collection = |expr: &Expr| match &expr.kind {
        ExprKind::Object(items) => !items.is_empty(),
        ExprKind::Tuple(elements) => !elements.is_empty(),
        _ => false,
    };
    let mut in_files = model.project.assignments().iter().filter(|it| matches!(it.source, AssignmentSource::File(_)));
    let ignored =
        in_files.find(|it| root.variable(&it.variable.text).is_none() && is_collection(&it.attribute.value))?;
    Some(ignored.variable.text.as_str())
}

/// How to declare a variable for what a values file sets as `name`.
fn declared_as(model: &Model<'_>, name: &str) -> String {
    let variables = model.project.root().map(|root| root.variables.as_slice()).unwrap_or_default().iter();
    match closest(name, variables.map(|variable| variable.name.text.as_str())) {
        Some(meant) => format!("Rename `{name}` in the values file to `{meant}`."),
        None => format!("Rename `{name}` in the values file to the variable of the tenants, or declare it."),
    }
}

/// Whether flows are repeated for a variable that only has its default.
fn is_by_default(model: &Model<'_>, variable: &TenantsVariable) -> bool {
    let mut assigned = model.project.assignments().iter().filter(|it| it.variable.text.as_str() == variable.name);
    !model.flows.is_empty()
        && !variable.name.starts_with("local.")
        && assigned.all(|it| it.source == AssignmentSource::Default)
}

/// Whether something is repeated for a collection that is written as empty, here or in a file.
fn is_empty_by_writing(model: &Model<'_>, for_each: Option<&Arc<Attribute>>) -> bool {
    let is_around = |span: Span| for_each.is_some_and(|it| span.contains(it.span));
    let is_in = |module: &&Module| {
        module.calls.iter().any(|call| is_around(call.span))
            || module.resources.iter().any(|resource| is_around(resource.block.span))
    };
    let module = model.project.modules().iter().find(is_in);
    let assigned = |name: &str| {
        let mut all = model.project.assignments().iter().rev().filter(|it| it.variable.text.as_str() == name);
        let is_root = module.zip(model.project.root()).is_some_and(|(own, root)| std::ptr::eq(own, root));
        all.next().filter(|it| is_root && it.source != AssignmentSource::Default).map(|it| &it.attribute.value)
    };
    let mut next = for_each.map(|for_each| &for_each.value);
    for _ in 0..LOCALS {
        next = match next.map(|expr| &expr.kind) {
            Some(ExprKind::Object(items)) => return items.is_empty(),
            Some(ExprKind::Tuple(items)) => return items.is_empty(),
            Some(ExprKind::Paren(inner)) => Some(inner),
            Some(ExprKind::For(it)) => Some(&it.collection),
            Some(ExprKind::Call(call)) => match call.name.text.as_str() {
                "tomap" | "toset" => call.arguments.first(),
                name => return matches!(name, "jsondecode" | "yamldecode" | "csvdecode"),
            },
            Some(ExprKind::Attribute(root, name)) => match &root.kind {
                ExprKind::Variable(root) if root.as_str() == "local" => {
                    module.and_then(|module| module.local(&name.text)).map(|local| &local.value)
                }
                ExprKind::Variable(root) if root.as_str() == "var" => assigned(&name.text),
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}

/// How many expressions are followed to the place where a collection is written.
const LOCALS: usize = 16;
