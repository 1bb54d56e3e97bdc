//! Where the values of tenants take effect: flows, connectors, and the accounts that the runtime may enter.

use std::sync::Arc;

use symlint_terraform::syntax::Attribute;
use symlint_terraform::{Instance, Module, ModuleCall, Resource, Span, Str, Unknown, Value};

use super::format::{instance_id_suffix, may_be};
use super::id::TenantId;
use super::kind::FieldKind;
use super::resources::{FlowResource, Input};
use super::sources::{Evidence, text_of};
use super::step::{Step, Steps, values_at};

/// A call of a flow module, or a module whose own resources are flows.
#[derive(Debug)]
pub struct FlowCall<'p> {
    /// The block; `None` if the root module declares the resources itself.
    pub call: Option<&'p ModuleCall>,
    /// The module with the resources, if its files were found.
    pub module: Option<&'p Module>,
    /// One for each key of `for_each`; empty if the keys are unknown.
    pub instances: Vec<FlowInstance>,
    /// Why `for_each` or `count` is unknown, if it is. There may be other instances in that case.
    pub unknown: Option<Arc<Unknown>>,
}

impl<'p> FlowCall<'p> {
    /// The name of the call; empty if the root module declares the resources itself.
    pub fn name(&self) -> &'p str {
        self.call.map_or("", |call| &call.name.text)
    }

    /// The arguments that are written in the call.
    pub fn written_arguments(&self) -> &'p [Arc<Attribute>] {
        self.call.map(|call| call.arguments.as_slice()).unwrap_or_default()
    }

    /// Whether the call, or each of its resources, is repeated.
    pub fn is_repeated(&self) -> bool {
        self.call.is_none_or(ModuleCall::is_repeated)
    }
}

/// One instance of a flow call.
#[derive(Debug)]
pub struct FlowInstance {
    /// The address, such as `module.sso_access["foo"]`.
    pub address: Str,
    /// The module instance, for the evaluator.
    pub instance: Instance,
    /// The key in `for_each`.
    pub key: Option<Str>,
    /// The values of `each` and `count` in the resources, in the call, and in the calls around it, in this order.
    pub repetitions: Vec<Repetition>,
    /// The tenant whose values it should receive, if that can be determined.
    pub tenant: Option<TenantId>,
    /// The arguments that carry a tenant's values, in order, including those that come from the module's defaults.
    pub arguments: Vec<Argument>,
    /// Which arguments carry which values, whether they are passed or not.
    pub carriers: Arc<[(Str, Arc<[ArgumentPart]>)]>,
    /// The values of the module's variables in this instance, if the module has resources of Sym.
    pub inputs: Vec<Input>,
    /// The variables of the modules around the call, starting with the nearest and without the root module.
    pub around: Vec<Vec<Input>>,
}

/// The values of `each` or `count` in one instance.
#[derive(Debug, Clone)]
pub struct Repetition {
    /// The value of `each.key` or `count.index`.
    pub key: Value,
    /// The value of `each.value`; `None` for `count`.
    pub value: Option<Value>,
}

impl FlowInstance {
    /// The module's variable `name` in this instance.
    pub fn input(&self, name: &Str) -> Option<&Input> {
        self.inputs.iter().find(|input| input.name == *name)
    }

    /// The argument that names the tenant.
    pub fn slug(&self) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.is_slug())
    }
}

/// An argument that carries a tenant's values.
#[derive(Debug)]
pub struct Argument {
    /// Its name in the call.
    pub name: Str,
    pub value: Value,
    /// The expression, or if the call leaves it to the module's default, the name of the call.
    pub span: Span,
    /// Whether it is the default of the module's variable.
    pub is_default: bool,
    /// Which of the tenant's values are in it, and where. One value may have several possible places.
    pub parts: Arc<[ArgumentPart]>,
}

/// A place inside an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentPart {
    /// The path from the argument to the value.
    pub steps: Steps,
    /// Which of the tenant's values should be there. The key stands for the slug.
    pub field: FieldKind,
    /// Whether the module only uses the value as a part of others, such as an account in an ARN.
    pub is_fragment: bool,
    /// The evidence for this: the configuration, the name, or the sink that it reaches.
    pub evidence: Evidence,
    /// Whether the module also uses it for something else: in names, or as a part of other values.
    pub has_other_uses: bool,
}

impl ArgumentPart {
    /// Whether `value`, which this part receives, only fits one of its other uses.
    pub fn is_another(&self, value: &Value) -> bool {
        // An id has one purpose, whichever ARNs it is put into.
        let is_id = |text: &str| self.is_fragment && (instance_id_suffix(text).is_some() || text.starts_with("ps-"));
        self.has_other_uses && text_of(value).is_some_and(|text| !may_be(self.field, &text) && !is_id(&text))
    }
}

impl Argument {
    /// The values of its parts.
    pub fn values(&self) -> impl Iterator<Item = Value> {
        self.parts.iter().flat_map(|part| values_at(&self.value, &part.steps))
    }

    /// Whether it names the tenant.
    pub fn is_slug(&self) -> bool {
        self.parts.iter().any(|part| part.field == FieldKind::Key)
    }

