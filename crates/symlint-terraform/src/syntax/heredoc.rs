//! Reads heredocs: `<<X` and `<<-X`.

use super::Literal;
use super::cursor::{Node, ReadResult, Reader};
use super::template::{PieceKind, TemplatePiece, cut, strip};
use crate::limits::MAX_ERRORS;

impl Reader<'_> {
    /// Reads `<<X`, its lines, and its end. After that, the reader is at the end of the last line.
    pub(super) fn heredoc(&mut self) -> ReadResult<Node> {
        let open = self.at;
        self.at += 2;
        let indented = self.eat("-");
        let Some(word) = self.word() else {
            return Err(self.error(open..self.at, "a word must follow `<<` at once, such as `<<EOT`"));
        };
        let opener = open..self.at;
        let marker = self.slice(word);
        if !self.at_newline() {
            let end = self.line_end(self.at);
            return Err(self.error(self.at..end, format!("nothing may follow `{}` on its line", self.slice(opener))));
        }
        self.at = self.line_end(self.at) + if self.looking_at("\r\n") { 2 } else { 1 };
        let start = self.at;
        if self.heredoc_end(marker).is_none() {
            let message = format!("this heredoc is not closed: add a line with only `{marker}`");
            return Err(self.error(opener, message));
        }
        let pieces = self.nested(open, |reader| {
            let mut pieces = Vec::new();
            loop {
                let end = reader.line_end(reader.at);
                if reader.slice(reader.at..end).trim() == marker && end < reader.text.len() {
                    return Ok(pieces);
                }
                if reader.peek().is_none() {
                    let message = format!("this heredoc is not closed: add a line with only `{marker}`");
                    return Err(reader.error(opener.clone(), message));
                }
                if let Err(reported) = reader.line_pieces(&mut pieces) {
                    if let Some(end) = reader.heredoc_end(marker) {
                        reader.at = end;
                    }
                    return Err(reported);
                }
            }
        });
        let mut pieces = pieces?;
        let end = self.at;
        self.at = self.line_end(end);
        strip(&mut pieces);
        if indented {
            dedent(&mut pieces);
        }
        // Lines without their indentation are kept as separate pieces, so that each keeps its place.
        let is_text = indented && pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Literal(_)));
        let (kind, height) = if is_text { self.lines(pieces, start..end)? } else { self.assemble(pieces, start..end)? };
        self.node(kind, open..self.at, height)
    }

    /// The end of the next line that only contains `marker`, if there is one.
    ///
    /// A file with many unclosed heredocs is not searched to its end for each of them.
    pub(super) fn heredoc_end(&mut self, marker: &str) -> Option<usize> {
        if self.unclosed_heredocs >= MAX_ERRORS {
            return None;
        }
        let mut at = self.at;
        while at < self.text.len() {
            let end = self.line_end(at);
            // The last line of a file does not end a heredoc, because Terraform requires a line end after the marker.
            if end < self.text.len() && self.slice(at..end).trim() == marker {
                return Some(end);
            }
            at = self.text.len().min(end + 1);
            if self.text.as_bytes().get(at) == Some(&b'\n') && self.text.as_bytes().get(end) == Some(&b'\r') {
                at += 1;
            }
        }
        self.unclosed_heredocs += 1;
        None
    }

    pub(super) fn at_newline(&self) -> bool {
        self.looking_at("\n") || self.looking_at("\r\n")
    }
}

/// Removes the whitespace that all lines start with.
///
/// This follows HCL exactly: blank lines are ignored and stay the same, and lines are determined after the strip
/// markers were applied.
fn dedent(pieces: &mut [TemplatePiece]) {
    let mut common = usize::MAX;
    let mut starts: Vec<&mut Literal> = Vec::new();
    let mut new_line = true;
    for piece in pieces {
        let PieceKind::Literal(literal) = &mut piece.kind else {
            if new_line {
                common = 0;
            }
            new_line = false;
            continue;
        };
        let starts_line = new_line;
        new_line = literal.text.ends_with('\n');
        if starts_line {
            let text = literal.text.trim_start();
            if !(text.is_empty() && new_line) {
                let indent = literal.text.get(..literal.text.len() - text.len()).unwrap_or_default();
                common = common.min(indent.chars().count());
                starts.push(literal);
            }
        }
    }
    for literal in starts {
        let dropped: usize = literal.text.chars().take(common).map(char::len_utf8).sum();
        cut(literal, dropped..literal.text.len());
    }
}
