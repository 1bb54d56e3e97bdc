//! Blocks that a hostile change could add next to the right wiring, and that must not pass silently.

use std::collections::BTreeMap;

use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

use crate::wiring::references::RESOURCES;
use crate::wiring::{CALL, Found, MODULE, VALUES, VARIABLES, expect, findings, findings_in};

const OUTPUTS: &str = "output \"integration\" {\n  value = sym_integration.sso.id\n}\noutput \"target\" {\n  value = sym_target.sso.id\n}\n\
     output \"strategy\" {\n  value = sym_strategy.sso.id\n}\n";

/// The findings with `more` next to the right call of a module that outputs its IDs.
fn beside(more: &str) -> Vec<Found> {
    let (main, module) = (format!("{VARIABLES}\n{CALL}\n{more}"), format!("{MODULE}\n{OUTPUTS}"));
    findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)])
}

const LOOKED_UP: &str = "data \"aws_ssm_parameter\" \"one\" {\n  for_each = var.customer_tenants\n  name = \"/accounts/${each.key}\"\n}\n\
     module \"absent\" {\n  for_each = var.customer_tenants\n  source = \"acme/accounts/aws\"\n  name = each.key\n}\n";

#[test]
fn a_value_selected_by_another_customers_key_is_miswired() {
    let mut failures = String::new();
    let own = "each.value.target_account_id";
    let chosen = r#"each.key == "red_canyon" ? "blue_harbour" : each.key"#;
    let table = r#"lookup({ red_canyon = "blue_harbour" }, each.key, each.key)"#;
    for (account, is_right) in [
        ("data.aws_ssm_parameter.one[each.key].value".to_owned(), true),
        (format!("data.aws_ssm_parameter.one[{chosen}].value"), false),
        (format!("data.aws_ssm_parameter.one[{table}].value"), false),
        (format!("trimspace(data.aws_ssm_parameter.one[{chosen}].value)"), false),
        (format!("module.absent[{chosen}].account_id"), false),
        ("module.absent[each.key].account_id".to_owned(), true),
        (r#"data.aws_ssm_parameter.one[each.key == "red_canyon" ? each.key : each.key].value"#.to_owned(), true),
    ] {
        let call = CALL.replace(own, &account);
        let found = findings_in(&format!("{VARIABLES}\n{LOOKED_UP}\n{call}"));
        let expected: &[_] = if is_right { &[] } else { &[("flow-argument-miswired", account.as_str())] };
        expect(&account, found, expected, &mut failures);
        let resources = RESOURCES.replace(own, &account);
        let main = format!("{VARIABLES}\n{LOOKED_UP}\n{resources}");
        let found = findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
        let expected: &[_] = if is_right { &[] } else { &[("flow-resource-miswired", account.as_str())] };
        expect(&account, found, expected, &mut failures);
    }
    let argument = format!("\"/accounts/${{{chosen}}}\"");
    let data = LOOKED_UP.replace("\"/accounts/${each.key}\"", &argument);
    let account = "data.aws_ssm_parameter.one[each.key].value";
    let found = findings_in(&format!("{VARIABLES}\n{data}\n{}", CALL.replace(own, account)));
    expect(&argument, found, &[("flow-argument-miswired", account)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

fn flow(name: &str, strategy: &str) -> String {
    format!(
        "resource \"sym_flow\" \"more\" {{\n  name = \"{name}\"\n  params {{\n    strategy_id = {strategy}\n  }}\n}}\n"
    )
}

fn strategy(name: &str, of: &str, integration: &str, target: &str) -> String {
    format!(
        "resource \"sym_strategy\" \"more\" {{\n  type = \"aws_sso\"\n  name = \"{name}\"\n  integration_id = {integration}\n  targets = \
         [{target}]\n  settings = {{ instance_arn = var.customer_tenants[\"{of}\"].sso_connector_settings.instance_arn }}\n}}\n"
    )
}

#[test]
fn a_lone_flow_or_strategy_must_be_named_after_the_tenant_that_it_refers_to() {
    let mut failures = String::new();
    let of = |output: &str| format!("module.access[\"blue_harbour\"].{output}");
    let refers =
        |name: &str| [flow(name, &of("strategy")), strategy(name, "blue_harbour", &of("integration"), &of("target"))];
    for more in ["quick-blue_harbour", "quick", "blue-harbour-2"].into_iter().flat_map(refers) {
        expect(&more, beside(&more), &[], &mut failures);
    }
    for more in refers("quick-red_canyon") {
        expect(&more, beside(&more), &[("flow-resource-miswired", "quick-red_canyon")], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_literal_id_in_a_lone_flow_or_strategy_is_not_checked() {
    let mut failures = String::new();
    let id = "\"0b8b9d4e-1111-4222-8333-444455556666\"";
    let data =
        "data \"sym_integration\" \"one\" {\n  type = \"permission_context\"\n  name = \"sso-context-red_canyon\"\n}\n";
    let own = "module.access[\"blue_harbour\"].target";
    for (more, expected) in [
        (flow("quick", id), vec![("not-checked", id)]),
        (strategy("quick", "blue_harbour", id, own), vec![("not-checked", id)]),
        (
            format!("{data}{}", strategy("quick", "blue_harbour", "data.sym_integration.one.id", own)),
            vec![("not-checked", "data.sym_integration.one.id")],
        ),
        // It grants nothing through Identity Center.
        (
            "resource \"sym_strategy\" \"more\" {\n  type = \"aws_lambda\"\n  name = \"quick\"\n  integration_id = \"x\"\n}\n".to_owned()
                + &flow("quick", "sym_strategy.more.id"),
            vec![],
        ),
    ] {
        expect(&more, beside(&more), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The notes that are not findings, with `more` next to the right call.
fn notes(more: &str) -> Vec<String> {
    let main = format!("{VARIABLES}\n{CALL}\n{more}");
    let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)];
    let files: BTreeMap<String, Vec<u8>> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
    let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
    let outcome = check(&project, &Config::default(), &Policy::default(), catalogue());
    outcome.model.not_checked.iter().filter(|gap| !gap.is_finding).map(|gap| gap.reason.clone()).collect()
}

#[test]
fn an_unavailable_module_that_receives_tenants_is_noted() {
    let mut failures = String::new();
    let module = |arguments: &str| format!("module \"more\" {{\n  source = \"acme/sso-flow/sym\"\n{arguments}}}\n");
    let other = "var.customer_tenants[\"red_canyon\"]";
    for arguments in [
        format!("  config = jsonencode({other})\n"),
        "  policy = jsonencode({ Statement = [{ Action = \"sts:AssumeRole\", Resource = \"arn:aws:iam::*:role/sym/*\" }] })\n".to_owned(),
    ] {
        expect(&arguments, beside(&module(&arguments)), &[("not-checked", "more")], &mut failures);
    }
    let reason = "`module.more` receives values of tenants and was not checked, because the module `acme/sso-flow/sym` is not \
                  available";
    for arguments in [
        format!("  to = {other}.target_account_id\n  who = \"x\"\n"),
        format!("  config = base64encode(jsonencode({other}))\n"),
        "  all = var.customer_tenants\n".to_owned(),
        "  via = \"arn:aws:iam::048261739905:role/sym/SymSSORed-Canyon\"\n".to_owned(),
    ] {
        expect(&arguments, beside(&module(&arguments)), &[], &mut failures);
        if !notes(&module(&arguments)).iter().any(|note| note == reason) {
            failures.push_str(&format!("{arguments}: {:?}\n", notes(&module(&arguments))));
        }
    }
    let nothing = module("  name = \"x\"\n");
    if notes(&nothing).iter().any(|note| note.contains("module.more")) {
        failures.push_str(&nothing);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn roles_in_accounts_of_tenants_that_are_not_connectors_are_not_checked() {
    let mut failures = String::new();
    let policy = |more: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"sym\" {{\n  role = \"SymRuntimeMain\"\n  policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", \
             Action = \"sts:AssumeRole\", Resource = concat([for t in var.customer_tenants : \
             \"arn:aws:iam::${{t.sso_account_id}}:role/sym/*\"], [\"{more}\"]) }}] }})\n}}\n"
        )
    };
    for (role, is_right) in [
        ("arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour", true),
        ("arn:aws:iam::820351694427:role/SecretsReader", true),
        ("arn:aws:iam::719240583316:role/OrganizationAccountAccessRole", false),
        ("arn:aws:iam::604178239951:role/Admin", false),
        ("arn:aws:iam::719240583316:role/*", true),
        ("arn:aws:iam::*:role/OrganizationAccountAccessRole", false),
    ] {
        let expected: &[_] = if is_right { &[] } else { &[("not-checked", role)] };
        expect(role, beside(&policy(role)), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_unknown_trust_policy_is_noted() {
    let role = |trusted: &str| {
        format!(
            "data \"aws_caller_identity\" \"this\" {{}}\nresource \"aws_iam_role\" \"one\" {{\n  name = \"SymSSOOne\"\n  path = \"/sym/\"\n  \
             assume_role_policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {{ AWS = {trusted} \
             }} }}] }})\n}}\n"
        )
    };
    let unknown = "the trust policy of `aws_iam_role.one` was not checked: `data.aws_caller_identity.this.arn` is not known before apply";
    let of =
        |trusted: &str| notes(&role(trusted)).into_iter().filter(|note| note.contains("trust")).collect::<Vec<_>>();
    assert_eq!(of("data.aws_caller_identity.this.arn"), [unknown]);
    assert_eq!(of("[data.aws_caller_identity.this.arn]").len(), 1);
    assert!(of("\"arn:aws:iam::820351694427:role/sym/SymRuntimeMain\"").is_empty());
}

#[test]
fn a_file_at_an_unknown_path_and_a_number_that_is_too_long_are_not_checked() {
    let mut failures = String::new();
    for account in [
        "jsondecode(file(\"${terraform.workspace}.json\"))[each.key]",
        "file(\"${terraform.workspace}-${each.key}\")",
        "templatefile(\"${each.key}.${terraform.workspace}\", {})",
        "try(file(\"${terraform.workspace}-${each.key}\"), each.value.target_account_id)",
    ] {
        let found = findings_in(&format!("{VARIABLES}\n{}", CALL.replace("each.value.target_account_id", account)));
        if found.iter().all(|(rule, _)| rule != "not-checked") {
            failures.push_str(&format!("{account}: {found:?}\n"));
        }
    }
    let values = VALUES.replace("\"915827304462\"", "1e1000000000");
    assert_ne!(values, VALUES);
    let main = format!("{VARIABLES}\n{CALL}");
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", &values)]);
    expect("a number", found, &[("not-checked", "1e1000000000")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