    /// Whether it is an object with several values of the tenant.
    pub fn is_object(&self) -> bool {
        self.parts.iter().any(|part| !part.steps.is_empty()) && !self.is_list()
    }

    /// Whether it contains several grants.
    pub fn is_list(&self) -> bool {
        self.parts.iter().any(|part| part.steps.contains(&Step::Each))
    }
}

/// A call of the connector module.
#[derive(Debug)]
pub struct ConnectorCall<'p> {
    pub call: &'p ModuleCall,
    /// Each instance's arguments `environment` and `runtime_role_arns`.
    pub instances: Vec<ConnectorInstance>,
}

impl<'p> ConnectorCall<'p> {
    /// The principals that each instance trusts, with the call.
    pub fn trusted(&self) -> impl Iterator<Item = (&'p ModuleCall, &Value)> {
        self.instances.iter().filter_map(|instance| Some((self.call, instance.runtime_role_arns.as_ref()?)))
    }
}

/// One instance of a connector call.
#[derive(Debug)]
pub struct ConnectorInstance {
    pub environment: Option<Value>,
    pub runtime_role_arns: Option<Value>,
}

/// A trust policy of a role of Sym.
#[derive(Debug)]
pub struct Trust<'p> {
    pub resource: &'p Resource,
    /// The principals that it trusts without a condition on the caller.
    pub principals: Vec<Value>,
}

/// The source of the accounts that the runtime may enter: a runtime connector's safelist, or a hand-written policy.
#[derive(Debug)]
pub struct RuntimeCall<'p> {
    /// The block that contains it.
    pub block: RuntimeBlock<'p>,
    /// The accounts of each instance. If a safelist may be one of several lists, an account that is not in all of them
    /// is an unknown value with that account as its candidate.
    pub safelists: Vec<Value>,
    /// The lists from which a safelist, or a part of one, is chosen.
    pub alternatives: Vec<Value>,
    /// The accounts in which a policy allows roles that are not connector roles.
    pub outside: Vec<Value>,
    /// The number of instances, with or without a list.
    pub instances: usize,
    /// Whether `for_each` or `count` is unknown. There may be other lists in that case.
    pub is_unknown: bool,
}

/// The block in which the accounts are written.
#[derive(Debug, Clone, Copy)]
pub enum RuntimeBlock<'p> {
    /// `account_id_safelist` of a runtime connector.
    Call(&'p ModuleCall),
    /// The policy of a role, or a policy document.
    Policy(&'p Resource),
}

impl<'p> RuntimeBlock<'p> {
    /// The call, if it is one.
    pub fn call(&self) -> Option<&'p ModuleCall> {
        if let Self::Call(call) = self { Some(call) } else { None }
    }

    /// The policy, if it is one.
    pub fn policy(&self) -> Option<&'p Resource> {
        if let Self::Policy(policy) = self { Some(policy) } else { None }
    }

    /// The argument or attribute with the accounts.
    pub fn attribute(&self) -> Option<&'p Attribute> {
        match self {
            Self::Call(call) => call.argument(SAFELIST).map(AsRef::as_ref),
            Self::Policy(resource) => {
                resource.attribute("policy").or(resource.attribute("policy_document")).map(AsRef::as_ref)
            }
        }
    }

    /// The place of the block's name.
    pub fn name_span(&self) -> Span {
        match self {
            Self::Call(call) => call.name.span,
            Self::Policy(resource) => resource.name.span,
        }
    }

    /// The path to the accounts, such as `module.runtime.account_id_safelist`.
    pub fn path(&self) -> String {
        match self {
            Self::Call(call) => format!("module.{}.{SAFELIST}", call.name.text),
            Self::Policy(resource) => {
                let data = if resource.data { "data." } else { "" };
                let attribute = self.attribute().map(|attribute| format!(".{}", attribute.name.text));
                format!("{data}{}.{}{}", resource.kind.text, resource.name.text, attribute.unwrap_or_default())
            }
        }
    }
}

/// The argument that only a runtime connector has.
pub const SAFELIST: &str = "account_id_safelist";

/// The addresses of the flows that `instance`, with these resources, consists of, or of those that offer the resource at
/// `grant`. If a module has resources of several flows, its strategies stand for them, or else their first sinks.
pub(crate) fn flows_of(instance: &FlowInstance, resources: &[FlowResource<'_>], grant: Option<usize>) -> Vec<Str> {
    let own = &instance.address;
    if own.ends_with(']') && !own.starts_with('[') {
        return vec![own.clone()];
    }
    let acting = resources.iter().find(|it| it.sink().is_some()).or(resources.first());
    let (module, key) = match acting.and_then(|it| own.strip_suffix(it.address().as_str())) {
        Some(module) => (module, ""),
        None if own.is_empty() || own.starts_with('[') => ("", own.as_str()),
        None => return vec![own.clone()],
    };
    let granted = grant.and_then(|at| resources.get(at));
    let is_flow = |it: &&FlowResource<'_>| it.kind() == "sym_strategy" && granted.is_none_or(|other| it.names(other));
    let mut flows: Vec<&FlowResource<'_>> = resources.iter().filter(is_flow).collect();
    if flows.is_empty() {
        flows.extend(granted.or(acting));
    }
    flows.into_iter().map(|it| format!("{module}{}{key}", it.address()).into()).collect()
}
