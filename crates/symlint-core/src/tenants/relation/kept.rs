//! Which of the relations are told.

use foldhash::{HashMap, HashSet};

use super::{Compared, Relation, RelationKind};
use crate::tenants::id::TenantId;

/// Of two tenants that contradict each other, the wrong one is the first where others agree with the later one alone. One
/// wrong value is one finding.
pub(super) fn blame_contradicted(found: &mut Vec<Relation>, compared: &Compared<'_, '_>) {
    if found.is_empty() {
        return;
    }
    let values = |place: usize| {
        let comparable = compared.comparables.get(place)?;
        Some((comparable.sso_account?.text(), comparable.instance?.text(), comparable.region))
    };
    let mut counts: HashMap<_, usize> = HashMap::default();
    for values in (0..compared.tenants.len()).filter_map(values) {
        *counts.entry(values).or_default() += 1;
    }
    let is_confirmed = |tenant: TenantId| {
        let count = values(compared.groups.place(tenant)).and_then(|values| counts.get(&values));
        count.is_some_and(|count| *count > 1)
    };
    let mut seen = HashSet::default();
    found.retain_mut(|relation| {
        if !matches!(relation.kind, RelationKind::DuplicateSsoAccount | RelationKind::DuplicateInstance) {
            return true;
        }
        if is_confirmed(relation.tenant) && !is_confirmed(relation.other) {
            std::mem::swap(&mut relation.tenant, &mut relation.other);
        }
        seen.insert((relation.kind, relation.tenant))
    });
}

/// Removes relations between tenants of one name with different accounts or instances, if one of the two was copied
/// from another customer: that is the cause.
pub(super) fn leave_out_namesakes(found: &mut Vec<Relation>, compared: &Compared<'_, '_>) {
    let name = |id: TenantId| compared.tenants.get(compared.groups.place(id)).map(|tenant| tenant.name());
    let is_of_account = |relation: &Relation| match relation.kind {
        RelationKind::DuplicateSsoAccount => Some(true),
        RelationKind::DuplicateInstance => Some(false),
        _ => None,
    };
    let are_namesakes = |relation: &Relation| name(relation.tenant) == name(relation.other);
    let copied: HashSet<(TenantId, bool)> = found
        .iter()
        .filter(|relation| !are_namesakes(relation))
        .filter_map(|relation| Some((relation, is_of_account(relation)?)))
        .flat_map(|(relation, of_account)| [(relation.tenant, of_account), (relation.other, of_account)])
        .collect();
    found.retain(|relation| match is_of_account(relation) {
        Some(of_account) if are_namesakes(relation) => {
            [relation.tenant, relation.other].iter().all(|tenant| !copied.contains(&(*tenant, !of_account)))
        }
        _ => true,
    });
}

/// Keeps one of the relations between two customers that occur in several runs: the one within a run, or else the one
/// between the first two runs.
pub(super) fn first_of_each_entry(mut found: Vec<Relation>, compared: &Compared<'_, '_>) -> Vec<Relation> {
    let groups = compared.groups;
    let entry = |id: TenantId| {
        let name = compared.tenants.get(groups.place(id)).map(|tenant| tenant.name());
        (groups.customer(id), name.unwrap_or_default())
    };
    let pair = |relation: &Relation| {
        let (a, b) = (entry(relation.tenant), entry(relation.other));
        if a < b { (a, b) } else { (b, a) }
    };
    let is_within = |relation: &Relation| relation.tenant.run == relation.other.run;
    let mut firsts: HashMap<_, (RelationKind, bool)> = HashMap::default();
    for relation in &found {
        let this = (relation.kind, !is_within(relation));
        firsts.entry(pair(relation)).and_modify(|first| *first = this.min(*first)).or_insert(this);
    }
    let mut seen = HashSet::default();
    found.retain(|relation| {
        let is_directed = relation.kind == RelationKind::TargetIsForeignSsoAccount;
        // A relation in both directions has two findings.
        let holder = is_directed.then(|| entry(relation.tenant));
        let is_first = firsts.get(&pair(relation)) == Some(&(relation.kind, true));
        is_within(relation) || is_first && seen.insert((pair(relation), holder))
    });
    found
}

pub(super) fn first_of_each_pair(mut found: Vec<Relation>) -> Vec<Relation> {
    let pair = |relation: &Relation| (relation.tenant.min(relation.other), relation.tenant.max(relation.other));
    found.sort_unstable_by_key(|relation| (pair(relation), *relation));
    // If two tenants each have a value of the other one, both are wrong.
    let is_mutual = |later: &Relation, first: &Relation| {
        let is_directed = |relation: &Relation| relation.kind == RelationKind::TargetIsForeignSsoAccount;
        is_directed(later) && is_directed(first) && later.tenant == first.other
    };
    // Two grants of one tenant are not a pair of tenants, so each repetition is reported.
    found.dedup_by(|later, first| {
        pair(later) == pair(first) && (later.tenant != later.other || later == first) && !is_mutual(later, first)
    });
    // Other mistakes in a copied tenant are reported on the original.
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
