//! What two tenants share that they should not: decided once for each pair, so that one cause makes one finding.
//!
//! Whatever several tenants have in common is held against the first of them that can be compared, so the cost is
//! linear in the number of tenants, and one wrong value among many right ones is one finding.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

use super::arn::{Part, PermissionSetArn};
use super::comparable::{Comparable, ComparableGrant};
use super::index::{First, Firsts, Index};
use super::model::{Tenant, TenantId};
use crate::config::Config;
use crate::facts;

/// Something between two tenants, or between two grants of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// What it is.
    pub kind: RelationKind,
    /// On whom a finding stands: the later one, or the one that holds the wrong value.
    pub tenant: TenantId,
    /// To whom it relates: the first one, or the one whose value it is.
    pub other: TenantId,
    /// Which of the tenant's grants it is about, if it is about one.
    pub grant: Option<usize>,
    /// Which of the other's grants it is about, if it is about one.
    pub other_grant: Option<usize>,
}

/// What is between two tenants. A pair has only the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// The configuration says that they are one customer or in one organization, but instance or region differ.
    OrganizationMismatch,
    /// Same SSO account, instance and grants.
    DuplicateTenant,
    /// Same SSO account, other instance or region.
    DuplicateSsoAccount,
    /// Same instance, other SSO account.
    DuplicateInstance,
    /// The target account is the other's SSO account; the instances differ.
    TargetIsForeignSsoAccount,
    /// Same target account, other instance.
    DuplicateTargetAccount,
    /// Same permission set id, other instance.
    DuplicatePermissionSet,
    /// Same SSO account, instance and region, other grants.
    SharedSsoAccount,
    /// Same target account, in one organization of several customers.
    SharedTargetAccount,
    /// Same permission set in the same account.
    DuplicateEntitlement,
}

/// All relations, in the order of the tenants on whom they stand.
pub(crate) fn relations<'t>(
    tenants: &'t [Tenant],
    mut comparables: Vec<Comparable<'t>>,
    index: &Index,
    config: &Config,
) -> Vec<Relation> {
    comparables.iter_mut().for_each(|tenant| leave_out_forbidden_accounts(tenant, config));
    let mut finder = Finder { comparables: &comparables, index, targets: HashSet::default(), found: Vec::new() };
    finder.targets = repeated(finder.grants().filter_map(|(_, _, grant)| grant.target.map(Part::text)));
    finder.organizations();
    finder.duplicate_tenants(tenants);
    finder.duplicate_sso_accounts();
    finder.duplicate_instances();
    finder.foreign_targets();
    finder.duplicate_targets();
    finder.duplicate_permission_sets();
    finder.shared_sso_accounts(tenants);
    finder.shared_targets();
    finder.duplicate_entitlements();
    first_of_each_pair(finder.found)
}

/// An account that no tenant may use is reported as such wherever it stands; that two use it adds nothing.
fn leave_out_forbidden_accounts(tenant: &mut Comparable<'_>, config: &Config) {
    let is_allowed = |account: &Part<'_>| !config.is_forbidden_account(account.text());
    tenant.sso_account = tenant.sso_account.filter(is_allowed);
    for grant in &mut tenant.grants {
        grant.target = grant.target.filter(is_allowed);
    }
}

fn first_of_each_pair(mut found: Vec<Relation>) -> Vec<Relation> {
    let pair = |relation: &Relation| (relation.tenant.min(relation.other), relation.tenant.max(relation.other));
    found.sort_unstable_by_key(|relation| (pair(relation), *relation));
    // Each of two tenants may hold a value that is the other's: both are wrong.
    let is_mutual = |later: &Relation, first: &Relation| {
        let is_directed = |relation: &Relation| relation.kind == RelationKind::TargetIsForeignSsoAccount;
        is_directed(later) && is_directed(first) && later.tenant == first.other
    };
    // Two grants of one tenant are no pair of tenants: each repetition counts.
    found.dedup_by(|later, first| {
        pair(later) == pair(first) && (later.tenant != later.other || later == first) && !is_mutual(later, first)
    });
    // Whatever else is wrong with a copy is wrong with what it was copied from.
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

/// Looks for relations of one kind after the other. Nearly always nothing is shared, so each looks first at what is.
struct Finder<'a, 't> {
    comparables: &'a [Comparable<'t>],
    index: &'a Index,
    /// The target accounts that several grants have.
    targets: HashSet<&'t str>,
    found: Vec<Relation>,
}

/// The texts that are there more than once.
fn repeated<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<&'t str> {
    let (mut seen, mut repeated) = (HashSet::default(), HashSet::default());
    repeated.extend(texts.filter(|text| !seen.insert(*text)));
    repeated
}

/// The first tenants (and their grants) that have a text and a second part to be compared, by the text and by whether
/// that part is well-formed: a malformed one can be held against malformed ones alone.
type References<'t> = HashMap<(&'t str, bool), Reference<'t>>;

