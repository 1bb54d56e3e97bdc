//! Visits all module instances and collects what matters in them: flows, connectors, and what the runtime may enter.

mod instances;
mod repetition;
mod resources;

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use symlint_terraform::{
    EvalError, EvalErrorKind, Evaluator, Instance, Module, ModuleCall, ModuleId, Project, Resource, Span, Str, Unknown,
    Value,
};

use self::instances::Received;
use self::repetition::repetitions;
use super::arguments::Inputs;
use super::looks::{passes_grants, received, receives_tenants};
use super::modules::{Role, Roles};
use super::sinks::{serving_others, sinks_in};
use super::{policies, safelists};
use crate::config::Config;
use crate::tenants::{
    ConnectorCall, ConnectorInstance, FlowCall, FlowResource, Repetition, RuntimeBlock, RuntimeCall, Trust,
};

/// How many calls of one module are compared to see which argument differs between them.
const ALIKE: usize = 16;

/// What was found in the modules of a project.
#[derive(Default)]
pub(super) struct Walked<'p> {
    pub(super) flows: Vec<FlowCall<'p>>,
    /// The resources of the flows, in the order of the instances.
    pub(super) resources: Vec<FlowResource<'p>>,
    pub(super) connectors: Vec<ConnectorCall<'p>>,
    pub(super) runtimes: Vec<RuntimeCall<'p>>,
    /// Trust policies of hand-written roles that replace Sym's modules.
    pub(super) trusts: Vec<Trust<'p>>,
    /// Policies that may be the runtime's.
    pub(super) possible_runtimes: Vec<RuntimeCall<'p>>,
    /// The calls that are repeated for one of several collections, not known which.
    pub(super) open_calls: HashSet<Span>,
    /// The calls whose number of instances is unknown, and why. There may be flows in them.
    pub(super) unknown_calls: Vec<(&'p ModuleCall, Arc<Unknown>)>,
    /// Resources that act for tenants, if their number is unknown, and why.
    pub(super) unknown_resources: Vec<(&'p Resource, Arc<Unknown>)>,
    /// The calls of modules that cannot be read and receive tenants' values under unknown names.
    pub(super) unread_calls: Vec<&'p ModuleCall>,
    /// The other calls of modules that cannot be read, and what they receive.
    pub(super) other_calls: Vec<(&'p ModuleCall, Vec<Value>)>,
    /// The errors of all expressions that were evaluated for this.
    pub(super) errors: Vec<EvalError>,
    /// The errors in expressions that only resources of flow modules use.
    pub(super) resource_errors: Vec<EvalError>,
    /// The instances of modules, by their addresses.
    pub(super) instances: HashMap<Str, Instance>,
}

impl<'p> Walked<'p> {
    /// The instance of a module at `address`.
    pub(super) fn instance(&self, address: &Str) -> Option<&Instance> {
        // The modules inside flow modules are not visited on their own.
        let in_flows = || self.flows.iter().flat_map(|flow| &flow.instances).map(|made| &made.instance);
        self.instances.get(address).or_else(|| in_flows().find(|instance| instance.address() == address))
    }

    /// Adds the flows of `other` that belong to these calls.
    pub(super) fn add(&mut self, other: Self, calls: &HashSet<Option<Span>>) {
        let mut places: HashMap<usize, usize> = HashMap::default();
        for (at, flow) in other.flows.into_iter().enumerate() {
            if calls.contains(&flow.call.map(|call| call.name.span)) {
                places.insert(at, self.flows.len());
                self.flows.push(flow);
            }
        }
        let resources = other.resources.into_iter();
        self.resources.extend(resources.filter_map(|it| {
            let (flow, instance) = (*places.get(&it.flow)?, it.instance);
            Some(it.at(flow, instance))
        }));
    }
}

pub(super) struct Walker<'a, 'p> {
    evaluator: &'a Evaluator<'p>,
    project: &'p Project,
    roles: Roles<'a>,
    config: &'a Config,
    /// The integrations that serve something other than Identity Center.
    others: HashSet<Span>,
    /// What the variables of each flow module are for.
    inputs: HashMap<ModuleId, Inputs>,
    /// The calls of flow modules whose resources have not been examined yet.
    pending: Vec<Pending<'p>>,
    /// The evaluator for calls of modules that cannot be read.
    aside: Option<Evaluator<'p>>,
    walked: Walked<'p>,
}

/// A call of a flow module, and what its instances receive.
struct Pending<'p> {
    call: &'p ModuleCall,
    module: Option<&'p Module>,
    unknown: Option<Arc<Unknown>>,
    instances: Vec<Received>,
}

impl<'a, 'p> Walker<'a, 'p> {
    pub(super) fn new(evaluator: &'a Evaluator<'p>, config: &'a Config) -> Self {
        let project = evaluator.project();
        let roles = Roles::new(project, config);
        let modules = project.modules_by_id().map(|(_, module)| module);
        let others = modules.flat_map(serving_others);
        Self {
            others: others.collect(),
            evaluator,
            project,
            roles,
            config,
            inputs: HashMap::default(),
            pending: Vec::new(),
            aside: None,
            walked: Walked::default(),
        }
    }

    /// Visits the root module and all that it calls.
    pub(super) fn walk(mut self) -> Walked<'p> {
        let root = self.evaluator.root();
        self.visit(&root, &[]);
        self.walked.errors = self.evaluator.errors();
        for Pending { call, module, unknown, instances } in std::mem::take(&mut self.pending) {
            let mut flow =
                FlowCall { call: Some(call), module, instances: Vec::with_capacity(instances.len()), unknown };
            for received in instances {
                let instance = received.instance.clone();
                self.add_instances(&mut flow, received);
                // An instance that leads nowhere is not needed again, and there may be many.
                if !self.roles.leads_on(call) {
                    self.evaluator.forget(&instance);
                }
            }
            self.walked.flows.push(flow);
        }
        let known = self.evaluator.errors().len();
        if let Some(module) = self.project.root().filter(|_| self.roles.has_sinks(ModuleId::ROOT)) {
            let mut flow = FlowCall { call: None, module: Some(module), instances: Vec::new(), unknown: None };
            let carriers = Arc::from([]);
            self.add_instances(
                &mut flow,
                Received { instance: root, repetitions: Vec::new(), arguments: Vec::new(), carriers },
            );
            // Terraform creates nothing for an empty repetition.
            if self.makes_nothing(module) {
                flow.instances.clear();
                self.walked.resources.retain(|resource| resource.flow != self.walked.flows.len());
            }
            self.walked.flows.push(flow);
        }
        // The root module's own resources are the flows. Where evaluation was given up, nothing was checked.
        let later = self.evaluator.errors().into_iter().enumerate().skip(self.walked.errors.len());
        for (at, error) in later {
            match at >= known || error.kind == EvalErrorKind::Limit {
                true => self.walked.errors.push(error),
                false => self.walked.resource_errors.push(error),
            }
        }
        self.walked
    }

    /// Whether the root module has sinks, and all of them are repeated for nothing.
    fn makes_nothing(&self, module: &'p Module) -> bool {
        let root = self.evaluator.root();
        let mut sinks = sinks_in(module).map(|(sink, _)| sink).peekable();
        sinks.peek().is_some()
            && sinks
                .all(|sink| self.evaluator.resource_instances(&root, sink).is_ok_and(|instances| instances.is_empty()))
    }

    fn visit(&mut self, instance: &Instance, around: &[Repetition]) {
        self.walked.instances.insert(instance.address().clone(), instance.clone());
        let Some(module) = self.module_of(instance) else { return };
        let is_runtime = |call: &ModuleCall| self.roles.of(call) == Role::Runtime;
        let found = policies::policies(self.evaluator, instance, module, &is_runtime);
        self.walked.runtimes.extend(found.known);
        self.walked.possible_runtimes.extend(found.possible);
        self.walked.trusts.extend(found.trusts);
        for call in &module.calls {
            let role = self.roles.of(call);
            if role == Role::Other && call.child.is_none() {
                // A separate evaluator is used, because errors in calls that are not for tenants do not matter.
                let aside = self.aside.get_or_insert_with(|| Evaluator::new(self.project));
                let values = received(aside, instance, call);
                match receives_tenants(&values, 2) || passes_grants(aside, instance, module, call) {
                    true => self.walked.unread_calls.push(call),
                    false => self.walked.other_calls.push((call, values)),
                }
                continue;
            }
            let (instances, unknown) = match self.evaluator.instances(instance, call) {
                Ok(instances) => (instances, None),
                Err(unknown) => (Vec::new(), Some(unknown)),
            };
            if unknown.is_none() && self.evaluator.is_open(instance, call) {
                self.walked.open_calls.insert(call.span);
            }
            match role {
                Role::Flow => self.flow(call, module, &instances, unknown, around),
                Role::Connector => {
                    // The roles that it trusts may still be known.
                    let any = unknown.map(|_| self.evaluator.any_instance(instance, call));
                    let instances: Vec<Instance> = instances.into_iter().chain(any).collect();
                    self.walked.connectors.push(connector(self.evaluator, call, &instances));
                    continue;
                }
                Role::Runtime => {
                    let mut alternatives = Vec::new();
                    let safelist = |of| safelists::safelist(self.evaluator, call, of, &mut alternatives);
                    let handed = RuntimeCall {
                        block: RuntimeBlock::Call(call),
                        safelists: instances.iter().filter_map(safelist).collect(),
                        alternatives,
                        outside: Vec::new(),
                        instances: instances.len(),
                        is_unknown: unknown.is_some(),
                    };
                    let before = self.walked.runtimes.len();
                    if self.roles.leads_on(call) {
                        instances.iter().for_each(|child| self.visit(child, &repetitions(child, around)));
                    }
                    let own = self.walked.runtimes.split_off(before);
                    self.walked.runtimes.extend(policies::in_place_of(handed, own));
                }
                Role::Other => {
                    let unknown = unknown.filter(|_| self.leads_on(instance, call));
                    self.walked.unknown_calls.extend(unknown.map(|unknown| (call, unknown)));
                }
            }
            if role == Role::Other || role == Role::Flow && self.roles.leads_on(call) {
                for child in &instances {
                    let repetitions = repetitions(child, around);
                    self.visit(child, &repetitions);
                }
            }
        }
    }

    /// Whether an instance of a call, whichever it is, has anything that matters.
    fn leads_on(&self, caller: &Instance, call: &'p ModuleCall) -> bool {
        if !self.roles.leads_on(call) {
            return false;
        }
        let any = self.evaluator.any_instance(caller, call);
        let Some(module) = self.module_of(&any) else { return false };
        let is_runtime = |call: &ModuleCall| self.roles.of(call) == Role::Runtime;
        let policies = || policies::policies(self.evaluator, &any, module, &is_runtime);
        module.calls.iter().any(|call| self.roles.of(call) != Role::Other || self.leads_on(&any, call))
            || self.evaluator.tolerating(policies).matter()
    }

    fn module_of(&self, instance: &Instance) -> Option<&'p Module> {
        instance.module().and_then(|id| self.project.module(id))
    }
}

fn connector<'p>(evaluator: &Evaluator<'p>, call: &'p ModuleCall, instances: &[Instance]) -> ConnectorCall<'p> {
    let instances = instances
        .iter()
        .map(|instance| ConnectorInstance {
            environment: evaluator.argument(instance, "environment"),
            runtime_role_arns: evaluator.argument(instance, "runtime_role_arns"),
        })
        .collect();
    ConnectorCall { call, instances }
}
