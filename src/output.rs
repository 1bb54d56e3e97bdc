//! What goes to standard output, standard error and files.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
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
    print_bytes(text.as_bytes())
}

/// Prints `bytes`; a reader that has gone away, such as `head`, is no failure.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    print_with(|to| to.write_all(bytes))
}

/// What writes a text, piece by piece: a large one need not be held as a whole.
pub(crate) type Writing<'a> = dyn FnMut(&mut dyn Write) -> io::Result<()> + 'a;

/// Prints what `writing` writes; a reader that has gone away, such as `head`, is no failure.
pub(crate) fn print_with(mut writing: impl FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match writing(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), reason: crate::files::reason(&error) })
        }
        _ => Ok(()),
    }
}

/// How much is written at once.
const BUFFER: usize = 64 * 1024;

/// Writes what `writing` writes into the file at `path`, whose folder must exist: all of it, or nothing.
pub(crate) fn write(path: &Path, writing: &mut Writing<'_>) -> Result<(), Failure> {
    let fail = |error: io::Error| failed(path, &error);
    match fs::metadata(path) {
        // A device or a pipe has nothing to lose.
        Ok(metadata) if !metadata.is_file() => {
            let to = fs::OpenOptions::new().write(true).open(path).map_err(fail)?;
            let mut to = BufWriter::with_capacity(BUFFER, to);
            writing(&mut to).and_then(|()| to.flush()).map_err(fail)
        }
        _ => write_whole(path, writing).map_err(fail),
    }
}

/// Writes `text` into a new file at `path`.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(path, &error))
}

/// Replaces files, each of which had the first bytes when it was read, by the second. They keep their modes, and a link
/// stays a link.
pub(crate) fn replace_all<'a>(files: impl Iterator<Item = (&'a Path, &'a [u8], &'a Vec<u8>)>) -> Result<(), Failure> {
    let files: Vec<_> = files.collect();
    for (path, old, _) in &files {
        if fs::read(path).map_err(|error| failed(path, &error))? != *old {
            let reason = "it has changed since it was read; nothing was written".to_owned();
            return Err(Failure::Write { path: path.display().to_string(), reason });
        }
    }
    for (at, (path, _, new)) in files.iter().enumerate() {
        let fail = |error: io::Error| {
            let written: Vec<String> = files.iter().take(at).map(|(path, ..)| path.display().to_string()).collect();
            let written = if written.is_empty() { "nothing".to_owned() } else { written.join(", ") };
            let reason = format!("{}; {written} was written before", crate::files::reason(&error));
            Failure::Write { path: path.display().to_string(), reason }
        };
        write_whole(path, &mut |to| to.write_all(new)).map_err(fail)?;
    }
    Ok(())
}

/// Through a file beside it, so that nobody ever sees a half of it.
fn write_whole(path: &Path, writing: &mut Writing<'_>) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = default_permissions() {
        builder.permissions(permissions);
    }
    let file = builder.prefix(".symlint").tempfile_in(folder)?;
    if let Ok(metadata) = fs::metadata(&path) {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    let mut buffered = BufWriter::with_capacity(BUFFER, file.as_file());
    writing(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(&path).map(|_| ()).map_err(|error| error.error)
}

/// Those of a file that a program makes in the ordinary way; temporary files are for their owner alone.
#[cfg(unix)]
fn default_permissions() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn default_permissions() -> Option<fs::Permissions> {
    None
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Write { path: path.display().to_string(), reason: crate::files::reason(error) }
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
        // See no-color.org and bixense.com/clicolors.
        Color::Auto => {
            let is_usual = io::stdout().is_terminal() && anstyle_query::term_supports_color();
            let is_wanted = anstyle_query::clicolor().unwrap_or(is_usual) && is_usual;
            !anstyle_query::no_color() && (anstyle_query::clicolor_force() || is_wanted)
        }
    }
}

/// The columns of what does not go to a terminal.
pub(crate) const PLAIN_WIDTH: usize = 100;

/// How many columns there are on standard output.
pub(crate) fn width() -> usize {
    // Files and pipes get the same on every machine.
    let terminal = if io::stdout().is_terminal() { terminal_size::terminal_size() } else { None };
    terminal.map_or(PLAIN_WIDTH, |(terminal_size::Width(width), _)| usize::from(width).clamp(60, 120))
}
