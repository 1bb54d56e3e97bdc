//! What Sym acts on inside the flow module, and which variable of the module it should come from.

use symlint_core::config::Config;
use symlint_core::tenants::{ArgumentKind, FieldKind, FlowInstance, FlowResource, Input, Model, TenantId};
use symlint_terraform::Value;

use super::slot::{elements, grant_names};

/// One value on which Sym acts.
pub(super) struct Setting<'a> {
    pub resource: &'a FlowResource<'a>,
    pub instance: &'a FlowInstance,
    /// Whose flow it is.
    pub tenant: TenantId,
    /// The attribute of the resource.
    pub attribute: &'static str,
    /// The part of the attribute.
    pub part: Option<&'static str>,
    /// Which value of the tenant it should be.
    pub wanted: FieldKind,
    /// What it is.
    pub value: Value,
}

/// All of a model.
pub(super) fn settings<'a>(model: &'a Model<'a>) -> impl Iterator<Item = Setting<'a>> {
    let instances = model.resources.iter().filter_map(|resource| {
        let instance = model.flows.get(resource.flow)?.instances.get(resource.instance)?;
        Some((resource, instance, instance.tenant?))
    });
    instances.flat_map(|(resource, instance, tenant)| {
        parts(resource).iter().filter_map(move |&(attribute, part, wanted)| {
            let whole = resource.attribute(attribute)?;
            let value = match part {
                Some(part) => whole.get(part)?,
                None => whole.clone(),
            };
            Some(Setting { resource, instance, tenant, attribute, part, wanted, value })
        })
    })
}

type Part = (&'static str, Option<&'static str>, FieldKind);

/// What of a resource names an instance, a role, a permission set or an account.
fn parts(resource: &FlowResource<'_>) -> &'static [Part] {
    match (resource.kind(), resource.type_name()) {
        ("sym_integration", Some("permission_context")) => &[
            ("external_id", None, FieldKind::InstanceArn),
            ("settings", Some("cloud"), FieldKind::Cloud),
            ("settings", Some("instance_arn"), FieldKind::InstanceArn),
            ("settings", Some("region"), FieldKind::Region),
            ("settings", Some("role_arn"), FieldKind::RoleArn),
        ],
        ("sym_target", Some("aws_sso_permission_set")) => &[
            ("settings", Some("permission_set_arn"), FieldKind::PermissionSetArn),
            ("settings", Some("account_id"), FieldKind::TargetAccountId),
        ],
        ("sym_strategy", Some("aws_sso")) => &[("settings", Some("instance_arn"), FieldKind::InstanceArn)],
        _ => &[],
    }
}

/// The variable of the module that has a value.
fn variable(wanted: FieldKind) -> ArgumentKind {
    match wanted {
        FieldKind::PermissionSetArn => ArgumentKind::PermissionSetArn,
        FieldKind::TargetAccountId => ArgumentKind::AccountId,
        _ => ArgumentKind::SsoConnectorSettings,
    }
}

impl Setting<'_> {
    fn input(&self, kind: ArgumentKind, config: &Config) -> Option<&Input> {
        self.instance.inputs.iter().find(|input| input.name.as_str() == config.argument_name(kind))
    }

    /// What it should be: what the module's variable has, one for each grant where it has several.
    pub(super) fn expected(&self, config: &Config) -> Vec<Value> {
        let kind = variable(self.wanted);
        let is_of_settings = kind == ArgumentKind::SsoConnectorSettings;
        match (self.input(kind, config), self.input(ArgumentKind::Grants, config)) {
            (Some(input), _) if is_of_settings => input.value.get(self.wanted.name()).into_iter().collect(),
            (Some(input), _) => vec![input.value.clone()],
            (None, Some(grants)) if !is_of_settings => {
                let names = grant_names(self.wanted, config);
                let named = |element: &Value| names.iter().find_map(|name| element.get(name));
                elements(&grants.value).iter().filter_map(named).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How the module would refer to what it should be.
    pub(super) fn right(&self, config: &Config) -> Option<String> {
        let kind = variable(self.wanted);
        let Input { name, .. } = self.input(kind, config)?;
        Some(match kind {
            ArgumentKind::SsoConnectorSettings => format!("var.{name}.{}", self.wanted.name()),
            _ => format!("var.{name}"),
        })
    }
}
