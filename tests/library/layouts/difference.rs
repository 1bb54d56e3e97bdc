//! Known changes in every layout: `symlint diff` must report exactly what was changed, and nothing if a setup is only
//! written in a different way.

use std::fmt::Write;
use std::sync::Arc;

use symlint_core::diff::{Diff, GrantChange, TenantChangeKind};
use symlint_core::engine::{Engine, Named, Request, Side};
use symlint_core::level::Level;
use symlint_core::report::Known;
use symlint_rules::catalogue;
use symlint_terraform::FileTree;

use crate::layouts::list::{self, Layout, Reach};
use crate::layouts::marks::{Files, strip};
use crate::layouts::names::{NAMINGS, Names};
use crate::layouts::nodes::Form;
use crate::layouts::tenants::{Atom, KeyStyle, Tenant, newcomer, tenants};
use crate::layouts::view::Changes;
use crate::layouts::wiring::{self, Setting};

const COUNT: usize = 6;

fn side(files: &Files) -> Side {
    let tree: Arc<dyn FileTree> = Arc::new(files.clone());
    let request =
        Request { paths: vec![Named::Path(".".to_owned())], fail_on: Some(Level::Error), ..Request::default() };
    Side { tree, request }
}

fn diff(old: &Files, new: &Files) -> Diff {
    Engine::new(catalogue()).diff(&side(old), &side(new), None, "before".to_owned()).unwrap()
}

fn files(layout: &Layout, tenants: &[Tenant], names: &Names, changes: &Changes) -> Files {
    strip(&layout.build(tenants, tenants, names, changes)).0
}

fn plain(layout: &Layout, tenants: &[Tenant], names: &Names) -> Files {
    files(layout, tenants, names, &Changes::default())
}

/// What the comparison reports, with one line for each change.
fn said(diff: &Diff) -> String {
    let mut text = String::new();
    let value = |value: &Option<Known>| match value {
        Some(Known::Text(text)) => text.to_string(),
        Some(_) => "unknown".to_owned(),
        None => "-".to_owned(),
    };
    let grant = |grant: &GrantChange| {
        let GrantChange { permission_set, account, role, instance, .. } = grant;
        [permission_set, account, role, instance].map(value).join(" ")
    };
    for change in &diff.tenants {
        writeln!(text, "{:?} {} (was {:?})", change.change, change.tenant, change.old_key).unwrap();
        change.gained.iter().for_each(|it| writeln!(text, "  gains {}", grant(it)).unwrap());
        change.lost.iter().for_each(|it| writeln!(text, "  loses {}", grant(it)).unwrap());
        for it in &change.rerouted {
            writeln!(text, "  {} => {}", grant(&it.old), grant(&it.new)).unwrap();
        }
        for it in &change.values {
            writeln!(text, "  {} {} => {}", it.field, value(&it.old), value(&it.new)).unwrap();
        }
        if let Some(wired) = change.is_wired {
            writeln!(text, "  wired: {wired}").unwrap();
        }
    }
    for it in &diff.wiring {
        writeln!(text, "wiring {} {}: {:?} => {} for {:?}", it.block, it.name, it.old, it.new, it.tenants).unwrap();
    }
    for it in &diff.lists {
        writeln!(text, "{:?} {:?} gained: {}", it.list, it.entry, it.is_gained).unwrap();
    }
    for (what, findings) in [("new", &diff.findings.new), ("fixed", &diff.findings.fixed)] {
        for it in findings {
            writeln!(text, "{what} {} on {:?}: {}", it.rule, it.tenant, it.message).unwrap();
        }
    }
    for it in &diff.check.hidden {
        writeln!(text, "hidden {} {:?}: {}", it.finding.rule, it.by, it.finding.message).unwrap();
    }
    text
}

/// The layouts in which all tenants are found. Which tenants are compared is tested elsewhere.
fn understood() -> impl Iterator<Item = Layout> {
    list::all().filter(|layout| layout.name != "grouped")
}

/// The properties in which layouts differ: whether a tenant has several grants, whether it has an SSO account, and
/// whether its grants are assignments.
fn content(layout: &Layout) -> (bool, bool, bool) {
    let has_more = matches!(layout.form, Form::Grants | Form::Accounts | Form::TwoSets | Form::Organization);
    let has_sso = !matches!(layout.form, Form::Bare | Form::Assignment);
    (has_more, has_sso, matches!(layout.reach, Reach::Assignment))
}

