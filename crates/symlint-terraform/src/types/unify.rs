//! The type of a value, and the type that several can be converted to.

use crate::limits::{Exhausted, Meter};
use crate::value::{Entry, Kind, Value};

use super::constraint::{ObjectAttribute, Type};

/// The type of `value`; [`Type::Any`] where a null, an unknown or an empty collection does not tell.
pub(crate) fn type_of(value: &Value, meter: &Meter) -> Result<Type, Exhausted> {
    meter.spend(1)?;
    if let Some(of) = value.of() {
        return Ok(match &value.kind {
            Kind::List(_) => Type::List(Box::new(of.clone())),
            Kind::Set(_) => Type::Set(Box::new(of.clone())),
            Kind::Map(_) => Type::Map(Box::new(of.clone())),
            _ => of.clone(),
        });
    }
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
    unify_all(&[a, b])
}

/// The same for any number of types. It is not the same as going on from one to the next: a number and a boolean have
/// no type in common, but they have one with a string.
pub(crate) fn unify_all(types: &[&Type]) -> Option<Type> {
    let mut types: Vec<&Type> = types.iter().copied().filter(|ty| !matches!(ty, Type::Any)).collect();
    types.dedup_by(|a, b| is_same_type(a, b) && !a.is_open() && !b.is_open());
    let first = match types.as_slice() {
        [] => return Some(Type::Any),
        [only] => return Some((*only).clone()),
        [first, ..] => *first,
    };
    if types.iter().all(|ty| ty.is_primitive()) {
        let all_same = types.iter().all(|ty| is_same_type(ty, first));
        let any_string = types.iter().any(|ty| matches!(ty, Type::String));
        return if all_same { Some(first.clone()) } else { any_string.then_some(Type::String) };
    }
    if types.iter().all(|ty| matches!(ty, Type::Map(_) | Type::Object(_))) {
        return unify_maps(&types);
    }
    if types.iter().all(|ty| matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))) {
        return unify_lists(&types);
    }
    None
}

fn unify_maps(types: &[&Type]) -> Option<Type> {
    let objects: Vec<&[ObjectAttribute]> = types.iter().filter_map(|ty| as_object(ty)).collect();
    if let (Some(first), true) = (objects.first(), objects.len() == types.len()) {
        let same_names = |other: &&[ObjectAttribute]| {
            other.len() == first.len() && other.iter().zip(first.iter()).all(|(a, b)| a.name == b.name)
        };
        if objects.iter().all(same_names) {
            let attribute = |(index, attribute): (usize, &ObjectAttribute)| {
                let types: Vec<&Type> =
                    objects.iter().filter_map(|object| object.get(index)).map(|at| &at.ty).collect();
                Some(ObjectAttribute { ty: unify_all(&types)?, default: None, optional: false, ..attribute.clone() })
            };
            return first.iter().enumerate().map(attribute).collect::<Option<_>>().map(Type::Object);
        }
    }
    let mut elements: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::Map(element) => elements.push(element),
            Type::Object(attributes) => elements.extend(attributes.iter().map(|attribute| &attribute.ty)),
            _ => return None,
        }
    }
    unify_all(&elements).map(|element| Type::Map(Box::new(element)))
}

fn as_object(ty: &Type) -> Option<&[ObjectAttribute]> {
    if let Type::Object(attributes) = ty { Some(attributes) } else { None }
}

fn as_tuple(ty: &Type) -> Option<&[Type]> {
    if let Type::Tuple(elements) = ty { Some(elements) } else { None }
}

fn unify_lists(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<&[Type]> = types.iter().filter_map(|ty| as_tuple(ty)).collect();
    if let (Some(first), true) = (tuples.first(), tuples.len() == types.len()) {
        if tuples.iter().all(|tuple| tuple.len() == first.len()) {
            let element = |index: usize| {
                let types: Vec<&Type> = tuples.iter().filter_map(|tuple| tuple.get(index)).collect();
                unify_all(&types)
            };
            if let Some(elements) = (0..first.len()).map(element).collect::<Option<Vec<Type>>>() {
                return Some(Type::Tuple(elements));
            }
        }
    }
    let mut elements: Vec<&Type> = Vec::new();
    for ty in types {
        match ty {
            Type::List(element) | Type::Set(element) => elements.push(element),
            Type::Tuple(items) => elements.extend(items),
            _ => return None,
        }
    }
    let element = Box::new(unify_all(&elements)?);
    // A set becomes a list where it must, never the other way round; a tuple becomes either.
    let any_list = types.iter().any(|ty| matches!(ty, Type::List(_)));
    let any_set = types.iter().any(|ty| matches!(ty, Type::Set(_)));
    Some(if any_set && !any_list { Type::Set(element) } else { Type::List(element) })
}

/// Whether two types are the same, [`Type::Any`] being a type of its own.
pub(crate) fn is_exactly(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Any, Type::Any) => true,
        (Type::Any, _) | (_, Type::Any) => false,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            is_exactly(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_exactly(a, b)),
        (Type::Object(a), Type::Object(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.name == b.name && is_exactly(&a.ty, &b.ty))
        }
        _ => is_same_type(a, b),
    }
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
