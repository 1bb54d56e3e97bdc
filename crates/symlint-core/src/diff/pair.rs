//! Which tenant before a change is the same as which one after it.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, SortedSet, Str};

use crate::report::{Details, Known, Report, ReportedTenant, TenantDetails};
use crate::tenants::FieldKind;

/// The tenants of two reports, matched with each other.
pub(super) struct Pairing {
    /// For each tenant of the old report, its index in the new one.
    pub(super) new_of: Vec<Option<usize>>,
    /// For each tenant of the new report, its index in the old one.
    pub(super) old_of: Vec<Option<usize>>,
    /// For each run of the old report, its index in the new one.
    pub(super) runs: Vec<Option<usize>>,
}

/// A report with its details, and the folder that its file names are relative to.
#[derive(Clone, Copy)]
pub(super) struct Seen<'r> {
    pub(super) report: &'r Report,
    pub(super) details: &'r Details,
    top: &'r str,
}

impl<'r> Seen<'r> {
    pub(super) fn new(report: &'r Report, top: Option<&'r str>, none: &'r Details) -> Self {
        Self { report, details: report.details.as_deref().unwrap_or(none), top: top.unwrap_or(".") }
    }

    /// The name of a run, relative to the common folder.
    pub(super) fn run(&self, at: usize) -> String {
        let Some(run) = self.report.runs.get(at) else { return String::new() };
        let below = |name: &str| match name.strip_prefix(self.top) {
            Some("") => ".".to_owned(),
            Some(rest) => rest.strip_prefix('/').unwrap_or(name).to_owned(),
            None => name.to_owned(),
        };
        match run.name.split_once(" with ") {
            Some((root, values)) => format!("{} with {}", below(root), below(values)),
            None => below(&run.name),
        }
    }

    pub(super) fn tenant(&self, at: usize) -> Option<(&'r ReportedTenant, &'r TenantDetails)> {
        self.report.tenants.get(at).zip(self.details.tenants.get(at))
    }

    pub(super) fn key(&self, at: usize) -> Str {
        self.report.tenants.get(at).map(|tenant| tenant.key.clone()).unwrap_or_default()
    }

    /// Whether two tenants are one customer: the configuration says so; or they have one key in several runs, and
    /// either the same root module or the same SSO account and instance.
    pub(super) fn is_one_customer(&self, a: usize, b: usize) -> bool {
        let (Some((a, own)), Some((b, other))) = (self.tenant(a), self.tenant(b)) else { return false };
        if a.customer.is_some() || b.customer.is_some() {
            return a.customer == b.customer;
        }
        let root = |tenant: &ReportedTenant| self.report.runs.get(tenant.run).map(|run| &run.root);
        let has_same = || {
            root(a) == root(b)
                || matches!((&a.sso_account_id, &a.instance_id), (Some(Known::Text(_)), Some(Known::Text(_))))
                    && same(&a.sso_account_id, &b.sso_account_id)
                    && same(&a.instance_id, &b.instance_id)
        };
        let has_one_key = a.run != b.run && a.is_named && b.is_named && a.key == b.key;
        own.customer == other.customer || has_one_key && has_same()
    }

    /// The name of a tenant for readers: its key, with its call or its run if other tenants have the same key.
    pub(super) fn title(&self, at: usize, shared: &SharedKeys<'_>) -> String {
        let key = self.key(at);
        let run = self.report.tenants.get(at).filter(|_| shared.keys.contains(&key)).map(|tenant| self.run(tenant.run));
        let call = self.customer_call(at, shared).map(str::to_owned);
        [Some(key.to_string()), call, run].into_iter().flatten().collect::<Vec<_>>().join(" in ")
    }

