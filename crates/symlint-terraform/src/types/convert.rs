//! Converts values to types, and keeps as much as possible if they do not fit.

use std::fmt;
use std::sync::Arc;

use crate::limits::{Meter, TOO_MUCH};
use crate::origin::{Origin, Path, PathStep, Selection};
use crate::source::{Span, Str};
use crate::value::{Entry, Kind, ObjectAttribute, Type, Value};

use super::order::{make_set, wholly_known};
use super::primitive::{Primitive, to_bool, to_number, to_text};
use super::unify::{is_convertible, is_exactly, type_of, unify_all};

/// The result of a conversion, and its problems.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The value. Parts that could not be converted are unknown; required attributes that are missing are not added.
    pub value: Value,
    /// What Terraform would reject or drop, in the order of the value.
    pub problems: Vec<ConversionProblem>,
}

/// A part of a value that does not fit its type.
#[derive(Debug, Clone)]
pub struct ConversionProblem {
    /// The part of the value that does not fit.
    pub span: Span,
    /// The path to that part, if the value was reached through a variable.
    pub path: Option<Path>,
    /// The kind of problem.
    pub kind: ConversionProblemKind,
}

/// The kind of a conversion problem.
#[derive(Debug, Clone)]
pub enum ConversionProblemKind {
    /// An object lacks a required attribute, which is an error in Terraform.
    Missing {
        /// The name of the attribute.
        attribute: Str,
    },
    /// An object has an attribute that its type does not declare. Terraform drops it silently.
    Unused {
        /// The name of the attribute.
        attribute: Str,
        /// Where the name is written.
        key_span: Span,
        /// The names of the declared attributes.
        declared: Arc<[Str]>,
        /// The names of the declared attributes that the object has.
        present: Arc<[Str]>,
    },
    /// There is no conversion to the type, which is an error in Terraform.
    Mismatch {
        wanted: Type,
        /// The type of the value in Terraform's words.
        got: &'static str,
    },
    /// The elements of a collection have no common type, which is an error in Terraform.
    Inconsistent {
        /// The type of the collection.
        wanted: Type,
    },
}

impl ConversionProblemKind {
    /// Whether Terraform rejects the value.
    pub fn is_error(&self) -> bool {
        !matches!(self, ConversionProblemKind::Unused { .. })
    }
}

impl fmt::Display for ConversionProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { attribute } => write!(f, "the attribute `{attribute}` is required"),
            Self::Unused { attribute, .. } => write!(f, "the type has no attribute `{attribute}`"),
            Self::Mismatch { wanted, got } => write!(f, "a {wanted} is required, not a {got}"),
            Self::Inconsistent { wanted } => write!(f, "the elements of a {wanted} must be of one type"),
        }
    }
}

/// Converts `value` to `ty` as Terraform does, but continues after errors.
///
/// Origins are kept: if a number becomes a string, the string knows where the number is written.
pub fn convert(value: &Value, ty: &Type) -> Converted {
    convert_within(value, ty, &Meter::default())
}

/// Like [`convert`], with the steps of `meter`.
pub(crate) fn convert_within(value: &Value, ty: &Type, meter: &Meter) -> Converted {
    let mut converter = Converter { problems: Vec::new(), meter };
    let value = converter.convert(value, ty, &Trail { parent: None, step: TrailStep::Start, path: None });
    Converted { value, problems: converter.problems }
}

struct Converter<'m> {
    problems: Vec<ConversionProblem>,
    meter: &'m Meter,
}

/// The path from the converted value to the current part. A [`Path`] is only built if there is a problem.
struct Trail<'a> {
    parent: Option<&'a Trail<'a>>,
    step: TrailStep<'a>,
    /// The current value's own path.
    path: Option<&'a Path>,
}

enum TrailStep<'a> {
    Start,
    Key(&'a Str),
    Attribute(&'a Str),
    Index(usize),
    /// In a set, which has no paths.
    Nowhere,
}

impl Trail<'_> {
    fn path(&self) -> Option<Path> {
        if let Some(path) = self.path {
            return Some(path.clone());
        }
        let step = match &self.step {
            TrailStep::Start | TrailStep::Nowhere => return None,
            TrailStep::Key(key) => PathStep::Key((*key).clone()),
            TrailStep::Attribute(name) => PathStep::Attribute((*name).clone()),
            TrailStep::Index(index) => PathStep::Index(u32::try_from(*index).unwrap_or(u32::MAX)),
        };
        Some(self.parent?.path()?.join(step))
    }
}

