//! Equality of values, and the order of the elements of sets.

use std::cmp::Ordering;
use std::fmt::Write;

use bigdecimal::BigDecimal;
use foldhash::{HashSet, HashSetExt};

use crate::limits::{Exhausted, Meter};
use crate::number;
use crate::value::{Kind, Type, Value};

use super::unify::{is_exactly, is_same_type, type_of};

/// Whether no part of `value` is unknown.
pub(crate) fn wholly_known(value: &Value, meter: &Meter) -> Result<bool, Exhausted> {
    meter.spend(1)?;
    if value.as_unknown().is_some() {
        return Ok(false);
    }
    for entry in value.entries().unwrap_or_default() {
        if !wholly_known(&entry.value, meter)? {
            return Ok(false);
        }
    }
    for item in value.elements().unwrap_or_default() {
        if !wholly_known(item, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two values are equal for `==`, which does not convert them; `None` if that depends on unknown parts.
pub(crate) fn equal(a: &Value, b: &Value, meter: &Meter) -> Result<Option<bool>, Exhausted> {
    Ok(match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        // Nulls of all types are equal.
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Null, _) | (_, Kind::Null) => Some(false),
        _ => match (is_of_same_type(a, b, meter)?, is_same(a, b, meter)?) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            (None, _) | (_, None) => None,
        },
    })
}

/// Whether two values have the same type; `None` if that depends on unknown parts.
fn is_of_same_type(a: &Value, b: &Value, meter: &Meter) -> Result<Option<bool>, Exhausted> {
    meter.spend(1)?;
    let mut parts: Vec<(&Value, &Value)> = Vec::new();
    match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => return Ok(None),
        (Kind::Tuple(a), Kind::Tuple(b)) if a.len() == b.len() => parts.extend(a.iter().zip(b.iter())),
        (Kind::Object(a), Kind::Object(b)) => {
            if a.len() != b.len() || a.iter().zip(b.iter()).any(|(a, b)| a.key != b.key) {
                return Ok(Some(false));
            }
            parts.extend(a.iter().zip(b.iter()).map(|(a, b)| (&a.value, &b.value)));
        }
        _ => {
            let (own, other) = (type_of(a, meter)?, type_of(b, meter)?);
            let unclear = |value: &Value, ty: &Type| value.of().is_none() && !value.is_null() && ty.is_open();
            if is_same_type(&own, &other) && (unclear(a, &own) || unclear(b, &other)) {
                return Ok(None);
            }
            return Ok(Some(is_exactly(&own, &other)));
        }
    }
    all(parts.into_iter(), is_of_same_type, meter)
}

/// Whether two values are the same, apart from their types.
fn is_same(a: &Value, b: &Value, meter: &Meter) -> Result<Option<bool>, Exhausted> {
    meter.spend(1)?;
    Ok(match (&a.kind, &b.kind) {
        (Kind::Unknown(_), _) | (_, Kind::Unknown(_)) => None,
        (Kind::Null, Kind::Null) => Some(true),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a == b),
        (Kind::Number(a), Kind::Number(b)) => Some(a == b),
        (Kind::String(a), Kind::String(b)) => {
            meter.spend_bytes(a.len().min(b.len()))?;
            Some(a == b)
        }
        (Kind::Tuple(a), Kind::Tuple(b)) | (Kind::List(a), Kind::List(b)) | (Kind::Set(a), Kind::Set(b))
            if a.len() == b.len() =>
        {
            all(a.iter().zip(b.iter()), is_same, meter)?
        }
        (Kind::Map(a), Kind::Map(b)) | (Kind::Object(a), Kind::Object(b))
            if a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.key == b.key) =>
        {
            all(a.iter().zip(b.iter()).map(|(a, b)| (&a.value, &b.value)), is_same, meter)?
        }
        _ => Some(false),
    })
}

