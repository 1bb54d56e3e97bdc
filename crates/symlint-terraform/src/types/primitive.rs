//! Conversions between strings, numbers, and booleans.

use crate::number::{self, Numeric};
use crate::source::Str;
use crate::value::{Kind, Value};

/// The result of a conversion between primitive types.
#[derive(Debug)]
pub(crate) enum Primitive {
    /// The value with the origin of the converted one. Null and unknown values stay the same.
    Is(Value),
    /// A number that cannot be represented here.
    Beyond,
    /// There is no such conversion.
    No,
}

fn same(value: &Value, kind: Kind) -> Primitive {
    Primitive::Is(Value::new(kind, value.origin.clone()))
}

/// `value` as a string.
pub(crate) fn to_text(value: &Value) -> Primitive {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) | Kind::String(_) => Primitive::Is(value.clone()),
        Kind::Number(number) => same(value, Kind::String(Str::from(number::format_number(number)))),
        Kind::Bool(true) => same(value, Kind::String(Str::from("true"))),
        Kind::Bool(false) => same(value, Kind::String(Str::from("false"))),
        _ => Primitive::No,
    }
}

/// `value` as a number.
pub(crate) fn to_number(value: &Value) -> Primitive {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) | Kind::Number(_) => Primitive::Is(value.clone()),
        Kind::String(text) => match number::parse(text) {
            Numeric::Known(number) => same(value, Kind::Number(number)),
            Numeric::Beyond => Primitive::Beyond,
            Numeric::Invalid => Primitive::No,
        },
        _ => Primitive::No,
    }
}

/// `value` as a boolean.
pub(crate) fn to_bool(value: &Value) -> Primitive {
    match &value.kind {
        Kind::Null | Kind::Unknown(_) | Kind::Bool(_) => Primitive::Is(value.clone()),
        Kind::String(text) => match text.as_str() {
            "true" | "1" => same(value, Kind::Bool(true)),
            "false" | "0" => same(value, Kind::Bool(false)),
            _ => Primitive::No,
        },
        _ => Primitive::No,
    }
}
