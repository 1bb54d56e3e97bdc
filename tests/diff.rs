//! `symlint diff` and `symlint check --new-since` from outside.
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

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{Run, Symlint, folder, holds, tenant, values};

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

const FLOW: &str = r#"variable "tenant_slug" {}
variable "account_id" {}
variable "permission_set_arn" {}
variable "sso_connector_settings" {}

resource "sym_integration" "context" {
  type        = "permission_context"
  name        = "context-${var.tenant_slug}"
  external_id = var.sso_connector_settings.instance_arn
  settings    = var.sso_connector_settings
}

resource "sym_target" "grant" {
  type = "aws_sso_permission_set"
  name = "target-${var.tenant_slug}"

  settings = {
    permission_set_arn = var.permission_set_arn
    account_id         = var.account_id
  }
}

resource "sym_strategy" "access" {
  type           = "aws_sso"
  name           = "strategy-${var.tenant_slug}"
  integration_id = sym_integration.context.id
  targets        = [sym_target.grant.id]

  settings = {
    instance_arn = var.sso_connector_settings.instance_arn
  }
}
"#;

/// A tenant that has nothing in common with the others: `n` makes its ids.
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

/// A repository with a commit of these tenants.
fn repository(tenants: &[String]) -> tempfile::TempDir {
    let dir = folder(&[("main.tf", MAIN), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", &values(tenants))]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    dir
}

/// Runs symlint in a folder, with the git of anyone who runs the tests.
fn run(dir: &Path, arguments: &[&str]) -> Run {
    Symlint::new(arguments).dir(dir).env("PATH", &std::env::var("PATH").unwrap()).run()
}

fn json(dir: &Path, arguments: &[&str]) -> Value {
    let run = run(dir, &[arguments, &["--format", "json"]].concat());
    assert!(run.code < 2, "{}{}", run.stderr, run.stdout);
    run.json()
}

/// Two customers, and what is written of them.
fn two() -> Vec<String> {
    vec![customer("blue_harbour", 1), customer("green_valley", 2)]
}

fn schema() -> String {
    symlint_core::schema::diff_schema(symlint_rules::catalogue())
}

#[test]
fn the_schema_is_that_of_the_types() {
    holds("crates/symlint-core/diff.schema.json", &schema());
}

#[test]
fn the_work_tree_is_compared_with_where_it_left_the_revision() {
    let dir = repository(&two());
    git(dir.path(), &["checkout", "--quiet", "-b", "change"]);
    let mut tenants = two();
    tenants.push(customer("red_lake", 3));
    write(dir.path(), "terraform.tfvars", &values(&tenants));
    commit(dir.path());
    // What happens on the branch meanwhile is not part of the change.
    git(dir.path(), &["checkout", "--quiet", "main"]);
    write(dir.path(), "terraform.tfvars", &values(&two()[..1]));
    commit(dir.path());
    git(dir.path(), &["checkout", "--quiet", "change"]);
    let diff = json(dir.path(), &["diff", "--base", "main"]);
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema()).unwrap()).unwrap();
    assert!(validator.is_valid(&diff));
    let tenants = diff["tenants"].as_array().unwrap();
    assert_eq!(tenants.len(), 1, "{diff:#}");
    assert_eq!((&tenants[0]["tenant"], &tenants[0]["change"]), (&"red_lake".into(), &"added".into()));
    assert_eq!(tenants[0]["gained"].as_array().unwrap().len(), 1);
    assert_eq!(diff["summary"]["exit_code"], 0, "{diff:#}");
    assert!(diff["base"].as_str().unwrap().contains("where this change left `main`"), "{}", diff["base"]);
    // From a folder below, and of what is there alone.
    let below = run(&dir.path().join("sso_flow"), &["diff", "--base", "main", "..", "--format", "json"]).json();
    assert_eq!(below["summary"], diff["summary"]);
    let human = run(dir.path(), &["diff", "--base", "main"]);
    assert_eq!(human.code, 0, "{}", human.stderr);
    assert!(human.stdout.contains("tenant red_lake is new (terraform.tfvars:"), "{}", human.stdout);
    let same = run(dir.path(), &["diff", "--base", "HEAD"]);
    assert!(same.stdout.ends_with(": nobody gains or loses access\n"), "{}", same.stdout);
}

