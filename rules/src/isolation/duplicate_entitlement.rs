//! See duplicate-entitlement.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.model.relations_of(RelationKind::DuplicateEntitlement) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let grant = relation.grant.and_then(|at| own.grants.get(at));
        let other_grant = relation.other_grant.and_then(|at| others.grants.get(at));
        let (Some(grant), Some(other_grant)) = (grant, other_grant) else { continue };
        let (Some(id), Some(other_id)) = (grant.permission_set, other_grant.permission_set) else { continue };
        let (Some(target), Some(other_target)) = (grant.target, other_grant.target) else { continue };
        let whose = if tenant.id == other.id { "this tenant".to_owned() } else { format!("`{}`", other.name()) };
        let message =
            format!("permission set {} in account {} is already granted by {whose}", id.text(), target.text());
        cx.report(id.piece, message)
            .related(other_id.piece, "it is already granted here")
            .related(other_target.piece, "this is the same account");
    }
}
