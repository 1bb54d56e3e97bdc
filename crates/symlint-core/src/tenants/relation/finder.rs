//! Finds what tenants have in common.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::Str;

use super::{Compared, Relation, RelationKind};
use crate::facts;
use crate::tenants::arn::{Part, PermissionSetArn};
use crate::tenants::comparable::{Comparable, ComparableGrant};
use crate::tenants::groups::{Common, First, Firsts, Members};
use crate::tenants::id::{RunId, TenantId};
use crate::tenants::tenant::Tenant;

/// Searches for relations, one kind after the other. Usually nothing is shared, so each search first looks for shared
/// values.
pub(super) struct RelationFinder<'a, 't> {
    pub(super) all: &'a Compared<'a, 't>,
    /// The target accounts that several grants have.
    pub(super) targets: HashSet<&'t str>,
    pub(super) found: Vec<Relation>,
}

/// The texts that occur more than once.
pub(super) fn repeated<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<&'t str> {
    let (mut seen, mut repeated) = (HashSet::default(), HashSet::default());
    repeated.extend(texts.filter(|text| !seen.insert(*text)));
    repeated
}

/// The first tenants (and their grants) with a text and a second part to compare, by the text and by whether the second
/// part is well formed: a malformed part can only be compared with malformed ones.
type FirstHolders<'t> = Common<(&'t str, bool), FirstHolder<'t>>;

#[derive(Clone, Copy)]
struct FirstHolder<'t> {
    tenant: TenantId,
    grant: Option<usize>,
    part: Part<'t>,
}

impl<'a, 't> RelationFinder<'a, 't> {
    fn add(&mut self, kind: RelationKind, tenant: TenantId, other: TenantId) {
        self.found.push(Relation { kind, tenant, other, grant: None, other_grant: None });
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = (TenantId, usize, &'a ComparableGrant<'t>)> + use<'a, 't> {
        let comparables = self.all.comparables.iter();
        comparables.flat_map(|tenant| tenant.grants.iter().enumerate().map(|(at, grant)| (tenant.tenant, at, grant)))
    }

    fn references(&self) -> FirstHolders<'t> {
        Common::new(self.all.has_runs)
    }

    fn are_apart(&self, a: TenantId, b: TenantId) -> bool {
        !self.all.groups.same_organization(a, b)
    }

