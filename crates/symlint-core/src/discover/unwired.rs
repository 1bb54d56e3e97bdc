//! Entries that are not tenants, because no flow is built from them, although their accounts are in a safelist.

use foldhash::HashSet;
use symlint_terraform::{Evaluator, Path, PathStep, Root, SortedMap, Span, Str, Value};

use super::elements::{container, roots};
use super::walk::Walked;
use crate::tenants::format::is_account_id;
use crate::tenants::{FieldKind, SourceIndex, Tenant, Unwired, has_shape, text_of};

/// How deep entries may be nested in a variable or a local.
const DEPTH: usize = 4;

/// The entries of the root module's variables and locals with an account that is in a safelist and belongs to no
/// tenant, in source order.
pub(super) fn unwired(
    evaluator: &Evaluator<'_>,
    walked: &Walked<'_>,
    sources: &SourceIndex,
    tenants: &[Tenant],
) -> Vec<Unwired> {
    let lists = walked.runtimes.iter().flat_map(|runtime| &runtime.safelists);
    let mut unowned: HashSet<Str> = lists
        .flat_map(|list| list.elements().unwrap_or_default())
        .filter_map(text_of)
        .filter(|text| is_account_id(text))
        .collect();
    for tenant in tenants {
        let own = [tenant.sso_account(), tenant.role_account()];
        own.into_iter().flatten().for_each(|account| _ = unowned.remove(account.text()));
    }
    if unowned.is_empty() || tenants.is_empty() {
        return Vec::new();
    }
    let names: HashSet<&str> = tenants.iter().map(Tenant::name).collect();
    let mut search = Search { sources, unowned, names, shapes: HashSet::default(), found: SortedMap::new() };
    let values = roots(evaluator).filter_map(|(_, root)| Some((container(evaluator, walked, &root)?, root)));
    let values: Vec<(Value, Root)> = values.collect();
    values.iter().for_each(|(value, _)| search.note_shapes(value, DEPTH));
    for (value, root) in values {
        search.entries(&value, &Path::root(root), DEPTH);
    }
    search.found.into_values().collect()
}

struct Search<'a> {
    sources: &'a SourceIndex,
    /// The accounts in a safelist that belong to no tenant.
    unowned: HashSet<Str>,
    /// The names of the tenants.
    names: HashSet<&'a str>,
    /// The sets of attributes that the tenants' elements have.
    shapes: HashSet<Vec<Str>>,
    found: SortedMap<Span, Unwired>,
}

/// The collection that an entry is in.
#[derive(Clone, Copy)]
struct Around {
    /// How many entries the collection has.
    siblings: usize,
    /// Whether it has an entry with the name of a tenant.
    is_of_tenants: bool,
}

impl Search<'_> {
    /// Notes the attributes of the tenants' elements.
    fn note_shapes(&mut self, value: &Value, depth: usize) {
        let parts = value.entries().unwrap_or_default().iter().map(|entry| value.child(entry));
        let items = (0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at));
        for part in parts.chain(items) {
            if !self.sources.tenants(&part).is_empty() {
                self.shapes.insert(names_in(&part));
            } else if depth > 0 {
                self.note_shapes(&part, depth - 1);
            }
        }
    }

    /// Looks for entries in `value`, which is at `path`.
    fn entries(&mut self, value: &Value, path: &Path, depth: usize) {
        let entries = value.entries().unwrap_or_default();
        let items = value.elements().unwrap_or_default();
        let is_of_tenants = entries.iter().any(|entry| self.names.contains(entry.key.as_str()));
        let around = Around { siblings: entries.len() + items.len(), is_of_tenants };
        for entry in entries {
            let name = Some((entry.key.clone(), entry.key_span));
            self.entry(name, &value.child(entry), path.join(PathStep::Key(entry.key.clone())), around, depth);
        }
        for at in 0..items.len() {
            if let Some(item) = value.at(at) {
                let step = PathStep::Index(u32::try_from(at).unwrap_or(u32::MAX));
                self.entry(None, &item, path.join(step), Around { is_of_tenants: false, ..around }, depth);
            }
        }
    }

    /// Notes an entry, or looks inside it. Next to tenants that are texts, a text is an entry.
    fn entry(&mut self, name: Option<(Str, Span)>, value: &Value, path: Path, around: Around, depth: usize) {
        if depth == 0 || self.unowned.is_empty() || !self.sources.tenants(value).is_empty() {
            return;
        }
        let mut texts = Vec::new();
        add_texts(value, DEPTH, &mut texts);
        let of = |kind: FieldKind| texts.iter().filter(|text| has_shape(kind, text)).collect::<HashSet<_>>().len();
        let (roles, instances) = (of(FieldKind::RoleArn), of(FieldKind::InstanceArn));
        let is_entry = match value.entries() {
            Some(_) if self.shapes.contains(&names_in(value)) => true,
            Some(_) => roles <= 1 && instances <= 1 && roles + instances + of(FieldKind::PermissionSetArn) > 0,
            None => around.is_of_tenants,
        };
        let account = texts.iter().find_map(|text| {
            let in_role = text.split(':').nth(4).filter(|_| has_shape(FieldKind::RoleArn, text));
            self.unowned.get(in_role.unwrap_or(text)).cloned()
        });
        match account {
            None => {}
            Some(account) if is_entry => {
                self.unowned.remove(&account);
                let named = || ["name", "key", "slug"].into_iter().find_map(|name| text_of(&value.get(name)?));
                let name = name.or_else(|| Some((named()?, value.origin.span)));
                let (name, span) = name.unwrap_or_else(|| (Str::from(path.to_string()), value.origin.span));
                let instance = texts.iter().find(|text| has_shape(FieldKind::InstanceArn, text));
                let instance = instance.and_then(|arn| arn.rsplit('/').next()).map(Str::from);
                let siblings = around.siblings;
                self.found.insert(span, Unwired { name, account, instance, span, path, siblings });
            }
            Some(_) => self.entries(value, &path, depth - 1),
        }
    }
}

/// Adds the texts in a value.
pub(super) fn add_texts(value: &Value, depth: usize, texts: &mut Vec<Str>) {
    texts.extend(text_of(value));
    if depth > 0 {
        let parts = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
        parts.chain(value.elements().unwrap_or_default()).for_each(|part| add_texts(part, depth - 1, texts));
    }
}

/// The names of an object's attributes.
fn names_in(value: &Value) -> Vec<Str> {
    let mut names: Vec<Str> = value.entries().unwrap_or_default().iter().map(|entry| entry.key.clone()).collect();
    names.sort_unstable();
    names
}
