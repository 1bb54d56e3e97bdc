//! The values that take effect for a tenant, where they differ from what its element says.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Makeup, Path, Selection, SortedMap, Span, Str, Value};

use super::sinks::Setting;
use crate::tenants::{
    Absence, Connector, Field, FieldKind, FieldRef, FlowInstance, FlowResource, Grant, MadeOf, MissingAttribute, Model,
    Provenance, RoleArn, SinkPlace, Source, SourceIndex, State, Step, Tenant, TenantId, UnknownEffect, Way, format,
    has_shape, may_be, other_shape, resources_of, text_of, values_at,
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

/// The first effect of each kind for each grant.
pub(crate) fn by_grant<'e>(
    effects: &mut dyn Iterator<Item = &'e Effective>,
) -> HashMap<(Option<usize>, FieldKind), &'e Effective> {
    let mut found = HashMap::default();
    effects.for_each(|effective| _ = found.entry((effective.grant, effective.field)).or_insert(effective));
    found
}

/// A permission set that a flow instance grants in an account, as it takes effect.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The index of the flow call in [`Model::flows`].
    pub flow: usize,
    /// The index of the instance in the call.
    pub instance: usize,
    /// The tenant of the instance.
    pub tenant: TenantId,
    /// The ARN of the permission set.
    pub permission_set: Str,
    pub target: Str,
}

/// All grants of flow instances that have a tenant, as far as they are known.
pub fn granted(model: &Model<'_>) -> Vec<Granted> {
    let mut all = Vec::new();
    for (flow, call) in model.flows.iter().enumerate() {
        for (at, instance) in call.instances.iter().enumerate() {
            let Some(tenant) = instance.tenant else { continue };
            let effects = effects_of(instance, resources_of(&model.resources, flow, at));
            let mut targets: HashMap<usize, Str> = HashMap::default();
            for effect in effects.iter().filter(|effect| effect.field == FieldKind::TargetAccountId) {
                if let (Some(grant), Some(target)) = (effect.grant, text_of(&effect.value)) {
                    targets.insert(grant, target.as_str().into());
                }
            }
            for effect in effects.iter().filter(|effect| effect.field == FieldKind::PermissionSetArn) {
                let target = effect.grant.and_then(|grant| targets.get(&grant));
                if let (Some(target), Some(permission_set)) = (target, text_of(&effect.value)) {
                    let permission_set = permission_set.as_str().into();
                    all.push(Granted { flow, instance: at, tenant, permission_set, target: target.clone() });
                }
            }
        }
    }
    all
}

/// The object that has the connector's values in the shipped example.
const HOLDER: &str = "sso_connector_settings";

/// The index of the grant in the arguments; the grants in lists follow. Indexes of resources are lower.
const ARGUED: usize = 1 << 20;

