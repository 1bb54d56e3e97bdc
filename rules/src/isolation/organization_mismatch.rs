//! See organization-mismatch.md.

use symlint_core::config::{Config, TenantGroup};
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, RelationKind, Tenant};

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::OrganizationMismatch) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let (group, block) = group(cx.config, tenant, other);
        let help = |wrong: &str| {
            format!(
                "Correct the {wrong} that is wrong, or take one of the two tenants out of {block}. Tenants of one \
                 organization have the same instance and region."
            )
        };
        let (name, called) = (other.name(), cx.called(other));
        match (own.instance, others.instance) {
            (Some(id), Some(other_id)) if id.differs(other_id) => {
                let (id_text, other_text) = (id.text(), other_id.text());
                let message = format!(
                    "this tenant's instance is {id_text}, and that of {called} is {other_text}, but both are {group}"
                );
                cx.report(id.piece, message)
                    .help(help("instance"))
                    .related(other_id.piece, format!("`{name}`'s instance"));
            }
            _ => {
                let (Some(region), Some(other_region)) = (own.region, others.region) else { continue };
                let message = format!(
                    "this tenant's region is {region}, and that of {called} is {other_region}, but both are {group}"
                );
                cx.report(&tenant.connector.region, message)
                    .help(help("region"))
                    .related(&other.connector.region, format!("`{name}`'s region"));
            }
        }
    }
}

/// What the configuration groups two tenants by, and the place. The group may be an organization with tenants of two
/// customers.
fn group(config: &Config, tenant: &Tenant, other: &Tenant) -> (String, String) {
    let of_both = |groups: &[TenantGroup]| {
        groups.iter().find(|group| group.has_both(tenant.name(), other.name())).map(|group| group.name.clone())
    };
    let block = |kind: &str, name: &str| format!("the block `{kind} \"{name}\"` in `.symlint.hcl`");
    match (of_both(&config.customers), of_both(&config.organizations)) {
        (Some(customer), _) => (format!("the same customer (`{customer}`)"), block("customer", &customer)),
        (None, Some(name)) => (format!("in the same organization (`{name}`)"), block("organization", &name)),
        (None, None) => ("in the same organization".to_owned(), "its block in `.symlint.hcl`".to_owned()),
    }
}
