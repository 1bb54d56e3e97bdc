//! The paths from a value back to the elements that it came from.

use smallvec::SmallVec;
use symlint_terraform::{Makeup, Origin, Path, PathStep, Root, Selection, Str, Value};

use crate::tenants::{
    Argument, ElementKey, FieldKind, FlowInstance, FlowResource, Repetition, Shape, Step, key_path, values_at,
};

/// How many parts of a value are examined to find where it comes from.
const PARTS: usize = 64;

/// The paths to all elements that an instance depends on. The elements that it is repeated for come first.
pub(super) fn paths_of(instance: &FlowInstance) -> Vec<Path> {
    let mut paths: Vec<Path> = instance.repetitions.iter().flat_map(iterated).collect();
    paths.extend(instance.arguments.iter().flat_map(argument_paths));
    paths
}

/// The key of the collection's element into which `path` leads.
pub(super) fn key_in(path: &Path, shape: &Shape) -> Option<Str> {
    let (root, selections) = path.selections();
    let (step, _) = selections.get(shape.steps.len()).filter(|_| *root == shape.root)?;
    match ElementKey::of(step) {
        ElementKey::Name(name) => Some(name),
        ElementKey::Index(_) => None,
    }
}

/// For each setting of resources that are repeated on their own, the paths to the elements that it came from: neither
/// an argument nor `each` says what these resources are repeated for.
pub(super) fn selected_paths(instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Vec<SmallVec<[Path; 1]>> {
    let is_counted = instance.arguments.is_empty() && instance.repetitions.iter().all(|it| it.value.is_none());
    let resources = resources.iter().filter(|_| is_counted && !instance.repetitions.is_empty());
    resources.flat_map(FlowResource::settings).map(|(_, value)| element_paths(&value.origin)).collect()
}

/// The paths to the elements that the values in an argument came from.
pub(super) fn argument_paths(argument: &Argument) -> Vec<Path> {
    let parts = argument.parts.iter().filter(|part| part.field != FieldKind::Key);
    let values = parts.flat_map(|part| values_at(&argument.value, &part.steps));
    values.flat_map(|value| element_paths(&value.origin)).collect()
}

/// The paths to the elements that `each` or `count` iterates. Those from which the iterated values were rebuilt come
/// first.
pub(super) fn iterated(repetition: &Repetition) -> Vec<Path> {
    let Iterated { rebuilt, own, key, .. } = Iterated::of(repetition);
    rebuilt.into_iter().chain(own).chain(key).collect()
}

/// The paths to the elements that an instance is repeated for.
pub(super) struct Iterated {
    /// The elements that the parts of the value came from, if the value was rebuilt from iterated elements.
    pub(super) rebuilt: Vec<Path>,
    pub(super) own: SmallVec<[Path; 1]>,
    pub(super) key: SmallVec<[Path; 1]>,
    /// The elements from which a text in the value was built.
    pub(super) texts: Vec<Path>,
}

impl Iterated {
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.rebuilt.iter().chain(&self.own).chain(&self.key)
    }

    pub(super) fn of(repetition: &Repetition) -> Self {
        let Some(value) = &repetition.value else {
            // An index has no origin but itself; the counted elements are not those that it leads to.
            let key = repetition.key.origin.path.iter().cloned().collect();
            return Self { rebuilt: Vec::new(), own: SmallVec::new(), key, texts: Vec::new() };
        };
        let mut rebuilt = Vec::new();
        let mut left = PARTS;
        paths_inside(value, &mut left, &mut rebuilt);
        let texts = rebuilt.iter().filter(|(_, is_key)| !is_key).map(|(path, _)| path.clone()).collect();
        rebuilt.retain(|(path, _)| path.is_iterated());
        // The key of a group says less than the values in the group, and more than a text in a list.
        let is_inside = |path: &Path| shapes(path).last().is_some_and(|(_, has_parts)| *has_parts);
        let has_values = rebuilt.iter().any(|(path, is_key)| !is_key && is_inside(path));
        let rebuilt =
            rebuilt.into_iter().filter(|(_, is_key)| !(*is_key && has_values)).map(|(path, _)| path).collect();
        let own =
            named(repetition, value).map_or_else(|| element_paths(&value.origin), |path| SmallVec::from_elem(path, 1));
        Self { rebuilt, own, key: element_paths(&repetition.key.origin), texts }
    }
}

/// The path to the element that an index counts, if `count` is the number of elements of a collection.
pub(super) fn counted(repetition: &Repetition) -> Option<Path> {
    let index = repetition.key.origin.path.as_ref().filter(|_| repetition.value.is_none())?.last()?;
    let mut origin = &repetition.key.origin;
    while let Makeup::Derived(origins) = &origin.makeup {
        let [of] = &**origins else { return None };
        if let Some(path) = &of.path {
            return Some(path.select(index.clone(), Selection::Iterated));
        }
        origin = of;
    }
    None
}

/// The path to an element of a variable that is listed under its own key, as in `{ a = var.customers.a }`.
fn named(repetition: &Repetition, value: &Value) -> Option<Path> {
    let path = value.origin.path.as_ref().filter(|path| path.start().is_input() && !path.is_selected())?;
    let step = path.last().filter(|step| step.name() == repetition.key.as_str())?;
    Some(path.parent()?.select(step.clone(), Selection::Iterated))
}

/// The paths to the elements that the parts of a container came from, and whether a part is the key of its element.
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

/// The longest known paths to the elements that a value came from.
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

/// Whether a step leads to another element in each instance: it iterates, or its key differs between them.
pub(super) fn is_selected(selection: &Selection) -> bool {
    match selection {
        Selection::Literal => false,
        Selection::Iterated => true,
        Selection::By(key) => key.is_iterated(),
    }
}

/// The collections through which a path leads, and whether it leads into one of their elements.
pub(super) fn shapes(path: &Path) -> SmallVec<[(Shape, bool); 1]> {
    let levels = levels(path);
    let last = levels.len();
    let selected = levels.into_iter().enumerate().filter(|(_, (_, is_selected))| *is_selected);
    selected.map(|(at, (shape, _))| (shape, at + 1 < last)).collect()
}

/// The collections through which a path leads, and whether it selects another element of each in every instance.
pub(super) fn levels(path: &Path) -> SmallVec<[(Shape, bool); 4]> {
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

/// Whether a path leads to an element of a collection without a name.
pub(super) fn is_inline(path: &Path) -> bool {
    matches!(path.start(), Root::Inline(_)) && path.selection().is_some_and(is_selected)
}

/// Whether a path goes through all elements of a collection that is written in a repeated call itself: they are the
/// same for all tenants.
pub(super) fn is_written_for_all(path: &Path) -> bool {
    let (root, selections) = path.selections();
    let is_iterated = matches!(selections.first(), Some((_, Selection::Iterated)));
    is_iterated && matches!(root, Root::Variable { module, .. } if module.ends_with(']'))
}

/// Whether `path` leads to an element of `other` that a value in an element of `own` selects.
pub(super) fn is_joined(path: &Path, other: &Shape, own: &Shape) -> bool {
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

/// Whether the collection `inner` is a part of the elements of `outer`, or contains them.
pub(super) fn is_inside(inner: &Shape, outer: &Shape) -> bool {
    inner.root == outer.root && {
        let shorter = inner.steps.len().min(outer.steps.len());
        inner.steps.iter().take(shorter).eq(outer.steps.iter().take(shorter))
    }
}
