//! What goes to standard output, standard error and files.

use std::fs;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::Path;

use symlint_core::config::ConfigError;
use symlint_core::policy::{BaselineError, UnknownRule};
use symlint_terraform::{FileError, Sources};

use crate::args::Color;

/// Why symlint could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The arguments do not fit together.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file cannot be written.
    #[error("cannot write {path}: {reason}")]
    Write { path: String, reason: String },
    /// The baseline is none.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    /// A word is no rule's id.
    #[error(transparent)]
    UnknownRule(#[from] UnknownRule),
    /// The configuration has a mistake.
    #[error("{place}: {message}")]
    Config { place: String, message: String },
    /// There was nothing to check.
    #[error("{0}")]
    NothingChecked(String),
}

impl Failure {
    /// A mistake in the configuration, with its place.
    pub(crate) fn config(error: &ConfigError, sources: &Sources) -> Self {
        let source = sources.get(error.span.file);
        let position = source.position(error.span.start);
        let place = format!("{}:{}:{}", source.name(), position.line, position.column);
        Self::Config { place, message: error.message.clone() }
    }
}

/// Prints why symlint could not do its work.
pub(crate) fn print_failure(failure: &Failure) {
    // There is nobody to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "error: {failure}");
}

/// Prints `text`; a reader that has gone away, such as `head`, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), reason: crate::files::reason(&error) })
        }
        _ => Ok(()),
    }
}

/// Writes `text` into the file at `path`, whose folder must exist.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text)
        .map_err(|error| Failure::Write { path: path.display().to_string(), reason: crate::files::reason(&error) })
}

/// The day in UTC, `YYYY-MM-DD`: that of `SOURCE_DATE_EPOCH` where it is set, for results that can be repeated.
pub(crate) fn today() -> String {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let fixed = epoch.and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok());
    fixed.unwrap_or_else(time::OffsetDateTime::now_utc).date().to_string()
}

/// Whether to use colours on standard output.
pub(crate) fn use_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        // See no-color.org: set and not empty.
        Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// How many columns there are on standard output.
pub(crate) fn width() -> usize {
    // Files and pipes get the same on every machine.
    let terminal = if io::stdout().is_terminal() { terminal_size::terminal_size() } else { None };
    terminal.map_or(100, |(terminal_size::Width(width), _)| usize::from(width).clamp(60, 120))
}
