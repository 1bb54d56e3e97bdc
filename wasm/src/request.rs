//! The formats of requests and results, in addition to the report.

use std::collections::BTreeMap;
use std::io::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use symlint_core::diff::Diff;
pub use symlint_core::level::Level;
pub use symlint_core::report::ProblemKind;
use symlint_core::report::{self, Location, Report};
use symlint_core::spelling::closest;

/// The version of these formats.
pub const VERSION: u32 = 1;

/// What to check, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename = "Request")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckRequest {
    /// The version of this format.
    pub version: u32,
    /// The texts of the files, by path from the repository's root, with `/`.
    pub files: BTreeMap<String, String>,
    /// How to check them.
    #[serde(default)]
    pub options: Options,
}

/// What to compare, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompareRequest {
    /// The version of this format.
    pub version: u32,
    /// The texts of the files before the change, by path from the repository's root, with `/`.
    pub before: BTreeMap<String, String>,
    /// The texts of the files after the change.
    pub after: BTreeMap<String, String>,
    /// A folder or a file among the files before, if it is not the `path` of the options.
    pub before_path: Option<String>,
    /// How to check them.
    #[serde(default)]
    pub options: Options,
}

/// How to check files.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Options {
    /// A folder or a file among the files, as on the command line; without it, the root.
    pub path: Option<String>,
    /// Only these rules run; all if empty.
    pub select: Vec<String>,
    /// JSON reports of earlier checks among the files. Their tenants are compared with those of this check.
    pub with: Vec<String>,
    /// These rules do not run.
    pub ignore: Vec<String>,
    /// Levels by rule, which replace those of the rules and the configuration.
    pub levels: BTreeMap<String, Level>,
    /// The current day, `YYYY-MM-DD`. Without it, exceptions do not expire.
    pub today: Option<String>,
    /// Whether `fix` also applies suggestions, which a person must review.
    pub suggestions: bool,
}

/// The result of `fix`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FixedFiles {
    /// The version of this format.
    pub version: u32,
    /// The new texts of the files that changed.
    pub files: BTreeMap<String, String>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// The report after the fixes.
    pub report: Report,
}

/// A comparison, with the sentences that people read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Described {
    /// The change in one line.
    pub headline: String,
    /// Whether someone must look at it.
    pub is_bad: bool,
    /// Whether it has new warnings, or not everything was compared.
    pub is_doubtful: bool,
    pub diff: Diff,
    /// A sentence for each hidden finding.
    pub hidden: Vec<String>,
    /// A sentence for each setting.
    pub settings: Vec<String>,
    /// One for each tenant in the comparison.
    pub tenants: Vec<DescribedTenant>,
    /// A sentence for each change of wiring.
    pub wiring: Vec<String>,
    /// A sentence for each entry of a list.
    pub lists: Vec<String>,
    /// A sentence for each gap.
    pub not_compared: Vec<String>,
}

/// The changes of a tenant in sentences.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DescribedTenant {
    /// A sentence for each grant that it gains.
    pub gained: Vec<String>,
    /// A sentence for each grant that it loses.
    pub lost: Vec<String>,
    /// A sentence for each grant that uses another role or instance.
    pub rerouted: Vec<String>,
    /// Further sentences.
    pub notes: Vec<String>,
}

/// The page of a rule.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RulePage {
    /// The id, such as `role-account-mismatch`.
    pub id: &'static str,
    /// The group that it belongs to.
    pub group: &'static str,
    /// The question of the group.
    pub question: &'static str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens otherwise.
    pub help: Option<&'static str>,
    /// The page in Markdown, without the examples for tests.
    pub text: &'static str,
}

/// Why there is no report that could be mistaken for a pass.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// The kind of problem.
    pub kind: ProblemKind,
    pub message: String,
    pub help: Option<String>,
    /// The place, if it is in a file.
    pub location: Option<Location>,
    /// The findings in spite of the problem.
    pub report: Option<Box<Report>>,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        report::Problem::new(ProblemKind::Usage, message).into()
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The failure as JSON.
    pub fn to_json(&self) -> String {
        to_json(self)
    }
}

impl From<report::Problem> for Failure {
    fn from(problem: report::Problem) -> Self {
        let report::Problem { kind, message, help, location } = problem;
        Self { kind, message, help, location, report: None }
    }
}

/// Reads a request.
///
/// # Errors
///
/// If it does not have the right format, or has another version.
pub(crate) fn read<T: DeserializeOwned>(text: &str, version: fn(&T) -> u32) -> Result<T, Failure> {
    let request: T = serde_json::from_str(text).map_err(|error| Failure::usage(error.to_string()))?;
    match version(&request) {
        VERSION => Ok(request),
        version => Err(Failure::usage(format!("requests have version {VERSION}, not {version}"))),
    }
}

/// The failure for a format that does not exist.
pub(crate) fn unknown_format(word: &str, known: &[&'static str]) -> Failure {
    let problem = Failure::usage(format!("`{word}` is not a valid format: use `{}`", known.join("`, `")));
    match closest(word, known.iter().copied()) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}

/// Written in the same way as reports, so that they share one writer.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let to: &mut dyn Write = &mut bytes;
    // The shapes are plain data, and writing into memory cannot fail.
    let _ = serde_json::to_writer_pretty(to, value);
    String::from_utf8_lossy(&bytes).into_owned()
}
