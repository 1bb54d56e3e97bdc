//! Runs the rules: projects in, findings out.

use foldhash::HashMap;
use symlint_terraform::{FileId, Project, SortedMap, SortedSet, Sources, Span};

use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::{self, UsualAccount};
use crate::finding::{Finding, Related};
use crate::fingerprint;
use crate::found::KeptFindings;
use crate::gaps;
use crate::level::Level;
use crate::parallel;
use crate::policy::{self, Applied, Baseline, Inline, Policy};
use crate::privacy::{self, Veil};
use crate::rule::{Catalogue, Check, Context, Rule};
use crate::suppression::{CopiedSuppression, SuppressedBy, Suppression, Suppressions, Unused, UnusedSuppression};
use crate::tenants::{Model, RunId, SetUp, Tenant};

/// The result of checking one project.
#[derive(Debug)]
pub struct Outcome<'p> {
    /// Everything that the rules looked at.
    pub model: Model<'p>,
    /// All findings, including those that do not count, sorted by file, then offset, then rule.
    pub findings: Vec<Finding>,
}

/// What a check needs in addition to the projects.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    pub catalogue: &'a Catalogue,
    /// Which rules run, at which level, and whether comments can suppress findings.
    pub policy: &'a Policy,
    /// The current day, `YYYY-MM-DD`. Without it, exceptions do not expire.
    pub today: Option<&'a str>,
    /// Findings that do not count. The baseline is in the sources of the first project.
    pub baseline: Option<&'a Baseline>,
    /// Turns a file name as shown into the path from the repository's root, so that fingerprints do not depend on the
    /// working directory.
    pub repository_path: &'a (dyn Fn(&str) -> String + Sync),
}

/// Checks one project with the rules of `catalogue`, without a baseline or a day.
pub fn check<'p>(project: &'p Project, config: &Config, policy: &Policy, catalogue: &Catalogue) -> Outcome<'p> {
    let run = Run { catalogue, policy, today: None, baseline: None, repository_path: &str::to_owned };
    let set_up = SetUp::single(model(project, config, RunId::default(), &[], &[]), config);
    run.judge_all(set_up, &[config]).swap_remove(0)
}

/// A run whose own suppressions have been applied.
struct Judged<'a> {
    model: &'a Model<'a>,
    findings: Vec<Finding>,
    config: &'a Config,
    applied: Applied,
}

impl Judged<'_> {
    fn findings(&mut self) -> (&Sources, &mut [Finding]) {
        (self.model.sources(), &mut self.findings)
    }
}

/// The model of `project`, with everything that could not be checked in it, including what is `known` already. `usual` is
/// what other root modules show.
pub(crate) fn model<'p>(
    project: &'p Project,
    config: &Config,
    run: RunId,
    known: &[NotChecked],
    usual: &[&UsualAccount],
) -> Model<'p> {
    let mut model = discover::build_with(project, config, run, usual);
    // Inputs from Terragrunt do not matter for a module with nothing to check.
    let is_needed = |gap: &&NotChecked| gap.code != Code::Terragrunt || !model.is_certainly_empty();
    let known: Vec<NotChecked> = known.iter().filter(is_needed).cloned().collect();
    model.not_checked.extend(known);
    privacy::hide(&mut model);
    model.not_checked = gaps::of(&model, config);
    model
}

