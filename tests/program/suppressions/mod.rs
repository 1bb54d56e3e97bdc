//! Known findings: comments, exceptions, and baselines.

mod baseline;
mod comments;
mod exceptions;

use crate::support::{Run, Symlint, VARIABLE, bad, folder, good, tenant, values};

fn check(text: &str) -> Run {
    Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run()
}

/// `rule by` of each finding; `-` if it is not suppressed.
fn suppressed(run: &Run) -> Vec<String> {
    let report = run.json();
    let by = |finding: &serde_json::Value| finding["suppressed"]["by"].as_str().unwrap_or("-").to_owned();
    let findings = report["findings"].as_array().unwrap();
    findings.iter().map(|finding| format!("{} {}", finding["rule"].as_str().unwrap(), by(finding))).collect()
}

#[test]
fn suppressions_of_rules_that_did_not_run_are_not_unused() {
    let comment = "# symlint-ignore: region-invalid -- it is a test\n";
    let text = format!("{comment}{}", good());
    assert_eq!(suppressed(&check(&text)), ["suppression-unused -"]);
    let run = |arguments: &[&str], text: &str| {
        let mut all = vec!["check", "--format", "json", "-"];
        all.extend(arguments);
        suppressed(&Symlint::new(&all).stdin(text).run())
    };
    assert_eq!(run(&["--ignore", "region-invalid"], &text), [""; 0]);
    // The other rules run, but are not reported.
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
fn exceptions_for_unchecked_parts_are_not_unused() {
    let exception =
        |rule: &str| format!("exception \"{rule}\" {{\n  tenant = \"blue_harbour\"\n  reason = \"x\"\n}}\n");
    let config = exception("tenant-not-wired") + &exception("region-invalid");
    let flow = "module \"sso\" {\n  source = \"example/sso_flow/sym\"\n  for_each = var.customer_tenants\n  tenant_slug = each.key\n}\n";
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
    // A values file alone has no wiring that could be checked.
    assert_eq!(unused("alone"), ["there is no `region-invalid` finding for this exception; remove it"]);
    assert_eq!(unused("terraform.tfvars").len(), 3, "{:?}", unused("terraform.tfvars"));
}

/// A module whose tenants are in a YAML file, with the replacements `with`.
fn yaml_module(with: &[(&str, &str)]) -> tempfile::TempDir {
    let main = "locals {\n  tenants = yamldecode(file(\"${path.module}/customers.yaml\"))\n}\nmodule \"sso\" {\n  \
                source = \"example/sso_flow/sym\"\n  for_each = local.tenants\n  tenant_slug = each.key\n  account_id = \
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
fn the_human_report_has_no_suppressed_findings() {
    let text = bad().replace("  blue", "  # symlint-ignore: role-account-mismatch -- moved\n  blue");
    let run = Symlint::new(&["check", "-"]).stdin(text.as_str()).run();
    let last = "suppressed by a comment: role-account-mismatch of blue_harbour: moved\n\
                checked 7 values of 1 tenant in 1 file: no findings; 1 suppressed\n";
    assert!(run.stdout.starts_with("note: ") && run.stdout.ends_with(last), "{}", run.stdout);
    let concise = Symlint::new(&["check", "--format", "concise", "-"]).stdin(text).run();
    assert!(concise.stdout.ends_with(last) && !concise.stdout.contains("`role_arn` is in"), "{}", concise.stdout);
}

#[test]
fn every_suppression_is_listed() {
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
    // Suppressed findings with the same rule and reason share a line.
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
