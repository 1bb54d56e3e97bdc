//! See duplicate-permission-set.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

use super::only_one;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicatePermissionSet) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let grant = relation.grant.and_then(|at| own.grants.get(at));
        let other_grant = relation.other_grant.and_then(|at| others.grants.get(at));
        let (Some(grant), Some(other_grant)) = (grant, other_grant) else { continue };
        let (Some(id), Some(other_id)) = (grant.permission_set, other_grant.permission_set) else { continue };
        let (Some(instance), Some(other_instance)) = (grant.own_instance, other_grant.own_instance) else { continue };
        let message = format!(
            "permission set {} is also used by {}, whose instance is {3}; this tenant's instance is {2}",
            id.text(),
            cx.called(other),
            instance.text(),
            other_instance.text()
        );
        let help = format!(
            "{} A permission set exists in one instance only, so requests with the wrong ARN fail.",
            only_one(cx, tenant, other, "permission set", id.piece.field)
        );
        cx.report(id.piece, message)
            .label("the same ID")
            .help(help)
            .related(other_id.piece, format!("also written for `{}`", other.name()))
            .related(instance.piece, "this tenant's instance")
            .related(other_instance.piece, format!("`{}`'s instance", other.name()));
    }
}
