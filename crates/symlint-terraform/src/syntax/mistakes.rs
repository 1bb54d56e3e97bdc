//! What is said about each mistake.

use std::ops::Range;

use hcl_edit::parser;

use super::cursor::{Outcome, Reader, Reported};
use super::slice::Slice;
use super::{Expr, Name};

impl Reader<'_> {
    /// Something stands where the name of an argument or block must be.
    pub(super) fn not_a_name(&mut self) -> Reported {
        let range = self.token();
        let token = self.slice(range.clone());
        let message = match token.chars().next() {
            Some('"') => "the name of an argument is written without quotes".into(),
            _ => format!("`{token}` is not expected here: a name must start the line"),
        };
        self.error(range, message)
    }

    /// The line ends, or something strange comes, behind the first word of a line.
    pub(super) fn no_value_after(&mut self, word: Range<usize>) -> Reported {
        let name = self.slice(word.clone());
        if self.peek() == Some(b':') {
            return self.error(self.at..self.at + 1, format!("write `{name} = …`: arguments are set with `=`"));
        }
        if self.at_line_end() {
            return self.error(word, format!("`{name}` has no value: write `{name} = …`"));
        }
        let range = self.token();
        self.error(range, format!("`=` is missing: write `{name} = …`"))
    }

    pub(super) fn not_a_block(&mut self, kind: &Name, labels: &[Name]) -> Reported {
        let _ = labels;
        let range = self.token();
        let message = format!("`=` is missing behind `{0}`, or `{{` if a block is meant: write `{0} = …`", kind.text);
        self.error(range, message)
    }

    /// The bracket at `open` is never closed.
    pub(super) fn not_closed(&mut self, open: usize, close: &str) -> Reported {
        let bracket = self.slice(open..open + 1);
        let message = format!("this `{bracket}` is not closed: add `{close}`");
        self.error(open..open + 1, message)
    }

    pub(super) fn sequence_not_closed(&mut self, open: usize) -> Reported {
        let opener = self.slice(open..open + 2);
        let message = format!(
            "this `{opener}` is not closed: add `}}`; write `{}` for the characters themselves",
            opener.replace('{', "{").repeat(1)
        );
        self.error(open..open + 2, message)
    }

    pub(super) fn unclosed_quote(&mut self, open: usize, end: usize) -> Reported {
        self.error(open..end, "this string is not closed: add `\"` before the end of the line")
    }

    pub(super) fn stray_return(&mut self, at: usize) -> Reported {
        self.error(
            at..at + 1,
            "a carriage return stands here without a line feed: end lines with both or with the latter",
        )
    }

    pub(super) fn bad_escape(&mut self, range: Range<usize>) -> Reported {
        let escape = self.slice(range.clone());
        let message = format!("`{escape}` is no escape: write `\\\\` for a backslash");
        self.error(range, message)
    }

    /// Something stands where a value must be.
    pub(super) fn no_value(&mut self, first: bool) -> Reported {
        let range = self.token();
        let token = self.slice(range.clone());
        if self.at_line_end() || matches!(self.peek(), Some(b',' | b'}' | b']' | b')')) {
            let message = if first { "a value is missing here" } else { "this expression is not complete" };
            return self.error(self.at..self.at, message);
        }
        let message = format!("`{token}` is not expected here: a value is missing");
        self.error(range, message)
    }

    /// Something follows where a line must end, or a `,` or closing bracket must come.
    pub(super) fn unexpected_after(&mut self, what: &str) -> Reported {
        let range = self.token();
        let token = self.slice(range.clone());
        let message = format!("`{token}` is not expected behind this {what}");
        self.error(range, message)
    }

    /// The same within a bracket that hcl-edit would read.
    pub(super) fn unexpected_within(&mut self, open: usize, close: &str) -> Reported {
        let _ = open;
        let range = self.token();
        let token = self.slice(range.clone());
        let message = format!("`{token}` is not expected here: a `,` or `{close}` is missing");
        self.error(range, message)
    }

    pub(super) fn no_separator(&mut self, key: &Expr) -> Reported {
        let key = self.source.slice(key.span);
        if self.at_line_end() {
            return self.error(self.at..self.at, format!("`{key}` has no value: write `{key} = …`"));
        }
        let range = self.token();
        self.error(range, format!("`=` is missing: write `{key} = …`"))
    }

    /// Two elements without a comma; goes on with the second, which starts here.
    pub(super) fn no_comma(&mut self, end: usize) -> Outcome<()> {
        let reported = self.error(end..end, "a comma is missing between these elements");
        if self.at_word() || matches!(self.peek(), Some(b'"' | b'{' | b'[' | b'(' | b'0'..=b'9')) {
            return Ok(());
        }
        Err(reported)
    }

    /// hcl-edit refused what the scanner had let pass.
    pub(super) fn refused(&mut self, slice: &Slice, error: &parser::Error) -> Reported {
        let at = error.location().offset().min(slice.text.len().saturating_sub(1));
        let range = slice.written(at..at + 1);
        let message = if error.message().contains("nested levels") || error.message().contains("binary operators") {
            "this expression is too long or nested too deep: put parts of it into locals"
        } else {
            "this expression cannot be read from here on"
        };
        self.error(range, message)
    }

    /// What stands here, as far as it is one word or one character.
    fn token(&self) -> Range<usize> {
        let end = match self.peek() {
            Some(b'"') => self.line_end(self.at),
            _ => self.word_like(self.at),
        };
        let first = self.peek_char().filter(|&c| c != '\n' && c != '\r').map_or(0, char::len_utf8);
        self.at..end.max(self.at + first)
    }

    /// The end of the characters from `at` on that belong together in numbers, addresses and the like.
    pub(super) fn word_like(&self, at: usize) -> usize {
        let rest = self.slice(at..self.text.len());
        let end = |c: char| !(c.is_alphanumeric() || "_-./:@+*".contains(c));
        at + rest.find(end).unwrap_or(rest.len())
    }
}
