//! The exact messages about wrong values. People read them and act on them, so every change of a message must be
//! reviewed.

use std::collections::BTreeMap;
use std::fmt::Write;

use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::{LoadOptions, Project};

use crate::examples::{ExampleKind, examples, policy};

/// A correct value of each attribute, and wrong ones.
const VALUES: [(&str, &str, &[&str]); 7] = [
    (
        "sso_account_id",
        "280365914472",
        &[
            "",
            "2",
            "28036591447",
            "2803659144720",
            "2803-6591-4472",
            "2803 6591 4472",
            "28036591447a",
            "-280365914472",
            "*",
            "unknown",
            "arn:aws:iam::280365914472:root",
            " 280365914472",
            "28036591447\u{661}",
            "28036591\u{200B}447",
            "28036591447ж",
            "２80365914472",
            "123456789012",
        ],
    ),
    ("cloud", "aws", &["AWS", "aws-us-gov", "azure", ""]),
    (
        "instance_arn",
        "arn:aws:sso:::instance/ssoins-72233fa322bcade3",
        &[
            "ssoins-72233fa322bcade3",
            "280365914472",
            "nothing",
            "arn:aws:sso:::instance",
            "arn:aws:sso",
            "arn:aws:sso:us-east-1::instance/ssoins-72233fa322bcade3",
            "arn:aws:sso::280365914472:instance/ssoins-72233fa322bcade3",
            "arn:aws:sso:::Instance/ssoins-72233fa322bcade3",
            "arn:AWS:sso:::instance/ssoins-72233fa322bcade3",
            "arn::sso:::instance/ssoins-72233fa322bcade3",
            "arn:amazon:sso:::instance/ssoins-72233fa322bcade3",
            "ARN:aws:sso:::instance/ssoins-72233fa322bcade3",
            "arn:aws:iam:::instance/ssoins-72233fa322bcade3",
            "arn:aws:sso::::instance/ssoins-72233fa322bcade3",
            "arn:aws:sso:::280365914472:instance/ssoins-72233fa322bcade3",
            "arn:aws:sso:::instance//ssoins-72233fa322bcade3",
            "arn:aws:sso:::instance/ssoins-72233fa322bcade3/",
            "arn:aws:sso:::instance/ssoins-72233fa322bcade",
            "arn:aws:sso:::instance/ssoins-72233fa322bcade34",
            "arn:aws:sso:::instance/ssoins-7",
            "arn:aws:sso:::instance/ssoins-72233fa3 2bcade+",
            "arn:aws:sso:::instance/inst-72233fa322bcade3",
            "arn:aws:sso:::instance/ssoins-72233fa322bcadeZ",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/ps-26c577a40376e138",
            "arn:aws:iam::280365914472:role/sym/SymSSOTenant-Bar",
            "arn:aws:sso::280365914472:application/ssoins-72233fa322bcade3/apl-0000000000000001",
            "arn:aws:sso::280365914472:trustedTokenIssuer/ssoins-72233fa322bcade3/tti-1",
        ],
    ),
    ("region", "us-east-1", &["us-east-1a", "US-EAST-1", "us-east1", "us-esat-1", "us-east-9", "sa-west-1", "moon"]),
    (
        "role_arn",
        "arn:aws:iam::280365914472:role/sym/SymSSOTenant-Bar",
        &[
            "SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role",
            "arn:aws:iam:::role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::2803-6591-4472:role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::*:role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::28036591447:role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role/sym/",
            "arn:aws:iam:us-east-1:280365914472:role/sym/",
            "arn:aws:iam::280365914472:role/sym//SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role/sym/*",
            "arn:aws:iam::280365914472:role/s?m/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role/sym/SymSSO Tenant",
            "arn:aws:iam::280365914472:role/sym/SymSSOTenant-Bar-Tenant-Bar-Tenant-Bar-Tenant-Bar-Tenant-Bar-Tenant-Bar",
            "arn:aws:iam::280365914472:Role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:user/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:group/sym",
            "arn:aws:iam::280365914472:policy/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:instance-profile/sym",
            "arn:aws:iam::280365914472:root",
            "arn:aws:sts::280365914472:assumed-role/SymSSOTenant-Bar/me",
            "arn:aws:sts::280365914472:federated-user/me",
            "arn:aws:iam::280365914472:role/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role/sym/SymRuntimeMain",
            "arn:aws:iam::280365914472:role/sym/SymSSOtenant-bar",
            "arn:aws:iam::280365914472:role/OrganizationAccountAccessRole",
            "arn:aws:iam:us-east-1:280365914472:role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472::role/sym/SymSSOTenant-Bar",
            "arn:aws:iam:::280365914472:role/sym/SymSSOTenant-Bar",
            "arn:aws:iam::280365914472:role/sym/SymSSO:Tenant-Bar",
            "arn:aws:iam:::role/sym/SymSSO:Tenant-Bar",
        ],
    ),
    (
        "permission_set_arn",
        "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/ps-26c577a40376e138",
        &[
            "ps-26c577a40376e138",
            "arn:aws:sso:::permissionSet/ps-26c577a40376e138",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3",
            "arn:aws:sso:::permissionset/ssoins-72233fa322bcade3/ps-26c577a40376e138",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/26c577a40376e138",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/ps-26c577a40376e13",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade3/ps-26c577a40376e1_8",
            "arn:aws:sso:::permissionSet/ssoins-72233fa322bcade4/ps-26c577a40376e138",
            "arn:aws:sso:::instance/ssoins-72233fa322bcade3",
        ],
    ),
    (
        "target_account_id",
        "339986187397",
        &[
            "280365914472",
            "803477428605",
            "33998618739",
            "339986187397\u{200B}",
            // Escape sequences, as they are written in the file.
            r"339986187397\n",
            r"\t339986187397\r",
            r"339986187397\u00a0\u0020",
            r"339986187397\u200b",
            r"3399\n86187397",
            "\u{3000}339986187397 ",
            "\u{202E}339986187397",
            "3399\u{AD}8618\u{200C}7397",
            "33\u{2060}99\u{200D}86\u{202F}18\u{A0}73\u{FEFF}97",
            "33998618\u{115F}7397",
            "33998618\u{20AC}7397",
            "\u{200B}",
            " ",
        ],
    ),
];