#[test]
fn a_rewritten_setup_has_no_differences() {
    let mut failures = String::new();
    let layouts: Vec<Layout> = understood().collect();
    let mut compared = 0;
    for (at, layout) in layouts.iter().enumerate() {
        // All naming styles have the same keys.
        let tenants = tenants(COUNT, KeyStyle::Snake);
        let (names, other_names) = (NAMINGS[at % NAMINGS.len()], NAMINGS[(at + 1) % NAMINGS.len()]);
        let label = |layout: &Layout| layout.label(&tenants[0], names);
        let mut pairs = Vec::new();
        // In these layouts, names and order decide which of the tenants are used.
        let is_by_place = matches!(layout.reach, Reach::Organizations) || layout.name == "by-variable";
        if layout.reach != Reach::Remote && !is_by_place {
            pairs.push(("other names", plain(layout, &tenants, names), plain(layout, &tenants, other_names)));
        }
        let mut turned = tenants.clone();
        turned.reverse();
        if !is_by_place {
            pairs.push(("another order", plain(layout, &tenants, NAMINGS[0]), plain(layout, &turned, NAMINGS[0])));
        }
        for step in [1, 5, 11] {
            let other = &layouts[(at + step) % layouts.len()];
            if !is_by_place
                && other.name != "by-variable"
                && content(layout) == content(other)
                && !content(layout).0
                && label(layout) == label(other)
            {
                let both = (plain(layout, &tenants, NAMINGS[0]), plain(other, &tenants, NAMINGS[0]));
                pairs.push((other.name, both.0, both.1));
            }
        }
        for (what, old, new) in pairs {
            compared += 1;
            let diff = diff(&old, &new);
            if !diff.is_empty() || diff.summary.exit_code != 0 || diff.summary.tenants[0] == 0 {
                writeln!(failures, "{} with {what}:\n{}", layout.name, said(&diff)).unwrap();
            }
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(failures.is_empty(), "{failures}");
}

/// The change that must be reported.
struct Expected<'a> {
    kind: TenantChangeKind,
    tenant: &'a str,
    old_key: Option<&'a str>,
    gained: bool,
    lost: bool,
    rerouted: bool,
    fields: &'a [&'a str],
}

fn check(expected: &Expected<'_>, diff: &Diff) -> bool {
    let [change] = diff.tenants.as_slice() else { return false };
    let mut fields: Vec<&str> = change.values.iter().map(|value| value.field).collect();
    fields.dedup();
    change.change == expected.kind
        && change.tenant.as_str() == expected.tenant
        && change.old_key.as_ref().map(|key| key.as_str()) == expected.old_key
        && change.gained.is_empty() != expected.gained
        && change.lost.is_empty() != expected.lost
        && change.rerouted.is_empty() != expected.rerouted
        && fields == expected.fields
        && diff.wiring.is_empty()
        && change.is_wired.is_none()
}

