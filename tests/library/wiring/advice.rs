//! Findings must name the wrong value and say how to correct it, so that following the advice leads to the right setup.

use super::{CALL, MODULE, VALUES, VARIABLES, tell};

/// A setup, and its findings: the rule, the text at the finding, and phrases that its texts must contain.
pub(super) type Case<'a> = (&'a str, &'a [(&'a str, String)], &'a [(&'a str, &'a str, &'a [&'a str])]);

pub(super) fn hold(cases: &[Case<'_>]) {
    use std::fmt::Write;
    let mut failures = String::new();
    for (what, files, expected) in cases {
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let found = tell(&files, |finding, project| {
            let related =
                finding.related.iter().map(|it| format!("{}: {}", project.sources().text(it.span), it.message));
            let said: Vec<String> = [finding.message.clone(), finding.help.clone().unwrap_or_default()]
                .into_iter()
                .chain(related)
                .collect();
            (finding.rule.to_owned(), project.sources().text(finding.span).to_string(), said.join("\n"))
        });
        let is_it = |(rule, text, said): &(String, String, String), expected: &(&str, &str, &[&str])| {
            rule == expected.0 && text == expected.1 && expected.2.iter().all(|part| said.contains(part))
        };
        if found.len() != expected.len() || !found.iter().zip(*expected).all(|(found, expected)| is_it(found, expected))
        {
            writeln!(failures, "{what}:\n  expected {expected:#?}\n  found    {found:#?}").unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Replaces each of these once in `text`.
pub(super) fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

const ORGANIZATIONS: &str = r#"module "runtime" {
  source              = "symopsio/runtime-connector/aws"
  environment         = "main"
  account_id_safelist = [for it in local.organizations : it.account_id]
}

module "access" {
  source             = "./sso_flow"
  for_each           = local.access
  tenant_slug        = each.key
  account_id         = each.value.account
  permission_set_arn = each.value.permission_set
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = local.organizations[each.value.organization].instance
    region       = local.organizations[each.value.organization].region
    role_arn     = local.organizations[each.value.organization].role
  }
}

locals {
  organizations = {
    amber_fox = {
      account_id = "469017238154"
      instance   = "arn:aws:sso:::instance/ssoins-72234f0ba190d9a9"
      region     = "us-east-1"
      role       = "arn:aws:iam::469017238154:role/sym/SymSSOAmber-Fox"
    }
    slate_owl = {
      account_id = "310574603692"
      instance   = "arn:aws:sso:::instance/ssoins-7223922ecf4739db"
      region     = "us-east-1"
      role       = "arn:aws:iam::310574603692:role/sym/SymSSOSlate-Owl"
    }
  }
  access = {
    amber_fox_admin = {
      organization   = "amber_fox"
      permission_set = "arn:aws:sso:::permissionSet/ssoins-72234f0ba190d9a9/ps-51b5d37804430073"
      account        = "458818622340"
    }
    slate_owl_admin = {
      organization   = "slate_owl"
      permission_set = "arn:aws:sso:::permissionSet/ssoins-7223922ecf4739db/ps-a13a8ea1d42e541c"
      account        = "836261564705"
    }
    slate_owl_readonly = {
      organization   = "slate_owl"
      permission_set = "arn:aws:sso:::permissionSet/ssoins-7223922ecf4739db/ps-3a9012c0f462cb55"
      account        = "836261564705"
    }
  }
}
"#;

/// If everything else in an entry belongs to another organization, the reference to the organization is wrong.
#[test]
fn an_entry_with_the_wrong_organization_is_told_the_right_one() {
    let organization = "organization   = \"slate_owl\"";
    let other = "organization   = \"amber_fox\"";
    let choose = |times: usize| vec![("main.tf", with(ORGANIZATIONS, &vec![(organization, other); times])), flow()];
    let mistake: (&str, &str, &[&str]) = (
        "instance-id-mismatch",
        "amber_fox",
        &[
            "`organization` is `amber_fox`, but",
            "belongs to `slate_owl`'s instance",
            "Set `organization` to `slate_owl`",
        ],
    );
    let copied = [("ssoins-7223922ecf4739db/ps-a13a8ea1d42e541c", "ssoins-72234f0ba190d9a9/ps-51b5d37804430073")];
    hold(&[
        ("as it is", &choose(0), &[]),
        ("one", &choose(1), &[mistake]),
        // No entry refers to the right organization any more.
        ("both", &choose(2), &[mistake, mistake]),
        (
            "a permission set that was copied",
            &[("main.tf", with(ORGANIZATIONS, &copied)), flow()],
            &[(
                "instance-id-mismatch",
                "ssoins-72234f0ba190d9a9",
                &["Copy the instance and the permission set again from this tenant's own"],
            )],
        ),
        (
            "one that there is not",
            &[("main.tf", with(ORGANIZATIONS, &[(organization, "organization   = \"slate_wol\"")])), flow()],
            &[(
                "evaluation-error",
                "slate_wol",
                &["`local.organizations` has no key `slate_wol`; did you mean `slate_owl`?", "Write `slate_owl`."],
            )],
        ),
        (
            "its role",
            &[
                (
                    "main.tf",
                    with(
                        ORGANIZATIONS,
                        &[("310574603692:role/sym/SymSSOSlate-Owl", "469017238154:role/sym/SymSSOAmber-Fox")],
                    ),
                ),
                flow(),
            ],
            &[(
                "role-account-mismatch",
                "469017238154",
                &[
                    "which is `amber_fox`'s",
                    "Requests for `slate_owl` would act in `amber_fox`'s account",
                    "Use `role_arn` from the `settings` output of `slate_owl`'s connector",
                ],
            )],
        ),
    ]);
}

fn flow() -> (&'static str, String) {
    ("sso_flow/main.tf", MODULE.to_owned())
}

/// The values with `changes`, as a map like that in the example.
fn values(changes: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let main = format!("{VARIABLES}{CALL}");
    vec![("main.tf", main), flow(), ("terraform.tfvars", with(VALUES, changes))]
}

const INSTANCE: (&str, &str) = ("instance/ssoins-68042f7d9be0a513", "instance/ssoins-7223a91be40c5d68");
const REGION: (&str, &str) = ("eu-west-1", "us-east-1");

/// If several values were copied together, the finding names all of them.
#[test]
fn copied_settings_are_replaced_as_a_whole() {
    let role = ("280365914472:role/sym/SymSSOGreen-Valley", "719240583316:role/sym/SymSSOBlue-Harbour");
    let grant = ("ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275", "ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63");
    hold(&[
        (
            "the settings",
            &values(&[INSTANCE, REGION, role]),
            &[(
                "role-account-mismatch",
                "719240583316",
                &[
                    "us-east-1: also `blue_harbour`'s",
                    "Replace all of `sso_connector_settings` with the `settings` output of `green_valley`'s connector",
                ],
            )],
        ),
        (
            "a role",
            &values(&[role]),
            &[("role-account-mismatch", "719240583316", &["Use `role_arn` from the `settings` output"])],
        ),
        (
            "all but the account and the role",
            &values(&[INSTANCE, REGION, grant, ("915827304462", "604178239951")]),
            &[(
                "duplicate-instance",
                "ssoins-7223a91be40c5d68",
                &[
                    "us-east-1: also `blue_harbour`'s",
                    "ps-5e1b09c7d2a84f63: also `blue_harbour`'s",
                    "604178239951: also `blue_harbour`'s",
                ],
            )],
        ),
    ]);
}

/// Two swapped names are one cause, and a copied key is reported together with its role.
#[test]
fn swapped_names_and_copied_keys_are_one_finding() {
    let names = [
        ("SymSSOGreen-Valley", "SymSSOX"),
        ("SymSSORed-Canyon", "SymSSOGreen-Valley"),
        ("SymSSOX", "SymSSORed-Canyon"),
    ];
    hold(&[
        (
            "the names of roles",
            &values(&names),
            &[(
                "connector-role-foreign",
                "SymSSORed-Canyon",
                &["`green_valley` and `red_canyon` are named after each other"],
            )],
        ),
        (
            "a key",
            &values(&[("green_valley =", "Red-Canyon =")]),
            &[(
                "slug-collision",
                "Red-Canyon",
                &["Rename this entry after the customer of role `SymSSOGreen-Valley` if it is for that customer"],
            )],
        ),
    ]);
}

const CALLS: &str = r#"module "blue_harbour" {
  source             = "./sso_flow"
  tenant_slug        = "blue-harbour"
  account_id         = "604178239951"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63"
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
  }
}

module "green_valley" {
  source             = "./sso_flow"
  tenant_slug        = "green-valley"
  account_id         = "915827304462"
  permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275"
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/ssoins-68042f7d9be0a513"
    region       = "eu-west-1"
    role_arn     = "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley"
  }
}
"#;

