//! The accounts that the runtime may enter through the roles in a hand-written policy.

use std::ops::Range;

use fast_glob::glob_match;
use foldhash::HashSet;
use symlint_terraform::syntax::{Block, Expr, ExprKind};
use symlint_terraform::{
    Evaluator, GAP, Instance, Kind, Module, ModuleCall, Origin, Resource, ResourceInstance, Sources, Str, Value,
};

use super::iam::about_sym;
use super::safelists::{LOCALS, in_any_of, local, parts};
use crate::tenants::format::is_account_id;
use crate::tenants::{RuntimeBlock, RuntimeCall, Tenant, Trust};

/// How deep the parts of a policy may be nested.
const DEPTH: usize = 16;

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

/// The path of the roles that connectors create, without its end.
const ROLE_PATH: &str = "role/sym";

/// The full path of the roles that connectors create.
const CONNECTORS: &str = "role/sym/";

/// The action that allows one role to assume another.
const ASSUME_ROLE: &str = "sts:AssumeRole";

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

/// Whether a text is a policy that names roles of connectors.
pub(super) fn names_connectors(text: &str) -> bool {
    text.contains(ASSUME_ROLE) && text.contains(ROLE_PATH)
}

/// Whether a policy's text alone says that it allows some role to be assumed.
pub(crate) fn is_about_assuming(resource: &Resource, sources: &Sources) -> bool {
    let text = sources.text(resource.block.span);
    let only_denies = text.contains("\"Deny\"") && !text.contains("\"Allow\"");
    is_policy(resource) && !only_denies && [ASSUME_ROLE, "sts:*"].iter().any(|action| text.contains(action))
}

/// Whether a pattern for an account matches more than one account.
fn is_any(account: &str) -> bool {
    account.contains(['*', '?'])
}

/// The value of an expression in an instance of a resource.
fn value_in(evaluator: &Evaluator<'_>, each: &ResourceInstance<'_>, expr: &Expr) -> Value {
    match each.resource().is_repeated() {
        true => evaluator.resource_expression(each, expr),
        false => evaluator.evaluate(each.module(), expr),
    }
}

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

