//! See shared-sso-account.md.

use std::collections::{BTreeMap, BTreeSet};

use symlint_core::config::Organization;
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind, Tenant, TenantId};

/// How many tenants the message names.
const NAMED: usize = 4;

pub(super) fn check(cx: &mut Context<'_>) {
    for ids in groups(cx) {
        let members: Vec<&Tenant> = ids.iter().map(|&id| cx.tenant(id)).collect();
        let [first, second, others @ ..] = members.as_slice() else { continue };
        let Some(account) = second.sso_account() else { continue };
        let message = format!(
            "{} share SSO account {}, its instance, and its region, but no `organization` declares them to be one customer",
            names(&members),
            account.text()
        );
        let named = organizations_of(cx, &members);
        // Tenants that are already in an organization stay in it.
        let there = named.iter().flat_map(|organization| &organization.tenants).map(String::as_str);
        let mut keys: Vec<&str> = Vec::new();
        for key in there.chain(members.iter().map(|tenant| tenant.name())) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
        let keys = keys.join(", ");
        let block = |name: &str| format!("organization \"{name}\" {{ tenants = [{keys}] }}");
        let what = match named.as_slice() {
            [] => format!("add this to .symlint.hcl: {}", block("NAME")),
            [one] => format!("complete the block in .symlint.hcl: {}", block(&one.name)),
            [one, others @ ..] => {
                let others: Vec<String> = others.iter().map(|other| format!("`{}`", other.name)).collect();
                format!(
                    "merge the blocks `{}` and {} in .symlint.hcl: {}",
                    one.name,
                    others.join(", "),
                    block(&one.name)
                )
            }
        };
        let help = format!(
            "If they are two customers, engineers of one would act in the other's organization: replace the copied \
             values. If they are one customer, {what}"
        );
        let mut report = cx
            .report(account.piece, message)
            .group(&ids)
            .help(help)
            .related(&first.sso_account_id, format!("`{}` has this account", first.name()));
        for other in others {
            report = report.related(&other.sso_account_id, format!("`{}` has this account", other.name()));
        }
    }
}

/// The groups of tenants that share these values, ordered by these values.
fn groups(cx: &Context<'_>) -> Vec<Vec<TenantId>> {
    // All tenants of a group share the same values, and no two groups do.
    let mut groups: BTreeMap<(&str, &str, &str), Vec<TenantId>> = BTreeMap::new();
    for relation in cx.model.relations_of(RelationKind::SharedSsoAccount) {
        let Comparable { sso_account: Some(account), instance: Some(instance), region: Some(region), .. } =
            Comparable::of(cx.tenant(relation.tenant))
        else {
            continue;
        };
        let key = (account.text(), instance.text(), region);
        groups.entry(key).or_default().extend([relation.tenant, relation.other]);
    }
    groups
        .into_values()
        .map(|mut members| {
            members.sort_unstable();
            members.dedup();
            members
        })
        .collect()
}

fn names(members: &[&Tenant]) -> String {
    let named: Vec<String> = members.iter().take(NAMED).map(|tenant| format!("`{}`", tenant.name())).collect();
    match (members.len().saturating_sub(named.len()), named.split_last()) {
        (0, Some((last, before))) => format!("{} and {last}", before.join(", ")),
        (more, _) => format!("{} and {more} more tenants", named.join(", ")),
    }
}

/// The organizations that some of them already belong to.
fn organizations_of<'a>(cx: &Context<'a>, members: &[&Tenant]) -> Vec<&'a Organization> {
    let organizations: BTreeSet<usize> =
        members.iter().filter_map(|tenant| cx.model.index.organization(tenant.id)).collect();
    organizations.into_iter().filter_map(|at| cx.config.organizations.get(at)).collect()
}
