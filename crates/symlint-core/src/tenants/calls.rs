//! Finds the module calls that matter, in the root module and in those that it calls.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::sync::Arc;

use foldhash::HashMap;
use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{
    Entry, Evaluator, Instance, InstanceKey, Kind, ModuleCall, Origin, Project, Str, Unknown, Value, Variable,
};

use super::build::is_set;
use super::flow::{Argument, ArgumentKind, ConnectorCall, ConnectorInstance, FlowCall, FlowInstance, RuntimeCall};
use super::model::{Model, TenantId};
use super::names::normalise;
use super::sources::{Source, SourceIndex};
use crate::config::Config;

/// Functions whose result has every element of every argument.
const PASSING: [&str; 6] = ["concat", "distinct", "sort", "tolist", "toset", "setunion"];

/// So many locals are followed to where a list is written.
const LOCALS: usize = 8;

/// The argument that only a runtime connector has.
const SAFELIST: &str = "account_id_safelist";

/// Adds the calls of the root module, and of all that it calls, to the model, whose tenants from variables are there.
pub(super) fn find_calls<'p>(evaluator: &Evaluator<'p>, config: &Config, model: &mut Model<'p>) {
    model.sources_of_values = SourceIndex::new(&model.tenants, config);
    // Without a call, nobody asks where a value came from.
    if !model.has_calls() {
        return;
    }
    let mut entries = Entries {
        keys: HashMap::default(),
        words: OnceCell::new(),
        sources: std::mem::take(&mut model.sources_of_values).with_values(&model.tenants, config),
        config,
    };
    for tenant in &model.tenants {
        let key = tenant.key.raw().cloned().unwrap_or_default();
        entries.keys.entry(key).and_modify(|known| *known = None).or_insert(Some(tenant.id));
    }
    for variable in model.variables.iter().filter(|variable| variable.is_list) {
        entries.sources.forget(&variable.name);
    }
    visit_calls(evaluator, &evaluator.root(), &entries, model);
    model.sources_of_values = entries.sources;
}

/// The entries of the tenants variables.
struct Entries<'a> {
    /// By their keys; `None` where two variables have the same.
    keys: HashMap<Str, Option<TenantId>>,
    /// By their normalised keys, once they are asked for; `None` where several have the same.
    words: OnceCell<HashMap<String, Option<TenantId>>>,
    sources: SourceIndex,
    config: &'a Config,
}

fn visit_calls<'p>(evaluator: &Evaluator<'p>, instance: &Instance, entries: &Entries<'_>, model: &mut Model<'p>) {
    let config = entries.config;
    let Some(module) = instance.module().and_then(|module| model.project.module(module)) else { return };
    for call in &module.calls {
        let role = role_of(call, config);
        if role == Role::Other && call.child.is_none() {
            continue;
        }
        let (instances, unknown) = match evaluator.instances(instance, call) {
            Ok(instances) => (instances, None),
            Err(unknown) => (Vec::new(), Some(unknown)),
        };
        let is_unknown = unknown.is_some();
        match role {
            Role::Flow => model.flows.push(flow_call(evaluator, call, &instances, unknown, entries, model.project)),
            Role::Connector => model.connectors.push(connector_call(evaluator, call, &instances)),
            Role::Runtime => {
                model.runtimes.push(RuntimeCall { is_unknown, ..runtime_call(evaluator, call, &instances) });
            }
            Role::Other => {
                model.has_unknown_calls |= is_unknown;
                instances.iter().for_each(|child| visit_calls(evaluator, child, entries, model));
            }
        }
    }
}

/// Whether `project` has something that the rules speak of: a tenants variable, or a call of a module that matters.
pub fn concerns(project: &Project, config: &Config) -> bool {
    let has_variable = config
        .tenants_variables
        .iter()
        .any(|name| project.root().is_some_and(|root| root.variable(name).is_some()) || is_set(project, name));
    let mut calls = project.modules().iter().flat_map(|module| &module.calls);
    has_variable || calls.any(|call| role_of(call, config) != Role::Other)
}

/// What a module call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Flow,
    Connector,
    Runtime,
    Other,
}

