//! The results of evaluation: a value, or the reason why there is none.

use crate::limits::{Exhausted, TOO_MUCH};
use crate::module::BLANK;
use crate::origin::Path;
use crate::source::{Span, Str};
use crate::value::Value;

/// An expression that Terraform would reject, or that is not evaluated here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvalError {
    /// What is wrong, in lower case. It never contains a value from the configuration.
    pub message: String,
    /// The place of the expression.
    pub span: Span,
    /// The cause of the failure, if it is known.
    pub subject: Option<ErrorSubject>,
    /// What kind of error it is.
    pub kind: EvalErrorKind,
}

/// The cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorSubject {
    /// A value that is null: where it is written, and its path.
    Null(Span, Option<Path>),
    /// A map or object without a computed key.
    NoKey {
        /// The key, if it is an attribute of an object.
        attribute: Option<Str>,
        /// The path to the map or object, and where it is written.
        path: Option<Path>,
        collection: Span,
        /// Where the key is written, if it is a literal.
        key: Option<Span>,
        /// The key that was probably meant.
        meant: Option<Str>,
    },
    /// An object without this attribute, and the path to the object.
    NoAttribute(Str, Option<Path>),
    /// Several elements would have the same key.
    SameKey,
    /// Values whose types have nothing in common.
    Types,
    /// A value of the second type that does not fit a variable of the first.
    Unfit(Str, &'static str),
}

/// The kind of an [`EvalError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvalErrorKind {
    /// Terraform would reject it.
    Invalid,
    /// The value at this place does not satisfy a `validation` of its variable.
    Validation(Span),
    /// The evaluation would exceed a limit. The value is unknown here, although Terraform may know it.
    Limit,
}

/// A key that is written twice in one YAML mapping. Terraform silently keeps the last one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LostKey {
    pub key: Str,
    /// Where the key without effect is written.
    pub lost: Span,
    /// Where the next one is written.
    pub kept: Span,
    /// Where its value is written.
    pub value: Span,
}

/// The result of a trial evaluation.
pub(crate) enum Attempt {
    /// It has this value.
    Is(Value),
    /// Terraform would reject it. This is the unknown value in its place.
    Failed(Value),
    /// It depends on the unknown part of this value.
    Unclear(Value),
}

impl Attempt {
    /// The unknown value for an expression at `span` that depends on the unknown `value`.
    pub(crate) fn unclear(value: &Value, span: Span) -> Value {
        match value.as_unknown() {
            Some(_) => value.clone(),
            None => {
                let unknown = Value::unknown("whether this fails is not known", span);
                unknown.made_of([value]).or_one_of([value.clone()])
            }
        }
    }
}

/// Why an expression has no value.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Terraform would reject it: the message, the part of the expression, and the cause.
    Error(String, Option<Span>, Option<ErrorSubject>),
    /// It cannot be known, for this reason.
    Reason(String),
    /// It is not evaluated, because that would exceed a limit.
    Limit(String),
    /// It cannot be known, because this value is unknown.
    Unknown(Value),
}

/// A value, or the reason why there is none.
pub(crate) type Answer<T = Value> = Result<T, Stop>;

impl Stop {
    /// An error for the whole expression.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Stop::Error(message.into(), None, None)
    }

    /// An error for a part of the expression.
    pub(crate) fn error_at(message: impl Into<String>, span: Span) -> Self {
        Stop::Error(message.into(), Some(span), None)
    }

    /// Notes that the error is caused by `value` being null.
    pub(crate) fn on_null(self, value: &Value) -> Self {
        self.on(ErrorSubject::Null(value.origin.span, value.origin.path.clone()))
    }

    /// Notes the cause of the error.
    pub(crate) fn on(self, subject: ErrorSubject) -> Self {
        match self {
            Stop::Error(message, at, _) => Stop::Error(message, at, Some(subject)),
            other => other,
        }
    }

    /// The error without quotations in its message, except for `word`: other texts in backticks may be private.
    pub(crate) fn quoting_only(self, word: &str) -> Self {
        let covered = |text: String| {
            let parts = text.split('`').enumerate();
            let parts: Vec<&str> =
                parts.map(|(at, part)| if at % 2 == 1 && part != word { BLANK } else { part }).collect();
            parts.join("`")
        };
        match self {
            Stop::Error(message, at, subject) => Stop::Error(covered(message), at, subject),
            Stop::Reason(reason) => Stop::Reason(covered(reason)),
            other => other,
        }
    }

    pub(crate) fn limit(reason: impl Into<String>) -> Self {
        Stop::Limit(reason.into())
    }

    pub(crate) fn reason(reason: impl Into<String>) -> Self {
        Stop::Reason(reason.into())
    }
}

impl From<Exhausted> for Stop {
    fn from(_: Exhausted) -> Self {
        Stop::limit(TOO_MUCH)
    }
}
