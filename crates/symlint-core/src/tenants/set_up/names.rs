//! What tenants and runs are called where there are several.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, Span, Str};

use super::{Earlier, EarlierTenant, SetUp, SetUpRun};
use crate::config::Config;
use crate::tenants::groups::{First, Firsts, Groups};
use crate::tenants::id::{RunId, TenantId};
use crate::tenants::names::normalise;
use crate::tenants::place::Locate;
use crate::tenants::role_names::{RoleNaming, starts};
use crate::tenants::sites::{NamedRun, RunFolders, words_of};
use crate::tenants::tenant::Tenant;

impl<'p> SetUp<'p> {
    /// The tenant with the same key whose role has the name of this tenant, if it belongs to another customer or has
    /// another account.
    pub fn namesake(&self, tenant: &Tenant) -> Option<&Tenant> {
        let account = |tenant: &Tenant| tenant.sso_account().map(|account| account.text().to_owned());
        let is_own = |other: &&Tenant| {
            let names = self.role_names(other.id.run);
            names.is_some_and(|names| names.of(other.id) == RoleNaming::Own)
        };
        let is_other =
            |other: &&Tenant| !self.groups.same_customer(other.id, tenant.id) || account(other) != account(tenant);
        self.of_key(tenant).filter(is_own).find(is_other)
    }

    /// Whether another tenant of another customer, or with another role, has the key of this tenant. If so, the configuration
    /// for this key is about both.
    pub fn is_key_of_several(&self, tenant: &Tenant) -> bool {
        let role = |tenant: &Tenant| Some(normalise(tenant.role()?.name.text()));
        let is_other = |other: &Tenant| {
            !self.groups.same_customer(other.id, tenant.id) || role(other).is_some_and(|it| Some(it) != role(tenant))
        };
        self.of_key(tenant).any(is_other)
    }

    /// The tenants with the same key in all runs, if several runs have it.
    fn of_key<'s>(&'s self, tenant: &Tenant) -> impl Iterator<Item = &'s Tenant> + use<'s, 'p> {
        let key = tenant.key.raw().and_then(|key| self.common_keys.get(key));
        let models = key.into_iter().flat_map(|key| self.models.iter().map(move |model| (key, model)));
        models.filter_map(|(key, model)| model.tenants.get(model.index.with_key(key)?.index()))
    }

    /// The file that contains a tenant, if its key alone is not unique for a reader of `run`.
    pub fn file_to_name(&self, tenant: &Tenant, run: RunId) -> Option<String> {
        tenant.key.raw().filter(|key| tenant.id.run != run && self.common_keys.contains(*key))?;
        self.file_of(tenant.id)
    }

    /// The name of the file that contains the key of a tenant.
    pub(crate) fn file_of(&self, tenant: TenantId) -> Option<String> {
        let Some(model) = self.model(tenant.run) else {
            let file = &self.earlier_tenant(tenant)?.written.0;
            let run = self.earlier.iter().find(|run| run.run == tenant.run)?;
            return Some(run.report.as_ref().map_or(file.to_string(), |report| format!("{file} of {report}")));
        };
        let span = model.project.visible(model.tenants.get(tenant.index())?.key.span);
        Some(model.sources().get(span.file).name().to_owned())
    }

    /// Where something of a tenant is in the files of its run. An earlier run has no files.
    pub(crate) fn place_of(&self, tenant: TenantId, at: &dyn Locate) -> Option<Span> {
        match self.model(tenant.run) {
            Some(model) => Some(model.project.visible(at.place(model.sources()).span)),
            None => self.tenant(tenant).map(|tenant| tenant.span),
        }
    }
}

/// Where the runs are, the earlier ones first. Of a single run, nothing is compared.
pub(super) fn named_runs<'a>(
    members: &'a [SetUpRun<'_, '_>],
    earlier: &'a [Earlier],
    config: &Config,
    has_runs: bool,
) -> Vec<NamedRun<'a>> {
    let before = earlier.iter().map(|run| {
        let words = run.tenants.iter().filter_map(|it| words_of(&it.tenant, it.environment.as_deref(), config));
        NamedRun { root: &run.root, values: &run.values, words: words.collect() }
    });
    let own = members.iter().map(|SetUpRun { model, config, root, values }| {
        let tenants = model.tenants.iter().filter(|_| has_runs);
        let words = tenants.filter_map(|it| words_of(it, config.environment_of(it.name()), config));
        NamedRun { root, values, words: words.collect() }
    });
    before.chain(own).collect()
}

