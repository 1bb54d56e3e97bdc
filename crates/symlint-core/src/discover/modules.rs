//! What the called modules are for: by what they declare, by the configuration, or by their arguments.

use foldhash::HashSet;
use symlint_terraform::{ModuleCall, ModuleId, Project};

use super::sinks::{has_references, has_sinks};
use crate::config::{ArgumentKind, Config};
use crate::tenants::SAFELIST;

/// What a module call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its module has the resources of a flow.
    Flow,
    /// It creates the role of a tenant's connector.
    Connector,
    /// It creates the role of the runtime.
    Runtime,
    Other,
}

/// What the modules of a project are for.
pub(super) struct Roles<'a> {
    config: &'a Config,
    project: &'a Project,
    /// Modules that declare sinks, or resources that refer to sinks.
    flows: HashSet<ModuleId>,
    /// Modules whose calls lead to sinks, connectors, runtimes, or policies.
    leading: HashSet<ModuleId>,
}

impl<'a> Roles<'a> {
    pub(super) fn new(project: &'a Project, config: &'a Config) -> Self {
        let modules = || project.modules_by_id();
        let mut flows: HashSet<ModuleId> =
            modules().filter(|(_, module)| has_sinks(module)).map(|(id, _)| id).collect();
        // A resource that only refers to sinks is a part of a flow whose sinks are in other modules.
        if !flows.is_empty() {
            flows.extend(modules().filter(|(_, module)| has_references(module)).map(|(id, _)| id));
        }
        let mut roles = Self { config, project, flows, leading: HashSet::default() };
        // Goes from the called modules to their callers, until nothing changes.
        loop {
            let leads = |module: &symlint_terraform::Module| {
                let matters = |call: &ModuleCall| {
                    roles.of(call) != Role::Other || call.child.is_some_and(|id| roles.leading.contains(&id))
                };
                module.calls.iter().any(matters) || super::policies::has_policies(module)
            };
            let new: Vec<ModuleId> = modules()
                .filter(|(id, module)| !roles.leading.contains(id) && leads(module))
                .map(|(id, _)| id)
                .collect();
            if new.is_empty() {
                return roles;
            }
            roles.leading.extend(new);
        }
    }

    /// Whether the module declares sinks, or resources that refer to sinks.
    pub(super) fn has_sinks(&self, module: ModuleId) -> bool {
        self.flows.contains(&module)
    }

    /// Whether the modules that the called one calls have anything that matters.
    pub(super) fn leads_on(&self, call: &ModuleCall) -> bool {
        call.child.is_some_and(|id| self.leading.contains(&id))
    }

    pub(super) fn of(&self, call: &ModuleCall) -> Role {
        if call.child.is_some_and(|id| self.has_sinks(id)) {
            return Role::Flow;
        }
        let names = call.source.as_ref().map(|source| module_names(&source.text)).unwrap_or_default();
        let is = |name: &str| names.iter().any(|candidate| candidate == name);
        if is(&self.config.flow_module) {
            Role::Flow
        } else if is(&self.config.connector_module) {
            Role::Connector
        } else if is(&self.config.runtime_module) || call.argument(SAFELIST).is_some() {
            Role::Runtime
        } else if call.child.is_none() && is_called_as_flow(call, self.config) {
            Role::Flow
        } else {
            Role::Other
        }
    }

    /// Whether the project has anything that the rules are about.
    pub(super) fn has_any(&self) -> bool {
        let mut calls = self.project.modules().iter().flat_map(|module| &module.calls);
        !self.flows.is_empty() || !self.leading.is_empty() || calls.any(|call| self.of(call) != Role::Other)
    }
}

/// Arguments that only a flow module has.
const TELLING: [&str; 2] = ["permission_set_arn", "sso_connector_settings"];

/// Arguments that a flow module has, and that other modules may have, too.
const USUAL: [&str; 9] =
    ["account_id", "cloud", "grants", "instance_arn", "region", "role_arn", "target_account_id", "tenant_slug", "slug"];

