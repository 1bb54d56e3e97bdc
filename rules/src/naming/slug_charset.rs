//! See slug-charset.md.

use std::cell::OnceCell;

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Absence, Field, Locate, Model, Place, State, Tenant, TenantId};
use symlint_terraform::{SortedMap, Span, Value};

use crate::names::{ResourceName, is_slug, is_slug_character, names, unexpected_characters};

pub(super) fn check(cx: &mut Context<'_>) {
    // Tenants whose key is wrong, or has characters that another rule reports.
    let mut handled: HashSet<TenantId> = HashSet::default();
    let in_names = OnceCell::new();
    for tenant in cx.tenants() {
        let key = if is_empty(&tenant.key) { Some("") } else { tenant.key.as_str() };
        let Some(key) = key.filter(|_| tenant.is_named()) else { continue };
        if tenant.key.cleaned().is_some() {
            handled.insert(tenant.id);
        }
        if tenant.key.is_garbled() || is_slug(key) {
            continue;
        }
        // If the names only contain a cleaned part of the key, they may be valid, and AWS accepts the key.
        let in_names = in_names.get_or_init(|| in_names_of(cx.model));
        if !key.is_empty() && in_names.get(&tenant.id) == Some(&false) {
            continue;
        }
        handled.insert(tenant.id);
        let message = match refused(key) {
            Some((_, refused)) => {
                format!("the key `{key}` contains {refused}, but Sym allows only letters, digits, `_`, and `-`")
            }
            None => "the key is empty, but Sym requires a name".to_owned(),
        };
        let report = cx.report(tenant, message);
        if key.is_empty() {
            report.help(
                "Give the tenant a name of letters, digits, `_`, and `-`. Otherwise, the apply fails halfway, or \
                 nobody can request the flow.",
            );
        }
    }
    check_names(cx, &mut handled);
}

/// The tenants whose resources are known, and whether Sym rejects one of their names, as far as that is known.
fn in_names_of(model: &Model<'_>) -> HashMap<TenantId, bool> {
    let mut found: HashMap<TenantId, bool> = HashMap::default();
    for resource in &model.resources {
        let Some(tenant) = model.instance_of(resource).and_then(|instance| instance.tenant) else { continue };
        let is_fine = |name: &Value| name.as_str().is_some_and(|name| is_slug(name));
        let is_refused = resource.kind().starts_with("sym_") && !resource.attribute("name").is_some_and(is_fine);
        *found.entry(tenant).or_default() |= is_refused;
    }
    found
}

/// Whether it is `""`.
fn is_empty(key: &Field) -> bool {
    matches!(key.state, State::Absent(Absence::Empty))
}

/// Checks the computed names, once for each tenant whose key is valid.
fn check_names(cx: &mut Context<'_>, handled: &mut HashSet<TenantId>) {
    let names = names(cx.model);
    let mut found: SortedMap<Span, Vec<(&ResourceName<'_>, String)>> = SortedMap::new();
    for name in names.iter().filter(|name| name.tenant().is_none_or(|tenant| !handled.contains(&tenant))) {
        let Some((at, refused)) = refused(name.text).filter(|_| name.arn(cx.model).is_none()) else { continue };
        let span = name.value.origin.locate(at, cx.sources());
        let is_reported =
            |tenant: &Tenant| tenant.fields().any(|field| field.cleaned().is_some() && field.span.contains(span));
        if name.tenant().is_some_and(|tenant| is_reported(cx.tenant(tenant))) {
            continue;
        }
        found.entry(span).or_default().push((name, refused));
    }
    for (span, names) in found {
        let names: Vec<_> =
            names.into_iter().filter(|(name, _)| name.tenant().is_none_or(|tenant| handled.insert(tenant))).collect();
        let Some((first, refused)) = names.first() else { continue };
        let tenants = crate::names::tenants_of(names.iter().map(|(name, _)| *name));
        let kind = first.resource.kind();
        let allowed = "Sym allows only letters, digits, `_`, and `-`";
        let message = match tenants.as_slice() {
            [_, _, ..] => {
                let whom = cx.model.count(&tenants, cx.tenants().len());
                format!("the name of a `{kind}` contains {refused} for {whom}, but {allowed}")
            }
            _ => format!(
                "the `{kind}` name `{}` contains {refused}, but {allowed}",
                crate::names::shown(first, cx.model)
            ),
        };
        let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
        let key = only.map(|only| cx.tenant(only).place(cx.sources()));
        let path = key.and_then(|key| key.path);
        let report = cx.report(Place { span, tenant: only, path }, message).group(&tenants);
        if !first.span.contains(span) {
            report.related(first.span, "the name is built here");
        }
    }
}

/// The characters that Sym rejects: where the first ones are, and a list of all.
fn refused(name: &str) -> Option<(std::ops::Range<usize>, String)> {
    if is_slug(name) {
        return None;
    }
    let start = name.find(|c| !is_slug_character(c))?;
    let rest = name.get(start..)?;
    let end = rest.find(is_slug_character).unwrap_or(rest.len());
    Some((start..start + end, unexpected_characters(name, is_slug_character)))
}
