//! Single faults, in every spelling.

use std::fmt::Write;

use crate::spellings::spell::SPELLINGS;
use crate::spellings::tenants::{CLOUD, INSTANCE, REGION, ROLE, SET, SSO, TARGET, Tenant, Value, tenants};
use crate::spellings::{Found, found};

/// A fault: what it changes, and what must be found: the rule, the tenant, and the text.
struct Fault {
    make: fn(&mut [Tenant]),
    expected: Vec<(&'static str, Option<&'static str>, &'static str)>,
    /// Whether the spelling must have an SSO account for each tenant, and allow a value to be missing.
    needs_entries: bool,
}

const GREEN: Option<&str> = Some("green_valley");
const RED: Option<&str> = Some("red_canyon");

fn faults() -> Vec<Fault> {
    let fault = |make: fn(&mut [Tenant]), expected| Fault { make, expected, needs_entries: false };
    let entry = |make: fn(&mut [Tenant]), expected| Fault { make, expected, needs_entries: true };
    vec![
        // format
        entry(|t| t[1].set(SSO, "28036591447"), vec![("account-id-format", GREEN, "28036591447")]),
        fault(|t| t[1].set(TARGET, "9158-2730-4462"), vec![("account-id-format", GREEN, "9158-2730-4462")]),
        fault(|t| t[1].set(TARGET, "91582730446O"), vec![("account-id-format", GREEN, "91582730446O")]),
        fault(
            |t| t[1].replace(INSTANCE, "a513", "a51"),
            vec![("instance-arn-format", GREEN, "ssoins-68042f7d9be0a51")],
        ),
        fault(|t| t[1].replace(INSTANCE, "instance/", "Instance/"), vec![("instance-arn-format", GREEN, "Instance")]),
        fault(
            |t| t[1].replace(SET, "permissionSet", "permissionset"),
            vec![("permission-set-arn-format", GREEN, "permissionset")],
        ),
        fault(
            |t| t[1].replace(SET, "9275", "92755"),
            vec![("permission-set-arn-format", GREEN, "ps-b3c8f10a6e4d92755")],
        ),
        entry(
            |t| t[1].set(ROLE, "arn:aws:sts::280365914472:assumed-role/SymSSOGreen-Valley/x"),
            vec![("role-arn-format", GREEN, "arn:aws:sts::280365914472:assumed-role/SymSSOGreen-Valley/x")],
        ),
        fault(|t| t[1].replace(ROLE, "/SymSSOGreen-Valley", "/"), vec![("role-arn-format", GREEN, "/")]),
        fault(|t| t[1].replace(ROLE, "sym/SymSSOGreen-Valley", ""), vec![("role-arn-format", GREEN, "/")]),
        fault(|t| t[1].replace(ROLE, "Green-Valley", "Green-Valley/"), vec![("role-arn-format", GREEN, "/")]),
        fault(|t| t[1].replace(ROLE, "role/sym/", "role/sym//"), vec![("role-arn-format", GREEN, "//")]),
        fault(|t| t[1].replace(ROLE, "Green-Valley", "*"), vec![("role-arn-format", GREEN, "SymSSO*")]),
        fault(
            |t| {
                t[1].replace(INSTANCE, "2f7d", "2g7d");
                t[1].replace(SET, "2f7d", "2g7d");
            },
            vec![("sso-id-not-hex", GREEN, "ssoins-68042g7d9be0a513")],
        ),
        // The role and the permission set have the same wrong partition, which is one cause.
        fault(
            |t| [ROLE, SET].into_iter().for_each(|at| t[1].replace(at, "arn:aws:", "arn:AWS:")),
            vec![("role-arn-format", GREEN, "AWS")],
        ),
        // The account of a role and a target account have one cause each, and so have two values that are not ARNs.
        fault(
            |t| {
                t[1].replace(ROLE, "280365914472", "28036591447");
                t[1].set(TARGET, "28036591447");
            },
            vec![("account-id-format", GREEN, "28036591447"), ("role-arn-format", GREEN, "28036591447")],
        ),
        fault(
            |t| [INSTANCE, SET].into_iter().for_each(|at| t[1].set(at, "unknown")),
            vec![("instance-arn-format", GREEN, "unknown"), ("permission-set-arn-format", GREEN, "unknown")],
        ),
        fault(|t| t[1].replace(TARGET, "915827304462", "915827304462 "), vec![("suspicious-characters", GREEN, " ")]),
        fault(
            |t| t[1].replace(REGION, "eu-west-1", "eu\u{2011}west-1"),
            vec![("suspicious-characters", GREEN, "\u{2011}")],
        ),
        fault(|t| t[1].replace(ROLE, "Valley", "Va\u{200b}lley"), vec![("suspicious-characters", GREEN, "\u{200b}")]),
        // A character that both ARNs are built from is reported once.
        fault(
            |t| [INSTANCE, SET].into_iter().for_each(|at| t[1].replace(at, "a513", "\u{430}513")),
            vec![("suspicious-characters", GREEN, "\u{430}")],
        ),
        fault(|t| t[1].set(REGION, "eu-west-1a"), vec![("region-invalid", GREEN, "eu-west-1a")]),
        fault(|t| t[1].set(REGION, "EU-WEST-1"), vec![("region-invalid", GREEN, "EU-WEST-1")]),
        fault(|t| t[1].set(REGION, "eu-west-9"), vec![("region-unsupported", GREEN, "eu-west-9")]),
        fault(|t| t[1].set(CLOUD, "AWS"), vec![("cloud-invalid", GREEN, "AWS")]),
        fault(|t| t[1].set(CLOUD, "gcp"), vec![("cloud-invalid", GREEN, "gcp")]),
        fault(
            |t| {
                [INSTANCE, ROLE, SET].into_iter().for_each(|at| t[1].replace(at, "arn:aws:", "arn:aws-us-gov:"));
                t[1].set(REGION, "us-gov-west-1");
            },
            vec![("partition-unsupported", GREEN, "aws-us-gov")],
        ),
        // tenant
        fault(|t| t[1].replace(ROLE, "arn:aws:", "arn:aws-cn:"), vec![("partition-mismatch", GREEN, "aws-cn")]),
        fault(
            |t| [INSTANCE, ROLE, SET].into_iter().for_each(|at| t[1].replace(at, "arn:aws:", "arn:aws-xy:")),
            vec![("partition-mismatch", GREEN, "aws-xy")],
        ),
        fault(|t| t[1].set(REGION, "us-gov-west-1"), vec![("partition-mismatch", GREEN, "us-gov-west-1")]),
        fault(
            |t| t[1].replace(SET, "ssoins-68042f7d9be0a513", "ssoins-7223a91be40c5d68"),
            vec![("instance-id-mismatch", GREEN, "ssoins-7223a91be40c5d68")],
        ),
        entry(
            |t| t[1].replace(ROLE, "280365914472", "719240583316"),
            vec![("role-account-mismatch", GREEN, "719240583316")],
        ),
        // The role shows that the two accounts were swapped.
        entry(|t| t[1].values.swap(SSO, TARGET), vec![("role-account-mismatch", GREEN, "915827304462")]),
        // Values that were copied from one other tenant are one cause.
        entry(
            |t| {
                let own = t[1].values[SSO].clone();
                t[1].values = t[0].values.clone();
                t[1].values[SSO] = own;
            },
            vec![("role-account-mismatch", GREEN, "719240583316")],
        ),
        entry(
            |t| {
                for at in [SSO, TARGET] {
                    t[1].values[at] = t[0].values[at].clone();
                }
            },
            vec![("role-account-mismatch", GREEN, "719240583316")],
        ),
        entry(
            |t| {
                let own = t[1].values[TARGET].clone();
                t[1].values = t[0].values.clone();
                t[1].values[TARGET] = own;
            },
            vec![("connector-role-foreign", GREEN, "SymSSOBlue-Harbour")],
        ),
        // Two connectors that were swapped are one cause.
        entry(
            |t| {
                for at in [INSTANCE, REGION, ROLE] {
                    let first = t[0].values[at].clone();
                    t[0].values[at] = std::mem::replace(&mut t[1].values[at], first);
                }
            },
            vec![("role-account-mismatch", Some("blue_harbour"), "280365914472")],
        ),
        fault(|t| t[1].replace(ROLE, "role/sym/", "role/"), vec![("role-outside-sym-path", GREEN, "/")]),
        fault(|t| t[1].replace(ROLE, "role/sym/", "role/Sym/"), vec![("role-outside-sym-path", GREEN, "/Sym/")]),
        fault(|t| t[1].set(TARGET, "280365914472"), vec![("target-is-sso-account", GREEN, "280365914472")]),
        // isolation
        fault(
            |t| {
                t[2].values = t[1].values.clone();
                t[2].replace(ROLE, "Green-Valley", "Red-Canyon");
            },
            vec![("duplicate-tenant", RED, "red_canyon")],
        ),
        fault(|t| t[2].set(TARGET, "915827304462"), vec![("duplicate-target-account", RED, "915827304462")]),
        fault(|t| t[1].set(TARGET, "048261739905"), vec![("target-is-foreign-sso-account", GREEN, "048261739905")]),
        fault(|t| t[1].set(TARGET, "803477428605"), vec![("forbidden-account", GREEN, "803477428605")]),
        fault(
            |t| t[2].replace(SET, "ps-0d94e7b25f3ac861", "ps-b3c8f10a6e4d9275"),
            vec![("duplicate-permission-set", RED, "ps-b3c8f10a6e4d9275")],
        ),
        fault(
            |t| {
                for at in [INSTANCE, SET] {
                    t[2].replace(at, "ssoins-69873c5a0f81be42", "ssoins-68042f7d9be0a513");
                }
            },
            vec![("duplicate-instance", RED, "ssoins-68042f7d9be0a513")],
        ),
        // connector
        fault(
            |t| t[1].replace(ROLE, "Green-Valley", "Blue-Harbour"),
            vec![("connector-role-foreign", GREEN, "SymSSOBlue-Harbour")],
        ),
        fault(
            |t| t[1].replace(ROLE, "SymSSOGreen-Valley", "SymRuntimeMain"),
            vec![("connector-role-name", GREEN, "SymRuntimeMain")],
        ),
        fault(
            |t| t[1].replace(ROLE, "Green-Valley", "green-valley"),
            vec![("connector-role-case", GREEN, "SymSSOgreen-valley")],
        ),
        fault(
            |t| t[1].replace(ROLE, "Green-Valley", "Orchard"),
            vec![("connector-role-unexpected", GREEN, "SymSSOOrchard")],
        ),
        // naming
        fault(|t| t[1].key = "green.valley".into(), vec![("slug-charset", Some("green.valley"), "green.valley")]),
        fault(|t| t[2].key = "Blue-Harbour".into(), vec![("slug-collision", Some("Blue-Harbour"), "Blue-Harbour")]),
        // values
        fault(|t| t[1].set(TARGET, "123456789012"), vec![("placeholder-value", GREEN, "123456789012")]),
        entry(|t| t[1].set(SSO, "111122223333"), vec![("placeholder-value", GREEN, "111122223333")]),
        fault(
            |t| t[1].set(INSTANCE, "arn:aws:sso:::instance/ssoins-1234567890abcdef"),
            vec![("placeholder-value", GREEN, "ssoins-1234567890abcdef")],
        ),
        entry(|t| t[1].values[TARGET] = Value::Null, vec![("missing-attribute", GREEN, "null")]),
        entry(|t| t[1].set(TARGET, ""), vec![("missing-attribute", GREEN, "")]),
        // A missing attribute is reported at the key of the entry.
        entry(|t| t[1].values[SSO] = Value::Missing, vec![("missing-attribute", GREEN, "green_valley")]),
        entry(|t| t[1].values[ROLE] = Value::Missing, vec![("missing-attribute", GREEN, "sso_connector_settings")]),
        entry(|t| t[1].values[ROLE] = Value::Null, vec![("missing-attribute", GREEN, "null")]),
        entry(|t| t[1].set(REGION, ""), vec![("missing-attribute", GREEN, "")]),
    ]
}

#[test]
fn every_fault_is_found_in_every_spelling() {
    let mut failures = String::new();
    for (at, fault) in faults().into_iter().enumerate() {
        let mut tenants = tenants();
        (fault.make)(&mut tenants);
        let expected = |(rule, tenant, text): &(&str, Option<&str>, &str)| -> Found {
            ((*rule).to_owned(), tenant.map(str::to_owned), (*text).to_owned())
        };
        let mut expected: Vec<Found> = fault.expected.iter().map(expected).collect();
        expected.sort();
        for spelling in SPELLINGS.iter().filter(|spelling| spelling.has_entries || !fault.needs_entries) {
            let found = found(&(spelling.spell)(&tenants));
            if found != expected {
                let name = spelling.name;
                writeln!(failures, "{at}, {name}:\n  expected {expected:?}\n  found    {found:?}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_spelling_of_correct_tenants_has_no_findings() {
    let mut failures = String::new();
    for spelling in SPELLINGS {
        let found = found(&(spelling.spell)(&tenants()));
        if !found.is_empty() {
            writeln!(failures, "{}: {found:?}", spelling.name).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
