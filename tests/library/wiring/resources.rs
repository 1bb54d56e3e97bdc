//! The resources inside of the flow module that Sym acts on.

use crate::wiring::{CALL, VALUES, VARIABLES, expect, findings};

const INPUTS: &str = r#"
variable "tenant_slug" { type = string }
variable "account_id" { type = string }
variable "permission_set_arn" { type = string }
variable "sso_connector_settings" {
  type = object({
    cloud        = string
    instance_arn = string
    region       = string
    role_arn     = string
  })
}
variable "fallback" {
  type    = string
  default = "arn:aws:sso:::instance/ssoins-72234f6b10c9ae25"
}
variable "accounts" {
  type    = map(string)
  default = { blue_harbour = "604178239951", green_valley = "915827304462", red_canyon = "352790641188" }
}
locals {
  settings = var.sso_connector_settings
  account  = var.account_id
  names    = { sso = "sso-${var.tenant_slug}" }
}
"#;

fn integration(external_id: &str, settings: &str) -> String {
    format!(
        "resource \"sym_integration\" \"sso\" {{\n  type = \"permission_context\"\n  name = \"c-${{var.tenant_slug}}\"\n  \
         external_id = {external_id}\n  settings = {settings}\n}}\n"
    )
}

fn target(permission_set: &str, account: &str) -> String {
    format!(
        "resource \"sym_target\" \"sso\" {{\n  type = \"aws_sso_permission_set\"\n  name = \"t-${{var.tenant_slug}}\"\n  \
         settings = {{ permission_set_arn = {permission_set}, account_id = {account} }}\n}}\n"
    )
}

fn strategy(instance: &str) -> String {
    format!(
        "resource \"sym_strategy\" \"sso\" {{\n  type = \"aws_sso\"\n  name = \"s-${{var.tenant_slug}}\"\n  \
         settings = {{ \"instance_arn\" : {instance} }}\n}}\n"
    )
}

fn with(resource: &str) -> Vec<crate::wiring::Found> {
    findings_in_module(&format!("{INPUTS}\n{resource}"))
}

fn findings_in_module(module: &str) -> Vec<crate::wiring::Found> {
    let main = format!("{VARIABLES}\n{CALL}");
    findings(&[("main.tf", &main), ("sso_flow/main.tf", module), ("terraform.tfvars", VALUES)])
}

const WHOLE: &str = "var.sso_connector_settings";
const INSTANCE: &str = "var.sso_connector_settings.instance_arn";
const ROLE: &str = "var.sso_connector_settings.role_arn";

