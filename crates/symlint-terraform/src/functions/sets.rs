//! Functions of sets.

use foldhash::{HashMap, HashSet};

use crate::eval::{Answer, Stop};
use crate::limits::ELEMENTS;
use crate::origin::Origin;
use crate::types::{canonical, make_set, unify_all};
use crate::value::{Kind, Type, Value};

use super::arguments::{Arguments, Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("setintersection", 1, MANY, |args| combine(args, |count, all| count == all)),
    function("setproduct", 2, MANY, setproduct),
    function("setsubtract", 2, 2, setsubtract),
    function("setunion", 1, MANY, |args| combine(args, |_, _| true)),
];

/// The arguments, converted to sets with the same element type.
fn sets(args: &Arguments<'_, '_>) -> Answer<(Vec<Vec<Value>>, Type)> {
    let any = Type::Set(Box::new(Type::Any));
    let mut sets = Vec::with_capacity(args.len());
    let mut types = Vec::with_capacity(args.len());
    for index in 0..args.len() {
        let set = args.convert(args.value(index)?, &any)?;
        args.items_of(&set).unwrap_or_else(|| Err(args.refuse("expects sets")))?;
        let of = element_type(args, &set)?;
        // An empty set without a type fits any type.
        if !(matches!(of, Type::Any) && set.elements().is_some_and(<[Value]>::is_empty)) {
            types.push(of);
        }
        sets.push(set);
    }
    let of = match types.as_slice() {
        [] => Type::Any,
        // Terraform rejects sets without a common element type.
        types => unify_all(&types.iter().collect::<Vec<_>>())
            .filter(|common| !matches!(common, Type::Any) || types.iter().all(|of| matches!(of, Type::Any)))
            .ok_or_else(|| args.refuse("expects sets of one type"))?,
    };
    let whole = Type::Set(Box::new(of.clone()));
    let converted = |set: &Value| {
        let set = args.convert(set, &whole)?;
        args.items_of(&set).unwrap_or_else(|| Err(args.refuse("expects sets")))
    };
    Ok((sets.iter().map(converted).collect::<Answer<_>>()?, of))
}

fn element_type(args: &Arguments<'_, '_>, list: &Value) -> Answer<Type> {
    match args.type_of(list)? {
        Type::List(of) | Type::Set(of) => Ok(*of),
        _ => Err(args.refuse("expects sets")),
    }
}

fn set_of(args: &Arguments<'_, '_>, items: Vec<Value>, of: Type) -> Answer {
    // The elements of a set depend on each other, so all are sensitive if one is.
    let hides = items.iter().any(Value::hides);
    let items = if hides { items.into_iter().map(Value::unmarked).collect() } else { items };
    Ok(Value::typed(make_set(items, args.evaluator.meter())?, args.origin(), of).marked(hides))
}

/// The elements that are in the right number of sets: `keep` gets that number, and the number of all sets.
fn combine(args: &Arguments<'_, '_>, keep: fn(usize, usize) -> bool) -> Answer {
    let (sets, of) = sets(args)?;
    let mut counts = HashMap::default();
    for item in sets.iter().flatten() {
        *counts.entry(canonical(item, args.evaluator.meter())?).or_insert(0) += 1;
    }
    let mut kept = Vec::new();
    for item in sets.iter().flatten() {
        let count = counts.get(&canonical(item, args.evaluator.meter())?).copied().unwrap_or(0);
        if keep(count, sets.len()) {
            kept.push(item.clone());
        }
    }
    set_of(args, kept, of)
}

fn setsubtract(args: &Arguments<'_, '_>) -> Answer {
    let (sets, of) = sets(args)?;
    let [minuend, subtrahend] = sets.as_slice() else { return Err(args.refuse("expects two sets")) };
    let mut gone = HashSet::default();
    for item in subtrahend {
        gone.insert(canonical(item, args.evaluator.meter())?);
    }
    let mut kept = Vec::new();
    for item in minuend {
        if !gone.contains(&canonical(item, args.evaluator.meter())?) {
            kept.push(item.clone());
        }
    }
    set_of(args, kept, of)
}

/// All combinations of one element from each argument. The result is a set if an argument is one, or else a list.
fn setproduct(args: &Arguments<'_, '_>) -> Answer {
    let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
    let mut any_set = false;
    let mut types = Vec::with_capacity(args.len());
    for index in 0..args.len() {
        any_set |= matches!(args.value(index)?.kind, Kind::Set(_));
        let list = args.list(args.items(index)?)?;
        types.push(element_type(args, &list)?);
        let items = list.elements().unwrap_or_default();
        if combinations.len().saturating_mul(items.len()) > ELEMENTS {
            return Err(Stop::limit("this has too many elements to be evaluated"));
        }
        args.spend(combinations.len().saturating_mul(items.len()).saturating_mul(index + 1))?;
        combinations = combinations
            .iter()
            .flat_map(|start| items.iter().map(|item| start.iter().chain([item]).cloned().collect()))
            .collect();
    }
    let tuples: Vec<Value> = combinations
        .into_iter()
        .map(|items| Value::new(Kind::Tuple(items.into()), Origin::derived(args.span, [])))
        .collect();
    if any_set { set_of(args, tuples, Type::Tuple(types)) } else { args.list_of(tuples, Type::Tuple(types)) }
}
