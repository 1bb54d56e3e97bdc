//! Rules: what they look at, their pages, and their groups.

mod context;

use serde::Serialize;

pub use context::{Context, FindingBuilder};

use crate::config::Config;
use crate::finding::Obstacle;
use crate::found::KeptFindings;
use crate::level::Level;
use crate::suppression::Suppressions;
use crate::tenants::{Model, SetUp, Tenant};

/// A rule. Its page says what it finds and why that matters, and its check finds it.
pub struct Rule {
    /// The id, such as `role-account-mismatch`.
    pub id: &'static str,
    /// The group that it belongs to.
    pub group: &'static Group,
    pub page: Page,
    /// The function that reports its findings.
    pub check: Check,
    /// If its findings mean that other rules could not check something, the reason.
    pub obstacle: Option<Obstacle>,
}

/// The page of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The level of its findings, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens otherwise, in one line.
    pub help: Option<&'static str>,
    /// Whether some of its findings can be fixed, and how.
    pub fix: Option<Fixable>,
    /// The page in Markdown, without the fields above.
    pub text: &'static str,
    /// The address of the page on the web.
    pub address: &'static str,
}

/// How findings of a rule can be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fixable {
    /// `symlint fix` fixes some of them.
    Safe,
    /// `symlint fix --unsafe` fixes some of them. A person must review the result.
    Suggestion,
}

impl Fixable {
    /// The word in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Fixable::Safe => "safe",
            Fixable::Suggestion => "suggestion",
        }
    }
}

/// The check of a rule, by what it looks at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// It looks at one tenant at a time, in any order, and compares it with the rest of the set-up.
    Tenant(fn(&mut Context<'_>, &Tenant)),
    /// It looks at the set-up as a whole.
    Model(fn(&mut Context<'_>)),
    /// It looks at how symlint itself is used. It runs after all other rules, and its findings cannot be suppressed.
    Suppressions(fn(&mut Context<'_>, &Suppressions)),
}

/// Rules that ask the same question.
pub struct Group {
    /// The name, such as `tenant`.
    pub name: &'static str,
    /// The question, such as `do the values of each tenant agree with each other?`
    pub question: &'static str,
    /// The order in which to read its findings: from 1, if values of one tenant are used for another, to 3, if a single
    /// value is wrong.
    pub urgency: u8,
    /// The harm that its findings can do to a customer, by the rule's level, from 0 to 10. GitHub calls 9 and more
    /// critical, 7 and more high, and 4 and more medium. Levels that are not listed are not about security.
    pub severity: &'static [(Level, &'static str)],
    /// Whether its rules may need more than the values of tenants. If the wiring is not checked, their result is
    /// incomplete.
    pub needs_wiring: bool,
    /// Whether its rules compare tenants with each other, including those of other root modules.
    pub compares_tenants: bool,
    /// In the order of the catalogue.
    pub rules: &'static [Rule],
}

#[derive(Clone, Copy)]
pub struct Catalogue {
    /// In the order in which they are listed.
    pub groups: &'static [&'static Group],
}

impl Rule {
    /// Whether it runs regardless of the policy: files that cannot be read cannot be checked.
    pub fn always_runs(&self) -> bool {
        self.obstacle == Some(Obstacle::Unreadable)
    }

    /// The context of this rule for a run.
    pub(crate) fn context<'a>(
        &self,
        set_up: &'a SetUp<'a>,
        model: &'a Model<'a>,
        config: &'a Config,
        level: Level,
        findings: &'a mut KeptFindings,
    ) -> Context<'a> {
        let Self { id: rule, obstacle, page: Page { help, .. }, .. } = *self;
        Context { set_up, model, config, rule, obstacle, help, level, findings }
    }

    /// Whether it is about the use of symlint itself.
    pub fn judges_suppressions(&self) -> bool {
        matches!(self.check, Check::Suppressions(_))
    }

    /// Whether its findings can be suppressed in any way.
    pub fn is_suppressible(&self) -> bool {
        !self.always_runs() && !self.judges_suppressions()
    }

    /// The urgency of its group, or 0 if its findings mean that tenants could not be read, or not as they are written.
    pub fn urgency(&self) -> u8 {
        if matches!(self.obstacle, Some(Obstacle::Unreadable | Obstacle::Lost)) { 0 } else { self.group.urgency }
    }

    /// The severity for its level according to its group.
    pub fn severity(&self) -> Option<&'static str> {
        self.group.severity.iter().find(|(level, _)| *level == self.page.level).map(|(_, severity)| *severity)
    }
}

impl Catalogue {
    /// In the order of the catalogue.
    pub fn iter(&self) -> impl Iterator<Item = &'static Rule> + use<> {
        self.groups.iter().flat_map(|group| group.rules)
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&'static Rule> {
        self.iter().find(|rule| rule.id == id)
    }

    /// The [`urgency`](Rule::urgency) of a rule: lower values should be read first.
    pub fn urgency(&self, id: &str) -> u8 {
        self.get(id).map_or(u8::MAX, Rule::urgency)
    }

    /// The group with this name.
    pub fn group(&self, name: &str) -> Option<&'static Group> {
        self.groups.iter().copied().find(|group| group.name == name)
    }

    pub fn ids(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.iter().map(|rule| rule.id)
    }
}