#[derive(Clone, Copy)]
struct Reference<'t> {
    tenant: TenantId,
    grant: Option<usize>,
    part: Part<'t>,
}

impl<'a, 't> Finder<'a, 't> {
    fn add(&mut self, kind: RelationKind, tenant: TenantId, other: TenantId) {
        self.found.push(Relation { kind, tenant, other, grant: None, other_grant: None });
    }

    fn grants(&self) -> impl Iterator<Item = (TenantId, usize, &'a ComparableGrant<'t>)> + use<'a, 't> {
        self.comparables
            .iter()
            .flat_map(|tenant| tenant.grants.iter().enumerate().map(|(at, grant)| (tenant.tenant, at, grant)))
    }

    /// The SSO account of a tenant, where a stranger has the same.
    fn shared_account(&self, tenant: &Comparable<'t>) -> Option<&'t str> {
        tenant.sso_account.map(Part::text).filter(|account| self.index.is_shared_account(account))
    }

    fn organizations(&mut self) {
        let mut instances: HashMap<(TenantId, bool), (TenantId, Part<'t>)> = HashMap::default();
        let mut regions: HashMap<TenantId, (TenantId, &str)> = HashMap::default();
        for tenant in self.comparables {
            let organization = self.index.first_of_organization(tenant.tenant);
            let instance = tenant.instance.and_then(|own| {
                let first = instances.entry((organization, own.is_well_formed())).or_insert((tenant.tenant, own));
                own.differs(first.1).then_some(first.0)
            });
            let region = tenant.region.and_then(|own| {
                let first = regions.entry(organization).or_insert((tenant.tenant, own));
                (own != first.1).then_some(first.0)
            });
            if let Some(other) = instance.or(region) {
                self.add(RelationKind::OrganizationMismatch, tenant.tenant, other);
            }
        }
    }

    fn duplicate_tenants(&mut self, tenants: &'t [Tenant]) {
        let mut seen: HashMap<Identity<'t>, Option<Firsts>> = HashMap::default();
        for (tenant, comparable) in tenants.iter().zip(self.comparables) {
            if !tenant.sso_account().is_some_and(|account| self.index.is_merely_shared_account(account.text())) {
                continue;
            }
            let Some(identity) = Identity::of(tenant, comparable) else { continue };
            let other = Firsts::see(seen.entry(identity).or_default(), First::of(tenant.id), self.index);
            if let Some(other) = other {
                self.add(RelationKind::DuplicateTenant, tenant.id, other.tenant);
            }
        }
    }

    fn duplicate_sso_accounts(&mut self) {
        let mut instances = References::default();
        let mut regions: HashMap<&str, (TenantId, &str)> = HashMap::default();
        for tenant in self.comparables {
            let Some(account) = self.shared_account(tenant) else { continue };
            let instance = tenant.instance.and_then(|own| {
                let reference = Reference { tenant: tenant.tenant, grant: None, part: own };
                let first = *instances.entry((account, own.is_well_formed())).or_insert(reference);
                own.differs(first.part).then_some(first.tenant)
            });
            let region = tenant.region.and_then(|own| {
                let first = *regions.entry(account).or_insert((tenant.tenant, own));
                (own != first.1).then_some(first.0)
            });
            if let Some(other) = instance.or(region).filter(|&other| self.index.are_strangers(tenant.tenant, other)) {
                self.add(RelationKind::DuplicateSsoAccount, tenant.tenant, other);
            }
        }
    }

    fn duplicate_instances(&mut self) {
        let mut accounts = References::default();
        for tenant in self.comparables {
            let (Some(instance), Some(own)) = (tenant.instance, tenant.sso_account) else { continue };
            if !self.index.is_shared_instance(instance.text()) {
                continue;
            }
            let reference = Reference { tenant: tenant.tenant, grant: None, part: own };
            let first = *accounts.entry((instance.text(), own.is_well_formed())).or_insert(reference);
            if own.differs(first.part) && self.index.are_strangers(tenant.tenant, first.tenant) {
                self.add(RelationKind::DuplicateInstance, tenant.tenant, first.tenant);
            }
        }
    }

    fn foreign_targets(&mut self) {
        let targets = self.grants().filter_map(|(tenant, _, grant)| {
            let target = grant.target?.text();
            self.index.owner_of_account(target, tenant).map(|_| target)
        });
        let targets: HashSet<&str> = targets.collect();
        let mut owners = References::default();
        for tenant in self.comparables {
            let (Some(account), Some(part)) = (tenant.sso_account, tenant.instance) else { continue };
            if !targets.contains(account.text()) {
                continue;
            }
            let reference = Reference { tenant: tenant.tenant, grant: None, part };
            owners.entry((account.text(), part.is_well_formed())).or_insert(reference);
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
        let mut references = References::default();
        for (tenant, at, grant) in self.grants() {
            // A grant that contradicts its own tenant is no measure for others.
            let target = grant.target.filter(|target| self.targets.contains(target.text()));
            if let (Some(target), [part]) = (target, grant.instances.as_slice()) {
                let reference = Reference { tenant, grant: Some(at), part: *part };
                references.entry((target.text(), part.is_well_formed())).or_insert(reference);
            }
        }
        self.hold_targets_against(&references, |tenant, at, first| {
            let (here, there) = ((tenant, Some(at)), (first.tenant, first.grant));
            let ((tenant, grant), (other, other_grant)) = (here.max(there), here.min(there));
            Relation { kind: RelationKind::DuplicateTargetAccount, tenant, other, grant, other_grant }
        });
    }

    /// Finds the grants whose target is a key of `references`, in another instance.
    fn hold_targets_against(
        &mut self,
        references: &References<'t>,
        relation: impl Fn(TenantId, usize, Reference<'t>) -> Relation,
    ) {
        for (tenant, at, grant) in self.grants() {
            let (Some(target), Some(instance)) = (grant.target, grant.instances.first()) else { continue };
            let Some(reference) = references.get(&(target.text(), instance.is_well_formed())) else { continue };
            if grant.is_of_another_instance(reference.part) && self.index.are_strangers(tenant, reference.tenant) {
                self.found.push(relation(tenant, at, *reference));
            }
        }
    }

    fn duplicate_permission_sets(&mut self) {
        let ids = repeated(self.grants().filter_map(|(_, _, grant)| grant.permission_set.map(Part::text)));
        let mut references = References::default();
        for (tenant, at, grant) in self.grants() {
            let (Some(id), Some(part), false) = (grant.permission_set, grant.own_instance, grant.is_contradictory())
            else {
                continue;
            };
            if !ids.contains(id.text()) {
                continue;
            }
            let reference = Reference { tenant, grant: Some(at), part };
            let first = *references.entry((id.text(), part.is_well_formed())).or_insert(reference);
            if part.differs(first.part) && self.index.are_strangers(tenant, first.tenant) {
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

    fn shared_sso_accounts(&mut self, tenants: &'t [Tenant]) {
        let mut seen: HashMap<(&str, &str, &str), Option<Firsts>> = HashMap::default();
        for (comparable, tenant) in self.comparables.iter().zip(tenants) {
            let (Some(account), Some(instance), Some(region)) =
                (self.shared_account(comparable), comparable.instance, comparable.region)
            else {
                continue;
            };
            if grants(tenant).is_none() {
                continue;
            }
            let key = (account, instance.text(), region);
            let is_one_object = |other: TenantId| {
                let role = |tenant: &'t Tenant| tenant.connector.role_arn.path.as_ref();
                role(tenant).is_some() && tenants.get(other.index()).is_some_and(|other| role(other) == role(tenant))
            };
            let other = Firsts::see(seen.entry(key).or_default(), First::of(tenant.id), self.index);
            // That both refer to one organization is written down.
            if let Some(other) = other.filter(|other| !is_one_object(other.tenant)) {
                self.add(RelationKind::SharedSsoAccount, tenant.id, other.tenant);
            }
        }
    }

    fn shared_targets(&mut self) {
        let mut seen: HashMap<(TenantId, &str), (TenantId, usize)> = HashMap::default();
        for (tenant, at, grant) in self.grants() {
            let Some(target) = grant.target.map(Part::text).filter(|target| self.targets.contains(target)) else {
                continue;
            };
            let organization = self.index.first_of_organization(tenant);
            let (other, other_grant) = *seen.entry((organization, target)).or_insert((tenant, at));
            if !self.index.same_customer(tenant, other) {
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
        let mut of_all: HashMap<[&str; 3], Option<Firsts>> = HashMap::default();
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
                let first = Firsts::see(of_all.entry(entitlement).or_default(), new, self.index);
                first.map(|first| (first.tenant, first.grant()))
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

/// Grants as texts: instance, permission set, account. Nearly every tenant has one.
type Grants<'t> = SmallVec<[[&'t str; 3]; 1]>;

/// What makes a tenant a copy of another: everything but names and regions, contradictions included.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'t> {
    sso_account: &'t str,
    /// Only where it is another one than `sso_account`.
    role_account: Option<&'t str>,
    instance: &'t str,
    grants: Grants<'t>,
}

impl<'t> Identity<'t> {
    fn of(tenant: &'t Tenant, comparable: &Comparable<'t>) -> Option<Self> {
        let sso_account = tenant.sso_account()?.text();
        let role_account = tenant.role_account().filter(|_| tenant.has_role_account_mismatch());
        let instance = tenant.instance_id().or(comparable.instance)?.text();
        let is_real = !facts::is_placeholder_account(sso_account) && !super::arn::is_placeholder_resource(instance);
        let grants = grants(tenant)?;
        is_real.then_some(Self { sso_account, role_account: role_account.map(Part::text), instance, grants })
    }
}

/// All grants in order, each once: instance, permission set, account. `None` where not all of them are known.
fn grants(tenant: &Tenant) -> Option<Grants<'_>> {
    let grants: Option<Grants<'_>> = tenant
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
