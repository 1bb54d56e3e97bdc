//! Terraform's values with their origins, and their types.

mod types;
mod unknown;

use std::sync::Arc;

pub use self::types::{ObjectAttribute, Type};
pub use self::unknown::Unknown;
use crate::number;
use crate::number::Number;
use crate::origin::{Origin, PathStep, Selection};
use crate::source::{Span, Str};

/// A value and its origin. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Value {
    pub kind: Kind,
    /// Where it comes from.
    pub origin: Origin,
    /// The parts of its type that its content does not show: the type of a null, or the element type of a list, set, or
    /// map. `None` means that a null has no type, or that the element type of an empty collection is not known.
    of: Option<Arc<Type>>,
    size: u32,
    /// Whether a part of it is sensitive.
    hides: bool,
}

/// The kind of a value, and its content.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null` of any type.
    Null,
    /// `true` or `false`.
    Bool(bool),
    Number(Number),
    /// A string, in Unicode's normal form C.
    String(Str),
    /// A list, whose elements have the same type.
    List(Arc<[Value]>),
    /// A set: distinct elements of the same type in Terraform's order.
    Set(Arc<[Value]>),
    /// A tuple, whose elements may have different types.
    Tuple(Arc<[Value]>),
    /// A map: values of the same type with distinct keys, sorted by key.
    Map(Arc<[Entry]>),
    /// An object: values that may have different types with distinct keys, sorted by key.
    Object(Arc<[Entry]>),
    /// A value that is not known before apply.
    Unknown(Arc<Unknown>),
}

/// A key of a map or object, and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key or attribute name.
    pub key: Str,
    /// Where the key is written, without quotes. For a computed key, the expression.
    pub key_span: Span,
    /// The sources of a computed key; `None` if the key is written at its span.
    pub key_origin: Option<Arc<Origin>>,
    pub value: Value,
}

/// Replaces an unknown part in [`Value::known_text`].
pub const GAP: char = '\u{FFFC}';

/// Identifies an instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ResourceId {
    /// The address of the module's instance; empty for the root module.
    pub module: Str,
    /// The place of its block.
    pub block: Span,
    /// The key of `for_each`, or the index of `count`.
    pub key: Option<Str>,
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

    /// An entry with the key `key`, a string.
    pub(crate) fn keyed(key: &Value, value: Value) -> Self {
        let text = key.as_str().cloned().unwrap_or_default();
        let origin = &key.origin;
        // The sensitivity of a key is that of the whole container.
        let key_origin = (!origin.is_literal()).then(|| Arc::new(Origin { sensitive: false, ..origin.clone() }));
        Self { key: text, key_span: origin.span, key_origin, value }
    }
}

impl Value {
    /// A value of `kind` with the given origin.
    pub fn new(kind: Kind, origin: Origin) -> Self {
        let (size, hides) = kind.measured();
        Self { kind, origin, of: None, size, hides }
    }

    /// A null of the type `of`, or a list, set, or map with this element type.
    pub(crate) fn typed(kind: Kind, origin: Origin, of: Type) -> Self {
        Self { of: Some(Arc::new(of)), ..Self::new(kind, origin) }
    }

    /// The type that was passed to [`Value::typed`].
    pub(crate) fn of(&self) -> Option<&Type> {
        self.of.as_deref()
    }

    /// The number of values in this one, including itself. A shared part is counted as often as it occurs, so the
    /// number may be larger than what fits into any memory. (Very large numbers are limited.)
    pub(crate) fn size(&self) -> u32 {
        self.size
    }

