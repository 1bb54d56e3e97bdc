//! Who has which account, instance or name: asked by many rules, built once.

use foldhash::{HashMap, HashMapExt};
use smallvec::SmallVec;
use symlint_terraform::Str;

use super::arn::{Part, is_placeholder_resource};
use super::comparable::Comparable;
use super::model::{Tenant, TenantId};
use super::names::normalise;
use crate::config::Config;
use crate::facts;

/// Tenants by what they have. Lists are in source order.
#[derive(Debug, Default)]
pub struct Index {
    keys: HashMap<Str, TenantId>,
    accounts: HashMap<Str, Owners>,
    instances: HashMap<Str, Owners>,
    /// Nearly every name has one tenant, and lists of one need no room of their own.
    names: HashMap<Str, SmallVec<[TenantId; 2]>>,
    organizations: Vec<Option<usize>>,
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
        let organizations: HashMap<&str, usize> = config
            .organizations
            .iter()
            .enumerate()
            .flat_map(|(at, organization)| organization.tenants.iter().map(move |tenant| (tenant.as_str(), at)))
            .collect();
        index.organizations = tenants.iter().map(|tenant| organizations.get(tenant.name()).copied()).collect();
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
