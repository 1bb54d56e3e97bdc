//! Faults in the tenants' values.

use crate::layouts::expect::{At, Expected, Parts, left_over};
use crate::layouts::list::{Layout, Reach};
use crate::layouts::names::Names;
use crate::layouts::nodes::Form;
use crate::layouts::stores::Store;
use crate::layouts::tenants::{Atom, Field, Tenant, Written, newcomer};

/// What must be reported for a fault in a setup.
pub(crate) enum Effect {
    Found(Vec<Expected>),
    /// The fault cannot be detected, for this reason.
    Undetectable(&'static str),
    /// The setup cannot have this fault.
    Impossible,
}

use Effect::{Found, Impossible, Undetectable};

/// A fault: its name, and how it is made.
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) make: Make,
}

/// How a fault is planted in one tenant.
pub(crate) enum Make {
    /// Parts are copied from another tenant.
    LeftOver(&'static [Atom]),
    /// A part has another text: the part, the text, and the rule that reports it at that text.
    Part(Atom, fn(&str) -> String, &'static str),
    /// A whole field has another text: the field, the text, the rule, and the part of the text that is wrong.
    Whole(Field, fn(&Tenant) -> String, &'static str, fn(&Tenant) -> String),
    /// A field is written in another way.
    Written(Field, Written, &'static str),
    Other(fn(&mut [Tenant], &Layout, &Names) -> Effect),
}

const fn fault(name: &'static str, make: Make) -> Fault {
    Fault { name, make }
}

use Atom::{Instance, Region, RoleAccount, RoleName, Set, SetInstance, Sso, Target};
use Make::{LeftOver, Other, Part, Whole};

/// The faults. They are planted in the second tenant; values that are left over come from the first.
#[rustfmt::skip]
pub(crate) const FAULTS: [Fault; 61] = [
    // Values that were left over from another tenant.
    fault("left-over sso", LeftOver(&[Sso])),
    fault("left-over instance", LeftOver(&[Instance])),
    fault("left-over role account", LeftOver(&[RoleAccount])),
    fault("left-over role name", LeftOver(&[RoleName])),
    fault("left-over role", LeftOver(&[RoleAccount, RoleName])),
    fault("left-over set's instance", LeftOver(&[SetInstance])),
    fault("left-over set", LeftOver(&[SetInstance, Set])),
    fault("left-over set id", LeftOver(&[Set])),
    fault("left-over target", LeftOver(&[Target])),
    fault("left-over settings", LeftOver(&[Instance, Region, RoleAccount, RoleName])),
    fault("left-over account and role's", LeftOver(&[Sso, RoleAccount])),
    fault("left-over instance and set's", LeftOver(&[Instance, SetInstance])),
    fault("left-over set and target", LeftOver(&[SetInstance, Set, Target])),
    fault("copied entry", Other(copied)),
    fault("copied entry, role renamed", Other(copied_and_renamed)),
    // An account that the tenant must not use.
    fault("target is own sso", Other(|t, l, n| elsewhere(t, l, n, |t| t[1].sso.clone(), "target-is-sso-account"))),
    fault("target is other sso", Other(|t, l, n| elsewhere(t, l, n, |t| t[2].sso.clone(), "target-is-foreign-sso-account"))),
    fault("target is Sym's account", Other(|t, l, n| elsewhere(t, l, n, |_| "803477428605".into(), "forbidden-account"))),
    fault("target is nearly another's", Other(near)),
    fault("sso and target exchanged", Other(exchanged)),
    fault("targets of two exchanged", Other(|t, _, _| { swap(t, |t| &mut t.target); Undetectable("both accounts belong to nobody else") })),
    fault("roles of two exchanged", Other(roles_exchanged)),
    // Typing errors.
    fault("typo in sso", Other(typo_in_sso)),
    fault("typo in target", Other(|t, _, _| { t[1].target = typo(&t[1].target); Undetectable("an account that is written once") })),
    fault("typo in role account", Other(typo_in_role)),
    fault("typo in set's instance", Other(typo_in_set_instance)),
    fault("typo in instance", Other(typo_in_instance)),
    fault("typo in role name", Part(RoleName, |name| name.replacen("SSO", "SSOx", 1), "connector-role-unexpected")),
    fault("typo in region", Part(Region, |_| "eu-wset-1".into(), "region-invalid")),
    // Malformed.
    fault("sso of 11 digits", Part(Sso, |id| id[..11].into(), "account-id-format")),
    fault("target of 13 digits", Part(Target, |id| format!("{id}7"), "account-id-format")),
    fault("target with dashes", Part(Target, |id| format!("{}-{}-{}", &id[..4], &id[4..8], &id[8..]), "account-id-format")),
    fault("target with the letter O", Part(Target, |id| format!("{}O", &id[..11]), "account-id-format")),
    fault("target of a spreadsheet", Part(Target, |_| "9.15827E+11".into(), "account-id-format")),
    fault("set's id is short", Part(Set, |id| id[..id.len() - 1].into(), "permission-set-arn-format")),
    fault("instance's id is short", Other(short_instance)),
    fault("instance's id is not hex", Other(not_hex)),
    fault("set of another service", Whole(Field::SetArn, |t| t.text(Field::SetArn).replacen("permissionSet", "permissionset", 1), "permission-set-arn-format", |_| "permissionset".into())),
    fault("instance in capitals", Whole(Field::InstanceArn, |t| t.text(Field::InstanceArn).replacen("instance/", "Instance/", 1), "instance-arn-format", |_| "Instance".into())),
    fault("role of STS", Whole(Field::RoleArn, |t| format!("arn:aws:sts::{}:assumed-role/x/y", t.role_account), "role-arn-format", |t| format!("arn:aws:sts::{}:assumed-role/x/y", t.role_account))),
    fault("role outside the path", Whole(Field::RoleArn, |t| t.text(Field::RoleArn).replacen("role/sym/", "role/", 1), "role-outside-sym-path", |_| "/".into())),
    fault("role of another kind", Part(RoleName, |_| "OrganizationAccountAccessRole".into(), "connector-role-name")),
    fault("role in another partition", Whole(Field::RoleArn, |t| t.text(Field::RoleArn).replacen("arn:aws:", "arn:aws-cn:", 1), "partition-mismatch", |_| "aws-cn".into())),
    fault("cloud in capitals", Whole(Field::Cloud, |_| "AWS".into(), "cloud-invalid", |_| "AWS".into())),
    fault("unknown region", Part(Region, |_| "eu-west-9".into(), "region-unsupported")),
    fault("blank behind target", Whole(Field::Target, |t| format!("{} ", t.target), "suspicious-characters", |_| " ".into())),
    fault("invisible character in role", Whole(Field::RoleArn, |t| t.text(Field::RoleArn).replacen("SSO", "SSO\u{200b}", 1), "suspicious-characters", |_| "\u{200b}".into())),
    fault("placeholder target", Part(Target, |_| "123456789012".into(), "placeholder-value")),
    // Written in another way.
    fault("missing target", Make::Written(Field::Target, Written::Missing, "missing-attribute")),
    fault("missing set", Make::Written(Field::SetArn, Written::Missing, "missing-attribute")),
    fault("missing role", Make::Written(Field::RoleArn, Written::Missing, "missing-attribute")),
    fault("missing region", Make::Written(Field::Region, Written::Missing, "missing-attribute")),
    fault("empty target", Make::Written(Field::Target, Written::As(String::new()), "missing-attribute")),
    fault("null target", Make::Written(Field::Target, Written::Null, "missing-attribute")),
    fault("misspelt target", Make::Written(Field::Target, Written::Misspelt, "missing-attribute")),
    fault("list of a target", Make::Written(Field::Target, Written::Listed, "type-mismatch")),
    fault("list of a region", Make::Written(Field::Region, Written::Listed, "type-mismatch")),
    fault("number as target", Other(|t, l, n| number(t, l, n, "915827304462", "account-id-not-string"))),
    fault("number that lost its zero", Other(|t, l, n| number(t, l, n, "58264971103", "account-id-format"))),
    fault("target twice", Other(|t, l, n| twice(t, l, n, Field::Target, |t| t.target.clone()))),
    fault("key that Sym refuses", Other(odd_key)),
];

impl Fault {
    /// Plants the fault in `tenants`, and returns what must be found.
    pub(crate) fn make(&self, tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
        let clean = tenants.to_vec();
        let parts = Parts::new(layout, &clean);
        let own = Some(layout.label(&clean[1], names));
        match &self.make {
            LeftOver(atoms) => {
                if atoms.iter().any(|&atom| !parts.has(atom)) {
                    return Impossible;
                }
                if layout.form == Form::Assignment && atoms.starts_with(&[Instance, SetInstance]) {
                    return Undetectable("assignments in one instance are usual, and no account says whose it is");
                }
                for &atom in *atoms {
                    let text = clean[0].get(atom).to_owned();
                    tenants[1].set(atom, &text);
                }
                Found(left_over(layout, names, &clean, tenants, atoms, 1, 0))
            }
            Part(atom, change, rule) => {
                if !parts.has(*atom) {
                    return Impossible;
                }
                let text = change(clean[1].get(*atom));
                tenants[1].set(*atom, &text);
                Found(vec![Expected::new(rule, own, vec![parts.at(tenants, 1, *atom)])])
            }
            Whole(field, change, rule, wrong) => {
                if !parts.has_field(*field) || layout.store.omitted().contains(field) {
                    return Impossible;
                }
                tenants[1].written.insert(*field, Written::As(change(&clean[1])));
                let at = At::Part(format!("t1.{}", field.name()), wrong(&clean[1]));
                Found(vec![Expected::new(rule, own, vec![at])])
            }
            Make::Written(field, written, rule) => {
                let is_cell = layout.store == Store::Csv && !matches!(written, Written::As(_));
                let is_listed = matches!((parts.form(), field), (Form::Accounts, Field::Target));
                let is_table = layout.reach == Reach::Tables && matches!(field, Field::SetArn | Field::Target);
                if !parts.has_field(*field) || is_cell || is_listed || is_table || layout.reach == Reach::Calls {
                    return Impossible;
                }
                tenants[1].written.insert(*field, written.clone());
                let at = match written {
                    Written::Listed => {
                        vec![At::Whole("t1.".to_owned() + field.name()), At::Within("t1.".to_owned() + field.name())]
                    }
                    _ => vec![At::Within("t1.entry".into()), At::Within("t1.grant".into()), At::Whole("t1.key".into())],
                };
                Found(vec![Expected::new(rule, own, at)])
            }
            Other(make) => make(tenants, layout, names),
        }
    }
}

/// The ID with its third digit changed.
fn typo(id: &str) -> String {
    let digit = if &id[2..3] == "4" { "5" } else { "4" };
    format!("{}{digit}{}", &id[..2], &id[3..])
}

fn swap(tenants: &mut [Tenant], field: fn(&mut Tenant) -> &mut String) {
    let (left, right) = tenants.split_at_mut(2);
    std::mem::swap(field(&mut left[1]), field(&mut right[0]));
}

fn label(tenants: &[Tenant], index: usize, layout: &Layout, names: &Names) -> Option<String> {
    Some(layout.label(&tenants[index], names))
}

fn copied(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    copy(tenants, layout, names, false)
}

fn copied_and_renamed(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    if layout.form == Form::Ids || layout.form == Form::Assignment {
        return Impossible;
    }
    copy(tenants, layout, names, true)
}

fn copy(tenants: &mut [Tenant], layout: &Layout, names: &Names, is_renamed: bool) -> Effect {
    let fresh = newcomer(names.keys);
    let role_name = if is_renamed { fresh.role_name } else { tenants[1].role_name.clone() };
    // The last tenant is the copy, because the second one may be in the other of two maps.
    let last = tenants.len() - 1;
    if matches!(layout.store, Store::ByVariable | Store::ByWorkspace) {
        return Impossible;
    }
    tenants[last] = Tenant { key: fresh.key, role_name, ..tenants[1].clone() };
    let parts = Parts::new(layout, tenants);
    let later = parts.later(last, 1);
    if layout.form == Form::Assignment {
        let at = vec![At::Within(format!("t{later}.entry")), At::Whole(format!("t{later}.key"))];
        return Found(vec![Expected::new("duplicate-entitlement", label(tenants, later, layout, names), at)]);
    }
    let expected = Expected::new("duplicate-tenant", label(tenants, later, layout, names), parts.key(later));
    Found(vec![expected])
}

fn elsewhere(
    tenants: &mut [Tenant],
    layout: &Layout,
    names: &Names,
    account: fn(&[Tenant]) -> String,
    rule: &'static str,
) -> Effect {
    let parts = Parts::new(layout, tenants);
    if layout.reach == Reach::Assignment && rule != "forbidden-account" {
        return Impossible;
    }
    tenants[1].target = account(tenants);
    Found(vec![Expected::new(rule, label(tenants, 1, layout, names), vec![parts.at(tenants, 1, Target)])])
}

fn near(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    tenants[1].target = typo(&tenants[0].target);
    let later = parts.later(1, 0);
    Found(vec![Expected::new(
        "near-duplicate-id",
        label(tenants, later, layout, names),
        vec![parts.at(tenants, later, Target)],
    )])
}

fn exchanged(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    let Tenant { sso, target, .. } = &mut tenants[1];
    std::mem::swap(sso, target);
    match parts.form() {
        Form::Bare | Form::Assignment => Impossible,
        Form::Ids => Undetectable("the role is made of the account, and both belong to nobody else"),
        _ => Found(vec![Expected::new(
            "role-account-mismatch",
            label(tenants, 1, layout, names),
            vec![parts.at(tenants, 1, Sso), parts.at(tenants, 1, RoleAccount)],
        )]),
    }
}

fn roles_exchanged(tenants: &mut [Tenant], layout: &Layout, _: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    if !parts.has(RoleAccount) {
        return Impossible;
    }
    swap(tenants, |tenant| &mut tenant.role_account);
    swap(tenants, |tenant| &mut tenant.role_name);
    let (rule, atom) =
        if parts.has(Sso) { ("role-account-mismatch", RoleAccount) } else { ("connector-role-foreign", RoleName) };
    let at = [1, 2].map(|index| parts.at(tenants, index, atom)).to_vec();
    Found(vec![Expected::new(rule, Some(Expected::ANY.to_owned()), at)])
}

fn typo_in_sso(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    tenants[1].sso = typo(&tenants[1].sso);
    match parts.form() {
        Form::Bare | Form::Assignment => Impossible,
        Form::Ids => Undetectable("an account that is written once"),
        _ => mismatch(tenants, &parts, layout, names),
    }
}

fn typo_in_role(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    tenants[1].role_account = typo(&tenants[1].role_account);
    match parts.form() {
        Form::Ids | Form::Assignment => Impossible,
        Form::Bare => Undetectable("an account that is written once"),
        _ => mismatch(tenants, &parts, layout, names),
    }
}

/// If neither account is known, either of the two may be reported.
fn mismatch(tenants: &[Tenant], parts: &Parts, layout: &Layout, names: &Names) -> Effect {
    let at = vec![parts.at(tenants, 1, RoleAccount), parts.at(tenants, 1, Sso)];
    Found(vec![Expected::new("role-account-mismatch", label(tenants, 1, layout, names), at)])
}

fn typo_in_id(id: &str) -> String {
    let at = id.len() - 3;
    let digit = if &id[at..=at] == "4" { "5" } else { "4" };
    format!("{}{digit}{}", &id[..at], &id[at + 1..])
}

fn typo_in_set_instance(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    if !parts.has(SetInstance) {
        return Impossible;
    }
    tenants[1].set_instance = typo_in_id(&tenants[1].set_instance);
    instance_mismatch(tenants, &parts, layout, names)
}

fn typo_in_instance(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    let parts = Parts::new(layout, tenants);
    tenants[1].instance = typo_in_id(&tenants[1].instance);
    if !parts.has(SetInstance) {
        return Undetectable("an id that is written once");
    }
    instance_mismatch(tenants, &parts, layout, names)
}

fn instance_mismatch(tenants: &[Tenant], parts: &Parts, layout: &Layout, names: &Names) -> Effect {
    let at = vec![parts.at(tenants, 1, SetInstance), parts.at(tenants, 1, Instance)];
    Found(vec![Expected::new("instance-id-mismatch", label(tenants, 1, layout, names), at)])
}

/// The same malformed text in two places is one finding.
fn short_instance(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    in_both(tenants, layout, names, |id| id[..id.len() - 1].to_owned(), "instance-arn-format")
}

fn not_hex(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    in_both(tenants, layout, names, |id| id[..id.len() - 1].to_owned() + "z", "sso-id-not-hex")
}

fn in_both(
    tenants: &mut [Tenant],
    layout: &Layout,
    names: &Names,
    change: fn(&str) -> String,
    rule: &'static str,
) -> Effect {
    let parts = Parts::new(layout, tenants);
    let id = change(&tenants[1].instance);
    let tenant = &mut tenants[1];
    (tenant.instance, tenant.set_instance, tenant.second_set_instance) = (id.clone(), id.clone(), id);
    Found(vec![Expected::new(rule, label(tenants, 1, layout, names), vec![parts.at(tenants, 1, Instance)])])
}

fn number(tenants: &mut [Tenant], layout: &Layout, names: &Names, text: &str, rule: &'static str) -> Effect {
    if layout.form == Form::Accounts || layout.store == Store::Csv && rule == "account-id-not-string" {
        return Impossible;
    }
    tenants[1].written.insert(Field::Target, Written::Number(text.to_owned()));
    Found(vec![Expected::new(rule, label(tenants, 1, layout, names), vec![At::Whole("t1.target".into())])])
}

fn twice(tenants: &mut [Tenant], layout: &Layout, names: &Names, field: Field, first: fn(&Tenant) -> String) -> Effect {
    let is_table = layout.reach == Reach::Tables;
    if !layout.store.keeps_last_of_twins() || layout.form == Form::Accounts || is_table || layout.reach == Reach::Calls
    {
        return Impossible;
    }
    let text = first(&tenants[0]);
    tenants[1].written.insert(field, Written::Twice(text));
    let at = vec![At::Whole(format!("t1.{}.first", field.name())), At::Within(format!("t1.{}.first", field.name()))];
    Found(vec![Expected::new("duplicate-key", label(tenants, 1, layout, names), at)])
}

fn odd_key(tenants: &mut [Tenant], layout: &Layout, names: &Names) -> Effect {
    if matches!(layout.reach, Reach::Assignment) {
        return Impossible;
    }
    tenants[1].key = format!("{}.eu", tenants[1].key);
    let parts = Parts::new(layout, tenants);
    tenants[1].role_name =
        if parts.has(RoleName) { tenants[1].role_name.clone() + "-Eu" } else { tenants[1].role_name.clone() };
    Found(vec![Expected::new("slug-charset", label(tenants, 1, layout, names), {
        let mut at = vec![At::Part("t1.key".into(), ".".into())];
        at.extend(parts.key(1));
        if layout.store == Store::Fileset {
            // The file's name only appears in the expression that lists the files.
            at.push(At::Anywhere);
        }
        at
    })])
}
