//! The report for people: one source excerpt for each tenant, what crosses tenants first.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, LabeledSpan, Severity, SourceCode};
use symlint_core::report::{Location, Report, ReportedFinding, count, coverage, importance, pages, policy, totals};
use symlint_core::rule::Level;
use symlint_terraform::Source;

use crate::excerpt::{ExcerptText, Mark, clipped, printable};
use crate::style::Style;

/// The most lines about what was not checked.
const NOTES: usize = 10;

/// The most excerpts that are shown for the same rule; its further findings get a line each.
const EXCERPTS: usize = 2;

/// The most places outside of an excerpt that are named for a finding.
const ELSEWHERE: usize = 5;

/// The findings of `report`, and last lines with what was not checked, what was configured, and the numbers.
pub(crate) fn human(report: &Report, style: &Style) -> String {
    let mut text = String::new();
    let (groups, left_out) = groups(report, style.most);
    let mut helps: BTreeSet<&str> = BTreeSet::new();
    let mut excerpts: HashMap<&str, usize> = HashMap::new();
    let mut is_list = false;
    for findings in &groups {
        let is_new = findings.iter().any(|finding| excerpts.get(&*finding.rule).is_none_or(|shown| *shown < EXCERPTS));
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
                findings.iter().for_each(|finding| *excerpts.entry(&finding.rule).or_default() += 1);
            }
            None => findings.iter().for_each(|finding| text.push_str(&line(finding, style))),
        }
    }
    if is_list {
        text.push('\n');
    }
    if left_out > 0 {
        let verb = if left_out == 1 { "is" } else { "are" };
        let _ = writeln!(text, "{} {verb} not shown: `--max-findings 0` shows all", count(left_out, "more finding"));
    }
    if style.statistics || left_out > 0 {
        text.push_str(&statistics(report));
    }
    if !style.quiet {
        text.push_str(&last_lines(report, &groups, style));
    }
    if style.unicode { text } else { text.replace('…', style.ellipsis()) }
}

