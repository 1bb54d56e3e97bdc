//! Whether a value is the tenant's own.

use symlint_terraform::Value;

use super::{Effective, ways_of};
use crate::tenants::{
    Absence, Connector, Field, FieldKind, FieldRef, MissingAttribute, Provenance, RoleArn, Source, SourceIndex, Step,
    Tenant, TenantId, format, has_shape, may_be, other_shape, text_of,
};

/// Whether `gap` is about `field`, whatever this is called in the tenant's collection.
pub(super) fn is_of(gap: &MissingAttribute, field: FieldKind, tenant: &Tenant, sources: &SourceIndex) -> bool {
    let way = ways_of(tenant, sources).iter().find(|way| way.field == field && !way.is_fragment);
    let name = way.and_then(|way| match way.steps.last() {
        Some(Step::Name(name)) => Some(name.as_str()),
        _ => None,
    });
    gap.absence == Absence::Missing && (gap.name == field.name() || name == Some(gap.name.as_str()))
}

pub(super) fn is_text(value: &Value, text: &str) -> bool {
    crate::tenants::text_of(value).is_some_and(|it| it.as_str() == text)
}

/// The account of the role, if nothing else gives the SSO account.
pub(in crate::discover) fn role_account(connector: &Connector) -> Option<Field> {
    let role = RoleArn::of(&connector.role_arn)?;
    format::is_account_id(role.account.text()).then(|| Field::derived(FieldKind::SsoAccountId, role.account.piece))
}

/// Whether a value is for this tenant alone: a part of it is the tenant's, or it was selected for the tenant.
pub(super) fn is_own(effective: &Effective, tenant: TenantId, sources: &SourceIndex) -> bool {
    let Some(made_of) = sources.of(&effective.value, tenant) else { return false };
    let is_foreign = made_of.iter().filter_map(Source::tenant).any(|other| other != tenant);
    let is_other = |it: &FieldRef| it.kind != effective.field && !is_named_in(effective.field, it.kind);
    let text = text_of(&effective.value);
    // A key may be an account, and an element may be a text that contains all values.
    let looks_right =
        || effective.field != FieldKind::Cloud && text.as_ref().is_some_and(|it| may_be(effective.field, it));
    let is_other_value = matches!(made_of.as_slice(), [Source::Field(it)] if is_other(it))
        || matches!(made_of.as_slice(), [Source::Tenant(_)]) && !looks_right();
    // An account in a role's ARN that belongs elsewhere is also a matter of wiring.
    let is_misplaced = |source: &Source<'_>| matches!(source, Source::Field(it) if is_other(it) && !may_be_in(it.kind, effective.field));
    let depends = || {
        effective.is_alone
            || matches!(effective.field, FieldKind::Cloud | FieldKind::Region)
            || sources.depends_on(&effective.value, tenant)
    };
    // A value that comes from the attribute for this kind, but looks like another kind, is a mistake in the tenant's
    // entry.
    let is_it = matches!(made_of.as_slice(), [Source::Field(it)] if it.kind == effective.field);
    let is_of_another_kind = !is_it && text.as_ref().is_some_and(|text| other_shape(effective.field, text).is_some());
    let is_the_field = |source: &Source<'_>| matches!(source, Source::Field(it) if it.kind == effective.field);
    let is_none = !made_of.iter().any(is_the_field) && text.is_some_and(|text| !may_be(effective.field, &text));
    // The form of an unknown value cannot be judged.
    if effective.value.as_unknown().is_some() {
        let has_own = made_of.iter().any(|source| source.tenant() == Some(tenant));
        return (!is_foreign || has_own) && depends();
    }
    !is_foreign
        && !is_other_value
        && !is_of_another_kind
        && !is_none
        && !made_of.iter().any(is_misplaced)
        && !effective.value.is_null()
        && depends()
}

/// Whether a value comes from no tenant, and may serve all tenants of `instance`.
pub(super) fn is_for_all(effective: &Effective, instance: &str, tenant: TenantId, sources: &SourceIndex) -> bool {
    let Some(text) = text_of(&effective.value).filter(|text| may_be(effective.field, text)) else { return false };
    let made_of = sources.of(&effective.value, tenant).unwrap_or_default();
    // A malformed ARN does not name another instance.
    let is_instance = |arn: &str| arn.rsplit('/').next().is_some_and(format::is_instance_id);
    made_of.iter().all(|source| matches!(source, Source::Elsewhere(_)))
        && (effective.field != FieldKind::InstanceArn || text.ends_with(instance) || !is_instance(&text))
}

/// Whether a value was selected for `tenant` from a collection other than its own.
pub(super) fn is_selected(effective: &Effective, tenant: &Tenant, sources: &SourceIndex) -> bool {
    let path = effective.value.origin.path.as_ref().filter(|_| sources.collections().len() > 1);
    let is_for_all = || {
        let made_of = sources.of(&effective.value, tenant.id).unwrap_or_default();
        matches!(made_of.as_slice(), [Source::Elsewhere(_)])
    };
    let place = path.and_then(|path| sources.locate(path)).filter(|_| !is_for_all());
    place.is_some_and(|(at, owners, _)| Provenance::Collection(at) != tenant.provenance && owners.contains(&tenant.id))
}

/// Whether a value was rebuilt from values of the tenant and differs from the value in its element.
pub(super) fn is_rebuilt(effective: &Effective, tenant: TenantId, sources: &SourceIndex) -> bool {
    let made_of = sources.of(&effective.value, tenant).unwrap_or_default();
    let is_verbatim = matches!(made_of.as_slice(), [Source::Field(it)] if it.kind == effective.field);
    let has_own = made_of.iter().any(|source| source.tenant() == Some(tenant));
    // Whether it was built from the right values is left to the wiring rules.
    !is_verbatim && has_own && made_of.len() > 1 && effective.value.as_unknown().is_none()
}

/// Whether a value is well formed, as a function made it, while the text that is `written` for it is not.
pub(super) fn is_normalized(effective: &Effective, written: Option<&str>) -> bool {
    let is_shaped = |text: &str| has_shape(effective.field, text);
    written.is_some_and(|text| !is_shaped(text)) && text_of(&effective.value).is_some_and(|text| is_shaped(&text))
}

/// Whether the ARN of kind `whole` contains the id of kind `part`, as a permission set's ARN contains its instance.
fn is_named_in(part: FieldKind, whole: FieldKind) -> bool {
    part == FieldKind::InstanceArn && whole == FieldKind::PermissionSetArn
}

/// Whether a value of kind `part` may be a part of one of kind `whole`.
fn may_be_in(part: FieldKind, whole: FieldKind) -> bool {
    let account_in_role = part == FieldKind::SsoAccountId && whole == FieldKind::RoleArn;
    part == whole || account_in_role || is_named_in(part, whole)
}

/// Whether `tenant` has an empty text where a part of this field should be. That is what gets reported.
pub(super) fn has_empty_part(tenant: &Tenant, whole: FieldKind) -> bool {
    let is_part = |gap: &MissingAttribute| gap.field.is_some_and(|part| may_be_in(part, whole));
    tenant.missing.iter().any(|gap| gap.absence == Absence::Empty && is_part(gap))
}
