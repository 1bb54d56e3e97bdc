//! The safelist of the runtime connector.

use symlint_core::finding::Finding;
use symlint_terraform::Project;

use crate::wiring::{CALL, MODULE, VALUES, VARIABLES, expect, findings, tell};

fn with(beside: &str, list: &str) -> Vec<crate::wiring::Found> {
    let main = format!(
        "{VARIABLES}\n{beside}\n{DATA}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  environment = \"main\"\n  account_id_safelist = {list}\n}}\n"
    );
    findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)])
}

const DATA: &str = "data \"aws_caller_identity\" \"this\" {}\ndata \"aws_organizations_organization\" \"this\" {}\n";
const LITERAL: &str = "[\"719240583316\", \"280365914472\", \"048261739905\"]";

#[test]
fn every_correct_list_has_no_findings() {
    let mut failures = String::new();
    let unknown = with("variable \"accounts\" { type = list(string) }\n", "var.accounts");
    expect("nobody knows", unknown, &[("not-checked", "accounts")], &mut failures);
    let local = format!("locals {{\n  accounts = {LITERAL}\n  all = values(var.customer_tenants)\n}}\n");
    for list in [
        LITERAL,
        "local.accounts",
        "[for tenant in var.customer_tenants : tenant.sso_account_id]",
        "[for name, tenant in var.customer_tenants : tenant.sso_account_id if name != \"\"]",
        "values(var.customer_tenants)[*].sso_account_id",
        "[for tenant in local.all : tenant[\"sso_account_id\"]]",
        "distinct([for tenant in var.customer_tenants : tenant.sso_account_id])",
        "tolist(toset(values(var.customer_tenants)[*].sso_account_id))",
        "sort(distinct(concat(local.accounts, values(var.customer_tenants).*.sso_account_id)))",
        "concat(local.accounts, [data.aws_caller_identity.this.account_id])",
        "concat([\"719240583316\"], data.aws_organizations_organization.this.accounts[*].id)",
        "flatten([[\"719240583316\"], [\"280365914472\"], [\"048261739905\"]])",
        "compact([\"\", \"719240583316\", \"280365914472\", \"048261739905\"])",
        "[for arn in values(var.customer_tenants)[*].sso_connector_settings.role_arn : split(\":\", arn)[4]]",
        "keys({ \"719240583316\" = 1, \"280365914472\" = 1, \"048261739905\" = 1 })",
    ] {
        expect(list, with(&local, list), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// If the tenant is only defined by a call, its account is that of its role, which may be unknown.
#[test]
fn an_account_may_belong_to_an_unknown_role() {
    let call = |role: &str| {
        format!(
            "data \"terraform_remote_state\" \"this\" {{}}\nmodule \"access\" {{\n  source = \"./sso_flow\"\n  tenant_slug = \
             \"blue_harbour\"\n  account_id = \"604178239951\"\n  permission_set_arn = \
             \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"\n  sso_connector_settings = {{\n    cloud = \"aws\"\n    \
             instance_arn = \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"\n    region = \"us-east-1\"\n    role_arn = \
             {role}\n  }}\n}}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  \
             account_id_safelist = [\"719240583316\", \"593017462285\"]\n}}\n"
        )
    };
    let mut failures = String::new();
    let known = "\"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\"";
    for (role, expected) in [
        (known, vec![("safelist-stale", "593017462285")]),
        ("data.terraform_remote_state.this.outputs.role_arn", vec![]),
    ] {
        expect(role, findings(&[("main.tf", &call(role))]), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// If the list is built from the roles and a role is in the wrong account, only the role is reported.
#[test]
fn a_wrong_role_account_is_not_also_reported_in_the_safelist() {
    let main = format!(
        "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [for \
         tenant in var.customer_tenants : split(\":\", tenant.sso_connector_settings.role_arn)[4]]\n}}\n"
    );
    let values = VALUES.replace("iam::719240583316", "iam::593017462285");
    let mut failures = String::new();
    let found = findings(&[("main.tf", &main), ("terraform.tfvars", &values)]);
    expect("roles", found, &[("role-account-mismatch", "593017462285")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// The last customer may have left. Without a tenants variable, the customers are elsewhere.
#[test]
fn a_safelist_may_remain_after_the_last_tenant() {
    let runtime = "module \"runtime_connector\" {\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = \
                   [\"593017462285\"]\n}\n";
    let main = format!("{VARIABLES}\n{runtime}");
    let mut failures = String::new();
    let found = findings(&[("main.tf", &main), ("terraform.tfvars", "customer_tenants = {}\n")]);
    expect("no tenants", found, &[("safelist-stale", "593017462285")], &mut failures);
    expect("no variable", findings(&[("main.tf", runtime)]), &[], &mut failures);
    expect("no value", findings(&[("main.tf", &main)]), &[("not-checked", "customer_tenants")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// The text next to the list, the list, and the expected findings.
type Case<'a> = (&'a str, &'a str, Vec<(&'a str, &'a str)>);

#[test]
fn missing_and_stale_accounts_are_found() {
    let mut failures = String::new();
    let two = "[\"719240583316\", \"280365914472\"]";
    let four = "[\"719240583316\", \"280365914472\", \"048261739905\", \"593017462285\"]";
    let slice = "slice(values(var.customer_tenants)[*].sso_account_id, 0, 2)";
    let targets = "values(var.customer_tenants)[*].target_account_id";
    let unknown = "concat([\"593017462285\"], data.aws_organizations_organization.this.accounts[*].id)";
    let through = "local.list";
    let beside = "locals {\n  list = distinct(concat(local.own, [data.aws_caller_identity.this.account_id], data.aws_organizations_organization.this.accounts[*].id))\n  own = [\"593017462285\"]\n}\n";
    let cases: Vec<Case<'_>> = vec![
        (beside, through, vec![("safelist-stale", "593017462285")]),
        ("", two, vec![("safelist-incomplete", two)]),
        ("", "[]", vec![("safelist-incomplete", "[]")]),
        ("", slice, vec![("safelist-incomplete", slice)]),
        ("", targets, vec![("safelist-incomplete", targets)]),
        ("", four, vec![("safelist-stale", "593017462285")]),
        ("", "[\"719240583316\", \"280365914472\", \"048261739906\"]", vec![("safelist-incomplete", "048261739906")]),
        (
            "locals {\n  accounts = [\"719240583316\", \"280365914472\"]\n}\n",
            "local.accounts",
            vec![("safelist-incomplete", two)],
        ),
        (
            "",
            "[for name, t in var.customer_tenants : t.sso_account_id if name != \"red_canyon\"]",
            vec![(
                "safelist-incomplete",
                "[for name, t in var.customer_tenants : t.sso_account_id if name != \"red_canyon\"]",
            )],
        ),
        (
            "",
            "[for t in var.customer_tenants : t.target_account_id]",
            vec![("safelist-incomplete", "[for t in var.customer_tenants : t.target_account_id]")],
        ),
        // The known account is not a tenant's, whatever the unknown part is.
        ("", unknown, vec![("safelist-stale", "593017462285")]),
    ];
    for (beside, list, expected) in cases {
        expect(list, with(beside, list), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_invisible_character_in_an_account_is_reported_once() {
    let mut failures = String::new();
    let main = |list: &str| {
        format!(
            "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {list}\n}}\n"
        )
    };
    for character in ["\u{200b}", "\u{202e}", "\u{a0}"] {
        let values = VALUES.replacen("\"719240583316\"", &format!("\"719240{character}583316\""), 1);
        assert_ne!(values, VALUES);
        for list in ["[for tenant in var.customer_tenants : tenant.sso_account_id]", LITERAL] {
            let found = findings(&[("main.tf", &main(list)), ("terraform.tfvars", &values)]);
            expect(list, found, &[("suspicious-characters", character)], &mut failures);
        }
        // Written in the list itself, the character locks the tenant out.
        let list = LITERAL.replace("719240", &format!("719240{character}"));
        let found = findings(&[("main.tf", &main(&list)), ("terraform.tfvars", VALUES)]);
        expect("list", found, &[("safelist-incomplete", &format!("719240{character}583316"))], &mut failures);
    }
    let list = LITERAL.replace("\"719240583316", "\" 719240583316");
    let found = findings(&[("main.tf", &main(&list)), ("terraform.tfvars", VALUES)]);
    expect("a space in the list", found, &[("safelist-incomplete", " 719240583316")], &mut failures);
    let values = VALUES.replacen("\"719240583316\"", "\" 719240583316\"", 1);
    let all = "[for t in var.customer_tenants : \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"]";
    let policy = document(&format!("statement {{\n  actions = [\"sts:AssumeRole\"]\n  resources = {all}\n}}"));
    let found = findings(&[("main.tf", &format!("{VARIABLES}\n{policy}")), ("terraform.tfvars", &values)]);
    expect("a space in a policy", found, &[("suspicious-characters", " ")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_runtime_connector_without_a_list_is_incomplete() {
    let mut failures = String::new();
    let main = |source: &str, list: &str| {
        format!("{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"{source}\"\n  {list}\n}}\n")
    };
    let own = "variable \"account_id_safelist\" { type = list(string) }\n";
    let check =
        |main: &str| findings(&[("main.tf", main), ("runtime-connector/main.tf", own), ("terraform.tfvars", VALUES)]);
    let stock = "symopsio/runtime-connector/aws";
    let list = |list: &str| format!("account_id_safelist = {list}");
    let two = "[\"719240583316\", \"280365914472\"]";
    let lacking = [("safelist-incomplete", two)];
    let found = check(&main(stock, ""));
    expect("the stock module", found, &[("safelist-incomplete", "runtime_connector")], &mut failures);
    expect("the stock module with a list", check(&main(stock, &list(two))), &lacking, &mut failures);
    // It is not known what a local module does without the argument.
    expect("another module", check(&main("./runtime-connector", "")), &[], &mut failures);
    expect("another module with a list", check(&main("./runtime-connector", &list(two))), &lacking, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_account_that_may_be_in_the_list_is_not_missing() {
    let mut failures = String::new();
    let two = "[\"719240583316\", \"280365914472\"]";
    let runtime = |head: &str| {
        format!(
            "{DATA}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  {head}\n  account_id_safelist = {two}\n}}\n"
        )
    };
    let check = |config: &str, runtime: &str, values: &str| {
        findings(&[
            (".symlint.hcl", config),
            ("main.tf", VARIABLES),
            ("runtime.tf", runtime),
            ("terraform.tfvars", values),
            ("sso_flow/main.tf", MODULE),
        ])
    };
    expect("certain", check("", &runtime(""), VALUES), &[("safelist-incomplete", two)], &mut failures);
    let unknown = runtime("count = length(data.aws_organizations_organization.this.accounts)");
    let count = "length(data.aws_organizations_organization.this.accounts)";
    expect("unknown instances", check("", &unknown, VALUES), &[("not-checked", count)], &mut failures);
    let broken = runtime("") + "locals {\n  broken = [\n}\n";
    let found = check("", &broken, VALUES).into_iter().filter(|(rule, _)| rule != "syntax-error").collect();
    expect("an unreadable file", found, &[], &mut failures);
    // The runtime may act in its own account.
    let host = "host_accounts = [\"048261739905\"]\n";
    let found = check(host, &runtime(""), VALUES);
    expect("the host's account", found, &[("forbidden-account", "048261739905")], &mut failures);
    // A tenant that no flow receives needs no entry.
    let call = |key: &str| {
        let tenant = format!("var.customer_tenants.{key}");
        format!(
            "module \"{key}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = \"{key}\"\n  account_id = {tenant}.target_account_id\n  permission_set_arn = {tenant}.permission_set_arn\n  sso_connector_settings = {tenant}.sso_connector_settings\n}}\n"
        )
    };
    let calls = runtime("") + &call("blue_harbour") + &call("green_valley");
    expect("left out", check("", &calls, VALUES), &[("tenant-not-wired", "red_canyon")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_account_of_another_tenant_is_not_a_mistyped_one() {
    let mut failures = String::new();
    // The account differs from that of another tenant in one digit.
    let values = VALUES.replace("280365914472", "719240583317");
    let main = |list: &str| {
        format!(
            "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {list}\n}}\n"
        )
    };
    let check = |list: &str| findings(&[("main.tf", &main(list)), ("terraform.tfvars", &values)]);
    let known = "[\"719240583316\", \"048261739905\"]";
    expect("known", check(known), &[("safelist-incomplete", known)], &mut failures);
    let found = check("[\"719240583316\", \"048261739905\", \"719240583318\"]");
    expect("mistyped", found, &[("safelist-incomplete", "719240583318")], &mut failures);
    // The list contains a different value of a tenant, which was not mistyped.
    let target = VALUES.replace("604178239951", "280365914473");
    let list = "[\"719240583316\", \"048261739905\", var.customer_tenants.blue_harbour.target_account_id]";
    let found = findings(&[("main.tf", &main(list)), ("terraform.tfvars", &target)]);
    let expected = [("near-duplicate-id", "280365914473"), ("safelist-incomplete", list)];
    expect("a target", found, &expected, &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// The findings with a policy next to a stock runtime connector that lists all tenants.
fn with_policy(policy: &str) -> Vec<crate::wiring::Found> {
    let list = "account_id_safelist = [for tenant in var.customer_tenants : tenant.sso_account_id]";
    let runtime =
        format!("module \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  {list}\n}}\n");
    let main = format!("{VARIABLES}\n{runtime}\n{DATA}\n{policy}");
    findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)])
}

fn document(body: &str) -> String {
    format!("data \"aws_iam_policy_document\" \"sym\" {{\n{body}\n}}\n")
}

#[test]
fn a_policy_is_read_in_any_form() {
    let mut failures = String::new();
    let all = "[for t in var.customer_tenants : \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"]";
    let statement = |resource: &str| {
        format!(
            "{{ Statement = [{{ Sid = \"a\", Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = {resource} }}] }}"
        )
    };
    let block = |resource: &str| {
        document(&format!(
            "statement {{\n  sid = \"a\"\n  actions = [\"sts:AssumeRole\"]\n  resources = {resource}\n}}"
        ))
    };
    let dynamic = |of: &str, account: &str| {
        document(&format!(
            "dynamic \"statement\" {{\n  for_each = {of}\n  content {{\n    actions = [\"sts:AssumeRole\"]\n    resources = \
             [\"arn:aws:iam::${{{account}}}:role/sym/*\"]\n  }}\n}}"
        ))
    };
    let role = |resource: &str| {
        format!(
            "resource \"aws_iam_role\" \"runtime\" {{\n  name = \"SymRuntimeMain\"\n}}\nresource \"aws_iam_role_policy\" \"p\" {{\n  \
             role = aws_iam_role.runtime.name\n  policy = <<EOT\n{{\"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", {resource}}}]}}\n\
             EOT\n}}\n"
        )
    };
    let source = |name: &str, resource: &str| format!("{name} = [jsonencode({})]", statement(resource));
    let any = "\"arn:aws:iam::*:role/sym/*\"";
    for right in [
        block(all),
        dynamic("var.customer_tenants", "statement.value.sso_account_id"),
        document(&source("source_policy_documents", all)),
        block(all).replace(
            "statement {",
            &format!("{}\nstatement {{", source("override_policy_documents", all).replace("Sid = \"a\", ", "")),
        ),
    ] {
        expect(&right, with_policy(&right), &[], &mut failures);
    }
    for wide in [
        dynamic("[\"*\"]", "statement.value"),
        dynamic("[\"*\"]", "sym.value").replace("for_each", "iterator = sym\n  for_each"),
        document(&source("source_policy_documents", any)),
        document(&source("override_policy_documents", any)),
        block("[\"arn:aws:iam::*\"]"),
        block("[\"arn:aws:iam\"]"),
        block("[\"arn:aws:iam::*:*\"]"),
        block("[\"arn:*:*:*:*:role/sym/*\"]"),
        role("\"Resource\": \"*\""),
        role("\"NotResource\": \"arn:aws:iam::719240583316:role/Admin\""),
    ] {
        let found = with_policy(&wide);
        if !found.iter().any(|(rule, _)| rule == "safelist-wildcard") {
            failures.push_str(&format!("{wide}: {found:?}\n"));
        }
    }
    // `Deny` statements are not evaluated, so they are reported as not checked.
    let denied = "\"arn:aws:iam::719240583316:role/sym/*\"";
    let deny = format!(
        "resource \"aws_iam_role_policy\" \"p\" {{\n  role = \"x\"\n  policy = jsonencode({})\n}}\n",
        statement(denied)
    );
    for (unclear, at) in [
        (
            block(all)
                .replace("statement {", &format!("{}\nstatement {{", source("override_policy_documents", denied))),
            "override",
        ),
        (deny.replace("\"Allow\"", "\"Deny\""), "deny"),
    ] {
        let found = with_policy(&unclear);
        let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
        if rules != ["not-checked"] {
            failures.push_str(&format!("{at}: {found:?}\n"));
        }
    }
    let elsewhere = role("\"Resource\": \"*\"").replace("SymRuntimeMain", "deploy").replace("\"runtime\"", "\"ci\"");
    expect(
        "another role",
        with_policy(&elsewhere.replace("aws_iam_role.runtime", "aws_iam_role.ci")),
        &[],
        &mut failures,
    );
    assert!(failures.is_empty(), "{failures}");
}

/// If the module's own policy does not use the list, the list has no effect.
#[test]
fn the_policy_in_a_local_runtime_connector_takes_effect() {
    let mut failures = String::new();
    let check = |resource: &str| {
        let main = format!(
            "{VARIABLES}\nmodule \"runtime\" {{\n  source = \"./runtime\"\n  account_id_safelist = [for t in var.customer_tenants : \
             t.sso_account_id]\n}}\n"
        );
        let module = format!(
            "variable \"account_id_safelist\" {{}}\ndata \"aws_caller_identity\" \"this\" {{}}\nresource \"aws_iam_role_policy\" \"p\" {{\n  \
             policy = jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = {resource} }}] }})\n}}\n"
        );
        findings(&[("main.tf", &main), ("runtime/main.tf", &module), ("terraform.tfvars", VALUES)])
    };
    let each = |list: &str| format!("[for a in {list} : \"arn:aws:iam::${{a}}:role/sym/*\"]");
    let own = "concat([data.aws_caller_identity.this.account_id], var.account_id_safelist)";
    for right in [each("var.account_id_safelist"), each(own)] {
        expect(&right, check(&right), &[], &mut failures);
    }
    let short = each("slice(var.account_id_safelist, 0, 2)");
    let found: Vec<String> = check(&short).into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(found, ["safelist-incomplete"]);
    expect("any", check("\"arn:aws:iam::*:role/sym/*\""), &[("safelist-wildcard", "*")], &mut failures);
    let both = format!("concat({}, [\"arn:aws:iam::*:role/sym/*\"])", each(own));
    expect("any beside others", check(&both), &[("safelist-wildcard", "*")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// IAM rejects account IDs in place of ARNs, so this policy grants nothing.
#[test]
fn a_policy_with_account_ids_is_incomplete() {
    let body = "statement {\n  actions = [\"sts:AssumeRole\"]\n  resources = [for t in var.customer_tenants : t.sso_account_id]\n}";
    let main = format!("{VARIABLES}\n{}", document(body));
    let found = findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
    let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["safelist-incomplete"]);
}

/// If only one value of the tenant contradicts the list, the list may be right.
#[test]
fn a_list_is_only_fixed_if_the_account_and_the_role_contradict_it() {
    let list = "[\"719240583316\", \"280365914472\", \"048261739906\"]";
    let main = format!(
        "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {list}\n}}\n"
    );
    let is_fixed = |values: &str| {
        let fixed = |finding: &Finding, _: &Project| (finding.rule.to_owned(), !finding.fixes.is_empty());
        tell(&[("main.tf", &main), ("terraform.tfvars", values)], fixed)
    };
    let expected = |is_fixed: bool| [("safelist-incomplete".to_owned(), is_fixed)];
    assert_eq!(is_fixed(VALUES), expected(true));
    let without_account = VALUES.replace("    sso_account_id = \"048261739905\"\n", "");
    assert_ne!(without_account, VALUES);
    let found: Vec<(String, bool)> =
        is_fixed(&without_account).into_iter().filter(|(rule, _)| rule != "missing-attribute").collect();
    assert_eq!(found, expected(false));
}

/// An account in the list may be the right one of a tenant whose account and role were copied.
#[test]
fn an_account_is_not_stale_if_a_tenant_has_another_tenants_account() {
    let values = VALUES.replace("048261739905", "719240583316").replace("SymSSORed-Canyon", "SymSSOBlue-Harbour");
    let main = format!(
        "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {LITERAL}\n}}\n"
    );
    let found = findings(&[("main.tf", &main), ("terraform.tfvars", &values)]);
    let rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    assert!(!rules.contains(&"safelist-stale"), "{rules:?}");
    assert!(rules.contains(&"connector-role-foreign"), "{rules:?}");
}

/// The names of the roles show that the accounts were swapped.
#[test]
fn two_swapped_accounts_are_one_finding() {
    let swapped = |text: &str| {
        text.replace("sso_account_id = \"719240583316\"", "sso_account_id = \"-\"")
            .replace("sso_account_id = \"280365914472\"", "sso_account_id = \"719240583316\"")
            .replace("sso_account_id = \"-\"", "sso_account_id = \"280365914472\"")
    };
    let values = swapped(VALUES);
    assert_ne!(values, VALUES);
    let found = findings(&[("main.tf", VARIABLES), ("terraform.tfvars", &values)]);
    assert_eq!(found, [("role-account-mismatch".to_owned(), "280365914472".to_owned())]);
}

/// If there is no other safelist, a policy that may be the runtime's is checked, whatever roles it names.
#[test]
fn a_policy_that_may_be_the_runtimes_is_checked() {
    let policy = |resource: &str| {
        format!(
            "{VARIABLES}\n{CALL}\nresource \"aws_iam_role_policy\" \"assume\" {{\n  role = \"runtime\"\n  policy = jsonencode({{ \
             Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = {resource} }}] }})\n}}\n"
        )
    };
    let found = |main: &str| findings(&[("main.tf", main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)]);
    let mut failures = String::new();
    let listed = "[for t in var.customer_tenants : \"arn:aws:iam::${t.sso_account_id}:role/*\"]";
    let stale = "concat(LISTED, [\"arn:aws:iam::593017462285:role/*\"])".replace("LISTED", listed);
    for (resource, expected) in [
        (listed, vec![]),
        (stale.as_str(), vec![("safelist-stale", "593017462285")]),
        ("\"*\"", vec![("not-checked", "*")]),
        ("\"arn:aws:iam::*:role/*\"", vec![("not-checked", "*")]),
        // The role of another system, or of an administrator.
        ("\"arn:aws:iam::593017462285:role/*\"", vec![]),
        ("\"arn:aws:iam::593017462285:role/deploy\"", vec![]),
    ] {
        expect(resource, found(&policy(resource)), &expected, &mut failures);
    }
    let all = policy("\"*\"").replace("sts:AssumeRole", "*");
    expect("all actions", found(&all), &[], &mut failures);
    // The runtime has a safelist.
    let runtime = format!(
        "{}\nmodule \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  environment = \"main\"\n  account_id_safelist = \
         values(var.customer_tenants)[*].sso_account_id\n}}\n",
        policy("\"*\"")
    );
    expect("beside a safelist", found(&runtime), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// Somebody else has the account that documentation uses.
#[test]
fn a_placeholder_is_not_added_to_the_safelist() {
    let main = format!(
        "{VARIABLES}\nmodule \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  \
         account_id_safelist = [\"719240583316\", \"280365914472\"]\n}}\n"
    );
    let values = VALUES.replace("048261739905", "123456789012");
    let found = findings(&[("main.tf", &main), ("terraform.tfvars", &values)]);
    assert_eq!(found, [("placeholder-value".into(), "123456789012".into())]);
}
