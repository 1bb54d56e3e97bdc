//! Elements and flows → tenants, and all that rules look at.

use std::sync::{Mutex, OnceLock};

use foldhash::HashSet;
use symlint_terraform::{
    ConversionProblem, ConversionProblemKind, EvalError, EvalErrorKind, Evaluator, Kind, Project, Root, SortedSet,
    Span, Str, Type, Value,
};

use super::calls;
use super::collections::{self, Found};
use super::looks::{looks_like_tenants, receives_tenants};
use super::modules::Roles;
use super::policies;
use super::population::{Population, element_type};
use super::unwired::unwired;
use super::walk::{Walked, Walker};
use crate::config::Config;
use crate::tenants::{
    Argument, FlowCall, Index, Model, RoleNames, RunId, TenantsVariable, VariableState, overridden, values_at,
};

/// Finds the tenants of `project`, which is the run `run`, and where their values take effect.
pub fn build<'p>(project: &'p Project, config: &Config, run: RunId) -> Model<'p> {
    let walk = |evaluator: &Evaluator<'p>| {
        let variables = variables(evaluator, config);
        (variables, Walker::new(evaluator, config).walk())
    };
    let mut evaluator = Evaluator::new(project);
    let (mut variables, mut walked) = walk(&evaluator);
    let open = collections::chosen_by_default(project, &walked);
    let gathered = calls::called_for_each_tenant(&walked);
    let leaving_open = || Evaluator::leaving_open(project, open.clone()).gathering(gathered.clone());
    if !open.is_empty() || !gathered.is_empty() {
        evaluator = leaving_open();
        (variables, walked) = walk(&evaluator);
    }
    let (keys, unresolved) = unresolved(&evaluator, &walked);
    let mut rounds: Vec<_> = Vec::new();
    let are_few = keys.len() <= KEYS;
    if !are_few {
        walked.errors.extend(unresolved.iter().flatten().min().map(|call| too_much(*call)));
    }
    for key in keys.into_iter().filter(|_| are_few) {
        let evaluator = leaving_open().assuming(key);
        let (variables, walked) = walk(&evaluator);
        rounds.push((evaluator, variables, walked));
    }
    // A collection that lacks what the others have is not meant.
    let wrong = |(evaluator, _, walked): &(Evaluator<'_>, _, Walked<'_>)| {
        (walked.errors.len(), self::unresolved(evaluator, walked).1.len())
    };
    let fewest = rounds.iter().map(wrong).min();
    let are_alike = rounds.iter().all(|round| Some(wrong(round)) == fewest);
    // What is repeated for what it takes its values from needs all.
    let is_repeated = |flow: &FlowCall<'_>| flow.call.is_some_and(|call| walked.open_calls.contains(&call.span));
    let needs_all = walked.flows.iter().any(is_repeated);
    let (rounds, others): (Vec<_>, Vec<_>) =
        rounds.into_iter().filter(|_| are_alike || !needs_all).partition(|round| Some(wrong(round)) == fewest);
    let mut rounds = rounds.into_iter();
    if let Some(first) = rounds.next() {
        // One that has something all the same is not passed over.
        let known = known_values(&walked);
        let others = others.into_iter().map(|(.., other)| other).filter(|other| known_values(other) > known);
        let errors: Vec<EvalError> = others.flat_map(|other| other.errors).collect();
        let Walked { runtimes, trusts, open_calls, .. } = std::mem::take(&mut walked);
        (evaluator, variables, walked) = first;
        (walked.runtimes, walked.trusts, walked.open_calls) = (runtimes, trusts, open_calls);
        walked.errors.extend(errors);
        rounds.for_each(|(.., other)| walked.add(other, &unresolved));
    }
    let found = collections::find(&evaluator, config, &walked);
    let mut population = Population::new(&evaluator, &walked, &found, config, run);
    population.assign(&mut walked);
    population.associate(&evaluator, &walked, &found);
    population.find_ways(&walked, config);
    let conversions = conversions(&evaluator, &found, &variables, &population);
    let mut tenants = population.tenants(&walked, &conversions, config);
    population.name(&mut tenants, &walked);
    population.add_called(&mut walked, &mut tenants);
    if walked.runtimes.is_empty() && !walked.flows.is_empty() {
        walked.runtimes = policies::likely(std::mem::take(&mut walked.possible_runtimes), &tenants);
    }
    let unknown_effects = population.unknown_effects;
    walked.errors.extend(population.unfollowed.into_iter().map(too_much));
    let message = || "there are too many tenants: this one and those after it are not checked".to_owned();
    walked.errors.extend(population.too_many.map(|span| limit(message(), span)));
    let mut sources = population.sources;
    sources.add_values(&tenants);
    let unwired = unwired(&evaluator, &walked, &sources, &tenants);
    let types_are_declared = found.shapes.iter().any(|shape| element_type(project, shape).is_some());
    let evaluation_errors = std::mem::take(&mut walked.errors);
    let resource_errors = std::mem::take(&mut walked.resource_errors);
    let lost_keys = evaluator.lost_keys();
    let lost_entries = evaluator.lost_entries();
    // What was evaluated takes as much room as the tenants do.
    drop(evaluator);
    let index = Index::new(&tenants, &walked.flows, config);
    let flow_folders = flow_folders(project, &walked);
    let overridden = overridden(lost_entries, &tenants, &walked.flows);
    let Walked { flows, resources, connectors, runtimes, trusts, .. } = walked;
    let Walked { unknown_calls, unknown_resources, open_calls, unread_calls, .. } = walked;
    Model {
        run,
        project,
        variables,
        tenants,
        flows,
        unknown_calls,
        unknown_resources,
        open_calls,
        unread_calls,
        connectors,
        runtimes,
        trusts,
        conversions,
        resources,
        flow_folders,
        evaluation_errors,
        resource_errors,
        lost_keys,
        types_are_declared,
        index,
        relations: Vec::new(),
        role_names: RoleNames::default(),
        overridden,
        unwired,
        unwired_instances: OnceLock::new(),
        values: Mutex::default(),
        keys_twice: OnceLock::new(),
        sources_of_values: sources,
        unknown_effects,
        not_checked: Vec::new(),
    }
}

