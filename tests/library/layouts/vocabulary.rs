//! Messages call things what the reader calls them.

use std::collections::{BTreeMap, BTreeSet};

use crate::layouts::names::RENAMED;
use crate::layouts::run::{Checked, results, undetectable};

/// What the shipped example calls its things. `account_id` is Sym's own name for a setting of a target.
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

/// Where a name is that of an output or a setting of Sym's, whatever the reader calls it.
const ELSEWHERE: [&str; 3] =
    ["`role_arn` from the `settings` output", "`instance_arn` from the `settings` output", "`settings."];

/// The names in `text` that are words of their own.
fn names_in(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(move |c: char| !is_part(c)).filter(|word| SHIPPED.contains(word))
}

#[test]
fn messages_use_no_name_that_the_files_do_not_have() {
    let mut foreign: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut rules: BTreeSet<&str> = BTreeSet::new();
    let renamed = results().chain(undetectable()).filter(|checked| checked.setup.naming == RENAMED.style);
    for Checked { setup, report, .. } in renamed {
        let written: Vec<&str> = setup.files.values().filter_map(|bytes| std::str::from_utf8(bytes).ok()).collect();
        for found in &report.findings {
            rules.insert(&found.rule);
            for text in &found.texts {
                // What follows is in the words of the configuration file.
                let text = text.split(" .symlint.hcl:").next().unwrap();
                let said = ELSEWHERE.iter().fold(text.to_owned(), |text, known| text.replace(known, "-"));
                for name in names_in(&said) {
                    // Modules have the names of the provider under any naming, and that is not what is meant here.
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

/// Whether a resource of Sym or AWS has an argument with this name, so that modules have it under any naming.
fn is_of_provider(name: &str) -> bool {
    matches!(name, "account_id" | "instance_arn" | "role_arn" | "permission_set_arn")
}
