//! Runs the `git` program. Nothing is checked out, and nothing that the repository configures is run: hooks, filters,
//! helpers, and transports are off.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use symlint_core::engine::{parent, shown};
use symlint_core::report::{Problem, ProblemKind};
use symlint_terraform::FileTree;

use crate::disk::{LARGEST, reason};

/// A repository, identified by the folder of its work tree.
pub(crate) struct Repository {
    program: PathBuf,
    /// The real path of the folder.
    pub(crate) root: String,
}

/// The commit that a change is compared with.
pub(crate) struct Base {
    /// The hash of the commit.
    pub(crate) commit: String,
    /// A description of the commit.
    pub(crate) name: String,
    /// The number of such commits. There are several if branches were merged into each other.
    pub(crate) count: usize,
}

impl Repository {
    /// The repository that contains all `paths`. `instead` is what can be done without a repository.
    pub(crate) fn around(paths: &[String], disk: &dyn FileTree, instead: &str) -> Result<Self, Problem> {
        let mut root: Option<String> = None;
        for path in paths {
            let own = root_of(path, disk).map_err(|is_plain| match is_plain {
                true => usage(format!("`{path}` is in a bare git repository, which has no work tree"), "use a clone"),
                false => usage(format!("`{path}` is not in a git repository"), instead),
            })?;
            if root.replace(own.clone()).is_some_and(|other| other != own) {
                return Err(usage("the paths are in several git repositories", "compare one repository at a time"));
            }
        }
        let root = root.unwrap_or_default();
        let program = program(Path::new(&root))
            .ok_or_else(|| usage("the program `git` was not found", &format!("install git, or {instead}")))?;
        Ok(Self { program, root })
    }

    /// The commit from which `revision` and the checked-out commit branched off.
    pub(crate) fn base(&self, revision: &str) -> Result<Base, Problem> {
        // A CI system's notation for a new branch, before which there is nothing.
        if revision.bytes().all(|byte| byte == b'0') {
            let what = if revision.is_empty() { "the git revision is empty" } else { "the git revision is all zeros" };
            let help = "the variable is not set here, or the branch is new: name the branch that this one left, such as \
                        `origin/main`";
            return Err(usage(what, help));
        }
        if revision.starts_with('-') || revision.contains(char::is_control) {
            return Err(usage(format!("`{revision}` is not a git revision"), "name a branch, a tag, or a commit"));
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
                    usage(message + &reason, "name a branch, a tag, or a commit that is in this clone, or fetch it")
                }
            }
        })?;
        let short = commit.get(..10).unwrap_or(&commit).to_owned();
        match self.answer(&["merge-base", "--all", "HEAD", &commit]) {
            Ok(bases) if bases == commit => Ok(Base { commit, name: named(revision, &short), count: 1 }),
            Ok(bases) => {
                let base = bases.lines().next().unwrap_or_default();
                let short = base.get(..10).unwrap_or(base);
                Ok(Base {
                    commit: base.to_owned(),
                    name: format!("commit `{short}`, where this change left `{revision}`"),
                    count: bases.lines().count(),
                })
            }
            // A full commit hash is unambiguous.
            Err(_) if is_shallow && revision.eq_ignore_ascii_case(&commit) => Ok(Base {
                commit,
                name: format!("commit `{short}` (the history before it is not available here)"),
                count: 1,
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

    /// The repository of another folder.
    pub(crate) fn at(&self, root: String) -> Self {
        Self { program: self.program.clone(), root }
    }

    /// The files of a commit, in the format of `git ls-tree`.
    pub(crate) fn files(&self, commit: &str) -> Result<Vec<u8>, String> {
        self.output(&["ls-tree", "-r", "-z", "--full-tree", commit])
    }

    /// The output of a command without the line end. If the command fails, the reason after a colon.
    pub(crate) fn answer(&self, arguments: &[&str]) -> Result<String, String> {
        let bytes = self.output(arguments)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.command(arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!(": git cannot be started: {}", reason(&error)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let line = errors.lines().find(|line| !line.trim().is_empty());
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
            // Missing objects must not be fetched, even if git does not know the setting above.
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
            .args(["-c", "core.fsmonitor=false", "-c", &format!("core.hooksPath={nothing}")])
            .args(["-c", "protocol.allow=never", "-c", "safe.bareRepository=explicit"])
            // The owner of the repository does not matter, because nothing of it is run.
            .args(["-c", "safe.directory=*"])
            .args(arguments);
        command
    }
}

/// The `GIT_*` variables that are passed on: the user may have objects elsewhere, or trace git.
const KEPT: [&str; 2] = ["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_TRACE"];

fn named(revision: &str, short: &str) -> String {
    let is_hash = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hash { format!("commit `{short}`") } else { format!("`{revision}` (commit `{short}`)") }
}

pub(crate) fn usage(message: impl Into<String>, help: &str) -> Problem {
    Problem::new(ProblemKind::Usage, message).help(help)
}

/// The nearest folder above a path that has a `.git`. If there is none, the error says whether the path is in a bare
/// repository.
fn root_of(path: &str, disk: &dyn FileTree) -> Result<String, bool> {
    // A removed folder is searched where it was.
    let mut near = shown(path);
    while disk.real(&near).is_none() && near != "." && near != "/" {
        near = parent(&near).to_owned();
    }
    let real = disk.real(&near).ok_or(false)?;
    let has = |folder: &str, name: &str| {
        matches!(disk.kind(&format!("{}/{name}", folder.trim_end_matches('/'))), Ok(Some(_)))
    };
    let mut is_plain = false;
    let mut current = Some(real.as_str());
    while let Some(folder) = current {
        if has(folder, ".git") {
            return Ok(folder.to_owned());
        }
        is_plain |= ["HEAD", "objects", "refs"].iter().all(|name| has(folder, name));
        current = (folder != "/" && folder.contains('/')).then(|| parent(folder)).filter(|above| *above != folder);
    }
    Err(is_plain)
}

/// The path of `git` according to PATH, without relative folders and folders in the repository.
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

/// A running `git cat-file`.
pub(crate) struct Objects {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
}

/// The object that git has for a hash.
pub(crate) enum Object {
    Bytes(Vec<u8>),
    Missing,
    TooLarge,
}

impl Objects {
    pub(crate) fn start(repository: &Repository) -> io::Result<Self> {
        let mut command = repository.command(&["cat-file", "--batch"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let gone = || io::Error::other("git has no input or output");
        let to = child.stdin.take().ok_or_else(gone)?;
        let from = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, to: Some(to), from })
    }

    pub(crate) fn read(&mut self, hash: &str) -> io::Result<Object> {
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
        // The process ends when its input is closed.
        drop(self.to.take());
        let _ = self.child.wait();
    }
}
