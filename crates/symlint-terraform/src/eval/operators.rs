//! `-a`, `!a`, `a + b` and their like, with Terraform's conversions.

use std::cmp::Ordering;

use crate::number::{self, Numeric};
use crate::origin::Origin;
use crate::source::Span;
use crate::syntax::{Binary, BinaryOperator, Expr, UnaryOperator};
use crate::types::{Primitive, equal, to_bool, to_number};
use crate::value::{Kind, Number, Value};

use super::scope::Scope;
use super::{Answer, Evaluator, Stop};

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn unary(&self, operator: UnaryOperator, operand: &Expr, span: Span, scope: &Scope<'_>) -> Answer {
        let value = self.eval(operand, scope);
        let kind = match operator {
            UnaryOperator::Negate => Kind::Number(numeric(number::negate(&*number_operand(&value, operand.span)?))?),
            UnaryOperator::Not => Kind::Bool(!bool_operand(&value, operand.span)?),
        };
        Ok(Value::new(kind, Origin::derived(span, [value.origin])))
    }

    #[inline(never)]
    pub(super) fn binary(&self, binary: &Binary, span: Span, scope: &Scope<'_>) -> Answer {
        let left = self.eval(&binary.left, scope);
        let right = self.eval(&binary.right, scope);
        let kind = match binary.operator {
            BinaryOperator::Equal => Kind::Bool(self.equals(&left, &right)?),
            BinaryOperator::NotEqual => Kind::Bool(!self.equals(&left, &right)?),
            BinaryOperator::And | BinaryOperator::Or => self.logic(binary, &left, &right)?,
            operator => {
                let a = number_operand(&left, binary.left.span);
                let b = number_operand(&right, binary.right.span);
                // A wrong operand is wrong, be the other known or not.
                let (a, b) = match (a, b) {
                    (Ok(a), Ok(b)) => (a, b),
                    (Err(stop @ Stop::Error(..)), _) | (_, Err(stop @ Stop::Error(..))) => return Err(stop),
                    (Err(stop), _) | (_, Err(stop)) => return Err(stop),
                };
                arithmetic(operator, &a, &b)?
            }
        };
        let hides = left.hides() || right.hides();
        Ok(Value::new(kind, Origin::derived(span, [left.origin, right.origin])).marked(hides))
    }

    pub(crate) fn equals(&self, left: &Value, right: &Value) -> Answer<bool> {
        for value in [left, right] {
            if value.as_unknown().is_some() {
                return Err(Stop::Unknown(value.clone()));
            }
        }
        equal(left, right, self.meter())?
            .ok_or_else(|| Stop::reason("whether these are equal depends on what is not known"))
    }

    /// Terraform does not stop at the first operand, but an unknown one does not matter where the other decides.
    fn logic(&self, binary: &Binary, left: &Value, right: &Value) -> Answer<Kind> {
        let decisive = binary.operator == BinaryOperator::Or;
        let a = bool_operand(left, binary.left.span);
        let b = bool_operand(right, binary.right.span);
        match (a, b) {
            (Err(stop @ Stop::Error(..)), _) | (_, Err(stop @ Stop::Error(..))) => Err(stop),
            (Ok(a), Ok(b)) => Ok(Kind::Bool(if decisive { a || b } else { a && b })),
            (Err(stop), _) | (_, Err(stop)) => Err(stop),
        }
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

/// The number, if it is one that is the same for Terraform.
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
        Primitive::Is(value) => Err(Stop::Unknown(value)),
        Primitive::Beyond => Err(Stop::reason("this number is too long to be evaluated")),
        Primitive::No => Err(Stop::error_at(format!("a number is required here, not a {}", value.type_name()), span)),
    }
}

fn bool_operand(value: &Value, span: Span) -> Answer<bool> {
    match to_bool(value) {
        Primitive::Is(Value { kind: Kind::Bool(value), .. }) => Ok(value),
        Primitive::Is(value) if value.is_null() => Err(Stop::error_at("an operand must not be null", span)),
        Primitive::Is(value) => Err(Stop::Unknown(value)),
        _ => Err(Stop::error_at(format!("true or false is required here, not a {}", value.type_name()), span)),
    }
}
