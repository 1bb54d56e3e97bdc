//! Expressions that pass other values than before, although the tenants' own values are the same; and changes in lists
//! of accounts and roles.

use foldhash::HashMap;
use symlint_terraform::{SortedMap, SortedSet, Str};

use super::pair::{Pairing, Seen, same};
use super::wire::{Example, ListChange, SideName, Uncompared, WiringChange};
use crate::coverage::Code;
use crate::report::{
    Details, EffectDetails, Known, ListKind, Location, ReportedGap, TenantDetails, ValueDetails, WiringDetails,
};
use crate::tenants::FieldKind;

/// Expressions that pass other values, each once.
pub(super) fn changes(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<WiringChange> {
    let mut found: SortedMap<(usize, FieldKind), Vec<(usize, usize)>> = SortedMap::new();
    for (at, was) in pairing.old_of.iter().enumerate() {
        let Some(((was_called, earlier), (called, own))) = was.and_then(|was| old.tenant(was)).zip(new.tenant(at))
        else {
            continue;
        };
        // With another key, another value is passed anyway.
        let key = (was_called.key == called.key).then_some(FieldKind::Key);
        for kind in FieldKind::VALUES.into_iter().chain(key) {
            let (before, after) = (effects(earlier, kind), effects(own, kind));
            // A value that no flow receives is reported for the tenant.
            if before.is_empty() || after.is_empty() || same_set(&before, &after) {
                continue;
            }
            let (was_written, is_written) = (written(earlier, kind), written(own, kind));
            // The value in effect is the tenant's own, before and after.
            let is_lost = was_written.iter().any(|value| Known::is_certain(value))
                && is_written.iter().all(|value| value.is_none())
                && !after.iter().any(|value| Known::is_certain(value));
            let is_own = is_lost || same_set(&before, &was_written) && same_set(&after, &is_written);
            if is_own
                && !own
                    .values
                    .iter()
                    .any(|it| it.kind == kind && is_of_wiring(old.details, new.details, earlier, own, it))
            {
                continue;
            }
            // A new or removed flow adds or removes values, and a name may be built from values. These changes appear
            // among the grants and the values.
            let is_part = is_within(&before, &after) || is_within(&after, &before);
            let is_made = kind == FieldKind::Key
                && FieldKind::VALUES.iter().any(|kind| !same_set(&written(earlier, *kind), &written(own, *kind)));
            if (is_part || is_made) && !has_other_text(old.details, new.details, earlier, own, kind) {
                continue;
            }
            if let Some(place) = place(old.details, new.details, earlier, own, kind) {
                found.entry((place, kind)).or_default().push((was.unwrap_or_default(), at));
            }
        }
    }
    let change = |((place, kind), tenants): (&(usize, FieldKind), &Vec<(usize, usize)>)| {
        let wiring = new.details.wiring.get(*place)?;
        let (was, is) = tenants.first()?;
        let (earlier, own) = (old.details.tenants.get(*was)?, new.details.tenants.get(*is)?);
        let earlier_text = through(earlier, *kind)
            .filter(|at| {
                old.details.wiring.get(*at).is_some_and(|it| (&it.name, &it.block) == (&wiring.name, &wiring.block))
            })
            .chain(through(earlier, *kind))
            .find_map(|at| old.details.wiring.get(at).map(|it| it.text.clone()));
        let (before, after) = (values(effects(earlier, *kind)), values(effects(own, *kind)));
        let of_run = new.report.tenants.iter().filter(|tenant| tenant.run == wiring.run).count();
        Some(WiringChange {
            block: wiring.block.clone(),
            name: wiring.name.clone(),
            field: kind.name(),
            old: earlier_text,
            new: wiring.text.clone(),
            location: wiring.location.clone(),
            tenants: tenants.iter().map(|(_, at)| new.key(*at).to_string()).collect(),
            is_all: tenants.len() == of_run && of_run > 1,
            example: Example { tenant: new.key(*is), old: differing(&before, &after), new: differing(&after, &before) },
        })
    };
    found.iter().filter_map(change).collect()
}

/// The changes that also appear with the old configuration.
pub(super) fn in_both(mut changes: Vec<WiringChange>, same: &[WiringChange]) -> Vec<WiringChange> {
    let is_same = |a: &WiringChange, b: &WiringChange| a.location == b.location && a.field == b.field;
    changes.retain(|change| same.iter().any(|other| is_same(change, other)));
    changes
}

/// Whether a value is written in an expression that several tenants share and that changed. If so, it is not the
/// tenant's own value that changed.
pub(super) fn is_of_wiring(
    old: &Details,
    new: &Details,
    earlier: &TenantDetails,
    own: &TenantDetails,
    value: &ValueDetails,
) -> bool {
    let Some(wiring) = place(old, new, earlier, own, value.kind).and_then(|at| new.wiring.get(at)) else {
        return false;
    };
    let is_other = through(earlier, value.kind).all(|at| old.wiring.get(at).is_none_or(|it| it.text != wiring.text));
    let (outer, inner) = (&wiring.location, &value.location);
    let is_inside =
        outer.file == inner.file && outer.start.offset <= inner.start.offset && inner.end.offset <= outer.end.offset;
    is_other && is_inside && wiring.tenants > 1
}

fn effects(tenant: &TenantDetails, kind: FieldKind) -> Vec<&Option<Known>> {
    tenant.effects.iter().filter(|effect| effect.kind == kind).map(|effect| &effect.value).collect()
}

fn written(tenant: &TenantDetails, kind: FieldKind) -> Vec<&Option<Known>> {
    tenant.values.iter().filter(|value| value.kind == kind).map(|value| &value.value).collect()
}

fn is_within(a: &[&Option<Known>], b: &[&Option<Known>]) -> bool {
    a.iter().all(|a| b.iter().any(|b| same(a, b)))
}

fn same_set(a: &[&Option<Known>], b: &[&Option<Known>]) -> bool {
    is_within(a, b) && is_within(b, a)
}

/// Whether a block that passed a value before now passes it by another expression.
fn has_other_text(old: &Details, new: &Details, earlier: &TenantDetails, own: &TenantDetails, kind: FieldKind) -> bool {
    let before: Vec<&WiringDetails> = through(earlier, kind).filter_map(|at| old.wiring.get(at)).collect();
    let mut after = through(own, kind).filter_map(|at| new.wiring.get(at));
    after.any(|is| {
        let mut same = before.iter().filter(|was| was.block == is.block).peekable();
        same.peek().is_some() && same.all(|was| was.text != is.text)
    })
}

fn values(effects: Vec<&Option<Known>>) -> Vec<Option<Known>> {
    let mut values: Vec<Option<Known>> = Vec::new();
    for value in effects {
        if !values.iter().any(|known| same(known, value)) {
            values.push(value.clone());
        }
    }
    values
}

/// The values that `others` do not have; if `others` have all of them, all values.
fn differing(values: &[Option<Known>], others: &[Option<Known>]) -> Vec<Option<Known>> {
    let own = values.iter().filter(|value| !others.iter().any(|other| same(value, other)));
    let own: Vec<Option<Known>> = own.cloned().collect();
    if own.is_empty() { values.to_vec() } else { own }
}

/// The expressions through which a value of a tenant takes effect.
pub(super) fn through(tenant: &TenantDetails, kind: FieldKind) -> impl Iterator<Item = usize> + '_ {
    tenant.effects.iter().filter(move |it| it.kind == kind).flat_map(|it: &EffectDetails| it.through.iter().copied())
}

