//! Tenants that are in no collection: each consists of the values that a call passes. If the module of the call is not
//! available, no declaration says what it requires, so its calls are compared with each other.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Form, Kind, ModuleCall, Origin, Path, PathStep, ResourceId, Root, Span, Str, Value};

use super::effective::{Effective, argued, by_grant, effects_of, role_account};
use super::population::Population;
use super::slugs::{common_start, slug_and_key};
use super::walk::Walked;
use crate::tenants::{
    Absence, Connector, Field, FieldKind, FlowInstance, FlowResource, Grant, Misfit, MisfitKind, MissingAttribute,
    Provenance, SinkPlace, State, Tenant, TenantId, Whole, other_shape, resources_of, text_of, words,
};

/// The flow instances of a tenant that is in no collection.
struct Called {
    /// Where its name is written.
    span: Span,
    /// The indexes of the flows and of the instances in these.
    instances: Vec<(usize, usize)>,
    /// The values in the arguments, and those that take effect.
    argued: Vec<Effective>,
    received: Vec<Effective>,
    /// The numbers of the grants of further instances, by the instance and the number that they have there.
    grants: HashMap<((usize, usize), usize), usize>,
}

impl Called {
    /// Adds an instance, with grants of its own.
    fn add(&mut self, instance: (usize, usize), argued: Vec<Effective>, received: Vec<Effective>) {
        self.instances.push(instance);
        let mut numbered = |mut it: Effective| {
            let next = ADDED + self.grants.len();
            it.grant = it.grant.map(|grant| *self.grants.entry((instance, grant)).or_insert(next));
            it
        };
        self.argued.extend(argued.into_iter().map(&mut numbered));
        self.received.extend(received.into_iter().map(&mut numbered));
    }
}

/// The first number of the grants of further instances. Those of the first instance are lower.
const ADDED: usize = 1 << 28;

impl Population<'_> {
    /// Makes a tenant of each flow instance that receives no values of a collection, and one of all instances of the flows
    /// that are `for_one_tenant`, by the first of these.
    pub(super) fn add_called(
        &self,
        walked: &mut Walked<'_>,
        tenants: &mut Vec<Tenant>,
        for_one_tenant: &HashMap<usize, usize>,
    ) {
        let mut alone: Vec<Called> = Vec::new();
        // By the first of the flows for one tenant.
        let mut of_calls: HashMap<usize, usize> = HashMap::default();
        for (call, flow) in walked.flows.iter().enumerate() {
            for (at, instance) in flow.instances.iter().enumerate().filter(|(_, instance)| instance.tenant.is_none()) {
                let resources = resources_of(&walked.resources, call, at);
                let received = effects_of(instance, resources);
                if received.is_empty() || received.iter().any(|effective| self.sources.is_of_tenants(&effective.value))
                {
                    continue;
                }
                let argued = argued(instance);
                let first = for_one_tenant.get(&call);
                if let Some(known) = first.and_then(|first| alone.get_mut(*of_calls.get(first)?)) {
                    known.add((call, at), argued, received);
                    continue;
                }
                let resource = || acting(resources).map(|it| it.resource.name.span);
                let span = name_span(instance).or(flow.call.map(|call| call.name.span)).or_else(resource);
                let Some(span) = span else { continue };
                of_calls.extend(first.map(|first| (*first, alone.len())));
                let (instances, grants) = (vec![(call, at)], HashMap::default());
                alone.push(Called { span, instances, argued, received, grants });
            }
        }
        // In source order, whatever the order of a call's keys is.
        alone.sort_by_key(|it| (it.span, it.instances.first().copied()));
        place_at_arguments(walked, &mut alone);
        // If all calls pass the same other kind of value, the module uses an argument for something else than its name
        // says.
        let is_misused = |field: FieldKind| {
            let mut values = alone.iter().flat_map(|it| &it.received).filter(|it| it.field == field);
            let is_other = |it: &Effective| text_of(&it.value).is_some_and(|text| other_shape(field, &text).is_some());
            alone.len() > 1 && values.all(is_other)
        };
        let misused: Vec<FieldKind> = FieldKind::VALUES.into_iter().filter(|field| is_misused(*field)).collect();
        alone.iter_mut().for_each(|it| it.received.retain(|it| !misused.contains(&it.field)));
        let mut unread: Vec<(usize, &ModuleCall)> = Vec::new();
        for of in alone {
            let id = TenantId::new(self.run, tenants.len());
            let Some(&(call, at)) = of.instances.first() else { continue };
            let Some(unread_call) = walked.flows.get(call).map(|flow| flow.call.filter(|call| call.child.is_none()))
            else {
                continue;
            };
            let instance = |&(call, at): &(usize, usize)| walked.flows.get(call)?.instances.get(at);
            let instances: Vec<&FlowInstance> = of.instances.iter().filter_map(instance).collect();
            // The root module has no address, so the address of its first resource stands for its flow.
            let first = || acting(resources_of(&walked.resources, call, at)).map(FlowResource::address);
            let address = instances.first().map(|it| it.address.clone()).filter(|address| !address.is_empty());
            let address = address.or_else(first).unwrap_or_default();
            let Some(mut tenant) = called(&instances, address, id, call, &of) else { continue };
            for (call, at) in &of.instances {
                let instance = walked.flows.get_mut(*call).and_then(|flow| flow.instances.get_mut(*at));
                instance.into_iter().for_each(|it| it.tenant = Some(id));
            }
            if let Some(call) = unread_call {
                note_misfits(&mut tenant, &of.received);
                unread.push((tenants.len(), call));
            }
            tenants.push(tenant);
        }
        note_gaps(tenants, &unread);
    }
}

