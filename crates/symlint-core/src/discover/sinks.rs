//! The places where a tenant's values take effect, whatever the names around them are. Supporting another kind of
//! resource takes one more row.

use foldhash::HashSet;
use symlint_terraform::syntax::{Block, Expr, ExprKind, Key, children, top_level};
use symlint_terraform::{Module, Resource, Span};

use crate::tenants::FieldKind;

/// A kind of resource on which Sym or AWS acts.
#[derive(Debug, PartialEq, Eq)]
pub struct Sink {
    /// The resource's kind, such as `sym_target`.
    pub kind: &'static str,
    /// The `type` that it must have; a resource of another type is not a sink.
    pub type_name: Option<&'static str>,
    /// The attributes that it acts on.
    pub settings: &'static [Setting],
}

/// An attribute that a resource acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The attribute of the resource.
    pub attribute: &'static str,
    /// The part of the attribute, if that is an object.
    pub part: Option<&'static str>,
    /// Which of the tenant's values it must be.
    pub field: FieldKind,
}

/// An attribute by whose ids a resource refers to other resources of the same flow.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    /// The kind of the resource with the attribute, and its `type`; `None` allows any type.
    pub from: (&'static str, Option<&'static str>),
    /// The block or attribute that contains it, if it is not at the top level.
    pub within: Option<&'static str>,
    /// The attribute of the resource.
    pub attribute: &'static str,
    /// The kind of resource that it must refer to, and the types that this may have; an empty list allows all.
    pub to: (&'static str, &'static [&'static str]),
}

/// The role of an integration for a service other than Identity Center. It is not a sink, but must not be another
/// customer's.
pub const OTHER_ROLE: Reference = Reference {
    from: ("sym_integration", None),
    within: Some("settings"),
    attribute: "role_arn",
    to: ("aws_iam_role", &[]),
};

impl Reference {
    /// The references of a resource of this kind and type.
    pub fn of(kind: &str, type_name: Option<&str>) -> impl Iterator<Item = &'static Self> {
        let is_known = type_name.is_some() && REFERENCES.iter().any(|it| it.from == (kind, type_name));
        REFERENCES.iter().filter(move |it| it.from.0 == kind && (it.from.1.is_some() == is_known))
    }

    /// The references of `resource`, as far as its block tells.
    pub fn of_block(resource: &Resource) -> impl Iterator<Item = &'static Self> {
        Self::of(&resource.kind.text, type_of(resource)).filter(|_| !resource.data)
    }

    /// Whether it may refer to `resource`. An unknown type may be any type.
    pub fn may_be(&self, resource: &Resource) -> bool {
        let (kind, types) = self.to;
        let is_of = type_of(resource).is_none_or(|it| types.is_empty() || types.contains(&it));
        !resource.data && resource.kind.text.as_str() == kind && is_of
    }

    /// All values that `resource` has for this attribute.
    pub(crate) fn written<'r>(&self, resource: &'r Resource) -> Vec<(&'r Expr, Within<'r>)> {
        let Some(within) = self.within else {
            let own = resource.attribute(self.attribute);
            return own.map(|attribute| (&attribute.value, Within::Block)).into_iter().collect();
        };
        let mut found = Vec::new();
        for block in &resource.block.body.blocks {
            let is_made = block.kind.text.as_str() == "dynamic"
                && block.labels.first().is_some_and(|label| label.text.as_str() == within);
            let blocks = match block.kind.text.as_str() {
                _ if is_made => block.body.blocks.as_slice(),
                kind if kind == within => std::slice::from_ref(block),
                _ => &[],
            };
            let inside = blocks.iter().flat_map(|block| &block.body.attributes);
            for attribute in inside.filter(|attribute| attribute.name.text.as_str() == self.attribute) {
                found.push((&attribute.value, if is_made { Within::Dynamic(block) } else { Within::Block }));
            }
        }
        let whole = resource.attribute(within).map(|whole| &whole.value).filter(|_| found.is_empty());
        if let Some(whole) = whole.filter(|whole| !lacks(whole, self.attribute)) {
            found.push(part(whole, self.attribute).map_or((whole, Within::Object), |own| (own, Within::Block)));
        }
        found
    }
}

/// What contains an attribute of a resource.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Within<'r> {
    /// The resource, or a block or an object that is written in it.
    Block,
    /// The blocks that this `dynamic` block generates.
    Dynamic(&'r Block),
    /// An object that is the value of an expression.
    Object,
}

