//! GitLab's code quality report.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::printable::Printable;
use super::summary::policy;
use super::wire::{Report, ReportedFinding};
use crate::fingerprint::hash;
use crate::level::Level;

#[derive(Serialize)]
struct Issue<'a> {
    description: Cow<'a, str>,
    check_name: &'a str,
    /// It must be unique in a report: GitLab shows only one of two issues with the same fingerprint.
    fingerprint: Cow<'a, str>,
    severity: &'static str,
    location: GitlabLocation<'a>,
}

#[derive(Serialize)]
struct GitlabLocation<'a> {
    path: &'a str,
    lines: IssueLines,
}

#[derive(Serialize)]
struct IssueLines {
    begin: u32,
}

/// Writes the findings that count, what symlint could not do, and the parts of the check that the configuration turns
/// off, as an indented JSON list with a newline at the end. So a merge request that weakens the check has a new issue.
///
/// # Errors
///
/// Errors of `to`.
pub fn gitlab(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::json(to);
    let findings = report.counting().map(|finding| Issue {
        description: Cow::Borrowed(finding.message.as_str()),
        check_name: &finding.rule,
        fingerprint: Cow::Borrowed(finding.fingerprint.as_str()),
        severity: severity(finding),
        location: GitlabLocation {
            path: report.repository_path(&finding.location.file),
            lines: IssueLines { begin: finding.location.start.line },
        },
    });
    let problems = report.problems.iter().map(|problem| Issue {
        description: Cow::Owned(problem.to_string()),
        check_name: "symlint",
        fingerprint: Cow::Owned(hash(&[Some(&problem.message)], 0)),
        severity: "blocker",
        location: GitlabLocation {
            path: problem.location.as_ref().map_or(".", |location| report.repository_path(&location.file)),
            lines: IssueLines { begin: problem.location.as_ref().map_or(1, |location| location.start.line) },
        },
    });
    let config = report.policy.config.first().map_or(".", |config| report.repository_path(config));
    let policy = policy(report).into_iter().map(|line| Issue {
        fingerprint: Cow::Owned(hash(&[Some(line.as_str())], 0)),
        description: Cow::Owned(line),
        check_name: "symlint",
        severity: "info",
        location: GitlabLocation { path: config, lines: IssueLines { begin: 1 } },
    });
    let issues: Vec<Issue<'_>> = findings.chain(problems).chain(policy).collect();
    serde_json::to_writer_pretty(&mut *to, &issues)?;
    to.write_all(b"\n")
}

fn severity(finding: &ReportedFinding) -> &'static str {
    match (finding.level, finding.urgency) {
        (Level::Error, 0 | 1) => "critical",
        (Level::Error, _) => "major",
        _ => "minor",
    }
}
