//! Values in the gained grants that other customers also have, or had before.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, SortedSet, Str};

use super::pair::{Pairing, Seen, SharedKeys};
use super::wire::{AlsoOf, Crossing, GrantChange, TenantChange};
use super::words::{quoted, whose};
use crate::report::Known;
use crate::spelling::listed;
use crate::tenants::FieldKind;

/// How many of the other tenants with a value are named. All are counted.
const OTHERS: usize = 8;

/// The tenants that have each value, by its text.
type OwnersByValue<'r> = HashMap<(FieldKind, &'r str), SortedSet<usize>>;

fn owners<'r>(seen: Seen<'r>) -> OwnersByValue<'r> {
    let mut owners = OwnersByValue::default();
    for (at, details) in seen.details.tenants.iter().enumerate() {
        for value in &details.values {
            let Some(Known::Text(text)) = &value.value else { continue };
            let kind = match value.kind {
                FieldKind::SsoAccountId => FieldKind::TargetAccountId,
                kind => kind,
            };
            owners.entry((kind, text.as_str())).or_default().insert(at);
        }
    }
    owners
}

/// A value of a grant that other customers have or had: who they are, whether they only had it before the change, and
/// whether the change makes them share it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    is_new: bool,
    before: bool,
    others: Vec<String>,
    count: usize,
}

