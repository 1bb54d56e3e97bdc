//! The tenants of one run by name. Many rules use it, so it is built once.

use std::hash::Hash;

use foldhash::HashMap;
use smallvec::SmallVec;
use symlint_terraform::Str;

use super::flow::FlowCall;
use super::id::TenantId;
use super::kind::FieldKind;
use super::names::normalise;
use super::tenant::Tenant;
use crate::config::{Config, TenantGroup};

/// The tenants of one run by name. Lists are in source order.
#[derive(Debug, Default)]
pub struct Index {
    keys: HashMap<Str, TenantId>,
    /// Almost every name has one tenant, and short lists need no allocation.
    names: HashMap<Str, SmallVec<[TenantId; 2]>>,
    /// The flow instances that have a tenant, as the indexes of their call and of the instance, in the order of the
    /// tenants.
    instances: Vec<(TenantId, usize, usize)>,
    /// For each tenant, the first tenant of its customer: itself, unless the configuration groups them.
    customers: Vec<TenantId>,
    /// For each tenant, the first tenant of its AWS organization: that of its customer, unless the configuration groups
    /// them.
    organizations: Vec<TenantId>,
}

impl Index {
    pub(crate) fn new(tenants: &[Tenant], flows: &[FlowCall<'_>], config: &Config) -> Self {
        let mut index = Self::default();
        for (call, flow) in flows.iter().enumerate() {
            let own = flow.instances.iter().enumerate().filter_map(|(at, it)| Some((it.tenant?, call, at)));
            index.instances.extend(own);
        }
        index.instances.sort_unstable();
        // Usually, each tenant is a customer of its own.
        if !config.customers.is_empty() || !config.organizations.is_empty() {
            index.join(tenants, config);
        }
        index.add_names(tenants, config);
        index
    }

    fn join(&mut self, tenants: &[Tenant], config: &Config) {
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
        self.customers = firsts(tenants, customers);
        // If one tenant of a customer is in an organization, all its tenants are.
        let mut organizations: HashMap<TenantId, usize> = HashMap::default();
        for (customer, group) in self.customers.iter().zip(named(&config.organizations)) {
            if let Some(group) = group {
                organizations.entry(*customer).or_insert(group);
            }
        }
        let joined = self.customers.iter().map(|customer| organizations.get(customer).ok_or(*customer));
        self.organizations = firsts(tenants, joined);
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

    /// The flow instances of a tenant, as the indexes of their call and of the instance.
    pub(crate) fn instances_of(&self, tenant: TenantId) -> impl Iterator<Item = (usize, usize)> {
        let from = self.instances.partition_point(|(other, ..)| *other < tenant);
        let own = self.instances.iter().skip(from).take_while(move |(other, ..)| *other == tenant);
        own.map(|(_, call, at)| (*call, *at))
    }

    /// The tenant with this key.
    pub fn with_key(&self, key: &str) -> Option<TenantId> {
        self.keys.get(key).copied()
    }

    /// The tenants with this key or configured environment, which must be [normalized](normalise).
    pub fn with_name(&self, normalised: &str) -> &[TenantId] {
        self.names.get(normalised).map(SmallVec::as_slice).unwrap_or_default()
    }

    /// Whether both are one customer.
    pub fn same_customer(&self, a: TenantId, b: TenantId) -> bool {
        same(&self.customers, a, b)
    }

    /// Whether both are in one AWS organization, which includes all tenants of one customer.
    pub fn same_organization(&self, a: TenantId, b: TenantId) -> bool {
        same(&self.organizations, a, b)
    }

    /// The first tenant of the customer that a tenant belongs to.
    pub fn first_of_customer(&self, tenant: TenantId) -> TenantId {
        self.customers.get(tenant.index()).copied().unwrap_or(tenant)
    }

    /// Whether two tenants may have the same value of this kind. Customers in one AWS organization share its SSO
    /// account and its instance, but not names and targets.
    pub fn may_share(&self, kind: FieldKind, a: TenantId, b: TenantId) -> bool {
        let is_own = matches!(kind, FieldKind::Key | FieldKind::TargetAccountId);
        self.same_customer(a, b) || !is_own && self.same_organization(a, b)
    }
}

/// For each tenant, the first one with the same element in `groups`.
fn firsts<K: Eq + Hash>(tenants: &[Tenant], groups: impl Iterator<Item = K>) -> Vec<TenantId> {
    let mut firsts: HashMap<K, TenantId> = HashMap::default();
    tenants.iter().zip(groups).map(|(tenant, group)| *firsts.entry(group).or_insert(tenant.id)).collect()
}

fn same(firsts: &[TenantId], a: TenantId, b: TenantId) -> bool {
    a == b || firsts.get(a.index()).is_some_and(|first| firsts.get(b.index()) == Some(first))
}
