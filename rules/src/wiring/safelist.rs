//! The safelists of runtime connectors, and what they lack.

use foldhash::HashSet;
use symlint_core::facts::is_placeholder_account;
use symlint_core::rule::Context;
use symlint_core::spelling::closest;
use symlint_core::tenants::{FieldKind, FlowInstance, Model, RuntimeCall, Tenant, TenantId, stripped, text_of};
use symlint_terraform::{Form, Makeup, Span, Value};

/// At most this many accounts that do not belong to a tenant are compared with those that are missing.
const MOST_OTHERS: usize = 100;

/// An account of a safelist.
#[derive(Clone)]
pub(super) struct Account {
    pub id: String,
    /// Where it is written.
    pub span: Span,
    /// Whether the text at the span is all of it, and not a part of an ARN.
    pub is_alone: bool,
    /// Whether it comes from the entry of a tenant.
    pub is_of_tenant: bool,
    /// Whether it is in the list in any case.
    is_certain: bool,
}

/// A tenant whose account no safelist has.
pub(super) struct Missing<'a> {
    pub tenant: &'a Tenant,
    pub account: &'a str,
    /// The account in a safelist that was probably meant for it.
    pub meant: Option<Meant>,
}

/// An account in the place of one that is missing.
pub(super) struct Meant {
    pub span: Span,
    /// Whether it is a misspelling; else only both are wrong.
    pub is_alike: bool,
}

/// The accounts of a safelist that are known, and whether these are all.
pub(super) fn accounts(model: &Model<'_>, list: &Value) -> (Vec<Account>, bool) {
    let Some(elements) = list.elements() else { return (Vec::new(), false) };
    let account = |element: &Value, is_certain: bool| {
        let is_of_tenant = !model.sources_of_values.tenants(element).is_empty();
        let id = text_of(element)?;
        let is_pattern = id.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
        let id = if is_pattern { &id } else { model.quotable(&id, element, FieldKind::SsoAccountId) };
        // What a tenant's value has in it that cannot be seen is reported there; what is written here is compared as
        // it is, since AWS would.
        let id = if is_of_tenant { stripped(id) } else { id.to_owned() };
        let is_alone = matches!(element.origin.makeup, Makeup::Written(_));
        Some(Account { id, span: element.origin.span, is_alone, is_of_tenant, is_certain })
    };
    let possible = |element| match Value::candidates(element) {
        [] => std::slice::from_ref(element),
        candidates => candidates,
    };
    let accounts = elements
        .iter()
        .flat_map(|element| possible(element).iter().filter_map(|it| account(it, element.as_unknown().is_none())));
    let accounts: Vec<Account> = accounts.collect();
    let is_complete = elements.iter().all(|element| element.uncertainty().is_none());
    (accounts, is_complete)
}

/// Whether it matches more than one account.
pub(super) fn is_wildcard(account: &Account) -> bool {
    account.id.contains(['*', '?'])
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

/// Where a missing account would have to be added; `None` if there is no runtime, or if its list is not known.
pub(super) fn place(model: &Model<'_>) -> Option<Span> {
    // Without the argument, Sym's module has an empty list; what another module has is not known.
    let without = model.runtimes.iter().find(|call| call.instances > call.safelists.len());
    if without.is_some_and(|call| call.block.call().is_some_and(|call| call.child.is_some())) {
        return None;
    }
    lists(model).next().map(|(call, list)| span(call, list)).or(without.map(|call| call.block.name_span()))
}

/// All accounts that are, or may be, in the safelists of a run, if nothing else can be in them.
fn known(model: &Model<'_>) -> Option<Vec<Account>> {
    let lists: Vec<(Vec<Account>, bool)> = lists(model).map(|(_, list)| accounts(model, list)).collect();
    let is_known = place(model).is_some()
        && model.unknown_calls.is_empty()
        && model.runtimes.iter().all(|call| !call.is_unknown && model.is_readable(call.block.name_span().file))
        && lists.iter().all(|(_, is_complete)| *is_complete);
    is_known.then(|| lists.into_iter().flat_map(|(accounts, _)| accounts).collect())
}

/// The tenants whose accounts no safelist has; empty where that is not known.
pub(super) fn missing<'a>(cx: &Context<'a>) -> Vec<Missing<'a>> {
    let mut missing = known(cx.model).map(|listed| missing_here(cx, &listed)).unwrap_or_default();
    missing.extend(missing_elsewhere(cx).unwrap_or_default());
    // An account with suspicious characters is reported itself, and what is built from it lacks the right one.
    missing.retain(|missing| missing.tenant.sso_account_id.cleaned().is_none());
    missing
}

