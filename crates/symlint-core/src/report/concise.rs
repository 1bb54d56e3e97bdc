//! One line for each finding, as compilers write them.

use std::io::{self, Write};

use super::place::Location;
use super::printable::Printable;
use super::summary::{coverage, pages, policy, totals};
use super::wire::Report;

/// `file:line:column: level[rule] message` for each finding that counts.
fn findings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    for finding in report.counting() {
        let Location { file, start, .. } = &finding.location;
        let place = format!("{file}:{}:{}", start.line, start.column);
        // At once: what makes a line of its own is seen.
        let line = format!("{place}: {}[{}] {}\n", finding.level, finding.rule, finding.message);
        to.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// A line for each finding that counts, for each thing that was not checked, and for what was configured, and a last one
/// with the numbers.
///
/// # Errors
///
/// Those of `to`.
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

/// The lines of the findings alone.
///
/// # Errors
///
/// Those of `to`.
pub fn concise_findings(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::lines(to);
    findings(report, to)
}
