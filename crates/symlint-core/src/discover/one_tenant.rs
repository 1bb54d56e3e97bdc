//! Root modules that are for one tenant as a whole: what their flows are repeated for are only grants, and the rest of the
//! tenant is in the variables and locals around these.

use foldhash::HashSet;
use smallvec::SmallVec;
use symlint_terraform::{Entry, Evaluator, Form, Kind, Origin, Path, Root, Str, Value};

use super::effective::{Effective, effects_of};
use super::elements::{Element, container};
use super::unwired::add_texts;
use super::walk::Walked;
use crate::config::Config;
use crate::tenants::format::{is_account_id, is_instance_id};
use crate::tenants::{ElementKey, FieldKind, FlowInstance, has_shape, resources_of, text_of};

/// How deep the values of a connector may be in a variable or a local.
const DEPTH: usize = 6;

/// Whether all flows act through the only connector of the root module, and at least one of them is repeated for grants,
/// which have nothing of a connector, or all ids are those of variables and locals of the root module, or the connector is
/// and several flows share it.
pub(super) fn is_for_one_tenant(evaluator: &Evaluator<'_>, walked: &Walked<'_>, config: &Config) -> bool {
    let is_declared = |name: &String| {
        let module = evaluator.project().root();
        let local = name.strip_prefix("local.");
        module.is_some_and(|it| local.map_or(it.variable(name).is_some(), |local| it.local(local).is_some()))
    };
    if !config.tenants_variable_spans.is_empty() || config.tenants_variables.iter().any(is_declared) {
        return false;
    }
    let mut connectors: HashSet<[Option<Str>; 2]> = HashSet::default();
    let (mut is_repeated, mut is_named, mut is_shared, mut count) = (false, true, true, 0);
    for (at, flow) in walked.flows.iter().enumerate() {
        for (place, instance) in flow.instances.iter().enumerate() {
            let effects = effects_of(instance, resources_of(&walked.resources, at, place));
            let Some(connector) = common_connector(&effects) else { return false };
            connectors.insert(connector);
            if connectors.len() > 1 || has_connector(instance, &effects) {
                return false;
            }
            is_repeated |= effects.iter().any(|it| it.grant.is_some() && it.value.origin.is_iterated());
            let may_be_written = |field| matches!(field, FieldKind::Cloud | FieldKind::Region);
            let mut written = effects.iter().filter(|it| !may_be_written(it.field) && !is_of_root_module(&it.value));
            is_shared &= written.clone().all(|it| it.grant.is_some());
            is_named &= written.next().is_none();
            count += 1;
        }
    }
    let Some([Some(instance), _]) =
        connectors.into_iter().next().filter(|_| is_repeated || is_named || is_shared && count > 1)
    else {
        return false;
    };
    let mut texts = Vec::new();
    roots(evaluator).for_each(|(_, root)| {
        container(evaluator, walked, &root).iter().for_each(|value| add_texts(value, DEPTH, &mut texts));
    });
    texts.iter().all(|text| instance_in(text).is_none_or(|id| instance.ends_with(id)))
}

/// The instance that a text is, as an ARN or an id.
fn instance_in(text: &str) -> Option<&str> {
    let id = text.rsplit('/').next().filter(|_| has_shape(FieldKind::InstanceArn, text)).unwrap_or(text);
    is_instance_id(id).then_some(id)
}

/// The instance and the role, where they are written, or come from variables and locals of the root module, and are the
/// same however often a flow is repeated.
fn common_connector(effects: &[Effective]) -> Option<[Option<Str>; 2]> {
    let mut connector = [None, None];
    for (field, own) in [FieldKind::InstanceArn, FieldKind::RoleArn].into_iter().zip(&mut connector) {
        for effective in effects.iter().filter(|effective| effective.field == field && !effective.is_fragment) {
            let text = text_of(&effective.value).filter(|_| !effective.value.origin.is_iterated())?;
            let mut is_of_root = true;
            effective.value.origin.each_source(&mut |origin| {
                let start = origin.path.as_ref().map(Path::start);
                is_of_root &= !matches!(start, Some(Root::ModuleCall(_) | Root::Calls(_) | Root::Inline(_)));
            });
            if !is_of_root || own.as_ref().is_some_and(|known| *known != text) {
                return None;
            }
            *own = Some(text);
        }
    }
    connector.first()?.is_some().then_some(connector)
}

/// Whether a variable or a local of the root module has a value, or a part of it.
fn is_of_root_module(value: &Value) -> bool {
    let mut is_found = false;
    value.origin.each_source(&mut |origin| {
        let start = origin.path.as_ref().map(Path::start);
        is_found |=
            matches!(start, Some(Root::Variable { module, .. } | Root::Local { module, .. }) if module.is_empty());
    });
    is_found
}

/// Whether what an instance is repeated for has values of a connector, or an account that is no target.
fn has_connector(instance: &FlowInstance, effects: &[Effective]) -> bool {
    let targets = effects.iter().filter(|it| it.field == FieldKind::TargetAccountId);
    let targets: HashSet<Str> = targets.filter_map(|it| text_of(&it.value)).collect();
    let mut texts = Vec::new();
    let values = instance.repetitions.iter().filter_map(|repetition| repetition.value.as_ref());
    values.for_each(|value| add_texts(value, DEPTH, &mut texts));
    let is_of_connector = |text: &Str| {
        instance_in(text).is_some()
            || has_shape(FieldKind::RoleArn, text)
            || is_account_id(text) && !targets.contains(text)
    };
    texts.iter().any(is_of_connector)
}

/// The variables and locals of the root module, with the attributes that they are of its tenant.
fn roots(evaluator: &Evaluator<'_>) -> impl Iterator<Item = (Str, Root)> {
    let module = evaluator.project().root();
    let variables = module.into_iter().flat_map(|module| &module.variables);
    let locals = module.into_iter().flat_map(|module| &module.locals);
    let variables = variables.map(|it| (it.name.text.clone(), Root::variable(it.name.text.clone())));
    let local = |name: &Str| Root::Local { module: Str::default(), name: name.clone() };
    variables.chain(locals.map(move |it| (format!("local.{}", it.name.text).into(), local(&it.name.text))))
}

/// The root module as a tenant.
pub(super) fn element(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> Option<Element> {
    let path = Path::root_module();
    let entry = |(name, root): (Str, Root)| {
        let value = container(evaluator, walked, &root)?;
        Some(Entry::new(name, value.origin.span, value))
    };
    let mut entries: Vec<Entry> = roots(evaluator).filter_map(entry).collect();
    entries.sort_by(|a, b| a.key.cmp(&b.key));
    let call = walked.flows.iter().find_map(|flow| flow.call).map(|call| call.name.span);
    let span = call.or_else(|| entries.first().map(|entry| entry.key_span))?;
    let origin = Origin::written(span, Form::Whole);
    let name = Value::new(Kind::String(path.to_string().into()), origin.clone());
    Some(Element {
        key: SmallVec::from_elem(ElementKey::Name(Str::default()), 1),
        name: Some(name),
        value: Value::new(Kind::Object(entries.into()), origin.clone().reached(|| path.clone())),
        path,
        span,
    })
}
