//! Calls and resources that are not repeated for tenants: once, for a flag, or for one tenant's grants.

use crate::wiring::kept::{QUILL, TARN, check};
use crate::wiring::{expect, findings};

type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// A call of `LEAF` with the values of `element`.
fn call(name: &str, element: &str) -> String {
    let values = element.trim_matches(['{', '}', ' ']).replace(", ", "\n  ");
    format!("module \"{name}\" {{\n  source = \"./leaf\"\n  nom = \"{name}\"\n  {values}\n}}\n")
}

#[test]
fn a_call_that_is_repeated_once_is_checked_like_one_that_is_not() {
    let main = call("quillhaven", QUILL) + &call("tarnbrook", TARN);
    for once in ["for_each = toset([\"live\"])", "for_each = { live = 1 }", "count = 1"] {
        let once = format!("module \"tarnbrook\" {{\n  {once}");
        let main = main.replace("module \"tarnbrook\" {", &once);
        let faults: &[Fault<'_>] = &[
            ("\"541882002087", "\"722971028225", &[("duplicate-target-account", "722971028225")]),
            ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
            ("payer = \"326808617937", "payer = \"620966542870", &[("duplicate-sso-account", "620966542870")]),
        ];
        check(&once, &main, faults);
    }
}

const ASSIGNMENT: &str = r#"
resource "aws_ssoadmin_account_assignment" "x" {
  REPEATED
  instance_arn       = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  target_id          = "541882002087"
  target_type        = "AWS_ACCOUNT"
  principal_id       = "p"
  principal_type     = "GROUP"
}
"#;

