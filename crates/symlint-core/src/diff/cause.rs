//! Which findings of two reports have the same cause. This depends on rule, tenants, and values, and not on file and
//! line.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{SortedMap, SortedSet, Str};

use super::pair::{Pairing, Seen};
use crate::report::{Known, ReportedFinding, Subject};
use crate::tenants::FieldKind;
use crate::tenants::format::is_account_id;

/// What a finding is about. Tenants have their indexes in the new report.
#[derive(Debug, Clone)]
struct FindingIdentity<'f> {
    rule: &'f str,
    level: &'static str,
    /// All tenants that it is about, including those on which it is reported. These can be the other way around in the
    /// other report.
    tenants: SortedSet<usize>,
    own: SortedSet<usize>,
    values: SortedSet<(usize, FieldKind, Str)>,
    what: &'f str,
}

/// What two findings with one cause have in common, whichever of two tenants they are reported on.
type FindingKey<'i> = (&'i str, &'i SortedSet<usize>, &'i SortedSet<(usize, FieldKind, Str)>, &'i str);

impl FindingIdentity<'_> {
    fn whole(&self) -> FindingKey<'_> {
        (self.rule, &self.tenants, &self.values, self.what)
    }
}

/// What two findings have in common if they are about the same tenants.
type UnchangedKey<'i> = (&'i str, &'i SortedSet<usize>, &'i str);

/// The values of all tenants, as written and in effect. Tenants have their indexes in the new report.
type Values = HashSet<(usize, FieldKind, Str)>;

/// The findings of two reports that have the same cause.
pub(super) struct Causes {
    /// For each finding of the new report, its index in the old one.
    pub(super) old_of: Vec<Option<usize>>,
    /// For each finding of the old report, its index in the new one.
    pub(super) new_of: Vec<Option<usize>>,
    /// Findings without a counterpart whose cause is nevertheless in both reports: new ones with an old cause, and old
    /// ones whose cause remains.
    shared: [SortedSet<usize>; 2],
    /// By new finding, the tenants that now share a value with those that already shared it.
    pub(super) joined: SortedMap<usize, SortedSet<usize>>,
}

/// Decides which findings are compared.
pub(super) type Filter<'f> = &'f dyn Fn(&ReportedFinding) -> bool;

