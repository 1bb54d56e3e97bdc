//! The shapes that others read. They are types of their own, so that an internal change cannot break a reader.

use std::io;

use serde::Serialize;
use symlint_terraform::{Position, Source, Span, Str};

use crate::finding::Suppression;
use crate::rule::Level;

/// What symlint found, and what it looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of this shape.
    pub version: u32,
    /// What wrote the report.
    pub tool: Tool,
    /// Sorted by file, then offset, then rule.
    pub findings: Vec<ReportedFinding>,
    /// In source order, by project.
    pub tenants: Vec<ReportedTenant>,
    /// The numbers.
    pub summary: Summary,
    /// Why nothing was really checked in a project: there if and only if symlint exits with 2 for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub unchecked: Vec<ReportedGap>,
    /// What was checked, in the order in which it was named. Not part of the JSON.
    #[serde(skip)]
    pub projects: Vec<ReportedProject>,
}

/// A project in which nothing was really checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Unchecked"))]
pub struct ReportedGap {
    /// The folder of the module, or the values file.
    pub path: String,
    /// Why.
    pub message: String,
}

/// A module, or a values file that was checked alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedProject {
    /// The folder or the file.
    pub name: String,
    /// The numbers of this project alone.
    pub summary: Summary,
}

/// What wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// `symlint`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Finding"))]
pub struct ReportedFinding {
    /// The id of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, then what to do: one line that stands alone.
    pub message: String,
    /// The key of the tenant; null where there is none, or more than one.
    pub tenant: Option<String>,
    /// Its place in [`Report::projects`]. Not part of the JSON.
    #[serde(skip)]
    pub project: usize,
    /// The way to the value, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<String>,
    /// The narrowest text that is wrong.
    pub location: Location,
    /// What it was compared with.
    pub related: Vec<RelatedPlace>,
    /// What happens if it stays, and what to do.
    pub help: Option<String>,
    /// How it can be mended.
    pub fixes: Vec<ReportedFix>,
    /// The same for as long as the rule, file, value and tenant are the same, wherever in the file they move.
    pub fingerprint: String,
    /// Why the finding does not count; null where it counts.
    pub suppressed: Option<Suppression>,
}

/// A range of text in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// The path as it was given, joined with the name below it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub file: Str,
    /// The first character.
    pub start: Place,
    /// The character behind the last one.
    pub end: Place,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Position"))]
pub struct Place {
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode code points.
    pub column: u32,
    /// From 0, in bytes of the file as it lies on disk.
    pub offset: u32,
}

/// A place that a finding relates to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Related"))]
pub struct RelatedPlace {
    /// What stands there.
    pub message: String,
    /// Where.
    pub location: Location,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Fix"))]
pub struct ReportedFix {
    /// What it does.
    pub title: String,
    /// Whether it keeps the meaning, so that it can be applied without a look.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<ReportedEdit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Edit"))]
pub struct ReportedEdit {
    /// What is replaced; empty for an insertion.
    pub location: Location,
    /// What stands there instead.
    pub text: String,
}

/// A tenant that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Tenant"))]
pub struct ReportedTenant {
    /// Its key, or what names it in the call.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub key: Str,
    /// Its place in [`Report::projects`]. Not part of the JSON.
    #[serde(skip)]
    pub project: usize,
    /// Null where it is missing.
    pub sso_account_id: Option<Known>,
    /// The id inside `instance_arn`; null where it is missing.
    pub instance_id: Option<Known>,
    /// Null where it is missing.
    pub region: Option<Known>,
    /// Null where it is missing.
    pub role_arn: Option<Known>,
    /// Who may be given what where.
    pub grants: Box<[ReportedGrant]>,
    /// The key.
    pub location: Location,
}

/// A permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Grant"))]
pub struct ReportedGrant {
    /// Null where it is missing.
    pub permission_set_arn: Option<Known>,
    /// Null where it is missing.
    pub target_account_id: Option<Known>,
}

/// A value that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Value"))]
pub enum Known {
    /// As it is written.
    Text(#[cfg_attr(feature = "schema", schemars(with = "String"))] Str),
    /// Not known before apply.
    Unknown {
        /// Why.
        unknown: String,
    },
}

/// The numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Tenants that were looked at.
    pub tenants: usize,
    /// Values of tenants that were checked. Not part of the JSON.
    #[serde(skip)]
    pub values: usize,
    /// Values of tenants that are not known before apply: nothing was said about them.
    pub unknown_values: usize,
    /// Findings that count, of level error.
    pub errors: usize,
    /// Findings that count, of level warning.
    pub warnings: usize,
    /// Findings that do not count.
    pub suppressed: usize,
    /// Projects in which nothing was really checked. Not part of the JSON, which has them one by one.
    #[serde(skip)]
    pub unchecked: usize,
}

impl Report {
    /// Writes the report as JSON, indented, with a newline at the end.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn write_json(&self, mut to: impl io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut to, self)?;
        to.write_all(b"\n")
    }