/// The place of the expression that changed, or of the first one if none did.
fn place(old: &Details, new: &Details, earlier: &TenantDetails, own: &TenantDetails, kind: FieldKind) -> Option<usize> {
    let texts: SortedSet<&str> =
        through(earlier, kind).filter_map(|at| old.wiring.get(at).map(|it| it.text.as_str())).collect();
    let is_other = |at: &usize| new.wiring.get(*at).is_some_and(|it| !texts.contains(it.text.as_str()));
    through(own, kind).find(is_other).or_else(|| through(own, kind).next())
}

/// The entry that stands for all accounts or all roles.
pub(super) const EVERY: &str = "*";

/// Policies that exist on both sides, but whose accounts are known only on one side.
pub(super) fn half_known(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<Uncompared> {
    let run_of = |run: usize| pairing.runs.get(run).copied().flatten();
    let has = |seen: Seen<'_>, run: usize, path: &str| {
        seen.details.lists.iter().any(|list| list.run == run && list.path == path)
    };
    let after = new.details.unlisted.iter().filter(|(run, path)| {
        old.details.lists.iter().any(|list| run_of(list.run) == Some(*run) && list.path == *path)
    });
    let before = old.details.unlisted.iter().filter_map(|(run, path)| Some((run_of(*run)?, path)));
    let before = before.filter(|(run, path)| has(new, *run, path));
    let gap = |side: SideName, run: usize, path: &str| Uncompared {
        side,
        run: Some(new.run(run)),
        gap: ReportedGap {
            code: Code::UnknownWiring,
            reason: format!(
                "`{path}` allows `sts:AssumeRole` for more than roles below `/sym/`, so its accounts were not compared"
            ),
            location: None,
            help: None,
            is_surprise: true,
            is_finding: false,
        },
    };
    let after = after.map(|(run, path)| gap(SideName::New, *run, path));
    after.chain(before.map(|(run, path)| gap(SideName::Old, run, path))).collect()
}

