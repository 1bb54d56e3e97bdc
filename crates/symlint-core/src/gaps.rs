//! The gaps of a check: parts of a model that could not be checked.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use symlint_terraform::syntax::{Attribute, Expr, ExprKind, children, top_level};
use symlint_terraform::{
    AssignmentSource, EvalErrorKind, Evaluator, FileRole, LoadErrorKind, Module, ModuleCall, ModuleId, Resource, Root,
    SortedMap, SortedSet, Span, Unknown, Value,
};

use crate::config::Config;
use crate::coverage::{Code, NotChecked};
use crate::discover::sinks::{ASSIGNMENTS, GROUP, Reference, has_sinks, sinks_in};
use crate::discover::{self, module_names};
use crate::spelling::{closest, listed};
use crate::tenants::{
    Field, FieldKind, FieldName, FlowResource, Model, RuntimeBlock, State, Tenant, TenantId, TenantsVariable,
    VariableState,
};
use crate::unmatched;

/// What to do about a variable without a value.
const SET_IT: &str = "Set it in a values file, or name a file that sets it: `symlint check --var-file FILE`";

/// What to do about a part that differs between workspaces.
const SELECT_IT: &str = "Select the workspace: `TF_WORKSPACE=NAME symlint check`. Check each of them.";

/// What to do about a reason for which something is not known, if it can be known.
fn remedy(reason: &str) -> Option<String> {
    reason.contains("`terraform.workspace`").then(|| SELECT_IT.to_owned())
}

/// Everything in a model that was not checked, in the order of the codes.
pub(crate) fn of(model: &Model<'_>, config: &Config) -> Vec<NotChecked> {
    let mut found = model.not_checked.clone();
    no_flow(model, config, &mut found);
    unread_calls(model, config, &mut found);
    no_tenants(model, &mut found);
    unused_tenants(model, config, &mut found);
    unknown_wiring(model, &mut found);
    unknown_references(model, &mut found);
    ignored_changes(model, &mut found);
    unknown_values(model, &mut found);
    unmapped_fields(model, config, &mut found);
    groups(model, &mut found);
    limits(model, &mut found);
    other_workspaces(model, &mut found);
    values_alone(model, &mut found);
    remote_modules(model, &mut found);
    missing_modules(model, &mut found);
    syntax_errors(model, &mut found);
    if !model.is_everything_readable() {
        // Something that seems absent may be in a file that cannot be read, which is reported on its own.
        let absent = |gap: &&mut NotChecked| matches!(gap.code, Code::NoFlow | Code::UnmappedField);
        found.iter_mut().filter(absent).for_each(|gap| gap.is_finding = false);
    }
    found.sort_by_key(|gap| (gap.code, gap.span));
    found.dedup();
    found
}

