//! Evaluates variables, locals, outputs, and the arguments of calls.

use std::sync::Arc;

use crate::module::{Assignment, AssignmentSource, ModuleCall, ModuleId, Variable};
use crate::origin::{Path, PathStep, Root};
use crate::sorted::SortedMap;
use crate::source::{Span, Str};
use crate::types::{ConversionProblem, ConversionProblemKind, Converted, Primitive, convert_within, to_bool};
use crate::value::{Kind, Type, Value};

use super::answer::ErrorSubject;
use super::instance::Instance;
use super::scope::Scope;
use super::{EvalError, EvalErrorKind, Evaluator, Item, TrialState};

/// Collections with at least this many elements are converted once for all instances that receive the same collection.
const LARGE: usize = 64;

impl<'p> Evaluator<'p> {
    /// The value of the variable `name` in `instance`, converted to its type; `None` if it is not declared. (In a
    /// project without a module, every assigned variable is treated as declared, with any type.)
    pub fn variable(&self, instance: &Instance, name: &str) -> Option<Value> {
        let id = instance.module()?;
        let module = self.project.module(id)?;
        let Some((index, variable)) = module.variable_at(name) else {
            return if id == ModuleId::ROOT { self.undeclared(name) } else { None };
        };
        let label = || format!("var.{name}");
        let item = Item::Variable(index);
        let value = self.remembered(instance.id(), item, variable.name.span, label, || {
            let mut value = match (&variable.type_error, instance.call()) {
                _ if variable.ephemeral => Value::unknown(format!("`var.{name}` is ephemeral"), variable.name.span),
                (Some((message, span)), _) => self.refused(message.as_str(), *span),
                (None, None) => self.root_variable(index, variable),
                (None, Some((caller, call))) => self.child_variable(instance, caller, call, id, index, variable),
            };
            value.origin = value.origin.reached(|| self.path_to(instance, variable));
            value
        });
        // Only after the value is cached, because the conditions refer to it.
        if !variable.validations.is_empty() && self.validated.borrow_mut().insert((instance.id(), index)) {
            self.apart(variable.name.span, || self.validate(instance, variable, &value));
        }
        Some(value)
    }

    /// The path to an argument in a call, or to a variable of the root module.
    fn path_to(&self, instance: &Instance, variable: &Variable) -> Path {
        let name = variable.name.text.clone();
        match self.call_of(instance).filter(|(caller, call)| self.is_gathered(caller, call)) {
            Some((_, call)) => {
                let folder = instance.module().and_then(|id| self.project.module(id)).map(|module| module.dir.as_str());
                Path::call(folder.unwrap_or_default(), &call.name.text).join(PathStep::Attribute(name))
            }
            None if instance.call().is_none() => self.path_to_input(name),
            None => Path::root(Root::Variable { module: instance.address().clone(), name }),
        }
    }

    /// The path to a variable of the root module.
    fn path_to_input(&self, name: Str) -> Path {
        match self.is_for_one_tenant {
            true => Path::root_module().join(PathStep::Attribute(name)),
            false => Path::root(Root::variable(name)),
        }
    }

    /// Whether a call is an element of the collection of calls to its module.
    fn is_gathered(&self, caller: &Instance, call: &ModuleCall) -> bool {
        !self.gathered.is_empty()
            && caller.call().is_none()
            && !call.is_repeated()
            && call.child.is_some_and(|child| self.gathered.contains(&child))
    }

    /// Records the validations that the value of a variable does not satisfy, as far as that is known.
    fn validate(&self, instance: &Instance, variable: &'p Variable, value: &Value) {
        let misfits = self.problems.borrow().get(&variable.name.text).is_some_and(|problems| {
            instance.call().is_none() && problems.iter().any(|problem| problem.kind.is_error())
        });
        // A value that does not fit the type is already reported, and would fail here again.
        if misfits || value.as_unknown().is_some() {
            return;
        }
        let trial = self.trial.replace(TrialState::No);
        for validation in &variable.validations {
            let scope = Scope::single(instance);
            let condition = self.nested(validation.condition.span, || self.eval(&validation.condition.value, &scope));
            if matches!(to_bool(&condition), Primitive::Is(Value { kind: Kind::Bool(false), .. })) {
                let message = validation.message.as_ref().map(|message| self.eval(&message.value, &scope));
                let message = message.filter(|message| !self.project.is_private(&message.origin));
                let detail = message.as_ref().and_then(|message| message.as_str()).map(|text| format!(": {text}"));
                let detail = detail.unwrap_or_default();
                let message = format!("`var.{}` fails its validation{detail}", variable.name.text);
                let kind = EvalErrorKind::Validation(value.origin.span);
                self.push(EvalError { message, span: validation.condition.value.span, subject: None, kind });
            }
        }
        self.trial.set(trial);
    }

