//! See partition-mismatch.md.

use symlint_core::facts;
use symlint_core::rule::Context;
use symlint_core::tenants::format::is_partition;
use symlint_core::tenants::{Arn, Field, FieldKind, Piece, Tenant};

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let mut witnesses = witnesses(tenant);
    // Usually they agree, which is cheap to check.
    if witnesses.windows(2).all(|pair| matches!(pair, [a, b] if a.partition == b.partition)) {
        return;
    }
    // What was copied from another tenant has a finding of its own.
    let sets = tenant.foreign_permission_sets();
    let owners = sets.filter_map(|set| cx.set_up.owner_of_instance(set.instance_id.text(), tenant.id));
    for owner in owners.chain(cx.set_up.role_copied_from(tenant)) {
        let owner = cx.tenant(owner);
        let is_its = |own: &Field| owner.values().any(|it| it.kind == own.kind && it.raw() == own.raw());
        witnesses.retain(|witness| !is_its(witness.piece.field));
    }
    let Some(main) = main_partition(&witnesses) else { return };
    let mut others = witnesses.iter().filter(|witness| witness.partition != main.partition);
    let Some(first) = others.next() else { return };
    let message = format!(
        "{} is in partition `{}`, but {} is in `{}`",
        cx.name(first.piece.field),
        first.partition,
        cx.name(main.piece.field),
        main.partition
    );
    let label = |witness: &Witness<'_>| format!("{} is in `{}`", cx.name(witness.piece.field), witness.partition);
    let labels: Vec<_> = std::iter::once(main).chain(others).map(|witness| (witness.piece, label(witness))).collect();
    let mut report = cx.report(first.piece, message).label("a different partition");
    for (piece, label) in labels {
        report = report.related(piece, label);
    }
}

/// A value that names the partition of its tenant.
struct Witness<'t> {
    partition: &'t str,
    piece: Piece<'t>,
}

/// All well-formed values that name a partition. The others are reported by the format rules.
fn witnesses(tenant: &Tenant) -> Vec<Witness<'_>> {
    tenant
        .values()
        .filter(|field| !field.is_garbled())
        .filter_map(|field| match field.kind {
            FieldKind::InstanceArn | FieldKind::RoleArn | FieldKind::PermissionSetArn => {
                let piece = Arn::of(field)?.partition();
                is_partition(piece.text).then_some(Witness { partition: piece.text, piece })
            }
            FieldKind::Region => {
                let piece = field.text()?;
                let partition = facts::partition_of_region(piece.text)?;
                Some(Witness { partition: partition.id, piece })
            }
            FieldKind::Key | FieldKind::SsoAccountId | FieldKind::Cloud | FieldKind::TargetAccountId => None,
        })
        .collect()
}

/// The first witness for the partition that most kinds of values name, so that a long list of permission sets does not
/// outvote the rest. In a tie, the partition that is named first wins.
fn main_partition<'w, 't>(witnesses: &'w [Witness<'t>]) -> Option<&'w Witness<'t>> {
    let mut votes: Vec<(&Witness<'_>, Vec<FieldKind>)> = Vec::new();
    for witness in witnesses {
        let kind = witness.piece.field.kind;
        match votes.iter_mut().find(|(first, _)| first.partition == witness.partition) {
            Some((_, kinds)) if kinds.contains(&kind) => {}
            Some((_, kinds)) => kinds.push(kind),
            None => votes.push((witness, vec![kind])),
        }
    }
    // A partition that does not exist is wrong, however often it is named. `max_by_key` returns the last of equals.
    let weight = |(first, kinds): &(&Witness<'_>, Vec<FieldKind>)| (facts::is_partition(first.partition), kinds.len());
    votes.into_iter().rev().max_by_key(weight).map(|(first, _)| first)
}
