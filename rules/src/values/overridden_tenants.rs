//! See overridden-tenants.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Overridden, Place};
use symlint_terraform::syntax::{ExprKind, Item, Key};
use symlint_terraform::{Assignment, AssignmentSource, FileId, Root, SortedSet};

pub(super) fn check(cx: &mut Context<'_>) {
    check_merged(cx);
    // If no folder was given, Terraform loads no values files automatically.
    if cx.model.project.root().is_some() && cx.model.project.has_configuration() {
        for variable in variables(cx) {
            check_files(cx, &variable);
        }
    }
}

/// Reports entries of a map in `merge` that a later map has as well.
fn check_merged(cx: &mut Context<'_>) {
    let model = cx.model;
    for Overridden { key, tenant, by } in &model.overridden {
        let by = cx.tenant(*by);
        let kept = cx.sources().get(by.key.span.file);
        let line = kept.position(by.key.span.start).line;
        let place = match by.key.span.file == key.file {
            true => format!("on line {line}"),
            false => format!("in {} on line {line}", kept.name()),
        };
        let name = by.name();
        let path = tenant.map_or_else(|| by.path.to_string(), |tenant| cx.tenant(tenant).path.to_string());
        let message = format!("`{name}` appears again {place}, and `merge` keeps that entry, so this one is lost");
        let place = Place { span: *key, tenant: Some(tenant.unwrap_or(by.id)), path: Some(path) };
        cx.report(place, message)
            .warning()
            .label("this entry is lost")
            .help(MERGED)
            .related(by, "this entry takes effect");
    }
}

const MERGED: &str = "Rename one of the keys, or remove the entry that is not needed. \
                      Engineers cannot request what this entry grants.";

/// The variables whose entries are tenants.
fn variables(cx: &Context<'_>) -> SortedSet<String> {
    let collections = cx.model.sources_of_values.collections().iter().map(|collection| &collection.shape.root);
    let found = collections.filter_map(|root| match root {
        Root::Variable { module, name } if module.is_empty() => Some(name.to_string()),
        _ => None,
    });
    found.chain(cx.config.tenants_variables.iter().cloned()).collect()
}

fn check_files(cx: &mut Context<'_>, variable: &str) {
    let (project, sources) = (cx.model.project, cx.sources());
    let name_of = |file: FileId| sources.get(file).name().to_owned();
    let dir = project.root().map(|root| root.dir.as_str()).unwrap_or_default();
    let is_automatic = |file: FileId| {
        let name = name_of(file);
        let (folder, base) = name.rsplit_once('/').unwrap_or(("", &name));
        folder == dir && symlint_terraform::is_automatic(base)
    };
    let assignments = project.assignments().iter().filter(|it| it.variable.text.as_str() == variable);
    let in_files = assignments.filter_map(|assignment| match assignment.source {
        AssignmentSource::File(file) => Some((assignment, file)),
        _ => None,
    });
    let (automatic, named): (Vec<_>, Vec<_>) = in_files.partition(|(_, file)| is_automatic(*file));
    if let Some((last, last_in)) = automatic.last() {
        let by = name_of(*last_in);
        // A file that is named on the command line as well is the same file.
        for (replaced, _) in automatic.iter().filter(|(_, file)| name_of(*file) != by) {
            let by = by.rsplit('/').next().unwrap_or_default();
            let lost = match lost(replaced, last) {
                Some(lost) if !lost.is_empty() => format!(", without {lost}"),
                _ => String::new(),
            };
            let place = Place { span: replaced.variable.span, tenant: None, path: Some(variable.to_owned()) };
            cx.report(place, format!("`{variable}` is set again in {by}{lost}; only that value takes effect"))
                .label("this value is lost")
                .related(last.variable.span, "this value takes effect");
        }
    }
    // A named file is meant to replace those that are loaded automatically. If two files are named, it may be a
    // mistake.
    let Some(((last, last_in), others)) = named.split_last() else { return };
    let by = name_of(*last_in);
    for (replaced, _) in others.iter().filter(|(_, file)| name_of(*file) != by) {
        if let Some(lost) = lost(replaced, last).filter(|lost| !lost.is_empty()) {
            let place = Place { span: replaced.variable.span, tenant: None, path: Some(variable.to_owned()) };
            cx.report(
                place,
                format!("`{variable}` is set again in {by}, without {lost}; only that value takes effect"),
            )
            .warning()
            .label("this value is lost")
            .related(last.variable.span, "this value takes effect");
        }
    }
}

/// How many lost tenants the message names.
const NAMED: usize = 3;

/// The tenants that `before` has and `after` lacks, if all keys of both are written out.
fn lost(before: &Assignment, after: &Assignment) -> Option<String> {
    let (before, after) = (keys(before)?, keys(after)?);
    let lost = before.iter().filter(|key| !after.contains(*key)).take(NAMED + 1);
    let lost: Vec<String> = lost.map(|key| format!("`{key}`")).collect();
    Some(match lost.get(..NAMED) {
        Some(few) if lost.len() > NAMED => format!("{}, …", few.join(", ")),
        _ => lost.join(", "),
    })
}

/// The keys of a map, if all of them are written out.
fn keys(assignment: &Assignment) -> Option<SortedSet<&str>> {
    let ExprKind::Object(items) = &assignment.attribute.value.kind else { return None };
    items.iter().map(key).collect()
}

fn key(item: &Item) -> Option<&str> {
    match &item.key {
        Key::Literal(name) => Some(name.text.as_str()),
        Key::Computed(key) => match &key.kind {
            ExprKind::String(literal) => Some(literal.text.as_str()),
            _ => None,
        },
    }
}
