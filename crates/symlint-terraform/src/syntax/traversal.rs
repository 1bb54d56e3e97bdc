//! Reads the steps after a value: `.name`, `.0`, `[key]`, and for each of its elements, `[*]` and `.*`.

use std::ops::Range;

use super::cursor::{Lines, Node, ReadResult, Reader};
use super::mistakes::shown;
use super::{Expr, ExprKind, Name, Splat, SplatStep};

/// One step after a value, and where it ends.
struct StepRead {
    step: TraversalStep,
    end: usize,
}

enum TraversalStep {
    /// A step `.name`.
    Attribute(Name),
    /// A step `[key]` or `.0`.
    Index(Node),
    /// `[*]` and all steps after it, or `.*` and the names and numbers after it, with their height.
    Splat(Vec<SplatStep>, usize),
}

impl Reader<'_> {
    /// Reads a value and the steps after it.
    pub(super) fn traversal(&mut self, lines: Lines) -> ReadResult<Node> {
        let start = self.at;
        let mut node = self.operand(lines)?;
        self.skip(lines);
        while let Some(StepRead { step, end }) = self.step(lines)? {
            node = self.of_step(node, step, start..end)?;
        }
        Ok(node)
    }

    /// Applies `step` to `base`. This is a separate function so that the one above needs little stack.
    #[inline(never)]
    fn of_step(&mut self, base: Node, step: TraversalStep, written: Range<usize>) -> ReadResult<Node> {
        let height = base.height.max(step.height());
        let kind = match step {
            TraversalStep::Attribute(name) => ExprKind::Attribute(Box::new(base.expr), Box::new(name)),
            TraversalStep::Index(key) => ExprKind::Index(Box::new(base.expr), Box::new(key.expr)),
            TraversalStep::Splat(steps, _) => ExprKind::Splat(Box::new(Splat { base: base.expr, steps: steps.into() })),
        };
        self.node(kind, written, height)
    }

    /// Reads the step that is here, if there is one, and the whitespace after it.
    fn step(&mut self, lines: Lines) -> ReadResult<Option<StepRead>> {
        match self.peek() {
            Some(b'[') => self.bracket(lines).map(Some),
            Some(b'.') if self.peek_at(1) != Some(b'.') => self.dot(lines).map(Some),
            _ => Ok(None),
        }
    }

    /// The result for `step`, which ends here. Skips the whitespace after it.
    fn taken(&mut self, step: TraversalStep, lines: Lines) -> StepRead {
        let end = self.at;
        self.skip(lines);
        StepRead { step, end }
    }

    /// Reads `.name`, `.0`, or `.*` with the names and numbers after it.
    fn dot(&mut self, lines: Lines) -> ReadResult<StepRead> {
        if let Some(taken) = self.after_dot(lines)? {
            return Ok(taken);
        }
        self.at += 1;
        let mut splat = self.taken(TraversalStep::Splat(Vec::new(), 1), lines);
        while self.peek() == Some(b'.') && self.peek_at(1) != Some(b'.') {
            let dot = self.at;
            let Some(StepRead { step, end }) = self.after_dot(lines)? else {
                let message = "a splat cannot follow a splat `.*`: write both as `[*]`";
                return Err(self.error(dot..self.at + 1, message));
            };
            splat.push(step, end);
        }
        Ok(splat)
    }

    /// Reads the rest of `.name` or `.0`; returns `None` before the star of `.*`.
    fn after_dot(&mut self, lines: Lines) -> ReadResult<Option<StepRead>> {
        let dot = self.at;
        self.at += 1;
        self.skip(lines);
        let step = if let Some(word) = self.word() {
            TraversalStep::Attribute(self.name(word))
        } else {
            match self.peek() {
                Some(b'*') => return Ok(None),
                Some(b'0'..=b'9') => self.legacy_index(dot)?,
                _ => return Err(self.error(dot..dot + 1, "a name must follow this `.`")),
            }
        };
        Ok(Some(self.taken(step, lines)))
    }

    /// Reads the number of `.0`.
    fn legacy_index(&mut self, dot: usize) -> ReadResult<TraversalStep> {
        let digits = self.digits();
        if self.slice(digits.clone()).contains('.') {
            let message =
                format!("`.{}` is not an index: write each index as `[0]`", shown(self.slice(digits.clone())));
            return Err(self.error(dot..digits.end, message));
        }
        let kind = ExprKind::Number(self.substr(digits.clone()));
        Ok(TraversalStep::Index(Node { expr: Expr { kind, span: self.span(digits) }, height: 1 }))
    }

    /// Reads `[key]`, or `[*]` with everything that follows it.
    fn bracket(&mut self, lines: Lines) -> ReadResult<StepRead> {
        let open = self.at;
        self.at += 1;
        self.skip(lines);
        if self.peek() != Some(b'*') {
            let key = self.nested(open, |reader| {
                reader.skip_space();
                let key = reader.expression(Lines::Continue)?;
                if !reader.eat("]") {
                    return Err(reader.unexpected_within(open, "]", "`]` is missing"));
                }
                Ok(key)
            })?;
            return Ok(self.taken(TraversalStep::Index(key), lines));
        }
        self.at += 1;
        self.skip(lines);
        if !self.eat("]") {
            return Err(self.error(self.at..self.at, "`]` is missing after `*`"));
        }
        let mut splat = self.taken(TraversalStep::Splat(Vec::new(), 1), lines);
        self.nested(open, |reader| {
            while let Some(StepRead { step, end }) = reader.step(lines)? {
                splat.push(step, end);
            }
            Ok(splat)
        })
    }
}

impl StepRead {
    /// Adds `step`, which ends at `end`, for each element.
    fn push(&mut self, step: TraversalStep, end: usize) {
        self.end = end;
        if let TraversalStep::Splat(steps, height) = &mut self.step {
            *height = (*height).max(step.height() + 1);
            steps.push(step.of_element());
        }
    }
}

impl TraversalStep {
    fn height(&self) -> usize {
        match self {
            TraversalStep::Attribute(_) => 0,
            TraversalStep::Index(key) => key.height,
            TraversalStep::Splat(_, height) => *height,
        }
    }

    /// The step in a form that is applied to each element.
    fn of_element(self) -> SplatStep {
        match self {
            TraversalStep::Attribute(name) => SplatStep::Attribute(name),
            TraversalStep::Index(key) => SplatStep::Index(key.expr),
            TraversalStep::Splat(steps, _) => SplatStep::Splat(steps.into()),
        }
    }
}
