//! A simulated runner, with local servers in place of GitHub's.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use crate::support::root;

pub(crate) const VERSION: &str = "9.8.7";
pub(crate) const ARCHIVE: &str = "symlint-9.8.7-x86_64-unknown-linux-musl.tar.gz";
/// The commit of the action that users pin.
pub(crate) const HASH: &str = "5ea1ab1e0ddba11c0ffee5ca1ab1e0ddba11c0ff";

/// A release with an archive of the program for this runner. It has no symbols, because they take long to compress.
pub(crate) static RELEASES: LazyLock<PathBuf> = LazyLock::new(|| {
    let releases = Path::new(env!("CARGO_TARGET_TMPDIR")).join("releases");
    let name = ARCHIVE.trim_end_matches(".tar.gz");
    let version = releases.join(format!("v{VERSION}"));
    std::fs::create_dir_all(version.join(name)).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_symlint"), version.join(name).join("symlint")).unwrap();
    run(&version, "strip", &[&format!("{name}/symlint")]);
    run(&version, "tar", &["-czf", ARCHIVE, name]);
    std::fs::write(version.join("SHA256SUMS"), run(&version, "sha256sum", &[ARCHIVE])).unwrap();
    releases
});

/// The checksums of that release.
pub(crate) fn checksums() -> String {
    std::fs::read_to_string(RELEASES.join(format!("v{VERSION}/SHA256SUMS"))).unwrap()
}

/// Runs a program that must succeed, and returns its output.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    run(folder, "git", &[&author, arguments].concat()).trim().to_owned()
}

pub(crate) fn write_program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// All files below a folder with their bytes, and the targets of links.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.symlink_metadata().unwrap();
        if kind.is_dir() {
            all.extend(tree(&path));
        } else if kind.is_symlink() {
            all.insert(path.clone(), path.read_link().unwrap().into_os_string().into_encoded_bytes());
        } else {
            all.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    all
}

/// The result of a step.
pub(crate) struct Step {
    pub(crate) code: i32,
    pub(crate) log: String,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) summary: String,
    /// The arguments of each call of `gh`.
    pub(crate) gh: String,
    /// The folder with the reports.
    pub(crate) temp: tempfile::TempDir,
}

impl Step {
    pub(crate) fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }
}

/// The step of the action. By default, it is used with a tag.
pub(crate) struct Runner {
    workspace: PathBuf,
    variables: Vec<(String, OsString)>,
    /// The checksums that the action's commit pins.
    pinned: String,
    gh: &'static str,
}

impl Runner {
    pub(crate) fn new(workspace: &Path) -> Self {
        let releases = format!("file://{}", RELEASES.display());
        let runner =
            Self { workspace: workspace.to_owned(), variables: Vec::new(), pinned: String::new(), gh: "exit 0" };
        let tag = format!("v{VERSION}");
        runner.set("ACTION_REF", &tag).set("SYMLINT_RELEASES", &releases).set("INPUT_UPLOAD_SARIF", "false")
    }

    /// Sets an environment variable.
    pub(crate) fn set(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Uses the action with the hash of a commit that pins these checksums.
    pub(crate) fn by_hash(mut self, pinned: &str) -> Self {
        self.pinned = pinned.to_owned();
        self.set("ACTION_REF", HASH)
    }

    /// Replaces the program in the release with a script.
    pub(crate) fn program(self, script: &str, releases: &Path) -> Self {
        let version = releases.join(format!("v{VERSION}"));
        let name = ARCHIVE.trim_end_matches(".tar.gz");
        write_program(&version.join(name).join("symlint"), script);
        run(&version, "tar", &["-czf", ARCHIVE, name]);
        std::fs::write(version.join("SHA256SUMS"), run(&version, "sha256sum", &[ARCHIVE])).unwrap();
        self.set("SYMLINT_RELEASES", format!("file://{}", releases.display()))
    }

    /// Replaces `gh` with a script.
    pub(crate) fn gh(mut self, script: &'static str) -> Self {
        self.gh = script;
        self
    }

    pub(crate) fn run(self) -> Step {
        let temp = tempfile::tempdir().unwrap();
        let at = |name: &str| temp.path().join(name);
        for name in ["outputs", "summary", "gh-calls"] {
            std::fs::write(at(name), "").unwrap();
        }
        let here = Path::new(".github/action");
        std::fs::create_dir_all(at("action").join(here)).unwrap();
        std::fs::copy(root().join(here).join("check.sh"), at("action").join(here).join("check.sh")).unwrap();
        std::fs::write(at("action").join(here).join("release.sha256"), &self.pinned).unwrap();
        write_program(&at("bin/gh"), &format!("echo \"$*\" >>{}\n{}", at("gh-calls").display(), self.gh));
        std::fs::create_dir(at("runner")).unwrap();
        let path = format!("{}:{}", at("bin").display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .arg(at("action").join(here).join("check.sh"))
            .current_dir(&self.workspace)
            .env_clear()
            .envs([("GITHUB_ACTIONS", "true"), ("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("PATH", &path)])
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("GITHUB_ACTION_PATH", at("action"))
            .env("GITHUB_OUTPUT", at("outputs"))
            .env("GITHUB_STEP_SUMMARY", at("summary"))
            .env("RUNNER_TEMP", at("runner"))
            .envs(self.variables.iter().map(|(name, value)| {
                // Entries in the caller's PATH take precedence over those of the runner.
                let mut whole = value.clone();
                if name == "PATH" {
                    whole.push(format!(":{path}"));
                }
                (name, whole)
            }))
            .output()
            .unwrap();
        let read = |name: &str| std::fs::read_to_string(at(name)).unwrap();
        let outputs = read("outputs");
        Step {
            code: output.status.code().unwrap(),
            log: String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
            outputs: outputs
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(a, b)| (a.into(), b.into()))
                .collect(),
            summary: read("summary"),
            gh: read("gh-calls"),
            temp,
        }
    }
}

/// A local server that answers each request for `path`, or for `METHOD path`, with a status and a body. Text after a
/// space must be in the body of the request.
pub(crate) struct Server {
    pub(crate) address: String,
    /// The first line, the headers, and after an empty line the body of each request.
    pub(crate) requests: Arc<Mutex<Vec<String>>>,
}

pub(crate) fn serve(answers: Vec<(&'static str, u16, Vec<u8>)>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(&stream);
            let mut lines: Vec<String> = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim_end().is_empty() {
                    break;
                }
                lines.push(line.trim_end().to_owned());
            }
            let length =
                lines.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            let _ = reader.read_exact(&mut body);
            let request = lines.first().cloned().unwrap_or_default();
            let (asked, path) = (request.rsplit_once(' ').map_or("", |(asked, _)| asked), request.split(' ').nth(1));
            let body = String::from_utf8_lossy(&body);
            seen.lock().unwrap().push(format!("{}\n\n{body}", lines.join("\n")));
            let is_asked = |known: &str| match known.strip_prefix(asked).and_then(|it| it.strip_prefix(' ')) {
                Some(part) => body.contains(part),
                None => path == Some(known) || asked == known,
            };
            let answer = answers.iter().find(|(known, ..)| is_asked(known));
            let (status, body) = answer.map_or((404, &b"{}"[..]), |(_, status, body)| (*status, body));
            let head = format!("HTTP/1.1 {status} -\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // The client may have closed the connection.
            let _ = (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(body));
        }
    });
    Server { address, requests }
}
