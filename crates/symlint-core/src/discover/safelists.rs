//! The accounts that the runtime may enter: a connector's safelist, or the roles in a hand-written policy.

use fast_glob::glob_match;
use foldhash::HashSet;
use symlint_terraform::syntax::{Block, Expr, ExprKind};
use symlint_terraform::{Evaluator, Instance, Kind, Module, ModuleCall, Origin, Resource, Sources, Str, Value};

use crate::tenants::{RuntimeBlock, RuntimeCall, SAFELIST, text_of};

/// Functions whose result has every element of every argument.
const PASSING: [&str; 6] = ["concat", "distinct", "sort", "tolist", "toset", "setunion"];

/// How many locals are followed to where a list is written.
const LOCALS: usize = 8;

/// How deep the parts of a policy may be nested.
const DEPTH: usize = 16;

/// Resources and data sources whose policy may say which roles the runtime may assume.
const POLICIES: [&str; 4] = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_policy_document", "aws_iam_role"];

/// The path of the roles that connectors create.
const ROLE_PATH: &str = "role/sym";

/// The path of the roles that connectors create, to its end.
const CONNECTORS: &str = "role/sym/";

/// What a block that is about the runtime has somewhere in it.
const SYM: &str = "sym";

/// What is allowed where one role assumes another.
const ASSUME_ROLE: &str = "sts:AssumeRole";

/// `account_id_safelist` of an instance. Of a list that is put together, the parts that are known.
pub(super) fn safelist(
    evaluator: &Evaluator<'_>,
    call: &ModuleCall,
    instance: &Instance,
    alternatives: &mut Vec<Value>,
) -> Option<Value> {
    let list = evaluator.argument(instance, SAFELIST)?;
    let (Some(caller), Some(argument)) = (instance.caller(), call.argument(SAFELIST)) else { return Some(list) };
    if list.as_unknown().is_none() {
        return Some(list);
    }
    let mut parts = Vec::new();
    match list.candidates() {
        [] => known_parts(evaluator, caller, &argument.value, LOCALS, &mut parts),
        lists if lists.iter().any(|list| list.as_unknown().is_some()) => {}
        lists => {
            parts = in_any_of(&list, lists);
            alternatives.extend_from_slice(lists);
        }
    }
    let is_any_known = parts.iter().any(|part| part.uncertainty().is_none());
    let origin = Origin::derived(argument.value.span, []);
    Some(if is_any_known { Value::new(Kind::Tuple(parts.into()), origin) } else { list })
}

/// The elements of all `lists`, one of which is the unknown `whole`. What is not in each of them is unknown, with what it
/// may be.
fn in_any_of(whole: &Value, lists: &[Value]) -> Vec<Value> {
    let texts = |list: &Value| parts(list).iter().filter_map(text_of).collect::<HashSet<Str>>();
    let known: Vec<HashSet<Str>> = lists.iter().map(texts).collect();
    let certain = |part: Value| match text_of(&part) {
        Some(text) if !known.iter().all(|list| list.contains(&text)) => {
            let mut part = Some(part);
            whole.with_candidates(|_| part.take())
        }
        _ => part,
    };
    lists.iter().flat_map(parts).map(certain).collect()
}

/// The elements of a list that is put together, one that is unknown for each part that is not known: Terraform knows
/// nothing of such a list, but what is written in it will be in it.
fn known_parts(evaluator: &Evaluator<'_>, caller: &Instance, expr: &Expr, locals: usize, parts: &mut Vec<Value>) {
    let value = evaluator.evaluate(caller, expr);
    if value.as_unknown().is_none() {
        parts.extend((0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)));
        return;
    }
    match &expr.kind {
        ExprKind::Paren(inner) => known_parts(evaluator, caller, inner, locals, parts),
        ExprKind::Call(call) if PASSING.contains(&call.name.text.as_str()) => {
            call.arguments.iter().for_each(|argument| known_parts(evaluator, caller, argument, locals, parts));
        }
        _ => match local(evaluator, caller, expr).filter(|_| locals > 0) {
            Some(local) => known_parts(evaluator, caller, local, locals - 1, parts),
            None => parts.push(value),
        },
    }
}

/// What a local is set to, where `expr` is one.
fn local<'e>(evaluator: &Evaluator<'e>, caller: &Instance, expr: &Expr) -> Option<&'e Expr> {
    let ExprKind::Attribute(root, name) = &expr.kind else { return None };
    let module = caller.module().and_then(|module| evaluator.project().module(module))?;
    matches!(&root.kind, ExprKind::Variable(root) if root.as_str() == "local")
        .then(|| module.local(&name.text).map(|local| &local.value))
        .flatten()
}

