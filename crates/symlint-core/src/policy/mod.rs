//! Decides what counts: which rules run, at which level, and which findings are suppressed.

mod baseline;
mod copied;
mod inline;
mod suppress;
mod yaml;

use symlint_terraform::SortedMap;

use crate::config::Config;
use crate::level::Level;
use crate::rule::{Catalogue, Rule};
use crate::spelling::closest;

pub use baseline::{Baseline, BaselineError};
pub(crate) use copied::{Copied, copied};
pub(crate) use inline::Inline;
pub(crate) use suppress::{Applied, SuppressionEffects, apply, replaced, unused, unused_baseline};

/// Choices of the user in addition to the configuration.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Only these rules and groups run; all if empty.
    pub select: Vec<String>,
    /// These rules and groups do not run.
    pub ignore: Vec<String>,
    /// Levels by rule or group, which replace those of pages and configuration. A rule's own level takes precedence
    /// over its group's.
    pub levels: SortedMap<String, Level>,
    /// Whether comments in files are ignored.
    pub no_inline: bool,
}

/// A name that is not the id of a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} `{id}`{}", .closest.map(|id| format!("; did you mean `{id}`?")).unwrap_or_else(|| "; `symlint rules` lists them".to_owned()))]
pub struct UnknownRule {
    pub id: String,
    /// The most similar id.
    pub closest: Option<&'static str>,
    /// What it should be.
    what: &'static str,
}

impl UnknownRule {
    /// The error that `id` is not in `catalogue`.
    pub fn new(id: &str, catalogue: &Catalogue) -> Self {
        Self { id: id.to_owned(), closest: closest(id, catalogue.ids()), what: "rule" }
    }

    /// The error that `id` is neither a rule nor a group of `catalogue`.
    pub fn or_group(id: &str, catalogue: &Catalogue) -> Self {
        let words = catalogue.ids().chain(catalogue.groups.iter().map(|group| group.name));
        Self { id: id.to_owned(), closest: closest(id, words), what: "rule or group" }
    }
}

impl Policy {
    /// Checks all names against the catalogue.
    ///
    /// # Errors
    ///
    /// The first name that is neither a rule's nor a group's.
    pub fn validate(&self, catalogue: &Catalogue) -> Result<(), UnknownRule> {
        let ids = self.select.iter().chain(&self.ignore).chain(self.levels.keys());
        for id in ids {
            if catalogue.get(id).is_none() && catalogue.groups.iter().all(|group| group.name != id.as_str()) {
                return Err(UnknownRule::or_group(id, catalogue));
            }
        }
        Ok(())
    }

    /// The level at which a rule runs. If it only runs to find out which suppressions are used, [`Policy::level`] is
    /// off.
    pub(crate) fn running_level(&self, rule: &Rule, config: &Config, catalogue: &Catalogue) -> Level {
        let level = self.level(rule, config);
        let is_selected = |rule: &Rule| rule.judges_suppressions() && names(&self.select, rule);
        if level != Level::Off || rule.judges_suppressions() || !catalogue.iter().any(is_selected) {
            return level;
        }
        Self { select: Vec::new(), ..self.clone() }.level(rule, config)
    }

    /// The level at which a rule's findings count.
    pub fn level(&self, rule: &Rule, config: &Config) -> Level {
        let id = rule.id;
        let configured = config.levels.get(id).copied().unwrap_or(rule.page.level);
        // The level of a group does not switch on rules that are off.
        let of_group = self.levels.get(rule.group.name).filter(|_| configured != Level::Off);
        let level = self.levels.get(id).or(of_group).copied().unwrap_or(configured);
        if rule.always_runs() {
            return if level == Level::Off { Level::Error } else { level };
        }
        if names(&self.ignore, rule) || (!self.select.is_empty() && !names(&self.select, rule)) {
            return Level::Off;
        }
        // A rule that is selected by its own name runs, even if it is off otherwise.
        let is_named = self.select.iter().any(|named| named == id);
        if level == Level::Off && is_named { Level::Warning } else { level }
    }
}

/// Whether a rule or its group is among these names.
fn names(names: &[String], rule: &Rule) -> bool {
    names.iter().any(|name| name == rule.id || name == rule.group.name)
}
