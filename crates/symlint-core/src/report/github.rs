//! Annotations for GitHub Actions: workflow commands in the log of a step.

use std::fmt::Write;

use super::importance;
use super::wire::{Report, ReportedFinding};
use crate::rule::{Catalogue, Level};

/// GitHub shows so many annotations of a level for a step, and drops the others without a word.
const SHOWN: usize = 10;

/// The most important findings that count as workflow commands, and a last line that says how many more there are.
pub fn github(report: &Report, catalogue: &Catalogue, repository_path: &dyn Fn(&str) -> String) -> String {
    let mut findings: Vec<&ReportedFinding> =
        report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    findings.sort_by_key(|finding| importance(finding, catalogue));
    let mut text = String::new();
    for gap in &report.unchecked {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "::error title=symlint::{}", data(&gap.message));
    }
    let mut more = Vec::new();
    for level in [Level::Error, Level::Warning] {
        let of_level: Vec<&&ReportedFinding> = findings.iter().filter(|finding| finding.level == level).collect();
        for finding in of_level.iter().take(SHOWN) {
            text.push_str(&command(finding, repository_path));
        }
        match of_level.len().saturating_sub(SHOWN) {
            0 => {}
            1 => more.push(format!("1 more {level}")),
            count => more.push(format!("{count} more {level}s")),
        }
    }
    if !more.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "symlint found {} that GitHub does not show here", more.join(" and "));
    }
    text
}

fn command(finding: &ReportedFinding, repository_path: &dyn Fn(&str) -> String) -> String {
    let (start, end) = (&finding.location.start, &finding.location.end);
    let file = property(&repository_path(&finding.location.file));
    // Columns count only within one line.
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
