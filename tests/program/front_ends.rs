//! The command line and the WebAssembly must have the same output, byte for byte, also for parts that were not checked.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{Symlint, VARIABLE, bad, folder, good, root};
use serde_json::{Value, json};

/// The texts of all files below `dir`, by their paths relative to `top`.
fn texts(top: &Path, dir: &Path, found: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(top, &path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.insert(path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/"), text);
        }
    }
}

/// Checks `path` below `top` with both, in each format that both support.
fn compare(top: &Path, path: &str, files: &BTreeMap<String, String>) -> Value {
    let request = json!({
        "version": 1, "files": files, "options": { "path": path, "today": "2026-01-01" }
    });
    for format in ["json", "concise", "markdown", "sarif"] {
        let run = Symlint::new(&["check", "--format", format, path])
            .dir(top)
            // 2026-01-01
            .env("SOURCE_DATE_EPOCH", "1767225600")
            .run();
        match symlint_wasm::check(&request.to_string(), format) {
            Ok(text) => {
                assert!(run.code < 2, "{path}: {}", run.stderr);
                assert_eq!(text, run.stdout, "{path} as {format}");
            }
            Err(problem) => {
                assert_eq!(run.code, 2, "{path}: {} {}", problem.message, run.stdout);
                assert!(run.stderr.contains(&problem.message), "{path}: {} {}", problem.message, run.stderr);
                if format == "json" {
                    let thrown: Value = serde_json::from_str(&problem.to_json()).unwrap();
                    assert_eq!(thrown["report"], run.json(), "{path}");
                }
            }
        }
    }
    let run = Symlint::new(&["check", "--format", "json", path]).dir(top).run();
    run.json()
}

#[test]
fn both_have_the_same_output_for_the_repository() {
    let mut files = BTreeMap::new();
    texts(&root(), &root().join("examples"), &mut files);
    texts(&root(), &root().join("tests/fixtures"), &mut files);
    for path in [
        "examples",
        "examples/copy-paste",
        "examples/multi-tenant",
        "examples/multi-tenant/main.tf",
        "examples/multi-tenant/terraform.tfvars",
        "tests/fixtures",
        "tests/fixtures/rich",
        "tests/fixtures/two-short-tenants.tfvars",
        "tests/fixtures/wiring",
    ] {
        let report = compare(&root(), path, &files);
        assert!(!report["runs"].as_array().unwrap().is_empty(), "{path}");
    }
}

/// The `not_checked` codes of all runs.
fn codes(report: &Value) -> Vec<String> {
    let runs = report["runs"].as_array().unwrap().iter();
    let gaps = runs.flat_map(|run| run["not_checked"].as_array().unwrap());
    gaps.chain(report["not_checked"].as_array().unwrap()).map(|gap| gap["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn both_have_the_same_output_for_unchecked_parts() {
    let call =
        |arguments: &str| format!("{VARIABLE}module \"access\" {{\n  source = \"example/flows/sym\"\n{arguments}}}\n");
    let handed = call("  for_each = var.customer_tenants\n  slug = each.key\n");
    let unknown = call("  for_each = data.external.it.result\n  tenant_slug = each.key\n").replace("flows", "sso_flow")
        + "data \"external\" \"it\" {}\n";
    let bad_config = "tenants {\n  varable = \"x\"\n}\n";
    for (files, code, wanted) in [
        (vec![("main.tf", handed.as_str()), ("terraform.tfvars", &good())], 0, &["no-flow"][..]),
        (vec![("main.tf", &unknown), ("terraform.tfvars", &good())], 0, &["unknown-wiring", "remote-module"]),
        (
            vec![("main.tf", &handed), ("terraform.tfvars", &good()), ("envs/x.tfvars", &bad())],
            0,
            &["no-flow", "unloaded-values"],
        ),
        (vec![("main.tf", &handed), ("envs/a.tfvars", &good()), ("envs/b.tfvars", &bad())], 1, &["no-flow", "no-flow"]),
        (vec![("main.tf", VARIABLE), ("terragrunt.hcl", "inputs = {}\n")], 2, &["no-flow", "terragrunt"]),
        (
            vec![("a/x.tfvars", &good()), ("b/y.tfvars", "customer_tenants = {}\n")],
            0,
            &["values-alone", "values-alone"],
        ),
        (vec![("main.tf", VARIABLE), ("terraform.tfvars", "customer_tenants = {\n")], 1, &["syntax-error"]),
        (vec![("a/main.tf", VARIABLE), ("a/terraform.tfvars", &good()), ("a/.symlint.hcl", bad_config)], 2, &[]),
        (vec![("readme.txt", "")], 2, &[]),
        (
            vec![
                (".symlint.hcl", "exclude = [\"old\"]\n"),
                ("a/main.tf", VARIABLE),
                ("a/terraform.tfvars", &good()),
                ("old/main.tf", VARIABLE),
                ("old/terraform.tfvars", &bad()),
            ],
            0,
            &["left-out"],
        ),
    ] {
        let dir = folder(&files);
        let mut here = BTreeMap::new();
        texts(dir.path(), dir.path(), &mut here);
        let report = compare(dir.path(), ".", &here);
        assert_eq!(
            report["summary"]["exit_code"], code,
            "{files:?}: {:#} {:#}",
            report["findings"], report["problems"]
        );
        assert_eq!(codes(&report), wanted, "{files:?}");
    }
}

/// Elements whose keys are all computed in one place are sorted by their keys.
#[test]
fn both_have_computed_elements_in_the_same_order() {
    let main = r#"module "access" {
  source   = "example/sso_flow/sym"
  for_each = { for n in range(8) : "tenant_${n}" => { account = "60417823995${n}", id = "ssoins-7223a91be40c5d6${n}" } }

  tenant_slug        = each.key
  account_id         = each.value.account
  permission_set_arn = "arn:aws:sso:::permissionSet/${each.value.id}/ps-5e1b09c7d2a84f63"

  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/${each.value.id}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::${each.value.account}:role/sym/SymSSOShared"
  }
}
"#;
    let dir = folder(&[("main.tf", main)]);
    let mut here = BTreeMap::new();
    texts(dir.path(), dir.path(), &mut here);
    let report = compare(dir.path(), ".", &here);
    let tenants = report["tenants"].as_array().unwrap().iter().map(|tenant| tenant["key"].as_str().unwrap());
    assert_eq!(tenants.collect::<Vec<_>>(), (0..8).map(|n| format!("tenant_{n}")).collect::<Vec<_>>());
}
