//! Which attribute is which value in each collection, and which other elements belong to the tenants, according to
//! where values come from.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::{Evaluator, Makeup, Origin, Path, Selection, Str, Value};

use super::collections::Found;
use super::effective::{Effective, effects_of};
use super::elements::{self, Element};
use super::fields::{self, Effects, Fields};
use super::paths::{element_paths, paths_of};
use super::population::{Population, assigned, name_of};
use super::unwired::add_texts;
use super::usual::UsualAccount;
use super::walk::Walked;
use crate::config::Config;
use crate::tenants::{
    Collection, Discovery, ElementKey, FieldKind, FlowResource, Owners, Pair, Shape, Step, Steps, TenantId, has_shape,
    key_path, text_of, values_at,
};

/// How many tenants of a collection, and how many grants of each, are examined to find which attribute is which.
const MANY: usize = 256;

/// How deep permission sets may be in an element.
const DEPTH: usize = 6;

/// An element of another collection from which a tenant's flow takes a value.
struct Taken<'a> {
    tenant: TenantId,
    path: &'a Path,
    key: SmallVec<[ElementKey; 1]>,
    /// How many steps of the path lead to the element.
    count: usize,
}

impl<'a> Taken<'a> {
    fn of(shape: &Shape, tenant: TenantId, path: &'a Path) -> Option<Self> {
        let (root, steps) = path.parts();
        let (key, count) = shape.element(root, &steps).filter(|(key, _)| !key.is_empty())?;
        Some(Self { tenant, path, key, count })
    }
}

