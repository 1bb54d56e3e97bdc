//! Files in memory, and paths among them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use symlint_terraform::{FileError, FileTree};

/// Texts by their paths from the root; copies share them.
#[derive(Clone)]
pub(crate) struct Files {
    texts: Arc<BTreeMap<String, String>>,
}

impl Files {
    /// Makes the names plain: `./a//b` is `a/b`.
    pub(crate) fn new(texts: BTreeMap<String, String>) -> Self {
        Self { texts: Arc::new(texts.into_iter().map(|(name, text)| (plain(&name), text)).collect()) }
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    pub(crate) fn is_folder(&self, path: &str) -> bool {
        path == "." || self.names().any(|name| below(name, path).is_some())
    }

    pub(crate) fn replace(&mut self, texts: BTreeMap<String, String>) {
        Arc::make_mut(&mut self.texts).extend(texts);
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// The folders at and below `folder` in which `which` holds for a file; hidden ones are left out.
    pub(crate) fn folders(&self, folder: &str, which: fn(&str) -> bool) -> BTreeSet<String> {
        let seen = self.names().filter(|name| {
            let rest = below(name, folder);
            rest.is_some_and(|rest| which(rest) && !rest.split('/').any(|part| part.starts_with('.')))
        });
        seen.map(parent).map(str::to_owned).collect()
    }
}

impl FileTree for Files {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        Ok(self.text(path).map(|text| text.as_bytes().to_vec()))
    }

    fn list(&self, dir: &str) -> Result<Option<Vec<String>>, FileError> {
        let direct = self.names().filter(|name| parent(name) == dir);
        let names: Vec<String> = direct.map(|name| base(name).to_owned()).collect();
        Ok(if names.is_empty() && !self.is_folder(dir) { None } else { Some(names) })
    }
}

/// `path` without `./`, `//` and a `/` at the end; `.` for the root.
pub(crate) fn plain(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The folder of a file.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(parent, _)| parent)
}

fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// The path from `folder` to `name`, if it lies below.
fn below<'n>(name: &'n str, folder: &str) -> Option<&'n str> {
    if folder == "." { Some(name) } else { name.strip_prefix(folder)?.strip_prefix('/') }
}
