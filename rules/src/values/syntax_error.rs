//! See syntax-error.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    for (_, file) in cx.model.project.files() {
        for error in &file.errors {
            cx.report(error.span, error.message.as_str());
        }
    }
}
