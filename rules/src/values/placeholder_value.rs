//! See placeholder-value.md.

use symlint_core::facts::is_placeholder_account;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_placeholder_resource;
use symlint_core::tenants::{Arn, Field, FieldKind, InstanceArn, PermissionSetArn, Piece, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let mut groups: Vec<(&str, Vec<Piece<'_>>)> = Vec::new();
    for piece in placeholders(tenant) {
        match groups.iter_mut().find(|(text, _)| *text == piece.text) {
            Some((_, places)) => places.push(piece),
            None => groups.push((piece.text, vec![piece])),
        }
    }
    for (text, places) in groups {
        let Some((first, others)) = places.split_first() else { continue };
        let what = if text.contains('-') { "ID" } else { "account ID" };
        let name = cx.name(first.field);
        let others: Vec<_> = others.iter().map(|other| (other, cx.name(other.field))).collect();
        let mut report = cx
            .report(first, format!("{name} contains the {what} `{text}`, which is a placeholder from documentation"))
            .label("a placeholder");
        for (other, name) in others {
            report = report.related(other, format!("{name} contains the same ID"));
        }
    }
}

/// All placeholders among the IDs of a tenant, in order.
fn placeholders(tenant: &Tenant) -> Vec<Piece<'_>> {
    let fields = tenant.values().filter(|field| !field.is_derived() && !field.is_garbled());
    fields.flat_map(placeholders_in).flatten().collect()
}

fn placeholders_in(field: &Field) -> [Option<Piece<'_>>; 2] {
    let account = |id: &Piece<'_>| is_placeholder_account(id.text);
    let resource = |id: &Piece<'_>| is_placeholder_resource(id.text);
    let (first, second) = match field.kind {
        FieldKind::SsoAccountId | FieldKind::TargetAccountId => (field.text().filter(account), None),
        FieldKind::RoleArn => (Arn::of(field).map(|arn| arn.account()).filter(account), None),
        FieldKind::InstanceArn => (InstanceArn::of(field).map(|arn| arn.id.piece).filter(resource), None),
        FieldKind::PermissionSetArn => match PermissionSetArn::of(field) {
            Some(arn) => (Some(arn.instance_id.piece).filter(resource), Some(arn.id.piece).filter(resource)),
            None => (None, None),
        },
        FieldKind::Key | FieldKind::Cloud | FieldKind::Region => (None, None),
    };
    [first, second]
}
