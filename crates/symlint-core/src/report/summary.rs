//! The last lines of a report: the verdict, the numbers, the gaps, and the changes by the configuration.

use foldhash::HashMap;
use symlint_terraform::SortedSet;

use super::wire::{MisspelledTenant, Report, ReportedFinding, ReportedGap};
use crate::suppression::{SuppressedBy, Suppression};

/// How many tenants with one suppression are named.
const NAMED: usize = 10;

/// The number of findings that count, and whether everything was checked: `no findings, but wiring was not checked`.
pub fn verdict(report: &Report) -> String {
    let findings = [(report.summary.errors, "error"), (report.summary.warnings, "warning")];
    let parts: Vec<String> =
        findings.into_iter().filter(|(number, _)| *number > 0).map(|(number, one)| count(number, one)).collect();
    let surprises: SortedSet<&str> =
        report.gaps().filter(|(_, gap)| gap.is_surprise).map(|(_, gap)| gap.code.what()).collect();
    let values: usize = report.runs.iter().map(|run| run.values_checked).sum();
    let what = match (surprises.is_empty(), report.problems.is_empty()) {
        (true, true) => None,
        (_, false) if values == 0 => Some("nothing was checked".to_owned()),
        (true, false) => Some("not everything was checked".to_owned()),
        (false, _) => {
            let verb = if surprises.len() == 1 { "was" } else { "were" };
            Some(format!("{} {verb} not checked", surprises.into_iter().collect::<Vec<_>>().join(" and ")))
        }
    };
    match (parts.is_empty(), what) {
        (true, None) => "no findings".to_owned(),
        (true, Some(what)) if values == 0 => what,
        (true, Some(what)) => format!("no findings, but {what}"),
        (false, None) => parts.join(", "),
        (false, Some(what)) => format!("{}, and {what}", parts.join(", ")),
    }
}

/// Whether nothing is wrong, and no gap is a surprise.
pub(super) fn is_clean(report: &Report) -> bool {
    report.counting().next().is_none() && report.problems.is_empty() && report.gaps().all(|(_, gap)| !gap.is_surprise)
}

/// The numbers and the verdict: `checked 84 values of 12 tenants in 4 files: no findings`.
pub fn totals(report: &Report) -> String {
    let summary = &report.summary;
    let values: usize = report.runs.iter().map(|run| run.values_checked).sum();
    let files = count(summary.files, "file");
    let what = match (values, summary.tenants) {
        // Connectors alone are no reason to expect tenants, and the list of what was left out is more helpful than a
        // number.
        (0, 0) if is_clean(report) && report.runs.iter().any(|run| run.connectors == 0) => {
            format!("0 tenants in {files}")
        }
        (0, 0) => files,
        (_, tenants) => format!("{} of {} in {files}", count(values, "value"), count(tenants, "tenant")),
    };
    let mut text = format!("checked {what}: {}", verdict(report));
    if summary.suppressed > 0 {
        text.push_str(&format!("; {} suppressed", summary.suppressed));
    }
    text
}

/// The gaps that are not findings, one for each line, with the run if there are several.
pub fn coverage(report: &Report) -> Vec<String> {
    // A gap that several runs have is listed once.
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    // It is already reported as a problem.
    let is_problem = |gap: &ReportedGap| report.problems.iter().any(|problem| problem.message == gap.reason);
    for (run, gap) in report.gaps().filter(|(_, gap)| !gap.is_finding && !is_problem(gap)) {
        let line = format!("{} [{}]", gap.reason, gap.code.as_str());
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, runs)) => runs.extend(run.filter(|run| !runs.contains(run))),
            None => lines.push((line, run.into_iter().collect())),
        }
    }
    let line = |(line, runs): (String, Vec<&str>)| match runs.as_slice() {
        [run] if report.runs.len() > 1 => format!("{run}: {line}"),
        [_, _, ..] => format!("in {} runs: {line}", runs.len()),
        _ => line,
    };
    lines.into_iter().map(line).collect()
}

/// The configuration that applies, and the parts of the check that it turns off, one for each line.
pub fn policy(report: &Report) -> Vec<String> {
    let policy = &report.policy;
    let mut lines = Vec::new();
    let mut add = |what: &str, names: &[String]| {
        if !names.is_empty() {
            lines.push(format!("{what}: {}", names.join(", ")));
        }
    };
    add("configuration", &policy.config);
    add("only these rules", &policy.select);
    add("rules that are off", &policy.off);
    add("rules lowered to warnings", &policy.lowered);
    if !policy.inline_suppressions {
        lines.push("suppressions in comments are ignored".to_owned());
    }
    for MisspelledTenant { config, key, closest } in &policy.misspelled_tenants {
        lines.push(format!("{config} names `{key}`, but there is no such tenant; did you mean `{closest}`?"));
    }
    lines.extend(suppressed(report));
    lines
}

/// What is suppressed and why, with a line for each rule and reason, so that none is overlooked. The whole baseline has
/// one line.
fn suppressed(report: &Report) -> Vec<String> {
    let mut groups: Vec<(SuppressedBy, &str, &str, Vec<&str>)> = Vec::new();
    let mut places: HashMap<(SuppressedBy, &str, &str), usize> = HashMap::default();
    let mut in_baseline = 0;
    for finding in &report.findings {
        let Some(Suppression { by, reason }) = &finding.suppressed else { continue };
        if *by == SuppressedBy::Baseline {
            in_baseline += 1;
            continue;
        }
        let (rule, reason) = (finding.rule.as_str(), reason.as_str());
        let place = *places.entry((*by, rule, reason)).or_insert(groups.len());
        if place == groups.len() {
            groups.push((*by, rule, reason, Vec::new()));
        }
        if let Some((.., tenants)) = groups.get_mut(place) {
            tenants.extend(finding.tenant.as_deref());
        }
    }
    let line = |(by, rule, reason, tenants): (SuppressedBy, &str, &str, Vec<&str>)| {
        let named = tenants.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let whose = match (tenants.is_empty(), tenants.len().saturating_sub(NAMED)) {
            (true, _) => String::new(),
            (false, 0) => format!(" of {named}"),
            (false, more) => format!(" of {named} and {more} more"),
        };
        format!("suppressed by {}: {rule}{whose}: {reason}", by.as_str())
    };
    let baseline = (in_baseline > 0)
        .then(|| format!("suppressed by {}: {}", SuppressedBy::Baseline.as_str(), count(in_baseline, "finding")));
    groups.into_iter().map(line).chain(baseline).collect()
}

/// The addresses of the pages about the rules of `findings`, each once, in order.
pub fn pages<'r>(findings: impl IntoIterator<Item = &'r ReportedFinding>) -> Vec<&'static str> {
    let mut pages = Vec::new();
    for finding in findings {
        if !pages.contains(&finding.url) {
            pages.push(finding.url);
        }
    }
    pages
}

/// A number with its noun: `1 error`, `2 errors`.
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}
