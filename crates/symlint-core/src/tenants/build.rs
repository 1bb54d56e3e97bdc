//! Values → tenants, whether they stand in a variable or in the flow calls themselves.

use foldhash::HashSet;
use smallvec::SmallVec;
use symlint_terraform::{
    ConversionProblem, Entry, Evaluator, Form, InstanceKey, Kind, Origin, Path, ProblemKind, Project, Root, Span, Step,
    Str, Type, Value,
};

use super::arn::{Arn, is_account_id};
use super::calls::find_calls;
use super::comparable::Comparable;
use super::field::{Absence, Field, FieldKind, State};
use super::flow::{ArgumentKind, FlowInstance};
use super::index::Index;
use super::model::{
    Connector, Grant, MissingAttribute, Model, Provenance, Tenant, TenantId, TenantsVariable, VariableState, Whole,
};
use super::relation::{self, Relation};
use super::resources::find_resources;
use super::role_names::RoleNames;
use super::shape::Shape;
use super::sources::SourceIndex;
use crate::config::Config;
use crate::parallel;

/// Finds the tenants of `project`, and the module calls that matter.
pub fn build<'p>(project: &'p Project, config: &Config) -> Model<'p> {
    let evaluator = Evaluator::new(project);
    let mut model = Model::new(project);
    let root = evaluator.root();
    let mut no_maps = Vec::new();
    for name in &config.tenants_variables {
        let Some(value) = evaluator.variable(&root, name) else { continue };
        let is_set = is_set(project, name);
        let state = match value.as_unknown() {
            // Nothing can be looped over: no better than no value.
            None if matches!(value.kind, Kind::Null) => VariableState::Null(value.origin.span),
            None => VariableState::Known,
            Some(unknown) if is_set => VariableState::Unknown { reason: unknown.reason.clone(), span: unknown.span },
            Some(_) => VariableState::Unset,
        };
        let is_list = value.elements().is_some();
        no_maps.extend(is_no_map(&value).then(|| value.clone()));
        model.variables.push(TenantsVariable { name: name.clone(), state, is_list });
        let declared = project.root().and_then(|root| root.variable(name));
        let ty = declared.and_then(|variable| element_type(&variable.ty));
        model.types_are_declared |= ty.is_some();
        model.conversions.extend(evaluator.problems(name).iter().cloned());
        if !model.has_calls() {
            // Nobody asks for it again, so each value's room is free for the next tenant.
            evaluator.forget(&root);
        }
        add_entries(&mut model, config, name, value, ty);
    }
    find_calls(&evaluator, config, &mut model);
    add_called_tenants(&mut model, config);
    refuse(&mut model, &no_maps);
    // What only the module's own resources need is no tenant's, and Terraform says it.
    model.evaluation_errors = evaluator.errors();
    model.lost_keys = evaluator.lost_keys();
    let tenants = std::mem::take(&mut model.tenants);
    let compare = || compare(&tenants, config);
    let (index, relations, role_names) = if tenants.len() < parallel::MANY_TENANTS || model.flows.is_empty() {
        find_resources(&evaluator, &mut model);
        // What was evaluated takes as much room as the tenants do.
        drop(evaluator);
        compare()
    } else {
        parallel::both(compare, || find_resources(&evaluator, &mut model)).0
    };
    Model { tenants, index, relations, role_names, ..model }
}

/// Looks up what tenants share, when all of them are there.
fn compare(tenants: &[Tenant], config: &Config) -> (Index, Vec<Relation>, RoleNames) {
    let comparables: Vec<Comparable<'_>> = tenants.iter().map(Comparable::of).collect();
    let index = Index::new(tenants, &comparables, config);
    let relations = relation::relations(tenants, comparables, &index, config);
    let role_names = RoleNames::new(tenants, &index, &relations, config);
    (index, relations, role_names)
}

/// Whether anything gives the root module's variable `name` a value.
pub(super) fn is_set(project: &Project, name: &str) -> bool {
    project.assignments().iter().any(|assignment| assignment.variable.text.as_str() == name)
}

/// The type of one tenant, where the variable's type says it.
fn element_type(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Map(element) if !matches!(**element, Type::Any) => Some(element),
        _ => None,
    }
}

