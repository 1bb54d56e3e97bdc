//! The findings of a tenant for people: with an excerpt of its text, or in one line each.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, LabeledSpan, Severity, SourceCode, ThemeCharacters};
use symlint_core::level::Level;
use symlint_core::report::{Location, RelatedPlace, Report, ReportedFile, ReportedFinding, count};
use symlint_terraform::SourceFile;

use crate::excerpt::{ExcerptText, Mark, clipped, kept, printable, printable_lines};
use crate::style::Style;

/// The indentation for the text at a place outside of an excerpt, if that text has its own line.
const SEE: usize = 8;

/// How many places outside of an excerpt are listed for a finding.
const ELSEWHERE: usize = 5;

/// The findings of one tenant, or of one file.
#[derive(Debug)]
pub(crate) struct Excerpt {
    title: String,
    severity: Severity,
    text: ExcerptText,
    /// Sorted by place.
    labels: Vec<(LabeledSpan, Option<Level>)>,
    /// The texts of labels without enough room, with their letters.
    notes: Vec<(char, String)>,
}

pub(crate) fn rendered(excerpt: &Excerpt, style: &Style) -> String {
    let mut theme = style.theme();
    let characters = theme.characters.clone();
    theme.styles.highlights = excerpt.labels.iter().map(|(_, level)| style.paint(*level)).collect();
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(0)
        .without_primary_span_start()
        .with_links(false)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .without_cause_chain();
    let mut text = String::new();
    // Writing to a string cannot fail, and every span is in its file.
    let _ = handler.render_report(&mut text, excerpt);
    text = in_one_frame(&text, &characters, style);
    for (letter, note) in &excerpt.notes {
        let _ = writeln!(text, "{}", style.wrapped(&format!("  {letter}: "), note));
    }
    text
}

/// Joins the frames that miette draws around distant lines. All are from one file.
fn in_one_frame(text: &str, characters: &ThemeCharacters, style: &Style) -> String {
    let top = format!("{}{}[", characters.ltop, characters.hbar);
    let bottom = format!("{}{}", characters.lbot, characters.hbar.to_string().repeat(4));
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_top = |line: &&str| line.trim_start_matches(' ').starts_with(&top);
    // The width of the line numbers in a frame depends on its last line.
    let widest = text.lines().filter(is_top).map(indent).max().unwrap_or(0);
    let mut joined = String::new();
    let mut padding = String::new();
    let mut lines = text.lines().peekable();
    let mut is_first = true;
    while let Some(line) = lines.next() {
        if is_top(&line) {
            padding = " ".repeat(widest - indent(line));
            if !std::mem::take(&mut is_first) {
                let _ = writeln!(joined, " {}", style.ellipsis());
                continue;
            }
        }
        let is_bottom = line.trim_start_matches(' ') == bottom;
        if !(is_bottom && lines.peek().is_some_and(is_top)) {
            let _ = writeln!(joined, "{padding}{line}");
        }
        if is_bottom {
            padding.clear();
        }
    }
    joined
}

/// The text after an excerpt: for each finding its help, or a reference to the same help above, and the places outside
/// of the excerpt.
pub(crate) fn after<'r>(
    findings: &[&'r ReportedFinding],
    elsewhere: &[Vec<String>],
    helps: &mut HashMap<&'r str, String>,
    style: &Style,
) -> String {
    let mut text = String::new();
    for (index, (finding, places)) in findings.iter().zip(elsewhere).enumerate() {
        // Findings with the same help share it.
        let same = |(_, other): &(usize, &&ReportedFinding)| other.help == finding.help;
        let alike = findings.iter().enumerate().filter(same).map(|(at, _)| (at + 1).to_string());
        let is_first = findings.iter().take(index).all(|other| other.help != finding.help);
        let numbers = if is_first { alike.collect::<Vec<_>>().join(", ") } else { (index + 1).to_string() };
        let mut number = if findings.len() > 1 { format!("{numbers} ") } else { String::new() };
        let mut add = |what: &str, content: &str| {
            let _ = writeln!(text, "{}", style.wrapped(&format!("  {number}{what} "), content));
            number = " ".repeat(number.len());
        };
        if let Some(help) = finding.help.as_deref().filter(|_| is_first) {
            match helps.get(help) {
                Some(whose) => add("help", &format!("as for {whose}")),
                None => {
                    helps.insert(help, whose(finding));
                    add("help:", &printable_lines(help));
                }
            }
        }
        places.iter().take(ELSEWHERE).for_each(|place| add("see: ", place));
        if places.len() > ELSEWHERE {
            add("     ", &format!("and {} more", places.len() - ELSEWHERE));
        }
    }
    text
}

