//! See undeclared-variable.md.

use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::Place;
use symlint_terraform::{Assignment, AssignmentSource, FileRole};

pub(super) fn check(cx: &mut Context<'_>) {
    let project = cx.model.project;
    let Some(root) = project.root().filter(|_| project.has_configuration()) else { return };
    // The declaration may be in a part of a file that could not be read.
    let is_sure = |role: FileRole| role != FileRole::Configuration;
    if project.files().iter().any(|file| !is_sure(file.role) && !file.file.errors.is_empty()) {
        return;
    }
    for assignment in project.assignments() {
        let name = &assignment.variable;
        if !matches!(assignment.source, AssignmentSource::File(_)) || root.variable(&name.text).is_some() {
            continue;
        }
        if is_for_another_root(cx, assignment) {
            continue;
        }
        let known = root.variables.iter().map(|variable| variable.name.text.as_str());
        let meant = closest(&name.text, known);
        // If a file already sets the declared variable, renaming this one would set it twice or replace it.
        let is_it =
            |it: &&Assignment| meant == Some(&it.variable.text) && matches!(it.source, AssignmentSource::File(_));
        let there = project.assignments().iter().find(is_it);
        let hint = match (meant, there) {
            (Some(meant), Some(_)) => format!("; `{meant}`, which is nearly the same, is set, too"),
            (Some(meant), None) => format!("; did you mean `{meant}`?"),
            (None, _) => String::new(),
        };
        let message = format!("there is no variable `{}`, so its value is ignored{hint}", name.text);
        let place = Place { span: name.span, tenant: None, path: Some(name.text.to_string()) };
        let report = cx.report(place, message);
        match (meant, there) {
            (Some(meant), Some(there)) => {
                let help = format!("Move what you need from `{0}` into `{meant}`, and remove `{0}`.", name.text);
                report.label("ignored").help(help).related(there.variable.span, format!("`{meant}` is set here"));
            }
            (Some(meant), None) => {
                let help = format!("Rename `{}` to `{meant}`. Terraform ignores the value under this name.", name.text);
                report.help(help).suggestion(format!("write `{meant}`"), name.span, meant);
            }
            (None, _) => {}
        }
    }
}

/// Whether another root module reads the same values file, and declares the variable.
fn is_for_another_root(cx: &Context<'_>, assignment: &Assignment) -> bool {
    let AssignmentSource::File(file) = assignment.source else { return false };
    let file = cx.sources().get(file);
    cx.set_up.models().iter().filter(|model| model.run != cx.model.run).any(|model| {
        let project = model.project;
        project.root().is_some_and(|root| root.variable(&assignment.variable.text).is_some())
            && project.files().iter().any(|it| project.sources().get(it.id).name() == file.name())
    })
}
