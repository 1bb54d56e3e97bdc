//! See role-account-mismatch.md.

use symlint_core::facts::is_placeholder_account;
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, Connector, FieldKind, FieldName, Part, RoleNaming, Tenant, is_near};

use crate::copied;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return };
    // An account that no customer can have is reported by `forbidden-account`.
    if !tenant.has_role_account_mismatch() || cx.config.is_forbidden_account(role.text()) {
        return;
    }
    // A value that is written once for several tenants is reported once.
    let sources = &cx.model.sources_of_values;
    let is_written_before = |part: Part<'_>| {
        let owners = part.piece.field.path.as_ref().map(|path| sources.owners(path)).unwrap_or_default();
        owners.iter().any(|owner| *owner < tenant.id)
    };
    if is_written_before(role) && is_written_before(sso) {
        return;
    }
    // An account from AWS's documentation is reported by another rule.
    if is_placeholder_account(role.text()) != is_placeholder_account(sso.text()) {
        return;
    }
    // The message names the tenant from which either of the two was copied.
    let owner_of = |account| {
        let owner = cx.tenant(cx.set_up.owner_of_account(account, tenant.id)?);
        // A value that several tenants share in one place does not belong to another tenant.
        let is_once = owner.id.run == tenant.id.run && owner.sso_account_id.span == tenant.sso_account_id.span;
        (!is_once).then_some(owner)
    };
    let (role_owner, sso_owner) = (owner_of(role.text()), owner_of(sso.text()));
    let is_account_other = sso_owner.is_some() || is_near(role.text(), sso.text());
    let role_owner = role_owner.filter(|owner| !(is_account_other && has_same_connector(cx, tenant, owner)));
    if let Some(owner) = role_owner.filter(|owner| is_exchanged(tenant, owner)) {
        // The pair is reported once, and not at all on tenants of an earlier check.
        if tenant.id < owner.id || cx.set_up.model(owner.id.run).is_none() {
            report_exchanged(cx, tenant, owner);
        }
        return;
    }
    // If several entries refer to one organization, the message names the organization and not a tenant.
    let holder = |it: &Tenant| {
        let Connector { role_arn, instance_arn, .. } = &it.connector;
        let choice = cx.choice(role_arn).or_else(|| cx.choice(instance_arn));
        choice.map(|choice| choice.name.to_string())
    };
    let called = |it: &Tenant| holder(it).map_or_else(|| cx.called(it), |name| format!("`{name}`"));
    let of = |it: &Tenant| holder(it).map_or_else(|| cx.whose(it), |name| format!("`{name}`'s"));
    let whose = |owner: Option<&Tenant>| owner.map(|it| format!(", which is {}", of(it))).unwrap_or_default();
    let (role_name, sso_name) = (cx.name(role.piece.field), cx.name(sso.piece.field));
    let target = target(tenant, role.text()).filter(|_| role_owner.is_none() && sso_owner.is_none());
    let target_name = target.map(|target| cx.name(target.piece.field));
    // The value that belongs to another tenant comes first in the message.
    let message = match (role_owner, sso_owner, &target_name) {
        (None, Some(owner), _) => format!(
            "{sso_name} is {}, which is {}; this tenant's {} is in account {}",
            sso.text(),
            of(owner),
            role_name.of_its_own(),
            role.text()
        ),
        (None, None, Some(target_name)) => format!(
            "{role_name} is in account {}, which is this tenant's {}, not its {} {}",
            role.text(),
            target_name.of_its_own(),
            sso_name.of_its_own(),
            sso.text()
        ),
        _ => format!(
            "{role_name} is in account {}{}; this tenant's {} is {}{}{}",
            role.text(),
            whose(role_owner),
            sso_name.of_its_own(),
            sso.text(),
            whose(sso_owner),
            difference(role.text(), sso.text())
        ),
    };
    // If the other one has the same name, the name does not say who is meant.
    let name = match [role_owner, sso_owner].into_iter().flatten().any(|owner| owner.name() == tenant.name()) {
        true => "this tenant".to_owned(),
        false => called(tenant),
    };
    let is_written = || tenant.connector.role_arn.text().is_some_and(|role| role.is_verbatim(cx.sources()));
    // Other values that were copied with the account have the same cause.
    let reported: &[FieldKind] = match tenant.foreign_permission_sets().next() {
        Some(_) => &[FieldKind::SsoAccountId, FieldKind::PermissionSetArn],
        None => &[FieldKind::SsoAccountId],
    };
    // The ARN is built from an account.
    let is_built = matches!(role_name, FieldName::Words(_)) && !is_written();
    let action = match role_owner {
        _ if is_built => {
            format!("Use the account in which {name}'s connector was applied.")
        }
        Some(owner) => copied::replacement(cx, tenant, owner, &name, reported),
        None => format!("Use `role_arn` from the `settings` output of {name}'s connector."),
    };
    // If the role is this tenant's and the account is another tenant's, the account was left over.
    let left_over = sso_owner.filter(|owner| role_owner.is_none() && is_left_over(cx, tenant, owner));
    let help = match (role_owner, left_over, &target_name) {
        (Some(owner), ..) => {
            let account =
                holder(owner).map_or_else(|| cx.of_tenant(owner, "account"), |it| format!("`{it}`'s account"));
            format!("{action} Requests for {name} would act in {account}.")
        }
        (None, Some(owner), _) => format!(
            "Set {sso_name} to {} if that is the account of {name}'s connector. It was probably copied from {}, \
             because the name of the role matches {name}.",
            role.text(),
            called(owner)
        ),
        (None, None, Some(target_name)) => format!(
            "Exchange {sso_name} and {target_name} if {} is the account of {name}'s connector: they were probably \
             swapped. Otherwise, {}",
            role.text(),
            action.replacen('U', "u", 1)
        ),
        (None, None, None) if is_near(role.text(), sso.text()) => format!(
            "Compare both with the `settings` output of {name}'s connector before you change either. One of the two \
             was probably mistyped."
        ),
        (None, None, None) => {
            let same = match is_built {
                true => String::new(),
                false => format!(" If that output has the same role, correct {sso_name} instead."),
            };
            format!("{action}{same} Requests for {name} would fail, or act in somebody else's account.")
        }
    };
    let is_account_wrong = left_over.is_some() || target.is_some();
    let wrong = if is_account_wrong { sso.piece } else { role.piece };
    let holders = [role_owner, sso_owner].map(|owner| owner.and_then(holder));
    let mut report = cx.report(wrong, message).label("a different account").help(help);
    for ((owner, account), holder) in [(role_owner, role), (sso_owner, sso)].into_iter().zip(holders) {
        if let Some(owner) = owner {
            let holder = holder.as_deref().unwrap_or(owner.name());
            let message = format!("account {} is `{holder}`'s", account.text());
            report = report.related(&owner.sso_account_id, message);
        }
    }
    report = match is_account_wrong {
        true => report.related(role.piece, format!("this tenant's {}", role_name.of_its_own())),
        false => report.related(sso.piece, format!("this tenant's {}", sso_name.of_its_own())),
    };
    if let (Some(target), Some(name)) = (target, &target_name) {
        report = report.related(target.piece, format!("this tenant's {}", name.of_its_own()));
    }
    if let Some(owner) = role_owner.or(left_over) {
        copied::related(report, tenant, owner, reported);
    }
}

