//! Writes to standard output, standard error, and files.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

use symlint_core::report::{Problem, printable};
use symlint_terraform::FileError;

use crate::formats::ReportOutput;

/// Why symlint could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A problem that the engine reports, or one in the same form.
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
    // If standard error is closed, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{}", printable(&format!("error: {problem}")));
}

/// Prints `text`. A closed pipe, such as that of `head`, is not a failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

/// Prints `bytes`. A closed pipe, such as that of `head`, is not a failure.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    print_with(|to| to.write_all(bytes))
}

/// Writes a text piece by piece, so that a large one need not be in memory as a whole.
pub(crate) type Writing<'a> = dyn FnMut(&mut dyn Write) -> io::Result<()> + 'a;

/// Prints what `writing` writes. A closed pipe, such as that of `head`, is not a failure.
pub(crate) fn print_with(mut writing: impl FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    match writing(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Write { path: "standard output".into(), reason: crate::disk::reason(&error) })
        }
        _ => Ok(()),
    }
}

/// Whether one of the outputs goes to standard output. It is an error if two outputs go to the same place.
pub(crate) fn has_printed<F>(outputs: &[ReportOutput<F>], file: &str) -> Result<bool, Failure> {
    let printed = outputs.iter().filter(|output| output.file.is_none()).count();
    if printed > 1 {
        return Err(Failure::usage(format!(
            "only one format can go to standard output; give the others a file: `--format json={file}`"
        )));
    }
    for (index, output) in outputs.iter().enumerate() {
        let is_same = |other: &ReportOutput<F>| output.file.is_some() && other.file == output.file;
        if let (Some(file), true) = (&output.file, outputs.iter().take(index).any(is_same)) {
            return Err(Failure::usage(format!("two formats cannot go to one file: {}", file.display())));
        }
    }
    Ok(printed > 0)
}

impl<F> ReportOutput<F> {
    /// Writes what `writing` writes to its destination.
    pub(crate) fn write(&self, writing: &mut Writing<'_>) -> Result<(), Failure> {
        match &self.file {
            Some(file) => write(file, writing),
            None => print_with(writing),
        }
    }
}

/// How many bytes are written at once.
const BUFFER: usize = 64 * 1024;

/// Writes what `writing` writes to the file at `path`, whose folder must exist. The file is written completely or not
/// at all.
pub(crate) fn write(path: &Path, writing: &mut Writing<'_>) -> Result<(), Failure> {
    let fail = |error: io::Error| failed(path, &error);
    match fs::metadata(path) {
        // A device or a pipe has no content to protect.
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

/// Whether a file that is named as one in the working directory is actually outside of the repository, or without one,
/// of the working directory. A pull request could have put a link there.
fn leads_out(path: &Path) -> bool {
    let is_elsewhere = path.is_absolute() || path.components().any(|part| part == Component::ParentDir);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = path.canonicalize().or_else(|_| folder.canonicalize());
    let Some((real, here)) = real.ok().zip(Path::new(".").canonicalize().ok()) else { return false };
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    !is_elsewhere && !real.starts_with(root)
}

/// Writes `text` to a new file at `path`.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(path, &error))
}

/// A file to replace.
pub(crate) struct Replacement<'a> {
    pub(crate) path: &'a Path,
    /// Its content when it was read.
    pub(crate) old: &'a [u8],
    pub(crate) new: &'a [u8],
}

