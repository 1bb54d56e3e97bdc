//! Operators such as `-a`, `!a`, and `a + b`, with Terraform's conversions.

use std::cmp::Ordering;

use crate::number::{self, Number, Numeric};
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Binary, BinaryOperator, Expr, Operation, UnaryOperator};
use crate::types::{Primitive, equal, to_bool, to_number};
use crate::value::{Kind, Value};

use super::answer::Attempt;
use super::scope::Scope;
use super::{Answer, Evaluator, Stop};

/// The result of an operator, if the first operand alone determines it.
fn decides(operator: BinaryOperator, left: &Value) -> Option<bool> {
    match (operator, &left.kind) {
        (BinaryOperator::Or, Kind::Bool(true)) => Some(true),
        (BinaryOperator::And, Kind::Bool(false)) => Some(false),
        _ => None,
    }
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn unary(&self, operator: UnaryOperator, operand: &Expr, span: Span, scope: &Scope<'_>) -> Answer {
        let value = self.eval(operand, scope);
        let kind = || match operator {
            UnaryOperator::Negate => {
                Ok(Kind::Number(numeric(number::negate(&*number_operand(&value, operand.span)?))?))
            }
            UnaryOperator::Not => Ok(Kind::Bool(!bool_operand(&value, operand.span)?)),
        };
        let result = kind().map(|kind| Value::new(kind, Origin::derived(span, [value.origin.clone()])));
        Ok(self.settle_from(result, span, [&value]))
    }

    /// A chain of operands from left to right. A loop, because the chain may be long.
    #[inline(never)]
    pub(super) fn binary(&self, binary: &Binary, span: Span, scope: &Scope<'_>) -> Answer {
        let mut left = self.eval(&binary.first, scope);
        let mut origins = Vec::with_capacity(binary.rest.len() + 1);
        left.gather(&mut origins, &mut 64);
        let mut left_span = binary.first.span;
        let last = binary.rest.len().saturating_sub(1);
        for (index, Operation { operator, operand }) in binary.rest.iter().enumerate() {
            self.meter().spend(1)?;
            let right = match decides(*operator, &left) {
                None => self.eval(operand, scope),
                Some(decided) => match self.attempt(operand, scope) {
                    Attempt::Is(right) | Attempt::Unclear(right) => right,
                    // Since 1.12, Terraform does not evaluate the second operand if the first one determines the
                    // result. Earlier versions report its error.
                    Attempt::Failed(right) => {
                        self.unknowns.set(self.unknowns.get() + 1);
                        Value::new(Kind::Bool(decided), right.origin)
                    }
                },
            };
            right.gather(&mut origins, &mut 64);
            let hides = left.hides() || right.hides();
            let operands = Operands { left: &left, left_span, right: &right, right_span: operand.span };
            let kind = self.operation(*operator, &operands);
            left_span = binary.first.span.to(operand.span);
            let made = |kind, origins: Vec<Origin>| Value::new(kind, Origin::derived(span, origins)).marked(hides);
            if index == last {
                return Ok(match kind {
                    Ok(kind) => made(kind, origins),
                    Err(stop) => self.settle(Err(stop), span).made_of_origins(origins),
                });
            }
            // Only the next operator sees the result of the first operands, but a mistake in them is reported at them.
            left = self.settle(kind.map(|kind| made(kind, Vec::new())), left_span);
        }
        Ok(left)
    }

    fn operation(&self, operator: BinaryOperator, operands: &Operands<'_>) -> Answer<Kind> {
        let Operands { left, left_span, right, right_span } = *operands;
        match operator {
            BinaryOperator::Equal => self.equals(left, right).map(Kind::Bool),
            BinaryOperator::NotEqual => self.equals(left, right).map(|equal| Kind::Bool(!equal)),
            BinaryOperator::And | BinaryOperator::Or => {
                let (a, b) = both(bool_operand(left, left_span), bool_operand(right, right_span))?;
                Ok(Kind::Bool(if operator == BinaryOperator::Or { a || b } else { a && b }))
            }
            operator => {
                let (a, b) = both(number_operand(left, left_span), number_operand(right, right_span))?;
                arithmetic(operator, &a, &b)
            }
        }
    }

    pub(crate) fn equals(&self, left: &Value, right: &Value) -> Answer<bool> {
        for value in [left, right] {
            if value.as_unknown().is_some() {
                return Err(Stop::Unknown(value.clone().computed()));
            }
        }
        if let (Kind::String(left), Kind::String(right)) = (&left.kind, &right.kind) {
            self.meter().spend_bytes(left.len().min(right.len()))?;
        }
        equal(left, right, self.meter())?
            .ok_or_else(|| Stop::reason("whether these are equal depends on an unknown value"))
    }
}