/// Whether the module has policies that may be the runtime's.
pub(super) fn has_policies(module: &Module) -> bool {
    module.resources.iter().any(is_policy)
}

fn is_policy(resource: &Resource) -> bool {
    POLICIES.contains(&resource.kind.text.as_str())
}

/// The policies of the module that let a role assume roles below `/sym/`: the accounts of these.
pub(super) fn policies<'p>(evaluator: &Evaluator<'p>, instance: &Instance, module: &'p Module) -> Vec<RuntimeCall<'p>> {
    let mut found = Vec::new();
    for resource in module.resources.iter().filter(|resource| is_policy(resource)) {
        let text = evaluator.project().sources().text(resource.block.span).to_ascii_lowercase();
        let is_of_sym = text.contains(SYM);
        let mut policy = Policy {
            evaluator,
            instance,
            is_of_sym,
            accounts: vec![],
            alternatives: vec![],
            is_known_to_be: false,
            unclear: None,
        };
        policy.read(resource);
        let span = resource.attribute("policy").map_or(resource.name.span, |attribute| attribute.value.span);
        let unknown = policy.accounts.first().filter(|_| policy.accounts.iter().all(|it| it.uncertainty().is_some()));
        let list = if let Some(unknown) = unknown.filter(|_| policy.is_known_to_be) {
            unknown.clone()
        } else if policy.is_known_to_be {
            Value::new(Kind::Tuple(policy.accounts.into()), Origin::derived(span, []))
        } else if let Some(unclear) = policy.unclear
            && evaluator.project().sources().text(resource.block.span).contains(ROLE_PATH)
        {
            unclear
        } else {
            continue;
        };
        let block = RuntimeBlock::Policy(resource);
        let alternatives = policy.alternatives;
        found.push(RuntimeCall { block, safelists: vec![list], alternatives, instances: 1, is_unknown: false });
    }
    found
}

struct Policy<'a, 'p> {
    evaluator: &'a Evaluator<'p>,
    instance: &'a Instance,
    /// Whether its block speaks of Sym: others have policies, too.
    is_of_sym: bool,
    accounts: Vec<Value>,
    /// What a part of them may be.
    alternatives: Vec<Value>,
    /// Whether a role below `/sym/` is among what may be assumed.
    is_known_to_be: bool,
    /// A part that is not known and may say what may be assumed.
    unclear: Option<Value>,
}

