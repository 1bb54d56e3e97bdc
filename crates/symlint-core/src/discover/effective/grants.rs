//! The grants that take effect for a tenant.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Makeup, Path, Selection, SortedMap, Str};

use super::own::{has_empty_part, is_normalized, is_own, is_rebuilt, is_selected, is_text};
use super::{Effective, close_gap, effects_of};
use crate::tenants::{
    Field, FieldKind, Grant, MadeOf, Model, Source, SourceIndex, State, Tenant, TenantId, format, has_shape,
    resources_of, text_of,
};

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

pub(super) fn apply_grants(
    tenant: &mut Tenant,
    effects: &[Vec<Effective>],
    sources: &SourceIndex,
    displaced: &HashMap<Str, TenantId>,
) {
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
    let is_written = |it: &Effective| {
        let mut own = tenant.grants.iter().filter_map(|grant| grant.field(it.field).as_written());
        own.any(|text| is_text(&it.value, text))
    };
    // A value that was computed from the tenant's own value and differs from it is left to the wiring rules.
    let is_changed = |it: &Effective| {
        let Some(text) = text_of(&it.value).filter(|_| !is_written(it)) else { return false };
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
    let is_misshapen = |it: &Effective| {
        let is_shapeless = || text_of(&it.value).is_some_and(|text| !has_shape(it.field, &text));
        !is_written(it) && is_shapeless() && are_shaped(it.field)
    };
    // A grant that is selected as a whole from another collection is a further grant; a selected half replaces the
    // tenant's own half.
    let is_another_s = |it: &Effective| {
        let owner = text_of(&it.value).filter(|_| it.field == FieldKind::TargetAccountId);
        owner.and_then(|text| displaced.get(&text)).is_some_and(|owner| *owner != id)
    };
    let is_further = |it: &Effective| {
        is_selected(it, tenant, sources) && is_own(it, id, sources) && !is_written(it) && !is_another_s(it)
    };
    // The only grant may have several values in one text, or one that a function completes.
    let is_split = |it: &Effective| {
        let [only] = &*tenant.grants else { return false };
        is_normalized(it, only.field(it.field).as_str())
    };
    for pair in pairs.values() {
        let [Some(permission_set), Some(target)] = pair else { continue };
        let is_usable =
            |it: &Effective| is_own(it, id, sources) && !it.is_fragment && (is_further(it) || !is_misshapen(it));
        let replaces_written = |it: &Effective, other: &Effective| {
            let is_made = has_no_grants || is_rebuilt(it, id, sources) || is_split(it);
            let is_new = is_made && !is_changed(it) && !is_misshapen(it);
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
        let is_one = added.len() == 1 || pairs.values().flatten().flatten().any(|it| is_split(it));
        let replaces_all = has_no_grants || matches!(&*tenant.grants, [only] if is_one && !takes_effect(only));
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
