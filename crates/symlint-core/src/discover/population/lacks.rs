//! What entries lack, and what in them does not fit.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Kind, Makeup, PathStep, Span, Str, Value};

use crate::discover::effective::Effective;
use crate::discover::walk::Walked;
use crate::tenants::{
    Absence, Field, FieldKind, FlowInstance, FlowResource, Misfit, MisfitKind, MissingAttribute, State, Step, Tenant,
    TenantId, Way, resources_of, text_of, values_at,
};

/// Marks the values that are written in the calls of a single tenant. They are this tenant's own, unless other tenants
/// have them from the same place.
pub(super) fn mark_alone(walked: &Walked<'_>, effects: &mut [Vec<Vec<Effective>>]) {
    let place = |it: &Effective| matches!(it.value.origin.makeup, Makeup::Written(_)).then_some(it.value.origin.span);
    let mut owners: HashMap<Span, Option<usize>> = HashMap::default();
    for (tenant, effects) in effects.iter().enumerate() {
        for span in effects.iter().flatten().filter_map(place) {
            owners.entry(span).and_modify(|known| *known = known.filter(|it| *it == tenant)).or_insert(Some(tenant));
        }
    }
    let calls = walked.flows.iter().flat_map(|flow| {
        let first = flow.instances.first().map(|it| it.tenant);
        let is_only = flow.instances.iter().all(|it| Some(it.tenant) == first);
        flow.instances.iter().map(move |it| (it, is_only))
    });
    let calls = calls.filter_map(|(instance, is_only)| Some((instance.tenant?.index(), is_only)));
    let mut counts: HashMap<usize, usize> = HashMap::default();
    for (tenant, is_only) in calls {
        let at = counts.entry(tenant).or_default();
        let effects = effects.get_mut(tenant).and_then(|effects| effects.get_mut(*at));
        *at += 1;
        for effective in effects.into_iter().flatten().filter(|_| is_only) {
            effective.is_alone = place(effective).is_some_and(|span| owners.get(&span).copied().flatten().is_some());
        }
    }
}

/// The target accounts that tenants say but do not receive.
pub(super) fn displaced(tenants: &[Tenant], effects: &[Vec<Vec<Effective>>]) -> HashMap<Str, TenantId> {
    let mut all = HashMap::default();
    for (tenant, effects) in tenants.iter().zip(effects) {
        let received = effects.iter().flatten().filter(|it| it.field == FieldKind::TargetAccountId);
        let received: HashSet<Str> = received.filter_map(|it| text_of(&it.value)).collect();
        let own = tenant.grants.iter().filter_map(|grant| grant.target_account_id.raw());
        all.extend(own.filter(|text| !received.contains(*text)).map(|text| (text.clone(), tenant.id)));
    }
    all
}

/// The flow instances that have a tenant, with their resources.
pub(in crate::discover) fn assigned<'w, 'p>(
    walked: &'w Walked<'p>,
) -> impl Iterator<Item = (TenantId, &'w FlowInstance, &'w [FlowResource<'p>])> {
    walked.flows.iter().enumerate().flat_map(move |(flow, call)| {
        let instances = call.instances.iter().enumerate();
        instances.filter_map(move |(at, instance)| {
            Some((instance.tenant?, instance, resources_of(&walked.resources, flow, at)))
        })
    })
}

/// Notes the nulls and empty texts in the entry of `tenant` that take effect. Others may be there for a filter to leave out.
pub(super) fn note_absent(tenant: &mut Tenant, effects: &[Vec<Effective>]) {
    for Effective { field, value, .. } in effects.iter().flatten() {
        let absence = match &value.kind {
            Kind::Null => Absence::Null,
            Kind::String(text) if text.is_empty() => Absence::Empty,
            _ => continue,
        };
        let Some(path) = &value.origin.path else { continue };
        let is_it = |it: &&Field| it.kind == *field && it.path.as_ref() == Some(path);
        let absent = tenant.fields().find(is_it).filter(|it| matches!(it.state, State::Absent(own) if own == absence));
        let known = |gap: &MissingAttribute| gap.path == *path;
        if let (Some(absent), Some(name), false) =
            (absent, path.last().and_then(PathStep::name), tenant.missing.iter().any(known))
        {
            let (name, span, path) = (name.to_string(), absent.span, path.clone());
            tenant.missing.push(MissingAttribute { name, absence, span, path, field: Some(*field) });
        }
    }
}

/// Notes the lists and objects of a tenant that take effect where a text should be.
pub(super) fn note_misfits(tenant: &mut Tenant, effects: &[Vec<Effective>]) {
    let is_other = |value: &Value| value.entries().is_some() || value.elements().is_some();
    for Effective { field, value, .. } in effects.iter().flatten().filter(|it| is_other(&it.value)) {
        let span = value.origin.span;
        let is_it = tenant.values().any(|own| own.kind == *field && own.span == span);
        let is_known = tenant.misfits.iter().any(|known| known.span == span);
        if let (true, false, Some(path)) = (is_it, is_known, value.origin.path.clone()) {
            let kind = MisfitKind::Type { wanted: "string", got: value.type_name() };
            tenant.misfits.push(Misfit { span, path, kind });
        }
    }
}

/// Notes the empty ids from which ARNs are built.
pub(super) fn note_empty_ids(tenant: &mut Tenant, ways: &[Way], element: &Value) {
    let is_id = |way: &&Way| matches!(way.field, FieldKind::InstanceArn | FieldKind::PermissionSetArn);
    for way in ways.iter().filter(|way| way.is_fragment).filter(is_id) {
        for value in values_at(element, &way.steps) {
            let is_empty = value.as_str().is_some_and(|text| text.is_empty());
            if let (true, Some(Step::Name(name)), Some(path)) = (is_empty, way.steps.last(), &value.origin.path) {
                let (name, absence) = (name.to_string(), Absence::Empty);
                let (span, path, field) = (value.origin.span, path.clone(), Some(way.field));
                tenant.missing.push(MissingAttribute { name, absence, span, path, field });
            }
        }
    }
}

/// Whether an expression fails because the attribute at the end of the way is missing.
pub(super) fn refused_by(way: &Way, refused: &HashSet<Str>) -> bool {
    matches!(way.steps.last(), Some(Step::Name(name)) if refused.contains(name))
}

/// Notes that an element of another collection lacks a value of `tenant`.
pub(super) fn note_lack(tenant: &mut Tenant, way: &Way, element: &Value) {
    let (Some(Step::Name(name)), Some(path)) = (way.steps.last(), &element.origin.path) else { return };
    let is_wanted = tenant.values().any(|it| it.kind == way.field);
    if is_wanted && tenant.missing.iter().all(|gap| gap.name != name.as_str()) {
        let path = path.join(PathStep::Attribute(name.clone()));
        let (span, field) = (element.origin.span.part(0..1), Some(way.field));
        let (name, absence) = (name.to_string(), Absence::Missing);
        tenant.missing.push(MissingAttribute { name, absence, span, path, field });
    }
}
