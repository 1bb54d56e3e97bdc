//! Comparisons with other HCL parsers: a file that both `hcl-edit` and symlint accept must have the same names, keys,
//! values, and places for both, and an expression that `hcl-rs` can evaluate must have the same value.

mod constants;
mod lines;
mod ours;
mod theirs;

use crate::expressions;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use lines::Lines;
use ours::Ours;
use proptest::prelude::*;
use symlint_core::engine::{Engine, Named, Request};
use symlint_terraform::{Evaluator, FileTree, Project, Sources, Value, syntax, to_json};
use theirs::Theirs;

/// What both parsers have read, if both accept the text.
fn read_by_both(text: &str) -> Option<(String, String)> {
    let sources = Sources::new();
    let file = sources.add("file.tf", text.as_bytes().to_vec()).ok()?;
    let tree = syntax::read(file, &sources.get(file));
    let body = hcl_edit::parser::parse_body(text).ok().filter(|_| tree.errors.is_empty())?;
    let mut ours = Ours(Lines::default(), text);
    ours.body(&tree.body);
    let mut theirs = Theirs::default();
    theirs.body(&body);
    Some((ours.0.0, theirs.0.0))
}

/// All HCL files in this repository.
fn recorded() -> Vec<(PathBuf, String)> {
    let root = crate::root();
    let mut files = Vec::new();
    let mut folders = vec![root.join("examples"), root.join("tests"), root.join("rules/src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let ends = |ending| path.extension().is_some_and(|extension| extension == ending);
            if path.is_dir() {
                folders.push(path);
            } else if ends("tf") || ends("tfvars") || ends("hcl") {
                files.extend(std::fs::read_to_string(&path).map(|text| (path, text)));
            } else if ends("md") {
                let page = std::fs::read_to_string(&path).unwrap();
                let blocks = page.split("```hcl ").skip(1).map(|block| {
                    let (_, block) = block.split_once('\n').unwrap();
                    block.split("```").next().unwrap().to_owned()
                });
                files.extend(blocks.map(|text| (path.clone(), text)));
            }
        }
    }
    files
}

#[test]
fn both_parsers_read_recorded_files_alike() {
    let mut both = 0;
    for (path, text) in recorded() {
        if let Some((ours, theirs)) = read_by_both(&text) {
            both += 1;
            assert_eq!(ours, theirs, "{}:\n{text}", path.display());
        }
    }
    assert!(both > 300, "only {both} files were compared");
}

const OK: bool = true;
const NO: bool = false;

/// Texts that Terraform accepts or rejects, as recorded from Terraform.
const VERDICTS: &[(bool, &str)] = include!("../../../crates/symlint-terraform/src/syntax/tests/verdicts.in");

#[test]
fn both_parsers_read_accepted_text_alike() {
    // Terraform combines an accent with its letter into one character, but `hcl-edit` keeps them apart.
    let accepted = VERDICTS.iter().filter(|(accepted, text)| *accepted && !text.contains('\u{301}'));
    let mut both = 0;
    for (_, text) in accepted {
        if let Some((ours, theirs)) = read_by_both(text) {
            both += 1;
            assert_eq!(ours, theirs, "{text}");
        }
    }
    assert!(both > 300, "only {both} files were compared");
}

fn is_known(value: &Value) -> bool {
    let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    value.as_unknown().is_none() && value.elements().unwrap_or_default().iter().chain(entries).all(is_known)
}

/// The value of a file of attributes according to `hcl-rs`, which panics on some input.
fn their_values(text: &str) -> Option<serde_json::Value> {
    let evaluate = || hcl::eval::from_str::<hcl::Value>(text, &hcl::eval::Context::new()).ok();
    serde_json::to_value(std::panic::catch_unwind(evaluate).ok()??).ok()
}

/// The value of the same file according to symlint, if all of it is known and Terraform would accept it.
fn our_values(text: &str) -> Option<serde_json::Value> {
    let project = Project::from_values("terraform.tfvars", text.as_bytes().to_vec()).unwrap();
    let evaluator = Evaluator::new(&project);
    let file = &project.files()[0].file;
    let mut ours = serde_json::Map::new();
    for attribute in &file.body.attributes {
        let value = evaluator.constant(&attribute.value);
        let json = to_json(&value).filter(|_| is_known(&value))?;
        ours.insert(attribute.name.text.to_string(), serde_json::from_str(&json).unwrap());
    }
    let is_correct = file.errors.is_empty() && file.body.blocks.is_empty() && evaluator.errors().is_empty();
    is_correct.then_some(serde_json::Value::Object(ours))
}

/// Compares the values, and returns whether there were any.
fn same_values(text: &str) -> bool {
    let Some((ours, theirs)) = our_values(text).zip(their_values(text)) else { return false };
    assert_eq!(ours, theirs, "{text}");
    true
}

#[test]
fn both_evaluators_agree_on_recorded_files() {
    let both = recorded().iter().filter(|(_, text)| same_values(text)).count();
    assert!(both > 100, "only {both} files were compared");
}

/// The output of `symlint init` with the settings that it comments out.
fn uncommented(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines = paragraph.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        // A paragraph begins with prose.
        lines.skip_while(|line| !line.ends_with(['{', ']'])).collect::<Vec<_>>().join("\n")
    });
    paragraphs.collect::<Vec<_>>().join("\n\n") + "\n"
}

#[test]
fn both_parsers_read_the_output_of_init_alike() {
    let keys = ["acme_admin", "acme_\"quoted\" \\ ${not.a.reference} %{if}"];
    let tenants = keys.map(|key| {
        let key = key.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
        format!(
            "  \"{key}\" = {{
    sso_account_id = \"719240583316\"
    sso_connector_settings = {{
      cloud        = \"aws\"
      instance_arn = \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"
      region       = \"us-east-1\"
      role_arn     = \"arn:aws:iam::719240583316:role/sym/SymSSOAcme\"
    }}
    permission_set_arn = \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f6{}\"
    target_account_id  = \"604178239951\"
  }}\n",
            key.len() % 10
        )
    });
    let values = format!("customer_tenants = {{\n{}}}\n", tenants.concat());
    let files = BTreeMap::from([("terraform.tfvars".to_owned(), values.into_bytes())]);
    let request = Request { paths: vec![Named::Path(".".into())], ..Request::default() };
    let tree: Arc<dyn FileTree> = Arc::new(files);
    let proposed = Engine::new(symlint_rules::catalogue()).propose(&tree, &request, ".symlint.hcl").unwrap();
    let written = proposed.proposal.text();
    let text = uncommented(&written);
    for text in [&written, &text] {
        let (ours, theirs) = read_by_both(text).unwrap_or_else(|| panic!("not both accept this:\n{text}"));
        assert_eq!(ours, theirs, "{text}");
    }
    let configuration: serde_json::Value = hcl::from_str(&text).unwrap();
    assert_eq!(configuration["organization"]["acme"]["tenants"], serde_json::json!(keys), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_global_rejects: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_parsers_read_generated_expressions_alike(text in expressions::expression()) {
        let text = format!("a = {text}\n");
        if let Some((ours, theirs)) = read_by_both(&text) {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }

    #[test]
    fn both_evaluators_agree_on_generated_values(text in constants::constant()) {
        let text = format!("a = {text}\n");
        if let Some((ours, theirs)) = read_by_both(&text) {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
        prop_assume!(same_values(&text));
    }
}
