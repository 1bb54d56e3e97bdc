//! How tenants get their names.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Form, Kind, Makeup, Origin, Span, Str, Value};

use super::elements::Member;
use super::population::{Population, assigned};
use super::slugs::{common_start, slug_and_key};
use super::walk::Walked;
use crate::tenants::{ElementKey, Field, FieldKind, FlowResource, Steps, Tenant, TenantId, format, values_at};

/// Attributes that name an organization, or another element that belongs to a tenant.
const NAMES: [&str; 6] = ["name", "slug", "alias", "title", "label", "customer"];

impl Population<'_> {
    /// Names elements without a key after their flows, and notes the other names under which tenants are known.
    pub(super) fn name(&self, tenants: &mut [Tenant], walked: &Walked<'_>) {
        let alike = self.alike(tenants);
        let Slugs { named, unclear, steps } = self.names_in_slugs(tenants, walked);
        let common = common_words(tenants, walked, &alike);
        for (id, instance, resources) in assigned(walked) {
            let Some(tenant) = tenants.get_mut(id.index()) else { continue };
            let (slug, key) = slug_and_key(instance);
            let is_unnamed = is_unnamed(tenant) || alike.contains(&id);
            let called = if is_unnamed && slug.or(key).is_none() { self.name_in_names(id, resources) } else { None };
            // A slug that is the same for all tenants names none of them.
            let is_own = |slug: &&Value| {
                instance.repetitions.is_empty() || slug.origin.is_iterated() || self.sources.depends_on(slug, id)
            };
            let name = match common.get(&id) {
                Some(words) => words.as_ref(),
                None => slug.filter(is_own).or(key).or(called.as_ref()).filter(|_| is_unnamed),
            };
            let attribute = named.get(&id);
            let is_clear = self.elements.get(id.index()).is_some_and(|it| !unclear.contains(&it.collection));
            if let Some(name) = attribute.filter(|_| is_clear).or(name) {
                let path = tenant.key.path.clone();
                tenant.key =
                    Field { path, ..Field::new(FieldKind::Key, tenant.id, Some(name.clone()), tenant.key.span) };
            }
            for text in [slug, attribute].into_iter().flatten().filter_map(Value::as_str) {
                if tenant.key.as_written() != Some(text.as_str()) && !tenant.other_names.contains(text) {
                    tenant.other_names.push(text.clone());
                }
            }
        }
        for (tenant, member) in tenants.iter_mut().zip(&self.elements) {
            let steps = steps.get(&member.collection).filter(|_| !unclear.contains(&member.collection));
            let name = steps.filter(|_| is_unnamed(tenant)).and_then(|steps| text_at(&member.element.value, steps));
            if let Some(name) = name {
                let path = tenant.key.path.clone();
                tenant.key = Field { path, ..Field::new(FieldKind::Key, tenant.id, Some(name), tenant.key.span) };
            }
        }
        let first_owners = self.first_owners();
        let unique = self.unique_texts(&first_owners);
        let others = self.others.iter().zip(&first_owners).filter(|(it, _)| !self.of_texts.contains(&it.0));
        for ((at, id, value), first) in others {
            let collection = self.sources.collections().get(*at);
            let path = value.origin.path.as_ref();
            let key = collection.zip(path).and_then(|(it, path)| {
                let (root, steps) = path.parts();
                it.element(root, &steps)?.0.pop()
            });
            let name = match key {
                Some(ElementKey::Name(name)) => Some(name),
                // An element of a list is selected by a name that it has in common with the tenant's element.
                Some(ElementKey::Index(_)) => {
                    let own = self.elements.get(id.index()).map(|member| texts(&member.element.value));
                    let is_shared = |text: &Str| unique.get(text) == Some(&Some(*first));
                    own.unwrap_or_default().into_iter().find(is_shared)
                }
                None => None,
            };
            let Some(tenant) = tenants.get_mut(id.index()) else { continue };
            for name in NAMES.iter().filter_map(|attribute| value.get(attribute)?.as_str().cloned()).chain(name) {
                if !tenant.other_names.contains(&name) {
                    tenant.other_names.push(name);
                }
            }
        }
    }

    /// The tenants whose keys do not tell them apart, such as `prod` of several customers: all in a collection of maps in
    /// maps where two have one key. They are also known by all keys on the way to them.
    fn alike(&self, tenants: &mut [Tenant]) -> HashSet<TenantId> {
        let nested = || self.elements.iter().zip(0..).filter(|(member, _)| member.element.key.len() > 1);
        let mut seen: HashSet<(usize, &Str)> = HashSet::default();
        let mut collections: HashSet<usize> = HashSet::default();
        for (member, at) in nested() {
            let key = tenants.get(at).filter(|tenant| !is_unnamed(tenant)).and_then(|tenant| tenant.key.raw());
            if key.is_some_and(|key| !seen.insert((member.collection, key))) {
                collections.insert(member.collection);
            }
        }
        let mut alike = HashSet::default();
        for (member, at) in nested().filter(|(member, _)| collections.contains(&member.collection)) {
            let Some(tenant) = tenants.get_mut(at) else { continue };
            let names = member.element.key.iter().filter_map(|key| match key {
                ElementKey::Name(name) => Some(name.as_str()),
                ElementKey::Index(_) => None,
            });
            tenant.other_names.push(names.collect::<Vec<_>>().join("-").into());
            alike.insert(tenant.id);
        }
        alike
    }

    /// For each element of another collection that belongs to a tenant, the first tenant to which it belongs.
    fn first_owners(&self) -> Vec<TenantId> {
        let mut last: Option<(Span, TenantId)> = None;
        let first = |(_, id, value): &(usize, TenantId, Value)| {
            let first = last.filter(|(span, _)| *span == value.origin.span).map_or(*id, |(_, first)| first);
            last = Some((value.origin.span, first));
            first
        };
        self.others.iter().map(first).collect()
    }

    /// The texts in elements of other collections that are none of the values. If only one element has the text, its
    /// first owner is given.
    fn unique_texts(&self, first_owners: &[TenantId]) -> HashMap<Str, Option<TenantId>> {
        let mut found: HashMap<Str, Option<TenantId>> = HashMap::default();
        for ((at, _, value), first) in self.others.iter().zip(first_owners) {
            let ways = self.sources.collections().get(*at).map(|it| it.ways.as_slice()).unwrap_or_default();
            let is_value = |text: &Str| {
                let mut values = ways.iter().flat_map(|way| values_at(value, &way.steps));
                values.any(|value| value.as_str() == Some(text))
            };
            for text in texts(value).into_iter().filter(|text| !is_value(text)) {
                let known = found.entry(text).or_insert(Some(*first));
                *known = known.filter(|it| it == first);
            }
        }
        found
    }

    /// The attributes that are in the slugs or keys of elements without a name, or with an account as their name.
    fn names_in_slugs(&self, tenants: &[Tenant], walked: &Walked<'_>) -> Slugs {
        let Slugs { mut named, mut unclear, mut steps } = Slugs::default();
        let mut seen: HashSet<(usize, Str)> = HashSet::default();
        for (id, instance, _) in assigned(walked) {
            let member = self.elements.get(id.index()).filter(|_| !named.contains_key(&id));
            let (Some(member), Some(tenant)) = (member, tenants.get(id.index())) else { continue };
            let (slug, key) = slug_and_key(instance);
            let is_number = tenant.key.as_written().is_some_and(format::is_account_id);
            if slug.or(key).is_none() || !(is_unnamed(tenant) || is_number) {
                continue;
            }
            let place = [slug, key].into_iter().flatten().find_map(|name| self.place_of_name(id, [name]));
            let name = place.as_ref().and_then(|place| text_at(&member.element.value, place));
            let is_new = |name: &Value| name.as_str().is_some_and(|it| seen.insert((member.collection, it.clone())));
            if !name.as_ref().is_some_and(is_new) {
                unclear.insert(member.collection);
            }
            named.extend(name.map(|name| (id, name)));
            steps.extend(place.map(|place| (member.collection, place)));
        }
        Slugs { named, unclear, steps }
    }

    /// The attribute of a tenant's element that is in the names of its resources and is not one of its values.
    fn name_in_names(&self, tenant: TenantId, resources: &[FlowResource<'_>]) -> Option<Value> {
        let place = self.place_of_name(tenant, resources.iter().filter_map(|resource| resource.attribute("name")))?;
        text_at(&self.elements.get(tenant.index())?.element.value, &place)
    }

    /// Where the tenant's element has the attribute that is in `names` and is not one of its values.
    fn place_of_name<'v>(&self, tenant: TenantId, names: impl IntoIterator<Item = &'v Value>) -> Option<Steps> {
        let Member { collection, .. } = self.elements.get(tenant.index())?;
        let ways = self.sources.collections().get(*collection)?.ways.as_slice();
        let mut found: Option<Steps> = None;
        for name in names {
            name.origin.each_source(&mut |origin| {
                let place = origin.path.as_ref().and_then(|path| self.place(path, Some(tenant)));
                let place = place.filter(|(at, steps)| {
                    at == collection && ways.iter().all(|way| way.is_fragment || way.steps != *steps)
                });
                found = found.take().or(place.map(|(_, steps)| steps));
            });
        }
        found
    }
}

