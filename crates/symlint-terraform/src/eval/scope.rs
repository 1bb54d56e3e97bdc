//! The scope of an expression: what its names refer to.

use crate::value::Value;

use super::instance::{EachOrCount, Instance};

/// The scope in which an expression is evaluated.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The module; `None` for constants, which must not refer to anything.
    pub(super) instance: Option<&'a Instance>,
    /// The values of `each` or `count`.
    pub(super) repetition: Option<&'a EachOrCount>,
    /// Whether `each` and `count` are undefined without a repetition. If false, they are unknown.
    pub(super) is_single: bool,
    /// The names of the enclosing `for` expressions, innermost first.
    pub(super) names: Option<&'a Binding<'a>>,
    /// In a template file, the object whose attributes are the only other names.
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

    /// The scope of a template file, which can only use `values`, a map or object.
    pub(crate) fn template(values: &'a Value) -> Self {
        Self { template: Some(values), ..Self::constant() }
    }

    pub(crate) fn is_template(&self) -> bool {
        self.template.is_some()
    }

    /// Whether expressions must not refer to or call anything.
    pub(super) fn is_constant(&self) -> bool {
        self.instance.is_none() && self.template.is_none()
    }

    /// A scope without `each` and `count`.
    pub(super) fn single(instance: &'a Instance) -> Self {
        Self::repeated(instance, None)
    }

    /// A scope with the `each` or `count` of `repetition`, if there is one.
    pub(super) fn repeated(instance: &'a Instance, repetition: Option<&'a EachOrCount>) -> Self {
        Self { repetition, is_single: repetition.is_none(), ..Self::of(instance) }
    }

    pub(super) fn with(self, names: &'a Binding<'a>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// The value of a name that an enclosing `for` binds, or that is passed to the template.
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
