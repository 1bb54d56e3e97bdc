//! See duplicate-key.md.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use symlint_core::finding::Edit;
use symlint_core::rule::Context;
use symlint_core::tenants::{Model, Place, Tenant, TenantId};
use symlint_terraform::syntax::{Body, Expr, ExprKind, Item, Key, children, top_level};
use symlint_terraform::{LoadedFile, LostKey, Path, PathStep, SourceFile, Span};

pub(super) fn check(cx: &mut Context<'_>) {
    // A tenant's entry is reported with its own cause.
    let tenants: HashSet<Span> = match cx.model.lost_keys.is_empty() {
        true => HashSet::default(),
        false => cx.tenants().iter().map(|tenant| tenant.key.span).collect(),
    };
    for LostKey { key, lost, kept, value } in &cx.model.lost_keys {
        let line = cx.sources().get(kept.file).position(kept.start).line;
        let message = format!("the key `{key}` appears again on line {line}, so this value is lost");
        let tenant = cx.tenants().iter().find(|it| it.span.contains(*kept)).map(|it| it.id);
        let place = Place { span: *lost, tenant, path: None };
        let report = cx
            .report(place, message)
            .label("this value is lost")
            .related(*kept, "this value takes effect")
            .cause(key.as_str());
        report.explains((!tenants.contains(kept)).then_some(*value));
    }
    let files: Vec<&LoadedFile> =
        cx.model.project.files().iter().filter(|file| has_duplicates(&file.file.body)).collect();
    // Keys usually differ, and checking that is cheaper than finding the tenant of each key.
    if files.is_empty() {
        return;
    }
    let keys: HashMap<Span, TenantId> = cx.tenants().iter().map(|tenant| (tenant.key.span, tenant.id)).collect();
    for file in files {
        let mut work: Vec<(&Expr, Inside)> = top_level(&file.file.body).into_iter().map(|expr| (expr, None)).collect();
        while let Some((expr, inside)) = work.pop() {
            match &expr.kind {
                ExprKind::Object(items) => {
                    // In JSON, a repeated key is a syntax error.
                    let is_reported = |key: Span| file.file.errors.iter().any(|error| error.span.contains(key));
                    report_lost(cx, items, inside.as_ref(), &keys, &is_reported);
                    for item in items {
                        let below = keys.get(&item.key.span()).map(|&id| (id, Some(cx.tenant(id).path.clone())));
                        let below = below.or_else(|| step(inside.as_ref(), item));
                        if let Key::Computed(key) = &item.key {
                            work.push((key, inside.clone()));
                        }
                        work.push((&item.value, below));
                    }
                }
                ExprKind::Tuple(elements) => {
                    for (index, element) in (0..).zip(elements) {
                        let at = |path: Path| path.join(PathStep::Index(index));
                        work.push((element, inside.clone().map(|(id, path)| (id, path.map(at)))));
                    }
                }
                // The path to a computed key is not known here.
                _ => work.extend(
                    children(expr).into_iter().map(|child| (child, inside.as_ref().map(|&(id, _)| (id, None)))),
                ),
            }
        }
    }
}

/// Whether the key of any tenant is written twice in one object, so that one of the entries is lost.
pub(crate) fn is_any_key_twice(cx: &Context<'_>) -> bool {
    let twice = keys_twice(cx.model);
    cx.tenants().iter().any(|tenant| twice.contains(&tenant.key.span))
}

/// Whether the key of `tenant` is written twice, or replaces another entry in `merge`. In both cases, its entry may be
/// meant for another tenant.
pub(crate) fn is_key_twice(cx: &Context<'_>, tenant: &Tenant) -> bool {
    cx.model.overridden.iter().any(|entry| entry.by == tenant.id) || keys_twice(cx.model).contains(&tenant.key.span)
}

/// All keys that are written twice in one object.
fn keys_twice<'a>(model: &'a Model<'_>) -> &'a HashSet<Span> {
    model.keys_twice.get_or_init(|| {
        let mut twice: HashSet<Span> = model.lost_keys.iter().map(|lost| lost.kept).collect();
        let mut work: Vec<&Expr> = model.project.files().iter().flat_map(|file| top_level(&file.file.body)).collect();
        while let Some(expr) = work.pop() {
            if let ExprKind::Object(items) = &expr.kind
                && has_duplicate(items)
            {
                let mut seen = HashSet::with_capacity(items.len());
                let again: HashSet<&str> = items.iter().filter_map(key_of).filter(|key| !seen.insert(*key)).collect();
                let is_twice = |item: &&Item| key_of(item).is_some_and(|key| again.contains(key));
                twice.extend(items.iter().filter(is_twice).map(|item| item.key.span()));
            }
            work.extend(children(expr));
        }
        twice
    })
}

/// Whether any object contains a key twice.
fn has_duplicates(body: &Body) -> bool {
    let mut work: Vec<&Expr> = top_level(body);
    while let Some(expr) = work.pop() {
        match &expr.kind {
            ExprKind::Object(items) if has_duplicate(items) => return true,
            _ => work.extend(children(expr)),
        }
    }
    false
}

fn has_duplicate(items: &[Item]) -> bool {
    /// For at most this many keys, comparing all pairs is cheaper than hashing.
    const FEW: usize = 8;
    if items.len() > FEW {
        let mut seen = HashSet::with_capacity(items.len());
        return !items.iter().filter_map(key_of).all(|key| seen.insert(key));
    }
    let mut rest = items.iter();
    while let Some(key) = rest.next().map(key_of) {
        if key.is_some() && rest.clone().any(|other| key_of(other) == key) {
            return true;
        }
    }
    false
}

/// The tenant that contains an expression, and the path to it.
type Inside = Option<(TenantId, Option<Path>)>;

