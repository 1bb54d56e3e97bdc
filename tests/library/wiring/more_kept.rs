//! More ways to write the tenants: sets, maps of single values, encoded text, and resources that are joined by an
//! attribute.

use crate::wiring::kept::{LEAF, PLAIN, QUILL, ROLE, TARN, check, check_with};

const FOREIGN: &str = "duplicate-target-account";

#[test]
fn sets_are_sorted() {
    check(
        "a set of names, and a table of each value",
        r#"
variable "names" {
  type    = set(string)
  default = ["tarnbrook", "quillhaven"]
}
locals {
  core = { quillhaven = QUILL, tarnbrook = TARN }
  payers = { for name, it in local.core : name => it.payer }
}
module "p" {
  source   = "./leaf"
  for_each = var.names
  nom      = each.value
  payer    = local.payers[each.value]
  store    = local.core[each.value].store
  home     = local.core[each.value].home
  account  = local.core[each.value].account
  set      = local.core[each.value].set
}
"#,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
    check(
        "a set of objects",
        r#"
variable "core" {
  type = set(object({ name = string, payer = string, store = string, home = string, account = string, set = string }))
  default = [
    { name = "zeta", payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" },
    { name = "alpha", payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" },
  ]
}
module "p" {
  for_each = { for it in var.core : it.name => it }
  nom      = each.key
  PASSED
}
"#,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
}

#[test]
fn encoded_and_hashed_text_is_known() {
    check(
        "keys with a hash",
        r#"
locals {
  core = { quillhaven = QUILL, tarnbrook = TARN }
}
module "p" {
  for_each = { for name, it in local.core : "${name}-${substr(sha1(it.set), 0, 6)}" => merge(it, { name = name }) }
  nom      = each.value.name
  PASSED
}
"#,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
    let leaf = format!(
        "variable \"text\" {{}}\nlocals {{\n  it = yamldecode(var.text)\n}}\n{}",
        LEAF.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n").replace("var.", "local.it.")
    );
    check_with(
        "a text in YAML as the argument",
        r#"
locals {
  core = { quillhaven = QUILL, tarnbrook = TARN }
}
module "p" {
  source   = "./leaf"
  for_each = local.core
  text     = yamlencode(merge(each.value, { nom = each.key }))
}
"#,
        &leaf,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
    check(
        "all values in one text",
        r#"
locals {
  core = {
    quillhaven = "620966542870:eu-west-1:6804abcca95bf8e2:722971028225:f8559f823cdef7f7"
    tarnbrook  = "326808617937:us-west-2:79070987b3544242:541882002087:b30e58d656ec4f33"
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.core
  nom      = each.key
  payer    = split(":", each.value)[0]
  home     = split(":", each.value)[1]
  store    = "arn:aws:sso:::instance/ssoins-${split(":", each.value)[2]}"
  account  = split(":", each.value)[3]
  set      = "arn:aws:sso:::permissionSet/ssoins-${split(":", each.value)[2]}/ps-${split(":", each.value)[4]}"
}
"#,
        &[
            ("541882002087", "722971028225", &[(FOREIGN, "722971028225")]),
            ("b30e58d656ec4f33", "f8559f823cdef7f7", &[("duplicate-permission-set", "f8559f823cdef7f7")]),
        ],
    );
}

#[test]
fn a_value_that_takes_effect_is_not_missing() {
    let leaf = LEAF.replace("variable \"payer\" {}", "variable \"role\" {}").replace(ROLE, "var.role");
    check_with(
        "a role of its own where there is one",
        r#"
locals {
  core = {
    quillhaven = merge(QUILL, { role = null })
    tarnbrook  = merge(TARN, { role = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" })
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.core
  nom      = each.key
  role     = each.value.role != null ? each.value.role : "arn:aws:iam::${each.value.payer}:role/sym/SymSSO${title(each.key)}"
  store    = each.value.store
  home     = each.value.home
  account  = each.value.account
  set      = each.value.set
}
"#,
        &leaf,
        &[("326808617937:role", "620966542870:role", &[("role-account-mismatch", "620966542870")])],
    );
}

#[test]
fn both_results_of_a_default_are_checked() {
    check(
        "a choice by a variable",
        r#"
variable "stage" {
  default = "live"
}
locals {
  live = { quillhaven = QUILL, tarnbrook = TARN }
  uat  = { quillhaven = QUILL_UAT, tarnbrook = TARN_UAT }
}
module "p" {
  for_each = var.stage == "live" ? local.live : local.uat
  nom      = each.key
  PASSED
}
"#,
        &[("233552513779", "123937045052", &[(FOREIGN, "123937045052")])],
    );
}

#[test]
fn entries_that_name_an_organization_share_its_connector() {
    let leaf = format!("variable \"slug\" {{}}\n{}", LEAF.replace("\"${var.nom}-", "\"${var.slug}-"));
    check_with(
        "grants by organization and duty",
        r#"
locals {
  core = {
    quillhaven = { payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1" }
    tarnbrook  = { payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2" }
  }
  grants = [
    { org = "quillhaven", duty = "read", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" },
    { org = "quillhaven", duty = "write", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" },
    { org = "tarnbrook", duty = "read", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" },
  ]
}
module "p" {
  source   = "./leaf"
  for_each = { for it in local.grants : "${it.org}-${it.duty}" => it }
  slug     = each.key
  nom      = each.value.org
  payer    = local.core[each.value.org].payer
  store    = local.core[each.value.org].store
  home     = local.core[each.value.org].home
  account  = each.value.account
  set      = each.value.set
}
"#,
        &leaf,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
}

#[test]
fn an_integration_serves_the_strategies_that_name_it() {
    check_with(
        "an integration for each organization, a strategy for each account",
        r#"
locals {
  core = {
    quillhaven = { payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1" }
    tarnbrook  = { payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2" }
  }
  accounts = {
    quillhaven-shop = { org = "quillhaven", id = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    quillhaven-lake = { org = "quillhaven", id = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
    tarnbrook-shop  = { org = "tarnbrook", id = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
  }
}
resource "sym_integration" "ctx" {
  for_each    = local.core
  type        = "permission_context"
  name        = "${each.key}-ctx"
  external_id = each.value.store
  settings = {
    cloud        = "aws"
    instance_arn = each.value.store
    region       = each.value.home
    role_arn     = "arn:aws:iam::${each.value.payer}:role/sym/SymSSO${title(each.key)}"
  }
}
resource "sym_target" "ps" {
  for_each = local.accounts
  type     = "aws_sso_permission_set"
  name     = "${each.key}-target"
  settings = { permission_set_arn = each.value.set, account_id = each.value.id }
}
resource "sym_strategy" "sso" {
  for_each       = local.accounts
  type           = "aws_sso"
  name           = "${each.key}-strategy"
  integration_id = sym_integration.ctx[each.value.org].id
  targets        = [sym_target.ps[each.key].id]
  settings       = { instance_arn = local.core[each.value.org].store }
}
"#,
        "",
        &[
            ("541882002087", "722971028225", &[(FOREIGN, "722971028225")]),
            (
                "ssoins-79070987b3544242/ps",
                "ssoins-6804abcca95bf8e2/ps",
                &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
            ),
        ],
    );
}

#[test]
fn a_policy_may_have_any_partition() {
    check(
        "the accounts of a policy whose partition is not known",
        r#"
locals {
  core = { quillhaven = QUILL, tarnbrook = TARN }
}
module "p" {
  for_each = local.core
  nom      = each.key
  PASSED
}
data "aws_partition" "this" {}
data "aws_iam_policy_document" "runtime" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = [for it in local.core : "arn:${data.aws_partition.this.partition}:iam::${it.payer}:role/sym/*"]
  }
}
"#,
        &[(
            "for it in local.core : \"",
            "for it in [local.core.quillhaven] : \"",
            &[("safelist-incomplete", "runtime")],
        )],
    );
}

#[test]
fn a_list_of_strings_named_grants_is_not_a_list_of_grants() {
    check(
        "the names of what is granted",
        &PLAIN
            .replace("QUILL", &QUILL.replacen('{', "{ grants = [\"live\"],", 1))
            .replace("TARN", &TARN.replacen('{', "{ grants = [\"live\", \"audit\"],", 1)),
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
}

#[test]
fn grants_may_name_their_permission_sets() {
    let named = |tenant: &str, second: &str, id: &str| {
        let set = tenant.rsplit('"').nth(1).unwrap().to_owned();
        let (before, _) = tenant.split_once(", account").unwrap();
        let other = format!("{}/{id}", set.rsplit_once('/').unwrap().0);
        let account = tenant.split("account = \"").nth(1).unwrap().get(..12).unwrap();
        format!(
            "{before}, sets = {{ read = \"{set}\", admin = \"{other}\" }}, access = [{{ account = \"{account}\", set = \
             \"read\" }}, {{ account = \"{second}\", set = \"admin\" }}] }}"
        )
    };
    let main = r#"
locals {
  core = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
  rows = flatten([for key, it in local.core : [for a in it.access : { key = key, set = a.set, account = a.account }]])
}
module "p" {
  source   = "./leaf"
  for_each = { for row in local.rows : "${row.key}-${row.set}" => row }
  nom      = each.key
  payer    = local.core[each.value.key].payer
  store    = local.core[each.value.key].store
  home     = local.core[each.value.key].home
  account  = each.value.account
  set      = local.core[each.value.key].sets[each.value.set]
}
"#
    .replace("QUILL", &named(QUILL, "123937045052", "ps-3edd77b6c29163d0"))
    .replace("TARN", &named(TARN, "233552513779", "ps-78c19cd5840f1aec"));
    check_with(
        "permission sets by name",
        &main,
        &LEAF.replace("title(var.nom)", "title(split(\"-\", var.nom)[0])"),
        &[
            ("541882002087", "123937045052", &[(FOREIGN, "123937045052")]),
            (
                "[for a in it.access : {",
                "[for a in slice(it.access, 0, 1) : {",
                &[
                    ("tenant-not-wired", "123937045052"),
                    ("tenant-not-wired", "233552513779"),
                    ("tenant-not-wired", "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0"),
                    ("tenant-not-wired", "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec"),
                ],
            ),
        ],
    );
}

#[test]
fn an_attribute_with_equal_values_does_not_name_the_entries() {
    let named =
        |text: &str, customer: &str| text.replacen('{', &format!("{{ customer = \"{customer}\", name = \"admin\","), 1);
    let main = r#"
locals {
  entries = [
    QUILL,
    TARN,
  ]
}
module "p" {
  for_each = { for it in local.entries : "${it.customer}-${it.name}" => it }
  nom      = each.key
  PASSED
}
"#
    .replace("QUILL", &named(QUILL, "quillhaven"))
    .replace("TARN", &named(TARN, "tarnbrook"));
    check_with(
        "a list of entries",
        &main,
        &LEAF.replace("title(var.nom)", "title(split(\"-\", var.nom)[0])"),
        &[
            ("541882002087", "722971028225", &[(FOREIGN, "722971028225")]),
            ("541882002087", "620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ],
    );
}

#[test]
fn the_parts_of_an_unknown_value_are_not_the_value() {
    let main = r#"
locals {
  sets = [{ title = "Admin" }, { title = "Read" }]
}
data "aws_ssoadmin_instances" "this" {}
module "sets" {
  source = "./leaf"
  sets   = local.sets
}
resource "aws_ssoadmin_account_assignment" "this" {
  for_each           = { ops = "339986187397", dev = "268678126615" }
  instance_arn       = tolist(data.aws_ssoadmin_instances.this.arns)[0]
  permission_set_arn = module.sets.arns["Admin"]
  target_id          = each.value
}
"#;
    let leaf = r#"
variable "sets" {}
resource "aws_ssoadmin_permission_set" "this" {
  for_each = { for it in var.sets : it.title => it }
  name     = each.value.title
}
output "arns" {
  value = { for key, it in aws_ssoadmin_permission_set.this : key => it.arn }
}
"#;
    check_with(
        "permission sets of a module",
        main,
        leaf,
        &[("268678126615", "26867812661", &[("account-id-format", "26867812661")])],
    );
}

#[test]
fn a_tenant_that_merge_drops_in_the_call_is_found() {
    check(
        "two maps that the call merges",
        r#"
locals {
  eu = { quillhaven = QUILL }
  us = { tarnbrook = TARN }
}
module "p" {
  for_each = merge(local.eu, local.us)
  nom      = each.key
  PASSED
}
"#,
        &[
            ("us = { tarnbrook", "us = { quillhaven", &[("overridden-tenants", "quillhaven")]),
            ("541882002087", "722971028225", &[(FOREIGN, "722971028225")]),
        ],
    );
}

#[test]
fn a_key_selects_from_merged_maps() {
    check(
        "two maps that a local merges",
        r#"
locals {
  eu  = { quillhaven = QUILL, quillhaven2 = ELM }
  us  = { tarnbrook = TARN }
  all = merge(local.eu, local.us)
}
module "p" {
  source   = "./leaf"
  for_each = toset(keys(local.all))
  nom      = each.value
  payer    = local.all[each.value].payer
  store    = local.all[each.value].store
  home     = local.all[each.value].home
  account  = local.all[each.value].account
  set      = local.all[each.value].set
}
"#,
        &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])],
    );
}

/// Two customers have an organization with the same key or id, and the slug has the customer's name, too.
#[test]
fn tenants_of_several_customers_may_have_one_key() {
    for (what, stored, flows) in [
        (
            "maps in a map",
            "{ quillhaven = { prod = QUILL, dev = ELM }, tarnbrook = { prod = TARN } }",
            "{ for name, it in all : \"${customer}-${name}\" => it }",
        ),
        (
            "maps in a list",
            "[{ name = \"quillhaven\", all = { prod = QUILL, dev = ELM } }, { name = \"tarnbrook\", all = { prod = TARN } }]",
            "{ for name, it in all.all : \"${all.name}-${name}\" => it }",
        ),
        (
            "lists in a list",
            "[{ name = \"quillhaven\", all = [merge({ id = \"prod\" }, QUILL), merge({ id = \"dev\" }, ELM)] }, { name = \"tarnbrook\", all = [merge({ id = \"prod\" }, TARN)] }]",
            "{ for it in all.all : \"${all.name}-${it.id}\" => it }",
        ),
    ] {
        let main = format!(
            r#"
locals {{
  customers = {stored}
  flows     = merge([for customer, all in local.customers : {flows}]...)
}}
module "p" {{
  for_each = local.flows
  nom      = each.key
  PASSED
}}
"#
        );
        check(what, &main, &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])]);
    }
}

/// A filter leaves out who does not have what the flow needs.
#[test]
fn what_a_filter_leaves_out_lacks_nothing() {
    for filter in ["contains(keys(it.accounts), \"staging\")", "can(it.accounts.staging)"] {
        let main = format!(
            r#"
locals {{
  core = {{
    quillhaven = merge(QUILL, {{ accounts = {{ staging = "123937045052" }} }})
    tarnbrook  = merge(TARN, {{ accounts = {{ staging = "233552513779" }} }})
    elmford    = merge(ELM, {{ accounts = {{ prod = "295440945223" }} }})
  }}
}}
module "p" {{
  source   = "./leaf"
  for_each = {{ for name, it in local.core : name => it if {filter} }}
  nom      = each.key
  payer    = each.value.payer
  store    = each.value.store
  home     = each.value.home
  account  = each.value.accounts.staging
  set      = each.value.set
}}
"#
        );
        check(filter, &main, &[("\"233552513779\"", "\"123937045052\"", &[(FOREIGN, "123937045052")])]);
    }
}

/// What a function makes of a value takes effect, and not how it is written.
#[test]
fn values_may_be_completed_by_functions() {
    let main = PLAIN.replace("  PASSED", "  source = \"./leaf\"\n  payer = each.value.payer\n  store = each.value.store\n  home = lower(each.value.home)\n  account = each.value.account\n  set = each.value.set");
    let main = main.replace("QUILL", "merge(QUILL, { home = \"EU-WEST-1\" })");
    check(
        "a region in capitals",
        &main,
        &[("EU-WEST-1", "EU-WEST-9", &[("region-unsupported", "lower(each.value.home)")])],
    );
    let leaf = LEAF.replace(ROLE, "var.role") + "variable \"role\" {}\n";
    check_with(
        "several accounts in one text",
        r#"
locals {
  core = {
    quillhaven = merge(QUILL, { account = "722971028225;123937045052" })
    tarnbrook  = merge(TARN, { account = "541882002087" })
  }
  rows = merge([for name, it in local.core : { for account in split(";", it.account) : "${name}-${account}" => merge(it, { name = name, account = account }) }]...)
}
module "p" {
  for_each = local.rows
  nom      = each.key
  role     = "arn:aws:iam::${each.value.payer}:role/sym/SymSSO${title(each.value.name)}"
  PASSED
}
"#,
        &leaf,
        &[("541882002087\" }", "123937045052\" }", &[(FOREIGN, "123937045052")])],
    );
}

/// The key is the tenant's own, whatever is in front of it.
#[test]
fn a_name_may_have_an_unknown_part() {
    for name in ["format(\"%s-%s\", terraform.workspace, each.key)", "\"${terraform.workspace}-${each.key}\""] {
        let leaf = LEAF.replace(ROLE, "var.role") + "variable \"role\" {}\n";
        let main = PLAIN.replace("each.key", name).replace(
            "  PASSED",
            "  role = \"arn:aws:iam::${each.value.payer}:role/sym/SymSSO${title(each.key)}\"\n  PASSED",
        );
        check_with(name, &main, &leaf, &[("541882002087", "722971028225", &[(FOREIGN, "722971028225")])]);
    }
}
