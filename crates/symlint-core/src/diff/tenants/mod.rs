//! What a change does to each tenant: grants in effect that it gains and loses, and values that differ.

mod change;

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedSet, Str};

use self::change::{TenantGrants, change};
use super::pair::{Pairing, Seen, SharedKeys, call_of, same};
use super::wire::{GrantChange, Recreated, TenantChange, TenantChangeKind};
use crate::coverage::Code;
use crate::report::{Known, ReportedGap};
use crate::tenants::FieldKind;

/// All tenants that are added, removed, renamed, or changed. Removed ones come last.
pub(super) fn changes(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing, shared: &SharedKeys<'_>) -> Vec<TenantChange> {
    let old_run = |run: usize| pairing.runs.iter().position(|it| *it == Some(run));
    let new_run = |run: usize| pairing.runs.get(run).copied().flatten();
    let before = Sight::of(old, &|run| new_run(run).is_some_and(|run| has_flows(new, run)));
    let after = Sight::of(new, &|run| old_run(run).is_some_and(|run| has_flows(old, run)));
    let mut changes: Vec<TenantChange> = Vec::new();
    for at in 0..new.report.tenants.len() {
        let was = pairing.old_of.get(at).copied().flatten();
        let moved = was.and_then(|was| moved_from(old, new, pairing, was, at));
        changes.extend(change(&before, &after, [was, Some(at)], moved, shared));
    }
    for (at, to) in pairing.new_of.iter().enumerate() {
        if to.is_none() && lost_sight(old, new, pairing, at).is_none() {
            changes.extend(change(&before, &after, [Some(at), None], None, shared));
        }
    }
    // In one organization, the configuration tells customers apart.
    if [old, new].iter().all(|seen| seen.report.tenants.iter().all(|tenant| tenant.organization.is_none())) {
        hand_over(&mut changes);
    }
    changes
}

/// Removes grants that belong to another tenant only because one entry for each customer becomes one for each of its
/// grants, or the other way around: neither has its key before and after, and role and instance are the same. A new tenant
/// with nothing else is renamed, and an old one is not mentioned.
fn hand_over(changes: &mut Vec<TenantChange>) {
    use TenantChangeKind::{Added, Removed, Renamed};
    let mut takers: HashMap<(FieldKind, Str), Vec<usize>> = HashMap::default();
    for (at, change) in changes.iter().enumerate().filter(|(_, it)| matches!(it.change, Added | Renamed)) {
        for account in change.gained.iter().filter_map(|grant| Known::text(&grant.account)) {
            takers.entry((FieldKind::TargetAccountId, account.clone())).or_default().push(at);
        }
    }
    let is_same = |a: &GrantChange, b: &GrantChange| {
        let is_one_connector = same(&a.role, &b.role) && same(&a.instance, &b.instance);
        is_known(a) && is_one_connector && same(&a.account, &b.account) && same(&a.permission_set, &b.permission_set)
    };
    let mut emptied: Vec<usize> = Vec::new();
    for from in 0..changes.len() {
        let giver = changes.get_mut(from).filter(|change| matches!(change.change, Removed | Renamed));
        let Some(giver) = giver.filter(|change| !change.lost.is_empty()) else { continue };
        let mut lost = std::mem::take(&mut giver.lost);
        let old_key = giver.old_key.clone().or_else(|| Some(giver.tenant.clone()));
        let old_title = giver.old_title.clone().or_else(|| Some(giver.title.clone()));
        lost.retain(|grant| {
            let account = Known::text(&grant.account).cloned().unwrap_or_default();
            let found = takers.get(&(FieldKind::TargetAccountId, account)).into_iter().flatten().find_map(|to| {
                let taker = changes.get_mut(*to)?;
                taker.gained.remove(taker.gained.iter().position(|it| is_same(grant, it))?);
                if taker.change == Added && taker.gained.is_empty() {
                    (taker.change, taker.old_key, taker.old_title) = (Renamed, old_key.clone(), old_title.clone());
                }
                Some(())
            });
            found.is_none()
        });
        if lost.is_empty() {
            emptied.push(from);
        }
        changes.get_mut(from).into_iter().for_each(|change| change.lost = std::mem::take(&mut lost));
    }
    let mut at = 0..;
    changes.retain(|change| {
        let is_emptied = at.next().is_some_and(|at| emptied.contains(&at));
        change.change != Removed || !is_emptied
    });
}

/// The old run of a tenant, if the new report does not show whether the tenant still exists.
pub(super) fn lost_sight(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing, at: usize) -> Option<usize> {
    let was = old.report.tenants.get(at)?.run;
    let run = pairing.runs.get(was).copied().flatten()?;
    let is_empty = new.report.tenants.iter().all(|tenant| tenant.run != run);
    let is_unknown = |gap: &ReportedGap| {
        gap.is_surprise && matches!(gap.code, Code::NoFlow | Code::UnknownWiring | Code::Limit | Code::SyntaxError)
    };
    // If other tenants are still there, this one may be in a collection that has become unknown.
    let before = old.report.runs.get(was)?;
    let is_new =
        |gap: &ReportedGap| !before.not_checked.iter().any(|it| it.code == gap.code && it.reason == gap.reason);
    let mut gaps = new.report.runs.get(run)?.not_checked.iter().filter(|gap| is_unknown(gap));
    gaps.any(|gap| is_empty || gap.code == Code::UnknownWiring && is_new(gap)).then_some(run)
}

