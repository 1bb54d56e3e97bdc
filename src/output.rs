//! What goes to standard output, standard error and files.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use symlint_core::report::Problem;
use symlint_terraform::FileError;

/// Why symlint could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// What the engine says, or would say.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file cannot be written.
    #[error("cannot write {path}: {reason}")]
    Write { path: String, reason: String },
}

/// Prints why symlint could not do its work.
pub(crate) fn print_problem(problem: &impl std::fmt::Display) {
    // There is nobody to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "error: {problem}");
}

/// Prints `text`; a reader that has gone away, such as `head`, is not a failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

/// Prints `bytes`; a reader that has gone away, such as `head`, is not a failure.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    print_with(|to| to.write_all(bytes))
}

/// What writes a text, piece by piece: a large one need not be held as a whole.
pub(crate) type Writing<'a> = dyn FnMut(&mut dyn Write) -> io::Result<()> + 'a;

/// Prints what `writing` writes; a reader that has gone away, such as `head`, is not a failure.
pub(crate) fn print_with(mut writing: impl FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match writing(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), reason: crate::disk::reason(&error) })
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
        _ if leads_out(path) => {
            let reason = "it leads out of the repository through a link".into();
            Err(Failure::Write { path: path.display().to_string(), reason })
        }
        _ => write_whole(path, writing).map_err(fail),
    }
}

/// Whether a file that is named as one in the current folder is outside of the repository, or of the folder where there is
/// none: a change that is checked can have put a link there.
fn leads_out(path: &Path) -> bool {
    let is_elsewhere = path.is_absolute() || path.components().any(|part| part == Component::ParentDir);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = path.canonicalize().or_else(|_| folder.canonicalize());
    let Some((real, here)) = real.ok().zip(Path::new(".").canonicalize().ok()) else { return false };
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    !is_elsewhere && !real.starts_with(root)
}

/// Writes `text` into a new file at `path`.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(path, &error))
}

/// A file that is to be replaced.
pub(crate) struct Change<'a> {
    pub(crate) path: &'a Path,
    /// What it had in it when it was read.
    pub(crate) old: &'a [u8],
    pub(crate) new: &'a [u8],
}

/// Replaces files: all of them, or none as far as that can be known before. They keep their modes, and a link stays a
/// link.
pub(crate) fn replace(changes: &[Change<'_>]) -> Result<(), Failure> {
    let fail = |change: &Change<'_>, reason: &str, what: &str| {
        Err(Failure::Write { path: change.path.display().to_string(), reason: format!("{reason}; {what}") })
    };
    let mut prepared = Vec::with_capacity(changes.len());
    for change in changes {
        let whole = match fs::read(change.path) {
            Ok(bytes) if bytes != change.old => {
                return fail(change, "it has changed since it was read", "nothing was written");
            }
            Ok(_) => prepare(change.path, &mut |to| to.write_all(change.new)),
            Err(error) => Err(error),
        };
        match whole {
            Ok(whole) => prepared.push((change, whole)),
            Err(error) => return fail(change, &crate::disk::reason(&error), "nothing was written"),
        }
    }
    let mut written: Vec<String> = Vec::new();
    for (change, whole) in prepared {
        if let Err(error) = whole.put() {
            let what = match written.as_slice() {
                [] => "nothing was written".to_owned(),
                written => format!("already written: {}", written.join(", ")),
            };
            return fail(change, &crate::disk::reason(&error), &what);
        }
        written.push(change.path.display().to_string());
    }
    Ok(())
}

fn write_whole(path: &Path, writing: &mut Writing<'_>) -> io::Result<()> {
    prepare(path, writing)?.put()
}

/// What will be a file, written as a whole next to it: nobody ever sees a half of it.
struct Whole {
    file: tempfile::TempPath,
    path: PathBuf,
}

impl Whole {
    /// Puts it in the file's place.
    fn put(self) -> io::Result<()> {
        self.file.persist(&self.path).map(|_| ()).map_err(|error| error.error)
    }
}

fn prepare(path: &Path, writing: &mut Writing<'_>) -> io::Result<Whole> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = default_permissions() {
        builder.permissions(permissions);
    }
    let file = builder.prefix(".symlint").tempfile_in(folder)?;
    if let Ok(metadata) = fs::metadata(&path) {
        match file.as_file().set_permissions(metadata.permissions()) {
            // WASI has no permissions.
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            result => result?,
        }
    }
    let mut buffered = BufWriter::with_capacity(BUFFER, file.as_file());
    writing(&mut buffered)?;
    buffered.flush()?;
    drop(buffered);
    file.as_file().sync_all()?;
    Ok(Whole { file: file.into_temp_path(), path })
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
    Failure::Write { path: path.display().to_string(), reason: crate::disk::reason(error) }
}

/// The day in UTC, `YYYY-MM-DD`: that of `SOURCE_DATE_EPOCH` where it is set, for results that can be repeated.
pub(crate) fn today() -> String {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let fixed = epoch.and_then(|seconds| time::OffsetDateTime::from_unix_timestamp(seconds).ok());
    fixed.unwrap_or_else(time::OffsetDateTime::now_utc).date().to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_all_or_none() {
        let dir = tempfile::tempdir().unwrap();
        let paths = ["a", "b", "c"].map(|name| dir.path().join(name));
        paths.iter().for_each(|path| fs::write(path, "old").unwrap());
        let change = |path, old| Change { path, old, new: b"new" };
        let read = || paths.each_ref().map(|path| fs::read_to_string(path).unwrap());
        let [a, b, c] = &paths;

        let changed = replace(&[change(a, b"old"), change(b, b"older"), change(c, b"old")]).unwrap_err();
        let said = format!("cannot write {}: it has changed since it was read; nothing was written", b.display());
        assert_eq!(changed.to_string(), said);
        assert_eq!(read(), ["old"; 3]);
        let missing = dir.path().join("d");
        let missing = replace(&[change(a, b"old"), change(&missing, b"old")]).unwrap_err();
        assert!(missing.to_string().ends_with("; nothing was written"), "{missing}");
        assert_eq!(read(), ["old"; 3]);

        replace(&[change(a, b"old"), change(b, b"old"), change(c, b"old")]).unwrap();
        assert_eq!(read(), ["new"; 3]);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "nothing is left behind");
    }
}
