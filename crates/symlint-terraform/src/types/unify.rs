//! The type of a value, and the common type of several values.

use crate::limits::{Exhausted, Meter};
use crate::value::{Entry, Kind, ObjectAttribute, Type, Value};

/// The type of `value`; [`Type::Any`] for a null, an unknown value, or an empty collection without a type.
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

/// The type of elements that have the same type. The first type without open parts is used.
fn common<'a>(items: impl Iterator<Item = &'a Value>, meter: &Meter) -> Result<Type, Exhausted> {
    let mut so_far = Type::Any;
    for item in items {
        let ty = type_of(item, meter)?;
        so_far = completed(&so_far, &ty);
        if !so_far.is_open() {
            break;
        }
    }
    Ok(so_far)
}

/// The type `a`, in which each `any` is replaced by the corresponding part of `b`.
fn completed(a: &Type, b: &Type) -> Type {
    let each = |a: &Type, b: &Type| Box::new(completed(a, b));
    match (a, b) {
        (Type::Any, other) => other.clone(),
        (Type::List(a), Type::List(b)) => Type::List(each(a, b)),
        (Type::Set(a), Type::Set(b)) => Type::Set(each(a, b)),
        (Type::Map(a), Type::Map(b)) => Type::Map(each(a, b)),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Type::Tuple(a.iter().zip(b).map(|(a, b)| completed(a, b)).collect())
        }
        (Type::Object(a), Type::Object(b)) if a.len() == b.len() => {
            let attribute = |(a, b): (&ObjectAttribute, &ObjectAttribute)| ObjectAttribute {
                ty: completed(&a.ty, &b.ty),
                ..a.clone()
            };
            Type::Object(a.iter().zip(b).map(attribute).collect())
        }
        _ => a.clone(),
    }
}

/// The type that values of both types can be converted to, if there is one.
pub(crate) fn unify(a: &Type, b: &Type) -> Option<Type> {
    unify_all(&[a, b])
}

/// The type that values of all types can be converted to, if there is one. This cannot be computed pairwise: a number
/// and a boolean have no common type, but together with a string they have.
///
/// This follows Terraform step by step. [`Type::Any`] is a separate type here: that of a null without a type, and of
/// the elements of an empty list.
pub(crate) fn unify_all(types: &[&Type]) -> Option<Type> {
    let mut types = types.to_vec();
    types.dedup_by(|a, b| is_exactly(a, b));
    let all = |wanted: fn(&Type) -> bool| types.iter().all(|ty| wanted(ty) || matches!(ty, Type::Any));
    let some = |wanted: fn(&Type) -> bool| types.iter().any(|ty| wanted(ty));
    let open = some(|ty| matches!(ty, Type::Any));
    match types.as_slice() {
        [] => return None,
        [only] => return Some((*only).clone()),
        // The result is only known when the open type is known.
        _ if open && (all(is_map) || all(is_object) || all(is_list) || all(is_tuple) || all(is_set)) => {
            return Some(Type::Any);
        }
        _ if all(is_map) || all(is_list) || all(is_set) => return unify_collections(&types),
        _ if all(is_object) => return unify_objects(&types).filter(|ty| !ty.is_open() || fits(&types, ty)),
        _ if all(is_tuple) => return unify_tuples(&types).filter(|ty| !ty.is_open() || fits(&types, ty)),
        _ => {}
    }
    // Elements of a list are often written as a tuple, and those of a map as an object.
    let written = all(|ty| is_map(ty) || is_object(ty)) || some(is_list) && all(|ty| is_list(ty) || is_tuple(ty));
    if written && let Some(ty) = unify_as_collections(&types).filter(|ty| fits(&types, ty)) {
        return Some(ty);
    }
    first_that_fits(types)
}

fn is_map(ty: &Type) -> bool {
    matches!(ty, Type::Map(_))
}

fn is_object(ty: &Type) -> bool {
    matches!(ty, Type::Object(_))
}

fn is_list(ty: &Type) -> bool {
    matches!(ty, Type::List(_))
}

fn is_tuple(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(_))
}

fn is_set(ty: &Type) -> bool {
    matches!(ty, Type::Set(_))
}

/// The common type of lists, sets, or maps: a collection with the common type of their elements.
fn unify_collections(types: &[&Type]) -> Option<Type> {
    let elements: Vec<&Type> = types.iter().filter_map(|ty| element_of(ty)).collect();
    let common = Box::new(unify_all(&elements)?);
    Some(match types.first()? {
        Type::List(_) => Type::List(common),
        Type::Set(_) => Type::Set(common),
        _ => Type::Map(common),
    })
}

/// The common type of objects: an object if they have the same attributes, or else a map.
fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<&[ObjectAttribute]> = types.iter().filter_map(|ty| as_object(ty)).collect();
    let (first, rest) = objects.split_first()?;
    let same_names = |other: &&[ObjectAttribute]| {
        other.len() == first.len() && other.iter().zip(first.iter()).all(|(a, b)| a.name == b.name)
    };
    if !rest.iter().all(same_names) {
        let attributes: Vec<&Type> = objects.iter().copied().flatten().map(|attribute| &attribute.ty).collect();
        return unify_all(&attributes).map(|element| Type::Map(Box::new(element)));
    }
    let attribute = |(index, attribute): (usize, &ObjectAttribute)| {
        let types: Vec<&Type> = objects.iter().filter_map(|object| object.get(index)).map(|at| &at.ty).collect();
        Some(ObjectAttribute { ty: unify_all(&types)?, default: None, optional: false, ..attribute.clone() })
    };
    first.iter().enumerate().map(attribute).collect::<Option<_>>().map(Type::Object)
}

