//! Where the value of an argument came from: which tenant, and which of its values.

use foldhash::HashMap;
use smallvec::SmallVec;
use symlint_terraform::{Kind, Makeup, Origin, Path, Root, Span, Step, Str, Value};

use super::field::FieldKind;
use super::model::{Provenance, Tenant, TenantId};
use crate::config::Config;

/// How many origins are followed behind one value. Expressions that mean something have a handful.
const MOST: usize = 2_000;

/// What a value was made of.
#[derive(Debug, Clone)]
pub enum Source<'v> {
    /// A tenant as a whole, or its key.
    Tenant(TenantId),
    /// A value of a tenant.
    Field(FieldRef),
    /// Something else inside a tenant's entry, at this path.
    Attribute(TenantId, &'v Path),
    /// The tenants variable as a whole.
    AllTenants,
    /// Something that is no tenant's: a literal, another variable.
    Elsewhere(&'v Origin),
}

/// What a value was made of, nearly always one.
pub type MadeOf<'v> = SmallVec<[Source<'v>; 2]>;

/// Which value of which tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRef {
    /// The tenant.
    pub tenant: TenantId,
    /// The value.
    pub kind: FieldKind,
    /// The grant that it belongs to, by its place in [`Tenant::grants`].
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

/// Knows the tenants of the variables and their values by path, and those without a path by where they were written.
#[derive(Debug, Default)]
pub struct SourceIndex {
    variables: Vec<Variable>,
    /// The ways from a tenant to its values, which are the same for all tenants.
    ways: Vec<(Vec<String>, FieldKind)>,
    /// By tenant, which of the ways lead to a value.
    plain: Vec<u8>,
    /// Values behind other ways, such as those of grants in a list.
    others: HashMap<TenantId, Box<[(Path, FieldRef)]>>,
    /// `None` where several values were written by the same text.
    written: HashMap<Span, Option<FieldRef>>,
}

/// A tenants variable, and who stands under which key.
#[derive(Debug)]
struct Variable {
    name: String,
    entries: HashMap<Str, TenantId>,
}

impl SourceIndex {
    /// Knows `tenants`, which are those of the variables and come before all others, but not yet their values.
    pub(super) fn new(tenants: &[Tenant], config: &Config) -> Self {
        let variables = config.tenants_variables.iter();
        let mut variables: Vec<Variable> =
            variables.map(|name| Variable { name: name.clone(), entries: HashMap::default() }).collect();
        for tenant in tenants {
            if let Provenance::Variable(name) = &tenant.provenance
                && let Some(variable) = variables.iter_mut().find(|variable| variable.name == name.as_str())
                && let Some(key) = tenant.path.last().and_then(Step::name)
            {
                variable.entries.insert(key.clone(), tenant.id);
            }
        }
        Self { variables, ..Self::default() }
    }

    /// The same, with the values of the tenants.
    pub(super) fn with_values(mut self, tenants: &[Tenant], config: &Config) -> Self {
        let way = |kind| (config.field_path(kind).into_iter().map(str::to_owned).collect(), kind);
        self.ways = FieldKind::VALUES.map(way).into();
        tenants.iter().for_each(|tenant| self.add(tenant));
        self
    }

    /// Takes the values of `variable` for anybody's: what is no map has no entries that tenants could be known by.
    pub(super) fn forget(&mut self, variable: &str) {
        self.variables.retain(|known| known.name != variable);
    }

    fn add(&mut self, tenant: &Tenant) {
        let alone = tenant.values_alone().map(|field| (field, None));
        let granted = tenant.grants.iter().enumerate().flat_map(|(place, grant)| {
            [&grant.permission_set_arn, &grant.target_account_id].map(|field| (field, Some(place)))
        });
        let mut plain = 0;
        let mut others = Vec::new();
        for (field, grant) in alone.chain(granted) {
            let found = FieldRef { tenant: field.tenant, kind: field.kind, grant };
            match &field.path {
                Some(path) => {
                    let (_, steps) = path.parts();
                    let way = steps.split_first().and_then(|(_, rest)| self.way(rest));
                    let is_usual = |way: &usize| self.ways.get(*way).is_some_and(|(_, kind)| *kind == field.kind);
                    match way.filter(|way| is_usual(way) && grant.unwrap_or_default() == 0) {
                        Some(way) => plain |= 1 << way,
                        None => others.push((path.clone(), found)),
                    }
                }
                // Elements of a set have no path.
                None if field.text().is_some() => {
                    self.written.entry(field.span).and_modify(|known| *known = None).or_insert(Some(found));
                }
                None => {}
            }
        }
        self.plain.push(plain);
        if !others.is_empty() {
            self.others.insert(tenant.id, others.into_boxed_slice());
        }
    }

