//! What two tenants share that they should not: decided once for each pair, so that one cause makes one finding.

use std::collections::HashMap;

use super::arn::{InstanceArn, PermissionSetArn, is_placeholder_resource};
use super::index::Index;
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
    /// The configuration puts them in one organization, but instance or region differ.
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
    /// Same permission set in the same account.
    DuplicateEntitlement,
}

/// All relations, in the order of the tenants on whom they stand.
pub(super) fn relations(tenants: &[Tenant], index: &Index, config: &Config) -> Vec<Relation> {
    let traits: Vec<Traits<'_>> = tenants.iter().map(Traits::of).collect();
    let mut finder = Finder { traits: &traits, index, found: Vec::new() };
    finder.organizations(config);
    finder.duplicate_tenants();
    for group in index.shared() {
        finder.shared_accounts(group);
        finder.shared_instances(group);
        finder.shared_targets(group);
        finder.shared_permission_sets(group);
    }
    finder.foreign_targets();
    finder.entitlements();
    first_of_each_pair(finder.found)
}

fn first_of_each_pair(mut found: Vec<Relation>) -> Vec<Relation> {
    let pair = |relation: &Relation| (relation.tenant.min(relation.other), relation.tenant.max(relation.other));
    found.sort_unstable_by_key(|relation| (pair(relation), *relation));
    // Two grants of one tenant are no pair of tenants: each repetition counts.
    found.dedup_by(|later, first| pair(later) == pair(first) && (later.tenant != later.other || later == first));
    found.sort_unstable_by_key(|relation| (relation.tenant, *relation));
    found
}

/// What can be compared of a tenant: known, no placeholder, and not contradicted within the tenant itself.
struct Traits<'t> {
    id: TenantId,
    sso_account: Option<&'t str>,
    /// Whether format lets the SSO account stand for a real one.
    sso_account_is_sound: bool,
    /// One id, or all that the tenant names where they contradict each other.
    instances: Vec<&'t str>,
    region: Option<&'t str>,
    /// Permission set ARN and target of each grant.
    grants: Vec<GrantTraits<'t>>,
    /// Whether every grant is known as a whole.
    grants_are_known: bool,
}

struct GrantTraits<'t> {
    permission_set: Option<&'t str>,
    target: Option<&'t str>,
    target_is_sound: bool,
}

impl<'t> Traits<'t> {
    fn of(tenant: &'t Tenant) -> Self {
        let account = tenant.sso_account().filter(|account| !facts::is_placeholder_account(account.text()));
        let account = account.filter(|_| !tenant.has_role_account_mismatch());
        let mut instances: Vec<&str> = InstanceArn::of(&tenant.connector.instance_arn)
            .map(|arn| arn.id.text())
            .into_iter()
            .chain(tenant.foreign_permission_sets().map(|permission_set| permission_set.instance_id.text()))
            .filter(|id| !is_placeholder_resource(id))
            .collect();
        instances.dedup();
        let grants: Vec<GrantTraits<'_>> = tenant
            .grants
            .iter()
            .map(|grant| {
                let permission_set = PermissionSetArn::of(&grant.permission_set_arn);
                let target = grant.target_account_id.as_str();
                GrantTraits {
                    permission_set: permission_set.map(|arn| arn.id.text()).filter(|id| !is_placeholder_resource(id)),
                    target: target.filter(|target| !facts::is_placeholder_account(target)),
                    target_is_sound: target.is_some_and(super::arn::is_account_id),
                }
            })
            .collect();
        Self {
            id: tenant.id,
            sso_account: account.map(|account| account.text()),
            sso_account_is_sound: account.is_some_and(|account| account.well_formed),
            instances,
            region: tenant.connector.region.as_str(),
            grants_are_known: !grants.is_empty()
                && grants.iter().all(|grant| grant.permission_set.is_some() && grant.target.is_some()),
            grants,
        }
    }

