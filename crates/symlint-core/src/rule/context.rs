//! What a rule sees, and how it speaks.

use symlint_terraform::{Sources, Span};

use super::{Level, Rule};
use crate::config::Config;
use crate::finding::{Edit, Finding, Fix, Related};
use crate::tenants::{Argument, Field, Model, Piece, Tenant, TenantId};

/// What a rule sees. It is bound to its rule: a finding cannot have another's id or level.
pub struct Context<'a> {
    /// Everything that was read.
    pub model: &'a Model<'a>,
    /// What the team says about its set-up.
    pub config: &'a Config,
    rule: &'static Rule,
    level: Level,
    findings: &'a mut Vec<Finding>,
}

/// Where a finding stands.
#[derive(Debug, Clone)]
pub struct Place {
    /// The characters.
    pub span: Span,
    /// The tenant.
    pub tenant: Option<TenantId>,
    /// The way to the value.
    pub path: Option<String>,
}

/// What a finding can stand on.
pub trait Locate {
    /// Where it stands.
    fn place(&self, sources: &Sources) -> Place;

    /// Whether nothing else stands there, so that a fix can replace it: of a value that a function made, a piece has no
    /// place of its own.
    fn is_verbatim(&self, _: &Sources) -> bool {
        true
    }
}

impl Locate for Piece<'_> {
    fn place(&self, sources: &Sources) -> Place {
        Place { span: self.span(sources), ..self.field.place(sources) }
    }

    fn is_verbatim(&self, sources: &Sources) -> bool {
        Piece::is_verbatim(*self, sources)
    }
}

impl Locate for Field {
    fn place(&self, sources: &Sources) -> Place {
        let span = self.text().map_or(self.span, |piece| piece.span(sources));
        Place { span, tenant: Some(self.tenant), path: self.path.as_ref().map(ToString::to_string) }
    }
}

/// The tenant's key.
impl Locate for Tenant {
    fn place(&self, sources: &Sources) -> Place {
        Place { path: Some(self.path.to_string()), ..self.key.place(sources) }
    }
}

/// The argument's expression; it belongs to no tenant until the rule says so.
impl Locate for Argument {
    fn place(&self, _: &Sources) -> Place {
        Place { span: self.span, tenant: None, path: None }
    }
}

impl Locate for Span {
    fn place(&self, _: &Sources) -> Place {
        Place { span: *self, tenant: None, path: None }
    }
}

impl Locate for Place {
    fn place(&self, _: &Sources) -> Place {
        self.clone()
    }
}

impl<T: Locate + ?Sized> Locate for &T {
    fn place(&self, sources: &Sources) -> Place {
        (**self).place(sources)
    }

    fn is_verbatim(&self, sources: &Sources) -> bool {
        (**self).is_verbatim(sources)
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        model: &'a Model<'a>,
        config: &'a Config,
        rule: &'static Rule,
        level: Level,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self { model, config, rule, level, findings }
    }

    /// The tenants in source order.
    pub fn tenants(&self) -> &'a [Tenant] {
        &self.model.tenants
    }

    /// The tenant `id`.
    pub fn tenant(&self, id: TenantId) -> &'a Tenant {
        self.model.tenant(id)
    }

    /// The files.
    pub fn sources(&self) -> &'a Sources {
        self.model.sources()
    }

    /// Reports a finding at `at`; what it returns adds to it.
    pub fn report(&mut self, at: impl Locate, message: impl Into<String>) -> Report<'_> {
        let sources = self.model.sources();
        let Place { span, tenant, path } = at.place(sources);
        self.findings.push(Finding {
            rule: self.rule.id,
            obstacle: self.rule.obstacle,
            level: self.level,
            message: in_one_line(message.into()),
            span,
            tenant: tenant.map(|id| self.model.tenant(id).name().to_owned()),
            path,
            tenants: Vec::new(),
            cause: None,
            related: Vec::new(),
            help: self.rule.page.help.map(str::to_owned),
            fixes: Vec::new(),
            fingerprint: String::new(),
            suppressed: None,
        });
        let at = self.findings.len() - 1;
        Report { findings: self.findings, at, model: self.model }
    }
}

