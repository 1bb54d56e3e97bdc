//! What two tenants share that they should not: decided once for each pair, so that one cause makes one finding.
//!
//! Whatever several tenants have in common is held against the first of them that can be compared, so the cost is
//! linear in the number of tenants, and one wrong value among many right ones is one finding.

use std::collections::{HashMap, HashSet};

use super::arn::{Part, PermissionSetArn};
use super::comparable::{Comparable, ComparableGrant};
use super::index::{Firsts, Index};
use super::model::{Tenant, TenantId};
use crate::config::Config;
use crate::facts;

/// Something between two tenants, or between two grants of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// What it is.
    pub kind: RelationKind,
    /// On whom a finding stands: the later one, or the one that holds the wrong value.
    pub tenant: TenantId,
    /// To whom it relates: the first one, or the one whose value it is.
    pub other: TenantId,
    /// Which of the tenant's grants it is about, if it is about one.
    pub grant: Option<usize>,
    /// Which of the other's grants it is about, if it is about one.
    pub other_grant: Option<usize>,
}

/// What is between two tenants. A pair has only the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// The configuration puts them in one organization, but instance or region differ.
    OrganizationMismatch,
    /// Same SSO account, instance and grants.
    DuplicateTenant,
    /// Same SSO account, other instance or region.
    DuplicateSsoAccount,
    /// Same instance, other SSO account.
    DuplicateInstance,
    /// The target account is the other's SSO account; the instances differ.
    TargetIsForeignSsoAccount,
    /// Same target account, other instance.
    DuplicateTargetAccount,
    /// Same permission set id, other instance.
    DuplicatePermissionSet,
    /// Same SSO account, instance and region, other grants.
    SharedSsoAccount,
    /// Same permission set in the same account.
    DuplicateEntitlement,
}

/// All relations, in the order of the tenants on whom they stand.
pub(super) fn relations(tenants: &[Tenant], index: &Index, config: &Config) -> Vec<Relation> {
    let mut comparables: Vec<Comparable<'_>> = tenants.iter().map(Comparable::of).collect();
    comparables.iter_mut().for_each(|tenant| leave_out_forbidden_accounts(tenant, config));
    let mut finder = Finder { comparables: &comparables, index, found: Vec::new() };
    finder.organizations();
    finder.duplicate_tenants(tenants);
    finder.duplicate_sso_accounts();
    finder.duplicate_instances();
    finder.foreign_targets();
    finder.duplicate_targets();
    finder.duplicate_permission_sets();
    finder.shared_sso_accounts(tenants);
    finder.duplicate_entitlements();
    first_of_each_pair(finder.found)
}

/// An account that no tenant may use is reported as such wherever it stands; that two use it adds nothing.
fn leave_out_forbidden_accounts(tenant: &mut Comparable<'_>, config: &Config) {
    let is_allowed = |account: &Part<'_>| !config.is_forbidden_account(account.text());
    tenant.sso_account = tenant.sso_account.filter(is_allowed);
    for grant in &mut tenant.grants {
        grant.target = grant.target.filter(is_allowed);
    }
}

fn first_of_each_pair(mut found: Vec<Relation>) -> Vec<Relation> {
    let pair = |relation: &Relation| (relation.tenant.min(relation.other), relation.tenant.max(relation.other));
    found.sort_unstable_by_key(|relation| (pair(relation), *relation));
    // Two grants of one tenant are no pair of tenants: each repetition counts.
    found.dedup_by(|later, first| pair(later) == pair(first) && (later.tenant != later.other || later == first));
    // Whatever else is wrong with a copy is wrong with what it was copied from.
    let copies: HashSet<TenantId> = found
        .iter()
        .filter(|relation| relation.kind == RelationKind::DuplicateTenant)
        .map(|relation| relation.tenant)
        .collect();
    found.retain(|relation| {
        let is_inherited = relation.tenant != relation.other && copies.contains(&relation.tenant);
        !is_inherited || matches!(relation.kind, RelationKind::DuplicateTenant | RelationKind::OrganizationMismatch)
    });
    found.sort_unstable_by_key(|relation| (relation.tenant, *relation));
    found
}

struct Finder<'a, 't> {
    comparables: &'a [Comparable<'t>],
    index: &'a Index,
    found: Vec<Relation>,
}

/// The first tenants (and their grants) that have a text and a second part to be compared, by the text and by whether
/// that part is well-formed: a malformed one can be held against malformed ones alone.
type References<'t> = HashMap<(&'t str, bool), Reference<'t>>;

#[derive(Clone, Copy)]
struct Reference<'t> {
    tenant: TenantId,
    grant: Option<usize>,
    part: Part<'t>,
}

