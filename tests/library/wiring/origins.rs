//! Where the value of an argument comes from, and what messages say about it.

use symlint_core::finding::Finding;
use symlint_terraform::Project;

use crate::wiring::{KEYS, MODULE, VALUES, VARIABLES, expect, findings, tell};

/// The right arguments of a call for each tenant.
const RIGHT: [(&str, &str); 4] = [
    ("tenant_slug", "each.key"),
    ("account_id", "each.value.target_account_id"),
    ("permission_set_arn", "each.value.permission_set_arn"),
    ("sso_connector_settings", "each.value.sso_connector_settings"),
];

/// A call with `argument` in place of the right one.
fn call(for_each: &str, name: &str, argument: &str) -> String {
    let mut text = format!("module \"access\" {{\n  for_each = {for_each}\n  source = \"./sso_flow\"\n");
    for (known, right) in RIGHT {
        text += &format!("  {known} = {}\n", if known == name { argument } else { right });
    }
    text + "}\n"
}

/// A call for `green_valley` alone, so that no other tenant receives the same value.
fn for_green(name: &str, argument: &str) -> String {
    call("{ green_valley = var.customer_tenants.green_valley }", name, argument)
        + &call("{ for name, tenant in var.customer_tenants : name => tenant if name != \"green_valley\" }", "", "")
            .replace("access", "others")
}

struct SetUp {
    config: &'static str,
    beside: String,
    values: String,
}

fn set_up() -> SetUp {
    SetUp { config: "", beside: VARIABLES.to_owned(), values: VALUES.to_owned() }
}

impl SetUp {
    fn check(&self, calls: &str) -> Vec<crate::wiring::Found> {
        self.tell(calls, MODULE, |finding, project| {
            (finding.rule.to_owned(), project.sources().text(finding.span).to_string())
        })
    }

    /// The messages with this module.
    fn said(&self, calls: &str, module: &str) -> Vec<String> {
        self.tell(calls, module, |finding, _| finding.message.clone())
    }

    fn tell<T: Ord>(&self, calls: &str, module: &str, of: impl Fn(&Finding, &Project) -> T) -> Vec<T> {
        let main = format!("{}\n{calls}", self.beside);
        let files = [
            (".symlint.hcl", self.config),
            ("main.tf", &main),
            ("sso_flow/main.tf", module),
            ("terraform.tfvars", &self.values),
        ];
        tell(&files, of)
    }
}

/// Declares that two tenants are one customer.
const CUSTOMER: &str = "customer \"acme\" { tenants = [\"blue_harbour\", \"green_valley\"] }\n";

/// Declares that two customers are in one organization.
const ORGANIZATION: &str = "organization \"reseller\" { tenants = [\"blue_harbour\", \"green_valley\"] }\n";

const MISWIRED: &str = "flow-argument-miswired";

