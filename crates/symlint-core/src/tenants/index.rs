//! Who has which account, instance or name: asked by many rules, built once.

use std::collections::HashMap;
use std::hash::Hash;

use super::arn::{PermissionSetArn, is_placeholder_resource};
use super::comparable::Comparable;
use super::model::{Tenant, TenantId};
use super::names::normalise;
use crate::config::Config;
use crate::facts;

/// Tenants by what they have. Lists are in source order.
#[derive(Debug, Default)]
pub struct Index {
    keys: HashMap<String, TenantId>,
    sso_accounts: HashMap<String, Vec<TenantId>>,
    instances: HashMap<String, Vec<TenantId>>,
    targets: HashMap<String, Vec<TenantId>>,
    permission_sets: HashMap<String, Vec<TenantId>>,
    names: HashMap<String, Vec<TenantId>>,
    organizations: Vec<Option<usize>>,
    account_owners: HashMap<String, Firsts>,
    instance_owners: HashMap<String, Firsts>,
}

impl Index {
    pub(super) fn new(tenants: &[Tenant], config: &Config) -> Self {
        let mut index = Self::default();
        let organizations: HashMap<&str, usize> = config
            .organizations
            .iter()
            .enumerate()
            .flat_map(|(at, organization)| organization.tenants.iter().map(move |tenant| (tenant.as_str(), at)))
            .collect();
        for tenant in tenants {
            index.organizations.push(organizations.get(tenant.name()).copied());
            index.add(tenant, config);
        }
        index.add_owners(tenants);
        index
    }

    fn add(&mut self, tenant: &Tenant, config: &Config) {
        let id = tenant.id;
        let name = tenant.name();
        self.keys.entry(name.to_owned()).or_insert(id);
        if let Some(account) = tenant.sso_account() {
            push(&mut self.sso_accounts, account.text(), id);
        }
        if let Some(instance) = tenant.instance_id() {
            push(&mut self.instances, instance.text(), id);
        }
        for grant in &tenant.grants {
            if let Some(target) = grant.target_account_id.as_str() {
                push(&mut self.targets, target, id);
            }
            if let Some(permission_set) = PermissionSetArn::of(&grant.permission_set_arn) {
                push(&mut self.permission_sets, permission_set.id.text(), id);
            }
        }
        let environment = config.environment_of(name).or(tenant.key.as_str()).unwrap_or_default();
        push(&mut self.names, &normalise(environment), id);
    }

    fn add_owners(&mut self, tenants: &[Tenant]) {
        let (mut accounts, mut instances) = (HashMap::new(), HashMap::new());
        for tenant in tenants {
            let comparable = Comparable::of(tenant);
            if let Some(account) = comparable.sso_account {
                Firsts::add(&mut accounts, account.text().to_owned(), tenant.id, 0, self);
            }
            if let Some(instance) = comparable.instance {
                Firsts::add(&mut instances, instance.text().to_owned(), tenant.id, 0, self);
            }
        }
        (self.account_owners, self.instance_owners) = (accounts, instances);
    }

    /// The tenant with this key.
    pub fn with_key(&self, key: &str) -> Option<TenantId> {
        self.keys.get(key).copied()
    }

    /// The tenants with this `sso_account_id`.
    pub fn with_sso_account(&self, account: &str) -> &[TenantId] {
        get(&self.sso_accounts, account)
    }

    /// The tenants whose `instance_arn` has this instance id.
    pub fn with_instance(&self, instance: &str) -> &[TenantId] {
        get(&self.instances, instance)
    }

    /// The first tenant whose SSO account this is, by all that it says, and that is a stranger to `tenant`; if there
    /// is none, one that merely has it as `sso_account_id`.
    pub fn owner_of_account(&self, account: &str, tenant: TenantId) -> Option<TenantId> {
        if facts::is_placeholder_account(account) {
            return None;
        }
        let owner = Firsts::stranger(self.account_owners.get(account), tenant, self).map(|first| first.tenant);
        owner.or_else(|| self.stranger_among(self.with_sso_account(account), tenant))
    }

