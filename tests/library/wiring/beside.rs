//! Entries that are not tenants, accounts in safelists without a tenant, and policies in place of safelists: each cause
//! is one finding, and following the advice does not lock anyone out.

use crate::wiring::{Found, expect, findings, tell};

const FLOW: &str = include_str!("../../fixtures/wiring/sso_flow.tf");

/// The key, the SSO account, the instance, the region, the permission set, and the target account.
const CUSTOMERS: [[&str; 6]; 4] = [
    ["dune", "536980270982", "6804cd4132411d6b", "eu-west-1", "2a3d1de21b37248b", "836303223976"],
    ["ember", "247586011373", "69874415511cf3d6", "eu-central-1", "a571098d6efa889f", "632986695181"],
    ["frost", "351767364941", "82591387e35bded6", "ap-southeast-2", "8634c9f2e194bfbb", "418203957726"],
    ["grove", "902164387515", "72235f90ab1c44e7", "us-east-1", "5d0e9a7c3b2f1846", "157940268833"],
];
const ACCOUNTS: &str = "[\"536980270982\", \"247586011373\", \"351767364941\", \"902164387515\"]";

fn entry([key, account, instance, region, set, target]: [&str; 6]) -> String {
    let role = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
    format!(
        "  {key} = {{\n    sso_account_id = \"{account}\"\n    sso_connector_settings = {{\n      cloud = \"aws\"\n      instance_arn = \
         \"arn:aws:sso:::instance/ssoins-{instance}\"\n      region = \"{region}\"\n      role_arn = \
         \"arn:aws:iam::{account}:role/sym/SymSSO{role}\"\n    }}\n    permission_set_arn = \
         \"arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{set}\"\n    target_account_id = \"{target}\"\n  }}\n"
    )
}

/// A values file that sets `name` to the customers with these keys.
fn values(name: &str, keys: &[&str]) -> String {
    let entries: String = CUSTOMERS.into_iter().filter(|it| keys.contains(&it[0])).map(entry).collect();
    format!("{name} = {{\n{entries}}}\n")
}

fn flow(tenants: &str) -> String {
    format!(
        "module \"flow\" {{\n  source = \"./sso_flow\"\n  for_each = {tenants}\n  tenant_slug = each.key\n  account_id = \
         each.value.target_account_id\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = \
         each.value.sso_connector_settings\n}}\n"
    )
}

fn runtime(list: &str) -> String {
    format!(
        "module \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  environment = \"main\"\n  account_id_safelist = \
         {list}\n}}\n"
    )
}

