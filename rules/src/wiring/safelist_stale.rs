//! See safelist-stale.md.

use foldhash::HashSet;
use symlint_core::facts;
use symlint_core::rule::Context;
use symlint_core::tenants::{Place, RelationKind, RoleNaming, Tenant, TenantId, VariableState, format};
use symlint_terraform::{LoadError, LoadErrorKind, SortedMap, SortedSet, Span};

use crate::values::is_any_key_twice;

use super::safelist::{accounts, lists, missing, path};

/// More accounts than this were not left over one by one: they have a common cause.
const MANY: usize = 3;

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    // Without a tenants variable, the tenants are in other root modules. An empty one has lost its last tenant.
    let is_elsewhere = || cx.set_up.is_whole() && cx.set_up.has_tenants();
    let is_here = !cx.tenants().is_empty()
        || is_elsewhere()
        || !model.variables.is_empty() && model.variables.iter().all(|it| it.state == VariableState::Known);
    // The account may belong to a tenant whose module is missing.
    let sources = || model.flows.iter().filter_map(|flow| flow.call?.source.as_ref());
    let is_missing = |error: &LoadError| {
        error.kind == LoadErrorKind::MissingModule && sources().all(|source| source.span != error.span)
    };
    if model.project.errors().iter().any(is_missing) {
        return;
    }
    // The account may be that of a tenant that is not known, or whose own id is malformed.
    if !is_here || !cx.set_up.knows_its_accounts() {
        return;
    }
    // Of two tenants with one account, one may be the tenant whose account this is.
    let duplicates = [RelationKind::DuplicateTenant, RelationKind::DuplicateSsoAccount];
    let relations = cx.set_up.models().iter().flat_map(|model| cx.set_up.relations(model.run));
    let doubtful: SortedSet<TenantId> =
        relations.filter(|it| duplicates.contains(&it.kind)).map(|relation| relation.tenant).collect();
    // The same if a tenant was lost because another one has its key.
    if !model.overridden.is_empty() || is_any_key_twice(cx) || is_any_role_foreign(cx) {
        return;
    }
    let configured: HashSet<&str> =
        cx.config.host_accounts.iter().chain(cx.config.safelist_extra.iter()).map(String::as_str).collect();
    // What was mistyped, and what comes from another value of a tenant, is a tenant that is missing.
    let meant: HashSet<Span> = missing(cx).into_iter().filter_map(|missing| Some(missing.meant?.span)).collect();
    let unwired = model.unwired_accounts();
    // One expression may build many.
    let mut stale: SortedMap<Span, (String, Place, usize)> = SortedMap::new();
    let mut seen: HashSet<(Span, String)> = HashSet::default();
    let mut known = 0;
    for (call, list) in lists(model) {
        for account in accounts(cx.model, list).0 {
            let id = account.id.as_str();
            let is_judged = format::is_account_id(id)
                && !facts::is_placeholder_account(id)
                && !account.is_of_tenant
                && !meant.contains(&account.span);
            let is_known = configured.contains(id) || cx.set_up.is_account_of_tenant(id) || unwired.contains(id);
            let is_stale = is_judged && !is_known;
            known += usize::from(is_known);
            if is_stale && seen.insert((account.span, account.id.clone())) {
                let place = Place { span: account.span, tenant: None, path: Some(path(call)) };
                stale.entry(account.span).or_insert((account.id, place, 0)).2 += 1;
            }
        }
    }
    if !doubtful.is_empty() {
        return report_surplus(cx, &stale.into_values().collect::<Vec<_>>(), doubtful.len());
    }
    // It is unlikely that so many customers left: their tenants are probably in root modules that are not checked.
    if cx.tenants().is_empty() && stale.len() > known.max(MANY) {
        let number: usize = stale.values().map(|(.., number)| number).sum();
        let Some((id, first, _)) = stale.into_values().next() else { return };
        let message = format!(
            "the safelist contains {id} and {} other accounts, which are not SSO accounts of any tenant that is \
             checked",
            number - 1
        );
        let help = "Check this root module together with those of their tenants, or pass the reports of those with \
                    `--with`. Accounts that are still reported after that may be stale.";
        cx.report(first, message).help(help).cause("most accounts");
        return;
    }
    for (id, place, number) in stale.into_values() {
        let message = match number {
            1 => format!("the safelist contains {id}, which is not the SSO account of any tenant"),
            2 => format!("the safelist contains {id} and 1 other account, which are not SSO accounts of any tenant"),
            _ => format!(
                "the safelist contains {id} and {} other accounts, which are not SSO accounts of any tenant",
                number - 1
            ),
        };
        cx.report(place, message).cause(id);
    }
}

/// Reports accounts that are more than the tenants that have the account of another one and may have these.
fn report_surplus(cx: &mut Context<'_>, stale: &[(String, Place, usize)], doubtful: usize) {
    let number: usize = stale.iter().map(|(.., number)| number).sum();
    let Some((id, first, _)) = stale.first().filter(|_| number > doubtful) else { return };
    let others = if number == 2 { "1 other account".to_owned() } else { format!("{} other accounts", number - 1) };
    let message = format!(
        "the safelist contains {id} and {others}, which are not SSO accounts of any tenant; tenants with the same SSO \
         account explain at most {doubtful} of them"
    );
    let help = "Correct the tenants that have the SSO account of another one. Then remove the accounts that are still reported.";
    cx.report(first.clone(), message).help(help).cause(id);
}

/// Whether some tenant is reached through the role of another one, and has no account of its own: then the account may be
/// its own.
fn is_any_role_foreign(cx: &Context<'_>) -> bool {
    let account = |tenant: &Tenant| tenant.sso_account_id.as_written().map(str::to_owned);
    let has_own = |tenant: &Tenant, owner: TenantId| {
        tenant.sso_account_id.path.is_some() && tenant.is_element() && account(tenant) != account(cx.tenant(owner))
    };
    cx.tenants().iter().any(|it| match cx.role_naming(it.id) {
        RoleNaming::Foreign(owner) => !has_own(it, owner),
        _ => false,
    })
}
