//! See resource-not-tenant-scoped.md.

use symlint_core::rule::Context;
use symlint_core::tenants::Place;

use crate::names::{names, same, shown, tenants_of, unscoped};

pub(super) fn check(cx: &mut Context<'_>) {
    let names = names(cx.model);
    for block in unscoped(cx.model, &names, &same(&names)) {
        let Some(first) = block.first() else { continue };
        let tenants = tenants_of(block.iter().copied());
        let whom = match tenants.as_slice() {
            [only] => format!("`{}`", cx.tenant(*only).name()),
            _ => cx.model.count(&tenants, cx.tenants().len()),
        };
        let resource = first.resource.resource;
        let (kind, label, name) = (&resource.kind.text, &resource.name.text, shown(first, cx.model));
        let message = format!("`{kind}.{label}` has the name `{name}` for {whom}");
        let path = Some(format!("{kind}.{label}.name"));
        cx.report(Place { span: first.span, tenant: None, path }, message);
    }
}
