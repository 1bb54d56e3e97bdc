//! The exit codes, and what a report says about parts that were not checked.

use crate::cli::check;
use crate::support::{FLOW, Symlint, VARIABLE, folder, good, symlint, tenant, values};

#[test]
fn exit_codes_show_the_result() {
    assert_eq!(symlint(&["check", "examples/multi-tenant"]).code, 0);
    assert_eq!(symlint(&["check", "examples/copy-paste"]).code, 1);
    assert_eq!(symlint(&["check", "--fail-on", "never", "examples/copy-paste"]).code, 0);
    assert_eq!(check("customer_tenants = {}\n").code, 0);
    assert_eq!(check("other = {}\n").code, 2);
    assert_eq!(check("").code, 2);
    assert_eq!(check("customer_tenants = {\n").code, 1);
    assert_eq!(symlint(&["check", "no-such-folder"]).code, 2);
    assert_eq!(symlint(&["check", "examples/copy-paste/main.tf"]).code, 1, "it stands for its module");
    assert_eq!(symlint(&["check", "README.md"]).code, 2);
    assert_eq!(symlint(&["check", "--select", "no-such-rule"]).code, 2);
    assert_eq!(symlint(&["check", "--no-such-option"]).code, 2);
    assert_eq!(symlint(&["check", "--format", "xml"]).code, 2);
    assert_eq!(symlint(&["check", "--format", "json", "--format", "concise", "examples/multi-tenant"]).code, 2);
    assert_eq!(symlint(&["--version"]).code, 0);
    assert_eq!(symlint(&["check", "--help"]).code, 0);
    assert_eq!(symlint(&[]).code, 2);
}

#[test]
fn warnings_only_fail_if_requested() {
    let text = values(&[tenant("blue_harbour", &[("604178239951", "719240583316")])]);
    let run = |fail_on: &str| Symlint::new(&["check", "--fail-on", fail_on, "-"]).stdin(text.as_str()).run().code;
    assert_eq!((run("error"), run("warning"), run("never")), (0, 1, 0));
}

#[test]
fn values_that_are_unknown_for_one_reason_are_one_note() {
    let call = "module \"sso_access\" {\n  source = \"./sso_flow\"\n  for_each = local.tenants\n  tenant_slug = each.key\n  \
                account_id = each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  \
                sso_connector_settings = each.value.sso_connector_settings\n}\n";
    let local = "locals {\n  tenants = { for name in [\"acme\", \"bolt\"] : name => jsondecode(file(\"${path.module}/${name}.json\")) }\n}\n";
    let json = r#"{ "sso_account_id": "719240583316", "permission_set_arn": "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63", "target_account_id": "604178239951",
      "sso_connector_settings": { "cloud": "aws", "instance_arn": "arn:aws:sso:::instance/ssoins-7223a91be40c5d68", "region": "us-east-1", "role_arn": "arn:aws:iam::719240583316:role/sym/SymSSOAcme" } }"#;
    let dir = folder(&[
        ("main.tf", &format!("{local}{call}")),
        ("sso_flow/main.tf", crate::support::FLOW),
        ("acme.json", json),
        ("bolt.json", "{ \"sso_account_id\": }"),
    ]);
    let report = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run().json();
    let gaps = report["runs"][0]["not_checked"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let reason = gaps[0]["reason"].as_str().unwrap();
    assert!(reason.contains(", and `target_account_id` of `bolt` were not checked: `jsondecode` expects"), "{reason}");
}

