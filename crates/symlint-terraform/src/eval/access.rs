//! What is taken out of values: `.name` and `[key]`.

use crate::number;
use crate::source::Span;
use crate::types::{Primitive, to_number, to_text};
use crate::value::{Kind, Str, Value};

use super::{Answer, Evaluator, Stop};

impl Evaluator<'_> {
    /// `base.name`
    pub(super) fn attribute_of(&self, base: &Value, name: &Str, span: Span) -> Answer {
        match &base.kind {
            Kind::Unknown(_) => Err(Stop::Unknown(base.clone())),
            Kind::Null => Err(Stop::error_at(format!("`{name}` cannot be taken of null"), span).on_null(base)),
            Kind::Object(_) | Kind::Map(_) => base.get(name).ok_or_else(|| self.absent(base, name, span)),
            _ => Err(Stop::error_at(format!("a {} has no attribute `{name}`", base.type_name()), span)),
        }
    }

    /// `base[key]`
    pub(super) fn element_of(&self, base: &Value, key: &Value, span: Span) -> Answer {
        for value in [base, key] {
            if value.as_unknown().is_some() {
                return Err(Stop::Unknown(value.clone()));
            }
        }
        if base.is_null() {
            return Err(Stop::error_at("nothing can be taken of null", span).on_null(base));
        }
        if key.is_null() {
            return Err(Stop::error_at("an index must not be null", span));
        }
        // Terraform forgets of the attribute of an object that its name was sensitive.
        let sensitive = key.is_sensitive() && !matches!(base.kind, Kind::Object(_));
        self.element_at(base, key, span).map(|element| element.marked(sensitive))
    }

    fn element_at(&self, base: &Value, key: &Value, span: Span) -> Answer {
        match &base.kind {
            Kind::Object(_) | Kind::Map(_) => match to_text(key) {
                Primitive::Is(Value { kind: Kind::String(key), .. }) => {
                    base.get(&key).ok_or_else(|| self.absent(base, &key, span))
                }
                _ => Err(Stop::error_at(format!("a key is a string, not a {}", key.type_name()), span)),
            },
            Kind::List(items) | Kind::Tuple(items) => {
                let Primitive::Is(Value { kind: Kind::Number(index), .. }) = to_number(key) else {
                    return Err(Stop::error_at(format!("an index is a number, not a {}", key.type_name()), span));
                };
                let index = number::to_integer(&index).and_then(|index| usize::try_from(index).ok());
                let index = index.ok_or_else(|| Stop::error_at("an index is a whole number from 0", span))?;
                base.at(index).ok_or_else(|| {
                    Stop::error_at(format!("there is no element {index}: there are {}", items.len()), span)
                })
            }
            Kind::Set(_) => Err(Stop::error_at("a set has no indices", span)),
            _ => Err(Stop::error_at(format!("a {} has no elements", base.type_name()), span)),
        }
    }

    /// Why there is no `name` in a map or object. Where the type has told so already, it is only unknown.
    fn absent(&self, base: &Value, name: &Str, span: Span) -> Stop {
        if self.is_missing(base.origin.span, name) {
            Stop::reason(format!("`{name}` is required and missing"))
        } else if matches!(base.kind, Kind::Map(_)) {
            Stop::error_at(format!("the map has no key `{name}`"), span)
        } else {
            Stop::error_at(format!("the object has no attribute `{name}`"), span)
        }
    }
}
