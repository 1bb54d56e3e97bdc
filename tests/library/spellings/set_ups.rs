//! Correct setups with unusual features: they have no errors, and at most one warning for each cause.

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_core::level::Level;

use crate::spellings::spell::{SPELLINGS, Spelling};
use crate::spellings::tenants::{INSTANCE, REGION, ROLE, SET, SSO, TARGET, Tenant, many, tenants, title};
use crate::spellings::{Files, findings};

/// The number of findings for each rule; errors are marked.
fn heard(files: &Files) -> BTreeMap<String, usize> {
    let mut heard = BTreeMap::new();
    for rule in findings(files, |finding, _| {
        let mark = if finding.level == Level::Error { "!" } else { "" };
        format!("{mark}{}", finding.rule)
    }) {
        *heard.entry(rule).or_default() += 1;
    }
    heard
}

/// Checks tenants in every spelling, with `config` as the configuration. Each rule in `warnings` may warn once.
fn expect(what: &str, tenants: &[Tenant], config: &str, warnings: &[&str], failures: &mut String) {
    let is_meant = |spelling: &&Spelling| tenants.iter().all(|tenant| tenant.extra.is_empty()) || spelling.has_entries;
    for spelling in SPELLINGS.iter().filter(is_meant) {
        let mut files = (spelling.spell)(tenants);
        if !config.is_empty() {
            files.push((".symlint.hcl".into(), config.as_bytes().to_vec()));
        }
        let found = heard(&files);
        if found.keys().any(|rule| !warnings.contains(&rule.as_str())) || found.values().any(|&count| count > 1) {
            writeln!(failures, "{what}, {}: {found:?}", spelling.name).unwrap();
        }
    }
}

/// A second entry for the customer of `of`, with the same connector and another grant.
fn second_entry(of: &Tenant, key: &str, set: &str, target: &str) -> Tenant {
    let mut second = Tenant { key: key.to_owned(), ..of.clone() };
    let own = second.text(SET).rsplit_once('/').unwrap().1.to_owned();
    second.replace(SET, &own, set);
    second.set(TARGET, target);
    second
}

#[test]
fn several_entries_for_one_customer() {
    let mut failures = String::new();
    let mut all = tenants();
    all.push(second_entry(&all[1], "green_valley_audit", "ps-77c8f10a6e4d9276", "915827304473"));
    expect("two entries", &all, "", &["shared-sso-account", "connector-role-unexpected"], &mut failures);
    all.push(second_entry(&all[1], "green_valley_read", "ps-78c8f10a6e4d9277", "915827304484"));
    let customer = "customer \"green_valley\" {\n  tenants = [\"green_valley\", \"green_valley_audit\", \"green_valley_read\"]\n}\n";
    expect("a customer", &all, customer, &[], &mut failures);
    let mut grants = tenants();
    // One permission set in two accounts, and two permission sets in one account.
    grants.push(second_entry(&grants[0], "blue_harbour_two", "ps-5e1b09c7d2a84f63", "604178239962"));
    let customer = "customer \"blue_harbour\" {\n  tenants = [\"blue_harbour\", \"blue_harbour_two\"]\n}\n";
    expect("one permission set twice", &grants, customer, &[], &mut failures);
    let mut grants = tenants();
    grants.push(second_entry(&grants[0], "blue_harbour_two", "ps-6f2c09c7d2a84f64", "604178239951"));
    expect("one account twice", &grants, customer, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn one_role_name_for_all() {
    let mut failures = String::new();
    for mut all in [tenants(), many(12)] {
        for tenant in &mut all {
            let name = tenant.text(ROLE).rsplit_once('/').unwrap().1.to_owned();
            tenant.replace(ROLE, &name, "SymSSOProd");
        }
        expect("SymSSOProd", &all, "", &["connector-role-unexpected"], &mut failures);
    }
    let mut all = tenants();
    for tenant in &mut all {
        let name = tenant.text(ROLE).rsplit_once('/').unwrap().1.to_owned();
        tenant.replace(ROLE, &name, &format!("SymSSO{}", title(&format!("prod_{}", tenant.key))));
    }
    expect("a prefix", &all, "", &["connector-role-unexpected"], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn other_accounts_and_attributes() {
    let mut failures = String::new();
    let mut all = tenants();
    // A delegated administrator, an ID with a leading zero, and a longer path.
    all[0].set(SSO, "048261739916");
    all[0].replace(ROLE, "719240583316", "048261739916");
    all[1].set(TARGET, "000817304462");
    all[2].replace(ROLE, "role/sym/", "role/sym/connectors/");
    expect("accounts", &all, "", &[], &mut failures);
    let mut all = tenants();
    for tenant in &mut all {
        tenant.extra = vec![
            ("display_name".into(), "\"Müller & Söhne – 日本\"".into()),
            ("notes".into(), "\"\"".into()),
            ("contact".into(), "\" it@example.com \"".into()),
            ("enabled".into(), "true".into()),
        ];
    }
    for spelling in SPELLINGS.iter().filter(|spelling| spelling.has_entries) {
        let found = heard(&(spelling.spell)(&all));
        // A declared type drops undeclared attributes, with one warning for each of them.
        let is_typed = ["with the module", "through a local", "a default"].contains(&spelling.name);
        let expected = if is_typed { BTreeMap::from([("unknown-attribute".to_owned(), 4)]) } else { BTreeMap::new() };
        if found != expected {
            writeln!(failures, "extra attributes, {}: {found:?}", spelling.name).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn any_number_of_tenants() {
    let mut failures = String::new();
    for count in [1, 2, 30] {
        expect(&count.to_string(), &many(count), "", &[], &mut failures);
    }
    expect("one", &tenants()[..1], "", &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn keys_and_environments_of_all_kinds() {
    let mut failures = String::new();
    for (key, role) in [
        ("acme", "SymSSOAcme"),
        ("ACME", "SymSSOACME"),
        ("acme-corp", "SymSSOAcme-Corp"),
        ("acme_corp", "SymSSOAcme_corp"),
        ("acmeCorp", "SymSSOAcmeCorp"),
        ("3m", "SymSSO3m"),
        ("a1b2", "SymSSOA1b2"),
        ("acme_corp_2", "SymSSOAcme-Corp-2"),
        ("x", "SymSSOX"),
    ] {
        let mut all = tenants();
        all[1].key = key.into();
        all[1].replace(ROLE, "SymSSOGreen-Valley", role);
        expect(key, &all, "", &[], &mut failures);
    }
    let mut all = tenants();
    all[1].replace(ROLE, "SymSSOGreen-Valley", "SymSSOGv-Live");
    let config = "tenant \"green_valley\" {\n  environment = \"gv-live\"\n}\n";
    expect("a configured environment", &all, config, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn other_regions_and_partitions() {
    let mut failures = String::new();
    for region in
        ["us-west-2", "af-south-1", "ap-northeast-3", "ca-west-1", "il-central-1", "me-central-1", "sa-east-1"]
    {
        let mut all = tenants();
        all[1].set(REGION, region);
        expect(region, &all, "", &[], &mut failures);
    }
    let mut all = tenants();
    for at in [INSTANCE, ROLE, SET] {
        all[1].replace(at, "arn:aws:", "arn:aws-us-gov:");
    }
    all[1].set(REGION, "us-gov-west-1");
    let config = "allowed_partitions = [\"aws\", \"aws-us-gov\"]\n";
    expect("GovCloud", &all, config, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
