//! See region-invalid.md.

use symlint_core::facts::{RegionStatus, partition_of_region, region_status, regions};
use symlint_core::rule::Context;
use symlint_core::spelling::nearest;
use symlint_core::tenants::{FieldKind, Tenant, normalise};

use super::malformed::report_hidden;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    report_hidden(cx, tenant, &[FieldKind::Region]);
    let field = &tenant.connector.region;
    let Some(region) = field.text().filter(|region| !region.text.is_empty() && !field.is_garbled()) else {
        return;
    };
    let text = region.text;
    // A region in a forbidden partition is reported by another rule.
    let is_allowed =
        partition_of_region(text).is_none_or(|it| cx.config.allowed_partitions.iter().any(|allowed| allowed == it.id));
    let meant = match region_status(text) {
        RegionStatus::Invalid => meant(text),
        RegionStatus::Misspelled(meant) if is_allowed => Some(meant),
        _ => return,
    };
    let message = match meant {
        Some(meant) if zone_of(text) == Some(meant) => {
            format!("`{text}` is an availability zone, not a region; did you mean `{meant}`?")
        }
        Some(meant) => format!("`{text}` is not a region; did you mean `{meant}`?"),
        None => format!("`{text}` is not a region"),
    };
    let report = cx.report(region, message);
    if let Some(meant) = meant {
        report.suggestion(format!("write `{meant}`"), region, meant);
    }
}

/// The region that was probably meant.
fn meant(text: &str) -> Option<&'static str> {
    zone_of(text)
        .or_else(|| {
            let plain = normalise(text);
            regions().find(|region| normalise(region) == plain)
        })
        .or_else(|| match *nearest(&text.to_ascii_lowercase(), regions()) {
            [meant] => Some(meant),
            _ => None,
        })
}

/// The region of an availability zone, such as `us-east-1` for `us-east-1a`.
fn zone_of(text: &str) -> Option<&'static str> {
    let region = text.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    regions().find(|listed| *listed == region)
}
