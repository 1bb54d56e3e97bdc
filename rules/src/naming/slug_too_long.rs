//! See slug-too-long.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{Locate, Place, TenantId};
use symlint_terraform::{Makeup, Origin, SortedMap, Span};

use crate::names::{ResourceName, names, shown, tenants_of};

/// How many characters Sym allows.
const LONGEST: usize = 55;

/// How many characters are left for the key by the longest prefix in Sym's example.
const LONGEST_KEY: usize = 23;

pub(super) fn check(cx: &mut Context<'_>) {
    if !cx.model.project.has_configuration() {
        check_keys(cx);
        return;
    }
    let names = names(cx.model);
    // The longest name of each tenant. Its other names are too long for the same reason.
    let mut longest: SortedMap<Option<TenantId>, &ResourceName<'_>> = SortedMap::new();
    for name in names.iter().filter(|name| length(name.text) > LONGEST && name.arn(cx.model).is_none()) {
        let known = longest.entry(name.tenant()).or_insert(name);
        if length(name.text) > length(known.text) {
            *known = name;
        }
    }
    let mut found: SortedMap<(Span, bool), Vec<&ResourceName<'_>>> = SortedMap::new();
    for (tenant, name) in longest {
        let key = long_key(cx, tenant, name);
        let part = || longest_part(&name.value.origin).map_or(name.span, |origin| origin.span);
        found.entry((key.unwrap_or_else(part), key.is_some())).or_default().push(name);
    }
    for ((span, is_key), names) in found {
        report(cx, span, is_key, &names);
    }
}

/// Without a configuration, the names are assumed to be those in Sym's example.
fn check_keys(cx: &mut Context<'_>) {
    for tenant in cx.tenants() {
        let key = tenant.name();
        let length = length(key);
        if length > LONGEST_KEY {
            let message = format!(
                "the key has {length} characters, but at most {LONGEST_KEY} fit into names like those in Sym's example, \
                 because Sym allows {LONGEST} for a whole name"
            );
            cx.report(tenant, message);
        }
    }
}

fn report(cx: &mut Context<'_>, span: Span, is_key: bool, names: &[&ResourceName<'_>]) {
    let Some(first) = names.iter().max_by_key(|name| length(name.text)) else { return };
    let tenants = tenants_of(names.iter().copied());
    let (kind, count) = (first.resource.kind(), length(first.text));
    let message = match tenants.as_slice() {
        [_, _, ..] => format!(
            "the name of a `{kind}` has up to {count} characters for {}, but Sym allows at most {LONGEST}",
            cx.model.count(&tenants, cx.tenants().len())
        ),
        _ => format!(
            "the `{kind}` name `{}` has {count} characters, but Sym allows at most {LONGEST}",
            shown(first, cx.model)
        ),
    };
    let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
    let path = only.map(|only| cx.tenant(only).path.to_string());
    let mut report = cx.report(Place { span, tenant: only, path }, message).group(&tenants);
    if !is_key {
        report = report.help(
            "Shorten the rest of the name: the key is short enough. Sym may refuse a longer name when it is applied, \
             or shorten it in Slack.",
        );
    }
    if !first.span.contains(span) {
        report.related(first.span, "the name is built here");
    }
}

/// The place of the tenant's key, if the key makes the name too long.
fn long_key(cx: &Context<'_>, tenant: Option<TenantId>, name: &ResourceName<'_>) -> Option<Span> {
    let tenant = cx.tenant(tenant?);
    let is_in_name = name.written_for(cx.model, tenant.id).is_some_and(|span| span == tenant.key.span);
    (is_in_name && length(tenant.name()) > LONGEST_KEY).then(|| tenant.place(cx.sources()).span)
}

fn longest_part(origin: &Origin) -> Option<&Origin> {
    let Makeup::Joined(parts) = &origin.makeup else { return None };
    let longest = parts.iter().max_by_key(|part| part.bytes().len())?;
    Some(longest_part(&longest.origin).unwrap_or(&longest.origin))
}

fn length(name: &str) -> usize {
    name.chars().count()
}
