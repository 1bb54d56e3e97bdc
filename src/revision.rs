//! The files of a git revision, read from the repository's objects by the `git` program: nothing is checked out, and
//! nothing that the repository configures is run. Hooks, filters, helpers and transports all stay off.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use symlint_core::engine::{parent, shown};
use symlint_core::report::{Problem, ProblemKind};
use symlint_terraform::{EntryKind, FileError, FileTree, TreeEntry};

use crate::disk::{LARGEST, reason};

/// How many links are followed to one file.
const LINKS: usize = 40;

/// A repository, by the folder of its work tree.
pub(crate) struct Repository {
    program: PathBuf,
    /// The real path of the folder.
    root: String,
}

/// What a change is compared with.
pub(crate) struct Base {
    /// The hash of the commit.
    pub(crate) commit: String,
    /// What it is, in words.
    pub(crate) name: String,
}

impl Repository {
    /// The repository that all `paths` are in.
    pub(crate) fn around(paths: &[String], disk: &dyn FileTree) -> Result<Self, Problem> {
        let mut root: Option<String> = None;
        for path in paths {
            let own = root_of(path, disk).ok_or_else(|| {
                usage(format!("`{path}` is not in a git repository"), "compare two folders: `symlint diff OLD NEW`")
            })?;
            if root.replace(own.clone()).is_some_and(|other| other != own) {
                return Err(usage("the paths are in several git repositories", "compare one repository at a time"));
            }
        }
        let root = root.unwrap_or_default();
        let program = program(Path::new(&root)).ok_or_else(|| {
            usage("the program `git` was not found", "install git, or compare two folders: `symlint diff OLD NEW`")
        })?;
        Ok(Self { program, root })
    }

