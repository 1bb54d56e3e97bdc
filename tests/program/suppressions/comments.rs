//! Comments that suppress findings, and comments that fail to.

use super::{check, checked, suppressed, yaml_module};
use crate::support::{Symlint, VARIABLE, bad, folder, good, tenant, values};

/// `bad` with `comment` after the wrong value, above it, above its settings, above the tenant, and above the map.
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
fn a_comment_suppresses_in_its_place() {
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
    // In the middle of a line, at its end, and at the end of an item, a comment is only about that line.
    let cloud = "cloud        = \"aws\"";
    let text = wrong.replace(cloud, &format!("{cloud}{comment}"));
    let unused = ["suppression-unused -", "suppression-unused -", "region-invalid -", "role-account-mismatch -"];
    assert_eq!(suppressed(&check(&text)), unused);
    let text = wrong.replace("    }\n", &format!("    }}{comment}\n"));
    let mut found = suppressed(&check(&text));
    found.sort();
    assert_eq!(found, ["region-invalid -", "role-account-mismatch -", "suppression-unused -", "suppression-unused -"]);
    // The same is true in YAML, and for a block.
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
fn a_comment_covers_only_its_item() {
    let two = values(&[
        tenant("blue_harbour", &[("us-east-1", "us-east-1a")]),
        tenant("green_valley", &[("us-east-1", "us-east-1b")]),
    ]);
    let comment = "  # symlint-ignore: region-invalid -- it is a test\n  blue_harbour";
    let run = check(&two.replace("  blue_harbour", comment));
    let regions: Vec<String> =
        suppressed(&run).into_iter().filter(|finding| finding.starts_with("region-invalid")).collect();
    assert_eq!(regions, ["region-invalid inline", "region-invalid -"]);
    // A comment that is followed by a blank line is not above anything.
    let comment = "  # symlint-ignore: region-invalid -- it is a test\n\n  blue_harbour";
    assert!(suppressed(&check(&two.replace("  blue_harbour", comment))).contains(&"suppression-unused -".to_owned()));
}

#[test]
fn comments_that_are_almost_suppressions_are_reported() {
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
    // If the value takes effect, a comment without a finding is unused.
    std::fs::write(dir.path().join("staging.tfvars"), format!("{comment}{}", good())).unwrap();
    assert_eq!(suppressed(&run(&["check", "--format", "json", "staging.tfvars"])), ["suppression-unused -"]);
}

#[test]
fn a_comment_in_decoded_yaml_suppresses_in_its_place() {
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
    // The tenants are not known, so the finding may still exist.
    let unknown = yaml_module(&[("blue_harbour:", &format!("%YAML 1.1\n---\n{comment}\nblue_harbour:"))]);
    assert_eq!(suppressed(&checked(unknown.path(), &[])), ["not-checked -"]);
    // A comment without a reason is reported.
    let without = found("\"us-east-1a\"", "\"us-east-1a\" # symlint-ignore: region-invalid");
    assert_eq!(without, ["region-invalid -", "suppression-invalid -"]);
}

#[test]
fn a_value_from_outside_the_files_is_suppressed_at_its_variable() {
    let main = format!("# symlint-ignore: role-account-mismatch -- moved last week\n{VARIABLE}");
    let dir = folder(&[("main.tf", &main)]);
    let value = bad().split_once(" = ").unwrap().1.to_owned();
    let given = checked(dir.path(), &["--var", &format!("customer_tenants={value}")]);
    assert_eq!(suppressed(&given), ["role-account-mismatch inline"]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_VAR_customer_tenants", &value).run();
    assert_eq!(suppressed(&run), ["role-account-mismatch inline"]);
}

#[test]
fn a_comment_that_was_copied_with_its_folder_is_reported() {
    let comment = "  # symlint-ignore: role-account-mismatch -- moved last week\n";
    let of = |key: &str, reason: &str| {
        let text = values(&[tenant(key, &[("iam::719240583316", "iam::280365914472")])]);
        text.replacen(&format!("  {key}"), &format!("{}  {key}", comment.replace("last week", reason)), 1)
    };
    let check = |config: &str, second: &str| {
        let dir = folder(&[
            (".git/HEAD", ""),
            (".symlint.hcl", config),
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
    let copied = |second: &str| check("", second);
    let said =
        "this `role-account-mismatch` suppression on `green_valley` has the same reason as the one on `blue_harbour`";
    assert_eq!(copied(&of("green_valley", "last week")), [said]);
    assert_eq!(copied(&of("green_valley", "yesterday")), [""; 0]);
    // A value of another environment or entry of the same customer is not a copy.
    assert_eq!(copied(&of("blue_harbour", "last week")), [""; 0]);
    let customer = "customer \"acme\" { tenants = [\"blue_harbour\", \"green_valley\"] }";
    assert_eq!(check(customer, &of("green_valley", "last week")), [""; 0]);
    let text = of("green_valley", "last week");
    let run = Symlint::new(&["check", "--format", "json", "--no-inline-suppressions", "-"]).stdin(text).run();
    assert_eq!(suppressed(&run), ["role-account-mismatch -"]);
}
