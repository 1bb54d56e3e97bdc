//! See duplicate-entitlement.md.

use std::cell::LazyCell;

use foldhash::{HashMap, HashSet};
use symlint_core::discover::{Granted, granted};
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, Place, RelationKind, Tenant, TenantId, normalise};
use symlint_terraform::{ModuleCall, SortedMap, SortedSet, Str};

use crate::wiring::is_any_miswired;

pub(super) fn check(cx: &mut Context<'_>) {
    check_entries(cx);
    check_calls(cx);
}

/// Reports two entries with the same grant, and entries that have a grant twice.
fn check_entries(cx: &mut Context<'_>) {
    let model = cx.model;
    let is_miswired = LazyCell::new(|| is_any_miswired(model));
    for relation in cx.relations_of(RelationKind::DuplicateEntitlement) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let grant = relation.grant.and_then(|at| own.grants.get(at));
        let other_grant = relation.other_grant.and_then(|at| others.grants.get(at));
        let (Some(grant), Some(other_grant)) = (grant, other_grant) else { continue };
        let (Some(id), Some(other_id)) = (grant.permission_set, other_grant.permission_set) else { continue };
        let (Some(target), Some(other_target)) = (grant.target, other_grant.target) else { continue };
        // What a tenant without an entry receives twice by a mistake in the wiring is reported there.
        if tenant.id == other.id && !tenant.is_element() && *is_miswired {
            continue;
        }
        let is_one = tenant.id == other.id;
        let whose = match is_one {
            true => "this tenant".to_owned(),
            false if tenant.name() == other.name() => format!("`{}`", other.path),
            false => cx.called(other),
        };
        let message = format!("{whose} already grants permission set {} in account {}", id.text(), target.text());
        let report = cx
            .report(id.piece, message)
            .label("granted again")
            .related(other_id.piece, "first granted here")
            .related(other_target.piece, "the same account");
        if !is_one {
            report.help(ENTRIES);
        }
    }
}