/// If two calls have the same name, the one whose role is not named after it is wrong, whichever comes first.
#[test]
fn a_copied_name_in_a_call_is_reported_in_that_call() {
    let calls = |from, to| [("main.tf", with(CALLS, &[(from, to)])), flow()];
    hold(&[
        (
            "the second",
            &calls("\"green-valley\"", "\"blue-harbour\""),
            &[(
                "slug-collision",
                "blue-harbour",
                &[
                    "`tenant_slug` is `blue-harbour` in both `module.green_valley` and `module.blue_harbour`",
                    "Set `tenant_slug` to `green-valley` if this call is for that customer: the role of `module.green_valley`",
                ],
            )],
        ),
        (
            "the first",
            &calls("\"blue-harbour\"", "\"green-valley\""),
            &[(
                "slug-collision",
                "green-valley",
                &[
                    "in both `module.blue_harbour` and",
                    "Set `tenant_slug` to `blue-harbour` if this call is for that customer",
                ],
            )],
        ),
    ]);
}

const GRANTS: &str = r#"variable "tenants" {
  type = map(object({
    sso_account_id = string
    region         = optional(string, "us-east-1")
    instance_arn   = string
    role_arn       = string
    grants         = list(object({ permission_set_arn = string, account_id = string }))
  }))
}

