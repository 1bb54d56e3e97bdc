//! See role-account-mismatch.md.

use symlint_core::rule::{Context, closest};
use symlint_core::tenants::{RoleNaming, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return };
    // What is in an account that no customer can have is reported by `forbidden-account`.
    if !tenant.has_role_account_mismatch() || cx.config.is_forbidden_account(role.text()) {
        return;
    }
    // Whichever of the two was copied from another tenant, say from which.
    let owner_of = |account| cx.set_up.owner_of_account(account, tenant.id).map(|owner| cx.tenant(owner));
    let (role_owner, sso_owner) = (owner_of(role.text()), owner_of(sso.text()));
    let whose = |owner: Option<&Tenant>| owner.map(|it| format!(", which is {}", cx.whose(it))).unwrap_or_default();
    let (role_name, sso_name) = (cx.name(role.piece.field), cx.name(sso.piece.field));
    // What is another tenant's comes first.
    let message = match (role_owner, sso_owner) {
        (None, Some(owner)) => format!(
            "{sso_name} is {}, which is {}; this tenant's {} is in account {}",
            sso.text(),
            cx.whose(owner),
            role_name.of_its_own(),
            role.text()
        ),
        _ => format!(
            "{role_name} is in account {}{}; this tenant's {} is {}{}",
            role.text(),
            whose(role_owner),
            sso_name.of_its_own(),
            sso.text(),
            whose(sso_owner)
        ),
    };
    let name = tenant.name();
    // Where the role is this tenant's and the account another's, it is the account that was left over.
    let left_over = sso_owner.filter(|owner| role_owner.is_none() && is_left_over(cx, tenant, owner));
    let help = match (role_owner, left_over) {
        (Some(owner), _) => Some(format!(
            "Requests for `{name}` would act in {}. Use the `role_arn` output of `{name}`'s connector.",
            cx.of_tenant(owner, "account")
        )),
        (None, Some(owner)) => Some(format!(
            "The name of the role matches `{name}`, so {sso_name} was probably copied from {}. Set it to {} if \
             that is the account of `{name}`'s connector.",
            cx.called(owner),
            role.text()
        )),
        (None, None) => None,
    };
    let wrong = if left_over.is_some() { sso.piece } else { role.piece };
    let mut report = cx.report(wrong, message);
    if let Some(help) = help {
        report = report.help(help);
    }
    for (owner, account) in [(role_owner, role), (sso_owner, sso)] {
        if let Some(owner) = owner {
            let message = format!("account {} is `{}`'s", account.text(), owner.name());
            report = report.related(&owner.sso_account_id, message);
        }
    }
    report = match left_over {
        Some(_) => report.related(role.piece, format!("this tenant's {}", role_name.of_its_own())),
        None => report.related(sso.piece, format!("this tenant's {}", sso_name.of_its_own())),
    };
    // What was copied with the account is one cause.
    let Some(owner) = role_owner else { return };
    if let (Some(own), Some(others)) = (tenant.role(), owner.role())
        && own.name.text() == others.name.text()
    {
        report = report.related(own.name.piece, format!("role `{}` is `{}`'s, too", own.name.text(), owner.name()));
    }
    if let (Some(own), Some(others)) = (tenant.instance_id(), owner.instance_id())
        && own.text() == others.text()
    {
        report.related(own.piece, format!("instance {} is `{}`'s, too", own.text(), owner.name()));
    }
}

/// Whether the SSO account of `tenant`, which is `owner`'s, was copied with its block, and its role is its own.
fn is_left_over(cx: &Context<'_>, tenant: &Tenant, owner: &Tenant) -> bool {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return false };
    let instances = tenant.instance_id().zip(owner.instance_id());
    // Two tenants with one instance may well have one account, too.
    let is_one_organization = instances.is_none_or(|(own, others)| own.text() == others.text());
    cx.role_naming(tenant.id) == RoleNaming::Own && !is_one_organization && !is_near(role.text(), sso.text())
}

/// Whether one was probably mistyped for the other: a digit is wrong, or two are exchanged.
fn is_near(a: &str, b: &str) -> bool {
    closest(a, [b]).is_some()
}
