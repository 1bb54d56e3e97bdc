//! The report for people: one excerpt for each tenant, with mistakes that mix up tenants first.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use symlint_core::report::{Location, Report, ReportedFinding, count, coverage, importance, pages, policy, totals};
use textwrap::core::display_width;

use crate::excerpt::{clipped, printable, printable_in_color};
use crate::findings::{after, excerpt, line, rendered};
use crate::style::Style;

/// How many findings are shown individually, unless the user sets another number.
const MOST: usize = 50;

/// How many pages are listed below an overview.
const PAGES: usize = 3;

/// How many runs are listed with their numbers.
const RUNS: usize = 20;

/// How many lines about gaps are shown.
const NOTES: usize = 10;

/// How many excerpts are shown for one rule. Its further findings get a line each, unless there are only a few more.
const EXCERPTS: usize = 2;
const FEW: usize = 5;

/// The findings of `report`, followed by the gaps, the changes by the configuration, and the numbers.
pub(crate) fn human(report: &Report, style: &Style) -> String {
    let groups = groups(report);
    let total: usize = groups.iter().map(Vec::len).sum();
    let (mut text, shown) = match style.most {
        None if total > MOST => overview(report, &groups, style),
        most => all(report, groups, most.unwrap_or(MOST), style),
    };
    let left_out = total - shown.count;
    if left_out > 0 {
        let verb = if left_out == 1 { "is" } else { "are" };
        let _ = writeln!(text, "{} {verb} not shown: `--max-findings 0` shows all", count(left_out, "more finding"));
    }
    if style.statistics || left_out > 0 {
        text.push_str(&statistics(report));
    }
    if !style.quiet {
        text.push_str(&last_lines(report, shown, style));
    }
    let text = printable_in_color(&text);
    if style.unicode { text } else { text.replace('…', style.ellipsis()) }
}

/// The findings that are visible in the report.
#[derive(Debug, Default)]
struct ShownFindings<'r> {
    /// Findings with an excerpt or a line.
    findings: Vec<&'r ReportedFinding>,
    /// The number of these, and of those that are only named.
    count: usize,
    is_overview: bool,
}

/// All findings up to `most`: with an excerpt, or in a line if its rule already has enough excerpts.
fn all<'r>(
    report: &'r Report,
    mut groups: Vec<Vec<&'r ReportedFinding>>,
    most: usize,
    style: &Style,
) -> (String, ShownFindings<'r>) {
    let mut left = if most == 0 { usize::MAX } else { most };
    for findings in &mut groups {
        findings.truncate(left);
        left -= findings.len();
    }
    groups.retain(|findings| !findings.is_empty());
    let mut text = String::new();
    let mut helps: HashMap<&str, String> = HashMap::new();
    // For each rule, how many more excerpts it may have.
    let mut excerpts: HashMap<&str, usize> = HashMap::new();
    groups.iter().flatten().for_each(|finding| *excerpts.entry(&finding.rule).or_default() += 1);
    excerpts.values_mut().filter(|number| **number > FEW).for_each(|number| *number = EXCERPTS);
    let mut is_list = false;
    for findings in &groups {
        let is_new = findings.iter().any(|finding| excerpts.get(&*finding.rule).is_some_and(|left| *left > 0));
        let excerpt = if is_new { excerpt(report, findings, style) } else { None };
        if is_list && excerpt.is_some() {
            text.push('\n');
        }
        is_list = excerpt.is_none();
        match excerpt {
            Some((excerpt, elsewhere)) => {
                text.push_str(&rendered(&excerpt, style));
                text.push_str(&after(findings, &elsewhere, &mut helps, style));
                text.push('\n');
                for finding in findings {
                    excerpts.entry(&finding.rule).and_modify(|left| *left = left.saturating_sub(1));
                }
            }
            None => findings.iter().for_each(|finding| text.push_str(&line(finding, &mut helps, style))),
        }
    }
    if is_list {
        text.push('\n');
    }
    let findings: Vec<&ReportedFinding> = groups.into_iter().flatten().collect();
    let count = findings.len();
    (text, ShownFindings { findings, count, is_overview: false })
}

/// An overview, if there are too many findings to read: the most urgent one of each rule, and the places of some
/// others.
fn overview<'r>(report: &'r Report, groups: &[Vec<&'r ReportedFinding>], style: &Style) -> (String, ShownFindings<'r>) {
    let mut text = String::new();
    let mut helps: HashMap<&str, String> = HashMap::new();
    let mut shown = ShownFindings { is_overview: true, ..ShownFindings::default() };
    let first = groups.iter().find_map(|findings| Some((findings, excerpt(report, findings, style)?)));
    if let Some((findings, (excerpt, elsewhere))) = first {
        text.push_str(&rendered(&excerpt, style));
        text.push_str(&after(findings, &elsewhere, &mut helps, style));
        text.push('\n');
        shown.findings.extend(findings);
    }
    shown.count = shown.findings.len();
    // In the order of their most urgent findings.
    let mut by_rule: Vec<(&str, Vec<&ReportedFinding>)> = Vec::new();
    for &finding in groups.iter().flatten() {
        match by_rule.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, findings)) => findings.push(finding),
            None => by_rule.push((&finding.rule, vec![finding])),
        }
    }
    for (rule, mut findings) in by_rule {
        let in_excerpt: Vec<&ReportedFinding> =
            shown.findings.iter().copied().filter(|finding| finding.rule == rule).collect();
        findings.retain(|finding| !in_excerpt.iter().any(|other| std::ptr::eq(*other, *finding)));
        let Some((&first, rest)) = findings.split_first() else { continue };
        let (example, more) = match in_excerpt.first() {
            Some(example) => (*example, findings.as_slice()),
            None => {
                text.push_str(&line(first, &mut helps, style));
                shown.findings.push(first);
                shown.count += 1;
                (first, rest)
            }
        };
        if !more.is_empty() {
            let start = match in_excerpt.is_empty() {
                false => format!("  {} {} more [{rule}]: ", style.sign(first.level), more.len()),
                true => format!("    {} more: ", more.len()),
            };
            let (names, count) = named(more, example, style.width.saturating_sub(display_width(&start)));
            let _ = writeln!(text, "{start}{names}");
            shown.count += count;
        }
    }
    text.push('\n');
    (text, shown)
}

