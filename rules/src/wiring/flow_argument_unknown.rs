//! See flow-argument-unknown.md.

use symlint_core::rule::Context;
use symlint_core::tenants::Place;

use super::calls::calls;
use crate::expression::renamed;

pub(super) fn check(cx: &mut Context<'_>) {
    for found in calls(cx.model) {
        for name in found.unknown_arguments() {
            let meant = found.meant(&name.text);
            let hint = match (meant, found.only_missing()) {
                (Some(meant), _) => format!("; did you mean `{meant}`?"),
                (None, Some(missing)) => format!("; `{missing}`, which the module requires, is not passed"),
                (None, None) => String::new(),
            };
            let path = format!("module.{}.{}", found.call.name.text, name.text);
            let place = Place { span: name.span, tenant: found.tenant, path: Some(path) };
            let rename = meant.map(|meant| renamed(name.span, meant, cx.sources())).into_iter().collect();
            let call = found.call;
            let module = call.source.as_ref().map_or("the module".to_owned(), |source| format!("`{}`", source.text));
            let message =
                format!("`module.{}` passes `{}`, which {module} does not declare{hint}", call.name.text, name.text);
            let report = cx.report(place, message);
            if let Some(meant) = meant {
                let help = format!("Rename the argument to `{meant}`. Until then, Terraform rejects the plan.");
                report.help(help).edits(format!("rename it to `{meant}`"), false, rename);
            }
        }
    }
}
