//! Terraform's JSON syntax for files, and `jsondecode`.
//!
//! The parser is made for a more lenient JSON. All lenient features are switched off, and what it still accepts is
//! checked.

mod mistake;
mod strict;

use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};
use jsonc_parser::ast::{Object, Value as Json};
use jsonc_parser::common::Ranged;

use crate::form::{Form, json_places};
use crate::source::{FileId, SourceFile, Span, Str};
use crate::syntax::{
    Attribute, Block, Body, Expr, ExprKind, File, Item, Key, Literal, Name, Relocate, SyntaxError, normalised,
    read_json_loosely, read_template, relocate,
};
pub(crate) use strict::{parse, without_unpaired_surrogates};

/// How strings in a file are interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strings {
    /// As plain text, in values files.
    Literal,
    /// As templates, in configuration.
    Template,
}

/// Reads a values file, which must be an object of values.
///
/// If the file is not JSON, the rest of it is read as HCL, whose objects and lists look the same.
pub(crate) fn read_values(id: FileId, source: &SourceFile) -> File {
    let mut file = read_strictly(id, source);
    if file.body.attributes.is_empty() && !file.errors.is_empty() {
        let rest = read_json_loosely(id, source);
        file.body = rest.body;
        // HCL reports a missing quote or bracket where it is missing, and not where the text no longer makes sense.
        if let (Some(first), Some(earlier)) = (file.errors.first_mut(), rest.errors.into_iter().next())
            && source.line(earlier.span.start) < source.line(first.span.start)
        {
            *first = earlier;
        }
    }
    file
}

fn read_strictly(id: FileId, source: &SourceFile) -> File {
    read(id, source, Strings::Literal, |reader, object| {
        reader.refuse_duplicates(object);
        let attributes = object.properties.iter().filter(|property| property.name.as_str() != "//");
        let attributes = attributes.map(|property| Arc::new(reader.attribute(property))).collect();
        Body { attributes, blocks: Vec::new() }
    })
}

/// Reads a configuration file, which must be an object of blocks.
pub(crate) fn read_configuration(id: FileId, source: &SourceFile) -> File {
    read(id, source, Strings::Template, |reader, object| reader.configuration(object))
}

fn read(id: FileId, source: &SourceFile, strings: Strings, body: fn(&mut JsonReader<'_>, &Object<'_>) -> Body) -> File {
    let text = source.text();
    let skipped =
        if text.starts_with(crate::source::BYTE_ORDER_MARK) { crate::source::BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let mut reader = JsonReader { id, source, skipped, strings, errors: Vec::new() };
    if skipped > 0 {
        reader.errors.push(SyntaxError {
            message: "a file in JSON has no byte order mark: remove the first three bytes".to_owned(),
            span: Span::new(id, 0..u32::try_from(skipped).unwrap_or(0)),
        });
    }
    let text = without_unpaired_surrogates(text.get(skipped..).unwrap_or_default());
    let body = match parse(&text) {
        Ok(Json::Object(object)) => body(&mut reader, &object),
        Ok(other) => {
            reader.error("the file must be one object: `{ … }`", other.range().start..other.range().end);
            Body::default()
        }
        Err((message, range)) => {
            reader.error(message, range);
            Body::default()
        }
    };
    File { body, comments: Vec::new(), errors: reader.errors }
}

type NativeReader = fn(FileId, &SourceFile) -> Result<Expr, SyntaxError>;

/// The place of a string's text, in which each byte of the value can be located.
struct TextPlace<'s> {
    within: Span,
    raw: &'s str,
    /// The position of each byte; `None` if there are no escapes.
    places: Option<Vec<u32>>,
}

impl<'s> TextPlace<'s> {
    fn new(within: Span, source: &'s SourceFile) -> Self {
        let raw = source.slice(within);
        Self { within, raw, places: raw.contains('\\').then(|| json_places(raw)) }
    }

    fn at(&self, offset: u32) -> usize {
        match &self.places {
            Some(places) => places.get(offset as usize).or(places.last()).map_or(0, |place| *place as usize),
            None => offset as usize,
        }
    }
}

