//! The files of a git revision, read from the repository's objects.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use symlint_core::report::Problem;
use symlint_terraform::{EntryKind, FileError, FileTree, TreeEntry};

use crate::disk::{LARGEST, reason};
use crate::repository::{Object, Objects, Repository, usage};

/// How many links to one file are followed.
const LINKS: usize = 40;

/// A file or a link in a commit.
struct Blob {
    hash: String,
    is_link: bool,
    /// The index of its repository in the stores.
    store: usize,
}

/// A repository, and the process that reads its objects.
struct Store {
    repository: Repository,
    objects: Mutex<Option<Objects>>,
}

impl Store {
    fn of(repository: Repository) -> Self {
        Self { repository, objects: Mutex::new(None) }
    }
}

/// The files of a commit.
pub(crate) struct Revision {
    /// The repository, followed by those of its submodules.
    stores: Vec<Store>,
    /// The real path of the first repository's folder.
    root: String,
    disk: Arc<dyn FileTree>,
    /// The real path of the working directory.
    here: String,
    /// By path from the root.
    blobs: BTreeMap<String, Blob>,
    /// The entries of each folder, by its path from the root.
    folders: HashMap<String, Vec<TreeEntry>>,
    /// By path from the root.
    submodules: BTreeMap<String, Submodule>,
}

/// A submodule whose own repository does not have its commit.
struct Submodule {
    /// The commit of the submodule.
    commit: String,
    /// The index of the repository that contains it, and its path there.
    around: (usize, String),
    /// Whether the repository that contains it still names that commit, and the submodule is not checked out.
    is_same: bool,
    /// Whether its current files are read in place of the old ones.
    is_read: bool,
}

/// How to treat submodules whose own repository does not have their commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submodules {
    /// Read their current files in place of the old ones.
    AsTheyAre,
    LeftOut,
}

/// Where a path leads if links are followed.
enum Leads {
    /// To this path from the root, whether there is anything or not.
    Inside(String),
    /// Out of the commit: to git's own files, to files that `terraform init` has installed, into a submodule, or out of
    /// the repository.
    Outside(String),
    /// Nowhere, or in a circle.
    Nowhere,
}

impl Revision {
    /// The files of a commit and of its submodules. Files outside of the repository are on `disk`.
    pub(crate) fn of(
        repository: Repository,
        commit: &str,
        disk: Arc<dyn FileTree>,
        submodules: Submodules,
    ) -> Result<Self, Problem> {
        let listing = repository.files(commit).map_err(|reason| {
            let message = format!("cannot list the files of commit `{commit}`{reason}");
            usage(message, "if the clone is partial, fetch the commit's trees and files")
        })?;
        let here = disk.real(".").unwrap_or_else(|| "/".to_owned());
        let mut revision = Self {
            root: repository.root.clone(),
            stores: Vec::new(),
            disk,
            here,
            blobs: BTreeMap::new(),
            folders: HashMap::from([(String::new(), Vec::new())]),
            submodules: BTreeMap::new(),
        };
        revision.add_all(repository, &listing, "");
        revision.add_submodules(submodules);
        revision.finish();
        Ok(revision)
    }

    /// The submodules whose files are not known: a message about each, and whether it may have changed.
    pub(crate) fn submodules(&self) -> impl Iterator<Item = (String, bool)> {
        self.submodules.iter().map(|(path, submodule)| {
            let commit = submodule.commit.get(..10).unwrap_or(&submodule.commit);
            let reason = match submodule.is_same {
                true => format!("the submodule `{path}` is not checked out, so uncommitted changes in it"),
                false => {
                    format!(
                        "the submodule `{path}` was at commit `{commit}`, which is not available here, so changes in it"
                    )
                }
            };
            (reason + " were not compared", !submodule.is_same)
        })
    }

    /// Adds the files of checked-out submodules from their own repositories.
    fn add_submodules(&mut self, missing: Submodules) {
        let mut tried: BTreeSet<String> = BTreeSet::new();
        while let Some(path) = self.submodules.keys().find(|path| !tried.contains(*path)).cloned() {
            let real = self.absolute(&path);
            let is_there = |path: &str| matches!(self.disk.kind(path), Ok(Some(_)));
            let (is_folder, is_checked_out) = (is_there(&real), is_there(&format!("{real}/.git")));
            let Some(submodule) = self.submodules.get(&path) else { break };
            let Some(around) = self.stores.get(submodule.around.0) else { break };
            let repository = around.repository.at(real);
            let listing = is_checked_out.then(|| repository.files(&submodule.commit));
            let line = format!("160000 {} 0\t{}", submodule.commit, submodule.around.1);
            let is_staged = |staged: Vec<u8>| staged.split(|byte| *byte == 0).any(|it| it == line.as_bytes());
            let staged = ["ls-files", "--stage", "-z", "--", &submodule.around.1];
            let is_same = !is_checked_out && around.repository.output(&staged).is_ok_and(is_staged);
            let is_read = is_folder && (is_same || missing == Submodules::AsTheyAre);
            if let Some(Ok(listing)) = listing {
                self.submodules.remove(&path);
                self.ensure(&path);
                self.add_all(repository, &listing, &path);
            } else if let Some(submodule) = self.submodules.get_mut(&path) {
                (submodule.is_same, submodule.is_read) = (is_same, is_read);
                if is_read {
                    self.ensure(&path);
                }
            }
            tried.insert(path);
        }
    }

