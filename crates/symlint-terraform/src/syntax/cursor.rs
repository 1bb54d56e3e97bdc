//! The position of the reader, functions to skip text, and the mistakes that were found so far.

use std::ops::Range;

use unicode_ident::{is_xid_continue, is_xid_start};

use super::brackets::{Repairs, balance};
use super::{Body, Expr, File, Name, SyntaxError};
use crate::limits::{MAX_DEPTH, MAX_ERRORS, MAX_NODES};
use crate::source::{BYTE_ORDER_MARK, FileId, SourceFile, Span, Str, offset};

/// Reads one file, from front to back.
pub(super) struct Reader<'s> {
    pub(super) file: FileId,
    pub(super) source: &'s SourceFile,
    pub(super) text: &'s str,
    pub(super) at: usize,
    /// How many brackets, blocks, and templates are open.
    pub(super) depth: usize,
    /// How many values and blocks were read.
    nodes: usize,
    comments: Vec<Span>,
    errors: Vec<SyntaxError>,
    /// How many mistakes were not reported because they follow from others.
    following: usize,
    /// A position after which there is no `*/`, so that it is not searched repeatedly.
    unclosed_comment: Option<usize>,
    /// How many searches for the end of a heredoc were unsuccessful.
    pub(super) unclosed_heredocs: usize,
    /// Whether brackets do not match.
    pub(super) unbalanced: bool,
    pub(super) repairs: Repairs,
    /// The start of the text after a missing bracket. A mistake on the same line may be the same mistake.
    pub(super) after_missing: Option<usize>,
    /// Whether mistakes here follow from earlier ones and are not reported.
    pub(super) quiet: bool,
    /// Whether a merge conflict is open, which has been reported.
    in_conflict: bool,
}

/// A mistake that is already among the errors. The caller only has to find a place to continue.
#[derive(Debug)]
pub(super) struct Reported;

/// Counts the cost of reading for the tests: the bytes that are examined, each time they are.
pub(super) fn count(steps: usize) {
    #[cfg(test)]
    STEPS.with(|count| count.set(count.get() + steps as u64));
    let _ = steps;
}

