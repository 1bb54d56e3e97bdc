//! Places and values, as reports show them.

use serde::Serialize;
use symlint_terraform::{Position, Source, Span, Str, Value};

use crate::tenants::{Field, State, text_of};

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

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Position"))]
pub struct Point {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode code points.
    pub column: u32,
    /// From 0, in bytes of the file as it lies on disk.
    pub offset: u32,
}

impl Location {
    /// The location of `span`, one of `source`.
    pub fn of(span: Span, source: &Source) -> Self {
        let place = |offset| {
            let Position { line, column, offset } = source.position(offset);
            Point { line, column, offset }
        };
        Self { file: source.shared_name(), start: place(span.start), end: place(span.end) }
    }
}

/// A value that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Value"))]
pub enum Known {
    /// As it is written.
    Text(#[cfg_attr(feature = "schema", schemars(with = "String"))] Str),
    /// Not known before apply.
    Unknown {
        /// Why.
        unknown: String,
    },
}

/// The text of a field as it is written, or why it is unknown.
pub(super) fn known(field: &Field) -> Option<Known> {
    match &field.state {
        State::Text(_) => field.raw().cloned().map(Known::Text),
        State::Unknown(unknown) => Some(Known::Unknown { unknown: unknown.reason.clone() }),
        State::Absent(_) | State::Unusable => None,
    }
}

/// The text of a value that takes effect, or why it is unknown.
pub(super) fn shown(value: &Value) -> Option<Known> {
    match value.as_unknown() {
        Some(unknown) => Some(Known::Unknown { unknown: unknown.reason.clone() }),
        None => text_of(value).filter(|text: &Str| !text.is_empty()).map(Known::Text),
    }
}
