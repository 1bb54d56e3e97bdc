//! Values that Terraform hides, and values that only the environment sets, must not be in any output, unless they are
//! well-formed IDs.

use std::path::Path;

use serde_json::json;

use crate::support::{FLOW, Run, Symlint, VARIABLE, bad, folder, tenant, values};

/// A call whose argument `name` is `expression`.
fn leak(name: &str, expression: &str) -> String {
    let argument = |own: &str, right: &str| {
        let value = if own == name { expression } else { right };
        format!("  {own} = {value}\n")
    };
    let settings = format!(
        "{{ cloud = {}, instance_arn = {}, region = {}, role_arn = {} }}",
        if name == "cloud" { expression } else { "\"aws\"" },
        if name == "instance_arn" { expression } else { "\"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"" },
        if name == "region" { expression } else { "\"us-east-1\"" },
        if name == "role_arn" { expression } else { "\"arn:aws:iam::719240583316:role/sym/SymSSOLeak\"" },
    );
    let set = "\"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"";
    format!(
        "variable \"token\" {{}}\nlocals {{\n  table = {{ a = \"604178239951\" }}\n}}\nmodule \"leak\" {{\n  source = \"./sso_flow\"\n{}{}{}  \
         sso_connector_settings = {settings}\n}}\n",
        argument("tenant_slug", "\"leak\""),
        argument("account_id", "\"604178239951\""),
        argument("permission_set_arn", set),
    )
}

/// All output of symlint about `dir`, and about its changes compared to the folder `old` in it.
fn all_output(dir: &Path, environment: &[(&str, &str)]) -> Vec<(String, Run)> {
    let mut commands: Vec<Vec<&str>> = vec![
        vec!["inspect", "new"],
        vec!["inspect", "--format", "json", "new"],
        vec!["fix", "--diff", "--unsafe", "new"],
        vec!["check", "-v", "--write-baseline", "baseline.json", "new"],
        vec!["init", "new"],
    ];
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        commands.push(vec!["check", "--statistics", "--format", format, "new"]);
    }
    for format in ["human", "json", "markdown"] {
        commands.push(vec!["diff", "--format", format, "old", "new"]);
        commands.push(vec!["diff", "--format", format, "new", "old"]);
    }
    let mut printed = Vec::new();
    for command in commands {
        let run = environment.iter().fold(Symlint::new(&command).dir(dir), |run, (name, value)| run.env(name, value));
        printed.push((command.join(" "), run.run()));
    }
    for file in ["baseline.json", "new/.symlint.hcl"] {
        let stdout = std::fs::read_to_string(dir.join(file)).unwrap_or_default();
        printed.push((file.to_owned(), Run { code: 0, stdout, stderr: String::new() }));
    }
    printed
}

/// Whether the secret is in `text`, in any encoding.
fn is_revealed(text: &str) -> bool {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ["s3cretw0rd", "dr0wterc3s", "czndcmv0vzbyza"].iter().any(|spelling| plain.contains(spelling))
}

fn assert_nothing_is_revealed(what: &str, dir: &Path, environment: &[(&str, &str)]) {
    for (command, run) in all_output(dir, environment) {
        assert!(
            !is_revealed(&run.stdout) && !is_revealed(&run.stderr),
            "{what}: {command}: {}{}",
            run.stdout,
            run.stderr
        );
    }
}

const SECRET: &str = "S3CRET/w0rd";

/// Expressions that transform the variable `token`.
const DERIVED: [&str; 27] = [
    "var.token",
    "\"${var.token}\"",
    "\"<${var.token}>\"",
    "format(\"%s\", var.token)",
    "upper(var.token)",
    "join(\"-\", regexall(\".\", var.token))",
    "join(\"\", reverse(regexall(\".\", var.token)))",
    "strrev(var.token)",
    "base64encode(var.token)",
    "jsonencode({ a = [var.token] })",
    "jsondecode(jsonencode({ a = var.token })).a",
    "merge({ a = 1 }, { a = var.token }).a",
    "concat([\"x\"], [var.token])[1]",
    "{ for k in [var.token] : \"a\" => \"${k}!\" }.a",
    "[for k in [var.token] : k][0]",
    "try(var.token, \"x\")",
    "coalesce(\"\", var.token)",
    "replace(var.token, \"x\", \"y\")",
    "trimspace(\" ${var.token} \")",
    "nonsensitive(sensitive(var.token))",
    "lookup(local.table, var.token)",
    "local.table[var.token]",
    "file(var.token)",
    "fileexists(var.token)",
    "regex(\"(${var.token}\", \"x\")",
    "tonumber(var.token)",
    "templatestring(var.token, {})",
];

