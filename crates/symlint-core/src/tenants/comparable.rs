//! The values of a tenant that can be compared with those of other tenants.

use smallvec::{SmallVec, smallvec};

use super::arn::{InstanceArn, Part, PermissionSetArn};
use super::field::Field;
use super::format::{is_account_id, is_placeholder_resource};
use super::id::TenantId;
use super::tenant::{Grant, Tenant};
use crate::facts::{self, RegionStatus};

/// The values of a tenant that can be compared with those of others: they are known, not from any documentation, and
/// not contradicted by the tenant itself. Malformed parts are included, but [`Part::differs`] compares them only with
/// other malformed ones.
#[derive(Debug)]
pub struct Comparable<'t> {
    pub tenant: TenantId,
    /// `sso_account_id`, unless the role is in another account.
    pub sso_account: Option<Part<'t>>,
    /// The id in `instance_arn`, or if that is inconclusive, the one in all permission sets. `None` if all permission
    /// sets contradict `instance_arn`.
    pub instance: Option<Part<'t>>,
    /// `region`, unless no such region can exist.
    pub region: Option<&'t str>,
    /// One for each grant of the tenant, in the same order.
    pub grants: SmallVec<[ComparableGrant<'t>; 1]>,
}

/// The values of a grant that can be compared with those of other tenants.
#[derive(Debug)]
pub struct ComparableGrant<'t> {
    /// The ids of the instances that the grant may belong to: two if the permission set contradicts `instance_arn`.
    pub instances: SmallVec<[Part<'t>; 2]>,
    /// The instance id in the permission set's ARN.
    pub own_instance: Option<Part<'t>>,
    /// The `ps-…` id.
    pub permission_set: Option<Part<'t>>,
    pub target: Option<Part<'t>>,
}

impl<'t> Comparable<'t> {
    /// Selects the values of `tenant` that can be compared.
    pub fn of(tenant: &'t Tenant) -> Self {
        let instance_arn = InstanceArn::of(&tenant.connector.instance_arn).and_then(|arn| resource_id(arn.id));
        let grants: SmallVec<_> = tenant.grants.iter().map(|grant| ComparableGrant::of(grant, instance_arn)).collect();
        Self {
            tenant: tenant.id,
            sso_account: sso_account(tenant),
            instance: instance(instance_arn, &grants),
            region: region(&tenant.connector.region),
            grants,
        }
    }
}

impl<'t> ComparableGrant<'t> {
    fn of(grant: &'t Grant, instance_arn: Option<Part<'t>>) -> Self {
        let permission_set = PermissionSetArn::of(&grant.permission_set_arn);
        let own_instance = permission_set.and_then(|arn| resource_id(arn.instance_id));
        Self {
            instances: candidates(instance_arn, own_instance),
            own_instance,
            permission_set: permission_set.and_then(|arn| resource_id(arn.id)),
            target: account(&grant.target_account_id),
        }
    }

    /// Whether the permission set contradicts `instance_arn`.
    pub fn is_contradictory(&self) -> bool {
        self.instances.len() > 1
    }

    /// Whether the grant belongs to an instance other than `instance`, whichever of its own ids is right.
    pub fn is_of_another_instance(&self, instance: Part<'_>) -> bool {
        !self.instances.is_empty() && self.instances.iter().all(|own| own.differs(instance))
    }
}

/// Both ids if they contradict each other. If one is malformed and one is well formed, only the latter.
fn candidates<'t>(a: Option<Part<'t>>, b: Option<Part<'t>>) -> SmallVec<[Part<'t>; 2]> {
    match (a, b) {
        (Some(a), Some(b)) if a.differs(b) => smallvec![a, b],
        (Some(a), Some(b)) => smallvec![if a.is_well_formed() { a } else { b }],
        (a, b) => a.or(b).into_iter().collect(),
    }
}

fn instance<'t>(instance_arn: Option<Part<'t>>, grants: &[ComparableGrant<'t>]) -> Option<Part<'t>> {
    let mut permission_sets = grants.iter().filter_map(|grant| grant.own_instance);
    if let Some(own) = instance_arn {
        let is_confirmed = grants.iter().any(|grant| grant.own_instance.is_some_and(|id| id.text() == own.text()));
        let is_contradicted = grants.iter().any(ComparableGrant::is_contradictory);
        if is_confirmed {
            return Some(own);
        }
        if is_contradicted {
            return None;
        }
        if own.is_well_formed() {
            return Some(own);
        }
    }
    let first = permission_sets.next().or(instance_arn)?;
    permission_sets.all(|id| id.text() == first.text()).then_some(first)
}

fn sso_account(tenant: &Tenant) -> Option<Part<'_>> {
    let account = account(&tenant.sso_account_id)?;
    // An account from AWS's documentation in the role's ARN is no evidence against this one.
    let is_contradicted = tenant.has_role_account_mismatch()
        && tenant.role_account().is_some_and(|role| !facts::is_placeholder_account(role.text()));
    (!is_contradicted).then_some(account)
}

fn account(field: &Field) -> Option<Part<'_>> {
    let piece = field.text().filter(|piece| !piece.text.is_empty() && !facts::is_placeholder_account(piece.text))?;
    Some(Part::new(piece, is_account_id))
}

fn resource_id(id: Part<'_>) -> Option<Part<'_>> {
    (!id.text().is_empty() && !is_placeholder_resource(id.text())).then_some(id)
}

fn region(field: &Field) -> Option<&str> {
    let is_possible =
        |region: &&str| !matches!(facts::region_status(region), RegionStatus::Invalid | RegionStatus::Misspelled(_));
    field.as_str().filter(|_| !field.is_garbled()).filter(is_possible)
}
