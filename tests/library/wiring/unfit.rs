//! Arguments that a call leaves out, passes as null, or passes with a value that the module does not accept.

use std::fmt::Write;

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings, tell};

const RIGHT: [(&str, &str); 4] = [
    ("tenant_slug", "each.key"),
    ("account_id", "each.value.target_account_id"),
    ("permission_set_arn", "each.value.permission_set_arn"),
    ("sso_connector_settings", "each.value.sso_connector_settings"),
];

/// A call for all tenants in which the argument `name` is `expression`, or left out.
fn call(name: &str, expression: Option<&str>) -> String {
    let mut call =
        format!("{VARIABLES}\nmodule \"access\" {{\n  source = \"./sso_flow\"\n  for_each = var.customer_tenants\n");
    for (argument, right) in RIGHT {
        if let Some(expression) = if argument == name { expression } else { Some(right) } {
            writeln!(call, "  {argument} = {expression}").unwrap();
        }
    }
    call + "}\n"
}

/// The module with `attributes` in its variable `name`.
fn module(name: &str, attributes: &str) -> String {
    let (_, resources) = MODULE.split_once("\nresource").unwrap();
    let variable = |&(argument, _): &(&str, &str)| {
        let attributes = if argument == name { attributes } else { "" };
        format!("variable \"{argument}\" {{\n{attributes}\n}}\n")
    };
    format!("{}resource{resources}", RIGHT.iter().map(variable).collect::<String>())
}

fn judge(what: &str, main: &str, module: &str, expected: &[(&str, &str)], failures: &mut String) {
    let files = [("main.tf", main), ("sso_flow/main.tf", module), ("terraform.tfvars", VALUES)];
    expect(what, findings(&files), expected, failures);
}

const MISWIRED: &str = "flow-argument-miswired";

