//! Unknown values: each candidate is checked, and what cannot be checked is reported.

use std::collections::BTreeMap;

use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

use crate::wiring::{CALL, Found, MODULE, VALUES, VARIABLES, expect, findings, findings_in, tell};

/// The account of `blue_harbour`.
const ANOTHER: &str = "604178239951";

const BESIDE: &str = "resource \"random_pet\" \"all\" {\n  prefix = join(\"-\", keys(var.customer_tenants))\n}\n\
     data \"external\" \"one\" {\n  for_each = var.customer_tenants\n  program = [each.key]\n}\n\
     resource \"terraform_data\" \"own\" {\n  for_each = var.customer_tenants\n  input = each.value.target_account_id\n}\n\
     resource \"terraform_data\" \"wrong\" {\n  for_each = var.customer_tenants\n  input = each.key == \"red_canyon\" ? \
     \"604178239951\" : each.value.target_account_id\n}\n\
     locals {\n  either = timestamp() == \"\" ? { for k, t in var.customer_tenants : k => t.target_account_id } : { for k, t in \
     var.customer_tenants : k => \"604178239951\" }\n  some = timestamp() == \"\" ? { for k, t in var.customer_tenants : k => \
     t.target_account_id } : {}\n}\n";

/// The findings if the account is `account`, in which `OWN` and `ANOTHER` stand for the tenant's own account and for
/// another tenant's.
fn with_account(account: &str) -> Vec<Found> {
    let account = account.replace("OWN", "each.value.target_account_id").replace("ANOTHER", &format!("\"{ANOTHER}\""));
    findings_in(&format!("{VARIABLES}\n{BESIDE}\n{}", CALL.replace("each.value.target_account_id", &account)))
}

fn rules(found: &[Found]) -> Vec<&str> {
    let mut rules: Vec<&str> = found.iter().map(|(rule, _)| rule.as_str()).collect();
    rules.dedup();
    rules
}

