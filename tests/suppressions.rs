//! Findings that are known: comments, exceptions, baselines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use support::{Run, Symlint, VARIABLE, bad, folder, good, tenant, values};

fn check(text: &str) -> Run {
    Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run()
}

/// `rule by` of each finding; `-` where it counts.
fn suppressed(run: &Run) -> Vec<String> {
    let report = run.json();
    let by = |finding: &serde_json::Value| finding["suppressed"]["by"].as_str().unwrap_or("-").to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| format!("{} {}", finding["rule"].as_str().unwrap(), by(finding))).collect()
}

/// `bad` with `comment` behind the wrong value, above it, above its settings, above the tenant and above the map.
fn commented(comment: &str) -> [String; 5] {
    let line = |text: &str| bad().lines().find(|line| line.contains(text)).unwrap().to_owned();
    let role = line("role_arn");
    let above = |text: &str| bad().replacen(&line(text), &format!("{comment}\n{}", line(text)), 1);
    [
        bad().replace(&role, &format!("{role} {comment}")),
        above("role_arn"),
        above("sso_connector_settings"),
        above("blue_harbour"),
        above("customer_tenants"),
    ]
}

#[test]
fn a_comment_suppresses_where_it_stands() {
    for start in ["#", "//", "/*"] {
        let end = if start == "/*" { " */" } else { "" };
        let comment = format!("{start} symlint-ignore: role-account-mismatch -- moved last week{end}");
        for text in commented(&comment) {
            for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{FEFF}{text}")] {
                let run = check(&text);
                assert_eq!(suppressed(&run), ["role-account-mismatch inline"], "{text}");
                assert_eq!(run.json()["findings"][0]["suppressed"]["reason"], "moved last week");
                assert_eq!((run.code, &run.json()["summary"]["suppressed"]), (0, &1.into()));
            }
        }
    }
}

#[test]
fn a_comment_about_several_rules_and_several_comments_above_one_item() {
    let wrong = [("iam::719240583316", "iam::280365914472"), ("us-east-1", "us-east-1a")];
    let text = values(&[tenant("blue_harbour", &wrong)]);
    let found = ["region-invalid inline", "role-account-mismatch inline"];
    let one = "  # symlint-ignore: role-account-mismatch, region-invalid -- both";
    assert_eq!(suppressed(&check(&text.replace("  blue_harbour", &format!("{one}\n  blue_harbour")))), found);
    let two = "  # symlint-ignore: role-account-mismatch -- one\n  # and\n  # symlint-ignore: region-invalid -- two";
    assert_eq!(suppressed(&check(&text.replace("  blue_harbour", &format!("{two}\n  blue_harbour")))), found);
}

