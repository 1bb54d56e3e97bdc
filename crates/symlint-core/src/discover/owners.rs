//! Which tenant's values a flow instance should receive.

use std::cell::OnceCell;
use std::cmp::Reverse;

use foldhash::HashMap;
use smallvec::SmallVec;
use symlint_terraform::{Str, Value};

use super::elements::Member;
use super::paths::{argument_paths, counted, iterated, selected_paths};
use crate::tenants::{FieldKind, FlowInstance, FlowResource, RunId, Source, SourceIndex, TenantId, normalise};

/// Finds the tenants of the collections by their keys and elements.
pub(super) struct Assigner<'a> {
    /// Tenants by their keys; `None` if several collections have the same key.
    keys: HashMap<Str, Option<TenantId>>,
    /// Tenants by their normalized keys, computed when needed; `None` if several tenants have the same.
    words: OnceCell<HashMap<String, Option<TenantId>>>,
    sources: &'a SourceIndex,
}

impl<'a> Assigner<'a> {
    pub(super) fn new(members: &[Member], sources: &'a SourceIndex, run: RunId) -> Self {
        let mut keys: HashMap<Str, Option<TenantId>> = HashMap::default();
        for (at, member) in members.iter().enumerate() {
            let id = TenantId::new(run, at);
            if let Some(key) = member.element.name.as_ref().and_then(Value::as_str) {
                keys.entry(key.clone()).and_modify(|known| *known = None).or_insert(Some(id));
            }
        }
        Self { keys, words: OnceCell::new(), sources }
    }

    /// The tenant whose element the instance is repeated for; or else the one that its key selects, the one that its
    /// index counts or its slug names, or the one that most of its values come from.
    pub(super) fn tenant_of(&self, instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Option<TenantId> {
        for repetition in &instance.repetitions {
            let element = iterated(repetition).into_iter().find_map(|path| self.sources.tenant_at(&path));
            let by_key = || self.keys.get(repetition.key.as_str()?.as_str()).copied().flatten();
            let by_value = || {
                let path = repetition.value.as_ref()?.origin.path.as_ref()?;
                self.sources.tenant_at(path)
            };
            let in_other_words = || self.in_other_words(repetition.key.as_str()?);
            if let Some(tenant) = element.or_else(by_key).or_else(by_value).or_else(in_other_words) {
                return Some(tenant);
            }
        }
        if let Some(tenant) = self.selected_for(instance, resources) {
            return Some(tenant);
        }
        if let Some(path) = instance.repetitions.first().and_then(counted)
            && let Some(tenant) = self.sources.tenant_at(&path)
        {
            return Some(tenant);
        }
        if let Some(tenant) = instance.slug().and_then(|slug| self.named_by(&slug.value)) {
            return Some(tenant);
        }
        let mut votes: Vec<(usize, TenantId)> = Vec::new();
        let values = instance.arguments.iter().filter(|argument| !argument.is_slug()).map(|argument| &argument.value);
        for tenant in values.flat_map(|value| self.sources.tenants(value)) {
            vote(&mut votes, tenant);
        }
        // Of ties, the first in source order.
        let most = votes.into_iter().max_by_key(|&(count, tenant)| (count, Reverse(tenant)));
        most.map(|(_, tenant)| tenant).or_else(|| self.acted_on(instance, resources))
    }

    /// The only tenant on whose instance, or by whose permission set, the unrepeated resources act. Repeated resources
    /// may be the grants of several tenants.
    fn acted_on(&self, instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Option<TenantId> {
        if !instance.arguments.is_empty() || resources.iter().any(|resource| resource.key.is_some()) {
            return None;
        }
        let tenants = |field: FieldKind| {
            let settings = resources.iter().flat_map(FlowResource::settings);
            let values = settings.filter(|(setting, _)| setting.field == field).map(|(_, value)| value);
            values.flat_map(|value| self.sources.tenants(&value)).collect::<Vec<_>>()
        };
        let of_instance = tenants(FieldKind::InstanceArn);
        let of_any = if of_instance.is_empty() { tenants(FieldKind::PermissionSetArn) } else { of_instance };
        let first = *of_any.first()?;
        of_any.iter().all(|tenant| *tenant == first).then_some(first)
    }

    /// The tenant whose values the key or index of the instance selects, if most arguments or settings agree.
    fn selected_for(&self, instance: &FlowInstance, resources: &[FlowResource<'_>]) -> Option<TenantId> {
        instance.repetitions.first()?;
        let arguments = instance.arguments.iter().filter(|argument| !argument.is_slug()).map(argument_paths);
        let settings = selected_paths(instance, resources).into_iter().map(SmallVec::into_vec);
        let mut votes: Vec<(usize, TenantId)> = Vec::new();
        let mut all = 0;
        for paths in arguments.chain(settings) {
            let mut selected: Vec<TenantId> = Vec::new();
            for path in paths {
                selected.extend(self.sources.tenant_at(&path).filter(|tenant| !selected.contains(tenant)));
            }
            all += 1;
            selected.into_iter().for_each(|tenant| vote(&mut votes, tenant));
        }
        votes.into_iter().find(|(count, _)| count * 2 > all).map(|(_, tenant)| tenant)
    }

    /// The tenant whose key `value` is, contains, or spells differently.
    fn named_by(&self, value: &Value) -> Option<TenantId> {
        let text = value.as_str()?;
        if let Some(Some(tenant)) = self.keys.get(text.as_str()) {
            return Some(*tenant);
        }
        // An account or an ARN of a tenant is not its name.
        let sources = self.sources.of(value, None).unwrap_or_default();
        let names = |source: &Source<'_>| matches!(source, Source::Tenant(_) | Source::Attribute(..));
        let mut tenants = sources.iter().filter(|source| names(source)).filter_map(Source::tenant);
        let first = tenants.next().filter(|first| tenants.all(|tenant| tenant == *first));
        first.or_else(|| self.in_other_words(text))
    }

    fn in_other_words(&self, text: &str) -> Option<TenantId> {
        self.words.get_or_init(|| self.words()).get(&normalise(text)).copied().flatten()
    }

    fn words(&self) -> HashMap<String, Option<TenantId>> {
        let mut words: HashMap<String, Option<TenantId>> = HashMap::default();
        for (key, tenant) in &self.keys {
            words.entry(normalise(key)).and_modify(|known| *known = None).or_insert(*tenant);
        }
        words
    }
}

/// Adds a vote for `tenant`.
fn vote(votes: &mut Vec<(usize, TenantId)>, tenant: TenantId) {
    match votes.iter_mut().find(|(_, voted)| *voted == tenant) {
        Some((count, _)) => *count += 1,
        None => votes.push((1, tenant)),
    }
}