fn role_of(call: &ModuleCall, config: &Config) -> Role {
    let names = call.source.as_ref().map(|source| module_names(&source.text)).unwrap_or_default();
    let is = |name: &str| names.iter().any(|candidate| candidate == name);
    if is(&config.flow_module) {
        Role::Flow
    } else if is(&config.connector_module) {
        Role::Connector
    } else if is(&config.runtime_module) || call.argument(SAFELIST).is_some() {
        Role::Runtime
    } else {
        Role::Other
    }
}

/// The names by which a module's `source` is known: the last segment of a local path or of a path inside a package,
/// the name of a registry module, the repository of a git source without what the registry strips of it.
pub(crate) fn module_names(source: &str) -> Vec<String> {
    let source = source.split(['?', '#']).next().unwrap_or(source).trim_end_matches('/');
    // `//` behind a scheme is part of the address; any other one leads to a folder inside the package.
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

fn flow_call<'p>(
    evaluator: &Evaluator<'p>,
    call: &'p ModuleCall,
    instances: &[Instance],
    unknown: Option<Arc<Unknown>>,
    entries: &Entries<'_>,
    project: &'p Project,
) -> FlowCall<'p> {
    let module = call.child.and_then(|child| project.module(child));
    let instances = instances
        .iter()
        .map(|instance| {
            let arguments: Vec<Argument> = ArgumentKind::ALL
                .into_iter()
                .filter_map(|kind| {
                    let name = entries.config.argument_name(kind);
                    let variable = module.and_then(|module| module.variable(name));
                    let given = given(evaluator, call, instance, kind, name);
                    // Terraform takes the default for a null that may be none.
                    let given = given.filter(|it| !it.value.is_null() || variable.is_none_or(|it| it.nullable));
                    given.or_else(|| default(evaluator, call, variable?, instance, kind))
                })
                .collect();
            for argument in &arguments {
                // Terraform asks for these before anything of the module.
                let variable = module.and_then(|module| module.variable(&argument.name));
                if variable.is_some_and(|variable| !variable.validations.is_empty()) {
                    evaluator.variable(instance, &argument.name);
                }
            }
            let key = match instance.key() {
                InstanceKey::Key(key) => Some(key),
                _ => None,
            };
            FlowInstance {
                address: instance.address().clone(),
                tenant: entries.own_tenant(key, &arguments),
                key: key.and_then(Value::as_str).cloned(),
                instance: instance.clone(),
                arguments,
                inputs: Vec::new(),
            }
        })
        .collect();
    FlowCall { call, module, instances, unknown }
}

/// What the call passes as the argument `name`.
fn given(
    evaluator: &Evaluator<'_>,
    call: &ModuleCall,
    instance: &Instance,
    kind: ArgumentKind,
    name: &str,
) -> Option<Argument> {
    let attribute = call.argument(name)?;
    let value = evaluator.argument(instance, name)?;
    Some(Argument { kind, name: attribute.name.text.clone(), value, span: attribute.value.span, is_default: false })
}

/// What the module takes where the call passes nothing, unless that says nothing: what may be left out is null, empty
/// or a list of nothing.
fn default(
    evaluator: &Evaluator<'_>,
    call: &ModuleCall,
    variable: &Variable,
    instance: &Instance,
    kind: ArgumentKind,
) -> Option<Argument> {
    variable.default.as_ref()?;
    let value = evaluator.variable(instance, &variable.name.text)?;
    let says_nothing = match &value.kind {
        Kind::Null | Kind::Unknown(_) => true,
        Kind::String(text) => text.is_empty(),
        _ => value.entries().is_some_and(<[Entry]>::is_empty) || value.elements().is_some_and(<[Value]>::is_empty),
    };
    let (name, span) = (variable.name.text.clone(), call.name.span);
    (!says_nothing).then_some(Argument { kind, name, value, span, is_default: true })
}

