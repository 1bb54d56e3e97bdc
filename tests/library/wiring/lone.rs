//! Resources that are written out for one tenant next to repeated ones, `dynamic` blocks, and null values.

use crate::wiring::references::RESOURCES;
use crate::wiring::{Found, VALUES, VARIABLES, expect, findings};

/// The findings with `resources` in the root module, and in a module that it calls.
fn in_both(resources: &str) -> [Vec<Found>; 2] {
    let call = "module \"all\" {\n  source = \"./all\"\n  customer_tenants = var.customer_tenants\n}\n";
    [
        findings(&[("main.tf", &format!("{VARIABLES}{resources}")), ("terraform.tfvars", VALUES)]),
        findings(&[
            ("main.tf", &format!("{VARIABLES}{call}")),
            ("all/main.tf", &format!("{VARIABLES}{resources}")),
            ("terraform.tfvars", VALUES),
        ]),
    ]
}

/// A further strategy for `blue_harbour`.
fn strategy(integration: &str, target: &str) -> String {
    format!(
        "resource \"sym_strategy\" \"more\" {{\n  type = \"aws_sso\"\n  name = \"more-blue_harbour\"\n  integration_id = \
         {integration}\n  targets = [{target}]\n  settings = {{ instance_arn = \
         var.customer_tenants[\"blue_harbour\"].sso_connector_settings.instance_arn }}\n}}\n"
    )
}

const INTEGRATION: &str = r#"sym_integration.sso["blue_harbour"].id"#;
const TARGET: &str = r#"sym_target.sso["blue_harbour"].id"#;

