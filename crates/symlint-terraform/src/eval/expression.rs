//! Evaluates all kinds of expressions. The longer ones are in files of their own.

use std::sync::Arc;

use crate::form::Form;
use crate::functions;
use crate::number::{self, Numeric};
use crate::origin::Origin;
use crate::syntax::{BinaryOperator, Call, Conditional, Expr, ExprKind, Item, Key, TemplatePart, UnaryOperator};
use crate::types::{Primitive, convert_within, is_exactly, to_bool, to_text, type_of, unify};
use crate::value::{Entry, Kind, Type, Unknown, Value};

use super::scope::Scope;
use super::{Answer, Attempt, ErrorSubject, Evaluator, Stop};

/// Whether a condition is true, and where it comes from.
pub(super) struct Condition {
    pub(super) holds: bool,
    pub(super) origin: Origin,
}

impl Condition {
    /// Whether the condition makes its result sensitive.
    pub(super) fn is_sensitive(&self) -> bool {
        self.origin.sensitive
    }
}

impl Evaluator<'_> {
    /// The value of a literal, which needs no evaluation.
    pub(super) fn literal(&self, expr: &Expr) -> Option<Value> {
        let kind = match &expr.kind {
            ExprKind::Null => Kind::Null,
            ExprKind::Bool(value) => Kind::Bool(*value),
            ExprKind::String(literal) => {
                let origin = Origin::written(literal.span, literal.form);
                return Some(Value::new(Kind::String(literal.text.clone()), origin));
            }
            ExprKind::Number(text) => match number::parse(text) {
                Numeric::Known(number) => Kind::Number(number),
                Numeric::Beyond | Numeric::Invalid => {
                    return Some(Value::unevaluated("this number is too long to be evaluated", expr.span));
                }
            },
            _ => return None,
        };
        Some(Value::new(kind, Origin::written(expr.span, Form::Bare)))
    }

    /// The value of any expression. There is a method for each kind, so that this one needs little stack.
    pub(super) fn expression(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {
                self.literal(expr).ok_or_else(invalid)
            }
            ExprKind::Template(parts) => self.template(parts, expr.span, scope),
            ExprKind::Object(items) => self.object(items, expr, scope),
            ExprKind::Tuple(items) => self.tuple(items, expr, scope),
            ExprKind::Paren(inner) => Ok(self.eval(inner, scope)),
            ExprKind::Variable(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => self.traversal(expr, scope),
            ExprKind::Splat(splat) => self.splat(splat, expr.span, scope),
            ExprKind::Call(call) => self.call(call, expr, scope),
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, expr.span, scope),
            ExprKind::Binary(binary) => self.binary(binary, expr.span, scope),
            ExprKind::Conditional(conditional) => self.conditional(conditional, scope),
            ExprKind::For(comprehension) => self.comprehension(comprehension, expr.span, scope),
            ExprKind::Invalid => Err(invalid()),
        }
    }

    #[inline(never)]
    fn tuple(&self, items: &[Expr], expr: &Expr, scope: &Scope<'_>) -> Answer {
        let items = items.iter().map(|item| self.eval(item, scope)).collect();
        Ok(Value::new(Kind::Tuple(items), Origin::written(expr.span, Form::Whole)))
    }

    #[inline(never)]
    fn object(&self, items: &[Item], expr: &Expr, scope: &Scope<'_>) -> Answer {
        let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
        // A sensitive key makes the whole object sensitive.
        let mut sensitive = false;
        let mut unknown: Option<Value> = None;
        for item in items {
            let entry = match &item.key {
                Key::Literal(name) => Entry::new(name.text.clone(), name.span, self.eval(&item.value, scope)),
                // In a values file, such a key is a mistake, but the other items are still valid.
                Key::Computed(expr) if scope.is_constant() && refers(expr) => {
                    self.record("this key is read as an expression: put it in quotes".to_owned(), expr.span, None);
                    continue;
                }
                Key::Computed(expr) => {
                    if is_reference(expr) {
                        let message = "this key is ambiguous: put a reference in parentheses, or a name in quotes";
                        self.record(message.to_owned(), expr.span, None);
                    }
                    let key = self.settle(self.key(expr, scope), expr.span);
                    sensitive |= key.is_sensitive();
                    let entry = Entry::keyed(&key, self.eval(&item.value, scope));
                    if key.as_unknown().is_some() {
                        unknown.get_or_insert(key);
                    }
                    entry
                }
            };
            entries.push(entry);
        }
        if let Some(unknown) = unknown {
            return Ok(unknown.computed().made_of(entries.iter().map(|entry| &entry.value)));
        }
        // Of several items with the same key, the last one silently takes effect, as in Terraform.
        entries.reverse();
        entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        entries.dedup_by(|later, kept| later.key == kept.key);
        Ok(Value::new(Kind::Object(entries.into()), Origin::written(expr.span, Form::Whole)).marked(sensitive))
    }

    /// The value of `expr` as the key of an object, which is a string.
    pub(super) fn key(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        let key = self.known(expr, scope)?;
        match to_text(&key) {
            Primitive::Is(key) if !key.is_null() => Ok(key),
            Primitive::Is(_) => Err(Stop::error_at("a key must not be null", expr.span)),
            _ => Err(Stop::error_at(format!("a key must be a string, not a {}", key.type_name()), expr.span)),
        }
    }

    /// The value of `expr` as a condition.
    pub(super) fn condition(&self, expr: &Expr, scope: &Scope<'_>) -> Answer<Condition> {
        let value = self.known(expr, scope)?;
        match to_bool(&value) {
            Primitive::Is(Value { kind: Kind::Bool(holds), origin, .. }) => Ok(Condition { holds, origin }),
            Primitive::Is(_) => Err(Stop::error_at("a condition must not be null", expr.span)),
            _ => Err(Stop::error_at(
                format!("a condition must be true or false, not a {}", value.type_name()),
                expr.span,
            )),
        }
    }

    #[inline(never)]
    fn call(&self, call: &Call, expr: &Expr, scope: &Scope<'_>) -> Answer {
        if scope.is_constant() {
            return Err(Stop::error_at("functions may not be called here", call.name.span));
        }
        functions::call(self, call, expr.span, scope)
    }

    #[inline(never)]
    fn conditional(&self, conditional: &Conditional, scope: &Scope<'_>) -> Answer {
        let condition = match self.condition(&conditional.condition, scope) {
            Err(Stop::Unknown(condition)) => return Ok(self.either(conditional, &condition, scope)),
            condition => condition?,
        };
        let (chosen, other) = match condition.holds {
            true => (&conditional.yes, &conditional.no),
            false => (&conditional.no, &conditional.yes),
        };
        let mut value = self.eval(chosen, scope).marked(condition.is_sensitive());
        value.origin = value.origin.depending_on(&condition.origin);
        if value.as_unknown().is_some() {
            return Err(Stop::Unknown(value));
        }
        // The result that is not chosen affects the type, but its errors are not reported.
        let attempt = self.attempt(other, scope);
        if let Attempt::Is(other) = &attempt
            && self.is_open_choice(&condition.origin, &value, other)
        {
            let reason = "another value of a variable chooses something else";
            let unknown = Value::unknown(reason, condition.origin.span).depending_on(&condition.origin);
            return Ok(self.either(conditional, &unknown, scope));
        }
        if let Attempt::Is(other) = &attempt
            && other.as_unknown().is_none()
        {
            return Ok(self.in_common(value, other, ONE_TYPE)?.marked(other.is_sensitive()));
        }
        match (self.type_of_failed(other, scope), attempt) {
            (Some(ty), _) => self.of_common_type(value, &ty, ONE_TYPE),
            // It is a tuple or an object, whatever it contains.
            (None, _) if is_never(&other.kind, &type_of(&value, self.meter())?) => Err(apart(ONE_TYPE)),
            (None, Attempt::Failed(failed)) if is_apart(&failed, &value) => Err(apart(ONE_TYPE)),
            (None, Attempt::Failed(_)) => Ok(value),
            (None, _) if is_number_by(other) && matches!(value.kind, Kind::Number(_)) => Ok(value),
            (None, _) => uncommon(value),
        }
    }

    /// Whether a condition that depends on an open variable chooses between collections that are not empty.
    fn is_open_choice(&self, condition: &Origin, chosen: &Value, other: &Value) -> bool {
        let has_entries = |value: &Value| value.entries().is_some_and(|entries| !entries.is_empty());
        let is_choice = !self.open.is_empty() && has_entries(chosen) && has_entries(other);
        let mut is_open = false;
        if is_choice {
            condition
                .each_dependence(&mut |on| is_open |= on.path.as_ref().is_some_and(|path| self.open.contains(path)));
        }
        is_open
    }

    /// The value of a conditional whose `condition` is unknown: one of both results.
    fn either(&self, conditional: &Conditional, condition: &Value, scope: &Scope<'_>) -> Value {
        let mut results = Vec::with_capacity(2);
        let mut origins = vec![condition.origin.clone()];
        for (name, expr) in [("true", &conditional.yes), ("false", &conditional.no)] {
            match self.attempt(expr, scope) {
                Attempt::Is(mut value) | Attempt::Unclear(mut value) => {
                    value.gather(&mut origins, &mut 256);
                    let is_named = value.origin.path.is_some();
                    value.origin = value.origin.depending_on(&condition.origin);
                    if is_named && self.is_assumed(name, &value, condition) {
                        return value;
                    }
                    results.push(value);
                }
                Attempt::Failed(value) => origins.push(value.origin),
            }
        }
        let new = || Unknown::new("this condition is not known", condition.origin.span);
        let mut unknown = condition.as_unknown().map_or_else(new, |unknown| Unknown::clone(unknown));
        unknown.is_refused = false;
        let unknown = unknown.one_of(results);
        let value = Value::new(Kind::Unknown(Arc::new(unknown)), Origin::derived(condition.origin.span, []));
        value.made_of_origins(origins)
    }

    /// The type of an expression that cannot be evaluated, if it is clear.
    fn type_of_failed(&self, expr: &Expr, scope: &Scope<'_>) -> Option<Type> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.type_of_failed(inner, scope),
            // A template that consists of one interpolation has that interpolation's type.
            ExprKind::Template(parts) => {
                (!matches!(&**parts, [TemplatePart::Interpolation(_)])).then_some(Type::String)
            }
            ExprKind::Unary(UnaryOperator::Negate, _) => Some(Type::Number),
            ExprKind::Unary(UnaryOperator::Not, _) => Some(Type::Bool),
            ExprKind::Binary(binary) => Some(match binary.rest.last()?.operator {
                BinaryOperator::Add
                | BinaryOperator::Subtract
                | BinaryOperator::Multiply
                | BinaryOperator::Divide
                | BinaryOperator::Modulo => Type::Number,
                _ => Type::Bool,
            }),
            // Only asked for a failed condition, so that conditions in a chain are not evaluated again for each of
            // them.
            ExprKind::Conditional(conditional) => {
                let holds = |value: &Value| matches!(to_bool(value), Primitive::Is(Value { kind: Kind::Bool(_), .. }));
                match self.attempt(&conditional.condition, scope) {
                    Attempt::Is(value) if !holds(&value) => {}
                    Attempt::Failed(_) => {}
                    _ => return None,
                }
                let result = |expr| match self.attempt(expr, scope) {
                    Attempt::Is(value) => type_of(&value, self.meter()).ok(),
                    Attempt::Failed(_) => self.type_of_failed(expr, scope),
                    Attempt::Unclear(_) => None,
                };
                unify(&result(&conditional.yes)?, &result(&conditional.no)?)
            }
            _ => None,
        }
    }

    /// Converts `value` to the type that it has in common with `other`.
    pub(crate) fn in_common(&self, value: Value, other: &Value, refusal: &str) -> Answer {
        if untyped(other) {
            return Ok(value);
        }
        if other.as_unknown().is_some() {
            return uncommon(value);
        }
        if let (Kind::String(_), Kind::String(_)) = (&value.kind, &other.kind) {
            return Ok(value);
        }
        let ty = type_of(other, self.meter())?;
        // An element of unknown type may turn the others into strings.
        if unknown_within(other) && !untyped(&value) {
            let common = unify(&type_of(&value, self.meter())?, &ty).ok_or_else(|| apart(refusal))?;
            if matches!(common, Type::List(_) | Type::Map(_) | Type::Set(_)) {
                return uncommon(value);
            }
        }
        self.of_common_type(value, &ty, refusal)
    }

    /// Converts `value` to the type that it has in common with the type `other`.
    fn of_common_type(&self, value: Value, other: &Type, refusal: &str) -> Answer {
        if untyped(&value) {
            return Ok(Value::typed(Kind::Null, value.origin, other.clone()));
        }
        let own = type_of(&value, self.meter())?;
        let common = unify(&own, other).ok_or_else(|| apart(refusal))?;
        // For a list or map without an element type, Terraform does not look for a common type of the elements.
        if is_exactly(&common, other) && matches!(other, Type::List(of) | Type::Map(of) if matches!(**of, Type::Any)) {
            let parts: Vec<&Type> = match &own {
                Type::Tuple(elements) => elements.iter().collect(),
                Type::Object(attributes) => attributes.iter().map(|attribute| &attribute.ty).collect(),
                _ => Vec::new(),
            };
            if parts.windows(2).any(|pair| matches!(pair, [a, b] if !is_exactly(a, b))) {
                return Err(apart(refusal));
            }
        }
        let converted = convert_within(&value, &common, self.meter());
        if converted.problems.iter().any(|problem| problem.kind.is_error()) {
            return Err(apart(refusal));
        }
        Ok(converted.value)
    }
}

