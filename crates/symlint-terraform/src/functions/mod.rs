//! Terraform's functions.
//!
//! The result of a function that is not in the table is unknown. If an argument is unknown, so is the result. A value
//! that a function passes on keeps its origin; a value that it builds is derived from the arguments.

mod arguments;
mod collections;
mod conversion;
mod csv;
mod encoding;
mod files;
mod format;
mod numbers;
mod patterns;
mod regexes;
mod selection;
mod sets;
mod strings;
mod yaml;

use std::sync::LazyLock;

use foldhash::HashMap;

use crate::eval::{Answer, Attempt, Evaluator, Scope, Stop};
use crate::limits::ELEMENTS;
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Call, Expr, ExprKind, normalised};
use crate::value::{Kind, Value};

use arguments::{Arguments, Function, MANY};
pub use patterns::{Pattern, PatternProblem};
pub use strings::title;

static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    let families = [
        collections::FUNCTIONS,
        conversion::FUNCTIONS,
        csv::FUNCTIONS,
        encoding::FUNCTIONS,
        files::FUNCTIONS,
        format::FUNCTIONS,
        numbers::FUNCTIONS,
        regexes::FUNCTIONS,
        selection::FUNCTIONS,
        sets::FUNCTIONS,
        strings::FUNCTIONS,
        yaml::FUNCTIONS,
    ];
    families.into_iter().flatten().map(|function| (function.name, function)).collect()
});

/// The result of a function call.
pub(crate) fn call(evaluator: &Evaluator<'_>, call: &Call, span: Span, scope: &Scope<'_>) -> Answer {
    let name = call.name.text.as_str();
    // Every built-in function also has a qualified name.
    let name = name.strip_prefix("core::").unwrap_or(name);
    match name {
        "try" if !call.expand_last => return attempt_each(evaluator, &call.arguments, span, scope),
        "can" if !call.expand_last => return can(evaluator, &call.arguments, span, scope),
        _ => {}
    }
    let values: Vec<Value> = call.arguments.iter().map(|argument| evaluator.eval(argument, scope)).collect();
    let is_any = |of: &Value, key: &Value| {
        !key.is_one_of_several()
            && (name == "lookup" && of.entries().is_some()
                || name == "element" && of.elements().is_some() && key.as_unknown().is_some())
    };
    if let ([of, key, default @ ..], false) = (values.as_slice(), call.expand_last)
        && is_any(of, key)
        && let Some(any) = evaluator.any_element(of, span, key, default)
    {
        return any;
    }
    let with = |values: &[Value]| {
        let expanded = call.expand_last.then(|| with_last_expanded(evaluator, values)).transpose()?;
        called(evaluator, call, name, expanded.as_deref().unwrap_or(values), span, scope)
    };
    let result = match with(&values) {
        Err(Stop::Reason(reason)) => Err(Stop::Unknown(Value::unevaluated(reason, span))),
        result => result,
    };
    let is_made = result.is_err();
    let result = evaluator.settle_from(result, span, &values);
    // A value that is built from a resource is no longer the resource.
    let result = if is_made { result.without_resource() } else { result };
    if result.as_unknown().is_none() {
        return Ok(result);
    }
    let result = with_each_candidate(result, &values, with);
    // Terraform may know the path, and the project may have the file.
    let is_reading = name.starts_with("file") || name == "templatefile";
    if is_reading && result.candidates().is_empty() && !result.is_refused() {
        return Ok(result.given_up());
    }
    // Terraform might use a later argument instead of an unknown one.
    let is_open = |value: &Value| value.as_unknown().is_some() && value.candidates().is_empty();
    let instead = match (name, values.as_slice()) {
        ("lookup", [map, _, default @ ..]) if is_open(map) => default,
        ("coalesce" | "coalescelist", values) => {
            // A resource, or its `id`, is neither null nor empty.
            let mut open = values.iter().enumerate().filter(|(_, value)| is_open(value));
            let first = open.next().filter(|(_, value)| value.resource().is_none());
            first.and_then(|(at, _)| values.get(at + 1..)).unwrap_or_default()
        }
        _ => &[],
    };
    Ok(result.or_instead(instead.iter().cloned()))
}

