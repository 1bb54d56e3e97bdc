//! See safelist-wildcard.md.

use foldhash::HashSet;
use symlint_core::rule::{Context, Place};

use super::safelist::{accounts, is_wildcard, lists, path};

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let mut seen = HashSet::default();
    for (call, list) in lists(model) {
        for account in accounts(cx.model, list).0.into_iter().filter(is_wildcard) {
            if seen.insert(account.span) {
                let place = Place { span: account.span, tenant: None, path: Some(path(call)) };
                let id = &account.id;
                let is_any = id.bytes().all(|byte| byte == b'*') || id.as_str() == "?".repeat(12);
                let which = if is_any { "in every account" } else { "in every account that matches" };
                let message = format!(
                    "`{id}` allows the runtime to assume roles under `/sym/` {which}, not only in those of tenants"
                );
                cx.report(place, message);
            }
        }
    }
}
