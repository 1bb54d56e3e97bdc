//! References between the resources of flows, within and across modules: each must refer to a resource of the same
//! tenant.

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings};

/// All of Sym's resources in the root module.
pub(super) const RESOURCES: &str = r#"
resource "sym_integration" "sso" {
  for_each    = var.customer_tenants
  type        = "permission_context"
  name        = "sso-context-${each.key}"
  external_id = each.value.sso_connector_settings.instance_arn
  settings    = each.value.sso_connector_settings
}
resource "sym_target" "sso" {
  for_each = var.customer_tenants
  type     = "aws_sso_permission_set"
  name     = "sso-target-${each.key}"
  settings = {
    permission_set_arn = each.value.permission_set_arn
    account_id         = each.value.target_account_id
  }
}
resource "sym_strategy" "sso" {
  for_each       = var.customer_tenants
  type           = "aws_sso"
  name           = "sso-strategy-${each.key}"
  integration_id = sym_integration.sso[each.key].id
  targets        = [sym_target.sso[each.key].id]
  settings       = { instance_arn = each.value.sso_connector_settings.instance_arn }
}
resource "sym_flow" "sso" {
  for_each = var.customer_tenants
  name     = "sso-access-${each.key}"
  params {
    strategy_id = sym_strategy.sso[each.key].id
  }
}
"#;
const INTEGRATION: &str = "sym_integration.sso[each.key].id";
const TARGETS: &str = "[sym_target.sso[each.key].id]";
const STRATEGY: &str = "sym_strategy.sso[each.key].id";

