//! Values that are not known.

use std::fmt;

use super::{ResourceId, Value};
use crate::source::Span;

/// Why a value is not known.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// The reason, such as `data.aws_caller_identity.current is not known before apply`.
    pub reason: String,
    /// The expression that is unknown.
    pub span: Span,
    /// Whether Terraform would reject the expression, which is recorded as an error.
    pub is_refused: bool,
    /// Whether Terraform may know the value, because symlint does not evaluate the expression, or because there are too
    /// many candidates.
    pub is_unevaluated: bool,
    /// The possible values, if they are known.
    pub(super) candidates: Box<[Value]>,
    /// The instance of a resource that the value is, or whose `id` it is.
    pub(super) resource: Option<ResourceId>,
    /// If it is a text that was built from parts, the known parts, with [`GAP`] in place of the others.
    pub(super) known: Option<Box<Value>>,
}

impl Unknown {
    /// How many candidates are kept. If there are more, none is.
    pub(crate) const CANDIDATES: usize = 16;

    /// The possible values; see [`Value::candidates`].
    pub fn candidates(&self) -> &[Value] {
        &self.candidates
    }

    pub(crate) fn new(reason: impl Into<String>, span: Span) -> Self {
        Self {
            reason: reason.into(),
            span,
            is_refused: false,
            is_unevaluated: false,
            candidates: Box::default(),
            resource: None,
            known: None,
        }
    }

    /// The same unknown value, as an instance of a resource or its `id`.
    pub(crate) fn of_resource(self, resource: Option<ResourceId>) -> Self {
        Self { resource, ..self }
    }

    /// The same unknown value with these `candidates`.
    pub(crate) fn one_of(self, candidates: impl IntoIterator<Item = Value>) -> Self {
        let mut all = Vec::new();
        for candidate in candidates {
            match candidate.candidates() {
                [] => all.push(candidate),
                further => all.extend_from_slice(further),
            }
        }
        let is_too_much = all.len() > Self::CANDIDATES;
        if is_too_much {
            all.clear();
        }
        Self { candidates: all.into(), is_unevaluated: self.is_unevaluated || is_too_much, ..self }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
