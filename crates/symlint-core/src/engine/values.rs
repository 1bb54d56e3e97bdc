//! Decides which of the values files that Terraform does not load automatically are runs of a root module.

use symlint_terraform::{Assignment, AssignmentSource, Evaluator, Project, SortedSet, Sources};

use super::paths::parent;
use super::search::matches;
use crate::config::Config;
use crate::discover;
use crate::inspection::ValuesChoice;

/// A values file on its own, and what it sets.
pub(super) struct ValuesFile {
    pub(super) path: String,
    pub(super) project: Project,
    pub(super) variables: SortedSet<String>,
    /// The variables whose entries look like tenants.
    pub(super) tenants: SortedSet<String>,
}

impl ValuesFile {
    pub(super) fn new(path: String, project: Project) -> Self {
        let names = project.assignments().iter().map(|assignment| assignment.variable.text.to_string());
        let variables: SortedSet<String> = names.collect();
        let evaluator = Evaluator::new(&project);
        let has_tenants = |name: &&String| {
            evaluator.variable(&evaluator.root(), name).is_some_and(|value| discover::has_tenants(&value))
        };
        let tenants: SortedSet<String> = variables.iter().filter(has_tenants).cloned().collect();
        Self { path, project, variables, tenants }
    }

    /// Whether it sets one of these variables.
    pub(super) fn sets_any(&self, names: &SortedSet<String>) -> bool {
        self.variables.iter().any(|name| names.contains(name))
    }
}

/// The values files of a root module that Terraform does not load automatically.
#[derive(Default)]
pub(super) struct OfRoot {
    /// Files below the root module, and files that can only be meant for it.
    pub(super) near: Vec<ValuesFile>,
    /// Files elsewhere that set its variables, but may be meant for another root module.
    pub(super) elsewhere: Vec<ValuesFile>,
}

/// Which values files of a root module are runs of their own.
pub(super) struct Runs {
    pub(super) runs: Vec<ValuesFile>,
    /// How they were chosen.
    pub(super) choice: ValuesChoice,
    /// Files that would set the tenants, but that no run loads.
    pub(super) unloaded: Vec<ValuesFile>,
    /// Variables with tenants that Terraform loads automatically, but that all runs replace.
    pub(super) replaced: Vec<Replaced>,
}

/// A variable as a values file sets it.
pub(super) struct Replaced {
    pub(super) variable: String,
    pub(super) path: String,
}

/// Chooses the values files that are runs of their own.
pub(super) fn runs_of(project: &Project, config: &Config, config_file: Option<&str>, files: OfRoot) -> Runs {
    let is_set = |name: &str| {
        let mut assignments = project.assignments().iter();
        assignments.any(|it| it.variable.text.as_str() == name && it.source != AssignmentSource::Default)
    };
    let declared = |name: &str| project.root().and_then(|root| root.variable(name));
    let is_tenants = |file: &ValuesFile, name: &String| {
        declared(name).is_some() && (config.tenants_variables.contains(name) || file.tenants.contains(name))
    };
    // What looks like tenants and has a name that nothing declares may be misspelled.
    let sets_tenants =
        |file: &ValuesFile| !file.tenants.is_empty() || file.variables.iter().any(|name| is_tenants(file, name));
    let elsewhere = files.elsewhere.into_iter().filter(sets_tenants);
    if let (Some(path), false) = (config_file, config.values.is_empty()) {
        let is_run = |file: &ValuesFile| matches(&config.values, parent(path), &file.path);
        let all = files.near.into_iter().chain(elsewhere);
        let (runs, others): (Vec<_>, Vec<_>) = all.partition(is_run);
        let unloaded = others.into_iter().filter(sets_tenants).collect();
        let replaced = replaced(project, &runs);
        return Runs { runs, choice: ValuesChoice::Configured, unloaded, replaced };
    }
    let (tenants, others): (Vec<_>, Vec<_>) = files.near.into_iter().partition(sets_tenants);
    if tenants.is_empty() {
        // The variables with the tenants may have any name. Terraform asks for the ones without a value.
        let is_needed =
            |name: &String| declared(name).is_some_and(|variable| variable.default.is_none()) && !is_set(name);
        let needed = others.into_iter().filter(|file| file.variables.iter().any(is_needed));
        let (runs, unloaded) = (needed.collect(), elsewhere.collect());
        return Runs { runs, choice: ValuesChoice::SetsRequired, unloaded, replaced: Vec::new() };
    }
    let is_run = |file: &ValuesFile| {
        let is_declared = |name: &String| declared(name).is_some();
        !file.tenants.is_empty() && !file.tenants.iter().any(is_declared)
            || file.variables.iter().any(|name| is_tenants(file, name) && !is_set(name))
    };
    let (runs, mut unloaded): (Vec<_>, Vec<_>) = tenants.into_iter().partition(is_run);
    unloaded.extend(elsewhere);
    Runs { runs, choice: ValuesChoice::SetsTenants, unloaded, replaced: Vec::new() }
}

/// The variables with tenants in automatically loaded files, if all `runs` set them again.
fn replaced(project: &Project, runs: &[ValuesFile]) -> Vec<Replaced> {
    let is_replaced =
        |it: &&Assignment| !runs.is_empty() && runs.iter().all(|run| run.variables.contains(it.variable.text.as_str()));
    let evaluator = Evaluator::new(project);
    let has_tenants = |it: &&Assignment| {
        let value = evaluator.variable(&evaluator.root(), &it.variable.text);
        value.is_some_and(|value| discover::has_tenants(&value))
    };
    let replaced =
        project.assignments().iter().filter(is_replaced).filter_map(|it| Some((it, file_of(it, project.sources())?)));
    let with_tenants = replaced.filter(|(it, _)| has_tenants(it));
    with_tenants.map(|(it, path)| Replaced { variable: it.variable.text.to_string(), path }).collect()
}

/// The values file that contains an assignment.
pub(super) fn file_of(assignment: &Assignment, sources: &Sources) -> Option<String> {
    match assignment.source {
        AssignmentSource::File(file) => Some(sources.get(file).name().to_owned()),
        _ => None,
    }
}
