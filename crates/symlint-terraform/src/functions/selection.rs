//! Functions that select from collections, or search in them.

use crate::eval::{Answer, Stop, numeric};
use crate::number;
use crate::types::{Primitive, equal, to_bool, type_of, unify_all};
use crate::value::{Kind, Type, Value};

use super::arguments::{Arguments, Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("alltrue", 1, 1, alltrue),
    function("anytrue", 1, 1, anytrue),
    function("coalesce", 1, MANY, coalesce),
    function("coalescelist", 1, MANY, coalescelist),
    function("contains", 2, 2, contains),
    function("element", 2, 2, element),
    function("index", 2, 2, index),
    function("length", 1, 1, length),
    function("lookup", 2, 3, lookup),
    function("matchkeys", 3, 3, matchkeys),
    function("one", 1, 1, one),
    function("sum", 1, 1, sum),
];

fn length(args: &Arguments<'_, '_>) -> Answer {
    let value = args.value(0)?;
    let length = match &value.kind {
        Kind::String(text) => super::strings::characters(text)?.len(),
        Kind::Set(_) => args.items(0)?.len(),
        Kind::List(items) | Kind::Tuple(items) => items.len(),
        Kind::Map(entries) | Kind::Object(entries) => entries.len(),
        _ => return Err(args.refuse(format_args!("expects a collection or string, not a {}", value.type_name()))),
    };
    Ok(args.result(Kind::Number(number::whole(length))))
}

fn lookup(args: &Arguments<'_, '_>) -> Answer {
    let map = args.value(0)?;
    let (key, key_origin) = args.string(1)?;
    if map.entries().is_none() {
        return Err(args.refuse(format_args!("expects a map, not a {}", map.type_name())));
    }
    let mut default = args.values.get(2).cloned();
    if let Kind::Map(_) = &map.kind
        && let Some(given) = &default
        && let Type::Map(element) = type_of(map, args.evaluator.meter())?
    {
        // Even if it is not needed.
        default = Some(args.convert(given, &element)?);
    }
    let parts = map.parts_by(&key_origin, map.origin.span);
    let found = map.entry(&key).map(|entry| parts.child(entry));
    // The default is used because there is no such key, so the result depends on that.
    let instead =
        |default: Value| default.depending_on(&map.origin).depending_on(&key_origin).marked(map.is_sensitive());
    let found = found.or_else(|| default.map(instead));
    let found = found.ok_or_else(|| args.refuse("does not find this key, and has no default"))?;
    Ok(found.marked(key_origin.sensitive))
}

fn element(args: &Arguments<'_, '_>) -> Answer {
    let list = args.value(0)?;
    let items = match &list.kind {
        Kind::List(items) | Kind::Tuple(items) => items,
        _ => return Err(args.refuse(format_args!("expects a list, not a {}", list.type_name()))),
    };
    let empty = || args.refuse("finds nothing in an empty list");
    let len = i64::try_from(items.len()).ok().filter(|&len| len > 0).ok_or_else(empty)?;
    let index = args.integer(1)?;
    // A negative index counts from the end of a list, but not of a tuple.
    if index % len < 0 && matches!(list.kind, Kind::Tuple(_)) {
        return Err(args.refuse("does not accept a negative index into a tuple"));
    }
    let parts = list.parts_by(&args.value(1)?.origin, list.origin.span);
    let found = usize::try_from(index.rem_euclid(len)).ok().and_then(|index| parts.at(index)).ok_or_else(empty)?;
    Ok(found.marked(args.value(1)?.is_sensitive()))
}

fn contains(args: &Arguments<'_, '_>) -> Answer {
    let items = args.items(0)?;
    let wanted = args.value(1)?;
    let mut undecided = None;
    for item in items {
        match equal(&item, wanted, args.evaluator.meter())? {
            Some(true) => return args.truth(true),
            Some(false) => {}
            None => undecided = Some(item),
        }
    }
    match undecided {
        Some(_) => Err(Stop::reason("whether the list has this element is not known")),
        None => args.truth(false),
    }
}

fn index(args: &Arguments<'_, '_>) -> Answer {
    let list = args.value(0)?;
    if !matches!(list.kind, Kind::List(_) | Kind::Tuple(_)) {
        return Err(args.refuse("expects a list"));
    }
    let wanted = args.value(1)?;
    for (at, item) in args.items(0)?.into_iter().enumerate() {
        match equal(&item, wanted, args.evaluator.meter())? {
            Some(true) => return Ok(args.result(Kind::Number(number::whole(at)))),
            Some(false) => {}
            None => return Err(Stop::reason("where the list has this element is not known")),
        }
    }
    Err(args.refuse("does not find the element"))
}

fn one(args: &Arguments<'_, '_>) -> Answer {
    let mut items = args.items(0)?;
    match items.len() {
        0 => Ok(Value::typed(Kind::Null, args.origin(), args.value(0)?.of().cloned().unwrap_or(Type::Any))),
        1 => items.pop().ok_or_else(|| args.refuse("finds nothing")),
        _ => Err(args.refuse("expects a list of one element, or of none")),
    }
}

