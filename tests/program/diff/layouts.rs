//! Setups in layouts other than one map of tenants for one module.

use std::path::Path;

use serde_json::{Value, json};

use crate::diff::{FLOW, MAIN, commit, customer, git, json, repository, run, two, write};
use crate::support::{folder, values};

/// The values of a customer, as arguments or as locals.
fn given(n: u32) -> String {
    let text = customer("x", n);
    let of = |name: &str| text.split(&format!("{name} = \"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let block = text.split("sso_connector_settings = ").nth(1).unwrap().split("    }\n").next().unwrap();
    format!(
        "  tenant_slug = \"flow\"\n  account_id = \"{}\"\n  permission_set_arn = \"{}\"\n  sso_connector_settings = {block}    }}\n",
        of("target_account_id "),
        of("permission_set_arn"),
    )
}

/// A root module that declares the resources of a customer's flow itself.
fn own(n: u32) -> String {
    let resources = FLOW.lines().skip_while(|line| line.starts_with("variable")).collect::<Vec<_>>().join("\n");
    format!("locals {{\n{}}}\n{}\n", given(n), resources.replace("var.", "local."))
}

/// A root module that calls the flow module for a customer.
fn call(n: u32) -> String {
    format!("module \"access\" {{\n  source = \"../sso_flow\"\n{}}}\n", given(n))
}

fn committed(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    dir
}

fn markdown(dir: &Path) -> String {
    run(dir, &["diff", "--base", "HEAD", "--format", "markdown"]).stdout
}

#[test]
fn crossings_into_another_root_module_come_first() {
    let target = |n: u32| customer("x", n).split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned();
    let name = "flow";
    for (root, is_called) in [(own as fn(u32) -> String, false), (call, true)] {
        let dir = committed(&[("acme/main.tf", &root(1)), ("bolt/main.tf", &root(2))]);
        if is_called {
            write(dir.path(), "sso_flow/main.tf", FLOW);
            commit(dir.path());
        }
        write(dir.path(), "bolt/main.tf", &root(2).replace(&target(2), &target(1)));
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        let crossings = diff["crossings"].as_array().unwrap();
        assert_eq!(crossings.len(), 1, "{diff:#}");
        assert_eq!((&crossings[0]["from"], &crossings[0]["into"]), (&json!([name]), &json!([name])), "{diff:#}");
        // Both have the same name, so only the root module distinguishes them.
        let text = markdown(dir.path());
        let line = format!("- **`{name} in bolt` → `{name} in acme`**: ");
        assert!(text.contains(&line), "{text}");
        assert!(text.contains(&format!("| **gains** | `{name} in bolt` ❌ |")), "{text}");
        assert!(text.contains(&format!("[\"{name} in bolt\"]:::crossing")), "{text}");

        // The old finding moves with the root module.
        let check = |arguments: &[&str]| run(dir.path(), &[&["check", "--new-since", "HEAD"], arguments].concat());
        assert_eq!(check(&[]).code, 1, "{}", check(&[]).stdout);
        commit(dir.path());
        git(dir.path(), &["mv", "bolt", "bolt-ltd"]);
        assert_eq!(check(&[]).code, 0, "{}", check(&[]).stdout);
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!((&diff["tenants"], &diff["summary"]["new_errors"]), (&json!([]), &json!(0)), "{diff:#}");
    }
}

/// A module that is not available may do anything with the tenants, so it is not known who gains or loses access.
#[test]
fn flows_that_can_no_longer_be_followed_are_not_compared() {
    let dir = repository(&two());
    let elsewhere = MAIN.replace("\"./sso_flow\"", "\"git::https://git.example/sso_flow.git\"");
    // From the local to the remote module, and back.
    for main in [elsewhere.as_str(), MAIN] {
        write(dir.path(), "main.tf", main);
        write(dir.path(), "sso_flow/main.tf", if main == MAIN { FLOW } else { "" });
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!(diff["tenants"], json!([]), "{diff:#}");
        assert_eq!((&diff["summary"]["gained"], &diff["summary"]["lost"]), (&json!(0), &json!(0)), "{diff:#}");
        let text = markdown(dir.path());
        assert_eq!(text.starts_with("## ⚠️ symlint: no change of access was found, but not"), main != MAIN, "{text}");
        commit(dir.path());
    }
}

#[test]
fn a_module_that_is_no_longer_called_is_not_a_tenant() {
    let dir = repository(&two());
    // Some of its values are known.
    let settings = ["instance_arn", "region", "role_arn"].map(|it| format!("{it} = var.sso_connector_settings.{it}"));
    let settings = format!("settings    = {{ cloud = \"aws\", {} }}", settings.join(", "));
    write(dir.path(), "sso_flow/main.tf", &FLOW.replace("settings    = var.sso_connector_settings", &settings));
    commit(dir.path());
    let (head, _) = MAIN.split_once("module \"access\"").unwrap();
    let mut inline = FLOW.lines().skip_while(|line| line.starts_with("variable")).collect::<Vec<_>>().join("\n");
    for (from, to) in [
        ("var.tenant_slug", "each.key"),
        ("var.account_id", "each.value.target_account_id"),
        ("var.permission_set_arn", "each.value.permission_set_arn"),
        ("var.sso_connector_settings", "each.value.sso_connector_settings"),
        ("sym_integration.context.id", "sym_integration.context[each.key].id"),
        ("sym_target.grant.id", "sym_target.grant[each.key].id"),
    ] {
        inline = inline.replace(from, to);
    }
    let repeated = |line: &str| match line.starts_with("resource ") {
        true => format!("{line}\n  for_each = var.customer_tenants\n"),
        false => format!("{line}\n"),
    };
    let inline: String = inline.lines().map(repeated).collect();
    write(dir.path(), "main.tf", &format!("{head}{inline}"));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["tenants"], json!([]), "{diff:#}");
    let unknown = diff["not_compared"].as_array().unwrap().iter().filter(|it| it["run"] == "sso_flow");
    assert!(unknown.clone().count() > 0 && unknown.clone().all(|it| it["side"] == "new"), "{diff:#}");
}

