//! Which changes keep the fingerprint of a finding. A baseline must not accept a mistake that nobody has seen.

use std::collections::BTreeMap;

use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

const MODULE: &str = include_str!("../fixtures/wiring/sso_flow.tf");
const VARIABLES: &str = include_str!("../fixtures/wiring/variables.tf");
const VALUES: &str = include_str!("../fixtures/wiring/terraform.tfvars");
const CALL: &str = include_str!("../fixtures/wiring/call.tf");

/// The fingerprints of the findings of `rule`, sorted.
fn fingerprints(rule: &str, main: &str, values: &str) -> Vec<String> {
    let variables = VARIABLES.replace("region       = string", "region       = optional(string, \"us-east-1a\")");
    let main = format!("{variables}\n{main}");
    let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", values)];
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
    let outcome = check(&project, &Config::default(), &Policy::default(), catalogue());
    let found = outcome.findings.iter().filter(|finding| finding.rule == rule);
    let mut found: Vec<String> = found.map(|finding| finding.fingerprint.clone()).collect();
    found.sort();
    assert!(!found.is_empty(), "{rule} finds nothing in\n{main}\n{values}: {:#?}", outcome.findings);
    found
}

/// The settings of one customer, passed for all tenants.
const FOREIGN: &str = "var.customer_tenants[\"red_canyon\"].sso_connector_settings";

fn call(argument: &str, value: &str) -> String {
    let line = CALL.lines().find(|line| line.trim_start().starts_with(argument)).unwrap();
    CALL.replace(line, &format!("  {argument} = {value}"))
}

fn safelist(accounts: &str) -> String {
    format!(
        "{CALL}\nmodule \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = \
         concat([for tenant in var.customer_tenants : tenant.sso_account_id], [{accounts}])\n}}\n"
    )
}

/// The values, with further tenants in front that have these keys. Each is a copy of the first tenant with its own
/// permission set and role.
fn sharing(keys: &[&str]) -> String {
    let first = &VALUES[VALUES.find("  blue_harbour").unwrap()..VALUES.find("  green_valley").unwrap()];
    let copy = |key: &&str| {
        let own = first.replace("blue_harbour", key).replace("5e1b09c7d2a84f63", &format!("{:016x}", key.len()));
        own.replace("SymSSOBlue-Harbour", &format!("SymSSO-{key}"))
    };
    VALUES.replacen('{', &format!("{{\n{}", keys.iter().map(copy).collect::<String>()), 1)
}

#[test]
fn a_different_cause_has_a_different_fingerprint() {
    let miswired = |argument: &str, value: &str| fingerprints("flow-argument-miswired", &call(argument, value), VALUES);
    let account = miswired("account_id", "each.value.sso_account_id");
    assert_ne!(account, miswired("sso_connector_settings", FOREIGN));
    assert_ne!(account, miswired("account_id", "var.customer_tenants[\"red_canyon\"].target_account_id"));
    assert_ne!(account, miswired("account_id", "\"593017462285\""));
    // The argument is wrong for only some of the tenants.
    let some = |names: &str| {
        format!("contains([{names}], each.key) ? each.value.sso_account_id : each.value.target_account_id")
    };
    let two = miswired("account_id", &some("\"blue_harbour\", \"green_valley\""));
    assert_ne!(two, miswired("account_id", &some("\"blue_harbour\", \"red_canyon\"")));
    assert_ne!(two, account);

    let stale = |accounts: &str| fingerprints("safelist-stale", &safelist(accounts), VALUES);
    assert_ne!(stale("\"593017462285\""), stale("\"593017462286\""));

    let shared = |keys: &[&str]| fingerprints("shared-sso-account", CALL, &sharing(keys));
    assert_ne!(shared(&["blue_readonly"]), shared(&["white_river_foods"]));
    assert_ne!(shared(&["blue_readonly"]), shared(&["blue_readonly", "white_river_foods"]));

    let missing = |argument: &str| {
        let line = CALL.lines().find(|line| line.trim_start().starts_with(argument)).unwrap();
        fingerprints("flow-argument-missing", &CALL.replace(line, ""), VALUES)
    };
    assert_ne!(missing("account_id"), missing("permission_set_arn"));

    // Tenants without a region get the default, and share one finding.
    let without = |keys: &[&str]| {
        let mut values = VALUES.to_owned();
        for key in keys {
            let region = values[values.find(key).unwrap()..].find("      region").unwrap() + values.find(key).unwrap();
            values.replace_range(region..region + values[region..].find('\n').unwrap(), "");
        }
        fingerprints("region-invalid", CALL, &values)
    };
    assert_ne!(without(&["blue_harbour", "green_valley"]), without(&["blue_harbour", "red_canyon"]));
}

#[test]
fn a_moved_or_reformatted_finding_keeps_its_fingerprint() {
    let wrong = call("account_id", "each.value.sso_account_id");
    let found = fingerprints("flow-argument-miswired", &wrong, VALUES);
    let again = |main: &str, values: &str| fingerprints("flow-argument-miswired", main, values);
    assert_eq!(found, again(&format!("# moved\n\n{}", wrong.replace(" = ", "   =  ")), VALUES));
    assert_eq!(found, again(&call("account_id", "(each.value)[\"sso_account_id\"]"), VALUES));
    // The argument is also wrong for any tenant that is added.
    assert_eq!(found, again(&wrong, &sharing(&["blue_readonly"])));

    let stale = |accounts: &str| fingerprints("safelist-stale", &safelist(accounts), VALUES);
    assert_eq!(stale("\"593017462285\", \"593017462286\""), stale("\"593017462286\",\n\"593017462285\""));

    let shared = |keys: &[&str]| fingerprints("shared-sso-account", CALL, &sharing(keys));
    assert_eq!(shared(&["blue_readonly", "white_river_foods"]), shared(&["white_river_foods", "blue_readonly"]));
}
