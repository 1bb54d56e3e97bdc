//! What messages say in addition to the wrong value: what else to replace, which value is there instead, and what to
//! write.

use super::advice::{hold, with};
use super::{CALL, MODULE, VALUES, VARIABLES};

const SAFELIST: &str = "module \"runtime\" {\n  source = \"symopsio/runtime-connector/aws\"\n  \
                        account_id_safelist = [for it in var.customer_tenants : it.sso_account_id]\n}\n";

fn files(call: String, values: String) -> Vec<(&'static str, String)> {
    vec![
        ("main.tf", call),
        ("sso_flow/main.tf", MODULE.to_owned()),
        ("variables.tf", VARIABLES.to_owned()),
        ("terraform.tfvars", values),
    ]
}

const SETTINGS: &[(&str, &str)] = &[
    ("ssoins-68042f7d9be0a513\"", "ssoins-7223a91be40c5d68\""),
    ("eu-west-1", "us-east-1"),
    ("arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley", "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"),
];
const PERMISSION_SET: (&str, &str) =
    ("ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275", "ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63");
const ACCOUNT: (&str, &str) = ("sso_account_id = \"280365914472\"", "sso_account_id = \"719240583316\"");

/// If several values are another tenant's, the message names them and the help says to replace all of them.
#[test]
fn all_copied_values_are_named() {
    let settings = with(VALUES, SETTINGS);
    let with_set = with(&settings, &[PERMISSION_SET]);
    let with_account = with(&with_set, &[ACCOUNT]);
    let role = with(VALUES, &[SETTINGS[2]]);
    let role_and_account = with(&role, &[ACCOUNT]);
    let target = with(VALUES, &[PERMISSION_SET, ("915827304462", "604178239951")]);
    let replace = "Replace all of `sso_connector_settings` with the `settings` output of `green_valley`'s connector.";
    hold(&[
        (
            "settings and permission set",
            &files(CALL.to_owned(), with_set),
            &[(
                "role-account-mismatch",
                "719240583316",
                &[replace, "Also replace `permission_set_arn`: `blue_harbour` has the same value."],
            )],
        ),
        (
            "with the account",
            &files(CALL.to_owned(), with_account),
            &[(
                "connector-role-foreign",
                "SymSSOBlue-Harbour",
                &[
                    "`green_valley` has `blue_harbour`'s role `SymSSOBlue-Harbour`, SSO account, instance, and permission set\n",
                    replace,
                    "Also replace `sso_account_id` and `permission_set_arn`: `blue_harbour` has the same values. Sym would use",
                ],
            )],
        ),
        (
            "a role and its account",
            &files(CALL.to_owned(), role_and_account),
            &[(
                "connector-role-foreign",
                "SymSSOBlue-Harbour",
                &[
                    "`green_valley` has `blue_harbour`'s role `SymSSOBlue-Harbour` and SSO account\n",
                    "Also replace `sso_account_id`: `blue_harbour` has the same value.",
                ],
            )],
        ),
        (
            "a grant",
            &files(CALL.to_owned(), target),
            &[(
                "instance-id-mismatch",
                "ssoins-7223a91be40c5d68",
                &["Also replace `target_account_id`: `blue_harbour` has the same value."],
            )],
        ),
    ]);
}

/// If a call lacks an argument, the help shows the line to add. If a list has the wrong accounts, the message says
/// which accounts they are.
#[test]
fn the_value_that_is_there_and_the_line_to_write_are_shown() {
    let lacks = |line: &str| with(CALL, &[(line, "")]);
    let set = lacks("  permission_set_arn     = each.value.permission_set_arn\n");
    let near = with(VALUES, &[("915827304462", "280365914473")]);
    hold(&[
        (
            "a value",
            &files(set, VALUES.to_owned()),
            &[(
                "flow-argument-missing",
                "access",
                &[
                    "Add this to the call, or Terraform rejects the plan:\n\n    permission_set_arn = each.value.permission_set_arn",
                ],
            )],
        ),
        (
            "the key",
            &files(lacks("  tenant_slug            = each.key\n"), VALUES.to_owned()),
            &[("flow-argument-missing", "access", &["    tenant_slug = each.key"])],
        ),
        (
            "an argument too many",
            &files(with(CALL, &[("tenant_slug ", "workloads = 1\n  tenant_slug ")]), VALUES.to_owned()),
            &[(
                "flow-argument-unknown",
                "workloads",
                &["`module.access` passes `workloads`, which `./sso_flow` does not declare\n", "Delete the argument"],
            )],
        ),
        (
            "other accounts",
            &files(
                format!("{CALL}{}", SAFELIST.replace("it.sso_account_id", "it.target_account_id")),
                VALUES.to_owned(),
            ),
            &[(
                "safelist-incomplete",
                "[for it in var.customer_tenants : it.target_account_id]",
                &["it contains `target_account_id`, not `sso_account_id`\n"],
            )],
        ),
        (
            "an account that is nearly another of the same tenant",
            &files(format!("{CALL}{SAFELIST}"), near),
            &[(
                "near-duplicate-id",
                "280365914473",
                &[
                    "differs from this tenant's own `sso_account_id` 280365914472 by only one digit",
                    "the customer sent",
                ],
            )],
        ),
        (
            "a loop variable",
            &[
                (
                    "main.tf",
                    CALL.replace(
                        "= var.customer_tenants",
                        "= { for path, it in var.customer_tenants : path.module => it }",
                    ),
                ),
                ("sso_flow/main.tf", MODULE.to_owned()),
                ("variables.tf", VARIABLES.to_owned()),
                ("terraform.tfvars", VALUES.to_owned()),
            ],
            &[(
                "evaluation-error",
                "module",
                &["a string has no attribute `module`; `path` is the loop variable here"],
            )],
        ),
        (
            "a name that is nearly there",
            &files(CALL.replace("var.customer_tenants", "var.customer_tenant"), VALUES.to_owned()),
            &[("evaluation-error", "customer_tenant", &["did you mean `customer_tenants`?"])],
        ),
    ]);
}

