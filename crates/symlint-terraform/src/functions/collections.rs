//! Functions that build collections from collections.

use crate::eval::{Answer, LostKey, Stop};
use crate::limits::ELEMENTS;
use crate::number;
use crate::origin::Origin;
use crate::source::Str;
use crate::types::{distinct as without_duplicates, is_exactly, unify_all};
use crate::value::{Entry, Kind, Type, Value};

use super::arguments::{Arguments, Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("chunklist", 2, 2, chunklist),
    function("compact", 1, 1, compact),
    function("concat", 1, MANY, concat),
    function("distinct", 1, 1, distinct),
    function("flatten", 1, 1, flatten),
    function("keys", 1, 1, keys),
    function("merge", 0, MANY, merge),
    function("range", 1, 3, range),
    function("reverse", 1, 1, reverse),
    function("slice", 3, 3, slice),
    function("sort", 1, 1, sort),
    function("transpose", 1, 1, transpose),
    function("values", 1, 1, values),
    function("zipmap", 2, 2, zipmap),
];

/// The entries of an argument, which must be a map or object.
fn entries<'a>(args: &'a Arguments<'_, '_>, index: usize) -> Answer<(&'a Value, &'a [Entry])> {
    let value = args.value(index)?;
    let entries =
        value.entries().ok_or_else(|| args.refuse(format_args!("expects a map, not a {}", value.type_name())))?;
    args.spend(entries.len())?;
    Ok((value, entries))
}

fn keys(args: &Arguments<'_, '_>) -> Answer {
    let (map, entries) = entries(args, 0)?;
    let parts = map.each_part().without_sensitivity();
    let keys: Vec<Value> = entries.iter().map(|entry| parts.key(entry)).collect();
    if matches!(map.kind, Kind::Map(_)) { args.list_of(keys, Type::String) } else { args.tuple(keys) }
}

fn values(args: &Arguments<'_, '_>) -> Answer {
    let (map, entries) = entries(args, 0)?;
    let parts = map.each_part().without_sensitivity();
    let values: Vec<Value> = entries.iter().map(|entry| parts.child(entry)).collect();
    if matches!(map.kind, Kind::Map(_)) { args.list_like(values, map) } else { args.tuple(values) }
}

fn merge(args: &Arguments<'_, '_>) -> Answer {
    let mut merged: Vec<Entry> = Vec::new();
    let (mut map_type, mut matching, mut any) = (None, true, false);
    for index in 0..args.len() {
        let value = args.nullable(index)?;
        // Only the types of maps matter; the type of an object always fits.
        let ty = if value.entries().is_none() || matches!(value.kind, Kind::Map(_)) {
            args.type_of(value)?
        } else {
            Type::Any
        };
        if !matches!(ty, Type::Any | Type::Map(_) | Type::Object(_)) {
            return Err(args.refuse(format_args!("expects a map, not a {ty}")));
        }
        matching &= map_type.as_ref().is_none_or(|first| is_exactly(first, &ty));
        map_type.get_or_insert(ty);
        if value.is_null() {
            continue;
        }
        any = true;
        let (container, entries) = entries(args, index)?;
        let has_name = container.origin.path.is_some();
        let parts = container.parts().without_sensitivity();
        merged.extend(entries.iter().map(|entry| match has_name {
            true => Entry::keyed(&parts.key(entry), parts.child(entry)),
            false => entry.with(parts.child(entry)),
        }));
    }
    // Of several entries with the same key, the last one is used.
    merged.reverse();
    merged.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
    merged.dedup_by(|earlier, kept| {
        let is_lost = earlier.key == kept.key;
        // It is usual to override a single setting, but the loss of a whole object is easily overlooked.
        if is_lost && earlier.value.entries().is_some() && kept.value.entries().is_some() {
            let (key, lost, value) = (kept.key.clone(), earlier.key_span, kept.value.origin.span);
            args.evaluator.note_merged(LostKey { key, lost, kept: kept.key_span, value });
        }
        is_lost
    });
    // A null argument adds nothing and overrides nothing.
    let added = args.values.iter().filter(|value| !value.is_null()).map(|value| value.origin.clone());
    let origin = Origin::derived(args.span, added);
    Ok(match map_type {
        Some(Type::Map(element)) if matching && any => Value::typed(Kind::Map(merged.into()), origin, *element),
        _ => Value::new(Kind::Object(merged.into()), origin),
    })
}

