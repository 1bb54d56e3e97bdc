//! Runs `symlint diff` and `symlint check --new-since`.

mod access;
mod changes;
mod grants;
mod layouts;
mod refactored;
mod trees;

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::support::{FLOW, Run, Symlint, folder, holds, tenant, values};
use serde_json::{Value, json as value};

/// A root module that calls a flow module for each tenant.
const MAIN: &str = r#"variable "customer_tenants" {
  type = any
}

module "runtime_connector" {
  source = "symopsio/runtime-connector/aws"

  environment         = "main"
  account_id_safelist = [for tenant in var.customer_tenants : tenant.sso_account_id]
}

module "access" {
  source   = "./sso_flow"
  for_each = var.customer_tenants

  tenant_slug            = each.key
  account_id             = each.value.target_account_id
  permission_set_arn     = each.value.permission_set_arn
  sso_connector_settings = each.value.sso_connector_settings
}
"#;

/// A tenant whose IDs depend on `n`, so that tenants have nothing in common.
fn customer(key: &str, n: u32) -> String {
    let digits = format!("{:07}", u64::from(n) * 7919 % 10_000_000);
    let hex = format!("{:012x}", u64::from(n + 1) * 0x9e37_79b9);
    tenant(
        key,
        &[
            ("719240583316", &format!("31{}{}5", &digits, n % 10 + 10)[..12]),
            ("604178239951", &format!("62{}{}7", &digits, n % 10 + 10)[..12]),
            ("7223a91be40c5d68", &format!("7223{hex}")),
            ("5e1b09c7d2a84f63", &format!("5e1b{hex}")),
        ],
    )
}

