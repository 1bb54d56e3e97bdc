//! Where tenants' values take effect: flows, connectors, and what the runtime may enter.

use std::sync::Arc;

use symlint_terraform::syntax::Attribute;
use symlint_terraform::{Instance, Module, ModuleCall, Resource, Span, Str, Unknown, Value};

use super::format::may_be;
use super::id::TenantId;
use super::kind::FieldKind;
use super::resources::Input;
use super::sources::{Evidence, text_of};
use super::step::{Step, Steps, values_at};

/// A call of a flow module, or a module whose own resources are flows.
#[derive(Debug)]
pub struct FlowCall<'p> {
    /// The block; `None` where the root module declares the resources itself.
    pub call: Option<&'p ModuleCall>,
    /// The module that has the resources, where its files are there.
    pub module: Option<&'p Module>,
    /// One for each key of `for_each`; empty where that is unknown.
    pub instances: Vec<FlowInstance>,
    /// Why `for_each` or `count` is unknown, if it is, so that there may be other instances.
    pub unknown: Option<Arc<Unknown>>,
}

impl<'p> FlowCall<'p> {
    /// The name of the call; empty where the root module declares the resources itself.
    pub fn name(&self) -> &'p str {
        self.call.map_or("", |call| &call.name.text)
    }

    /// The arguments that are written in the call.
    pub fn written_arguments(&self) -> &'p [Arc<Attribute>] {
        self.call.map(|call| call.arguments.as_slice()).unwrap_or_default()
    }

    /// Whether the call, or each resource, is repeated.
    pub fn is_repeated(&self) -> bool {
        self.call.is_none_or(ModuleCall::is_repeated)
    }
}

/// One instance of a flow call.
#[derive(Debug)]
pub struct FlowInstance {
    /// `module.sso_access["foo"]`
    pub address: Str,
    /// The module instance, for the evaluator.
    pub instance: Instance,
    /// The key of `for_each`.
    pub key: Option<Str>,
    /// What `each` and `count` stand for, of the resources, of the call, and of the calls around it.
    pub repetitions: Vec<Repetition>,
    /// The tenant whose values it should receive, where that can be known.
    pub tenant: Option<TenantId>,
    /// The arguments that carry a tenant's values, in order; also those that the module has a default for.
    pub arguments: Vec<Argument>,
    /// Which arguments carry which values, whether they are given or not.
    pub carriers: Arc<[(Str, Arc<[ArgumentPart]>)]>,
    /// The variables of the module as this instance has them, where the module has resources of Sym.
    pub inputs: Vec<Input>,
    /// The variables of the modules that contain the call, the nearest module first; none of the root module.
    pub around: Vec<Vec<Input>>,
}

/// What `each` or `count` stands for in one instance.
#[derive(Debug, Clone)]
pub struct Repetition {
    /// `each.key` or `count.index`.
    pub key: Value,
    /// `each.value`; without one, the key.
    pub value: Option<Value>,
}

impl FlowInstance {
    /// The variable `name` of the module, as this instance has it.
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
    /// The expression; of what the call leaves to the module's default, the name of the call.
    pub span: Span,
    /// Whether it is the default of the module's variable.
    pub is_default: bool,
    /// Which values of the tenant are in it, and where. One value may have several possible places.
    pub parts: Arc<[ArgumentPart]>,
}

/// A place inside an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentPart {
    /// The way from the argument to the value.
    pub steps: Steps,
    /// Which value of the tenant should be there; the key stands for the slug.
    pub field: FieldKind,
    /// Whether the module puts the value together with others, as an account into an ARN.
    pub is_fragment: bool,
    /// How that is known: by the configuration, by the name, or by what it reaches.
    pub evidence: Evidence,
    /// Whether the module uses it for something else, too: in names, or as a part of another value.
    pub has_other_uses: bool,
}

impl ArgumentPart {
    /// Whether `value`, which the module takes for this part, can only be the other thing for which it takes it.
    pub fn is_another(&self, value: &Value) -> bool {
        self.has_other_uses && text_of(value).is_some_and(|text| !may_be(self.field, &text))
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

    /// Whether it holds several grants.
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
    /// Whom each instance trusts, with the call.
    pub fn trusted(&self) -> impl Iterator<Item = (&'p ModuleCall, &Value)> {
        self.instances.iter().filter_map(|instance| Some((self.call, instance.runtime_role_arns.as_ref()?)))
    }
}

/// One instance of a connector call.
#[derive(Debug)]
pub struct ConnectorInstance {
    /// `environment`
    pub environment: Option<Value>,
    /// `runtime_role_arns`
    pub runtime_role_arns: Option<Value>,
}

/// A policy about Sym's roles that says who may assume one.
#[derive(Debug)]
pub struct Trust<'p> {
    pub resource: &'p Resource,
    /// Those whom it trusts without a condition on the caller.
    pub principals: Vec<Value>,
}

/// What says which accounts the runtime may enter: a runtime connector's safelist, or a hand-written policy.
#[derive(Debug)]
pub struct RuntimeCall<'p> {
    /// What it is written in.
    pub block: RuntimeBlock<'p>,
    /// The accounts of each instance. If a safelist may be one of several lists, an account that is not in all of them is an
    /// unknown value with that account as its candidate.
    pub safelists: Vec<Value>,
    /// The lists from which a safelist, or a part of one, is chosen.
    pub alternatives: Vec<Value>,
    /// How many instances there are, with or without a list.
    pub instances: usize,
    /// Whether `for_each` or `count` is unknown, so that there may be other lists.
    pub is_unknown: bool,
}

/// Where the accounts that the runtime may enter are written.
#[derive(Debug, Clone, Copy)]
pub enum RuntimeBlock<'p> {
    /// `account_id_safelist` of a runtime connector.
    Call(&'p ModuleCall),
    /// The policy of a role, or the document for one.
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

    /// Where the block has its name.
    pub fn name_span(&self) -> Span {
        match self {
            Self::Call(call) => call.name.span,
            Self::Policy(resource) => resource.name.span,
        }
    }

    /// The way to the accounts, such as `module.runtime.account_id_safelist`.
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