/// Whether a finding already reports the reason why something is unknown.
fn is_reported(model: &Model<'_>, at: Span) -> bool {
    let errors = model.evaluation_errors.iter().chain(&model.resource_errors).map(|error| error.span);
    let problems = model.conversions.iter().filter(|problem| problem.kind.is_error()).map(|problem| problem.span);
    let files = model.project.files().iter().flat_map(|file| &file.file.errors).map(|error| error.span);
    let is_misspelled = || {
        let mut variables = model.project.root().map(|root| root.variables.as_slice()).unwrap_or_default().iter();
        variables.any(|it| it.name.span == at && misspelled(model, &it.name.text).is_some())
    };
    errors.chain(problems).chain(files).any(|span| span.contains(at) || at.contains(span)) || is_misspelled()
}

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
fn no_flow(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
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
fn unread_calls(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
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

/// The variables and locals with the tenants, as `var` or `local` and a name.
fn names_of_tenants(model: &Model<'_>, config: &Config) -> SortedSet<(&'static str, String)> {
    let configured = config.tenants_variables.iter().map(|name| match name.strip_prefix("local.") {
        Some(local) => ("local", local.to_owned()),
        None => ("var", name.clone()),
    });
    let collections = model.sources_of_values.collections().iter().map(|collection| &collection.shape.root);
    // A variable may be one tenant.
    let whole = model.tenants.iter().filter(|tenant| tenant.is_variable()).map(|tenant| tenant.path.start());
    let roots = collections.chain(whole).filter_map(|root| match root {
        Root::Variable { name, .. } => Some(("var", name.to_string())),
        Root::Local { name, .. } => Some(("local", name.to_string())),
        Root::ModuleCall(_) | Root::Calls(_) | Root::RootModule | Root::Inline(_) => None,
    });
    configured.chain(roots).collect()
}

/// The root and the name in an expression such as `var.NAME` or `local.NAME`.
fn reference(expr: &Expr) -> Option<(&str, &str)> {
    let ExprKind::Attribute(root, name) = &expr.kind else { return None };
    if let ExprKind::Variable(root) = &root.kind { Some((root.as_str(), name.text.as_str())) } else { None }
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

/// Notes flows or safelists without any tenant. A map that is known to be empty is not a gap.
fn no_tenants(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    if !model.tenants.is_empty() || !model.project.has_configuration() {
        return;
    }
    for variable in &model.variables {
        let reason = match &variable.state {
            // An empty default does not mean that there are no tenants.
            VariableState::Known if is_by_default(model, variable) => {
                "is empty by default, and nothing sets it".to_owned()
            }
            VariableState::Known => continue,
            VariableState::Unset => "has no value".to_owned(),
            VariableState::Null(_) => "is null".to_owned(),
            VariableState::Unknown { reason, .. } => format!("is not known: {reason}"),
        };
        let is_reported = match &variable.state {
            VariableState::Unknown { span, .. } => self::is_reported(model, *span),
            _ => false,
        };
        let declared = model.project.root().and_then(|root| root.variable(&variable.name));
        let reason = format!("{} {reason}, so no tenant was checked", variable.shown());
        let gap = NotChecked::new(Code::NoFlow, reason, declared.map(|variable| variable.name.span));
        // A values file may set it under a name that no variable has. That is reported there.
        let is_unset = matches!(variable.state, VariableState::Unset | VariableState::Known);
        let misspelled = misspelled(model, &variable.name).filter(|_| is_unset);
        let is_reported = is_reported || misspelled.is_some();
        let help = match misspelled {
            Some(name) => format!("Rename `{name}` in the values file to `{}`.", variable.name),
            None => SET_IT.to_owned(),
        };
        found.push(NotChecked { is_finding: !is_reported, ..gap.help(help) });
    }
    let is_explained = !model.variables.is_empty();
    if let Some(flow) =
        model.flows.iter().find(|flow| flow.unknown.is_none() && flow.instances.is_empty() && !is_explained)
    {
        let own = flow.module.and_then(|module| sinks_in(module).next()).map(|(resource, _)| resource);
        let (name, span, repeated) = match (flow.call, own) {
            (Some(call), _) => (format!("module.{}", call.name.text), call.name.span, call.for_each.as_ref()),
            (None, Some(own)) => {
                (format!("{}.{}", own.kind.text, own.name.text), own.name.span, own.attribute("for_each"))
            }
            (None, None) => return,
        };
        if is_empty_by_writing(model, repeated) {
            return;
        }
        let gap = NotChecked::new(Code::NoFlow, format!("no tenant was found for `{name}`"), span);
        // A values file that sets a variable which is not declared is reported there.
        found.push(match ignored(model) {
            Some(name) => NotChecked { is_finding: false, ..gap.help(declared_as(model, name)) },
            None => gap,
        });
    }
}

/// Notes variables and locals that look like tenants, but that nothing uses.
fn unused_tenants(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    let Some(root) = model.project.root().filter(|_| !model.flows.is_empty() && !model.tenants.is_empty()) else {
        return;
    };
    let is_object = |expr: &Expr| matches!(expr.kind, ExprKind::Object(_));
    let has_entries = |expr: &Expr| match &expr.kind {
        ExprKind::Object(items) => items.iter().any(|item| is_object(&item.value)),
        ExprKind::Tuple(elements) => elements.iter().any(is_object),
        _ => false,
    };
    let locals = root.locals.iter().filter(|local| has_entries(&local.value));
    let locals = locals.map(|local| (("local", local.name.text.to_string()), local.name.span));
    let set = model.project.assignments().iter().filter(|it| has_entries(&it.attribute.value));
    let set = set.filter(|it| root.variable(&it.variable.text).is_some());
    let set = set.map(|it| (("var", it.variable.text.to_string()), it.variable.span));
    let known = names_of_tenants(model, config);
    let mut unused: SortedMap<(&str, String), Span> =
        locals.chain(set).filter(|(name, _)| !known.contains(name)).collect();
    if unused.is_empty() {
        return;
    }
    let evaluator = Evaluator::new(model.project);
    let value = |(kind, name): &(&str, String)| match *kind {
        "local" => evaluator.local(&evaluator.root(), name),
        _ => evaluator.variable(&evaluator.root(), name),
    };
    unused.retain(|name, _| value(name).is_some_and(|value| discover::has_tenants(&value)));
    let files = model.project.files().iter().filter(|file| file.role == FileRole::Configuration);
    let mut work: Vec<&Expr> = files.flat_map(|file| top_level(&file.file.body)).collect();
    while let Some(expr) = work.pop().filter(|_| !unused.is_empty()) {
        if let Some((kind, name)) = reference(expr) {
            unused.remove(&(kind, name.to_owned()));
        }
        work.extend(children(expr));
    }
    for ((kind, name), span) in unused {
        let reason = format!(
            "the entries of `{kind}.{name}` look like tenants, and no flow receives them, so they were not checked"
        );
        let help = format!("Create flows for them, or remove `{kind}.{name}`.");
        found.push(NotChecked::new(Code::NoFlow, reason, span).help(help));
    }
}

/// A name in a values file that no variable has and that is probably a misspelling of `variable`.
fn misspelled<'m>(model: &'m Model<'_>, variable: &str) -> Option<&'m str> {
    let root = model.project.root()?;
    let names = model.project.assignments().iter().map(|assignment| assignment.variable.text.as_str());
    names.filter(|name| root.variable(name).is_none()).find(|name| closest(name, [variable]).is_some())
}

/// The name under which a values file sets a collection that no variable receives and that may be the tenants.
pub(crate) fn ignored<'m>(model: &'m Model<'_>) -> Option<&'m str> {
    let root = model.project.root().filter(|_| model.project.has_configuration())?;
    let is_collection = |expr: &Expr| match &expr.kind {
        ExprKind::Object(items) => !items.is_empty(),
        ExprKind::Tuple(elements) => !elements.is_empty(),
        _ => false,
    };
    let mut in_files = model.project.assignments().iter().filter(|it| matches!(it.source, AssignmentSource::File(_)));
    let ignored =
        in_files.find(|it| root.variable(&it.variable.text).is_none() && is_collection(&it.attribute.value))?;
    Some(ignored.variable.text.as_str())
}

/// How to declare a variable for what a values file sets as `name`.
fn declared_as(model: &Model<'_>, name: &str) -> String {
    let variables = model.project.root().map(|root| root.variables.as_slice()).unwrap_or_default().iter();
    match closest(name, variables.map(|variable| variable.name.text.as_str())) {
        Some(meant) => format!("Rename `{name}` in the values file to `{meant}`."),
        None => format!("Rename `{name}` in the values file to the variable of the tenants, or declare it."),
    }
}

/// Whether flows are repeated for a variable that only has its default.
fn is_by_default(model: &Model<'_>, variable: &TenantsVariable) -> bool {
    let mut assigned = model.project.assignments().iter().filter(|it| it.variable.text.as_str() == variable.name);
    !model.flows.is_empty()
        && !variable.name.starts_with("local.")
        && assigned.all(|it| it.source == AssignmentSource::Default)
}

/// Whether something is repeated for a collection that is written as empty, here or in a file.
fn is_empty_by_writing(model: &Model<'_>, for_each: Option<&Arc<Attribute>>) -> bool {
    let is_around = |span: Span| for_each.is_some_and(|it| span.contains(it.span));
    let is_in = |module: &&Module| {
        module.calls.iter().any(|call| is_around(call.span))
            || module.resources.iter().any(|resource| is_around(resource.block.span))
    };
    let module = model.project.modules().iter().find(is_in);
    let assigned = |name: &str| {
        let mut all = model.project.assignments().iter().rev().filter(|it| it.variable.text.as_str() == name);
        let is_root = module.zip(model.project.root()).is_some_and(|(own, root)| std::ptr::eq(own, root));
        all.next().filter(|it| is_root && it.source != AssignmentSource::Default).map(|it| &it.attribute.value)
    };
    let mut next = for_each.map(|for_each| &for_each.value);
    for _ in 0..LOCALS {
        next = match next.map(|expr| &expr.kind) {
            Some(ExprKind::Object(items)) => return items.is_empty(),
            Some(ExprKind::Tuple(items)) => return items.is_empty(),
            Some(ExprKind::Paren(inner)) => Some(inner),
            Some(ExprKind::For(it)) => Some(&it.collection),
            Some(ExprKind::Call(call)) => match call.name.text.as_str() {
                "tomap" | "toset" => call.arguments.first(),
                name => return matches!(name, "jsondecode" | "yamldecode" | "csvdecode"),
            },
            Some(ExprKind::Attribute(root, name)) => match &root.kind {
                ExprKind::Variable(root) if root.as_str() == "local" => {
                    module.and_then(|module| module.local(&name.text)).map(|local| &local.value)
                }
                ExprKind::Variable(root) if root.as_str() == "var" => assigned(&name.text),
                _ => return false,
            },
            _ => return false,
        };
    }
    false
}

/// How many expressions are followed to the place where a collection is written.
const LOCALS: usize = 16;

/// The argument that repeats a call. A call that is not repeated is in a module whose call is.
pub(crate) fn repetition(call: &ModuleCall) -> &'static str {
    match (&call.for_each, &call.count) {
        (Some(_), _) => "`for_each`",
        (None, Some(_)) => "`count`",
        (None, None) => "`for_each` or `count`",
    }
}

fn unknown_wiring(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let mut add = |what: &str, call: &ModuleCall, reason: &str, is_reported: bool| {
        let name = &call.name.text;
        let at =
            call.for_each.as_ref().or(call.count.as_ref()).map_or(call.name.span, |attribute| attribute.value.span);
        let repeated = repetition(call);
        let reason = format!("{what} of `module.{name}` was not checked, because of its {repeated}: {reason}");
        let help = remedy(&reason);
        let gap = NotChecked::new(Code::UnknownWiring, reason, at);
        found.push(NotChecked { is_finding: !is_reported, help, ..gap });
    };
    // If the tenants are unknown, so is everything that is created for each of them. That is reported with the
    // variable.
    let is_known = |variable: &TenantsVariable| variable.state == VariableState::Known;
    let is_lost = !model.variables.is_empty() && !model.variables.iter().any(is_known);
    for flow in &model.flows {
        if let (Some(unknown), Some(call)) = (&flow.unknown, flow.call) {
            add("the wiring", call, &unknown.reason, is_lost || is_reported(model, unknown.span));
        }
    }
    for (call, unknown) in &model.unknown_calls {
        add("the content", call, &unknown.reason, is_lost || is_reported(model, unknown.span));
    }
    for call in model.runtimes.iter().filter(|runtime| runtime.is_unknown).filter_map(|runtime| runtime.block.call()) {
        add("the safelist", call, "its keys are not known", is_lost);
    }
    for runtime in &model.runtimes {
        let repetition = |policy: &Resource| policy.attribute("for_each").or(policy.attribute("count")).cloned();
        if let Some(own) = runtime.block.policy().filter(|_| runtime.is_unknown).and_then(repetition) {
            let (path, name) = (runtime.block.path(), &own.name.text);
            let gap = NotChecked::new(
                Code::UnknownWiring,
                format!("`{path}` was not checked, because its `{name}` is unknown"),
                own.value.span,
            );
            found.push(NotChecked { is_finding: !is_lost && !is_reported(model, own.value.span), ..gap });
        }
        let unknown = runtime.safelists.iter().find_map(|list| Some((list, list.as_unknown()?)));
        if let Some((list, unknown)) = unknown {
            let path = runtime.block.path();
            let reason = format!("`{path}` was not checked: {}", unknown.reason);
            let gap = NotChecked::new(Code::UnknownWiring, reason, list.origin.span);
            found.push(NotChecked { is_finding: !is_lost && !is_reported(model, unknown.span), ..gap });
            continue;
        }
        let is_own = |account: &&Value| {
            let of =
                |account: &str| model.tenants.iter().flat_map(Tenant::values).any(|it| it.as_str() == Some(account));
            account.as_str().is_some_and(|account| account.contains('*') || of(account))
        };
        if let Some(outside) = runtime.outside.iter().find(is_own) {
            let path = runtime.block.path();
            let reason = format!(
                "`{path}` allows roles outside of `/sym/`, which are not connector roles, so they were not checked"
            );
            found.push(NotChecked::new(Code::UnknownWiring, reason, outside.origin.span));
        }
        // The known elements are compared nevertheless.
        let elements = runtime.safelists.iter().flat_map(|list| list.elements().unwrap_or_default());
        let parts = || elements.clone().filter_map(|part| Some((part, part.uncertainty()?)));
        let unevaluated = parts().find(|(_, unknown)| unknown.is_unevaluated);
        if let Some((part, unknown)) = unevaluated.or_else(|| parts().next()) {
            let what = format!("a part of `{}` was", runtime.block.path());
            found.push(uncertain(model, &what, &unknown.reason, unknown.is_unevaluated, part.origin.span));
        }
    }
    // Most connectors have the same trust policy.
    let mut in_part: SortedMap<&str, (String, Span, usize)> = SortedMap::new();
    let trusted = model.connectors.iter().flat_map(|connector| connector.trusted());
    let trusted = trusted.map(|(call, list)| (format!("`module.{}.runtime_role_arns`", call.name.text), list, true));
    let by_hand = model.trusts.iter().flat_map(|trust| {
        let path = RuntimeBlock::Policy(trust.resource).path();
        trust.principals.iter().map(move |it| (format!("the trust policy of `{path}`"), it, false))
    });
    for (path, list, is_argument) in trusted.chain(by_hand) {
        let parts = || list.elements().unwrap_or_default().iter().filter_map(Value::uncertainty);
        let unevaluated = list.uncertainty().into_iter().chain(parts()).find(|unknown| unknown.is_unevaluated);
        if let Some(unknown) =
            unevaluated.or(list.as_unknown().map(AsRef::as_ref).filter(|_| list.candidates().is_empty()))
        {
            let is_open = is_argument || unknown.is_unevaluated;
            found.push(uncertain(model, &format!("{path} was"), &unknown.reason, is_open, unknown.span));
        } else if let Some(unknown) = parts().next() {
            in_part.entry(&unknown.reason).or_insert((path, unknown.span, 0)).2 += 1;
        }
    }
    for (reason, (path, at, count)) in in_part {
        let others = if count > 1 { format!(", and of {} others,", count - 1) } else { String::new() };
        found.push(uncertain(model, &format!("a part of {path}{others} was"), reason, false, at));
    }
    // Most resources of a flow are repeated for the same collection.
    let mut same: SortedMap<&str, (Span, Vec<String>)> = SortedMap::new();
    for (resource, unknown) in &model.unknown_resources {
        let (_, addresses) = same.entry(&unknown.reason).or_insert_with(|| (unknown.span, Vec::new()));
        let address = format!("`{}.{}`", resource.kind.text, resource.name.text);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    for (reason, (at, addresses)) in same {
        let were = if addresses.len() == 1 { "was" } else { "were" };
        let reason =
            format!("{} {were} not checked, because it is not known how many there are: {reason}", listed(&addresses));
        let help = remedy(&reason);
        let gap = NotChecked::new(Code::UnknownWiring, reason, model.project.visible(at));
        found.push(NotChecked { is_finding: !is_lost && !is_reported(model, at), help, ..gap });
    }
}

/// The gap that `what`, which includes a verb, was not checked for this reason. It is a surprise if Terraform may know
/// the value.
fn uncertain(model: &Model<'_>, what: &str, reason: &str, is_unevaluated: bool, at: Span) -> NotChecked {
    let code = if is_unevaluated { Code::UnknownWiring } else { Code::UnknownValues };
    let gap = NotChecked::new(code, format!("{what} not checked: {reason}"), model.project.visible(at));
    NotChecked { is_finding: gap.is_finding && !is_reported(model, at), help: remedy(reason), ..gap }
}

/// Notes references that cannot be followed. If they do not depend on tenants, or if Terraform may know them, they may
/// refer to another tenant's resource.
fn unknown_references(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    fn opaque<'v>(value: &'v Value, all: &mut Vec<(&'v Value, &'v Unknown)>) {
        let parts = value.candidates().iter().chain(value.elements().unwrap_or_default());
        match value.as_unknown() {
            Some(unknown) if value.candidates().is_empty() && value.resource().is_none() && !unknown.is_refused => {
                all.push((value, unknown));
            }
            _ => parts.for_each(|part| opaque(part, all)),
        }
    }
    let mut same: SortedMap<(Span, String), (Option<TenantId>, bool)> = SortedMap::new();
    // Whether a module has resources that a reference may be to.
    let mut own: HashMap<(*const Module, *const Reference), bool> = HashMap::default();
    for resource in &model.resources {
        let tenant = model.instance_of(resource).and_then(|instance| instance.tenant);
        let is_element = tenant.is_none_or(|tenant| model.tenant(tenant).is_element());
        let may_grant = resource.sink().is_some() || resource.kind() == "sym_flow";
        for (reference, expr, value) in resource.references().filter(|_| tenant.is_some() || may_grant) {
            let mut all = Vec::new();
            opaque(value, &mut all);
            // If there is a resource that is probably meant, a literal ID is reported as wrong.
            let place = (std::ptr::from_ref(resource.module), std::ptr::from_ref(reference));
            let is_any = || resource.module.resources.iter().any(|it| reference.may_be(it));
            let is_alone = may_grant && !*own.entry(place).or_insert_with(is_any);
            let texts = std::iter::once(value).chain(value.elements().unwrap_or_default());
            let texts = texts.filter(|part| is_alone && part.as_str().is_some());
            let all = all.into_iter().map(|(value, unknown)| (value, unknown.reason.as_str(), unknown.is_unevaluated));
            for (value, reason, is_unevaluated) in
                all.chain(texts.map(|text| (text, "the ID is written as a literal", false)))
            {
                let is_chosen = value.origin.is_iterated()
                    || tenant.is_some_and(|tenant| model.sources_of_values.depends_on(value, tenant));
                let what = format!("`{}` of `{}` could not be followed", reference.attribute, resource.address());
                let (first, is_open) = same.entry((expr.span, format!("{what}: {reason}"))).or_insert((tenant, false));
                let is_other = first.zip(tenant).is_none_or(|(first, own)| !model.index.same_customer(first, own));
                *is_open |= !is_chosen && (is_element || is_other) || is_unevaluated;
            }
        }
    }
    for ((span, reason), (_, is_open)) in same {
        let code = if is_open { Code::UnknownWiring } else { Code::UnknownValues };
        found.push(NotChecked::new(code, reason, span));
    }
}

/// Notes attributes for which Terraform ignores changes, so that the written value may not take effect.
fn ignored_changes(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let mut seen = HashSet::default();
    for resource in &model.resources {
        if !seen.insert(resource.resource.block.span) {
            continue;
        }
        let settings = resource.sink().into_iter().flat_map(|sink| sink.settings).map(|setting| setting.attribute);
        let references = Reference::of(resource.kind(), resource.type_name());
        let used: Vec<&str> = settings.chain(references.map(|it| it.within.unwrap_or(it.attribute))).collect();
        if let Some((name, at)) = resource.resource.ignored(&used) {
            let address = resource.address();
            let reason = format!(
                "`{address}` ignores changes of {name}, so what takes effect may differ from what is written, and was not checked"
            );
            found.push(NotChecked::new(Code::UnknownWiring, reason, at));
        }
    }
}

/// A tenant with an unknown value, the reason, and the place.
type NotKnown<'a> = (TenantId, &'a str, Span);

/// Notes unknown values, once for each attribute whose values are known only at apply, and once for each whose values
/// symlint does not know.
fn unknown_values(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let mut unknown: SortedMap<(FieldKind, bool), Vec<NotKnown<'_>>> = SortedMap::new();
    let mut names: SortedMap<FieldKind, FieldName> = SortedMap::new();
    for field in model.tenants.iter().flat_map(Tenant::values) {
        // A syntax error is reported on its own.
        let is_unreadable = |span: Span| {
            let errors = model.project.files().iter().flat_map(|file| &file.file.errors);
            errors.into_iter().any(|error| error.span.contains(span) || span.contains(error.span))
        };
        if let State::Unknown(why) = &field.state
            && !is_unreadable(why.span)
        {
            names.entry(field.kind).or_insert_with(|| model.name(field));
            let is_unevaluated = why.is_unevaluated || !why.candidates().is_empty();
            unknown.entry((field.kind, is_unevaluated)).or_default().push((field.tenant, &why.reason, field.span));
        }
    }
    for effect in &model.unknown_effects {
        let kind = (effect.field, effect.is_unevaluated);
        unknown.entry(kind).or_default().push((effect.tenant, &effect.reason, effect.span));
    }
    // Several values may be unknown for the same reason.
    let mut same: SortedMap<(&str, String, bool), (Span, Vec<String>)> = SortedMap::new();
    for ((kind, is_unevaluated), values) in unknown {
        let tenants: SortedSet<_> = values.iter().map(|(tenant, ..)| tenant).collect();
        let Some(&(first, reason, span)) = values.first() else { continue };
        let name = model.tenant(first).name();
        let whose = if tenants.len() == 1 { format!("`{name}`") } else { format!("{} tenants", tenants.len()) };
        let own = names.get(&kind).cloned().unwrap_or_else(|| model.path_name(first, kind));
        let (_, names) = same.entry((reason, whose, is_unevaluated)).or_insert_with(|| (span, Vec::new()));
        let own = own.to_string();
        if !names.contains(&own) {
            names.push(own);
        }
    }
    for ((reason, whose, is_unevaluated), (span, names)) in same {
        let were = if names.len() == 1 { "was" } else { "were" };
        let what = format!("{} of {whose} {were}", listed(&names));
        if is_unset(model, span) {
            let gap = NotChecked::new(Code::UnmappedField, format!("{what} not checked: {reason}"), Some(span));
            found.push(NotChecked { is_finding: !is_reported(model, span), ..gap.help(SET_IT) });
        } else {
            found.push(uncertain(model, &what, reason, is_unevaluated, span));
        }
    }
}

/// Whether this is the name of a variable of the root module that nothing sets.
fn is_unset(model: &Model<'_>, at: Span) -> bool {
    let declared = model.project.root().and_then(|root| root.variables.iter().find(|it| it.name.span == at));
    let is_set = |name: &str| model.project.assignments().iter().any(|it| it.variable.text.as_str() == name);
    declared.is_some_and(|variable| !is_set(&variable.name.text))
}

/// Notes values that a flow needs and no tenant has.
fn unmapped_fields(model: &Model<'_>, config: &Config, found: &mut Vec<NotChecked>) {
    // Values without a module are checked as if a flow received them.
    let is_alone = !model.project.has_configuration();
    if model.flows.is_empty() && !is_alone || model.tenants.is_empty() {
        return;
    }
    let is_assigned = |resource: &FlowResource<'_>| ASSIGNMENTS.contains(&resource.kind());
    // Grants that AWS itself carries out need no connector, and a group has no permission set.
    let is_needed = |field: &FieldKind| {
        let needs = |resource: &FlowResource<'_>| match field {
            FieldKind::RoleArn => !is_assigned(resource),
            FieldKind::PermissionSetArn | FieldKind::TargetAccountId => {
                let sink = resource.sink().filter(|sink| sink.type_name != Some(GROUP));
                sink.is_some_and(|sink| sink.settings.iter().any(|setting| setting.field == *field))
            }
            _ => true,
        };
        model.resources.is_empty() || model.resources.iter().any(needs)
    };
    let needed = [FieldKind::InstanceArn, FieldKind::RoleArn, FieldKind::PermissionSetArn, FieldKind::TargetAccountId];
    let is_unseen = |field: &FieldKind| {
        let mut fields = model.tenants.iter().flat_map(Tenant::values).filter(|it| it.kind == *field);
        let unknown = model.unknown_effects.iter().filter(|it| it.field == *field);
        // A value that is unknown for all tenants is reported as unknown, not as missing.
        let are_unknown = unknown.map(|it| it.tenant).collect::<HashSet<_>>().len() == model.tenants.len();
        fields.all(Field::is_unseen) && !are_unknown
    };
    // Flows that create nothing need nothing. If something about the flows is unknown or wrong, that is reported instead.
    let is_idle = model.resources.is_empty() && !is_alone && model.flows.iter().all(|flow| flow.module.is_some());
    let is_reported = is_idle
        || !model.evaluation_errors.is_empty()
        || model.conversions.iter().any(|problem| problem.kind.is_error())
        || model.flows.iter().any(|flow| flow.unknown.is_some())
        || model.tenants.iter().any(|tenant| !tenant.missing.is_empty() || !tenant.misfits.is_empty());
    let unseen: Vec<FieldKind> =
        needed.into_iter().filter(|field| !config.is_absent(*field) && is_needed(field)).filter(is_unseen).collect();
    if !unseen.is_empty() && !is_reported {
        let span = model.tenants.first().map(|tenant| tenant.key.span);
        let others = unmatched::unseen(config, model).others;
        let there = match others.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("`, `") {
            none if none.is_empty() => String::new(),
            others => format!("; the tenants have `{others}`"),
        };
        // These values only have names in the configuration.
        let names: Vec<String> = unseen.iter().map(|&field| FieldName::words(field).to_string()).collect();
        let so = if names.len() == 1 {
            "was not found in any tenant, so it was"
        } else {
            "were not found in any tenant, so they were"
        };
        let reason = format!("{} {so} not checked{there}", listed(&names));
        let pairs = pairs(&unseen, &others);
        let are = if names.len() == 1 { "it is" } else { "they are" };
        let help = format!(
            "If {are} named differently, set this in .symlint.hcl:\n\n    tenants {{ attributes = {{ {} }} }}",
            pairs.join(", ")
        );
        let gap = NotChecked::new(Code::UnmappedField, reason, span).help(help);
        found.push(NotChecked { is_finding: gap.is_finding && !is_alone, ..gap });
    }
    for argument in &unmatched::unseen(config, model).arguments {
        let reason = format!("no call of the flow module has an argument `{argument}`, so its wiring was not checked");
        let span = model.flows.iter().find_map(|flow| flow.call).map(|call| call.name.span);
        found.push(NotChecked::new(Code::UnmappedField, reason, span));
    }
}

