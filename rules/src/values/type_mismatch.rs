//! See type-mismatch.md.

use symlint_core::rule::{Context, Place};
use symlint_core::tenants::MisfitKind;
use symlint_terraform::ProblemKind;

pub(super) fn check(cx: &mut Context<'_>) {
    for problem in &cx.model.conversions {
        let message = match &problem.kind {
            ProblemKind::Mismatch { wanted, got } => format!("a {wanted} is required here, not a {got}"),
            ProblemKind::Inconsistent { wanted } => format!("the elements of a {wanted} must be of one type"),
            ProblemKind::Missing { .. } | ProblemKind::Unused { .. } => continue,
        };
        let tenant = problem.path.as_ref().and_then(|path| cx.model.tenant_at(path));
        let path = problem.path.as_ref().map(ToString::to_string);
        cx.report(Place { span: problem.span, tenant: tenant.map(|tenant| tenant.id), path }, message);
    }
    for tenant in cx.tenants() {
        for misfit in &tenant.misfits {
            let MisfitKind::Type { wanted, got } = misfit.kind else { continue };
            let place = Place { span: misfit.span, tenant: Some(tenant.id), path: Some(misfit.path.to_string()) };
            cx.report(place, format!("a {wanted} is required here, not a {got}"));
        }
    }
}
