//! Right and wrong arguments of calls, for each way to call the flow module.

use crate::wiring::ways::{Account, PermissionSet, Settings, Slug, Sso, Way, ways};
use crate::wiring::{KEYS, VARIABLES, findings_in};

/// The arguments of a call as expressions.
#[derive(Clone)]
struct Arguments {
    slug: String,
    account: String,
    permission_set: String,
    settings: String,
}

impl Arguments {
    fn right(way: &Way) -> Self {
        let value = |field| (way.value)(field);
        let slug = value(Slug);
        let slug = if slug.starts_with("${") { format!("\"{slug}\"") } else { slug };
        Self { slug, account: value(Account), permission_set: value(PermissionSet), settings: value(Settings) }
    }

    fn render(&self, name: &str, repeat: &str) -> String {
        let Self { slug, account, permission_set, settings } = self;
        format!(
            "module \"{name}\" {{\n  source = \"./sso_flow\"\n  {repeat}\n\n  tenant_slug = {slug}\n  account_id = {account}\n  \
             permission_set_arn = {permission_set}\n  sso_connector_settings = {settings}\n}}\n"
        )
    }
}

/// The configuration of `way` with the arguments `wrong`. If each tenant has a call of its own, the second call has
/// them.
fn render(way: &Way, wrong: &Arguments) -> String {
    let mut text = format!("{}\n{VARIABLES}\n", way.beside);
    if !way.repeat.is_empty() {
        return text + &wrong.render("access", way.repeat);
    }
    for (at, key) in KEYS.iter().enumerate() {
        let arguments = if at == 1 { wrong } else { &Arguments::right(way) };
        text += &arguments.render(key, "").replace("KEY", key);
    }
    text
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn judge(what: &str, main: &str, expected: &[&str], failures: &mut String) {
    let expected: Vec<String> =
        expected.iter().map(|text| unquoted(&text.replace("KEY", KEYS[1])).to_owned()).collect();
    let expected: Vec<_> = expected.iter().map(|text| ("flow-argument-miswired", text.as_str())).collect();
    crate::wiring::expect(what, findings_in(main), &expected, failures);
}

#[test]
fn every_correct_way_has_no_findings() {
    let mut failures = String::new();
    for way in ways() {
        judge(way.name, &render(&way, &Arguments::right(&way)), &[], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

/// The settings as an object whose parts are selected from the whole.
fn rebuilt(way: &Way, parts: [&str; 4]) -> String {
    let settings = (way.value)(Settings);
    let part = |name: &str| if name.starts_with('"') { name.to_owned() } else { format!("{settings}.{name}") };
    let [cloud, instance, region, role] = parts.map(part);
    format!(
        "{{\n    cloud = {cloud}\n    instance_arn = {instance}\n    region = {region}\n    role_arn = {role}\n  }}"
    )
}

#[test]
fn settings_may_be_rebuilt() {
    let mut failures = String::new();
    for way in ways() {
        for (parts, expected) in [
            (["cloud", "instance_arn", "region", "role_arn"], &[] as &[&str]),
            (["\"aws\"", "instance_arn", "region", "role_arn"], &[]),
            // Tenants have different regions, so a constant is wrong.
            (["\"aws\"", "instance_arn", "\"us-east-1\"", "role_arn"], &["us-east-1"]),
        ] {
            let settings = rebuilt(&way, parts);
            let arguments = Arguments { settings, ..Arguments::right(&way) };
            judge(&format!("{} {parts:?}", way.name), &render(&way, &arguments), expected, &mut failures);
        }
        let swapped = rebuilt(&way, ["cloud", "role_arn", "region", "instance_arn"]);
        let value = (way.value)(Settings);
        let arguments = Arguments { settings: swapped, ..Arguments::right(&way) };
        let (role, instance) = (format!("{value}.role_arn"), format!("{value}.instance_arn"));
        judge(&format!("{} swapped", way.name), &render(&way, &arguments), &[&role, &instance], &mut failures);
        let constant =
            rebuilt(&way, ["cloud", "\"arn:aws:sso:::instance/ssoins-72234f6b10c9ae25\"", "region", "role_arn"]);
        let arguments = Arguments { settings: constant, ..Arguments::right(&way) };
        let expected = ["arn:aws:sso:::instance/ssoins-72234f6b10c9ae25"];
        judge(&format!("{} constant instance", way.name), &render(&way, &arguments), &expected, &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_wrong_argument_is_found_in_every_way() {
    let mut failures = String::new();
    for way in ways() {
        let right = Arguments::right(&way);
        let value = |field| (way.value)(field);
        let other = "var.customer_tenants[\"blue_harbour\"]";
        let (sso, account, permission_set) = (value(Sso), value(Account), value(PermissionSet));
        let instance = format!("{}.instance_arn", value(Settings));
        let role = format!("{}.role_arn", value(Settings));
        let other_account = format!("{other}.target_account_id");
        let other_set = format!("{other}.permission_set_arn");
        let other_settings = format!("{other}.sso_connector_settings");
        let other_sso = format!("{other}.sso_account_id");
        let constant = "\"730519482267\"".to_owned();
        let constant_set = "\"arn:aws:sso:::permissionSet/ssoins-72234f6b10c9ae25/ps-5e1b09c7d2a84f63\"".to_owned();
        let faults: Vec<(&str, Arguments, Vec<&str>)> = vec![
            ("the SSO account for the account", Arguments { account: sso.clone(), ..right.clone() }, vec![&sso]),
            (
                "a permission set for the account",
                Arguments { account: permission_set.clone(), ..right.clone() },
                vec![&permission_set],
            ),
            (
                "an account for the permission set",
                Arguments { permission_set: account.clone(), ..right.clone() },
                vec![&account],
            ),
            (
                "the instance for the permission set",
                Arguments { permission_set: instance.clone(), ..right.clone() },
                vec![&instance],
            ),
            ("the role for the account", Arguments { account: role.clone(), ..right.clone() }, vec![&role]),
            (
                "swapped",
                Arguments { account: permission_set.clone(), permission_set: account.clone(), ..right.clone() },
                vec![&permission_set, &account],
            ),
            ("another's account", Arguments { account: other_account.clone(), ..right.clone() }, vec![&other_account]),
            ("another's SSO account", Arguments { account: other_sso.clone(), ..right.clone() }, vec![&other_sso]),
            (
                "another's permission set",
                Arguments { permission_set: other_set.clone(), ..right.clone() },
                vec![&other_set],
            ),
            (
                "another's settings",
                Arguments { settings: other_settings.clone(), ..right.clone() },
                vec![&other_settings],
            ),
            ("a constant account", Arguments { account: constant.clone(), ..right.clone() }, vec![&constant]),
            (
                "a constant permission set",
                Arguments { permission_set: constant_set.clone(), ..right.clone() },
                vec![&constant_set],
            ),
        ];
        for (what, wrong, expected) in faults {
            judge(&format!("{}: {what}", way.name), &render(&way, &wrong), &expected, &mut failures);
        }
        if !way.repeat.is_empty() {
            for slug in ["\"acme\"", "var.customer_tenants[\"blue_harbour\"].sso_account_id"] {
                let wrong = Arguments { slug: slug.to_owned(), ..right.clone() };
                judge(&format!("{}: slug {slug}", way.name), &render(&way, &wrong), &[slug], &mut failures);
            }
        }
        let wrong = Arguments { slug: sso.clone(), ..right.clone() };
        judge(&format!("{}: the account for the slug", way.name), &render(&way, &wrong), &[&sso], &mut failures);
    }
    assert!(failures.is_empty(), "{failures}");
}
