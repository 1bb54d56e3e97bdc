//! Customers that are a variable or a local each, and that each have a call, or resources, of their own.

use super::organizations::FLOW;
use super::{Found, expect, findings};

/// Name, SSO account, instance, permission set, account.
const CUSTOMERS: [[&str; 5]; 3] = [
    ["quillhaven", "620966542870", "ssoins-6804abcca95bf8e2", "ps-f8559f823cdef7f7", "722971028225"],
    ["tarnbrook", "326808617937", "ssoins-79070987b3544242", "ps-b30e58d656ec4f33", "541882002087"],
    ["elmford", "330025896745", "ssoins-72233220e5575b53", "ps-73fcc2917ba89661", "355009980861"],
];

fn entry([name, payer, instance, set, account]: [&str; 5]) -> String {
    format!(
        r#"{{
  payer     = "{payer}"
  connector = {{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/{instance}", region = "eu-west-1", role_arn = "arn:aws:iam::{payer}:role/sym/SymSSO{}" }}
  set       = "arn:aws:sso:::permissionSet/{instance}/{set}"
  account   = "{account}"
}}"#,
        symlint_terraform::title(name)
    )
}

/// The call for a customer whose values are at `of`.
fn call(name: &str, of: &str) -> String {
    format!(
        r#"module "{name}" {{
  source    = "./flow"
  client    = "{name}"
  workload  = {of}.account
  set       = {of}.set
  connector = {of}.connector
}}
"#
    )
}

/// The same as resources of the root module.
fn resources(name: &str, of: &str) -> String {
    format!(
        r#"resource "sym_integration" "{name}" {{
  type        = "permission_context"
  name        = "{name}-context"
  external_id = {of}.connector.instance_arn
  settings    = {of}.connector
}}
resource "sym_target" "{name}" {{
  type     = "aws_sso_permission_set"
  name     = "{name}-target"
  settings = {{ permission_set_arn = {of}.set, account_id = {of}.account }}
}}
resource "sym_strategy" "{name}" {{
  type           = "aws_sso"
  name           = "{name}-strategy"
  integration_id = sym_integration.{name}.id
  targets        = [sym_target.{name}.id]
  settings       = {{ instance_arn = {of}.connector.instance_arn }}
}}
"#
    )
}

fn locals() -> String {
    CUSTOMERS.iter().map(|it| format!("locals {{\n  {} = {}\n}}\n", it[0], entry(*it))).collect()
}

/// The findings after the first `from` is replaced with `to`.
fn found(main: &str, values: &str, from: &str, to: &str) -> Vec<Found> {
    assert!(main.contains(from) || values.contains(from), "{from}");
    let (main, values) = match main.contains(from) {
        true => (main.replacen(from, to, 1), values.to_owned()),
        false => (main.to_owned(), values.replacen(from, to, 1)),
    };
    findings(&[("main.tf", &main), ("flow/main.tf", FLOW), ("terraform.tfvars", &values)])
}

