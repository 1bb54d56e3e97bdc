//! See instance-id-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::{is_hexadecimal, is_placeholder_resource};
use symlint_core::tenants::{
    Choice, Field, FieldKind, Part, PermissionSetArn, Place, RelationKind, RoleNaming, Tenant, TenantId, is_near,
    normalise,
};
use symlint_terraform::{Path, Str};

use super::role_account_mismatch::{has_same_connector, is_left_over};
use crate::copied;
use crate::values::is_key_twice;

/// How many tenants of an organization are compared with each of its tenants. The first ones stand for all.
const MANY: usize = 256;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(own) = tenant.instance_id() else { return };
    // IDs from AWS's documentation and IDs in capital letters are reported by other rules.
    let is_comparable = |id: &Part<'_>| {
        is_placeholder_resource(id.text()) == is_placeholder_resource(own.text())
            && !id.text().eq_ignore_ascii_case(own.text())
    };
    let wrong = tenant.foreign_permission_sets().map(|arn| arn.instance_id);
    let mut wrong: Vec<Part<'_>> = wrong.filter(is_comparable).collect();
    // An instance that was copied with the role, or with a permission set, is reported there.
    if wrong.is_empty()
        || is_copied_with_role(cx, tenant, own)
        || is_copied_with_account(cx, tenant, own)
        || is_duplicate(cx, tenant, own)
        || is_key_twice(cx, tenant)
    {
        return;
    }
    // One wrong ID in several grants is one finding. The sort is stable, so grants with the same ID stay in order.
    wrong.sort_by_key(|id| id.text());
    for grants in wrong.chunk_by(|a, b| a.text() == b.text()) {
        let Some((first, others)) = grants.split_first() else { continue };
        let owner_of = |id| cx.set_up.owner_of_instance(id, tenant.id).map(|owner| cx.tenant(owner));
        let members = members(cx, tenant, own, first.text());
        if let [leader, ..] = *members {
            // The first tenant reports it for all of them.
            if leader == tenant.id {
                report_common(cx, own, *first, &members);
            }
            continue;
        }
        let (first_owner, own_owner) = (owner_of(first.text()), owner_of(own.text()));
        let first_owner = first_owner.filter(|owner| own_owner.is_none() || !has_same_connector(cx, tenant, owner));
        if grants.len() == tenant.grants.len()
            && let Some((choice, meant)) = wrong_choice(cx, tenant, *first, first_owner)
        {
            report_choice(cx, tenant, grants, &choice, &meant);
            continue;
        }
        let of_first = match first_owner {
            Some(owner) => cx.of_tenant(owner, &format!("instance {}", first.text())),
            None => format!("instance {}", first.text()),
        };
        let own_name = cx.name(own.piece.field);
        // Of two tenants with one name, one is enough.
        let is_clear = |owner: &&Tenant| first_owner.is_none_or(|first| first.name() != owner.name());
        let of_own = own_owner.filter(is_clear).map(|owner| format!(", which is {}", cx.whose(owner)));
        let of_own = of_own.unwrap_or_default();
        // If nothing else was copied from the other tenant, the instance was left over.
        let left_over = own_owner.filter(|owner| {
            first_owner.is_none() && others.len() + 1 == wrong.len() && is_another_organization(tenant, owner)
        });
        if let Some(owner) = first_owner.filter(|owner| is_swapped(cx, tenant, owner)) {
            // The first of the two tenants reports it.
            if owner.id < tenant.id {
                report_swapped(cx, tenant, own, owner, *first);
            }
            continue;
        }
        if first_owner.is_none() && own_owner.is_none() && is_near(first.text(), own.text()) {
            report_typo(cx, tenant, own, grants);
            continue;
        }
        // A copied account or role has a finding of its own.
        let reported = [
            FieldKind::InstanceArn,
            FieldKind::Region,
            FieldKind::PermissionSetArn,
            FieldKind::RoleArn,
            FieldKind::SsoAccountId,
        ];
        let mut report = match left_over {
            Some(owner) => {
                let message = format!(
                    "instance {} is {}, but this tenant's permission set belongs to {of_first}",
                    own.text(),
                    cx.whose(owner)
                );
                let help = format!(
                    "Copy {own_name} from this tenant's own Identity Center.{} Requests for this tenant would fail, or \
                     reach {}.",
                    copied::also(cx, tenant, owner, None, &reported),
                    cx.called(owner)
                );
                cx.report(own.piece, message).label("another tenant's instance").help(help)
            }
            None => {
                let message = format!(
                    "{} belongs to {of_first}; this tenant's instance is {}{of_own}",
                    called(cx, tenant, first.piece.field),
                    own.text()
                );
                let also =
                    first_owner.map(|owner| copied::also(cx, tenant, owner, None, &reported)).unwrap_or_default();
                cx.report(first.piece, message).label("a different instance").more_help(&also)
            }
        };
        for (owner, id) in [(first_owner, *first), (own_owner, own)] {
            if let Some(owner) = owner {
                let message = format!("instance {} is `{}`'s", id.text(), owner.name());
                report = report.related(&owner.connector.instance_arn, message);
            }
        }
        report = match left_over {
            Some(_) => report.related(first.piece, format!("this permission set belongs to {of_first}")),
            None => report.related(own.piece, format!("this tenant's {}", own_name.of_its_own())),
        };
        for other in others {
            report = report.related(other.piece, "the same instance");
        }
        if let Some(owner) = first_owner.or(left_over) {
            copied::related(report, tenant, owner, &reported);
        }
    }
}

