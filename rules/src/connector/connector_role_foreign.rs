//! See connector-role-foreign.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, RelationKind, RoleNaming, Tenant, TenantId};

use crate::copied;
use crate::isolation::advice;
use crate::values::is_key_twice;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let RoleNaming::Foreign(owner) = cx.role_naming(tenant.id) else { return };
    let Some(role) = tenant.role() else { return };
    // If the role's account or the whole entry was copied, that is reported there.
    let is_owner = |from: TenantId| from == owner || cx.tenant(from).name() == cx.tenant(owner).name();
    let copied_from = cx.set_up.copied_from(tenant.id);
    if copied_from.is_some_and(is_owner)
        || cx.set_up.copied_from(owner) == Some(tenant.id)
        || cx.set_up.role_copied_from(tenant).is_some_and(is_owner)
        || is_key_twice(cx, tenant)
    {
        return;
    }
    // If all entries of a root module were copied, that is reported there as well.
    let is_same = |other: &Tenant| other.role().is_some_and(|other| other.name.text() == role.name.text());
    if cx.relations_of(RelationKind::CopiedTenant).any(|it| it.tenant == tenant.id && is_same(cx.tenant(it.other))) {
        return;
    }
    // If the roles of two tenants were swapped, the first tenant reports it.
    let is_exchanged = cx.role_naming(owner) == RoleNaming::Foreign(tenant.id);
    if is_exchanged && owner < tenant.id && cx.set_up.model(owner.run).is_some() {
        return;
    }
    let owner = cx.tenant(owner);
    if is_exchanged {
        return report_exchanged(cx, tenant, owner);
    }
    let own = if tenant.name() == owner.name() { "this tenant".to_owned() } else { format!("`{}`", tenant.name()) };
    let message = match copied::what(tenant, owner) {
        Some(what) => format!("`{}` has {}", tenant.name(), cx.of_tenant(owner, &what)),
        None => format!("role `{}` is named after {}, not after {own}", role.name.text(), cx.called(owner)),
    };
    // One customer may well have two entries, but not by one name.
    let is_said = |name: &str| {
        cx.config.customers.iter().any(|group| {
            let has = |name: &str| group.tenants.iter().any(|key| key == name);
            has(name) && has(tenant.name())
        })
    };
    let accounts = tenant.sso_account().zip(owner.sso_account());
    let accounts = accounts.filter(|_| tenant.name() != owner.name() && !is_said(owner.name()));
    let customer = accounts
        .filter(|(own, others)| own.text() == others.text())
        .map(|_| advice("customer", &cx.config.customers, &[owner, tenant], owner.name()));
    let action = copied::replacement(cx, tenant, owner, &own, &[]);
    let same = owner.role().filter(|other| other.name.text() == role.name.text());
    let whose = cx.of_tenant(owner, "role");
    let report = cx.report(role.name.piece, message);
    let report = match same {
        Some(same) => report.related(same.name.piece, format!("`{}`'s role has this name", owner.name())),
        None => report.related(&owner.key, format!("`{}` is defined here", owner.name())),
    };
    // Other values that were copied with the role have the same cause.
    let report = copied::related(report, tenant, owner, &[FieldKind::RoleArn]);
    let customer = customer.map(|customer| format!(" If the two are one customer, {customer}")).unwrap_or_default();
    report
        .label("another tenant's role")
        .help(format!("{action} Sym would use {whose} for {own}'s requests.{customer}"));
}

fn report_exchanged(cx: &mut Context<'_>, tenant: &Tenant, owner: &Tenant) {
    let (Some(role), Some(other)) = (tenant.role(), owner.role()) else { return };
    let (name, owner_name) = (cx.called(tenant), cx.called(owner));
    let message = format!("the roles of {name} and {owner_name} are named after each other");
    let help = "Compare both entries with the `settings` output of each customer's connector: either the two \
                roles or the two keys were swapped. Requests for one of the two would fail, or use the other's role.";
    cx.report(role.name.piece, message)
        .label("named after the other")
        .help(help)
        .related(other.name.piece, format!("{owner_name}'s role"));
}
