//! Where values come from: which tenant, and which of its values.

mod collection;

use std::fmt;

use foldhash::HashMap;
use smallvec::SmallVec;
use symlint_terraform::{Kind, Makeup, Origin, Path, PathStep, Root, Selection, Span, Str, Value};

pub use self::collection::{
    Cases, Collection, Discovery, ElementKey, Evidence, OtherAttribute, Owners, Reach, Shape, SinkPlace, Way,
};
use self::collection::{FieldsOfGrants, is_way, names_of};
use super::id::TenantId;
use super::kind::FieldKind;
use super::step::{Step, Steps};
use super::tenant::Tenant;

/// How many origins of one value are followed. Real expressions have a handful.
const MOST: usize = 2_000;

/// What a value was built from.
#[derive(Debug, Clone)]
pub enum Source<'v> {
    /// A tenant as a whole, or its key.
    Tenant(TenantId),
    /// A value of a tenant.
    Field(FieldRef),
    /// Another part of a tenant's entry, at this path.
    Attribute(TenantId, &'v Path),
    /// A collection of tenants as a whole.
    AllTenants,
    /// Something that belongs to no tenant: a literal, or another variable.
    Elsewhere(&'v Origin),
}

/// The sources of a value, which is usually one.
pub type MadeOf<'v> = SmallVec<[Source<'v>; 2]>;

/// A value of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef {
    pub tenant: TenantId,
    pub kind: FieldKind,
    /// The index in [`Tenant::grants`] of the grant that it belongs to, if it belongs to exactly one.
    pub grant: Option<usize>,
}

impl Source<'_> {
    /// The tenant that it came from.
    pub fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::Tenant(tenant) | Self::Attribute(tenant, _) => Some(*tenant),
            Self::Field(field) => Some(field.tenant),
            Self::AllTenants | Self::Elsewhere(_) => None,
        }
    }
}

impl fmt::Display for SinkPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { kind, attribute, part: Some(part) } => write!(f, "{kind} {attribute}.{part}"),
            Self::Setting { kind, attribute, part: None } => write!(f, "{kind} {attribute}"),
            Self::Argument(name) => write!(f, "the argument {name}"),
        }
    }
}

/// Finds the elements of all collections and their values by path. Values without a path are found by the place where
/// they are written.
#[derive(Debug, Default)]
pub struct SourceIndex {
    collections: Vec<Collection>,
    /// Elements that are another named value: `local.tenants = { acme = var.acme }`.
    aliases: HashMap<Path, (usize, Owners)>,
    /// The values of tenants with several grants, by path.
    granted: HashMap<TenantId, FieldsOfGrants>,
    /// `None` if several values were written by the same text.
    written: HashMap<Span, Option<FieldRef>>,
}

impl SourceIndex {
    /// Notes that `path` also leads to an element of the collection at index `at`.
    pub(crate) fn add_alias(&mut self, path: Path, at: usize, tenant: TenantId) {
        self.aliases.entry(path).or_insert_with(|| (at, Owners::new())).1.push(tenant);
    }

    pub fn collections(&self) -> &[Collection] {
        &self.collections
    }

    /// The collections, to be filled while tenants are found.
    pub(crate) fn collections_mut(&mut self) -> &mut [Collection] {
        &mut self.collections
    }

