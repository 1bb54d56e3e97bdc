//! What counts: which rules run, how bad their findings are, and which of them are known and as they should be.

mod baseline;
mod copied;
mod inline;
mod suppress;
mod yaml;

use std::collections::BTreeMap;

use crate::config::Config;
use crate::rule::{Catalogue, Level, Rule};

pub use baseline::{Baseline, BaselineError};
pub use copied::CopiedSuppression;
pub(crate) use copied::{Copied, copied};
pub(crate) use inline::Inline;
pub use inline::InvalidSuppression;
pub(crate) use suppress::{Applied, apply, replaced, unused, unused_baseline};
pub use suppress::{Suppressions, Unused, UnusedSuppression};

/// What a run asks for beside the configuration.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Only these rules; all if empty.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Levels that take the place of those of pages and configuration.
    pub levels: BTreeMap<String, Level>,
    /// Whether comments in the files suppress nothing.
    pub no_inline: bool,
}

/// A word that is no rule's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{id}`{}", .closest.map(|id| format!("; did you mean `{id}`?")).unwrap_or_default())]
pub struct UnknownRule {
    /// The word.
    pub id: String,
    /// The nearest id.
    pub closest: Option<&'static str>,
}

impl UnknownRule {
    /// `id` is not in `catalogue`.
    pub fn new(id: &str, catalogue: &Catalogue) -> Self {
        Self { id: id.to_owned(), closest: crate::rule::closest(id, catalogue.ids()) }
    }
}

impl Policy {
    /// Holds all ids against the catalogue.
    ///
    /// # Errors
    ///
    /// The first that is no rule's.
    pub fn validate(&self, catalogue: &Catalogue) -> Result<(), UnknownRule> {
        let ids = self.select.iter().chain(&self.ignore).chain(self.levels.keys());
        for id in ids {
            if catalogue.get(id).is_none() {
                return Err(UnknownRule::new(id, catalogue));
            }
        }
        Ok(())
    }

    /// The level at which a rule runs, and not only to see which suppressions are used: [`Policy::level`] then says that
    /// it is off.
    pub(crate) fn running_level(&self, rule: &Rule, config: &Config, catalogue: &Catalogue) -> Level {
        let level = self.level(rule, config);
        let is_judge = |id: &String| catalogue.get(id).is_some_and(Rule::judges_suppressions);
        if level != Level::Off || rule.judges_suppressions() || !self.select.iter().any(is_judge) {
            return level;
        }
        Self { select: Vec::new(), ..self.clone() }.level(rule, config)
    }

    /// The level at which a rule's findings count.
    pub fn level(&self, rule: &Rule, config: &Config) -> Level {
        let id = rule.id;
        let named = |ids: &[String]| ids.iter().any(|named| named == id);
        let level = self.levels.get(id).or_else(|| config.levels.get(id)).copied().unwrap_or(rule.page.level);
        if rule.always_runs() {
            return if level == Level::Off { Level::Error } else { level };
        }
        if named(&self.ignore) || (!self.select.is_empty() && !named(&self.select)) {
            return Level::Off;
        }
        // Whoever selects a rule by name wants to see it.
        if level == Level::Off && named(&self.select) { Level::Warning } else { level }
    }
}
