//! The way on after a mistake.

use super::Name;
use super::cursor::{Lines, Node, Outcome, Reader};

/// What an item is part of, which decides where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Body,
    Object,
    Tuple,
}

impl Reader<'_> {
    /// Goes behind the item that started at `start` and could not be read.
    ///
    /// Brackets, strings, heredocs and comments are passed as wholes. A line that is indented no deeper than the one on
    /// which the item started, and looks like the start of another item, ends it even within brackets: they were not
    /// closed. Says whether that happened within a tuple, which then is over too.
    pub(super) fn skip_item(&mut self, start: usize, level: Level) -> bool {
        if self.is_full() {
            self.at = self.text.len();
            return false;
        }
        self.back_to(start);
        let indent = self.indent(start);
        let mut open: Vec<u8> = Vec::new();
        loop {
            let Some(byte) = self.peek() else { return false };
            match byte {
                b'"' => self.skip_string(),
                b'#' => self.line_comment(),
                b'/' if self.peek_at(1) == Some(b'/') => self.line_comment(),
                b'/' if self.peek_at(1) == Some(b'*') && self.block_comment() => {}
                b'<' if self.peek_at(1) == Some(b'<') => self.skip_heredoc(),
                b'{' | b'[' | b'(' => {
                    open.push(byte);
                    self.at += 1;
                }
                b'}' | b']' | b')' => {
                    if open.is_empty() && closes(level, byte) {
                        return false;
                    }
                    open.pop();
                    self.at += 1;
                }
                b',' if open.is_empty() && level != Level::Body => {
                    self.at += 1;
                    return false;
                }
                b'\n' => {
                    self.at += 1;
                    if open.is_empty() && level != Level::Tuple {
                        return false;
                    }
                    if self.starts_item(indent) {
                        // Whatever the tuple is part of ends with the line before.
                        let in_tuple = level == Level::Tuple;
                        self.at -= usize::from(in_tuple);
                        return in_tuple;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether the line on which the reader stands looks like an item that is indented at most `indent` bytes.
    pub(super) fn starts_item(&self, indent: usize) -> bool {
        let start = self.line_start(self.at);
        let line = self.slice(start..self.line_end(self.at));
        let text = line.trim_start_matches([' ', '\t']);
        line.len() - text.len() <= indent && is_item(text)
    }

    /// Whether an item starts here, as the first thing on its line: within a list that can only mean that the list was
    /// not closed.
    pub(super) fn item_starts_here(&self) -> bool {
        // No further back than there are blanks: a line may be as long as the file.
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let first = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        first.is_none_or(|byte| *byte == b'\n') && self.item_follows()
    }

    /// The value of `name`, which starts here: an object whose `{` is missing, too.
    pub(super) fn value_of(&mut self, name: &Name) -> Outcome<Node> {
        if !self.at_line_end() || !self.lacks_brace() {
            return self.expression(Lines::End);
        }
        let open = self.at;
        self.error(open..open, format!("`{{` is missing: write `{} = {{`", name.text));
        self.rest_of_object(open)
    }

    /// Whether the lines below are those of an object whose `{` should stand here: deeper indented items, and a `}`
    /// that is indented as this line.
    fn lacks_brace(&self) -> bool {
        let own = self.indent_of_line(self.at);
        let mut lines = 0;
        let mut at = self.next_line(self.at);
        while at < self.text.len() {
            let line = self.slice(at..self.line_end(at));
            let text = line.trim_start_matches([' ', '\t']);
            if !text.is_empty() && line.len() - text.len() <= own {
                return lines > 0 && line.len() - text.len() == own && text.starts_with('}');
            }
            if lines == 0 && !text.is_empty() && !is_item(text) {
                return false;
            }
            lines += usize::from(!text.is_empty());
            at = self.next_line(at);
        }
        false
    }

    fn next_line(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1)
    }

    fn indent_of_line(&self, at: usize) -> usize {
        let line = self.slice(self.line_start(at)..self.line_end(at));
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Whether the rest of the line looks like an item.
    pub(super) fn item_follows(&self) -> bool {
        is_item(self.slice(self.at..self.line_end(self.at)))
    }

    /// The white space before the first character of the line on which `at` lies, in bytes.
    pub(super) fn indent(&self, at: usize) -> usize {
        let start = self.line_start(at);
        let line = self.slice(start..at);
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Passes a string, or the rest of its line.
    pub(super) fn skip_string(&mut self) {
        self.at += 1;
        let mut braces = 0_usize;
        loop {
            match self.peek() {
                None | Some(b'\n') => return,
                Some(b'\\') if self.peek_at(1).is_some_and(|next| next != b'\n') => self.at += 2,
                Some(b'$' | b'%') if self.peek_at(1) == Some(b'{') => {
                    braces += 1;
                    self.at += 2;
                }
                Some(b'{') if braces > 0 => {
                    braces += 1;
                    self.at += 1;
                }
                Some(b'}') => {
                    braces = braces.saturating_sub(1);
                    self.at += 1;
                }
                Some(b'"') if braces == 0 => {
                    self.at += 1;
                    return;
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Passes a heredoc, if `<<` here starts one.
    pub(super) fn skip_heredoc(&mut self) {
        self.at += 2;
        self.eat("-");
        if let Some(word) = self.word()
            && self.at_newline()
        {
            match self.heredoc_end(self.slice(word)) {
                Some(end) => self.at = end,
                None => self.skip_text(),
            }
        }
    }

    /// Passes the lines of a heredoc that does not end, up to the first that may be none of its.
    fn skip_text(&mut self) {
        loop {
            let next = self.next_line(self.at);
            let line = self.slice(next..self.line_end(next)).trim_start_matches([' ', '\t']);
            if line.is_empty() || is_item(line) || line.starts_with(['}', ']', ')', '#', '/']) {
                return;
            }
            self.at = self.line_end(next);
        }
    }
}

fn closes(level: Level, byte: u8) -> bool {
    match level {
        Level::Body | Level::Object => byte == b'}',
        Level::Tuple => byte == b']',
    }
}

/// Whether `line` starts with `name =`, `name:`, `name {` or `name "label" … {`.
fn is_item(line: &str) -> bool {
    let word = |text: &str| text.starts_with(|c: char| c == '_' || c.is_alphabetic());
    let rest = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map_or("", |(_, rest)| rest),
        None if word(line) => line.trim_start_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-')),
        None => return false,
    };
    let rest = rest.trim_start_matches([' ', '\t']);
    match rest.as_bytes() {
        [b'=', next, ..] => *next != b'=',
        [b':', next, ..] => *next != b':',
        [b'=' | b':'] | [b'{', ..] => true,
        _ => (rest.starts_with('"') || word(rest)) && line.trim_end().ends_with('{'),
    }
}
