//! Changes for which the comparison must say exactly who gains and who loses access.

use std::path::Path;

use serde_json::json;

use crate::diff::access::{human, target, value};
use crate::diff::{FLOW, MAIN, commit, customer, json, repository, run, two, write};
use crate::support::values;

/// If the tenants are declared first and the flow is called later, the call alone grants access.
#[test]
fn adding_or_removing_a_call_grants_or_revokes_access() {
    let (without, _) = MAIN.split_once("module \"access\"").unwrap();
    let none = MAIN.replace("for_each = var.customer_tenants", "for_each = {}");
    for main in [without, &none] {
        let dir = repository(&two());
        write(dir.path(), "main.tf", main);
        let summary = |dir: &Path| {
            let diff = json(dir, &["diff", "--base", "HEAD"]);
            (diff["summary"]["gained"].clone(), diff["summary"]["lost"].clone())
        };
        assert_eq!(summary(dir.path()), (json!(0), json!(2)), "{main}");
        commit(dir.path());
        write(dir.path(), "main.tf", MAIN);
        assert_eq!(summary(dir.path()), (json!(2), json!(0)), "{main}");
        assert!(human(dir.path()).contains("a flow receives `blue_harbour` now; before, nobody could request"));
    }
    // Another module that receives the tenants may grant access.
    let dir = repository(&two());
    let other = "module \"other\" {\n  source    = \"git::https://example.com/x.git\"\n  customers = \
                 var.customer_tenants\n}\n";
    write(dir.path(), "main.tf", &format!("{without}{other}"));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!((&diff["summary"]["lost"], &diff["tenants"]), (&json!(0), &json!([])), "{diff:#}");
}

/// Every existing flow receives the same values as before.
#[test]
fn an_additional_flow_is_not_changed_wiring() {
    let dir = repository(&two());
    let (_, call) = MAIN.split_once("module \"access\"").unwrap();
    let set = "replace(each.value.permission_set_arn, \"/ps-.*$/\", \"/ps-0123456789abcdef\")";
    let more = call.replace("each.value.permission_set_arn", set);
    write(dir.path(), "main.tf", &format!("{MAIN}\nmodule \"admin\"{more}"));
    for lists in [["gained", "lost"], ["lost", "gained"]] {
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!(lists.map(|list| &diff["summary"][list]), [&json!(2), &json!(0)], "{diff:#}");
        assert_eq!(diff["wiring"], json!([]), "{diff:#}");
        commit(dir.path());
        write(dir.path(), "main.tf", MAIN);
    }
}

/// Each account has a flow of its own, which is named after it.
#[test]
fn a_name_built_from_values_is_not_changed_wiring() {
    let grants = "{ for key, it in var.customer_tenants : \"${key}-${it.target_account_id}\" => it }";
    let dir = repository(&two());
    write(dir.path(), "main.tf", &MAIN.replace("for_each = var.customer_tenants", &format!("for_each = {grants}")));
    commit(dir.path());
    write(dir.path(), "terraform.tfvars", &values(&two()).replace(&target(2), "604178239951"));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!((&diff["summary"]["gained"], &diff["wiring"]), (&json!(1), &json!([])), "{diff:#}");
    // All flows have other names.
    let prefixed = format!("for_each = {}", grants.replace("\"${key}", "\"x-${key}"));
    write(dir.path(), "main.tf", &MAIN.replace("for_each = var.customer_tenants", &prefixed));
    write(dir.path(), "terraform.tfvars", &values(&two()));
    assert!(human(dir.path()).contains("passes a different key to the flows of both tenants"), "{}", human(dir.path()));
}

#[test]
fn the_last_removed_tenant_loses_access() {
    let (_, call) = MAIN.split_once("module \"access\"").unwrap();
    let flow =
        |each: &str| format!("module \"access\"{}", call.replace("= var.customer_tenants", &format!("= {each}")));
    let list = "{ for it in var.others : it.name => it }";
    let one = |name: &str| customer("blue_harbour", 1).replacen("blue_harbour = {", &format!("{{{name}"), 1);
    let others = "variable \"others\" {}\n";
    let json_file = "jsondecode(file(\"${path.module}/tenants.json\"))";
    let object = json!({ "blue_harbour": {
        "sso_account_id": value(1, "sso_account_id"),
        "sso_connector_settings": { "cloud": "aws", "instance_arn": value(1, "instance_arn"),
            "region": "us-east-1", "role_arn": value(1, "role_arn") },
        "permission_set_arn": value(1, "permission_set_arn"), "target_account_id": target(1),
    } });
    for (main, file, full, empty) in [
        (
            others.to_owned() + &flow(list),
            "terraform.tfvars",
            format!("others = [\n{}]\n", one("\n    name = \"blue_harbour\"")),
            "others = []\n",
        ),
        (flow(json_file), "tenants.json", object.to_string(), "{}\n"),
    ] {
        let dir = repository(&[]);
        std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
        write(dir.path(), "main.tf", &main);
        write(dir.path(), file, &full);
        commit(dir.path());
        write(dir.path(), file, empty);
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!(
            (&diff["tenants"][0]["change"], &diff["summary"]["lost"], &diff["findings"]["new"]),
            (&json!("removed"), &json!(1), &json!([])),
            "{file}: {diff:#}"
        );
    }
}

