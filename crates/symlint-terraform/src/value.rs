//! What an expression is: Terraform's values, each with its origin, and their types.

use std::fmt;
use std::sync::Arc;

use crate::number::{self, Number};
use crate::origin::{Origin, PathStep, Selection};
use crate::source::{Span, Str};

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

/// Why a value cannot be known.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// The reason, such as `data.aws_caller_identity.current is not known before apply`.
    pub reason: String,
    /// The expression that is unknown.
    pub span: Span,
    /// Whether there is no value since Terraform refuses the expression, which is recorded as an error.
    pub is_refused: bool,
    /// Whether Terraform may know it all the same: it is not evaluated here, or there is too much that it may be.
    pub is_unevaluated: bool,
    /// What the value may be, where that is known.
    candidates: Box<[Value]>,
    /// The instance of a resource that it is, or whose `id` it is.
    resource: Option<ResourceId>,
    /// Of a text that was put together, what of it is known, with [`GAP`] for all else.
    known: Option<Box<Value>>,
}

/// What stands for a part that is not known in [`Value::known_text`].
pub const GAP: char = '\u{FFFC}';

/// What tells an instance of a resource from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceId {
    /// The address of the instance of its module; empty for the root module.
    pub module: Str,
    /// Where its block is.
    pub block: Span,
    /// The key of `for_each`, or the index of `count`.
    pub key: Option<Str>,
}

/// The type that a value shall have.
#[derive(Debug, Clone)]
pub enum Type {
    /// Any type; within a collection, one type for all elements.
    Any,
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// `list(element)`
    List(Box<Type>),
    /// `set(element)`
    Set(Box<Type>),
    /// `map(element)`
    Map(Box<Type>),
    /// `tuple([elements…])`
    Tuple(Vec<Type>),
    /// `object({ name = type, … })`
    Object(Vec<ObjectAttribute>),
}

