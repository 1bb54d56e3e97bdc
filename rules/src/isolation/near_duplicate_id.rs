//! See near-duplicate-id.md.

use symlint_core::rule::Context;
use symlint_core::tenants::format::is_account_id;
use symlint_core::tenants::{Comparable, NearIds, Part, RelationKind, Tenant, ids_of};

pub(super) fn check(cx: &mut Context<'_>) {
    for near in cx.set_up.near_ids(cx.model.run) {
        if !is_reported(cx, near) {
            report(cx, near);
        }
    }
}

/// Whether another rule reports the two tenants: as tenants of one instance if these IDs are accounts, or of one
/// account if they are instances.
fn is_reported(cx: &Context<'_>, near: &NearIds) -> bool {
    let kind = match is_account_id(&near.id) {
        true => RelationKind::DuplicateInstance,
        false => RelationKind::DuplicateSsoAccount,
    };
    let runs = [near.tenant.run, near.other.run];
    let mut relations = runs.into_iter().flat_map(|run| cx.set_up.relations(run)).filter(|it| it.kind == kind);
    relations.any(|it| [(it.tenant, it.other), (it.other, it.tenant)].contains(&(near.tenant, near.other)))
}

fn report(cx: &mut Context<'_>, near: &NearIds) {
    let (tenant, other) = (cx.tenant(near.tenant), cx.tenant(near.other));
    let (Some(wrong), Some(right)) = (part(tenant, &near.id), part(other, &near.other_id)) else { return };
    let is_account = is_account_id(wrong.text());
    let what = if is_account { "digit" } else { "character" };
    let (name, of_its_own) = match is_account {
        true => (cx.name(wrong.piece.field).to_string(), cx.name(right.piece.field).of_its_own()),
        false => ("instance".to_owned(), "instance".to_owned()),
    };
    let is_own = tenant.id == other.id;
    let whose = |what: String| match is_own {
        true => format!("this tenant's own {what}"),
        false => cx.of_tenant(other, &what),
    };
    let difference = match swapped(wrong.text(), right.text()) {
        true => format!("two swapped {what}s"),
        false => format!("one {what}"),
    };
    let message = format!(
        "{name} {} differs from {} by only {difference}",
        wrong.text(),
        whose(format!("{of_its_own} {}", right.text()))
    );
    let related = whose(of_its_own);
    let report =
        cx.report(wrong.piece, message).label("nearly the same").related(right.piece, related).cause(right.text());
    if is_own {
        report.help(
            "Compare both with what the customer sent. AWS assigns these IDs at random, so one of the two is probably \
             mistyped.",
        );
    }
}

/// Where the tenant first has this ID.
fn part<'t>(tenant: &'t Tenant, id: &str) -> Option<Part<'t>> {
    ids_of(tenant, &Comparable::of(tenant)).into_iter().find(|part| part.text() == id)
}

/// Whether two similar IDs differ by two swapped characters. A mistyped character would change only one place.
fn swapped(a: &str, b: &str) -> bool {
    a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count() > 1
}