impl<'p> PolicyReader<'_, 'p> {
    fn read(&mut self, resource: &'p Resource) {
        if let Some(attribute) = RuntimeBlock::Policy(resource).attribute() {
            self.policy(&attribute.value);
        }
        // A trust policy has no resources, so it must not add accounts.
        if let Some(trust) = resource.attribute("assume_role_policy") {
            let before = (self.unclear.take(), self.open.take());
            self.policy(&trust.value);
            (self.unclear, self.open) = before;
        }
        if let Some(arns) = attached(resource).filter(|_| self.is_of_runtime) {
            self.managed(&self.value(arns), 0);
        }
        for name in ["source_json", "source_policy_documents", "override_json", "override_policy_documents"] {
            if let Some(attribute) = resource.attribute(name) {
                self.documents(&attribute.value, name.starts_with("override"));
            }
        }
        let (evaluator, each) = (self.evaluator, self.each);
        let plain = |expr: &Expr| value_in(evaluator, each, expr);
        for block in &resource.block.body.blocks {
            match (block.kind.text.as_str(), block.labels.first().map(|label| label.text.as_str())) {
                ("statement", _) => self.statement_block(block, &plain),
                ("inline_policy", _) => {
                    let own = block.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == "policy");
                    own.into_iter().for_each(|attribute| self.policy(&attribute.value));
                }
                ("dynamic", Some("statement" | "inline_policy")) => {
                    for content in block.body.blocks.iter().filter(|inner| inner.kind.text.as_str() == "content") {
                        let policy = content.body.attributes.iter().find(|it| it.name.text.as_str() == "policy");
                        let mut visit = |of: &dyn Fn(&Expr) -> Value| match policy {
                            Some(policy) => self.text(&of(&policy.value)),
                            None => self.statement_block(content, of),
                        };
                        if let Err(unknown) = evaluator.each_dynamic(each, block, &mut visit) {
                            self.leave_open(&unknown);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn value(&self, expr: &Expr) -> Value {
        value_in(self.evaluator, self.each, expr)
    }

    fn policy(&mut self, expr: &'p Expr) {
        let document = self.encoded(expr, LOCALS);
        let value = self.value(document.unwrap_or(expr));
        match document {
            Some(_) => self.document(&value, 0),
            None => self.text(&value),
        }
    }

    /// Notes that the unknown value may allow more, unless it is another policy of this project, which is read on its
    /// own.
    fn leave_open(&mut self, unknown: &Value) {
        let span = unknown.as_unknown().map_or(unknown.origin.span, |it| it.span);
        let text = self.evaluator.project().sources().text(span);
        let is_read = ["data.aws_iam_policy_document.", "aws_iam_policy.", "aws_iam_role_policy."];
        if !is_read.iter().any(|address| text.trim_start_matches(['[', ' ', '\n']).starts_with(address)) {
            self.unclear.get_or_insert_with(|| unknown.clone());
            self.open.get_or_insert_with(|| unknown.clone());
        }
    }

    /// Notes the policies with these ARNs. Of them, only the ones that AWS manages are known.
    fn managed(&mut self, arns: &Value, depth: usize) {
        if let Some(arn) = arns.as_str() {
            if !arn.contains(":iam::aws:policy/") || ALL.iter().any(|name| arn.ends_with(name)) {
                let reason = "what the policy with this ARN allows is not known";
                self.leave_open(&Value::unknown(reason, arns.origin.span));
            }
        } else if arns.as_unknown().is_some() {
            self.leave_open(arns);
        } else if depth < DEPTH {
            parts(arns).iter().for_each(|arn| self.managed(arn, depth + 1));
        }
    }

    /// Reads a document that is a text, such as a heredoc.
    fn text(&mut self, text: &Value) {
        if let Some(document) = text.known_text().and_then(|known| self.evaluator.json(known)) {
            self.document(&document, 0);
        } else if text.as_unknown().is_some() {
            self.document(text, 0);
        } else if let Some(document) = self.evaluator.json(text) {
            self.document(&document, 0);
        } else if text.as_str().is_some_and(|text| text.contains(ASSUME_ROLE)) {
            self.roles(text, 0);
        }
    }

    /// Reads the documents that a document is made of. In those that override, a statement with a `Sid` replaces the
    /// statement with the same `Sid`.
    fn documents(&mut self, expr: &Expr, overrides: bool) {
        let value = self.value(expr);
        let texts = if value.elements().is_some() { parts(&value) } else { vec![value] };
        for text in texts {
            self.text(&text);
            let replaces = text.as_str().is_none_or(|text| text.contains("\"Sid\""));
            if overrides && replaces && !text.is_null() {
                let reason = "a document that overrides others may replace its statements";
                self.undone.get_or_insert_with(|| Value::unknown(reason, expr.span));
            }
        }
    }

    /// The argument of `jsonencode`, if `expr` is such a call or a local that is set to one.
    fn encoded(&self, expr: &'p Expr, locals: usize) -> Option<&'p Expr> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.encoded(inner, locals),
            ExprKind::Call(call) if call.name.text.as_str() == "jsonencode" => call.arguments.first(),
            _ if locals > 0 => self.encoded(local(self.evaluator, self.instance, expr)?, locals - 1),
            _ => None,
        }
    }

    /// A statement whose expressions are evaluated by `of`.
    fn statement_block(&mut self, statement: &Block, of: &dyn Fn(&Expr) -> Value) {
        let value = |name: &str| {
            let attribute = statement.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == name)?;
            Some(of(&attribute.value))
        };
        let (actions, resources, effect) = (value("actions"), value("resources"), value("effect"));
        let but = value("not_resources");
        let others = value("not_actions").map(|others| !allows(&others));
        self.is_about_roles |= actions.as_ref().is_some_and(names_action);
        let unknown = actions.as_ref().and_then(unknown_in);
        if !actions.as_ref().map(allows).or(others).unwrap_or(false) {
            if let Some(unknown) = unknown.filter(|_| resources.as_ref().is_none_or(|it| self.may_be_roles(it))) {
                self.leave_open(&unknown);
            }
            return;
        }
        if effect.is_some_and(|effect| is_text(&effect, "Deny")) {
            resources.iter().for_each(|resources| self.denied(resources));
            but.iter().for_each(|others| self.denied_but(others));
            return;
        }
        let blocks = |kind: &'static str| statement.body.blocks.iter().filter(move |it| it.kind.text.as_str() == kind);
        let part = |block: &Block, name: &str| {
            let attribute = block.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == name)?;
            Some(of(&attribute.value))
        };
        if !blocks("condition").any(|it| part(it, "variable").is_none_or(|key| key.as_str().is_none_or(limits_callers)))
        {
            let is_other = |kind: Value| ["Service", "Federated"].iter().any(|it| is_text(&kind, it));
            let of_aws = blocks("principals").filter(|it| part(it, "type").is_none_or(|kind| !is_other(kind)));
            self.trusted.extend(of_aws.filter_map(|it| part(it, "identifiers")));
        }
        let before = self.accounts.len();
        resources.iter().for_each(|resources| self.roles(resources, 0));
        but.iter().for_each(|others| self.all_but(others));
        let limits = limits_of_block(statement, of);
        self.limit_since(before, limits);
    }

    /// Notes that all roles except some may be assumed.
    fn all_but(&mut self, others: &Value) {
        self.is_known_to_be |= self.is_of_sym;
        let origin = Origin::derived(others.origin.span, [others.origin.clone()]);
        self.accounts.push(Value::new(Kind::String(Str::from("*")), origin));
    }

    /// Notes that roles below `/sym/` are denied. Which tenants this concerns is not evaluated.
    fn denied(&mut self, resources: &Value) {
        let texts = if resources.as_str().is_some() { vec![resources.clone()] } else { parts(resources) };
        let is_named = |text: &Value| text.as_str().is_some_and(|text| text.contains(ROLE_PATH));
        let in_any =
            |named: &NamedRole<'_>, text: &str| named.account.clone().is_none_or(|it| text.get(it).is_some_and(is_any));
        let is_of_any = |text: &Value| {
            text.as_str().is_some_and(|text| text == "*" || roles_in(text).iter().any(|named| in_any(named, text)))
        };
        self.is_limited |= texts.iter().any(is_of_any);
        if let Some(denied) = texts.iter().find(|text| is_named(text) || is_of_any(text)) {
            self.is_known_to_be |= texts.iter().any(is_named);
            let reason = "a statement that denies roles is not evaluated, so what remains allowed is not known";
            self.undone.get_or_insert_with(|| Value::unknown(reason, denied.origin.span));
        }
    }

    /// Notes that all roles except these are denied.
    fn denied_but(&mut self, others: &Value) {
        let before = std::mem::take(&mut self.accounts);
        self.roles(others, 0);
        let left = std::mem::replace(&mut self.accounts, before);
        self.left.push(Limit::Accounts(left));
    }

    /// Removes the accounts that a statement added and its own conditions exclude.
    fn limit_since(&mut self, before: usize, limits: Vec<Limit>) {
        for limit in limits {
            let listed = self.accounts.split_off(before.min(self.accounts.len()));
            let is_any = |account: &Value| account.as_str().is_some_and(|it| is_any(it));
            let (any, exact): (Vec<Value>, Vec<Value>) = listed.into_iter().partition(is_any);
            match limit {
                Limit::Accounts(allowed) => {
                    let is_known = allowed.iter().all(|it| it.as_str().is_some() && !is_any(it));
                    let is_allowed = |account: &Value| {
                        let is_same = |it: &Value| it.as_str() == account.as_str();
                        !is_known || account.as_str().is_none() || allowed.iter().any(is_same)
                    };
                    self.accounts.extend(exact.into_iter().filter(is_allowed));
                    if !any.is_empty() {
                        self.accounts.extend(allowed);
                    }
                }
                Limit::Unclear(unclear) => {
                    self.accounts.extend(exact);
                    if !any.is_empty() {
                        self.unclear.get_or_insert_with(|| unclear.clone());
                        self.accounts.push(unclear);
                    }
                }
            }
        }
    }

    /// Calls `visit` with each candidate of the unknown `value`. Only accounts that all candidates have in common are
    /// certain.
    fn each_candidate(&mut self, value: &Value, mut visit: impl FnMut(&mut Self, &Value)) {
        let before = std::mem::take(&mut self.accounts);
        let mut lists = Vec::new();
        for candidate in value.candidates() {
            visit(self, candidate);
            let listed = std::mem::take(&mut self.accounts);
            lists.push(Value::new(Kind::Tuple(listed.into()), candidate.origin.clone()));
        }
        self.accounts = before;
        self.accounts.extend(in_any_of(value, &lists));
        self.alternatives.extend(lists);
    }

    /// Looks for statements in a document.
    fn document(&mut self, value: &Value, depth: usize) {
        if depth > DEPTH {
            return;
        }
        let is_denied = value.get("Effect").is_some_and(|effect| is_text(&effect, "Deny"));
        let may_assume = match (value.get("Action"), value.get("NotAction")) {
            (Some(action), _) => Some(allows(&action)),
            (None, Some(others)) => Some(!allows(&others)),
            (None, None) => None,
        };
        self.is_about_roles |= value.get("Action").is_some_and(|action| names_action(&action));
        if let Some(may_assume) = may_assume {
            let (resource, others) = (value.get("Resource"), value.get("NotResource"));
            let unknown = value.get("Action").as_ref().and_then(unknown_in).filter(|_| !may_assume && !is_denied);
            if let Some(unknown) = unknown.filter(|_| resource.as_ref().is_none_or(|it| self.may_be_roles(it))) {
                self.leave_open(&unknown);
            }
            if is_denied && may_assume {
                resource.iter().for_each(|resource| self.denied(resource));
                others.iter().for_each(|others| self.denied_but(others));
            } else if may_assume {
                let conditions = value.get("Condition").map(|all| parts(&all)).unwrap_or_default();
                let mut keys = conditions.iter().flat_map(|keys| keys.entries().unwrap_or_default());
                if !keys.any(|entry| limits_callers(&entry.key)) {
                    let principal = value.get("Principal");
                    // The other kinds of principals are services and identity providers.
                    self.trusted.extend(principal.and_then(|all| match all.entries() {
                        Some(_) => all.get("AWS"),
                        None => Some(all),
                    }));
                }
                let before = self.accounts.len();
                resource.iter().for_each(|resource| self.roles(resource, 0));
                others.iter().for_each(|others| self.all_but(others));
                let limits = value.get("Condition").map(|conditions| limits_in(&conditions)).unwrap_or_default();
                self.limit_since(before, limits);
            }
            if resource.is_some() || others.is_some() {
                return;
            }
        }
        if value.as_unknown().is_some() && value.candidates().is_empty() {
            self.leave_open(value);
        }
        self.each_candidate(value, |policy, candidate| policy.document(candidate, depth + 1));
        parts(value).iter().for_each(|part| self.document(part, depth + 1));
    }

    /// Whether roles of connectors may be among these resources.
    fn may_be_roles(&mut self, resources: &Value) -> bool {
        let before = (std::mem::take(&mut self.accounts), self.is_known_to_be, self.unclear.clone());
        self.roles(resources, 0);
        let found = std::mem::replace(&mut self.accounts, before.0);
        (self.is_known_to_be, self.unclear) = (before.1, before.2);
        !found.is_empty()
    }

    /// Notes the accounts of the roles in `value`. Their ARNs may be anywhere in its texts.
    fn roles(&mut self, value: &Value, depth: usize) {
        if value.as_unknown().is_some() {
            match value.candidates() {
                // An ARN with an unknown partition still names its account.
                [] if value.known_text().is_some_and(|text| self.named(text, true)) => {}
                [] => self.unknown_role(value),
                _ => self.each_candidate(value, |policy, candidate| policy.roles(candidate, depth)),
            }
            return;
        }
        let Some(text) = value.as_str() else {
            if depth < DEPTH {
                parts(value).iter().for_each(|part| self.roles(part, depth + 1));
            }
            return;
        };
        if text.as_str() == "*" {
            return self.all_but(value);
        }
        if text.contains(GAP) {
            if !self.named(value, true) {
                self.unknown_role(&Value::unknown("a part of an ARN is not known", value.origin.span));
            }
            return;
        }
        // IAM rejects an account id alone, so this allows no role.
        self.is_known_to_be |= self.is_of_sym && is_account_id(text);
        self.named(value, false);
    }

    fn unknown_role(&mut self, value: &Value) {
        let span = value.as_unknown().map_or(value.origin.span, |it| it.span);
        // A role that this project declares is probably in the runtime's own account.
        if !self.evaluator.project().sources().text(span).contains("aws_iam_role.") {
            self.unclear.get_or_insert_with(|| value.clone());
        }
        self.accounts.push(value.clone());
    }

    /// Notes the accounts of the roles that a text names, and returns whether there are any. If the text `has_gaps`,
    /// the accounts are noted only if all of them are known.
    fn named(&mut self, value: &Value, has_gaps: bool) -> bool {
        let text = value.as_str().map_or("", |text| text.as_str());
        let sources: &Sources = self.evaluator.project().sources();
        let named = roles_in(text);
        let field = |at: usize| text.split(':').nth(at);
        if let (Some("iam"), Some(account), Some(role)) = (field(2), field(4), field(5))
            && role.starts_with("role/")
            && !is_of_connectors(role)
        {
            self.outside.push(Value::new(Kind::String(Str::from(account)), value.origin.clone()));
        }
        let account_of = |named: &NamedRole<'_>| named.account.clone().and_then(|account| text.get(account));
        let is_known = |named: &NamedRole<'_>| {
            let is_sym = named.resource.starts_with(CONNECTORS) || !named.resource.contains(GAP);
            is_sym && account_of(named).is_some_and(|account| !account.contains(GAP))
        };
        if has_gaps && !named.iter().all(is_known) {
            return false;
        }
        // A role outside the connectors' path is not a connector, whichever account it is in.
        if has_gaps && named.is_empty() {
            return role_of(text).is_some();
        }
        for NamedRole { account, resource } in &named {
            self.is_known_to_be |= resource.starts_with(ROLE_PATH) || self.is_of_sym;
            let (account, origin) = match account.clone() {
                Some(account) => (text.get(account.clone()).unwrap_or_default(), value.origin.cut(account, sources)),
                None => ("*", value.origin.clone()),
            };
            self.accounts.push(Value::new(Kind::String(Str::from(account)), origin));
        }
        !named.is_empty()
    }
}