    /// The first tenant whose instance this is, by all that it says, and that is a stranger to `tenant`; if there is
    /// none, one that merely has it in `instance_arn`.
    pub fn owner_of_instance(&self, instance: &str, tenant: TenantId) -> Option<TenantId> {
        if is_placeholder_resource(instance) {
            return None;
        }
        let owner = Firsts::stranger(self.instance_owners.get(instance), tenant, self).map(|first| first.tenant);
        owner.or_else(|| self.stranger_among(self.with_instance(instance), tenant))
    }

    fn stranger_among(&self, tenants: &[TenantId], tenant: TenantId) -> Option<TenantId> {
        // No more than two: the tenant itself may be the first.
        tenants.iter().take(2).copied().find(|&other| self.are_strangers(other, tenant))
    }

    /// The tenants with a grant in this account.
    pub fn with_target(&self, account: &str) -> &[TenantId] {
        get(&self.targets, account)
    }

    /// The tenants with a grant of the permission set with this `ps-` id.
    pub fn with_permission_set(&self, id: &str) -> &[TenantId] {
        get(&self.permission_sets, id)
    }

    /// The tenants whose key or configured environment is this, [normalised](normalise).
    pub fn with_name(&self, normalised: &str) -> &[TenantId] {
        get(&self.names, normalised)
    }

    /// The organization of the configuration to which a tenant belongs, by its place there.
    pub fn organization(&self, tenant: TenantId) -> Option<usize> {
        self.organizations.get(tenant.index()).copied().flatten()
    }

    /// Whether the configuration says that both are one customer.
    pub fn same_organization(&self, a: TenantId, b: TenantId) -> bool {
        self.organization(a).is_some_and(|organization| self.organization(b) == Some(organization))
    }

    /// Whether two tenants are different ones, and the configuration does not say that both are one customer.
    pub fn are_strangers(&self, a: TenantId, b: TenantId) -> bool {
        a != b && !self.same_organization(a, b)
    }
}

/// The first tenant of several, and the first of them that is a stranger to it: enough to find the first stranger to
/// any tenant without a look at all of them. Two tenants are strangers unless they belong to one organization.
#[derive(Debug, Clone, Copy)]
pub(super) struct Firsts {
    first: First,
    stranger: Option<First>,
}

/// A tenant, and one of its grants where it is about one.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub(super) tenant: TenantId,
    pub(super) grant: usize,
}

impl Firsts {
    /// Adds `tenant`, the latest so far, to those that have `key`.
    pub(super) fn add<K: Eq + Hash>(map: &mut HashMap<K, Self>, key: K, tenant: TenantId, grant: usize, index: &Index) {
        let new = First { tenant, grant };
        let firsts = map.entry(key).or_insert(Self { first: new, stranger: None });
        if firsts.stranger.is_none() && index.are_strangers(firsts.first.tenant, tenant) {
            firsts.stranger = Some(new);
        }
    }

    /// The first one that is a stranger to `tenant`.
    pub(super) fn stranger(firsts: Option<&Self>, tenant: TenantId, index: &Index) -> Option<First> {
        let firsts = firsts?;
        // Whoever is one with the first is a stranger to the first stranger.
        [Some(firsts.first), firsts.stranger]
            .into_iter()
            .flatten()
            .find(|first| index.are_strangers(first.tenant, tenant))
    }
}

fn push(map: &mut HashMap<String, Vec<TenantId>>, key: &str, tenant: TenantId) {
    if key.is_empty() {
        return;
    }
    match map.get_mut(key) {
        Some(tenants) if tenants.last() == Some(&tenant) => {}
        Some(tenants) => tenants.push(tenant),
        None => {
            map.insert(key.to_owned(), vec![tenant]);
        }
    }
}

fn get<'a>(map: &'a HashMap<String, Vec<TenantId>>, key: &str) -> &'a [TenantId] {
    map.get(key).map(Vec::as_slice).unwrap_or_default()
}
