//! See suppression-unused.md.

use symlint_core::policy::{Suppressions, Unused};
use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>, suppressions: &Suppressions) {
    for unused in &suppressions.unused {
        let rule = &unused.rule;
        let message = match &unused.why {
            Unused::Inline => format!("there is no finding of `{rule}` here to suppress: remove the comment"),
            Unused::Exception => format!("there is no finding of `{rule}` for this exception: remove it"),
            Unused::Group => {
                format!("the finding of `{rule}` here is about several tenants: each of them needs an exception")
            }
            Unused::Expired(day) => format!("this exception for `{rule}` held until {day}: renew it, or remove it"),
            Unused::Baseline => format!("this finding of `{rule}` is gone: write the baseline anew"),
        };
        let report = cx.report(unused.span, message);
        if unused.why == Unused::Group {
            report.help("it keeps nothing out: write one for each of the tenants, or remove it");
        }
    }
}