    /// The commit in which `revision` and what is checked out part.
    pub(crate) fn base(&self, revision: &str) -> Result<Base, Problem> {
        if revision.is_empty() || revision.starts_with('-') || revision.contains(char::is_control) {
            return Err(usage(format!("`{revision}` is not a git revision"), "name a branch, a tag or a commit"));
        }
        let is_shallow = self.answer(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|it| it == "true");
        let fetch = "with actions/checkout, set `fetch-depth: 2` and use `--base HEAD^1` on pull_request; on GitLab, run \
                     `git fetch --depth=1 origin \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\"` and use \
                     `--base \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\"`; elsewhere, run `git fetch --unshallow`";
        let parsed = self.answer(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]);
        let commit = parsed.map_err(|reason| {
            let message = format!("cannot find the git revision `{revision}`");
            match is_shallow {
                true => usage(format!("{message}: this clone is shallow and does not have it"), fetch),
                false => {
                    usage(message + &reason, "name a branch, a tag or a commit that is in this clone, or fetch it")
                }
            }
        })?;
        let short = commit.get(..10).unwrap_or(&commit).to_owned();
        match self.answer(&["merge-base", "HEAD", &commit]) {
            Ok(base) if base == commit => Ok(Base { commit, name: named(revision, &short) }),
            Ok(base) => {
                let short = base.get(..10).unwrap_or(&base);
                Ok(Base { name: format!("commit `{short}`, where this change left `{revision}`"), commit: base })
            }
            // Who names a commit in full knows which one.
            Err(_) if is_shallow && revision.eq_ignore_ascii_case(&commit) => Ok(Base {
                commit,
                name: format!("commit `{short}`, because the history before it is not available here"),
            }),
            Err(_) if is_shallow => {
                let message = format!("cannot find where this change left `{revision}`: this clone is shallow");
                Err(usage(message, fetch))
            }
            Err(reason) => {
                let message = format!("cannot find where this change left `{revision}`{reason}");
                Err(usage(message, "name a revision that has a commit in common with what is checked out"))
            }
        }
    }

    /// The files of a commit; what is outside of the repository is on `disk`. So are the files of submodules, which are
    /// those of now: where they are not, they are left out, unless the caller wants to compare the rest.
    pub(crate) fn tree(
        self,
        commit: &str,
        disk: Arc<dyn FileTree>,
        submodules: Submodules,
    ) -> Result<Revision, Problem> {
        let listing = self.output(&["ls-tree", "-r", "-z", "--full-tree", commit]).map_err(|reason| {
            let message = format!("cannot list the files of commit `{commit}`{reason}");
            usage(message, "if the clone is partial, fetch the commit's trees and files")
        })?;
        let here = disk.real(".").unwrap_or_else(|| "/".to_owned());
        let mut revision = Revision {
            repository: self,
            disk,
            here,
            blobs: BTreeMap::new(),
            folders: HashMap::from([(String::new(), Vec::new())]),
            submodules: BTreeMap::new(),
            objects: Mutex::new(None),
        };
        for line in listing.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            revision.add(line);
        }
        revision.find_submodules(submodules);
        revision.finish();
        Ok(revision)
    }

    /// What a command prints, without the end of the line; else why it failed, after a colon.
    fn answer(&self, arguments: &[&str]) -> Result<String, String> {
        let bytes = self.output(arguments)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.command(arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!(": git cannot be started: {}", reason(&error)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let line = said.lines().find(|line| !line.trim().is_empty());
        let line = line.map(|line| line.trim_start_matches("fatal: ").chars().filter(|c| !c.is_control()).collect());
        Err(line.map(|line: String| format!(": {line}")).unwrap_or_default())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let is_git = name.to_str().is_some_and(|name| name.starts_with("GIT_") && !KEPT.contains(&name));
            if is_git {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", nothing)
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            // What is not here is fetched by no program, also where git does not know the line above.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
            .args(["-c", "core.fsmonitor=false", "-c", &format!("core.hooksPath={nothing}")])
            .args(["-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"])
            // Nothing of the repository is run, no matter who owns it.
            .args(["-c", "safe.directory=*"])
            .args(arguments);
        command
    }
}

/// Where a person keeps more objects.
const KEPT: [&str; 2] = ["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_TRACE"];

fn named(revision: &str, short: &str) -> String {
    let is_hash = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { format!("commit `{short}`") } else { format!("`{revision}` (commit `{short}`)") }
}

fn usage(message: impl Into<String>, help: &str) -> Problem {
    Problem::new(ProblemKind::Usage, message).help(help)
}

/// The nearest folder above a path that has a `.git`.
fn root_of(path: &str, disk: &dyn FileTree) -> Option<String> {
    // What the change removed is looked for where it was.
    let mut near = shown(path);
    while disk.real(&near).is_none() && near != "." && near != "/" {
        near = parent(&near).to_owned();
    }
    let real = disk.real(&near)?;
    let mut current = Some(real.as_str());
    while let Some(folder) = current {
        if matches!(disk.kind(&format!("{}/.git", folder.trim_end_matches('/'))), Ok(Some(_))) {
            return Some(folder.to_owned());
        }
        current = (folder != "/" && folder.contains('/')).then(|| parent(folder)).filter(|above| *above != folder);
    }
    None
}

/// `git`, as the environment's PATH has it: in no folder that is relative, or part of the repository.
fn program(root: &Path) -> Option<PathBuf> {
    let name = format!("git{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    let mut folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    folders.find_map(|folder| {
        let real = folder.canonicalize().ok()?;
        let program = folder.join(&name);
        (!real.starts_with(root) && program.is_file()).then_some(program)
    })
}

/// Something in a commit.
struct Blob {
    hash: String,
    is_link: bool,
}

/// The files of a commit.
pub(crate) struct Revision {
    repository: Repository,
    disk: Arc<dyn FileTree>,
    /// The real path of the current folder.
    here: String,
    /// By their paths from the root.
    blobs: BTreeMap<String, Blob>,
    /// What is in each folder, by its path from the root.
    folders: HashMap<String, Vec<TreeEntry>>,
    /// By their paths from the root.
    submodules: BTreeMap<String, Submodule>,
    objects: Mutex<Option<Objects>>,
}

/// A folder whose files are of another repository.
struct Submodule {
    /// The commit of it.
    commit: String,
    /// Whether it is at that commit now.
    is_same: bool,
    /// Whether its files of now are taken for those that it had.
    is_read: bool,
}

/// What is done about submodules that are at another commit now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submodules {
    /// Their files of now stand for those that they had.
    AsTheyAre,
    /// They are left out.
    LeftOut,
}

