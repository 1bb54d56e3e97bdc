//! See type-mismatch.md.

use symlint_core::rule::{Context, Place};
use symlint_core::tenants::MisfitKind;
use symlint_terraform::ProblemKind;

use super::arguments;

pub(super) fn check(cx: &mut Context<'_>) {
    for problem in &cx.model.conversions {
        let message = match &problem.kind {
            ProblemKind::Mismatch { wanted, got } => mismatch(&wanted.to_string(), got),
            ProblemKind::Inconsistent { wanted } => {
                format!("the elements of {} must have the same type", with_article(&wanted.to_string()))
            }
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
            cx.report(place, mismatch(wanted, got));
        }
    }
    arguments::report(cx, |problems| problems.iter().find_map(|problem| describe_argument(problem)));
}

/// What does not fit, as it follows the name of an argument.
fn describe_argument(problem: &ProblemKind) -> Option<String> {
    match problem {
        ProblemKind::Mismatch { wanted, got } => {
            Some(format!("does not fit the module: {}", mismatch(&wanted.to_string(), got)))
        }
        ProblemKind::Inconsistent { wanted } => {
            let wanted = with_article(&wanted.to_string());
            Some(format!("does not fit the module: the elements of {wanted} must have the same type"))
        }
        ProblemKind::Missing { .. } | ProblemKind::Unused { .. } => None,
    }
}

fn mismatch(wanted: &str, got: &str) -> String {
    format!("{} is required here, not {}", with_article(wanted), with_article(got))
}

/// `an object` for `object({ … })`, because its attributes are too long for a line.
fn with_article(ty: &str) -> String {
    let name = ty.split('(').next().unwrap_or(ty);
    let article = if name.starts_with(['a', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}
