//! hcl-edit's tree of a slice → ours, with the literals put back.

use std::ops::Range;

use hcl_edit::expr::{
    self as hcl, BinaryOperator as HclBinary, Expression, TraversalOperator, UnaryOperator as HclUnary,
};
use hcl_edit::{Decorated, Ident, Span as _, parser};

use super::cursor::{Node, Outcome, Reader, count};
use super::slice::Slice;
use super::{
    Binary, BinaryOperator, Call, Conditional, Expr, ExprKind, For, MAX_HEIGHT, Name, Splat, SplatStep, UnaryOperator,
};

impl Reader<'_> {
    /// What hcl-edit says of `slice`.
    pub(super) fn parse(&mut self, mut slice: Slice) -> Outcome<Node> {
        count(slice.text.len());
        let parsed = match parser::parse_expr(slice.text.trim_end()) {
            Ok(parsed) => parsed,
            Err(error) => return Err(self.refused(&slice, &error)),
        };
        let node = Converter { reader: self, slice: &mut slice }.expression(&parsed)?;
        if let Some(range) = slice.untaken() {
            return Err(self.error(range, "this is not expected here"));
        }
        Ok(node)
    }
}

struct Converter<'r, 's> {
    reader: &'r mut Reader<'s>,
    slice: &'r mut Slice,
}

impl Converter<'_, '_> {
    fn expression(&mut self, parsed: &Expression) -> Outcome<Node> {
        let range = parsed.span().unwrap_or_default();
        if let Expression::Variable(_) = parsed
            && let Some(node) = self.slice.take(range.start)
        {
            return Ok(node);
        }
        let written = self.slice.written(range);
        let (kind, height) = match parsed {
            Expression::Null(_) => (ExprKind::Null, 0),
            Expression::Bool(value) => (ExprKind::Bool(*value.value()), 0),
            Expression::Variable(_) => (ExprKind::Variable(self.reader.substr(written.clone())), 0),
            Expression::Conditional(parsed) => self.conditional(parsed)?,
            Expression::FuncCall(parsed) => self.call(parsed)?,
            Expression::Traversal(parsed) => return self.traversal(parsed),
            Expression::UnaryOp(parsed) => {
                let operator = match parsed.operator.value() {
                    HclUnary::Neg => UnaryOperator::Negate,
                    HclUnary::Not => UnaryOperator::Not,
                };
                let inner = self.expression(&parsed.expr)?;
                (ExprKind::Unary(operator, Box::new(inner.expr)), inner.height)
            }
            Expression::BinaryOp(parsed) => self.binary(parsed)?,
            Expression::ForExpr(parsed) => self.for_expression(parsed)?,
            // Cut out before: only a mistake of ours leads here.
            Expression::Number(_)
            | Expression::String(_)
            | Expression::Array(_)
            | Expression::Object(_)
            | Expression::StringTemplate(_)
            | Expression::HeredocTemplate(_)
            | Expression::Parenthesis(_) => return Err(self.reader.error(written, "this cannot be read")),
        };
        self.node(kind, written, height)
    }

    fn node(&mut self, kind: ExprKind, written: Range<usize>, height: usize) -> Outcome<Node> {
        if height >= MAX_HEIGHT {
            return Err(self.too_long(written));
        }
        Ok(Node { expr: Expr { kind, span: self.reader.span(written) }, height: height + 1 })
    }

    fn too_long(&mut self, written: Range<usize>) -> super::cursor::Reported {
        let start = written.start;
        self.reader.error(
            start..start,
            format!("this expression has more than {MAX_HEIGHT} steps one in the other: put parts of it into locals"),
        )
    }

    fn name(&self, ident: &Decorated<Ident>) -> Name {
        let written = self.slice.written(ident.span().unwrap_or_default());
        self.reader.name(written)
    }

    fn conditional(&mut self, parsed: &hcl::Conditional) -> Outcome<(ExprKind, usize)> {
        let condition = self.expression(&parsed.cond_expr)?;
        let yes = self.expression(&parsed.true_expr)?;
        let no = self.expression(&parsed.false_expr)?;
        let height = condition.height.max(yes.height).max(no.height);
        let conditional = Conditional { condition: condition.expr, yes: yes.expr, no: no.expr };
        Ok((ExprKind::Conditional(Box::new(conditional)), height))
    }

