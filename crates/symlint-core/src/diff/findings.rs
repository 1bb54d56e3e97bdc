//! Findings that a change adds or fixes, and those that let one customer's flow act on another customer.

use symlint_terraform::{SortedSet, Str};

use super::cause::Causes;
use super::pair::{Pairing, Seen, SharedKeys};
use super::wire::{ChangedFinding, Crossing, Hidden, TenantChange};
use crate::level::Level;
use crate::report::{Known, ReportedFinding, Subject, ValueDetails};
use crate::tenants::FieldKind;

/// A finding in the form for comparisons.
pub(super) fn changed(finding: &ReportedFinding) -> ChangedFinding {
    ChangedFinding {
        rule: finding.rule.clone(),
        level: finding.level,
        message: finding.message.clone(),
        tenant: finding.tenant.clone(),
        path: finding.path.clone(),
        location: finding.location.clone(),
        help: finding.help.clone(),
        fingerprint: finding.fingerprint.clone(),
        suppressed: finding.suppressed.clone(),
        urgency: finding.urgency,
    }
}

/// The tenants that a change touches: those of the new report that are new or have other values.
pub(super) fn touched(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> SortedSet<usize> {
    let is_touched = |at: &usize| {
        let was = pairing.old_of.get(*at).copied().flatten().and_then(|was| old.tenant(was));
        let Some(((earlier_tenant, earlier), (tenant, own))) = was.zip(new.tenant(*at)) else { return true };
        fn texts(values: &[ValueDetails]) -> SortedSet<(FieldKind, Option<&Str>)> {
            values.iter().map(|value| (value.kind, Known::text(&value.value))).collect()
        }
        earlier_tenant.key != tenant.key || texts(&earlier.values) != texts(&own.values)
    };
    (0..new.report.tenants.len()).filter(is_touched).collect()
}

/// Moves a finding to a tenant that the change touches, if its own tenant is not touched.
pub(crate) fn on_touched(
    finding: &ReportedFinding,
    subject: &Subject,
    touched: &SortedSet<usize>,
    joined: Option<&SortedSet<usize>>,
    seen: Seen<'_>,
) -> Option<ReportedFinding> {
    if finding.tenant.is_none() || subject.own.iter().any(|own| joined.unwrap_or(touched).contains(own)) {
        return None;
    }
    let other = *subject.others.iter().find(|other| joined.unwrap_or(touched).contains(other))?;
    let (tenant, details) = seen.tenant(other)?;
    // The place of the other tenant's value that the finding compares with.
    let is_of = |place: &crate::report::Location| {
        let values = details.values.iter().map(|value| &value.location).chain([&tenant.location]);
        let mut values = values.filter(|own| own.file == place.file);
        values.any(|own| own.start.offset <= place.start.offset && place.end.offset <= own.end.offset)
    };
    let (at, related) = finding.related.iter().enumerate().find(|(_, related)| is_of(&related.location))?;
    let mut moved = finding.clone();
    moved.tenant = Some(tenant.key.to_string());
    moved.path = None;
    moved.others = finding.tenant.iter().cloned().collect();
    moved.location = related.location.clone();
    let own = finding.tenant.as_deref()?;
    // If both tenants have the same value, the message names its owner.
    let shared = details.values.iter().find_map(|value| match &value.value {
        Some(Known::Text(text))
            if !matches!(value.kind, FieldKind::Cloud | FieldKind::Region)
                && subject.primary.contains(&(value.kind, text.clone())) =>
        {
            Some((value.name.as_deref().unwrap_or(value.kind.name()), text))
        }
        _ => None,
    });
    moved.message = match shared {
        Some((name, text)) => format!("`{name}` of `{}` becomes {text}, which is `{own}`'s", tenant.key),
        None => format!("this is why `{own}` has a finding: {}", finding.message),
    };
    moved.related.remove(at);
    moved.related.insert(
        0,
        crate::report::RelatedPlace { message: finding.message.clone(), location: finding.location.clone() },
    );
    // The fixes are for the other tenant.
    moved.fixes.clear();
    moved.block = None;
    Some(moved)
}

/// New findings and fixed findings.
pub(super) struct Findings {
    pub(super) new: Vec<usize>,
    pub(super) fixed: Vec<usize>,
    pub(super) unchanged: usize,
    pub(super) causes: Causes,
}

/// Compares the findings that only one side has.
pub(super) fn compare(old: Seen<'_>, new: Seen<'_>, pairing: &Pairing) -> Findings {
    let counts = |finding: &ReportedFinding| finding.suppressed.is_none();
    let causes = Causes::new(old, new, pairing, &counts, &counts);
    let counting = |seen: Seen<'_>| -> Vec<usize> {
        seen.report.findings.iter().enumerate().filter(|(_, it)| counts(it)).map(|(at, _)| at).collect()
    };
    let mut added = counting(new);
    let all = added.len();
    added.retain(|at| causes.is_new(*at));
    let unchanged = all - added.len();
    // A suppressed finding is not fixed.
    let to_any = Causes::new(old, new, pairing, &counts, &|_| true);
    let mut fixed = counting(old);
    fixed.retain(|at| causes.is_gone(*at) && to_any.is_gone(*at));
    Findings { new: added, fixed, unchanged, causes }
}

