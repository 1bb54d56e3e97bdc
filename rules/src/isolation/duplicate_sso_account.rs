//! See duplicate-sso-account.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.model.relations_of(RelationKind::DuplicateSsoAccount) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let Some(account) = own.sso_account else { continue };
        let name = other.name();
        match (own.instance, others.instance) {
            (Some(id), Some(other_id)) if id.differs(other_id) => {
                let message = format!(
                    "sso_account_id {} is that of `{name}` too, whose instance is another: an account is in one \
                     organization",
                    account.text()
                );
                cx.report(account.piece, message)
                    .related(&other.sso_account_id, format!("`{name}` has this account"))
                    .related(id.piece, "here the instance is this one")
                    .related(other_id.piece, format!("the instance of `{name}`"));
            }
            // The accounts agree with the instances, so it is the region that does not.
            _ => {
                let (Some(region), Some(other_region)) = (own.region, others.region) else { continue };
                let message = format!(
                    "region is {region}, but that of `{name}` is {other_region}, with the same SSO account {}",
                    account.text()
                );
                cx.report(&tenant.connector.region, message)
                    .related(&other.connector.region, format!("the region of `{name}`"))
                    .related(account.piece, "sso_account_id is set here")
                    .related(&other.sso_account_id, format!("`{name}` has the same account"));
            }
        }
    }
}