fn found(main: &str, values: &str) -> Vec<Found> {
    findings(&[("main.tf", main), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", values)])
}

/// If these accounts were reported as stale, following the advice would lock customers out.
#[test]
fn an_account_of_an_entry_without_a_flow_is_not_stale() {
    let north = values("north", &["dune", "ember"]);
    let both = format!("{north}{}", values("south", &["frost", "grove"]));
    let variables = "variable \"north\" {}\nvariable \"south\" {}\nlocals { all = merge(var.north, var.south) }\n";
    let of_all = "[for t in local.all : t.sso_account_id]";
    let mut failures = String::new();
    let mut hold = |what: &str, flow: &str, list: &str, expected: &[(&str, &str)]| {
        let main = format!("{variables}{flow}{}", runtime(list));
        expect(what, found(&main, &both), expected, &mut failures);
    };
    let left_out = [("tenant-not-wired", "frost")];
    for list in [of_all, ACCOUNTS, "concat(values(var.north)[*].sso_account_id, values(var.south)[*].sso_account_id)"] {
        hold(list, &flow("local.all"), list, &[]);
        hold(list, &flow("var.north"), list, &left_out);
        hold(list, &flow("merge(var.north)"), list, &left_out);
    }
    // A condition chooses between the two maps.
    hold("a condition", &flow("terraform.workspace == \"default\" ? var.north : var.south"), ACCOUNTS, &[]);
    // An account without any entry is stale.
    let more = ACCOUNTS.replace("]", ", \"771204498630\"]");
    hold("stale", &flow("local.all"), &more, &[("safelist-stale", "771204498630")]);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_customer_missing_in_one_of_two_maps_is_named() {
    let table = |name: &str, keys: &[&str], text: &dyn Fn([&str; 6]) -> String| {
        let entries = CUSTOMERS.into_iter().filter(|it| keys.contains(&it[0]));
        let entries: String = entries.map(|it| format!("  {} = {}\n", it[0], text(it))).collect();
        format!("{name} = {{\n{entries}}}\n")
    };
    let all = ["dune", "ember", "frost", "grove"];
    let connectors = table("connectors", &all, &|[key, account, instance, region, ..]| {
        let role = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
        format!(
            "{{ cloud = \"aws\", instance_arn = \"arn:aws:sso:::instance/ssoins-{instance}\", region = \"{region}\", role_arn = \
             \"arn:aws:iam::{account}:role/sym/SymSSO{role}\" }}"
        )
    });
    let grants = |keys: &[&str]| {
        table("grants", keys, &|[_, _, instance, _, set, target]| {
            format!(
                "{{ permission_set_arn = \"arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{set}\", target_account_id = \
                 \"{target}\" }}"
            )
        })
    };
    let flow = flow("var.grants").replace("each.value.sso_connector_settings", "var.connectors[each.key]");
    let main = format!("variable \"grants\" {{}}\nvariable \"connectors\" {{}}\n{flow}{}", runtime(ACCOUNTS));
    let of = |keys: &[&str]| [connectors.clone(), grants(keys)].concat();
    let mut failures = String::new();
    expect("all", found(&main, &of(&all)), &[], &mut failures);
    expect("without one", found(&main, &of(&all[..3])), &[("tenant-not-wired", "grove")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}

/// If one account is missing and one is unknown, the second was meant to be the first, even if they are not alike.
#[test]
fn a_wrong_account_in_place_of_a_missing_one_is_one_finding() {
    let all = values("tenants", &["dune", "ember", "frost", "grove"]);
    let with = |list: &str, values: &str| {
        let main = format!("variable \"tenants\" {{}}\n{}{}", flow("var.tenants"), runtime(list));
        found(&main, values)
    };
    let mut failures = String::new();
    let mut hold =
        |what: &str, found: Vec<Found>, expected: &[(&str, &str)]| expect(what, found, expected, &mut failures);
    for stray in ["771204498630", "351767364914", "418203957726", "3517673"] {
        let list = ACCOUNTS.replace("351767364941", stray);
        hold(stray, with(&list, &all), &[("safelist-incomplete", stray)]);
    }
    // If two tenants have the same account, only one unknown account is explained by that.
    let twice = all.replace("902164387515", "351767364941");
    let duplicate = ("duplicate-sso-account", "351767364941");
    hold("the own one", with(ACCOUNTS, &twice), &[duplicate]);
    let more = ACCOUNTS.replace("]", ", \"771204498630\"]");
    hold("one more", with(&more, &twice), &[duplicate, ("safelist-stale", "902164387515")]);
    assert!(failures.is_empty(), "{failures}");
}

/// A policy that denies everything except the tenants' roles allows only those.
#[test]
fn a_policy_may_deny_everything_else() {
    let all = values("tenants", &["dune", "ember", "frost", "grove"]);
    let roles = "[for t in var.tenants : \"arn:aws:iam::${t.sso_account_id}:role/sym/*\"]";
    let with = |policy: &str| found(&format!("variable \"tenants\" {{}}\n{}{policy}", flow("var.tenants")), &all);
    let json = |statements: &str| {
        with(&format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\n  role = \"SymRuntimeMain\"\n  policy = jsonencode({{ Statement = \
             [{statements}] }})\n}}\n"
        ))
    };
    let document = |statement: &str| {
        with(&format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    {statement}\n  }}\n}}\nresource \"aws_iam_role_policy\" \
             \"p\" {{\n  role = \"SymRuntimeMain\"\n  policy = data.aws_iam_policy_document.d.json\n}}\n"
        ))
    };
    let mut failures = String::new();
    let mut hold =
        |what: &str, found: Vec<Found>, expected: &[(&str, &str)]| expect(what, found, expected, &mut failures);
    let any = "{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Resource = \"*\" }";
    let deny =
        |roles: &str| format!("{any}, {{ Effect = \"Deny\", Action = \"sts:AssumeRole\", NotResource = {roles} }}");
    hold("deny all but", json(&deny(roles)), &[]);
    let some = format!("slice({roles}, 0, 3)");
    hold(
        "but some",
        json(&deny(&some)),
        &[("safelist-incomplete", &format!("jsonencode({{ Statement = [{}] }})", deny(&some)))],
    );
    hold("deny nothing", json(&deny("\"*\"")), &[("safelist-wildcard", "*")]);
    hold("a document", document(&format!("actions = [\"sts:AssumeRole\"]\n    resources = {roles}")), &[]);
    let others = "\"arn:aws:iam::872818995424:role/admin\"";
    let all_but = format!("actions = [\"sts:AssumeRole\"]\n    not_resources = [{others}]");
    hold("all but", document(&all_but), &[("safelist-wildcard", &format!("[{others}]"))]);
    let actions = "not_actions = [\"iam:*\"]\n    resources = [\"*\"]";
    hold("other actions", document(actions), &[("safelist-wildcard", "*")]);
    assert!(failures.is_empty(), "{failures}");
}