/// Whether another tenant has the role of this one, and it is named after this one: that of the same customer.
pub(super) fn has_same_connector(cx: &Context<'_>, tenant: &Tenant, other: &Tenant) -> bool {
    let role = |tenant: &Tenant| tenant.connector.role_arn.as_str().map(str::to_owned);
    role(tenant) == role(other) && cx.role_naming(tenant.id) == RoleNaming::Own
}

/// Whether the role of each tenant is in the other one's SSO account.
fn is_exchanged(tenant: &Tenant, other: &Tenant) -> bool {
    let is_in_account_of = |tenant: &Tenant, other: &Tenant| {
        let accounts = tenant.role_account().zip(other.sso_account());
        accounts.is_some_and(|(role, sso)| role.text() == sso.text())
    };
    is_in_account_of(tenant, other) && is_in_account_of(other, tenant)
}

fn report_exchanged(cx: &mut Context<'_>, tenant: &Tenant, other: &Tenant) {
    let (Some(sso), Some(role)) = (tenant.sso_account(), tenant.role_account()) else { return };
    let (name, other_name, sso_name) = (cx.called(tenant), cx.called(other), cx.name(sso.piece.field));
    let role_name = cx.name(role.piece.field);
    let are_named =
        |own: RoleNaming, others: RoleNaming| cx.role_naming(tenant.id) == own && cx.role_naming(other.id) == others;
    let is_account = are_named(RoleNaming::Own, RoleNaming::Own);
    let is_role = are_named(RoleNaming::Foreign(other.id), RoleNaming::Foreign(tenant.id));
    let (wrong, right) = if is_account { (sso, role) } else { (role, sso) };
    let message = match is_account || is_role {
        true => format!("{} was probably swapped with {}", cx.name(wrong.piece.field), cx.whose(other)),
        false => format!("{role_name} or {} was probably swapped with {}", sso_name.of_its_own(), cx.whose(other)),
    };
    let message = format!("{message}: each one's role is in the other's account");
    let action = match (is_account, is_role) {
        (true, _) => format!(
            "Exchange the two if {} is the account of {name}'s connector: the names of the roles match their tenants.",
            role.text()
        ),
        // It does not matter which other values were swapped with the roles.
        (_, true) => "Replace all connector settings of both with the `settings` output of each customer's connector, \
                      and make sure that their permission sets belong to its instance. The names of the roles match the \
                      other tenant."
            .to_owned(),
        _ => {
            "Compare both with the `settings` output of each customer's connector before you change either.".to_owned()
        }
    };
    let help = format!("{action} Requests for {name} and {other_name} would fail, or act in the other's account.");
    let own = |part: Part<'_>| format!("this tenant's {}", cx.name(part.piece.field).of_its_own());
    let (right_is, other_sso) = (own(right), cx.of_tenant(other, &sso_name.of_its_own().to_string()));
    let other_role = cx.of_tenant(other, &role_name.of_its_own().to_string());
    let report = cx.report(wrong.piece, message).label("the other's account").help(help).related(right.piece, right_is);
    let report = report.related(&other.sso_account_id, other_sso);
    if let Some(role) = other.role_account() {
        report.related(role.piece, other_role);
    }
}

