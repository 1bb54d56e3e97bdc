//! What follows from a mistake is not reported besides it.

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings};

/// The findings in the stock setup with these `replacements`, and with `more` in the root module.
fn found(replacements: &[(&str, &str)], more: &str) -> Vec<(String, String)> {
    let mut files = [CALL, MODULE, VALUES, VARIABLES].map(str::to_owned);
    for (from, to) in replacements {
        let file = files.iter_mut().find(|file| file.contains(from)).unwrap_or_else(|| panic!("{from}"));
        *file = file.replacen(from, to, 1);
    }
    let [call, module, values, variables] = files;
    findings(&[
        ("main.tf", format!("{variables}\n{call}\n{more}").as_str()),
        ("sso_flow/main.tf", &module),
        ("terraform.tfvars", &values),
        (".symlint.hcl", "allowed_partitions = [\"aws\", \"aws-us-gov\"]\n"),
    ])
}

/// `green_valley` in another partition.
const GOV: &[(&str, &str)] = &[
    ("arn:aws:sso:::instance/ssoins-68042f7d9be0a513", "arn:aws-us-gov:sso:::instance/ssoins-79082f7d9be0a513"),
    ("region       = \"eu-west-1\"", "region       = \"us-gov-east-1\""),
    ("arn:aws:iam::280365914472", "arn:aws-us-gov:iam::280365914472"),
    (
        "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513",
        "arn:aws-us-gov:sso:::permissionSet/ssoins-79082f7d9be0a513",
    ),
];

#[test]
fn what_was_copied_is_in_the_others_partition() {
    let mut failures = String::new();
    expect("right", found(GOV, ""), &[], &mut failures);
    for (own, other, rule, text) in [
        (
            "arn:aws-us-gov:sso:::permissionSet/ssoins-79082f7d9be0a513/ps-b3c8f10a6e4d9275",
            "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63",
            "instance-id-mismatch",
            "ssoins-7223a91be40c5d68",
        ),
        (
            "arn:aws-us-gov:iam::280365914472:role/sym/SymSSOGreen-Valley",
            "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour",
            "role-account-mismatch",
            "719240583316",
        ),
    ] {
        let found = found(&[GOV, &[(own, other)]].concat(), "");
        expect(other, found, &[(rule, text)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_safelist_lacks_what_its_tenant_lacks() {
    let values = VALUES.replacen("customer_tenants = {", "customer_tenants = {\n  first = {", 1) + "}\n";
    let values = values.replacen("  green_valley", "  }\n  second = {\n  green_valley", 1);
    let main = format!(
        "{}\n{}\n{}",
        VARIABLES.replacen("map(object({", "map(map(object({", 1).replacen("  }))\n}", "  })))\n}", 1),
        CALL.replace("var.customer_tenants", "merge(values(var.customer_tenants)...)"),
        r#"
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = flatten([for part in var.customer_tenants : [for it in part : it.sso_account_id]])
}
"#
    );
    let check = |values: &str| {
        findings(&[("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", values)])
    };
    let mut failures = String::new();
    expect("right", check(&values), &[], &mut failures);
    let lacking = values.replacen("    sso_account_id = \"280365914472\"\n", "", 1);
    expect("missing", check(&lacking), &[("missing-attribute", "green_valley")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_attribute_of_a_wrong_resource_is_the_same_mistake() {
    let (instance, role) = ("var.sso_connector_settings.instance_arn", "var.sso_connector_settings.role_arn");
    let strategy = format!("settings = {{\n    instance_arn = {instance}");
    let by_reference = strategy.replace(instance, "sym_integration.sso.external_id");
    let replacements = [(strategy.as_str(), by_reference.as_str())];
    let mut failures = String::new();
    expect("right", found(&replacements, ""), &[], &mut failures);
    let (right, wrong) = (format!("external_id = {instance}"), format!("external_id = {role}"));
    let found = found(&[replacements[0], (&right, &wrong)], "");
    expect("wrong", found, &[("flow-resource-miswired", role)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn targets_that_are_swapped_beside_the_tenants_are_one_finding() {
    let targets = |blue: &str, green: &str| {
        format!(
            "locals {{\n  targets = {{ blue_harbour = \"{blue}\", green_valley = \"{green}\", red_canyon = \"352790641188\" }}\n}}\n"
        )
    };
    let call = [("each.value.target_account_id", "local.targets[each.key]")];
    let mut failures = String::new();
    expect("right", found(&call, &targets("604178239951", "915827304462")), &[], &mut failures);
    let swapped = found(&call, &targets("915827304462", "604178239951"));
    expect("swapped", swapped, &[("flow-argument-miswired", "local.targets[each.key]")], &mut failures);
    let copied = found(&call, &targets("604178239951", "604178239951"));
    expect("copied", copied, &[("duplicate-target-account", "604178239951")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
