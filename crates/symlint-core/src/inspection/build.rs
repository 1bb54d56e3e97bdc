//! Builds the inspection from the results of a check.

use symlint_terraform::{
    AssignmentSource, FileId, FileRole, Given, ModuleCall, ModuleId, Root, SortedMap, SortedSet, Span, Str,
    is_automatic, syntax,
};

use super::contents::{contents_of, looked_for, source_of};
use super::wire::*;
use crate::check::Outcome;
use crate::config::Config;
use crate::discover::sinks::sinks_in;
use crate::privacy::Veil;
use crate::report::{self, Checked, CheckedRun, Location, ReportedRun};
use crate::tenants::{
    ArgumentPart, Collection, Discovery, Evidence, Field, FieldKind, FlowCall, FlowInstance, Model, Provenance, Step,
    Tenant, Way,
};

/// The values files of a run that Terraform would not load automatically.
#[derive(Clone, Copy)]
pub(crate) struct ChosenValues<'a> {
    /// The file that the run was created for, and how it was chosen.
    pub(crate) own: Option<(&'a str, ValuesChoice)>,
    /// The values from the command line.
    pub(crate) given: &'a [Given],
}

/// Builds the inspection. `values` has one entry for each run, and `others` are the root modules without anything for
/// symlint.
pub(crate) fn build(checked: &Checked<'_, '_>, values: &[ChosenValues<'_>], others: Vec<OtherRoot>) -> Inspection {
    let report = report::build(checked, false);
    let veil = Veil::over(checked.outcomes.iter().map(|outcome| &outcome.model));
    let runs = checked.runs.iter().zip(checked.outcomes).zip(&report.runs).zip(values);
    let runs: Vec<InspectedRun> =
        runs.map(|(((run, outcome), reported), values)| run_of(run, outcome, reported, values, &veil)).collect();
    let is_found = runs.iter().any(|run| run.tenants > 0);
    let default = Config::default();
    let config = checked.runs.first().map_or(&default, |run| run.config);
    Inspection {
        version: report.version,
        tool: report.tool,
        runs,
        other_roots: others,
        left_out: [checked.left_out.as_slice(), &checked.missing].concat(),
        looked_for: if is_found { Vec::new() } else { looked_for(config) },
        problems: report.problems,
        check: report.summary,
    }
}

fn run_of(
    run: &CheckedRun<'_>,
    outcome: &Outcome<'_>,
    reported: &ReportedRun,
    values: &ChosenValues<'_>,
    veil: &Veil,
) -> InspectedRun {
    let model = &outcome.model;
    let places = InspectionPlaces { model, veil };
    InspectedRun {
        root: reported.root.clone(),
        is_module: model.project.has_configuration(),
        is_other_reading: run.is_other_reading,
        workspace: model.project.workspace().map(str::to_owned),
        config: run
            .config_file
            .map(|file| InspectedConfig { file: file.to_owned(), sets: settings(model, run.config) }),
        values: values_of(values, model),
        tenants: model.tenants.len(),
        collections: collections_of(model, &places),
        flows: flows_of(model, &places),
        safelists: safelists_of(model, &places),
        connectors: model.connectors.iter().map(|it| places.call(it.call, it.instances.len())).collect(),
        not_checked: reported.not_checked.clone(),
        contents: model.tenants.is_empty().then(|| contents_of(model.project)),
    }
}

/// Finds where things are written.
struct InspectionPlaces<'m, 'p, 'v> {
    model: &'m Model<'p>,
    veil: &'v Veil,
}

impl InspectionPlaces<'_, '_, '_> {
    fn location(&self, span: Span) -> Location {
        let span = self.model.project.visible(span);
        Location::of(span, &self.model.sources().get(span.file))
    }

    fn file(&self, span: Span) -> String {
        self.model.sources().get(self.model.project.visible(span).file).name().to_owned()
    }

    fn folder(&self, module: ModuleId) -> Option<String> {
        let module = self.model.project.module(module)?;
        Some(if module.dir.is_empty() { ".".to_owned() } else { module.dir.clone() })
    }

    fn call(&self, call: &ModuleCall, instances: usize) -> InspectedCall {
        InspectedCall {
            name: format!("module.{}", call.name.text),
            location: self.location(call.name.span),
            source: source_of(call, self.model.project),
            module: call.child.and_then(|child| self.folder(child)),
            instances,
        }
    }
}