/// Whether `same` is true for all pairs.
fn all<'a>(
    pairs: impl Iterator<Item = (&'a Value, &'a Value)>,
    same: fn(&Value, &Value, &Meter) -> Result<Option<bool>, Exhausted>,
    meter: &Meter,
) -> Result<Option<bool>, Exhausted> {
    let mut result = Some(true);
    for (a, b) in pairs {
        match same(a, b, meter)? {
            Some(false) => return Ok(Some(false)),
            None => result = None,
            Some(true) => {}
        }
    }
    Ok(result)
}

/// A text that is the same for two values of one type if they are equal.
pub(crate) fn canonical(value: &Value, meter: &Meter) -> Result<String, Exhausted> {
    let mut text = String::new();
    write_canonical(value, number::format_number, &mut text, meter)?;
    Ok(text)
}

/// The text by which Terraform sorts the elements of a set, unless they are primitives. It contains ten digits of a
/// number.
fn sort_text(value: &Value, meter: &Meter) -> Result<String, Exhausted> {
    let mut text = String::new();
    write_canonical(value, |number| number::general(number, Some(10)), &mut text, meter)?;
    Ok(text)
}

fn write_canonical(
    value: &Value,
    shown: fn(&BigDecimal) -> String,
    out: &mut String,
    meter: &Meter,
) -> Result<(), Exhausted> {
    meter.spend(1 + out.len() / 4096)?;
    match &value.kind {
        Kind::Unknown(_) => out.push('?'),
        Kind::Null => out.push('~'),
        Kind::Bool(true) => out.push('T'),
        Kind::Bool(false) => out.push('F'),
        Kind::Number(number) => out.push_str(&shown(number)),
        Kind::String(text) => {
            meter.spend_bytes(text.len())?;
            let _ = write!(out, "{:?}", text.as_str());
        }
        Kind::List(items) | Kind::Set(items) => {
            out.push('[');
            for item in items.iter() {
                write_canonical(item, shown, out, meter)?;
                out.push(';');
            }
            out.push(']');
        }
        Kind::Tuple(items) => {
            out.push('<');
            for item in items.iter() {
                write_canonical(item, shown, out, meter)?;
                out.push(';');
            }
            out.push('>');
        }
        Kind::Map(entries) | Kind::Object(entries) => {
            let object = matches!(value.kind, Kind::Object(_));
            out.push(if object { '<' } else { '{' });
            for entry in entries.iter() {
                let _ = write!(out, "{:?}:", entry.key.as_str());
                write_canonical(&entry.value, shown, out, meter)?;
                out.push(';');
            }
            out.push(if object { '>' } else { '}' });
        }
    }
    Ok(())
}

/// The elements, without those that are equal to an earlier one. Elements with unknown parts are all kept.
pub(crate) fn distinct(items: Vec<Value>, meter: &Meter) -> Result<Vec<Value>, Exhausted> {
    let mut seen = HashSet::with_capacity(items.len());
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        if !wholly_known(&item, meter)? || seen.insert(canonical(&item, meter)?) {
            kept.push(item);
        }
    }
    Ok(kept)
}

/// A set of `items`, which must have one type. They become distinct and are in Terraform's order. Elements with unknown
/// parts come last.
pub(crate) fn make_set(items: Vec<Value>, meter: &Meter) -> Result<Kind, Exhausted> {
    let items = distinct(items, meter)?;
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        keyed.push((sort_text(&item, meter)?, wholly_known(&item, meter)?, item));
    }
    keyed.sort_by(|(a_text, a_known, a), (b_text, b_known, b)| {
        b_known.cmp(a_known).then_with(|| compare(a, b).unwrap_or_else(|| a_text.cmp(b_text)))
    });
    Ok(Kind::Set(keyed.into_iter().map(|(_, _, item)| item).collect()))
}

/// The order of primitives. Nulls come last.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (&a.kind, &b.kind) {
        (Kind::Null, Kind::Null) => Some(Ordering::Equal),
        (Kind::Null, _) => Some(Ordering::Greater),
        (_, Kind::Null) => Some(Ordering::Less),
        (Kind::String(a), Kind::String(b)) => Some(a.as_str().cmp(b.as_str())),
        (Kind::Number(a), Kind::Number(b)) => Some(a.cmp(b)),
        (Kind::Bool(a), Kind::Bool(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
