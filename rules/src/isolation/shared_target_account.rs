//! See shared-target-account.md.

use symlint_core::config::common_name;
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, Part, RelationKind, Tenant, TenantId};
use symlint_terraform::SortedMap;

use super::shared_sso_account::advice;

/// How many tenants the message names.
const NAMED: usize = 4;

pub(super) fn check(cx: &mut Context<'_>) {
    for ((owner, target), others) in shared(cx) {
        let [(_, part), ..] = others.as_slice() else { continue };
        let ids: Vec<TenantId> = [owner].into_iter().chain(others.iter().map(|(id, _)| *id)).collect();
        let keys: Vec<&str> = ids.iter().map(|&id| cx.tenant(id).name()).collect();
        let target_name = cx.name(part.piece.field);
        let message = match keys.as_slice() {
            [first, _] => format!(
                "{target_name} {target} is also used by `{first}`, which is another customer in the same organization"
            ),
            _ => {
                let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("`{key}`")).collect();
                let more = if keys.len() > NAMED { ", …" } else { "" };
                let (number, named) = (keys.len(), named.join(", "));
                format!("{target_name} {target} is used by {number} customers in one organization: {named}{more}")
            }
        };
        let members: Vec<&Tenant> = ids.iter().map(|&id| cx.tenant(id)).collect();
        let name = common_name(&keys).map_or_else(|| keys.join("-"), str::to_owned);
        let help = format!(
            "Find out which customer has this account, and correct {target_name} of the others. Engineers who are \
             approved for one would enter an account of another. If the tenants are one customer, {}",
            advice("customer", &cx.config.customers, &members, &name)
        );
        let other = target_of(cx, owner, target);
        let mut report = cx.report(part.piece, message).help(help);
        if others.len() > 1 {
            report = report.group(&ids).cause(target);
        }
        let further = others.iter().skip(1).map(|(id, part)| (*part, *id));
        for (part, id) in other.map(|other| (other, owner)).into_iter().chain(further) {
            let name = report.name_of(id);
            report = report.related(part.piece, format!("`{name}` has this account"));
        }
    }
}

/// By the first tenant and its account: the tenants of other customers with the same account, in source order.
fn shared<'a>(cx: &Context<'a>) -> SortedMap<(TenantId, &'a str), Vec<(TenantId, Part<'a>)>> {
    let mut shared: SortedMap<(TenantId, &str), Vec<(TenantId, Part<'_>)>> = SortedMap::new();
    for relation in cx.relations_of(RelationKind::SharedTargetAccount) {
        let grant = relation.grant.and_then(|at| Comparable::of(cx.tenant(relation.tenant)).grants.get(at)?.target);
        if let Some(target) = grant {
            shared.entry((relation.other, target.text())).or_default().push((relation.tenant, target));
        }
    }
    shared
}

fn target_of<'a>(cx: &Context<'a>, tenant: TenantId, target: &str) -> Option<Part<'a>> {
    let grants = Comparable::of(cx.tenant(tenant)).grants;
    grants.iter().filter_map(|grant| grant.target).find(|part| part.text() == target)
}
