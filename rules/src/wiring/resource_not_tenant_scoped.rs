//! See resource-not-tenant-scoped.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Input, Place};
use symlint_terraform::Makeup;

use crate::names::{names, same, shown, tenants_of, unscoped};

pub(super) fn check(cx: &mut Context<'_>) {
    let names = names(cx.model);
    for block in unscoped(cx.model, &names, &same(&names)) {
        let Some(first) = block.first() else { continue };
        let tenants = tenants_of(block.iter().copied());
        let whom = cx.model.name_or_count(&tenants, cx.tenants().len());
        let resource = first.resource.resource;
        let (kind, label, name) = (&resource.kind.text, &resource.name.text, shown(first, cx.model));
        let message = format!("`{kind}.{label}` has the name `{name}` for {whom}");
        let path = Some(format!("{kind}.{label}.name"));
        let slug = first.instance.slug().and_then(|slug| first.instance.input(&slug.name));
        let report = cx.report(Place { span: first.span, tenant: None, path }, message);
        if let Some(Input { name: slug, .. }) = slug {
            let example = match &first.value.origin.makeup {
                Makeup::Written(_) => format!(" For example:\n\n    name = \"{name}-${{var.{slug}}}\""),
                _ => String::new(),
            };
            report.help(format!(
                "Add `-${{var.{slug}}}` to the name. Names are unique in Sym: otherwise, the flows of several customers \
                 share one resource, or the apply fails.{example}"
            ));
        }
    }
}
