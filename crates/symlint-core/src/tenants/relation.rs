//! Values that two tenants share but should not. Each pair is examined in one place, so that one cause leads to one
//! finding.
//!
//! Each value that several tenants have in common is compared with that of the first comparable tenant. So the cost is
//! linear in the number of tenants, and one wrong value among many right ones is one finding.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::Str;

use super::arn::{Part, PermissionSetArn};
use super::comparable::{Comparable, ComparableGrant};
use super::groups::{Common, First, Firsts, Groups, Members};
use super::id::{RunId, TenantId};
use super::owners::OwnerIndex;
use super::tenant::Tenant;
use crate::facts;

/// A relation between two tenants, or between two grants of one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    pub kind: RelationKind,
    /// The tenant with the finding: the later one, or the one with the wrong value.
    pub tenant: TenantId,
    /// The related tenant: the first one, or the one that owns the value.
    pub other: TenantId,
    /// The index of the tenant's grant, if the relation is about one.
    pub grant: Option<usize>,
    /// The index of the other tenant's grant, if the relation is about one.
    pub other_grant: Option<usize>,
}

/// The kind of a relation. A pair of tenants only has the first kind that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// The configuration says that they are one customer or in one organization, but their instance or region differs.
    OrganizationMismatch,
    /// Same SSO account, instance, and grants.
    DuplicateTenant,
    /// Same SSO account, but another instance or region.
    DuplicateSsoAccount,
    /// Same instance, but another SSO account.
    DuplicateInstance,
    /// The target account is the other tenant's SSO account, although the instances differ.
    TargetIsForeignSsoAccount,
    /// Same target account, but another instance.
    DuplicateTargetAccount,
    /// Same permission set id, but another instance.
    DuplicatePermissionSet,
    /// Same SSO account, instance, and region, but other grants.
    SharedSsoAccount,
    /// Same target account, for several customers in one organization.
    SharedTargetAccount,
    /// Same permission set in the same account.
    DuplicateEntitlement,
    /// The same tenant, with all its values, in another root module.
    CopiedTenant,
}

/// The input for finding relations.
pub(super) struct Compared<'a, 't> {
    /// All tenants, in order of their indexes.
    pub(super) tenants: &'a [&'t Tenant],
    /// The comparable values of each tenant, without the accounts that no tenant may use. Those are reported wherever
    /// they are, whether two tenants use one or not.
    pub(super) comparables: &'a [Comparable<'t>],
    pub(super) groups: &'a Groups,
    pub(super) owners: &'a OwnerIndex,
    /// Whether there are several runs.
    pub(super) has_runs: bool,
}

/// Whether `tenant` has a role or an SSO account that is `owner`'s and contradicts the other of these two values.
/// Everything else that it shares with `owner` was copied with it and is reported there.
fn is_copied(compared: &Compared<'_, '_>, tenant: TenantId, owner: TenantId) -> bool {
    let groups = compared.groups;
    let Some(own) = compared.tenants.get(groups.place(tenant)) else { return false };
    let is_owners = |account: Option<Part<'_>>| {
        account.and_then(|it| compared.owners.of_account(it.text(), tenant, groups)) == Some(owner)
    };
    own.has_role_account_mismatch() && (is_owners(own.role_account()) || is_owners(own.sso_account()))
}

/// All relations except those of [`copies`], in the order of the tenants with the findings.
pub(super) fn relations(compared: &Compared<'_, '_>) -> Vec<Relation> {
    let mut finder = RelationFinder { all: compared, targets: HashSet::default(), found: Vec::new() };
    finder.targets = repeated(finder.grants().filter_map(|(_, _, grant)| grant.target.map(Part::text)));
    finder.organizations();
    finder.duplicate_tenants();
    finder.duplicate_sso_accounts();
    finder.regions_of_customers();
    finder.duplicate_instances();
    finder.foreign_targets();
    finder.duplicate_targets();
    finder.duplicate_permission_sets();
    finder.shared_sso_accounts();
    finder.shared_targets();
    finder.duplicate_entitlements();
    let mut found = first_of_each_pair(finder.found);
    found.retain(|relation| {
        let Relation { kind, tenant, other, .. } = *relation;
        // A permission set that is shared alone was copied on its own.
        let is_separate = matches!(
            kind,
            RelationKind::DuplicateTenant | RelationKind::OrganizationMismatch | RelationKind::DuplicatePermissionSet
        );
        is_separate || tenant == other || !is_copied(compared, tenant, other) && !is_copied(compared, other, tenant)
    });
    if !compared.has_runs {
        return found;
    }
    leave_out_namesakes(&mut found, compared);
    let mut found = first_of_each_entry(found, compared);
    blame_contradicted(&mut found, compared);
    found
}

