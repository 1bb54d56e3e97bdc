//! Adds the commit to the version that `symlint --version` prints.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SYMLINT_COMMIT");
    let version = env!("CARGO_PKG_VERSION");
    let version = match env::var("SYMLINT_COMMIT").ok().or_else(checked_out).or_else(published) {
        Some(commit) => format!("{version} ({})", commit.get(..9).unwrap_or(&commit)),
        None => version.to_owned(),
    };
    println!("cargo::rustc-env=SYMLINT_VERSION={version}");
}

/// The commit of the repository whose root this is.
fn checked_out() -> Option<String> {
    if !Path::new(".git").exists() {
        return None;
    }
    let reference = git(&["symbolic-ref", "-q", "HEAD"]);
    for name in ["HEAD"].into_iter().chain(reference.as_deref()) {
        // If a file did not exist, this script would run every time.
        if let Some(file) = git(&["rev-parse", "--git-path", name]).filter(|file| Path::new(file).exists()) {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    git(&["rev-parse", "HEAD"])
}

/// The commit that cargo recorded when it packaged the crate.
fn published() -> Option<String> {
    let info = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, hash) = info.split_once("\"sha1\": \"")?;
    hash.split('"').next().map(str::to_owned)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
