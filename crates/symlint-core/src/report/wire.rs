//! The JSON formats. They have types of their own, so that an internal change cannot break a reader.

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

/// What symlint found, what it looked at, and what it did not check. All formats are computed from this alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of this format.
    pub version: u32,
    /// What wrote the report.
    pub tool: Tool,
    /// Each root module with one set of values, in the order in which they were named.
    pub runs: Vec<ReportedRun>,
    /// Sorted by file, then offset, then rule.
    pub findings: Vec<ReportedFinding>,
    /// In source order, by run.
    pub tenants: Vec<ReportedTenant>,
    /// Who can access what in effect, with one entry for each grant.
    pub access: Vec<Access>,
    /// What was not checked and belongs to no run.
    pub not_checked: Vec<ReportedGap>,
    /// What symlint could not do. The exit code is 2 if there is anything.
    pub problems: Vec<Problem>,
    /// The settings that affect what counts.
    pub policy: ReportedPolicy,
    pub summary: Summary,
    /// The files with findings, by name. Not part of the JSON.
    #[serde(skip)]
    pub files: SortedMap<Str, ReportedFile>,
    /// The rules with findings, by id. Not part of the JSON.
    #[serde(skip)]
    pub rules: SortedMap<String, RuleDescription>,
    /// The findings as a baseline, if the request asked for one. Not part of the JSON.
    #[serde(skip)]
    pub baseline: Option<String>,
    /// The details for a comparison, if the request asked for them. Not part of the JSON.
    #[serde(skip)]
    pub details: Option<Box<Details>>,
}

/// A root module with one set of values, or a values file without a module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Run"))]
pub struct ReportedRun {
    /// The folder of the module or of the values file.
    pub root: String,
    /// The folder of the module, or the values file, relative to the root of the repository.
    pub repository_root: String,
    /// The values files, in the order in which they take effect.
    pub values: Vec<String>,
    /// The workspace, if one is selected.
    pub workspace: Option<String>,
    /// Where the tenants were found.
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

/// Where the tenants of a run were found.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantsFrom {
    /// The variable, the local, or the calls; null if there are none.
    pub from: Option<String>,
    /// The number of tenants.
    pub count: usize,
}

/// Something that was not checked.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "NotChecked"))]
pub struct ReportedGap {
    /// Why, as a code.
    pub code: Code,
    /// Why, in one line.
    pub reason: String,
    /// The place, if it is in a file.
    pub location: Option<Location>,
    pub help: Option<String>,
    /// Whether a reader would expect it to be checked. Not part of the JSON.
    #[serde(skip)]
    pub is_surprise: bool,
    /// Whether it is also a finding. Not part of the JSON.
    #[serde(skip)]
    pub is_finding: bool,
}

impl ReportedGap {
    /// A gap without a place.
    pub fn new(code: Code, reason: String, is_surprise: bool) -> Self {
        Self { code, reason, location: None, help: None, is_surprise, is_finding: false }
    }
}

/// The settings that affect what counts, so that nobody weakens a check unnoticed.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Policy"))]
pub struct ReportedPolicy {
    pub config: Vec<String>,
    /// The only rules that ran; all if empty.
    pub select: Vec<String>,
    /// Rules that were switched off.
    pub off: Vec<String>,
    /// Rules with level error that were lowered to warnings.
    pub lowered: Vec<String>,
    /// Whether comments in the files suppress findings.
    pub inline_suppressions: bool,
    /// Tenants that a configuration names but that do not exist, although a tenant with a similar name does.
    pub misspelled_tenants: Vec<MisspelledTenant>,
}

/// A tenant that a configuration file names but that does not exist.
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
    /// The path from the repository's root.
    pub repository_path: String,
    pub source: Arc<SourceFile>,
    /// The parts of the text that must not be shown, in order.
    pub masks: Vec<Range<u32>>,
}

/// The parts of a rule that formats print.
#[derive(Debug, Clone)]
pub struct RuleDescription {
    /// The group that it belongs to.
    pub group: &'static str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens otherwise.
    pub help: Option<&'static str>,
    /// The text of its page, without examples.
    pub text: &'static str,
    /// The address of its page.
    pub url: &'static str,
    /// Whether it checks the wiring.
    pub needs_wiring: bool,
    /// The harm that it can do to a customer, from 0 to 10; `None` if it is not about security.
    pub severity: Option<&'static str>,
    /// Lower values are read first.
    pub urgency: u8,
}

/// A grant in effect: from a tenant through a role, an instance, and a permission set into an account.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Access {
    /// The key of the tenant.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// Its index in `runs`.
    pub run: usize,
    /// The flow instance through which it takes effect. Null if none was found; in that case, the values are those in
    /// the tenant's entry.
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

/// A part of a grant, and the edge to it.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccessStep {
    /// Null if it is missing.
    pub value: Option<Known>,
    /// The fingerprints of the findings on this edge.
    pub findings: Vec<String>,
}

