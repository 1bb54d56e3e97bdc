//! The values that take effect for a tenant, where they differ from what its element says.

mod grants;
mod own;

pub(crate) use self::grants::by_grant;
pub use self::grants::{Granted, granted};
pub(super) use self::own::role_account;

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Makeup, Span, Str, Value};

use self::grants::apply_grants;
use self::own::{has_empty_part, is_for_all, is_normalized, is_of, is_own, is_rebuilt, is_selected, is_text};
use super::sinks::Setting;
use crate::tenants::{
    Absence, Field, FieldKind, FlowInstance, FlowResource, MissingAttribute, Provenance, SinkPlace, SourceIndex, State,
    Step, Tenant, TenantId, UnknownEffect, Way, values_at,
};

/// A value on which Sym or AWS acts for one flow instance.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    pub(crate) field: FieldKind,
    pub(crate) value: Value,
    /// The index of the grant that it belongs to.
    pub(crate) grant: Option<usize>,
    /// Whether it is only a part of the value that takes effect.
    pub(super) is_fragment: bool,
    /// The name of the argument or attribute.
    pub(super) name: Str,
    /// Where it takes effect.
    pub(super) sink: SinkPlace,
    /// Whether it is written in a call that is for this tenant alone.
    pub(super) is_alone: bool,
}

impl Effective {
    /// Each value that may take effect, if there are several candidates.
    pub(super) fn possible(self) -> Vec<Self> {
        match self.value.candidates() {
            [] => vec![self],
            candidates => candidates.iter().map(|value| Self { value: value.clone(), ..self.clone() }).collect(),
        }
    }
}