    /// Whether two tenants reach AWS through one connector on purpose: one call passes it to both from one place, or
    /// their keys start alike.
    pub(super) fn has_one_connector(&self, a: usize, b: usize, shared: &SharedKeys<'_>) -> bool {
        let is_one_call = self.call(a).is_some() && self.call(a) == self.call(b);
        let is_by_name = self.starts_alike(a, b, shared);
        let (Some((_, own)), Some((_, other))) = (self.tenant(a), self.tenant(b)) else { return false };
        let value = |tenant: &'r TenantDetails, kind: FieldKind| tenant.values.iter().find(|value| value.kind == kind);
        [FieldKind::InstanceArn, FieldKind::RoleArn].iter().all(|kind| {
            let (Some(own), Some(other)) = (value(own, *kind), value(other, *kind)) else { return false };
            let is_one_place = is_one_call && own.location == other.location;
            Known::is_certain(&own.value) && same(&own.value, &other.value) && (is_one_place || is_by_name)
        })
    }

    /// Whether the keys of two tenants start with the same word, as `acme_admin` and `acme_readonly` do.
    fn starts_alike(&self, a: usize, b: usize, shared: &SharedKeys<'_>) -> bool {
        let word = |at: usize| {
            let is_name = |details: &TenantDetails| details.is_named && self.customer_call(at, shared).is_none();
            let (tenant, _) = self.tenant(at).filter(|(_, details)| is_name(details))?;
            tenant.key.split(|c: char| !c.is_alphanumeric()).next().filter(|word| !word.is_empty())
        };
        word(a).is_some() && word(a) == word(b)
    }

    /// Whether the readable names of two tenants show that they are one customer's.
    pub(super) fn is_by_name(&self, a: usize, b: usize, shared: &SharedKeys<'_>) -> bool {
        let call = self.customer_call(a, shared);
        call.is_some() && call == self.customer_call(b, shared) || self.starts_alike(a, b, shared)
    }

    /// The call of a tenant's flow, if it may be for one customer, so that the keys are only those of its grants.
    fn customer_call(&self, at: usize, shared: &SharedKeys<'_>) -> Option<&'r str> {
        self.call(at).filter(|call| shared.calls.contains(*call))
    }

    fn address(&self, at: usize) -> Option<&'r Str> {
        self.details.tenants.get(at)?.addresses.first()
    }

    /// The repeated call of a tenant's flow.
    fn call(&self, at: usize) -> Option<&'r str> {
        call_of(self.address(at)?)
    }
}

/// The address of a call or resource without the key of its instance.
pub(super) fn call_of(address: &str) -> Option<&str> {
    address.strip_suffix(']')?.rsplit_once('[').map(|(call, _)| call)
}

/// What several tenants have in common, so that their keys alone do not tell them apart.
#[derive(Default)]
pub(super) struct SharedKeys<'r> {
    /// The keys that tenants in several runs have.
    keys: HashSet<Str>,
    /// The calls whose keys other calls in the same run have, too: those for the grants of one customer each.
    calls: HashSet<&'r str>,
}

impl<'r> SharedKeys<'r> {
    pub(super) fn of(both: [Seen<'r>; 2]) -> Self {
        let mut shared = Self::default();
        for seen in both {
            let mut firsts: HashMap<&Str, (usize, Option<&str>)> = HashMap::default();
            for (at, ReportedTenant { key, run, .. }) in seen.report.tenants.iter().enumerate() {
                let call = seen.call(at);
                let (first, other) = *firsts.entry(key).or_insert((*run, call));
                if first != *run {
                    shared.keys.insert(key.clone());
                } else if other != call {
                    shared.calls.extend(other.into_iter().chain(call));
                }
            }
        }
        shared
    }
}

impl Pairing {
    pub(super) fn new(old: Seen<'_>, new: Seen<'_>) -> Self {
        let mut pairing = Self {
            new_of: vec![None; old.report.tenants.len()],
            old_of: vec![None; new.report.tenants.len()],
            runs: runs(old, new),
        };
        // Within a run, tenants are matched by key, and if several have the same key, by address. Across runs, they also
        // need values in common, and without the same key almost all values.
        let of_run = |at: usize| pairing.runs.get(at).copied().flatten();
        let before = by_key(old.report, &of_run);
        let after = by_key(new.report, &Some);
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (key, was) in &before {
            match (was.as_slice(), after.get(key).map(Vec::as_slice).unwrap_or_default()) {
                (_, []) => {}
                ([was], [is]) => found.push((*was, *is)),
                (was, is) => found.extend(was.iter().filter_map(|was| {
                    let is = is.iter().find(|is| new.address(**is) == old.address(*was))?;
                    Some((*was, *is))
                })),
            }
        }
        for (old, new) in found {
            pairing.join(old, new);
        }
        pairing.join_alike(old, new, |score, is_same_key| is_same_key && score.count > 0);
        pairing.join_alike(old, new, |score, _| {
            score.is_one_customer && score.has_a_grant || score.has_connector && score.has_a_part
        });
        pairing
    }