module "access" {
  source             = "./sso_flow"
  for_each           = merge([for key, it in var.tenants : { for at, grant in it.grants : "${key}-${at}" => merge(it, grant) }]...)
  tenant_slug        = each.key
  account_id         = each.value.account_id
  permission_set_arn = each.value.permission_set_arn
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = each.value.instance_arn
    region       = each.value.region
    role_arn     = each.value.role_arn
  }
}
"#;

const GRANTED: &str = r#"tenants = {
  green_valley = {
    sso_account_id = "280365914472"
    region         = "eu-west-1"
    instance_arn   = "arn:aws:sso:::instance/ssoins-68042f7d9be0a513"
    role_arn       = "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley"
    grants = [
      {
        permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275"
        account_id         = "915827304462"
      },
    ]
  }
}
"#;

/// A misspelled attribute is one finding wherever it is, and the value that takes effect instead is named.
#[test]
fn a_misspelled_attribute_is_one_finding() {
    let files = |from, to| [("main.tf", GRANTS.to_owned()), flow(), ("terraform.tfvars", with(GRANTED, &[(from, to)]))];
    hold(&[
        (
            "in a grant",
            &files("account_id         =", "acount_id          ="),
            &[("missing-attribute", "{", &["lacks `account_id`; `acount_id` is probably misspelled"])],
        ),
        (
            "one with a default",
            &files("region ", "regoin "),
            &[("unknown-attribute", "regoin", &["uses the default of `region`, `us-east-1`; did you mean `region`?"])],
        ),
    ]);
}

/// If tenants are named after their files, a copied tenant is reported in its own file.
#[test]
fn a_copied_file_is_reported_in_the_copy() {
    let main = r#"locals {
  tenants = { for it in fileset(path.module, "tenants/*.yaml") : trimsuffix(basename(it), ".yaml") => yamldecode(file(it)) }
}

"#;
    let yaml = |account: &str, name: &str| {
        format!(
            "# {name}\nsso_account_id: \"{account}\"\nsso_connector_settings:\n  cloud: aws\n  instance_arn: \
             arn:aws:sso:::instance/ssoins-7223a91be40c5d68\n  region: us-east-1\n  role_arn: \
             arn:aws:iam::{account}:role/sym/SymSSO{name}\npermission_set_arn: \
             arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\ntarget_account_id: \"604178239951\"\n"
        )
    };
    hold(&[(
        "copied",
        &[
            ("main.tf", format!("{main}{}", CALL.replace("var.customer_tenants", "local.tenants"))),
            flow(),
            ("tenants/blue_harbour.yaml", yaml("719240583316", "Blue-Harbour")),
            ("tenants/green_valley.yaml", yaml("719240583316", "Green-Valley")),
        ],
        &[(
            "duplicate-tenant",
            "sso_account_id: \"719240583316\"",
            &["Find out which of the two is the copy", "`blue_harbour` is defined here"],
        )],
    )]);
    hold(&[(
        "with the role",
        &[
            ("main.tf", format!("{main}{}", CALL.replace("var.customer_tenants", "local.tenants"))),
            flow(),
            ("tenants/blue_harbour.yaml", yaml("719240583316", "Blue-Harbour")),
            ("tenants/green_valley.yaml", yaml("719240583316", "Blue-Harbour")),
        ],
        &[(
            "duplicate-tenant",
            "sso_account_id: \"719240583316\"",
            &[
                "Replace all values of `green_valley` with its own. Remove it only if it is the same customer. Until then, its requests grant access to `blue_harbour`.",
            ],
        )],
    )]);
}

