//! Calls, policies and references that could not be followed.

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Module, ModuleCall, Resource, SortedMap, Span, Unknown, Value};

use super::reported::{is_reported, remedy, uncertain};
use crate::coverage::{Code, NotChecked};
use crate::discover::sinks::Reference;
use crate::spelling::listed;
use crate::tenants::{Model, RuntimeBlock, Tenant, TenantId, TenantsVariable, VariableState};

/// The argument that repeats a call. A call that is not repeated is in a module whose call is.
pub(crate) fn repetition(call: &ModuleCall) -> &'static str {
    match (&call.for_each, &call.count) {
        (Some(_), _) => "`for_each`",
        (None, Some(_)) => "`count`",
        (None, None) => "`for_each` or `count`",
    }
}

pub(super) fn unknown_wiring(model: &Model<'_>, found: &mut Vec<NotChecked>) {
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
            add("the wiring", call, &unknown.reason, is_lost || unknown.is_refused || is_reported(model, unknown.span));
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
            let is_said = is_lost || unknown.is_refused || is_reported(model, unknown.span);
            found.push(NotChecked { is_finding: !is_said, ..gap });
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

/// Notes references that cannot be followed. If they do not depend on tenants, or if Terraform may know them, they may
/// refer to another tenant's resource.
pub(super) fn unknown_references(model: &Model<'_>, found: &mut Vec<NotChecked>) {
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
pub(super) fn ignored_changes(model: &Model<'_>, found: &mut Vec<NotChecked>) {
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
