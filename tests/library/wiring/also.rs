//! What messages say next to what is wrong: everything to replace, what is there instead, and the line to write.

use super::advice::{hold, with};
use super::{CALL, MODULE, VALUES, VARIABLES};

const SAFELIST: &str = "module \"runtime\" {\n  source = \"symopsio/runtime-connector/aws\"\n  \
                        account_id_safelist = [for it in var.customer_tenants : it.sso_account_id]\n}\n";

fn files(call: String, values: String) -> Vec<(&'static str, String)> {
    vec![
        ("main.tf", call),
        ("sso_flow/main.tf", MODULE.to_owned()),
        ("variables.tf", VARIABLES.to_owned()),
        ("terraform.tfvars", values),
    ]
}

const SETTINGS: &[(&str, &str)] = &[
    ("ssoins-68042f7d9be0a513\"", "ssoins-7223a91be40c5d68\""),
    ("eu-west-1", "us-east-1"),
    ("arn:aws:iam::280365914472:role/sym/SymSSOGreen-Valley", "arn:aws:iam::719240583316:role/sym/SymSSOBlue-Harbour"),
];
const PERMISSION_SET: (&str, &str) =
    ("ssoins-68042f7d9be0a513/ps-b3c8f10a6e4d9275", "ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63");
const ACCOUNT: (&str, &str) = ("sso_account_id = \"280365914472\"", "sso_account_id = \"719240583316\"");

/// Where several values are another tenant's, the headline names them and the help names all to replace.
#[test]
fn all_that_was_copied_is_named() {
    let settings = with(VALUES, SETTINGS);
    let with_set = with(&settings, &[PERMISSION_SET]);
    let with_account = with(&with_set, &[ACCOUNT]);
    let role = with(VALUES, &[SETTINGS[2]]);
    let role_and_account = with(&role, &[ACCOUNT]);
    let target = with(VALUES, &[PERMISSION_SET, ("915827304462", "604178239951")]);
    let replace = "Replace all of `sso_connector_settings` with the `settings` output of `green_valley`'s connector.";
    hold(&[
        (
            "settings and permission set",
            &files(CALL.to_owned(), with_set),
            &[(
                "role-account-mismatch",
                "719240583316",
                &[replace, "Also replace `permission_set_arn`: `blue_harbour` has the same value."],
            )],
        ),
        (
            "with the account",
            &files(CALL.to_owned(), with_account),
            &[(
                "connector-role-foreign",
                "SymSSOBlue-Harbour",
                &[
                    "`green_valley` has `blue_harbour`'s role `SymSSOBlue-Harbour`, SSO account, instance, and permission set\n",
                    replace,
                    "Also replace `sso_account_id` and `permission_set_arn`: `blue_harbour` has the same values. Sym would use",
                ],
            )],
        ),
        (
            "a role and its account",
            &files(CALL.to_owned(), role_and_account),
            &[(
                "connector-role-foreign",
                "SymSSOBlue-Harbour",
                &[
                    "`green_valley` has `blue_harbour`'s role `SymSSOBlue-Harbour` and SSO account\n",
                    "Also replace `sso_account_id`: `blue_harbour` has the same value.",
                ],
            )],
        ),
        (
            "a grant",
            &files(CALL.to_owned(), target),
            &[(
                "instance-id-mismatch",
                "ssoins-7223a91be40c5d68",
                &["Also replace `target_account_id`: `blue_harbour` has the same value."],
            )],
        ),
    ]);
}

/// A call that lacks an argument is shown the line; a list of the wrong accounts is told which they are.
#[test]
fn what_is_there_and_what_to_write() {
    let lacks = |line: &str| with(CALL, &[(line, "")]);
    let set = lacks("  permission_set_arn     = each.value.permission_set_arn\n");
    let near = with(VALUES, &[("915827304462", "280365914473")]);
    hold(&[
        (
            "a value",
            &files(set, VALUES.to_owned()),
            &[(
                "flow-argument-missing",
                "access",
                &[
                    "Add this to the call, or Terraform rejects the plan:\n\n    permission_set_arn = each.value.permission_set_arn",
                ],
            )],
        ),
        (
            "the key",
            &files(lacks("  tenant_slug            = each.key\n"), VALUES.to_owned()),
            &[("flow-argument-missing", "access", &["    tenant_slug = each.key"])],
        ),
        (
            "an argument too many",
            &files(with(CALL, &[("tenant_slug ", "workloads = 1\n  tenant_slug ")]), VALUES.to_owned()),
            &[(
                "flow-argument-unknown",
                "workloads",
                &["`module.access` passes `workloads`, which `./sso_flow` does not declare\n", "Delete the argument"],
            )],
        ),
        (
            "other accounts",
            &files(
                format!("{CALL}{}", SAFELIST.replace("it.sso_account_id", "it.target_account_id")),
                VALUES.to_owned(),
            ),
            &[(
                "safelist-incomplete",
                "[for it in var.customer_tenants : it.target_account_id]",
                &["it contains `target_account_id`, not `sso_account_id`\n"],
            )],
        ),
        (
            "an account that is nearly another of the same tenant",
            &files(format!("{CALL}{SAFELIST}"), near),
            &[(
                "near-duplicate-id",
                "280365914473",
                &[
                    "differs from this tenant's own `sso_account_id` 280365914472 by only one digit",
                    "the customer sent",
                ],
            )],
        ),
        (
            "a loop variable",
            &[
                (
                    "main.tf",
                    CALL.replace(
                        "= var.customer_tenants",
                        "= { for path, it in var.customer_tenants : path.module => it }",
                    ),
                ),
                ("sso_flow/main.tf", MODULE.to_owned()),
                ("variables.tf", VARIABLES.to_owned()),
                ("terraform.tfvars", VALUES.to_owned()),
            ],
            &[(
                "evaluation-error",
                "module",
                &["a string has no attribute `module`; `path` is the loop variable here"],
            )],
        ),
        (
            "a name that is nearly there",
            &files(CALL.replace("var.customer_tenants", "var.customer_tenant"), VALUES.to_owned()),
            &[("evaluation-error", "customer_tenant", &["did you mean `customer_tenants`?"])],
        ),
    ]);
}
