//! The whole way: a project in, findings out.

use symlint_terraform::Project;

use crate::config::Config;
use crate::finding::Finding;
use crate::policy::Policy;
use crate::rule::{Catalogue, Context, Level};
use crate::tenants::{self, Model};

/// What a check found, and what it looked at.
#[derive(Debug)]
pub struct Outcome<'p> {
    /// Everything that the rules looked at.
    pub model: Model<'p>,
    /// Sorted by file, then offset, then rule.
    pub findings: Vec<Finding>,
}

/// Checks `project` by the rules of `catalogue`.
pub fn check<'p>(project: &'p Project, config: &Config, policy: &Policy, catalogue: &Catalogue) -> Outcome<'p> {
    let model = tenants::build(project, config);
    let mut findings = Vec::new();
    for entry in catalogue.iter() {
        let level = policy.level(entry, config);
        if level != Level::Off {
            (entry.rule.check)(&mut Context::new(&model, config, entry, level, &mut findings));
        }
    }
    sort(&mut findings, project);
    Outcome { model, findings }
}

fn sort(findings: &mut [Finding], project: &Project) {
    let sources = project.sources();
    findings.sort_by_cached_key(|finding| {
        let name = sources.get(finding.span.file).name().to_owned();
        (name, finding.span.start, finding.rule, finding.span.end, finding.message.clone())
    });
}
