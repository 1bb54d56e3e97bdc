//! From what was checked to the report: everything that a format prints is looked up here, once.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;
use symlint_terraform::{FileId, FileRole, SortedMap, SortedSet, SourceFile, Sources, Span, Str};

use super::access;
use super::cover::cover;
use super::details::{self, Detailer, Details};
use super::owners::Owners;
use super::place::{Known, Location, known};
use super::problem::Problem;
use super::shared::{self, sort_key};
use super::summary::{is_clean, verdict};
use super::wire::*;
use crate::check::Outcome;
use crate::config::{Config, groups_by_key};
use crate::coverage::{Code, NotChecked};
use crate::finding::{Finding, Related};
use crate::level::Level;
use crate::policy::Policy;
use crate::privacy::{Veil, masks};
use crate::rule::{Catalogue, Rule};
use crate::spelling::closest;
use crate::tenants::{Model, Provenance, RunId, State, Tenant, TenantId};

/// Everything that a report is built from.
pub(crate) struct Checked<'a, 'p> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) policy: &'a Policy,
    /// The level at which findings make a check fail.
    pub(crate) fail_on: Option<Level>,
    /// As many as there are outcomes, in their order.
    pub(crate) runs: Vec<CheckedRun<'a>>,
    pub(crate) outcomes: &'a [Outcome<'p>],
    pub(crate) problems: Vec<Problem>,
    /// What the search left out, and why.
    pub(crate) left_out: Vec<String>,
    /// What should be there, and is not.
    pub(crate) missing: Vec<String>,
    /// Turns a file's name into its path from the repository's root.
    pub(crate) repository_path: &'a dyn Fn(&str) -> String,
    /// The same for the file that it is, wherever links lead.
    pub(crate) real_path: &'a dyn Fn(&str) -> String,
    /// What the tenants of earlier runs are called, and where they are.
    pub(crate) earlier: &'a HashMap<TenantId, (String, Location)>,
    pub(crate) baseline: Option<String>,
    /// The texts of the configuration files that were read, by their names.
    pub(crate) configs: SortedMap<String, Vec<u8>>,
}

/// A root module with one set of values.
pub(crate) struct CheckedRun<'a> {
    /// Its folder, or the values file.
    pub(crate) root: &'a str,
    /// The same from the root of the repository.
    pub(crate) repository_root: String,
    pub(crate) config: &'a Config,
    pub(crate) config_file: Option<&'a str>,
    /// Whether it is another module as Terraform reads it, where OpenTofu reads something else.
    pub(crate) is_other_reading: bool,
}

