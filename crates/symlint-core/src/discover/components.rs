//! Which resources of a module make up one flow, where nothing is repeated: one module may have resources for several
//! customers.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, Str};

use super::sinks::named;
use crate::tenants::{FieldKind, FlowResource, text_of};

/// Splits the resources of a module into those of its flows. Resources that belong to no flow are added to the first
/// one.
///
/// Strategies, integrations, and assignments that act on the same instance belong to one flow. So do a strategy and its
/// integration, unless their instances differ. A target belongs to the strategy that names it; if several do, to the
/// one with its instance. A resource that only refers to other modules is a flow of its own, unless it is a strategy
/// without an instance: then all resources belong to one flow.
pub(super) fn split<'p>(resources: Vec<FlowResource<'p>>) -> Vec<Vec<FlowResource<'p>>> {
    let Some(flows) = flows(&resources) else { return vec![resources] };
    let mut split: SortedMap<usize, Vec<FlowResource<'p>>> = SortedMap::new();
    for (resource, flow) in resources.into_iter().zip(flows) {
        split.entry(flow).or_default().push(resource);
    }
    split.into_values().collect()
}

/// The flow of each resource, by the index of its first owner; `None` if all belong to one flow.
fn flows(resources: &[FlowResource<'_>]) -> Option<Vec<usize>> {
    let instances: Vec<Option<Str>> = resources.iter().map(instance_of).collect();
    let is_owner = |at: usize| resources.get(at).is_some_and(|it| it.sink().is_some() && it.kind() != "sym_target");
    let mut blocks: HashMap<(&str, &str), usize> = HashMap::default();
    for (at, resource) in resources.iter().enumerate() {
        blocks.entry(block(resource)).or_insert(at);
    }
    let mut first: Vec<usize> = (0..resources.len()).collect();
    let mut by_instance: HashMap<&Str, usize> = HashMap::default();
    let mut named_by: HashMap<usize, Vec<usize>> = HashMap::default();
    let mut elsewhere: HashSet<usize> = HashSet::default();
    for (at, resource) in resources.iter().enumerate() {
        let of_block = *blocks.get(&block(resource))?;
        if is_owner(at) {
            join(&mut first, of_block, at);
        }
        if let Some(instance) = instances.get(at)?.as_ref().filter(|_| is_owner(at)) {
            let known = *by_instance.entry(instance).or_insert(at);
            join(&mut first, known, at);
        }
        for (reference, expr, _) in resource.references() {
            let (kind, _) = reference.to;
            let names = named(expr, kind);
            match (names.is_empty(), is_owner(at)) {
                (true, true) if instances.get(at)?.is_none() => return None,
                (true, false) => _ = elsewhere.insert(at),
                _ => {}
            }
            for other in names.iter().filter_map(|name| blocks.get(&(kind, *name)).copied()) {
                let (own, its) = (instances.get(at)?, instances.get(other)?);
                if is_owner(at) && is_owner(other) {
                    if own.is_none() || its.is_none() || own == its {
                        join(&mut first, at, other);
                    }
                } else if is_owner(at) {
                    named_by.entry(other).or_default().push(at);
                } else {
                    named_by.entry(of_block).or_default().push(other);
                }
            }
        }
    }
    let owner = |at: usize| {
        let of_block = blocks.get(&block(resources.get(at)?))?;
        let by = named_by.get(of_block).map(Vec::as_slice).unwrap_or_default();
        let instance = instances.get(at)?.as_ref();
        let same =
            by.iter().find(|by| instance.is_some() && instances.get(**by).is_some_and(|it| it.as_ref() == instance));
        let named = same.or(by.first()).or_else(|| by_instance.get(instance?)).copied();
        named.or(elsewhere.contains(&at).then_some(at))
    };
    let start = (0..resources.len()).find(|at| is_owner(*at))?;
    let of = |at: usize| root(&first, if is_owner(at) { at } else { owner(at).unwrap_or(start) });
    let flows: Vec<usize> = (0..resources.len()).map(of).collect();
    flows.iter().any(|flow| Some(flow) != flows.first()).then_some(flows)
}

/// The id of the instance that a resource acts on; if it is unknown, the reason.
fn instance_of(resource: &FlowResource<'_>) -> Option<Str> {
    let of = |field: FieldKind| {
        let (_, value) = resource.settings().find(|(setting, _)| setting.field == field)?;
        let text = text_of(&value).and_then(|text| text.split('/').nth(1).map(Str::from));
        text.or_else(|| value.as_unknown().map(|unknown| unknown.reason.as_str().into()))
    };
    of(FieldKind::InstanceArn).or_else(|| of(FieldKind::PermissionSetArn))
}

/// What identifies a block among those of a module.
fn block<'p>(resource: &FlowResource<'p>) -> (&'p str, &'p str) {
    (resource.kind(), resource.resource.name.text.as_str())
}

fn root(first: &[usize], mut at: usize) -> usize {
    while let Some(above) = first.get(at).filter(|above| **above != at) {
        at = *above;
    }
    at
}

fn join(first: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(first, a), root(first, b));
    if let Some(later) = first.get_mut(a.max(b)) {
        *later = a.min(b);
    }
}