/// Values for the environment and the trusted roles of a connector.
const ENVIRONMENTS: [&str; 7] = [
    "tenant-foo",
    "tenant foo",
    "tenant/foo",
    "größe",
    r"tenant\tfoo",
    "tenant-whose-name-has-fifty-eight-characters-and-just-fits",
    "tenant-whose-name-has-one-character-more-and-does-not-fit--",
];
const TRUSTED: [&str; 9] = [
    "arn:aws:iam::872818995424:role/sym/SymRuntimeMain",
    "*",
    " * ",
    "arn:aws:iam::872818995424:role/sym/*",
    "arn:aws:iam::872818995424:root",
    "  arn:aws:iam::872818995424:root",
    "872818995424",
    "arn:aws:iam::803477428605:role/sym/SymRuntimeMain",
    "arn:aws:iam::872818995424:role/root",
];

/// A single tenant whose `attribute` is `wrong`.
fn set_up(attribute: &str, wrong: &str) -> String {
    let value = |name: &str| {
        let right = VALUES.iter().find(|(other, ..)| *other == name).unwrap().1;
        format!("{name} = \"{}\"\n", if name == attribute { wrong } else { right })
    };
    let [account, settings @ .., permission_set, target] = VALUES.map(|(name, ..)| value(name));
    format!(
        "customer_tenants = {{\ntenant_bar = {{\n{account}sso_connector_settings = {{\n{}}}\n{permission_set}{target}}}\n}}\n",
        settings.concat()
    )
}

