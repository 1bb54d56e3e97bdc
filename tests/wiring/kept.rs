//! Ways to keep the tenants that a stranger may choose: each is silent as it is, and each fault that is planted is found at
//! the text that is wrong.

use crate::{expect, findings};

const LEAF: &str = r#"
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

const QUILL: &str = r#"{ payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }"#;
const TARN: &str = r#"{ payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }"#;
/// The same customers' other accounts.
const QUILL_UAT: &str = r#"{ payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }"#;
const TARN_UAT: &str = r#"{ payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }"#;

/// The rest of a call of the leaf that is repeated for elements with its names.
const PASSED: &str = r#"
  source  = "./leaf"
  payer   = each.value.payer
  store   = each.value.store
  home    = each.value.home
  account = each.value.account
  set     = each.value.set
"#;

/// What stands in place of what, and what is found then.
type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Checks `main`, in which the names of the constants stand for them, as it is and with each fault in place of a part of
/// it.
fn check(what: &str, main: &str, faults: &[Fault<'_>]) {
    let mut main = main.to_owned();
    for (name, text) in
        [("QUILL_UAT", QUILL_UAT), ("TARN_UAT", TARN_UAT), ("QUILL", QUILL), ("TARN", TARN), ("PASSED", PASSED)]
    {
        main = main.replace(name, text);
    }
    let mut failures = String::new();
    for (from, to, expected) in [("", "", [].as_slice())].iter().chain(faults) {
        assert!(main.contains(from), "{what}: {from}");
        let main = main.replacen(from, to, 1);
        let files = [("main.tf", main.as_str()), ("leaf/main.tf", LEAF)];
        expect(&format!("{what}: {from} -> {to}"), findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

const MISWIRED: &str = "flow-argument-miswired";

#[test]
fn the_maps_that_a_default_does_not_choose_are_checked_too() {
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
