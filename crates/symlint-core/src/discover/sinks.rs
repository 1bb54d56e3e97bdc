//! The places where a tenant's value takes effect, whatever the names around them. To know another resource takes a
//! row.

use symlint_terraform::syntax::{Expr, ExprKind, Key};
use symlint_terraform::{Module, Resource};

use crate::tenants::FieldKind;

/// A kind of resource on which Sym or AWS acts.
#[derive(Debug, PartialEq, Eq)]
pub struct Sink {
    /// The resource's kind, such as `sym_target`.
    pub kind: &'static str,
    /// What its `type` must be; resources of another type are something else.
    pub type_name: Option<&'static str>,
    /// What it acts on.
    pub settings: &'static [Setting],
    /// Attributes that refer to other resources of the same flow.
    pub references: &'static [Reference],
}

/// A value that a resource acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The attribute of the resource.
    pub attribute: &'static str,
    /// The part of the attribute, where that is an object.
    pub part: Option<&'static str>,
    /// Which value of the tenant it must be.
    pub field: FieldKind,
}

/// An attribute that names other resources by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The attribute of the resource.
    pub attribute: &'static str,
    /// The kind of resource that it must name, and the types that the resource may have.
    pub to: (&'static str, &'static [&'static str]),
}

impl Reference {
    /// Whether it may name `resource`. A type that is not known may be any.
    pub fn may_be(&self, resource: &Resource) -> bool {
        let (kind, types) = self.to;
        let is_of = resource.attribute("type").and_then(|attribute| literal(&attribute.value));
        !resource.data && resource.kind.text.as_str() == kind && is_of.is_none_or(|it| types.contains(&it))
    }
}

const fn setting(attribute: &'static str, part: Option<&'static str>, field: FieldKind) -> Setting {
    Setting { attribute, part, field }
}

/// All kinds of sinks.
pub const SINKS: &[Sink] = &[
    Sink {
        kind: "sym_integration",
        type_name: Some("permission_context"),
        settings: &[
            setting("external_id", None, FieldKind::InstanceArn),
            setting("settings", Some("cloud"), FieldKind::Cloud),
            setting("settings", Some("instance_arn"), FieldKind::InstanceArn),
            setting("settings", Some("region"), FieldKind::Region),
            setting("settings", Some("role_arn"), FieldKind::RoleArn),
        ],
        references: &[],
    },
    Sink {
        kind: "sym_target",
        type_name: Some("aws_sso_permission_set"),
        settings: &[
            setting("settings", Some("permission_set_arn"), FieldKind::PermissionSetArn),
            setting("settings", Some("account_id"), FieldKind::TargetAccountId),
        ],
        references: &[],
    },
    Sink {
        kind: "sym_strategy",
        type_name: Some("aws_sso"),
        settings: &[setting("settings", Some("instance_arn"), FieldKind::InstanceArn)],
        references: &[
            Reference { attribute: "integration_id", to: ("sym_integration", &["permission_context"]) },
            Reference { attribute: "targets", to: ("sym_target", &["aws_sso_permission_set", "aws_sso_group"]) },
        ],
    },
    Sink {
        kind: "aws_ssoadmin_account_assignment",
        type_name: None,
        settings: &[
            setting("instance_arn", None, FieldKind::InstanceArn),
            setting("permission_set_arn", None, FieldKind::PermissionSetArn),
            setting("target_id", None, FieldKind::TargetAccountId),
        ],
        references: &[],
    },
];

/// What the kinds of Sym's resources begin with; their `name` is what Sym tells them apart by.
const SYM: &str = "sym_";

impl Sink {
    /// The sink that a resource of this kind and type is. A type that is not known may be any.
    pub fn of(kind: &str, type_name: Option<&str>) -> Option<&'static Self> {
        SINKS.iter().find(|sink| {
            sink.kind == kind && (sink.type_name.is_none() || type_name.is_none() || sink.type_name == type_name)
        })
    }

    /// The sink that `resource` is, as far as its block says it.
    pub fn of_block(resource: &Resource) -> Option<&'static Self> {
        let type_name = resource.attribute("type").and_then(|attribute| literal(&attribute.value));
        let sink = Self::of(&resource.kind.text, type_name).filter(|_| !resource.data)?;
        // A permission context without an instance is for another service than Identity Center.
        let settings = resource.attribute("settings").filter(|_| sink.kind == "sym_integration");
        let is_other = settings.is_some_and(|settings| lacks(&settings.value, FieldKind::InstanceArn.name()));
        (!is_other).then_some(sink)
    }
}

/// Whether `expr` is an object that is written out and lacks this attribute.
fn lacks(expr: &Expr, name: &str) -> bool {
    let ExprKind::Object(items) = &expr.kind else { return false };
    items.iter().all(|item| matches!(&item.key, Key::Literal(key) if key.text.as_str() != name))
}

/// Whether `module` has resources of its own on which Sym or AWS acts for a tenant.
pub fn has_sinks(module: &Module) -> bool {
    module.resources.iter().any(|resource| Sink::of_block(resource).is_some())
}

/// Whether `resource` is one of a flow: a sink, or another resource of Sym, whose name matters.
pub(super) fn is_of_flow(resource: &Resource) -> bool {
    !resource.data && (resource.kind.text.starts_with(SYM) || Sink::of_block(resource).is_some())
}

fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(text) => Some(&text.text),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}
