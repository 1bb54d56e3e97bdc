//! Tenants are compared across all runs and root modules of one invocation.

use std::path::Path;

use crate::support::{Run, Symlint, VARIABLE, folder};

/// A flow module, for a root module that calls it once for each tenant.
pub(super) const FLOW: &str = r#"variable "tenant_slug" { type = string }
variable "account_id" { type = string }
variable "permission_set_arn" { type = string }
variable "sso_connector_settings" { type = any }

resource "sym_target" "this" {
  type     = "aws_sso_permission_set"
  name     = "target-${var.tenant_slug}"
  settings = { permission_set_arn = var.permission_set_arn, account_id = var.account_id }
}
"#;

pub(super) fn root(flow: &str) -> String {
    format!(
        r#"{VARIABLE}
module "access" {{
  source   = "{flow}"
  for_each = var.customer_tenants

  tenant_slug            = each.key
  account_id             = each.value.target_account_id
  permission_set_arn     = each.value.permission_set_arn
  sso_connector_settings = each.value.sso_connector_settings
}}
"#
    )
}

/// The values that distinguish customers: the account, the instance, the permission set, and the target.
pub(super) const CUSTOMERS: [[&str; 4]; 4] = [
    ["719240583316", "ssoins-7223a91be40c5d68", "ps-5e1b09c7d2a84f63", "604178239951"],
    ["280365914472", "ssoins-68042f7d9be0a513", "ps-b3c8f10a6e4d9275", "915827304462"],
    ["048261739905", "ssoins-69873c5a0f81be42", "ps-0d94e7b25f3ac861", "352790641188"],
    ["531907264418", "ssoins-72235e08d1c94fa7", "ps-c17f2a8e60b3d954", "846013579227"],
];

/// The entry of a customer, with this key.
pub(super) fn tenant(key: &str, customer: usize) -> String {
    let [account, instance, set, target] = CUSTOMERS[customer];
    let region = ["us-east-1", "eu-west-1", "eu-central-1", "us-east-1"][customer];
    let role = key[..1].to_uppercase() + &key[1..];
    format!(
        r#"  {key} = {{
    sso_account_id = "{account}"
    sso_connector_settings = {{
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/{instance}"
      region       = "{region}"
      role_arn     = "arn:aws:iam::{account}:role/sym/SymSSO{role}"
    }}
    permission_set_arn = "arn:aws:sso:::permissionSet/{instance}/{set}"
    target_account_id  = "{target}"
  }}
"#
    )
}

/// `text` with a value of one customer replaced by another's. 0 is the account, and 3 the target.
pub(super) fn left_over(text: &str, [of, from]: [usize; 2], value: usize) -> String {
    assert!(text.contains(CUSTOMERS[of][value]));
    text.replace(CUSTOMERS[of][value], CUSTOMERS[from][value])
}

pub(super) fn values(tenants: &[String]) -> String {
    format!("customer_tenants = {{\n{}}}\n", tenants.concat())
}

