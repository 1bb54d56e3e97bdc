//! See duplicate-instance.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicateInstance) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let (Some(instance), Some(other_instance)) = (own.instance, others.instance) else { continue };
        let (Some(account), Some(other_account)) = (own.sso_account, others.sso_account) else { continue };
        let message = format!(
            "instance {} is also used by {}, whose sso_account_id is {3}; this tenant's is {2}",
            instance.text(),
            cx.called(other),
            account.text(),
            other_account.text()
        );
        cx.report(instance.piece, message)
            .related(other_instance.piece, format!("`{}` has this instance", other.name()))
            .related(account.piece, "this tenant's sso_account_id")
            .related(other_account.piece, format!("`{}`'s sso_account_id", other.name()));
    }
}