    fn binary(&mut self, parsed: &hcl::BinaryOp) -> Outcome<(ExprKind, usize)> {
        let left = self.expression(&parsed.lhs_expr)?;
        let right = self.expression(&parsed.rhs_expr)?;
        let operator = match parsed.operator.value() {
            HclBinary::Eq => BinaryOperator::Equal,
            HclBinary::NotEq => BinaryOperator::NotEqual,
            HclBinary::Less => BinaryOperator::Less,
            HclBinary::LessEq => BinaryOperator::LessOrEqual,
            HclBinary::Greater => BinaryOperator::Greater,
            HclBinary::GreaterEq => BinaryOperator::GreaterOrEqual,
            HclBinary::Plus => BinaryOperator::Add,
            HclBinary::Minus => BinaryOperator::Subtract,
            HclBinary::Mul => BinaryOperator::Multiply,
            HclBinary::Div => BinaryOperator::Divide,
            HclBinary::Mod => BinaryOperator::Modulo,
            HclBinary::And => BinaryOperator::And,
            HclBinary::Or => BinaryOperator::Or,
        };
        let height = left.height.max(right.height);
        Ok((ExprKind::Binary(Box::new(Binary { left: left.expr, operator, right: right.expr })), height))
    }

    fn call(&mut self, parsed: &hcl::FuncCall) -> Outcome<(ExprKind, usize)> {
        let mut name = self.name(&parsed.name.name);
        if !parsed.name.namespace.is_empty() {
            let mut path = String::new();
            for part in &parsed.name.namespace {
                let part = self.name(part);
                name.span = part.span.to(name.span);
                path.push_str(&part.text);
                path.push_str("::");
            }
            path.push_str(&name.text);
            name.text = path.into();
        }
        let mut arguments = Vec::with_capacity(parsed.args.len());
        let mut height = 0;
        for argument in parsed.args.iter() {
            let argument = self.expression(argument)?;
            height = height.max(argument.height);
            arguments.push(argument.expr);
        }
        let call = Call { name, arguments: arguments.into(), expand_last: parsed.args.expand_final() };
        Ok((ExprKind::Call(Box::new(call)), height))
    }

    fn for_expression(&mut self, parsed: &hcl::ForExpr) -> Outcome<(ExprKind, usize)> {
        let key_name = parsed.intro.key_var.as_ref().map(|name| self.name(name));
        let value_name = self.name(&parsed.intro.value_var);
        let collection = self.expression(&parsed.intro.collection_expr)?;
        let result = self.expression(&parsed.value_expr)?;
        let mut height = collection.height.max(result.height);
        let mut optional = |parsed: Option<&Expression>| -> Outcome<Option<Expr>> {
            let Some(parsed) = parsed else { return Ok(None) };
            let node = self.expression(parsed)?;
            height = height.max(node.height);
            Ok(Some(node.expr))
        };
        let key = optional(parsed.key_expr.as_ref())?;
        let condition = optional(parsed.cond.as_ref().map(|cond| &cond.expr))?;
        let parsed = For {
            key_name,
            value_name,
            collection: collection.expr,
            key,
            result: result.expr,
            grouping: parsed.grouping,
            condition,
        };
        Ok((ExprKind::For(Box::new(parsed)), height))
    }