/// Assigns flows that only refer to resources of other flows, such as a lone `sym_flow`, to the tenant of those.
pub(super) fn assign_by_references(walked: &mut Walked<'_>) {
    if walked.flows.iter().flat_map(|flow| &flow.instances).all(|instance| instance.tenant.is_some()) {
        return;
    }
    let instance_of =
        |it: &FlowResource<'_>| walked.flows.get(it.flow).and_then(|flow| flow.instances.get(it.instance));
    let owners = walked.resources.iter().filter_map(|resource| {
        let (module, block) = (instance_of(resource)?.instance.address().clone(), resource.resource.block.span);
        Some((ResourceId { module, block, key: resource.key.clone() }, instance_of(resource)?.tenant?))
    });
    let owners: HashMap<ResourceId, TenantId> = owners.collect();
    let owner = |resource: &FlowResource<'_>| {
        let mut ids = resource.references().filter_map(|(_, _, value)| value.resource());
        let is_open = instance_of(resource)?.tenant.is_none();
        let tenant = *ids.find_map(|id| owners.get(id)).filter(|_| is_open)?;
        Some((resource.flow, resource.instance, tenant))
    };
    for (flow, instance, tenant) in walked.resources.iter().filter_map(owner).collect::<Vec<_>>() {
        let instance = walked.flows.get_mut(flow).and_then(|flow| flow.instances.get_mut(instance));
        instance.into_iter().for_each(|instance| instance.tenant = Some(tenant));
    }
}

/// The first resource on which Sym or AWS acts.
fn acting<'r, 'p>(resources: &'r [FlowResource<'p>]) -> Option<&'r FlowResource<'p>> {
    resources.iter().find(|it| it.sink().is_some()).or(resources.first())
}

/// Where the name of an instance is written: its key, or else its slug.
fn name_span(instance: &FlowInstance) -> Option<Span> {
    match instance.repetitions.first() {
        Some(repetition) if repetition.key.as_str().is_some() => Some(repetition.key.origin.span),
        _ => instance.slug().map(|slug| slug.value.origin.span),
    }
}

/// The SSO account that is passed to an instance, or to a module around it, in a variable with this name, no matter how
/// the module uses it.
fn named_account(instance: &FlowInstance, tenant: TenantId, path: &Path, name_span: Span) -> Option<Field> {
    let kind = FieldKind::SsoAccountId;
    let mut inputs = instance.inputs.iter().chain(instance.around.iter().flatten());
    let input = inputs.find(|input| input.name.as_str() == kind.name() && text_of(&input.value).is_some())?;
    let mut value = input.value.clone();
    value.origin = value.origin.reached(|| path.join(PathStep::Attribute(input.name.clone())));
    Some(Field::new(kind, tenant, Some(value), name_span))
}