    /// Whether a path is that of a submodule whose files are read, or inside one.
    fn is_in_submodule(&self, inside: &str) -> bool {
        let is_around =
            |path: &str| inside.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.submodules.iter().any(|(path, submodule)| submodule.is_read && is_around(path))
    }

    /// Adds the files of a repository in `folder`.
    fn add_all(&mut self, repository: Repository, listing: &[u8], folder: &str) {
        let store = self.stores.len();
        self.stores.push(Store::of(repository));
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            self.add(line, folder, store);
        }
    }

    /// Adds a line of `git ls-tree`.
    fn add(&mut self, line: &[u8], top: &str, store: usize) {
        let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { return };
        let (head, path) = line.split_at(tab);
        let path = path.get(1..).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let mut parts = head.split(' ');
        let (Some(mode), Some(_), Some(hash)) = (parts.next(), parts.next(), parts.next()) else { return };
        let (own, is_text) = match std::str::from_utf8(path) {
            Ok(text) => (text.to_owned(), true),
            Err(_) => (String::from_utf8_lossy(path).into_owned(), false),
        };
        let text = join(top, &own);
        if mode == "160000" {
            let around = (store, own);
            let submodule = Submodule { commit: hash.to_owned(), around, is_same: false, is_read: false };
            self.submodules.insert(text, submodule);
            return;
        }
        let is_link = mode == "120000";
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
        self.ensure(folder);
        let entry = TreeEntry { is_link, is_text, ..TreeEntry::file(name) };
        self.folders.entry(folder.to_owned()).or_default().push(entry);
        if is_text {
            self.blobs.insert(text, Blob { hash: hash.to_owned(), is_link, store });
        }
    }

    /// Adds a folder and its parent folders.
    fn ensure(&mut self, folder: &str) {
        if self.folders.contains_key(folder) {
            return;
        }
        self.folders.insert(folder.to_owned(), Vec::new());
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        self.ensure(above);
        self.folders.entry(above.to_owned()).or_default().push(TreeEntry::folder(name));
    }

    /// Sets the kind of the entry that each link leads to.
    fn finish(&mut self) {
        let links: Vec<(String, String)> = self
            .folders
            .iter()
            .flat_map(|(folder, entries)| entries.iter().map(move |entry| (folder, entry)))
            .filter(|(_, entry)| entry.is_link && entry.is_text)
            .map(|(folder, entry)| (folder.clone(), entry.name.clone()))
            .collect();
        let kinds: Vec<(String, String, EntryKind)> = links
            .into_iter()
            .map(|(folder, name)| {
                let path = self.absolute(&join(&folder, &name));
                let kind = self.kind(&path).ok().flatten().unwrap_or(EntryKind::Broken);
                (folder, name, kind)
            })
            .collect();
        for (folder, name, kind) in kinds {
            let entries = self.folders.entry(folder).or_default();
            entries.iter_mut().filter(|entry| entry.name == name).for_each(|entry| entry.kind = kind);
        }
        self.folders.values_mut().for_each(|entries| entries.sort_unstable());
    }

    fn absolute(&self, inside: &str) -> String {
        let root = self.root.trim_end_matches('/');
        if inside.is_empty() && !root.is_empty() { root.to_owned() } else { format!("{root}/{inside}") }
    }

    /// The path from the root, if `real` is in the repository.
    fn below(&self, real: &str) -> Option<String> {
        let rest = real.strip_prefix(self.root.trim_end_matches('/'))?;
        match rest.strip_prefix('/') {
            Some(rest) => Some(rest.to_owned()),
            None => rest.is_empty().then(String::new),
        }
    }

    fn leads(&self, path: &str) -> Leads {
        let is_absolute = Path::new(path).is_absolute() || path.starts_with('/');
        let start = if is_absolute { String::new() } else { self.here.clone() };
        let mut real = start;
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    let above = real.rfind('/').map_or(0, |at| at);
                    real.truncate(above);
                    continue;
                }
                part => {
                    let is_drive = real.is_empty() && part.ends_with(':');
                    real = if is_drive { part.to_owned() } else { format!("{}/{part}", real.trim_end_matches('/')) };
                }
            }
            match self.below(&real) {
                Some(inside) if !self.is_in_submodule(&inside) => {
                    if self.blobs.get(&inside).is_some_and(|blob| blob.is_link) {
                        links += 1;
                        let Ok(Some(target)) = self.blob(&inside, &real) else { return Leads::Nowhere };
                        let Ok(target) = String::from_utf8(target) else { return Leads::Nowhere };
                        if links > LINKS {
                            return Leads::Nowhere;
                        }
                        real.truncate(if target.starts_with('/') { 0 } else { real.rfind('/').unwrap_or(0) });
                        left.extend(target.split('/').rev().map(str::to_owned));
                    }
                }
                // Outside of the repository, the disk resolves links.
                _ => {
                    if let Some(on_disk) = self.disk.real(&real) {
                        real = on_disk;
                    }
                }
            }
        }
        match self.below(&real) {
            Some(inside) => {
                let is_elsewhere = inside.split('/').any(|part| part == ".git" || part == ".terraform")
                    || self.is_in_submodule(&inside);
                let is_here = self.blobs.contains_key(&inside) || self.folders.contains_key(&inside);
                if is_elsewhere && !is_here { Leads::Outside(real) } else { Leads::Inside(inside) }
            }
            None => Leads::Outside(if real.is_empty() { "/".to_owned() } else { real }),
        }
    }

    /// The content of a file or a link.
    fn blob(&self, inside: &str, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        let Some(blob) = self.blobs.get(inside) else { return Ok(None) };
        let fail = |reason: String| FileError { path: path.to_owned(), reason };
        let Some(store) = self.stores.get(blob.store) else { return Ok(None) };
        let mut objects = store.objects.lock().unwrap_or_else(PoisonError::into_inner);
        if objects.is_none() {
            let started = Objects::start(&store.repository);
            *objects = Some(started.map_err(|error| fail(format!("git cannot be started: {}", reason(&error))))?);
        }
        let Some(running) = objects.as_mut() else { return Ok(None) };
        match running.read(&blob.hash) {
            Ok(Object::Bytes(bytes)) => Ok(Some(bytes)),
            Ok(Object::Missing) => Err(fail("this clone does not have it: clone without `--filter`".to_owned())),
            Ok(Object::TooLarge) => Err(fail(format!("the file is larger than {} MiB", LARGEST >> 20))),
            Err(error) => {
                // After an error, the process cannot be used any more.
                *objects = None;
                Err(fail(reason(&error)))
            }
        }
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl FileTree for Revision {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        match self.leads(path) {
            Leads::Inside(inside) => self.blob(&inside, path),
            Leads::Outside(real) => self.disk.read(&real),
            Leads::Nowhere => Ok(None),
        }
    }

    fn entries(&self, dir: &str) -> Result<Option<Vec<TreeEntry>>, FileError> {
        match self.leads(dir) {
            Leads::Inside(inside) => Ok(self.folders.get(&inside).cloned()),
            Leads::Outside(real) => self.disk.entries(&real),
            Leads::Nowhere => Ok(None),
        }
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        let own = self.below(&self.lexical(path));
        let is_link = own.is_some_and(|own| self.blobs.get(&own).is_some_and(|blob| blob.is_link));
        let found = match self.leads(path) {
            Leads::Inside(inside) if self.folders.contains_key(&inside) => Some(EntryKind::Folder),
            Leads::Inside(inside) => self.blobs.contains_key(&inside).then_some(EntryKind::File),
            Leads::Outside(real) => self.disk.kind(&real)?,
            Leads::Nowhere => None,
        };
        Ok(found.or(is_link.then_some(EntryKind::Broken)))
    }

    fn real(&self, path: &str) -> Option<String> {
        match self.leads(path) {
            Leads::Inside(inside) => {
                let is_there = self.blobs.contains_key(&inside) || self.folders.contains_key(&inside);
                is_there.then(|| self.absolute(&inside))
            }
            Leads::Outside(real) => self.disk.real(&real),
            Leads::Nowhere => None,
        }
    }

    fn git_tracks(&self, dir: &str) -> bool {
        matches!(self.leads(dir), Leads::Inside(inside) if self.folders.contains_key(&inside))
    }
}

impl Revision {
    /// The path without `.` and `..`, without following links.
    fn lexical(&self, path: &str) -> String {
        let is_absolute = Path::new(path).is_absolute() || path.starts_with('/');
        let mut parts: Vec<&str> = if is_absolute { Vec::new() } else { self.here.split('/').collect() };
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        let joined = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        if self.root.starts_with('/') { format!("/{joined}") } else { joined }
    }
}