impl Population<'_> {
    /// Assigns elements of other collections to the tenants for whose flows they are selected.
    pub(super) fn associate(&mut self, evaluator: &Evaluator<'_>, walked: &Walked<'_>, found: &Found) {
        if found.associated.is_empty() && found.listed.is_empty() || self.elements.is_empty() {
            return;
        }
        let mut paths: Vec<(TenantId, Path)> = Vec::new();
        let tenant_of =
            |resource: &FlowResource<'_>| walked.flows.get(resource.flow)?.instances.get(resource.instance)?.tenant;
        for instance in walked.flows.iter().flat_map(|flow| &flow.instances) {
            let Some(tenant) = instance.tenant else { continue };
            paths.extend(paths_of(instance).into_iter().map(|path| (tenant, path)));
        }
        for resource in &walked.resources {
            let Some(tenant) = tenant_of(resource) else { continue };
            for (_, value) in resource.settings() {
                paths.extend(element_paths(&value.origin).into_iter().map(|path| (tenant, path)));
            }
        }
        let names: HashSet<Str> =
            self.elements.iter().filter_map(|member| member.element.key_text().cloned()).collect();
        let mut keys: HashMap<Str, Option<TenantId>> = HashMap::default();
        for (at, member) in self.elements.iter().enumerate() {
            if let Some(key) = member.element.key_text().or(member.element.value.as_str()) {
                let id = TenantId::new(self.run, at);
                keys.entry(key.clone()).and_modify(|known| *known = None).or_insert(Some(id));
            }
        }
        // Lists of the same length have the values of one tenant at the same index.
        let members = self.elements.iter().enumerate();
        let places = members.map(|(at, member)| (member.element.key.clone(), TenantId::new(self.run, at)));
        let places: HashMap<SmallVec<[ElementKey; 1]>, TenantId> =
            places.filter(|(key, _)| matches!(key.as_slice(), [ElementKey::Index(_)])).collect();
        for (shape, is_listed) in
            found.associated.iter().map(|it| (it, false)).chain(found.listed.iter().map(|it| (it, true)))
        {
            let mut collection = Collection::new(shape.clone(), name_of(shape), Discovery::Selected);
            collection.declared = elements::declared(evaluator, walked, &shape.root);
            let elements = found.elements(evaluator, walked, shape);
            let mut spans = elements.iter().map(|element| element.value.origin.span);
            let first = spans.next();
            collection.is_made = elements.len() > 1 && spans.all(|span| Some(span) == first);
            let is_parallel = elements.len() == places.len();
            let named = |element: &Element| match element.key_text() {
                Some(name) => keys.get(name).copied().flatten(),
                None => places.get(&element.key).copied().filter(|_| is_parallel),
            };
            let by_name: HashMap<&[ElementKey], TenantId> =
                elements.iter().filter_map(|element| Some((element.key.as_slice(), named(element)?))).collect();
            let has_own: HashSet<TenantId> = by_name.values().copied().collect();
            let mut owned: HashMap<SmallVec<[ElementKey; 1]>, Owners> = HashMap::default();
            let mut owners: HashSet<TenantId> = HashSet::default();
            let taken: Vec<Taken<'_>> =
                paths.iter().filter_map(|(tenant, path)| Taken::of(shape, *tenant, path)).collect();
            let keyed: HashSet<TenantId> = taken.iter().filter(|it| self.is_by_key(it)).map(|it| it.tenant).collect();
            let is_same = keyed.is_empty() && elements.len() > 1 && self.is_one_for_several(&taken);
            for Taken { tenant, path, key, count } in taken {
                // An element that is only iterated over is not the tenant's if the tenant selects another one by its key,
                // or if all tenants take this same element.
                let is_iterated =
                    path.selections().1.get(count - 1).is_some_and(|it| matches!(it.1, Selection::Iterated));
                if is_iterated && (is_same || keyed.contains(&tenant)) {
                    continue;
                }
                // An element with another tenant's name belongs to this tenant only if one of its attributes selects it.
                let is_others =
                    has_own.contains(&tenant) && by_name.get(key.as_slice()).is_some_and(|it| *it != tenant);
                // An element that another tenant's key selects does not belong to this tenant.
                if self.is_selected_for(path, count, tenant, is_others) {
                    let known = owned.entry(key.clone()).or_default();
                    if !known.contains(&tenant) {
                        known.push(tenant);
                    }
                    owners.insert(tenant);
                    collection.own(key, tenant);
                }
            }
            // A collection from which flows take values is not a list of something else.
            let is_known = |element: &Element| !self.sources.tenants(&element.value).is_empty();
            if is_listed && (!owned.is_empty() || elements.iter().any(is_known)) {
                continue;
            }
            // An element that no flow selects belongs to the tenant with the same name.
            let unselected = by_name.iter().filter(|(key, _)| !owned.contains_key(**key));
            let unselected = unselected.filter(|(_, tenant)| !owners.contains(tenant));
            let unselected: Vec<_> = unselected.map(|(key, tenant)| (SmallVec::from(*key), *tenant)).collect();
            for (key, tenant) in unselected {
                collection.own(key.clone(), tenant);
                owned.entry(key).or_default().push(tenant);
            }
            let at = self.sources.collections().len();
            let mut others: Vec<(usize, TenantId, Value)> = Vec::new();
            for element in &elements {
                let owners = owned.get(&element.key).into_iter().flatten();
                others.extend(owners.map(|tenant| (at, *tenant, element.value.clone())));
            }
            // A list of the tenants' names has no other values of them.
            let is_of_names =
                others.iter().all(|(_, _, value)| value.as_str().is_some_and(|text| names.contains(text)))
                    && (!others.is_empty()
                        || owned
                            .keys()
                            .all(|key| matches!(key.last(), Some(ElementKey::Name(key)) if names.contains(key))));
            if owned.is_empty() || is_of_names {
                continue;
            }
            self.sources.push(collection);
            self.others.extend(others);
        }
    }

    /// Whether a key of the tenant selects the element.
    fn is_by_key(&self, taken: &Taken<'_>) -> bool {
        let (_, selections) = taken.path.selections();
        let Some((_, Selection::By(key))) = selections.get(taken.count - 1) else { return false };
        let mut is_own = false;
        key.each_dependence(&mut |origin| {
            is_own |= origin.path.iter().any(|path| self.sources.owners(path).contains(&taken.tenant));
        });
        is_own
    }

    /// Whether all tenants take the same element, although their permission sets belong to several instances.
    fn is_one_for_several(&self, taken: &[Taken<'_>]) -> bool {
        let Some(first) = taken.first().filter(|first| taken.iter().all(|it| it.key == first.key)) else {
            return false;
        };
        let mut texts = Vec::new();
        self.elements.iter().for_each(|member| add_texts(&member.element.value, DEPTH, &mut texts));
        let sets = texts.iter().filter(|text| has_shape(FieldKind::PermissionSetArn, text));
        let instances: HashSet<&str> = sets.filter_map(|text| text.rsplit('/').nth(1)).collect();
        instances.len() > 1 && taken.iter().any(|it| it.tenant != first.tenant)
    }

    /// Whether the element to which the first `count` steps of `path` lead is selected by a value of the tenant, or at
    /// least not by one of another tenant. Only an attribute can select an element with another tenant's name.
    fn is_selected_for(&self, path: &Path, count: usize, tenant: TenantId, has_other_name: bool) -> bool {
        let (_, selections) = path.selections();
        let Some((_, selection)) = selections.get(count - 1) else { return false };
        let Selection::By(key) = selection else { return !has_other_name };
        if has_other_name {
            let mut is_attribute = false;
            key.each_source(&mut |origin| {
                let place = origin.path.as_ref().and_then(|path| Some((path, self.sources.locate(path)?)));
                is_attribute |= place
                    .is_some_and(|(path, (_, owners, taken))| owners.contains(&tenant) && path.parts().1.len() > taken);
            });
            return is_attribute;
        }
        let mut owners: Vec<TenantId> = Vec::new();
        key.each_dependence(&mut |origin| {
            owners.extend(origin.path.iter().flat_map(|path| self.sources.owners(path)));
        });
        owners.is_empty() || owners.contains(&tenant)
    }

    /// Finds which attribute is which in each collection.
    pub(super) fn find_ways(&mut self, walked: &Walked<'_>, config: &Config, usual: &[&UsualAccount]) {
        let count = self.sources.collections().len();
        let mut effects: Vec<Effects> = (0..count).map(|_| Effects::default()).collect();
        let mut pairs: Vec<HashMap<Pair, usize>> = vec![HashMap::default(); count];
        self.elsewhere = vec![HashSet::default(); count];
        let mut seen: HashMap<usize, usize> = HashMap::default();
        for (tenant, instance, resources) in assigned(walked) {
            let at = self.elements.get(tenant.index()).map_or(0, |member| member.collection);
            let sampled = seen.entry(at).or_default();
            if *sampled >= MANY {
                continue;
            }
            *sampled += 1;
            // If there are very many grants, the first ones suffice to show their attributes.
            let mut grants = HashSet::default();
            let received = effects_of(instance, resources).into_iter();
            let received = received.filter(|it| {
                it.grant.is_none_or(|grant| grants.contains(&grant) || grants.len() < MANY && grants.insert(grant))
            });
            let received: Vec<Effective> = received.flat_map(Effective::possible).collect();
            let number = seen.values().sum::<usize>();
            let mut pair: HashMap<usize, [Option<(usize, Steps)>; 2]> = HashMap::default();
            let mut own: Vec<(Steps, Vec<Str>)> = Vec::new();
            for effective in &received {
                let mut places = self.places(&effective.value, tenant);
                places.retain(|(collection, steps, _)| {
                    *collection != at || {
                        if own.iter().all(|(known, _)| known != steps) {
                            own.push((steps.clone(), self.texts_at(tenant, steps)));
                        }
                        !own.iter().any(|(known, texts)| known == steps && is_cut_out(effective, texts))
                    }
                });
                if places.iter().all(|(collection, ..)| *collection != at)
                    && let Some(elsewhere) = self.elsewhere.get_mut(at)
                {
                    elsewhere.insert(effective.field);
                    // The role's ARN contains the account.
                    elsewhere.extend((effective.field == FieldKind::RoleArn).then_some(FieldKind::SsoAccountId));
                }
                for (collection, steps, is_whole) in places {
                    if let Some(effects) = effects.get_mut(collection) {
                        effects.reach(steps.clone(), effective, !is_whole || effective.is_fragment, number);
                    }
                    if let (Some(grant), true) = (effective.grant, is_whole) {
                        let [permission_set, target] = pair.entry(grant).or_default();
                        match effective.field {
                            FieldKind::PermissionSetArn => *permission_set = Some((collection, steps)),
                            _ => *target = Some((collection, steps)),
                        }
                    }
                }
                if effective.field == FieldKind::RoleArn
                    && let (Some(role), Some(place)) = (effective.value.as_str(), self.place_in_collection(tenant))
                    && let Some(effects) = effects.get_mut(at)
                {
                    effects.roles.entry(place).or_insert_with(|| role.to_string());
                }
            }
            for [permission_set, target] in pair.into_values() {
                if let (Some((a, permission_set)), Some((b, target))) = (permission_set, target)
                    && a == b
                    && let Some(pairs) = pairs.get_mut(a)
                {
                    *pairs.entry((permission_set, target)).or_default() += 1;
                }
            }
        }
        for (effects, pairs) in effects.iter_mut().zip(&mut pairs) {
            effects.generalize(pairs);
        }
        self.note_listed(walked, &mut effects);
        effects.iter_mut().for_each(Effects::forget_roles_of_others);
        for (at, effects) in effects.iter().enumerate() {
            let values: Vec<&Value> = match at < self.primary {
                true => self.elements.iter().filter(|it| it.collection == at).map(|it| &it.element.value).collect(),
                false => self.others.iter().filter(|it| it.0 == at).map(|it| &it.2).collect(),
            };
            let shape = self.sources.collections().get(at).map(|collection| &collection.shape);
            let usual = usual.iter().find(|usual| Some(&usual.shape) == shape).copied();
            let Fields { ways, others } = fields::find(&values, config, effects, usual);
            let is_way = |steps: &Steps, field| ways.iter().any(|way| way.steps == *steps && way.field == field);
            let mut own: Vec<(Pair, usize)> =
                pairs.get(at).into_iter().flatten().map(|(pair, count)| (pair.clone(), *count)).collect();
            own.retain(|((permission_set, target), _)| {
                is_way(permission_set, FieldKind::PermissionSetArn) && is_way(target, FieldKind::TargetAccountId)
            });
            own.sort_by(|(a, count_a), (b, count_b)| count_b.cmp(count_a).then_with(|| a.cmp(b)));
            let most = own.first().map_or(0, |(_, count)| *count);
            if let Some(pairs) = self.pairs.get_mut(at) {
                *pairs = own.into_iter().filter(|(_, count)| count * 4 >= most).map(|(pair, _)| pair).collect();
            }
            if let Some(collection) = self.sources.collections_mut().get_mut(at) {
                collection.ways = ways;
                collection.others = others;
            }
        }
    }

    /// The texts at `steps` of the tenant's element.
    fn texts_at(&self, tenant: TenantId, steps: &[Step]) -> Vec<Str> {
        let values = self.elements.get(tenant.index()).map(|member| values_at(&member.element.value, steps));
        values.iter().flatten().filter_map(text_of).collect()
    }

    /// The index of a tenant among the elements of its collection.
    fn place_in_collection(&self, tenant: TenantId) -> Option<usize> {
        let at = self.elements.get(tenant.index())?.collection;
        let first = self.elements.iter().position(|member| member.collection == at)?;
        tenant.index().checked_sub(first)
    }

    /// Notes which attributes are in safelists.
    fn note_listed(&self, walked: &Walked<'_>, effects: &mut [Effects]) {
        for list in walked.runtimes.iter().flat_map(|runtime| &runtime.safelists) {
            for account in list.elements().unwrap_or_default().iter().take(MANY) {
                let mut places = Vec::new();
                account.origin.each_source(&mut |origin| {
                    places.extend(origin.path.iter().filter_map(|path| self.place(path, None)));
                });
                for (collection, steps) in places {
                    if let Some(effects) = effects.get_mut(collection) {
                        *effects.listed.entry(steps).or_default() += 1;
                    }
                }
            }
        }
    }

    /// The places in the tenant's elements that a value comes from: the collection, the steps inside, and whether it is
    /// the whole value.
    fn places(&self, value: &Value, tenant: TenantId) -> Vec<(usize, Steps, bool)> {
        // An attribute that an unknown value is derived from is not that value.
        let is_place = |path: &Path| self.place(path, Some(tenant)).is_some();
        let is_made = value.as_unknown().is_some() && !value.origin.path.as_ref().is_some_and(is_place);
        if key_path(value).is_some() || is_made {
            return Vec::new();
        }
        let mut places = Vec::new();
        let mut others = 0;
        self.add_places(&value.origin, tenant, &mut places, &mut others, 0);
        // A text with unknown parts also has other sources.
        let is_whole = places.len() == 1 && others == 0 && value.known_text().is_none();
        places.into_iter().map(|(collection, steps)| (collection, steps, is_whole)).collect()
    }

    fn add_places(
        &self,
        origin: &Origin,
        tenant: TenantId,
        places: &mut Vec<(usize, Steps)>,
        others: &mut usize,
        depth: usize,
    ) {
        if let Some(place) = origin.path.as_ref().and_then(|path| self.place(path, Some(tenant))) {
            if !places.contains(&place) {
                places.push(place);
            }
            return;
        }
        match &origin.makeup {
            _ if depth > 16 || places.len() > 16 => *others += 1,
            Makeup::Joined(parts) if !parts.is_empty() => {
                parts.iter().for_each(|part| self.add_places(&part.origin, tenant, places, others, depth + 1));
            }
            Makeup::Derived(origins) if !origins.is_empty() => {
                origins.iter().for_each(|origin| self.add_places(origin, tenant, places, others, depth + 1));
            }
            _ => *others += 1,
        }
    }

    /// The collection of the element into which `path` leads, and the steps inside the element. If `tenant` is given,
    /// the element must be that tenant's.
    pub(super) fn place(&self, path: &Path, tenant: Option<TenantId>) -> Option<(usize, Steps)> {
        let (collection, owners, taken) = self.sources.locate(path)?;
        let is_own = tenant.is_none_or(|tenant| owners.contains(&tenant));
        is_own.then(|| (collection, fields::steps_inside(path, taken))).filter(|(at, steps)| {
            // An element as a whole is not one of its values, unless it has no parts.
            !steps.is_empty() || *at >= self.primary || self.of_texts.contains(at)
        })
    }
}

/// Whether the value that takes effect contains a part of one of these texts, which join several values, and not the
/// whole text.
fn is_cut_out(effective: &Effective, texts: &[Str]) -> bool {
    let Some(effect) = text_of(&effective.value) else { return false };
    texts.iter().any(|whole| {
        let mut parts = whole.split([':', ',', ';', '|', '@']).filter(|part| part.len() > 2);
        !has_shape(effective.field, whole)
            && !effect.contains(whole.as_str())
            && parts.any(|part| part.len() < whole.len() && effect.contains(part))
    })
}
