//! Why findings do not count, and which suppressions had no effect.

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
    /// The git revision that findings are compared with, so that only new ones count.
    Revision,
}

impl SuppressedBy {
    /// The name, for a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inline => "a comment",
            Self::Exception => "an exception",
            Self::Baseline => "the baseline",
            Self::Revision => "the revision",
        }
    }
}

/// The input of the rules about suppressions.
#[derive(Debug, Default)]
pub struct Suppressions {
    /// Comments that are meant to suppress something but do not.
    pub invalid: Vec<InvalidSuppression>,
    pub unused: Vec<UnusedSuppression>,
    /// Comments with the same reason on several tenants.
    pub copied: Vec<CopiedSuppression>,
}

/// A comment, an exception, or an entry of the baseline without effect.
#[derive(Debug)]
pub struct UnusedSuppression {
    /// The rule that it is about.
    pub rule: String,
    /// What it is, and why it had no effect.
    pub why: Unused,
    /// Where it is written.
    pub span: Span,
}

/// Why a suppression had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unused {
    /// The comment covers no finding of the rule. The next finding of the rule in the file is on this line.
    Inline(Option<u32>),
    /// The configuration's exception matches no finding of the rule.
    Exception,
    /// The configuration's exception matches a finding about several tenants, but some of them have no exception.
    Group,
    /// The exception was valid until this day.
    Expired(String),
    /// The exception is for this value, which has changed.
    Changed(String),
    /// The baseline's finding is gone.
    Baseline,
}

/// A comment that is meant to suppress something but does not.
#[derive(Debug)]
pub struct InvalidSuppression {
    /// What is wrong with it, and what to do.
    pub message: String,
    pub span: Span,
}

/// Comments that suppress one rule with the same reason on several tenants.
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
