//! See account-id-format.md.

use symlint_core::finding::Edit;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{Field, FieldKind, Locate, Piece, Place, Tenant};

use super::malformed::{self, without_separators};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let kinds = [FieldKind::SsoAccountId, FieldKind::TargetAccountId];
    malformed::report_hidden(cx, tenant, &kinds);
    for malformed in malformed::in_values(tenant, &kinds) {
        report(cx, tenant, &malformed);
    }
}

fn report(cx: &mut Context<'_>, tenant: &Tenant, malformed: &malformed::Malformed<'_>) {
    let field = malformed.field;
    if let Some(written) = lost_zero(cx, field) {
        let name = cx.name(field);
        let value = field.as_str().unwrap_or_default();
        let because = if field.is_number() { "it is a number" } else { "its type is `number`" };
        let message = format!("{name} is malformed: Terraform reads `{written}` as `{value}`, because {because}");
        let place = Place { span: field.span, ..field.place(cx.sources()) };
        let report = cx.report(place, message);
        if field.is_number() {
            let help = "Put the account ID in quotes. Until then, Sym cannot reach the account.";
            report.help(help).suggestion("put the account ID in quotes", field, format!("\"{written}\""));
        }
        return;
    }
    let role = tenant.role_account().filter(|role| role.is_well_formed() && field.kind == FieldKind::SsoAccountId);
    let role = role.map(|role| (role.piece, format!("{} is in account {}", cx.name(role.piece.field), role.text())));
    let longer = tenant.role_account().map(|role| role.text().to_owned());
    let sources = cx.sources();
    let mut report = malformed::report(cx, malformed);
    if field.is_number() {
        report = report.help(
            "Copy the account ID without hyphens from the AWS console, and put it in quotes: a number loses its leading \
             zeros. Until then, Sym cannot reach the account.",
        );
    }
    let Some(text) = field.text() else { return };
    if !field.is_number() && text.text.len() == 11 && text.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let longer = longer.filter(|longer| field.kind == FieldKind::SsoAccountId && lacks_digit(text.text, longer));
        let missing = match longer {
            Some(longer) => format!("One digit of {longer}, the account of the role, is missing."),
            None => "One digit is missing, which may be a `0` at the start that a spreadsheet dropped.".to_owned(),
        };
        report = report.help(format!(
            "Copy the account ID without hyphens from the AWS console or from what the customer sent. {missing} Until \
             then, Sym cannot reach the account."
        ));
    }
    if let Some(plain) = without_separators(text.text) {
        let is_written = malformed.places().all(|piece| piece.is_verbatim(sources));
        let edit = |piece: Piece<'_>| Edit { span: piece.span(sources), text: plain.clone() };
        let edits = malformed.places().filter(|_| is_written).map(edit).collect();
        // Values with the same text must stay the same.
        report = report
            .edits(format!("write `{plain}`"), false, edits)
            .help(format!("Write `{plain}`, if it is the right account. Until then, Sym cannot reach the account."));
    }
    if let Some((role, label)) = role {
        report.related(role, label);
    }
}

/// All twelve digits as the file has them, if Terraform dropped their leading zeros.
fn lost_zero(cx: &Context<'_>, field: &Field) -> Option<String> {
    let written = cx.sources().text(field.span);
    let is_lost = is_account_id(&written) && Some(written.trim_start_matches('0')) == field.as_str();
    is_lost.then_some(written)
}

/// Whether `text` is `account` without one of its digits.
fn lacks_digit(text: &str, account: &str) -> bool {
    let mut rest = account.chars();
    account.len() == text.len() + 1 && text.chars().all(|digit| rest.any(|it| it == digit))
}
