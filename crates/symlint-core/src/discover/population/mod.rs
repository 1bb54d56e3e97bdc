//! The elements of all collections, their owners, and the tenants that are built from them.

mod lacks;
mod names;

pub(super) use self::lacks::assigned;
pub(super) use self::names::{element_type, name_of};

use foldhash::{HashMap, HashSet};
use symlint_terraform::{
    ConversionProblem, ErrorSubject, Evaluator, PathStep, Project, Root, SortedSet, Span, Str, Type, Value,
};

use self::lacks::{displaced, mark_alone, note_absent, note_empty_ids, note_lack, note_misfits, refused_by};
use self::names::{collection_name, leave_out_names_of_several, names_of};
use super::collections::Found;
use super::effective::{Effective, effects_of};
use super::elements::{Element, Member, name_inside};
use super::owners::Assigner;
use super::walk::Walked;
use super::{effective, elements, fields};
use crate::config::Config;
use crate::tenants::{
    Absence, Builder, Collection, ElementKey, Expected, Field, FieldKind, FlowInstance, Layout, Misfit, MisfitKind,
    MissingAttribute, Pair, PermissionSetArn, Provenance, RunId, SourceIndex, State, Tenant, TenantId, UnknownEffect,
    Way, resources_of, text_of, values_at,
};

/// How many tenants are checked.
const MOST: usize = 100_000;

/// The elements of all collections, and the tenants that own them.
pub(super) struct Population<'a> {
    pub(super) run: RunId,
    pub(super) project: &'a Project,
    /// By the ids of the tenants.
    pub(super) elements: Vec<Member>,
    pub(super) sources: SourceIndex,
    /// How many of the collections have tenants as elements; these come first. Elements of the others belong to a
    /// tenant.
    pub(super) primary: usize,
    /// How many of these are configured, or have the name that the shipped example uses.
    configured: usize,
    /// The collections of tenants whose elements are texts other than their names, such as accounts by name.
    pub(super) of_texts: HashSet<usize>,
    /// By collection, the pairs of attributes that are the halves of a grant.
    pub(super) pairs: Vec<Vec<Pair>>,
    /// By collection, the values that its tenants get from elsewhere.
    pub(super) elsewhere: Vec<HashSet<FieldKind>>,
    /// Elements of other collections, each with its collection and the tenant that owns it.
    pub(super) others: Vec<(usize, TenantId, Value)>,
    pub(super) unknown_effects: Vec<UnknownEffect>,
    /// The places of values that were built from too many parts to follow.
    pub(super) unfollowed: SortedSet<Span>,
    /// The place of the first tenant that is not checked.
    pub(super) too_many: Option<Span>,
}

