//! See missing-attribute.md.

use std::collections::HashSet;

use symlint_core::rule::{Context, Locate, Place};
use symlint_core::tenants::{Absence, Tenant, Whole};
use symlint_terraform::{Path, ProblemKind, Root, Step};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut reported: HashSet<String> = HashSet::new();
    for tenant in cx.tenants() {
        if tenant.whole == Whole::Null {
            cx.report(tenant, format!("`{}` is null: write the tenant's values, or remove it", tenant.name()));
        }
        for gap in &tenant.missing {
            let path = gap.path.to_string();
            let message = match gap.absence {
                Absence::Missing => missing(tenant, &gap.name),
                Absence::Null => format!("{} is null, and `{}` needs one", gap.name, tenant.name()),
                Absence::Empty => format!("{} is empty, and `{}` needs one", gap.name, tenant.name()),
            };
            cx.report(Place { span: gap.span, tenant: Some(tenant.id), path: Some(path.clone()) }, message);
            reported.insert(path);
        }
    }
    report_declared(cx, &reported);
}

/// What the declared type requires beside the values that rules know.
fn report_declared(cx: &mut Context<'_>, reported: &HashSet<String>) {
    for problem in &cx.model.conversions {
        let (ProblemKind::Missing { attribute }, Some(at)) = (&problem.kind, &problem.path) else { continue };
        let Some(tenant) = tenant_of(cx, at) else { continue };
        let path = at.join(Step::Attribute(attribute.clone())).to_string();
        if reported.contains(&path) {
            continue;
        }
        // The key of the tenant stands for the tenant; deeper objects have no key that is known here.
        let span = if *at == tenant.path { tenant.place(cx.sources()).span } else { problem.span.part(0..1) };
        let place = Place { span, tenant: Some(tenant.id), path: Some(path) };
        cx.report(place, missing(tenant, attribute));
    }
}

/// The tenant that a path leads into.
fn tenant_of<'a>(cx: &Context<'a>, path: &Path) -> Option<&'a Tenant> {
    let (Root::Variable(_), steps) = path.parts() else { return None };
    let tenant = cx.model.index.with_key(steps.first()?.name()?)?;
    let tenant = cx.tenant(tenant);
    // Another variable may have the same key.
    tenant.path.to_string().as_str().split('[').next().filter(|root| path.to_string().starts_with(root))?;
    Some(tenant)
}

fn missing(tenant: &Tenant, attribute: &str) -> String {
    format!("`{}` lacks {attribute}, which is required", tenant.name())
}
