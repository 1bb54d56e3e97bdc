//! The shape of a comparison that others read.

use std::io;

use serde::Serialize;
use symlint_terraform::{SortedMap, SortedSet, Str};

use crate::level::Level;
use crate::report::{Known, ListKind, Location, Problem, ReportedGap, Tool, write_json};
use crate::suppression::Suppression;

/// Who gains and who loses access to what by a change. Every format is computed from it alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diff {
    /// The version of this shape.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// What the change is compared with, in words.
    pub base: String,
    /// Where the change lets one customer's flow act on another customer, most urgent first.
    pub crossings: Vec<Crossing>,
    /// What the change does to the check itself.
    pub check: CheckChanges,
    /// Tenants that the change adds, removes, renames or changes.
    pub tenants: Vec<TenantChange>,
    /// Expressions that now pass other values than before, though the tenants' own values are the same.
    pub wiring: Vec<WiringChange>,
    /// What Terraform would destroy and create of tenants whose keys are the same.
    pub recreated: Vec<Recreated>,
    /// Entries of safelists and trust lists that are gained or lost.
    pub lists: Vec<ListChange>,
    /// Findings that the change adds or fixes.
    pub findings: FindingChanges,
    /// What was not checked, and so was not compared.
    pub not_compared: Vec<Uncompared>,
    /// What symlint could not do: it exits with 2 if there is anything.
    pub problems: Vec<Problem>,
    /// What could not be done with what was there before: of that, nothing was compared.
    pub base_problems: Vec<Problem>,
    pub summary: DiffSummary,
    /// The repository paths of files, by their names. Not part of the JSON.
    #[serde(skip)]
    pub paths: SortedMap<String, String>,
    /// The pages of rules, by their ids. Not part of the JSON.
    #[serde(skip)]
    pub pages: SortedMap<String, &'static str>,
}

/// A customer's flow that acts on another customer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Crossing {
    /// The tenants whose flows cross.
    pub from: Vec<String>,
    /// The tenants into which they cross.
    pub into: Vec<String>,
    /// What readers call those who cross, and those into whom. Not part of the JSON.
    #[serde(skip)]
    pub titles: [Vec<String>; 2],
    /// What they act on.
    pub message: String,
    pub location: Location,
    /// The finding; null where none says it, as when two customers swap their accounts.
    pub finding: Option<ChangedFinding>,
}

/// What the change does to the check itself.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckChanges {
    /// Findings that the change hides, and how.
    pub hidden: Vec<Hidden>,
    /// Settings in configuration files that differ.
    pub settings: Vec<SettingChange>,
}

/// A finding that no longer counts, or counts less, though what it is about takes effect.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hidden {
    pub finding: ChangedFinding,
    pub by: HiddenBy,
    /// The setting or the reason, in words.
    pub how: String,
    /// Whether it counted before; else the change brings it together with what hides it.
    pub counted_before: bool,
}

/// What hides a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum HiddenBy {
    /// A comment in a file.
    Inline,
    /// An exception of the configuration.
    Exception,
    /// A new entry of the baseline.
    Baseline,
    /// Another setting of the configuration.
    Configuration,
    /// A level that was lowered, so that it is only a warning.
    Level,
    /// Nobody knows: none of its values changed, or its tenant cannot be seen any more.
    Unknown,
}

/// A setting in a configuration file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingChange {
    pub file: String,
    /// Which setting, such as `exception "role-account-mismatch"`.
    pub name: String,
    /// What it was; null where there was none.
    pub old: Option<String>,
    /// What it is; null where there is none.
    pub new: Option<String>,
}

