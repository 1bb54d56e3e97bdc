//! The whole way: a project in, findings out.

use std::collections::HashMap;

use symlint_terraform::{Project, Span};

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
            let mut found = Vec::new();
            (entry.rule.check)(&mut Context::new(&model, config, entry, level, &mut found));
            findings.extend(fold(found));
        }
    }
    findings.iter_mut().for_each(|finding| stand_in_files(finding, project));
    sort(&mut findings, project);
    Outcome { model, findings }
}

/// A value from the environment or an option is in no file: its variable is.
fn stand_in_files(finding: &mut Finding, project: &Project) {
    finding.span = project.visible(finding.span);
    finding.related.iter_mut().for_each(|related| related.span = project.visible(related.span));
    finding.fixes.retain(|fix| fix.edits.iter().all(|edit| project.visible(edit.span) == edit.span));
}

fn sort(findings: &mut [Finding], project: &Project) {
    let sources = project.sources();
    findings.sort_by_cached_key(|finding| {
        let name = sources.get(finding.span.file).name().to_owned();
        (name, finding.span.start, finding.rule, finding.span.end, finding.message.clone())
    });
}

/// How many tenants a finding about several of them names.
const NAMED: usize = 3;

/// A value that several tenants have from one place, such as a default or a local, has one finding, on none of them.
fn fold(found: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<(Finding, Vec<String>)> = Vec::with_capacity(found.len());
    let mut places: HashMap<(Span, String), usize> = HashMap::new();
    for finding in found {
        let tenants: Vec<String> = finding.tenant.iter().cloned().collect();
        let group = places.get(&(finding.span, finding.message.clone())).copied();
        match group.and_then(|group| groups.get_mut(group)) {
            Some((_, others)) if !tenants.is_empty() => {
                if others.last() != tenants.last() {
                    others.extend(tenants);
                }
            }
            _ => {
                if !tenants.is_empty() {
                    places.insert((finding.span, finding.message.clone()), groups.len());
                }
                groups.push((finding, tenants));
            }
        }
    }
    groups.into_iter().map(|(finding, tenants)| about_all(finding, &tenants)).collect()
}

fn about_all(finding: Finding, tenants: &[String]) -> Finding {
    if tenants.len() < 2 {
        return finding;
    }
    let named: Vec<String> = tenants.iter().take(NAMED).map(|tenant| format!("`{tenant}`")).collect();
    let more = if tenants.len() > NAMED { ", …" } else { "" };
    let message = format!("{} (in {} tenants: {}{more})", finding.message, tenants.len(), named.join(", "));
    Finding { message, tenant: None, path: None, ..finding }
}
