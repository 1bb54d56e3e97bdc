//! The messages about mistakes.

use std::ops::Range;

use super::cursor::{ReadResult, Reader, Reported, count};
use super::{BinaryOperator, Expr, ExprKind, Name};
use crate::source::offset;

const NO_COMMENT: &str = "a comment starts with `#`";

impl Reader<'_> {
    /// Reports something in the place of an argument's or a block's name.
    pub(super) fn not_a_name(&mut self) -> Reported {
        if self.peek() == Some(b'"') {
            let range = self.token();
            return self.error(range, "the name of an argument is written without quotes");
        }
        self.unexpected("a name must start the line")
    }

    /// Reports that the line ends, or that something unexpected comes, after the first word of a line.
    pub(super) fn no_value_after(&mut self, word: Range<usize>) -> Reported {
        let name = shown(self.slice(word.clone()));
        if self.at_line_end() {
            return self.error(word, format!("`{name}` has no value: write `{name} = …`"));
        }
        if self.peek() == Some(b':') {
            return self.error(self.at..self.at + 1, format!("arguments are set with `=`: write `{name} = …`"));
        }
        self.unexpected(&format!("`=` is missing, write `{name} = …`"))
    }

    /// Reports that `kind label…` is followed by something that is neither a label nor a body.
    pub(super) fn not_a_block(&mut self, kind: &Name) -> Reported {
        let end = kind.span.end as usize;
        let message = format!("`=` is missing after `{0}`: write `{0} = …`, or `{{ … }}` for a block", kind.text);
        self.error(end..end, message)
    }

    /// Reports that the bracket at `open` is never closed.
    pub(super) fn not_closed(&mut self, open: usize, close: &str) -> Reported {
        self.unbalanced |= self.peek().is_none();
        if self.peek().is_none() && self.any_error() {
            // It may be closed in the text that was skipped after an earlier mistake.
            return Reported;
        }
        let bracket = self.slice(open..open + 1);
        self.error(open..open + 1, format!("this `{bracket}` is not closed: add `{close}`"))
    }

    /// Skips a `}` or `]` that closes nothing.
    pub(super) fn extra_bracket(&mut self) {
        self.unbalanced = true;
        let at = self.at;
        self.at += 1;
        // If brackets were lost after an earlier mistake, this follows from it.
        let follows = if self.repairs.extra.contains(&at) { self.opener_is_wrong(at) } else { self.any_error() };
        if !follows {
            let bracket = self.slice(at..at + 1);
            self.error(at..at + 1, format!("this `{bracket}` does not match an opening bracket: remove it"));
        }
    }

    /// Reports that the bracket here, which is of another kind, closes the one at `open`.
    pub(super) fn wrong_close(&mut self, open: usize, close: &str) {
        if self.is_wrong(open) {
            self.at += 1;
            return;
        }
        let (bracket, found) = (self.slice(open..open + 1), self.slice(self.at..self.at + 1));
        let message = format!("this `{found}` cannot close the `{bracket}`: write `{close}`");
        self.error(self.at..self.at + 1, message);
        self.at += 1;
    }

    pub(super) fn sequence_not_closed(&mut self, open: usize) -> Reported {
        let opener = self.slice(open..open + 2);
        let sign = self.slice(open..open + 1);
        let message = format!("this `{opener}` is not closed: add `}}`, or write `{sign}{opener}` for the characters");
        self.error(open..open + 2, message)
    }

    pub(super) fn unclosed_quote(&mut self, open: usize, end: usize) -> Reported {
        self.error(open..end, "this string is not closed: add `\"` before the end of the line")
    }

    pub(super) fn stray_return(&mut self, at: usize) -> Reported {
        self.error(at..at + 1, "this carriage return is not followed by a line feed: remove it, or write `\\r`")
    }

    pub(super) fn bad_escape(&mut self, range: Range<usize>) -> Reported {
        let escape = self.slice(range.clone());
        let message = format!("`{escape}` is not an escape sequence: write `\\\\` for a backslash");
        self.error(range, message)
    }

    /// Reports something in the place of a value.
    pub(super) fn no_value(&mut self) -> Reported {
        if let Some(reported) = self.no_operator().or_else(|| self.stray_comma()) {
            return reported;
        }
        if self.is_first_on_line() && ["<!--", "%", "/"].iter().any(|start| self.looking_at(start)) {
            return self.unexpected(NO_COMMENT);
        }
        if self.at_line_end() || matches!(self.peek(), Some(b',' | b'}' | b']' | b')')) {
            let before = self.slice(0..self.at).trim_end();
            let begun = before.ends_with(['?', '+', '-', '*', '/', '%', '<', '>', '!', '&', '|'])
                || ["==", "!=", "<=", ">="].iter().any(|operator| before.ends_with(operator));
            let message = if begun { "this expression is not complete" } else { "a value is missing here" };
            return self.error(self.at..self.at, message);
        }
        self.unexpected("a value is missing")
    }

    /// Reports operators such as `:=`, `=>`, or `->` in the place of `=`.
    fn no_operator(&mut self) -> Option<Reported> {
        let before = self.at.checked_sub(1)?;
        let (first, second) = (*self.text.as_bytes().get(before)?, self.peek()?);
        if !b"=:-".contains(&first) || !b"=:>".contains(&second) {
            return None;
        }
        let message = format!("`{}` does not set a value: write `=`", self.slice(before..self.at + 1));
        Some(self.error(before..self.at + 1, message))
    }

    /// Reports a comma with nothing before it.
    fn stray_comma(&mut self) -> Option<Reported> {
        if self.peek() != Some(b',') {
            return None;
        }
        let message = match self.slice(0..self.at).trim_end().bytes().last()? {
            b',' => "these are two commas: remove one",
            b'{' | b'[' | b'(' => "there is nothing in front of this comma: remove it",
            _ if self.is_first_on_line() => "a comma belongs at the end of a line, not at the start of the next",
            _ => return None,
        };
        Some(self.error(self.at..self.at + 1, message))
    }

    /// Reports text after the value that starts at `start`, where the line must end.
    pub(super) fn unexpected_after(&mut self, start: usize) -> Reported {
        if let Some(reported) = self.unquoted_text(start) {
            return reported;
        }
        self.unexpected("the line must end here")
    }

    /// Reports text after the value that starts at `start`, where a comma, a new line, or `}` must follow.
    pub(super) fn not_separated(&mut self, start: usize) -> ReadResult<()> {
        if let Some(reported) = self.unquoted_text(start) {
            return Err(reported);
        }
        if self.item_follows() {
            self.error(self.at..self.at, "a comma or a new line is missing before this item");
            return Ok(());
        }
        Err(self.unexpected("a comma, a new line, or `}` must follow the value"))
    }

    /// Reports two elements without a comma between them: the first is at `start` to `end`, and the second is here.
    pub(super) fn no_comma(&mut self, start: usize, end: usize) -> ReadResult<()> {
        if let Some(reported) = self.unquoted_text(start) {
            return Err(reported);
        }
        if self.at_word() || matches!(self.peek(), Some(b'"' | b'{' | b'[' | b'(' | b'0'..=b'9')) {
            self.error(end..end, "a comma is missing between these elements");
            return Ok(());
        }
        Err(self.unexpected("a comma or `]` must follow the element"))
    }

    /// Reports something other than `wanted` within the bracket at `open`. It may be an item of the construct around
    /// the bracket.
    pub(super) fn unexpected_within(&mut self, open: usize, close: &str, wanted: &str) -> Reported {
        if self.item_starts_here() {
            self.missing_close(open, close, self.at);
            return Reported;
        }
        self.unexpected(wanted)
    }

    pub(super) fn no_separator(&mut self, key: &Expr) -> Reported {
        let (start, end) = (key.span.start as usize, key.span.end as usize);
        let name = shown(self.source.slice(key.span));
        if name.starts_with("--") {
            return self.error(start..start + 2, NO_COMMENT);
        }
        if let ExprKind::Binary(binary) = &key.kind
            && let (ExprKind::Variable(name), Some(first)) = (&binary.first.kind, binary.rest.first())
            && first.operator == BinaryOperator::Equal
        {
            return self.error(start..end, format!("`==` compares: write `{name} = …`"));
        }
        if let Some(reported) = self.stray_quote(end) {
            return reported;
        }
        if self.at_line_end() || matches!(self.peek(), Some(b',' | b'}')) {
            let or_list = match &key.kind {
                ExprKind::String(_) | ExprKind::Number(_) => ", or `[ … ]` for a list",
                _ => "",
            };
            return self.error(start..end, format!("`{name}` has no value: write `{name} = …`{or_list}"));
        }
        if matches!(key.kind, ExprKind::Number(_)) && end == self.at && self.at_word() {
            let end = self.word_like(self.at);
            let name = self.slice(key.span.start as usize..end);
            let message = format!("a key that starts with a digit must be in quotes: write `\"{}\" = …`", shown(name));
            return self.error(key.span.start as usize..end, message);
        }
        if self.peek() == Some(b'{') {
            let message = format!("`=` is missing: within an object write `{name} = {{ … }}`");
            return self.error(self.at..self.at, message);
        }
        self.unexpected(&format!("`=` is missing, write `{name} = …`"))
    }

    /// Reports text without quotes, such as an account or an address, that was read up to its first `:` or `/`; or a
    /// word directly after a string's quote, because an earlier quote is missing.
    fn unquoted_text(&mut self, start: usize) -> Option<Reported> {
        if let Some(reported) = self.stray_quote(self.at) {
            return Some(reported);
        }
        let end = self.word_like(start);
        let text = self.slice(start..end);
        let is_word = text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_word && self.at == end && self.peek() == Some(b'"') {
            let message = format!("a quote is missing before `{0}`: write `\"{0}\"`", shown(text));
            return Some(self.error(start..end + 1, message));
        }
        if !is_word || self.at >= end {
            return None;
        }
        Some(self.error(
            start..end,
            match shown(text) {
                short if short.len() == text.len() => format!("text must be in quotes: write `\"{short}\"`"),
                _ => "text must be in quotes".to_owned(),
            },
        ))
    }

    /// Reports a quote that ends at `end` with text directly after it, or the other way around.
    fn stray_quote(&mut self, end: usize) -> Option<Reported> {
        let before = end.checked_sub(1).filter(|_| end == self.at)?;
        if self.text.as_bytes().get(before) == Some(&b'"') {
            let text_follows = self.at_word() || self.peek().is_some_and(|byte| byte.is_ascii_digit());
            let message =
                "this `\"` closes a string, and text follows it: a quote is missing before it, or one is too many";
            return text_follows.then(|| self.error(before..end, message));
        }
        let rest = self.slice(end..self.line_end(end)).strip_prefix('"')?;
        let separates = rest.trim_start().starts_with(['=', ':']);
        separates
            .then(|| self.error(end..end + 1, "this `\"` does not close a string: a quote is missing before the name"))
    }

    /// Reports something that is wrong anywhere, or else that it is not `wanted`.
    pub(super) fn unexpected(&mut self, wanted: &str) -> Reported {
        let range = self.token();
        let token = self.slice(range.clone());
        let Some(first) = token.chars().next() else {
            return self.error(range, wanted);
        };
        let one = range.start..range.start + first.len_utf8();
        let (range, message) = match first {
            '“' | '”' | '„' | '‟' | '«' | '»' => {
                (one, format!("`{first}` is not a quotation mark here: write `\"`"))
            }
            '\'' | '`' | '‘' | '’' => (one, format!("`{first}` does not quote text: write `\"`")),
            ')' | ']' => (
                one,
                format!(
                    "this `{first}` does not match an opening bracket: remove it, or open it where its contents begin"
                ),
            ),
            ';' => (one, "semicolons are not allowed here: start a new line".into()),
            '&' | '|' => (one, format!("`{first}` is not an operator: write `{first}{first}`")),
            '^' | '~' => (one, format!("`{first}` is not an operator")),
            '\r' => (one, "this carriage return is not followed by a line feed: remove it".into()),
            _ if self.source.invalid_bytes().binary_search(&offset(range.start)).is_ok() => {
                (one, "this is not UTF-8: save the file in that encoding".into())
            }
            c if c.is_control() || c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}') => {
                (one, format!("there is an invisible character (U+{:04X}) here: remove it", u32::from(c)))
            }
            _ => (range.clone(), format!("`{}` is not expected here: {wanted}", shown(token))),
        };
        self.error(range, message)
    }

    /// The word or the character that is here.
    fn token(&self) -> Range<usize> {
        let end = match self.peek() {
            Some(b'"') => self.line_end(self.at),
            _ => self.word_like(self.at),
        };
        let first = self.peek_char().filter(|&c| c != '\n').map_or(0, char::len_utf8);
        self.at..end.max(self.at + first)
    }

    /// The end of the characters from `at` that can be part of a number, an address, and so on.
    pub(super) fn word_like(&self, at: usize) -> usize {
        let rest = self.slice(at..self.text.len());
        let end = |c: char| !(c.is_alphanumeric() || "_-./:@+*".contains(c));
        let len = rest.find(end).unwrap_or(rest.len());
        count(len);
        at + len
    }
}

/// The start of `text`, shortened for a message of one line.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() == text.len() { short } else { short + "…" }
}
