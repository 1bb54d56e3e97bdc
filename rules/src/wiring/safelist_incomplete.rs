//! See safelist-incomplete.md.

use symlint_core::rule::{Context, Place};
use symlint_core::tenants::TenantId;

use super::safelist::{Missing, missing, place};

pub(super) fn check(cx: &mut Context<'_>) {
    let Some(place) = place(cx.model) else { return };
    let (mistyped, missing): (Vec<Missing<'_>>, Vec<Missing<'_>>) =
        missing(cx).into_iter().partition(|missing| missing.meant.is_some());
    for Missing { tenant, account, meant } in &mistyped {
        let at = Place { span: meant.unwrap_or(place), tenant: Some(tenant.id), path: None };
        let stray = cx.sources().text(at.span);
        let message =
            format!("the safelist contains {stray}, but the SSO account of {} is {account}", cx.called(tenant));
        cx.report(at, message).related(&tenant.sso_account_id, "this tenant's sso_account_id");
    }
    let Some(first) = missing.first() else { return };
    let at = Place { span: place, tenant: Some(first.tenant.id), path: None };
    if missing.len() == 1 {
        let message = format!("the safelist lacks {}, the SSO account of {}", first.account, cx.called(first.tenant));
        cx.report(at, message).related(&first.tenant.sso_account_id, "this tenant's sso_account_id");
        return;
    }
    let ids: Vec<TenantId> = missing.iter().map(|missing| missing.tenant.id).collect();
    // Tenants of other root modules are judged as well.
    let elsewhere = ids.iter().filter(|id| id.run != cx.model.run).count();
    let count = cx.count(&ids, cx.tenants().len() + elsewhere);
    let mut report = cx.report(at, format!("the safelist lacks the SSO accounts of {count}")).group(&ids);
    for Missing { tenant, account, .. } in missing.iter().take(3) {
        report = report.related(&tenant.sso_account_id, format!("{account} is the SSO account of `{}`", tenant.name()));
    }
}