/// Makes one report of all that was checked, with what a comparison needs if it `is_compared`.
pub(crate) fn build(checked: &Checked<'_, '_>, is_compared: bool) -> Report {
    let numbered = || checked.outcomes.iter().enumerate();
    let rules = rules(checked);
    let mut files = Files { known: BTreeMap::new(), repository_path: checked.repository_path };
    let mut findings: Vec<ReportedFinding> = Vec::new();
    let mut details = Details::default();
    if is_compared {
        details.configs = checked.configs.clone();
    }
    let runs: HashMap<RunId, &Outcome<'_>> = checked.outcomes.iter().map(|it| (it.model.run, it)).collect();
    let name_of = |id: TenantId| match runs.get(&id.run) {
        Some(outcome) => outcome.model.tenants.get(id.index()).map(Tenant::name),
        None => checked.earlier.get(&id).map(|(name, _)| name.as_str()),
    };
    let mut detailers: HashMap<RunId, Detailer<'_, '_>> = HashMap::default();
    for (run, outcome) in numbered().filter(|_| is_compared) {
        let mut places = Places::new(outcome.model.sources(), &mut files);
        let mut detailer = Detailer::new(outcome, run, details.tenants.len());
        detailer.add(&mut details, &mut |span| places.location(span));
        detailers.insert(outcome.model.run, detailer);
    }
    for (run, outcome) in numbered() {
        let mut places = Places::new(outcome.model.sources(), &mut files);
        let blocks = blocks(outcome);
        let detailer = detailers.get(&outcome.model.run);
        let owners = Owners::new(outcome);
        let from = findings.len();
        findings.extend(outcome.findings.iter().map(|finding| ReportedFinding {
            others: owners.others(finding, &name_of),
            subject: detailer.map(|detailer| Box::new(detailer.subject(finding, &detailers))),
            ..reported(finding, run, &mut places, &rules, &blocks)
        }));
        let own = findings.iter_mut().skip(from).zip(&outcome.findings);
        for (reported, finding) in own.filter(|(_, finding)| finding.related.iter().any(|it| it.elsewhere.is_some())) {
            reported.related =
                finding.related.iter().map(|it| place_of(it, outcome, &runs, checked.earlier, &mut files)).collect();
        }
    }
    findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    // Two runs may share a child module or a values file.
    findings.dedup_by(|later, first| {
        let is_same = sort_key(later) == sort_key(first);
        if let (true, Some(later), Some(first)) = (is_same, &later.subject, &mut first.subject) {
            first.add(later);
        }
        is_same
    });
    if is_compared {
        let subjects = findings.iter_mut().filter_map(|finding| finding.subject.as_deref_mut());
        details::note_owners(subjects, &details);
    }
    let mut runs: Vec<ReportedRun> =
        checked.runs.iter().zip(checked.outcomes).map(|(run, it)| run_of(run, it, &mut files)).collect();
    name_apart(&mut runs);
    let gap = |reason: &String| gap_of(&NotChecked::new(Code::LeftOut, reason.clone(), None), None);
    let missing = checked.missing.iter().map(|reason| ReportedGap { is_surprise: true, ..gap(reason) });
    let not_checked: Vec<ReportedGap> = checked.left_out.iter().map(gap).chain(missing).collect();
    let configs = checked.runs.iter().map(|run| run.config);
    let tenants: Vec<ReportedTenant> = numbered()
        .zip(configs)
        .flat_map(|((run, outcome), config)| tenants_of(outcome, run, config, checked.real_path))
        .collect();
    // A comparison pairs the findings of each run.
    let replaced = match is_compared {
        true => SortedMap::new(),
        false => shared::join(&mut findings, shared::Known { runs: &runs, tenants: &tenants, rules: &rules }),
    };
    let mut elsewhere: HashMap<RunId, Vec<&Finding>> = HashMap::default();
    for finding in checked.outcomes.iter().flat_map(|outcome| &outcome.findings) {
        let runs: SortedSet<RunId> = finding.related.iter().filter_map(|it| Some(it.elsewhere?.run)).collect();
        runs.into_iter().for_each(|run| elsewhere.entry(run).or_default().push(finding));
    }
    let mut access: Vec<Access> = Vec::new();
    let mut first = 0;
    for (run, outcome) in numbered() {
        let related = elsewhere.get(&outcome.model.run).map(Vec::as_slice).unwrap_or_default();
        for (tenant, grant) in access::of(outcome, run, related) {
            if is_compared {
                details.access.push(tenant.map(|tenant| first + tenant.index()));
            }
            access.push(grant);
        }
        first += outcome.model.tenants.len();
    }
    if !replaced.is_empty() {
        access.iter_mut().for_each(|grant| grant.replace_findings(&replaced));
    }
    let summary = summary_of(&findings, &runs, tenants.len(), checked);
    let tool = Tool { name: "symlint".into(), version: env!("CARGO_PKG_VERSION").into() };
    let mut report = Report {
        version: super::VERSION,
        tool,
        runs,
        findings,
        tenants,
        access,
        not_checked,
        problems: checked.problems.clone(),
        policy: policy_of(checked),
        summary,
        files: files.known,
        rules,
        baseline: checked.baseline.clone(),
        details: is_compared.then(|| Box::new(details)),
    };
    let veil = Veil::over(checked.outcomes.iter().map(|outcome| &outcome.model));
    cover(&mut report, &veil);
    mask(&mut report, checked, &veil);
    report.describe_itself();
    report
}

/// Notes what excerpts may not show of the files that the report knows.
fn mask(report: &mut Report, checked: &Checked<'_, '_>, veil: &Veil) {
    for Outcome { model, .. } in checked.outcomes {
        let sources = model.sources();
        let is_known = |file: FileId| report.files.contains_key(sources.get(file).name());
        for (file, ranges) in masks(model, veil, &is_known) {
            if let Some(known) = report.files.get_mut(sources.get(file).name()) {
                known.masks.extend(ranges);
                known.masks.sort_by_key(|range| (range.start, range.end));
                known.masks.dedup();
            }
        }
    }
}

impl Report {
    /// Sorts the findings and counts them, after some were moved or suppressed.
    pub(crate) fn recount(&mut self, fail_on: Option<Level>) {
        self.findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        let summary = &mut self.summary;
        count_findings(summary, &self.findings, fail_on, self.problems.is_empty());
        self.describe_itself();
    }

    fn describe_itself(&mut self) {
        self.summary.verdict = verdict(self);
        self.summary.clean = is_clean(self);
    }
}