/// The tenant that consists of what the `instances` receive, the first of which is at `address`.
fn called(instances: &[&FlowInstance], address: Str, id: TenantId, call: usize, of: &Called) -> Option<Tenant> {
    let (name_span, argued, received, instance) = (of.span, &of.argued, &of.received, *instances.first()?);
    let path = Path::root(Root::ModuleCall(address.clone()));
    let name = |instance: &&FlowInstance| {
        let (slug, key) = slug_and_key(instance);
        [slug, key].into_iter().flatten().find(|name| name.as_str().is_some_and(|text| !text.is_empty())).cloned()
    };
    let address = || Value::new(Kind::String(address.clone()), Origin::written(name_span, Form::Whole));
    let own = name(&instance).unwrap_or_else(address);
    let names: Vec<Value> = instances.iter().filter_map(name).collect();
    let key =
        match common_start(names.iter().filter_map(Value::as_str).map(Str::as_str)).filter(|_| instances.len() > 1) {
            Some("") => address(),
            Some(words) => Value::new(Kind::String(words.into()), own.origin),
            None => own,
        };
    let mut missing = Vec::new();
    // Values that are written in the call come first; how the module changes them is a matter of wiring.
    let effects = || argued.iter().chain(received).filter(|effective| !effective.is_fragment);
    let mut field = |effective: Option<&Effective>, kind: FieldKind| {
        let Some(effective) = effective else { return Field::unusable(kind, id, name_span) };
        let mut value = effective.value.clone();
        value.origin = value.origin.reached(|| path.join(PathStep::Attribute(effective.name.clone())));
        let field = Field::new(kind, id, Some(value), name_span);
        if let (State::Absent(absence), Some(path)) = (&field.state, &field.path) {
            let (absence, path) = (*absence, path.clone());
            let name = effective.name.to_string();
            missing.push(MissingAttribute { name, absence, span: field.span, path, field: Some(kind) });
        }
        field
    };
    let mut value_of = |kind: FieldKind| field(effects().find(|effective| effective.field == kind), kind);
    let connector = Connector {
        cloud: value_of(FieldKind::Cloud),
        instance_arn: value_of(FieldKind::InstanceArn),
        region: value_of(FieldKind::Region),
        role_arn: value_of(FieldKind::RoleArn),
        is_common: false,
    };
    // A value that the module combines from several arguments is not written anywhere in the call.
    let is_argued = |kind: FieldKind| argued.iter().any(|it| it.field == kind && it.grant.is_some() && !it.is_fragment);
    let by_arguments = argued.iter().any(|it| it.grant.is_some() && !it.is_fragment)
        && received.iter().filter(|it| it.grant.is_some()).all(|it| is_argued(it.field));
    let granted: Vec<&Effective> = match by_arguments {
        true => argued.iter().filter(|effective| !effective.is_fragment).collect(),
        false => received.iter().collect(),
    };
    let mut numbers: Vec<usize> = Vec::new();
    let by_number = by_grant(&mut granted.iter().copied());
    let mut seen: HashSet<usize> = HashSet::default();
    numbers.extend(granted.iter().filter_map(|effective| effective.grant).filter(|number| seen.insert(*number)));
    let mut grants: Vec<Grant> = Vec::new();
    for number in numbers {
        let mut of = |kind: FieldKind| field(by_number.get(&(Some(number), kind)).copied(), kind);
        grants.push(Grant::new(of(FieldKind::PermissionSetArn), of(FieldKind::TargetAccountId)));
    }
    let unknown_account = || Field::unusable(FieldKind::SsoAccountId, id, name_span);
    let sso_account_id = named_account(instance, id, &path, name_span);
    let sso_account_id = sso_account_id.or_else(|| role_account(&connector)).unwrap_or_else(unknown_account);
    for argument in instance.arguments.iter().filter(|argument| argument.is_object() && argument.value.is_null()) {
        let path = path.join(PathStep::Attribute(argument.name.clone()));
        let (absence, span) = (Absence::Null, argument.value.origin.span);
        missing.retain(|gap| gap.span != span);
        missing.push(MissingAttribute { name: argument.name.to_string(), absence, span, path, field: None });
    }
    let mut named = Field::new(FieldKind::Key, id, Some(key), name_span);
    named.path = Some(path.clone());
    Some(Tenant {
        id,
        key: named,
        other_names: Vec::new(),
        sso_account_id,
        connector,
        grants: grants.into(),
        provenance: Provenance::FlowCall(call),
        whole: Whole::Object,
        span: name_span,
        path,
        missing,
        misfits: Vec::new(),
    })
}

