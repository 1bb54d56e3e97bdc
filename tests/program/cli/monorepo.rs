//! Customers in folders or values files of their own, whose names show which customer a role belongs to.

use super::isolation::{
    CUSTOMERS, FLOW, check, entries, folders, found, left_over, notes, root, said, tenant, values, write,
};
use crate::support::{Run, Symlint};

/// The customer of a folder, under a key that all customers have.
fn named(role: &str, customer: usize) -> String {
    values(&[tenant("main", customer)]).replace("SymSSOMain", role)
}

/// A root module with these values files.
fn with_values(files: &[(&str, String)]) -> Vec<(String, String)> {
    let mut all = vec![
        ("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned()),
        ("stack/main.tf".to_owned(), root("../modules/sso_flow")),
    ];
    all.extend(files.iter().map(|(name, text)| (format!("stack/{name}.tfvars"), text.clone())));
    all
}

fn of(files: &[(String, String)]) -> Run {
    check(write(files).path(), &[])
}

/// The rule and the file of each finding.
fn short(found: &[String]) -> Vec<String> {
    found.iter().map(|it| it.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_copied_folder_with_new_targets_has_another_customers_role() {
    let copied = |target: usize| left_over(&named("SymSSOAcme", 0), [0, target], 3);
    let acme = || ("acme", named("SymSSOAcme", 0));
    let cog = || ("cog", named("SymSSOCog", 2));
    let run = found(&[acme(), ("bolt", copied(1)), cog()]);
    assert_eq!(
        run,
        [
            "error connector-role-foreign customers/bolt/terraform.tfvars: `main` has the role `SymSSOAcme`, SSO account, \
             instance, and permission set of `main` in customers/acme/terraform.tfvars"
        ]
    );
    // Another folder of the same customer.
    assert_eq!(found(&[acme(), ("acme-staging", copied(1)), cog()]), [""; 0]);
    // If roles are not named after folders, the folders show nothing.
    let other = |customer: usize| tenant("main", customer).replace("SymSSOMain", &format!("SymSSOOrg{customer}"));
    let customers = [("east", values(&[other(0)])), ("north", values(&[other(1)])), ("west", copied(1))];
    assert!(found(&customers).iter().all(|it| !it.contains("connector-role-foreign")));
}

#[test]
fn values_files_of_customers_are_treated_like_folders() {
    let acme = || ("customers/acme", entries(0, 2, "SymSSOAcme"));
    let bolt = || ("customers/bolt", entries(1, 3, "SymSSOBolt"));
    assert_eq!(said(&of(&with_values(&[acme(), bolt()]))), [""; 0]);
    let target = left_over(&bolt().1, [1, 0], 3);
    let run = said(&of(&with_values(&[acme(), ("customers/bolt", target)])));
    assert_eq!(short(&run), ["duplicate-target-account stack/customers/bolt.tfvars:"]);
    let account = CUSTOMERS[1][0];
    let role =
        bolt().1.replacen(&format!("{account}:role/sym/SymSSOBolt"), &format!("{account}:role/sym/SymSSOAcme"), 1);
    let run = said(&of(&with_values(&[acme(), ("customers/bolt", role)])));
    assert_eq!(short(&run), ["connector-role-foreign stack/customers/bolt.tfvars:"]);
}

/// The roles are named after keys, and the folders after environments.
#[test]
fn an_environment_is_not_a_customer() {
    let production = [tenant("acme", 0), tenant("bolt", 1), tenant("coil", 2).replace("SymSSOCoil", "SymSSOProd")];
    let staging = [tenant("acme", 3), tenant("bolt", 1)];
    let run = found(&[("prod", values(&production)), ("staging", values(&staging))]);
    let roles: Vec<&String> = run.iter().filter(|it| it.contains("connector-role")).collect();
    assert!(matches!(*roles, [it] if it.starts_with("warning connector-role-unexpected customers/prod/")), "{run:?}");
}

#[test]
fn a_copied_key_with_more_words_is_found() {
    let keyed =
        |role: &str, customer: usize| values(&[tenant("acme-admin", customer).replace("SymSSOAcme-admin", role)]);
    assert_eq!(
        found(&[("acme", keyed("SymSSOAcme", 0)), ("bolt", keyed("SymSSOBolt", 1))]),
        [
            "warning connector-role-unexpected customers/bolt/terraform.tfvars: tenant `acme-admin` has the same key as the one \
             in customers/acme/terraform.tfvars, but its role is `SymSSOBolt`"
        ]
    );
    assert_eq!(found(&[("acme", keyed("SymSSOAcme", 0)), ("acme-two", keyed("SymSSOAcme", 1))]), [""; 0]);
}

#[test]
fn a_values_file_with_a_misspelled_variable_is_a_run() {
    let stage = "variable \"stage\" { type = string }\n";
    for (first, declared) in [("", ""), ("stage = \"x\"\n", stage)] {
        let staging = first.to_owned() + &values(&[tenant("coil", 2)]).replace("customer_tenants", "customer_tenant");
        let prod = first.to_owned() + &values(&[tenant("acme", 0), tenant("bolt", 1)]);
        let mut files = with_values(&[("envs/prod", prod), ("envs/staging", staging)]);
        files[1].1 += declared;
        let run = of(&files);
        assert_eq!(short(&said(&run)), ["undeclared-variable stack/envs/staging.tfvars:"], "{first}");
    }
}

/// One of several root modules may need a variable that is set on the command line.
#[test]
fn a_named_values_file_is_used_by_root_modules_with_its_variables() {
    let mut files = folders(&[("acme", values(&[tenant("acme", 0)])), ("bolt", values(&[tenant("bolt", 1)]))]);
    files[1].1 += "variable \"stage\" { type = string }\n";
    files.push(("x.tfvars".to_owned(), "stage = \"x\"\n".to_owned()));
    let dir = write(&files);
    assert_eq!(said(&check(dir.path(), &["--var-file", "x.tfvars", "."])), [""; 0]);
    let bolt = said(&check(dir.path(), &["--var-file", "x.tfvars", "customers/bolt"]));
    assert_eq!(short(&bolt), ["undeclared-variable x.tfvars:"]);
}

/// If other environments have the same customer, they show whose value is wrong.
#[test]
fn values_that_other_environments_confirm_are_right() {
    let all = || values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let wrong = [
        ("region", all().replace("eu-west-1", "us-east-1"), "duplicate-sso-account"),
        ("account", all().replace(CUSTOMERS[1][0], "280365914427"), "duplicate-instance"),
        ("instance", left_over(&all(), [1, 0], 1), "duplicate-instance"),
    ];
    for (what, text, rule) in wrong {
        let run = said(&of(&with_values(&[("envs/dev", text), ("envs/prod", all()), ("envs/staging", all())])));
        assert_eq!(short(&run), [format!("{rule} stack/envs/dev.tfvars:")], "{what}: {run:?}");
    }
}

/// Terraform reads a file once for each root module that links to it, but a mistake in it is reported once.
#[cfg(unix)]
#[test]
fn a_linked_file_has_a_finding_once() {
    let files = [
        ("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned()),
        ("shared/main.tf".to_owned(), root("../../modules/sso_flow")),
        ("shared/common.auto.tfvars".to_owned(), values(&[tenant("acme", 0)]).replace("604178239951", "60417823995")),
    ];
    let dir = write(&files);
    for name in ["north", "south", "west"] {
        let folder = dir.path().join("live").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for file in ["main.tf", "common.auto.tfvars"] {
            std::os::unix::fs::symlink(format!("../../shared/{file}"), folder.join(file)).unwrap();
        }
    }
    let run = said(&check(dir.path(), &["live"]));
    assert_eq!(short(&run), ["account-id-format live/north/common.auto.tfvars:"], "{run:?}");
}

/// A naming convention is a setting, so it is asked for once.
#[test]
fn a_common_role_name_is_one_finding_and_its_advice_works() {
    let constant = |customer: usize, grant: usize| entries(customer, grant, "SymConnector");
    let files = folders(&[("acme", constant(0, 2)), ("bolt", constant(1, 3))]);
    let run = of(&files);
    let rules = ["connector-role-name", "shared-sso-account"];
    assert_eq!(short(&said(&run)), rules.map(|rule| format!("{rule} customers/acme/terraform.tfvars:")));
    let report = run.json();
    let advised = |at: usize| {
        let help = report["findings"][at]["help"].as_str().unwrap();
        help.split("\n\n    ").nth(1).unwrap().split("\n\n").next().unwrap().to_owned()
    };
    let config = (".symlint.hcl".to_owned(), format!("{}\n{}\n", advised(0), advised(1)));
    let files: Vec<(String, String)> = files.into_iter().chain([config]).collect();
    assert_eq!(said(&of(&files)), [""; 0]);
}

/// A setting for one root module only is advised for that folder.
#[test]
fn a_naming_convention_of_one_root_module_is_set_in_its_folder() {
    let all = |suffix: &str| {
        let suffixed =
            |key: &str, customer: usize| tenant(key, customer).replace("\"\n    }", &format!("{suffix}\"\n    }}"));
        values(&[suffixed("acme", 0), suffixed("bolt", 1), suffixed("coil", 2)])
    };
    let staging = all("-Stg").replace("604178239951", "604178239962");
    let run = of(&folders(&[("prod", all("")), ("staging", staging)]));
    let report = run.json();
    let help = report["findings"][0]["help"].as_str().unwrap_or_default();
    assert!(help.contains("set this in customers/staging/.symlint.hcl, where"), "{run:?}");
}

#[test]
fn a_configured_module_that_nothing_calls_is_noted() {
    let mut files = folders(&[("acme", values(&[tenant("acme", 0)]))]);
    let config = "flow { module = \"sso_flows\" }\nconnector { module = \"connectors\" }\n";
    files.push((".symlint.hcl".to_owned(), config.to_owned()));
    let dir = write(&files);
    let notes = notes(&check(dir.path(), &["."]));
    let named = ["connector { module = \"connectors\" }", "flow { module = \"sso_flows\" }"];
    let expected = named.map(|it| format!("`{it}` in .symlint.hcl names no module that is called"));
    assert_eq!(notes, expected);
    // Only a part of what the configuration covers is checked.
    let part = Symlint::new(&["check", "customers/acme"]).dir(dir.path()).run();
    assert!(!part.stdout.contains("names no module"), "{part:?}");
}

/// Two maps of tenants. The flows for `second` are repeated for the second map.
fn two_maps(second: &str, entries: [String; 2]) -> Vec<(String, String)> {
    let [first, other] = entries;
    let flow = |name: &str| {
        let call = root("./sso_flow").split("module \"access\"").nth(1).unwrap().replace("var.customer_tenants", name);
        format!("module \"{}\"{call}", name.replace('.', "_"))
    };
    let second = if second.is_empty() { String::new() } else { flow(second).replace("each.key", "\"us-${each.key}\"") };
    let main = format!("locals {{\n  eu = {{\n{first}}}\n  us = {{\n{other}}}\n}}\n{}{second}", flow("local.eu"));
    vec![("main.tf".to_owned(), main), ("sso_flow/main.tf".to_owned(), FLOW.to_owned())]
}

#[test]
fn an_unused_map_of_tenants_is_reported_as_not_checked() {
    let entries = || [tenant("acme", 0), tenant("bolt", 1)];
    assert_eq!(
        said(&of(&two_maps("", entries()))),
        [
            "warning not-checked main.tf: the entries of `local.us` look like tenants, and no flow receives them, so they were \
             not checked"
        ]
    );
    assert_eq!(said(&of(&two_maps("local.us", entries()))), [""; 0]);
    // If something else uses the tenants, symlint does not report them.
    let mut used = two_maps("", entries());
    used[0].1 += "output \"all\" { value = merge(local.eu, local.us) }\n";
    assert_eq!(said(&of(&used)), [""; 0]);
    let mut plain = two_maps("", [tenant("acme", 0), "owner = { name = \"ada\" }\n".to_owned()]);
    plain[0].1 += "\n";
    assert_eq!(said(&of(&plain)), [""; 0]);
}

#[test]
fn an_entry_in_two_maps_is_a_duplicate_grant() {
    let found = |entries: [String; 2]| said(&of(&two_maps("local.us", entries)));
    assert_eq!(
        found([tenant("acme", 0), tenant("acme", 0)]),
        [
            "warning duplicate-entitlement main.tf: `local.eu[\"acme\"]` already grants permission set ps-5e1b09c7d2a84f63 in \
             account 604178239951"
        ]
    );
    let other = left_over(&tenant("acme", 0), [0, 2], 3);
    assert_eq!(found([tenant("acme", 0), other]), [""; 0]);
}

/// The result must be the same next to another root module.
#[test]
fn elements_named_by_one_expression_are_separate_tenants() {
    let entry = |customer: &str, role: &str, at: usize| {
        let [account, instance, set, target] = CUSTOMERS[at];
        format!(
            "    {{ customer = \"{customer}\", name = \"ops\", sso_account_id = \"{account}\", instance_arn = \
             \"arn:aws:sso:::instance/{instance}\", region = \"us-east-1\", role_arn = \
             \"arn:aws:iam::{account}:role/sym/SymSSO{role}-Ops\", permission_set_arn = \
             \"arn:aws:sso:::permissionSet/{instance}/{set}\", target_account_id = \"{target}\" }},\n"
        )
    };
    let settings = "{ cloud = \"aws\", instance_arn = each.value.instance_arn, region = each.value.region, role_arn = \
                    each.value.role_arn }";
    let call = root("../sso_flow").split("module \"access\"").nth(1).unwrap().to_owned();
    let call = call.replace("each.value.sso_connector_settings", settings);
    let call = call.replace("var.customer_tenants", "{ for it in local.all : \"${it.customer}-${it.name}\" => it }");
    let main = format!(
        "locals {{\n  all = [\n{}{}  ]\n}}\nmodule \"access\"{call}",
        entry("acme", "Acme", 0),
        entry("bolt", "Acme", 0)
    );
    let mut files = vec![("sym/main.tf".to_owned(), main), ("sso_flow/main.tf".to_owned(), FLOW.to_owned())];
    let alone = short(&said(&of(&files)));
    assert_eq!(alone, ["duplicate-tenant sym/main.tf:"]);
    files.push(("other/main.tf".to_owned(), root("../sso_flow")));
    files.push(("other/terraform.tfvars".to_owned(), values(&[tenant("coil", 2)])));
    assert_eq!(short(&said(&of(&files))), alone);
}

/// If two customers have the same name, the finding is where the names are written.
#[test]
fn one_name_for_two_calls_of_a_module_is_reported_at_a_call() {
    let wrapper = r#"variable "name" { type = string }
variable "sso" { type = any }
variable "grants" { type = any }
module "grant" {
  for_each               = var.grants
  source                 = "../sso_flow"
  tenant_slug            = "${var.name}-${each.key}"
  account_id             = each.value.account
  permission_set_arn     = "arn:aws:sso:::permissionSet/${var.sso.instance}/${each.value.set}"
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/${var.sso.instance}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::${var.sso.account}:role/sym/SymSSO${title(var.name)}"
  }
}
"#;
    let call = |call: &str, name: &str, customer: usize| {
        let [account, instance, set, target] = CUSTOMERS[customer];
        format!(
            "module \"{call}\" {{\n  source = \"../customer\"\n  name = \"{name}\"\n  sso = {{ account = \"{account}\", instance = \
             \"{instance}\" }}\n  grants = {{ admin = {{ set = \"{set}\", account = \"{target}\" }}, readonly = {{ set = \
             \"{}\", account = \"{target}\" }} }}\n}}\n",
            set.replace("ps-", "ps-9")[..19].to_owned()
        )
    };
    let found = |name: &str| {
        let main = [call("acme", "acme", 0), call("bolt", name, 1)].concat();
        of(&[
            ("live/main.tf".to_owned(), main),
            ("customer/main.tf".to_owned(), wrapper.to_owned()),
            ("sso_flow/main.tf".to_owned(), FLOW.to_owned()),
        ])
    };
    assert_eq!(said(&found("bolt")), [""; 0]);
    let run = found("acme");
    assert_eq!(short(&said(&run)), ["slug-collision live/main.tf:"]);
    assert_eq!(run.json()["findings"][0]["location"]["start"]["line"], 9);
}

/// If each part is checked in its own job with the reports of the others, the result must be the same as for the whole.
#[test]
fn jobs_for_each_customer_use_the_names_of_folders_and_values_files() {
    let acme = entries(0, 2, "SymSSOAcme");
    let dir = write(&folders(&[("acme", acme.clone()), ("bolt", entries(1, 3, "SymSSOBolt"))]));
    assert_eq!(said(&check(dir.path(), &["customers/acme"])), [""; 0]);
    // The folder of the root module alone does not show which customer it is.
    let elsewhere = write(&folders(&[("live", acme)]));
    let alone = short(&said(&check(elsewhere.path(), &["customers/live"])));
    assert_eq!(alone, ["shared-sso-account customers/live/terraform.tfvars:"]);
    let files = ["acme", "bolt", "coil"].map(|it| format!("customers/{it}"));
    let roles = ["SymSSOAcme", "SymSSOBolt", "SymSSOCoil"];
    let values: Vec<(&str, String)> =
        files.iter().enumerate().map(|(at, name)| (name.as_str(), named(roles[at], at))).collect();
    let dir = write(&with_values(&values));
    let mut reports = Vec::new();
    for name in ["bolt", "coil"] {
        let report = check(dir.path(), &[&format!("stack/customers/{name}.tfvars")]).stdout;
        std::fs::write(dir.path().join(format!("{name}.json")), report).unwrap();
        reports.push(format!("{name}.json"));
    }
    let with = ["stack/customers/acme.tfvars", "--with", &reports[0], "--with", &reports[1]];
    assert_eq!(said(&check(dir.path(), &with)), [""; 0]);
    assert_eq!(
        short(&said(&check(dir.path(), &with[..1]))),
        ["connector-role-unexpected stack/customers/acme.tfvars:"]
    );
}

/// If the SSO account and the role, or the instance and the permission set, contradict each other, the one that is
/// another customer's is wrong.
#[test]
fn a_copied_account_or_instance_in_one_environment_is_blamed() {
    let all = || values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let [[of_acme, instance, ..], [account, own, ..], ..] = CUSTOMERS;
    for (from, to, rule, line) in [
        (format!("sso_account_id = \"{account}"), format!("sso_account_id = \"{of_acme}"), "role-account-mismatch", 14),
        (format!("instance/{own}"), format!("instance/{instance}"), "instance-id-mismatch", 17),
    ] {
        assert!(all().contains(&from));
        let run = of(&with_values(&[("envs/prod", all()), ("envs/staging", all().replace(&from, &to))]));
        assert_eq!(short(&said(&run)), [format!("{rule} stack/envs/staging.tfvars:")]);
        assert_eq!(run.json()["findings"][0]["location"]["start"]["line"], line, "{rule}");
    }
}
