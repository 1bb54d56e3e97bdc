//! See safelist-incomplete.md.

use std::collections::HashSet;

use symlint_core::rule::{Context, Place};
use symlint_core::tenants::{Field, TenantId};

use super::safelist::{accounts, span};

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let lists = || model.runtimes.iter().flat_map(|call| call.safelists.iter().map(move |list| (call, list)));
    // Without a list the stock module has an empty one; what a module of one's own has is not known.
    let without = model.runtimes.iter().find(|call| call.instances > call.safelists.len());
    if without.is_some_and(|call| call.call.child.is_some()) {
        return;
    }
    let at = match (lists().next(), without) {
        (Some((call, list)), _) => span(call, list),
        (None, Some(call)) => call.call.name.span,
        (None, None) => return,
    };
    // A runtime without a known list may have any account in it, and so may one whose number is not known.
    let is_known = !model.has_unknown_calls
        && model.runtimes.iter().all(|call| !call.is_unknown)
        && lists().all(|(_, list)| accounts(list).1)
        && model.runtimes.iter().all(|call| model.is_readable(call.call.span.file));
    if !is_known {
        return;
    }
    let listed: HashSet<String> = lists().flat_map(|(_, list)| accounts(list).0).map(|account| account.id).collect();
    let wired: HashSet<TenantId> =
        model.flows.iter().flat_map(|flow| &flow.instances).filter_map(|instance| instance.tenant).collect();
    let mut missing: Vec<(TenantId, &str, &Field)> = Vec::new();
    for tenant in cx.tenants() {
        let Some(account) = tenant.sso_account().filter(|account| account.well_formed) else { continue };
        let is_host = cx.config.host_accounts.iter().any(|host| host == account.text());
        let is_left_out = !model.flows.is_empty() && !wired.contains(&tenant.id);
        let is_judged = !tenant.sso_account_id.is_garbled() && !is_host && !is_left_out;
        if is_judged && !listed.contains(account.text()) {
            missing.push((tenant.id, account.text(), &tenant.sso_account_id));
        }
    }
    let Some(&(first, account, field)) = missing.first() else { return };
    let ids: Vec<TenantId> = missing.iter().map(|&(id, ..)| id).collect();
    let place = Place { span: at, tenant: Some(first), path: None };
    if ids.len() == 1 {
        let name = cx.tenant(first).name();
        cx.report(place, format!("the safelist lacks {account}, the SSO account of `{name}`"))
            .related(field, "sso_account_id is set here");
        return;
    }
    let count = model.count(&ids, cx.tenants().len());
    let mut report = cx.report(place, format!("the safelist lacks the SSO accounts of {count}")).group();
    for (id, account, field) in missing.into_iter().take(3) {
        report = report.related(field, format!("{account} is the SSO account of `{}`", model.tenant(id).name()));
    }
}
