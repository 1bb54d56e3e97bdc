//! What the human comparison says about access, with and without a finding.

use std::path::Path;

use serde_json::{Value, json};

use crate::diff::{FLOW, MAIN, commit, customer, git, json, repository, run, two, write};
use crate::support::{folder, values};

pub(super) fn value(n: u32, name: &str) -> String {
    let text = customer("x", n);
    let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    line.split('"').nth(1).unwrap().to_owned()
}

pub(super) fn target(n: u32) -> String {
    value(n, "target_account_id")
}

pub(super) fn human(dir: &Path) -> String {
    let text = run(dir, &["diff", "--base", "HEAD"]).stdout;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn crossings(diff: &Value) -> Vec<String> {
    let said = |it: &Value| {
        let name = |what: &str| it[what][0].as_str().unwrap().to_owned();
        format!("{} -> {}: {}", name("from"), name("into"), it["message"].as_str().unwrap())
    };
    diff["crossings"].as_array().unwrap().iter().map(said).collect()
}

#[test]
fn swapped_accounts_are_crossings_without_a_finding() {
    let dir = repository(&two());
    let swapped = [
        customer("blue_harbour", 1).replace(&target(1), &target(2)),
        customer("green_valley", 2).replace(&target(2), &target(1)),
    ];
    write(dir.path(), "terraform.tfvars", &values(&swapped));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let expected = [
        format!(
            "blue_harbour -> green_valley: `blue_harbour` gets account `{}`, which was `green_valley`'s",
            target(2)
        ),
        format!(
            "green_valley -> blue_harbour: `green_valley` gets account `{}`, which was `blue_harbour`'s",
            target(1)
        ),
    ];
    assert_eq!(crossings(&diff), expected, "{diff:#}");
    assert_eq!((&diff["crossings"][0]["finding"], &diff["summary"]["exit_code"]), (&Value::Null, &json!(0)));
    assert_eq!(diff["crossings"][1]["location"]["start"]["line"], 22, "{diff:#}");
    let markdown = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
    assert!(markdown.starts_with("## ❌ symlint: 2 crossings into another customer, 2 grants gained"), "{markdown}");
    assert!(markdown.contains("| `blue_harbour` ❌ |"), "{markdown}");
}

/// If two customers share several values, a finding about one of them does not replace the others.
#[test]
fn a_crossing_is_listed_next_to_a_finding_about_something_else() {
    let set = |n: u32| value(n, "permission_set_arn");
    let dir = repository(&two());
    let changed = [
        customer("blue_harbour", 1).replace(&set(1), &set(2)),
        customer("green_valley", 2).replace(&target(2), &target(1)),
    ];
    write(dir.path(), "terraform.tfvars", &values(&changed));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let said = crossings(&diff);
    let is_there = |start: &str| said.iter().any(|it| it.starts_with(start));
    assert!(is_there("blue_harbour -> green_valley: ") && is_there("green_valley -> blue_harbour: "), "{said:#?}");
    assert_eq!(said.len(), 2, "{said:#?}");
}

/// A value that all tenants share belongs to none of them, and a value that a customer has in two root modules belongs
/// to that customer.
#[test]
fn a_value_that_is_not_another_customers_is_not_a_crossing() {
    let role = value(1, "role_arn");
    let with_role = |key: &str, n: u32| customer(key, n).replace(&value(n, "role_arn"), &role);
    let (dir, all) = (repository(&[with_role("acme", 1), with_role("bolt", 2)]), |third: String| {
        values(&[with_role("acme", 1), with_role("bolt", 2), third])
    });
    write(dir.path(), "terraform.tfvars", &all(with_role("coil", 3)));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let said = crossings(&diff);
    assert!(said.iter().all(|it| !it.contains("gets")), "{said:#?}");
}

/// Tenants from `fileset` are named after their files.
#[test]
fn a_copied_file_is_a_crossing_at_the_file() {
    let main = r#"locals {
  tenants = {
    for name in fileset(path.module, "tenants/*.yaml") :
    trimsuffix(basename(name), ".yaml") => yamldecode(file("${path.module}/${name}"))
  }
}
"#;
    let main = format!("{main}{}", MAIN.split_once("}\n").unwrap().1.replace("var.customer_tenants", "local.tenants"));
    let yaml = |n: u32| {
        format!(
            "sso_account_id: \"{}\"\nsso_connector_settings:\n  cloud: aws\n  instance_arn: \"{}\"\n  region: us-east-1\n  \
             role_arn: \"{}\"\npermission_set_arn: \"{}\"\ntarget_account_id: \"{}\"\n",
            value(n, "sso_account_id"),
            value(n, "instance_arn"),
            value(n, "role_arn"),
            value(n, "permission_set_arn"),
            target(n)
        )
    };
    let dir = folder(&[
        ("main.tf", &main),
        ("sso_flow/main.tf", FLOW),
        ("tenants/blue_harbour.yaml", &yaml(1)),
        ("tenants/green_valley.yaml", &yaml(2)),
    ]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    write(dir.path(), "tenants/red_lake.yaml", &yaml(1));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let crossing = &diff["crossings"][0];
    assert_eq!(diff["crossings"].as_array().unwrap().len(), 1, "{diff:#}");
    assert_eq!((&crossing["from"], &crossing["into"]), (&json!(["red_lake"]), &json!(["blue_harbour"])), "{diff:#}");
    assert_eq!(crossing["finding"]["rule"], "duplicate-tenant", "{diff:#}");
    assert_eq!(diff["tenants"][0]["location"]["file"], "tenants/red_lake.yaml");
    let said = human(dir.path());
    assert!(!said.contains("New errors"), "{said}");
    assert!(said.contains("(permission set, account, role, and instance are also `blue_harbour`'s)"), "{said}");
}

#[test]
fn a_widened_policy_revokes_no_access() {
    let policy = |resource: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"runtime\" {{\n  role = \"runtime\"\n  policy = jsonencode({{\n    Statement \
             = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = {resource} }}]\n  }})\n}}\n"
        )
    };
    let (before, after) = MAIN.split_once("module \"runtime_connector\" {").unwrap();
    let rest = after.split_once("}\n").unwrap().1;
    let main = |resource: &str| format!("{before}{}{rest}", policy(resource));
    let each =
        |path: &str| format!("[for it in var.customer_tenants : \"arn:aws:iam::${{it.sso_account_id}}:{path}\"]");
    let dir = repository(&two());
    write(dir.path(), "main.tf", &main(&each("role/sym/*")));
    commit(dir.path());
    let unknown = "which accounts the runtime may enter is not known in full after the change";
    for (resource, expected) in [
        ("\"*\"".to_owned(), unknown),
        ("\"arn:aws:iam::*:role/*\"".to_owned(), unknown),
        (each("role/*"), "nobody gains or loses access"),
    ] {
        write(dir.path(), "main.tf", &main(&resource));
        let said = human(dir.path());
        assert!(!said.contains("may no longer enter"), "{resource}: {said}");
        assert!(said.contains(expected), "{resource}: {said}");
    }
    write(dir.path(), "main.tf", &format!("{before}{rest}"));
    assert!(human(dir.path()).contains("may no longer enter"), "{}", human(dir.path()));
}

