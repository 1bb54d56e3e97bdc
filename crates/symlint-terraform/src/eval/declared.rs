//! Checks before the evaluation that everything which expressions refer to is declared, even in a `try` or a loop
//! without elements.

use crate::module::Module;
use crate::source::Span;
use crate::syntax::{Expr, ExprKind, Key, SplatStep, TemplatePart};

use super::access::nearest;
use super::instance::Instance;
use super::{Answer, Evaluator, Stop, TrialState};

/// A reference to a name that no enclosing `for` binds, with the names after it: `var.x` is `["var", "x"]`.
struct NameReference<'a> {
    names: Vec<&'a str>,
    /// The place of the last name.
    span: Span,
    /// The place from the first name to the last.
    whole: Span,
}

/// Calls `visit` with every reference in `expr`. `bound` are the names of the enclosing `for` expressions.
fn each_reference<'a>(expr: &'a Expr, bound: &mut Vec<&'a str>, visit: &mut dyn FnMut(NameReference<'a>)) {
    if let Some(names) = names_of(expr) {
        let root = names.first().map_or("", |(name, _)| name);
        if !bound.contains(&root) {
            // No reference to a declaration has more than three names: `data.kind.name`.
            let most = if matches!(root, "data" | "resource") { 3 } else { 2 };
            let taken = names.get(..names.len().min(most)).unwrap_or_default();
            let span = taken.last().map_or(expr.span, |(_, span)| *span);
            let whole = taken.first().map_or(span, |(_, first)| first.to(span));
            visit(NameReference { names: taken.iter().map(|(name, _)| *name).collect(), span, whole });
        }
        return;
    }
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => {}
        ExprKind::Variable(_) | ExprKind::Invalid => {}
        ExprKind::Template(parts) => each_in_template(parts, bound, visit),
        ExprKind::Object(items) => {
            for item in items {
                if let Key::Computed(key) = &item.key {
                    each_reference(key, bound, visit);
                }
                each_reference(&item.value, bound, visit);
            }
        }
        ExprKind::Tuple(items) => items.iter().for_each(|item| each_reference(item, bound, visit)),
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) | ExprKind::Attribute(inner, _) => {
            each_reference(inner, bound, visit);
        }
        ExprKind::Index(base, key) => {
            each_reference(base, bound, visit);
            each_reference(key, bound, visit);
        }
        ExprKind::Splat(splat) => {
            each_reference(&splat.base, bound, visit);
            each_in_steps(&splat.steps, bound, visit);
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|argument| each_reference(argument, bound, visit)),
        ExprKind::Binary(binary) => binary.operands().for_each(|operand| each_reference(operand, bound, visit)),
        ExprKind::Conditional(parts) => {
            for part in [&parts.condition, &parts.yes, &parts.no] {
                each_reference(part, bound, visit);
            }
        }
        ExprKind::For(parts) => {
            each_reference(&parts.collection, bound, visit);
            let outer = bound.len();
            bound.extend(parts.key_name.iter().chain([&parts.value_name]).map(|name| name.text.as_str()));
            for part in parts.key.iter().chain([&parts.result]).chain(&parts.condition) {
                each_reference(part, bound, visit);
            }
            bound.truncate(outer);
        }
    }
}

fn each_in_steps<'a>(steps: &'a [SplatStep], bound: &mut Vec<&'a str>, visit: &mut dyn FnMut(NameReference<'a>)) {
    for step in steps {
        match step {
            SplatStep::Attribute(_) => {}
            SplatStep::Index(key) => each_reference(key, bound, visit),
            SplatStep::Splat(inner) => each_in_steps(inner, bound, visit),
        }
    }
}

fn each_in_template<'a>(parts: &'a [TemplatePart], bound: &mut Vec<&'a str>, visit: &mut dyn FnMut(NameReference<'a>)) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(inner) => each_reference(inner, bound, visit),
            TemplatePart::If { condition, yes, no } => {
                each_reference(condition, bound, visit);
                each_in_template(yes, bound, visit);
                each_in_template(no, bound, visit);
            }
            TemplatePart::For { key, value, collection, body } => {
                each_reference(collection, bound, visit);
                let outer = bound.len();
                bound.extend(key.iter().chain([value]).map(|name| name.text.as_str()));
                each_in_template(body, bound, visit);
                bound.truncate(outer);
            }
        }
    }
}

