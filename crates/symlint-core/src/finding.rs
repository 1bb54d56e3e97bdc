//! What a rule has to say.

use symlint_terraform::Span;

use crate::level::Level;
use crate::suppression::Suppression;
use crate::tenants::TenantId;

/// Something that is wrong, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The id of the rule.
    pub rule: &'static str,
    /// Why something was not checked, if the finding says so.
    pub obstacle: Option<Obstacle>,
    /// How bad it is; rules leave this to the pages and the configuration.
    pub level: Level,
    /// What is wrong, then what to do: one line that is understood alone, in lower case, without a full stop.
    pub message: String,
    /// The narrowest span that is wrong.
    pub span: Span,
    /// What is wrong there, in a few words, for an excerpt that labels other places, too.
    pub label: Option<&'static str>,
    /// The key of the tenant on which it is reported.
    pub tenant: Option<String>,
    /// The way to the value, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<String>,
    /// The keys of all tenants that it is about, sorted, where there are several and it is reported on none of them.
    pub tenants: Vec<String>,
    /// What tells it from others that the rule has in the file, where neither tenants nor path do: an account, or what
    /// is wrong. Nobody is shown it.
    pub cause: Option<String>,
    /// A value that takes effect only because of what is wrong here: other findings about it are parts of this one.
    pub explains: Option<Span>,
    /// What it was compared with.
    pub related: Vec<Related>,
    /// What to do, and what happens if it stays, in Markdown: lines to paste are indented by four spaces.
    pub help: Option<String>,
    /// How it can be fixed.
    pub fixes: Vec<Fix>,
    /// The same for as long as the rule, file, value and tenants are the same, wherever in the file they move. Rules
    /// leave it empty.
    pub fingerprint: String,
    /// Why it does not count, if it does not; rules know nothing of it.
    pub suppressed: Option<Suppression>,
}

impl Finding {
    pub fn counts(&self) -> bool {
        self.suppressed.is_none()
    }
}

/// Why something is not checked where a rule has a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// A file cannot be read. Such a rule always runs, and its findings cannot be suppressed.
    Unreadable,
    /// Terraform would refuse to evaluate something.
    Unevaluated,
    /// Terraform silently drops something, and what it keeps may be what causes other findings.
    Lost,
}

/// A place that a finding relates to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What it has to do with the finding.
    pub message: String,
    pub span: Span,
    /// The tenant of another run in whose files it is; none for the run of the finding.
    pub elsewhere: Option<TenantId>,
}

/// A way to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, such as `quote the account id`.
    pub title: String,
    /// Whether it keeps the meaning, so that it can be applied without a look.
    pub safe: bool,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The text to replace it with.
    pub text: String,
}
