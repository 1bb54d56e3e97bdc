//! See flow-argument-missing.md.

use symlint_core::rule::Context;
use symlint_core::tenants::{FieldKind, Model, Place};
use symlint_terraform::{ModuleCall, Str};

use super::calls::calls;
use super::flow_argument_miswired::in_element;

pub(super) fn check(cx: &mut Context<'_>) {
    for found in calls(cx.model) {
        let call = &found.call.name;
        for variable in found.missing_arguments(cx.model) {
            let name = variable.name.text.as_str();
            let path = Some(format!("module.{}.{name}", call.text));
            let place = Place { span: call.span, tenant: found.tenant, path };
            let right = right(cx.model, found.call, &variable.name.text);
            let report = cx
                .report(place, format!("`module.{}` does not pass `{name}`, which the module requires", call.text))
                .related(variable.name.span, format!("`{name}` is declared here, without a default"));
            if let Some(right) = right {
                report.help(format!("Add this to the call, or Terraform rejects the plan:\n\n    {name} = {right}"));
            }
        }
    }
}

/// What a call that is repeated for tenants has to pass as `name`: a value of the tenant, or all settings of its
/// connector.
fn right(model: &Model<'_>, call: &ModuleCall, name: &Str) -> Option<String> {
    call.for_each.as_ref()?;
    let flow = model.flows.iter().find(|flow| flow.call.is_some_and(|it| it.span == call.span))?;
    let instance = flow.instances.first()?;
    let (_, parts) = instance.carriers.iter().find(|(carrier, _)| carrier == name)?;
    let (tenant, repetition) = (instance.tenant?, instance.repetitions.first()?);
    let [part] = &**parts else {
        // All settings of a connector are in one object of the element.
        let is_of_connector = parts.iter().all(|part| FieldKind::CONNECTOR.contains(&part.field));
        let role = in_element(model, tenant, FieldKind::RoleArn, repetition, None).filter(|_| is_of_connector)?;
        return role.rsplit_once('.').map(|(settings, _)| settings.to_owned()).filter(|it| it != "each.value");
    };
    let is_whole = part.steps.is_empty() && !part.is_fragment;
    in_element(model, tenant, part.field, repetition, None).filter(|_| is_whole)
}