/// Replaces the values of `tenant` with those that take effect, where these were rebuilt on the way, or where the
/// tenant's element has none. Values of another tenant or for another purpose are left to the wiring rules. If all
/// permission sets of the collection are of the instance `common`, one connector may serve all of them.
pub(super) fn apply(tenant: &mut Tenant, effects: &[Vec<Effective>], sources: &SourceIndex, common: Option<&str>) {
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
        let replaces_written =
            |it: &&Effective| !is_written || is_rebuilt(it, id, sources) || is_selected(it, tenant, sources);
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
    apply_grants(tenant, effects, sources);
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

/// Whether `gap` is about `field`, whatever this is called in the tenant's collection.
fn is_of(gap: &MissingAttribute, field: FieldKind, tenant: &Tenant, sources: &SourceIndex) -> bool {
    let way = ways_of(tenant, sources).iter().find(|way| way.field == field && !way.is_fragment);
    let name = way.and_then(|way| match way.steps.last() {
        Some(Step::Name(name)) => Some(name.as_str()),
        _ => None,
    });
    gap.absence == Absence::Missing && (gap.name == field.name() || name == Some(gap.name.as_str()))
}

fn is_text(value: &Value, text: &str) -> bool {
    crate::tenants::text_of(value).is_some_and(|it| it.as_str() == text)
}

/// The account of the role, if nothing else gives the SSO account.
pub(super) fn role_account(connector: &Connector) -> Option<Field> {
    let role = RoleArn::of(&connector.role_arn)?;
    format::is_account_id(role.account.text()).then(|| Field::derived(FieldKind::SsoAccountId, role.account.piece))
}

/// Whether a value is for this tenant alone: a part of it is the tenant's, or it was selected for the tenant.
fn is_own(effective: &Effective, tenant: TenantId, sources: &SourceIndex) -> bool {
    let Some(made_of) = sources.of(&effective.value, tenant) else { return false };
    let is_foreign = made_of.iter().filter_map(Source::tenant).any(|other| other != tenant);
    let is_other = |it: &FieldRef| it.kind != effective.field && !is_named_in(effective.field, it.kind);
    let text = text_of(&effective.value);
    // A key may be an account, and an element may be a text that contains all values.
    let looks_right =
        || effective.field != FieldKind::Cloud && text.as_ref().is_some_and(|it| may_be(effective.field, it));
    let is_other_value = matches!(made_of.as_slice(), [Source::Field(it)] if is_other(it))
        || matches!(made_of.as_slice(), [Source::Tenant(_)]) && !looks_right();
    // An account in a role's ARN that belongs elsewhere is also a matter of wiring.
    let is_misplaced = |source: &Source<'_>| matches!(source, Source::Field(it) if is_other(it) && !may_be_in(it.kind, effective.field));
    let depends = || {
        effective.is_alone
            || matches!(effective.field, FieldKind::Cloud | FieldKind::Region)
            || sources.depends_on(&effective.value, tenant)
    };
    // A value that comes from the attribute for this kind, but looks like another kind, is a mistake in the tenant's
    // entry.
    let is_it = matches!(made_of.as_slice(), [Source::Field(it)] if it.kind == effective.field);
    let is_of_another_kind = !is_it && text.as_ref().is_some_and(|text| other_shape(effective.field, text).is_some());
    let is_the_field = |source: &Source<'_>| matches!(source, Source::Field(it) if it.kind == effective.field);
    let is_none = !made_of.iter().any(is_the_field) && text.is_some_and(|text| !may_be(effective.field, &text));
    // The form of an unknown value cannot be judged.
    if effective.value.as_unknown().is_some() {
        let has_own = made_of.iter().any(|source| source.tenant() == Some(tenant));
        return (!is_foreign || has_own) && depends();
    }
    !is_foreign
        && !is_other_value
        && !is_of_another_kind
        && !is_none
        && !made_of.iter().any(is_misplaced)
        && !effective.value.is_null()
        && depends()
}

/// Whether a value comes from no tenant, and may serve all tenants of `instance`.
fn is_for_all(effective: &Effective, instance: &str, tenant: TenantId, sources: &SourceIndex) -> bool {
    let Some(text) = text_of(&effective.value).filter(|text| may_be(effective.field, text)) else { return false };
    let made_of = sources.of(&effective.value, tenant).unwrap_or_default();
    // A malformed ARN does not name another instance.
    let is_instance = |arn: &str| arn.rsplit('/').next().is_some_and(format::is_instance_id);
    made_of.iter().all(|source| matches!(source, Source::Elsewhere(_)))
        && (effective.field != FieldKind::InstanceArn || text.ends_with(instance) || !is_instance(&text))
}

/// Whether a value was selected for `tenant` from a collection other than its own.
fn is_selected(effective: &Effective, tenant: &Tenant, sources: &SourceIndex) -> bool {
    let path = effective.value.origin.path.as_ref().filter(|_| sources.collections().len() > 1);
    let place = path.and_then(|path| sources.locate(path));
    place.is_some_and(|(at, owners, _)| Provenance::Collection(at) != tenant.provenance && owners.contains(&tenant.id))
}

/// Whether a value was rebuilt from values of the tenant and differs from the value in its element.
fn is_rebuilt(effective: &Effective, tenant: TenantId, sources: &SourceIndex) -> bool {
    let made_of = sources.of(&effective.value, tenant).unwrap_or_default();
    let is_verbatim = matches!(made_of.as_slice(), [Source::Field(it)] if it.kind == effective.field);
    let has_own = made_of.iter().any(|source| source.tenant() == Some(tenant));
    // Whether it was built from the right values is left to the wiring rules.
    !is_verbatim && has_own && made_of.len() > 1 && effective.value.as_unknown().is_none()
}

/// Whether the ARN of kind `whole` contains the id of kind `part`, as a permission set's ARN contains its instance.
fn is_named_in(part: FieldKind, whole: FieldKind) -> bool {
    part == FieldKind::InstanceArn && whole == FieldKind::PermissionSetArn
}

/// Whether a value of kind `part` may be a part of one of kind `whole`.
fn may_be_in(part: FieldKind, whole: FieldKind) -> bool {
    let account_in_role = part == FieldKind::SsoAccountId && whole == FieldKind::RoleArn;
    part == whole || account_in_role || is_named_in(part, whole)
}

/// Whether `tenant` has an empty text where a part of this field should be. That is what gets reported.
fn has_empty_part(tenant: &Tenant, whole: FieldKind) -> bool {
    let is_part = |gap: &MissingAttribute| gap.field.is_some_and(|part| may_be_in(part, whole));
    tenant.missing.iter().any(|gap| gap.absence == Absence::Empty && is_part(gap))
}

fn apply_grants(tenant: &mut Tenant, effects: &[Vec<Effective>], sources: &SourceIndex) {
    let id = tenant.id;
    // By the indexes of the instance and its grant: the permission set and the target account.
    let mut pairs: SortedMap<(usize, usize), [Option<&Effective>; 2]> = SortedMap::new();
    for (instance, effects) in effects.iter().enumerate() {
        for effective in effects {
            let Some(grant) = effective.grant.filter(|_| !has_empty_part(tenant, effective.field)) else { continue };
            let [permission_set, target] = pairs.entry((instance, grant)).or_default();
            match effective.field {
                FieldKind::PermissionSetArn => *permission_set = Some(effective),
                _ => *target = Some(effective),
            }
        }
    }
    let is_unseen = |grant: &Grant| grant.permission_set_arn.is_unseen() || grant.target_account_id.is_unseen();
    let text = |it: &Option<&Effective>| it.and_then(|it| text_of(&it.value));
    // If the element has no grants of its own, or if a value was rebuilt, the values that take effect are used.
    let has_no_grants = tenant.grants.iter().all(is_unseen);
    let mut added: Vec<Grant> = Vec::new();
    // A value that was computed from the tenant's own value and differs from it is left to the wiring rules.
    let is_changed = |it: &Effective| {
        let Some(text) = text_of(&it.value) else { return false };
        let is_its = |source: &Source<'_>| matches!(source, Source::Field(field) if field.kind == it.field);
        // The tenant's other values may help to select this one, and so may its name if the text contains it.
        let is_alone = |source: &Source<'_>| match source {
            Source::Tenant(_) => !text.contains(tenant.name()),
            source => is_its(source) || matches!(source, Source::Elsewhere(_)),
        };
        let is_of_its_own = |made_of: MadeOf<'_>| made_of.iter().any(is_its) && made_of.iter().all(is_alone);
        let texts = || tenant.grants.iter().filter_map(|grant| grant.field(it.field).as_str());
        // The partition may come from the provider.
        let has_its_id = || text.rsplit('/').next().is_some_and(|id| texts().any(|own| own.ends_with(id)));
        !matches!(it.value.origin.makeup, Makeup::Written(_))
            && format::is_changed(it.field, &text, &texts().collect::<Vec<_>>())
            && !(it.field == FieldKind::PermissionSetArn && has_its_id())
            && sources.of(&it.value, id).is_some_and(is_of_its_own)
    };
    // A malformed value is left to them as well, if the one in the tenant's entry is well formed.
    let is_shaped = |field: FieldKind, text: Option<&str>| text.is_some_and(|text| has_shape(field, text));
    let are_shaped = |field: FieldKind| tenant.grants.iter().all(|grant| is_shaped(field, grant.field(field).as_str()));
    let is_misshapen =
        |it: &Effective| text_of(&it.value).is_some_and(|text| !has_shape(it.field, &text)) && are_shaped(it.field);
    // A grant that is selected as a whole from another collection is a further grant; a selected half replaces the
    // tenant's own half.
    let is_written = |it: &Effective| {
        tenant.grants.iter().any(|grant| grant.field(it.field).as_str().is_some_and(|text| is_text(&it.value, text)))
    };
    let is_further = |it: &Effective| is_selected(it, tenant, sources) && is_own(it, id, sources) && !is_written(it);
    for pair in pairs.values() {
        let [Some(permission_set), Some(target)] = pair else { continue };
        let is_usable =
            |it: &Effective| is_own(it, id, sources) && !it.is_fragment && (is_further(it) || !is_misshapen(it));
        let replaces_written = |it: &Effective, other: &Effective| {
            let is_new = (has_no_grants || is_rebuilt(it, id, sources)) && !is_changed(it) && !is_misshapen(it);
            is_own(it, id, sources) && !it.is_fragment && (is_new || is_further(it) && is_usable(other))
        };
        let is_added = is_further(permission_set) && is_further(target);
        let whole = |it: &Effective| Field::new(it.field, id, Some(it.value.clone()), tenant.key.span);
        if !(is_added || replaces_written(permission_set, target) || replaces_written(target, permission_set)) {
            continue;
        }
        let written = tenant.grants.first();
        let of = |it: &Effective, written: Option<&Field>| match (is_usable(it), written) {
            (true, _) => whole(it),
            (false, Some(written)) => written.clone(),
            (false, None) => Field::unusable(it.field, id, tenant.key.span),
        };
        let grant = Grant::new(
            of(permission_set, written.map(|grant| &grant.permission_set_arn)),
            of(target, written.map(|grant| &grant.target_account_id)),
        );
        let is_same = |known: &Grant| {
            let texts = |it: &Grant| [it.permission_set_arn.raw().cloned(), it.target_account_id.raw().cloned()];
            texts(known) == texts(&grant) && texts(known).iter().any(Option::is_some)
        };
        if !tenant.grants.iter().chain(&added).any(is_same) {
            added.push(grant);
        }
    }
    if !added.is_empty() {
        let takes_effect = |grant: &Grant| {
            let own = [&grant.permission_set_arn, &grant.target_account_id].map(Field::raw);
            pairs.values().any(|pair| pair.each_ref().map(text).each_ref().map(Option::as_ref) == own)
        };
        let replaces_all =
            has_no_grants || matches!(&*tenant.grants, [only] if added.len() == 1 && !takes_effect(only));
        let kept = if replaces_all { Vec::new() } else { std::mem::take(&mut tenant.grants).into_vec() };
        tenant.grants = kept.into_iter().chain(added).collect();
        for field in [FieldKind::PermissionSetArn, FieldKind::TargetAccountId] {
            let is_there = |grant: &Grant| {
                let found = grant.field(field);
                !found.is_unseen() && !matches!(found.state, State::Unknown(_))
            };
            if tenant.grants.iter().all(is_there) {
                close_gap(tenant, field, sources);
            }
        }
    }
    // The texts of each permission set and its target account.
    let received: Vec<[Option<Str>; 2]> = pairs.values().map(|pair| pair.each_ref().map(text)).collect();
    // With another value of a variable, other grants may be selected.
    let received_from =
        || pairs.values().flatten().flatten().filter_map(|effective| effective.value.origin.path.as_ref());
    let are_chosen = received_from().any(is_chosen);
    if received.is_empty() || are_chosen || received.iter().flatten().any(Option::is_none) {
        return;
    }
    let texts_of =
        |grant: &Grant| [&grant.permission_set_arn, &grant.target_account_id].map(|field| field.raw().cloned());
    let texts: Vec<[Option<Str>; 2]> = tenant.grants.iter().map(texts_of).collect();
    let as_said: HashSet<&[Option<Str>; 2]> = received.iter().collect();
    // If something of a grant selects its other half, not all combinations of halves are meant.
    let is_conditional = |effective: &Effective| effective.value.origin.dependence.is_some();
    let are_selected = pairs.values().flatten().flatten().any(|it| is_conditional(it))
        || received_from().any(|path| {
            let (_, selections) = path.selections();
            let taken = sources.locate(path).map(|(.., taken)| taken);
            taken.is_some_and(|taken| selections.iter().skip(taken).any(|(_, it)| matches!(it, Selection::By(_))))
        });
    for (grant, own) in tenant.grants.iter_mut().zip(&texts) {
        let is_this = |[permission_set, target]: &[Option<Str>; 2]| {
            let [own_permission_set, own_target] = own;
            let is_nobodys_target = || texts.iter().all(|[_, known]| known != target);
            let is_nobodys_permission_set = || texts.iter().all(|[known, _]| known != permission_set);
            match (permission_set == own_permission_set, target == own_target) {
                (true, true) => true,
                (true, false) => is_nobodys_target(),
                (false, true) => is_nobodys_permission_set(),
                (false, false) => false,
            }
        };
        let has_both_halves = || (0..own.len()).all(|half| received.iter().any(|it| it.get(half) == own.get(half)));
        grant.is_received = own.iter().any(Option::is_none)
            || as_said.contains(own)
            || received.iter().any(is_this)
            || are_selected && has_both_halves();
    }
}

/// Whether a step of `path` is selected by something that is the same for all tenants and is not a literal.
fn is_chosen(path: &Path) -> bool {
    let (_, selections) = path.selections();
    selections.iter().any(|(_, selection)| matches!(selection, Selection::By(key) if !key.is_iterated()))
}
