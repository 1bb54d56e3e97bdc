//! See type-mismatch.md.

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Field, MisfitKind, Model, Place, State, Tenant};
use symlint_terraform::{ConversionProblemKind, ErrorSubject, EvalError, PathStep, Span, Str};

use super::arguments;

pub(super) fn check(cx: &mut Context<'_>) {
    for problem in &cx.model.conversions {
        let message = match &problem.kind {
            ConversionProblemKind::Mismatch { wanted, got } => {
                let name = problem.path.as_ref().and_then(|path| match path.last() {
                    Some(step) => step.name().cloned(),
                    None => Some(Str::from(path.to_string())),
                });
                mismatch(&named(name.as_ref()), &wanted.to_string(), got)
            }
            ConversionProblemKind::Inconsistent { wanted } => {
                format!("the elements of {} must have the same type", with_article(&wanted.to_string()))
            }
            ConversionProblemKind::Missing { .. } | ConversionProblemKind::Unused { .. } => continue,
        };
        let tenant = problem.path.as_ref().and_then(|path| cx.model.tenant_at(path));
        let path = problem.path.as_ref().map(ToString::to_string);
        cx.report(Place { span: problem.span, tenant: tenant.map(|tenant| tenant.id), path }, message);
    }
    let unfit = unfit_fields(cx.model);
    for error in &cx.model.evaluation_errors {
        if let (Some(ErrorSubject::Unfit(wanted, got)), Some(field)) = (&error.subject, unfit.get(&error.span)) {
            cx.report(*field, mismatch(&cx.name(field).to_string(), wanted, got));
        }
    }
    for tenant in cx.tenants() {
        for misfit in &tenant.misfits {
            let MisfitKind::Type { wanted, got } = misfit.kind else { continue };
            let place = Place { span: misfit.span, tenant: Some(tenant.id), path: Some(misfit.path.to_string()) };
            cx.report(place, mismatch(&named(misfit.path.last().and_then(PathStep::name)), wanted, got));
        }
    }
    arguments::report(cx, |problems| problems.iter().find_map(|problem| describe_argument(problem)));
}

/// The values of tenants that do not fit the variables of modules that they are passed to, by where the errors about them
/// are.
pub(super) fn unfit_fields<'m>(model: &'m Model<'_>) -> HashMap<Span, &'m Field> {
    let is_unfit = |error: &&EvalError| matches!(error.subject, Some(ErrorSubject::Unfit(..)));
    let spans: HashSet<Span> = model.evaluation_errors.iter().filter(is_unfit).map(|error| error.span).collect();
    let mut unfit = HashMap::default();
    if !spans.is_empty() {
        let fields = model.tenants.iter().flat_map(Tenant::values);
        for field in fields.filter(|it| matches!(it.state, State::Unknown(_)) && spans.contains(&it.span)) {
            unfit.entry(field.span).or_insert(field);
        }
    }
    unfit
}

/// The problem, to follow the name of an argument in a message.
fn describe_argument(problem: &ConversionProblemKind) -> Option<String> {
    match problem {
        ConversionProblemKind::Mismatch { wanted, got } => {
            Some(format!("does not fit the module: {}", mismatch("it", &wanted.to_string(), got)))
        }
        ConversionProblemKind::Inconsistent { wanted } => {
            let wanted = with_article(&wanted.to_string());
            Some(format!("does not fit the module: the elements of {wanted} must have the same type"))
        }
        ConversionProblemKind::Missing { .. } | ConversionProblemKind::Unused { .. } => None,
    }
}

fn mismatch(what: &str, wanted: &str, got: &str) -> String {
    format!("{what} must be {}, not {}", with_article(wanted), with_article(got))
}

/// Names the attribute or tenant that has the value.
fn named(name: Option<&Str>) -> String {
    name.map_or_else(|| "this value".to_owned(), |name| format!("`{name}`"))
}

/// `an object` for `object({ … })`, because its attributes are too long for one line.
fn with_article(ty: &str) -> String {
    let name = match ty.split('(').next().unwrap_or(ty) {
        // A reader knows `[…]` as a list.
        "tuple" => "list",
        name => name,
    };
    let article = if name.starts_with(['a', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}
