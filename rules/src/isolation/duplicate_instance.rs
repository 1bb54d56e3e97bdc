//! See duplicate-instance.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, FieldKind, RelationKind};

use super::only_one;
use crate::copied;
use crate::tenant::difference;

pub(super) fn check(cx: &mut Context<'_>) {
    for relation in cx.relations_of(RelationKind::DuplicateInstance) {
        let (tenant, other) = (cx.tenant(relation.tenant), cx.tenant(relation.other));
        let (own, others) = (Comparable::of(tenant), Comparable::of(other));
        let (Some(instance), Some(other_instance)) = (own.instance, others.instance) else { continue };
        let (Some(account), Some(other_account)) = (own.sso_account, others.sso_account) else { continue };
        let (account_name, other_name) = (cx.name(account.piece.field), cx.name(other_account.piece.field));
        let message = format!(
            "instance {} is also used by {}, whose {} is {}; this tenant's {} is {}{}",
            instance.text(),
            cx.called(other),
            other_name.of_its_own(),
            other_account.text(),
            account_name.of_its_own(),
            account.text(),
            difference(account.text(), other_account.text())
        );
        let help = format!(
            "{} Requests for one customer would reach the other's Identity Center, or fail.",
            only_one(cx, tenant, other, "instance", instance.piece.field)
        );
        let report = cx
            .report(instance.piece, message)
            .label("the same instance")
            .help(help)
            .related(other_instance.piece, format!("also written for `{}`", other.name()))
            .related(account.piece, format!("this tenant's {}", account_name.of_its_own()))
            .related(other_account.piece, format!("`{}`'s {}", other.name(), other_name.of_its_own()));
        // Other values that were copied with the instance have the same cause.
        copied::related(report, tenant, other, &[FieldKind::InstanceArn]);
    }
}
