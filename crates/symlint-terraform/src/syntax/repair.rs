//! Where a closing bracket is missing, or one is too many, as far as indentation shows it.

use std::collections::{HashMap, HashSet};

use super::cursor::{Reader, offset};

/// What to assume when a file whose brackets do not match is read again.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// The opening brackets that are closed nowhere, each with the place at which it has to be taken as closed: the
    /// start of the next thing that does not belong in it.
    pub(super) missing: HashMap<usize, usize>,
    /// The closing braces that close nothing.
    pub(super) extra: HashSet<usize>,
}

struct Open {
    bracket: u8,
    at: usize,
    indent: usize,
}

impl Reader<'_> {
    /// Looks for brackets whose indentation says that they do not belong together.
    ///
    /// Files may be indented in any way, so nothing is assumed unless it explains exactly what does not match.
    pub(super) fn repairs(&mut self) -> Repairs {
        self.back_to(0);
        let mut repairs = Repairs::default();
        let mut open: Vec<Open> = Vec::new();
        let mut balance = 0_isize;
        let mut indent = 0;
        let mut line_starts = true;
        while let Some(byte) = self.peek() {
            if line_starts && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                line_starts = false;
                indent = self.at - self.line_start(self.at);
                let at = self.at;
                let item = !matches!(byte, b'}' | b']') && self.starts_item(indent);
                let outside = |last: &Open| last.indent > indent || last.indent == indent && item;
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
                    open.push(Open { bracket: byte, at: self.at, indent });
                    self.at += 1;
                }
                b'}' | b']' => {
                    balance -= 1;
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    if open.last().is_some_and(|last| last.bracket == opener) {
                        open.pop();
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

    /// Whether the bracket at `open` has to be taken as closed here.
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

    /// Says that the bracket at `open` is not closed before `at`, and where it should be.
    pub(super) fn missing_close(&mut self, open: usize, close: &str, at: usize) -> usize {
        let end = self.slice(0..at).trim_end().len();
        // A string that is not closed swallows the brackets behind it, and that has been said.
        let line_start = self.line_start(end);
        if self.last_error().is_none_or(|error| (error.span.start as usize) < line_start) {
            let bracket = self.slice(open..open + 1);
            let line = self.source.position(offset(open)).line;
            self.error(end..end, format!("`{close}` is missing: the `{bracket}` on line {line} is not closed"));
        }
        end
    }
}
