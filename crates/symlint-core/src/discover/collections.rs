//! Which collections the tenants are elements of: what flows are repeated for, and what is selected for each of them.

use std::sync::Arc;

use std::cmp::Reverse;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::syntax::Attribute;
use symlint_terraform::{
    AssignmentSource, Evaluator, Instance, Kind, Makeup, Origin, Path, PathStep, Project, Root, Selection, Span, Str,
    Value,
};

use super::walk::Walked;
use crate::config::Config;
use crate::tenants::{
    Argument, Discovery, ElementKey, FieldKind, FlowCall, FlowInstance, FlowResource, Repetition, Shape, Step,
    key_path, resources_of, values_at,
};

/// How many instances of a call are examined to find what it is repeated for.
const SAMPLE: usize = 64;

/// How many parts of a value are examined to find where it comes from.
const PARTS: usize = 64;

/// The collections that tenants are built from, and which of them each flow is built from.
#[derive(Default)]
pub(super) struct Found {
    /// In the order in which they were found; configured ones come first.
    pub(super) shapes: Vec<Shape>,
    /// How many of them are configured, or called as in the shipped example.
    pub(super) configured: usize,
    /// Collections whose elements belong to tenants of other collections, such as organizations that access entries
    /// name.
    pub(super) associated: Vec<Shape>,
    /// Collections of which a safelist has something, and nothing else.
    pub(super) listed: Vec<Shape>,
    /// The flows of each collection, by their places.
    pub(super) flows: HashMap<Shape, Vec<usize>>,
    /// The elements of collections without a name, with their paths and the keys that a local gives them: those of
    /// flows in the order of the instances, then the others.
    pub(super) inline: Vec<(Path, Value, Option<Value>)>,
}

/// The evidence for a collection.
#[derive(Default, Clone)]
struct Tally {
    /// How often an instance is repeated for its elements, and how often for what was rebuilt of them.
    iterated: usize,
    rebuilt: usize,
    /// How often a connector's value, or any other, comes from them.
    connector: usize,
    other: usize,
    /// Whether its elements have parts, and whether some of these are a connector's values.
    has_parts: bool,
    has_connectors: bool,
    /// Where it was first met.
    order: usize,
}

