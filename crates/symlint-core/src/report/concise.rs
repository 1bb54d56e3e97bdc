//! One line for each finding, as compilers write them.

use std::fmt::Write;

use super::wire::Report;

/// `file:line:column: level[rule] message` for each finding that counts, and if `summary` a last line with the numbers.
pub fn concise(report: &Report, summary: bool) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let start = &finding.location.start;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}:{}:{}: {}[{}] {}",
            finding.location.file, start.line, start.column, finding.level, finding.rule, finding.message
        );
    }
    if summary {
        let _ = writeln!(text, "{}", report.summary);
    }
    text
}
