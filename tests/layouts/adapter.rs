//! The only place that knows how the library is called.

use symlint_core::check::check as run;
use symlint_core::config::{self, Config};
use symlint_core::policy::Policy;
use symlint_core::rule::Level;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project, Sources};

use crate::marks::{Files, Place};

/// A finding, with the text at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) rule: String,
    pub(crate) tenant: Option<String>,
    pub(crate) is_error: bool,
    pub(crate) place: Place,
    pub(crate) text: String,
    pub(crate) message: String,
}

/// What `symlint check .` says of a folder with these files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    /// Those that are not suppressed.
    pub(crate) findings: Vec<Found>,
    /// The codes of what was not checked.
    pub(crate) not_checked: Vec<String>,
    pub(crate) exit_code: u8,
}

impl Report {
    /// Whether somebody who looks at it must think that all is well.
    pub(crate) fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.not_checked.is_empty() && self.exit_code == 0
    }
}

/// Checks a folder with these files; `.symlint.hcl` is the configuration.
pub(crate) fn check(files: &Files) -> Report {
    let mut files = files.clone();
    let config = match files.remove(".symlint.hcl").map(read_config).transpose() {
        Ok(config) => config.unwrap_or_default(),
        Err(message) => return Report { findings: Vec::new(), not_checked: vec![message], exit_code: 2 },
    };
    let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
    let outcome = run(&project, &config, &Policy::default(), catalogue());
    let sources = project.sources();
    let findings: Vec<Found> = outcome
        .findings
        .iter()
        .filter(|finding| finding.counts())
        .map(|finding| Found {
            rule: finding.rule.to_owned(),
            tenant: finding.tenant.clone(),
            is_error: finding.level == Level::Error,
            place: Place {
                file: sources.get(finding.span.file).name().trim_start_matches("./").to_owned(),
                start: finding.span.start as usize,
                end: finding.span.end as usize,
            },
            text: sources.text(finding.span).to_string(),
            message: finding.message.clone(),
        })
        .collect();
    let unchecked = outcome.unchecked().map(|unchecked| unchecked.message("."));
    let exit_code = if unchecked.is_some() { 2 } else { u8::from(findings.iter().any(|finding| finding.is_error)) };
    Report { findings, not_checked: unchecked.into_iter().collect(), exit_code }
}

fn read_config(bytes: Vec<u8>) -> Result<Config, String> {
    let sources = Sources::new();
    let file = sources.add(".symlint.hcl", bytes).unwrap();
    config::read(&sources, file, catalogue()).map_err(|error| error.message)
}
