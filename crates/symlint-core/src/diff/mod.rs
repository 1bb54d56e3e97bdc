//! Compares two reports: who gains and who loses access to what, and how the change affects the check itself.
//!
//! Only values that take effect are compared, not texts: the same set-up written in another way does not differ.

mod cause;
mod findings;
mod hidden;
mod markdown;
mod pair;
mod picture;
mod sharing;
mod tenants;
mod wire;
mod wiring;
mod words;

use symlint_terraform::{SortedMap, SortedSet};

use crate::coverage::Code;
use crate::level::Level;
use crate::report::{Details, ProblemKind, Report, ReportedFinding, ReportedGap, Tool, importance, join_some};
use crate::suppression::{SuppressedBy, Suppression};
use findings::changed;
use pair::{Pairing, Seen, SharedKeys};
use words::few;

pub use hidden::Trial;
pub use markdown::{markdown, summary as markdown_summary};
pub use wire::*;
pub use words::{
    Headline, Mood, added_title, coverage_lines, grant_line, headline, hidden_line, known_text, list_line,
    other_findings, recreated_line, rerouted_line, setting_line, tenant_notes, wiring_lines,
};

/// The version of the comparison's JSON format.
pub const VERSION: u32 = 1;

/// The input of a comparison: reports with details.
pub struct Comparison<'r> {
    pub old: &'r Report,
    pub new: &'r Report,
    /// The folders that each report's file names are relative to, if these differ.
    pub tops: Option<[&'r str; 2]>,
    /// The report of the new tree with the old configuration, if the configurations differ.
    pub unchanged_policy: Option<&'r Report>,
    /// For each setting that differs, the report of the new tree with the old value of that setting.
    pub trials: &'r [Trial],
    /// The settings that differ.
    pub settings: Vec<SettingChange>,
    /// A description of what the change is compared with.
    pub base: String,
    /// The level at which new findings make it fail; `None` if they never do.
    pub fail_on: Option<Level>,
}

/// Compares two reports, and the check itself before and after the change.
pub fn compare(comparison: &Comparison<'_>) -> Diff {
    let none = Details::default();
    let Comparison { old: before, new: after, tops, .. } = comparison;
    let old = Seen::new(before, tops.map(|[old, _]| old), &none);
    let new = Seen::new(after, tops.map(|[_, new]| new), &none);
    let pairing = Pairing::new(old, new);
    let found = findings::compare(old, new, &pairing);
    let touched = findings::touched(old, new, &pairing);
    let mut added: Vec<(usize, ReportedFinding)> = Vec::new();
    for at in &found.new {
        let Some(finding) = after.findings.get(*at) else { continue };
        let moved = finding
            .subject
            .as_deref()
            .and_then(|subject| findings::on_touched(finding, subject, &touched, found.causes.joined.get(at), new));
        added.push((*at, moved.unwrap_or_else(|| finding.clone())));
    }
    let new_findings = joined(added.iter().map(|(_, finding)| finding), after);
    added.sort_by(|(_, a), (_, b)| importance(a).cmp(&importance(b)));
    let added: Vec<(usize, ChangedFinding)> = added.iter().map(|(at, finding)| (*at, changed(finding))).collect();
    let unchanged_policy = comparison.unchanged_policy.map(|report| Seen::new(report, tops.map(|[_, new]| new), &none));
    let hidden = hidden::all(old, new, &pairing, unchanged_policy, comparison.trials);
    let shared = SharedKeys::of([old, new]);
    let mut crossings = findings::crossings(new, &added, &shared, &touched);
    crossings.extend(findings::grown_crossings(old, new, &pairing, &found.causes, &shared, &touched));
    let sides: Vec<Seen<'_>> = [Some(new), unchanged_policy, Some(old)].into_iter().flatten().collect();
    crossings.extend(findings::hidden_crossings(&hidden, &sides, &shared, &touched));
    let wiring = wiring::changes(old, new, &pairing);
    let changes = tenants::changes(old, new, &pairing, &shared);
    // A change of `.symlint.hcl` alone changes nobody's access, so both sides are also compared with the old
    // configuration.
    let same = unchanged_policy.map(|same| (same, Pairing::new(old, same)));
    let (mut changes, wiring, lists) = match &same {
        Some((same, pairing)) => (
            tenants::in_both(changes, tenants::changes(old, *same, pairing, &shared), new),
            wiring::in_both(wiring, &wiring::changes(old, *same, pairing)),
            wiring::lists(old, *same, pairing),
        ),
        None => (changes, wiring, wiring::lists(old, new, &pairing)),
    };
    let without_finding = sharing::note_others(&mut changes, (old, new), &pairing, &shared, &crossings);
    crossings.extend(without_finding);
    findings::note(&mut changes, &new_findings);
    // A hidden finding is not fixed.
    let is_hidden = |finding: &ReportedFinding| {
        hidden.iter().any(|it| it.finding.rule == finding.rule && it.finding.message == finding.message)
    };
    let fixed = found.fixed.iter().filter_map(|at| before.findings.get(*at)).filter(|finding| !is_hidden(finding));
    let findings = FindingChanges { new: new_findings, fixed: joined(fixed, before), unchanged: found.unchanged };
    let mut diff = Diff {
        version: VERSION,
        tool: Tool { name: "symlint".into(), version: env!("CARGO_PKG_VERSION").into() },
        base: comparison.base.clone(),
        crossings,
        check: CheckChanges { hidden, settings: comparison.settings.clone() },
        tenants: changes,
        wiring,
        recreated: tenants::all_recreated(old, new, &pairing),
        lists,
        findings,
        not_compared: not_compared(old, new, &pairing),
        problems: after.problems.clone(),
        // If there was nothing to check before the change, nothing is missing.
        base_problems: before
            .problems
            .iter()
            .filter(|problem| problem.kind != ProblemKind::NothingChecked || !before.tenants.is_empty())
            .cloned()
            .collect(),
        summary: DiffSummary::default(),
        paths: paths([Some(*before), Some(*after), comparison.unchanged_policy]),
        pages: pages(&[Some(*before), Some(*after), comparison.unchanged_policy]),
    };
    diff.summary = summary(&diff, comparison);
    diff
}

