//! Values that are looked up in maps next to the tenants, and resources that use values of none of them.

use crate::wiring::kept::{LEAF, QUILL, ROLE, TARN, check, check_with};

const MISWIRED: &str = "flow-argument-miswired";
const MISWIRED_INSIDE: &str = "flow-resource-miswired";

/// A value in a map of overrides takes effect in place of the one in the tenant's entry.
#[test]
fn an_override_is_checked_where_it_is_written() {
    let main = r#"
locals {
  core      = { quillhaven = QUILL, tarnbrook = TARN }
  overrides = { tarnbrook = { account = "913357924680" } }
}
module "p" {
  for_each = local.core
  nom      = each.key
  PASSED
}
"#;
    for by in [
        "lookup(local.overrides, each.key, each.value).account",
        "merge(each.value, lookup(local.overrides, each.key, {})).account",
        "try(local.overrides[each.key].account, each.value.account)",
    ] {
        let main = main.replace("PASSED", &PASSED.replace("each.value.account", by));
        let faults: &[Fault<'_>] = &[
            ("913357924680", "722971028225", &[("duplicate-target-account", "722971028225")]),
            ("913357924680", "620966542870", &[("target-is-foreign-sso-account", "620966542870")]),
            ("913357924680", "91335792468", &[("account-id-format", "91335792468")]),
            ("\"913357924680\"", "\"913357924680 \"", &[("suspicious-characters", " ")]),
        ];
        check(by, &main, faults);
    }
    let main = main.replace("PASSED", &PASSED.replace("each.value.set", "try(local.sets[each.key], each.value.set)"));
    let set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec";
    let main = main.replace("core  ", &format!("sets = {{ tarnbrook = \"{set}\" }}\n  core  "));
    let foreign = ("ssoins-79070987b3544242/ps-78c1", "ssoins-6804abcca95bf8e2/ps-78c1");
    check("sets", &main, &[(foreign.0, foreign.1, &[("instance-id-mismatch", "ssoins-6804abcca95bf8e2")])]);
}

/// A fault: the text to replace, the new text, and the findings that are expected.
type Fault<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// The remaining arguments of a call of the leaf, written on lines of their own so that faults can replace them.
const PASSED: &str = r#"
  source  = "./leaf"
  payer   = each.value.payer
  store   = each.value.store
  home    = each.value.home
  account = each.value.account
  set     = each.value.set
"#;

/// The `for_each` joins maps of single values into entries. The value in the tenant's entry is right, whatever another
/// expression looks up.
#[test]
fn a_lookup_of_another_entry_in_a_map_is_miswired() {
    let main = r#"
locals {
  accounts = { quillhaven = "722971028225", tarnbrook = "541882002087" }
  sets = {
    quillhaven = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
    tarnbrook  = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33"
  }
  core = { quillhaven = QUILL, tarnbrook = TARN }
  all  = { for k, v in local.core : k => merge(v, { account = local.accounts[k], set = local.sets[k] }) }
}
module "p" {
  for_each = local.all
  nom      = each.key
  PASSED
}
"#;
    let without = |element: &str| {
        let parts = element.trim_matches(['{', '}', ' ']).split(", ");
        let kept: Vec<&str> = parts.filter(|part| !part.starts_with("account") && !part.starts_with("set")).collect();
        format!("{{ {} }}", kept.join(", "))
    };
    let main = main.replace("QUILL", &without(QUILL)).replace("TARN", &without(TARN));
    let main = main.replace("PASSED", PASSED);
    let own = "each.value.account";
    let mut faults: Vec<Fault<'_>> = Vec::new();
    let texts = [
        r#"replace(each.value.account, "541882002087", "722971028225")"#,
        r#"replace(each.value.account, "541882002087", "913357924680")"#,
        r#"each.key == "tarnbrook" ? "722971028225" : each.value.account"#,
        r#"each.key == "tarnbrook" ? "913357924680" : each.value.account"#,
        r#"lookup({ tarnbrook = "722971028225" }, each.key, each.value.account)"#,
        r#"local.accounts[replace(each.key, "tarnbrook", "quillhaven")]"#,
        r#"one([for k, v in local.accounts : v if k == replace(each.key, "tarnbrook", "quillhaven")])"#,
        r#"zipmap(keys(local.accounts), reverse(values(local.accounts)))[each.key]"#,
        r#"slice([each.value.account, "722971028225"], each.key == "tarnbrook" ? 1 : 0, 2)[0]"#,
    ];
    let expected: Vec<[(&str, &str); 1]> = texts.iter().map(|text| [(MISWIRED, *text)]).collect();
    faults.extend(texts.iter().zip(&expected).map(|(text, expected)| (own, *text, expected.as_slice())));
    check("tables", &main, &faults);
}

