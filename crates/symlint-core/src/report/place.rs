//! Places and values, as reports show them.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use symlint_terraform::{Position, Project, SourceFile, Span, Str, Value};

use crate::privacy::is_shown;
use crate::tenants::{Field, FieldKind, State, text_of};

/// A range of text in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// The path as it was given, joined with the name below it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub file: Str,
    /// The first character.
    pub start: Point,
    /// The character after the last one.
    pub end: Point,
}

/// A position in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Position"))]
pub struct Point {
    /// The line, which counts from 1.
    pub line: u32,
    /// The column in Unicode code points, which counts from 1.
    pub column: u32,
    /// The offset in bytes of the file on disk, which counts from 0.
    pub offset: u32,
}

impl Location {
    /// The location of `span` in `source`.
    pub fn of(span: Span, source: &SourceFile) -> Self {
        let place = |offset| {
            let Position { line, column, offset } = source.position(offset);
            Point { line, column, offset }
        };
        Self { file: source.shared_name(), start: place(span.start), end: place(span.end) }
    }
}

/// A value that is present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Value"))]
pub enum Known {
    /// The text as it is written.
    Text(#[cfg_attr(feature = "schema", schemars(with = "String"))] Str),
    /// It is not known before apply.
    Unknown { unknown: String },
    /// It is not shown because it is not well formed, and either sensitive or from the environment.
    Sensitive {
        /// Always true.
        sensitive: bool,
        /// A hash of the value, for comparisons. Not part of the JSON.
        #[serde(skip)]
        hash: u64,
    },
}

impl Known {
    /// The text of a known value.
    pub fn text(value: &Option<Self>) -> Option<&Str> {
        match value {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is known, even if it is not shown.
    pub(crate) fn is_certain(value: &Option<Self>) -> bool {
        matches!(value, Some(Self::Text(_) | Self::Sensitive { .. }))
    }
}

/// The text of a field as it is written, or why it is unknown.
pub(super) fn known(field: &Field) -> Option<Known> {
    match field.state {
        State::Text(_) => field.raw().cloned().map(Known::Text),
        State::Unknown(ref unknown) => Some(Known::Unknown { unknown: unknown.reason.clone() }),
        State::Hidden(hash) => Some(Known::Sensitive { sensitive: true, hash }),
        State::Absent(_) | State::Unusable => None,
    }
}

/// The text of a value in effect that should be of this kind, or why it is unknown.
pub(super) fn shown(value: &Value, kind: FieldKind, project: &Project) -> Option<Known> {
    if let Some(unknown) = value.as_unknown() {
        return Some(Known::Unknown { unknown: unknown.reason.clone() });
    }
    let text = text_of(value).filter(|text: &Str| !text.is_empty())?;
    Some(match is_shown(project, &value.origin, &text, kind) {
        true => Known::Text(text),
        false => Known::Sensitive { sensitive: true, hash: FixedState::default().hash_one(text.as_str()) },
    })
}
