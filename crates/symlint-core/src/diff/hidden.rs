//! Changes to the check itself: the findings that a change hides, and how it hides them.

use super::cause::{Causes, values};
use super::findings::changed;
use super::pair::{Pairing, Seen};
use super::tenants::lost_sight;
use super::wire::{Hidden, HiddenBy, SettingChange};
use crate::level::Level;
use crate::report::{Report, ReportedFinding, Subject};
use crate::suppression::SuppressedBy;

/// The report with one setting as it was before the change.
pub struct Trial {
    pub setting: SettingChange,
    pub report: Report,
}

/// All findings that the change hides. `unchanged_policy` is the report of the new tree with the old configuration, if
/// the configurations differ.
pub(super) fn all(
    old: Seen<'_>,
    new: Seen<'_>,
    pairing: &Pairing,
    unchanged_policy: Option<Seen<'_>>,
    trials: &[Trial],
) -> Vec<Hidden> {
    let mut hidden = suppressed(old, new, pairing);
    if let Some(unchanged) = unchanged_policy {
        hidden.extend(by_configuration(old, unchanged, new, trials));
    }
    hidden.extend(unexplained(old, new, pairing, &hidden));
    hidden.sort_by(|a, b| {
        let key = |it: &Hidden| (it.finding.level != Level::Error, it.finding.urgency, it.by);
        key(a).cmp(&key(b))
    });
    hidden
}

fn counts(finding: &ReportedFinding) -> bool {
    finding.suppressed.is_none()
}

/// Findings that are suppressed now and were not before.
fn suppressed(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<Hidden> {
    let is_suppressed = |finding: &ReportedFinding| !counts(finding);
    let before = Causes::new(old, new, pairing, &is_suppressed, &is_suppressed);
    let counted = Causes::new(old, new, pairing, &counts, &is_suppressed);
    let mut hidden = Vec::new();
    for (at, finding) in new.report.findings.iter().enumerate() {
        let Some(suppression) = finding.suppressed.as_ref().filter(|_| before.is_new(at)) else { continue };
        hidden.push(Hidden {
            finding: changed(finding),
            by: match suppression.by {
                SuppressedBy::Inline => HiddenBy::Inline,
                SuppressedBy::Exception => HiddenBy::Exception,
                _ => HiddenBy::Baseline,
            },
            how: suppression.reason.clone(),
            counted_before: !counted.is_new(at),
        });
    }
    hidden
}

/// Findings that the new tree would have with the old configuration.
fn by_configuration(old: Seen<'_>, unchanged: Seen<'_>, new: Seen<'_>, trials: &[Trial]) -> Vec<Hidden> {
    let before = Causes::new(old, unchanged, &Pairing::new(old, unchanged), &counts, &counts);
    let is_unfit = |report: &Report| report.problems.len() > new.report.problems.len();
    let mut hidden = Vec::new();
    for (at, lowered_to) in lost(unchanged, new) {
        let Some(finding) = unchanged.report.findings.get(at) else { continue };
        let counted_before = !before.is_new(at);
        let back: Vec<&Trial> = trials.iter().filter(|trial| is_back(unchanged, at, &trial.report)).collect();
        // A reverted setting that does not fit the new files causes findings of its own. These are not hidden by
        // anything.
        if !counted_before && !back.is_empty() && back.iter().all(|trial| is_unfit(&trial.report)) {
            continue;
        }
        let names: Vec<&str> = back.iter().map(|trial| trial.setting.name.as_str()).collect();
        let how = match names.as_slice() {
            [] => "the changes of the configuration together".to_owned(),
            names => names.join(", "),
        };
        hidden.push(Hidden {
            finding: changed(finding),
            by: if lowered_to.is_some() { HiddenBy::Level } else { HiddenBy::Configuration },
            how,
            counted_before,
        });
    }
    hidden
}

/// The findings that count before and not after, as indexes, with the level that they were lowered to. Findings that
/// are suppressed after are not included.
pub(super) fn lost(before: Seen<'_>, after: Seen<'_>) -> Vec<(usize, Option<Level>)> {
    let pairing = Pairing::new(before, after);
    let causes = Causes::new(before, after, &pairing, &counts, &|_| true);
    let mut lost = Vec::new();
    for (at, finding) in before.report.findings.iter().enumerate().filter(|(_, finding)| counts(finding)) {
        let other = causes.new_of.get(at).copied().flatten().and_then(|other| after.report.findings.get(other));
        match other {
            Some(other) if counts(other) && other.level < finding.level => lost.push((at, Some(other.level))),
            None if causes.is_gone(at) => lost.push((at, None)),
            _ => {}
        }
    }
    lost
}

/// Whether a finding of `before` counts in `trial` at the same level.
fn is_back(before: Seen<'_>, at: usize, trial: &Report) -> bool {
    let none = super::Details::default();
    let trial = Seen::new(trial, None, &none);
    let is_it = |finding: &ReportedFinding| {
        before.report.findings.get(at).is_some_and(|own| own.fingerprint == finding.fingerprint)
    };
    let pairing = Pairing::new(before, trial);
    let causes = Causes::new(before, trial, &pairing, &is_it, &counts);
    let other = causes.new_of.get(at).copied().flatten().and_then(|other| trial.report.findings.get(other));
    let level = before.report.findings.get(at).map(|finding| finding.level);
    other.is_some_and(|other| Some(other.level) >= level)
}

/// Errors that are gone although all their values are still there, and findings about tenants that can no longer be
/// seen.
fn unexplained(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing, known: &[Hidden]) -> Vec<Hidden> {
    let causes = Causes::new(old, new, pairing, &counts, &|_| true);
    let all = values(new, &|tenant| tenant);
    let mut hidden = Vec::new();
    for (at, finding) in old.report.findings.iter().enumerate() {
        let is_candidate = counts(finding) && causes.is_gone(at);
        let Some(subject) = finding.subject.as_deref().filter(|_| is_candidate) else { continue };
        let mut tenants = subject.tenants().into_iter().filter(|at| pairing.is_gone(*at));
        let how = match tenants.find(|at| lost_sight(old, new, pairing, *at).is_some()) {
            Some(lost) => format!("it is not known whether anyone still gets access to `{}`", old.key(lost)),
            None if finding.level == Level::Error && is_kept(subject, pairing, &all) => {
                "none of the values that it is about has changed".to_owned()
            }
            None => continue,
        };
        if !known.iter().any(|it| is_alike(&it.finding, finding)) {
            hidden.push(Hidden { finding: changed(finding), by: HiddenBy::Unknown, how, counted_before: true });
        }
    }
    hidden
}

fn is_alike(a: &super::wire::ChangedFinding, b: &ReportedFinding) -> bool {
    a.rule == b.rule && a.tenant == b.tenant && a.message == b.message
}

fn is_kept(
    subject: &Subject,
    pairing: &Pairing,
    all: &foldhash::HashSet<(usize, crate::tenants::FieldKind, symlint_terraform::Str)>,
) -> bool {
    !subject.primary.is_empty()
        && !subject.tenants().into_iter().any(|tenant| pairing.is_gone(tenant))
        && subject.values.iter().all(|(at, kind, text)| all.contains(&(pairing.unified(*at), *kind, text.clone())))
}
