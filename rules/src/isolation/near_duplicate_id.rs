//! See near-duplicate-id.md.

use std::hash::BuildHasher;

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Comparable, InstanceArn, Part, PermissionSetArn, Piece, Tenant, TenantId};
use symlint_terraform::Span;

/// An id of the set-up, and where it is written.
struct Id<'a> {
    text: &'a str,
    is_account: bool,
    tenant: TenantId,
    piece: Piece<'a>,
    /// How many places it is written in.
    places: HashSet<Span>,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let ids = ids(cx);
    for (first, second) in lonely_pairs(&ids) {
        let (Some(first), Some(second)) = (ids.get(first), ids.get(second)) else { continue };
        // What is written twice was hardly mistyped twice.
        let (wrong, other) = match (first.places.len(), second.places.len()) {
            (_, 1) => (second, first),
            (1, _) => (first, second),
            _ => continue,
        };
        report(cx, wrong, other);
    }
}

fn report(cx: &mut Context<'_>, wrong: &Id<'_>, other: &Id<'_>) {
    let what = if wrong.is_account { "digit" } else { "character" };
    let field = |id: &Id<'_>| if id.is_account { cx.name(id.piece.field).to_string() } else { "instance".to_owned() };
    let whose = |id: &Id<'_>| format!("{} {} of `{}`", field(id), id.text, cx.tenant(id.tenant).name());
    let message = if swapped(wrong.text, other.text) {
        format!("{} differs from {} only by two swapped {what}s", whose(wrong), whose(other))
    } else {
        format!("{} differs from {} only by one {what}", whose(wrong), whose(other))
    };
    let related = format!("{} of `{}`", field(other), cx.tenant(other.tenant).name());
    cx.report(wrong.piece, message).related(other.piece, related).cause(other.text);
}

/// All ids that no other rule reports, each once, in source order.
fn ids<'a>(cx: &Context<'a>) -> Vec<Id<'a>> {
    let mut ids: Vec<Id<'a>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::default();
    for tenant in cx.tenants() {
        for (part, is_account) in parts(tenant) {
            let piece = part.piece;
            let is_used =
                part.is_well_formed() && !piece.field.is_garbled() && !cx.config.is_forbidden_account(part.text());
            if !is_used {
                continue;
            }
            let at = *places.entry(part.text()).or_insert(ids.len());
            if at == ids.len() {
                ids.push(Id { text: part.text(), is_account, tenant: tenant.id, piece, places: HashSet::default() });
            }
            if let Some(id) = ids.get_mut(at) {
                id.places.insert(piece.span(cx.sources()));
            }
        }
    }
    ids
}

/// The accounts and instance ids of a tenant. What contradicts the tenant's other values is not among them.
fn parts(tenant: &Tenant) -> Vec<(Part<'_>, bool)> {
    let comparable = Comparable::of(tenant);
    let mut parts = Vec::with_capacity(6);
    if let Some(account) = comparable.sso_account {
        let role = tenant.role_account().filter(|role| role.text() == account.text());
        parts.extend([Some(account), role].into_iter().flatten().map(|account| (account, true)));
    }
    if let Some(instance) = comparable.instance {
        let in_instance_arn = InstanceArn::of(&tenant.connector.instance_arn).map(|arn| arn.id);
        let in_grants = tenant.grants.iter().filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn));
        let all = in_instance_arn.into_iter().chain(in_grants.map(|arn| arn.instance_id));
        parts.extend(all.filter(|id| id.text() == instance.text()).map(|id| (id, false)));
    }
    parts.extend(comparable.grants.iter().filter_map(|grant| grant.target).map(|target| (target, true)));
    parts
}

/// The pairs of ids that are near each other and to no third one: three or more are a series.
fn lonely_pairs(ids: &[Id<'_>]) -> Vec<(usize, usize)> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); ids.len()];
    let mut join = |a: usize, b: usize| {
        for (one, other) in [(a, b), (b, a)] {
            if let Some(near) = near.get_mut(one).filter(|near| !near.contains(&other)) {
                near.push(other);
            }
        }
    };
    // Ids that are equal but for one character have a hash in common: that of the id without it.
    let hasher = foldhash::fast::RandomState::default();
    let mut holes: Vec<(u64, usize)> = Vec::new();
    let known: HashMap<&[u8], usize> = ids.iter().enumerate().map(|(at, id)| (id.text.as_bytes(), at)).collect();
    for (at, id) in ids.iter().enumerate() {
        let mut bytes = id.text.as_bytes().to_vec();
        for position in 0..bytes.len() {
            let Some(byte) = bytes.get_mut(position).map(|byte| std::mem::replace(byte, b'?')) else { continue };
            holes.push((hasher.hash_one(&bytes), at));
            if let Some(hole) = bytes.get_mut(position) {
                *hole = byte;
            }
            if position > 0 {
                bytes.swap(position - 1, position);
                if let Some(&other) = known.get(bytes.as_slice()).filter(|&&other| other != at) {
                    join(at, other);
                }
                bytes.swap(position - 1, position);
            }
        }
    }
    holes.sort_unstable();
    for alike in holes.chunk_by(|(one, _), (other, _)| one == other) {
        for (nth, &(_, at)) in alike.iter().enumerate() {
            for &(_, other) in alike.iter().skip(nth + 1) {
                if let (Some(one), Some(other_id)) = (ids.get(at), ids.get(other))
                    && substituted(one.text, other_id.text)
                {
                    join(at, other);
                }
            }
        }
    }
    let pair = |(at, all): (usize, &Vec<usize>)| match all.as_slice() {
        &[other] if at < other && near.get(other).is_some_and(|back| back.as_slice() == [at]) => Some((at, other)),
        _ => None,
    };
    near.iter().enumerate().filter_map(pair).collect()
}

/// Whether exactly one character differs.
fn substituted(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count() == 1
}

/// Whether two ids that are near each other differ by a swap: a wrong character changes only one place.
fn swapped(a: &str, b: &str) -> bool {
    a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count() > 1
}
