//! One line for each finding, in the style of compilers.

use std::io::{self, Write};

use super::place::Location;
use super::printable::Printable;
use super::summary::{coverage, pages, policy, totals};
use super::wire::Report;

/// Writes `file:line:column: level[rule] message` for each finding that counts.
fn findings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    for finding in report.counting() {
        let Location { file, start, .. } = &finding.location;
        let place = format!("{file}:{}:{}", start.line, start.column);
        // In a single write, so that the writer notices parts that would start a line of their own.
        let line = format!("{place}: {}[{}] {}\n", finding.level, finding.rule, finding.message);
        to.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// Writes a line for each finding that counts, for each gap, and for each change by the configuration, and a last line
/// with the numbers.
///
/// # Errors
///
/// Errors of `to`.
pub fn concise(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::lines(to);
    findings(report, to)?;
    for line in coverage(report) {
        writeln!(to, "note: {line}")?;
    }
    for line in policy(report) {
        writeln!(to, "{line}")?;
    }
    writeln!(to, "{}", totals(report))?;
    for page in pages(report.counting()) {
        writeln!(to, "see {page}")?;
    }
    Ok(())
}

/// Writes only the lines of the findings.
///
/// # Errors
///
/// Errors of `to`.
pub fn concise_findings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::lines(to);
    findings(report, to)
}
