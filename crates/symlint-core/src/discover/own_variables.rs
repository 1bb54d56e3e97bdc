//! Variables and locals of the root module that are one tenant each, such as `var.acme` and `var.globex`: each call of a
//! flow module takes its values from another one.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::{Evaluator, Form, Kind, Origin, Path, Root, Str, Value};

use super::effective::{Effective, effects_of};
use super::elements::{Element, container, declared, roots};
use super::walk::Walked;
use crate::tenants::{Argument, ElementKey, FieldKind, FlowInstance, FlowResource, resources_of};

/// The tenants that are variables or locals, with the flows that take values from them, as sorted indexes.
#[derive(Default)]
pub(super) struct OwnVariables {
    pub(super) elements: Vec<Element>,
    pub(super) flows: Vec<usize>,
}

/// What the calls of one module take.
#[derive(Default)]
struct Taken {
    /// The variables and locals from which they take values of connectors, with the flows, as indexes.
    connectors: HashMap<Root, Vec<usize>>,
    /// Those from which they take values of grants.
    grants: HashSet<Root>,
}

impl OwnVariables {
    pub(super) fn find(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> Self {
        // By the module that is called.
        let mut by_module: HashMap<Option<&str>, Taken> = HashMap::default();
        for (at, flow) in walked.flows.iter().enumerate() {
            let source = flow.call.and_then(|call| call.source.as_ref()).map(|source| source.text.as_str());
            let mut taken = Taken::default();
            let mut connector: HashMap<FieldKind, Option<Path>> = HashMap::default();
            for (place, instance) in flow.instances.iter().enumerate() {
                let resources = resources_of(&walked.resources, at, place);
                if !takes_any(instance, resources) {
                    continue;
                }
                let effects = effects_of(instance, resources);
                // A connector that the repetition selects belongs to one of the elements, and not to the variable.
                let mut is_selected = |it: &Effective| {
                    let Origin { path, .. } = &it.value.origin;
                    let first = connector.entry(it.field).or_insert_with(|| path.clone());
                    first != path || it.value.origin.is_iterated()
                };
                let mut of_connector = effects.iter().filter(|it| it.grant.is_none() && !it.is_fragment);
                if !instance.repetitions.is_empty() && of_connector.any(&mut is_selected) {
                    taken = Taken::default();
                    break;
                }
                for effective in effects.iter().filter(|it| !it.is_fragment) {
                    let Some(root) = root_of(&effective.value) else { continue };
                    match effective.field.is_of_grant() {
                        true => _ = taken.grants.insert(root),
                        false => taken.connectors.entry(root).or_default().push(at),
                    }
                }
            }
            let known = by_module.entry(source).or_default();
            known.grants.extend(taken.grants);
            for (root, flows) in taken.connectors {
                known.connectors.entry(root).or_default().extend(flows);
            }
        }
        let mut found = Self::default();
        let mut seen: HashSet<Root> = HashSet::default();
        for Taken { connectors, grants } in by_module.into_values() {
            // A variable that no call uses has the same attributes as those that calls use.
            let names_of = |root: &Root| names(&container(evaluator, walked, root)?);
            let homes: HashSet<Vec<Str>> =
                connectors.keys().filter(|root| grants.contains(root)).filter_map(names_of).collect();
            // Most projects have none, and their variables need not be evaluated.
            if homes.is_empty() {
                continue;
            }
            let own = roots(evaluator).filter(|(_, root)| names_of(root).is_some_and(|names| homes.contains(&names)));
            let elements: Vec<Element> =
                own.filter_map(|(name, root)| element(evaluator, walked, name, root)).collect();
            if elements.len() > 1 {
                let flows = elements.iter().filter_map(|element| connectors.get(element.path.start()));
                found.flows.extend(flows.flatten());
                found.elements.extend(elements.into_iter().filter(|it| seen.insert(it.path.start().clone())));
            }
        }
        found.flows.sort_unstable();
        found.flows.dedup();
        found.elements.sort_by_key(|element| element.span);
        found
    }
}

fn element(evaluator: &Evaluator<'_>, walked: &Walked<'_>, name: Str, root: Root) -> Option<Element> {
    let (span, value) = (declared(evaluator, walked, &root)?, container(evaluator, walked, &root)?);
    let name = Str::from(name.strip_prefix("local.").unwrap_or(&name));
    Some(Element {
        key: SmallVec::from_elem(ElementKey::Name(name.clone()), 1),
        path: Path::root(root),
        name: Some(Value::new(Kind::String(name), Origin::written(span, Form::Whole))),
        value,
        span,
    })
}

/// The variable or local of the root module inside which `value` is.
fn root_of(value: &Value) -> Option<Root> {
    let path = value.origin.path.as_ref().filter(|path| path.last().is_some())?;
    path.start().is_of_root_module().then(|| path.start().clone())
}

/// Whether the instance takes a value from inside a variable or local. Most take none.
fn takes_any(instance: &FlowInstance, resources: &[FlowResource<'_>]) -> bool {
    let arguments = instance.arguments.iter().flat_map(Argument::values);
    let settings = resources.iter().flat_map(FlowResource::settings).map(|(_, value)| value);
    arguments.chain(settings).any(|value| root_of(&value).is_some())
}

/// The names of an object's attributes.
fn names(object: &Value) -> Option<Vec<Str>> {
    Some(object.entries()?.iter().map(|entry| entry.key.clone()).collect())
}
