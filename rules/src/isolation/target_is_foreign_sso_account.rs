//! See target-is-foreign-sso-account.md.

use symlint_core::rule::Context;
use symlint_core::tenants::RelationKind;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::TargetIsForeignSsoAccount) {
        let (tenant, owner) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let Some(grant) = relation.grant.and_then(|at| tenant.grants.get(at)) else { continue };
        let Some(target) = grant.target_account_id.text() else { continue };
        let message = format!(
            "{} {} is {}, which is in a different organization",
            cx.name(target.field),
            target.text,
            cx.of_tenant(owner, "SSO account")
        );
        cx.report(target, message)
            .label("another tenant's SSO account")
            .related(&owner.sso_account_id, format!("`{}` has this SSO account", owner.name()));
    }
}
