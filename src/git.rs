//! Reads which files git ignores and tracks, without running any program with a repository's configuration.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Caches the files that were read.
#[derive(Default)]
pub(crate) struct Git {
    /// The rules for the entries of each folder, by the folder's path.
    rules: HashMap<PathBuf, Rules>,
    /// The tracked paths of each repository, by its root.
    tracked: HashMap<PathBuf, Arc<Tracked>>,
}

/// The rules of a folder, followed by those of the folders above it.
type Rules = Arc<[Arc<Gitignore>]>;

/// The tracked paths of a repository, sorted; `None` if the index cannot be read.
type Tracked = Option<Vec<Vec<u8>>>;

impl Git {
    /// Whether the `.gitignore` files above exclude a folder. They are also used outside of a repository, because an
    /// unpacked archive has the same files.
    pub(crate) fn ignores(&mut self, dir: &Path) -> bool {
        let Ok(dir) = dir.canonicalize() else { return false };
        let Some(folder) = dir.parent() else { return false };
        let matches = self.rules_above(folder);
        let mut matches = matches.iter().map(|rules| rules.matched(&dir, true)).filter(|found| !found.is_none());
        matches.next().is_some_and(|found| found.is_ignore())
    }

    /// Whether the repository of a folder tracks anything in it.
    pub(crate) fn tracks(&mut self, dir: &Path) -> bool {
        let Ok(dir) = dir.canonicalize() else { return false };
        let Some(root) = dir.ancestors().skip(1).find(|folder| folder.join(".git").exists()) else { return false };
        let Ok(below) = dir.strip_prefix(root) else { return false };
        let prefix = format!("{}/", below.to_string_lossy().replace('\\', "/")).into_bytes();
        let tracked = self.tracked.entry(root.to_owned()).or_insert_with(|| Arc::new(read_index(root)));
        match tracked.as_ref() {
            Some(paths) => {
                let from = paths.partition_point(|path| *path < prefix);
                paths.get(from).is_some_and(|path| path.starts_with(&prefix))
            }
            // Tracked folders are searched, and git may track this one.
            None => true,
        }
    }

    /// The rules in a folder and in those above it, up to the root of the repository. Folders without rules are left
    /// out.
    fn rules_above(&mut self, folder: &Path) -> Rules {
        // Searches go from a folder to its subfolders, so the rules of the parent are usually cached.
        let unknown = folder.ancestors().take_while(|folder| !self.rules.contains_key(*folder));
        let unknown: Vec<&Path> = unknown.collect();
        for folder in unknown.into_iter().rev() {
            let own = rules_of(folder);
            let above = match folder.join(".git").exists() {
                true => None,
                false => folder.parent().and_then(|parent| self.rules.get(parent)),
            };
            let rules = match (own.is_empty(), above) {
                (true, None) => Rules::default(),
                (true, Some(above)) => Arc::clone(above),
                (false, above) => {
                    std::iter::once(Arc::new(own)).chain(above.iter().flat_map(|it| it.iter().cloned())).collect()
                }
            };
            self.rules.insert(folder.to_owned(), rules);
        }
        self.rules.get(folder).cloned().unwrap_or_default()
    }
}

