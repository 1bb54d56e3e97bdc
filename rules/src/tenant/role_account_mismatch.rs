//! See role-account-mismatch.md.

use symlint_core::rule::Context;

pub(super) fn check(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { continue };
        if !role.differs(sso) {
            continue;
        }
        let owner = cx.model.index.with_sso_account(role.text()).iter().find(|&&other| other != tenant.id);
        let owner = owner.map(|&owner| cx.tenant(owner));
        let message = format!("role_arn is in account {}, but sso_account_id is {}", role.text(), sso.text());
        let report = match owner {
            Some(owner) => cx
                .report(role.piece, format!("{message}: it is the account of `{}`", owner.name()))
                .related(&owner.sso_account_id, format!("`{}` has this account", owner.name())),
            None => cx.report(role.piece, message),
        };
        report.related(sso.piece, "sso_account_id is set here");
    }
}
