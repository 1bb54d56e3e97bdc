//! The same tenants, written in every way that Terraform accepts. Each fault must be found in all of them, for the same
//! tenant and at the same text, and correct setups must have no findings.

mod faults;
mod properties;
mod set_ups;
mod spell;
mod tenants;

use std::collections::BTreeMap;

use symlint_core::check::check;
use symlint_core::config::{self, Config};
use symlint_core::finding::Finding;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project, Sources};

/// The names and contents of files.
type Files = Vec<(String, Vec<u8>)>;

/// The rule, the tenant, and the text at the primary location.
type Found = (String, Option<String>, String);

/// Loads `files` as a folder, or as a values file alone if there is only one. `.symlint.hcl` is the configuration.
fn project(files: &Files) -> (Project, Config) {
    let mut files: BTreeMap<String, Vec<u8>> = files.iter().cloned().collect();
    let config = files.remove(".symlint.hcl").map_or_else(Config::default, |bytes| {
        let sources = Sources::new();
        let file = sources.add(".symlint.hcl", bytes).unwrap();
        config::read(&sources, file, catalogue()).unwrap()
    });
    let project = match files.first_key_value() {
        Some((name, bytes)) if files.len() == 1 && name.contains(".tfvars") => {
            Project::from_values(name, bytes.clone()).unwrap()
        }
        _ => Project::load(files.clone(), ".", &LoadOptions::default()).unwrap(),
    };
    (project, config)
}

/// The result of `tell` for each finding.
fn findings<T: Ord>(files: &Files, tell: impl Fn(&Finding, &Project) -> T) -> Vec<T> {
    let (project, config) = project(files);
    let outcome = check(&project, &config, &Policy::default(), catalogue());
    let mut found: Vec<T> = outcome.findings.iter().map(|finding| tell(finding, &project)).collect();
    found.sort();
    found
}

fn found(files: &Files) -> Vec<Found> {
    findings(files, |finding, project| {
        let text = project.sources().text(finding.span).to_string();
        (finding.rule.to_owned(), finding.tenant.clone(), text)
    })
}
