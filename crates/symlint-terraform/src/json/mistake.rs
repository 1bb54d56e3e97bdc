//! Messages about texts that are not JSON.

use std::ops::Range;

use jsonc_parser::errors::{ParseError, ParseErrorKind};

/// The message about a text that is not JSON, and the place.
pub(crate) type Mistake = (String, Range<usize>);

/// A helpful message for the parser's `error` about `text`.
pub(super) fn explained(error: &ParseError, text: &str) -> Mistake {
    let range = error.range().start..error.range().end;
    if let Some(number) = leading_zero(text, range.start) {
        return ("a number has no leading zeros in JSON: put an id in quotes".to_owned(), number);
    }
    let rest = text.get(range.start..).unwrap_or_default();
    let first = rest.chars().next().unwrap_or_default();
    let word_len = rest.find(|c: char| !(c.is_alphanumeric() || "_-./:@+*".contains(c))).unwrap_or(rest.len());
    let word = rest.get(..word_len).unwrap_or_default().trim_end_matches(':');
    let one = range.start..range.start + first.len_utf8();
    match first {
        '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '`' | '\'' => {
            (format!("`{first}` is not a quotation mark in JSON: write `\"`"), one)
        }
        '#' | '/' if rest.starts_with(['#', '/']) => ("JSON has no comments: remove it".to_owned(), one),
        '=' => ("a key is followed by `:` in JSON".to_owned(), one),
        ';' => ("items are separated by commas in JSON".to_owned(), one),
        _ if word.starts_with(|c: char| c.is_alphanumeric() || c == '_') && is_about_words(error.kind()) => {
            let known = [("True", "true"), ("False", "false"), ("None", "null"), ("nil", "null"), ("Null", "null")];
            let message = match known.iter().find(|(written, _)| *written == word) {
                Some((_, meant)) => format!("write `{meant}` in JSON"),
                None => format!("text must be in quotes: write `\"{}\"`", shortened(word)),
            };
            (message, range.start..range.start + word.len())
        }
        _ => (message(error.kind()), range),
    }
}

fn is_about_words(kind: &ParseErrorKind) -> bool {
    matches!(
        kind,
        ParseErrorKind::UnexpectedWord
            | ParseErrorKind::ExpectedStringObjectProperty
            | ParseErrorKind::NonFiniteNumbersNotAllowed
            | ParseErrorKind::UnexpectedToken
    )
}

fn message(kind: &ParseErrorKind) -> String {
    let message = match kind {
        ParseErrorKind::ExpectedComma => "a comma is missing here",
        ParseErrorKind::ExpectedColonAfterObjectKey => "a key is followed by `:` and a value",
        ParseErrorKind::ExpectedObjectValue => "a value is missing after this `:`",
        ParseErrorKind::ExpectedStringObjectProperty => "a key must be text in quotes",
        ParseErrorKind::TrailingCommasNotAllowed => "nothing follows this comma: remove it",
        ParseErrorKind::UnexpectedComma | ParseErrorKind::UnexpectedTokenInObject => "an item is missing here",
        ParseErrorKind::UnexpectedCloseBrace | ParseErrorKind::UnexpectedCloseBracket => {
            "a value is missing before this bracket, or it closes nothing"
        }
        ParseErrorKind::UnterminatedObject => "this `{` is not closed: add `}`",
        ParseErrorKind::UnterminatedArray => "this `[` is not closed: add `]`",
        ParseErrorKind::UnaryPlusNumbersNotAllowed => "a number has no `+` in JSON: remove it",
        ParseErrorKind::MultipleRootJsonValues => "nothing may follow the object",
        kind => return lowered(&kind.to_string()),
    };
    message.to_owned()
}

fn shortened(word: &str) -> String {
    const LONGEST: usize = 40;
    let short: String = word.chars().take(LONGEST).collect();
    if short.len() == word.len() { short } else { short + "…" }
}

/// The digits around `at`, where the parser stopped, if they are a number with a leading zero.
fn leading_zero(text: &str, at: usize) -> Option<Range<usize>> {
    let (before, after) = text.split_at_checked(at)?;
    let start = before.len() - before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let end = at + after.bytes().take_while(u8::is_ascii_digit).count();
    (text.get(start..at)? == "0" && end > at).then_some(start..end)
}

fn lowered(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
