//! A Mermaid diagram of the grants that a change adds or removes.

use std::fmt::Write;

use symlint_terraform::SortedMap;

use super::wire::{Diff, GrantChange};
use super::words::short_arn;
use crate::report::{Known, escape};

/// A diagram with more edges is unreadable.
const EDGES: usize = 60;

/// What happens to an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Lost,
    Gained,
    /// One grant loses it and another gains it.
    Kept,
}

#[derive(Default)]
struct ChangeGraph {
    /// The ids of the nodes, by the kind of node and its key.
    ids: SortedMap<(char, String), String>,
    nodes: Vec<(String, String)>,
    edges: Vec<((String, String), Fate)>,
}

impl ChangeGraph {
    fn node(&mut self, kind: char, key: &str, label: &str) -> String {
        let next = format!("{kind}{}", self.ids.len());
        let id = self.ids.entry((kind, key.to_owned())).or_insert_with(|| next.clone()).clone();
        if id == next {
            self.nodes.push((next, escape(label)));
        }
        id
    }

    fn grant(&mut self, tenant: &str, grant: &GrantChange, fate: Fate) {
        let mut from = self.node('t', tenant, tenant);
        for (kind, what, value) in [
            ('r', "role", &grant.role),
            ('i', "instance", &grant.instance),
            ('p', "permission set", &grant.permission_set),
            ('a', "account", &grant.account),
        ] {
            let (key, label) = match value {
                Some(Known::Text(text)) => (text.to_string(), format!("{what} {}", short_arn(text))),
                // Unknown values of two tenants may differ, so each has its own node.
                Some(Known::Unknown { .. }) => (format!("?{tenant}"), format!("{what} not known")),
                Some(Known::Sensitive { hash, .. }) => (hash.to_string(), format!("{what} (sensitive)")),
                None => continue,
            };
            let to = self.node(kind, &key, &label);
            let edge = (from, to.clone());
            match self.edges.iter_mut().find(|(known, _)| *known == edge) {
                Some((_, known)) if *known != fate => *known = Fate::Kept,
                Some(_) => {}
                None => self.edges.push((edge, fate)),
            }
            from = to;
        }
    }
}

/// The gained grants as thick arrows, and the lost ones as dotted arrows. Tenants that cross into another customer are
/// marked and come first; if there are too many, the others are left out. `None` if there is nothing to draw.
pub(super) fn picture(diff: &Diff) -> Option<String> {
    let mut graph = ChangeGraph::default();
    let changes = diff.urgent_first();
    let mut left_out = changes.len();
    for (change, _) in changes {
        if graph.edges.len() > EDGES {
            break;
        }
        left_out -= 1;
        let tenant = change.title.as_str();
        change.gained.iter().for_each(|grant| graph.grant(tenant, grant, Fate::Gained));
        change.rerouted.iter().for_each(|grant| graph.grant(tenant, &grant.new, Fate::Gained));
        change.lost.iter().for_each(|grant| graph.grant(tenant, grant, Fate::Lost));
        change.rerouted.iter().for_each(|grant| graph.grant(tenant, &grant.old, Fate::Lost));
    }
    if graph.edges.is_empty() {
        return None;
    }
    let crossing = |id: &str| {
        let crossing = diff.crossings.iter().flat_map(|crossing| &crossing.titles[0]);
        let mut ids = crossing.filter_map(|tenant| graph.ids.get(&('t', tenant.clone())));
        ids.any(|own| own == id)
    };
    let mut text = "flowchart LR\n".to_owned();
    // Writing to a string cannot fail.
    for (id, label) in &graph.nodes {
        let class = if crossing(id) { ":::crossing" } else { "" };
        let _ = writeln!(text, "  {id}[\"{label}\"]{class}");
    }
    for ((from, to), fate) in &graph.edges {
        let arrow = match fate {
            Fate::Gained => "==>|gained|",
            Fate::Lost => "-.->|lost|",
            Fate::Kept => "-->",
        };
        let _ = writeln!(text, "  {from} {arrow} {to}");
    }
    if left_out > 0 {
        let _ = writeln!(text, "  more[\"and {left_out} more tenants\"]");
    }
    text.push_str("  classDef crossing stroke:#cf222e,stroke-width:3px\n");
    Some(text)
}
