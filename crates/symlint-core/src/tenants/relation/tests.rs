//! The relations between tenants that differ in some of their values.

use symlint_terraform::{Form, Kind, Origin, Path, PathStep, Root, Sources, Span, Str, Value};

use super::super::field::Field;
use super::super::groups::Members;
use super::super::id::RunId;
use super::super::kind::FieldKind;
use super::super::tenant::{Connector, Grant, Provenance, Whole};
use super::*;
use RelationKind::*;

/// The values of a tenant in the order of the shipped example, with one grant or more.
#[derive(Clone)]
struct Row {
    /// The key. Without one, the letter of the alphabet at the row's position is used.
    key: Option<&'static str>,
    sso: &'static str,
    instance: &'static str,
    region: &'static str,
    role: &'static str,
    /// The instance, the permission set, and the target.
    grants: Vec<[&'static str; 3]>,
}

const A: (&str, &str, [&str; 3]) =
    ("719240583316", "ssoins-7223a91be40c5d68", ["ssoins-7223a91be40c5d68", "ps-5e1b09c7d2a84f63", "604178239951"]);
const B: (&str, &str, [&str; 3]) =
    ("280365914472", "ssoins-68042f7d9be0a513", ["ssoins-68042f7d9be0a513", "ps-b3c8f10a6e4d9275", "915827304462"]);
const C: (&str, &str, [&str; 3]) =
    ("048261739905", "ssoins-69873c5a0f81be42", ["ssoins-69873c5a0f81be42", "ps-0d94e7b25f3ac861", "352790641188"]);

fn row((sso, instance, grant): (&'static str, &'static str, [&'static str; 3]), region: &'static str) -> Row {
    Row { key: None, sso, instance, region, role: sso, grants: vec![grant] }
}

fn rows() -> [Row; 3] {
    [row(A, "us-east-1"), row(B, "eu-west-1"), row(C, "eu-central-1")]
}

fn tenant(at: usize, id: TenantId, row: &Row, span: Span) -> Tenant {
    let name = row.key.unwrap_or(["a", "b", "c", "d"][at]);
    let path = Path::root(Root::variable("customer_tenants".into())).join(PathStep::Key(name.into()));
    let field = |kind, text: String| {
        // This text stands for a value that is not known before apply.
        let value = match text.as_str() {
            text if text.contains('?') => Value::unknown("a test says so", span),
            text => Value::new(Kind::String(text.into()), Origin::written(span, Form::Whole)),
        };
        Field::new(kind, id, Some(value), span)
    };
    Tenant {
        id,
        key: field(FieldKind::Key, name.into()),
        other_names: Vec::new(),
        sso_account_id: field(FieldKind::SsoAccountId, row.sso.into()),
        connector: Connector {
            cloud: field(FieldKind::Cloud, "aws".into()),
            instance_arn: field(FieldKind::InstanceArn, format!("arn:aws:sso:::instance/{}", row.instance)),
            region: field(FieldKind::Region, row.region.into()),
            role_arn: field(FieldKind::RoleArn, format!("arn:aws:iam::{}:role/sym/SymSSOFoo", row.role)),
            is_common: false,
        },
        grants: row
            .grants
            .iter()
            .map(|[instance, id, target]| {
                Grant::new(
                    field(FieldKind::PermissionSetArn, format!("arn:aws:sso:::permissionSet/{instance}/{id}")),
                    field(FieldKind::TargetAccountId, (*target).into()),
                )
            })
            .collect(),
        provenance: Provenance::Collection(0),
        whole: Whole::Object,
        path,
        missing: Vec::new(),
        misfits: Vec::new(),
        span,
    }
}

/// The relations between `rows`, as kind, tenant, and other tenant, if the configuration has these customers and
/// organizations. They must be the same if each tenant is in a root module of its own.
fn found_among(rows: &[Row], customers: &[&[&str]], organizations: &[&[&str]]) -> Vec<(RelationKind, usize, usize)> {
    let roots: Vec<String> = (0..rows.len()).map(|at| at.to_string()).collect();
    let apart: Vec<(&str, Vec<Row>)> =
        roots.iter().zip(rows).map(|(root, row)| (root.as_str(), vec![row.clone()])).collect();
    let found = found_in_runs(&[("root", rows.to_vec())], customers, organizations);
    assert_eq!(found_in_runs(&apart, customers, organizations), found, "in root modules of their own");
    found
}

/// The relations between tenants in runs of root modules. The tenants are numbered and named across all runs.
fn found_in_runs(
    runs: &[(&str, Vec<Row>)],
    customers: &[&[&str]],
    organizations: &[&[&str]],
) -> Vec<(RelationKind, usize, usize)> {
    let sources = Sources::new();
    let file = sources.add("x", vec![b'x'; 256]).unwrap();
    // Each tenant is written at a place of its own.
    let span = |at: usize| Span::at(file, at..at + 1);
    let mut count = 0;
    let of_run = |(run, (_, rows)): (usize, &(&str, Vec<Row>))| {
        let first = count;
        count += rows.len();
        let tenants = rows.iter().enumerate();
        tenants.map(|(at, row)| tenant(first + at, TenantId::new(RunId::at(run), at), row, span(first + at))).collect()
    };
    let tenants: Vec<Vec<Tenant>> = runs.iter().enumerate().map(of_run).collect();
    let named = |groups: &[&[&str]], key: &str| {
        const NAMES: [&str; 3] = ["0", "1", "2"];
        groups.iter().position(|keys| keys.contains(&key)).map(|at| NAMES[at])
    };
    let members: Vec<Members<'_>> = runs
        .iter()
        .zip(&tenants)
        .enumerate()
        .map(|(run, ((root, _), tenants))| Members {
            run: RunId::at(run),
            root,
            tenants: tenants.iter().collect(),
            configured: Box::new(|tenant| [named(customers, tenant.name()), named(organizations, tenant.name())]),
            written: Box::new(move |tenant| (Str::from(run.to_string()), tenant.id.index() as u32)),
        })
        .collect();
    let tenants: Vec<&Tenant> = tenants.iter().flatten().collect();
    let comparables: Vec<Comparable<'_>> = tenants.iter().map(|tenant| Comparable::of(tenant)).collect();
    let groups = Groups::new(&members, &comparables);
    let has_runs = runs.len() > 1;
    let owners = OwnerIndex::new(&tenants, &comparables, &groups, has_runs);
    let compared =
        Compared { tenants: &tenants, comparables: &comparables, groups: &groups, owners: &owners, has_runs };
    let mut found = relations(&compared);
    found.extend(copies(&members, &comparables));
    found
        .into_iter()
        .map(|relation| (relation.kind, groups.place(relation.tenant), groups.place(relation.other)))
        .collect()
}

fn found_in(rows: &[Row], customers: &[&[&str]]) -> Vec<(RelationKind, usize, usize)> {
    found_among(rows, customers, &[])
}

type Change = (&'static str, fn(&mut Row, &Row));

const SSO: Change = ("sso", |to, from| to.sso = from.sso);
const INSTANCE: Change = ("instance", |to, from| to.instance = from.instance);
const REGION: Change = ("region", |to, from| to.region = from.region);
const ROLE: Change = ("role", |to, from| to.role = from.role);
const PERMISSION_SET: Change =
    ("permission set", |to, from| [to.grants[0][0], to.grants[0][1]] = [from.grants[0][0], from.grants[0][1]]);
const PS_INSTANCE: Change = ("instance of the permission set", |to, from| to.grants[0][0] = from.grants[0][0]);
const PS_ID: Change = ("id of the permission set", |to, from| to.grants[0][1] = from.grants[0][1]);
const TARGET: Change = ("target", |to, from| to.grants[0][2] = from.grants[0][2]);
const TARGET_FROM_SSO: Change = ("target from SSO account", |to, from| to.grants[0][2] = from.sso);

#[test]
fn values_left_over_from_another_tenant_are_at_most_one_relation() {
    let settings = [INSTANCE, REGION, ROLE];
    let all = [SSO, INSTANCE, REGION, ROLE, PERMISSION_SET, TARGET];
    let but = |names: &[&str]| all.iter().copied().filter(|(name, _)| !names.contains(name)).collect::<Vec<_>>();
    let cases: Vec<(Vec<Change>, Option<RelationKind>)> = vec![
        (vec![], None),
        // A tenant that contradicts itself has a finding of its own.
        (vec![SSO], None),
        (vec![INSTANCE], None),
        (vec![ROLE], None),
        (vec![PERMISSION_SET], None),
        (vec![PS_INSTANCE], None),
        (settings.to_vec(), None),
        (vec![PERMISSION_SET, TARGET], None),
        (vec![INSTANCE, TARGET], None),
        (vec![SSO, INSTANCE, REGION, ROLE], None),
        (but(&["permission set"]), None),
        (but(&["instance"]), None),
        (vec![SSO, TARGET], None),
        (but(&["sso"]), None),
        (but(&["role"]), None),
        // A region that is left over cannot be detected.
        (vec![REGION], None),
        // One case for each kind of relation.
        (all.to_vec(), Some(DuplicateTenant)),
        (but(&["region"]), Some(DuplicateTenant)),
        (vec![SSO, ROLE], Some(DuplicateSsoAccount)),
        (vec![SSO, ROLE, TARGET], Some(DuplicateSsoAccount)),
        (vec![SSO, ROLE, INSTANCE, PS_INSTANCE], Some(DuplicateSsoAccount)),
        (vec![INSTANCE, PERMISSION_SET], Some(DuplicateInstance)),
        (vec![INSTANCE, PS_INSTANCE], Some(DuplicateInstance)),
        (vec![INSTANCE, REGION, PERMISSION_SET, TARGET], Some(DuplicateInstance)),
        (vec![TARGET_FROM_SSO], Some(TargetIsForeignSsoAccount)),
        (vec![TARGET], Some(DuplicateTargetAccount)),
        (vec![PS_ID, TARGET], Some(DuplicateTargetAccount)),
        (vec![PS_ID], Some(DuplicatePermissionSet)),
        (but(&["target"]), Some(SharedSsoAccount)),
        (vec![SSO, INSTANCE, REGION, ROLE, PS_INSTANCE], Some(SharedSsoAccount)),
        (vec![SSO, INSTANCE, REGION, ROLE, PS_INSTANCE, TARGET], Some(SharedSsoAccount)),
    ];
    for (changes, kind) in cases {
        for (to, from) in [(0, 1), (1, 0), (2, 0), (1, 2)] {
            let mut rows = rows();
            let source = rows[from].clone();
            changes.iter().for_each(|(_, change)| change(&mut rows[to], &source));
            let on = if kind == Some(TargetIsForeignSsoAccount) { (to, from) } else { (to.max(from), to.min(from)) };
            let expected: Vec<_> = kind.map(|kind| (kind, on.0, on.1)).into_iter().collect();
            let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
            assert_eq!(found_in(&rows, &[]), expected, "{names:?} of {to} from {from}");
        }
    }
}

#[test]
fn tenants_of_one_customer_must_have_the_same_instance_and_region() {
    let [a, ..] = rows();
    assert_eq!(found_in(&[a.clone(), a.clone()], &[&["a", "b"]]), []);
    assert_eq!(found_in(&[a.clone(), a.clone(), a.clone()], &[&["a", "b"]]), [(DuplicateTenant, 2, 0)]);
    assert_eq!(
        found_in(&[a.clone(), a.clone(), a.clone()], &[&["a", "c"]]),
        [(DuplicateTenant, 1, 0), (DuplicateTenant, 2, 1)]
    );
    let other_region = Row { region: "us-east-2", ..a.clone() };
    assert_eq!(found_in(&[a.clone(), other_region], &[&["a", "b"]]), [(OrganizationMismatch, 1, 0)]);
    let [_, b, c] = rows();
    assert_eq!(found_in(&[a.clone(), b.clone(), c.clone()], &[&["c", "a"]]), [(OrganizationMismatch, 2, 0)]);
    // A malformed ID has a finding of its own.
    let short = Row { instance: "ssoins-7223a91be40c5d6", ..a.clone() };
    assert_eq!(found_in(&[a.clone(), short], &[&["a", "b"]]), []);
    // Two equal grants within one tenant are not a relation between tenants.
    let twice = Row { grants: vec![A.2, A.2], ..a };
    assert_eq!(
        found_in(&[twice, b, c], &[&["a", "b"], &["c"]]),
        [(DuplicateEntitlement, 0, 0), (OrganizationMismatch, 1, 0)]
    );
}

#[test]
fn customers_in_one_organization_must_not_share_targets() {
    let [a, b, _] = rows();
    let own_target = Row { grants: vec![[A.1, "ps-7c20d5e9f1ab8364", "209475186634"]], ..a.clone() };
    let all: &[&[&str]] = &[&["a", "b", "c"]];
    assert_eq!(found_among(&[a.clone(), own_target.clone()], &[], all), []);
    // A permission set belongs to the instance, and may be granted to both.
    let same_set = Row { grants: vec![[A.1, A.2[1], "209475186634"]], ..a.clone() };
    assert_eq!(found_among(&[a.clone(), same_set], &[], all), []);
    // A shared target is reported, whether or not the whole block was copied.
    assert_eq!(found_among(&[a.clone(), a.clone()], &[], all), [(SharedTargetAccount, 1, 0)]);
    let same_target = Row { grants: vec![[A.1, "ps-7c20d5e9f1ab8364", A.2[2]]], ..a.clone() };
    assert_eq!(
        found_among(&[a.clone(), own_target.clone(), same_target.clone()], &[], all),
        [(SharedTargetAccount, 2, 0)]
    );
    // If they are one customer, they may share it. The organization then contains the customer.
    assert_eq!(found_among(&[a.clone(), same_target.clone()], &[&["a", "b"]], &[&["a"]]), []);
    assert_eq!(
        found_among(&[a.clone(), same_target.clone(), same_target.clone()], &[&["a", "b"]], &[&["a", "c"]]),
        [(SharedTargetAccount, 2, 0)]
    );
    // A tenant outside of the organization must not share anything with its members.
    let outside = Row { grants: vec![[A.1, "ps-3ab81f6d92c5e074", "486120973355"]], ..a.clone() };
    assert_eq!(found_among(&[a.clone(), own_target.clone(), outside], &[], &[&["a", "b"]]), [(SharedSsoAccount, 2, 0)]);
    // Members with different instances contradict the configuration.
    assert_eq!(found_among(&[a.clone(), b], &[], all), [(OrganizationMismatch, 1, 0)]);
    let other_region = Row { region: "us-east-2", ..own_target };
    assert_eq!(found_among(&[a, other_region], &[], all), [(OrganizationMismatch, 1, 0)]);
}

#[test]
fn the_odd_one_of_many_is_found() {
    let [a, b, c] = rows();
    // Three kinds of access to one customer are one group, in any order.
    let a2 = Row { grants: vec![[A.1, "ps-7c20d5e9f1ab8364", "209475186634"]], ..a.clone() };
    let a3 = Row { grants: vec![[A.1, "ps-3ab81f6d92c5e074", "604178239951"]], ..a.clone() };
    assert_eq!(
        found_in(&[a.clone(), a2.clone(), a3.clone(), b.clone()], &[]),
        [(SharedSsoAccount, 1, 0), (SharedSsoAccount, 2, 0)]
    );
    // If the neighboring values are right, a wrong target is one finding.
    let wrong = Row { grants: vec![[B.1, B.2[1], "209475186634"]], ..b.clone() };
    let customer: &[&[&str]] = &[&["a", "b", "d"]];
    assert_eq!(found_in(&[a.clone(), a2.clone(), wrong, a2.clone()], customer), [(DuplicateTargetAccount, 2, 1)]);
    // If one of several grants was copied, the others are still compared.
    let mixed = Row { grants: vec![C.2, A.2, [C.1, "ps-7c20d5e9f1ab8364", B.2[2]]], ..c };
    assert_eq!(found_in(&[a, b, mixed], &[]), [(DuplicateTargetAccount, 2, 1)]);
}

#[test]
fn unknown_malformed_and_placeholder_values_are_not_compared() {
    let [a, b, _] = rows();
    let copy = |change: fn(&mut Row)| {
        let mut copy = a.clone();
        change(&mut copy);
        found_in(&[a.clone(), copy], &[])
    };
    assert_eq!(copy(|row| [row.sso, row.role] = ["?", "?"]), [(DuplicateEntitlement, 1, 0)]);
    assert_eq!(copy(|row| row.instance = "?"), [(DuplicateTenant, 1, 0)]);
    assert_eq!(copy(|row| row.grants = vec![[A.1, A.2[1], "?"]]), []);
    assert_eq!(copy(|row| row.grants = vec![["?", "?", "?"]]), []);
    // If an ID lacks a digit, only its format is reported.
    let short = Row { sso: "28036591447", role: "28036591447", ..b.clone() };
    let on_it = Row { instance: B.1, grants: vec![[B.1, "ps-7c20d5e9f1ab8364", "209475186634"]], ..a.clone() };
    assert_eq!(found_in(&[short.clone(), on_it.clone()], &[]), []);
    // Two IDs that are malformed in the same way are equal.
    assert_eq!(
        found_in(&[short, Row { sso: "28036591447", role: "28036591447", ..a.clone() }], &[]),
        [(DuplicateSsoAccount, 1, 0)]
    );
    let documented =
        Row { sso: "123456789012", role: "123456789012", grants: vec![[B.1, B.2[1], "111122223333"]], ..b };
    let other =
        Row { sso: "123456789012", role: "123456789012", grants: vec![[A.1, A.2[1], "111122223333"]], ..a.clone() };
    assert_eq!(found_in(&[documented, other], &[]), []);
}

/// `row` with another key.
fn named(key: &'static str, row: &Row) -> Row {
    Row { key: Some(key), ..row.clone() }
}

#[test]
fn equal_keys_are_one_customer_if_their_values_agree() {
    let [a, b, c] = rows();
    let among = |runs: &[(&str, Vec<Row>)]| found_in_runs(runs, &[], &[]);
    let (acme, bolt) = (named("acme", &a), named("bolt", &b));
    // Production and staging of the same customers, each in an organization of its own.
    let production = vec![acme.clone(), bolt.clone()];
    assert_eq!(among(&[("root", production.clone()), ("root", vec![named("acme", &c)])]), []);
    // An SSO account has only one instance, even for equal keys.
    let taken = Row { grants: c.grants.clone(), instance: c.instance, ..acme.clone() };
    assert_eq!(among(&[("root", production), ("root", vec![taken.clone()])]), [(DuplicateSsoAccount, 2, 0)]);
    assert_eq!(among(&[("one", vec![acme.clone()]), ("other", vec![taken])]), [(DuplicateSsoAccount, 1, 0)]);
    // One customer has grants in two root modules.
    let more = Row { grants: vec![["ssoins-7223a91be40c5d68", "ps-0d94e7b25f3ac861", "352790641188"]], ..acme.clone() };
    assert_eq!(among(&[("one", vec![acme.clone()]), ("other", vec![more.clone()])]), []);
    assert_eq!(
        among(&[("one", vec![acme.clone()]), ("other", vec![named("bolt", &more)])]),
        [(SharedSsoAccount, 1, 0)]
    );
    // A copied folder, and one in which only the key was changed.
    assert_eq!(among(&[("root", vec![acme.clone()]), ("root", vec![acme.clone()])]), []);
    assert_eq!(among(&[("one", vec![acme.clone()]), ("other", vec![acme.clone()])]), [(CopiedTenant, 1, 0)]);
    assert_eq!(among(&[("one", vec![acme.clone()]), ("other", vec![named("bolt", &a)])]), [(DuplicateTenant, 1, 0)]);
}

#[test]
fn mistakes_within_runs_are_not_relations_between_them() {
    let [a, b, _] = rows();
    let (acme, bolt) =
        (named("acme", &a), named("bolt", &Row { instance: b.instance, grants: b.grants.clone(), ..a.clone() }));
    let mut wrong = named("bolt", &b);
    wrong.grants[0][2] = a.grants[0][2];
    for (other, kind) in [(wrong, DuplicateTargetAccount), (bolt, DuplicateSsoAccount)] {
        let run = vec![acme.clone(), other];
        let kinds = found_in_runs(&[("root", run.clone()), ("root", run)], &[], &[]);
        let kinds: Vec<_> = kinds.into_iter().map(|(_, tenant, other)| (tenant, other)).collect();
        assert_eq!(kinds, [(1, 0), (3, 2)], "{kind:?}");
    }
}

#[test]
fn each_later_customer_is_compared_with_the_first() {
    let [a, b, c] = rows();
    let with_target = |key, row: &Row| {
        let mut row = named(key, row);
        row.grants[0][2] = a.grants[0][2];
        row
    };
    let (acme, bolt, coyote) = (named("acme", &a), with_target("bolt", &b), with_target("coyote", &c));
    let runs = [("1", vec![acme]), ("2", vec![bolt]), ("3", vec![coyote])];
    let found = found_in_runs(&runs, &[], &[]);
    assert_eq!(found, [(DuplicateTargetAccount, 1, 0), (DuplicateTargetAccount, 2, 0)]);
}