/// The attribute `name` of an object that is written out. In JSON, such an object may stand for a block and be the only
/// element of a list.
fn part<'e>(expr: &'e Expr, name: &str) -> Option<&'e Expr> {
    match &expr.kind {
        ExprKind::Paren(inner) => part(inner, name),
        ExprKind::Tuple(items) => items.iter().find_map(|item| part(item, name)),
        ExprKind::Object(items) => {
            let named = |key: &Key| matches!(key, Key::Literal(key) if key.text.as_str() == name);
            items.iter().find(|item| named(&item.key)).map(|item| &item.value)
        }
        _ => None,
    }
}

const fn setting(attribute: &'static str, part: Option<&'static str>, field: FieldKind) -> Setting {
    Setting { attribute, part, field }
}

/// The kinds of grants that do not use Sym.
pub(crate) const ASSIGNMENTS: [&str; 2] = ["aws_ssoadmin_account_assignment", "awscc_sso_assignment"];

/// The type of a target that is a group of engineers, which has no permission set.
pub(crate) const GROUP: &str = "aws_sso_group";

const ASSIGNED: &[Setting] = &[
    setting("instance_arn", None, FieldKind::InstanceArn),
    setting("permission_set_arn", None, FieldKind::PermissionSetArn),
    setting("target_id", None, FieldKind::TargetAccountId),
];

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
    },
    Sink {
        kind: "sym_target",
        type_name: Some("aws_sso_permission_set"),
        settings: &[
            setting("settings", Some("permission_set_arn"), FieldKind::PermissionSetArn),
            setting("settings", Some("account_id"), FieldKind::TargetAccountId),
        ],
    },
    Sink {
        kind: "sym_target",
        type_name: Some(GROUP),
        settings: &[setting("settings", Some("account_id"), FieldKind::TargetAccountId)],
    },
    Sink {
        kind: "sym_strategy",
        type_name: Some("aws_sso"),
        settings: &[setting("settings", Some("instance_arn"), FieldKind::InstanceArn)],
    },
    Sink { kind: ASSIGNMENTS[0], type_name: None, settings: ASSIGNED },
    Sink { kind: ASSIGNMENTS[1], type_name: None, settings: ASSIGNED },
];

/// All attributes by which the resources of a flow refer to each other.
const REFERENCES: &[Reference] = &[
    Reference {
        from: ("sym_strategy", Some("aws_sso")),
        within: None,
        attribute: "integration_id",
        to: ("sym_integration", &["permission_context"]),
    },
    Reference {
        from: ("sym_strategy", Some("aws_sso")),
        within: None,
        attribute: "targets",
        to: ("sym_target", &["aws_sso_permission_set", GROUP]),
    },
    Reference { from: ("sym_strategy", None), within: None, attribute: "integration_id", to: ("sym_integration", &[]) },
    Reference { from: ("sym_strategy", None), within: None, attribute: "targets", to: ("sym_target", &[]) },
    Reference { from: ("sym_flow", None), within: Some("params"), attribute: "strategy_id", to: ("sym_strategy", &[]) },
];

/// The prefix of the kinds of Sym's resources. Sym tells its resources apart by their `name`.
const SYM: &str = "sym_";

impl Sink {
    /// The sink that a resource of this kind and type is. An unknown type may be any type.
    pub fn of(kind: &str, type_name: Option<&str>) -> Option<&'static Self> {
        SINKS.iter().find(|sink| {
            sink.kind == kind && (sink.type_name.is_none() || type_name.is_none() || sink.type_name == type_name)
        })
    }

    /// The sink that `resource` is, as far as its block tells.
    pub fn of_block(resource: &Resource) -> Option<&'static Self> {
        Self::of(&resource.kind.text, type_of(resource)).filter(|_| !resource.data)
    }
}

/// Whether `expr` is an object that is written out and lacks this attribute.
fn lacks(expr: &Expr, name: &str) -> bool {
    let ExprKind::Object(items) = &expr.kind else { return false };
    items.iter().all(|item| matches!(&item.key, Key::Literal(key) if key.text.as_str() != name))
}

