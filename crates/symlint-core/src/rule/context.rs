//! What a rule can see, and how it reports findings.

use symlint_terraform::{Sources, Span};

use crate::config::Config;
use crate::finding::{Edit, Finding, Fix, Obstacle, Related};
use crate::found::KeptFindings;
use crate::level::Level;
use crate::tenants::{
    Choice, Field, FieldName, Locate, Model, NamingConvention, Place, Relation, RelationKind, RoleNames, RoleNaming,
    SetUp, Tenant, TenantId, count,
};

/// What a rule can see. It belongs to one rule, so that a finding cannot have another rule's id or level.
pub struct Context<'a> {
    /// All runs of the invocation.
    pub set_up: &'a SetUp<'a>,
    /// The model of the run that is being checked.
    pub model: &'a Model<'a>,
    /// The configuration of the run.
    pub config: &'a Config,
    pub(super) rule: &'static str,
    pub(super) obstacle: Option<Obstacle>,
    /// The help on the rule's page.
    pub(super) help: Option<&'static str>,
    pub(super) level: Level,
    pub(super) findings: &'a mut KeptFindings,
}

impl<'a> Context<'a> {
    /// The tenants in source order.
    pub fn tenants(&self) -> &'a [Tenant] {
        &self.model.tenants
    }

    /// The tenant `id` of any run.
    pub fn tenant(&self, id: TenantId) -> &'a Tenant {
        match self.set_up.tenant(id) {
            Some(tenant) if id.run != self.model.run => tenant,
            _ => self.model.tenant(id),
        }
    }

    /// The relations of one kind between tenants, in the order of this run's tenants, on which findings are reported.
    /// The other tenant may be in another run.
    pub fn relations_of(&self, kind: RelationKind) -> impl Iterator<Item = &'a Relation> + use<'a> {
        self.set_up.relations(self.model.run).iter().filter(move |relation| relation.kind == kind)
    }

    /// What the name of a tenant's role means.
    pub fn role_naming(&self, tenant: TenantId) -> RoleNaming {
        self.set_up.role_names(tenant.run).map_or(RoleNaming::Nothing, |names| names.of(tenant))
    }

    /// The conventions that explain many unexpected role names of the run. Each tenant is in at most one of them.
    pub fn role_conventions(&self) -> &'a [NamingConvention] {
        self.set_up.role_names(self.model.run).map(RoleNames::conventions).unwrap_or_default()
    }

    /// The number of tenants of any runs out of `of`, for a message, with the first few names: ``2 of 5 tenants (`foo`,
    /// `bar`)``.
    pub fn count(&self, tenants: &[TenantId], of: usize) -> String {
        let names: Vec<String> = tenants.iter().map(|&id| self.called(self.tenant(id))).collect();
        count(&names, of)
    }

    /// The name of the file that contains the key of a tenant.
    pub fn file_of(&self, tenant: TenantId) -> String {
        self.set_up.file_of(tenant).unwrap_or_default()
    }

    /// A tenant, for a message: ``acme`` in backticks, with its file if its key alone is not unique.
    pub fn called(&self, tenant: &Tenant) -> String {
        called(self.set_up, self.model, tenant)
    }

    /// Something that belongs to a tenant, for a message: ``acme``'s SSO account.
    pub fn of_tenant(&self, tenant: &Tenant, what: &str) -> String {
        match self.set_up.file_to_name(tenant, self.model.run) {
            Some(_) => format!("the {what} of {}", self.called(tenant)),
            None => format!("`{}`'s {what}", tenant.name()),
        }
    }

    /// The possessive of a tenant, for the end of a message: ``acme``'s.
    pub fn whose(&self, tenant: &Tenant) -> String {
        whose(self.set_up, self.model, tenant)
    }

    /// The name of a value of any run's tenant, in the reader's own words.
    pub fn name(&self, field: &Field) -> FieldName {
        match self.set_up.model(field.tenant.run) {
            _ if field.tenant.run == self.model.run => self.model.name(field),
            Some(model) => model.name(field),
            None => FieldName::words(field.kind),
        }
    }

    /// The entry with a value of any run's tenant, if an attribute of the tenant selects it.
    pub fn choice(&self, field: &Field) -> Option<Choice> {
        match self.set_up.model(field.tenant.run) {
            Some(model) if field.tenant.run != self.model.run => model.choice(field),
            _ => self.model.choice(field),
        }
    }

    pub fn sources(&self) -> &'a Sources {
        self.model.sources()
    }

    /// The name of a tenant. If the tenant is in another run, only if a tenant of this run has the same name.
    fn name_here(&self, id: TenantId) -> Option<String> {
        let name = self.tenant(id).name();
        (id.run == self.model.run || self.model.index.with_key(name).is_none()).then(|| name.to_owned())
    }

    /// Reports a finding at `at`. The builder can add related places, help, and fixes.
    pub fn report(&mut self, at: impl Locate, message: impl Into<String>) -> FindingBuilder<'_> {
        let sources = self.model.sources();
        let Place { span, tenant, path } = at.place(sources);
        self.findings.push(Finding {
            rule: self.rule,
            obstacle: self.obstacle,
            level: self.level,
            message: in_one_line(message.into()),
            span,
            label: None,
            tenant: tenant.and_then(|id| self.name_here(id)),
            path,
            tenants: Vec::new(),
            cause: None,
            explains: None,
            related: Vec::new(),
            help: self.help.map(str::to_owned),
            fixes: Vec::new(),
            fingerprint: String::new(),
            suppressed: None,
        });
        FindingBuilder { findings: self.findings, model: self.model, set_up: self.set_up }
    }
}

