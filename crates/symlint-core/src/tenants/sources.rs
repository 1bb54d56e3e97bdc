//! Where a value came from: which tenant, and which of its values.

use std::fmt;
use std::hash::{BuildHasher, Hasher};

use foldhash::HashMap;
use foldhash::fast::FixedState;
use serde::Serialize;
use smallvec::SmallVec;
use symlint_terraform::{Kind, Makeup, Origin, Path, PathStep, Root, Selection, Span, Str, Value};

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
    /// Something else inside a tenant's entry, at this path.
    Attribute(TenantId, &'v Path),
    /// A collection of tenants as a whole.
    AllTenants,
    /// Something that does not belong to a tenant: a literal, another variable.
    Elsewhere(&'v Origin),
}

/// What a value was built from, nearly always one.
pub type MadeOf<'v> = SmallVec<[Source<'v>; 2]>;

/// Which value of which tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef {
    pub tenant: TenantId,
    pub kind: FieldKind,
    /// The grant that it belongs to, by its place in [`Tenant::grants`], where it belongs to one alone.
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

/// A collection whose elements tenants are built from.
#[derive(Debug)]
pub struct Collection {
    pub shape: Shape,
    /// How it is called, such as `customer_tenants` or `local.tenants`.
    pub name: String,
    /// Which part of an element is which value, and how that is known.
    pub ways: Vec<Way>,
    /// How it was found.
    pub discovery: Discovery,
    /// The flows whose instances belong to its elements, by their places in [`super::Model::flows`].
    pub flows: Vec<usize>,
    /// Where the variable or the local is declared.
    pub declared: Option<Span>,
    /// The attributes of its elements that are none of the values, where not all values were found by name.
    pub others: Vec<OtherAttribute>,
    /// Whose its elements are. One element may belong to several tenants: access entries that name an organization.
    owners: HashMap<SmallVec<[ElementKey; 1]>, Owners>,
}

/// Whose an element is; nearly always one tenant's.
pub type Owners = SmallVec<[TenantId; 1]>;

/// Where the elements of a collection are: a root, and the way from there to what holds them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The variable, local or output.
    pub root: Root,
    /// The steps to the collection. Where collections are nested, a step leads to any element of the outer one.
    pub steps: SmallVec<[Step; 2]>,
}

/// What tells the elements of one container apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementKey {
    /// A key or attribute.
    Name(Str),
    /// A place in a list.
    Index(u32),
}

impl ElementKey {
    /// What a step leads to.
    pub fn of(step: &PathStep) -> Self {
        match step {
            PathStep::Attribute(name) | PathStep::Key(name) => Self::Name(name.clone()),
            PathStep::Index(index) => Self::Index(*index),
        }
    }
}

/// The way from an element to one of a tenant's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The steps from the element.
    pub steps: Steps,
    /// Which value it is.
    pub field: FieldKind,
    /// How that is known.
    pub evidence: Evidence,
    /// Whether the value is only a part of what takes effect, such as an account of an ARN.
    pub is_fragment: bool,
    /// The sinks that it reaches, whatever the evidence is; the one that most instances have comes first.
    pub reaches: Vec<Reach>,
}

/// An attribute that is none of a tenant's values, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAttribute {
    /// The steps from the element.
    pub steps: Steps,
    /// The values that most of it looks like.
    pub looks: Vec<FieldKind>,
}

/// A sink that an attribute reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// What it reaches.
    pub sink: SinkPlace,
    /// Which value the sink needs.
    pub field: FieldKind,
    /// In how many flow instances.
    pub cases: Cases,
}

/// Where a value takes effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinkPlace {
    /// A setting of a resource.
    Setting {
        kind: &'static str,
        attribute: &'static str,
        /// The part of the attribute.
        part: Option<&'static str>,
    },
    /// An argument of a flow call.
    Argument(Str),
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

/// In how many cases something holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "InspectedCases"))]
pub struct Cases {
    /// In how many it holds.
    pub count: usize,
    /// How many were examined.
    pub of: usize,
}

