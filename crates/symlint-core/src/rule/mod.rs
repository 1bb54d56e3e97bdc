//! What a rule is, where it is documented, and what it can say.

mod context;

use serde::Serialize;

pub use context::{Context, FindingBuilder};

use crate::config::Config;
use crate::finding::Obstacle;
use crate::found::Found;
use crate::level::Level;
use crate::suppression::Suppressions;
use crate::tenants::{Model, SetUp, Tenant};

/// A rule: its page says what it finds and why that matters, and its check finds it.
pub struct Rule {
    /// `role-account-mismatch`
    pub id: &'static str,
    /// The group that it belongs to.
    pub group: &'static Group,
    /// What people read about it.
    pub page: Page,
    /// Looks at what it is about and reports what it finds.
    pub check: Check,
    /// What it keeps all other rules from looking at, where it finds something.
    pub obstacle: Option<Obstacle>,
}

/// What the page of a rule says.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// How bad its findings are, unless configured otherwise.
    pub level: Level,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What to do about a finding, and what happens if it stays, in one line.
    pub help: Option<&'static str>,
    /// Whether some of its findings can be fixed, and how.
    pub fix: Option<Fixable>,
    /// The page in Markdown, without what is above.
    pub text: &'static str,
    /// Where it can be read on the web.
    pub address: &'static str,
}

/// How findings of a rule can be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fixable {
    /// `symlint fix` fixes some of them.
    Safe,
    /// `symlint fix --unsafe` does; a person must look at the result.
    Suggestion,
}

impl Fixable {
    /// The word for it.
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
    /// One tenant at a time, in any order; the rest of the setup is there to compare it with.
    Tenant(fn(&mut Context<'_>, &Tenant)),
    /// The setup as a whole.
    Model(fn(&mut Context<'_>)),
    /// How symlint itself is used. It runs when all other rules are done, and its findings cannot be suppressed.
    Suppressions(fn(&mut Context<'_>, &Suppressions)),
}

/// Rules that ask the same question.
pub struct Group {
    /// `tenant`
    pub name: &'static str,
    /// `do the values of each tenant agree with each other?`
    pub question: &'static str,
    /// When to read its findings: from 1 for what crosses from one tenant into another, to 3 for what concerns a single
    /// value.
    pub urgency: u8,
    /// How much harm its findings can do to a customer, by the rule's level, from 0 to 10. GitHub calls 9 and more
    /// critical, 7 and more high, 4 and more medium. What is not listed is not about security.
    pub severity: &'static [(Level, &'static str)],
    /// Whether its rules may look at more than the values of tenants. Where wiring is not checked, nobody can tell what
    /// they would find.
    pub needs_wiring: bool,
    /// Whether its rules compare tenants with each other, those of other root modules included.
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
    /// Whether it runs whatever the policy says: what cannot be read cannot be checked.
    pub fn always_runs(&self) -> bool {
        self.obstacle == Some(Obstacle::Unreadable)
    }

    /// What it sees of a run.
    pub(crate) fn context<'a>(
        &self,
        set_up: &'a SetUp<'a>,
        model: &'a Model<'a>,
        config: &'a Config,
        level: Level,
        findings: &'a mut Found,
    ) -> Context<'a> {
        let Self { id: rule, obstacle, page: Page { help, .. }, .. } = *self;
        Context { set_up, model, config, rule, obstacle, help, level, findings }
    }

    /// Whether it is about symlint itself.
    pub fn judges_suppressions(&self) -> bool {
        matches!(self.check, Check::Suppressions(_))
    }

    /// Whether its findings can be suppressed, by whatever means.
    pub fn is_suppressible(&self) -> bool {
        !self.always_runs() && !self.judges_suppressions()
    }

    /// The urgency of its group, or 0 for what keeps tenants from being read at all, or as they are written.
    pub fn urgency(&self) -> u8 {
        if matches!(self.obstacle, Some(Obstacle::Unreadable | Obstacle::Lost)) { 0 } else { self.group.urgency }
    }

    /// The severity that its group gives to its level.
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

    /// What a person should read first: the [`urgency`](Rule::urgency) of a rule.
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
