//! See duplicate-target-account.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

use super::only_one;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicateTargetAccount) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let grant = relation.grant.and_then(|at| own.grants.get(at));
        let other_grant = relation.other_grant.and_then(|at| others.grants.get(at));
        let (Some(grant), Some(other_grant)) = (grant, other_grant) else { continue };
        let (Some(target), Some(other_target)) = (grant.target, other_grant.target) else { continue };
        let message = format!(
            "{} {} is also used by {}, which has a different instance",
            cx.name(target.piece.field),
            target.text(),
            cx.called(other)
        );
        let help = format!(
            "{} Engineers who request access to one customer would enter the other's account, or the requests fail.",
            only_one(cx, tenant, other, "account", target.piece.field)
        );
        let mut report = cx
            .report(target.piece, message)
            .label("the same account")
            .help(help)
            .related(other_target.piece, format!("also written for `{}`", other.name()));
        if let (Some(instance), Some(other_instance)) = (grant.instances.first(), other_grant.instances.first()) {
            report = report
                .related(instance.piece, "this tenant's instance")
                .related(other_instance.piece, format!("`{}`'s instance", other.name()));
        }
    }
}
