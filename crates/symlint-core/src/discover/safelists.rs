//! The accounts that the runtime may enter because they are in a connector's safelist.

use foldhash::HashSet;
use symlint_terraform::syntax::{Expr, ExprKind};
use symlint_terraform::{Evaluator, Instance, Kind, ModuleCall, Origin, Str, Value};

use crate::tenants::{SAFELIST, text_of};

/// Functions whose result contains every element of every argument.
const PASSING: [&str; 6] = ["concat", "distinct", "sort", "tolist", "toset", "setunion"];

/// How many locals are followed to the place where a list is written.
pub(super) const LOCALS: usize = 8;

/// `account_id_safelist` of an instance; if the list is unknown as a whole, its known parts.
pub(super) fn safelist(
    evaluator: &Evaluator<'_>,
    call: &ModuleCall,
    instance: &Instance,
    alternatives: &mut Vec<Value>,
) -> Option<Value> {
    let list = evaluator.argument(instance, SAFELIST)?;
    let (Some(caller), Some(argument)) = (instance.caller(), call.argument(SAFELIST)) else { return Some(list) };
    if list.as_unknown().is_none() {
        return Some(list);
    }
    let mut parts = Vec::new();
    match list.candidates() {
        [] => known_parts(evaluator, caller, &argument.value, LOCALS, &mut parts),
        lists if lists.iter().any(|list| list.as_unknown().is_some()) => {}
        lists => {
            parts = in_any_of(&list, lists);
            alternatives.extend_from_slice(lists);
        }
    }
    let is_any_known = parts.iter().any(|part| part.uncertainty().is_none());
    let origin = Origin::derived(argument.value.span, []);
    Some(if is_any_known { Value::new(Kind::Tuple(parts.into()), origin) } else { list })
}

/// The elements of all `lists`, which are the candidates of the unknown `whole`. An element that is not in every list
/// becomes an unknown value with that element as its candidate.
pub(super) fn in_any_of(whole: &Value, lists: &[Value]) -> Vec<Value> {
    let texts = |list: &Value| parts(list).iter().filter_map(text_of).collect::<HashSet<Str>>();
    let known: Vec<HashSet<Str>> = lists.iter().map(texts).collect();
    let certain = |part: Value| match text_of(&part) {
        Some(text) if !known.iter().all(|list| list.contains(&text)) => {
            let mut part = Some(part);
            whole.with_candidates(|_| part.take())
        }
        _ => part,
    };
    lists.iter().flat_map(parts).map(certain).collect()
}

/// The elements of a list that is put together from parts. A part that is not known becomes one unknown element.
/// Terraform treats such a list as unknown, but the elements that are written in it will be in it.
fn known_parts(evaluator: &Evaluator<'_>, caller: &Instance, expr: &Expr, locals: usize, parts: &mut Vec<Value>) {
    let value = evaluator.evaluate(caller, expr);
    if value.as_unknown().is_none() {
        parts.extend((0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)));
        return;
    }
    match &expr.kind {
        ExprKind::Paren(inner) => known_parts(evaluator, caller, inner, locals, parts),
        ExprKind::Call(call) if PASSING.contains(&call.name.text.as_str()) => {
            call.arguments.iter().for_each(|argument| known_parts(evaluator, caller, argument, locals, parts));
        }
        _ => match local(evaluator, caller, expr).filter(|_| locals > 0) {
            Some(local) => known_parts(evaluator, caller, local, locals - 1, parts),
            None => parts.push(value),
        },
    }
}

/// The expression that a local is set to, if `expr` is a local.
pub(super) fn local<'e>(evaluator: &Evaluator<'e>, caller: &Instance, expr: &Expr) -> Option<&'e Expr> {
    let ExprKind::Attribute(root, name) = &expr.kind else { return None };
    let module = caller.module().and_then(|module| evaluator.project().module(module))?;
    matches!(&root.kind, ExprKind::Variable(root) if root.as_str() == "local")
        .then(|| module.local(&name.text).map(|local| &local.value))
        .flatten()
}

/// The elements of a list, or the values of an object.
pub(super) fn parts(value: &Value) -> Vec<Value> {
    match value.entries() {
        Some(entries) => entries.iter().map(|entry| value.child(entry)).collect(),
        None => (0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)).collect(),
    }
}
