//! See safelist-incomplete.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{FieldKind, Place, Source, Tenant, TenantId};
use symlint_terraform::{SortedSet, Span, Value};

use crate::tenant::difference;

use super::safelist::{Meant, Missing, lists, missing, place};

pub(super) fn check(cx: &mut Context<'_>) {
    let Some(place) = place(cx.model) else { return };
    let (mistyped, missing): (Vec<Missing<'_>>, Vec<Missing<'_>>) =
        missing(cx).into_iter().partition(|missing| missing.meant.is_some());
    let of_one = |first: &Missing<'_>| help(cx, place, first.tenant.id, "this tenant fail", "its account");
    let one = missing.iter().chain(&mistyped).next().map(of_one).unwrap_or_default();
    for Missing { tenant, account, meant } in &mistyped {
        let Some(Meant { span, is_alike }) = *meant else { continue };
        let at = Place { span, tenant: Some(tenant.id), path: None };
        let listed = cx.sources().text(span).to_string();
        let listed = if listed.trim() == listed { listed } else { format!("`{listed}`") };
        let message = match is_alike {
            true => format!(
                "the safelist contains {listed}, but the SSO account of {} is {account}{}",
                cx.called(tenant),
                difference(listed.trim_matches(['"', '`']), account)
            ),
            false => format!(
                "the safelist contains {listed}, which is not the SSO account of any tenant, and lacks {account}, that of {}",
                cx.called(tenant)
            ),
        };
        let label = format!("this tenant's {}", cx.name(&tenant.sso_account_id).of_its_own());
        let help = match is_alike {
            true if !is_confirmed(tenant) => format!(
                "Compare both accounts with the `settings` output of `{}`'s connector before you change either. One of the two \
                 was probably mistyped. {}",
                tenant.name(),
                consequence("this tenant fail", "its account")
            ),
            // The tenant's role says the same, so it is the safelist that is wrong.
            true => match one.strip_prefix("Build ") {
                Some(build) => {
                    format!("Write {account}, which is also the account of this tenant's role, or build {build}")
                }
                None => format!(
                    "Write {account}, which is also the account of this tenant's role. {}",
                    consequence("this tenant fail", "its account")
                ),
            },
            false => format!(
                "{one}\n\nIf {listed} is your own account, set this in .symlint.hcl:\n\n    host_accounts = {}",
                hosts(cx, &listed)
            ),
        };
        let report = cx.report(at, message).help(help).related(&tenant.sso_account_id, label);
        if is_alike && is_account_id(&listed) && is_confirmed(tenant) {
            report.suggestion(format!("replace it with {account}"), span, *account);
        }
    }
    let Some(first) = missing.first() else { return };
    let at = Place { span: place, tenant: Some(first.tenant.id), path: None };
    if missing.len() == 1 {
        let instead = instead(cx, first.tenant);
        let message =
            format!("the safelist lacks {}, the SSO account of {}{instead}", first.account, cx.called(first.tenant));
        let label = format!("this tenant's {}", cx.name(&first.tenant.sso_account_id).of_its_own());
        cx.report(at, message).help(&*one).related(&first.tenant.sso_account_id, label);
        return;
    }
    let ids: Vec<TenantId> = missing.iter().map(|missing| missing.tenant.id).collect();
    // Tenants of other root modules are judged as well.
    let elsewhere = ids.iter().filter(|id| id.run != cx.model.run).count();
    let count = cx.count(&ids, cx.tenants().len() + elsewhere);
    let help = help(cx, place, first.tenant.id, "these tenants fail", "their accounts");
    let instead = instead(cx, first.tenant);
    let message = format!("the safelist lacks the SSO accounts of {count}{instead}");
    let mut report = cx.report(at, message).help(help).group(&ids);
    for Missing { tenant, account, .. } in missing.iter().take(3) {
        report = report.related(&tenant.sso_account_id, format!("{account} is the SSO account of `{}`", tenant.name()));
    }
}

/// Which other value of each tenant the safelist contains, if it contains nothing else.
fn instead(cx: &Context<'_>, tenant: &Tenant) -> String {
    let name = |element: &Value| match cx.model.sources_of_values.of(element, None)?.as_slice() {
        [Source::Field(field)] if field.kind != FieldKind::SsoAccountId => {
            Some(cx.model.path_name(field.tenant, field.kind).to_string())
        }
        _ => None,
    };
    let elements = lists(cx.model).flat_map(|(_, list)| list.elements().unwrap_or_default());
    let names: Option<SortedSet<String>> = elements.map(name).collect();
    match names.unwrap_or_default().iter().collect::<Vec<_>>().as_slice() {
        [only] => format!("; it contains {only}, not {}", cx.name(&tenant.sso_account_id).of_its_own()),
        _ => String::new(),
    }
}

/// Whether both the SSO account and the role say which account is the tenant's.
fn is_confirmed(tenant: &Tenant) -> bool {
    let both = tenant.sso_account().zip(tenant.role_account());
    !tenant.sso_account_id.is_derived() && both.is_some_and(|(sso, role)| sso.text() == role.text())
}

/// The accounts of `host_accounts`, with one more.
fn hosts(cx: &Context<'_>, account: &str) -> String {
    let hosts = cx.config.host_accounts.iter().map(String::as_str).chain([account]);
    format!("[{}]", hosts.map(|host| format!("{host:?}")).collect::<Vec<_>>().join(", "))
}

/// What happens without the account, and how to build the safelist of the tenants of this collection.
fn help(cx: &Context<'_>, place: Span, tenant: TenantId, whose: &str, where_: &str) -> String {
    let is_here = tenant.run == cx.model.run && cx.model.is_in_root_module(place);
    let is_call = cx.model.runtimes.iter().all(|it| it.block.call().is_some());
    let how = match is_here.then(|| cx.model.reference_to(tenant, FieldKind::SsoAccountId)).flatten() {
        Some((tenants, account)) if is_call => {
            format!("Build the safelist from all tenants:\n\n    [for tenant in {tenants} : tenant.{account}]")
        }
        // A policy has the ARNs of roles.
        Some((tenants, account)) => format!(
            "Build the policy's resources from all tenants:\n\n    \
             [for tenant in {tenants} : \"arn:aws:iam::${{tenant.{account}}}:role/sym/*\"]"
        ),
        None => format!("Add {where_} to the safelist."),
    };
    match how.contains('\n') {
        true => format!("{how}\n\n{}", consequence(whose, where_)),
        false => format!("{how} {}", consequence(whose, where_)),
    }
}

fn consequence(whose: &str, where_: &str) -> String {
    format!("Until then, requests for {whose}, because the runtime is not allowed to assume roles in {where_}.")
}
