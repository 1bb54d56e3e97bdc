//! Expressions: literals directly, the rest cut into slices for hcl-edit.

use std::ops::Range;

use super::cursor::{Lines, Node, Outcome, Reader};
use super::slice::Slice;
use super::{Expr, ExprKind, MAX_DEPTH};

/// A bracket that stays in the slice, because hcl-edit reads what it belongs to.
struct Frame {
    kind: Bracket,
    /// Where it was opened.
    open: usize,
    /// The conditions whose `:` is still to come.
    conditions: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// None: the expression itself.
    None,
    /// `name(`
    Call,
    /// `base[`
    Index,
    /// `[for`
    ForTuple,
    /// `{for`
    ForObject,
}

impl Bracket {
    fn close(self) -> &'static str {
        match self {
            Bracket::None => "",
            Bracket::Call => ")",
            Bracket::Index | Bracket::ForTuple => "]",
            Bracket::ForObject => "}",
        }
    }

    fn is_for(self) -> bool {
        matches!(self, Bracket::ForTuple | Bracket::ForObject)
    }
}

/// What was read last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// Nothing, an operator, an opening bracket, a comma: a value must follow.
    Operator,
    /// `(` or `,` of a call: a value or `)` must follow.
    Argument,
    /// A name: a value, and a call if `(` follows.
    Name,
    /// Any other value.
    Value,
}

impl After {
    fn value(self) -> bool {
        matches!(self, After::Name | After::Value)
    }
}

/// The pieces of an expression that have been passed.
struct Pieces {
    slice: Slice,
    frames: Vec<Frame>,
    after: After,
    /// What the end of a line means outside of the frames.
    lines: Lines,
}

impl Pieces {
    fn lines(&self) -> Lines {
        if self.frames.len() > 1 { Lines::Continue } else { self.lines }
    }
}

enum Step {
    Go,
    Stop,
}

