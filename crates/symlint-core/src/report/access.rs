//! Who can access what in effect: according to the resources of a flow, or else its arguments, or else the tenant's
//! entry.

use symlint_terraform::{SortedMap, SortedSet, Span, Str};

use super::place::{Known, known, shown};
use super::wire::{Access, AccessStep};
use crate::check::Outcome;
use crate::discover::{Effective, by_grant, effects_of};
use crate::finding::Finding;
use crate::tenants::{FieldKind, FlowInstance, FlowResource, Grant, Model, Tenant, TenantId, flows_of, resources_of};

/// The parts of a grant, in the order in which they are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Role,
    Instance,
    PermissionSet,
    Account,
}

/// All grants of a run with their tenants: first those of its flow instances, then those of the tenants that no flow
/// instance receives. `elsewhere` has the findings of other runs that relate to its tenants.
pub(super) fn of(outcome: &Outcome<'_>, run: usize, elsewhere: &[&Finding]) -> Vec<(Option<TenantId>, Access)> {
    let model = &outcome.model;
    let mut found: Vec<(Option<TenantId>, Access)> = Vec::new();
    let mut wired: SortedSet<TenantId> = SortedSet::new();
    for (flow, call) in model.flows.iter().enumerate() {
        for (at, instance) in call.instances.iter().enumerate() {
            wired.extend(instance.tenant);
            let grants = grants_of(model, instance, resources_of(&model.resources, flow, at));
            found.extend(grants.into_iter().map(|grant| (instance.tenant, Access { run, ..grant })));
        }
    }
    for tenant in model.tenants.iter().filter(|tenant| !wired.contains(&tenant.id)) {
        found.extend(tenant.grants.iter().map(|grant| (Some(tenant.id), Access { run, ..written(tenant, grant) })));
    }
    note_findings(outcome, elsewhere, &mut found);
    found
}

/// A grant as it is written in a tenant's entry.
fn written(tenant: &Tenant, grant: &Grant) -> Access {
    let step = |field| AccessStep { value: known(field), findings: Vec::new() };
    Access {
        tenant: tenant.key.raw().cloned().unwrap_or_default(),
        run: 0,
        flow: None,
        role: step(&tenant.connector.role_arn),
        instance: step(&tenant.connector.instance_arn),
        permission_set: step(&grant.permission_set_arn),
        account: step(&grant.target_account_id),
    }
}

/// The grants of a flow instance.
fn grants_of(model: &Model<'_>, instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Vec<Access> {
    let effects = effects_of(instance, resources);
    let tenant = instance.tenant.map(|id| model.tenant(id));
    let key = tenant.and_then(|tenant| tenant.key.raw().cloned());
    let step = |value: Option<Known>| AccessStep { value, findings: Vec::new() };
    // The connector may be that of another flow of the tenant.
    let connector = |field: FieldKind| {
        let own = effects.iter().find(|effective| effective.field == field);
        let own = own.and_then(|it| shown(&it.value, field, model.project));
        own.or_else(|| known(tenant?.connector.field(field)))
    };
    let [role, instance_arn] = [FieldKind::RoleArn, FieldKind::InstanceArn].map(connector);
    let by_grant = by_grant(&mut effects.iter());
    let grant = |number: Option<usize>| {
        let of = |field: FieldKind| {
            let own = by_grant.get(&(number, field));
            step(own.and_then(|effective| shown(&effective.value, field, model.project)))
        };
        let access = Access {
            tenant: key.clone().unwrap_or_else(|| instance.address.clone()),
            run: 0,
            flow: None,
            role: step(role.clone()),
            instance: step(instance_arn.clone()),
            permission_set: of(FieldKind::PermissionSetArn),
            account: of(FieldKind::TargetAccountId),
        };
        let flows = flows_of(instance, resources, number).into_iter();
        flows.map(|flow| Access { flow: Some(flow), ..access.clone() }).collect::<Vec<_>>()
    };
    let mut numbers: Vec<usize> = effects.iter().filter_map(|effective: &Effective| effective.grant).collect();
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.is_empty() {
        true => grant(None),
        false => numbers.into_iter().flat_map(|number| grant(Some(number))).collect(),
    }
}