/// If an organization sets the instance of several tenants, and all their permission sets belong to another instance:
/// for the first tenant all of them, for the others that first tenant.
fn members(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>, other: &str) -> Vec<TenantId> {
    let path = own.piece.field.path.as_ref().filter(|path| !path.is_below(&tenant.path));
    let members = path.map(|path| cx.model.sources_of_values.owners(path)).unwrap_or_default();
    let is_of_other = |id: &TenantId| permission_sets(cx.tenant(*id)).all(|it| it.text() == other);
    let is_common = members.len() > 1 && is_of_other(&tenant.id) && members.iter().take(MANY).all(is_of_other);
    match (is_common, members.first()) {
        (false, _) => Vec::new(),
        (true, Some(leader)) if *leader == tenant.id => members.iter().copied().filter(is_of_other).collect(),
        (true, _) => members.iter().take(1).copied().collect(),
    }
}

fn report_common(cx: &mut Context<'_>, own: Part<'_>, permission_set: Part<'_>, members: &[TenantId]) {
    let name = cx.name(own.piece.field);
    let message = format!(
        "{name} is {}, but the permission sets of {} belong to instance {}",
        own.text(),
        cx.model.count(members, cx.tenants().len()),
        permission_set.text()
    );
    let help = "Copy the instance from this organization's own Identity Center. Until then, requests fail.";
    cx.report(own.piece, message).help(help).related(permission_set.piece, "one of the permission sets").group(members);
}

/// The entry of the instance that `tenant` selects, and the name of the right one, if the tenant's other values belong
/// to the latter: its name, or an account for which `owner`, which selects the right one, also has a grant.
fn wrong_choice(cx: &Context<'_>, tenant: &Tenant, meant: Part<'_>, owner: Option<&Tenant>) -> Option<(Choice, Str)> {
    let choice = cx.choice(&tenant.connector.instance_arn)?;
    let is_next_to = |entry: &Path| entry.parent() == choice.entry.parent();
    let of_owner = owner.and_then(|owner| cx.choice(&owner.connector.instance_arn));
    let of_owner = of_owner.filter(|it| is_next_to(&it.entry)).map(|it| it.name);
    let unused = || {
        let entry = cx.model.unwired_with(meant.text()).filter(|entry| is_next_to(&entry.path))?;
        Some(entry.name.clone())
    };
    let name = of_owner.or_else(unused)?;
    let is_named = |name: &str| normalise(tenant.name()).contains(&normalise(name));
    fn targets(tenant: &Tenant) -> impl Iterator<Item = &str> {
        tenant.grants.iter().filter_map(|grant| grant.target_account_id.as_str())
    }
    let is_granted = |owner: &Tenant| targets(tenant).all(|target| targets(owner).any(|it| it == target));
    let is_confirmed = is_named(&name) || owner.is_some_and(is_granted);
    (is_confirmed && !is_named(&choice.name)).then_some((choice, name))
}

