//! See suppression-invalid.md.

use symlint_core::rule::Context;
use symlint_core::suppression::Suppressions;

pub(super) fn check(cx: &mut Context<'_>, suppressions: &Suppressions) {
    for invalid in &suppressions.invalid {
        cx.report(invalid.span, &invalid.message);
    }
}