/// Reports two flow calls, or two instances of one call, with the same grant for a tenant.
fn check_calls(cx: &mut Context<'_>) {
    let model = cx.model;
    // Usually, each tenant has one instance.
    let mut known = HashSet::default();
    let mut receivers = model.flows.iter().flat_map(|flow| &flow.instances).filter_map(|instance| instance.tenant);
    if receivers.all(|tenant| known.insert(tenant)) {
        return;
    }
    let names: HashMap<String, TenantId> = cx.tenants().iter().map(|it| (normalise(it.name()), it.id)).collect();
    let mut first: HashMap<(TenantId, Str, Str), (usize, usize)> = HashMap::default();
    // By the two calls, in order: each tenant with the grant that it has twice.
    let mut twice: SortedMap<(usize, usize), Vec<Granted>> = SortedMap::new();
    let mut seen: HashSet<(usize, usize, TenantId)> = HashSet::default();
    // By the call: the first instance, and the grant that another instance repeats.
    let mut again: SortedMap<usize, Vec<(usize, Granted)>> = SortedMap::new();
    // In another workspace, an instance with the same address replaces it.
    let address = |flow: usize, instance: usize| Some(&model.flows.get(flow)?.instances.get(instance)?.address);
    for granted in granted(model) {
        let Some(call) = model.flows.get(granted.flow).and_then(|flow| flow.call) else { continue };
        // A call that was copied for another tenant is reported by the wiring rules, and so is a grant that is not the
        // tenant's own.
        let is_others = names.get(&normalise(&call.name.text)).is_some_and(|&tenant| tenant != granted.tenant);
        if is_others || !is_own(cx.tenant(granted.tenant), &granted) {
            continue;
        }
        let grant = (granted.tenant, granted.permission_set.clone(), granted.target.clone());
        let (before, instance) = *first.entry(grant).or_insert((granted.flow, granted.instance));
        let is_other_call = called(cx, before).is_some_and(|before| before.name.span != call.name.span);
        if is_other_call && seen.insert((before, granted.flow, granted.tenant)) {
            twice.entry((before, granted.flow)).or_default().push(granted);
        } else if before == granted.flow && address(before, instance) != address(before, granted.instance) {
            again.entry(before).or_default().push((instance, granted));
        }
    }
    // A grant that an entry has twice is reported at the entry.
    let twice_in_entry: HashSet<TenantId> = cx
        .relations_of(RelationKind::DuplicateEntitlement)
        .filter(|relation| relation.tenant == relation.other)
        .map(|relation| relation.tenant)
        .collect();
    for (at, mut grants) in again {
        grants.retain(|(_, granted)| !twice_in_entry.contains(&granted.tenant));
        let Some(flow) = model.flows.get(at) else { continue };
        let Some((before, granted)) = grants.first() else { continue };
        let address = |instance: usize| address(at, instance).cloned().unwrap_or_default();
        let message = both(cx, &address(*before), &address(granted.instance), granted);
        let tenants: Vec<TenantId> =
            grants.iter().map(|(_, granted)| granted.tenant).collect::<SortedSet<_>>().into_iter().collect();
        let span = flow.call.map(|call| call.name.span).unwrap_or_else(|| cx.tenant(granted.tenant).span);
        let place = Place { span, tenant: Some(granted.tenant), path: Some(format!("module.{}", flow.name())) };
        cx.report(place, message).group(&tenants).cause("instances");
    }
    for ((before, after), grants) in twice {
        let (Some(before), Some(after)) = (called(cx, before), called(cx, after)) else { continue };
        let tenants: Vec<TenantId> = grants.iter().map(|granted| granted.tenant).collect();
        let (name, other) = (&after.name.text, &before.name.text);
        let message = match grants.as_slice() {
            [only] => both(cx, &format!("module.{other}"), &format!("module.{name}"), only),
            _ => format!(
                "`module.{name}` repeats the grants of `module.{other}`, with the same permission sets and accounts, \
                 for {}",
                model.count(&tenants, cx.tenants().len())
            ),
        };
        let place =
            Place { span: after.name.span, tenant: tenants.first().copied(), path: Some(format!("module.{name}")) };
        cx.report(place, message)
            .group(&tenants)
            .cause(format!("module.{other}"))
            .help(CALLS)
            .label("the same grants again")
            .related(before.name.span, format!("`module.{other}` is called here"));
    }
}

/// What to do about two entries.
const ENTRIES: &str = "If one of the two entries was copied, replace its values. Otherwise, remove one of the two \
                       grants: an engineer can get this access twice, and when one of them expires, AWS removes the \
                       access of both.";

/// What to do about two calls.
const CALLS: &str = "Give one of the two calls its own permission set or account, or remove the call. An engineer can get \
                     the same access through both, and when one of the two grants expires, AWS removes the access of \
                     both. If that is intended, add a comment above this line:\n\n    # symlint-ignore: \
                     duplicate-entitlement -- REASON";

/// The message for two calls with the same grant.
fn both(cx: &Context<'_>, first: &str, second: &str, granted: &Granted) -> String {
    let permission_set = granted.permission_set.rsplit('/').next().unwrap_or_default();
    let (target, tenant) = (&granted.target, cx.tenant(granted.tenant).name());
    format!("`{second}` grants {permission_set} in account {target} of `{tenant}`, which `{first}` already grants")
}

fn called<'a>(cx: &Context<'a>, flow: usize) -> Option<&'a ModuleCall> {
    cx.model.flows.get(flow)?.call
}

/// Whether the tenant has this grant in its entry. If no call receives another of its grants, that one was probably
/// meant here.
fn is_own(tenant: &Tenant, granted: &Granted) -> bool {
    let is = |text: Option<&str>, granted: &Str| text == Some(granted.as_str());
    let is_all_received = tenant.grants.iter().all(|grant| grant.is_received);
    let is_granted = tenant.grants.iter().any(|grant| {
        is(grant.permission_set_arn.as_str(), &granted.permission_set)
            && is(grant.target_account_id.as_str(), &granted.target)
    });
    is_all_received && is_granted
}
