//! Access to the parts of a container. The parts know their paths through it.

use std::sync::Arc;

use crate::form::Form;
use crate::origin::{Origin, Path, PathStep, Root, Selection};
use crate::source::Span;
use crate::value::{Entry, Kind, Value};

impl Value {
    /// The value under `key` in a map or object, with its path through this container.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entry(key).map(|entry| self.child(entry))
    }

    /// The value of `entry`, which must belong to this container, with its path.
    pub fn child(&self, entry: &Entry) -> Value {
        self.parts().child(entry)
    }

    /// The key of `entry`, which must belong to this container, as a string with its origin. A key without its own path
    /// gets the path of its entry, because no path leads to a key.
    pub fn key(&self, entry: &Entry) -> Value {
        self.parts().key(entry)
    }

    /// The element at `index` (from 0) of a list or tuple, with its path through this container.
    pub fn at(&self, index: usize) -> Option<Value> {
        self.parts().at(index)
    }

    /// The parts of this container, selected by literals.
    pub(crate) fn parts(&self) -> Parts<'_> {
        let (path, sensitive) = (self.origin.path.clone(), self.is_sensitive());
        Parts { container: self, path, selection: Selection::Literal, sensitive }
    }

    /// The parts of this container, selected by iteration.
    pub(crate) fn each_part(&self) -> Parts<'_> {
        Parts { selection: Selection::Iterated, ..self.parts() }
    }

    /// The parts of this container, selected by iteration. `span` is the place of the container, which identifies it if
    /// it has no name.
    pub(crate) fn each_part_at(&self, span: Span) -> Parts<'_> {
        self.each_part().named(span)
    }

    /// The parts of this container, which is at `span`, selected by `key`.
    pub(crate) fn parts_by(&self, key: &Origin, span: Span) -> Parts<'_> {
        if key.is_literal() {
            return self.parts();
        }
        Parts { selection: Selection::By(Arc::new(key.clone())), ..self.parts() }.named(span)
    }
}

/// The parts of a container, and how they are selected.
pub(crate) struct Parts<'a> {
    container: &'a Value,
    /// The path of the container.
    path: Option<Path>,
    selection: Selection,
    /// Whether the parts inherit the container's sensitivity.
    sensitive: bool,
}