/// Some findings of a report, most urgent first. A finding of several runs is listed once.
fn joined<'f>(findings: impl Iterator<Item = &'f ReportedFinding>, report: &Report) -> Vec<ChangedFinding> {
    let mut findings: Vec<ReportedFinding> = findings.cloned().collect();
    join_some(&mut findings, report);
    findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    findings.iter().map(changed).collect()
}

fn summary(diff: &Diff, comparison: &Comparison<'_>) -> DiffSummary {
    let of = |kind: TenantChangeKind| diff.tenants.iter().filter(|tenant| tenant.change == kind).count();
    let level = |level: Level| diff.findings.new.iter().filter(|finding| finding.level == level).count();
    let (new_errors, new_warnings) = (level(Level::Error), level(Level::Warning));
    let fails = comparison.fail_on.is_some_and(|level| diff.worst() >= Some(level));
    DiffSummary {
        crossings: diff.crossings.len(),
        added: of(TenantChangeKind::Added),
        removed: of(TenantChangeKind::Removed),
        renamed: of(TenantChangeKind::Renamed),
        changed: of(TenantChangeKind::Changed),
        gained: diff.tenants.iter().map(|tenant| tenant.gained.len()).sum(),
        lost: diff.tenants.iter().map(|tenant| tenant.lost.len()).sum(),
        rerouted: diff.tenants.iter().map(|tenant| tenant.rerouted.len()).sum(),
        new_errors,
        new_warnings,
        fixed: diff.findings.fixed.len(),
        hidden: diff.check.hidden.len(),
        tenants: [comparison.old.tenants.len(), comparison.new.tenants.len()],
        exit_code: if diff.problems.is_empty() { u8::from(fails) } else { 2 },
    }
}

/// Everything that was not checked on one side or on both.
fn not_compared(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<Uncompared> {
    type GapKey<'g> = (Option<String>, &'g crate::report::ReportedGap);
    fn gaps<'g>(seen: Seen<'g>) -> Vec<GapKey<'g>> {
        let of_runs = seen.report.runs.iter().enumerate();
        let of_runs =
            of_runs.flat_map(move |(at, run)| run.not_checked.iter().map(move |gap| (Some(seen.run(at)), gap)));
        of_runs.chain(seen.report.not_checked.iter().map(|gap| (None, gap))).collect()
    }
    let was: SortedSet<String> = (0..old.report.runs.len()).map(|run| old.run(run)).collect();
    let mut left = gaps(old);
    let mut all = lost_from_sight(old, new, pairing);
    all.extend(wiring::half_known(old, new, pairing));
    for (run, gap) in gaps(new) {
        let is_same =
            |(other_run, other): &GapKey<'_>| *other_run == run && other.code == gap.code && other.reason == gap.reason;
        let mut gap = gap.clone();
        let side = match left.iter().position(is_same) {
            Some(at) => {
                left.remove(at);
                SideName::Both
            }
            None => {
                // A module that the change removes or replaces may do anything.
                gap.is_surprise |= gap.code == Code::RemoteModule && run.as_ref().is_some_and(|run| was.contains(run));
                SideName::New
            }
        };
        all.push(Uncompared { side, run, gap });
    }
    all.extend(left.into_iter().map(|(run, gap)| Uncompared { side: SideName::Old, run, gap: gap.clone() }));
    all
}