#[test]
fn each_customer_may_be_a_variable_or_a_local() {
    let in_locals = |each: &dyn Fn(&str, &str) -> String| -> String {
        let calls = CUSTOMERS.iter().map(|[name, ..]| each(name, &format!("local.{name}")));
        locals() + &calls.collect::<String>()
    };
    let declared: String = CUSTOMERS.iter().map(|[name, ..]| format!("variable \"{name}\" {{}}\n")).collect();
    let calls: String = CUSTOMERS.iter().map(|[name, ..]| call(name, &format!("var.{name}"))).collect();
    let values: String = CUSTOMERS.iter().map(|it| format!("{} = {}\n", it[0], entry(*it))).collect();
    let mut failures = String::new();
    for (what, main, values, root, rule) in [
        ("variables", declared + &calls, values, "var", "flow-argument-miswired"),
        ("locals", in_locals(&call), String::new(), "local", "flow-argument-miswired"),
        ("resources", in_locals(&resources), String::new(), "local", "flow-resource-miswired"),
    ] {
        let own = |attribute: &str| format!("{root}.quillhaven.{attribute}");
        let other = |attribute: &str| format!("{root}.tarnbrook.{attribute}");
        let mut hold = |from: &str, to: &str, expected: &[(&str, &str)]| {
            expect(&format!("{what}: {from} -> {to}"), found(&main, &values, from, to), expected, &mut failures);
        };
        hold("", "", &[]);
        hold(&own("account"), &other("account"), &[(rule, &other("account"))]);
        hold(&own("set"), &other("set"), &[(rule, &other("set"))]);
        hold(&own("account"), &own("payer"), &[(rule, &own("payer"))]);
        hold("\"722971028225\"", "\"541882002087\"", &[("duplicate-target-account", "541882002087")]);
        hold("\"620966542870\"", "\"326808617937\"", &[("role-account-mismatch", "326808617937")]);
    }
    let connector = "connector = local.quillhaven.connector";
    let other = "connector = local.tarnbrook.connector";
    let found = found(&in_locals(&call), "", connector, other);
    expect("a connector", found, &[("flow-argument-miswired", "local.tarnbrook.connector")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// The call names the customer's variable, so the advice does, too.
#[test]
fn the_advice_names_the_variable_of_the_customer() {
    let calls: String = CUSTOMERS.iter().map(|[name, ..]| call(name, &format!("local.{name}"))).collect();
    let main = (locals() + &calls).replacen("local.quillhaven.account", "local.tarnbrook.account", 1);
    let help = super::tell(&[("main.tf", &main), ("flow/main.tf", FLOW)], |finding, _| {
        finding.help.clone().unwrap_or_default()
    });
    assert_eq!(
        help,
        ["Pass `local.quillhaven.account`. Engineers would enter the wrong account, or requests would fail."]
    );
}

#[test]
fn a_customer_without_a_call_is_not_wired() {
    let calls: String = CUSTOMERS.iter().take(2).map(|[name, ..]| call(name, &format!("local.{name}"))).collect();
    let found = findings(&[("main.tf", &(locals() + &calls)), ("flow/main.tf", FLOW)]);
    let mut failures = String::new();
    expect("no call", found, &[("tenant-not-wired", "elmford")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// A call may be repeated for the grants in its customer's variable, or for accounts in a local of their own.
#[test]
fn the_call_of_a_customer_may_be_repeated_for_its_grants() {
    let customer = |[name, payer, instance, set, account]: [&str; 5], other: &str, is_apart: bool| {
        let connector = format!(
            r#"{{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/{instance}", region = "eu-west-1", role_arn = "arn:aws:iam::{payer}:role/sym/SymSSO{}" }}"#,
            symlint_terraform::title(name)
        );
        let grants = format!(
            r#"{{ prod = {{ set = "arn:aws:sso:::permissionSet/{instance}/{set}", account = "{account}" }}, dev = {{ set = "arn:aws:sso:::permissionSet/{instance}/{set}", account = "{other}" }} }}"#
        );
        let (stored, connector, grants) = match is_apart {
            true => (
                format!("  {name}_connector = {connector}\n  {name}_grants = {grants}\n"),
                format!("local.{name}_connector"),
                format!("local.{name}_grants"),
            ),
            false => (
                format!("  {name} = {{ connector = {connector}, grants = {grants} }}\n"),
                format!("local.{name}.connector"),
                format!("local.{name}.grants"),
            ),
        };
        format!(
            r#"locals {{
{stored}}}
module "{name}" {{
  source    = "./flow"
  for_each  = {grants}
  client    = "{name}-${{each.key}}"
  workload  = each.value.account
  set       = each.value.set
  connector = {connector}
}}
"#
        )
    };
    let mut failures = String::new();
    for (what, is_apart, from, to, rule, text) in [
        (
            "in one local",
            false,
            "= local.quillhaven.connector",
            "= local.tarnbrook.connector",
            "flow-argument-miswired",
            "local.tarnbrook.connector",
        ),
        (
            "in two locals",
            true,
            "= local.quillhaven_connector",
            "= local.tarnbrook_connector",
            "connector-role-foreign",
            "local.tarnbrook_connector",
        ),
    ] {
        let others = ["123937045052", "233552513779", "295440945223"];
        let main: String = CUSTOMERS.iter().zip(others).map(|(it, other)| customer(*it, other, is_apart)).collect();
        let mut hold = |main: &str, from: &str, to: &str, expected: &[(&str, &str)]| {
            expect(&format!("{what}: {from} -> {to}"), found(main, "", from, to), expected, &mut failures);
        };
        hold(&main, "", "", &[]);
        hold(&main, from, to, &[(rule, text)]);
        hold(&main, "\"722971028225\"", "\"541882002087\"", &[("duplicate-target-account", "541882002087")]);
        hold(&main, "SymSSOQuillhaven", "SymSSOTarnbrook", &[("connector-role-foreign", "SymSSOTarnbrook")]);
        let [_, payer, instance, set, account] = CUSTOMERS[0];
        let copied = main + &customer(["umberfell", payer, instance, set, account], others[0], is_apart);
        let copied = copied.replace("SymSSOUmberfell", "SymSSOQuillhaven");
        hold(&copied, "", "", &[("duplicate-tenant", "umberfell")]);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// It is the call that takes another customer's local, and what is in this local is right.
#[test]
fn a_wrong_local_is_reported_at_the_call() {
    let stored = |[name, payer, instance, set, account]: [&str; 5]| {
        format!(
            r#"locals {{
  {name}_connector = {{ cloud = "aws", instance_arn = "arn:aws:sso:::instance/{instance}", region = "eu-west-1", role_arn = "arn:aws:iam::{payer}:role/sym/SymSSO{}" }}
  {name}_set       = "arn:aws:sso:::permissionSet/{instance}/{set}"
  account_of_{name} = "{account}"
}}
module "{name}" {{
  source    = "./flow"
  client    = "{name}"
  workload  = local.account_of_{name}
  set       = local.{name}_set
  connector = local.{name}_connector
}}
"#,
            symlint_terraform::title(name)
        )
    };
    let main: String = CUSTOMERS.iter().map(|it| stored(*it)).collect();
    let mut failures = String::new();
    for (from, to, rule) in [
        ("local.quillhaven_connector", "local.tarnbrook_connector", "connector-role-foreign"),
        ("local.quillhaven_set", "local.tarnbrook_set", "instance-id-mismatch"),
        ("local.account_of_quillhaven", "local.account_of_tarnbrook", "duplicate-target-account"),
    ] {
        expect(to, found(&main, "", from, to), &[(rule, to)], &mut failures);
    }
    expect("no fault", found(&main, "", "", ""), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
