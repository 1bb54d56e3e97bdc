//! The syntax tree of symlint.

use std::ops::Range;

use symlint_terraform::Span;
use symlint_terraform::syntax::{self, Expr, ExprKind, Key, SplatStep, TemplatePart};

use super::lines::Lines;

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Writes the tree of a file, which has this text.
pub struct Ours<'t>(pub Lines, pub &'t str);

impl Ours<'_> {
    pub fn body(&mut self, body: &syntax::Body) {
        // Our tree keeps attributes and blocks apart, but theirs has them in order.
        let attributes = body.attributes.iter().map(|attribute| (attribute.span.start, Some(attribute), None));
        let blocks = body.blocks.iter().map(|block| (block.span.start, None, Some(block)));
        let mut all: Vec<_> = attributes.chain(blocks).collect();
        all.sort_by_key(|(start, ..)| *start);
        for item in all {
            match item {
                (_, Some(attribute), _) => {
                    self.0.add("attribute", range(attribute.name.span), &attribute.name.text);
                    self.expression(&attribute.value);
                }
                (_, _, Some(block)) => {
                    self.0.add("block", range(block.span), &block.kind.text);
                    for label in &block.labels {
                        self.0.mark(&format!("label {}", label.text));
                    }
                    self.body(&block.body);
                    self.0.mark("end of block");
                }
                _ => {}
            }
        }
    }

    fn expression(&mut self, expr: &Expr) {
        let span = range(expr.span);
        match &expr.kind {
            ExprKind::Null => self.0.add("null", span, ""),
            ExprKind::Bool(value) => self.0.add("bool", span, value),
            ExprKind::Number(text) => self.0.add("number", span, number(text)),
            ExprKind::String(literal) => self.0.add("string", span, format!("{:?}", literal.text.as_str())),
            // The lines of an indented heredoc are separate parts here, but one string there.
            ExprKind::Template(parts) if parts.iter().all(|part| matches!(part, TemplatePart::Literal(_))) => {
                let literals = parts.iter().filter_map(|part| match part {
                    TemplatePart::Literal(literal) => Some(literal.text.as_str()),
                    _ => None,
                });
                self.0.add("string", span, format!("{:?}", literals.collect::<String>()));
            }
            ExprKind::Template(parts) => {
                self.0.add("template", span, "");
                parts.iter().for_each(|part| self.part(part));
                self.0.mark("end of template");
            }
            ExprKind::Object(items) => {
                self.0.add("object", span, "");
                for item in items {
                    match &item.key {
                        Key::Literal(name) => self.0.mark(&format!("key {:?}", name.text.as_str())),
                        Key::Computed(expr) => self.expression(expr),
                    }
                    self.expression(&item.value);
                }
                self.0.mark("end of object");
            }
            ExprKind::Tuple(elements) => {
                self.0.add("array", span, "");
                elements.iter().for_each(|element| self.expression(element));
                self.0.mark("end of array");
            }
            ExprKind::Paren(inner) => {
                self.0.add("parentheses", span, "");
                self.expression(inner);
            }
            ExprKind::Variable(name) => self.0.add("variable", span, name),
            ExprKind::Attribute(base, name) => {
                self.expression(base);
                self.0.add("attribute", range(name.span), &name.text);
            }
            ExprKind::Index(base, key) => {
                self.expression(base);
                self.0.mark("index");
                self.expression(key);
            }
            ExprKind::Splat(splat) => {
                self.expression(&splat.base);
                self.0.mark("splat");
                self.steps(&splat.steps);
            }
            ExprKind::Call(call) => {
                self.0.add("call", span, &call.name.text);
                call.arguments.iter().for_each(|argument| self.expression(argument));
                self.0.mark(if call.expand_last { "end of call, expanded" } else { "end of call" });
            }
            ExprKind::Unary(syntax::UnaryOperator::Negate, inner) if matches!(inner.kind, ExprKind::Number(_)) => {
                // A negative number is one token in their tree.
                let ExprKind::Number(text) = &inner.kind else { return };
                self.0.add("number", span, -number(text));
            }
            ExprKind::Unary(operator, inner) => {
                self.0.mark(match operator {
                    syntax::UnaryOperator::Negate => "-",
                    syntax::UnaryOperator::Not => "!",
                });
                self.expression(inner);
            }
            ExprKind::Binary(binary) => {
                binary.rest.iter().for_each(|_| self.0.mark("("));
                self.expression(&binary.first);
                for operation in &binary.rest {
                    self.0.mark(&format!("{:?}", operation.operator));
                    self.expression(&operation.operand);
                    self.0.mark(")");
                }
            }
            ExprKind::Conditional(parts) => {
                self.0.add("conditional", span, "");
                for part in [&parts.condition, &parts.yes, &parts.no] {
                    self.expression(part);
                }
            }
            ExprKind::For(parts) => {
                self.0.add("for", span, "");
                for name in parts.key_name.iter().chain([&parts.value_name]) {
                    self.0.add("name", range(name.span), &name.text);
                }
                for part in [Some(&parts.collection), parts.key.as_ref(), Some(&parts.result)].into_iter().flatten() {
                    self.expression(part);
                }
                self.0.mark(if parts.grouping { "grouped" } else { "each" });
                parts.condition.iter().for_each(|condition| self.expression(condition));
            }
            ExprKind::Invalid => panic!("a file without errors has everything: {}", self.1),
        }
    }

    fn steps(&mut self, steps: &[SplatStep]) {
        for step in steps {
            match step {
                SplatStep::Attribute(name) => self.0.add("attribute", range(name.span), &name.text),
                SplatStep::Index(key) => {
                    self.0.mark("index");
                    self.expression(key);
                }
                SplatStep::Splat(steps) => {
                    self.0.mark("splat");
                    self.steps(steps);
                }
            }
        }
    }

    fn part(&mut self, part: &TemplatePart) {
        match part {
            // The text of a part is compared elsewhere, as a value.
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => self.expression(expr),
            TemplatePart::If { condition, yes, no } => {
                self.0.mark("if");
                self.expression(condition);
                yes.iter().chain(no).for_each(|part| self.part(part));
                self.0.mark("endif");
            }
            TemplatePart::For { key, value, collection, body } => {
                self.0.mark("for");
                for name in key.iter().chain([value]) {
                    self.0.add("name", range(name.span), &name.text);
                }
                self.expression(collection);
                body.iter().for_each(|part| self.part(part));
                self.0.mark("endfor");
            }
        }
    }
}

/// Their numbers are floats.
fn number(text: &str) -> f64 {
    text.parse().unwrap()
}