    /// Which of the ways has these steps.
    fn way(&self, steps: &[&Step]) -> Option<usize> {
        self.ways.iter().position(|(names, _)| {
            // Of most ways the ends differ.
            let mut both = names.iter().rev().zip(steps.iter().rev());
            names.len() == steps.len() && both.all(|(name, step)| step.name().is_some_and(|it| it.as_str() == name))
        })
    }

    /// The tenant of a variable that `path` leads to or into.
    pub fn tenant_at(&self, path: &Path) -> Option<TenantId> {
        self.at(path)?.tenant()
    }

    /// Everything that `value`, but not what is inside it, was made of; `None` where that is too much to look at.
    pub fn of<'v>(&self, value: &'v Value) -> Option<MadeOf<'v>> {
        let mut sources = MadeOf::new();
        let mut left = MOST;
        self.follow(&value.origin, &mut left, &mut sources)?;
        Some(sources)
    }

    /// The tenants that `value`, or anything inside it, was made of, without repetitions.
    pub fn tenants(&self, value: &Value) -> Vec<TenantId> {
        self.gathered(value).0
    }

    /// Whether anything in `value` came from a tenants variable.
    pub fn is_of_tenants(&self, value: &Value) -> bool {
        self.gathered(value).1
    }

    fn gathered(&self, value: &Value) -> (Vec<TenantId>, bool) {
        let (mut left, mut tenants, mut is_of_tenants) = (MOST, Vec::new(), false);
        self.gather(value, &mut left, &mut tenants, &mut is_of_tenants);
        (tenants, is_of_tenants)
    }

    fn gather(&self, value: &Value, left: &mut usize, tenants: &mut Vec<TenantId>, any: &mut bool) {
        let mut sources = MadeOf::new();
        if self.follow(&value.origin, left, &mut sources).is_none() {
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
                self.gather(part, left, tenants, any);
            }
        }
    }

    fn follow<'v>(&self, origin: &'v Origin, left: &mut usize, found: &mut MadeOf<'v>) -> Option<()> {
        *left = left.checked_sub(1)?;
        if let Some(source) = origin.path.as_ref().and_then(|path| self.at(path)) {
            found.push(source);
            return Some(());
        }
        if let Some(Some(field)) = self.written.get(&origin.span) {
            found.push(Source::Field(*field));
            return Some(());
        }
        // A local or another variable says only through what a value came: what it was made of says more.
        match &origin.makeup {
            Makeup::Joined(parts) if !parts.is_empty() => {
                parts.iter().try_for_each(|part| self.follow(&part.origin, left, found))
            }
            Makeup::Derived(origins) if !origins.is_empty() => {
                origins.iter().try_for_each(|origin| self.follow(origin, left, found))
            }
            _ => {
                found.push(Source::Elsewhere(origin));
                Some(())
            }
        }
    }

    /// What of the tenants is at `path`.
    fn at<'v>(&self, path: &'v Path) -> Option<Source<'v>> {
        let (Root::Variable { module, name }, steps) = path.parts() else { return None };
        if !module.is_empty() {
            return None;
        }
        let variable = self.variables.iter().find(|variable| variable.name == name.as_str())?;
        let Some((first, rest)) = steps.split_first() else { return Some(Source::AllTenants) };
        let tenant = first.name().and_then(|key| variable.entries.get(key));
        let Some(&tenant) = tenant else { return Some(Source::AllTenants) };
        if rest.is_empty() {
            return Some(Source::Tenant(tenant));
        }
        let plain = self.plain.get(tenant.index()).copied().unwrap_or_default();
        if let Some(way) = self.way(rest).filter(|way| plain & (1 << way) != 0)
            && let Some(&(_, kind)) = self.ways.get(way)
        {
            let is_granted = matches!(kind, FieldKind::PermissionSetArn | FieldKind::TargetAccountId);
            return Some(Source::Field(FieldRef { tenant, kind, grant: is_granted.then_some(0) }));
        }
        let others = self.others.get(&tenant).map(AsRef::as_ref).unwrap_or_default();
        let field = others.iter().find(|(other, _)| leads_to_the_same(other, &steps));
        Some(field.map_or(Source::Attribute(tenant, path), |&(_, field)| Source::Field(field)))
    }
}

/// Whether a path has these steps, whatever is an attribute or a key: that depends on whether a type is declared.
fn leads_to_the_same(path: &Path, steps: &[&Step]) -> bool {
    let same = |a: &Step, b: &Step| a == b || a.name().is_some_and(|name| b.name() == Some(name));
    let mut own = path.backwards();
    steps.iter().rev().all(|step| own.next().is_some_and(|own| same(own, step))) && own.next().is_none()
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
