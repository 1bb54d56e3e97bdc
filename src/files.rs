//! The disk: files as the engine asks for them, and paths as people write them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use symlint_terraform::{FileError, FileTree};

/// The disk, with other texts in the place of some files: standard input, and what has been mended but not written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    /// By the names that reports show.
    pub(crate) texts: BTreeMap<String, Vec<u8>>,
}

/// Larger files are refused: Terraform itself could not handle them.
const MAX_FILE: u64 = 1 << 30;

impl FileTree for Overlay {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self.texts.get(path) {
            Some(bytes) => Ok(Some(bytes.clone())),
            None => read(path),
        }
    }

    fn list(&self, dir: &str) -> Result<Option<Vec<String>>, FileError> {
        let fail = |error: io::Error| FileError { path: dir.into(), reason: reason(&error) };
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(fail(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(fail)?;
            // Links count as what they lead to; one that leads nowhere or in a circle is no file.
            if fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()) {
                // Terraform's files have names that are text; others are none of ours.
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.sort_unstable();
        Ok(Some(names))
    }
}

/// The bytes of the file at `path`; `None` where there is none.
pub(crate) fn read(path: &str) -> Result<Option<Vec<u8>>, FileError> {
    let fail = |reason: String| FileError { path: path.into(), reason };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(fail(reason(&error))),
    };
    if metadata.is_dir() {
        return Ok(None);
    }
    if metadata.len() > MAX_FILE {
        return Err(fail("the file is larger than 1 GiB".into()));
    }
    fs::read(path).map(Some).map_err(|error| fail(reason(&error)))
}

/// The bytes of a file that somebody means; `None` where there is none. A folder is none, and to ignore it would hide that.
pub(crate) fn read_file(path: &str) -> Result<Option<Vec<u8>>, FileError> {
    if Path::new(path).is_dir() {
        return Err(FileError { path: path.to_owned(), reason: "it is a folder".into() });
    }
    read(path)
}

/// The system's words without its error number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text.get(..end).unwrap_or(&text).to_lowercase()
}

/// `path` as reports show it: with `/`, without `./`, `//` and a `/` at the end; `.` for the current folder.
///
/// `..` stays, since a link may lead elsewhere.
pub(crate) fn shown(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let absolute = path.starts_with('/');
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".into(),
        (false, false) => parts.join("/"),
    }
}

/// The folder of the shown path of a file.
pub(crate) fn parent(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".into(),
        Some((parent, _)) => parent.into(),
        None => ".".into(),
    }
}

/// The repository that holds `path`, if one does: the nearest folder above with `.git`.
pub(crate) fn repository(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    absolute.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// The path from the repository's root to a file, from wherever symlint is started. Where there is no repository, from
/// the current folder, or else from the top of the file system: never an absolute one, and none with `..`.
pub(crate) fn repository_path(shown: &str) -> String {
    let path = Path::new(shown);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // `..` is resolved on the disk, where links are followed.
    let Some((folder, name)) = folder.canonicalize().ok().zip(path.file_name()) else { return relative(path) };
    let file = folder.join(name);
    let current = || std::env::current_dir().and_then(|dir| dir.canonicalize()).ok();
    let root = repository(&folder).or_else(current);
    root.and_then(|root| file.strip_prefix(root).map(relative).ok()).unwrap_or_else(|| relative(&file))
}

/// The names of a path, joined by `/`.
fn relative(path: &Path) -> String {
    let names = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    names.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_paths_are_plain() {
        for (path, expected) in [
            (".", "."),
            ("./", "."),
            ("./a//b/", "a/b"),
            ("a/./b", "a/b"),
            ("../x/", "../x"),
            ("/a/b/", "/a/b"),
            ("/", "/"),
        ] {
            assert_eq!(shown(path), expected, "{path}");
        }
        assert_eq!(parent("a/b.tfvars"), "a");
        assert_eq!(parent("b.tfvars"), ".");
        assert_eq!(parent("/b.tfvars"), "/");
    }
}
