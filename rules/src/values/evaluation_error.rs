//! See evaluation-error.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::VariableState;
use symlint_terraform::{LoadErrorKind, Span};

pub(super) fn check(cx: &mut Context<'_>) {
    // What does not fit the type of a tenants variable has findings of its own, wherever it is passed on to.
    let told = |span| cx.model.conversions.iter().any(|problem| problem.kind.is_error() && problem.span == span);
    // What is left of text that cannot be read cannot be evaluated either: that is one cause.
    let files = cx.model.project.files();
    let unread = |span| files.iter().flat_map(|loaded| &loaded.file.errors).any(|error| error.span.contains(span));
    // What is null and must not be has a finding of its own, and so has a tenant that is null as a whole.
    let gaps = cx
        .tenants()
        .iter()
        .flat_map(|tenant| std::iter::once(tenant.span).chain(tenant.missing.iter().map(|gap| gap.span)));
    // A tenants variable that is null is no finding: then nothing is checked, and that is said.
    let nulls = cx.model.variables.iter().filter_map(|variable| match variable.state {
        VariableState::Null(span) => Some(span),
        _ => None,
    });
    let absent: HashSet<Span> = gaps.chain(nulls).collect();
    let is_absent = |null: Option<Span>| null.is_some_and(|null| absent.contains(&null));
    let errors = cx.model.evaluation_errors.iter();
    let errors = errors.filter(|error| !told(error.span) && !unread(error.span) && !is_absent(error.null));
    let mut seen = HashSet::default();
    let errors: Vec<_> = errors.filter(|error| seen.insert((error.span, &error.message))).collect();
    for error in errors {
        cx.report(error.span, error.message.as_str()).cause(error.message.as_str());
    }
    // A module that is not there may only be missing in this checkout; one that leads back to itself is wrong anywhere.
    let project = cx.model.project;
    for error in project.errors().iter().filter(|error| error.kind == LoadErrorKind::ModuleCycle) {
        cx.report(error.span, error.message.as_str()).cause(error.message.as_str());
    }
}