#[test]
fn a_default_of_the_module_is_not_the_tenants_own() {
    let mut failures = String::new();
    let left_out = call("account_id", None);
    for (default, expected) in [
        ("\"415926535898\"", vec![(MISWIRED, "access")]),
        ("415926535898", vec![(MISWIRED, "access")]),
        ("null", vec![]),
        ("\"\"", vec![]),
    ] {
        let module = module("account_id", &format!("  default = {default}"));
        judge(default, &left_out, &module, &expected, &mut failures);
        judge(default, &call("", None), &module, &[], &mut failures);
    }
    // Terraform uses the default in place of null if the variable is not nullable.
    let module = module("account_id", "  default = \"415926535898\"\n  nullable = false");
    judge("null", &call("account_id", Some("null")), &module, &[(MISWIRED, "access")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_null_is_not_the_tenants_own_value() {
    let mut failures = String::new();
    for (name, expression, wrong) in [
        ("account_id", "null", "null"),
        ("permission_set_arn", "null", "null"),
        ("account_id", "true ? null : each.value.target_account_id", "true ? null : each.value.target_account_id"),
        ("sso_connector_settings", "null", "null"),
        ("sso_connector_settings", "merge(each.value.sso_connector_settings, { role_arn = null })", "null"),
    ] {
        judge(expression, &call(name, Some(expression)), MODULE, &[(MISWIRED, wrong)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn values_of_the_wrong_type_are_found() {
    let mut failures = String::new();
    let whole = "each.value.sso_connector_settings";
    let extra = module("sso_connector_settings", "  type = object({ role_arn = string, extra = string })");
    judge("an attribute more", &call("", None), &extra, &[("missing-attribute", whole)], &mut failures);
    let optional = module("sso_connector_settings", "  type = object({ role_arn = string, extra = optional(string) })");
    // The module reads an attribute that its variable's type lacks.
    let expected = [("evaluation-error", "instance_arn")];
    judge("an optional attribute more", &call("", None), &optional, &expected, &mut failures);
    let number = module("permission_set_arn", "  type = number");
    let arn = "each.value.permission_set_arn";
    judge("a number", &call("", None), &number, &[("type-mismatch", arn)], &mut failures);
    for (expression, rule) in [("\"x\"", "type-mismatch"), ("[]", "type-mismatch"), ("{}", "missing-attribute")] {
        let object = module("sso_connector_settings", "  type = object({ cloud = string, role_arn = string })");
        let main = call("sso_connector_settings", Some(expression));
        judge(expression, &main, &object, &[(rule, expression)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_number_has_no_leading_zero() {
    let mut failures = String::new();
    let account = VALUES.split("target_account_id").nth(1).and_then(|rest| rest.split('"').nth(1)).unwrap();
    let with_zero = VALUES.replace(account, "029422952198");
    let number = module("account_id", "  type = number");
    let to_number = call("account_id", Some("tonumber(each.value.target_account_id)"));
    let right = "each.value.target_account_id";
    for (what, main, module, wrong) in [
        ("the type", &call("", None), number.as_str(), right),
        ("the call", &to_number, MODULE, "tonumber(each.value.target_account_id)"),
    ] {
        for (values, expected) in [(with_zero.as_str(), vec![(MISWIRED, wrong)]), (VALUES, vec![])] {
            let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", module), ("terraform.tfvars", values)];
            expect(what, findings(&files), &expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn validations_of_the_module_are_evaluated() {
    let condition = "  type = string\n  validation {\n    condition = startswith(var.account_id, \"9\")\n    \
                     error_message = \"no\"\n  }";
    let files = [
        ("main.tf", &*call("account_id", Some("each.value.target_account_id"))),
        ("sso_flow/main.tf", &*module("account_id", condition)),
        ("terraform.tfvars", VALUES),
    ];
    let found = findings(&files);
    assert!(found.contains(&("evaluation-error".into(), "startswith(var.account_id, \"9\")".into())), "{found:?}");
}

#[test]
fn a_missing_attribute_is_only_reported_in_the_entry() {
    let mut failures = String::new();
    let role = "\"arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley\"";
    let region = "      region       = \"eu-west-1\"\n";
    let any = "variable \"customer_tenants\" {\n  type = any\n}\n";
    for (values, expected) in [
        (VALUES.replace(region, ""), ("missing-attribute", "sso_connector_settings")),
        (VALUES.replace(role, "[]"), ("type-mismatch", "[]")),
    ] {
        assert_ne!(values, VALUES);
        for variables in [VARIABLES, any] {
            let main = call("", None).replace(VARIABLES, variables);
            let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", &values)];
            expect(&format!("{variables}{expected:?}"), findings(&files), &[expected], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_null_is_correct_if_another_argument_has_the_value() {
    let mut failures = String::new();
    let any = "variable \"customer_tenants\" {\n  type = any\n}\n";
    let main = call("account_id", Some("null")).replace(VARIABLES, any);
    let check = |main: &str, module: &str, values: &str| {
        findings(&[("main.tf", main), ("sso_flow/main.tf", module), ("terraform.tfvars", values)])
    };
    expect("all have one", check(&main, MODULE, VALUES), &[(MISWIRED, "null")], &mut failures);
    // The grants are in a list.
    let values = VALUES
        .replace("    permission_set_arn = ", "    grants = [{\n      permission_set_arn = ")
        .replace("    target_account_id  = ", "      account_id = ")
        .replace("\"\n  }\n", "\"\n    }]\n  }\n");
    let grants = "  permission_set_arn = null\n  grants = each.value.grants\n";
    let listed = main.replace("  permission_set_arn = each.value.permission_set_arn\n", grants);
    let listing = format!("variable \"grants\" {{\n  default = null\n}}\n{MODULE}");
    expect("a list", check(&listed, &listing, &values), &[], &mut failures);
    let neither = listed.replace("each.value.grants", "null");
    expect("neither", check(&neither, &listing, &values), &[(MISWIRED, "null"), (MISWIRED, "null")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn messages_name_the_value_that_is_passed_instead() {
    let all = "all 3 tenants (`blue_harbour`, `green_valley`, `red_canyon`)";
    let zero = VALUES.replace("604178239951", "029422952198");
    let default = module("account_id", "  default = \"415926535898\"");
    let number = module("account_id", "  type = number");
    for (main, module, values, said) in [
        (
            call("account_id", None),
            default.as_str(),
            VALUES,
            format!("argument `account_id` for {all} is the default of the module"),
        ),
        (
            call("account_id", Some("null")),
            MODULE,
            VALUES,
            format!("argument `account_id` for {all} is null"),
        ),
        (
            call("sso_connector_settings", Some("null")),
            MODULE,
            VALUES,
            format!("argument `sso_connector_settings` for {all} is null"),
        ),
        (
            call("", None),
            number.as_str(),
            zero.as_str(),
            "argument `account_id` for `blue_harbour` is `29422952198`, because numbers lose leading zeros; pass a string"
                .into(),
        ),
    ] {
        let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", module), ("terraform.tfvars", values)];
        assert_eq!(tell(&files, |finding, _| finding.message.clone()), [said]);
    }
}

#[test]
fn messages_name_the_tenants_whose_values_do_not_fit() {
    let said = |values: &str, attributes: &str| {
        let main = call("", None);
        let module = module("sso_connector_settings", attributes);
        let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", &module), ("terraform.tfvars", values)];
        tell(&files, |finding, project| {
            let related = finding.related.iter().map(|related| project.sources().text(related.span).to_string());
            (finding.message.clone(), related.collect::<Vec<_>>())
        })
    };
    let extra = "  type = object({ role_arn = string, extra = string })";
    let alone = VALUES.split_once("  green_valley").unwrap().0.trim_end().to_owned() + "\n}\n";
    for (values, whom) in
        [(VALUES, "all 3 tenants (`blue_harbour`, `green_valley`, `red_canyon`)"), (alone.as_str(), "`blue_harbour`")]
    {
        let found = said(values, extra);
        let [(message, related)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            *message,
            format!("argument `sso_connector_settings` for {whom} lacks `extra`, which the module requires")
        );
        assert_eq!(related.first().map(String::as_str), Some("sso_connector_settings"));
    }
}

/// A tenant that only a call defines has no entry that could be reported instead.
#[test]
fn a_null_argument_of_a_tenant_that_a_call_defines_is_found() {
    let mut failures = String::new();
    let values = [
        ("tenant_slug", "\"blue_harbour\""),
        ("account_id", "\"815926535898\""),
        ("permission_set_arn", "\"arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/ps-0a4be53f2b7c86ea\""),
        (
            "sso_connector_settings",
            "{\n    cloud = \"aws\"\n    instance_arn = \"arn:aws:sso:::instance/ssoins-72233fa322bcade3\"\n    region = \
             \"us-east-1\"\n    role_arn = \"arn:aws:iam::280365914472:role/sym/SymSSOBlue-Harbour\"\n  }",
        ),
    ];
    for (name, expression, expected) in [
        ("", "", vec![]),
        ("account_id", "\"\"", vec![("missing-attribute", "")]),
        ("account_id", "null", vec![("missing-attribute", "null")]),
        ("permission_set_arn", "\"\"", vec![("missing-attribute", "")]),
        ("permission_set_arn", "null", vec![("missing-attribute", "null")]),
        ("sso_connector_settings", "null", vec![("missing-attribute", "null")]),
    ] {
        let mut main = String::from("module \"access\" {\n  source = \"./sso_flow\"\n");
        for (argument, right) in values {
            writeln!(main, "  {argument} = {}", if argument == name { expression } else { right }).unwrap();
        }
        main += "}\n";
        let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE)];
        expect(&format!("{name} = {expression}"), findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// If the arguments are right but the entry is another tenant's, that is one cause.
#[test]
fn an_entry_of_another_tenant_is_one_finding() {
    let mut failures = String::new();
    let first = "{ for key, _ in var.customer_tenants : key => var.customer_tenants[\"blue_harbour\"] }";
    let main = call("", None).replace("for_each = var.customer_tenants", &format!("for_each = {first}"));
    judge("for_each", &main, MODULE, &[(MISWIRED, "each.value.target_account_id")], &mut failures);
    let around = "module \"around\" {\n  source = \"./around\"\n  for_each = var.customer_tenants\n  key = each.key\n  tenant = \
                  var.customer_tenants[\"blue_harbour\"]\n}\n";
    let inside = call("", None)
        .replace(VARIABLES, "variable \"key\" {}\nvariable \"tenant\" {}\n")
        .replace("  for_each = var.customer_tenants\n", "")
        .replace("each.key", "var.key")
        .replace("each.value", "var.tenant")
        .replace("./sso_flow", "../sso_flow");
    let main = format!("{VARIABLES}\n{around}");
    let files = [
        ("main.tf", main.as_str()),
        ("around/main.tf", &inside),
        ("sso_flow/main.tf", MODULE),
        ("terraform.tfvars", VALUES),
    ];
    expect("a module around", findings(&files), &[(MISWIRED, "var.tenant.target_account_id")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A wrong value that is joined with the key is still wrong, and so is another tenant's key in any spelling.
#[test]
fn a_wrong_value_joined_with_the_key_is_found() {
    let mut failures = String::new();
    let settings = |account: &str, name: &str| {
        format!(
            "merge(each.value.sso_connector_settings, {{ role_arn = \
             \"arn:aws:iam::${{each.value.{account}}}:role/sym/SymSSO{name}\" }})"
        )
    };
    let key = "${title(replace(each.key, \"_\", \"-\"))}";
    let right = settings("sso_account_id", key);
    judge("the right account", &call("sso_connector_settings", Some(&right)), MODULE, &[], &mut failures);
    let wrong = settings("target_account_id", key);
    let found = findings(&[
        ("main.tf", &call("sso_connector_settings", Some(&wrong))),
        ("sso_flow/main.tf", MODULE),
        ("terraform.tfvars", VALUES),
    ]);
    assert!(found.iter().any(|(rule, _)| rule == MISWIRED), "{found:?}");

    for (slug, expected) in [
        ("blue_harbour", vec![(MISWIRED, "blue_harbour")]),
        ("blue-harbour", vec![(MISWIRED, "blue-harbour")]),
        ("Blue-Harbour", vec![(MISWIRED, "Blue-Harbour")]),
        ("green-valley", vec![]),
        ("gv", vec![]),
    ] {
        let others =
            "for_each = { for key, tenant in var.customer_tenants : key => tenant if key != \"green_valley\" }";
        let one = "for_each = { green_valley = var.customer_tenants[\"green_valley\"] }";
        let own = call("tenant_slug", Some(&format!("\"{slug}\"")))
            .replace(VARIABLES, "")
            .replace("module \"access\"", "module \"green_valley\"")
            .replace("for_each = var.customer_tenants", one);
        let main = call("", None).replace("for_each = var.customer_tenants", others) + &own;
        judge(slug, &main, MODULE, &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// If the names are unknown to symlint, the other tenants show which attribute is misspelled.
#[test]
fn an_attribute_that_only_one_tenant_has_may_be_misspelled() {
    let main = r#"
locals {
  customers = yamldecode(file("customers.yaml"))
}
module "access" {
  source = "./sso_flow"
  for_each = local.customers
  tenant_slug = each.key
  account_id = each.value.account
  permission_set_arn = each.value.permissions
  sso_connector_settings = {
    cloud = "aws"
    instance_arn = each.value.store
    region = try(each.value.home, "us-east-1")
    role_arn = each.value.connector
  }
}
"#;
    let entry = |key: &str, [account, instance, set, target]: [&str; 4], more: &str| {
        let role = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
        format!(
            "{key}:\n  account: '{target}'\n  permissions: arn:aws:sso:::permissionSet/{instance}/{set}\n  store: \
             arn:aws:sso:::instance/{instance}\n  connector: arn:aws:iam::{account}:role/sym/SymSSO{role}\n{more}"
        )
    };
    let acme = ["719240583316", "ssoins-7223a91be40c5d68", "ps-5e1b09c7d2a84f63", "604178239951"];
    let bolt = ["280365914472", "ssoins-68042f7d9be0a513", "ps-b3c8f10a6e4d9275", "915827304462"];
    let coil = ["048261739905", "ssoins-69873c5a0f81be42", "ps-0d94e7b25f3ac861", "352790641188"];
    let mut failures = String::new();
    for (more, expected) in [
        (["  home: us-east-1\n", "  hoem: eu-west-1\n", ""], &[("unknown-attribute", "hoem")][..]),
        // Two tenants have the attribute.
        (["  home: us-east-1\n", "  hose: eu-west-1\n", "  hose: x\n"], &[]),
        (["  home: us-east-1\n", "  home: eu-west-1\n  hoem: x\n", ""], &[]),
        (["  home: us-east-1\n", "  homes: x\n", "  home_2: y\n"], &[]),
    ] {
        let yaml = [("acme", acme), ("bolt", bolt), ("coil", coil)].into_iter().zip(more);
        let yaml: String = yaml.map(|((key, ids), more)| entry(key, ids, more)).collect();
        let found = findings(&[("main.tf", main), ("sso_flow/main.tf", MODULE), ("customers.yaml", &yaml)]);
        expect(&yaml, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What an unavailable module requires is only known from what most of its calls pass.
#[test]
fn an_argument_that_only_one_call_of_an_unavailable_module_lacks_is_found() {
    let call = |name: &str, account: &str, role: &str, instance: &str, set: &str| {
        format!(
            r#"module "{name}" {{
  source             = "acme/sso-flow/sym"
  tenant_slug        = "{name}"
  account_id         = "{account}"
  permission_set_arn = "arn:aws:sso:::permissionSet/{instance}/{set}"
  sso_connector_settings = {{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/{instance}"
    region       = "eu-west-1"
    role_arn     = "{role}"
  }}
}}
"#
        )
    };
    let main = [
        call(
            "quillhaven",
            "722971028225",
            "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven",
            "ssoins-6804abcca95bf8e2",
            "ps-f8559f823cdef7f7",
        ),
        call(
            "tarnbrook",
            "541882002087",
            "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook",
            "ssoins-79070987b3544242",
            "ps-b30e58d656ec4f33",
        ),
        call(
            "umberfell",
            "604178239951",
            "arn:aws:iam::913357924680:role/sym/SymSSOUmberfell",
            "ssoins-7223a91be40c5d68",
            "ps-5e1b09c7d2a84f63",
        ),
    ]
    .concat();
    let found = |from: &str, to: &str| {
        assert!(main.contains(from), "{from}");
        super::findings(&[("main.tf", &main.replacen(from, to, 1))])
    };
    let one = |rule: &str, text: &str| vec![(rule.to_owned(), text.to_owned())];
    assert_eq!(found("", ""), []);
    let instance = "    instance_arn = \"arn:aws:sso:::instance/ssoins-79070987b3544242\"\n";
    assert_eq!(found(instance, ""), one("missing-attribute", "tarnbrook"));
    assert_eq!(found("  account_id         = \"541882002087\"\n", ""), one("missing-attribute", "tarnbrook"));
    let list = "[\"541882002087\"]";
    assert_eq!(found("\"541882002087\"", list), one("type-mismatch", list));
    let misspelled = "account_di         = \"541882002087\"";
    assert_eq!(found("account_id         = \"541882002087\"", misspelled), one("missing-attribute", "tarnbrook"));
    // A call may pass the same value under another name.
    let several = "account_ids        = [\"541882002087\", \"123937045052\"]";
    assert_eq!(found("account_id         = \"541882002087\"", several), []);
    // The values of the connector may be arguments of their own.
    let flat = main.replace("  sso_connector_settings = {\n", "").replace("  }\n}", "}");
    let instance = "\"arn:aws:sso:::instance/ssoins-79070987b3544242\"";
    let swapped = flat.replace(instance, "\"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"");
    assert_eq!(super::findings(&[("main.tf", &flat)]), []);
    assert_eq!(super::findings(&[("main.tf", &swapped)]), one("instance-id-mismatch", "ssoins-6804abcca95bf8e2"));
}

/// A tenant that lacks an attribute has a different type than the other result of the condition.
#[test]
fn a_missing_attribute_is_not_reported_again_for_a_condition() {
    let main = CALL.replace("var.customer_tenants", "var.is_on ? var.customer_tenants : {}");
    let main = format!("{main}\nvariable \"is_on\" {{\n  default = true\n}}\n");
    let values = VALUES.replacen("target_account_id", "target_account", 1);
    let files = [
        ("main.tf", main.as_str()),
        ("variables.tf", VARIABLES),
        ("sso_flow/main.tf", MODULE),
        ("terraform.tfvars", values.as_str()),
    ];
    let found: Vec<String> = super::findings(&files).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(found, ["missing-attribute"]);
}

/// If a module between the root module and the flow does not accept a value, the tenant's value is reported.
#[test]
fn a_value_that_a_module_around_the_flow_rejects_is_found() {
    let customer = r#"
variable "name" {
  type = string
}
variable "settings" {
  type = object({ cloud = string, instance_arn = string, region = string, role_arn = string })
}
module "flow" {
  source                 = "../sso_flow"
  tenant_slug            = var.name
  account_id             = "722971028225"
  permission_set_arn     = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  sso_connector_settings = var.settings
}
"#;
    let main = |instance: &str| {
        format!(
            r#"module "quillhaven" {{
  source   = "./customer"
  name     = "quillhaven"
  settings = {{
    cloud        = "aws"
    instance_arn = {instance}
    region       = "eu-west-1"
    role_arn     = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"
  }}
}}
"#
        )
    };
    let found = |instance: &str| {
        super::findings(&[("main.tf", &main(instance)), ("customer/main.tf", customer), ("sso_flow/main.tf", MODULE)])
    };
    assert_eq!(found("\"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\""), []);
    let list = "[\"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"]";
    assert_eq!(found(list), [("type-mismatch".to_owned(), list.to_owned())]);
}

/// No variable declares what a resource of the root module needs.
#[test]
fn a_list_or_an_empty_text_that_takes_effect_is_found() {
    let main = r#"
locals {
  organizations = yamldecode(file("organizations.yaml"))
  grants = flatten([for key, it in local.organizations : [for at, grant in it.grants : merge(grant, { organization = key, at = at })]])
}
resource "aws_ssoadmin_account_assignment" "access" {
  for_each           = { for grant in local.grants : "${grant.organization}-${grant.at}" => grant }
  instance_arn       = local.organizations[each.value.organization].center
  permission_set_arn = each.value.set
  principal_id       = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
  principal_type     = "GROUP"
  target_id          = each.value.account
  target_type        = "AWS_ACCOUNT"
}
"#;
    let yaml = r#"
quillhaven:
  center: "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
  grants:
    - { set: "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7", account: "722971028225" }
    - { set: "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0", account: "123937045052" }
tarnbrook:
  center: "arn:aws:sso:::instance/ssoins-79070987b3544242"
  grants:
    - { set: "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33", account: "541882002087" }
"#;
    let mut failures = String::new();
    for (to, expected) in [
        ("\"541882002087\"", &[][..]),
        ("[\"541882002087\"]", &[("type-mismatch", "[\"541882002087\"] ")]),
        ("\"\"", &[("missing-attribute", "")]),
    ] {
        let yaml = yaml.replace("\"541882002087\"", to);
        let found = super::findings(&[("main.tf", main), ("organizations.yaml", &yaml)]);
        super::expect(to, found, expected, &mut failures);
    }
    let declared = VARIABLES
        .replace("region = string", "region = optional(string, \"us-east-1\")")
        .replace("region       = string", "region       = optional(string, \"us-east-1\")");
    assert_ne!(declared, VARIABLES);
    let values = VALUES.replacen("region       = \"", "region       = \"\" # \"", 1);
    assert_ne!(values, VALUES);
    let main = format!("{declared}\n{CALL}");
    let found = super::findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", &values)]);
    super::expect("an optional region", found, &[("missing-attribute", "")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
