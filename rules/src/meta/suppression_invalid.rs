//! See suppression-invalid.md.

use symlint_core::policy::Suppressions;
use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>, suppressions: &Suppressions) {
    for invalid in &suppressions.invalid {
        cx.report(invalid.span, &invalid.message);
    }
}
