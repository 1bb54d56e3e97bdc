//! See role-account-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleNaming, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return };
    if !tenant.has_role_account_mismatch() {
        return;
    }
    // Whichever of the two was left over from another tenant, say from which.
    let owner_of = |account| cx.model.index.owner_of_account(account, tenant.id).map(|owner| cx.tenant(owner));
    let (role_owner, sso_owner) = (owner_of(role.text()), owner_of(sso.text()));
    let is_own_role = role_owner.is_none() && cx.model.role_names.of(tenant.id) == RoleNaming::Own;
    let message = format!("role_arn is in account {}, but sso_account_id is {}", role.text(), sso.text());
    let report = match (role_owner, sso_owner) {
        (Some(owner), _) => cx
            .report(role.piece, format!("{message}: it is the account of `{}`", owner.name()))
            .related(&owner.sso_account_id, format!("`{}` has this account", owner.name())),
        (None, Some(owner)) => {
            let report = cx
                .report(role.piece, format!("{message}, the account of `{}`", owner.name()))
                .related(&owner.sso_account_id, format!("`{}` has the account {}", owner.name(), sso.text()));
            match is_own_role {
                true => report.help(format!(
                    "the role is that of `{}` by its name, so sso_account_id was left over from `{}`: set it to {}, \
                     if that is the account of this tenant's connector",
                    tenant.name(),
                    owner.name(),
                    role.text()
                )),
                false => report,
            }
        }
        (None, None) => cx.report(role.piece, message),
    };
    report.related(sso.piece, "sso_account_id is set here");
}