pub(super) fn find(evaluator: &Evaluator<'_>, config: &Config, walked: &Walked<'_>) -> Found {
    let mut found = Found::default();
    let configured = configured(evaluator, config);
    if !config.tenants_variable_spans.is_empty() {
        // The collections that the configuration names replace those that would be found.
        found.configured = configured.len();
        found.shapes = configured;
        note_associated(walked, &mut found);
        return found;
    }
    let mut inline: HashSet<Path> = HashSet::default();
    // Collections without connectors, and those from which their flows take them by the same keys.
    let mut leaning: HashMap<Shape, Vec<Shape>> = HashMap::default();
    let mut own_connectors: HashSet<Shape> = HashSet::default();
    let mut resources = walked.resources.as_slice();
    for (at, flow) in walked.flows.iter().enumerate() {
        let count = resources.iter().take_while(|resource| resource.flow == at).count();
        let (own, rest) = resources.split_at(count);
        resources = rest;
        let tallies = tallies(flow, own);
        let has_connectors: HashSet<&Root> =
            tallies.iter().filter(|(_, tally)| tally.connector > 0).map(|(shape, _)| &shape.root).collect();
        // What is not known says less of what it is an element of.
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
            // What was read from a file of this name is not an element of the names.
            let made = best.filter(|(tally, _)| !tally.has_parts).and_then(|_| made_shape(instance));
            if let Some((tally, shape)) = best.map(|(tally, shape)| (tally, made.as_ref().unwrap_or(shape))) {
                if tally.has_connectors {
                    own_connectors.insert(shape.clone());
                } else if !leaning.contains_key(shape) {
                    let others = tallies.iter().filter(|(_, tally)| tally.has_connectors).map(|(shape, _)| shape);
                    // An instance whose key the other collection lacks takes nothing from it.
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
    // What takes its connectors from the tenants of other flows has more grants of these.
    found.shapes.retain(|shape| {
        let mut others = leaning.get(shape).into_iter().flatten();
        own_connectors.contains(shape) || !others.any(|other| own_connectors.contains(other))
    });
    // Flows show at which level of the variable the tenants are.
    let is_told = |shape: &Shape| found.shapes.iter().any(|it| it.root == shape.root && it != shape);
    let named: Vec<Shape> = configured.into_iter().filter(|shape| !is_told(shape)).collect();
    found.configured = named.len();
    found.shapes.retain(|shape| !named.contains(shape));
    found.shapes.splice(0..0, named);
    if found.shapes.is_empty() {
        found.shapes.extend(by_looks(evaluator, walked));
    }
    note_associated(walked, &mut found);
    found
}

impl Found {
    /// How the collection at `place` was found.
    pub(super) fn discovery(&self, place: usize, config: &Config) -> Discovery {
        let is_by_flow = self.shapes.get(place).is_some_and(|shape| self.flows.contains_key(shape));
        match (place < self.configured, config.tenants_variable_spans.is_empty()) {
            (true, false) => Discovery::Configured,
            (true, true) => Discovery::Named,
            _ if is_by_flow => Discovery::Flows,
            _ => Discovery::Looks,
        }
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

    /// Notes the elements of collections without a name that no flow has, where a local of the root module has them.
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

/// Whether a path leads to an element of a collection without a name.
fn is_inline(path: &Path) -> bool {
    matches!(path.start(), Root::Inline(_)) && path.selection().is_some_and(is_selected)
}

/// The collections of which the default of a variable selects what flows are built from, and the variables whose defaults
/// decide on it: with another value, these would be built from something else.
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

/// The variables and locals that the configuration names, or the variable that the stock module has.
fn configured(evaluator: &Evaluator<'_>, config: &Config) -> Vec<Shape> {
    let root = evaluator.root();
    let shapes = config.tenants_variables.iter().filter_map(|name| {
        let start = match name.strip_prefix("local.") {
            Some(local) => {
                evaluator.local(&root, local)?;
                Root::Local { module: Str::default(), name: local.into() }
            }
            None => {
                evaluator.variable(&root, name)?;
                Root::variable(name.as_str().into())
            }
        };
        Some(Shape { root: start, steps: SmallVec::new() })
    });
    shapes.collect()
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
        // The key of a group may be a part of a name next to what is in the group.
        for path in paths.iter().filter(|path| !paths.iter().any(|other| other.is_below(path))) {
            note(tallies, path, &|tally| tally.count(field));
            // One element of what is iterated, for all instances, is as deep as the right one.
            for (shape, _) in levels(path).into_iter().filter(|(_, is_selected)| !is_selected) {
                if let Some(tally) = tallies.get_mut(&shape).filter(|tally| tally.iterated > 0) {
                    tally.count(field);
                }
            }
        }
    };
    for instance in flow.instances.iter().take(SAMPLE) {
        let iterated: Vec<Iterated> = instance.repetitions.iter().map(Iterated::of).collect();
        // What leads to a group of elements is a part of the way to one of these.
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
                    // What an object was made of may be a text itself, such as the name of a file.
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

impl Tally {
    /// How likely the elements of `shape` are the tenants, where its root has connectors at some level or not.
    fn rank(&self, shape: &Shape, has_connectors: bool) -> impl Ord + use<> {
        let is_level = self.connector > 0 || !has_connectors;
        // Where groups of tenants are iterated, everything in a group belongs to its tenants.
        let depth = isize::try_from(shape.steps.len()).unwrap_or(isize::MAX);
        let depth = if self.connector > 0 && self.iterated > 0 { depth } else { -depth };
        let is_iterated = self.iterated > 0;
        let first = Reverse(self.order);
        // What only says which of others' elements are meant is not a tenant.
        let has_values = !self.has_parts || self.connector + self.other > 0;
        (
            self.has_parts,
            has_values,
            is_iterated,
            self.rebuilt > 0,
            is_level,
            self.connector,
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

/// The collection whose element, an object, an instance is repeated for, whatever the element was made of.
fn made_shape(instance: &FlowInstance) -> Option<Shape> {
    let objects = instance.repetitions.iter().filter_map(|it| it.value.as_ref()).filter(|it| it.entries().is_some());
    objects.filter_map(|value| value.origin.path.as_ref()).find_map(|path| shapes(path).pop()).map(|(shape, _)| shape)
}

/// The collections to whose elements an instance may belong.
fn candidates<'t>(
    instance: &FlowInstance,
    resources: &[FlowResource<'_>],
    tallies: &'t HashMap<Shape, Tally>,
) -> impl Iterator<Item = (&'t Tally, &'t Shape)> {
    let mut own: Vec<Shape> = Vec::new();
    let selected = selected_paths(instance, resources).into_iter().flatten();
    for path in paths_of(instance).into_iter().chain(selected) {
        for (shape, _) in shapes(&path) {
            if !own.contains(&shape) {
                own.push(shape);
            }
        }
    }
    own.into_iter().filter_map(move |shape| tallies.get_key_value(&shape).map(|(shape, tally)| (tally, shape)))
}

/// The ways to all elements that decide on an instance: what it is repeated for comes first.
pub(super) fn paths_of(instance: &FlowInstance) -> Vec<Path> {
    let mut paths: Vec<Path> = instance.repetitions.iter().flat_map(iterated).collect();
    paths.extend(instance.arguments.iter().flat_map(argument_paths));
    paths
}

/// The key of the element of a collection into which `path` leads.
fn key_in(path: &Path, shape: &Shape) -> Option<Str> {
    let (root, selections) = path.selections();
    let (step, _) = selections.get(shape.steps.len()).filter(|_| *root == shape.root)?;
    match ElementKey::of(step) {
        ElementKey::Name(name) => Some(name),
        ElementKey::Index(_) => None,
    }
}

/// Whether `path` leads to an element of `other` that is selected by something in an element of `own`.
fn is_joined(path: &Path, other: &Shape, own: &Shape) -> bool {
    let (root, selections) = path.selections();
    let selection = selections.get(other.steps.len()).filter(|_| *root == other.root);
    let Some((_, Selection::By(key))) = selection else { return false };
    let is_own = |path: &Path| {
        let (root, steps) = path.parts();
        own.element(root, &steps).is_some_and(|(key, _)| !key.is_empty())
    };
    let mut found = false;
    key.each_dependence(&mut |on| found |= on.path.as_ref().is_some_and(is_own));
    found
}

/// The ways to the elements that each setting of the resources came from, where these are counted themselves: neither an
/// argument nor `each` says for what they are repeated.
pub(super) fn selected_paths(instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Vec<SmallVec<[Path; 1]>> {
    let is_counted = instance.arguments.is_empty() && instance.repetitions.iter().all(|it| it.value.is_none());
    let resources = resources.iter().filter(|_| is_counted && !instance.repetitions.is_empty());
    resources.flat_map(FlowResource::settings).map(|(_, value)| element_paths(&value.origin)).collect()
}

/// The ways to the elements that the values in an argument came from.
pub(super) fn argument_paths(argument: &Argument) -> Vec<Path> {
    let parts = argument.parts.iter().filter(|part| part.field != FieldKind::Key);
    let values = parts.flat_map(|part| values_at(&argument.value, &part.steps));
    values.flat_map(|value| element_paths(&value.origin)).collect()
}

/// The ways to the elements that `each` or `count` iterates: those from which they were rebuilt come first.
pub(super) fn iterated(repetition: &Repetition) -> Vec<Path> {
    let Iterated { rebuilt, own, key, .. } = Iterated::of(repetition);
    rebuilt.into_iter().chain(own).chain(key).collect()
}

/// The ways to the elements for which an instance is there.
struct Iterated {
    /// Those that the parts of the value came from, where the value was rebuilt of elements that were gone through.
    rebuilt: Vec<Path>,
    own: SmallVec<[Path; 1]>,
    key: SmallVec<[Path; 1]>,
    /// The elements from which a text in the value was made.
    texts: Vec<Path>,
}

impl Iterated {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.rebuilt.iter().chain(&self.own).chain(&self.key)
    }

    fn of(repetition: &Repetition) -> Self {
        let Some(value) = &repetition.value else {
            // An index is its own; what was counted is not what it leads to.
            let key = repetition.key.origin.path.iter().cloned().collect();
            return Self { rebuilt: Vec::new(), own: SmallVec::new(), key, texts: Vec::new() };
        };
        let mut rebuilt = Vec::new();
        let mut left = PARTS;
        paths_inside(value, &mut left, &mut rebuilt);
        let texts = rebuilt.iter().filter(|(_, is_key)| !is_key).map(|(path, _)| path.clone()).collect();
        rebuilt.retain(|(path, _)| path.is_iterated());
        // The key of a group says less than the values in it, and more than a text of a list.
        let is_inside = |path: &Path| shapes(path).last().is_some_and(|(_, has_parts)| *has_parts);
        let has_values = rebuilt.iter().any(|(path, is_key)| !is_key && is_inside(path));
        let rebuilt =
            rebuilt.into_iter().filter(|(_, is_key)| !(*is_key && has_values)).map(|(path, _)| path).collect();
        let own =
            named(repetition, value).map_or_else(|| element_paths(&value.origin), |path| SmallVec::from_elem(path, 1));
        Self { rebuilt, own, key: element_paths(&repetition.key.origin), texts }
    }
}

/// The way to an element of a variable that is listed under its own key, as in `{ a = var.customers.a }`.
fn named(repetition: &Repetition, value: &Value) -> Option<Path> {
    let path = value.origin.path.as_ref().filter(|path| path.start().is_input() && !path.is_selected())?;
    let step = path.last().filter(|step| step.name() == repetition.key.as_str())?;
    Some(path.parent()?.select(step.clone(), Selection::Iterated))
}

/// The ways to the elements that the parts of a container came from, and whether a part is the key of its element.
fn paths_inside(value: &Value, left: &mut usize, paths: &mut Vec<(Path, bool)>) {
    let parts = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    for part in parts.chain(value.elements().unwrap_or_default()) {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let own = element_paths(&part.origin);
        if own.is_empty() {
            paths_inside(part, left, paths);
        } else {
            let is_key = key_path(part).is_some();
            paths.extend(own.into_iter().map(|path| (path, is_key)));
        }
    }
}

/// The ways to the elements that a value came from: the deepest that are known.
pub(super) fn element_paths(origin: &Origin) -> SmallVec<[Path; 1]> {
    let mut paths = SmallVec::new();
    let mut left = PARTS;
    add_element_paths(origin, &mut left, &mut paths);
    paths
}

fn add_element_paths(origin: &Origin, left: &mut usize, paths: &mut SmallVec<[Path; 1]>) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let before = paths.len();
    let own = origin.path.as_ref().filter(|path| path.backwards_selected().any(|(_, it)| is_selected(it)));
    if !own.is_some_and(|path| path.start().is_input()) {
        match &origin.makeup {
            Makeup::Written(_) => {}
            Makeup::Joined(parts) => parts.iter().for_each(|part| add_element_paths(&part.origin, left, paths)),
            Makeup::Derived(origins) => origins.iter().for_each(|origin| add_element_paths(origin, left, paths)),
        }
    }
    if paths.len() > before {
        return;
    }
    if let Some(path) = own {
        if !paths.contains(path) {
            paths.push(path.clone());
        }
        return;
    }
    for on in origin.dependence.iter().flat_map(|dependence| dependence.origins()) {
        add_element_paths(on, left, paths);
    }
}

/// Whether a step leads to another element in each instance: one of all, or one by a key that differs.
pub(super) fn is_selected(selection: &Selection) -> bool {
    match selection {
        Selection::Literal => false,
        Selection::Iterated => true,
        Selection::By(key) => key.is_iterated(),
    }
}

/// The collections through which a path leads, and whether it leads into an element.
fn shapes(path: &Path) -> SmallVec<[(Shape, bool); 1]> {
    let levels = levels(path);
    let last = levels.len();
    let selected = levels.into_iter().enumerate().filter(|(_, (_, is_selected))| *is_selected);
    selected.map(|(at, (shape, _))| (shape, at + 1 < last)).collect()
}

/// What a path leads through, and whether it leads to another element of that in each instance.
fn levels(path: &Path) -> SmallVec<[(Shape, bool); 4]> {
    let (root, selections) = path.selections();
    let mut steps: SmallVec<[Step; 2]> = SmallVec::new();
    let level = |(step, selection): &(&PathStep, &Selection)| {
        let is_selected = is_selected(selection);
        let shape = Shape { root: root.clone(), steps: steps.clone() };
        steps.push(match ElementKey::of(step) {
            ElementKey::Name(name) if !is_selected => Step::Name(name),
            _ => Step::Each,
        });
        (shape, is_selected)
    };
    selections.iter().map(level).collect()
}

/// Collections that flow instances select elements of without being repeated for them.
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
    // A collection inside a tenant is not another one.
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

/// Whether a path goes through all elements of what a repeated call writes itself: they are the same for all tenants.
fn is_written_for_all(path: &Path) -> bool {
    let (root, selections) = path.selections();
    let is_iterated = matches!(selections.first(), Some((_, Selection::Iterated)));
    is_iterated && matches!(root, Root::Variable { module, .. } if module.ends_with(']'))
}

/// Whether the collection `inner` is a part of the elements of `outer`, or around them.
fn is_inside(inner: &Shape, outer: &Shape) -> bool {
    inner.root == outer.root && {
        let shorter = inner.steps.len().min(outer.steps.len());
        inner.steps.iter().take(shorter).eq(outer.steps.iter().take(shorter))
    }
}

/// The first variable or local of the root module whose elements look like tenants, for setups without flows.
fn by_looks(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> Option<Shape> {
    let project = evaluator.project();
    let mut names: Vec<Root> = Vec::new();
    let mut add = |name: Root| {
        if !names.contains(&name) {
            names.push(name);
        }
    };
    if let Some(module) = project.root() {
        module.variables.iter().for_each(|variable| add(Root::variable(variable.name.text.clone())));
        for local in &module.locals {
            add(Root::Local { module: Str::default(), name: local.name.text.clone() });
        }
    }
    project.assignments().iter().for_each(|it| add(Root::variable(it.variable.text.clone())));
    let mut values = names.into_iter().map(|name| (container(evaluator, walked, &name), name));
    let is_tenants = |(value, _): &(Option<Value>, Root)| value.as_ref().is_some_and(looks_like_tenants);
    values.find(is_tenants).map(|(_, root)| Shape { root, steps: SmallVec::new() })
}

/// Whether some entry has two attributes that only tenants have, or most have ARNs as tenants have.
pub(crate) fn has_tenants(value: &Value) -> bool {
    let kinds = [
        FieldKind::SsoAccountId,
        FieldKind::InstanceArn,
        FieldKind::RoleArn,
        FieldKind::PermissionSetArn,
        FieldKind::TargetAccountId,
    ];
    let looks_like_one = |tenant: &Value| {
        let settings = tenant.get("sso_connector_settings");
        let has = |kind: &FieldKind| {
            tenant
                .get(kind.name())
                .or_else(|| settings.as_ref().and_then(|settings| settings.get(kind.name())))
                .is_some()
        };
        kinds.iter().filter(|kind| has(kind)).count() >= 2
    };
    value.entries().is_some_and(|entries| entries.iter().any(|entry| looks_like_one(&entry.value)))
        || looks_like_tenants(value)
}

/// Whether most elements of `value` have ARNs of two kinds that tenants have.
pub(super) fn looks_like_tenants(value: &Value) -> bool {
    let elements = values_at(value, &[Step::Each]);
    let kinds = |element: &Value| {
        let mut kinds: SmallVec<[FieldKind; 3]> = SmallVec::new();
        let mut left = PARTS;
        arn_kinds(element, &mut left, &mut kinds);
        kinds.len()
    };
    let alike = elements.iter().filter(|element| element.entries().is_some() && kinds(element) >= 2).count();
    alike > 0 && alike * 2 >= elements.len()
}

fn arn_kinds(value: &Value, left: &mut usize, kinds: &mut SmallVec<[FieldKind; 3]>) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    if let Some(text) = value.as_str() {
        let kind = [FieldKind::InstanceArn, FieldKind::PermissionSetArn, FieldKind::RoleArn]
            .into_iter()
            .find(|kind| crate::tenants::has_shape(*kind, text));
        kinds.extend(kind.filter(|kind| !kinds.contains(kind)));
        return;
    }
    let parts = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    parts.chain(value.elements().unwrap_or_default()).for_each(|part| arn_kinds(part, left, kinds));
}

/// Where a variable or a local is declared; of an output, where its module is called.
pub(super) fn declared(evaluator: &Evaluator<'_>, walked: &Walked<'_>, root: &Root) -> Option<Span> {
    let project = evaluator.project();
    let module = |address: &Str| match address.is_empty() {
        true => project.root(),
        false => walked.instances.get(address)?.module().and_then(|id| project.module(id)),
    };
    match root {
        Root::Variable { module: address, name } => Some(module(address)?.variable(name)?.name.span),
        Root::Local { module: address, name } => Some(module(address)?.local(name)?.name.span),
        Root::ModuleCall(_) | Root::Inline(_) => None,
    }
}

/// The value of a variable or a local.
pub(super) fn container(evaluator: &Evaluator<'_>, walked: &Walked<'_>, root: &Root) -> Option<Value> {
    let instance = |address: &Str| -> Option<Instance> {
        if address.is_empty() { Some(evaluator.root()) } else { walked.instances.get(address).cloned() }
    };
    match root {
        Root::Variable { module, name } => evaluator.variable(&instance(module)?, name),
        Root::Local { module, name } => evaluator.local(&instance(module)?, name),
        Root::ModuleCall(_) | Root::Inline(_) => None,
    }
}

/// Where the first part of a value is written.
fn first_place(value: &Value) -> Span {
    let parts = value.entries().unwrap_or_default().iter().map(|entry| entry.value.origin.span);
    let elements = value.elements().unwrap_or_default().iter().map(|element| element.origin.span);
    parts.chain(elements).min().unwrap_or(value.origin.span)
}

/// An element of a collection.
pub(super) struct Element {
    pub(super) key: SmallVec<[ElementKey; 1]>,
    /// The way to it through the collection.
    pub(super) path: Path,
    /// Its key, where it has one that is a name.
    pub(super) name: Option<Value>,
    pub(super) value: Value,
    /// Where its key is written, or else where it starts.
    pub(super) span: Span,
}

impl Element {
    /// Its key, where that is a name.
    pub(super) fn key_text(&self) -> Option<&Str> {
        match (&self.name, self.key.last()) {
            (Some(name), _) => name.as_str(),
            (None, Some(ElementKey::Name(name))) => Some(name),
            (None, _) => None,
        }
    }

    /// The other ways that lead to it: that of what it is another name for, and, where it was merged, those to the elements
    /// with its key that it was merged of.
    pub(super) fn other_paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.value.origin.path.iter().cloned().collect();
        let is_own = |path: &Path| *path == self.path || self.value.origin.path.as_ref() == Some(path);
        let Some(key) = self.key_text() else { return paths };
        for path in self.value.entries().unwrap_or_default().iter().filter_map(|part| part.value.origin.path.as_ref()) {
            let named = path.ancestors().find(|path| path.last().and_then(PathStep::name) == Some(key));
            // What is there as it is was not merged.
            if let Some(named) = named.filter(|named| !path.ancestors().any(is_own) && !paths.contains(named)) {
                paths.push(named.clone());
            }
        }
        paths.retain(|path| *path != self.path);
        paths
    }
}

/// An element that is a tenant, and the collection that it belongs to.
pub(super) struct Member {
    pub(super) collection: usize,
    pub(super) element: Element,
}

/// The elements of a collection in source order, and the whole of it where that is not a collection.
pub(super) fn elements(evaluator: &Evaluator<'_>, walked: &Walked<'_>, found: &Found, shape: &Shape) -> Vec<Element> {
    let mut elements = Vec::new();
    let whole = match &shape.root {
        Root::Inline(_) => None,
        Root::ModuleCall(address) => walked.instances.get(address).and_then(|instance| {
            let Some(Step::Name(output)) = shape.steps.first() else { return None };
            let mut value = evaluator.output(instance, output)?;
            let path = Path::root(shape.root.clone()).join(PathStep::Attribute(output.clone()));
            value.origin = value.origin.reached(|| path);
            Some((value, 1))
        }),
        root => container(evaluator, walked, root).map(|value| (value, 0)),
    };
    match whole {
        Some((value, taken)) => {
            let start = Path::root(shape.root.clone());
            let start = shape.steps.iter().take(taken).fold(start, |path, step| match step {
                Step::Name(name) => path.join(PathStep::Attribute(name.clone())),
                Step::Each => path,
            });
            add_elements(&value, start, shape.steps.get(taken..).unwrap_or_default(), SmallVec::new(), &mut elements);
        }
        None => {
            for (path, value, given) in &found.inline {
                let (root, steps) = path.parts();
                if let Some((key, count)) = shape.element(root, &steps).filter(|(key, _)| !key.is_empty())
                    && count == steps.len()
                {
                    let name = path
                        .last()
                        .and_then(PathStep::name)
                        .map(|name| Value::new(symlint_terraform::Kind::String(name.clone()), value.origin.clone()))
                        .or_else(|| given.clone());
                    let span = value.origin.span;
                    elements.push(Element { key, path: path.clone(), name, value: value.clone(), span });
                }
            }
        }
    }
    // Computed keys are all written at one place, so they are ordered by their values.
    let place = |element: &Element| {
        let name = element.name.as_ref().map_or(element.span, |name| name.origin.span);
        (name, first_place(&element.value))
    };
    elements.sort_by_cached_key(place);
    elements
}

/// The place in a list that an element of a set was given before.
fn place_of(element: &Value) -> Option<PathStep> {
    element.origin.path.as_ref()?.last().cloned()
}

fn add_elements(value: &Value, path: Path, steps: &[Step], key: SmallVec<[ElementKey; 1]>, to: &mut Vec<Element>) {
    let each: Vec<(PathStep, Option<Value>, Value, Span)> = match (value.entries(), value.elements()) {
        (Some(entries), _) => entries
            .iter()
            .map(|entry| {
                let child = value.child(entry);
                // A map's key is written `["key"]`, also where no type says that it is a map.
                let step = PathStep::Key(entry.key.clone());
                (step, Some(value.key(entry)), child, entry.key_span)
            })
            .collect(),
        (_, Some(items)) => (0..items.len())
            .filter_map(|at| {
                let item = value.at(at)?;
                let step = match (&value.kind, &item.kind) {
                    // A set is in an order of its own: an element has the place that it was given, or its text.
                    (Kind::Set(_), _) if place_of(&item).is_some() => place_of(&item)?,
                    (Kind::Set(_), Kind::String(text)) => PathStep::Key(text.clone()),
                    _ => PathStep::Index(u32::try_from(at).unwrap_or(u32::MAX)),
                };
                let span = item.origin.span;
                Some((step, None, item, span))
            })
            .collect(),
        _ => return,
    };
    match steps.split_first() {
        Some((Step::Name(name), rest)) => {
            if let Some(inner) = value.get(name) {
                add_elements(&inner, path.join(PathStep::Attribute(name.clone())), rest, key, to);
            }
        }
        Some((Step::Each, rest)) => {
            for (step, _, inner, _) in each {
                let mut key = key.clone();
                key.push(ElementKey::of(&step));
                add_elements(&inner, path.join(step), rest, key, to);
            }
        }
        None => {
            to.reserve_exact(each.len());
            for (step, name, value, span) in each {
                let mut key = key.clone();
                key.push(ElementKey::of(&step));
                to.push(Element { key, path: path.join(step), name, value, span });
            }
        }
    }
}
