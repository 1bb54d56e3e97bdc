//! Sym's resources in the flow module, as configured in each of the module's instances.

use symlint_terraform::syntax::Expr;
use symlint_terraform::{Module, Resource, ResourceInstance, Str, Value};

use crate::discover::sinks::{Reference, Setting, Sink, named};

/// One instance of a Sym resource, in one instance of the flow module or of a module that it calls.
#[derive(Debug, Clone)]
pub struct FlowResource<'p> {
    /// The index of the flow call in [`super::Model::flows`].
    pub flow: usize,
    /// The index of the instance in [`super::FlowCall::instances`].
    pub instance: usize,
    /// The module that contains it.
    pub module: &'p Module,
    pub resource: &'p Resource,
    /// The key or index among the instances of the resource.
    pub key: Option<Str>,
    /// The value of `each.value`, if it is repeated.
    pub each: Option<Value>,
    /// Whether an earlier flow already has the same resource.
    pub is_again: bool,
    /// Whether it serves something other than Identity Center.
    serves_others: bool,
    attributes: Box<[(&'static str, Value)]>,
    /// All values of the attributes by which it refers to other resources.
    referred: Box<[(&'static str, &'p Expr, Value)]>,
}

impl<'p> FlowResource<'p> {
    /// A resource with the values of its relevant attributes. Its flow and instance are not known yet.
    pub(crate) fn new(
        module: &'p Module,
        each: &ResourceInstance<'p>,
        serves_others: bool,
        attributes: Box<[(&'static str, Value)]>,
        referred: Box<[(&'static str, &'p Expr, Value)]>,
    ) -> Self {
        let (resource, key, each) = (each.resource(), each.key().text(), each.each_value().cloned());
        Self { flow: 0, instance: 0, module, resource, key, each, is_again: false, serves_others, attributes, referred }
    }

    /// The same resource in this flow and instance.
    pub(crate) fn at(self, flow: usize, instance: usize) -> Self {
        Self { flow, instance, ..self }
    }

    /// The relevant top-level attributes of a resource that is `sink`, or of another Sym resource.
    pub(crate) fn attributes_of(sink: Option<&'static Sink>) -> impl Iterator<Item = &'static str> {
        let mut names = vec!["name", "type"];
        for name in sink.into_iter().flat_map(|sink| sink.settings).map(|setting| setting.attribute) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.into_iter()
    }

    /// The sink that the resource is, if it is one.
    pub fn sink(&self) -> Option<&'static Sink> {
        Sink::of(self.kind(), self.type_name()).filter(|_| !self.serves_others)
    }

    /// The values that Sym or AWS acts on, as far as they are set. If an attribute is completely unknown or null, so is
    /// each part.
    pub fn settings(&self) -> impl Iterator<Item = (&'static Setting, Value)> {
        let settings = self.sink().map(|sink| sink.settings).unwrap_or_default();
        settings.iter().filter_map(|setting| {
            let whole = self.attribute(setting.attribute)?;
            let value = match setting.part {
                Some(part) => {
                    let part_of = |whole: &Value| if whole.is_null() { Some(whole.clone()) } else { whole.get(part) };
                    let possible = || whole.as_unknown().map(|_| whole.with_candidates(part_of));
                    part_of(whole).or_else(possible)?
                }
                None => whole.clone(),
            };
            Some((setting, value))
        })
    }

    /// The attributes by which it refers to other resources, as far as they are set.
    pub fn references(&self) -> impl Iterator<Item = (&'static Reference, &'p Expr, &Value)> {
        let references = Reference::of(self.kind(), self.type_name());
        references.flat_map(|it| self.referred_by(it.attribute).map(move |(expr, value)| (it, expr, value)))
    }

    /// The values of this attribute, by which it refers to others.
    pub fn referred_by(&self, attribute: &'static str) -> impl Iterator<Item = (&'p Expr, &Value)> {
        let own = self.referred.iter().filter(move |(name, ..)| *name == attribute);
        own.map(|(_, expr, value)| (*expr, value))
    }

    /// The value of a relevant attribute; `None` if it is not set.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|(attribute, _)| *attribute == name).map(|(_, value)| value)
    }

    /// Its address in the module, such as `sym_target.acme`.
    pub fn address(&self) -> Str {
        format!("{}.{}", self.kind(), self.resource.name.text).into()
    }

    /// Whether it names the other resource of its module in one of its references.
    pub(crate) fn names(&self, other: &Self) -> bool {
        let is_named = |expr| named(expr, other.kind()).contains(&other.resource.name.text.as_str());
        self.references().any(|(_, expr, _)| is_named(expr))
    }

    /// The kind, such as `sym_target`.
    pub fn kind(&self) -> &'p str {
        self.resource.kind.text.as_str()
    }

    /// Its `type`, if that is known.
    pub fn type_name(&self) -> Option<&str> {
        self.attribute("type").and_then(Value::as_str).map(Str::as_str)
    }
}

/// The resources of one flow instance. `resources` is in the order of the flows and their instances.
pub(crate) fn resources_of<'r, 'p>(
    all: &'r [FlowResource<'p>],
    flow: usize,
    instance: usize,
) -> &'r [FlowResource<'p>] {
    let place = |resource: &FlowResource<'_>| (resource.flow, resource.instance);
    let from = all.partition_point(|resource| place(resource) < (flow, instance));
    let to = all.partition_point(|resource| place(resource) <= (flow, instance));
    all.get(from..to).unwrap_or_default()
}

/// A variable of the flow module in one of its instances.
#[derive(Debug)]
pub struct Input {
    pub name: Str,
    /// The value, converted to the variable's type; the default if nothing is passed.
    pub value: Value,
}
