//! The shapes that others read. They are types of their own, so that an internal change cannot break a reader.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;
use symlint_terraform::{SortedMap, SourceFile, Str};

use super::details::{Details, Subject};
use super::place::{Known, Location};
use super::printable::{json_text, write_json};
use super::problem::Problem;
use crate::coverage::Code;
use crate::level::Level;
use crate::rule::Fixable;
use crate::suppression::{SuppressedBy, Suppression};

/// What symlint found, what it looked at, and what it did not check. Every format is computed from it alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of this shape.
    pub version: u32,
    /// What wrote the report.
    pub tool: Tool,
    /// Each root module with one set of values, in the order in which they were named.
    pub runs: Vec<ReportedRun>,
    /// Sorted by file, then offset, then rule.
    pub findings: Vec<ReportedFinding>,
    /// In source order, by run.
    pub tenants: Vec<ReportedTenant>,
    /// Who reaches what, as it takes effect: one for each grant.
    pub access: Vec<Access>,
    /// What was not checked and belongs to no run.
    pub not_checked: Vec<ReportedGap>,
    /// What symlint could not do: it exits with 2 if there is anything.
    pub problems: Vec<Problem>,
    /// What was configured.
    pub policy: ReportedPolicy,
    pub summary: Summary,
    /// What is known of the files with findings, by their names. Not part of the JSON.
    #[serde(skip)]
    pub files: SortedMap<Str, ReportedFile>,
    /// What is known of the rules with findings, by their ids. Not part of the JSON.
    #[serde(skip)]
    pub rules: SortedMap<String, RuleDescription>,
    /// The findings as a baseline, if the request asked for one. Not part of the JSON.
    #[serde(skip)]
    pub baseline: Option<String>,
    /// What a comparison needs, if the request asked for it. Not part of the JSON.
    #[serde(skip)]
    pub details: Option<Box<Details>>,
}

/// A root module with one set of values, or a values file alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Run"))]
pub struct ReportedRun {
    /// The folder of the module; of a values file alone, its folder.
    pub root: String,
    /// The same from the root of the repository; of a values file alone, the file.
    pub repository_root: String,
    /// The values files, in the order in which they take effect.
    pub values: Vec<String>,
    /// The workspace, where one was chosen.
    pub workspace: Option<String>,
    /// Where the tenants are.
    pub tenants: TenantsFrom,
    /// Values of tenants that were checked.
    pub values_checked: usize,
    /// Values of tenants that are not known before apply.
    pub unknown_values: usize,
    /// Instances of flow modules.
    pub flows: usize,
    /// Lists of accounts that the runtime may enter.
    pub safelists: usize,
    /// Instances of connector modules.
    pub connectors: usize,
    /// What was not checked, and why.
    pub not_checked: Vec<ReportedGap>,
    /// The folder or the values file, distinct from the other runs. Not part of the JSON.
    #[serde(skip)]
    pub name: String,
    /// The files that were read. Not part of the JSON.
    #[serde(skip)]
    pub files: Vec<String>,
    /// The configuration file. Not part of the JSON.
    #[serde(skip)]
    pub config: Option<String>,
}

/// Where the tenants of a run come from.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantsFrom {
    /// The variable, the local or the calls; null where there are none.
    pub from: Option<String>,
    /// How many there are.
    pub count: usize,
}

/// Something that was not checked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "NotChecked"))]
pub struct ReportedGap {
    /// Why, as a word.
    pub code: Code,
    /// Why, in one line.
    pub reason: String,
    /// Where, if it is in a file.
    pub location: Option<Location>,
    pub help: Option<String>,
    /// Whether a person would expect it to be checked. Not part of the JSON.
    #[serde(skip)]
    pub is_surprise: bool,
    /// Whether it is a finding, too. Not part of the JSON.
    #[serde(skip)]
    pub is_finding: bool,
}

impl ReportedGap {
    /// One that is in no place.
    pub fn new(code: Code, reason: String, is_surprise: bool) -> Self {
        Self { code, reason, location: None, help: None, is_surprise, is_finding: false }
    }
}

/// What was configured, so that nobody weakens a check unnoticed.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Policy"))]
pub struct ReportedPolicy {
    pub config: Vec<String>,
    /// The only rules that ran; all if empty.
    pub select: Vec<String>,
    /// Rules that were switched off.
    pub off: Vec<String>,
    /// Rules with errors that only warn.
    pub lowered: Vec<String>,
    /// Whether comments in the files suppress findings.
    pub inline_suppressions: bool,
    /// Tenants that a configuration names and that are not there, though one with nearly the same name is.
    pub misspelled_tenants: Vec<MisspelledTenant>,
}

