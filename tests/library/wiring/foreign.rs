//! Setups in which no name is that of the shipped example, and whose values pass through objects and wrapper modules.

use crate::wiring::{expect, findings};

const MODULE: &str = r#"
variable "id" {}
variable "directory" {}
variable "workload" {}

resource "sym_integration" "context" {
  type        = "permission_context"
  name        = "context-${var.id}"
  external_id = var.directory.instance
  settings = {
    cloud        = "aws"
    instance_arn = var.directory.instance
    region       = var.directory.zone
    role_arn     = var.directory.assumed
  }
}

resource "sym_target" "grant" {
  type = "aws_sso_permission_set"
  name = "grant-${var.id}"
  settings = {
    permission_set_arn = var.workload.set
    account_id         = var.workload.account
  }
}

resource "sym_strategy" "strategy" {
  type           = "aws_sso"
  name           = "strategy-${var.id}"
  integration_id = sym_integration.context.id
  targets        = [sym_target.grant.id]
  settings       = { instance_arn = var.directory.instance }
}
"#;

const WRAPPER: &str = r#"
variable "name" {}
variable "directory" {}
variable "workload" {}

module "access" {
  source    = "../access"
  id        = var.name
  directory = var.directory
  workload  = var.workload
}
"#;

/// Two customers in an indented heredoc, merged with defaults, and passed to their flows by a wrapper module.
const MAIN: &str = r#"
locals {
  north = yamldecode(<<-YAML
    brightside:
      directory:
        payer: "465075291703"
        instance: arn:aws:sso:::instance/ssoins-6804770f58904dba
        zone: eu-west-1
        assumed: arn:aws:iam::465075291703:role/sym/SymSSOBrightside
      workload:
        account: "423667127684"
        set: arn:aws:sso:::permissionSet/ssoins-6804770f58904dba/ps-41ecccc3fc1626e5
  YAML
  )
  south = {
    kestrel = {
      directory = {
        payer    = "472803852808"
        instance = "arn:aws:sso:::instance/ssoins-69878f86bebb2737"
        zone     = "eu-central-1"
        assumed  = "arn:aws:iam::472803852808:role/sym/SymSSOKestrel"
      }
      workload = {
        account = "414852538885"
        set     = "arn:aws:sso:::permissionSet/ssoins-69878f86bebb2737/ps-f6a6f0fb23c6f5da"
      }
    }
  }
  estates = { for name, estate in merge(local.north, local.south) : name => merge({ channel = "access" }, estate) }
}

module "estate" {
  source    = "./estate"
  for_each  = local.estates
  name      = each.key
  directory = each.value.directory
  workload  = each.value.workload
}

module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  account_id_safelist = [for estate in local.estates : estate.directory.payer]
}
"#;

