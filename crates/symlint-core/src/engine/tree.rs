//! File trees that wrap another tree: with some texts replaced, or restricted to some folders.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use symlint_terraform::{EntryKind, FileError, FileTree, SortedMap, SortedSet, TreeEntry};

use super::paths::{base, is_below, join, parent};

/// A tree in which the texts of some files are replaced or added: standard input, an editor's buffers, fixes that are
/// not written yet, or the configuration of another revision.
#[derive(Clone)]
pub struct Overlay {
    /// The tree with all other files.
    pub tree: Arc<dyn FileTree>,
    /// The texts by path. `None` means that the file does not exist.
    pub texts: SortedMap<String, Option<Vec<u8>>>,
}

impl FileTree for Overlay {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self.texts.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None => self.tree.read(path),
        }
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        let mut entries = self.tree.entries(dir)?;
        for (path, text) in self.texts.iter().filter(|(path, _)| parent(path) == dir) {
            if text.is_none() {
                entries.iter_mut().for_each(|entries| entries.retain(|entry| entry.name != base(path)));
                continue;
            }
            let entries = entries.get_or_insert_default();
            if entries.iter().all(|entry| entry.name != base(path)) {
                entries.push(TreeEntry::file(base(path)));
                entries.sort();
            }
        }
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_ref().map(|_| EntryKind::File)),
            None => self.tree.kind(path),
        }
    }

    fn real(&self, path: &str) -> Option<String> {
        // A file that exists only in `texts` is not a link.
        let of_text = || Some(join(&self.tree.real(parent(path))?, base(path)));
        match self.texts.get(path) {
            Some(None) => None,
            text => self.tree.real(path).or_else(|| text.and_then(|_| of_text())),
        }
    }

    fn git_ignores(&self, dir: &str) -> bool {
        self.tree.git_ignores(dir)
    }

    fn git_tracks(&self, dir: &str) -> bool {
        self.tree.git_tracks(dir)
    }
}

/// A tree in which only certain folders and files can be read, whatever the inputs refer to.
pub(super) struct Fenced {
    pub(super) tree: Arc<dyn FileTree>,
    /// The real paths of the folders in which everything may be read.
    pub(super) folders: Vec<String>,
    /// The real paths of the files that the user named.
    pub(super) named: SortedSet<String>,
    /// A cache, because many root modules may call the same module.
    pub(super) kept: Mutex<FileCache>,
}

/// Files that were read, by path, as long as there is room.
#[derive(Default)]
pub(super) struct FileCache {
    files: SortedMap<String, Vec<u8>>,
    size: usize,
}

/// How many bytes are kept.
const ROOM: usize = 32 << 20;

impl FileCache {
    fn keep(&mut self, path: &str, bytes: &[u8]) {
        if self.size + bytes.len() <= ROOM {
            self.size += bytes.len();
            self.files.insert(path.to_owned(), bytes.to_vec());
        }
    }
}

impl Fenced {
    fn kept(&self) -> MutexGuard<'_, FileCache> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self, path: &str) -> Option<FileError> {
        // It may be reported that a file does not exist.
        let real = self.tree.real(path)?;
        let reason = if self.named.contains(&real) {
            return None;
        } else if real.split('/').any(|part| part == ".git") {
            "git's own files are not read".to_owned()
        } else if self.folders.iter().any(|folder| is_below(&real, folder)) {
            return None;
        } else {
            format!("it is outside of `{}`, and only what is below is read", self.folders.join("`, `"))
        };
        Some(FileError { path: path.to_owned(), reason })
    }
}

impl FileTree for Fenced {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        if let Some(bytes) = self.kept().files.get(path) {
            return Ok(Some(bytes.clone()));
        }
        let read = self.refused(path).map_or_else(|| self.tree.read(path), Err)?;
        if let Some(bytes) = &read {
            self.kept().keep(path, bytes);
        }
        Ok(read)
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        self.refused(dir).map_or_else(|| self.tree.entries(dir), Err)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        self.tree.kind(path)
    }

    fn real(&self, path: &str) -> Option<String> {
        self.tree.real(path)
    }

    fn git_ignores(&self, dir: &str) -> bool {
        self.tree.git_ignores(dir)
    }

    fn git_tracks(&self, dir: &str) -> bool {
        self.tree.git_tracks(dir)
    }
}
