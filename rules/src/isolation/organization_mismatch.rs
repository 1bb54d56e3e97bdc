//! See organization-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.model.relations_of(RelationKind::OrganizationMismatch) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let organization = cx.model.index.organization(tenant.id).and_then(|at| cx.config.organizations.get(at));
        let Some(organization) = organization.map(|organization| organization.name.as_str()) else { continue };
        let name = other.name();
        match (own.instance, others.instance) {
            (Some(id), Some(other_id)) if id.differs(other_id) => {
                let message = format!(
                    "instance {} differs from {}, which `{name}` has in the same organization `{organization}`",
                    id.text(),
                    other_id.text()
                );
                cx.report(id.piece, message).related(other_id.piece, format!("`{name}`'s instance"));
            }
            _ => {
                let (Some(region), Some(other_region)) = (own.region, others.region) else { continue };
                let message = format!(
                    "region {region} differs from {other_region}, which `{name}` has in the same organization `{organization}`"
                );
                cx.report(&tenant.connector.region, message)
                    .related(&other.connector.region, format!("`{name}`'s region"));
            }
        }
    }
}