impl<'a> Population<'a> {
    pub(super) fn new(
        evaluator: &Evaluator<'a>,
        walked: &Walked<'_>,
        found: &Found,
        config: &Config,
        run: RunId,
    ) -> Self {
        let mut elements: Vec<Member> = Vec::new();
        let mut sources = SourceIndex::default();
        let mut of_texts = HashSet::default();
        let mut others: Vec<(usize, TenantId, Value)> = Vec::new();
        let mut too_many = None;
        let is_alone = !evaluator.project().has_configuration();
        for (place, shape) in found.shapes.iter().enumerate() {
            let mut own = found.elements(evaluator, walked, shape);
            // A values file without a module is read like the shipped example.
            own.retain(|element| !(is_alone && matches!(element.key.last(), Some(ElementKey::Index(_)))));
            // Elements that were rebuilt from existing tenants are not further tenants.
            if !elements.is_empty() {
                own.retain(|element| sources.tenants(&element.value).is_empty());
                if own.is_empty() {
                    continue;
                }
            }
            // Each element takes a few kilobytes, even if it is written in six bytes.
            let room = MOST - elements.len();
            too_many = too_many.or(own.get(room).map(|first| first.span));
            own.truncate(room);
            let at = sources.collections().len();
            let discovery = found.discovery(place, config);
            let name = found.variables_of(shape).map_or_else(|| name_of(shape), names_of);
            let mut collection = Collection::new(shape.clone(), name, discovery);
            collection.flows = found.flows.get(shape).cloned().unwrap_or_default();
            collection.declared = elements::declared(evaluator, walked, &shape.root);
            let mut aliases = Vec::new();
            elements.reserve(own.len());
            let is_text =
                |it: &Element| it.value.as_str().is_some_and(|text| it.key_text().is_some_and(|key| key != text));
            if own.iter().all(is_text) {
                of_texts.insert(at);
            }
            for element in own {
                let id = TenantId::new(run, elements.len());
                if of_texts.contains(&at) {
                    others.push((at, id, element.value.clone()));
                }
                collection.own(element.key.clone(), id);
                aliases.extend(element.other_paths().into_iter().map(|path| (path, id)));
                aliases.extend((*element.path.start() != shape.root).then(|| (element.path.clone(), id)));
                elements.push(Member { collection: at, element });
            }
            sources.push(collection);
            aliases.into_iter().for_each(|(path, id)| sources.add_alias(path, at, id));
        }
        let primary = sources.collections().len();
        let pairs = vec![Vec::new(); primary];
        Self {
            run,
            project: evaluator.project(),
            elements,
            sources,
            primary,
            configured: found.configured,
            of_texts,
            pairs,
            elsewhere: Vec::new(),
            others,
            unknown_effects: Vec::new(),
            unfollowed: SortedSet::new(),
            too_many,
        }
    }

    /// Assigns to each flow instance the tenant whose values it should receive.
    pub(super) fn assign(&self, walked: &mut Walked<'_>) {
        if self.sources.collections().iter().any(|collection| collection.shape.root == Root::RootModule) {
            let instances = walked.flows.iter_mut().flat_map(|flow| &mut flow.instances);
            instances.for_each(|instance| instance.tenant = Some(TenantId::new(self.run, 0)));
            return;
        }
        let assigner = Assigner::new(&self.elements, &self.sources, self.run);
        for (flow, call) in walked.flows.iter_mut().enumerate() {
            for (at, instance) in call.instances.iter_mut().enumerate() {
                instance.tenant = assigner.tenant_of(instance, resources_of(&walked.resources, flow, at));
            }
        }
        // If two calls name one tenant, the call with all values of another tenant has the wrong name.
        let instances = || walked.flows.iter().flat_map(|flow| &flow.instances);
        let mut claims: HashMap<TenantId, usize> = HashMap::default();
        instances().filter_map(|it| it.tenant).for_each(|tenant| *claims.entry(tenant).or_default() += 1);
        if instances().count() == claims.len() {
            return;
        }
        for instance in walked.flows.iter_mut().flat_map(|flow| &mut flow.instances) {
            let is_claimed = |tenant: &TenantId| claims.get(tenant).is_some_and(|count| *count > 1);
            if instance.repetitions.is_empty() && instance.tenant.as_ref().is_some_and(is_claimed) {
                let other = self.only_source(instance).filter(|other| !claims.contains_key(other));
                instance.tenant = other.or(instance.tenant);
            }
        }
    }

    /// The only tenant whose values the instance is passed, whatever the instance is called.
    fn only_source(&self, instance: &FlowInstance) -> Option<TenantId> {
        let values = instance.arguments.iter().filter(|argument| !argument.is_slug()).map(|argument| &argument.value);
        let mut tenants = values.flat_map(|value| self.sources.tenants(value));
        let first = tenants.next()?;
        tenants.all(|tenant| tenant == first).then_some(first)
    }

