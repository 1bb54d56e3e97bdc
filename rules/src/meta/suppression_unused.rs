//! See suppression-unused.md.

use symlint_core::rule::Context;
use symlint_core::suppression::{Suppressions, Unused};

pub(super) fn check(cx: &mut Context<'_>, suppressions: &Suppressions) {
    for unused in &suppressions.unused {
        let rule = &unused.rule;
        let message = match &unused.why {
            Unused::Inline(None) => format!("there is no `{rule}` finding here to suppress; remove the comment"),
            Unused::Inline(Some(line)) => {
                format!("there is no `{rule}` finding here to suppress; the next one is on line {line}")
            }
            Unused::Exception => format!("there is no `{rule}` finding for this exception; remove it"),
            Unused::Group => {
                format!("the `{rule}` finding here is about several tenants, and each of them needs an exception")
            }
            Unused::Expired(day) => format!("this exception for `{rule}` expired on {day}"),
            Unused::Changed(value) => {
                format!("this exception for `{rule}` is only for the value `{value}`, but the value has changed")
            }
            Unused::Baseline => format!("this `{rule}` finding no longer exists; write the baseline again"),
        };
        let report = cx.report(unused.span, message);
        match unused.why {
            Unused::Group => {
                report.help("Add an exception for each of the tenants, or remove this one. It has no effect.");
            }
            Unused::Changed(_) => {
                report.help(
                    "Review the new value. If it is intended, too, write it into the exception; otherwise, remove the \
                     exception. It has no effect, so the finding is reported again.",
                );
            }
            Unused::Expired(_) => {
                report.help(
                    "Fix the finding and remove the exception, or set a new date in `expires`. The exception no longer \
                     has an effect, so its finding is reported again.",
                );
            }
            Unused::Inline(Some(line)) => {
                report.help(format!(
                    "Move the comment right above line {line} if it is meant for that; otherwise, remove it. It \
                     suppresses nothing."
                ));
            }
            Unused::Inline(None) | Unused::Exception | Unused::Baseline => {}
        }
    }
}