/// How a collection of tenants was found, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discovery {
    /// The configuration names it.
    Configured,
    /// It is called as in the shipped example.
    Named,
    /// Flows are repeated for its elements, or are given their values.
    Flows,
    /// Its elements look like tenants.
    Looks,
    /// Its elements are selected for the tenants of another collection.
    Selected,
}

/// How it is known which value an attribute is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The configuration says it.
    Configured,
    /// Its name does.
    Named,
    /// It reaches what needs this value.
    Reaches,
    /// It is the account in the role's ARN, in this many of the elements whose role is known.
    InRole(Cases),
    /// It is in the safelist, in this many of the elements.
    InSafelist(Cases),
    /// It alone looks like one, in this many of the elements that have it.
    Looks(Cases),
}

impl Collection {
    /// A collection without elements.
    pub(crate) fn new(shape: Shape, name: String, discovery: Discovery) -> Self {
        Self {
            shape,
            name,
            ways: Vec::new(),
            discovery,
            flows: Vec::new(),
            declared: None,
            others: Vec::new(),
            owners: HashMap::default(),
        }
    }

    /// Makes an element the tenant's.
    pub(crate) fn own(&mut self, element: SmallVec<[ElementKey; 1]>, tenant: TenantId) {
        let owners = self.owners.entry(element).or_default();
        if !owners.contains(&tenant) {
            owners.push(tenant);
        }
    }

    /// How many elements belong to somebody.
    pub fn elements(&self) -> usize {
        self.owners.len()
    }

    /// The element to which these steps from the root lead, and how many of them; `None` where they lead elsewhere.
    pub(crate) fn element(&self, root: &Root, steps: &[&PathStep]) -> Option<(SmallVec<[ElementKey; 1]>, usize)> {
        self.shape.element(root, steps)
    }
}

impl Shape {
    /// The element to which these steps from `root` lead, and how many of them; without an element where they lead to
    /// the collection as a whole. `None` where they lead elsewhere.
    pub fn element(&self, root: &Root, steps: &[&PathStep]) -> Option<(SmallVec<[ElementKey; 1]>, usize)> {
        if self.root != *root {
            return None;
        }
        let mut key = SmallVec::new();
        for (wanted, step) in self.steps.iter().zip(steps) {
            match wanted {
                Step::Name(name) if step.name() == Some(name) => {}
                Step::Name(_) => return None,
                Step::Each => key.push(ElementKey::of(step)),
            }
        }
        match steps.get(self.steps.len()) {
            Some(last) => {
                key.push(ElementKey::of(last));
                Some((key, self.steps.len() + 1))
            }
            None => Some((SmallVec::new(), steps.len())),
        }
    }
}

/// Knows the elements of all collections and their values by path, and those without a path by where they were written.
#[derive(Debug, Default)]
pub struct SourceIndex {
    collections: Vec<Collection>,
    /// Elements that are something else with a name of its own: `local.tenants = { acme = var.acme }`.
    aliases: HashMap<Path, (usize, Owners)>,
    /// Values of tenants with several grants, by their paths.
    granted: HashMap<TenantId, FieldsOfGrants>,
    /// `None` where several values were written by the same text.
    written: HashMap<Span, Option<FieldRef>>,
}

impl SourceIndex {
    /// Notes that `path` leads to an element of the collection at `at`, too.
    pub(crate) fn add_alias(&mut self, path: Path, at: usize, tenant: TenantId) {
        self.aliases.entry(path).or_insert_with(|| (at, Owners::new())).1.push(tenant);
    }

    pub fn collections(&self) -> &[Collection] {
        &self.collections
    }

    /// The same, to be filled while tenants are found.
    pub(crate) fn collections_mut(&mut self) -> &mut [Collection] {
        &mut self.collections
    }

    /// Notes the values of tenants for which paths do not tell enough.
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
                    // A key has the path of its entry.
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

    /// The tenant to whose element `path` leads, or into it.
    pub fn tenant_at(&self, path: &Path) -> Option<TenantId> {
        self.at(path, None)?.tenant()
    }

