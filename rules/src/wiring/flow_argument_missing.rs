//! See flow-argument-missing.md.

use symlint_core::rule::Context;
use symlint_core::tenants::Place;

use super::calls::calls;

pub(super) fn check(cx: &mut Context<'_>) {
    for found in calls(cx.model) {
        let call = &found.call.name;
        for variable in found.missing_arguments(cx.model) {
            let name = variable.name.text.as_str();
            let place = Place { span: call.span, tenant: None, path: Some(format!("module.{}.{name}", call.text)) };
            cx.report(place, format!("`module.{}` does not pass `{name}`, which the module requires", call.text))
                .related(variable.name.span, "declared here, without a default");
        }
    }
}
