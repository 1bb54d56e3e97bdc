//! Where the expression of an argument writes a part of its value.

use symlint_core::finding::Edit;
use symlint_terraform::syntax::{Expr, ExprKind, Item, Key};
use symlint_terraform::{Module, Sources, Span};

/// How many locals that are set to another local are followed.
const LOCALS: usize = 8;

/// The expression of the attribute `name`, if `expr` writes it exactly once.
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

/// Like [`part`], but `expr` may also be a local of `module` that writes the attribute.
pub(crate) fn part_in<'e>(module: &'e Module, expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    let mut expr = expr;
    // Locals may refer to each other in a circle.
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

/// Whether `expr` consists of names only, such as `var.a.b`.
pub(crate) fn is_reference(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Attribute(base, _) => is_reference(base),
        _ => false,
    }
}

/// The name at the start of a reference: `each` for `each.value.a`.
pub(crate) fn root(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.as_str()),
        ExprKind::Attribute(base, _) => root(base),
        _ => None,
    }
}

/// The place of `expr` without its quotes.
pub(crate) fn span(expr: &Expr, sources: &Sources) -> Span {
    match &expr.kind {
        ExprKind::String(literal) => literal.span,
        ExprKind::Template(_) => {
            let text = sources.text(expr.span);
            if text.starts_with('"') { expr.span.part(1..text.len() - 1) } else { expr.span }
        }
        _ => expr.span,
    }
}

/// The place of the last name in `a.b.name`.
pub(crate) fn last_name(expr: &Expr, name: &str) -> Option<Span> {
    match &expr.kind {
        ExprKind::Attribute(_, last) if last.text.as_str() == name => Some(last.span),
        ExprKind::Paren(inner) => last_name(inner, name),
        _ => None,
    }
}

/// An edit that replaces the attribute name at `span` with `name`. The `=` after it keeps its column, if there is room.
pub(crate) fn renamed(span: Span, name: &str, sources: &Sources) -> Edit {
    let source = sources.get(span.file);
    let rest = source.text().get(span.end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches(' ').len();
    let (old, new) = ((span.end - span.start) as usize + blank, name.len());
    if blank == 0 || !rest.trim_start_matches(' ').starts_with('=') {
        return Edit { span, text: name.to_owned() };
    }
    let width = old.max(new + 1);
    Edit {
        span: Span::new(span.file, span.start..span.end + u32::try_from(blank).unwrap_or(0)),
        text: format!("{name:width$}"),
    }
}

#[cfg(test)]
mod tests {
    use symlint_terraform::syntax::read;
    use symlint_terraform::{LoadOptions, Project};

    use super::*;

    /// The result of `look` for the expression `text`.
    fn with<R>(text: &str, look: impl FnOnce(&Expr, &Sources) -> R) -> R {
        let sources = Sources::new();
        let file = sources.add("main.tf", format!("it = {text}\n").into_bytes()).unwrap();
        let file = read(file, &sources.get(file));
        assert_eq!(file.errors, [], "{text}");
        look(&file.body.attributes[0].value, &sources)
    }

    #[test]
    fn a_part_is_found_where_it_is_written_once() {
        let found = |text: &str| with(text, |expr, sources| part(expr, "a").map(|part| sources.text(part.span)));
        assert_eq!(found("{ a = 1, b = 2 }").as_deref(), Some("1"));
        assert_eq!(found("merge(var.x, { a = 1 })").as_deref(), Some("1"));
        assert_eq!(found("[for x in y : ({ a = x })]").as_deref(), Some("x"));
        assert_eq!(found("[{ a = 1 }]").as_deref(), Some("1"));
        assert_eq!(found("[{ a = 1 }, { a = 2 }]"), None);
        assert_eq!(found("{ b = 2 }"), None);
    }

    #[test]
    fn a_part_is_found_in_locals() {
        let text = "locals {\n  one = local.two\n  two = { a = 1 }\n  circle = local.circle\n}\n\
                    output \"a\" { value = local.one }\noutput \"b\" { value = local.circle }\n\
                    output \"c\" { value = var.two }\n";
        let files = std::collections::BTreeMap::from([("main.tf".to_owned(), text.as_bytes().to_vec())]);
        let project = Project::load(files, ".", &LoadOptions::default()).unwrap();
        let module = project.root().unwrap();
        let found = |output: usize| {
            let expr = &module.outputs[output].value.as_ref().unwrap().value;
            part_in(module, expr, "a").map(|part| project.sources().text(part.span))
        };
        assert_eq!([found(0).as_deref(), found(1).as_deref(), found(2).as_deref()], [Some("1"), None, None]);
    }

    #[test]
    fn a_renamed_attribute_keeps_its_column() {
        for (before, name, after) in [
            ("acount   = 1", "account", "account  = 1"),
            ("a = 1", "account", "account = 1"),
            ("account  = 1", "a", "a        = 1"),
            ("acount: 1", "account", "account: 1"),
            ("acount=1", "account", "account=1"),
        ] {
            let sources = Sources::new();
            let file = sources.add("x", before.as_bytes().to_vec()).unwrap();
            let end = before.find([' ', ':', '=']).unwrap();
            let edit = renamed(Span::new(file, 0..u32::try_from(end).unwrap()), name, &sources);
            assert_eq!(edit.text + before.split_at(edit.span.end as usize).1, after);
        }
    }

    #[test]
    fn references_are_nothing_but_names() {
        for (text, expected) in
            [("a", true), ("var.a.b", true), ("var.a[0]", false), ("f(a)", false), ("a.b + c", false)]
        {
            assert_eq!(with(text, |expr, _| is_reference(expr)), expected, "{text}");
        }
    }

    #[test]
    fn a_span_is_without_quotes() {
        for (text, expected) in [
            ("\"a\"", "a"),
            ("\"a${b}\"", "a${b}"),
            ("var.a", "var.a"),
            ("[1]", "[1]"),
            ("<<E\n${a}\nE", "<<E\n${a}\nE"),
        ] {
            assert_eq!(with(text, |expr, sources| sources.text(span(expr, sources))).trim_end(), expected, "{text}");
        }
    }

    #[test]
    fn the_last_name_of_a_reference_is_found() {
        let found = |text: &str| with(text, |expr, sources| last_name(expr, "b").map(|span| sources.text(span)));
        assert_eq!(found("var.a.b").as_deref(), Some("b"));
        assert_eq!(found("(var.a.b)").as_deref(), Some("b"));
        assert_eq!(found("var.b.a"), None);
    }
}
