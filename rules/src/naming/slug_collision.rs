//! See slug-collision.md.

use std::cell::LazyCell;

use foldhash::{HashMap, HashSet};
use symlint_core::rule::Context;
use symlint_core::tenants::{Model, Place, RoleNaming, Tenant, TenantId, environment_of, normalise};
use symlint_terraform::{SortedMap, Span, Str};

use crate::names::{ResourceName, folded, names, same, shown, tenants_of, unscoped};

/// The later tenant and the first one.
type TenantPair = (TenantId, TenantId);

pub(super) fn check(cx: &mut Context<'_>) {
    let names = names(cx.model);
    let same = same(&names);
    // Names that do not depend on the tenant are reported by another rule.
    let unscoped = unscoped(cx.model, &names, &same);
    let already_reported: HashSet<Span> =
        unscoped.iter().filter_map(|names| names.first()).map(|name| name.block()).collect();
    let model = cx.model;
    let is_checked = |name: &&ResourceName<'_>| !already_reported.contains(&name.block()) && name.arn(model).is_none();
    let named = || tenants_of(names.iter().filter(is_checked)).into_iter().collect();
    let reported = check_keys(cx, &LazyCell::new(named));
    let checked: Vec<&ResourceName<'_>> = same.into_iter().filter(is_checked).collect();
    check_names(cx, &checked, &reported);
}

/// The tenants whose keys are the same name for Sym as another key in the same map. One of the two may have been left
/// over from a copy.
pub(crate) fn same_names(cx: &Context<'_>) -> HashSet<TenantId> {
    let mut firsts: HashMap<String, &Tenant> = HashMap::default();
    let mut same = HashSet::default();
    for tenant in cx.tenants().iter().filter(|tenant| tenant.is_named()) {
        let first = *firsts.entry(folded(tenant.name())).or_insert(tenant);
        let are_calls = !first.is_element() && !tenant.is_element();
        if first.name() != tenant.name() && (are_calls || first.provenance == tenant.provenance) {
            same.extend([first.id, tenant.id]);
        }
    }
    same
}

/// Reports keys that are the same name for Sym, and returns the pairs of tenants that have them. `named` has the
/// tenants whose flows have known names.
fn check_keys(
    cx: &mut Context<'_>,
    named: &LazyCell<HashSet<TenantId>, impl FnOnce() -> HashSet<TenantId>>,
) -> HashSet<TenantPair> {
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
        // If a key is not that of an entry, or the entries are in different variables, the names that are built from it
        // decide, if they are known.
        let is_one_map = first.provenance == tenant.provenance;
        // Of two entries with the same key, `merge()` keeps only one.
        let is_overridden = [tenant, first].iter().any(|it| cx.model.is_overridden(it.id));
        if is_overridden || first.own_key() == Some(key) && cx.set_up.groups().same_customer(first.id, tenant.id) {
            continue;
        }
        if !is_one_map && named.contains(&first.id) && named.contains(&tenant.id) {
            continue;
        }
        reported.insert((tenant.id, first.id));
        // A tenant that is there twice, as a whole, is reported as such.
        if tenant.name() == first.name() && cx.set_up.copied_from(tenant.id) == Some(first.id) {
            continue;
        }
        // Spaces at the ends are visible only between quotes.
        let shown = |tenant: &Tenant| match tenant.key.cleaned() {
            Some(_) => format!("{:?}", tenant.name()),
            None => format!("`{}`", tenant.name()),
        };
        let message = match (shown(tenant), shown(first)) {
            (own, other) if own == other => {
                format!("two tenants are named {own}, but names must be unique in Sym; rename one of them")
            }
            (own, other) => format!("{own} and {other} are the same name in Sym; rename one of them"),
        };
        // A key that was left over from another customer's entry does not match its role.
        let is_copied = |it: &Tenant| cx.role_naming(it.id) == RoleNaming::Unexpected;
        let (wrong, right) = if is_copied(first) && !is_copied(tenant) { (first, tenant) } else { (tenant, first) };
        let meant = wrong.role().filter(|_| is_copied(wrong) && !is_copied(right));
        let report = cx.report(wrong, message).label("the same name").related(right, shown(right));
        if let Some(role) = meant {
            let help = format!(
                "Rename this entry after the customer of role `{}` if it is for that customer. Otherwise, give it a name of \
                 its own and correct the role. The two customers share one name, so a request for one may be carried out \
                 for the other, or the apply fails.",
                role.name.text()
            );
            report.help(help).related(role.name.piece, "this entry's role");
        }
    }
    reported
}