/// The changes that appear with the new configuration and with the old one, and those of tenants that only the old one
/// includes.
pub(super) fn in_both(changes: Vec<TenantChange>, same: Vec<TenantChange>, new: Seen<'_>) -> Vec<TenantChange> {
    // A renamed tenant may have another title with the old configuration.
    let key = |change: &TenantChange| change.old_key.as_ref().map_or_else(|| change.title.clone(), ToString::to_string);
    let is_whole =
        |change: &TenantChange| !matches!(change.change, TenantChangeKind::Added | TenantChangeKind::Removed);
    let known: HashSet<String> = same.iter().map(&key).collect();
    let mut both: Vec<TenantChange> =
        changes.into_iter().filter(|change| is_whole(change) && known.contains(&key(change))).collect();
    let seen: HashSet<String> = both.iter().map(&key).collect();
    let runs: SortedSet<String> = (0..new.report.runs.len()).map(|run| new.run(run)).collect();
    let is_alone = |change: &TenantChange| !is_whole(change) || !runs.contains(&change.run);
    both.extend(same.into_iter().filter(|change| is_alone(change) && !seen.contains(&key(change))));
    both
}

/// The run in which a tenant was, if it moves to another run and loses its flow there.
fn moved_from(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing, was: usize, is: usize) -> Option<String> {
    let ((earlier, earlier_details), (own, details)) = (old.tenant(was)?, new.tenant(is)?);
    let has_flows = !earlier_details.addresses.is_empty() && !details.addresses.is_empty();
    let is_elsewhere = pairing.runs.get(earlier.run).copied().flatten() != Some(own.run);
    (has_flows && is_elsewhere).then(|| old.run(earlier.run))
}

/// The instances whose addresses disappear although tenants of the same run had and still have instances.
pub(super) fn all_recreated(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<Recreated> {
    fn all<'d>(seen: Seen<'d>) -> HashSet<&'d str> {
        seen.details.tenants.iter().flat_map(|tenant| &tenant.addresses).map(Str::as_str).collect()
    }
    let (before, after) = (all(old), all(new));
    let mut found = Vec::new();
    for (at, was) in pairing.old_of.iter().enumerate() {
        let Some(((earlier, own_before), (own, details))) = was.and_then(|was| old.tenant(was)).zip(new.tenant(at))
        else {
            continue;
        };
        // The change of a tenant that is renamed lists its own.
        let is_renamed = earlier.key != own.key && own_before.is_named && details.is_named;
        if !is_renamed && pairing.runs.get(earlier.run).copied().flatten() == Some(own.run) {
            let recreated = recreated(new, own.run, &own_before.addresses, &details.addresses);
            // With `count`, a tenant may get an address that another one had before. Such an instance is not destroyed.
            found.extend(recreated.into_iter().filter(|it| {
                !after.contains(it.old.as_str()) && it.new.as_ref().is_some_and(|new| !before.contains(new.as_str()))
            }));
        }
    }
    found
}

/// The parts of a report that can be compared.
struct Sight<'r> {
    seen: Seen<'r>,
    /// By run, whether all of its flows are known and at least one side has some.
    knows_flows: Vec<bool>,
    grants: TenantGrants,
    /// By run, the kinds of values that no tenant has because no expression was found that receives them. They are not
    /// compared.
    unseen: Vec<SortedSet<FieldKind>>,
}

impl<'r> Sight<'r> {
    fn of(seen: Seen<'r>, had_flows: &dyn Fn(usize) -> bool) -> Self {
        let knows_flows = |run: usize| has_flows(seen, run) || has_none(seen, run) && had_flows(run);
        let knows_flows: Vec<bool> = (0..seen.report.runs.len()).map(knows_flows).collect();
        let kinds = || SortedSet::from(FieldKind::VALUES);
        let mut unseen: Vec<SortedSet<FieldKind>> = (0..seen.report.runs.len())
            .map(|run| if has_flows(seen, run) { SortedSet::new() } else { kinds() })
            .collect();
        for (tenant, details) in seen.report.tenants.iter().zip(&seen.details.tenants) {
            if let Some(unseen) = unseen.get_mut(tenant.run).filter(|unseen| !unseen.is_empty()) {
                let known = details.values.iter().filter(|value| value.value.is_some());
                unseen.retain(|kind| known.clone().all(|value| value.kind != *kind));
            }
        }
        Self { seen, grants: grants(seen, &knows_flows), knows_flows, unseen }
    }