#[test]
fn a_separate_strategy_is_checked_and_hides_nothing() {
    let mut failures = String::new();
    let foreign_integration = r#"sym_integration.sso["red_canyon"].id"#;
    let foreign_target = r#"sym_target.sso["red_canyon"].id"#;
    let in_list = format!("[{foreign_target}]");
    for (more, expected) in [
        (strategy(INTEGRATION, TARGET), vec![]),
        (strategy(foreign_integration, TARGET), vec![("flow-resource-miswired", foreign_integration)]),
        (strategy(INTEGRATION, foreign_target), vec![("flow-resource-miswired", in_list.as_str())]),
    ] {
        for found in in_both(&format!("{RESOURCES}{more}")) {
            expect(&more, found, &expected, &mut failures);
        }
    }
    let wrong = r#"var.customer_tenants["red_canyon"].target_account_id"#;
    let resources = RESOURCES.replace("each.value.target_account_id", wrong) + &strategy(INTEGRATION, TARGET);
    for found in in_both(&resources) {
        expect("beside", found, &[("flow-resource-miswired", wrong)], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_separate_flow_must_be_named_after_the_tenant_of_its_strategy() {
    let mut failures = String::new();
    for (name, expected) in [
        ("quick-blue_harbour", vec![]),
        ("quick-blue-harbour", vec![]),
        ("quick", vec![]),
        ("quick-red_canyon", vec![("flow-resource-miswired", "quick-red_canyon")]),
    ] {
        let id = "strategy_id = sym_strategy.sso[\"blue_harbour\"].id";
        for params in [format!("params {{\n    {id}\n  }}"), format!("params = {{ {id} }}")] {
            let flow = format!("resource \"sym_flow\" \"quick\" {{\n  name = \"{name}\"\n  {params}\n}}\n");
            for found in in_both(&format!("{RESOURCES}{flow}")) {
                expect(&flow, found, &expected, &mut failures);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn blocks_from_dynamic_are_checked() {
    let mut failures = String::new();
    let block = "params {\n    strategy_id = sym_strategy.sso[each.key].id\n  }";
    assert!(RESOURCES.contains(block));
    for (for_each, id, is_right) in [
        ("[each.key]", "sym_strategy.sso[each.key].id", true),
        ("[each.key]", "sym_strategy.sso[params.value].id", true),
        ("[sym_strategy.sso[each.key].id]", "params.value", true),
        ("[]", r#"sym_strategy.sso["red_canyon"].id"#, true),
        ("[1]", r#"sym_strategy.sso["red_canyon"].id"#, false),
        (r#"["red_canyon"]"#, "sym_strategy.sso[params.value].id", false),
        (r#"[sym_strategy.sso["red_canyon"].id]"#, "params.value", false),
        (r#"[each.key, "red_canyon"]"#, "sym_strategy.sso[params.value].id", false),
    ] {
        let dynamic = format!(
            "dynamic \"params\" {{\n    for_each = {for_each}\n    content {{\n      strategy_id = {id}\n    }}\n  }}"
        );
        let expected: &[_] = if is_right { &[] } else { &[("flow-resource-miswired", id)] };
        for found in in_both(&RESOURCES.replace(block, &dynamic)) {
            expect(&dynamic, found, expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_null_in_place_of_the_tenants_value_is_found() {
    let mut failures = String::new();
    for (this, by) in [
        ("each.value.target_account_id", "try(each.value.account, null)"),
        ("each.value.target_account_id", "each.key == \"red_canyon\" ? null : each.value.target_account_id"),
        ("each.value.permission_set_arn", "null"),
    ] {
        assert!(RESOURCES.contains(this), "{this}");
        for found in in_both(&RESOURCES.replace(this, by)) {
            expect(by, found, &[("flow-resource-miswired", by)], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_constant_merged_into_the_for_each_of_a_resource_is_found() {
    let mut failures = String::new();
    let target = "resource \"sym_target\" \"sso\" {\n  for_each = var.customer_tenants";
    assert!(RESOURCES.contains(target));
    for (entry, is_right) in [
        ("merge(var.customer_tenants.red_canyon, { target_account_id = \"735108264419\" })", false),
        ("merge({ target_account_id = \"735108264419\" }, var.customer_tenants.red_canyon)", true),
        ("merge(var.customer_tenants.red_canyon, { label = \"735108264419\" })", true),
    ] {
        let by = target
            .replace("= var.customer_tenants", &format!("= merge(var.customer_tenants, {{ red_canyon = {entry} }})"));
        let wrong = [("flow-resource-miswired", "each.value.target_account_id")];
        let expected = if is_right { &[] } else { wrong.as_slice() };
        for found in in_both(&RESOURCES.replace(target, &by)) {
            expect(entry, found, expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_flow_is_checked_if_its_strategy_has_count() {
    let mut failures = String::new();
    let strategy =
        RESOURCES.find("resource \"sym_strategy\"").unwrap()..RESOURCES.find("resource \"sym_flow\"").unwrap();
    let own = "sym_target.sso[local.keys[count.index]].id";
    for (target, id, wrong) in [
        (own, "sym_strategy.sso[index(local.keys, each.key)].id", None),
        (
            "sym_target.sso[local.keys[0]].id",
            "sym_strategy.sso[index(local.keys, each.key)].id",
            Some("[sym_target.sso[local.keys[0]].id]"),
        ),
        (own, "sym_strategy.sso[0].id", Some("sym_strategy.sso[0].id")),
    ] {
        let counted = format!(
            "locals {{\n  keys = sort(keys(var.customer_tenants))\n}}\nresource \"sym_strategy\" \"sso\" {{\n  count = length(local.keys)\n  \
             type = \"aws_sso\"\n  name = \"sso-strategy-${{local.keys[count.index]}}\"\n  integration_id = \
             sym_integration.sso[local.keys[count.index]].id\n  targets = [{target}]\n  settings = {{ instance_arn = \
             var.customer_tenants[local.keys[count.index]].sso_connector_settings.instance_arn }}\n}}\n"
        );
        let mut resources = RESOURCES.replace("sym_strategy.sso[each.key].id", id);
        resources.replace_range(strategy.clone(), &counted);
        let expected: Vec<_> = wrong.into_iter().map(|text| ("flow-resource-miswired", text)).collect();
        for found in in_both(&resources) {
            expect(&counted, found, &expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn each_candidate_for_settings_is_checked() {
    let mut failures = String::new();
    let own = "settings    = each.value.sso_connector_settings";
    assert!(RESOURCES.contains(own));
    for (other, is_right) in [("blue_harbour", false), ("each.key", true)] {
        let other = if is_right { other.to_owned() } else { format!("\"{other}\"") };
        let other = format!("var.customer_tenants[{other}].sso_connector_settings");
        let either = format!("data.aws_region.this.name == \"\" ? {other} : each.value.sso_connector_settings");
        let resources = RESOURCES.replace(own, &format!("settings = {either}")) + "data \"aws_region\" \"this\" {}\n";
        let expected: &[_] = if is_right { &[] } else { &[("flow-resource-miswired", either.as_str())] };
        for found in in_both(&resources) {
            expect(&either, found, expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_secret_that_is_used_as_a_name_is_not_shown() {
    let secret = "variable \"secret\" {\n  sensitive = true\n  default = \"hunter2\"\n}\n";
    let resources = RESOURCES.replace("\"sso-target-${each.key}\"", "var.secret");
    let main = format!("{VARIABLES}{secret}{resources}");
    let files = [("main.tf", main.as_str()), ("terraform.tfvars", VALUES)];
    let found = crate::wiring::tell(&files, |finding, _| (finding.rule, finding.message.clone()));
    assert!(
        matches!(found.as_slice(), [("resource-not-tenant-scoped", text)] if !text.contains("hunter2")),
        "{found:?}"
    );
}
