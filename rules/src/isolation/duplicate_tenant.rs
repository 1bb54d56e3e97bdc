//! See duplicate-tenant.md.

use symlint_core::rule::Context;
use symlint_core::tenants::RelationKind;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.model.relations_of(RelationKind::DuplicateTenant) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let message =
            format!("`{}` has the same SSO account, instance, and grants as `{}`", tenant.name(), other.name());
        cx.report(tenant, message).related(other, "one of the two was copied from the other");
    }
}