fn truths(args: &Arguments<'_, '_>, decisive: bool) -> Answer {
    args.check_elements(0, &Type::Bool)?;
    let (mut undecided, mut decided) = (None, false);
    for item in args.items(0)? {
        match to_bool(&item) {
            Primitive::Is(Value { kind: Kind::Bool(truth), .. }) => decided |= truth == decisive,
            Primitive::Is(value) if value.as_unknown().is_some() => undecided = Some(value),
            // A null is treated as false.
            Primitive::Is(_) => decided |= !decisive,
            _ => return Err(args.refuse("expects a list of true and false")),
        }
    }
    if decided {
        return args.truth(decisive);
    }
    undecided.map_or_else(|| args.truth(!decisive), |unknown| Err(Stop::Unknown(unknown)))
}

fn alltrue(args: &Arguments<'_, '_>) -> Answer {
    truths(args, false)
}

fn anytrue(args: &Arguments<'_, '_>) -> Answer {
    truths(args, true)
}

fn sum(args: &Arguments<'_, '_>) -> Answer {
    let items = args.items(0)?;
    if items.is_empty() {
        return Err(args.refuse("expects at least one number"));
    }
    let mut total = number::whole(0);
    for item in &items {
        if item.is_null() {
            return Err(args.refuse("does not accept null"));
        }
        total = numeric(number::add(&total, &*args.as_number(item, 0)?))?;
    }
    Ok(args.result(Kind::Number(total)))
}

/// The first argument that is neither null nor an empty string, converted to the common type of all.
fn coalesce(args: &Arguments<'_, '_>) -> Answer {
    let types = args.values.iter().map(|value| type_of(value, args.evaluator.meter()));
    let types = types.collect::<Result<Vec<Type>, _>>()?;
    let common = unify_all(&types.iter().collect::<Vec<_>>());
    let common = common.ok_or_else(|| args.refuse("expects arguments of one type"))?;
    // The result depends on the empty values that were skipped.
    let mut empty: Vec<&Value> = Vec::new();
    for (index, own) in args.values.iter().enumerate() {
        // The `id` of a resource is neither null nor empty.
        if own.resource().is_some() {
            return Ok(empty.iter().fold(own.clone(), |value, empty| value.depending_on(&empty.origin)));
        }
        let value = args.nullable(index)?;
        if value.is_null() {
            empty.push(value);
            continue;
        }
        // An argument of unknown type may turn all of them into strings.
        let undecided = args.values.iter().any(|value| value.as_unknown().is_some());
        if undecided && matches!(value.kind, Kind::Number(_) | Kind::Bool(_)) {
            return Err(Stop::reason("the type of this depends on a value that is not known"));
        }
        let value = args.convert(value, &common)?;
        // Empty strings are skipped only if all arguments are strings.
        if !(matches!(common, Type::String) && value.as_str().is_some_and(|text| text.is_empty())) {
            return Ok(empty.iter().fold(value, |value, empty| value.depending_on(&empty.origin)));
        }
        empty.extend(args.values.get(index));
    }
    Err(args.refuse("finds only null and empty strings"))
}

fn coalescelist(args: &Arguments<'_, '_>) -> Answer {
    for index in 0..args.len() {
        match args.type_of(args.nullable(index)?)? {
            Type::List(_) | Type::Tuple(_) => {}
            _ => return Err(args.refuse("expects lists")),
        }
    }
    let is_filled = |list: &&Value| list.elements().is_some_and(|items| !items.is_empty());
    let filled = args.values.iter().find(is_filled).ok_or_else(|| args.refuse("finds only empty lists"))?;
    // The result depends on the empty values that were skipped.
    let empty = args.values.iter().take_while(|list| !is_filled(list));
    Ok(empty.fold(filled.clone(), |filled, empty| filled.depending_on(&empty.origin)))
}

fn matchkeys(args: &Arguments<'_, '_>) -> Answer {
    let list = args.list(args.items(0)?)?;
    let values = args.items_of(&list).unwrap_or_else(|| Err(args.refuse("expects lists")))?;
    let (mut keys, wanted) = (args.items(1)?, args.items(2)?);
    if values.len() != keys.len() {
        return Err(args.refuse("expects as many keys as values"));
    }
    // The searched value has the same type as the keys.
    keys.extend(wanted);
    let keys = args.list(keys).map_err(|_| Stop::reason("whether these keys match is not known"))?;
    let (keys, wanted) = keys.elements().unwrap_or_default().split_at_checked(values.len()).unwrap_or_default();
    let mut found = Vec::new();
    for (value, key) in values.into_iter().zip(keys) {
        for candidate in wanted {
            match equal(key, candidate, args.evaluator.meter())? {
                Some(true) => {
                    found.push(value.depending_on(&key.origin).depending_on(&candidate.origin));
                    break;
                }
                Some(false) => {}
                None => return Err(Stop::reason("whether these keys match is not known")),
            }
        }
    }
    args.list_like(found, &list)
}
