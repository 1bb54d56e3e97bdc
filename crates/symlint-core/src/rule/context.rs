//! What a rule sees, and how it speaks.

use symlint_terraform::{Sources, Span};

use crate::config::Config;
use crate::finding::{Edit, Finding, Fix, Obstacle, Related};
use crate::found::Found;
use crate::level::Level;
use crate::tenants::{
    Choice, Field, FieldName, Locate, Model, NamingConvention, Place, Relation, RelationKind, RoleNames, RoleNaming,
    SetUp, Tenant, TenantId, count,
};

/// What a rule sees. It is bound to its rule: a finding cannot have another's id or level.
pub struct Context<'a> {
    /// All runs of the invocation.
    pub set_up: &'a SetUp<'a>,
    /// Everything that was read in the run that is checked.
    pub model: &'a Model<'a>,
    /// What the team says about its setup.
    pub config: &'a Config,
    pub(super) rule: &'static str,
    pub(super) obstacle: Option<Obstacle>,
    /// What the rule's page says on what to do.
    pub(super) help: Option<&'static str>,
    pub(super) level: Level,
    pub(super) findings: &'a mut Found,
}

impl<'a> Context<'a> {
    /// The tenants in source order.
    pub fn tenants(&self) -> &'a [Tenant] {
        &self.model.tenants
    }

    /// The tenant `id`, whichever run it is in.
    pub fn tenant(&self, id: TenantId) -> &'a Tenant {
        match self.set_up.tenant(id) {
            Some(tenant) if id.run != self.model.run => tenant,
            _ => self.model.tenant(id),
        }
    }

    /// What tenants of the run share that they should not, of one kind, in the order of the tenants on whom findings
    /// are reported. The other tenant may be in another run.
    pub fn relations_of(&self, kind: RelationKind) -> impl Iterator<Item = &'a Relation> + use<'a> {
        self.set_up.relations(self.model.run).iter().filter(move |relation| relation.kind == kind)
    }

    /// What the name of a tenant's role says.
    pub fn role_naming(&self, tenant: TenantId) -> RoleNaming {
        self.set_up.role_names(tenant.run).map_or(RoleNaming::Nothing, |names| names.of(tenant))
    }

    /// What makes many role names of the run unexpected: each tenant is in no more than one.
    pub fn role_conventions(&self) -> &'a [NamingConvention] {
        self.set_up.role_names(self.model.run).map(RoleNames::conventions).unwrap_or_default()
    }

    /// Some of `of` tenants of any runs, for a message: ``2 of 5 tenants (`foo`, `bar`)``. The first few are named.
    pub fn count(&self, tenants: &[TenantId], of: usize) -> String {
        let names: Vec<String> = tenants.iter().map(|&id| self.called(self.tenant(id))).collect();
        count(&names, of)
    }

    /// The name of the file in which the key of a tenant is.
    pub fn file_of(&self, tenant: TenantId) -> String {
        self.set_up.file_of(tenant).unwrap_or_default()
    }

    /// A tenant, for a message: ``acme`` in backticks, with its file where its key alone could be another's.
    pub fn called(&self, tenant: &Tenant) -> String {
        called(self.set_up, self.model, tenant)
    }

    /// Something of a tenant, for a message: ``acme``'s SSO account.
    pub fn of_tenant(&self, tenant: &Tenant, what: &str) -> String {
        match self.set_up.file_to_name(tenant, self.model.run) {
            Some(_) => format!("the {what} of {}", self.called(tenant)),
            None => format!("`{}`'s {what}", tenant.name()),
        }
    }

    /// Whose something is, for the end of a message: ``acme``'s.
    pub fn whose(&self, tenant: &Tenant) -> String {
        whose(self.set_up, self.model, tenant)
    }

    /// What a value of a tenant of any run is called, in the reader's own words.
    pub fn name(&self, field: &Field) -> FieldName {
        match self.set_up.model(field.tenant.run) {
            _ if field.tenant.run == self.model.run => self.model.name(field),
            Some(model) => model.name(field),
            None => FieldName::words(field.kind),
        }
    }

    /// The entry that has a value of a tenant of any run, where an attribute of the tenant chooses it.
    pub fn choice(&self, field: &Field) -> Option<Choice> {
        match self.set_up.model(field.tenant.run) {
            Some(model) if field.tenant.run != self.model.run => model.choice(field),
            _ => self.model.choice(field),
        }
    }

    pub fn sources(&self) -> &'a Sources {
        self.model.sources()
    }

    /// The name of a tenant; of one in another run, where no tenant of this run has it.
    fn name_here(&self, id: TenantId) -> Option<String> {
        let name = self.tenant(id).name();
        (id.run == self.model.run || self.model.index.with_key(name).is_none()).then(|| name.to_owned())
    }

    /// Reports a finding at `at`. The builder adds related places, help, and fixes to it.
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

/// A finding that was just reported, to add to.
pub struct FindingBuilder<'f> {
    findings: &'f mut Found,
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

    /// As [`Context::whose`].
    pub fn whose(&self, tenant: &Tenant) -> String {
        whose(self.set_up, self.model, tenant)
    }

    /// Adds a place that it was compared with.
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

    /// Says in a few words what is wrong at its place, for an excerpt, which the web page does not have.
    #[inline]
    pub fn label(mut self, label: &'static str) -> Self {
        if cfg!(not(all(target_family = "wasm", target_os = "unknown"))) {
            self.finding().label = Some(label);
        }
        self
    }

    /// Makes it a warning, where the rule's level is higher.
    pub fn warning(mut self) -> Self {
        let finding = self.finding();
        finding.level = finding.level.min(Level::Warning);
        self
    }

    /// Replaces the help of the page: what to do, and what happens if it stays.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding().help = Some(help.into());
        self
    }

    /// Adds to the help of the page.
    pub fn more_help(mut self, more: &str) -> Self {
        if let Some(help) = &mut self.finding().help {
            help.push_str(more);
        }
        self
    }

    /// Names the entries that the finding is about, where these are not tenants.
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

    /// Says that the finding is about these tenants: if there are several, it is reported on none of them.
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

    /// Says what distinguishes the finding from others of the rule that have the same path, or none, and stays the same
    /// when the block moves. By default, the tenants of a group do.
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.finding().cause = Some(cause.into());
        self
    }

    /// Says that a value takes effect only because of what is wrong here.
    pub fn explains(mut self, value: Option<Span>) -> Self {
        self.finding().explains = value;
        self
    }

    /// Adds a fix that keeps the meaning; none where the file does not contain the text that it replaces.
    pub fn safe_fix(self, title: impl Into<String>, at: impl Locate, text: impl Into<String>) -> Self {
        self.fix(title, true, at, text)
    }

    /// Adds a fix that a person must review; none where the file does not contain the text that it replaces.
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