/// An attribute that an object type has.
#[derive(Debug, Clone)]
pub struct ObjectAttribute {
    pub name: Str,
    pub ty: Type,
    /// Whether it may be left out, as `optional(…)` says.
    pub optional: bool,
    /// What it is where it is left out or null; null by default.
    pub default: Option<Value>,
    /// Where its name is written in the type.
    pub span: Span,
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
        Self {
            reason: reason.into(),
            span,
            is_refused: false,
            is_unevaluated: false,
            candidates: Box::default(),
            resource: None,
            known: None,
        }
    }

    /// The same, of an instance of a resource or of its `id`.
    pub(crate) fn of_resource(self, resource: Option<ResourceId>) -> Self {
        Self { resource, ..self }
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
        let is_too_much = all.len() > Self::CANDIDATES;
        if is_too_much {
            all.clear();
        }
        Self { candidates: all.into(), is_unevaluated: self.is_unevaluated || is_too_much, ..self }
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

    /// What is not evaluated here, for `reason`, at `span`.
    pub(crate) fn unevaluated(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown { is_unevaluated: true, ..Unknown::new(reason, span) }))
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

    /// What is known of an unknown text that was put together, with [`GAP`] in the place of each part that is not.
    pub fn known_text(&self) -> Option<&Value> {
        self.as_unknown()?.known.as_deref()
    }

    /// This unknown text, of which `known` is known.
    pub(crate) fn knowing(self, known: Option<Value>) -> Value {
        let (Some(unknown), Some(known)) = (self.as_unknown(), known) else { return self };
        let unknown = Unknown { known: Some(Box::new(known)), resource: None, ..Unknown::clone(unknown) };
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// The instance of a resource that an unknown value is, or whose `id` it is, as far as it can be followed.
    pub fn resource(&self) -> Option<&ResourceId> {
        self.as_unknown()?.resource.as_ref()
    }

    /// This value as something else than a resource or its `id`, or than a text of which something is known.
    pub(crate) fn without_resource(mut self) -> Value {
        if let Kind::Unknown(unknown) = &mut self.kind
            && (unknown.resource.is_some() || unknown.known.is_some())
        {
            *unknown = Arc::new(Unknown { resource: None, known: None, ..(**unknown).clone() });
        }
        self
    }

    /// This unknown value with `take` done to each candidate; it may be none of those to which that cannot be done.
    pub fn with_candidates(&self, take: impl FnMut(&Value) -> Option<Value>) -> Value {
        let (Some(unknown), [_, ..]) = (self.as_unknown(), self.candidates()) else { return self.clone() };
        let candidates: Vec<Value> = unknown.candidates.iter().filter_map(take).collect();
        let unknown = Unknown::clone(unknown).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self.clone() }
    }

    /// This unknown value, which is one of `candidates`.
    #[must_use]
    pub fn or_one_of(self, candidates: impl IntoIterator<Item = Value>) -> Value {
        let Some(unknown) = self.as_unknown() else { return self };
        let unknown = Unknown::clone(unknown).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// The result of a computation with this unknown value that is not done for each of its candidates.
    pub(crate) fn computed(self) -> Value {
        if self.candidates().is_empty() { self } else { self.given_up() }
    }

    /// This unknown value without its candidates, as one that symlint did not evaluate.
    pub(crate) fn given_up(self) -> Value {
        let Some(unknown) = self.as_unknown() else { return self };
        let unknown = Unknown { is_unevaluated: true, candidates: Box::default(), ..Unknown::clone(unknown) };
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// This unknown value, with `others` as further candidates, except those that are null or empty.
    pub(crate) fn or_instead(self, others: impl IntoIterator<Item = Value>) -> Value {
        let is_something = |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.is_empty());
        let others: Vec<Value> = others.into_iter().filter(is_something).collect();
        if others.is_empty() { self } else { self.clone().or_one_of(std::iter::once(self).chain(others)) }
    }

    /// Whether Terraform refuses it.
    pub(crate) fn is_refused(&self) -> bool {
        self.as_unknown().is_some_and(|unknown| unknown.is_refused)
    }

    /// Whether the value is one of several that are known.
    pub(crate) fn is_one_of_several(&self) -> bool {
        !self.candidates().is_empty() && self.candidates().iter().all(|value| value.as_unknown().is_none())
    }

    /// Why the value, or one of its candidates, is not known: rather what Terraform may know all the same.
    pub fn uncertainty(&self) -> Option<&Unknown> {
        let unknown = self.as_unknown()?;
        if unknown.candidates.is_empty() {
            return Some(unknown);
        }
        let uncertain = || unknown.candidates.iter().filter_map(Value::uncertainty);
        uncertain().find(|unknown| unknown.is_unevaluated).or_else(|| uncertain().next())
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
    pub(crate) fn within(mut self, step: PathStep, selection: Selection) -> Value {
        self.origin.path = self.origin.path.map(|path| path.select(step, selection));
        self
    }

    /// Adds the origin of this value to `origins`, unless it is a short literal, and those of its parts where it is a collection that is written in
    /// place: it does not know what its parts were built from. No more than `left` values are looked at.
    pub(crate) fn gather(&self, origins: &mut Vec<Origin>, left: &mut usize) {
        let Some(further) = left.checked_sub(1) else { return };
        *left = further;
        if self.origin.is_telling() {
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
        Value::new(Kind::Number(number::whole(index)), origin)
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

    /// The entry with `key` of a map or object; its value does not know the way through this container.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let entries = self.entries()?;
        let at = entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?;
        entries.get(at)
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

impl Type {
    /// The attribute `name` of an object type.
    pub fn attribute(&self, name: &str) -> Option<&ObjectAttribute> {
        let Type::Object(attributes) = self else { return None };
        attributes.iter().find(|attribute| attribute.name.as_str() == name)
    }

    /// Whether the type leaves something open.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Type::Any => true,
            Type::String | Type::Number | Type::Bool => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.is_open(),
            Type::Tuple(elements) => elements.iter().any(Type::is_open),
            Type::Object(attributes) => attributes.iter().any(|attribute| attribute.ty.is_open()),
        }
    }

    /// The type that a value has once it is of this type: nothing is optional in it any more.
    pub(crate) fn of_values(&self) -> Type {
        match self {
            Type::Any | Type::String | Type::Number | Type::Bool => self.clone(),
            Type::List(element) => Type::List(Box::new(element.of_values())),
            Type::Set(element) => Type::Set(Box::new(element.of_values())),
            Type::Map(element) => Type::Map(Box::new(element.of_values())),
            Type::Tuple(elements) => Type::Tuple(elements.iter().map(Type::of_values).collect()),
            Type::Object(attributes) => {
                let plain = |attribute: &ObjectAttribute| ObjectAttribute {
                    name: attribute.name.clone(),
                    ty: attribute.ty.of_values(),
                    optional: false,
                    default: None,
                    span: attribute.span,
                };
                let mut attributes: Vec<ObjectAttribute> = attributes.iter().map(plain).collect();
                attributes.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
                Type::Object(attributes)
            }
        }
    }

    /// Whether the type is `string`, `number` or `bool`.
    pub(crate) fn is_primitive(&self) -> bool {
        matches!(self, Type::String | Type::Number | Type::Bool)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Tuple(_) => f.write_str("tuple"),
            Type::Object(_) => f.write_str("object"),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