/// If an argument is an object with nested values and a list of grants, the whole object is the one to pass.
#[test]
fn the_object_to_pass_is_named_as_a_whole() {
    let partner = |name: &str, account: &str, instance: &str, target: &str| {
        format!(
            "  {name} = {{\n    sso = {{ cloud = \"aws\", instance_arn = \"arn:aws:sso:::instance/ssoins-{instance}\", region = \
             \"us-east-1\", role_arn = \"arn:aws:iam::{account}:role/sym/SymSSO{name}\" }}\n    grants = {{ read = {{ arn = \
             \"arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{instance}\", account = \"{target}\" }} }}\n  }}\n"
        )
    };
    let partners = format!(
        "partners = {{\n{}{}}}\n",
        partner("Heron", "129040479666", "7223f876ffc474c0", "504925899139"),
        partner("Sable", "634648485069", "722341aab4ccec38", "461092483435")
    );
    let flow = r#"
variable "key" {}
variable "partner" {}
resource "sym_integration" "i" {
  type        = "permission_context"
  name        = "i-${var.key}"
  external_id = var.partner.sso.instance_arn
  settings    = var.partner.sso
}
resource "sym_target" "t" {
  for_each = var.partner.grants
  type     = "aws_sso_permission_set"
  name     = "t-${var.key}-${each.key}"
  settings = { permission_set_arn = each.value.arn, account_id = each.value.account }
}
resource "sym_strategy" "s" {
  type           = "aws_sso"
  name           = "s-${var.key}"
  integration_id = sym_integration.i.id
  targets        = [for target in sym_target.t : target.id]
  settings       = { instance_arn = var.partner.sso.instance_arn }
}
"#;
    let set_up = |partner: &str| {
        let main = format!(
            "variable \"partners\" {{}}\nmodule \"g\" {{\n  source = \"./flow\"\n  for_each = var.partners\n  key = \
             each.key\n  partner = {partner}\n}}\n"
        );
        vec![("main.tf", main), ("flow/main.tf", flow.to_owned()), ("terraform.tfvars", partners.clone())]
    };
    let other = "var.partners[\"Heron\"]";
    let grants = "merge(each.value, { grants = var.partners[\"Heron\"].grants })";
    hold(&[
        ("right", &set_up("each.value"), &[]),
        ("another entry", &set_up(other), &[("flow-argument-miswired", other, &["Pass `each.value`. "])]),
        ("grants of another entry", &set_up(grants), &[("flow-argument-miswired", grants, &["comes from another"])]),
    ]);
}

/// A null is replaced where it is written, and a list of accounts is not passed as one account.
#[test]
fn the_advice_does_not_pass_a_list_or_the_same_null() {
    let any = "variable \"customer_tenants\" {\n  type = any\n}\n".to_owned();
    let targets = ["604178239951", "915827304462", "352790641188"];
    let listed = targets.iter().fold(VALUES.replace("target_account_id  ", "account_ids  "), |text, id| {
        text.replace(&format!("\"{id}\""), &format!("[\"{id}\"]"))
    });
    let call = r#"
module "access" {
  for_each               = { for it in local.pairs : "${it.tenant}-${it.account}" => it }
  source                 = "./sso_flow"
  tenant_slug            = each.key
  account_id             = var.customer_tenants[each.value.tenant].sso_account_id
  permission_set_arn     = var.customer_tenants[each.value.tenant].permission_set_arn
  sso_connector_settings = var.customer_tenants[each.value.tenant].sso_connector_settings
}
locals {
  pairs = flatten([for key, it in var.customer_tenants : [for id in it.account_ids : { tenant = key, account = id }]])
}
"#;
    let sets = call
        .replace("account_ids : { tenant = key, account = id }", "sets : { tenant = key, account = id, set = id }")
        .replace("for it in local.pairs : \"${it.tenant}-${it.account}\"", "for at, it in local.pairs : at")
        .replace("= var.customer_tenants[each.value.tenant].permission_set_arn", "= each.value.set")
        .replace("sso_account_id\n", "target_account_id\n");
    let null = VALUES
        .replace("permission_set_arn = ", "sets = [null, ")
        .replace("\"\n    target_account_id", "\"]\n    target_account_id");
    let set_up = |main: &str, values: &str| {
        vec![
            ("main.tf", main.to_owned()),
            ("sso_flow/main.tf", MODULE.to_owned()),
            ("variables.tf", any.clone()),
            ("terraform.tfvars", values.to_owned()),
        ]
    };
    let account = "var.customer_tenants[each.value.tenant].sso_account_id";
    hold(&[
        (
            "null",
            &set_up(&sets, &null),
            &[("flow-argument-miswired", "each.value.set", &["is null", "Write a value in place of `null`"])],
        ),
        (
            "a list",
            &set_up(call, &listed),
            &[("flow-argument-miswired", account, &["Pass one of the tenant's own `account_ids`."])],
        ),
    ]);
    let files = set_up(call, &listed);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(super::tell(&files, |finding, _| finding.fixes.len()), [0]);
}
