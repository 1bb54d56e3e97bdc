//! The tree of `hcl-edit`.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{BlockLabel, Body, Structure};
use hcl_edit::template::{Directive, Element, Template};
use symlint_terraform::syntax;

use super::lines::Lines;

#[derive(Default)]
pub struct Theirs(pub Lines);

impl Theirs {
    pub fn body(&mut self, body: &Body) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    self.0.add("attribute", attribute.key.span().unwrap(), attribute.key.as_str());
                    self.expression(&attribute.value);
                }
                Structure::Block(block) => {
                    self.0.add("block", block.span().unwrap(), block.ident.as_str());
                    for label in &block.labels {
                        self.0.mark(&format!(
                            "label {}",
                            match label {
                                BlockLabel::Ident(name) => name.as_str(),
                                BlockLabel::String(text) => text.as_str(),
                            }
                        ));
                    }
                    self.body(&block.body);
                    self.0.mark("end of block");
                }
            }
        }
    }

    fn expression(&mut self, expr: &Expression) {
        let span = expr.span().unwrap();
        match expr {
            Expression::Null(_) => self.0.add("null", span, ""),
            Expression::Bool(value) => self.0.add("bool", span, value.value()),
            Expression::Number(value) => self.0.add("number", span, value.value().as_f64().unwrap()),
            Expression::String(text) => self.0.add("string", span, format!("{:?}", text.as_str())),
            Expression::StringTemplate(template) => self.template(span, &template.iter().collect::<Vec<_>>()),
            Expression::HeredocTemplate(heredoc) => self.template(span, &heredoc.template.iter().collect::<Vec<_>>()),
            Expression::Object(object) => {
                self.0.add("object", span, "");
                for (key, value) in object {
                    match key {
                        ObjectKey::Ident(name) => self.0.mark(&format!("key {:?}", name.as_str())),
                        ObjectKey::Expression(Expression::Variable(name)) => {
                            self.0.mark(&format!("key {:?}", name.as_str()));
                        }
                        ObjectKey::Expression(Expression::String(text)) => {
                            self.0.mark(&format!("key {:?}", text.as_str()));
                        }
                        // Terraform reads any word in front of a value as a name.
                        ObjectKey::Expression(Expression::Null(_)) => self.0.mark("key \"null\""),
                        ObjectKey::Expression(Expression::Bool(value)) => {
                            self.0.mark(&format!("key \"{}\"", value.value()));
                        }
                        ObjectKey::Expression(expr) => self.expression(expr),
                    }
                    self.expression(value.expr());
                }
                self.0.mark("end of object");
            }
            Expression::Array(elements) => {
                self.0.add("array", span, "");
                elements.iter().for_each(|element| self.expression(element));
                self.0.mark("end of array");
            }
            Expression::Parenthesis(inner) => {
                self.0.add("parentheses", span, "");
                self.expression(inner.inner());
            }
            Expression::Variable(name) => self.0.add("variable", span, name.as_str()),
            Expression::Traversal(traversal) => {
                self.expression(&traversal.expr);
                for operator in &traversal.operators {
                    match operator.value() {
                        TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => self.0.mark("splat"),
                        TraversalOperator::GetAttr(name) => {
                            self.0.add("attribute", name.span().unwrap(), name.as_str());
                        }
                        TraversalOperator::Index(key) => {
                            self.0.mark("index");
                            self.expression(key);
                        }
                        TraversalOperator::LegacyIndex(key) => {
                            self.0.mark("index");
                            self.0.add("number", key.span().unwrap(), key.value());
                        }
                    }
                }
            }
            Expression::FuncCall(call) => {
                let name: Vec<&str> =
                    call.name.namespace.iter().chain([&call.name.name]).map(|name| name.as_str()).collect();
                self.0.add("call", span, name.join("::"));
                call.args.iter().for_each(|argument| self.expression(argument));
                self.0.mark(if call.args.expand_final() { "end of call, expanded" } else { "end of call" });
            }
            Expression::UnaryOp(operation) => {
                self.0.mark(operation.operator.as_str());
                self.expression(&operation.expr);
            }
            Expression::BinaryOp(operation) => {
                use hcl_edit::expr::BinaryOperator as Theirs;
                use syntax::BinaryOperator as Ours;
                self.0.mark("(");
                self.expression(&operation.lhs_expr);
                let operator = match operation.operator.value() {
                    Theirs::Eq => Ours::Equal,
                    Theirs::NotEq => Ours::NotEqual,
                    Theirs::LessEq => Ours::LessOrEqual,
                    Theirs::GreaterEq => Ours::GreaterOrEqual,
                    Theirs::Less => Ours::Less,
                    Theirs::Greater => Ours::Greater,
                    Theirs::Plus => Ours::Add,
                    Theirs::Minus => Ours::Subtract,
                    Theirs::Mul => Ours::Multiply,
                    Theirs::Div => Ours::Divide,
                    Theirs::Mod => Ours::Modulo,
                    Theirs::And => Ours::And,
                    Theirs::Or => Ours::Or,
                };
                self.0.mark(&format!("{operator:?}"));
                self.expression(&operation.rhs_expr);
                self.0.mark(")");
            }
            Expression::Conditional(parts) => {
                self.0.add("conditional", span, "");
                for part in [&parts.cond_expr, &parts.true_expr, &parts.false_expr] {
                    self.expression(part);
                }
            }
            Expression::ForExpr(parts) => {
                self.0.add("for", span, "");
                for name in parts.intro.key_var.iter().chain([&parts.intro.value_var]) {
                    self.0.add("name", name.span().unwrap(), name.as_str());
                }
                let exprs = [Some(&parts.intro.collection_expr), parts.key_expr.as_ref(), Some(&parts.value_expr)];
                exprs.into_iter().flatten().for_each(|part| self.expression(part));
                self.0.mark(if parts.grouping { "grouped" } else { "each" });
                parts.cond.iter().for_each(|condition| self.expression(&condition.expr));
            }
        }
    }

    /// A template without an expression is a string.
    fn template(&mut self, span: Range<usize>, elements: &[&Element]) {
        if let Some(literals) = elements.iter().map(|element| element.as_literal()).collect::<Option<Vec<_>>>() {
            let text: String = literals.iter().map(|literal| literal.as_str()).collect();
            return self.0.add("string", span, format!("{text:?}"));
        }
        self.0.add("template", span, "");
        elements.iter().for_each(|element| self.element(element));
        self.0.mark("end of template");
    }

    fn element(&mut self, element: &Element) {
        let all = |theirs: &mut Self, template: &Template| template.iter().for_each(|element| theirs.element(element));
        match element {
            Element::Literal(_) => {}
            Element::Interpolation(interpolation) => self.expression(&interpolation.expr),
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    self.0.mark("if");
                    self.expression(&directive.if_expr.cond_expr);
                    all(self, &directive.if_expr.template);
                    directive.else_expr.iter().for_each(|no| all(self, &no.template));
                    self.0.mark("endif");
                }
                Directive::For(directive) => {
                    let parts = &directive.for_expr;
                    self.0.mark("for");
                    for name in parts.key_var.iter().chain([&parts.value_var]) {
                        self.0.add("name", name.span().unwrap(), name.as_str());
                    }
                    self.expression(&parts.collection_expr);
                    all(self, &parts.template);
                    self.0.mark("endfor");
                }
            },
        }
    }
}
