//! A picture of who reaches what, in Mermaid's language.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::wire::{Known, Report, ReportedTenant};

/// More tenants than that are no picture any more.
const TENANTS: usize = 24;

/// Tenants → the account of their connector role → instance → permission set → target account. Those of `wrong` come
/// first and are dashed; of many tenants the others are left out.
///
/// None where there is nothing to draw.
pub(super) fn mermaid(report: &Report, wrong: &BTreeSet<(usize, &str)>) -> Option<String> {
    let tenants = &report.tenants;
    let is_wrong = |tenant: &&ReportedTenant| wrong.contains(&(tenant.project, tenant.key.as_str()));
    let mut shown: Vec<&ReportedTenant> = tenants.iter().filter(is_wrong).collect();
    if tenants.len() <= TENANTS {
        shown = tenants.iter().collect();
    }
    shown.truncate(TENANTS);
    if shown.is_empty() {
        return None;
    }
    let mut graph = Graph::default();
    for tenant in &shown {
        let project = report.projects.get(tenant.project).filter(|_| report.projects.len() > 1);
        graph.add(tenant, project.map(|project| project.name.as_str()), is_wrong(tenant));
    }
    let left_out = tenants.len() - shown.len();
    Some(graph.render(left_out))
}

#[derive(Default)]
struct Graph {
    /// Label → id, by kind of node.
    nodes: BTreeMap<(char, String), String>,
    order: Vec<(String, String, bool)>,
    edges: BTreeMap<(String, String), bool>,
}

impl Graph {
    /// Adds a tenant, which is named with its module where there are several.
    fn add(&mut self, tenant: &ReportedTenant, module: Option<&str>, wrong: bool) {
        let name = module.map_or_else(|| tenant.key.to_string(), |module| format!("{} in {module}", tenant.key));
        let start = self.node('t', &name, &name, wrong);
        let account = part(tenant.role_arn.as_ref(), |arn| arn.split(':').nth(4))
            .or_else(|| text(tenant.sso_account_id.as_ref()));
        let account = self.link(&start, 's', "SSO account", account, wrong);
        let instance = self.link(&account, 'i', "instance", text(tenant.instance_id.as_ref()), wrong);
        for grant in &tenant.grants {
            let set = part(grant.permission_set_arn.as_ref(), |arn| arn.split_once('/').map(|(_, sets)| sets));
            let set = self.link(&instance, 'p', "permission set", set, wrong);
            self.link(&set, 'a', "account", text(grant.target_account_id.as_ref()), wrong);
        }
    }

    /// The node for `value`, reached from `from`; `from` itself where the value is not known.
    fn link(&mut self, from: &str, kind: char, what: &str, value: Option<&str>, wrong: bool) -> String {
        let Some(value) = value else { return from.to_owned() };
        let to = self.node(kind, value, &format!("{what} {value}"), false);
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

fn text(value: Option<&Known>) -> Option<&str> {
    match value {
        Some(Known::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn part<'v>(value: Option<&'v Known>, part: impl Fn(&'v str) -> Option<&'v str>) -> Option<&'v str> {
    text(value).and_then(part).filter(|part| !part.is_empty())
}

/// A label in quotes: everything that could mean something is written as a number.
fn escape(label: &str) -> String {
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