/// The same for one run, whose safelists have, or may have, the accounts `listed`. If a safelist may be one of several
/// lists, each of these must have the accounts of the tenants that exist in any case; the condition that chooses the list
/// may also choose the other tenants.
fn missing_here<'a>(cx: &Context<'a>, listed: &[Account]) -> Vec<Missing<'a>> {
    let certain: Vec<Account> = listed.iter().filter(|account| account.is_certain).cloned().collect();
    let alternatives: Vec<&Value> = cx.model.runtimes.iter().flat_map(|call| &call.alternatives).collect();
    let possible = if alternatives.is_empty() { &certain } else { listed };
    let mut missing = lacking(cx, entered(cx.model, false), possible);
    for alternative in alternatives {
        let all = [accounts(cx.model, alternative).0, certain.clone()].concat();
        for it in lacking(cx, entered(cx.model, true), &all) {
            if missing.iter().all(|known| known.tenant.id != it.tenant.id) {
                missing.push(it);
            }
        }
    }
    missing
}

/// The tenants of root modules without a runtime whose accounts no safelist of any run has: reported with the first run
/// that has safelists, and where all of them are known.
fn missing_elsewhere<'a>(cx: &Context<'a>) -> Option<Vec<Missing<'a>>> {
    let models = cx.set_up.models();
    let has_runtime = |model: &&Model<'_>| !model.runtimes.is_empty();
    let first = models.iter().find(has_runtime)?;
    if models.len() + cx.set_up.earlier().len() < 2 || first.run != cx.model.run {
        return None;
    }
    let mut listed = Vec::new();
    for model in models.iter().filter(has_runtime) {
        listed.append(&mut known(model)?);
    }
    let without = models.iter().filter(|model| model.runtimes.is_empty() && model.project.has_configuration());
    let earlier = cx.set_up.earlier().iter().filter(|run| !run.has_safelist).flat_map(|run| &run.tenants);
    Some(lacking(cx, without.flat_map(|model| entered(model, false)).chain(earlier.map(|it| &it.tenant)), &listed))
}

/// The tenants of a run that the runtime enters, as far as that is known: all that it may, or those that are there in any
/// case.
fn entered<'a>(model: &'a Model<'_>, in_any_case: bool) -> impl Iterator<Item = &'a Tenant> {
    let is_open = |instance: &FlowInstance| {
        let mut around = std::iter::successors(Some(&instance.instance), |it| it.caller());
        around.any(|it| it.call_in(model.project).is_some_and(|call| model.open_calls.contains(&call.span)))
    };
    let instances = model.flows.iter().flat_map(|flow| &flow.instances);
    let instances = instances.filter(|it| !in_any_case || model.open_calls.is_empty() || !is_open(it));
    let wired: HashSet<TenantId> = instances.filter_map(|instance| instance.tenant).collect();
    model.tenants.iter().filter(move |tenant| model.flows.is_empty() || wired.contains(&tenant.id))
}

/// Those of `tenants` whose accounts are not listed.
fn lacking<'a>(cx: &Context<'_>, tenants: impl Iterator<Item = &'a Tenant>, accounts: &[Account]) -> Vec<Missing<'a>> {
    if accounts.iter().any(is_wildcard) {
        return Vec::new();
    }
    let listed: HashSet<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    let configured =
        |account: &str| cx.config.host_accounts.contains(account) || cx.config.safelist_extra.contains(account);
    let unwired = cx.model.unwired_accounts();
    let is_other = |account: &&Account| {
        let id = account.id.as_str();
        !account.is_of_tenant && !cx.set_up.is_account_of_tenant(id) && !configured(id) && !unwired.contains(id)
    };
    let others: Vec<&Account> = accounts.iter().filter(is_other).take(MOST_OTHERS).collect();
    let is_missing = |tenant: &'a Tenant| {
        let account = tenant.sso_account().filter(|account| account.is_well_formed())?.text();
        // The runtime may always assume roles in its own account.
        let is_host = cx.config.host_accounts.contains(account);
        // Whoever has the account that documentation uses must not be listed.
        let is_judged = !tenant.sso_account_id.is_garbled() && !is_host && !is_placeholder_account(account);
        // A list of the roles' accounts lacks it for a reason that has a finding.
        let role = tenant.role_account().filter(|_| tenant.has_role_account_mismatch());
        let is_mismatched = role.is_some_and(|role| listed.contains(role.text()));
        let is_copied = tenant.sso_account_id.raw().is_some_and(|raw| listed.contains(raw.trim()));
        // So does one that is known only from a role of another tenant.
        let is_another_s =
            tenant.sso_account_id.is_derived() && cx.set_up.owner_of_account(account, tenant.id).is_some();
        let is_missing = !listed.contains(account) && !is_copied && !is_mismatched && !is_another_s;
        (is_judged && is_missing).then_some((tenant, account))
    };
    let missing: Vec<_> = tenants.filter_map(is_missing).collect();
    let meant = |account: &str| {
        let alike = closest(account, others.iter().map(|other| other.id.as_str()));
        let alike = alike.and_then(|alike| others.iter().find(|other| other.id == alike));
        // If one account is missing and one belongs to no tenant, the latter is probably meant for the former.
        let only = || if let ([_], [only]) = (missing.as_slice(), others.as_slice()) { Some(only) } else { None };
        let other = alike.or_else(only)?;
        Some(Meant { span: other.span, is_alike: alike.is_some() })
    };
    missing.iter().map(|&(tenant, account)| Missing { tenant, account, meant: meant(account) }).collect()
}
