//! Modules and files that could not be read.

use symlint_terraform::syntax::{Expr, children, top_level};
use symlint_terraform::{EvalErrorKind, FileRole, LoadErrorKind, SortedSet, Span};

use super::names::reference;
use crate::coverage::{Code, NotChecked};
use crate::tenants::Model;

/// Notes where evaluation was given up.
pub(super) fn limits(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    for error in model.evaluation_errors.iter().filter(|error| error.kind == EvalErrorKind::Limit) {
        found.push(NotChecked::new(Code::Limit, error.message.clone(), error.span));
    }
}

/// Notes that expressions with the workspace were evaluated only for the selected one.
pub(super) fn other_workspaces(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let Some(workspace) = model.project.workspace() else { return };
    let files = model.project.files().iter().filter(|file| file.role == FileRole::Configuration);
    let mut work: Vec<&Expr> = files.flat_map(|file| top_level(&file.file.body)).collect();
    while let Some(expr) = work.pop() {
        if reference(expr) == Some(("terraform", "workspace")) {
            let reason = format!(
                "`terraform.workspace` is `{workspace}` here, so what is different in other workspaces was not checked"
            );
            let help = "Check each of them: `TF_WORKSPACE=NAME symlint check`";
            found.push(NotChecked::new(Code::LeftOut, reason, expr.span).help(help));
            return;
        }
        work.extend(children(expr));
    }
}

pub(super) fn values_alone(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let project = model.project;
    let values = project.files().iter().find(|file| file.role == FileRole::Values);
    if let Some(file) = values.filter(|_| !project.has_configuration()) {
        let reason = "only the values were checked, because no Terraform module that uses them was found";
        found.push(NotChecked::new(Code::ValuesAlone, reason, Span::new(file.id, 0..0)));
    }
}

/// Notes the relevant modules that could not be found, once for each source.
pub(super) fn remote_modules(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let flows = model.flows.iter().filter_map(|flow| flow.call);
    let others =
        model.connectors.iter().map(|it| it.call).chain(model.runtimes.iter().filter_map(|it| it.block.call()));
    let mut seen = SortedSet::new();
    for call in flows.chain(others).filter(|call| call.child.is_none()) {
        let Some(source) = &call.source else { continue };
        let is_missing = model.project.errors().iter().any(|error| error.span == source.span);
        if !is_missing && seen.insert(source.text.as_str()) {
            let text = &source.text;
            let reason =
                format!("the module `{text}` is not available, so only the arguments of its calls were checked");
            found.push(NotChecked::new(Code::RemoteModule, reason, source.span));
        }
    }
}

/// Notes modules with a path as their source that does not exist.
pub(super) fn missing_modules(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let errors = model.project.errors().iter().filter(|error| error.kind == LoadErrorKind::MissingModule);
    found.extend(errors.map(|error| NotChecked::new(Code::RemoteModule, error.message.clone(), error.span)));
}

pub(super) fn syntax_errors(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let sources = model.sources();
    for file in model.project.files() {
        if let Some(first) = file.file.errors.first() {
            let name = sources.get(file.id).name().to_owned();
            let reason = format!("`{name}` has a syntax error, and the parts that cannot be parsed were not checked");
            found.push(NotChecked::new(Code::SyntaxError, reason, model.project.visible(first.span)));
        }
    }
}
