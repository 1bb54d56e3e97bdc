//! Values → tenants, whether they stand in a variable or in the flow calls themselves.

use foldhash::HashSet;
use symlint_terraform::{
    ConversionProblem, Entry, Evaluator, Form, InstanceKey, Kind, Origin, Path, ProblemKind, Project, Root, Span, Step,
    Str, Type, Value,
};

use super::calls::find_calls;
use super::comparable::Comparable;
use super::entry::Builder;
use super::field::FieldKind;
use super::flow::{ArgumentKind, FlowInstance};
use super::index::Index;
use super::layout::Layout;
use super::model::{Model, Provenance, Tenant, TenantId, TenantsVariable, VariableState};
use super::relation::{self, Relation};
use super::resources::find_resources;
use super::role_names::RoleNames;
use super::sources::SourceIndex;
use crate::config::Config;
use crate::parallel;

/// Finds the tenants of `project`, and the module calls that matter.
pub fn build<'p>(project: &'p Project, config: &Config) -> Model<'p> {
    let evaluator = Evaluator::new(project);
    let mut model = Model::new(project);
    let root = evaluator.root();
    let mut no_maps = Vec::new();
    for name in &config.tenants_variables {
        let Some(value) = evaluator.variable(&root, name) else { continue };
        let is_set = is_set(project, name);
        let state = match value.as_unknown() {
            // Nothing can be looped over: no better than no value.
            None if matches!(value.kind, Kind::Null) => VariableState::Null(value.origin.span),
            None => VariableState::Known,
            Some(unknown) if is_set => VariableState::Unknown { reason: unknown.reason.clone(), span: unknown.span },
            Some(_) => VariableState::Unset,
        };
        let is_list = value.elements().is_some();
        no_maps.extend(is_no_map(&value).then(|| value.clone()));
        model.variables.push(TenantsVariable { name: name.clone(), state, is_list });
        let declared = project.root().and_then(|root| root.variable(name));
        let ty = declared.and_then(|variable| element_type(&variable.ty));
        model.types_are_declared |= ty.is_some();
        model.conversions.extend(evaluator.problems(name).iter().cloned());
        if !model.has_calls() {
            // Nobody asks for it again, so each value's room is free for the next tenant.
            evaluator.forget(&root);
        }
        add_entries(&mut model, config, name, value, ty);
    }
    find_calls(&evaluator, config, &mut model);
    add_called_tenants(&mut model, config);
    refuse(&mut model, &no_maps);
    // What only the module's own resources need is no tenant's, and Terraform says it.
    model.evaluation_errors = evaluator.errors();
    model.lost_keys = evaluator.lost_keys();
    let tenants = std::mem::take(&mut model.tenants);
    let compare = || compare(&tenants, config);
    let (index, relations, role_names) = if tenants.len() < parallel::MANY_TENANTS || model.flows.is_empty() {
        find_resources(&evaluator, &mut model);
        // What was evaluated takes as much room as the tenants do.
        drop(evaluator);
        compare()
    } else {
        parallel::both(compare, || find_resources(&evaluator, &mut model)).0
    };
    Model { tenants, index, relations, role_names, ..model }
}

/// Looks up what tenants share, when all of them are there.
fn compare(tenants: &[Tenant], config: &Config) -> (Index, Vec<Relation>, RoleNames) {
    let comparables: Vec<Comparable<'_>> = tenants.iter().map(Comparable::of).collect();
    let index = Index::new(tenants, &comparables, config);
    let relations = relation::relations(tenants, comparables, &index, config);
    let role_names = RoleNames::new(tenants, &index, &relations, config);
    (index, relations, role_names)
}

/// Whether anything gives the root module's variable `name` a value.
pub(super) fn is_set(project: &Project, name: &str) -> bool {
    project.assignments().iter().any(|assignment| assignment.variable.text.as_str() == name)
}

/// The type of one tenant, where the variable's type says it.
fn element_type(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Map(element) if !matches!(**element, Type::Any) => Some(element),
        _ => None,
    }
}

/// Whether a value of a tenants variable can have no entries. What does not fit a declared type is unknown.
fn is_no_map(value: &Value) -> bool {
    value.entries().is_none() && !matches!(value.kind, Kind::Null | Kind::Unknown(_))
}

/// Notes values of tenants variables that are no maps. A module may make calls out of a list, but a values file alone
/// is read as the shipped example is.
fn refuse(model: &mut Model<'_>, values: &[Value]) {
    let alone = !model.project.has_configuration();
    let useless = |value: &&Value| match value.elements() {
        Some(elements) => alone || (model.tenants.is_empty() && !elements.is_empty()),
        None => true,
    };
    let problems: Vec<ConversionProblem> = values
        .iter()
        .filter(useless)
        .map(|value| ConversionProblem {
            span: value.origin.span,
            path: value.origin.path.clone(),
            kind: ProblemKind::Mismatch { wanted: Type::Map(Type::Any.into()), got: value.type_name() },
        })
        .collect();
    model.conversions.extend(problems);
}

