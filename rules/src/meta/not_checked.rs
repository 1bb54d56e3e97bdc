//! See not-checked.md.

use std::cell::LazyCell;

use symlint_core::coverage::Code;
use symlint_core::rule::Context;
use symlint_terraform::Span;

use crate::wiring::is_any_miswired;

/// The help for values that only a provider knows.
const ACCEPTED: &str = "Mistakes in this part go unnoticed. `symlint inspect` shows what symlint could read. If this \
                        part does not need to be checked, add a comment above this line:\n\n    # symlint-ignore: \
                        not-checked -- REASON";

pub(super) fn check(cx: &mut Context<'_>) {
    // If nothing is known, the finding is at the file that was read first.
    let first = cx.model.project.files().first().map(|file| Span::new(file.id, 0..0));
    let model = cx.model;
    // If the wiring has a mistake, an attribute that nothing receives or a value that is not known is reported there.
    let is_miswired = LazyCell::new(|| is_any_miswired(model));
    // A variable without a value is not a gap in the wiring.
    let variables = model.project.root().map(|root| root.variables.as_slice()).unwrap_or_default();
    let is_variable = |span: Option<Span>| variables.iter().any(|variable| Some(variable.name.span) == span);
    for gap in model.not_checked.iter().filter(|gap| gap.is_finding) {
        let is_of_wiring = matches!(gap.code, Code::UnmappedField | Code::UnknownWiring);
        if is_of_wiring && !is_variable(gap.span) && *is_miswired {
            continue;
        }
        let Some(span) = gap.span.or(first) else { continue };
        cx.report(span, gap.reason.as_str()).cause(gap.code.as_str()).help(gap.help.as_deref().unwrap_or(ACCEPTED));
    }
}
