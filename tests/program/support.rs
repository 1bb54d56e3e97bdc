//! Runs the program as its users do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The output of a run.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The findings of a JSON report.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// `rule tenant` of each finding in a JSON report, in its order.
    pub fn findings(&self) -> Vec<String> {
        let report = self.json();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        let findings = report["findings"].as_array().unwrap();
        findings.iter().map(|finding| format!("{} {}", text(&finding["rule"]), text(&finding["tenant"]))).collect()
    }
}

/// The program, without the environment of the person who runs the tests.
pub struct Symlint(Command, Vec<u8>);

impl Symlint {
    pub fn new(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_symlint"));
        command.args(arguments).current_dir(root()).env_clear();
        // Windows does not find programs without it.
        if let Some(system) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", system);
        }
        Self(command, Vec::new())
    }

    pub fn dir(mut self, dir: &Path) -> Self {
        self.0.current_dir(dir);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.1 = bytes.into();
        self
    }

    pub fn run(self) -> Run {
        let output = self.output();
        Run {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output, which may not be text.
    pub fn run_bytes(self) -> Vec<u8> {
        self.output().stdout
    }

    fn output(mut self) -> Output {
        self.0.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().unwrap();
        // The program may end before it has read everything, for example if an option is wrong.
        let _ = child.stdin.take().unwrap().write_all(&self.1);
        child.wait_with_output().unwrap()
    }
}

/// Runs `symlint` in the root of the repository.
pub fn symlint(arguments: &[&str]) -> Run {
    Symlint::new(arguments).run()
}

/// A temporary folder with `files`, by their names.
pub fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

/// Compares a generated file with `text`, or writes it if `SYMLINT_BLESS` is set.
pub fn holds(path: &str, text: &str) {
    let path = root().join(path);
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == text, "{} is out of date: `just bless` renews it", path.display());
}

/// A correct tenant, with the replacements `with`.
pub fn tenant(key: &str, with: &[(&str, &str)]) -> String {
    let mut text = format!(
        r#"  {key} = {{
    sso_account_id = "719240583316"
    sso_connector_settings = {{
      cloud        = "aws"
      instance_arn = "arn:aws:sso:::instance/ssoins-7223a91be40c5d68"
      region       = "us-east-1"
      role_arn     = "arn:aws:iam::719240583316:role/sym/SymSSO{}"
    }}
    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223a91be40c5d68/ps-5e1b09c7d2a84f63"
    target_account_id  = "604178239951"
  }}
"#,
        key.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join("-")
    );
    for (from, to) in with {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

pub fn values(tenants: &[String]) -> String {
    format!("customer_tenants = {{\n{}}}\n", tenants.concat())
}

pub fn good() -> String {
    values(&[tenant("blue_harbour", &[])])
}

/// The role is in another account.
pub fn bad() -> String {
    values(&[tenant("blue_harbour", &[("iam::719240583316", "iam::280365914472")])])
}

pub const VARIABLE: &str = r#"variable "customer_tenants" {
  type = any
}
"#;

/// A flow module.
pub const FLOW: &str = r#"variable "tenant_slug" {}
variable "account_id" {}
variable "permission_set_arn" {}
variable "sso_connector_settings" {}

resource "sym_integration" "context" {
  type        = "permission_context"
  name        = "context-${var.tenant_slug}"
  external_id = var.sso_connector_settings.instance_arn
  settings    = var.sso_connector_settings
}

resource "sym_target" "grant" {
  type = "aws_sso_permission_set"
  name = "target-${var.tenant_slug}"

  settings = {
    permission_set_arn = var.permission_set_arn
    account_id         = var.account_id
  }
}

resource "sym_strategy" "access" {
  type           = "aws_sso"
  name           = "strategy-${var.tenant_slug}"
  integration_id = sym_integration.context.id
  targets        = [sym_target.grant.id]

  settings = {
    instance_arn = var.sso_connector_settings.instance_arn
  }
}
"#;
