//! See tenant-not-wired.md.

use foldhash::{HashMap, HashSet};
use symlint_core::rule::{Context, FindingBuilder};
use symlint_core::tenants::{Field, Grant, Model, Place, Tenant, TenantId, Unwired, Whole};
use symlint_terraform::{Path, SortedMap, Span};

use super::filter::{are_grants_filtered, is_chosen, is_filtered};
use super::is_any_miswired;
use super::reference::foreign;
use super::unreached::Unreached;
use crate::expression::is_reference;

/// This many tenants were not forgotten one by one: they have a common cause.
const MANY: usize = 4;

/// Whether these are all of `of` tenants, or so many that they have one cause.
fn are_many(tenants: usize, of: usize) -> bool {
    tenants >= MANY || tenants > 2 && tenants == of
}

/// What to do about a grant.
const HELP: &str = "Pass it to a flow, or remove it. Nobody can request this access.";

pub(super) fn check(cx: &mut Context<'_>) {
    check_entries(cx);
    let model = cx.model;
    let instances = || model.flows.iter().flat_map(|flow| &flow.instances);
    // An instance whose tenant is not known may receive any.
    let is_known = !model.flows.is_empty()
        && model.knows_its_flows()
        && instances().all(|instance| instance.tenant.is_some())
        && model.is_everything_readable();
    if !is_known {
        return;
    }
    let mut wired: HashSet<TenantId> = instances().filter_map(|instance| instance.tenant).collect();
    // What has no value of a tenant is reported as such.
    let is_tenant = |tenant: &&Tenant| tenant.is_element() && tenant.whole == Whole::Object && !tenant.has_nothing();
    let of_variable = || cx.tenants().iter().filter(is_tenant);
    let mut left_out: Vec<TenantId> =
        of_variable().map(|tenant| tenant.id).filter(|tenant| !wired.contains(tenant)).collect();
    if !left_out.is_empty() {
        // Another tenant's flow may receive them.
        for argument in instances().flat_map(|instance| &instance.arguments) {
            wired.extend(model.sources_of_values.tenants(&argument.value));
        }
        // That `merge()` drops a tenant is reported as such.
        left_out.retain(|tenant| !wired.contains(tenant) && !model.is_overridden(*tenant));
        // So is that two have one key.
        let same = |id: &TenantId| of_variable().filter(|it| it.name() == cx.tenant(*id).name()).count();
        left_out.retain(|tenant| same(tenant) < 2);
    }
    let unreached = Unreached::of(model);
    let is_open = left_out.is_empty() && !unreached.tenants.is_empty();
    if is_open && !is_any_miswired(model) && foreign(model).is_empty() {
        left_out.extend(of_variable().map(|tenant| tenant.id).filter(|id| unreached.tenants.contains(id)));
    }
    let Some(&first) = left_out.first() else { return check_grants(cx, &unreached) };
    if is_filtered(model) {
        return;
    }
    if are_many(left_out.len(), of_variable().count()) {
        let count = model.count(&left_out, of_variable().count());
        let report = cx.report(cx.tenant(first), format!("no flow receives {count}"));
        with_calls(report.help(help(model, "them", "these customers")), model).group(&left_out);
        return;
    }
    for tenant in left_out {
        let tenant = cx.tenant(tenant);
        let report = cx.report(tenant, format!("`{}` is not passed to any flow", tenant.name()));
        with_calls(report.help(help(model, "it", "this customer")), model);
    }
}

/// What to do about tenants that no flow receives.
fn help(model: &Model<'_>, what: &str, whose: &str) -> String {
    let is_repeated = model.flows.iter().any(|flow| flow.call.is_some_and(|call| call.for_each.is_some()));
    let intended = match is_repeated {
        true => format!(
            " If that is intended, leave {what} out with an `if` in the `for_each`; symlint then reports nothing."
        ),
        false => String::new(),
    };
    format!("{}. Until then, nobody can request access to {whose}.{intended}", addition(model, what))
}

/// Adds what the flow calls are made for.
fn with_calls<'f>(report: FindingBuilder<'f>, model: &Model<'_>) -> FindingBuilder<'f> {
    let calls = model.flows.iter().filter_map(|flow| flow.call).take(CALLS);
    calls.fold(report, |report, call| {
        let name = &call.name.text;
        match call.for_each.as_ref().or(call.count.as_ref()) {
            Some(made_for) => report.related(made_for.value.span, format!("`module.{name}` is called for these")),
            None => report.related(call.name.span, format!("`module.{name}` is called here")),
        }
    })
}

/// How many flow calls are shown.
const CALLS: usize = 3;