fn last_lines(report: &Report, groups: &[Vec<&ReportedFinding>], style: &Style) -> String {
    let mut text = String::new();
    if report.runs.len() > 1 {
        for run in &report.runs {
            let (values, tenants) = (count(run.values_checked, "value"), count(run.tenants.count, "tenant"));
            let _ = writeln!(text, "{}: {values} of {tenants}", printable(&run.name));
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
    // Standard error says it all.
    if !report.runs.is_empty() || report.problems.is_empty() {
        let _ = writeln!(text, "{}", totals(report));
    }
    text.push_str(&next_steps(report));
    let shown: Vec<&ReportedFinding> = groups.iter().flatten().copied().collect();
    let pages = pages(shown);
    if !pages.is_empty() {
        text.push_str("about these rules: `symlint explain RULE`, or\n");
        pages.iter().for_each(|page| text.push_str(&format!("  {page}\n")));
    }
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

/// How many findings can be fixed, and how.
fn next_steps(report: &Report) -> String {
    let safe = report.counting().filter(|finding| finding.fixes.iter().any(|fix| fix.safe)).count();
    let suggested = report.counting().filter(|finding| !finding.fixes.is_empty()).count() - safe;
    match (safe, suggested) {
        (0, 0) => String::new(),
        (0, _) => format!("{suggested} fixable with `symlint fix --unsafe` (preview with `--diff`)\n"),
        (_, 0) => format!("{safe} fixable with `symlint fix`\n"),
        _ => format!("{safe} fixable with `symlint fix`, {suggested} more with `--unsafe` (preview with `--diff`)\n"),
    }
}

/// The findings that are shown, by tenant and file, the most urgent first; and how many are not shown.
fn groups(report: &Report, most: usize) -> (Vec<Vec<&ReportedFinding>>, usize) {
    let mut groups: BTreeMap<(usize, Option<&str>, &str), Vec<&ReportedFinding>> = BTreeMap::new();
    for finding in report.counting() {
        groups.entry((finding.run, finding.tenant.as_deref(), &finding.location.file)).or_default().push(finding);
    }
    let mut groups: Vec<Vec<&ReportedFinding>> = groups.into_values().collect();
    for findings in &mut groups {
        findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    }
    groups.sort_by(|a, b| a.first().map(|first| importance(first)).cmp(&b.first().map(|first| importance(first))));
    let mut left = if most == 0 { usize::MAX } else { most };
    let mut left_out = 0;
    for findings in &mut groups {
        left_out += findings.len().saturating_sub(left);
        findings.truncate(left);
        left -= findings.len();
    }
    groups.retain(|findings| !findings.is_empty());
    (groups, left_out)
}

/// What one tenant, or one file, gets to hear.
#[derive(Debug)]
struct Excerpt {
    title: String,
    severity: Severity,
    text: ExcerptText,
    /// By their places.
    labels: Vec<(LabeledSpan, Option<Level>)>,
    /// The texts of labels for which there is no room, with their letters.
    notes: Vec<(char, String)>,
}

fn rendered(excerpt: &Excerpt, style: &Style) -> String {
    let mut theme = style.theme();
    theme.styles.highlights = excerpt.labels.iter().map(|(_, level)| style.paint(*level)).collect();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_cause_chain();
    let mut text = String::new();
    // Writing to a string cannot fail, and every span is in its file.
    let _ = handler.render_report(&mut text, excerpt);
    for (letter, note) in &excerpt.notes {
        let _ = writeln!(text, "{}", style.wrapped(&format!("  {letter}: "), note));
    }
    text
}

/// What follows an excerpt: for each finding its help, unless it was given before, and the places outside.
fn after<'r>(
    findings: &[&'r ReportedFinding],
    elsewhere: &[Vec<String>],
    helps: &mut BTreeSet<&'r str>,
    style: &Style,
) -> String {
    let mut text = String::new();
    for (index, (finding, places)) in findings.iter().zip(elsewhere).enumerate() {
        let mut number = if findings.len() > 1 { format!("{} ", index + 1) } else { String::new() };
        let mut add = |what: &str, said: &str| {
            let _ = writeln!(text, "{}", style.wrapped(&format!("  {number}{what} "), said));
            number = " ".repeat(number.len());
        };
        if let Some(help) = finding.help.as_deref().filter(|help| helps.insert(help)) {
            add("help:", help);
        }
        places.iter().take(ELSEWHERE).for_each(|place| add("see: ", place));
        if places.len() > ELSEWHERE {
            add("     ", &format!("and {} more", places.len() - ELSEWHERE));
        }
    }
    text
}

/// A finding without its excerpt.
fn line(finding: &ReportedFinding, style: &Style) -> String {
    let tenant = finding.tenant.as_ref().map(|tenant| format!("tenant {}: ", clipped(&printable(tenant))));
    let sign =
        if finding.level == Level::Error { style.theme().characters.error } else { style.theme().characters.warning };
    let first = format!("  {} ", style.painted(&sign, Some(finding.level)));
    let text =
        format!("{}{} ({})", tenant.unwrap_or_default(), headline(finding), printable(&place(&finding.location)));
    style.wrapped(&first, &text) + "\n"
}

/// `role_arn is in account … [role-account-mismatch]`
fn headline(finding: &ReportedFinding) -> String {
    format!("{} [{}]", finding.message, finding.rule)
}

fn bytes(location: &Location) -> Range<u32> {
    location.start.offset..location.end.offset
}

/// `findings` with the related places that are in the text of their tenant, and for each finding the lines about other
/// related places: an excerpt of another block would hide what is wrong in this one.
fn excerpt(report: &Report, findings: &[&ReportedFinding], style: &Style) -> Option<(Excerpt, Vec<Vec<String>>)> {
    let first = *findings.first()?;
    let source: &Arc<Source> = &report.files.get(&first.location.file)?.source;
    let block = first.block.map_or_else(|| bytes(&first.location), |(start, end)| start..end);
    let is_in_block = |location: &Location| {
        let own = bytes(location);
        location.file == first.location.file && block.start <= own.start && own.end <= block.end
    };
    let mut marks: Vec<Mark> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let span = bytes(&finding.location);
        let number = (findings.len() > 1).then(|| (index + 1).to_string());
        match marks.iter_mut().find(|mark| mark.span == span) {
            Some(mark) => mark.text = mark.text.take().zip(number).map(|(text, number)| format!("{text}, {number}")),
            None => marks.push(Mark { span, text: number, level: Some(finding.level), primary: index == 0 }),
        }
    }
    let mut elsewhere: Vec<Vec<String>> = Vec::new();
    for finding in findings {
        let mut lines = Vec::new();
        for related in &finding.related {
            let span = bytes(&related.location);
            let line = printable(&format!("{}: {}", place(&related.location), related.message));
            if !is_in_block(&related.location) {
                if !elsewhere.iter().chain([&lines]).flatten().any(|known| *known == line) {
                    lines.push(line);
                }
            } else if marks.iter().all(|mark| mark.span.start != span.start) {
                marks.push(Mark { span, text: Some(related.message.clone()), level: None, primary: false });
            }
        }
        elsewhere.push(lines);
    }
    // miette draws a stray line for a mark without a text next to one with a text.
    let line = |mark: &Mark| source.position(mark.span.start).line;
    if let [only] = findings
        && marks.iter().any(|mark| !mark.primary && marks.first().is_some_and(|first| line(first) == line(mark)))
        && let Some(first) = marks.first_mut()
    {
        first.text = Some(only.rule.clone());
    }
    // In the order in which miette gives out colors.
    marks.sort_by_key(|mark| mark.span.start);
    let text = ExcerptText::new(Arc::clone(source), marks.iter().map(|mark| mark.span.clone()), style);
    let mut notes = Vec::new();
    let labels = marks.into_iter().map(|mark| {
        let shown = text.shown(&mark.span);
        let label = mark.text.map(|said| {
            text.label(&shown, &said, style.width).unwrap_or_else(|| {
                let letter = ('a'..='z').nth(notes.len()).unwrap_or('*');
                notes.push((letter, said));
                letter.to_string()
            })
        });
        let span = match mark.primary {
            true => LabeledSpan::new_primary_with_span(label, shown),
            false => LabeledSpan::new_with_span(label, shown),
        };
        (span, mark.level)
    });
    let labels = labels.collect();
    let severity =
        if findings.iter().any(|finding| finding.level == Level::Error) { Severity::Error } else { Severity::Warning };
    Some((Excerpt { title: title(findings, style), severity, text, labels, notes }, elsewhere))
}

fn place(location: &Location) -> String {
    format!("{}:{}:{}", location.file, location.start.line, location.start.column)
}

/// What is wrong: in one sentence for one finding, else in a line for each.
fn title(findings: &[&ReportedFinding], style: &Style) -> String {
    let Some(first) = findings.first() else { return String::new() };
    let tenant = first.tenant.as_ref().map(|tenant| format!("tenant {}: ", clipped(&printable(tenant))));
    let tenant = tenant.unwrap_or_default();
    if let [only] = findings {
        return tenant + &headline(only);
    }
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let counts =
        [(errors, "error"), (findings.len() - errors, "warning")].into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, one)| count(number, one)).collect();
    let mut text = format!("{tenant}{}", counts.join(", "));
    // miette puts four columns in front of each line.
    let style = Style { width: style.width.saturating_sub(6), ..style.clone() };
    for (index, finding) in findings.iter().enumerate() {
        let number = style.painted(&(index + 1).to_string(), Some(finding.level));
        text.push('\n');
        text.push_str(&style.wrapped(&format!("{number} "), &headline(finding)));
    }
    text
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

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|(label, _)| label.clone())))
    }
}
