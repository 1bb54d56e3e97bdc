//! Values and types as text.

use std::fmt::{self, Write};

use crate::number::format_number;
use crate::value::{Kind, Type, Value};

/// Longer texts are useless. Because values share their parts, their texts could be arbitrarily long.
const MAX_SHOWN: usize = 1 << 26;

/// `value` as `terraform console` prints it, with sensitive values hidden; `None` if the text would be too long.
pub fn show(value: &Value) -> Option<String> {
    let mut shown = ShownText(String::new());
    shown.value(value, 0).ok()?;
    Some(shown.0)
}

struct ShownText(String);

impl Write for ShownText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MAX_SHOWN {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

impl ShownText {
    fn value(&mut self, value: &Value, indent: usize) -> fmt::Result {
        match &value.kind {
            Kind::Unknown(_) => self.write_str("(known after apply)"),
            _ if value.is_sensitive() => self.write_str("(sensitive value)"),
            Kind::Null => self.null(value.of()),
            Kind::Bool(truth) => write!(self, "{truth}"),
            Kind::Number(number) => self.write_str(&format_number(number)),
            Kind::String(text) => self.string(text, indent),
            Kind::List(items) => self.called("tolist", |shown| shown.sequence(items, indent)),
            Kind::Set(items) => self.called("toset", |shown| shown.sequence(items, indent)),
            Kind::Map(_) => self.called("tomap", |shown| shown.mapping(value, indent)),
            Kind::Tuple(items) => self.sequence(items, indent),
            Kind::Object(_) => self.mapping(value, indent),
        }
    }

    fn null(&mut self, ty: Option<&Type>) -> fmt::Result {
        match ty {
            None | Some(Type::Any) => self.write_str("null"),
            Some(ty @ (Type::String | Type::Number | Type::Bool)) => write!(self, "to{ty}(null)"),
            Some(Type::List(of)) => write!(self, "tolist(null) /* of {} */", friendly(of)),
            Some(Type::Set(of)) => write!(self, "toset(null) /* of {} */", friendly(of)),
            Some(Type::Map(of)) => write!(self, "tomap(null) /* of {} */", friendly(of)),
            Some(ty @ (Type::Tuple(_) | Type::Object(_))) => write!(self, "null /* {} */", friendly(ty)),
        }
    }

    fn called(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        write!(self, "{name}(")?;
        inner(self)?;
        self.write_char(')')
    }

    fn line(&mut self, indent: usize) -> fmt::Result {
        write!(self, "\n{:indent$}", "")
    }

    fn sequence(&mut self, items: &[Value], indent: usize) -> fmt::Result {
        self.write_char('[')?;
        for item in items {
            self.line(indent + 2)?;
            self.value(item, indent + 2)?;
            self.write_char(',')?;
        }
        if !items.is_empty() {
            self.line(indent)?;
        }
        self.write_char(']')
    }

    fn mapping(&mut self, value: &Value, indent: usize) -> fmt::Result {
        let entries = value.entries().unwrap_or_default();
        self.write_char('{')?;
        for entry in entries {
            self.line(indent + 2)?;
            self.string(&entry.key, indent + 2)?;
            self.write_str(" = ")?;
            self.value(&entry.value, indent + 2)?;
        }
        if !entries.is_empty() {
            self.line(indent)?;
        }
        self.write_char('}')
    }

    /// A string in quotes, or as a heredoc if it has several lines.
    fn string(&mut self, text: &str, indent: usize) -> fmt::Result {
        if !text.contains('\n') {
            return self.quoted(text);
        }
        let mut delimiter = "EOT".to_owned();
        while text.split('\n').any(|line| line.trim() == delimiter) {
            delimiter.push('_');
        }
        write!(self, "<<{}{delimiter}", if indent > 0 { "-" } else { "" })?;
        for line in text.split('\n') {
            self.line(indent)?;
            self.write_str(line)?;
        }
        self.line(indent)?;
        self.write_str(&delimiter)
    }

    /// A string in Go's quotes.
    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self, "\\{c}")?,
                '\u{7}' => self.write_str("\\a")?,
                '\u{8}' => self.write_str("\\b")?,
                '\u{C}' => self.write_str("\\f")?,
                '\n' => self.write_str("\\n")?,
                '\r' => self.write_str("\\r")?,
                '\t' => self.write_str("\\t")?,
                '\u{B}' => self.write_str("\\v")?,
                '\0'..='\u{1F}' | '\u{7F}' => write!(self, "\\x{:02x}", u32::from(c))?,
                ' '..='~' => self.write_char(c)?,
                _ if is_printable(c) => self.write_char(c)?,
                '\u{80}'..='\u{FFFF}' => write!(self, "\\u{:04x}", u32::from(c))?,
                _ => write!(self, "\\U{:08x}", u32::from(c))?,
            }
        }
        self.write_char('"')
    }
}

