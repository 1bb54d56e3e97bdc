//! Hides the texts that a report must not show.

use super::wire::{Access, Report, ReportedFinding, ReportedGap};
use crate::privacy::Veil;

/// Applies a veil to all parts of a report.
pub(super) fn cover(report: &mut Report, veil: &Veil) {
    if veil.is_empty() {
        return;
    }
    report.findings.iter_mut().for_each(|finding| cover_finding(finding, veil));
    for tenant in &mut report.tenants {
        tenant.is_named &= !veil.hides(&tenant.key);
        veil.cover_shared(&mut tenant.key);
    }
    for Access { tenant, flow, .. } in &mut report.access {
        veil.cover_shared(tenant);
        flow.iter_mut().for_each(|flow| veil.cover_shared(flow));
    }
    let gaps = report.runs.iter_mut().flat_map(|run| &mut run.not_checked).chain(&mut report.not_checked);
    for ReportedGap { reason, help, .. } in gaps {
        veil.cover(reason);
        help.iter_mut().for_each(|help| veil.cover(help));
    }
    report.problems.iter_mut().for_each(|problem| problem.each_text_mut(&mut |text| veil.cover(text)));
    for name in &mut report.policy.misspelled_tenants {
        veil.cover(&mut name.closest);
    }
    for tenant in report.details.iter_mut().flat_map(|details| &mut details.tenants) {
        tenant.addresses.iter_mut().for_each(|address| veil.cover_shared(address));
    }
}

fn cover_finding(finding: &mut ReportedFinding, veil: &Veil) {
    veil.cover(&mut finding.message);
    finding.tenant.iter_mut().chain(&mut finding.path).chain(&mut finding.help).for_each(|text| veil.cover(text));
    finding.others.iter_mut().for_each(|other| veil.cover(other));
    finding.related.iter_mut().for_each(|related| veil.cover(&mut related.message));
    for fix in &mut finding.fixes {
        veil.cover(&mut fix.title);
    }
}