#[test]
fn an_unchecked_part_never_looks_like_a_pass() {
    let unset = folder(&[("main.tf", VARIABLE), ("envs/prod.tfvars", &good())]);
    let run = Symlint::new(&["check"]).dir(unset.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "each values file below is a run");
    assert!(run.stdout.ends_with("checked 7 values of 1 tenant in 2 files: no findings\n"), "{}", run.stdout);
    // A file that is decoded is checked as well.
    let decoded = "locals {\n  customer_tenants = jsondecode(file(\"${path.module}/tenants.json\"))\n}\n";
    let calls = "module \"access\" {\n  source = \"./sso_flow\"\n  for_each = local.customer_tenants\n\n  tenant_slug = \
                 each.key\n  account_id = each.value.target_account_id\n  permission_set_arn = \
                 each.value.permission_set_arn\n  sso_connector_settings = each.value.sso_connector_settings\n}\n";
    let tenants = folder(&[
        ("main.tf", &format!("{decoded}{calls}")),
        ("sso_flow/main.tf", FLOW),
        ("tenants.json", "{}"),
        ("other.json", "{}"),
    ]);
    let run = Symlint::new(&["check"]).dir(tenants.path()).run();
    assert!(run.stdout.ends_with("checked 0 tenants in 3 files: no findings\n"), "{}", run.stdout);
    let alone = folder(&[("main.tf", VARIABLE)]);
    let run = Symlint::new(&["check"]).dir(alone.path()).run();
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`customer_tenants` has no value"), "{}", run.stderr);
    let run = Symlint::new(&["check", "--var-file", "envs/prod.tfvars"]).dir(unset.path()).run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));

    let unknown = folder(&[(
        "main.tf",
        r#"variable "secret" {}
variable "customer_tenants" { type = any }
module "sso" {
  source      = "./sso_flow"
  tenant_slug = var.secret
}
"#,
    )]);
    std::fs::write(unknown.path().join("terraform.tfvars"), "customer_tenants = null\n").unwrap();
    assert_eq!(Symlint::new(&["check"]).dir(unknown.path()).run().code, 2);

    let flows = folder(&[(
        "main.tf",
        "data \"terraform_remote_state\" \"all\" {}\nmodule \"access\" {\n  source = \"./sso_flow\"\n  \
         for_each = data.terraform_remote_state.all.outputs.tenants\n  tenant_slug = each.key\n}\n",
    )]);
    let run = Symlint::new(&["check"]).dir(flows.path()).run();
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("the `for_each` of `module.access` is not known"), "{}", run.stderr);

    let call = |region: &str| {
        format!(
            "data \"terraform_remote_state\" \"all\" {{}}\nlocals {{\n  all = data.terraform_remote_state.all.outputs\n}}\n\
             module \"access\" {{\n  source = \"example/sso_flow/sym\"\n  tenant_slug = \"blue_harbour\"\n  account_id = local.all.account\n  \
             permission_set_arn = local.all.set\n  sso_connector_settings = {{\n    cloud = local.all.cloud\n    \
             instance_arn = local.all.instance\n    region = {region}\n    \
             role_arn = \"arn:aws:iam::${{local.all.account}}:role/sym/SymSSOBlue-Harbour\"\n  }}\n}}\n"
        )
    };
    for (region, code) in [("local.all.region", 2), ("\"eu-west-1\"", 0)] {
        let called = folder(&[("main.tf", &call(region))]);
        assert_eq!(Symlint::new(&["check"]).dir(called.path()).run().code, code, "{region}");
    }

    let empty = folder(&[("notes.txt", "nothing")]);
    let run = Symlint::new(&["check"]).dir(empty.path()).run();
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("nothing to check"), "{}", run.stderr);
}