/// A refusal of values of different types.
fn apart(refusal: &str) -> Stop {
    Stop::error(refusal).on(ErrorSubject::Types)
}

const ONE_TYPE: &str = "the two results of a condition must be of one type";

/// Whether the result of `literal` has no type in common with `ty`, whatever it contains.
fn is_never(literal: &ExprKind, ty: &Type) -> bool {
    match literal {
        ExprKind::Tuple(_) => ty.is_primitive() || matches!(ty, Type::Map(_) | Type::Object(_)),
        ExprKind::Object(_) => ty.is_primitive() || matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)),
        _ => false,
    }
}

/// Whether the remaining part of a rejected value has no type in common with `value`, whatever it contains.
fn is_apart(failed: &Value, value: &Value) -> bool {
    let failed = failed.candidates().first().unwrap_or(failed);
    let is_any = |of: &dyn Fn(&Value) -> bool| of(failed) != of(value);
    failed.as_unknown().is_none()
        && !failed.is_null()
        && !value.is_null()
        && (is_any(&|it| it.elements().is_some()) || is_any(&|it| it.entries().is_some()))
}

/// Whether `expr` calls a function that can only return a number.
fn is_number_by(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_number_by(inner),
        ExprKind::Call(call) => matches!(
            call.name.text.as_str(),
            "abs"
                | "ceil"
                | "floor"
                | "index"
                | "length"
                | "max"
                | "min"
                | "parseint"
                | "pow"
                | "signum"
                | "sum"
                | "tonumber"
        ),
        _ => false,
    }
}

