//! See suppression-copied.md.

use symlint_core::rule::Context;
use symlint_core::suppression::Suppressions;

/// How many tenants the message names.
const NAMED: usize = 3;

pub(super) fn check(cx: &mut Context<'_>, suppressions: &Suppressions) {
    for copied in &suppressions.copied {
        let (rule, tenants) = (copied.rule, &copied.tenants);
        let message = match tenants.as_slice() {
            [first, second] => {
                format!("this `{rule}` suppression on `{second}` has the same reason as the one on `{first}`")
            }
            _ => {
                let named: Vec<String> = tenants.iter().take(NAMED).map(|tenant| format!("`{tenant}`")).collect();
                let more = if tenants.len() > NAMED { ", …" } else { "" };
                let (number, named) = (tenants.len(), named.join(", "));
                format!("`{rule}` suppressions on {number} tenants have the same reason: {named}{more}")
            }
        };
        let report = cx.report(copied.span, message).cause(rule);
        if let (Some(span), Some(tenant)) = (copied.first, tenants.first()) {
            report.related(span, format!("`{tenant}` has this suppression"));
        }
    }
}
