//! Connectors and permission sets that belong to organizations, and calls or resources that select them.

use super::kept::check_with;
use super::{expect, findings};

pub(super) const FLOW: &str = r#"
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

const CUSTOMERS: &str = r#"
locals {
  customers = {
    quillhaven = {
      payer     = "620966542870"
      connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
      grants = [
        { name = "read", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" },
        { name = "admin", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" },
      ]
    }
    tarnbrook = {
      payer     = "326808617937"
      connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-79070987b3544242", region = "us-west-2", role_arn = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }
      grants = [
        { name = "read", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" },
        { name = "admin", account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" },
      ]
    }
  }
  grants = merge([for key, it in local.customers : { for grant in it.grants : "${key}-${grant.name}" => merge(grant, { customer = key }) }]...)
}
"#;

/// An index in place of the entry selects the wrong half of a grant, and Sym would grant what no grant says.
#[test]
fn half_of_another_grant_is_found_where_it_is_selected() {
    let call = r#"
module "flow" {
  source    = "./leaf"
  for_each  = local.grants
  client    = each.key
  workload  = each.value.account
  set       = each.value.set
  connector = local.customers[each.value.customer].connector
}
"#;
    let resources = r#"
resource "sym_integration" "context" {
  for_each    = local.customers
  type        = "permission_context"
  name        = each.key
  external_id = each.value.connector.instance_arn
  settings    = each.value.connector
}
resource "sym_target" "target" {
  for_each = local.grants
  type     = "aws_sso_permission_set"
  name     = each.key
  settings = {
    permission_set_arn = each.value.set
    account_id         = each.value.account
  }
}
resource "sym_strategy" "strategy" {
  for_each       = local.customers
  type           = "aws_sso"
  name           = each.key
  integration_id = sym_integration.context[each.key].id
  targets        = [for key, grant in local.grants : sym_target.target[key].id if grant.customer == each.key]
  settings       = { instance_arn = each.value.connector.instance_arn }
}
"#;
    let first = |half: &str| format!("local.customers[each.value.customer].grants[0].{half}");
    for (main, rule) in [(call, "flow-argument-miswired"), (resources, "flow-resource-miswired")] {
        for half in ["set", "account"] {
            check_with(
                rule,
                &format!("{CUSTOMERS}{main}"),
                FLOW,
                &[(&format!("each.value.{half}"), &first(half), &[(rule, &first(half))])],
            );
        }
    }
}

/// The account of an organization reaches the target, and no grant's own account reaches anything. A role of another
/// customer causes no second finding.
#[test]
fn an_account_of_the_organization_is_no_target() {
    let main = r#"
locals {
  organizations = {
    quillhaven = { payer = "620966542870", center = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", role = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
    tarnbrook  = { payer = "326808617937", center = "arn:aws:sso:::instance/ssoins-79070987b3544242", role = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }
    elmford    = { payer = "330025896745", center = "arn:aws:sso:::instance/ssoins-72233220e5575b53", role = "arn:aws:iam::330025896745:role/sym/SymSSOElmford" }
  }
  access = {
    quillhaven-read = { organization = "quillhaven", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    quillhaven-edit = { organization = "quillhaven", account = "123937045052", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
    tarnbrook-read  = { organization = "tarnbrook", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
    elmford-read    = { organization = "elmford", account = "355009980861", set = "arn:aws:sso:::permissionSet/ssoins-72233220e5575b53/ps-73fcc2917ba89661" }
  }
}
module "flow" {
  source    = "./leaf"
  for_each  = local.access
  client    = each.key
  workload  = each.value.account
  set       = each.value.set
  connector = { cloud = "aws", region = "eu-west-1", instance_arn = local.organizations[each.value.organization].center, role_arn = local.organizations[each.value.organization].role }
}
"#;
    let payer = "local.organizations[each.value.organization].payer";
    let role = "local.organizations[\"quillhaven\"].role";
    check_with(
        "organizations",
        main,
        FLOW,
        &[
            ("each.value.account", payer, &[("flow-argument-miswired", payer)]),
            ("local.organizations[each.value.organization].role", role, &[("flow-argument-miswired", role)]),
        ],
    );
}

/// What a module makes of grants in its locals says which part of a variable is which value.
#[test]
fn a_module_may_take_its_grants_apart_in_many_ways() {
    let module = |declared: &str, rows: &str, set: &str, account: &str| {
        let target = FLOW.replace(
            "permission_set_arn = var.set, account_id = var.workload",
            &format!("permission_set_arn = {set}, account_id = {account}"),
        );
        let target = target.replace(
            "type     = \"aws_sso_permission_set\"",
            "type     = \"aws_sso_permission_set\"\n  for_each = local.rows",
        );
        let target = target
            .replace("${var.client}-target", "${var.client}-${each.key}")
            .replace("[sym_target.target.id]", "[for it in sym_target.target : it.id]");
        let target = target.replace(
            "variable \"workload\" {}\nvariable \"set\" {}",
            &format!("variable \"access\" {{ type = {declared} }}"),
        );
        format!("{target}\nlocals {{\n  rows = {rows}\n}}\n")
    };
    let accounts = |sets: [&str; 2], accounts: [&str; 2]| {
        [
            format!(
                "{{ one = {{ account = \"{}\", sets = {{ read = \"{}\", admin = \"{}\" }} }}, two = {{ account = \"{}\", sets = {{ read = \"{}\" }} }} }}",
                accounts[0], sets[0], sets[1], accounts[1], sets[0]
            ),
            format!(
                "{{ read = {{ arn = \"{}\", accounts = [\"{}\", \"{}\"] }}, admin = {{ arn = \"{}\", accounts = [\"{}\"] }} }}",
                sets[0], accounts[0], accounts[1], sets[1], accounts[0]
            ),
            format!(
                "{{ \"{}\" = [\"{}\", \"{}\"], \"{}\" = [\"{}\"] }}",
                accounts[0], sets[0], sets[1], accounts[1], sets[0]
            ),
        ]
    };
    let sets = ["ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7", "ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0"];
    let others = ["ssoins-79070987b3544242/ps-b30e58d656ec4f33", "ssoins-79070987b3544242/ps-78c19cd5840f1aec"];
    let [sets, others] = [sets, others].map(|ids| ids.map(|id| format!("arn:aws:sso:::permissionSet/{id}")));
    let own = accounts([&sets[0], &sets[1]], ["722971028225", "123937045052"]);
    let other = accounts([&others[0], &others[1]], ["541882002087", "233552513779"]);
    let by_account = "map(object({ account = string, sets = map(string) }))";
    let by_set = "map(object({ arn = string, accounts = list(string) }))";
    for (data, declared, rows, set, account) in [
        (
            0,
            by_account,
            "merge(flatten([for name, it in var.access : [for arn, accounts in { for set, arn in it.sets : arn => it.account... } : { for account in accounts : \"${name}-${basename(arn)}\" => { account = account, arn = arn } }]])...)",
            "each.value.arn",
            "each.value.account",
        ),
        (
            0,
            by_account,
            "merge([for name, it in var.access : { for set, arn in it.sets : \"${name}-${set}\" => { account = it.account, arn = arn } }]...)",
            "each.value.arn",
            "each.value.account",
        ),
        (
            0,
            by_account,
            "{ for it in concat([for name, it in var.access : [for set, arn in it.sets : { key = \"${name}-${set}\", account = it.account, arn = arn }]]...) : it.key => it }",
            "each.value.arn",
            "each.value.account",
        ),
        (
            1,
            by_set,
            "{ for it in flatten([for name, it in var.access : [for pair in setproduct([name], it.accounts) : { set = pair[0], account = pair[1] }]]) : \"${it.set}-${it.account}\" => it }",
            "var.access[each.value.set].arn",
            "each.value.account",
        ),
        (
            2,
            "map(list(string))",
            "merge([for account, arns in var.access : { for arn in arns : \"${account}-${basename(arn)}\" => { account = account, arn = arn } }]...)",
            "each.value.arn",
            "each.value.account",
        ),
        (
            2,
            "map(list(string))",
            "merge([for arn, accounts in { for it in flatten([for account, arns in var.access : [for arn in arns : { account = account, arn = arn }]]) : it.arn => it.account... } : { for account in accounts : \"${account}-${basename(arn)}\" => { account = account, arn = arn } }]...)",
            "each.value.arn",
            "each.value.account",
        ),
    ] {
        let main = format!(
            r#"
locals {{
  customers = {{
    quillhaven = {{ connector = {{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }}, access = {} }}
    tarnbrook  = {{ connector = {{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-79070987b3544242", region = "us-west-2", role_arn = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }}, access = {} }}
  }}
}}
module "flow" {{
  source    = "./leaf"
  for_each  = local.customers
  client    = each.key
  access    = each.value.access
  connector = each.value.connector
}}
"#,
            own[data], other[data]
        );
        check_with(
            rows,
            &main,
            &module(declared, rows, set, account),
            &[
                ("\"123937045052\"", "\"541882002087\"", &[("duplicate-target-account", "541882002087")]),
                ("\"123937045052\"", "\"12393704505\"", &[("account-id-format", "12393704505")]),
                (&sets[1], &others[1], &[("instance-id-mismatch", "ssoins-79070987b3544242")]),
            ],
        );
    }
}

/// A call that passes an object as it is passes the right one, even if several of its attributes have one name.
#[test]
fn the_module_is_wrong_where_it_takes_another_attribute_of_an_object() {
    let main = r#"
locals {
  customers = {
    quillhaven = {
      account   = "620966542870"
      connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
      grants    = { read = { account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" } }
    }
    tarnbrook = {
      account   = "326808617937"
      connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-79070987b3544242", region = "us-west-2", role_arn = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }
      grants    = { read = { account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" } }
    }
  }
}
module "flow" {
  source   = "./leaf"
  for_each = local.customers
  client   = each.key
  customer = each.value
}
"#;
    let module = FLOW
        .replace("variable \"workload\" {}\nvariable \"set\" {}\nvariable \"connector\" {}", "variable \"customer\" {}")
        .replace("var.connector", "var.customer.connector")
        .replace(
            "type     = \"aws_sso_permission_set\"",
            "type     = \"aws_sso_permission_set\"\n  for_each = var.customer.grants",
        )
        .replace("${var.client}-target", "${var.client}-${each.key}")
        .replace("var.set, account_id = var.workload", "each.value.set, account_id = each.value.account")
        .replace("[sym_target.target.id]", "[for it in sym_target.target : it.id]");
    let wrong = module.replace("account_id = each.value.account", "account_id = var.customer.account");
    let found = |module: &str| findings(&[("main.tf", main), ("leaf/main.tf", module)]);
    let mut failures = String::new();
    expect("as it is", found(&module), &[], &mut failures);
    expect("another", found(&wrong), &[("flow-resource-miswired", "var.customer.account")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// The lists that a local consists of are counted, and there is no end to those of a local that contains itself.
#[test]
fn a_local_that_contains_itself_is_an_error() {
    let target = "account_id = var.workload";
    let module =
        FLOW.replace(target, "account_id = flatten(local.lists)[0].account") + "locals {\n  lists = [local.lists]\n}\n";
    assert_ne!(module, FLOW);
    let call = r#"
module "quillhaven" {
  source    = "./leaf"
  client    = "quillhaven"
  workload  = "722971028225"
  set       = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
  connector = { cloud = "aws", instance_arn = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", region = "eu-west-1", role_arn = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
}
"#;
    let found = findings(&[("main.tf", call), ("leaf/main.tf", &module)]);
    assert!(found.iter().any(|(rule, _)| rule == "evaluation-error"), "{found:?}");
}

/// An alias in YAML is the object that has the anchor, like a reference in HCL.
#[test]
fn an_alias_is_one_written_object() {
    let main = r#"
module "p" {
  source    = "./flow"
  for_each  = yamldecode(file("${path.module}/grants.yaml"))
  client    = each.key
  workload  = each.value.account
  set       = each.value.set
  connector = each.value.connector
}
"#;
    let connector = "\n    cloud: aws\n    role_arn: arn:aws:iam::620966542870:role/sym/SymSSOQuill\n    instance_arn: \
                     arn:aws:sso:::instance/ssoins-6804abcca95bf8e2\n    region: eu-west-1\n";
    let yaml = |first: &str, second: &str| {
        format!(
            "quill_read:\n  connector: {first}{connector}  account: \"722971028225\"\n  set: \
             arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7\nquill_admin:\n  connector: {second}\n  account: \
             \"123937045052\"\n  set: arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0\n"
        )
    };
    let rules = |yaml: &str| {
        let found = findings(&[("main.tf", main), ("flow/main.tf", FLOW), ("grants.yaml", yaml)]);
        found.into_iter().map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(&yaml("&quill", "*quill")), [""; 0]);
    assert_eq!(rules(&yaml("", connector)), ["shared-sso-account"]);
}
