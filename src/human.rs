//! The report for people: one source excerpt for each tenant, what crosses tenants first.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use symlint_core::report::{Location, Report, ReportedFinding, coverage, importance, policy, totals};
use symlint_core::rule::Level;
use symlint_terraform::Source;

use crate::args::InputOptions;
use crate::excerpt::{ExcerptText, Mark, clipped, printable};
use crate::output;

/// How the report looks.
pub(crate) struct Style {
    pub(crate) color: bool,
    /// In columns.
    pub(crate) width: usize,
    /// Findings only, no last lines.
    pub(crate) quiet: bool,
    /// How many findings are shown; all for 0.
    pub(crate) most: usize,
    /// Whether the findings of each rule are counted.
    pub(crate) statistics: bool,
}

/// How many lines about what was not checked there are.
const NOTES: usize = 10;

impl Style {
    /// As the options say; what goes to a file looks the same everywhere.
    pub(crate) fn new(options: &InputOptions, to_terminal: bool) -> Self {
        Self {
            color: to_terminal && output::use_color(options.color),
            width: if to_terminal { output::width() } else { output::PLAIN_WIDTH },
            quiet: options.quiet,
            most: 0,
            statistics: false,
        }
    }
}

/// The findings of `report`, and last lines with what was not checked, what was configured, and the numbers.
pub(crate) fn human(report: &Report, style: &Style) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .without_cause_chain();
    let mut text = String::new();
    let (excerpts, left_out) = excerpts(report, style);
    for excerpt in excerpts {
        // Writing to a string cannot fail, and every span lies in its file.
        let _ = handler.render_report(&mut text, &excerpt);
        text.push_str(&excerpt.elsewhere);
        text.push('\n');
    }
    if left_out > 0 {
        let _ = writeln!(text, "{left_out} more findings are not shown: `--max-findings 0` shows all");
    }
    if style.statistics || left_out > 0 {
        text.push_str(&statistics(report));
    }
    if !style.quiet {
        text.push_str(&last_lines(report));
    }
    text
}

fn last_lines(report: &Report) -> String {
    let mut text = String::new();
    if report.runs.len() > 1 {
        for run in &report.runs {
            let (values, tenants) = (count(run.values_checked, "value"), count(run.tenants.count, "tenant"));
            let _ = writeln!(text, "{}: {values} of {tenants}", printable(&run.name));
        }
    }
    let notes = coverage(report);
    for note in notes.iter().take(NOTES) {
        let _ = writeln!(text, "note: {}", printable(note));
    }
    if notes.len() > NOTES {
        let _ = writeln!(text, "note: {} more are in `--format json`", notes.len() - NOTES);
    }
    for line in policy(report) {
        let _ = writeln!(text, "{}", printable(&line));
    }
    // Standard error says it all.
    if !report.runs.is_empty() || report.problems.is_empty() {
        let _ = writeln!(text, "{}", totals(report));
    }
    text.push_str(&ways_on(report));
    text
}

/// How many findings each rule has, the most first.
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

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// What to do next, if anything was found.
fn ways_on(report: &Report) -> String {
    let safe = report.counting().filter(|finding| finding.fixes.iter().any(|fix| fix.safe)).count();
    let suggested = report.counting().filter(|finding| !finding.fixes.is_empty()).count() - safe;
    let mut text = String::new();
    let fixes = match (safe, suggested) {
        (0, 0) => None,
        (0, _) => Some(format!("{suggested} fixable with `symlint fix --unsafe` (preview with `--diff`)")),
        (_, 0) => Some(format!("{safe} fixable with `symlint fix`")),
        _ => {
            Some(format!("{safe} fixable with `symlint fix`, {suggested} more with `--unsafe` (preview with `--diff`)"))
        }
    };
    if let Some(fixes) = fixes {
        text.push_str(&fixes);
        text.push('\n');
    }
    if report.counting().next().is_some() {
        text.push_str("`symlint explain RULE` says more about a rule\n");
    }
    text
}

/// What one tenant, or one file, gets to hear.
#[derive(Debug)]
struct Excerpt {
    title: String,
    severity: Severity,
    text: ExcerptText,
    labels: Vec<LabeledSpan>,
    help: String,
    /// The related places outside of what is shown, a line each.
    elsewhere: String,
}

/// How many places outside of an excerpt are named.
const ELSEWHERE: usize = 5;

