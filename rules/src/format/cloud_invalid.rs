//! See cloud-invalid.md.

use symlint_core::rule::Context;

const CLOUD: &str = "aws";

pub(super) fn check(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        let field = &tenant.connector.cloud;
        let Some(cloud) = field.text().filter(|cloud| !cloud.text.is_empty() && !field.is_garbled()) else { continue };
        if cloud.text == CLOUD {
            continue;
        }
        let report = cx.report(cloud, format!("cloud is `{}`, but must be `{CLOUD}`", cloud.text));
        if cloud.text.eq_ignore_ascii_case(CLOUD) {
            report.safe_fix(format!("write `{CLOUD}`"), cloud, CLOUD);
        }
    }
}
