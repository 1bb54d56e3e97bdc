//! The command line from outside: exit codes, standard input, and the output that the README shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test may panic: that is how it fails"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn symlint(arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symlint"));
    command.args(arguments).current_dir(root()).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn exit_codes_say_what_happened() {
    assert_eq!(code(&symlint(&["check", "examples/multi-tenant"], "")), 0);
    assert_eq!(code(&symlint(&["check", "examples/copy-paste"], "")), 1);
    assert_eq!(code(&symlint(&["check", "--fail-on", "never", "examples/copy-paste"], "")), 0);
    assert_eq!(code(&symlint(&["check", "-"], "customer_tenants = {}\n")), 0);
    assert_eq!(code(&symlint(&["check", "-"], "other = {}\n")), 2);
    assert_eq!(code(&symlint(&["check", "-"], "customer_tenants = {\n")), 1);
    assert_eq!(code(&symlint(&["check", "no-such-folder"], "")), 2);
    assert_eq!(code(&symlint(&["check", "examples/copy-paste/main.tf"], "")), 2);
    assert_eq!(code(&symlint(&["check", "--select", "no-such-rule"], "")), 2);
    assert_eq!(code(&symlint(&["check", "--no-such-option"], "")), 2);
}

#[test]
fn short_identifiers_are_found_at_their_characters() {
    let output = symlint(&["check", "--format", "concise", "tests/fixtures/two-short-tenants.tfvars"], "");
    let text = stdout(&output);
    let found: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| line.split_once(": error["))
        .map(|(place, rest)| {
            let rule = rest.split(']').next().unwrap();
            (place.trim_start_matches("tests/fixtures/two-short-tenants.tfvars:"), rule)
        })
        .collect();
    let expected = [
        ("3:23", "account-id-format"),
        ("6:48", "instance-arn-format"),
        ("10:69", "permission-set-arn-format"),
        ("11:27", "account-id-format"),
        ("14:23", "account-id-format"),
        ("17:48", "instance-arn-format"),
        ("19:57", "connector-role-foreign"),
        ("21:55", "instance-id-mismatch"),
        ("21:55", "permission-set-arn-format"),
        ("22:27", "account-id-format"),
    ];
    assert_eq!(found, expected);
}

/// Every `console` block that begins with `$ symlint` shows what the program prints. `SYMLINT_BLESS=1` rewrites them.
#[test]
fn the_readme_shows_real_output() {
    let path = root().join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let mut renewed = String::new();
    let mut rest = readme.as_str();
    let mut blocks = 0;
    while let Some(at) = rest.find("```console\n$ symlint ") {
        let (before, block) = rest.split_at(at + "```console\n".len());
        let end = block.find("```").unwrap();
        let command = block.lines().next().unwrap();
        let arguments: Vec<&str> = command.trim_start_matches("$ symlint ").split_whitespace().collect();
        let output = stdout(&symlint(&arguments, ""));
        renewed.push_str(before);
        renewed.push_str(&format!("{command}\n{}\n", output.trim_end()));
        rest = block.split_at(end).1;
        blocks += 1;
    }
    renewed.push_str(rest);
    assert!(blocks > 0, "the README shows no output");
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        std::fs::write(&path, &renewed).unwrap();
    }
    assert!(renewed == readme || std::env::var_os("SYMLINT_BLESS").is_some(), "SYMLINT_BLESS=1 renews the README");
}