/// The settings in the configuration file, as they are written.
fn settings(model: &Model<'_>, config: &Config) -> Vec<String> {
    let Some(file) = config.file else { return Vec::new() };
    let source = model.sources().get(file);
    let body = syntax::read(file, &source).body;
    let attributes = body.attributes.iter().map(|attribute| attribute.span);
    let mut spans: Vec<Span> = attributes.chain(body.blocks.iter().map(|block| block.span)).collect();
    spans.sort();
    spans.into_iter().map(|span| source.slice(span).replace("\r\n", "\n")).collect()
}

/// The sources of variables' values, in the order in which they take effect.
fn values_of(values: &ChosenValues<'_>, model: &Model<'_>) -> Vec<InspectedValues> {
    let project = model.project;
    let variables = |is_wanted: &dyn Fn(AssignmentSource) -> bool| {
        let mut names: Vec<String> = Vec::new();
        for assignment in project.assignments().iter().filter(|assignment| is_wanted(assignment.source)) {
            let name = assignment.variable.text.to_string();
            // The environment may have variables for other programs.
            let is_declared = project.root().is_none_or(|root| root.variable(&name).is_some());
            let is_file = matches!(assignment.source, AssignmentSource::File(_));
            if (is_declared || is_file) && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let is_given = |name: &str| values.given.iter().any(|it| matches!(it, Given::File(file) if file == name));
    let mut found = Vec::new();
    let mut add = |file: Option<String>, chosen: ValuesChoice, variables: Vec<String>| {
        if file.is_some() || !variables.is_empty() {
            found.push(InspectedValues { file, chosen, variables });
        }
    };
    add(None, ValuesChoice::Environment, variables(&|source| source == AssignmentSource::Environment));
    for file in project.files().iter().filter(|file| file.role == FileRole::Values) {
        let name = model.sources().get(file.id).name().to_owned();
        let base = name.rsplit('/').next().unwrap_or(&name);
        let own = values.own.filter(|(chosen, _)| *chosen == name).map(|(_, choice)| choice);
        let chosen = match own {
            Some(choice) => choice,
            None if is_automatic(base) && !is_given(&name) => ValuesChoice::Automatic,
            None => ValuesChoice::VarFile,
        };
        add(Some(name), chosen, variables(&|source| source == AssignmentSource::File(file.id)));
    }
    add(None, ValuesChoice::Var, variables(&|source| source == AssignmentSource::Option));
    found
}

/// Whether to show a collection. One that was computed from tenants and only selects among them adds nothing.
fn is_shown(collection: &Collection) -> bool {
    collection.discovery != Discovery::Selected || !matches!(collection.shape.root, Root::Inline(_))
}

/// The flows, each call once: if the module around a call is called several times, so is the call.
fn flows_of(model: &Model<'_>, places: &InspectionPlaces<'_, '_, '_>) -> Vec<InspectedFlow> {
    let mut found: Vec<InspectedFlow> = Vec::new();
    let mut known: SortedMap<Span, usize> = SortedMap::new();
    for (at, flow) in model.flows.iter().enumerate() {
        let own = flow_of(model, at, flow, places);
        let place = flow.call.map(|call| call.name.span);
        let same = place.and_then(|place| known.get(&place)).and_then(|same| found.get_mut(*same));
        match (same, place) {
            (Some(same), _) => {
                same.instances.extend(own.instances);
                same.unknown = same.unknown.take().or(own.unknown);
                if let Some(call) = &mut same.call {
                    call.instances = same.instances.len();
                }
            }
            (None, place) => {
                known.extend(place.map(|place| (place, found.len())));
                found.push(own);
            }
        }
    }
    found
}

fn collections_of(model: &Model<'_>, places: &InspectionPlaces<'_, '_, '_>) -> Vec<InspectedCollection> {
    let all = model.sources_of_values.collections();
    let mut found: Vec<InspectedCollection> = all
        .iter()
        .enumerate()
        .filter(|(_, it)| is_shown(it))
        .map(|(at, it)| collection_of(model, at, it, places))
        .collect();
    let mut called: SortedMap<usize, Vec<&Tenant>> = SortedMap::new();
    for tenant in &model.tenants {
        if let Provenance::FlowCall(at) = tenant.provenance {
            called.entry(at).or_default().push(tenant);
        }
    }
    for (at, tenants) in called {
        let Some(flow) = model.flows.get(at) else { continue };
        found.push(InspectedCollection {
            from: flow_name(flow),
            found_by: FoundBy::Call,
            flows: vec![flow_name(flow)],
            location: flow.call.map(|call| places.location(call.name.span)),
            files: files_of(&tenants, places),
            count: tenants.len(),
            tenants: tenants.iter().map(|tenant| tenant_of(tenant, places)).collect(),
            attributes: Vec::new(),
            absent: absent(&tenants, &[]),
            other_attributes: Vec::new(),
        });
    }
    found
}

fn collection_of(
    model: &Model<'_>,
    at: usize,
    collection: &Collection,
    places: &InspectionPlaces<'_, '_, '_>,
) -> InspectedCollection {
    let tenants: Vec<&Tenant> =
        model.tenants.iter().filter(|tenant| tenant.provenance == Provenance::Collection(at)).collect();
    let is_selected = collection.discovery == Discovery::Selected;
    InspectedCollection {
        from: collection.name.clone(),
        found_by: match collection.discovery {
            Discovery::Configured => FoundBy::Configuration,
            Discovery::Named => FoundBy::Name,
            Discovery::Flows => FoundBy::Flows,
            Discovery::Looks => FoundBy::Shape,
            Discovery::Selected => FoundBy::Selection,
        },
        flows: unique(collection.flows.iter().filter_map(|flow| model.flows.get(*flow)).map(flow_name)),
        location: collection.declared.map(|span| places.location(span)),
        files: files_of(&tenants, places),
        count: if is_selected { collection.elements() } else { tenants.len() },
        tenants: tenants.iter().map(|tenant| tenant_of(tenant, places)).collect(),
        attributes: attributes_of(&collection.ways),
        absent: if is_selected { Vec::new() } else { absent(&tenants, &collection.ways) },
        other_attributes: collection
            .others
            .iter()
            .map(|other| OtherAttributeOf {
                attribute: way(&other.steps),
                looks_like: other.looks.iter().map(|field| field.name()).collect(),
            })
            .collect(),
    }
}

fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn flow_name(flow: &FlowCall<'_>) -> String {
    match flow.call {
        Some(call) => format!("module.{}", call.name.text),
        None => "the resources of the root module".to_owned(),
    }
}

fn files_of(tenants: &[&Tenant], places: &InspectionPlaces<'_, '_, '_>) -> Vec<String> {
    let spans: SortedSet<FileId> = tenants.iter().map(|tenant| tenant.span.file).collect();
    let files: SortedSet<String> = spans.into_iter().map(|file| places.file(Span::new(file, 0..0))).collect();
    files.into_iter().collect()
}

fn tenant_of(tenant: &Tenant, places: &InspectionPlaces<'_, '_, '_>) -> InspectedTenant {
    InspectedTenant { key: key_of(tenant, places), location: places.location(tenant.key.span) }
}

/// The key of a tenant, unless it must not be shown.
fn key_of(tenant: &Tenant, places: &InspectionPlaces<'_, '_, '_>) -> Option<String> {
    let key = tenant.key.raw().map(Str::to_string).unwrap_or_default();
    (!places.veil.hides(&key)).then_some(key)
}

fn attributes_of(ways: &[Way]) -> Vec<InspectedAttribute> {
    let mut ways: Vec<&Way> = ways.iter().collect();
    ways.sort_by_key(|way| FieldKind::VALUES.iter().position(|field| *field == way.field));
    ways.into_iter().map(attribute_of).collect()
}

fn attribute_of(way: &Way) -> InspectedAttribute {
    let own = way.reaches.iter().find(|reach| reach.field == way.field);
    let (evidence, cases) = match way.evidence {
        Evidence::Configured => (FieldEvidence::Configuration, None),
        Evidence::Named => (FieldEvidence::Name, None),
        Evidence::Reaches => (FieldEvidence::Sink, own.map(|reach| reach.cases)),
        Evidence::InRole(cases) => (FieldEvidence::Role, Some(cases)),
        Evidence::InSafelist(cases) => (FieldEvidence::Safelist, Some(cases)),
        Evidence::Looks(cases) => (FieldEvidence::Shape, Some(cases)),
    };
    InspectedAttribute {
        field: way.field.name(),
        attribute: self::way(&way.steps),
        evidence,
        cases,
        is_part: way.is_fragment,
        reaches: way
            .reaches
            .iter()
            .map(|reach| InspectedReach { sink: reach.sink.to_string(), field: reach.field.name(), cases: reach.cases })
            .collect(),
    }
}

/// A path as text, such as `connector.role_arn` or `grants[*].account_id`.
fn way(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Step::Each => text.push_str("[*]"),
        }
    }
    text
}