#[test]
fn changed_wiring_has_the_name_in_the_file() {
    let dir = repository(&two());
    let merged = format!("merge(var.sso_connector_settings, {{ role_arn = \"{}\" }})", value(1, "role_arn"));
    let settings = "settings    = var.sso_connector_settings";
    write(dir.path(), "sso_flow/main.tf", &FLOW.replace(settings, &format!("settings    = {merged}")));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(
        (&diff["wiring"][0]["name"], &diff["wiring"][0]["new"]),
        (&json!("settings"), &json!(merged)),
        "{diff:#}"
    );
    write(dir.path(), "sso_flow/main.tf", FLOW);

    // An object with several values is one expression.
    let other = "sso_connector_settings = var.customer_tenants[\"blue_harbour\"].sso_connector_settings";
    write(dir.path(), "main.tf", &MAIN.replace("sso_connector_settings = each.value.sso_connector_settings", other));
    let said = human(dir.path());
    let line = "passes a different instance and connector role to the flow of `green_valley`: `ssoins-7223";
    assert!(said.contains(line), "{said}");
    assert_eq!(said.matches("`sso_connector_settings` of `module.access` is now").count(), 1, "{said}");

    // A name is not a value of the tenant, so it is reported as changed wiring.
    write(dir.path(), "main.tf", &MAIN.replace("= each.key", "= \"blue_harbour\""));
    let said = human(dir.path());
    let line = "~ `tenant_slug` of `module.access` is now `\"blue_harbour\"` (before: `each.key`) and passes a different key \
                to the flow of `green_valley`: `blue_harbour` in place of `green_valley`";
    assert!(said.contains(line), "{said}");
}