/// The keys that may choose the collection that flows are built from, where it is not known which does, and the names of the
/// calls of these flows.
fn unresolved(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> (SortedSet<Str>, HashSet<Option<Span>>) {
    let choices = evaluator.choices();
    let is_choice = |reason: &str| choices.iter().any(|(_, known)| known == reason);
    let is_unknown = |value: &Value| value.as_unknown().is_some_and(|unknown| is_choice(&unknown.reason));
    let is_passed = |argument: &Argument| {
        let mut parts = argument.parts.iter().flat_map(|part| values_at(&argument.value, &part.steps));
        is_unknown(&argument.value) || parts.any(|value| is_unknown(&value))
    };
    if choices.is_empty() {
        return (SortedSet::new(), HashSet::default());
    }
    let acting = walked.resources.iter().filter(|it| it.settings().any(|(_, value)| is_unknown(&value)));
    let acting: HashSet<usize> = acting.map(|resource| resource.flow).collect();
    let is_open = |(at, flow): &(usize, &FlowCall<'_>)| {
        flow.unknown.as_ref().is_some_and(|unknown| flow.instances.is_empty() && is_choice(&unknown.reason))
            || flow.instances.iter().flat_map(|instance| &instance.arguments).any(is_passed)
            || acting.contains(at)
    };
    let flows = walked.flows.iter().enumerate().filter(is_open);
    let unresolved: HashSet<_> = flows.map(|(_, flow)| flow.call.map(|call| call.name.span)).collect();
    let keys: SortedSet<Str> = choices.iter().map(|(key, _)| key.clone()).collect();
    (if unresolved.is_empty() { SortedSet::new() } else { keys }, unresolved)
}

/// How many values that flows receive, or that resources have, are known.
fn known_values(walked: &Walked<'_>) -> usize {
    let arguments = walked.flows.iter().flat_map(|flow| &flow.instances).flat_map(|instance| &instance.arguments);
    let settings = walked.resources.iter().flat_map(|resource| resource.settings());
    arguments.filter(|it| it.value.as_unknown().is_none()).count()
        + settings.filter(|(_, value)| value.as_unknown().is_none()).count()
}

/// Of how many collections each is looked at, where it is not known which is meant. Of more, it is an error.
const KEYS: usize = 16;

/// The error for a value at `span` that was made of more than is looked at.
fn too_much(span: Span) -> EvalError {
    limit("this is made of too many values to be followed".to_owned(), span)
}

fn limit(message: String, span: Span) -> EvalError {
    EvalError { message, span, subject: None, kind: EvalErrorKind::Limit }
}

/// Whether `project` has something that the rules speak of.
pub fn concerns(project: &Project, config: &Config) -> bool {
    let is_set = |name: &str| project.assignments().iter().any(|assignment| assignment.variable.text.as_str() == name);
    let is_declared = |name: &str| project.root().is_some_and(|root| root.variable(name).is_some());
    let is_local = |name: &str| {
        let local = name.strip_prefix("local.").zip(project.root());
        local.is_some_and(|(name, root)| root.local(name).is_some())
    };
    config.tenants_variables.iter().any(|name| is_declared(name) || is_set(name) || is_local(name))
        || Roles::new(project, config).has_any()
        || hands_on_tenants(project)
}

/// Whether the root module calls one that cannot be read, and passes to it, or has, what looks like tenants.
fn hands_on_tenants(project: &Project) -> bool {
    let Some(root) = project.root() else { return false };
    let mut unread = root.calls.iter().filter(|call| call.child.is_none()).peekable();
    if unread.peek().is_none() {
        return false;
    }
    let evaluator = Evaluator::new(project);
    let instance = evaluator.root();
    let mut variables = root.variables.iter().filter_map(|it| evaluator.variable(&instance, &it.name.text));
    let mut locals = root.locals.iter().filter_map(|it| evaluator.local(&instance, &it.name.text));
    variables.any(|it| looks_like_tenants(&it))
        || locals.any(|it| looks_like_tenants(&it))
        || unread.any(|call| receives_tenants(&evaluator, &instance, call))
}

/// The state of the variables and locals that the configuration names, or that the stock module has.
fn variables(evaluator: &Evaluator<'_>, config: &Config) -> Vec<TenantsVariable> {
    let root = evaluator.root();
    let state = |name: &String| {
        let local = name.strip_prefix("local.");
        let value = local.map_or_else(|| evaluator.variable(&root, name), |local| evaluator.local(&root, local))?;
        let is_set = evaluator.project().assignments().iter().any(|it| it.variable.text.as_str() == name);
        let is_set = is_set || local.is_some();
        let state = match value.as_unknown() {
            // It cannot be iterated, so it counts as missing.
            None if matches!(value.kind, Kind::Null) => VariableState::Null(value.origin.span),
            None => VariableState::Known,
            Some(unknown) if is_set => VariableState::Unknown { reason: unknown.reason.clone(), span: unknown.span },
            Some(_) => VariableState::Unset,
        };
        Some(TenantsVariable { name: name.clone(), state, is_list: value.elements().is_some() })
    };
    config.tenants_variables.iter().filter_map(state).collect()
}

/// Collections whose values do not match their declared types, or that are not collections.
fn conversions(
    evaluator: &Evaluator<'_>,
    found: &Found,
    variables: &[TenantsVariable],
    population: &Population<'_>,
) -> Vec<ConversionProblem> {
    let project = evaluator.project();
    let mut names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    for shape in &found.shapes {
        if let Root::Variable { module, name } = &shape.root
            && module.is_empty()
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    let root = evaluator.root();
    let mut problems = Vec::new();
    // Flows, or a local with tenants, may be built from any other variable.
    for (name, found) in evaluator.problems_met() {
        if !names.contains(&name.as_str()) && found.iter().any(|problem| problem.kind.is_error()) {
            problems.extend(found.iter().cloned());
        }
    }
    for name in names {
        problems.extend(evaluator.problems(name).iter().cloned());
        let Some(value) = evaluator.variable(&root, name) else { continue };
        let is_map = value.entries().is_some() || matches!(value.kind, Kind::Null | Kind::Unknown(_));
        // A module may turn a list into calls, but a values file alone is read like the shipped example.
        let is_useless = match value.elements() {
            Some(elements) => !project.has_configuration() || (population.elements.is_empty() && !elements.is_empty()),
            None => true,
        };
        if !is_map && is_useless {
            problems.push(ConversionProblem {
                span: value.origin.span,
                path: value.origin.path.clone(),
                kind: ConversionProblemKind::Mismatch { wanted: Type::Map(Type::Any.into()), got: value.type_name() },
            });
        }
    }
    problems
}

/// The folders of the flow modules, and of the modules that they call.
fn flow_folders(project: &Project, walked: &Walked<'_>) -> HashSet<String> {
    let mut seen = HashSet::default();
    let mut folders = HashSet::default();
    let mut work: Vec<_> = walked.flows.iter().filter_map(|flow| flow.call?.child).collect();
    while let Some(id) = work.pop() {
        if let Some(module) = project.module(id).filter(|_| seen.insert(id)) {
            folders.insert(module.dir.clone());
            work.extend(module.calls.iter().filter_map(|call| call.child));
        }
    }
    folders
}