    /// The tenants of the collections, with the values that take effect for them.
    pub(super) fn tenants(
        &mut self,
        walked: &Walked<'_>,
        conversions: &[ConversionProblem],
        config: &Config,
    ) -> Vec<Tenant> {
        let errors = conversions.iter().filter(|problem| problem.kind.is_error());
        let invalid: HashSet<Span> = errors.map(|problem| problem.span).collect();
        let refused = walked.errors.iter().filter_map(|error| match &error.subject {
            Some(ErrorSubject::NoAttribute(name, _) | ErrorSubject::NoKey { attribute: Some(name), .. }) => {
                Some(name.clone())
            }
            _ => None,
        });
        let refused: HashSet<Str> = refused.collect();
        let layouts: Vec<Layout> = self
            .sources
            .collections()
            .iter()
            .enumerate()
            .map(|(at, collection)| {
                let is_configured = at < self.configured;
                let pairs = self.pairs.get(at).map(Vec::as_slice).unwrap_or_default();
                let elsewhere = self.elsewhere.get(at).filter(|_| !config.is_mapped_at_all());
                Layout::new(&collection.ways, pairs, &Expected { is_configured, elsewhere }, config)
            })
            .collect();
        let types: Vec<Option<&Type>> =
            self.sources.collections().iter().map(|collection| element_type(self.project, &collection.shape)).collect();
        // A name that several elements of a list share does not tell them apart.
        let (mut names, mut shared) = (HashSet::default(), HashSet::default());
        for Member { collection, element } in self.elements.iter().filter(|it| it.element.name.is_none()) {
            let name = name_inside(&element.value, element).as_str().cloned();
            shared.extend(name.map(|name| (*collection, name)).filter(|name| !names.insert(name.clone())));
        }
        let mut tenants: Vec<Tenant> = Vec::with_capacity(self.elements.len());
        for (at, member) in self.elements.iter().enumerate() {
            let id = TenantId::new(self.run, at);
            let Member { collection, element } = member;
            let (Some(layout), Some(owner)) = (layouts.get(*collection), self.sources.collections().get(*collection))
            else {
                continue;
            };
            let mut value = element.value.clone();
            if value.origin.path.is_none() || owner.shape.root.is_input() {
                value.origin.path = Some(element.path.clone());
            }
            let inside = || name_inside(&value, element);
            let is_shared = |name: &Value| name.as_str().is_some_and(|it| shared.contains(&(*collection, it.clone())));
            let key = element.name.clone().unwrap_or_else(|| match inside() {
                name if is_shared(&name) => elements::way_as_name(element),
                name => name,
            });
            let ty = types.get(*collection).copied().flatten();
            let (path, key_span) = (element.path.clone(), element.span);
            let builder = Builder { layout, ty, invalid: &invalid, refused: &refused, tenant: id, path, key_span };
            let mut tenant = builder.tenant(key, &value, Provenance::Collection(*collection));
            note_empty_ids(&mut tenant, &owner.ways, &value);
            tenants.push(tenant);
        }
        leave_out_names_of_several(&mut tenants, &layouts, &refused);
        self.note_refused(walked, &mut tenants);
        // For each tenant, the effects of each of its flow instances.
        let mut effects: Vec<Vec<Vec<Effective>>> = vec![Vec::new(); tenants.len()];
        for (tenant, instance, resources) in assigned(walked) {
            if let Some(effects) = effects.get_mut(tenant.index()) {
                effects.push(effects_of(instance, resources));
            }
        }
        mark_alone(walked, &mut effects);
        let mut counts: HashMap<(usize, TenantId), usize> = HashMap::default();
        self.others.iter().for_each(|(at, id, _)| *counts.entry((*at, *id)).or_default() += 1);
        let with_accounts = self.with_sso_accounts();
        for (at, id, element) in &self.others {
            // If there are several elements, each may be another grant.
            let is_one = |field: FieldKind| counts.get(&(*at, *id)) == Some(&1) || !field.is_of_grant();
            let ways =
                self.sources.collections().get(*at).map(|collection| collection.ways.as_slice()).unwrap_or_default();
            let Some(tenant) = tenants.get_mut(id.index()) else { continue };
            for way in ways.iter().filter(|way| !way.is_fragment) {
                // No expression fails without an SSO account, but if most elements have one, it is expected.
                let is_expected = refused_by(way, &refused)
                    || way.field == FieldKind::SsoAccountId && with_accounts.get(*at) == Some(&true);
                match values_at(element, &way.steps).into_iter().next() {
                    Some(value) if is_one(way.field) => self.add_value(tenant, way, value, is_expected),
                    Some(_) => {}
                    None if is_expected => note_lack(tenant, way, element),
                    None => {}
                }
            }
        }
        let common: Vec<Option<String>> =
            (0..self.sources.collections().len()).map(|at| self.common_instance(at, &tenants)).collect();
        // Only another collection can have what displaces a target.
        let mut others = self.sources.collections().iter().skip(self.primary).flat_map(|collection| &collection.ways);
        let displaced = match others.any(|way| way.field == FieldKind::TargetAccountId) {
            true => displaced(&tenants, &effects),
            false => HashMap::default(),
        };
        for ((tenant, effects), member) in tenants.iter_mut().zip(effects).zip(&self.elements) {
            let common = common.get(member.collection).and_then(Option::as_deref);
            effective::apply(tenant, &effects, &self.sources, common, &displaced);
            self.unknown_effects.extend(effective::unknown(tenant, &effects));
            note_absent(tenant, &effects);
            note_misfits(tenant, &effects);
            self.unfollowed.extend(effective::unfollowed(&effects, &self.sources));
        }
        tenants
    }

