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
    /// What it should be: what the module's variable has, one for each grant where it has several.
    pub expected: Vec<Value>,
    /// How the module would refer to that.
    pub right: Option<String>,
}

/// All of a model.
pub(super) fn settings<'a>(model: &'a Model<'a>, config: &Config) -> Vec<Setting<'a>> {
    let mut found = Vec::new();
    for resource in &model.resources {
        let flow = model.flows.get(resource.flow);
        let Some(instance) = flow.and_then(|flow| flow.instances.get(resource.instance)) else { continue };
        let Some(tenant) = instance.tenant else { continue };
        for &(attribute, part, wanted) in parts(resource) {
            let whole = resource.attribute(attribute);
            let value = match part {
                Some(part) => whole.and_then(|whole| whole.get(part)),
                None => whole.cloned(),
            };
            let Some(value) = value else { continue };
            let (expected, right) = expected(instance, wanted, config);
            found.push(Setting { resource, instance, tenant, attribute, part, wanted, value, expected, right });
        }
    }
    found
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

fn expected(instance: &FlowInstance, wanted: FieldKind, config: &Config) -> (Vec<Value>, Option<String>) {
    let input = |kind| instance.inputs.iter().find(|input| input.name.as_str() == config.argument_name(kind));
    let kind = variable(wanted);
    if let Some(Input { name, value }) = input(kind) {
        return match kind {
            ArgumentKind::SsoConnectorSettings => {
                let part = wanted.name();
                (value.get(part).into_iter().collect(), Some(format!("var.{name}.{part}")))
            }
            _ => (vec![value.clone()], Some(format!("var.{name}"))),
        };
    }
    let Some(grants) = input(ArgumentKind::Grants).filter(|_| kind != ArgumentKind::SsoConnectorSettings) else {
        return (Vec::new(), None);
    };
    let names = grant_names(wanted, config);
    let values = elements(&grants.value).into_iter().filter_map(|it| names.iter().find_map(|name| it.get(name)));
    (values.collect(), None)
}
