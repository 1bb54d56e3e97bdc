//! Decides what a report must not show: sensitive values, and values that come from the environment alone. They are
//! shown only if they are well formed for their kind.

mod masks;
mod veil;

use symlint_terraform::{BLANK, Origin, Path, Project, Root, Str, Value};

use crate::finding::{Finding, Obstacle};
use crate::tenants::format::{is_plain_name, is_well_formed};
use crate::tenants::{FieldKind, Model, Provenance, Tenant, VariableState, text_of};

pub(crate) use masks::{masked_texts, masks, shown_text};
pub(crate) use veil::Veil;

/// Whether `text` is well formed for any kind of value.
fn is_some_value(text: &str) -> bool {
    FieldKind::VALUES.into_iter().any(|kind| is_well_formed(kind, text))
}

impl Model<'_> {
    /// The text of `value` in a form that a message may quote. `kind` is what the value should be.
    pub fn quotable<'t>(&self, text: &'t str, value: &Value, kind: FieldKind) -> &'t str {
        if is_shown(self.project, &value.origin, text, kind) { text } else { BLANK }
    }
}

/// Whether `text`, which has this origin, may be shown.
pub(crate) fn is_shown(project: &Project, origin: &Origin, text: &str, kind: FieldKind) -> bool {
    is_well_formed(kind, text) || !project.is_private(origin)
}

/// Removes the texts of tenants' values that must not be shown from the model.
pub(crate) fn hide(model: &mut Model<'_>) {
    let project = model.project;
    for tenant in &mut model.tenants {
        tenant.each_value_mut(&mut |field| field.hide(project));
    }
    for variable in &mut model.variables {
        if let VariableState::Unknown { reason, span } = &mut variable.state
            && project.is_environment(span.file)
        {
            *reason = blanked(reason, &|_| true);
        }
    }
}

/// Blanks a finding's quotations of a value that comes from the environment.
pub(crate) fn cover_quotes(finding: &mut Finding, project: &Project) {
    let is_strict = matches!(finding.obstacle, Some(Obstacle::Unreadable | Obstacle::Unevaluated));
    let cover = |text: &mut String, file| {
        if project.is_environment(file) {
            let source = project.sources().get(file);
            let is_in = |part: &str| part.contains(char::is_alphanumeric) && source.text().contains(part);
            let is_quoted = |part: &str| {
                // A suggested replacement may contain only a part of the value.
                let is_part = is_in(part) || is_strict && part.split_whitespace().any(is_in);
                is_part && !is_some_value(part) && (is_strict || !is_plain_name(part))
            };
            *text = blanked(text, &is_quoted);
        }
    };
    let own = finding.span.file;
    cover(&mut finding.message, own);
    finding.related.iter_mut().for_each(|related| cover(&mut related.message, related.span.file));
}

/// `text` with the parts in backticks blanked for which `is_hidden` returns true.
fn blanked(text: &str, is_hidden: &dyn Fn(&str) -> bool) -> String {
    let parts = text.split('`').enumerate();
    let parts: Vec<&str> = parts.map(|(at, part)| if at % 2 == 1 && is_hidden(part) { BLANK } else { part }).collect();
    parts.join("`")
}

/// The texts of `model` that must not be shown in addition to the values of tenants: keys, names, and arguments.
fn hidden_texts(model: &Model<'_>) -> Vec<Str> {
    let project = model.project;
    let variables = project.root().map(|root| root.variables.as_slice()).unwrap_or_default();
    let sensitive: Vec<&str> = variables.iter().filter(|it| it.sensitive).map(|it| it.name.text.as_str()).collect();
    let given: Vec<&str> = project.given_by_environment().collect();
    let is_key_hidden = |tenant: &&Tenant| {
        let Some(key) = tenant.key.as_written() else { return false };
        let is_of =
            |names: &[&str]| !names.is_empty() && variable_of(&tenant.path).is_some_and(|it| names.contains(&it));
        let is_sensitive = tenant.key.is_sensitive() || is_of(&sensitive) || is_slug_sensitive(model, tenant);
        is_sensitive || !is_plain_name(key) && (tenant.key.is_private(project) || is_of(&given))
    };
    let keys = model.tenants.iter().filter(is_key_hidden);
    let mut hidden: Vec<Str> = keys.filter_map(|tenant| tenant.key.raw().cloned()).collect();
    let mut add = |value: &Value, is_shown: fn(&str) -> bool| {
        if project.is_private(&value.origin) {
            hidden.extend(text_of(value).filter(|text| !is_shown(text)));
        }
    };
    for instance in model.flows.iter().flat_map(|flow| &flow.instances) {
        instance.repetitions.iter().for_each(|repetition| add(&repetition.key, is_plain_name));
        let arguments = instance.arguments.iter();
        arguments.for_each(|argument| add(&argument.value, |text| is_plain_name(text) || is_some_value(text)));
    }
    // A secret could be in a name.
    let is_name_shown = |name: &Value| if name.is_sensitive() { |_: &str| false } else { is_plain_name };
    let names = model.resources.iter().filter_map(|resource| resource.attribute("name"));
    names.for_each(|name| add(name, is_name_shown(name)));
    hidden
}

/// Whether the name that a call gives the tenant is sensitive.
fn is_slug_sensitive(model: &Model<'_>, tenant: &Tenant) -> bool {
    let Provenance::FlowCall(_) = tenant.provenance else { return false };
    let own = model.instances_of(tenant.id).next();
    own.and_then(|(instance, _)| instance.slug()).is_some_and(|slug| slug.value.is_sensitive())
}

/// The variable of the root module that `path` starts at.
fn variable_of(path: &Path) -> Option<&str> {
    match path.start() {
        Root::Variable { module, name } if module.is_empty() => Some(name.as_str()),
        _ => None,
    }
}
