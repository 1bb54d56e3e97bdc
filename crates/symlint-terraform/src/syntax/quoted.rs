//! Reads quoted strings, and the literal text in all kinds of templates.

use std::borrow::Cow;
use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

use super::cursor::{Node, ReadResult, Reader};
use super::template::TemplateContext;
use super::{ExprKind, Literal, Name};
use crate::form::Form;
use crate::source::Str;

impl Reader<'_> {
    /// Reads `"…"`, starting at its first quote.
    pub(super) fn quoted(&mut self) -> ReadResult<Node> {
        let open = self.at;
        match self.quoted_end(open) {
            QuotedEnd::Verbatim(end) => {
                self.at = end + 1;
                self.node(ExprKind::String(self.verbatim(open + 1..end)), open..self.at, 0)
            }
            QuotedEnd::Plain(end) => {
                let literal = self.literal(open + 1..end, TemplateContext::Quoted)?;
                self.at = end + 1;
                self.node(ExprKind::String(literal), open..self.at, 0)
            }
            QuotedEnd::Template => {
                self.at += 1;
                let pieces = self.nested(open, |reader| reader.pieces(TemplateContext::Quoted, open))?;
                let (kind, height) = self.assemble(pieces, open + 1..self.at - 1)?;
                self.node(kind, open..self.at, height)
            }
            QuotedEnd::Missing(end) => Err(self.unclosed_quote(open, end)),
        }
    }

    /// Reads the quoted label of a block, which is not a template.
    pub(super) fn label(&mut self) -> ReadResult<Name> {
        let open = self.at;
        match self.quoted_end(open) {
            QuotedEnd::Verbatim(end) | QuotedEnd::Plain(end) => {
                let literal = self.literal(open + 1..end, TemplateContext::Quoted)?;
                self.at = end + 1;
                Ok(Name { text: literal.text, span: literal.span })
            }
            QuotedEnd::Template => {
                let end = self.line_end(open);
                Err(self.error(open..end, "the label of a block cannot be computed: write it out"))
            }
            QuotedEnd::Missing(end) => Err(self.unclosed_quote(open, end)),
        }
    }

    /// The end of the string that starts at `open`, as far as it can be found without reading templates.
    fn quoted_end(&self, open: usize) -> QuotedEnd {
        let bytes = self.text.as_bytes();
        let mut at = open + 1;
        let verbatim = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| !is_itself(byte)));
        at += verbatim.unwrap_or_default();
        if bytes.get(at) == Some(&b'"') {
            return QuotedEnd::Verbatim(at);
        }
        loop {
            match bytes.get(at) {
                None => return QuotedEnd::Missing(at.min(bytes.len())),
                Some(b'\n') => return QuotedEnd::Missing(self.line_end(open)),
                Some(b'"') => return QuotedEnd::Plain(at),
                Some(b'\\') if !matches!(bytes.get(at + 1), None | Some(b'\n' | b'\r')) => at += 2,
                Some(&marker @ (b'$' | b'%')) => match (bytes.get(at + 1), bytes.get(at + 2)) {
                    (Some(b'{'), _) => return QuotedEnd::Template,
                    (Some(&second), Some(b'{')) if second == marker => at += 3,
                    _ => at += 1,
                },
                Some(_) => at += 1,
            }
        }
    }

    /// The literal text at `range` without escapes.
    pub(super) fn literal(&mut self, range: Range<usize>, context: TemplateContext) -> ReadResult<Literal> {
        let written = self.slice(range.clone());
        // Almost all texts are equal to their values.
        if written.bytes().all(|byte| is_itself(byte) || byte == b'"') {
            return Ok(self.verbatim(range));
        }
        let span = self.span(range.clone());
        if let Some(at) = carriage_return_in_line(written) {
            return Err(self.stray_return(range.start + at));
        }
        let escaped = written.contains("$${") || written.contains("%%{");
        let backslash = written.contains('\\');
        let (text, form): (Str, Form) = if escaped || backslash && context == TemplateContext::Quoted {
            let text = self.unescape(range, context)?;
            // A backslash in a heredoc is a plain character, so it must not be located like an escape in a quoted
            // string.
            let form = if backslash && context != TemplateContext::Quoted { Form::Whole } else { Form::Escaped };
            (text.into(), form)
        } else {
            (self.substr(range), Form::Verbatim)
        };
        match normalised(&text) {
            Some(text) => Ok(Literal { text: text.into(), span, form: Form::Whole }),
            None => Ok(Literal { text, span, form }),
        }
    }

    fn verbatim(&self, range: Range<usize>) -> Literal {
        Literal { text: self.substr(range.clone()), span: self.span(range), form: Form::Verbatim }
    }

    fn unescape(&mut self, range: Range<usize>, context: TemplateContext) -> ReadResult<String> {
        let mut text = String::with_capacity(range.len());
        let mut at = range.start;
        while at < range.end {
            let rest = self.slice(at..range.end);
            let Some(next) = rest.find(['\\', '$', '%']) else {
                text.push_str(rest);
                break;
            };
            text.push_str(self.slice(at..at + next));
            at += next;
            let rest = self.slice(at..range.end);
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                text.push_str(self.slice(at + 1..at + 3));
                at += 3;
            } else if context == TemplateContext::Quoted && rest.starts_with('\\') {
                let (c, len) = match escape(rest) {
                    Ok(escape) => escape,
                    Err(len) => return Err(self.bad_escape(at..(at + len).min(range.end))),
                };
                text.push(c);
                at += len;
            } else {
                text.push_str(self.slice(at..at + 1));
                at += 1;
            }
        }
        Ok(text)
    }
}

/// The character and the length of the escape at the start of `text`. If it is not a valid escape, only its length.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let unicode = |digits: usize| {
        let hex = text.get(2..2 + digits).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
        code.and_then(char::from_u32).map(|c| (c, 2 + digits)).ok_or(2)
    };
    match text.as_bytes().get(1) {
        Some(b'n') => Ok(('\n', 2)),
        Some(b'r') => Ok(('\r', 2)),
        Some(b't') => Ok(('\t', 2)),
        Some(b'"') => Ok(('"', 2)),
        Some(b'\\') => Ok(('\\', 2)),
        Some(b'u') => unicode(4),
        Some(b'U') => unicode(8),
        _ => Err(1 + text.chars().nth(1).map_or(0, char::len_utf8)),
    }
}

/// The position of a carriage return in `text` that is not part of a line end.
fn carriage_return_in_line(text: &str) -> Option<usize> {
    let followed = |at: usize| text.as_bytes().get(at + 1) == Some(&b'\n');
    text.match_indices('\r').map(|(at, _)| at).find(|&at| !followed(at))
}

/// Whether a byte in a quoted string represents itself, whatever is next to it.
fn is_itself(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'$' | b'%')
}

enum QuotedEnd {
    /// At the closing quote. All characters before it represent themselves.
    Verbatim(usize),
    /// At the closing quote. There is only text and escapes before it.
    Plain(usize),
    /// There is an interpolation or a directive.
    Template,
    /// At the end of the line, without a quote.
    Missing(usize),
}

/// `text` in the normalization form of Terraform's strings, if that differs.
pub(crate) fn normalised(text: &str) -> Option<String> {
    const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
    if text.is_ascii() {
        return None;
    }
    match NFC.normalize(text) {
        Cow::Owned(text) => Some(text),
        Cow::Borrowed(_) => None,
    }
}
