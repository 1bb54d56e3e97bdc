//! Tenants with ids in place of ARNs, which the module, a local, or the call assembles.

use crate::wiring::{MODULE as STOCK, expect, findings};

const MISWIRED: &str = "flow-argument-miswired";
const MISWIRED_INSIDE: &str = "flow-resource-miswired";
const CHARACTERS: &str = "suspicious-characters";

const MODULE: &str = r#"
variable "slug" {}
variable "admin_account" {}
variable "instance_id" {}
variable "region" {}
variable "permission_set" {}
variable "account" {}

locals {
  instance_arn = "arn:aws:sso:::instance/${var.instance_id}"
}

resource "sym_integration" "ic" {
  type        = "permission_context"
  name        = "ic-${var.slug}"
  external_id = local.instance_arn
  settings = {
    cloud        = "aws"
    region       = var.region
    instance_arn = local.instance_arn
    role_arn     = "arn:aws:iam::${var.admin_account}:role/sym/SymSSO${title(var.slug)}"
  }
}

resource "sym_target" "t" {
  type = "aws_sso_permission_set"
  name = "t-${var.slug}"
  settings = {
    account_id         = var.account
    permission_set_arn = "arn:aws:sso:::permissionSet/${var.instance_id}/${var.permission_set}"
  }
}

resource "sym_strategy" "s" {
  type           = "aws_sso"
  name           = "s-${var.slug}"
  integration_id = sym_integration.ic.id
  targets        = [sym_target.t.id]
  settings       = { instance_arn = local.instance_arn }
}
"#;

const CUSTOMERS: &str = r#"
variable "customers" {
  type = map(object({ payer = string, store = string, home = string, set = string, goal = string }))
  default = {
    granite = { payer = "259298427341", store = "ssoins-68043310b0924109", home = "eu-west-1", set = "ps-26c577a40376e138", goal = "339986187397" }
    linden  = { payer = "689558360591", store = "ssoins-72234725e77da42b", home = "us-east-1", set = "ps-623375af1fd076ad", goal = "415711093029" }
    falcon  = { payer = "284656541736", store = "ssoins-790758221dc9b0b7", home = "us-west-2", set = "ps-0a56c4790134da3a", goal = "268678126615" }
  }
}

module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for c in var.customers : c.payer]
}
"#;

const CALL: &str = r#"
module "flow" {
  source   = "./flow"
  for_each = var.customers

  slug           = each.key
  admin_account  = each.value.payer
  instance_id    = each.value.store
  region         = each.value.home
  permission_set = each.value.set
  account        = each.value.goal
}
"#;

