//! Which tenants are one customer, and which are in one AWS organization, in all runs of an invocation.

use std::hash::Hash;

use foldhash::{HashMap, HashSet};
use symlint_terraform::Str;

use super::comparable::Comparable;
use super::id::{RunId, TenantId};
use super::tenant::{Provenance, Tenant};

/// The tenants of a run, with the facts that their values do not show.
pub(crate) struct Members<'t> {
    pub(crate) run: RunId,
    /// The root module. Runs of the same root module have the same name here.
    pub(crate) root: &'t str,
    /// In source order.
    pub(crate) tenants: Vec<&'t Tenant>,
    /// The customer and the organization of a tenant, by their names in the configuration.
    pub(crate) configured: Box<dyn Fn(&'t Tenant) -> [Option<&'t str>; 2] + 't>,
    /// Where a tenant is written: the file, independent of links to it, and the position in the file.
    pub(crate) written: Box<dyn Fn(&'t Tenant) -> (Str, u32) + 't>,
}

/// Which tenants are one customer, and which are in one AWS organization.
///
/// The configuration decides first. If it names keys that different root modules use for different customers, it
/// applies to each root module separately. Otherwise, tenants with equal keys are one customer in the runs of one root
/// module. In different root modules, they are one customer if their SSO account and instance agree. A tenant that is
/// written once and read by several runs is also one customer if these agree. One customer may have several
/// organizations: tenants with equal keys are in one organization only if their SSO account and instance agree or are
/// not known.
#[derive(Debug, Default)]
pub struct Groups {
    /// For each run, the number of tenants in the runs before it.
    bases: Vec<u32>,
    /// For each tenant, the first tenant of its customer; empty if each tenant is a customer of its own.
    customers: Vec<u32>,
    /// For each tenant, the first tenant of its organization.
    organizations: Vec<u32>,
    /// For each tenant, the first of those that the configuration groups with it; empty if it groups none.
    configured: Vec<u32>,
}