#[test]
fn a_tenant_without_its_flow_keeps_its_values() {
    let constant = FLOW.replace("settings    = var.sso_connector_settings", "settings    = { cloud = \"aws\" }");
    let tenants = values(&two()).lines().filter(|line| !line.contains("cloud ")).collect::<Vec<_>>().join("\n");
    let dir = committed(&[("main.tf", MAIN), ("sso_flow/main.tf", &constant), ("terraform.tfvars", &tenants)]);
    let some = "{ for key, it in var.customer_tenants : key => it if key != \"green_valley\" }";
    write(dir.path(), "main.tf", &MAIN.replace("for_each = var.customer_tenants", &format!("for_each = {some}")));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let change: &Value = &diff["tenants"][0];
    assert_eq!((&change["tenant"], &change["is_wired"]), (&json!("green_valley"), &json!(false)), "{diff:#}");
    assert_eq!((&change["values"], &diff["summary"]["lost"]), (&json!([]), &json!(1)), "{diff:#}");
}

/// Files that the change excludes are compared nevertheless, and a mapping that no longer fits hides nothing.
#[test]
fn a_change_cannot_hide_behind_its_configuration() {
    let target = |n: u32| customer("x", n).split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned();
    let off = "rule \"duplicate-target-account\" { level = \"off\" }\n";
    let mapping = "tenants {\n  from = \"customer_tenants\"\n}\n";
    let wrong = MAIN.replace("customer_tenants", "clients");
    let wrong_values = values(&two()).replace(&target(2), &target(1));
    for (before, after, main, text) in [
        ("", "exclude = [\"live\"]\n".to_owned(), MAIN, wrong_values.clone()),
        (
            mapping,
            mapping.replace("customer_tenants", "clients") + off,
            &wrong,
            wrong_values.replace("customer_tenants", "clients"),
        ),
    ] {
        let text_before = values(&two());
        let dir = committed(&[
            (".symlint.hcl", before),
            ("live/main.tf", MAIN),
            ("live/sso_flow/main.tf", FLOW),
            ("live/terraform.tfvars", &text_before),
        ]);
        write(dir.path(), ".symlint.hcl", &after);
        write(dir.path(), "live/main.tf", main);
        write(dir.path(), "live/terraform.tfvars", &text);
        let run = run(dir.path(), &["diff", "--base", "HEAD", "--format", "json", "--fail-on", "never"]);
        let diff = run.json();
        assert_eq!(diff["tenants"].as_array().unwrap().len(), 1, "{diff:#}");
        assert_eq!(
            (&diff["tenants"][0]["tenant"], &diff["tenants"][0]["change"]),
            (&json!("green_valley"), &json!("changed"))
        );
        assert_eq!(diff["crossings"].as_array().unwrap().len(), 1, "{diff:#}");
        let hidden = &diff["check"]["hidden"][0];
        assert_eq!(
            (&hidden["finding"]["rule"], &hidden["counted_before"]),
            (&json!("duplicate-target-account"), &json!(false)),
            "{diff:#}"
        );
    }
}