/// Replaces files: all of them, or if that fails, none as far as possible. They keep their modes and owners, and links
/// stay links. A file with another hard link is rejected, because only one of the names would change.
pub(crate) fn replace(changes: &[Replacement<'_>]) -> Result<(), Failure> {
    let fail = |change: &Replacement<'_>, error: &io::Error, what: &str| {
        let reason = format!("{}; {what}", crate::disk::reason(error));
        Err(Failure::Write { path: change.path.display().to_string(), reason })
    };
    remove_leftovers(changes.iter().map(|change| change.path));
    let mut prepared = Vec::with_capacity(changes.len());
    for change in changes {
        let whole = check_unchanged(change.path, change.old).and_then(|()| check_one_name(change.path));
        match whole.and_then(|()| prepare(change.path, &mut |to| to.write_all(change.new))) {
            Ok(whole) => prepared.push((change, whole)),
            Err(error) => return fail(change, &error, "nothing was written"),
        }
    }
    let mut written: Vec<(&Replacement<'_>, PathBuf)> = Vec::new();
    for (change, whole) in prepared {
        let path = whole.path.clone();
        // Someone may have edited it while the others were written.
        if let Err(error) = check_unchanged(&path, change.old).and_then(|()| whole.put()) {
            let kept: Vec<String> = written.iter().filter_map(|(change, path)| put_back(change, path)).collect();
            let what = match kept.as_slice() {
                [] => "nothing was written".to_owned(),
                kept => format!("already written: {}", kept.join(", ")),
            };
            return fail(change, &error, &what);
        }
        written.push((change, path));
    }
    Ok(())
}

/// Restores the content of a file if nobody has changed it since then. If that fails, returns the file's name.
fn put_back(change: &Replacement<'_>, path: &Path) -> Option<String> {
    let put = || {
        let whole = prepare(path, &mut |to| to.write_all(change.old))?;
        check_unchanged(path, change.new)?;
        whole.put()
    };
    put().is_err().then(|| change.path.display().to_string())
}

fn check_unchanged(path: &Path, old: &[u8]) -> io::Result<()> {
    if fs::read(path)? == old { Ok(()) } else { Err(io::Error::other("it has changed since it was read")) }
}

#[cfg(unix)]
fn check_one_name(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(path)?.nlink() {
        0 | 1 => Ok(()),
        _ => Err(io::Error::other("it has another hard link, which would keep the old text")),
    }
}

#[cfg(not(unix))]
fn check_one_name(_: &Path) -> io::Result<()> {
    Ok(())
}

fn write_whole(path: &Path, writing: &mut Writing<'_>) -> io::Result<()> {
    remove_leftovers([path]);
    prepare(path, writing)?.put()
}

/// The complete new content of a file, next to it, so that nobody ever sees an incomplete file.
struct WholeFile {
    /// Kept open, because it is locked while it is in use. Files without a lock are leftovers.
    file: tempfile::NamedTempFile,
    path: PathBuf,
}

impl WholeFile {
    /// Moves it to the file's place.
    fn put(self) -> io::Result<()> {
        self.file.persist(&self.path).map(|_| ()).map_err(|error| error.error)
    }
}

/// The start and the end of the names of temporary files.
const TEMPORARY: (&str, &str) = (".symlint-", ".tmp");

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn prepare(path: &Path, writing: &mut Writing<'_>) -> io::Result<WholeFile> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    if let Some(permissions) = default_permissions() {
        builder.permissions(permissions);
    }
    let (prefix, suffix) = TEMPORARY;
    let file = builder.prefix(prefix).suffix(suffix).tempfile_in(folder_of(&path))?;
    // Without support for locks, leftovers stay.
    let _ = file.as_file().try_lock();
    if let Ok(metadata) = fs::metadata(&path) {
        keep_owner(file.as_file(), &metadata)?;
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
    Ok(WholeFile { file, path })
}

/// Gives a file the owner and the group of another one.
#[cfg(unix)]
fn keep_owner(file: &fs::File, other: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (other.uid(), other.gid()) {
        return Ok(());
    }
    let kept = fchown(file, Some(other.uid()), Some(other.gid()));
    kept.map_err(|_| io::Error::other("it belongs to another user, and the new file would not"))
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Removes temporary files next to these files that were left over when an earlier process was killed: those without a
/// lock.
#[cfg(unix)]
fn remove_leftovers<'p>(paths: impl IntoIterator<Item = &'p Path>) {
    let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folders: std::collections::BTreeSet<PathBuf> =
        paths.into_iter().map(|path| folder_of(&real(path)).to_owned()).collect();
    let (prefix, suffix) = TEMPORARY;
    let is_ours = |name: &std::ffi::OsStr| {
        let random = name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(suffix));
        random.is_some_and(|random| random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    for entry in folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
        if is_ours(&entry.file_name())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(file) = fs::File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(not(unix))]
fn remove_leftovers<'p>(_: impl IntoIterator<Item = &'p Path>) {}

/// How many characters `tempfile` adds to a name.
#[cfg(unix)]
const RANDOM: usize = 6;

/// The default permissions of new files. Temporary files are only readable by their owner.
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

/// The current day in UTC, `YYYY-MM-DD`. If `SOURCE_DATE_EPOCH` is set, that day, so that results are reproducible.
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
        let change = |path, old| Replacement { path, old, new: b"new" };
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

    #[test]
    fn what_was_written_is_put_back_when_a_later_file_cannot_be() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&a, "old").unwrap();
        let change = Replacement { path: &a, old: b"old", new: b"new" };
        fs::write(&a, "new").unwrap();
        assert_eq!(put_back(&change, &a), None);
        assert_eq!(fs::read_to_string(&a).unwrap(), "old");
        // A later edit stays.
        fs::write(&a, "edited").unwrap();
        assert_eq!(put_back(&change, &a), Some(a.display().to_string()));
        assert_eq!(fs::read_to_string(&a).unwrap(), "edited");
        // The new content does not replace an edited file.
        let whole = prepare(&b, &mut |to| to.write_all(b"new")).unwrap();
        fs::write(&b, "edited").unwrap();
        assert!(check_unchanged(&b, b"old").is_err());
        drop(whole);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn leftovers_of_a_killed_run_are_removed_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in ["a", ".symlint-abc123.tmp", ".symlint.hcl", ".symlint-mine.tmp", ".symlint-abc_12.tmp"] {
            fs::write(path(name), "old").unwrap();
        }
        let other = prepare(&path("b"), &mut |to| to.write_all(b"of another run")).unwrap();
        replace(&[Replacement { path: &path("a"), old: b"old", new: b"new" }]).unwrap();
        assert!(!path(".symlint-abc123.tmp").exists());
        assert!([".symlint.hcl", ".symlint-mine.tmp", ".symlint-abc_12.tmp"].iter().all(|name| path(name).exists()));
        other.put().unwrap();
        assert_eq!(fs::read_to_string(path("b")).unwrap(), "of another run");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_a_second_name_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&a, "old").unwrap();
        fs::hard_link(&a, &b).unwrap();
        let refused = replace(&[Replacement { path: &a, old: b"old", new: b"new" }]).unwrap_err();
        assert!(refused.to_string().ends_with("would keep the old text; nothing was written"), "{refused}");
        assert_eq!(fs::read_to_string(&a).unwrap(), "old");
    }
}
