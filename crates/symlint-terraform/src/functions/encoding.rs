//! Functions that encode values as text and decode them.

use std::fmt::Write;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use foldhash::HashMap;
use jsonc_parser::ast::{Object, Value as Json};
use jsonc_parser::common::{Range as JsonRange, Ranged};
use md5::Md5;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::eval::{Answer, Evaluator, LostKey, Stop, numeric};
use crate::form::Form;
use crate::json;
use crate::limits::BYTES;
use crate::number;
use crate::origin::Origin;
use crate::source::{Span, Str};
use crate::syntax::normalised;
use crate::value::{Entry, Kind, Value};

use super::arguments::{Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", 1, 1, base64decode),
    function("base64encode", 1, 1, base64encode),
    function("jsondecode", 1, 1, jsondecode),
    function("jsonencode", 1, 1, |args| encode(args, write_json)),
    function("md5", 1, 1, hash::<Md5>),
    function("sha1", 1, 1, hash::<Sha1>),
    function("sha256", 1, 1, hash::<Sha256>),
    function("textdecodebase64", 2, 2, |args| utf8(args).and_then(|()| base64decode(args))),
    function("textencodebase64", 2, 2, |args| utf8(args).and_then(|()| base64encode(args))),
    function("urlencode", 1, 1, urlencode),
    function("yamlencode", 1, 1, |args| encode(args, |value, text, args| write_yaml(value, 0, text, args))),
];

/// How many origins of an encoded value's parts are kept.
const LEAVES: usize = 256;

/// The argument as encoded by `write`.
fn encode(args: &Arguments<'_, '_>, write: fn(&Value, &mut String, &Arguments<'_, '_>) -> Answer<()>) -> Answer {
    let mut text = String::new();
    let value = args.nullable(0)?;
    write(value, &mut text, args)?;
    let mut origins = vec![value.origin.clone()];
    leaves(value, &mut origins);
    let text = Str::from(text);
    args.evaluator.encoded().borrow_mut().insert(text.clone(), value.clone());
    Ok(Value::new(Kind::String(text), Origin::derived(args.span, origins)))
}

/// The value that was encoded as this text. Its parts keep their original origins.
pub(super) fn read_back(args: &Arguments<'_, '_>, text: &Str, origin: &Origin) -> Option<Value> {
    let encoded = args.evaluator.encoded().borrow();
    encoded.get(text).map(|value| decoded(value).marked(origin.sensitive))
}

fn decoded(value: &Value) -> Value {
    let kind = match &value.kind {
        Kind::Object(_) | Kind::Map(_) => {
            let entries = value.entries().unwrap_or_default().iter();
            let entry = |entry: &Entry| Entry::new(entry.key.clone(), entry.key_span, decoded(&value.child(entry)));
            Kind::Object(entries.map(entry).collect::<Vec<_>>().into())
        }
        Kind::Tuple(_) | Kind::List(_) | Kind::Set(_) => {
            let count = value.elements().map_or(0, <[Value]>::len);
            Kind::Tuple((0..count).filter_map(|at| value.at(at)).map(|it| decoded(&it)).collect())
        }
        _ => return value.clone(),
    };
    Value::new(kind, value.origin.clone())
}

fn jsondecode(args: &Arguments<'_, '_>) -> Answer {
    let (text, origin) = args.string(0)?;
    // A text that ends with a line break was encoded as YAML.
    if let Some(value) = read_back(args, &text, &origin).filter(|_| !text.ends_with('\n')) {
        return Ok(value);
    }
    match json::parse(&json::without_unpaired_surrogates(&text)) {
        Ok(json) => Ok(Decoder { args, text: &text, origin: &origin }.decode(&json)?.marked(origin.sensitive)),
        // Go accepts a few invalid escapes and superfluous closing brackets.
        Err(_) if text.contains("\\u") || closes_too_much(&text) => Err(Stop::reason("this text is not decoded here")),
        Err(_) => Err(args.refuse("expects a text in JSON")),
    }
}

fn closes_too_much(text: &str) -> bool {
    text.matches([']', '}']).count() > text.matches(['[', '{']).count()
}

