//! Findings as others read them. Every format is made of the same [`Report`], so that all say the same.

mod concise;
mod github;
mod gitlab;
mod junit;
mod line_hash;
mod markdown;
mod mermaid;
mod sarif;
#[cfg(feature = "schema")]
mod schema;
mod wire;

use foldhash::HashMap;
use symlint_terraform::{FileId, FileRole, Sources, Span};

use crate::check::Outcome;
use crate::finding::Finding;
use crate::rule::Catalogue;
use crate::tenants::{Field, Provenance, State, Tenant};

pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
#[cfg(feature = "schema")]
pub use schema::report_schema;
pub use wire::*;

/// The version of the report's shape. It grows when a reader of the old shape would misunderstand the new one.
pub const VERSION: u32 = 1;

/// Where the project lives.
pub fn repository() -> &'static str {
    env!("CARGO_PKG_REPOSITORY")
}

/// By what findings are sorted where not all can be shown: errors first, and of them what is most urgent.
fn importance<'f>(finding: &'f ReportedFinding, catalogue: &Catalogue) -> impl Ord + use<'f> {
    let level = std::cmp::Reverse(finding.level);
    (level, catalogue.urgency(&finding.rule), &finding.location.file, finding.location.start.offset)
}

/// Makes one report of what was found in several projects.
pub fn report(outcomes: &[Outcome<'_>]) -> Report {
    let numbered = || outcomes.iter().enumerate();
    let mut findings: Vec<ReportedFinding> =
        numbered().flat_map(|(project, outcome)| findings_of(outcome, project)).collect();
    findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    // Two root modules may share a child module or a values file.
    findings.dedup_by(|later, first| sort_key(later) == sort_key(first));
    let tenants: Vec<ReportedTenant> = numbered().flat_map(|(project, outcome)| tenants_of(outcome, project)).collect();
    let mut unchecked: Vec<ReportedGap> = Vec::new();
    let mut projects: Vec<ReportedProject> = Vec::new();
    for outcome in outcomes {
        let (name, mut summary) = (project_name(outcome), summary_of(outcome));
        if let Some(reason) = outcome.unchecked() {
            unchecked.push(ReportedGap { path: name.clone(), message: reason.message(&name) });
            summary.unchecked = 1;
        }
        projects.push(ReportedProject { name, summary });
    }
    for finding in &findings {
        if let Some(project) = projects.get_mut(finding.project) {
            project.summary.count(finding);
        }
    }
    let mut summary = Summary::default();
    projects.iter().for_each(|project| summary.add(&project.summary));
    summary.files = files_of(outcomes);
    let tool = Tool { name: "symlint".into(), version: env!("CARGO_PKG_VERSION").into() };
    Report { version: VERSION, tool, findings, tenants, summary, unchecked, projects }
}

/// The numbers of one project, before its findings are counted.
fn summary_of(outcome: &Outcome<'_>) -> Summary {
    let mut summary = Summary {
        files: files_of(std::slice::from_ref(outcome)),
        tenants: outcome.model.tenants.len(),
        ..Summary::default()
    };
    for field in outcome.model.tenants.iter().flat_map(Tenant::values).filter(|field| !field.is_derived()) {
        match field.state {
            State::Text(_) => summary.values += 1,
            State::Unknown(_) => summary.unknown_values += 1,
            State::Absent(_) | State::Unusable => {}
        }
    }
    summary
}

/// The folder of the root module, or the values file that was checked alone.
fn project_name(outcome: &Outcome<'_>) -> String {
    let project = outcome.model.project;
    let file = project.files().first().filter(|_| !project.has_configuration());
    let folder = || project.root().map(|root| root.dir.clone()).filter(|dir| !dir.is_empty());
    match file {
        Some(file) => project.sources().get(file.id).name().to_owned(),
        None => folder().unwrap_or_else(|| ".".to_owned()),
    }
}

fn sort_key(finding: &ReportedFinding) -> impl Ord + '_ {
    let Location { file, start, end } = &finding.location;
    (file, start.offset, &finding.rule, end.offset, &finding.message, &finding.path)
}

fn findings_of<'a>(outcome: &'a Outcome<'_>, project: usize) -> impl Iterator<Item = ReportedFinding> + 'a {
    let mut places = Places::new(outcome.model.sources());
    outcome.findings.iter().map(move |finding| reported(finding, project, &mut places))
}

fn reported(finding: &Finding, project: usize, places: &mut Places<'_>) -> ReportedFinding {
    ReportedFinding {
        project,
        rule: finding.rule.into(),
        level: finding.level,
        message: finding.message.clone(),
        tenant: finding.tenant.clone(),
        path: finding.path.clone(),
        location: places.location(finding.span),
        related: finding
            .related
            .iter()
            .map(|related| RelatedPlace { message: related.message.clone(), location: places.location(related.span) })
            .collect(),
        help: finding.help.clone(),
        fixes: finding
            .fixes
            .iter()
            .map(|fix| ReportedFix {
                title: fix.title.clone(),
                safe: fix.safe,
                edits: fix
                    .edits
                    .iter()
                    .map(|edit| ReportedEdit { location: places.location(edit.span), text: edit.text.clone() })
                    .collect(),
            })
            .collect(),
        fingerprint: finding.fingerprint.clone(),
        suppressed: finding.suppressed.clone(),
    }
}

/// Spans → locations, looking each file up once.
struct Places<'a> {
    sources: &'a Sources,
    files: HashMap<FileId, std::sync::Arc<symlint_terraform::Source>>,
}

impl<'a> Places<'a> {
    fn new(sources: &'a Sources) -> Self {
        Self { sources, files: HashMap::default() }
    }

    fn location(&mut self, span: Span) -> Location {
        let source = self.files.entry(span.file).or_insert_with(|| self.sources.get(span.file));
        Location::of(span, source)
    }
}

fn tenants_of<'a>(outcome: &'a Outcome<'_>, project: usize) -> impl Iterator<Item = ReportedTenant> + 'a {
    let mut places = Places::new(outcome.model.sources());
    outcome.model.tenants.iter().map(move |tenant| ReportedTenant {
        key: tenant.key.raw().cloned().unwrap_or_default(),
        project,
        sso_account_id: match &tenant.provenance {
            // It is taken out of the role.
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
        location: places.location(outcome.model.project.visible(tenant.key.span)),
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

fn known(field: &Field) -> Option<Known> {
    match &field.state {
        State::Text(_) => field.raw().cloned().map(Known::Text),
        State::Unknown(unknown) => Some(Known::Unknown { unknown: unknown.reason.clone() }),
        State::Absent(_) | State::Unusable => None,
    }
}

/// How many files were read; one that several projects share counts once.
fn files_of(outcomes: &[Outcome<'_>]) -> usize {
    let mut names: Vec<String> = Vec::new();
    for outcome in outcomes {
        let sources = outcome.model.sources();
        let files = outcome.model.project.files().iter().filter(|file| file.role != FileRole::Option);
        names.extend(files.map(|file| sources.get(file.id).name().to_owned()));
    }
    names.sort_unstable();
    names.dedup();
    names.len()
}