/// Entries that no flow is built from, though the runtime may enter their accounts.
fn check_entries(cx: &mut Context<'_>) {
    let model = cx.model;
    let is_elsewhere = |account: &str| {
        let is_configured = cx.config.host_accounts.contains(account) || cx.config.safelist_extra.contains(account);
        cx.set_up.is_account_of_tenant(account) || is_configured
    };
    // Where a permission set is of its instance, the tenant with it should have chosen this one.
    let meant: HashSet<&str> = cx
        .tenants()
        .iter()
        .flat_map(|tenant| tenant.foreign_permission_sets().map(|arn| arn.instance_id.text()))
        .collect();
    let is_meant = |entry: &Unwired| entry.instance.as_ref().is_some_and(|id| meant.contains(id.as_str()));
    let is_left_out =
        |entry: &&Unwired| !is_elsewhere(&entry.account) && !is_chosen(model, entry.path.start()) && !is_meant(entry);
    // The account may be that of a tenant that is not known.
    let entries: Vec<&Unwired> = match cx.set_up.knows_its_accounts() {
        true => model.unwired.iter().filter(is_left_out).collect(),
        false => Vec::new(),
    };
    let mut siblings: HashMap<Option<&Path>, Vec<&Unwired>> = HashMap::default();
    for entry in &entries {
        siblings.entry(entry.path.parent()).or_default().push(entry);
    }
    let mut groups: SortedMap<Span, Vec<&Unwired>> = SortedMap::new();
    for all in siblings.into_values() {
        // What is left out altogether has one cause.
        let is_whole = all.len() >= MANY || all.first().is_some_and(|first| all.len() == first.siblings);
        match all.first().filter(|_| is_whole) {
            Some(first) => _ = groups.insert(first.span, all),
            None => all.into_iter().for_each(|entry| groups.entry(entry.span).or_default().push(entry)),
        }
    }
    for (span, group) in groups {
        let [first, rest @ ..] = group.as_slice() else { continue };
        let Unwired { name, account, path, .. } = first;
        let (message, whose) = match rest.len() {
            0 => (
                format!("no flow receives `{name}`, although the safelist contains its account, {account}"),
                "this customer",
            ),
            _ => {
                let names: Vec<String> = group.iter().take(3).map(|entry| format!("`{}`", entry.name)).collect();
                let more = if group.len() > names.len() { ", …" } else { "" };
                let names = names.join(", ");
                let message = format!(
                    "no flow receives {} entries ({names}{more}), although the safelist contains their accounts",
                    group.len()
                );
                (message, "these customers")
            }
        };
        let help = format!(
            "{}, or, if the customer has left, remove its account from the safelist. Nobody can request access to \
             {whose}, but the runtime may enter the account.",
            addition(model, if rest.is_empty() { "it" } else { "them" })
        );
        let names = group.iter().map(|entry| entry.name.to_string()).collect();
        let place = Place { span, tenant: None, path: Some(path.to_string()) };
        cx.report(place, message).help(help).cause(path.to_string()).about(names);
    }
}

/// Where `what` is added to be received by a flow.
fn addition(model: &Model<'_>, what: &str) -> String {
    let repeats = || model.flows.iter().filter_map(|flow| flow.call?.for_each.as_ref());
    let mut names =
        repeats().filter(|repeat| is_reference(&repeat.value)).map(|it| model.sources().text(it.value.span));
    match names.next().filter(|_| repeats().count() == 1) {
        Some(name) => format!("Add an entry for {what} to `{}`", &*name),
        None if repeats().next().is_some() => format!("Add {what} to the `for_each` of a call of the flow module"),
        None => format!("Add a call of the flow module for {what}"),
    }
}

/// Grants of tenants whose other grants flows receive.
fn check_grants<'a>(cx: &mut Context<'a>, unreached: &Unreached) {
    let model = cx.model;
    let is_empty = |tenant: &Tenant| unreached.empty.contains(&tenant.id);
    let is_received = |tenant: &Tenant, grant: &Grant| {
        let is_in_strategy = || !unreached.has_target(tenant.id, grant.target_account_id.raw());
        grant.is_received && !is_empty(tenant) && is_in_strategy()
    };
    // Of a grant whose account another grant of the tenant has as well, the permission set is left out.
    let left_out = |tenant: &'a Tenant| -> Vec<&'a Field> {
        let (received, left_out): (Vec<&Grant>, Vec<&Grant>) =
            tenant.grants.iter().partition(|grant| is_received(tenant, grant));
        let accounts: HashSet<Option<&str>> = received.iter().map(|grant| grant.target_account_id.as_str()).collect();
        let field = |grant: &'a Grant| match accounts.contains(&grant.target_account_id.as_str()) {
            true => &grant.permission_set_arn,
            false => &grant.target_account_id,
        };
        left_out.into_iter().map(field).collect()
    };
    let lacks = |tenant: &&Tenant| is_empty(tenant) || tenant.grants.iter().any(|grant| !is_received(tenant, grant));
    let tenants: Vec<TenantId> = cx.tenants().iter().filter(lacks).map(|tenant| tenant.id).collect();
    // Where a flow receives something wrong, that is the cause.
    if tenants.is_empty()
        || is_any_miswired(model)
        || !foreign(model).is_empty()
        || is_filtered(model)
        || are_grants_filtered(model)
    {
        return;
    }
    let with_several = cx.tenants().iter().filter(|tenant| tenant.grants.len() > 1).count();
    let Some(first) = tenants.first() else { return };
    if are_many(tenants.len(), with_several) {
        let message = format!("no flow receives some of the grants of {}", model.count(&tenants, cx.tenants().len()));
        match tenants.iter().flat_map(|id| left_out(cx.tenant(*id))).next() {
            Some(field) => cx.report(field, message).help(HELP).group(&tenants),
            None => cx.report(cx.tenant(*first), message).help(HELP).group(&tenants),
        };
        return;
    }
    for id in tenants {
        let tenant = cx.tenant(id);
        if is_empty(tenant) {
            cx.report(tenant, format!("the flow of `{}` grants nothing", tenant.name())).help(HELP);
            continue;
        }
        for field in left_out(tenant) {
            let (name, text) = (cx.name(field), field.as_str().unwrap_or_default());
            cx.report(field, format!("no flow receives {name} {text}")).help(HELP);
        }
    }
}
