//! Access to the disk for the engine, and paths in the form that people write.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
#[cfg(target_os = "wasi")]
use std::path::Component;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use symlint_core::engine;
use symlint_terraform::{EntryKind, FileError, FileTree, TreeEntry};

use crate::git::Git;

/// Larger files are rejected, because reading a file takes many times its size.
pub(crate) const LARGEST: u64 = 256 << 20;

/// The disk, relative to the working directory.
#[derive(Default)]
pub(crate) struct Disk {
    git: Mutex<Git>,
}

impl Disk {
    fn git<T>(&self, ask: impl FnOnce(&mut Git) -> T) -> T {
        ask(&mut self.git.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl FileTree for Disk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        let fail = |reason: String| FileError { path: path.into(), reason };
        let Some(metadata) = metadata(path)? else { return Ok(None) };
        // Opening a pipe may block forever.
        match kind_of(&metadata) {
            EntryKind::Folder => return Ok(None),
            EntryKind::File => {}
            EntryKind::Special | EntryKind::Broken => return Err(fail("it is not a regular file".into())),
        }
        let read = || {
            let file = File::open(path)?;
            // The file may have been replaced in the meantime.
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Err(io::Error::other("it is not a regular file"));
            }
            if metadata.len() > LARGEST {
                return Err(io::Error::other(format!("the file is larger than {} MiB", LARGEST >> 20)));
            }
            let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
            file.take(LARGEST).read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        };
        read().map_err(|error| fail(reason(&error)))
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        let fail = |error: io::Error| FileError { path: dir.into(), reason: reason(&error) };
        let found = match fs::read_dir(dir) {
            Ok(found) => found,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let mut entries = Vec::new();
        for entry in found {
            let entry = entry.map_err(fail)?;
            let own = entry.file_type().map_err(fail)?;
            let kind = match (own.is_symlink(), own.is_dir(), own.is_file()) {
                (true, ..) => fs::metadata(entry.path()).map_or(EntryKind::Broken, |metadata| kind_of(&metadata)),
                (_, true, _) => EntryKind::Folder,
                (.., true) => EntryKind::File,
                _ => EntryKind::Special,
            };
            let (name, is_text) = match entry.file_name().into_string() {
                Ok(name) => (name, true),
                Err(name) => (name.to_string_lossy().into_owned(), false),
            };
            entries.push(TreeEntry { name, kind, is_link: own.is_symlink(), is_text });
        }
        entries.sort_unstable();
        Ok(Some(entries))
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        match metadata(path)? {
            Some(metadata) => Ok(Some(kind_of(&metadata))),
            None => Ok(fs::symlink_metadata(path).is_ok().then_some(EntryKind::Broken)),
        }
    }

    fn real(&self, path: &str) -> Option<String> {
        let path = canonical(path).ok()?;
        // A name that is not UTF-8 is replaced in the same way in all paths of the file.
        Some(path.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" }))
    }

    fn git_ignores(&self, dir: &str) -> bool {
        self.git(|git| git.ignores(Path::new(dir)))
    }

    fn git_tracks(&self, dir: &str) -> bool {
        self.git(|git| git.tracks(Path::new(dir)))
    }
}

/// The path of the entry at `path`, without links and `..`.
#[cfg(not(target_os = "wasi"))]
fn canonical(path: &str) -> io::Result<PathBuf> {
    fs::canonicalize(path)
}

/// Like the function above, for WASI, which has no such call.
#[cfg(target_os = "wasi")]
fn canonical(path: &str) -> io::Result<PathBuf> {
    fs::metadata(path)?;
    let mut real = PathBuf::new();
    let mut left = vec![std::path::absolute(path)?];
    // This ends, because `metadata` reports an error for a link that leads to itself.
    while let Some(part) = left.pop() {
        let mut components = part.components();
        let Some(first) = components.next() else { continue };
        left.push(components.as_path().to_owned());
        match first {
            Component::ParentDir => {
                real.pop();
            }
            // The root replaces the path so far.
            first => real.push(first),
        }
        if let (Component::Normal(_), Ok(target)) = (first, fs::read_link(&real)) {
            real.pop();
            left.push(target);
        }
    }
    Ok(real)
}

/// The metadata of the entry at `path`; `None` if there is none. Links are followed.
fn metadata(path: &str) -> Result<Option<Metadata>, FileError> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(FileError { path: path.into(), reason: reason(&error) }),
    }
}

fn kind_of(metadata: &Metadata) -> EntryKind {
    if metadata.is_dir() {
        EntryKind::Folder
    } else if metadata.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special
    }
}

/// The system's message without its error number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_lowercase()
}

/// A path as reports show it: with `/`, without `./`, `//`, and a `/` at the end; `.` for the working directory.
pub(crate) fn shown(path: &str) -> String {
    engine::shown(&if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() })
}
