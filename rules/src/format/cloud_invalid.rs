//! See cloud-invalid.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Tenant};

use super::malformed::report_hidden;

const CLOUD: &str = "aws";

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    report_hidden(cx, tenant, &[FieldKind::Cloud]);
    let field = &tenant.connector.cloud;
    let Some(cloud) = field.text().filter(|cloud| !cloud.text.is_empty() && !field.is_garbled()) else { return };
    if cloud.text == CLOUD {
        return;
    }
    let report = cx.report(cloud, format!("{} is `{}`, but must be `{CLOUD}`", cx.name(field), cloud.text));
    if cloud.text.eq_ignore_ascii_case(CLOUD) {
        report.safe_fix(format!("write `{CLOUD}`"), cloud, CLOUD);
    }
}
