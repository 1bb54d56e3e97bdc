//! What Sym acts on inside the flow module, and which variable of the module it should come from.

use symlint_core::discover::{Step, values_at};
use symlint_core::tenants::{ArgumentPart, FieldKind, FlowInstance, FlowResource, Input, Model, TenantId};
use symlint_terraform::{Str, Value};

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
    pub value: Value,
}

/// All of a model.
pub(super) fn settings<'a>(model: &'a Model<'a>) -> impl Iterator<Item = Setting<'a>> {
    let instances = model.resources.iter().filter_map(|resource| {
        let instance = model.flows.get(resource.flow)?.instances.get(resource.instance)?;
        Some((resource, instance, instance.tenant?))
    });
    instances.flat_map(|(resource, instance, tenant)| {
        let settings = resource.sink().map(|sink| sink.settings).unwrap_or_default();
        settings.iter().filter_map(move |setting| {
            let whole = resource.attribute(setting.attribute)?;
            let value = match setting.part {
                Some(part) => whole.get(part)?,
                None => whole.clone(),
            };
            let (attribute, part, wanted) = (setting.attribute, setting.part, setting.field);
            Some(Setting { resource, instance, tenant, attribute, part, wanted, value })
        })
    })
}

impl Setting<'_> {
    /// The arguments that carry what the setting should be, and where in them.
    fn carriers(&self) -> impl Iterator<Item = (&Str, &ArgumentPart)> {
        let carriers = self.instance.carriers.iter();
        carriers
            .flat_map(|(name, parts)| parts.iter().map(move |part| (name, part)))
            .filter(|(_, part)| part.field == self.wanted && !part.is_fragment)
    }

    fn input(&self, name: &Str) -> Option<&Input> {
        self.instance.inputs.iter().find(|input| input.name == *name)
    }

    /// What it should be: what the module's variable has, one for each grant where it has several.
    pub(super) fn expected(&self) -> Vec<Value> {
        let single = |part: &ArgumentPart| !part.steps.contains(&Step::Each);
        let has_single = self.carriers().any(|(_, part)| single(part));
        let carriers = self.carriers().filter(|(_, part)| !has_single || single(part));
        let values = carriers.filter_map(|(name, part)| Some(values_at(&self.input(name)?.value, &part.steps)));
        values.flatten().collect()
    }

    /// Whether the module receives something unknown for what it should be.
    pub(super) fn is_expected_unknown(&self) -> bool {
        let is_whole_unknown = |name: &Str| self.input(name).is_some_and(|input| input.value.as_unknown().is_some());
        self.carriers().any(|(name, _)| is_whole_unknown(name))
            || self.expected().iter().any(|expected| expected.as_unknown().is_some())
    }

    /// How the module would refer to what it should be.
    pub(super) fn right(&self) -> Option<String> {
        let (name, part) = self.carriers().find(|(_, part)| !part.steps.contains(&Step::Each))?;
        let name = &self.input(name)?.name;
        let inside = part.steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
        Some(inside.fold(format!("var.{name}"), |path, name| format!("{path}.{name}")))
    }
}
