//! The policies of the runtime's role, and policies that are partly unknown.

use crate::wiring::{CALL, Found, MODULE, VALUES, VARIABLES, expect, findings};

const BESIDE: &str = "data \"external\" \"one\" {\n  program = [\"x\"]\n}\ndata \"aws_caller_identity\" \"this\" {}\n\
     data \"aws_organizations_organization\" \"this\" {}\nresource \"aws_kinesis_stream\" \"own\" {}\n";

/// The right policy of the runtime.
const OWN: &str = "resource \"aws_iam_role_policy\" \"own\" {\n  role = \"SymRuntimeMain\"\n  policy = jsonencode({ Statement = [{ \
     Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = [for t in var.customer_tenants : \
     \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"] }] })\n}\n";

fn found(files: &[(&str, &str)], more: &str) -> Vec<Found> {
    let main = format!("{VARIABLES}\n{BESIDE}\n{OWN}\n{CALL}\n{more}");
    let usual = [("main.tf", main.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)];
    findings(&[&usual, files].concat())
}

fn rules(found: &[Found]) -> String {
    found.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>().join(" ")
}

/// The right policy of the runtime, and another one.
fn with(head: &str, policy: &str) -> String {
    format!(
        "resource \"aws_iam_role_policy\" \"more\" {{\n  {head}\n  role = \"SymRuntimeMain\"\n  policy = {policy}\n}}\n"
    )
}

fn statement(action: &str, resource: &str) -> String {
    format!("jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = {action}, Resource = {resource} }}] }})")
}

fn document(inside: &str) -> String {
    let own = "statement {\n  actions = [\"sts:AssumeRole\"]\n  resources = [for t in var.customer_tenants : \
               \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"]\n}";
    let policy = with("", "data.aws_iam_policy_document.sym.json");
    format!("data \"aws_iam_policy_document\" \"sym\" {{\n{own}\n{inside}\n}}\n{policy}")
}

const ASSUME: &str = "\"sts:AssumeRole\"";
const ANY: &str = "\"arn:aws:iam::*:role/sym/*\"";
const UNKNOWN: &str = "data.external.one.result.x";

