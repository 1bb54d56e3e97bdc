//! Elements and flows → tenants, and all that rules look at.

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;
use symlint_terraform::{
    ConversionProblem, ConversionProblemKind, Evaluator, Form, Kind, Makeup, Origin, Path, Project, Root, Span, Str,
    Subject, Type, Value, Variable,
};

use super::collections::{self, Element, Found, Member};
use super::effective::{Effective, effects_of};
use super::fields::{self, Effects, Fields};
use super::modules::Roles;
use super::owners::Assigner;
use super::unwired::unwired;
use super::walk::{Walked, Walker};
use crate::config::Config;
use crate::tenants::{
    Absence, Builder, Collection, Discovery, ElementKey, Expected, Field, FieldKind, FlowInstance, FlowResource, Grant,
    Index, Layout, MissingAttribute, Model, Owners, Pair, PermissionSetArn, Provenance, RoleNames, RunId, Shape,
    SourceIndex, State, Step, Steps, Tenant, TenantId, TenantsVariable, UnknownEffect, VariableState, Way, Whole,
    format, has_shape, key_path, overridden, resources_of, text_of, values_at,
};

/// Finds the tenants of `project`, which is the run `run`, and where their values take effect.
pub fn build<'p>(project: &'p Project, config: &Config, run: RunId) -> Model<'p> {
    let walk = |evaluator: &Evaluator<'p>| {
        let variables = variables(evaluator, config);
        (variables, Walker::new(evaluator, config).walk())
    };
    let mut evaluator = Evaluator::new(project);
    let (mut variables, mut walked) = walk(&evaluator);
    let open = collections::chosen_by_default(project, &walked);
    if !open.is_empty() {
        evaluator = Evaluator::leaving_open(project, open);
        (variables, walked) = walk(&evaluator);
    }
    let found = collections::find(&evaluator, config, &walked);
    let mut population = Population::new(&evaluator, &walked, &found, config, run);
    population.assign(&mut walked);
    population.associate(&evaluator, &walked, &found);
    population.find_ways(&walked, config);
    let conversions = conversions(&evaluator, &found, &variables, &population);
    let mut tenants = population.tenants(&walked, &conversions, config);
    population.add_called(&mut walked, &mut tenants);
    let unknown_effects = population.unknown_effects;
    let mut sources = population.sources;
    sources.add_values(&tenants);
    let unwired = unwired(&evaluator, &walked, &sources, &tenants);
    let types_are_declared = found.shapes.iter().any(|shape| element_type(project, shape).is_some());
    let evaluation_errors = std::mem::take(&mut walked.errors);
    let resource_errors = std::mem::take(&mut walked.resource_errors);
    let lost_keys = evaluator.lost_keys();
    let lost_entries = evaluator.lost_entries();
    // What was evaluated takes as much room as the tenants do.
    drop(evaluator);
    let index = Index::new(&tenants, config);
    let flow_folders = flow_folders(project, &walked);
    let overridden = overridden(lost_entries, &tenants, &walked.flows);
    let Walked { flows, resources, connectors, runtimes, unknown_calls, open_calls, .. } = walked;
    Model {
        run,
        project,
        variables,
        tenants,
        flows,
        has_unknown_calls: !unknown_calls.is_empty(),
        open_calls,
        connectors,
        runtimes,
        conversions,
        resources,
        flow_folders,
        evaluation_errors,
        resource_errors,
        lost_keys,
        types_are_declared,
        index,
        relations: Vec::new(),
        role_names: RoleNames::default(),
        overridden,
        unwired,
        sources_of_values: sources,
        unknown_effects,
        not_checked: Vec::new(),
    }
}

/// Whether `project` has something that the rules speak of.
pub fn concerns(project: &Project, config: &Config) -> bool {
    let is_set = |name: &str| project.assignments().iter().any(|assignment| assignment.variable.text.as_str() == name);
    let is_declared = |name: &str| project.root().is_some_and(|root| root.variable(name).is_some());
    let is_local = |name: &str| {
        let local = name.strip_prefix("local.").zip(project.root());
        local.is_some_and(|(name, root)| root.local(name).is_some())
    };
    config.tenants_variables.iter().any(|name| is_declared(name) || is_set(name) || is_local(name))
        || Roles::new(project, config).has_any()
        || hands_on_tenants(project)
}

