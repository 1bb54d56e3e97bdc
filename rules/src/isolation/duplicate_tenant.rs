//! See duplicate-tenant.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RelationKind, RoleNaming, TenantId};
use symlint_terraform::SortedMap;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicateTenant) {
        let (later, first) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        // The copy is the tenant whose role is named after the other one.
        let is_first_copied = later.id.run == first.id.run && cx.role_naming(first.id) == RoleNaming::Foreign(later.id);
        let (tenant, other) = if is_first_copied { (first, later) } else { (later, first) };
        let message = match cx.called(other) {
            other if other == format!("`{}`", tenant.name()) => {
                format!("{other} appears twice, with the same SSO account, instance, and grants")
            }
            other => format!("`{}` has the same SSO account, instance, and grants as {other}", tenant.name()),
        };
        // If this tenant has the other one's role, this tenant is the copy.
        let help = match cx.role_naming(tenant.id) == RoleNaming::Foreign(other.id) {
            true => format!(
                "Replace all values of `{}` with its own. Remove it only if it is the same customer. Until then, its requests \
                 grant access to {}.",
                tenant.name(),
                cx.called(other)
            ),
            false => {
                "Find out which of the two is the copy, and replace all of its values with those of its own customer. Remove it \
                 only if both are the same customer. Until then, requests for one customer grant access to the other."
                    .to_owned()
            }
        };
        cx.report(tenant, message).help(help).related(other, format!("`{}` is defined here", other.name()));
    }
    // All tenants in a copied folder have the same cause.
    let mut copied: SortedMap<(String, String), Vec<(TenantId, TenantId)>> = SortedMap::new();
    for relation in cx.relations_of(RelationKind::CopiedTenant) {
        let files = (cx.file_of(relation.tenant), cx.file_of(relation.other));
        copied.entry(files).or_default().push((relation.tenant, relation.other));
    }
    for ((_, original), copies) in copied {
        let [(first, other), ..] = copies.as_slice() else { continue };
        let ids: Vec<TenantId> = copies.iter().map(|(tenant, _)| *tenant).collect();
        let (tenant, other) = (cx.tenant(*first), cx.tenant(*other));
        let message = match ids.len() {
            1 => format!("`{}` is also in {original}, with the same SSO account, instance, and grants", tenant.name()),
            _ => {
                let count = cx.model.count(&ids, cx.tenants().len());
                format!("{count} are also in {original}, with the same SSO accounts, instances, and grants")
            }
        };
        let report = cx
            .report(tenant, message)
            .warning()
            .help(COPIED)
            .related(other, format!("`{}` is also defined here", other.name()));
        if ids.len() > 1 {
            report.group(&ids).cause(original);
        }
    }
}

const COPIED: &str = "If both root modules need these tenants, let both read one file. If one of the folders is an \
                      example or a fixture, leave it out with `exclude = [\"FOLDER\"]` in .symlint.hcl. When one copy \
                      is changed, the other keeps the old values, and both take effect.";