#[test]
fn a_comment_on_an_opening_line_covers_the_item() {
    let wrong = bad().replace("us-east-1", "us-east-1a");
    let comment = " # symlint-ignore: role-account-mismatch, region-invalid -- both";
    let both = ["region-invalid inline", "role-account-mismatch inline"];
    for opening in ["  blue_harbour = {", "    sso_connector_settings = {", "customer_tenants = {"] {
        let text = wrong.replace(opening, &format!("{opening}{comment}"));
        assert_eq!(suppressed(&check(&text)), both, "{opening}");
    }
    // In the middle of a line, at its end, and where an item ends, it is about the line alone.
    let cloud = "cloud        = \"aws\"";
    let text = wrong.replace(cloud, &format!("{cloud}{comment}"));
    let unused = ["suppression-unused -", "suppression-unused -", "region-invalid -", "role-account-mismatch -"];
    assert_eq!(suppressed(&check(&text)), unused);
    let text = wrong.replace("    }\n", &format!("    }}{comment}\n"));
    let mut found = suppressed(&check(&text));
    found.sort();
    assert_eq!(found, ["region-invalid -", "role-account-mismatch -", "suppression-unused -", "suppression-unused -"]);
    // In YAML, too, and on a block.
    let comment = " # symlint-ignore: region-invalid -- it is a test";
    let region = ("us-east-1", "us-east-1a");
    for opening in
        ["blue_harbour:", "  settings:\n    cloud: \"aws\"\n    instance_arn: \"arn:aws:sso:::instance/ssoins-7"]
    {
        let (first, rest) = opening.split_once('\n').unwrap_or((opening, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("\n{rest}") };
        let dir = yaml_module(&[region, (opening, &format!("{first}{comment}{rest}"))]);
        assert_eq!(suppressed(&checked(dir.path(), &[])), ["region-invalid inline"], "{opening}");
    }
}

#[test]
fn a_comment_covers_nothing_else() {
    let two = values(&[
        tenant("blue_harbour", &[("us-east-1", "us-east-1a")]),
        tenant("green_valley", &[("us-east-1", "us-east-1b")]),
    ]);
    let comment = "  # symlint-ignore: region-invalid -- it is a test\n  blue_harbour";
    let run = check(&two.replace("  blue_harbour", comment));
    let regions: Vec<String> =
        suppressed(&run).into_iter().filter(|finding| finding.starts_with("region-invalid")).collect();
    assert_eq!(regions, ["region-invalid inline", "region-invalid -"]);
    // A blank line between: it stands above nothing.
    let comment = "  # symlint-ignore: region-invalid -- it is a test\n\n  blue_harbour";
    assert!(suppressed(&check(&two.replace("  blue_harbour", comment))).contains(&"suppression-unused -".to_owned()));
}

#[test]
fn nothing_is_unused_that_could_not_be_judged() {
    let comment = "# symlint-ignore: region-invalid -- it is a test\n";
    let text = format!("{comment}{}", good());
    assert_eq!(suppressed(&check(&text)), ["suppression-unused -"]);
    let run = |arguments: &[&str], text: &str| {
        let mut all = vec!["check", "--format", "json", "-"];
        all.extend(arguments);
        suppressed(&Symlint::new(&all).stdin(text).run())
    };
    assert_eq!(run(&["--ignore", "region-invalid"], &text), [""; 0]);
    // The other rules run without a word.
    assert_eq!(run(&["--select", "suppression-unused"], &text), ["suppression-unused -"]);
    let used = bad().replace("  blue", "  # symlint-ignore: role-account-mismatch -- moved\n  blue");
    assert_eq!(run(&["--select", "suppression-unused"], &used), [""; 0]);
    assert_eq!(run(&["--level", "suppression-unused=off"], &text), [""; 0]);
    let broken = format!("{text}other = {{\n");
    assert_eq!(run(&[], &broken), ["syntax-error -"]);
}

fn with_config(config: &str, arguments: &[&str], day: &str) -> Run {
    let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", &bad())]);
    let mut all = vec!["check", "--format", "json", "terraform.tfvars"];
    all.extend(arguments);
    Symlint::new(&all).dir(dir.path()).env("SOURCE_DATE_EPOCH", day).run()
}

#[test]
fn an_exception_holds_for_its_tenant_or_path_until_its_day() {
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
    // A tenant of another module.
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
    // The text that is wrong, or the value that has it.
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
            "this exception for `role-account-mismatch` holds for the value `{value}` only, and the value has changed"
        );
        assert_eq!(run.json()["findings"][0]["message"], said);
    }
    // It may expire as well, and may be gone altogether.
    let expired = found("280365914472", "  expires = \"2026-11-21\"\n");
    assert_eq!(suppressed(&expired), ["suppression-unused -", "role-account-mismatch -"]);
    assert!(expired.json()["findings"][0]["message"].as_str().unwrap().contains("expired on 2026-11-21"));
    let text = good();
    let config = "exception \"role-account-mismatch\" {\n  tenant = \"blue_harbour\"\n  reason = \"moved\"\n  value = \"280365914472\"\n}\n";
    let dir = folder(&[(".symlint.hcl", config), ("terraform.tfvars", &text)]);
    let gone = checked(dir.path(), &["terraform.tfvars"]);
    assert_eq!(suppressed(&gone), ["suppression-unused -"]);
    assert!(gone.json()["findings"][0]["message"].as_str().unwrap().starts_with("there is no `role-account-mismatch`"));
    // A value that several tenants share needs an exception for each.
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
fn what_could_not_be_judged_is_not_unused() {
    let exception =
        |rule: &str| format!("exception \"{rule}\" {{\n  tenant = \"blue_harbour\"\n  reason = \"x\"\n}}\n");
    let config = exception("tenant-not-wired") + &exception("region-invalid");
    let flow =
        "module \"sso\" {\n  source = \"./sso_flow\"\n  for_each = var.customer_tenants\n  tenant_slug = each.key\n}\n";
    let comment = "  # symlint-ignore: tenant-not-wired -- it starts next month\n";
    let dir = folder(&[
        (".symlint.hcl", &config),
        ("main.tf", &format!("{VARIABLE}{flow}")),
        ("terraform.tfvars", &good().replacen("  blue_harbour", &format!("{comment}  blue_harbour"), 1)),
        ("alone/terraform.tfvars", &good().replacen("  blue_harbour", &format!("{comment}  blue_harbour"), 1)),
    ]);
    let unused = |path: &str| {
        let run = checked(dir.path(), &["--select", "tenant-not-wired,region-invalid,suppression-unused", path]);
        let findings = run.json()["findings"].as_array().unwrap().clone();
        findings.iter().map(|it| it["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A values file alone has no wiring.
    assert_eq!(unused("alone"), ["there is no `region-invalid` finding for this exception; remove it"]);
    assert_eq!(unused("terraform.tfvars").len(), 3, "{:?}", unused("terraform.tfvars"));
}

#[test]
fn an_exception_ends_on_a_day_that_there_is() {
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
    assert!(one.json()["findings"][0]["help"].as_str().unwrap().starts_with("This exception has no effect"), "{one:?}");
}

#[test]
fn an_exception_that_can_match_nothing_is_said() {
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
    // Of another module.
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
fn what_is_nearly_a_suppression_is_said() {
    let judge = |comment: &str| {
        let text = format!("{comment}\n{}", good());
        suppressed(&check(&text))
    };
    for near in [
        "# symlint:ignore: region-invalid -- x",
        "# symlint-ingore: region-invalid -- x",
        "# Symlint-Ignore: region-invalid -- x",
        "# symlint_ignore region-invalid",
        "# symlint ignore: region-invalid -- x",
        "## symlint-ignore: region-invalid -- x",
        "/** symlint-ignore: region-invalid -- x */",
        "// symlint-ignored: region-invalid",
        "# symlint-ignore region-invalid",
    ] {
        assert_eq!(judge(near), ["suppression-invalid -"], "{near}");
    }
    for other in [
        "# symlint ignores this",
        "# symlint-ignoring is discussed elsewhere",
        "# symlink-ignore",
        "# tfsec:ignore:region-invalid",
        "# region-invalid",
        "# symlint says region-invalid here",
        "# see `symlint-ignore: region-invalid`",
    ] {
        assert_eq!(judge(other), [""; 0], "{other}");
    }
}

#[test]
fn a_comment_in_a_value_that_is_replaced_is_not_unused() {
    let comment = "# symlint-ignore: role-account-mismatch -- moved\n";
    let dir = folder(&[
        ("terraform.tfvars", &format!("{comment}{}", bad())),
        ("staging.tfvars", &good()),
        ("variables.tf", VARIABLE),
        ("unused.auto.tfvars", ""),
    ]);
    let run = |arguments: &[&str]| Symlint::new(arguments).dir(dir.path()).run();
    let unloaded = suppressed(&run(&["check", "--format", "json"]));
    assert_eq!(unloaded, ["not-checked -", "role-account-mismatch inline"], "no run loads staging.tfvars");
    assert_eq!(suppressed(&run(&["check", "--format", "json", "staging.tfvars"])), [""; 0]);
    assert_eq!(suppressed(&run(&["check", "--format", "json", "--var-file", "staging.tfvars"])), [""; 0]);
    std::fs::write(dir.path().join("terraform.tfvars"), bad()).unwrap();
    assert_eq!(run(&["check", "--ignore", "not-checked", "--write-baseline", "known.json"]).code, 0);
    let known = ["check", "--format", "json", "--baseline", "known.json", "--var-file", "staging.tfvars"];
    assert_eq!(suppressed(&run(&known)), [""; 0]);
    // Where the value counts, a comment without a finding is unused.
    std::fs::write(dir.path().join("staging.tfvars"), format!("{comment}{}", good())).unwrap();
    assert_eq!(suppressed(&run(&["check", "--format", "json", "staging.tfvars"])), ["suppression-unused -"]);
}

#[test]
fn a_baseline_is_not_written_where_nothing_was_checked() {
    let dir = folder(&[("terraform.tfvars", &bad()), ("variables.tf", VARIABLE)]);
    let run = |arguments: &[&str]| Symlint::new(arguments).dir(dir.path()).run();
    assert_eq!(run(&["check", "--ignore", "not-checked", "--write-baseline", "known.json"]).code, 0);
    let known = std::fs::read_to_string(dir.path().join("known.json")).unwrap();
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    let again = run(&["check", "--baseline", "known.json", "--write-baseline", "known.json"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("the baseline was not written"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(dir.path().join("known.json")).unwrap(), known);
}

#[test]
fn a_baseline_lets_only_new_findings_count() {
    let dir = folder(&[("terraform.tfvars", &bad())]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "--format", "json", "terraform.tfvars"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path()).run()
    };
    let write = |text: &str| std::fs::write(dir.path().join("terraform.tfvars"), text).unwrap();
    assert_eq!(run(&["--baseline", "known.json"]).code, 2, "there is none yet");
    let written = run(&["--write-baseline", "known.json"]);
    assert_eq!((written.code, suppressed(&written)), (0, vec!["role-account-mismatch baseline".to_owned()]));
    let baseline = std::fs::read_to_string(dir.path().join("known.json")).unwrap();
    let known = run(&["--baseline", "known.json"]);
    assert_eq!((known.code, suppressed(&known)), (0, vec!["role-account-mismatch baseline".to_owned()]));

    // It may move, and a new one counts.
    write(&format!("# moved\n\n{}", bad().replace("us-east-1", "us-east-1a")));
    let new = run(&["--baseline", "known.json"]);
    assert_eq!(
        (new.code, suppressed(&new)),
        (1, vec!["region-invalid -".into(), "role-account-mismatch baseline".into()])
    );

    // What is gone is said at its entry, and written anew without it.
    write(&good());
    let gone = run(&["--baseline", "known.json"]);
    assert_eq!((gone.code, suppressed(&gone)), (0, vec!["suppression-unused -".to_owned()]));
    let location = gone.json()["findings"][0]["location"].clone();
    let range =
        location["start"]["offset"].as_u64().unwrap() as usize..location["end"]["offset"].as_u64().unwrap() as usize;
    assert_eq!(location["file"], "known.json");
    assert!(baseline.contains(&format!("\"fingerprint\": \"{}\"", &baseline[range])), "{location}");
    let renewed = run(&["--baseline", "known.json", "--write-baseline", "known.json", "--fail-on", "warning"]);
    assert_eq!((renewed.code, suppressed(&renewed)), (0, vec![]), "{renewed:?}");
    assert_eq!(suppressed(&run(&["--baseline", "known.json"])), [""; 0]);

    // Nothing hides what hides everything else.
    write("customer_tenants = {");
    assert_eq!(run(&["--write-baseline", "known.json"]).code, 1);
    std::fs::write(dir.path().join("known.json"), "{\"version\": 2}").unwrap();
    assert_eq!(run(&["--baseline", "known.json"]).code, 2);
    assert!(run(&["--baseline", "."]).stderr.contains("it is a folder"));
}

/// A module whose tenants are in a YAML file, of which `with` replaces something.
fn yaml_module(with: &[(&str, &str)]) -> tempfile::TempDir {
    let main = "locals {\n  tenants = yamldecode(file(\"${path.module}/customers.yaml\"))\n}\nmodule \"sso\" {\n  \
                source = \"./sso_flow\"\n  for_each = local.tenants\n  tenant_slug = each.key\n  account_id = \
                each.value.account\n  permission_set_arn = each.value.permission_set\n  sso_connector_settings = \
                each.value.settings\n}\n";
    let mut yaml = YAML.to_owned();
    for (from, to) in with {
        assert!(yaml.contains(from), "{from}");
        yaml = yaml.replace(from, to);
    }
    folder(&[("main.tf", main), ("customers.yaml", &yaml)])
}

const YAML: &str = r#"blue_harbour:
  account: "604178239951"
  permission_set: "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63"
  settings:
    cloud: "aws"
    instance_arn: "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
    region: "us-east-1"
    role_arn: "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
green_valley:
  account: "915827304462"
  permission_set: "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275"
  settings:
    cloud: "aws"
    instance_arn: "arn:aws:sso:::instance/ssoins-68042f7d9be0a513"
    region: "eu-west-1"
    role_arn: "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley"
"#;

fn checked(dir: &std::path::Path, arguments: &[&str]) -> Run {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    Symlint::new(&all).dir(dir).run()
}

#[test]
fn an_entry_about_a_decoded_file_is_gone_when_its_finding_is() {
    let dir = yaml_module(&[("us-east-1", "us-east-1a")]);
    let written = checked(dir.path(), &["--write-baseline", "known.json"]);
    assert_eq!(suppressed(&written), ["region-invalid baseline"]);
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["region-invalid baseline"]);
    std::fs::write(dir.path().join("customers.yaml"), YAML).unwrap();
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["suppression-unused -"]);
    // What the tenants are is not known: the finding may be there still.
    std::fs::write(dir.path().join("customers.yaml"), format!("%YAML 1.1\n---\n{YAML}")).unwrap();
    assert_eq!(suppressed(&checked(dir.path(), &["--baseline", "known.json"])), ["not-checked -"]);
}

#[test]
fn a_comment_in_decoded_yaml_suppresses_where_it_stands() {
    let region = "    region: \"us-east-1\"\n";
    let wrong = "    region: \"us-east-1a\"\n";
    let comment = "# symlint-ignore: region-invalid -- it is a test";
    let found = |from: &str, to: &str| {
        let dir = yaml_module(&[(region, wrong), (from, to)]);
        suppressed(&checked(dir.path(), &[]))
    };
    let above = |line: &str, indent: &str| found(line, &format!("{indent}{comment}\n{line}"));
    assert_eq!(found("\"us-east-1a\"", &format!("\"us-east-1a\" {comment}")), ["region-invalid inline"]);
    assert_eq!(above("    region: \"us-east-1a\"", "    "), ["region-invalid inline"]);
    assert_eq!(
        above("  settings:\n    cloud: \"aws\"\n    instance_arn: \"arn:aws:sso:::instance/ssoins-7", "  "),
        ["region-invalid inline"]
    );
    assert_eq!(above("blue_harbour:", ""), ["region-invalid inline"]);
    let elsewhere = above("green_valley:", "");
    assert_eq!(elsewhere, ["region-invalid -", "suppression-unused -"]);
    // What the tenants are is not known: the finding may be there still.
    let unknown = yaml_module(&[("blue_harbour:", &format!("%YAML 1.1\n---\n{comment}\nblue_harbour:"))]);
    assert_eq!(suppressed(&checked(unknown.path(), &[])), ["not-checked -"]);
    // Without a reason it is said.
    let without = found("\"us-east-1a\"", "\"us-east-1a\" # symlint-ignore: region-invalid");
    assert_eq!(without, ["region-invalid -", "suppression-invalid -"]);
}

#[test]
fn a_value_from_outside_of_all_files_is_suppressed_at_its_variable() {
    let main = format!("# symlint-ignore: role-account-mismatch -- moved last week\n{VARIABLE}");
    let dir = folder(&[("main.tf", &main)]);
    let value = bad().split_once(" = ").unwrap().1.to_owned();
    let given = checked(dir.path(), &["--var", &format!("customer_tenants={value}")]);
    assert_eq!(suppressed(&given), ["role-account-mismatch inline"]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_VAR_customer_tenants", &value).run();
    assert_eq!(suppressed(&run), ["role-account-mismatch inline"]);
}

#[test]
fn people_see_only_what_counts() {
    let text = bad().replace("  blue", "  # symlint-ignore: role-account-mismatch -- moved\n  blue");
    let run = Symlint::new(&["check", "-"]).stdin(text.as_str()).run();
    let last = "suppressed by a comment: role-account-mismatch of blue_harbour: moved\n\
                checked 7 values of 1 tenant in 1 file: no findings; 1 suppressed\n";
    assert!(run.stdout.starts_with("note: ") && run.stdout.ends_with(last), "{}", run.stdout);
    let concise = Symlint::new(&["check", "--format", "concise", "-"]).stdin(text).run();
    assert_eq!(concise.stdout, run.stdout);
}

#[test]
fn a_comment_that_was_copied_with_its_folder_is_said() {
    let comment = "  # symlint-ignore: role-account-mismatch -- moved last week\n";
    let of = |key: &str, reason: &str| {
        let text = values(&[tenant(key, &[("iam::719240583316", "iam::280365914472")])]);
        text.replacen(&format!("  {key}"), &format!("{}  {key}", comment.replace("last week", reason)), 1)
    };
    let copied = |second: &str| {
        let dir = folder(&[
            (".git/HEAD", ""),
            ("a/main.tf", VARIABLE),
            ("a/terraform.tfvars", &of("blue_harbour", "last week")),
            ("b/main.tf", VARIABLE),
            ("b/terraform.tfvars", second),
        ]);
        let run = checked(dir.path(), &["--select", "suppression-copied"]);
        run.json()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["message"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let said =
        "this `role-account-mismatch` suppression on `green_valley` has the same reason as the one on `blue_harbour`";
    assert_eq!(copied(&of("green_valley", "last week")), [said]);
    assert_eq!(copied(&of("green_valley", "yesterday")), [""; 0]);
    // Another environment of the same customer.
    assert_eq!(copied(&of("blue_harbour", "last week")), [""; 0]);
    let text = of("green_valley", "last week");
    let run = Symlint::new(&["check", "--format", "json", "--no-inline-suppressions", "-"]).stdin(text).run();
    assert_eq!(suppressed(&run), ["role-account-mismatch -"]);
}

#[test]
fn no_suppression_hides_behind_others() {
    let keys: Vec<String> = ('a'..='z').map(|letter| format!("tenant_{letter}")).collect();
    let of = |text: &dyn Fn(&str) -> String| values(&keys.iter().map(|key| text(key)).collect::<Vec<_>>());
    let wrong = |key: &str| tenant(key, &[("iam::719240583316", "iam::280365914472"), ("us-east-1", "us-east-1a")]);
    let dir = folder(&[("terraform.tfvars", &of(&wrong))]);
    let run = |arguments: &[&str]| {
        let mut all = vec!["check", "--select", "role-account-mismatch,region-invalid", "terraform.tfvars"];
        all.extend(arguments);
        Symlint::new(&all).dir(dir.path()).run().stdout
    };
    run(&["--write-baseline", "known.json"]);
    let comment = |key: &str| format!("# symlint-ignore: region-invalid -- ticket {}\n", &key[7..]);
    let commented = of(&|key| comment(key) + &wrong(key));
    std::fs::write(dir.path().join("terraform.tfvars"), commented).unwrap();
    for format in ["human", "concise", "markdown", "sarif", "junit", "github", "gitlab"] {
        let text = run(&["--baseline", "known.json", "--format", format]);
        for key in &keys {
            let said = format!("uppressed by a comment: region-invalid of {key}: ticket {}", &key[7..]);
            assert!(text.replace('`', "").replace("\\_", "_").contains(&said), "{format} {key}: {text}");
        }
        assert!(text.contains("uppressed by the baseline: 26 findings"), "{format}: {text}");
    }
    // What has one rule and one reason is one line.
    std::fs::write(
        dir.path().join("terraform.tfvars"),
        of(&|key| "# symlint-ignore: region-invalid -- a test\n".to_owned() + &wrong(key)),
    )
    .unwrap();
    let text = run(&["--baseline", "known.json"]);
    let named = keys[..10].join(", ");
    assert!(
        text.contains(&format!("suppressed by a comment: region-invalid of {named} and 16 more: a test\n")),
        "{text}"
    );
}
