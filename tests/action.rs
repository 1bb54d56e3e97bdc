//! What the GitHub Action runs, on a runner that is made up.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use support::{VARIABLE, bad, folder, good, root};

/// A release with an archive of the program for this made-up runner. It is large, and takes long to compress.
static RELEASES: LazyLock<PathBuf> = LazyLock::new(|| {
    let releases = Path::new(env!("CARGO_TARGET_TMPDIR")).join("releases");
    let name = "symlint-9.8.7-x86_64-unknown-linux-musl";
    let version = releases.join("v9.8.7");
    std::fs::create_dir_all(version.join(name)).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_symlint"), version.join(name).join("symlint")).unwrap();
    let archive = format!("{name}.tar.gz");
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(&version).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    run("tar", &["-czf", &archive, name]);
    std::fs::write(version.join("SHA256SUMS"), run("sha256sum", &[&archive])).unwrap();
    releases
});

struct Step {
    code: i32,
    log: String,
    outputs: String,
    summary: String,
}

fn step(workspace: &Path, releases: &Path, inputs: &[(&str, &str)]) -> Step {
    let runner = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = runner.path().join(name);
        std::fs::write(&path, "").unwrap();
        path
    };
    let (outputs, summary) = (file("outputs"), file("summary"));
    let output = Command::new("bash")
        .arg(root().join(".github/action/check.sh"))
        .current_dir(workspace)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_ACTION_PATH", root())
        .env("GITHUB_OUTPUT", &outputs)
        .env("GITHUB_STEP_SUMMARY", &summary)
        .envs([("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("ACTION_REF", "v9.8.7")])
        .env("RUNNER_TEMP", runner.path())
        .env("SYMLINT_RELEASES", format!("file://{}", releases.display()))
        .envs(inputs.iter().copied())
        .output()
        .unwrap();
    let log = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let read = |path| std::fs::read_to_string(path).unwrap();
    Step { code: output.status.code().unwrap(), log, outputs: read(&outputs), summary: read(&summary) }
}

#[test]
fn one_run_makes_all_outputs() {
    let workspace = folder(&[(".git/HEAD", ""), ("envs/terraform.tfvars", &bad())]);
    let run = step(
        workspace.path(),
        &RELEASES,
        &[("INPUT_PATH", "envs/terraform.tfvars"), ("INPUT_SARIF_FILE", "out.sarif")],
    );
    assert_eq!(run.code, 0, "the last step fails, when all is uploaded: {}", run.log);
    assert_eq!(run.outputs, "findings=1\nsarif-file=out.sarif\ncode=1\n");
    assert_eq!(run.log.matches("::error file=envs/terraform.tfvars,line=8,").count(), 1, "{}", run.log);
    assert!(run.log.contains("× tenant blue_harbour: 1 error"), "{}", run.log);
    assert!(run.summary.starts_with("## ❌ symlint: 1 error\n"), "{}", run.summary);
    let sarif: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(workspace.path().join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);

    std::fs::write(workspace.path().join("envs/terraform.tfvars"), good()).unwrap();
    let run = step(workspace.path(), &RELEASES, &[("INPUT_PATH", "envs/terraform.tfvars"), ("INPUT_SUMMARY", "false")]);
    assert_eq!((run.code, run.outputs.as_str()), (0, "findings=0\nsarif-file=symlint.sarif\ncode=0\n"), "{}", run.log);
    assert_eq!(run.summary, "");
    assert!(!run.log.contains("::error") && !run.log.contains("::warning"), "{}", run.log);
}

#[test]
fn nothing_to_check_fails_without_a_report() {
    let workspace = folder(&[(".git/HEAD", "")]);
    let run = step(workspace.path(), &RELEASES, &[]);
    assert_eq!(run.outputs, "code=2\n", "{}", run.log);
    assert!(run.log.starts_with("::error title=symlint::nothing to check in `.`"), "{}", run.log);
}

#[test]
fn what_was_not_checked_is_never_published_as_a_pass() {
    let workspace = folder(&[(".git/HEAD", ""), ("main.tf", VARIABLE)]);
    let run = step(workspace.path(), &RELEASES, &[]);
    assert_eq!((run.code, run.outputs.as_str()), (0, "code=2\n"), "{}", run.log);
    let said = "\n::error title=symlint::no tenants were checked in `.`: the variable `customer_tenants` has no value";
    assert!(run.log.contains(said), "{}", run.log);
    assert!(run.summary.starts_with("## ⛔ symlint: 1 warning, and nothing was checked\n"), "{}", run.summary);
}

#[test]
fn an_archive_with_another_checksum_is_not_run() {
    let releases = tempfile::tempdir().unwrap();
    let version = releases.path().join("v9.8.7");
    std::fs::create_dir(&version).unwrap();
    let archive = "symlint-9.8.7-x86_64-unknown-linux-musl.tar.gz";
    std::fs::write(version.join(archive), "another one").unwrap();
    std::fs::copy(RELEASES.join("v9.8.7/SHA256SUMS"), version.join("SHA256SUMS")).unwrap();
    let workspace = folder(&[(".git/HEAD", ""), ("terraform.tfvars", &good())]);
    let run = step(workspace.path(), releases.path(), &[("INPUT_PATH", "terraform.tfvars")]);
    assert_eq!((run.code, run.outputs.as_str()), (2, ""), "{}", run.log);
    assert!(run.log.contains("the checksum of symlint-9.8.7-x86_64-unknown-linux-musl.tar.gz"), "{}", run.log);
}

#[test]
fn a_version_that_was_never_released_is_said() {
    let releases = tempfile::tempdir().unwrap();
    let workspace = folder(&[(".git/HEAD", "")]);
    let run = step(workspace.path(), releases.path(), &[("INPUT_VERSION", "v0.0.7")]);
    assert_eq!(run.code, 2);
    assert!(run.log.contains("there is no release 0.0.7"), "{}", run.log);
}

#[test]
fn inputs_are_never_read_as_commands() {
    let workspace = folder(&[(".git/HEAD", "")]);
    for path in ["$(touch pwned)", "; touch pwned", "--format=json=pwned", "`touch pwned`"] {
        step(workspace.path(), &RELEASES, &[("INPUT_PATH", path)]);
        assert!(!workspace.path().join("pwned").exists(), "{path}");
    }
    let run = step(workspace.path(), &RELEASES, &[("INPUT_SARIF_FILE", "a\nfindings=0")]);
    assert_eq!((run.code, run.outputs.as_str()), (2, ""));
}