/// A fault: the text to replace, the new text, and the findings that are expected.
type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Checks that the setup has no findings, and that each of `faults`, in the root module or in the flow's, is found.
fn check(main: &str, module: &str, faults: &[Fault<'_>]) {
    let mut failures = String::new();
    for (from, to, expected) in [("", "", [].as_slice())].iter().chain(faults) {
        assert!(main.contains(from) || module.contains(from), "{from}");
        let in_main = main.replacen(from, to, 1);
        let in_module = if main.contains(from) { module.to_owned() } else { module.replace(from, to) };
        let found = findings(&[("main.tf", &in_main), ("flow/main.tf", &in_module)]);
        expect(&format!("{from} -> {to}"), found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn ids_may_be_assembled_in_the_module() {
    let role = "arn:aws:iam::${var.account}:role/sym/SymSSO${title(var.slug)}";
    let literal = "arn:aws:sso:::instance/ssoins-68043310b0924109";
    check(
        &format!("{CUSTOMERS}{CALL}"),
        MODULE,
        &[
            ("ssoins-72234725e77da42b", "ssoins-72234725e77da42b ", &[(CHARACTERS, " ")]),
            ("ssoins-72234725e77da42b", " ssoins-72234725e77da42b", &[(CHARACTERS, " ")]),
            ("ssoins-72234725e77da42b", "ssoins-72234725e77da42b\u{200B}", &[(CHARACTERS, "\u{200B}")]),
            (
                "each.value.store",
                r#"var.customers["granite"].store"#,
                &[(MISWIRED, r#"var.customers["granite"].store"#)],
            ),
            ("each.value.store", "values(var.customers)[0].store", &[(MISWIRED, "values(var.customers)[0].store")]),
            // The module takes the wrong one of two accounts, of which the call passes both.
            ("= var.account", "= var.admin_account", &[(MISWIRED_INSIDE, "var.admin_account")]),
            ("arn:aws:iam::${var.admin_account}:role/sym/SymSSO${title(var.slug)}", role, &[(MISWIRED_INSIDE, role)]),
            // One local that several resources have is one mistake.
            ("arn:aws:sso:::instance/${var.instance_id}", literal, &[(MISWIRED_INSIDE, literal)]),
        ],
    );
}

#[test]
fn an_object_with_ids_may_be_made_in_a_local() {
    let made = r#"
locals {
  made = { for key, c in var.customers : key => {
    slug           = key
    admin_account  = c.payer
    instance_id    = c.store
    region         = c.home
    permission_set = c.set
    account        = c.goal
  } }
}

module "flow" {
  source   = "./flow"
  for_each = local.made
  tenant   = each.value
}
"#;
    let (_, resources) = MODULE.split_once("\n\n").unwrap();
    let module = format!("variable \"tenant\" {{}}\n\n{}", resources.replace("var.", "var.tenant."));
    let faults: &[Fault<'_>] = &[("= c.store", r#"= var.customers["granite"].store"#, &[(MISWIRED, "each.value")])];
    check(&format!("{CUSTOMERS}{made}"), &module, faults);
}

#[test]
fn arns_may_be_assembled_in_locals() {
    let made = r#"
locals {
  connectors = { for key, c in var.customers : key => {
    cloud        = "aws"
    region       = c.home
    instance_arn = "arn:aws:sso:::instance/${c.store}"
    role_arn     = "arn:aws:iam::${c.payer}:role/sym/SymSSO${title(key)}"
  } }
  sets = { for key, c in var.customers : key => "arn:aws:sso:::permissionSet/${c.store}/${c.set}" }
}

module "flow" {
  source                 = "./flow"
  for_each               = var.customers
  tenant_slug            = each.key
  account_id             = each.value.goal
  permission_set_arn     = local.sets[each.key]
  sso_connector_settings = local.connectors[each.key]
}
"#;
    let connectors = "local.connectors[each.key]";
    let another = r#"instance/${var.customers["granite"].store}"#;
    check(
        &format!("{CUSTOMERS}{made}"),
        STOCK,
        &[
            ("instance/${c.store}", another, &[(MISWIRED, connectors)]),
            (
                "permissionSet/${c.store}",
                r#"permissionSet/${var.customers["granite"].store}"#,
                &[(MISWIRED, "local.sets[each.key]")],
            ),
            ("= c.home", r#"= "eu-west-1""#, &[(MISWIRED, connectors)]),
        ],
    );
}

#[test]
fn accounts_may_be_in_a_map_beside_ids() {
    let main = r#"
locals {
  customers = {
    granite = {
      payer    = "259298427341"
      home     = "eu-west-1"
      store    = "ssoins-68043310b0924109"
      accounts = { prod = "339986187397", dev = "518830274416" }
      sets     = { admin = "ps-26c577a40376e138" }
    }
    linden = {
      payer    = "689558360591"
      home     = "eu-west-1"
      store    = "ssoins-6804725e77da42b2"
      accounts = { prod = "415711093029", dev = "730019482265" }
      sets     = { admin = "ps-623375af1fd076ad" }
    }
  }
  grants = merge([
    for key, c in local.customers : {
      for pair in setproduct(keys(c.accounts), keys(c.sets)) : "${key}-${pair[0]}-${pair[1]}" => {
        customer = key
        account  = c.accounts[pair[0]]
        set      = c.sets[pair[1]]
      }
    }
  ]...)
}

module "flow" {
  source   = "./flow"
  for_each = local.grants

  tenant_slug        = each.key
  account_id         = each.value.account
  permission_set_arn = "arn:aws:sso:::permissionSet/${local.customers[each.value.customer].store}/${each.value.set}"
  sso_connector_settings = {
    cloud        = "aws"
    region       = local.customers[each.value.customer].home
    instance_arn = "arn:aws:sso:::instance/${local.customers[each.value.customer].store}"
    role_arn     = "arn:aws:iam::${local.customers[each.value.customer].payer}:role/sym/SymSSO${title(each.value.customer)}"
  }
}
"#;
    check(
        main,
        STOCK,
        &[
            ("415711093029", "415711093029 ", &[(CHARACTERS, " ")]),
            ("415711093029", "415711093029\u{A0}", &[(CHARACTERS, "\u{A0}")]),
            ("730019482265", "730019482265\u{200B}", &[(CHARACTERS, "\u{200B}")]),
        ],
    );
}

#[test]
fn a_line_may_have_all_values() {
    let main = r#"
locals {
  raw = {
    granite = "259298427341|ssoins-68043310b0924109|ps-26c577a40376e138|339986187397"
    linden  = "689558360591|ssoins-6804725e77da42b2|ps-623375af1fd076ad|415711093029"
  }
  tenants = { for key, line in local.raw : key => {
    payer = split("|", line)[0]
    store = split("|", line)[1]
    set   = split("|", line)[2]
    goal  = split("|", line)[3]
  } }
}

module "flow" {
  source   = "./flow"
  for_each = local.tenants

  tenant_slug        = each.key
  account_id         = each.value.goal
  permission_set_arn = "arn:aws:sso:::permissionSet/${each.value.store}/${each.value.set}"
  sso_connector_settings = {
    cloud        = "aws"
    region       = "eu-west-1"
    instance_arn = "arn:aws:sso:::instance/${each.value.store}"
    role_arn     = "arn:aws:iam::${each.value.payer}:role/sym/SymSSO${title(each.key)}"
  }
}
"#;
    check(main, STOCK, &[("415711093029", "415711093029 ", &[(CHARACTERS, "415711093029 ")])]);
}

#[test]
fn the_key_may_be_the_sso_account() {
    let main = r#"
variable "accounts" {
  type = map(object({ name = string, store = string, home = string, role = string, set = string, goal = string }))
  default = {
    "259298427341" = {
      name  = "granite"
      store = "arn:aws:sso:::instance/ssoins-68043310b0924109"
      home  = "eu-west-1"
      role  = "arn:aws:iam::259298427341:role/sym/SymSSOGranite"
      set   = "arn:aws:sso:::permissionSet/ssoins-68043310b0924109/ps-26c577a40376e138"
      goal  = "339986187397"
    }
    "689558360591" = {
      name  = "linden"
      store = "arn:aws:sso:::instance/ssoins-6804725e77da42b2"
      home  = "eu-west-1"
      role  = "arn:aws:iam::689558360591:role/sym/SymSSOLinden"
      set   = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375af1fd076ad"
      goal  = "415711093029"
    }
  }
}

module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = keys(var.accounts)
}

module "flow" {
  source   = "./flow"
  for_each = var.accounts

  tenant_slug        = each.value.name
  account_id         = each.value.goal
  permission_set_arn = each.value.set
  sso_connector_settings = {
    cloud        = "aws"
    region       = each.value.home
    instance_arn = each.value.store
    role_arn     = each.value.role
  }
}
"#;
    check(main, STOCK, &[("= each.value.goal", "= each.key", &[(MISWIRED, "each.key")])]);
}