/// Whether a value of a tenants variable can have no entries. What does not fit a declared type is unknown.
fn is_no_map(value: &Value) -> bool {
    value.entries().is_none() && !matches!(value.kind, Kind::Null | Kind::Unknown(_))
}

/// Notes values of tenants variables that are no maps. A module may make calls out of a list, but a values file alone
/// is read as the shipped example is.
fn refuse(model: &mut Model<'_>, values: &[Value]) {
    let alone = !model.project.has_configuration();
    let useless = |value: &&Value| match value.elements() {
        Some(elements) => alone || (model.tenants.is_empty() && !elements.is_empty()),
        None => true,
    };
    let problems: Vec<ConversionProblem> = values
        .iter()
        .filter(useless)
        .map(|value| ConversionProblem {
            span: value.origin.span,
            path: value.origin.path.clone(),
            kind: ProblemKind::Mismatch { wanted: Type::Map(Type::Any.into()), got: value.type_name() },
        })
        .collect();
    model.conversions.extend(problems);
}

fn add_entries(model: &mut Model<'_>, config: &Config, variable: &str, value: Value, ty: Option<&Type>) {
    let Some(mut entries) = value.into_entries() else { return };
    let errors = model.conversions.iter().filter(|problem| problem.kind.is_error());
    let invalid: HashSet<Span> = errors.map(|problem| problem.span).collect();
    entries.sort_unstable_by_key(|entry| entry.key_span);
    model.tenants.reserve_exact(entries.len());
    let layout = Layout::new(config);
    let variable = Str::from(variable);
    let root = Path::root(Root::Variable(variable.clone()));
    for Entry { key, key_span, mut value } in entries {
        // A map's key is written `["key"]`, also where no type says that the variable is a map.
        let path = root.join(Step::Key(key.clone()));
        value.origin.path = Some(path.clone());
        let form = if key_span.len() as usize == key.len() { Form::Verbatim } else { Form::Whole };
        let key = Value::new(Kind::String(key), Origin::written(key_span, form));
        let provenance = Provenance::Variable(variable.clone());
        let tenant = next_id(model);
        let builder = Builder { layout: &layout, ty, called: false, invalid: &invalid, tenant, path, key_span };
        model.tenants.push(builder.tenant(key, &value, provenance));
    }
}

fn next_id(model: &Model<'_>) -> TenantId {
    TenantId(u32::try_from(model.tenants.len()).unwrap_or(u32::MAX))
}

/// Each flow instance that receives no tenant's values from a variable is a tenant of its own.
fn add_called_tenants(model: &mut Model<'_>, config: &Config) {
    let config = called_as(config);
    let layout = Layout::new(&config);
    let mut alone: Vec<(Span, usize, usize)> = Vec::new();
    for (call, flow) in model.flows.iter().enumerate() {
        for (at, instance) in flow.instances.iter().enumerate() {
            if instance.tenant.is_none() && stands_alone(instance, &model.sources_of_values) {
                alone.push((name_span(instance).unwrap_or(flow.call.name.span), call, at));
            }
        }
    }
    // In source order, whatever order the keys of a call have.
    alone.sort_unstable();
    for (_, call, at) in alone {
        let id = next_id(model);
        let Some(flow) = model.flows.get_mut(call) else { continue };
        let span = flow.call.name.span;
        let Some(instance) = flow.instances.get_mut(at) else { continue };
        instance.tenant = Some(id);
        model.tenants.push(called_tenant(instance, id, call, span, &layout));
    }
}

/// A configuration for which the arguments of a call are the attributes of a tenant.
fn called_as(config: &Config) -> Config {
    let attribute = |kind: ArgumentKind| {
        let ours = if kind == ArgumentKind::AccountId { FieldKind::TargetAccountId.name() } else { kind.name() };
        (ours.to_owned(), vec![config.argument_name(kind).to_owned()])
    };
    Config { attributes: ArgumentKind::ALL.into_iter().map(attribute).collect(), ..Config::default() }
}