#[test]
fn each_candidate_for_an_account_is_checked() {
    let mut failures = String::new();
    let many: String = (0..17).map(|at| format!("random_pet.all.id == \"{at}\" ? \"{at}\" : ")).collect();
    for (account, expected) in [
        // Conditions.
        ("random_pet.all.id == \"\" ? OWN : ANOTHER", "flow-argument-miswired"),
        ("data.external.one[each.key].id == \"\" ? OWN : ANOTHER", "flow-argument-miswired"),
        ("sha512(each.key) == \"\" ? OWN : ANOTHER", "flow-argument-miswired"),
        ("random_pet.all.id == \"\" ? OWN : OWN", ""),
        // Selected elements.
        ("[OWN, ANOTHER][random_pet.all.id == \"\" ? 0 : 1]", "flow-argument-miswired"),
        ("element([OWN, ANOTHER], random_pet.all.id == \"\" ? 0 : 1)", "flow-argument-miswired"),
        ("element([OWN, ANOTHER], length(random_pet.all.id))", "flow-argument-miswired"),
        ("lookup({ a = OWN, b = ANOTHER }, random_pet.all.id)", "flow-argument-miswired"),
        ("slice([OWN, ANOTHER], random_pet.all.id == \"\" ? 0 : 1, 2)[0]", "flow-argument-miswired"),
        ("replace(OWN, random_pet.all.id == \"\" ? \"/x/\" : \"/.+/\", ANOTHER)", "flow-argument-miswired"),
        ("[OWN, ANOTHER][random_pet.all.id == \"\" ? 0 : 0]", ""),
        ("[OWN, OWN, ANOTHER][(random_pet.all.id == \"\" ? 0 : 0) + 2]", "flow-argument-miswired"),
        ("((random_pet.all.id == \"\" ? [{ a = OWN }] : [{ a = ANOTHER }])[*].a)[0]", "flow-argument-miswired"),
        ("[for a in random_pet.all.id == \"\" ? [OWN] : [ANOTHER] : a][0]", "flow-argument-miswired"),
        // Joined text.
        ("\"${random_pet.all.id == \"\" ? \"604178\" : \"604178\"}239951\"", "flow-argument-miswired"),
        ("\"%{ if random_pet.all.id == \"\" }${OWN}%{ else }604178239951%{ endif }\"", "flow-argument-miswired"),
        ("\"%{ if random_pet.all.id == \"\" }${OWN}%{ else }${OWN}%{ endif }\"", ""),
        (
            "format(\"%s%s\", sha512(\"\") == \"\" ? \"604178\" : \"604178\", sha512(\"\") == \"\" ? \"239951\" : \"239951\")",
            "flow-argument-miswired",
        ),
        ("local.either[each.key]", "flow-argument-miswired"),
        ("local.some[each.key]", ""),
        // Fallbacks.
        ("try(local.some[each.key], ANOTHER)", "flow-argument-miswired"),
        ("try({ a = OWN }[sha512(\"\") == \"\" ? \"a\" : \"b\"], ANOTHER)", "flow-argument-miswired"),
        ("lookup(data.external.one[each.key].result, \"account\", ANOTHER)", "flow-argument-miswired"),
        ("coalesce(data.external.one[each.key].result.account, ANOTHER)", "flow-argument-miswired"),
        ("try(data.external.one[each.key].result.account, null)", ""),
        ("coalesce(data.external.one[each.key].result.account, OWN)", ""),
        // Values that are passed on by a resource.
        ("terraform_data.own[each.key].output", ""),
        ("terraform_data.wrong[each.key].output", "flow-argument-miswired"),
        ("data.external.one[each.key].result.account", ""),
        // Functions that symlint does not evaluate but Terraform does.
        ("replace(sha512(OWN), sha512(OWN), ANOTHER)", "flow-argument-miswired"),
        ("replace(sha512(OWN), sha512(OWN), OWN)", "not-checked"),
        // Literal text, even if other parts are unknown.
        ("substr(\"604178239951${random_pet.all.id}${each.key}\", 0, 12)", "flow-argument-miswired"),
        ("compact([random_pet.all.id == \"\" ? \"604178239951\" : \"\", OWN])[0]", "flow-argument-miswired"),
        ("concat([for a in [ANOTHER] : a if random_pet.all.id == each.key], [OWN])[0]", "flow-argument-miswired"),
        ("concat([for a in [OWN] : a if random_pet.all.id == each.key], [OWN])[0]", "not-checked"),
        (&format!("{many}ANOTHER"), "flow-argument-miswired"),
        // Expressions that Terraform rejects.
        ("try(one(setsymmetricdifference([OWN], [])), ANOTHER)", "flow-argument-miswired"),
        ("can(yamldecode(\"\\\"\\\\/\\\"\")) ? OWN : ANOTHER", "flow-argument-miswired"),
        ("can(regex(\"(?P<n>a)(?P<n>b)\", \"ab\")) ? ANOTHER : OWN", "flow-argument-miswired"),
        ("try(true ? OWN : (10).*.a, ANOTHER)", "flow-argument-miswired"),
        ("try(true ? OWN : { for x in [\"a\", \"a\"] : x => x }, ANOTHER)", "flow-argument-miswired"),
    ] {
        let found = with_account(account);
        if rules(&found).join(" ") != expected {
            failures.push_str(&format!("{account}: {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn each_candidate_in_the_module_is_checked() {
    let mut failures = String::new();
    let main = format!("{VARIABLES}\n{BESIDE}\n{CALL}");
    let unknown = main.replace("each.value.target_account_id\n  perm", "data.external.one[each.key].id\n  perm");
    for (main, account, is_wrong) in [
        (&main, "sym_integration.sso.id == \"\" ? var.account_id : \"604178239951\"", true),
        (&main, "sym_integration.sso.id == \"\" ? var.account_id : var.account_id", false),
        (&unknown, "sym_integration.sso.id == \"\" ? var.account_id : \"604178239951\"", true),
        (&unknown, "var.account_id", false),
    ] {
        let module = MODULE.replace("account_id         = var.account_id", &format!("account_id = {account}"));
        let found = findings(&[("main.tf", main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
        let expected = if is_wrong { vec![("flow-resource-miswired", account)] } else { vec![] };
        expect(account, found, &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The rest of a template, around a partition that is not known, is no role of its own.
#[test]
fn a_role_in_an_unknown_partition_is_not_checked() {
    let settings = "sso_connector_settings = each.value.sso_connector_settings";
    assert!(CALL.contains(settings));
    let found = |role: &str| {
        let merged = format!("merge(each.value.sso_connector_settings, {{ role_arn = {role} }})");
        let call = CALL.replace(settings, &format!("sso_connector_settings = {merged}"));
        findings_in(&format!("{VARIABLES}\ndata \"aws_partition\" \"current\" {{}}\n{call}"))
    };
    let role = |partition: &str, account: &str| {
        format!("\"arn:{partition}:iam::{account}:role/sym/SymSSO${{title(each.key)}}\"")
    };
    let (partition, own) =
        ("${data.aws_partition.current.partition}", "${split(\":\", each.value.sso_connector_settings.role_arn)[4]}");
    assert_eq!(found(&role(partition, own)), []);
    let constant = "arn:aws:iam::604178239951:role/sym/SymSSOBlueHarbour";
    let either =
        format!("data.aws_partition.current.id == \"\" ? \"{constant}\" : each.value.sso_connector_settings.role_arn");
    assert_eq!(rules(&found(&either)), ["flow-argument-miswired"]);
}

#[test]
fn a_tenant_that_may_have_one_of_two_values_is_not_checked() {
    let either = format!("timestamp() == \"\" ? \"915827304462\" : \"{ANOTHER}\"");
    let values = VALUES.replace("\"915827304462\"", &either);
    let main = format!("locals {{\n{values}\n}}\n{}", CALL.replace("var.customer_tenants", "local.customer_tenants"));
    let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE)]);
    assert_eq!(rules(&found), ["not-checked"], "{found:?}");
}

#[test]
fn each_list_that_a_safelist_may_be_is_complete() {
    let mut failures = String::new();
    let all = "[for t in var.customer_tenants : t.sso_account_id]";
    let unless = "random_pet.all.id == \"\"";
    for (list, expected) in [
        (format!("{unless} ? [] : {all}"), "safelist-incomplete"),
        (format!("slice({all}, {unless} ? 0 : 1, 3)"), "safelist-incomplete"),
        (
            format!("[for t in var.customer_tenants : {unless} ? t.sso_account_id : \"719240583316\"]"),
            "safelist-incomplete",
        ),
        (format!("{unless} ? concat({all}, [\"*\"]) : {all}"), "safelist-wildcard"),
        (format!("{unless} ? concat({all}, [\"593017462285\"]) : {all}"), "safelist-stale"),
        (format!("{unless} ? {all} : {all}"), ""),
        (
            "[for t in var.customer_tenants : replace(sha512(t.sso_account_id), \"/.*/\", \"719240583316\")]".into(),
            "not-checked",
        ),
        (format!("{unless} ? {all} : split(\",\", random_pet.all.id)"), "not-checked"),
    ] {
        let runtime = format!(
            "module \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {list}\n}}\n"
        );
        let main = format!("{VARIABLES}\n{BESIDE}\n{runtime}");
        let found = findings(&[("main.tf", &main), ("terraform.tfvars", VALUES)]);
        if rules(&found).join(" ") != expected {
            failures.push_str(&format!("{list}: {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn each_candidate_for_a_trusted_role_is_checked() {
    let mut failures = String::new();
    let runtime = "\"arn:aws:iam::872818995424:role/sym/SymRuntimeMain\"";
    for (trusted, expected) in [
        (format!("[{runtime}]"), ""),
        ("[data.external.one.result.role]".into(), ""),
        ("[replace(sha512(\"x\"), \"/.*/\", \"*\")]".into(), "not-checked"),
        (format!("timestamp() == \"\" ? [{runtime}] : [\"*\"]"), "connector-trust"),
        (format!("[timestamp() == \"\" ? {runtime} : \"*\"]"), "connector-trust"),
        (format!("[{runtime}, \"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\"]"), "connector-trust"),
        ("[\"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\"]".into(), "connector-trust"),
        // The account in which our own organization has its Identity Center.
        ("[\"arn:aws:iam::719240583316:role/sym/SymRuntimeMain\"]".into(), ""),
        (format!("[{runtime}, \"arn:aws:iam::719240583316:role/sym/SymRuntimeMain\"]"), "connector-trust"),
    ] {
        let connector = format!(
            "module \"sso_connector\" {{\n  source = \"symopsio/sso-connector/aws\"\n  environment = \"red-canyon\"\n  \
             runtime_role_arns = {trusted}\n}}\ndata \"external\" \"one\" {{\n  program = [\"x\"]\n}}\n"
        );
        let found = findings(&[("main.tf", &format!("{VARIABLES}\n{connector}")), ("terraform.tfvars", VALUES)]);
        if rules(&found).join(" ") != expected {
            failures.push_str(&format!("{trusted}: {found:?}\n"));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn trust_of_connectors_is_checked_or_reported_as_not_checked() {
    let mut failures = String::new();
    let role = "data \"aws_iam_role\" \"runtime\" {\n  name = \"SymRuntime\"\n}\n";
    for (trusted, expected) in [
        ("[\"arn:aws:iam::735108264419:role/sym/SymRuntimeMain\"]", ""),
        ("[data.aws_iam_role.runtime.arn]", ""),
        ("data.aws_iam_role.runtime.tags_all", "not-checked"),
    ] {
        let connector = format!(
            "module \"connector\" {{\n  source = \"symopsio/sso-connector/aws\"\n  environment = \"Blue\"\n  \
             runtime_role_arns = {trusted}\n}}\n"
        );
        let found = findings_in(&format!("{VARIABLES}\n{role}{connector}{CALL}"));
        let expected: &[_] = if expected.is_empty() { &[] } else { &[(expected, trusted)] };
        expect(trusted, found, expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A module that is not available and receives tenants is reported, even if its names say nothing about it.
#[test]
fn an_unavailable_module_that_receives_tenants_is_reported() {
    let call = |name: &str, source: &str, arn: &str| {
        format!(
            "module \"{name}\" {{\n  source = \"{source}\"\n  who = \"{name}\"\n  where = \"604178239951\"\n  what = \"{arn}\"\n  how = {{ instance_arn \
             = \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\", role_arn = \"arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour\" \
             }}\n}}\n"
        )
    };
    let arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63";
    let (remote, local) = ("git::https://example.com/flow.git", "./flow");
    let mapped = "flow {\n  module = \"flow\"\n  arguments = { tenant_slug = \"who\", account_id = \"where\", permission_set_arn = \"what\", \
                  sso_connector_settings = \"how\" }\n}\n";
    let readable = "variable \"who\" {}\nvariable \"where\" {}\nvariable \"what\" {}\nvariable \"how\" {}\n";
    let mut failures = String::new();
    let of = |source: &str| call("blue_harbour", source, arn);
    let twice = of(remote) + &call("red_canyon", remote, arn);
    let beside = format!("{VARIABLES}\n{CALL}\n{}", of(remote));
    let elsewhere = "module \"bucket\" {\n  source = \"example/bucket/aws\"\n  arn = \"arn:aws:iam::719240583316:role/reader\"\n}\n";
    let gap = [("not-checked", "blue_harbour")];
    for (what, files, expected) in [
        ("remote", vec![("main.tf", of(remote).as_str())], &gap[..]),
        ("one for each source", vec![("main.tf", twice.as_str())], &gap),
        ("a folder that is not there", vec![("main.tf", of(local).as_str())], &gap),
        ("a folder without a module", vec![("main.tf", of(local).as_str()), ("flow/README.md", "")], &gap),
        (
            "beside others",
            vec![("main.tf", beside.as_str()), ("sso_flow/main.tf", MODULE), ("terraform.tfvars", VALUES)],
            &gap,
        ),
        // The module is available and has no effect.
        ("readable", vec![("main.tf", of(local).as_str()), ("flow/main.tf", readable)], &[]),
        ("for something else", vec![("main.tf", elsewhere)], &[]),
        ("mapped", vec![("main.tf", of(remote).as_str()), (".symlint.hcl", mapped)], &[]),
    ] {
        expect(what, findings(&files), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// So is one that receives a list of grants, even if the ARNs in it are not known.
#[test]
fn an_unavailable_module_that_receives_grants_is_reported() {
    let call = |grants: &str| {
        format!(
            "module \"grants\" {{\n  source = \"example/sso/aws//modules/account-assignments\"\n  account_assignments = {grants}\n}}\n"
        )
    };
    let one =
        |set: &str| format!("{{ account = \"604178239951\", permission_set_arn = {set}, principal = \"Admins\" }}");
    let known = one("\"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\"");
    let computed = one("data.aws_ssoadmin_permission_set.admin.arn");
    let of_unset = format!("flatten([for account in var.accounts : [for set in account.sets : {computed}]])");
    let local = format!("variable \"accounts\" {{}}\nlocals {{\n  grants = {of_unset}\n}}\n");
    let data = "data \"aws_ssoadmin_permission_set\" \"admin\" {}\n";
    let mut failures = String::new();
    let gap = [("not-checked", "grants")];
    for (main, expected) in [
        (call(&format!("[{known}]")), &gap[..]),
        (call(&format!("[{computed}]")) + data, &gap),
        (call("local.grants") + &local + data, &gap),
        (call("[{ name = \"Admins\", account = \"604178239951\" }]"), &[]),
    ] {
        expect(&main, findings(&[("main.tf", &main)]), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Without a configuration, values are recognized by their names, and an account with an unknown name is reported.
#[test]
fn accounts_with_unknown_names_are_reported_without_a_configuration() {
    let gaps = |values: &str| {
        let files = BTreeMap::from([("terraform.tfvars".to_owned(), values.as_bytes().to_vec())]);
        let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
        let outcome = check(&project, &Config::default(), &Policy::default(), catalogue());
        outcome.model.not_checked.iter().map(|gap| (gap.code.as_str(), gap.is_finding)).collect::<Vec<_>>()
    };
    let alone = ("values-alone", false);
    assert_eq!(gaps(VALUES), [alone]);
    // Neither the name nor the form of this value shows what it is.
    let is_target = |line: &str| line.contains("target_account_id");
    let lines =
        VALUES.lines().map(|line| if is_target(line) { "workload = \"12-34\"\n".into() } else { format!("{line}\n") });
    let values = lines.collect::<String>().replace("customer_tenants", "clients").replace("sso_account_id", "identity");
    let values = values.replace("sso_connector_settings", "connector").replace("permission_set_arn", "profile");
    assert_eq!(gaps(&values), [("unmapped-field", false), alone]);
}

/// If one of several maps is selected, each of them is checked or reported as not checked.
#[test]
fn each_map_that_may_be_selected_is_checked_or_reported() {
    let tenant = |name: &str, account: &str, target: &str| {
        format!(
            "{{ target = \"{target}\", set = \"arn:aws:sso:::permissionSet/ssoins-7223{account}/ps-5e1b{account}\", sso = {{ cloud = \
             \"aws\", region = \"us-east-1\", instance_arn = \"arn:aws:sso:::instance/ssoins-7223{account}\", role_arn = \
             \"arn:aws:iam::{account}:role/sym/SymSSO{name}\" }} }}"
        )
    };
    let (quill, tarn) =
        (tenant("Quill", "719240583316", "604178239951"), tenant("Tarn", "280365914472", "915827304462"));
    let right = format!("{{ quill = {quill}, tarn = {tarn} }}");
    let wrong = right.replace("915827304462", ANOTHER);
    let call = CALL.replace("var.customer_tenants", "toset([\"quill\", \"tarn\"])");
    let call = call.replace("each.value.target_account_id", "local.chosen[each.key].target");
    let call = call.replace("each.value.permission_set_arn", "local.chosen[each.key].set");
    let call = call.replace("each.value.sso_connector_settings", "local.chosen[each.key].sso");
    let found = |maps: &[&str]| {
        let maps: String = maps.iter().enumerate().map(|(at, map)| format!("    m{at:02} = {map}\n")).collect();
        let main = format!(
            "variable \"stage\" {{}}\nlocals {{\n  maps = {{\n{maps}  }}\n  chosen = local.maps[var.stage]\n}}\n{call}"
        );
        rules(&findings(&[("main.tf", &main), ("sso_flow/main.tf", MODULE)])).join(" ")
    };
    let mut failures = String::new();
    // One tenant lacks an attribute, which must not hide the wrong value of another tenant.
    let lacking = wrong.replacen("target = \"604178239951\"", "targets = \"604178239951\"", 1);
    let many: Vec<&str> = std::iter::repeat_n(right.as_str(), 16).chain([wrong.as_str()]).collect();
    for (what, maps, expected) in [
        ("all right", vec![right.as_str(), &right], ""),
        ("one is empty", vec![&right, "{}"], ""),
        ("one is wrong", vec![&right, &wrong], "duplicate-target-account"),
        ("one lacks something", vec![&right, &lacking], "evaluation-error"),
        ("too many", many, "evaluation-error"),
    ] {
        let found = found(&maps);
        if found != expected {
            failures += &format!("{what}: expected {expected:?}, found {found:?}\n");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// A file that Terraform itself creates does not exist before the apply.
#[test]
fn a_file_that_terraform_creates_is_unknown() {
    let mut failures = String::new();
    for condition in [
        "fileexists(\"${path.root}/.terraform.lock.hcl\")",
        "can(file(\".terraform/modules/modules.json\"))",
        "can(templatefile(\"terraform.tfstate\", {}))",
        "contains(fileset(path.root, \"*\"), \".terraform.lock.hcl\")",
        "length(fileset(\".\", \"**/*.lock.hcl\")) > 0",
    ] {
        let found = with_account(&format!("{condition} ? ANOTHER : OWN"));
        if rules(&found) != ["flow-argument-miswired"] {
            failures.push_str(&format!("{condition}: {found:?}\n"));
        }
    }
    for condition in
        ["fileexists(\"other.json\")", "contains(fileset(\".\", \"**/*.tf\"), \"x.tf\")", "can(file(\"a.json\"))"]
    {
        expect(condition, with_account(&format!("{condition} ? ANOTHER : OWN")), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// If Terraform ignores changes, the value in its state may differ, for example after a `moved` or an `import`.
#[test]
fn values_whose_changes_are_ignored_are_not_checked() {
    let mut failures = String::new();
    let main = format!("{VARIABLES}\n{CALL}");
    let with = |ignored: &str| {
        let target = "type = \"aws_sso_permission_set\"";
        MODULE.replace(target, &format!("{target}\n  lifecycle {{\n    ignore_changes = {ignored}\n  }}"))
    };
    for (ignored, at) in [
        ("[settings]", Some("settings")),
        ("all", Some("all")),
        ("[label, settings[\"account_id\"]]", Some("settings[\"account_id\"]")),
        ("[label]", None),
        ("[]", None),
    ] {
        let module = with(ignored);
        assert_ne!(module, MODULE);
        let found = findings(&[("main.tf", &main), ("sso_flow/main.tf", &module), ("terraform.tfvars", VALUES)]);
        let expected: Vec<_> = at.map(|at| ("not-checked", at)).into_iter().collect();
        expect(ignored, found, &expected, &mut failures);
    }
    let data = |ignored: &str| {
        let own = "resource \"terraform_data\" \"own\" {\n  for_each = var.customer_tenants\n  input = each.value.target_account_id\n";
        let call = CALL.replace("each.value.target_account_id", "terraform_data.own[each.key].output");
        format!("{VARIABLES}\n{own}  lifecycle {{\n    ignore_changes = {ignored}\n  }}\n}}\n{call}")
    };
    expect("data", findings_in(&data("[input]")), &[("not-checked", "input")], &mut failures);
    expect("triggers", findings_in(&data("[triggers_replace]")), &[], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn an_unknown_filter_of_a_list_is_not_checked() {
    let list = "concat([for t in var.customer_tenants : t.sso_account_id], [for a in [\"604178239951\"] : a if terraform.workspace == \"prod\"])";
    let runtime = format!(
        "module \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = {list}\n}}\n"
    );
    assert_eq!(rules(&findings_in(&format!("{VARIABLES}\n{runtime}\n{CALL}"))), ["not-checked"]);
}

/// An attribute is at most one of the values that were not found.
#[test]
fn no_attribute_is_proposed_twice() {
    let fields = "sso_account_id = string\n    sso_connector_settings = map(string)\n    group_id = string\n";
    let call = CALL.replace("./sso_flow", "git::https://example.com/modules.git//sso_flow");
    let call = call.lines().filter(|line| !line.contains("target_account_id") && !line.contains("permission_set_arn"));
    let main = format!(
        "variable \"customer_tenants\" {{\n  type = map(object({{\n    {fields}  }}))\n}}\n{}\n",
        call.collect::<Vec<_>>().join("\n")
    );
    let of = |line: &&str| !line.contains("permission_set_arn");
    let values = VALUES.lines().filter(of).map(|line| match line.contains("target_account_id") {
        true => "    group_id = \"9067f\"\n".to_owned(),
        false => format!("{line}\n"),
    });
    let values: String = values.collect();
    let help = tell(&[("main.tf", &main), ("terraform.tfvars", &values)], |finding, _| finding.help.clone());
    let [Some(help)] = help.as_slice() else { panic!("{help:?}") };
    assert!(help.ends_with("{ permission_set_arn = \"…\", target_account_id = \"…\" } }"), "{help}");
}
