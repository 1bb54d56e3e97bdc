//! Each value of a correct setup is replaced with another tenant's: alone, in pairs, with all settings, or with the
//! whole block. Each cause must lead to one finding, exactly at the value that is wrong.

use std::fmt::Write;

use symlint_core::check::check;
use symlint_core::config::Config;
use symlint_core::policy::Policy;
use symlint_rules::catalogue;
use symlint_terraform::Project;

/// A value of a tenant that can be left over from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Sso,
    Instance,
    Region,
    RoleAccount,
    RoleName,
    PsInstance,
    Ps,
    Target,
}

use Value::*;

const ALL: [Value; 8] = [Sso, Instance, Region, RoleAccount, RoleName, PsInstance, Ps, Target];

/// The values of a tenant, in the order of [`ALL`].
#[derive(Clone)]
struct Tenant {
    key: &'static str,
    values: [&'static str; 8],
}

impl Tenant {
    fn get(&self, value: Value) -> &'static str {
        self.values[value as usize]
    }
}

/// Three customers with nothing in common.
fn tenants() -> Vec<Tenant> {
    let tenant = |key, sso, instance, region, role, ps, target| Tenant {
        key,
        values: [sso, instance, region, sso, role, instance, ps, target],
    };
    vec![
        tenant(
            "blue_harbour",
            "719240583316",
            "ssoins-7223a91be40c5d68",
            "us-east-1",
            "SymSSOBlue-Harbour",
            "ps-5e1b09c7d2a84f63",
            "604178239951",
        ),
        tenant(
            "green_valley",
            "280365914472",
            "ssoins-68042f7d9be0a513",
            "eu-west-1",
            "SymSSOGreen-Valley",
            "ps-b3c8f10a6e4d9275",
            "915827304462",
        ),
        tenant(
            "red_canyon",
            "048261739905",
            "ssoins-69873c5a0f81be42",
            "eu-central-1",
            "SymSSORed-Canyon",
            "ps-0d94e7b25f3ac861",
            "352790641188",
        ),
    ]
}

fn render(tenants: &[Tenant]) -> String {
    let mut text = String::from("customer_tenants = {\n");
    for tenant in tenants {
        let key = tenant.key;
        let [sso, instance, region, role_account, role, ps_instance, ps, target] = tenant.values;
        write!(
            text,
            r#"  {key} = {{
    sso_account_id = "{sso}"
    sso_connector_settings = {{
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/{instance}"
      region       = "{region}"
      role_arn     = "arn:aws:iam::{role_account}:role/sym/{role}"
    }}
    permission_set_arn = "arn:aws:sso:::permissionSet/{ps_instance}/{ps}"
    target_account_id  = "{target}"
  }}
"#
        )
        .unwrap();
    }
    text + "}\n"
}

/// The rule, the tenant, and the text at the primary location.
type Found = (String, Option<String>, String);

fn findings(text: &str) -> Vec<Found> {
    let project = Project::from_values("terraform.tfvars", text.as_bytes().to_vec()).unwrap();
    let outcome = check(&project, &Config::default(), &Policy::default(), catalogue());
    let sources = project.sources();
    let text = |span| sources.text(span).to_string();
    let found = |f: &symlint_core::finding::Finding| (f.rule.to_owned(), f.tenant.clone(), text(f.span));
    outcome.findings.iter().map(found).collect()
}

/// What must be found if `values` of the tenant `to` are those of `from`.
fn expected(values: &[Value], to: usize, from: usize) -> Vec<Found> {
    let clean = tenants();
    let (own, other) = (&clean[to], &clean[from]);
    let later = if to > from { own } else { other };
    let has = |value: Value| values.contains(&value);
    let at = |value: Value| if has(value) { other.get(value) } else { own.get(value) };
    let on_own = |rule: &str, text: &str| (rule.to_owned(), Some(own.key.to_owned()), text.to_owned());
    let on_later = |rule: &str, text: &str| (rule.to_owned(), Some(later.key.to_owned()), text.to_owned());
    let mut found = Vec::new();

    let contradicts_instance = has(Instance) != has(PsInstance);
    let contradicts_account = has(Sso) != has(RoleAccount);
    let copied_entry = [Sso, RoleAccount, Instance, PsInstance, Ps, Target].into_iter().all(has);
    // Values that were copied together have one cause, which is reported at the role's account.
    let copied_account = contradicts_account && has(RoleAccount);
    // If the role is the tenant's own, the account was left over, unless the instance is shared as well.
    let left_over_account = has(Sso) && !has(RoleAccount) && !has(RoleName) && (!has(Instance) || contradicts_instance);
    if contradicts_instance && !(has(Instance) && (copied_account || has(RoleName) || left_over_account)) {
        // If neither account is the other tenant's, the instance was left over.
        let left_over = has(Instance) && !has(Sso) && !has(RoleAccount);
        found.push(on_own("instance-id-mismatch", at(if left_over { Instance } else { PsInstance })));
    }
    if contradicts_account {
        found.push(on_own("role-account-mismatch", at(if left_over_account { Sso } else { RoleAccount })));
    }
    if has(RoleName) && !copied_account && !copied_entry {
        found.push(on_own("connector-role-foreign", other.get(RoleName)));
    }

    let reported = found.len();
    // Only the first rule that applies reports a shared value, and it does so for the later tenant.
    let shares_account = has(Sso) && !contradicts_account;
    let shares_instance = has(Instance) && !contradicts_instance;
    let (has_own_account, has_own_instance) = (!has(Sso) && !has(RoleAccount), !has(Instance) && !has(PsInstance));
    if shares_account && shares_instance && has(Ps) && has(Target) {
        // The name of the role shows which tenant is the copy.
        found.push(if has(RoleName) {
            on_own("duplicate-tenant", own.key)
        } else {
            on_later("duplicate-tenant", later.key)
        });
    } else if shares_account && has_own_instance {
        found.push(on_later("duplicate-sso-account", other.get(Sso)));
    } else if shares_account && !has(Region) {
        found.push(on_later("duplicate-sso-account", if shares_instance { later.get(Region) } else { other.get(Sso) }));
    } else if shares_instance && has_own_account {
        found.push(on_later("duplicate-instance", other.get(Instance)));
    } else if has(Target) && has_own_instance {
        found.push(on_later("duplicate-target-account", other.get(Target)));
    } else if has(Ps) && has_own_instance {
        found.push(on_later("duplicate-permission-set", other.get(Ps)));
    } else if shares_account && shares_instance {
        found.push(("shared-sso-account".to_owned(), None, other.get(Sso).to_owned()));
    } else if shares_instance && has(Ps) && has(Target) {
        found.push(on_later("duplicate-entitlement", other.get(Ps)));
    }
    // A value that was copied with a role, or with an account that contradicts it, is reported with those.
    let is_part = |rule: &str| {
        contradicts_account && rule != "duplicate-permission-set"
            || has(RoleName) && matches!(rule, "duplicate-sso-account" | "shared-sso-account")
    };
    let pair = found.split_off(reported);
    found.extend(pair.into_iter().filter(|(rule, ..)| !is_part(rule)));
    found
}