#[test]
fn every_correct_module_has_no_findings() {
    let mut failures = String::new();
    let right = [
        integration(INSTANCE, WHOLE),
        integration("local.settings.instance_arn", "local.settings"),
        integration(
            "\"${local.settings[\"instance_arn\"]}\"",
            "merge(var.sso_connector_settings, { cloud = \"aws\" })",
        ),
        integration(
            "lookup(local.settings, \"instance_arn\", null)",
            "{ for name, value in var.sso_connector_settings : name => value }",
        ),
        integration(
            "join(\"/\", [\"arn:aws:sso:::instance\", split(\"/\", var.sso_connector_settings.instance_arn)[1]])",
            "{ cloud = \"aws\", region = local.settings.region, role_arn = local.settings.role_arn, instance_arn = local.settings.instance_arn }",
        ),
        integration(INSTANCE, "{ cloud = \"aws\", role_arn = local.settings.role_arn }"),
        target("var.permission_set_arn", "var.account_id"),
        target("trimspace(var.permission_set_arn)", "local.account"),
        target("coalesce(var.permission_set_arn, \"none\")", "try(var.account_id, null)"),
        target("var.permission_set_arn", "var.accounts[var.tenant_slug]"),
        // Data that AWS returns for the tenant's own instance.
        "data \"aws_ssoadmin_permission_set\" \"this\" {\n  instance_arn = var.sso_connector_settings.instance_arn\n  name = \"Admin\"\n}\n"
            .to_owned()
            + &target("data.aws_ssoadmin_permission_set.this.arn", "var.account_id"),
        strategy(INSTANCE),
        strategy("sym_integration.sso.external_id") + &integration(INSTANCE, WHOLE),
    ];
    for resource in right {
        expect(&resource, with(&resource), &[], &mut failures);
    }
    let undeclared = target("data.aws_ssoadmin_permission_set.this.arn", "data.aws_caller_identity.this.account_id");
    let expected = [("evaluation-error", "data.aws_ssoadmin_permission_set.this")];
    expect("undeclared", with(&undeclared), &expected, &mut failures);
    // Resources of other kinds and types are not checked.
    let others = "resource \"sym_target\" \"x\" {\n  type = \"okta_group\"\n  name = \"x-${var.tenant_slug}\"\n  settings = { group_id = \"1\", account_id = \"2\" }\n}\n\
                  resource \"aws_thing\" \"x\" {\n  name = \"same\"\n  settings = { account_id = \"2\" }\n}\n\
                  resource \"sym_strategy\" \"x\" {\n  type = \"okta\"\n  name = \"x-${var.tenant_slug}\"\n  settings = { instance_arn = \"2\" }\n}\n\
                  resource \"sym_integration\" \"x\" {\n  type = \"okta\"\n  name = \"x-${var.tenant_slug}\"\n  external_id = \"acme.okta.com\"\n}\n";
    expect("others", with(others), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_wrong_value_inside_the_module_is_found() {
    let mut failures = String::new();
    let slug = "var.tenant_slug";
    let (account, set) = ("var.account_id", "var.permission_set_arn");
    let constant = "\"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"";
    let constant_set = "\"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"";
    let cases: Vec<(String, Vec<&str>)> = vec![
        (integration(ROLE, WHOLE), vec![ROLE]),
        (integration(account, WHOLE), vec![account]),
        (integration(slug, WHOLE), vec![slug]),
        (integration(set, WHOLE), vec![set]),
        (integration(constant, WHOLE), vec![constant]),
        (integration("var.fallback", WHOLE), vec!["var.fallback"]),
        (integration("\"${var.tenant_slug}\"", WHOLE), vec!["${var.tenant_slug}"]),
        (
            integration(INSTANCE, "merge(local.settings, { role_arn = local.settings.instance_arn })"),
            vec!["local.settings.instance_arn"],
        ),
        (
            integration(
                INSTANCE,
                "{ cloud = \"aws\", instance_arn = local.settings.role_arn, role_arn = local.settings.instance_arn }",
            ),
            vec!["local.settings.instance_arn", "local.settings.role_arn"],
        ),
        (
            integration(
                INSTANCE,
                "{ cloud = \"aws\", instance_arn = local.settings.instance_arn, role_arn = \"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\" }",
            ),
            vec!["arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"],
        ),
        (target(account, set), vec![account, set]),
        (target(set, set), vec![set]),
        (target(account, account), vec![account]),
        (
            target(set, "split(\":\", var.sso_connector_settings.role_arn)[4]"),
            vec!["split(\":\", var.sso_connector_settings.role_arn)[4]"],
        ),
        (target(set, "\"604178239951\""), vec!["604178239951"]),
        (target(constant_set, account), vec![constant_set]),
        (target(set, "var.accounts[\"blue_harbour\"]"), vec!["var.accounts[\"blue_harbour\"]"]),
        (target(INSTANCE, account), vec![INSTANCE]),
        (strategy(ROLE), vec![ROLE]),
        (strategy(set), vec![set]),
        (strategy(constant), vec![constant]),
        (strategy("var.fallback"), vec!["var.fallback"]),
        (strategy("local.settings.region"), vec!["local.settings.region"]),
    ];
    for (resource, texts) in cases {
        let expected: Vec<_> = texts.iter().map(|text| ("flow-resource-miswired", text.trim_matches('"'))).collect();
        expect(&resource, with(&resource), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn names_without_the_tenant_are_found() {
    let mut failures = String::new();
    let flow = |name: &str| format!("resource \"sym_flow\" \"sso\" {{\n  name = {name}\n  label = \"x\"\n}}\n");
    for name in [
        "\"sso-${var.tenant_slug}\"",
        "\"sso-${var.account_id}\"",
        "local.names.sso",
        "upper(var.tenant_slug)",
        "sha512(var.tenant_slug)",
        "\"sso-${split(\"/\", var.permission_set_arn)[2]}\"",
        "\"${var.tenant_slug == \"blue_harbour\" ? \"first\" : var.tenant_slug}\"",
    ] {
        expect(name, with(&flow(name)), &[], &mut failures);
    }
    let pet = "resource \"random_pet\" \"this\" {}\n";
    for name in ["random_pet.this.id", "\"sso-${random_pet.this.id}\""] {
        expect(name, with(&(pet.to_owned() + &flow(name))), &[], &mut failures);
    }
    for name in ["\"sso\"", "\"sso-${local.settings.cloud}x\"", "join(\"-\", [\"sso\", \"flow\"])", "var.fallback"] {
        let text = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        let expected = match name {
            // `cloud` is a value of the tenant, but the same for all tenants.
            "\"sso-${local.settings.cloud}x\"" => vec![("slug-collision", "aws"), ("slug-collision", "aws")],
            "var.fallback" => vec![("resource-not-tenant-scoped", text), ("slug-charset", ":")],
            _ => vec![("resource-not-tenant-scoped", text)],
        };
        expect(name, with(&flow(name)), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The findings with these arguments in the call for each tenant, and this module.
fn with_call(variables: &str, values: &str, arguments: &str, module: &str) -> Vec<crate::wiring::Found> {
    let main = format!(
        "{variables}\nmodule \"access\" {{\n  for_each = var.customer_tenants\n  source = \"./sso_flow\"\n  {arguments}\n}}\n"
    );
    findings(&[("main.tf", &main), ("sso_flow/main.tf", module), ("terraform.tfvars", values)])
}

const ANY: &str = "variable \"customer_tenants\" {\n  type = any\n}\n";

#[test]
fn a_module_may_use_only_some_values() {
    let mut failures = String::new();
    let variables = |names: &[&str]| {
        names.iter().map(|name| format!("variable \"{name}\" {{\n  type = any\n}}\n")).collect::<String>()
    };
    let inside = |names: &[&str], resource: &str| format!("{}{resource}", variables(names));
    let account = |value: &str| {
        format!(
            "resource \"sym_target\" \"sso\" {{\n  type = \"aws_sso_permission_set\"\n  name = \"t-${{var.tenant_slug}}\"\n  settings = {{ account_id = {value} }}\n}}\n"
        )
    };
    // Only the account.
    let module = inside(&["tenant_slug", "account_id"], &account("var.account_id"));
    let check = |arguments: &str, module: &str| with_call(VARIABLES, VALUES, arguments, module);
    let slug = "tenant_slug = each.key\n";
    let right = format!("{slug}  account_id = each.value.target_account_id");
    expect("the account", check(&right, &module), &[], &mut failures);
    let found = check(&right.replace("target", "sso"), &module);
    let expected = [("flow-argument-miswired", "each.value.sso_account_id")];
    expect("the SSO account", found, &expected, &mut failures);
    // No slug.
    let module = inside(&["account_id"], &account("var.account_id").replace("tenant_slug", "account_id"));
    let found = check("account_id = each.key", &module);
    expect("the key", found, &[("flow-argument-miswired", "each.key")], &mut failures);
    // A list of grants, and no settings.
    let values = VALUES
        .replace("    permission_set_arn = ", "    grants = [{\n      permission_set_arn = ")
        .replace("    target_account_id  = ", "      account_id = ")
        .replace("\"\n  }\n", "\"\n    }]\n  }\n");
    let grants = ["tenant_slug", "grants"];
    let set = "var.grants[0].permission_set_arn";
    let arguments = format!("{slug}  grants = each.value.grants");
    let found = with_call(ANY, &values, &arguments, &inside(&grants, &strategy(set)));
    expect("a permission set for the instance", found, &[("flow-resource-miswired", set)], &mut failures);
    let target = target(set, "var.grants[0].account_id");
    let found = with_call(ANY, &values, &arguments, &inside(&grants, &target));
    expect("grants", found, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn unknown_attributes_are_distinguished() {
    let mut failures = String::new();
    let values = VALUES
        .replace("    permission_set_arn = ", "    set = ")
        .replace("    target_account_id  = ", "    workload = ");
    let arguments = "tenant_slug = each.key\n  account_id = each.value.workload\n  permission_set_arn = each.value.set\n  sso_connector_settings = each.value.sso_connector_settings";
    let check = |permission_set: &str, account: &str| {
        let module = format!("{INPUTS}\n{}", target(permission_set, account));
        with_call(ANY, &values, arguments, &module)
            .into_iter()
            .filter(|(rule, _)| rule == "flow-resource-miswired")
            .collect::<Vec<_>>()
    };
    let (set, account) = ("var.permission_set_arn", "var.account_id");
    expect("right", check(set, account), &[], &mut failures);
    let wrong = "flow-resource-miswired";
    expect("swapped", check(account, set), &[(wrong, account), (wrong, set)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_strategy_may_grant_membership_in_a_group() {
    let group = |kind: &str, id: &str| {
        format!(
            "resource \"sym_integration\" \"sso\" {{\n  type = \"permission_context\"\n  name = \"c-${{var.tenant_slug}}\"\n  external_id = {INSTANCE}\n  settings = {WHOLE}\n}}\n\
             {}\
             resource \"sym_target\" \"group\" {{\n  type = \"{kind}\"\n  name = \"g-${{var.tenant_slug}}\"\n  settings = {{ group_id = \"{id}\" }}\n}}\n\
             resource \"sym_strategy\" \"sso\" {{\n  type = \"aws_sso\"\n  name = \"s-${{var.tenant_slug}}\"\n  integration_id = sym_integration.sso.id\n  targets = [sym_target.sso.id, sym_target.group.id]\n  settings = {{ instance_arn = {INSTANCE} }}\n}}\n",
            target("var.permission_set_arn", "var.account_id"),
        )
    };
    assert_eq!(with(&group("aws_sso_group", "9067f-${var.tenant_slug}")), []);
    // Groups are not compared, but one for all tenants is that of another customer.
    assert_eq!(with(&group("aws_sso_group", "9067f")), [("not-checked".into(), "group".into())]);
    let found = with(&group("okta_group", "9067f"));
    let expected = ("flow-resource-miswired".into(), "[sym_target.sso.id, sym_target.group.id]".into());
    assert_eq!(found, [expected]);
}

#[test]
fn a_permission_context_of_another_service_is_not_a_flow() {
    let lambda = "resource \"sym_integration\" \"lambda\" {\n  type = \"permission_context\"\n  name = \"lambda\"\n  external_id = \"803477428605\"\n  settings = { cloud = \"aws\", region = \"us-east-1\", role_arn = \"arn:aws:iam::533074268119:role/sym/SymLambda\" }\n}\n";
    assert_eq!(findings(&[("main.tf", lambda)]), []);
}

#[test]
fn a_constant_or_a_changed_value_in_the_root_module_contradicts_the_tenants_own() {
    let tenants = r#"
locals {
  customers = {
    maple = { box = "429578324071", idc = "arn:aws:sso:::instance/ssoins-790798253a563100", level = "arn:aws:sso:::permissionSet/ssoins-790798253a563100/ps-9359932ec4a25861" }
    birch = { box = "118187656810", idc = "arn:aws:sso:::instance/ssoins-6987d5dae657b60c", level = "arn:aws:sso:::permissionSet/ssoins-6987d5dae657b60c/ps-de185217b3c51ebd" }
  }
}
"#;
    let mut failures = String::new();
    for (account, is_right) in [
        ("each.value.box", true),
        ("each.key == \"maple\" ? \"201311301811\" : each.value.box", false),
        ("replace(each.value.box, \"1\", \"2\")", false),
        ("replace(replace(each.value.box, \"4295\", \"4295-\"), \"-\", \"\")", true),
    ] {
        let main = format!(
            r#"{tenants}
resource "aws_ssoadmin_account_assignment" "all" {{
  for_each           = local.customers
  instance_arn       = each.value.idc
  permission_set_arn = each.value.level
  target_id          = {account}
}}
"#
        );
        let wrong = [("flow-resource-miswired", account)];
        crate::wiring::expect(
            account,
            findings(&[("main.tf", &main)]),
            if is_right { &[] } else { &wrong },
            &mut failures,
        );
    }
    assert!(failures.is_empty(), "{failures}");
}

/// What a permission context is for depends on the resources that use it, not on its settings.
#[test]
fn a_permission_context_is_for_the_strategies_or_runtimes_that_use_it() {
    let context = |name: &str, settings: &str| {
        format!(
            "resource \"sym_integration\" \"{name}\" {{\n  type = \"permission_context\"\n  name = \"{name}\"\n  external_id = \
             \"719240583316\"\n  settings = {settings}\n}}\n"
        )
    };
    let without_instance =
        "{ cloud = \"aws\", region = \"us-east-1\", role_arn = \"arn:aws:iam::719240583316:role/sym/SymSSOAcme\" }";
    let runtime = "resource \"sym_runtime\" \"main\" {\n  name = \"main\"\n  context_id = sym_integration.main.id\n}\n";
    let exported = "output \"context\" {\n  value = sym_integration.main.id\n}\n";
    let grant = "resource \"sym_target\" \"acme\" {\n  type = \"aws_sso_permission_set\"\n  name = \"acme\"\n  settings = { permission_set_arn = \
                 \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\", account_id = \"604178239951\" \
                 }\n}\nresource \"sym_strategy\" \"acme\" {\n  type = \"aws_sso\"\n  name = \"acme\"\n  integration_id = \
                 sym_integration.acme.id\n  targets = [sym_target.acme.id]\n  settings = { instance_arn = \
                 \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\" }\n}\n";
    let mut failures = String::new();
    let mut hold = |what: &str, main: &str, expected: &[(&str, &str)]| {
        expect(what, findings(&[("main.tf", main)]), expected, &mut failures);
    };
    let main = format!("variable \"settings\" {{}}\n{}{runtime}", context("main", "var.settings"));
    hold("a runtime's", &main, &[]);
    hold("a runtime's, for other root modules", &format!("{main}{exported}"), &[]);
    // Nothing uses the context for an instance.
    hold("nobody's", &context("acme", without_instance), &[]);
    hold(
        "a strategy's",
        &format!("{}{grant}", context("acme", without_instance)),
        &[("instance-arn-format", "719240583316")],
    );
    assert!(failures.is_empty(), "{failures}");
}
