//! Which folders are called as modules, as opposed to root modules.

use symlint_terraform::syntax::Block;
use symlint_terraform::{EvalError, Evaluator, Module, ModuleId, Project, SortedSet, Str, Variable};

use crate::tenants::Model;

/// The folders of the modules that `project` calls, except those that are also root modules: a call elsewhere in the
/// repository must not hide a module that is applied on its own. Such a module has defaults for all variables, and
/// either configures its state or its providers, or the calls of it create nothing.
pub(super) fn called_by(project: &Project) -> Vec<&str> {
    let called = || project.modules_by_id().skip(1);
    let has_defaults = |module: &Module| module.variables.iter().all(|variable| variable.default.is_some());
    let complete: SortedSet<ModuleId> = called().filter(|(_, module)| has_defaults(module)).map(|(id, _)| id).collect();
    let made = if complete.is_empty() { SortedSet::new() } else { made(project, &complete) };
    let is_root = |id: &ModuleId, module: &Module| complete.contains(id) && (is_set_up(module) || !made.contains(id));
    called().filter(|(id, module)| !is_root(id, module)).map(|(_, module)| module.dir.as_str()).collect()
}

/// Whether a module configures a provider or the location of its state.
pub(super) fn is_set_up(module: &Module) -> bool {
    let is_state = |block: &Block| matches!(block.kind.text.as_str(), "backend" | "cloud");
    module.others.iter().any(|block| match block.kind.text.as_str() {
        "terraform" => block.body.blocks.iter().any(|inner| is_state(inner)),
        // An empty block only declares that the caller passes the provider, as in older modules.
        "provider" => !block.body.attributes.iter().all(|attribute| attribute.name.text.as_str() == "alias"),
        _ => false,
    })
}

/// The first variable of a root module that has no value.
pub(super) fn unset<'p>(project: &Project, root: &'p Module) -> Option<&'p Variable> {
    let is_set = |name: &Str| project.assignments().iter().any(|it| it.variable.text == *name);
    root.variables.iter().find(|variable| !is_set(&variable.name.text))
}

/// Whether there are only flows that are repeated for nothing because of the variables' defaults.
pub(super) fn has_nothing_by_default(model: &Model<'_>) -> bool {
    let is_of_variable = |error: &EvalError| model.sources().text(error.span).contains("var.");
    model.tenants.is_empty()
        && !model.flows.is_empty()
        && model.knows_its_flows()
        && model.unknown_resources.iter().all(|(_, unknown)| unknown.is_refused)
        && model.runtimes.len() + model.connectors.len() + model.variables.len() == 0
        && model.evaluation_errors.iter().all(is_of_variable)
}

/// The modules on the way to one of `wanted` whose calls create something, or may.
fn made(project: &Project, wanted: &SortedSet<ModuleId>) -> SortedSet<ModuleId> {
    let mut leading = wanted.clone();
    loop {
        let known = leading.len();
        let leads =
            |module: &Module| module.calls.iter().any(|call| call.child.is_some_and(|id| leading.contains(&id)));
        let new: Vec<ModuleId> = project.modules_by_id().filter(|(_, it)| leads(it)).map(|(id, _)| id).collect();
        leading.extend(new);
        if leading.len() == known {
            break;
        }
    }
    let evaluator = Evaluator::new(project);
    let mut made = SortedSet::new();
    // If it is not known what a call creates, nothing below it is evaluated.
    let mut work = vec![(ModuleId::ROOT, Some(evaluator.root()))];
    while let Some((module, instance)) = work.pop() {
        for call in project.module(module).map(|module| module.calls.as_slice()).unwrap_or_default() {
            let Some(child) = call.child.filter(|id| leading.contains(id) && !made.contains(id)) else { continue };
            let first = match instance.as_ref().map(|instance| evaluator.instances(instance, call)) {
                Some(Ok(instances)) if instances.is_empty() => continue,
                Some(Ok(instances)) => instances.into_iter().next(),
                Some(Err(_)) | None => None,
            };
            made.insert(child);
            work.push((child, first));
        }
    }
    made
}