/// A role of a connector that a text names, or several by a pattern.
struct NamedRole<'t> {
    /// Where the account is in the text; `None` if any account is allowed.
    account: Option<Range<usize>>,
    resource: &'t str,
}

/// The roles of connectors in an ARN, or in a text with ARNs anywhere in it.
fn roles_in(text: &str) -> Vec<NamedRole<'_>> {
    const SERVICE: &str = ":iam::";
    if let Some(named) = role_of(text) {
        return Vec::from_iter(named);
    }
    let found = text.match_indices(SERVICE).filter_map(|(at, _)| {
        let start = at + SERVICE.len();
        let (account, resource) = text.get(start..)?.split_once(':')?;
        let is_account = account.len() <= 64 && !account.contains(['"', ' ', '/']);
        // Elsewhere in the text, `*` may stand for something else.
        let is_role = resource.starts_with("role");
        (is_account && is_role && is_of_connectors(resource))
            .then(|| NamedRole { account: Some(start..start + account.len()), resource })
    });
    found.collect()
}

/// The connector role that an ARN names; the outer `None` if the text is not an ARN. IAM treats missing parts at the
/// end as `*`.
fn role_of(text: &str) -> Option<Option<NamedRole<'_>>> {
    if !text.starts_with("arn:") || text.contains(['"', ' ', '\n']) {
        return None;
    }
    let mut start = 0;
    let mut fields = text.splitn(6, ':').map(|field| {
        let range = start..start + field.len();
        start = range.end + 1;
        (Some(range), field)
    });
    let mut next = || fields.next().unwrap_or((None, "*"));
    let (_, _, service, region, account, resource) = (next(), next(), next(), next(), next(), next());
    let is = |pattern: &str, field: &str| pattern == field || pattern.starts_with(['*', GAP]);
    let is_role = is(service.1, "iam") && is(region.1, "") && is_of_connectors(resource.1);
    Some(is_role.then_some(NamedRole { account: account.0, resource: resource.1 }))
}

