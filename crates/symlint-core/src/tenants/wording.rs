//! The names of tenants' values in messages: the names in the reader's files, or else plain words.

use std::fmt;

use symlint_terraform::{Makeup, Path, PathStep, Root, Selection, Span, Str, Value};

use super::field::Field;
use super::flow::FlowInstance;
use super::id::TenantId;
use super::kind::FieldKind;
use super::model::Model;
use super::resources::FlowResource;
use super::step::{Step, values_at};
use super::tenant::{Provenance, Tenant};

/// The name of a value in a message. When displayed, it has an article if it needs one: `` `role_arn` ``, `the
/// connector role`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldName {
    /// Its attribute, such as `role_arn` or `gateway.role`.
    Attribute(String),
    /// A description, if the value comes from elsewhere.
    Words(&'static str),
}

impl FieldName {
    /// The description of a value without an attribute.
    pub fn words(kind: FieldKind) -> Self {
        Self::Words(match kind {
            FieldKind::Key => "key",
            FieldKind::SsoAccountId => "SSO account",
            FieldKind::Cloud => "cloud",
            FieldKind::InstanceArn => "instance",
            FieldKind::Region => "region",
            FieldKind::RoleArn => "connector role",
            FieldKind::PermissionSetArn => "permission set",
            FieldKind::TargetAccountId => "target account",
        })
    }

    /// The form after a possessive, without the article, as in `this tenant's connector role`.
    pub fn of_its_own(&self) -> String {
        match self {
            Self::Attribute(name) => format!("`{name}`"),
            Self::Words(words) => (*words).to_owned(),
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "`{name}`"),
            Self::Words(words) => write!(f, "the {words}"),
        }
    }
}

/// An entry that an attribute of a tenant selects, as `organization = "acme"` selects one from `local.organizations`.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The attribute of the tenant's entry.
    pub attribute: Str,
    /// The key of the entry, and where the attribute has it.
    pub name: Str,
    pub span: Span,
    /// The path to the entry.
    pub entry: Path,
}

impl Model<'_> {
    /// The entry with `field`, if an attribute of the tenant selects it for the tenant's flow.
    pub fn choice(&self, field: &Field) -> Option<Choice> {
        let choice = |entry: &Path| {
            let (Selection::By(key), name) = (entry.selection()?, entry.last()?.name()?) else { return None };
            let own = key.path.as_ref().filter(|_| matches!(key.makeup, Makeup::Written(_)))?;
            let attribute = own.last()?.name()?.clone();
            let tenant = self.tenant(field.tenant);
            let is_own = tenant.is_element() && self.sources_of_values.owners(own).contains(&field.tenant);
            if !is_own || attribute.as_str() == tenant.name() {
                return None;
            }
            Some(Choice { attribute, name: name.clone(), span: key.span, entry: entry.clone() })
        };
        let ways: Vec<&Path> = field.ways().collect();
        let of_value = |value: Value| {
            let mut found = None;
            value.origin.each_source(&mut |origin| {
                let way = origin.path.as_ref().filter(|path| found.is_none() && ways.contains(path));
                found = found.take().or_else(|| way.and_then(|way| way.ancestors().find_map(choice)));
            });
            found
        };
        let passed = |instance: &FlowInstance| {
            let parts = instance.arguments.iter().flat_map(|it| it.parts.iter().map(move |part| (it, part)));
            let mut values = parts.flat_map(|(it, part)| values_at(&it.value, &part.steps));
            values.find_map(of_value)
        };
        let settings = |(_, resources): (_, &[FlowResource<'_>])| {
            resources.iter().find_map(|resource| resource.settings().find_map(|(_, value)| of_value(value)))
        };
        let mut instances = self.instances_of(field.tenant);
        instances
            .find_map(|(instance, _)| passed(instance))
            .or_else(|| self.instances_of(field.tenant).find_map(settings))
    }

    /// The name of a value of one of its tenants, such as `role_arn`.
    pub fn name(&self, field: &Field) -> FieldName {
        let last = || {
            let path = self.path_of(field.tenant, field.kind)?;
            Some(path.rsplit_once('.').map_or(path.clone(), |(_, last)| last.to_owned()))
        };
        let name = written_name(field, self.tenant(field.tenant)).or_else(last);
        name.map_or(FieldName::words(field.kind), FieldName::Attribute)
    }

    /// The name of a tenant's value in the tenant's entry, such as `sso_connector_settings.role_arn`.
    pub fn path_name(&self, tenant: TenantId, kind: FieldKind) -> FieldName {
        self.path_of(tenant, kind).map_or(FieldName::words(kind), FieldName::Attribute)
    }

    /// The name of a tenant's connector settings as a whole.
    pub fn settings_name(&self, tenant: TenantId) -> FieldName {
        let role = self.path_of(tenant, FieldKind::RoleArn);
        let settings = role.map(|role| role.rsplit_once('.').map_or(role.clone(), |(settings, _)| settings.to_owned()));
        settings.map_or(FieldName::Words("connector settings"), FieldName::Attribute)
    }

    /// The names from a tenant's entry to a value, joined with dots.
    pub fn path_of(&self, tenant: TenantId, kind: FieldKind) -> Option<String> {
        let steps = self.way_to(tenant, kind)?;
        let names =
            steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.as_str()) } else { None });
        let names: Vec<&str> = names.collect();
        (!names.is_empty()).then(|| names.join("."))
    }

    /// How the root module refers to the collection of a tenant, and to a value in one of its elements:
    /// `var.customer_tenants` and `sso_account_id`.
    pub fn reference_to(&self, tenant: TenantId, kind: FieldKind) -> Option<(String, String)> {
        let Provenance::Collection(at) = self.tenants.get(tenant.index())?.provenance else { return None };
        let shape = &self.sources_of_values.collections().get(at)?.shape;
        let collection = match &shape.root {
            _ if !shape.steps.is_empty() => return None,
            Root::Variable { module, name } if module.is_empty() => format!("var.{name}"),
            Root::Local { module, name } if module.is_empty() => format!("local.{name}"),
            _ => return None,
        };
        Some((collection, self.path_of(tenant, kind)?))
    }
}

/// The attribute in which the value is written. A value that was taken out of another one has none.
fn written_name(field: &Field, tenant: &Tenant) -> Option<String> {
    let path = field.path.as_ref().filter(|path| !field.is_derived() && path.is_below(&tenant.path))?;
    let inside = path.ancestors().take_while(|path| **path != tenant.path);
    let mut names = inside.filter_map(|path| match path.last() {
        Some(PathStep::Attribute(name)) => Some(name.to_string()),
        _ => None,
    });
    names.next()
}