/// The settings `ours = "theirs"`, each with the name that resembles ours, or with the only name for the only value. No
/// name is proposed twice.
fn pairs(unseen: &[FieldKind], others: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = others.iter().collect();
    let pair = |ours: &FieldKind| {
        let ours = ours.name();
        let is_only = unseen.len() == 1 && others.len() == 1;
        let at = left.iter().position(|other| is_only || ours.contains(other.as_str()) || other.contains(ours));
        format!("{ours} = \"{}\"", at.map_or("…", |at| left.remove(at)))
    };
    unseen.iter().map(pair).collect()
}

/// Notes that flows grant groups, which no rule compares. It is a surprise if a group does not come from the tenant.
fn groups(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let groups = || model.resources.iter().filter(|it| it.sink().is_some_and(|sink| sink.type_name == Some(GROUP)));
    let is_of_other = |resource: &FlowResource<'_>| {
        let group = resource.attribute("settings")?.get("group_id")?;
        let tenant = model.instance_of(resource)?.tenant.filter(|it| model.tenant(*it).is_element())?;
        (!model.sources_of_values.depends_on(&group, tenant)).then(|| model.tenant(tenant).name())
    };
    let other = groups().find_map(|resource| Some((resource, is_of_other(resource)?)));
    let Some(first) = other.map(|(resource, _)| resource).or_else(|| groups().next()) else { return };
    let what = format!("`group_id` of `{}` was not checked", first.address());
    let reason = match other {
        Some((_, tenant)) => format!("{what}, and for `{tenant}` it does not come from the tenant"),
        None => format!("{what}, because symlint compares permission sets, not groups"),
    };
    let gap = NotChecked::new(Code::UnmappedField, reason, first.resource.name.span);
    found.push(NotChecked { is_finding: other.is_some(), ..gap });
}