/// A tenant that the change adds, removes, renames or changes.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantChange {
    /// Its key; where it is removed, the key that it had.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// What readers call it. Not part of the JSON.
    #[serde(skip)]
    pub title: String,
    /// What happens to it.
    pub change: TenantChangeKind,
    /// The key that it had, where that is another one.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub old_key: Option<Str>,
    /// The root module or values file; where it is removed, the one that it was in.
    pub run: String,
    /// Where its key is; where it is removed, where it was.
    pub location: Location,
    /// Permission sets in accounts that engineers can ask for only after the change.
    pub gained: Vec<GrantChange>,
    /// Those that they could ask for only before.
    pub lost: Vec<GrantChange>,
    /// Those that now go through another role or instance.
    pub rerouted: Vec<Rerouted>,
    /// Its own values that differ.
    pub values: Vec<ValueChange>,
    /// Whether a flow receives it, where that changes.
    pub is_wired: Option<bool>,
    /// The root module in which it was, where it moves to another one.
    pub moved_from: Option<String>,
    /// What Terraform would destroy and create, since the key changed and no `moved` block says so.
    pub recreated: Vec<Recreated>,
    /// The fingerprints of the new findings about it.
    pub findings: Vec<String>,
}

/// What happens to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TenantChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another key.
    Renamed,
    /// Its values or its access differ.
    Changed,
}

/// A permission set in an account, as it takes effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ChangedGrant"))]
pub struct GrantChange {
    /// What engineers get.
    pub permission_set: Option<Known>,
    pub account: Option<Known>,
    /// Through which role.
    pub role: Option<Known>,
    /// Of which Identity Center instance.
    pub instance: Option<Known>,
    /// Whether the account is the tenant's own SSO account.
    pub is_sso_account: bool,
    /// Which of these other customers have, too, or had before.
    pub also_of: Vec<AlsoOf>,
}

impl GrantChange {
    /// Whether anything of it is known only at apply.
    pub(super) fn has_unknown(&self) -> bool {
        let parts = [&self.permission_set, &self.account, &self.role, &self.instance];
        parts.iter().any(|part| matches!(part, Some(Known::Unknown { .. })))
    }
}

/// Something that tenants of other customers have, too, or had before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlsoOf {
    /// What: `permission_set`, `account`, `role` or `instance`.
    pub what: &'static str,
    /// Whether they had it before the change, and have it no longer.
    pub before: bool,
    /// The keys of the first of these tenants, with the root module where several have one key.
    pub tenants: Vec<String>,
    /// How many tenants there are.
    pub count: usize,
}

/// A grant that goes another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rerouted {
    pub old: GrantChange,
    pub new: GrantChange,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValueChange {
    /// What it is called where it is written.
    pub name: String,
    /// Which one: `sso_account_id`, `role_arn` and the like.
    pub field: &'static str,
    /// Null where it was missing.
    pub old: Option<Known>,
    /// Null where it is missing.
    pub new: Option<Known>,
    pub old_location: Location,
    pub location: Location,
}

/// An instance that Terraform would destroy, and those that it would create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recreated {
    /// The address that is destroyed.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub old: Str,
    /// The address that is created; null where it is not known which.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub new: Option<Str>,
}

/// Something that passes other values to a flow than before.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WiringChange {
    /// The call or the resource, such as `module.sso_access`.
    pub block: String,
    /// The argument or setting.
    pub name: String,
    /// Which value it passes.
    pub field: &'static str,
    /// The expression as it was; null where there was none.
    pub old: Option<String>,
    /// The expression as it is.
    pub new: String,
    pub location: Location,
    /// The tenants that are concerned.
    pub tenants: Vec<String>,
    /// Whether these are all tenants of the run.
    pub is_all: bool,
    /// What one of them received, and what it receives.
    pub example: Example,
}

/// What a tenant received before and receives after a change.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// Its key.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// Before, as far as it differs.
    pub old: Vec<Option<Known>>,
    /// After, as far as it differs.
    pub new: Vec<Option<Known>>,
}

/// An entry of a list that is gained or lost.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListChange {
    /// What the list says.
    pub list: ListKind,
    /// The root module, where there are several.
    pub run: Option<String>,
    /// The way to the list, such as `module.runtime.account_id_safelist`.
    pub path: String,
    /// The entry; null where it is known only at apply.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub entry: Option<Str>,
    /// Whether it is gained; else it is lost.
    pub is_gained: bool,
    /// The tenants whose SSO account it is.
    pub tenants: Vec<String>,
    /// Where it is; where it is lost, where it was.
    pub location: Location,
}

/// Findings that the change adds or fixes.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingChanges {
    /// Those that were not there before, the most urgent first.
    pub new: Vec<ChangedFinding>,
    /// Those that are not there anymore.
    pub fixed: Vec<ChangedFinding>,
    /// How many there are before and after.
    pub unchanged: usize,
}