/// The name of a tenant. If it is empty, or has spaces at its ends, it needs quotes to be visible.
fn named(tenant: &str) -> String {
    let quote = if tenant.trim() == tenant && !tenant.is_empty() { "" } else { "\"" };
    format!("tenant {quote}{}{quote}", clipped(&printable(tenant)))
}

/// The start of a headline: the tenant of the finding, or the place.
fn whose(finding: &ReportedFinding) -> String {
    match &finding.tenant {
        Some(tenant) => named(tenant),
        None => printable(&place(&finding.location)),
    }
}

/// A finding without an excerpt, and its help, unless the same help was given before.
pub(crate) fn line<'r>(finding: &'r ReportedFinding, helps: &mut HashMap<&'r str, String>, style: &Style) -> String {
    let first = format!("  {} ", style.sign(finding.level));
    let text = format!("{} ({})", sentence(finding, style), printable(&place(&finding.location)));
    let mut line = style.wrapped(&first, &text) + "\n";
    if let Some(help) = finding.help.as_deref().filter(|help| !helps.contains_key(help)) {
        helps.insert(help, whose(finding));
        let _ = writeln!(line, "{}", style.wrapped("    help: ", &printable_lines(help)));
    }
    line
}

/// A message with its rule, and a mark if it can be fixed: `… [region-invalid] [*]`. The tenant is in front of it.
fn headline(finding: &ReportedFinding, style: &Style) -> String {
    let mark = if finding.fixes.is_empty() { "" } else { " [*]" };
    let again = finding.tenant.as_ref().map(|tenant| format!(" for `{tenant}` "));
    let message = again.map_or_else(|| finding.message.clone(), |again| finding.message.replacen(&again, " ", 1));
    format!("{} {}", printable(&message), style.dimmed(&format!("[{}]{mark}", finding.rule)))
}

/// A headline with the tenant in front, unless it already starts with the tenant.
fn sentence(finding: &ReportedFinding, style: &Style) -> String {
    let headline = headline(finding, style);
    let Some(tenant) = &finding.tenant else { return headline };
    match finding.message.strip_prefix(&format!("`{tenant}` ")) {
        Some(rest) if !rest.starts_with("and ") => format!("tenant {headline}"),
        _ => format!("{}: {headline}", named(tenant)),
    }
}

fn bytes(location: &Location) -> Range<u32> {
    location.start.offset..location.end.offset
}