#[cfg(test)]
thread_local! {
    pub(super) static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Something that was read, or a mistake that has been reported.
pub(super) type ReadResult<T> = Result<T, Reported>;

/// An expression and its height; see [`crate::limits::MAX_HEIGHT`].
#[derive(Debug)]
pub(super) struct Node {
    pub(super) expr: Expr,
    pub(super) height: usize,
}

impl<'s> Reader<'s> {
    pub(super) fn new(file: FileId, source: &'s SourceFile) -> Self {
        let text: &str = source.text();
        let at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        Self {
            file,
            source,
            text,
            at,
            depth: 0,
            nodes: 0,
            comments: Vec::new(),
            errors: Vec::new(),
            following: 0,
            unclosed_comment: None,
            unclosed_heredocs: 0,
            unbalanced: false,
            repairs: Repairs::default(),
            after_missing: None,
            quiet: false,
            in_conflict: false,
        }
    }

    pub(super) fn finish(mut self, body: Body) -> File {
        self.check_encoding();
        self.errors.sort_by_key(|error| error.span.start);
        File { body, comments: self.comments, errors: self.errors }
    }

    /// The result for a single expression.
    pub(super) fn only(mut self, expr: ReadResult<Expr>) -> Result<Expr, SyntaxError> {
        self.check_encoding();
        self.errors.sort_by_key(|error| error.span.start);
        match (self.errors.into_iter().next(), expr) {
            (None, Ok(expr)) => Ok(expr),
            (Some(error), _) => Err(error),
            (None, Err(Reported)) => {
                Err(SyntaxError { message: "this cannot be read".into(), span: Span::new(self.file, 0..0) })
            }
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        count(1);
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn looking_at(&self, text: &str) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let there = self.looking_at(text);
        if there {
            self.at += text.len();
        }
        there
    }

    pub(super) fn rest(&self) -> &'s str {
        self.slice(self.at..self.text.len())
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'s str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn substr(&self, range: Range<usize>) -> Str {
        self.source.substr(range)
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        Span::at(self.file, range)
    }

    /// The span from `start` to the current position.
    pub(super) fn span_from(&self, start: usize) -> Span {
        self.span(start..self.at)
    }

    pub(super) fn name(&self, range: Range<usize>) -> Name {
        Name { text: self.substr(range.clone()), span: self.span(range) }
    }

    pub(super) fn error(&mut self, range: Range<usize>, message: impl Into<String>) -> Reported {
        if self.follows(range.start) {
            self.following += 1;
        } else if !self.is_full() {
            self.errors.push(SyntaxError { message: message.into(), span: self.span(range) });
        }
        if self.is_full() {
            self.at = self.text.len();
        }
        Reported
    }

    /// Whether a mistake at `at` follows from an earlier one: it is on the same line, or it is about something that is
    /// missing at the end of the file.
    fn follows(&self, at: usize) -> bool {
        let line = |at: usize| self.source.line(offset(at));
        self.quiet
            || self.is_wrong(at)
            || at >= self.text.len() && self.any_error()
            || self.after_missing.is_some_and(|after| line(after) == line(at))
    }

    /// Reports bytes that are not valid UTF-8, except in comments. If there already is a mistake in the same place,
    /// that is enough.
    fn check_encoding(&mut self) {
        let mut bytes = self.source.invalid_bytes().iter().copied().peekable();
        while let Some(start) = bytes.next().filter(|_| !self.is_full()) {
            let mut end = start + 1;
            while bytes.next_if_eq(&end).is_some() {
                end += 1;
            }
            let within = |span: &Span| span.start < end && start < span.end;
            let started = self.comments.partition_point(|comment| comment.start <= start);
            let in_comment = started.checked_sub(1).and_then(|last| self.comments.get(last)).is_some_and(within);
            if !in_comment && !self.errors.iter().any(|error| within(&error.span)) {
                let message = "this is not UTF-8: save the file in that encoding";
                self.error(start as usize..end as usize, message);
            }
        }
    }

    /// How many mistakes were reported so far.
    pub(super) fn error_count(&self) -> usize {
        self.errors.len()
    }

    /// Replaces the message if exactly one mistake was added after the first `errors_before`.
    pub(super) fn reword_error(&mut self, errors_before: usize, range: Range<usize>, message: String) {
        if self.errors.len() == errors_before + 1 {
            self.errors.truncate(errors_before);
            self.error(range, message);
        }
    }

    pub(super) fn last_error(&self) -> Option<&SyntaxError> {
        self.errors.last()
    }

    /// Whether there are so many mistakes that reading further is useless.
    pub(super) fn is_full(&self) -> bool {
        self.errors.len() + self.following >= MAX_ERRORS
    }

    /// Whether there is a mistake on the line of `at`.
    pub(super) fn is_wrong(&self, at: usize) -> bool {
        let line = self.source.line(offset(at));
        self.errors.iter().any(|error| self.source.line(error.span.start) == line)
    }

    pub(super) fn any_error(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether there is a mistake on one of the lines from `open` to `at`, which makes the number of brackets on the
    /// line unreliable.
    pub(super) fn brackets_are_wrong(&self, open: usize, at: usize) -> bool {
        let first = self.source.line(offset(open));
        self.errors.iter().map(|error| error.span.start as usize).any(|error| {
            let is_first = self.source.line(offset(error)) == first;
            let unbalanced = || self.short_line(error).is_some_and(|line| balance(self.slice(line)) != 0);
            is_first || (open..at).contains(&error) && unbalanced()
        })
    }

    /// Calls `read` one level deeper; at most [`MAX_DEPTH`] levels.
    pub(super) fn nested<T>(&mut self, start: usize, read: impl FnOnce(&mut Self) -> ReadResult<T>) -> ReadResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(start..start + 1));
        }
        self.depth += 1;
        let outcome = read(self);
        self.depth -= 1;
        outcome
    }

    /// Counts a value or a block at `at`. If a file has more than [`MAX_NODES`], it is not read further.
    pub(super) fn count_node(&mut self, at: usize) -> ReadResult<()> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let reported = self.error(at..at, format!("this file has more than {MAX_NODES} values: split it"));
        self.at = self.text.len();
        Err(reported)
    }

    pub(super) fn too_deep(&mut self, range: Range<usize>) -> Reported {
        self.error(range, format!("this is nested deeper than {MAX_DEPTH} levels: put inner parts into locals"))
    }

    /// Skips spaces, tabs, and comments that do not end the line.
    pub(super) fn skip_blank(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'/') if self.peek_at(1) == Some(b'*') && self.block_comment() => {}
                _ => return,
            }
        }
    }

    /// Skips whitespace, line ends, and all comments.
    pub(super) fn skip_space(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n') => self.at += 1,
                Some(b'\r') if self.peek_at(1) == Some(b'\n') => self.at += 2,
                Some(b'#') => self.line_comment(),
                Some(b'/') if self.peek_at(1) == Some(b'/') => self.line_comment(),
                Some(b'/') if self.peek_at(1) == Some(b'*') && self.block_comment() => {}
                Some(b'<' | b'|' | b'=' | b'>') if self.at_conflict() => self.conflict(),
                _ => return,
            }
        }
    }

    /// Whether the conflict marker of a merge starts here.
    fn at_conflict(&self) -> bool {
        let starts_line = self.at == 0 || self.text.as_bytes().get(self.at - 1) == Some(&b'\n');
        starts_line && ["<<<<<<< ", "||||||| ", "=======", ">>>>>>> "].iter().any(|marker| self.looking_at(marker))
    }

    /// Skips such a line. The text between the markers is read.
    fn conflict(&mut self) {
        let start = self.at;
        let message = "a merge left this to be decided: keep one side, and remove the lines with `<<<<<<<`, `=======` \
                       and `>>>>>>>`";
        let end = self.line_end(start);
        if self.in_conflict {
            self.in_conflict = !self.looking_at(">>>>>>>");
        } else {
            self.error(start..end, message);
            self.in_conflict = self.looking_at("<<<<<<<");
        }
        self.at = end;
    }

    pub(super) fn skip(&mut self, lines: Lines) {
        match lines {
            Lines::End => self.skip_blank(),
            Lines::Continue => self.skip_space(),
        }
    }

    /// Skips the rest of the line, which must be a comment.
    pub(super) fn line_comment(&mut self) {
        let start = self.at;
        self.at = self.line_end(start);
        self.comments.push(self.span_from(start));
    }

    /// Skips a `/* … */`. If it is not closed, skips nothing and returns `false`.
    pub(super) fn block_comment(&mut self) -> bool {
        if self.unclosed_comment.is_some_and(|from| self.at >= from) {
            return false;
        }
        let Some(len) = self.slice(self.at + 2..self.text.len()).find("*/") else {
            self.unclosed_comment = Some(self.at);
            return false;
        };
        let start = self.at;
        self.at += len + 4;
        self.comments.push(self.span_from(start));
        true
    }

    /// Goes back to `at`, to read it in another way.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
        let keep = self.comments.partition_point(|comment| (comment.start as usize) < at);
        self.comments.truncate(keep);
    }

    /// The end of the line that contains `at`, without its line ending.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let end = at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        count(end - at);
        let carriage_return = end > at && end < self.text.len() && self.text.as_bytes().get(end - 1) == Some(&b'\r');
        if carriage_return { end - 1 } else { end }
    }

    /// The line that contains `at`, unless it is too long to be written by hand. Text that is examined repeatedly must
    /// be short.
    pub(super) fn short_line(&self, at: usize) -> Option<Range<usize>> {
        const LONGEST: usize = 500;
        let bytes = self.text.as_bytes();
        let from = at.saturating_sub(LONGEST);
        let to = bytes.len().min(at + LONGEST);
        let before = bytes.get(from..at)?.iter().rposition(|&byte| byte == b'\n');
        let newline = bytes.get(at..to)?.iter().position(|&byte| byte == b'\n');
        count(to - from);
        let start = before.map(|before| from + before + 1).or((from == 0).then_some(0))?;
        let end = newline.map(|newline| at + newline).or((to == bytes.len()).then_some(to))?;
        Some(start..end)
    }

    /// The start of the line that contains `at`.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        count(at.saturating_sub(start));
        start
    }

    /// Whether nothing but a comment follows on the line.
    pub(super) fn at_line_end(&self) -> bool {
        match self.peek() {
            None | Some(b'\n' | b'#') => true,
            Some(b'\r') => self.peek_at(1) == Some(b'\n'),
            Some(b'/') => self.peek_at(1) == Some(b'/'),
            _ => false,
        }
    }

    /// Whether a name starts here.
    pub(super) fn at_word(&self) -> bool {
        match self.peek() {
            Some(byte) if byte.is_ascii() => byte.is_ascii_alphabetic() || byte == b'_',
            Some(_) => self.peek_char().is_some_and(is_xid_start),
            None => false,
        }
    }

    /// Skips the name that starts here, if there is one, and returns its range.
    pub(super) fn word(&mut self) -> Option<Range<usize>> {
        if !self.at_word() {
            return None;
        }
        let start = self.at;
        loop {
            let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let len = rest.iter().position(|byte| !is_in_word(byte)).unwrap_or(rest.len());
            count(len);
            self.at += len;
            match rest.get(len).filter(|byte| !byte.is_ascii()).and_then(|_| self.peek_char()) {
                Some(c) if is_xid_continue(c) => self.at += c.len_utf8(),
                _ => return Some(start..self.at),
            }
        }
    }
}

/// The meaning of a line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// It ends the expression.
    End,
    /// It has no meaning.
    Continue,
}
