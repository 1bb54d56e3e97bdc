//! The JSON format of a comparison.

use std::io;

use serde::Serialize;
use symlint_terraform::{SortedMap, SortedSet, Str};

use crate::level::Level;
use crate::report::{Known, ListKind, Location, Problem, ReportedGap, Tool, write_json};
use crate::suppression::Suppression;

/// Who gains and who loses access to what by a change. All formats are computed from this alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diff {
    /// The version of this shape.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// A description of what the change is compared with.
    pub base: String,
    /// Where one customer's flow would act on another customer, most urgent first.
    pub crossings: Vec<Crossing>,
    /// How the change affects the check itself.
    pub check: CheckChanges,
    /// Tenants that the change adds, removes, renames, or changes.
    pub tenants: Vec<TenantChange>,
    /// Expressions that pass other values than before, although the tenants' own values are the same.
    pub wiring: Vec<WiringChange>,
    /// What Terraform would destroy and create for tenants whose keys stay the same.
    pub recreated: Vec<Recreated>,
    /// Entries of safelists and trust lists that are gained or lost.
    pub lists: Vec<ListChange>,
    /// Findings that the change adds or fixes.
    pub findings: FindingChanges,
    /// What was not checked, and therefore not compared.
    pub not_compared: Vec<Uncompared>,
    /// What symlint could not do. The exit code is 2 if there is anything.
    pub problems: Vec<Problem>,
    /// What could not be done for the state before the change. These parts were not compared.
    pub base_problems: Vec<Problem>,
    pub summary: DiffSummary,
    /// The paths of files from the repository's root, by their names. Not part of the JSON.
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
    /// The readable names of the tenants in `from` and in `into`. Not part of the JSON.
    #[serde(skip)]
    pub titles: [Vec<String>; 2],
    /// What they act on.
    pub message: String,
    pub location: Location,
    /// The finding; null if there is none, as when two customers swap their accounts.
    pub finding: Option<ChangedFinding>,
}

/// How the change affects the check itself.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckChanges {
    /// Findings that the change hides, and how.
    pub hidden: Vec<Hidden>,
    /// Settings in configuration files that differ.
    pub settings: Vec<SettingChange>,
}

/// A finding that no longer counts, or counts less, although its values still take effect.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hidden {
    pub finding: ChangedFinding,
    pub by: HiddenBy,
    /// The setting or the reason, in words.
    pub how: String,
    /// Whether it counted before. If not, the change adds it together with what hides it.
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
    /// A level that was lowered, so that the finding is only a warning.
    Level,
    /// Not known: none of its values changed, or its tenant can no longer be seen.
    Unknown,
}

/// A setting in a configuration file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SettingChange {
    pub file: String,
    /// The setting, such as `exception "role-account-mismatch"`.
    pub name: String,
    /// Its value before; null if it was not set.
    pub old: Option<String>,
    /// Its value after; null if it is not set.
    pub new: Option<String>,
}

/// A tenant that the change adds, removes, renames or changes.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenantChange {
    /// Its key; if it is removed, the key that it had.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// Its readable name. Not part of the JSON.
    #[serde(skip)]
    pub title: String,
    /// The kind of change.
    pub change: TenantChangeKind,
    /// Its key before, if that was a different one.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub old_key: Option<Str>,
    /// Its readable name before, if its key was a different one. Not part of the JSON.
    #[serde(skip)]
    pub old_title: Option<String>,
    /// The root module or values file; if it is removed, the one that it was in.
    pub run: String,
    /// The place of its key; if it is removed, where it was.
    pub location: Location,
    /// Permission sets in accounts that engineers can request only after the change.
    pub gained: Vec<GrantChange>,
    /// Permission sets in accounts that engineers could request only before the change.
    pub lost: Vec<GrantChange>,
    /// Grants that now use another role or instance.
    pub rerouted: Vec<Rerouted>,
    /// Its own values that differ.
    pub values: Vec<ValueChange>,
    /// Whether a flow receives it, if that changes.
    pub is_wired: Option<bool>,
    /// The root module that it was in, if it moves to another one.
    pub moved_from: Option<String>,
    /// What Terraform would destroy and create because the key changed without a `moved` block.
    pub recreated: Vec<Recreated>,
    /// The fingerprints of the new findings about it.
    pub findings: Vec<String>,
}

/// The kind of change of a tenant.
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
    /// The permission set that engineers get.
    pub permission_set: Option<Known>,
    pub account: Option<Known>,
    /// The role through which they get it.
    pub role: Option<Known>,
    /// The Identity Center instance.
    pub instance: Option<Known>,
    /// The call or the resource of the flow that offers it, if several offer something to the tenant.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub flow: Option<Str>,
    /// Whether the account is the tenant's own SSO account.
    pub is_sso_account: bool,
    /// Which of these values other customers also have, or had before.
    pub also_of: Vec<AlsoOf>,
}

impl GrantChange {
    /// Whether one of its values is known only at apply.
    pub(super) fn has_unknown(&self) -> bool {
        let parts = [&self.permission_set, &self.account, &self.role, &self.instance];
        parts.iter().any(|part| matches!(part, Some(Known::Unknown { .. })))
    }
}