#[test]
fn mistakes_are_found_where_they_are_written() {
    let mut failures = String::new();
    let miswired = "flow-argument-miswired";
    let resource = "flow-resource-miswired";
    for (file, from, to, expected) in [
        ("main.tf", "", "", vec![]),
        // Values in the heredoc.
        ("main.tf", "\"423667127684\"", "\"42366712768\"", vec![("account-id-format", "42366712768")]),
        ("main.tf", "iam::465075291703", "iam::472803852808", vec![("role-account-mismatch", "472803852808")]),
        // A value that is passed on several times is reported where the first call passes it.
        ("main.tf", "= each.value.directory\n", "= each.value.workload\n", vec![(miswired, "each.value.workload")]),
        ("main.tf", "= each.value.directory\n", "= each.key\n", vec![(miswired, "each.key")]),
        ("main.tf", "= each.key\n", "= each.value.workload.set\n", vec![(miswired, "each.value.workload.set")]),
        // The names of arguments.
        ("main.tf", "  name      = each.key\n", "  nam = each.key\n", vec![("flow-argument-unknown", "nam")]),
        (
            "main.tf",
            "  workload  = each.value.workload\n",
            "  channel = \"#help\"\n  workload  = each.value.workload\n",
            vec![("flow-argument-unknown", "channel")],
        ),
        // The wrapper uses the wrong variable.
        ("estate/main.tf", "= var.directory\n", "= var.name\n", vec![(miswired, "var.name")]),
        ("estate/main.tf", "= var.workload\n", "= var.directory\n", vec![(miswired, "var.directory")]),
        // The module uses the wrong attribute or the wrong variable.
        (
            "access/main.tf",
            "= var.directory.assumed",
            "= var.directory.instance",
            vec![(resource, "var.directory.instance")],
        ),
        ("access/main.tf", "= var.directory.assumed", "= var.id", vec![(resource, "var.id")]),
        ("access/main.tf", "= var.directory.zone", "= var.id", vec![(resource, "var.id")]),
        ("access/main.tf", "= var.workload.set", "= var.workload.account", vec![(resource, "var.workload.account")]),
        ("access/main.tf", "= var.workload.account", "= var.id", vec![(resource, "var.id")]),
        ("access/main.tf", "= var.workload.account", "= var.workload", vec![(resource, "var.workload")]),
        (
            "access/main.tf",
            "\"grant-${var.id}\"",
            "\"grant-${var.workload.set}\"",
            vec![(resource, "grant-${var.workload.set}")],
        ),
        ("access/main.tf", "= var.workload.set", "= var.workload.sets", vec![("evaluation-error", "sets")]),
    ] {
        let changed = |name: &str, text: &str| {
            if name == file && !from.is_empty() {
                assert!(text.contains(from), "{from}");
                text.replacen(from, to, 1)
            } else {
                text.to_owned()
            }
        };
        let files = [("main.tf", MAIN), ("estate/main.tf", WRAPPER), ("access/main.tf", MODULE)];
        let files = files.map(|(name, text)| (name, changed(name, text)));
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        expect(&format!("{file}: {from} -> {to}"), findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_workspace_may_select_the_tenants() {
    let mut failures = String::new();
    let chosen = MAIN.replace(
        "merge(local.north, local.south) :",
        "merge([for key, it in local.stages[terraform.workspace] : { (key) = it }]...) :",
    );
    let chosen = chosen.replace(
        "  estates =",
        "  stages  = { default = merge(local.north, local.south), test = local.south }\n  estates =",
    );
    assert_ne!(chosen, MAIN);
    for (from, to, expected) in
        [("", "", vec![]), ("\"42366712768", "\"x42366712768", vec![("account-id-format", "x423667127684")])]
    {
        let main = if from.is_empty() { chosen.clone() } else { chosen.replacen(from, to, 1) };
        let files = [("main.tf", main.as_str()), ("estate/main.tf", WRAPPER), ("access/main.tf", MODULE)];
        expect(to, findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn calls_may_pass_ids_from_which_the_module_builds_arns() {
    let module = MODULE
        .replace("variable \"directory\" {}\nvariable \"workload\" {}", "variable \"instance\" {}\nvariable \"zone\" {}\nvariable \"payer\" {}\nvariable \"set\" {}\nvariable \"account\" {}")
        .replace("var.directory.instance", "\"arn:aws:sso:::instance/${var.instance}\"")
        .replace("var.directory.zone", "var.zone")
        .replace("var.directory.assumed", "\"arn:aws:iam::${var.payer}:role/sym/SymSSO${title(var.id)}\"")
        .replace("var.workload.set", "\"arn:aws:sso:::permissionSet/${var.instance}/${var.set}\"")
        .replace("var.workload.account", "var.account");
    let main = |set: &str, account: &str| {
        format!(
            r#"
module "brightside" {{
  source   = "./access"
  id       = "brightside"
  instance = "ssoins-6804770f58904dba"
  zone     = "eu-west-1"
  payer    = "465075291703"
  set      = "ps-41ecccc3fc1626e5"
  account  = "423667127684"
}}

module "kestrel" {{
  source   = "./access"
  id       = "kestrel"
  instance = "ssoins-69878f86bebb2737"
  zone     = "eu-central-1"
  payer    = "472803852808"
  set      = "{set}"
  account  = "{account}"
}}
"#
        )
    };
    let mut failures = String::new();
    for (set, account, expected) in [
        ("ps-f6a6f0fb23c6f5da", "414852538885", vec![]),
        ("ps-41ecccc3fc1626e5", "414852538885", vec![("duplicate-permission-set", "ps-41ecccc3fc1626e5")]),
        ("ps-f6a6f0fb23c6f5d", "414852538885", vec![("permission-set-arn-format", "ps-f6a6f0fb23c6f5d")]),
        ("ps-f6a6f0fb23c6f5da", "423667127684", vec![("duplicate-target-account", "423667127684")]),
    ] {
        let main = main(set, account);
        let files = [("main.tf", main.as_str()), ("access/main.tf", module.as_str())];
        expect(&format!("{set} {account}"), findings(&files), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Text that all tenants share is correct in the ARN of a role, as an override of an attribute, and in names.
#[test]
fn shared_text_has_no_findings() {
    let module = MODULE
        .replace("variable \"id\" {}", "variable \"id\" {}\nvariable \"stage\" {}\nvariable \"partition\" {}")
        .replace("-${var.id}\"", "-${var.stage}-${var.id}\"")
        .replace("var.directory.zone", "try(var.directory.zone, \"eu-central-1\")")
        .replace(
            "var.directory.assumed",
            "\"arn:${var.partition}:iam::${var.directory.payer}:role/sym/SymSSO${title(var.id)}\"",
        );
    let wrapper = WRAPPER.replace(
        "  workload  = var.workload\n",
        "  workload  = var.workload\n  stage     = \"live\"\n  partition = \"aws\"\n",
    );
    assert_ne!(wrapper, WRAPPER);
    let main = MAIN.replace("        zone     = \"eu-central-1\"\n", "");
    assert_ne!(main, MAIN);
    let mut failures = String::new();
    let files = [("main.tf", main.as_str()), ("estate/main.tf", wrapper.as_str()), ("access/main.tf", module.as_str())];
    expect("right", findings(&files), &[], &mut failures);
    let wrong = wrapper.replace("id        = var.name", "id        = \"same\"");
    let files = [("main.tf", main.as_str()), ("estate/main.tf", wrong.as_str()), ("access/main.tf", module.as_str())];
    assert!(!findings(&files).is_empty());
    assert!(failures.is_empty(), "{failures}");
}