#[test]
fn unknown_parts_of_the_runtimes_policy_are_reported() {
    let mut failures = String::new();
    let block = |inside: &str| {
        format!(
            "dynamic \"statement\" {{\n  for_each = {UNKNOWN} == \"\" ? [1] : []\n  content {{\n    actions = [{ASSUME}]\n    resources = \
             {inside}\n  }}\n}}"
        )
    };
    let maybe = format!("count = {UNKNOWN} == \"\" ? 1 : 0");
    for (more, expected) in [
        (with("", &statement(UNKNOWN, ANY)), "not-checked"),
        (with("", &statement(&format!("[{UNKNOWN}, \"s3:*\"]"), "\"*\"")), "not-checked"),
        (with("", &statement(ASSUME, UNKNOWN)), "not-checked"),
        (with("", UNKNOWN), "not-checked"),
        (with("", &format!("<<EOT\n{{\"Statement\": [${{{UNKNOWN}}}]}}\nEOT")), "not-checked"),
        (with(&maybe, &statement(ASSUME, ANY)), "not-checked safelist-wildcard"),
        (with(&format!("for_each = {UNKNOWN}"), &statement(ASSUME, ANY)), "not-checked safelist-wildcard"),
        (document(&block(&format!("[{ANY}]"))), "not-checked safelist-wildcard"),
        (document(&block("[statement.value]")), "not-checked"),
        (document(&format!("source_policy_documents = [{UNKNOWN}]")), "not-checked"),
    ] {
        let found = found(&[], &more);
        if rules(&found) != expected {
            failures.push_str(&format!("{more}\n  {expected} {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn common_policies_of_the_runtime_have_no_findings() {
    let mut failures = String::new();
    let stream = "aws_kinesis_stream.own.arn";
    let other = "\"arn:aws:iam::${data.aws_caller_identity.this.account_id}:role/deploy\"";
    let each = "[for t in var.customer_tenants : \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"]";
    for more in [
        with("", &statement("[\"kinesis:PutRecord\"]", stream)),
        with("", &statement(ASSUME, other)),
        with("", &statement(ASSUME, "aws_iam_role.helper.arn"))
            + "resource \"aws_iam_role\" \"helper\" {\n  name = \"helper\"\n}\n",
        with(
            "",
            &format!(
                "<<EOT\n{{\"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"kinesis:*\", \"Resource\": \"${{{stream}}}\"}}]}}\nEOT"
            ),
        ),
        with(
            "",
            &format!(
                "<<EOT\n{{\"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", \"Resource\": {other}}}]}}\nEOT"
            ),
        ),
        with(
            "for_each = var.customer_tenants",
            &statement(ASSUME, "\"arn:aws:iam::${each.value.sso_account_id}:role/sym/*\""),
        ),
        with("count = length(var.customer_tenants) > 0 ? 1 : 0", &statement(ASSUME, each)),
        document(""),
        document(&format!(
            "dynamic \"statement\" {{\n  for_each = [1]\n  content {{\n    actions = [\"kinesis:*\"]\n    resources = [{stream}]\n  }}\n}}"
        )),
        document("source_policy_documents = [data.aws_iam_policy_document.base.json]")
            + &format!(
                "data \"aws_iam_policy_document\" \"base\" {{\n  statement {{\n    actions = [\"kinesis:*\"]\n    resources = [{stream}]\n  }}\n}}\n"
            ),
        // The policies of other roles do not need to be known.
        with("", UNKNOWN).replace("SymRuntimeMain", "deploy"),
        with("", UNKNOWN).replace("SymRuntimeMain", "sym-reporting"),
        with("", &statement(ASSUME, UNKNOWN)).replace("SymRuntimeMain", "deploy"),
    ] {
        expect(&more, found(&[], &more), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The only policy about roles of Sym allows none of them, which one letter can do.
#[test]
fn a_policy_with_another_path_than_that_of_the_connectors_is_not_checked() {
    let mut failures = String::new();
    for (path, expected) in [("sym", vec![]), ("syms", vec!["not-checked"]), ("deploy", vec![])] {
        let document = format!(
            "data \"aws_iam_policy_document\" \"runtime\" {{\n  statement {{\n    actions = [{ASSUME}]\n    resources = [for t in \
             var.customer_tenants : \"arn:aws:iam::${{t.sso_account_id}}:role/{path}/*\"]\n  }}\n}}\n"
        );
        let main = format!("{VARIABLES}\n{CALL}\n{document}");
        let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)]);
        if found.iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>() != expected {
            failures.push_str(&format!("{path}: {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn attached(arn: &str) -> String {
    format!(
        "resource \"aws_iam_role_policy_attachment\" \"x\" {{\n  role = \"SymRuntimeMain\"\n  policy_arn = {arn}\n}}\n"
    )
}

#[test]
fn an_attached_policy_of_the_runtime_is_recognized() {
    let mut failures = String::new();
    let wide = |resource: &str| {
        format!(
            "resource \"aws_iam_policy\" \"wide\" {{\n  name = \"wide\"\n  policy = {}\n}}\n",
            statement(ASSUME, resource)
        )
    };
    let any = wide("\"arn:aws:iam::*:role/*\"");
    let local = "locals {\n  arns = [aws_iam_policy.wide.arn]\n}\n";
    let module = format!("variable \"arn\" {{}}\n{}", attached("var.arn"));
    let call = "module \"at\" {\n  source = \"./at\"\n  arn = aws_iam_policy.wide.arn\n}\n";
    let absent = "module \"role\" {\n  source = \"terraform-aws-modules/iam/aws//modules/iam-assumable-role\"\n  role_name = \
                  \"SymRuntimeMain\"\n  custom_role_policy_arns = [aws_iam_policy.wide.arn]\n}\n";
    let for_each = attached("each.value").replace("role =", "for_each = { wide = aws_iam_policy.wide.arn }\n  role =");
    let files = [("at/main.tf", module.as_str())];
    for (more, expected) in [
        (any.clone(), ""),
        (any.clone() + &attached("aws_iam_policy.wide.arn"), "safelist-wildcard"),
        (any.clone() + local + &attached("local.arns[0]"), "safelist-wildcard"),
        (any.clone() + call, "safelist-wildcard"),
        (any.clone() + absent, "safelist-wildcard"),
        (any.clone() + &for_each, "safelist-wildcard"),
        (
            format!(
                "resource \"awscc_iam_role_policy\" \"x\" {{\n  role_name = \"SymRuntimeMain\"\n  policy_document = {}\n}}\n",
                statement(ASSUME, ANY)
            ),
            "safelist-wildcard",
        ),
        (attached("\"arn:aws:iam::872818995424:policy/wide\""), "not-checked"),
        (attached("data.external.one.result.x"), "not-checked"),
        (attached("\"arn:aws:iam::aws:policy/AdministratorAccess\""), "not-checked"),
        (attached("\"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole\""), ""),
        (wide("\"arn:aws:iam::593017462285:role/deploy\"") + &attached("aws_iam_policy.wide.arn"), ""),
        (attached("\"arn:aws:iam::872818995424:policy/wide\"").replace("SymRuntimeMain", "deploy"), ""),
    ] {
        let found = found(&files, &more);
        if rules(&found) != expected {
            failures.push_str(&format!("{more}\n  {expected} {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_assignment_of_any_provider_is_a_grant() {
    let mut failures = String::new();
    for kind in ["aws_ssoadmin_account_assignment", "awscc_sso_assignment"] {
        for (account, expected) in
            [("each.value.target_account_id", ""), ("\"604178239951\"", "flow-resource-miswired")]
        {
            let grant = format!(
                "resource \"{kind}\" \"all\" {{\n  for_each = var.customer_tenants\n  instance_arn = \
                 each.value.sso_connector_settings.instance_arn\n  permission_set_arn = each.value.permission_set_arn\n  target_id = \
                 {account}\n}}\n"
            );
            let found = findings(&[("main.tf", &format!("{VARIABLES}\n{grant}")), ("terraform.tfvars", VALUES)]);
            if rules(&found) != expected {
                failures.push_str(&format!("{kind} {account}: {found:?}\n"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A role for services is neither a connector's nor the runtime's, so a call that may create one leaves nothing open.
#[test]
fn roles_for_services_do_not_matter() {
    let shards = "variable \"shards\" {}\nmodule \"shard\" {\n  source = \"./shard\"\n  for_each = var.shards\n  name = each.key\n}\n";
    let runtime = "module \"runtime_connector\" {\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = \
                   [\"719240583316\", \"280365914472\", \"048261739905\", \"593017462285\"]\n}\n";
    let main = format!("{VARIABLES}\n{CALL}\n{runtime}{shards}");
    let role = |trust: &str| {
        format!(
            "variable \"name\" {{}}\nresource \"aws_iam_role\" \"own\" {{\n  name = var.name\n  assume_role_policy = {trust}\n}}\n"
        )
    };
    let encoded = |principal: &str| {
        role(&format!(
            "jsonencode({{ Statement = [{{ Effect = \"Allow\", Action = {ASSUME}, Principal = {principal} }}] }})"
        ))
    };
    let document = |kind: &str| {
        role("data.aws_iam_policy_document.trust.json")
            + &format!(
                "data \"aws_iam_policy_document\" \"trust\" {{\n  statement {{\n    actions = [{ASSUME}]\n    principals {{\n      type = \
                 \"{kind}\"\n      identifiers = [\"x\"]\n    }}\n  }}\n}}\n"
            )
    };
    let logs = statement("\"logs:PutLogEvents\"", "\"*\"");
    let logs = format!("resource \"aws_iam_policy\" \"logs\" {{\n  policy = {logs}\n}}\n");
    let stale = [("safelist-stale", "593017462285")];
    let open = [("not-checked", "var.shards")];
    let mut failures = String::new();
    for (module, expected) in [
        (encoded("{ Service = \"lambda.amazonaws.com\" }"), &stale),
        (encoded("{ Service = \"lambda.amazonaws.com\" }") + &logs, &stale),
        (document("Service"), &stale),
        (encoded("{ AWS = \"arn:aws:iam::803477428605:root\" }"), &open),
        (document("AWS"), &open),
        (encoded("var.name"), &open),
        (format!("resource \"aws_iam_role_policy\" \"own\" {{\n  policy = {}\n}}\n", statement(ASSUME, ANY)), &open),
    ] {
        let files = [("main.tf", main.as_str()), ("shard/main.tf", &module), ("sso_flow/main.tf", MODULE)];
        let found = findings(&[&files[..], &[("terraform.tfvars", VALUES)]].concat());
        expect(&module, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