/// The changed tenant gains access to that of the other one, even if the finding is at the other one.
#[test]
fn the_gaining_tenant_crosses_into_the_previous_owner() {
    let target = |n: u32| customer("x", n).split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned();
    for (changed, other) in [(1, 2), (2, 1)] {
        let dir = repository(&two());
        let text = values(&two());
        let moved = text.replacen(&target(changed), &target(other), 1);
        write(dir.path(), "terraform.tfvars", &moved);
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        let key = |n: u32| ["blue_harbour", "green_valley"][n as usize - 1];
        let crossing = &diff["crossings"][0];
        assert_eq!((&crossing["from"], &crossing["into"]), (&json!([key(changed)]), &json!([key(other)])), "{diff:#}");
        let line = format!("- **`{}` → `{}`**: ", key(changed), key(other));
        assert!(markdown(dir.path()).contains(&line), "{}", markdown(dir.path()));
    }
}

/// The tenants are known only at apply, so it is not known whether they lose anything.
#[test]
fn tenants_that_became_unknown_lose_nothing() {
    let dir = repository(&two());
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    write(
        dir.path(),
        "main.tf",
        &format!(
            "data \"aws_ssm_parameter\" \"x\" {{\n  name = \"x\"\n}}\n{}",
            MAIN.replace("var.customer_tenants", "jsondecode(data.aws_ssm_parameter.x.value)")
        ),
    );
    let run = run(dir.path(), &["diff", "--base", "HEAD", "--format", "json"]);
    let diff = run.json();
    assert_eq!((run.code, &diff["tenants"], &diff["summary"]["lost"]), (2, &json!([]), &json!(0)), "{diff:#}");
    let lists = diff["lists"].as_array().unwrap();
    assert!(lists.iter().all(|list| list["is_gained"] == true && list["entry"].is_null()), "{diff:#}");
    let said = "it is not known whether anyone still gets access to `blue_harbour`, `green_valley`";
    assert_eq!(diff["not_compared"][0]["gap"]["reason"], said, "{diff:#}");
}

/// After the change, nothing in the files contradicts the swapped accounts.
#[test]
fn swapped_accounts_belong_to_their_previous_owners() {
    let target = |n: u32| customer("x", n).split("target_account_id  = \"").nth(1).unwrap()[..12].to_owned();
    let dir = repository(&two());
    let swapped = values(&two()).replace(&target(1), "X").replace(&target(2), &target(1)).replace('X', &target(2));
    write(dir.path(), "terraform.tfvars", &swapped);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    for (change, other) in diff["tenants"].as_array().unwrap().iter().zip(["green_valley", "blue_harbour"]) {
        let was = json!([{ "what": "account", "before": true, "tenants": [other], "count": 1 }]);
        assert_eq!(change["gained"][0]["also_of"], was, "{diff:#}");
    }
    let cell = format!("| `{}` ⚠️ was the account of `green_valley` |", target(2));
    assert!(markdown(dir.path()).contains(&cell), "{}", markdown(dir.path()));
    let human = run(dir.path(), &["diff", "--base", "HEAD"]).stdout;
    let human = human.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(human.contains("(account was `green_valley`'s)"), "{human}");

    // A value that moves within one customer belonged to nobody else.
    write(dir.path(), ".symlint.hcl", "customer \"one\" { tenants = [\"blue_harbour\", \"green_valley\"] }\n");
    write(dir.path(), "terraform.tfvars", &values(&two()));
    commit(dir.path());
    write(dir.path(), "terraform.tfvars", &swapped);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(diff["tenants"][0]["gained"][0]["also_of"], json!([]), "{diff:#}");
}
