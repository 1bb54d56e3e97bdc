//! Exceptions in the configuration.

use super::{checked, suppressed, with_config};
use crate::support::{Symlint, VARIABLE, bad, folder, good, tenant, values};

#[test]
fn an_exception_applies_to_its_tenant_or_path_until_it_expires() {
    let exception =
        |rest: &str| format!("exception \"role-account-mismatch\" {{\n  reason = \"moved\"\n  {rest}\n}}\n");
    // 2026-11-22
    let day = "1795305600";
    let found = |rest: &str| suppressed(&with_config(&exception(rest), &[], day));
    let by_exception = ["role-account-mismatch exception"];
    assert_eq!(found("tenant = \"blue_harbour\""), by_exception);
    assert_eq!(
        found("path = \"customer_tenants[\\\"blue_harbour\\\"].sso_connector_settings.role_arn\""),
        by_exception
    );
    assert_eq!(found("path = \"customer_tenants[\\\"blue_harbour\\\"].sso_connector_settings\""), by_exception);
    assert_eq!(found("tenant = \"blue_harbour\"\n  expires = \"2026-11-22\""), by_exception);
    let expired = ["suppression-unused -", "role-account-mismatch -"];
    assert_eq!(found("tenant = \"blue_harbour\"\n  expires = \"2026-11-21\""), expired);
    // An exception for a tenant of another module is not reported as unused.
    assert_eq!(found("tenant = \"red_canyon\""), ["role-account-mismatch -"]);
    let run = with_config("exception \"syntax-error\" {\n  tenant = \"a\"\n  reason = \"b\"\n}\n", &[], day);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains(".symlint.hcl:1:12: "), "{}", run.stderr);
}

#[test]
fn an_exception_lapses_when_its_value_changes() {
    let found = |value: &str, rest: &str| {
        let config = format!(
            "exception \"role-account-mismatch\" {{\n  tenant = \"blue_harbour\"\n  reason = \"moved\"\n  value  = \"{value}\"\n{rest}}}\n"
        );
        with_config(&config, &[], "1795305600")
    };
    // `value` may be the wrong text, or the whole value that contains it.
    for value in ["280365914472", "arn:aws:iam::280365914472:role/sym/SymSSOBlue-Harbour"] {
        assert_eq!(suppressed(&found(value, "")), ["role-account-mismatch exception"], "{value}");
    }
    for value in ["280365914473", "280365", "blue_harbour", ""] {
        let run = found(value, "");
        assert_eq!(
            (run.code, suppressed(&run)),
            (1, vec!["suppression-unused -".into(), "role-account-mismatch -".into()])
        );
        let said = format!(
            "this exception for `role-account-mismatch` is only for the value `{value}`, but the value has changed"
        );
        assert_eq!(run.json()["findings"][0]["message"], said);
    }
    // Such an exception may also expire, and its value may no longer exist.
    let expired = found("280365914472", "  expires = \"2026-11-21\"\n");
    assert_eq!(suppressed(&expired), ["suppression-unused -", "role-account-mismatch -"]);
    assert!(expired.json()["findings"][0]["message"].as_str().unwrap().contains("expired on 2026-11-21"));
    let text = good();
    let config = "exception \"role-account-mismatch\" {\n  tenant = \"blue_harbour\"\n  reason = \"moved\"\n  value = \"280365914472\"\n}\n";
    let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", &text)]);
    let gone = checked(dir.path(), &["terraform.tfvars"]);
    assert_eq!(suppressed(&gone), ["suppression-unused -"]);
    assert!(gone.json()["findings"][0]["message"].as_str().unwrap().starts_with("there is no `role-account-mismatch`"));
    // A value that several tenants share needs an exception for each of them.
    let shared = values(&[
        tenant("blue_harbour", &[]),
        tenant("blue_readonly", &[("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275")]),
    ]);
    let exception = |tenant: &str, value: &str| {
        format!(
            "exception \"shared-sso-account\" {{\n  tenant = \"{tenant}\"\n  reason = \"one\"\n  value = \"{value}\"\n}}\n"
        )
    };
    let run = |first: &str, second: &str| {
        let config = exception("blue_harbour", first) + &exception("blue_readonly", second);
        let dir = folder(&[(".symlint.hcl", &config), ("terraform.tfvars", &shared)]);
        checked(dir.path(), &["--select", "shared-sso-account,suppression-unused", "terraform.tfvars"])
    };
    assert_eq!(suppressed(&run("719240583316", "719240583316")), ["shared-sso-account exception"]);
    let unused = ["suppression-unused -", "suppression-unused -", "shared-sso-account -"];
    assert_eq!(suppressed(&run("719240583316", "719240583317")), unused);
}

