//! The way on after a mistake.

use super::cursor::Reader;

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
            && let Some(end) = self.heredoc_end(self.slice(word))
        {
            self.at = end;
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
