//! The values that a tenant shares with another one that it was copied from. They are all parts of one cause.

use foldhash::HashSet;
use symlint_core::rule::{Context, FindingBuilder};
use symlint_core::spelling::listed;
use symlint_core::tenants::{Comparable, Field, FieldKind, Piece, Tenant};

/// Adds the other values of `tenant` that are `owner`'s as related places, except those of the kinds that the message
/// already names.
pub(crate) fn related<'f>(
    report: FindingBuilder<'f>,
    tenant: &Tenant,
    owner: &Tenant,
    reported: &[FieldKind],
) -> FindingBuilder<'f> {
    let common = common(tenant, owner).into_iter().filter(|piece| !reported.contains(&piece.field.kind));
    let whose = report.whose(owner);
    common.fold(report, |report, piece| report.related(piece, format!("also {whose}")))
}

/// The values of `tenant` that are `owner`'s, if there are others than the role: ``role `SymSSOAcme`, SSO account, and
/// instance``.
pub(crate) fn what(tenant: &Tenant, owner: &Tenant) -> Option<String> {
    let (own, others) = (tenant.role()?, owner.role()?);
    let mut parts = vec![format!("role `{}`", own.name.text())];
    for piece in common(tenant, owner).iter().filter(|piece| !piece.field.is_derived()) {
        let part = match piece.field.kind {
            FieldKind::SsoAccountId => "SSO account",
            FieldKind::InstanceArn => "instance",
            FieldKind::PermissionSetArn => "permission set",
            FieldKind::TargetAccountId => "target account",
            _ => continue,
        };
        if !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    }
    let is_more = own.name.text() == others.name.text() && parts.len() > 1;
    is_more.then(|| listed(&parts))
}

/// Which of the marked values that are `owner`'s must be replaced as well, if they are not written in `settings`.
/// Values of the kinds `reported` are not marked.
pub(crate) fn also(
    cx: &Context<'_>,
    tenant: &Tenant,
    owner: &Tenant,
    settings: Option<&str>,
    reported: &[FieldKind],
) -> String {
    let kinds = [FieldKind::SsoAccountId, FieldKind::PermissionSetArn, FieldKind::TargetAccountId];
    let is_elsewhere = |field: &Field| {
        let is_inside = match &field.path {
            Some(path) => path.is_below(&tenant.path),
            // Decoded values have no path.
            None => tenant.span.contains(field.span),
        };
        let is_own = is_inside && !field.is_derived();
        let path = cx.model.path_of(tenant.id, field.kind);
        let around = path.as_deref().and_then(|path| Some(path.rsplit_once('.')?.0));
        is_own
            && kinds.contains(&field.kind)
            && !reported.contains(&field.kind)
            && (around.is_none() || around != settings)
    };
    let common = common(tenant, owner);
    let mut names: Vec<String> = Vec::new();
    for field in common.iter().map(|piece| piece.field).filter(|field| is_elsewhere(field)) {
        let name = cx.name(field).to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = if names.len() == 1 { "value" } else { "values" };
    match names.is_empty() {
        true => String::new(),
        false => format!(" Also replace {}: {} has the same {value}.", listed(&names), cx.called(owner)),
    }
}

/// What to replace if the role of a connector is `owner`'s: everything, if the instance is `owner`'s, too. `name` is
/// the name of the customer. Values of the kinds `reported` are reported elsewhere.
pub(crate) fn replacement(
    cx: &Context<'_>,
    tenant: &Tenant,
    owner: &Tenant,
    name: &str,
    reported: &[FieldKind],
) -> String {
    let output = format!("the `settings` output of {name}'s connector");
    if !has_same_instance(tenant, owner) {
        return format!("Use `role_arn` from {output}.{}", also(cx, tenant, owner, None, reported));
    }
    let around = |kind| {
        let path = cx.model.path_of(tenant.id, kind)?;
        path.rsplit_once('.').map(|(around, _)| around.to_owned())
    };
    let settings = around(FieldKind::RoleArn).filter(|role| around(FieldKind::InstanceArn).as_ref() == Some(role));
    let also = also(cx, tenant, owner, settings.as_deref(), reported);
    match settings {
        Some(settings) => format!("Replace all of `{settings}` with {output}.{also}"),
        None => format!("Replace all connector settings with {output}.{also}"),
    }
}

fn has_same_instance(tenant: &Tenant, owner: &Tenant) -> bool {
    tenant.instance_id().zip(owner.instance_id()).is_some_and(|(own, others)| own.text() == others.text())
}

/// The values that `tenant` shares with `owner`, each once.
fn common<'t>(tenant: &'t Tenant, owner: &Tenant) -> Vec<Piece<'t>> {
    let (own, others) = (Comparable::of(tenant), Comparable::of(owner));
    let mut common = Vec::new();
    if let (Some(own), Some(others)) = (tenant.sso_account(), owner.sso_account())
        && own.text() == others.text()
    {
        common.push(own.piece);
    }
    if let (Some(own), Some(others)) = (tenant.role(), owner.role())
        && own.name.text() == others.name.text()
    {
        common.push(own.name.piece);
    }
    if let (Some(own), Some(others)) = (tenant.instance_id(), owner.instance_id())
        && own.text() == others.text()
    {
        common.push(own.piece);
    }
    // Many tenants share a region, so a shared region only matters if the instance was copied.
    if let (Some(own), Some(others)) = (tenant.connector.region.text(), owner.connector.region.as_str())
        && own.text == others
        && has_same_instance(tenant, owner)
    {
        common.push(own);
    }
    let of_others = |text: &str| {
        let grants = others.grants.iter();
        grants.clone().any(|grant| grant.permission_set.is_some_and(|id| id.text() == text))
            || grants.clone().any(|grant| grant.target.is_some_and(|id| id.text() == text))
    };
    let mut seen: HashSet<&str> = HashSet::default();
    for grant in &own.grants {
        for id in [grant.permission_set, grant.target] {
            if let Some(id) = id.filter(|id| of_others(id.text()) && seen.insert(id.text())) {
                common.push(id.piece);
            }
        }
    }
    common
}