impl Converter<'_> {
    fn convert(&mut self, value: &Value, ty: &Type, at: &Trail<'_>) -> Value {
        if self.meter.spend(1).is_err() {
            return unknown(value, TOO_MUCH);
        }
        let here = Trail { parent: at.parent, step: TrailStep::Start, path: value.origin.path.as_ref() };
        let at = if here.path.is_some() { &here } else { at };
        if value.as_unknown().is_some() {
            return value.clone();
        }
        if value.is_null() {
            let fits = value.of().is_none_or(|of| is_convertible(of, ty));
            return if fits { null(value, ty) } else { self.mismatch(value, ty, at) };
        }
        let primitive = match ty {
            Type::Any => return value.clone(),
            Type::String => to_text(value),
            Type::Number => to_number(value),
            Type::Bool => to_bool(value),
            Type::List(_) | Type::Set(_) => return self.collection(value, ty, at),
            Type::Map(element) => return self.map(value, ty, element, at),
            Type::Tuple(elements) => return self.tuple(value, ty, elements, at),
            Type::Object(attributes) => return self.object(value, ty, attributes, at),
        };
        match primitive {
            Primitive::Is(value) => value,
            Primitive::Beyond => unknown(value, "this number is too long to be compared with Terraform's"),
            Primitive::No => self.mismatch(value, ty, at),
        }
    }

    fn collection(&mut self, value: &Value, ty: &Type, at: &Trail<'_>) -> Value {
        let (Type::List(element) | Type::Set(element), Some(items)) = (ty, value.elements()) else {
            return self.mismatch(value, ty, at);
        };
        if items.is_empty() && value.of().is_some_and(|of| !is_convertible(of, element)) {
            return self.mismatch(value, ty, at);
        }
        let from_set = matches!(value.kind, Kind::Set(_));
        let before = self.problems.len();
        let mut converted = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let step = if from_set { TrailStep::Nowhere } else { TrailStep::Index(index) };
            converted.push(self.convert(item, element, &Trail { parent: Some(at), step, path: None }));
        }
        let of = match self.element_type(element, value, before, &mut converted.iter_mut().collect::<Vec<_>>()) {
            Some(of) => of,
            None => return self.inconsistent(value, ty, at),
        };
        if matches!(ty, Type::List(_)) {
            return of.collection(Kind::List(converted.into()), value);
        }
        if value.origin.path.is_some() && !from_set {
            // The elements of a set have no indexes, so each must know its path through the list.
            let path = value.origin.path.as_ref();
            for (index, item) in converted.iter_mut().enumerate() {
                let step = || PathStep::Index(u32::try_from(index).unwrap_or(u32::MAX));
                let place = || Some(path?.select(step(), Selection::Iterated));
                item.origin.path = item.origin.path.take().or_else(place);
            }
        }
        // The elements of a set depend on each other, so all are sensitive if one is.
        let hides = converted.iter().any(Value::hides);
        if hides {
            converted = converted.into_iter().map(Value::unmarked).collect();
        }
        match make_set(converted, self.meter) {
            Ok(set) => of.collection(set, value).marked(hides),
            Err(_) => unknown(value, TOO_MUCH),
        }
    }

    fn map(&mut self, value: &Value, ty: &Type, element: &Type, at: &Trail<'_>) -> Value {
        let Some(entries) = value.entries() else { return self.mismatch(value, ty, at) };
        if entries.is_empty() && value.of().is_some_and(|of| !is_convertible(of, element)) {
            return self.mismatch(value, ty, at);
        }
        let before = self.problems.len();
        let mut converted = Vec::with_capacity(entries.len());
        for entry in entries {
            let trail = Trail { parent: Some(at), step: TrailStep::Key(&entry.key), path: None };
            let value = self.convert(&entry.value, element, &trail);
            converted.push(entry.with(value));
        }
        let mut values: Vec<&mut Value> = converted.iter_mut().map(|entry| &mut entry.value).collect();
        match self.element_type(element, value, before, &mut values) {
            Some(of) => of.collection(Kind::Map(converted.into()), value),
            None => self.inconsistent(value, ty, at),
        }
    }

    fn tuple(&mut self, value: &Value, ty: &Type, elements: &[Type], at: &Trail<'_>) -> Value {
        let Kind::Tuple(items) = &value.kind else { return self.mismatch(value, ty, at) };
        if items.len() != elements.len() {
            return self.mismatch(value, ty, at);
        }
        let converted: Arc<[Value]> = items
            .iter()
            .zip(elements)
            .enumerate()
            .map(|(index, (item, element))| {
                self.convert(item, element, &Trail { parent: Some(at), step: TrailStep::Index(index), path: None })
            })
            .collect();
        Value::new(Kind::Tuple(converted), value.origin.clone())
    }

    fn object(&mut self, value: &Value, ty: &Type, attributes: &[ObjectAttribute], at: &Trail<'_>) -> Value {
        let Some(entries) = value.entries() else { return self.mismatch(value, ty, at) };
        // Most objects are passed from one variable to another with the same type, so they are shared.
        if is_of(value, ty) {
            return value.clone();
        }
        let mut converted = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            let found = entries.binary_search_by(|entry| entry.key.as_str().cmp(&attribute.name));
            let entry = found.ok().and_then(|index| entries.get(index));
            let absent = |default: Value| Entry::new(attribute.name.clone(), attribute.span, default);
            let null = || null(&Value::new(Kind::Null, Origin::derived(value.origin.span, [])), &attribute.ty);
            let Some(entry) = entry else {
                if attribute.optional {
                    converted.push(absent(attribute.default.clone().unwrap_or_else(null)));
                } else {
                    let kind = ConversionProblemKind::Missing { attribute: attribute.name.clone() };
                    self.report(value.origin.span, at, kind);
                }
                continue;
            };
            let value = match &attribute.default {
                Some(default) if entry.value.is_null() => default.clone(),
                _ => {
                    let trail = Trail { parent: Some(at), step: TrailStep::Attribute(&entry.key), path: None };
                    self.convert(&entry.value, &attribute.ty, &trail)
                }
            };
            converted.push(entry.with(value));
        }
        self.report_unused(entries, attributes, at);
        converted.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        converted.dedup_by(|a, b| a.key == b.key);
        Value::new(Kind::Object(converted.into()), value.origin.clone())
    }

    /// Reports the `entries` of an object that its type does not declare.
    fn report_unused(&mut self, entries: &[Entry], attributes: &[ObjectAttribute], at: &Trail<'_>) {
        let mut declared: Vec<&Str> = attributes.iter().map(|attribute| &attribute.name).collect();
        declared.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        let is_declared = |name: &Str| declared.binary_search_by(|known| known.as_str().cmp(name)).is_ok();
        let is_present = |name: &&Str| entries.binary_search_by(|entry| entry.key.as_str().cmp(name)).is_ok();
        let mut names = None;
        for entry in entries.iter().filter(|entry| !is_declared(&entry.key)) {
            let names = names.get_or_insert_with(|| {
                let all = || attributes.iter().map(|attribute| &attribute.name);
                (all().cloned().collect(), all().filter(is_present).cloned().collect())
            });
            let (declared, present): &(Arc<[Str]>, Arc<[Str]>) = names;
            let kind = ConversionProblemKind::Unused {
                attribute: entry.key.clone(),
                key_span: entry.key_span,
                declared: declared.clone(),
                present: present.clone(),
            };
            self.report(entry.key_span, at, kind);
        }
    }

    /// The element type of a collection that is built from `from`. If the elements leave it open, they are converted to
    /// one type; `None` if they have no common type. The problems after the first `before` ones are problems of these
    /// elements, and are no evidence about the others.
    fn element_type(
        &mut self,
        declared: &Type,
        from: &Value,
        before: usize,
        values: &mut [&mut Value],
    ) -> Option<Elements> {
        let misfits = self.problems.iter().skip(before).any(|problem| problem.kind.is_error());
        if !declared.is_open() || misfits {
            return Some(Elements::Of(declared.of_values()));
        }
        if let (Type::Any, Some(of)) = (declared, from.of()) {
            return Some(Elements::Of(of.clone()));
        }
        if values.is_empty() {
            return Some(Elements::Of(declared.of_values()));
        }
        let unknown = values.iter().any(|value| value.as_unknown().is_some());
        let common = self.harmonise(values, from.entries().is_some())?;
        Some(if unknown { Elements::Unclear } else { Elements::Of(common) })
    }

    /// Converts the elements of a collection of any type to their common type, if there is one. A null without a type
    /// fits any type in a map; in a list, it leaves the type of tuples and objects open.
    fn harmonise(&mut self, values: &mut [&mut Value], in_map: bool) -> Option<Type> {
        let mut types: Vec<Type> = Vec::new();
        let open_null = |value: &Value| value.is_null() && value.of().is_none_or(|of| matches!(of, Type::Any));
        let some_typed = values.iter().any(|value| !open_null(value));
        let tells = |value: &Value| value.as_unknown().is_none() && !(in_map && some_typed && open_null(value));
        for value in values.iter().filter(|value| tells(value)) {
            let Ok(ty) = type_of(value, self.meter) else { return Some(Type::Any) };
            if !types.last().is_some_and(|last| is_exactly(last, &ty)) {
                types.push(ty);
            }
        }
        if types.is_empty() {
            return Some(Type::Any);
        }
        let common = unify_all(&types.iter().collect::<Vec<_>>())?;
        // If the elements leave the type open, they stay the same: the conversion would never end.
        if !matches!(common, Type::Any) {
            for value in values.iter_mut() {
                let trail = Trail { parent: None, step: TrailStep::Nowhere, path: None };
                **value = self.convert(value, &common, &trail);
            }
        }
        // In that case, it must be the same in all elements, as far as they are known.
        let known = |value: &&mut Value| wholly_known(value, self.meter).unwrap_or(false);
        if common.is_open() && values.iter().all(known) {
            let types = values.iter().map(|value| type_of(value, self.meter)).collect::<Result<Vec<_>, _>>();
            let differ = |pair: &[Type]| matches!(pair, [a, b] if !is_exactly(a, b));
            if types.is_ok_and(|types| types.windows(2).any(differ)) {
                return None;
            }
        }
        Some(common)
    }

    fn mismatch(&mut self, value: &Value, ty: &Type, at: &Trail<'_>) -> Value {
        let kind = ConversionProblemKind::Mismatch { wanted: ty.clone(), got: value.type_name() };
        self.report(value.origin.span, at, kind);
        unknown(value, format!("the value is not of type `{ty}`"))
    }

    fn inconsistent(&mut self, value: &Value, ty: &Type, at: &Trail<'_>) -> Value {
        self.report(value.origin.span, at, ConversionProblemKind::Inconsistent { wanted: ty.clone() });
        unknown(value, "these elements have no type in common")
    }

    fn report(&mut self, span: Span, at: &Trail<'_>, kind: ConversionProblemKind) {
        self.problems.push(ConversionProblem { span, path: at.path(), kind });
    }
}