    fn join(&mut self, old: usize, new: usize) {
        let is_free = |list: &[Option<usize>], at: usize| list.get(at).is_some_and(Option::is_none);
        if is_free(&self.new_of, old) && is_free(&self.old_of, new) {
            if let (Some(a), Some(b)) = (self.new_of.get_mut(old), self.old_of.get_mut(new)) {
                (*a, *b) = (Some(new), Some(old));
            }
        }
    }

    /// Matches the remaining tenants that have the most values in common, if these are enough.
    fn join_alike(&mut self, old: Seen<'_>, new: Seen<'_>, is_enough: impl Fn(&Score, bool) -> bool) {
        let left = |list: &[Option<usize>]| -> Vec<usize> {
            list.iter().enumerate().filter(|(_, other)| other.is_none()).map(|(at, _)| at).collect()
        };
        let (old_left, new_left) = (left(&self.new_of), left(&self.old_of));
        if old_left.is_empty() || new_left.is_empty() {
            return;
        }
        // Only tenants that share a value are compared with each other.
        let marks: HashMap<usize, HashSet<IdentifyingValue>> =
            new_left.iter().map(|&at| (at, marks(new, at))).collect();
        let mut having: HashMap<&IdentifyingValue, Vec<usize>> = HashMap::default();
        for (at, marks) in &marks {
            for mark in marks {
                having.entry(mark).or_default().push(*at);
            }
        }
        let mut candidates: Vec<(Score, usize, usize)> = Vec::new();
        for &at in &old_left {
            let own = self::marks(old, at);
            let near: SortedSet<usize> = own
                .iter()
                .filter_map(|mark| having.get(mark))
                .filter(|others| others.len() <= CROWD)
                .flatten()
                .copied()
                .collect();
            for other in near {
                let score = Score::of(&own, marks.get(&other));
                if is_enough(&score, old.key(at) == new.key(other)) {
                    candidates.push((score, at, other));
                }
            }
        }
        candidates.sort_by(|(a, old_a, new_a), (b, old_b, new_b)| {
            b.count.cmp(&a.count).then((old_a, new_a).cmp(&(old_b, new_b)))
        });
        for (_, old, new) in candidates {
            self.join(old, new);
        }
    }

    /// Whether the new report lacks a tenant of the old one.
    pub(super) fn is_gone(&self, old: usize) -> bool {
        self.new_of.get(old).is_none_or(Option::is_none)
    }

    /// The index of an old tenant in the new report. Tenants that are gone get indexes after all others.
    pub(super) fn unified(&self, old: usize) -> usize {
        self.new_of.get(old).copied().flatten().unwrap_or(self.old_of.len() + old)
    }
}

/// The tenants of a report by their runs in the new report and their keys.
fn by_key<'r>(report: &'r Report, run: &dyn Fn(usize) -> Option<usize>) -> HashMap<(usize, &'r str), Vec<usize>> {
    let mut found: HashMap<(usize, &str), Vec<usize>> = HashMap::default();
    for (at, tenant) in report.tenants.iter().enumerate() {
        if let Some(run) = run(tenant.run) {
            found.entry((run, tenant.key.as_str())).or_default().push(at);
        }
    }
    found
}

/// A value by which a tenant is recognized. A value that more than `CROWD` tenants share is not used.
type IdentifyingValue = (FieldKind, Str, Option<Str>);
const CROWD: usize = 64;

/// How much two tenants have in common.
struct Score {
    count: usize,
    is_one_customer: bool,
    has_connector: bool,
    has_a_grant: bool,
    /// Whether they share the permission set or the account of a grant.
    has_a_part: bool,
}

