//! Access to parts of values: `.name` and `[key]`.

use std::sync::Arc;

use crate::number;
use crate::origin::{Makeup, PathStep, Selection};
use crate::source::{Span, Str};
use crate::types::{Primitive, to_number, to_text};
use crate::value::{Kind, Unknown, Value};

use super::{Answer, ErrorSubject, Evaluator, Stop, TrialState};

/// The attribute through which resources refer to each other.
pub(super) const ID: &str = "id";

impl Evaluator<'_> {
    /// Evaluates `base.name`.
    pub(super) fn attribute_of(&self, base: &Value, name: &Str, span: Span) -> Answer {
        match &base.kind {
            Kind::Unknown(_) => {
                let part = base.with_candidates(|candidate| match candidate.as_unknown() {
                    Some(_) => Some(candidate.clone()),
                    None => candidate.get(name),
                });
                let part = if name.as_str() == ID { part } else { part.without_resource() };
                Err(Stop::Unknown(part.within(PathStep::Attribute(name.clone()), Selection::Literal)))
            }
            Kind::Null => Err(Stop::error_at(format!("cannot read `{name}` of null"), span).on_null(base)),
            Kind::Object(_) | Kind::Map(_) => base.get(name).ok_or_else(|| self.absent(base, name, name, None, span)),
            _ => Err(Stop::error_at(format!("a {} has no attribute `{name}`", base.type_name()), span)),
        }
    }

    /// Evaluates `base[key]`. `base_span` and `span` are the places of the base and the key.
    pub(super) fn element_of(&self, base: &Value, base_span: Span, key: &Value, span: Span) -> Answer {
        if key.is_one_of_several() && base.as_unknown().is_none() {
            let found = key.candidates().iter().filter_map(|key| self.element_of(base, base_span, key, span).ok());
            return Err(Stop::Unknown(key.clone().made_of([base, key]).or_one_of(found)));
        }
        if let Some(any) = self.any_element(base, base_span, key, &[]) {
            return any;
        }
        if base.as_unknown().is_some() {
            return Err(Stop::Unknown(self.unknown_element(base, base_span, key)));
        }
        if base.is_null() {
            return Err(Stop::error_at("cannot read an element of null", span).on_null(base));
        }
        if key.is_null() {
            return Err(Stop::error_at("an index must not be null", span));
        }
        // Terraform does not keep the sensitivity of an attribute's name in an object.
        let sensitive = key.is_sensitive() && !matches!(base.kind, Kind::Object(_));
        self.element_at(base, base_span, key, span).map(|element| element.marked(sensitive))
    }

    /// The result of `base[key]` if `key` may select any element, or one of `others`: because `key` is unknown, or
    /// because `base` is open.
    pub(crate) fn any_element(&self, base: &Value, base_span: Span, key: &Value, others: &[Value]) -> Option<Answer> {
        let is_open =
            base.origin.path.as_ref().is_some_and(|path| self.open.contains(path) && !key.origin.is_literal());
        let unknown = match key.as_unknown() {
            Some(_) => key.clone(),
            None if is_open => Value::unknown("another value of a variable selects another element", key.origin.span),
            None => return None,
        };
        let parts = base.parts_by(&key.origin, base_span);
        let assumed =
            base.entries().unwrap_or_default().iter().find(|entry| self.is_assumed(&entry.key, &entry.value, &unknown));
        if let Some(entry) = assumed {
            return Some(Ok(parts.child(entry)));
        }
        let entries = base.entries().unwrap_or_default().iter().map(|entry| parts.child(entry));
        let elements = if matches!(base.kind, Kind::Set(_)) { &[] } else { base.elements().unwrap_or_default() };
        let elements = (0..elements.len()).filter_map(|at| parts.at(at));
        let all = entries.chain(elements).chain(others.iter().cloned());
        Some(Err(Stop::Unknown(unknown.made_of([base, key]).or_one_of(all.take(Unknown::CANDIDATES + 1)))))
    }

    /// Whether the collection `value`, which `name` would select, is the one that this evaluator assumes, if it is
    /// unknown which one is selected. The possible choice is noted.
    pub(super) fn is_assumed(&self, name: &str, value: &Value, choice: &Value) -> bool {
        if holds_objects(value) {
            let reason = choice.as_unknown().map(|unknown| unknown.reason.clone()).unwrap_or_default();
            self.choices.borrow_mut().insert((name.into(), reason));
        }
        let is_collection = value.entries().is_some() || value.elements().is_some();
        is_collection && self.assumed.as_ref().is_some_and(|assumed| assumed.as_str() == name)
    }

    /// The result of selecting `key` from the unknown `base`.
    fn unknown_element(&self, base: &Value, base_span: Span, key: &Value) -> Value {
        let part = base.with_candidates(|candidate| match candidate.as_unknown() {
            Some(_) => Some(candidate.clone()),
            None => self.element_at(candidate, base_span, key, key.origin.span).ok(),
        });
        let part = if key.as_str().is_some_and(|key| key.as_str() == ID) { part } else { part.without_resource() };
        let step = match &key.kind {
            Kind::String(text) => PathStep::Key(text.clone()),
            Kind::Number(index) => {
                let index = number::to_integer(index).and_then(|index| u32::try_from(index).ok());
                PathStep::Index(index.unwrap_or(u32::MAX))
            }
            _ => return part.made_of([key]),
        };
        if key.origin.is_literal() {
            part.within(step, Selection::Literal)
        } else if part.origin.path.is_some() {
            part.within(step, Selection::By(Arc::new(key.origin.clone())))
        } else {
            part.depending_on(&key.origin)
        }
    }

    fn element_at(&self, base: &Value, base_span: Span, key: &Value, span: Span) -> Answer {
        let parts = base.parts_by(&key.origin, base_span);
        match &base.kind {
            Kind::Object(_) | Kind::Map(_) => match to_text(key) {
                Primitive::Is(Value { kind: Kind::String(name), .. }) => {
                    let shown = self.project().quotable(&name, &key.origin);
                    base.entry(&name)
                        .map(|entry| parts.child(entry))
                        .ok_or_else(|| self.absent(base, &name, shown, Some((base_span, key)), span))
                }
                _ => Err(Stop::error_at(format!("a key must be a string, not a {}", key.type_name()), span)),
            },
            Kind::List(items) | Kind::Tuple(items) => {
                let Primitive::Is(Value { kind: Kind::Number(index), .. }) = to_number(key) else {
                    return Err(Stop::error_at(format!("an index must be a number, not a {}", key.type_name()), span));
                };
                let index = number::to_integer(&index).and_then(|index| usize::try_from(index).ok());
                let index = index
                    .ok_or_else(|| Stop::error_at("an index must be a whole number that is not negative", span))?;
                parts.at(index).ok_or_else(|| {
                    let index = index.to_string();
                    let index = self.project().quotable(&index, &key.origin);
                    Stop::error_at(
                        format!("index {index} is out of range: the number of elements is {}", items.len()),
                        span,
                    )
                })
            }
            Kind::Set(_) => Err(Stop::error_at("a set has no indices", span)),
            _ => Err(Stop::error_at(format!("a {} has no elements", base.type_name()), span)),
        }
    }

    /// The error for a map or object without `name`, which messages show as `shown`. If the type has already reported
    /// this, the value is unknown instead. `element` is the place of the collection and the key, if an element is
    /// selected.
    fn absent(&self, base: &Value, name: &Str, shown: &str, element: Option<(Span, &Value)>, span: Span) -> Stop {
        let marked = format!("\u{FEFF}{name}");
        if base.entry(&marked).is_some() {
            let message = format!(
                "there is no `{shown}`: the file begins with a byte order mark, which is now part of that name; save the file without it"
            );
            Stop::error_at(message, span)
        } else if self.is_missing(base.origin.span, name) {
            Stop::Unknown(Value::refused(format!("`{shown}` is required and missing"), span))
        } else {
            // Trial evaluations often fail, and nobody reads their messages.
            let is_read = self.trial.get() == TrialState::No && !self.project().is_private(&base.origin);
            let known = base.entries().filter(|_| is_read).unwrap_or_default();
            let nearest = nearest(name, known.iter().map(|entry| &entry.key)).cloned();
            let meant = nearest.as_ref().map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
            let Some((base_span, key)) = element else {
                let message = format!("the object has no attribute `{shown}`{meant}");
                return Stop::error_at(message, span)
                    .on(ErrorSubject::NoAttribute(name.clone(), base.origin.path.clone()));
            };
            let (is_map, is_private) = (matches!(base.kind, Kind::Map(_)), self.project().is_private(&key.origin));
            let base_text = self.project().sources().text(base_span);
            let what = match base_text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')) {
                true => format!("`{}`", &*base_text),
                false if is_map => "the collection".to_owned(),
                false => "the object".to_owned(),
            };
            Stop::error_at(format!("{what} has no key `{shown}`{meant}"), span).on(ErrorSubject::NoKey {
                attribute: (!is_map).then(|| name.clone()),
                path: base.origin.path.clone(),
                collection: base.origin.span,
                key: (matches!(key.origin.makeup, Makeup::Written(_)) && !is_private).then_some(key.origin.span),
                meant: nearest,
            })
        }
    }
}

/// The name in `known` that was probably meant by `name`.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k Str>) -> Option<&'k Str> {
    let nearest = known.map(|known| (strsim::osa_distance(name, known), known)).min_by_key(|(distance, _)| *distance);
    nearest.filter(|(distance, known)| *distance * 3 <= known.len()).map(|(_, known)| known)
}

/// Whether `value` is a collection of objects.
fn holds_objects(value: &Value) -> bool {
    let is_object = |value: &Value| value.entries().is_some();
    let entries = value.entries().filter(|it| !it.is_empty());
    entries.is_some_and(|entries| entries.iter().all(|entry| is_object(&entry.value)))
        || value.elements().is_some_and(|elements| !elements.is_empty() && elements.iter().all(is_object))
}
