//! Who gains access where one customer has several flows: entries of an organization, keys of a call, or resources of the
//! root module.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::diff::access::{human, target, value};
use crate::diff::{FLOW, commit, git, json, run, write};
use crate::support::folder;

/// The connector settings of a customer.
pub(super) fn connector(n: u32) -> String {
    format!(
        "{{\n    cloud        = \"aws\"\n    instance_arn = \"{}\"\n    region       = \"us-east-1\"\n    role_arn     = \"{}\"\n  }}",
        value(n, "instance_arn"),
        value(n, "role_arn")
    )
}

/// A grant of a customer: its name, the customer, and whose account it is.
type Granted<'g> = (&'g str, u32, u32);

/// A call for each customer, which is repeated for the customer's grants.
fn calls(customers: &[(&str, u32, &[Granted<'_>])]) -> String {
    let mut text = String::new();
    for (key, n, grants) in customers {
        let of = |(name, set, account): &Granted<'_>| {
            let (set, account) = (value(*set, "permission_set_arn"), target(*account));
            format!("    {name} = {{ account = \"{account}\", set = \"{set}\" }}\n")
        };
        let grants: String = grants.iter().map(of).collect();
        writeln!(
            text,
            "module \"{key}\" {{\n  source   = \"./sso_flow\"\n  for_each = {{\n{grants}  }}\n\n  tenant_slug = \
             \"{key}-${{each.key}}\"\n  account_id = each.value.account\n  permission_set_arn = each.value.set\n  \
             sso_connector_settings = {}\n}}\n",
            connector(*n)
        )
        .unwrap();
    }
    text
}

fn committed(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    git(dir.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(dir.path());
    dir
}

fn is_empty(diff: &Value) -> bool {
    ["crossings", "tenants", "wiring", "lists", "recreated"].iter().all(|name| diff[*name] == json!([]))
        && diff["findings"]["new"] == json!([])
        && diff["findings"]["fixed"] == json!([])
}

/// The keys of the grants alone do not say whose they are.
#[test]
fn grants_with_equal_keys_are_named_with_their_calls() {
    let (acme, bolt): ([Granted<'_>; 2], [Granted<'_>; 2]) =
        ([("read", 1, 1), ("admin", 1, 3)], [("read", 2, 2), ("admin", 2, 4)]);
    let before = calls(&[("acme", 1, &acme), ("bolt", 2, &bolt)]);
    let dir = committed(&[("main.tf", &before), ("sso_flow/main.tf", FLOW)]);
    let turned = [bolt[1], bolt[0]];
    write(dir.path(), "main.tf", &calls(&[("bolt", 2, &turned), ("acme", 1, &acme)]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert!(is_empty(&diff), "{diff:#}");

    // So are those with an old finding.
    let wrong = [("read", 2, 1), bolt[1]];
    write(dir.path(), "main.tf", &calls(&[("acme", 1, &acme), ("bolt", 2, &wrong)]));
    commit(dir.path());
    write(dir.path(), "main.tf", &calls(&[("bolt", 2, &wrong), ("acme", 1, &acme)]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert!(is_empty(&diff) && diff["check"]["hidden"] == json!([]), "{diff:#}");
    write(dir.path(), "main.tf", &before);
    commit(dir.path());

    let more = [bolt[0], bolt[1], ("billing", 2, 5)];
    write(dir.path(), "main.tf", &calls(&[("acme", 1, &acme), ("bolt", 2, &more)]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    assert_eq!((&diff["crossings"], &diff["summary"]["gained"]), (&json!([]), &json!(1)), "{diff:#}");
    assert_eq!(diff["tenants"][0]["gained"][0]["also_of"], json!([]), "{diff:#}");
    let said = human(dir.path());
    assert!(said.contains("tenant bolt changes"), "{said}");

    let wrong = [bolt[0], ("admin", 2, 1)];
    write(dir.path(), "main.tf", &calls(&[("acme", 1, &acme), ("bolt", 2, &wrong)]));
    let text = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
    assert!(text.contains("- **`bolt` → `acme`"), "{text}");
    assert!(text.contains("| **gains** | `bolt` ❌ |"), "{text}");
}

/// A copied connector is no connector of one's own, whatever the keys are.
#[test]
fn grants_with_a_copied_connector_cross() {
    let (acme, bolt): ([Granted<'_>; 1], [Granted<'_>; 1]) = ([("read", 1, 1)], [("read", 2, 2)]);
    let before = calls(&[("acme", 1, &acme), ("bolt", 2, &bolt)]);
    let dir = committed(&[("main.tf", &before), ("sso_flow/main.tf", FLOW)]);
    write(dir.path(), "main.tf", &calls(&[("acme", 1, &acme), ("bolt", 2, &bolt), ("coil", 1, &[("read", 1, 3)])]));
    let text = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
    assert!(text.contains("- **`read in module.coil` → `read in module.acme`**"), "{text}");
}

/// One entry for a customer with all its grants, and one for each grant, give the same access.
#[test]
fn grants_that_are_only_grouped_in_another_way_are_not_gained() {
    let key = |name: &str| format!("local.all[\"{name}\"]");
    let grant = |set: u32, account: u32| {
        format!("{{ set = \"{}\", account = \"{}\" }}", value(set, "permission_set_arn"), target(account))
    };
    let customer = |name: &str, n: u32| {
        format!(
            "    {name} = {{\n      settings = {}\n      grants = {{ read = {}, admin = {} }}\n    }}\n",
            connector(n),
            grant(n, n),
            grant(n, n + 2)
        )
    };
    let grouped = format!(
        "locals {{\n  all = {{\n{}{}  }}\n  grants = merge([for key, it in local.all : {{ for name, grant in it.grants : \
         \"${{key}}-${{name}}\" => merge(grant, {{ key = key }}) }}]...)\n}}\nmodule \"access\" {{\n  source = \
         \"./sso_flow\"\n  for_each = local.grants\n\n  tenant_slug = each.key\n  account_id = each.value.account\n  \
         permission_set_arn = each.value.set\n  sso_connector_settings = {}.settings\n}}\n",
        customer("acme", 1),
        customer("bolt", 2),
        key("${each.value.key}").replace("\"${each.value.key}\"", "each.value.key")
    );
    let grants = |n: u32| [("read", n, n), ("admin", n, n + 2)];
    let apart = calls(&[("acme", 1, &grants(1)), ("bolt", 2, &grants(2))]);
    for (before, after) in [(&grouped, &apart), (&apart, &grouped)] {
        let dir = committed(&[("main.tf", before), ("sso_flow/main.tf", FLOW)]);
        write(dir.path(), "main.tf", after);
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!((&diff["summary"]["gained"], &diff["summary"]["lost"]), (&json!(0), &json!(0)), "{diff:#}");
        assert_eq!(diff["crossings"], json!([]), "{diff:#}");
        assert_eq!((&diff["summary"]["added"], &diff["summary"]["removed"]), (&json!(0), &json!(0)), "{diff:#}");
        assert!(human(dir.path()).contains("nobody gains or loses access"), "{}", human(dir.path()));
    }
}

/// Entries that refer to the organization that they are for.
fn entries(of: &[(&str, &str, u32, u32)]) -> String {
    let organization = |(key, n): (&str, u32)| {
        format!(
            "    {key} = {{\n      sso_account_id = \"{}\"\n      settings = {}\n    }}\n",
            value(n, "sso_account_id"),
            connector(n)
        )
    };
    let entry = |(key, organization, set, account): &(&str, &str, u32, u32)| {
        format!(
            "    {key} = {{\n      organization = \"{organization}\"\n      permission_set_arn = \"{}\"\n      account_id = \
             \"{}\"\n    }}\n",
            value(*set, "permission_set_arn"),
            target(*account)
        )
    };
    let organizations: String = [("acme", 1), ("bolt", 2)].map(organization).concat();
    let entries: String = of.iter().map(entry).collect();
    format!(
        "locals {{\n  organizations = {{\n{organizations}  }}\n  access = {{\n{entries}  }}\n}}\n\nmodule \"access\" {{\n  \
         source = \"./sso_flow\"\n  for_each = local.access\n\n  tenant_slug = each.key\n  account_id = \
         each.value.account_id\n  permission_set_arn = each.value.permission_set_arn\n  sso_connector_settings = \
         local.organizations[each.value.organization].settings\n}}\n"
    )
}

/// What one customer's entries share is not taken from another customer.
#[test]
fn a_further_grant_of_a_customer_is_not_a_crossing() {
    let before = [("acme_read", "acme", 1, 1), ("acme_admin", "acme", 1, 3), ("bolt_read", "bolt", 2, 2)];
    let dir = committed(&[("main.tf", &entries(&before)), ("sso_flow/main.tf", FLOW)]);
    for (key, account) in [("bolt_billing", 4), ("payroll", 4)] {
        let more = [before.as_slice(), &[(key, "bolt", 2, account)]].concat();
        write(dir.path(), "main.tf", &entries(&more));
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!((&diff["crossings"], &diff["summary"]["added"]), (&json!([]), &json!(1)), "{key}: {diff:#}");
    }
    // An entry that refers to another organization acts in that one.
    write(dir.path(), "main.tf", &entries(&[before[0], before[1], ("bolt_read", "acme", 2, 2)]));
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let crossings = diff["crossings"].as_array().unwrap();
    assert_eq!(crossings.len(), 1, "{diff:#}");
    assert_eq!(
        (&crossings[0]["from"], &crossings[0]["into"]),
        (&json!(["bolt_read"]), &json!(["acme_read", "acme_admin"])),
        "{diff:#}"
    );
}

/// The flow of a customer whose connector is `n`, written out in the root module.
fn resources(name: &str, n: u32, account: u32) -> String {
    let resources = FLOW.lines().skip_while(|line| line.starts_with("variable")).collect::<Vec<_>>().join("\n");
    let mut text = resources + "\n";
    for own in ["context", "grant", "access"] {
        text = text
            .replace(&format!("\"{own}\" {{"), &format!("\"{name}\" {{"))
            .replace(&format!(".{own}.id"), &format!(".{name}.id"));
    }
    for (from, to) in [
        ("${var.tenant_slug}", name.to_owned()),
        ("var.sso_connector_settings.instance_arn", format!("\"{}\"", value(n, "instance_arn"))),
        ("var.sso_connector_settings", connector(n)),
        ("var.permission_set_arn", format!("\"{}\"", value(n, "permission_set_arn"))),
        ("var.account_id", format!("\"{}\"", target(account))),
    ] {
        text = text.replace(from, &to);
    }
    text
}

#[test]
fn copied_resources_of_the_root_module_are_reported_with_their_flow() {
    let dir = committed(&[("acme.tf", &resources("acme", 1, 1)), ("bolt.tf", &resources("bolt", 2, 2))]);
    // A copy with the same values offers what the first flow offers to those who can request the second one.
    for account in [3, 1] {
        write(dir.path(), "coil.tf", &resources("coil", 1, account));
        let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
        assert_eq!(diff["tenants"][0]["gained"][0]["flow"], "sym_strategy.coil", "{diff:#}");
        assert_eq!((&diff["summary"]["gained"], &diff["summary"]["lost"]), (&json!(1), &json!(0)), "{diff:#}");
        let text = run(dir.path(), &["diff", "--base", "HEAD", "--format", "markdown"]).stdout;
        assert!(text.contains("| **gains** | `sym_integration.acme`, flow `sym_strategy.coil` |"), "{text}");
        assert!(human(dir.path()).contains(", by flow `sym_strategy.coil`"), "{}", human(dir.path()));
    }
    std::fs::remove_file(dir.path().join("coil.tf")).unwrap();
    write(dir.path(), "bolt.tf", &resources("bolt_ltd", 2, 2));
    let said = human(dir.path());
    assert!(said.contains("destroy `sym_strategy.bolt` and create `sym_strategy.bolt_ltd`"), "{said}");
    assert!(said.contains("nobody gains or loses access, but Terraform would destroy"), "{said}");
}

#[test]
fn a_strategy_with_a_target_of_another_customer_is_a_crossing() {
    let dir = committed(&[("acme.tf", &resources("acme", 1, 1)), ("bolt.tf", &resources("bolt", 2, 2))]);
    let more = resources("bolt", 2, 2).replace("[sym_target.bolt.id]", "[sym_target.bolt.id, sym_target.acme.id]");
    write(dir.path(), "bolt.tf", &more);
    let diff = json(dir.path(), &["diff", "--base", "HEAD"]);
    let crossing = &diff["crossings"][0];
    let (from, into) = (json!(["sym_integration.bolt"]), json!(["sym_integration.acme"]));
    assert_eq!((&crossing["from"], &crossing["into"]), (&from, &into), "{diff:#}");
}
