//! Walks through a tree.

use super::tree::{Body, Expr, ExprKind, Key, SplatStep, TemplatePart};

/// The values of all attributes in a body, including those in its blocks.
pub fn top_level(body: &Body) -> Vec<&Expr> {
    let mut bodies = vec![body];
    let mut values = Vec::new();
    while let Some(body) = bodies.pop() {
        values.extend(body.attributes.iter().map(|attribute| &attribute.value));
        bodies.extend(body.blocks.iter().map(|block| &block.body));
    }
    values
}

/// The expressions directly inside `expr`.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Variable(_)
        | ExprKind::Invalid => Vec::new(),
        ExprKind::Template(parts) => in_template(parts),
        ExprKind::Object(items) => {
            let keys =
                items.iter().filter_map(|item| if let Key::Computed(key) = &item.key { Some(&**key) } else { None });
            keys.chain(items.iter().map(|item| &item.value)).collect()
        }
        ExprKind::Tuple(elements) => elements.iter().collect(),
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) | ExprKind::Attribute(inner, _) => vec![inner],
        ExprKind::Index(base, key) => vec![base, key],
        ExprKind::Splat(splat) => {
            let mut inside = vec![&splat.base];
            in_steps(&splat.steps, &mut inside);
            inside
        }
        ExprKind::Call(call) => call.arguments.iter().collect(),
        ExprKind::Binary(binary) => binary.operands().collect(),
        ExprKind::Conditional(conditional) => vec![&conditional.condition, &conditional.yes, &conditional.no],
        ExprKind::For(each) => {
            let optional = each.key.iter().chain(&each.condition);
            [&each.collection, &each.result].into_iter().chain(optional).collect()
        }
    }
}

fn in_steps<'a>(steps: &'a [SplatStep], inside: &mut Vec<&'a Expr>) {
    for step in steps {
        match step {
            SplatStep::Index(key) => inside.push(key),
            SplatStep::Attribute(_) => {}
            SplatStep::Splat(steps) => in_steps(steps, inside),
        }
    }
}

fn in_template(parts: &[TemplatePart]) -> Vec<&Expr> {
    let mut inside = Vec::new();
    let mut work: Vec<&TemplatePart> = parts.iter().collect();
    while let Some(part) = work.pop() {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => inside.push(expr),
            TemplatePart::If { condition, yes, no } => {
                inside.push(condition);
                work.extend(yes.iter().chain(no));
            }
            TemplatePart::For { collection, body, .. } => {
                inside.push(collection);
                work.extend(body);
            }
        }
    }
    inside
}