impl Relocate for TextPlace<'_> {
    fn span(&self, span: Span) -> Span {
        self.within.part(self.at(span.start)..self.at(span.end))
    }

    fn literal(&self, literal: &mut Literal) {
        let (start, end) = (self.at(literal.span.start), self.at(literal.span.end));
        if self.raw.get(start..end).is_some_and(|raw| raw.contains('\\')) {
            literal.form = if literal.form == Form::Verbatim { Form::JsonEscaped } else { Form::Whole };
        }
        literal.span = self.within.part(start..end);
    }
}

struct JsonReader<'s> {
    id: FileId,
    source: &'s SourceFile,
    /// How many bytes are in front of the parsed text.
    skipped: usize,
    strings: Strings,
    errors: Vec<SyntaxError>,
}

impl JsonReader<'_> {
    fn span(&self, range: Range<usize>) -> Span {
        let at = |offset: usize| u32::try_from(offset + self.skipped).unwrap_or(u32::MAX);
        Span::new(self.id, at(range.start)..at(range.end))
    }

    fn error(&mut self, message: impl Into<String>, range: Range<usize>) {
        let span = self.span(range);
        self.errors.push(SyntaxError { message: message.into(), span });
    }

    fn name(&self, property: &jsonc_parser::ast::ObjectProp<'_>) -> Name {
        let range = property.name.range();
        Name { text: Str::from(property.name.as_str()), span: self.span(range.start + 1..range.end.saturating_sub(1)) }
    }

    fn attribute(&mut self, property: &jsonc_parser::ast::ObjectProp<'_>) -> Attribute {
        let range = property.range();
        let span = self.span(range.start..range.end);
        Attribute { name: self.name(property), value: self.expression(&property.value), span }
    }

    /// Like [`JsonReader::attribute`], with strings that are plain text.
    fn literally(&mut self, property: &jsonc_parser::ast::ObjectProp<'_>) -> Attribute {
        let strings = std::mem::replace(&mut self.strings, Strings::Literal);
        let attribute = self.attribute(property);
        self.strings = strings;
        attribute
    }

    fn expression(&mut self, json: &Json<'_>) -> Expr {
        let range = json.range();
        let span = self.span(range.start..range.end);
        let kind = match json {
            Json::NullKeyword(_) => ExprKind::Null,
            Json::BooleanLit(literal) => ExprKind::Bool(literal.value),
            Json::NumberLit(number) => ExprKind::Number(Str::from(number.value)),
            Json::StringLit(literal) => {
                let template = literal.value.contains("${") || literal.value.contains("%{");
                if self.strings == Strings::Template && template {
                    return self.native(&literal.value, range.start..range.end, read_template);
                }
                let within = range.start + 1..range.end.saturating_sub(1);
                let escaped = literal.value.len() != within.len();
                let form = if escaped { Form::JsonEscaped } else { Form::Verbatim };
                let (text, form) = match normalised(&literal.value) {
                    Some(normalised) => (Str::from(normalised), Form::Whole),
                    None => (Str::from(&*literal.value), form),
                };
                ExprKind::String(Literal { text, span: self.span(within), form })
            }
            Json::Array(array) => {
                ExprKind::Tuple(array.elements.iter().map(|element| self.expression(element)).collect())
            }
            Json::Object(object) => {
                self.refuse_duplicates(object);
                let item = |property| self.item(property);
                ExprKind::Object(object.properties.iter().map(item).collect())
            }
        };
        Expr { kind, span }
    }

    fn refuse_duplicates(&mut self, object: &Object<'_>) {
        let mut seen = HashSet::with_capacity(object.properties.len());
        for property in &object.properties {
            if !seen.insert(property.name.as_str()) {
                self.refuse_duplicate(property);
            }
        }
    }

    fn refuse_duplicate(&mut self, property: &jsonc_parser::ast::ObjectProp<'_>) {
        let range = property.name.range();
        self.error("this key is already set", range.start..range.end);
    }

    fn item(&mut self, property: &jsonc_parser::ast::ObjectProp<'_>) -> Item {
        let Attribute { name, value, span } = self.attribute(property);
        let range = property.name.range();
        let key = match self.strings {
            Strings::Template if name.text.contains("${") || name.text.contains("%{") => {
                Key::Computed(Box::new(self.native(&name.text, range.start..range.end, read_template)))
            }
            _ => Key::Literal(name),
        };
        Item { key, value, span }
    }

    /// The text of a string as an expression or template in HCL's native syntax. It knows its place in the file.
    fn native(&mut self, text: &str, range: Range<usize>, read: NativeReader) -> Expr {
        let within = self.span(range.start + 1..range.end.saturating_sub(1));
        let place = TextPlace::new(within, self.source);
        let span = self.span(range);
        // The text is not that of the file, so its spans are relative to a temporary file until they are moved.
        match read(self.id, &SourceFile::new(String::new(), text.as_bytes().to_vec())) {
            Ok(mut expr) => {
                relocate(&mut expr, &place);
                Expr { span, ..expr }
            }
            Err(error) => {
                self.errors.push(SyntaxError { message: error.message, span: place.span(error.span) });
                Expr { kind: ExprKind::Invalid, span }
            }
        }
    }

    fn configuration(&mut self, object: &Object<'_>) -> Body {
        let mut body = Body::default();
        for property in &object.properties {
            let labels = match property.name.as_str() {
                "//" => continue,
                "resource" | "data" | "ephemeral" => 2,
                "variable" | "module" | "output" | "provider" | "check" => 1,
                _ => 0,
            };
            self.blocks(&self.name(property), Vec::new(), labels, &property.value, &mut body.blocks);
        }
        body
    }

    /// The blocks that `json` represents. `left` labels are missing before their contents.
    fn blocks(&mut self, kind: &Name, labels: Vec<Name>, left: usize, json: &Json<'_>, blocks: &mut Vec<Arc<Block>>) {
        let range = json.range();
        match json {
            Json::Array(array) => {
                for element in &array.elements {
                    self.blocks(kind, labels.clone(), left, element, blocks);
                }
            }
            Json::Object(object) if left > 0 => {
                for property in object.properties.iter().filter(|property| property.name.as_str() != "//") {
                    let mut labels = labels.clone();
                    labels.push(self.name(property));
                    self.blocks(kind, labels, left - 1, &property.value, blocks);
                }
            }
            Json::Object(object) => {
                let mut attributes = Vec::with_capacity(object.properties.len());
                let mut inner = Vec::new();
                let mut seen = HashSet::with_capacity(object.properties.len());
                for property in object.properties.iter().filter(|property| property.name.as_str() != "//") {
                    let place = (kind.text.as_str(), property.name.as_str());
                    if let ("variable", "validation") = place {
                        self.blocks(&self.name(property), Vec::new(), 0, &property.value, &mut inner);
                        continue;
                    }
                    // Blocks may be repeated. Those of locals are handled together with other blocks.
                    let may_be_blocks = matches!(property.value, Json::Object(_) | Json::Array(_));
                    let is_argument = match kind.text.as_str() {
                        "variable" | "module" => true,
                        "locals" => false,
                        _ => !may_be_blocks,
                    };
                    if is_argument && !seen.insert(property.name.as_str()) {
                        self.refuse_duplicate(property);
                    }
                    attributes.push(Arc::new(match (place, &property.value) {
                        (("variable", "type"), Json::StringLit(literal)) => {
                            let value = self.native(
                                &literal.value,
                                literal.range.start..literal.range.end,
                                crate::syntax::read_expression,
                            );
                            Attribute { value, ..self.attribute(property) }
                        }
                        // These are evaluated before references are possible, so `${` is plain text in them.
                        (("variable", _) | ("module", "source" | "version"), _) => self.literally(property),
                        _ => self.attribute(property),
                    }));
                }
                let span = kind.span.to(self.span(range.start..range.end));
                let body = Body { attributes, blocks: inner };
                blocks.push(Arc::new(Block { kind: kind.clone(), labels, body, span }));
            }
            _ => self.error("an object in braces is required here", range.start..range.end),
        }
    }
}
