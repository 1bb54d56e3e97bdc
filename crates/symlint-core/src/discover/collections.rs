//! Which collections have the tenants as their elements: those that flows are repeated for, and those from which an
//! element is selected for each flow.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::syntax::Attribute;
use symlint_terraform::{AssignmentSource, Evaluator, Origin, Path, Project, Root, Selection, Span, Str, Value};

use super::elements::{self, Element, configured, container, roots};
use super::looks::looks_like_tenants;
use super::one_tenant::calls_for_one_tenant;
use super::own_variables::OwnVariables;
use super::paths::{
    Iterated, argument_paths, counted, element_paths, is_inline, is_inside, is_joined, is_written_for_all, key_in,
    levels, paths_of, selected_paths, shapes,
};
use super::walk::Walked;
use crate::config::Config;
use crate::tenants::{
    Argument, Discovery, FieldKind, FlowCall, FlowInstance, FlowResource, Shape, key_path, resources_of, values_at,
};

/// How many instances of a call are examined to find the collection that it is repeated for.
const SAMPLE: usize = 64;

/// The collections that tenants are built from, and which of them each flow is built from.
#[derive(Default)]
pub(super) struct Found {
    /// In the order in which they were found; configured ones come first.
    pub(super) shapes: Vec<Shape>,
    /// How many of them are configured, or have the name that the shipped example uses.
    pub(super) configured: usize,
    /// Collections whose elements belong to tenants of other collections, such as organizations that access entries
    /// name.
    pub(super) associated: Vec<Shape>,
    /// Collections that only a safelist has values from.
    pub(super) listed: Vec<Shape>,
    /// The flows of calls that are repeated only for the grants of one tenant, as indexes, each with the first of the flows
    /// that are for the same one.
    pub(super) for_one_tenant: HashMap<usize, usize>,
    /// Variables and locals that are one tenant each, as one collection.
    pub(super) own_variables: Option<(Shape, Vec<Element>)>,
    /// The flows of each collection, as indexes.
    pub(super) flows: HashMap<Shape, Vec<usize>>,
    /// The elements of collections without a name, with their paths and the keys that a local gives them. Those that
    /// flows are built from come first, in the order of the instances.
    pub(super) inline: Vec<(Path, Value, Option<Value>)>,
}

/// The evidence for a collection.
#[derive(Default, Clone)]
struct Tally {
    /// How often an instance is repeated for its elements, and how often for values that were rebuilt from them.
    iterated: usize,
    rebuilt: usize,
    /// How often one of the connector's values, or any other value, comes from its elements.
    connector: usize,
    other: usize,
    /// Whether its elements have parts, and whether some of the parts are a connector's values.
    has_parts: bool,
    has_connectors: bool,
    /// Its position among the collections, in the order in which they were found.
    order: usize,
}

