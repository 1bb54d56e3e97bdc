//! References to resources.

use std::sync::Arc;

use super::{Selected, Start, root_name};
use crate::eval::access::ID;
use crate::eval::instance::{EachOrCount, Instance};
use crate::eval::scope::Scope;
use crate::eval::{Answer, Evaluator, Item, Stop, TrialState};
use crate::module::Resource;
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Body, Expr, ExprKind, Name};
use crate::types::{Primitive, to_text};
use crate::value::{Entry, Kind, ResourceId, Unknown, Value};

impl<'p> Evaluator<'p> {
    // The following methods are about resources.

    pub(super) fn resource(
        &self,
        mode: &str,
        kind: &str,
        name: &str,
        span: Span,
        scope: &Scope<'_>,
    ) -> Answer<Start<'p>> {
        let Some(instance) = scope.instance else {
            return Err(Stop::error("variables may not be used here"));
        };
        let module = instance.module().and_then(|id| self.project.module(id));
        let resource = module.and_then(|module| module.resource(mode == "data", kind, name));
        let dot = if mode.is_empty() { "" } else { "." };
        let missing = || self.not_declared(format!("there is no `{mode}{dot}{kind}.{name}` in this module"), span);
        resource.map(Start::Resource).ok_or_else(missing)
    }

    /// The repetitions of a resource with `for_each` or `count`; `None` if it has neither.
    fn repetitions_of(&self, resource: &Resource, caller: &Instance) -> Answer<Option<Vec<EachOrCount>>> {
        match (resource.attribute("for_each"), resource.attribute("count")) {
            (Some(for_each), _) => self.each_of(&for_each.value, caller).map(Some),
            (None, Some(count)) => self.count_of(&count.value, caller).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The value of a whole resource; with `for_each` or `count`, of all its instances.
    pub(super) fn whole_resource(&self, resource: &'p Resource, span: Span, scope: &Scope<'_>) -> Value {
        let item = Item::Resource(resource.index);
        let instance = scope.instance.filter(|_| resource.is_repeated() && !resource.data);
        let Some(instance) = instance.filter(|instance| !self.is_running(instance, item)) else {
            return self.not_known(resource, None, None, span, scope);
        };
        let label = || format!("{}.{}", resource.kind.text, resource.name.text);
        self.remembered(instance.id(), item, resource.name.span, label, || {
            let scope = Scope::single(instance);
            let Ok(Some(repetitions)) = self.repetitions_of(resource, instance) else {
                return self.not_known(resource, None, None, span, &scope);
            };
            let selected = repetitions.into_iter().zip(0..).map(|(repetition, place)| {
                let (EachOrCount::Each { key, .. } | EachOrCount::Count(key)) = &repetition;
                let key = key.clone();
                let of = Selected { repetition, place, key: key.origin.clone() };
                (key, self.not_known(resource, None, Some(&of), span, &scope))
            });
            let origin = Origin::derived(span, []);
            match resource.attribute("for_each") {
                Some(_) => {
                    Value::new(Kind::Object(selected.map(|(key, value)| Entry::keyed(&key, value)).collect()), origin)
                }
                None => Value::new(Kind::Tuple(selected.map(|(_, value)| value).collect()), origin),
            }
        })
    }

    /// The instance with `key` of a resource with `for_each` or `count`.
    pub(super) fn resource_instance(&self, resource: &'p Resource, key: &Value, scope: &Scope<'_>) -> Answer<Selected> {
        let caller = scope.instance.ok_or_else(|| Stop::error("variables may not be used here"))?;
        let single = || Stop::error_at("this resource has one instance, which has no key", key.origin.span);
        let for_each = resource.attribute("for_each").map(|attribute| &attribute.value);
        let collection = for_each.map(|for_each| self.each_from(for_each, caller)).transpose()?;
        let count = resource.attribute("count").filter(|_| for_each.is_none());
        let counted = count.map(|count| self.count_of(&count.value, caller)).transpose()?;
        let wanted = match to_text(key) {
            Primitive::Is(Value { kind: Kind::String(text), .. }) => text,
            Primitive::Is(value) if value.as_unknown().is_some() => return Err(Stop::Unknown(value)),
            _ => return Err(Stop::error("the key of an instance is a string or a number")),
        };
        let found = match (collection.zip(for_each), counted) {
            (Some((collection, for_each)), _) => self.each_under(&wanted, &collection, for_each.span)?,
            (None, Some(counted)) => counted.into_iter().enumerate().find(|(_, it)| it.is_under(&wanted)),
            (None, None) => return Err(single()),
        };
        let (place, repetition) = found.ok_or_else(|| Stop::error("the resource has no such instance"))?;
        Ok(Selected { repetition, place: u32::try_from(place).unwrap_or(u32::MAX), key: key.origin.clone() })
    }

    /// An attribute of a resource. It is known if it is configured, because a provider must not change it.
    pub(super) fn configured(
        &self,
        resource: &'p Resource,
        name: &Name,
        of: Option<&Selected>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Value {
        let unknown = || self.not_known(resource, Some(name), of, span, scope);
        let Some(instance) = scope.instance else { return unknown() };
        // It returns its input unchanged.
        let is_output =
            !resource.data && resource.kind.text.as_str() == "terraform_data" && name.text.as_str() == "output";
        let attribute = if is_output { "input" } else { name.text.as_str() };
        let attribute = resource.attribute(attribute).filter(|_| !is_meta(attribute));
        let Some(attribute) = attribute.filter(|_| resource.is_repeated() == of.is_some()) else { return unknown() };
        if self.is_ambiguous(&attribute.value) {
            return unknown();
        }
        let scope = Scope::repeated(instance, of.map(|of| &of.repetition));
        let value = self.eval(&attribute.value, &scope);
        let value = match resource.ignored(&["input"]).filter(|_| is_output) {
            Some((_, at)) => {
                Value::unevaluated("it may be an earlier value, since changes are ignored", at).made_of([&value])
            }
            None => value,
        };
        let value = if is_output { value } else { self.converted_by_provider(value) };
        match of {
            Some(of) => value.depending_on(&of.key),
            None => value,
        }
    }

    /// An attribute that only the provider knows. It is built from the whole configuration of the resource, and depends
    /// on the key of the instance.
    pub(super) fn not_known(
        &self,
        resource: &'p Resource,
        attribute: Option<&Name>,
        of: Option<&Selected>,
        span: Span,
        scope: &Scope<'_>,
    ) -> Value {
        let mode = if resource.data { "data." } else { "" };
        let is_it = attribute.is_none_or(|name| name.text.as_str() == ID) && !resource.data;
        let id =
            scope.instance.filter(|_| is_it && resource.is_repeated() == of.is_some()).map(|instance| ResourceId {
                module: instance.address().clone(),
                block: resource.block.span,
                key: of.and_then(|of| of.repetition.key(of.place as usize).text()),
            });
        let attribute = attribute.map(|name| format!(".{}", name.text)).unwrap_or_default();
        let (kind, name) = (&resource.kind.text, &resource.name.text);
        let reason = format!("`{mode}{kind}.{name}{attribute}` is not known before apply");
        let unknown = Value::of_unknown(Arc::new(Unknown::new(reason, span).of_resource(id)));
        let made_of = scope.instance.map(|instance| self.configuration(instance, resource, of));
        let unknown = unknown.made_of(made_of.as_ref());
        match of {
            Some(of) => unknown.depending_on(&of.key),
            None => unknown,
        }
    }

    /// A value that only has an origin: everything that an instance of a resource is configured with.
    fn configuration(&self, instance: &Instance, resource: &'p Resource, of: Option<&Selected>) -> Value {
        let span = resource.name.span;
        let item = Item::Configuration(resource.index, of.map_or(0, |of| of.place.saturating_add(1)));
        let label = || format!("{}.{}", resource.kind.text, resource.name.text);
        if self.is_running(instance, item) {
            return Value::unknown("this refers to itself", span);
        }
        self.remembered(instance.id(), item, span, label, || {
            let scope = Scope::repeated(instance, of.map(|of| &of.repetition));
            let trial = self.trial.replace(TrialState::Clean);
            let mut origins = Vec::new();
            if let Some(Selected { repetition: EachOrCount::Each { key, .. } | EachOrCount::Count(key), .. }) = of {
                key.gather(&mut origins, &mut 1);
            }
            let whole = of.is_none() && resource.is_repeated();
            let mut left = 256;
            self.each_setting(&resource.block.body, &mut |name, expr| {
                // If all instances are meant, the value of `each` is not known.
                if is_meta(name) && !(whole && matches!(name, "for_each" | "count")) {
                    return;
                }
                self.eval(expr, &scope).gather(&mut origins, &mut left);
            });
            self.trial.set(trial);
            Value::unknown("this is known only to the provider", span).made_of_origins(origins)
        })
    }

    /// Calls `visit` with the name and the value of each attribute in `body` and in its blocks.
    fn each_setting(&self, body: &'p Body, visit: &mut dyn FnMut(&str, &'p Expr)) {
        for attribute in &body.attributes {
            visit(&attribute.name.text, &attribute.value);
        }
        for block in body.blocks.iter().filter(|block| !is_meta(&block.kind.text)) {
            self.each_setting(&block.body, visit);
        }
    }

    /// Whether `expr` may be a nested block. In JSON, blocks and objects look the same, and only the provider knows
    /// which it is.
    fn is_ambiguous(&self, expr: &Expr) -> bool {
        let is_block = match &expr.kind {
            ExprKind::Object(_) => true,
            ExprKind::Tuple(items) => items.iter().any(|item| matches!(item.kind, ExprKind::Object(_))),
            _ => false,
        };
        is_block && self.project.sources().get(expr.span.file).name().ends_with(".json")
    }

    /// The parts of a configured value that stay the same if it is not known to which type a provider converts it:
    /// strings, and the containers around them.
    fn converted_by_provider(&self, value: Value) -> Value {
        if self.meter().spend(1).is_err() {
            return Value::unknown(crate::limits::TOO_MUCH, value.origin.span);
        }
        let kind = match &value.kind {
            Kind::String(_) | Kind::Unknown(_) => return value,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => {
                return Value::unknown("the type of this attribute is the provider's", value.origin.span);
            }
            Kind::List(items) => {
                Kind::List(items.iter().map(|item| self.converted_by_provider(item.clone())).collect())
            }
            Kind::Tuple(items) => {
                Kind::Tuple(items.iter().map(|item| self.converted_by_provider(item.clone())).collect())
            }
            Kind::Set(_) => return Value::unknown("the type of this attribute is the provider's", value.origin.span),
            Kind::Map(entries) => Kind::Map(self.entries_by_provider(entries)),
            Kind::Object(entries) => Kind::Object(self.entries_by_provider(entries)),
        };
        Value::new(kind, value.origin)
    }

    fn entries_by_provider(&self, entries: &[Entry]) -> std::sync::Arc<[Entry]> {
        let convert = |entry: &Entry| Entry { value: self.converted_by_provider(entry.value.clone()), ..entry.clone() };
        entries.iter().map(convert).collect()
    }
}

/// The names in `data.kind`.
pub(super) fn below_root(base: &Expr) -> Option<(&str, &str)> {
    match &base.kind {
        ExprKind::Attribute(root, kind) => root_name(root).map(|root| (root, kind.text.as_str())),
        _ => None,
    }
}

/// Whether an attribute or block of a resource is for Terraform itself and not for the provider.
fn is_meta(name: &str) -> bool {
    ["for_each", "count", "provider", "depends_on", "lifecycle", "dynamic", "provisioner", "connection"].contains(&name)
}
