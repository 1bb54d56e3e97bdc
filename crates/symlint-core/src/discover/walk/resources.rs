//! The resources of a flow that a module has next to its calls.

use foldhash::{HashMap, HashSet};
use symlint_terraform::syntax::{Expr, ExprKind, children};
use symlint_terraform::{Instance, InstanceKey, Kind, Module, Resource, ResourceId, ResourceInstance, Str, Value};

use super::Walker;
use super::repetition::repetition;
use crate::discover::arguments::is_repeated;
use crate::discover::components;
use crate::discover::sinks::{ASSIGNMENTS, OTHER_ROLE, Reference, Sink, Within, is_of_flow};
use crate::tenants::{FlowResource, Repetition};

impl<'a, 'p> Walker<'a, 'p> {
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
    pub(super) fn groups(
        &mut self,
        instance: &Instance,
        module: &'p Module,
        is_repeated: bool,
    ) -> Vec<ResourceGroup<'p>> {
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
pub(super) struct ResourceGroup<'p> {
    /// The key of the resources, if it tells flows apart.
    pub(super) label: Option<Str>,
    pub(super) repetition: Option<Repetition>,
    pub(super) address: Str,
    pub(super) resources: Vec<FlowResource<'p>>,
}

impl<'p> ResourceGroup<'p> {
    /// The flows of a group, each with the address of the first resource on which Sym or AWS acts.
    pub(super) fn split(self) -> Vec<Self> {
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