    /// What [`Report::write_json`] writes.
    #[allow(clippy::expect_used, reason = "the shapes have string keys only and nothing that can fail")]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("the report is plain data");
        json.push('\n');
        json
    }
}

impl Location {
    /// Where `span`, one of `source`, stands.
    pub fn of(span: Span, source: &Source) -> Self {
        let place = |offset| {
            let Position { line, column, offset } = source.position(offset);
            Place { line, column, offset }
        };
        Self { file: source.shared_name(), start: place(span.start), end: place(span.end) }
    }
}

impl Summary {
    pub(super) fn count(&mut self, finding: &ReportedFinding) {
        match (&finding.suppressed, finding.level) {
            (Some(_), _) => self.suppressed += 1,
            (None, Level::Error) => self.errors += 1,
            (None, _) => self.warnings += 1,
        }
    }

    /// Adds the numbers of another project; files that both have are counted twice.
    pub(super) fn add(&mut self, other: &Self) {
        let Self { files, tenants, values, unknown_values, errors, warnings, suppressed, unchecked } = other;
        self.files += files;
        self.tenants += tenants;
        self.values += values;
        self.unknown_values += unknown_values;
        self.errors += errors;
        self.warnings += warnings;
        self.suppressed += suppressed;
        self.unchecked += unchecked;
    }

    /// The findings that count, and whether everything was checked: `2 errors, 1 warning`.
    pub fn verdict(&self) -> String {
        let findings = [(self.errors, "error"), (self.warnings, "warning")];
        let mut parts: Vec<String> =
            findings.into_iter().filter(|(number, _)| *number > 0).map(|(number, one)| count(number, one)).collect();
        match (self.unchecked, self.values) {
            (0, _) => {}
            (_, 0) => parts.push("nothing was checked".into()),
            _ => parts.push("not everything was checked".into()),
        }
        if parts.is_empty() { "no findings".into() } else { parts.join(", ") }
    }
}

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (tenants, values) = (count(self.tenants, "tenant"), count(self.values, "value"));
        write!(f, "checked {values} of {tenants} in {}: ", count(self.files, "file"))?;
        f.write_str(&self.verdict())?;
        if self.suppressed > 0 {
            write!(f, ", {} suppressed", self.suppressed)?;
        }
        if self.unknown_values > 0 {
            let values = count(self.unknown_values, "value");
            write!(f, "; {values} not known before apply, and so not checked")?;
        }
        Ok(())
    }
}

/// A rule, for `symlint rules --format json`.
#[derive(Debug, Clone, Serialize)]
struct ReportedRule<'a> {
    id: &'a str,
    group: &'a str,
    level: Level,
    summary: &'a str,
}

/// The catalogue as JSON: a list of `{ id, group, level, summary }`.
#[allow(clippy::expect_used, reason = "the shapes have string keys only and nothing that can fail")]
pub fn rules_json(catalogue: &crate::rule::Catalogue) -> String {
    let rules: Vec<ReportedRule<'_>> = catalogue
        .iter()
        .map(|rule| ReportedRule {
            id: rule.id,
            group: rule.group.name,
            level: rule.page.level,
            summary: rule.page.summary,
        })
        .collect();
    let mut json = serde_json::to_string_pretty(&rules).expect("the catalogue is plain data");
    json.push('\n');
    json
}