/// Whether the resource of an ARN is below the connectors' path, or a pattern that may match it.
fn is_of_connectors(resource: &str) -> bool {
    let written = resource.find(['*', '?', GAP]).and_then(|at| resource.get(..at));
    resource.starts_with(CONNECTORS) || written.is_some_and(|written| CONNECTORS.starts_with(written))
}

/// The accounts to which a condition limits the roles that may be assumed. A condition on the caller, such as
/// `sts:ExternalId`, does not limit them.
enum Limit {
    Accounts(Vec<Value>),
    /// Organizations, whose accounts are not known, or an unknown value.
    Unclear(Value),
}

/// The limits in the `condition` blocks of a statement.
fn limits_of_block(statement: &Block, of: &dyn Fn(&Expr) -> Value) -> Vec<Limit> {
    let mut limits = Vec::new();
    for block in &statement.body.blocks {
        let value = |name: &str| {
            let attribute = block.body.attributes.iter().find(|it| it.name.text.as_str() == name)?;
            Some(of(&attribute.value))
        };
        match block.kind.text.as_str() {
            "condition" => {
                if let (Some(test), Some(key), Some(values)) = (value("test"), value("variable"), value("values")) {
                    let texts = test.as_str().zip(key.as_str());
                    limits.extend(match texts {
                        Some((test, key)) => limit(test, key, &values),
                        None => Some(Limit::Unclear(Value::unknown("its condition is not known", block.span))),
                    });
                }
            }
            "dynamic" if block.labels.iter().any(|label| label.text.as_str() == "condition") => {
                limits.push(Limit::Unclear(Value::unknown("its conditions are not known", block.span)));
            }
            _ => {}
        }
    }
    limits
}