/// The names in `a.b.c`.
fn names_of(expr: &Expr) -> Option<Vec<(&str, Span)>> {
    let mut names = Vec::new();
    let mut expr = expr;
    loop {
        match &expr.kind {
            ExprKind::Variable(name) => {
                names.push((name.as_str(), expr.span));
                names.reverse();
                return Some(names);
            }
            ExprKind::Attribute(base, name) => {
                names.push((name.text.as_str(), name.span));
                expr = base;
            }
            _ => return None,
        }
    }
}

impl Evaluator<'_> {
    /// Records errors for references in `expr`, in the module of `instance`, to undeclared names. Each expression is
    /// examined once.
    pub(super) fn check_references(&self, instance: &Instance, expr: &Expr) {
        let Some(module) = instance.module().and_then(|id| self.project.module(id)) else { return };
        if !self.project.has_configuration() || !self.checked.borrow_mut().insert(expr.span) {
            return;
        }
        let trial = self.trial.replace(TrialState::No);
        each_reference(expr, &mut Vec::new(), &mut |reference| {
            let missing = match reference.names.as_slice() {
                ["var", name] => module.variable(name).is_none().then_some(("variable", name)),
                ["local", name] => module.local(name).is_none().then_some(("local", name)),
                ["module", name] => module.call(name).is_none().then_some(("module call", name)),
                _ => None,
            };
            if let Some((what, name)) = missing {
                self.record(undeclared(Some(module), what, name), reference.span, None);
            }
            if let Some(message) = incomplete(&reference.names) {
                self.record(message, reference.whole, None);
            }
            let (data, resource) = match reference.names.as_slice() {
                ["data", rest @ ..] => ("data.", rest),
                ["resource", rest @ ..] => ("", rest),
                rest => ("", rest),
            };
            if let [kind, name] = resource
                && (!data.is_empty() || !is_special(kind))
                && module.resource(!data.is_empty(), kind, name).is_none()
            {
                self.record(format!("there is no `{data}{kind}.{name}` in this module"), reference.whole, None);
            }
        });
        self.trial.set(trial);
    }

    /// Returns an error if a template needs a value that is not passed to it.
    pub(crate) fn check_template(&self, template: &Expr, values: &crate::Value) -> Answer<()> {
        let mut missing = None;
        each_reference(template, &mut Vec::new(), &mut |reference| {
            let name = reference.names.first().copied().unwrap_or_default();
            if values.get(name).is_none() && missing.is_none() {
                missing = Some(Stop::error_at(format!("the template has no value `{name}`"), reference.whole));
            }
        });
        missing.map_or(Ok(()), Err)
    }
}

/// The message that `module` has no variable, local, or call with this name, with a suggestion.
pub(super) fn undeclared(module: Option<&Module>, what: &str, name: &str) -> String {
    let meant = module.and_then(|module| match what {
        "variable" => nearest(name, module.variables.iter().map(|it| &it.name.text)),
        "local" => nearest(name, module.locals.iter().map(|it| &it.name.text)),
        _ => nearest(name, module.calls.iter().map(|it| &it.name.text)),
    });
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("there is no {what} `{name}` in this module{meant}")
}

/// What is wrong with an incomplete reference, whatever is declared.
fn incomplete(names: &[&str]) -> Option<String> {
    let attributes: &[&str] = match names {
        ["self"] => return None,
        ["data"] | ["data", _] => return Some("`data` must be followed by a type and a name".to_owned()),
        [root @ ("path" | "terraform" | "each" | "count" | "var" | "local" | "module")] => {
            return Some(format!("`{root}` must be followed by a name"));
        }
        [kind] => {
            return Some(format!("there is no value `{kind}`; a type of resources must be followed by a name"));
        }
        ["path", ..] => &["module", "root", "cwd"],
        ["terraform", ..] => &["workspace", "applying"],
        ["each", ..] => &["key", "value"],
        ["count", ..] => &["index"],
        _ => return None,
    };
    let (root, name) = (names.first()?, names.get(1)?);
    (!attributes.contains(name)).then(|| format!("there is no `{root}.{name}`, only {}", either(root, attributes)))
}

fn either(root: &str, attributes: &[&str]) -> String {
    attributes.iter().map(|name| format!("`{root}.{name}`")).collect::<Vec<_>>().join(" and ")
}

/// Whether a name is reserved and not a kind of resource.
fn is_special(root: &str) -> bool {
    ["var", "local", "module", "data", "each", "count", "path", "terraform", "self", "ephemeral", "resource"]
        .contains(&root)
}