/// Entries of lists that are gained or lost.
pub(super) fn lists(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Vec<ListChange> {
    type Entries<'d> = SortedMap<(usize, ListKind, Option<Str>), (&'d str, &'d Location)>;
    fn entries<'d>(details: &'d Details, run: &dyn Fn(usize) -> usize) -> Entries<'d> {
        let mut entries = Entries::new();
        for list in &details.lists {
            let mut add = |entry: Option<Str>, location: &'d Location| {
                entries.entry((run(list.run), list.kind, entry)).or_insert((&list.path, location));
            };
            list.entries.iter().for_each(|(entry, location)| add(Some(entry.clone()), location));
            if list.has_unknown {
                add(None, &list.location);
            }
        }
        entries
    }
    let gone = new.report.runs.len();
    let old_run = |run: usize| pairing.runs.get(run).copied().flatten().unwrap_or(gone + run);
    let before = entries(old.details, &old_run);
    let after = entries(new.details, &|run| run);
    let unlisted = |seen: Seen<'_>, run: &dyn Fn(usize) -> usize| -> SortedSet<(usize, String)> {
        seen.details.unlisted.iter().map(|(at, path)| (run(*at), path.clone())).collect()
    };
    let (unlisted_before, unlisted_after) = (unlisted(old, &old_run), unlisted(new, &|run| run));
    let has_several = old.report.runs.len() > 1 || new.report.runs.len() > 1;
    let changed = |own: &Entries<'_>, other: &Entries<'_>, seen: Seen<'_>, is_gained: bool| {
        let unlisted = if is_gained { &unlisted_before } else { &unlisted_after };
        let owners = owners(seen);
        // An entry of a list that is no longer known may still be in it.
        let is_unknown = |(run, kind, _): &(usize, ListKind, Option<Str>)| {
            let mut entries =
                other.starting_at(&(*run, *kind, None)).take_while(|((at, of, _), _)| (at, of) == (run, kind));
            entries.next().is_some_and(|((.., entry), _)| entry.is_none()) && entries.next().is_none()
        };
        // If every account may be entered before and after, none is gained or lost.
        let is_covered = |(run, kind, _): &(usize, ListKind, Option<Str>)| {
            let every = (*run, *kind, Some(Str::from(EVERY)));
            other.contains_key(&every)
        };
        let only = own.iter().filter(|(entry, (path, _))| {
            let is_half_known = || unlisted.contains(&(entry.0, (*path).to_owned()));
            !other.contains_key(*entry) && !is_covered(entry) && (is_gained || !is_unknown(entry)) && !is_half_known()
        });
        only.map(|((run, kind, entry), (path, location))| ListChange {
            run: has_several.then(|| {
                let own =
                    (0..seen.report.runs.len()).find(|at| if is_gained { at == run } else { old_run(*at) == *run });
                own.map_or_else(String::new, |own| seen.run(own))
            }),
            list: *kind,
            path: (*path).to_owned(),
            entry: entry.clone(),
            is_gained,
            tenants: match (kind, entry) {
                (ListKind::Safelist, Some(entry)) => owners.get(entry).cloned().unwrap_or_default(),
                _ => Vec::new(),
            },
            location: (*location).clone(),
        })
        .collect::<Vec<_>>()
    };
    let mut changes = changed(&after, &before, new, true);
    changes.extend(changed(&before, &after, old, false));
    changes
}

/// The tenants by their SSO accounts.
fn owners(seen: Seen<'_>) -> HashMap<Str, Vec<String>> {
    let mut owners: HashMap<Str, Vec<String>> = HashMap::default();
    for tenant in &seen.report.tenants {
        if let Some(account) = Known::text(&tenant.sso_account_id) {
            let keys = owners.entry(account.clone()).or_default();
            if !keys.iter().any(|key| *key == tenant.key.as_str()) {
                keys.push(tenant.key.to_string());
            }
        }
    }
    owners
}
