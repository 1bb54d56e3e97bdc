//! Type constraints, as a variable's `type` states them.

use std::fmt;

use crate::source::Span;
use crate::syntax::{Call, Expr, ExprKind, Item, Key, Name};
use crate::value::{Str, Value};

use super::convert;

/// The type that a value shall have.
#[derive(Debug, Clone)]
pub enum Type {
    /// Any type; within a collection, one type for all elements.
    Any,
    /// `string`
    String,
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// `list(element)`
    List(Box<Type>),
    /// `set(element)`
    Set(Box<Type>),
    /// `map(element)`
    Map(Box<Type>),
    /// `tuple([elements…])`
    Tuple(Vec<Type>),
    /// `object({ name = type, … })`
    Object(Vec<ObjectAttribute>),
}

/// An attribute that an object type has.
#[derive(Debug, Clone)]
pub struct ObjectAttribute {
    pub name: Str,
    pub ty: Type,
    /// Whether it may be left out, as `optional(…)` says.
    pub optional: bool,
    /// What it is where it is left out or null; null by default.
    pub default: Option<Value>,
    /// Where its name is written in the type.
    pub span: Span,
}

impl Type {
    /// The attribute `name` of an object type.
    pub fn attribute(&self, name: &str) -> Option<&ObjectAttribute> {
        let Type::Object(attributes) = self else { return None };
        attributes.iter().find(|attribute| attribute.name.as_str() == name)
    }

    /// Whether the type leaves something open.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Type::Any => true,
            Type::String | Type::Number | Type::Bool => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.is_open(),
            Type::Tuple(elements) => elements.iter().any(Type::is_open),
            Type::Object(attributes) => attributes.iter().any(|attribute| attribute.ty.is_open()),
        }
    }

    /// The type that a value has once it is of this type: nothing is optional in it any more.
    pub(crate) fn of_values(&self) -> Type {
        match self {
            Type::Any | Type::String | Type::Number | Type::Bool => self.clone(),
            Type::List(element) => Type::List(Box::new(element.of_values())),
            Type::Set(element) => Type::Set(Box::new(element.of_values())),
            Type::Map(element) => Type::Map(Box::new(element.of_values())),
            Type::Tuple(elements) => Type::Tuple(elements.iter().map(Type::of_values).collect()),
            Type::Object(attributes) => {
                let plain = |attribute: &ObjectAttribute| ObjectAttribute {
                    name: attribute.name.clone(),
                    ty: attribute.ty.of_values(),
                    optional: false,
                    default: None,
                    span: attribute.span,
                };
                let mut attributes: Vec<ObjectAttribute> = attributes.iter().map(plain).collect();
                attributes.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
                Type::Object(attributes)
            }
        }
    }

    /// Whether the type is `string`, `number` or `bool`.
    pub(crate) fn is_primitive(&self) -> bool {
        matches!(self, Type::String | Type::Number | Type::Bool)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Set(element) => write!(f, "set({element})"),
            Type::Map(element) => write!(f, "map({element})"),
            Type::Tuple(_) => f.write_str("tuple"),
            Type::Object(_) => f.write_str("object"),
        }
    }
}

/// Reads a type constraint.
///
/// `constant` evaluates the default of an `optional(…)`, which may not refer to anything; `error` receives what is
/// wrong and where. What cannot be read is [`Type::Any`].
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
            // The forms of old, which Terraform still takes for collections of anything.
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
                error(format!("this default is not of the type {ty}"), default.span);
            }
            attribute(ty, true, Some(converted.value))
        }
        _ => {
            error("`optional` expects a type and a default".to_owned(), call.name.span);
            attribute(Type::Any, true, None)
        }
    }
}

/// The name in front of the `=`, where it has no quotes.
fn plain_name(item: &Item) -> Option<&Name> {
    match &item.key {
        Key::Literal(name) if name.span.start == item.span.start => Some(name),
        _ => None,
    }
}