    fn traversal(&mut self, parsed: &hcl::Traversal) -> Outcome<Node> {
        let mut node = self.expression(&parsed.expr)?;
        let mut operators = parsed.operators.as_slice();
        while let Some((operator, rest)) = operators.split_first() {
            let start = node.expr.span.start as usize;
            let mut end = self.end(operator);
            operators = rest;
            let (kind, height) = match operator.value() {
                TraversalOperator::GetAttr(name) => {
                    (ExprKind::Attribute(Box::new(node.expr), self.name(name)), node.height)
                }
                TraversalOperator::Index(key) => {
                    let key = self.expression(key)?;
                    (ExprKind::Index(Box::new(node.expr), Box::new(key.expr)), node.height.max(key.height))
                }
                TraversalOperator::LegacyIndex(_) => {
                    let key = self.legacy_index(operator);
                    (ExprKind::Index(Box::new(node.expr), Box::new(key)), node.height)
                }
                TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => {
                    let (steps, height, rest) = self.splat(operator, operators)?;
                    end = operators
                        .len()
                        .checked_sub(rest.len() + 1)
                        .and_then(|last| operators.get(last))
                        .map_or(end, |last| self.end(last));
                    operators = rest;
                    let splat = Splat { base: node.expr, steps };
                    (ExprKind::Splat(Box::new(splat)), node.height.max(height))
                }
            };
            node = self.node(kind, start..end, height)?;
        }
        Ok(node)
    }

    fn end(&self, operator: &Decorated<TraversalOperator>) -> usize {
        self.slice.written(operator.span().unwrap_or_default()).end
    }

    /// The number of `.0`
    fn legacy_index(&self, operator: &Decorated<TraversalOperator>) -> Expr {
        let range = operator.span().unwrap_or_default();
        let digits = self.slice.text.get(range.clone()).unwrap_or_default().trim_start_matches(['.', ' ']).len();
        let written = self.slice.written(range.end - digits..range.end);
        Expr { kind: ExprKind::Number(self.reader.substr(written.clone())), span: self.reader.span(written) }
    }

    /// The steps of `splat`, how high they are, and the operators that are not part of it.
    ///
    /// `[*]` takes everything that follows; `.*` takes names and numbers only.
    fn splat<'p>(
        &mut self,
        splat: &Decorated<TraversalOperator>,
        operators: &'p [Decorated<TraversalOperator>],
    ) -> Outcome<Steps<'p>> {
        let mut levels = vec![Level::new(splat)];
        let mut operators = operators;
        let mut height = 0;
        while let Some((operator, rest)) = operators.split_first() {
            let only_names = levels.last().is_some_and(|level| level.only_names);
            let step = match operator.value() {
                TraversalOperator::GetAttr(name) => SplatStep::Attribute(self.name(name)),
                TraversalOperator::LegacyIndex(_) => SplatStep::Index(self.legacy_index(operator)),
                TraversalOperator::AttrSplat(_) if only_names => {
                    let written = self.slice.written(operator.span().unwrap_or_default());
                    return Err(self.reader.error(written, "a splat cannot follow a splat `.*`: write both as `[*]`"));
                }
                _ if only_names => {
                    if levels.len() == 1 {
                        break;
                    }
                    close(&mut levels);
                    continue;
                }
                TraversalOperator::Index(key) => {
                    let key = self.expression(key)?;
                    height = height.max(key.height);
                    SplatStep::Index(key.expr)
                }
                TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => {
                    if levels.len() >= MAX_HEIGHT {
                        let written = self.slice.written(operator.span().unwrap_or_default());
                        return Err(self.too_long(written));
                    }
                    height += 1;
                    levels.push(Level::new(operator));
                    operators = rest;
                    continue;
                }
            };
            if let Some(level) = levels.last_mut() {
                level.steps.push(step);
            }
            operators = rest;
        }
        while levels.len() > 1 {
            close(&mut levels);
        }
        let steps = levels.pop().map(|level| level.steps).unwrap_or_default();
        Ok((steps.into(), height, operators))
    }
}

/// The steps of a splat, how high they are, and the operators behind it.
type Steps<'p> = (Box<[SplatStep]>, usize, &'p [Decorated<TraversalOperator>]);

/// The steps of a splat so far, and whether it takes names and numbers only.
struct Level {
    steps: Vec<SplatStep>,
    only_names: bool,
}

impl Level {
    fn new(splat: &Decorated<TraversalOperator>) -> Self {
        Self { steps: Vec::new(), only_names: matches!(splat.value(), TraversalOperator::AttrSplat(_)) }
    }
}

/// Makes the last splat a step of the one around it.
fn close(levels: &mut Vec<Level>) {
    if let Some(inner) = levels.pop()
        && let Some(outer) = levels.last_mut()
    {
        outer.steps.push(SplatStep::Splat(inner.steps.into()));
    }
}
