//! Arguments of flow calls that cannot be converted to the types of the module's variables. Two rules share this.

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Argument, FlowInstance, Model, Place, TenantId};
use symlint_terraform::{ConversionProblem, ConversionProblemKind, Module, Path, SortedMap, Span, Variable, convert};

/// The problems of one argument.
struct ArgumentMisfit<'a> {
    instance: &'a FlowInstance,
    argument: &'a Argument,
    variable: &'a Variable,
    /// Where the wrong value is.
    span: Span,
}

/// Reports the arguments whose problems `describe` turns into a message, with one finding for all instances of a call.
/// The message follows the argument's name and the tenants.
pub(super) fn report(cx: &mut Context<'_>, describe: impl Fn(&[&ConversionProblemKind]) -> Option<String>) {
    let model = cx.model;
    let reported: HashSet<Span> =
        model.conversions.iter().filter(|problem| problem.kind.is_error()).map(|problem| problem.span).collect();
    let mut found: SortedMap<(Span, String), Vec<ArgumentMisfit<'_>>> = SortedMap::new();
    let mut receivers: HashMap<Span, usize> = HashMap::default();
    for flow in &model.flows {
        let Some(module) = flow.module else { continue };
        for instance in &flow.instances {
            for argument in instance.arguments.iter().filter(|argument| !argument.is_default) {
                let Some(variable) = module.variable(&argument.name) else { continue };
                *receivers.entry(argument.span).or_default() += 1;
                let mut problems = convert(&argument.value, &variable.ty).problems;
                problems.retain(|problem| {
                    !reported.contains(&problem.span) && !is_reported_for_tenant(model, instance.tenant, problem)
                });
                let kinds: Vec<&ConversionProblemKind> = problems.iter().map(|problem| &problem.kind).collect();
                let (Some(first), Some(what)) = (problems.first(), describe(&kinds)) else { continue };
                let misfit = ArgumentMisfit { instance, argument, variable, span: first.span };
                found.entry((argument.span, what)).or_default().push(misfit);
            }
        }
    }
    for ((span, what), misfits) in found {
        report_one(cx, span, &what, &misfits, receivers.get(&span).copied().unwrap_or_default());
    }
}

/// Whether any value that a flow receives does not fit its module.
pub(super) fn is_any_misfit(model: &Model<'_>) -> bool {
    let is_misfit = |module: &Module, argument: &Argument| {
        let variable = module.variable(&argument.name).filter(|_| !argument.is_default);
        let problems = variable.map(|variable| convert(&argument.value, &variable.ty).problems);
        problems.unwrap_or_default().iter().any(|problem| problem.kind.is_error())
    };
    model.flows.iter().any(|flow| {
        let mut arguments = flow.instances.iter().flat_map(|instance| &instance.arguments);
        flow.module.is_some_and(|module| arguments.any(|argument| is_misfit(module, argument)))
    })
}

/// Whether the same problem is reported at the tenant's own entry.
fn is_reported_for_tenant(model: &Model<'_>, tenant: Option<TenantId>, problem: &ConversionProblem) -> bool {
    let Some(tenant) = tenant.map(|tenant| model.tenant(tenant)) else { return false };
    match &problem.kind {
        ConversionProblemKind::Missing { attribute } => tenant.missing.iter().any(|gap| gap.name == attribute.as_str()),
        _ => tenant.misfits.iter().any(|misfit| misfit.span == problem.span),
    }
}

/// Reports the problems of one argument. `receivers` is the number of tenants that receive it.
fn report_one(cx: &mut Context<'_>, span: Span, what: &str, misfits: &[ArgumentMisfit<'_>], receivers: usize) {
    let Some(ArgumentMisfit { instance, argument, variable, span: wrong }) = misfits.first() else { return };
    let mut tenants: Vec<TenantId> = misfits.iter().filter_map(|misfit| misfit.instance.tenant).collect();
    tenants.sort_unstable();
    tenants.dedup();
    let whom = match tenants.as_slice() {
        [] => format!("`{}`", instance.address),
        _ => cx.model.name_or_count(&tenants, cx.tenants().len()),
    };
    let message = format!("argument `{}` for {whom} {what}", argument.name);
    let path = format!("{}.{}", instance.address, argument.name);
    // A value that is right for others is wrong where the tenant's own value is written.
    let is_of_tenant = |path: &Path| tenants.iter().any(|it| cx.model.sources_of_values.owners(path).contains(it));
    let is_in_entry = misfits.len() < receivers && argument.value.origin.path.as_ref().is_some_and(is_of_tenant);
    let span = if is_in_entry { wrong.part(0..1) } else { span };
    let place = Place { span, tenant: tenants.first().copied(), path: Some(path) };
    let mut report = cx.report(place, message).related(variable.name.span, "declared here");
    if !span.contains(*wrong) && !is_in_entry {
        report = report.related(*wrong, "the value that is passed");
    }
    report.group(&tenants).cause(format!("{} {what}", argument.name));
}