    /// The instance, where the tenant names one and only one.
    fn instance(&self) -> Option<&'t str> {
        if let [instance] = self.instances.as_slice() { Some(instance) } else { None }
    }

    /// Whether, whichever of its instance ids is right, the other's is another.
    fn has_other_instance(&self, other: &Traits<'_>) -> bool {
        !self.instances.is_empty()
            && !other.instances.is_empty()
            && self.instances.iter().all(|id| !other.instances.contains(id))
    }

    fn sorted_grants(&self) -> Vec<(&'t str, &'t str)> {
        let mut grants: Vec<_> =
            self.grants.iter().filter_map(|grant| Some((grant.permission_set?, grant.target?))).collect();
        grants.sort_unstable();
        grants
    }

    fn has_sound_target(&self, target: &str) -> Option<usize> {
        self.grants.iter().position(|grant| grant.target_is_sound && grant.target == Some(target))
    }
}

fn is_sound_instance(id: &str) -> bool {
    super::arn::is_instance_id(id)
}

struct Finder<'a, 't> {
    traits: &'a [Traits<'t>],
    index: &'a Index,
    found: Vec<Relation>,
}

impl<'a, 't> Finder<'a, 't> {
    fn get(&self, id: TenantId) -> Option<&'a Traits<'t>> {
        self.traits.get(id.index())
    }

