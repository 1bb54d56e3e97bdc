//! Different ways to write the tenants: each is correct without faults, and each fault is reported at the text that is
//! wrong.

use crate::wiring::{expect, findings};

pub(super) const LEAF: &str = r#"
variable "nom" {}
variable "payer" {}
variable "store" {}
variable "home" {}
variable "account" {}
variable "set" {}

resource "sym_integration" "ctx" {
  type        = "permission_context"
  name        = "${var.nom}-ctx"
  external_id = var.store
  settings = {
    cloud        = "aws"
    instance_arn = var.store
    region       = var.home
    role_arn     = "arn:aws:iam::${var.payer}:role/sym/SymSSO${title(var.nom)}"
  }
}

resource "sym_target" "ps" {
  type = "aws_sso_permission_set"
  name = "${var.nom}-target"
  settings = {
    permission_set_arn = var.set
    account_id         = var.account
  }
}

resource "sym_strategy" "sso" {
  type           = "aws_sso"
  name           = "${var.nom}-strategy"
  integration_id = sym_integration.ctx.id
  targets        = [sym_target.ps.id]
  settings       = { instance_arn = var.store }
}
"#;

pub(super) const QUILL: &str = r#"{ payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }"#;
pub(super) const TARN: &str = r#"{ payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }"#;
/// A third organization.
const ELM: &str = r#"{ payer = "330025896745", store = "arn:aws:sso:::instance/ssoins-72233220e5575b53", home = "eu-west-1", account = "355009980861", set = "arn:aws:sso:::permissionSet/ssoins-72233220e5575b53/ps-73fcc2917ba89661" }"#;
/// Further accounts of the same customers.
const QUILL_UAT: &str = r#"{ payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }"#;
const TARN_UAT: &str = r#"{ payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }"#;

/// The remaining arguments of a call that is repeated for elements with the leaf's own names.
const PASSED: &str = r#"
  source  = "./leaf"
  payer   = each.value.payer
  store   = each.value.store
  home    = each.value.home
  account = each.value.account
  set     = each.value.set
"#;

/// The simplest setup: one call for all tenants in a local.
pub(super) const PLAIN: &str = r#"
locals {
  core = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
}
module "p" {
  for_each = local.core
  nom      = each.key
  PASSED
}
"#;