/// A value that tenants of other customers also have, or had before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlsoOf {
    /// Which value: `permission_set`, `account`, `role`, or `instance`.
    pub what: &'static str,
    /// Whether they had it before the change but no longer have it.
    pub before: bool,
    /// The keys of the first of these tenants, with the root module if several have the same key.
    pub tenants: Vec<String>,
    /// The number of these tenants.
    pub count: usize,
}

/// A grant that uses another role or instance.
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
    /// Its name where it is written.
    pub name: String,
    /// Which value: `sso_account_id`, `role_arn`, and so on.
    pub field: &'static str,
    /// The value before; null if it was missing.
    pub old: Option<Known>,
    /// The value after; null if it is missing.
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
    /// The address that is created; null if it is not known which.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub new: Option<Str>,
}

/// An expression that passes other values to a flow than before.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WiringChange {
    /// The call or the resource, such as `module.sso_access`.
    pub block: String,
    /// The argument or setting.
    pub name: String,
    /// The kind of value that it passes.
    pub field: &'static str,
    /// The expression before; null if there was none.
    pub old: Option<String>,
    /// The expression after.
    pub new: String,
    pub location: Location,
    /// The affected tenants.
    pub tenants: Vec<String>,
    /// Whether these are all tenants of the run.
    pub is_all: bool,
    /// The values that one of the tenants received before and receives after the change.
    pub example: Example,
}

/// What a tenant received before and receives after a change.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// Its key.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub tenant: Str,
    /// The values before that differ.
    pub old: Vec<Option<Known>>,
    /// The values after that differ.
    pub new: Vec<Option<Known>>,
}

/// An entry of a list that is gained or lost.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListChange {
    /// What the list is for.
    pub list: ListKind,
    /// The root module, if there are several.
    pub run: Option<String>,
    /// The path to the list, such as `module.runtime.account_id_safelist`.
    pub path: String,
    /// The entry; null if it is known only at apply.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub entry: Option<Str>,
    /// Whether it is gained. If not, it is lost.
    pub is_gained: bool,
    /// The tenants whose SSO account it is.
    pub tenants: Vec<String>,
    /// The place of the entry; if it is lost, where it was.
    pub location: Location,
}

/// Findings that the change adds or fixes.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingChanges {
    /// Findings that were not there before, most urgent first.
    pub new: Vec<ChangedFinding>,
    /// Findings that are no longer there.
    pub fixed: Vec<ChangedFinding>,
    /// The number of findings that are there before and after.
    pub unchanged: usize,
}

/// A finding that the change adds, fixes or hides.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangedFinding {
    /// The id of the rule.
    pub rule: String,
    /// The severity.
    pub level: Level,
    pub message: String,
    /// The tenant that the change touches; null if there is none, or more than one.
    pub tenant: Option<String>,
    /// The path to the value.
    pub path: Option<String>,
    pub location: Location,
    /// What to do, and what happens otherwise.
    pub help: Option<String>,
    /// The fingerprint, which is the same as in `check`.
    pub fingerprint: String,
    /// Why it does not count; null if it counts.
    pub suppressed: Option<Suppression>,
    /// Lower values are read first. Not part of the JSON.
    #[serde(skip)]
    pub urgency: u8,
}

/// Something that was not checked, and therefore not compared.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Uncompared {
    /// On which side.
    pub side: SideName,
    /// The root module or values file; null if it belongs to none.
    pub run: Option<String>,
    /// What was not checked, and why.
    pub gap: ReportedGap,
}

/// The side of a comparison.
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
    /// Tenants whose key changes.
    pub renamed: usize,
    /// Tenants with other changes of values or access.
    pub changed: usize,
    /// Grants that are gained.
    pub gained: usize,
    /// Grants that are lost.
    pub lost: usize,
    /// Grants that use another role or instance.
    pub rerouted: usize,
    /// New findings with level error that count.
    pub new_errors: usize,
    /// New findings with level warning that count.
    pub new_warnings: usize,
    /// Findings that are fixed.
    pub fixed: usize,
    /// Findings that the change hides.
    pub hidden: usize,
    /// Tenants that were compared, before and after.
    pub tenants: [usize; 2],
    /// 0 if no new or hidden finding reached the level, 1 if one did, 2 if symlint could not do its work.
    pub exit_code: u8,
}

impl Diff {
    /// Whether the change has nothing that a reviewer must know.
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

    /// The highest level among the new findings and those that the change hides.
    pub(super) fn worst(&self) -> Option<Level> {
        let crossings = self.crossings.iter().filter_map(|it| it.finding.as_ref());
        let hidden = self.check.hidden.iter().map(|it| &it.finding);
        crossings.chain(hidden).chain(&self.findings.new).map(|finding| finding.level).max()
    }

    /// The changes of tenants. Those that cross into another customer or have a new error come first, and are marked
    /// with `true`.
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

/// Writes a comparison as indented JSON, with a newline at the end.
///
/// # Errors
///
/// Errors of `to`.
pub fn json(diff: &Diff, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(diff, to)
}