fn called(set_up: &SetUp<'_>, model: &Model<'_>, tenant: &Tenant) -> String {
    match set_up.file_to_name(tenant, model.run) {
        Some(file) => format!("`{}` in {file}", tenant.name()),
        None => format!("`{}`", tenant.name()),
    }
}

fn whose(set_up: &SetUp<'_>, model: &Model<'_>, tenant: &Tenant) -> String {
    match set_up.file_to_name(tenant, model.run) {
        Some(_) => format!("that of {}", called(set_up, model, tenant)),
        None => format!("`{}`'s", tenant.name()),
    }
}

/// A builder that adds to the finding that was just reported.
pub struct FindingBuilder<'f> {
    findings: &'f mut KeptFindings,
    model: &'f Model<'f>,
    set_up: &'f SetUp<'f>,
}

impl FindingBuilder<'_> {
    /// The key of a tenant.
    pub fn name_of(&self, id: TenantId) -> String {
        self.set_up.tenant(id).map(Tenant::name).unwrap_or_default().to_owned()
    }

    #[allow(clippy::expect_used, reason = "the finding was pushed just before")]
    fn finding(&mut self) -> &mut Finding {
        self.findings.last().expect("a finding that was reported")
    }

    /// Like [`Context::whose`].
    pub fn whose(&self, tenant: &Tenant) -> String {
        whose(self.set_up, self.model, tenant)
    }

    /// Adds a place that the finding was compared with.
    pub fn related(mut self, at: impl Locate, message: impl Into<String>) -> Self {
        let elsewhere = at.tenant().filter(|tenant| tenant.run != self.model.run);
        let span = match elsewhere {
            Some(tenant) => self.set_up.place_of(tenant, &at),
            None => Some(at.place(self.model.sources()).span),
        };
        if let Some(span) = span {
            let message = in_one_line(message.into());
            self.finding().related.push(Related { message, span, elsewhere });
        }
        self
    }

    /// Adds a few words about the place, for excerpts. The web page does not show them.
    #[inline]
    pub fn label(mut self, label: &'static str) -> Self {
        if cfg!(not(all(target_family = "wasm", target_os = "unknown"))) {
            self.finding().label = Some(label);
        }
        self
    }

    /// Lowers it to a warning, even if the rule's level is higher.
    pub fn warning(mut self) -> Self {
        let finding = self.finding();
        finding.level = finding.level.min(Level::Warning);
        self
    }

    /// Replaces the help on the page, which says what to do and what happens otherwise.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding().help = Some(help.into());
        self
    }

    /// Adds to the help on the page.
    pub fn more_help(mut self, more: &str) -> Self {
        if let Some(help) = &mut self.finding().help {
            help.push_str(more);
        }
        self
    }

    /// Sets the entries that the finding is about, if these are not tenants.
    pub fn about(mut self, mut names: Vec<String>) -> Self {
        let finding = self.finding();
        match names.as_slice() {
            [only] => finding.tenant = Some(only.clone()),
            _ => {
                names.sort_unstable();
                finding.path = None;
                finding.tenants = names;
            }
        }
        self
    }

    /// Sets the tenants that the finding is about. If there are several, it is reported on none of them.
    pub fn group(mut self, tenants: &[TenantId]) -> Self {
        if tenants.len() > 1 {
            let mut names: Vec<String> = tenants.iter().map(|&id| self.name_of(id)).collect();
            names.sort_unstable();
            let finding = self.finding();
            finding.tenant = None;
            finding.path = None;
            finding.tenants = names;
        }
        self
    }

    /// Like [`Self::group`] and [`Self::cause`], if there are several tenants.
    pub fn group_by(self, tenants: &[TenantId], cause: impl Into<String>) -> Self {
        if tenants.len() > 1 { self.group(tenants).cause(cause) } else { self }
    }

    /// Sets a text that distinguishes the finding from others of the rule with the same path, or without a path. It
    /// must stay the same when the block moves. By default, the tenants of a group are used.
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.finding().cause = Some(cause.into());
        self
    }

    /// Sets the value that takes effect only because of this mistake.
    pub fn explains(mut self, value: Option<Span>) -> Self {
        self.finding().explains = value;
        self
    }

    /// Adds a fix that keeps the meaning, if the file contains exactly the text to replace.
    pub fn safe_fix(self, title: impl Into<String>, at: impl Locate, text: impl Into<String>) -> Self {
        self.fix(title, true, at, text)
    }

    /// Adds a fix that a person must review, if the file contains exactly the text to replace.
    pub fn suggestion(self, title: impl Into<String>, at: impl Locate, text: impl Into<String>) -> Self {
        self.fix(title, false, at, text)
    }

    fn fix(self, title: impl Into<String>, safe: bool, at: impl Locate, text: impl Into<String>) -> Self {
        let edit = at
            .is_verbatim(self.model.sources())
            .then(|| Edit { span: at.place(self.model.sources()).span, text: text.into() });
        self.edits(title, safe, edit.into_iter().collect())
    }

    /// Adds a fix with several replacements, which must not overlap. Without replacements, it adds nothing.
    pub fn edits(mut self, title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        if !edits.is_empty() {
            self.finding().fixes.push(Fix { title: title.into(), safe, edits });
        }
        self
    }
}

/// The message in one line. A message may contain values with any characters and of any length.
fn in_one_line(mut message: String) -> String {
    if message.len() > WORD {
        message = shortened(&message);
    }
    if !message.contains(char::is_control) {
        return message;
    }
    message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// How many characters of a word, or of a text in backticks, a message shows. ARNs are shorter.
const WORD: usize = 120;

/// How many characters a message has.
const MESSAGE: usize = 800;

fn shortened(message: &str) -> String {
    let mut short = String::new();
    // Long parts without a space are cut, whether they are in backticks or not.
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

/// Adds at most this many characters of `text`.
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
            (format!("`{long}` is not a region"), format!("`{start}…` is not a region")),
            (format!("in {long}, but"), format!("in {start}… but")),
            ("`a b` is\nnot a region".to_owned(), "`a b` is not a region".to_owned()),
        ] {
            assert_eq!(in_one_line(message), expected);
        }
        assert_eq!(in_one_line("a ".repeat(100_000)).chars().count(), MESSAGE + 1);
    }
}
