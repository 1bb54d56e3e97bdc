//! A Mermaid diagram of who can access what.

use std::fmt::Write;

use symlint_terraform::{SortedMap, SortedSet, Str};

use super::place::Known;
use super::wire::{Access, AccessStep, Report, ReportedFinding};
use crate::level::Level;

/// A diagram with more tenants is unreadable.
const TENANTS: usize = 24;

/// The access graph of the report; `None` if there is nothing to draw. Edges with an error are dashed. Tenants with
/// such an edge come first; if there are too many tenants, the others are left out.
pub(super) fn mermaid(report: &Report) -> Option<String> {
    let errors = report.counting().filter(|finding| finding.level == Level::Error);
    let errors: SortedMap<&str, &ReportedFinding> =
        errors.map(|finding| (finding.fingerprint.as_str(), finding)).collect();
    let of = |access: &Access| (access.run, access.tenant.clone());
    let steps = |access: &'_ Access| {
        let Access { role, instance, permission_set, account, .. } = access;
        let is_wrong = |it: &String| errors.get(it.as_str()).is_some_and(|finding| is_about(finding, access));
        [role, instance, permission_set, account].map(|step| step.findings.iter().any(is_wrong))
    };
    let all: SortedSet<(usize, Str)> = report.access.iter().map(of).collect();
    let wrong: SortedSet<(usize, Str)> =
        report.access.iter().filter(|access| steps(access).contains(&true)).map(of).collect();
    let first = if all.len() <= TENANTS { report.access.iter().map(of).collect() } else { wrong.clone() };
    let shown: SortedSet<(usize, Str)> = first.into_iter().take(TENANTS).collect();
    if shown.is_empty() {
        return None;
    }
    let mut graph = AccessGraph::default();
    for access in report.access.iter().filter(|access| shown.contains(&of(access))) {
        let run = report.runs.get(access.run).filter(|_| report.runs.len() > 1);
        graph.add(access, run.map(|run| run.name.as_str()), wrong.contains(&of(access)), steps(access));
    }
    Some(graph.render(all.len() - shown.len()))
}

/// Whether a finding is about the tenant of a grant, and not only about another tenant that this one is compared with.
fn is_about(finding: &ReportedFinding, access: &Access) -> bool {
    let is_named = |name: &String| *name == *access.tenant;
    let is_here = finding.run == access.run || finding.also_in.contains(&access.run);
    match &finding.tenant {
        Some(tenant) => is_here && is_named(tenant),
        None => finding.others.is_empty() || finding.others.iter().any(is_named),
    }
}

#[derive(Default)]
struct AccessGraph {
    /// The ids of the nodes, by the kind of node and its label.
    nodes: SortedMap<(char, String), String>,
    order: Vec<(String, String, bool)>,
    edges: SortedMap<(String, String), bool>,
}

impl AccessGraph {
    /// Adds a grant. The tenant is shown with its run if there are several runs. `wrong` are the edges with an error.
    fn add(&mut self, access: &Access, run: Option<&str>, is_wrong: bool, wrong: [bool; 4]) {
        let name = run.map_or_else(|| access.tenant.to_string(), |run| format!("{} in {run}", access.tenant));
        let start = self.node('t', &name, &name, is_wrong);
        let [on_role, on_instance, on_set, on_account] = wrong;
        let account_of = |arn: &'_ str| arn.split(':').nth(4).map(str::to_owned).filter(|account| !account.is_empty());
        let role = text(&access.role).map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or(arn);
            (arn, account_of(arn).map_or_else(|| format!("role {arn}"), |account| format!("role {name} in {account}")))
        });
        let role = self.link(&start, 's', role, on_role);
        let instance = part(&access.instance, |arn| arn.rsplit('/').next());
        let instance = self.link(&role, 'i', named("instance", instance), on_instance);
        let set = part(&access.permission_set, |arn| arn.split_once('/').map(|(_, sets)| sets));
        let set = self.link(&instance, 'p', named("permission set", set), on_set);
        self.link(&set, 'a', named("account", text(&access.account)), on_account);
    }

    /// Adds an edge from `from` to the node for a value and its label, and returns that node; `from` if the value is
    /// not known.
    fn link(&mut self, from: &str, kind: char, to: Option<(&str, String)>, wrong: bool) -> String {
        let Some((key, label)) = to else { return from.to_owned() };
        let to = self.node(kind, key, &label, false);
        *self.edges.entry((from.to_owned(), to.clone())).or_default() |= wrong;
        to
    }

    fn node(&mut self, kind: char, key: &str, label: &str, wrong: bool) -> String {
        let next = format!("{kind}{}", self.nodes.len());
        let id = self.nodes.entry((kind, key.to_owned())).or_insert_with(|| next.clone());
        if *id == next {
            self.order.push((next.clone(), escape(label), wrong));
        }
        id.clone()
    }

    fn render(&self, left_out: usize) -> String {
        let mut text = "flowchart LR\n".to_owned();
        // Writing to a string cannot fail.
        for (id, label, wrong) in &self.order {
            let class = if *wrong { ":::wrong" } else { "" };
            let _ = writeln!(text, "  {id}[\"{label}\"]{class}");
        }
        for ((from, to), wrong) in &self.edges {
            let arrow = if *wrong { "-.->" } else { "-->" };
            let _ = writeln!(text, "  {from} {arrow} {to}");
        }
        if left_out > 0 {
            let _ = writeln!(text, "  more[\"and {left_out} more tenants\"]");
        }
        text.push_str("  classDef wrong stroke:#cf222e,stroke-width:2px,stroke-dasharray:4 3\n");
        text
    }
}

fn named<'v>(what: &str, value: Option<&'v str>) -> Option<(&'v str, String)> {
    value.map(|value| (value, format!("{what} {value}")))
}

fn text(step: &AccessStep) -> Option<&str> {
    Known::text(&step.value).map(Str::as_str).filter(|text| !text.is_empty())
}

fn part<'v>(step: &'v AccessStep, part: impl Fn(&'v str) -> Option<&'v str>) -> Option<&'v str> {
    text(step).and_then(part).filter(|part| !part.is_empty())
}

/// A quoted label, in which all characters with a special meaning are written as numbers.
pub(crate) fn escape(label: &str) -> String {
    let mut escaped = String::new();
    for c in label.chars().take(120) {
        if c.is_alphanumeric() || " _-./:".contains(c) {
            escaped.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "#{};", u32::from(c));
        }
    }
    escaped
}