/// The unknown `result` of a function. If one of its arguments has candidates, the candidates of the result are the
/// results for each of these. (If two arguments have candidates, it is not known which ones belong together.)
fn with_each_candidate(result: Value, values: &[Value], with: impl Fn(&[Value]) -> Answer) -> Value {
    let mut unknown = values.iter().enumerate().filter(|(_, value)| value.as_unknown().is_some());
    let (Some((at, chosen)), None) = (unknown.next(), unknown.next()) else {
        let is_open = values.iter().all(|value| value.candidates().is_empty());
        return if is_open { result.or_one_of([]) } else { result.given_up() };
    };
    let results = chosen.candidates().iter().filter_map(|candidate| {
        if candidate.as_unknown().is_some() {
            return Some(candidate.clone());
        }
        let mut values = values.to_vec();
        if let Some(value) = values.get_mut(at) {
            value.clone_from(candidate);
        }
        match with(&values) {
            Ok(result) | Err(Stop::Unknown(result)) => Some(result),
            Err(Stop::Error(..)) => None,
            Err(Stop::Reason(_) | Stop::Limit(_)) => Some(result.clone().given_up()),
        }
    });
    let results: Vec<Value> = results.collect();
    result.or_one_of(results)
}

/// The result of calling `name` with `values`.
fn called(
    evaluator: &Evaluator<'_>,
    call: &Call,
    name: &str,
    values: &[Value],
    span: Span,
    scope: &Scope<'_>,
) -> Answer {
    let Some(function) = FUNCTIONS.get(name) else {
        return Err(Stop::reason(format!("the function {name} is not evaluated")));
    };
    if scope.is_template() && name.starts_with("template") {
        return Err(Stop::error_at("a template may not use other templates", call.name.span));
    }
    let is_reference = |argument: &Expr| {
        matches!(argument.kind, ExprKind::Attribute(..) | ExprKind::Index(..) | ExprKind::Variable(_))
    };
    if name == "templatestring" && !call.arguments.first().is_some_and(is_reference) {
        return Err(Stop::error_at(
            "`templatestring` expects a reference to text, not the text itself",
            call.name.span,
        ));
    }
    if values.len() < function.least || values.len() > function.most {
        return Err(Stop::error_at(format!("`{name}` expects {}", how_many(function)), call.name.span));
    }
    // Most functions read all of their texts and build a new one.
    let bytes = |value: &Value| value.as_str().map_or(0, |text| text.len());
    evaluator.meter().spend_bytes(values.iter().map(bytes).sum())?;
    let arguments = Arguments { evaluator, values, span, name: function.name };
    let result = (function.run)(&arguments).map_err(|stop| {
        let is_private =
            values.iter().any(Value::hides) || evaluator.project().is_from_environment(&arguments.origin());
        if is_private { stop.quoting_only(function.name) } else { stop }
    })?;
    evaluator.meter().spend_bytes(bytes(&result))?;
    let result = match result.as_str().and_then(|text| normalised(text)) {
        Some(text) => Value::new(Kind::String(text.into()), result.origin),
        None => result,
    };
    let hides = !PASS_MARKS_ON.contains(&function.name) && values.iter().any(Value::hides);
    Ok(result.marked(hides))
}

/// Functions that track which parts of their arguments are sensitive. The result of any other function is sensitive if
/// any part of an argument is.
const PASS_MARKS_ON: [&str; 23] = [
    "chunklist",
    "concat",
    "element",
    "ephemeralasnull",
    "flatten",
    "issensitive",
    "keys",
    "length",
    "lookup",
    "merge",
    "nonsensitive",
    "one",
    "reverse",
    "sensitive",
    "setproduct",
    "slice",
    "tobool",
    "tolist",
    "tomap",
    "tonumber",
    "tostring",
    "values",
    "zipmap",
];