/// Each list has one value for each tenant, and the organizations have the same names as the tenants.
#[test]
fn another_position_in_a_list_is_another_tenants() {
    let part = |element: &str, name: &str| {
        let parts = element.trim_matches(['{', '}', ' ']).split(", ");
        let own = parts.filter_map(|part| part.split_once(" = ")).find(|(key, _)| *key == name);
        own.map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let list = |name: &str| format!("  {name} = [{}, {}]\n", part(QUILL, name), part(TARN, name));
    let lists: String = ["payer", "store", "home", "account", "set"].map(list).concat();
    let passed = PASSED.replace("each.value", "local");
    let passed: String = passed
        .lines()
        .map(|line| line.to_owned() + if line.contains("local.") { "[count.index]\n" } else { "\n" })
        .collect();
    let main = format!(
        "locals {{\n  names = [\"quillhaven\", \"tarnbrook\"]\n{lists}}}\nmodule \"p\" {{\n  count = length(local.names)\n  \
         nom = local.names[count.index]\n{passed}}}\n"
    );
    let own = "local.account[count.index]";
    for other in ["local.account[(count.index + 1) % 2]", "reverse(local.account)[count.index]"] {
        check("lists", &main, &[(own, other, &[(MISWIRED, other)])]);
    }
    let organization =
        |element: &str| format!("{{ payer = {}, store = {} }}", part(element, "payer"), part(element, "store"));
    let passed = PASSED.replace("each.value.payer", "local.orgs[each.value.org].payer");
    let passed = passed.replace("each.value.store", "local.orgs[each.value.org].store");
    let entry = |element: &str, org: &str| {
        let left = ["home", "account", "set"].map(|name| format!("{name} = {}", part(element, name)));
        format!("{{ org = \"{org}\", {} }}", left.join(", "))
    };
    let main = format!(
        "locals {{\n  orgs = {{ quillhaven = {}, tarnbrook = {} }}\n  core = {{ quillhaven = {}, tarnbrook = {} \
         }}\n}}\nmodule \"p\" {{\n  for_each = local.core\n  nom = each.key\n{passed}}}\n",
        organization(QUILL),
        organization(TARN),
        entry(QUILL, "quillhaven"),
        entry(TARN, "tarnbrook"),
    );
    let own = "local.orgs[each.value.org].payer";
    let other = "local.orgs[{ quillhaven = \"tarnbrook\", tarnbrook = \"quillhaven\" }[each.value.org]].payer";
    check("organizations", &main, &[(own, other, &[(MISWIRED, other)])]);
}

#[test]
fn a_literal_key_may_be_looked_up_in_a_selected_map() {
    let main = r#"
variable "stage" {}
locals {
  stages = {
    live = { quillhaven = QUILL, tarnbrook = TARN }
    uat  = UAT
  }
  chosen = local.stages[CHOICE]
  turned = zipmap(keys(local.chosen), concat(slice(values(local.chosen), 1, 2), slice(values(local.chosen), 0, 1)))
}
module "p" {
  for_each = toset(["quillhaven", "tarnbrook"])
  nom      = each.key
  PASSED
}
"#;
    for uat in ["{}", "{ quillhaven = QUILL_UAT, tarnbrook = TARN_UAT }"] {
        for choice in ["terraform.workspace", "var.stage"] {
            let main = main.replace("UAT\n", &format!("{uat}\n")).replace("CHOICE", choice);
            let main = main.replace("PASSED", &PASSED.replace("each.value", "local.chosen[each.key]"));
            let turned = "local.turned[each.key].account";
            check(
                &format!("{choice} {uat}"),
                &main,
                &[
                    ("\"541882002087", "\"54188200208", &[("account-id-format", "54188200208")]),
                    ("541882002087", "722971028225", &[("duplicate-target-account", "722971028225")]),
                    ("local.chosen[each.key].account", turned, &[(MISWIRED, turned)]),
                    ("local.chosen[each.key].account", "\"541882002087\"", &[(MISWIRED, "541882002087")]),
                ],
            );
        }
    }
}

const RESOURCES: &str = r#"
locals {
  core = [
    QUILL_NAMED,
    TARN_NAMED,
  ]
}
resource "sym_integration" "ctx" {
  count       = length(local.core)
  type        = "permission_context"
  name        = "${local.core[count.index].name}-ctx"
  external_id = local.core[count.index].store
  settings    = local.core[count.index].settings
}
resource "sym_target" "ps" {
  count    = length(local.core)
  type     = "aws_sso_permission_set"
  name     = "${local.core[count.index].name}-ps"
  settings = { permission_set_arn = local.core[count.index].set, account_id = local.core[count.index].account }
}
resource "sym_strategy" "sso" {
  count          = length(local.core)
  type           = "aws_sso"
  name           = "${local.core[count.index].name}-sso"
  integration_id = sym_integration.ctx[count.index].id
  targets        = [sym_target.ps[count.index].id]
  settings       = { instance_arn = local.core[count.index].store }
}
"#;

/// `RESOURCES` for two customers.
fn resources() -> String {
    let named = |name: &str, payer: &str, store: &str, home: &str, account: &str, set: &str| {
        let store = format!("arn:aws:sso:::instance/{store}");
        let role = format!("arn:aws:iam::{payer}:role/sym/SymSSO{name}");
        format!(
            r#"{{ name = "{name}", store = "{store}", account = "{account}", set = "{}/{set}", settings = {{ cloud = "aws", instance_arn = "{store}", region = "{home}", role_arn = "{role}" }} }}"#,
            store.replace("instance", "permissionSet")
        )
    };
    let quill =
        named("Quill", "620966542870", "ssoins-6804abcca95bf8e2", "eu-west-1", "722971028225", "ps-f8559f823cdef7f7");
    let tarn =
        named("Tarn", "326808617937", "ssoins-79070987b3544242", "us-west-2", "541882002087", "ps-b30e58d656ec4f33");
    RESOURCES.replace("QUILL_NAMED", &quill).replace("TARN_NAMED", &tarn)
}

#[test]
fn settings_must_not_be_null_or_another_tenants() {
    check_with(
        "resources of the root module",
        &resources(),
        LEAF,
        &[
            ("local.core[count.index].settings", "null", &[(MISWIRED_INSIDE, "null")]),
            (
                "local.core[count.index].settings",
                "local.core[0].settings",
                &[(MISWIRED_INSIDE, "local.core[0].settings")],
            ),
            (
                "{ permission_set_arn = local.core[count.index].set, account_id = local.core[count.index].account }",
                "null",
                &[(MISWIRED_INSIDE, "null")],
            ),
            ("{ instance_arn = local.core[count.index].store }", "null", &[(MISWIRED_INSIDE, "null")]),
        ],
    );
}

/// If `count` is the length of a list, an index stands for an element of that list.
#[test]
fn an_index_stands_for_an_element_of_the_counted_list() {
    let main = r#"
locals {
  core = values({ quillhaven = QUILL, tarnbrook = TARN })
}
module "p" {
  count   = length(local.core)
  nom     = "p${count.index}"
  PASSED
}
"#;
    let one = |index: &str| main.replace("PASSED", &PASSED.replace("each.value", &format!("local.core[{index}]")));
    let main = one("0").replace("\"p${count.index}\"", "local.core[0].account");
    let found = crate::wiring::findings(&[("main.tf", &named(&main)), ("leaf/main.tf", LEAF)]);
    let rules: std::collections::BTreeSet<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert!(rules.contains(MISWIRED), "{found:?}");
}

fn named(main: &str) -> String {
    let quill = r#"{ payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }"#;
    let tarn = r#"{ payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }"#;
    main.replace("QUILL", quill).replace("TARN", tarn)
}

/// The map that the call is repeated for has the connectors, and another one has the targets.
#[test]
fn a_target_that_receives_the_account_of_the_connector_is_miswired() {
    let main = r#"
locals {
  sso = {
    quillhaven = { payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1" }
    tarnbrook  = { payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2" }
  }
  access = {
    quillhaven = { account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    tarnbrook  = { account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
  }
}
module "p" {
  for_each = local.sso
  source   = "./leaf"
  nom      = each.key
  payer    = each.value.payer
  store    = each.value.store
  home     = each.value.home
  account  = local.access[each.key].account
  set      = local.access[each.key].set
}
"#;
    let (right, wrong) = ("local.access[each.key].account", "each.value.payer");
    check("two maps", main, &[(right, wrong, &[(MISWIRED, wrong)])]);
}

/// In a list, the attribute that becomes the key of the map is the slug, whatever its name is.
#[test]
fn a_constant_slug_is_miswired() {
    let main = r#"
locals {
  core = [merge({ customer = "quillhaven" }, QUILL), merge({ customer = "tarnbrook" }, TARN)]
}
module "p" {
  for_each = { for it in local.core : it.customer => it }
  nom      = each.key
  PASSED
}
"#;
    check(
        "a list",
        main,
        &[
            ("nom      = each.key", "nom      = \"main\"", &[(MISWIRED, "main")]),
            ("nom      = each.key", "nom      = local.core[0].customer", &[(MISWIRED, "local.core[0].customer")]),
        ],
    );
}

/// If several calls pass the right values as literals, the module that mixes them up is wrong.
#[test]
fn a_module_that_mixes_up_right_arguments_is_wrong() {
    let main = r#"
module "quillhaven" {
  source  = "./leaf"
  nom     = "quillhaven"
  payer   = "620966542870"
  store   = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2"
  home    = "eu-west-1"
  account = "722971028225"
  set     = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7"
}
module "tarnbrook" {
  source  = "./leaf"
  nom     = "tarnbrook"
  payer   = "326808617937"
  store   = "arn:aws:sso:::instance/ssoins-79070987b3544242"
  home    = "us-west-2"
  account = "541882002087"
  set     = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33"
}
"#;
    check(
        "calls",
        main,
        &[(
            "541882002087",
            "arn:aws:iam::541882002087:role/x",
            &[("account-id-format", "arn:aws:iam::541882002087:role/x")],
        )],
    );
    for (right, wrong) in
        [("account_id         = var.account", "var.set"), ("permission_set_arn = var.set", "var.account")]
    {
        let (name, _) = right.split_once("= ").unwrap();
        let leaf = LEAF.replace(right, &format!("{name}= {wrong}"));
        let found = crate::wiring::findings(&[("main.tf", main), ("leaf/main.tf", &leaf)]);
        assert_eq!(found, [(MISWIRED_INSIDE.to_owned(), wrong.to_owned())]);
    }
}

/// If an ID that an ARN is built from is null or empty, the ID is reported as missing.
#[test]
fn an_id_that_is_null_or_empty_is_missing() {
    let element = |payer: &str, store: &str, account: &str, set: &str| {
        format!(
            r#"{{ payer = "{payer}", store = "{store}", home = "eu-west-1", account = "{account}", set = "{set}" }}"#
        )
    };
    let main = format!(
        r#"
locals {{
  core = {{
    quillhaven = {}
    tarnbrook  = {}
  }}
}}
module "p" {{
  for_each = local.core
  source   = "./leaf"
  nom      = each.key
  payer    = each.value.payer
  store    = "arn:aws:sso:::instance/${{each.value.store}}"
  home     = each.value.home
  account  = each.value.account
  set      = "arn:aws:sso:::permissionSet/${{each.value.store}}/${{each.value.set}}"
}}
"#,
        element("620966542870", "ssoins-6804abcca95bf8e2", "722971028225", "ps-f8559f823cdef7f7"),
        element("326808617937", "ssoins-79070987b3544242", "541882002087", "ps-b30e58d656ec4f33"),
    );
    let missing = "missing-attribute";
    check(
        "ids",
        &main,
        &[
            ("\"ps-b30e58d656ec4f33\"", "null", &[(missing, "null")]),
            ("\"ps-b30e58d656ec4f33\"", "\"\"", &[(missing, "")]),
            ("\"ssoins-79070987b3544242\"", "\"\"", &[(missing, "")]),
        ],
    );
}

#[test]
fn the_policy_of_a_user_or_group_may_be_the_runtimes() {
    for kind in ["aws_iam_user_policy", "aws_iam_group_policy"] {
        let main = format!(
            r#"
locals {{
  core = {{ quillhaven = QUILL, tarnbrook = TARN }}
}}
module "p" {{
  for_each = local.core
  nom      = each.key
  PASSED
}}
resource "{kind}" "runtime" {{
  name   = "sym-runtime"
  policy = jsonencode({{
    Statement = [{{
      Effect   = "Allow"
      Action   = "sts:AssumeRole"
      Resource = [for it in local.core : "arn:aws:iam::${{it.payer}}:role/sym/*"]
    }}]
  }})
}}
"#
        );
        let all = "[for it in local.core : \"arn:aws:iam::${it.payer}:role/sym/*\"]";
        let any = "\"arn:aws:iam::*:role/sym/*\"";
        check(kind, &main, &[(all, any, &[("safelist-wildcard", "*")])]);
    }
}

#[test]
fn a_condition_may_select_the_map_for_literal_keys() {
    let main = r#"
variable "stage" {}
locals {
  core   = { quillhaven = QUILL, tarnbrook = TARN }
  chosen = var.stage == "live" ? local.core : {}
}
module "p" {
  for_each = toset(["quillhaven", "tarnbrook"])
  nom      = each.key
  PASSED
}
"#;
    let main = main.replace("PASSED", &PASSED.replace("each.value", "local.chosen[each.key]"));
    check("condition", &main, &[("541882002087", "722971028225", &[("duplicate-target-account", "722971028225")])]);
}

/// An index selects the tenant's account from another list.
#[test]
fn lists_may_be_traversed_together() {
    let main = r#"
locals {
  names    = ["quillhaven", "tarnbrook"]
  payers   = ["620966542870", "326808617937"]
  stores   = ["arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", "arn:aws:sso:::instance/ssoins-79070987b3544242"]
  homes    = ["eu-west-1", "us-west-2"]
  accounts = ["722971028225", "541882002087"]
  sets = [
    "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7",
    "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33",
  ]
}
module "p" {
  count   = length(local.names)
  source  = "./leaf"
  nom     = local.names[count.index]
  payer   = local.payers[count.index]
  store   = local.stores[count.index]
  home    = local.homes[count.index]
  account = local.accounts[count.index]
  set     = local.sets[count.index]
}
"#;
    check(
        "lists",
        main,
        &[
            ("541882002087", "722971028225", &[("duplicate-target-account", "722971028225")]),
            ("local.accounts[count.index]", "local.accounts[0]", &[(MISWIRED, "local.accounts[0]")]),
            (
                "local.stores[count.index]",
                "\"arn:aws:sso:::instance/ssoins-79070987b3544242\"",
                &[(MISWIRED, "arn:aws:sso:::instance/ssoins-79070987b3544242")],
            ),
        ],
    );
}

/// If several entries refer to an organization that lacks an attribute, that is one finding, and the entries still
/// belong to one customer.
#[test]
fn a_missing_attribute_of_an_organization_is_one_finding() {
    let main = r#"
locals {
  orgs = {
    quillhaven = { payer = "620966542870", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1", entry = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven" }
    tarnbrook  = { payer = "326808617937", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2", entry = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook" }
  }
  access = {
    quillhaven_live = { org = "quillhaven", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    tarnbrook_live  = { org = "tarnbrook", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
    tarnbrook_uat   = { org = "tarnbrook", account = "233552513779", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }
  }
}
module "p" {
  for_each = local.access
  source   = "./leaf"
  nom      = each.key
  entry    = local.orgs[each.value.org].entry
  store    = local.orgs[each.value.org].store
  home     = local.orgs[each.value.org].home
  account  = each.value.account
  set      = each.value.set
}
"#;
    let leaf = LEAF.replace("variable \"payer\"", "variable \"entry\"").replace(ROLE, "var.entry");
    let lacking =
        (", entry = \"arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook\"", "", &[("missing-attribute", "{")]);
    check_with("organizations", main, &leaf, &[(lacking.0, lacking.1, lacking.2)]);
}

/// No resource receives the account of the organization, so Terraform would not notice that it is missing.
#[test]
fn an_organization_without_an_account_is_found() {
    let main = r#"
locals {
  orgs = [
    { id = "quillhaven", hub = "620966542870", entry = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1" },
    { id = "tarnbrook", hub = "326808617937", entry = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2" },
    { id = "umberfell", hub = "913357924680", entry = "arn:aws:iam::913357924680:role/sym/SymSSOUmberfell", store = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68", home = "us-east-1" },
  ]
  access = {
    quillhaven_ro = { org = "quillhaven", account = "722971028225", set = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7" }
    tarnbrook_ro  = { org = "tarnbrook", account = "541882002087", set = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33" }
    umberfell_ro  = { org = "umberfell", account = "604178239951", set = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63" }
  }
  org = { for key, grant in local.access : key => one([for org in local.orgs : org if org.id == grant.org]) }
}
module "p" {
  for_each = local.access
  source   = "./leaf"
  nom      = each.key
  entry    = local.org[each.key].entry
  store    = local.org[each.key].store
  home     = local.org[each.key].home
  account  = each.value.account
  set      = each.value.set
}
"#;
    let leaf = LEAF.replace("variable \"payer\"", "variable \"entry\"").replace(ROLE, "var.entry");
    let hub = "hub = \"326808617937\"";
    check_with(
        "organizations in a list",
        main,
        &leaf,
        &[
            (", hub = \"326808617937\"", "", &[("missing-attribute", "{")]),
            (hub, "hub = null", &[("missing-attribute", "null")]),
            (hub, "hub = [\"326808617937\"]", &[("type-mismatch", "[\"326808617937\"]")]),
            ("SymSSOTarnbrook", "SymSSOTarnbroook", &[("connector-role-unexpected", "SymSSOTarnbroook")]),
        ],
    );
    let every = main.replace("local.org[each.key]", "one([for org in local.orgs : org if org.id == \"tarnbrook\"])");
    let found = super::findings(&[("main.tf", &every), ("leaf/main.tf", &leaf)]);
    assert!(!found.is_empty() && found.iter().all(|(rule, _)| rule == "flow-argument-miswired"), "{found:?}");
}

/// An entry that is merged with one more value still takes effect.
#[test]
fn an_entry_may_be_merged_with_itself() {
    let main = r#"
locals {
  core = { quillhaven = QUILL, tarnbrook = TARN }
}
module "all" {
  source = "./all"
  core   = merge(local.core, { tarnbrook = merge(local.core.tarnbrook, { account = "913357924680" }) })
}
"#;
    let all = format!("variable \"core\" {{}}\nmodule \"p\" {{\n  for_each = var.core\n  nom = each.key\n{PASSED}}}\n");
    let found = |account: &str| {
        let main = named(&main.replace("913357924680", account));
        let all = all.replace("./leaf", "../leaf");
        crate::wiring::findings(&[("main.tf", &main), ("all/main.tf", &all), ("leaf/main.tf", LEAF)])
    };
    assert_eq!(found("913357924680"), []);
    let duplicate = ("duplicate-target-account".to_owned(), "722971028225".to_owned());
    assert_eq!(found("722971028225"), [duplicate]);
}

/// A literal selects the permission set, although the entry names another one.
#[test]
fn a_literal_in_place_of_the_entrys_own_name_is_found() {
    let main = r#"
locals {
  orgs = {
    quillhaven = {
      hub = "620966542870", entry = "arn:aws:iam::620966542870:role/sym/SymSSOQuillhaven", store = "arn:aws:sso:::instance/ssoins-6804abcca95bf8e2", home = "eu-west-1"
      sets = { read = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-f8559f823cdef7f7", admin = "arn:aws:sso:::permissionSet/ssoins-6804abcca95bf8e2/ps-3edd77b6c29163d0" }
    }
    tarnbrook = {
      hub = "326808617937", entry = "arn:aws:iam::326808617937:role/sym/SymSSOTarnbrook", store = "arn:aws:sso:::instance/ssoins-79070987b3544242", home = "us-west-2"
      sets = { read = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-b30e58d656ec4f33", admin = "arn:aws:sso:::permissionSet/ssoins-79070987b3544242/ps-78c19cd5840f1aec" }
    }
  }
  access = {
    quillhaven_read  = { org = "quillhaven", level = "read", account = "722971028225" }
    quillhaven_admin = { org = "quillhaven", level = "admin", account = "123937045052" }
    tarnbrook_admin  = { org = "tarnbrook", level = "admin", account = "541882002087" }
  }
}
module "p" {
  for_each = local.access
  source   = "./leaf"
  nom      = each.key
  entry    = local.orgs[each.value.org].entry
  store    = local.orgs[each.value.org].store
  home     = local.orgs[each.value.org].home
  account  = each.value.account
  set      = local.orgs[each.value.org].sets[each.value.level]
}
"#;
    let leaf = LEAF.replace("variable \"payer\"", "variable \"entry\"").replace(ROLE, "var.entry");
    let set = "local.orgs[each.value.org].sets[each.value.level]";
    let literal = "local.orgs[each.value.org].sets.admin";
    check_with("named sets", main, &leaf, &[(set, literal, &[("flow-argument-miswired", literal)])]);
    // An attribute that is the same in all entries, or never equal to the literal, is not meant to select.
    let read = "local.orgs[each.value.org].sets.read";
    let beside = main.replace("level = \"read\"", "level = \"admin\"").replace(set, read);
    check_with("another attribute", &beside, &leaf, &[]);
    // The same is true if a condition selects.
    let condition =
        "endswith(each.key, \"_read\") ? local.orgs[each.value.org].sets.read : local.orgs[each.value.org].sets.admin";
    let chosen = main.replace("level = \"read\"", "level = \"admin\"").replace(set, condition);
    check_with("a condition", &chosen, &leaf, &[]);
    // If there is a call for each level, the literal is right.
    let calls = ["read", "admin"].map(|level| {
        let call = main.split("module").nth(1).unwrap().replace("\"p\"", &format!("\"{level}\""));
        let only = format!("{{ for key, it in local.access : key => it if it.level == \"{level}\" }}");
        format!("module{}", call.replace("local.access", &only).replace("[each.value.level]", &format!(".{level}")))
    });
    let calls = format!("{}{}", main.split("module").next().unwrap(), calls.concat());
    check_with("a call for each", &calls, &leaf, &[]);
}
