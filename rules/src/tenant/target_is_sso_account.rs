//! See target-is-sso-account.md.

use symlint_core::facts::is_placeholder_account;
use symlint_core::rule::Context;
use symlint_core::tenants::Tenant;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    // If the role contradicts it, `sso_account_id` itself may be wrong.
    let Some(sso) = tenant.sso_account().filter(|_| !tenant.has_role_account_mismatch()) else { return };
    if is_placeholder_account(sso.text()) {
        return;
    }
    let targets = tenant.grants.iter().filter_map(|grant| grant.target_account_id.text());
    let mut same = targets.filter(|target| target.text == sso.text());
    let Some(first) = same.next() else { return };
    let (target_name, sso_name) = (cx.name(first.field), cx.name(sso.piece.field));
    let message =
        format!("{target_name} {} is this tenant's SSO account, which administers its Identity Center", sso.text());
    let label = match tenant.sso_account_id.is_derived() {
        true => "the account of this tenant's role is the same".to_owned(),
        false => format!("{sso_name} is the same account"),
    };
    let mut report = cx.report(first, message).label("the SSO account").related(sso.piece, label);
    for other in same {
        report = report.related(other, "another grant in the same account");
    }
}