/// The operands of an operator, and their places.
#[derive(Clone, Copy)]
struct Operands<'a> {
    left: &'a Value,
    left_span: Span,
    right: &'a Value,
    right_span: Span,
}

/// Both operands. An error in one is an error even if the other one is unknown.
fn both<T>(left: Answer<T>, right: Answer<T>) -> Answer<(T, T)> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (Err(stop @ Stop::Error(..)), _) | (_, Err(stop @ Stop::Error(..))) => Err(stop),
        (Err(stop), _) | (_, Err(stop)) => Err(stop),
    }
}

fn arithmetic(operator: BinaryOperator, a: &Number, b: &Number) -> Answer<Kind> {
    let ordering = a.cmp(b);
    Ok(match operator {
        BinaryOperator::Less => Kind::Bool(ordering == Ordering::Less),
        BinaryOperator::LessOrEqual => Kind::Bool(ordering != Ordering::Greater),
        BinaryOperator::Greater => Kind::Bool(ordering == Ordering::Greater),
        BinaryOperator::GreaterOrEqual => Kind::Bool(ordering != Ordering::Less),
        BinaryOperator::Add => Kind::Number(numeric(number::add(a, b))?),
        BinaryOperator::Subtract => Kind::Number(numeric(number::subtract(a, b))?),
        BinaryOperator::Multiply => Kind::Number(numeric(number::multiply(a, b))?),
        BinaryOperator::Divide => Kind::Number(numeric(number::divide(a, b))?),
        BinaryOperator::Modulo => Kind::Number(numeric(number::modulo(a, b))?),
        BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::And | BinaryOperator::Or => {
            return Err(Stop::reason("this operator does not compute"));
        }
    })
}

/// The number, if it is the same for Terraform.
pub(crate) fn numeric(result: Numeric) -> Answer<Number> {
    match result {
        Numeric::Known(number) => Ok(number),
        Numeric::Beyond => Err(Stop::reason("the result is a number that is not represented exactly")),
        Numeric::Invalid => Err(Stop::error("this is not a number")),
    }
}

fn number_operand(value: &Value, span: Span) -> Answer<Number> {
    match to_number(value) {
        Primitive::Is(Value { kind: Kind::Number(number), .. }) => Ok(number),
        Primitive::Is(value) if value.is_null() => Err(Stop::error_at("an operand must not be null", span)),
        Primitive::Is(value) => Err(Stop::Unknown(value.computed())),
        Primitive::Beyond => Err(Stop::reason("this number is too long to be evaluated")),
        Primitive::No => Err(Stop::error_at(format!("a number is required here, not a {}", value.type_name()), span)),
    }
}

fn bool_operand(value: &Value, span: Span) -> Answer<bool> {
    match to_bool(value) {
        Primitive::Is(Value { kind: Kind::Bool(value), .. }) => Ok(value),
        Primitive::Is(value) if value.is_null() => Err(Stop::error_at("an operand must not be null", span)),
        Primitive::Is(value) => Err(Stop::Unknown(value.computed())),
        _ => Err(Stop::error_at(format!("true or false is required here, not a {}", value.type_name()), span)),
    }
}
