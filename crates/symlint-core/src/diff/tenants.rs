//! What a change does to each tenant: grants in effect that it gains and loses, and values that differ.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, SortedSet, Str};

use super::pair::{Pairing, Seen, SharedKeys, call_of, same};
use super::wire::{GrantChange, Recreated, Rerouted, TenantChange, TenantChangeKind, ValueChange};
use super::wiring::{is_of_wiring, through};
use crate::coverage::Code;
use crate::report::{Details, Known, Location, ReportedGap, TenantDetails, ValueDetails};
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

/// The grants of each tenant, and whether a flow receives it.
type TenantGrants = Vec<(Vec<GrantChange>, bool)>;

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

fn change(
    before: &Sight<'_>,
    after: &Sight<'_>,
    [was, is]: [Option<usize>; 2],
    moved_from: Option<String>,
    shared: &SharedKeys<'_>,
) -> Option<TenantChange> {
    let (old, new) = (before.seen, after.seen);
    let (own, details) = match (is, was) {
        (Some(at), _) => new.tenant(at)?,
        (None, at) => old.tenant(at?)?,
    };
    let earlier = was.and_then(|at| old.tenant(at));
    let nothing = (Vec::new(), false);
    let (old_grants, was_wired) = was.and_then(|at| before.grants.get(at)).unwrap_or(&nothing);
    let (new_grants, is_wired) = is.and_then(|at| after.grants.get(at)).unwrap_or(&nothing);
    let run = earlier.map_or(own.run, |(tenant, _)| tenant.run);
    // A grant without one of the values that it needs does not take effect.
    let earlier_details = earlier.map(|(_, details)| details);
    let now = is.map(|_| details);
    let old_grants = effective(old_grants, before, run, earlier_details, now);
    let new_grants = effective(new_grants, after, own.run, now, earlier_details);
    let same = |kind: FieldKind, a: &Option<Known>, b: &Option<Known>| {
        same(a, b) || before.hides(run, kind, a) || after.hides(own.run, kind, b)
    };
    let has_several =
        |grants: &[GrantChange]| grants.iter().any(|it| grants.first().is_some_and(|first| first.flow != it.flow));
    let shows_flows = has_several(&old_grants) || has_several(&new_grants);
    let mut difference = difference(old_grants, &new_grants, &same);
    if !shows_flows {
        difference.grants().for_each(|grant| grant.flow = None);
    }
    let Difference { gained, lost, rerouted } = difference;
    let old_key = earlier.map(|(tenant, _)| tenant.key.clone()).filter(|key| is.is_some() && *key != own.key);
    let values = match (earlier, is) {
        (Some((_, earlier)), Some(_)) => {
            // A value that appears or disappears with the flow is not in the tenant's own entry.
            let is_same = |a: &ValueDetails, b: &ValueDetails| {
                same(a.kind, &a.value, &b.value)
                    || a.value.is_none() && !was_wired && *is_wired
                    || b.value.is_none() && !is_wired && *was_wired
                    || is_of_wiring(old.details, new.details, earlier, details, b)
            };
            let changed = |old: &ValueDetails, new_value: &ValueDetails| changed(new.details, details, old, new_value);
            values(earlier, details, &is_same, &changed)
        }
        _ => Vec::new(),
    };
    let both = was.and_then(|at| old.report.tenants.get(at)).zip(is.and_then(|at| new.report.tenants.get(at)));
    let knows = |sight: &Sight<'_>, run: usize| sight.knows_flows.get(run).is_some_and(|knows| *knows);
    let could_be = both.is_some_and(|(was, is)| knows(before, was.run) && knows(after, is.run));
    let is_wired = (could_be && was_wired != is_wired).then_some(*is_wired);
    let recreated = match (&old_key, earlier) {
        (Some(_), Some((_, earlier))) => recreated(new, own.run, &earlier.addresses, &details.addresses),
        _ => Vec::new(),
    };
    let change = match (was, is) {
        (None, _) => TenantChangeKind::Added,
        (_, None) => TenantChangeKind::Removed,
        // An address that replaces a missing name was not chosen by anyone, so its change is not a rename.
        _ if old_key.is_some() && details.is_named && earlier.is_some_and(|(_, earlier)| earlier.is_named) => {
            TenantChangeKind::Renamed
        }
        _ => TenantChangeKind::Changed,
    };
    let is_same = gained.is_empty()
        && lost.is_empty()
        && rerouted.is_empty()
        && values.is_empty()
        && is_wired.is_none()
        && moved_from.is_none();
    // A module that nothing calls has no known values. This is in the list of what was not compared.
    let tells = |value: &ValueDetails| {
        !matches!(value.kind, FieldKind::Cloud | FieldKind::Region) && Known::is_certain(&value.value)
    };
    let is_known = details.values.iter().any(tells);
    if is_same && change == TenantChangeKind::Changed || !is_known && !details.is_named {
        return None;
    }
    Some(TenantChange {
        tenant: own.key.clone(),
        title: match is {
            Some(at) => new.title(at, shared),
            None => old.title(was?, shared),
        },
        change,
        old_key: old_key.filter(|_| change == TenantChangeKind::Renamed),
        old_title: was.map(|at| old.title(at, shared)).filter(|_| change == TenantChangeKind::Renamed),
        run: if is.is_some() { new.run(own.run) } else { old.run(own.run) },
        location: own.location.clone(),
        gained,
        lost,
        rerouted,
        values,
        is_wired,
        moved_from,
        recreated: if change == TenantChangeKind::Renamed { recreated } else { Vec::new() },
        findings: Vec::new(),
    })
}