/// Notes for the gained grants which other customers have, or had before, the same values. A value that exactly one
/// other customer had before is a crossing, unless it is among `known`.
pub(super) fn note_others(
    changes: &mut [TenantChange],
    (old, new): (Seen<'_>, Seen<'_>),
    pairing: &Pairing,
    titles: &SharedKeys<'_>,
    known: &[Crossing],
) -> Vec<Crossing> {
    let (before, after) = (owners(old), owners(new));
    let places: HashMap<String, usize> = (0..new.report.tenants.len()).map(|at| (new.title(at, titles), at)).collect();
    let is_other = |seen: Seen<'_>, kind: FieldKind, a: usize, b: usize| {
        let organization = |at: usize| seen.report.tenants.get(at).and_then(|tenant| tenant.organization.as_ref());
        let is_shared = kind != FieldKind::TargetAccountId && organization(a).is_some();
        !(seen.is_one_customer(a, b) || is_shared && organization(a) == organization(b))
    };
    // In one organization, the configuration tells customers apart.
    let is_connected = |seen: Seen<'_>, a: usize, b: usize| {
        let is_configured = |at: usize| seen.report.tenants.get(at).is_some_and(|it| it.organization.is_some());
        !is_configured(a) && !is_configured(b) && seen.has_one_connector(a, b, titles)
    };
    let earlier = |at: usize| pairing.old_of.get(at).copied().flatten();
    // A change that gives a tenant the connector of another one does not make them one customer.
    let is_connected_now = |a: usize, b: usize| match (earlier(a), earlier(b)) {
        (Some(a), Some(b)) => is_connected(old, a, b),
        _ => is_connected(new, a, b),
    };
    let was_other = |kind: FieldKind, a: usize, b: usize| is_other(old, kind, a, b) && !is_connected(old, a, b);
    let mut pairs: HashSet<[String; 2]> = HashSet::default();
    for Crossing { titles: [from, into], .. } in known {
        pairs.extend(from.iter().flat_map(|from| into.iter().map(|into| [from.clone(), into.clone()])));
    }
    let mut crossings = Vec::new();
    for change in changes {
        let Some(own) = places.get(&change.title).copied() else { continue };
        let was = earlier(own);
        let sso_account = new.report.tenants.get(own).and_then(|tenant| tenant.sso_account_id.as_ref());
        let mut found: SortedMap<Shared, Vec<(FieldKind, &'static str, Str)>> = SortedMap::new();
        let grants = change.gained.iter_mut().chain(change.rerouted.iter_mut().map(|it| &mut it.new));
        for grant in grants {
            let GrantChange { permission_set, account, role, instance, .. } = grant;
            let is_sso_account = matches!(account, Some(Known::Text(_))) && account.as_ref() == sso_account;
            let values = [
                (FieldKind::PermissionSetArn, "permission_set", permission_set),
                (FieldKind::TargetAccountId, "account", account),
                (FieldKind::RoleArn, "role", role),
                (FieldKind::InstanceArn, "instance", instance),
            ];
            let mut also_of: Vec<AlsoOf> = Vec::new();
            for (kind, what, value) in values {
                let Some(Known::Text(text)) = value else { continue };
                let of = |owners: &OwnersByValue<'_>| owners.get(&(kind, text.as_str())).cloned().unwrap_or_default();
                let (mut is, had) = (of(&after), of(&before));
                let mut gone = had.clone();
                gone.retain(|at| pairing.new_of.get(*at).copied().flatten().is_none_or(|now| !is.contains(&now)));
                gone.retain(|at| was.is_none_or(|was| was_other(kind, *at, was)));
                is.retain(|at| is_other(new, kind, *at, own));
                is.retain(|at| !(is_connected_now(*at, own) && new.is_by_name(*at, own, titles)));
                // A value that several customers had before does not belong to one of them.
                let first = had.iter().next().copied();
                let is_common = had.iter().any(|at| first.is_some_and(|first| was_other(kind, first, *at)));
                let had_it = |at: &usize| earlier(*at).is_some_and(|was| had.contains(&was));
                let had_own = was.is_some_and(|was| had.contains(&was));
                let is_new = !is.iter().any(had_it);
                let is_crossed = is.iter().any(|at| !is_connected_now(*at, own));
                let is: Vec<String> = is.iter().map(|at| new.title(*at, titles)).collect();
                let gone: Vec<String> = gone.iter().map(|at| old.title(*at, titles)).collect();
                for (before, mut others) in [(false, is), (true, gone)] {
                    others.retain(|title| *title != change.title);
                    if others.is_empty() {
                        continue;
                    }
                    let count = others.len();
                    others.truncate(OTHERS);
                    also_of.push(AlsoOf { what, before, tenants: others.clone(), count });
                    if !is_common && !had_own && (before || is_crossed) {
                        let shared = Shared { is_new: is_new && !before, before, others, count };
                        let values = found.entry(shared).or_default();
                        if !values.iter().any(|(known, _, own)| *known == kind && own == text) {
                            values.push((kind, what, text.clone()));
                        }
                    }
                }
            }
            (grant.also_of, grant.is_sso_account) = (also_of, is_sso_account);
        }
        for (shared, values) in &found {
            let is_said = |other: &String| {
                let (there, back) = ([change.title.clone(), other.clone()], [other.clone(), change.title.clone()]);
                pairs.contains(&there) || shared.is_new && pairs.contains(&back)
            };
            if shared.others.iter().all(is_said) {
                continue;
            }
            pairs.extend(shared.others.iter().map(|other| [change.title.clone(), other.clone()]));
            crossings.push(crossing(change, shared, values));
        }
    }
    crossings
}

fn crossing(change: &TenantChange, shared: &Shared, values: &[(FieldKind, &'static str, Str)]) -> Crossing {
    let names: Vec<String> =
        values.iter().map(|(_, what, text)| format!("{} {}", what.replace('_', " "), quoted(text))).collect();
    let verb = match (shared.before, values.len()) {
        (false, 1) => "is",
        (false, _) => "are",
        (true, 1) => "was",
        (true, _) => "were",
    };
    let is_value = |kind: FieldKind, text: &Str| {
        change
            .values
            .iter()
            .find(|value| value.field == kind.name() && matches!(&value.new, Some(Known::Text(new)) if new == text))
    };
    let location = values.iter().find_map(|(kind, _, text)| is_value(*kind, text)).map(|value| &value.location);
    Crossing {
        from: vec![change.tenant.to_string()],
        into: shared.others.clone(),
        titles: [vec![change.title.clone()], shared.others.clone()],
        message: format!(
            "`{}` gets {}, which {verb} {}",
            change.title,
            listed(&names),
            whose(&shared.others, shared.count, values.len())
        ),
        location: location.unwrap_or(&change.location).clone(),
        finding: None,
    }
}