/// Whether the root module calls one that cannot be read, and has what looks like tenants to pass to it.
fn hands_on_tenants(project: &Project) -> bool {
    let Some(root) = project.root().filter(|root| root.calls.iter().any(|call| call.child.is_none())) else {
        return false;
    };
    let evaluator = Evaluator::new(project);
    let instance = evaluator.root();
    let mut variables = root.variables.iter().filter_map(|it| evaluator.variable(&instance, &it.name.text));
    let mut locals = root.locals.iter().filter_map(|it| evaluator.local(&instance, &it.name.text));
    variables.any(|it| collections::looks_like_tenants(&it)) || locals.any(|it| collections::looks_like_tenants(&it))
}

/// The state of the variables and locals that the configuration names, or that the stock module has.
fn variables(evaluator: &Evaluator<'_>, config: &Config) -> Vec<TenantsVariable> {
    let root = evaluator.root();
    let state = |name: &String| {
        let local = name.strip_prefix("local.");
        let value = local.map_or_else(|| evaluator.variable(&root, name), |local| evaluator.local(&root, local))?;
        let is_set = evaluator.project().assignments().iter().any(|it| it.variable.text.as_str() == name);
        let is_set = is_set || local.is_some();
        let state = match value.as_unknown() {
            // It cannot be iterated, so it counts as missing.
            None if matches!(value.kind, Kind::Null) => VariableState::Null(value.origin.span),
            None => VariableState::Known,
            Some(unknown) if is_set => VariableState::Unknown { reason: unknown.reason.clone(), span: unknown.span },
            Some(_) => VariableState::Unset,
        };
        Some(TenantsVariable { name: name.clone(), state, is_list: value.elements().is_some() })
    };
    config.tenants_variables.iter().filter_map(state).collect()
}

/// The type of one element, where the type of the variable says it.
fn element_type<'p>(project: &'p Project, shape: &Shape) -> Option<&'p Type> {
    let Root::Variable { module, name } = &shape.root else { return None };
    let variable = project.root().filter(|_| module.is_empty()).and_then(|root| root.variable(name))?;
    let mut ty = &variable.ty;
    for step in &shape.steps {
        ty = match (ty, step) {
            (Type::Object(attributes), Step::Name(name)) => {
                &attributes.iter().find(|attribute| attribute.name == *name)?.ty
            }
            (Type::Map(element) | Type::List(element) | Type::Set(element), _) => element,
            _ => return None,
        };
    }
    match ty {
        Type::Map(element) | Type::List(element) | Type::Set(element) if !matches!(**element, Type::Any) => {
            Some(element)
        }
        _ => None,
    }
}