#[test]
fn each_change_is_reported_exactly() {
    let mut failures = String::new();
    let mut count = 0;
    let mut try_one = |layout: &Layout, what: &str, old: &[Tenant], new: &[Tenant], expected: Expected<'_>| {
        let names = NAMINGS[0];
        let diff = diff(&plain(layout, old, names), &plain(layout, new, names));
        count += 1;
        if !check(&expected, &diff) {
            writeln!(failures, "{} {what}:\n{}", layout.name, said(&diff)).unwrap();
        }
    };
    for layout in understood() {
        let (has_more, has_sso, is_assignment) = content(&layout);
        let old = tenants(COUNT, KeyStyle::Snake);
        let label = |tenant: &Tenant| layout.label(tenant, NAMINGS[0]);
        // In these layouts, a tenant with two grants has two entries, or only half of the tenants are used.
        if matches!(layout.reach, Reach::Organizations) || layout.name == "by-variable" {
            continue;
        }
        // In this layout, the role is built from the key.
        let is_derived = layout.form == Form::Ids;
        let of = |kind, tenant| Expected {
            kind,
            tenant,
            old_key: None,
            gained: false,
            lost: false,
            rerouted: false,
            fields: &[],
        };
        let mut added = old.clone();
        added.insert(1, newcomer(KeyStyle::Snake));
        let newcomer = label(&added[1]);
        let expected = Expected { gained: true, ..of(TenantChangeKind::Added, newcomer.as_str()) };
        try_one(&layout, "added", &old, &added, expected);
        let expected = Expected { lost: true, ..of(TenantChangeKind::Removed, newcomer.as_str()) };
        try_one(&layout, "removed", &added, &old, expected);

        let mut renamed = old.clone();
        renamed[2].key = "painted_desert".to_owned();
        let (was, is) = (label(&old[2]), label(&renamed[2]));
        let expected = Expected {
            old_key: Some(&was),
            rerouted: is_derived,
            fields: if is_derived { &["role_arn"] } else { &[] },
            ..of(TenantChangeKind::Renamed, is.as_str())
        };
        try_one(&layout, "renamed", &old, &renamed, expected);

        let mut copied = old.clone();
        copied.push(Tenant { key: "painted_desert".to_owned(), ..old[0].clone() });
        let copy = label(&copied[COUNT]);
        let expected = Expected { gained: true, ..of(TenantChangeKind::Added, copy.as_str()) };
        try_one(&layout, "copied", &old, &copied, expected);

        let own = label(&old[1]);
        let changed = of(TenantChangeKind::Changed, own.as_str());
        let with = |changes: &[(Atom, &str)]| {
            let mut new = old.clone();
            changes.iter().for_each(|(atom, text)| new[1].set(*atom, text));
            new
        };
        let target = with(&[(Atom::Target, "533074268119")]);
        if !has_more {
            let expected = Expected { gained: true, lost: true, fields: &["target_account_id"], ..changed };
            try_one(&layout, "target", &old, &target, expected);
            let set = with(&[(Atom::Set, "ps-0000a1b2c3d4e5f6")]);
            let expected = Expected {
                gained: true,
                lost: true,
                fields: &["permission_set_arn"],
                ..of(TenantChangeKind::Changed, own.as_str())
            };
            try_one(&layout, "permission set", &old, &set, expected);
        }
        if !is_assignment {
            if !is_derived {
                let role = with(&[(Atom::RoleName, "SymSSOGreenValley2")]);
                let expected =
                    Expected { rerouted: true, fields: &["role_arn"], ..of(TenantChangeKind::Changed, own.as_str()) };
                try_one(&layout, "role", &old, &role, expected);
            }
            let region = with(&[(Atom::Region, "us-west-1")]);
            let expected = Expected { fields: &["region"], ..of(TenantChangeKind::Changed, own.as_str()) };
            try_one(&layout, "region", &old, &region, expected);
        }
        if has_sso && layout.form != Form::Ids {
            let sso = with(&[(Atom::Sso, "533074268119"), (Atom::RoleAccount, "533074268119")]);
            let expected = Expected {
                rerouted: true,
                fields: &["sso_account_id", "role_arn"],
                ..of(TenantChangeKind::Changed, own.as_str())
            };
            try_one(&layout, "SSO account", &old, &sso, expected);
        }
    }
    assert!(count > 300, "{count}");
    assert!(failures.is_empty(), "{count} changes:\n{failures}");
}

/// A change of the wiring is reported once, although it changes what all tenants receive.
#[test]
fn changed_wiring_is_reported() {
    let mut failures = String::new();
    let mut count = 0;
    for (at, layout) in understood().enumerate() {
        let (names, tenants) = (NAMINGS[0], tenants(COUNT, KeyStyle::Snake));
        let Some(site) = layout.site(&tenants, names) else { continue };
        let setting = Setting { layout: &layout, names, tenants: &tenants, site: &site };
        let old = plain(&layout, &tenants, names);
        // Each layout has a third of the faults, so that every fault is tested in many layouts.
        for (_, fault) in wiring::FAULTS.iter().enumerate().filter(|(fault, _)| (fault + at) % 3 == 0) {
            let is_value = ["account is", "permission set is", "role is", "instance is", "settings are"]
                .iter()
                .any(|start| fault.name.starts_with(start));
            let mut changes = Changes::default();
            let effect = (fault.make)(&setting, &mut changes);
            if !is_value || !matches!(effect, crate::layouts::data::Effect::Found(_)) {
                continue;
            }
            let diff = diff(&old, &files(&layout, &tenants, names, &changes));
            count += 1;
            let is_said = (1..=5).contains(&diff.wiring.len());
            // A value that depends on a condition is unknown, and reported for each tenant.
            let is_unknown = fault.name.ends_with("condition") && diff.tenants.len() == COUNT;
            if !is_said && !is_unknown {
                writeln!(failures, "{} {}:\n{}", layout.name, fault.name, said(&diff)).unwrap();
            }
        }
    }
    assert!(count > 200, "{count}");
    assert!(failures.is_empty(), "{count} changes:\n{failures}");
}
