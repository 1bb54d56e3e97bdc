//! See instance-id-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Part, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(own) = tenant.instance_id() else { return };
    // An instance that was copied with the role is reported there.
    let role_owner = cx.set_up.role_copied_from(tenant);
    if role_owner.is_some() && cx.set_up.owner_of_instance(own.text(), tenant.id) == role_owner {
        return;
    }
    let mut wrong: Vec<Part<'_>> = tenant.foreign_permission_sets().map(|arn| arn.instance_id).collect();
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
    }
}

/// Whether the account and the role of `tenant` are known, and neither is in `owner`'s account.
fn is_another_organization(tenant: &Tenant, owner: &Tenant) -> bool {
    let accounts = [tenant.sso_account(), tenant.role_account()];
    let is_owners = |account: &Part<'_>| owner.sso_account().is_none_or(|it| it.text() == account.text());
    accounts.iter().all(|account| account.as_ref().is_some_and(|account| !is_owners(account)))
}
