//! See not-checked.md.

use std::cell::LazyCell;

use symlint_core::coverage::Code;
use symlint_core::rule::Context;

use crate::wiring::is_any_miswired;

pub(super) fn check(cx: &mut Context<'_>) {
    // Where nothing is known, the file that was read first is named.
    let first = cx.model.project.files().first().map(|file| symlint_terraform::Span::new(file.id, 0..0));
    let model = cx.model;
    // An attribute that nothing receives by a mistake in the wiring is reported there.
    let is_miswired = LazyCell::new(|| is_any_miswired(model));
    for gap in model.not_checked.iter().filter(|gap| gap.is_finding) {
        if gap.code == Code::UnmappedField && *is_miswired {
            continue;
        }
        let Some(span) = gap.span.or(first) else { continue };
        let report = cx.report(span, gap.reason.as_str()).cause(gap.code.as_str());
        if let Some(help) = &gap.help {
            report.help(help.as_str());
        }
    }
}
