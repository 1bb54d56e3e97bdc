//! Every correct way to pass the tenants' values to the flows must have no findings, and in every way, each fault must
//! be found at the text that is wrong.

mod additions;
mod advice;
mod also;
mod arguments;
mod assembled;
mod attacks;
mod beside;
mod calls;
mod causes;
mod consequences;
mod foreign;
mod ids;
mod kept;
mod left_out;
mod lone;
mod maps;
mod more_kept;
mod names;
mod one_tenant;
mod organizations;
mod origins;
mod own_variables;
mod policies;
mod references;
mod repeated;
mod resources;
mod safelists;
mod tables;
mod unfit;
mod unknown;
mod ways;

use std::collections::BTreeMap;

use symlint_core::check::check;
use symlint_core::config::{self, Config};
use symlint_core::finding::Finding;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project, Sources};

const MODULE: &str = include_str!("../../fixtures/wiring/sso_flow.tf");
const VARIABLES: &str = include_str!("../../fixtures/wiring/variables.tf");
const VALUES: &str = include_str!("../../fixtures/wiring/terraform.tfvars");
/// The right call for all tenants.
const CALL: &str = include_str!("../../fixtures/wiring/call.tf");
const KEYS: [&str; 3] = ["blue_harbour", "green_valley", "red_canyon"];

/// The rule, and the text at the primary location.
type Found = (String, String);

/// The findings in these files, sorted. `.symlint.hcl` is the configuration.
fn findings(files: &[(&str, &str)]) -> Vec<Found> {
    tell(files, |finding, project| (finding.rule.to_owned(), project.sources().text(finding.span).to_string()))
}

/// The result of `of` for each finding in these files, sorted.
fn tell<T: Ord>(files: &[(&str, &str)], of: impl Fn(&Finding, &Project) -> T) -> Vec<T> {
    let mut files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let config = files.remove(".symlint.hcl").map_or_else(Config::default, |bytes| {
        let sources = Sources::new();
        let file = sources.add(".symlint.hcl", bytes).unwrap();
        config::read(&sources, file, catalogue()).unwrap()
    });
    let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
    let outcome = check(&project, &config, &Policy::default(), catalogue());
    let mut found: Vec<T> = outcome.findings.iter().map(|finding| of(finding, &project)).collect();
    found.sort();
    found
}

/// The findings with `main`, the stock module, and the stock values.
fn findings_in(main: &str) -> Vec<Found> {
    findings(&[("main.tf", main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)])
}

/// Compares `found` with the rules and texts that are expected.
fn expect(what: &str, found: Vec<Found>, expected: &[(&str, &str)], failures: &mut String) {
    use std::fmt::Write;
    let mut expected: Vec<Found> = expected.iter().map(|(rule, text)| ((*rule).into(), (*text).into())).collect();
    expected.sort();
    if found != expected {
        writeln!(failures, "{what}:\n  expected {expected:?}\n  found    {found:?}").unwrap();
    }
}