/// A tenant that a configuration file names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MisspelledTenant {
    pub config: String,
    /// The key that it names.
    pub key: String,
    /// The key that was probably meant.
    pub closest: String,
}

/// A file that a report names.
#[derive(Debug, Clone)]
pub struct ReportedFile {
    /// From the repository's root.
    pub repository_path: String,
    pub source: Arc<SourceFile>,
    /// The parts of the text that may not be shown, in order.
    pub masks: Vec<Range<u32>>,
}

/// What formats print about a rule.
#[derive(Debug, Clone)]
pub struct RuleDescription {
    /// The group that it belongs to.
    pub group: &'static str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens if it stays.
    pub help: Option<&'static str>,
    /// What its page says, without examples.
    pub text: &'static str,
    /// Where its page is read.
    pub url: &'static str,
    /// Whether it judges the wiring.
    pub needs_wiring: bool,
    /// How much harm it can do to a customer, from 0 to 10; none where it is not about security.
    pub severity: Option<&'static str>,
    /// 0 for what is read first.
    pub urgency: u8,
}

/// A grant, as it takes effect: from a tenant through a role, an instance and a permission set into an account.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Access {
    /// The key of the tenant.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// Its place in `runs`.
    pub run: usize,
    /// The flow instance that makes it take effect; null where none is in sight, and values are as they are written.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub flow: Option<Str>,
    /// The role that Sym's runtime assumes.
    pub role: AccessStep,
    /// The Identity Center instance.
    pub instance: AccessStep,
    pub permission_set: AccessStep,
    /// The account that engineers enter.
    pub account: AccessStep,
}

/// Something that a grant leads to, and the edge to it.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessStep {
    /// Null where it is missing.
    pub value: Option<Known>,
    /// The fingerprints of the findings on the edge that leads to it.
    pub findings: Vec<String>,
}

impl Access {
    /// Names the findings on its edges by what is there in their place.
    pub(super) fn replace_findings(&mut self, replaced: &SortedMap<String, String>) {
        for step in [&mut self.role, &mut self.instance, &mut self.permission_set, &mut self.account] {
            for fingerprint in &mut step.findings {
                if let Some(other) = replaced.get(fingerprint) {
                    fingerprint.clone_from(other);
                }
            }
            step.findings.dedup();
        }
    }
}

/// What wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// `symlint`
    pub name: String,
    pub version: String,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Finding"))]
pub struct ReportedFinding {
    /// The id of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, then what to do: one line that is understood alone.
    pub message: String,
    /// The key of the tenant; null where there is none, or more than one.
    pub tenant: Option<String>,
    /// The keys of the other tenants that it is about, sorted: those whose values it was compared with.
    pub others: Vec<String>,
    /// The way to the value, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<String>,
    /// The narrowest text that is wrong.
    pub location: Location,
    /// What it was compared with.
    pub related: Vec<RelatedPlace>,
    /// What to do, and what happens if it stays.
    pub help: Option<String>,
    /// Where the page of the rule is.
    pub url: &'static str,
    /// How it can be fixed.
    pub fixes: Vec<ReportedFix>,
    /// The same for as long as the rule, file, value and tenant are the same, wherever in the file they move.
    pub fingerprint: String,
    /// Why the finding does not count; null where it counts.
    pub suppressed: Option<Suppression>,
    /// Its place in `runs`: the first that has it.
    pub run: usize,
    /// The other runs that have the same, in order. Not part of the JSON.
    #[serde(skip)]
    pub also_in: Vec<usize>,
    /// What is wrong at its place, in a few words. Not part of the JSON.
    #[serde(skip)]
    pub label: Option<&'static str>,
    /// 0 for what is read first. Not part of the JSON.
    #[serde(skip)]
    pub urgency: u8,
    /// From where to where in the file its tenant is written. Not part of the JSON.
    #[serde(skip)]
    pub block: Option<(u32, u32)>,
    /// What it is about, if the request asked for it. Not part of the JSON.
    #[serde(skip)]
    pub subject: Option<Box<Subject>>,
}

