//! The types of values.

use std::fmt;

use super::Value;
use crate::source::{Span, Str};

/// The type of a value, as in a type constraint.
#[derive(Debug, Clone)]
pub enum Type {
    /// Any type. Within a collection, the same type for all elements.
    Any,
    String,
    Number,
    Bool,
    /// The type `list(element)`.
    List(Box<Type>),
    /// The type `set(element)`.
    Set(Box<Type>),
    /// The type `map(element)`.
    Map(Box<Type>),
    /// The type `tuple([elements…])`.
    Tuple(Vec<Type>),
    /// The type `object({ name = type, … })`.
    Object(Vec<ObjectAttribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone)]
pub struct ObjectAttribute {
    pub name: Str,
    pub ty: Type,
    /// Whether it is optional, as in `optional(…)`.
    pub optional: bool,
    /// Its value if it is missing or null; null by default.
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

    /// Whether a part of the type is open.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Type::Any => true,
            Type::String | Type::Number | Type::Bool => false,
            Type::List(element) | Type::Set(element) | Type::Map(element) => element.is_open(),
            Type::Tuple(elements) => elements.iter().any(Type::is_open),
            Type::Object(attributes) => attributes.iter().any(|attribute| attribute.ty.is_open()),
        }
    }

    /// The type of values that were converted to this type: no attribute is optional any more.
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