/// The values that no attribute holds.
fn absent(tenants: &[&Tenant], ways: &[Way]) -> Vec<AbsentField> {
    let fields = FieldKind::VALUES.into_iter().filter(|field| ways.iter().all(|way| way.field != *field));
    fields
        .map(|field| {
            let mut own = tenants.iter().flat_map(|tenant| tenant.values()).filter(|it| it.kind == field);
            AbsentField { field: field.name(), is_elsewhere: own.any(|it: &Field| !it.is_unseen()) }
        })
        .collect()
}

fn flow_of(model: &Model<'_>, at: usize, flow: &FlowCall<'_>, places: &InspectionPlaces<'_, '_, '_>) -> InspectedFlow {
    let mut resources: Vec<String> = Vec::new();
    if let Some(module) = flow.module {
        resources
            .extend(sinks_in(module).map(|(resource, _)| format!("{}.{}", resource.kind.text, resource.name.text)));
    }
    // They are in the order of the flows.
    let from = model.resources.partition_point(|resource| resource.flow < at);
    let to = model.resources.partition_point(|resource| resource.flow <= at);
    let own = model.resources.get(from..to).unwrap_or_default().iter();
    for resource in own.filter(|resource| resource.sink().is_some()) {
        let address = resource.address().to_string();
        if !resources.contains(&address) {
            resources.push(address);
        }
    }
    let carriers = flow.instances.first().map(|instance| instance.carriers.as_ref()).unwrap_or_default();
    InspectedFlow {
        call: flow.call.map(|call| places.call(call, flow.instances.len())),
        instances: flow.instances.iter().map(|instance| instance_of(model, flow, instance, places)).collect(),
        unknown: flow.unknown.as_ref().map(|unknown| unknown.reason.clone()),
        resources,
        arguments: carriers
            .iter()
            .map(|(name, parts)| InspectedArgument {
                name: name.to_string(),
                is_given: flow.call.is_some_and(|call| call.argument(name).is_some()),
                values: parts.iter().map(part_of).collect(),
            })
            .collect(),
    }
}

