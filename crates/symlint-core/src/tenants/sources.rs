//! Where the value of an argument came from: which tenant, and which of its values.

use std::collections::HashMap;

use symlint_terraform::{Kind, Makeup, Origin, Path, Root, Span, Step, Value};

use super::field::{Field, FieldKind};
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
    variables: Vec<String>,
    entries: HashMap<String, TenantId>,
    fields: HashMap<String, FieldRef>,
    /// `None` where several values were written by the same text.
    written: HashMap<Span, Option<FieldRef>>,
}

impl SourceIndex {
    pub(super) fn new(tenants: &[Tenant], config: &Config) -> Self {
        let mut index = Self { variables: config.tenants_variables.clone(), ..Self::default() };
        for tenant in tenants.iter().filter(|tenant| matches!(tenant.provenance, Provenance::Variable(_))) {
            index.entries.insert(canonical(&tenant.path), tenant.id);
            let connector = &tenant.connector;
            for field in [&connector.cloud, &connector.instance_arn, &connector.region, &connector.role_arn] {
                index.add(field, None);
            }
            index.add(&tenant.sso_account_id, None);
            for (place, grant) in tenant.grants.iter().enumerate() {
                index.add(&grant.permission_set_arn, Some(place));
                index.add(&grant.target_account_id, Some(place));
            }
        }
        index
    }

    /// Takes the values of `variable` for anybody's: what is no map has no entries that tenants could be known by.
    pub(super) fn forget(&mut self, variable: &str) {
        self.variables.retain(|name| name != variable);
    }

    fn add(&mut self, field: &Field, grant: Option<usize>) {
        let found = FieldRef { tenant: field.tenant, kind: field.kind, grant };
        match &field.path {
            Some(path) => {
                self.fields.insert(canonical(path), found);
            }
            // Elements of a set have no path.
            None if field.text().is_some() => {
                self.written.entry(field.span).and_modify(|known| *known = None).or_insert(Some(found));
            }
            None => {}
        }
    }

    /// The tenant of a variable that `path` leads to or into.
    pub fn tenant_at(&self, path: &Path) -> Option<TenantId> {
        self.at(path)?.tenant()
    }

    /// Everything that `value`, but not what is inside it, was made of; `None` where that is too much to look at.
    pub fn of<'v>(&self, value: &'v Value) -> Option<Vec<Source<'v>>> {
        let mut sources = Vec::new();
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
        let mut sources = Vec::new();
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

    fn follow<'v>(&self, origin: &'v Origin, left: &mut usize, found: &mut Vec<Source<'v>>) -> Option<()> {
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
        let (Root::Variable(variable), steps) = path.parts() else { return None };
        if !self.variables.iter().any(|name| name == variable.as_str()) {
            return None;
        }
        let Some((first, rest)) = steps.split_first() else { return Some(Source::AllTenants) };
        let mut key = variable.as_str().to_owned();
        push(&mut key, first);
        let Some(&tenant) = self.entries.get(&key) else { return Some(Source::AllTenants) };
        if rest.is_empty() {
            return Some(Source::Tenant(tenant));
        }
        rest.iter().for_each(|step| push(&mut key, step));
        Some(self.fields.get(&key).map_or(Source::Attribute(tenant, path), |&field| Source::Field(field)))
    }
}

/// A path without the difference between an attribute and a key, which depends on whether a type is declared.
fn canonical(path: &Path) -> String {
    let (root, steps) = path.parts();
    let mut text = match root {
        Root::Variable(name) | Root::Local(name) | Root::ModuleCall(name) => name.as_str().to_owned(),
    };
    steps.into_iter().for_each(|step| push(&mut text, step));
    text
}

fn push(text: &mut String, step: &Step) {
    // No name of an attribute has this character, and no key that means anything.
    text.push('\u{1f}');
    match step {
        Step::Attribute(name) | Step::Key(name) => text.push_str(name),
        Step::Index(index) => text.push_str(&index.to_string()),
    }
}

/// The text of a string, number or boolean.
pub fn text_of(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.as_str().to_owned()),
        Kind::Number(number) => Some(symlint_terraform::format_number(number)),
        Kind::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
