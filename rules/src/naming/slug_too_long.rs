//! See slug-too-long.md.

use std::collections::BTreeMap;

use symlint_core::rule::{Context, Locate, Place};
use symlint_core::tenants::TenantId;
use symlint_terraform::{Makeup, Origin, Span};

use crate::names::{Name, names, shown, tenants_of};

/// How many characters Sym takes.
const LONGEST: usize = 55;

/// How many characters the longest prefix of the stock module leaves for the key.
const LONGEST_KEY: usize = 23;

pub(super) fn check(cx: &mut Context<'_>) {
    if !cx.model.project.has_configuration() {
        check_keys(cx);
        return;
    }
    let names = names(cx.model);
    // The longest name of each tenant: whatever else is too long is so for the same reason.
    let mut longest: BTreeMap<Option<TenantId>, &Name<'_>> = BTreeMap::new();
    for name in names.iter().filter(|name| length(name.text) > LONGEST) {
        let known = longest.entry(name.tenant()).or_insert(name);
        if length(name.text) > length(known.text) {
            *known = name;
        }
    }
    let mut found: BTreeMap<Span, Vec<&Name<'_>>> = BTreeMap::new();
    for (tenant, name) in longest {
        found.entry(cause(cx, tenant, name)).or_default().push(name);
    }
    for (span, names) in found {
        report(cx, span, &names);
    }
}

/// Without configuration, the names are those of the stock module.
fn check_keys(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        let key = tenant.name();
        let length = length(key);
        if length > LONGEST_KEY {
            let message = format!("the key has {length} characters: Sym takes names of {LONGEST}, which are {LONGEST_KEY} for the key with the stock module");
            cx.report(tenant, message);
        }
    }
}

fn report(cx: &mut Context<'_>, span: Span, names: &[&Name<'_>]) {
    let Some(first) = names.iter().max_by_key(|name| length(name.text)) else { return };
    let tenants = tenants_of(names.iter().copied());
    let (kind, count) = (first.resource.kind(), length(first.text));
    let message = match tenants.as_slice() {
        [_, _, ..] => format!(
            "the name of a {kind} has up to {count} characters for {}, and Sym takes {LONGEST}",
            cx.model.count(&tenants, cx.tenants().len())
        ),
        _ => format!("the {kind} `{}` has a name of {count} characters, and Sym takes {LONGEST}", shown(first.text)),
    };
    let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
    let path = only.map(|only| cx.tenant(only).path.to_string());
    let report = cx.report(Place { span, tenant: only, path }, message);
    if !first.span.contains(span) {
        report.related(first.span, "the name is made here");
    }
}

/// What makes the name so long: the tenant's key, or else the longest part of the name.
fn cause(cx: &Context<'_>, tenant: Option<TenantId>, name: &Name<'_>) -> Span {
    if let Some(tenant) = tenant.map(|tenant| cx.tenant(tenant)) {
        let key = tenant.place(cx.sources()).span;
        let is_in_name = name.written_for(cx.model, tenant.id).is_some_and(|span| span == tenant.key.span);
        if is_in_name && length(tenant.name()) > LONGEST_KEY {
            return key;
        }
    }
    longest_part(&name.value.origin).map_or(name.span, |origin| origin.span)
}

fn longest_part(origin: &Origin) -> Option<&Origin> {
    let Makeup::Joined(parts) = &origin.makeup else { return None };
    let longest = parts.iter().max_by_key(|part| part.len)?;
    Some(longest_part(&longest.origin).unwrap_or(&longest.origin))
}

fn length(name: &str) -> usize {
    name.chars().count()
}
