//! The only module of the layout tests that calls the library.

use std::sync::Arc;

use symlint_core::engine::{Engine, Named, Request};
use symlint_core::level::Level;
use symlint_rules::catalogue;
use symlint_terraform::FileTree;

use crate::layouts::marks::{Files, Place};

/// A finding, with the text at its location.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) tenant: Option<String>,
    pub(crate) is_error: bool,
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) message: String,
    /// The message, the help, and the labels.
    pub(crate) texts: Vec<String>,
}

/// The result of `symlint check .` in a folder with these files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// The findings that are not suppressed.
    pub(crate) findings: Vec<Found>,
    /// What was not checked, if that is also a finding.
    pub(crate) not_checked: Vec<String>,
    pub(crate) exit_code: u8,
}

impl Report {
    /// Whether the report looks as if everything were fine.
    pub(crate) fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.not_checked.is_empty() && self.exit_code == 0
    }
}

/// Checks a folder with these files.
pub(crate) fn check(files: &Files) -> Report {
    let tree: Arc<dyn FileTree> = Arc::new(files.clone());
    let request =
        Request { paths: vec![Named::Path(".".to_owned())], fail_on: Some(Level::Error), ..Request::default() };
    let report = match Engine::new(catalogue()).check(&tree, &request) {
        Ok(report) => report,
        Err(problem) => {
            return Report { findings: Vec::new(), not_checked: vec![problem.message], exit_code: 2 };
        }
    };
    let findings = report.counting().map(|finding| {
        let (start, end) = (finding.location.start.offset as usize, finding.location.end.offset as usize);
        let file = finding.location.file.to_string();
        let bytes = files.get(&file).map(Vec::as_slice).unwrap_or_default();
        Found {
            rule: finding.rule.clone(),
            tenant: finding.tenant.clone(),
            is_error: finding.level == Level::Error,
            text: String::from_utf8_lossy(bytes.get(start..end).unwrap_or_default()).into_owned(),
            place: Place { file, start, end },
            message: finding.message.clone(),
            texts: [&finding.message]
                .into_iter()
                .chain(&finding.help)
                .chain(finding.related.iter().map(|related| &related.message))
                .chain(finding.fixes.iter().map(|fix| &fix.title))
                .cloned()
                .collect(),
        }
    });
    let gaps = report.gaps().filter(|(_, gap)| gap.is_surprise);
    let mut not_checked: Vec<String> = gaps.map(|(_, gap)| format!("{}: {}", gap.code.as_str(), gap.reason)).collect();
    not_checked.extend(report.problems.iter().map(|problem| problem.message.clone()));
    Report { findings: findings.collect(), not_checked, exit_code: report.summary.exit_code }
}