    /// Notes the values of tenants that paths alone do not identify.
    pub(crate) fn add_values(&mut self, tenants: &[Tenant]) {
        for tenant in tenants {
            let alone = tenant.values_alone().map(|field| (field, None));
            let granted = tenant.grants.iter().enumerate().flat_map(|(place, grant)| {
                [&grant.permission_set_arn, &grant.target_account_id].map(|field| (field, Some(place)))
            });
            let mut paths = FieldsOfGrants::default();
            for (field, grant) in alone.chain(granted) {
                let found = FieldRef { tenant: field.tenant, kind: field.kind, grant };
                match &field.path {
                    // The path of a key is that of its entry.
                    Some(path) if path.last().and_then(PathStep::name) == field.raw() => {}
                    Some(path) if grant.is_some() && tenant.grants.len() > 1 => {
                        let known = paths.entry(names_of(path)).or_default();
                        match known.iter_mut().find(|(known, _)| known == path) {
                            // A value that several grants share does not identify a grant.
                            Some((_, known)) if known.grant != grant => known.grant = None,
                            Some(_) => {}
                            None => known.push((path.clone(), found)),
                        }
                    }
                    Some(_) => {}
                    // Elements of a set have no path.
                    None if field.text().is_some() => {
                        self.written.entry(field.span).and_modify(|known| *known = None).or_insert(Some(found));
                    }
                    None => {}
                }
            }
            if !paths.is_empty() {
                self.granted.insert(tenant.id, paths);
            }
        }
    }

    /// The tenant whose element `path` leads to, or into.
    pub fn tenant_at(&self, path: &Path) -> Option<TenantId> {
        self.at(path, None)?.tenant()
    }

    /// The owners of the element that `path` leads to, or into.
    pub fn owners(&self, path: &Path) -> &[TenantId] {
        self.locate(path).map(|(_, owners, _)| owners.as_slice()).unwrap_or_default()
    }

    /// Whether `value` was taken unchanged from its tenant's entry, where it is the attribute `name`, or an element of a
    /// collection with this name.
    pub fn is_called(&self, value: &Value, name: &str) -> bool {
        let path = value.origin.path.as_ref().filter(|path| !self.owners(path).is_empty());
        path.is_some_and(|path| path.backwards().take(2).any(|step| step.name().is_some_and(|it| it == name)))
    }

