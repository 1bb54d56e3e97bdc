//! JUnit XML, which most CI systems can show, with a test case for each tenant.

use std::io::{self, Write};

use quick_xml::escape::escape;
use symlint_terraform::SortedMap;

use super::printable::Printable;
use super::summary::policy;
use super::wire::{Report, ReportedFinding};
use crate::level::Level;

/// Writes a suite with a case for each checked tenant, one for each rule with findings that are not about a single
/// tenant, a skipped one for each gap, and one for each problem. Errors make a case fail; warnings are its output.
///
/// # Errors
///
/// Errors of `to`.
pub fn junit(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::text(to);
    let mut cases: SortedMap<(bool, &str, &str), Vec<&ReportedFinding>> = SortedMap::new();
    let mut files: SortedMap<(usize, &str), &str> = SortedMap::new();
    for tenant in &report.tenants {
        cases.entry((false, &tenant.location.file, &tenant.key)).or_default();
        files.insert((tenant.run, &tenant.key), &tenant.location.file);
    }
    for finding in report.counting() {
        let tenant = finding.tenant.as_deref();
        let case = match tenant.and_then(|key| Some((key, *files.get(&(finding.run, key))?))) {
            Some((key, file)) => (false, file, key),
            None => (true, finding.location.file.as_str(), finding.rule.as_str()),
        };
        cases.entry(case).or_default().push(finding);
    }
    let is_error = |finding: &&&ReportedFinding| finding.level == Level::Error;
    let failures = cases.values().filter(|findings| findings.iter().any(|finding| is_error(&finding))).count();
    let (errors, skipped) = (report.problems.len(), report.gaps().count());
    let tests = cases.len() + errors + skipped;
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"");
    writeln!(
        to,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"symlint\" {counts}>\n  \
         <testsuite name=\"symlint\" {counts}>"
    )?;
    let configured = policy(report);
    if !configured.is_empty() {
        writeln!(to, "    <properties>")?;
        for line in configured {
            writeln!(to, "      <property name=\"policy\" value=\"{}\"/>", attribute(&line))?;
        }
        writeln!(to, "    </properties>")?;
    }
    for problem in &report.problems {
        let message = attribute(&problem.to_string());
        writeln!(
            to,
            "    <testcase classname=\"symlint\" name=\"symlint\">\n      <error type=\"not-checked\" \
             message=\"{message}\"/>\n    </testcase>"
        )?;
    }
    for (run, gap) in report.gaps() {
        let (run, code, reason) = (attribute(run.unwrap_or(".")), gap.code.as_str(), attribute(&gap.reason));
        writeln!(
            to,
            "    <testcase classname=\"{run}\" name=\"not checked: {code}\">\n      <skipped \
             message=\"{reason}\"/>\n    </testcase>"
        )?;
    }
    for ((_, file, name), findings) in cases {
        write!(to, "    <testcase classname=\"{}\" name=\"{}\"", attribute(file), attribute(name))?;
        let (errors, warnings): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.level == Level::Error);
        if errors.is_empty() && warnings.is_empty() {
            to.write_all(b"/>\n")?;
            continue;
        }
        to.write_all(b">\n")?;
        if let Some(first) = errors.first() {
            let message = match errors.len() {
                1 => first.message.clone(),
                count => format!("{count} errors"),
            };
            writeln!(
                to,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                attribute(&first.rule),
                attribute(&message),
                xml(&lines(&errors))
            )?;
        }
        if !warnings.is_empty() {
            writeln!(to, "      <system-out>{}</system-out>", xml(&lines(&warnings)))?;
        }
        to.write_all(b"    </testcase>\n")?;
    }
    to.write_all(b"  </testsuite>\n</testsuites>\n")
}

fn lines(findings: &[&ReportedFinding]) -> String {
    let line = |finding: &&ReportedFinding| {
        let start = &finding.location.start;
        // Each finding has one line, so that the output is readable as a log.
        let file = finding.location.file.replace(char::is_control, " ");
        let (line, column) = (start.line, start.column);
        format!("{file}:{line}:{column}: {}[{}] {}\n", finding.level, finding.rule, finding.message)
    };
    findings.iter().map(line).collect()
}

/// Escapes text for an attribute. Line ends and tabs are read as spaces unless they are written as numbers.
fn attribute(text: &str) -> String {
    xml(text).replace('\n', "&#10;").replace('\r', "&#13;").replace('\t', "&#9;")
}

/// Escapes text, and removes the characters that XML 1.0 cannot represent.
fn xml(text: &str) -> String {
    let is_allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}');
    let allowed: String = text.chars().map(|c| if is_allowed(&c) { c } else { '\u{FFFD}' }).collect();
    escape(allowed).into_owned()
}