/// The details in a finding for several tenants name the tenant that they are about.
#[test]
fn a_group_keeps_the_details_of_each_tenant() {
    let all = values("tenants", &["dune", "ember", "frost"]);
    let role = "\"arn:aws:iam::${each.value.sso_account_id}:role/sym/SymSSODune\"";
    let settings = format!("merge(each.value.sso_connector_settings, {{ role_arn = {role} }})");
    let main = flow("var.tenants").replace("each.value.sso_connector_settings", &settings);
    let main = format!("variable \"tenants\" {{}}\n{main}");
    let files = [("main.tf", main.as_str()), ("sso_flow/main.tf", FLOW), ("terraform.tfvars", all.as_str())];
    let found = tell(&files, |finding, _| {
        let related = finding.related.iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("\n");
        (finding.rule.to_owned(), finding.message.clone(), finding.tenants.clone(), related)
    });
    let [(rule, message, tenants, related)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(rule, "connector-role-foreign");
    assert_eq!(tenants, &["ember", "frost"]);
    assert!(
        message.starts_with("`ember`: ") && message.ends_with("(likewise in 1 other tenant: `frost`)"),
        "{message}"
    );
    assert!(related.contains("`frost`: role `SymSSODune` is named after `dune`, not after `frost`"), "{related}");
}

/// A call with the values of `customer` as literals, and the connector named `connector`.
fn literal_call(customer: [&str; 6], name: &str, connector: &str) -> String {
    let [key, _, instance, _, set, target] = customer;
    format!(
        "module \"{key}\" {{\n  source = \"./sso_flow\"\n  tenant_slug = \"{name}\"\n  account_id = \"{target}\"\n  \
         permission_set_arn = \"arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{set}\"\n  sso_connector_settings = \
         local.connectors.{connector}\n}}\n"
    )
}

/// Literals in the call of one tenant are the tenant's own values. If a copied call has another tenant's name, that is
/// the mistake.
#[test]
fn literals_in_the_call_of_one_tenant_are_its_own() {
    let connectors: String = CUSTOMERS
        .iter()
        .map(|[key, account, instance, region, ..]| {
            let role = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
            format!(
                "    {key} = {{ cloud = \"aws\", instance_arn = \"arn:aws:sso:::instance/ssoins-{instance}\", region = \
                 \"{region}\", role_arn = \"arn:aws:iam::{account}:role/sym/SymSSO{role}\" }}\n"
            )
        })
        .collect();
    let calls: String = CUSTOMERS.iter().map(|it| literal_call(*it, it[0], it[0])).collect();
    let main = format!("locals {{\n  connectors = {{\n{connectors}  }}\n}}\n{calls}");
    let mut failures = String::new();
    let mut hold = |from: &str, to: &str, expected: &[(&str, &str)]| {
        assert!(main.contains(from), "{from}");
        let found = findings(&[("main.tf", &main.replacen(from, to, 1)), ("sso_flow/main.tf", FLOW)]);
        expect(to, found, expected, &mut failures);
    };
    hold("locals", "locals", &[]);
    hold("\"418203957726\"", "\"247586011373\"", &[("target-is-foreign-sso-account", "247586011373")]);
    hold("\"418203957726\"", "\"632986695181\"", &[("duplicate-target-account", "632986695181")]);
    let set = "arn:aws:sso:::permissionSet/ssoins-72235f90ab1c44e7/ps-5d0e9a7c3b2f1846";
    let other = "arn:aws:sso:::permissionSet/ssoins-82591387e35bded6/ps-8634c9f2e194bfbb";
    hold(set, other, &[("instance-id-mismatch", "ssoins-82591387e35bded6")]);
    hold("local.connectors.grove", "local.connectors.frost", &[("flow-argument-miswired", "local.connectors.frost")]);
    hold("tenant_slug = \"grove\"", "tenant_slug = \"frost\"", &[("flow-argument-miswired", "frost")]);
    assert!(failures.is_empty(), "{failures}");
}

/// Each customer has several entries, and its role is named after the first word of their keys.
#[test]
fn a_role_of_another_customer_with_several_entries_is_found() {
    let lines: String = CUSTOMERS
        .iter()
        .flat_map(|[key, account, instance, region, set, target]| {
            let target_of =
                |level: &str| if level == "read" { (*target).to_owned() } else { target.chars().rev().collect() };
            ["read", "write"].map(|level| {
                let role = format!("{}{}", key[..1].to_uppercase(), &key[1..]);
                format!(
                    "    {key}-{level} = {{ role = \"arn:aws:iam::{account}:role/sym/SymSSO{role}\", instance = \
                     \"arn:aws:sso:::instance/ssoins-{instance}\", region = \"{region}\", set = \
                     \"arn:aws:sso:::permissionSet/ssoins-{instance}/ps-{}{level_id}\", account = \"{}\" }}\n",
                    &set[..15],
                    target_of(level),
                    level_id = if level == "read" { "1" } else { "2" },
                )
            })
        })
        .collect();
    let main = format!(
        "locals {{\n  entries = {{\n{lines}  }}\n}}\nmodule \"flow\" {{\n  source = \"./sso_flow\"\n  for_each = local.entries\n  \
         tenant_slug = each.key\n  account_id = each.value.account\n  permission_set_arn = each.value.set\n  \
         sso_connector_settings = {{ cloud = \"aws\", instance_arn = each.value.instance, region = each.value.region, role_arn = \
         each.value.role }}\n}}\n"
    );
    let config: String = CUSTOMERS
        .iter()
        .map(|[key, ..]| format!("customer \"{key}\" {{ tenants = [\"{key}-read\", \"{key}-write\"] }}\n"))
        .collect();
    let (before, after) = main.rsplit_once("SymSSOGrove").unwrap();
    let wrong = format!("{before}SymSSOFrost{after}");
    let mut failures = String::new();
    for (what, main, expected) in
        [("right", &main, &[][..]), ("wrong", &wrong, &[("connector-role-foreign", "SymSSOFrost")][..])]
    {
        for config in ["", &config] {
            let found = findings(&[("main.tf", main), ("sso_flow/main.tf", FLOW), (".symlint.hcl", config)]);
            let found = found.into_iter().filter(|(rule, _)| rule != "shared-sso-account").collect();
            expect(what, found, expected, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Each group of customers is passed to a module of its own.
#[test]
fn a_group_without_flows_is_one_finding() {
    let group = |name: &str, keys: &[&str]| values(name, keys).replace("\n  ", "\n    ");
    let groups =
        format!("groups = {{\n{}{}}}\n", group("  north", &["dune", "ember"]), group("  south", &["frost", "grove"]));
    let inner = flow("var.members").replace("./sso_flow", "../sso_flow");
    let main = |members: &str| {
        format!(
            "variable \"groups\" {{}}\nmodule \"group\" {{\n  source = \"./group\"\n  for_each = var.groups\n  members = \
             {members}\n}}\n{}",
            runtime("flatten([for g in var.groups : [for m in g : m.sso_account_id]])")
        )
    };
    let found = |members: &str| {
        let group = format!("variable \"members\" {{}}\n{inner}");
        findings(&[
            ("main.tf", &main(members)),
            ("group/main.tf", &group),
            ("sso_flow/main.tf", FLOW),
            ("terraform.tfvars", &groups),
        ])
    };
    let mut failures = String::new();
    expect("each", found("each.value"), &[], &mut failures);
    let wrong = found("var.groups[\"north\"]")
        .into_iter()
        .filter(|(rule, _)| rule.starts_with("tenant") || rule.starts_with("safe"));
    expect("one", wrong.collect(), &[("tenant-not-wired", "frost")], &mut failures);
    assert!(failures.is_empty(), "{failures}");
}
