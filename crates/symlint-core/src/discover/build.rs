//! Builds the model, which is everything that rules look at, from the elements and the flows.

use std::sync::{Mutex, OnceLock};

use foldhash::HashSet;
use symlint_terraform::{ConversionProblem, ConversionProblemKind, Evaluator, Kind, Project, Root, Type, Value};

use super::called::assign_by_references;
use super::collections::{self, Found};
use super::looks::{looks_like_tenants, passes_grants, received, receives_tenants};
use super::modules::Roles;
use super::policies;
use super::population::{Population, element_type};
use super::rounds::{self, Round, limit, too_much};
use super::unwired::unwired;
use super::usual::UsualAccount;
use super::walk::Walked;
use crate::config::Config;
use crate::tenants::{Index, Model, RoleNames, RunId, TenantsVariable, overridden};

/// Finds the tenants of `project` in the run `run`, and where their values take effect.
pub fn build<'p>(project: &'p Project, config: &Config, run: RunId) -> Model<'p> {
    build_with(project, config, run, &[])
}

/// The same, with what other root modules show of its collections.
pub(crate) fn build_with<'p>(project: &'p Project, config: &Config, run: RunId, usual: &[&UsualAccount]) -> Model<'p> {
    let Round { evaluator, variables, mut walked } = rounds::last(project, config);
    let found = collections::find(&evaluator, config, &walked);
    let mut population = Population::new(&evaluator, &walked, &found, config, run);
    population.assign(&mut walked);
    population.associate(&evaluator, &walked, &found);
    population.find_ways(&walked, config, usual);
    let conversions = conversions(&evaluator, &found, &variables, &population);
    let mut tenants = population.tenants(&walked, &conversions, config);
    population.name(&mut tenants, &walked);
    population.add_called(&mut walked, &mut tenants, &found.for_one_tenant);
    assign_by_references(&mut walked);
    if walked.runtimes.is_empty() && !walked.flows.is_empty() {
        walked.runtimes = policies::likely(std::mem::take(&mut walked.possible_runtimes), &tenants);
    }
    let unknown_effects = population.unknown_effects;
    walked.errors.extend(population.unfollowed.into_iter().map(too_much));
    let message = || "there are too many tenants: this one and those after it are not checked".to_owned();
    walked.errors.extend(population.too_many.map(|span| limit(message(), span)));
    let mut sources = population.sources;
    sources.add_values(&tenants);
    let is_of_tenants = |values: &[Value]| values.iter().any(|it| sources.is_of_tenants(it));
    let mut receiving = std::mem::take(&mut walked.other_calls);
    receiving.retain(|(_, values)| receives_tenants(values, 1) || is_of_tenants(values));
    let receiving_calls = receiving.into_iter().map(|(call, _)| call).collect();
    let unwired = unwired(&evaluator, &walked, &sources, &tenants);
    let types_are_declared = found.shapes.iter().any(|shape| element_type(project, shape).is_some());
    let evaluation_errors = std::mem::take(&mut walked.errors);
    let resource_errors = std::mem::take(&mut walked.resource_errors);
    let lost_keys = evaluator.lost_keys();
    let lost_entries = evaluator.lost_entries();
    // The evaluated values take as much memory as the tenants do.
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
        receiving_calls,
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

/// Whether `project` has anything that the rules are about.
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

/// Whether the root module calls a module that cannot be read, and either has values that look like tenants or passes
/// them to that module.
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
        || unread.any(|call| {
            receives_tenants(&received(&evaluator, &instance, call), 2)
                || passes_grants(&evaluator, &instance, root, call)
        })
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
        // A module may make calls from a list, but a values file without a module is expected to have the shipped
        // example's map.
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