    /// Notes the attributes that tenants lack, or have as null, where an expression fails because of that.
    fn note_refused(&self, walked: &Walked<'_>, tenants: &mut [Tenant]) {
        for error in &walked.errors {
            let (path, name, absence) = match &error.subject {
                Some(
                    ErrorSubject::NoAttribute(name, Some(object))
                    | ErrorSubject::NoKey { attribute: Some(name), path: Some(object), .. },
                ) => (object.join(PathStep::Attribute(name.clone())), name, Absence::Missing),
                Some(ErrorSubject::Null(_, Some(path))) => match path.last().and_then(PathStep::name) {
                    Some(name) => (path.clone(), name, Absence::Null),
                    None => continue,
                },
                _ => continue,
            };
            let Some((collection, _, taken)) = self.sources.locate(&path) else { continue };
            let steps = fields::steps_inside(&path, taken);
            let members = self.elements.iter().map(|member| (member.collection, &member.element.value));
            let others = self.others.iter().map(|(at, _, value)| (*at, value));
            let mut all = members.chain(others).filter(|(at, _)| *at == collection);
            // If the whole root module is for one tenant, there is no other element to compare with, but the object
            // around the attribute must be there.
            let shape = self.sources.collections().get(collection).map(|collection| &collection.shape.root);
            let only = self.elements.first().filter(|_| shape == Some(&Root::RootModule));
            let only = only.zip(steps.split_last()).map(|(it, (_, around))| values_at(&it.element.value, around));
            // If all tenants lack it, the mistake is in the expression.
            let is_anywhere = only.is_some() || all.any(|(_, element)| !values_at(element, &steps).is_empty());
            let tenant = self.sources.tenant_at(&path).filter(|_| is_anywhere);
            let tenant = tenant.and_then(|id| tenants.get_mut(id.index()));
            // A tenant that is null itself is reported as such.
            let is_unsaid = |it: &&mut Tenant| {
                it.path.parts().1.len() != path.parts().1.len()
                    && it.missing.iter().all(|gap| gap.name != name.as_str())
            };
            let Some(tenant) = tenant.filter(is_unsaid) else { continue };
            let element = self.others.iter().map(|(.., value)| value);
            let element = element.chain(only.iter().flatten()).find(|it| it.origin.path.as_ref() == path.parent());
            let span = match &error.subject {
                Some(ErrorSubject::Null(span, _)) => *span,
                _ => element.map_or(tenant.key.span, |value| value.origin.span.part(0..1)),
            };
            tenant.missing.push(MissingAttribute { name: name.to_string(), absence, span, path, field: None });
        }
    }

