//! See role-account-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{RoleNaming, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return };
    if !tenant.has_role_account_mismatch() {
        return;
    }
    // Whichever of the two was copied from another tenant, say from which.
    let owner_of = |account| cx.model.index.owner_of_account(account, tenant.id).map(|owner| cx.tenant(owner));
    let (role_owner, sso_owner) = (owner_of(role.text()), owner_of(sso.text()));
    let whose = |owner: Option<&Tenant>| owner.map(|it| format!(", which is `{}`'s", it.name())).unwrap_or_default();
    let message = format!(
        "role_arn is in account {}{}; this tenant's sso_account_id is {}{}",
        role.text(),
        whose(role_owner),
        sso.text(),
        whose(sso_owner)
    );
    let is_own_role = cx.model.role_names.of(tenant.id) == RoleNaming::Own;
    let name = tenant.name();
    let mut report = cx.report(role.piece, message);
    report = match (role_owner, sso_owner) {
        (Some(owner), _) => report.help(format!(
            "Requests for `{name}` would act in `{}`'s account. Use the `role_arn` output of `{name}`'s connector.",
            owner.name()
        )),
        (None, Some(owner)) if is_own_role => report.help(format!(
            "The name of the role matches `{name}`, so sso_account_id was probably copied from `{}`. Set it to {} if \
             that is the account of `{name}`'s connector.",
            owner.name(),
            role.text()
        )),
        _ => report,
    };
    for (owner, account) in [(role_owner, role), (sso_owner, sso)] {
        if let Some(owner) = owner {
            let message = format!("account {} is `{}`'s", account.text(), owner.name());
            report = report.related(&owner.sso_account_id, message);
        }
    }
    report = report.related(sso.piece, "this tenant's sso_account_id is set here");
    // What was copied with the account is one cause.
    if let Some(owner) = role_owner.filter(|owner| {
        tenant.role().is_some_and(|role| owner.role().is_some_and(|it| it.name.text() == role.name.text()))
    }) {
        if let Some(role) = tenant.role() {
            report =
                report.related(role.name.piece, format!("role `{}` is `{}`'s, too", role.name.text(), owner.name()));
        }
        let own =
            tenant.instance_id().filter(|own| owner.instance_id().is_some_and(|other| other.text() == own.text()));
        if let Some(instance) = own {
            report.related(instance.piece, format!("instance {} is `{}`'s, too", instance.text(), owner.name()));
        }
    }
}
