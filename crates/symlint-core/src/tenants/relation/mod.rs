//! Values that two tenants share but should not. Each pair is examined in one place, so that one cause leads to one
//! finding.
//!
//! Each value that several tenants have in common is compared with that of the first comparable tenant. So the cost is
//! linear in the number of tenants, and one wrong value among many right ones is one finding.

mod finder;
mod kept;
#[cfg(test)]
mod tests;

pub(super) use self::finder::copies;

use foldhash::HashSet;

use self::finder::{RelationFinder, repeated};
use self::kept::{blame_contradicted, first_of_each_entry, first_of_each_pair, leave_out_namesakes};
use super::arn::Part;
use super::comparable::Comparable;
use super::groups::Groups;
use super::id::TenantId;
use super::owners::OwnerIndex;
use super::tenant::Tenant;

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