/// The reason why tenants are one customer.
#[derive(PartialEq, Eq, Hash)]
enum Reason<'t> {
    /// The configuration says so; if a root module is named, only for that one.
    ConfiguredTenant(&'t str, Option<&'t str>),
    /// The configuration says so about keys that several customers have, and account and instance are the same.
    ConfiguredValues { name: &'t str, account: &'t str, instance: &'t str },
    /// They have the same key in one root module.
    Key { root: &'t str, key: &'t str },
    /// They have the same key, account, and instance in different root modules.
    Values { key: &'t str, account: &'t str, instance: &'t str },
    /// They are one tenant that is written once. Several may have their names from one expression.
    Written { at: (Str, u32), name: &'t str, account: &'t str, instance: &'t str },
}

impl Groups {
    /// The groups of the tenants in `runs`, which are sorted. `comparables` has an element for each tenant, in the same
    /// order.
    pub(crate) fn new<'t>(runs: &[Members<'t>], comparables: &[Comparable<'t>]) -> Self {
        let mut groups = Self::default();
        let mut count = 0;
        for run in runs {
            groups.bases.resize(run.run.index() + 1, count);
            count += u32::try_from(run.tenants.len()).unwrap_or(u32::MAX);
        }
        let tenants = || runs.iter().flat_map(|run| run.tenants.iter().map(move |tenant| (run, *tenant)));
        let configured: Vec<[Option<&str>; 2]> = tenants().map(|(run, tenant)| (run.configured)(tenant)).collect();
        let is_configured = configured.iter().flatten().any(Option::is_some);
        let mut provenances = tenants().map(|(_, tenant)| &tenant.provenance);
        let first = provenances.next();
        // Usually, there is one map with different keys.
        let is_one_map = runs.len() < 2 && provenances.all(|it| Some(it) == first);
        if is_one_map && !is_configured {
            return groups;
        }
        let shared = keys_of_several(tenants().zip(comparables).zip(&configured).filter(|_| runs.len() > 1));
        let root_of =
            |run: &Members<'t>, kind: usize, name: &'t str| shared.contains(&(kind, name)).then_some(run.root);
        let repeated = repeated_keys(tenants().map(|(_, tenant)| tenant));
        let (mut customers, mut organizations) = (Union::new(count), Union::new(count));
        let mut reasons: HashMap<Reason<'t>, u32> = HashMap::default();
        for ((at, (run, tenant)), comparable) in (0..).zip(tenants()).zip(comparables) {
            let [customer, _] = configured.get(at as usize).copied().unwrap_or_default();
            // A malformed instance can be a typo only if the permission sets tell the right one.
            let instance = tenant.instance_id().filter(|id| id.is_well_formed()).or(comparable.instance);
            let values = tenant.sso_account().zip(instance);
            let mut join = |reason, is_one_organization| {
                let first = *reasons.entry(reason).or_insert(at);
                customers.join(at, first);
                if is_one_organization {
                    organizations.join(at, first);
                }
            };
            let root = customer.and_then(|name| root_of(run, 0, name));
            if let Some(customer) = customer {
                join(Reason::ConfiguredTenant(customer, root), true);
            }
            let key = tenant.own_key();
            let is_repeated = |key: &&str| repeated.contains(&(tenant.id.run, &tenant.provenance, *key));
            if let Some(key) = key.filter(|key| !is_repeated(key)) {
                join(Reason::Key { root: run.root, key }, values.is_none());
            }
            if let Some((account, instance)) = values {
                let (account, instance) = (account.text(), instance.text());
                if let Some(key) = tenant.name_across_roots() {
                    join(Reason::Values { key, account, instance }, true);
                }
                if let Some(name) = customer.filter(|_| root.is_some()) {
                    join(Reason::ConfiguredValues { name, account, instance }, true);
                }
                if runs.len() > 1 {
                    let name = tenant.name();
                    join(Reason::Written { at: (run.written)(tenant), name, account, instance }, true);
                }
            }
        }
        let mut joined = Union::new(count);
        let mut named: HashMap<(usize, &str, Option<&str>), u32> = HashMap::default();
        for ((at, names), (run, _)) in (0..).zip(&configured).zip(tenants()) {
            for (kind, name) in names.iter().enumerate().filter_map(|(kind, name)| Some((kind, (*name)?))) {
                let first = *named.entry((kind, name, root_of(run, kind, name))).or_insert(at);
                joined.join(at, first);
                if kind == 1 {
                    organizations.join(at, first);
                }
            }
        }
        if is_configured {
            groups.configured = joined.firsts();
        }
        groups.customers = customers.firsts();
        groups.organizations = organizations.firsts();
        groups
    }

    /// The index of a tenant among all tenants.
    pub(super) fn place(&self, tenant: TenantId) -> usize {
        self.bases.get(tenant.run.index()).map_or(0, |base| *base as usize) + tenant.index()
    }

    /// The first tenant of the same customer, as an index among all tenants.
    pub(super) fn customer(&self, tenant: TenantId) -> u32 {
        of(&self.customers, self.place(tenant))
    }

    /// The first tenant in the same organization, as an index among all tenants.
    pub(super) fn organization(&self, tenant: TenantId) -> u32 {
        of(&self.organizations, self.place(tenant))
    }

    /// The first of the tenants that the configuration groups with this one, as an index among all tenants; `None` if
    /// the configuration has no groups.
    pub(super) fn configured(&self, tenant: TenantId) -> Option<u32> {
        self.configured.get(self.place(tenant)).copied()
    }

    /// Whether both are one customer.
    pub fn same_customer(&self, a: TenantId, b: TenantId) -> bool {
        a == b || self.customer(a) == self.customer(b)
    }

    /// Whether both are in one AWS organization, which includes all tenants of one customer.
    pub fn same_organization(&self, a: TenantId, b: TenantId) -> bool {
        a == b || self.organization(a) == self.organization(b)
    }
}

fn of(firsts: &[u32], place: usize) -> u32 {
    firsts.get(place).copied().unwrap_or(u32::try_from(place).unwrap_or(u32::MAX))
}

/// The keys that several elements of one collection have, which is possible in a list.
fn repeated_keys<'t>(tenants: impl Iterator<Item = &'t Tenant>) -> HashSet<(RunId, &'t Provenance, &'t str)> {
    let (mut seen, mut repeated) = (HashSet::default(), HashSet::default());
    for key in tenants.filter_map(|tenant| Some((tenant.id.run, &tenant.provenance, tenant.own_key()?))) {
        if !seen.insert(key) {
            repeated.insert(key);
        }
    }
    repeated
}

