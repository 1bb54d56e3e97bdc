//! Who has which account, instance or name: asked by many rules, built once.

use std::hash::Hash;

use foldhash::{HashMap, HashMapExt};
use smallvec::SmallVec;
use symlint_terraform::Str;

use super::arn::{Part, is_placeholder_resource};
use super::comparable::Comparable;
use super::field::FieldKind;
use super::model::{Tenant, TenantId};
use super::names::normalise;
use crate::config::{Config, TenantGroup};
use crate::facts;

/// Tenants by what they have. Lists are in source order.
#[derive(Debug, Default)]
pub struct Index {
    keys: HashMap<Str, TenantId>,
    accounts: HashMap<Str, Owners>,
    instances: HashMap<Str, Owners>,
    /// Nearly every name has one tenant, and lists of one need no room of their own.
    names: HashMap<Str, SmallVec<[TenantId; 2]>>,
    /// For each tenant, the first tenant of its customer: itself, unless the configuration says otherwise.
    customers: Vec<TenantId>,
    /// For each tenant, the first tenant of its AWS organization: its customer's, unless the configuration says otherwise.
    organizations: Vec<TenantId>,
}

/// Whose an account or instance is.
#[derive(Debug, Default)]
struct Owners {
    /// By all that they say.
    surely: Option<Firsts>,
    /// By the attribute that names it alone.
    merely: Option<Firsts>,
}

impl Owners {
    fn stranger(&self, tenant: TenantId, index: &Index) -> Option<TenantId> {
        let stranger = |firsts: &Option<Firsts>| Firsts::stranger(firsts.as_ref(), tenant, index);
        stranger(&self.surely).or_else(|| stranger(&self.merely)).map(|first| first.tenant)
    }
}

impl Index {
    pub(crate) fn new<'t>(tenants: &'t [Tenant], comparables: &[Comparable<'t>], config: &Config) -> Self {
        let mut index = Self::default();
        let named = |groups: &[TenantGroup]| {
            let keys: HashMap<&str, usize> = groups
                .iter()
                .enumerate()
                .flat_map(|(at, group)| group.tenants.iter().map(move |tenant| (tenant.as_str(), at)))
                .collect();
            tenants.iter().map(|tenant| keys.get(tenant.name()).copied()).collect::<Vec<_>>()
        };
        let own = tenants.iter().map(|tenant| tenant.id);
        let customers = named(&config.customers).into_iter().zip(own).map(|(group, own)| group.ok_or(own));
        index.customers = firsts(tenants, customers);
        // What one tenant of a customer is in, all of them are in.
        let mut organizations: HashMap<TenantId, usize> = HashMap::default();
        for (customer, group) in index.customers.iter().zip(named(&config.organizations)) {
            if let Some(group) = group {
                organizations.entry(*customer).or_insert(group);
            }
        }
        let joined = index.customers.iter().map(|customer| organizations.get(customer).ok_or(*customer));
        index.organizations = firsts(tenants, joined);
        index.add_names(tenants, config);
        index.accounts = index.owners(tenants, comparables, Tenant::sso_account, |comparable| comparable.sso_account);
        index.instances = index.owners(tenants, comparables, Tenant::instance_id, |comparable| comparable.instance);
        index
    }

    fn add_names(&mut self, tenants: &[Tenant], config: &Config) {
        self.keys.reserve(tenants.len());
        self.names.reserve(tenants.len());
        for tenant in tenants {
            self.keys.entry(tenant.key.raw().cloned().unwrap_or_default()).or_insert(tenant.id);
            let environment = config.environment_of(tenant.name()).or(tenant.key.as_str()).unwrap_or_default();
            let name = normalise(environment);
            if !name.is_empty() {
                self.names.entry(name.into()).or_default().push(tenant.id);
            }
        }
    }

