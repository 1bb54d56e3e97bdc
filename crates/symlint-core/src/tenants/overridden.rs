//! Entries that `merge` drops because a later map has the same tenant.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{LostKey, Span};

use super::flow::FlowCall;
use super::id::TenantId;
use super::tenant::Tenant;

/// An entry that never takes effect.
#[derive(Debug, Clone)]
pub struct Overridden {
    pub key: Span,
    /// The tenant that its map would define on its own.
    pub tenant: Option<TenantId>,
    /// The tenant that replaces it.
    pub by: TenantId,
}

/// The `lost` entries that a tenant replaces, in source order. An entry that a flow receives anyway, such as through a
/// map that is not merged, is not lost.
pub(crate) fn overridden(lost: Vec<LostKey>, tenants: &[Tenant], flows: &[FlowCall<'_>]) -> Vec<Overridden> {
    if lost.is_empty() {
        return Vec::new();
    }
    let by_key: HashMap<Span, TenantId> = tenants.iter().map(|tenant| (tenant.key.span, tenant.id)).collect();
    let instances = flows.iter().flat_map(|flow| &flow.instances);
    let wired: HashSet<TenantId> = instances.filter_map(|instance| instance.tenant).collect();
    let mut keys: Vec<Span> = by_key.keys().copied().chain(lost.iter().flat_map(|key| [key.lost, key.kept])).collect();
    keys.sort_unstable();
    // An entry that is merged into one with more values is not lost.
    let is_kept = |lost: Span, by: TenantId| {
        let mut values = tenants.get(by.index()).into_iter().flat_map(Tenant::values);
        let key_before =
            |span: Span| keys.partition_point(|key| *key < span).checked_sub(1).and_then(|at| keys.get(at));
        values.any(|field| key_before(field.span) == Some(&lost))
    };
    let overridden = lost.into_iter().filter_map(|LostKey { lost, kept, value, .. }| {
        let tenant = by_key.get(&lost).copied();
        // In a collection without a name, an element is found by its value.
        let by = *by_key.get(&kept).or_else(|| by_key.get(&value))?;
        let is_lost = lost != kept && tenant.is_none_or(|tenant| !wired.contains(&tenant)) && !is_kept(lost, by);
        is_lost.then_some(Overridden { key: lost, tenant, by })
    });
    let mut overridden: Vec<Overridden> = overridden.collect();
    overridden.sort_by_key(|entry| entry.key);
    overridden.dedup_by_key(|entry| entry.key);
    overridden
}