/// Compares `found` with `expected`, ignoring rules that are not in the catalogue.
fn judge(what: &str, text: &str, mut expected: Vec<Found>, failures: &mut String) {
    let mut found = findings(text);
    expected.retain(|(rule, ..)| catalogue().get(rule).is_some());
    expected.sort();
    found.sort();
    if found != expected {
        writeln!(failures, "{what}:\n  expected {expected:?}\n  found    {found:?}").unwrap();
    }
}

#[test]
fn a_correct_setup_has_no_findings() {
    assert_eq!(findings(&render(&tenants())), []);
}

#[test]
fn every_combination_of_copied_values_has_exact_findings() {
    let mut failures = String::new();
    for (to, from) in [(0, 1), (1, 0), (2, 0), (1, 2)] {
        for choice in 0_u32..1 << ALL.len() {
            let values: Vec<Value> = ALL.into_iter().filter(|&value| choice >> (value as u32) & 1 == 1).collect();
            let mut tenants = tenants();
            let source = tenants[from].clone();
            values.iter().for_each(|&value| tenants[to].values[value as usize] = source.get(value));
            let what = format!("{values:?} of {} from {}", tenants[to].key, source.key);
            judge(&what, &render(&tenants), expected(&values, to, from), &mut failures);
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_copied_block_is_found_whichever_values_were_replaced() {
    let mut failures = String::new();
    let fresh = Tenant {
        key: "white_summit",
        values: [
            "593017462285",
            "ssoins-79075b2e8fd1c043",
            "us-west-2",
            "593017462285",
            "SymSSOWhite-Summit",
            "ssoins-79075b2e8fd1c043",
            "ps-e82b6d04c1f97a35",
            "730519482267",
        ],
    };
    let found = |rule: &str, text: &str| (rule.to_owned(), Some(fresh.key.to_owned()), text.to_owned());
    let original = &tenants()[0];
    let cases: [(&[Value], Vec<Found>); 7] = [
        (&[], vec![found("duplicate-tenant", fresh.key)]),
        (&[RoleName], vec![found("duplicate-tenant", fresh.key)]),
        (&[RoleName, RoleAccount, Sso], vec![found("duplicate-instance", original.get(Instance))]),
        (&[RoleName, Instance, PsInstance, Ps], vec![found("duplicate-sso-account", original.get(Sso))]),
        (&[RoleName, Ps, Target], vec![("shared-sso-account".into(), None, original.get(Sso).into())]),
        (
            &[Sso, RoleAccount, RoleName, Instance, Region, PsInstance, Ps],
            vec![found("duplicate-target-account", original.get(Target))],
        ),
        (&ALL, vec![]),
    ];
    for (replaced, expected) in cases {
        let mut tenants = tenants();
        let mut copy = Tenant { key: fresh.key, ..tenants[0].clone() };
        replaced.iter().for_each(|&value| copy.values[value as usize] = fresh.get(value));
        tenants.push(copy);
        judge(&format!("a copy with {replaced:?} replaced"), &render(&tenants), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_value_in_the_wrong_attribute_is_found() {
    let mut failures = String::new();
    let clean = tenants();
    let [own, other] = [&clean[1], &clean[0]];
    let found = |rule: &str, text: &str| (rule.to_owned(), Some(own.key.to_owned()), text.to_owned());
    let cases: [(Value, &'static str, Vec<Found>); 5] = [
        (Target, own.get(Sso), vec![found("target-is-sso-account", own.get(Sso))]),
        (Target, other.get(Sso), vec![found("target-is-foreign-sso-account", other.get(Sso))]),
        (Target, "803477428605", vec![found("forbidden-account", "803477428605")]),
        (Sso, own.get(Target), vec![found("role-account-mismatch", own.get(RoleAccount))]),
        (Sso, other.get(Target), vec![found("role-account-mismatch", own.get(RoleAccount))]),
    ];
    for (value, text, expected) in cases {
        let mut tenants = tenants();
        tenants[1].values[value as usize] = text;
        judge(&format!("{value:?} = {text}"), &render(&tenants), expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