/// A place that a finding relates to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Related"))]
pub struct RelatedPlace {
    /// What it has to do with the finding.
    pub message: String,
    pub location: Location,
}

/// A way to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Fix"))]
pub struct ReportedFix {
    pub title: String,
    /// Whether it keeps the meaning, so that it can be applied without a look.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<ReportedEdit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Edit"))]
pub struct ReportedEdit {
    /// What is replaced; empty for an insertion.
    pub location: Location,
    /// The text to replace it with.
    pub text: String,
}

/// A tenant that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Tenant"))]
pub struct ReportedTenant {
    /// Its key, or what names it in the call.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub key: Str,
    /// Whether the key is a name that its map or entry gives it, and not that of a call or a place in a list: equal
    /// names may be one customer.
    pub is_named: bool,
    /// Its place in `runs`.
    pub run: usize,
    /// The customer to which it belongs by the configuration.
    pub customer: Option<String>,
    /// The organization in which it is by the configuration.
    pub organization: Option<String>,
    /// What its connector was given, where the configuration says so.
    pub environment: Option<String>,
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
    /// The file of the key, from the root of the repository.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub repository_file: Str,
}

/// A permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Grant"))]
pub struct ReportedGrant {
    /// Null where it is missing.
    pub permission_set_arn: Option<Known>,
    /// Null where it is missing.
    pub target_account_id: Option<Known>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Files that were read.
    pub files: usize,
    /// Tenants that were looked at.
    pub tenants: usize,
    /// Values of tenants that are not known before apply: nothing was said about them.
    pub unknown_values: usize,
    /// Findings that count, of level error.
    pub errors: usize,
    /// Findings that count, of level warning.
    pub warnings: usize,
    /// Findings that do not count.
    pub suppressed: usize,
    /// 0 if it ran and nothing reached the level, 1 if something did, 2 if symlint could not do its work.
    pub exit_code: u8,
    /// The findings that count, and what was not checked, in words: `no findings, but wiring was not checked`.
    pub verdict: String,
    /// Whether nothing is wrong, and nothing was left unchecked that a person would expect to be checked.
    pub clean: bool,
}

impl Report {
    /// The findings that count.
    pub fn counting(&self) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// How many findings are in the baseline that was read or written.
    pub fn accepted(&self) -> usize {
        let by = |finding: &&ReportedFinding| finding.suppressed.as_ref().map(|suppression| suppression.by);
        self.findings.iter().filter(|finding| by(finding) == Some(SuppressedBy::Baseline)).count()
    }

    /// Everything that was not checked, with the name of its run.
    pub fn gaps(&self) -> impl Iterator<Item = (Option<&str>, &ReportedGap)> {
        let of_runs = self.runs.iter().flat_map(|run| run.not_checked.iter().map(|gap| (Some(run.name.as_str()), gap)));
        of_runs.chain(self.not_checked.iter().map(|gap| (None, gap)))
    }

    /// The path of a file from the repository's root.
    pub fn repository_path<'a>(&'a self, file: &'a str) -> &'a str {
        self.files.get(file).map_or(file, |file| file.repository_path.as_str())
    }
}

/// Writes the report as JSON, indented, with a newline at the end.
///
/// # Errors
///
/// Those of `to`.
pub fn json(report: &Report, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(report, to)
}

/// A rule of the catalogue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSummary<'a> {
    /// `role-account-mismatch`
    pub id: &'a str,
    /// The group that it belongs to.
    pub group: &'a str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// 0 for what is read first.
    pub urgency: u8,
    /// What it finds, in one line.
    pub summary: &'a str,
    /// What to do about a finding, and what happens if it stays; null where each finding says so itself.
    pub help: Option<&'a str>,
    /// `safe` if `fix` fixes some of its findings, `suggestion` if a person must look at the result, else null.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub fixable: Option<Fixable>,
    /// Where its page is.
    pub url: &'a str,
}

/// The catalogue as JSON: a list of [`RuleSummary`].
pub fn rules_json(catalogue: &crate::rule::Catalogue) -> String {
    let rules: Vec<RuleSummary<'_>> = catalogue
        .iter()
        .map(|rule| RuleSummary {
            id: rule.id,
            group: rule.group.name,
            level: rule.page.level,
            urgency: rule.urgency(),
            summary: rule.page.summary,
            help: rule.page.help,
            fixable: rule.page.fix,
            url: rule.page.address,
        })
        .collect();
    json_text(&rules)
}
