//! The accounts that the runtime may enter through the roles in a hand-written policy.

mod actions;
mod limits;
mod reader;
mod roles;

use foldhash::HashSet;
use symlint_terraform::syntax::Expr;
use symlint_terraform::{
    Evaluator, Instance, Kind, Module, ModuleCall, Origin, Resource, ResourceInstance, Sources, Value,
};

pub(super) use self::actions::names_connectors;

use self::actions::ASSUME_ROLE;
use self::limits::Limit;
use self::roles::{ROLE_PATH, is_any};
use super::iam::about_sym;
use crate::tenants::{RuntimeBlock, RuntimeCall, Tenant, Trust};

/// Resources and data sources whose policy may say which roles the runtime may assume.
const POLICIES: [&str; 8] = [
    "awscc_iam_managed_policy",
    "awscc_iam_role_policy",
    "aws_iam_policy",
    "aws_iam_role_policy",
    "aws_iam_policy_document",
    "aws_iam_role",
    "aws_iam_user_policy",
    "aws_iam_group_policy",
];

/// Resources that attach policies to roles by the policies' ARNs, and the attributes with these ARNs.
const ATTACHMENTS: [(&str, &str); 4] = [
    ("aws_iam_role_policy_attachment", "policy_arn"),
    ("aws_iam_policy_attachment", "policy_arn"),
    ("aws_iam_role_policy_attachments_exclusive", "policy_arns"),
    ("aws_iam_role", "managed_policy_arns"),
];

/// Whether the module has policies that may be the runtime's.
pub(super) fn has_policies(module: &Module) -> bool {
    module.resources.iter().any(is_policy)
}

fn is_policy(resource: &Resource) -> bool {
    POLICIES.contains(&resource.kind.text.as_str()) || attached(resource).is_some()
}

/// The ARNs of the policies that a resource attaches to a role.
fn attached(resource: &Resource) -> Option<&Expr> {
    let (_, name) = ATTACHMENTS.iter().find(|(kind, _)| *kind == resource.kind.text.as_str() && !resource.data)?;
    resource.attribute(name).map(|attribute| &attribute.value)
}

/// What the policies of a module say about the roles that may be assumed.
#[derive(Default)]
pub(super) struct Policies<'p> {
    /// Policies that name roles below `/sym/`, or that belong to a role of Sym, with the accounts of the named roles.
    pub(super) known: Vec<RuntimeCall<'p>>,
    /// Policies that allow such roles among others and belong to a role that may be anyone's.
    pub(super) possible: Vec<RuntimeCall<'p>>,
    /// The principals in trust policies of Sym's roles.
    pub(super) trusts: Vec<Trust<'p>>,
    /// Whether other roles trust AWS accounts or their roles.
    are_others_trusted: bool,
}

impl Policies<'_> {
    /// Whether anything here can be the runtime's or a connector's, given that the names of roles are not known.
    pub(super) fn matter(&self) -> bool {
        let may_enter = |policy: &RuntimeCall<'_>| {
            policy.safelists.iter().any(|list| list.elements().is_none_or(|accounts| !accounts.is_empty()))
        };
        let Self { known, possible, trusts, are_others_trusted } = self;
        *are_others_trusted || !trusts.is_empty() || !known.is_empty() || possible.iter().any(may_enter)
    }
}

/// The policies of the module. `is_runtime` says which of its calls create a runtime connector.
pub(super) fn policies<'p>(
    evaluator: &Evaluator<'p>,
    instance: &Instance,
    module: &'p Module,
    is_runtime: &dyn Fn(&ModuleCall) -> bool,
) -> Policies<'p> {
    let mut found = Policies::default();
    if !has_policies(module) {
        return found;
    }
    let about = about_sym(evaluator, instance, module, is_runtime);
    for resource in module.resources.iter().filter(|resource| is_policy(resource)) {
        let instances = evaluator.tolerating(|| evaluator.resource_instances(instance, resource));
        let is_unknown = instances.is_err();
        let instances = instances.unwrap_or_else(|_| vec![evaluator.any_resource_instance(instance, resource)]);
        // Terraform does not evaluate a block without instances.
        let Some(first) = instances.first() else { continue };
        let is_of_runtime = about.runtime.contains(&resource.block.span);
        let mut policy = PolicyReader {
            evaluator,
            instance,
            each: first,
            is_of_sym: about.sym.contains(&resource.block.span),
            is_of_runtime,
            accounts: Vec::new(),
            alternatives: Vec::new(),
            outside: Vec::new(),
            is_known_to_be: false,
            is_about_roles: false,
            unclear: None,
            open: None,
            undone: None,
            is_limited: false,
            left: Vec::new(),
            trusted: Vec::new(),
        };
        for each in &instances {
            policy.each = each;
            match policy.is_of_sym {
                true => policy.read(resource),
                // Errors in other policies have nothing to do with tenants.
                false => evaluator.tolerating(|| policy.read(resource)),
            }
        }
        found.are_others_trusted |= !policy.is_of_sym && !policy.trusted.is_empty();
        if policy.is_of_sym && !policy.trusted.is_empty() {
            found.trusts.push(Trust { resource, principals: std::mem::take(&mut policy.trusted) });
        }
        if policy.is_limited {
            policy.accounts.retain(|account| !account.as_str().is_some_and(|it| is_any(it)));
        }
        let left = std::mem::take(&mut policy.left);
        policy.limit_since(0, left);
        let span =
            RuntimeBlock::Policy(resource).attribute().map_or(resource.name.span, |attribute| attribute.value.span);
        let unknown = policy.accounts.first().filter(|_| policy.accounts.iter().all(|it| it.uncertainty().is_some()));
        let unknown = unknown.cloned();
        let names_path = evaluator.project().sources().text(resource.block.span).contains(ROLE_PATH);
        // Such a path is probably misspelled.
        if let (true, true, Some(outside)) = (names_path, policy.accounts.is_empty(), policy.outside.first()) {
            let reason = "it allows only roles outside of `/sym/`, where connectors create theirs";
            policy.unclear.get_or_insert_with(|| Value::unknown(reason, outside.origin.span));
        }
        let list = || Value::new(Kind::Tuple(policy.accounts.into()), Origin::derived(span, []));
        let mut of = &mut found.known;
        let list = if policy.is_known_to_be {
            unknown.unwrap_or_else(list)
        } else if let Some(unclear) = policy.unclear
            && (is_of_runtime || names_path)
        {
            policy.open = None;
            unclear
        } else if policy.is_about_roles {
            of = &mut found.possible;
            policy.open = None;
            list()
        } else {
            continue;
        };
        let block = RuntimeBlock::Policy(resource);
        let safelists = std::iter::once(list).chain(policy.undone).chain(policy.open).collect();
        let alternatives = policy.alternatives;
        let outside = policy.outside;
        of.push(RuntimeCall { block, safelists, alternatives, outside, instances: 1, is_unknown });
    }
    found
}