fn count_findings(summary: &mut Summary, findings: &[ReportedFinding], fail_on: Option<Level>, is_whole: bool) {
    let count = |level| findings.iter().filter(|it| it.suppressed.is_none() && it.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    let fails = match fail_on {
        Some(Level::Error) => errors > 0,
        Some(Level::Warning) => errors + warnings > 0,
        _ => false,
    };
    summary.errors = errors;
    summary.warnings = warnings;
    summary.suppressed = findings.len() - errors - warnings;
    summary.exit_code = if is_whole { u8::from(fails) } else { 2 };
}

fn summary_of(
    findings: &[ReportedFinding],
    runs: &[ReportedRun],
    tenants: usize,
    checked: &Checked<'_, '_>,
) -> Summary {
    let files: SortedSet<&String> = runs.iter().flat_map(|run| &run.files).collect();
    let mut summary = Summary {
        files: files.len(),
        tenants,
        unknown_values: runs.iter().map(|run| run.unknown_values).sum(),
        ..Summary::default()
    };
    count_findings(&mut summary, findings, checked.fail_on, checked.problems.is_empty());
    summary
}

fn run_of(run: &CheckedRun<'_>, outcome: &Outcome<'_>, files: &mut Files<'_>) -> ReportedRun {
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
    let is_module = model.project.has_configuration();
    let mut places = Places::new(sources, files);
    ReportedRun {
        root: if is_module { run.root.to_owned() } else { folder_of(run.root).to_owned() },
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
        files: of_role(|role| role != FileRole::Option),
        config: run.config_file.map(str::to_owned),
    }
}

/// Runs of one module are named with the values files that they do not share.
fn name_apart(runs: &mut [ReportedRun]) {
    let names: Vec<String> = runs.iter().map(|run| run.name.clone()).collect();
    for run in runs {
        let is_shared = names.iter().filter(|name| **name == run.name).count() > 1;
        if let Some(last) = run.values.last().filter(|_| is_shared) {
            run.name = format!("{} with {last}", run.name);
        }
    }
}

fn folder_of(file: &str) -> &str {
    match file.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// The variables that hold the tenants, or the calls that are given their values directly.
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

fn policy_of(checked: &Checked<'_, '_>) -> ReportedPolicy {
    let mut config: Vec<String> = checked.runs.iter().filter_map(|run| run.config_file.map(str::to_owned)).collect();
    config.sort_unstable();
    config.dedup();
    let default = Config::default();
    let configs: Vec<&Config> = checked.runs.iter().map(|run| run.config).chain([&default]).collect();
    let is = |rule: &Rule, to: Level| {
        // What is not selected is listed by what is.
        let all = Policy { select: Vec::new(), ..checked.policy.clone() };
        rule.page.level > to && configs.iter().any(|config| all.level(rule, config) == to)
    };
    let ids = |to: Level| checked.catalogue.iter().filter(|rule| is(rule, to)).map(|rule| rule.id.to_owned()).collect();
    ReportedPolicy {
        config,
        select: checked.policy.select.clone(),
        off: ids(Level::Off),
        lowered: ids(Level::Warning),
        inline_suppressions: !checked.policy.no_inline,
        misspelled_tenants: misspelled_tenants(checked),
    }
}

/// One configuration may serve tenants that are not checked now, so a name is only doubted where another tenant has
/// nearly the same and is not named.
fn misspelled_tenants(checked: &Checked<'_, '_>) -> Vec<MisspelledTenant> {
    let mut there: SortedMap<&str, (&Config, SortedSet<&str>)> = SortedMap::new();
    for (run, outcome) in checked.runs.iter().zip(checked.outcomes) {
        let Some(file) = run.config_file else { continue };
        let (_, tenants) = there.entry(file).or_insert((run.config, SortedSet::new()));
        tenants.extend(outcome.model.tenants.iter().map(Tenant::name));
    }
    let mut found = Vec::new();
    for (file, (config, tenants)) in there {
        let named = config.named_tenants();
        for key in named.iter().filter(|key| !tenants.contains(**key)) {
            let others = tenants.iter().copied().filter(|tenant| !named.contains(tenant));
            if let Some(closest) = closest(key, others) {
                let (config, key, closest) = (file.to_owned(), (*key).to_owned(), closest.to_owned());
                found.push(MisspelledTenant { config, key, closest });
            }
        }
    }
    found
}

/// What is known of the rules that have findings.
fn rules(checked: &Checked<'_, '_>) -> BTreeMap<String, RuleDescription> {
    let found: SortedSet<&str> =
        checked.outcomes.iter().flat_map(|outcome| outcome.findings.iter().map(|finding| finding.rule)).collect();
    let rules = found.into_iter().filter_map(|id| checked.catalogue.get(id));
    rules.map(|rule| (rule.id.to_owned(), described(rule))).collect()
}

fn described(rule: &'static Rule) -> RuleDescription {
    // The examples are on the page.
    let (text, _) = rule.page.text.split_once("\n```").unwrap_or((rule.page.text, ""));
    RuleDescription {
        group: rule.group.name,
        level: rule.page.level,
        summary: rule.page.summary,
        help: rule.page.help,
        text: text.trim_end(),
        url: rule.page.address,
        needs_wiring: rule.group.needs_wiring,
        severity: rule.severity(),
        urgency: rule.urgency(),
    }
}

fn reported(
    finding: &Finding,
    run: usize,
    places: &mut Places<'_, '_, '_>,
    rules: &BTreeMap<String, RuleDescription>,
    blocks: &HashMap<(&str, FileId), Span>,
) -> ReportedFinding {
    let rule = rules.get(finding.rule);
    let block = finding.tenant.as_deref().and_then(|tenant| blocks.get(&(tenant, finding.span.file)));
    ReportedFinding {
        rule: finding.rule.into(),
        level: finding.level,
        message: finding.message.clone(),
        tenant: finding.tenant.clone(),
        others: Vec::new(),
        path: finding.path.clone(),
        location: places.location(finding.span),
        related: finding
            .related
            .iter()
            .filter(|related| related.elsewhere.is_none())
            .map(|it| places.related(it))
            .collect(),
        help: finding.help.clone(),
        url: rule.map_or("", |rule| rule.url),
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
        run,
        also_in: Vec::new(),
        urgency: rule.map_or(u8::MAX, |rule| rule.urgency),
        block: block.map(|block| (block.start, block.end)),
        subject: None,
    }
}

/// A place that a finding of `outcome` relates to, which may be in another run.
fn place_of(
    related: &Related,
    outcome: &Outcome<'_>,
    runs: &HashMap<RunId, &Outcome<'_>>,
    earlier: &HashMap<TenantId, (String, Location)>,
    files: &mut Files<'_>,
) -> RelatedPlace {
    if let Some((_, location)) = related.elsewhere.and_then(|tenant| earlier.get(&tenant)) {
        return RelatedPlace { message: related.message.clone(), location: location.clone() };
    }
    let of = related.elsewhere.and_then(|tenant| runs.get(&tenant.run).copied()).unwrap_or(outcome);
    Places::new(of.model.sources(), files).related(related)
}

/// Where each tenant with a finding is written, by its name and the file.
fn blocks<'a>(outcome: &'a Outcome<'_>) -> HashMap<(&'a str, FileId), Span> {
    let wanted: SortedSet<&str> = outcome.findings.iter().filter_map(|finding| finding.tenant.as_deref()).collect();
    let mut blocks: HashMap<(&str, FileId), Span> = HashMap::default();
    for tenant in outcome.model.tenants.iter().filter(|tenant| wanted.contains(tenant.name())) {
        for field in tenant.fields() {
            let block = blocks.entry((tenant.name(), field.span.file)).or_insert(field.span);
            *block = block.to(field.span);
        }
    }
    blocks
}

/// What is known of the files that a report names.
struct Files<'a> {
    known: BTreeMap<Str, ReportedFile>,
    repository_path: &'a dyn Fn(&str) -> String,
}