/// Collections whose values do not match their declared types, or that are not collections.
fn conversions(
    evaluator: &Evaluator<'_>,
    found: &Found,
    variables: &[TenantsVariable],
    population: &Population<'_>,
) -> Vec<ConversionProblem> {
    let project = evaluator.project();
    let mut names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    for shape in &found.shapes {
        if let Root::Variable { module, name } = &shape.root
            && module.is_empty()
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    // A local may be built from a variable whose value Terraform refuses. Then none of its elements is a tenant.
    let is_local = |shape: &Shape| matches!(shape.root, Root::Local { .. });
    if found.shapes.iter().any(is_local) {
        let variables = project.root().map(|module| module.variables.as_slice()).unwrap_or_default();
        let is_refused = |variable: &&Variable| {
            let is_collection = matches!(variable.ty, Type::Map(_) | Type::List(_) | Type::Set(_));
            is_collection && evaluator.problems(&variable.name.text).iter().any(|problem| problem.kind.is_error())
        };
        let refused: Vec<&str> =
            variables.iter().filter(is_refused).map(|variable| variable.name.text.as_str()).collect();
        for name in refused {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let root = evaluator.root();
    let mut problems = Vec::new();
    for name in names {
        problems.extend(evaluator.problems(name).iter().cloned());
        let Some(value) = evaluator.variable(&root, name) else { continue };
        let is_map = value.entries().is_some() || matches!(value.kind, Kind::Null | Kind::Unknown(_));
        // A module may turn a list into calls, but a values file alone is read like the shipped example.
        let is_useless = match value.elements() {
            Some(elements) => !project.has_configuration() || (population.elements.is_empty() && !elements.is_empty()),
            None => true,
        };
        if !is_map && is_useless {
            problems.push(ConversionProblem {
                span: value.origin.span,
                path: value.origin.path.clone(),
                kind: ConversionProblemKind::Mismatch { wanted: Type::Map(Type::Any.into()), got: value.type_name() },
            });
        }
    }
    problems
}

/// The folders of the flow modules, and of the modules that they call.
fn flow_folders(project: &Project, walked: &Walked<'_>) -> HashSet<String> {
    let mut seen = HashSet::default();
    let mut folders = HashSet::default();
    let mut work: Vec<_> = walked.flows.iter().filter_map(|flow| flow.call?.child).collect();
    while let Some(id) = work.pop() {
        if let Some(module) = project.module(id).filter(|_| seen.insert(id)) {
            folders.insert(module.dir.clone());
            work.extend(module.calls.iter().filter_map(|call| call.child));
        }
    }
    folders
}

/// The elements of all collections, and whose they are.
pub(super) struct Population<'a> {
    run: RunId,
    project: &'a Project,
    /// By the ids of the tenants.
    pub(super) elements: Vec<Member>,
    pub(super) sources: SourceIndex,
    /// How many of the collections have tenants as elements. The elements of the others belong to tenants.
    primary: usize,
    /// How many of these are configured, or called as in the shipped example.
    configured: usize,
    /// By collection, the pairs of attributes that make grants.
    pairs: Vec<Vec<Pair>>,
    /// By collection, the values that come from elsewhere for its tenants.
    elsewhere: Vec<HashSet<FieldKind>>,
    /// Elements of other collections, by these and the tenants to whom they belong.
    others: Vec<(usize, TenantId, Value)>,
    unknown_effects: Vec<UnknownEffect>,
}

impl<'a> Population<'a> {
    fn new(evaluator: &Evaluator<'a>, walked: &Walked<'_>, found: &Found, config: &Config, run: RunId) -> Self {
        let mut elements: Vec<Member> = Vec::new();
        let mut sources = SourceIndex::default();
        let is_alone = !evaluator.project().has_configuration();
        for (place, shape) in found.shapes.iter().enumerate() {
            let mut own = collections::elements(evaluator, walked, found, shape);
            // A values file alone is read like the shipped example.
            own.retain(|element| !(is_alone && matches!(element.key.last(), Some(ElementKey::Index(_)))));
            // What was rebuilt from elements that are already tenants does not add tenants.
            if !elements.is_empty() {
                own.retain(|element| sources.tenants(&element.value).is_empty());
                if own.is_empty() {
                    continue;
                }
            }
            let at = sources.collections().len();
            let discovery = found.discovery(place, config);
            let mut collection = Collection::new(shape.clone(), name_of(shape), discovery);
            collection.flows = found.flows.get(shape).cloned().unwrap_or_default();
            collection.declared = collections::declared(evaluator, walked, &shape.root);
            let mut aliases = Vec::new();
            elements.reserve(own.len());
            for element in own {
                let id = TenantId::new(run, elements.len());
                collection.own(element.key.clone(), id);
                aliases.extend(element.other_paths().into_iter().map(|path| (path, id)));
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
            pairs,
            elsewhere: Vec::new(),
            others: Vec::new(),
            unknown_effects: Vec::new(),
        }
    }

    /// Assigns to each flow instance the tenant whose values it should receive.
    fn assign(&self, walked: &mut Walked<'_>) {
        let assigner = Assigner::new(&self.elements, &self.sources, self.run);
        for (flow, call) in walked.flows.iter_mut().enumerate() {
            for (at, instance) in call.instances.iter_mut().enumerate() {
                instance.tenant = assigner.tenant_of(instance, resources_of(&walked.resources, flow, at));
            }
        }
        // Of two calls that name one tenant, the one with all values of another one has a wrong name.
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

    /// The only tenant whose values the instance is passed, whatever it is called.
    fn only_source(&self, instance: &FlowInstance) -> Option<TenantId> {
        let values = instance.arguments.iter().filter(|argument| !argument.is_slug()).map(|argument| &argument.value);
        let mut tenants = values.flat_map(|value| self.sources.tenants(value));
        let first = tenants.next()?;
        tenants.all(|tenant| tenant == first).then_some(first)
    }

    /// Makes elements of other collections belong to the tenants for whose flows they are selected.
    fn associate(&mut self, evaluator: &Evaluator<'_>, walked: &Walked<'_>, found: &Found) {
        if found.associated.is_empty() && found.listed.is_empty() || self.elements.is_empty() {
            return;
        }
        let mut paths: Vec<(TenantId, Path)> = Vec::new();
        let tenant_of =
            |resource: &FlowResource<'_>| walked.flows.get(resource.flow)?.instances.get(resource.instance)?.tenant;
        for instance in walked.flows.iter().flat_map(|flow| &flow.instances) {
            let Some(tenant) = instance.tenant else { continue };
            paths.extend(collections::paths_of(instance).into_iter().map(|path| (tenant, path)));
        }
        for resource in &walked.resources {
            let Some(tenant) = tenant_of(resource) else { continue };
            for (_, value) in resource.settings() {
                paths.extend(collections::element_paths(&value.origin).into_iter().map(|path| (tenant, path)));
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
        for (shape, is_listed) in
            found.associated.iter().map(|it| (it, false)).chain(found.listed.iter().map(|it| (it, true)))
        {
            let mut collection = Collection::new(shape.clone(), name_of(shape), Discovery::Selected);
            collection.declared = collections::declared(evaluator, walked, &shape.root);
            let mut owned: HashMap<SmallVec<[ElementKey; 1]>, Owners> = HashMap::default();
            for (tenant, path) in &paths {
                let (root, steps) = path.parts();
                let Some((key, count)) = shape.element(root, &steps).filter(|(key, _)| !key.is_empty()) else {
                    continue;
                };
                // What another tenant's key selects is not this one's.
                if self.is_selected_for(path, count, *tenant) {
                    let owners = owned.entry(key.clone()).or_default();
                    if !owners.contains(tenant) {
                        owners.push(*tenant);
                    }
                    collection.own(key, *tenant);
                }
            }
            let at = self.sources.collections().len();
            let mut others: Vec<(usize, TenantId, Value)> = Vec::new();
            let elements = collections::elements(evaluator, walked, found, shape);
            // A table from which no flow selects has the tenants' keys.
            let is_known = |element: &Element| !self.sources.tenants(&element.value).is_empty();
            if is_listed && (!owned.is_empty() || elements.iter().any(is_known)) {
                continue;
            }
            if is_listed {
                for element in &elements {
                    if let Some(tenant) = element.key_text().and_then(|key| keys.get(key).copied().flatten()) {
                        owned.entry(element.key.clone()).or_default().push(tenant);
                        collection.own(element.key.clone(), tenant);
                    }
                }
            }
            for element in elements {
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

    /// Whether the element to which the first `count` steps of `path` lead is selected by something of the tenant, or
    /// by nothing that is another's.
    fn is_selected_for(&self, path: &Path, count: usize, tenant: TenantId) -> bool {
        let (_, selections) = path.selections();
        let Some((_, selection)) = selections.get(count - 1) else { return false };
        let symlint_terraform::Selection::By(key) = selection else { return true };
        let mut owners: Vec<TenantId> = Vec::new();
        key.each_dependence(&mut |origin| {
            owners.extend(origin.path.iter().flat_map(|path| self.sources.owners(path)));
        });
        owners.is_empty() || owners.contains(&tenant)
    }

    /// Whether what takes effect has only one of the values in it that the text at `steps` of the tenant's element joins.
    fn is_cut_out(&self, effective: &Effective, tenant: TenantId, steps: &[Step]) -> bool {
        let (Some(member), Some(effect)) = (self.elements.get(tenant.index()), text_of(&effective.value)) else {
            return false;
        };
        values_at(&member.element.value, steps).iter().filter_map(text_of).any(|whole| {
            let mut parts = whole.split([':', ',', ';', '|', '@']).filter(|part| part.len() > 2);
            !has_shape(effective.field, &whole)
                && !effect.contains(whole.as_str())
                && parts.any(|part| part.len() < whole.len() && effect.contains(part))
        })
    }

    /// Finds which attribute is which in each collection.
    fn find_ways(&mut self, walked: &Walked<'_>, config: &Config) {
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
            let received: Vec<Effective> =
                effects_of(instance, resources).into_iter().flat_map(Effective::possible).collect();
            let number = seen.values().sum::<usize>();
            let mut pair: HashMap<usize, [Option<(usize, Steps)>; 2]> = HashMap::default();
            for effective in &received {
                let mut places = self.places(&effective.value, tenant);
                places.retain(|(collection, steps, _)| *collection != at || !self.is_cut_out(effective, tenant, steps));
                if places.iter().all(|(collection, ..)| *collection != at)
                    && let Some(elsewhere) = self.elsewhere.get_mut(at)
                {
                    elsewhere.insert(effective.field);
                    // The role has the account in it.
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
        for (at, effects) in effects.iter().enumerate() {
            let values: Vec<&Value> = match at < self.primary {
                true => self.elements.iter().filter(|it| it.collection == at).map(|it| &it.element.value).collect(),
                false => self.others.iter().filter(|it| it.0 == at).map(|it| &it.2).collect(),
            };
            let Fields { ways, others } = fields::find(&values, config, effects);
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

    /// The place of a tenant among the elements of its collection.
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

    /// Where in the elements of a tenant a value comes from: the collection, the steps inside, and whether it is all of
    /// the value.
    fn places(&self, value: &Value, tenant: TenantId) -> Vec<(usize, Steps, bool)> {
        if key_path(value).is_some() {
            return Vec::new();
        }
        let mut places = Vec::new();
        let mut others = 0;
        self.add_places(&value.origin, tenant, &mut places, &mut others, 0);
        let is_whole = places.len() == 1 && others == 0;
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
        use symlint_terraform::Makeup;
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

    /// The collection that has the element into which `path` leads, and the steps inside the element; only if the
    /// element is `tenant`'s, if that is given.
    fn place(&self, path: &Path, tenant: Option<TenantId>) -> Option<(usize, Steps)> {
        let (collection, owners, taken) = self.sources.locate(path)?;
        let is_own = tenant.is_none_or(|tenant| owners.contains(&tenant));
        is_own.then(|| (collection, fields::steps_inside(path, taken))).filter(|(at, steps)| {
            // An element as a whole is not one of its values, unless it has no parts.
            !steps.is_empty() || *at >= self.primary
        })
    }

    /// The tenants of the collections, with what takes effect for them.
    fn tenants(&mut self, walked: &Walked<'_>, conversions: &[ConversionProblem], config: &Config) -> Vec<Tenant> {
        let errors = conversions.iter().filter(|problem| problem.kind.is_error());
        let invalid: HashSet<Span> = errors.map(|problem| problem.span).collect();
        let refused = walked.errors.iter().filter_map(|error| match &error.subject {
            Some(Subject::NoAttribute(name)) => Some(name.clone()),
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
            let key = element.name.clone().unwrap_or_else(|| name_inside(&value, element));
            let ty = types.get(*collection).copied().flatten();
            let (path, key_span) = (element.path.clone(), element.span);
            let builder = Builder { layout, ty, invalid: &invalid, refused: &refused, tenant: id, path, key_span };
            tenants.push(builder.tenant(key, &value, Provenance::Collection(*collection)));
        }
        // Of each tenant, what takes effect for each of its flow instances.
        let mut effects: Vec<Vec<Vec<Effective>>> = vec![Vec::new(); tenants.len()];
        for (tenant, instance, resources) in assigned(walked) {
            if let Some(effects) = effects.get_mut(tenant.index()) {
                effects.push(effects_of(instance, resources));
            }
        }
        mark_alone(walked, &mut effects);
        // A tenant that is not an object has no other values than those of other collections.
        let is_useless = |tenant: &Tenant| {
            matches!(tenant.whole, Whole::Null | Whole::Other(_)) && tenant.values().any(|field| !field.is_unseen())
        };
        let useless: HashSet<TenantId> = tenants.iter().filter(|it| is_useless(it)).map(|it| it.id).collect();
        for (at, id, element) in &self.others {
            let ways =
                self.sources.collections().get(*at).map(|collection| collection.ways.as_slice()).unwrap_or_default();
            let Some(tenant) = tenants.get_mut(id.index()) else { continue };
            for way in ways.iter().filter(|way| !way.is_fragment) {
                match values_at(element, &way.steps).into_iter().next() {
                    Some(value) => self.add_value(tenant, way, value),
                    None => note_lack(tenant, way, element, &refused),
                }
            }
        }
        let common: Vec<Option<String>> =
            (0..self.sources.collections().len()).map(|at| self.common_instance(at, &tenants)).collect();
        for ((tenant, effects), member) in tenants.iter_mut().zip(effects).zip(&self.elements) {
            if !useless.contains(&tenant.id) {
                let common = common.get(member.collection).and_then(Option::as_deref);
                super::effective::apply(tenant, &effects, &self.sources, common);
            }
            self.unknown_effects.extend(super::effective::unknown(tenant, &effects));
        }
        self.name(&mut tenants, walked);
        tenants
    }

    /// Gives `tenant` a value of an element of another collection.
    fn add_value(&self, tenant: &mut Tenant, way: &Way, value: Value) {
        let found = Field::new(way.field, tenant.id, Some(value), tenant.key.span);
        if let (State::Absent(absence @ Absence::Empty), Some(path)) = (&found.state, &found.path)
            && tenant.missing.iter().all(|gap| gap.path != *path)
        {
            let name = collection_name(way, path);
            let (absence, span, path) = (*absence, found.span, path.clone());
            tenant.missing.push(MissingAttribute { name, absence, span, path, field: Some(way.field) });
        }
        match way.field {
            FieldKind::SsoAccountId if tenant.sso_account_id.is_unseen() => tenant.sso_account_id = found,
            field if FieldKind::CONNECTOR.contains(&field) && tenant.connector.field(field).is_unseen() => {
                tenant.connector.set(found);
            }
            _ => return,
        }
        super::effective::close_gap(tenant, way.field, &self.sources);
    }

    /// The instance of all permission sets of a collection, if none of its elements has a connector.
    fn common_instance(&self, collection: usize, tenants: &[Tenant]) -> Option<String> {
        let own = || tenants.iter().zip(&self.elements).filter(|(_, member)| member.collection == collection);
        if own().any(|(tenant, _)| !tenant.connector.role_arn.is_unseen() || !tenant.sso_account_id.is_unseen()) {
            return None;
        }
        let grants = own().flat_map(|(tenant, _)| &tenant.grants);
        let mut instances =
            grants.map(|grant| Some(PermissionSetArn::of(&grant.permission_set_arn)?.instance_id.text()));
        let first = instances.next()??;
        instances.all(|it| it == Some(first)).then(|| first.to_owned())
    }

    /// Gives elements without a key the name that their flows get, and notes under which other names tenants are known.
    fn name(&self, tenants: &mut [Tenant], walked: &Walked<'_>) {
        let (named, unclear) = self.names_in_slugs(tenants, walked);
        for (id, instance, resources) in assigned(walked) {
            let Some(tenant) = tenants.get_mut(id.index()) else { continue };
            let (slug, key) = slug_and_key(instance);
            let is_unnamed = is_unnamed(tenant);
            let called = if is_unnamed && slug.or(key).is_none() { self.name_in_names(id, resources) } else { None };
            let name = slug.or(key).or(called.as_ref()).filter(|_| is_unnamed);
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
        for (at, id, value) in &self.others {
            let collection = self.sources.collections().get(*at);
            let path = value.origin.path.as_ref();
            let name = collection.zip(path).and_then(|(it, path)| {
                let (root, steps) = path.parts();
                let (key, _) = it.element(root, &steps)?;
                if let Some(ElementKey::Name(name)) = key.last() { Some(name.clone()) } else { None }
            });
            if let Some((name, tenant)) = name.zip(tenants.get_mut(id.index()))
                && !tenant.other_names.contains(&name)
            {
                tenant.other_names.push(name);
            }
        }
    }

    /// The attributes of elements without a name, or with an account for one, that are in their slugs, and the collections
    /// whose elements these do not tell apart: what else is in a slug may tell grants apart.
    fn names_in_slugs(&self, tenants: &[Tenant], walked: &Walked<'_>) -> (HashMap<TenantId, Value>, HashSet<usize>) {
        let mut named: HashMap<TenantId, Value> = HashMap::default();
        let mut seen: HashSet<(usize, Str)> = HashSet::default();
        let mut unclear: HashSet<usize> = HashSet::default();
        for (id, instance, _) in assigned(walked) {
            let member = self.elements.get(id.index()).filter(|_| !named.contains_key(&id));
            let (Some(member), Some(tenant)) = (member, tenants.get(id.index())) else { continue };
            let (slug, key) = slug_and_key(instance);
            let is_number = tenant.key.as_written().is_some_and(format::is_account_id);
            let (Some(slug), true) = (slug.or(key), is_unnamed(tenant) || is_number) else { continue };
            let name = self.name_in(id, [slug]);
            let is_new = |name: &Value| name.as_str().is_some_and(|it| seen.insert((member.collection, it.clone())));
            if !name.as_ref().is_some_and(is_new) {
                unclear.insert(member.collection);
            }
            named.extend(name.map(|name| (id, name)));
        }
        (named, unclear)
    }

    /// The attribute of a tenant's element that is in the names of its resources, and is none of the values.
    fn name_in_names(&self, tenant: TenantId, resources: &[FlowResource<'_>]) -> Option<Value> {
        self.name_in(tenant, resources.iter().filter_map(|resource| resource.attribute("name")))
    }

    /// The attribute of a tenant's element that is in `names`, and is none of the values.
    fn name_in<'v>(&self, tenant: TenantId, names: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
        let Member { collection, element } = self.elements.get(tenant.index())?;
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
        values_at(&element.value, &found?).into_iter().find(|value| value.as_str().is_some())
    }

    /// Makes each flow instance that receives no values of a collection a tenant of its own.
    fn add_called(&self, walked: &mut Walked<'_>, tenants: &mut Vec<Tenant>) {
        let mut alone: Vec<(Span, usize, usize, Vec<Effective>)> = Vec::new();
        for (call, flow) in walked.flows.iter().enumerate() {
            for (at, instance) in flow.instances.iter().enumerate().filter(|(_, instance)| instance.tenant.is_none()) {
                let received = effects_of(instance, resources_of(&walked.resources, call, at));
                if received.is_empty() || received.iter().any(|effective| self.sources.is_of_tenants(&effective.value))
                {
                    continue;
                }
                let resource = || acting(resources_of(&walked.resources, call, at)).map(|it| it.resource.name.span);
                let span = name_span(instance).or(flow.call.map(|call| call.name.span)).or_else(resource);
                alone.extend(span.map(|span| (span, call, at, received)));
            }
        }
        // In source order, whatever order the keys of a call have.
        alone.sort_by_key(|(span, call, at, _)| (*span, *call, *at));
        for (span, call, at, received) in alone {
            let id = TenantId::new(self.run, tenants.len());
            let Some(instance) = walked.flows.get_mut(call).and_then(|flow| flow.instances.get_mut(at)) else {
                continue;
            };
            instance.tenant = Some(id);
            // The root module has no address: its first resource stands for its flow.
            let first = || acting(resources_of(&walked.resources, call, at)).map(FlowResource::address);
            let address = Some(&instance.address).filter(|address| !address.is_empty()).cloned();
            let address = address.or_else(first).unwrap_or_default();
            tenants.push(super::effective::called(instance, address, id, call, span, &received));
        }
    }
}

/// Marks what is written in calls of which each is for one tenant: it is this tenant's, unless others have it from there, too.
fn mark_alone(walked: &Walked<'_>, effects: &mut [Vec<Vec<Effective>>]) {
    let is_repeated = |(_, instance, _): &(TenantId, &FlowInstance, _)| !instance.repetitions.is_empty();
    if assigned(walked).any(|it| is_repeated(&it)) {
        return;
    }
    let place = |it: &Effective| matches!(it.value.origin.makeup, Makeup::Written(_)).then_some(it.value.origin.span);
    let mut owners: HashMap<Span, Option<usize>> = HashMap::default();
    for (tenant, effects) in effects.iter().enumerate() {
        for span in effects.iter().flatten().filter_map(place) {
            owners.entry(span).and_modify(|known| *known = known.filter(|it| *it == tenant)).or_insert(Some(tenant));
        }
    }
    for effective in effects.iter_mut().flatten().flatten() {
        effective.is_alone = place(effective).is_some_and(|span| owners.get(&span).copied().flatten().is_some());
    }
}

/// Whether a tenant is called by the way to its element.
fn is_unnamed(tenant: &Tenant) -> bool {
    tenant.key.as_written().is_some_and(|name| name == tenant.path.to_string())
}

/// The slug and the key of an instance, as far as they are known.
fn slug_and_key(instance: &FlowInstance) -> (Option<&Value>, Option<&Value>) {
    let is_text = |value: &&Value| value.as_str().is_some();
    let key = instance.repetitions.first().map(|repetition| &repetition.key);
    (instance.slug().map(|argument| &argument.value).filter(is_text), key.filter(is_text))
}

/// The first of the resources on which Sym or AWS acts.
fn acting<'r, 'p>(resources: &'r [FlowResource<'p>]) -> Option<&'r FlowResource<'p>> {
    resources.iter().find(|it| it.sink().is_some()).or(resources.first())
}

/// The flow instances that have a tenant, with their resources.
fn assigned<'w, 'p>(
    walked: &'w Walked<'p>,
) -> impl Iterator<Item = (TenantId, &'w FlowInstance, &'w [FlowResource<'p>])> {
    walked.flows.iter().enumerate().flat_map(move |(flow, call)| {
        let instances = call.instances.iter().enumerate();
        instances.filter_map(move |(at, instance)| {
            Some((instance.tenant?, instance, resources_of(&walked.resources, flow, at)))
        })
    })
}

/// Notes that an element of another collection lacks a value of `tenant` that something refers to.
fn note_lack(tenant: &mut Tenant, way: &Way, element: &Value, refused: &HashSet<Str>) {
    let (Some(Step::Name(name)), Some(path)) = (way.steps.last(), &element.origin.path) else { return };
    let is_wanted = refused.contains(name) && tenant.values().any(|it| it.kind == way.field);
    if is_wanted && tenant.missing.iter().all(|gap| gap.name != name.as_str()) {
        let path = path.join(symlint_terraform::PathStep::Attribute(name.clone()));
        let (span, field) = (element.origin.span.part(0..1), Some(way.field));
        let (name, absence) = (name.to_string(), Absence::Missing);
        tenant.missing.push(MissingAttribute { name, absence, span, path, field });
    }
}

/// What a value of another collection is called: its attribute, or, without one, the collection.
fn collection_name(way: &Way, path: &Path) -> String {
    match (way.steps.last(), path.start()) {
        (Some(Step::Name(name)), _) | (_, Root::Variable { name, .. } | Root::Local { name, .. }) => name.to_string(),
        _ => way.field.name().to_owned(),
    }
}

/// How many tenants of a collection are examined to find which attribute is which.
const MANY: usize = 256;

fn name_of(shape: &Shape) -> String {
    let start = Path::root(shape.root.clone());
    let path = shape.steps.iter().fold(start, |path, step| match step {
        Step::Name(name) => path.join(symlint_terraform::PathStep::Attribute(name.clone())),
        Step::Each => path.join(symlint_terraform::PathStep::Key(Str::from("*"))),
    });
    path.to_string()
}

/// What an element without a key is called: its name, key or slug, or else the way to it.
fn name_inside(value: &Value, element: &Element) -> Value {
    let named = ["name", "key", "slug"]
        .into_iter()
        .find_map(|name| value.get(name).filter(|value| value.as_str().is_some_and(|text| !text.is_empty())));
    if let Some(text) = value.as_str() {
        return Value::new(Kind::String(text.clone()), value.origin.clone());
    }
    named.unwrap_or_else(|| {
        let text = match element.key.last() {
            Some(ElementKey::Name(name)) => name.clone(),
            _ => Str::from(element.path.to_string()),
        };
        Value::new(Kind::String(text), Origin::written(element.span, Form::Whole))
    })
}

/// Where the name of an instance was written: the key that it has, or else its slug.
fn name_span(instance: &FlowInstance) -> Option<Span> {
    match instance.repetitions.first() {
        Some(repetition) if repetition.key.as_str().is_some() => Some(repetition.key.origin.span),
        _ => instance.slug().map(|slug| slug.value.origin.span),
    }
}

impl Grant {
    pub fn new(permission_set_arn: Field, target_account_id: Field) -> Self {
        Self { permission_set_arn, target_account_id, is_received: true }
    }
}
