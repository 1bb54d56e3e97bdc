//! What changed in a tenant that both sides have.

use symlint_terraform::{SortedMap, Str};

use super::{Sight, recreated};
use crate::diff::pair::{SharedKeys, same};
use crate::diff::wire::{GrantChange, Rerouted, TenantChange, TenantChangeKind, ValueChange};
use crate::diff::wiring::{is_of_wiring, through};
use crate::report::{Details, Known, Location, TenantDetails, ValueDetails};
use crate::tenants::FieldKind;

/// The grants of each tenant, and whether a flow receives it.
pub(super) type TenantGrants = Vec<(Vec<GrantChange>, bool)>;

pub(super) fn change(
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