#[test]
fn a_tenant_in_another_root_module_is_reported_as_moved() {
    let main = MAIN.replace("./sso_flow", "../sso_flow");
    let dir = folder(&[("sso_flow/main.tf", FLOW), ("east/main.tf", &main), ("west/main.tf", &main)]);
    let fill = |east: &[(&str, u32)], west: &[(&str, u32)]| {
        for (root, keys) in [("east", east), ("west", west)] {
            let tenants: Vec<String> = keys.iter().map(|(key, n)| customer(key, *n)).collect();
            write(dir.path(), &format!("{root}/terraform.tfvars"), &values(&tenants));
        }
    };
    fill(&[("acme", 1), ("bolt", 2)], &[("coil", 3), ("dune", 4)]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    fill(&[("acme", 1), ("bolt", 2), ("dune", 4)], &[("coil", 3)]);
    let said = human(dir.path());
    let line = "`dune` moves from `west` to `east`: Terraform destroys its flow there and creates it here";
    assert!(said.contains(line) && !said.contains("loses"), "{said}");
    assert!(said.contains("the runtime of `west` may no longer enter"), "{said}");
    assert!(said.contains(": 1 tenant moved to another root module"), "{said}");
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!((&diff["tenants"][0]["moved_from"], diff["tenants"].as_array().unwrap().len()), (&json!("west"), 1));
}

#[test]
fn a_renamed_call_recreates_its_resources() {
    let dir = repository(&two());
    let renamed = MAIN.replace("module \"access\"", "module \"grants\"");
    write(dir.path(), "main.tf", &renamed);
    let said = human(dir.path());
    let line = "Terraform would destroy `module.access[\"blue_harbour\"]` and create `module.grants[\"blue_harbour\"]` (and 1 \
                more), since no `moved` block";
    assert!(said.contains(line), "{said}");
    assert!(said.contains("nobody gains or loses access, but Terraform would destroy and create 2 flows"), "{said}");
    write(dir.path(), "main.tf", &format!("{renamed}\nmoved {{\n  from = module.access\n  to   = module.grants\n}}\n"));
    assert!(human(dir.path()).ends_with(": nobody gains or loses access"), "{}", human(dir.path()));
}

/// A terminal does not show thousands of lines, but tenants that gain another customer's access must be among them.
#[test]
fn long_lists_are_cut_with_a_note() {
    let tenants: Vec<String> = (0..80).map(|n| customer(&format!("customer_{n}"), n)).collect();
    let dir = repository(&tenants);
    let changed: Vec<String> = (0..80)
        .map(|n| {
            let (text, other) = (&tenants[n as usize], target((n + 1) % 80));
            if n % 2 == 0 { text.replace(&target(n), &other) } else { text.clone() }
        })
        .collect();
    write(dir.path(), "terraform.tfvars", &values(&changed));
    let short = run(dir.path(), &["diff", "--base", "HEAD"]).stdout;
    let all = run(dir.path(), &["diff", "--base", "HEAD", "--max-findings", "0"]).stdout;
    assert!(short.lines().count() < all.lines().count() * 4 / 5, "{short}");
    assert!(short.contains("10 more: customer_") && short.contains("\n10 more tenants not shown: `--max-findings 0`"));
    let words = short.split_whitespace().collect::<Vec<_>>().join(" ");
    for n in (0..80).step_by(2) {
        assert!(words.contains(&format!("customer_{n} ->")), "{n}: {short}");
    }
    assert!(!all.contains("--max-findings"), "{all}");
}

#[test]
fn messages_name_the_owner_and_the_kind_of_value() {
    // The sentence is about the tenant that the change touches.
    let dir = repository(&two());
    let taken = customer("blue_harbour", 1).replace(&target(1), &target(2));
    write(dir.path(), "terraform.tfvars", &values(&[taken, customer("green_valley", 2)]));
    let said = human(dir.path());
    let line = format!("`target_account_id` of `blue_harbour` becomes {}, which is `green_valley`'s", target(2));
    assert!(said.contains(&line), "{said}");
    // A value that is not an account, and an account of the tenant itself.
    for (passed, line) in [
        ("each.value.permission_set_arn", "in `ps-5e1b"),
        ("each.value.sso_account_id", "(the account is its own SSO account)"),
    ] {
        let dir = repository(&two());
        write(dir.path(), "main.tf", &MAIN.replace("each.value.target_account_id", passed));
        let said = human(dir.path());
        assert!(said.contains(line) && said.contains("to the flows of both tenants"), "{said}");
        assert!(said.contains("through role `SymSSO"), "{said}");
    }
    // Changes of the safelist are in the headline, together with others.
    let dir = repository(&two());
    let wide = MAIN.replace("tenant.sso_account_id]", "tenant.sso_account_id if true || 1 == 2]");
    let more = wide.replace("[for tenant", "concat([\"640173958822\"], [for tenant").replace("1 == 2]", "1 == 2])");
    write(dir.path(), "main.tf", &more);
    write(
        dir.path(),
        "terraform.tfvars",
        &values(&[two().remove(0), customer("green_valley", 2).replace(&target(2), &target(3))]),
    );
    let said = human(dir.path());
    assert!(said.contains("`640173958822`, which is not any tenant's SSO account, at main.tf"), "{said}");
    assert!(said.contains("1 grant lost, 1 safelist entry changed"), "{said}");
    // Files that are not read are not compared.
    write(dir.path(), ".symlint.hcl", "tenants {\n");
    let run = run(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(!run.stdout.contains("nobody gains"), "{}", run.stdout);
}

/// If the change also hides the finding, the crossing is reported once.
#[test]
fn a_hidden_crossing_is_reported_once() {
    let dir = repository(&two());
    let taken = customer("blue_harbour", 1).replace(&target(1), &target(2));
    write(dir.path(), "terraform.tfvars", &values(&[taken, customer("green_valley", 2)]));
    write(dir.path(), ".symlint.hcl", "rule \"duplicate-target-account\" { level = \"off\" }\n");
    let text = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
    let hidden = text.split("### ❌ This change hides").nth(1).unwrap().split("###").next().unwrap();
    assert!(hidden.contains("- [duplicate-target-account](http") && hidden.contains("(see above)"), "{text}");
    assert!(text.contains("**The change hides this finding.**"), "{text}");
}

#[test]
fn lines_are_as_wide_as_the_terminal() {
    let dir = repository(&two());
    write(dir.path(), "terraform.tfvars", &values(&[two().remove(0)]));
    for columns in ["60", "80"] {
        let run = crate::support::Symlint::new(&["diff", "--base", "HEAD", "--color", "always"])
            .dir(dir.path())
            .env("PATH", &std::env::var("PATH").unwrap())
            .env("COLUMNS", columns)
            .run();
        let last = run.stdout.rsplit("compared ").next().unwrap().replace("\u{1b}[", "");
        assert!(last.lines().all(|line| line.len() < columns.parse::<usize>().unwrap() + 12), "{last}");
        assert!(last.lines().count() > 1, "{last}");
    }
}