/// A fault: the text to replace, the new text, and the findings that are expected.
pub(super) type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Checks `main` without faults, and with each of `faults`. In `main`, the names of constants stand for their values.
pub(super) fn check(what: &str, main: &str, faults: &[Fault<'_>]) {
    check_with(what, main, LEAF, faults);
}

/// Like `check`, with another module in place of `LEAF`.
pub(super) fn check_with(what: &str, main: &str, leaf: &str, faults: &[Fault<'_>]) {
    let mut main = main.to_owned();
    for (name, text) in [
        ("QUILL_UAT", QUILL_UAT),
        ("TARN_UAT", TARN_UAT),
        ("QUILL", QUILL),
        ("TARN", TARN),
        ("ELM", ELM),
        ("PASSED", PASSED),
    ] {
        main = main.replace(name, text);
    }
    let mut failures = String::new();
    for (from, to, expected) in [("", "", [].as_slice())].iter().chain(faults) {
        assert!(main.contains(from), "{what}: {from}");
        let main = main.replacen(from, to, 1);
        let files = [("main.tf", main.as_str()), ("leaf/main.tf", leaf)];
        expect(&format!("{what}: {from} -> {to}"), findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The expression in `LEAF` that builds the role.
pub(super) const ROLE: &str = r#""arn:aws:iam::${var.payer}:role/sym/SymSSO${title(var.nom)}""#;

const MISWIRED: &str = "flow-argument-miswired";

/// Settings that are taken one by one from another tenant are one mistake.
#[test]
fn settings_of_another_tenant_are_one_finding() {
    let part = |name: &str| format!("each.value.{name}");
    let main = PLAIN.replace(
        "  PASSED",
        "  source = \"./leaf\"\n  account = each.value.account\n  set = each.value.set\n  connector = { store = each.value.store, home = each.value.home, payer = each.value.payer }",
    );
    let leaf = LEAF
        .replace("var.store", "var.connector.store")
        .replace("var.home", "var.connector.home")
        .replace("var.payer", "var.connector.payer")
        + "variable \"connector\" {}\n";
    let leaf = ["store", "home", "payer"]
        .iter()
        .fold(leaf, |leaf, name| leaf.replace(&format!("variable \"{name}\" {{}}\n"), ""));
    let own = format!("{{ store = {}, home = {}, payer = {} }}", part("store"), part("home"), part("payer"));
    let others = own.replace("each.value", "local.core.quillhaven");
    check_with("one by one", &main, &leaf, &[(&own, &others, &[(MISWIRED, "local.core.quillhaven.store")])]);
}

#[test]
fn maps_that_a_default_does_not_select_are_also_checked() {
    let stages = r#"
locals {
  stages = {
    live = {
      quillhaven = QUILL
      tarnbrook  = TARN
    }
    uat = {
      quillhaven = QUILL_UAT
      tarnbrook  = TARN_UAT
    }
  }
}
module "p" {
  for_each = CHOSEN
  nom      = each.key
  PASSED
}
"#;
    for chosen in ["local.stages[var.stage]", "lookup(local.stages, var.stage, {})"] {
        let main = format!("variable \"stage\" {{\n  default = \"live\"\n}}\n{stages}").replace("CHOSEN", chosen);
        let faults: &[Fault<'_>] = &[
            ("\"123937045052", "\"12393704505", &[("account-id-format", "12393704505")]),
            ("\"233552513779", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
            ("\"541882002087", "\"123937045052", &[("duplicate-target-account", "123937045052")]),
            (
                "ssoins-79070987b3544242/ps-78c1",
                "ssoins-6804abcca95bf8e2/ps-78c1",
                &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
            ),
            ("each.value.set", "local.stages.live.tarnbrook.set", &[(MISWIRED, "local.stages.live.tarnbrook.set")]),
        ];
        check(chosen, &main, faults);
    }
    let by_workspace = stages.replace("CHOSEN", "lookup(local.stages, terraform.workspace, {})");
    check("workspace", &by_workspace, &[("\"123937045052", "\"12393704505", &[("account-id-format", "12393704505")])]);
}

const GROUPS: &str = r#"
locals {
  groups = {
    north = {
      quillhaven = QUILL
    }
    south = {
      tarnbrook = TARN
    }
  }
}
"#;

#[test]
fn groups_of_tenants_are_not_tenants() {
    let joined = r#"
locals {
  core = merge([for g, ms in local.groups : { for k, v in ms : "${g}-${k}" => merge(v, { short = k }) }]...)
}
module "p" {
  for_each = local.core
  nom      = each.value.short
  PASSED
}
"#;
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (
            "ssoins-79070987b3544242/ps",
            "ssoins-6804abcca95bf8e2/ps",
            &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
        ),
        ("each.value.account", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
        (
            "each.value.store",
            "local.groups.north.quillhaven.store",
            &[(MISWIRED, "local.groups.north.quillhaven.store")],
        ),
        ("each.value.set", "each.value.account", &[(MISWIRED, "each.value.account")]),
    ];
    check("joined keys", &format!("{GROUPS}{joined}"), faults);
    // A module is called for each group, and calls the flow module for each element.
    let wrapped = r#"
module "g" {
  source   = "./leaf"
  for_each = local.groups
  members  = each.value
}
"#;
    let group = "variable \"members\" {}\nmodule \"p\" {\n  for_each = var.members\n  nom = each.key\n  PASSED\n}\n";
    let group = group.replace("PASSED", PASSED).replace("./leaf", "../flow");
    let mut failures = String::new();
    for (from, to, expected) in [
        ("", "", [].as_slice()),
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("each.value.account", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
    ] {
        let main = format!("{GROUPS}{wrapped}").replace("QUILL", QUILL).replace("TARN", TARN).replacen(from, to, 1);
        let group = group.replacen(from, to, 1);
        let files = [("main.tf", main.as_str()), ("leaf/main.tf", group.as_str()), ("flow/main.tf", LEAF)];
        expect(&format!("wrapped: {from} -> {to}"), findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_second_collection_may_have_more_grants_of_the_same_tenants() {
    let leaf = LEAF.replace("${var.nom}-", "${var.slug}-") + "variable \"slug\" {}\n";
    let main = r#"
locals {
  core = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
  extra = {
    quillhaven = { account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
    tarnbrook  = { account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }
  }
}
module "p" {
  for_each = local.core
  nom      = each.key
  slug     = "${each.key}-a"
  PASSED
}
module "q" {
  source   = "./leaf"
  for_each = local.extra
  nom      = each.key
  slug     = "${each.key}-b"
  payer    = local.core[each.key].payer
  store    = local.core[each.key].store
  home     = local.core[each.key].home
  account  = each.value["account"]
  set      = each.value["set"]
}
"#;
    let faults: &[Fault<'_>] = &[
        ("\"233552513779", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("\"233552513779", "\"722971028225", &[("duplicate-target-account", "722971028225")]),
        ("\"233552513779", "\"23355251377", &[("account-id-format", "23355251377")]),
        (
            "ssoins-79070987b3544242/ps-78",
            "ssoins-6804abcca95bf8e2/ps-78",
            &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
        ),
        (
            "local.core[each.key].store",
            "local.core[\"quillhaven\"].store",
            &[(MISWIRED, "local.core[\"quillhaven\"].store")],
        ),
        ("each.value[\"account\"]", "\"123937045052\"", &[(MISWIRED, "123937045052")]),
    ];
    check_with("extra", main, &leaf, faults);
}

#[test]
fn resources_in_the_root_module_may_have_count() {
    let rows = LEAF.split("\nresource").skip(1).map(|block| format!("resource{block}")).collect::<String>();
    let rows = rows
        .replace("var.", "local.rows[count.index].")
        .replace("\" {\n", "\" {\n  count = length(local.rows)\n")
        .replace("sym_integration.ctx.id", "sym_integration.ctx[count.index].id")
        .replace("sym_target.ps.id", "sym_target.ps[count.index].id");
    let named = |row: &str, name: &str| row.replace("{ payer", &format!("{{ nom = \"{name}\", payer"));
    let (quill, tarn) = (named(QUILL, "quillhaven"), named(TARN, "tarnbrook"));
    let main = format!("locals {{\n  rows = [\n    {quill},\n    {tarn},\n  ]\n}}\n{rows}");
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (
            "ssoins-79070987b3544242/ps",
            "ssoins-6804abcca95bf8e2/ps",
            &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
        ),
        (
            "local.rows[count.index].account",
            "local.rows[0].account",
            &[("flow-resource-miswired", "local.rows[0].account")],
        ),
        (
            "local.rows[count.index].home",
            "local.rows[count.index].payer",
            &[("flow-resource-miswired", "local.rows[count.index].payer")],
        ),
    ];
    check("rows", &main, faults);
}

#[test]
fn a_null_that_count_excludes_is_not_missing() {
    let second = r#"
variable "account2" {}
variable "set2" {}
resource "sym_target" "second" {
  count = var.set2 == null ? 0 : 1
  type  = "aws_sso_permission_set"
  name  = "${var.nom}-second"
  settings = {
    permission_set_arn = var.set2
    account_id         = var.account2
  }
}
"#;
    let leaf = LEAF.replace("[sym_target.ps.id]", "concat([sym_target.ps.id], sym_target.second[*].id)") + second;
    let main = r#"
locals {
  core = {
    quillhaven = merge(QUILL, { account2 = "123937045052", set2 = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" })
    tarnbrook  = TARN
  }
}
module "p" {
  for_each = local.core
  nom      = each.key
  account2 = try(each.value.account2, null)
  set2     = try(each.value.set2, null)
  PASSED
}
"#;
    let faults: &[Fault<'_>] = &[
        ("try(each.value.account2, null)", "null", &[(MISWIRED, "null")]),
        ("\"123937045052", "\"541882002087", &[("duplicate-target-account", "541882002087")]),
        ("try(each.value.account2, null)", "\"541882002087\"", &[(MISWIRED, "541882002087")]),
    ];
    check_with("second", main, &leaf, faults);
}

#[test]
fn an_attribute_from_merge_is_not_missing() {
    let main = r#"
locals {
  raw = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
  core = { for k, v in local.raw : k => merge({ home = "us-east-1" }, v) }
}
module "p" {
  for_each = local.core
  nom      = each.key
  PASSED
}
"#;
    let main = main.replace("TARN", &TARN.replace("home = \"us-west-2\", ", ""));
    let faults: &[Fault<'_>] = &[
        ("{ home = \"us-east-1\" }", "{}", &[("missing-attribute", "tarnbrook")]),
        ("us-east-1", "us-eest-1", &[("region-unsupported", "us-eest-1")]),
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (
            "store = \"arn:aws:sso:::instance/ssoins-7907",
            "stor = \"arn:aws:sso:::instance/ssoins-7907",
            &[("missing-attribute", "tarnbrook")],
        ),
        ("each.value.home", "\"us-east-1\"", &[(MISWIRED, "us-east-1")]),
    ];
    check("merged", &main, faults);
}

#[test]
fn a_stage_in_all_calls_is_not_a_tenant() {
    let leaf = LEAF.replace("${var.nom}-", "${var.stage}-${var.slug}-");
    let leaf = format!("variable \"stage\" {{}}\nvariable \"slug\" {{}}\n{leaf}");
    let call = |name: &str, element: &str| {
        let values = element.trim_matches(['{', '}', ' ']).replace(", ", "\n  ");
        format!(
            "module \"{name}\" {{\n  source = \"./leaf\"\n  stage = \"live\"\n  slug = \"{name}\"\n  nom = \"{name}\"\n  {values}\n}}\n"
        )
    };
    let main = call("quillhaven", QUILL) + &call("tarnbrook", TARN);
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("nom = \"tarnbrook\"", "nom = \"quillhaven\"", &[("connector-role-foreign", ROLE)]),
    ];
    check_with("stage", &main, &leaf, faults);
}

/// `LEAF` with some variables replaced.
fn with_variables(removed: &[&str], added: &[&str]) -> String {
    let kept =
        LEAF.lines().filter(|line| !removed.iter().any(|name| line.starts_with(&format!("variable \"{name}\""))));
    let added = added.iter().map(|name| format!("variable \"{name}\" {{}}"));
    kept.map(str::to_owned).chain(added).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_connector_may_serve_all_grants_of_its_instance() {
    let leaf = with_variables(&["payer"], &["role"]);
    let leaf = leaf.replace(ROLE, "var.role");
    let main = r#"
locals {
  center = {
    ins  = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
    role = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"
  }
  seats = {
    ledger  = { account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    archive = { account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.seats
  nom      = each.key
  role     = local.center.role
  store    = local.center.ins
  home     = "eu-west-1"
  account  = each.value.account
  set      = each.value.set
}
"#;
    let faults: &[Fault<'_>] = &[
        ("each.value.account", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
        ("each.value.account", "local.seats.ledger.account", &[(MISWIRED, "local.seats.ledger.account")]),
        (
            "instance/ssoins-6804abcca95bf8e2",
            "instance/ssoins-68O4abcca95bf8e2",
            &[("instance-id-mismatch", "ssoins-68O4abcca95bf8e2")],
        ),
        (
            "ssoins-6804abcca95bf8e2/ps-3edd",
            "ssoins-79070987b3544242/ps-3edd",
            &[("instance-id-mismatch", "ssoins-79070987b3544242")],
        ),
    ];
    check_with("common", main, &leaf, faults);
}

#[test]
fn an_element_may_be_a_list_of_grants() {
    let main = r#"
locals {
  homes = {
    quillhaven = { payer = "620966542870", ins = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1" }
    tarnbrook  = { payer = "326808617937", ins = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2" }
  }
  seats = {
    quillhaven = [
      { alias = "ro", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" },
      { alias = "adm", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" },
    ]
    tarnbrook = [
      { alias = "ro", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" },
    ]
  }
  flat = { for it in flatten([for who, seats in local.seats : [for seat in seats : merge(seat, { who = who })]]) : "${it.who}-${it.alias}" => it }
}
module "p" {
  source   = "./leaf"
  for_each = local.flat
  nom      = each.value.who
  slug     = each.key
  payer    = local.homes[each.value.who].payer
  store    = local.homes[each.value.who].ins
  home     = local.homes[each.value.who].home
  account  = each.value.account
  set      = each.value.set
}
"#;
    let leaf = LEAF.replace("${var.nom}-", "${var.slug}-") + "variable \"slug\" {}\n";
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("\"541882002087", "\"722971028225", &[("duplicate-target-account", "722971028225")]),
        ("\"541882002087", "\"54188200208", &[("account-id-format", "54188200208")]),
        (
            "ssoins-6804abcca95bf8e2/ps-3edd",
            "ssoins-79070987b3544242/ps-3edd",
            &[("instance-id-mismatch", "ssoins-79070987b3544242")],
        ),
        ("each.value.account", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
    ];
    check_with("listed", main, &leaf, faults);
}

#[test]
fn the_permission_set_names_the_instance() {
    let leaf = with_variables(&["store"], &[]);
    let leaf = leaf.replace("var.store", "\"arn:aws:sso:::instance/${split(\"/\", var.set)[1]}\"");
    let main = PLAIN;
    let without =
        |element: &str| element.split(", ").filter(|part| !part.starts_with("store")).collect::<Vec<_>>().join(", ");
    let passed = PASSED.lines().filter(|line| !line.trim_start().starts_with("store")).collect::<Vec<_>>().join("\n");
    let main = main.replace("QUILL", &without(QUILL)).replace("TARN", &without(TARN)).replace("PASSED", &passed);
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("each.value.set", "local.core.quillhaven.set", &[(MISWIRED, "local.core.quillhaven.set")]),
    ];
    check_with("derived", &main, &leaf, faults);
}

#[test]
fn a_tenant_may_be_called_as_its_role_is() {
    let main = r#"
locals {
  core = {
    "620966542870" = QUILL
    "326808617937" = TARN
  }
}
module "p" {
  for_each = local.core
  nom      = each.value.name
  PASSED
}
"#;
    let named = |element: &str, name: &str| element.replace("{ payer", &format!("{{ name = \"{name}\", payer"));
    let main = main.replace("QUILL", &named(QUILL, "quillhaven")).replace("TARN", &named(TARN, "tarnbrook"));
    let main = main.replace("PASSED", &PASSED.replace("each.value.payer", "each.key"));
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("each.value.name", "each.value.home", &[(MISWIRED, "each.value.home")]),
        ("each.value.name", "\"quillhaven\"", &[(MISWIRED, "quillhaven")]),
    ];
    check_with("called", &main, LEAF, faults);
}

#[test]
fn a_wrong_value_of_an_organization_is_one_finding() {
    let leaf =
        with_variables(&["payer"], &["role", "slug"]).replace(ROLE, "var.role").replace("${var.nom}-", "${var.slug}-");
    let main = r#"
locals {
  orgs = {
    quillhaven = { management = "620966542870", ins = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", role = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
    tarnbrook  = { management = "326808617937", ins = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", role = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }
  }
  seats = [
    { org = "quillhaven", level = "ro", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" },
    { org = "quillhaven", level = "rw", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" },
    { org = "tarnbrook", level = "ro", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" },
    { org = "tarnbrook", level = "rw", account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" },
  ]
}
module "p" {
  source   = "./leaf"
  for_each = { for it in local.seats : "${it.org}_${it.level}" => merge(it, local.orgs[it.org]) }
  nom      = each.key
  slug     = each.key
  role     = each.value.role
  store    = each.value.ins
  home     = each.value.home
  account  = each.value.account
  set      = each.value.set
}
module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  account_id_safelist = [for it in local.orgs : it.management]
}
"#;
    let faults: &[Fault<'_>] = &[
        (
            "arn:aws:iam::326808617937:role",
            "arn:aws:iam::620966542870:role",
            &[("role-account-mismatch", "620966542870")],
        ),
        ("management = \"326808617937", "management = \"620966542870", &[("role-account-mismatch", "620966542870")]),
        ("\"233552513779", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
    ];
    check_with("organizations", main, &leaf, faults);
}

/// The values of `QUILL` and `TARN` as tuples.
const TUPLES: [&str; 2] = [
    r#"["620966542870", "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", "eu-west-1", "722971028225", "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"]"#,
    r#"["326808617937", "arn:aws:sso:::instance/ssoins-79070987b3544242", "us-west-2", "541882002087", "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33"]"#,
];

#[test]
fn positions_in_tuples_distinguish_values() {
    let main = format!(
        r#"
locals {{
  core = {{
    quillhaven = {}
    tarnbrook  = {}
  }}
}}
module "p" {{
  source   = "./leaf"
  for_each = local.core
  nom      = each.key
  payer    = each.value[0]
  store    = each.value[1]
  home     = each.value[2]
  account  = each.value[3]
  set      = each.value[4]
}}
"#,
        TUPLES[0], TUPLES[1]
    );
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"722971028225", &[("duplicate-target-account", "722971028225")]),
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (
            "ssoins-79070987b3544242/ps",
            "ssoins-6804abcca95bf8e2/ps",
            &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
        ),
        ("each.value[3]", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
        ("each.value[3]", "local.core.quillhaven[3]", &[(MISWIRED, "local.core.quillhaven[3]")]),
    ];
    check("places", &main, faults);
}

#[test]
fn one_argument_may_have_several_values_in_it() {
    let main = r#"
locals {
  core = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.core
  nom      = each.key
  payer    = each.value.payer
  store    = each.value.store
  home     = each.value.home
  grant    = [each.value.account, each.value.set]
}
"#;
    let listed = with_variables(&["account", "set"], &["grant"]);
    let listed = listed.replace("var.set", "var.grant[1]").replace("var.account", "var.grant[0]");
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("[each.value.account,", "[\"722971028225\",", &[("flow-resource-miswired", "var.grant[0]")]),
        ("[each.value.account,", "[each.value.payer,", &[("flow-resource-miswired", "var.grant[0]")]),
    ];
    check_with("listed", main, &listed, faults);
    let decoded = with_variables(&["payer", "store", "home", "account", "set"], &["doc"]);
    let decoded = ["payer", "store", "home", "account", "set"]
        .iter()
        .fold(decoded, |leaf, name| leaf.replace(&format!("var.{name}"), &format!("jsondecode(var.doc).{name}")));
    let start = main.find("  payer    =").unwrap();
    let main = format!("{}  doc      = jsonencode(each.value)\n}}\n", &main[..start]);
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (
            "jsonencode(each.value)",
            "jsonencode(merge(each.value, { account = \"722971028225\" }))",
            &[("flow-resource-miswired", "jsondecode(var.doc).account")],
        ),
    ];
    check_with("decoded", &main, &decoded, faults);
}

#[test]
fn a_text_may_have_several_values_in_it() {
    let main = PLAIN;
    let joined = |element: &str| {
        let element = element.replace("payer = \"", "both = \"");
        let home = if element.contains("eu-west-1") { "eu-west-1" } else { "us-west-2" };
        let (start, rest) = element.split_once("\", store").unwrap();
        format!("{start}:{home}\", store{rest}").replace(&format!("home = \"{home}\", "), "")
    };
    let passed = PASSED.replace("each.value.payer", "split(\":\", each.value.both)[0]");
    let passed = passed.replace("each.value.home", "split(\":\", each.value.both)[1]");
    let main = main.replace("QUILL", &joined(QUILL)).replace("TARN", &joined(TARN)).replace("PASSED", &passed);
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        (":us-west-2", ":us-weest-2", &[("region-invalid", "us-weest-2")]),
    ];
    check("texts", &main, faults);
}

#[test]
fn a_second_collection_may_be_grouped_by_the_same_keys() {
    let leaf = LEAF.replace("${var.nom}-", "${var.slug}-") + "variable \"slug\" {}\n";
    let main = r#"
locals {
  core = {
    quillhaven = QUILL
    tarnbrook  = TARN
  }
  extra = {
    quillhaven = { "123937045052" = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
    tarnbrook  = { "233552513779" = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }
  }
  more = merge([for k, sets in local.extra : { for id, set in sets : "${k}-${id}" => { who = k, id = id, set = set } }]...)
}
module "q" {
  source   = "./leaf"
  for_each = local.more
  slug     = each.key
  nom      = each.value.who
  payer    = local.core[each.value.who].payer
  store    = local.core[each.value.who].store
  home     = local.core[each.value.who].home
  account  = each.value.id
  set      = each.value.set
}
module "p" {
  for_each = local.core
  nom      = each.key
  slug     = each.key
  PASSED
}
"#;
    let faults: &[Fault<'_>] = &[
        (
            "ssoins-79070987b3544242/ps-78",
            "ssoins-6804abcca95bf8e2/ps-78",
            &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")],
        ),
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("each.value.id", "\"123937045052\"", &[(MISWIRED, "123937045052")]),
    ];
    check_with("grouped", main, &leaf, faults);
}

#[test]
fn the_modules_default_region_may_take_effect() {
    let leaf = LEAF.replace("region       = var.home", "region       = coalesce(var.home, var.usual)");
    let leaf = format!("variable \"usual\" {{}}\n{leaf}");
    let main = PLAIN.replace("PASSED", "usual = \"eu-west-1\"\n  PASSED");
    let faults: &[Fault<'_>] = &[
        ("\"541882002087", "\"620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
        ("each.value.account", "\"722971028225\"", &[(MISWIRED, "722971028225")]),
    ];
    check_with("fallback", &main, &leaf, faults);
}

#[test]
fn consequences_of_a_mistake_are_not_reported_again() {
    let faults: &[Fault<'_>] = &[
        (
            "instance/ssoins-79070987b3544242",
            "instance/ssoins-79070987B3544242",
            &[("sso-id-not-hex", "ssoins-79070987B3544242")],
        ),
        ("\"326808617937", "\" 326808617937", &[("suspicious-characters", " ")]),
        ("tarnbrook  =", "\"tarn brook\" =", &[("slug-charset", "tarn brook")]),
        (TARN, "null", &[("missing-attribute", "tarnbrook")]),
    ];
    check("causes", PLAIN, faults);
}
