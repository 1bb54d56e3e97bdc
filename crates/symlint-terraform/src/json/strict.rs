//! Rejects JSON that the parser accepts but Terraform does not.

use std::borrow::Cow;
use std::ops::Range;

use jsonc_parser::ast::Value as Json;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::mistake::{self, Mistake};
use crate::limits::MAX_NODES;

/// How deep objects and arrays may be nested.
const MAX_DEPTH: usize = 100;

/// `text` with each unpaired surrogate replaced by the replacement character, as in Go. All positions stay the same.
pub(crate) fn without_unpaired_surrogates(text: &str) -> Cow<'_, str> {
    const REPLACEMENT: &str = "\\ufffd";
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let (mut whole, mut kept, mut at) = (String::new(), 0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 2 * REPLACEMENT.len(),
            (Some(0xD800..=0xDFFF), _) => {
                whole.push_str(text.get(kept..at).unwrap_or_default());
                whole.push_str(REPLACEMENT);
                kept = at + REPLACEMENT.len();
                REPLACEMENT.len()
            }
            _ => 1 + text.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8),
        };
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    whole.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(whole)
}

pub(crate) fn parse(text: &str) -> Result<Json<'_>, Mistake> {
    refuse_size(text)?;
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed =
        parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| mistake::explained(&error, text))?;
    let value = parsed.value.ok_or_else(|| ("a JSON value is missing here".to_owned(), 0..0))?;
    refuse_space(text)?;
    refuse_laxness(&value, text)?;
    Ok(value)
}

/// The parser recurses as deeply as the text is nested, and its tree takes much more memory than the text.
fn refuse_size(text: &str) -> Result<(), Mistake> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let mut values = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => (depth, values) = (depth + 1, values + 1),
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            b',' if !in_string => values += 1,
            _ => {}
        }
        if values > MAX_NODES {
            return Err((format!("this has more than {MAX_NODES} values: split it"), at..at + 1));
        }
        if depth > MAX_DEPTH {
            return Err(("this is nested too deeply".to_owned(), at..at + 1));
        }
    }
    Ok(())
}

/// Outside of strings, JSON only contains ASCII, and four whitespace characters.
fn refuse_space(text: &str) -> Result<(), Mistake> {
    let (mut in_string, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            ' ' | '\t' | '\n' | '\r' | '!'..='~' => {}
            _ => {
                return Err((
                    "this character is not allowed in JSON outside of strings".to_owned(),
                    at..at + c.len_utf8(),
                ));
            }
        }
    }
    Ok(())
}

fn refuse_laxness(value: &Json<'_>, text: &str) -> Result<(), Mistake> {
    let range = value.range();
    let range = range.start..range.end;
    match value {
        Json::NumberLit(number) if !is_number(number.value) => Err(("this is not a number in JSON".to_owned(), range)),
        Json::StringLit(_) => refuse_control(text, range),
        Json::Array(array) => array.elements.iter().try_for_each(|element| refuse_laxness(element, text)),
        Json::Object(object) => object.properties.iter().try_for_each(|property| {
            let name = property.name.range();
            refuse_control(text, name.start..name.end)?;
            refuse_laxness(&property.value, text)
        }),
        _ => Ok(()),
    }
}

fn refuse_control(text: &str, range: Range<usize>) -> Result<(), Mistake> {
    let raw = text.get(range.clone()).unwrap_or_default();
    match raw.bytes().position(|byte| byte < 0x20) {
        Some(at) => Err((
            "a control character in a string is written as an escape".to_owned(),
            range.start + at..range.start + at + 1,
        )),
        None => Ok(()),
    }
}

fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.split(['.', 'e', 'E']).next().unwrap_or_default();
    whole == "0" || (!whole.is_empty() && !whole.starts_with('0') && whole.bytes().all(|byte| byte.is_ascii_digit()))
}