#[test]
fn the_end_of_an_exception_must_be_a_valid_date() {
    let run = |day: &str| {
        let config = format!(
            "exception \"role-account-mismatch\" {{\n  tenant = \"a\"\n  reason = \"b\"\n  expires = \"{day}\"\n}}\n"
        );
        with_config(&config, &[], "1795305600")
    };
    for day in ["2028-02-29", "2000-02-29", "9999-12-31"] {
        assert_eq!(run(day).code, 1, "{day}: {}", run(day).stderr);
    }
    let others = ["2027-02-29", "2100-02-29", "2027-04-31", "2027-13-01", "2027-00-01", "2027-01-00"];
    for day in others.into_iter().chain(["2027-1-31", "27-01-31", "+2027-01-31", "2027-W05-1", "2027-031", "soon", ""])
    {
        let run = run(day);
        assert_eq!(run.code, 2, "{day}");
        assert!(run.stderr.contains(".symlint.hcl:4:13: "), "{}", run.stderr);
        assert!(run.stderr.contains("is not a date"), "{}", run.stderr);
    }
}

#[test]
fn a_finding_about_several_tenants_needs_an_exception_for_each() {
    let shared = values(&[
        tenant("blue_harbour", &[]),
        tenant("blue_readonly", &[("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275")]),
    ]);
    let run = |rest: &[&str]| {
        let exception =
            |rest: &&str| format!("exception \"shared-sso-account\" {{\n  reason = \"one\"\n  {rest}\n}}\n");
        let config: String = rest.iter().map(exception).collect();
        let dir = folder(&[(".symlint.hcl", &config), ("terraform.tfvars", &shared)]);
        checked(dir.path(), &["--select", "shared-sso-account,suppression-unused", "terraform.tfvars"])
    };
    let both = ["tenant = \"blue_harbour\"", "tenant = \"blue_readonly\""];
    assert_eq!(suppressed(&run(&both)), ["shared-sso-account exception"]);
    assert_eq!(suppressed(&run(&["path = \"customer_tenants\""])), ["shared-sso-account exception"]);
    let one = run(&both[..1]);
    assert_eq!(suppressed(&one), ["suppression-unused -", "shared-sso-account -"]);
    let said = "the `shared-sso-account` finding here is about several tenants, and each of them needs an exception";
    assert_eq!(one.json()["findings"][0]["message"], said);
    assert!(
        one.json()["findings"][0]["help"].as_str().unwrap().starts_with("Add an exception for each of the tenants"),
        "{one:?}"
    );
}

#[test]
fn an_exception_that_cannot_match_is_reported() {
    let run = |rest: &str| {
        let config = format!("exception \"region-invalid\" {{\n  reason = \"one\"\n  {rest}\n}}\n");
        with_config(&config, &["--select", "region-invalid,suppression-unused"], "1795305600")
    };
    for rest in [
        "path = \"target_account_id\"",
        "path = \"customer_tenants.blue_harbour.region\"",
        "path = \"customer_tenants[\\\"blue_harbour\\\"].regoin\"",
        "tenant = \"blue_harbour\"\n  path = \"customer_tenants[\\\"red_canyon\\\"].region\"",
    ] {
        assert_eq!(suppressed(&run(rest)), ["suppression-unused -"], "{rest}");
    }
    // A path in another module is not reported as unused.
    assert_eq!(suppressed(&run("path = \"customer_tenants[\\\"red_canyon\\\"].region\"")), [""; 0]);
    for (rest, said) in [
        (
            "path = \"var.customer_tenants\"",
            "3:10: a path starts with the name of the variable: write `customer_tenants`",
        ),
        ("path = \"\"", "3:10: a name is required here"),
        ("tenant = \"\"", "3:12: a name is required here"),
    ] {
        let refused = run(rest);
        assert_eq!(refused.code, 2, "{rest}");
        assert!(refused.stderr.contains(&format!(".symlint.hcl:{said}")), "{rest}: {}", refused.stderr);
    }
}

