//! Terraform is the judge of what is correct: `terraform fmt` must accept and refuse the same files as the reader.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use super::*;

/// Files, each correct or not; escapes are Rust's.
const FILES: &[&str] = include!("cases.in");

/// Where the reader knowingly judges otherwise.
const DIFFERENT: &[&str] = &[];

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn terraform_accepts_and_refuses_the_same_files() {
    let folder = Folder(std::env::temp_dir().join(format!("symlint-syntax-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    for (index, text) in FILES.iter().enumerate() {
        // `fmt` reads UTF-8 only; U+E0FF stands for a byte that is none.
        std::fs::write(folder.0.join(format!("f{index}.tf")), raw(text)).unwrap();
    }
    let output = Command::new("terraform")
        .args(["fmt", "-no-color", "-write=false", "-list=false"])
        .current_dir(&folder.0)
        .env("CHECKPOINT_DISABLE", "1")
        .output();
    let Ok(output) = output else {
        println!("skipped: terraform is not on the path");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let refused: BTreeSet<usize> =
        said.lines().filter_map(|line| line.split_once("on f")?.1.split_once(".tf line")?.0.parse().ok()).collect();
    assert!(!refused.is_empty(), "{said}");
    let mut wrong = Vec::new();
    for (index, text) in FILES.iter().enumerate() {
        let errors = bytes(&raw(text)).errors();
        if errors.is_empty() == refused.contains(&index) && !DIFFERENT.contains(text) {
            let judge = if refused.contains(&index) { "refuses" } else { "accepts" };
            wrong.push(format!("terraform {judge} {text:?}, the reader says {errors:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