#[test]
fn values_from_the_environment_are_not_shown() {
    for expression in DERIVED {
        let main = leak("account_id", expression);
        let old = leak("account_id", "\"604178239951\"");
        let files = [("new/main.tf", main.as_str()), ("new/sso_flow/main.tf", FLOW), ("old/main.tf", old.as_str())];
        let dir = folder(&[&files[..], &[("old/sso_flow/main.tf", FLOW)]].concat());
        let environment = [("TF_VAR_token", SECRET)];
        assert_nothing_is_revealed(expression, dir.path(), &environment);
        let run = Symlint::new(&["check", "--format", "json", "new"]).dir(dir.path()).env("TF_VAR_token", SECRET).run();
        // Whether a file exists is known only when Terraform runs.
        assert_eq!(run.code == 0, expression.starts_with("fileexists"), "{expression}: {}", run.stdout);
    }
}

#[test]
fn no_argument_reveals_values_from_the_environment() {
    for name in ["tenant_slug", "permission_set_arn", "cloud", "instance_arn", "region", "role_arn"] {
        for expression in ["var.token", "\"arn:aws:iam::${var.token}:role/sym/SymSSOLeak\""] {
            let (main, old) = (leak(name, expression), leak(name, "\"us-east-1\""));
            let dir = folder(&[
                ("new/main.tf", &main),
                ("new/sso_flow/main.tf", FLOW),
                ("old/main.tf", &old),
                ("old/sso_flow/main.tf", FLOW),
            ]);
            assert_nothing_is_revealed(&format!("{name} = {expression}"), dir.path(), &[("TF_VAR_token", SECRET)]);
        }
    }
}

#[test]
fn values_that_cannot_be_read_are_not_quoted() {
    for (kind, value) in [
        ("map(string)", SECRET),
        ("map(string)", "S3CRETw0rd"),
        ("map(string)", "{ S3CRETw0rd = 1, S3CRETw0rd = 2 }"),
        ("map(string)", "{ S3CRETw0rd"),
        ("map(string)", "{ a = { S3CRETw0rd = } }"),
        ("map(string)", "S3CRETw0rd 1"),
        ("map(string)", "{ \"S3CRET w0rd\" = 1, \"S3CRET w0rd\" = 2 }"),
        ("object({})", "{ \"S3CRET w0rd\" = [] }"),
        ("list(string)", "S3CRET(\"w0rd\")"),
        ("list(string)", "'S3CRET w0rd'"),
        ("number", SECRET),
        ("bool", SECRET),
    ] {
        let main =
            format!("{VARIABLE}variable \"token\" {{\n  type = {kind}\n}}\noutput \"x\" {{\n  value = var.token\n}}\n");
        let values = values(&[tenant("blue_harbour", &[])]);
        let dir = folder(&[
            ("new/main.tf", &main),
            ("new/terraform.tfvars", &values),
            ("old/main.tf", VARIABLE),
            ("old/terraform.tfvars", &values),
        ]);
        assert_nothing_is_revealed(value, dir.path(), &[("TF_VAR_token", value)]);
    }
}