/// The limits in the `Condition` of a statement.
fn limits_in(conditions: &Value) -> Vec<Limit> {
    if conditions.as_unknown().is_some() {
        return vec![Limit::Unclear(conditions.clone())];
    }
    let mut limits = Vec::new();
    for test in conditions.entries().unwrap_or_default() {
        let keys = conditions.child(test);
        for key in keys.entries().unwrap_or_default() {
            limits.extend(limit(&test.key, &key.key, &keys.child(key)));
        }
    }
    limits
}

/// The limit that a condition sets, if it limits the accounts.
fn limit(test: &str, key: &str, values: &Value) -> Option<Limit> {
    let test = test.rsplit(':').next().unwrap_or(test).to_ascii_lowercase();
    let test = test.strip_suffix("ifexists").unwrap_or(&test);
    if !matches!(test, "stringequals" | "stringequalsignorecase" | "stringlike") {
        return None;
    }
    let values = match values.as_str() {
        Some(_) => vec![values.clone()],
        None if values.as_unknown().is_some() => vec![values.clone()],
        None => (0..values.elements().map_or(0, <[Value]>::len)).filter_map(|at| values.at(at)).collect(),
    };
    match key.to_ascii_lowercase().as_str() {
        "aws:resourceaccount" => Some(Limit::Accounts(values)),
        "aws:resourceorgid" | "aws:resourceorgpaths" => {
            // `o-*` is every organization.
            let is_any = |value: &Value| value.as_str().is_some_and(|it| it.trim_start_matches("o-").starts_with('*'));
            let span = values.first()?.origin.span;
            let reason = "a condition limits it to organizations, whose accounts are not known";
            (!values.iter().any(is_any)).then(|| Limit::Unclear(Value::unknown(reason, span)))
        }
        _ => None,
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|it| it.as_str() == text)
}