/// Whether `value` already has the type `ty`; `false` if that takes too long to find out.
fn is_of(value: &Value, ty: &Type) -> bool {
    /// Objects with more attributes than this are converted without that check.
    const FEW: usize = 16;
    match (&value.kind, ty) {
        (Kind::String(_), Type::String) | (Kind::Number(_), Type::Number) | (Kind::Bool(_), Type::Bool) => true,
        (Kind::Object(entries), Type::Object(attributes)) => {
            let attribute = |entry: &Entry| attributes.iter().find(|attribute| attribute.name == entry.key);
            entries.len() == attributes.len()
                && entries.len() <= FEW
                && entries.iter().all(|entry| attribute(entry).is_some_and(|it| is_of(&entry.value, &it.ty)))
        }
        _ => false,
    }
}

/// The type of a collection's elements.
enum Elements {
    Of(Type),
    /// It depends on an unknown element.
    Unclear,
}

impl Elements {
    /// The collection that was built from `value`.
    fn collection(self, kind: Kind, value: &Value) -> Value {
        match self {
            Elements::Of(ty) => Value::typed(kind, value.origin.clone(), ty),
            Elements::Unclear => Value::new(kind, value.origin.clone()),
        }
    }
}

/// A null of the type `ty`; unchanged if that is `any`.
fn null(value: &Value, ty: &Type) -> Value {
    if matches!(ty, Type::Any) { value.clone() } else { Value::typed(Kind::Null, value.origin.clone(), ty.of_values()) }
}

/// An unknown value at the place of `value`.
fn unknown(value: &Value, reason: impl Into<String>) -> Value {
    let mut unknown = Value::unknown(reason, value.origin.span);
    unknown.origin = value.origin.clone();
    unknown
}