    /// Whose the element is to which `path` leads, or into it.
    pub fn owners(&self, path: &Path) -> &[TenantId] {
        self.locate(path).map(|(_, owners, _)| owners.as_slice()).unwrap_or_default()
    }

    /// What `value` is called in the entry of the tenant from which it comes as it is.
    pub fn name_in_entry<'v>(&self, value: &'v Value) -> Option<&'v Str> {
        let path = value.origin.path.as_ref().filter(|path| !self.owners(path).is_empty())?;
        path.last()?.name()
    }

    /// Everything that `value`, but not what is inside it, was built from; `None` where that is too much to look at.
    /// What belongs to several tenants, `own` among them, counts as `own`'s.
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

    /// The same, where what belongs to several tenants, `own` among them, is of `own`.
    pub fn tenants_for(&self, value: &Value, own: TenantId) -> Vec<TenantId> {
        self.gathered(value, Some(own)).0
    }

    /// Whether anything in `value` came from a collection of tenants.
    pub fn is_of_tenants(&self, value: &Value) -> bool {
        self.gathered(value, None).1
    }

    /// Whether `value` was built from something of `tenant`, or depends on it.
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
        // What is inside something of one tenant is that tenant's.
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
        if let Some(source) = origin.path.as_ref().and_then(|path| self.at(path, own)) {
            found.push(source);
            return Some(());
        }
        if let Some(Some(field)) = self.written.get(&origin.span) {
            found.push(Source::Field(*field));
            return Some(());
        }
        // A local or another variable says only through what a value came: what it was built from says more.
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

    /// The collection into which `path` leads, by its place, whose the element is, and how many steps lead to it.
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

    /// Adds a collection whose elements belong to tenants of others.
    pub(crate) fn push(&mut self, collection: Collection) {
        self.collections.push(collection);
    }

    /// What of the tenants is at `path`.
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
                let is_granted = matches!(way.field, FieldKind::PermissionSetArn | FieldKind::TargetAccountId);
                let grant = (is_granted && granted.is_none()).then_some(0);
                Source::Field(FieldRef { tenant, kind: way.field, grant })
            }
            None => Source::Attribute(tenant, path),
        })
    }
}

/// Whether `steps` are those of the way.
pub(crate) fn is_way(way: &[Step], steps: &[&PathStep]) -> bool {
    // Of most ways the ends differ.
    let is_step = |(wanted, step): (&Step, &&PathStep)| match wanted {
        Step::Each => true,
        Step::Name(wanted) => step.name() == Some(wanted),
    };
    way.len() == steps.len() && way.iter().rev().zip(steps.iter().rev()).all(is_step)
}

/// The values of the grants of one tenant, by the names on the way to them.
type FieldsOfGrants = HashMap<u64, SmallVec<[(Path, FieldRef); 1]>>;

/// A hash of the names in a path, which is the same for all paths that [lead to the same](leads_to_the_same).
fn names_of(path: &Path) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    path.backwards().for_each(|step| match step {
        PathStep::Index(index) => hasher.write_u32(*index),
        PathStep::Attribute(name) | PathStep::Key(name) => hasher.write(name.as_bytes()),
    });
    hasher.finish()
}

/// Whether two paths have the same steps, whatever is an attribute or a key: that depends on whether a type is
/// declared.
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

/// The path of a key of a map that is gone through: it leads to the entry, and the key is not what is there.
pub(crate) fn key_path(value: &Value) -> Option<&Path> {
    let path = value.origin.path.as_ref()?;
    let is_key = path.last()?.name() == Some(value.as_str()?);
    (is_key && !matches!(path.selection(), Some(Selection::Literal))).then_some(path)
}

/// The text of a string, number or boolean.
pub fn text_of(value: &Value) -> Option<Str> {
    match &value.kind {
        Kind::String(text) => Some(text.clone()),
        Kind::Number(number) => Some(symlint_terraform::format_number(number).into()),
        Kind::Bool(flag) => Some(flag.to_string().into()),
        _ => None,
    }
}
