//! See not-checked.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    // Where nothing is known, the file that was read first stands for all.
    let first = cx.model.project.files().first().map(|file| symlint_terraform::Span::new(file.id, 0..0));
    for gap in cx.model.not_checked.iter().filter(|gap| gap.is_finding) {
        let Some(span) = gap.span.or(first) else { continue };
        let report = cx.report(span, gap.reason.as_str()).cause(gap.code.as_str());
        if let Some(help) = &gap.help {
            report.help(help.as_str());
        }
    }
}