impl Access {
    /// Replaces the findings on its edges by those that they were joined to.
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

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// The name, which is `symlint`.
    pub name: String,
    pub version: String,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Finding"))]
pub struct ReportedFinding {
    /// The id of the rule.
    pub rule: String,
    /// The severity.
    pub level: Level,
    /// What is wrong, in one line that can be understood on its own.
    pub message: String,
    /// The key of the tenant; null if there is none, or more than one.
    pub tenant: Option<String>,
    /// The keys of the other tenants whose values it was compared with, sorted.
    pub others: Vec<String>,
    /// The path to the value, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<String>,
    /// The narrowest text that is wrong.
    pub location: Location,
    /// The places that it was compared with.
    pub related: Vec<RelatedPlace>,
    /// What to do, and what happens otherwise.
    pub help: Option<String>,
    /// The address of the rule's page.
    pub url: &'static str,
    /// Ways to fix it.
    pub fixes: Vec<ReportedFix>,
    /// A hash that stays the same as long as the rule, file, value, and tenant stay the same, even if they move within
    /// the file.
    pub fingerprint: String,
    /// Why the finding does not count; null if it counts.
    pub suppressed: Option<Suppression>,
    /// The index in `runs` of the first run that has it.
    pub run: usize,
    /// The other runs that have it, in order. Not part of the JSON.
    #[serde(skip)]
    pub also_in: Vec<usize>,
    /// A few words about its place. Not part of the JSON.
    #[serde(skip)]
    pub label: Option<&'static str>,
    /// Lower values are read first. Not part of the JSON.
    #[serde(skip)]
    pub urgency: u8,
    /// The start and the end of its tenant in the file. Not part of the JSON.
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
    /// How it relates to the finding.
    pub message: String,
    pub location: Location,
}

/// A way to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Fix"))]
pub struct ReportedFix {
    pub title: String,
    /// Whether it keeps the meaning, so that it can be applied without review.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<ReportedEdit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Edit"))]
pub struct ReportedEdit {
    /// The replaced text; empty for an insertion.
    pub location: Location,
    /// The text to replace it with.
    pub text: String,
}

/// A tenant that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Tenant"))]
pub struct ReportedTenant {
    /// Its key, or its name in the call.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub key: Str,
    /// Whether the key is a name in its map or its entry, as opposed to the name of a call or an index in a list.
    /// Tenants with equal names may be one customer.
    pub is_named: bool,
    /// Its index in `runs`.
    pub run: usize,
    /// The customer that it belongs to according to the configuration.
    pub customer: Option<String>,
    /// The organization that it belongs to according to the configuration.
    pub organization: Option<String>,
    /// The environment that its connector was given according to the configuration.
    pub environment: Option<String>,
    /// Null if it is missing.
    pub sso_account_id: Option<Known>,
    /// The id in `instance_arn`; null if it is missing.
    pub instance_id: Option<Known>,
    /// Null if it is missing.
    pub region: Option<Known>,
    /// Null if it is missing.
    pub role_arn: Option<Known>,
    /// The accounts that engineers may enter, with the permission sets for them.
    pub grants: Box<[ReportedGrant]>,
    /// The place of the key.
    pub location: Location,
    /// The file of the key, relative to the root of the repository.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub repository_file: Str,
}

/// A permission set in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Grant"))]
pub struct ReportedGrant {
    /// Null if it is missing.
    pub permission_set_arn: Option<Known>,
    /// Null if it is missing.
    pub target_account_id: Option<Known>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// The number of files that were read.
    pub files: usize,
    /// The number of tenants that were checked.
    pub tenants: usize,
    /// The number of tenants' values that are not known before apply and were not checked.
    pub unknown_values: usize,
    /// The number of findings with level error that count.
    pub errors: usize,
    /// The number of findings with level warning that count.
    pub warnings: usize,
    /// The number of findings that do not count.
    pub suppressed: usize,
    /// 0 if no finding reached the level, 1 if one did, 2 if symlint could not do its work.
    pub exit_code: u8,
    /// The result in words, including gaps: `no findings, but wiring was not checked`.
    pub verdict: String,
    /// Whether nothing is wrong, and everything that a reader would expect to be checked was checked.
    pub clean: bool,
}

impl Report {
    /// The findings that count.
    pub fn counting(&self) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// The number of findings in the baseline that was read or written.
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

/// Writes the report as indented JSON, with a newline at the end.
///
/// # Errors
///
/// Errors of `to`.
pub fn json(report: &Report, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(report, to)
}

/// A rule of the catalogue.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleSummary<'a> {
    /// The id, such as `role-account-mismatch`.
    pub id: &'a str,
    /// The group that it belongs to.
    pub group: &'a str,
    /// Its level, unless configured otherwise.
    pub level: Level,
    /// Lower values are read first.
    pub urgency: u8,
    /// What it finds, in one line.
    pub summary: &'a str,
    /// What to do about a finding, and what happens otherwise; null if each finding has its own help.
    pub help: Option<&'a str>,
    /// `safe` if `fix` fixes some of its findings, `suggestion` if a person must review the result, or null.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub fixable: Option<Fixable>,
    /// The address of its page.
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
