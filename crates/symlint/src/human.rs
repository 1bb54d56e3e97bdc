//! The report for people: one source excerpt for each tenant, what crosses tenants first.

use std::collections::BTreeMap;
use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity,
    SourceCode, SourceSpan, SpanContents,
};
use symlint_core::check::Outcome;
use symlint_core::finding::Finding;
use symlint_core::report::Report;
use symlint_core::rule::Level;
use symlint_rules::catalogue;
use symlint_terraform::{Source, Sources, Span};

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
        for excerpt in excerpts(outcome) {
            // Writing to a string cannot fail, and every span lies in its file.
            let _ = handler.render_report(&mut text, &excerpt);
            text.push('\n');
        }
    }
    if !style.quiet {
        text.push_str(&report.summary.to_string());
        text.push('\n');
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
}

fn excerpts(outcome: &Outcome<'_>) -> Vec<Excerpt> {
    let sources = outcome.model.sources();
    let mut groups: BTreeMap<(Option<&str>, &str), Vec<&Finding>> = BTreeMap::new();
    let names: Vec<_> = outcome.findings.iter().map(|finding| sources.get(finding.span.file)).collect();
    for (finding, source) in outcome.findings.iter().zip(&names) {
        groups.entry((finding.tenant.as_deref(), source.name())).or_default().push(finding);
    }
    let mut groups: Vec<Vec<&Finding>> = groups.into_values().collect();
    for findings in &mut groups {
        findings.sort_by_key(|finding| (importance(finding), finding.span));
    }
    groups.sort_by_key(|findings| findings.first().map(|first| (importance(first), first.span)));
    groups.iter().filter_map(|findings| excerpt(findings, sources)).collect()
}

/// What comes first: errors, and of them what is most urgent.
fn importance(finding: &Finding) -> (std::cmp::Reverse<Level>, u8) {
    (std::cmp::Reverse(finding.level), catalogue().urgency(finding.rule))
}

fn excerpt(findings: &[&Finding], sources: &Sources) -> Option<Excerpt> {
    let first = findings.first()?;
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let file = first.span.file;
    let mut labels: Vec<LabeledSpan> = Vec::new();
    let mut help: Vec<String> = Vec::new();
    for finding in findings {
        labels.push(label(
            finding.span,
            &format!("{} [{}]", finding.message, finding.rule),
            finding.span == first.span,
        ));
        for related in finding.related.iter().filter(|related| related.span.file == file) {
            let is_labelled = findings.iter().any(|finding| finding.span == related.span);
            if !is_labelled && !labels.iter().any(|label| label.offset() == related.span.start as usize) {
                labels.push(label(related.span, &related.message, false));
            }
        }
        let line = finding.help.as_ref().map(|help| format!("{}: {help}", finding.rule));
        help.extend(line.filter(|line| !help.contains(line)));
    }
    Some(Excerpt {
        title: title(first, errors, findings.len() - errors),
        severity: if errors > 0 { Severity::Error } else { Severity::Warning },
        text: ExcerptText(sources.get(file)),
        labels,
        help: help.join("\n"),
    })
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

fn label(span: Span, text: &str, primary: bool) -> LabeledSpan {
    let range = span.start as usize..span.end as usize;
    if primary {
        LabeledSpan::new_primary_with_span(Some(text.to_owned()), range)
    } else {
        LabeledSpan::new_with_span(Some(text.to_owned()), range)
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