/// Whether a module that cannot be read is called with the arguments of a flow module.
fn is_called_as_flow(call: &ModuleCall, config: &Config) -> bool {
    let theirs: Vec<&str> =
        config.flow_arguments.values().map(String::as_str).filter(|name| !name.is_empty()).collect();
    let count = |known: &[&str]| known.iter().filter(|name| call.argument(name).is_some()).count();
    let telling = count(&TELLING);
    let mapped = theirs.iter().filter(|name| call.argument(name).is_some()).count();
    (telling + mapped > 0) && telling + mapped + count(&USUAL) >= 2
}

/// The name of the module that is called as a flow module, and the call, if no module has the name in `config`.
pub(crate) fn flow_module<'p>(project: &'p Project, config: &Config) -> Option<(String, &'p ModuleCall)> {
    let arguments = [
        ArgumentKind::TenantSlug,
        ArgumentKind::AccountId,
        ArgumentKind::PermissionSetArn,
        ArgumentKind::SsoConnectorSettings,
    ];
    let mut calls = project.modules().iter().flat_map(|module| &module.calls);
    let names = |call: &ModuleCall| call.source.as_ref().map(|source| module_names(&source.text)).unwrap_or_default();
    if calls.clone().any(|call| names(call).contains(&config.flow_module)) {
        return None;
    }
    let is_given = |call: &ModuleCall, kind: ArgumentKind| call.argument(config.argument_name(kind)).is_some();
    let call = calls.find(|call| arguments.into_iter().filter(|kind| is_given(call, *kind)).count() >= 3)?;
    Some((names(call).into_iter().next()?, call))
}

/// The names by which a module's `source` is known: the last segment of a local path or of a path inside a package, the
/// name of a registry module, or the repository of a git source without the prefix that the registry strips.
pub(crate) fn module_names(source: &str) -> Vec<String> {
    let source = source.split(['?', '#']).next().unwrap_or(source).trim_end_matches('/');
    // `//` after a scheme is part of the address; any other one leads to a folder inside the package.
    let address_start = source.find("://").map_or(0, |at| at + 3);
    let (package, folder) = match source.get(address_start..).and_then(|rest| rest.find("//")) {
        Some(at) => source.split_at(address_start + at),
        None => (source, ""),
    };
    let last = |path: &str| path.rsplit(['/', ':']).next().unwrap_or(path).trim_end_matches(".git").to_owned();
    if !folder.is_empty() {
        return vec![last(folder)];
    }
    if package.starts_with('.') {
        return vec![last(package)];
    }
    let segments: Vec<&str> = package.split('/').collect();
    let is_registry = !package.contains("::") && !package.contains("://") && !package.ends_with(".git");
    match segments.as_slice() {
        [_, name, _] if is_registry && !segments.first().is_some_and(|first| first.contains(['.', ':', '@'])) => {
            vec![(*name).to_owned()]
        }
        [host, _, name, _] if is_registry && host.contains('.') => vec![(*name).to_owned()],
        _ => {
            let repository = last(package);
            // Registry modules live in repositories called `terraform-PROVIDER-NAME`.
            let name = repository.strip_prefix("terraform-").and_then(|rest| rest.split_once('-'));
            name.map(|(_, name)| name.to_owned()).into_iter().chain([repository.clone()]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn module_sources_have_names() {
        for (source, name) in [
            ("./sso_flow", "sso_flow"),
            ("../modules/sso_flow/", "sso_flow"),
            ("symopsio/sso-connector/aws", "sso-connector"),
            ("registry.example.com/symopsio/sso-connector/aws", "sso-connector"),
            ("git::https://example.com/symopsio/terraform-aws-sso-connector.git?ref=v1", "sso-connector"),
            ("github.com/symopsio/terraform-aws-runtime-connector", "runtime-connector"),
            ("git@example.com:acme/modules.git//flows/sso_flow?ref=v2", "sso_flow"),
            ("git::ssh://git@example.com/acme/modules.git//sso_flow", "sso_flow"),
            ("acme/sso_flow/sym", "sso_flow"),
        ] {
            assert!(
                module_names(source).iter().any(|candidate| candidate == name),
                "{source}: {:?}",
                module_names(source)
            );
        }
    }
}
