//! Who has which account, instance or name: asked by many rules, built once.

use std::hash::Hash;

use foldhash::HashMap;
use smallvec::{SmallVec, smallvec};
use symlint_terraform::Str;

use super::arn::{PermissionSetArn, is_placeholder_resource};
use super::comparable::Comparable;
use super::model::{Tenant, TenantId};
use super::names::normalise;
use crate::config::Config;
use crate::facts;

/// Tenants by what they have. Lists are in source order.
#[derive(Debug, Default)]
pub struct Index {
    keys: HashMap<Str, TenantId>,
    sso_accounts: Tenants,
    instances: Tenants,
    targets: Tenants,
    permission_sets: Tenants,
    names: Tenants,
    organizations: Vec<Option<usize>>,
    account_owners: HashMap<Str, Firsts>,
    instance_owners: HashMap<Str, Firsts>,
}

/// Nearly every value has one tenant, and lists of one need no room of their own.
type Tenants = HashMap<Str, SmallVec<[TenantId; 2]>>;

impl Index {
    pub(super) fn new(tenants: &[Tenant], comparables: &[Comparable<'_>], config: &Config) -> Self {
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
        index.add_owners(comparables);
        index
    }

    fn add(&mut self, tenant: &Tenant, config: &Config) {
        let id = tenant.id;
        let name = tenant.name();
        self.keys.entry(tenant.key.raw().cloned().unwrap_or_default()).or_insert(id);
        if let Some(account) = tenant.sso_account() {
            push(&mut self.sso_accounts, account.piece.share(), id);
        }
        if let Some(instance) = tenant.instance_id() {
            push(&mut self.instances, instance.piece.share(), id);
        }
        for grant in &tenant.grants {
            if let Some(target) = grant.target_account_id.text() {
                push(&mut self.targets, target.share(), id);
            }
            if let Some(permission_set) = PermissionSetArn::of(&grant.permission_set_arn) {
                push(&mut self.permission_sets, permission_set.id.piece.share(), id);
            }
        }
        let environment = config.environment_of(name).or(tenant.key.as_str()).unwrap_or_default();
        push(&mut self.names, normalise(environment).into(), id);
    }

    fn add_owners(&mut self, comparables: &[Comparable<'_>]) {
        let (mut accounts, mut instances) = (HashMap::default(), HashMap::default());
        for comparable in comparables {
            if let Some(account) = comparable.sso_account {
                Firsts::add(&mut accounts, account.piece.share(), comparable.tenant, 0, self);
            }
            if let Some(instance) = comparable.instance {
                Firsts::add(&mut instances, instance.piece.share(), comparable.tenant, 0, self);
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

fn push(map: &mut Tenants, key: Str, tenant: TenantId) {
    if key.is_empty() {
        return;
    }
    let tenants = map.entry(key).or_insert_with(|| smallvec![tenant]);
    if tenants.last() != Some(&tenant) {
        tenants.push(tenant);
    }
}

fn get<'a>(map: &'a Tenants, key: &str) -> &'a [TenantId] {
    map.get(key).map(SmallVec::as_slice).unwrap_or_default()
}