impl<'a, 't> Finder<'a, 't> {
    fn add(&mut self, kind: RelationKind, tenant: TenantId, other: TenantId) {
        self.found.push(Relation { kind, tenant, other, grant: None, other_grant: None });
    }

    fn grants(&self) -> impl Iterator<Item = (TenantId, usize, &'a ComparableGrant<'t>)> + use<'a, 't> {
        self.comparables
            .iter()
            .flat_map(|tenant| tenant.grants.iter().enumerate().map(|(at, grant)| (tenant.tenant, at, grant)))
    }

    fn organizations(&mut self) {
        let mut instances: HashMap<(usize, bool), (TenantId, Part<'t>)> = HashMap::new();
        let mut regions: HashMap<usize, (TenantId, &str)> = HashMap::new();
        for tenant in self.comparables {
            let Some(organization) = self.index.organization(tenant.tenant) else { continue };
            let instance = tenant.instance.and_then(|own| {
                let first = instances.entry((organization, own.well_formed)).or_insert((tenant.tenant, own));
                own.differs(first.1).then_some(first.0)
            });
            let region = tenant.region.and_then(|own| {
                let first = regions.entry(organization).or_insert((tenant.tenant, own));
                (own != first.1).then_some(first.0)
            });
            if let Some(other) = instance.or(region) {
                self.add(RelationKind::OrganizationMismatch, tenant.tenant, other);
            }
        }
    }

    fn duplicate_tenants(&mut self, tenants: &'t [Tenant]) {
        let mut seen: HashMap<Identity<'t>, Firsts> = HashMap::new();
        for (tenant, comparable) in tenants.iter().zip(self.comparables) {
            let Some(identity) = Identity::of(tenant, comparable) else { continue };
            let other = Firsts::stranger(seen.get(&identity), tenant.id, self.index);
            if let Some(other) = other {
                self.add(RelationKind::DuplicateTenant, tenant.id, other.tenant);
            }
            Firsts::add(&mut seen, identity, tenant.id, 0, self.index);
        }
    }

    fn duplicate_sso_accounts(&mut self) {
        let mut instances = References::new();
        let mut regions: HashMap<&str, (TenantId, &str)> = HashMap::new();
        for tenant in self.comparables {
            let Some(account) = tenant.sso_account.map(Part::text) else { continue };
            let instance = tenant.instance.and_then(|own| {
                let reference = Reference { tenant: tenant.tenant, grant: None, part: own };
                let first = *instances.entry((account, own.well_formed)).or_insert(reference);
                own.differs(first.part).then_some(first.tenant)
            });
            let region = tenant.region.and_then(|own| {
                let first = *regions.entry(account).or_insert((tenant.tenant, own));
                (own != first.1).then_some(first.0)
            });
            if let Some(other) = instance.or(region).filter(|&other| self.index.are_strangers(tenant.tenant, other)) {
                self.add(RelationKind::DuplicateSsoAccount, tenant.tenant, other);
            }
        }
    }

    fn duplicate_instances(&mut self) {
        let mut accounts = References::new();
        for tenant in self.comparables {
            let (Some(instance), Some(own)) = (tenant.instance, tenant.sso_account) else { continue };
            let reference = Reference { tenant: tenant.tenant, grant: None, part: own };
            let first = *accounts.entry((instance.text(), own.well_formed)).or_insert(reference);
            if own.differs(first.part) && self.index.are_strangers(tenant.tenant, first.tenant) {
                self.add(RelationKind::DuplicateInstance, tenant.tenant, first.tenant);
            }
        }
    }

    fn foreign_targets(&mut self) {
        let mut owners = References::new();
        for tenant in self.comparables {
            let (Some(account), Some(part)) = (tenant.sso_account, tenant.instance) else { continue };
            let reference = Reference { tenant: tenant.tenant, grant: None, part };
            owners.entry((account.text(), part.well_formed)).or_insert(reference);
        }
        self.hold_targets_against(&owners, |tenant, at, owner| Relation {
            kind: RelationKind::TargetIsForeignSsoAccount,
            tenant,
            other: owner.tenant,
            grant: Some(at),
            other_grant: None,
        });
    }

    fn duplicate_targets(&mut self) {
        let mut references = References::new();
        for (tenant, at, grant) in self.grants() {
            // A grant that contradicts its own tenant is no measure for others.
            if let (Some(target), [part]) = (grant.target, grant.instances.as_slice()) {
                let reference = Reference { tenant, grant: Some(at), part: *part };
                references.entry((target.text(), part.well_formed)).or_insert(reference);
            }
        }
        self.hold_targets_against(&references, |tenant, at, first| {
            let (here, there) = ((tenant, Some(at)), (first.tenant, first.grant));
            let ((tenant, grant), (other, other_grant)) = (here.max(there), here.min(there));
            Relation { kind: RelationKind::DuplicateTargetAccount, tenant, other, grant, other_grant }
        });
    }

    /// Finds the grants whose target is a key of `references`, in another instance.
    fn hold_targets_against(
        &mut self,
        references: &References<'t>,
        relation: impl Fn(TenantId, usize, Reference<'t>) -> Relation,
    ) {
        for (tenant, at, grant) in self.grants() {
            let (Some(target), Some(instance)) = (grant.target, grant.instances.first()) else { continue };
            let Some(reference) = references.get(&(target.text(), instance.well_formed)) else { continue };
            if grant.is_of_another_instance(reference.part) && self.index.are_strangers(tenant, reference.tenant) {
                self.found.push(relation(tenant, at, *reference));
            }
        }
    }

    fn duplicate_permission_sets(&mut self) {
        let mut references = References::new();
        for (tenant, at, grant) in self.grants() {
            let (Some(id), Some(part), false) = (grant.permission_set, grant.own_instance, grant.is_contradictory())
            else {
                continue;
            };
            let reference = Reference { tenant, grant: Some(at), part };
            let first = *references.entry((id.text(), part.well_formed)).or_insert(reference);
            if part.differs(first.part) && self.index.are_strangers(tenant, first.tenant) {
                self.found.push(Relation {
                    kind: RelationKind::DuplicatePermissionSet,
                    tenant,
                    other: first.tenant,
                    grant: Some(at),
                    other_grant: first.grant,
                });
            }
        }
    }

    fn shared_sso_accounts(&mut self, tenants: &'t [Tenant]) {
        let mut seen: HashMap<(&str, &str, &str), Firsts> = HashMap::new();
        for (comparable, tenant) in self.comparables.iter().zip(tenants) {
            let (Some(account), Some(instance), Some(region)) =
                (comparable.sso_account, comparable.instance, comparable.region)
            else {
                continue;
            };
            if grants(tenant).is_none() {
                continue;
            }
            let key = (account.text(), instance.text(), region);
            if let Some(other) = Firsts::stranger(seen.get(&key), tenant.id, self.index) {
                self.add(RelationKind::SharedSsoAccount, tenant.id, other.tenant);
            }
            Firsts::add(&mut seen, key, tenant.id, 0, self.index);
        }
    }

    fn duplicate_entitlements(&mut self) {
        let mut of_one: HashMap<(TenantId, [&str; 3]), usize> = HashMap::new();
        let mut of_all: HashMap<[&str; 3], Firsts> = HashMap::new();
        for (tenant, at, grant) in self.grants() {
            let (Some(instance), Some(id), Some(target)) = (grant.own_instance, grant.permission_set, grant.target)
            else {
                continue;
            };
            let entitlement = [instance.text(), id.text(), target.text()];
            let first = *of_one.entry((tenant, entitlement)).or_insert(at);
            let first = if first != at {
                Some((tenant, first))
            } else if grant.is_contradictory() {
                None
            } else {
                let first = Firsts::stranger(of_all.get(&entitlement), tenant, self.index);
                Firsts::add(&mut of_all, entitlement, tenant, at, self.index);
                first.map(|first| (first.tenant, first.grant))
            };
            if let Some((other, other_grant)) = first {
                self.found.push(Relation {
                    kind: RelationKind::DuplicateEntitlement,
                    tenant,
                    other,
                    grant: Some(at),
                    other_grant: Some(other_grant),
                });
            }
        }
    }
}

/// What makes a tenant a copy of another: everything but names and regions, contradictions included.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'t> {
    sso_account: &'t str,
    /// Only where it is another one than `sso_account`.
    role_account: Option<&'t str>,
    instance: &'t str,
    grants: Vec<[&'t str; 3]>,
}

impl<'t> Identity<'t> {
    fn of(tenant: &'t Tenant, comparable: &Comparable<'t>) -> Option<Self> {
        let sso_account = tenant.sso_account()?.text();
        let role_account = tenant.role_account().filter(|_| tenant.has_role_account_mismatch());
        let instance = tenant.instance_id().or(comparable.instance)?.text();
        let is_real = !facts::is_placeholder_account(sso_account) && !super::arn::is_placeholder_resource(instance);
        let grants = grants(tenant)?;
        is_real.then_some(Self { sso_account, role_account: role_account.map(Part::text), instance, grants })
    }
}

/// All grants in order, each once: instance, permission set, account. `None` where not all of them are known.
fn grants(tenant: &Tenant) -> Option<Vec<[&str; 3]>> {
    let grants: Option<Vec<[&str; 3]>> = tenant
        .grants
        .iter()
        .map(|grant| {
            let target = grant.target_account_id.as_str()?;
            let whole = grant.permission_set_arn.as_str()?;
            Some(match PermissionSetArn::of(&grant.permission_set_arn) {
                Some(arn) => [arn.instance_id.text(), arn.id.text(), target],
                None => ["", whole, target],
            })
        })
        .collect();
    let mut grants = grants.filter(|grants| !grants.is_empty())?;
    grants.sort_unstable();
    grants.dedup();
    Some(grants)
}

#[cfg(test)]
mod tests {
    use symlint_terraform::{Form, Kind, Origin, Path, Root, Sources, Span, Value};

    use super::super::field::{Field, FieldKind};
    use super::super::model::{Connector, Grant, Provenance, Whole};
    use super::*;
    use crate::config::Organization;
    use RelationKind::*;

    /// The values of a tenant, in the order of the shipped example, with one grant or more.
    #[derive(Clone)]
    struct Row {
        sso: &'static str,
        instance: &'static str,
        region: &'static str,
        role: &'static str,
        /// Instance, permission set, target.
        grants: Vec<[&'static str; 3]>,
    }

    const A: (&str, &str, [&str; 3]) =
        ("719240583316", "ssoins-7223a91be40c5d68", ["ssoins-7223a91be40c5d68", "ps-5e1b09c7d2a84f63", "604178239951"]);
    const B: (&str, &str, [&str; 3]) =
        ("280365914472", "ssoins-68042f7d9be0a513", ["ssoins-68042f7d9be0a513", "ps-b3c8f10a6e4d9275", "915827304462"]);
    const C: (&str, &str, [&str; 3]) =
        ("048261739905", "ssoins-69873c5a0f81be42", ["ssoins-69873c5a0f81be42", "ps-0d94e7b25f3ac861", "352790641188"]);

    fn row((sso, instance, grant): (&'static str, &'static str, [&'static str; 3]), region: &'static str) -> Row {
        Row { sso, instance, region, role: sso, grants: vec![grant] }
    }

    fn rows() -> [Row; 3] {
        [row(A, "us-east-1"), row(B, "eu-west-1"), row(C, "eu-central-1")]
    }

    fn tenant(at: usize, row: &Row, span: Span) -> Tenant {
        let id = TenantId(at as u32);
        let path = Path::root(Root::Variable("customer_tenants".into()));
        let field = |kind, text: String| {
            // Not known before apply, where a test says so.
            let value = match text.as_str() {
                text if text.contains('?') => Value::unknown("a test says so", span),
                text => Value::new(Kind::String(text.into()), Origin::written(span, Form::Whole)),
            };
            Field::new(kind, id, Some(value), span)
        };
        Tenant {
            id,
            key: field(FieldKind::Key, ["a", "b", "c", "d"][at].into()),
            sso_account_id: field(FieldKind::SsoAccountId, row.sso.into()),
            connector: Connector {
                cloud: field(FieldKind::Cloud, "aws".into()),
                instance_arn: field(FieldKind::InstanceArn, format!("arn:aws:sso:::instance/{}", row.instance)),
                region: field(FieldKind::Region, row.region.into()),
                role_arn: field(FieldKind::RoleArn, format!("arn:aws:iam::{}:role/sym/SymSSOFoo", row.role)),
            },
            grants: row
                .grants
                .iter()
                .map(|[instance, id, target]| Grant {
                    permission_set_arn: field(
                        FieldKind::PermissionSetArn,
                        format!("arn:aws:sso:::permissionSet/{instance}/{id}"),
                    ),
                    target_account_id: field(FieldKind::TargetAccountId, (*target).into()),
                })
                .collect(),
            provenance: Provenance::Variable("customer_tenants".into()),
            whole: Whole::Object,
            path,
            missing: Vec::new(),
            misfits: Vec::new(),
            span,
        }
    }

    /// The relations between `rows`, as kind, tenant and other.
    fn found_in(rows: &[Row], organizations: &[&[&str]]) -> Vec<(RelationKind, usize, usize)> {
        let sources = Sources::new();
        let span = Span::new(sources.add("x", b"x".to_vec()).unwrap(), 0..1);
        let tenants: Vec<Tenant> = rows.iter().enumerate().map(|(at, row)| tenant(at, row, span)).collect();
        let organizations = organizations
            .iter()
            .enumerate()
            .map(|(at, keys)| Organization {
                name: at.to_string(),
                tenants: keys.iter().map(|&key| key.to_owned()).collect(),
                span,
            })
            .collect();
        let config = Config { organizations, ..Config::default() };
        let index = Index::new(&tenants, &config);
        relations(&tenants, &index, &config)
            .into_iter()
            .map(|relation| (relation.kind, relation.tenant.index(), relation.other.index()))
            .collect()
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
    fn whatever_is_left_over_from_another_tenant_is_one_relation_or_none() {
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
            // Nothing that could be known.
            (vec![REGION], None),
            // Each kind.
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
            (vec![SSO, TARGET], Some(DuplicateTargetAccount)),
            (vec![PS_ID, TARGET], Some(DuplicateTargetAccount)),
            (vec![PS_ID], Some(DuplicatePermissionSet)),
            (but(&["target"]), Some(SharedSsoAccount)),
            (vec![SSO, INSTANCE, REGION, ROLE, PS_INSTANCE], Some(SharedSsoAccount)),
            (vec![SSO, INSTANCE, REGION, ROLE, PS_INSTANCE, TARGET], Some(SharedSsoAccount)),
            (but(&["sso"]), Some(DuplicateEntitlement)),
            (but(&["role"]), Some(DuplicateEntitlement)),
        ];
        for (changes, kind) in cases {
            for (to, from) in [(0, 1), (1, 0), (2, 0), (1, 2)] {
                let mut rows = rows();
                let source = rows[from].clone();
                changes.iter().for_each(|(_, change)| change(&mut rows[to], &source));
                let on =
                    if kind == Some(TargetIsForeignSsoAccount) { (to, from) } else { (to.max(from), to.min(from)) };
                let expected: Vec<_> = kind.map(|kind| (kind, on.0, on.1)).into_iter().collect();
                let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
                assert_eq!(found_in(&rows, &[]), expected, "{names:?} of {to} from {from}");
            }
        }
    }

    #[test]
    fn members_of_one_organization_share_what_they_like_but_instance_and_region() {
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
        // A malformed id has a finding of its own.
        let short = Row { instance: "ssoins-7223a91be40c5d6", ..a.clone() };
        assert_eq!(found_in(&[a.clone(), short], &[&["a", "b"]]), []);
        // Two grants of one tenant are its own affair.
        let twice = Row { grants: vec![A.2, A.2], ..a };
        assert_eq!(
            found_in(&[twice, b, c], &[&["a", "b"], &["c"]]),
            [(DuplicateEntitlement, 0, 0), (OrganizationMismatch, 1, 0)]
        );
    }

    #[test]
    fn of_many_the_odd_one_is_found() {
        let [a, b, c] = rows();
        // Three kinds of access to one customer are one group, whoever comes first.
        let a2 = Row { grants: vec![[A.1, "ps-7c20d5e9f1ab8364", "209475186634"]], ..a.clone() };
        let a3 = Row { grants: vec![[A.1, "ps-3ab81f6d92c5e074", "604178239951"]], ..a.clone() };
        assert_eq!(
            found_in(&[a.clone(), a2.clone(), a3.clone(), b.clone()], &[]),
            [(SharedSsoAccount, 1, 0), (SharedSsoAccount, 2, 0)]
        );
        // With the right ones around it, the wrong target is one finding.
        let wrong = Row { grants: vec![[B.1, B.2[1], "209475186634"]], ..b.clone() };
        let organization: &[&[&str]] = &[&["a", "b", "d"]];
        assert_eq!(
            found_in(&[a.clone(), a2.clone(), wrong, a2.clone()], organization),
            [(DuplicateTargetAccount, 2, 1)]
        );
        // One grant of several was copied: the others can still be compared.
        let mixed = Row { grants: vec![C.2, A.2, [C.1, "ps-7c20d5e9f1ab8364", B.2[2]]], ..c };
        assert_eq!(found_in(&[a, b, mixed], &[]), [(DuplicateTargetAccount, 2, 1)]);
    }

    #[test]
    fn what_is_unknown_malformed_or_from_a_documentation_is_not_held_against_anything_else() {
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
        // Too short by a digit: format findings stand alone.
        let short = Row { sso: "28036591447", role: "28036591447", ..b.clone() };
        let on_it = Row { instance: B.1, grants: vec![[B.1, "ps-7c20d5e9f1ab8364", "209475186634"]], ..a.clone() };
        assert_eq!(found_in(&[short.clone(), on_it.clone()], &[]), []);
        // Two that are malformed in the same way are the same.
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
}
