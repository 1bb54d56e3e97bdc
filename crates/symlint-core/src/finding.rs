//! The findings that rules report.

use symlint_terraform::Span;

use crate::level::Level;
use crate::suppression::Suppression;
use crate::tenants::TenantId;

/// Something that is wrong, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// If the finding says that something was not checked, the reason.
    pub obstacle: Option<Obstacle>,
    /// The severity. Rules do not set it, because the pages and the configuration do.
    pub level: Level,
    /// What is wrong, in one line that can be understood on its own, in lower case, without a period.
    pub message: String,
    /// The narrowest span that is wrong.
    pub span: Span,
    /// A few words about the span, for an excerpt with labels at several places.
    pub label: Option<&'static str>,
    /// The key of the tenant on which it is reported.
    pub tenant: Option<String>,
    /// The path to the value, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<String>,
    /// The keys of all tenants that it is about, sorted. Only set if there are several and it is reported on none of
    /// them.
    pub tenants: Vec<String>,
    /// An account or a description that identifies it among the findings of the same rule in the file, if tenants and
    /// path do not. Never shown.
    pub cause: Option<String>,
    /// A value that takes effect only because of this mistake. Other findings about the value become parts of this one.
    pub explains: Option<Span>,
    /// The places that it was compared with.
    pub related: Vec<Related>,
    /// What to do, and what happens otherwise, in Markdown. Lines to paste are indented by four spaces.
    pub help: Option<String>,
    /// Ways to fix it.
    pub fixes: Vec<Fix>,
    /// A hash that stays the same as long as the rule, file, value, and tenants stay the same, even if they move within
    /// the file. Rules leave it empty.
    pub fingerprint: String,
    /// Why it does not count, if it does not. Rules leave this empty.
    pub suppressed: Option<Suppression>,
}

impl Finding {
    pub fn counts(&self) -> bool {
        self.suppressed.is_none()
    }
}

/// Why the findings of a rule mean that something could not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A file cannot be read. The rule always runs, and its findings cannot be suppressed.
    Unreadable,
    /// Terraform would not be able to evaluate something.
    Unevaluated,
    /// Terraform silently drops something, and the rest may cause other findings.
    Lost,
}

/// A place that a finding relates to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// How it relates to the finding.
    pub message: String,
    pub span: Span,
    /// The tenant of another run whose files contain it; `None` for the finding's own run.
    pub elsewhere: Option<TenantId>,
}

/// A way to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, such as `quote the account id`.
    pub title: String,
    /// Whether it keeps the meaning, so that it can be applied without review.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced text; empty for an insertion.
    pub span: Span,
    /// The text to replace it with.
    pub text: String,
}