/// Reports that a tenant selects an instance that its permission sets do not belong to.
fn report_choice(cx: &mut Context<'_>, tenant: &Tenant, grants: &[Part<'_>], choice: &Choice, meant: &Str) {
    let Some((first, others)) = grants.split_first() else { return };
    let (Choice { attribute, name, .. }, span) = (choice, choice.span);
    let message = format!(
        "`{attribute}` is `{name}`, but {} belongs to `{meant}`'s instance {}",
        called(cx, tenant, first.piece.field),
        first.text()
    );
    let help = format!(
        "Set `{attribute}` to `{meant}`. Requests for `{}` would act in `{name}`'s organization, or fail.",
        tenant.name()
    );
    let place = Place { span, tenant: Some(tenant.id), path: Some(format!("{}.{attribute}", tenant.path)) };
    let mut report = cx
        .report(place, message)
        .help(help)
        .related(first.piece, format!("this permission set belongs to `{meant}`'s instance"))
        .related(&tenant.connector.instance_arn, format!("`{name}`'s instance"));
    for other in others {
        report = report.related(other.piece, "the same instance");
    }
    report.suggestion(format!("write `{meant}`"), span, meant.as_str());
}

/// The name of a grant's value. If the tenant has several grants, it includes the path to the grant.
fn called(cx: &Context<'_>, tenant: &Tenant, field: &Field) -> String {
    let (path, of_tenant) = (field.path.as_ref().map(ToString::to_string), tenant.path.to_string());
    let within = path.as_ref().and_then(|path| path.strip_prefix(&of_tenant)?.strip_prefix('.'));
    match within.filter(|_| tenant.grants.len() > 1) {
        Some(within) => format!("`{within}`"),
        None => cx.name(field).to_string(),
    }
}

/// Whether all permission sets of each of the two tenants belong to the other one's instance.
fn is_swapped(cx: &Context<'_>, tenant: &Tenant, other: &Tenant) -> bool {
    let is_all_of = |tenant: &Tenant, other: &Tenant| {
        let Some(own) = tenant.instance_id() else { return false };
        let is_owner = cx.set_up.owner_of_instance(own.text(), other.id) == Some(tenant.id);
        is_owner && !is_copied_with_role(cx, tenant, own) && permission_sets(other).all(|id| id.text() == own.text())
    };
    tenant.id.run == other.id.run && is_all_of(tenant, other) && is_all_of(other, tenant)
}

fn report_swapped(cx: &mut Context<'_>, tenant: &Tenant, own: Part<'_>, other: &Tenant, others: Part<'_>) {
    let (name, other_name) = (tenant.name(), other.name());
    let message = format!("the permission sets of `{other_name}` and `{name}` belong to each other's instance");
    let (instance, permission_set) = (cx.name(own.piece.field), cx.name(others.piece.field));
    let help = format!(
        "Copy {instance} and {permission_set} again from each customer's own Identity Center: one of them was swapped \
         between the two. Requests fail, or reach the other customer."
    );
    let report = cx
        .report(own.piece, message)
        .label("this tenant's instance")
        .help(help)
        .related(others.piece, format!("this permission set belongs to `{other_name}`'s instance"))
        .related(&other.connector.instance_arn, format!("`{other_name}`'s instance"));
    if let Some(id) = permission_sets(other).next() {
        report.related(id.piece, format!("this permission set belongs to `{name}`'s instance"));
    }
}

