//! Tests of the parser: correct text, mistakes, hostile text, and comparisons with Terraform.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails here is a test that fails"
)]

mod differential;
mod expressions;
mod hostile;
mod linear;
mod mistakes;
mod spans;
mod strings;

use std::fmt::Write;

use super::*;
use crate::form::Form;
use crate::source::{Sources, Span};

/// A parsed file, and its text.
struct Input {
    source: std::sync::Arc<SourceFile>,
    file: File,
}

fn input(text: &str) -> Input {
    bytes(text.as_bytes())
}

fn bytes(text: &[u8]) -> Input {
    let sources = Sources::new();
    let id = sources.add("x.tf", text.to_vec()).unwrap();
    let source = sources.get(id);
    let file = read(id, &source);
    Input { source, file }
}

impl Input {
    /// The value of the attribute `name`.
    fn value(&self, name: &str) -> &Expr {
        let attribute = self.file.body.attributes.iter().find(|attribute| &*attribute.name.text == name);
        &attribute.unwrap_or_else(|| panic!("no attribute {name}: {:?}", self.file)).value
    }

    fn text(&self, span: Span) -> &str {
        self.source.slice(span)
    }

    /// `line:column text: message` of each error.
    fn errors(&self) -> Vec<String> {
        let error = |error: &SyntaxError| {
            let position = self.source.position(error.span.start);
            format!("{}:{} [{}] {}", position.line, position.column, self.text(error.span), error.message)
        };
        self.file.errors.iter().map(error).collect()
    }

    fn correct(self) -> Self {
        assert_eq!(self.errors(), [""; 0], "{}", self.source.text());
        self
    }
}

/// The value of `a = …`, which must be correct, in a short form.
fn shown(text: &str) -> String {
    let input = input(&format!("a = {text}\n")).correct();
    show(input.value("a"))
}

/// An expression in a short form, with brackets around everything that has parts.
fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Null => "null".into(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.to_string(),
        ExprKind::String(literal) => show_literal(literal),
        ExprKind::Template(parts) => format!("(template{})", show_parts(parts)),
        ExprKind::Object(items) => {
            let mut shown = String::from("{");
            for item in items {
                let key = match &item.key {
                    Key::Literal(name) => name.text.to_string(),
                    Key::Computed(expr) => format!("({})", show(expr)),
                };
                write!(shown, " {key}={}", show(&item.value)).unwrap();
            }
            shown + " }"
        }
        ExprKind::Tuple(elements) => format!("[{}]", list(elements)),
        ExprKind::Paren(inner) => format!("(paren {})", show(inner)),
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Attribute(base, name) => format!("{}.{}", show(base), name.text),
        ExprKind::Index(base, key) => format!("{}[{}]", show(base), show(key)),
        ExprKind::Splat(splat) => format!("(splat {}{})", show(&splat.base), show_steps(&splat.steps)),
        ExprKind::Call(call) => {
            let dots = if call.expand_last { "..." } else { "" };
            format!("{}({}{dots})", call.name.text, list(&call.arguments))
        }
        ExprKind::Unary(operator, inner) => format!("({operator:?} {})", show(inner)),
        ExprKind::Binary(binary) => binary.rest.iter().fold(show(&binary.first), |left, operation| {
            format!("({:?} {left} {})", operation.operator, show(&operation.operand))
        }),
        ExprKind::Conditional(parts) => {
            format!("(if {} {} {})", show(&parts.condition), show(&parts.yes), show(&parts.no))
        }
        ExprKind::For(parts) => {
            let mut shown = String::from("(for");
            if let Some(key) = &parts.key_name {
                write!(shown, " {},", key.text).unwrap();
            }
            write!(shown, " {} in {}:", parts.value_name.text, show(&parts.collection)).unwrap();
            if let Some(key) = &parts.key {
                write!(shown, " {} =>", show(key)).unwrap();
            }
            write!(shown, " {}", show(&parts.result)).unwrap();
            if parts.grouping {
                shown.push_str("...");
            }
            if let Some(condition) = &parts.condition {
                write!(shown, " if {}", show(condition)).unwrap();
            }
            shown + ")"
        }
        ExprKind::Invalid => "INVALID".into(),
    }
}

fn list(exprs: &[Expr]) -> String {
    exprs.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn show_literal(literal: &Literal) -> String {
    let form = match literal.form {
        Form::Verbatim => "",
        Form::Escaped => "E",
        _ => "W",
    };
    format!("{form}{:?}", literal.text.as_str())
}

fn show_parts(parts: &[TemplatePart]) -> String {
    let mut shown = String::new();
    for part in parts {
        match part {
            TemplatePart::Literal(literal) => write!(shown, " {}", show_literal(literal)),
            TemplatePart::Interpolation(expr) => write!(shown, " ${}", show(expr)),
            TemplatePart::If { condition, yes, no } => {
                write!(shown, " (if {}:{} else{})", show(condition), show_parts(yes), show_parts(no))
            }
            TemplatePart::For { key, value, collection, body } => {
                let key = key.as_ref().map_or(String::new(), |key| format!("{}, ", key.text));
                write!(shown, " (for {key}{} in {}:{})", value.text, show(collection), show_parts(body))
            }
        }
        .unwrap();
    }
    shown
}

fn show_steps(steps: &[SplatStep]) -> String {
    steps
        .iter()
        .map(|step| match step {
            SplatStep::Attribute(name) => format!(" .{}", name.text),
            SplatStep::Index(key) => format!(" [{}]", show(key)),
            SplatStep::Splat(steps) => format!(" (*{})", show_steps(steps)),
        })
        .collect()
}
