//! Comparisons with `terraform console`. The answers of Terraform 1.11 are recorded, so the tests run everywhere: in
//! `answers.txt`, in `generated.txt` for random expressions, in `configuration/` for a large configuration, and in
//! `configurations.txt` for many small ones with values files and modules.
//!
//! `SYMLINT_TERRAFORM=1 cargo test -p symlint-terraform terraform_says` asks the Terraform on the `PATH` again and
//! rewrites the files. To add an expression, add a line that starts with `> `. `SYMLINT_BLESS=1` rewrites the list of
//! expressions that are unknown to symlint.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Evaluator, LoadOptions, Project, syntax};

use super::{Files, shown};

/// Expressions that need no configuration, with Terraform's answers.
const ANSWERS: [(&str, &str); 2] =
    [("answers.txt", include_str!("answers.txt")), ("generated.txt", include_str!("generated.txt"))];

/// The files of a configuration, and expressions in it.
const CONFIGURATION: [(&str, &str); 6] = [
    ("main.tf", include_str!("configuration/main.tf")),
    ("m/main.tf", include_str!("configuration/m/main.tf")),
    ("n/main.tf", include_str!("configuration/n/main.tf")),
    ("n/sub/main.tf", include_str!("configuration/n/sub/main.tf")),
    ("n/sub/t.tpl", include_str!("configuration/n/sub/t.tpl")),
    ("n/sub/t.yaml", include_str!("configuration/n/sub/t.yaml")),
];
const CONFIGURATION_ANSWERS: &str = include_str!("configuration/answers.txt");

/// Configurations: `=== name`, files that start with `--- path`, and expressions with Terraform's answers.
const CONFIGURATIONS: &str = include_str!("configurations.txt");

/// The files of a configuration: paths and texts.
type Texts = Vec<(&'static str, &'static str)>;

/// The name of each configuration, its files, and the text of its answers.
fn configurations() -> Vec<(&'static str, Texts, &'static str)> {
    let mut configurations = Vec::new();
    for configuration in CONFIGURATIONS.split("=== ").skip(1) {
        let (name, rest) = configuration.split_once('\n').unwrap();
        let (files, _) = rest.split_once("\n> ").unwrap();
        let answers = rest.get(files.len() + 1..).unwrap();
        let files = files.split("--- ").skip(1).map(|file| file.split_once('\n').unwrap()).collect();
        configurations.push((name, files, answers));
    }
    configurations
}

