//! Names of Sym's resources that are not built from the tenant's key.

use symlint_core::rule::Context;
use symlint_core::tenants::{Place, TenantId};
use symlint_terraform::{SortedMap, Span};

use super::sorted;
use crate::names::{ResourceName, names};
use crate::wiring::origin::Referrer;

/// Reports names with another customer's key in place of the tenant's own: engineers who request one customer would get
/// the other.
pub(super) fn report_names_of_others(cx: &mut Context<'_>) {
    let model = cx.model;
    let names = names(model);
    let mut found: SortedMap<Span, Vec<(&ResourceName<'_>, TenantId, TenantId)>> = SortedMap::new();
    for name in &names {
        if let Some((own, other)) = name.tenant().zip(name.of_another(model)) {
            found.entry(name.span).or_default().push((name, own, other));
        }
    }
    for (span, wrong) in found {
        let Some((first, own, other)) = wrong.first() else { continue };
        let tenants = sorted(wrong.iter().map(|(_, own, _)| *own));
        let within = format!("{}.name", first.resource.address());
        let named = names.iter().filter(|name| name.span == span).filter_map(ResourceName::tenant);
        let whom = model.name_or_count(&tenants, sorted(named).len());
        let (tenant, own, other) = (Some(*own), cx.tenant(*own).name(), cx.tenant(*other).name());
        let what = match tenants.as_slice() {
            [_] => format!("contains the key of another tenant, `{other}`"),
            _ => format!("contains the keys of other tenants; the one for `{own}` contains `{other}`"),
        };
        let message = format!("`name` of `{}` for {whom} {what}", first.resource.address());
        let path = Some(format!("{}.{within}", first.instance.address));
        let report = cx.report(Place { span, tenant, path }, message).help(
            "Build the name from the tenant's own key. Engineers who request access to one customer would get access \
             to another.",
        );
        report.group_by(&tenants, format!("{within} has another tenant's key"));
    }
}

/// Reports names that are built from an ARN of the tenant.
pub(super) fn check_names(cx: &mut Context<'_>) {
    let model = cx.model;
    let names = names(model);
    let referrer = Referrer::new(model);
    // One variable may be in the names of several resources.
    let mut found: SortedMap<String, SortedMap<Span, Vec<&ResourceName<'_>>>> = SortedMap::new();
    for name in &names {
        if let Some(source) = name.arn(model) {
            let from = referrer.name(name.instance, &source);
            found.entry(from).or_default().entry(name.span).or_default().push(name);
        }
    }
    // If a flow receives a wrong value, that is the cause.
    if found.is_empty() || crate::wiring::flow_argument_miswired::is_any_wrong(model) {
        return;
    }
    for (from, places) in found {
        let Some((&span, wrong)) = places.iter().next() else { continue };
        let Some(first) = wrong.first() else { continue };
        let tenants = sorted(wrong.iter().filter_map(|name| name.tenant()));
        let block = &first.resource.resource;
        let named = names.iter().filter(|name| name.span == span).filter_map(ResourceName::tenant);
        let whom = model.name_or_count(&tenants, sorted(named).len());
        let within = format!("{}.{}", block.kind.text, block.name.text);
        let message = format!("`name` of `{within}` for {whom} comes from {from}, not from the tenant's key");
        let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
        let path = only.map(|_| format!("{}.{within}.name", first.instance.address));
        let mut report = cx.report(Place { span, tenant: only, path }, message);
        for other in places.keys().skip(1) {
            report = report.related(*other, "the same name");
        }
        if only.is_none() {
            report.group(&tenants).cause(format!("{within}.name comes from {from}"));
        }
    }
}
