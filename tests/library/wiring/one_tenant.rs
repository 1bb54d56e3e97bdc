//! Root modules for a single customer, whose calls are repeated for grants.

use super::kept::{LEAF, ROLE, check_with};

const MISWIRED: &str = "flow-argument-miswired";

/// `LEAF` with a variable for the role.
fn leaf() -> String {
    LEAF.replace(ROLE, "var.role").replace("variable \"payer\" {}", "variable \"role\" {}")
}

const GRANTS: &str = r#"
variable "grants" {
  default = {
    read  = { account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    admin = { account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
  }
}
"#;

/// The connector may be in variables, in a local, or in the call.
#[test]
fn the_grants_of_one_customer_may_be_repeated() {
    let repeated = |role: &str, store: &str| {
        format!(
            r#"{GRANTS}
module "p" {{
  source   = "./leaf"
  for_each = var.grants
  nom      = "quillhaven-${{each.key}}"
  role     = {role}
  store    = {store}
  home     = "eu-west-1"
  account  = each.value.account
  set      = each.value.set
}}
"#
        )
    };
    let (role, store) = (
        "\"arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven\"",
        "\"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"",
    );
    let declared =
        format!("variable \"role\" {{\n  default = {role}\n}}\nvariable \"store\" {{\n  default = {store}\n}}\n");
    let local = format!("locals {{\n  center = {{ role = {role}, store = {store} }}\n}}\n");
    let layouts = [
        ("in variables", format!("{declared}{}", repeated("var.role", "var.store"))),
        ("in a local", format!("{local}{}", repeated("local.center.role", "local.center.store"))),
        ("in the call", repeated(role, store)),
    ];
    for (what, main) in layouts {
        check_with(
            what,
            &main,
            &leaf(),
            &[
                (
                    "ssoins-6804abcca95bf8e2/ps-3edd",
                    "ssoins-79070987b3544242/ps-3edd",
                    &[("instance-id-mismatch", "ssoins-79070987b3544242")],
                ),
                ("SymSSOQuillhaven", "SymSSOTarnbrook", &[("connector-role-unexpected", "SymSSOTarnbrook")]),
                ("\"722971028225\"", "\"620966542870\"", &[("target-is-sso-account", "620966542870")]),
                (
                    "account  = each.value.account",
                    "account  = var.grants.read.account",
                    &[(MISWIRED, "var.grants.read.account")],
                ),
                (
                    "set      = each.value.set",
                    "set      = \"arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7\"",
                    &[(MISWIRED, "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7")],
                ),
                ("\"123937045052\"", "\"12393704505\"", &[("account-id-format", "12393704505")]),
            ],
        );
    }
}

/// What the connector is does not matter, as long as there is only one.
#[test]
fn the_only_connector_may_be_unknown() {
    for (what, stored, of) in [
        ("a module", "module \"connector\" {\n  source = \"example/connector/aws\"\n}\n", "module.connector.settings"),
        (
            "a remote state",
            "data \"terraform_remote_state\" \"connector\" {\n  backend = \"local\"\n}\n",
            "data.terraform_remote_state.connector.outputs.settings",
        ),
    ] {
        let main = format!(
            r#"{GRANTS}{stored}
module "p" {{
  source   = "./leaf"
  for_each = var.grants
  nom      = "quillhaven-${{each.key}}"
  role     = {of}.role_arn
  store    = {of}.instance_arn
  home     = "eu-west-1"
  account  = each.value.account
  set      = each.value.set
}}
"#
        );
        let faults = [("\"123937045052\"", "\"12393704505\"", [("account-id-format", "12393704505")].as_slice())];
        check_with(what, &main, &leaf(), &faults);
    }
}

/// A call that is repeated only for accounts is for one customer, even next to calls for other customers.
#[test]
fn each_customer_may_have_a_call_that_is_repeated_for_its_accounts() {
    let call = |name: &str, role: &str, instance: &str, set: &str, accounts: [&str; 2]| {
        format!(
            r#"
module "{name}" {{
  source   = "./leaf"
  for_each = {{ {name}-prod = "{}", {name}-dev = "{}" }}
  nom      = each.key
  role     = "{role}"
  store    = "arn:aws:sso:::instance/{instance}"
  home     = "eu-west-1"
  account  = each.value
  set      = "arn:aws:sso:::permissionSet/{instance}/{set}"
}}
"#,
            accounts[0], accounts[1]
        )
    };
    let (role, other) =
        ("arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven", "arn:aws:iam::541882002087:role/sym/SymSSOTarnbrook");
    let (instance, other_instance) = ("ssoins-6804abcca95bf8e2", "ssoins-79070987b3544242");
    let main = call("quillhaven", role, instance, "ps-f8559f823cdef7f7", ["722971028225", "123937045052"])
        + &call("tarnbrook", other, other_instance, "ps-b30e58d656ec4f33", ["295440945223", "317385902516"]);
    check_with(
        "a repeated call for each customer",
        &main,
        &leaf(),
        &[
            (role, other, &[("connector-role-foreign", "SymSSOTarnbrook")]),
            (
                "store    = \"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"",
                "store    = \"arn:aws:sso:::instance/ssoins-79070987b3544242\"",
                &[("instance-id-mismatch", "ssoins-79070987b3544242")],
            ),
            ("\"123937045052\"", "\"295440945223\"", &[("duplicate-target-account", "295440945223")]),
            ("\"123937045052\"", "\"722971028225\"", &[("duplicate-entitlement", "ps-f8559f823cdef7f7")]),
            ("\"123937045052\"", "\"12393704505\"", &[("account-id-format", "12393704505")]),
            (
                "quillhaven-dev =",
                "tarnbrook-test =",
                &[
                    (MISWIRED, "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"),
                    (MISWIRED, role),
                    (MISWIRED, "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"),
                ],
            ),
        ],
    );
}

/// An entry with an instance of its own is a tenant and not a grant, even if the connector is the same for all.
#[test]
fn a_connector_that_is_the_same_for_several_customers_is_found() {
    let main = r#"
locals {
  center = {
    store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
    role  = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"
  }
  seats = {
    quillhaven = { ins = "ssoins-6804abcca95bf8e2", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    tarnbrook  = { ins = "ssoins-79070987b3544242", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
  }
}
module "p" {
  source   = "./leaf"
  for_each = local.seats
  nom      = each.key
  role     = local.center.role
  store    = local.center.store
  home     = "eu-west-1"
  account  = each.value.account
  set      = each.value.set
}
"#;
    let (leaf, mut failures) = (leaf(), String::new());
    let found = super::findings(&[("main.tf", main), ("leaf/main.tf", &leaf)]);
    super::expect(
        "one for both",
        found,
        &[(MISWIRED, "local.center.store"), (MISWIRED, "local.center.role")],
        &mut failures,
    );
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn values_that_a_root_module_of_one_customer_names() {
    let values = [
        ("customer", "quillhaven"),
        ("sso_account_id", "620966542870"),
        ("target_account_id", "722971028225"),
        ("role", "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"),
        ("store", "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"),
        ("set", "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"),
    ];
    let declared = values.map(|(name, value)| format!("variable \"{name}\" {{\n  default = \"{value}\"\n}}\n"));
    let main = format!(
        r#"{}
module "p" {{
  source  = "./leaf"
  nom     = var.customer
  role    = var.role
  store   = var.store
  home    = "eu-west-1"
  account = var.target_account_id
  set     = var.set
}}
"#,
        declared.concat()
    );
    check_with(
        "in variables",
        &main,
        &leaf(),
        &[
            ("account = var.target_account_id", "account = var.sso_account_id", &[(MISWIRED, "var.sso_account_id")]),
            ("::620966542870:", "::326808617937:", &[("role-account-mismatch", "326808617937")]),
            ("\"722971028225\"", "\"\"", &[("missing-attribute", "")]),
        ],
    );
}

#[test]
fn assignments_of_one_organization_are_repeated_for_grants() {
    let main = format!(
        r#"{GRANTS}
locals {{
  store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
}}
resource "aws_ssoadmin_account_assignment" "this" {{
  for_each           = var.grants
  instance_arn       = local.store
  permission_set_arn = each.value.set
  target_id          = each.value.account
}}
"#
    );
    check_with(
        "assignments",
        &main,
        "",
        &[
            (
                "ssoins-6804abcca95bf8e2/ps-3edd",
                "ssoins-79070987b3544242/ps-3edd",
                &[("instance-id-mismatch", "ssoins-79070987b3544242")],
            ),
            ("= each.value.set", "= var.grants.read.set", &[("flow-resource-miswired", "var.grants.read.set")]),
        ],
    );
}

/// A variable or an attribute is missing or null in a root module with a single tenant.
#[test]
fn missing_values_of_the_only_tenant_of_a_root_module_are_found() {
    let call = r#"
module "p" {
  source  = "./leaf"
  nom     = "quillhaven"
  role    = local.quillhaven.role
  store   = local.quillhaven.store
  home    = "eu-west-1"
  account = local.quillhaven.account
  set     = local.quillhaven.set
}
"#;
    let object = r#"
locals {
  quillhaven = {
    role    = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"
    store   = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
    account = "722971028225"
    set     = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  }
}
"#;
    check_with(
        "a local",
        &format!("{object}{call}"),
        &leaf(),
        &[
            ("    account = \"722971028225\"\n", "", &[("missing-attribute", "{")]),
            ("    store   = \"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"\n", "", &[("missing-attribute", "{")]),
            ("\"arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven\"", "null", &[("missing-attribute", "null")]),
        ],
    );
    let variables = r#"
variable "account" {
  default = "722971028225"
}
variable "set" {
  default = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
}
"#;
    let call = call.replace("local.quillhaven.account", "var.account").replace("local.quillhaven.set", "var.set");
    check_with(
        "a variable without a value",
        &format!("{object}{variables}{call}"),
        &leaf(),
        &[("  default = \"722971028225\"\n", "", &[("not-checked", "account")])],
    );
}

/// A target in the root module is repeated for grants, but one half of the grant is constant.
#[test]
fn half_a_grant_that_is_constant_is_found() {
    let main = r#"
locals {
  store  = "ssoins-6804abcca95bf8e2"
  grants = {
    read  = { set = "ps-f8559f823cdef7f7", account = "722971028225" }
    admin = { set = "ps-3edd77b6c29163d0", account = "123937045052" }
  }
}
resource "sym_integration" "ctx" {
  type        = "permission_context"
  name        = "quillhaven"
  external_id = "arn:aws:sso:::instance/${local.store}"
  settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/${local.store}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven"
  }
}
resource "sym_target" "ps" {
  for_each = local.grants
  type     = "aws_sso_permission_set"
  name     = "quillhaven-${each.key}"
  settings = {
    permission_set_arn = "arn:aws:sso:::permissionSet/${local.store}/${each.value.set}"
    account_id         = each.value.account
  }
}
resource "sym_strategy" "sso" {
  type           = "aws_sso"
  name           = "quillhaven"
  integration_id = sym_integration.ctx.id
  targets        = [for target in sym_target.ps : target.id]
  settings       = { instance_arn = "arn:aws:sso:::instance/${local.store}" }
}
"#;
    const RESOURCE: &str = "flow-resource-miswired";
    // An attribute with the connector's account, or with the same account in all entries, does not identify a target.
    let noted = |account: &str| {
        let main = main.replace("account = \"722971028225\"", account).replace("account = \"123937045052\"", account);
        super::findings(&[("main.tf", &main.replace("= each.value.account", "= \"604178239951\""))])
    };
    assert_eq!(noted("billing = \"604178239951\""), []);
    assert_eq!(noted("hub = \"620966542870\""), []);
    let equal = main.replace("123937045052", "722971028225").replace("/${each.value.set}\"", "/ps-f8559f823cdef7f7\"");
    let found = super::findings(&[("main.tf", &equal)]);
    let place = "arn:aws:sso:::permissionSet/${local.store}/ps-f8559f823cdef7f7".to_owned();
    assert_eq!(found, [(RESOURCE.to_owned(), place)]);
    check_with(
        "targets",
        main,
        "",
        &[
            ("= each.value.account", "= \"722971028225\"", &[(RESOURCE, "722971028225")]),
            ("= each.value.account", "= local.store", &[("account-id-format", "ssoins-6804abcca95bf8e2")]),
            ("account = \"123937045052\" }\n  }", "account = \"722971028225\" }\n  }", &[]),
            (
                "/${each.value.set}\"",
                "/ps-f8559f823cdef7f7\"",
                &[(RESOURCE, "arn:aws:sso:::permissionSet/${local.store}/ps-f8559f823cdef7f7")],
            ),
        ],
    );
}

/// A module whose grants are none, or not known, needs no values that it would not use.
#[test]
fn assignments_need_no_connector() {
    let module = r#"
variable "store" {}
variable "grants" {}
resource "aws_ssoadmin_account_assignment" "own" {
  for_each           = var.grants
  instance_arn       = var.store
  permission_set_arn = each.value.set
  target_id          = each.value.account
}
"#;
    let found = |grants: &str| {
        let main = format!(
            "data \"external\" \"all\" {{}}\nmodule \"quill\" {{\n  source = \"./own\"\n  store = \
             \"arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\"\n  grants = {grants}\n}}\n"
        );
        super::findings(&[("main.tf", &main), ("own/main.tf", module)])
    };
    assert_eq!(found("{}"), []);
    let unknown = "{ for it in data.external.all.result : it => it }";
    assert_eq!(found(unknown), [("not-checked".into(), "data.external.all.result".into())]);
}
