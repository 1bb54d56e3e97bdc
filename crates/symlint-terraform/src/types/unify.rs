//! The type of a value, and the type that several can be converted to.

use crate::limits::{Exhausted, Meter};
use crate::value::{Entry, Kind, Value};

use super::constraint::{ObjectAttribute, Type};

/// The type of `value`; [`Type::Any`] where a null, an unknown or an empty collection does not tell.
pub(crate) fn type_of(value: &Value, meter: &Meter) -> Result<Type, Exhausted> {
    meter.spend(1)?;
    Ok(match &value.kind {
        Kind::Null | Kind::Unknown(_) => Type::Any,
        Kind::Bool(_) => Type::Bool,
        Kind::Number(_) => Type::Number,
        Kind::String(_) => Type::String,
        Kind::List(items) => Type::List(Box::new(common(items.iter(), meter)?)),
        Kind::Set(items) => Type::Set(Box::new(common(items.iter(), meter)?)),
        Kind::Map(entries) => Type::Map(Box::new(common(entries.iter().map(|entry| &entry.value), meter)?)),
        Kind::Tuple(items) => Type::Tuple(items.iter().map(|item| type_of(item, meter)).collect::<Result<_, _>>()?),
        Kind::Object(entries) => {
            Type::Object(entries.iter().map(|entry| attribute_of(entry, meter)).collect::<Result<_, _>>()?)
        }
    })
}

fn attribute_of(entry: &Entry, meter: &Meter) -> Result<ObjectAttribute, Exhausted> {
    let ty = type_of(&entry.value, meter)?;
    Ok(ObjectAttribute { name: entry.key.clone(), ty, optional: false, default: None, span: entry.key_span })
}

/// The type of elements that have one type: the first that leaves nothing open tells it.
fn common<'a>(items: impl Iterator<Item = &'a Value>, meter: &Meter) -> Result<Type, Exhausted> {
    let mut so_far = Type::Any;
    for item in items {
        let ty = type_of(item, meter)?;
        so_far = unify(&so_far, &ty).unwrap_or(ty);
        if !so_far.is_open() {
            break;
        }
    }
    Ok(so_far)
}

/// The type that values of both types can be converted to without loss, if there is one. What one of them leaves open
/// is as the other says.
pub(crate) fn unify(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Any, other) | (other, Type::Any) => Some(other.clone()),
        (Type::String, Type::String) => Some(Type::String),
        (Type::Number, Type::Number) => Some(Type::Number),
        (Type::Bool, Type::Bool) => Some(Type::Bool),
        (Type::String, other) | (other, Type::String) => other.is_primitive().then_some(Type::String),
        (Type::List(a), Type::List(b)) => Some(Type::List(Box::new(unify(a, b)?))),
        (Type::Set(a), Type::Set(b)) => Some(Type::Set(Box::new(unify(a, b)?))),
        (Type::Map(a), Type::Map(b)) => Some(Type::Map(Box::new(unify(a, b)?))),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            let elements: Option<Vec<Type>> = a.iter().zip(b).map(|(a, b)| unify(a, b)).collect();
            match elements {
                Some(elements) => Some(Type::Tuple(elements)),
                None => all(a.iter().chain(b)).map(|element| Type::List(Box::new(element))),
            }
        }
        (Type::Tuple(a), Type::Tuple(b)) => all(a.iter().chain(b)).map(|element| Type::List(Box::new(element))),
        (Type::Tuple(tuple), Type::List(list)) | (Type::List(list), Type::Tuple(tuple)) => {
            Some(Type::List(Box::new(unify(&all(tuple.iter())?, list)?)))
        }
        (Type::Tuple(tuple), Type::Set(set)) | (Type::Set(set), Type::Tuple(tuple)) => {
            Some(Type::Set(Box::new(unify(&all(tuple.iter())?, set)?)))
        }
        (Type::List(a), Type::Set(b)) | (Type::Set(b), Type::List(a)) => Some(Type::Set(Box::new(unify(a, b)?))),
        (Type::Object(a), Type::Object(b)) => unify_objects(a, b),
        (Type::Object(object), Type::Map(map)) | (Type::Map(map), Type::Object(object)) => {
            let element = all(object.iter().map(|attribute| &attribute.ty))?;
            Some(Type::Map(Box::new(unify(&element, map)?)))
        }
        _ => None,
    }
}

fn unify_objects(a: &[ObjectAttribute], b: &[ObjectAttribute]) -> Option<Type> {
    let same_names = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name);
    if same_names {
        let attributes: Option<Vec<ObjectAttribute>> = a
            .iter()
            .zip(b)
            .map(|(a, b)| {
                Some(ObjectAttribute { ty: unify(&a.ty, &b.ty)?, default: None, optional: false, ..a.clone() })
            })
            .collect();
        return attributes.map(Type::Object);
    }
    let element = all(a.iter().chain(b).map(|attribute| &attribute.ty))?;
    Some(Type::Map(Box::new(element)))
}

fn all<'a>(types: impl Iterator<Item = &'a Type>) -> Option<Type> {
    let mut so_far = Type::Any;
    for ty in types {
        so_far = unify(&so_far, ty)?;
    }
    Some(so_far)
}

/// Whether two types are the same, as far as neither leaves something open.
pub(crate) fn is_same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::String, Type::String) | (Type::Number, Type::Number) | (Type::Bool, Type::Bool) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            is_same_type(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same_type(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            let same = |(a, b): (&ObjectAttribute, &ObjectAttribute)| a.name == b.name && is_same_type(&a.ty, &b.ty);
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        _ => false,
    }
}
