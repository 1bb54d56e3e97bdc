//! Calls of the modules that matter: the flow module, the connector module and the runtime connector module.

use std::sync::Arc;

use symlint_terraform::{Instance, Module, ModuleCall, Span, Str, Unknown, Value};

use super::model::TenantId;
use super::resources::Input;

/// A call of the flow module.
#[derive(Debug)]
pub struct FlowCall<'p> {
    /// The block.
    pub call: &'p ModuleCall,
    /// The module that is called, where its files are there.
    pub module: Option<&'p Module>,
    /// One for each key of `for_each`; empty where that is unknown.
    pub instances: Vec<FlowInstance>,
    /// Why `for_each` or `count` is unknown, if it is, so that there may be other instances.
    pub unknown: Option<Arc<Unknown>>,
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
    /// The tenant whose values it should receive, where that can be told.
    pub tenant: Option<TenantId>,
    /// The arguments that carry a tenant's values, in order; also those that the module has a default for.
    pub arguments: Vec<Argument>,
    /// The variables of the module as this instance has them, where the module has resources of Sym.
    pub inputs: Vec<Input>,
}

impl FlowInstance {
    /// The argument of this kind.
    pub fn argument(&self, kind: ArgumentKind) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.kind == kind)
    }
}

/// An argument that carries a tenant's value.
#[derive(Debug)]
pub struct Argument {
    /// Which one it is.
    pub kind: ArgumentKind,
    /// Its name in the call.
    pub name: Str,
    /// What it is.
    pub value: Value,
    /// The expression; of what the call leaves to the module's default, the name of the call.
    pub span: Span,
    /// Whether it is the default of the module's variable.
    pub is_default: bool,
}

/// The arguments of the flow module that carry a tenant's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArgumentKind {
    /// Names the tenant.
    TenantSlug,
    /// The target account.
    AccountId,
    /// The permission set.
    PermissionSetArn,
    /// How Sym reaches the customer's Identity Center.
    SsoConnectorSettings,
    /// A list of permission sets and accounts.
    Grants,
}

impl ArgumentKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::TenantSlug, Self::AccountId, Self::PermissionSetArn, Self::SsoConnectorSettings, Self::Grants];

    /// The name that the stock module has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TenantSlug => "tenant_slug",
            Self::AccountId => "account_id",
            Self::PermissionSetArn => "permission_set_arn",
            Self::SsoConnectorSettings => "sso_connector_settings",
            Self::Grants => "grants",
        }
    }
}

/// A call of the connector module.
#[derive(Debug)]
pub struct ConnectorCall<'p> {
    /// The block.
    pub call: &'p ModuleCall,
    /// Each instance's arguments `environment` and `runtime_role_arns`.
    pub instances: Vec<ConnectorInstance>,
}

/// One instance of a connector call.
#[derive(Debug)]
pub struct ConnectorInstance {
    /// `environment`
    pub environment: Option<Value>,
    /// `runtime_role_arns`
    pub runtime_role_arns: Option<Value>,
}

/// A call of the runtime connector module.
#[derive(Debug)]
pub struct RuntimeCall<'p> {
    /// The block.
    pub call: &'p ModuleCall,
    /// `account_id_safelist` of each instance.
    pub safelists: Vec<Value>,
    /// How many instances there are, with or without a list.
    pub instances: usize,
    /// Whether `for_each` or `count` is unknown, so that there may be other lists.
    pub is_unknown: bool,
}