/// The expressions in a file, and Terraform's answers: a value, or `error`.
fn answers(text: &str) -> Vec<(&str, String)> {
    let mut answers: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
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

fn project(files: &[(&'static str, &str)]) -> Project {
    let files = Files(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect());
    let options = LoadOptions { workspace: Some("default".to_owned()), ..LoadOptions::default() };
    Project::load(files, ".", &options).unwrap()
}

/// The answer of symlint: a value, `error`, or `(unknown)`.
fn evaluated(project: &Project, expression: &str) -> String {
    let id = project.sources().add("expression", expression.as_bytes().to_vec()).unwrap();
    let Ok(parsed) = syntax::read_expression(id, &project.sources().get(id)) else { return "error".to_owned() };
    let evaluator = Evaluator::new(project);
    let value = evaluator.evaluate(&evaluator.root(), &parsed);
    if evaluator.refusals().is_empty() { shown(&value) } else { "error".to_owned() }
}

/// The wrong answers, and the number of known ones.
fn compare(project: &Project, answers: &[(&str, String)]) -> (String, usize) {
    let (mut wrong, mut known) = (String::new(), 0);
    for (expression, wanted) in answers {
        let answer = evaluated(project, expression);
        known += usize::from(!answer.contains("(unknown)"));
        if !answer.contains("(unknown)") && answer != *wanted {
            wrong.push_str(&format!("> {expression}\n{answer}\ninstead of\n{wanted}\n\n"));
        }
    }
    (wrong, known)
}

#[test]
fn every_answer_is_terraforms_or_unknown() {
    let project = project(&[("main.tf", "")]);
    for (file, text) in ANSWERS {
        let answers = answers(text);
        let (wrong, known) = compare(&project, &answers);
        assert!(wrong.is_empty(), "{file}: {wrong}");
        assert!(known * 100 >= answers.len() * 90, "{file}: only {known} of {} are known", answers.len());
    }
}

#[test]
fn a_whole_configuration_is_evaluated_as_terraform_does() {
    let project = project(&CONFIGURATION);
    assert_eq!(project.errors(), []);
    let answers = answers(CONFIGURATION_ANSWERS);
    let (wrong, known) = compare(&project, &answers);
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known * 100 >= answers.len() * 90, "only {known} of {} are known", answers.len());
}

#[test]
fn many_configurations_are_evaluated_as_terraform_does() {
    let (mut wrong, mut known, mut all) = (String::new(), 0, 0);
    for (name, files, text) in configurations() {
        let answers = answers(text);
        let (differences, count) = compare(&project(&files), &answers);
        if !differences.is_empty() {
            wrong.push_str(&format!("{name}: {differences}"));
        }
        known += count;
        all += answers.len();
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(known * 100 >= all * 90, "only {known} of {all} are known");
}

#[test]
fn unknown_answers_are_recorded() {
    let project = project(&[("main.tf", "")]);
    let mut unknown = String::new();
    for (expression, _) in ANSWERS.iter().flat_map(|(_, text)| answers(text)) {
        if evaluated(&project, expression).contains("(unknown)") {
            unknown.push_str(&format!("{expression}\n"));
        }
    }
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        std::fs::write(here("unknown.txt"), &unknown).unwrap();
        return;
    }
    assert_eq!(unknown, include_str!("unknown.txt"));
}

fn here(name: &str) -> String {
    format!("{}/src/eval/tests/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn terraform(folder: &Path, arguments: &[&str], stdin: &str) -> Option<std::process::Output> {
    let mut child = Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    writeln!(child.stdin.take()?, "{stdin}").ok()?;
    child.wait_with_output().ok()
}

fn console(folder: &Path, expression: &str) -> Option<String> {
    let output = terraform(folder, &["console", "-no-color"], expression)?;
    if String::from_utf8_lossy(&output.stderr).contains("Error") {
        return Some("error".to_owned());
    }
    Some(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Asks Terraform about all expressions in `text`, in a folder with `files`.
fn ask(files: &[(&str, &str)], text: &str) -> String {
    let folder = std::env::temp_dir().join(format!("symlint-terraform-{}-{}", std::process::id(), text.len()));
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    terraform(&folder, &["init", "-no-color"], "").unwrap();
    let mut recorded = String::new();
    for (expression, _) in answers(text) {
        recorded.push_str(&format!("> {expression}\n{}\n", console(&folder, expression).unwrap()));
    }
    std::fs::remove_dir_all(&folder).unwrap();
    recorded
}

/// Rewrites the file `name`, and returns whether it was unchanged.
fn record(name: &str, recorded: &str, text: &str) -> bool {
    std::fs::write(here(name), recorded).unwrap();
    recorded == text
}

#[test]
fn terraform_says_so() {
    let installed = || terraform(Path::new("."), &["version"], "").is_some();
    if std::env::var_os("SYMLINT_TERRAFORM").is_none() || !installed() {
        return;
    }
    let answers = ask(&CONFIGURATION, CONFIGURATION_ANSWERS);
    let mut same = record("configuration/answers.txt", &answers, CONFIGURATION_ANSWERS);
    for (name, text) in ANSWERS {
        same &= record(name, &ask(&[("main.tf", "")], text), text);
    }
    let mut recorded = String::new();
    for (name, files, text) in configurations() {
        recorded.push_str(&format!("=== {name}\n"));
        files.iter().for_each(|(path, text)| recorded.push_str(&format!("--- {path}\n{text}")));
        recorded.push_str(&format!("\n{}", ask(&files, text)));
    }
    same &= record("configurations.txt", &recorded, CONFIGURATIONS);
    assert!(same, "the answers have changed; they have been rewritten");
}
