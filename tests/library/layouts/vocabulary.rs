//! Messages use the names that are in the reader's files.

use std::collections::{BTreeMap, BTreeSet};

use crate::layouts::names::RENAMED;
use crate::layouts::run::{Checked, results, undetectable};

/// The names in the shipped example. `account_id` is also Sym's name for a setting of a target.
const SHIPPED: [&str; 11] = [
    "customer_tenants",
    "sso_flow",
    "tenant_slug",
    "account_id",
    "sso_account_id",
    "sso_connector_settings",
    "instance_arn",
    "role_arn",
    "permission_set_arn",
    "target_account_id",
    "account_id_safelist",
];

/// Phrases after which a name is that of an output or a setting of Sym, whatever the reader's own names are.
const ELSEWHERE: [&str; 4] = [
    "`role_arn` from the `settings` output",
    "`role_arn` in the `settings` output",
    "`instance_arn` in the `settings` output",
    "`settings.",
];

/// The names in `text` that are whole words.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c: char| !is_part(c)).filter(|word| SHIPPED.contains(word))
}

#[test]
fn messages_use_only_names_from_the_files() {
    let mut foreign: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut rules: BTreeSet<&str> = BTreeSet::new();
    let renamed = results().chain(undetectable()).filter(|checked| checked.setup.naming == RENAMED.style);
    for Checked { setup, report, .. } in renamed {
        let written: Vec<&str> = setup.files.values().filter_map(|bytes| std::str::from_utf8(bytes).ok()).collect();
        for found in &report.findings {
            rules.insert(&found.rule);
            for text in &found.texts {
                // The lines to paste use the names of the configuration file.
                let text = text.split(" .symlint.hcl:").next().unwrap();
                let said = ELSEWHERE.iter().fold(text.to_owned(), |text, known| text.replace(known, "-"));
                for name in names_in(&said) {
                    // Arguments that are named after a provider's own have the same name in every setup.
                    let is_written = !is_of_provider(name) && written.iter().any(|text| text.contains(name));
                    let is_of_resource = said.contains(" of `sym_") || said.contains(" of `aws_");
                    if !is_written && !is_of_resource {
                        let at = format!("{}/{}: {text}", setup.layout, setup.fault);
                        foreign.entry((found.rule.clone(), name.to_owned())).or_insert(at);
                    }
                }
            }
        }
    }
    assert!(rules.len() > 20, "too few rules have findings to say anything: {rules:?}");
    let list: String = foreign.iter().map(|((rule, name), at)| format!("{rule} says {name}: {at}\n")).collect();
    assert!(foreign.is_empty(), "{} names:\n{list}", foreign.len());
}

/// Whether a resource of Sym or AWS has an argument with this name, so that modules use it in any setup.
fn is_of_provider(name: &str) -> bool {
    matches!(name, "account_id" | "instance_arn" | "role_arn" | "permission_set_arn")
}
