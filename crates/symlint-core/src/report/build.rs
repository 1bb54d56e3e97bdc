//! Builds the report from the results of a check. Everything that a format prints is looked up here.

use foldhash::HashMap;
use symlint_terraform::{FileId, SortedMap, SortedSet, Span, Str};

use super::access;
use super::cover::cover;
use super::details::{self, Detailer, Details};
use super::files::{Files, Places};
use super::owners::ValueOwners;
use super::place::Location;
use super::problem::Problem;
use super::runs::{CheckedRun, name_apart, run_of, tenants_of};
use super::shared::{self, sort_key};
use super::summary::{is_clean, verdict};
use super::wire::*;
use crate::check::Outcome;
use crate::config::Config;
use crate::coverage::Code;
use crate::finding::{Finding, Related};
use crate::level::Level;
use crate::policy::Policy;
use crate::privacy::{Veil, masks};
use crate::rule::{Catalogue, Rule};
use crate::spelling::closest;
use crate::tenants::{RunId, Tenant, TenantId};

/// The input for a report.
pub(crate) struct Checked<'a, 'p> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) policy: &'a Policy,
    /// The level at which findings make a check fail.
    pub(crate) fail_on: Option<Level>,
    /// One for each outcome, in the same order.
    pub(crate) runs: Vec<CheckedRun<'a>>,
    pub(crate) outcomes: &'a [Outcome<'p>],
    pub(crate) problems: Vec<Problem>,
    /// What the search left out, and why.
    pub(crate) left_out: Vec<String>,
    /// Things that should exist but do not.
    pub(crate) missing: Vec<String>,
    /// Returns the path of a file from the repository's root.
    pub(crate) repository_path: &'a dyn Fn(&str) -> String,
    /// Returns the path of the real file that a name refers to through links.
    pub(crate) real_path: &'a dyn Fn(&str) -> String,
    /// The names and the places of the tenants of earlier runs.
    pub(crate) earlier: &'a HashMap<TenantId, (String, Location)>,
    pub(crate) baseline: Option<String>,
    /// The texts of the configuration files that were read, by their names.
    pub(crate) configs: SortedMap<String, Vec<u8>>,
}

/// Builds one report from all results. If it `is_compared`, it includes the details for a comparison.
pub(crate) fn build(checked: &Checked<'_, '_>, is_compared: bool) -> Report {
    let numbered = || checked.outcomes.iter().enumerate();
    let rules = rules(checked);
    let mut files = Files { known: SortedMap::new(), repository_path: checked.repository_path };
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
        let owners = ValueOwners::new(outcome);
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
    if !is_compared && name_once(&mut findings, checked.real_path) {
        findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    }
    // Two runs may share a module or a values file.
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
    let gap = |is_surprise| move |reason: &String| ReportedGap::new(Code::LeftOut, reason.clone(), is_surprise);
    let missing = checked.missing.iter().map(gap(true));
    let not_checked: Vec<ReportedGap> = checked.left_out.iter().map(gap(false)).chain(missing).collect();
    let configs = checked.runs.iter().map(|run| run.config);
    let tenants: Vec<ReportedTenant> = numbered()
        .zip(configs)
        .flat_map(|((run, outcome), config)| tenants_of(outcome, run, config, checked.real_path))
        .collect();
    // A comparison matches the findings of each run.
    let replaced = match is_compared {
        true => SortedMap::new(),
        false => shared::join(&mut findings, shared::RunsAndRules { runs: &runs, tenants: &tenants, rules: &rules }),
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

/// Gives the findings in a file to which links lead one name for it, the first; returns whether there are any.
fn name_once(findings: &mut [ReportedFinding], real_path: &dyn Fn(&str) -> String) -> bool {
    let mut names: HashMap<String, Str> = HashMap::default();
    let mut known: Option<(Str, Str)> = None;
    let mut are_any = false;
    for Location { file, .. } in findings.iter_mut().map(|finding| &mut finding.location) {
        if known.as_ref().is_none_or(|(last, _)| last != file) {
            let name = names.entry(real_path(file)).or_insert_with(|| file.clone());
            known = Some((file.clone(), name.clone()));
        }
        if let Some((_, name)) = known.as_ref().filter(|(last, name)| last != name) {
            file.clone_from(name);
            are_any = true;
        }
    }
    are_any
}

/// Notes the parts of the report's files that excerpts must not show.
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
    /// Sorts the findings and counts them again, after some were moved or suppressed.
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

fn policy_of(checked: &Checked<'_, '_>) -> ReportedPolicy {
    let mut config: Vec<String> = checked.runs.iter().filter_map(|run| run.config_file.map(str::to_owned)).collect();
    config.sort_unstable();
    config.dedup();
    let default = Config::default();
    let configs: Vec<&Config> = checked.runs.iter().map(|run| run.config).chain([&default]).collect();
    let is = |rule: &Rule, to: Level| {
        // The rules that are not selected are derived from those that are.
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

/// Tenants in the configuration that are probably misspelled. One configuration may name tenants that are not checked
/// now, so a name is only suspicious if another tenant has a similar key and is not named.
fn misspelled_tenants(checked: &Checked<'_, '_>) -> Vec<MisspelledTenant> {
    let mut there: SortedMap<&str, (&Config, SortedSet<&str>)> = SortedMap::new();
    for (run, outcome) in checked.runs.iter().zip(checked.outcomes) {
        let Some(file) = run.config_file else { continue };
        let (_, tenants) = there.entry(file).or_insert((run.config, SortedSet::new()));
        tenants.extend(outcome.model.tenants.iter().map(Tenant::name));
    }
    /// How many pairs of names are compared. The number grows with both lists, and the result is only a hint.
    const MOST: usize = 1 << 20;
    let mut found = Vec::new();
    for (file, (config, tenants)) in there {
        let named = config.named_tenants();
        let others: Vec<&str> = tenants.iter().copied().filter(|tenant| !named.contains(tenant)).collect();
        let looked_at = MOST / others.len().max(1);
        for key in named.iter().filter(|key| !tenants.contains(**key)).take(looked_at) {
            let others = others.iter().copied();
            if let Some(closest) = closest(key, others) {
                let (config, key, closest) = (file.to_owned(), (*key).to_owned(), closest.to_owned());
                found.push(MisspelledTenant { config, key, closest });
            }
        }
    }
    found
}

/// The descriptions of the rules with findings.
fn rules(checked: &Checked<'_, '_>) -> SortedMap<String, RuleDescription> {
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
    rules: &SortedMap<String, RuleDescription>,
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
        label: finding.label,
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
