//! Whether a permission set and an account belong to one grant.

use symlint_core::tenants::{FieldKind, FieldRef, Model, Source, TenantId, text_of};
use symlint_terraform::{PathStep, Selection, Str, Value};

/// The permission set and the account of a tenant's grant.
pub(super) type Entitlement = (TenantId, Str, Str);

/// Where a permission set and an account come from, and what they are, if both are values of grants of `tenant`.
pub(super) fn halves(
    model: &Model<'_>,
    tenant: TenantId,
    permission_set: &Value,
    account: &Value,
) -> Option<(FieldRef, FieldRef, Entitlement)> {
    let field = |value: &Value, kind: FieldKind| match model.sources_of_values.of(value, tenant)?.as_slice() {
        [Source::Field(field)] if field.tenant == tenant && field.kind == kind => Some(*field),
        _ => None,
    };
    let permission_set_of = field(permission_set, FieldKind::PermissionSetArn).filter(|field| field.grant.is_some());
    let (a, b) = (permission_set_of?, field(account, FieldKind::TargetAccountId)?);
    let text = |value: &Value| text_of(value).filter(|text| !text.is_empty());
    Some((a, b, (tenant, text(permission_set)?, text(account)?)))
}

/// Whether a permission set and an account belong to different grants of `tenant`, and no grant has both.
pub(super) fn are_mixed(model: &Model<'_>, tenant: TenantId, permission_set: &Value, account: &Value) -> bool {
    let halves = halves(model, tenant, permission_set, account);
    halves.is_some_and(|(a, b, entitlement)| a.grant != b.grant && !is_a_grant(model, &entitlement))
}

/// Whether a grant of the tenant has both halves.
pub(super) fn is_a_grant(model: &Model<'_>, (tenant, permission_set, account): &Entitlement) -> bool {
    model.tenant(*tenant).grants.iter().any(|grant| {
        grant.permission_set_arn.as_written() == Some(permission_set.as_str())
            && grant.target_account_id.as_written() == Some(account.as_str())
    })
}

/// Whether the permission set is the wrong one of two halves that do not belong together: only it is selected by a literal.
pub(super) fn is_set_wrong(permission_set: &Value, account: &Value) -> bool {
    is_selected_by_literal(permission_set) && !is_selected_by_literal(account)
}

/// Whether a literal index or key, such as in `grants[0]`, selects a value.
fn is_selected_by_literal(value: &Value) -> bool {
    let is_literal = |(step, selection): &(&PathStep, &Selection)| {
        matches!((step, selection), (PathStep::Index(_) | PathStep::Key(_), Selection::Literal))
    };
    value.origin.path.as_ref().is_some_and(|path| path.selections().1.iter().any(is_literal))
}
