//! See undeclared-variable.md.

use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::Place;
use symlint_terraform::{AssignmentSource, FileRole};

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
        let known = root.variables.iter().map(|variable| variable.name.text.as_str());
        let meant = closest(&name.text, known);
        let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
        let message = format!("there is no variable `{}`, so its value is ignored{hint}", name.text);
        let place = Place { span: name.span, tenant: None, path: Some(name.text.to_string()) };
        let report = cx.report(place, message);
        if let Some(meant) = meant {
            let help = format!("Rename `{}` to `{meant}`.", name.text);
            report.help(help).suggestion(format!("write `{meant}`"), name.span, meant);
        }
    }
}