fn git(dir: &Path, arguments: &[&str]) -> String {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(author).args(arguments).current_dir(dir).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn commit(dir: &Path) -> String {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--allow-empty", "-m", "a change"]);
    git(dir, &["rev-parse", "HEAD"])
}

/// A repository with a commit that has these tenants.
fn repository(tenants: &[String]) -> tempfile::TempDir {
    let dir = folder(&[("main.tf", MAIN), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", &values(tenants))]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    dir
}

/// Runs symlint in a folder, with the installed git.
fn run(dir: &Path, arguments: &[&str]) -> Run {
    Symlint::new(arguments).dir(dir).env("PATH", &std::env::var("PATH").unwrap()).run()
}

fn json(dir: &Path, arguments: &[&str]) -> Value {
    let run = run(dir, &[arguments, &["--format", "json"]].concat());
    assert!(run.code < 2, "{}{}", run.stderr, run.stdout);
    run.json()
}

/// Two customers.
fn two() -> Vec<String> {
    vec![customer("blue_harbour", 1), customer("green_valley", 2)]
}

fn schema() -> String {
    symlint_core::schema::diff_schema(symlint_rules::catalogue())
}

#[test]
fn the_schema_matches_the_types() {
    holds("crates/symlint-core/diff.schema.json", &schema());
}

#[test]
fn crossings_come_first_and_are_never_cut() {
    let tenants: Vec<String> = (0..400).map(|n| customer(&format!("customer_{n}"), n)).collect();
    let dir = repository(&tenants);
    // Each of them gets the target of another one.
    let mut changed = Vec::new();
    for (n, text) in tenants.iter().enumerate() {
        let target = |text: &str| {
            let line = text.lines().find(|line| line.contains("target_account_id")).unwrap();
            line.split('"').nth(1).unwrap().to_owned()
        };
        let other = target(&tenants[(n + 1) % tenants.len()]);
        changed.push(if n % 2 == 0 { text.replace(&target(text), &other) } else { text.clone() });
    }
    write(dir.path(), "terraform.tfvars", &values(&changed));
    let run = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown", "--format", "json=diff.json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let text = &run.stdout;
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.starts_with("## ❌ symlint: 200 crossings into another customer, "), "{}", &text[..400]);
    let head = text.split("### Who gains").next().unwrap();
    for n in 0..400 {
        assert!(head.contains(&format!("`customer_{n}`")), "{n}");
    }
    let diff: Value = serde_json::from_str(&std::fs::read_to_string(dir.path().join("diff.json")).unwrap()).unwrap();
    assert_eq!(diff["crossings"].as_array().unwrap().len(), 200);
    // Tenants that gain another customer's access are never cut from the table or the picture.
    let rows = text.lines().filter(|line| line.starts_with("| **gains**") || line.starts_with("| loses"));
    assert!(rows.clone().count() > 50 && rows.clone().all(|row| row.contains('❌')), "{text}");
    assert!(text.contains("more tenants\"]\n  classDef crossing"), "{text}");
}

/// One mistake in a module that several root modules call is one finding, as in a check.
#[test]
fn a_mistake_in_a_shared_module_is_one_new_finding() {
    let shared = MAIN.replace("./sso_flow", "../sso_flow");
    let root = "variable \"customer_tenants\" {}\nmodule \"all\" {\n  source = \"../shared\"\n  customer_tenants = \
                var.customer_tenants\n}\n";
    let of = |keys: [(&str, u32); 2]| values(&keys.map(|(key, n)| customer(key, n)));
    let dir = folder(&[
        ("sso_flow/main.tf", FLOW),
        ("shared/main.tf", &shared),
        ("east/main.tf", root),
        ("east/terraform.tfvars", &of([("acme", 1), ("bolt", 2)])),
        ("west/main.tf", root),
        ("west/terraform.tfvars", &of([("coil", 3), ("dune", 4)])),
    ]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    write(dir.path(), "shared/main.tf", &shared.replace("each.value.target_account_id", "each.value.sso_account_id"));
    let said = |finding: &Value| finding["message"].as_str().unwrap().ends_with(" (the same in 1 more run: west)");
    let report = run(dir.path(), &["check", "--new-since", "HEAD", "--format", "json"]).json();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.len() == 1 && said(&findings[0]), "{findings:?}");
    assert_eq!(report["summary"]["errors"], 1);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let findings = diff["findings"]["new"].as_array().unwrap();
    assert!(findings.len() == 1 && said(&findings[0]), "{findings:?}");
    assert_eq!(diff["summary"]["new_errors"], 1);
    commit(dir.path());
    write(dir.path(), "shared/main.tf", &shared);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["findings"]["fixed"].as_array().unwrap().len(), 1);
}

#[test]
fn tenants_with_one_key_are_distinguished_by_their_root_modules() {
    let dir = folder(&[("sso_flow/main.tf", FLOW)]);
    let main = MAIN.replace("./sso_flow", "../sso_flow");
    for (root, n) in [("east", 1), ("west", 2)] {
        write(dir.path(), &format!("{root}/main.tf"), &main);
        write(dir.path(), &format!("{root}/terraform.tfvars"), &values(&[customer("acme", n)]));
    }
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    let target = |n: u32| {
        let text = customer("acme", n);
        text.split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned()
    };
    write(dir.path(), "west/terraform.tfvars", &values(&[customer("acme", 2).replace(&target(2), &target(1))]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let also_of = &diff["tenants"][0]["gained"][0]["also_of"];
    assert_eq!(*also_of, value!([{ "what": "account", "before": false, "tenants": ["acme in east"], "count": 1 }]));
}

/// A finding for two tenants is about the one that the change touches.
#[test]
fn only_new_findings_fail() {
    let shared = |n: u32, other: u32| {
        let target = |text: &str| text.split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned();
        let (own, others) = (customer("x", n), customer("x", other));
        (target(&own), target(&others))
    };
    let (own, other) = shared(2, 1);
    let wrong = customer("green_valley", 2).replace(&own, &other);
    let dir = repository(&[customer("blue_harbour", 1), wrong.clone()]);
    let check = |arguments: &[&str]| run(dir.path(), &[&["check", "--new-since", "HEAD"], arguments].concat());
    let report = check(&["--format", "json"]);
    assert_eq!(report.code, 0, "{}", report.stdout);
    let findings = report.json()["findings"].as_array().unwrap().clone();
    assert_eq!(findings[0]["rule"], "duplicate-target-account");
    assert_eq!(findings[0]["suppressed"]["by"], "revision", "{:#}", findings[0]);
    assert!(check(&[]).stdout.contains("suppressed by the revision"), "{}", check(&[]).stdout);

    // The file, the line, and the variable do not matter.
    let moved = values(&[wrong.clone(), customer("blue_harbour", 1)]).replace("customer_tenants", "clients");
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    write(dir.path(), "other.auto.tfvars", &format!("\n\n{moved}"));
    write(dir.path(), "main.tf", &MAIN.replace("customer_tenants", "clients"));
    let report = check(&["--format", "json"]);
    assert_eq!(report.code, 0, "{}", report.stdout);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["summary"]["new_errors"], 0, "{diff:#}");
    assert_eq!(diff["tenants"].as_array().unwrap().len(), 0, "{diff:#}");

    // The change is in the earlier tenant, and the finding is at the later one.
    let dir = repository(&[customer("blue_harbour", 1), customer("green_valley", 2)]);
    let (own, other) = shared(1, 2);
    write(
        dir.path(),
        "terraform.tfvars",
        &values(&[customer("blue_harbour", 1).replace(&own, &other), customer("green_valley", 2)]),
    );
    let report = run(dir.path(), &["check", "--new-since", "HEAD", "--format", "json"]);
    assert_eq!(report.code, 1, "{}", report.stdout);
    let finding = &report.json()["findings"][0];
    assert_eq!(finding["tenant"], "blue_harbour", "{finding:#}");
    assert_eq!(finding["location"]["start"]["line"], 11, "{finding:#}");
    let plain = run(dir.path(), &["check", "--format", "json"]).json();
    assert_eq!(plain["findings"][0]["tenant"], "green_valley");
}

/// If the change adds an owner of something that another tenant can already reach, that is reported, but not as a new
/// finding.
#[test]
fn a_new_owner_is_a_crossing() {
    let wrong = customer("green_valley", 2).replace("iam::31", "iam::49");
    let dir = repository(&[customer("blue_harbour", 1), wrong.clone()]);
    let owner = customer("red_lake", 3);
    let account = |text: &str, before: &str| text.split(before).nth(1).unwrap()[..12].to_owned();
    let own = account(&owner, "sso_account_id = \"");
    let owner = owner.replace(&own, &account(&wrong, "iam::"));
    write(dir.path(), "terraform.tfvars", &values(&[customer("blue_harbour", 1), wrong, owner]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let crossings = diff["crossings"].as_array().unwrap();
    assert_eq!(crossings.len(), 1, "{diff:#}");
    assert_eq!((&crossings[0]["from"][0], &crossings[0]["into"][0]), (&"green_valley".into(), &"red_lake".into()));
    assert_eq!((&diff["summary"]["new_errors"], &diff["summary"]["hidden"]), (&0.into(), &0.into()), "{diff:#}");
}

#[test]
fn changes_that_weaken_the_check_are_listed_with_what_they_hide() {
    let wrong = customer("green_valley", 2).replace("iam::31", "iam::49");
    let tenants = [customer("blue_harbour", 1), wrong.clone()];
    let commented = values(&[
        customer("blue_harbour", 1),
        wrong.replace("      role_arn", "      # symlint-ignore: role-account-mismatch -- as agreed\n      role_arn"),
    ]);
    let off = "rule \"role-account-mismatch\" { level = \"off\" }\n";
    let exception = "exception \"role-account-mismatch\" {\n  tenant = \"green_valley\"\n  reason = \"as agreed\"\n}\n";
    for (file, text, by, how) in [
        (".symlint.hcl", off, "configuration", "`rule \"role-account-mismatch\"`"),
        (".symlint.hcl", &off.replace("off", "warning"), "level", "`rule \"role-account-mismatch\"`"),
        (".symlint.hcl", exception, "exception", "as agreed"),
        ("terraform.tfvars", &commented, "inline", "as agreed"),
        (
            ".symlint.hcl",
            &format!("exclude = [\"nothing\"]\n{off}"),
            "configuration",
            "`rule \"role-account-mismatch\"`",
        ),
    ] {
        let dir = repository(&tenants);
        write(dir.path(), file, text);
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        let hidden = diff["check"]["hidden"].as_array().unwrap();
        assert_eq!(hidden.len(), 1, "{text}: {diff:#}");
        assert_eq!(hidden[0]["finding"]["rule"], "role-account-mismatch", "{text}");
        assert_eq!((&hidden[0]["by"], &hidden[0]["how"]), (&by.into(), &how.into()), "{text}: {:#}", hidden[0]);
        assert_eq!(hidden[0]["counted_before"], true);
        assert_eq!(diff["summary"]["fixed"], 0, "what is hidden is not fixed");
        let markdown = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
        assert!(markdown.contains("### ❌ This change hides findings from the check"), "{markdown}");
        let settings = diff["check"]["settings"].as_array().unwrap();
        assert_eq!(settings.is_empty(), file != ".symlint.hcl", "{settings:?}");
    }
    // The change adds a finding and hides it.
    let dir = repository(&two());
    write(dir.path(), "terraform.tfvars", &commented);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["check"]["hidden"][0]["counted_before"], false, "{diff:#}");

    // A folder that is no longer searched.
    let files = [("live/main.tf", MAIN), ("live/sso_flow/main.tf", FLOW), ("other/x.tfvars", &values(&two()))];
    let dir = folder(&files);
    write(dir.path(), "live/terraform.tfvars", &values(&tenants));
    git(dir.path(), &["init", "--quiet"]);
    commit(dir.path());
    write(dir.path(), ".symlint.hcl", "exclude = [\"live\"]\n");
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let hidden = diff["check"]["hidden"].as_array().unwrap();
    assert!(hidden.iter().any(|it| it["how"] == "`exclude`"), "{diff:#}");
}

/// Configuration neither grants nor revokes access.
#[test]
fn a_changed_configuration_is_not_a_change_of_access() {
    let mapping = |from: &str, target: &str| {
        format!("tenants {{\n  from = \"{from}\"\n  attributes = {{ target_account_id = \"{target}\" }}\n}}\n")
    };
    let all = |from: &str, to: &str| {
        let files = [("main.tf", MAIN.to_owned()), ("terraform.tfvars", values(&two()))];
        files.map(|(name, text)| (name, text.replace(from, to)))
    };
    let own = mapping("customer_tenants", "target_account_id");
    for (before, after, files) in [
        ("", "exclude = [\"live\"]\n".to_owned(), None),
        ("exclude = [\"live\"]\n", String::new(), None),
        // A wrong mapping.
        ("", mapping("customer_tenants", "sso_account_id"), None),
        // Mappings that change together with the names that they refer to.
        (&own, mapping("clients", "target_account_id"), Some(all("customer_tenants", "clients"))),
        (&own, mapping("customer_tenants", "workload"), Some(all("target_account_id", "workload"))),
    ] {
        let dir = folder(&[(".symlint.hcl", before), ("live/sso_flow/main.tf", FLOW)]);
        for (name, text) in all("", "").iter().map(|(name, text)| (format!("live/{name}"), text)) {
            write(dir.path(), &name, text);
        }
        for (name, text) in [("main.tf", MAIN.to_owned()), ("terraform.tfvars", values(&[customer("red_lake", 3)]))] {
            write(dir.path(), &format!("other/{name}"), &text.replace("./sso_flow", "../live/sso_flow"));
        }
        git(dir.path(), &["init", "--quiet"]);
        commit(dir.path());
        write(dir.path(), ".symlint.hcl", &after);
        for (name, text) in files.iter().flatten() {
            write(dir.path(), &format!("live/{name}"), text);
        }
        let diff = json(dir.path(), &["diff", "--base", "HEAD", "live", "other"]);
        assert_eq!(
            (&diff["tenants"], &diff["lists"], &diff["wiring"]),
            (&value!([]), &value!([]), &value!([])),
            "{after}: {diff:#}"
        );
        assert_eq!(diff["check"]["settings"].as_array().unwrap().len(), 1, "{diff:#}");
    }
}

/// Reformatting a setting does not change it.
#[test]
fn a_reformatted_configuration_has_no_changes() {
    let before = r#"exclude       = ["fixtures", "old"]
host_accounts = ["872818995424"]
tenants {
  from       = "customer_tenants"
  attributes = { sso_connector_settings.region = "sso_connector_settings.region", cloud = none }
}
exception "role-account-mismatch" {
  tenant = "x"
  reason = "as agreed"
}
"#;
    let after = "# What is ours.\nexception \"role-account-mismatch\" {\n  reason = \"as\\u0020agreed\"\n\n  tenant = \"x\"\n}\n\
                 host_accounts = [\n  \"872818995424\", # ours\n]\nexclude = [\"old\", \"fixtures\"]\ntenants {\n  attributes = {\n    \
                 cloud = none\n    \"sso_connector_settings.region\" = \"sso_connector_settings.region\"\n  }\n  \
                 from = [\"customer_tenants\"]\n}\n";
    let dir = repository(&two());
    write(dir.path(), ".symlint.hcl", before);
    commit(dir.path());
    write(dir.path(), ".symlint.hcl", after);
    let settings = || json(dir.path(), &["diff", "--base", "HEAD"])["check"]["settings"].clone();
    assert_eq!(settings(), value!([]));
    write(dir.path(), ".symlint.hcl", &after.replace("\"fixtures\"", "\"fixture\""));
    assert_eq!(settings().as_array().unwrap().len(), 1, "{:#}", settings());
    assert_eq!(settings()[0]["new"], "exclude = [\"old\", \"fixture\"]");
}

#[test]
fn a_renamed_key_is_a_rename_with_moved_blocks() {
    let dir = repository(&two());
    let renamed = values(&two()).replace("green_valley = {", "emerald_valley = {");
    write(dir.path(), "terraform.tfvars", &renamed);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let change = &diff["tenants"][0];
    assert_eq!((&change["change"], &change["old_key"]), (&"renamed".into(), &"green_valley".into()), "{diff:#}");
    assert_eq!(change["recreated"][0]["old"], "module.access[\"green_valley\"]");
    assert_eq!(change["recreated"][0]["new"], "module.access[\"emerald_valley\"]");
    let moved = "moved {\n  from = module.access[\"green_valley\"]\n  to   = module.access[\"emerald_valley\"]\n}\n";
    write(dir.path(), "main.tf", &format!("{MAIN}\n{moved}"));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert!(diff["tenants"][0]["recreated"].as_array().unwrap().is_empty(), "{diff:#}");
    assert_eq!(diff["summary"]["gained"], 0);
}

/// The parts of a line of Markdown that are not code.
fn outside_of_code(text: &str) -> String {
    let mut outside = String::new();
    for mut rest in text.lines() {
        while let Some(start) = rest.find('`') {
            outside.push_str(&rest[..start]);
            let fence = rest[start..].chars().take_while(|c| *c == '`').count();
            let ends =
                rest[start + fence..].match_indices(&rest[start..start + fence]).map(|(at, _)| start + fence + at);
            let is_alone = |at: &usize| !rest[at + fence..].starts_with('`') && !rest[..*at].ends_with('`');
            let Some(end) = ends.into_iter().find(is_alone) else { break };
            rest = &rest[end + fence..];
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    outside
}

/// Many characters have a special meaning in a comment on GitHub.
#[test]
fn values_are_escaped_in_a_comment() {
    let dir = repository(&two());
    let evil = "evil`|<img src=x>@everyone [x](http://evil.example) \\u001b[31m ```mermaid";
    let mut text = String::new();
    writeln!(text, "{}", values(&two()).trim_end().trim_end_matches('}')).unwrap();
    writeln!(text, "{}}}", customer("red_lake", 3).replacen("red_lake", &format!("\"{evil}\""), 1)).unwrap();
    write(dir.path(), "terraform.tfvars", &text);
    let run = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]);
    assert!(!run.stdout.contains('\u{1b}'));
    let fence = run.stdout.lines().filter(|line| line.starts_with("```")).count();
    assert_eq!(fence, 2, "{}", run.stdout);
    let outside = outside_of_code(&run.stdout);
    for sign in ["<img", "@everyone", " [x]("] {
        assert!(!outside.contains(sign), "{sign}: {outside}");
    }
    let human = self::run(dir.path(), &["diff", "--base", "HEAD", "--color", "always"]);
    assert!(!human.stdout.contains("\u{1b}[31m ```"), "{}", human.stdout);
}

#[test]
fn a_configuration_in_both_folders_is_not_a_change() {
    let tenants = values(&two());
    let files = ["old", "new"].map(|side| {
        [
            (format!("{side}/.symlint.hcl"), "allowed_partitions = [\"aws\"]\n"),
            (format!("{side}/env/main.tf"), MAIN),
            (format!("{side}/env/sso_flow/main.tf"), FLOW),
            (format!("{side}/env/terraform.tfvars"), tenants.as_str()),
        ]
    });
    let files: Vec<(&str, &str)> = files.iter().flatten().map(|(name, text)| (name.as_str(), *text)).collect();
    let dir = folder(&files);
    for (top, arguments) in [(".", ["diff", "old/env", "new/env"]), ("old", ["diff", ".", "../new"])] {
        let found = json(&dir.path().join(top), &arguments);
        assert_eq!(found["check"]["settings"], serde_json::json!([]), "{arguments:?}");
    }
}

#[test]
fn reports_of_earlier_checks_are_not_part_of_the_change() {
    let dir = repository(&two());
    let report = run(dir.path(), &["check", "--format", "json"]).stdout;
    write(dir.path(), "earlier.json", &report);
    let run = run(dir.path(), &["check", "--new-since", "HEAD", "--with", "earlier.json"]);
    assert_eq!(run.code, 0, "{}{}", run.stderr, run.stdout);
}

/// A finding about several tenants that is about fewer of them is not a new one.
#[test]
fn what_is_corrected_for_one_of_several_tenants_is_no_new_finding() {
    let tenants = ["acme", "bolt", "crest"].iter().zip(1..).map(|(key, n)| customer(key, n)).collect::<Vec<_>>();
    let account = |n: usize| {
        let (_, rest) = tenants[n].split_once("sso_account_id").unwrap();
        rest.split('"').nth(1).unwrap().to_owned()
    };
    let safelist = |accounts: &[usize]| {
        let accounts: Vec<String> = accounts.iter().map(|n| format!("\"{}\"", account(*n))).collect();
        MAIN.replace(
            "[for tenant in var.customer_tenants : tenant.sso_account_id]",
            &format!("[{}]", accounts.join(", ")),
        )
    };
    let dir = repository(&tenants);
    let path = dir.path();
    let since = || {
        let report = run(path, &["check", "--new-since", "HEAD", "--format", "json"]);
        let findings = report.json()["findings"].as_array().unwrap().len();
        (report.code, findings)
    };
    write(path, "main.tf", &safelist(&[0]));
    assert_eq!(since(), (1, 1), "two accounts are missing");
    commit(path);
    write(path, "main.tf", &safelist(&[0, 1]));
    assert_eq!(since(), (0, 1), "only one of them is missing");
    write(path, "main.tf", &safelist(&[1]));
    assert_eq!(since(), (1, 1), "another account is missing");

    let miswired =
        MAIN.replace("account_id             = each.value", "account_id             = var.customer_tenants[\"acme\"]");
    write(path, "main.tf", &miswired);
    commit(path);
    write(path, "terraform.tfvars", &values(&tenants[..2]));
    assert_eq!(since(), (0, 1), "a tenant is removed");
}
