//! How reports of wrong values say what is wrong.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Tenant, TenantId, text_of};
use symlint_terraform::Value;

/// What would happen if a flow received a wrong value in the place of this one.
pub(super) fn consequence(wanted: FieldKind) -> &'static str {
    match wanted {
        FieldKind::Key => "The flow would not be named after its own tenant.",
        FieldKind::SsoAccountId | FieldKind::RoleArn => "Sym would act with the wrong role, or requests would fail.",
        FieldKind::Cloud | FieldKind::InstanceArn | FieldKind::Region => {
            "Sym would reach the wrong Identity Center, or requests would fail."
        }
        FieldKind::PermissionSetArn => "Engineers would get the wrong permissions, or requests would fail.",
        FieldKind::TargetAccountId => "Engineers would enter the wrong account, or requests would fail.",
    }
}

/// The tenant whose value this is.
pub(super) fn owner<'a>(cx: &Context<'a>, kind: FieldKind, value: &Value) -> Option<&'a Tenant> {
    let text = text_of(value)?;
    cx.tenants().iter().find(|tenant| tenant.fields().any(|field| field.kind == kind && field.raw() == Some(&text)))
}

/// That what these tenants receive as `what` is the same for all, and no id that is somebody's: `own` is their own.
pub(super) fn is_always(
    cx: &Context<'_>,
    wanted: FieldKind,
    value: &Value,
    what: &str,
    (tenants, of): (&[TenantId], usize),
    own: &str,
) -> Option<String> {
    let is_region = matches!(wanted, FieldKind::Cloud | FieldKind::Region);
    let text = text_of(value).filter(|_| is_region && value.candidates().is_empty())?;
    let text = cx.model.quotable(&text, value, wanted);
    let have = match tenants {
        [only] => format!("`{}` has", cx.tenant(*only).name()),
        _ => format!("{} have", cx.model.count(tenants, of)),
    };
    Some(format!("{what} is always `{text}`, but {have} a different {own}"))
}

/// The problem of a value that is the same for several tenants and belongs to none of them, or may be so where it is not
/// known.
pub(super) fn shared(value: &Value) -> &'static str {
    match value.candidates() {
        [] => "does not depend on the tenant",
        _ => "may have a value that does not depend on the tenant; its actual value is not known",
    }
}

/// The problem of half of a grant that does not belong to the other half.
pub(super) fn of_another_grant(wanted: FieldKind) -> &'static str {
    match wanted {
        FieldKind::PermissionSetArn => "belongs to a different grant than the account",
        _ => "belongs to a different grant than the permission set",
    }
}
