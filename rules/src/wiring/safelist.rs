//! The safelists of runtime connectors, and what they lack.

use foldhash::HashSet;
use symlint_core::rule::{Context, closest};
use symlint_core::tenants::{Model, RuntimeCall, Tenant, TenantId, stripped, text_of};
use symlint_terraform::{Form, Makeup, Span, Value};

/// So many accounts that are no tenant's are held against those that are missing.
const STRAYS: usize = 100;

/// An account of a safelist.
pub(super) struct Account {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub span: Span,
    /// Whether it comes from the entry of a tenant.
    pub is_of_tenant: bool,
}

/// A tenant whose account no safelist has.
pub(super) struct Missing<'a> {
    pub tenant: &'a Tenant,
    pub account: &'a str,
    /// The account in a safelist that was probably meant for it.
    pub meant: Option<Span>,
}

/// The accounts of a safelist that are known, and whether these are all.
pub(super) fn accounts(cx: &Context<'_>, list: &Value) -> (Vec<Account>, bool) {
    let Some(elements) = list.elements() else { return (Vec::new(), false) };
    let account = |element: &Value| {
        let is_of_tenant = !cx.model.sources_of_values.tenants(element).is_empty();
        let id = text_of(element)?;
        // What a tenant's value has in it that cannot be seen is reported there; what is written here is compared as
        // it is, since AWS would.
        let id = if is_of_tenant { stripped(&id) } else { id.trim().to_owned() };
        Some(Account { id, span: element.origin.span, is_of_tenant })
    };
    let accounts: Vec<Account> = elements.iter().filter_map(account).collect();
    let is_complete = elements.iter().all(|element| element.as_unknown().is_none());
    (accounts, is_complete)
}

/// Whether it stands for every account.
pub(super) fn is_wildcard(account: &Account) -> bool {
    account.id.contains('*') && account.id.bytes().all(|byte| matches!(byte, b'*' | b'?'))
}

/// All safelists, each with its call.
pub(super) fn lists<'a>(model: &'a Model<'_>) -> impl Iterator<Item = (&'a RuntimeCall<'a>, &'a Value)> {
    model.runtimes.iter().flat_map(|call| call.safelists.iter().map(move |list| (call, list)))
}

/// The way to the list.
pub(super) fn path(call: &RuntimeCall<'_>) -> String {
    call.block.path()
}

/// Where the list is written, or else the argument's expression.
pub(super) fn span(call: &RuntimeCall<'_>, list: &Value) -> Span {
    if matches!(list.origin.makeup, Makeup::Written(Form::Whole)) {
        return list.origin.span;
    }
    call.block.attribute().map_or(call.block.name_span(), |attribute| attribute.value.span)
}

/// Where an account would have to be added; `None` where there is no runtime, or what it has cannot be told.
pub(super) fn place(cx: &Context<'_>) -> Option<Span> {
    let model = cx.model;
    // Without a list the stock module has an empty one; what a module of one's own has is not known.
    let without = model.runtimes.iter().find(|call| call.instances > call.safelists.len());
    if without.is_some_and(|call| call.block.call().is_some_and(|call| call.child.is_some())) {
        return None;
    }
    lists(model).next().map(|(call, list)| span(call, list)).or(without.map(|call| call.block.name_span()))
}

/// The tenants whose accounts no safelist has; empty where that cannot be told.
pub(super) fn missing<'a>(cx: &Context<'a>) -> Vec<Missing<'a>> {
    let model = cx.model;
    let lists: Vec<(Vec<Account>, bool)> = lists(model).map(|(_, list)| accounts(cx, list)).collect();
    let is_known = place(cx).is_some()
        && !model.has_unknown_calls
        && model.runtimes.iter().all(|call| !call.is_unknown && model.is_readable(call.block.name_span().file))
        && lists.iter().all(|(_, is_complete)| *is_complete);
    if !is_known {
        return Vec::new();
    }
    let accounts: Vec<&Account> = lists.iter().flat_map(|(accounts, _)| accounts).collect();
    if accounts.iter().any(|account| is_wildcard(account)) {
        return Vec::new();
    }
    let listed: HashSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    let wired: HashSet<TenantId> =
        model.flows.iter().flat_map(|flow| &flow.instances).filter_map(|instance| instance.tenant).collect();
    let configured = cx.config.host_accounts.iter().chain(&cx.config.safelist_extra).map(String::as_str);
    let of_tenants = model.tenants.iter().filter_map(Tenant::sso_account).map(|account| account.text());
    let known: HashSet<&str> = of_tenants.chain(configured).collect();
    let is_stray = |account: &&Account| !account.is_of_tenant && !known.contains(account.id.as_str());
    let strays: Vec<&Account> = accounts.into_iter().filter(is_stray).take(STRAYS).collect();
    let is_missing = |tenant: &'a Tenant| {
        let account = tenant.sso_account().filter(|account| account.is_well_formed())?.text();
        // The runtime may always assume roles in its own account.
        let is_host = cx.config.host_accounts.iter().any(|host| host == account);
        let is_left_out = !model.flows.is_empty() && !wired.contains(&tenant.id);
        let is_judged = !tenant.sso_account_id.is_garbled() && !is_host && !is_left_out;
        // A list of the roles' accounts lacks it for a reason that has a finding.
        let role = tenant.role_account().filter(|_| tenant.has_role_account_mismatch());
        let is_mismatched = role.is_some_and(|role| listed.contains(role.text()));
        let is_copied = tenant.sso_account_id.raw().is_some_and(|raw| listed.contains(raw.trim()));
        (is_judged && !listed.contains(account) && !is_copied && !is_mismatched).then_some((tenant, account))
    };
    let missing = model.tenants.iter().filter_map(is_missing);
    missing
        .map(|(tenant, account)| {
            let meant = closest(account, strays.iter().map(|stray| stray.id.as_str()));
            let meant = strays.iter().find(|stray| Some(stray.id.as_str()) == meant).map(|stray| stray.span);
            Missing { tenant, account, meant }
        })
        .collect()
}
