//! See duplicate-sso-account.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

use super::only_one;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicateSsoAccount) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let Some(account) = own.sso_account else { continue };
        let (name, called) = (other.name(), cx.called(other));
        let account_name = cx.name(account.piece.field);
        let is_used = format!("{account_name} {} is also used by {called}", account.text());
        let help = format!(
            "{} Requests for one customer would act in the other's organization, or fail.",
            only_one(cx, tenant, other, "account", account.piece.field)
        );
        match (own.instance, others.instance) {
            (Some(id), Some(other_id)) if id.text() == other_id.text() => {
                // The accounts and the instances agree, so the difference is in the region.
                let (Some(region), Some(other_region)) = (own.region, others.region) else { continue };
                let message = format!(
                    "{} is {region}, and that of {called} is {other_region}, but both have SSO account {}",
                    cx.name(&tenant.connector.region),
                    account.text()
                );
                cx.report(&tenant.connector.region, message)
                    .label("a different region")
                    .help(
                        "Correct the region that is wrong. If one entry was copied from the other, replace all copied \
                         values instead. An organization has its Identity Center in one region.",
                    )
                    .related(&other.connector.region, format!("`{name}`'s region"))
                    .related(account.piece, format!("this tenant's {}", account_name.of_its_own()))
                    .related(&other.sso_account_id, format!("`{name}` has the same account"));
            }
            (Some(id), Some(other_id)) if id.differs(other_id) => {
                cx.report(account.piece, format!("{is_used}, which has a different instance"))
                    .label("the same account")
                    .help(help)
                    .related(&other.sso_account_id, format!("also written for `{name}`"))
                    .related(id.piece, "this tenant's instance")
                    .related(other_id.piece, format!("`{name}`'s instance"));
            }
            _ => {
                cx.report(account.piece, format!("{is_used}, which has a different region"))
                    .label("the same account")
                    .help(help)
                    .related(&other.sso_account_id, format!("also written for `{name}`"))
                    .related(&tenant.connector.region, "this tenant's region")
                    .related(&other.connector.region, format!("`{name}`'s region"));
            }
        }
    }
}
