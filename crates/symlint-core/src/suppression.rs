//! Why findings do not count, and which suppressions did nothing.

use serde::Serialize;
use symlint_terraform::Span;

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Suppression {
    pub by: SuppressedBy,
    pub reason: String,
}

/// What can suppress a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SuppressedBy {
    /// A comment in the file.
    Inline,
    /// An `exception` of the configuration.
    Exception,
    /// An entry of the baseline file.
    Baseline,
    /// The git revision since which only new findings count.
    Revision,
}

impl SuppressedBy {
    /// The word for it, for a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inline => "a comment",
            Self::Exception => "an exception",
            Self::Baseline => "the baseline",
            Self::Revision => "the revision",
        }
    }
}

/// What the rules about symlint's own use look at.
#[derive(Debug, Default)]
pub struct Suppressions {
    /// Comments that are meant to suppress something and do not.
    pub invalid: Vec<InvalidSuppression>,
    /// What suppressed nothing.
    pub unused: Vec<UnusedSuppression>,
    /// Comments with one reason on several tenants.
    pub copied: Vec<CopiedSuppression>,
}

/// A suppression, an exception or an entry of the baseline that did nothing.
#[derive(Debug)]
pub struct UnusedSuppression {
    /// What it is about.
    pub rule: String,
    /// What it is, and why it did nothing.
    pub why: Unused,
    /// Where it is written.
    pub span: Span,
}

/// Why a suppression did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unused {
    /// The comment covers no finding of the rule; the next one in the file is on this line.
    Inline(Option<u32>),
    /// The configuration's exception matches no finding of the rule.
    Exception,
    /// The configuration's exception matches a finding about several tenants, some of which have none.
    Group,
    /// The exception held until this day.
    Expired(String),
    /// The exception holds for this value, which is another one now.
    Changed(String),
    /// The baseline's finding is gone.
    Baseline,
}

/// A comment that is meant to suppress something and does not.
#[derive(Debug)]
pub struct InvalidSuppression {
    /// What is wrong with it, and what to do.
    pub message: String,
    pub span: Span,
}

/// Comments that suppress one rule with one reason on several tenants.
#[derive(Debug)]
pub struct CopiedSuppression {
    pub rule: &'static str,
    /// The keys of the tenants, each once, in source order.
    pub tenants: Vec<String>,
    /// The comment of the second tenant.
    pub span: Span,
    /// The comment of the first tenant, if it is in the same project.
    pub first: Option<Span>,
}
