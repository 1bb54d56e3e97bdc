//! Moves a tree to the text that its own text was created from.

use crate::source::Span;

use super::{Expr, ExprKind, Item, Key, Literal, Name, SplatStep, TemplatePart};

/// Finds the places in the other text.
pub(crate) trait Relocate {
    /// The place of `span` in the other text.
    fn span(&self, span: Span) -> Span;

    /// Moves a literal, which may have another form there.
    fn literal(&self, literal: &mut Literal);
}

/// Moves `expr` and everything in it.
pub(crate) fn relocate(expr: &mut Expr, to: &dyn Relocate) {
    expr.span = to.span(expr.span);
    match &mut expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) | ExprKind::Invalid => {}
        ExprKind::String(text) => to.literal(text),
        ExprKind::Template(parts) => template(parts, to),
        ExprKind::Object(items) => items.iter_mut().for_each(|item| self::item(item, to)),
        ExprKind::Tuple(items) => items.iter_mut().for_each(|item| relocate(item, to)),
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => relocate(inner, to),
        ExprKind::Attribute(base, name) => {
            relocate(base, to);
            self::name(name, to);
        }
        ExprKind::Index(base, key) => {
            relocate(base, to);
            relocate(key, to);
        }
        ExprKind::Splat(splat) => {
            relocate(&mut splat.base, to);
            steps(&mut splat.steps, to);
        }
        ExprKind::Call(call) => {
            name(&mut call.name, to);
            call.arguments.iter_mut().for_each(|argument| relocate(argument, to));
        }
        ExprKind::Binary(binary) => {
            relocate(&mut binary.first, to);
            binary.rest.iter_mut().for_each(|operation| relocate(&mut operation.operand, to));
        }
        ExprKind::Conditional(parts) => {
            for part in [&mut parts.condition, &mut parts.yes, &mut parts.no] {
                relocate(part, to);
            }
        }
        ExprKind::For(parts) => {
            parts.key_name.iter_mut().for_each(|key| name(key, to));
            name(&mut parts.value_name, to);
            relocate(&mut parts.collection, to);
            relocate(&mut parts.result, to);
            for part in parts.key.iter_mut().chain(&mut parts.condition) {
                relocate(part, to);
            }
        }
    }
}

fn name(name: &mut Name, to: &dyn Relocate) {
    name.span = to.span(name.span);
}

fn item(item: &mut Item, to: &dyn Relocate) {
    item.span = to.span(item.span);
    match &mut item.key {
        Key::Literal(key) => name(key, to),
        Key::Computed(key) => relocate(key, to),
    }
    relocate(&mut item.value, to);
}

fn steps(steps: &mut [SplatStep], to: &dyn Relocate) {
    for step in steps {
        match step {
            SplatStep::Attribute(step) => name(step, to),
            SplatStep::Index(key) => relocate(key, to),
            SplatStep::Splat(inner) => self::steps(inner, to),
        }
    }
}

fn template(parts: &mut [TemplatePart], to: &dyn Relocate) {
    for part in parts {
        match part {
            TemplatePart::Literal(text) => to.literal(text),
            TemplatePart::Interpolation(inner) => relocate(inner, to),
            TemplatePart::If { condition, yes, no } => {
                relocate(condition, to);
                template(yes, to);
                template(no, to);
            }
            TemplatePart::For { key, value, collection, body } => {
                key.iter_mut().for_each(|key| name(key, to));
                name(value, to);
                relocate(collection, to);
                template(body, to);
            }
        }
    }
}