/// A finding that was just reported, to add to.
pub struct Report<'f> {
    findings: &'f mut Vec<Finding>,
    at: usize,
    model: &'f Model<'f>,
}

impl Report<'_> {
    #[allow(clippy::indexing_slicing, reason = "the finding was pushed at this place just before")]
    fn finding(&mut self) -> &mut Finding {
        &mut self.findings[self.at]
    }

    /// Adds a place that it was compared with.
    pub fn related(mut self, at: impl Locate, message: impl Into<String>) -> Self {
        let span = at.place(self.model.sources()).span;
        self.finding().related.push(Related { message: in_one_line(message.into()), span });
        self
    }

    /// Says something else than the page does about what happens if it stays and what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding().help = Some(help.into());
        self
    }

    /// Says that the finding is about these tenants: if they are several, it stands on none of them.
    pub fn group(mut self, tenants: &[TenantId]) -> Self {
        if tenants.len() > 1 {
            let mut names: Vec<String> = tenants.iter().map(|&id| self.model.tenant(id).name().to_owned()).collect();
            names.sort_unstable();
            let finding = self.finding();
            finding.tenant = None;
            finding.path = None;
            finding.tenants = names;
        }
        self
    }

    /// Says what tells the finding from others of the rule that have the same path, or none, and stays the same when
    /// the block moves. Without it, the tenants of a group do.
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.finding().cause = Some(cause.into());
        self
    }

    /// Adds a fix that keeps the meaning; none where what it replaces is not written as it is.
    pub fn safe_fix(self, title: impl Into<String>, at: impl Locate, text: impl Into<String>) -> Self {
        self.fix(title, true, at, text)
    }

    /// Adds a fix that a person must look at; none where what it replaces is not written as it is.
    pub fn suggestion(self, title: impl Into<String>, at: impl Locate, text: impl Into<String>) -> Self {
        self.fix(title, false, at, text)
    }

    fn fix(self, title: impl Into<String>, safe: bool, at: impl Locate, text: impl Into<String>) -> Self {
        let edit = at
            .is_verbatim(self.model.sources())
            .then(|| Edit { span: at.place(self.model.sources()).span, text: text.into() });
        self.edits(title, safe, edit.into_iter().collect())
    }

    /// Adds a fix of several replacements, which must not overlap; none at all without replacements.
    pub fn edits(mut self, title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        if !edits.is_empty() {
            self.finding().fixes.push(Fix { title: title.into(), safe, edits });
        }
        self
    }
}

/// A message may show a value, and a value may have any characters, and any number of them.
fn in_one_line(mut message: String) -> String {
    if message.len() > WORD {
        message = shortened(&message);
    }
    if !message.contains(char::is_control) {
        return message;
    }
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How many characters of what a message shows in backticks, or of a word, are shown; an ARN is shorter.
const WORD: usize = 120;

/// How many characters a message has.
const MESSAGE: usize = 800;

fn shortened(message: &str) -> String {
    let mut short = String::new();
    // Without a space for long, whether in a value or between two.
    for (index, part) in message.split('`').enumerate() {
        if index > 0 {
            short.push('`');
        }
        let is_value = index % 2 == 1;
        for (index, word) in part.split(if is_value { '`' } else { ' ' }).enumerate() {
            if index > 0 {
                short.push(' ');
            }
            cut(word, WORD, &mut short);
        }
    }
    let mut whole = String::new();
    cut(&short, MESSAGE, &mut whole);
    whole
}

/// Adds at most so many characters of `text`.
fn cut(text: &str, most: usize, to: &mut String) {
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            to.push_str(text.get(..end).unwrap_or(text));
            to.push('…');
        }
        None => to.push_str(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_show_the_start_of_long_values() {
        let long = "x".repeat(100_000);
        let start = "x".repeat(WORD);
        for (message, expected) in [
            (format!("`{long}` is no region"), format!("`{start}…` is no region")),
            (format!("in {long}, but"), format!("in {start}… but")),
            ("`a b` is\nno region".to_owned(), "`a b` is no region".to_owned()),
        ] {
            assert_eq!(in_one_line(message), expected);
        }
        assert_eq!(in_one_line("a ".repeat(100_000)).chars().count(), MESSAGE + 1);
    }
}