/// Reports equal names of the same kind, with one finding for each pair of tenants and each block.
fn check_names(cx: &mut Context<'_>, names: &[&ResourceName<'_>], reported: &HashSet<TenantPair>) {
    let mut firsts: HashMap<((&str, &str), String), &ResourceName<'_>> = HashMap::default();
    let mut pairs: SortedMap<TenantPair, (&ResourceName<'_>, &ResourceName<'_>)> = SortedMap::new();
    let mut blocks: SortedMap<Span, Vec<(&ResourceName<'_>, &ResourceName<'_>)>> = SortedMap::new();
    for &name in names.iter().filter(|name| !name.has_foreign_slug(cx.model)) {
        let first = *firsts.entry((name.namespace(), folded(name.text))).or_insert(name);
        if std::ptr::eq(first, name) {
            continue;
        }
        let is_one_instance = std::ptr::eq(first.instance, name.instance);
        // If two instances have the same address, such as in two workspaces, only one of them exists at a time.
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
    // If one expression causes equal names for several pairs, that is one cause.
    let mut places: HashSet<Span> = HashSet::default();
    for ((tenant, _), (name, _)) in &pairs {
        places.insert(name.written_for(cx.model, *tenant).unwrap_or(name.span));
    }
    for ((tenant, other), (name, first)) in pairs {
        let span = name.written_for(cx.model, tenant).unwrap_or(name.span);
        if !places.remove(&span) {
            continue;
        }
        if let Some((own, others)) = passed(cx.model, name, span).zip(passed(
            cx.model,
            first,
            first.written_for(cx.model, other).unwrap_or(first.span),
        )) {
            report_calls(cx, [(cx.tenant(tenant), own), (cx.tenant(other), others)]);
            continue;
        }
        let place = Place { span, tenant: Some(tenant), path: Some(cx.tenant(tenant).path.to_string()) };
        let (text, kind, whose) = (shown(name, cx.model), name.resource.kind(), cx.tenant(other).name());
        let at = first.written_for(cx.model, other).unwrap_or(first.span);
        let report = cx
            .report(
                place,
                format!(
                    "both this tenant's and `{whose}`'s `{kind}` are named `{text}`, but names must be unique in Sym"
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

/// The argument that names a tenant which only a call defines.
struct PassedName {
    argument: Str,
    call: Str,
    span: Span,
}

/// The argument of the outermost call that contains the part of `name` written at `span`.
fn passed(model: &Model<'_>, name: &ResourceName<'_>, span: Span) -> Option<PassedName> {
    name.tenant().filter(|tenant| !model.tenant(*tenant).is_element())?;
    std::iter::successors(Some(&name.instance.instance), |made| made.caller()).find_map(|made| {
        let call = made.call_in(model.project)?;
        let argument = call.arguments.iter().find(|argument| argument.value.span.contains(span))?;
        Some(PassedName { argument: argument.name.text.clone(), call: made.address().clone(), span })
    })
}

/// Reports that two calls pass the same name. If only one tenant's role matches the name, the other call was copied.
fn report_calls(cx: &mut Context<'_>, [later, first]: [(&Tenant, PassedName); 2]) {
    let environment = |tenant: &Tenant| {
        let role = tenant.role()?;
        Some(environment_of(role.name.text(), &cx.config.role_name)?.to_ascii_lowercase())
    };
    let is_of = |tenant: &Tenant| environment(tenant).is_some_and(|it| normalise(&it) == normalise(tenant.name()));
    let is_first_wrong = is_of(later.0) && !is_of(first.0);
    let ((tenant, wrong), (other, right)) = if is_first_wrong { (first, later) } else { (later, first) };
    let message = format!(
        "`{}` is `{}` in both `{}` and `{}`, but names must be unique in Sym",
        wrong.argument,
        tenant.name(),
        wrong.call,
        right.call
    );
    let meant = environment(tenant).filter(|_| is_of(other) && !is_of(tenant));
    let place =
        Place { span: wrong.span, tenant: Some(tenant.id), path: Some(format!("{}.{}", wrong.call, wrong.argument)) };
    let consequence =
        "The two customers share one name, so a request for one may be carried out for the other, or the apply fails.";
    let help = match meant {
        Some(meant) => {
            let is_snake = tenant.name().contains('_');
            let meant = if is_snake { meant.replace('-', "_") } else { meant };
            format!(
                "Set `{}` to `{meant}` if this call is for that customer: the role of `{}` is named after it. \
                 {consequence}",
                wrong.argument, wrong.call
            )
        }
        None => format!("Give one of them another name. {consequence}"),
    };
    let report = cx
        .report(place, message)
        .label("the same name")
        .help(help)
        .related(right.span, format!("the name of `{}`", right.call));
    if let Some(role) = tenant.role() {
        report.related(role.name.piece, format!("the role of `{}`", wrong.call));
    }
}

/// Reports equal names within the flows of one tenant.
fn report_block(cx: &mut Context<'_>, span: Span, names: &[(&ResourceName<'_>, &ResourceName<'_>)]) {
    let Some((name, first)) = names.first() else { return };
    let tenants = tenants_of(names.iter().map(|(name, _)| *name));
    let (own, others) = (name.resource.resource, first.resource.resource);
    let is_one_flow = std::ptr::eq(name.instance, first.instance);
    let is_one_block = is_one_flow && own.name.span == others.name.span;
    let (text, kind, label) = (shown(name, cx.model), name.resource.kind(), &own.name.text);
    let what = match (is_one_flow, is_one_block) {
        (_, true) => format!("`{kind}.{label}` is created several times with"),
        (true, false) => format!("`{kind}.{}` and `{kind}.{label}` have", others.name.text),
        (false, false) => format!("two `{kind}` resources have"),
    };
    let message = match tenants.as_slice() {
        [_, _, ..] => {
            let whom = cx.model.count(&tenants, cx.tenants().len());
            format!("{what} the same name for {whom}, such as `{text}`, but names must be unique in Sym")
        }
        _ => format!("{what} the same name, `{text}`, but names must be unique in Sym"),
    };
    let only = if let [only] = tenants.as_slice() { Some(*only) } else { None };
    let path = only.map(|only| cx.tenant(only).path.to_string());
    let other = first.instance.slug().map_or(first.span, |slug| slug.span);
    let written = cx.sources().text(span);
    let literal = written.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|text| !text.contains('"'));
    let place = literal.map_or(span, |text| span.part(1..text.len() + 1));
    let source = cx.sources().get(span.file);
    let is_in_quotes = source.text().get(..span.start as usize).is_some_and(|before| before.ends_with('"'));
    let literal = literal.or((is_in_quotes && !written.contains('"')).then_some(&*written));
    let action = match (is_one_block, literal) {
        (true, Some(text)) => {
            let key = if own.attribute("for_each").is_some() { "each.key" } else { "count.index" };
            format!("Include `{key}` in the name, such as `\"{text}-${{{key}}}\"`.")
        }
        _ => "Give each of them a name of its own.".to_owned(),
    };
    let help = format!("{action} Otherwise, one `{kind}` may be used in place of the other, or the apply fails.");
    let report = cx.report(Place { span: place, tenant: only, path }, message).help(help).group(&tenants);
    let other = if name.span == span { first.span } else { other };
    if other != span {
        report.related(other, "the other name is built here");
    }
}
