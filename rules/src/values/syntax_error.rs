//! See syntax-error.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    for file in cx.model.project.files() {
        for error in &file.file.errors {
            cx.report(error.span, error.message.as_str());
        }
    }
}