pub(super) fn find(evaluator: &Evaluator<'_>, config: &Config, walked: &Walked<'_>) -> Found {
    let mut found = Found::default();
    let configured = configured(evaluator, config);
    if !config.tenants_variable_spans.is_empty() {
        // The configured collections replace the ones that discovery would find.
        found.configured = configured.len();
        found.shapes = configured;
        note_associated(walked, &mut found);
        return found;
    }
    if evaluator.is_for_one_tenant() {
        let shape = Shape { root: Root::RootModule, steps: SmallVec::new() };
        found.flows.insert(shape.clone(), (0..walked.flows.len()).collect());
        found.shapes.push(shape);
        return found;
    }
    let mut inline: HashSet<Path> = HashSet::default();
    // Collections without connectors, each with the collections from which their flows take connectors by the same
    // keys.
    let mut leaning: HashMap<Shape, Vec<Shape>> = HashMap::default();
    let mut own_connectors: HashSet<Shape> = HashSet::default();
    let own_variables = OwnVariables::find(evaluator, walked);
    found.for_one_tenant = calls_for_one_tenant(walked);
    let mut resources = walked.resources.as_slice();
    for (at, flow) in walked.flows.iter().enumerate() {
        let count = resources.iter().take_while(|resource| resource.flow == at).count();
        let (own, rest) = resources.split_at(count);
        resources = rest;
        if found.for_one_tenant.contains_key(&at) || own_variables.flows.binary_search(&at).is_ok() {
            continue;
        }
        let tallies = tallies(flow, own);
        let has_connectors: HashSet<&Root> =
            tallies.iter().filter(|(_, tally)| tally.connector > 0).map(|(shape, _)| &shape.root).collect();
        // Instances with unknown values are weaker evidence, so they are used only if there are no others.
        let is_known = |instance: &FlowInstance| {
            let mut values = instance.repetitions.iter().filter_map(|repetition| repetition.value.as_ref());
            values.all(|value| value.as_unknown().is_none())
        };
        let is_any_known = flow.instances.iter().take(SAMPLE).any(is_known);
        for (place, instance) in flow.instances.iter().enumerate().take(SAMPLE) {
            if is_any_known && !is_known(instance) {
                continue;
            }
            let best = candidates(instance, resources_of(own, at, place), &tallies)
                .max_by_key(|(tally, shape)| tally.rank(shape, has_connectors.contains(&shape.root)));
            // Names that no value depends on are not tenants.
            let is_only = flow.instances.len() == 1 && !is_dependent(instance, resources_of(own, at, place));
            if let Some((tally, shape)) = best.filter(|(tally, _)| tally.has_parts || !is_only) {
                if tally.has_connectors {
                    own_connectors.insert(shape.clone());
                } else if !leaning.contains_key(shape) {
                    let others = tallies.iter().filter(|(_, tally)| tally.has_connectors).map(|(shape, _)| shape);
                    // An instance whose key is not in the other collection takes nothing from it.
                    let is_by_key = |other: &Shape| {
                        flow.instances.iter().take(SAMPLE).any(|it| {
                            let paths = paths_of(it);
                            let keys = |shape: &Shape| {
                                paths.iter().filter_map(|path| key_in(path, shape)).collect::<Vec<Str>>()
                            };
                            let own = keys(shape);
                            let is_own = |key: &Str| own.contains(key) || it.key.as_ref() == Some(key);
                            (std::ptr::eq(it, instance) || !own.is_empty()) && keys(other).iter().any(is_own)
                        })
                    };
                    let paths = paths_of(instance);
                    let is_joined = |other: &Shape| paths.iter().any(|path| is_joined(path, other, shape));
                    let others = others.filter(|other| is_by_key(other) || is_joined(other));
                    leaning.insert(shape.clone(), others.cloned().collect());
                }
                let flows = found.flows.entry(shape.clone()).or_default();
                if flows.last() != Some(&at) {
                    flows.push(at);
                }
                if !found.shapes.contains(shape) {
                    found.shapes.push(shape.clone());
                }
            }
        }
        found.note_inline(flow, &mut inline);
    }
    found.note_left_out(evaluator, &mut inline);
    // A collection whose flows use the connectors of other tenants holds further grants of those tenants.
    found.shapes.retain(|shape| {
        let mut others = leaning.get(shape).into_iter().flatten();
        own_connectors.contains(shape) || !others.any(|other| own_connectors.contains(other))
    });
    // Flows show at which level of the variable the tenants are.
    let is_shown_by_flows = |shape: &Shape| found.shapes.iter().any(|it| it.root == shape.root && it != shape);
    let named: Vec<Shape> = configured.into_iter().filter(|shape| !is_shown_by_flows(shape)).collect();
    found.configured = named.len();
    found.shapes.retain(|shape| !named.contains(shape));
    found.shapes.splice(0..0, named);
    found.note_own_variables(own_variables);
    if found.shapes.is_empty() && found.for_one_tenant.is_empty() {
        found.shapes.extend(by_looks(evaluator, walked));
    }
    note_associated(walked, &mut found);
    found
}

impl Found {
    /// How the collection with the index `place` was found.
    pub(super) fn discovery(&self, place: usize, config: &Config) -> Discovery {
        let is_by_flow = self.shapes.get(place).is_some_and(|shape| self.flows.contains_key(shape));
        match (place < self.configured, config.tenants_variable_spans.is_empty()) {
            (true, false) => Discovery::Configured,
            (true, true) => Discovery::Named,
            _ if is_by_flow => Discovery::Flows,
            _ => Discovery::Looks,
        }
    }

    fn note_own_variables(&mut self, OwnVariables { mut elements, flows }: OwnVariables) {
        elements.retain(|element| self.shapes.iter().all(|shape| shape.root != *element.path.start()));
        let [first, _, ..] = elements.as_slice() else { return };
        let shape = Shape { root: Root::Inline(first.span), steps: SmallVec::new() };
        self.flows.insert(shape.clone(), flows);
        self.shapes.push(shape.clone());
        self.own_variables = Some((shape, elements));
    }

