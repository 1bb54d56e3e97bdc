//! See duplicate-sso-account.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, Part, RelationKind};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.model.relations_of(RelationKind::DuplicateSsoAccount) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let Some(account) = own.sso_account else { continue };
        let name = other.name();
        match (own.instance, others.instance) {
            (Some(id), Some(other_id)) if id.text() == other_id.text() => {
                // The accounts agree with the instances, so it is the region that does not.
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
            (Some(id), Some(other_id)) if id.differs(other_id) => {
                cx.report(account.piece, format!("{} in another instance", message(account, name)))
                    .related(&other.sso_account_id, format!("`{name}` has this account"))
                    .related(id.piece, "the instance here")
                    .related(other_id.piece, format!("the instance of `{name}`"));
            }
            _ => {
                cx.report(account.piece, format!("{} in another region", message(account, name)))
                    .related(&other.sso_account_id, format!("`{name}` has this account"))
                    .related(&tenant.connector.region, "the region here")
                    .related(&other.connector.region, format!("the region of `{name}`"));
            }
        }
    }
}

fn message(account: Part<'_>, other: &str) -> String {
    format!("sso_account_id {} is that of `{other}` too,", account.text())
}
