//! Terraform decides what is correct: the parser must accept and reject the same files.
//!
//! The verdicts of `terraform fmt` of Terraform 1.11 are recorded in `verdicts.in`, so this runs everywhere.
//! `SYMLINT_TERRAFORM=1 cargo test -p symlint-terraform terraform_judges` asks the Terraform on the `PATH` again and
//! rewrites the verdicts. To add a file, add a line with any verdict.
//!
//! With `SYMLINT_HCL2JSON`, a folder in which `npm install @cdktf/hcl2json` was run, the official Go parser is asked as
//! well.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use super::*;

const OK: bool = true;
const NO: bool = false;

/// Files, and whether Terraform accepts them. Escapes are those of Rust, and U+E0FF stands for a byte that is not
/// UTF-8.
const VERDICTS: &[(bool, &str)] = include!("verdicts.in");

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn terraform_accepts_and_refuses_the_same_files() {
    let mut wrong = String::new();
    for (accepted, text) in VERDICTS {
        let errors = bytes(&raw(text)).errors();
        if errors.is_empty() != *accepted {
            let judge = if *accepted { "accepts" } else { "refuses" };
            writeln!(wrong, "terraform {judge} {text:?}, the reader says {errors:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn terraform_judges_so() {
    if std::env::var_os("SYMLINT_TERRAFORM").is_none() {
        return;
    }
    let mut recorded = String::from("&[\n");
    // A call with more files takes much longer.
    for files in VERDICTS.chunks(200) {
        let Some(refused) = refused(files) else { return };
        for (index, (_, text)) in files.iter().enumerate() {
            let verdict = if refused.contains(&index) { "NO" } else { "OK" };
            writeln!(recorded, "    ({verdict}, {text:?}),").unwrap();
        }
    }
    recorded.push_str("]\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/tests/verdicts.in");
    let same = std::fs::read_to_string(path).unwrap() == recorded;
    std::fs::write(path, recorded).unwrap();
    assert!(same, "the verdicts have changed; they have been rewritten");
}

#[test]
fn the_go_parser_judges_so() {
    let Some(installed) = std::env::var_os("SYMLINT_HCL2JSON") else { return };
    let folder = Folder(std::env::temp_dir().join(format!("symlint-hcl2json-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    for (index, (_, text)) in VERDICTS.iter().enumerate() {
        // It accepts only text, so bytes that are not UTF-8 cannot be passed.
        if !text.contains('\u{E0FF}') {
            std::fs::write(folder.0.join(format!("{index}.tf")), raw(text)).unwrap();
        }
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/syntax/tests/hcl2json.mjs");
    let output = Command::new("node").arg(script).arg(&folder.0).current_dir(installed).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let refused: BTreeSet<usize> = said.lines().map(|line| line.trim_end_matches(".tf").parse().unwrap()).collect();
    let mut wrong = String::new();
    for (index, (accepted, text)) in VERDICTS.iter().enumerate() {
        // The package contains a parser from before namespaces were introduced.
        let is_asked = !text.contains('\u{E0FF}') && !text.contains("::");
        if is_asked && refused.contains(&index) == *accepted {
            writeln!(wrong, "the Go parser differs from terraform fmt on {text:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The files that Terraform rejects, if it is installed.
fn refused(files: &[(bool, &str)]) -> Option<BTreeSet<usize>> {
    let folder = Folder(std::env::temp_dir().join(format!("symlint-syntax-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    for (index, (_, text)) in files.iter().enumerate() {
        std::fs::write(folder.0.join(format!("f{index}.tf")), raw(text)).unwrap();
    }
    let output = Command::new("terraform")
        .args(["fmt", "-no-color", "-write=false", "-list=false"])
        .current_dir(&folder.0)
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let file = |line: &str| line.split_once("on f")?.1.split_once(".tf line")?.0.parse().ok();
    Some(said.lines().filter_map(file).collect())
}

fn raw(text: &str) -> Vec<u8> {
    let mut raw = Vec::new();
    for c in text.chars() {
        match c {
            '\u{E0FF}' => raw.push(0xFF),
            c => raw.extend(c.to_string().bytes()),
        }
    }
    raw
}