impl Entries<'_> {
    /// The tenant whose values an instance should receive: the one that its key is or comes from, the one that its
    /// slug is or comes from, or else the one that most arguments come from.
    fn own_tenant(&self, key: Option<&Value>, arguments: &[Argument]) -> Option<TenantId> {
        if let Some(tenant) = key.and_then(|key| self.named_by(key)) {
            return Some(tenant);
        }
        let (slugs, values): (Vec<_>, Vec<_>) =
            arguments.iter().partition(|argument| argument.kind == ArgumentKind::TenantSlug);
        if let Some(tenant) = slugs.first().and_then(|slug| self.named_by(&slug.value)) {
            return Some(tenant);
        }
        let mut votes: Vec<(usize, TenantId)> = Vec::new();
        for tenant in values.iter().flat_map(|argument| self.sources.tenants(&argument.value)) {
            match votes.iter_mut().find(|(_, voted)| *voted == tenant) {
                Some((count, _)) => *count += 1,
                None => votes.push((1, tenant)),
            }
        }
        // Of equals, the first in source order.
        votes.into_iter().max_by_key(|&(count, tenant)| (count, Reverse(tenant))).map(|(_, tenant)| tenant)
    }

    /// The tenant whose key `value` is, is made of, or is in another spelling.
    fn named_by(&self, value: &Value) -> Option<TenantId> {
        let text = value.as_str()?;
        if let Some(Some(tenant)) = self.keys.get(text.as_str()) {
            return Some(*tenant);
        }
        // An account or an ARN of a tenant does not name it.
        let sources = self.sources.of(value).unwrap_or_default();
        let names = |source: &Source<'_>| matches!(source, Source::Tenant(_) | Source::Attribute(..));
        let mut tenants = sources.iter().filter(|source| names(source)).filter_map(Source::tenant);
        let first = tenants.next().filter(|first| tenants.all(|tenant| tenant == *first));
        first.or_else(|| self.words.get_or_init(|| self.words()).get(&normalise(text)).copied().flatten())
    }

    fn words(&self) -> HashMap<String, Option<TenantId>> {
        let mut words: HashMap<String, Option<TenantId>> = HashMap::default();
        for (key, tenant) in &self.keys {
            words.entry(normalise(key)).and_modify(|known| *known = None).or_insert(*tenant);
        }
        words
    }
}

fn connector_call<'p>(evaluator: &Evaluator<'p>, call: &'p ModuleCall, instances: &[Instance]) -> ConnectorCall<'p> {
    let instances = instances
        .iter()
        .map(|instance| ConnectorInstance {
            environment: evaluator.argument(instance, "environment"),
            runtime_role_arns: evaluator.argument(instance, "runtime_role_arns"),
        })
        .collect();
    ConnectorCall { call, instances }
}

fn runtime_call<'p>(evaluator: &Evaluator<'p>, call: &'p ModuleCall, instances: &[Instance]) -> RuntimeCall<'p> {
    let safelists = instances.iter().filter_map(|instance| safelist(evaluator, call, instance)).collect();
    RuntimeCall { call, safelists, instances: instances.len(), is_unknown: false }
}

fn safelist(evaluator: &Evaluator<'_>, call: &ModuleCall, instance: &Instance) -> Option<Value> {
    let list = evaluator.argument(instance, SAFELIST)?;
    let (Some(caller), Some(argument)) = (instance.caller(), call.argument(SAFELIST)) else { return Some(list) };
    if list.as_unknown().is_none() {
        return Some(list);
    }
    let mut parts = Vec::new();
    known_parts(evaluator, caller, &argument.value, LOCALS, &mut parts);
    let is_any_known = parts.iter().any(|part| part.as_unknown().is_none());
    let origin = Origin::derived(argument.value.span, []);
    Some(if is_any_known { Value::new(Kind::Tuple(parts.into()), origin) } else { list })
}

/// The elements of a list that is put together, one that is unknown for each part that is not known: Terraform knows
/// nothing of such a list, but what is written in it will be in it.
fn known_parts(evaluator: &Evaluator<'_>, caller: &Instance, expr: &Expr, locals: usize, parts: &mut Vec<Value>) {
    let value = evaluator.evaluate(caller, expr);
    if value.as_unknown().is_none() {
        parts.extend((0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)));
        return;
    }
    match &expr.kind {
        ExprKind::Paren(inner) => known_parts(evaluator, caller, inner, locals, parts),
        ExprKind::Call(call) if PASSING.contains(&call.name.text.as_str()) => {
            call.arguments.iter().for_each(|argument| known_parts(evaluator, caller, argument, locals, parts));
        }
        ExprKind::Attribute(root, name)
            if locals > 0 && matches!(&root.kind, ExprKind::Variable(root) if root.as_str() == "local") =>
        {
            let module = caller.module().and_then(|module| evaluator.project().module(module));
            match module.and_then(|module| module.local(&name.text)) {
                Some(local) => known_parts(evaluator, caller, &local.value, locals - 1, parts),
                None => parts.push(value),
            }
        }
        _ => parts.push(value),
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