/// Of two tenants that contradict each other, the wrong one is the first where others agree with the later one alone. One
/// wrong value is one finding.
fn blame_contradicted(found: &mut Vec<Relation>, compared: &Compared<'_, '_>) {
    if found.is_empty() {
        return;
    }
    let values = |place: usize| {
        let comparable = compared.comparables.get(place)?;
        Some((comparable.sso_account?.text(), comparable.instance?.text(), comparable.region))
    };
    let mut counts: HashMap<_, usize> = HashMap::default();
    for values in (0..compared.tenants.len()).filter_map(values) {
        *counts.entry(values).or_default() += 1;
    }
    let is_confirmed = |tenant: TenantId| {
        let count = values(compared.groups.place(tenant)).and_then(|values| counts.get(&values));
        count.is_some_and(|count| *count > 1)
    };
    let mut seen = HashSet::default();
    found.retain_mut(|relation| {
        if !matches!(relation.kind, RelationKind::DuplicateSsoAccount | RelationKind::DuplicateInstance) {
            return true;
        }
        if is_confirmed(relation.tenant) && !is_confirmed(relation.other) {
            std::mem::swap(&mut relation.tenant, &mut relation.other);
        }
        seen.insert((relation.kind, relation.tenant))
    });
}

/// Removes relations between tenants of one name with different accounts or instances, if one of the two was copied
/// from another customer: that is the cause.
fn leave_out_namesakes(found: &mut Vec<Relation>, compared: &Compared<'_, '_>) {
    let name = |id: TenantId| compared.tenants.get(compared.groups.place(id)).map(|tenant| tenant.name());
    let is_of_account = |relation: &Relation| match relation.kind {
        RelationKind::DuplicateSsoAccount => Some(true),
        RelationKind::DuplicateInstance => Some(false),
        _ => None,
    };
    let are_namesakes = |relation: &Relation| name(relation.tenant) == name(relation.other);
    let copied: HashSet<(TenantId, bool)> = found
        .iter()
        .filter(|relation| !are_namesakes(relation))
        .filter_map(|relation| Some((relation, is_of_account(relation)?)))
        .flat_map(|(relation, of_account)| [(relation.tenant, of_account), (relation.other, of_account)])
        .collect();
    found.retain(|relation| match is_of_account(relation) {
        Some(of_account) if are_namesakes(relation) => {
            [relation.tenant, relation.other].iter().all(|tenant| !copied.contains(&(*tenant, !of_account)))
        }
        _ => true,
    });
}

/// Keeps one of the relations between two customers that occur in several runs: the one within a run, or else the one
/// between the first two runs.
fn first_of_each_entry(mut found: Vec<Relation>, compared: &Compared<'_, '_>) -> Vec<Relation> {
    let groups = compared.groups;
    let entry = |id: TenantId| {
        let name = compared.tenants.get(groups.place(id)).map(|tenant| tenant.name());
        (groups.customer(id), name.unwrap_or_default())
    };
    let pair = |relation: &Relation| {
        let (a, b) = (entry(relation.tenant), entry(relation.other));
        if a < b { (a, b) } else { (b, a) }
    };
    let is_within = |relation: &Relation| relation.tenant.run == relation.other.run;
    let mut firsts: HashMap<_, (RelationKind, bool)> = HashMap::default();
    for relation in &found {
        let this = (relation.kind, !is_within(relation));
        firsts.entry(pair(relation)).and_modify(|first| *first = this.min(*first)).or_insert(this);
    }
    let mut seen = HashSet::default();
    found.retain(|relation| {
        let is_directed = relation.kind == RelationKind::TargetIsForeignSsoAccount;
        // A relation in both directions has two findings.
        let holder = is_directed.then(|| entry(relation.tenant));
        let is_first = firsts.get(&pair(relation)) == Some(&(relation.kind, true));
        is_within(relation) || is_first && seen.insert((pair(relation), holder))
    });
    found
}