/// Where the name of an instance was written: the key that it has, or else its slug.
fn name_span(instance: &FlowInstance) -> Option<Span> {
    match instance.instance.key() {
        InstanceKey::Key(key) => Some(key.origin.span),
        _ => instance.argument(ArgumentKind::TenantSlug).map(|slug| slug.value.origin.span),
    }
}

/// Whether the call gives values directly: some, and none that come from a tenants variable.
fn stands_alone(instance: &FlowInstance, sources: &SourceIndex) -> bool {
    let gives_values = instance.arguments.iter().any(|argument| argument.kind != ArgumentKind::TenantSlug);
    gives_values && !instance.arguments.iter().any(|argument| sources.is_of_tenants(&argument.value))
}

fn called_tenant(instance: &FlowInstance, id: TenantId, call: usize, name_span: Span, layout: &Layout<'_>) -> Tenant {
    let path = Path::root(Root::ModuleCall(instance.address.as_str().into()));
    let slug = instance.argument(ArgumentKind::TenantSlug).map(|argument| argument.value.clone());
    let key = slug.filter(|slug| matches!(&slug.kind, Kind::String(text) if !text.is_empty())).unwrap_or_else(|| {
        Value::new(Kind::String(instance.address.as_str().into()), Origin::written(name_span, Form::Whole))
    });
    let mut entries: Vec<Entry> = Vec::new();
    for argument in instance.arguments.iter().filter(|argument| argument.kind != ArgumentKind::TenantSlug) {
        let mut value = argument.value.clone();
        value.origin = value.origin.reached(|| path.join(Step::Attribute(argument.name.clone())));
        entries.push(Entry { key: argument.name.clone(), key_span: argument.span, value });
    }
    entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
    let whole = Value::new(Kind::Object(entries.into()), Origin::written(name_span, Form::Whole));
    let invalid = HashSet::default();
    let builder = Builder { layout, ty: None, called: true, invalid: &invalid, tenant: id, path, key_span: name_span };
    builder.tenant(key, &whole, Provenance::FlowCall(call))
}

/// Where the values of any tenant are, by the configuration.
struct Layout<'c> {
    /// The way to each of [`FieldKind::VALUES`].
    places: [Place<'c>; FieldKind::VALUES.len()],
    /// The ways to what holds them, each once: in the shipped example, the tenant itself and its connector settings.
    parents: Vec<Vec<&'c str>>,
    /// The way to the grants as a list.
    grants: Vec<&'c str>,
    /// What a grant's attributes are called inside a list: the first of these that is there.
    permission_sets: [&'c str; 2],
    targets: [&'c str; 3],
    shape: Shape<'c>,
}

/// Where a value is.
struct Place<'c> {
    path: Vec<&'c str>,
    /// What holds it, by its place in [`Layout::parents`].
    parent: usize,
}

impl<'c> Layout<'c> {
    fn new(config: &'c Config) -> Self {
        let mut parents: Vec<Vec<&str>> = Vec::new();
        let places = FieldKind::VALUES.map(|kind| {
            let path = config.field_path(kind);
            let above = path.split_last().map(|(_, above)| above).unwrap_or_default();
            let parent = parents.iter().position(|known| known == above).unwrap_or_else(|| {
                parents.push(above.to_vec());
                parents.len() - 1
            });
            Place { path, parent }
        });
        let last = |kind: FieldKind| config.field_path(kind).last().copied().unwrap_or(kind.name());
        Self {
            parents,
            grants: config.attribute_path("grants"),
            permission_sets: [last(FieldKind::PermissionSetArn), "permission_set_arn"],
            targets: [last(FieldKind::TargetAccountId), "target_account_id", "account_id"],
            shape: Shape::of(places.iter().map(|place| place.path.as_slice())),
            places,
        }
    }

    fn place(&self, kind: FieldKind) -> Option<&Place<'c>> {
        FieldKind::VALUES.iter().zip(&self.places).find(|(value, _)| **value == kind).map(|(_, place)| place)
    }

    /// Whether `value` is a collection of objects, one of them with the attributes of a grant.
    fn is_list_of_grants(&self, value: &Value) -> bool {
        let has = |element: &Value, name: &str| {
            element.entries().is_some_and(|entries| entries.iter().any(|entry| entry.key.as_str() == name))
        };
        let has_any = |element: &Value, names: &[&str]| names.iter().any(|name| has(element, name));
        let is_grant = |element: &Value| has_any(element, &self.permission_sets) && has_any(element, &self.targets);
        let elements = || {
            let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
            entries.chain(value.elements().unwrap_or_default())
        };
        elements().all(|element| element.entries().is_some() || element.as_unknown().is_some())
            && elements().any(is_grant)
    }
}

