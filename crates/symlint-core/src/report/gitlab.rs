//! GitLab's code quality report.

use std::borrow::Cow;

use serde::Serialize;

use super::wire::{Report, ReportedFinding};
use crate::fingerprint::hash;
use crate::rule::{Catalogue, Level};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    /// Unique in a report: of two issues with the same, GitLab shows one.
    fingerprint: Cow<'a, str>,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The findings that count, and what was not checked, as a JSON list; indented, with a newline at the end.
#[allow(clippy::expect_used, reason = "the shapes have string keys only and nothing that can fail")]
pub fn gitlab(report: &Report, catalogue: &Catalogue, repository_path: &dyn Fn(&str) -> String) -> String {
    let findings = report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let issues: Vec<Issue<'_>> = findings
        .map(|finding| Issue {
            description: finding.message.clone(),
            check_name: &finding.rule,
            fingerprint: Cow::Borrowed(&*finding.fingerprint),
            severity: severity(finding, catalogue),
            location: Place {
                path: repository_path(&finding.location.file),
                lines: Lines { begin: finding.location.start.line },
            },
        })
        .chain(report.unchecked.iter().map(|gap| Issue {
            description: gap.message.clone(),
            check_name: "unchecked",
            fingerprint: Cow::Owned(hash(&[Some(&gap.message)], 0)),
            severity: "blocker",
            location: Place { path: repository_path(&gap.path), lines: Lines { begin: 1 } },
        }))
        .collect();
    let mut json = serde_json::to_string_pretty(&issues).expect("the report is plain data");
    json.push('\n');
    json
}

fn severity(finding: &ReportedFinding, catalogue: &Catalogue) -> &'static str {
    match (finding.level, catalogue.urgency(&finding.rule)) {
        (Level::Error, 0 | 1) => "critical",
        (Level::Error, _) => "major",
        _ => "minor",
    }
}