/// Spans → locations, looking each file up once.
struct Places<'s, 'f, 'a> {
    sources: &'s Sources,
    own: HashMap<FileId, Arc<SourceFile>>,
    files: &'f mut Files<'a>,
}

impl<'s, 'f, 'a> Places<'s, 'f, 'a> {
    fn new(sources: &'s Sources, files: &'f mut Files<'a>) -> Self {
        Self { sources, own: HashMap::default(), files }
    }

    fn related(&mut self, related: &Related) -> RelatedPlace {
        RelatedPlace { message: related.message.clone(), location: self.location(related.span) }
    }

    fn location(&mut self, span: Span) -> Location {
        let source = self.own.entry(span.file).or_insert_with(|| {
            let source = self.sources.get(span.file);
            let path = self.files.repository_path;
            self.files.known.entry(source.shared_name()).or_insert_with(|| ReportedFile {
                repository_path: path(source.name()),
                source: Arc::clone(&source),
                masks: Vec::new(),
            });
            source
        });
        Location::of(span, source)
    }
}

fn tenants_of<'a>(
    outcome: &'a Outcome<'_>,
    run: usize,
    config: &'a Config,
    real_path: &'a dyn Fn(&str) -> String,
) -> impl Iterator<Item = ReportedTenant> + 'a {
    let sources = outcome.model.sources();
    let mut own: HashMap<FileId, (Arc<SourceFile>, Str)> = HashMap::default();
    let [customers, organizations] = groups_by_key(config);
    outcome.model.tenants.iter().map(move |tenant| {
        let span = outcome.model.project.visible(tenant.key.span);
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
