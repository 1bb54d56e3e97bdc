//! What symlint could not do.

use std::fmt;

use serde::Serialize;
use symlint_terraform::FileError;

use super::place::Location;
use crate::policy::{BaselineError, UnknownRule};

/// The reason why there is no report at all, or why something is missing from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The kind of problem.
    pub kind: ProblemKind,
    /// What is wrong, in lower case.
    pub message: String,
    pub help: Option<String>,
    /// The place, if it is in a file.
    pub location: Option<Location>,
}

impl Problem {
    /// Applies `change` to all its texts.
    pub(crate) fn each_text_mut(&mut self, change: &mut dyn FnMut(&mut String)) {
        std::iter::once(&mut self.message).chain(&mut self.help).for_each(change);
    }
}

/// The kind of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ProblemKind {
    /// The request contradicts itself, or names something that does not exist.
    Usage,
    /// The configuration has a mistake.
    Config,
    /// A file cannot be read.
    Unreadable,
    /// Something should have been checked but was not.
    NothingChecked,
}

impl Problem {
    /// A problem without a place.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None, location: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The text after `error: `.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Location { file, start, .. }) = &self.location {
            write!(f, "{file}:{}:{}: ", start.line, start.column)?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Self {
        Self::new(ProblemKind::Unreadable, error.to_string())
    }
}

impl From<UnknownRule> for Problem {
    fn from(error: UnknownRule) -> Self {
        Self::new(ProblemKind::Usage, error.to_string())
    }
}

impl From<BaselineError> for Problem {
    fn from(error: BaselineError) -> Self {
        Self::new(ProblemKind::Usage, error.to_string())
    }
}