    /// The value of the local `name` in `instance`; `None` if it does not exist.
    pub fn local(&self, instance: &Instance, name: &str) -> Option<Value> {
        let module = self.project.module(instance.module()?)?;
        let (index, local) = module.local_at(name)?;
        let label = || format!("local.{name}");
        Some(self.remembered(instance.id(), Item::Local(index), local.span, label, || {
            self.check_references(instance, &local.value);
            let mut value = self.eval(&local.value, &Scope::single(instance));
            let path = || match self.is_for_one_tenant && instance.call().is_none() {
                true => Path::root_module().join(PathStep::Attribute(format!("local.{name}").into())),
                false => Path::root(Root::Local { module: instance.address().clone(), name: local.name.text.clone() }),
            };
            value.origin = value.origin.reached(path);
            value
        }))
    }

    /// The value of the output `name` of `instance`; `None` if it does not exist.
    pub fn output(&self, instance: &Instance, name: &str) -> Option<Value> {
        let module = self.project.module(instance.module()?)?;
        let (index, output) = module.output_at(name)?;
        let value = output.value.as_ref()?;
        let label = || format!("output `{name}`");
        let value = self.remembered(instance.id(), Item::Output(index), output.span, label, || {
            self.check_references(instance, &value.value);
            self.eval(&value.value, &Scope::single(instance))
        });
        Some(value)
    }

    /// The value that the call passes as the argument `name` to `instance`, with the instance's `each` and `count`,
    /// before it is converted to the variable's type; `None` if it is not passed.
    pub fn argument(&self, instance: &Instance, name: &str) -> Option<Value> {
        let (caller, call) = self.call_of(instance)?;
        let argument = call.arguments.iter().find(|argument| argument.name.text.as_str() == name)?;
        self.check_references(caller, &argument.value);
        let scope = Scope::repeated(caller, instance.repetition());
        Some(self.apart(argument.value.span, || self.eval(&argument.value, &scope)))
    }

    /// The parts in the value of the root module's variable `name` that do not fit its type.
    pub fn problems(&self, name: &str) -> Arc<[ConversionProblem]> {
        self.variable(&self.root, name);
        self.problems.borrow().get(name).cloned().unwrap_or_else(|| Arc::new([]))
    }

    /// The parts that do not fit their types in the values of the root module's variables that were used, by variable.
    pub fn problems_met(&self) -> SortedMap<Str, Arc<[ConversionProblem]>> {
        self.problems.borrow().iter().map(|(name, problems)| (name.clone(), problems.clone())).collect()
    }