/// Adds each finding that is not suppressed to the edges of all tenants that it is about.
fn note_findings(outcome: &Outcome<'_>, elsewhere: &[&Finding], found: &mut [(Option<TenantId>, Access)]) {
    let model = &outcome.model;
    let mut counting: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.counts()).collect();
    let own = counting.len();
    counting.extend(elsewhere.iter().filter(|finding| finding.counts()));
    if counting.is_empty() {
        return;
    }
    let mut places: Vec<(Span, usize)> = Vec::new();
    for (at, finding) in counting.iter().enumerate() {
        let is_own = at < own;
        if is_own {
            places.push((finding.span, at));
        }
        let here = finding.related.iter().filter(|related| match related.elsewhere {
            Some(tenant) => !is_own && tenant.run == model.run,
            None => is_own,
        });
        places.extend(here.map(|related| (related.span, at)));
    }
    places.sort_unstable();
    // For each finding on an edge, the affected values: a tenant may have several grants.
    let mut on: SortedMap<(TenantId, Edge, usize), Vec<Str>> = SortedMap::new();
    let within = |span: Span| {
        let from = places.partition_point(|(place, _)| (place.file, place.start) < (span.file, span.start));
        let end = span.end.max(span.start + 1);
        let within =
            places.iter().skip(from).take_while(move |(place, _)| place.file == span.file && place.start < end);
        within.map(|(_, finding)| *finding)
    };
    for tenant in &model.tenants {
        for field in tenant.values() {
            let Some(edge) = edge_of(field.kind) else { continue };
            for finding in within(model.project.visible(field.span)) {
                on.entry((tenant.id, edge, finding)).or_default().extend(field.raw().cloned());
            }
        }
    }
    for instance in model.flows.iter().flat_map(|flow| &flow.instances) {
        let Some(tenant) = instance.tenant else { continue };
        let name = model.tenant(tenant).name();
        for argument in instance.arguments.iter().filter(|argument| !argument.is_default) {
            for finding in within(argument.span) {
                // All instances share the expression.
                let is_own = counting.get(finding).is_some_and(|it| it.tenant.as_deref().is_none_or(|own| own == name));
                let edges = argument.parts.iter().filter_map(|part| edge_of(part.field));
                for edge in edges.filter(|_| is_own) {
                    on.entry((tenant, edge, finding)).or_default();
                }
            }
        }
    }
    // A finding that is not about a value of a tenant is about the tenant as a whole, and is added to the first edge.
    let placed: SortedSet<(TenantId, usize)> = on.keys().map(|(tenant, _, finding)| (*tenant, *finding)).collect();
    let mut by_name: SortedMap<&str, Vec<TenantId>> = SortedMap::new();
    for tenant in &model.tenants {
        by_name.entry(tenant.name()).or_default().push(tenant.id);
    }
    for (at, finding) in counting.iter().enumerate().take(own) {
        let names = finding.tenant.iter().chain(&finding.tenants);
        for tenant in names.filter_map(|name| by_name.get(name.as_str())).flatten() {
            if !placed.contains(&(*tenant, at)) {
                on.entry((*tenant, Edge::Role, at)).or_default();
            }
        }
    }
    let values: SortedSet<(TenantId, Edge, Str)> = found
        .iter()
        .filter_map(|(tenant, access)| Some(((*tenant)?, access)))
        .flat_map(|(tenant, access)| [Edge::PermissionSet, Edge::Account].map(|edge| (tenant, edge, access)))
        .filter_map(|(tenant, edge, access)| Some((tenant, edge, Known::text(&step(access, edge).value)?.clone())))
        .collect();
    // The findings on one value, and those on a tenant as a whole.
    let mut on_values: SortedMap<(TenantId, Edge, Str), Vec<usize>> = SortedMap::new();
    let mut on_all: SortedMap<(TenantId, Edge), Vec<usize>> = SortedMap::new();
    for ((tenant, edge, at), texts) in on {
        let mut places: Vec<(TenantId, Edge, Str)> = texts.into_iter().map(|text| (tenant, edge, text)).collect();
        places.retain(|place| values.contains(place));
        if places.is_empty() {
            on_all.entry((tenant, edge)).or_default().push(at);
        }
        places.into_iter().for_each(|place| on_values.entry(place).or_default().push(at));
    }
    for (tenant, access) in found {
        let Some(tenant) = *tenant else { continue };
        for edge in [Edge::Role, Edge::Instance, Edge::PermissionSet, Edge::Account] {
            let own =
                Known::text(&step(access, edge).value).and_then(|own| on_values.get(&(tenant, edge, own.clone())));
            let own = own.into_iter().chain(on_all.get(&(tenant, edge))).flat_map(|all| all.iter().take(MOST));
            let own: SortedSet<usize> = own.copied().collect();
            let mut listed: SortedSet<&str> = SortedSet::new();
            for finding in own.iter().filter_map(|at| counting.get(*at)) {
                if listed.insert(&finding.fingerprint) {
                    step_mut(access, edge).findings.push(finding.fingerprint.clone());
                }
            }
        }
    }
}

/// How many findings are added to an edge, both for one value and for a tenant. There may be as many edges as findings.
const MOST: usize = 100;

fn step(access: &Access, edge: Edge) -> &AccessStep {
    match edge {
        Edge::Role => &access.role,
        Edge::Instance => &access.instance,
        Edge::PermissionSet => &access.permission_set,
        Edge::Account => &access.account,
    }
}

fn step_mut(access: &mut Access, edge: Edge) -> &mut AccessStep {
    match edge {
        Edge::Role => &mut access.role,
        Edge::Instance => &mut access.instance,
        Edge::PermissionSet => &mut access.permission_set,
        Edge::Account => &mut access.account,
    }
}

fn edge_of(kind: FieldKind) -> Option<Edge> {
    match kind {
        FieldKind::Key => None,
        FieldKind::SsoAccountId | FieldKind::RoleArn => Some(Edge::Role),
        FieldKind::Cloud | FieldKind::InstanceArn | FieldKind::Region => Some(Edge::Instance),
        FieldKind::PermissionSetArn => Some(Edge::PermissionSet),
        FieldKind::TargetAccountId => Some(Edge::Account),
    }
}
