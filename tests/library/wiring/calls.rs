//! Modules that are called once for each customer with literal values, and maps that are joined by the customer's name:
//! each setup is correct, and each fault in it is one finding where it was planted.

use crate::wiring::kept::{Fault, LEAF, check};
use crate::wiring::{expect, findings};

const MISWIRED: &str = "flow-argument-miswired";

const MAIN: &str = r#"
module "quillhaven" {
  source = "./customer"
  name   = "quillhaven"
  sso = {
    account_id   = "620966542870"
    instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
    region       = "eu-west-1"
  }
  access = {
    account_id         = "722971028225"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  }
}
module "tarnbrook" {
  source = "./customer"
  name   = "tarnbrook"
  sso = {
    account_id   = "326808617937"
    instance_arn = "arn:aws:sso:::instance/ssoins-79070987b3544242"
    region       = "us-west-2"
  }
  access = {
    account_id         = "541882002087"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33"
  }
}
"#;

const CUSTOMER: &str = r#"
variable "name" {}
variable "sso" {
  type = object({ account_id = string, instance_arn = string, region = string })
}
variable "access" {
  type = object({ account_id = string, permission_set_arn = string })
}
module "flow" {
  source  = "../leaf"
  nom     = var.name
  payer   = var.sso.account_id
  store   = var.sso.instance_arn
  home    = var.sso.region
  account = var.access.account_id
  set     = var.access.permission_set_arn
}
output "payer" {
  value = var.sso.account_id
}
"#;

/// Checks the calls, the module around the flow, and the flow module without faults, and with each of `faults`.
fn check_calls(faults: &[Fault<'_>]) {
    let mut failures = String::new();
    for (from, to, expected) in [("", "", [].as_slice())].iter().chain(faults) {
        let own = [MAIN, CUSTOMER, LEAF];
        let at = own.iter().position(|text| text.contains(from)).unwrap_or_else(|| panic!("nothing has {from}"));
        let mut files = own.map(str::to_owned);
        files[at] = files[at].replacen(from, to, 1);
        let [main, customer, leaf] = &files;
        let files = [("main.tf", main.as_str()), ("customer/main.tf", customer), ("leaf/main.tf", leaf)];
        expect(&format!("{from} -> {to}"), findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_mistake_in_the_module_around_the_flow_is_one_finding() {
    check_calls(&[
        ("= var.access.account_id", "= var.sso.account_id", &[(MISWIRED, "var.sso.account_id")]),
        ("= var.access.permission_set_arn", "= var.sso.instance_arn", &[(MISWIRED, "var.sso.instance_arn")]),
        ("home    = var.sso.region", "home    = var.sso.instance_arn", &[(MISWIRED, "var.sso.instance_arn")]),
        (
            "= var.sso.instance_arn\n  home",
            "= \"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"\n  home",
            &[(MISWIRED, "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2")],
        ),
    ]);
}

#[test]
fn another_customers_value_is_found_in_the_call() {
    check_calls(&[
        ("\"541882002087\"", "\"722971028225\"", &[("duplicate-target-account", "722971028225")]),
        ("\"326808617937\"", "\"620966542870\"", &[("duplicate-sso-account", "620966542870")]),
        ("    region       = \"us-west-2\"\n", "", &[("missing-attribute", "sso")]),
        ("\"541882002087\"", "null", &[("missing-attribute", "null")]),
    ]);
}

const JOINED: &str = r#"
locals {
  payers = {
    quillhaven = "620966542870"
    tarnbrook  = "326808617937"
  }
  accounts = {
    quillhaven = "722971028225"
    tarnbrook  = "541882002087"
  }
  stores = {
    quillhaven = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
    tarnbrook  = "arn:aws:sso:::instance/ssoins-79070987b3544242"
  }
  homes = {
    quillhaven = "eu-west-1"
    tarnbrook  = "us-west-2"
  }
  sets = {
    quillhaven = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
    tarnbrook  = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33"
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.payers
  nom      = each.key
  payer    = each.value
  store    = local.stores[each.key]
  home     = local.homes[each.key]
  account  = local.accounts[each.key]
  set      = local.sets[each.key]
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  account_id_safelist = values(local.payers)
}
"#;

#[test]
fn a_map_of_accounts_in_for_each_has_the_sso_accounts() {
    check(
        "joined maps",
        JOINED,
        &[
            ("\"326808617937\"", "\"3268086179377\"", &[("account-id-format", "3268086179377")]),
            ("\"541882002087\"", "\"722971028225\"", &[("duplicate-target-account", "722971028225")]),
            (
                "\"arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33\"",
                "null",
                &[("missing-attribute", "null")],
            ),
            ("local.homes[each.key]", "local.homes[\"tarnbrook\"]", &[(MISWIRED, "local.homes[\"tarnbrook\"]")]),
        ],
    );
}

#[test]
fn an_attribute_missing_in_a_template_is_reported_in_the_entry() {
    check(
        "parts of ARNs",
        r#"
locals {
  core = {
    quillhaven = { payer = "620966542870", store = "ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "722971028225", set = "ps-f8559f823cdef7f7" }
    tarnbrook  = { payer = "326808617937", store = "ssoins-79070987b3544242", home = "us-west-2", account = "541882002087", set = "ps-b30e58d656ec4f33" }
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.core
  nom      = each.key
  payer    = each.value.payer
  store    = "arn:aws:sso:::instance/${each.value.store}"
  home     = each.value.home
  account  = each.value.account
  set      = "arn:aws:sso:::permissionSet/${each.value.store}/${each.value.set}"
}
"#,
        &[
            (", set = \"ps-b30e58d656ec4f33\"", "", &[("missing-attribute", "tarnbrook")]),
            ("each.value.set}", "each.value.sets}", &[("evaluation-error", "sets")]),
        ],
    );
}