fn step(inside: Option<&(TenantId, Option<Path>)>, item: &Item) -> Inside {
    let (id, path) = inside?;
    let path = match &item.key {
        Key::Literal(name) => path.as_ref().map(|path| path.join(PathStep::Attribute(name.text.clone()))),
        Key::Computed(_) => None,
    };
    Some((*id, path))
}

fn report_lost(
    cx: &mut Context<'_>,
    items: &[Item],
    inside: Option<&(TenantId, Option<Path>)>,
    keys: &HashMap<Span, TenantId>,
    is_reported: &dyn Fn(Span) -> bool,
) {
    let mut last: HashMap<&str, &Item> = HashMap::with_capacity(items.len());
    for item in items {
        if let Some(key) = key_of(item) {
            last.insert(key, item);
        }
    }
    let mut rest = items.iter().peekable();
    while let Some(item) = rest.next() {
        let Some((key, last)) = key_of(item).and_then(|key| Some((key, *last.get(key)?))) else { continue };
        if std::ptr::eq(item, last) || is_reported(last.key.span()) {
            continue;
        }
        let tenant = keys.get(&last.key.span()).copied();
        let here = step(inside, item);
        let place = Place {
            span: item.key.span(),
            tenant: tenant.or(here.as_ref().map(|&(id, _)| id)),
            path: tenant
                .map(|id| cx.tenant(id).path.to_string())
                .or_else(|| here.and_then(|(_, path)| path).map(|path| path.to_string())),
        };
        let path_is_known = place.path.is_some();
        let source = cx.sources().get(item.span.file);
        let line = source.position(last.key.span().start).line;
        let (what, lost) = if tenant.is_some() { ("tenant", "entry") } else { ("key", "value") };
        let message = format!("the {what} `{key}` appears again on line {line}, so this {lost} is lost");
        let edits = if same(&item.value, &last.value, &source) {
            removal(item, rest.peek().copied(), &source).into_iter().collect()
        } else {
            Vec::new()
        };
        let role = tenant.and_then(|tenant| cx.tenant(tenant).role()).map(|role| role.name.text());
        let help = match (edits.is_empty(), tenant, role) {
            (false, ..) => "Delete one of the two. Both have the same value.".to_owned(),
            (true, Some(_), Some(role)) => format!(
                "Give each entry its own key if the two are different customers; otherwise, delete the one that is \
                 wrong. Terraform uses only the entry on line {line}, whose role is `{role}`."
            ),
            (true, Some(_), None) => format!(
                "Give each entry its own key if the two are different customers; otherwise, delete the one that is \
                 wrong. Terraform uses only the entry on line {line}."
            ),
            (true, None, _) => format!(
                "Find out which of the two is right, and delete the other one. Terraform uses only the value on line \
                 {line}."
            ),
        };
        let report = cx
            .report(place, message)
            .label("this one is lost")
            .help(help)
            .related(last.key.span(), format!("this {lost} takes effect"));
        let report = if path_is_known { report } else { report.cause(key) };
        let explained = (tenant.is_none() && edits.is_empty()).then_some(last.value.span);
        let report = report.explains(explained);
        report.edits("remove the item that is lost", true, edits);
    }
}

fn key_of(item: &Item) -> Option<&str> {
    let mut key = match &item.key {
        Key::Literal(name) => return Some(&name.text),
        Key::Computed(key) => key,
    };
    while let ExprKind::Paren(inner) = &key.kind {
        key = inner;
    }
    // `7`, `"7"`, and `07` are the same key.
    let digits = match &key.kind {
        ExprKind::String(literal) => return Some(&literal.text),
        ExprKind::Number(digits) => digits,
        _ => return None,
    };
    let significant = digits.trim_start_matches('0');
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole.then_some(if significant.is_empty() { "0" } else { significant })
}

/// Whether both are certain to have the same value.
fn same(a: &Expr, b: &Expr, source: &SourceFile) -> bool {
    match (&a.kind, &b.kind) {
        (ExprKind::Invalid, _) | (_, ExprKind::Invalid) => false,
        (ExprKind::String(a), ExprKind::String(b)) => a.text == b.text,
        (ExprKind::Object(a), ExprKind::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| key_of(a).is_some() && key_of(a) == key_of(b) && same(&a.value, &b.value, source))
        }
        (ExprKind::Tuple(a), ExprKind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, source))
        }
        _ => source.slice(a.span) == source.slice(b.span),
    }
}

/// An edit that removes an item, other than the last one, from its object. Comments outside its value stay.
fn removal(item: &Item, next: Option<&Item>, source: &SourceFile) -> Option<Edit> {
    let text = source.text();
    let (start, end) = (item.span.start as usize, item.span.end as usize);
    let next = next?.span.start as usize;
    let between = text.get(end..next)?;
    let comma = between.trim_start_matches([' ', '\t']).starts_with(',');
    let end = if comma { end + between.find(',')? + 1 } else { end };
    let after = text.get(end..next)?;
    let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let alone = text.get(line_start..start)?.chars().all(blank);
    let comment = |text: &str| text.starts_with('#') || text.starts_with("//");
    let newline = after.find('\n').filter(|&at| after.get(..at).is_some_and(|rest| rest.chars().all(blank)));
    let range = match newline {
        Some(newline) if alone => line_start..end + newline + 1,
        None if after.chars().all(blank) => start..next,
        // The comment takes the item's place.
        None if comment(after.trim_start_matches(blank)) => {
            start..end + (after.len() - after.trim_start_matches(blank).len())
        }
        _ if comma || newline.is_some() => start..end,
        _ => return None,
    };
    let at = |offset: usize| u32::try_from(offset).ok();
    Some(Edit { span: Span::new(item.span.file, at(range.start)?..at(range.end)?), text: String::new() })
}
