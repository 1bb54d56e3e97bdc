//! See flow-argument-unknown.md.

use foldhash::HashSet;
use symlint_core::rule::{Context, Place, closest};
use symlint_core::tenants::FlowCall;
use symlint_terraform::Module;
use symlint_terraform::syntax::Name;

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for flow in &cx.model.flows {
        let Some(module) = flow.module.filter(|module| flow.call.is_some() && cx.model.is_complete(module)) else {
            continue;
        };
        for name in unknown_arguments(flow, module) {
            if !seen.insert(name.span) {
                continue;
            }
            let meant = meant(flow, module, &name.text);
            let hint = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            let path = format!("module.{}.{}", flow.name(), name.text);
            let place = Place { span: name.span, tenant: None, path: Some(path) };
            let report = cx.report(place, format!("the module does not declare a variable `{}`{hint}", name.text));
            if let Some(meant) = meant {
                report.suggestion(format!("rename it to `{meant}`"), name.span, meant);
            }
        }
    }
}

/// The names of the arguments of `flow` that `module` does not declare.
pub(super) fn unknown_arguments<'a>(flow: &FlowCall<'a>, module: &Module) -> Vec<&'a Name> {
    let names = flow.written_arguments().iter().map(|argument| &argument.name);
    names.filter(|name| module.variable(&name.text).is_none()).collect()
}

/// The variable that `name` may have been meant for: one that is not given otherwise.
pub(super) fn meant<'a>(flow: &FlowCall<'a>, module: &'a Module, name: &str) -> Option<&'a str> {
    let is_given =
        |variable: &str| flow.written_arguments().iter().any(|argument| argument.name.text.as_str() == variable);
    let free =
        module.variables.iter().map(|variable| variable.name.text.as_str()).filter(|variable| !is_given(variable));
    closest(name, free)
}
