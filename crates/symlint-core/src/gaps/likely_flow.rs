//! The likely flow of the tenants, where no flow call could be followed, and calls that cannot be read.

use foldhash::HashSet;
use symlint_terraform::syntax::{Expr, children};
use symlint_terraform::{Module, ModuleCall, ModuleId, SortedSet, Span};

use super::names::{names_of_tenants, reference};
use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover;
use crate::discover::module_names;
use crate::discover::sinks::{has_sinks, sinks_in};
use crate::tenants::Model;

/// A likely flow of the tenants, if no flow call could be followed.
pub(crate) struct LikelyFlow<'p> {
    /// The call, if there is one.
    pub(crate) call: Option<&'p ModuleCall>,
    /// The name of the module.
    pub(crate) module: Option<String>,
    /// Whether it is called with the arguments of a flow module.
    pub(crate) is_called_as_one: bool,
    span: Span,
    /// Why it is likely to be the flow.
    reason: String,
}

/// Notes tenants without a flow call that could be followed, with the likely flow.
pub(super) fn no_flow(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    let Some(flow) = likely_flow(model, config) else { return };
    let LikelyFlow { module: likely, is_called_as_one, span, reason, .. } = flow;
    let module = &config.flow_module;
    let name = likely.unwrap_or_else(|| "NAME".to_owned());
    let (reason, help) = match is_called_as_one {
        true => (
            format!(
                "no call of the flow module `{module}` was found, so the wiring (what each flow receives) was not checked; {reason}"
            ),
            format!("Set it in .symlint.hcl:\n\n    flow {{ module = \"{name}\" }}"),
        ),
        false => (
            format!(
                "{reason}, but no call of the flow module `{module}` was found, so the wiring (what each flow receives) was not checked"
            ),
            format!(
                "If this is the module that creates a flow for a tenant, set this in .symlint.hcl:\n\n    flow {{ module = \"{name}\" }}"
            ),
        ),
    };
    found.push(NotChecked::new(Code::NoFlow, reason, span).help(help));
}

/// Notes calls of modules that cannot be read and whose arguments identify nothing, once for each source.
pub(super) fn unread_calls(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    let reported = likely_flow(model, config).and_then(|flow| flow.call);
    let mut seen: HashSet<&str> = HashSet::default();
    seen.extend(reported.and_then(source_of));
    for call in &model.unread_calls {
        let Some(source) = source_of(call).filter(|source| seen.insert(source)) else { continue };
        let name = module_names(source).into_iter().next().unwrap_or_else(|| "NAME".to_owned());
        let reason = format!(
            "`module.{}` receives ARNs of tenants and was not checked, because the module `{source}` is not available",
            call.name.text
        );
        let help = format!(
            "Run `terraform init`, so that the module can be read, or name its arguments in .symlint.hcl:\n\n    \
             flow {{\n      module    = \"{name}\"\n      arguments = {{ account_id = \"NAME\" }}\n    }}"
        );
        found.push(NotChecked {
            is_finding: true,
            ..NotChecked::new(Code::RemoteModule, reason, call.name.span).help(help)
        });
    }
    // Their arguments may be for something else.
    for call in &model.receiving_calls {
        let Some(source) = source_of(call).filter(|source| seen.insert(source)) else { continue };
        let name = &call.name.text;
        let why = format!("because the module `{source}` is not available");
        let reason = format!("`module.{name}` receives values of tenants and was not checked, {why}");
        found.push(NotChecked::new(Code::RemoteModule, reason, call.name.span));
    }
}

fn source_of(call: &ModuleCall) -> Option<&str> {
    Some(call.source.as_ref()?.text.as_str())
}

/// The likely flow of the tenants, if no flow call could be followed.
pub(crate) fn likely_flow<'p>(model: &Model<'p>, config: &Config) -> Option<LikelyFlow<'p>> {
    if model.tenants.is_empty() || !model.flows.is_empty() || !model.project.has_configuration() {
        return None;
    }
    let named = |call: &ModuleCall| call.source.as_ref().and_then(|it| module_names(&it.text).into_iter().next());
    if let Some((name, call)) = discover::flow_module(model.project, config) {
        let reason = format!("`{name}` looks like it");
        return Some(LikelyFlow {
            call: Some(call),
            module: Some(name),
            is_called_as_one: true,
            span: call.name.span,
            reason,
        });
    }
    let modules = model.project.modules();
    let with_resources = modules.iter().find_map(|module| Some((module, flow_resource(module)?)));
    let others =
        model.connectors.iter().map(|it| it.call).chain(model.runtimes.iter().filter_map(|it| it.block.call()));
    let others: Vec<Span> = others.map(|call| call.span).collect();
    let names = names_of_tenants(model, config);
    let mut calls = modules.iter().flat_map(|module| &module.calls);
    let mut handed = calls.by_ref().filter(|call| !others.contains(&call.span) && is_handed(call, &names));
    // A module that can be read and grants nothing is not a flow.
    let handed = handed.find(|call| call.child.is_none_or(|module| may_grant(model, module)));
    let (call, module, span, reason) = match (with_resources, handed) {
        (_, Some(call)) => {
            let reason = format!("`module.{}` receives the tenants", call.name.text);
            (Some(call), named(call), call.name.span, reason)
        }
        (Some((module, span)), None) => {
            let folder = module.dir.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
            (None, folder, span, "this module declares Sym's resources".to_owned())
        }
        (None, None) => return None,
    };
    Some(LikelyFlow { call, module, is_called_as_one: false, span, reason })
}

/// The first resource that acts for a tenant.
fn flow_resource(module: &Module) -> Option<Span> {
    sinks_in(module).next().map(|(resource, _)| resource.name.span)
}

/// Whether a module, or one that it calls, acts for tenants or cannot be read.
fn may_grant(model: &Model<'_>, module: ModuleId) -> bool {
    let mut seen = SortedSet::from([module]);
    let mut work = vec![module];
    while let Some(module) = work.pop().and_then(|id| model.project.module(id)) {
        if has_sinks(module) || module.calls.iter().any(|call| call.child.is_none()) {
            return true;
        }
        work.extend(module.calls.iter().filter_map(|call| call.child).filter(|child| seen.insert(*child)));
    }
    false
}

/// Whether a call is repeated for tenants, or receives something of them.
fn is_handed(call: &ModuleCall, names: &SortedSet<(&'static str, String)>) -> bool {
    let repeated = call.for_each.iter().chain(&call.count);
    let mut work: Vec<&Expr> = repeated.chain(&call.arguments).map(|attribute| &attribute.value).collect();
    while let Some(expr) = work.pop() {
        if reference(expr).is_some_and(|(kind, name)| names.contains(&(kind, name.to_owned()))) {
            return true;
        }
        work.extend(children(expr));
    }
    false
}

/// The calls through which tenants' values take effect.
pub(crate) fn needed_calls<'p>(model: &Model<'p>, config: &Config) -> Vec<&'p ModuleCall> {
    let flows = model.flows.iter().filter_map(|flow| flow.call);
    let runtimes = model.runtimes.iter().filter_map(|it| it.block.call());
    let all = flows.chain(model.connectors.iter().map(|it| it.call)).chain(runtimes);
    all.chain(likely_flow(model, config).and_then(|flow| flow.call)).chain(model.unread_calls.iter().copied()).collect()
}