/// The findings if `this` is replaced in the resources, in the root module and in a module that it calls.
fn replaced(this: &str, by: &str) -> [Vec<crate::wiring::Found>; 2] {
    assert!(RESOURCES.contains(this), "{this}");
    let resources = RESOURCES.replace(this, by);
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

#[test]
fn a_reference_must_be_to_an_instance_of_the_same_tenant() {
    let mut failures = String::new();
    let foreign_target = r#"[sym_target.sso[lookup({ red_canyon = "blue_harbour" }, each.key, each.key)].id]"#;
    let beside = r#"concat([sym_target.sso[each.key].id], ["9d1f0a52-0000-4000-8000-1f6c3b7a9e55"])"#;
    for (this, by) in [
        (INTEGRATION, r#"sym_integration.sso["blue_harbour"].id"#),
        (TARGETS, "values(sym_target.sso)[*].id"),
        (TARGETS, "[for target in sym_target.sso : target.id]"),
        (TARGETS, foreign_target),
        (TARGETS, beside),
        (TARGETS, r#"try([sym_target.sso["blue_harbour"].id], [])"#),
        (TARGETS, r#"flatten([[sym_target.sso["blue_harbour"].id]])"#),
        (STRATEGY, r#"coalesce(sym_strategy.sso["blue_harbour"].id, sym_strategy.sso[each.key].id)"#),
        (STRATEGY, r#"sym_strategy.sso["blue_harbour"].id"#),
        (STRATEGY, r#"sym_strategy.sso[keys(var.customer_tenants)[0]].id"#),
    ] {
        for found in replaced(this, by) {
            expect(by, found, &[("flow-resource-miswired", by)], &mut failures);
        }
    }
    for (this, by) in [
        (TARGETS, r#"[for key, target in sym_target.sso : target.id if key == each.key]"#),
        (TARGETS, r#"[for key, target in sym_target.sso : target.id if startswith(key, each.key)]"#),
        (TARGETS, "try([sym_target.sso[each.key].id], [])"),
        (TARGETS, "flatten([[sym_target.sso[each.key].id]])"),
        (STRATEGY, r#"coalesce(sym_strategy.sso[each.key].id, sym_strategy.sso["blue_harbour"].id)"#),
        (STRATEGY, r#"try(sym_strategy.sso[each.key].id, sym_strategy.sso["blue_harbour"].id)"#),
        (INTEGRATION, "{ for key, it in sym_integration.sso : key => it.id }[each.key]"),
        (INTEGRATION, r#"lookup({ for key, it in sym_integration.sso : key => it.id }, each.key, "")"#),
        (STRATEGY, "one([for key, it in sym_strategy.sso : it.id if key == each.key])"),
    ] {
        for found in replaced(this, by) {
            expect(by, found, &[], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// It is not known which instance is meant, but the candidates are known.
#[test]
fn an_unknown_key_that_may_be_another_tenants_is_reported() {
    let mut failures = String::new();
    let unclear = r#"timestamp() == "" ? each.key : "blue_harbour""#;
    for key in [unclear, "data.external.keys.result[each.key]"] {
        for (this, by) in [
            (INTEGRATION, format!("sym_integration.sso[{key}].id")),
            (TARGETS, format!("[sym_target.sso[{key}].id]")),
            (TARGETS, format!("[sym_target.sso[each.key].id, sym_target.sso[{key}].id]")),
            (STRATEGY, format!("sym_strategy.sso[{key}].id")),
        ] {
            let data = "\ndata \"external\" \"keys\" {\n  program = [\"x\"]\n}\n";
            let resources = format!("{}{data}", RESOURCES.replace(this, &by));
            let found = findings(&[("main.tf", &format!("{VARIABLES}{resources}")), ("terraform.tfvars", VALUES)]);
            if found.is_empty() {
                failures.push_str(&format!("{by}\n"));
            }
        }
    }
    for found in replaced(INTEGRATION, r#"sym_integration.sso[timestamp() == "" ? each.key : each.key].id"#) {
        expect("the same key", found, &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_reference_is_followed_through_arguments_and_outputs() {
    let context = r#"
variable "slug" {}
variable "settings" {}
resource "sym_integration" "sso" {
  type        = "permission_context"
  name        = "sso-context-${var.slug}"
  external_id = var.settings.instance_arn
  settings    = var.settings
}
output "ids" { value = { context = sym_integration.sso.id } }
"#;
    let module = MODULE.replace("= sym_integration.sso.id", "= var.context").replace(
        "resource \"sym_integration\" \"sso\" {",
        "variable \"context\" {}\nresource \"sym_integration\" \"sso\" {",
    );
    let contexts = "module \"contexts\" {\n  for_each = var.customer_tenants\n  source = \"./context\"\n  slug = \"c-${each.key}\"\n  \
                    settings = each.value.sso_connector_settings\n}\n";
    let shared = "resource \"sym_integration\" \"one\" {\n  type = \"permission_context\"\n  name = \"one\"\n  external_id = \
                  var.customer_tenants[\"blue_harbour\"].sso_connector_settings.instance_arn\n  settings = \
                  var.customer_tenants[\"blue_harbour\"].sso_connector_settings\n}\n";
    let wrong = r#"module.contexts["blue_harbour"].ids.context"#;
    let mut failures = String::new();
    for (argument, is_right) in [
        (wrong, false),
        ("module.contexts[each.key].ids.context", true),
        ("{ for key, it in module.contexts : key => it.ids.context }[each.key]", true),
        ("sym_integration.one.id", false),
    ] {
        let others = if argument.starts_with("sym") { shared } else { contexts };
        let call = CALL.replace("  tenant_slug ", &format!("  context = {argument}\n  tenant_slug "));
        let found = findings(&[
            ("main.tf", &format!("{VARIABLES}{others}{call}")),
            ("context/main.tf", context),
            ("sso_flow/main.tf", &module),
            ("terraform.tfvars", VALUES),
        ]);
        let expected: &[_] = if is_right { &[] } else { &[("flow-argument-miswired", argument)] };
        expect(argument, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_flow_runs_the_strategy_of_its_own_tenant_wherever_it_is() {
    let module = format!("{MODULE}\noutput \"strategy_id\" {{ value = sym_strategy.sso.id }}\n");
    let flow = |key: &str| {
        let id = format!("module.access[{key}].strategy_id");
        let flow = format!(
            "resource \"sym_flow\" \"quick\" {{\n  for_each = var.customer_tenants\n  name = \"quick-${{each.key}}\"\n  \
             params {{\n    strategy_id = {id}\n  }}\n}}\n"
        );
        let main = format!("{VARIABLES}{CALL}{flow}");
        (id, findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]))
    };
    let mut failures = String::new();
    let (id, found) = flow("\"blue_harbour\"");
    expect("another's", found, &[("flow-resource-miswired", &id)], &mut failures);
    expect("its own", flow("each.key").1, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_constant_reference_that_cannot_be_followed_is_not_checked() {
    let mut failures = String::new();
    for (name, is_same) in [("\"sso-context-blue\"", true), ("\"sso-context-${var.tenant_slug}\"", false)] {
        let data =
            format!("data \"sym_integration\" \"it\" {{\n  type = \"permission_context\"\n  name = {name}\n}}\n");
        let module = MODULE.replace("= sym_integration.sso.id", "= data.sym_integration.it.id");
        let found = findings(&[
            ("main.tf", &format!("{VARIABLES}{CALL}")),
            ("sso_flow/main.tf", &format!("{module}{data}")),
            ("terraform.tfvars", VALUES),
        ]);
        let expected: &[_] = if is_same { &[("not-checked", "data.sym_integration.it.id")] } else { &[] };
        expect(name, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_name_must_not_contain_another_customers_key() {
    let mut failures = String::new();
    let swapped =
        r#"lookup({ blue_harbour = "red_canyon", red_canyon = "blue_harbour" }, var.tenant_slug, var.tenant_slug)"#;
    let part = format!("sso-access-${{{swapped}}}");
    let module = MODULE.replace("\"sso-access-${var.tenant_slug}\"", &format!("\"{part}\""));
    let main = format!("{VARIABLES}{CALL}");
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
    expect("swapped", found, &[("flow-resource-miswired", &part)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn further_resources_of_the_flow_must_not_be_another_customers() {
    let integration = |role: &str| {
        format!(
            "resource \"sym_integration\" \"iam\" {{\n  type = \"permission_context\"\n  name = \"iam-${{var.tenant_slug}}\"\n  \
             external_id = \"719240583316\"\n  settings = {{ cloud = \"aws\", region = \"us-east-1\", role_arn = \"{role}\" }}\n}}\n"
        )
    };
    let target = "resource \"sym_target\" \"group\" {\n  type = \"aws_sso_group\"\n  name = \"group-${var.tenant_slug}\"\n  \
                  settings = { group_id = \"x\", account_id = \"604178239951\" }\n}\n";
    let role = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour";
    let mut failures = String::new();
    for (added, expected) in [
        (integration(role), Some(role)),
        (integration("arn:aws:iam::111122223333:role/sym/SymLambda"), None),
        (target.to_owned(), Some("604178239951")),
    ] {
        let module = format!("{MODULE}{added}");
        let main = format!("{VARIABLES}{CALL}");
        let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
        let expected: Vec<(&str, &str)> = expected.map(|text| ("flow-resource-miswired", text)).into_iter().collect();
        let found = found.into_iter().map(|(rule, text)| (rule, text.trim_matches('"').to_owned())).collect();
        expect(&added, found, &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn resources_of_an_organization_may_be_used_by_its_entries() {
    let set_up = |integration: &str, targets: &str| {
        let main = format!(
            r#"
locals {{
  orgs = {{
    blue = {{ payer = "719240583316", ins = "ssoins-7223a91be40c5d68", region = "us-east-1" }}
    red  = {{ payer = "280365914472", ins = "ssoins-68042f7d9be0a513", region = "eu-west-1" }}
  }}
  access = {{
    blue_live = {{ org = "blue", account = "604178239951", set = "ps-5e1b09c7d2a84f63" }}
    blue_test = {{ org = "blue", account = "352790641188", set = "ps-9c4e7d02b1f8a635" }}
    red_live  = {{ org = "red", account = "915827304462", set = "ps-1d83f6a4c2e90b57" }}
  }}
}}
resource "sym_integration" "sso" {{
  for_each    = local.orgs
  type        = "permission_context"
  name        = "context-${{each.key}}"
  external_id = "arn:aws:sso:::instance/${{each.value.ins}}"
  settings = {{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/${{each.value.ins}}"
    region       = each.value.region
    role_arn     = "arn:aws:iam::${{each.value.payer}}:role/sym/SymSSO${{title(each.key)}}"
  }}
}}
resource "sym_target" "sso" {{
  for_each = local.access
  type     = "aws_sso_permission_set"
  name     = "target-${{each.key}}"
  settings = {{
    permission_set_arn = "arn:aws:sso:::permissionSet/${{local.orgs[each.value.org].ins}}/${{each.value.set}}"
    account_id         = each.value.account
  }}
}}
resource "sym_strategy" "sso" {{
  for_each       = local.access
  type           = "aws_sso"
  name           = "strategy-${{each.key}}"
  integration_id = {integration}
  targets        = {targets}
  settings       = {{ instance_arn = "arn:aws:sso:::instance/${{local.orgs[each.value.org].ins}}" }}
}}
"#
        );
        let found = findings(&[("main.tf", &main)]);
        found.into_iter().filter(|(rule, _)| rule.starts_with("flow-")).collect::<Vec<_>>()
    };
    let (integration, target) = ("sym_integration.sso[each.value.org].id", "[sym_target.sso[each.key].id]");
    let one = "sym_integration.sso[\"blue\"].id";
    let all = "values(sym_target.sso)[*].id";
    let mut failures = String::new();
    expect("its own", set_up(integration, target), &[], &mut failures);
    expect("one", set_up(one, target), &[("flow-resource-miswired", one)], &mut failures);
    expect("all", set_up(integration, all), &[("flow-resource-miswired", all)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_literal_id_in_a_condition_is_found() {
    let mut failures = String::new();
    for (own, of) in [(INTEGRATION, INTEGRATION), ("sym_target.sso[each.key].id", TARGETS), (STRATEGY, STRATEGY)] {
        for with in [
            format!("each.key == \"red_canyon\" ? \"3f2a\" : {own}"),
            format!("lookup({{ red_canyon = \"3f2a\" }}, each.key, {own})"),
            format!("timestamp() == \"\" ? \"3f2a\" : {own}"),
        ] {
            let wrong = of.replace(own, &with);
            for found in replaced(of, &wrong) {
                expect(&wrong, found, &[("flow-resource-miswired", &wrong)], &mut failures);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_resource_that_is_not_repeated_must_be_for_one_tenant() {
    let mut failures = String::new();
    let of = |tenant: &str, field: &str| format!("var.customer_tenants[\"{tenant}\"].{field}");
    for other in ["green_valley", "red_canyon"] {
        let target = of(other, "target_account_id");
        let assignment = format!(
            r#"
resource "aws_ssoadmin_account_assignment" "auditor" {{
  instance_arn       = {}
  permission_set_arn = {}
  target_id          = {target}
}}
"#,
            of("green_valley", "sso_connector_settings.instance_arn"),
            of("green_valley", "permission_set_arn"),
        );
        let found =
            findings(&[("main.tf", &format!("{VARIABLES}{RESOURCES}{assignment}")), ("terraform.tfvars", VALUES)]);
        let wrong = [("flow-resource-miswired", target.as_str())];
        expect(other, found, if other == "green_valley" { &[] } else { &wrong }, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn separate_strategies_belong_to_the_tenants_with_their_instances() {
    let mut failures = String::new();
    let module = format!(
        "{MODULE}output \"integration\" {{\n  value = sym_integration.sso.id\n}}\n\
         output \"target\" {{\n  value = sym_target.sso.id\n}}\noutput \"strategy\" {{\n  value = sym_strategy.sso.id\n}}\n"
    );
    let call = CALL.lines().find_map(|line| line.strip_prefix("module \"")?.split('"').next()).unwrap();
    let strategy = |tenant: &str| {
        format!(
            r#"
resource "sym_strategy" "{tenant}" {{
  type           = "aws_sso"
  name           = "urgent-{tenant}"
  integration_id = module.{call}["{tenant}"].integration
  targets        = [module.{call}["{tenant}"].target]
  settings       = {{ instance_arn = var.customer_tenants["{tenant}"].sso_connector_settings.instance_arn }}
}}
resource "sym_flow" "{tenant}" {{
  name = "urgent-{tenant}"
  params {{
    strategy_id = module.{call}["{tenant}"].strategy
  }}
}}
"#
        )
    };
    let all = strategy("green_valley") + &strategy("red_canyon");
    let own = format!("module.{call}[\"red_canyon\"].integration");
    let other = own.replace("red_canyon", "blue_harbour");
    for (what, resources, expected) in [
        ("right", all.clone(), &[][..]),
        ("integration", all.replace(&own, &other), &[("flow-resource-miswired", other.as_str())]),
    ] {
        let main = format!("{VARIABLES}{CALL}{resources}");
        let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)];
        expect(what, findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// All resources of one customer with literal values.
fn written_out(name: &str, account: &str, instance: &str, target: &str) -> String {
    let set = account.repeat(2);
    let set = set.get(..16).unwrap();
    let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    format!(
        r#"
resource "sym_integration" "{name}" {{
  type        = "permission_context"
  name        = "{name}-context"
  external_id = "arn:aws:sso:::instance/{instance}"
  settings = {{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/{instance}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::{account}:role/sym/SymSSO-{title}"
  }}
}}
resource "sym_target" "{name}" {{
  type     = "aws_sso_permission_set"
  name     = "{name}-target"
  settings = {{ permission_set_arn = "arn:aws:sso:::permissionSet/{instance}/ps-{set}", account_id = "{target}" }}
}}
resource "sym_strategy" "{name}" {{
  type           = "aws_sso"
  name           = "{name}-strategy"
  integration_id = sym_integration.{name}.id
  targets        = [sym_target.{name}.id]
  settings       = {{ instance_arn = "arn:aws:sso:::instance/{instance}" }}
}}
resource "sym_flow" "{name}" {{
  name = "{name}-access"
  params {{
    strategy_id = sym_strategy.{name}.id
  }}
}}
"#
    )
}

#[test]
fn customers_with_literal_values_in_one_module_are_distinguished() {
    let maple = written_out("maple", "201311301811", "ssoins-790798253a563100", "429578324071");
    let birch = written_out("birch", "598734414990", "ssoins-6987d5dae657b60c", "118187656810");
    let mut failures = String::new();
    let mut hold = |what: &str, birch: &str, expected: &[(&str, &str)]| {
        let all = format!("{maple}{birch}");
        expect(what, findings(&[("main.tf", &all)]), expected, &mut failures);
        let call = "module \"customers\" {\n  source = \"./customers\"\n}\n";
        let files = [("main.tf", call), ("customers/main.tf", &all)];
        expect(&format!("{what}, in a module"), findings(&files), expected, &mut failures);
    };
    hold("right", &birch, &[]);
    // A second strategy and target for the same customer.
    let second =
        birch.replace("birch\"", "second\"").replace(".birch", ".second").replace("118187656810", "770344218056");
    hold("two strategies", &format!("{birch}{}", second.replace("birch-", "second-")), &[]);
    let other = birch.replace("= sym_integration.birch.id", "= sym_integration.maple.id");
    hold("integration", &other, &[("flow-resource-miswired", "sym_integration.maple.id")]);
    let other = birch.replace("[sym_target.birch.id]", "[sym_target.maple.id]");
    hold("target", &other, &[("flow-resource-miswired", "[sym_target.maple.id]")]);
    let other = birch.replace("118187656810", "429578324071");
    hold("account", &other, &[("duplicate-target-account", "429578324071")]);
    let other = birch.replace("permissionSet/ssoins-6987d5dae657b60c", "permissionSet/ssoins-790798253a563100");
    hold("permission set", &other, &[("instance-id-mismatch", "ssoins-790798253a563100")]);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_reference_is_found_in_functions_that_are_not_evaluated() {
    let mut failures = String::new();
    let own = "sym_target.sso[each.key].id";
    for function in ["format(\"%s\", TO)", "compact([TO])[0]", "split(\",\", TO)[0]"] {
        let right = TARGETS.replace(own, &function.replace("TO", own));
        for found in replaced(TARGETS, &right) {
            expect(&right, found, &[], &mut failures);
        }
        let wrong = TARGETS.replace(own, &function.replace("TO", "sym_target.sso[\"red_canyon\"].id"));
        for found in replaced(TARGETS, &wrong) {
            expect(&wrong, found, &[("flow-resource-miswired", &wrong)], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What the data source has is known only at apply, but its key says whose it is.
#[test]
fn a_data_source_with_another_tenants_key_is_found() {
    let read = "data \"sym_integration\" \"sso\" {\n  for_each = var.customer_tenants\n  type = \"permission_context\"\n  name = \"sso-context-${each.key}\"\n}\n";
    let mut failures = String::new();
    for (key, is_wrong) in [("each.key", false), ("\"blue_harbour\"", true)] {
        let reference = format!("data.sym_integration.sso[{key}].id");
        let main = format!("{VARIABLES}{read}{}", RESOURCES.replace(INTEGRATION, &reference));
        let found = findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
        let expected = [("flow-resource-miswired", reference.as_str())];
        expect(&reference, found, if is_wrong { &expected } else { &[] }, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