/// If a finding says that one customer's flow acts on a value of other customers, the acting tenants and the `others`.
/// If all have the same value, the tenants that the change touches act on a value that the others already had.
fn crossing(
    seen: Seen<'_>,
    finding: &ReportedFinding,
    changed: ChangedFinding,
    others: impl Fn(usize) -> bool,
    shared: &SharedKeys<'_>,
    touched: &SortedSet<usize>,
) -> Option<Crossing> {
    let subject = finding.subject.as_deref()?;
    let rule = seen.report.rules.get(&finding.rule)?;
    if rule.level != Level::Error || rule.severity.is_none() || subject.others.is_empty() {
        return None;
    }
    let turned = turned(subject, touched);
    let others = |at: usize| turned.is_some() || others(at);
    let subject = turned.as_ref().unwrap_or(subject);
    let is_another = |at: &usize| others(*at) && subject.own.iter().any(|own| !seen.is_one_customer(*own, *at));
    let from: Vec<usize> = subject.own.iter().copied().collect();
    let into: Vec<usize> = subject.others.iter().copied().filter(is_another).collect();
    let keys = |tenants: &[usize]| tenants.iter().map(|at| seen.key(*at).to_string()).collect();
    let titles = [&from, &into].map(|tenants| tenants.iter().map(|at| seen.title(*at, shared)).collect());
    (!into.is_empty()).then(|| Crossing {
        from: keys(&from),
        into: keys(&into),
        titles,
        message: changed.message.clone(),
        location: changed.location.clone(),
        finding: Some(changed),
    })
}

/// A subject with the roles exchanged: the `others` become its own tenants, if the change touches those and all have
/// the same value.
fn turned(subject: &Subject, touched: &SortedSet<usize>) -> Option<Subject> {
    if subject.own.iter().any(|own| touched.contains(own)) {
        return None;
    }
    // The name of a role already shows which tenant it belongs to.
    let tells = |kind: FieldKind| !matches!(kind, FieldKind::RoleArn | FieldKind::Cloud | FieldKind::Region);
    let has_same = |other: &usize| {
        let own = subject.values.iter().filter(|(tenant, kind, _)| subject.own.contains(tenant) && tells(*kind));
        let mut own = own
            .filter(|(_, kind, text)| subject.primary.is_empty() || subject.primary.contains(&(*kind, text.clone())));
        own.any(|(_, kind, text)| subject.values.contains(&(*other, *kind, text.clone())))
    };
    let own: SortedSet<usize> =
        subject.others.iter().copied().filter(|other| touched.contains(other) && has_same(other)).collect();
    (!own.is_empty()).then(|| Subject { own, others: subject.own.clone(), ..subject.clone() })
}

/// The crossings among the new findings, and among those that the change hides.
pub(super) fn crossings(
    new: Seen<'_>,
    added: &[(usize, ChangedFinding)],
    shared: &SharedKeys<'_>,
    touched: &SortedSet<usize>,
) -> Vec<Crossing> {
    let of = |(at, changed): &(usize, ChangedFinding)| {
        crossing(new, new.report.findings.get(*at)?, changed.clone(), |_| true, shared, touched)
    };
    added.iter().filter_map(of).collect()
}

/// The crossings among earlier findings which did not lead to a tenant that the old report knew.
pub(super) fn grown_crossings(
    old: Seen<'_>,
    new: Seen<'_>,
    pairing: &Pairing,
    causes: &Causes,
    shared: &SharedKeys<'_>,
    touched: &SortedSet<usize>,
) -> Vec<Crossing> {
    let of = |(at, was): (usize, &Option<usize>)| {
        let finding = new.report.findings.get(at)?;
        let before = old.report.findings.get((*was)?)?.subject.as_deref()?;
        let known: SortedSet<usize> = before.tenants().into_iter().map(|tenant| pairing.unified(tenant)).collect();
        crossing(new, finding, changed(finding), |other| !known.contains(&other), shared, touched)
    };
    causes.old_of.iter().enumerate().filter_map(of).collect()
}

/// The crossings that would go unnoticed because the change hides them.
pub(super) fn hidden_crossings(
    hidden: &[Hidden],
    sides: &[Seen<'_>],
    shared: &SharedKeys<'_>,
    touched: &SortedSet<usize>,
) -> Vec<Crossing> {
    let none = SortedSet::new();
    let of = |it: &Hidden| {
        sides.iter().enumerate().find_map(|(at, seen)| {
            let own = seen.report.findings.iter().find(|own| own.fingerprint == it.finding.fingerprint)?;
            // The indexes in `touched` refer to the first report.
            let touched = if at == 0 { touched } else { &none };
            crossing(*seen, own, it.finding.clone(), |_| true, shared, touched)
        })
    };
    hidden.iter().filter_map(of).collect()
}

/// Adds the new findings to the changes of their tenants.
pub(super) fn note(tenants: &mut [TenantChange], findings: &[ChangedFinding]) {
    for change in tenants {
        let own = findings.iter().filter(|finding| finding.tenant.as_deref() == Some(change.tenant.as_str()));
        change.findings = own.map(|finding| finding.fingerprint.clone()).collect();
    }
}