/// Reports that an instance ID was mistyped, either in `grants` or in the tenant's own instance: the one that resembles
/// no known ID.
fn report_typo(cx: &mut Context<'_>, tenant: &Tenant, own: Part<'_>, grants: &[Part<'_>]) {
    let Some((first, others)) = grants.split_first() else { return };
    let is_own_wrong = is_hexadecimal(first.text()) && !is_hexadecimal(own.text());
    let (wrong, right) = if is_own_wrong { (own, *first) } else { (*first, own) };
    let (wrong_name, right_name) = (cx.name(wrong.piece.field), cx.name(right.piece.field));
    let message = format!(
        "{wrong_name} contains instance {}, which is nearly the same as {}, the instance in {}",
        wrong.text(),
        right.text(),
        right_name.of_its_own()
    );
    let name = tenant.name();
    let help = match is_hexadecimal(wrong.text()) {
        true => format!("Compare both with `{name}`'s Identity Center. One of the two was probably mistyped."),
        false => format!(
            "Compare {wrong_name} with `{name}`'s Identity Center. It was probably mistyped, because all known IDs \
             consist of the digits 0 to 9 and the letters a to f."
        ),
    };
    let mut report = cx
        .report(wrong.piece, message)
        .label("nearly the same")
        .help(help)
        .related(right.piece, format!("the instance in {}", right_name.of_its_own()));
    for other in others {
        report = report.related(other.piece, "the same instance");
    }
}

/// Whether the instance in `instance_arn` is that of the tenant whose role this tenant has.
fn is_copied_with_role(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>) -> bool {
    let named = match cx.role_naming(tenant.id) {
        RoleNaming::Foreign(owner) => Some(owner),
        _ => None,
    };
    let is_owners = |owner: TenantId| {
        let mut ids = permission_sets(cx.tenant(owner));
        cx.set_up.owner_of_instance(own.text(), tenant.id) == Some(owner) || ids.any(|id| id.text() == own.text())
    };
    cx.set_up.role_copied_from(tenant).or(named).is_some_and(is_owners)
}

/// Whether the instance in `instance_arn` is that of the tenant whose SSO account was left over, too.
fn is_copied_with_account(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>) -> bool {
    let owner = cx.set_up.owner_of_instance(own.text(), tenant.id).map(|owner| cx.tenant(owner));
    let text = |tenant: &Tenant| tenant.sso_account().map(|account| account.text().to_owned());
    owner.is_some_and(|owner| {
        tenant.has_role_account_mismatch() && text(owner) == text(tenant) && is_left_over(cx, tenant, owner)
    })
}

/// Whether a permission set confirms the instance in `instance_arn`, while another rule reports that instance as
/// another tenant's.
fn is_duplicate(cx: &Context<'_>, tenant: &Tenant, own: Part<'_>) -> bool {
    permission_sets(tenant).any(|id| id.text() == own.text())
        && cx
            .relations_of(RelationKind::DuplicateInstance)
            .any(|relation| relation.tenant == tenant.id || relation.other == tenant.id)
}

/// The instance IDs in the permission sets of a tenant.
fn permission_sets(tenant: &Tenant) -> impl Iterator<Item = Part<'_>> {
    let grants = tenant.grants.iter();
    grants.filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn)).map(|arn| arn.instance_id)
}

/// Whether the account and the role of `tenant` are known, and neither is in `owner`'s account.
fn is_another_organization(tenant: &Tenant, owner: &Tenant) -> bool {
    let accounts = [tenant.sso_account(), tenant.role_account()];
    let is_owners = |account: &Part<'_>| owner.sso_account().is_none_or(|it| it.text() == account.text());
    accounts.iter().all(|account| account.as_ref().is_some_and(|account| !is_owners(account)))
}