/// What takes effect for an instance with these resources: the values that they act on, and the arguments for all
/// others.
pub(crate) fn effects_of(instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Vec<Effective> {
    let mut effects = Vec::with_capacity(8);
    for (at, resource) in resources.iter().enumerate() {
        for (setting, value) in resource.settings() {
            let Setting { field, attribute, part } = *setting;
            let grant = field.is_of_grant().then_some(at);
            let kind = resource.sink().map_or("", |sink| sink.kind);
            let sink = SinkPlace::Setting { kind, attribute, part };
            let name = field.name().into();
            effects.push(Effective { field, value, grant, is_fragment: false, name, sink, is_alone: false });
        }
    }
    let by_resources: HashSet<FieldKind> = effects.iter().map(|effective| effective.field).collect();
    let arguments = argued(instance);
    effects.extend(arguments.into_iter().filter(|effective| !by_resources.contains(&effective.field)));
    effects
}

/// The values in the arguments of an instance.
pub(super) fn argued(instance: &FlowInstance) -> Vec<Effective> {
    let mut effects = Vec::new();
    for argument in &instance.arguments {
        if argument.value.as_unknown().is_some() && argument.value.candidates().is_empty() {
            let parts =
                argument.parts.iter().filter(|part| part.field != FieldKind::Key && !part.steps.contains(&Step::Each));
            effects.extend(parts.map(|part| Effective {
                field: part.field,
                value: argument.value.clone(),
                grant: part.field.is_of_grant().then_some(ARGUED),
                is_fragment: part.is_fragment,
                name: argument.name.clone(),
                sink: SinkPlace::Argument(argument.name.clone()),
                is_alone: false,
            }));
            continue;
        }
        let mut seen: Vec<(usize, FieldKind)> = Vec::new();
        for part in argument.parts.iter().filter(|part| part.field != FieldKind::Key) {
            let of_part = |it: &Value| !part.is_another(it);
            let name = match part.steps.last() {
                Some(Step::Name(name)) => name.clone(),
                _ => argument.name.clone(),
            };
            let effective = |value, grant| Effective {
                field: part.field,
                value,
                grant,
                is_fragment: part.is_fragment,
                name: name.clone(),
                sink: SinkPlace::Argument(argument.name.clone()),
                is_alone: false,
            };
            let Some(list) = part.steps.iter().position(|step| *step == Step::Each) else {
                let grant = part.field.is_of_grant().then_some(ARGUED);
                let values = values_at(&argument.value, &part.steps).into_iter().filter(of_part);
                effects.extend(values.map(|it| effective(it, grant)));
                continue;
            };
            let (to_list, inside) = part.steps.split_at(list);
            let elements =
                values_at(&argument.value, to_list).into_iter().flat_map(|list| values_at(&list, &[Step::Each]));
            for (at, element) in elements.enumerate() {
                for value in values_at(&element, inside.get(1..).unwrap_or_default()) {
                    // If there are several names for one value, the first that has a value is used.
                    if !seen.iter().rev().take_while(|(known, _)| *known == at).any(|(_, field)| *field == part.field) {
                        seen.push((at, part.field));
                        effects.push(effective(value, part.field.is_of_grant().then_some(ARGUED + 1 + at)));
                    }
                }
            }
        }
    }
    effects
}

/// The object that has the connector's values in the shipped example.
const HOLDER: &str = "sso_connector_settings";

/// The index of the grant in the arguments; the grants in lists follow. Indexes of resources are lower.
const ARGUED: usize = 1 << 20;

/// Replaces the values of `tenant` with those that take effect, where these were rebuilt on the way, or where the
/// tenant's element has none. Values of another tenant or for another purpose are left to the wiring rules. If all
/// permission sets of the collection are of the instance `common`, one connector may serve all of them. The targets that
/// are `displaced` are those of the tenants that say them.
pub(super) fn apply(
    tenant: &mut Tenant,
    effects: &[Vec<Effective>],
    sources: &SourceIndex,
    common: Option<&str>,
    displaced: &HashMap<Str, TenantId>,
) {
    let id = tenant.id;
    for field in FieldKind::CONNECTOR {
        if has_empty_part(tenant, field) {
            continue;
        }
        let written = tenant.connector.field(field);
        let is_written = !matches!(written.state, State::Absent(_)) && !written.is_unseen();
        let is_common =
            |it: &Effective| !is_written && common.is_some_and(|instance| is_for_all(it, instance, id, sources));
        let own = |effective: &&Effective| is_own(effective, id, sources) || is_common(effective);
        let candidates =
            effects.iter().flatten().filter(|effective| effective.field == field && !effective.is_fragment);
        let replaces_written = |it: &&Effective| {
            let is_normalized = || is_normalized(it, written.as_written());
            !is_written || is_rebuilt(it, id, sources) || is_normalized() || is_selected(it, tenant, sources)
        };
        let mut candidates = candidates.filter(replaces_written).filter(own);
        if let Some(effective) = candidates.next() {
            let known = effective.value.as_unknown().is_none();
            let is_same = written.as_written().is_some_and(|text| is_text(&effective.value, text));
            if (known && !is_same) || !is_written {
                let found = Field::new(field, id, Some(effective.value.clone()), tenant.key.span);
                if known {
                    close_gap(tenant, field, sources);
                }
                if found.as_written().is_some() {
                    tenant.missing.retain(|gap| gap.field != Some(field));
                }
                tenant.connector.is_common |= field == FieldKind::RoleArn && is_common(effective);
                tenant.connector.set(found);
            }
        }
    }
    // An object whose parts all take effect is not missing.
    if FieldKind::CONNECTOR.iter().all(|field| !tenant.connector.field(*field).is_unseen()) {
        tenant.missing.retain(|gap| gap.absence != Absence::Missing || gap.field.is_some() || gap.name != HOLDER);
    }
    let ways = ways_of(tenant, sources);
    let mut missing = std::mem::take(&mut tenant.missing);
    missing.retain(|gap| !is_made_up_for(gap, tenant, ways));
    tenant.missing = missing;
    apply_grants(tenant, effects, sources, displaced);
    let is_lacking = || tenant.missing.iter().any(|gap| gap.field == Some(FieldKind::SsoAccountId));
    let is_null = matches!(tenant.sso_account_id.state, State::Absent(Absence::Null)) && !is_lacking();
    if (tenant.sso_account_id.is_unseen() || is_null)
        && let Some(account) = role_account(&tenant.connector)
    {
        tenant.sso_account_id = account;
    }
}

/// The values that take effect for `tenant` and are not known although the tenant's own values are. One value may reach
/// several sinks.
pub(super) fn unknown(tenant: &Tenant, effects: &[Vec<Effective>]) -> Vec<UnknownEffect> {
    let mut found: Vec<UnknownEffect> = Vec::new();
    for Effective { field, value, .. } in effects.iter().flatten().filter(|effective| !effective.is_fragment) {
        let Some(unknown) = value.uncertainty().filter(|it| !it.is_refused) else { continue };
        let (reason, span, is_unevaluated) = (unknown.reason.clone(), unknown.span, unknown.is_unevaluated);
        let is_unknown = |it: &Field| it.kind == *field && matches!(it.state, State::Unknown(_));
        let is_counted = !is_unevaluated && tenant.values().any(is_unknown);
        let effect = UnknownEffect { tenant: tenant.id, field: *field, reason, span, is_unevaluated };
        if !is_counted && !found.contains(&effect) {
            found.push(effect);
        }
    }
    found
}

/// The places of values that take effect but were built from more parts than are examined, so that nothing can be said
/// about them.
pub(super) fn unfollowed<'e>(
    effects: &'e [Vec<Effective>],
    sources: &'e SourceIndex,
) -> impl Iterator<Item = Span> + 'e {
    let values = effects.iter().flatten().map(|effective| &effective.value);
    let made = values.filter(|value| !matches!(value.origin.makeup, Makeup::Written(_)));
    made.filter(|value| sources.of(value, None).is_none()).map(|value| value.origin.span)
}

/// Notes that `tenant` has a value for `field`, although its element does not have it.
pub(super) fn close_gap(tenant: &mut Tenant, field: FieldKind, sources: &SourceIndex) {
    let mut missing = std::mem::take(&mut tenant.missing);
    missing.retain(|gap| !is_of(gap, field, tenant, sources));
    tenant.missing = missing;
}

/// Which attribute of the elements in the tenant's collection is which value.
fn ways_of<'s>(tenant: &Tenant, sources: &'s SourceIndex) -> &'s [Way] {
    let collection = match tenant.provenance {
        Provenance::Collection(at) => sources.collections().get(at),
        Provenance::FlowCall(_) => None,
    };
    collection.map(|collection| collection.ways.as_slice()).unwrap_or_default()
}

/// Whether `gap` is an object that the tenant lacks, while all values that would be in it take effect anyway.
fn is_made_up_for(gap: &MissingAttribute, tenant: &Tenant, ways: &[Way]) -> bool {
    let is_holder = |way: &&Way| {
        way.steps.iter().rev().skip(1).any(|step| matches!(step, Step::Name(name) if name.as_str() == gap.name))
    };
    let is_there = |way: &Way| {
        FieldKind::CONNECTOR.contains(&way.field) && tenant.connector.field(way.field).as_written().is_some()
    };
    let mut inside = ways.iter().filter(is_holder).peekable();
    gap.absence == Absence::Missing && gap.field.is_none() && inside.peek().is_some() && inside.all(is_there)
}