    /// The SSO account of a tenant, if another customer has the same.
    fn shared_account(&self, tenant: &Comparable<'t>) -> Option<&'t str> {
        tenant.sso_account.map(Part::text).filter(|account| self.all.owners.is_shared_account(account))
    }

    pub(super) fn organizations(&mut self) {
        let groups = self.all.groups;
        let group_of = |tenant: &Comparable<'t>| groups.configured(tenant.tenant);
        // If several runs have the same customers, as environments do, each run is compared on its own.
        let mut runs: HashMap<(u32, &str), RunId> = HashMap::default();
        let mut repeated: HashSet<u32> = HashSet::default();
        for (tenant, comparable) in self.all.tenants.iter().zip(self.all.comparables) {
            let Some(group) = group_of(comparable).filter(|_| self.all.has_runs) else { continue };
            if *runs.entry((group, tenant.name())).or_insert(tenant.id.run) != tenant.id.run {
                repeated.insert(group);
            }
        }
        let mut instances: Common<(u32, bool), (TenantId, Part<'t>)> = Common::new(self.all.has_runs);
        let mut regions: Common<u32, (TenantId, &str)> = Common::new(self.all.has_runs);
        for tenant in self.all.comparables {
            let Some(group) = group_of(tenant) else { continue };
            let run = tenant.tenant.run;
            let is_compared = |other: &TenantId| other.run == run || !repeated.contains(&group);
            let instance = tenant.instance.and_then(|own| {
                let key = (group, own.is_well_formed());
                instances.add(run, key, (tenant.tenant, own));
                let mut firsts = instances.firsts(run, key).filter(|(other, _)| is_compared(other));
                firsts.find(|first| own.differs(first.1)).map(|first| first.0)
            });
            let region = tenant.region.and_then(|own| {
                regions.add(run, group, (tenant.tenant, own));
                let mut firsts = regions.firsts(run, group).filter(|(other, _)| is_compared(other));
                firsts.find(|first| own != first.1).map(|first| first.0)
            });
            if let Some(other) = instance.or(region) {
                self.add(RelationKind::OrganizationMismatch, tenant.tenant, other);
            }
        }
    }

    pub(super) fn duplicate_tenants(&mut self) {
        let mut seen: Common<&TenantIdentity<'t>, Option<Firsts>> = Common::new(self.all.has_runs);
        let owners = self.all.owners;
        let is_shared =
            |tenant: &Tenant| tenant.sso_account().is_some_and(|it| owners.is_stated_shared_account(it.text()));
        let tenants = self.all.tenants.iter().zip(self.all.comparables).filter(|(tenant, _)| is_shared(tenant));
        let identities: Vec<(TenantId, TenantIdentity<'t>)> = tenants
            .filter_map(|(tenant, comparable)| Some((tenant.id, TenantIdentity::of(tenant, comparable)?)))
            .collect();
        let groups = self.all.groups;
        for (tenant, identity) in &identities {
            let other = seen.see(identity, First::of(*tenant), &|a, b| !groups.same_organization(a, b));
            if let Some(other) = other {
                self.add(RelationKind::DuplicateTenant, *tenant, other.tenant);
            }
        }
    }

    pub(super) fn duplicate_sso_accounts(&mut self) {
        let mut instances = self.references();
        let mut regions: Common<&str, (TenantId, &str)> = Common::new(self.all.has_runs);
        for tenant in self.all.comparables {
            let Some(account) = self.shared_account(tenant) else { continue };
            let run = tenant.tenant.run;
            let instance = tenant.instance.and_then(|own| {
                let key = (account, own.is_well_formed());
                instances.add(run, key, FirstHolder { tenant: tenant.tenant, grant: None, part: own });
                let firsts = instances.firsts(run, key).filter(|first| own.differs(first.part));
                firsts.map(|first| first.tenant).find(|&other| self.are_apart(tenant.tenant, other))
            });
            let region = tenant.region.and_then(|own| {
                regions.add(run, account, (tenant.tenant, own));
                let firsts = regions.firsts(run, account).filter(|first| own != first.1);
                firsts.map(|first| first.0).find(|&other| self.are_apart(tenant.tenant, other))
            });
            if let Some(other) = instance.or(region) {
                self.add(RelationKind::DuplicateSsoAccount, tenant.tenant, other);
            }
        }
    }

    /// Finds customers in several root modules whose regions differ, although a customer has one organization in one
    /// region.
    pub(super) fn regions_of_customers(&mut self) {
        let mut firsts: HashMap<(u32, &str, &str), (TenantId, &str)> = HashMap::default();
        for tenant in self.all.comparables.iter().filter(|_| self.all.has_runs) {
            let (Some(account), Some(instance), Some(own)) = (tenant.sso_account, tenant.instance, tenant.region)
            else {
                continue;
            };
            let key = (self.all.groups.customer(tenant.tenant), account.text(), instance.text());
            let (first, region) = *firsts.entry(key).or_insert((tenant.tenant, own));
            if region != own && first.run != tenant.tenant.run {
                self.add(RelationKind::DuplicateSsoAccount, tenant.tenant, first);
            }
        }
    }

    pub(super) fn duplicate_instances(&mut self) {
        let mut accounts = self.references();
        for tenant in self.all.comparables {
            let (Some(instance), Some(own)) = (tenant.instance, tenant.sso_account) else { continue };
            if !self.all.owners.is_shared_instance(instance.text()) {
                continue;
            }
            let (run, key) = (tenant.tenant.run, (instance.text(), own.is_well_formed()));
            accounts.add(run, key, FirstHolder { tenant: tenant.tenant, grant: None, part: own });
            let mut firsts = accounts.firsts(run, key).filter(|first| own.differs(first.part));
            if let Some(first) = firsts.find(|first| self.are_apart(tenant.tenant, first.tenant)) {
                self.add(RelationKind::DuplicateInstance, tenant.tenant, first.tenant);
            }
        }
    }

    pub(super) fn foreign_targets(&mut self) {
        let targets = self.grants().filter_map(|(tenant, _, grant)| {
            let target = grant.target?.text();
            self.all.owners.of_account(target, tenant, self.all.groups).map(|_| target)
        });
        let targets: HashSet<&str> = targets.collect();
        let mut owners = self.references();
        for tenant in self.all.comparables {
            let (Some(account), Some(part)) = (tenant.sso_account, tenant.instance) else { continue };
            if targets.contains(account.text()) {
                let reference = FirstHolder { tenant: tenant.tenant, grant: None, part };
                owners.add(tenant.tenant.run, (account.text(), part.is_well_formed()), reference);
            }
        }
        self.hold_targets_against(&owners, |tenant, at, owner| Relation {
            kind: RelationKind::TargetIsForeignSsoAccount,
            tenant,
            other: owner.tenant,
            grant: Some(at),
            other_grant: None,
        });
    }

    pub(super) fn duplicate_targets(&mut self) {
        let mut references = self.references();
        for (tenant, at, grant) in self.grants() {
            // A grant that contradicts its own tenant is not compared with others, and neither is a malformed account.
            let target = grant.target.filter(|it| self.targets.contains(it.text()) && it.is_well_formed());
            if let (Some(target), [part]) = (target, grant.instances.as_slice()) {
                let reference = FirstHolder { tenant, grant: Some(at), part: *part };
                references.add(tenant.run, (target.text(), part.is_well_formed()), reference);
            }
        }
        let all = self.all;
        // Of two, the one that is not written for its tenant is reported, or else the later one.
        let ranked = |tenant: TenantId, at: Option<usize>| {
            let grant =
                at.zip(all.tenants.get(all.groups.place(tenant))).and_then(|(at, tenant)| tenant.grants.get(at));
            (grant.is_some_and(|grant| grant.target_account_id.is_computed()), tenant, at)
        };
        self.hold_targets_against(&references, |tenant, at, first| {
            let (here, there) = (ranked(tenant, Some(at)), ranked(first.tenant, first.grant));
            let ((_, tenant, grant), (_, other, other_grant)) = (here.max(there), here.min(there));
            Relation { kind: RelationKind::DuplicateTargetAccount, tenant, other, grant, other_grant }
        });
    }

    /// Finds the grants of another instance whose target is a key in `references`.
    fn hold_targets_against(
        &mut self,
        references: &FirstHolders<'t>,
        relation: impl Fn(TenantId, usize, FirstHolder<'t>) -> Relation,
    ) {
        for (tenant, at, grant) in self.grants() {
            let (Some(target), Some(instance)) = (grant.target, grant.instances.first()) else { continue };
            let is_foreign = |reference: &FirstHolder<'t>| {
                grant.is_of_another_instance(reference.part) && self.are_apart(tenant, reference.tenant)
            };
            let mut firsts = references.firsts(tenant.run, (target.text(), instance.is_well_formed()));
            if let Some(reference) = firsts.find(is_foreign) {
                self.found.push(relation(tenant, at, reference));
            }
        }
    }

    pub(super) fn duplicate_permission_sets(&mut self) {
        let ids = repeated(self.grants().filter_map(|(_, _, grant)| grant.permission_set.map(Part::text)));
        let mut references = self.references();
        for (tenant, at, grant) in self.grants() {
            let (Some(id), Some(part), false) = (grant.permission_set, grant.own_instance, grant.is_contradictory())
            else {
                continue;
            };
            if !ids.contains(id.text()) {
                continue;
            }
            let key = (id.text(), part.is_well_formed());
            references.add(tenant.run, key, FirstHolder { tenant, grant: Some(at), part });
            let mut firsts = references.firsts(tenant.run, key).filter(|first| part.differs(first.part));
            if let Some(first) = firsts.find(|first| self.are_apart(tenant, first.tenant)) {
                self.found.push(Relation {
                    kind: RelationKind::DuplicatePermissionSet,
                    tenant,
                    other: first.tenant,
                    grant: Some(at),
                    other_grant: first.grant,
                });
            }
        }
    }

    pub(super) fn shared_sso_accounts(&mut self) {
        let mut seen: Common<(&str, &str, Option<&str>), Option<Firsts>> = Common::new(self.all.has_runs);
        let groups = self.all.groups;
        for (comparable, tenant) in self.all.comparables.iter().zip(self.all.tenants) {
            let (Some(account), Some(instance)) = (self.shared_account(comparable), comparable.instance) else {
                continue;
            };
            // A configuration may have no regions.
            let region = comparable.region;
            if region.is_none() && !tenant.connector.region.is_unseen() {
                continue;
            }
            if grants(tenant).is_none() {
                continue;
            }
            let key = (account, instance.text(), region);
            let is_one_object = |other: TenantId| {
                let other = self.all.tenants.get(groups.place(other)).filter(|it| it.id.run == tenant.id.run);
                let is_common = |other: &Tenant| tenant.connector.is_common && other.connector.is_common;
                other.is_some_and(|it| {
                    is_common(it)
                        || tenant.connector_source().is_some() && it.connector_source() == tenant.connector_source()
                })
            };
            let other = seen.see(key, First::of(tenant.id), &|a, b| !groups.same_organization(a, b));
            // Two entries that refer to the same organization object share it on purpose.
            if let Some(other) = other.filter(|other| !is_one_object(other.tenant)) {
                self.add(RelationKind::SharedSsoAccount, tenant.id, other.tenant);
            }
        }
    }

    pub(super) fn shared_targets(&mut self) {
        let mut seen: Common<(u32, &str), (TenantId, usize)> = Common::new(self.all.has_runs);
        let groups = self.all.groups;
        for (tenant, at, grant) in self.grants() {
            let Some(target) = grant.target.map(Part::text).filter(|target| self.targets.contains(target)) else {
                continue;
            };
            let key = (groups.organization(tenant), target);
            seen.add(tenant.run, key, (tenant, at));
            let mut firsts = seen.firsts(tenant.run, key);
            if let Some((other, other_grant)) = firsts.find(|(other, _)| !groups.same_customer(tenant, *other)) {
                self.found.push(Relation {
                    kind: RelationKind::SharedTargetAccount,
                    tenant,
                    other,
                    grant: Some(at),
                    other_grant: Some(other_grant),
                });
            }
        }
    }

    pub(super) fn duplicate_entitlements(&mut self) {
        let mut of_one: HashMap<[&str; 3], usize> = HashMap::default();
        let mut one = None;
        let mut of_all: Common<[&str; 3], Option<Firsts>> = Common::new(self.all.has_runs);
        let mut of_run: HashMap<(RunId, [&str; 3]), (TenantId, usize)> = HashMap::default();
        let groups = self.all.groups;
        for (tenant, at, grant) in self.grants() {
            let (Some(instance), Some(id), Some(target)) = (grant.own_instance, grant.permission_set, grant.target)
            else {
                continue;
            };
            if !self.targets.contains(target.text()) {
                continue;
            }
            let entitlement = [instance.text(), id.text(), target.text()];
            if one.replace(tenant) != Some(tenant) {
                of_one.clear();
            }
            let first = *of_one.entry(entitlement).or_insert(at);
            let first = if first != at {
                Some((tenant, first))
            } else if grant.is_contradictory() {
                None
            } else {
                let new = First::of_grant(tenant, at);
                let first = of_all.see(entitlement, new, &|a, b| !groups.same_organization(a, b));
                // Equal keys of two collections are one customer. What the configuration joins may share all that it has.
                let of_run = *of_run.entry((tenant.run, entitlement)).or_insert((tenant, at));
                // Of maps in one variable or local, perhaps only one is chosen.
                let root = |id| self.all.tenants.get(groups.place(id)).map(|it| it.path.start());
                let is_again = |other: TenantId| {
                    let joined = groups.configured(tenant);
                    root(other) != root(tenant) && (joined.is_none() || joined != groups.configured(other))
                };
                first.map(|first| (first.tenant, first.grant())).or(Some(of_run).filter(|(other, _)| is_again(*other)))
            };
            if let Some((other, other_grant)) = first {
                self.found.push(Relation {
                    kind: RelationKind::DuplicateEntitlement,
                    tenant,
                    other,
                    grant: Some(at),
                    other_grant: Some(other_grant),
                });
            }
        }
    }
}

/// Finds tenants that are identical to a tenant of another root module, but are not the same source text.
pub(in crate::tenants) fn copies<'t>(runs: &[Members<'t>], comparables: &[Comparable<'t>]) -> Vec<Relation> {
    let mut firsts: HashMap<(&str, TenantIdentity<'t>), (&str, TenantId)> = HashMap::default();
    let mut written: HashSet<(&str, Str, u32)> = HashSet::default();
    let mut copies = Vec::new();
    let tenants = runs.iter().flat_map(|run| run.tenants.iter().map(move |tenant| (run, *tenant)));
    for ((run, tenant), comparable) in tenants.zip(comparables) {
        let Some((key, identity)) = tenant.name_across_roots().zip(TenantIdentity::of(tenant, comparable)) else {
            continue;
        };
        let (file, start) = (run.written)(tenant);
        let is_new = written.insert((key, file, start));
        let (root, other) = *firsts.entry((key, identity)).or_insert((run.root, tenant.id));
        if is_new && root != run.root {
            let kind = RelationKind::CopiedTenant;
            copies.push(Relation { kind, tenant: tenant.id, other, grant: None, other_grant: None });
        }
    }
    copies
}

/// Grants as texts: instance, permission set, account. Almost every tenant has exactly one.
type GrantTexts<'t> = SmallVec<[[&'t str; 3]; 1]>;

/// The values in which a copy equals its original: all but names and regions, even if they contradict each other.
#[derive(PartialEq, Eq, Hash)]
struct TenantIdentity<'t> {
    sso_account: &'t str,
    /// Only set if it differs from `sso_account`.
    role_account: Option<&'t str>,
    instance: &'t str,
    grants: GrantTexts<'t>,
}

