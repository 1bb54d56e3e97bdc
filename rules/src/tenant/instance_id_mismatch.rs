//! See instance-id-mismatch.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Part, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(own) = tenant.instance_id() else { return };
    let mut wrong: Vec<Part<'_>> = tenant.foreign_permission_sets().map(|arn| arn.instance_id).collect();
    // One wrong id in several grants is one cause; the sort keeps the grants of one id in their order.
    wrong.sort_by_key(|id| id.text());
    for grants in wrong.chunk_by(|a, b| a.text() == b.text()) {
        let Some((first, others)) = grants.split_first() else { continue };
        let owner_of = |id| cx.model.index.owner_of_instance(id, tenant.id).map(|owner| cx.tenant(owner));
        let message = format!(
            "permission_set_arn belongs to instance {}, but instance_arn is that of {}",
            first.text(),
            own.text()
        );
        let mut report = match (owner_of(first.text()), owner_of(own.text())) {
            (Some(owner), _) => cx
                .report(first.piece, format!("{message}: it is the instance of `{}`", owner.name()))
                .related(&owner.connector.instance_arn, format!("`{}` has this instance", owner.name())),
            (None, Some(owner)) => cx
                .report(first.piece, format!("{message}, the instance of `{}`", owner.name()))
                .related(&owner.connector.instance_arn, format!("`{}` has the instance {}", owner.name(), own.text())),
            (None, None) => cx.report(first.piece, message),
        };
        report = report.related(own.piece, "instance_arn is set here");
        for other in others {
            report = report.related(other.piece, "this permission set belongs to the same wrong instance");
        }
    }
}