/// Whether a value is a null without a type, which fits any type.
fn untyped(value: &Value) -> bool {
    value.is_null() && value.of().is_none_or(|of| matches!(of, Type::Any))
}

/// `value` as an element whose common type with others is not known. Strings and containers stay the same in any case;
/// a number or boolean may become a string.
fn uncommon(value: Value) -> Answer {
    match value.kind {
        Kind::Number(_) | Kind::Bool(_) => Err(Stop::reason("the type of this depends on a value that is not known")),
        _ => Ok(value),
    }
}

fn unknown_within(value: &Value) -> bool {
    let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
    entries.chain(value.elements().unwrap_or_default()).any(|part| part.as_unknown().is_some())
}

/// Whether `expr`, which has no parentheses or quotes, refers to something: `a.b`, `-a`.
fn refers(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Attribute(inner, _) | ExprKind::Index(inner, _) | ExprKind::Unary(_, inner) => refers(inner),
        ExprKind::Binary(binary) => binary.operands().any(refers),
        _ => false,
    }
}

/// Whether `expr` is a reference of several steps without parentheses that could be meant as a name: `a.b`, `a["b"]`.
fn is_reference(expr: &Expr) -> bool {
    let is_literal = |key: &Expr| matches!(key.kind, ExprKind::String(_) | ExprKind::Number(_));
    let mut base = match &expr.kind {
        ExprKind::Attribute(base, _) => base,
        ExprKind::Index(base, key) if is_literal(key) => base,
        _ => return false,
    };
    loop {
        base = match &base.kind {
            ExprKind::Variable(_) => return true,
            ExprKind::Attribute(base, _) => base,
            ExprKind::Index(base, key) if is_literal(key) => base,
            _ => return false,
        };
    }
}

fn invalid() -> Stop {
    Stop::reason("the file has a syntax error there")
}
