//! Tenants whose region differs from that of similar instances, in all runs.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, Span, Str};

use super::arn::Arn;
use super::comparable::Comparable;
use super::format::instance_id_suffix;
use super::id::{RunId, TenantId};
use super::tenant::Tenant;
use crate::facts::{RegionStatus, partition_of_region, region_status};

/// How many characters of an instance ID depend on its region.
const PREFIX_LENGTH: usize = 4;

/// At least this many other instances must agree on the region.
const FEWEST: usize = 3;

/// A tenant whose region differs from that of all others whose instance IDs start with the same digits.
#[derive(Debug)]
pub struct RegionOutlier {
    pub tenant: TenantId,
    /// The digits that the IDs start with.
    pub digits: Str,
    /// The region of the others.
    pub agreed: Str,
    /// The other tenants, one for each instance, in source order.
    pub others: Vec<TenantId>,
}

/// The values of a tenant that are compared.
struct ComparedRegion<'t> {
    tenant: TenantId,
    instance: &'t str,
    region: &'t str,
    /// Where the region is written. The region of an organization is written once for all of its tenants.
    place: Span,
}

/// All outliers, with one tenant for each instance.
pub(super) fn region_outliers<'t>(tenants: &[&'t Tenant], comparables: &[Comparable<'t>]) -> Vec<RegionOutlier> {
    let mut groups: SortedMap<(&str, &str), Vec<ComparedRegion<'t>>> = SortedMap::new();
    for (tenant, comparable) in tenants.iter().zip(comparables) {
        if let Some((group, seen)) = seen(tenant, comparable) {
            groups.entry(group).or_default().push(seen);
        }
    }
    let mut found = Vec::new();
    for ((_, digits), group) in groups {
        let mut by_region: HashMap<&str, HashSet<&str>> = HashMap::default();
        let mut by_instance: HashMap<(RunId, &str), HashSet<Span>> = HashMap::default();
        for seen in &group {
            by_region.entry(seen.region).or_default().insert(seen.instance);
            by_instance.entry((seen.tenant.run, seen.instance)).or_default().insert(seen.place);
        }
        let mut agreeing = by_region.iter().filter(|(_, instances)| instances.len() >= FEWEST);
        // If the others do not agree, the digits do not tell the region.
        let (Some((&agreed, agreeing_instances)), None) = (agreeing.next(), agreeing.next()) else { continue };
        let mut reported: HashSet<&str> = HashSet::default();
        for outlier in group.iter().filter(|seen| seen.region != agreed) {
            // Two tenants in another region are probably intended. Tenants of one instance are compared by other rules.
            let is_alone = by_region.get(outlier.region).is_some_and(|instances| instances.len() == 1)
                && by_instance.get(&(outlier.tenant.run, outlier.instance)).is_some_and(|places| places.len() == 1)
                && !agreeing_instances.contains(outlier.instance);
            if is_alone && reported.insert(outlier.instance) {
                let mut named: HashSet<&str> = HashSet::default();
                let others = group.iter().filter(|seen| seen.region == agreed && named.insert(seen.instance));
                found.push(RegionOutlier {
                    tenant: outlier.tenant,
                    digits: digits.into(),
                    agreed: agreed.into(),
                    others: others.map(|seen| seen.tenant).collect(),
                });
            }
        }
    }
    found
}

/// The partition and the digits that depend on the region, if no other rule reports these values of the tenant.
fn seen<'t>(tenant: &'t Tenant, comparable: &Comparable<'t>) -> Option<((&'t str, &'t str), ComparedRegion<'t>)> {
    let instance = comparable.instance.filter(|instance| instance.is_well_formed())?;
    let region = comparable.region.filter(|region| region_status(region) == RegionStatus::Supported)?;
    let partition = Arn::of(instance.piece.field)?.partition().text;
    let is_comparable = partition_of_region(region).is_some_and(|known| known.id == partition)
        && tenant.foreign_permission_sets().next().is_none()
        && !tenant.has_role_account_mismatch();
    let digits = instance_id_suffix(instance.text())?.get(..PREFIX_LENGTH)?;
    let place = tenant.connector.region.span;
    is_comparable
        .then(|| ((partition, digits), ComparedRegion { tenant: tenant.id, instance: instance.text(), region, place }))
}