/// Where a path leads, links followed.
enum Leads {
    /// To this path from the root, whether there is anything or not.
    Inside(String),
    /// Out of the commit: to git's own files, to what `terraform init` has put there, into a submodule, or out of the
    /// repository.
    Outside(String),
    /// Nowhere, or in a circle.
    Nowhere,
}

impl Revision {
    /// The submodules: what is not known of each, and whether it is at another commit now.
    pub(crate) fn submodules(&self) -> impl Iterator<Item = (String, bool)> {
        self.submodules.iter().map(|(path, submodule)| {
            let commit = submodule.commit.get(..10).unwrap_or(&submodule.commit);
            let reason = match submodule.is_same {
                true => format!("the submodule `{path}` is at the same commit; what is changed there without a commit"),
                false => {
                    format!("the submodule `{path}` was at commit `{commit}` and is not any more; what that changes")
                }
            };
            (reason + " was not compared", !submodule.is_same)
        })
    }

    /// Finds out which submodules are where they were.
    fn find_submodules(&mut self, moved: Submodules) {
        if self.submodules.is_empty() {
            return;
        }
        let paths = self.submodules.keys().map(String::as_str);
        let arguments: Vec<&str> = ["ls-files", "--stage", "-z", "--"].into_iter().chain(paths).collect();
        let staged = self.repository.output(&arguments).unwrap_or_default();
        let staged: Vec<&[u8]> = staged.split(|byte| *byte == 0).collect();
        let paths: Vec<String> = self.submodules.keys().cloned().collect();
        for path in paths {
            let real = self.absolute(&path);
            let is_folder = matches!(self.disk.kind(&real), Ok(Some(EntryKind::Folder)));
            let is_checked_out = matches!(self.disk.kind(&format!("{real}/.git")), Ok(Some(_)));
            let head = || self.repository.answer(&["-C", &path, "rev-parse", "--verify", "--quiet", "HEAD"]);
            let Some(submodule) = self.submodules.get(&path) else { continue };
            let line = format!("160000 {} 0\t{path}", submodule.commit);
            let is_same = staged.contains(&line.as_bytes())
                && (!is_checked_out || head().is_ok_and(|head| head == submodule.commit));
            let is_read = is_folder && (is_same || moved == Submodules::AsTheyAre);
            if is_read {
                let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
                self.ensure(folder);
                self.folders.entry(folder.to_owned()).or_default().push(TreeEntry::folder(name));
            }
            if let Some(submodule) = self.submodules.get_mut(&path) {
                (submodule.is_same, submodule.is_read) = (is_same, is_read);
            }
        }
    }

    /// Whether a path is that of a submodule whose files are read, or below one.
    fn is_in_submodule(&self, inside: &str) -> bool {
        let is_around =
            |path: &str| inside.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.submodules.iter().any(|(path, submodule)| submodule.is_read && is_around(path))
    }

    /// Adds a line of `git ls-tree`.
    fn add(&mut self, line: &[u8]) {
        let Some(tab) = line.iter().position(|byte| *byte == b'\t') else { return };
        let (head, path) = line.split_at(tab);
        let path = path.get(1..).unwrap_or_default();
        let head = String::from_utf8_lossy(head);
        let mut parts = head.split(' ');
        let (Some(mode), Some(_), Some(hash)) = (parts.next(), parts.next(), parts.next()) else { return };
        let (text, is_text) = match std::str::from_utf8(path) {
            Ok(text) => (text.to_owned(), true),
            Err(_) => (String::from_utf8_lossy(path).into_owned(), false),
        };
        if mode == "160000" {
            let submodule = Submodule { commit: hash.to_owned(), is_same: false, is_read: false };
            self.submodules.insert(text, submodule);
            return;
        }
        let is_link = mode == "120000";
        let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
        self.ensure(folder);
        let entry = TreeEntry { is_link, is_text, ..TreeEntry::file(name) };
        self.folders.entry(folder.to_owned()).or_default().push(entry);
        if is_text {
            self.blobs.insert(text, Blob { hash: hash.to_owned(), is_link });
        }
    }