/// The grants of a tenant that have all values that they need. A value is missing if every grant needs it, or if `own`
/// lost it and only `other`, the same tenant on the other side, has it.
fn effective(
    grants: &[GrantChange],
    sight: &Sight<'_>,
    run: usize,
    own: Option<&TenantDetails>,
    other: Option<&TenantDetails>,
) -> Vec<GrantChange> {
    let is_missing = |tenant: Option<&TenantDetails>, kind: FieldKind| {
        let mut values = tenant.into_iter().flat_map(|it| &it.values).filter(|value| value.kind == kind).peekable();
        values.peek().is_some() && values.all(|value| value.value.is_none())
    };
    let lacks = |(kind, value): (FieldKind, &Option<Known>)| {
        let had_it = if other.is_some() { !is_missing(other, kind) } else { kind.is_of_grant() };
        let is_lost = || had_it && is_missing(own, kind);
        let is_absent = match value {
            Some(Known::Text(_) | Known::Sensitive { .. }) => false,
            Some(Known::Unknown { .. }) => is_lost(),
            None => kind.is_of_grant() || is_lost(),
        };
        is_absent && !sight.hides(run, kind, &None)
    };
    let parts = |grant: &'_ GrantChange| {
        [
            (FieldKind::PermissionSetArn, grant.permission_set.clone()),
            (FieldKind::TargetAccountId, grant.account.clone()),
            (FieldKind::RoleArn, grant.role.clone()),
            (FieldKind::InstanceArn, grant.instance.clone()),
        ]
    };
    let is_whole = |grant: &&GrantChange| !parts(grant).iter().any(|(kind, value)| lacks((*kind, value)));
    grants.iter().filter(is_whole).cloned().collect()
}

/// Whether a value before and one after are the same, as far as is known.
type Same<'s> = &'s dyn Fn(FieldKind, &Option<Known>, &Option<Known>) -> bool;

struct Difference {
    gained: Vec<GrantChange>,
    lost: Vec<GrantChange>,
    rerouted: Vec<Rerouted>,
}

impl Difference {
    fn grants(&mut self) -> impl Iterator<Item = &mut GrantChange> {
        let rerouted = self.rerouted.iter_mut().flat_map(|it| [&mut it.old, &mut it.new]);
        self.gained.iter_mut().chain(&mut self.lost).chain(rerouted)
    }
}

