//! What a value is to the tenant's own values.

use smallvec::SmallVec;
use symlint_core::tenants::{
    Field, FieldKind, FieldRef, Model, Source, State, Tenant, TenantId, format, has_shape, text_of, values_at,
};
use symlint_terraform::{Dependence, Form, Makeup, Origin, Path, Value};

/// Whether a tenant receives a constant that was put into its `entry`, such as by `merge`, for what a call or a resource is
/// repeated for: at the place of the value that the tenant itself has, next to others of the tenant.
pub(super) fn is_overridden(
    model: &Model<'_>,
    entry: &Value,
    tenant: TenantId,
    wanted: FieldKind,
    sources: &[Source<'_>],
) -> bool {
    let [Source::Elsewhere(origin)] = sources else { return false };
    let at = |kind: FieldKind| values_at(entry, &model.way_to(tenant, kind)?).into_iter().next();
    let is_here =
        matches!(origin.makeup, Makeup::Written(_)) && at(wanted).is_some_and(|value| value.origin.span == origin.span);
    let is_own = |kind: FieldKind| {
        let value = at(kind);
        let sources = value.as_ref().and_then(|value| model.sources_of_values.of(value, tenant)).unwrap_or_default();
        sources.iter().any(|source| matches!(source, Source::Field(it) if it.tenant == tenant))
    };
    let right = right_fields(model.tenant(tenant), wanted);
    is_here && right.iter().all(|field| field.as_str().is_some()) && FieldKind::VALUES.into_iter().any(is_own)
}

/// The other customer by whose key an unknown value was chosen for the tenant `own`: `data.x["acme"].id`, where a
/// condition or a table has that key for it.
pub(super) fn selected_by(model: &Model<'_>, own: TenantId, value: &Value) -> Option<TenantId> {
    let is_own = |path: &Path| model.sources_of_values.owners(path).contains(&own);
    let other = |key: &Origin| {
        let is_text = matches!(key.makeup, Makeup::Written(form) if form != Form::Whole);
        let is_chosen = is_text && !key.path.as_ref().is_some_and(is_own);
        let other = model.index.with_key(&is_chosen.then(|| model.sources().text(key.span))?)?;
        (!model.index.may_share(FieldKind::Key, own, other)).then_some(other)
    };
    let mut found = None;
    value.origin.each_source(&mut |origin| {
        let mut keys = origin.dependence.iter().flat_map(Dependence::origins);
        found =
            found.or_else(|| keys.find_map(other)).or_else(|| other(origin).filter(|_| origin.dependence.is_some()));
    });
    found
}

/// The fields of `tenant`, one of which should reach a slot.
pub(super) fn right_fields(tenant: &Tenant, wanted: FieldKind) -> Vec<&Field> {
    tenant.fields().filter(|field| field.kind == wanted).collect()
}

/// Whether `value` was computed from what of `tenant` is right: what that only chooses is something else.
pub(super) fn is_computed(
    model: &Model<'_>,
    value: &Value,
    tenant: TenantId,
    is_right: impl Fn(&Source<'_>) -> bool,
) -> bool {
    let mut value = value.clone();
    value.origin.dependence = None;
    let is_made = !matches!(value.origin.makeup, Makeup::Written(_));
    is_made && model.sources_of_values.of(&value, tenant).unwrap_or_default().iter().any(is_right)
}

/// Whether `value`, which was computed from one of the tenant of this kind, is none of these, or more than one of them.
pub(super) fn is_not_own(model: &Model<'_>, tenant: TenantId, wanted: FieldKind, value: &Value) -> bool {
    // Nearly always it is.
    if value.as_str().is_some_and(|text| model.has(tenant, wanted, text)) {
        return false;
    }
    let tenant = model.tenant(tenant);
    text_of(value).is_some_and(|text| {
        let right = right_fields(tenant, wanted);
        let is_it = right.iter().any(|field| field.raw() == Some(&text));
        !is_it && (is_changed(wanted, &text, &right) || is_misshapen(wanted, &text, &right))
    })
}

/// Whether `text` is not well formed, as each of these values of a tenant is.
pub(super) fn is_misshapen(wanted: FieldKind, text: &str, fields: &[&Field]) -> bool {
    let is_shaped = |text: &str| has_shape(wanted, text);
    !is_shaped(text) && fields.iter().all(|field| field.as_str().is_some_and(is_shaped))
}

/// Whether `text`, which was computed from one of these values of a tenant, is none of them.
pub(super) fn is_changed(wanted: FieldKind, text: &str, fields: &[&Field]) -> bool {
    let own: SmallVec<[&str; 2]> = fields.iter().filter_map(|field| field.as_str()).collect();
    own.len() == fields.len() && format::is_changed(wanted, text, &own)
}

pub(super) fn is_there(field: &Field) -> bool {
    matches!(field.state, State::Text(_) | State::Unknown(_) | State::Hidden(_))
}

/// What is in no ARN of the `wanted` kind, and in no part of one.
pub(super) fn misplaced(wanted: FieldKind, sources: &[Source<'_>]) -> Option<FieldRef> {
    let belongs = |kind: FieldKind| {
        kind == wanted
            || matches!(
                (kind, wanted),
                (FieldKind::SsoAccountId, FieldKind::RoleArn)
                    | (FieldKind::InstanceArn, FieldKind::PermissionSetArn)
                    | (FieldKind::Region | FieldKind::Cloud, _)
            )
    };
    sources.iter().find_map(|source| match source {
        Source::Field(it) if !belongs(it.kind) => Some(*it),
        _ => None,
    })
}
