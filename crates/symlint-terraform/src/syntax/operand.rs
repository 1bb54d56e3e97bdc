//! Reads operands: literals, names, calls, and brackets.

use std::ops::Range;

use super::cursor::{Lines, Node, ReadResult, Reader};
use super::mistakes::shown;
use super::{Call, Expr, ExprKind, Name};
use crate::limits::MAX_HEIGHT;

impl Reader<'_> {
    /// Reads a value without the steps after it.
    pub(super) fn operand(&mut self, lines: Lines) -> ReadResult<Node> {
        match self.peek() {
            Some(b'"') => self.quoted(),
            Some(b'0'..=b'9') => self.number(),
            Some(b'{' | b'[') if self.opens_for() => self.comprehension(),
            Some(b'{') => self.object(),
            Some(b'[') => self.tuple(),
            Some(b'(') => self.paren(),
            Some(b'<') if self.peek_at(1) == Some(b'<') => self.heredoc(),
            _ => match self.word() {
                Some(word) => self.named(word, lines),
                None => Err(self.no_value()),
            },
        }
    }

    /// A node at `range` around parts with the given `height`.
    pub(super) fn node(&mut self, kind: ExprKind, range: Range<usize>, height: usize) -> ReadResult<Node> {
        if height >= MAX_HEIGHT {
            let message = format!(
                "this expression has more than {MAX_HEIGHT} steps one in the other: put parts of it into locals"
            );
            return Err(self.error(range.start..range.start, message));
        }
        self.count_node(range.start)?;
        Ok(Node { expr: Expr { kind, span: self.span(range) }, height: height + 1 })
    }

    /// Whether the bracket here starts a `for` expression.
    fn opens_for(&mut self) -> bool {
        let open = self.at;
        self.at += 1;
        self.skip_space();
        let is_for = self.word().is_some_and(|word| self.slice(word) == "for");
        self.back_to(open);
        is_for
    }

    fn number(&mut self) -> ReadResult<Node> {
        let range = self.digits();
        if self.slice(range.clone()).bytes().filter(|&byte| byte == b'.').count() > 1 {
            let end = self.word_like(range.end);
            let word = shown(self.slice(range.start..end));
            let message = format!("`{word}` is not a number: put it in quotes");
            return Err(self.error(range.start..end, message));
        }
        let kind = ExprKind::Number(self.substr(range.clone()));
        self.node(kind, range, 0)
    }

    /// Skips the characters that Terraform's scanner combines to a number: digits with points and an exponent.
    pub(super) fn digits(&mut self) -> Range<usize> {
        let start = self.at;
        let digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
        loop {
            let more = match self.peek() {
                Some(b'0'..=b'9') => 1,
                Some(b'.') if digit(self.peek_at(1)) => 2,
                Some(b'e' | b'E') if digit(self.peek_at(1)) => 2,
                Some(b'e' | b'E') if matches!(self.peek_at(1), Some(b'+' | b'-')) && digit(self.peek_at(2)) => 3,
                _ => return start..self.at,
            };
            self.at += more;
        }
    }

    /// Reads `( … )`, starting at its bracket.
    fn paren(&mut self) -> ReadResult<Node> {
        let open = self.at;
        self.at += 1;
        let inner = self.nested(open, |reader| {
            reader.skip_space();
            let inner = reader.expression(Lines::Continue)?;
            if !reader.eat(")") {
                return Err(reader.not_closed(open, ")"));
            }
            Ok(inner)
        })?;
        self.node(ExprKind::Paren(Box::new(inner.expr)), open..self.at, inner.height)
    }

    /// Reads an operand that starts with `word`: a constant, a reference, or a call.
    fn named(&mut self, word: Range<usize>, lines: Lines) -> ReadResult<Node> {
        self.skip(lines);
        if self.peek() == Some(b'(') || self.looking_at("::") {
            return self.call(word, lines);
        }
        let kind = self.constant_or_name(word.clone());
        self.node(kind, word, 0)
    }

    pub(super) fn constant_or_name(&self, word: Range<usize>) -> ExprKind {
        match self.slice(word.clone()) {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::Variable(self.substr(word)),
        }
    }

    /// Reads `name(arguments…)` or `namespace::name(arguments…)`, after its first word.
    #[inline(never)]
    fn call(&mut self, word: Range<usize>, lines: Lines) -> ReadResult<Node> {
        let start = word.start;
        let mut name = self.name(word);
        if self.looking_at("::") {
            let mut path = name.text.to_string();
            while self.eat("::") {
                self.skip(lines);
                let Some(word) = self.word() else {
                    return Err(self.unexpected("the name of a function is missing after `::`"));
                };
                path.push_str("::");
                path.push_str(self.slice(word.clone()));
                name.span = name.span.to(self.span(word));
                self.skip(lines);
            }
            name.text = path.into();
        }
        let open = self.at;
        if !self.eat("(") {
            return Err(self.unexpected("`(` must follow the name of a function"));
        }
        let (call, height) = self.nested(open, |reader| reader.arguments(name, open))?;
        self.node(ExprKind::Call(Box::new(call)), start..self.at, height)
    }

    /// Reads the arguments after the `(` at `open`, and the `)`.
    fn arguments(&mut self, name: Name, open: usize) -> ReadResult<(Call, usize)> {
        let mut arguments = Vec::new();
        let mut expand_last = false;
        let mut height = 0;
        self.skip_space();
        while !self.eat(")") {
            let argument = self.expression(Lines::Continue)?;
            height = height.max(argument.height);
            arguments.push(argument.expr);
            expand_last = self.eat("...");
            self.skip_space();
            if !expand_last && self.eat(",") {
                self.skip_space();
                continue;
            }
            if !self.eat(")") {
                return Err(self.unexpected_within(open, ")", "a comma or `)` is missing"));
            }
            break;
        }
        Ok((Call { name, arguments: arguments.into(), expand_last }, height))
    }
}
