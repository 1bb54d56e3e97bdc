//! Who has which account, instance or name: asked by many rules, built once.

use std::collections::HashMap;

use super::arn::PermissionSetArn;
use super::model::{Tenant, TenantId};
use super::names::normalise;
use crate::config::Config;

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
}

impl Index {
    pub(super) fn new(tenants: &[Tenant], config: &Config) -> Self {
        let mut index = Self::default();
        for tenant in tenants {
            index.add(tenant, config);
        }
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
        let organization =
            config.organizations.iter().position(|organization| organization.tenants.iter().any(|t| t == name));
        self.organizations.push(organization);
        let environment = config.environment_of(name).or(tenant.key.as_str()).unwrap_or_default();
        push(&mut self.names, &normalise(environment), id);
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

    /// All values that more than one tenant has, each with its tenants: SSO accounts, instances, targets, permission
    /// sets, in an order that depends on nothing but the tenants.
    pub(super) fn shared(&self) -> Vec<&[TenantId]> {
        let mut shared: Vec<&[TenantId]> = [&self.sso_accounts, &self.instances, &self.targets, &self.permission_sets]
            .into_iter()
            .flat_map(|map| map.values())
            .filter(|tenants| tenants.len() > 1)
            .map(Vec::as_slice)
            .collect();
        shared.sort_unstable();
        shared.dedup();
        shared
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