#[test]
fn an_exception_that_one_module_needs_is_not_unused_in_another() {
    let config = "exception \"role-account-mismatch\" {\n  reason = \"moved\"\n  tenant = \"blue_harbour\"\n}\n";
    let dir = folder(&[
        (".git/HEAD", ""),
        (".symlint.hcl", config),
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &bad()),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", &good()),
    ]);
    let run = |path: &str| Symlint::new(&["check", "--format", "json", path]).dir(dir.path()).run();
    assert_eq!(suppressed(&run(".")), ["role-account-mismatch exception"]);
    assert_eq!(suppressed(&run("b")), ["suppression-unused -"]);
}

#[test]
fn an_exception_for_other_tenants_is_unused_only_if_all_are_checked() {
    let exception =
        |rule: &str| format!("exception \"{rule}\" {{\n  tenant = \"blue_harbour\"\n  reason = \"x\"\n}}\n");
    let config = exception("shared-sso-account") + &exception("region-invalid");
    let dir = folder(&[
        (".git/HEAD", ""),
        (".symlint.hcl", &config),
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &good()),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", &values(&[tenant("red_canyon", &[("us-east-1", "us-east-1a")])])),
    ]);
    let unused = |path: &str| {
        let run = checked(dir.path(), &["--select", "suppression-unused", path]);
        run.json()["findings"].as_array().unwrap().iter().map(|it| it["message"].to_string()).collect::<Vec<_>>()
    };
    let only = unused("a");
    assert!(only.len() == 1 && only[0].contains("region-invalid"), "{only:?}");
    assert_eq!(unused("a/terraform.tfvars").len(), 1);
    assert_eq!(unused(".").len(), 2, "{:?}", unused("."));
    // If its tenant is not checked, an exception is not reported as unused.
    assert_eq!(unused("b"), [""; 0]);
}

#[test]
fn an_exception_for_tenants_of_several_modules_covers_their_common_finding() {
    let shared =
        tenant("red_canyon", &[("ps-5e1b09c7d2a84f63", "ps-b3c8f10a6e4d9275"), ("604178239951", "915827304462")]);
    let run = |tenants: &[&str]| {
        let exception = |tenant: &&str| {
            format!("exception \"shared-sso-account\" {{\n  reason = \"one\"\n  tenant = \"{tenant}\"\n}}\n")
        };
        let dir = folder(&[
            (".git/HEAD", ""),
            (".symlint.hcl", &tenants.iter().map(exception).collect::<String>()),
            ("a/main.tf", VARIABLE),
            ("a/terraform.tfvars", &good()),
            ("b/main.tf", VARIABLE),
            ("b/terraform.tfvars", &values(std::slice::from_ref(&shared))),
        ]);
        checked(dir.path(), &["--select", "shared-sso-account,suppression-unused", "."])
    };
    assert_eq!(suppressed(&run(&["blue_harbour", "red_canyon"])), ["shared-sso-account exception"]);
    for one in ["blue_harbour", "red_canyon"] {
        let run = run(&[one]);
        assert_eq!(suppressed(&run), ["suppression-unused -", "shared-sso-account -"], "{one}");
        let said = run.json()["findings"][0]["message"].as_str().unwrap().to_owned();
        assert!(said.ends_with("is about several tenants, and each of them needs an exception"), "{one}: {said}");
    }
}