    /// Whether a value is missing only because no expression was found that receives it.
    fn hides(&self, run: usize, kind: FieldKind, value: &Option<Known>) -> bool {
        value.is_none() && self.unseen.get(run).is_some_and(|unseen| unseen.contains(&kind))
    }
}

/// The grants of each tenant in effect. Without flows, only the written grants are known.
fn grants(seen: Seen<'_>, knows_flows: &[bool]) -> TenantGrants {
    let mut all: Vec<(Vec<GrantChange>, bool)> = vec![(Vec::new(), false); seen.report.tenants.len()];
    let of = |at: usize| seen.details.access.get(at).copied().flatten();
    for (at, access) in seen.report.access.iter().enumerate() {
        if let Some((_, is_wired)) = of(at).and_then(|tenant| all.get_mut(tenant)) {
            *is_wired |= access.flow.is_some();
        }
    }
    for (at, access) in seen.report.access.iter().enumerate() {
        let Some((grants, is_wired)) = of(at).and_then(|tenant| all.get_mut(tenant)) else { continue };
        if access.flow.is_none() && (*is_wired || knows_flows.get(access.run).is_some_and(|knows| *knows)) {
            continue;
        }
        let grant = GrantChange {
            permission_set: access.permission_set.value.clone(),
            account: access.account.value.clone(),
            role: access.role.value.clone(),
            instance: access.instance.value.clone(),
            flow: access.flow.as_ref().map(|flow| call_of(flow).map_or_else(|| flow.clone(), Str::from)),
            is_sso_account: false,
            also_of: Vec::new(),
        };
        let is_nothing = grant.permission_set.is_none() && grant.account.is_none();
        if !is_nothing && (!is_known(&grant) || !grants.contains(&grant)) {
            grants.push(grant);
        }
    }
    all
}

/// Whether a run has flows, and all of them are known.
fn has_flows(seen: Seen<'_>, run: usize) -> bool {
    let is_unknown = |code: Code| matches!(code, Code::NoFlow | Code::UnknownWiring);
    seen.report
        .runs
        .get(run)
        .is_some_and(|run| run.flows > 0 && run.not_checked.iter().all(|gap| !is_unknown(gap.code)))
}

/// Whether the configuration of a run is known completely and has no flow.
fn has_none(seen: Seen<'_>, run: usize) -> bool {
    let is_known = |gap: &ReportedGap| !gap.is_surprise && gap.code != Code::ValuesAlone;
    seen.report.runs.get(run).is_some_and(|run| run.flows == 0 && run.not_checked.iter().all(is_known))
}

fn is_known(grant: &GrantChange) -> bool {
    [&grant.permission_set, &grant.account, &grant.role, &grant.instance].into_iter().all(Known::is_certain)
}

/// The instances that Terraform would destroy and create, because nothing tells it that they are the same.
fn recreated(new: Seen<'_>, run: usize, old: &[Str], is: &[Str]) -> Vec<Recreated> {
    let moves: Vec<(&str, &str)> = new
        .details
        .moves
        .iter()
        .filter(|(of, ..)| *of == run)
        .map(|(_, from, to)| (from.as_str(), to.as_str()))
        .collect();
    let mut created: Vec<&Str> = is.iter().collect();
    let mut destroyed: Vec<&Str> = Vec::new();
    for address in old {
        let to = moved(address, &moves);
        match created.iter().position(|other| other.replace("[0]", "") == to.replace("[0]", "")) {
            Some(at) => drop(created.remove(at)),
            None => destroyed.push(address),
        }
    }
    let mut created = created.into_iter();
    destroyed.into_iter().map(|old| Recreated { old: old.clone(), new: created.next().cloned() }).collect()
}

/// The address to which `moved` blocks lead from an address.
fn moved(address: &str, moves: &[(&str, &str)]) -> String {
    let mut address = address.to_owned();
    // Each block is followed at most once, because blocks may form a circle.
    for _ in 0..moves.len() {
        let next = moves.iter().find_map(|(from, to)| {
            // The addresses in a module's block are relative to the module.
            address.match_indices(from).find_map(|(at, _)| {
                let (above, rest) = (address.get(..at)?, address.get(at + from.len()..)?);
                let is_whole = |rest: &str| rest.is_empty() || rest.starts_with(['[', '.']);
                ((above.is_empty() || above.ends_with('.')) && is_whole(rest)).then(|| format!("{above}{to}{rest}"))
            })
        });
        match next {
            Some(next) if next != address => address = next,
            _ => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_blocks_lead_from_one_address_to_the_next() {
        let moves = [("module.a", "module.b"), ("module.b[\"x\"]", "module.b[\"y\"]")];
        for (from, to) in [
            ("module.a[\"x\"]", "module.b[\"y\"]"),
            ("module.a[\"z\"]", "module.b[\"z\"]"),
            ("module.ab", "module.ab"),
            ("module.a.module.c", "module.b.module.c"),
            ("module.all.module.a", "module.all.module.b"),
        ] {
            assert_eq!(moved(from, &moves), to);
        }
        assert_eq!(moved("a", &[("a", "b"), ("b", "a")]), "a");
    }
}