/// The names of the resources of one kind that an expression refers to.
pub(crate) fn named<'e>(expr: &'e Expr, kind: &str) -> Vec<&'e str> {
    let mut names = Vec::new();
    let mut left = vec![expr];
    while let Some(expr) = left.pop() {
        match &expr.kind {
            ExprKind::Attribute(base, own) if matches!(&base.kind, ExprKind::Variable(it) if it.as_str() == kind) => {
                names.push(own.text.as_str());
            }
            _ => left.extend(children(expr)),
        }
    }
    names
}

/// The blocks of the integrations in `module` that serve something other than Identity Center: strategies of other
/// types or a runtime, and none of our strategies.
pub(super) fn serving_others<'m>(module: &'m Module) -> HashSet<Span> {
    let kind = SINKS.first().map_or("", |sink| sink.kind);
    let integrations = || module.resources.iter().filter(|resource| resource.kind.text.as_str() == kind);
    if integrations().next().is_none() {
        return HashSet::default();
    }
    let users = || module.resources.iter().filter(|user| !user.data && user.kind.text.starts_with(SYM));
    let is_strategy =
        |user: &&Resource| user.kind.text.as_str() == "sym_strategy" && type_of(user).is_none_or(|it| it == "aws_sso");
    let named_in = |exprs: &mut dyn Iterator<Item = &'m Expr>| -> HashSet<&'m str> {
        exprs.flat_map(|expr| named(expr, kind)).collect()
    };
    let ours = || users().filter(is_strategy).map(integration_of);
    let named_by_ours = named_in(&mut ours().flatten());
    let may_name_any = ours().any(|expr| expr.is_none_or(|expr| named(expr, kind).is_empty()));
    // Whether another module uses it is not known here; a runtime's integration is exported to other root modules.
    let exprs_in = |user: &'m Resource| top_level(&user.block.body);
    let used = named_in(&mut users().flat_map(exprs_in));
    let runtimes = users().filter(|user| user.kind.text.as_str() == "sym_runtime");
    let used_by_runtimes = named_in(&mut runtimes.flat_map(exprs_in));
    let arguments = module.calls.iter().flat_map(|call| &call.arguments).map(|argument| &argument.value);
    let passed = named_in(&mut arguments.chain(module.locals.iter().map(|local| &local.value)));
    let exported = named_in(&mut module.outputs.iter().filter_map(|output| Some(&output.value.as_ref()?.value)));
    let serves_others = |integration: &&Resource| {
        let name = integration.name.text.as_str();
        // A permission context without an instance is for another service, unless one of our strategies acts through
        // it.
        let settings = integration.attribute("settings");
        if settings.is_some_and(|settings| lacks(&settings.value, FieldKind::InstanceArn.name())) {
            return !named_by_ours.contains(name);
        }
        let is_passed = passed.contains(name) || exported.contains(name) && !used_by_runtimes.contains(name);
        !is_passed && !may_name_any && !named_by_ours.contains(name) && used.contains(name)
    };
    integrations().filter(serves_others).map(|integration| integration.block.span).collect()
}

/// The integration that a strategy refers to.
fn integration_of(strategy: &Resource) -> Option<&Expr> {
    strategy.attribute("integration_id").map(|attribute| &attribute.value)
}

/// The resources of `module` that are sinks, as far as their blocks tell.
pub fn sinks_in(module: &Module) -> impl Iterator<Item = (&Resource, &'static Sink)> {
    let others = serving_others(module);
    let sinks = module.resources.iter().filter_map(|resource| Some((resource, Sink::of_block(resource)?)));
    sinks.filter(move |(resource, _)| !others.contains(&resource.block.span))
}

/// Whether `module` itself has resources on which Sym or AWS acts for a tenant.
pub fn has_sinks(module: &Module) -> bool {
    sinks_in(module).next().is_some()
}

/// Whether `module` has resources that refer to others on which Sym acts.
pub(super) fn has_references(module: &Module) -> bool {
    module.resources.iter().any(|resource| Reference::of_block(resource).any(|it| !it.written(resource).is_empty()))
}

/// Whether `resource` belongs to a flow: it is a sink, or another resource of Sym, whose name matters.
pub(super) fn is_of_flow(resource: &Resource) -> bool {
    !resource.data && (resource.kind.text.starts_with(SYM) || Sink::of_block(resource).is_some())
}

/// The `type` of a resource, where it is written out.
fn type_of(resource: &Resource) -> Option<&str> {
    resource.attribute("type").and_then(|attribute| literal(&attribute.value))
}

fn literal(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::String(text) => Some(&text.text),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}