/// A tenant with its run, its comparable values, and its groups in the configuration.
type ConfiguredTenant<'r, 't> = (((&'r Members<'t>, &'t Tenant), &'r Comparable<'t>), &'r [Option<&'t str>; 2]);

/// The names of the configured customers (0) and organizations (1) with a key that is in several root modules, where
/// its account and instance differ.
fn keys_of_several<'r, 't: 'r>(tenants: impl Iterator<Item = ConfiguredTenant<'r, 't>>) -> HashSet<(usize, &'t str)> {
    let mut firsts = HashMap::default();
    let mut several = HashSet::default();
    for (((run, tenant), comparable), names) in tenants {
        let (Some(account), Some(instance)) = (comparable.sso_account, comparable.instance) else { continue };
        let values = [account.text(), instance.text()];
        for (kind, name) in names.iter().enumerate().filter_map(|(kind, name)| Some((kind, (*name)?))) {
            let (root, first): (&str, [&str; 2]) =
                *firsts.entry((kind, name, tenant.name())).or_insert((run.root, values));
            // One wrong value is possible for one customer. If both values differ, it is another customer.
            if root != run.root && first[0] != values[0] && first[1] != values[1] {
                several.insert((kind, name));
            }
        }
    }
    several
}

/// Disjoint sets of indexes. Each index points to a smaller one of its set, or is the smallest.
#[derive(Clone)]
struct Union(Vec<u32>);

impl Union {
    fn new(count: u32) -> Self {
        Self((0..count).collect())
    }

    fn first(&mut self, mut at: u32) -> u32 {
        while let Some(before) = self.0.get(at as usize).copied().filter(|before| *before != at) {
            let further = of(&self.0, before as usize);
            if let Some(known) = self.0.get_mut(at as usize) {
                *known = further;
            }
            at = before;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first(a), self.first(b));
        if let Some(later) = self.0.get_mut(a.max(b) as usize) {
            *later = a.min(b);
        }
    }

    fn firsts(mut self) -> Vec<u32> {
        (0..self.0.len()).map(|at| self.first(u32::try_from(at).unwrap_or(u32::MAX))).collect()
    }
}

/// The first of several tenants, and the first that is apart from it. If any of them is apart from a given tenant, then
/// at least one of these two is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Firsts {
    first: First,
    other: Option<First>,
}

/// A tenant, and the index of one of its grants, if it is about one.
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

/// Whether two tenants are apart. Being together must be transitive.
pub(super) type Apart<'a> = &'a dyn Fn(TenantId, TenantId) -> bool;

impl Firsts {
    /// Adds `new`, the latest tenant so far, and returns the first earlier one that is apart from it.
    pub(super) fn see(firsts: &mut Option<Self>, new: First, apart: Apart<'_>) -> Option<First> {
        let Some(before) = firsts else {
            *firsts = Some(Self { first: new, other: None });
            return None;
        };
        let other = before.apart_from(new.tenant, apart);
        if before.other.is_none() && apart(before.first.tenant, new.tenant) {
            before.other = Some(new);
        }
        other
    }

    pub(super) fn first(self) -> TenantId {
        self.first.tenant
    }

    /// Whether two of the tenants are apart.
    pub(super) fn are_several(self) -> bool {
        self.other.is_some()
    }

    /// The first of the tenants that is apart from `tenant`.
    pub(super) fn apart_from(self, tenant: TenantId, apart: Apart<'_>) -> Option<First> {
        // A tenant of the first one's customer is not of the second one's.
        [Some(self.first), self.other].into_iter().flatten().find(|first| apart(first.tenant, tenant))
    }
}

/// Values that tenants have in common, by key: for all runs, and if there are several runs, also for each run. A match
/// in the same run is preferred.
pub(super) struct Common<K, V> {
    all: HashMap<K, V>,
    own: HashMap<(RunId, K), V>,
    has_runs: bool,
}

impl<K: Eq + Hash + Copy, V: Copy> Common<K, V> {
    pub(super) fn new(has_runs: bool) -> Self {
        Self { all: HashMap::default(), own: HashMap::default(), has_runs }
    }

    /// Adds a value of a run. Earlier values of the same key stay.
    pub(super) fn add(&mut self, run: RunId, key: K, value: V) {
        if self.has_runs {
            self.own.entry((run, key)).or_insert(value);
        }
        self.all.entry(key).or_insert(value);
    }

    /// The first value of the run, then the first value of all runs.
    pub(super) fn firsts(&self, run: RunId, key: K) -> impl Iterator<Item = V> {
        let own = self.own.get(&(run, key)).filter(|_| self.has_runs);
        own.into_iter().chain(self.all.get(&key)).copied()
    }
}

impl<K: Eq + Hash + Copy> Common<K, Option<Firsts>> {
    /// Adds `new`, the latest tenant so far, and returns the first earlier one that is apart from it, from the same run
    /// if possible.
    pub(super) fn see(&mut self, key: K, new: First, apart: Apart<'_>) -> Option<First> {
        let own = match self.has_runs {
            true => Firsts::see(self.own.entry((new.tenant.run, key)).or_default(), new, apart),
            false => None,
        };
        let all = Firsts::see(self.all.entry(key).or_default(), new, apart);
        own.or(all)
    }
}
