//! Runs `symlint eval`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const MAIN: &str = r#"
variable "tenants" {
  type = map(object({ account = string, tags = optional(list(string), []) }))
}
variable "secret" {
  default   = "hunter2"
  sensitive = true
}
variable "unset" {}
locals {
  wrong = 1 + true
  both  = "${var.tenants["foo"].account}-x"
}
data "aws_caller_identity" "me" {}
"#;
const VALUES: &str = "tenants = {\n  foo = { account = \"0123\" }\n  bar = { account = 12 }\n}\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), MAIN).unwrap();
    std::fs::write(folder.path().join("terraform.tfvars"), VALUES).unwrap();
    folder
}

fn eval(folder: &Path, arguments: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_symlint"));
    command.arg("eval").args(arguments).current_dir(folder).env_clear();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The JSON objects for the expressions, one per line.
fn objects(folder: &Path, expressions: &str) -> Vec<Value> {
    let output = eval(folder, &["--format", "json"], expressions);
    assert_eq!(output.status.code(), Some(0));
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_value_is_shown_with_its_origin() {
    let folder = folder();
    let output = eval(folder.path(), &["var.tenants[\"foo\"].account"], "");
    assert_eq!(stdout(&output), "\"0123\"\n  from tenants[\"foo\"].account, terraform.tfvars:2:22\n");
    let output = eval(folder.path(), &[".", "local.both"], "");
    assert_eq!(
        stdout(&output),
        "\"0123-x\"\n  from local.both, main.tf:12:11\n  from tenants[\"foo\"].account, terraform.tfvars:2:22\n  from main.tf:12:41\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_json_line_is_complete() {
    let folder = folder();
    let found = objects(folder.path(), "var.tenants.bar.account\n\n[1.50, null]\n");
    assert_eq!(
        found[0],
        json!({
            "expression": "var.tenants.bar.account",
            "shown": "\"12\"",
            "value": "12",
            "type": "string",
            "unknown": null,
            "error": null,
            "origins": [{
                "path": "tenants[\"bar\"].account",
                "location": {
                    "file": "terraform.tfvars",
                    "start": { "line": 3, "column": 21, "offset": 61 },
                    "end": { "line": 3, "column": 23, "offset": 63 },
                },
            }],
        })
    );
    assert_eq!(found[1]["shown"], "[\n  1.5,\n  null,\n]");
    assert_eq!(found[1]["type"], "tuple([number, any])");
    assert_eq!(found.len(), 2);
}

#[test]
fn unknown_and_invalid_expressions_have_a_reason() {
    let folder = folder();
    let found = objects(
        folder.path(),
        "data.aws_caller_identity.me.account_id\nlocal.wrong\nlocal.wrong\n1 +\nvar.unset\nvar.tenants.baz\n",
    );
    assert_eq!(found[0]["shown"], "(known after apply)");
    assert!(found[0]["unknown"].as_str().unwrap().contains("not known before apply"));
    assert_eq!(found[0]["error"], Value::Null);
    // Each expression has all of its errors.
    for wrong in &found[1..3] {
        assert_eq!(wrong["error"], "main.tf:11:15: a number is required here, not a bool");
        assert_eq!(wrong["shown"], Value::Null);
    }
    assert!(found[3]["error"].as_str().unwrap().starts_with("expression:1:"));
    assert!(found[4]["unknown"].as_str().unwrap().contains("`var.unset` has no value here"));
    assert!(found[5]["error"].is_string());
    let output = eval(folder.path(), &["local.wrong"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("main.tf:11:15"));
}

#[test]
fn a_value_of_the_wrong_type_is_an_error() {
    let folder = folder();
    std::fs::write(folder.path().join("terraform.tfvars"), "tenants = { foo = {} }\n").unwrap();
    let found = objects(folder.path(), "var.tenants\n");
    assert_eq!(found[0]["error"], "terraform.tfvars:1:19: the attribute `account` is required");
}

#[test]
fn sensitive_values_are_hidden() {
    let folder = folder();
    let expressions =
        "var.secret\n{ a = \"x${var.secret}\", b = 1 }\n[for c in [var.secret] : upper(c)]\nlength(var.secret)\n";
    for found in objects(folder.path(), expressions) {
        assert!(found["shown"].as_str().unwrap().contains("(sensitive value)"), "{found}");
        assert!(!found.to_string().to_lowercase().contains("hunter2"), "{found}");
    }
    let output = eval(folder.path(), &["\"<${var.secret}>\""], "");
    assert!(stdout(&output).starts_with("(sensitive value)\n"));
    assert!(!stdout(&output).contains("hunter2"));
}

#[test]
fn values_are_read_from_the_requested_files() {
    let folder = folder();
    std::fs::write(folder.path().join("more.tfvars"), "tenants = {}\nunset = 1\n").unwrap();
    let run = |arguments: &[&str]| stdout(&eval(folder.path(), arguments, "")).lines().next().unwrap().to_owned();
    assert_eq!(run(&["--var-file", "more.tfvars", "var.tenants"]), "tomap({})");
    assert_eq!(run(&["more.tfvars", "var.unset"]), "1");
    assert_eq!(run(&["--var", "unset=x", "var.unset"]), "\"x\"");
    assert_eq!(run(&["terraform.workspace"]), "\"default\"");
    assert_eq!(run(&[".", "-1"]), "-1");
}

#[test]
fn errors_have_a_message() {
    let folder = folder();
    let output = eval(folder.path(), &["no-such-folder", "1"], "");
    assert_eq!(output.status.code(), Some(2));
    let output = eval(folder.path(), &["main.tf", "1"], "");
    assert_eq!(output.status.code(), Some(2));
    let said = |argument: &str| String::from_utf8(eval(folder.path(), &[argument], "").stderr).unwrap();
    assert!(said("nothing").ends_with("help: there is no file or folder `nothing`, so it was read as an expression\n"));
    assert!(said("var.tenant").ends_with("there is no variable `tenant` in this module; did you mean `tenants`?\n"));
}

/// The name of a file may contain any characters, but must not begin a line of the output.
#[cfg(unix)]
#[test]
fn names_of_files_are_printable() {
    let folder = folder();
    let name = "a\u{1b}[31m\u{202e}\n::error::x.auto.tfvars";
    std::fs::write(folder.path().join(name), VALUES).unwrap();
    let printed = stdout(&eval(folder.path(), &["var.tenants[\"foo\"].account"], ""));
    assert!(
        printed.contains("from tenants[\"foo\"].account, a [31m\\u{202e} ::error::x.auto.tfvars:2:22"),
        "{printed}"
    );
    assert_eq!(printed.lines().count(), 2, "{printed}");
}
