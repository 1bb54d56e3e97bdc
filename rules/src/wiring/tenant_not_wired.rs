//! See tenant-not-wired.md.

use foldhash::HashSet;
use symlint_core::rule::Context;
use symlint_core::tenants::{TenantId, Whole};

use super::filter::is_filtered;

/// This many tenants have not been forgotten one by one.
const MANY: usize = 4;

pub(super) fn check(cx: &mut Context<'_>) {
    let model = cx.model;
    let instances = || model.flows.iter().flat_map(|flow| &flow.instances);
    // An instance whose tenant is not known may receive any.
    let is_known = !model.flows.is_empty()
        && model.knows_its_flows()
        && instances().all(|instance| instance.tenant.is_some())
        && model.is_everything_readable();
    if !is_known {
        return;
    }
    let mut wired: HashSet<TenantId> = instances().filter_map(|instance| instance.tenant).collect();
    let of_variable = || cx.tenants().iter().filter(|tenant| tenant.is_element() && tenant.whole == Whole::Object);
    let mut left_out: Vec<TenantId> =
        of_variable().map(|tenant| tenant.id).filter(|tenant| !wired.contains(tenant)).collect();
    if !left_out.is_empty() {
        // Another tenant's flow may receive them.
        for argument in instances().flat_map(|instance| &instance.arguments) {
            wired.extend(model.sources_of_values.tenants(&argument.value));
        }
        // That `merge()` drops a tenant is reported as such.
        left_out.retain(|tenant| !wired.contains(tenant) && !model.is_overridden(*tenant));
    }
    let Some(&first) = left_out.first() else { return };
    if is_filtered(model) {
        return;
    }
    if left_out.len() >= MANY {
        let count = model.count(&left_out, of_variable().count());
        cx.report(cx.tenant(first), format!("no flow call receives {count}")).group(&left_out);
        return;
    }
    for tenant in left_out {
        let tenant = cx.tenant(tenant);
        cx.report(tenant, format!("no flow call receives tenant `{}`", tenant.name()));
    }
}