/// A folder with values for each customer, and the flow module that they share.
pub(super) fn folders(customers: &[(&str, String)]) -> Vec<(String, String)> {
    let mut files = vec![("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned())];
    for (name, text) in customers {
        files.push((format!("customers/{name}/main.tf"), root("../../modules/sso_flow")));
        files.push((format!("customers/{name}/terraform.tfvars"), text.clone()));
    }
    files
}

pub(super) fn write(files: &[(String, String)]) -> tempfile::TempDir {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let dir = folder(&files);
    // A repository is searched from its root.
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    dir
}

pub(super) fn check(dir: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["check", "--format", "json"];
    all.extend(arguments);
    Symlint::new(&all).dir(dir).run()
}

/// The level, the rule, the file, and the message of each finding, without notes about unavailable modules.
pub(super) fn said(run: &Run) -> Vec<String> {
    let report = run.json();
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let said = |finding: &serde_json::Value| {
        let [level, rule, message] = ["level", "rule", "message"].map(|name| text(&finding[name]));
        format!("{level} {rule} {}: {message}", text(&finding["location"]["file"]))
    };
    findings.iter().map(said).collect()
}

pub(super) fn found(customers: &[(&str, String)]) -> Vec<String> {
    said(&check(write(&folders(customers)).path(), &[]))
}

#[test]
fn folders_of_customers_with_equal_keys_are_compared_and_named_by_their_files() {
    let acme = values(&[tenant("this", 0)]);
    let bolt = values(&[tenant("this", 1)]);
    let (found, none): (_, Vec<String>) = (found, Vec::new());
    assert_eq!(found(&[("acme", acme.clone()), ("bolt", bolt.clone())]), none);
    let target = left_over(&bolt, [1, 0], 3);
    assert_eq!(
        found(&[("acme", acme.clone()), ("bolt", target)]),
        [
            "error duplicate-target-account customers/bolt/terraform.tfvars: `target_account_id` 604178239951 is also used \
             by `this` in customers/acme/terraform.tfvars, which has a different instance"
        ]
    );
    let role = bolt.replace("iam::280365914472", "iam::719240583316");
    assert_eq!(
        found(&[("acme", acme.clone()), ("bolt", role)]),
        [
            "error role-account-mismatch customers/bolt/terraform.tfvars: `role_arn` is in account 719240583316, which is \
             that of `this` in customers/acme/terraform.tfvars; this tenant's `sso_account_id` is 280365914472"
        ]
    );
    let set = bolt.replace("permissionSet/ssoins-68042f7d9be0a513", "permissionSet/ssoins-7223a91be40c5d68");
    assert_eq!(
        found(&[("acme", acme), ("bolt", set)]),
        ["error instance-id-mismatch customers/bolt/terraform.tfvars: `permission_set_arn` belongs to the instance \
             ssoins-7223a91be40c5d68 of `this` in customers/acme/terraform.tfvars; this tenant's instance is \
             ssoins-68042f7d9be0a513"]
    );
}

#[test]
fn a_unique_key_is_shown_without_its_file() {
    let bolt = values(&[tenant("bolt", 1)]);
    let foreign = bolt.replace("915827304462", "719240583316");
    let run = check(write(&folders(&[("acme", values(&[tenant("acme", 0)])), ("bolt", foreign)])).path(), &[]);
    assert_eq!(
        said(&run),
        ["error target-is-foreign-sso-account customers/bolt/terraform.tfvars: `target_account_id` 719240583316 is \
             `acme`'s SSO account, which is in a different organization"]
    );
    let related = &run.json()["findings"][0]["related"][0];
    assert_eq!(related["location"]["file"], "customers/acme/terraform.tfvars");
    assert_eq!(related["location"]["start"]["line"], 3);
    // The picture has an edge at both ends.
    let access = run.json()["access"].as_array().unwrap().clone();
    let fingerprint = run.json()["findings"][0]["fingerprint"].clone();
    let on = |step: &str| -> Vec<bool> {
        access.iter().map(|it| it[step]["findings"].as_array().unwrap().contains(&fingerprint)).collect()
    };
    assert_eq!((on("account"), on("role")), (vec![false, true], vec![true, false]));
}

#[test]
fn near_duplicate_ids_are_found_across_folders() {
    let bolt = values(&[tenant("bolt", 1)]).replace("915827304462", "604178239915");
    assert_eq!(
        found(&[("acme", values(&[tenant("acme", 0)])), ("bolt", bolt)]),
        ["warning near-duplicate-id customers/bolt/terraform.tfvars: `target_account_id` 604178239915 \
             differs from `acme`'s `target_account_id` 604178239951 by only two swapped digits"]
    );
}

#[test]
fn a_region_outlier_is_found_across_folders() {
    // These instances are in one region, according to the first digits of their IDs.
    let same = |name: &str, customer: usize, id: &str| {
        let [_, instance, ..] = CUSTOMERS[customer];
        let text = values(&[tenant(name, customer)]).replace(instance, id);
        ["eu-west-1", "eu-central-1"].iter().fold(text, |text, region| text.replace(region, "us-east-1"))
    };
    let customers = [
        ("acme", same("acme", 0, "ssoins-7223a91be40c5d68")),
        ("bolt", same("bolt", 1, "ssoins-72232f7d9be0a513")),
        ("coil", same("coil", 2, "ssoins-72233c5a0f81be42")),
        ("dune", values(&[tenant("dune", 3)]).replace("us-east-1", "us-west-2")),
    ];
    assert_eq!(
        found(&customers),
        [
            "warning region-outlier customers/dune/terraform.tfvars: `region` is us-west-2, but the instance ID begins with \
             7223, as do those of `acme`, `bolt`, and `coil`, which are in us-east-1"
        ]
    );
}

#[test]
fn a_role_is_matched_with_tenants_of_other_root_modules() {
    let bolt = values(&[tenant("bolt", 1)]).replace("SymSSOBolt", "SymSSOAcme");
    assert_eq!(
        found(&[("acme", values(&[tenant("acme", 0)])), ("bolt", bolt)]),
        [
            "error connector-role-foreign customers/bolt/terraform.tfvars: role `SymSSOAcme` is named after `acme`, not after \
             `bolt`"
        ]
    );
}

/// If several customers have the same key, the folder shows which customer it is.
#[test]
fn a_role_is_matched_with_folders_if_keys_are_equal() {
    let named = |role: &str, customer: usize| values(&[tenant("main", customer)]).replace("SymSSOMain", role);
    let acme = || ("acme", named("SymSSOAcme", 0));
    assert_eq!(found(&[acme(), ("bolt", named("SymSSOBolt", 1))]), [""; 0]);
    let wrong = found(&[acme(), ("bolt", named("SymSSOAcme", 1))]);
    assert!(wrong.len() == 1 && wrong[0].starts_with("error connector-role-foreign customers/bolt/"), "{wrong:?}");
    let wrong = found(&[acme(), ("bolt", named("SymSSOCog", 1))]);
    assert!(wrong.len() == 1 && wrong[0].starts_with("warning connector-role-unexpected customers/bolt/"), "{wrong:?}");
    // A copied folder is reported once.
    let copied = found(&[acme(), ("bolt", named("SymSSOAcme", 0)), ("cog", named("SymSSOCog", 2))]);
    assert!(copied.len() == 1 && copied[0].starts_with("warning duplicate-tenant customers/bolt/"), "{copied:?}");
}

#[test]
fn a_copied_key_in_a_copied_folder_is_found() {
    let copied = |role: &str| values(&[tenant("acme", 1)]).replace("SymSSOAcme", role);
    let acme = || ("acme", values(&[tenant("acme", 0)]));
    assert_eq!(
        found(&[acme(), ("bolt", copied("SymSSOBolt")), ("coil", values(&[tenant("coil", 2)]))]),
        [
            "warning connector-role-unexpected customers/bolt/terraform.tfvars: tenant `acme` has the same key as the one \
             in customers/acme/terraform.tfvars, but its role is `SymSSOBolt`"
        ]
    );
    // Another environment of the same customer, with its own accounts.
    assert_eq!(found(&[acme(), ("bolt", copied("SymSSOAcme"))]), [""; 0]);
    // A key that others have as well is not the name of one tenant.
    let coil = values(&[tenant("acme", 2)]).replace("SymSSOAcme", "SymSSOCoil");
    assert_eq!(found(&[acme(), ("bolt", copied("SymSSOBolt")), ("coil", coil)]), [""; 0]);
}

/// Two entries of a customer, with keys that all customers have.
pub(super) fn entries(customer: usize, other_grant: usize, role: &str) -> String {
    let ([_, _, set, target], [_, _, other_set, other_target]) = (CUSTOMERS[customer], CUSTOMERS[other_grant]);
    let readonly = tenant("readonly", customer).replace(set, other_set).replace(target, other_target);
    let text = values(&[tenant("admin", customer), readonly]);
    text.replace("SymSSOAdmin", role).replace("SymSSOReadonly", role)
}

/// Entries in a folder that their role is named after belong together. A statement in the configuration about their
/// keys must not join the customers of all folders.
#[test]
fn equal_keys_do_not_join_customers() {
    let acme = || ("acme", entries(0, 2, "SymSSOAcme"));
    let bolt = || ("bolt", entries(1, 3, "SymSSOBolt"));
    assert_eq!(found(&[acme(), bolt()]), [""; 0]);
    let neither = ("bolt", entries(1, 3, "SymSSOCoil"));
    assert!(found(&[acme(), neither]).iter().any(|it| it.starts_with("warning shared-sso-account customers/bolt/")));
    // A copy is one finding for each file.
    let copy = found(&[acme(), bolt(), ("copy", bolt().1)]);
    let is_said = |it: &String| ["duplicate-tenant", "shared-sso-account"].iter().any(|rule| it.contains(rule));
    assert!(copy.len() == 2 && copy.iter().all(is_said), "{copy:?}");
    for kind in ["customer", "organization"] {
        let config = format!("{kind} \"acme\" {{ tenants = [\"admin\", \"readonly\"] }}");
        let found = |customers: &[(&str, String)]| {
            let mut files = folders(customers);
            files.push((".symlint.hcl".to_owned(), config.clone()));
            said(&check(write(&files).path(), &[]))
        };
        assert_eq!(found(&[acme(), bolt()]), [""; 0], "{kind}");
        let wrong = found(&[acme(), ("bolt", left_over(&bolt().1, [1, 0], 3))]);
        assert!(
            wrong.len() == 1 && wrong[0].starts_with("error duplicate-target-account customers/bolt/"),
            "{wrong:?}"
        );
    }
}

/// Advice about a key applies to all values files, but only one of them has another customer under that key.
#[test]
fn a_copied_key_in_a_values_file_is_named_with_the_first() {
    let staging = values(&[tenant("acme", 1)]).replace("SymSSOAcme", "SymSSOBolt");
    let dir = folder(&[
        ("sso_flow/main.tf", FLOW),
        ("main.tf", &root("./sso_flow")),
        ("envs/production.tfvars", &values(&[tenant("acme", 0), tenant("coil", 2)])),
        ("envs/staging.tfvars", &staging),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!(
        said(&run),
        ["warning connector-role-unexpected envs/staging.tfvars: tenant `acme` has the same key as the one in \
             envs/production.tfvars, but its role is `SymSSOBolt`"]
    );
    assert!(!run.stdout.contains("environment ="), "{}", run.stdout);
}

/// If most tenants of a safelist are not checked, that is reported once. Their accounts are not reported as stale.
#[test]
fn a_safelist_with_mostly_unchecked_tenants_is_one_finding() {
    let stale = |others: usize| {
        let mut files = folders(&[("acme", values(&[tenant("acme", 0)]))]);
        let others = (0..others).map(|at| format!("\"4471830265{}\"", 10 + at * 7));
        let accounts: Vec<String> = others.chain(["\"719240583316\"".to_owned()]).collect();
        let safelist = format!(
            "module \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [{}]\n}}\n",
            accounts.join(", ")
        );
        files.push(("runtime/main.tf".to_owned(), safelist));
        said(&check(write(&files).path(), &[]))
    };
    assert_eq!(stale(2).len(), 2);
    assert_eq!(
        stale(5),
        [
            "warning safelist-stale runtime/main.tf: the safelist contains 447183026510 and 4 other accounts, which are not SSO \
             accounts of any tenant that is checked"
        ]
    );
}

/// Two root modules have the same customers, and one value in one of them is another customer's or mistyped.
#[test]
fn a_wrong_value_of_a_customer_in_two_root_modules_is_one_finding() {
    let production = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    // The grants differ.
    let staging = [(0, 2), (1, 3)].iter().fold(production.clone(), |text, (own, other)| {
        let ([_, _, set, target], [_, _, other_set, other_target]) = (CUSTOMERS[*own], CUSTOMERS[*other]);
        text.replace(set, other_set).replace(target, other_target)
    });
    let of_acme = |value: &str, other: &str| {
        let (acme, bolt) = staging.split_at(staging.find("  bolt").unwrap());
        format!("{}{bolt}", acme.replace(value, other))
    };
    for (what, text, rule) in [
        ("account of another", of_acme("719240583316", "280365914472"), "error duplicate-sso-account"),
        ("mistyped account", of_acme("719240583316", "719240583317"), "error duplicate-instance"),
        ("another region", of_acme("us-east-1", "us-east-2"), "error duplicate-sso-account"),
        (
            "malformed instance",
            of_acme("instance/ssoins-7223a91be40c5d68", "instance/ssoins-7223a91be40c5d6"),
            "error instance-arn-format",
        ),
        (
            "instance of another",
            of_acme("ssoins-7223a91be40c5d68", "ssoins-68042f7d9be0a513"),
            "error duplicate-instance",
        ),
    ] {
        let found = found(&[("production", production.clone()), ("staging", text)]);
        assert!(found.len() == 1 && found[0].starts_with(rule), "{what}: {found:?}");
    }
    assert_eq!(found(&[("production", production), ("staging", staging)]), [""; 0]);
}

#[test]
fn production_and_staging_of_the_same_customers_have_no_findings() {
    let production = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let staging = values(&[tenant("acme", 2), tenant("bolt", 3)]);
    let main = root("./sso_flow");
    let dir = folder(&[
        ("sso_flow/main.tf", FLOW),
        ("main.tf", &main),
        ("envs/production.tfvars", &production),
        ("envs/staging.tfvars", &staging),
    ]);
    let run = check(dir.path(), &[]);
    assert_eq!((said(&run), run.json()["runs"].as_array().unwrap().len()), (Vec::new(), 2));
    // The accounts are the same and the grants differ, so the customers are the same.
    let same = production.replace("604178239951", "352790641188").replace("915827304462", "846013579227");
    std::fs::write(dir.path().join("envs/staging.tfvars"), &same).unwrap();
    assert_eq!(said(&check(dir.path(), &[])), Vec::<String>::new());
    // A value of another customer in another environment is a finding.
    let crossed = left_over(&staging, [3, 0], 3);
    std::fs::write(dir.path().join("envs/staging.tfvars"), &crossed).unwrap();
    assert_eq!(
        said(&check(dir.path(), &[])),
        [
            "error duplicate-target-account envs/staging.tfvars: `target_account_id` 604178239951 is also used by `acme` in \
             envs/production.tfvars, which has a different instance"
        ]
    );
    // A mistake in both environments is reported in each of them, but not as a difference between them.
    let wrong = left_over(&production, [1, 0], 3);
    std::fs::write(dir.path().join("envs/production.tfvars"), &wrong).unwrap();
    std::fs::write(dir.path().join("envs/staging.tfvars"), &wrong).unwrap();
    let message = "`target_account_id` 604178239951 is also used by `acme`, which has a different instance";
    assert_eq!(
        said(&check(dir.path(), &[])),
        ["envs/production.tfvars", "envs/staging.tfvars"]
            .map(|file| format!("error duplicate-target-account {file}: {message}"))
    );
}

/// If one expression has different values in several runs, the finding shows them.
#[test]
fn a_finding_about_several_runs_shows_what_differs() {
    let main = root("./sso_flow").replace("each.value.target_account_id", "\"604178239951\"");
    let dir = folder(&[
        ("sso_flow/main.tf", FLOW),
        ("main.tf", &main),
        ("envs/production.tfvars", &values(&[tenant("acme", 0), tenant("bolt", 1)])),
        ("envs/staging.tfvars", &values(&[tenant("acme", 2), tenant("bolt", 3)])),
    ]);
    let report = check(dir.path(), &[]).json();
    let findings = report["findings"].as_array().unwrap();
    let related = findings[0]["related"].to_string();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(related.contains("in . with envs/staging.tfvars: argument `account_id` for both tenants"), "{related}");
}

#[test]
fn a_copied_folder_is_a_warning_and_with_a_changed_key_an_error() {
    let acme = values(&[tenant("acme", 0)]);
    assert_eq!(
        found(&[("acme", acme.clone()), ("acme-old", acme.clone())]),
        ["warning duplicate-tenant customers/acme-old/terraform.tfvars: `acme` is also in \
             customers/acme/terraform.tfvars, with the same SSO account, instance, and grants"]
    );
    let bolt = acme.replace("  acme = {", "  bolt = {").replace("SymSSOAcme", "SymSSOBolt");
    assert_eq!(
        found(&[("acme", acme.clone()), ("bolt", bolt)]),
        ["error duplicate-tenant customers/bolt/terraform.tfvars: `bolt` has the same SSO account, instance, and \
             grants as `acme`"]
    );
    // A copy of many tenants is one finding.
    let many = values(&[tenant("acme", 0), tenant("bolt", 1), tenant("coyote", 2)]);
    assert_eq!(
        found(&[("all", many.clone()), ("copy", many)]),
        [
            "warning duplicate-tenant customers/copy/terraform.tfvars: all 3 tenants (`acme`, `bolt`, `coyote`) are also in \
             customers/all/terraform.tfvars, with the same SSO accounts, instances, and grants"
        ]
    );
    // The same customer has another grant in another root module.
    let more = acme.replace("604178239951", "352790641188");
    assert_eq!(found(&[("acme", acme), ("more", more)]), Vec::<String>::new());
}

#[cfg(unix)]
#[cfg(unix)]
#[test]
fn a_folder_with_linked_files_is_not_a_root_module() {
    let mut files = folders(&[("acme", values(&[tenant("acme", 0)])), ("bolt", values(&[tenant("bolt", 1)]))]);
    files.push(("shared/main.tf".to_owned(), root("../../modules/flow")));
    let dir = write(&files);
    for name in ["acme", "bolt"] {
        let own = dir.path().join(format!("customers/{name}/main.tf"));
        let text = std::fs::read_to_string(&own).unwrap();
        std::fs::write(dir.path().join("shared/main.tf"), text).unwrap();
        std::fs::remove_file(&own).unwrap();
        std::os::unix::fs::symlink("../../shared/main.tf", own).unwrap();
    }
    let run = check(dir.path(), &[]);
    assert_eq!((run.code, said(&run).len(), run.json()["runs"].as_array().unwrap().len()), (0, 0, 2), "{}", run.stdout);
    // If something sets its variables, it is a root module.
    std::fs::write(dir.path().join("shared/terraform.tfvars"), values(&[tenant("cog", 2)])).unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!(run.json()["runs"].as_array().unwrap().len(), 3, "{}", run.stdout);
}

#[test]
fn a_tenant_that_is_written_once_is_one_tenant() {
    let text = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let files = folders(&[("one", text.clone())]);
    let dir = write(&files);
    let other = dir.path().join("customers/other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("main.tf"), root("../../modules/sso_flow")).unwrap();
    std::os::unix::fs::symlink("../one/terraform.tfvars", other.join("terraform.tfvars")).unwrap();
    let run = check(dir.path(), &[]);
    assert_eq!((said(&run), run.json()["summary"]["tenants"].as_u64()), (Vec::new(), Some(4)));
    // Data that two root modules decode, and calls with literals in a module that both call.
    let decoding = root("../../modules/sso_flow")
        .replace("var.customer_tenants", "yamldecode(file(\"${path.module}/../../tenants.yaml\"))");
    let yaml = text.replace(" = {", ":").replace(" = ", ": ").replace("customer_tenants:\n", "").replace("}\n", "\n");
    std::fs::write(dir.path().join("tenants.yaml"), yaml).unwrap();
    for name in ["one", "other"] {
        let _ = std::fs::remove_file(dir.path().join(format!("customers/{name}/terraform.tfvars")));
        std::fs::write(dir.path().join(format!("customers/{name}/main.tf")), &decoding).unwrap();
    }
    let run = check(dir.path(), &[]);
    assert_eq!((said(&run), run.json()["summary"]["tenants"].as_u64()), (Vec::new(), Some(4)));
}

#[test]
fn customers_and_organizations_of_the_configuration_hold_across_root_modules() {
    let read = tenant("acme_read", 0).replace("604178239951", "352790641188").replace("SymSSOAcme_read", "SymSSOAcme");
    let files = folders(&[("acme", values(&[tenant("acme", 0)])), ("read", values(&[read]))]);
    let dir = write(&files);
    let rules = |run: &Run| said(run).iter().map(|it| it.split(' ').nth(1).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(rules(&check(dir.path(), &[])), ["shared-sso-account"]);
    let config = "customer \"acme\" { tenants = [\"acme\", \"acme_read\"] }\n";
    std::fs::write(dir.path().join(".symlint.hcl"), config).unwrap();
    assert_eq!(rules(&check(dir.path(), &[])), [""; 0]);
    std::fs::write(dir.path().join(".symlint.hcl"), config.replace("customer \"acme\"", "organization \"reseller\""))
        .unwrap();
    assert_eq!(rules(&check(dir.path(), &[])), ["connector-role-foreign"]);
}

#[test]
fn a_safelist_is_compared_with_the_tenants_of_all_root_modules() {
    let runtime = |accounts: &[&str]| {
        let list = accounts.iter().map(|account| format!("\"{account}\"")).collect::<Vec<_>>().join(", ");
        format!(
            "module \"runtime_connector\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  \
             account_id_safelist = [{list}]\n}}\n"
        )
    };
    let mut files = folders(&[("acme", values(&[tenant("acme", 0)])), ("bolt", values(&[tenant("bolt", 1)]))]);
    files.push(("runtime/main.tf".to_owned(), runtime(&[CUSTOMERS[0][0], CUSTOMERS[1][0]])));
    let dir = write(&files);
    assert_eq!(said(&check(dir.path(), &[])), Vec::<String>::new());
    std::fs::write(dir.path().join("runtime/main.tf"), runtime(&[CUSTOMERS[0][0], CUSTOMERS[2][0]])).unwrap();
    let expected = [
        "error safelist-incomplete runtime/main.tf: the safelist contains 048261739905, which is not the SSO account of any \
         tenant, and lacks 280365914472, that of `bolt`",
    ];
    assert_eq!(said(&check(dir.path(), &[])), expected);
    // If only some files are checked, the tenant may be in another one.
    assert_eq!(said(&check(dir.path(), &["runtime/main.tf", "customers/acme/main.tf"])), Vec::<String>::new());
    // If each root module is checked in its own job, the tenants come from the reports of the other jobs.
    for name in ["acme", "bolt"] {
        let output = format!("json={name}.json");
        Symlint::new(&["check", "--format", &output, &format!("customers/{name}")]).dir(dir.path()).run();
    }
    assert_eq!(said(&check(dir.path(), &["runtime", "--with", "acme.json", "--with", "bolt.json"])), expected);
}

#[test]
fn fixtures_can_be_excluded() {
    let mut files = folders(&[("acme", values(&[tenant("acme", 0)]))]);
    files.push(("test/fixtures/flow/main.tf".to_owned(), root("../../../modules/sso_flow")));
    let copied = values(&[tenant("acme", 0).replace("acme = {", "example = {").replace("SSOAcme", "SSOExample")]);
    files.push(("test/fixtures/flow/terraform.tfvars".to_owned(), copied));
    let dir = write(&files);
    assert_eq!(said(&check(dir.path(), &[])).len(), 1);
    std::fs::write(dir.path().join(".symlint.hcl"), "exclude = [\"test/fixtures\"]\n").unwrap();
    assert_eq!(said(&check(dir.path(), &[])), Vec::<String>::new());
}

#[test]
fn jobs_for_single_root_modules_use_the_reports_of_others() {
    let bolt = left_over(&values(&[tenant("this", 1)]), [1, 0], 3);
    let dir = write(&folders(&[("acme", values(&[tenant("this", 0)])), ("bolt", bolt)]));
    let own = |name: &str, arguments: &[&str]| check(&dir.path().join("customers").join(name), arguments);
    assert_eq!(said(&own("bolt", &[])), Vec::<String>::new());
    let report = dir.path().join("acme.json");
    std::fs::write(&report, own("acme", &[]).stdout).unwrap();
    let with = ["--with", report.to_str().unwrap()];
    let run = own("bolt", &with);
    assert_eq!(
        said(&run),
        [
            "error duplicate-target-account terraform.tfvars: `target_account_id` 604178239951 is also used by `this` in \
             customers/acme/terraform.tfvars, which has a different instance"
        ]
    );
    let json = run.json();
    assert_eq!(json["findings"][0]["related"][0]["location"]["file"], "customers/acme/terraform.tfvars");
    assert_eq!(json["findings"][0]["related"][0]["location"]["start"]["line"], 2);
    assert_eq!((json["summary"]["tenants"].as_u64(), json["runs"].as_array().unwrap().len()), (Some(1), 1));
    // Every format can be written, although the file is not available.
    for format in ["human", "concise", "sarif", "github", "gitlab", "junit", "markdown"] {
        let run =
            Symlint::new(&["check", "--format", format, with[0], with[1]]).dir(&dir.path().join("customers/bolt"));
        let run = run.run();
        assert!(run.code == 1 && run.stdout.contains("604178239951"), "{format}: {run:?}");
    }
    // The report of a root module that is checked now is ignored.
    let whole = ["--with", "acme.json"];
    assert_eq!(said(&check(dir.path(), &whole)), said(&check(dir.path(), &[])));
    assert_eq!(said(&own("acme", &with)), Vec::<String>::new());
}

#[test]
fn keys_of_calls_in_a_report_are_not_customers() {
    let call = |customer: usize| {
        let [account, instance, set, target] = CUSTOMERS[customer];
        format!(
            r#"module "this" {{
  source                 = "../../modules/sso_flow"
  tenant_slug            = "this"
  account_id             = "{target}"
  permission_set_arn     = "arn:aws:sso:::permissionSet/{instance}/{set}"
  sso_connector_settings = {{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/{instance}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::{account}:role/sym/SymSSOThis"
  }}
}}
"#
        )
    };
    let more = call(0).replace("604178239951", "352790641188");
    let files = [("acme", call(0)), ("other", more)];
    let mut all = vec![("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned())];
    all.extend(files.map(|(name, text)| (format!("customers/{name}/main.tf"), text)));
    let dir = write(&all);
    let expected = ["shared-sso-account"];
    let rules = |run: &Run| said(run).iter().map(|it| it.split(' ').nth(1).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(rules(&check(dir.path(), &[])), expected);
    Symlint::new(&["check", "--format", "json=acme.json", "customers/acme"]).dir(dir.path()).run();
    assert_eq!(rules(&check(dir.path(), &["customers/other", "--with", "acme.json"])), expected);
}

#[test]
fn an_unusable_report_is_an_error() {
    let dir = write(&folders(&[("acme", values(&[tenant("acme", 0)]))]));
    let report = check(dir.path(), &[]).stdout;
    for (text, said) in [
        ("{ oops".to_owned(), "cannot use report.json for `--with`: it is not a JSON report of symlint\n"),
        ("[]".to_owned(), "it is not a JSON report of symlint\n"),
        (report.replace("\"version\": 1,", "\"version\": 7,"), "it has version 7, and this symlint reads version 1"),
    ] {
        std::fs::write(dir.path().join("report.json"), text).unwrap();
        let run = check(dir.path(), &["--with", "report.json"]);
        assert!(run.code == 2 && run.stderr.contains(said), "{run:?}");
    }
    let run = check(dir.path(), &["--with", "none.json"]);
    assert!(run.code == 2 && run.stderr.contains("cannot read none.json: there is no such file"), "{run:?}");
}

/// A checkout, as a job has it.
fn checkout(text: &str) -> tempfile::TempDir {
    folder(&[("modules/sso_flow/main.tf", FLOW), ("main.tf", &root("./modules/sso_flow")), ("terraform.tfvars", text)])
}

/// Reasons why something outside of all runs was not checked.
pub(super) fn notes(run: &Run) -> Vec<String> {
    let report = run.json();
    let gaps = report["not_checked"].as_array().unwrap();
    gaps.iter().map(|gap| gap["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn checkouts_with_equal_paths_are_distinguished_by_their_tenants() {
    for [acme, bolt] in [["acme", "bolt"], ["this", "this"]] {
        let first = checkout(&values(&[tenant(acme, 0)]));
        let second = checkout(&left_over(&values(&[tenant(bolt, 1)]), [1, 0], 3));
        let report = second.path().join("acme.json");
        std::fs::write(&report, check(first.path(), &[]).stdout).unwrap();
        let run = check(second.path(), &["--with", "acme.json"]);
        let found = said(&run);
        assert!(found.len() == 1 && found[0].starts_with("error duplicate-target-account"), "{found:?}");
        let file = if acme == bolt { "`this` in terraform.tfvars of acme.json" } else { "`acme`" };
        assert!(found[0].contains(&format!("is also used by {file}, which")), "{found:?}");
        assert_eq!(notes(&run), [""; 0]);
        // The root module that is checked now is left out of the report, with a note.
        let run = check(first.path(), &["--with", report.to_str().unwrap()]);
        assert_eq!(said(&run), [""; 0]);
        assert_eq!(notes(&run), [format!("`.` in {} was left out: it is checked now", report.display())]);
    }
    // An older report of the same root module, with a tenant that no longer exists.
    let old = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let dir = checkout(&old);
    std::fs::write(dir.path().join("old.json"), check(dir.path(), &[]).stdout).unwrap();
    let new = left_over(&values(&[tenant("acme", 0), tenant("coil", 2)]), [2, 1], 3);
    std::fs::write(dir.path().join("terraform.tfvars"), new).unwrap();
    let run = check(dir.path(), &["--with", "old.json"]);
    assert_eq!(
        (said(&run).len(), notes(&run)),
        (0, vec!["`.` in old.json was left out: it is checked now, without `bolt`".to_owned()])
    );
}

#[test]
fn values_of_one_root_module_are_compared_across_jobs() {
    let production = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let staging = values(&[tenant("acme", 2), tenant("bolt", 3)]);
    let dir = folder(&[
        ("sso_flow/main.tf", FLOW),
        ("main.tf", &root("./sso_flow")),
        ("envs/production.tfvars", &production),
        ("envs/staging.tfvars", &staging),
    ]);
    let report = |arguments: &[&str]| {
        std::fs::write(dir.path().join("production.json"), check(dir.path(), arguments).stdout).unwrap();
    };
    // Equal keys are one customer, and here it has two organizations. An account belongs to one organization.
    let own = left_over(&staging, [2, 0], 3);
    let crossed = left_over(&staging, [3, 0], 3);
    for arguments in [
        ["envs/production.tfvars", "envs/staging.tfvars"],
        ["--var-file=envs/production.tfvars", "--var-file=envs/staging.tfvars"],
    ] {
        report(&arguments[..1]);
        for (text, number) in [(&staging, 0), (&own, 1), (&crossed, 1)] {
            std::fs::write(dir.path().join("envs/staging.tfvars"), text).unwrap();
            let run = check(dir.path(), &["--with", "production.json", arguments[1]]);
            assert_eq!((said(&run).len(), notes(&run).len()), (number, 0), "{arguments:?}: {run:?}");
        }
    }
}

#[test]
fn a_report_of_a_failed_check_is_not_a_pass() {
    let dir = folder(&[
        ("a/main.tf", VARIABLE),
        ("a/terraform.tfvars", &values(&[tenant("acme", 0)])),
        ("b/main.tf", VARIABLE),
        ("b/terraform.tfvars", "customer_tenants = {\n"),
        ("c/none.txt", ""),
    ]);
    let other = checkout(&values(&[tenant("bolt", 1)]));
    for (paths, code) in [(["a", "c"], 2), (["a", "b"], 1)] {
        let failed = check(dir.path(), &paths);
        assert_eq!(failed.code, code, "{}", failed.stdout);
        let with = dir.path().join("failed.json");
        std::fs::write(&with, failed.stdout).unwrap();
        let run = check(other.path(), &["--with", with.to_str().unwrap()]);
        let summary = &run.json()["summary"];
        assert_eq!(
            (summary["clean"].as_bool(), summary["verdict"].as_str()),
            (Some(false), Some("no findings, but some of it was not checked"))
        );
        assert!(notes(&run)[0].contains("so tenants may be missing in it"), "{:?}", notes(&run));
    }
}

#[test]
fn other_workspaces_are_reported_as_not_checked() {
    let main =
        root("./sso_flow").replace("for_each = var.customer_tenants", "for_each = local.tenants[terraform.workspace]");
    let tenants = |name: &str, text: String| format!("{name} = {{\n{text}}}\n");
    let bolt = left_over(&tenant("bolt", 1), [1, 0], 3);
    let locals = format!(
        "locals {{\n  tenants = {{\n{}{}  }}\n}}\n",
        tenants("prod", tenant("acme", 0)),
        tenants("staging", bolt)
    );
    let dir = folder(&[("sso_flow/main.tf", FLOW), ("main.tf", &main.replace(VARIABLE, &locals))]);
    let found = said(&check(dir.path(), &[]));
    assert!(found.iter().any(|it| it.starts_with("error duplicate-target-account")), "{found:?}");
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).env("TF_WORKSPACE", "prod").run();
    let run = (said(&run), run.json()["runs"][0].clone());
    assert_eq!((run.0.len(), run.1["workspace"].as_str()), (0, Some("prod")));
    let reason = "`terraform.workspace` is `prod` here, so what is different in other workspaces was not checked";
    let gaps = run.1["not_checked"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["code"] == "left-out" && gap["reason"] == reason), "{gaps:?}");
    for format in ["human", "markdown"] {
        let run = Symlint::new(&["check", "--format", format]).dir(dir.path()).env("TF_WORKSPACE", "prod").run();
        assert!(run.code == 0 && run.stdout.contains("`terraform.workspace` is `prod` here"), "{run:?}");
    }
}

#[test]
fn one_mistake_in_a_shared_module_is_one_finding() {
    let customers = ["acme", "bolt", "coil", "dune"].into_iter().enumerate();
    let customers: Vec<(&str, String)> = customers
        .map(|(at, name)| (name, values(&[tenant(&format!("{name}_a"), at), tenant(&format!("{name}_b"), at)])))
        .collect();
    let mut files = folders(&customers);
    let wrong = root("../sso_flow").replace("each.value.target_account_id", "each.value.sso_account_id");
    files.push(("modules/access/main.tf".to_owned(), wrong));
    for (name, text) in &mut files {
        if name.ends_with("/main.tf") && name.starts_with("customers/") {
            let call = "module \"all\" {\n  source           = \"../../modules/access\"\n  customer_tenants = var.customer_tenants\n}\n";
            *text = format!("{VARIABLE}{call}");
        }
    }
    let dir = write(&files);
    let run = check(dir.path(), &["--select", "flow-argument-miswired"]);
    assert_eq!(
        said(&run),
        ["error flow-argument-miswired modules/access/main.tf: argument `account_id` for both tenants (`acme_a`, \
             `acme_b`) comes from `sso_account_id`, not from `target_account_id` (the same in 3 more runs: customers/bolt, \
             customers/coil, customers/dune)"]
    );
    let finding = &run.json()["findings"][0];
    assert_eq!(finding["others"].as_array().unwrap().len(), 8);
    // The pictures of all root modules show it.
    for access in run.json()["access"].as_array().unwrap() {
        assert_eq!(access["account"]["findings"][0], finding["fingerprint"], "{access}");
    }
    // A baseline accepts existing findings, but not those of root modules that are added later.
    Symlint::new(&["check", "--write-baseline", "baseline.json", "customers/acme", "customers/coil"])
        .dir(dir.path())
        .run();
    let run = check(dir.path(), &["--select", "flow-argument-miswired", "--baseline", "baseline.json"]);
    let open = run.json()["findings"].as_array().unwrap().iter().filter(|it| it["suppressed"].is_null()).count();
    assert_eq!((run.json()["findings"].as_array().unwrap().len(), open), (2, 1), "{}", run.stdout);
}

/// The values of a root module for a single customer, whose flows are repeated for grants.
fn granting(name: &str, customer: usize, admin: &str) -> String {
    let [account, instance, set, target] = CUSTOMERS[customer];
    let role = name[..1].to_uppercase() + &name[1..];
    format!(
        r#"customer = "{name}"
connector = {{
  cloud        = "aws"
  instance_arn = "arn:aws:sso:::instance/{instance}"
  region       = "us-east-1"
  role_arn     = "arn:aws:iam::{account}:role/sym/SymSSO{role}"
}}
grants = {{
  read  = {{ set = "arn:aws:sso:::permissionSet/{instance}/{set}", account = "{target}" }}
  admin = {{ set = "arn:aws:sso:::permissionSet/{instance}/ps-a3f0{}", account = "{admin}" }}
}}
"#,
        &set[7..]
    )
}

/// A root module for each customer, or a values file for each, with flows that are repeated for grants.
fn granted(values: &[(&str, &str, String)]) -> tempfile::TempDir {
    let main = r#"variable "customer" {}
variable "connector" {}
variable "grants" {}

module "access" {
  source   = "FLOW"
  for_each = var.grants

  tenant_slug            = "${var.customer}-${each.key}"
  account_id             = each.value.account
  permission_set_arn     = each.value.set
  sso_connector_settings = var.connector
}
"#;
    let mut files = vec![("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned())];
    for (root, file, text) in values {
        let up = "../".repeat(root.split('/').count());
        files.push((format!("{root}/main.tf"), main.replace("FLOW", &format!("{up}modules/sso_flow"))));
        files.push((format!("{root}/{file}"), text.clone()));
    }
    write(&files)
}

#[test]
fn a_root_module_whose_flows_are_repeated_for_grants_is_one_customer() {
    let (acme, bolt) = (granting("acme", 0, "377120945563"), granting("bolt", 1, "268814507739"));
    let of_bolt = |text: &str, part: usize| text.replace(CUSTOMERS[1][part], CUSTOMERS[0][part]);
    let staging = bolt.replace("915827304462", "437790215586").replace("268814507739", "590126683347");
    let cases = [
        ("as they are", bolt.clone(), vec![]),
        ("all", acme.clone(), vec!["warning duplicate-tenant"]),
        ("a target", of_bolt(&bolt, 3), vec!["error duplicate-target-account"]),
        ("an instance", bolt.replacen(CUSTOMERS[1][1], CUSTOMERS[0][1], 1), vec!["error instance-id-mismatch"]),
        ("a role", bolt.replace("SymSSOBolt", "SymSSOAcme"), vec!["error connector-role-foreign"]),
        ("an SSO account", of_bolt(&bolt, 0), vec!["error duplicate-sso-account"]),
    ];
    for (what, text, expected) in cases {
        let roots = granted(&[
            ("live/acme", "terraform.tfvars", acme.clone()),
            ("live/bolt", "terraform.tfvars", text.clone()),
            ("staging/bolt", "terraform.tfvars", staging.clone()),
        ]);
        let files = granted(&[("live", "values/acme.tfvars", acme.clone()), ("live", "values/bolt.tfvars", text)]);
        for (dir, are_roots) in [(roots, true), (files, false)] {
            // Equal values in values files of one root module are those of two environments.
            if what == "all" && !are_roots {
                continue;
            }
            let found = said(&check(dir.path(), &["."]));
            let rules: Vec<String> =
                found.iter().map(|it| it.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
            assert_eq!(rules, expected, "{what}: {found:#?}");
        }
    }
}

#[test]
fn two_organizations_of_one_customer_share_nothing() {
    let production = values(&[tenant("acme", 0), tenant("bolt", 1)]);
    let staging = values(&[tenant("acme", 2), tenant("bolt", 3)]);
    let cases = [
        (staging.clone(), None),
        (left_over(&staging, [2, 0], 3), Some("duplicate-target-account")),
        (staging.replace(CUSTOMERS[2][3], CUSTOMERS[0][0]), Some("target-is-foreign-sso-account")),
        (staging.replace(CUSTOMERS[2][1], CUSTOMERS[0][1]), Some("duplicate-instance")),
        (left_over(&staging, [2, 0], 0), Some("duplicate-sso-account")),
    ];
    for (staging, rule) in cases {
        let dir = write(&[
            ("sso_flow/main.tf".to_owned(), FLOW.to_owned()),
            ("main.tf".to_owned(), root("./sso_flow")),
            ("envs/production.tfvars".to_owned(), production.clone()),
            ("envs/staging.tfvars".to_owned(), staging),
        ]);
        let found = said(&check(dir.path(), &["."]));
        let is_it = |found: &String| rule.is_some_and(|rule| found.starts_with(&format!("error {rule} envs/staging")));
        assert!(found.len() == usize::from(rule.is_some()) && found.iter().all(is_it), "{rule:?}: {found:#?}");
    }
}

/// A root module with a connector and two calls, or with all values in one call.
fn written(name: &str, customer: usize, role_of: (&str, usize), are_two: bool) -> String {
    let [account, instance, set, target] = CUSTOMERS[customer];
    let role = role_of.0[..1].to_uppercase() + &role_of.0[1..];
    let connector = format!(
        r#"{{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/{instance}"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::{}:role/sym/SymSSO{role}"
  }}"#,
        CUSTOMERS[role_of.1][0]
    );
    let call = |part: &str, connector: &str, digit: &str| {
        format!(
            r#"module "access_{part}" {{
  source                 = "../../modules/sso_flow"
  tenant_slug            = "{name}{part}"
  account_id             = "{target}"
  permission_set_arn     = "arn:aws:sso:::permissionSet/{instance}/{}{digit}"
  sso_connector_settings = {connector}
}}
"#,
            &set[..set.len() - 1]
        )
    };
    let calls = match are_two {
        true => format!(
            "locals {{\n  connector = {connector}\n}}\n{}{}",
            call("-read", "local.connector", "1"),
            call("-admin", "local.connector", "2")
        ),
        false => call("", &connector, "1"),
    };
    format!(
        "{calls}module \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  account_id_safelist = [\"{account}\"]\n}}\n"
    )
}

#[test]
fn the_account_of_a_copied_role_is_not_missing_in_the_safelist() {
    for are_two in [false, true] {
        for (role, expected) in [(("bolt", 1), 0), (("acme", 0), 1)] {
            let dir = write(&[
                ("modules/sso_flow/main.tf".to_owned(), FLOW.to_owned()),
                ("customers/acme/main.tf".to_owned(), written("acme", 0, ("acme", 0), are_two)),
                ("customers/bolt/main.tf".to_owned(), written("bolt", 1, role, are_two)),
            ]);
            let found = said(&check(dir.path(), &["."]));
            let is_it = |found: &String| found.starts_with("error connector-role-foreign customers/bolt/main.tf");
            assert!(found.len() == expected && found.iter().all(is_it), "{are_two}: {found:#?}");
        }
    }
}

/// A root module for each customer. The configuration does not use the account, so only other root modules show what it
/// is.
#[test]
fn other_root_modules_show_which_attribute_is_the_account() {
    let flow = r#"
variable "label" {}
variable "assume" {}
variable "center" {}
variable "target" {}
variable "set" {}

resource "sym_integration" "this" {
  type        = "permission_context"
  name        = var.label
  external_id = var.center
  settings    = { cloud = "aws", instance_arn = var.center, region = "us-east-1", role_arn = var.assume }
}
resource "sym_target" "this" {
  type     = "aws_sso_permission_set"
  name     = var.label
  settings = { permission_set_arn = var.set, account_id = var.target }
}
resource "sym_strategy" "this" {
  type           = "aws_sso"
  name           = var.label
  integration_id = sym_integration.this.id
  targets        = [sym_target.this.id]
  settings       = { instance_arn = var.center }
}
"#;
    let root = |key: &str, customer: usize, account: &str| {
        let [own, instance, set, target] = CUSTOMERS[customer];
        format!(
            r#"locals {{
  customer = {{
    name         = "{key}"
    mgmt_account = {}
    idc          = "arn:aws:sso:::instance/{instance}"
    role         = "arn:aws:iam::{own}:role/sym/SymSSO{}"
    set          = "arn:aws:sso:::permissionSet/{instance}/{set}"
    workload     = "{target}"
  }}
}}
module "flow" {{
  source = "../../modules/flow"
  label  = local.customer.name
  assume = local.customer.role
  center = local.customer.idc
  target = local.customer.workload
  set    = local.customer.set
}}
"#,
            account.replace("OWN", &format!("\"{own}\"")),
            key[..1].to_uppercase() + &key[1..],
        )
    };
    let found = |account: &str| {
        let dir = folder(&[
            ("modules/flow/main.tf", flow),
            ("live/acme/main.tf", &root("acme", 0, "OWN")),
            ("live/bolt/main.tf", &root("bolt", 1, "OWN")),
            ("live/cobalt/main.tf", &root("cobalt", 2, account)),
        ]);
        Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run().findings()
    };
    let none: [&str; 0] = [];
    assert_eq!(found("OWN"), none);
    assert_eq!(found("\"719240583316\""), ["role-account-mismatch cobalt"]);
    assert_eq!(found("\"04826173990\""), ["account-id-format cobalt"]);
    assert_eq!(found("\"\""), ["missing-attribute cobalt"]);
    assert_eq!(found("null"), ["missing-attribute cobalt"]);
    // The account in a root module's own role takes precedence over what others show.
    let own = CUSTOMERS[2];
    let other = root("cobalt", 2, "\"111122223333\"").replace("name  ", &format!("payer = \"{}\"\n    name  ", own[0]));
    let dir = folder(&[
        ("modules/flow/main.tf", flow),
        ("live/acme/main.tf", &root("acme", 0, "OWN")),
        ("live/bolt/main.tf", &root("bolt", 1, "OWN")),
        ("live/cobalt/main.tf", &other),
    ]);
    let run = Symlint::new(&["check", "--format", "json"]).dir(dir.path()).run();
    assert_eq!(run.findings(), none);
}