impl<'t> TenantIdentity<'t> {
    fn of(tenant: &'t Tenant, comparable: &Comparable<'t>) -> Option<Self> {
        let sso_account = tenant.sso_account()?.text();
        let role_account = tenant.role_account().filter(|_| tenant.has_role_account_mismatch());
        let instance = tenant.instance_id().or(comparable.instance)?.text();
        let is_real =
            !facts::is_placeholder_account(sso_account) && !crate::tenants::format::is_placeholder_resource(instance);
        let grants = grants(tenant)?;
        is_real.then_some(Self { sso_account, role_account: role_account.map(Part::text), instance, grants })
    }
}

/// All grants in order, without repetitions: instance, permission set, account. `None` if some are not known.
fn grants(tenant: &Tenant) -> Option<GrantTexts<'_>> {
    let grants: Option<GrantTexts<'_>> = tenant
        .grants
        .iter()
        .map(|grant| {
            let target = grant.target_account_id.as_str()?;
            let whole = grant.permission_set_arn.as_str()?;
            Some(match PermissionSetArn::of(&grant.permission_set_arn) {
                Some(arn) => [arn.instance_id.text(), arn.id.text(), target],
                None => ["", whole, target],
            })
        })
        .collect();
    let mut grants = grants.filter(|grants| !grants.is_empty())?;
    grants.sort_unstable();
    grants.dedup();
    Some(grants)
}
