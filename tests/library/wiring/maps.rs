//! Tenants in other shapes: two maps, several grants, calls inside of modules, and calls that define tenants.

use crate::wiring::{MODULE, VALUES, VARIABLES, expect, findings, findings_in};

const GRANTS: &str = r#"
customer_tenants = {
  blue_harbour = {
    sso_account_id = "719240583316"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
      region       = "us-east-1"
      role_arn     = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
    }
    grants = [
      { permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63", account_id = "604178239951" },
      { permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-1a2c09c7d2a84f64", account_id = "604178239962" },
    ]
  }
  green_valley = {
    sso_account_id = "280365914472"
    sso_connector_settings = {
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-68042f7d9be0a513"
      region       = "eu-west-1"
      role_arn     = "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley"
    }
    grants = [
      { permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275", account_id = "915827304462" },
      { permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513/ps-c4d8f10a6e4d9276", account_id = "915827304473" },
    ]
  }
}
"#;

const TYPE: &str = r#"
variable "number" {
  default = 0
}

variable "customer_tenants" {
  type = map(object({
    sso_account_id = string
    sso_connector_settings = object({
      cloud        = string
      instance_arn = string
      region       = string
      role_arn     = string
    })
    grants = list(object({
      permission_set_arn = string
      account_id         = string
    }))
  }))
}
"#;

/// A call that receives one grant of each tenant.
fn one_of_several(account: &str, permission_set: &str) -> Vec<crate::wiring::Found> {
    let main = format!(
        "{TYPE}\nmodule \"access\" {{\n  for_each = var.customer_tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = {account}\n  permission_set_arn = {permission_set}\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
    );
    findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", GRANTS)])
}

#[test]
fn a_permission_set_and_an_account_must_be_of_one_grant() {
    let mut failures = String::new();
    let other = "var.customer_tenants.blue_harbour.grants[0]";
    let (own_set, own_account) = ("each.value.grants[0].permission_set_arn", "each.value.grants[1].account_id");
    let check = |account: &str, permission_set: &str, expected: &[&str]| {
        let expected: Vec<_> = expected.iter().map(|text| ("flow-argument-miswired", *text)).collect();
        let what = format!("{account}, {permission_set}");
        let mut failures = String::new();
        expect(&what, one_of_several(account, permission_set), &expected, &mut failures);
        failures
    };
    // No flow receives the second grant of each tenant.
    let left_out = [("tenant-not-wired", "604178239962"), ("tenant-not-wired", "915827304473")];
    let found = one_of_several("each.value.grants[0].account_id", own_set);
    expect("the first grant of each", found, &left_out, &mut failures);
    // A variable selects the grant, so another value would select the other one.
    let chosen = |what| format!("each.value.grants[var.number].{what}");
    let found = one_of_several(&chosen("account_id"), &chosen("permission_set_arn"));
    expect("a chosen grant of each", found, &[], &mut failures);
    failures += &check(own_account, own_set, &[own_account]);
    // If the grant belongs to another tenant, the tenant is reported as wrong, not the grant.
    let other_set = format!("{other}.permission_set_arn");
    failures += &check("each.value.grants[0].account_id", &other_set, &[&other_set]);
    let other_account = format!("{other}.account_id");
    failures += &check(&other_account, own_set, &[&other_account]);
    assert!(failures.is_empty(), "{failures}");
}

/// A call for each grant of each tenant, with these arguments.
fn flattened(account: &str, permission_set: &str, settings: &str, slug: &str) -> Vec<crate::wiring::Found> {
    let main = format!(
        r#"{TYPE}
locals {{
  flat = flatten([
    for name, tenant in var.customer_tenants : [
      for index, grant in tenant.grants : {{
        key    = "${{name}}-${{index}}"
        name   = name
        tenant = tenant
        grant  = grant
      }}
    ]
  ])
  flows = {{ for flow in local.flat : flow.key => flow }}
}}
module "access" {{
  for_each = local.flows
  source   = "./sso_flow"

  tenant_slug            = {slug}
  account_id             = {account}
  permission_set_arn     = {permission_set}
  sso_connector_settings = {settings}
}}
"#
    );
    findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", GRANTS)])
}

#[test]
fn flattened_grants() {
    let mut failures = String::new();
    let (account, set) = ("each.value.grant.account_id", "each.value.grant.permission_set_arn");
    let settings = "each.value.tenant.sso_connector_settings";
    let found = flattened(account, set, settings, "each.key");
    expect("right", found, &[], &mut failures);
    let looked_up = "var.customer_tenants[each.value.name].sso_connector_settings";
    expect("looked up", flattened(account, set, looked_up, "each.key"), &[], &mut failures);
    let cases: [(&str, [&str; 3], &[&str]); 6] = [
        ("the SSO account", ["each.value.tenant.sso_account_id", set, settings], &["each.value.tenant.sso_account_id"]),
        ("swapped", [set, account, settings], &[set, account]),
        (
            "the first grant's account",
            ["each.value.tenant.grants[0].account_id", set, settings],
            &["each.value.tenant.grants[0].account_id"],
        ),
        (
            "another tenant's settings",
            [account, set, "var.customer_tenants[\"blue_harbour\"].sso_connector_settings"],
            &["var.customer_tenants[\"blue_harbour\"].sso_connector_settings"],
        ),
        (
            "another tenant's account",
            ["var.customer_tenants[\"green_valley\"].grants[0].account_id", set, settings],
            &["var.customer_tenants[\"green_valley\"].grants[0].account_id"],
        ),
        ("a constant", ["\"730519482267\"", set, settings], &["730519482267"]),
    ];
    for (what, [account, set, settings], texts) in cases {
        let expected: Vec<_> = texts.iter().map(|text| ("flow-argument-miswired", *text)).collect();
        expect(what, flattened(account, set, settings, "each.key"), &expected, &mut failures);
    }
    // Two flows of one tenant need two names.
    let found = flattened(account, set, settings, "each.value.name");
    expect("one slug for all grants", found, &[("slug-collision", "each.value.name")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_list_of_grants_is_passed_as_a_whole() {
    let mut failures = String::new();
    let module = r#"
variable "tenant_slug" { type = string }
variable "grants" { type = list(object({ permission_set_arn = string, account_id = string })) }
variable "sso_connector_settings" {
  type = object({ cloud = string, instance_arn = string, region = string, role_arn = string })
}
resource "sym_target" "sso" {
  count = length(var.grants)
  type  = "aws_sso_permission_set"
  name  = "t-${var.tenant_slug}-${count.index}"

  settings = {
    permission_set_arn = SET
    account_id         = ACCOUNT
  }
}
"#;
    let call = |grants: &str| {
        format!(
            "{TYPE}\nmodule \"access\" {{\n  for_each = var.customer_tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  grants = {grants}\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    let check = |grants: &str, set: &str, account: &str| {
        let module = module.replace("SET", set).replace("ACCOUNT", account);
        findings(&[("main.tf", &call(grants)), ("sso_flow/main.tf", &module), ("terraform.tfvars", GRANTS)])
    };
    let (set, account) = ("var.grants[count.index].permission_set_arn", "var.grants[count.index].account_id");
    let first = "var.customer_tenants[\"blue_harbour\"].grants";
    let rebuilt = "[for grant in each.value.grants : { permission_set_arn = grant.permission_set_arn, account_id = each.value.sso_account_id }]";
    let copied = "[for grant in each.value.grants : { permission_set_arn = grant.permission_set_arn, account_id = grant.account_id }]";
    expect("right", check("each.value.grants", set, account), &[], &mut failures);
    expect("rebuilt", check(copied, set, account), &[], &mut failures);
    let miswired = "flow-argument-miswired";
    expect("another's", check(first, set, account), &[(miswired, first)], &mut failures);
    let expected = [(miswired, "each.value.sso_account_id")];
    expect("wrong accounts", check(rebuilt, set, account), &expected, &mut failures);
    let expected = [("flow-resource-miswired", set), ("flow-resource-miswired", account)];
    expect("swapped inside", check("each.value.grants", account, set), &expected, &mut failures);
    let crossed = "[for at in [0, 1] : { permission_set_arn = each.value.grants[at].permission_set_arn, account_id = each.value.grants[1 - at].account_id }]";
    let expected = [(miswired, "each.value.grants[1 - at].account_id")];
    expect("crossed", check(crossed, set, account), &expected, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn two_maps() {
    let mut failures = String::new();
    let config = "tenants {\n  variable = [\"customer_tenants\", \"partner_tenants\"]\n}\n";
    let variables = format!("{VARIABLES}\n{}", VARIABLES.replace("customer_tenants", "partner_tenants"));
    let (customers, partners) = VALUES.split_once("  red_canyon").unwrap();
    let values = format!("{customers}}}\npartner_tenants = {{\n  red_canyon{partners}");
    let call = |name: &str, each: &str, value: &str| {
        format!(
            "module \"{name}\" {{\n  for_each = {each}\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = {value}.target_account_id\n  permission_set_arn = {value}.permission_set_arn\n  sso_connector_settings = {value}.sso_connector_settings\n}}\n"
        )
    };
    let check = |calls: &str| {
        let main = format!("{variables}\n{calls}");
        findings(&[
            (".symlint.hcl", config),
            ("main.tf", &main),
            ("sso_flow/main.tf", MODULE),
            ("terraform.tfvars", &values),
        ])
    };
    let merged = "merge(var.customer_tenants, var.partner_tenants)";
    expect("merged", check(&call("access", merged, "each.value")), &[], &mut failures);
    let partners = call("partners", "var.partner_tenants", "each.value");
    let customers = call("customers", "var.customer_tenants", "each.value");
    expect("two calls", check(&format!("{customers}\n{partners}")), &[], &mut failures);
    expect("one call", check(&customers), &[("tenant-not-wired", "red_canyon")], &mut failures);
    let wrong = customers.replacen("each.value.target", "var.partner_tenants[\"red_canyon\"].target", 1);
    let expected = [("flow-argument-miswired", "var.partner_tenants[\"red_canyon\"].target_account_id")];
    expect("of the other map", check(&format!("{wrong}\n{partners}")), &expected, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_module_between() {
    let mut failures = String::new();
    let check = |outer: &str, inner: &str| {
        let main = format!("{VARIABLES}\nmodule \"customers\" {{\n  source = \"./customers\"\n  {outer}\n}}\n");
        findings(&[
            ("main.tf", &main),
            ("customers/main.tf", inner),
            ("sso_flow/main.tf", MODULE),
            ("terraform.tfvars", VALUES),
        ])
    };
    let inner = |account: &str| {
        format!(
            "variable \"tenants\" {{ type = any }}\nmodule \"flow\" {{\n  for_each = var.tenants\n  source = \"../sso_flow\"\n  tenant_slug = each.key\n  account_id = {account}\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    let outer = "tenants = var.customer_tenants";
    expect("right", check(outer, &inner("each.value.target_account_id")), &[], &mut failures);
    let wrong = "each.value.sso_account_id";
    expect("wrong", check(outer, &inner(wrong)), &[("flow-argument-miswired", wrong)], &mut failures);
    let one = |account: &str| {
        format!(
            "variable \"name\" {{ type = string }}\nvariable \"tenant\" {{ type = any }}\nmodule \"flow\" {{\n  source = \"../sso_flow\"\n  tenant_slug = var.name\n  account_id = {account}\n  permission_set_arn = var.tenant.permission_set_arn\n  sso_connector_settings = var.tenant.sso_connector_settings\n}}\n"
        )
    };
    let outer = "for_each = var.customer_tenants\n  name = each.key\n  tenant = each.value";
    expect("one each", check(outer, &one("var.tenant.target_account_id")), &[], &mut failures);
    let wrong = "var.tenant.sso_account_id";
    expect("one each, wrong", check(outer, &one(wrong)), &[("flow-argument-miswired", wrong)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn accounts_in_a_table_beside() {
    let mut failures = String::new();
    let table = "locals {\n  accounts = { blue_harbour = \"604178239951\", green_valley = \"915827304463\", red_canyon = \"352790641188\" }\n}\n";
    let main = |account: &str| {
        format!(
            "{VARIABLES}\n{table}\nmodule \"access\" {{\n  for_each = var.customer_tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = {account}\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    for right in ["local.accounts[each.key]", "lookup(local.accounts, each.key, null)"] {
        expect(right, findings_in(&main(right)), &[], &mut failures);
    }
    let wrong = "local.accounts[\"blue_harbour\"]";
    expect(wrong, findings_in(&main(wrong)), &[("flow-argument-miswired", wrong)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn calls_that_are_tenants() {
    let mut failures = String::new();
    let call = |name: &str,
                slug: &str,
                sso: &str,
                instance: &str,
                region: &str,
                role: &str,
                set: &str,
                account: &str| {
        format!(
            "module \"{name}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = \"{slug}\"\n  account_id = \"{account}\"\n  permission_set_arn = \"arn:aws:sso:::permissionSet/{instance}/{set}\"\n  sso_connector_settings = {{\n    cloud = \"aws\"\n    instance_arn = \"arn:aws:sso:::instance/{instance}\"\n    region = \"{region}\"\n    role_arn = \"arn:aws:iam::{sso}:role/sym/{role}\"\n  }}\n}}\n"
        )
    };
    let (blue, green) = ("ssoins-7223a91be40c5d68", "ssoins-68042f7d9be0a513");
    let (blue_set, green_set) = ("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275");
    let (blue_account, green_account) = ("604178239951", "915827304462");
    let one =
        call("blue", "blue-harbour", "719240583316", blue, "us-east-1", "SymSSOBlue-Harbour", blue_set, blue_account);
    let two = |slug: &str, instance: &str, account: &str| {
        call("green", slug, "280365914472", instance, "eu-west-1", "SymSSOGreen-Valley", green_set, account)
    };
    let check = |module: &str, second: &str| {
        findings(&[("main.tf", &format!("{one}\n{second}")), ("sso_flow/main.tf", module)])
    };
    expect("right", check(MODULE, &two("green-valley", green, green_account)), &[], &mut failures);
    let found = check(MODULE, &two("green-valley", green, blue_account));
    expect("account of the other", found, &[("duplicate-target-account", blue_account)], &mut failures);
    let found = check(MODULE, &two("Green Valley", green, green_account));
    expect("charset", found, &[("slug-charset", "Green Valley")], &mut failures);
    let wrong = MODULE.replace("= var.account_id", "= split(\":\", var.sso_connector_settings.role_arn)[4]");
    let found = check(&wrong, &two("green-valley", green, green_account));
    let expected = [("flow-resource-miswired", "split(\":\", var.sso_connector_settings.role_arn)[4]")];
    expect("wrong inside", found, &expected, &mut failures);
    let wrong = MODULE.replace("\"sso-target-${var.tenant_slug}\"", "\"sso-target\"");
    let found = check(&wrong, &two("green-valley", green, green_account));
    expect("one name", found, &[("resource-not-tenant-scoped", "sso-target")], &mut failures);
    let found = check(MODULE, &two("blue_harbour", green, green_account));
    expect("one slug", found, &[("slug-collision", "blue_harbour")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn one_permission_set_in_several_accounts() {
    let mut failures = String::new();
    let values = GRANTS
        .replace("ps-1a2c09c7d2a84f64", "ps-5e1b09c7d2a84f63")
        .replace("ps-c4d8f10a6e4d9276", "ps-b3c8f10a6e4d9275");
    let call = |name: &str, set: &str, account: &str| {
        format!(
            "module \"{name}\" {{\n  for_each = var.customer_tenants\n  source = \"./sso_flow\"\n  tenant_slug = \"${{each.key}}-{name}\"\n  permission_set_arn = each.value.grants[{set}].permission_set_arn\n  account_id = each.value.grants[{account}].account_id\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    let check = |calls: &[String]| {
        let main = format!("{TYPE}\n{}", calls.concat());
        findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", &values)])
    };
    let first = call("first", "0", "0");
    expect("whole", check(&[first.clone(), call("second", "1", "1")]), &[], &mut failures);
    expect("shared", check(&[first.clone(), call("second", "0", "1")]), &[], &mut failures);
    expect("crossed", check(&[call("first", "1", "0"), call("second", "0", "1")]), &[], &mut failures);
    let wrong = [("flow-argument-miswired", "each.value.grants[0].account_id")];
    expect("the first again", check(&[first, call("second", "1", "0")]), &wrong, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn constants_in_what_is_repeated() {
    let mut failures = String::new();
    let main = |entry: &str, account: &str| {
        format!(
            "{VARIABLES}\nlocals {{\n  tenants = merge(var.customer_tenants, {{ green_valley = {entry} }})\n}}\nmodule \"access\" {{\n  for_each = local.tenants\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = {account}\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
        )
    };
    let own = "each.value.target_account_id";
    let merged =
        |account: &str| format!("merge(var.customer_tenants.green_valley, {{ target_account_id = {account} }})");
    let found = findings_in(&main(&merged("\"593017462285\""), own));
    expect("merged", found, &[("flow-argument-miswired", own)], &mut failures);
    for right in ["\"915827304462\"", "var.customer_tenants.green_valley.target_account_id"] {
        expect(right, findings_in(&main(&merged(right), own)), &[], &mut failures);
    }
    // A value that is merged into one tenant's entry may be intended.
    let beside = "merge(var.customer_tenants.green_valley, { account = \"593017462285\" })";
    let found = findings_in(&main(beside, "lookup(each.value, \"account\", each.value.target_account_id)"));
    expect("beside", found, &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn tenants_in_a_list() {
    let mut failures = String::new();
    let list = VALUES.replace("customer_tenants = {", "customer_tenants = [");
    let list = list.trim_end().strip_suffix('}').map(|list| format!("{list}]\n")).unwrap();
    let list = ["blue_harbour", "green_valley", "red_canyon"]
        .iter()
        .fold(list, |list, key| list.replace(&format!("  {key} = {{"), &format!("  {{\n    slug = \"{key}\"")));
    let list = list.replace("\n  }\n", "\n  },\n");
    let main = "variable \"customer_tenants\" {}\nmodule \"access\" {\n  for_each = { for tenant in var.customer_tenants : tenant.slug => tenant }\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}\nmodule \"runtime_connector\" {\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = var.customer_tenants[*].sso_account_id\n}\n";
    let check =
        |values: &str| findings(&[("main.tf", main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", values)]);
    expect("right", check(&list), &[], &mut failures);
    let wrong = check(&list.replace("915827304462", "604178239951"));
    expect("target", wrong, &[("duplicate-target-account", "604178239951")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn duplicate_keys_in_decoded_json() {
    let main = "locals {\n  all = jsondecode(file(\"all.json\"))\n}\nmodule \"access\" {\n  for_each = local.all\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = each.value.account\n  permission_set_arn = each.value.set\n  sso_connector_settings = each.value.connector\n}\n";
    let json = r#"{ "blue_harbour": {
  "account": "604178239951", "\u0061ccount": "604178239962",
  "set": "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63",
  "connector": {
    "cloud": "aws", "instance_arn": "arn:aws:sso:::instance/ssoins-7223a91be40c5d68", "region": "us-east-1",
    "role_arn": "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
  }
} }
"#;
    let mut failures = String::new();
    for (what, json, expected) in [
        ("twice", json.to_owned(), vec![("duplicate-key", "account")]),
        ("once", json.replace("\"\\u0061ccount\": \"604178239962\",", ""), vec![]),
    ] {
        let files = [("main.tf", main), ("sso_flow/main.tf", MODULE), ("all.json", json.as_str())];
        expect(what, findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
