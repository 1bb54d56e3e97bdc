//! Correct setups in which values are joined or split between the tenants and their flows.

use crate::wiring::{expect, findings};

const MODULE: &str = r#"
variable "nom" {}
variable "slug" {}
variable "payer" {}
variable "store" {}
variable "home" {}
variable "account" {}
variable "set" {}

resource "sym_integration" "context" {
  type        = "permission_context"
  name        = var.slug
  external_id = var.store
  settings = {
    cloud        = "aws"
    instance_arn = var.store
    region       = var.home
    role_arn     = "arn:aws:iam::${var.payer}:role/sym/SymSSO${title(var.nom)}"
  }
}

resource "sym_target" "grant" {
  type     = "aws_sso_permission_set"
  name     = var.slug
  settings = { permission_set_arn = var.set, account_id = var.account }
}

resource "sym_strategy" "strategy" {
  type           = "aws_sso"
  name           = var.slug
  integration_id = sym_integration.context.id
  targets        = [sym_target.grant.id]
  settings       = { instance_arn = var.store }
}
"#;

/// A fault: the text to replace, the new text, and the findings that are expected.
type Fault = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Checks that `main` has no findings, and that each of `faults` is found in it.
fn check(main: &str, module: &str, faults: &[Fault]) {
    let mut failures = String::new();
    expect("right", findings(&[("main.tf", main), ("access/main.tf", module)]), &[], &mut failures);
    for (from, to, expected) in faults {
        assert!(main.contains(from), "{from}");
        let wrong = main.replacen(from, to, 1);
        let found = findings(&[("main.tf", wrong.as_str()), ("access/main.tf", module)]);
        expect(&format!("{from} -> {to}"), found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

const CALL: &str = r#"
module "access" {
  source   = "./access"
  for_each = local.flat
  slug     = each.key
  nom      = each.value.who
  payer    = each.value.payer
  store    = each.value.store
  home     = each.value.home
  account  = each.value.account
  set      = each.value.set
}
"#;

#[test]
fn permission_sets_are_built_for_each_id_in_a_list_or_map() {
    let tenants = |grants: [&str; 2]| {
        format!(
            r#"
locals {{
  core = {{
    brightside = {{
      payer = "465075291703"
      store = "arn:aws:sso:::instance/ssoins-6804770f58904dba"
      home  = "eu-west-1"
      accounts = {}
    }}
    kestrel = {{
      payer = "472803852808"
      store = "arn:aws:sso:::instance/ssoins-69878f86bebb2737"
      home  = "eu-central-1"
      accounts = {}
    }}
  }}
}}
{CALL}"#,
            grants[0], grants[1]
        )
    };
    let list = tenants([
        r#"[{ id = "423667127684", set = "ps-41ecccc3fc1626e5" }, { id = "119874025531", set = "ps-41ecccc3fc1626e6" }]"#,
        r#"[{ id = "414852538885", set = "ps-f6a6f0fb23c6f5da" }, { id = "530871649204", set = "ps-f6a6f0fb23c6f5db" }]"#,
    ]) + r#"
locals {
  flat = merge([for k, c in local.core : { for a in c.accounts : "${k}-${a.id}" => {
    who = k, payer = c.payer, store = c.store, home = c.home, account = a.id
    set = "${replace(c.store, "instance", "permissionSet")}/${a.set}"
  } }]...)
}
"#;
    let map = tenants([
        r#"{ "423667127684" = "ps-41ecccc3fc1626e5", "119874025531" = "ps-41ecccc3fc1626e6" }"#,
        r#"{ "414852538885" = "ps-f6a6f0fb23c6f5da", "530871649204" = "ps-f6a6f0fb23c6f5db" }"#,
    ]) + r#"
locals {
  flat = merge([for k, c in local.core : { for a, set in c.accounts : "${k}-${a}" => {
    who = k, payer = c.payer, store = c.store, home = c.home, account = a
    set = "${replace(c.store, "instance", "permissionSet")}/${set}"
  } }]...)
}
"#;
    let faults: &[Fault] = &[
        ("ps-f6a6f0fb23c6f5da", "ps-41ecccc3fc1626e5", &[("duplicate-permission-set", "ps-41ecccc3fc1626e5")]),
        ("ps-f6a6f0fb23c6f5da", "ps-f6a6f0fb23c6f5d", &[("permission-set-arn-format", "ps-f6a6f0fb23c6f5d")]),
        ("414852538885", "423667127684", &[("duplicate-target-account", "423667127684")]),
        ("530871649204", "53087164920", &[("account-id-format", "53087164920")]),
        ("= each.value.account", "= \"414852538885\"", &[("flow-argument-miswired", "414852538885")]),
    ];
    check(&list, MODULE, faults);
    check(&map, MODULE, faults);
    let swapped: Fault =
        ("= each.value.account", "= each.value.payer", &[("flow-argument-miswired", "each.value.payer")]);
    check(&list, MODULE, &[swapped]);
}

/// The attributes of two tenants.
const BRIGHTSIDE: &str = r#"who = "brightside", payer = "465075291703", store = "arn:aws:sso:::instance/ssoins-6804770f58904dba", home = "eu-west-1", account = "423667127684", set = "arn:aws:sso:::permissionSet/ssoins-6804770f58904dba/ps-41ecccc3fc1626e5""#;
const KESTREL: &str = r#"who = "kestrel", payer = "472803852808", store = "arn:aws:sso:::instance/ssoins-69878f86bebb2737", home = "eu-central-1", account = "414852538885", set = "arn:aws:sso:::permissionSet/ssoins-69878f86bebb2737/ps-f6a6f0fb23c6f5da""#;

#[test]
fn keys_that_are_not_used_in_names_may_contain_any_characters() {
    let keyed = format!(
        "locals {{\n  flat = {{\n    \"bright/side\" = {{ {BRIGHTSIDE} }}\n    \"kest/rel\" = {{ {KESTREL} }}\n  }}\n}}\n"
    );
    let replaced = "replace(each.key, \"/\", \"-\")";
    let found = &[("slug-charset", "bright/side"), ("slug-charset", "kest/rel")];
    check(&(keyed.clone() + &CALL.replace("each.key", replaced)), MODULE, &[(replaced, "each.key", found)]);
    let assigned = keyed
        + r#"
resource "aws_ssoadmin_account_assignment" "ops" {
  for_each           = local.flat
  instance_arn       = each.value.store
  permission_set_arn = each.value.set
  principal_id       = "ops"
  principal_type     = "GROUP"
  target_id          = each.value.account
  target_type        = "AWS_ACCOUNT"
}
"#;
    let copied: Fault = ("\"414852538885\"", "\"423667127684\"", &[("duplicate-target-account", "423667127684")]);
    let constant: Fault = ("= each.value.account", "= \"414852538885\"", &[("flow-resource-miswired", "414852538885")]);
    check(&assigned, MODULE, &[copied, constant]);
    // Tenants in a list that is not used for names.
    let listed = format!(
        "locals {{\n  rows = [\n    {{ live = true, {BRIGHTSIDE} }},\n    {{ live = false, {KESTREL} }},\n  ]\n  flat = {{ for row in local.rows : row.who => row if row.live }}\n}}\n{CALL}"
    );
    let slug: Fault = (
        "\"brightside\"",
        "\"bright/side\"",
        &[("slug-charset", "bright/side"), ("connector-role-name", "title(var.nom)")],
    );
    check(&listed, MODULE, &[copied, slug]);
}

/// One module creates the integration of each tenant, and another one its grants.
#[test]
fn a_module_with_the_integrations_is_not_the_flow() {
    let (inputs, resources) = MODULE.split_once("resource").unwrap();
    let (integration, rest) = resources.split_once("resource \"sym_target\"").unwrap();
    let context =
        format!("{inputs}resource{integration}output \"integration_id\" {{ value = sym_integration.context.id }}\n");
    let grant = format!(
        "{inputs}variable \"integration_id\" {{}}\nvariable \"environment\" {{}}\nresource \"sym_target\"{rest}"
    )
    .replace("sym_integration.context.id", "var.integration_id");
    let call = |name: &str, more: &str| {
        CALL.replace("\"access\"", &format!("\"{name}\""))
            .replace("./access", &format!("./{name}"))
            .replace("\n}\n", more)
    };
    let main = format!(
        "locals {{\n  flat = {{\n    brightside = {{ {BRIGHTSIDE} }}\n    kestrel = {{ {KESTREL} }}\n  }}\n}}\nresource \"sym_environment\" \"main\" {{ name = \"main\" }}\n"
    ) + &call("context", "\n}\n")
        + &call(
            "grant",
            "\n  integration_id = module.context[each.key].integration_id\n  environment = sym_environment.main.id\n}\n",
        );
    let miswired = "flow-resource-miswired";
    let mut failures = String::new();
    for (from, to, expected) in [
        ("", "", vec![]),
        ("= var.integration_id", "= var.account", vec![(miswired, "var.account")]),
        ("= var.integration_id", "= var.store", vec![(miswired, "var.store")]),
        ("= var.integration_id", "= var.environment", vec![(miswired, "var.environment")]),
        ("= var.integration_id", "= sym_target.grant.id", vec![(miswired, "sym_target.grant.id")]),
        ("module.context[each.key].integration_id", "each.value.account", vec![(miswired, "each.value.account")]),
        // It is not known whose integration has a literal ID.
        (
            "module.context[each.key].integration_id",
            "\"0f8fad5b-d9cb-469f-a165-70867728950e\"",
            vec![("not-checked", "var.integration_id")],
        ),
    ] {
        let changed = [("main.tf", &main), ("context/main.tf", &context), ("grant/main.tf", &grant)]
            .map(|(name, text)| (name, if from.is_empty() { text.clone() } else { text.replace(from, to) }));
        let files = changed.each_ref().map(|(name, text)| (*name, text.as_str()));
        expect(&format!("{from} -> {to}"), findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