fn instance_of(
    model: &Model<'_>,
    flow: &FlowCall<'_>,
    instance: &FlowInstance,
    places: &InspectionPlaces<'_, '_, '_>,
) -> InspectedInstance {
    let tenant = instance.tenant.map(|id| model.tenant(id));
    let key = tenant.and_then(|tenant| key_of(tenant, places));
    if key.is_none() && tenant.is_some() || places.veil.is_over(&instance.address) {
        return InspectedInstance { address: flow_name(flow), tenant: key };
    }
    InspectedInstance { address: instance.address.to_string(), tenant: key }
}

fn part_of(part: &ArgumentPart) -> InspectedPart {
    InspectedPart {
        attribute: way(&part.steps),
        field: part.field.name(),
        evidence: match part.evidence {
            Evidence::Configured => FieldEvidence::Configuration,
            Evidence::Reaches => FieldEvidence::Sink,
            _ => FieldEvidence::Name,
        },
    }
}

fn safelists_of(model: &Model<'_>, places: &InspectionPlaces<'_, '_, '_>) -> Vec<InspectedSafelist> {
    let mut found = Vec::new();
    for runtime in &model.runtimes {
        let span = runtime.block.attribute().map_or(runtime.block.name_span(), |attribute| attribute.name.span);
        let mut add = |accounts: Option<usize>, unknown: Option<String>| {
            found.push(InspectedSafelist {
                path: runtime.block.path(),
                location: places.location(span),
                accounts,
                unknown,
            });
        };
        for list in &runtime.safelists {
            let elements = list.elements().unwrap_or_default();
            let known = elements.iter().filter(|account| account.as_unknown().is_none()).count();
            let unknown = list.as_unknown().or_else(|| elements.iter().find_map(|account| account.as_unknown()));
            add(Some(known), unknown.map(|unknown| unknown.reason.clone()));
        }
        if runtime.safelists.is_empty() {
            let unknown = runtime.is_unknown.then(|| "its keys are not known".to_owned());
            add(None, unknown);
        }
    }
    found
}
