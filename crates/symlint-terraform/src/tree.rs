//! Access to files: a disk, a browser's memory, a git revision, or an editor's buffers over a disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::paths::join;

/// A tree of files. Files are only accessed through this trait.
///
/// Paths are separated by `/` and relative to a folder that the implementation chooses. They may start with `..`.
pub trait FileTree: Send + Sync {
    /// The bytes of the file at `path`; `None` if it does not exist. Links are followed.
    ///
    /// # Errors
    ///
    /// If it exists but cannot be read: it is too large, a device, or the user has no permission.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError>;

    /// All entries of the folder `dir`, sorted by name; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// If it exists but cannot be listed.
    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError>;

    /// The kind of the entry at `path`; `None` if there is none. Links are followed.
    ///
    /// # Errors
    ///
    /// If the system cannot tell.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        if self.entries(path)?.is_some() {
            return Ok(Some(EntryKind::Folder));
        }
        Ok(self.read(path)?.map(|_| EntryKind::File))
    }

    /// The unique path of the entry at `path`, from the top of the tree and with all links resolved; `None` if there is
    /// none.
    fn real(&self, path: &str) -> Option<String> {
        Some(join("/", path))
    }

    /// Whether `.gitignore` files exclude the folder `dir`.
    fn git_ignores(&self, _dir: &str) -> bool {
        false
    }

    /// Whether git tracks anything in the folder `dir`.
    fn git_tracks(&self, _dir: &str) -> bool {
        false
    }

    /// The names (not paths) of the files in the folder `dir`, sorted; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// Errors of [`FileTree::entries`].
    fn list(&self, dir: &str) -> Result<Option<Vec<String>>, FileError> {
        let files = |entries: Vec<TreeEntry>| {
            let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File && entry.is_text);
            files.map(|entry| entry.name).collect()
        };
        Ok(self.entries(dir)?.map(files))
    }
}

/// An entry in a folder of a [`FileTree`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TreeEntry {
    /// Its name. Bytes that are not valid UTF-8 are replaced.
    pub name: String,
    /// Its kind. Links are followed.
    pub kind: EntryKind,
    /// Whether it is a link.
    pub is_link: bool,
    /// Whether the name is valid UTF-8, so that the file can be read.
    pub is_text: bool,
}

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    File,
    Folder,
    /// A device, a pipe, or a socket. Reading it might never end.
    Special,
    /// A link that leads nowhere, or in a circle.
    Broken,
}

/// A file or folder that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read {path}: {reason}")]
pub struct FileError {
    /// The requested path.
    pub path: String,
    /// The reason, in the system's words.
    pub reason: String,
}

impl TreeEntry {
    pub fn file(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: EntryKind::File, is_link: false, is_text: true }
    }

    pub fn folder(name: impl Into<String>) -> Self {
        Self { kind: EntryKind::Folder, ..Self::file(name) }
    }
}

impl<T: FileTree + ?Sized> FileTree for Arc<T> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        (**self).read(path)
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        (**self).entries(dir)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        (**self).kind(path)
    }

    fn real(&self, path: &str) -> Option<String> {
        (**self).real(path)
    }

    fn git_ignores(&self, dir: &str) -> bool {
        (**self).git_ignores(dir)
    }

    fn git_tracks(&self, dir: &str) -> bool {
        (**self).git_tracks(dir)
    }
}

/// Files in memory, by their paths from the top, without `./` and `..`.
impl FileTree for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        Ok(self.get(&join("", path)).cloned())
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        Ok(entries_of(self.keys().map(String::as_str), dir))
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        let path = join("", path);
        if self.contains_key(&path) {
            return Ok(Some(EntryKind::File));
        }
        let below = format!("{path}/");
        let mut following = self.range(below.clone()..);
        let is_folder = path.is_empty() || following.next().is_some_and(|(name, _)| name.starts_with(&below));
        Ok(is_folder.then_some(EntryKind::Folder))
    }
}

/// The entries of the folder `dir`, if `paths` are all files, sorted.
fn entries_of<'p>(paths: impl Iterator<Item = &'p str>, dir: &str) -> Option<Vec<TreeEntry>> {
    let dir = join("", dir);
    let below = if dir.is_empty() { String::new() } else { format!("{dir}/") };
    let mut entries: Vec<TreeEntry> = Vec::new();
    for rest in paths.filter_map(|path| path.strip_prefix(below.as_str())) {
        let entry = match rest.split_once('/') {
            Some((folder, _)) => TreeEntry::folder(folder),
            None => TreeEntry::file(rest),
        };
        if entries.last() != Some(&entry) {
            entries.push(entry);
        }
    }
    // The path `a.b` comes before `a/b`, so the folder `a` is found after `a.b`.
    entries.sort();
    entries.dedup();
    (dir.is_empty() || !entries.is_empty()).then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_folders() {
        let paths = ["a.tf", "a/b.tf", "a/c/d.tf", "b.tf", "a-b/c.tf"];
        let tree: BTreeMap<String, Vec<u8>> = paths.iter().map(|path| ((*path).to_owned(), Vec::new())).collect();
        let names = |dir: &str| {
            let entries = tree.entries(dir).unwrap();
            entries.map(|entries| entries.into_iter().map(|entry| (entry.name, entry.kind)).collect::<Vec<_>>())
        };
        let entry = |name: &str, kind| (name.to_owned(), kind);
        use EntryKind::{File, Folder};
        let top = [("a", Folder), ("a-b", Folder), ("a.tf", File), ("b.tf", File)];
        assert_eq!(names("."), Some(top.map(|(name, kind)| entry(name, kind)).to_vec()));
        assert_eq!(names("./a/"), Some(vec![entry("b.tf", File), entry("c", Folder)]));
        assert_eq!(names("a/../a/c"), Some(vec![entry("d.tf", File)]));
        assert_eq!(names("x"), None);
        assert_eq!(
            ["a", "a.tf", ".", "x"].map(|path| tree.kind(path).unwrap()),
            [Some(Folder), Some(File), Some(Folder), None]
        );
    }
}