/// Notes where evaluation was given up.
fn limits(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    for error in model.evaluation_errors.iter().filter(|error| error.kind == EvalErrorKind::Limit) {
        found.push(NotChecked::new(Code::Limit, error.message.clone(), error.span));
    }
}

/// Notes that expressions with the workspace were evaluated only for the selected one.
fn other_workspaces(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let Some(workspace) = model.project.workspace() else { return };
    let files = model.project.files().iter().filter(|file| file.role == FileRole::Configuration);
    let mut work: Vec<&Expr> = files.flat_map(|file| top_level(&file.file.body)).collect();
    while let Some(expr) = work.pop() {
        if reference(expr) == Some(("terraform", "workspace")) {
            let reason = format!(
                "`terraform.workspace` is `{workspace}` here, so what is different in other workspaces was not checked"
            );
            let help = "Check each of them: `TF_WORKSPACE=NAME symlint check`";
            found.push(NotChecked::new(Code::LeftOut, reason, expr.span).help(help));
            return;
        }
        work.extend(children(expr));
    }
}

fn values_alone(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let project = model.project;
    let values = project.files().iter().find(|file| file.role == FileRole::Values);
    if let Some(file) = values.filter(|_| !project.has_configuration()) {
        let reason = "only the values were checked, because no Terraform module that uses them was found";
        found.push(NotChecked::new(Code::ValuesAlone, reason, Span::new(file.id, 0..0)));
    }
}