fn concat(args: &Arguments<'_, '_>) -> Answer {
    let mut items = Vec::new();
    let mut all_lists = true;
    for index in 0..args.len() {
        let value = args.value(index)?;
        match value.kind {
            Kind::List(_) => {}
            Kind::Tuple(_) => all_lists = false,
            Kind::Set(_) => all_lists &= index > 0,
            _ => return Err(args.refuse("expects lists")),
        }
        if matches!(value.kind, Kind::Set(_)) {
            return Err(args.refuse("expects lists, not sets"));
        }
        items.extend(args.items(index)?);
        args.spend(items.len())?;
    }
    if !all_lists {
        return args.tuple(items);
    }
    let types = args.values.iter().map(|list| args.type_of(list)).collect::<Answer<Vec<Type>>>()?;
    let tuple = args.tuple(items)?;
    // Lists without a common type become a tuple, even if one of them is empty.
    match unify_all(&types.iter().collect::<Vec<_>>()) {
        Some(list) => args.convert(&tuple, &list).or(Ok(tuple)),
        None => Ok(tuple),
    }
}

fn flatten(args: &Arguments<'_, '_>) -> Answer {
    let mut flat = Vec::new();
    let items = args.items(0)?;
    let mut sensitive = false;
    flatten_into(args, items, &mut flat, &mut sensitive)?;
    Ok(args.tuple(flat)?.marked(sensitive))
}

/// Adds the elements of `items`, and those of nested lists, to `flat`. Notes whether one of the lists is sensitive.
fn flatten_into(
    args: &Arguments<'_, '_>,
    items: Vec<Value>,
    flat: &mut Vec<Value>,
    sensitive: &mut bool,
) -> Answer<()> {
    for item in items {
        // A resource, or its `id`, is not a list.
        if item.as_unknown().is_some() && item.resource().is_none() {
            return Err(Stop::Unknown(item));
        }
        match args.items_of(&item) {
            Some(inner) => {
                *sensitive |= item.is_sensitive();
                flatten_into(args, inner?, flat, sensitive)?;
            }
            None => flat.push(item),
        }
        if flat.len() > ELEMENTS {
            return Err(Stop::limit("this has too many elements to be evaluated"));
        }
    }
    Ok(())
}

fn distinct(args: &Arguments<'_, '_>) -> Answer {
    let list = args.list(args.items(0)?)?;
    let items: Vec<Value> = list.elements().unwrap_or_default().to_vec();
    if let Some(unknown) = items.iter().find(|item| item.as_unknown().is_some()) {
        return Err(Stop::Unknown(unknown.clone()));
    }
    args.list_like(without_duplicates(items, args.evaluator.meter())?, &list)
}

fn compact(args: &Arguments<'_, '_>) -> Answer {
    args.check_elements(0, &Type::String)?;
    let mut kept = Vec::new();
    for item in args.items(0)? {
        if item.is_null() {
            continue;
        }
        let (text, origin) = args.as_string(&item, 0)?;
        if !text.is_empty() {
            kept.push(Value::new(Kind::String(text), origin));
        }
    }
    args.list_of(kept, Type::String)
}

fn sort(args: &Arguments<'_, '_>) -> Answer {
    let mut strings = args.strings(0)?;
    let text = |value: &Value| value.as_str().cloned().unwrap_or_default();
    strings.sort_by(|a, b| text(a).as_str().cmp(text(b).as_str()));
    args.list_of(strings, Type::String)
}

fn reverse(args: &Arguments<'_, '_>) -> Answer {
    let mut items = args.items(0)?;
    items.reverse();
    let list = args.value(0)?;
    if matches!(list.kind, Kind::Tuple(_)) { args.tuple(items) } else { args.list_like(items, list) }
}

fn slice(args: &Arguments<'_, '_>) -> Answer {
    let items = args.items(0)?;
    if matches!(args.value(0)?.kind, Kind::Set(_)) {
        return Err(args.refuse("expects a list, not a set"));
    }
    let (start, end) = (place(args, 1)?, place(args, 2)?);
    let part =
        items.get(start..end).ok_or_else(|| args.refuse("has an end that is before its start or does not exist"))?;
    let part = part.to_vec();
    let list = args.value(0)?;
    if matches!(list.kind, Kind::Tuple(_)) { args.tuple(part) } else { args.list_like(part, list) }
}

fn place(args: &Arguments<'_, '_>, index: usize) -> Answer<usize> {
    usize::try_from(args.integer(index)?).map_err(|_| args.refuse("does not accept a negative index"))
}

