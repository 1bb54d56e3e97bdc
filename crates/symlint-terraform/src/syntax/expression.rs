//! Reads expressions: conditions, and operands with operators. `operand.rs` reads the operands.
//!
//! Everything that can continue without a bracket, such as a sum or `a ? b : c ? d : e`, is read in a loop. Only
//! brackets need stack, and [`crate::limits::MAX_DEPTH`] limits them.

use super::cursor::{Lines, Node, ReadResult, Reader, Reported};
use super::{Binary, BinaryOperator, Conditional, Expr, ExprKind, Operation, UnaryOperator};

/// Operands with operators of the same precedence. The last operand has not been read yet.
struct Chain {
    first: Expr,
    rest: Vec<Operation>,
    operator: BinaryOperator,
    height: usize,
}

impl Chain {
    fn new(first: Node, operator: BinaryOperator) -> Self {
        Self { first: first.expr, rest: Vec::new(), operator, height: first.height }
    }

    fn push(&mut self, operand: Node) {
        self.height = self.height.max(operand.height);
        self.rest.push(Operation { operator: self.operator, operand: operand.expr });
    }
}

impl Reader<'_> {
    /// Reads a source that consists of one expression.
    pub(super) fn whole_expression(&mut self) -> ReadResult<Expr> {
        self.skip_space();
        let start = self.at;
        let node = self.expression(Lines::Continue)?;
        self.skip_space();
        if self.peek().is_some() {
            return Err(self.unexpected_after(start));
        }
        Ok(node.expr)
    }

    /// Reads the expression that starts here, and the whitespace after it.
    pub(super) fn expression(&mut self, lines: Lines) -> ReadResult<Node> {
        let node = self.operation(lines)?;
        if self.peek() == Some(b'?') { self.conditional(node, lines) } else { Ok(node) }
    }

    /// Reads `condition ? yes : no`, starting at its question mark.
    #[inline(never)]
    fn conditional(&mut self, condition: Node, lines: Lines) -> ReadResult<Node> {
        // Each condition with its result, and at the end the result if all are false.
        let mut parts = vec![condition];
        while self.peek() == Some(b'?') {
            let question = self.at;
            self.at += 1;
            self.skip(lines);
            parts.push(self.nested(question, |reader| reader.expression(lines))?);
            if self.peek() != Some(b':') || self.peek_at(1) == Some(b':') {
                return Err(self.no_colon());
            }
            self.at += 1;
            self.skip(lines);
            parts.push(self.operation(lines)?);
        }
        self.conditions(parts)
    }

    fn conditions(&mut self, parts: Vec<Node>) -> ReadResult<Node> {
        let mut parts = parts.into_iter().rev();
        let mut no = parts.next().ok_or(Reported)?;
        while let (Some(yes), Some(condition)) = (parts.next(), parts.next()) {
            let written = condition.expr.span.start as usize..no.expr.span.end as usize;
            let height = condition.height.max(yes.height).max(no.height);
            let conditional = Conditional { condition: condition.expr, yes: yes.expr, no: no.expr };
            no = self.node(ExprKind::Conditional(Box::new(conditional)), written, height)?;
        }
        Ok(no)
    }

    /// Reads operands and the operators between them. Operators that bind tighter are nested deeper.
    fn operation(&mut self, lines: Lines) -> ReadResult<Node> {
        let mut operand = self.signed(lines)?;
        let mut chains: Vec<Chain> = Vec::new();
        while let Some(operator) = self.binary_operator() {
            self.skip(lines);
            self.chained(&mut chains, operand, operator)?;
            operand = self.signed(lines)?;
        }
        if chains.is_empty() { Ok(operand) } else { self.joined(&mut chains, operand, 0) }
    }

    /// Adds `operand`, and the `operator` after it, to the chain that it belongs to.
    #[inline(never)]
    fn chained(&mut self, chains: &mut Vec<Chain>, operand: Node, operator: BinaryOperator) -> ReadResult<()> {
        let operand = self.joined(chains, operand, operator.rank())?;
        match chains.last_mut() {
            Some(chain) if chain.operator.rank() == operator.rank() => {
                chain.push(operand);
                chain.operator = operator;
            }
            _ => chains.push(Chain::new(operand, operator)),
        }
        Ok(())
    }

    /// Closes the chains whose operators bind tighter than `rank`. `last` is their last operand.
    fn joined(&mut self, chains: &mut Vec<Chain>, last: Node, rank: u8) -> ReadResult<Node> {
        let mut last = last;
        while let Some(mut chain) = chains.pop_if(|chain| chain.operator.rank() > rank) {
            let written = chain.first.span.start as usize..last.expr.span.end as usize;
            chain.push(last);
            let binary = Binary { first: chain.first, rest: chain.rest.into() };
            last = self.node(ExprKind::Binary(Box::new(binary)), written, chain.height)?;
        }
        Ok(last)
    }

    /// Skips the binary operator that is here, if there is one, and returns it.
    fn binary_operator(&mut self) -> Option<BinaryOperator> {
        let (operator, len) = match (self.peek()?, self.peek_at(1)) {
            (b'=', Some(b'=')) => (BinaryOperator::Equal, 2),
            (b'!', Some(b'=')) => (BinaryOperator::NotEqual, 2),
            (b'<', Some(b'=')) => (BinaryOperator::LessOrEqual, 2),
            (b'<', _) => (BinaryOperator::Less, 1),
            (b'>', Some(b'=')) => (BinaryOperator::GreaterOrEqual, 2),
            (b'>', _) => (BinaryOperator::Greater, 1),
            (b'&', Some(b'&')) => (BinaryOperator::And, 2),
            (b'|', Some(b'|')) => (BinaryOperator::Or, 2),
            (b'+', _) => (BinaryOperator::Add, 1),
            (b'-', _) => (BinaryOperator::Subtract, 1),
            (b'*', _) => (BinaryOperator::Multiply, 1),
            (b'/', next) if !matches!(next, Some(b'/' | b'*')) => (BinaryOperator::Divide, 1),
            (b'%', _) => (BinaryOperator::Modulo, 1),
            _ => return None,
        };
        self.at += len;
        Some(operator)
    }

    /// Reads an operand with the signs in front of it.
    fn signed(&mut self, lines: Lines) -> ReadResult<Node> {
        match self.peek() {
            Some(b'-' | b'!') => self.unary(lines),
            _ => self.traversal(lines),
        }
    }

    /// Reads `-a` or `!a`, starting at its sign.
    #[inline(never)]
    fn unary(&mut self, lines: Lines) -> ReadResult<Node> {
        let mut signs = Vec::new();
        loop {
            let operator = match self.peek() {
                Some(b'-') => UnaryOperator::Negate,
                Some(b'!') if self.peek_at(1) != Some(b'=') => UnaryOperator::Not,
                _ => break,
            };
            signs.push((operator, self.at));
            self.at += 1;
            self.skip(lines);
        }
        let mut node = self.traversal(lines)?;
        for (operator, start) in signs.into_iter().rev() {
            let end = node.expr.span.end as usize;
            node = self.node(ExprKind::Unary(operator, Box::new(node.expr)), start..end, node.height)?;
        }
        Ok(node)
    }

    fn no_colon(&mut self) -> Reported {
        self.error(self.at..self.at, "the `:` of this condition is missing: write `condition ? a : b`")
    }
}

impl BinaryOperator {
    /// The precedence. Higher values bind tighter.
    fn rank(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }
}
