//! See account-id-not-string.md.

use symlint_core::facts::is_placeholder_account;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{FieldKind, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    for field in tenant.values().filter(|field| field.is_number() && !field.is_derived()) {
        let Some(id) = field.as_str().filter(|id| is_account_id(id) && !is_placeholder_account(id)) else {
            continue;
        };
        if !matches!(field.kind, FieldKind::SsoAccountId | FieldKind::TargetAccountId) {
            continue;
        }
        let name = cx.name(field);
        let written = field.text().map(|text| cx.sources().text(text.span(cx.sources()))).unwrap_or_default();
        let quoted = format!("\"{id}\"");
        if written == id {
            cx.report(field, format!("{name} {id} is a number, not a string")).safe_fix(
                "put the account ID in quotes",
                field,
                quoted,
            );
        } else {
            cx.report(field, format!("{name} is the number `{written}`, which becomes `{id}`")).suggestion(
                format!("write `{quoted}`"),
                field,
                quoted,
            );
        }
    }
}
