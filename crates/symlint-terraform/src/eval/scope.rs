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
    /// Whether `each` and `count` stand for nothing where there is no repetition; otherwise that is unknown.
    pub(super) is_single: bool,
    /// The names of the `for` expressions around, innermost first.
    pub(super) names: Option<&'a Binding<'a>>,
    /// In a template that is a file of its own, the object whose attributes are the only other names.
    template: Option<&'a Value>,
}

/// A name and its value.
pub(crate) struct Binding<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) outer: Option<&'a Binding<'a>>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(instance: &'a Instance) -> Self {
        Self { instance: Some(instance), ..Self::constant() }
    }

    pub(super) fn constant() -> Self {
        Self { instance: None, repetition: None, is_single: false, names: None, template: None }
    }

    /// Where `values`, a map or object, are all that there is.
    pub(crate) fn template(values: &'a Value) -> Self {
        Self { template: Some(values), ..Self::constant() }
    }

    pub(crate) fn is_template(&self) -> bool {
        self.template.is_some()
    }

    /// Whether nothing may be referred to or called.
    pub(super) fn is_constant(&self) -> bool {
        self.instance.is_none() && self.template.is_none()
    }

    /// Where there is no `each` and no `count`.
    pub(super) fn single(instance: &'a Instance) -> Self {
        Self::repeated(instance, None)
    }

    /// Where `each` or `count` stands for `repetition`, or nothing.
    pub(super) fn repeated(instance: &'a Instance, repetition: Option<&'a Repetition>) -> Self {
        Self { repetition, is_single: repetition.is_none(), ..Self::of(instance) }
    }

    pub(super) fn with(self, names: &'a Binding<'a>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// The value of a name that a `for` around has bound, or the template was given.
    pub(super) fn bound(&self, name: &str) -> Option<Value> {
        let mut binding = self.names;
        while let Some(inner) = binding {
            if inner.name == name {
                return Some(inner.value.clone());
            }
            binding = inner.outer;
        }
        self.template?.get(name)
    }
}