fn add_entries(model: &mut Model<'_>, config: &Config, variable: &str, value: Value, ty: Option<&Type>) {
    let Some(mut entries) = value.into_entries() else { return };
    let errors = model.conversions.iter().filter(|problem| problem.kind.is_error());
    let invalid: HashSet<Span> = errors.map(|problem| problem.span).collect();
    entries.sort_unstable_by_key(|entry| entry.key_span);
    model.tenants.reserve_exact(entries.len());
    let layout = Layout::new(config);
    let variable = Str::from(variable);
    let root = Path::root(Root::variable(variable.clone()));
    for Entry { key, key_span, mut value, .. } in entries {
        // A map's key is written `["key"]`, also where no type says that the variable is a map.
        let path = root.join(Step::Key(key.clone()));
        value.origin.path = Some(path.clone());
        let form = if key_span.len() as usize == key.len() { Form::Verbatim } else { Form::Whole };
        let key = Value::new(Kind::String(key), Origin::written(key_span, form));
        let provenance = Provenance::Variable(variable.clone());
        let tenant = next_id(model);
        let builder = Builder { layout: &layout, ty, called: false, invalid: &invalid, tenant, path, key_span };
        model.tenants.push(builder.tenant(key, &value, provenance));
    }
}

fn next_id(model: &Model<'_>) -> TenantId {
    TenantId(u32::try_from(model.tenants.len()).unwrap_or(u32::MAX))
}

/// Each flow instance that receives no tenant's values from a variable is a tenant of its own.
fn add_called_tenants(model: &mut Model<'_>, config: &Config) {
    let config = called_as(config);
    let layout = Layout::new(&config);
    let mut alone: Vec<(Span, usize, usize)> = Vec::new();
    for (call, flow) in model.flows.iter().enumerate() {
        for (at, instance) in flow.instances.iter().enumerate() {
            if instance.tenant.is_none() && stands_alone(instance, &model.sources_of_values) {
                alone.push((name_span(instance).unwrap_or(flow.call.name.span), call, at));
            }
        }
    }
    // In source order, whatever order the keys of a call have.
    alone.sort_unstable();
    for (_, call, at) in alone {
        let id = next_id(model);
        let Some(flow) = model.flows.get_mut(call) else { continue };
        let span = flow.call.name.span;
        let Some(instance) = flow.instances.get_mut(at) else { continue };
        instance.tenant = Some(id);
        model.tenants.push(called_tenant(instance, id, call, span, &layout));
    }
}

/// A configuration for which the arguments of a call are the attributes of a tenant.
fn called_as(config: &Config) -> Config {
    let attribute = |kind: ArgumentKind| {
        let ours = if kind == ArgumentKind::AccountId { FieldKind::TargetAccountId.name() } else { kind.name() };
        (ours.to_owned(), vec![config.argument_name(kind).to_owned()])
    };
    Config { attributes: ArgumentKind::ALL.into_iter().map(attribute).collect(), ..Config::default() }
}

/// Where the name of an instance was written: the key that it has, or else its slug.
fn name_span(instance: &FlowInstance) -> Option<Span> {
    match instance.instance.key() {
        InstanceKey::Key(key) => Some(key.origin.span),
        _ => instance.argument(ArgumentKind::TenantSlug).map(|slug| slug.value.origin.span),
    }
}

/// Whether the call gives values directly: some, and none that come from a tenants variable.
fn stands_alone(instance: &FlowInstance, sources: &SourceIndex) -> bool {
    let gives_values = instance.arguments.iter().any(|argument| argument.kind != ArgumentKind::TenantSlug);
    gives_values && !instance.arguments.iter().any(|argument| sources.is_of_tenants(&argument.value))
}

fn called_tenant(instance: &FlowInstance, id: TenantId, call: usize, name_span: Span, layout: &Layout<'_>) -> Tenant {
    let path = Path::root(Root::ModuleCall(instance.address.as_str().into()));
    let slug = instance.argument(ArgumentKind::TenantSlug).map(|argument| argument.value.clone());
    let key = slug.filter(|slug| matches!(&slug.kind, Kind::String(text) if !text.is_empty())).unwrap_or_else(|| {
        Value::new(Kind::String(instance.address.as_str().into()), Origin::written(name_span, Form::Whole))
    });
    let mut entries: Vec<Entry> = Vec::new();
    for argument in instance.arguments.iter().filter(|argument| argument.kind != ArgumentKind::TenantSlug) {
        let mut value = argument.value.clone();
        value.origin = value.origin.reached(|| path.join(Step::Attribute(argument.name.clone())));
        entries.push(Entry::new(argument.name.clone(), argument.span, value));
    }
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let whole = Value::new(Kind::Object(entries.into()), Origin::written(name_span, Form::Whole));
    let invalid = HashSet::default();
    let builder = Builder { layout, ty: None, called: true, invalid: &invalid, tenant: id, path, key_span: name_span };
    builder.tenant(key, &whole, Provenance::FlowCall(call))
}
