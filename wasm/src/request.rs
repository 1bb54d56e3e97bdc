//! The shapes that go in and out, in addition to the report.

use std::collections::BTreeMap;
use std::io::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use symlint_core::diff::Diff;
pub use symlint_core::level::Level;
pub use symlint_core::report::ProblemKind;
use symlint_core::report::{self, Location, Report};
use symlint_core::spelling::closest;

/// The version of these shapes.
pub const VERSION: u32 = 1;

/// What is to be checked, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename = "Request")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckRequest {
    /// The version of this shape.
    pub version: u32,
    /// The texts of the files, by their paths from the repository's root, with `/`.
    pub files: BTreeMap<String, String>,
    /// How they are checked.
    #[serde(default)]
    pub options: Options,
}

/// What is to be compared, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompareRequest {
    /// The version of this shape.
    pub version: u32,
    /// The texts of the files before the change, by their paths from the repository's root, with `/`.
    pub before: BTreeMap<String, String>,
    /// Those after it.
    pub after: BTreeMap<String, String>,
    /// A folder or a file among the files before, if it is not the `path` of the options.
    pub before_path: Option<String>,
    /// How they are checked.
    #[serde(default)]
    pub options: Options,
}

/// How files are checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Options {
    /// A folder or a file among the files, as on the command line. Without it, the root.
    pub path: Option<String>,
    /// Only these rules; all if empty.
    pub select: Vec<String>,
    /// JSON reports of earlier checks among the files: their tenants are compared with those of this check.
    pub with: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// Other levels than those of the rules and the configuration, by rule.
    pub levels: BTreeMap<String, Level>,
    /// The day, `YYYY-MM-DD`; without it no exception expires.
    pub today: Option<String>,
    /// Whether `fix` applies suggestions too, which a person must look at.
    pub suggestions: bool,
}

/// What `fix` built from the files.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FixedFiles {
    /// The version of this shape.
    pub version: u32,
    /// The new texts of the files that changed.
    pub files: BTreeMap<String, String>,
    /// How many findings were fixed.
    pub fixed: usize,
    /// What is left.
    pub report: Report,
}

/// A comparison with the sentences that people read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Described {
    /// What the change does, in one line.
    pub headline: String,
    /// Whether somebody must look at it.
    pub is_bad: bool,
    /// Whether it has new warnings, or not everything was compared.
    pub is_doubtful: bool,
    /// What is compared.
    pub diff: Diff,
    /// One for each finding that is hidden.
    pub hidden: Vec<String>,
    /// One for each setting.
    pub settings: Vec<String>,
    /// As many as there are tenants in the comparison.
    pub tenants: Vec<DescribedTenant>,
    /// One for each change of wiring.
    pub wiring: Vec<String>,
    /// One for each entry of a list.
    pub lists: Vec<String>,
    /// One for each gap.
    pub not_compared: Vec<String>,
}

/// What changes for a tenant, in sentences.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DescribedTenant {
    /// One for each grant that it gains.
    pub gained: Vec<String>,
    /// One for each grant that it loses.
    pub lost: Vec<String>,
    /// One for each grant that goes another way.
    pub rerouted: Vec<String>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// What there is to know about a rule.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RulePage {
    /// `role-account-mismatch`
    pub id: &'static str,
    /// The group that it belongs to.
    pub group: &'static str,
    /// What the rules of the group ask.
    pub question: &'static str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens if it stays.
    pub help: Option<&'static str>,
    /// The page, in Markdown; its examples are in a file of their own.
    pub text: &'static str,
}

/// Why there is no report that could be taken for a pass.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    pub message: String,
    pub help: Option<String>,
    /// Where, if it is in a file.
    pub location: Option<Location>,
    /// What was found nevertheless.
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

    /// As text.
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
/// If it has not its shape, or is of another version.
pub(crate) fn read<T: DeserializeOwned>(text: &str, version: fn(&T) -> u32) -> Result<T, Failure> {
    let request: T = serde_json::from_str(text).map_err(|error| Failure::usage(error.to_string()))?;
    match version(&request) {
        VERSION => Ok(request),
        version => Err(Failure::usage(format!("requests have version {VERSION}, not {version}"))),
    }
}

/// The word of the formats that is meant.
pub(crate) fn unknown_format(word: &str, known: &[&'static str]) -> Failure {
    let problem = Failure::usage(format!("`{word}` is not a valid format: use `{}`", known.join("`, `")));
    match closest(word, known.iter().copied()) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}

/// Written as reports are, so that there is one writer of them.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let to: &mut dyn Write = &mut bytes;
    // The shapes are plain data, and writing into memory cannot fail.
    let _ = serde_json::to_writer_pretty(to, value);
    String::from_utf8_lossy(&bytes).into_owned()
}