/// Rust escapes the same characters as Go, except accents at the start of a text.
fn is_printable(c: char) -> bool {
    !format!("a{c}").escape_debug().any(|c| c == '\\')
}

/// The name of a type in Terraform's messages.
fn friendly(ty: &Type) -> String {
    match ty {
        Type::Any => "dynamic".to_owned(),
        Type::List(of) => format!("list of {}", friendly(of)),
        Type::Set(of) => format!("set of {}", friendly(of)),
        Type::Map(of) => format!("map of {}", friendly(of)),
        _ => ty.to_string(),
    }
}

/// `value` as JSON, with `null` for unknown and sensitive parts; `None` if the text would be too long. Numbers keep all
/// their digits.
pub fn to_json(value: &Value) -> Option<String> {
    let mut shown = ShownText(String::new());
    shown.json(value).ok()?;
    Some(shown.0)
}

impl ShownText {
    fn json(&mut self, value: &Value) -> fmt::Result {
        match &value.kind {
            _ if value.is_sensitive() => self.write_str("null"),
            Kind::Unknown(_) | Kind::Null => self.write_str("null"),
            Kind::Bool(truth) => write!(self, "{truth}"),
            Kind::Number(number) => self.write_str(&format_number(number)),
            Kind::String(text) => self.json_string(text),
            Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) => {
                self.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    self.write_str(if index > 0 { "," } else { "" })?;
                    self.json(item)?;
                }
                self.write_char(']')
            }
            Kind::Map(entries) | Kind::Object(entries) => {
                self.write_char('{')?;
                for (index, entry) in entries.iter().enumerate() {
                    self.write_str(if index > 0 { "," } else { "" })?;
                    self.json_string(&entry.key)?;
                    self.write_char(':')?;
                    self.json(&entry.value)?;
                }
                self.write_char('}')
            }
        }
    }

    fn json_string(&mut self, text: &str) -> fmt::Result {
        self.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self, "\\{c}")?,
                '\0'..='\u{1F}' => write!(self, "\\u{:04x}", u32::from(c))?,
                _ => self.write_char(c)?,
            }
        }
        self.write_char('"')
    }
}

/// `ty` in the syntax of type constraints: `list(object({ id = string }))`. [`Type::Any`] is `any`.
pub fn show_type(ty: &Type) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match ty {
        Type::Any | Type::String | Type::Number | Type::Bool => ty.to_string(),
        Type::List(of) => format!("list({})", show_type(of)),
        Type::Set(of) => format!("set({})", show_type(of)),
        Type::Map(of) => format!("map({})", show_type(of)),
        Type::Tuple(of) => format!("tuple([{}])", list(of.iter().map(show_type).collect())),
        Type::Object(of) if of.is_empty() => "object({})".to_owned(),
        Type::Object(of) => {
            let attribute = |attribute: &crate::ObjectAttribute| {
                let mut name = attribute.name.to_string();
                if !is_name(&name) {
                    name = crate::origin::quoted(&name);
                }
                format!("{name} = {}", show_type(&attribute.ty))
            };
            format!("object({{ {} }})", list(of.iter().map(attribute).collect()))
        }
    }
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| unicode_ident::is_xid_start(c) || c == '_')
        && chars.all(|c| unicode_ident::is_xid_continue(c) || c == '-')
}

#[cfg(test)]
mod tests {
    use crate::eval::tests::{local, project};
    use crate::{Evaluator, show};

    fn shown(expression: &str) -> String {
        let project = project(&[("main.tf", &format!("locals {{\n  x = {expression}\n}}\n"))]);
        show(&local(&Evaluator::new(&project), "x")).unwrap()
    }

    #[test]
    fn odd_characters_are_shown_as_go_shows_them() {
        assert_eq!(
            shown(r#""\u0001\u007f\u0085\u200b\u00e9\U0001F600\ue000 \u0301""#),
            r#""\x01\x7f\u0085\u200bé😀\ue000 ́""#
        );
        assert_eq!(shown(r#"{ "a\"b" = "\t\\" }"#), "{\n  \"a\\\"b\" = \"\\t\\\\\"\n}");
    }

    #[test]
    fn lines_are_shown_as_a_heredoc() {
        assert_eq!(shown(r#""a\nb""#), "<<EOT\na\nb\nEOT");
        assert_eq!(shown(r#"["a\n EOT\n"]"#), "[\n  <<-EOT_\n  a\n   EOT\n  \n  EOT_,\n]");
    }

    #[test]
    fn nulls_are_shown_with_their_types() {
        assert_eq!(
            shown("[null, true ? null : {}, true ? null : [tolist([\"a\"])]]"),
            "[\n  null,\n  null /* object */,\n  null /* tuple */,\n]"
        );
        assert_eq!(shown("true ? null : tolist([[1]])"), "tolist(null) /* of tuple */");
    }
}
