//! The names of Sym's resources: which names are the same for Sym, and what they must be built from.

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings, tell};

/// Tenants whose keys have the same beginning, and `red_canyon`.
fn north() -> String {
    VALUES.replace("blue_harbour", "north_ferry").replace("green_valley", "NORTH-works")
}

/// The variables of the stock module, and a flow with this name.
fn module(name: &str) -> String {
    let inputs = MODULE.split("resource ").next().unwrap();
    format!("{inputs}resource \"sym_flow\" \"sso\" {{\n  name = {name}\n}}\n")
}

/// The findings about names.
fn check(main: &str, module: &str, values: &str) -> Vec<crate::wiring::Found> {
    let main = format!("{VARIABLES}\n{main}");
    let mut found = findings(&[("main.tf", &main), ("sso_flow/main.tf", module), ("terraform.tfvars", values)]);
    found.retain(|(rule, _)| rule.starts_with("slug-") || rule == "resource-not-tenant-scoped");
    found
}

/// The values without the last two tenants.
fn alone() -> String {
    VALUES.split_once("  green_valley").unwrap().0.trim_end().to_owned() + "\n}\n"
}

#[test]
fn names_that_are_equal_in_sym_are_found() {
    let mut failures = String::new();
    let collision = [("slug-collision", "NORTH-works")];
    for (name, expected) in [
        ("\"sso-${var.tenant_slug}\"", &[][..]),
        ("\"sso-${substr(var.tenant_slug, 0, 7)}\"", &[]),
        // Neither capitalization nor the difference between `-` and `_` makes names different.
        ("substr(var.tenant_slug, 0, 6)", &collision),
        ("\"sso-${substr(var.tenant_slug, 0, 6)}\"", &collision),
        ("\"sso-${substr(var.tenant_slug, 0, 6)}-${length(var.account_id)}\"", &collision),
    ] {
        expect(name, check(CALL, &module(name), &north()), expected, &mut failures);
    }
    // A slug that is shortened.
    let cut = CALL.replace("each.key", "substr(each.key, 0, 6)");
    expect("cut", check(&cut, MODULE, &north()), &collision, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn each_kind_and_type_has_names_of_its_own() {
    let mut failures = String::new();
    let resource = |kind: &str, label: &str, of_type: &str| {
        let of_type = if of_type.is_empty() { String::new() } else { format!("  type = \"{of_type}\"\n") };
        format!("resource \"{kind}\" \"{label}\" {{\n{of_type}  name = \"sso-${{var.tenant_slug}}\"\n}}\n")
    };
    let inputs = MODULE.split("resource ").next().unwrap();
    let name = "sso-${var.tenant_slug}";
    for (first, second, expected) in [
        (("sym_flow", ""), ("sym_target", "okta_group"), &[][..]),
        (("sym_target", "okta_group"), ("sym_target", "aws_iam_group"), &[]),
        (("sym_target", "okta_group"), ("sym_target", "okta_group"), &[("slug-collision", name)]),
        (("sym_flow", ""), ("sym_flow", ""), &[("slug-collision", name)]),
    ] {
        let module = format!("{inputs}{}{}", resource(first.0, "one", first.1), resource(second.0, "two", second.1));
        expect(&format!("{first:?}, {second:?}"), check(CALL, &module, VALUES), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_name_must_depend_on_the_tenant() {
    let mut failures = String::new();
    let unscoped = |text| vec![("resource-not-tenant-scoped", text)];
    let unless = "var.tenant_slug == \"blue_harbour\" ? var.tenant_slug : \"sso\"";
    for (name, expected) in [("\"sso\"", unscoped("sso")), (unless, unscoped(unless))] {
        expect(name, check(CALL, &module(name), VALUES), &expected, &mut failures);
    }
    // An account that is the same for all tenants does not identify one.
    let constant = CALL.replace("each.value.target_account_id", "\"593017462285\"");
    let found = check(&constant, &module("\"sso-${var.account_id}\""), VALUES);
    expect("a constant account", found, &unscoped("sso-${var.account_id}"), &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_constant_name_for_the_only_tenant_is_wrong_if_the_call_is_repeated() {
    let mut failures = String::new();
    let one = CALL
        .replace("  for_each               = var.customer_tenants\n", "")
        .replace("each.key", "\"blue_harbour\"")
        .replace("each.value", "var.customer_tenants.blue_harbour");
    let named = "variable \"name\" {\n  type    = string\n  default = \"sso\"\n}\n";
    let constant = module("\"sso\"");
    let unscoped = [("resource-not-tenant-scoped", "sso")];
    expect("repeated", check(CALL, &constant, &alone()), &unscoped, &mut failures);
    expect("one call", check(&one, &constant, &alone()), &[], &mut failures);
    // The call sets the name, so another call can set a different one.
    let module = named.to_owned() + &module("var.name");
    let unscoped = [("resource-not-tenant-scoped", "var.name")];
    expect("the default", check(CALL, &module, &alone()), &unscoped, &mut failures);
    let said = CALL.replace("./sso_flow\"\n", "./sso_flow\"\n  name = \"sso\"\n");
    expect("said by the call", check(&said, &module, &alone()), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn two_flows_of_a_tenant_need_two_names() {
    let mut failures = String::new();
    let call = |name: &str, account: &str| {
        let tenant = "var.customer_tenants.green_valley";
        format!(
            "module \"{name}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = local.slug\n  account_id = var.customer_tenants.{account}.target_account_id\n  permission_set_arn = {tenant}.permission_set_arn\n  sso_connector_settings = {tenant}.sso_connector_settings\n}}\n"
        )
    };
    let first = call("first", "green_valley") + "locals {\n  slug = \"green_valley\"\n}\n";
    let found = check(&(call("second", "green_valley") + &first), MODULE, VALUES);
    expect("both right", found, &[("slug-collision", "local.slug")], &mut failures);
    let literal = (call("second", "green_valley") + &first).replace("= local.slug", "= \"green_valley\"");
    let found = check(&literal, MODULE, VALUES);
    expect("literals", found, &[("slug-collision", "green_valley")], &mut failures);
    // If one call has another tenant's account, its name may be meant for that tenant.
    let found = check(&(call("second", "blue_harbour") + &first), MODULE, VALUES);
    expect("one wrong", found, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A call that defines a tenant.
fn tenant(slug: &str, digit: u8, account: &str) -> String {
    format!(
        r#"
module "{slug}" {{
  source             = "./sso_flow"
  tenant_slug        = "{slug}"
  account_id         = "{account}"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d6{digit}/ps-5e1b09c7d2a84f6{digit}"
  sso_connector_settings = {{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d6{digit}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::71924058331{digit}:role/sym/SymSSO{slug}"
  }}
}}
"#
    )
}

#[test]
fn names_of_calls_that_are_tenants() {
    let mut failures = String::new();
    let check = |name: &str, other: &str| {
        let calls = tenant("north-ferry", 1, "604178239951") + &tenant("north-works", 2, other);
        let mut found = findings(&[("main.tf", &calls), ("sso_flow/main.tf", &module(name))]);
        found.retain(|(rule, _)| rule.starts_with("slug-") || rule == "resource-not-tenant-scoped");
        found
    };
    let (another, same) = ("915827304462", "604178239951");
    expect("slugs", check("\"sso-${var.tenant_slug}\"", another), &[], &mut failures);
    expect("accounts", check("\"sso-${var.account_id}\"", another), &[], &mut failures);
    let collision = |text| [("slug-collision", text)];
    let found = check("\"sso-${substr(var.tenant_slug, 0, 5)}\"", another);
    expect("slugs that are cut", found, &collision("north-works"), &mut failures);
    expect("one account", check("\"sso-${var.account_id}\"", same), &collision(same), &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_name_with_a_line_break_is_shown_in_one_line() {
    let main = format!("{VARIABLES}\n{CALL}");
    let module = module("\"sso\\n${var.tenant_slug}\"");
    let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", &module), ("terraform.tfvars", &alone())];
    let said = tell(&files, |finding, _| finding.message.clone());
    let expected =
        "the `sym_flow` name `sso blue_harbour` contains U+000A, but Sym allows only letters, digits, `_`, and `-`";
    assert_eq!(said, [expected]);
}

/// The keys of a map do not come from its values.
#[test]
fn a_permission_set_does_not_name_the_tenant() {
    let role = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour";
    let module = format!(
        r#"variable "read" {{}}
variable "admin" {{}}
locals {{
  store  = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
  levels = {{ read = var.read, admin = var.admin }}
}}
resource "sym_integration" "sso" {{
  type        = "permission_context"
  name        = "blue-harbour"
  external_id = local.store
  settings    = {{ cloud = "aws", instance_arn = local.store, region = "us-east-1", role_arn = "{role}" }}
}}
resource "sym_target" "level" {{
  for_each = local.levels
  type     = "aws_sso_permission_set"
  name     = "blue-harbour-${{each.key}}"
  settings = {{ permission_set_arn = var.admin, account_id = "604178239951" }}
}}
resource "sym_strategy" "level" {{
  for_each       = local.levels
  type           = "aws_sso"
  name           = "blue-harbour-${{each.key}}"
  integration_id = sym_integration.sso.id
  targets        = [sym_target.level[each.key].id]
  settings       = {{ instance_arn = local.store }}
}}
"#
    );
    let set = |id: &str| format!("\"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-{id}\"");
    let (read, admin) = (set("5e1b09c7d2a84f63"), set("b3c8f10a6e4d9275"));
    let main = format!("module \"blue_harbour\" {{\n  source = \"./own\"\n  read = {read}\n  admin = {admin}\n}}\n");
    let found = tell(&[("main.tf", &main), ("own/main.tf", &module)], |finding, _| finding.rule.to_owned());
    assert_eq!(found, ["duplicate-entitlement"]);
}