#[test]
fn a_resource_is_checked_or_reported_as_not_checked() {
    let mut failures = String::new();
    let tenants = call("quillhaven", QUILL) + &call("tarnbrook", TARN);
    let leaf = super::kept::LEAF;
    for (repeated, expected) in [
        ("", &[("duplicate-target-account", "541882002087")]),
        ("for_each = toset([\"x\"])", &[("duplicate-target-account", "541882002087")]),
        ("count = terraform.workspace == \"live\" ? 1 : 0", &[("not-checked", "terraform.workspace")]),
    ] {
        let main = tenants.clone() + &ASSIGNMENT.replace("REPEATED", repeated);
        let found = findings(&[("main.tf", &main), ("leaf/main.tf", leaf)]);
        expect(repeated, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

const CUSTOMER: &str = r#"
variable "name" {}
variable "payer" {}
variable "store" {}
variable "grants" {}
module "flow" {
  for_each = var.grants
  source   = "../leaf"
  nom      = "${var.name}-${each.key}"
  payer    = var.payer
  store    = var.store
  home     = "eu-west-1"
  account  = each.value.account
  set      = each.value.set
}
"#;

#[test]
fn grants_in_for_each_belong_to_the_tenant_of_the_call() {
    let mut failures = String::new();
    let leaf = super::kept::LEAF.replace("title(var.nom)", "title(split(\"-\", var.nom)[0])");
    let call = |name: &str, payer: &str, instance: &str, accounts: [&str; 2]| {
        let [live, test] = accounts;
        format!(
            "module \"{name}\" {{\n  source = \"./customer\"\n  name = \"{name}\"\n  payer = \"{payer}\"\n  store = \
             \"arn:aws:sso:::instance/{instance}\"\n  grants = {{\n    live = {{ account = \"{live}\", set = \
             \"arn:aws:sso:::permissionSet/{instance}/ps-{live}aa01\" }}\n    test = {{ account = \"{test}\", set \
             = \"arn:aws:sso:::permissionSet/{instance}/ps-{test}aa02\" }}\n  }}\n}}\n"
        )
    };
    let main = call("quillhaven", "620966542870", "ssoins-6804abcca95bf8e2", ["722971028225", "123937045052"])
        + &call("tarnbrook", "326808617937", "ssoins-6804070987b35442", ["541882002087", "233552513779"]);
    let faults: &[Fault<'_>] = &[
        ("", "", &[]),
        ("\"233552513779", "\"722971028225", &[("duplicate-target-account", "722971028225")]),
        ("payer = \"326808617937", "payer = \"620966542870", &[("duplicate-sso-account", "620966542870")]),
    ];
    for (from, to, expected) in faults {
        let main = main.replacen(from, to, 1);
        let files = [("main.tf", main.as_str()), ("customer/main.tf", CUSTOMER), ("leaf/main.tf", leaf.as_str())];
        expect(to, findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn tenants_may_be_defined_in_a_called_module() {
    let inside = format!(
        "locals {{\n  core = {{ quillhaven = {QUILL}, tarnbrook = {TARN} }}\n}}\nresource \"sym_integration\" \"ctx\" \
         {{\n  for_each = local.core\n  type = \"permission_context\"\n  name = each.key\n  external_id = \
         each.value.store\n  settings = {{ cloud = \"aws\", instance_arn = each.value.store, region = each.value.home, \
         role_arn = \"arn:aws:iam::${{each.value.payer}}:role/sym/SymSSO${{title(each.key)}}\" }}\n}}\nresource \
         \"sym_target\" \"ps\" {{\n  for_each = local.core\n  type = \"aws_sso_permission_set\"\n  name = each.key\n  \
         settings = {{ permission_set_arn = each.value.set, account_id = each.value.account }}\n}}\nresource \
         \"sym_strategy\" \"sso\" {{\n  for_each = local.core\n  type = \"aws_sso\"\n  name = each.key\n  integration_id \
         = sym_integration.ctx[each.key].id\n  targets = [sym_target.ps[each.key].id]\n  settings = {{ instance_arn = \
         each.value.store }}\n}}\n"
    );
    let mut failures = String::new();
    for repeated in ["", "for_each = toset([\"live\"])", "count = 1"] {
        let main = format!("module \"all\" {{\n  {repeated}\n  source = \"./all\"\n}}\n");
        let right = findings(&[("main.tf", &main), ("all/main.tf", &inside)]);
        expect(&format!("{repeated}: right"), right, &[], &mut failures);
        let wrong = inside.replace("\"541882002087", "\"722971028225");
        let found = findings(&[("main.tf", &main), ("all/main.tf", &wrong)]);
        expect(repeated, found, &[("duplicate-target-account", "722971028225")], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A module may receive values for purposes that symlint does not know.
#[test]
fn elements_in_a_module_of_one_tenant_are_not_tenants() {
    let element = |element: &str| element.replace("store =", "stages = [\"live\"], store =");
    let main = format!(
        "locals {{\n  core = {{ quillhaven = {}, tarnbrook = {} }}\n}}\nmodule \"p\" {{\n  for_each = local.core\n  \
         source = \"./all\"\n  entry = each.value\n  name = each.key\n}}\n",
        element(QUILL),
        element(TARN)
    );
    let inside = "variable \"entry\" {}\nvariable \"name\" {}\nresource \"sym_integration\" \"ctx\" {\n  for_each = \
                  toset(var.entry.stages)\n  type = \"permission_context\"\n  name = \"${var.name}-${each.key}\"\n  \
                  external_id = var.entry.store\n  settings = { cloud = \"aws\", instance_arn = var.entry.store, region = \
                  var.entry.home, role_arn = \"arn:aws:iam::${var.entry.payer}:role/sym/SymSSO${title(var.name)}\" \
                  }\n}\nresource \"sym_target\" \"ps\" {\n  for_each = toset(var.entry.stages)\n  type = \
                  \"aws_sso_permission_set\"\n  name = \"${var.name}-${each.key}\"\n  settings = { permission_set_arn = \
                  var.entry.set, account_id = var.entry.account }\n}\nresource \"sym_strategy\" \"sso\" {\n  for_each = \
                  toset(var.entry.stages)\n  type = \"aws_sso\"\n  name = \"${var.name}-${each.key}\"\n  integration_id = \
                  sym_integration.ctx[each.key].id\n  targets = [sym_target.ps[each.key].id]\n  settings = { instance_arn \
                  = var.entry.store }\n}\n";
    let mut failures = String::new();
    let right = findings(&[("main.tf", &main), ("all/main.tf", inside)]);
    expect("right", right, &[], &mut failures);
    let wrong = main.replace("\"541882002087", "\"722971028225");
    let found = findings(&[("main.tf", &wrong), ("all/main.tf", inside)]);
    expect("wrong", found, &[("duplicate-target-account", "722971028225")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_value_of_the_wrong_type_is_an_error_in_any_variable_that_a_call_uses() {
    let mut failures = String::new();
    let main = call("quillhaven", QUILL) + &call("tarnbrook", TARN);
    let part = |ty: &str| format!("variable \"one\" {{\n  type = {ty}\n}}\n");
    for (ty, value, of, expected) in [
        ("string", "one = [\"541882002087\"]", "var.one", &[("type-mismatch", "[\"541882002087\"]")]),
        ("object({ id = string })", "one = { ids = \"541882002087\" }", "var.one.id", &[("missing-attribute", "{")]),
        ("object({ id = string })", "one = { id = [] }", "var.one.id", &[("type-mismatch", "[]")]),
    ] {
        let main = part(ty) + &main.replace("\"541882002087\"", of);
        let leaf = ("leaf/main.tf", super::kept::LEAF);
        let found = findings(&[("main.tf", &main), ("terraform.tfvars", value), leaf]);
        expect(value, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_argument_named_sso_account_id_is_the_tenants_account() {
    let mut failures = String::new();
    let leaf =
        super::kept::LEAF.replace("variable \"payer\" {}", "variable \"role\" {}\nvariable \"sso_account_id\" {}");
    let leaf = leaf.replace(super::kept::ROLE, "var.role");
    let called = |name: &str, account: &str, element: &str, role_account: &str| {
        let role =
            format!("role = \"arn:aws:iam::{role_account}:role/sym/SymSSO{name}\", sso_account_id = \"{account}\"");
        call(&name.to_lowercase(), &element.replace(&format!("payer = \"{role_account}\""), &role))
    };
    let quill = called("Quillhaven", "620966542870", QUILL, "620966542870");
    let tarn = |account: &str| called("Tarnbrook", account, TARN, "326808617937");
    for (account, expected) in [
        ("326808617937", &[] as &[(&str, &str)]),
        ("326808619737", &[("role-account-mismatch", "326808617937")]),
        ("32680861793", &[("account-id-format", "32680861793")]),
    ] {
        let main = quill.clone() + &tarn(account);
        let found = findings(&[("main.tf", &main), ("leaf/main.tf", &leaf)]);
        expect(account, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