    /// Adds a folder, and those above it.
    fn ensure(&mut self, folder: &str) {
        if self.folders.contains_key(folder) {
            return;
        }
        self.folders.insert(folder.to_owned(), Vec::new());
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        self.ensure(above);
        self.folders.entry(above.to_owned()).or_default().push(TreeEntry::folder(name));
    }

    /// Says of each link what it leads to.
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
        let root = self.repository.root.trim_end_matches('/');
        if inside.is_empty() && !root.is_empty() { root.to_owned() } else { format!("{root}/{inside}") }
    }

    /// The path from the root, if `real` is in the repository.
    fn below(&self, real: &str) -> Option<String> {
        let rest = real.strip_prefix(self.repository.root.trim_end_matches('/'))?;
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
                // Out of the repository, the disk knows the links.
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

    /// The bytes of a file or a link.
    fn blob(&self, inside: &str, path: &str) -> Result<Option<Vec<u8>>, FileError> {
        let Some(blob) = self.blobs.get(inside) else { return Ok(None) };
        let fail = |reason: String| FileError { path: path.to_owned(), reason };
        let mut objects = self.objects.lock().unwrap_or_else(PoisonError::into_inner);
        if objects.is_none() {
            let started = Objects::start(&self.repository);
            *objects = Some(started.map_err(|error| fail(format!("git cannot be started: {}", reason(&error))))?);
        }
        let Some(running) = objects.as_mut() else { return Ok(None) };
        match running.read(&blob.hash) {
            Ok(Object::Bytes(bytes)) => Ok(Some(bytes)),
            Ok(Object::Missing) => Err(fail("this clone does not have it: clone without `--filter`".to_owned())),
            Ok(Object::TooLarge) => Err(fail(format!("the file is larger than {} MiB", LARGEST >> 20))),
            Err(error) => {
                // What it would say next is not known.
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
    /// The path without `.` and `..`, links not followed.
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
        if self.repository.root.starts_with('/') { format!("/{joined}") } else { joined }
    }
}

/// A running `git cat-file`.
struct Objects {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

/// What git has under a hash.
enum Object {
    Bytes(Vec<u8>),
    Missing,
    TooLarge,
}

impl Objects {
    fn start(repository: &Repository) -> io::Result<Self> {
        let mut command = repository.command(&["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let gone = || io::Error::other("git has no input or output");
        let to = child.stdin.take().ok_or_else(gone)?;
        let from = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, to: Some(to), from })
    }

    fn read(&mut self, hash: &str) -> io::Result<Object> {
        let to = self.to.as_mut().ok_or_else(|| io::Error::other("git has ended"))?;
        writeln!(to, "{hash}")?;
        to.flush()?;
        let mut head = String::new();
        self.from.read_line(&mut head)?;
        // `HASH blob SIZE`, or `HASH missing`.
        let mut words = head.trim_end().split(' ').skip(1);
        let size: u64 = match (words.next(), words.next()) {
            (Some("blob"), Some(size)) => size.parse().map_err(io::Error::other)?,
            (Some("missing"), None) => return Ok(Object::Missing),
            _ => return Err(io::Error::other("git's answer is not known")),
        };
        let object = if size > LARGEST {
            io::copy(&mut (&mut self.from).take(size), &mut io::sink())?;
            Object::TooLarge
        } else {
            let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
            self.from.read_exact(&mut bytes)?;
            Object::Bytes(bytes)
        };
        let mut end = [0];
        self.from.read_exact(&mut end)?;
        Ok(object)
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It ends when nothing more can be asked.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}
