//! Which tenants have a value.

use foldhash::HashMap;
use symlint_terraform::{SortedSet, Str};

use super::{Details, Subject};
use crate::report::place::Known;
use crate::tenants::FieldKind;

/// For findings about an expression that passes values, adds the owners of these values to their subjects.
pub(in crate::report) fn note_owners<'s>(subjects: impl Iterator<Item = &'s mut Subject>, details: &Details) {
    let owners = owners(details);
    let customer = |tenant: usize| details.tenants.get(tenant).map(|it| it.customer);
    for subject in subjects {
        let mut others = SortedSet::new();
        // Many customers are in one region.
        let compared =
            subject.values.iter().filter(|(_, kind, _)| !matches!(kind, FieldKind::Cloud | FieldKind::Region));
        for (tenant, kind, text) in compared {
            let written = details.tenants.get(*tenant).into_iter().flat_map(|tenant| &tenant.values);
            let mut written = written.filter(|value| is_alike(value.kind, *kind));
            if written.any(|value| Known::text(&value.value) == Some(text)) {
                continue;
            }
            let owners = owners.get(&(*kind, text.clone())).into_iter().flatten();
            others.extend(owners.copied().filter(|owner| customer(*owner) != customer(*tenant)).take(OWNERS));
        }
        let own = &subject.own;
        others.retain(|other| !own.contains(other) || own.len() > 1);
        subject.others.extend(others);
    }
}

/// How many owners of a value are named.
const OWNERS: usize = 3;

/// The tenants that have each value, as it is written.
fn owners(details: &Details) -> HashMap<(FieldKind, Str), Vec<usize>> {
    let mut owners: HashMap<(FieldKind, Str), Vec<usize>> = HashMap::default();
    for (at, tenant) in details.tenants.iter().enumerate() {
        for value in &tenant.values {
            let Some(text) = Known::text(&value.value) else { continue };
            let mut note = |kind| {
                let known = owners.entry((kind, text.clone())).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            };
            note(value.kind);
            match value.kind {
                FieldKind::SsoAccountId => note(FieldKind::TargetAccountId),
                FieldKind::TargetAccountId => note(FieldKind::SsoAccountId),
                _ => {}
            }
        }
    }
    owners
}

fn is_alike(a: FieldKind, b: FieldKind) -> bool {
    let is_account = |kind| matches!(kind, FieldKind::SsoAccountId | FieldKind::TargetAccountId);
    a == b || is_account(a) && is_account(b)
}