/// Places values at the arguments of the calls that pass them, if they are from a variable or local that is named after
/// the tenant of another call. It is the call that is wrong then, and not the other tenant's value.
fn place_at_arguments(walked: &Walked<'_>, alone: &mut [Called]) {
    let instance = |(call, at): (usize, usize)| walked.flows.get(call)?.instances.get(at);
    let names_of = |of: &Called| {
        let Some(&first) = of.instances.first() else { return Vec::new() };
        let (slug, key) = instance(first).map(slug_and_key).unwrap_or_default();
        let call = walked.flows.get(first.0).and_then(|flow| flow.call).map(|call| call.name.text.clone());
        [slug.and_then(text_of), key.and_then(text_of), call].into_iter().flatten().map(|name| words(&name)).collect()
    };
    let names: Vec<Vec<Vec<String>>> = alone.iter().map(names_of).collect();
    let all: HashSet<&[String]> = names.iter().flatten().map(Vec::as_slice).collect();
    let longest = all.iter().map(|name| name.len()).max().unwrap_or_default();
    for (of, own) in alone.iter_mut().zip(&names) {
        let arguments = of.instances.first().and_then(|first| instance(*first)).map(|it| it.arguments.as_slice());
        for Effective { value, sink, .. } in &mut of.argued {
            let SinkPlace::Argument(argument) = sink else { continue };
            let Some(argument) = arguments.unwrap_or_default().iter().find(|it| it.name == *argument) else { continue };
            let root = value.origin.path.as_ref().map(Path::start).filter(|root| root.is_of_root_module());
            let Some(Root::Variable { name, .. } | Root::Local { name, .. }) = root else { continue };
            let root = words(name);
            let named: Vec<&[String]> =
                (1..=longest).flat_map(|length| root.windows(length)).filter(|name| all.contains(name)).collect();
            if !named.is_empty() && !named.iter().any(|name| own.iter().any(|own| own == name)) {
                value.origin = Origin::derived(argument.span, []);
            }
        }
    }
}

/// How many letters of the name of an argument may be wrong.
const MISSPELLED: usize = 2;

/// The values without which nobody gets access.
const NEEDED: [FieldKind; 4] =
    [FieldKind::InstanceArn, FieldKind::RoleArn, FieldKind::PermissionSetArn, FieldKind::TargetAccountId];

/// Notes values that should be texts and are not.
fn note_misfits(tenant: &mut Tenant, received: &[Effective]) {
    for Effective { value, name, .. } in received {
        if value.entries().is_some() || value.elements().is_some() {
            let kind = MisfitKind::Type { wanted: "string", got: value.type_name() };
            let path = tenant.path.join(PathStep::Attribute(name.clone()));
            tenant.misfits.push(Misfit { span: value.origin.span, path, kind });
        }
    }
}

/// Notes values that most calls of a module pass and another one does not. `calls` has the index of each tenant, with its
/// call.
fn note_gaps(tenants: &mut [Tenant], calls: &[(usize, &ModuleCall)]) {
    let mut sources: HashMap<&str, usize> = HashMap::default();
    let mut by_source: Vec<Vec<(usize, &ModuleCall)>> = Vec::new();
    for (place, call) in calls {
        let Some(source) = &call.source else { continue };
        let at = *sources.entry(&source.text).or_insert(by_source.len());
        match by_source.get_mut(at) {
            Some(calls) => calls.push((*place, call)),
            None => by_source.push(vec![(*place, call)]),
        }
    }
    for calls in by_source {
        let mut names: HashMap<&str, usize> = HashMap::default();
        let arguments = calls.iter().flat_map(|(_, call)| &call.arguments);
        arguments.for_each(|argument| *names.entry(&argument.name.text).or_default() += 1);
        for kind in NEEDED {
            let mut given = calls.iter().filter_map(|(place, _)| name_of(tenants.get(*place)?, kind));
            let Some(name) = given.next() else { continue };
            if (given.count() + 1) * 2 <= calls.len() {
                continue;
            }
            for (place, call) in &calls {
                // A call may pass the same in an argument that only it has, unless that is a misspelling.
                let mut own = call.arguments.iter().map(|it| it.name.text.as_str());
                let is_misspelled =
                    |own: &str| !own.starts_with(&name) && strsim::osa_distance(own, &name) <= MISSPELLED;
                let is_other = |own: &str| names.get(own) == Some(&1) && !is_misspelled(own);
                let lacks = |tenant: &&mut Tenant| name_of(tenant, kind).is_none() && !own.any(is_other);
                let Some(tenant) = tenants.get_mut(*place).filter(lacks) else { continue };
                let path = tenant.path.join(PathStep::Attribute(name.as_str().into()));
                let (span, absence) = (tenant.span, Absence::Missing);
                tenant.missing.push(MissingAttribute { name: name.clone(), absence, span, path, field: Some(kind) });
            }
        }
    }
}

/// What the value of this kind is called in a tenant that has it.
fn name_of(tenant: &Tenant, kind: FieldKind) -> Option<String> {
    let field = tenant.values().find(|field| field.kind == kind && !field.is_unseen())?;
    let name = field.path.as_ref().and_then(|path| path.last()?.name());
    Some(name.map_or_else(|| kind.name().to_owned(), ToString::to_string))
}