impl Parts<'_> {
    fn named(mut self, span: Span) -> Self {
        self.path.get_or_insert_with(|| Path::root(Root::Inline(span)));
        self
    }

    /// Without the container's sensitivity, for callers that mark the whole result.
    pub(crate) fn without_sensitivity(mut self) -> Self {
        self.sensitive = false;
        self
    }

    /// The `origin` of a part with the container's sensitivity and dependence.
    fn inherited(&self, mut origin: Origin) -> Origin {
        origin.sensitive |= self.sensitive;
        origin.depending_as(&self.container.origin)
    }

    /// The value of `entry`.
    pub(crate) fn child(&self, entry: &Entry) -> Value {
        let is_known = |own: &Path| {
            let key = match &self.selection {
                Selection::Literal => return true,
                Selection::Iterated => entry.key_origin.as_deref(),
                Selection::By(key) => Some(&**key),
            };
            // An element under another name, such as a merged entry, has not been iterated yet.
            let is_gone_through = |path: &&Path| path.is_selected() || matches!(self.selection, Selection::By(_));
            key.and_then(|key| key.path.as_ref()).filter(is_gone_through).is_some_and(|path| own.starts_with(path))
        };
        let mut child = self.taken(&entry.value, || self.step(entry), is_known, || self.key(entry).origin);
        self.note_element(entry, &mut child.origin);
        child
    }

    /// Adds the selection to the path of an entry that `merge` took out of one of several maps.
    fn note_element(&self, entry: &Entry, origin: &mut Origin) {
        let is_moved = |own: &Path| {
            let of_key = entry.key_origin.as_ref().and_then(|key| key.path.as_ref());
            matches!(own.selection(), Some(Selection::Literal))
                && of_key == Some(own)
                && entry.value.origin.path.as_ref() == Some(own)
                && own.is_selected()
        };
        if matches!(self.selection, Selection::Literal) {
            return;
        }
        let Some(own) = origin.path.as_ref().filter(|own| is_moved(own)) else { return };
        if let (Some(parent), Some(step)) = (own.parent(), own.last()) {
            origin.path = Some(parent.select(step.clone(), self.selection.clone()));
        }
    }

    /// The key of `entry`, as a string.
    pub(crate) fn key(&self, entry: &Entry) -> Value {
        let mut origin = match &entry.key_origin {
            Some(origin) => (**origin).clone(),
            None => {
                // An escape is longer than the character that it stands for, so equal lengths mean equal texts.
                let verbatim = entry.key_span.len() as usize == entry.key.len();
                Origin::written(entry.key_span, if verbatim { Form::Verbatim } else { Form::Whole })
            }
        };
        if let Some(path) = &self.path {
            let place = || path.select(self.step(entry), self.selection.clone());
            let is_named_only = origin.path.as_ref().is_some_and(|own| !own.is_selected());
            if is_named_only && !matches!(self.selection, Selection::Literal) {
                let on = Origin { path: Some(place()), ..Origin::derived(entry.key_span, []) };
                origin = origin.depending_on(&on);
            }
            origin = origin.reached(place);
        }
        self.note_element(entry, &mut origin);
        Value::new(Kind::String(entry.key.clone()), self.inherited(origin))
    }

    /// The element at `index`, from 0.
    pub(crate) fn at(&self, index: usize) -> Option<Value> {
        let element = self.container.elements()?.get(index)?;
        let is_set = matches!(self.container.kind, Kind::Set(_));
        // The elements of a set only have indexes when they are iterated.
        if is_set && matches!(self.selection, Selection::Literal) {
            let mut element = element.clone();
            element.origin = self.inherited(element.origin);
            return Some(element);
        }
        let step = || match &element.kind {
            Kind::String(text) if is_set => PathStep::Key(text.clone()),
            _ => PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX)),
        };
        // The index in a list does not depend on earlier iterations.
        let is_known = |own: &Path| match &self.selection {
            Selection::Literal => true,
            Selection::Iterated => own.is_selected(),
            Selection::By(key) => key.path.as_ref().is_some_and(|path| own.starts_with(path)),
        };
        Some(self.taken(element, step, is_known, || self.index(index, self.container.origin.span)))
    }

    /// The origin of the index `index`, which is computed at `span`.
    pub(crate) fn index(&self, index: usize, span: Span) -> Origin {
        let step = PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX));
        let path = self.path.as_ref().map(|path| path.select(step, self.selection.clone()));
        self.inherited(Origin { path, ..Origin::derived(span, []) })
    }

    /// `part` with its path through the container. If it already has a path, that stays, and the part also depends on
    /// the selection, unless the path already contains it: `is_known`.
    fn taken(
        &self,
        part: &Value,
        step: impl Fn() -> PathStep,
        is_known: impl Fn(&Path) -> bool,
        key: impl FnOnce() -> Origin,
    ) -> Value {
        let mut part = part.clone();
        let origin = part.origin;
        let origin = match (&self.path, &origin.path) {
            (None, _) => origin,
            (Some(path), None) => origin.reached(|| path.select(step(), self.selection.clone())),
            // A part under another name is still in this element.
            (Some(path), Some(own)) if matches!(self.selection, Selection::Literal) => {
                let element =
                    path.ancestors().find(|path| !matches!(path.selection(), None | Some(Selection::Literal)));
                if element.is_none_or(|element| own.starts_with(element)) {
                    origin
                } else {
                    let place = Some(path.select(step(), Selection::Literal));
                    origin.depending_on(&Origin { path: place, ..Origin::derived(self.container.origin.span, []) })
                }
            }
            (Some(_), Some(own)) if is_known(own) => origin,
            (Some(path), Some(_)) => {
                let key = match &self.selection {
                    Selection::By(key) => (**key).clone(),
                    _ => key(),
                };
                let place = path.select(step(), self.selection.clone());
                origin.depending_on(&Origin { path: Some(place), ..Origin::derived(key.span, [key]) })
            }
        };
        part.origin = self.inherited(origin);
        part
    }

    fn step(&self, entry: &Entry) -> PathStep {
        let key = entry.key.clone();
        if matches!(self.container.kind, Kind::Map(_)) { PathStep::Key(key) } else { PathStep::Attribute(key) }
    }
}