/// Whether [`ASSUME_ROLE`] is one of these actions, which may be patterns.
fn allows(actions: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|pattern| is_pattern_of(&pattern.to_ascii_lowercase()));
    is(actions) || actions.elements().is_some_and(|elements| elements.iter().any(is))
}

/// Whether a condition with this key admits only some callers.
fn limits_callers(key: &Str) -> bool {
    let key = key.to_ascii_lowercase();
    key.starts_with("aws:principal") || key.starts_with("aws:source")
}

/// The first action that is not known.
fn unknown_in(actions: &Value) -> Option<Value> {
    let is_open =
        |value: &&Value| value.as_unknown().is_some() || value.as_str().is_some_and(|text| text.contains(GAP));
    std::iter::once(actions).chain(actions.elements().unwrap_or_default()).find(is_open).map(|open| {
        match open.as_str() {
            Some(_) => Value::unknown("a part of an action is not known", open.origin.span),
            None => open.clone(),
        }
    })
}

/// AWS's managed policies that allow [`ASSUME_ROLE`] for any role.
const ALL: [&str; 2] = ["/AdministratorAccess", "/PowerUserAccess"];

/// Whether these actions name [`ASSUME_ROLE`] or a pattern in its service.
fn names_action(actions: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|action| action.to_ascii_lowercase().starts_with("sts:"));
    is(actions) || actions.elements().is_some_and(|elements| elements.iter().any(is))
}

/// Whether `pattern`, in lower case, matches [`ASSUME_ROLE`]: `*` stands for any characters, `?` for one.
fn is_pattern_of(pattern: &str) -> bool {
    // Other characters do not occur in IAM's actions.
    let is_of_action = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'*' | b'?');
    pattern.len() <= MOST && pattern.bytes().all(is_of_action) && glob_match(pattern, ASSUME_ROLE.to_ascii_lowercase())
}

/// Longer patterns of actions are not read.
const MOST: usize = 128;
