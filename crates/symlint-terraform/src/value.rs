//! What an expression is: Terraform's values, each with its origin.

use std::fmt;
use std::sync::Arc;

use bigdecimal::BigDecimal;

use crate::origin::{Form, Origin, Step};
use crate::source::Span;
use crate::types::Type;

/// Text that shares the memory of the file in which it was written.
pub type Str = arcstr::Substr;

/// A value and where it came from. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
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
    /// A number.
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
    /// The value.
    pub value: Value,
}

/// A number as Terraform has it: no rounding.
pub type Number = Arc<BigDecimal>;

/// Why a value cannot be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The reason, such as `data.aws_caller_identity.current is not known before apply`.
    pub reason: String,
    /// The expression that is unknown.
    pub span: Span,
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

    /// What [`Value::typed`] was told.
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
        let unknown = Unknown { reason: reason.into(), span };
        Self::new(Kind::Unknown(Arc::new(unknown)), Origin::derived(span, []))
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
            let emptied = Entry { key: Str::default(), key_span: entry.key_span, value: nothing };
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
        self.stepped(&entry.value, self.step(entry))
    }

    /// The key of `entry`, one of this container's, as a string that says where the key was written. It shares the
    /// path of the entry's value: there is no path that leads to a key.
    pub fn key(&self, entry: &Entry) -> Value {
        // An escape is longer than what it stands for, so equal lengths mean equal texts.
        let verbatim = entry.key_span.len() as usize == entry.key.len();
        let origin = Origin::written(entry.key_span, if verbatim { Form::Verbatim } else { Form::Whole });
        let key = Value::new(Kind::String(entry.key.clone()), origin);
        self.stepped(&key, self.step(entry))
    }

    /// The element at `index` (from 0) of a list or tuple, which knows the way through this container.
    pub fn at(&self, index: usize) -> Option<Value> {
        let element = self.elements()?.get(index)?;
        if matches!(self.kind, Kind::Set(_)) {
            let mut element = element.clone();
            element.origin = element.origin.marked_as(&self.origin);
            return Some(element);
        }
        Some(self.stepped(element, Step::Index(u32::try_from(index).unwrap_or(u32::MAX))))
    }

    fn step(&self, entry: &Entry) -> Step {
        let key = entry.key.clone();
        if matches!(self.kind, Kind::Map(_)) { Step::Key(key) } else { Step::Attribute(key) }
    }

    fn stepped(&self, part: &Value, step: Step) -> Value {
        let mut part = part.clone();
        part.origin = part.origin.marked_as(&self.origin);
        if let Some(path) = &self.origin.path {
            part.origin = part.origin.reached(|| path.join(step));
        }
        part
    }

    /// Whether Terraform hides the value: it is that of a `sensitive` variable, or was made of one. A value that is not
    /// hidden may have parts that are.
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

    /// This value, of which nothing is sensitive any more.
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

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
