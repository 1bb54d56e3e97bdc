//! Where in an argument's expression a part of its value is written.

use symlint_terraform::syntax::{Expr, ExprKind, Item, Key};
use symlint_terraform::{Module, Sources, Span};

/// So many locals that are nothing but another local are followed.
const LOCALS: usize = 8;

/// The expression of the attribute `name`, where `expr` writes it once.
pub(crate) fn part<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let mut found = Vec::new();
    find(expr, name, &mut found);
    match found.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

fn find<'e>(expr: &'e Expr, name: &str, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Paren(inner) => find(inner, name, found),
        ExprKind::Tuple(items) => items.iter().for_each(|item| find(item, name, found)),
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| find(argument, name, found)),
        ExprKind::For(comprehension) => find(&comprehension.result, name, found),
        ExprKind::Object(items) => {
            let is_named = |item: &&Item| matches!(&item.key, Key::Literal(key) if key.text.as_str() == name);
            found.extend(items.iter().filter(is_named).map(|item| &item.value));
        }
        _ => {}
    }
}

/// The same, where `expr` may also be a local of `module` that writes it.
pub(crate) fn part_in<'e>(module: &'e Module, expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let mut expr = expr;
    // Locals may refer to each other; so many in a row are a circle.
    for _ in 0..LOCALS {
        if let Some(part) = part(expr, name) {
            return Some(part);
        }
        let ExprKind::Attribute(root, local) = &expr.kind else { return None };
        if !matches!(&root.kind, ExprKind::Variable(root) if root.as_str() == "local") {
            return None;
        }
        expr = &module.local(&local.text)?.value;
    }
    None
}

/// Whether `expr` is nothing but names: `var.a.b`.
pub(crate) fn is_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Attribute(base, _) => is_reference(base),
        _ => false,
    }
}

/// Where `expr` stands, without quotes.
pub(crate) fn span(expr: &Expr, sources: &Sources) -> Span {
    match &expr.kind {
        ExprKind::String(literal) => literal.span,
        ExprKind::Template(_) => {
            let text = sources.text(expr.span);
            let is_quoted = text.len() > 2 && text.starts_with('"') && text.ends_with('"');
            if is_quoted { expr.span.part(1..text.len() - 1) } else { expr.span }
        }
        _ => expr.span,
    }
}

/// The last name of `a.b.name`.
pub(crate) fn last_name(expr: &Expr, name: &str) -> Option<Span> {
    match &expr.kind {
        ExprKind::Attribute(_, last) if last.text.as_str() == name => Some(last.span),
        ExprKind::Paren(inner) => last_name(inner, name),
        _ => None,
    }
}
