//! See instance-arn-format.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Tenant};

use super::malformed::report_all;

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    report_all(cx, tenant, FieldKind::InstanceArn);
}