/// Makes one tenant of a value.
struct Builder<'a> {
    layout: &'a Layout<'a>,
    /// The declared type of the tenant; that of the shipped example is assumed without one.
    ty: Option<&'a Type>,
    /// Whether the values are arguments of a call, which reports itself what it lacks.
    called: bool,
    /// Where values do not fit the declared type: that has been said, and they are not only unknown.
    invalid: &'a HashSet<Span>,
    tenant: TenantId,
    path: Path,
    key_span: Span,
}

/// What holds the values of a tenant: what there is at each of [`Layout::parents`].
type Parents = SmallVec<[Found; 2]>;

/// What there is at a path inside a tenant.
#[derive(Clone)]
enum Found {
    /// This, under the key at this span.
    Value(Value, Span),
    /// Nothing behind so many steps of the path; the span is where the gap can be shown.
    Absent { steps: usize, absence: Absence, span: Span },
    /// Something on the way is no object.
    Unusable,
}

impl Builder<'_> {
    fn tenant(self, key: Value, value: &Value, provenance: Provenance) -> Tenant {
        let whole = match &value.kind {
            Kind::Object(_) | Kind::Map(_) => Whole::Object,
            Kind::Null => Whole::Null,
            Kind::Unknown(unknown) if !self.is_invalid(&unknown.span) => Whole::Unknown,
            _ => Whole::Other(value.type_name()),
        };
        let mut gaps: Vec<MissingAttribute> = Vec::new();
        let parents: Parents = self.layout.parents.iter().map(|path| self.find(path, value)).collect();
        let mut field = |kind| self.field(kind, &parents, &whole, &mut gaps);
        let mut sso_account_id = if self.called {
            Field::unusable(FieldKind::SsoAccountId, self.tenant, self.key_span)
        } else {
            field(FieldKind::SsoAccountId)
        };
        let connector = Connector {
            cloud: field(FieldKind::Cloud),
            instance_arn: field(FieldKind::InstanceArn),
            region: field(FieldKind::Region),
            role_arn: field(FieldKind::RoleArn),
        };
        if self.called
            && let Some(arn) = Arn::of(&connector.role_arn).filter(|arn| is_account_id(arn.account().text))
        {
            let kind = FieldKind::SsoAccountId;
            sso_account_id = Field::derived(kind, arn.account());
        }
        let grants = self.grants(value, &parents, &whole, &mut gaps).into_boxed_slice();
        let assumed = self.ty.is_none() && !self.called;
        let misfits = if assumed { self.layout.shape.misfits(value, &self.path) } else { Vec::new() };
        Tenant {
            id: self.tenant,
            key: self.key(key),
            sso_account_id,
            connector,
            grants,
            provenance,
            whole,
            path: self.path,
            missing: gaps,
            misfits,
            span: value.origin.span,
        }
    }

    fn key(&self, key: Value) -> Field {
        let mut field = Field::new(FieldKind::Key, self.tenant, Some(key), self.key_span);
        field.path = Some(self.path.clone());
        field
    }

    fn field(&self, kind: FieldKind, parents: &Parents, whole: &Whole, gaps: &mut Vec<MissingAttribute>) -> Field {
        let absent =
            |absence, span| Field { state: State::Absent(absence), ..Field::unusable(kind, self.tenant, span) };
        if matches!(whole, Whole::Null | Whole::Other(_)) {
            return Field::unusable(kind, self.tenant, self.key_span);
        }
        match self.found(kind, parents) {
            Found::Value(value, _) => Field::new(kind, self.tenant, Some(value), self.key_span),
            Found::Unusable => Field::unusable(kind, self.tenant, self.key_span),
            Found::Absent { steps, absence, span } => {
                let path = self.layout.place(kind).map(|place| place.path.as_slice()).unwrap_or_default();
                let whole_path = steps == path.len();
                let absent_path = path.get(..steps).unwrap_or(path);
                // Which arguments a call needs is the module's to say.
                let is_argument = self.called && steps == 1 && absence == Absence::Missing;
                if self.is_required(absent_path) && !is_argument {
                    self.report_gap(absent_path, absence, span, gaps);
                }
                if whole_path { absent(absence, span) } else { Field::unusable(kind, self.tenant, span) }
            }
        }
    }

    /// What there is where the value of this kind should be.
    fn found(&self, kind: FieldKind, parents: &Parents) -> Found {
        let Some(Place { path, parent }) = self.layout.place(kind) else { return Found::Unusable };
        match (path.last(), parents.get(*parent)) {
            (Some(name), Some(parent)) => self.step(parent, path.len(), name),
            _ => Found::Unusable,
        }
    }

    fn find(&self, path: &[&str], value: &Value) -> Found {
        let mut found = self.start(value);
        for (index, name) in path.iter().enumerate() {
            found = self.step(&found, index + 1, name);
        }
        found
    }

    fn start(&self, value: &Value) -> Found {
        match value.as_unknown() {
            Some(unknown) if self.is_invalid(&unknown.span) => Found::Unusable,
            _ => Found::Value(value.clone(), self.key_span),
        }
    }

    /// What is called `name` in what was found, so many `steps` from the tenant.
    fn step(&self, parent: &Found, steps: usize, name: &str) -> Found {
        let Found::Value(parent, span) = parent else { return parent.clone() };
        if parent.as_unknown().is_some() {
            return Found::Value(parent.clone(), *span);
        }
        if parent.entries().is_none() {
            return Found::Unusable;
        }
        let Some(entry) = parent.entry(name) else {
            return Found::Absent { steps, absence: Absence::Missing, span: *span };
        };
        let absence = match &entry.value.kind {
            Kind::Null => Some(Absence::Null),
            Kind::String(text) if text.is_empty() => Some(Absence::Empty),
            Kind::Unknown(unknown) if self.is_invalid(&unknown.span) => return Found::Unusable,
            _ => None,
        };
        match absence {
            Some(absence) => Found::Absent { steps, absence, span: entry.value.origin.span },
            None => Found::Value(parent.child(entry), entry.key_span),
        }
    }

    fn is_invalid(&self, span: &Span) -> bool {
        self.invalid.contains(span)
    }

    /// Notes a gap once, however many values it hides.
    fn report_gap(&self, path: &[&str], absence: Absence, span: Span, gaps: &mut Vec<MissingAttribute>) {
        let full = path.iter().fold(self.path.clone(), |path, name| path.join(Step::Attribute((*name).into())));
        if gaps.iter().all(|gap| gap.path != full) {
            let name = path.last().copied().unwrap_or_default().to_owned();
            gaps.push(MissingAttribute { name, absence, span, path: full });
        }
    }

    /// Whether the type asks for what is at `path`, its parents included.
    fn is_required(&self, path: &[&str]) -> bool {
        let mut ty = self.ty;
        for name in path {
            match ty {
                None | Some(Type::Any) => return true,
                Some(Type::Object(attributes)) => {
                    let attribute = attributes.iter().find(|attribute| attribute.name.as_str() == *name);
                    let Some(attribute) = attribute.filter(|attribute| !attribute.optional) else { return false };
                    ty = Some(&attribute.ty);
                }
                Some(_) => return false,
            }
        }
        true
    }

    fn grants(&self, value: &Value, parents: &Parents, whole: &Whole, gaps: &mut Vec<MissingAttribute>) -> Vec<Grant> {
        let lists = if *whole == Whole::Object { self.grant_lists(value, gaps) } else { Vec::new() };
        let is_there = |kind| match self.found(kind, parents) {
            Found::Absent { absence, .. } => absence == Absence::Empty,
            _ => true,
        };
        let mut grants = Vec::with_capacity(1);
        if lists.is_empty() || is_there(FieldKind::PermissionSetArn) || is_there(FieldKind::TargetAccountId) {
            grants.push(Grant {
                permission_set_arn: self.field(FieldKind::PermissionSetArn, parents, whole, gaps),
                target_account_id: self.field(FieldKind::TargetAccountId, parents, whole, gaps),
            });
        }
        for list in lists {
            if let Some(unknown) = list.as_unknown() {
                let field = |kind| Field {
                    state: State::Unknown(unknown.clone()),
                    ..Field::unusable(kind, self.tenant, list.origin.span)
                };
                grants.push(Grant {
                    permission_set_arn: field(FieldKind::PermissionSetArn),
                    target_account_id: field(FieldKind::TargetAccountId),
                });
            }
            grants.extend(in_source_order(&list).into_iter().map(|(span, element)| self.grant(span, &element, gaps)));
        }
        grants
    }

    fn grant(&self, at: Span, element: &Value, gaps: &mut Vec<MissingAttribute>) -> Grant {
        if element.is_null() {
            let path = element.origin.path.clone().unwrap_or_else(|| self.path.clone());
            let name = "a grant".to_owned();
            gaps.push(MissingAttribute { name, absence: Absence::Null, span: element.origin.span, path });
            let field = |kind| Field::unusable(kind, self.tenant, at);
            return Grant {
                permission_set_arn: field(FieldKind::PermissionSetArn),
                target_account_id: field(FieldKind::TargetAccountId),
            };
        }
        let mut field = |kind, names: &[&str]| {
            if element.as_unknown().is_some() {
                return Field::new(kind, self.tenant, Some(element.clone()), at);
            }
            let value = names.iter().find_map(|name| element.get(name));
            let field = Field::new(kind, self.tenant, value, at);
            if let State::Absent(absence) = field.state {
                let name = names.first().copied().unwrap_or_default();
                let path = element.origin.path.clone().unwrap_or_else(|| self.path.clone());
                let path = path.join(Step::Attribute(name.into()));
                gaps.push(MissingAttribute { name: name.to_owned(), absence, span: field.span, path });
            }
            field
        };
        Grant {
            permission_set_arn: field(FieldKind::PermissionSetArn, &self.layout.permission_sets),
            target_account_id: field(FieldKind::TargetAccountId, &self.layout.targets),
        }
    }

    /// The attributes that hold grants as lists, in source order: the one called `grants`, and all that hold objects
    /// with a permission set and an account.
    fn grant_lists(&self, tenant: &Value, gaps: &mut Vec<MissingAttribute>) -> Vec<Value> {
        let grants = &self.layout.grants;
        let mut lists: Vec<(Span, Value)> = Vec::new();
        match self.find(grants, tenant) {
            Found::Value(list, key)
                if list.elements().is_some() || list.entries().is_some() || list.as_unknown().is_some() =>
            {
                lists.push((key, list));
            }
            // Where no type is declared, the two attributes of a single grant are missed.
            Found::Absent { absence: Absence::Null, span, .. } if self.ty.is_some() && self.is_required(grants) => {
                self.report_gap(grants, Absence::Null, span, gaps);
            }
            _ => {}
        }
        let others = tenant.entries().unwrap_or_default().iter().filter(|entry| {
            lists.iter().all(|(key, _)| *key != entry.key_span) && self.layout.is_list_of_grants(&entry.value)
        });
        let others: Vec<(Span, Value)> = others.map(|entry| (entry.key_span, tenant.child(entry))).collect();
        lists.extend(others);
        lists.sort_by_key(|(key, _)| *key);
        lists.into_iter().map(|(_, list)| list).collect()
    }
}

/// The elements of a list, set, tuple or map, each with its key or, without one, its first character.
fn in_source_order(value: &Value) -> Vec<(Span, Value)> {
    let mut elements: Vec<(Span, Value)> = match (value.entries(), value.elements()) {
        (Some(entries), _) => entries.iter().map(|entry| (entry.key_span, value.child(entry))).collect(),
        (_, Some(elements)) => {
            (0..elements.len()).filter_map(|index| value.at(index)).map(|e| (e.origin.span.part(0..1), e)).collect()
        }
        _ => Vec::new(),
    };
    elements.sort_by_key(|(span, _)| *span);
    elements
}