fn how_many(function: &Function) -> String {
    let plural = |count: usize| if count == 1 { "argument" } else { "arguments" };
    match (function.least, function.most) {
        (least, MANY) => format!("at least {least} {}", plural(least)),
        (least, most) if least == most => format!("{least} {}", plural(least)),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// The arguments if the last one is followed by `...`.
fn with_last_expanded(evaluator: &Evaluator<'_>, values: &[Value]) -> Answer<Vec<Value>> {
    let (last, first) = values.split_last().ok_or_else(|| Stop::error("`...` needs an argument in front"))?;
    if last.as_unknown().is_some() {
        return Err(Stop::Unknown(last.clone()));
    }
    let items = match &last.kind {
        Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) => items,
        _ => return Err(Stop::error("only a list, set, or tuple can be expanded to arguments")),
    };
    if items.len() > ELEMENTS {
        return Err(Stop::limit("there are too many arguments"));
    }
    evaluator.meter().spend(items.len())?;
    let parts = last.each_part();
    Ok(first.iter().cloned().chain((0..items.len()).filter_map(|index| parts.at(index))).collect())
}

/// The value of the first expression that can be evaluated.
fn attempt_each(evaluator: &Evaluator<'_>, expressions: &[Expr], span: Span, scope: &Scope<'_>) -> Answer {
    // The result depends on the expressions that failed before.
    let mut failed = Vec::new();
    let mut attempts = expressions.iter().map(|expression| evaluator.attempt(expression, scope));
    while let Some(attempt) = attempts.next() {
        match attempt {
            Attempt::Is(mut value) => {
                value.origin = failed.iter().fold(value.origin, |origin, failed| origin.depending_on(failed));
                return Ok(value);
            }
            Attempt::Failed(value) => failed.push(value.origin),
            Attempt::Unclear(value) => {
                let unknown = Attempt::unclear(&value, span);
                unknown.gather(&mut failed, &mut 64);
                let mut instead = Vec::new();
                for further in attempts {
                    let (value, is_last) = match further {
                        Attempt::Is(value) => (value, true),
                        Attempt::Unclear(value) => (Attempt::unclear(&value, span), false),
                        Attempt::Failed(value) => {
                            failed.push(value.origin);
                            continue;
                        }
                    };
                    value.gather(&mut failed, &mut 64);
                    instead.push(value);
                    if is_last {
                        break;
                    }
                }
                failed.retain(|origin| !origin.is_plain());
                let mut value = unknown.or_instead(instead);
                value.origin = Origin::derived(span, []);
                return Ok(value.made_of_origins(failed));
            }
        }
    }
    Err(Stop::error("none of these can be evaluated"))
}

fn can(evaluator: &Evaluator<'_>, expressions: &[Expr], span: Span, scope: &Scope<'_>) -> Answer {
    let [expression] = expressions else { return Err(Stop::error("`can` expects 1 argument")) };
    match evaluator.attempt(expression, scope) {
        // Whether an expression succeeds does not reveal a sensitive value.
        Attempt::Is(Value { origin, .. }) => {
            Ok(Value::new(Kind::Bool(true), Origin { sensitive: false, ..Origin::derived(span, [origin]) }))
        }
        Attempt::Failed(Value { origin, .. }) => {
            Ok(Value::new(Kind::Bool(false), Origin { sensitive: false, ..Origin::derived(span, [origin]) }))
        }
        Attempt::Unclear(value) => {
            let unknown = Attempt::unclear(&value, span);
            let reason = unknown.as_unknown().map_or("", |unknown| &unknown.reason);
            Ok(Value::unknown(reason, span).made_of([&unknown]))
        }
    }
}
