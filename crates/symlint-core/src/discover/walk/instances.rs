//! The instances of a flow call, and what they receive.

use std::sync::Arc;

use symlint_terraform::{Entry, Instance, InstanceKey, Kind, Module, ModuleCall, Str, Unknown, Value, Variable};

use super::repetition::repetitions;
use super::resources::ResourceGroup;
use super::{ALIKE, Pending, Walker};
use crate::discover::arguments::{Carriers, Inputs};
use crate::tenants::{Argument, ArgumentPart, FlowCall, FlowInstance, FlowResource, Input, Repetition};

/// What one instance of a flow module receives.
pub(super) struct Received {
    pub(super) instance: Instance,
    pub(super) repetitions: Vec<Repetition>,
    pub(super) arguments: Vec<Argument>,
    pub(super) carriers: Carriers,
}

impl<'a, 'p> Walker<'a, 'p> {
    pub(super) fn flow(
        &mut self,
        call: &'p ModuleCall,
        caller: &'p Module,
        instances: &[Instance],
        unknown: Option<Arc<Unknown>>,
        around: &[Repetition],
    ) {
        let module = call.child.and_then(|child| self.project.module(child));
        let same = caller.calls.iter().filter(|other| call.child.is_some() && other.child == call.child);
        let same: Vec<&ModuleCall> = same.take(ALIKE).collect();
        let inputs = match (call.child, module) {
            (Some(id), Some(module)) => {
                let config = self.config;
                self.inputs.entry(id).or_insert_with(|| Inputs::of_module(module, config)).chosen(
                    call,
                    &same,
                    self.project,
                )
            }
            _ => Inputs::of_call(call, self.config).chosen(call, &same, self.project),
        };
        let received = instances.iter().map(|instance| {
            let arguments: Vec<Argument> =
                inputs.iter().filter_map(|(name, parts)| self.argument(call, module, instance, name, parts)).collect();
            for argument in &arguments {
                // Terraform evaluates a variable's default and conversion before anything in the module.
                let variable = module.and_then(|module| module.variable(&argument.name));
                if variable.is_some_and(|variable| !variable.validations.is_empty()) {
                    self.evaluator.variable(instance, &argument.name);
                }
            }
            let repetitions = repetitions(instance, around);
            Received { instance: instance.clone(), repetitions, arguments, carriers: inputs.clone() }
        });
        let instances = received.collect();
        self.pending.push(Pending { call, module, unknown, instances });
    }

    /// Adds the flow instances that one instance of the module creates: one, or if its resources are repeated, one for
    /// each key.
    pub(super) fn add_instances(&mut self, flow: &mut FlowCall<'p>, received: Received) {
        let Received { instance, repetitions, arguments, carriers } = received;
        let key = match instance.key() {
            InstanceKey::Key(key) => key.as_str().cloned(),
            _ => None,
        };
        let mut groups = match flow.module {
            // A module without arguments has its tenants inside, however often it is called.
            Some(module) => {
                let is_passed_any = flow.call.is_none_or(|call| !call.arguments.is_empty());
                self.groups(&instance, module, is_passed_any && !repetitions.is_empty())
            }
            None => Vec::new(),
        };
        // The arguments of a call are for everything that its module creates.
        if arguments.is_empty() && repetitions.is_empty() {
            let is_only = groups.len() == 1;
            let split =
                |group: ResourceGroup<'p>| if is_only || group.label.is_none() { group.split() } else { vec![group] };
            groups = groups.into_iter().flat_map(split).collect();
        }
        let is_whole = groups.len() <= 1 && groups.first().is_none_or(|group| group.repetition.is_none());
        if is_whole {
            let resources = groups.pop().map(|group| group.resources).unwrap_or_default();
            let made = FlowInstance {
                address: instance.address().clone(),
                inputs: self.inputs(flow.module, &instance, !resources.is_empty()),
                around: self.around(&instance),
                instance,
                key,
                repetitions,
                tenant: None,
                arguments,
                carriers,
            };
            self.add(flow, made, resources);
            return;
        }
        for group in groups {
            let own = group.repetition.iter().cloned();
            let own_key = group.repetition.as_ref().and_then(|it| it.key.as_str().cloned());
            let made = FlowInstance {
                address: group.address,
                instance: instance.clone(),
                key: own_key.clone().or_else(|| key.clone()),
                repetitions: own.chain(repetitions.iter().cloned()).collect(),
                tenant: None,
                inputs: self.inputs(flow.module, &instance, true),
                around: self.around(&instance),
                arguments: Vec::new(),
                carriers: Arc::from([]),
            };
            self.add(flow, made, group.resources);
        }
    }

    fn add(&mut self, flow: &mut FlowCall<'p>, instance: FlowInstance, resources: Vec<FlowResource<'p>>) {
        let place = (self.walked.flows.len(), flow.instances.len());
        self.walked.resources.extend(resources.into_iter().map(|resource| resource.at(place.0, place.1)));
        flow.instances.push(instance);
    }

    /// The variables of the modules around the call of `instance`.
    fn around(&self, instance: &Instance) -> Vec<Vec<Input>> {
        let callers = std::iter::successors(instance.caller(), |caller| caller.caller());
        callers.filter(|caller| caller.caller().is_some()).map(|it| self.inputs(self.module_of(it), it, true)).collect()
    }

    fn inputs(&self, module: Option<&Module>, instance: &Instance, is_asked_for: bool) -> Vec<Input> {
        let variables =
            module.filter(|_| is_asked_for && instance.caller().is_some()).map(|it| it.variables.as_slice());
        let input = |variable: &Variable| {
            let name = variable.name.text.clone();
            Some(Input { value: self.evaluator.variable(instance, &name)?, name })
        };
        variables.unwrap_or_default().iter().filter_map(input).collect()
    }

    /// The value of the argument `name` in an instance: the one that the call passes, or else the default.
    pub(super) fn argument(
        &self,
        call: &ModuleCall,
        module: Option<&Module>,
        instance: &Instance,
        name: &Str,
        parts: &Arc<[ArgumentPart]>,
    ) -> Option<Argument> {
        let variable = module.and_then(|module| module.variable(name));
        let given = call.argument(name).and_then(|attribute| {
            let value = self.evaluator.argument(instance, name)?;
            let (name, span) = (attribute.name.text.clone(), attribute.value.span);
            Some(Argument { name, value, span, is_default: false, parts: parts.clone() })
        });
        // Terraform replaces a null by the default if the variable does not accept null.
        let given = given.filter(|it| !it.value.is_null() || variable.is_none_or(|it| it.nullable));
        given.or_else(|| self.default(call, variable?, instance, parts))
    }

    /// The default of a variable that the call does not set. Defaults that mean "not set" (null, an empty string, or an
    /// empty collection) are ignored.
    pub(super) fn default(
        &self,
        call: &ModuleCall,
        variable: &Variable,
        instance: &Instance,
        parts: &Arc<[ArgumentPart]>,
    ) -> Option<Argument> {
        variable.default.as_ref()?;
        let value = self.evaluator.variable(instance, &variable.name.text)?;
        let says_nothing = match &value.kind {
            Kind::Null | Kind::Unknown(_) => true,
            Kind::String(text) => text.is_empty(),
            _ => value.entries().is_some_and(<[Entry]>::is_empty) || value.elements().is_some_and(<[Value]>::is_empty),
        };
        let (name, span) = (variable.name.text.clone(), call.name.span);
        (!says_nothing).then(|| Argument { name, value, span, is_default: true, parts: parts.clone() })
    }
}
