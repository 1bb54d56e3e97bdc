//! What the names in an expression stand for.

use crate::value::Value;

use super::instance::{Instance, Repetition};

/// Where an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The module; `None` for constants, which may refer to nothing.
    pub(super) instance: Option<&'a Instance>,
    /// What `each` or `count` stands for.
    pub(super) repetition: Option<&'a Repetition>,
    /// The names of the `for` expressions around, innermost first.
    pub(super) names: Option<&'a Binding<'a>>,
}

/// A name and its value.
pub(crate) struct Binding<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) outer: Option<&'a Binding<'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(instance: &'a Instance) -> Self {
        Self { instance: Some(instance), repetition: None, names: None }
    }

    pub(super) fn constant() -> Self {
        Self { instance: None, repetition: None, names: None }
    }

    pub(super) fn repeated(self, repetition: &'a Repetition) -> Self {
        Self { repetition: Some(repetition), ..self }
    }

    pub(super) fn with(self, names: &'a Binding<'a>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// The value of a name that a `for` around has bound.
    pub(super) fn bound(&self, name: &str) -> Option<&'a Value> {
        let mut binding = self.names;
        while let Some(inner) = binding {
            if inner.name == name {
                return Some(inner.value);
            }
            binding = inner.outer;
        }
        None
    }
}
