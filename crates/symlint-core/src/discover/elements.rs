//! The elements of a collection, with their keys and places.

use smallvec::SmallVec;
use symlint_terraform::{
    Entry, Evaluator, Form, Instance, Kind, ModuleCall, Origin, Path, PathStep, Root, Span, Str, Value, Variable,
};

use super::walk::Walked;
use crate::config::Config;
use crate::tenants::{ElementKey, Shape, Step};

/// An element of a collection.
#[derive(Clone)]
pub(super) struct Element {
    pub(super) key: SmallVec<[ElementKey; 1]>,
    /// The path to it through the collection.
    pub(super) path: Path,
    /// Its key, if that is a name.
    pub(super) name: Option<Value>,
    pub(super) value: Value,
    /// Where its key is written; without a key, where the element is written.
    pub(super) span: Span,
}

impl Element {
    /// The text of its key, if that is a name.
    pub(super) fn key_text(&self) -> Option<&Str> {
        match (&self.name, self.key.last()) {
            (Some(name), _) => name.as_str(),
            (None, Some(ElementKey::Name(name))) => Some(name),
            (None, _) => None,
        }
    }

    /// The other paths that lead to it: that of the element for which it is only another name, and, if it was merged,
    /// those of the elements with the same key that it was merged from.
    pub(super) fn other_paths(&self) -> Vec<Path> {
        let mut paths: Vec<Path> = self.value.origin.path.iter().cloned().collect();
        let is_own = |path: &Path| *path == self.path || self.value.origin.path.as_ref() == Some(path);
        let Some(key) = self.key_text() else { return paths };
        for path in self.value.entries().unwrap_or_default().iter().filter_map(|part| part.value.origin.path.as_ref()) {
            let named = path.ancestors().find(|path| path.last().and_then(PathStep::name) == Some(key));
            // A part that is in the element as it is was not merged.
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

/// The elements of a collection in source order, and its value if that is not a collection.
pub(super) fn elements(
    evaluator: &Evaluator<'_>,
    walked: &Walked<'_>,
    inline: &[(Path, Value, Option<Value>)],
    shape: &Shape,
) -> Vec<Element> {
    let mut elements = Vec::new();
    let whole = match &shape.root {
        Root::Calls(folder) => return calls(evaluator, walked, folder),
        Root::RootModule => return root_module(evaluator, walked).into_iter().collect(),
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
            for (path, value, given) in inline {
                let (root, steps) = path.parts();
                if let Some((key, count)) = shape.element(root, &steps).filter(|(key, _)| !key.is_empty())
                    && count == steps.len()
                {
                    let name = path
                        .last()
                        .and_then(PathStep::name)
                        .map(|name| Value::new(Kind::String(name.clone()), value.origin.clone()))
                        .or_else(|| given.clone());
                    let span = value.origin.span;
                    elements.push(Element { key, path: path.clone(), name, value: value.clone(), span });
                }
            }
        }
    }
    // Computed keys all have the same place in the source, so they are ordered by their values.
    let place = |element: &Element| {
        let name = element.name.as_ref().map_or(element.span, |name| name.origin.span);
        (name, first_place(&element.value))
    };
    elements.sort_by_cached_key(place);
    elements
}

/// The calls of the root module to the module in `folder`, in source order, with their arguments.
fn calls(evaluator: &Evaluator<'_>, walked: &Walked<'_>, folder: &str) -> Vec<Element> {
    let project = evaluator.project();
    let calls = project.root().map(|root| root.calls.as_slice()).unwrap_or_default();
    let element = |call: &ModuleCall| {
        let module = project.module(call.child?).filter(|module| module.dir == folder && !call.is_repeated())?;
        let address = Str::from(format!("module.{}", call.name.text));
        let instance = walked.instances.get(&address)?;
        let span = call.name.span;
        let value_of = |variable: &Variable| evaluator.variable(instance, &variable.name.text);
        let entry = |variable: &Variable| {
            let argument = call.arguments.iter().find(|argument| argument.name.text == variable.name.text);
            let key_span = argument.map_or(span, |argument| argument.name.span);
            Some(Entry::new(variable.name.text.clone(), key_span, value_of(variable)?))
        };
        let path = Path::call(folder, &call.name.text);
        let origin = Origin::written(span, Form::Whole);
        let mut entries: Vec<Entry> = module.variables.iter().filter_map(entry).collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        Some(Element {
            key: SmallVec::from_elem(ElementKey::Name(call.name.text.clone()), 1),
            value: Value::new(Kind::Object(entries.into()), origin.clone().reached(|| path.clone())),
            name: Some(Value::new(Kind::String(address), origin)),
            path,
            span,
        })
    };
    calls.iter().filter_map(element).collect()
}

/// The variables and locals of the root module, each with the attribute name that it gets in the root module's tenant.
pub(super) fn roots(evaluator: &Evaluator<'_>) -> impl Iterator<Item = (Str, Root)> {
    let module = evaluator.project().root();
    let variables = module.into_iter().flat_map(|module| &module.variables);
    let locals = module.into_iter().flat_map(|module| &module.locals);
    let variables = variables.map(|it| (it.name.text.clone(), Root::variable(it.name.text.clone())));
    let local = |name: &Str| Root::Local { module: Str::default(), name: name.clone() };
    variables.chain(locals.map(move |it| (format!("local.{}", it.name.text).into(), local(&it.name.text))))
}

/// The root module as a tenant.
fn root_module(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> Option<Element> {
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

/// The last step of the path by which an element of a set was known before, such as its index in a list.
fn place_of(element: &Value) -> Option<PathStep> {
    element.origin.path.as_ref()?.last().cloned()
}

fn add_elements(value: &Value, path: Path, steps: &[Step], key: SmallVec<[ElementKey; 1]>, to: &mut Vec<Element>) {
    let each: Vec<(PathStep, Option<Value>, Value, Span)> = match (value.entries(), value.elements()) {
        (Some(entries), _) => entries
            .iter()
            .map(|entry| {
                let child = value.child(entry);
                // A map's key is written `["key"]`, even if no type says that the value is a map.
                let step = PathStep::Key(entry.key.clone());
                (step, Some(value.key(entry)), child, entry.key_span)
            })
            .collect(),
        (_, Some(items)) => (0..items.len())
            .filter_map(|at| {
                let item = value.at(at)?;
                let step = match (&value.kind, &item.kind) {
                    // A set has no order of its own, so an element is identified by its earlier place, or else by its
                    // text.
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

/// Where the first part of a value is written.
fn first_place(value: &Value) -> Span {
    let parts = value.entries().unwrap_or_default().iter().map(|entry| entry.value.origin.span);
    let elements = value.elements().unwrap_or_default().iter().map(|element| element.origin.span);
    parts.chain(elements).min().unwrap_or(value.origin.span)
}

/// Where a variable or a local is declared.
pub(super) fn declared(evaluator: &Evaluator<'_>, walked: &Walked<'_>, root: &Root) -> Option<Span> {
    let project = evaluator.project();
    let module = |address: &Str| match address.is_empty() {
        true => project.root(),
        false => walked.instance(address)?.module().and_then(|id| project.module(id)),
    };
    match root {
        Root::Variable { module: address, name } => Some(module(address)?.variable(name)?.name.span),
        Root::Local { module: address, name } => Some(module(address)?.local(name)?.name.span),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => None,
    }
}

/// The value of a variable or a local.
pub(super) fn container(evaluator: &Evaluator<'_>, walked: &Walked<'_>, root: &Root) -> Option<Value> {
    let instance = |address: &Str| -> Option<Instance> {
        if address.is_empty() { Some(evaluator.root()) } else { walked.instance(address).cloned() }
    };
    match root {
        Root::Variable { module, name } => evaluator.variable(&instance(module)?, name),
        Root::Local { module, name } => evaluator.local(&instance(module)?, name),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => None,
    }
}

/// The name of an element without a key: its attribute `name`, `key`, or `slug`, or else its path.
pub(super) fn name_inside(value: &Value, element: &Element) -> Value {
    let named = ["name", "key", "slug"]
        .into_iter()
        .find_map(|name| value.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())));
    if let Some(text) = value.as_str() {
        return Value::new(Kind::String(text.clone()), value.origin.clone());
    }
    named.unwrap_or_else(|| match element.key.last() {
        Some(ElementKey::Name(name)) => {
            Value::new(Kind::String(name.clone()), Origin::written(element.span, Form::Whole))
        }
        _ => way_as_name(element),
    })
}

/// The path to an element as its name, if nothing else names it.
pub(super) fn way_as_name(element: &Element) -> Value {
    let way = Str::from(element.path.to_string());
    Value::new(Kind::String(way), Origin::written(element.span, Form::Whole))
}

/// The variables and locals that the configuration names, or else the variable of the stock module.
pub(super) fn configured(evaluator: &Evaluator<'_>, config: &Config) -> Vec<Shape> {
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
