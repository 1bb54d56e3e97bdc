//! Visits all module instances and collects what matters in them: flows, connectors, and what the runtime may enter.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use symlint_terraform::syntax::{Expr, ExprKind, children};
use symlint_terraform::{
    Entry, EvalError, EvalErrorKind, Evaluator, Instance, InstanceKey, Kind, Module, ModuleCall, ModuleId, Project,
    Resource, ResourceId, ResourceInstance, Span, Str, Unknown, Value, Variable,
};

use super::arguments::{Carriers, Inputs, is_repeated};
use super::components;
use super::looks::{passes_grants, received, receives_tenants};
use super::modules::{Role, Roles};
use super::policies;
use super::safelists;
use super::sinks::{ASSIGNMENTS, OTHER_ROLE, Reference, Sink, Within, is_of_flow, serving_others, sinks_in};
use crate::config::Config;
use crate::tenants::{
    Argument, ArgumentPart, ConnectorCall, ConnectorInstance, FlowCall, FlowInstance, FlowResource, Input, Repetition,
    RuntimeBlock, RuntimeCall, Trust,
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

/// What one instance of a flow module receives.
struct Received {
    instance: Instance,
    repetitions: Vec<Repetition>,
    arguments: Vec<Argument>,
    carriers: Carriers,
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

    fn flow(
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
    fn add_instances(&mut self, flow: &mut FlowCall<'p>, received: Received) {
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
    fn argument(
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
    fn default(
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

    /// The value, in one of its instances, of an `expr` by which a resource refers to others.
    fn referred(
        &self,
        module: &Module,
        of: &ResourceInstance<'p>,
        by: &Reference,
        (expr, within): (&Expr, Within<'_>),
    ) -> Option<Value> {
        let value = match within {
            Within::Dynamic(block) => return self.evaluator.resource_content(of, block, expr),
            _ => self.evaluator.resource_expression(of, expr),
        };
        if !matches!(within, Within::Object) {
            return Some(self.followed(module, of, expr, value));
        }
        let whole = value.at(0).unwrap_or(value);
        let possible = || whole.as_unknown().map(|_| whole.with_candidates(|it| it.get(by.attribute)));
        whole.get(by.attribute).or_else(possible)
    }

    /// `value`, which is that of `expr`. If a function makes it unknown, it may be any of the resources that `expr`
    /// refers to.
    fn followed(&self, module: &Module, of: &ResourceInstance<'p>, expr: &Expr, value: Value) -> Value {
        if let (ExprKind::Tuple(items), Some(parts)) = (&expr.kind, value.elements()) {
            let parts = items.iter().zip(parts).map(|(item, part)| self.followed(module, of, item, part.clone()));
            return Value::new(Kind::Tuple(parts.collect::<Vec<_>>().into()), value.origin.clone());
        }
        let is_opaque = value.as_unknown().is_some_and(|unknown| !unknown.is_refused)
            && value.resource().is_none()
            && value.candidates().is_empty();
        let named = if is_opaque { self.named_in(module, of, expr) } else { Vec::new() };
        if named.is_empty() { value } else { value.or_one_of(named) }
    }

    /// The resources that `expr` refers to, however it uses them.
    fn named_in(&self, module: &Module, of: &ResourceInstance<'p>, expr: &Expr) -> Vec<Value> {
        let mut named = Vec::new();
        let mut work = vec![expr];
        while let Some(expr) = work.pop() {
            let value = names_resource(module, expr).then(|| self.evaluator.resource_expression(of, expr));
            match value.filter(|value| value.resource().is_some()) {
                Some(value) => named.push(value),
                None => work.extend(children(expr)),
            }
        }
        named
    }

    /// The resources of one instance of a flow module, grouped by the flow to which they belong.
    fn groups(&mut self, instance: &Instance, module: &'p Module, is_repeated: bool) -> Vec<ResourceGroup<'p>> {
        let mut groups: Vec<ResourceGroup<'p>> = Vec::new();
        let mut by_label: HashMap<Option<Str>, usize> = HashMap::default();
        let serves_others = |resource: &Resource| {
            resource.kind.text.as_str() == OTHER_ROLE.from.0 && self.others.contains(&resource.block.span)
        };
        let by_key = !is_repeated && is_by_key(module, instance.caller().is_none(), &serves_others);
        let resources = module.resources.iter().filter(|resource| is_of_flow(resource));
        let mut unknown = Vec::new();
        let instances_of = |resource: &'p Resource| {
            let instances = self.evaluator.resource_instances(instance, resource).unwrap_or_else(|why| {
                let acts = Sink::of_block(resource).is_some() && !serves_others(resource);
                unknown.extend(acts.then_some((resource, why)));
                Vec::new()
            });
            (resource, instances)
        };
        let resources: Vec<_> = resources.map(instances_of).collect();
        // A single index only says that a resource exists.
        let is_counted = resources.iter().any(|(_, instances)| instances.len() > 1);
        for (resource, instances) in resources {
            for each in instances {
                let attribute = |name| Some((name, self.evaluator.resource_attribute(&each, name)?));
                let serves_others = serves_others(resource);
                let sink = Sink::of_block(resource).filter(|_| !serves_others);
                let is_other = sink.is_none() && resource.kind.text.as_str() == OTHER_ROLE.from.0;
                let role = is_other.then_some(&OTHER_ROLE);
                let referred = Reference::of_block(resource).chain(role).flat_map(|reference| {
                    let written = reference.written(resource).into_iter();
                    written.filter_map(|(expr, within)| {
                        Some((reference.attribute, expr, self.referred(module, &each, reference, (expr, within))?))
                    })
                });
                let referred = referred.collect();
                let attributes = FlowResource::attributes_of(sink).filter_map(attribute).collect();
                let repetition = repetition(each.key(), each.each_value(), each.count_index()).filter(|_| by_key);
                let key = each.key().text();
                let is_text = matches!(each.key(), InstanceKey::Key(_));
                let label = key.clone().filter(|_| by_key && (is_text || is_counted));
                let found = FlowResource::new(module, &each, serves_others, attributes, referred);
                let at = *by_label.entry(label.clone()).or_insert(groups.len());
                match groups.get_mut(at) {
                    Some(group) => group.resources.push(found),
                    None => {
                        let own = match (&label, each.key()) {
                            (Some(key), InstanceKey::Key(_)) => format!("[\"{key}\"]"),
                            (Some(index), _) => format!("[{index}]"),
                            (None, _) => String::new(),
                        };
                        let address = Str::from(format!("{}{own}", instance.address()));
                        groups.push(ResourceGroup { label, repetition, address, resources: vec![found] });
                    }
                }
            }
        }
        // If keys tell flows apart, resources such as Slack's integration are not a flow of their own.
        let matters = |group: &ResourceGroup<'_>| {
            let mut resources = group.resources.iter();
            resources.any(|it| it.sink().is_some() || group.label.is_some() && it.references().next().is_some())
        };
        give_back(&mut groups, instance.address());
        groups.retain(|group| !by_key || matters(group));
        join(&mut groups, instance.address());
        self.walked.unknown_resources.extend(unknown);
        groups
    }
}

/// The resources of one flow within one instance of a module.
struct ResourceGroup<'p> {
    /// The key of the resources, if it tells flows apart.
    label: Option<Str>,
    repetition: Option<Repetition>,
    address: Str,
    resources: Vec<FlowResource<'p>>,
}

impl<'p> ResourceGroup<'p> {
    /// The flows of a group, each with the address of the first resource on which Sym or AWS acts.
    fn split(self) -> Vec<Self> {
        let flows = components::split(self.resources);
        let is_all = flows.len() == 1;
        let flow = |resources: Vec<FlowResource<'p>>| {
            let acting = resources.iter().find(|it| it.sink().is_some()).filter(|_| !is_all);
            let dot = if self.address.is_empty() { "" } else { "." };
            let address = acting.map(|it| format!("{}{dot}{}", self.address, it.address()).into());
            let address = address.unwrap_or_else(|| self.address.clone());
            ResourceGroup { label: self.label.clone(), repetition: self.repetition.clone(), address, resources }
        };
        flows.into_iter().map(flow).collect()
    }
}

/// Returns a flow that is written out to the group with the strategy that it names, because it is another flow of the
/// same tenant.
fn give_back(groups: &mut [ResourceGroup<'_>], module: &Str) {
    let is_flow = |resource: &FlowResource<'_>| resource.kind() == "sym_flow";
    let has_flow = |group: &ResourceGroup<'_>| group.label.is_none() && group.resources.iter().any(is_flow);
    let Some(at) = groups.iter().position(has_flow).filter(|_| groups.len() > 1) else { return };
    let places = groups
        .iter()
        .enumerate()
        .flat_map(|(at, group)| group.resources.iter().map(move |it| ((it.resource.block.span, it.key.clone()), at)));
    let places: HashMap<_, _> = places.collect();
    let own = groups.get_mut(at).map(|group| std::mem::take(&mut group.resources)).unwrap_or_default();
    for resource in own {
        let named = resource.references().filter(|_| is_flow(&resource)).find_map(|(_, _, value)| value.resource());
        let named = named.filter(|id| id.module == *module);
        let to = named.and_then(|id| places.get(&(id.block, id.key.clone()))).copied().unwrap_or(at);
        groups.get_mut(to).into_iter().for_each(|group| group.resources.push(resource.clone()));
    }
}

/// Adds resources whose keys have no strategy, such as an organization's integration, to the strategies of the accounts
/// that refer to them. They are not flows of their own.
fn join(groups: &mut Vec<ResourceGroup<'_>>, module: &Str) {
    let has_strategy =
        |group: &ResourceGroup<'_>| group.resources.iter().any(|resource| resource.kind() == "sym_strategy");
    if groups.iter().all(has_strategy) || !groups.iter().any(has_strategy) {
        return;
    }
    let (mut flows, loose): (Vec<ResourceGroup<'_>>, Vec<ResourceGroup<'_>>) = groups.drain(..).partition(has_strategy);
    let places = loose.iter().enumerate().filter(|(_, group)| group.label.is_some()).flat_map(|(at, group)| {
        let id = |resource: &FlowResource<'_>| (resource.resource.block.span, resource.key.clone());
        group.resources.iter().map(move |resource| (id(resource), (at, resource)))
    });
    let places: HashMap<_, _> = places.collect();
    let (mut taken, mut given) = (HashSet::default(), HashSet::default());
    for group in &mut flows {
        let mut ids = Vec::new();
        // A reference that is the same in all flows does not assign a resource to one of them.
        let references = group.resources.iter().flat_map(FlowResource::references);
        for (_, _, value) in references.filter(|(_, expr, _)| is_repeated(expr)) {
            ids.extend(std::iter::once(value).chain(value.elements().unwrap_or_default()).filter_map(Value::resource));
        }
        let mut seen = HashSet::default();
        let ids: Vec<_> =
            ids.into_iter().filter(|id| id.module == *module && seen.insert((*id).clone())).cloned().collect();
        let joined = ids.into_iter().filter_map(|id| {
            let (at, resource) = places.get(&(id.block, id.key.clone()))?;
            taken.insert(*at);
            let mut resource = (*resource).clone();
            resource.is_again = !given.insert(id);
            Some(resource)
        });
        let mut joined: Vec<FlowResource<'_>> = joined.collect();
        joined.sort_by_key(|resource| resource.resource.block.span);
        group.resources.extend(joined);
    }
    groups.extend(flows);
    // The remaining resources are flows of their own.
    for (at, mut group) in loose.into_iter().enumerate() {
        if taken.contains(&at) {
            group.resources.retain(|it| {
                let id = ResourceId { module: module.clone(), block: it.resource.block.span, key: it.key.clone() };
                !given.contains(&id) && (it.sink().is_some() || it.references().next().is_some())
            });
        }
        groups.extend((!group.resources.is_empty()).then_some(group));
    }
}

/// Whether `expr` refers to a resource of `module` by keys that are not bound by a `for` expression.
fn names_resource(module: &Module, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Index(base, key) => names_resource(module, base) && !has_bindings(key),
        ExprKind::Attribute(base, name) => match &base.kind {
            ExprKind::Variable(kind) => module.resource(false, kind, &name.text).is_some(),
            _ => names_resource(module, base),
        },
        _ => false,
    }
}

/// Whether a part of `expr` may be the name that a `for` expression binds.
fn has_bindings(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(name) => !matches!(name.as_str(), "each" | "count" | "var" | "local"),
        _ => children(expr).into_iter().any(has_bindings),
    }
}

/// Whether the keys of the module's resources tell its flows apart. They do not if one strategy or one integration
/// serves all flows, or if they may be the grants of the one tenant for which the module is called.
fn is_by_key(module: &Module, is_root: bool, serves_others: &dyn Fn(&Resource) -> bool) -> bool {
    let is_repeated = |resource: &Resource| resource.attribute("for_each").or(resource.attribute("count")).is_some();
    let of = |kinds: &'static [&'static str]| {
        let is_sink = |resource: &&Resource| Sink::of_block(resource).is_some() && !serves_others(resource);
        let sinks = module.resources.iter().filter(is_sink);
        sinks.filter(move |resource| kinds.contains(&resource.kind.text.as_str()))
    };
    let owners = || of(&["sym_strategy", "sym_integration"]);
    let mut flows = module.resources.iter().filter(|resource| resource.kind.text.as_str() == "sym_flow");
    // A resource for a single tenant next to repeated ones does not serve all tenants.
    let are_repeated = || of(&["sym_strategy"]).any(is_repeated) && of(&["sym_integration"]).any(is_repeated);
    (owners().all(is_repeated) || are_repeated())
        && (owners().next().is_some()
            || flows.any(is_repeated)
            || is_root && of(&["sym_target", ASSIGNMENTS[0], ASSIGNMENTS[1]]).any(is_repeated))
}

/// The repetitions of `each` or `count` in an instance, followed by those of the modules around it.
fn repetitions(instance: &Instance, around: &[Repetition]) -> Vec<Repetition> {
    repetition(instance.key(), instance.each_value(), instance.count_index())
        .into_iter()
        .chain(around.iter().cloned())
        .collect()
}

fn repetition(key: &InstanceKey, value: Option<&Value>, index: Option<&Value>) -> Option<Repetition> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Key(key) => Some(Repetition { key: key.clone(), value: value.cloned() }),
        InstanceKey::Index(_) => Some(Repetition { key: index?.clone(), value: None }),
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
