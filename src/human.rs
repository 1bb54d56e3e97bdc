//! The report for people: one source excerpt for each tenant, what crosses tenants first.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use symlint_core::check::Outcome;
use symlint_core::finding::Finding;
use symlint_core::report::Report;
use symlint_core::rule::Level;
use symlint_rules::catalogue;
use symlint_terraform::{FileId, Sources, Span};

use crate::excerpt::{ExcerptText, Mark, clipped, printable};

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
        if report.projects.len() > 1 {
            for project in &report.projects {
                let _ = writeln!(text, "{}: {}", printable(&project.name), project.summary);
            }
            text.push_str("in all: ");
        }
        let _ = writeln!(text, "{}", report.summary);
        text.push_str(&ways_on(report));
    }
    text
}

/// What to do next, if anything was found.
fn ways_on(report: &Report) -> String {
    let counting = || report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let safe = counting().filter(|finding| finding.fixes.iter().any(|fix| fix.safe)).count();
    let suggested = counting().filter(|finding| !finding.fixes.is_empty()).count() - safe;
    let mut text = String::new();
    let mends = match (safe, suggested) {
        (0, 0) => None,
        (0, _) => Some(format!("`symlint fix --unsafe` mends {suggested} by suggestions: look at them first")),
        (_, 0) => Some(format!("`symlint fix` mends {safe}")),
        _ => {
            Some(format!("`symlint fix` mends {safe}, `--unsafe` {suggested} more by suggestions: look at them first"))
        }
    };
    if let Some(mends) = mends {
        text.push_str(&mends);
        text.push('\n');
    }
    if counting().next().is_some() {
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
    let mut marks: Vec<Mark> = Vec::new();
    let mut help: Vec<String> = Vec::new();
    let mut elsewhere: Vec<String> = Vec::new();
    for finding in findings {
        let text = format!("{} [{}]", finding.message, finding.rule);
        marks.push(Mark { span: finding.span, text, primary: finding.span == first.span });
        for related in &finding.related {
            let is_labelled = findings.iter().any(|finding| finding.span == related.span)
                || marks.iter().any(|mark| mark.span.start == related.span.start);
            if !shown.contains(related.span) {
                let line = printable(&format!("{}: {}", place(related.span, sources), related.message));
                if !elsewhere.contains(&line) {
                    elsewhere.push(line);
                }
            } else if !is_labelled {
                marks.push(Mark { span: related.span, text: related.message.clone(), primary: false });
            }
        }
        let line = finding.help.as_ref().map(|help| format!("{}: {help}", finding.rule));
        help.extend(line.filter(|line| !help.contains(line)));
    }
    let text = ExcerptText::new(source, marks.iter().map(|mark| mark.span));
    let labels = marks.into_iter().map(|mark| text.label(mark, width)).collect();
    Excerpt {
        title: title(first, errors, findings.len() - errors),
        severity: if errors > 0 { Severity::Error } else { Severity::Warning },
        text,
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
