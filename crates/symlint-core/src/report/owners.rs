//! The tenants whose values a finding is about, in addition to its own tenant.

use symlint_terraform::{SortedSet, Span};

use crate::check::Outcome;
use crate::finding::Finding;
use crate::tenants::{Tenant, TenantId};

/// Finds the tenant whose value is written at a place.
pub(super) struct ValueOwners<'a> {
    /// In source order. A value that several tenants share has no owner.
    values: Vec<(Span, Option<&'a str>)>,
}

impl<'a> ValueOwners<'a> {
    pub(super) fn new(outcome: &'a Outcome<'_>) -> Self {
        let model = &outcome.model;
        if outcome.findings.iter().all(|finding| finding.related.is_empty()) {
            return Self { values: Vec::new() };
        }
        let values_of =
            |tenant: &'a Tenant| tenant.fields().map(|field| (model.project.visible(field.span), Some(tenant.name())));
        let mut values: Vec<(Span, Option<&str>)> = model.tenants.iter().flat_map(values_of).collect();
        values.sort_unstable();
        values.dedup_by(|(later, other), (first, name)| {
            let is_same = later == first;
            if is_same && other != name {
                *name = None;
            }
            is_same
        });
        Self { values }
    }

    /// The other tenants that a finding is about, sorted.
    pub(super) fn others(&self, finding: &Finding, elsewhere: &dyn Fn(TenantId) -> Option<&'a str>) -> Vec<String> {
        let related = finding.related.iter().filter_map(|related| match related.elsewhere {
            Some(tenant) => elsewhere(tenant),
            None => self.at(related.span),
        });
        let all = related.chain(finding.tenants.iter().map(String::as_str));
        let others: SortedSet<&str> = all.filter(|name| finding.tenant.as_deref() != Some(*name)).collect();
        others.into_iter().map(str::to_owned).collect()
    }

    /// The tenant whose value is written at a place.
    fn at(&self, place: Span) -> Option<&'a str> {
        let before = self.values.partition_point(|(span, _)| (span.file, span.start) <= (place.file, place.start));
        let (span, name) = self.values.get(before.checked_sub(1)?)?;
        (span.file == place.file && place.end <= span.end).then_some(*name).flatten()
    }
}
