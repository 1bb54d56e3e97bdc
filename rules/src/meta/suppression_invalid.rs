//! See suppression-invalid.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    for invalid in &cx.suppressions.invalid {
        cx.report(invalid.span, &invalid.message);
    }
}
