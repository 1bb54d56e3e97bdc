//! Modules with flows that the root module calls once for each tenant, with the tenant's values written in the call.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Instance, InstanceKey, ModuleId, Root};

use super::effective::effects_of;
use super::walk::Walked;
use crate::tenants::resources_of;

/// The modules whose flows get all their values from several calls in the root module.
pub(super) fn called_for_each_tenant(walked: &Walked<'_>) -> HashSet<ModuleId> {
    // By module: the calls, or `None` if some flow gets its values from elsewhere.
    let mut calls: HashMap<ModuleId, Option<HashSet<&str>>> = HashMap::default();
    for (at, flow) in walked.flows.iter().enumerate() {
        for (place, instance) in flow.instances.iter().enumerate() {
            let Some(called) = outermost(&instance.instance) else { continue };
            let Some(module) = called.module() else { continue };
            let known = calls.entry(module).or_insert_with(|| Some(HashSet::default()));
            let Some(addresses) = known else { continue };
            let is_written = |root: &Root| matches!(root, Root::Variable { module, .. } if module == called.address());
            let is_of_call = || {
                let effects = effects_of(instance, resources_of(&walked.resources, at, place));
                let mut roots = effects.iter().filter_map(|it| it.value.origin.path.as_ref()).map(|path| path.start());
                roots.clone().any(is_written) && !roots.any(is_of_root_module)
            };
            // Resources that are repeated within the module are grants of the tenant for which it is called.
            if matches!(called.key(), InstanceKey::None) && is_of_call() {
                addresses.insert(called.address());
            } else {
                *known = None;
            }
        }
    }
    calls.into_iter().filter(|(_, known)| known.as_ref().is_some_and(|it| it.len() > 1)).map(|(id, _)| id).collect()
}

/// Whether a path starts at something in the root module, or at a collection that is iterated.
fn is_of_root_module(root: &Root) -> bool {
    match root {
        Root::Variable { module, .. } | Root::Local { module, .. } => module.is_empty(),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => true,
    }
}

/// The instance of a call in the root module that is, or contains, `instance`.
fn outermost(instance: &Instance) -> Option<&Instance> {
    let mut around = std::iter::successors(Some(instance), |it| it.caller());
    around.find(|it| it.caller().is_some_and(|caller| caller.caller().is_none()))
}