    fn owners<'t>(
        &self,
        tenants: &'t [Tenant],
        comparables: &[Comparable<'t>],
        merely: fn(&'t Tenant) -> Option<Part<'t>>,
        surely: fn(&Comparable<'t>) -> Option<Part<'t>>,
    ) -> HashMap<Str, Owners> {
        let mut owners: HashMap<Str, Owners> = HashMap::with_capacity(tenants.len());
        for (tenant, comparable) in tenants.iter().zip(comparables) {
            let first = First::of(tenant.id);
            if let Some(part) = merely(tenant).filter(|part| !part.text().is_empty()) {
                Firsts::see(&mut owners.entry(part.piece.share()).or_default().merely, first, self);
            }
            if let Some(part) = surely(comparable) {
                Firsts::see(&mut owners.entry(part.piece.share()).or_default().surely, first, self);
            }
        }
        owners
    }

    /// The tenant with this key.
    pub fn with_key(&self, key: &str) -> Option<TenantId> {
        self.keys.get(key).copied()
    }

    /// The first tenant whose SSO account this is, by all that it says, and that is a stranger to `tenant`; if there
    /// is none, one that merely has it as `sso_account_id`.
    pub fn owner_of_account(&self, account: &str, tenant: TenantId) -> Option<TenantId> {
        if facts::is_placeholder_account(account) {
            return None;
        }
        self.accounts.get(account)?.stranger(tenant, self)
    }

    /// The first tenant whose instance this is, by all that it says, and that is a stranger to `tenant`; if there is
    /// none, one that merely has it in `instance_arn`.
    pub fn owner_of_instance(&self, instance: &str, tenant: TenantId) -> Option<TenantId> {
        if is_placeholder_resource(instance) {
            return None;
        }
        self.instances.get(instance)?.stranger(tenant, self)
    }

    /// Whether two tenants that are strangers to each other have this SSO account, by all that they say.
    pub(super) fn is_shared_account(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|owners| Firsts::are_strangers(owners.surely.as_ref()))
    }

    /// Whether two tenants that are strangers to each other have this `sso_account_id`.
    pub(super) fn is_merely_shared_account(&self, account: &str) -> bool {
        self.accounts.get(account).is_some_and(|owners| Firsts::are_strangers(owners.merely.as_ref()))
    }

    /// Whether two tenants that are strangers to each other have this instance, by all that they say.
    pub(super) fn is_shared_instance(&self, instance: &str) -> bool {
        self.instances.get(instance).is_some_and(|owners| Firsts::are_strangers(owners.surely.as_ref()))
    }

    /// The tenants whose key or configured environment is this, [normalised](normalise).
    pub fn with_name(&self, normalised: &str) -> &[TenantId] {
        self.names.get(normalised).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Whether both are one customer.
    pub fn same_customer(&self, a: TenantId, b: TenantId) -> bool {
        same(&self.customers, a, b)
    }

    /// Whether both are in one AWS organization, as the tenants of one customer are.
    pub fn same_organization(&self, a: TenantId, b: TenantId) -> bool {
        same(&self.organizations, a, b)
    }

    /// The first tenant of the customer to which a tenant belongs.
    pub fn first_of_customer(&self, tenant: TenantId) -> TenantId {
        self.customers.get(tenant.index()).copied().unwrap_or(tenant)
    }

    /// The first tenant of the AWS organization that a tenant is in.
    pub(super) fn first_of_organization(&self, tenant: TenantId) -> TenantId {
        self.organizations.get(tenant.index()).copied().unwrap_or(tenant)
    }

    /// Whether two tenants are in different AWS organizations, as far as the configuration says.
    pub fn are_strangers(&self, a: TenantId, b: TenantId) -> bool {
        !self.same_organization(a, b)
    }

    /// Whether two tenants may have the same value of this kind. Customers in one AWS organization share its SSO account
    /// and its instance, and neither names nor targets.
    pub fn may_share(&self, kind: FieldKind, a: TenantId, b: TenantId) -> bool {
        let is_own = matches!(kind, FieldKind::Key | FieldKind::TargetAccountId);
        self.same_customer(a, b) || !is_own && self.same_organization(a, b)
    }
}

/// For each tenant, the first one that has the same in `groups`.
fn firsts<K: Eq + Hash>(tenants: &[Tenant], groups: impl Iterator<Item = K>) -> Vec<TenantId> {
    let mut firsts: HashMap<K, TenantId> = HashMap::default();
    tenants.iter().zip(groups).map(|(tenant, group)| *firsts.entry(group).or_insert(tenant.id)).collect()
}

fn same(firsts: &[TenantId], a: TenantId, b: TenantId) -> bool {
    a == b || firsts.get(a.index()).is_some_and(|first| firsts.get(b.index()) == Some(first))
}

/// The first tenant of several, and the first of them that is a stranger to it: enough to find the first stranger to
/// any tenant without a look at all of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Firsts {
    first: First,
    stranger: Option<First>,
}

/// A tenant, and one of its grants where it is about one.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    pub(super) tenant: TenantId,
    grant: u32,
}

impl First {
    pub(super) fn of(tenant: TenantId) -> Self {
        Self::of_grant(tenant, 0)
    }

    pub(super) fn of_grant(tenant: TenantId, grant: usize) -> Self {
        Self { tenant, grant: u32::try_from(grant).unwrap_or(u32::MAX) }
    }

    pub(super) fn grant(self) -> usize {
        self.grant as usize
    }
}

impl Firsts {
    /// Adds `new`, the latest so far, and returns the first one before it that is a stranger to it.
    pub(super) fn see(firsts: &mut Option<Self>, new: First, index: &Index) -> Option<First> {
        let Some(before) = firsts else {
            *firsts = Some(Self { first: new, stranger: None });
            return None;
        };
        let other = Self::stranger(Some(before), new.tenant, index);
        if before.stranger.is_none() && index.are_strangers(before.first.tenant, new.tenant) {
            before.stranger = Some(new);
        }
        other
    }

    /// Whether there are two that are strangers to each other.
    fn are_strangers(firsts: Option<&Self>) -> bool {
        firsts.is_some_and(|firsts| firsts.stranger.is_some())
    }

    /// The first one that is a stranger to `tenant`.
    fn stranger(firsts: Option<&Self>, tenant: TenantId, index: &Index) -> Option<First> {
        let firsts = firsts?;
        // Whoever is one with the first is a stranger to the first stranger.
        [Some(firsts.first), firsts.stranger]
            .into_iter()
            .flatten()
            .find(|first| index.are_strangers(first.tenant, tenant))
    }
}
