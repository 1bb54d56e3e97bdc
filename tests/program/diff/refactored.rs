//! Set-ups that are only written in another way: what was found before is not new.

use serde_json::{Value, json};

use crate::diff::access::{target, value};
use crate::diff::grants::connector;
use crate::diff::{FLOW, MAIN, commit, git, json, run, write};
use crate::support::folder;

/// A customer with all that it has.
struct Customer {
    key: &'static str,
    account: String,
    role: String,
    instance: String,
    set: String,
    target: String,
}

fn customer(key: &'static str, n: u32) -> Customer {
    let account = value(n, "sso_account_id");
    Customer {
        key,
        role: format!("arn:aws:iam::{account}:role/sym/SymSSO{}{}", key[..1].to_uppercase(), &key[1..]),
        account,
        instance: value(n, "instance_arn"),
        set: value(n, "permission_set_arn"),
        target: target(n),
    }
}

fn settings(it: &Customer) -> String {
    connector(1).replace(&value(1, "instance_arn"), &it.instance).replace(&value(1, "role_arn"), &it.role)
}

fn entry(it: &Customer) -> String {
    format!(
        "{{\n    sso_account_id = \"{}\"\n    sso_connector_settings = {}\n    permission_set_arn = \"{}\"\n    \
         target_account_id = \"{}\"\n  }}\n",
        it.account,
        settings(it),
        it.set,
        it.target
    )
}

fn call(key: &str, account: &str, set: &str, settings: &str) -> String {
    format!(
        "module \"{key}\" {{\n  source = \"./sso_flow\"\n\n  tenant_slug = \"{key}\"\n  account_id = {account}\n  \
         permission_set_arn = {set}\n  sso_connector_settings = {settings}\n}}\n\n"
    )
}

/// A root module in one of several layouts.
fn root(layout: &str, customers: &[Customer]) -> String {
    let of = |key: &str, from: &str| {
        let [account, set, settings] =
            ["target_account_id", "permission_set_arn", "sso_connector_settings"].map(|it| format!("{from}.{it}"));
        call(key, &account, &set, &settings)
    };
    let each = |map: fn(&Customer) -> String| customers.iter().map(map).collect::<String>();
    match layout {
        "literals" => each(|it| call(it.key, &format!("\"{}\"", it.target), &format!("\"{}\"", it.set), &settings(it))),
        "locals" => {
            let locals = each(|it| format!("  {} = {}", it.key, entry(it)));
            let calls: String = customers.iter().map(|it| of(it.key, &format!("local.{}", it.key))).collect();
            format!("locals {{\n{locals}}}\n{calls}")
        }
        "one local" => {
            let locals = each(|it| format!("  {} = {}", it.key, entry(it)));
            let calls: String = customers.iter().map(|it| of(it.key, &format!("local.all[\"{}\"]", it.key))).collect();
            format!("locals {{\n  all = {{\n{locals}  }}\n}}\n{calls}")
        }
        _ => {
            let locals = each(|it| format!("  {} = {}", it.key, entry(it)));
            let (_, call) = MAIN.split_once("module \"access\"").unwrap();
            let call = call.replace("var.customer_tenants", "local.all");
            format!("locals {{\n  all = {{\n{locals}  }}\n}}\nmodule \"access\"{call}")
        }
    }
}

/// How a finding is worded and where it is depends on the layout, and so may the rule.
#[test]
fn an_old_finding_in_another_layout_is_not_new() {
    let all = || vec![customer("acme", 1), customer("bolt", 2), customer("coil", 3)];
    let [mut role, mut name, mut account, mut copied, mut swapped] = [all(), all(), all(), all(), all()];
    role[1].role = role[0].role.clone();
    name[1].role.push('t');
    account[1].target = account[0].target.clone();
    (copied[2].role, copied[2].account) = (copied[0].role.clone(), copied[0].account.clone());
    (copied[2].instance, copied[2].set) = (copied[0].instance.clone(), copied[0].set.clone());
    for (a, b) in [(0, 1), (1, 0)] {
        let from = customer(["acme", "bolt"][b], b as u32 + 1);
        (swapped[a].role, swapped[a].account) = (from.role, from.account);
    }
    for (what, customers) in
        [("role", role), ("name", name), ("account", account), ("copied", copied), ("swapped", swapped)]
    {
        for (before, after) in [
            ("literals", "locals"),
            ("literals", "one local"),
            ("literals", "map"),
            ("map", "literals"),
            ("locals", "map"),
        ] {
            let dir = folder(&[("main.tf", &root(before, &customers)), ("sso_flow/main.tf", FLOW)]);
            git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
            commit(dir.path());
            write(dir.path(), "main.tf", &root(after, &customers));
            let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
            let label = format!("{what}, {before} to {after}: {diff:#}");
            for list in ["crossings", "tenants", "wiring", "lists"] {
                assert_eq!(diff[list], json!([]), "{list}: {label}");
            }
            assert_eq!((&diff["findings"]["new"], &diff["findings"]["fixed"]), (&json!([]), &json!([])), "{label}");
            assert_eq!(diff["check"]["hidden"], json!([]), "{label}");
            let since = run(dir.path(), &["check", "--new-since", "HEAD"]);
            assert_eq!(since.code, 0, "{label}: {}", since.stdout);
            // A wrong value that the change adds is new in any layout.
            let mut worse = all();
            worse[2].target = worse[1].target.clone();
            write(dir.path(), "main.tf", &root(after, &worse));
            let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
            let is_it = |it: &Value| it["from"] == json!(["coil"]) && it["into"] == json!(["bolt"]);
            assert!(diff["crossings"].as_array().unwrap().iter().any(is_it), "{label}: {diff:#}");
        }
    }
}

/// A finding that is then about more or fewer tenants is still the same for the others.
#[test]
fn a_finding_that_other_tenants_share_is_neither_fixed_nor_new() {
    let with = |keys: &[&'static str]| {
        let mut text =
            format!("locals {{\n  role = \"arn:aws:iam::{}:role/sym/Support\"\n}}\n", value(1, "sso_account_id"));
        for (at, key) in keys.iter().enumerate() {
            let it = customer(key, 1);
            let target = target(at as u32 + 1);
            let settings = settings(&it).replace(&format!("\"{}\"", it.role), "local.role");
            text += &call(key, &format!("\"{target}\""), &format!("\"{}\"", it.set), &settings);
        }
        text
    };
    let dir = folder(&[("main.tf", &with(&["acme_read"])), ("sso_flow/main.tf", FLOW)]);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    write(dir.path(), "main.tf", &with(&["acme_read", "acme_admin"]));
    let of_role = |findings: &Value| {
        let findings = findings.as_array().unwrap().iter();
        findings.filter(|it| it["rule"] == "connector-role-name").count()
    };
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!((of_role(&diff["findings"]["new"]), of_role(&diff["findings"]["fixed"])), (1, 0), "{diff:#}");
    commit(dir.path());
    write(dir.path(), "main.tf", &with(&["acme_read"]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!(of_role(&diff["findings"]["new"]), 0, "{diff:#}");
}
