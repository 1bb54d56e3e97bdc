//! See evaluation-error.md.

use std::cell::LazyCell;

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Absence, Place, Tenant, VariableState};
use symlint_terraform::{
    ConversionProblemKind, ErrorSubject, EvalError, EvalErrorKind, LoadError, LoadErrorKind, Span, Str,
};

use super::arguments;
use super::type_mismatch::unfit_fields;
use crate::format::is_any_malformed;
use crate::wiring::calls::misnamed;
use crate::wiring::is_any_miswired;

pub(super) fn check(cx: &mut Context<'_>) {
    // A value that does not fit the type of a tenants variable is reported by another rule, wherever it is passed.
    let reported = |span| cx.model.conversions.iter().any(|problem| problem.kind.is_error() && problem.span == span);
    // Text that cannot be parsed cannot be evaluated either, and one finding is enough.
    let files = cx.model.project.files();
    let unread = |span| files.iter().flat_map(|loaded| &loaded.file.errors).any(|error| error.span.contains(span));
    // A value that must not be null is reported by another rule, and so is a tenant that is null.
    let gaps = cx
        .tenants()
        .iter()
        .flat_map(|tenant| std::iter::once(tenant.span).chain(tenant.missing.iter().map(|gap| gap.span)));
    // A tenants variable that is null is not a finding; the report says that nothing was checked.
    let nulls = cx.model.variables.iter().filter_map(|variable| match variable.state {
        VariableState::Null(span) => Some(span),
        _ => None,
    });
    let absent: HashSet<Span> = gaps.chain(nulls).collect();
    // If nothing is checked, an error only matters if there might have been tenants.
    let is_needed = |error: &&EvalError| error.kind == EvalErrorKind::Limit || !cx.model.is_certainly_empty();
    let errors = cx.model.evaluation_errors.iter().filter(is_needed);
    // An attribute that a tenant lacks is reported on the tenant.
    let missing = cx.tenants().iter().flat_map(|tenant| &tenant.missing);
    let missing = missing.filter(|gap| gap.absence == Absence::Missing).map(|gap| gap.name.to_string());
    let required = cx.model.conversions.iter().filter_map(|problem| match &problem.kind {
        ConversionProblemKind::Missing { attribute } => Some(attribute.to_string()),
        _ => None,
    });
    let lacking: HashSet<String> = missing.chain(required).collect();
    // An element that lacks an attribute has another type than the others, which is reported already.
    let is_any_unfit = cx.model.conversions.iter().any(|problem| problem.kind.is_error());
    // A value that does not fit a module that it is passed to is reported on the tenant.
    let unfit = unfit_fields(cx.model);
    let is_known = |error: &EvalError| match &error.subject {
        Some(ErrorSubject::Unfit(..)) => unfit.contains_key(&error.span),
        Some(ErrorSubject::Types) => is_any_unfit,
        Some(ErrorSubject::Null(null, _)) => absent.contains(null),
        Some(ErrorSubject::NoAttribute(name, _) | ErrorSubject::NoKey { attribute: Some(name), .. }) => {
            lacking.contains(name.as_str())
        }
        _ => false,
    };
    // A missing argument of a call is reported at the call.
    let misnamed = LazyCell::new(|| misnamed(cx.model));
    let errors = errors.filter(|error| {
        !reported(error.span) && !unread(error.span) && !is_known(error) && !misnamed.contains(&error.span)
    });
    // If a validation fails for a value that is malformed, that belongs to another tenant, or that should not be
    // passed, the finding about that value is enough.
    let is_miswired = LazyCell::new(|| is_any_miswired(cx.model));
    let is_passed = |value: Span| {
        let calls = cx.model.flows.iter().filter_map(|flow| flow.call);
        calls.flat_map(|call| &call.arguments).any(|argument| argument.value.span.contains(value))
    };
    let is_malformed = |error: &EvalError| {
        let EvalErrorKind::Validation(value) = error.kind else { return false };
        let relations = cx.set_up.relations(cx.model.run);
        let is_shared = |tenant: &Tenant| relations.iter().any(|it| it.tenant == tenant.id || it.other == tenant.id);
        let has_finding =
            |tenant: &Tenant| is_any_malformed(tenant) || tenant.has_role_account_mismatch() || is_shared(tenant);
        cx.tenants().iter().any(|tenant| value.contains(tenant.span) && has_finding(tenant))
            || is_passed(value) && *is_miswired
    };
    let errors = errors.filter(|error| !is_malformed(error));
    // An error inside a module is reported at the values that it receives, if one of them is wrong.
    let is_explained = || {
        !cx.model.evaluation_errors.is_empty()
            || cx.model.conversions.iter().any(|problem| problem.kind.is_error())
            || cx.tenants().iter().any(|tenant| !tenant.missing.is_empty() || !tenant.misfits.is_empty())
            || arguments::is_any_misfit(cx.model)
            || !misnamed.is_empty()
            || *is_miswired
    };
    let of_resources = cx.model.resource_errors.iter().filter(|error| !unread(error.span));
    let is_alone = !cx.model.resource_errors.is_empty() && !is_explained();
    let of_resources: Vec<&EvalError> = of_resources.filter(|_| is_alone).collect();
    // Two elements with one name are reported as two tenants with one name.
    let mut names = HashSet::default();
    let is_name_taken = cx.tenants().iter().any(|tenant| tenant.is_named() && !names.insert(tenant.name()));
    let errors = errors.filter(|error| !is_name_taken || error.subject != Some(ErrorSubject::SameKey));
    // Something that several expressions lack or repeat is one cause.
    let mut causes: Vec<(&EvalError, Vec<Span>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::default();
    let mut seen: HashSet<(&str, Span)> = HashSet::default();
    for error in errors {
        let is_new = seen.insert((error.message.as_str(), error.span));
        match places.get(error.message.as_str()).and_then(|&at| causes.get_mut(at)) {
            Some((first, others)) if first.kind == error.kind => {
                others.extend((is_new && error.span != first.span && others.len() < MOST).then_some(error.span));
            }
            _ => {
                places.insert(&error.message, causes.len());
                causes.push((error, Vec::new()));
            }
        }
    }
    for (error, others) in causes {
        if let Some(ErrorSubject::NoKey { collection, key, meant, .. }) = &error.subject {
            report_key(cx, error, &others, *collection, (*key, meant.as_ref()));
            continue;
        }
        let mut report = cx.report(error.span, error.message.as_str()).cause(error.message.as_str());
        if error.kind == EvalErrorKind::Limit {
            report = report.help(
                "Terraform may accept it, but symlint gave up, so what depends on this expression was not checked. \
                 Compute what is the same for all tenants once, in a local.",
            );
        }
        for other in others {
            report = report.related(other, "here, too");
        }
        if let EvalErrorKind::Validation(value) = error.kind {
            report.related(start(value), "the value is set here");
        }
    }
    if let [first, others @ ..] = of_resources.as_slice() {
        let mut report = cx.report(first.span, first.message.as_str()).cause(first.message.as_str());
        for other in others {
            report = report.related(other.span, other.message.as_str());
        }
    }
    // A missing module may be missing only in this checkout, but a module that Terraform refuses to load is always
    // wrong.
    let project = cx.model.project;
    let refused = project.errors().iter().filter(|error| error.kind != LoadErrorKind::MissingModule);
    let is_known = |error: &&LoadError| cx.model.evaluation_errors.iter().any(|known| known.span == error.span);
    for error in refused.filter(|error| !unread(error.span) && !is_known(error)).collect::<Vec<_>>() {
        cx.report(error.span, error.message.as_str()).cause(error.message.as_str());
    }
}

/// How many other places with the same cause are listed.
const MOST: usize = 100;

fn start(span: Span) -> Span {
    Span::new(span.file, span.start..span.start)
}

/// Reports that a collection lacks a key. If the key is a misspelling of an existing one, the finding is where the key
/// is written.
fn report_key(
    cx: &mut Context<'_>,
    error: &EvalError,
    others: &[Span],
    collection: Span,
    (key, meant): (Option<Span>, Option<&Str>),
) {
    let key = key.filter(|key| !error.span.contains(*key));
    let tenant = key.and_then(|key| cx.tenants().iter().find(|tenant| tenant.span.contains(key)));
    let misspelled = key.zip(meant).filter(|_| tenant.is_some());
    let place = match misspelled {
        Some((span, _)) => Place { span, tenant: tenant.map(|it| it.id), path: None },
        None => Place { span: error.span, tenant: None, path: None },
    };
    let help = match misspelled {
        Some((_, meant)) => format!("Write `{meant}`. Until then, Terraform rejects the plan."),
        None => {
            "Add the key, or correct what refers to it. Until then, Terraform rejects the plan, and symlint could not \
             check what depends on this expression."
                .to_owned()
        }
    };
    let mut report = cx.report(place, error.message.as_str()).cause(error.message.as_str()).help(help);
    report = match (misspelled, key) {
        (Some(_), _) => report.related(error.span, "the key is looked up here"),
        (None, Some(key)) => report.related(key, "the key comes from here"),
        (None, None) => report,
    };
    for other in others {
        report = report.related(*other, "here, too");
    }
    report = report.related(start(collection), "the keys are written here");
    if let Some((span, meant)) = misspelled {
        report.suggestion(format!("write `{meant}`"), span, meant.as_str());
    }
}
