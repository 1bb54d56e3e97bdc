//! Evaluates references: `var.x`, `local.x`, `module.x`, `each.key`, and resources.

use std::sync::Arc;

use crate::module::{ModuleCall, Resource};
use crate::origin::{Origin, Path, PathStep, Root};
use crate::source::{Span, Str};
use crate::syntax::{Body, Expr, ExprKind, Name};
use crate::types::{Primitive, to_text};
use crate::value::{Entry, Kind, ResourceId, Unknown, Value};

use super::access::ID;
use super::declared::undeclared;
use super::instance::{EachOrCount, Instance, InstanceKey};
use super::scope::Scope;
use super::{Answer, Evaluator, Item, Stop, TrialState};

/// The start of a traversal, if it is not a value yet. A whole module or resource becomes a value only if no part of it
/// is selected.
enum Start<'p> {
    Value(Value),
    Call(&'p ModuleCall),
    /// The instance of a call that a key with this origin selected.
    CallInstance(Instance, Origin),
    Resource(&'p Resource),
    /// The instance of a resource that a key selected.
    ResourceInstance(&'p Resource, Selected),
}

/// An instance of a resource, selected by a key.
struct Selected {
    repetition: EachOrCount,
    /// Its index among the instances.
    place: u32,
    key: Origin,
}

impl<'p> Evaluator<'p> {
    /// Evaluates a name, an attribute, or an index.
    #[inline(never)]
    pub(super) fn traversal(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        match self.start(expr, scope)? {
            Start::Value(value) => Ok(value),
            Start::Call(call) => self.whole_call(call, expr.span, scope),
            Start::CallInstance(instance, key) => Ok(self.outputs(&instance, expr.span).depending_on(&key)),
            Start::Resource(resource) => Ok(self.whole_resource(resource, expr.span, scope)),
            Start::ResourceInstance(resource, of) => Ok(self.not_known(resource, None, Some(&of), expr.span, scope)),
        }
    }

    fn start(&self, expr: &Expr, scope: &Scope<'_>) -> Answer<Start<'p>> {
        match &expr.kind {
            ExprKind::Variable(name) => match scope.bound(name) {
                Some(value) => Ok(Start::Value(value)),
                None if scope.is_template() => Err(Stop::error(format!("the template has no value `{name}`"))),
                None if scope.instance.is_none() => {
                    Err(Stop::error("variables may not be used here: put text in quotes"))
                }
                None => Err(Stop::error(format!("`{name}` needs an attribute to refer to something"))),
            },
            ExprKind::Attribute(base, name) => match root_name(base) {
                Some(root) if scope.bound(root).is_none() => self.reference(root, name, expr.span, scope),
                // A managed resource may be written as `resource.kind.name`.
                _ => match below_root(base).filter(|(root, _)| scope.bound(root).is_none()) {
                    Some(("data", kind)) => self.resource("data", kind, &name.text, expr.span, scope),
                    Some(("resource", kind)) => self.resource("", kind, &name.text, expr.span, scope),
                    _ => self.attribute(base, name, expr.span, scope),
                },
            },
            ExprKind::Index(base, key) => self.index(base, key, expr.span, scope),
            _ => Ok(Start::Value(self.eval(expr, scope))),
        }
    }

    /// Evaluates the expression in front of a `.` or `[`, one level deeper.
    fn base(&self, expr: &Expr, scope: &Scope<'_>) -> Answer<Start<'p>> {
        self.deeper(expr.span, || self.start(expr, scope)).map_err(Stop::Unknown)?
    }

    fn attribute(&self, base: &Expr, name: &Name, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let value = match self.base(base, scope)? {
            Start::Value(value) => value,
            Start::Call(call) if call.is_repeated() => self.whole_call(call, base.span, scope)?,
            Start::Call(call) => {
                let instance = self.single(call, scope)?;
                return self.taken_output(&instance, name, span).map(Start::Value);
            }
            Start::CallInstance(instance, key) => {
                let output = self.settle(self.taken_output(&instance, name, span), span);
                return Ok(Start::Value(output.depending_on(&key)));
            }
            Start::Resource(resource) => return Ok(Start::Value(self.configured(resource, name, None, span, scope))),
            Start::ResourceInstance(resource, of) => {
                return Ok(Start::Value(self.configured(resource, name, Some(&of), span, scope)));
            }
        };
        let attribute = self.attribute_of(&value, &name.text, name.span);
        let attribute = attribute.map_err(|stop| if scope.is_template() { stop } else { shadowed(base, stop) });
        // An unknown value already has its own origin.
        let sources = [&value].into_iter().filter(|value| value.as_unknown().is_none());
        Ok(Start::Value(self.settle_from(attribute, span, sources)))
    }

    fn index(&self, base: &Expr, key: &Expr, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let start = self.base(base, scope)?;
        let key_value = self.eval(key, scope);
        let is_open = key_value.as_unknown().is_some();
        let value = match start {
            Start::Value(value) => value,
            // It may be any of the instances.
            Start::Call(call) if is_open => self.whole_call(call, base.span, scope)?,
            Start::Resource(resource) if is_open && resource.is_repeated() => {
                self.whole_resource(resource, base.span, scope)
            }
            Start::Call(call) if call.is_repeated() => {
                let found = self.instances_in(call, scope).and_then(|instances| {
                    let found = instances.iter().find(|instance| has_key(instance, &key_value));
                    let missing = || format!("`module.{}` has no such instance", call.name.text);
                    found.cloned().ok_or_else(|| Stop::error_at(missing(), key.span))
                });
                return Ok(match found {
                    Ok(instance) => Start::CallInstance(instance, key_value.origin),
                    Err(stop) => Start::Value(self.settle_from(Err(stop), span, [&key_value])),
                });
            }
            Start::Call(call) => self.whole_call(call, span, scope)?,
            Start::CallInstance(instance, by) => self.outputs(&instance, base.span).depending_on(&by),
            Start::Resource(resource) => {
                return Ok(match self.resource_instance(resource, &key_value, scope) {
                    Ok(of) => Start::ResourceInstance(resource, of),
                    Err(stop) => Start::Value(self.settle_from(Err(stop), span, [&key_value])),
                });
            }
            Start::ResourceInstance(resource, of) => {
                return Ok(Start::Value(self.not_known(resource, None, Some(&of), span, scope)));
            }
        };
        let element = self.element_of(&value, base.span, &key_value, key.span);
        let sources = [&value, &key_value].into_iter().filter(|_| value.as_unknown().is_none());
        Ok(Start::Value(self.settle_from(element, span, sources)))
    }

    /// Evaluates `root.name`, where `root` is not bound by a `for`.
    fn reference(&self, root: &str, name: &Name, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let Some(instance) = scope.instance else {
            return Err(Stop::error_at("variables may not be used here", span));
        };
        let text = name.text.as_str();
        let module = || instance.module().and_then(|id| self.project.module(id));
        let missing = |what: &str| self.not_declared(undeclared(module(), what, text), name.span);
        let value = match root {
            "var" => self.variable(instance, text).ok_or_else(|| missing("variable"))?,
            "local" => self.local(instance, text).ok_or_else(|| missing("local"))?,
            "module" => {
                let call = module().and_then(|module| module.call(text));
                return call.map(Start::Call).ok_or_else(|| missing("module call"));
            }
            "each" | "count" => return self.repetition(root, name, scope).map(Start::Value),
            "path" => self.path(instance, name, span)?,
            "terraform" => self.terraform(name, span)?,
            "self" => return Err(Stop::reason("`self` is not known before apply")),
            // `data.kind` alone; `data.kind.name` is handled one step later.
            "data" => return Err(Stop::error("`data` needs a kind and a name")),
            kind => return self.resource("", kind, text, span, scope),
        };
        Ok(Start::Value(value))
    }

    /// The error for a reference to an undeclared name. Terraform reports it before any evaluation, even inside `try`.
    fn not_declared(&self, message: String, span: Span) -> Stop {
        let outer = self.trial.replace(TrialState::No);
        let value = self.refused(message, span);
        self.trial.set(outer);
        Stop::Unknown(value)
    }

    fn repetition(&self, root: &str, name: &Name, scope: &Scope<'_>) -> Answer {
        match (root, name.text.as_str(), scope.repetition) {
            ("each", "key", Some(EachOrCount::Each { key, .. })) => Ok(key.clone()),
            ("each", "value", Some(EachOrCount::Each { value, .. })) => Ok(value.clone()),
            ("count", "index", Some(EachOrCount::Count(index))) => Ok(index.clone()),
            ("each", "key" | "value", None) | ("count", "index", None) if !scope.is_single => {
                Err(Stop::reason(format!("`{root}.{}` differs from instance to instance", name.text)))
            }
            ("each", "key" | "value", _) | ("count", "index", _) => {
                let wanted = if root == "each" { "for_each" } else { "count" };
                Err(Stop::error(format!("`{root}.{}` is only available where `{wanted}` is set", name.text)))
            }
            (_, text, _) => Err(Stop::error_at(format!("there is no `{root}.{text}` here"), name.span)),
        }
    }

    fn path(&self, instance: &Instance, name: &Name, span: Span) -> Answer {
        let text = match name.text.as_str() {
            "root" => ".",
            "module" => {
                let module = instance.module().and_then(|id| self.project.module(id));
                module.map_or(".", |module| module.path.as_str())
            }
            "cwd" => match &self.project.surroundings().cwd {
                Some(cwd) => cwd.as_str(),
                None => return Err(Stop::reason("`path.cwd` depends on where Terraform runs")),
            },
            _ => return Err(Stop::error_at("`path` has only `module`, `root`, and `cwd`", name.span)),
        };
        Ok(Value::new(Kind::String(Str::from(text)), Origin::derived(span, [])))
    }

    fn terraform(&self, name: &Name, span: Span) -> Answer {
        match (name.text.as_str(), &self.project.surroundings().workspace) {
            ("workspace", Some(workspace)) => {
                Ok(Value::new(Kind::String(Str::from(workspace.as_str())), Origin::derived(span, [])))
            }
            ("workspace" | "applying", _) => {
                Err(Stop::reason(format!("`terraform.{}` depends on where Terraform runs", name.text)))
            }
            _ => Err(Stop::error_at("`terraform` has `workspace`", name.span)),
        }
    }

    // The following methods are about modules.

    fn instances_in(&self, call: &'p ModuleCall, scope: &Scope<'_>) -> Answer<std::sync::Arc<[Instance]>> {
        let caller = scope.instance.ok_or_else(|| Stop::error("variables may not be used here"))?;
        self.call_instances(caller, call).map_err(|unknown| Stop::Unknown(Value::of_unknown(unknown)))
    }

    /// The instance of a call without `for_each` and `count`.
    fn single(&self, call: &'p ModuleCall, scope: &Scope<'_>) -> Answer<Instance> {
        self.instances_in(call, scope)?.first().cloned().ok_or_else(|| Stop::reason("there is no instance"))
    }

    fn taken_output(&self, instance: &Instance, name: &Name, span: Span) -> Answer {
        if instance.module().is_none() {
            return Ok(from_call(self.output_of_absent(instance, span), instance, &name.text));
        }
        let missing = || Stop::error_at(format!("{} has no output `{}`", instance.address(), name.text), name.span);
        let value = self.output(instance, &name.text).ok_or_else(missing)?;
        Ok(from_call(value, instance, &name.text))
    }

    /// The unknown output of a module that is not part of the project. It is built from everything that the call passes
    /// to it.
    fn output_of_absent(&self, instance: &Instance, span: Span) -> Value {
        let unknown = Value::unknown(format!("{} is not part of the project", instance.address()), span);
        let Some((caller, call)) = self.call_of(instance) else { return unknown };
        // For one of several instances, the key that selected it says more.
        if call.is_repeated() || self.is_running(instance, Item::Passed) {
            return unknown;
        }
        let passed = self.remembered(
            instance.id(),
            Item::Passed,
            call.name.span,
            || instance.address().to_string(),
            || {
                let scope = Scope::repeated(caller, instance.repetition());
                let trial = self.trial.replace(TrialState::Clean);
                let arguments: Vec<Value> =
                    call.arguments.iter().map(|argument| self.eval(&argument.value, &scope)).collect();
                self.trial.set(trial);
                Value::unknown("this is known only to the module", call.name.span).made_of(&arguments)
            },
        );
        unknown.made_of([&passed])
    }

    /// All outputs of an instance.
    fn outputs(&self, instance: &Instance, span: Span) -> Value {
        let Some(module) = instance.module().and_then(|id| self.project.module(id)) else {
            let mut unknown = self.output_of_absent(instance, span);
            unknown.origin = unknown.origin.reached(|| Path::root(Root::ModuleCall(instance.address().clone())));
            return unknown;
        };
        let mut entries: Vec<Entry> = Vec::with_capacity(module.outputs.len());
        for output in &module.outputs {
            let name = &output.name;
            let value = self.output(instance, &name.text);
            let value = value.unwrap_or_else(|| Value::unknown("this output has no value", output.span));
            let value = from_call(value, instance, &name.text);
            entries.push(Entry::new(name.text.clone(), name.span, value));
        }
        entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        entries.dedup_by(|later, kept| later.key == kept.key);
        Value::new(Kind::Object(entries.into()), Origin::derived(span, []))
    }

    fn whole_call(&self, call: &'p ModuleCall, span: Span, scope: &Scope<'_>) -> Answer {
        let instances = self.instances_in(call, scope)?;
        self.meter().spend(instances.len())?;
        let origin = Origin::derived(span, []);
        if call.for_each.is_none() && call.count.is_none() {
            let only = instances.first().ok_or_else(|| Stop::reason("there is no instance"))?;
            return Ok(self.outputs(only, span));
        }
        if call.for_each.is_none() {
            let items = instances.iter().map(|instance| self.outputs(instance, span)).collect();
            return Ok(Value::new(Kind::Tuple(items), origin));
        }
        let mut entries: Vec<Entry> = Vec::with_capacity(instances.len());
        for instance in instances.iter() {
            if let InstanceKey::Key(key) = instance.key() {
                entries.push(Entry::keyed(key, self.outputs(instance, span)));
            }
        }
        Ok(Value::new(Kind::Object(entries.into()), origin))
    }

    // The following methods are about resources.

    fn resource(&self, mode: &str, kind: &str, name: &str, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
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
    fn whole_resource(&self, resource: &'p Resource, span: Span, scope: &Scope<'_>) -> Value {
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
    fn resource_instance(&self, resource: &'p Resource, key: &Value, scope: &Scope<'_>) -> Answer<Selected> {
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
    fn configured(
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
    fn not_known(
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

fn root_name(base: &Expr) -> Option<&str> {
    if let ExprKind::Variable(name) = &base.kind { Some(name) } else { None }
}

/// Extends the error about what follows `base` if `base` is a loop variable that hides another name.
fn shadowed(base: &Expr, stop: Stop) -> Stop {
    match (root_name(base), stop) {
        (
            Some(root @ ("var" | "local" | "path" | "each" | "count" | "module" | "data" | "terraform")),
            Stop::Error(message, at, subject),
        ) => Stop::Error(format!("{message}; `{root}` is the loop variable here"), at, subject),
        (_, stop) => stop,
    }
}

/// The names in `data.kind`.
fn below_root(base: &Expr) -> Option<(&str, &str)> {
    match &base.kind {
        ExprKind::Attribute(root, kind) => root_name(root).map(|root| (root, kind.text.as_str())),
        _ => None,
    }
}

fn has_key(instance: &Instance, key: &Value) -> bool {
    let Primitive::Is(Value { kind: Kind::String(text), .. }) = to_text(key) else { return false };
    match instance.key() {
        InstanceKey::None => false,
        InstanceKey::Key(own) => own.as_str() == Some(&text),
        InstanceKey::Index(index) => index.to_string() == text.as_str(),
    }
}

/// Adds the call to the origin of a value that came out of it, unless the value has a nearer origin.
fn from_call(mut value: Value, instance: &Instance, output: &Str) -> Value {
    let call = || Path::root(Root::ModuleCall(instance.address().clone()));
    value.origin = value.origin.reached(|| call().join(PathStep::Attribute(output.clone())));
    value
}

/// Whether an attribute or block of a resource is for Terraform itself and not for the provider.
fn is_meta(name: &str) -> bool {
    ["for_each", "count", "provider", "depends_on", "lifecycle", "dynamic", "provisioner", "connection"].contains(&name)
}
