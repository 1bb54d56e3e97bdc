//! See flow-argument-missing.md.

use foldhash::HashSet;
use symlint_core::rule::{Context, Place};
use symlint_core::tenants::{FlowCall, Model};
use symlint_terraform::Variable;

use super::flow_argument_unknown::{meant, unknown_arguments};

/// The variables without a default to which the call of `flow` passes nothing.
pub(super) fn missing<'a>(model: &Model<'_>, flow: &FlowCall<'a>) -> Vec<&'a Variable> {
    let Some((call, module)) = flow.call.zip(flow.module) else { return Vec::new() };
    // An argument may be in what could not be read.
    if !model.is_readable(call.span.file) || !model.is_complete(module) {
        return Vec::new();
    }
    let meant: Vec<&str> =
        unknown_arguments(flow, module).into_iter().filter_map(|name| meant(flow, module, &name.text)).collect();
    let is_missing = |variable: &&Variable| {
        let name = variable.name.text.as_str();
        let is_given = call.arguments.iter().any(|argument| argument.name.text.as_str() == name);
        // What was only misspelled is reported there.
        variable.default.is_none() && !is_given && !meant.contains(&name)
    };
    module.variables.iter().filter(is_missing).collect()
}

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for flow in &cx.model.flows {
        let Some(call) = flow.call else { continue };
        if !seen.insert(call.span) {
            continue;
        }
        for variable in missing(cx.model, flow) {
            let name = variable.name.text.as_str();
            let call = &call.name;
            let place = Place { span: call.span, tenant: None, path: Some(format!("module.{}.{name}", call.text)) };
            cx.report(place, format!("`module.{}` does not pass `{name}`, which the module requires", call.text))
                .related(variable.name.span, "declared here, without a default");
        }
    }
}