fn first_of_each_pair(mut found: Vec<Relation>) -> Vec<Relation> {
    let pair = |relation: &Relation| (relation.tenant.min(relation.other), relation.tenant.max(relation.other));
    found.sort_unstable_by_key(|relation| (pair(relation), *relation));
    // If two tenants each have a value of the other one, both are wrong.
    let is_mutual = |later: &Relation, first: &Relation| {
        let is_directed = |relation: &Relation| relation.kind == RelationKind::TargetIsForeignSsoAccount;
        is_directed(later) && is_directed(first) && later.tenant == first.other
    };
    // Two grants of one tenant are not a pair of tenants, so each repetition is reported.
    found.dedup_by(|later, first| {
        pair(later) == pair(first) && (later.tenant != later.other || later == first) && !is_mutual(later, first)
    });
    // Other mistakes in a copied tenant are reported on the original.
    let copies: HashSet<TenantId> = found
        .iter()
        .filter(|relation| relation.kind == RelationKind::DuplicateTenant)
        .map(|relation| relation.tenant)
        .collect();
    found.retain(|relation| {
        let is_inherited = relation.tenant != relation.other && copies.contains(&relation.tenant);
        !is_inherited || matches!(relation.kind, RelationKind::DuplicateTenant | RelationKind::OrganizationMismatch)
    });
    found.sort_unstable_by_key(|relation| (relation.tenant, *relation));
    found
}

/// Searches for relations, one kind after the other. Usually nothing is shared, so each search first looks for shared
/// values.
struct RelationFinder<'a, 't> {
    all: &'a Compared<'a, 't>,
    /// The target accounts that several grants have.
    targets: HashSet<&'t str>,
    found: Vec<Relation>,
}

/// The texts that occur more than once.
fn repeated<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<&'t str> {
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

    fn grants(&self) -> impl Iterator<Item = (TenantId, usize, &'a ComparableGrant<'t>)> + use<'a, 't> {
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

    fn organizations(&mut self) {
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

    fn duplicate_tenants(&mut self) {
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

    fn duplicate_sso_accounts(&mut self) {
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
    fn regions_of_customers(&mut self) {
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

    fn duplicate_instances(&mut self) {
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

    fn foreign_targets(&mut self) {
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

    fn duplicate_targets(&mut self) {
        let mut references = self.references();
        for (tenant, at, grant) in self.grants() {
            // A grant that contradicts its own tenant is not compared with others, and neither is a malformed account.
            let target = grant.target.filter(|it| self.targets.contains(it.text()) && it.is_well_formed());
            if let (Some(target), [part]) = (target, grant.instances.as_slice()) {
                let reference = FirstHolder { tenant, grant: Some(at), part: *part };
                references.add(tenant.run, (target.text(), part.is_well_formed()), reference);
            }
        }
        self.hold_targets_against(&references, |tenant, at, first| {
            let (here, there) = ((tenant, Some(at)), (first.tenant, first.grant));
            let ((tenant, grant), (other, other_grant)) = (here.max(there), here.min(there));
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

    fn duplicate_permission_sets(&mut self) {
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

    fn shared_sso_accounts(&mut self) {
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

    fn shared_targets(&mut self) {
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

    fn duplicate_entitlements(&mut self) {
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
pub(super) fn copies<'t>(runs: &[Members<'t>], comparables: &[Comparable<'t>]) -> Vec<Relation> {
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
        let is_real = !facts::is_placeholder_account(sso_account) && !super::format::is_placeholder_resource(instance);
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

#[cfg(test)]
mod tests;
