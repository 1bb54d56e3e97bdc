//! Held against `terraform console`: the answers of Terraform 1.11 are in `answers.txt`, so that this runs everywhere.
//!
//! `SYMLINT_TERRAFORM=1 cargo test -p symlint-terraform terraform_says` asks the Terraform on the `PATH` again and
//! rewrites the file; an expression is added to it as a line that starts with `> `.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::Evaluator;

use super::{Files, shown};

const ANSWERS: &str = include_str!("answers.txt");

/// The expressions, and what Terraform answers: a value, or `error`.
fn answers() -> Vec<(&'static str, String)> {
    let mut answers: Vec<(&str, String)> = Vec::new();
    for line in ANSWERS.lines() {
        if let Some(expression) = line.strip_prefix("> ") {
            answers.push((expression, String::new()));
        } else if let Some((_, answer)) = answers.last_mut() {
            if !answer.is_empty() {
                answer.push('\n');
            }
            answer.push_str(line);
        }
    }
    answers
}

/// What we answer: a value, `error`, or `(unknown)`.
fn evaluated(expression: &str) -> String {
    let text = format!("locals {{\n  x = {expression}\n}}\n");
    let files = Files([("main.tf", text)].into());
    let project = crate::Project::load(files, ".", &crate::LoadOptions::default()).unwrap();
    if project.files().iter().any(|file| !file.file.errors.is_empty()) {
        return "error".to_owned();
    }
    let evaluator = Evaluator::new(&project);
    let value = evaluator.local(&evaluator.root(), "x").unwrap();
    if evaluator.errors().is_empty() { shown(&value) } else { "error".to_owned() }
}

#[test]
fn every_answer_is_terraforms_or_unknown() {
    let mut wrong = String::new();
    let (mut known, mut all) = (0, 0);
    for (expression, wanted) in answers() {
        let answer = evaluated(expression);
        all += 1;
        known += usize::from(!answer.contains("(unknown)"));
        if !answer.contains("(unknown)") && answer != wanted {
            wrong.push_str(&format!("> {expression}\n{answer}\ninstead of\n{wanted}\n\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known * 100 >= all * 90, "only {known} of {all} are known");
}

#[test]
fn what_is_unknown_is_on_purpose() {
    let unknown: Vec<&str> = answers()
        .into_iter()
        .filter(|(expression, _)| evaluated(expression).contains("(unknown)"))
        .map(|(expression, _)| expression)
        .collect();
    assert_eq!(unknown.join("\n"), include_str!("unknown.txt").trim_end());
}

fn console(expression: &str) -> Option<String> {
    let mut child = Command::new("terraform")
        .args(["console", "-no-color"])
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    writeln!(child.stdin.take()?, "{expression}").ok()?;
    let output = child.wait_with_output().ok()?;
    if String::from_utf8_lossy(&output.stderr).contains("Error") {
        return Some("error".to_owned());
    }
    Some(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[test]
fn terraform_says_so() {
    if std::env::var_os("SYMLINT_TERRAFORM").is_none() || console("1").is_none() {
        return;
    }
    let mut recorded = String::new();
    for (expression, _) in answers() {
        recorded.push_str(&format!("> {expression}\n{}\n", console(expression).unwrap()));
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/eval/tests/answers.txt");
    std::fs::write(path, &recorded).unwrap();
    assert_eq!(recorded, ANSWERS, "the answers have changed; they have been rewritten");
}
