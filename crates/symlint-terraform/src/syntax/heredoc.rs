//! Heredocs: `<<X` and `<<-X`.

use super::cursor::{Node, Outcome, Reader};
use super::template::{Piece, PieceKind, cut, strip};
use super::{Expr, Literal};

impl Reader<'_> {
    /// `<<X`, its lines and its end; the reader then stands at the end of the last line.
    pub(super) fn heredoc(&mut self) -> Outcome<Node> {
        let open = self.at;
        self.at += 2;
        let indented = self.eat("-");
        let Some(word) = self.word() else {
            return Err(self.error(open..self.at, "a word must follow `<<` at once, such as `<<EOT`"));
        };
        let opener = open..self.at;
        let marker = self.slice(word);
        if !self.looking_at("\n") && !self.looking_at("\r\n") {
            let end = self.line_end(self.at);
            return Err(self.error(self.at..end, format!("nothing may follow `{}` on its line", self.slice(opener))));
        }
        self.at = self.line_end(self.at) + if self.looking_at("\r\n") { 2 } else { 1 };
        let start = self.at;
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
                    reader.to_heredoc_end(marker);
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
        let (kind, height) = self.assemble(pieces, start..end)?;
        Ok(Node { expr: Expr { kind, span: self.span_from(open) }, height: height + 1 })
    }

    /// Goes to the line that ends a heredoc, if there is one.
    pub(super) fn to_heredoc_end(&mut self, marker: &str) {
        let mut at = self.at;
        while at < self.text.len() {
            let end = self.line_end(at);
            if self.slice(at..end).trim() == marker {
                self.at = end;
                return;
            }
            at = end + 1;
        }
    }
}

/// Takes from each line the white space that all have in common.
///
/// This follows HCL to the letter: blank lines do not count and stay as they are, and what is a line is decided after
/// the strip markers were applied.
fn dedent(pieces: &mut [Piece]) {
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