    /// Holds every tenant of `group` that passes `filter` against the first that does; members of one organization
    /// are judged by [`Finder::organizations`] alone.
    fn against_first(
        &mut self,
        group: &[TenantId],
        filter: impl Fn(&Traits<'t>) -> bool,
        judge: impl Fn(&Traits<'t>, &Traits<'t>) -> Option<(RelationKind, Option<usize>, Option<usize>)>,
    ) {
        let mut tenants = group.iter().filter_map(|&id| self.get(id)).filter(|traits| filter(traits));
        let Some(first) = tenants.next() else { return };
        let found: Vec<Relation> = tenants
            .filter(|later| !self.index.same_organization(first.id, later.id))
            .filter_map(|later| {
                let (kind, grant, other_grant) = judge(later, first)?;
                Some(Relation { kind, tenant: later.id, other: first.id, grant, other_grant })
            })
            .collect();
        self.found.extend(found);
    }

    fn organizations(&mut self, config: &Config) {
        for organization in 0..config.organizations.len() {
            let mut members =
                self.traits.iter().filter(|traits| self.index.organization(traits.id) == Some(organization));
            let Some(first) = members.next() else { continue };
            for later in members {
                let instance = matches!((first.instance(), later.instance()), (Some(a), Some(b)) if a != b);
                let region = matches!((first.region, later.region), (Some(a), Some(b)) if a != b);
                if instance || region {
                    self.found.push(Relation {
                        kind: RelationKind::OrganizationMismatch,
                        tenant: later.id,
                        other: first.id,
                        grant: None,
                        other_grant: None,
                    });
                }
            }
        }
    }

    fn duplicate_tenants(&mut self) {
        let mut seen: HashMap<(&str, &str, Vec<(&str, &str)>), TenantId> = HashMap::new();
        for traits in self.traits {
            let (Some(account), Some(instance), true) =
                (traits.sso_account, traits.instance(), traits.grants_are_known)
            else {
                continue;
            };
            let first = *seen.entry((account, instance, traits.sorted_grants())).or_insert(traits.id);
            if first != traits.id && !self.index.same_organization(first, traits.id) {
                self.found.push(Relation {
                    kind: RelationKind::DuplicateTenant,
                    tenant: traits.id,
                    other: first,
                    grant: None,
                    other_grant: None,
                });
            }
        }
    }

    fn shared_accounts(&mut self, group: &[TenantId]) {
        let Some(account) = self.common(group, |traits| traits.sso_account) else { return };
        self.against_first(
            group,
            |traits| traits.sso_account_is_sound && traits.sso_account == Some(account),
            |later, first| {
                let (instance, other_instance) = (later.instance()?, first.instance()?);
                let regions = later.region.zip(first.region);
                if instance != other_instance || regions.is_some_and(|(a, b)| a != b) {
                    return Some((RelationKind::DuplicateSsoAccount, None, None));
                }
                let known = regions.is_some() && later.grants_are_known && first.grants_are_known;
                known.then_some((RelationKind::SharedSsoAccount, None, None))
            },
        );
    }

    fn shared_instances(&mut self, group: &[TenantId]) {
        let Some(instance) = self.common(group, Traits::instance) else { return };
        self.against_first(
            group,
            |traits| traits.instance() == Some(instance) && is_sound_instance(instance) && traits.sso_account_is_sound,
            |later, first| {
                (later.sso_account != first.sso_account).then_some((RelationKind::DuplicateInstance, None, None))
            },
        );
    }

    fn shared_targets(&mut self, group: &[TenantId]) {
        for target in self.common_grants(group, |grant| grant.target.filter(|_| grant.target_is_sound)) {
            self.against_first(
                group,
                |traits| traits.has_sound_target(target).is_some(),
                |later, first| {
                    later.has_other_instance(first).then(|| {
                        let grant = later.has_sound_target(target);
                        (RelationKind::DuplicateTargetAccount, grant, first.has_sound_target(target))
                    })
                },
            );
        }
    }

    fn shared_permission_sets(&mut self, group: &[TenantId]) {
        let position =
            |traits: &Traits<'t>, id: &str| traits.grants.iter().position(|grant| grant.permission_set == Some(id));
        for id in self.common_grants(group, |grant| grant.permission_set) {
            if !super::arn::is_permission_set_id(id) {
                continue;
            }
            self.against_first(
                group,
                // Where the tenant's own ids contradict each other, that alone is said.
                |traits| traits.instance().is_some() && position(traits, id).is_some(),
                |later, first| {
                    (later.instance() != first.instance())
                        .then(|| (RelationKind::DuplicatePermissionSet, position(later, id), position(first, id)))
                },
            );
        }
    }

    fn foreign_targets(&mut self) {
        for traits in self.traits {
            for (grant, target) in traits.grants.iter().enumerate() {
                let Some(account) = target.target.filter(|_| target.target_is_sound) else { continue };
                let owner = self.index.with_sso_account(account).iter().filter_map(|&id| self.get(id)).find(|owner| {
                    owner.id != traits.id
                        && owner.sso_account == Some(account)
                        && owner.has_other_instance(traits)
                        && !self.index.same_organization(owner.id, traits.id)
                });
                if let Some(owner) = owner {
                    self.found.push(Relation {
                        kind: RelationKind::TargetIsForeignSsoAccount,
                        tenant: traits.id,
                        other: owner.id,
                        grant: Some(grant),
                        other_grant: None,
                    });
                }
            }
        }
    }

    fn entitlements(&mut self) {
        let mut seen: HashMap<(&str, &str, &str), (TenantId, usize)> = HashMap::new();
        for traits in self.traits {
            let Some(instance) = traits.instance() else { continue };
            for (position, grant) in traits.grants.iter().enumerate() {
                let (Some(permission_set), Some(target)) = (grant.permission_set, grant.target) else { continue };
                let here = (traits.id, position);
                let first = *seen.entry((instance, permission_set, target)).or_insert(here);
                if first != here && !self.index.same_organization(first.0, traits.id) {
                    self.found.push(Relation {
                        kind: RelationKind::DuplicateEntitlement,
                        tenant: traits.id,
                        other: first.0,
                        grant: Some(position),
                        other_grant: Some(first.1),
                    });
                }
            }
        }
    }

    /// What `of` says of the first of `group` that says anything; `None` where no second one says the same.
    fn common(&self, group: &[TenantId], of: impl Fn(&Traits<'t>) -> Option<&'t str>) -> Option<&'t str> {
        let mut values = group.iter().filter_map(|&id| self.get(id)).filter_map(of);
        let first = values.next()?;
        values.any(|value| value == first).then_some(first)
    }

    /// The values of grants that all tenants of `group` have.
    fn common_grants(&self, group: &[TenantId], of: impl Fn(&GrantTraits<'t>) -> Option<&'t str>) -> Vec<&'t str> {
        let Some((first, rest)) = group.split_first() else { return Vec::new() };
        let Some(first) = self.get(*first) else { return Vec::new() };
        let mut values: Vec<&str> = first.grants.iter().filter_map(&of).collect();
        values.sort_unstable();
        values.dedup();
        for id in rest {
            let Some(traits) = self.get(*id) else { continue };
            values.retain(|value| traits.grants.iter().any(|grant| of(grant) == Some(*value)));
        }
        values
    }
}