/// Notes the relevant modules that could not be found, once for each source.
fn remote_modules(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let flows = model.flows.iter().filter_map(|flow| flow.call);
    let others =
        model.connectors.iter().map(|it| it.call).chain(model.runtimes.iter().filter_map(|it| it.block.call()));
    let mut seen = SortedSet::new();
    for call in flows.chain(others).filter(|call| call.child.is_none()) {
        let Some(source) = &call.source else { continue };
        let is_missing = model.project.errors().iter().any(|error| error.span == source.span);
        if !is_missing && seen.insert(source.text.as_str()) {
            let text = &source.text;
            let reason =
                format!("the module `{text}` is not available, so only the arguments of its calls were checked");
            found.push(NotChecked::new(Code::RemoteModule, reason, source.span));
        }
    }
}

/// The calls through which tenants' values take effect.
pub(crate) fn needed_calls<'p>(model: &Model<'p>, config: &Config) -> Vec<&'p ModuleCall> {
    let flows = model.flows.iter().filter_map(|flow| flow.call);
    let runtimes = model.runtimes.iter().filter_map(|it| it.block.call());
    let all = flows.chain(model.connectors.iter().map(|it| it.call)).chain(runtimes);
    all.chain(likely_flow(model, config).and_then(|flow| flow.call)).chain(model.unread_calls.iter().copied()).collect()
}

/// Notes modules with a path as their source that does not exist.
fn missing_modules(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let errors = model.project.errors().iter().filter(|error| error.kind == LoadErrorKind::MissingModule);
    found.extend(errors.map(|error| NotChecked::new(Code::RemoteModule, error.message.clone(), error.span)));
}

fn syntax_errors(model: &Model<'_>, found: &mut Vec<NotChecked>) {
    let sources = model.sources();
    for file in model.project.files() {
        if let Some(first) = file.file.errors.first() {
            let name = sources.get(file.id).name().to_owned();
            let reason = format!("`{name}` has a syntax error, and the parts that cannot be parsed were not checked");
            found.push(NotChecked::new(Code::SyntaxError, reason, model.project.visible(first.span)));
        }
    }
}
