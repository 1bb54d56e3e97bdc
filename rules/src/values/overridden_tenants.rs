//! See overridden-tenants.md.

use symlint_core::rule::{Context, Place};
use symlint_terraform::{Assignment, AssignmentSource, FileId};

pub(super) fn check(cx: &mut Context<'_>) {
    let (project, sources) = (cx.model.project, cx.sources());
    // Without a folder, Terraform does not load any values file automatically.
    let Some(root) = project.root().filter(|_| project.has_configuration()) else { return };
    let file_of = |assignment: &Assignment| match assignment.source {
        AssignmentSource::File(file) => Some(file),
        _ => None,
    };
    let name_of = |file: FileId| sources.get(file).name().to_owned();
    let is_read = |file: FileId| {
        let name = name_of(file);
        let (folder, base) = name.rsplit_once('/').unwrap_or(("", &name));
        folder == root.dir && is_read_by_itself(base)
    };
    for variable in &cx.config.tenants_variables {
        let assignments = project.assignments().iter().filter(|it| it.variable.text.as_str() == variable.as_str());
        let read: Vec<(&Assignment, FileId)> = assignments
            .filter_map(|assignment| Some((assignment, file_of(assignment)?)))
            .filter(|(_, file)| is_read(*file))
            .collect();
        let Some((last, last_in)) = read.last() else { continue };
        let by = name_of(*last_in);
        // A file that is also named on the command line is the same file.
        for (lost, _) in read.iter().filter(|(_, file)| name_of(*file) != by) {
            let by = by.rsplit('/').next().unwrap_or_default();
            let place = Place { span: lost.variable.span, tenant: None, path: Some(variable.clone()) };
            cx.report(place, format!("`{variable}` is set again in {by}, which replaces this value"))
                .related(last.variable.span, "this value takes effect");
        }
    }
}

/// Whether Terraform loads a values file of this name automatically.
fn is_read_by_itself(name: &str) -> bool {
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}
