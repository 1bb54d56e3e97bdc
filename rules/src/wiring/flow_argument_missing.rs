//! See flow-argument-missing.md.

use foldhash::HashSet;
use symlint_core::rule::{Context, Place};

use super::flow_argument_unknown::{meant, unknown_arguments};

pub(super) fn check(cx: &mut Context<'_>) {
    let mut seen = HashSet::default();
    for flow in &cx.model.flows {
        // An argument may be in what could not be read.
        let is_readable = cx.model.is_readable(flow.call.span.file);
        let Some(module) = flow.module.filter(|module| is_readable && cx.model.is_complete(module)) else { continue };
        if !seen.insert(flow.call.span) {
            continue;
        }
        let meant: Vec<&str> =
            unknown_arguments(flow, module).into_iter().filter_map(|name| meant(flow, module, &name.text)).collect();
        for variable in module.variables.iter().filter(|variable| variable.default.is_none()) {
            let name = variable.name.text.as_str();
            let is_given = flow.call.arguments.iter().any(|argument| argument.name.text.as_str() == name);
            // What was only misspelt is said there.
            if is_given || meant.contains(&name) {
                continue;
            }
            let call = &flow.call.name;
            let place = Place { span: call.span, tenant: None, path: Some(format!("module.{}.{name}", call.text)) };
            cx.report(place, format!("`{}` gets no `{name}`, which the module requires", call.text))
                .related(variable.name.span, "it is declared here, without a default");
        }
    }
}