#[test]
fn two_folders_are_compared_by_what_is_below_them() {
    let old = values(&two());
    let new = values(&[two().remove(0)]);
    let files = |name: &str, text: &str| {
        [("main.tf", MAIN), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", text)]
            .map(|(file, text)| (format!("{name}/live/{file}"), text.to_owned()))
    };
    let all = [files("old", &old), files("new", &new)].concat();
    let dir = folder(&all.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let diff = json(dir.path(), &["diff", "old", "new"]);
    assert_eq!(diff["tenants"][0]["tenant"], "green_valley");
    assert_eq!(diff["tenants"][0]["change"], "removed");
    assert_eq!(diff["tenants"].as_array().unwrap().len(), 1, "{diff:#}");
    assert_eq!(diff["tenants"][0]["run"], "live");
    assert_eq!(diff["not_compared"].as_array().unwrap().iter().filter(|it| it["side"] != "both").count(), 0);
    for (arguments, said) in [
        (&["diff", "old", "gone"][..], "there is no such file or folder"),
        (&["diff", "old"], "there is nothing to compare with"),
        (&["diff", "--base", "main"], "is not in a git repository"),
        (&["diff", "old", "-"], "does not read standard input"),
    ] {
        let run = run(dir.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(said), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_clone_that_lacks_the_revision_is_told_what_to_fetch() {
    let origin = repository(&two());
    let first = git(origin.path(), &["rev-parse", "HEAD"]);
    write(origin.path(), "terraform.tfvars", &values(&two()[..1]));
    commit(origin.path());
    let clone = folder(&[]);
    let url = format!("file://{}", origin.path().display());
    git(clone.path(), &["clone", "--quiet", "--depth=1", &url, "."]);
    for revision in ["HEAD^1", first.as_str()] {
        let run = run(clone.path(), &["diff", "--base", revision]);
        assert_eq!(run.code, 2, "{}", run.stdout);
        let said = format!("error: cannot find the git revision `{revision}`: this clone is shallow");
        assert!(run.stderr.starts_with(&said), "{}", run.stderr);
        assert!(run.stderr.contains("`fetch-depth: 2` and use `--base HEAD^1`"), "{}", run.stderr);
        assert!(run.stderr.contains("CI_MERGE_REQUEST_DIFF_BASE_SHA"), "{}", run.stderr);
    }
    git(clone.path(), &["fetch", "--quiet", "--depth=2", "origin"]);
    let diff = json(clone.path(), &["diff", "--base", "HEAD^1"]);
    assert_eq!(diff["tenants"][0]["change"], "removed", "{diff:#}");
    let run = run(clone.path(), &["diff", "--base", "no-such-branch"]);
    assert!(run.stderr.contains("cannot find the git revision `no-such-branch`"), "{}", run.stderr);
}

/// The configuration of a repository names many programs.
#[test]
fn nothing_that_the_repository_configures_is_run() {
    let dir = repository(&two());
    let marker = dir.path().join("marker");
    let script = dir.path().join("script.sh");
    write(dir.path(), "script.sh", &format!("#!/bin/sh\ntouch {}\ncat\n", marker.display()));
    write(dir.path(), ".gitattributes", "* filter=evil diff=evil\n");
    write(dir.path(), "git", &format!("#!/bin/sh\ntouch {}\n", marker.display()));
    #[cfg(unix)]
    for name in ["script.sh", "git"] {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(dir.path().join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    git(dir.path(), &["add", "--all"]);
    git(dir.path(), &["commit", "--quiet", "-m", "more"]);
    let script = script.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.editor",
        "core.pager",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.textconv",
        "filter.evil.smudge",
        "filter.evil.clean",
        "filter.evil.process",
        "credential.helper",
        "gpg.program",
        "alias.cat-file",
        "alias.merge-base",
        "uploadpack.packObjectsHook",
    ] {
        let value = if key.starts_with("alias.") { format!("!{script}") } else { script.to_owned() };
        git(dir.path(), &["config", key, &value]);
    }
    for hook in ["post-checkout", "post-index-change", "reference-transaction"] {
        write(dir.path(), &format!(".git/hooks/{hook}"), &format!("#!/bin/sh\ntouch {}\n", marker.display()));
    }
    // What is missing would be fetched by a program, too.
    git(dir.path(), &["config", "remote.origin.url", &format!("ext::{script}")]);
    git(dir.path(), &["config", "remote.origin.promisor", "true"]);
    git(dir.path(), &["config", "protocol.ext.allow", "always"]);
    git(dir.path(), &["config", "extensions.partialClone", "origin"]);
    let blob = git(dir.path(), &["rev-parse", "HEAD:terraform.tfvars"]);
    let _ = std::fs::remove_file(&marker);
    let path = format!(".:{}:{}", dir.path().display(), std::env::var("PATH").unwrap());
    let check = || Symlint::new(&["diff", "--base", "HEAD"]).dir(dir.path()).env("PATH", &path).run();
    let run = check();
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!marker.exists());
    std::fs::remove_file(dir.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let run = check();
    assert!(!marker.exists(), "{}", run.stderr);
    assert!(run.stderr.contains("terraform.tfvars: this clone does not have it"), "{}{}", run.stderr, run.stdout);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_submodules_are_left_out() {
    let dir = repository(&two());
    std::fs::rename(dir.path().join("sso_flow"), dir.path().join("flow")).unwrap();
    std::os::unix::fs::symlink("flow", dir.path().join("sso_flow")).unwrap();
    std::fs::rename(dir.path().join("terraform.tfvars"), dir.path().join("flow/values.txt")).unwrap();
    std::os::unix::fs::symlink("sso_flow/../flow/values.txt", dir.path().join("terraform.tfvars")).unwrap();
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
    std::os::unix::fs::symlink("/etc", dir.path().join("out")).unwrap();
    commit(dir.path());
    // The same files without links.
    let diff = json(dir.path(), &["diff", "--base", "HEAD^"]);
    assert_eq!(diff["summary"]["tenants"], serde_json::json!([2, 2]), "{diff:#}");
    assert!(diff["tenants"].as_array().unwrap().is_empty(), "{diff:#}");

    let other = repository(&[customer("red_lake", 3)]);
    let url = other.path().to_str().unwrap();
    git(dir.path(), &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "vendor"]);
    commit(dir.path());
    for base in ["HEAD", "HEAD^"] {
        let diff = json(dir.path(), &["diff", "--base", base]);
        let added: Vec<&Value> = diff["tenants"].as_array().unwrap().iter().map(|it| &it["tenant"]).collect();
        // A submodule that the change adds is not in the revision, and is compared.
        let expected: &[&str] = if base == "HEAD" { &[] } else { &["red_lake"] };
        assert_eq!(added, expected, "{diff:#}");
    }
}

#[test]
fn what_crosses_comes_first_and_is_never_cut() {
    let tenants: Vec<String> = (0..400).map(|n| customer(&format!("customer_{n}"), n)).collect();
    let dir = repository(&tenants);
    // All of them get the target of another.
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
    // What is cut in the table and in the picture is nobody who crosses.
    let rows = text.lines().filter(|line| line.starts_with("| **gains**") || line.starts_with("| loses"));
    assert!(rows.clone().count() > 50 && rows.clone().all(|row| row.contains('❌')), "{text}");
    assert!(text.contains("more tenants\"]\n  classDef crossing"), "{text}");
}

/// A finding that two tenants share is about the one that the change touches.
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

    // Whatever the file, the line and the variable.
    let moved = values(&[wrong.clone(), customer("blue_harbour", 1)]).replace("customer_tenants", "clients");
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    write(dir.path(), "other.auto.tfvars", &format!("\n\n{moved}"));
    write(dir.path(), "main.tf", &MAIN.replace("customer_tenants", "clients"));
    let report = check(&["--format", "json"]);
    assert_eq!(report.code, 0, "{}", report.stdout);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["summary"]["new_errors"], 0, "{diff:#}");
    assert_eq!(diff["tenants"].as_array().unwrap().len(), 0, "{diff:#}");

    // The earlier tenant is changed: the later one has always been so.
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

/// A new owner of what another tenant reaches is reported, and the finding is not new.
#[test]
fn an_owner_that_turns_up_is_a_crossing() {
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
fn whatever_weakens_the_check_is_listed_with_what_it_hides() {
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
    // What comes together with what hides it.
    let dir = repository(&two());
    write(dir.path(), "terraform.tfvars", &commented);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["check"]["hidden"][0]["counted_before"], false, "{diff:#}");

    // A folder that is not searched any more.
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

#[test]
fn a_renamed_key_is_a_rename_that_terraform_must_be_told() {
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

/// What of a line in Markdown is not code.
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

/// A comment is read by a program that knows many signs.
#[test]
fn values_mean_nothing_in_a_comment() {
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
fn what_is_in_neither_tree_is_a_mistake() {
    let dir = repository(&two());
    for arguments in [
        ["check", "--new-since", "HEAD", ".", "typo"],
        ["diff", "--base", "HEAD", ".", "typo"],
        ["check", "--new-since", "HEAD", "--config", "typo"],
        ["check", "--new-since", "HEAD", "--baseline", "typo"],
        ["check", "--new-since", "HEAD", "--var-file", "typo"],
    ] {
        let run = run(dir.path(), &arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stderr, run.stdout);
        assert!(run.stderr.contains("cannot read typo"), "{}", run.stderr);
    }
}

#[test]
fn a_configuration_that_both_folders_have_is_no_change() {
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
fn reports_of_earlier_checks_are_no_part_of_the_change() {
    let dir = repository(&two());
    let report = run(dir.path(), &["check", "--format", "json"]).stdout;
    write(dir.path(), "earlier.json", &report);
    let run = run(dir.path(), &["check", "--new-since", "HEAD", "--with", "earlier.json"]);
    assert_eq!(run.code, 0, "{}{}", run.stderr, run.stdout);
}