const TABLES: &str = r#"locals {
  accounts = { blue_harbour = "604178239951", green_valley = "915827304462" }
  regions  = { blue_harbour = "us-east-1", green_valley = "eu-west-1" }
  roles = {
    blue_harbour = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
    green_valley = "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley"
  }
  instances = { blue_harbour = "ssoins-7223a91be40c5d68", green_valley = "ssoins-68042f7d9be0a513" }
  sets      = { blue_harbour = "ps-5e1b09c7d2a84f63", green_valley = "ps-b3c8f10a6e4d9275" }
}

module "access" {
  source             = "./sso_flow"
  for_each           = local.accounts
  tenant_slug        = each.key
  account_id         = each.value
  permission_set_arn = "arn:aws:sso:::permissionSet/${local.instances[each.key]}/${local.sets[each.key]}"
  sso_connector_settings = {
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/${local.instances[each.key]}"
    region       = local.regions[each.key]
    role_arn     = local.roles[each.key]
  }
}
"#;

/// The finding names the key that is missing and the map that lacks it.
#[test]
fn a_missing_key_is_named_with_its_map() {
    hold(&[(
        "a region",
        &[("main.tf", with(TABLES, &[(", green_valley = \"eu-west-1\"", "")])), flow()],
        &[(
            "evaluation-error",
            "each.key",
            &["`local.regions` has no key `green_valley`", "Add the key", "green_valley: the key comes from here"],
        )],
    )]);
}

const RESOURCES: &str = r#"variable "customer_tenants" {}

resource "sym_integration" "sso" {
  for_each    = var.customer_tenants
  type        = "permission_context"
  name        = "ctx-${each.key}"
  external_id = each.value.sso_connector_settings.instance_arn
  settings    = each.value.sso_connector_settings
}

resource "sym_target" "sso" {
  for_each = var.customer_tenants
  type     = "aws_sso_permission_set"
  name     = "tgt-${each.key}"
  settings = { permission_set_arn = each.value.permission_set_arn, account_id = each.value.target_account_id }
}

resource "sym_strategy" "sso" {
  for_each       = var.customer_tenants
  type           = "aws_sso"
  name           = "str-${each.key}"
  integration_id = sym_integration.sso[each.key].id
  targets        = [sym_target.sso[each.key].id]
  settings       = { instance_arn = each.value.sso_connector_settings.instance_arn }
}

resource "sym_flow" "sso" {
  for_each       = var.customer_tenants
  name           = "flow-${each.key}"
  implementation = "impl.py"
  params {
    strategy_id = sym_strategy.sso[each.key].id
  }
}
"#;

/// The advice contains the exact reference to write.
#[test]
fn the_advice_has_the_reference_to_write() {
    let files = |from, to| [("main.tf", with(RESOURCES, &[(from, to)])), ("terraform.tfvars", VALUES.to_owned())];
    hold(&[
        (
            "no target",
            &files("[sym_target.sso[each.key].id]", "[]"),
            &[(
                "flow-resource-miswired",
                "[]",
                &["`targets` of `sym_strategy.sso` is empty", "Use `[sym_target.sso[each.key].id]`."],
            )],
        ),
        (
            "another's integration",
            &files("sym_integration.sso[each.key].id", "sym_integration.sso[\"red_canyon\"].id"),
            &[(
                "flow-resource-miswired",
                "sym_integration.sso[\"red_canyon\"].id",
                &["Use `sym_integration.sso[each.key].id`."],
            )],
        ),
    ]);
}

