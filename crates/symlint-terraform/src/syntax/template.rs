//! Reads templates: text with `${ … }` and `%{ … }`.

use std::ops::Range;

use super::cursor::{Lines, Node, ReadResult, Reader};
use super::{Expr, ExprKind, Literal, Name, TemplatePart};
use crate::form::Form;
use crate::limits::MAX_DEPTH;

/// The text that contains a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TemplateContext {
    Quoted,
    /// A heredoc, `<<X … X`, or a file of its own. It is split into lines, and a backslash does not start an escape.
    Lines,
}

/// A part of a template, before directives are matched with their ends.
pub(super) struct TemplatePiece {
    pub(super) kind: PieceKind,
    written: Range<usize>,
    /// Whether the whitespace before and after it is removed.
    strip: (bool, bool),
}

pub(super) enum PieceKind {
    Literal(Literal),
    Interpolation(Node),
    If(Node),
    Else,
    EndIf,
    For { key: Option<Name>, value: Name, collection: Node },
    EndFor,
}

impl Reader<'_> {
    /// Reads a source that consists of one template.
    pub(super) fn whole_template(&mut self) -> ReadResult<Expr> {
        let start = self.at;
        let mut pieces = Vec::new();
        while self.peek().is_some() {
            self.line_pieces(&mut pieces)?;
        }
        strip(&mut pieces);
        let (kind, _) = self.assemble(pieces, start..self.at)?;
        Ok(Expr { kind, span: self.span_from(start) })
    }

    /// Reads the pieces up to the closing quote, and the quote.
    pub(super) fn pieces(&mut self, context: TemplateContext, open: usize) -> ReadResult<Vec<TemplatePiece>> {
        let mut pieces = Vec::new();
        loop {
            let start = self.at;
            self.text_end(context);
            if self.at > start {
                let literal = self.literal(start..self.at, context)?;
                pieces.push(TemplatePiece::literal(literal));
            }
            match self.peek() {
                Some(b'"') => break,
                Some(b'$' | b'%') => pieces.push(self.sequence()?),
                _ => return Err(self.unclosed_quote(open, self.line_end(open.max(self.at.saturating_sub(1))))),
            }
        }
        self.at += 1;
        strip(&mut pieces);
        Ok(pieces)
    }

    /// Reads the pieces of one line of a heredoc or file, with its line end.
    pub(super) fn line_pieces(&mut self, pieces: &mut Vec<TemplatePiece>) -> ReadResult<()> {
        loop {
            let start = self.at;
            self.text_end(TemplateContext::Lines);
            let newline = self.peek() == Some(b'\n');
            if newline {
                self.at += 1;
            }
            if self.at > start {
                let literal = self.literal(start..self.at, TemplateContext::Lines)?;
                pieces.push(TemplatePiece::literal(literal));
            }
            if newline || self.peek().is_none() {
                return Ok(());
            }
            pieces.push(self.sequence()?);
        }
    }

    /// Goes to the end of a literal text: to `${`, `%{`, or the end of the line or string.
    fn text_end(&mut self, context: TemplateContext) {
        loop {
            match self.peek() {
                None | Some(b'\n') => return,
                Some(b'"') if context == TemplateContext::Quoted => return,
                Some(b'\\')
                    if context == TemplateContext::Quoted && !matches!(self.peek_at(1), None | Some(b'\n' | b'\r')) =>
                {
                    self.at += 2;
                }
                Some(marker @ (b'$' | b'%')) => {
                    if self.peek_at(1) == Some(b'{') {
                        return;
                    }
                    let escape = self.peek_at(1) == Some(marker) && self.peek_at(2) == Some(b'{');
                    self.at += if escape { 3 } else { 1 };
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Reads `${ … }` or `%{ … }`.
    fn sequence(&mut self) -> ReadResult<TemplatePiece> {
        let open = self.at;
        let directive = self.peek() == Some(b'%');
        self.at += 2;
        let before = self.eat("~");
        let kind = self.nested(open, |reader| {
            reader.skip_space();
            let kind = if directive {
                reader.directive(open)?
            } else {
                PieceKind::Interpolation(reader.expression(Lines::Continue)?)
            };
            Ok(kind)
        })?;
        let after = self.eat("~");
        if !self.eat("}") {
            return Err(self.sequence_not_closed(open));
        }
        Ok(TemplatePiece { kind, written: open..self.at, strip: (before, after) })
    }

    fn directive(&mut self, open: usize) -> ReadResult<PieceKind> {
        let word = self.word().unwrap_or(self.at..self.at);
        self.skip_space();
        Ok(match self.slice(word.clone()) {
            "if" => PieceKind::If(self.expression(Lines::Continue)?),
            "else" => PieceKind::Else,
            "endif" => PieceKind::EndIf,
            "endfor" => PieceKind::EndFor,
            "for" => {
                let (key, value) = self.loop_names("%{ for x in list }")?;
                PieceKind::For { key, value, collection: self.expression(Lines::Continue)? }
            }
            "" => return Err(self.error(open..open + 2, "`%{` must be followed by `if`, `for`, `else`, `endif`, or `endfor`; write `%%{` for the characters themselves")),
            other => {
                let message = format!("`{other}` is not a directive: use `if`, `for`, `else`, `endif`, or `endfor`");
                return Err(self.error(word, message));
            }
        })
    }

    /// The expression that consists of `pieces`, which are at `range`: a string if there is nothing to compute, or else
    /// a template.
    pub(super) fn assemble(
        &mut self,
        pieces: Vec<TemplatePiece>,
        range: Range<usize>,
    ) -> ReadResult<(ExprKind, usize)> {
        if pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Literal(_))) {
            return Ok((ExprKind::String(self.merge(pieces, range)), 0));
        }
        let (parts, height) = self.nest(pieces)?;
        Ok((ExprKind::Template(parts), height))
    }

    /// The expression for the lines of a heredoc in which there is nothing to compute.
    pub(super) fn lines(&mut self, pieces: Vec<TemplatePiece>, range: Range<usize>) -> ReadResult<(ExprKind, usize)> {
        let (parts, height) = self.nest(pieces)?;
        Ok(match <Box<[TemplatePart; 1]>>::try_from(parts) {
            Ok(only) => match *only {
                [TemplatePart::Literal(literal)] => (ExprKind::String(literal), 0),
                parts => (ExprKind::Template(Box::new(parts)), height),
            },
            Err(parts) if parts.is_empty() => (ExprKind::String(self.merge(Vec::new(), range)), 0),
            Err(parts) => (ExprKind::Template(parts), height),
        })
    }

    /// Merges literals into one.
    fn merge(&self, pieces: Vec<TemplatePiece>, range: Range<usize>) -> Literal {
        let mut text = String::new();
        let mut literals = pieces.into_iter().filter_map(|piece| match piece.kind {
            PieceKind::Literal(literal) => (!literal.text.is_empty()).then_some(literal),
            _ => None,
        });
        let Some(mut whole) = literals.next() else {
            let span = self.span(range.start..range.start);
            return Literal { text: self.substr(range.start..range.start), span, form: Form::Verbatim };
        };
        let mut merged = false;
        for literal in literals {
            if !merged {
                text.push_str(&whole.text);
                merged = true;
            }
            let adjacent = whole.span.end == literal.span.start;
            whole.form = match (whole.form, literal.form) {
                (Form::Verbatim, Form::Verbatim) if adjacent => Form::Verbatim,
                (Form::Verbatim | Form::Escaped, Form::Verbatim | Form::Escaped) if adjacent => {
                    if self.source.slice(whole.span.to(literal.span)).contains('\\') {
                        Form::Whole
                    } else {
                        Form::Escaped
                    }
                }
                _ => Form::Whole,
            };
            whole.span = whole.span.to(literal.span);
            text.push_str(&literal.text);
        }
        if merged {
            let shared = whole.form == Form::Verbatim;
            whole.text =
                if shared { self.substr(whole.span.start as usize..whole.span.end as usize) } else { text.into() };
        }
        whole
    }

    /// Matches directives with their ends.
    fn nest(&mut self, pieces: Vec<TemplatePiece>) -> ReadResult<(Box<[TemplatePart]>, usize)> {
        let mut open: Vec<OpenDirective> = Vec::new();
        let mut parts = Vec::new();
        let mut height = 0;
        for TemplatePiece { kind, written, .. } in pieces {
            match kind {
                PieceKind::Literal(literal) => push_literal(&mut parts, literal, self),
                PieceKind::Interpolation(node) => {
                    height = height.max(node.height);
                    parts.push(TemplatePart::Interpolation(node.expr));
                }
                PieceKind::If(Node { height: inner, .. })
                | PieceKind::For { collection: Node { height: inner, .. }, .. } => {
                    if self.depth + open.len() >= MAX_DEPTH {
                        return Err(self.too_deep(written));
                    }
                    height = height.max(inner + open.len());
                    open.push(OpenDirective { kind, written, before: std::mem::take(&mut parts), yes: None });
                }
                PieceKind::Else => match open.last_mut() {
                    Some(OpenDirective { kind: PieceKind::If(_), yes: yes @ None, .. }) => {
                        *yes = Some(std::mem::take(&mut parts));
                    }
                    _ => return Err(self.error(written, "this `else` does not belong to an `if`: remove it")),
                },
                PieceKind::EndIf => match open.pop() {
                    Some(OpenDirective { kind: PieceKind::If(condition), before, yes, .. }) => {
                        let last = std::mem::replace(&mut parts, before);
                        let (yes, no) = if let Some(yes) = yes { (yes, last) } else { (last, Vec::new()) };
                        parts.push(TemplatePart::If { condition: condition.expr, yes: yes.into(), no: no.into() });
                    }
                    _ => return Err(self.error(written, "this `endif` does not belong to an `if`: remove it")),
                },
                PieceKind::EndFor => match open.pop() {
                    Some(OpenDirective { kind: PieceKind::For { key, value, collection }, before, .. }) => {
                        let body = std::mem::replace(&mut parts, before).into();
                        parts.push(TemplatePart::For { key, value, collection: collection.expr, body });
                    }
                    _ => return Err(self.error(written, "this `endfor` does not belong to a `for`: remove it")),
                },
            }
            height = height.max(open.len());
        }
        if let Some(OpenDirective { kind, written, .. }) = open.pop() {
            let end = if matches!(kind, PieceKind::If(_)) { "endif" } else { "endfor" };
            return Err(self.error(written, format!("this is not closed: add `%{{ {end} }}`")));
        }
        Ok((parts.into(), height))
    }
}

/// A directive whose end has not been found yet.
struct OpenDirective {
    kind: PieceKind,
    written: Range<usize>,
    /// The parts before it.
    before: Vec<TemplatePart>,
    /// The parts before `else`, if that was found.
    yes: Option<Vec<TemplatePart>>,
}

impl TemplatePiece {
    fn literal(literal: Literal) -> Self {
        let written = literal.span.start as usize..literal.span.end as usize;
        Self { kind: PieceKind::Literal(literal), written, strip: (false, false) }
    }
}

/// Adds `literal`. The lines of a heredoc are merged if they are one text.
fn push_literal(parts: &mut Vec<TemplatePart>, literal: Literal, reader: &Reader<'_>) {
    if literal.text.is_empty() {
        return;
    }
    if let Some(TemplatePart::Literal(last)) = parts.last_mut()
        && last.form == Form::Verbatim
        && literal.form == Form::Verbatim
        && last.span.end == literal.span.start
    {
        last.span = last.span.to(literal.span);
        last.text = reader.substr(last.span.start as usize..last.span.end as usize);
        return;
    }
    parts.push(TemplatePart::Literal(literal));
}

/// Applies the strip markers. Each only affects the literal next to it, which in a heredoc is the rest of the line.
pub(super) fn strip(pieces: &mut [TemplatePiece]) {
    let mut strip_start = false;
    let mut previous: Option<&mut Literal> = None;
    for piece in pieces {
        let (before, after) = piece.strip;
        if before && let Some(literal) = previous.take() {
            let kept = literal.text.trim_end().len();
            cut(literal, 0..kept);
        }
        match &mut piece.kind {
            PieceKind::Literal(literal) => {
                if strip_start {
                    let dropped = literal.text.len() - literal.text.trim_start().len();
                    cut(literal, dropped..literal.text.len());
                }
                previous = Some(literal);
            }
            _ => previous = None,
        }
        strip_start = after;
    }
}

/// Limits a literal to the bytes `range`.
pub(super) fn cut(literal: &mut Literal, range: Range<usize>) {
    if range.len() == literal.text.len() {
        return;
    }
    if literal.form == Form::Verbatim {
        literal.span = literal.span.part(range.clone());
    } else {
        literal.form = Form::Whole;
    }
    literal.text = literal.text.substr(range);
}