#[test]
fn a_slug_must_be_the_tenants_own_key() {
    let mut failures = String::new();
    let all = "var.customer_tenants";
    for (name, wrong) in [
        ("account_id", "each.key"),
        ("permission_set_arn", "each.key"),
        ("tenant_slug", "keys(var.customer_tenants)[0]"),
        ("tenant_slug", "each.value.target_account_id"),
    ] {
        let what = format!("{name} = {wrong}");
        expect(&what, set_up().check(&call(all, name, wrong)), &[(MISWIRED, wrong)], &mut failures);
    }
    // The call is for one tenant, but has the name of another.
    let found = set_up().check(&for_green("tenant_slug", "\"blue_harbour\""));
    expect("another's name", found, &[(MISWIRED, "blue_harbour")], &mut failures);
    for own in ["\"valley\"", "\"green-valley-${each.value.target_account_id}\"", "\"${each.key}-of-red-canyon\""] {
        expect(own, set_up().check(&for_green("tenant_slug", own)), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_call_with_all_values_of_another_tenant_is_one_finding() {
    let mut failures = String::new();
    let other = |name: &str| format!("var.customer_tenants.blue_harbour.{name}");
    let wrong = ["target_account_id", "permission_set_arn", "sso_connector_settings"].map(other);
    let mut calls = for_green("", "");
    for (text, (_, right)) in wrong.iter().zip(&RIGHT[1..]) {
        calls = calls.replacen(right, text, 1);
    }
    // The whole entry is another tenant's, which is one cause.
    let expected = [(MISWIRED, wrong[0].as_str())];
    expect("all but the slug", set_up().check(&calls), &expected, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_value_that_the_entry_lacks_may_be_in_the_call() {
    let mut failures = String::new();
    let values = VALUES.replace("    target_account_id  = \"915827304462\"\n", "");
    let set_up = SetUp { values, beside: "variable \"customer_tenants\" {\n  type = any\n}\n".to_owned(), ..set_up() };
    let found = set_up.check(&for_green("account_id", "\"915827304462\""));
    expect("written in the call", found, &[], &mut failures);
    let found = set_up.check(&for_green("account_id", "\"604178239951\""));
    expect("another's", found, &[("duplicate-target-account", "604178239951")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_value_may_be_built_from_parts() {
    let mut failures = String::new();
    let settings = |role: &str| {
        format!(
            "{{\n    cloud = \"aws\"\n    instance_arn = each.value.sso_connector_settings.instance_arn\n    region = each.value.sso_connector_settings.region\n    role_arn = {role}\n  }}"
        )
    };
    let check = |role: &str| set_up().check(&for_green("sso_connector_settings", &settings(role)));
    let titled = "SymSSO${title(replace(each.key, \"_\", \"-\"))}";
    let role = |account: &str, name: &str| format!("\"arn:aws:iam::${{each.value.{account}}}:role/sym/{name}\"");
    for name in [titled, "SymSSOGreen-Valley"] {
        expect(name, check(&role("sso_account_id", name)), &[], &mut failures);
    }
    let wrong = role("target_account_id", "SymSSOGreen-Valley");
    expect("wrong account", check(&wrong), &[(MISWIRED, wrong.trim_matches('"'))], &mut failures);
    // The list contains the values of two tenants, and the index selects one.
    let chosen = "split(\",\", join(\",\", [var.customer_tenants.blue_harbour.target_account_id, each.value.target_account_id]))[1]";
    let found = set_up().check(&call("var.customer_tenants", "account_id", chosen));
    expect("chosen", found, &[], &mut failures);
    let other = chosen.replace("[1]", "[0]");
    let found = set_up().check(&for_green("account_id", &other));
    expect("the other", found, &[(MISWIRED, &other)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_different_attribute_is_wrong_even_if_its_text_is_equal() {
    let mut failures = String::new();
    let values = VALUES.replace("915827304462", "280365914472");
    let set_up = SetUp { values, ..set_up() };
    let wrong = "each.value.sso_account_id";
    let found = set_up.check(&call("var.customer_tenants", "account_id", "each.value.target_account_id"));
    expect("right", found, &[("target-is-sso-account", "280365914472")], &mut failures);
    let found = set_up.check(&for_green("account_id", wrong));
    let expected = [(MISWIRED, wrong), ("target-is-sso-account", "280365914472")];
    expect("wrong", found, &expected, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// Tenants with attributes that symlint does not know.
fn with_attributes() -> SetUp {
    let mut values = VALUES.to_owned();
    for (at, key) in KEYS.iter().enumerate() {
        let head = format!("  {key} = {{\n");
        let added = format!(
            "{head}    notes = \"call first\"\n    contact = {{ names = [\"Ada\", \"Grace\"] }}\n    sandbox = \"73051948226{at}\"\n    home = \"us-west-2\"\n"
        );
        values = values.replace(&head, &added);
    }
    SetUp { values, beside: "variable \"customer_tenants\" {\n  type = any\n}\n".to_owned(), ..set_up() }
}

#[test]
fn unknown_attributes_are_checked_by_the_form_of_their_values() {
    let mut failures = String::new();
    let set_up = with_attributes();
    let all = "var.customer_tenants";
    expect("an account", set_up.check(&call(all, "account_id", "each.value.sandbox")), &[], &mut failures);
    for name in ["account_id", "permission_set_arn"] {
        let found = set_up.check(&call(all, name, "each.value.notes"));
        expect(name, found, &[(MISWIRED, "each.value.notes")], &mut failures);
    }
    let settings = |instance: &str, region: &str| {
        format!(
            "{{\n    cloud = \"aws\"\n    instance_arn = {instance}\n    region = {region}\n    role_arn = each.value.sso_connector_settings.role_arn\n  }}"
        )
    };
    let instance = "each.value.sso_connector_settings.instance_arn";
    for (instance, region, expected) in [
        (instance, "each.value.home", vec![]),
        (instance, "each.value.notes", vec!["each.value.notes"]),
        ("each.value.sandbox", "each.value.home", vec!["each.value.sandbox"]),
    ] {
        let found = set_up.check(&call(all, "sso_connector_settings", &settings(instance, region)));
        let expected: Vec<_> = expected.into_iter().map(|text| (MISWIRED, text)).collect();
        expect(&format!("{instance}, {region}"), found, &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_separate_map_is_only_checked_for_the_names_of_other_tenants() {
    let mut failures = String::new();
    let beside = format!(
        "{VARIABLES}\nlocals {{\n  account = \"593017462285\"\n  accounts = {{ sandbox = \"593017462285\", blue_harbour = \"604178239962\", green_valley = \"915827304473\" }}\n}}\nmodule \"directory\" {{\n  source = \"./directory\"\n}}\n"
    );
    let directory = "output \"account\" {\n  value = \"593017462285\"\n}\n";
    let check = |config: &str, account: &str| {
        let main = format!("{beside}\n{}", for_green("account_id", account));
        findings(&[
            (".symlint.hcl", config),
            ("main.tf", &main),
            ("directory/main.tf", directory),
            ("sso_flow/main.tf", MODULE),
            ("terraform.tfvars", VALUES),
        ])
    };
    for right in ["local.accounts.sandbox", "local.accounts[\"green_valley\"]", "module.directory.account"] {
        expect(right, check("", right), &[], &mut failures);
    }
    let other = "local.accounts.blue_harbour";
    for (wrong, text) in [("local.account", "local.account"), ("\"593017462285\"", "593017462285"), (other, other)] {
        expect(wrong, check("", wrong), &[(MISWIRED, text)], &mut failures);
    }
    // A customer may have several tenants, which share values.
    let found = check(CUSTOMER, other).into_iter().filter(|(rule, _)| rule == MISWIRED).collect();
    expect("of one customer", found, &[], &mut failures);
    // Customers in one organization do not share values.
    let found = check(ORGANIZATION, other).into_iter().filter(|(rule, _)| rule == MISWIRED).collect();
    expect("in one organization", found, &[(MISWIRED, other)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_for_each_of_a_call_may_be_a_separate_map() {
    let mut failures = String::new();
    let of = |name: &str| format!("var.customer_tenants[each.key].{name}");
    let main = |table: &str| {
        format!(
            "module \"access\" {{\n  for_each = {table}\n  source = \"./sso_flow\"\n  tenant_slug = each.key\n  account_id = each.value\n  permission_set_arn = {}\n  sso_connector_settings = {}\n}}\n",
            of("permission_set_arn"),
            of("sso_connector_settings")
        )
    };
    let table = "{ blue_harbour = \"604178239962\", green_valley = \"915827304473\", red_canyon = \"352790641199\" }";
    expect("a table", set_up().check(&main(table)), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn tenants_of_one_customer_may_share_values() {
    let mut failures = String::new();
    let (blue, rest) = VALUES.split_once("  green_valley").unwrap();
    let (_, red) = rest.split_once("  red_canyon").unwrap();
    // Another entry for the same customer, with a different permission set.
    let green = blue
        .replace("customer_tenants = {\n", "")
        .replace("blue_harbour", "green_valley")
        .replace("5e1b09c7d2a84f63", "b3c8f10a6e4d9275");
    let values = format!("{blue}{green}  red_canyon{red}");
    let settings = "var.customer_tenants.blue_harbour.sso_connector_settings";
    let set = "var.customer_tenants.blue_harbour.permission_set_arn";
    let miswired = |config: &'static str, values: &str, argument: &str, value: &str| {
        let joined = SetUp { config, values: values.to_owned(), ..set_up() };
        let found = joined.check(&for_green(argument, value)).into_iter();
        found.filter(|(rule, _)| rule == MISWIRED).collect::<Vec<_>>()
    };
    let target = "var.customer_tenants.blue_harbour.target_account_id";
    for (what, config) in [("customer", CUSTOMER), ("organization", ORGANIZATION)] {
        let found = miswired(config, &values, "sso_connector_settings", settings);
        expect(&format!("the same settings in one {what}"), found, &[], &mut failures);
        let found = miswired(config, &values, "permission_set_arn", set);
        expect(&format!("another permission set in one {what}"), found, &[(MISWIRED, set)], &mut failures);
    }
    expect("one target of a customer", miswired(CUSTOMER, &values, "account_id", target), &[], &mut failures);
    let found = miswired(ORGANIZATION, &values, "account_id", target);
    expect("one target in an organization", found, &[(MISWIRED, target)], &mut failures);
    expect("apart", miswired("", &values, "sso_connector_settings", settings), &[(MISWIRED, settings)], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn messages_name_the_value_and_the_right_one() {
    let of_all = |argument: &str, wrong: &str| call("var.customer_tenants", argument, wrong);
    let next = "values(var.customer_tenants)[(index(keys(var.customer_tenants), each.key) + 1) % 3].target_account_id";
    let all = "all 3 tenants (`blue_harbour`, `green_valley`, `red_canyon`)";
    for (calls, said) in [
        (
            of_all("account_id", "each.key"),
            format!("argument `account_id` for {all} comes from the tenant's key, not from `target_account_id`"),
        ),
        (
            of_all("account_id", "each.value.notes"),
            format!("argument `account_id` for {all} comes from `notes`, not from `target_account_id`"),
        ),
        (
            of_all("permission_set_arn", "each.value.contact.names[1]"),
            format!("argument `permission_set_arn` for {all} comes from `contact.names.1`, not from `permission_set_arn`"),
        ),
        (
            of_all("account_id", "each.value.sso_connector_settings.role_arn"),
            format!(
                "argument `account_id` for {all} comes from `sso_connector_settings.role_arn`, not from `target_account_id`"
            ),
        ),
        (
            of_all("account_id", next),
            format!(
                "argument `account_id` for {all} comes from other tenants; the one for `blue_harbour` comes from `green_valley`"
            ),
        ),
        (
            for_green("account_id", "var.customer_tenants.blue_harbour.target_account_id"),
            "argument `account_id` for `green_valley` comes from another tenant, `blue_harbour`".to_owned(),
        ),
        (
            for_green("account_id", "\"593017462285\""),
            "argument `account_id` for `green_valley` is set here and differs from the tenant's own `target_account_id`"
                .to_owned(),
        ),
        (
            of_all("account_id", "\"593017462285\""),
            format!("argument `account_id` for {all} does not depend on the tenant"),
        ),
    ] {
        assert_eq!(with_attributes().said(&calls, MODULE), [said]);
    }
}

#[test]
fn messages_name_both_values_inside_the_module_too() {
    let right = call("var.customer_tenants", "", "");
    let all = "all 3 tenants (`blue_harbour`, `green_valley`, `red_canyon`)";
    for (from, to, said) in [
        (
            "= var.account_id",
            "= var.tenant_slug",
            "`settings.account_id` of `sym_target.sso` for {} comes from `var.tenant_slug`, not from `var.account_id`",
        ),
        (
            "external_id = var.sso_connector_settings.instance_arn",
            "external_id = \"${var.account_id}\"",
            "`external_id` of `sym_integration.sso` for {} comes from `var.account_id`, not from `var.sso_connector_settings.instance_arn`",
        ),
        (
            "= var.account_id",
            "= \"593017462285\"",
            "`settings.account_id` of `sym_target.sso` for {} does not depend on the tenant",
        ),
    ] {
        assert!(MODULE.contains(from), "{from}");
        assert_eq!(set_up().said(&right, &MODULE.replace(from, to)), [said.replace("{}", all)]);
    }
}
