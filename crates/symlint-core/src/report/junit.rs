//! JUnit's XML, which most CI systems can show: a test case for each tenant.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use super::wire::{Report, ReportedFinding};
use crate::rule::Level;

/// A suite with a case for each tenant that was checked, one for each rule with findings about no single tenant, and
/// one for each project in which nothing was checked. Errors make a case fail; warnings are its output.
pub fn junit(report: &Report) -> String {
    let mut cases: BTreeMap<(bool, &str, &str), Vec<&ReportedFinding>> = BTreeMap::new();
    let mut files: BTreeMap<(usize, &str), &str> = BTreeMap::new();
    for tenant in &report.tenants {
        cases.entry((false, &tenant.location.file, &tenant.key)).or_default();
        files.insert((tenant.project, &tenant.key), &tenant.location.file);
    }
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let tenant = finding.tenant.as_deref();
        let case = match tenant.and_then(|key| Some((key, *files.get(&(finding.project, key))?))) {
            Some((key, file)) => (false, file, key),
            None => (true, finding.location.file.as_str(), finding.rule.as_str()),
        };
        cases.entry(case).or_default().push(finding);
    }
    let is_error = |finding: &&&ReportedFinding| finding.level == Level::Error;
    let failures = cases.values().filter(|findings| findings.iter().any(|finding| is_error(&finding))).count();
    let gaps = report.unchecked.len();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{gaps}\"", cases.len() + gaps);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"symlint\" {counts}>\n  \
         <testsuite name=\"symlint\" {counts} skipped=\"0\">\n"
    );
    for gap in &report.unchecked {
        let (path, message) = (attribute(&gap.path), attribute(&gap.message));
        let _ = writeln!(
            text,
            "    <testcase classname=\"{path}\" name=\"symlint\">\n      <error type=\"unchecked\" \
             message=\"{message}\"/>\n    </testcase>"
        );
    }
    for ((_, file, name), findings) in cases {
        // Writing to a string cannot fail.
        let _ = write!(text, "    <testcase classname=\"{}\" name=\"{}\"", attribute(file), attribute(name));
        let (errors, warnings): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.level == Level::Error);
        if errors.is_empty() && warnings.is_empty() {
            text.push_str("/>\n");
            continue;
        }
        text.push_str(">\n");
        if let Some(first) = errors.first() {
            let message = match errors.len() {
                1 => first.message.clone(),
                count => format!("{count} errors"),
            };
            let _ = writeln!(
                text,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                attribute(&first.rule),
                attribute(&message),
                xml(&lines(&errors))
            );
        }
        if !warnings.is_empty() {
            let _ = writeln!(text, "      <system-out>{}</system-out>", xml(&lines(&warnings)));
        }
        text.push_str("    </testcase>\n");
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn lines(findings: &[&ReportedFinding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let start = &finding.location.start;
        let (file, line, column) = (&finding.location.file, start.line, start.column);
        let _ = writeln!(text, "{file}:{line}:{column}: {}[{}] {}", finding.level, finding.rule, finding.message);
    }
    text
}

/// Line ends and tabs in attributes are read as spaces unless they are written as numbers.
fn attribute(text: &str) -> String {
    xml(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

/// Escaped, and without the characters that XML 1.0 has no way to write.
fn xml(text: &str) -> String {
    let is_allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}');
    let allowed: String = text.chars().map(|c| if is_allowed(&c) { c } else { '\u{FFFD}' }).collect();
    escape(allowed).into_owned()
}
