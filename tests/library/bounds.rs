//! Input that exceeds a limit: the report says what is wrong, and what was not checked.

use std::fmt::Write as _;

use symlint_core::check::{Outcome, check};
use symlint_core::config::{self, Config};
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project, Sources};

fn with_outcome<T>(config: &str, files: &[(&str, &str)], of: impl FnOnce(&Outcome<'_>) -> T) -> T {
    let files: std::collections::BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
    let sources = Sources::new();
    let file = sources.add(".symlint.hcl", config.as_bytes().to_vec()).unwrap();
    let config = Config { file: None, ..config::read(&sources, file, catalogue()).unwrap() };
    of(&check(&project, &config, &Policy::default(), catalogue()))
}

const VARIABLE: (&str, &str) = ("main.tf", "variable \"customer_tenants\" {}\n");

#[test]
fn findings_over_the_limit_of_a_rule_are_counted() {
    /// How many findings of one rule are kept.
    const MOST: usize = 10_000;
    // The findings that are kept are suppressed, but the others may be worse, so a count of them is reported.
    let config = "exception \"account-id-format\" {\n  path   = \"customer_tenants\"\n  reason = \"none is real\"\n}\n";
    for (more, expected) in [(0, None), (1, Some("1 more findings")), (25, Some("25 more findings"))] {
        let mut values = String::from("customer_tenants = {\n");
        for tenant in 0..MOST + more {
            writeln!(values, "  t{tenant} = {{ sso_account_id = \"1\" }}").unwrap();
        }
        values.push_str("}\n");
        with_outcome(config, &[VARIABLE, ("terraform.tfvars", &values)], |outcome| {
            let own = || outcome.findings.iter().filter(|finding| finding.rule == "account-id-format");
            let counting: Vec<&str> =
                own().filter(|it| it.suppressed.is_none()).map(|finding| finding.message.as_str()).collect();
            assert_eq!(own().count() - counting.len(), MOST);
            assert_eq!(counting.len(), usize::from(more > 0), "{counting:?}");
            assert!(counting.iter().all(|message| message.starts_with(expected.unwrap())), "{counting:?}");
        });
    }
}

#[test]
fn too_many_tenants_are_an_error() {
    let tenants: String = (0..100_001).map(|tenant| format!("t{tenant:06}={{}}\n")).collect();
    let values = format!("customer_tenants = {{\n{tenants}}}\n");
    with_outcome("", &[VARIABLE, ("terraform.tfvars", &values)], |outcome| {
        assert_eq!(outcome.model.tenants.len(), 100_000);
        let error = outcome.findings.iter().find(|finding| finding.rule == "evaluation-error").unwrap();
        assert_eq!(outcome.model.sources().text(error.span).as_str(), "t100000");
        assert_eq!(error.message, "there are too many tenants: this one and those after it are not checked");
    });
}

/// With this many, comparing each with all others would take too long in a debug build.
const MANY: usize = 20_000;

#[test]
fn many_suppressions_and_exceptions_are_fast() {
    let (mut config, mut values) = (String::new(), String::from("customer_tenants = {\n"));
    for tenant in 0..MANY / 4 {
        let comment = "# symlint-ignore: account-id-format -- not real";
        writeln!(values, "  t{tenant} = {{\n    sso_account_id = \"1\" {comment}\n    target_account_id = \"2\"\n  }}")
            .unwrap();
        writeln!(
            config,
            "exception \"account-id-format\" {{\n  path = \"customer_tenants[\\\"t{tenant}\\\"].target_account_id\"\n  reason = \"r\"\n}}"
        )
        .unwrap();
    }
    values.push_str("}\n");
    let main = (
        "main.tf",
        "variable \"customer_tenants\" {\n  type = map(object({ sso_account_id = string, target_account_id = string }))\n}\n",
    );
    with_outcome(&config, &[main, ("terraform.tfvars", &values)], |outcome| {
        let own = outcome.findings.iter().filter(|finding| finding.rule == "account-id-format");
        let open: Vec<_> = own.filter(|finding| finding.suppressed.is_none()).collect();
        assert_eq!(open.first().map(|finding| (&finding.message, &finding.path)), None);
    });
}

#[test]
fn one_tenant_with_many_grants_or_many_lists_of_them_is_fast() {
    let grant = |at: usize| format!("{{ permission_set_arn = \"a{at}\", target_account_id = \"{at}\" }}");
    let grants: Vec<String> = (0..MANY).map(grant).collect();
    let in_one = format!("customer_tenants = {{\n  one = {{ grants = [{}] }}\n}}\n", grants.join(", "));
    let lists = grants.iter().enumerate().map(|(at, grant)| format!("    g{at} = [{grant}]\n")).collect::<String>();
    let in_many = format!("customer_tenants = {{\n  one = {{\n{lists}  }}\n}}\n");
    for values in [in_one, in_many] {
        with_outcome("", &[VARIABLE, ("terraform.tfvars", &values)], |outcome| {
            assert_eq!(outcome.model.tenants.first().map(|tenant| tenant.grants.len()), Some(MANY));
        });
    }
}

#[test]
fn many_flows_that_are_written_out_are_fast() {
    let flow =
        |at: usize| format!("resource \"sym_flow\" \"f{at}\" {{\n  params {{\n    strategy_id = \"{at}\"\n  }}\n}}\n");
    let main = "module \"one\" {\n  source = \"./one\"\n}\n".to_owned() + &(0..MANY).map(flow).collect::<String>();
    let target = "resource \"sym_target\" \"one\" {\n  type = \"aws_sso_permission_set\"\n  settings = { account_id = \"820351694427\" }\n}\n";
    with_outcome("", &[("main.tf", &main), ("one/main.tf", target)], |outcome| {
        let open = outcome.model.not_checked.iter().filter(|gap| gap.reason.contains("the ID is written as a literal"));
        assert_eq!(open.count(), MANY);
    });
}

#[test]
fn what_is_wrong_in_a_duplicate_value_is_not_reported_again() {
    // What is wrong inside a value that is given twice has the duplicate as its cause.
    let values = "customer_tenants = {
  t = {
    sso_account_id = \"719240583316\"
    x = 1
    sso_connector_settings = { region = \"eu-west-1\" }
    sso_connector_settings = { region = \"eu-west-1x\", region = \"eu-west-1y\" }
  }
}
";
    with_outcome("", &[VARIABLE, ("terraform.tfvars", values)], |outcome| {
        let rules: Vec<&str> = outcome.findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules.iter().filter(|rule| **rule == "duplicate-key").count(), 2, "{rules:?}");
        assert!(!rules.contains(&"region-invalid"), "{rules:?}");
    });
}

#[test]
fn duplicate_keys_in_json_are_errors_where_terraform_rejects_them() {
    let files = |name: &'static str, text: &'static str| [VARIABLE, ("base.tf", BASE), (name, text)];
    const BASE: &str = "variable \"v\" { default = 1 }\nlocals { a = 1 }\nmodule \"m\" { source = \"./m\" }\n";
    for (text, refused) in [
        ("{\"variable\": {\"v\": {\"default\": 3, \"default\": 4}}}", "default"),
        ("{\"variable\": {\"v\": {\"default\": {}, \"default\": {}}}}", "default"),
        ("{\"module\": {\"m\": {\"x\": [1], \"x\": [2]}}}", "x"),
        ("{\"locals\": {\"a\": 3, \"a\": 4}}", "a"),
        ("{\"locals\": {\"a\": {\"x\": 1, \"x\": 2}}}", "x"),
        // If a block appears several times, the last one takes effect.
        ("{\"variable\": {\"v\": {\"default\": 3}, \"v\": {\"default\": 4}}}", ""),
        ("{\"locals\": {\"a\": 3}, \"locals\": {\"a\": 4}}", ""),
        ("{\"variable\": {\"v\": {\"validation\": {}, \"validation\": {}}}}", ""),
    ] {
        with_outcome("", &files("x_override.tf.json", text), |outcome| {
            let errors = outcome.findings.iter().filter(|it| ["syntax-error", "evaluation-error"].contains(&it.rule));
            let texts: Vec<String> =
                errors.map(|it| outcome.model.sources().text(it.span).trim_matches('"').to_owned()).collect();
            let expected: Vec<&str> = if refused.is_empty() { Vec::new() } else { vec![refused] };
            assert_eq!(texts, expected, "{text}");
        });
    }
}