impl<'p> Policy<'_, 'p> {
    fn read(&mut self, resource: &'p Resource) {
        if let Some(attribute) = resource.attribute("policy") {
            self.policy(&attribute.value);
        }
        for block in &resource.block.body.blocks {
            match block.kind.text.as_str() {
                "statement" => self.statement_block(block),
                "inline_policy" => {
                    let own = block.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == "policy");
                    own.into_iter().for_each(|attribute| self.policy(&attribute.value));
                }
                _ => {}
            }
        }
    }

    fn policy(&mut self, expr: &'p Expr) {
        let document = self.encoded(expr, LOCALS);
        let value = self.evaluator.evaluate(self.instance, document.unwrap_or(expr));
        match document {
            Some(_) => self.document(&value, 0),
            None if value.as_unknown().is_some() => self.document(&value, 0),
            // A text, such as a heredoc.
            None if value.as_str().is_some_and(|text| text.contains(ASSUME_ROLE)) => self.roles(&value, 0),
            None => {}
        }
    }

    /// What `jsonencode` is given, where `expr` is a call of it or a local that is one.
    fn encoded(&self, expr: &'p Expr, locals: usize) -> Option<&'p Expr> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.encoded(inner, locals),
            ExprKind::Call(call) if call.name.text.as_str() == "jsonencode" => call.arguments.first(),
            _ if locals > 0 => self.encoded(local(self.evaluator, self.instance, expr)?, locals - 1),
            _ => None,
        }
    }

    fn statement_block(&mut self, statement: &Block) {
        let value = |name: &str| {
            let attribute = statement.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == name)?;
            Some(self.evaluator.evaluate(self.instance, &attribute.value))
        };
        let (actions, resources, effect) = (value("actions"), value("resources"), value("effect"));
        if effect.is_none_or(|effect| is_text(&effect, "Allow")) && actions.is_some_and(|it| allows(&it)) {
            let before = self.accounts.len();
            resources.iter().for_each(|resources| self.roles(resources, 0));
            value("not_resources").iter().for_each(|others| self.all_but(others));
            let limits = self.limits_of_block(statement);
            self.limit_since(before, limits);
        }
    }

    /// Notes that all roles may be assumed but for some, if this is said of Sym.
    fn all_but(&mut self, others: &Value) {
        if self.is_of_sym {
            self.is_known_to_be = true;
            let origin = Origin::derived(others.origin.span, [others.origin.clone()]);
            self.accounts.push(Value::new(Kind::String(Str::from("*")), origin));
        }
    }

    /// What the `condition` blocks of a statement limit it to.
    fn limits_of_block(&self, statement: &Block) -> Vec<Limit> {
        let mut limits = Vec::new();
        for block in &statement.body.blocks {
            let value = |name: &str| {
                let attribute = block.body.attributes.iter().find(|it| it.name.text.as_str() == name)?;
                Some(self.evaluator.evaluate(self.instance, &attribute.value))
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

    /// Keeps of the accounts that a statement added those that its conditions leave.
    fn limit_since(&mut self, before: usize, limits: Vec<Limit>) {
        for limit in limits {
            let listed = self.accounts.split_off(before.min(self.accounts.len()));
            let is_any = |account: &Value| account.as_str().is_some_and(|it| it.contains(['*', '?']));
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

    /// Calls `visit` with each of what the unknown `value` may be: only accounts that come of all of them are certain.
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
        let is_allowed = value.get("Effect").is_none_or(|effect| is_text(&effect, "Allow"));
        let may_assume = match (value.get("Action"), value.get("NotAction")) {
            (Some(action), _) => Some(allows(&action)),
            (None, Some(others)) => Some(!allows(&others)),
            (None, None) => None,
        };
        if let Some(may_assume) = may_assume {
            let (resource, others) = (value.get("Resource"), value.get("NotResource"));
            if is_allowed && may_assume {
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
            self.unclear.get_or_insert_with(|| value.clone());
        }
        self.each_candidate(value, |policy, candidate| policy.document(candidate, depth + 1));
        parts(value).iter().for_each(|part| self.document(part, depth + 1));
    }

    /// Notes the accounts of the roles in `value`, whose ARNs may be anywhere in texts.
    fn roles(&mut self, value: &Value, depth: usize) {
        if value.as_unknown().is_some() {
            match value.candidates() {
                [] => {
                    self.unclear.get_or_insert_with(|| value.clone());
                    self.accounts.push(value.clone());
                }
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
        const SERVICE: &str = ":iam::";
        let sources: &Sources = self.evaluator.project().sources();
        for (at, _) in text.match_indices(SERVICE) {
            let start = at + SERVICE.len();
            let Some(rest) = text.get(start..) else { continue };
            let Some((account, resource)) = rest.split_once(':') else { continue };
            let is_account = account.len() <= 64 && !account.contains(['"', ' ', '/']);
            // Below the path of the connectors' roles, or of any path that may be it.
            let written = resource.find(['*', '?']).and_then(|at| resource.get(..at));
            let is_of_connector = resource.starts_with(CONNECTORS)
                || written.is_some_and(|written| written.starts_with("role/") && CONNECTORS.starts_with(written));
            if is_account && is_of_connector {
                self.is_known_to_be |= resource.starts_with(ROLE_PATH) || self.is_of_sym;
                let origin = value.origin.cut(start..start + account.len(), sources);
                self.accounts.push(Value::new(Kind::String(Str::from(account)), origin));
            }
        }
    }
}

/// What a condition leaves of the accounts in which roles may be assumed. What the caller must be or pass, such as
/// `sts:ExternalId`, says nothing about the role's account.
enum Limit {
    /// These.
    Accounts(Vec<Value>),
    /// The accounts of organizations, which are not known, or a value that is unknown.
    Unclear(Value),
}

/// What the `Condition` of a statement limits it to.
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

/// What a condition limits a statement to, if it limits the accounts.
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

fn parts(value: &Value) -> Vec<Value> {
    match value.entries() {
        Some(entries) => entries.iter().map(|entry| value.child(entry)).collect(),
        None => (0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)).collect(),
    }
}

fn is_text(value: &Value, text: &str) -> bool {
    value.as_str().is_some_and(|it| it.as_str() == text)
}

/// Whether what is said of actions, one or several, is said of [`ASSUME_ROLE`], too.
fn allows(actions: &Value) -> bool {
    let is = |value: &Value| value.as_str().is_some_and(|pattern| is_pattern_of(&pattern.to_ascii_lowercase()));
    is(actions) || actions.elements().is_some_and(|elements| elements.iter().any(is))
}

/// Whether `pattern`, in lower case, matches [`ASSUME_ROLE`]: `*` stands for any characters, `?` for one.
fn is_pattern_of(pattern: &str) -> bool {
    // Nothing else has a meaning to IAM.
    let is_of_action = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'*' | b'?');
    pattern.len() <= MOST && pattern.bytes().all(is_of_action) && glob_match(pattern, ASSUME_ROLE.to_ascii_lowercase())
}

/// The longest pattern of an action that is read.
const MOST: usize = 128;