    /// All sources of `value`, but not of the parts inside it; `None` if there are too many. A source that belongs to
    /// several tenants including `own` is treated as `own`'s.
    pub fn of<'v>(&self, value: &'v Value, own: impl Into<Option<TenantId>>) -> Option<MadeOf<'v>> {
        let mut sources = MadeOf::new();
        let mut left = MOST;
        self.follow(&value.origin, own.into(), &mut left, &mut sources)?;
        if let ([source @ Source::Field(_)], Some(path)) = (sources.as_mut_slice(), key_path(value))
            && let Some(tenant) = source.tenant()
        {
            *source = Source::Attribute(tenant, path);
        }
        Some(sources)
    }

    /// The tenants that `value`, or anything inside it, was built from, without repetitions.
    pub fn tenants(&self, value: &Value) -> Vec<TenantId> {
        self.gathered(value, None).0
    }

    /// Like [`Self::tenants`], but a source that belongs to several tenants including `own` is treated as `own`'s.
    pub fn tenants_for(&self, value: &Value, own: TenantId) -> Vec<TenantId> {
        self.gathered(value, Some(own)).0
    }

    /// Whether any part of `value` came from a collection of tenants.
    pub fn is_of_tenants(&self, value: &Value) -> bool {
        self.gathered(value, None).1
    }

    /// Whether `value` was built from a value of `tenant`, or depends on one.
    pub fn depends_on(&self, value: &Value, tenant: TenantId) -> bool {
        let mut found = false;
        value.origin.each_dependence(&mut |origin| {
            found |= origin.path.as_ref().is_some_and(|path| self.owners(path).contains(&tenant));
        });
        found
    }

    fn gathered(&self, value: &Value, own: Option<TenantId>) -> (Vec<TenantId>, bool) {
        let (mut left, mut tenants, mut is_of_tenants) = (MOST, Vec::new(), false);
        self.gather(value, own, &mut left, &mut tenants, &mut is_of_tenants);
        (tenants, is_of_tenants)
    }

    fn gather(
        &self,
        value: &Value,
        own: Option<TenantId>,
        left: &mut usize,
        tenants: &mut Vec<TenantId>,
        any: &mut bool,
    ) {
        let mut sources = MadeOf::new();
        if self.follow(&value.origin, own, left, &mut sources).is_none() {
            return;
        }
        for source in &sources {
            let tenant = source.tenant();
            *any |= tenant.is_some() || matches!(source, Source::AllTenants);
            tenants.extend(tenant.filter(|tenant| !tenants.contains(tenant)));
        }
        // A value inside something that belongs to one tenant also belongs to that tenant.
        if sources.iter().all(|source| source.tenant().is_none()) {
            let inside = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
            for part in inside.chain(value.elements().unwrap_or_default()) {
                self.gather(part, own, left, tenants, any);
            }
        }
    }

    fn follow<'v>(
        &self,
        origin: &'v Origin,
        own: Option<TenantId>,
        left: &mut usize,
        found: &mut MadeOf<'v>,
    ) -> Option<()> {
        *left = left.checked_sub(1)?;
        let source = origin.path.as_ref().and_then(|path| self.at(path, own));
        if let Some(source) = source.filter(|source| !self.is_for_all(origin, source)) {
            found.push(self.made_of_another(origin, &source, left).unwrap_or(source));
            return Some(());
        }
        if let Some(Some(field)) = self.written.get(&origin.span) {
            found.push(Source::Field(*field));
            return Some(());
        }
        // A local or another variable only says which way a value took. Its sources are more informative.
        match &origin.makeup {
            Makeup::Joined(parts) if !parts.is_empty() => {
                parts.iter().try_for_each(|part| self.follow(&part.origin, own, left, found))
            }
            Makeup::Derived(origins) if !origins.is_empty() => {
                origins.iter().try_for_each(|origin| self.follow(origin, own, left, found))
            }
            _ => {
                found.push(Source::Elsewhere(origin));
                Some(())
            }
        }
    }

    /// Whether an element has, as its region, what one expression writes for all elements.
    pub(crate) fn is_for_all(&self, origin: &Origin, source: &Source<'_>) -> bool {
        matches!(source, Source::Field(it) if it.kind == FieldKind::Region)
            && matches!(origin.makeup, Makeup::Written(_))
            && origin.dependence.is_none()
            && self.is_of_made(origin)
    }

    /// Whether `origin` is in a collection of which all elements are made by one expression.
    fn is_of_made(&self, origin: &Origin) -> bool {
        let at = origin.path.as_ref().and_then(|path| self.locate(path)).map(|(at, ..)| at);
        at.and_then(|at| self.collections.get(at)).is_some_and(|collection| collection.is_made)
    }

    /// What the element of `source` has of another tenant, where an expression made it of that.
    fn made_of_another<'v>(&self, origin: &'v Origin, source: &Source<'_>, left: &mut usize) -> Option<Source<'v>> {
        let own = source.tenant()?;
        if matches!(origin.makeup, Makeup::Written(_)) || !self.is_of_made(origin) {
            return None;
        }
        let mut parts = MadeOf::new();
        match &origin.makeup {
            Makeup::Joined(all) => all.iter().try_for_each(|it| self.follow(&it.origin, Some(own), left, &mut parts)),
            Makeup::Derived(all) => all.iter().try_for_each(|it| self.follow(it, Some(own), left, &mut parts)),
            Makeup::Written(_) => None,
        }?;
        parts.into_iter().find(|part| part.tenant().is_some_and(|tenant| tenant != own))
    }

    /// The index of the collection that `path` leads into, the owners of the element, and the number of steps to the
    /// element.
    pub(crate) fn locate(&self, path: &Path) -> Option<(usize, &Owners, usize)> {
        let (root, steps) = path.parts();
        self.locate_steps(path, root, &steps)
    }

    fn locate_steps(&self, path: &Path, root: &Root, steps: &[&PathStep]) -> Option<(usize, &Owners, usize)> {
        for (at, collection) in self.collections.iter().enumerate() {
            if let Some((key, count)) = collection.element(root, steps)
                && let Some(owners) = collection.owners.get(&key)
            {
                return Some((at, owners, count));
            }
        }
        if self.aliases.is_empty() {
            return None;
        }
        let (after, (at, owners)) =
            path.ancestors().enumerate().find_map(|(after, path)| Some((after, self.aliases.get(path)?)))?;
        Some((*at, owners, steps.len() - after))
    }

    /// Whether elements have a value with this name beside the one at `path`.
    pub fn has_beside(&self, path: &Path, name: &Str) -> bool {
        let (_, steps) = path.parts();
        let Some((at, _, taken)) = self.locate_steps(path, path.start(), &steps) else { return false };
        let own: Vec<Option<&Str>> = steps.get(taken..).unwrap_or_default().iter().map(|step| step.name()).collect();
        let Some((Some(_), around)) = own.split_last() else { return false };
        let is_it = |steps: &Steps| {
            let names: Vec<Option<&Str>> =
                steps.iter().map(|it| if let Step::Name(name) = it { Some(name) } else { None }).collect();
            names.split_last() == Some((&Some(name), around))
        };
        let Some(collection) = self.collections.get(at) else { return false };
        collection.others.iter().any(|it| is_it(&it.steps)) || collection.ways.iter().any(|it| is_it(&it.steps))
    }

    /// Adds a collection whose elements belong to tenants of other collections.
    pub(crate) fn push(&mut self, collection: Collection) {
        self.collections.push(collection);
    }

    /// What the tenants have at `path`.
    fn at<'v>(&self, path: &'v Path, own: Option<TenantId>) -> Option<Source<'v>> {
        let (root, steps) = path.parts();
        let Some((at, owners, taken)) = self.locate_steps(path, root, &steps) else {
            let is_whole = self.collections.iter().any(|it| it.element(root, &steps).is_some());
            return is_whole.then_some(Source::AllTenants);
        };
        let (collection, rest) = (self.collections.get(at)?, steps.get(taken..).unwrap_or_default());
        let tenant = own.filter(|own| owners.contains(own)).or(owners.first().copied())?;
        if rest.is_empty() && collection.ways.iter().all(|way| !way.steps.is_empty()) {
            return Some(Source::Tenant(tenant));
        }
        let granted = self.granted.get(&tenant);
        // Tables of texts have the same steps and differ only in their root.
        let is_here = |other: &Path| [root, &collection.shape.root].contains(&other.start());
        let mut alike = granted.and_then(|granted| granted.get(&names_of(path))).into_iter().flatten();
        if let Some(&(_, field)) = alike.find(|(other, _)| leads_to_the_same(other, path) && is_here(other)) {
            return Some(Source::Field(field));
        }
        let field = collection.ways.iter().find(|way| is_way(&way.steps, rest));
        Some(match field {
            Some(way) => {
                let grant = (way.field.is_of_grant() && granted.is_none()).then_some(0);
                Source::Field(FieldRef { tenant, kind: way.field, grant })
            }
            None => Source::Attribute(tenant, path),
        })
    }
}

/// Whether two paths have the same steps, ignoring whether a step is an attribute or a key: that depends on whether a
/// type is declared.
fn leads_to_the_same(a: &Path, b: &Path) -> bool {
    let same = |a: &PathStep, b: &PathStep| a == b || a.name().is_some_and(|name| b.name() == Some(name));
    let (mut own, mut other) = (a.backwards(), b.backwards());
    loop {
        match (own.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if same(a, b) => {}
            _ => return false,
        }
    }
}

/// The path of the key of an iterated map. It leads to the entry, although the key is not the entry's value.
pub(crate) fn key_path(value: &Value) -> Option<&Path> {
    let path = value.origin.path.as_ref()?;
    let is_key = path.last()?.name() == Some(value.as_str()?);
    (is_key && !matches!(path.selection(), Some(Selection::Literal))).then_some(path)
}

/// The text of a string, number, or boolean.
pub fn text_of(value: &Value) -> Option<Str> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(symlint_terraform::format_number(number).into()),
        Kind::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    }
}