/// The common type of tuples: a tuple if they have the same length, or else a list.
fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<&[Type]> = types.iter().filter_map(|ty| as_tuple(ty)).collect();
    let (first, rest) = tuples.split_first()?;
    if !rest.iter().all(|tuple| tuple.len() == first.len()) {
        let elements: Vec<&Type> = tuples.iter().copied().flatten().collect();
        return unify_all(&elements).map(|element| Type::List(Box::new(element)));
    }
    let element = |index: usize| {
        let types: Vec<&Type> = tuples.iter().filter_map(|tuple| tuple.get(index)).collect();
        unify_all(&types)
    };
    (0..first.len()).map(element).collect::<Option<_>>().map(Type::Tuple)
}

/// Treats tuples as lists and objects as maps, with the common type of their own elements.
fn unify_as_collections(types: &[&Type]) -> Option<Type> {
    let alone = |ty: &Type| match ty {
        Type::Tuple(elements) => Some(Type::List(Box::new(unify_all(&elements.iter().collect::<Vec<_>>())?))),
        Type::Object(attributes) => {
            let types: Vec<&Type> = attributes.iter().map(|attribute| &attribute.ty).collect();
            Some(Type::Map(Box::new(unify_all(&types)?)))
        }
        _ => Some(ty.clone()),
    };
    let collections: Vec<Type> = types.iter().map(|ty| alone(ty)).collect::<Option<_>>()?;
    unify_collections(&collections.iter().collect::<Vec<_>>())
}

fn element_of(ty: &Type) -> Option<&Type> {
    if let Type::List(element) | Type::Set(element) | Type::Map(element) = ty { Some(element) } else { None }
}

fn as_object(ty: &Type) -> Option<&[ObjectAttribute]> {
    if let Type::Object(attributes) = ty { Some(attributes) } else { None }
}

fn as_tuple(ty: &Type) -> Option<&[Type]> {
    if let Type::Tuple(elements) = ty { Some(elements) } else { None }
}

/// The first type, in Terraform's order, to which all others can be converted.
fn first_that_fits(types: Vec<&Type>) -> Option<Type> {
    /// If this many types do not fit, the remaining ones are similar.
    const TRIED: usize = 100;
    let mut wanted = types.clone();
    wanted.sort_by_cached_key(|ty| preference(ty));
    wanted.dedup_by(|a, b| is_exactly(a, b));
    let last = wanted.last().copied().filter(|ty| matches!(ty, Type::Any));
    wanted.into_iter().take(TRIED).find(|ty| fits(&types, ty)).or(last).cloned()
}

/// Whether values of all types can be converted to the type `to`.
fn fits(types: &[&Type], to: &Type) -> bool {
    types.iter().all(|ty| is_convertible(ty, to))
}

/// The order in which types are tried: strings before other primitives, lists before tuples before sets, maps before
/// objects, and open types last.
fn preference(ty: &Type) -> Vec<u8> {
    let mut preference = Vec::new();
    let mut ty = ty;
    loop {
        let (rank, within) = match ty {
            Type::String | Type::Tuple(_) => (1, None),
            Type::Number | Type::Bool | Type::Object(_) => (2, None),
            Type::List(element) | Type::Map(element) => (0, Some(element)),
            Type::Set(element) => (3, Some(element)),
            Type::Any => (4, None),
        };
        preference.push(rank);
        match within {
            Some(element) => ty = element,
            None => return preference,
        }
    }
}

/// Whether some value of the type `from` can be converted to the type `to`.
pub(super) fn is_convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Any) | (Type::Any, _) => true,
        (Type::Number, Type::Bool) | (Type::Bool, Type::Number) => false,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            is_convertible(a, b)
        }
        (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_convertible(a, b)),
        (Type::Tuple(elements), Type::List(to) | Type::Set(to)) => {
            // A null without a type leaves the element type of a list open, unless the other elements are primitives.
            let is_open = || {
                matches!(unify_all(&elements.iter().collect::<Vec<_>>()), Some(Type::Any))
                    && elements.iter().any(|ty| !matches!(ty, Type::Any))
            };
            all_convertible(elements.iter(), to) && !(matches!(**to, Type::Any) && is_open())
        }
        (Type::Object(attributes), Type::Map(to)) => all_convertible(attributes.iter().map(|at| &at.ty), to),
        (Type::Object(from), Type::Object(to)) => to.iter().all(|wanted| {
            let own = from.iter().find(|attribute| attribute.name == wanted.name);
            own.map_or(wanted.optional, |own| is_convertible(&own.ty, &wanted.ty))
        }),
        (Type::Map(element), Type::Object(to)) => to.iter().all(|wanted| is_convertible(element, &wanted.ty)),
        _ => from.is_primitive() && to.is_primitive(),
    }
}

fn all_convertible<'a>(from: impl Iterator<Item = &'a Type> + Clone, to: &Type) -> bool {
    if matches!(to, Type::Any) {
        let types: Vec<&Type> = from.collect();
        return types.is_empty() || unify_all(&types).is_some();
    }
    from.into_iter().all(|ty| is_convertible(ty, to))
}

/// Whether two types are the same. [`Type::Any`] is a separate type.
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

/// Whether two types are the same, ignoring open parts.
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
