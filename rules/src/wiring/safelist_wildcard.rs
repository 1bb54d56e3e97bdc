//! See safelist-wildcard.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Place};

use super::safelist::{accounts, is_wildcard, lists, path};

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let mut seen = HashSet::default();
    let first = cx.tenants().first();
    let reference = first.and_then(|first| model.reference_to(first.id, FieldKind::SsoAccountId));
    for (call, list) in lists(model) {
        for account in accounts(cx.model, list).0.into_iter().filter(is_wildcard) {
            if seen.insert(account.span) {
                let place = Place { span: account.span, tenant: None, path: Some(path(call)) };
                let id = &account.id;
                let is_any = id.bytes().all(|byte| byte == b'*') || id.as_str() == "?".repeat(12);
                let which = if is_any { "in every account" } else { "in every account that matches" };
                let message = match cx.sources().text(account.span) == *id {
                    true => format!(
                        "`{id}` allows the runtime to assume roles under `/sym/` {which}, not only in those of tenants"
                    ),
                    // All but some are allowed.
                    false => "the policy allows the runtime to assume roles under `/sym/` in accounts that do not \
                              belong to a tenant"
                        .to_owned(),
                };
                let report = cx.report(place, message).label(if is_any { "every account" } else { "many accounts" });
                if !model.is_in_root_module(account.span) {
                    report.help(
                        "List the accounts of the tenants, and pass them to this module. Until then, the runtime can \
                         assume a role under `/sym/` in any AWS account, if the role trusts it.",
                    );
                } else if let Some((tenants, attribute)) = &reference {
                    let entry = match account.is_alone || call.block.call().is_some() {
                        true => format!("tenant.{attribute}"),
                        false => format!("\"arn:aws:iam::${{tenant.{attribute}}}:role/sym/*\""),
                    };
                    report.help(format!(
                        "Replace the whole value with the accounts of the tenants:\n\n    [for tenant in {tenants} : \
                         {entry}]\n\nUntil then, the runtime can assume a role under `/sym/` in any AWS account, if the \
                         role trusts it."
                    ));
                }
            }
        }
    }
}
