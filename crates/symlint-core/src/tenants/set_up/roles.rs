//! Roles and accounts that several runs have.

use foldhash::HashMap;
use symlint_terraform::SortedMap;

use super::SetUpRun;
use crate::config::Config;
use crate::tenants::arn::Part;
use crate::tenants::comparable::Comparable;
use crate::tenants::groups::Groups;
use crate::tenants::id::TenantId;
use crate::tenants::names::known_role_kind;
use crate::tenants::relation::{Relation, RelationKind};
use crate::tenants::role_names::{RoleNames, RoleNaming, role_word};
use crate::tenants::sites::RunFolders;
use crate::tenants::tenant::Tenant;

/// The tenants whose roles have one name of another form than a connector's, where more than half of all have it, in
/// several accounts.
pub(super) fn common_role(members: &[SetUpRun<'_, '_>], role_names: &[RoleNames]) -> Vec<TenantId> {
    if !role_names.iter().any(|names| names.have(RoleNaming::OtherKind)) {
        return Vec::new();
    }
    let mut of = 0;
    let mut named: HashMap<&str, Vec<&Tenant>> = HashMap::default();
    for (member, names) in members.iter().zip(role_names) {
        for (tenant, role) in
            member.model.tenants.iter().filter_map(|tenant| Some((tenant, tenant.role()?.name.text())))
        {
            of += 1;
            if names.of(tenant.id) == RoleNaming::OtherKind && known_role_kind(role).is_none() {
                named.entry(role).or_default().push(tenant);
            }
        }
    }
    let account = |tenant: &&Tenant| tenant.role_account().map(|account| account.text().to_owned());
    let common = named.into_values().find(|tenants| {
        let first = tenants.first().and_then(account);
        tenants.len() * 2 > of && tenants.iter().any(|tenant| account(tenant) != first)
    });
    common.into_iter().flatten().map(|tenant| tenant.id).collect()
}

/// The groups of tenants with the same values, in source order. Each tenant is in at most one group.
pub(super) fn shared_accounts(relations: &[Relation], tenants: &[&Tenant], groups: &Groups) -> Vec<Vec<TenantId>> {
    let mut shared: SortedMap<(&str, &str, Option<&str>), Vec<TenantId>> = SortedMap::new();
    for relation in relations.iter().filter(|relation| relation.kind == RelationKind::SharedSsoAccount) {
        let Some(Comparable { sso_account: Some(account), instance: Some(instance), region, .. }) =
            tenants.get(groups.place(relation.tenant)).map(|tenant| Comparable::of(tenant))
        else {
            continue;
        };
        let key = (account.text(), instance.text(), region);
        shared.entry(key).or_default().extend([relation.tenant, relation.other]);
    }
    let mut shared: Vec<Vec<TenantId>> = shared.into_values().collect();
    for group in &mut shared {
        group.sort_unstable();
        group.dedup();
    }
    shared.sort_by_key(|group| group.get(1).map(|tenant| tenant.run));
    shared
}

/// Removes relations of tenants whose role is named after another tenant: the role was copied with the account, and is
/// reported for both. Tenants of root modules in a folder after which their roles are named belong together.
pub(super) fn leave_out_copied_roles(
    relations: &mut Vec<Relation>,
    members: &[SetUpRun<'_, '_>],
    sites: &[RunFolders],
    role_names: &[RoleNames],
) {
    let naming = |tenant: TenantId| {
        let place = members.binary_search_by_key(&tenant.run, |member| member.model.run).ok()?;
        Some(role_names.get(place)?.of(tenant))
    };
    let is_others = |tenant: TenantId, other: TenantId| naming(tenant) == Some(RoleNaming::Foreign(other));
    let is_foreign = |tenant: TenantId| matches!(naming(tenant), Some(RoleNaming::Foreign(_)));
    let folder = |tenant: TenantId| {
        let place = members.binary_search_by_key(&tenant.run, |member| member.model.run).ok()?;
        let member = members.get(place)?;
        let name = role_word(member.model.tenants.get(tenant.index())?, member.config)?;
        sites.get(place)?.folders.contains(&name).then_some(name)
    };
    relations.retain(|&Relation { kind, tenant, other, .. }| {
        if kind == RelationKind::SharedSsoAccount {
            let (own, others) = (folder(tenant), folder(other));
            // That the role of one of them is another's is reported there.
            let is_reported = tenant.run == other.run
                && (own.is_some() && is_foreign(other) || others.is_some() && is_foreign(tenant));
            if own.is_some() && own == others || is_reported {
                return false;
            }
        }
        let is_of_account = matches!(kind, RelationKind::DuplicateSsoAccount | RelationKind::SharedSsoAccount);
        !is_of_account || !is_others(tenant, other) && !is_others(other, tenant)
    });
}

pub(super) fn leave_out_forbidden_accounts(tenant: &mut Comparable<'_>, config: &Config) {
    let is_allowed = |account: &Part<'_>| !config.is_forbidden_account(account.text());
    tenant.sso_account = tenant.sso_account.filter(is_allowed);
    for grant in &mut tenant.grants {
        grant.target = grant.target.filter(is_allowed);
    }
}