/// By the normalized names of tenants, the first tenant and the first of another customer. If several customers have
/// the same key, the folders of their root modules are also used as names.
pub(super) fn names(
    (members, sites): (&[SetUpRun<'_, '_>], &[RunFolders]),
    (earlier, earlier_sites): (&[Earlier], &[RunFolders]),
    groups: &Groups,
) -> HashMap<String, Option<Firsts>> {
    let before = earlier.iter().flat_map(|run| &run.tenants).map(|it| (&it.tenant, it.environment.as_deref()));
    let own = members.iter().flat_map(|member| {
        let tenants = member.model.tenants.iter();
        tenants.map(move |tenant| (tenant, member.config.environment_of(tenant.name())))
    });
    let mut names: HashMap<String, Option<Firsts>> = HashMap::default();
    for (tenant, environment) in before.chain(own) {
        let name = normalise(environment.or(tenant.key.as_str()).unwrap_or_default());
        if !name.is_empty() {
            let first = First::of(tenant.id);
            Firsts::see(names.entry(name).or_default(), first, &|a, b| !groups.same_customer(a, b));
        }
    }
    let before = earlier.iter().zip(earlier_sites);
    let before = before.flat_map(|(run, site)| run.tenants.iter().map(move |it| (&it.tenant, &site.folders)));
    let own = members.iter().zip(sites);
    let own = own.flat_map(|(member, site)| member.model.tenants.iter().map(move |it| (it, &site.folders)));
    let is_shared = |tenant: &Tenant| {
        let firsts = names.get(&normalise(tenant.key.as_str().unwrap_or_default())).copied().flatten();
        firsts.is_some_and(Firsts::are_several)
    };
    let shared: Vec<(&Tenant, &Vec<String>)> = before.chain(own).filter(|(tenant, _)| is_shared(tenant)).collect();
    for (tenant, folders) in shared {
        for folder in folders {
            let first = First::of(tenant.id);
            Firsts::see(names.entry(folder.clone()).or_default(), first, &|a, b| !groups.same_customer(a, b));
        }
    }
    names
}

/// Names that several customers have, and that the roles of all but one of these customers have, too. The remaining
/// customer's name was left over in a copy.
pub(super) fn claimed(
    tenants: &[&Tenant],
    names: &HashMap<String, Option<Firsts>>,
    groups: &Groups,
) -> HashSet<String> {
    let mut customers: HashMap<String, SortedMap<u32, bool>> = HashMap::default();
    for tenant in tenants {
        let name = normalise(tenant.key.as_str().unwrap_or_default());
        if names.get(&name).copied().flatten().is_some_and(Firsts::are_several) {
            let has_it = tenant.role().is_some_and(|role| {
                let role = normalise(role.name.text());
                role.contains(&name)
                    || starts(tenant.key.as_str().unwrap_or_default()).any(|start| role.ends_with(&start))
            });
            *customers.entry(name).or_default().entry(groups.customer(tenant.id)).or_insert(false) |= has_it;
        }
    }
    let is_left_over = |named: &SortedMap<u32, bool>| named.values().filter(|has_it| !**has_it).count() == 1;
    customers.into_iter().filter(|(_, named)| is_left_over(named)).map(|(name, _)| name).collect()
}

pub(super) fn configured_so(tenant: &EarlierTenant) -> [Option<&str>; 2] {
    let [customer, organization] = &tenant.configured;
    [customer.as_deref(), organization.as_deref()]
}

pub(super) fn common_keys(tenants: &[&Tenant]) -> HashSet<Str> {
    let mut seen: HashMap<&Str, RunId> = HashMap::default();
    let keys = tenants.iter().filter_map(|tenant| Some((tenant.key.raw()?, tenant.id.run)));
    keys.filter(|(key, run)| *seen.entry(key).or_insert(*run) != *run).map(|(key, _)| key.clone()).collect()
}