fn rules_of(folder: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for name in [".gitignore", ".git/info/exclude"] {
        let Some(bytes) = read(&folder.join(name), LARGEST_RULES) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines() {
            // Git also ignores lines that are not patterns.
            let _ = builder.add_line(None, line);
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// The paths in the index of the repository with this root.
fn read_index(root: &Path) -> Tracked {
    let git = root.join(".git");
    let folder = match read(&git, LARGEST_RULES) {
        // In a worktree or a submodule, `.git` is a file.
        Some(text) => root.join(String::from_utf8(text).ok()?.strip_prefix("gitdir:")?.trim()),
        None => git,
    };
    let index = folder.join("index");
    match read(&index, LARGEST_INDEX) {
        Some(bytes) => paths_of(&bytes, 20).or_else(|| paths_of(&bytes, 32)),
        None if index.exists() => None,
        // Nothing has been added yet.
        None => Some(Vec::new()),
    }
}

/// Larger files with patterns are not read.
const LARGEST_RULES: u64 = 1 << 20;

/// A larger index is not read.
const LARGEST_INDEX: u64 = 256 << 20;

/// The content of a file that is not too large. Git does not follow links here, and a device or a pipe may have no end.
fn read(path: &Path, largest: u64) -> Option<Vec<u8>> {
    fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file)?;
    let file = fs::File::open(path).ok()?;
    // The file may have been replaced in the meantime.
    file.metadata().ok().filter(|own| own.is_file() && own.len() <= largest)?;
    let mut bytes = Vec::new();
    file.take(largest).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The paths in an index of version 2, 3, or 4 with hashes of this many bytes; see git's `gitformat-index`.
fn paths_of(bytes: &[u8], hash: usize) -> Option<Vec<Vec<u8>>> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = number(4).filter(|version| bytes.starts_with(b"DIRC") && (2..=4).contains(version))?;
    let count = number(8)?;
    let mut at = 12;
    let mut paths: Vec<Vec<u8>> = Vec::new();
    for _ in 0..count {
        let start = at;
        let flags = u16::from_be_bytes(bytes.get(at + 40 + hash..at + 42 + hash)?.try_into().ok()?);
        let is_extended = version > 2 && flags & 0x4000 != 0;
        at += 42 + hash + if is_extended { 2 } else { 0 };
        let mut path = Vec::new();
        if version == 4 {
            let (dropped, length) = varint(bytes.get(at..)?)?;
            at += length;
            let last = paths.last().map(Vec::as_slice).unwrap_or_default();
            path.extend_from_slice(last.get(..last.len().checked_sub(dropped)?)?);
        }
        let length = bytes.get(at..)?.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(bytes.get(at..at + length)?);
        at += length + 1;
        if version < 4 {
            // Padded with zeros to a multiple of eight bytes.
            at = start + (at - start).next_multiple_of(8);
        }
        paths.push(path);
    }
    // The extension `link` means that some of the paths are in another file.
    let mut is_split = false;
    while let Some(name) = bytes.get(at..at + 4).filter(|_| at + 8 + hash <= bytes.len()) {
        is_split |= name == b"link";
        at += 8 + number(at + 4)? as usize;
    }
    (!is_split && at + hash == bytes.len()).then_some(paths)
}

/// A number in git's variable-length encoding, and its length in bytes.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value: usize = 0;
    for (index, byte) in bytes.iter().take(8).enumerate() {
        value = (value << 7) | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
        value += 1;
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn the_index_has_what_git_lists() {
        for version in ["2", "3", "4"] {
            let dir = tempfile::tempdir().unwrap();
            let git = |arguments: &[&str]| {
                let output = Command::new("git").current_dir(dir.path()).args(arguments).output().unwrap();
                assert!(output.status.success(), "{arguments:?}: {output:?}");
                output.stdout
            };
            git(&["init", "-q"]);
            assert_eq!(read_index(dir.path()), Some(Vec::new()));
            let long = "n".repeat(200);
            for name in ["a.tf", "b/c.tf", "b/d/e.tf", "b.tf", long.as_str()] {
                let path = dir.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, name).unwrap();
            }
            git(&["add", "-A"]);
            if version == "3" {
                // Only entries with additional flags are extended.
                fs::write(dir.path().join("later.tf"), "").unwrap();
                git(&["add", "--intent-to-add", "later.tf"]);
            }
            git(&["update-index", "--index-version", version]);
            let listed = git(&["ls-files", "-z"]);
            let listed: Vec<Vec<u8>> =
                listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(<[u8]>::to_vec).collect();
            assert_eq!(read_index(dir.path()), Some(listed), "version {version}");

            fs::write(dir.path().join(".gitignore"), "b/\nout/\n").unwrap();
            fs::create_dir(dir.path().join("out")).unwrap();
            let mut git = Git::default();
            let asked = ["b", "b/d", "out"].map(|name| dir.path().join(name));
            assert_eq!(asked.each_ref().map(|path| git.ignores(path)), [true, false, true]);
            assert_eq!(asked.each_ref().map(|path| git.tracks(path)), [true, true, false]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_to_devices_are_no_rules() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join(".gitignore");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        assert!(!Git::default().ignores(&dir.path().join("out")));
        fs::remove_file(&link).unwrap();
        fs::write(&link, "out/\n").unwrap();
        assert!(Git::default().ignores(&dir.path().join("out")));
    }
}
