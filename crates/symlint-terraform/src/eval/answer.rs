//! What evaluating comes to: a value, or why there is none.

use crate::limits::{Exhausted, TOO_MUCH};
use crate::module::BLANK;
use crate::origin::Path;
use crate::source::{Span, Str};
use crate::value::Value;

/// Something that Terraform would refuse to evaluate, or that is not evaluated here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EvalError {
    /// What is wrong, in lower case; never with a value from the configuration in it.
    pub message: String,
    /// The expression that is wrong.
    pub span: Span,
    /// What it fails on, if that is known.
    pub subject: Option<ErrorSubject>,
    /// What kind of error it is.
    pub kind: EvalErrorKind,
}

/// What an evaluation fails on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorSubject {
    /// A value that is null, by where it is written, and the way to it.
    Null(Span, Option<Path>),
    /// A map or object without a key that is computed.
    NoKey {
        /// The key, where it is an attribute of an object.
        attribute: Option<Str>,
        /// The way to the map or object, and where it is written.
        path: Option<Path>,
        collection: Span,
        /// Where the key is written, where it is a literal.
        key: Option<Span>,
        /// The key that was probably meant.
        meant: Option<Str>,
    },
    /// An object without this attribute, and the way to the object.
    NoAttribute(Str, Option<Path>),
    /// Elements that would get the same key.
    SameKey,
}

/// What kind of error an [`EvalError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvalErrorKind {
    /// Terraform would refuse it.
    Invalid,
    /// The value at this place does not satisfy a `validation` of its variable.
    Validation(Span),
    /// Evaluating it would be too much: it is unknown, whatever its value would be for Terraform.
    Limit,
}

/// A key that is written twice in one mapping of YAML: Terraform silently keeps the last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LostKey {
    pub key: Str,
    /// Where the one is written that does not count.
    pub lost: Span,
    /// Where the next one is written.
    pub kept: Span,
    /// Where its value is written.
    pub value: Span,
}

/// What became of an attempt to evaluate an expression.
pub(crate) enum Attempt {
    /// It has this value.
    Is(Value),
    /// Terraform refuses it; this is what is left of it.
    Failed(Value),
    /// That depends on what is unknown in this value.
    Unclear(Value),
}

impl Attempt {
    /// What was attempted at `span` and depends on what is unknown in `value`.
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
    /// Terraform refuses it: why, at which part of it, and on which value.
    Error(String, Option<Span>, Option<ErrorSubject>),
    /// It cannot be known.
    Reason(String),
    /// It is not evaluated, since that would be too much.
    Limit(String),
    /// It cannot be known, since this unknown value cannot.
    Unknown(Value),
}

/// A value, or why there is none.
pub(crate) type Answer<T = Value> = Result<T, Stop>;

impl Stop {
    /// A refusal of the whole expression.
    pub(crate) fn error(message: impl Into<String>) -> Self {
        Stop::Error(message.into(), None, None)
    }

    /// A refusal of a part of the expression.
    pub(crate) fn error_at(message: impl Into<String>, span: Span) -> Self {
        Stop::Error(message.into(), Some(span), None)
    }

    /// This refusal, which is about `value` being null.
    pub(crate) fn on_null(self, value: &Value) -> Self {
        self.on(ErrorSubject::Null(value.origin.span, value.origin.path.clone()))
    }

    /// This refusal, which is about `subject`.
    pub(crate) fn on(self, subject: ErrorSubject) -> Self {
        match self {
            Stop::Error(message, at, _) => Stop::Error(message, at, Some(subject)),
            other => other,
        }
    }

    /// The same, where the message quotes nothing but `word`: what else is in backticks may be private.
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
