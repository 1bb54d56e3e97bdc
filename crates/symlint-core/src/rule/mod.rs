//! What a rule is, where it is documented, and what it can say.

mod context;
mod page;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use context::{Context, Locate, Place, Report};
pub use page::{Example, ExampleFile, ExampleKind, Mark, Page, PageError};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Level {
    /// The rule is not run.
    Off,
    /// Could be right, and is unusual.
    Warning,
    /// Contradicts what is known about AWS, Terraform or Sym.
    Error,
}

impl Level {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Level::Off),
            "warning" => Ok(Level::Warning),
            "error" => Ok(Level::Error),
            _ => Err(format!("`{text}` is no level: use `error`, `warning` or `off`")),
        }
    }
}

/// A rule: what it checks is its function, all else about it is its page.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `role-account-mismatch`
    pub id: &'static str,
    /// The text of its page, in Markdown.
    pub page: &'static str,
    /// Looks at the model and reports what it finds.
    pub check: fn(&mut Context<'_>),
}

/// Rules that ask the same question.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// `tenant`
    pub name: &'static str,
    /// `does a tenant agree with itself?`
    pub question: &'static str,
    /// In the order of the catalogue.
    pub rules: &'static [Rule],
}

/// All rules, with their pages read.
#[derive(Debug)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
}

/// A rule of the catalogue, and what its page says.
#[derive(Debug)]
pub struct CatalogueEntry {
    /// The rule.
    pub rule: Rule,
    /// The name of its group.
    pub group: &'static str,
    /// The question of its group.
    pub question: &'static str,
    /// Its page.
    pub page: Page,
}

impl Catalogue {
    /// Reads the pages of `groups`.
    ///
    /// # Errors
    ///
    /// If a page has not the shape of one.
    pub fn new(groups: &[Group]) -> Result<Self, PageError> {
        let mut entries = Vec::new();
        for group in groups {
            for rule in group.rules {
                let page = Page::parse(rule.id, rule.page)?;
                entries.push(CatalogueEntry { rule: *rule, group: group.name, question: group.question, page });
            }
        }
        Ok(Self { entries })
    }

    /// In the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogueEntry> {
        self.entries.iter()
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&CatalogueEntry> {
        self.entries.iter().find(|entry| entry.rule.id == id)
    }

    /// What a person should read first: 0 for what keeps tenants from being read at all, then what crosses from one
    /// tenant into another, then what contradicts itself, then the form of single values.
    pub fn urgency(&self, id: &str) -> u8 {
        match self.get(id).map(|entry| entry.group) {
            _ if id == crate::policy::SYNTAX_ERROR => 0,
            Some("isolation" | "connector" | "wiring") => 1,
            Some("tenant" | "naming") => 2,
            _ => 3,
        }
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.rule.id)
    }
}

/// The word of `known` that is nearest to `word`, if one is near enough to be meant.
pub fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    known
        .into_iter()
        // Each letter that is too many is a difference: a long text is compared with nothing.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}
