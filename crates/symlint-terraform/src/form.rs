//! The forms of literals, which determine where a part of a value is in the source text.

use std::ops::Range;

use crate::source::{Sources, Span};

/// The form of a literal, which determines where a part of the value is in the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The text at the span is the value, byte for byte: a quoted string without escapes, or the text of a heredoc.
    Verbatim,
    /// The text at the span is the value with HCL's escapes (`\n`, `\u00e9`, `$${`).
    Escaped,
    /// The text at the span is the value with JSON's escapes.
    JsonEscaped,
    /// A number or boolean without quotes.
    Bare,
    /// A value whose parts cannot be located in the text: a collection, an indented heredoc, or an expression.
    Whole,
}

impl Form {
    /// Where the bytes `range` of the literal at `span` are written.
    pub(crate) fn locate(self, span: Span, range: Range<usize>, sources: &Sources) -> Span {
        let escape: fn(&str) -> (usize, usize) = match self {
            Form::Verbatim => return span.part(range),
            Form::Bare | Form::Whole => return span,
            Form::Escaped => hcl_escape,
            Form::JsonEscaped => json_escape,
        };
        let source = sources.get(span.file);
        let mut rest = source.slice(span);
        let (mut read, mut made) = (0, 0);
        let (mut start, mut end) = (None, None);
        while !rest.is_empty() {
            if made >= range.start && start.is_none() {
                start = Some(read);
            }
            if made >= range.end {
                end = Some(read);
                break;
            }
            let (from, to) = escape(rest);
            read += from;
            made += to;
            rest = rest.get(from..).unwrap_or_default();
        }
        span.part(start.unwrap_or(read)..end.unwrap_or(read))
    }
}

/// The length of the first character of `text` as it is written in a quoted HCL string, and the length of its value, in
/// bytes.
fn hcl_escape(text: &str) -> (usize, usize) {
    if text.starts_with("$${") || text.starts_with("%%{") {
        return (3, 2);
    }
    let unicode = |digits: usize| {
        let code = text.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        (2 + digits, code.and_then(char::from_u32).map_or(0, char::len_utf8))
    };
    match text.as_bytes() {
        [b'\\', b'u', ..] => unicode(4),
        [b'\\', b'U', ..] => unicode(8),
        [b'\\', _, ..] => (2, 1),
        _ => plain(text),
    }
}

/// The same for a JSON string. A surrogate pair is one character.
fn json_escape(text: &str) -> (usize, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    match text.as_bytes() {
        [b'\\', b'u', ..] => match unit(2) {
            Some(high @ 0xD800..=0xDBFF) => {
                let pair = [high, text.get(6..8).filter(|next| *next == "\\u").and(unit(8)).unwrap_or(0)];
                let pair = char::decode_utf16(pair).next().and_then(Result::ok);
                pair.map_or((6, char::REPLACEMENT_CHARACTER.len_utf8()), |c| (12, c.len_utf8()))
            }
            Some(code) => (6, char::from_u32(code.into()).unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8()),
            None => (6, 0),
        },
        [b'\\', _, ..] => (2, 1),
        _ => plain(text),
    }
}

/// Where each byte of a JSON string's value is written, relative to the start of the text between the quotes. The last
/// element is the end.
pub(crate) fn json_places(raw: &str) -> Vec<u32> {
    let mut places = Vec::with_capacity(raw.len() + 1);
    let (mut rest, mut read) = (raw, 0);
    while !rest.is_empty() {
        let (from, to) = json_escape(rest);
        places.extend(std::iter::repeat_n(read, to));
        read += u32::try_from(from).unwrap_or(u32::MAX);
        rest = rest.get(from..).unwrap_or_default();
    }
    places.push(read);
    places
}

fn plain(text: &str) -> (usize, usize) {
    let len = text.chars().next().map_or(1, char::len_utf8);
    (len, len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_behind_escapes_are_found() {
        let sources = Sources::new();
        let text = r#"\u0061rn:\"é$${x"#;
        let file = sources.add("x", text.as_bytes().to_vec()).unwrap();
        let span = Span::new(file, 0..text.len() as u32);
        let locate = |range| sources.text(Form::Escaped.locate(span, range, &sources));
        // The value is `arn:"é${x`.
        assert_eq!(locate(0..1), r"\u0061");
        assert_eq!(locate(1..4), "rn:");
        assert_eq!(locate(4..5), r#"\""#);
        assert_eq!(locate(5..7), "é");
        assert_eq!(locate(7..10), "$${x");
    }
}