/// The target account of the tenant that is equal to `account`.
fn target<'t>(tenant: &'t Tenant, account: &str) -> Option<Part<'t>> {
    let comparable = Comparable::of(tenant);
    let mut targets = comparable.grants.iter().filter_map(|grant| grant.target);
    targets.find(|target| target.text() == account)
}

/// How one account may have been mistyped for the other, as the end of a message.
pub(crate) fn difference(a: &str, b: &str) -> &'static str {
    let different = a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count();
    match different {
        1 if is_near(a, b) => " (one digit differs)",
        2 if is_near(a, b) => " (two neighboring digits are swapped)",
        _ => "",
    }
}

/// Whether the SSO account of `tenant`, which is `owner`'s, was copied with its block while the role is the tenant's
/// own.
pub(super) fn is_left_over(cx: &Context<'_>, tenant: &Tenant, owner: &Tenant) -> bool {
    let (Some(role), Some(sso)) = (tenant.role_account(), tenant.sso_account()) else { return false };
    let instances = tenant.instance_id().zip(owner.instance_id());
    // Two tenants with one instance may also share an account, unless the instance was copied as well.
    let is_one_organization = instances.is_none_or(|(own, others)| own.text() == others.text())
        && tenant.foreign_permission_sets().next().is_none();
    cx.role_naming(tenant.id) == RoleNaming::Own && !is_one_organization && !is_near(role.text(), sso.text())
}
