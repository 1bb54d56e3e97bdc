//! References to the outputs of module calls.

use crate::eval::instance::{Instance, InstanceKey};
use crate::eval::scope::Scope;
use crate::eval::{Answer, Evaluator, Item, Stop, TrialState};
use crate::module::ModuleCall;
use crate::origin::{Origin, Path, PathStep, Root};
use crate::source::{Span, Str};
use crate::syntax::Name;
use crate::value::{Entry, Kind, Value};

impl<'p> Evaluator<'p> {
    // The following methods are about modules.

    pub(super) fn instances_in(&self, call: &'p ModuleCall, scope: &Scope<'_>) -> Answer<std::sync::Arc<[Instance]>> {
        let caller = scope.instance.ok_or_else(|| Stop::error("variables may not be used here"))?;
        self.call_instances(caller, call).map_err(|unknown| Stop::Unknown(Value::of_unknown(unknown)))
    }

    /// The instance of a call without `for_each` and `count`.
    pub(super) fn single(&self, call: &'p ModuleCall, scope: &Scope<'_>) -> Answer<Instance> {
        self.instances_in(call, scope)?.first().cloned().ok_or_else(|| Stop::reason("there is no instance"))
    }

    pub(super) fn taken_output(&self, instance: &Instance, name: &Name, span: Span) -> Answer {
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
    pub(super) fn outputs(&self, instance: &Instance, span: Span) -> Value {
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

    pub(super) fn whole_call(&self, call: &'p ModuleCall, span: Span, scope: &Scope<'_>) -> Answer {
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
}

/// Adds the call to the origin of a value that came out of it, unless the value has a nearer origin.
fn from_call(mut value: Value, instance: &Instance, output: &Str) -> Value {
    let call = || Path::root(Root::ModuleCall(instance.address().clone()));
    value.origin = value.origin.reached(|| call().join(PathStep::Attribute(output.clone())));
    value
}