fn in_text(span: &Range<u32>) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// The excerpt of `findings`, with the related places that are in the text of the same tenant. For each finding, the
/// other related places are returned as lines, because an excerpt of another block would distract from this one.
pub(crate) fn excerpt(
    report: &Report,
    findings: &[&ReportedFinding],
    style: &Style,
) -> Option<(Excerpt, Vec<Vec<String>>)> {
    let first = *findings.first()?;
    let file = report.files.get(&first.location.file)?;
    let source: &Arc<SourceFile> = &file.source;
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
        let mut lines: Vec<String> = Vec::new();
        let mut values: Vec<(&str, u32, Option<String>)> = Vec::new();
        for related in &finding.related {
            let span = bytes(&related.location);
            if !is_in_block(&related.location) {
                let (line, value) = elsewhere_line(report, related, style);
                // Two parts of one value are shown with the first one.
                let shown = (related.location.file.as_str(), related.location.start.line, value);
                let is_shown = shown.2.is_some() && values.contains(&shown);
                if !is_shown && !elsewhere.iter().chain([&lines]).flatten().any(|known| *known == line) {
                    lines.push(line);
                }
                values.push(shown);
            } else if marks.iter().all(|mark| mark.span.start != span.start) {
                marks.push(Mark { span, text: Some(printable(&related.message)), level: None, primary: false });
            }
        }
        elsewhere.push(lines);
    }
    // A mark that is one character wide is hard to see, and next to labeled marks, one without a label looks
    // unimportant.
    let is_narrow = |mark: &Mark| source.text().get(in_text(&mark.span)).is_some_and(|text| text.chars().count() == 1);
    let is_one_of_several = marks.len() > 1;
    if let Some(mark) = marks.first_mut().filter(|mark| is_one_of_several || is_narrow(mark)) {
        mark.text.get_or_insert_with(|| first.label.unwrap_or("here").to_owned());
    }
    // In the order in which miette assigns colors. It does not draw a mark inside of another one.
    marks.sort_by_key(|mark| mark.span.start);
    for at in 1..marks.len() {
        if let Some([outer, inner]) = marks.get_mut(at - 1..=at)
            && outer.span.start < inner.span.start
        {
            outer.span.end = outer.span.end.min(inner.span.start);
        }
    }
    let text =
        ExcerptText::new(file, printable(&place(&first.location)), marks.iter().map(|mark| mark.span.clone()), style);
    let mut notes = Vec::new();
    let labels = marks.into_iter().map(|mark| {
        let shown = text.shown(&mark.span);
        let label = mark.text.map(|label| {
            text.label(&shown, &label, style.width).unwrap_or_else(|| {
                let letter = ('a'..='z').nth(notes.len()).unwrap_or('*');
                notes.push((letter, label));
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

/// A place without an excerpt, with the text that is written there: `a.tfvars:7:23: the region of `acme`: "us-west-2"`.
fn elsewhere_line(report: &Report, related: &RelatedPlace, style: &Style) -> (String, Option<String>) {
    let RelatedPlace { location, message } = related;
    let line = format!("{}: {message}", place(location));
    let file = report.files.get(&location.file);
    let value = file.and_then(|file| value(file, &bytes(location), style));
    // A name is already in the message.
    let value = value.filter(|value| !message.contains(value.trim_matches('"')));
    let shown = value.as_ref().map_or_else(|| line.clone(), |value| format!("{line}: {value}"));
    (printable(&shown), value)
}

/// The text at `span`, extended to the whole quoted text and shortened around the span; `None` if it has several lines
/// or must not be shown.
fn value(file: &ReportedFile, span: &Range<u32>, style: &Style) -> Option<String> {
    let (text, marked) = (file.source.text(), in_text(span));
    let line = file.source.line_range(file.source.position(span.start).line)?;
    let (before, after) = (text.get(line.start..marked.start)?, text.get(marked.end..line.end)?);
    let quotes = before.rfind('"').zip(after.find('"')).filter(|_| before.matches('"').count() % 2 == 1);
    let whole = quotes.map_or(marked.clone(), |(open, close)| line.start + open..marked.end + close + 1);
    if marked.is_empty()
        || file.masks.iter().any(|mask| (mask.start as usize) < whole.end && whole.start < mask.end as usize)
    {
        return None;
    }
    let parts = kept(text, whole.clone(), &[marked], style.width.saturating_sub(SEE));
    let ends_early = parts.last().is_some_and(|part| part.end < whole.end);
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| text.get(part)).collect();
    Some(parts.join(style.ellipsis()) + if ends_early { style.ellipsis() } else { "" })
}

fn place(location: &Location) -> String {
    format!("{}:{}:{}", location.file, location.start.line, location.start.column)
}

/// The title: one sentence for a single finding, or a line for each finding.
fn title(findings: &[&ReportedFinding], style: &Style) -> String {
    let Some(first) = findings.first() else { return String::new() };
    if let [only] = findings {
        return sentence(only, style);
    }
    let tenant = first.tenant.as_ref().map(|tenant| format!("{}: ", named(tenant)));
    let tenant = tenant.unwrap_or_default();
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let counts =
        [(errors, "error"), (findings.len() - errors, "warning")].into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, one)| count(number, one)).collect();
    let mut text = format!("{tenant}{}", counts.join(", "));
    // miette indents each line by four columns.
    let style = Style { width: style.width.saturating_sub(6), ..style.clone() };
    for (index, finding) in findings.iter().enumerate() {
        let number = style.painted(&(index + 1).to_string(), Some(finding.level));
        text.push('\n');
        text.push_str(&style.wrapped(&format!("{number} "), &headline(finding, &style)));
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
