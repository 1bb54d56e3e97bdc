//! Annotations for GitHub Actions: workflow commands in the log of a step.

use std::io::{self, Write};

use super::importance;
use super::printable::Printable;
use super::summary::{count, coverage, policy};
use super::wire::{Report, ReportedFinding};
use crate::level::Level;

/// How many annotations of a level GitHub shows for a step. It drops the others silently.
const SHOWN: usize = 10;

/// Writes the most important findings that count as workflow commands, one command for gaps and one for changes by the
/// configuration, and a last line with the number of other findings.
///
/// # Errors
///
/// Errors of `to`.
pub fn github(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::text(to);
    let mut findings: Vec<&ReportedFinding> = report.counting().collect();
    findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    for problem in &report.problems {
        writeln!(to, "::error title=symlint::{}", data(&problem.to_string()))?;
    }
    let mut more = Vec::new();
    for level in [Level::Error, Level::Warning] {
        let of_level: Vec<&&ReportedFinding> = findings.iter().filter(|finding| finding.level == level).collect();
        for finding in of_level.iter().take(SHOWN) {
            to.write_all(command(report, finding).as_bytes())?;
        }
        match of_level.len().saturating_sub(SHOWN) {
            0 => {}
            number => more.push(count(number, &format!("more {level}"))),
        }
    }
    let notes: Vec<String> = coverage(report).into_iter().chain(policy(report)).collect();
    if !notes.is_empty() {
        writeln!(to, "::notice title=symlint::{}", data(&notes.join("\n")))?;
    }
    if !more.is_empty() {
        writeln!(to, "symlint found {} that GitHub does not show here", more.join(" and "))?;
    }
    Ok(())
}

fn command(report: &Report, finding: &ReportedFinding) -> String {
    let (start, end) = (&finding.location.start, &finding.location.end);
    let file = property(report.repository_path(&finding.location.file));
    // Columns are only valid for a range within one line.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    let help = finding.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    format!(
        "::{} file={file},line={},endLine={}{columns},title={}::{}\n",
        finding.level,
        start.line,
        end.line,
        property(&format!("symlint {}", finding.rule)),
        data(&format!("{}{help}", finding.message)),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