/// The policies that are probably the runtime's, if there is no other safelist: those that name an account of a tenant.
/// A policy that allows any account may belong to something else.
pub(super) fn likely<'p>(mut possible: Vec<RuntimeCall<'p>>, tenants: &[Tenant]) -> Vec<RuntimeCall<'p>> {
    let accounts = tenants.iter().flat_map(|tenant| [tenant.sso_account(), tenant.role_account()]);
    let own: HashSet<&str> = accounts.flatten().map(|account| account.text()).collect();
    possible.retain_mut(|policy| {
        let listed = || policy.safelists.iter().flat_map(|list| list.elements().unwrap_or_default());
        let wide = listed().find(|account| account.as_str().is_some_and(|it| is_any(it)));
        let is_likely =
            wide.is_some() || listed().filter_map(Value::as_str).any(|account| own.contains(account.as_str()));
        if let Some(wide) = wide {
            let reason = "it allows roles in any account, and nothing shows whether it is the runtime's";
            policy.safelists = vec![Value::unknown(reason, wide.origin.span)];
        }
        is_likely
    });
    possible
}

/// The policies of a readable runtime connector, to which `call` passes a safelist. If the policies are known, they
/// replace the safelist; otherwise only their wildcards are added to it.
pub(super) fn in_place_of<'p>(call: RuntimeCall<'p>, mut policies: Vec<RuntimeCall<'p>>) -> Vec<RuntimeCall<'p>> {
    let elements = |list: &Value| list.elements().map(<[Value]>::to_vec).unwrap_or_default();
    let lists = || policies.iter().flat_map(|policy| &policy.safelists);
    let is_known =
        |list: &Value| list.elements().is_some() && elements(list).iter().all(|it| it.as_unknown().is_none());
    if !policies.is_empty() && lists().all(is_known) {
        return policies;
    }
    for policy in &mut policies {
        for list in &mut policy.safelists {
            let wide = elements(list).into_iter().filter(|account| account.as_str().is_some_and(|it| is_any(it)));
            *list = Value::new(Kind::Tuple(wide.collect()), list.origin.clone());
        }
        policy.safelists.retain(|list| list.elements().is_some_and(|elements| !elements.is_empty()));
    }
    policies.retain(|policy| !policy.safelists.is_empty());
    policies.push(call);
    policies
}

/// Whether a policy's text alone says that it allows some role to be assumed.
pub(crate) fn is_about_assuming(resource: &Resource, sources: &Sources) -> bool {
    let text = sources.text(resource.block.span);
    let only_denies = text.contains("\"Deny\"") && !text.contains("\"Allow\"");
    is_policy(resource) && !only_denies && [ASSUME_ROLE, "sts:*"].iter().any(|action| text.contains(action))
}

fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|it| it.as_str() == text)
}

/// What is known so far of a policy.
struct PolicyReader<'a, 'p> {
    evaluator: &'a Evaluator<'p>,
    instance: &'a Instance,
    /// The instance of the resource that is being read.
    each: &'a ResourceInstance<'p>,
    is_of_sym: bool,
    is_of_runtime: bool,
    accounts: Vec<Value>,
    /// The lists that some of the accounts may be.
    alternatives: Vec<Value>,
    /// The accounts with roles that may be assumed and are not connector roles.
    outside: Vec<Value>,
    /// Whether a role below `/sym/` is among those that may be assumed.
    is_known_to_be: bool,
    /// Whether it allows roles to be assumed by naming that action, and not only as one of all actions.
    is_about_roles: bool,
    /// An unknown part that may say which roles may be assumed.
    unclear: Option<Value>,
    /// An unknown part of a policy that also has known roles.
    open: Option<Value>,
    /// A statement that may deny what others allow.
    undone: Option<Value>,
    /// Whether such a statement denies roles in any account.
    is_limited: bool,
    /// The accounts that are left by statements that deny all others.
    left: Vec<Limit>,
    /// The principals that may assume the role.
    trusted: Vec<Value>,
}
