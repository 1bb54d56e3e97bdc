//! See slug-collision.md.

use std::cell::LazyCell;

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Place, Tenant, TenantId};
use symlint_terraform::{SortedMap, Span};

use crate::names::{Name, folded, names, same, shown, tenants_of, unscoped};

/// The later tenant and the first one.
type Pair = (TenantId, TenantId);

pub(super) fn check(cx: &mut Context<'_>) {
    let names = names(cx.model);
    let same = same(&names);
    // Names that do not depend on the tenant are reported by another rule.
    let unscoped = unscoped(cx.model, &names, &same);
    let already_reported: HashSet<Span> =
        unscoped.iter().filter_map(|names| names.first()).map(|name| name.block()).collect();
    let model = cx.model;
    let is_judged = |name: &&Name<'_>| !already_reported.contains(&name.block()) && name.arn(model).is_none();
    let named = || tenants_of(names.iter().filter(is_judged)).into_iter().collect();
    let reported = check_keys(cx, &LazyCell::new(named));
    let judged: Vec<&Name<'_>> = same.into_iter().filter(is_judged).collect();
    check_names(cx, &judged, &reported);
}

/// Reports keys that are the same name in Sym, and returns the pairs of tenants that have them. `named` are the tenants
/// whose flows have known names.
fn check_keys(
    cx: &mut Context<'_>,
    named: &LazyCell<HashSet<TenantId>, impl FnOnce() -> HashSet<TenantId>>,
) -> HashSet<Pair> {
    let mut firsts: HashMap<String, &Tenant> = HashMap::default();
    let mut reported = HashSet::default();
    for tenant in cx.tenants() {
        let Some(key) = tenant.key.as_str().filter(|key| !key.is_empty() && tenant.is_named()) else { continue };
        if tenant.key.is_garbled() {
            continue;
        }
        let first = *firsts.entry(folded(key)).or_insert(tenant);
        if first.id == tenant.id {
            continue;
        }
        // If a key is not an entry, or is in another variable, the names built from it decide, if they are known.
        let is_one_map = first.provenance == tenant.provenance;
        // Of two with the same key, `merge()` keeps one.
        let is_overridden = [tenant, first].iter().any(|it| cx.model.is_overridden(it.id));
        if is_overridden || first.own_key() == Some(key) && cx.set_up.groups().same_customer(first.id, tenant.id) {
            continue;
        }
        if !is_one_map && named.contains(&first.id) && named.contains(&tenant.id) {
            continue;
        }
        reported.insert((tenant.id, first.id));
        // Spaces at the ends are only visible between quotes.
        let shown = |tenant: &Tenant| match tenant.key.cleaned() {
            Some(_) => format!("{:?}", tenant.name()),
            None => format!("`{}`", tenant.name()),
        };
        let message = format!("{} and {} are the same name in Sym; rename one of them", shown(tenant), shown(first));
        cx.report(tenant, message).related(first, "the first one");
    }
    reported
}

/// Reports equal names of the same kind: one finding for each pair of tenants and each block.
fn check_names(cx: &mut Context<'_>, names: &[&Name<'_>], reported: &HashSet<Pair>) {
    let mut firsts: HashMap<((&str, &str), String), &Name<'_>> = HashMap::default();
    let mut pairs: SortedMap<Pair, (&Name<'_>, &Name<'_>)> = SortedMap::new();
    let mut blocks: SortedMap<Span, Vec<(&Name<'_>, &Name<'_>)>> = SortedMap::new();
    for &name in names.iter().filter(|name| !name.has_foreign_slug(cx.model)) {
        let first = *firsts.entry((name.namespace(), folded(name.text))).or_insert(name);
        if std::ptr::eq(first, name) {
            continue;
        }
        let is_one_instance = std::ptr::eq(first.instance, name.instance);
        // Of two instances with one address, such as those of two workspaces, only one exists at a time.
        if !is_one_instance && first.instance.address == name.instance.address {
            continue;
        }
        match (name.tenant(), first.tenant()) {
            _ if is_one_instance => blocks.entry(name.span).or_default().push((name, first)),
            (Some(own), Some(other)) if own != other => {
                let pair = (own.max(other), own.min(other));
                if !reported.contains(&pair) {
                    let ordered = if own > other { (name, first) } else { (first, name) };
                    pairs.entry(pair).or_insert(ordered);
                }
            }
            (Some(_), Some(_)) if !name.is_miswired(cx.model) && !first.is_miswired(cx.model) => {
                let slug = name.instance.slug();
                blocks.entry(slug.map_or(name.span, |slug| slug.span)).or_default().push((name, first));
            }
            _ => {}
        }
    }
    // One expression that makes the names of several pairs the same is one cause.
    let mut places: HashSet<Span> = HashSet::default();
    for ((tenant, _), (name, _)) in &pairs {
        places.insert(name.written_for(cx.model, *tenant).unwrap_or(name.span));
    }
    for ((tenant, other), (name, first)) in pairs {
        let span = name.written_for(cx.model, tenant).unwrap_or(name.span);
        if !places.remove(&span) {
            continue;
        }
        let place = Place { span, tenant: Some(tenant), path: Some(cx.tenant(tenant).path.to_string()) };
        let (text, kind, whose) = (shown(name, cx.model), name.resource.kind(), cx.tenant(other).name());
        let at = first.written_for(cx.model, other).unwrap_or(first.span);
        let report = cx
            .report(
                place,
                format!(
                    "this tenant's `{kind}` has the name `{text}`, and so has the one of `{whose}`, but names must be unique in Sym"
                ),
            )
            .related(at, format!("the name of `{whose}` comes from here"));
        if !name.span.contains(span) {
            report.related(name.span, "the name is built here");
        }
    }
    for (span, names) in blocks {
        report_block(cx, span, &names);
    }
}

/// Reports equal names within the flows of one tenant.
fn report_block(cx: &mut Context<'_>, span: Span, names: &[(&Name<'_>, &Name<'_>)]) {
    let Some((name, first)) = names.first() else { return };
    let tenants = tenants_of(names.iter().map(|(name, _)| *name));
    let (text, kind) = (shown(name, cx.model), name.resource.kind());
    let message = match tenants.as_slice() {
        [_, _, ..] => format!(
            "two `{kind}` resources have the same name for {}, but names must be unique in Sym",
            cx.model.count(&tenants, cx.tenants().len())
        ),
        _ => format!("two `{kind}` resources have the same name, `{text}`, but names must be unique in Sym"),
    };
    let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
    let path = only.map(|only| cx.tenant(only).path.to_string());
    let other = first.instance.slug().map_or(first.span, |slug| slug.span);
    let written = cx.sources().text(span);
    let literal = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('"'));
    let place = literal.map_or(span, |text| span.part(1..text.len() + 1));
    let report = cx.report(Place { span: place, tenant: only, path }, message).group(&tenants);
    let other = if name.span == span { first.span } else { other };
    if other != span {
        report.related(other, "the other name is built here");
    }
}
