//! What a tenant has in common with another one that something of it was copied from: parts of one cause.

use foldhash::HashSet;
use symlint_core::rule::{Context, FindingBuilder};
use symlint_core::tenants::{Comparable, FieldKind, Piece, Tenant};

/// Adds what else `tenant` has that is `owner`'s, as related places; what is of these kinds was said.
pub(crate) fn related<'f>(
    report: FindingBuilder<'f>,
    tenant: &Tenant,
    owner: &Tenant,
    said: &[FieldKind],
) -> FindingBuilder<'f> {
    let common = common(tenant, owner).into_iter().filter(|(piece, _)| !said.contains(&piece.field.kind));
    let whose = report.whose(owner);
    common.fold(report, |report, (piece, what)| report.related(piece, format!("{what} is also {whose}")))
}

/// What to replace of a connector whose role is `owner`'s: all of it, where the instance is `owner`'s, too. `name` is what
/// the customer is called.
pub(crate) fn replacement(cx: &Context<'_>, tenant: &Tenant, owner: &Tenant, name: &str) -> String {
    let output = format!("the `settings` output of {name}'s connector");
    if !has_same_instance(tenant, owner) {
        return format!("Use `role_arn` from {output}.");
    }
    let around = |kind| {
        let path = cx.model.path_of(tenant.id, kind)?;
        path.rsplit_once('.').map(|(around, _)| around.to_owned())
    };
    match around(FieldKind::RoleArn).filter(|role| around(FieldKind::InstanceArn).as_ref() == Some(role)) {
        Some(settings) => format!("Replace all of `{settings}` with {output}."),
        None => format!("Replace all connector settings with {output}."),
    }
}

fn has_same_instance(tenant: &Tenant, owner: &Tenant) -> bool {
    tenant.instance_id().zip(owner.instance_id()).is_some_and(|(own, others)| own.text() == others.text())
}

/// The values of `tenant` that `owner` has, each once.
fn common<'t>(tenant: &'t Tenant, owner: &Tenant) -> Vec<(Piece<'t>, String)> {
    let (own, others) = (Comparable::of(tenant), Comparable::of(owner));
    let mut common = Vec::new();
    if let (Some(own), Some(others)) = (tenant.sso_account(), owner.sso_account())
        && own.text() == others.text()
    {
        common.push((own.piece, format!("SSO account {}", own.text())));
    }
    if let (Some(own), Some(others)) = (tenant.role(), owner.role())
        && own.name.text() == others.name.text()
    {
        common.push((own.name.piece, format!("role `{}`", own.name.text())));
    }
    if let (Some(own), Some(others)) = (tenant.instance_id(), owner.instance_id())
        && own.text() == others.text()
    {
        common.push((own.piece, format!("instance {}", own.text())));
    }
    // Many are in one region: it only counts where the instance was copied.
    if let (Some(own), Some(others)) = (tenant.connector.region.text(), owner.connector.region.as_str())
        && own.text == others
        && has_same_instance(tenant, owner)
    {
        common.push((own, format!("region `{others}`")));
    }
    let of_others = |text: &str| {
        let grants = others.grants.iter();
        grants.clone().any(|grant| grant.permission_set.is_some_and(|id| id.text() == text))
            || grants.clone().any(|grant| grant.target.is_some_and(|id| id.text() == text))
    };
    let mut seen: HashSet<&str> = HashSet::default();
    for grant in &own.grants {
        for (id, what) in [(grant.permission_set, "permission set"), (grant.target, "target account")] {
            if let Some(id) = id.filter(|id| of_others(id.text()) && seen.insert(id.text())) {
                common.push((id.piece, format!("{what} {}", id.text())));
            }
        }
    }
    common
}
