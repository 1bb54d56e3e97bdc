//! See region-outlier.md.

use symlint_core::rule::Context;
use symlint_core::spelling::listed;
use symlint_core::tenants::TenantId;

/// How many of the others the message names.
const NAMED: usize = 3;

pub(super) fn check(cx: &mut Context<'_>) {
    for outlier in cx.set_up.region_outliers(cx.model.run) {
        let Some(region) = cx.tenant(outlier.tenant).connector.region.text() else { continue };
        let message = format!(
            "{} is {}, but the instance ID begins with {}, as do those of {}, which are in {}",
            cx.name(region.field),
            region.text,
            outlier.digits,
            names(cx, &outlier.others),
            outlier.agreed
        );
        let others: Vec<_> = outlier.others.iter().take(NAMED).map(|&id| cx.tenant(id)).collect();
        let places: Vec<_> = others.into_iter().map(|it| (it, format!("the region of {}", cx.called(it)))).collect();
        let mut report = cx.report(region, message);
        for (other, what) in places {
            report = report.related(&other.connector.region, what);
        }
    }
}

/// The first few by name, and the number of the others.
fn names(cx: &Context<'_>, others: &[TenantId]) -> String {
    let mut names: Vec<String> = others.iter().take(NAMED).map(|&id| cx.called(cx.tenant(id))).collect();
    match others.len() - names.len() {
        0 => {}
        1 => names.push("another tenant".to_owned()),
        more => names.push(format!("{more} other tenants")),
    }
    listed(&names)
}