/// The tenants and places of as many findings as fit into a line: `acme (line 30), initech (line 41), …`.
fn named(findings: &[&ReportedFinding], example: &ReportedFinding, room: usize) -> (String, usize) {
    let place = |finding: &ReportedFinding| match &finding.location {
        Location { file, start, .. } if *file == example.location.file => format!("line {}", start.line),
        Location { file, start, .. } => format!("{}:{}", printable(file), start.line),
    };
    let name = |finding: &ReportedFinding| match &finding.tenant {
        Some(tenant) => format!("{} ({})", clipped(&printable(tenant)), place(finding)),
        None => place(finding),
    };
    let mut text = String::new();
    for (at, finding) in findings.iter().enumerate() {
        let next = name(finding);
        let is_last = at + 1 == findings.len();
        // Each name except the last needs a comma, and perhaps an ellipsis.
        let rest = if is_last { 0 } else { ", ...".len() };
        if at > 0 && display_width(&text) + display_width(&next) + rest > room {
            return (text + "…", at);
        }
        text.push_str(&next);
        text.push_str(if is_last { "" } else { ", " });
    }
    (text, findings.len())
}

fn last_lines(report: &Report, shown: ShownFindings<'_>, style: &Style) -> String {
    let mut text = String::new();
    if report.runs.len() > 1 {
        let checked = || report.runs.iter().filter(|run| run.values_checked > 0 || run.tenants.count > 0);
        for run in checked().take(RUNS) {
            let (values, tenants) = (count(run.values_checked, "value"), count(run.tenants.count, "tenant"));
            let _ = writeln!(text, "{}: {values} of {tenants}", printable(&run.name));
        }
        if let more @ 1.. = checked().count().saturating_sub(RUNS) {
            let verb = if more == 1 { "is" } else { "are" };
            let _ = writeln!(text, "{} {verb} in `--format json`", count(more, "more run"));
        }
    }
    let notes = coverage(report);
    for note in notes.iter().take(NOTES) {
        let _ = writeln!(text, "{}", style.wrapped("note: ", &printable(note)));
    }
    if notes.len() > NOTES {
        let _ = writeln!(text, "note: {} more are in `--format json`", notes.len() - NOTES);
    }
    for line in policy(report) {
        let _ = writeln!(text, "{}", printable(&line));
    }
    // Otherwise, a message on standard error already says that nothing was checked.
    if !report.runs.is_empty() || report.problems.is_empty() {
        let _ = writeln!(text, "{}", totals(report));
    }
    text.push_str(&next_steps(report));
    let pages = pages(shown.findings);
    // Very many gaps are a list of their own.
    if shown.is_overview && pages.len() > PAGES {
        let catalogue = format!("{}/blob/main/rules/README.md", symlint_core::report::repository());
        let _ = writeln!(text, "about these rules: `symlint explain RULE`, or\n  {catalogue}");
    } else if !pages.is_empty() {
        text.push_str("about these rules: `symlint explain RULE`, or\n");
        pages.iter().for_each(|page| text.push_str(&format!("  {page}\n")));
    }
    text
}

/// The number of findings of each rule, in descending order.
fn statistics(report: &Report) -> String {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.counting() {
        *numbers.entry(&finding.rule).or_default() += 1;
    }
    let mut numbers: Vec<(&str, usize)> = numbers.into_iter().collect();
    numbers.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let width = numbers.first().map_or(0, |(_, number)| number.to_string().len());
    numbers.into_iter().map(|(rule, number)| format!("{number:width$}  {rule}\n")).collect()
}

/// How many findings can be fixed, and how, after the mark of such findings.
fn next_steps(report: &Report) -> String {
    let safe = report.counting().filter(|finding| finding.fixes.iter().any(|fix| fix.safe)).count();
    let suggested = report.counting().filter(|finding| !finding.fixes.is_empty()).count() - safe;
    match (safe, suggested) {
        (0, 0) => String::new(),
        (0, _) => format!("[*] {suggested} fixable with `symlint fix --unsafe` (preview with `--diff`)\n"),
        (_, 0) => format!("[*] {safe} fixable with `symlint fix`\n"),
        _ => {
            format!("[*] {safe} fixable with `symlint fix`, {suggested} more with `--unsafe` (preview with `--diff`)\n")
        }
    }
}

/// The findings of each tenant in a file as a group, and each other finding on its own, most urgent first.
fn groups(report: &Report) -> Vec<Vec<&ReportedFinding>> {
    let mut of_tenants: BTreeMap<(usize, &str, &str), Vec<&ReportedFinding>> = BTreeMap::new();
    let mut groups: Vec<Vec<&ReportedFinding>> = Vec::new();
    for finding in report.counting() {
        match &finding.tenant {
            Some(tenant) => {
                of_tenants.entry((finding.run, tenant, &finding.location.file)).or_default().push(finding);
            }
            None => groups.push(vec![finding]),
        }
    }
    groups.extend(of_tenants.into_values());
    for findings in &mut groups {
        findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    }
    groups.sort_by(|a, b| a.first().map(|first| importance(first)).cmp(&b.first().map(|first| importance(first))));
    groups
}