/// A finding that the change adds, fixes or hides.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangedFinding {
    /// The id of the rule.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    pub message: String,
    /// The tenant that the change touches; null where there is none, or more than one.
    pub tenant: Option<String>,
    /// The way to the value.
    pub path: Option<String>,
    pub location: Location,
    /// What to do, and what happens if it stays.
    pub help: Option<String>,
    /// The fingerprint, as `check` has it.
    pub fingerprint: String,
    /// Why it does not count; null where it counts.
    pub suppressed: Option<Suppression>,
    /// 0 for what is read first. Not part of the JSON.
    #[serde(skip)]
    pub urgency: u8,
}

/// Something that was not checked, and so was not compared.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Uncompared {
    /// On which side.
    pub side: SideName,
    /// The root module or values file; null where it belongs to none.
    pub run: Option<String>,
    /// What, and why.
    pub gap: ReportedGap,
}

/// Before the change, after it, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SideName {
    /// Only before the change.
    Old,
    /// Only after the change.
    New,
    /// Before and after the change.
    Both,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiffSummary {
    /// Crossings into another customer.
    pub crossings: usize,
    /// Tenants that are new.
    pub added: usize,
    /// Tenants that are gone.
    pub removed: usize,
    /// Tenants that have another key.
    pub renamed: usize,
    /// Tenants whose values or access differ otherwise.
    pub changed: usize,
    /// Grants that are gained.
    pub gained: usize,
    /// Grants that are lost.
    pub lost: usize,
    /// Grants that go another way.
    pub rerouted: usize,
    /// New findings that count, of level error.
    pub new_errors: usize,
    /// New findings that count, of level warning.
    pub new_warnings: usize,
    /// Findings that are fixed.
    pub fixed: usize,
    /// Findings that the change hides.
    pub hidden: usize,
    /// Tenants that were compared, before and after.
    pub tenants: [usize; 2],
    /// 0 if it ran and no finding that is new or hidden reached the level, 1 if one did, 2 if symlint could not do its work.
    pub exit_code: u8,
}

impl Diff {
    /// Whether the change does nothing that a reviewer must know.
    pub fn is_empty(&self) -> bool {
        self.crossings.is_empty()
            && self.check.hidden.is_empty()
            && self.check.settings.is_empty()
            && self.tenants.is_empty()
            && self.wiring.is_empty()
            && self.lists.is_empty()
            && self.findings.new.is_empty()
            && self.findings.fixed.is_empty()
    }

    /// The highest level among the findings that are new, and those that the change hides.
    pub(super) fn worst(&self) -> Option<Level> {
        let crossings = self.crossings.iter().filter_map(|it| it.finding.as_ref());
        let hidden = self.check.hidden.iter().map(|it| &it.finding);
        crossings.chain(hidden).chain(&self.findings.new).map(|finding| finding.level).max()
    }

    /// The changes of tenants, those that cross into another customer or have a new error first: each with whether it
    /// does.
    pub fn urgent_first(&self) -> Vec<(&TenantChange, bool)> {
        let errors = self.findings.new.iter().filter(|finding| finding.level == Level::Error);
        let wrong: SortedSet<&str> = errors.filter_map(|finding| finding.tenant.as_deref()).collect();
        let crossing: SortedSet<&String> = self.crossings.iter().flat_map(|crossing| &crossing.titles[0]).collect();
        let is_wrong =
            |change: &TenantChange| wrong.contains(change.tenant.as_str()) || crossing.contains(&change.title);
        let mut changes: Vec<(&TenantChange, bool)> = self.tenants.iter().map(|it| (it, is_wrong(it))).collect();
        changes.sort_by_key(|(_, is_wrong)| !is_wrong);
        changes
    }

    /// The path of a file from the repository's root.
    pub fn repository_path<'a>(&'a self, file: &'a str) -> &'a str {
        self.paths.get(file).map_or(file, String::as_str)
    }
}

/// Writes a comparison as JSON, indented, with a newline at the end.
///
/// # Errors
///
/// Those of `to`.
pub fn json(diff: &Diff, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(diff, to)
}