impl Run<'_> {
    /// Checks each run with its configuration. If a configuration comes from a file, it must be in the run's sources.
    /// The outcomes are in the order of the runs.
    pub(crate) fn judge_all<'p>(&self, set_up: SetUp<'p>, configs: &[&Config]) -> Vec<Outcome<'p>> {
        let runs: Vec<(&Model<'_>, &Config)> = set_up.models().iter().zip(configs.iter().copied()).collect();
        let mut judged: Vec<Judged<'_>> = match runs.as_slice() {
            // For a single run, the threads share its tenants.
            [(model, config)] => vec![self.judge(&set_up, model, config)],
            _ => parallel::each(&runs, |(model, config)| self.judge(&set_up, model, config)),
        };
        fingerprint::assign(judged.iter_mut().map(Judged::findings), self.repository_path);
        let mut gone = self.apply_baseline(&mut judged);
        let effects = policy::SuppressionEffects::of_all(judged.iter().map(|judged| &judged.applied));
        let mut copied = copied(&judged);
        for (at, judged) in judged.iter_mut().enumerate() {
            let runs = |rule: &str| self.runs(rule, judged.config);
            let finds_all = |rule: &str| self.finds_all(rule, judged.config, judged.model);
            let (applied, config) = (&judged.applied, judged.config);
            let mut unused = policy::unused(applied, &effects, judged.model, config, self.today, &runs, &finds_all);
            let sources = judged.model.sources();
            for it in unused.iter_mut().filter(|it| it.why == Unused::Inline(None)) {
                let is_next = |finding: &&Finding| {
                    let (own, span) = (it.span, finding.span);
                    finding.counts() && finding.rule == it.rule && span.file == own.file && span.start > own.start
                };
                // Both are sorted.
                let next = judged.findings.iter().find(is_next).map(|finding| finding.span);
                it.why = Unused::Inline(next.map(|span| sources.get(span.file).position(span.start).line));
            }
            // The baseline is in the sources of the first run.
            unused.append(&mut gone);
            let mut invalid = std::mem::take(&mut judged.applied.inline.invalid);
            invalid.retain(|invalid| !judged.model.sources().get(invalid.span.file).is_in_copy());
            let copied = copied.remove(&at).unwrap_or_default();
            self.judge_suppressions(&set_up, judged, &Suppressions { invalid, unused, copied });
            if !self.policy.select.is_empty() {
                let level = |id| self.catalogue.get(id).map(|rule| self.policy.level(rule, judged.config));
                judged.findings.retain(|finding| level(finding.rule) != Some(Level::Off));
            }
        }
        fingerprint::assign(judged.iter_mut().map(Judged::findings), self.repository_path);
        let findings: Vec<Vec<Finding>> = judged.into_iter().map(|judged| judged.findings).collect();
        set_up.into_models().into_iter().zip(findings).map(|(model, findings)| Outcome { model, findings }).collect()
    }

    fn judge<'a>(&self, set_up: &'a SetUp<'_>, model: &'a Model<'_>, config: &'a Config) -> Judged<'a> {
        let project = model.project;
        let (mut findings, mut left_out) = self.findings(set_up, model, config).into_parts();
        let inline = if self.policy.no_inline { Inline::default() } else { Inline::read(project, self.catalogue) };
        let applied = policy::apply(&mut findings, inline, model, config, self.today);
        // Nobody has looked at its content, so no suppression applies.
        findings.append(&mut left_out);
        let compares = |id: &str| self.catalogue.get(id).is_some_and(|rule| rule.group.compares_tenants);
        let findings = explained(findings, &compares);
        let mut findings = fold(findings);
        for finding in &mut findings {
            privacy::cover_quotes(finding, project);
            stand_in_files(finding, project);
        }
        sort(&mut findings, project);
        Judged { model, findings, config, applied }
    }

    fn judge_suppressions(&self, set_up: &SetUp<'_>, judged: &mut Judged<'_>, suppressions: &Suppressions) {
        let Judged { model, findings, .. } = judged;
        let mut found = KeptFindings::of_one_in(set_up.models().len());
        for (rule, level) in self.running(judged.config) {
            if let Check::Suppressions(check) = rule.check {
                check(&mut rule.context(set_up, model, judged.config, level, &mut found), suppressions);
            }
        }
        let (found, left_out) = found.into_parts();
        if !found.is_empty() {
            findings.extend(found.into_iter().chain(left_out));
            sort(findings, model.project);
        }
    }

    /// The rules that run, with their levels.
    fn running(&self, config: &Config) -> impl Iterator<Item = (&'static Rule, Level)> {
        let level = |rule| (rule, self.policy.running_level(rule, config, self.catalogue));
        self.catalogue.iter().map(level).filter(|(_, level)| *level != Level::Off)
    }

    /// The findings of the rules about tenants and about the model.
    fn findings(&self, set_up: &SetUp<'_>, model: &Model<'_>, config: &Config) -> KeptFindings {
        /// How many tenants a thread handles at a time.
        const CHUNK: usize = 64;
        /// After how many jobs the findings beyond the limit are dropped.
        const BATCH: usize = 256;
        enum Job<'t> {
            Model(&'static Rule, Level, fn(&mut Context<'_>)),
            Tenants(&'t [Tenant]),
        }
        let mut jobs = Vec::new();
        let mut tenant_rules = Vec::new();
        for (rule, level) in self.running(config) {
            match rule.check {
                Check::Model(check) => jobs.push(Job::Model(rule, level, check)),
                Check::Tenant(check) => tenant_rules.push((rule, level, check)),
                Check::Suppressions(_) => {}
            }
        }
        jobs.extend(model.tenants.chunks(CHUNK).map(Job::Tenants));
        let runs = set_up.models().len();
        let work = |job: &Job<'_>| {
            let mut findings = KeptFindings::of_one_in(runs);
            match *job {
                Job::Model(rule, level, check) => {
                    check(&mut rule.context(set_up, model, config, level, &mut findings));
                }
                Job::Tenants(tenants) => {
                    for tenant in tenants {
                        for &(rule, level, check) in &tenant_rules {
                            check(&mut rule.context(set_up, model, config, level, &mut findings), tenant);
                        }
                    }
                }
            }
            findings
        };
        let mut all = KeptFindings::of_one_in(runs);
        if model.tenants.len() < parallel::MANY_TENANTS || runs > 1 {
            jobs.iter().for_each(|job| all.append(work(job)));
        } else {
            for jobs in jobs.chunks(BATCH) {
                parallel::each(jobs, work).into_iter().for_each(|found| all.append(found));
            }
        }
        all
    }

    fn runs(&self, id: &str, config: &Config) -> bool {
        let level = |rule| self.policy.running_level(rule, config, self.catalogue);
        self.catalogue.get(id).is_some_and(|rule| level(rule) != Level::Off)
    }

    /// Whether a rule runs and could look at everything that it needs.
    fn finds_all(&self, id: &str, config: &Config, model: &Model<'_>) -> bool {
        let hides_wiring = |gap: &NotChecked| {
            matches!(gap.code, Code::NoFlow | Code::UnknownWiring | Code::ValuesAlone | Code::Terragrunt | Code::Limit)
        };
        let group = self.catalogue.get(id).map(|rule| rule.group);
        let lacks_wiring = group.is_some_and(|group| group.needs_wiring) && model.not_checked.iter().any(hides_wiring);
        let lacks_others = group.is_some_and(|group| group.compares_tenants) && !config.is_whole;
        self.runs(id, config) && !lacks_wiring && !lacks_others
    }

    /// Marks the findings in the baseline, and returns the entries that match nothing.
    fn apply_baseline(&self, judged: &mut [Judged<'_>]) -> Vec<UnusedSuppression> {
        let Some(baseline) = self.baseline else { return Vec::new() };
        let mut used = SortedSet::new();
        let mut files = SortedSet::new();
        for Judged { model, findings, .. } in judged.iter_mut() {
            if model.is_everything_readable() {
                let configured: SortedSet<FileId> = model.project.files().iter().map(|file| file.id).collect();
                // All other files are data that tenants may be built from.
                let is_judged = |file| model.knows_its_flows() || configured.contains(&file);
                let read = model.sources().iter().filter(|(file, _)| is_judged(*file));
                // Values that are replaced, or that no run loads, were not checked.
                let replaced: SortedSet<FileId> = policy::replaced(model.project).map(|it| it.span.file).collect();
                let unloaded = model.not_checked.iter().filter(|gap| gap.code == Code::UnloadedValues);
                let unloaded: SortedSet<FileId> = unloaded.filter_map(|gap| Some(gap.span?.file)).collect();
                let read = read.filter(|(file, _)| !replaced.contains(file) && !unloaded.contains(file));
                files.extend(read.map(|(_, source)| (self.repository_path)(source.name())));
            }
            for finding in findings {
                let is_suppressible = self.catalogue.get(finding.rule).is_some_and(Rule::is_suppressible);
                if is_suppressible && baseline.entries.contains_key(&finding.fingerprint) {
                    used.insert(finding.fingerprint.clone());
                    finding.suppressed = finding.suppressed.take().or_else(|| Some(in_baseline()));
                }
            }
        }
        let runs = |rule: &str| judged.iter().any(|judged| self.finds_all(rule, judged.config, judged.model));
        policy::unused_baseline(baseline, &used, &files, &runs)
    }

    /// Marks the findings in [`Run::write_baseline`] as findings of the baseline, so that all its entries match.
    pub fn accept(&self, outcomes: &mut [Outcome<'_>]) {
        if let Some((baseline, first)) = self.baseline.zip(outcomes.first_mut()) {
            let written: SortedSet<Span> = baseline.entries.values().map(|entry| entry.span).collect();
            first.findings.retain(|finding| !written.contains(&finding.span));
        }
        let findings = outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
        for finding in findings.filter(|finding| finding.counts()) {
            if self.catalogue.get(finding.rule).is_some_and(Rule::is_suppressible) {
                finding.suppressed = Some(in_baseline());
            }
        }
    }

    /// A baseline of all findings that count and can be suppressed, and of those that are already in it.
    pub fn write_baseline(&self, outcomes: &[Outcome<'_>]) -> String {
        let findings = outcomes.iter().flat_map(|outcome| {
            let written = outcome.findings.iter().filter(|finding| {
                let by = finding.suppressed.as_ref().map(|suppression| suppression.by);
                matches!(by, None | Some(SuppressedBy::Baseline))
                    && self.catalogue.get(finding.rule).is_some_and(Rule::is_suppressible)
            });
            let sources = outcome.model.sources();
            written.map(|finding| (finding, (self.repository_path)(sources.get(finding.span.file).name())))
        });
        Baseline::write(findings, &Veil::over(outcomes.iter().map(|outcome| &outcome.model)))
    }
}

/// The suppressions that were copied with a block, by the index of the project.
fn copied(judged: &[Judged<'_>]) -> SortedMap<usize, Vec<CopiedSuppression>> {
    let configs: Vec<&Config> = judged.iter().map(|judged| judged.config).collect();
    let own = judged.iter().enumerate();
    let all: Vec<_> = own.flat_map(|(at, it)| policy::Copied::of(at, &it.applied.inline, it.model)).collect();
    let mut copied: SortedMap<usize, Vec<CopiedSuppression>> = SortedMap::new();
    for (at, suppression) in policy::copied(&all, &configs) {
        copied.entry(at).or_default().push(suppression);
    }
    copied
}

fn in_baseline() -> Suppression {
    Suppression { by: SuppressedBy::Baseline, reason: "it is in the baseline".to_owned() }
}

/// Moves findings about a value from the environment or an option, which has no file, to its variable.
fn stand_in_files(finding: &mut Finding, project: &Project) {
    finding.span = project.visible(finding.span);
    let own = finding.related.iter_mut().filter(|related| related.elsewhere.is_none());
    own.for_each(|related| related.span = project.visible(related.span));
    finding.fixes.retain(|fix| fix.edits.iter().all(|edit| project.visible(edit.span) == edit.span));
}

fn sort(findings: &mut [Finding], project: &Project) {
    let sources = project.sources();
    findings.sort_by_cached_key(|finding| {
        let name = sources.get(finding.span.file).name().to_owned();
        (name, finding.span.start, finding.rule, finding.span.end, finding.message.clone())
    });
}

/// Joins findings to the one that explains their value, unless they have a higher level. `compares` returns whether a
/// rule compares tenants: such a rule may report the value on any of them.
fn explained(found: Vec<Finding>, compares: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let (mut causes, others): (Vec<Finding>, Vec<Finding>) =
        found.into_iter().partition(|finding| finding.explains.is_some() && finding.counts());
    let mut left = Vec::new();
    for finding in others {
        let is_part = |cause: &&mut Finding| {
            let is_in = |span| cause.explains.is_some_and(|value| value.contains(span));
            let mut related = finding.related.iter().filter(|related| related.elsewhere.is_none());
            let is_about = is_in(finding.span)
                || related.any(|related| is_in(related.span))
                    && (finding.tenant == cause.tenant || compares(finding.rule));
            is_about && finding.counts() && finding.level <= cause.level
        };
        match causes.iter_mut().find(is_part) {
            Some(cause) => {
                // The fingerprint depends on this, so a suppression of this finding does not apply to the joined one.
                cause.cause.get_or_insert_default().push_str(&finding.message);
                cause.related.push(Related { message: finding.message, span: finding.span, elsewhere: None });
            }
            None => left.push(finding),
        }
    }
    causes.append(&mut left);
    causes
}

/// How many tenants a finding about several of them names.
const NAMED: usize = 3;

/// Joins findings about a value that several tenants have from one place, such as a default, a local, or the text
/// around their own values. The resulting finding is on none of the tenants.
fn fold(found: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<Vec<Finding>> = Vec::with_capacity(found.len());
    let mut places: HashMap<(&str, Span, Option<Suppression>), usize> = HashMap::default();
    for finding in found {
        let place = (finding.rule, finding.span, finding.suppressed.clone());
        let group = places.get(&place).filter(|_| finding.tenant.is_some());
        let group = group.and_then(|group| groups.get_mut(*group));
        // Findings of one tenant are adjacent.
        match group.map(|group| (group.last().is_some_and(|last| last.tenant == finding.tenant), group)) {
            Some((true, group)) if group.iter().any(|other| other.message == finding.message) => {}
            Some((false, group)) => group.push(finding),
            _ => {
                if finding.tenant.is_some() {
                    places.insert(place, groups.len());
                }
                groups.push(vec![finding]);
            }
        }
    }
    groups.into_iter().filter_map(about_all).collect()
}

/// Joins the findings of several tenants. Messages that differ from the first one become related places.
fn about_all(mut group: Vec<Finding>) -> Option<Finding> {
    let others = group.split_off(1);
    let finding = group.pop()?;
    if others.is_empty() {
        return Some(finding);
    }
    let all = || std::iter::once(&finding).chain(&others);
    let mut paths: Vec<&str> = all().filter_map(|it| it.path.as_deref()).collect();
    paths.sort_unstable();
    let cause = finding.cause.clone().or((!paths.is_empty()).then(|| paths.join(", ")));
    let mut tenants: Vec<String> = all().filter_map(|it| it.tenant.clone()).collect();
    let named: Vec<String> = tenants.iter().map(|tenant| format!("`{tenant}`")).collect();
    let list = |names: &[String]| {
        let more = if names.len() > NAMED { ", …" } else { "" };
        format!("{}{more}", names.get(..NAMED).unwrap_or(names).join(", "))
    };
    let mut related = finding.related.clone();
    let message = match named.split_first() {
        Some((first, rest)) if others.iter().any(|it| it.message != finding.message) => {
            for (other, name) in others.iter().zip(rest).take(NAMED - 1) {
                let own = other.related.iter().find(|it| finding.related.iter().all(|known| known.span != it.span));
                let span = own.map_or(other.span, |own| own.span);
                related.push(Related { message: format!("{name}: {}", other.message), span, elsewhere: None });
            }
            let number =
                if rest.len() == 1 { "1 other tenant".to_owned() } else { format!("{} other tenants", rest.len()) };
            format!("{first}: {} (likewise in {number}: {})", finding.message, list(rest))
        }
        _ => format!("{} (in {} tenants: {})", finding.message, named.len(), list(&named)),
    };
    tenants.sort_unstable();
    Some(Finding { message, tenant: None, path: None, tenants, cause, related, ..finding })
}