impl Causes {
    pub(super) fn new(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing, in_old: Filter<'_>, in_new: Filter<'_>) -> Self {
        let none = Subject::default();
        let mut causes = Self {
            old_of: vec![None; new.report.findings.len()],
            new_of: vec![None; old.report.findings.len()],
            shared: [SortedSet::new(), SortedSet::new()],
            joined: SortedMap::new(),
        };
        let same = |tenant: usize| tenant;
        let unified = |tenant: usize| pairing.unified(tenant);
        let olds: Vec<(usize, FindingIdentity<'_>)> = identities(old, in_old, &none, &unified);
        let news: Vec<(usize, FindingIdentity<'_>)> = identities(new, in_new, &none, &same);

        let mut places: HashMap<FindingKey<'_>, Vec<usize>> = HashMap::default();
        for (at, identity) in olds.iter().rev() {
            places.entry(identity.whole()).or_default().push(*at);
        }
        for (at, identity) in &news {
            if let Some(other) = places.get_mut(&identity.whole()).and_then(Vec::pop) {
                causes.join(other, *at);
            }
        }
        let (before, after) = (values(old, &unified), values(new, &same));
        causes.join_unchanged(&olds, &news, &before, &after, |it| (it.rule, &it.tenants, it.what));
        causes.join_shrunk(&olds, &news);
        causes.join_grown((old, &olds), (new, &news));
        causes.join_groups((old, &olds), (new, &news));
        // In another layout, another rule may find the same.
        if old.details.configs.values().eq(new.details.configs.values()) {
            causes.join_unchanged(&olds, &news, &before, &after, |it| (it.level, &it.tenants, ""));
        }
        causes
    }

    fn join(&mut self, old: usize, new: usize) {
        if let (Some(a), Some(b)) = (self.new_of.get_mut(old), self.old_of.get_mut(new)) {
            (*a, *b) = (Some(new), Some(old));
        }
    }

    /// Whether the old report has nothing with the cause of this finding in the new one.
    pub(super) fn is_new(&self, at: usize) -> bool {
        let [shared, _] = &self.shared;
        self.old_of.get(at).is_some_and(Option::is_none) && !shared.contains(&at)
    }

    /// Whether the new report has nothing with the cause of this finding in the old one.
    pub(super) fn is_gone(&self, at: usize) -> bool {
        let [_, shared] = &self.shared;
        self.new_of.get(at).is_some_and(Option::is_none) && !shared.contains(&at)
    }

    /// Treats two findings `about` the same as one if no value changed that either of them names.
    fn join_unchanged(
        &mut self,
        olds: &[(usize, FindingIdentity<'_>)],
        news: &[(usize, FindingIdentity<'_>)],
        before: &Values,
        after: &Values,
        about: for<'f> fn(&'f FindingIdentity<'_>) -> UnchangedKey<'f>,
    ) {
        let mut left: SortedMap<UnchangedKey<'_>, Vec<usize>> = SortedMap::new();
        let is_kept = |identity: &FindingIdentity<'_>, values: &Values| {
            let is_kept = |value: &(usize, FieldKind, Str)| {
                values.contains(value) || value.1 == ACCOUNT && values.contains(&(value.0, ACCOUNT, Str::default()))
            };
            !identity.values.is_empty() && identity.values.iter().all(is_kept)
        };
        for (at, identity) in olds.iter().rev().filter(|(at, _)| self.is_gone(*at)) {
            if is_kept(identity, after) {
                left.entry(about(identity)).or_default().push(*at);
            }
        }
        for (at, identity) in news {
            if self.is_new(*at)
                && is_kept(identity, before)
                && let Some(other) = left.get_mut(&about(identity)).and_then(Vec::pop)
            {
                self.join(other, *at);
            }
        }
    }

    /// Keeps a finding about several tenants the same if it is about fewer of them, with the same values: the others were
    /// corrected or removed.
    fn join_shrunk(&mut self, olds: &[(usize, FindingIdentity<'_>)], news: &[(usize, FindingIdentity<'_>)]) {
        let mut left: HashMap<(&str, usize), Vec<(usize, &FindingIdentity<'_>)>> = HashMap::default();
        for (at, identity) in olds.iter().filter(|(at, identity)| identity.tenants.len() > 1 && self.is_gone(*at)) {
            for tenant in &identity.own {
                left.entry((identity.rule, *tenant)).or_default().push((*at, identity));
            }
        }
        for (at, identity) in news.iter().filter(|(_, identity)| !identity.values.is_empty()) {
            let Some(first) = identity.own.iter().next().filter(|_| self.is_new(*at)) else { continue };
            let is_part = |(at, old): &&(usize, &FindingIdentity<'_>)| {
                self.is_gone(*at)
                    && identity.own.is_subset(&old.own)
                    && identity.tenants.is_subset(&old.tenants)
                    && identity.values.is_subset(&old.values)
            };
            if let Some((other, _)) = left.get(&(identity.rule, *first)).and_then(|olds| olds.iter().find(is_part)) {
                self.join(*other, *at);
            }
        }
    }

    /// Keeps a finding about one tenant's value the same if another tenant with that value appears or disappears.
    fn join_grown(
        &mut self,
        old: (Seen<'_>, &[(usize, FindingIdentity<'_>)]),
        new: (Seen<'_>, &[(usize, FindingIdentity<'_>)]),
    ) {
        type GrownKey<'f> = (&'f str, SortedSet<usize>, SortedSet<(FieldKind, Str)>, &'f str);
        fn own<'f>(seen: Seen<'f>, at: usize, identity: &FindingIdentity<'f>) -> Option<(GrownKey<'f>, bool)> {
            let subject = seen.report.findings.get(at)?.subject.as_deref().filter(|it| !it.primary.is_empty())?;
            let own = identity.own.clone();
            Some(((identity.rule, own, subject.primary.clone(), identity.what), subject.others.is_empty()))
        }
        let mut left: SortedMap<GrownKey<'_>, Vec<(usize, bool)>> = SortedMap::new();
        for (at, identity) in old.1.iter().rev().filter(|(at, _)| self.is_gone(*at)) {
            if let Some((own, is_alone)) = own(old.0, *at, identity) {
                left.entry(own).or_default().push((*at, is_alone));
            }
        }
        for (at, identity) in new.1 {
            let Some((own, is_alone)) = own(new.0, *at, identity).filter(|_| self.is_new(*at)) else { continue };
            if let Some(others) = left.get_mut(&own)
                && let Some(place) = others.iter().position(|(_, other)| is_alone || *other)
            {
                let (other, _) = others.remove(place);
                self.join(other, *at);
            }
        }
    }

    /// A shared value is reported on the later tenants, and a change of order may change which these are. So a finding
    /// is new only if it is about a tenant that did not share the value before.
    fn join_groups(
        &mut self,
        old: (Seen<'_>, &[(usize, FindingIdentity<'_>)]),
        new: (Seen<'_>, &[(usize, FindingIdentity<'_>)]),
    ) {
        let (before, after) = (groups(old.0, old.1, &|at| self.is_gone(at)), groups(new.0, new.1, &|_| true));
        let mut counted: SortedSet<(SharedValues<'_>, usize)> = SortedSet::new();
        for (at, identity) in new.1 {
            let Some(group) = group(new.0, *at, identity).filter(|_| self.is_new(*at)) else { continue };
            let Some(members) = before.get(&group) else { continue };
            let joining: SortedSet<usize> = identity.tenants.difference(members).copied().collect();
            let mut is_news = false;
            for tenant in &joining {
                is_news |= counted.insert((group.clone(), *tenant));
            }
            match is_news {
                true => drop(self.joined.insert(*at, joining)),
                false => drop(self.shared[0].insert(*at)),
            }
        }
        for (at, identity) in old.1 {
            let Some(group) = group(old.0, *at, identity).filter(|_| self.is_gone(*at)) else { continue };
            if after.get(&group).is_some_and(|members| identity.tenants.is_subset(members)) {
                self.shared[1].insert(*at);
            }
        }
    }
}

