//! See region-unsupported.md.

use symlint_core::facts::{RegionStatus, partition_of_region, region_status, regions};
use symlint_core::rule::Context;
use symlint_core::spelling::nearest;
use symlint_core::tenants::Tenant;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let field = &tenant.connector.region;
    let Some(region) = field.text().filter(|_| !field.is_garbled()) else { return };
    // A region in a forbidden partition is reported by another rule.
    let partition = partition_of_region(region.text);
    if !partition.is_some_and(|partition| cx.config.allowed_partitions.iter().any(|it| it == partition.id)) {
        return;
    }
    match region_status(region.text) {
        RegionStatus::Invalid | RegionStatus::Misspelled(_) | RegionStatus::Supported => {}
        RegionStatus::WithoutIdentityCenter => {
            cx.report(region, format!("IAM Identity Center is not available in region `{}`", region.text));
        }
        RegionStatus::Unlisted => {
            let meant = nearest(region.text, regions());
            let names: Vec<String> = meant.iter().map(|meant| format!("`{meant}`")).collect();
            let hint = match names.as_slice() {
                [] => String::new(),
                _ => format!("; did you mean {}?", names.join(" or ")),
            };
            cx.report(region, format!("AWS's list of regions does not contain `{}`{hint}", region.text));
        }
    }
}
