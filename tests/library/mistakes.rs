//! The exact messages about one mistake in a correct set-up, wherever it is.

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_terraform::{LoadOptions, Project};

use crate::messages::sentences;

const FILES: [(&str, &str); 4] = [
    ("main.tf", include_str!("../fixtures/wiring/call.tf")),
    ("variables.tf", include_str!("../fixtures/wiring/variables.tf")),
    ("sso_flow/main.tf", include_str!("../fixtures/wiring/sso_flow.tf")),
    ("terraform.tfvars", include_str!("../fixtures/wiring/terraform.tfvars")),
];

/// What is correct in a file, and what is there instead.
type Mistake = (&'static str, &'static str);

const ACCOUNT: &str = "each.value.target_account_id";
const SET: &str = "each.value.permission_set_arn";
const SETTINGS: &str = "each.value.sso_connector_settings";

/// In the call of the flow.
const CALL: [Mistake; 34] = [
    (ACCOUNT, "each.value.sso_account_id"),
    (ACCOUNT, "each.value.target_acount_id"),
    (ACCOUNT, "each.value.permission_set_arn"),
    (ACCOUNT, "each.value[\"sso_connector_settings\"].role_arn"),
    (ACCOUNT, "each.key"),
    (ACCOUNT, "null"),
    (ACCOUNT, "\"604178239951\""),
    (ACCOUNT, "substr(each.value.target_account_id, 1, 11)"),
    (ACCOUNT, "var.customer_tenants[\"red_canyon\"].target_account_id"),
    (ACCOUNT, "var.customer_tenants[\"red_canyon\"].sso_account_id"),
    (ACCOUNT, "each.key == \"red_canyon\" ? \"604178239951\" : each.value.target_account_id"),
    (ACCOUNT, "each.key == \"red_canyon\" ? \"123412341234\" : each.value.target_account_id"),
    (
        ACCOUNT,
        "{ blue_harbour = \"604178239951\", green_valley = \"915827304462\", red_canyon = \"915827304462\" }[each.key]",
    ),
    (SET, "each.value.sso_connector_settings.instance_arn"),
    (SET, "replace(each.value.permission_set_arn, \"ssoins-\", \"inst-\")"),
    (SET, "\"arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63\""),
    (SET, "\"arn:aws:sso:::permissionSet/${each.key}/ps-5e1b09c7d2a84f63\""),
    (SETTINGS, "each.value"),
    (SETTINGS, "null"),
    (SETTINGS, "var.customer_tenants[\"blue_harbour\"].sso_connector_settings"),
    (SETTINGS, "merge(each.value.sso_connector_settings, { region = \"us-east-1\" })"),
    (SETTINGS, "merge(each.value.sso_connector_settings, { region = each.value.sso_connector_settings.cloud })"),
    (SETTINGS, "merge(each.value.sso_connector_settings, { role_arn = null })"),
    (SETTINGS, "merge(each.value.sso_connector_settings, { role_arn = each.value.sso_account_id })"),
    (
        SETTINGS,
        "merge(each.value.sso_connector_settings, { role_arn = \"arn:aws:iam::${each.value.target_account_id}:role/sym/SymSSO${each.key}\" })",
    ),
    (
        SETTINGS,
        "merge(each.value.sso_connector_settings, { instance_arn = var.customer_tenants[\"red_canyon\"].sso_connector_settings.instance_arn })",
    ),
    (
        SETTINGS,
        "merge(each.value.sso_connector_settings, { instance_arn = each.value.permission_set_arn, role_arn = each.value.permission_set_arn })",
    ),
    ("each.key", "\"shared\""),
    ("each.key", "\"red_canyon\""),
    ("each.key", "each.value.permission_set_arn"),
    ("each.key", "each.value.target_account_id"),
    ("each.key", "each.value.sso_connector_settings.region"),
    ("each.key", "each.value.sso_connector_settings.role_arn"),
    ("each.key", "var.customer_tenants[\"red_canyon\"].sso_connector_settings.region"),
];