impl Score {
    fn of(own: &HashSet<IdentifyingValue>, others: Option<&HashSet<IdentifyingValue>>) -> Self {
        let common: Vec<&IdentifyingValue> =
            own.iter().filter(|mark| others.is_some_and(|others| others.contains(*mark))).collect();
        let has = |kind: FieldKind| common.iter().any(|(own, ..)| *own == kind);
        Self {
            count: common.len(),
            is_one_customer: has(FieldKind::SsoAccountId) || has(FieldKind::InstanceArn) || has(FieldKind::RoleArn),
            has_connector: has(FieldKind::InstanceArn) && has(FieldKind::RoleArn),
            has_a_grant: common.iter().any(|(_, _, account)| account.is_some()),
            has_a_part: has(FieldKind::PermissionSetArn) || has(FieldKind::TargetAccountId),
        }
    }
}

fn marks(seen: Seen<'_>, at: usize) -> HashSet<IdentifyingValue> {
    let Some((_, tenant)) = seen.tenant(at) else { return HashSet::default() };
    let mut grants: SortedMap<usize, [Option<Str>; 2]> = SortedMap::new();
    let mut marks = HashSet::default();
    for value in &tenant.values {
        let Some(text) = Known::text(&value.value) else { continue };
        match (value.grant, value.kind) {
            (Some(grant), FieldKind::PermissionSetArn) => grants.entry(grant).or_default()[0] = Some(text.clone()),
            (Some(grant), _) => grants.entry(grant).or_default()[1] = Some(text.clone()),
            (None, FieldKind::SsoAccountId | FieldKind::InstanceArn | FieldKind::RoleArn) => {}
            (None, _) => continue,
        }
        marks.insert((value.kind, text.clone(), None));
    }
    for [set, account] in grants.into_values() {
        if let (Some(set), Some(account)) = (set, account) {
            marks.insert((FieldKind::TargetAccountId, account, Some(set)));
        }
    }
    marks
}

/// Whether two values are the same. Two unknown values are, whatever their reasons.
pub(super) fn same(a: &Option<Known>, b: &Option<Known>) -> bool {
    match (a, b) {
        (Some(Known::Text(a)), Some(Known::Text(b))) => a == b,
        (Some(Known::Sensitive { hash: a, .. }), Some(Known::Sensitive { hash: b, .. })) => a == b,
        _ if Known::is_certain(a) || Known::is_certain(b) => false,
        _ => a.is_some() == b.is_some(),
    }
}

/// Which run of the old report is which one of the new report: by name, or else by the keys of their tenants.
fn runs(old: Seen<'_>, new: Seen<'_>) -> Vec<Option<usize>> {
    let names: Vec<String> = (0..new.report.runs.len()).map(|at| new.run(at)).collect();
    let by_name = |at: usize| names.iter().position(|name| *name == old.run(at));
    let mut found: Vec<Option<usize>> = (0..old.report.runs.len()).map(by_name).collect();
    let keys = |report: &Report| {
        let mut keys: Vec<SortedSet<Str>> = vec![SortedSet::new(); report.runs.len()];
        for tenant in &report.tenants {
            if let Some(keys) = keys.get_mut(tenant.run) {
                keys.insert(tenant.key.clone());
            }
        }
        keys
    };
    let (old_keys, new_keys) = (keys(old.report), keys(new.report));
    let mut taken: SortedSet<usize> = found.iter().flatten().copied().collect();
    let mut candidates: Vec<(usize, usize, usize)> = Vec::new();
    for (at, own) in old_keys.iter().enumerate().filter(|(at, _)| found.get(*at).is_some_and(Option::is_none)) {
        for (other, others) in new_keys.iter().enumerate().filter(|(other, _)| !taken.contains(other)) {
            candidates.push((own.intersection(others).count(), at, other));
        }
    }
    candidates.sort_by_key(|&(count, at, other)| (std::cmp::Reverse(count), at, other));
    let (old_left, new_left) = (found.iter().filter(|it| it.is_none()).count(), names.len() - taken.len());
    for (count, at, other) in candidates {
        let is_only = old_left == 1 && new_left == 1;
        if let Some(place) = found.get_mut(at)
            && place.is_none()
            && (count > 0 || is_only)
            && taken.insert(other)
        {
            *place = Some(other);
        }
    }
    found
}