    /// A value at `span` that is not known, for `reason`.
    pub fn unknown(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown::new(reason, span)))
    }

    /// The unknown value in place of an expression at `span` that Terraform would reject, for `reason`.
    pub(crate) fn refused(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown { is_refused: true, ..Unknown::new(reason, span) }))
    }

    /// A value at `span` that is not evaluated here, for `reason`.
    pub(crate) fn unevaluated(reason: impl Into<String>, span: Span) -> Self {
        Self::of_unknown(Arc::new(Unknown { is_unevaluated: true, ..Unknown::new(reason, span) }))
    }

    /// A value that is not known for this reason.
    pub(crate) fn of_unknown(unknown: Arc<Unknown>) -> Self {
        let origin = Origin::derived(unknown.span, []);
        Self::new(Kind::Unknown(unknown), origin)
    }

    /// The candidates of an unknown value: both results of a conditional whose condition is unknown, as far as they can
    /// be evaluated, including those of nested conditionals; or each element of a map if an unknown key selects one.
    /// Some of them may be unknown, too.
    pub fn candidates(&self) -> &[Value] {
        self.as_unknown().map_or(&[], |unknown| &unknown.candidates)
    }

    /// The known parts of an unknown text that was built from parts, with [`GAP`] in place of each unknown part.
    pub fn known_text(&self) -> Option<&Value> {
        self.as_unknown()?.known.as_deref()
    }

    /// This unknown text with its known parts.
    pub(crate) fn knowing(self, known: Option<Value>) -> Value {
        let (Some(unknown), Some(known)) = (self.as_unknown(), known) else { return self };
        let unknown = Unknown { known: Some(Box::new(known)), resource: None, ..Unknown::clone(unknown) };
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// The instance of a resource that an unknown value is, or whose `id` it is, as far as it can be followed.
    pub fn resource(&self) -> Option<&ResourceId> {
        self.as_unknown()?.resource.as_ref()
    }

    /// This value as an independent one: no longer a resource or its `id`, and no longer a partly known text.
    pub(crate) fn without_resource(mut self) -> Value {
        if let Kind::Unknown(unknown) = &mut self.kind
            && (unknown.resource.is_some() || unknown.known.is_some())
        {
            *unknown = Arc::new(Unknown { resource: None, known: None, ..(**unknown).clone() });
        }
        self
    }

    /// This unknown value with the results of `take` for its candidates. Candidates without a result are left out.
    pub fn with_candidates(&self, take: impl FnMut(&Value) -> Option<Value>) -> Value {
        let (Some(unknown), [_, ..]) = (self.as_unknown(), self.candidates()) else { return self.clone() };
        let candidates: Vec<Value> = unknown.candidates.iter().filter_map(take).collect();
        let unknown = Unknown::clone(unknown).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self.clone() }
    }

    /// This unknown value with these `candidates`.
    #[must_use]
    pub fn or_one_of(self, candidates: impl IntoIterator<Item = Value>) -> Value {
        let Some(unknown) = self.as_unknown() else { return self };
        let unknown = Unknown::clone(unknown).one_of(candidates);
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// The result of a computation with this unknown value, without computing it for each candidate.
    pub(crate) fn computed(self) -> Value {
        if self.candidates().is_empty() { self } else { self.given_up() }
    }

    /// This unknown value without its candidates, as one that symlint did not evaluate.
    pub(crate) fn given_up(self) -> Value {
        let Some(unknown) = self.as_unknown() else { return self };
        let unknown = Unknown { is_unevaluated: true, candidates: Box::default(), ..Unknown::clone(unknown) };
        Value { kind: Kind::Unknown(Arc::new(unknown)), ..self }
    }

    /// This unknown value with `others` as further candidates, except those that are null or empty.
    pub(crate) fn or_instead(self, others: impl IntoIterator<Item = Value>) -> Value {
        let is_something = |value: &Value| !value.is_null() && value.as_str().is_none_or(|text| !text.is_empty());
        let others: Vec<Value> = others.into_iter().filter(is_something).collect();
        if others.is_empty() { self } else { self.clone().or_one_of(std::iter::once(self).chain(others)) }
    }

    /// Whether Terraform would reject it.
    pub(crate) fn is_refused(&self) -> bool {
        self.as_unknown().is_some_and(|unknown| unknown.is_refused)
    }

    /// Whether the value is one of several known candidates.
    pub(crate) fn is_one_of_several(&self) -> bool {
        !self.candidates().is_empty() && self.candidates().iter().all(|value| value.as_unknown().is_none())
    }

    /// Why the value, or one of its candidates, is not known. A reason for which Terraform may know it is preferred.
    pub fn uncertainty(&self) -> Option<&Unknown> {
        let unknown = self.as_unknown()?;
        if unknown.candidates.is_empty() {
            return Some(unknown);
        }
        let uncertain = || unknown.candidates.iter().filter_map(Value::uncertainty);
        uncertain().find(|unknown| unknown.is_unevaluated).or_else(|| uncertain().next())
    }

    /// This unknown value with `sources` as further sources.
    pub(crate) fn made_of<'a>(self, sources: impl IntoIterator<Item = &'a Value>) -> Value {
        let mut origins = Vec::new();
        let mut left = 256;
        for source in sources {
            source.gather(&mut origins, &mut left);
        }
        self.made_of_origins(origins)
    }

    /// This unknown value with `origins` as further sources.
    pub(crate) fn made_of_origins(mut self, mut origins: Vec<Origin>) -> Value {
        let own = self.origin.clone();
        let is_own = |origin: &Origin| origin.span == own.span && origin.path == own.path;
        if origins.is_empty() || origins.iter().all(is_own) {
            return self;
        }
        if !own.is_plain() && !origins.iter().any(is_own) {
            origins.push(own);
        }
        self.origin = Origin::derived(self.origin.span, origins);
        self
    }

    /// This unknown value as the value of one of its parts.
    pub(crate) fn within(mut self, step: PathStep, selection: Selection) -> Value {
        self.origin.path = self.origin.path.map(|path| path.select(step, selection));
        self
    }

    /// Adds the origin of this value to `origins`, unless it is a short literal. For a collection that is written in
    /// place, which does not know the sources of its parts, adds the origins of the parts as well. At most `left`
    /// values are examined.
    pub(crate) fn gather(&self, origins: &mut Vec<Origin>, left: &mut usize) {
        let Some(further) = left.checked_sub(1) else { return };
        *left = further;
        if self.origin.is_identifying() {
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

    /// This value, also depending on `on`.
    pub(crate) fn depending_on(mut self, on: &Origin) -> Value {
        self.origin = self.origin.depending_on(on);
        self
    }

    /// The number `index` with the given origin.
    pub(crate) fn index(index: usize, origin: Origin) -> Value {
        Value::new(Kind::Number(number::whole(index)), origin)
    }

    /// The reason, if the value itself is unknown. A known container may have unknown parts.
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

    /// The entries of a map or object as they are stored. Their values do not know their paths through this container.
    pub fn entries(&self) -> Option<&[Entry]> {
        if let Kind::Map(entries) | Kind::Object(entries) = &self.kind { Some(entries) } else { None }
    }

    /// The elements of a list, set, or tuple as they are stored. They do not know their paths through this container.
    pub fn elements(&self) -> Option<&[Value]> {
        if let Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) = &self.kind { Some(items) } else { None }
    }

    /// The entry with `key` in a map or object. Its value does not know its path through this container.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let entries = self.entries()?;
        let at = entries.binary_search_by(|entry| entry.key.as_str().cmp(key)).ok()?;
        entries.get(at)
    }

    /// Whether the value is sensitive: it is that of a `sensitive` variable, or was built from one. A value that is not
    /// sensitive may have parts that are.
    pub fn is_sensitive(&self) -> bool {
        self.origin.sensitive
    }

    /// Whether it or any part of it is sensitive.
    pub(crate) fn hides(&self) -> bool {
        self.hides || self.origin.sensitive
    }

    /// This value, made sensitive if `sensitive` is true.
    pub(crate) fn marked(mut self, sensitive: bool) -> Self {
        self.origin.sensitive |= sensitive;
        self
    }

    /// This value, with no part sensitive any more.
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

    /// The type in Terraform's messages: `string`, `list`, `object`.
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
