//! See safelist-stale.md.

use foldhash::HashSet;
use symlint_core::facts;
use symlint_core::rule::{Context, Place};
use symlint_core::tenants::{State, Tenant, VariableState, Whole, arn};
use symlint_terraform::Span;

use super::safelist::{accounts, lists, missing, path};

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let tenants = cx.tenants();
    // Without a tenants variable the tenants are elsewhere; one that is empty has lost its last.
    let is_here = !tenants.is_empty()
        || !model.variables.is_empty() && model.variables.iter().all(|it| it.state == VariableState::Known);
    // The account may be that of a tenant that is not known, or whose own id is malformed.
    let is_known = is_here && tenants.iter().all(is_known) && model.knows_its_flows() && model.is_everything_readable();
    if !is_known {
        return;
    }
    let configured = cx.config.host_accounts.iter().chain(&cx.config.safelist_extra);
    let mut known: HashSet<&str> = configured.map(String::as_str).collect();
    known.extend(tenants.iter().filter_map(Tenant::sso_account).map(|account| account.text()));
    known.extend(tenants.iter().filter_map(Tenant::role_account).map(|account| account.text()));
    // What was mistyped, and what comes from another value of a tenant, is a tenant that is missing.
    let meant: HashSet<Span> = missing(cx).into_iter().filter_map(|missing| missing.meant).collect();
    let mut seen = HashSet::default();
    for (call, list) in lists(model) {
        for account in accounts(cx, list).0 {
            let id = account.id.as_str();
            let is_judged = arn::is_account_id(id)
                && !facts::is_placeholder_account(id)
                && !account.is_of_tenant
                && !meant.contains(&account.span);
            if is_judged && !known.contains(id) && seen.insert(account.span) {
                let place = Place { span: account.span, tenant: None, path: Some(path(call)) };
                cx.report(place, format!("the safelist contains {id}, which is not the SSO account of any tenant"))
                    .cause(id);
            }
        }
    }
}

fn is_known(tenant: &Tenant) -> bool {
    let account = &tenant.sso_account_id;
    // Of a tenant that exists only as a call, the role says it.
    let is_said = tenant.is_element() || tenant.sso_account().is_some();
    is_said
        && !matches!(tenant.whole, Whole::Unknown)
        && !matches!(account.state, State::Unknown(_))
        && !account.is_garbled()
        && tenant.sso_account().is_none_or(|account| account.is_well_formed())
}
