//! See flow-argument-missing.md.

use foldhash::HashSet;
use symlint_core::rule::{Context, Place};

use super::flow_argument_unknown::{meant, unknown_arguments};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for flow in &cx.model.flows {
        let Some(call) = flow.call else { continue };
        // An argument may be in what could not be read.
        let is_readable = cx.model.is_readable(call.span.file);
        let Some(module) = flow.module.filter(|module| is_readable && cx.model.is_complete(module)) else { continue };
        if !seen.insert(call.span) {
            continue;
        }
        let meant: Vec<&str> =
            unknown_arguments(flow, module).into_iter().filter_map(|name| meant(flow, module, &name.text)).collect();
        for variable in module.variables.iter().filter(|variable| variable.default.is_none()) {
            let name = variable.name.text.as_str();
            let is_given = call.arguments.iter().any(|argument| argument.name.text.as_str() == name);
            // What was only misspelt is said there.
            if is_given || meant.contains(&name) {
                continue;
            }
            let call = &call.name;
            let place = Place { span: call.span, tenant: None, path: Some(format!("module.{}.{name}", call.text)) };
            cx.report(place, format!("`{}` gets no `{name}`, which the module requires", call.text))
                .related(variable.name.span, "it is declared here, without a default");
        }
    }
}