#[test]
fn a_renamed_key_with_a_new_account_is_a_rename() {
    let dir = repository(&two());
    let renamed = values(&two()).replace("green_valley = {", "emerald_valley = {").replace(&target(2), "604178239951");
    write(dir.path(), "terraform.tfvars", &renamed);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let [change] = diff["tenants"].as_array().unwrap().as_slice() else { panic!("{diff:#}") };
    assert_eq!((&change["change"], &change["old_key"]), (&json!("renamed"), &json!("green_valley")), "{diff:#}");
    assert_eq!((&diff["summary"]["gained"], &diff["summary"]["lost"]), (&json!(1), &json!(1)), "{diff:#}");
    assert_eq!(diff["crossings"], json!([]), "{diff:#}");
}

/// A pull request that hides the tenants does not fix their findings.
#[test]
fn findings_of_hidden_tenants_are_not_fixed() {
    let dir = repository(&[customer("blue_harbour", 1), customer("green_valley", 2).replace("iam::31", "iam::49")]);
    std::fs::rename(dir.path().join("terraform.tfvars"), dir.path().join("old.txt")).unwrap();
    write(dir.path(), "main.tf", &MAIN.replace("type = any", "type = any\n  default = {}"));
    let run = run(dir.path(), &["diff", "--base", "HEAD", "--format", "json"]);
    let diff = run.json();
    let hidden = &diff["check"]["hidden"][0];
    assert_eq!((&hidden["finding"]["rule"], &hidden["by"]), (&json!("role-account-mismatch"), &json!("unknown")));
    assert_eq!((&diff["findings"]["fixed"], run.code), (&json!([]), 1), "{diff:#}");
    assert!(human(dir.path()).contains("but it is not known whether anyone still gets access to `green_valley`"));
}

/// The root module has no address.
#[test]
fn resources_of_the_root_module_are_named() {
    let (variables, resources) = FLOW.split_once("resource ").unwrap();
    let resources = format!("resource {resources}")
        .replace("\" {\n", "\" {\n  for_each = var.customer_tenants\n")
        .replace(".context.id", ".context[each.key].id")
        .replace(".grant.id", ".grant[each.key].id");
    let mut main = format!("variable \"customer_tenants\" {{}}\n{resources}");
    for line in variables.lines().filter(|line| !line.is_empty()) {
        let name = line.split('"').nth(1).unwrap();
        let value = match name {
            "tenant_slug" => "each.key",
            "account_id" => "each.value.target_account_id",
            name => &format!("each.value.{name}"),
        };
        main = main.replace(&format!("var.{name}"), value);
    }
    let dir = repository(&two());
    std::fs::remove_dir_all(dir.path().join("sso_flow")).unwrap();
    write(dir.path(), "main.tf", &main);
    commit(dir.path());
    write(dir.path(), "terraform.tfvars", &values(&two()).replace("green_valley = {", "emerald_valley = {"));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let recreated = diff["tenants"][0]["recreated"][0]["old"].as_str().unwrap();
    assert!(recreated.starts_with("sym_") && recreated.ends_with("[\"green_valley\"]"), "{diff:#}");
}

/// An account from which a role is built is the account of the role's tenant.
#[test]
fn the_account_in_a_built_role_is_its_tenants() {
    let call = |key: &str, n: u32, account: &str| {
        let own = value(n, "sso_account_id");
        let settings = format!(
            "{{\n    cloud = \"aws\"\n    instance_arn = \"{}\"\n    region = \"us-east-1\"\n    role_arn = \"{}\"\n  }}",
            value(n, "instance_arn"),
            value(n, "role_arn").replace(&own, "${local.account}").replace("SymSSO", &format!("SymSSO{key}"))
        );
        let settings = if key == "acme" { settings } else { settings.replace("${local.account}", &own) };
        format!(
            "module \"{key}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = \"{key}\"\n  account_id = \"{account}\"\n  \
             permission_set_arn = \"{}\"\n  sso_connector_settings = {settings}\n}}\n",
            value(n, "permission_set_arn")
        )
    };
    let local = format!("locals {{\n  account = \"{}\"\n}}\n", value(1, "sso_account_id"));
    let main = |account: &str| local.clone() + &call("acme", 1, &target(1)) + &call("bolt", 2, account);
    let dir = repository(&[]);
    std::fs::remove_file(dir.path().join("terraform.tfvars")).unwrap();
    write(dir.path(), "main.tf", &main(&target(2)));
    commit(dir.path());
    write(dir.path(), "main.tf", &main(&value(1, "sso_account_id")));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let [crossing] = diff["crossings"].as_array().unwrap().as_slice() else { panic!("{diff:#}") };
    assert_eq!((&crossing["from"], &crossing["into"]), (&json!(["bolt"]), &json!(["acme"])), "{diff:#}");
}