#[test]
fn an_attribute_that_no_tenant_has_is_reported() {
    let typed = |account: &str| {
        format!(
            "variable \"customer_tenants\" {{\n  type = map(object({{\n    sso_account_id = string\n    \
             sso_connector_settings = map(string)\n    permission_set_arn = string\n    {account} = string\n  }}))\n}}\n"
        )
    };
    let renamed = good().replace("target_account_id ", "workload_account ");
    let main = typed("workload_account");
    let run = |config: &str, main: &str, values: &str| {
        let dir = folder(&[(".symlint.hcl", config), ("main.tf", main), ("terraform.tfvars", values)]);
        Symlint::new(&["check", "--format", "json", "."]).dir(dir.path()).run()
    };
    let attributes =
        |theirs: &str| format!("tenants {{\n  attributes = {{\n    target_account_id = \"{theirs}\"\n  }}\n}}\n");
    let known = run(&attributes("workload_account"), &main, &renamed);
    assert_eq!((known.code, known.stderr.as_str()), (0, ""), "{known:?}");
    let flow = "module \"sso\" {\n  source = \"example/sso_flow/aws\"\n  for_each = var.customer_tenants\n  \
                tenant_slug = each.key\n}\n";
    let silent = run("", &format!("{main}{flow}"), &renamed);
    assert_eq!(silent.code, 0, "{silent:?}");
    let said =
        "the target account was not found in any tenant, so it was not checked; the tenants have `workload_account`";
    assert!(silent.stdout.contains(said), "{}", silent.stdout);
    assert!(
        silent.stdout.contains("attributes = { target_account_id = \\\"workload_account\\\" }"),
        "{}",
        silent.stdout
    );
    for (theirs, main, values, said) in [
        (
            "workload_acount",
            &main,
            &renamed,
            "no tenant has an attribute `workload_acount`; did you mean `workload_account`?",
        ),
        (
            "account",
            &typed("target_account_id"),
            &good(),
            "no tenant has an attribute `account`: they have `target_account_id`",
        ),
    ] {
        let mistyped = run(&attributes(theirs), main, values);
        assert_eq!(mistyped.code, 2, "{mistyped:?}");
        assert!(mistyped.stderr.contains(&format!(".symlint.hcl:3:25: {said}")), "{}", mistyped.stderr);
    }
    // No attribute has a name that symlint knows.
    let main = "variable \"customer_tenants\" {\n  type = map(object({ account = string }))\n}\n";
    let nothing = run("", main, "customer_tenants = {\n  a = { account = \"604178239951\" }\n}\n");
    assert_eq!(nothing.code, 2, "{nothing:?}");
    assert!(nothing.stderr.contains("no tenant has any of the attributes that are looked for"), "{}", nothing.stderr);

    let flow = "module \"sso\" {\n  source = \"example/sso_flow/aws\"\n  for_each = var.customer_tenants\n  \
                tenant_slug = each.key\n  account_id = each.value.target_account_id\n}\n";
    let main = format!("{}{flow}", typed("target_account_id"));
    let arguments = |theirs: &str| format!("flow {{\n  arguments = {{ account_id = \"{theirs}\" }}\n}}\n");
    let mistyped = run(&arguments("target_account"), &main, &good());
    assert_eq!(mistyped.code, 2, "{mistyped:?}");
    let said = ".symlint.hcl:2:30: no call of the flow module has an argument `target_account`: they have `account_id`";
    assert!(mistyped.stderr.contains(said), "{}", mistyped.stderr);
    let elsewhere = run(&arguments("target_account"), &main.replace("  account_id =", "  other ="), &good());
    assert_eq!(elsewhere.code, 0, "{elsewhere:?}");
    assert!(
        elsewhere.stdout.contains("no call of the flow module has an argument `target_account`"),
        "{}",
        elsewhere.stdout
    );
}

/// Grants without Sym, and flows of Sym for other services than Identity Center.
#[test]
fn unrelated_setups_have_no_findings_and_unknown_ones_do_not_pass() {
    let assignments = |each: &str| {
        format!(
            "variable \"accounts\" {{\n  default = {{}}\n}}\ndata \"aws_ssoadmin_instances\" \"this\" {{}}\n\
             data \"aws_organizations_organization\" \"this\" {{}}\n\
             resource \"aws_ssoadmin_account_assignment\" \"this\" {{\n  for_each = {each}\n  \
             instance_arn = data.aws_ssoadmin_instances.this.arns[0]\n  permission_set_arn = each.value.set\n  \
             target_id = data.aws_organizations_organization.this.accounts[0].id\n}}\n"
        )
    };
    let check = |main: &str| {
        let dir = folder(&[("main.tf", main)]);
        let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
        (run.code, run.json()["tenants"].as_array().unwrap().len(), run.stderr)
    };
    assert_eq!(check(&assignments("var.accounts")), (0, 0, String::new()));
    let (code, _, said) = check(&assignments("{ x = { set = data.aws_ssoadmin_instances.this.arns[1] } }"));
    assert!(code == 2 && said.contains("no value of any tenant is known before apply"), "{code} {said}");

    let lambda = r#"
module "lambda" {
  source = "example/lambda-connector/aws"
}
resource "sym_integration" "lambda" {
  type        = "permission_context"
  name        = "lambda"
  external_id = module.lambda.settings.account_id
  settings    = module.lambda.settings
}
resource "sym_strategy" "lambda" {
  type           = "aws_lambda"
  name           = "lambda"
  integration_id = sym_integration.lambda.id
}
"#;
    let sso = r#"
resource "sym_integration" "sso" {
  type        = "permission_context"
  name        = "sso"
  external_id = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
  settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::719240583316:role/sym/SymSSOAcme"
  }
}
resource "sym_target" "sso" {
  type     = "aws_sso_permission_set"
  name     = "sso"
  settings = {
    account_id         = "604178239951"
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63"
  }
}
resource "sym_strategy" "sso" {
  type           = "aws_sso"
  name           = "sso"
  integration_id = INTEGRATION.id
  targets        = [sym_target.sso.id]
  settings       = { instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68" }
}
"#;
    let right = sso.replace("INTEGRATION", "sym_integration.sso");
    assert_eq!(check(&format!("{lambda}{right}")), (0, 1, String::new()));
}