/// The grants of `new` that `old` does not have, those of `old` that `new` does not have, and those that use another
/// role or instance. A grant of the same flow is preferred.
fn difference(old: Vec<GrantChange>, new: &[GrantChange], same: Same<'_>) -> Difference {
    let goes_to = |a: &GrantChange, b: &GrantChange| {
        same(FieldKind::PermissionSetArn, &a.permission_set, &b.permission_set)
            && same(FieldKind::TargetAccountId, &a.account, &b.account)
    };
    let is_same = |a: &GrantChange, b: &GrantChange| {
        goes_to(a, b)
            && same(FieldKind::RoleArn, &a.role, &b.role)
            && same(FieldKind::InstanceArn, &a.instance, &b.instance)
    };
    let mut lost = old;
    let mut take = |is_it: &dyn Fn(&GrantChange) -> bool| lost.iter().position(is_it).map(|at| lost.remove(at));
    let mut left: Vec<&GrantChange> = new.iter().collect();
    left.retain(|grant| take(&|other| other.flow == grant.flow && is_same(other, grant)).is_none());
    left.retain(|grant| take(&|other| is_same(other, grant)).is_none());
    let mut rerouted = Vec::new();
    let mut gained = Vec::new();
    for grant in left {
        let of_flow = take(&|other| other.flow == grant.flow && goes_to(other, grant));
        match of_flow.or_else(|| take(&|other| goes_to(other, grant))) {
            Some(old) => rerouted.push(Rerouted { old, new: grant.clone() }),
            None => gained.push(grant.clone()),
        }
    }
    Difference { gained, lost, rerouted }
}

/// The tenant's own values that differ. The values of grants are compared in any order.
fn values(
    old: &TenantDetails,
    new: &TenantDetails,
    is_same: &dyn Fn(&ValueDetails, &ValueDetails) -> bool,
    changed: &dyn Fn(&ValueDetails, &ValueDetails) -> ValueChange,
) -> Vec<ValueChange> {
    let mut changes = Vec::new();
    let alone = |tenant: &'_ TenantDetails| -> SortedMap<_, ValueDetails> {
        let values = tenant.values.iter().filter(|value| value.grant.is_none());
        values.map(|value| (value.kind, value.clone())).collect()
    };
    let (before, after) = (alone(old), alone(new));
    for (kind, value) in &after {
        if let Some(earlier) = before.get(kind)
            && !is_same(earlier, value)
        {
            changes.push(changed(earlier, value));
        }
    }
    let granted = |tenant: &'_ TenantDetails| {
        let mut grants: SortedMap<usize, Vec<ValueDetails>> = SortedMap::new();
        for value in &tenant.values {
            if let Some(grant) = value.grant {
                grants.entry(grant).or_default().push(value.clone());
            }
        }
        grants.into_values().collect::<Vec<_>>()
    };
    let are_same = |a: &[ValueDetails], b: &[ValueDetails]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.kind == b.kind && same(&a.value, &b.value))
    };
    let mut left = granted(old);
    let mut others = granted(new);
    others.retain(|grant| match left.iter().position(|other| are_same(other, grant)) {
        Some(at) => {
            left.remove(at);
            false
        }
        None => true,
    });
    // If the number of grants changes, it is not known which old grant became which new one.
    if left.len() == others.len() {
        for (old, new) in left.iter().zip(&others) {
            for value in new {
                if let Some(earlier) = old.iter().find(|other| other.kind == value.kind)
                    && !is_same(earlier, value)
                {
                    changes.push(changed(earlier, value));
                }
            }
        }
    }
    changes
}

fn changed(all: &Details, tenant: &TenantDetails, old: &ValueDetails, new: &ValueDetails) -> ValueChange {
    // A value that is not in an entry is named after the argument that passes it.
    let passing = || through(tenant, new.kind).find_map(|at| all.wiring.get(at)).map(|wiring| wiring.name.clone());
    let is_part = FieldKind::CONNECTOR.contains(&new.kind);
    let name = new.name.clone().or_else(|| passing().filter(|_| !is_part));
    ValueChange {
        name: name.unwrap_or_else(|| new.kind.name().to_owned()),
        field: new.kind.name(),
        old: old.value.clone(),
        new: new.value.clone(),
        old_location: place(old, new).clone(),
        location: place(new, old).clone(),
    }
}

/// The place of a value, preferably where it differs from the other one.
fn place<'v>(own: &'v ValueDetails, other: &ValueDetails) -> &'v Location {
    let [own_text, other_text] = [own, other].map(|value| Known::text(&value.value).map_or("", Str::as_str));
    let same = own_text.bytes().zip(other_text.bytes()).take_while(|(a, b)| a == b).count();
    own.parts.iter().find(|(end, _)| same < *end).map_or(&own.location, |(_, location)| location)
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
