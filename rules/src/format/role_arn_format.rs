//! See role-arn-format.md.

use symlint_core::rule::Context;
use symlint_core::tenants::FieldKind;

use super::malformed::report_all;

pub(super) fn check(cx: &mut Context<'_>) {
    report_all(cx, FieldKind::RoleArn);
}
