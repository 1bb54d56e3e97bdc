//! Bodies: attributes and blocks.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use super::cursor::{Node, ReadResult, Reader, Reported};
use super::recover::ItemParent;
use super::{Attribute, Block, Body, Expr, ExprKind, Name};

impl Reader<'_> {
    pub(super) fn file(&mut self) -> Body {
        let mut body = Body::default();
        loop {
            self.skip_space();
            match self.peek() {
                None => break,
                Some(b'}') => self.extra_bracket(),
                Some(_) => self.structure(&mut body),
            }
        }
        self.check_redefined(&body);
        body
    }

    /// Reads an attribute or a block, and the end of its line.
    fn structure(&mut self, body: &mut Body) {
        let start = self.at;
        // Top-level arguments are not indented. After a mistake, an indented one is the rest of a block that was closed
        // too early.
        self.quiet = self.depth == 0 && self.any_error() && self.indent(start) > 0;
        let outcome = self.attribute_or_block(body).and_then(|what| self.line_must_end(what));
        if outcome.is_err() {
            self.skip_item(start, ItemParent::Body);
        }
        self.quiet = false;
    }

    fn attribute_or_block(&mut self, body: &mut Body) -> ReadResult<What> {
        let start = self.at;
        let Some(word) = self.word() else { return Err(self.not_a_name()) };
        let name = self.name(word.clone());
        self.skip_blank();
        match self.peek() {
            Some(b'=') if self.peek_at(1) != Some(b'=') => {
                self.at += 1;
                self.skip_blank();
                let value_start = self.at;
                let outcome = self.value_of(&name.text);
                let failed = outcome.is_err();
                let value = self.value_or_invalid(outcome);
                let span = self.span(start..value.span.end as usize);
                body.attributes.push(Arc::new(Attribute { name, value, span }));
                if failed { Err(Reported) } else { Ok(What::Attribute(value_start)) }
            }
            Some(b'{' | b'"') => self.block(start, name, body),
            _ if self.at_word() => self.block(start, name, body),
            _ => Err(self.no_value_after(word)),
        }
    }

    pub(super) fn value_or_invalid(&self, outcome: ReadResult<Node>) -> Expr {
        match outcome {
            Ok(node) => node.expr,
            Err(_) => Expr { kind: ExprKind::Invalid, span: self.span(self.at..self.at) },
        }
    }

    fn block(&mut self, start: usize, kind: Name, body: &mut Body) -> ReadResult<What> {
        let mut labels = Vec::new();
        let open = loop {
            self.skip_blank();
            match self.peek() {
                Some(b'{') => break self.at,
                Some(b'"') => match self.label() {
                    Ok(label) => labels.push(label),
                    // A label with a missing quote must not separate the block's `}` from its `{`.
                    Err(reported) => match self.last_brace() {
                        Some(brace) => break brace,
                        None => return Err(reported),
                    },
                },
                _ => match self.word() {
                    Some(word) => labels.push(self.name(word)),
                    None => return Err(self.not_a_block(&kind)),
                },
            }
        };
        self.at = open + 1;
        self.count_node(start)?;
        let inner = self.nested(open, |reader| reader.block_body(open))?;
        body.blocks.push(Arc::new(Block { kind, labels, body: inner, span: self.span_from(start) }));
        Ok(What::Block)
    }

    /// The `{` at the end of the line, or of the next line if that starts with a quote, because the label extends over
    /// both.
    fn last_brace(&self) -> Option<usize> {
        let ends = |start: usize| {
            let line = self.slice(start..self.line_end(start)).trim_end();
            line.ends_with('{').then(|| start + line.len() - 1)
        };
        let next = self.next_line(self.at);
        let is_torn = self.slice(next..self.text.len()).trim_start_matches([' ', '\t']).starts_with('"');
        ends(self.at).or_else(|| ends(next).filter(|_| is_torn))
    }

    /// Reads the body after the `{` at `open`, and the `}`.
    fn block_body(&mut self, open: usize) -> ReadResult<Body> {
        let mut body = Body::default();
        self.skip_blank();
        if !self.at_line_end() && self.peek() != Some(b'}') {
            self.single_argument(&mut body)?;
            return Ok(body);
        }
        loop {
            self.skip_space();
            if self.closes_here(open, "}") {
                break;
            }
            match self.peek() {
                None => {
                    self.not_closed(open, "}");
                    break;
                }
                Some(b'}') if self.at_extra() => self.extra_bracket(),
                Some(b'}') => {
                    self.at += 1;
                    break;
                }
                Some(_) => self.structure(&mut body),
            }
        }
        self.check_redefined(&body);
        Ok(body)
    }

    /// Reads `name = value }`: a block on one line can have one argument.
    fn single_argument(&mut self, body: &mut Body) -> ReadResult<()> {
        let start = self.at;
        let what = self.attribute_or_block(body)?;
        if let What::Block = what {
            return Err(
                self.error(start..start, "a block on one line may only hold one argument: start a new line after `{`")
            );
        }
        self.skip_blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        Err(self.error(
            self.at..self.at,
            "a block that starts on one line must end on it: start a new line after `{`, or put `}` here",
        ))
    }

    fn line_must_end(&mut self, what: What) -> ReadResult<()> {
        self.skip_blank();
        while self.at_extra() {
            self.extra_bracket();
            self.skip_blank();
        }
        if self.at_line_end() {
            return Ok(());
        }
        Err(match what {
            What::Attribute(value) => self.unexpected_after(value),
            What::Block => self.unexpected_after(self.at),
        })
    }

    fn check_redefined(&mut self, body: &Body) {
        let mut first = HashMap::with_capacity(body.attributes.len());
        for attribute in &body.attributes {
            let span = attribute.name.span;
            if let Some(before) = first.insert(attribute.name.text.as_str(), span) {
                let line = self.source.position(before.start).line;
                let message = format!(
                    "`{}` is already set on line {line}: each argument may be set only once",
                    attribute.name.text
                );
                self.error(span.start as usize..span.end as usize, message);
            }
        }
    }
}

enum What {
    /// An attribute whose value starts here.
    Attribute(usize),
    Block,
}