    pub(super) fn call_of<'a>(&self, instance: &'a Instance) -> Option<(&'a Instance, &'p ModuleCall)> {
        let (caller, index) = instance.call()?;
        let module = self.project.module(caller.module()?)?;
        module.calls.get(index as usize).map(|call| (caller, call))
    }

    fn undeclared(&self, name: &str) -> Option<Value> {
        if self.project.has_configuration() {
            return None;
        }
        let (index, assignment) = self.project.last_assignment(name)?;
        let label = || format!("var.{name}");
        Some(self.remembered(0, Item::Assigned(index), assignment.span, label, || self.assigned(assignment)))
    }

    fn assigned(&self, assignment: &Assignment) -> Value {
        let mut value = self.eval(&assignment.attribute.value, &Scope::constant());
        value.origin = value.origin.reached(|| self.path_to_input(assignment.variable.text.clone()));
        value
    }

    fn root_variable(&self, index: u32, variable: &'p Variable) -> Value {
        let Some((_, assignment)) = self.project.last_assignment(&variable.name.text) else {
            return Value::unknown(format!("`var.{}` has no value here", variable.name.text), variable.name.span);
        };
        let mut value = self.assigned(assignment);
        if value.is_null() && !variable.nullable {
            if let Some(default) = &variable.default {
                value = self.eval(&default.value, &Scope::constant());
                value.origin = value.origin.reached(|| self.path_to_input(variable.name.text.clone()));
            } else {
                self.record(
                    format!("`var.{}` must not be null", variable.name.text),
                    assignment.attribute.value.span,
                    None,
                );
            }
        }
        self.check_default(variable, assignment.source == AssignmentSource::Default);
        let Converted { value, problems } = self.converted(&value, ModuleId::ROOT, index, &variable.ty);
        self.problems.borrow_mut().insert(variable.name.text.clone(), problems.into());
        value.marked(variable.sensitive)
    }

    fn child_variable(
        &self,
        instance: &Instance,
        caller: &Instance,
        call: u32,
        module: ModuleId,
        index: u32,
        variable: &Variable,
    ) -> Value {
        let name = &variable.name.text;
        let passed = self.argument(instance, name).filter(|value| variable.nullable || !value.is_null());
        let value = match (passed, &variable.default) {
            (Some(value), _) => {
                self.check_default(variable, false);
                value
            }
            (None, Some(default)) => {
                let label = || format!("the default of var.{name}");
                return self.remembered(module.index(), Item::Default(index), default.span, label, || {
                    let value = self.eval(&default.value, &Scope::constant());
                    self.fitted(&value, module, index, variable)
                });
            }
            (None, None) => {
                let span = self.project.module(caller.module().unwrap_or(ModuleId::ROOT));
                let span = span.and_then(|module| module.calls.get(call as usize)).map(|call| call.name.span);
                let span = span.unwrap_or(variable.name.span);
                return self.refused(format!("the argument `{name}` is required by the module"), span);
            }
        };
        self.fitted(&value, module, index, variable)
    }

    /// `value`, converted for a variable of a called module.
    fn fitted(&self, value: &Value, module: ModuleId, index: u32, variable: &Variable) -> Value {
        let Converted { value, problems } = self.converted(value, module, index, &variable.ty);
        for problem in problems {
            if problem.kind.is_error() {
                let subject = match &problem.kind {
                    ConversionProblemKind::Missing { attribute } => {
                        Some(ErrorSubject::NoAttribute(attribute.clone(), None))
                    }
                    ConversionProblemKind::Mismatch { wanted, got } => {
                        Some(ErrorSubject::Unfit(wanted.to_string().into(), got))
                    }
                    _ => None,
                };
                self.record(problem.kind.to_string(), problem.span, subject);
            }
        }
        value.marked(variable.sensitive)
    }

    /// Checks the default of a variable, which Terraform does even if the default is not needed. If the default is
    /// `used`, its errors are reported where it is converted.
    fn check_default(&self, variable: &Variable, used: bool) {
        let Some(default) = &variable.default else { return };
        if !self.checked.borrow_mut().insert(default.value.span) {
            return;
        }
        let value = self.eval(&default.value, &Scope::constant());
        if value.is_null() && !variable.nullable {
            self.record(
                format!("the default of `var.{}` must not be null", variable.name.text),
                default.value.span,
                None,
            );
        }
        let problems = if used { Vec::new() } else { convert_within(&value, &variable.ty, &self.meter).problems };
        for problem in problems.into_iter().filter(|problem| problem.kind.is_error()) {
            self.record(problem.kind.to_string(), problem.span, None);
        }
    }

    /// `value`, converted to the type of a variable. A large collection that is passed to many instances is converted
    /// once.
    fn converted(&self, value: &Value, module: ModuleId, variable: u32, ty: &Type) -> Converted {
        let key = large(value).map(|address| (address, module.index(), variable));
        if let Some(key) = key {
            if let Some((_, done)) = self.conversions.borrow().get(&key) {
                let mut done = done.clone();
                done.origin = value.origin.clone();
                return Converted { value: done, problems: Vec::new() };
            }
        }
        let converted = convert_within(value, ty, &self.meter);
        for problem in &converted.problems {
            if let ConversionProblemKind::Missing { attribute } = &problem.kind {
                self.missing.borrow_mut().insert((problem.span, attribute.clone()));
            }
        }
        if let Some(key) = key {
            // The cache keeps the value alive, so that no other value can get its address.
            self.conversions.borrow_mut().insert(key, (value.clone(), converted.value.clone()));
        }
        converted
    }

    /// Whether it is already reported that the object at `span` lacks `name`.
    pub(super) fn is_missing(&self, span: Span, name: &Str) -> bool {
        self.missing.borrow().contains(&(span, name.clone()))
    }
}

/// The address of a large collection.
fn large(value: &Value) -> Option<usize> {
    match &value.kind {
        Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) if items.len() >= LARGE => {
            Some(Arc::as_ptr(items).cast::<()>() as usize)
        }
        Kind::Map(entries) | Kind::Object(entries) if entries.len() >= LARGE => {
            Some(Arc::as_ptr(entries).cast::<()>() as usize)
        }
        _ => None,
    }
}
