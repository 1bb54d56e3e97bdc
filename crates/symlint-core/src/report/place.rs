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

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Position"))]
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
    pub fn of(span: Span, source: &SourceFile) -> Self {
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Value"))]
pub enum Known {
    /// As it is written.
    Text(#[cfg_attr(feature = "schema", schemars(with = "String"))] Str),
    /// Not known before apply.
    Unknown { unknown: String },
    /// Not shown, since it is not well formed: Terraform hides it, or it came from the environment.
    Sensitive {
        /// Always true.
        sensitive: bool,
        /// A hash of it, for comparisons. Not part of the JSON.
        #[serde(skip)]
        hash: u64,
    },
}

impl Known {
    /// The text of a value that is known.
    pub fn text(value: &Option<Self>) -> Option<&Str> {
        match value {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is known, though perhaps not shown.
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

/// The text of a value that takes effect as one of this kind, or why it is unknown.
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
