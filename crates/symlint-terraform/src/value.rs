//! What an expression is: Terraform's values, each with its origin.

use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;

use crate::origin::{Form, Origin, Path, Root, Selection, Step};
use crate::source::Span;
use crate::types::Type;

/// Text that shares the memory of the file in which it was written.
pub type Str = arcstr::Substr;

/// A value and where it came from. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Value {
    pub kind: Kind,
    /// Where it was written.
    pub origin: Origin,
    /// What the parts do not tell of the type: of a null the type, of a list, set or map that of its elements. A null
    /// without is of no type, an empty collection without is of one that is not known here.
    of: Option<Arc<Type>>,
    size: u32,
    /// Whether a part of it is sensitive.
    hides: bool,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null`, of any type.
    Null,
    /// `true` or `false`.
    Bool(bool),
    Number(Number),
    /// A string, in Unicode's normal form C.
    String(Str),
    /// A list: elements of one type.
    List(Arc<[Value]>),
    /// A set: distinct elements of one type, in Terraform's order.
    Set(Arc<[Value]>),
    /// A tuple: elements of any types.
    Tuple(Arc<[Value]>),
    /// A map: values of one type, sorted by key, keys distinct.
    Map(Arc<[Entry]>),
    /// An object: values of any types, sorted by key, keys distinct.
    Object(Arc<[Entry]>),
    /// What cannot be known before apply.
    Unknown(Arc<Unknown>),
}

/// A key of a map or object, and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key or attribute name.
    pub key: Str,
    /// Where the key was written, without quotes; for a key that was computed, the expression.
    pub key_span: Span,
    /// What a key that was computed was built from; `None` where it is written at its span.
    pub key_origin: Option<Arc<Origin>>,
    pub value: Value,
}

/// A number as Terraform has it: no rounding.
pub type Number = Arc<BigDecimal>;

/// Why a value cannot be known.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// The reason, such as `data.aws_caller_identity.current is not known before apply`.
    pub reason: String,
    /// The expression that is unknown.
    pub span: Span,
    /// Whether there is no value since Terraform refuses the expression, which is recorded as an error.
    pub is_refused: bool,
    /// What the value may be, where that is known.
    candidates: Box<[Value]>,
}

impl Entry {
    /// An entry whose key is written at `key_span`.
    pub fn new(key: Str, key_span: Span, value: Value) -> Self {
        Self { key, key_span, key_origin: None, value }
    }

    /// An entry with the key of this one.
    pub(crate) fn with(&self, value: Value) -> Self {
        Self { key: self.key.clone(), key_span: self.key_span, key_origin: self.key_origin.clone(), value }
    }

    /// An entry whose key is `key`, a string.
    pub(crate) fn keyed(key: &Value, value: Value) -> Self {
        let text = key.as_str().cloned().unwrap_or_default();
        let origin = &key.origin;
        // A key is hidden with its whole container, or not at all.
        let key_origin = (!origin.is_literal()).then(|| Arc::new(Origin { sensitive: false, ..origin.clone() }));
        Self { key: text, key_span: origin.span, key_origin, value }
    }
}

impl Unknown {
    /// How many candidates are kept; where there are more, there is none.
    pub(crate) const CANDIDATES: usize = 16;

    /// What the value may be; see [`Value::candidates`].
    pub fn candidates(&self) -> &[Value] {
        &self.candidates
    }

    pub(crate) fn new(reason: impl Into<String>, span: Span) -> Self {
        Self { reason: reason.into(), span, is_refused: false, candidates: Box::default() }
    }

    /// The same, of a value that is one of `candidates`.
    pub(crate) fn one_of(self, candidates: impl IntoIterator<Item = Value>) -> Self {
        let mut all = Vec::new();
        for candidate in candidates {
            match candidate.candidates() {
                [] => all.push(candidate),
                further => all.extend_from_slice(further),
            }
        }
        if all.len() > Self::CANDIDATES {
            all.clear();
        }
        Self { candidates: all.into(), ..self }
    }
}

impl Value {
    /// A value of `kind` that came from `origin`.
    pub fn new(kind: Kind, origin: Origin) -> Self {
        let (size, hides) = kind.measured();
        Self { kind, origin, of: None, size, hides }
    }

    /// A null of the type `of`, or a list, set or map whose elements are of it.
    pub(crate) fn typed(kind: Kind, origin: Origin, of: Type) -> Self {
        Self { of: Some(Arc::new(of)), ..Self::new(kind, origin) }
    }

    /// What [`Value::typed`] was given.
    pub(crate) fn of(&self) -> Option<&Type> {
        self.of.as_deref()
    }

    /// How many values there are in this one, itself included, each counted as often as a walk meets it: values share
    /// their parts, so there can be more than fit into any memory. (Numbers that large are cut off.)
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// What is not known, for `reason`, at `span`.
    pub fn unknown(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown::new(reason, span)))
    }

    /// What Terraform refuses, for `reason`, at `span`.
    pub(crate) fn refused(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown { is_refused: true, ..Unknown::new(reason, span) }))
    }

    /// What is not known for this reason.
    pub(crate) fn of_unknown(unknown: Arc<Unknown>) -> Self {
        let origin = Origin::derived(unknown.span, []);
        Self::new(Kind::Unknown(unknown), origin)
    }

    /// What an unknown value may be: both results of a conditional whose condition is unknown, as far as they can be
    /// evaluated, and so on for conditionals in them; each element of a map if an unknown key selects one. There may
    /// be unknown ones among them.
    pub fn candidates(&self) -> &[Value] {
        self.as_unknown().map_or(&[], |unknown| &unknown.candidates)
    }

    /// This unknown value with `take` done to each candidate; it may be none of those to which that cannot be done.
    pub fn with_candidates(&self, take: impl FnMut(&Value) -> Option<Value>) -> Value {
        let (Some(unknown), [_, ..]) = (self.as_unknown(), self.candidates()) else { return self.clone() };
        let candidates: Vec<Value> = unknown.candidates.iter().filter_map(take).collect();
        let unknown = Unknown::new(unknown.reason.clone(), unknown.span).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self.clone() }
    }

    /// This unknown value, which is one of `candidates`.
    pub(crate) fn or_one_of(self, candidates: impl IntoIterator<Item = Value>) -> Value {
        let Some(unknown) = self.as_unknown() else { return self };
        let unknown = Unknown::new(unknown.reason.clone(), unknown.span).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// This unknown value, which was built from `sources`, too.
    pub(crate) fn made_of<'a>(self, sources: impl IntoIterator<Item = &'a Value>) -> Value {
        let mut origins = Vec::new();
        let mut left = 256;
        for source in sources {
            source.gather(&mut origins, &mut left);
        }
        self.made_of_origins(origins)
    }

    /// This unknown value, which was built from `origins`, too.
    pub(crate) fn made_of_origins(mut self, mut origins: Vec<Origin>) -> Value {
        let own = self.origin.clone();
        let is_own = |origin: &Origin| origin.span == own.span && origin.path == own.path;
        if origins.is_empty() || origins.iter().all(is_own) {
            return self;
        }
        if !own.is_bare() && !origins.iter().any(is_own) {
            origins.push(own);
        }
        self.origin = Origin::derived(self.origin.span, origins);
        self
    }

    /// This unknown value as that of a part of it.
    pub(crate) fn within(mut self, step: Step, selection: Selection) -> Value {
        self.origin.path = self.origin.path.map(|path| path.select(step, selection));
        self
    }

    /// Adds the origin of this value to `origins`, and those of its parts where it is a collection that is written in
    /// place: it does not know what its parts were built from. No more than `left` values are looked at.
    pub(crate) fn gather(&self, origins: &mut Vec<Origin>, left: &mut usize) {
        let Some(further) = left.checked_sub(1) else { return };
        *left = further;
        if !self.origin.is_bare() {
            origins.push(self.origin.clone());
        }
        if self.origin.path.is_some() {
            return;
        }
        for entry in self.entries().unwrap_or_default().iter().take(*left) {
            origins.extend(entry.key_origin.as_deref().cloned());
            entry.value.gather(origins, left);
        }
        for item in self.elements().unwrap_or_default().iter().take(*left) {
            item.gather(origins, left);
        }
    }

    /// This value, which is here because of `on`, too.
    pub(crate) fn depending_on(mut self, on: &Origin) -> Value {
        self.origin = self.origin.depending_on(on);
        self
    }

    /// The number `index`, which came from `origin`.
    pub(crate) fn index(index: usize, origin: Origin) -> Value {
        Value::new(Kind::Number(crate::number::whole(index)), origin)
    }

    /// The reason, if the value itself is unknown; a known container may hold unknown parts.
    pub fn as_unknown(&self) -> Option<&Arc<Unknown>> {
        if let Kind::Unknown(unknown) = &self.kind { Some(unknown) } else { None }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&Str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// Whether the value is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The entries of a map or object as they are stored; their values do not know the way through this container.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Kind::Map(entries) | Kind::Object(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The elements of a list, set or tuple as they are stored; they do not know the way through this container.
    pub fn elements(&self) -> Option<&[Value]> {
        if let Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) = &self.kind { Some(items) } else { None }
    }

    /// The same, taken out where nobody else has them, so that each is let go of when it is done with.
    pub fn into_entries(self) -> Option<Vec<Entry>> {
        let (Kind::Map(mut entries) | Kind::Object(mut entries)) = self.kind else { return None };
        let Some(own) = Arc::get_mut(&mut entries) else { return Some(entries.to_vec()) };
        let taken = |entry: &mut Entry| {
            let nothing = Value::new(Kind::Null, Origin::written(entry.key_span, Form::Whole));
            let emptied = Entry::new(Str::default(), entry.key_span, nothing);
            std::mem::replace(entry, emptied)
        };
        Some(own.iter_mut().map(taken).collect())
    }

    /// The entry with `key` of a map or object; its value does not know the way through this container.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let entries = self.entries()?;
        let at = entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?;
        entries.get(at)
    }

    /// The value under `key` of a map or object, which knows the way through this container.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entry(key).map(|entry| self.child(entry))
    }

    /// The value of `entry`, one of this container's, which knows the way through it.
    pub fn child(&self, entry: &Entry) -> Value {
        self.parts().child(entry)
    }

    /// The key of `entry`, one of this container's, as a string that says where the key was written and what it was
    /// made of. Where it has no path of its own it shares that of the entry: there is no path that leads to a key.
    pub fn key(&self, entry: &Entry) -> Value {
        self.parts().key(entry)
    }

    /// The element at `index` (from 0) of a list or tuple, which knows the way through this container.
    pub fn at(&self, index: usize) -> Option<Value> {
        self.parts().at(index)
    }

    /// The parts of this container, each taken by a literal.
    pub(crate) fn parts(&self) -> Parts<'_> {
        let (path, sensitive) = (self.origin.path.clone(), self.is_sensitive());
        Parts { container: self, path, selection: Selection::Literal, sensitive }
    }

    /// The parts of this container, each taken as one of all.
    pub(crate) fn each_part(&self) -> Parts<'_> {
        Parts { selection: Selection::Iterated, ..self.parts() }
    }

    /// The parts of this container, each taken as one of all. `span` is where the container is written or computed,
    /// which names it where nothing else does.
    pub(crate) fn each_part_at(&self, span: Span) -> Parts<'_> {
        self.each_part().named(span)
    }

    /// The parts of this container, which is written or computed at `span`, each taken by `key`.
    pub(crate) fn parts_by(&self, key: &Origin, span: Span) -> Parts<'_> {
        if key.is_literal() {
            return self.parts();
        }
        Parts { selection: Selection::By(Arc::new(key.clone())), ..self.parts() }.named(span)
    }

    /// Whether Terraform hides the value: it is that of a `sensitive` variable, or was built from one. A value that is
    /// not hidden may have parts that are.
    pub fn is_sensitive(&self) -> bool {
        self.origin.sensitive
    }

    /// Whether it or any part of it is sensitive.
    pub(crate) fn hides(&self) -> bool {
        self.hides || self.origin.sensitive
    }

    /// This value, sensitive if it was before or `sensitive` says so.
    pub(crate) fn marked(mut self, sensitive: bool) -> Self {
        self.origin.sensitive |= sensitive;
        self
    }

    /// This value, no part of which is sensitive any more.
    pub(crate) fn unmarked(self) -> Self {
        if !self.hides() {
            return self;
        }
        let all = |items: &[Value]| items.iter().cloned().map(Value::unmarked).collect();
        let each = |entries: &[Entry]| {
            entries.iter().map(|entry| Entry { value: entry.value.clone().unmarked(), ..entry.clone() }).collect()
        };
        let kind = match &self.kind {
            Kind::List(items) => Kind::List(all(items)),
            Kind::Set(items) => Kind::Set(all(items)),
            Kind::Tuple(items) => Kind::Tuple(all(items)),
            Kind::Map(entries) => Kind::Map(each(entries)),
            Kind::Object(entries) => Kind::Object(each(entries)),
            kind => kind.clone(),
        };
        let origin = Origin { sensitive: false, ..self.origin };
        Self { of: self.of, ..Self::new(kind, origin) }
    }

    /// The type as Terraform names it in messages: `string`, `list`, `object`.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "bool",
            Kind::Number(_) => "number",
            Kind::String(_) => "string",
            Kind::List(_) => "list",
            Kind::Set(_) => "set",
            Kind::Tuple(_) => "tuple",
            Kind::Map(_) => "map",
            Kind::Object(_) => "object",
            Kind::Unknown(_) => "unknown",
        }
    }
}

/// How the parts of a container are taken.
pub(crate) struct Parts<'a> {
    container: &'a Value,
    /// The path of the container.
    path: Option<Path>,
    selection: Selection,
    /// Whether the parts are sensitive as the container is.
    sensitive: bool,
}

impl Parts<'_> {
    fn named(mut self, span: Span) -> Self {
        self.path.get_or_insert_with(|| Path::root(Root::Inline(span)));
        self
    }

    /// The same, where the parts are not sensitive for the container's sake: what is built from them will be.
    pub(crate) fn bare(mut self) -> Self {
        self.sensitive = false;
        self
    }

    /// `origin` of a part, which is sensitive as the container is, and depends on what that depends on.
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
            // What only has another name, such as an entry that was merged, was not gone through yet.
            let is_gone_through = |path: &&Path| path.is_selected() || matches!(self.selection, Selection::By(_));
            key.and_then(|key| key.path.as_ref()).filter(is_gone_through).is_some_and(|path| own.starts_with(path))
        };
        let mut child = self.taken(&entry.value, || self.step(entry), is_known, || self.key(entry).origin);
        self.note_element(entry, &mut child.origin);
        child
    }

    /// An entry that `merge` took out of one of several maps is gone through only now: says so in its path.
    fn note_element(&self, entry: &Entry, origin: &mut Origin) {
        let is_moved = |own: &Path| {
            let of_key = entry.key_origin.as_ref().and_then(|key| key.path.as_ref());
            matches!(own.selection(), Some(Selection::Literal))
                && of_key == Some(own)
                && entry.value.origin.path.as_ref() == Some(own)
                && own.is_selected()
        };
        let Selection::Iterated = self.selection else { return };
        let Some(own) = origin.path.as_ref().filter(|own| is_moved(own)) else { return };
        if let (Some(parent), Some(step)) = (own.parent(), own.last()) {
            origin.path = Some(parent.select(step.clone(), Selection::Iterated));
        }
    }

    /// The key of `entry`, as a string.
    pub(crate) fn key(&self, entry: &Entry) -> Value {
        let mut origin = match &entry.key_origin {
            Some(origin) => (**origin).clone(),
            None => {
                // An escape is longer than what it stands for, so equal lengths mean equal texts.
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
        // Without more, the elements of a set have no place.
        if is_set && matches!(self.selection, Selection::Literal) {
            let mut element = element.clone();
            element.origin = self.inherited(element.origin);
            return Some(element);
        }
        let step = || match &element.kind {
            Kind::String(text) if is_set => Step::Key(text.clone()),
            _ => Step::Index(u32::try_from(index).unwrap_or(u32::MAX)),
        };
        // The place in a list does not depend on what was iterated before.
        let is_known = |own: &Path| match &self.selection {
            Selection::Literal => true,
            Selection::Iterated => own.is_selected(),
            Selection::By(key) => key.path.as_ref().is_some_and(|path| own.starts_with(path)),
        };
        Some(self.taken(element, step, is_known, || self.index(index, self.container.origin.span)))
    }

    /// The origin of the place `index`, which comes to be at `span`.
    pub(crate) fn index(&self, index: usize, span: Span) -> Origin {
        let step = Step::Index(u32::try_from(index).unwrap_or(u32::MAX));
        let path = self.path.as_ref().map(|path| path.select(step, self.selection.clone()));
        self.inherited(Origin { path, ..Origin::derived(span, []) })
    }

    /// `part`, which knows the way through the container. A path of its own stays, and what selected the part is what
    /// it depends on, unless that path says it: `is_known`.
    fn taken(
        &self,
        part: &Value,
        step: impl Fn() -> Step,
        is_known: impl Fn(&Path) -> bool,
        key: impl FnOnce() -> Origin,
    ) -> Value {
        let mut part = part.clone();
        let origin = part.origin;
        let origin = match (&self.path, &origin.path) {
            (None, _) => origin,
            (Some(path), None) => origin.reached(|| path.select(step(), self.selection.clone())),
            // What has a name of its own is in this element all the same.
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

    fn step(&self, entry: &Entry) -> Step {
        let key = entry.key.clone();
        if matches!(self.container.kind, Kind::Map(_)) { Step::Key(key) } else { Step::Attribute(key) }
    }
}

impl Kind {
    /// The size of a value of this kind, and whether a part of it is sensitive.
    fn measured(&self) -> (u32, bool) {
        let add = |(size, hides): (u32, bool), part: &Value| (size.saturating_add(part.size), hides || part.hides());
        match self {
            Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) => items.iter().fold((1, false), add),
            Kind::Map(entries) | Kind::Object(entries) => {
                entries.iter().map(|entry| &entry.value).fold((1, false), add)
            }
            _ => (1, false),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