/// In the module of the flow.
const MODULE: [Mistake; 26] = [
    ("= var.account_id", "= null"),
    ("= var.account_id", "= \"604178239951\""),
    ("= var.account_id", "= var.permission_set_arn"),
    ("= var.account_id", "= var.tenant_slug"),
    ("= var.account_id", "= substr(var.account_id, 1, 11)"),
    ("= var.permission_set_arn", "= var.account_id"),
    ("= var.permission_set_arn", "= replace(var.permission_set_arn, \"ssoins-\", \"inst-\")"),
    (
        "settings    = var.sso_connector_settings",
        "settings    = merge(var.sso_connector_settings, { region = \"us-east-1\" })",
    ),
    (
        "settings    = var.sso_connector_settings",
        "settings    = merge(var.sso_connector_settings, { role_arn = var.account_id })",
    ),
    ("external_id = var.sso_connector_settings.instance_arn", "external_id = var.sso_connector_settings.role_arn"),
    ("external_id = var.sso_connector_settings.instance_arn", "external_id = var.account_id"),
    ("    instance_arn = var.sso_connector_settings.instance_arn", "    instance_arn = var.permission_set_arn"),
    (
        "    instance_arn = var.sso_connector_settings.instance_arn",
        "    instance_arn = \"arn:aws:sso:::instance/ssoins-7223a91be40c5d68\"",
    ),
    ("= sym_integration.sso.id", "= sym_target.sso.id"),
    ("= sym_integration.sso.id", "= \"2d3b1f10\""),
    ("[sym_target.sso.id]", "[]"),
    ("[sym_target.sso.id]", "[sym_integration.sso.id]"),
    ("[sym_target.sso.id]", "[sym_target.sso.id, sym_integration.sso.id]"),
    ("[sym_target.sso.id]", "[\"2d3b1f10\"]"),
    ("= sym_strategy.sso.id", "= sym_target.sso.id"),
    ("= sym_strategy.sso.id", "= \"2d3b1f10\""),
    ("sso-access-${var.tenant_slug}", "sso-access"),
    ("sso-access-${var.tenant_slug}", "sso-access-red_canyon"),
    ("sso-access-${var.tenant_slug}", "${var.permission_set_arn}"),
    ("sso-target-${var.tenant_slug}", "sso-target-${var.tenant_slug}-whose-name-is-much-longer-than-any-name-may-be"),
    ("sso-target-${var.tenant_slug}", "sso target (${var.tenant_slug})!?"),
];

/// In the values.
const VALUES: [Mistake; 30] = [
    ("\"719240583316\"", "\"71924O583316\""),
    ("\"719240583316\"", "\"7I9240583316\""),
    ("\"719240583316\"", "\"71924058331\""),
    ("\"719240583316\"", "\"719240583361\""),
    ("\"719240583316\"", "\"604178239951\""),
    ("\"719240583316\"", "\"280365914472\""),
    ("\"719240583316\"", "719240583316"),
    ("\"719240583316\"", "7.19240583316e11"),
    ("\"719240583316\"", "\"7.19240583316e+11\""),
    ("\"719240583316\"", "\" 719240583316 \""),
    ("\"719240583316\"", "\"\\uFEFF719240583316\""),
    ("\"719240583316\"", "\"719240583316\\u0000\""),
    ("\"719240583316\"", "\"719\\u200B240\\u200C583\\u200D316\""),
    ("\"719240583316\"", "\"719\\u200B240\\u200C583\\u200D31\\u20606\""),
    ("\"048261739905\"", "48261739905"),
    ("\"048261739905\"", "\"48261739905\""),
    ("\"352790641188\"", "\"048261739905\""),
    ("\"352790641188\"", "\"915827304462\""),
    ("blue_harbour = {", "\"blue_harbour \" = {"),
    ("blue_harbour = {", "\"blue\\u200B_harbour\" = {"),
    ("blue_harbour = {", "red_canyon = {"),
    ("blue_harbour = {", "Red-Canyon = {"),
    ("blue_harbour = {", "\"blue/harbour!\" = {"),
    ("SymSSOBlue-Harbour", "SymSSORed-Canyon"),
    ("719240583316:role/sym/SymSSOBlue-Harbour", "048261739905:role/sym/SymSSORed-Canyon"),
    ("719240583316:role/sym/SymSSOBlue-Harbour", "719240583361:role/sym/SymSSOBlue-Harbour"),
    ("719240583316:role/sym/SymSSOBlue-Harbour", "604178239951:role/sym/SymSSOBlue-Harbour"),
    ("instance/ssoins-7223a91be40c5d68", "instance/ssoins-69873c5a0f81be42"),
    ("permissionSet/ssoins-7223a91be40c5d68", "permissionSet/ssoins-69873c5a0f81be42"),
    ("region       = \"us-east-1\"", "region       = \"us-esat-1\""),
];

#[test]
fn messages_about_single_mistakes_match_the_snapshot() {
    let mut all = String::new();
    let places = [("main.tf", CALL.as_slice()), ("sso_flow/main.tf", &MODULE), ("terraform.tfvars", &VALUES)];
    for (place, mistakes) in places {
        for (right, wrong) in mistakes {
            let files: BTreeMap<String, Vec<u8>> = FILES
                .iter()
                .map(|(name, text)| {
                    let changed = if *name == place { text.replacen(right, wrong, 1) } else { (*text).to_owned() };
                    assert_eq!(*name == place, changed != *text, "{right}");
                    ((*name).to_owned(), changed.into_bytes())
                })
                .collect();
            let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
            let found = sentences(&project, &Config::default(), &Policy::default());
            assert!(!found.is_empty(), "{wrong}");
            write!(all, "{place}: {right} -> {wrong}\n{found}").unwrap();
        }
    }
    insta::assert_snapshot!("mistakes", all);
}
