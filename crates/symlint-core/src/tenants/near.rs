//! IDs that are almost the same, in all runs. The search takes time that is linear in the number of IDs.

use std::hash::{BuildHasher, Hash};

use foldhash::{HashMap, HashSet};
use symlint_terraform::Str;

use super::arn::{InstanceArn, Part, PermissionSetArn};
use super::comparable::Comparable;
use super::field::Piece;
use super::id::TenantId;
use super::tenant::Tenant;

/// Two IDs that differ by one character, or by two neighboring characters that are swapped.
#[derive(Debug)]
pub struct NearIds {
    /// The tenant with the ID that is written only once, or else the later one.
    pub tenant: TenantId,
    pub id: Str,
    /// The tenant with the other ID.
    pub other: TenantId,
    pub other_id: Str,
}

/// Whether two IDs differ by one character, or by two neighboring characters that are swapped.
pub fn is_near(a: &str, b: &str) -> bool {
    a.len() == b.len() && strsim::osa_distance(a, b) == 1
}

/// The accounts and instance IDs of a tenant, except those that contradict its other values.
pub fn ids_of<'t>(tenant: &'t Tenant, comparable: &Comparable<'t>) -> Vec<Part<'t>> {
    let mut ids = Vec::with_capacity(6);
    if let Some(account) = comparable.sso_account {
        let role = tenant.role_account().filter(|role| role.text() == account.text());
        ids.extend([Some(account), role].into_iter().flatten());
    }
    if let Some(instance) = comparable.instance {
        let in_instance_arn = InstanceArn::of(&tenant.connector.instance_arn).map(|arn| arn.id);
        let in_grants = tenant.grants.iter().filter_map(|grant| PermissionSetArn::of(&grant.permission_set_arn));
        let all = in_instance_arn.into_iter().chain(in_grants.map(|arn| arn.instance_id));
        ids.extend(all.filter(|id| id.text() == instance.text()));
    }
    ids.extend(comparable.grants.iter().filter_map(|grant| grant.target));
    ids
}

/// An ID, its first occurrence, and the places where it is written.
struct Id<'t, W> {
    text: &'t str,
    tenant: TenantId,
    places: HashSet<W>,
}

/// The pairs of IDs that are near each other but near no third ID, in the order of the first IDs. `written` returns the
/// place of a value, and `is_reported` whether a tenant can have findings.
pub(super) fn near_ids<'t, W: Eq + Hash>(
    tenants: &[&'t Tenant],
    comparables: &[Comparable<'t>],
    written: &dyn Fn(Piece<'t>) -> W,
    is_reported: &dyn Fn(TenantId) -> bool,
) -> Vec<NearIds> {
    let mut ids: Vec<Id<'t, W>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::default();
    for (tenant, comparable) in tenants.iter().zip(comparables) {
        for part in ids_of(tenant, comparable) {
            if !part.is_well_formed() || part.piece.field.is_garbled() {
                continue;
            }
            let at = *places.entry(part.text()).or_insert(ids.len());
            if at == ids.len() {
                ids.push(Id { text: part.text(), tenant: tenant.id, places: HashSet::default() });
            }
            if let Some(id) = ids.get_mut(at) {
                id.places.insert(written(part.piece));
            }
        }
    }
    let texts: Vec<&str> = ids.iter().map(|id| id.text).collect();
    let mut found = Vec::new();
    for (first, second) in isolated_pairs(&texts) {
        let (Some(first), Some(second)) = (ids.get(first), ids.get(second)) else { continue };
        // An ID that is written in two places is assumed to be right, because the same typo is unlikely to happen
        // twice.
        let is_wrong = |id: &&Id<'t, W>| id.places.len() == 1 && is_reported(id.tenant);
        let Some(wrong) = [second, first].into_iter().find(is_wrong) else { continue };
        let other = if std::ptr::eq(wrong, first) { second } else { first };
        let (id, other_id) = (Str::from(wrong.text), Str::from(other.text));
        found.push(NearIds { tenant: wrong.tenant, id, other: other.tenant, other_id });
    }
    found
}

/// The pairs of texts that are near each other but near no third text: three or more are a series.
fn isolated_pairs(texts: &[&str]) -> Vec<(usize, usize)> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); texts.len()];
    let mut join = |a: usize, b: usize| {
        for (one, other) in [(a, b), (b, a)] {
            if let Some(near) = near.get_mut(one).filter(|near| !near.contains(&other)) {
                near.push(other);
            }
        }
    };
    // Two texts that differ in one character share the hash of the text without that character.
    let hasher = foldhash::fast::RandomState::default();
    // There are many hashes, and half of each is enough to tell almost all apart.
    let half = |hash: u64| u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    let mut holes: Vec<(u32, u32)> = Vec::with_capacity(texts.iter().map(|text| text.len()).sum());
    let known: HashMap<&[u8], usize> = texts.iter().enumerate().map(|(at, text)| (text.as_bytes(), at)).collect();
    for (at, text) in texts.iter().enumerate() {
        let mut bytes = text.as_bytes().to_vec();
        for position in 0..bytes.len() {
            let Some(byte) = bytes.get_mut(position).map(|byte| std::mem::replace(byte, b'?')) else { continue };
            holes.push((half(hasher.hash_one(&bytes)), u32::try_from(at).unwrap_or(u32::MAX)));
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
                let (at, other) = (at as usize, other as usize);
                if let (Some(one), Some(other_text)) = (texts.get(at), texts.get(other))
                    && substituted(one, other_text)
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
