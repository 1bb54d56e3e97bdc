//! Finds where a closing bracket is missing or superfluous, according to the indentation.

use super::brackets::{Repairs, balance, before_comment};
use super::cursor::Reader;
use crate::limits::MAX_DEPTH;
use crate::source::offset;

/// How many lines are examined to find what a bracket belongs to.
const LINES: usize = 200;

struct OpenBracket {
    bracket: u8,
    at: usize,
    indent: usize,
}

impl Reader<'_> {
    /// Finds brackets whose indentation shows that they do not belong together.
    ///
    /// Files may have any indentation, so nothing is assumed unless it explains the mismatch exactly.
    pub(super) fn repairs(&mut self) -> Repairs {
        self.back_to(0);
        let mut repairs = Repairs::default();
        let mut open: Vec<OpenBracket> = Vec::new();
        let mut balance = 0_isize;
        let mut indent = 0;
        let mut line_starts = true;
        // The position of the line's first character.
        let mut first = 0;
        while let Some(byte) = self.peek() {
            if line_starts && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'/') {
                line_starts = false;
                indent = self.at - self.line_start(self.at);
                let at = self.at;
                first = at;
                let item = !matches!(byte, b'}' | b']') && self.starts_item(indent);
                let outside = |last: &OpenBracket| last.indent > indent || last.indent == indent && item;
                while open.last().is_some_and(outside) {
                    repairs.missing.extend(open.pop().map(|last| (last.at, at)));
                }
                if byte == b'}' && open.last().is_none_or(|last| last.indent < indent) {
                    repairs.extra.insert(at);
                    balance -= 1;
                    self.at += 1;
                    continue;
                }
            }
            match byte {
                b'\n' => {
                    line_starts = true;
                    self.at += 1;
                }
                b'"' => self.skip_string(),
                b'#' => self.line_comment(),
                b'/' if self.peek_at(1) == Some(b'/') => self.line_comment(),
                b'/' if self.peek_at(1) == Some(b'*') && self.block_comment() => {}
                b'<' if self.peek_at(1) == Some(b'<') => self.skip_heredoc(),
                b'{' | b'[' => {
                    balance += 1;
                    open.push(OpenBracket { bracket: byte, at: self.at, indent });
                    self.at += 1;
                }
                b'}' | b']' => {
                    balance -= 1;
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    match open.last() {
                        Some(last) if last.bracket == opener && self.goes_on_behind(last, first) => {
                            repairs.extra.insert(self.at);
                        }
                        Some(last) if last.bracket == opener => {
                            open.pop();
                        }
                        _ => {
                            // A bracket that was opened on this line, inside of its own bracket, is not closed.
                            let on_line = open.iter().rev().take(MAX_DEPTH).take_while(|open| open.at >= first);
                            let above = on_line.map(|open| open.bracket).position(|bracket| bracket == opener);
                            if let Some(above) = above {
                                let unclosed = open.split_off(open.len() - above);
                                repairs.missing.extend(unclosed.iter().map(|open| (open.at, self.at)));
                                open.pop();
                            }
                        }
                    }
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
        let explained = isize::try_from(repairs.missing.len()) == Ok(balance) && repairs.extra.is_empty()
            || isize::try_from(repairs.extra.len()) == Ok(-balance) && repairs.missing.is_empty();
        if explained { repairs } else { Repairs::default() }
    }

    /// Whether the bracket here is not the `first` character on its line, and would close a bracket of an earlier line
    /// whose content continues below.
    fn goes_on_behind(&self, open: &OpenBracket, first: usize) -> bool {
        self.at != first && open.at < first && self.goes_on_below(open.bracket, open.indent)
    }

    /// Whether the next line is inside a bracket whose own line has the indentation `indent`: it is indented deeper, or
    /// starts with the closing bracket.
    fn goes_on_below(&self, bracket: u8, indent: usize) -> bool {
        let mut end = self.short_line(self.at).map(|line| line.end);
        for _ in 0..LINES {
            let Some(next) = end.and_then(|end| self.short_line(end + 1)) else { return false };
            let line = self.slice(next.clone());
            let text = line.trim_start_matches([' ', '\t']);
            if !text.trim_end().is_empty() && !text.starts_with('#') {
                let own = line.len() - text.len();
                let close = if bracket == b'{' { '}' } else { ']' };
                return own > indent || own == indent && text.starts_with(close);
            }
            end = Some(next.end);
        }
        false
    }

    /// Whether the bracket here closes nothing.
    pub(super) fn at_extra(&self) -> bool {
        self.repairs.extra.contains(&self.at)
    }

    /// Whether there is a mistake on the line that should have opened the bracket which the one at `at`, the first
    /// character on its line, closes. That is the last line before it with the same or less indentation.
    pub(super) fn opener_is_wrong(&self, at: usize) -> bool {
        let indent = self.indent_of_line(at);
        let mut start = self.line_start(at);
        for _ in 0..LINES {
            let Some(before) = start.checked_sub(1) else { return false };
            start = self.line_start(before);
            let line = self.slice(start..before);
            let text = line.trim_start_matches([' ', '\t']);
            if !text.trim_end().is_empty() && line.len() - text.len() <= indent {
                return self.is_wrong(start);
            }
        }
        false
    }

    /// Whether the closing bracket here is in the place of the one for `open`, which is of another kind. That is so if
    /// they are the first and the last character of lines with the same indentation, or on one line without other
    /// brackets that it could close.
    pub(super) fn closes_wrongly(&self, open: usize) -> bool {
        let (Some(opener), Some(line)) = (self.short_line(open), self.short_line(self.at)) else { return false };
        let bracket = self.text.as_bytes().get(open).copied().unwrap_or_default();
        let indent = self.indent_of_line(open);
        if self.goes_on_below(bracket, indent) {
            return false;
        }
        let rest = before_comment(self.slice(self.at + 1..line.end)).trim();
        if opener != line {
            return (rest.is_empty() || rest == ",") && self.is_first_on_line() && self.indent(self.at) == indent;
        }
        balance(self.slice(opener.start..open)) <= 0 && balance(rest) >= 0
    }

    /// Whether there is only whitespace before this position on its line.
    pub(super) fn is_first_on_line(&self) -> bool {
        // Only the whitespace is examined, because a line may be as long as the file.
        let before = self.text.as_bytes().get(..self.at).unwrap_or_default();
        let first = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
        first.is_none_or(|byte| *byte == b'\n')
    }

    /// Whether the bracket at `open` should have been closed here.
    pub(super) fn is_missing(&self, open: usize) -> bool {
        self.repairs.missing.get(&open) == Some(&self.at)
    }

    /// Whether the bracket at `open` must be treated as closed here.
    pub(super) fn closes_here(&mut self, open: usize, close: &str) -> bool {
        let Some(&at) = self.repairs.missing.get(&open) else { return false };
        if self.at < at {
            return false;
        }
        let end = self.missing_close(open, close, at);
        if self.at == at {
            self.back_to(end);
        }
        true
    }

    /// Reports that the bracket at `open` is not closed before `at`, and where it should be closed.
    pub(super) fn missing_close(&mut self, open: usize, close: &str, at: usize) -> usize {
        let end = self.slice(0..at).trim_end().len();
        // A string that is not closed contains the brackets after it, and is already reported.
        let line_start = self.line_start(end);
        let is_reported = self.last_error().is_some_and(|error| error.span.start as usize >= line_start);
        if !is_reported && !self.brackets_are_wrong(open, at) {
            let bracket = self.slice(open..open + 1);
            let line = self.source.position(offset(open)).line;
            self.error(end..end, format!("`{close}` is missing: the `{bracket}` on line {line} is not closed"));
            self.after_missing = Some(at);
        }
        end
    }
}
