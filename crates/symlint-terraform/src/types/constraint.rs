//! Type constraints in the `type` of variables.

use crate::source::Span;
use crate::syntax::{Call, Expr, ExprKind, Item, Key, Name};
use crate::value::{ObjectAttribute, Type, Value};

use super::convert::convert;

/// Reads a type constraint.
///
/// `constant` evaluates the default of an `optional(…)`, which must not refer to anything. `error` is called with each
/// mistake and its place. A part with a mistake becomes [`Type::Any`].
pub(crate) fn read_type(
    expr: &Expr,
    constant: &mut dyn FnMut(&Expr) -> Value,
    error: &mut dyn FnMut(String, Span),
) -> Type {
    let message = match &expr.kind {
        ExprKind::Invalid => return Type::Any,
        ExprKind::Paren(inner) => return read_type(inner, constant, error),
        ExprKind::Variable(name) => match name.as_str() {
            "any" => return Type::Any,
            "string" => return Type::String,
            "number" => return Type::Number,
            "bool" => return Type::Bool,
            // The old forms, which Terraform still accepts for collections of any type.
            "list" => return Type::List(Box::new(Type::Any)),
            "map" => return Type::Map(Box::new(Type::Any)),
            "set" => "`set` needs the type of its elements, such as `set(string)`".to_owned(),
            "object" => "`object` needs its attributes, such as `object({ name = string })`".to_owned(),
            "tuple" => "`tuple` needs its elements, such as `tuple([string])`".to_owned(),
            _ => format!("`{name}` is not a type"),
        },
        ExprKind::Call(call) => return read_constructor(call, constant, error),
        ExprKind::String(_) => "a type is written without quotes".to_owned(),
        _ => "this is not a type".to_owned(),
    };
    error(message, expr.span);
    Type::Any
}

fn read_constructor(
    call: &Call,
    constant: &mut dyn FnMut(&Expr) -> Value,
    error: &mut dyn FnMut(String, Span),
) -> Type {
    let name = call.name.text.as_str();
    let [argument] = &*call.arguments else {
        error(format!("`{name}(…)` expects one argument here"), call.name.span);
        return Type::Any;
    };
    match (name, &argument.kind) {
        ("list", _) => Type::List(Box::new(read_type(argument, constant, error))),
        ("set", _) => Type::Set(Box::new(read_type(argument, constant, error))),
        ("map", _) => Type::Map(Box::new(read_type(argument, constant, error))),
        ("tuple", ExprKind::Tuple(elements)) => {
            Type::Tuple(elements.iter().map(|element| read_type(element, constant, error)).collect())
        }
        ("object", ExprKind::Object(items)) => {
            let mut attributes = Vec::with_capacity(items.len());
            for item in items {
                attributes.extend(read_attribute(item, constant, error));
            }
            Type::Object(attributes)
        }
        ("optional", _) => {
            error("`optional(…)` is only allowed for an attribute of an object type".to_owned(), call.name.span);
            read_type(argument, constant, error)
        }
        ("tuple", _) => {
            error("`tuple` expects a list of types in brackets".to_owned(), argument.span);
            Type::Any
        }
        ("object", _) => {
            error("`object` expects its attributes in braces".to_owned(), argument.span);
            Type::Any
        }
        _ => {
            error(format!("`{name}` is not a type"), call.name.span);
            Type::Any
        }
    }
}

fn read_attribute(
    item: &Item,
    constant: &mut dyn FnMut(&Expr) -> Value,
    error: &mut dyn FnMut(String, Span),
) -> Option<ObjectAttribute> {
    let Some(name) = plain_name(item) else {
        error("the attributes of an object type have plain names".to_owned(), item.key.span());
        return None;
    };
    let attribute = |ty, optional, default| {
        Some(ObjectAttribute { name: name.text.clone(), ty, optional, default, span: name.span })
    };
    let ExprKind::Call(call) = &item.value.kind else {
        return attribute(read_type(&item.value, constant, error), false, None);
    };
    if call.name.text.as_str() != "optional" {
        return attribute(read_type(&item.value, constant, error), false, None);
    }
    match &*call.arguments {
        [ty] => attribute(read_type(ty, constant, error), true, None),
        [ty, default] => {
            let ty = read_type(ty, constant, error);
            let converted = convert(&constant(default), &ty);
            if !converted.problems.is_empty() {
                error(format!("this default is not of type `{ty}`"), default.span);
            }
            attribute(ty, true, Some(converted.value))
        }
        _ => {
            error("`optional` expects a type and a default".to_owned(), call.name.span);
            attribute(Type::Any, true, None)
        }
    }
}

/// The name in front of the `=`, if it has no quotes.
fn plain_name(item: &Item) -> Option<&Name> {
    match &item.key {
        Key::Literal(name) if name.span.start == item.span.start => Some(name),
        _ => None,
    }
}
