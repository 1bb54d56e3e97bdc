//! Continues after a mistake.

use super::brackets::{balance, before_comment};
use super::cursor::{Lines, Node, ReadResult, Reader};
use crate::limits::MAX_DEPTH;

/// The construct that an item is part of, which determines where the item ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemParent {
    Body,
    Object,
    Tuple,
}

impl Reader<'_> {
    /// Skips the rest of an item that started at `start` and could not be read.
    ///
    /// Brackets, strings, heredocs, and comments are skipped as a whole. A line that looks like the start of another
    /// item, and is indented no deeper than the line on which this item started, ends the item even within brackets,
    /// because these were not closed. Returns whether that happened within a tuple, which has then ended as well.
    pub(super) fn skip_item(&mut self, start: usize, parent: ItemParent) -> bool {
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
                b'}' | b']' if self.at_extra() => self.at += 1,
                b'}' | b']' | b')' => {
                    let opener = opener(byte);
                    let nearest = open.iter().rev().take(MAX_DEPTH).position(|&bracket| bracket == opener);
                    match nearest {
                        Some(above) => open.truncate(open.len() - above - 1),
                        // It closes the container of this item, whatever is open here.
                        None if closes(parent, byte) => return false,
                        // It is the wrong kind of bracket, but the one that it closes is on this line.
                        None if parent == ItemParent::Object && self.at > start && self.ends_line(start) => {
                            return false;
                        }
                        None => {}
                    }
                    self.at += 1;
                }
                b',' if open.is_empty() && parent != ItemParent::Body => {
                    self.at += 1;
                    if parent == ItemParent::Tuple || !self.at_newline() {
                        return false;
                    }
                }
                b'\n' => {
                    self.at += 1;
                    if open.is_empty() && parent != ItemParent::Tuple {
                        if self.line_goes_on(start, indent) {
                            continue;
                        }
                        return false;
                    }
                    if self.starts_item(indent) {
                        // Everything around the tuple ends with the previous line.
                        let in_tuple = parent == ItemParent::Tuple;
                        self.at -= usize::from(in_tuple);
                        return in_tuple;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether the current line belongs to the item at `start`, which has the indentation `indent` and could not be
    /// read: the line starts with an operator or a plain word, or is indented deeper without being an item.
    fn line_goes_on(&self, start: usize, indent: usize) -> bool {
        let line = self.slice(self.at..self.line_end(self.at));
        let text = line.trim_start_matches([' ', '\t']);
        let deeper = line.len() - text.len() > indent;
        match text.as_bytes() {
            [] | [b'#' | b'}', ..] | [b'/', b'/' | b'*', ..] => false,
            [first, ..] if b"=?:+-*%&|<>!{[])".contains(first) => true,
            // It is the rest of a string that a line end has cut.
            _ if odd_quotes(text) && odd_quotes(self.line_before()) && !text.contains('=') => true,
            // The lines below `name:` are YAML.
            _ if deeper && self.short_line(start).is_some_and(|line| self.slice(line).trim_end().ends_with(':')) => {
                true
            }
            _ if is_item(text) || text.contains('=') => false,
            [b'"', ..] => true,
            _ => deeper || !text.trim_end().contains([' ', '\t']),
        }
    }

    /// Whether the bracket here is the last character of its line, and another bracket on the line was opened before
    /// the item at `start`.
    fn ends_line(&self, start: usize) -> bool {
        let Some(line) = self.short_line(self.at) else { return false };
        let rest = before_comment(self.slice(self.at + 1..line.end)).trim();
        line.start <= start && balance(self.slice(line.start..start)) > 0 && rest.is_empty()
    }

    /// The line before the one that starts here.
    fn line_before(&self) -> &str {
        let end = self.at.saturating_sub(1);
        self.slice(self.line_start(end)..end)
    }

    /// Whether the current line looks like an item with an indentation of at most `indent` bytes.
    pub(super) fn starts_item(&self, indent: usize) -> bool {
        let start = self.line_start(self.at);
        let line = self.slice(start..self.line_end(self.at));
        let text = line.trim_start_matches([' ', '\t']);
        line.len() - text.len() <= indent && is_item(text)
    }

    /// Whether an item starts here, at the start of its line. Within a list, this means that the list was not closed.
    pub(super) fn item_starts_here(&self) -> bool {
        self.is_first_on_line() && self.item_follows()
    }

    /// Reads the value of `name`, which starts here. It may be an object whose `{` is missing.
    pub(super) fn value_of(&mut self, name: &str) -> ReadResult<Node> {
        let end = if self.at_line_end() { Some(self.at) } else { self.slip_end() };
        let Some(end) = end.filter(|_| self.lacks_brace()) else { return self.expression(Lines::End) };
        let open = self.at;
        self.error(open..end, format!("`{{` is missing: write `{name} = {{`"));
        self.at = end;
        self.rest_of_object(open)
    }

    /// The end of the line, if it only contains a likely typo: another character in place of `{`.
    fn slip_end(&self) -> Option<usize> {
        const LONGEST: usize = 4;
        let rest = self.text.as_bytes().get(self.at..)?;
        let len = rest.iter().take(LONGEST).position(|&byte| byte == b'\n')?;
        let slip = rest.get(..len)?;
        slip.iter().all(|byte| *byte != b'{' && !byte.is_ascii_alphanumeric()).then_some(self.at + len)
    }

    /// Whether the lines below belong to an object whose `{` is missing here: items that are indented deeper, and a `}`
    /// with this line's indentation.
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

    pub(super) fn next_line(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |end| end + 1)
    }

    pub(super) fn indent_of_line(&self, at: usize) -> usize {
        let line = self.slice(self.line_start(at)..self.line_end(at));
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Whether the rest of the line looks like an item.
    pub(super) fn item_follows(&self) -> bool {
        is_item(self.slice(self.at..self.line_end(self.at)))
    }

    /// The number of bytes of whitespace before the first character of the line that contains `at`.
    pub(super) fn indent(&self, at: usize) -> usize {
        let start = self.line_start(at);
        let line = self.slice(start..at);
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Skips a string, or the rest of its line.
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

    /// Skips a heredoc, if `<<` starts one here, or was meant to.
    pub(super) fn skip_heredoc(&mut self) {
        self.at += 2;
        self.eat("-");
        let rest = self.short_line(self.at).map_or("", |line| self.slice(self.at..line.end));
        let meant = rest.split(['#', ',']).next().unwrap_or_default().trim_matches([' ', '\t', '\r', '"', '\'']);
        let is_marker = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if let Some(word) = self.word()
            && self.at_newline()
        {
            match self.heredoc_end(self.slice(word.clone())) {
                Some(end) => self.at = end,
                None if self.ends_with(self.slice(word)) => self.at = self.text.len(),
                None => self.skip_text(),
            }
        } else if !meant.is_empty()
            && meant.chars().all(is_marker)
            && let Some(end) = self.heredoc_end(meant)
        {
            self.at = end;
        }
    }

    /// Whether the last line of the file is `marker` without a line end.
    fn ends_with(&self, marker: &str) -> bool {
        let before = self.text.strip_suffix(marker).map(|text| text.trim_end_matches([' ', '\t']));
        before.is_some_and(|before| before.ends_with('\n'))
    }

    /// Skips the lines of a heredoc that does not end, up to the first line that may not belong to it.
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

fn odd_quotes(line: &str) -> bool {
    line.bytes().filter(|&byte| byte == b'"').count() % 2 == 1
}

fn opener(close: u8) -> u8 {
    match close {
        b'}' => b'{',
        b']' => b'[',
        _ => b'(',
    }
}

fn closes(parent: ItemParent, byte: u8) -> bool {
    match parent {
        ItemParent::Body | ItemParent::Object => byte == b'}',
        ItemParent::Tuple => byte == b']' || byte == b'}',
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