/// The rule and the values that several tenants share.
type SharedValues<'f> = (&'f str, SortedSet<(FieldKind, Str)>);

fn group<'f>(seen: Seen<'_>, at: usize, identity: &FindingIdentity<'f>) -> Option<SharedValues<'f>> {
    let subject = seen.report.findings.get(at)?.subject.as_deref()?;
    if !subject.primary.is_empty() {
        return Some((identity.rule, subject.primary.clone()));
    }
    // The finding is about a key, so the values of any of the tenants can be used.
    let own = subject.own.iter().next().filter(|_| identity.tenants.len() > 1)?;
    let values = subject.values.iter().filter(|(tenant, ..)| tenant == own);
    Some((identity.rule, values.map(|(_, kind, text)| (*kind, text.clone())).collect()))
}

/// The tenants of each group. A finding about one tenant is only a part of a group if `is_left`.
fn groups<'f>(
    seen: Seen<'_>,
    all: &[(usize, FindingIdentity<'f>)],
    is_left: &dyn Fn(usize) -> bool,
) -> SortedMap<SharedValues<'f>, SortedSet<usize>> {
    let mut groups: SortedMap<SharedValues<'_>, SortedSet<usize>> = SortedMap::new();
    for (at, identity) in all.iter().filter(|(at, identity)| identity.tenants.len() > 1 || is_left(*at)) {
        if let Some(group) = group(seen, *at, identity) {
            groups.entry(group).or_default().extend(&identity.tenants);
        }
    }
    groups
}

fn identities<'f>(
    seen: Seen<'f>,
    filter: Filter<'_>,
    none: &'f Subject,
    unified: &dyn Fn(usize) -> usize,
) -> Vec<(usize, FindingIdentity<'f>)> {
    let findings = seen.report.findings.iter().enumerate().filter(|(_, finding)| filter(finding));
    findings.map(|(at, finding)| (at, identity(finding, none, unified))).collect()
}

fn identity<'f>(
    finding: &'f ReportedFinding,
    none: &'f Subject,
    unified: &dyn Fn(usize) -> usize,
) -> FindingIdentity<'f> {
    let subject = finding.subject.as_deref().unwrap_or(none);
    FindingIdentity {
        rule: &finding.rule,
        level: finding.level.as_str(),
        tenants: subject.own.iter().chain(&subject.others).map(|tenant| unified(*tenant)).collect(),
        own: subject.own.iter().map(|tenant| unified(*tenant)).collect(),
        values: subject.values.iter().map(|(tenant, kind, text)| (unified(*tenant), *kind, text.clone())).collect(),
        what: &subject.what,
    }
}

/// The account of the connector. If it is not written, it has the empty text among the values of a tenant: a finding that
/// also names it, where it is written in another layout, is not about another cause.
const ACCOUNT: FieldKind = FieldKind::SsoAccountId;

/// All values of a report, as written and in effect.
pub(super) fn values(seen: Seen<'_>, unified: &dyn Fn(usize) -> usize) -> Values {
    let mut values = Values::default();
    for (at, tenant) in seen.details.tenants.iter().enumerate() {
        let at = unified(at);
        let text = |value: &Option<Known>| Known::text(value).cloned();
        values.extend(tenant.values.iter().filter_map(|value| Some((at, value.kind, text(&value.value)?))));
        if tenant.values.iter().all(|it| it.kind != ACCOUNT || it.value.is_none()) {
            values.insert((at, ACCOUNT, Str::default()));
        }
        let written = tenant.values.iter().filter_map(|value| Some((value.kind, Known::text(&value.value)?)));
        let roles = written.filter(|(kind, _)| *kind == FieldKind::RoleArn);
        let accounts = roles.filter_map(|(_, role)| role.split(':').nth(4).filter(|account| is_account_id(account)));
        values.extend(accounts.map(|account| (at, ACCOUNT, account.into())));
        // An expression that passes an unknown value is not about a text.
        let effects = tenant.effects.iter();
        values.extend(effects.map(|effect| (at, effect.kind, text(&effect.value).unwrap_or_default())));
    }
    values
}