/// The tenants whose access was known before the change and is not known after it.
fn lost_from_sight(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<Uncompared> {
    let mut lost: SortedMap<usize, Vec<String>> = SortedMap::new();
    for (at, to) in pairing.new_of.iter().enumerate() {
        if to.is_none()
            && let Some(run) = tenants::lost_sight(old, new, pairing, at)
        {
            lost.entry(run).or_default().push(old.key(at).to_string());
        }
    }
    let gap = |(run, keys): (usize, Vec<String>)| Uncompared {
        side: SideName::New,
        run: Some(new.run(run)),
        gap: ReportedGap::new(
            Code::UnknownWiring,
            format!("it is not known whether anyone still gets access to {}", few(&keys, keys.len())),
            true,
        ),
    };
    lost.into_iter().map(gap).collect()
}

fn paths(reports: [Option<&Report>; 3]) -> SortedMap<String, String> {
    let files = reports.into_iter().flatten().flat_map(|report| &report.files);
    files.map(|(name, file)| (name.to_string(), file.repository_path.clone())).collect()
}

fn pages(reports: &[Option<&Report>]) -> SortedMap<String, &'static str> {
    let rules = reports.iter().flatten().flat_map(|report| &report.rules);
    rules.map(|(id, rule)| (id.clone(), rule.url)).collect()
}

/// Whether a finding counts in the first report but not in the second one, which is about the same files.
pub fn loses_findings(before: &Report, after: &Report) -> bool {
    let none = Details::default();
    !hidden::lost(Seen::new(before, None, &none), Seen::new(after, None, &none)).is_empty()
}

/// Marks the findings of `new` that `old` also has, so that only the others count. Findings that relate two tenants are
/// moved to the one that the change touches. `base` describes `old`. Unless `old` `is_whole`, a finding that is about
/// no tenant is treated as new, because it may be about something that `old` does not include.
pub fn mark_known(old: &Report, new: &mut Report, fail_on: Option<Level>, base: &str, is_whole: bool) {
    let none = Details::default();
    let (known, moved) = {
        let (old, seen) = (Seen::new(old, None, &none), Seen::new(new, None, &none));
        let pairing = Pairing::new(old, seen);
        let found = findings::compare(old, seen, &pairing);
        let touched = findings::touched(old, seen, &pairing);
        let added: SortedSet<usize> = found.new.iter().copied().collect();
        let is_comparable = |finding: &ReportedFinding| {
            is_whole || finding.subject.as_ref().is_some_and(|subject| !subject.tenants().is_empty())
        };
        let is_known = |at: &usize| {
            let counts = |it: &ReportedFinding| it.suppressed.is_none() && is_comparable(it);
            seen.report.findings.get(*at).is_some_and(counts) && !added.contains(at)
        };
        let known: Vec<usize> = (0..seen.report.findings.len()).filter(is_known).collect();
        let moved = |at: &usize| {
            let finding = seen.report.findings.get(*at)?;
            let joined = found.causes.joined.get(at);
            Some((*at, findings::on_touched(finding, finding.subject.as_deref()?, &touched, joined, seen)?))
        };
        let moved: Vec<(usize, ReportedFinding)> = found.new.iter().filter_map(moved).collect();
        (known, moved)
    };
    for (at, finding) in moved {
        if let Some(place) = new.findings.get_mut(at) {
            *place = finding;
        }
    }
    for at in known {
        if let Some(finding) = new.findings.get_mut(at) {
            finding.suppressed = Some(Suppression { by: SuppressedBy::Revision, reason: format!("{base} has it too") });
        }
    }
    // If there was nothing to check before, there were no findings either.
    let unread = old.problems.iter().filter(|problem| problem.kind != ProblemKind::NothingChecked);
    new.not_checked.extend(unread.map(|problem| {
        let reason = format!("{base} may have further findings, which are reported as new here: {problem}");
        ReportedGap::new(Code::LeftOut, reason, false)
    }));
    let mut findings = std::mem::take(&mut new.findings);
    join_some(&mut findings, new);
    new.findings = findings;
    new.recount(fail_on);
}