/// A region that all tenants share belongs to none of them, and an account in the safelist that is not a tenant's may
/// be your own.
#[test]
fn a_value_that_all_tenants_share_belongs_to_none() {
    let call = CALL.replace(
        "each.value.sso_connector_settings",
        "merge(each.value.sso_connector_settings, { region = \"us-east-1\" })",
    );
    let safelist = |accounts: &str| {
        format!(
            "{VARIABLES}{CALL}\nmodule \"runtime\" {{\n  source = \"symopsio/runtime-connector/aws\"\n  environment = \"main\"\n  \
             account_id_safelist = [{accounts}]\n}}\n"
        )
    };
    let settings = r#"{
    cloud        = "aws"
    instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
    region       = "us-east-1"
    role_arn     = "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"
  }"#;
    hold(&[
        (
            "a region",
            &[("main.tf", format!("{VARIABLES}{call}")), flow(), ("terraform.tfvars", VALUES.to_owned())],
            &[(
                "flow-argument-miswired",
                "us-east-1",
                &["is always `us-east-1`, but 2 of 3 tenants (`green_valley`, `red_canyon`) have a different"],
            )],
        ),
        (
            "settings that are one tenant's",
            &[
                ("main.tf", with(CALL, &[("each.value.sso_connector_settings", settings)])),
                ("variables.tf", VARIABLES.to_owned()),
                flow(),
                ("terraform.tfvars", VALUES.to_owned()),
            ],
            &[(
                "flow-argument-miswired",
                "arn:aws:sso:::instance/ssoins-7223a91be40c5d68",
                &["Pass `each.value.sso_connector_settings`."],
            )],
        ),
        (
            "another account",
            &[
                ("main.tf", safelist("\"719240583316\", \"280365914472\", \"530918274466\"")),
                flow(),
                ("terraform.tfvars", VALUES.to_owned()),
            ],
            &[(
                "safelist-incomplete",
                "530918274466",
                &[
                    "\n\nIf 530918274466 is your own account, set this in .symlint.hcl:\n\n    host_accounts = [\"530918274466\"]",
                ],
            )],
        ),
    ]);
}

/// Swaps two texts.
fn exchanged(text: &str, first: &str, second: &str) -> String {
    assert!(text.contains(first) && text.contains(second), "{first} {second}");
    text.replace(first, "\0").replace(second, first).replace('\0', second)
}

/// Values that two tenants swapped are one cause, and the finding names both tenants.
#[test]
fn swapped_values_of_two_tenants_are_one_finding() {
    let files = |values: String| {
        vec![("main.tf", CALL.to_owned()), flow(), ("variables.tf", VARIABLES.to_owned()), ("terraform.tfvars", values)]
    };
    let roles = [
        "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour",
        "arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley",
    ];
    let instances = ["instance/ssoins-7223a91be40c5d68", "instance/ssoins-68042f7d9be0a513"];
    let role = exchanged(VALUES, roles[0], roles[1]);
    let both = exchanged(&role, instances[0], instances[1]);
    let account = exchanged(VALUES, "id = \"719240583316", "id = \"280365914472");
    let names = exchanged(VALUES, "SymSSOBlue-Harbour", "SymSSOGreen-Valley");
    // A role name that all tenants share does not show which one it belongs to.
    let nameless =
        ["Blue-Harbour", "Green-Valley", "Red-Canyon"].iter().fold(role.clone(), |text, name| text.replace(name, ""));
    let constant = (".symlint.hcl", "connector { role_name = \"SymSSO\" }".to_owned());
    let nameless = files(nameless).into_iter().chain([constant]).collect::<Vec<_>>();
    let swapped = "was probably swapped with `green_valley`'s: each one's role is in the other's account";
    hold(&[
        (
            "roles",
            &files(role),
            &[(
                "role-account-mismatch",
                "280365914472",
                &["`role_arn` was", swapped, "Replace all connector settings of both"],
            )],
        ),
        (
            "connectors",
            &files(both),
            &[("role-account-mismatch", "280365914472", &[swapped, "Replace all connector settings of both"])],
        ),
        (
            "accounts",
            &files(account),
            &[(
                "role-account-mismatch",
                "280365914472",
                &["`sso_account_id` was", swapped, "Exchange the two if 719240583316"],
            )],
        ),
        (
            "roles without names",
            &nameless,
            &[(
                "role-account-mismatch",
                "280365914472",
                &["`role_arn` or `sso_account_id` was", swapped, "before you change either"],
            )],
        ),
        (
            "names",
            &files(names),
            &[(
                "connector-role-foreign",
                "SymSSOGreen-Valley",
                &["`blue_harbour` and `green_valley` are named after each other", "or the two keys"],
            )],
        ),
    ]);
}