#[test]
fn other_places_do_not_reveal_values() {
    let rest = leak("account_id", "\"604178239951\"");
    for more in [
        "module \"runtime\" {\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [\"719240583316\", var.token]\n}\n",
        "module \"connector\" {\n  source = \"symopsio/sso-connector/aws\"\n  environment = var.token\n  runtime_role_arns = [var.token, \"arn:aws:iam::*:role/${var.token}\"]\n}\n",
        "module \"more\" {\n  source = \"./sso_flow\"\n  for_each = toset([var.token])\n  tenant_slug = each.key\n  account_id = each.value\n  \
         permission_set_arn = each.key\n  sso_connector_settings = { cloud = \"aws\", instance_arn = \"x\", region = \"x\", role_arn = \"x\" }\n}\n",
        "module \"more\" {\n  source = var.token\n}\n",
        "module \"more\" {\n  source = \"./${var.token}\"\n}\n",
        "module \"more\" {\n  source = \"./${var.token}\"\n  tenant_slug = \"more\"\n  account_id = \"604178239951\"\n  permission_set_arn = \"x\"\n  \
         sso_connector_settings = {}\n}\n",
        "variable \"checked\" {\n  default = \"\"\n  validation {\n    condition = false\n    error_message = \"It is ${var.token}.\"\n  }\n}\n",
        "locals {\n  all = { (var.token) = { sso_account_id = \"1\" } }\n}\nmodule \"more\" {\n  source = \"./sso_flow\"\n  for_each = local.all\n  \
         tenant_slug = each.key\n  account_id = each.value.sso_account_id\n  permission_set_arn = \"x\"\n  sso_connector_settings = {}\n}\n",
    ] {
        let main = format!("{rest}{more}");
        let dir = folder(&[
            ("new/main.tf", &main),
            ("new/sso_flow/main.tf", FLOW),
            ("old/main.tf", &rest),
            ("old/sso_flow/main.tf", FLOW),
        ]);
        assert_nothing_is_revealed(more, dir.path(), &[("TF_VAR_token", SECRET)]);
    }
}

/// The JSON of a service account is an example.
#[test]
fn keys_with_many_quotes_are_not_shown() {
    let secret: String = (0..40).map(|at| format!("\"k{at}\": \"a.b\", ")).collect();
    let secret = format!("{{{secret}\"key\": \"S3CRET/w0rd\"}}");
    let main = format!(
        "variable \"token\" {{}}\n{VARIABLE}module \"more\" {{\n  source = \"./sso_flow\"\n  for_each = {{ (var.token) = \
         var.customer_tenants[\"blue_harbour\"] }}\n  tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = \
         each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}}\n"
    );
    let values = values(&[tenant("blue_harbour", &[])]);
    let files = [("new/main.tf", main.as_str()), ("new/terraform.tfvars", &values), ("new/sso_flow/main.tf", FLOW)];
    let dir = folder(&[&files[..], &[("old/main.tf", VARIABLE), ("old/terraform.tfvars", &values)]].concat());
    assert_nothing_is_revealed(&secret, dir.path(), &[("TF_VAR_token", &secret)]);
}

#[test]
fn sensitive_variables_and_values_are_not_shown() {
    let secret = |name: &str, from: &str| tenant("blue_harbour", &[(from, &from.replace(name, SECRET))]);
    for tenant in [
        secret("719240583316", "sso_account_id = \"719240583316\""),
        secret("604178239951", "target_account_id  = \"604178239951\""),
        secret("us-east-1", "region       = \"us-east-1\""),
        secret("aws", "cloud        = \"aws\""),
        secret(":iam:", "role_arn     = \"arn:aws:iam::"),
        secret(":instance/", "instance_arn = \"arn:aws:sso:::instance/"),
        secret(":permissionSet/", "permission_set_arn = \"arn:aws:sso:::permissionSet/"),
    ] {
        let good = values(&[crate::support::tenant("blue_harbour", &[])]);
        let secret = values(std::slice::from_ref(&tenant));
        let variable = "variable \"customer_tenants\" {\n  type = any\n  sensitive = true\n}\n";
        let dir = folder(&[
            ("new/main.tf", variable),
            ("new/terraform.tfvars", &secret),
            ("old/main.tf", variable),
            ("old/terraform.tfvars", &good),
        ]);
        assert_nothing_is_revealed(&tenant, dir.path(), &[]);
        let run = Symlint::new(&["check", "--format", "json", "new"]).dir(dir.path()).run();
        let report = run.json();
        assert!(
            report["findings"][0]["message"].as_str().unwrap().contains("its value is sensitive"),
            "{}",
            run.stdout
        );
        // Well-formed IDs and names are shown.
        let shown = ["719240583316", "ssoins-7223a91be40c5d68", "SymSSOBlue-Harbour"];
        assert!(shown.iter().filter(|text| run.stdout.contains(*text)).count() >= 2, "{}", run.stdout);
        // The same values, with `sensitive()` around each of them.
        let marked = tenant.lines().map(|line| match line.split_once(" = ").filter(|_| line.contains(SECRET)) {
            Some((name, value)) => format!("{name} = sensitive({value})\n"),
            None => format!("{line}\n"),
        });
        let main = format!(
            "locals {{\n  customer_tenants = {{\n{}  }}\n}}\nmodule \"access\" {{\n  source = \"./sso_flow\"\n  for_each = local.customer_tenants\n  \
             tenant_slug = each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  \
             sso_connector_settings = each.value.sso_connector_settings\n}}\n",
            marked.collect::<String>()
        );
        let dir = folder(&[
            ("new/main.tf", &main),
            ("new/sso_flow/main.tf", FLOW),
            ("old/main.tf", VARIABLE),
            ("old/terraform.tfvars", &good),
        ]);
        assert_nothing_is_revealed(&main, dir.path(), &[]);
    }
}

