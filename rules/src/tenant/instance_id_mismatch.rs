//! See instance-id-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::is_placeholder_resource;
use symlint_core::tenants::{FieldKind, Part, PermissionSetArn, RelationKind, RoleNaming, Tenant, TenantId};

use crate::copied;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(own) = tenant.instance_id() else { return };
    // An ID of the documentation is reported as such.
    let is_comparable = |id: &Part<'_>| is_placeholder_resource(id.text()) == is_placeholder_resource(own.text());
    let wrong = tenant.foreign_permission_sets().map(|arn| arn.instance_id);
    let mut wrong: Vec<Part<'_>> = wrong.filter(is_comparable).collect();
    // An instance that was copied with the role, or with a permission set, is reported there.
    if wrong.is_empty() || is_copied_with_role(cx, tenant, own) || is_duplicate(cx, tenant, own) {
        return;
    }
    // One wrong ID in several grants is one finding. The sort is stable, so grants with the same ID stay in order.
    wrong.sort_by_key(|id| id.text());
    for grants in wrong.chunk_by(|a, b| a.text() == b.text()) {
        let Some((first, others)) = grants.split_first() else { continue };
        let owner_of = |id| cx.set_up.owner_of_instance(id, tenant.id).map(|owner| cx.tenant(owner));
        let (first_owner, own_owner) = (owner_of(first.text()), owner_of(own.text()));
        let of_first = match first_owner {
            Some(owner) => cx.of_tenant(owner, &format!("instance {}", first.text())),
            None => format!("instance {}", first.text()),
        };
        let own_name = cx.name(own.piece.field);
        let of_own = own_owner.map(|owner| format!(", which is {}", cx.whose(owner))).unwrap_or_default();
        // Where nothing else of this tenant is the other's, it is the instance that was left over.
        let left_over = own_owner.filter(|owner| {
            first_owner.is_none() && others.len() + 1 == wrong.len() && is_another_organization(tenant, owner)
        });
        let mut report = match left_over {
            Some(owner) => {
                let message = format!(
                    "{own_name} is {}; this tenant's permission set belongs to {of_first}",
                    cx.of_tenant(owner, &format!("instance {}", own.text()))
                );
                let help = format!(
                    "Requests for `{}` would fail, or reach {}. Copy {own_name} from `{0}`'s own Identity Center.",
                    tenant.name(),
                    cx.called(owner)
                );
                cx.report(own.piece, message).help(help)
            }
            None => {
                let message = format!(
                    "this permission set belongs to {of_first}; this tenant's instance is {}{of_own}",
                    own.text()
                );
                cx.report(first.piece, message)
            }
        };
        for (owner, id) in [(first_owner, *first), (own_owner, own)] {
            if let Some(owner) = owner {
                let message = format!("instance {} is `{}`'s", id.text(), owner.name());
                report = report.related(&owner.connector.instance_arn, message);
            }
        }
        report = match left_over {
            Some(_) => report.related(first.piece, format!("this permission set belongs to {of_first}")),
            None => report.related(own.piece, format!("this tenant's {}", own_name.of_its_own())),
        };
        for other in others {
            report = report.related(other.piece, "this permission set belongs to the same instance");
        }
        if let Some(owner) = first_owner.or(left_over) {
            // Where an account or role was copied, too, that is another cause.
            let said =
                [FieldKind::InstanceArn, FieldKind::PermissionSetArn, FieldKind::RoleArn, FieldKind::SsoAccountId];
            copied::related(report, tenant, owner, &said);
        }
    }
}

/// Whether the instance in `instance_arn` is that of the tenant whose role this tenant has.
fn is_copied_with_role(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>) -> bool {
    let named = match cx.role_naming(tenant.id) {
        RoleNaming::Foreign(owner) => Some(owner),
        _ => None,
    };
    let is_owners = |owner: TenantId| {
        let mut ids = permission_sets(cx.tenant(owner));
        cx.set_up.owner_of_instance(own.text(), tenant.id) == Some(owner) || ids.any(|id| id.text() == own.text())
    };
    cx.set_up.role_copied_from(tenant).or(named).is_some_and(is_owners)
}

/// Whether a permission set confirms the instance in `instance_arn`, and the instance is reported as another tenant's.
fn is_duplicate(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>) -> bool {
    permission_sets(tenant).any(|id| id.text() == own.text())
        && cx
            .relations_of(RelationKind::DuplicateInstance)
            .any(|relation| relation.tenant == tenant.id || relation.other == tenant.id)
}

/// The instance IDs in the permission sets of a tenant.
fn permission_sets(tenant: &Tenant) -> impl Iterator<Item = Part<'_>> {
    let grants = tenant.grants.iter();
    grants.filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn)).map(|arn| arn.instance_id)
}

/// Whether the account and the role of `tenant` are known, and neither is in `owner`'s account.
fn is_another_organization(tenant: &Tenant, owner: &Tenant) -> bool {
    let accounts = [tenant.sso_account(), tenant.role_account()];
    let is_owners = |account: &Part<'_>| owner.sso_account().is_none_or(|it| it.text() == account.text());
    accounts.iter().all(|account| account.as_ref().is_some_and(|account| !is_owners(account)))
}