/// All findings in `project`, with all their texts.
pub(crate) fn sentences(project: &Project, config: &Config, policy: &Policy) -> String {
    let mut sentences = String::new();
    let at = |span| project.sources().text(span);
    for finding in check(project, config, policy, catalogue()).findings {
        let (level, rule, message) = (finding.level, finding.rule, &finding.message);
        writeln!(sentences, "  {level}[{rule}] at {:?}: {message}", at(finding.span)).unwrap();
        // Help that is on the page is not repeated here.
        if finding.help.as_deref() != catalogue().get(rule).unwrap().page.help {
            writeln!(sentences, "    help: {}", finding.help.as_deref().unwrap_or_default()).unwrap();
        }
        for related in &finding.related {
            writeln!(sentences, "    at {:?}: {}", at(related.span), related.message).unwrap();
        }
        for fix in &finding.fixes {
            writeln!(sentences, "    {} {}", if fix.safe { "fix:" } else { "suggestion:" }, fix.title).unwrap();
        }
    }
    sentences
}

#[test]
fn messages_about_values_match_the_snapshot() {
    let mut all = String::new();
    for (attribute, _, wrong) in VALUES {
        for value in wrong {
            writeln!(all, "{attribute} = {value:?}").unwrap();
            let project = Project::from_values("terraform.tfvars", set_up(attribute, value).into_bytes()).unwrap();
            let sentences = sentences(&project, &Config::default(), &Policy::default());
            assert!(!sentences.is_empty(), "{attribute} = {value:?}");
            all += &sentences;
        }
    }
    insta::assert_snapshot!("messages", all);
}

#[test]
fn messages_about_connectors_match_the_snapshot() {
    let mut all = String::new();
    let environments = ENVIRONMENTS.map(|it| ("environment", format!("\"{it}\"")));
    let trusted = TRUSTED.map(|it| ("runtime_role_arns", format!("[\"{it}\"]")));
    for (argument, value) in environments.into_iter().chain(trusted) {
        let main =
            format!("module \"connector\" {{\n  source = \"symopsio/sso-connector/aws\"\n  {argument} = {value}\n}}\n");
        let files = BTreeMap::from([("main.tf".to_owned(), main.into_bytes())]);
        let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
        let sentences = sentences(&project, &Config::default(), &Policy::default());
        write!(all, "{argument} = {value}\n{sentences}").unwrap();
    }
    insta::assert_snapshot!("connectors", all);
}

#[test]
fn messages_about_the_examples_match_the_snapshot() {
    let mut all = String::new();
    for rule in catalogue().iter() {
        let examples = examples(rule);
        let bad = examples.iter().filter(|example| example.kind == ExampleKind::Bad);
        for (at, example) in (1..).zip(bad) {
            let (project, config) = example.load();
            write!(all, "{} {at}\n{}", rule.id, sentences(&project, &config, &policy(rule))).unwrap();
        }
    }
    insta::assert_snapshot!("pages", all);
}

#[test]
fn a_path_may_be_512_characters_long() {
    let said = |characters: usize, last: char| {
        // The path includes the slashes at its ends.
        let path = format!("/sym/{}{last}/", "x".repeat(characters - 7));
        let role = format!("arn:aws:iam::280365914472:role{path}SymSSOTenant-Bar");
        let text = set_up("role_arn", &role);
        let project = Project::from_values("terraform.tfvars", text.into_bytes()).unwrap();
        let outcome = check(&project, &Config::default(), &Policy::default(), catalogue());
        outcome.findings.into_iter().map(|finding| finding.message).collect::<String>()
    };
    assert_eq!(said(512, 'x'), "");
    assert!(said(512, '*').ends_with("contains `*`"), "{}", said(512, '*'));
    for long in [513, 700] {
        let message = format!("`role_arn` is malformed: the path has {long} characters, but at most 512 are allowed");
        assert_eq!(said(long, 'x'), message);
    }
}