#[test]
fn hidden_values_are_marked_in_json_and_blank_in_excerpts() {
    let hidden =
        tenant("blue_harbour", &[("target_account_id  = \"604178239951\"", "target_account_id  = \"hunter2\"")]);
    let variable = "variable \"customer_tenants\" {\n  type = any\n  sensitive = true\n}\n";
    let dir = folder(&[("main.tf", variable), ("terraform.tfvars", &values(&[hidden]))]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    let report = run.json();
    assert_eq!(report["tenants"][0]["grants"][0]["target_account_id"], json!({ "sensitive": true }));
    assert_eq!(report["access"][0]["account"]["value"], json!({ "sensitive": true }));
    assert_eq!(report["tenants"][0]["sso_account_id"], json!("719240583316"));
    assert_eq!(report["findings"][0]["rule"], json!("account-id-format"));
    assert_eq!(report["findings"][0]["location"]["start"]["line"], json!(11));
    let human = Symlint::new(&["check"]).dir(dir.path()).run().stdout;
    assert!(human.contains("target_account_id  = \"(sensitive)\""), "{human}");
}

#[test]
fn two_hidden_keys_stay_distinct() {
    let all = "{ \"a b\" = { sso_account_id = \"1\" }, \"c d\" = { sso_account_id = \"2\" } }";
    let dir = folder(&[("main.tf", VARIABLE)]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_VAR_customer_tenants", all).run();
    let report = run.json();
    let keys: Vec<_> = report["tenants"].as_array().unwrap().iter().map(|tenant| tenant["key"].clone()).collect();
    assert_eq!(keys, [json!("(sensitive)"), json!("(sensitive 2)")]);
    assert!(!run.stdout.contains("a b") && !run.stdout.contains("c d"), "{}", run.stdout);
}

#[test]
fn ordinary_values_of_the_environment_are_shown() {
    let dir = folder(&[("main.tf", VARIABLE)]);
    let value = &bad()["customer_tenants = ".len()..];
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_VAR_customer_tenants", value).run();
    assert_eq!(run.findings(), ["role-account-mismatch blue_harbour"]);
    assert!(run.stdout.contains("280365914472") && !run.stdout.contains("ensitive"), "{}", run.stdout);

    // A value that the environment only selects is written in a file.
    let main = format!(
        "variable \"stage\" {{}}\n{VARIABLE}locals {{\n  all = {{ prod = var.customer_tenants }}\n}}\nmodule \"access\" {{\n  source = \
         \"./sso_flow\"\n  for_each = local.all[var.stage]\n  tenant_slug = \"${{var.stage}}-${{each.key}}\"\n  account_id = \
         var.stage == \"prod\" ? each.value.target_account_id : \"\"\n  permission_set_arn = each.value.permission_set_arn\n  \
         sso_connector_settings = each.value.sso_connector_settings\n}}\n"
    );
    let tenants = values(&[tenant("blue_harbour", &[("\"604178239951\"", "\"6041-7823-995\"")])]);
    let dir = folder(&[("main.tf", &main), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", &tenants)]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_VAR_stage", "prod").run();
    assert_eq!(run.findings(), ["account-id-format blue_harbour"]);
    assert!(run.stdout.contains("`6041-7823-995`") && !run.stdout.contains("ensitive"), "{}", run.stdout);
}