/// The findings that count, as far as they are shown, by tenant and file; and how many are not.
fn excerpts(report: &Report, style: &Style) -> (Vec<Excerpt>, usize) {
    let mut groups: BTreeMap<(usize, Option<&str>, &str), Vec<&ReportedFinding>> = BTreeMap::new();
    for finding in report.counting() {
        groups.entry((finding.run, finding.tenant.as_deref(), &finding.location.file)).or_default().push(finding);
    }
    let mut groups: Vec<Vec<&ReportedFinding>> = groups.into_values().collect();
    for findings in &mut groups {
        findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    }
    groups.sort_by(|a, b| a.first().map(|first| importance(first)).cmp(&b.first().map(|first| importance(first))));
    let mut left = if style.most == 0 { usize::MAX } else { style.most };
    let mut left_out = 0;
    let mut excerpts = Vec::new();
    for mut findings in groups {
        left_out += findings.len().saturating_sub(left);
        findings.truncate(left);
        left -= findings.len();
        excerpts.extend(findings.first().and_then(|first| excerpt(report, &findings, first, style.width)));
    }
    (excerpts, left_out)
}

fn bytes(location: &Location) -> Range<u32> {
    location.start.offset..location.end.offset
}

/// `findings` with the related places that lie where their tenant is written; other related places are only named, since
/// an excerpt of another block hides what is wrong in this one.
fn excerpt(report: &Report, findings: &[&ReportedFinding], first: &ReportedFinding, width: usize) -> Option<Excerpt> {
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let source: &Arc<Source> = &report.files.get(&first.location.file)?.source;
    let shown = first.block.map_or_else(|| bytes(&first.location), |(start, end)| start..end);
    let is_shown = |location: &Location| {
        let own = bytes(location);
        location.file == first.location.file && shown.start <= own.start && own.end <= shown.end
    };
    let mut marks: Vec<Mark> = Vec::new();
    let mut help: Vec<String> = Vec::new();
    let mut elsewhere: Vec<String> = Vec::new();
    for finding in findings {
        let text = format!("{} [{}]", finding.message, finding.rule);
        let span = bytes(&finding.location);
        marks.push(Mark { primary: finding.location == first.location, span, text });
        for related in &finding.related {
            let span = bytes(&related.location);
            let is_labelled = findings.iter().any(|finding| finding.location == related.location)
                || marks.iter().any(|mark| mark.span.start == span.start);
            if !is_shown(&related.location) {
                let line = printable(&format!("{}: {}", place(&related.location), related.message));
                if !elsewhere.contains(&line) {
                    elsewhere.push(line);
                }
            } else if !is_labelled {
                marks.push(Mark { span, text: related.message.clone(), primary: false });
            }
        }
        let line = finding.help.as_ref().map(|help| format!("{}: {help}", finding.rule));
        help.extend(line.filter(|line| !help.contains(line)));
    }
    let text = ExcerptText::new(Arc::clone(source), marks.iter().map(|mark| mark.span.clone()));
    let labels = marks.into_iter().map(|mark| text.label(mark, width)).collect();
    Some(Excerpt {
        title: title(first, errors, findings.len() - errors),
        severity: if errors > 0 { Severity::Error } else { Severity::Warning },
        text,
        labels,
        help: help.join("\n"),
        elsewhere: named(&elsewhere),
    })
}

/// The lines about other places, as they follow the help.
fn named(places: &[String]) -> String {
    let mut text = String::new();
    for (place, start) in
        places.iter().take(ELSEWHERE).zip(std::iter::once("  see:  ").chain(std::iter::repeat("        ")))
    {
        text.push_str(start);
        text.push_str(place);
        text.push('\n');
    }
    if places.len() > ELSEWHERE {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "        and {} more", places.len() - ELSEWHERE);
    }
    text
}

fn place(location: &Location) -> String {
    format!("{}:{}:{}", location.file, location.start.line, location.start.column)
}

fn title(first: &ReportedFinding, errors: usize, warnings: usize) -> String {
    let counts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, one)| count(number, one)).collect();
    match &first.tenant {
        Some(tenant) => format!("tenant {}: {}", clipped(&printable(tenant)), counts.join(", ")),
        None => counts.join(", "),
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        if self.help.is_empty() { None } else { Some(Box::new(&self.help)) }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
