//! Evaluates references: `var.x`, `local.x`, `module.x`, `each.key`, and resources.

mod outputs;
mod resources;

use self::resources::below_root;
use super::declared::undeclared;
use super::instance::{EachOrCount, Instance, InstanceKey};
use super::scope::Scope;
use super::{Answer, Evaluator, Stop, TrialState};
use crate::module::{ModuleCall, Resource};
use crate::origin::Origin;
use crate::source::{Span, Str};
use crate::syntax::{Expr, ExprKind, Name};
use crate::types::{Primitive, to_text};
use crate::value::{Kind, Value};

/// The start of a traversal, if it is not a value yet. A whole module or resource becomes a value only if no part of it
/// is selected.
enum Start<'p> {
    Value(Value),
    Call(&'p ModuleCall),
    /// The instance of a call that a key with this origin selected.
    CallInstance(Instance, Origin),
    Resource(&'p Resource),
    /// The instance of a resource that a key selected.
    ResourceInstance(&'p Resource, Selected),
}

/// An instance of a resource, selected by a key.
struct Selected {
    repetition: EachOrCount,
    /// Its index among the instances.
    place: u32,
    key: Origin,
}

impl<'p> Evaluator<'p> {
    /// Evaluates a name, an attribute, or an index.
    #[inline(never)]
    pub(super) fn traversal(&self, expr: &Expr, scope: &Scope<'_>) -> Answer {
        match self.start(expr, scope)? {
            Start::Value(value) => Ok(value),
            Start::Call(call) => self.whole_call(call, expr.span, scope),
            Start::CallInstance(instance, key) => Ok(self.outputs(&instance, expr.span).depending_on(&key)),
            Start::Resource(resource) => Ok(self.whole_resource(resource, expr.span, scope)),
            Start::ResourceInstance(resource, of) => Ok(self.not_known(resource, None, Some(&of), expr.span, scope)),
        }
    }

    fn start(&self, expr: &Expr, scope: &Scope<'_>) -> Answer<Start<'p>> {
        match &expr.kind {
            ExprKind::Variable(name) => match scope.bound(name) {
                Some(value) => Ok(Start::Value(value)),
                None if scope.is_template() => Err(Stop::error(format!("the template has no value `{name}`"))),
                None if scope.instance.is_none() => {
                    Err(Stop::error("variables may not be used here: put text in quotes"))
                }
                None => Err(Stop::error(format!("`{name}` needs an attribute to refer to something"))),
            },
            ExprKind::Attribute(base, name) => match root_name(base) {
                Some(root) if scope.bound(root).is_none() => self.reference(root, name, expr.span, scope),
                // A managed resource may be written as `resource.kind.name`.
                _ => match below_root(base).filter(|(root, _)| scope.bound(root).is_none()) {
                    Some(("data", kind)) => self.resource("data", kind, &name.text, expr.span, scope),
                    Some(("resource", kind)) => self.resource("", kind, &name.text, expr.span, scope),
                    _ => self.attribute(base, name, expr.span, scope),
                },
            },
            ExprKind::Index(base, key) => self.index(base, key, expr.span, scope),
            _ => Ok(Start::Value(self.eval(expr, scope))),
        }
    }

    /// Evaluates the expression in front of a `.` or `[`, one level deeper.
    fn base(&self, expr: &Expr, scope: &Scope<'_>) -> Answer<Start<'p>> {
        self.deeper(expr.span, || self.start(expr, scope)).map_err(Stop::Unknown)?
    }

    fn attribute(&self, base: &Expr, name: &Name, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let value = match self.base(base, scope)? {
            Start::Value(value) => value,
            Start::Call(call) if call.is_repeated() => self.whole_call(call, base.span, scope)?,
            Start::Call(call) => {
                let instance = self.single(call, scope)?;
                return self.taken_output(&instance, name, span).map(Start::Value);
            }
            Start::CallInstance(instance, key) => {
                let output = self.settle(self.taken_output(&instance, name, span), span);
                return Ok(Start::Value(output.depending_on(&key)));
            }
            Start::Resource(resource) => return Ok(Start::Value(self.configured(resource, name, None, span, scope))),
            Start::ResourceInstance(resource, of) => {
                return Ok(Start::Value(self.configured(resource, name, Some(&of), span, scope)));
            }
        };
        let attribute = self.attribute_of(&value, &name.text, name.span);
        let attribute = attribute.map_err(|stop| if scope.is_template() { stop } else { shadowed(base, stop) });
        // An unknown value already has its own origin.
        let sources = [&value].into_iter().filter(|value| value.as_unknown().is_none());
        Ok(Start::Value(self.settle_from(attribute, span, sources)))
    }

    fn index(&self, base: &Expr, key: &Expr, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let start = self.base(base, scope)?;
        let key_value = self.eval(key, scope);
        let is_open = key_value.as_unknown().is_some();
        let value = match start {
            Start::Value(value) => value,
            // It may be any of the instances.
            Start::Call(call) if is_open => self.whole_call(call, base.span, scope)?,
            Start::Resource(resource) if is_open && resource.is_repeated() => {
                self.whole_resource(resource, base.span, scope)
            }
            Start::Call(call) if call.is_repeated() => {
                let found = self.instances_in(call, scope).and_then(|instances| {
                    let found = instances.iter().find(|instance| has_key(instance, &key_value));
                    let missing = || format!("`module.{}` has no such instance", call.name.text);
                    found.cloned().ok_or_else(|| Stop::error_at(missing(), key.span))
                });
                return Ok(match found {
                    Ok(instance) => Start::CallInstance(instance, key_value.origin),
                    Err(stop) => Start::Value(self.settle_from(Err(stop), span, [&key_value])),
                });
            }
            Start::Call(call) => self.whole_call(call, span, scope)?,
            Start::CallInstance(instance, by) => self.outputs(&instance, base.span).depending_on(&by),
            Start::Resource(resource) => {
                return Ok(match self.resource_instance(resource, &key_value, scope) {
                    Ok(of) => Start::ResourceInstance(resource, of),
                    Err(stop) => Start::Value(self.settle_from(Err(stop), span, [&key_value])),
                });
            }
            Start::ResourceInstance(resource, of) => {
                return Ok(Start::Value(self.not_known(resource, None, Some(&of), span, scope)));
            }
        };
        let element = self.element_of(&value, base.span, &key_value, key.span);
        let sources = [&value, &key_value].into_iter().filter(|_| value.as_unknown().is_none());
        Ok(Start::Value(self.settle_from(element, span, sources)))
    }

    /// Evaluates `root.name`, where `root` is not bound by a `for`.
    fn reference(&self, root: &str, name: &Name, span: Span, scope: &Scope<'_>) -> Answer<Start<'p>> {
        let Some(instance) = scope.instance else {
            return Err(Stop::error_at("variables may not be used here", span));
        };
        let text = name.text.as_str();
        let module = || instance.module().and_then(|id| self.project.module(id));
        let missing = |what: &str| self.not_declared(undeclared(module(), what, text), name.span);
        let value = match root {
            "var" => self.variable(instance, text).ok_or_else(|| missing("variable"))?,
            "local" => self.local(instance, text).ok_or_else(|| missing("local"))?,
            "module" => {
                let call = module().and_then(|module| module.call(text));
                return call.map(Start::Call).ok_or_else(|| missing("module call"));
            }
            "each" | "count" => return self.repetition(root, name, scope).map(Start::Value),
            "path" => self.path(instance, name, span)?,
            "terraform" => self.terraform(name, span)?,
            "self" => return Err(Stop::reason("`self` is not known before apply")),
            // `data.kind` alone; `data.kind.name` is handled one step later.
            "data" => return Err(Stop::error("`data` needs a kind and a name")),
            kind => return self.resource("", kind, text, span, scope),
        };
        Ok(Start::Value(value))
    }

    /// The error for a reference to an undeclared name. Terraform reports it before any evaluation, even inside `try`.
    fn not_declared(&self, message: String, span: Span) -> Stop {
        let outer = self.trial.replace(TrialState::No);
        let value = self.refused(message, span);
        self.trial.set(outer);
        Stop::Unknown(value)
    }

    fn repetition(&self, root: &str, name: &Name, scope: &Scope<'_>) -> Answer {
        match (root, name.text.as_str(), scope.repetition) {
            ("each", "key", Some(EachOrCount::Each { key, .. })) => Ok(key.clone()),
            ("each", "value", Some(EachOrCount::Each { value, .. })) => Ok(value.clone()),
            ("count", "index", Some(EachOrCount::Count(index))) => Ok(index.clone()),
            ("each", "key" | "value", None) | ("count", "index", None) if !scope.is_single => {
                Err(Stop::reason(format!("`{root}.{}` differs from instance to instance", name.text)))
            }
            ("each", "key" | "value", _) | ("count", "index", _) => {
                let wanted = if root == "each" { "for_each" } else { "count" };
                Err(Stop::error(format!("`{root}.{}` is only available where `{wanted}` is set", name.text)))
            }
            (_, text, _) => Err(Stop::error_at(format!("there is no `{root}.{text}` here"), name.span)),
        }
    }

    fn path(&self, instance: &Instance, name: &Name, span: Span) -> Answer {
        let text = match name.text.as_str() {
            "root" => ".",
            "module" => {
                let module = instance.module().and_then(|id| self.project.module(id));
                module.map_or(".", |module| module.path.as_str())
            }
            "cwd" => match &self.project.surroundings().cwd {
                Some(cwd) => cwd.as_str(),
                None => return Err(Stop::reason("`path.cwd` depends on where Terraform runs")),
            },
            _ => return Err(Stop::error_at("`path` has only `module`, `root`, and `cwd`", name.span)),
        };
        Ok(Value::new(Kind::String(Str::from(text)), Origin::derived(span, [])))
    }

    fn terraform(&self, name: &Name, span: Span) -> Answer {
        match (name.text.as_str(), &self.project.surroundings().workspace) {
            ("workspace", Some(workspace)) => {
                Ok(Value::new(Kind::String(Str::from(workspace.as_str())), Origin::derived(span, [])))
            }
            ("workspace" | "applying", _) => {
                Err(Stop::reason(format!("`terraform.{}` depends on where Terraform runs", name.text)))
            }
            _ => Err(Stop::error_at("`terraform` has `workspace`", name.span)),
        }
    }
}

fn root_name(base: &Expr) -> Option<&str> {
    if let ExprKind::Variable(name) = &base.kind { Some(name) } else { None }
}

/// Extends the error about what follows `base` if `base` is a loop variable that hides another name.
fn shadowed(base: &Expr, stop: Stop) -> Stop {
    match (root_name(base), stop) {
        (
            Some(root @ ("var" | "local" | "path" | "each" | "count" | "module" | "data" | "terraform")),
            Stop::Error(message, at, subject),
        ) => Stop::Error(format!("{message}; `{root}` is the loop variable here"), at, subject),
        (_, stop) => stop,
    }
}

fn has_key(instance: &Instance, key: &Value) -> bool {
    let Primitive::Is(Value { kind: Kind::String(text), .. }) = to_text(key) else { return false };
    match instance.key() {
        InstanceKey::None => false,
        InstanceKey::Key(own) => own.as_str() == Some(&text),
        InstanceKey::Index(index) => index.to_string() == text.as_str(),
    }
}
