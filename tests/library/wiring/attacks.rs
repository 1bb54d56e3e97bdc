//! Changes by which a customer's engineers could get access to another customer's accounts, if they were not reported.

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings, findings_in};

/// The right call with the account `account`, and `beside` added to the file.
fn with_account(account: &str, beside: &str) -> Vec<crate::wiring::Found> {
    let call = CALL.replace("each.value.target_account_id", account);
    findings_in(&format!("{VARIABLES}\n{beside}\n{call}"))
}

#[test]
fn a_computed_account_must_equal_the_tenants_own() {
    let mut failures = String::new();
    let own = "each.value.target_account_id";
    for wrong in [
        "tostring(tonumber(each.value.target_account_id) + 1)",
        "format(\"%012d\", tonumber(each.value.target_account_id) + 1)",
        "replace(each.value.target_account_id, \"/.$/\", \"0\")",
        "strrev(each.value.target_account_id)",
        "join(\"\", reverse(split(\"\", each.value.target_account_id)))",
        "substr(each.value.target_account_id, 1, 11)",
        "each.value.target_account_id == \"\" ? \"\" : format(\"%s%s\", substr(each.value.target_account_id, 6, 6), substr(each.value.target_account_id, 0, 6))",
    ] {
        let found = with_account(wrong, "");
        let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
        if rules != ["flow-argument-miswired"] {
            failures.push_str(&format!("{wrong}: {found:?}\n"));
        }
    }
    for right in [
        own,
        "format(\"%012d\", tonumber(each.value.target_account_id))",
        "replace(join(\"-\", regexall(\"....\", each.value.target_account_id)), \"-\", \"\")",
        "trimspace(\" ${each.value.target_account_id} \")",
        "element(split(\"/\", \"accounts/${each.value.target_account_id}\"), 1)",
    ] {
        expect(right, with_account(right, ""), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_computed_permission_set_must_equal_the_tenants_own() {
    let mut failures = String::new();
    let own = "each.value.permission_set_arn";
    for (by, is_right) in [
        (r#"replace(each.value.permission_set_arn, "/ps-.*/", "ps-0f1e2d3c4b5a6978")"#, false),
        (r#"replace(each.value.permission_set_arn, "/ps-.*/", "ps-${substr(md5(each.key), 0, 16)}")"#, false),
        (r#"replace(each.value.permission_set_arn, "/^arn:aws:/", "arn:aws:")"#, true),
        (r#"trimspace(" ${each.value.permission_set_arn}")"#, true),
    ] {
        let found = findings_in(&format!("{VARIABLES}\n{}", CALL.replace(own, by)));
        let expected: &[_] = if is_right { &[] } else { &[("flow-argument-miswired", by)] };
        expect(by, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_text_with_too_many_parts_is_an_error() {
    let account = format!("format(\"{}\", \"7\")", "%[1]s".repeat(2100));
    let found = with_account(&account, "");
    assert_eq!(found, [("evaluation-error".to_owned(), account)]);
}

#[test]
fn an_account_computed_in_the_module_must_equal_the_tenants_own() {
    let mut failures = String::new();
    let main = format!("{VARIABLES}\n{CALL}");
    for wrong in ["strrev(var.account_id)", "format(\"%012d\", tonumber(var.account_id) + 1)"] {
        let module = MODULE.replace("account_id         = var.account_id", &format!("account_id = {wrong}"));
        let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
        expect(wrong, found, &[("flow-resource-miswired", wrong)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The tenants also have accounts in their entries.
#[test]
fn a_map_of_accounts_must_not_contain_another_tenants_account() {
    let mut failures = String::new();
    let table = |green: &str| {
        format!(
            "locals {{\n  table = {{ blue_harbour = \"604178239951\", green_valley = \"{green}\", red_canyon = \"352790641188\" }}\n}}\n"
        )
    };
    for (account, expected) in
        [("915827304462", vec![]), ("604178239951", vec![("duplicate-target-account", "604178239951")])]
    {
        expect(account, with_account("local.table[each.key]", &table(account)), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_value_computed_from_all_tenants_is_miswired() {
    let mut failures = String::new();
    let resources = "resource \"random_shuffle\" \"all\" {\n  input = [for t in var.customer_tenants : t.target_account_id]\n}\n\
                     resource \"random_shuffle\" \"own\" {\n  for_each = var.customer_tenants\n  input = \
                     [each.value.target_account_id]\n}\n";
    let all = "random_shuffle.all.result[0]";
    expect(all, with_account(all, resources), &[("flow-argument-miswired", all)], &mut failures);
    expect("own", with_account("random_shuffle.own[each.key].result[0]", resources), &[], &mut failures);
    let index = "values(var.customer_tenants)[random_integer.at.result].target_account_id";
    let found = with_account(index, "resource \"random_integer\" \"at\" {\n  min = 0\n  max = 2\n}\n");
    expect(index, found, &[("flow-argument-miswired", index)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// With a shared integration, the requests of all customers would run with the role of one of them.
#[test]
fn a_strategy_must_not_use_a_shared_integration() {
    let mut failures = String::new();
    let module = |integration: &str| {
        let variable = "variable \"shared\" {\n  default = \"d4b2b1c0\"\n}\n";
        format!(
            "{variable}{}",
            MODULE.replace("integration_id = sym_integration.sso.id", &format!("integration_id = {integration}"))
        )
    };
    let main = format!("{VARIABLES}\n{CALL}");
    for (integration, expected) in [
        ("sym_integration.sso.id", vec![]),
        ("var.shared", vec![("flow-resource-miswired", "var.shared")]),
        ("\"d4b2b1c0\"", vec![("flow-resource-miswired", "\"d4b2b1c0\"")]),
    ] {
        let module = module(integration);
        let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
        expect(integration, found, &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_slug_must_not_be_another_customers_key() {
    let mut failures = String::new();
    let exchanged = "k == \"blue_harbour\" ? \"green_valley\" : k == \"green_valley\" ? \"blue_harbour\" : k";
    let call =
        CALL.replace("var.customer_tenants", &format!("{{ for k, t in var.customer_tenants : {exchanged} => t }}"));
    let found = findings_in(&format!("{VARIABLES}\n{call}"));
    if !found.iter().any(|(rule, _)| rule == "flow-argument-miswired") {
        failures.push_str(&format!("exchanged: {found:?}\n"));
    }
    let call = CALL.replace("var.customer_tenants", "{ for k, t in var.customer_tenants : \"${k}-prod\" => t }");
    expect("longer", findings_in(&format!("{VARIABLES}\n{call}")), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_text_that_only_seems_to_contain_the_account_is_a_constant() {
    let mut failures = String::new();
    let locals = "locals {\n  text = \"604178239951\"\n}\n";
    let constant = "templatestring(local.text, { account = each.value.target_account_id })";
    let found = with_account(constant, locals);
    if found.is_empty() {
        failures.push_str(constant);
    }
    let module = MODULE.replace(
        "account_id         = var.account_id",
        "account_id = templatestring(local.text, { account = var.account_id })",
    );
    let module = format!("{module}\n{locals}");
    let main = format!("{VARIABLES}\n{CALL}");
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
    if found.is_empty() {
        failures.push_str("the same in the module");
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_pattern_for_all_roles_is_a_wildcard() {
    let policy = |statement: &str| {
        let main = format!(
            "{VARIABLES}\nresource \"aws_iam_role_policy\" \"sym\" {{\n  role = \"SymRuntimeMain\"\n  policy = jsonencode({{ Statement = \
             [{{ Effect = \"Allow\", {statement} }}] }})\n}}\n{CALL}"
        );
        findings_in(&main)
    };
    let mut failures = String::new();
    for statement in [
        "Action = \"sts:AssumeRole\", Resource = \"*\"",
        "Action = [\"sts:AssumeRole\"], Resource = [\"*\"]",
        "Action = \"sts:Assume*\", Resource = \"arn:aws:iam::*:role/sym/*\"",
        "Action = \"STS:a?sumerole\", Resource = \"arn:aws:iam::*:role/sym/*\"",
        "Action = \"*\", Resource = \"arn:aws:iam::*:role/s*\"",
        "NotAction = \"s3:*\", Resource = \"arn:aws:iam::*:role/sym/*\"",
        "Action = \"sts:*\", NotResource = \"arn:aws:iam::719240583316:role/Admin\"",
    ] {
        let found = policy(statement);
        if !found.iter().any(|(rule, _)| rule == "safelist-wildcard") {
            failures.push_str(&format!("{statement}: {found:?}\n"));
        }
    }
    let inline = "resource \"aws_iam_role\" \"sym\" {\n  assume_role_policy = \"{}\"\n  inline_policy {\n    policy = jsonencode({ Statement = [{ \
                  Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = \"arn:aws:iam::*:role/sym/*\" }] })\n  }\n}\n";
    let found = findings_in(&format!("{VARIABLES}\n{inline}\n{CALL}"));
    if !found.iter().any(|(rule, _)| rule == "safelist-wildcard") {
        failures.push_str(&format!("inline: {found:?}\n"));
    }
    expect("all but it", policy("NotAction = \"sts:*\", Resource = \"*\""), &[], &mut failures);
    expect("another action", policy("Action = \"s3:GetObject\", Resource = \"*\""), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A name that contains the account is not a valid account, if the module does not split it.
#[test]
fn a_name_that_contains_the_account_is_not_the_account() {
    let mut failures = String::new();
    let text = "${each.key}-${each.value.target_account_id}";
    let name = &format!("\"{text}\"");
    expect("in the call", with_account(name, ""), &[("flow-argument-miswired", text)], &mut failures);
    // If the module splits it, the account is right.
    let main = format!("{VARIABLES}\n{}", CALL.replace("each.value.target_account_id", name));
    let module = MODULE.replace("= var.account_id", "= element(split(\"-\", var.account_id), 1)");
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
    expect("taken apart", found, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A literal for one tenant, chosen by its key or used as a default, must not be another tenant's value.
#[test]
fn a_literal_chosen_by_the_key_must_not_be_another_tenants() {
    let mut failures = String::new();
    let foreign = "604178239951";
    for wrong in [
        "lookup({ green_valley = \"ID\" }, each.key, each.value.target_account_id)",
        "merge({ blue_harbour = \"604178239951\", red_canyon = \"352790641188\" }, { green_valley = \"ID\" })[each.key]",
        "each.key == \"green_valley\" ? \"ID\" : each.value.target_account_id",
        "jsondecode(\"{\\\"green_valley\\\": \\\"ID\\\"}\")[each.key]",
        "each.key == \"green_valley\" ? join(\"\", [\"604178\", \"239958\"]) : each.value.target_account_id",
    ] {
        let wrong = wrong.replace("ID", foreign);
        if with_account(&wrong, "").iter().all(|(rule, _)| rule != "flow-argument-miswired") {
            failures.push_str(&format!("{wrong}: {:?}\n", with_account(&wrong, "")));
        }
    }
    // In the module, chosen by the slug.
    let main = format!("{VARIABLES}\n{CALL}");
    let wrong = format!("lookup({{ green_valley = \"{foreign}\" }}, var.tenant_slug, var.account_id)");
    let module = MODULE.replace("account_id         = var.account_id", &format!("account_id = {wrong}"));
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
    expect("in the module", found, &[("flow-resource-miswired", &wrong)], &mut failures);
    // As the default of an attribute that the call leaves out.
    let role = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour";
    let settings = "{ for k, v in each.value.sso_connector_settings : k => v if k != \"role_arn\" }";
    let call = CALL.replace("each.value.sso_connector_settings", settings);
    let module = MODULE.replace("role_arn     = string", &format!("role_arn     = optional(string, \"{role}\")"));
    let main = format!("{VARIABLES}\n{call}");
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
    expect("a default", found, &[("flow-argument-miswired", settings)], &mut failures);
    // As another element of the call's `for_each`.
    let alias = "merge(var.customer_tenants, { green_b = var.customer_tenants[\"blue_harbour\"] })";
    let found = findings_in(&format!("{VARIABLES}\n{}", CALL.replace("= var.customer_tenants", &format!("= {alias}"))));
    expect("an alias", found, &[("duplicate-entitlement", "access")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// In any syntax, `params` must not refer to a strategy that is not the flow's own.
#[test]
fn another_strategy_is_found_in_any_syntax_of_params() {
    let mut failures = String::new();
    let own = "params {\n    strategy_id = sym_strategy.sso.id\n  }";
    let id = "\"0b8b9d4e-1111-4222-8333-444455556666\"";
    let of_one = &format!("var.tenant_slug == \"red_canyon\" ? {id} : sym_strategy.sso.id");
    let dynamic = |for_each: &str, is: &str| {
        format!(
            "dynamic \"params\" {{\n    for_each = {for_each}\n    content {{\n      strategy_id = {is}\n    }}\n  }}\n"
        )
    };
    let found = |params: &str| {
        let module = MODULE.replace(own, params);
        assert_ne!(module, MODULE, "{own}");
        let main = format!("{VARIABLES}\n{CALL}");
        findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)])
    };
    let good = "sym_strategy.sso.id";
    let none = dynamic("[]", good);
    for params in [
        dynamic("[1]", good),
        dynamic("timestamp() == \"\" ? [1] : []", good),
        format!("{none}{own}"),
        format!("params = {{ strategy_id = {good} }}"),
        format!("params = merge({{ x = 1 }}, {{ strategy_id = {good} }})"),
    ] {
        expect(&params, found(&params), &[], &mut failures);
    }
    for is in [id, of_one] {
        for params in [
            dynamic("[1]", is),
            dynamic("timestamp() == \"\" ? [1] : []", is),
            dynamic(&format!("[{is}]"), "params.value"),
            dynamic(&format!("{{ a = {is} }}"), "params.value"),
            dynamic(&format!("[{{ id = {is} }}]"), "params.value.id"),
            dynamic(&format!("[for it in [1] : {is}]"), "params.value"),
            format!("{none}{}", dynamic("[1]", is)),
            format!("{none}params {{\n    strategy_id = {is}\n  }}"),
            format!("params = {{ strategy_id = {is} }}"),
            format!("params = merge({{ strategy_id = {good} }}, {{ strategy_id = {is} }})"),
            format!("params = {{ for it in [\"strategy_id\"] : it => {is} }}"),
        ] {
            let found = found(&params);
            if found.iter().all(|(rule, _)| rule != "flow-resource-miswired") {
                failures.push_str(&format!("{params}: {found:?}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Before 1.12, Terraform rejects the second operand even if it is not needed, so `try` uses its next argument.
#[test]
fn fallbacks_that_only_some_versions_use_are_checked() {
    let mut failures = String::new();
    let foreign = "604178239951";
    for tried in [
        "try((true || tobool(\"x\")) ? OWN : OWN, ANOTHER)",
        "try((false && tobool(\"x\")) ? OWN : OWN, ANOTHER)",
        "can(true || tobool(\"x\")) ? OWN : ANOTHER",
        "try([for it in [1] : OWN if true || it.a][0], ANOTHER)",
        "try(each.key == \"\" && each.value.none == \"\" ? OWN : OWN, ANOTHER)",
    ] {
        let account =
            tried.replace("OWN", "each.value.target_account_id").replace("ANOTHER", &format!("\"{foreign}\""));
        let found = with_account(&account, "");
        if found.iter().all(|(rule, _)| rule != "flow-argument-miswired") {
            failures.push_str(&format!("{tried}: {found:?}\n"));
        }
        let right =
            tried.replace("OWN", "each.value.target_account_id").replace("ANOTHER", "each.value.target_account_id");
        expect(&right, with_account(&right, ""), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The role of a policy may be an expression that is defined elsewhere.
#[test]
fn the_runtimes_policy_is_recognized_by_its_role() {
    let mut failures = String::new();
    let runtime = "module \"connector\" {\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [for t in \
                   var.customer_tenants : t.sso_account_id]\n}\nlocals {\n  role = \"SymRuntimeMain\"\n}\nresource \"aws_iam_role\" \"other\" {\n  \
                   name = \"Deploy\"\n}\n";
    let found = |resource: &str| findings_in(&format!("{VARIABLES}\n{runtime}\n{resource}\n{CALL}"));
    let statement = |role: &str| {
        format!(
            "jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = \"{role}\" }}] }})"
        )
    };
    for role in ["local.role", "join(\"\", [\"S\", \"ymRuntimeMain\"])", "module.connector.role_name"] {
        for all in ["*", "arn:aws:iam::*:role/*"] {
            let policy = format!(
                "resource \"aws_iam_role_policy\" \"all\" {{\n  role = {role}\n  policy = {}\n}}\n",
                statement(all)
            );
            let found = found(&policy);
            if !found.iter().any(|(rule, _)| rule == "safelist-wildcard") {
                failures.push_str(&format!("{role} {all}: {found:?}\n"));
            }
        }
    }
    let other = format!(
        "resource \"aws_iam_role_policy\" \"all\" {{\n  role = aws_iam_role.other.name\n  policy = {}\n}}\n",
        statement("*")
    );
    expect("another role", found(&other), &[], &mut failures);
    let inline = format!(
        "resource \"aws_iam_role\" \"sym\" {{\n  assume_role_policy = \"{{}}\"\n  dynamic \"inline_policy\" {{\n    for_each = [1]\n    content {{\n      \
         policy = {}\n    }}\n  }}\n}}\n",
        statement("arn:aws:iam::*:role/sym/*")
    );
    let found = found(&inline);
    if !found.iter().any(|(rule, _)| rule == "safelist-wildcard") {
        failures.push_str(&format!("made by a dynamic block: {found:?}\n"));
    }
    assert!(failures.is_empty(), "{failures}");
}