/// Which attribute names the elements in their flows' slugs.
#[derive(Default)]
struct Slugs {
    named: HashMap<TenantId, Value>,
    /// The collections whose elements these attributes do not tell apart. The rest of a slug may tell grants apart.
    unclear: HashSet<usize>,
    /// By collection, the place of the attribute in its elements.
    steps: HashMap<usize, Steps>,
}

fn text_at(element: &Value, steps: &Steps) -> Option<Value> {
    values_at(element, steps).into_iter().find(|value| value.as_str().is_some())
}

/// Whether a tenant only has the path to its element as a name.
fn is_unnamed(tenant: &Tenant) -> bool {
    tenant.key.as_written().is_some_and(|name| name == tenant.path.to_string())
}

/// For tenants without a name, or with one that others have, whose flows have several names: the words with which all of these start.
fn common_words(
    tenants: &[Tenant],
    walked: &Walked<'_>,
    alike: &HashSet<TenantId>,
) -> HashMap<TenantId, Option<Value>> {
    let mut names: HashMap<TenantId, Vec<&Value>> = HashMap::default();
    for (id, instance, _) in assigned(walked) {
        if alike.contains(&id) || tenants.get(id.index()).is_some_and(is_unnamed) {
            let (slug, key) = slug_and_key(instance);
            names.entry(id).or_default().extend(slug.or(key));
        }
    }
    let common = |names: Vec<&Value>| {
        let words = common_start(names.iter().filter_map(|name| name.as_str()).map(Str::as_str))?;
        // What these words are the whole of is where the name is written.
        let part = |name: &&Value| match &name.origin.makeup {
            Makeup::Joined(parts) => {
                parts.iter().find(|part| part.bytes() == (0..words.len())).map(|it| it.origin.clone())
            }
            _ => None,
        };
        let written = Origin::written(names.first()?.origin.span, Form::Whole);
        let origin = names.iter().find_map(part).unwrap_or(written);
        (!words.is_empty()).then(|| Value::new(Kind::String(words.into()), origin))
    };
    let are_several =
        |names: &Vec<&Value>| names.iter().any(|name| Some(name.as_str()) != names.first().map(|it| it.as_str()));
    names.into_iter().filter(|(_, names)| are_several(names)).map(|(id, names)| (id, common(names))).collect()
}

/// The attributes of an object that are texts.
fn texts(object: &Value) -> Vec<Str> {
    object.entries().unwrap_or_default().iter().filter_map(|entry| entry.value.as_str().cloned()).collect()
}