impl Evaluator<'_> {
    /// The value of a JSON text, if it is valid.
    pub fn json(&self, text: &Value) -> Option<Value> {
        let values = std::slice::from_ref(text);
        jsondecode(&Arguments { evaluator: self, values, span: text.origin.span, name: "jsondecode" }).ok()
    }
}

/// Creates values that know where they are written in the JSON.
struct Decoder<'a, 'p> {
    args: &'a Arguments<'a, 'p>,
    text: &'a str,
    origin: &'a Origin,
}

impl Decoder<'_, '_> {
    fn decode(&self, json: &Json<'_>) -> Answer {
        self.args.spend(1)?;
        let form = if matches!(json, Json::NumberLit(_) | Json::BooleanLit(_)) { Form::Bare } else { Form::Whole };
        let origin = |form| self.args.written(self.origin, json.start()..json.end(), form);
        let kind = match json {
            Json::NullKeyword(_) => Kind::Null,
            Json::BooleanLit(literal) => Kind::Bool(literal.value),
            Json::StringLit(literal) => {
                let origin = self.string(json.range(), &literal.value);
                let text = normalised(&literal.value).map_or_else(|| Str::from(&*literal.value), Str::from);
                return Ok(Value::new(Kind::String(text), origin));
            }
            Json::NumberLit(literal) => Kind::Number(numeric(number::parse(literal.value))?),
            Json::Array(array) => {
                Kind::Tuple(array.elements.iter().map(|element| self.decode(element)).collect::<Answer<_>>()?)
            }
            Json::Object(object) => Kind::Object(self.entries(object)?.into()),
        };
        Ok(Value::new(kind, origin(form)))
    }

    fn entries(&self, object: &Object<'_>) -> Answer<Vec<Entry>> {
        let mut spans: HashMap<Str, Span> = HashMap::default();
        let mut entries = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let key = Str::from(property.name.as_str());
            if normalised(&key).is_some() {
                return Err(self.args.refuse("expects names of attributes that are in Unicode's normal form C"));
            }
            let key_span = self.string(property.name.range(), property.name.as_str()).span;
            let value = self.decode(&property.value)?;
            if let Some(lost) = spans.insert(key.clone(), key_span) {
                let value = value.origin.span;
                self.args.evaluator.note_lost(LostKey { key: key.clone(), lost, kept: key_span, value });
            }
            entries.push(Entry::new(key, key_span, value));
        }
        // Of several entries with the same name, the last one is used.
        entries.reverse();
        entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        entries.dedup_by(|earlier, kept| earlier.key == kept.key);
        Ok(entries)
    }

    /// The origin of the string `value`, which is at `range` with its quotes.
    fn string(&self, range: JsonRange, value: &str) -> Origin {
        let inside = range.start + 1..range.end.saturating_sub(1);
        let form = if self.text.get(inside.clone()) == Some(value) { Form::Verbatim } else { Form::JsonEscaped };
        self.args.written(self.origin, inside, form)
    }
}

/// The origins of all parts of `value`, so that a text built from it still knows where its parts are written.
fn leaves(value: &Value, origins: &mut Vec<Origin>) {
    if origins.len() >= LEAVES {
        return;
    }
    for entry in value.entries().unwrap_or_default() {
        leaves(&value.child(entry), origins);
    }
    for index in 0..value.elements().unwrap_or_default().len() {
        if origins.len() >= LEAVES {
            return;
        }
        if let Some(item) = value.at(index) {
            leaves(&item, origins);
        }
    }
    if value.entries().is_none() && value.elements().is_none() && origins.len() < LEAVES {
        origins.push(value.origin.clone());
    }
}

