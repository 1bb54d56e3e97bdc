//! What symlint looks for, and what a root module has instead.

use symlint_terraform::syntax::ExprKind;
use symlint_terraform::{ModuleCall, Project, SortedMap};

use super::wire::{CalledModule, Contents, CountedKind};
use crate::config::Config;
use crate::discover::sinks::SINKS;

/// How many names of each list are kept. A few are enough to see why nothing was found.
const MANY: usize = 200;

/// What a project contains.
pub(crate) fn contents_of(project: &Project) -> Contents {
    let mut kinds: SortedMap<&str, usize> = SortedMap::new();
    for resource in project.modules().iter().flat_map(|module| &module.resources).filter(|resource| !resource.data) {
        *kinds.entry(resource.kind.text.as_str()).or_default() += 1;
    }
    let resources = kinds.into_iter().map(|(kind, count)| CountedKind { kind: kind.to_owned(), count });
    let root = project.root();
    let calls = root
        .into_iter()
        .flat_map(|root| &root.calls)
        .map(|call| CalledModule { name: call.name.text.to_string(), source: source_of(call, project) });
    let mut variables: Vec<String> =
        root.into_iter().flat_map(|root| &root.variables).map(|variable| variable.name.text.to_string()).collect();
    // A values file without a module declares nothing.
    let set = project.assignments().iter().map(|assignment| assignment.variable.text.to_string());
    for name in set {
        if !variables.contains(&name) && variables.len() < MANY {
            variables.push(name);
        }
    }
    let locals = root.into_iter().flat_map(|root| &root.locals).map(|local| local.name.text.to_string());
    variables.truncate(MANY);
    Contents {
        resources: resources.take(MANY).collect(),
        calls: calls.take(MANY).collect(),
        variables,
        locals: locals.take(MANY).collect(),
    }
}

/// The source of the called module; if parts of it must not be shown, the expression as it is written.
pub(super) fn source_of(call: &ModuleCall, project: &Project) -> Option<String> {
    let variables = project.root().map(|root| root.variables.as_slice()).unwrap_or_default();
    let has_private = project.given_by_environment().next().is_some() || variables.iter().any(|it| it.sensitive);
    let written = call.source_attribute.as_ref().map(|attribute| &attribute.value).filter(|_| has_private);
    let computed = written.filter(|expr| !matches!(expr.kind, ExprKind::String(_)));
    let source = call.source.as_ref()?;
    Some(computed.map_or_else(|| source.text.to_string(), |expr| project.sources().text(expr.span)))
}

/// The names by which tenants are found with this configuration.
pub(crate) fn looked_for(config: &Config) -> Vec<String> {
    let mut kinds: Vec<String> = SINKS
        .iter()
        .map(|sink| match sink.type_name {
            Some(type_name) => format!("`{}` of type `{type_name}`", sink.kind),
            None => format!("`{}`", sink.kind),
        })
        .collect();
    kinds.dedup();
    let modules = [&config.flow_module, &config.connector_module, &config.runtime_module];
    let modules: Vec<String> = modules.iter().map(|name| format!("`{name}`")).collect();
    let variables: Vec<String> = config.tenants_variables.iter().map(|name| format!("`{name}`")).collect();
    vec![
        format!("the resources {}, and the values that reach them", kinds.join(", ")),
        format!("calls of modules named {}", modules.join(", ")),
        "calls with an argument `account_id_safelist`, and policies that allow `sts:AssumeRole` on `role/sym/…`"
            .to_owned(),
        "calls of modules that are not available, with arguments such as `permission_set_arn`".to_owned(),
        format!("a collection named {}", variables.join(", ")),
        "a variable or a local whose elements have ARNs of an instance, a permission set, or a role".to_owned(),
    ]
}