#[test]
fn a_level_does_not_turn_a_syntax_error_into_a_pass() {
    let run = |text: &str| Symlint::new(&["check", "--level", "syntax-error=warning", "-"]).stdin(text).run();
    let lost = run("customer_tenants = {");
    assert_eq!(lost.code, 2, "{lost:?}");
    assert!(lost.stderr.contains("a file cannot be read"), "{}", lost.stderr);
    assert_eq!(run(&format!("{}other = {{\n", good())).code, 0);
}

#[test]
fn values_of_the_wrong_type_are_findings() {
    let typed = "variable \"customer_tenants\" {\n  type = map(object({ sso_account_id = string }))\n}\n";
    let list = values(&[tenant("a", &[])]).replace("= {\n  a = {", "= [{").replace("  }\n}\n", "  }]\n");
    for text in [
        "customer_tenants = \"x\"",
        "customer_tenants = true",
        "customer_tenants = []",
        "customer_tenants = [{}]",
        &list,
    ] {
        let run = check(text);
        assert_eq!((run.code, run.findings()), (1, vec!["type-mismatch -".to_owned()]), "{text}");
        assert_eq!(run.stderr, "", "{text}");
        let module = folder(&[("main.tf", typed), ("terraform.tfvars", text)]);
        let run = Symlint::new(&["check", "--format", "json"]).dir(module.path()).run();
        assert_eq!(run.code, 1, "{text}: {run:?}");
        assert!(run.findings().contains(&"type-mismatch -".to_owned()), "{text}: {run:?}");
        assert_eq!(run.stderr, "", "{text}");
    }
    // The value is wrong, not just unknown.
    let module = folder(&[("main.tf", typed), ("terraform.tfvars", "customer_tenants = { a = \"x\" }")]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(module.path()).run();
    assert_eq!((run.code, run.findings()), (1, vec!["type-mismatch a".to_owned()]), "{}", run.stderr);
    assert_eq!(run.json()["summary"]["unknown_values"], 0);
    let run = check("customer_tenants = nothing(1)\n");
    assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{}", run.stdout);
}

#[test]
fn a_null_is_reported_once() {
    let dir = folder(&[("e.tfvars", "customer_tenants = null\n")]);
    let run = Symlint::new(&["check", "--format", "json", "e.tfvars"]).dir(dir.path()).run();
    assert_eq!((run.code, run.findings()), (2, Vec::new()));
    assert!(run.stderr.contains("the variable `customer_tenants` is null"), "{}", run.stderr);
    assert!(!run.stderr.contains("not loaded"), "{}", run.stderr);
    let main =
        format!("{VARIABLE}module \"sso\" {{\n  source   = \"./sso_flow\"\n  for_each = var.customer_tenants\n}}\n");
    std::fs::write(dir.path().join("main.tf"), main).unwrap();
    let run = Symlint::new(&["check", "--format", "json", "e.tfvars"]).dir(dir.path()).run();
    assert_eq!((run.code, run.findings()), (2, vec!["not-checked -".to_owned()]), "{run:?}");
    assert!(!run.stderr.contains("not loaded"), "{}", run.stderr);
}

#[test]
fn short_identifiers_are_marked_exactly() {
    let path = "tests/fixtures/two-short-tenants.tfvars";
    let run = symlint(&["check", "--format", "concise", path]);
    let found: Vec<(&str, &str)> = run
        .stdout
        .lines()
        .filter_map(|line| line.split_once(": error["))
        .map(|(place, rest)| (&place[path.len() + 1..], rest.split(']').next().unwrap()))
        .collect();
    let expected = [
        ("3:23", "account-id-format"),
        ("6:48", "instance-arn-format"),
        ("10:69", "permission-set-arn-format"),
        ("11:27", "account-id-format"),
        ("14:23", "account-id-format"),
        ("17:48", "instance-arn-format"),
        ("19:57", "connector-role-foreign"),
        ("21:55", "instance-id-mismatch"),
        ("21:55", "permission-set-arn-format"),
        ("22:27", "account-id-format"),
    ];
    assert_eq!(found, expected);
    // In the human format, findings that involve several tenants come first.
    let human = symlint(&["check", path]).stdout;
    let first = human.lines().next().unwrap();
    assert!(first.contains("tenant_two"), "{first}");
}

#[test]
fn resources_repeated_for_an_empty_default_are_not_a_pass() {
    let main = |default: &str| {
        format!(
            "variable \"access\" {{\n  type = any\n  default = {{}}\n}}\nresource \"aws_ssoadmin_account_assignment\" \
             \"a\" {{\n  for_each = {default}\n  instance_arn = each.value.i\n  permission_set_arn = each.value.p\n  \
             target_id = each.value.t\n}}\n"
        )
    };
    for (default, is_said) in [("var.access", true), ("{}", false)] {
        let dir = folder(&[("main.tf", &main(default))]);
        let run = Symlint::new(&["check", "--format", "concise"]).dir(dir.path()).run();
        assert_eq!(run.stdout.contains("[not-checked]"), is_said, "{}", run.stdout);
    }
}

#[test]
fn errors_in_modules_without_tenants_are_not_reported() {
    let role = "resource \"aws_iam_role\" \"r\" {\n  name = var.id\n}\nvariable \"id\" {}\n";
    let main = "module \"assume\" {\n  source = \"./role\"\n  id = var.account_id\n}\n";
    let dir = folder(&[
        ("tenants.tfvars", &good()),
        ("live/terragrunt.hcl", "inputs = { account_id = \"1\" }\n"),
        ("live/main.tf", main),
        ("live/role/main.tf", role),
    ]);
    let run = Symlint::new(&["check", "--format", "concise"]).dir(dir.path()).run();
    assert!(!run.stdout.contains("error[") && !run.stdout.contains("warning["), "{}", run.stdout);
}

/// Exit code 2 comes with what to do about it.
#[test]
fn a_check_of_nothing_shows_a_way_out() {
    let call = include_str!("../../fixtures/wiring/call.tf");
    let flow = include_str!("../../fixtures/wiring/sso_flow.tf");
    let said = |main: &str| {
        let files = [("main.tf", main), ("sso_flow/main.tf", flow)];
        let dir = folder(if main.contains("./sso_flow") { &files } else { &files[..1] });
        let run = Symlint::new(&["check"]).dir(dir.path()).run();
        assert_eq!(run.code, 2, "{run:?}");
        run.stderr
    };
    let by_workspace = "yamldecode(file(\"${terraform.workspace}.yaml\"))";
    let text = said(&call.replace("var.customer_tenants", by_workspace));
    assert!(text.contains("help: Select the workspace: `TF_WORKSPACE=NAME symlint check`"), "{text}");
    let grants = "data \"aws_organizations_organization\" \"org\" {}\nresource \"aws_ssoadmin_account_assignment\" \"all\" {\n  \
                  # symlint-ignore: not-checked -- AWS lists them\n  \
                  for_each = toset(data.aws_organizations_organization.org.accounts[*].id)\n  instance_arn = \
                  \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"\n  permission_set_arn = \
                  \"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"\n  target_id = each.value\n}\n";
    let text = said(grants);
    let why = "error: no tenants were checked in `.`: `aws_ssoadmin_account_assignment.all` was not checked, because it is not known \
               how many there are: ";
    assert!(text.starts_with(why) && text.contains("with `exclude` in .symlint.hcl"), "{text}");
}