/// Writes `value` in the format of Terraform's `jsonencode`.
pub(super) fn write_json(value: &Value, out: &mut String, args: &Arguments<'_, '_>) -> Answer<()> {
    args.spend(1)?;
    if out.len() > BYTES {
        return Err(Stop::limit("this text is too long to be evaluated"));
    }
    match &value.kind {
        Kind::Unknown(_) => return Err(Stop::Unknown(value.clone())),
        Kind::Null => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) => out.push_str(&number::format_number(number)),
        Kind::String(text) => write_string(text, out),
        Kind::List(items) | Kind::Set(items) | Kind::Tuple(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_json(item, out, args)?;
            }
            out.push(']');
        }
        Kind::Map(entries) | Kind::Object(entries) => {
            out.push('{');
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(&entry.key, out);
                out.push(':');
                write_json(&entry.value, out, args)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Go also escapes characters that have a meaning in HTML.
fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\0'..='\u{1F}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Writes `value` in the format of Terraform's `yamlencode`. Strings that it would break into several lines are not
/// supported.
fn write_yaml(value: &Value, indent: usize, out: &mut String, args: &Arguments<'_, '_>) -> Answer<()> {
    args.spend(1)?;
    if out.len() > BYTES {
        return Err(Stop::limit("this text is too long to be evaluated"));
    }
    // The first entry in a list item continues on the item's line.
    let start = |out: &mut String| {
        if out.is_empty() || out.ends_with('\n') {
            out.extend(std::iter::repeat_n(' ', indent));
        }
    };
    match (value.entries(), value.elements()) {
        (Some(entries @ [_, ..]), _) => {
            for entry in entries {
                start(out);
                write_yaml_string(&entry.key, out)?;
                let (is_map, is_list) = (
                    entry.value.entries().is_some_and(|entries| !entries.is_empty()),
                    entry.value.elements().is_some_and(|items| !items.is_empty()),
                );
                out.push_str(if is_map || is_list { ":\n" } else { ": " });
                write_yaml(&entry.value, if is_map { indent + 2 } else { indent }, out, args)?;
            }
        }
        (_, Some(items @ [_, ..])) => {
            for item in items {
                start(out);
                out.push_str("- ");
                write_yaml(item, indent + 2, out, args)?;
            }
        }
        _ => {
            match value.as_str() {
                Some(text) => write_yaml_string(text, out)?,
                // A document that is only a number, a boolean, or null has a different ending.
                None if out.is_empty() && value.entries().is_none() && value.elements().is_none() => {
                    return Err(Stop::reason("`yamlencode` of a single number, boolean, or null is not evaluated"));
                }
                None => write_json(value, out, args)?,
            }
            out.push('\n');
        }
    }
    Ok(())
}

fn write_yaml_string(text: &str, out: &mut String) -> Answer<()> {
    /// Longer lines are broken at a space, and longer keys are written differently.
    const LINE: usize = 80;
    let is_plain = |c: char| matches!(c, ' '..='~') || c.is_alphanumeric();
    let start = out.rfind('\n').map_or(0, |at| at + 1);
    if !text.chars().all(is_plain) || out.len() - start + text.len() > LINE && (text.contains(' ') || text.len() > LINE)
    {
        return Err(Stop::reason("this text is not written as YAML here"));
    }
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    Ok(())
}

fn hash<D: Digest>(args: &Arguments<'_, '_>) -> Answer {
    let mut text = String::new();
    for byte in D::digest(args.text(0)?.as_bytes()) {
        let _ = write!(text, "{byte:02x}");
    }
    args.made(&text)
}

/// The characters that Go does not encode. A space becomes a plus.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');

fn urlencode(args: &Arguments<'_, '_>) -> Answer {
    args.made(&utf8_percent_encode(&args.text(0)?, ESCAPED).to_string().replace(' ', "+"))
}

/// Checks that the second argument names the only supported encoding.
fn utf8(args: &Arguments<'_, '_>) -> Answer<()> {
    let name = args.text(1)?;
    if name.eq_ignore_ascii_case("utf-8") {
        Ok(())
    } else {
        Err(Stop::reason("this encoding of text is not evaluated"))
    }
}

fn base64encode(args: &Arguments<'_, '_>) -> Answer {
    Ok(args.result(Kind::String(Str::from(STANDARD.encode(args.text(0)?.as_bytes())))))
}

/// Go ignores the bits after the last byte.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

fn base64decode(args: &Arguments<'_, '_>) -> Answer {
    // Go skips line breaks; otherwise it is strict.
    let digits: Vec<u8> = args.text(0)?.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let bytes = LENIENT.decode(digits).map_err(|_| args.refuse("expects a text in base 64"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(args.result(Kind::String(Str::from(text)))),
        Err(_) => Err(args.refuse("expects an encoded text in UTF-8")),
    }
}