/// If the second value of a duplicate attribute is wrong, the duplicate is the cause.
#[test]
fn a_wrong_duplicate_is_one_finding() {
    let files = |values: String| {
        vec![("main.tf", CALL.to_owned()), flow(), ("variables.tf", VARIABLES.to_owned()), ("terraform.tfvars", values)]
    };
    let twice = |first: &str, second: &str| with(VALUES, &[(first, &format!("{first}\n    {second}"))]);
    let target = "target_account_id  = \"604178239951\"";
    let account = "sso_account_id = \"280365914472\"";
    let decoded = CALL.replace("var.customer_tenants", "yamldecode(file(\"all.yaml\"))");
    let is_written = |line: &&str| !line.trim().is_empty() && line.trim() != "}" && !line.starts_with('c');
    let yaml = VALUES.replace(" = {", ":").replace(" = ", ": ");
    let yaml = yaml.lines().filter(is_written).map(|line| format!("{line}\n")).collect::<String>();
    let once = "    sso_account_id: \"719240583316\"\n";
    let yaml = with(&yaml, &[(once, &format!("{once}    sso_account_id: \"280365914472\"\n"))]);
    hold(&[
        (
            "a target, which a later tenant has",
            &files(twice(target, "target_account_id = \"915827304462\"")),
            &[(
                "duplicate-key",
                "target_account_id",
                &["915827304462: `target_account_id` 915827304462 is also used by `blue_harbour`"],
            )],
        ),
        (
            "an account",
            &files(twice(account, "sso_account_id = \"719240583316\"")),
            &[(
                "duplicate-key",
                "sso_account_id",
                &["719240583316: `sso_account_id` is 719240583316, which is `blue_harbour`'s"],
            )],
        ),
        (
            "the same account",
            &files(twice(
                "role_arn     = \"arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley\"",
                "role_arn = \"arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley\"",
            )),
            &[("duplicate-key", "role_arn", &["Delete one of the two"])],
        ),
        (
            "an account in YAML",
            &[("main.tf", decoded.to_owned()), ("all.yaml", yaml), flow()],
            &[(
                "duplicate-key",
                "sso_account_id",
                &["280365914472: `sso_account_id` is 280365914472, which is `green_valley`'s"],
            )],
        ),
        // A warning cannot replace an error.
        (
            "a warning",
            &[
                files(twice(account, "sso_account_id = \"719240583316\"")),
                vec![(".symlint.hcl", "rule \"duplicate-key\" { level = \"warning\" }".to_owned())],
            ]
            .concat(),
            &[
                ("duplicate-key", "sso_account_id", &[]),
                ("role-account-mismatch", "719240583316", &["which is `blue_harbour`'s"]),
            ],
        ),
    ]);
}

#[test]
fn an_account_that_is_both_target_and_in_the_role_has_no_fix() {
    let tenants = "locals {\n  units = {\n    blue_harbour = { hub = \"129040479666\", spoke = \"504925899139\", set = \
                   \"arn:aws:sso:::permissionSet/ssoins-7223f876ffc474c0/ps-e4b314f68d9dcbd7\" }\n    red_canyon = { hub = \
                   \"466109906958\", spoke = \"526678698198\", set = \
                   \"arn:aws:sso:::permissionSet/ssoins-72238932ff2b2d40/ps-871902316d9841aa\" }\n  }\n}\n";
    let call = "module \"access\" {\n  source = \"./sso_flow\"\n  for_each = local.units\n  tenant_slug = each.key\n  \
                account_id = each.value.spoke\n  permission_set_arn = each.value.set\n  sso_connector_settings = {\n    \
                cloud = \"aws\"\n    instance_arn = \"arn:aws:sso:::instance/${split(\"/\", each.value.set)[1]}\"\n    \
                region = \"us-east-1\"\n    role_arn = \
                \"arn:aws:iam::${each.value.hub}:role/sym/SymSSO${title(each.key)}\"\n  }\n}\n";
    let set_up = |call: &str| vec![("main.tf", format!("{tenants}{call}")), flow()];
    let both = set_up(&with(call, &[("each.value.hub", "each.value.spoke")]));
    let undecided: &[&str] = &["The role is built from `spoke` as well", "which of them is the SSO account"];
    hold(&[
        ("each where it belongs", &set_up(call), &[]),
        ("one account for both", &both, &[("flow-argument-miswired", "each.value.spoke", undecided)]),
    ]);
    let files: Vec<(&str, &str)> = both.iter().map(|(name, text)| (*name, text.as_str())).collect();
    assert_eq!(tell(&files, |finding, _| finding.fixes.len()), [0]);
}