    /// Whether most elements of each collection that belongs to tenants of another one have an SSO account.
    fn with_sso_accounts(&self) -> Vec<bool> {
        let collections = self.sources.collections();
        let mut counts = vec![(0, 0); collections.len()];
        for (at, _, element) in &self.others {
            let ways = collections.get(*at).map(|it| it.ways.as_slice()).unwrap_or_default();
            let way = ways.iter().find(|way| way.field == FieldKind::SsoAccountId);
            let found = way.map(|way| values_at(element, &way.steps)).unwrap_or_default();
            if let Some((with, all)) = counts.get_mut(*at) {
                (*with, *all) = (*with + usize::from(found.iter().any(|it| text_of(it).is_some())), *all + 1);
            }
        }
        counts.into_iter().map(|(with, all)| with * 2 > all).collect()
    }

    /// Gives `tenant` a value from an element of another collection.
    fn add_value(&self, tenant: &mut Tenant, way: &Way, value: Value, is_expected: bool) {
        let is_another_s = || self.sources.tenants_for(&value, tenant.id).iter().any(|other| *other != tenant.id);
        if value.as_unknown().is_some_and(|unknown| unknown.is_refused) || is_another_s() {
            return;
        }
        if is_expected && (value.entries().is_some() || value.elements().is_some()) {
            let kind = MisfitKind::Type { wanted: "string", got: value.type_name() };
            let path = value.origin.path.clone().unwrap_or_else(|| tenant.path.clone());
            tenant.misfits.push(Misfit { span: value.origin.span, path, kind });
            return;
        }
        let found = Field::new(way.field, tenant.id, Some(value), tenant.key.span);
        let is_needed =
            is_expected || !matches!(way.field, FieldKind::Cloud | FieldKind::Region | FieldKind::SsoAccountId);
        if let (State::Absent(absence @ (Absence::Empty | Absence::Null)), Some(path)) = (&found.state, &found.path)
            && (is_needed || *absence == Absence::Empty)
            && tenant.missing.iter().all(|gap| gap.path != *path)
        {
            let name = collection_name(way, path);
            let (absence, span, path) = (*absence, found.span, path.clone());
            tenant.missing.push(MissingAttribute { name, absence, span, path, field: Some(way.field) });
        }
        match way.field {
            FieldKind::SsoAccountId if tenant.sso_account_id.is_unseen() => tenant.sso_account_id = found,
            field if FieldKind::CONNECTOR.contains(&field) => {
                if !tenant.connector.field(field).is_unseen() {
                    return;
                }
                tenant.connector.set(found);
            }
            field => match &mut *tenant.grants {
                [only] if field != FieldKind::SsoAccountId && only.field(field).is_unseen() => only.set(found),
                _ => return,
            },
        }
        effective::close_gap(tenant, way.field, &self.sources);
    }

    /// The instance of all permission sets of a collection, if none of its elements has a connector.
    fn common_instance(&self, collection: usize, tenants: &[Tenant]) -> Option<String> {
        let own = || tenants.iter().zip(&self.elements).filter(|(_, member)| member.collection == collection);
        let is_seen = |tenant: &Tenant| !tenant.connector.role_arn.is_unseen() || !tenant.sso_account_id.is_unseen();
        if own().any(|(tenant, _)| tenant.is_root_module() || is_seen(tenant)) {
            return None;
        }
        let grants = own().flat_map(|(tenant, _)| &tenant.grants);
        let mut instances =
            grants.map(|grant| Some(PermissionSetArn::of(&grant.permission_set_arn)?.instance_id.text()));
        let first = instances.next()??;
        instances.all(|it| it == Some(first)).then(|| first.to_owned())
    }
}
