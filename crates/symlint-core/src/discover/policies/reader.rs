//! Reads the statements of a policy.

use symlint_terraform::syntax::{Block, Expr, ExprKind};
use symlint_terraform::{Evaluator, GAP, Kind, Origin, Resource, ResourceInstance, Sources, Str, Value};

use super::actions::{ASSUME_ROLE, allows, names_action, unknown_in};
use super::limits::{Limit, limits_callers, limits_in, limits_of_block};
use super::roles::{CONNECTORS, NamedRole, ROLE_PATH, is_any, is_of_connectors, role_of, roles_in};
use super::{PolicyReader, attached, is_text};
use crate::discover::safelists::{LOCALS, in_any_of, local, parts};
use crate::tenants::RuntimeBlock;
use crate::tenants::format::is_account_id;

/// How deep the parts of a policy may be nested.
const DEPTH: usize = 16;

/// The value of an expression in an instance of a resource.
fn value_in(evaluator: &Evaluator<'_>, each: &ResourceInstance<'_>, expr: &Expr) -> Value {
    match each.resource().is_repeated() {
        true => evaluator.resource_expression(each, expr),
        false => evaluator.evaluate(each.module(), expr),
    }
}

impl<'p> PolicyReader<'_, 'p> {
    pub(super) fn read(&mut self, resource: &'p Resource) {
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
                    let own = block.body.attribute("policy");
                    own.into_iter().for_each(|attribute| self.policy(&attribute.value));
                }
                ("dynamic", Some("statement" | "inline_policy")) => {
                    for content in block.body.blocks.iter().filter(|inner| inner.kind.text.as_str() == "content") {
                        let policy = content.body.attribute("policy");
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
        let value = |name: &str| Some(of(&statement.body.attribute(name)?.value));
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
        let part = |block: &Block, name: &str| Some(of(&block.body.attribute(name)?.value));
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
    pub(super) fn limit_since(&mut self, before: usize, limits: Vec<Limit>) {
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

/// AWS's managed policies that allow [`ASSUME_ROLE`] for any role.
const ALL: [&str; 2] = ["/AdministratorAccess", "/PowerUserAccess"];
