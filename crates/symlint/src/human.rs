//! The report for people: one source excerpt for each tenant, what crosses tenants first.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};
use symlint_core::check::Outcome;
use symlint_core::finding::Finding;
use symlint_core::report::Report;
use symlint_core::rule::Level;
use symlint_rules::catalogue;
use symlint_terraform::{FileId, Source, Sources, Span};
use textwrap::WordSplitter;

/// How the report looks.
pub(crate) struct Style {
    pub(crate) color: bool,
    /// In columns.
    pub(crate) width: usize,
    /// Findings only, no last line.
    pub(crate) quiet: bool,
}

/// The findings of all `outcomes`, and a last line with the numbers of `report`.
pub(crate) fn human(outcomes: &[Outcome<'_>], report: &Report, style: &Style) -> String {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_links(false)
        .without_cause_chain();
    let mut text = String::new();
    for outcome in outcomes {
        for excerpt in excerpts(outcome, style.width) {
            // Writing to a string cannot fail, and every span lies in its file.
            let _ = handler.render_report(&mut text, &excerpt);
            text.push_str(&excerpt.elsewhere);
            text.push('\n');
        }
    }
    if !style.quiet {
        let _ = writeln!(text, "{}", report.summary);
        if report.findings.iter().any(|finding| finding.suppressed.is_none()) {
            text.push_str("`symlint explain RULE` says more about a rule\n");
        }
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

fn excerpts(outcome: &Outcome<'_>, width: usize) -> Vec<Excerpt> {
    let sources = outcome.model.sources();
    let blocks = blocks(outcome);
    let counting = outcome.findings.iter().filter(|finding| finding.counts());
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Finding>> = BTreeMap::new();
    let found: Vec<_> = counting.map(|finding| (finding, sources.get(finding.span.file))).collect();
    for (finding, source) in &found {
        groups.entry((finding.tenant.as_deref(), source.name())).or_default().push(finding);
    }
    let mut groups: Vec<Vec<&Finding>> = groups.into_values().collect();
    for findings in &mut groups {
        findings.sort_by_key(|finding| (importance(finding), finding.span));
    }
    groups.sort_by_key(|findings| findings.first().map(|first| (importance(first), first.span)));
    groups
        .iter()
        .filter_map(|findings| {
            let first = findings.first()?;
            let block = first.tenant.as_deref().and_then(|name| blocks.get(&(name, first.span.file)));
            let shown = block.copied().unwrap_or(first.span);
            Some(excerpt(findings, first, shown, sources, width))
        })
        .collect()
}

/// Where each tenant is written, by its name and the file.
fn blocks<'a>(outcome: &'a Outcome<'_>) -> HashMap<(&'a str, FileId), Span> {
    let mut blocks: HashMap<(&str, FileId), Span> = HashMap::new();
    for tenant in &outcome.model.tenants {
        for field in tenant.fields() {
            let block = blocks.entry((tenant.name(), field.span.file)).or_insert(field.span);
            *block = block.to(field.span);
        }
    }
    blocks
}

/// What comes first: errors, and of them what is most urgent.
fn importance(finding: &Finding) -> (std::cmp::Reverse<Level>, u8) {
    (std::cmp::Reverse(finding.level), catalogue().urgency(finding.rule))
}

/// `findings` with the related places that lie in `shown`; other related places are only named, since an excerpt of
/// another block hides what is wrong in this one.
fn excerpt(findings: &[&Finding], first: &Finding, shown: Span, sources: &Sources, width: usize) -> Excerpt {
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let source = sources.get(first.span.file);
    let mut labels: Vec<LabeledSpan> = Vec::new();
    let mut help: Vec<String> = Vec::new();
    let mut elsewhere: Vec<String> = Vec::new();
    for finding in findings {
        let text = format!("{} [{}]", finding.message, finding.rule);
        labels.push(label(&source, finding.span, &text, finding.span == first.span, width));
        for related in &finding.related {
            let is_labelled = findings.iter().any(|finding| finding.span == related.span)
                || labels.iter().any(|label| label.offset() == related.span.start as usize);
            if !shown.contains(related.span) {
                let line = format!("{}: {}", place(related.span, sources), related.message);
                if !elsewhere.contains(&line) {
                    elsewhere.push(line);
                }
            } else if !is_labelled {
                labels.push(label(&source, related.span, &related.message, false, width));
            }
        }
        let line = finding.help.as_ref().map(|help| format!("{}: {help}", finding.rule));
        help.extend(line.filter(|line| !help.contains(line)));
    }
    Excerpt {
        title: title(first, errors, findings.len() - errors),
        severity: if errors > 0 { Severity::Error } else { Severity::Warning },
        text: ExcerptText(source),
        labels,
        help: help.join("\n"),
        elsewhere: named(&elsewhere),
    }
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

fn place(span: Span, sources: &Sources) -> String {
    let source = sources.get(span.file);
    let position = source.position(span.start);
    format!("{}:{}:{}", source.name(), position.line, position.column)
}

fn title(first: &Finding, errors: usize, warnings: usize) -> String {
    let count = |number: usize, one: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {one}s")),
    };
    let counts: Vec<String> = [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    match &first.tenant {
        Some(tenant) => format!("tenant {tenant}: {}", counts.join(", ")),
        None => counts.join(", "),
    }
}

/// A label whose text is broken into lines that end before `width`.
fn label(source: &Source, span: Span, text: &str, primary: bool, width: usize) -> LabeledSpan {
    let range = span.start as usize..span.end as usize;
    // The text begins in the middle of what it labels, behind the line numbers and a hook.
    let column = (source.position(span.start).column + span.len() / 2) as usize + GUTTER;
    let lines =
        textwrap::Options::new(width.saturating_sub(column).max(LABEL)).word_splitter(WordSplitter::NoHyphenation);
    let text = textwrap::fill(text, lines);
    if primary {
        LabeledSpan::new_primary_with_span(Some(text), range)
    } else {
        LabeledSpan::new_with_span(Some(text), range)
    }
}

/// The columns of a line number, its rule, and the hook of a label.
const GUTTER: usize = 10;

/// The least width of a label: lines that are shorter are hard to read.
const LABEL: usize = 44;

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

/// A file that hands out lines by its line table, so that an excerpt costs no walk over the file.
#[derive(Debug)]
struct ExcerptText(std::sync::Arc<Source>);

impl SourceCode for ExcerptText {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let source = &*self.0;
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let lines = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let start = source.position(offset(span.offset())).line.saturating_sub(lines(lines_before)).max(1);
        let last = source.position(offset(span.offset() + span.len())).line.saturating_add(lines(lines_after));
        let begin = source.line_range(start).map_or(0, |range| range.start);
        let end = (start..=last).rev().find_map(|line| source.line_range(line)).map_or(begin, |range| range.end);
        let text = source.text().get(begin..end).unwrap_or_default();
        // miette shows the column of the start of what it is given, and counts lines from 0.
        let place = source.position(offset(span.offset()));
        Ok(Box::new(MietteSpanContents::new_named(
            source.name().to_owned(),
            text.as_bytes(),
            SourceSpan::from(begin..end),
            start as usize - 1,
            if lines_before == 0 { place.column as usize - 1 } else { 0 },
            (last - start) as usize + 1,
        )))
    }
}
