//! See evaluation-error.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    // What does not fit the type of a tenants variable has findings of its own, wherever it is passed on to.
    let told = |span| cx.model.conversions.iter().any(|problem| problem.kind.is_error() && problem.span == span);
    let errors: Vec<_> = cx.model.evaluation_errors.iter().filter(|error| !told(error.span)).collect();
    for error in errors {
        cx.report(error.span, error.message.as_str());
    }
}