    /// The elements of a collection in source order.
    pub(super) fn elements(&self, evaluator: &Evaluator<'_>, walked: &Walked<'_>, shape: &Shape) -> Vec<Element> {
        match self.variables_of(shape) {
            Some(variables) => variables.to_vec(),
            None => elements::elements(evaluator, walked, &self.inline, shape),
        }
    }

    /// The elements of a collection of variables.
    pub(super) fn variables_of(&self, shape: &Shape) -> Option<&[Element]> {
        self.own_variables.as_ref().filter(|(own, _)| own == shape).map(|(_, elements)| elements.as_slice())
    }

    fn note_inline(&mut self, flow: &FlowCall<'_>, known: &mut HashSet<Path>) {
        for repetition in flow.instances.iter().flat_map(|instance| &instance.repetitions) {
            let Some(value) = &repetition.value else { continue };
            for path in element_paths(&repetition.key.origin).into_iter().chain(element_paths(&value.origin)) {
                if is_inline(&path) && known.insert(path.clone()) {
                    self.inline.push((path, value.clone(), None));
                }
            }
        }
    }

    /// Notes the elements that no flow is built from, of collections without a name that are written in a local of the
    /// root module.
    fn note_left_out(&mut self, evaluator: &Evaluator<'_>, known: &mut HashSet<Path>) {
        let roots = self.shapes.iter().map(|shape| &shape.root);
        let spans: Vec<Span> =
            roots.filter_map(|root| if let Root::Inline(span) = root { Some(*span) } else { None }).collect();
        let is_around = |local: &&Arc<Attribute>| spans.iter().any(|span| local.value.span.contains(*span));
        let locals = evaluator.project().root().map(|module| module.locals.as_slice()).unwrap_or_default();
        for local in locals.iter().filter(is_around) {
            let Some(value) = evaluator.local(&evaluator.root(), &local.name.text) else { continue };
            for entry in value.entries().unwrap_or_default() {
                let element = value.child(entry);
                for path in element_paths(&element.origin) {
                    if is_inline(&path) && known.insert(path.clone()) {
                        self.inline.push((path, element.clone(), Some(value.key(entry))));
                    }
                }
            }
        }
    }
}

/// The collections from which the default of a variable selects the elements that flows are built from, and the
/// variables with such defaults. With another value, the flows would be built from something else.
pub(super) fn chosen_by_default(project: &Project, walked: &Walked<'_>) -> HashSet<Path> {
    let is_default = |key: &Origin| {
        let variable = key.path.as_ref().and_then(|path| match path.start() {
            Root::Variable { module, name } if module.is_empty() && path.last().is_none() => Some(name),
            _ => None,
        });
        variable.is_some_and(|name| {
            let last = project.assignments().iter().rfind(|assignment| assignment.variable.text == *name);
            last.is_some_and(|assignment| assignment.source == AssignmentSource::Default)
        })
    };
    let mut chosen = HashSet::default();
    for instance in walked.flows.iter().flat_map(|flow| flow.instances.iter().take(SAMPLE)) {
        for path in paths_of(instance) {
            let by_default = path.ancestors().filter(|path| match path.selection() {
                Some(Selection::By(key)) => is_default(key),
                _ => false,
            });
            chosen.extend(by_default.filter_map(Path::parent).cloned());
        }
        for value in instance.repetitions.iter().filter_map(|repetition| repetition.value.as_ref()) {
            value.origin.each_dependence(&mut |on| chosen.extend(on.path.clone().filter(|_| is_default(on))));
        }
    }
    chosen
}