fn chunklist(args: &Arguments<'_, '_>) -> Answer {
    let list = args.list(args.items(0)?)?;
    let items = list.elements().unwrap_or_default();
    let size = place(args, 1)?;
    let size = if size == 0 { items.len().max(1) } else { size };
    let Type::List(element) = args.type_of(&list)? else { return Err(args.refuse("expects a list")) };
    let chunk = |chunk: &[Value]| Value::typed(Kind::List(chunk.into()), args.origin(), (*element).clone());
    args.list_of(items.chunks(size).map(chunk).collect(), Type::List(element.clone()))
}

fn range(args: &Arguments<'_, '_>) -> Answer {
    let zero = number::whole(0);
    let one = number::whole(1);
    let (start, end) =
        if args.len() == 1 { (zero.clone(), args.number(0)?) } else { (args.number(0)?, args.number(1)?) };
    let step = match args.len() {
        3 => args.number(2)?,
        _ if end < start => number::whole(-1),
        _ => one,
    };
    if *step == *zero || ((end < start) != (*step < *zero) && end != start) {
        return Err(args.refuse("has a step that does not lead from the start to the end"));
    }
    let mut items = Vec::new();
    let mut next = start;
    while if *step < *zero { next > end } else { next < end } {
        // Terraform has the same limit.
        if items.len() >= 1024 {
            return Err(args.refuse("creates at most 1,024 numbers"));
        }
        args.spend(1)?;
        items.push(Value::new(Kind::Number(next.clone()), args.origin()));
        next = crate::eval::numeric(number::add(&next, &step))?;
    }
    args.list_of(items, Type::Number)
}

fn transpose(args: &Arguments<'_, '_>) -> Answer {
    let strings = Type::Map(Box::new(Type::List(Box::new(Type::String))));
    let map = args.convert(args.value(0)?, &strings)?;
    let mut pairs: Vec<(Str, Value, Value)> = Vec::new();
    for entry in map.entries().unwrap_or_default() {
        let list = map.child(entry);
        if list.is_null() {
            return Err(args.refuse("expects lists, not null").on_null(&list));
        }
        let items = args.items_of(&list).ok_or_else(|| Stop::Unknown(list.clone()))?;
        for item in items? {
            let (text, _) = args.as_string(&item, 0)?;
            pairs.push((text, item, map.each_part().key(entry)));
        }
    }
    pairs.sort_by(|(a, ..), (b, ..)| a.as_str().cmp(b.as_str()));
    let mut grouped: Vec<(Entry, Vec<Value>)> = Vec::new();
    for (key, value, name) in pairs {
        match grouped.last_mut() {
            Some((entry, names)) if entry.key == key => names.push(name),
            _ => {
                let key = Value::new(Kind::String(key), value.origin.clone());
                grouped.push((Entry::keyed(&key, value), vec![name]));
            }
        }
    }
    let entry = |(entry, names): (Entry, Vec<Value>)| {
        let origin = Origin::derived(args.span, names.iter().map(|name| name.origin.clone()));
        Entry { value: Value::typed(Kind::List(names.into()), origin, Type::String), ..entry }
    };
    let strings = Type::List(Box::new(Type::String));
    Ok(Value::typed(Kind::Map(grouped.into_iter().map(entry).collect()), args.origin(), strings))
}

fn zipmap(args: &Arguments<'_, '_>) -> Answer {
    let keys = args.strings(0)?;
    if matches!(args.value(1)?.kind, Kind::Set(_)) {
        return Err(args.refuse("expects a list of values, not a set"));
    }
    let values = args.items(1)?;
    if keys.len() != values.len() {
        return Err(args.refuse("expects as many keys as values"));
    }
    let mut entries: Vec<Entry> = Vec::with_capacity(keys.len());
    for (key, value) in keys.iter().zip(values) {
        entries.push(Entry::keyed(key, value));
    }
    entries.reverse();
    entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
    entries.dedup_by(|earlier, kept| earlier.key == kept.key);
    let list = args.value(1)?;
    let zipped = match (&list.kind, list.of()) {
        (Kind::Tuple(_), _) => args.result(Kind::Object(entries.into())),
        (_, Some(of)) => Value::typed(Kind::Map(entries.into()), args.origin(), of.clone()),
        (_, None) => args.result(Kind::Map(entries.into())),
    };
    Ok(zipped.marked(args.value(0)?.hides()))
}
