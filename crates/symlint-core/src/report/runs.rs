//! The parts of a report about runs and their tenants.

use std::sync::Arc;

use foldhash::HashMap;
use symlint_terraform::{FileId, FileRole, SortedSet, SourceFile, Str};

use super::files::{Files, Places};
use super::place::{Known, Location, known};
use super::wire::*;
use crate::check::Outcome;
use crate::config::{Config, groups_by_key};
use crate::coverage::{Code, NotChecked};
use crate::tenants::{Locate, Model, Provenance, State, Tenant};

/// A root module with one set of values.
pub(crate) struct CheckedRun<'a> {
    /// The folder of the module, or the values file.
    pub(crate) root: &'a str,
    /// The folder of the module, or of the values file.
    pub(crate) folder: &'a str,
    /// `root`, relative to the root of the repository.
    pub(crate) repository_root: String,
    pub(crate) config: &'a Config,
    pub(crate) config_file: Option<&'a str>,
    /// Whether it is the module as Terraform reads it, in addition to the one as OpenTofu reads it.
    pub(crate) is_other_reading: bool,
}

pub(super) fn run_of(run: &CheckedRun<'_>, outcome: &Outcome<'_>, files: &mut Files<'_>) -> ReportedRun {
    let model = &outcome.model;
    let (mut values_checked, mut unknown_values) = (0, model.unknown_effects.len());
    for field in model.tenants.iter().flat_map(Tenant::values).filter(|field| !field.is_derived()) {
        match field.state {
            State::Text(_) | State::Hidden(_) => values_checked += 1,
            State::Unknown(_) => unknown_values += 1,
            State::Absent(_) | State::Unusable => {}
        }
    }
    let sources = model.sources();
    let of_role = |is_wanted: fn(FileRole) -> bool| {
        let files = model.project.files().iter().filter(|file| is_wanted(file.role));
        files.map(|file| sources.get(file.id).name().to_owned()).collect::<Vec<_>>()
    };
    let mut places = Places::new(sources, files);
    ReportedRun {
        root: run.folder.to_owned(),
        repository_root: run.repository_root.clone(),
        values: of_role(|role| role == FileRole::Values),
        workspace: model.project.workspace().map(str::to_owned),
        tenants: TenantsFrom { from: tenants_from(model), count: model.tenants.len() },
        values_checked,
        unknown_values,
        flows: model.flows.iter().map(|flow| flow.instances.len()).sum(),
        safelists: model.runtimes.iter().map(|runtime| runtime.safelists.len()).sum(),
        connectors: model.connectors.iter().map(|connector| connector.instances.len()).sum(),
        not_checked: model
            .not_checked
            .iter()
            .map(|gap| gap_of(gap, gap.span.map(|span| places.location(model.project.visible(span)))))
            .collect(),
        name: match run.is_other_reading {
            true => format!("{} as Terraform reads it", run.root),
            false => run.root.to_owned(),
        },
        files: of_role(|role| role != FileRole::Option).into_iter().chain(data_files(model)).collect(),
        config: run.config_file.map(str::to_owned),
    }
}

/// The files that functions read and decoded, such as `tenants.yaml`.
fn data_files(model: &Model<'_>) -> Vec<String> {
    let is_loaded = |id| model.project.files().iter().any(|file| file.id == id);
    let is_data = |name: &str| {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        matches!(extension, Some("yaml" | "yml" | "json" | "csv")) && !name.ends_with(".tfvars.json")
    };
    let files = model.sources().iter().filter(|(id, source)| is_data(source.name()) && !is_loaded(*id));
    files.map(|(_, source)| source.name().to_owned()).collect()
}

/// Runs of one module are named after the values files that they do not share.
pub(super) fn name_apart(runs: &mut [ReportedRun]) {
    let names: Vec<String> = runs.iter().map(|run| run.name.clone()).collect();
    for run in runs {
        let is_shared = names.iter().filter(|name| **name == run.name).count() > 1;
        if let Some(last) = run.values.last().filter(|_| is_shared) {
            run.name = format!("{} with {last}", run.name);
        }
    }
}

/// The variables with the tenants, or the calls that set the values directly.
fn tenants_from(model: &Model<'_>) -> Option<String> {
    let mut from: SortedSet<String> = SortedSet::new();
    for tenant in &model.tenants {
        match tenant.provenance {
            Provenance::Collection(at) => {
                from.extend(model.sources_of_values.collections().get(at).map(|collection| collection.name.clone()));
            }
            Provenance::FlowCall(call) => {
                from.extend(
                    model.flows.get(call).and_then(|flow| flow.call).map(|it| format!("module.{}", it.name.text)),
                );
            }
        }
    }
    if from.is_empty() {
        from.extend(model.variables.iter().map(|variable| variable.name.clone()));
    }
    (!from.is_empty()).then(|| from.into_iter().collect::<Vec<_>>().join(", "))
}

fn gap_of(gap: &NotChecked, location: Option<Location>) -> ReportedGap {
    ReportedGap {
        code: gap.code,
        reason: gap.reason.clone(),
        location,
        help: gap.help.clone(),
        is_surprise: gap.is_finding || matches!(gap.code, Code::Limit | Code::SyntaxError),
        is_finding: gap.is_finding,
    }
}

pub(super) fn tenants_of<'a>(
    outcome: &'a Outcome<'_>,
    run: usize,
    config: &'a Config,
    real_path: &'a dyn Fn(&str) -> String,
) -> impl Iterator<Item = ReportedTenant> + 'a {
    let sources = outcome.model.sources();
    let mut own: HashMap<FileId, (Arc<SourceFile>, Str)> = HashMap::default();
    let [customers, organizations] = groups_by_key(config);
    outcome.model.tenants.iter().map(move |tenant| {
        let span = outcome.model.project.visible(tenant.place(sources).span);
        let (source, file) = own.entry(span.file).or_insert_with(|| {
            let source = sources.get(span.file);
            let file = Str::from(real_path(source.name()));
            (source, file)
        });
        let named = |groups: &HashMap<&str, &str>| groups.get(tenant.name()).map(|&name| name.to_owned());
        ReportedTenant {
            is_named: tenant.own_key().is_some(),
            customer: named(&customers),
            organization: named(&organizations),
            environment: config.environment_of(tenant.name()).map(str::to_owned),
            repository_file: file.clone(),
            key: tenant.key.raw().cloned().unwrap_or_default(),
            run,
            sso_account_id: match &tenant.provenance {
                // It is derived from the role.
                Provenance::FlowCall(_) if matches!(tenant.connector.role_arn.state, State::Unknown(_)) => {
                    known(&tenant.connector.role_arn)
                }
                _ => known(&tenant.sso_account_id),
            },
            instance_id: match tenant.instance_id() {
                Some(id) => Some(Known::Text(id.piece.share())),
                None => known(&tenant.connector.instance_arn),
            },
            region: known(&tenant.connector.region),
            role_arn: known(&tenant.connector.role_arn),
            grants: grants_of(tenant),
            location: Location::of(span, source),
        }
    })
}

fn grants_of(tenant: &Tenant) -> Box<[ReportedGrant]> {
    let grants = tenant.grants.iter();
    grants
        .map(|grant| ReportedGrant {
            permission_set_arn: known(&grant.permission_set_arn),
            target_account_id: known(&grant.target_account_id),
        })
        .collect()
}