/// The first variable or local of the root module whose elements look like tenants, for setups without flows.
fn by_looks(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> Option<Shape> {
    // A values file without a module declares no variables.
    let assigned = evaluator.project().assignments().iter().map(|it| Root::variable(it.variable.text.clone()));
    let names = roots(evaluator).map(|(_, root)| root).chain(assigned);
    let mut values = names.map(|name| (container(evaluator, walked, &name), name));
    let is_tenants = |(value, _): &(Option<Value>, Root)| value.as_ref().is_some_and(looks_like_tenants);
    values.find(is_tenants).map(|(_, root)| Shape { root, steps: SmallVec::new() })
}

/// Counts what the first instances of a flow are repeated for, and where their values come from.
fn tallies(flow: &FlowCall<'_>, resources: &[FlowResource<'_>]) -> HashMap<Shape, Tally> {
    let mut tallies: HashMap<Shape, Tally> = HashMap::default();
    let note = |tallies: &mut HashMap<Shape, Tally>, path: &Path, with: &dyn Fn(&mut Tally)| {
        for (shape, has_parts) in shapes(path) {
            let order = tallies.len();
            let tally = tallies.entry(shape).or_insert_with(|| Tally { order, ..Tally::default() });
            tally.has_parts |= has_parts;
            let before = tally.connector;
            with(tally);
            tally.has_connectors |= has_parts && tally.connector > before;
        }
    };
    let note_value = |tallies: &mut HashMap<Shape, Tally>, field: FieldKind, value: &Value| {
        // The key of a group, such as a region, is not a value of its elements.
        if key_path(value).is_some() {
            return;
        }
        let paths = element_paths(&value.origin);
        // A name may be built from the key of a group and from something in the group: only the latter is used.
        // So may it from the group's own attributes, next to what it contains: the group counts once.
        let seen = RefCell::new(HashSet::default());
        for path in paths.iter().filter(|path| !paths.iter().any(|other| other.is_below(path))) {
            note(tallies, path, &|tally| {
                if seen.borrow_mut().insert(tally.order) {
                    tally.count(field);
                }
            });
            // A fixed element of an iterated collection is as deep as the selected element, so it also shows at which
            // level the tenants are.
            for (shape, _) in levels(path).into_iter().filter(|(_, is_selected)| !is_selected) {
                if let Some(tally) = tallies.get_mut(&shape).filter(|tally| tally.iterated > 0) {
                    tally.count(field);
                }
            }
        }
    };
    // `count` goes over the tenants if its index selects nothing, or over their names if it selects their slugs.
    let is_selected = |value: &Value| !element_paths(&value.origin).is_empty();
    let instances = || flow.instances.iter().take(SAMPLE);
    let has_selected = || {
        let mut arguments = instances().flat_map(|instance| &instance.arguments);
        arguments.any(|argument| !argument_paths(argument).is_empty())
            || resources.iter().flat_map(FlowResource::settings).any(|(_, value)| is_selected(&value))
    };
    let counted: Vec<Path> = instances().flat_map(|instance| &instance.repetitions).filter_map(counted).collect();
    let is_name = |path: &Path| {
        let mut slugs = instances().filter_map(FlowInstance::slug);
        slugs.any(|slug| element_paths(&slug.value.origin).contains(path))
    };
    if counted.first().is_some_and(|first| is_name(first) || !has_selected()) {
        counted.iter().for_each(|path| note(&mut tallies, path, &|tally| tally.iterated += 1));
    }
    for instance in flow.instances.iter().take(SAMPLE) {
        let iterated: Vec<Iterated> = instance.repetitions.iter().map(Iterated::of).collect();
        // A path to a group of elements is a prefix of the path to one of them: only the longer one is used.
        let is_way = |path: &&Path| !iterated.iter().flat_map(Iterated::paths).any(|other| other.is_below(path));
        for (repetition, iterated) in instance.repetitions.iter().zip(&iterated) {
            let is_object = |value: &Value| value.entries().is_some() || value.as_unknown().is_some();
            let Iterated { rebuilt, own, key, texts } = iterated;
            let is_object = repetition.value.as_ref().is_some_and(is_object);
            let count = |tally: &mut Tally| tally.iterated += 1;
            key.iter().filter(is_way).for_each(|path| note(&mut tallies, path, &count));
            own.iter().filter(is_way).for_each(|path| {
                note(&mut tallies, path, &|tally| {
                    count(tally);
                    // An object may be built from a text, such as a file name, which has no parts.
                    tally.has_parts |= is_object && !texts.contains(path);
                });
            });
            rebuilt.iter().filter(is_way).for_each(|path| {
                note(&mut tallies, path, &|tally| {
                    count(tally);
                    tally.rebuilt += 1;
                });
            });
        }
        for argument in &instance.arguments {
            for part in argument.parts.iter().filter(|part| part.field != FieldKind::Key) {
                for value in values_at(&argument.value, &part.steps) {
                    note_value(&mut tallies, part.field, &value);
                }
            }
        }
    }
    for resource in resources.iter().filter(|resource| resource.instance < SAMPLE) {
        for (setting, value) in resource.settings() {
            note_value(&mut tallies, setting.field, &value);
        }
    }
    tallies
}

