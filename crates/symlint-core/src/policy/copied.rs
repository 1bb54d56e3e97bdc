//! Suppressions that were copied with a block: the same reason on another tenant.

use symlint_terraform::{FileId, SortedMap, Span};

use super::inline::{Inline, InlineSuppression};
use crate::config::Config;
use crate::suppression::CopiedSuppression;
use crate::tenants::{Model, TenantId};

/// A suppression on one tenant.
#[derive(Debug)]
pub(crate) struct Copied<'a> {
    /// The index of its project.
    project: usize,
    rule: &'static str,
    reason: &'a str,
    name: &'a str,
    span: Span,
}

impl<'a> Copied<'a> {
    /// The suppressions of a project that are about one tenant each.
    pub(crate) fn of(project: usize, inline: &'a Inline, model: &'a Model<'_>) -> Vec<Self> {
        if inline.valid.is_empty() {
            return Vec::new();
        }
        let mut blocks: SortedMap<FileId, Vec<(u32, u32, TenantId)>> = SortedMap::new();
        for tenant in &model.tenants {
            let (key, value) = (tenant.key.span, tenant.span);
            let start = if key.file == value.file { key.start.min(value.start) } else { value.start };
            blocks.entry(value.file).or_default().push((start, value.end, tenant.id));
        }
        blocks.values_mut().for_each(|blocks| blocks.sort_unstable());
        let tenant_of = |suppression: &InlineSuppression| {
            let covers = suppression.covers;
            let blocks = blocks.get(&covers.file)?;
            let at = blocks.partition_point(|(start, ..)| *start < covers.start);
            // Above the tenant's key, it covers the whole block, and perhaps others.
            let mut inside = blocks.iter().skip(at).take_while(|(start, ..)| *start < covers.end);
            let around = at.checked_sub(1).and_then(|at| blocks.get(at)).filter(|(_, end, _)| covers.start < *end);
            match (around, inside.next(), inside.next()) {
                (Some((.., tenant)), None, _) | (None, Some((.., tenant)), None) => Some(*tenant),
                _ => None,
            }
        };
        let is_in_copy = |suppression: &&InlineSuppression| model.sources().get(suppression.span.file).is_in_copy();
        let valid = inline.valid.iter().filter(|it| !is_in_copy(it));
        valid
            .filter_map(|suppression| {
                let tenant = tenant_of(suppression)?;
                let (rule, reason, span) = (suppression.rule, suppression.reason.as_str(), suppression.span);
                Some(Self { project, rule, reason, name: model.tenant(tenant).name(), span })
            })
            .collect()
    }
}

/// The suppressions with the same rule and reason on tenants of different customers, each with the index of the project
/// that contains the second one.
pub(crate) fn copied(all: &[Copied<'_>], configs: &[&Config]) -> Vec<(usize, CopiedSuppression)> {
    let mut groups: SortedMap<(&str, &str), Vec<&Copied<'_>>> = SortedMap::new();
    for suppression in all {
        groups.entry((suppression.rule, suppression.reason)).or_default().push(suppression);
    }
    let mut found = Vec::new();
    for suppressions in groups.into_values() {
        let Some((first, others)) = suppressions.split_first() else { continue };
        // A tenant with this name elsewhere is the same customer.
        let is_other = |other: &&&Copied<'_>| {
            let of_both = [first.project, other.project].into_iter().filter_map(|at| configs.get(at));
            let mut customers = of_both.flat_map(|config| &config.customers);
            other.name != first.name && !customers.any(|customer| customer.has_both(first.name, other.name))
        };
        let mut tenants = vec![first.name.to_owned()];
        let mut second = None;
        for other in others.iter().filter(is_other) {
            second = second.or(Some(other));
            if tenants.iter().all(|known| known != other.name) {
                tenants.push(other.name.to_owned());
            }
        }
        if let Some(second) = second {
            let (rule, span) = (first.rule, second.span);
            let first = (first.project == second.project).then_some(first.span);
            found.push((second.project, CopiedSuppression { rule, tenants, span, first }));
        }
    }
    found
}
