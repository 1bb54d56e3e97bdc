//! See region-id-mismatch.md.

use symlint_core::facts::{home_region, partition_of_region};
use symlint_core::rule::Context;
use symlint_core::tenants::format::{instance_id_suffix, is_placeholder_resource};
use symlint_core::tenants::{InstanceArn, Tenant};

/// How many characters of an instance ID depend on its region.
const PREFIX_LENGTH: usize = 4;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let Some(instance) = InstanceArn::of(&tenant.connector.instance_arn) else { return };
    let field = &tenant.connector.region;
    let Some(region) = field.text().filter(|_| !field.is_garbled()) else { return };
    // A wrong instance or partition is reported by another rule, and the digits of such an ID do not tell the region.
    let id = instance.id.text();
    let partition = instance.arn.partition().text;
    let is_comparable = instance.id.is_well_formed()
        && !is_placeholder_resource(id)
        && tenant.foreign_permission_sets().next().is_none()
        && partition_of_region(region.text).is_some_and(|known| known.id == partition);
    if !is_comparable {
        return;
    }
    let prefix = instance_id_suffix(id).and_then(|suffix| suffix.get(..PREFIX_LENGTH));
    let Some(home) = prefix.and_then(|prefix| home_region(partition, prefix)) else { return };
    if home == region.text {
        return;
    }
    let start = id.len() - instance_id_suffix(id).map_or(0, str::len);
    let digits = instance.id.piece.slice(start..start + PREFIX_LENGTH);
    let message = format!(
        "{} is {}, but instance IDs that begin with {} are only known from {home}",
        cx.name(field),
        region.text,
        digits.text
    );
    cx.report(region, message).related(digits, format!("these digits suggest {home}"));
}
