//! See region-outlier.md.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashSet};
use symlint_core::facts::{RegionStatus, partition_of_region, region_status};
use symlint_core::rule::Context;
use symlint_core::tenants::arn::{Arn, instance_id_suffix};
use symlint_core::tenants::{Comparable, Tenant, TenantId};

/// How many characters of an instance ID depend on its region.
const PREFIX_LENGTH: usize = 4;

/// At least this many others must agree.
const FEWEST: usize = 3;

/// How many of the others are named.
const NAMED: usize = 3;

/// What is compared of a tenant.
struct Seen<'a> {
    tenant: TenantId,
    instance: &'a str,
    region: &'a str,
}

pub(super) fn check(cx: &mut Context<'_>) {
    let tenants = cx.tenants();
    let mut groups: BTreeMap<(&str, &str), Vec<Seen<'_>>> = BTreeMap::new();
    for tenant in tenants {
        if let Some((group, seen)) = seen(tenant) {
            groups.entry(group).or_default().push(seen);
        }
    }
    for ((_, digits), group) in groups {
        let mut by_region: HashMap<&str, HashSet<&str>> = HashMap::default();
        for seen in &group {
            by_region.entry(seen.region).or_default().insert(seen.instance);
        }
        let mut agreeing = by_region.iter().filter(|(_, instances)| instances.len() >= FEWEST);
        // Where the others do not agree, the digits are inconclusive.
        let (Some((&agreed, _)), None) = (agreeing.next(), agreeing.next()) else { continue };
        let others: Vec<&Seen<'_>> = group.iter().filter(|seen| seen.region == agreed).collect();
        let mut by_instance: HashMap<&str, usize> = HashMap::default();
        for seen in &group {
            *by_instance.entry(seen.instance).or_default() += 1;
        }
        for outlier in group.iter().filter(|seen| seen.region != agreed) {
            // Two like this are hardly a mistake, and tenants of one instance are compared by other rules.
            let is_alone = by_region.get(outlier.region).is_some_and(|instances| instances.len() == 1)
                && by_instance.get(outlier.instance) == Some(&1);
            let tenant = cx.tenant(outlier.tenant);
            let Some(region) = tenant.connector.region.text().filter(|_| is_alone) else { continue };
            let message = format!(
                "{} is {}, but {}, whose instance IDs also begin with {digits}, are in {agreed}",
                cx.name(region.field),
                outlier.region,
                names(cx, &others)
            );
            let mut report = cx.report(region, message);
            for other in others.iter().take(NAMED) {
                let other = tenants.get(other.tenant.index());
                if let Some(other) = other {
                    report = report.related(&other.connector.region, format!("the region of `{}`", other.name()));
                }
            }
        }
    }
}

/// The partition and the digits that tell the region, of a tenant that no other rule reports for either.
fn seen(tenant: &Tenant) -> Option<((&str, &str), Seen<'_>)> {
    let comparable = Comparable::of(tenant);
    let instance = comparable.instance.filter(|instance| instance.is_well_formed())?;
    let region = comparable.region.filter(|region| region_status(region) == RegionStatus::Supported)?;
    let partition = Arn::of(instance.piece.field)?.partition().text;
    let is_comparable = partition_of_region(region).is_some_and(|known| known.id == partition)
        && tenant.foreign_permission_sets().next().is_none()
        && !tenant.has_role_account_mismatch();
    let digits = instance_id_suffix(instance.text())?.get(..PREFIX_LENGTH)?;
    is_comparable.then(|| ((partition, digits), Seen { tenant: tenant.id, instance: instance.text(), region }))
}

/// The first few by name, and how many more there are.
fn names(cx: &Context<'_>, others: &[&Seen<'_>]) -> String {
    let mut names: Vec<String> =
        others.iter().take(NAMED).map(|seen| format!("`{}`", cx.tenant(seen.tenant).name())).collect();
    match others.len() - names.len() {
        0 => {}
        1 => names.push("another tenant".to_owned()),
        more => names.push(format!("{more} other tenants")),
    }
    let last = names.pop().unwrap_or_default();
    format!("{}, and {last}", names.join(", "))
}
