//! See forbidden-account.md.

use symlint_core::facts::SYM_ACCOUNT;
use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Piece, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let mut forbidden: Vec<Piece<'_>> =
        accounts(tenant).filter(|account| cx.config.is_forbidden_account(account.text)).collect();
    // One account in several places is one finding. The sort is stable, so the places stay in order.
    forbidden.sort_by_key(|account| account.text);
    for places in forbidden.chunk_by(|a, b| a.text == b.text) {
        let Some((first, others)) = places.split_first() else { continue };
        let whose =
            if first.text == SYM_ACCOUNT { "Sym's own account" } else { "one of your own accounts (`host_accounts`)" };
        let (name, text) = (cx.name(first.field), first.text);
        let message = match first.field.kind {
            FieldKind::RoleArn => format!("{name} is in account {text}, which is {whose}, not that of a customer"),
            _ => format!("{name} {text} is {whose}, not that of a customer"),
        };
        let others: Vec<_> = others.iter().map(|other| (other, cx.name(other.field))).collect();
        let is_target = first.field.kind == FieldKind::TargetAccountId;
        let mut report = cx.report(*first, message).label("not a customer's account");
        if !is_target {
            report = report.help(CONNECTOR);
        }
        for (other, name) in others {
            report = report.related(other, format!("{name} has this account, too"));
        }
    }
}

/// What to do about an account that is not a target.
const CONNECTOR: &str = "Use the account and the role of this tenant's connector. Sym would act in an account that \
                         is not the customer's.";

fn accounts(tenant: &Tenant) -> impl Iterator<Item = Piece<'_>> {
    // An `sso_account_id` that is derived from the role is the same text.
    let sso = tenant.sso_account_id.text().filter(|_| !tenant.sso_account_id.is_derived());
    let role = tenant.role_account().map(|account| account.piece);
    let targets = tenant.grants.iter().filter_map(|grant| grant.target_account_id.text());
    sso.into_iter().chain(role).chain(targets)
}