impl Reader<'_> {
    /// A source that is one expression.
    pub(super) fn whole_expression(&mut self) -> Outcome<Expr> {
        self.skip_space();
        let start = self.at;
        let node = self.expression(Lines::Continue)?;
        self.skip_space();
        if self.peek().is_some() {
            return Err(self.unexpected_after(start));
        }
        Ok(node.expr)
    }

    /// The expression that starts here; the reader then stands behind it, or behind blanks that follow it.
    pub(super) fn expression(&mut self, lines: Lines) -> Outcome<Node> {
        let start = self.at;
        let mut pieces = Pieces { slice: Slice::default(), frames: Vec::new(), after: After::Operator, lines };
        if let Some(node) = self.operand()? {
            self.skip(lines);
            if self.ends_value(lines) {
                return Ok(node);
            }
            pieces.slice.cut(node);
            pieces.after = After::Value;
        } else if let Some(word) = self.word() {
            self.skip(lines);
            if self.ends_value(lines) {
                return Ok(self.word_alone(word));
            }
            pieces.slice.copy(word, self.text);
            pieces.slice.space();
            pieces.after = After::Name;
        }
        pieces.frames.push(Frame { kind: Bracket::None, open: start, conditions: 0 });
        loop {
            let before = self.at;
            self.skip(pieces.lines());
            if self.at > before {
                pieces.slice.space();
            }
            let step = if pieces.after.value() { self.after_value(&mut pieces)? } else { self.value(&mut pieces)? };
            if let Step::Stop = step {
                break;
            }
        }
        if pieces.frames.first().is_some_and(|frame| frame.conditions > 0) {
            return Err(self.error(self.at..self.at, "the `:` of this condition is missing: write `condition ? a : b`"));
        }
        self.parse(pieces.slice)
    }

    /// Whether what was read so far cannot go on.
    fn ends_value(&self, lines: Lines) -> bool {
        match self.peek() {
            Some(b',' | b'}' | b']' | b')' | b'~') | None => true,
            Some(b'=') => !matches!(self.peek_at(1), Some(b'=' | b'>')),
            Some(b':') => self.peek_at(1) != Some(b':'),
            _ => lines == Lines::End && self.at_line_end(),
        }
    }

    fn word_alone(&self, word: Range<usize>) -> Node {
        let kind = match self.slice(word.clone()) {
            "null" => ExprKind::Null,
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            _ => ExprKind::Variable(self.substr(word.clone())),
        };
        Node { expr: Expr { kind, span: self.span(word) }, height: 1 }
    }

    /// A value that our scanner reads itself, if one starts here.
    fn operand(&mut self) -> Outcome<Option<Node>> {
        match self.peek() {
            Some(b'"') => self.quoted().map(Some),
            Some(b'0'..=b'9') => self.number().map(Some),
            Some(b'{') if !self.opens_for() => self.object().map(Some),
            Some(b'[') if !self.opens_for() => self.tuple().map(Some),
            Some(b'(') => self.paren().map(Some),
            Some(b'<') if self.peek_at(1) == Some(b'<') => self.heredoc().map(Some),
            _ => Ok(None),
        }
    }

    /// Whether the bracket here is one of a `for` expression.
    fn opens_for(&mut self) -> bool {
        let open = self.at;
        self.at += 1;
        self.skip_space();
        let is_for = self.word().is_some_and(|word| self.slice(word) == "for");
        self.back_to(open);
        is_for
    }

    fn number(&mut self) -> Outcome<Node> {
        let range = self.digits();
        if self.slice(range.clone()).bytes().filter(|&byte| byte == b'.').count() > 1 {
            let end = self.word_like(range.end);
            let word = self.slice(range.start..end);
            let message = format!("`{word}` is no number: put it in quotes");
            return Err(self.error(range.start..end, message));
        }
        let kind = ExprKind::Number(self.substr(range.clone()));
        Ok(Node { expr: Expr { kind, span: self.span(range) }, height: 1 })
    }

    /// Digits with points and an exponent, as Terraform's scanner takes them together.
    fn digits(&mut self) -> Range<usize> {
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

    /// Passes what stands where a value must be.
    fn value(&mut self, pieces: &mut Pieces) -> Outcome<Step> {
        if let Some(node) = self.operand()? {
            pieces.slice.cut(node);
            pieces.after = After::Value;
            return Ok(Step::Go);
        }
        if let Some(word) = self.word() {
            pieces.slice.copy(word, self.text);
            pieces.after = After::Name;
            return Ok(Step::Go);
        }
        match self.peek() {
            Some(b'-') => self.operator(1, pieces),
            Some(b'!') if self.peek_at(1) != Some(b'=') => self.operator(1, pieces),
            Some(b'[') => self.open_for(Bracket::ForTuple, pieces)?,
            Some(b'{') => self.open_for(Bracket::ForObject, pieces)?,
            Some(b')') if pieces.after == After::Argument => self.close(pieces),
            _ => return Err(self.no_value(pieces.slice.text.trim().is_empty())),
        }
        Ok(Step::Go)
    }

    fn operator(&mut self, len: usize, pieces: &mut Pieces) {
        pieces.slice.copy(self.at..self.at + len, self.text);
        self.at += len;
        pieces.after = After::Operator;
    }

    fn open(&mut self, kind: Bracket, pieces: &mut Pieces) -> Outcome<()> {
        if self.depth + pieces.frames.len() > MAX_DEPTH || pieces.frames.len() > MAX_SLICE_DEPTH {
            return Err(self.too_deep(self.at..self.at + 1));
        }
        pieces.frames.push(Frame { kind, open: self.at, conditions: 0 });
        self.operator(1, pieces);
        if kind == Bracket::Call {
            pieces.after = After::Argument;
        }
        Ok(())
    }

    fn open_for(&mut self, kind: Bracket, pieces: &mut Pieces) -> Outcome<()> {
        self.open(kind, pieces)?;
        self.skip_space();
        self.operator("for".len(), pieces);
        pieces.slice.space();
        Ok(())
    }

    fn close(&mut self, pieces: &mut Pieces) {
        self.operator(1, pieces);
        pieces.frames.pop();
        pieces.after = After::Value;
    }

    /// Passes what may stand behind a value, or stops where the expression is over.
    fn after_value(&mut self, pieces: &mut Pieces) -> Outcome<Step> {
        let Some(frame) = pieces.frames.last_mut() else { return Ok(Step::Stop) };
        let kind = frame.kind;
        let Some(byte) = self.peek() else {
            if kind == Bracket::None {
                return Ok(Step::Stop);
            }
            let open = frame.open;
            return Err(self.not_closed(open, kind.close()));
        };
        match (byte, self.peek_at(1)) {
            (b'.', Some(b'.')) if kind != Bracket::None && self.looking_at("...") => {
                self.operator(3, pieces);
                pieces.after = After::Value;
            }
            (b'.', next) if next != Some(b'.') => self.step(pieces)?,
            (b'[', _) => self.index(pieces)?,
            (b'(', _) if pieces.after == After::Name => self.open(Bracket::Call, pieces)?,
            (b'?', _) => {
                frame.conditions += 1;
                self.operator(1, pieces);
            }
            (b':', Some(b':')) => self.operator(2, pieces),
            (b':', _) if frame.conditions > 0 => {
                frame.conditions -= 1;
                self.operator(1, pieces);
            }
            (b':', _) if kind.is_for() => self.operator(1, pieces),
            (b',', _) if kind == Bracket::Call => {
                self.operator(1, pieces);
                pieces.after = After::Argument;
            }
            (b',', _) if kind.is_for() => self.operator(1, pieces),
            (b'=', Some(b'>')) if kind == Bracket::ForObject => self.operator(2, pieces),
            (b'=' | b'!' | b'<' | b'>', Some(b'=')) | (b'&', Some(b'&')) | (b'|', Some(b'|')) => {
                self.operator(2, pieces);
            }
            (b'<' | b'>' | b'+' | b'-' | b'*' | b'%', _) => self.operator(1, pieces),
            (b'/', next) if !matches!(next, Some(b'/' | b'*')) => self.operator(1, pieces),
            (b')' | b']' | b'}', _) if kind.close().as_bytes() == [byte] => self.close(pieces),
            _ if kind == Bracket::None => return Ok(Step::Stop),
            _ if kind.is_for() && self.at_word() => return self.keyword(pieces),
            _ => return Err(self.unexpected_within(frame.open, kind.close())),
        }
        Ok(Step::Go)
    }

    /// `in` or `if` of a `for`.
    fn keyword(&mut self, pieces: &mut Pieces) -> Outcome<Step> {
        let word = self.word().unwrap_or(self.at..self.at);
        if !matches!(self.slice(word.clone()), "in" | "if") {
            self.at = word.start;
            let (open, close) = pieces.frames.last().map_or((word.start, ""), |frame| (frame.open, frame.kind.close()));
            return Err(self.unexpected_within(open, close));
        }
        pieces.slice.copy(word, self.text);
        pieces.slice.space();
        pieces.after = After::Operator;
        Ok(Step::Go)
    }

    /// `.name`, `.0` or `.*`
    fn step(&mut self, pieces: &mut Pieces) -> Outcome<()> {
        let dot = self.at;
        self.operator(1, pieces);
        self.skip(pieces.lines());
        let at = self.at;
        if self.eat("*") {
            pieces.slice.copy(at..self.at, self.text);
        } else if let Some(word) = self.word() {
            pieces.slice.copy(word, self.text);
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            let digits = self.digits();
            if !self.slice(digits.clone()).bytes().all(|byte| byte.is_ascii_digit()) {
                let message = format!("`.{}` is no index: write each index as `[0]`", self.slice(digits.clone()));
                return Err(self.error(dot..digits.end, message));
            }
            // hcl-edit takes no leading zeros.
            let zeros = self.slice(digits.start..digits.end - 1).bytes().take_while(|&byte| byte == b'0').count();
            pieces.slice.copy(digits.start + zeros..digits.end, self.text);
        } else {
            return Err(self.error(dot..dot + 1, "a name must follow this `.`"));
        }
        pieces.after = After::Value;
        Ok(())
    }

    /// `[key]` or `[*]`
    fn index(&mut self, pieces: &mut Pieces) -> Outcome<()> {
        let lines = pieces.lines();
        self.open(Bracket::Index, pieces)?;
        self.skip(lines);
        if self.peek() == Some(b'*') {
            self.operator(1, pieces);
            pieces.after = After::Value;
            self.skip(lines);
            if self.peek() != Some(b']') {
                return Err(self.error(self.at..self.at, "`]` is missing behind `*`"));
            }
        }
        Ok(())
    }
}

/// How many brackets may lie in each other in one slice: hcl-edit needs much stack for each.
const MAX_SLICE_DEPTH: usize = 32;