/// Whether a value that an instance receives, or that its resources have, depends on the element that it is repeated
/// for.
fn is_dependent(instance: &FlowInstance, resources: &[FlowResource<'_>]) -> bool {
    let settings = resources.iter().flat_map(FlowResource::settings).map(|(_, value)| value);
    let mut values = instance.arguments.iter().flat_map(Argument::values).chain(settings);
    values.any(|value| value.origin.is_iterated())
}

impl Tally {
    /// How likely it is that the elements of `shape` are the tenants. `has_connectors` says whether its root has
    /// connectors at any level.
    fn rank(&self, shape: &Shape, has_connectors: bool) -> impl Ord + use<> {
        let is_level = self.connector > 0 || !has_connectors;
        // Where groups of tenants are iterated, everything in a group belongs to the tenants of that group.
        let depth = isize::try_from(shape.steps.len()).unwrap_or(isize::MAX);
        let (deep, depth) = if self.connector > 0 && self.iterated > 0 { (depth, 0) } else { (0, -depth) };
        let is_iterated = self.iterated > 0;
        let first = Reverse(self.order);
        // An element that only says which elements of another collection are meant is not a tenant.
        let has_values = !self.has_parts || self.connector + self.other > 0;
        (
            self.has_parts,
            has_values,
            is_iterated,
            self.rebuilt > 0,
            is_level,
            self.connector,
            deep,
            self.iterated,
            depth,
            first,
        )
    }

    fn count(&mut self, field: FieldKind) {
        match FieldKind::CONNECTOR.contains(&field) {
            true => self.connector += 1,
            false => self.other += 1,
        }
    }
}

/// The collections to whose elements an instance may belong.
fn candidates<'t>(
    instance: &FlowInstance,
    resources: &[FlowResource<'_>],
    tallies: &'t HashMap<Shape, Tally>,
) -> impl Iterator<Item = (&'t Tally, &'t Shape)> {
    let mut own: Vec<Shape> = Vec::new();
    let selected = selected_paths(instance, resources).into_iter().flatten();
    let counted = instance.repetitions.iter().filter_map(counted);
    for path in paths_of(instance).into_iter().chain(selected).chain(counted) {
        for (shape, _) in shapes(&path) {
            if !own.contains(&shape) {
                own.push(shape);
            }
        }
    }
    own.into_iter().filter_map(move |shape| tallies.get_key_value(&shape).map(|(shape, tally)| (tally, shape)))
}

/// Collections from which flow instances select elements without being repeated for them.
fn note_associated(walked: &Walked<'_>, found: &mut Found) {
    let mut seen: HashSet<Shape> = found.shapes.iter().cloned().collect();
    let mut note = |path: &Path, associated: &mut Vec<Shape>| {
        if is_written_for_all(path) {
            return;
        }
        for (shape, _) in shapes(path) {
            if seen.insert(shape.clone()) {
                associated.push(shape);
            }
        }
    };
    let mut associated = Vec::new();
    for flow in &walked.flows {
        for instance in flow.instances.iter().take(SAMPLE) {
            paths_of(instance).iter().for_each(|path| note(path, &mut associated));
        }
    }
    for resource in walked.resources.iter().filter(|resource| resource.instance < SAMPLE) {
        for (_, value) in resource.settings() {
            element_paths(&value.origin).iter().for_each(|path| note(path, &mut associated));
        }
    }
    // A collection inside a tenant is a part of the tenant.
    associated.retain(|shape| found.shapes.iter().all(|own| !is_inside(shape, own)));
    found.associated = std::mem::take(&mut associated);
    for list in walked.runtimes.iter().flat_map(|runtime| &runtime.safelists) {
        for account in list.elements().unwrap_or_default().iter().take(SAMPLE) {
            element_paths(&account.origin).iter().for_each(|path| note(path, &mut associated));
        }
    }
    associated.retain(|shape| found.shapes.iter().all(|own| !is_inside(shape, own)));
    found.listed = associated;
}
