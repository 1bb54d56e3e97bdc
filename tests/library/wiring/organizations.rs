//! Connectors and permission sets that belong to organizations, and calls or resources that select them.

use super::kept::check_with;
use super::{expect, findings};

const FLOW: &str = r#"
variable "client" {}
variable "workload" {}
variable "set" {}
variable "connector" {}

resource "sym_integration" "context" {
  type        = "permission_context"
  name        = "${var.client}-context"
  external_id = var.connector.instance_arn
  settings    = var.connector
}

resource "sym_target" "target" {
  type     = "aws_sso_permission_set"
  name     = "${var.client}-target"
  settings = { permission_set_arn = var.set, account_id = var.workload }
}

resource "sym_strategy" "strategy" {
  type           = "aws_sso"
  name           = "${var.client}-strategy"
  integration_id = sym_integration.context.id
  targets        = [sym_target.target.id]
  settings       = { instance_arn = var.connector.instance_arn }
}
"#;

/// The role is named after the organization's name, and its code selects it.
#[test]
fn a_role_may_be_named_after_the_name_of_an_organization() {
    let main = r#"
locals {
  organizations = [
    { code = "c1", name = "quillhaven", settings = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" } },
    { code = "c2", name = "tarnbrook", settings = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-79070987b3544242", region = "us-west-2", role_arn = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" } },
  ]
  access = {
    c1-read = { organization = "c1", workload = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    c2-read = { organization = "c2", workload = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
  }
}
module "flow" {
  source    = "./leaf"
  for_each  = local.access
  client    = each.key
  workload  = each.value.workload
  set       = each.value.set
  connector = one([for it in local.organizations : it.settings if it.code == each.value.organization])
}
"#;
    let role = "326808617937:role/sym/SymSSOTarnbrook";
    check_with(
        "a code and a name",
        main,
        FLOW,
        &[
            (
                "role/sym/SymSSOTarnbrook",
                "role/sym/SymSSOQuillhaven",
                &[("connector-role-foreign", "SymSSOQuillhaven")],
            ),
            (role, "326808617937:role/sym/SymSSOElmford", &[("connector-role-unexpected", "SymSSOElmford")]),
        ],
    );
}

/// Each organization has a permission set that nothing selects: it is left out, and no account is.
#[test]
fn a_permission_set_that_nothing_selects_is_left_out() {
    let organization = |name: &str, id: &str, account: &str, [read, admin, accounts @ ..]: [&str; 4]| {
        let set = |set: &str| format!("arn:aws:sso:::permissionSet/{id}/{set}");
        format!(
            r#"
    {name} = {{
      settings = {{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/{id}", region = "eu-west-1", role_arn = "arn:aws:iam::{account}:role/sym/SymSSO{}" }}
      sets     = {{ read = "{}", admin = "{}", spare = "{}" }}
      accounts = {{ prod = "{}", dev = "{}" }}
    }}"#,
            symlint_terraform::title(name),
            set(read),
            set(admin),
            set(&format!("{}0000", &admin[..15])),
            accounts[0],
            accounts[1],
        )
    };
    let organizations = organization(
        "quillhaven",
        "ssoins-6804abcca95bf8e2",
        "620966542870",
        ["ps-f8559f823cdef7f7", "ps-3edd77b6c29163d0", "722971028225", "123937045052"],
    ) + &organization(
        "tarnbrook",
        "ssoins-79070987b3544242",
        "326808617937",
        ["ps-b30e58d656ec4f33", "ps-78c19cd5840f1aec", "541882002087", "233552513779"],
    ) + &organization(
        "elmford",
        "ssoins-72233220e5575b53",
        "330025896745",
        ["ps-73fcc2917ba89661", "ps-26998699311e7547", "355009980861", "295440945223"],
    );
    let access: String = ["quillhaven", "tarnbrook", "elmford"]
        .iter()
        .map(|name| {
            format!(
                "    {name}-prod = {{ organization = \"{name}\", account = \"prod\", set = \"read\" }}\n    {name}-dev = {{ \
                 organization = \"{name}\", account = \"dev\", set = \"admin\" }}\n"
            )
        })
        .collect();
    let main = format!(
        r#"
locals {{
  organizations = {{{organizations}
  }}
  access = {{
{access}  }}
}}
module "flow" {{
  source    = "./leaf"
  for_each  = local.access
  client    = each.key
  workload  = local.organizations[each.value.organization].accounts[each.value.account]
  set       = local.organizations[each.value.organization].sets[each.value.set]
  connector = local.organizations[each.value.organization].settings
}}
"#
    );
    let spare = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c2910000";
    let mut failures = String::new();
    let found = findings(&[("main.tf", &main), ("leaf/main.tf", FLOW)]);
    expect("a set that nothing selects", found, &[("tenant-not-wired", spare)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A condition selects the permission set of each repeated grant, so not every account has each set.
#[test]
fn a_condition_may_select_the_permission_set() {
    let main = r#"
locals {
  connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
  read      = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  admin     = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0"
  grants = {
    a = { account = "722971028225", admin = false }
    b = { account = "123937045052", admin = true }
    c = { account = "295440945223", admin = true }
  }
}
resource "sym_integration" "context" {
  type        = "permission_context"
  name        = "quillhaven"
  external_id = local.connector.instance_arn
  settings    = local.connector
}
resource "sym_target" "target" {
  for_each = local.grants
  type     = "aws_sso_permission_set"
  name     = "quillhaven-${each.key}"
  settings = {
    permission_set_arn = each.value.admin ? local.admin : local.read
    account_id         = each.value.account
  }
}
resource "sym_strategy" "strategy" {
  type           = "aws_sso"
  name           = "quillhaven"
  integration_id = sym_integration.context.id
  targets        = [for target in sym_target.target : target.id]
  settings       = { instance_arn = local.connector.instance_arn }
}
"#;
    assert_eq!(findings(&[("main.tf", main)]), []);
}
