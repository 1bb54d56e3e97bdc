//! What Sym acts on inside the flow module, and which variable of the module it should come from.

use symlint_core::tenants::{
    ArgumentPart, Evidence, FieldKind, FlowInstance, FlowResource, Model, Source, Step, TenantId, has_shape, text_of,
    values_at,
};
use symlint_terraform::{Str, Value};

use super::slot::{is_under_own_name, name_of};

/// One value on which Sym acts.
pub(super) struct FlowSetting<'a> {
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
pub(super) fn settings<'a>(model: &'a Model<'a>) -> impl Iterator<Item = FlowSetting<'a>> {
    model.resources.iter().flat_map(|resource| settings_of(model, resource))
}

/// All of one resource.
pub(super) fn settings_of<'a>(
    model: &'a Model<'a>,
    resource: &'a FlowResource<'a>,
) -> impl Iterator<Item = FlowSetting<'a>> {
    let receiver = model.instance_of(resource).and_then(|instance| Some((instance, instance.tenant?)));
    receiver.into_iter().flat_map(move |(instance, tenant)| {
        resource.settings().map(move |(setting, value)| {
            let (attribute, part, wanted) = (setting.attribute, setting.part, setting.field);
            FlowSetting { resource, instance, tenant, attribute, part, wanted, value }
        })
    })
}

impl FlowSetting<'_> {
    /// The arguments that carry what the setting should be, and where in them.
    fn carriers(&self) -> impl Iterator<Item = (&Str, &ArgumentPart)> {
        let carriers = self.instance.carriers.iter();
        carriers
            .flat_map(|(name, parts)| parts.iter().map(move |part| (name, part)))
            .filter(|(_, part)| part.field == self.wanted && !part.is_fragment)
    }

    /// What it should be: what the module's variable has, one for each grant where it has several.
    pub(super) fn expected(&self, model: &Model<'_>) -> Vec<Value> {
        let single = |part: &ArgumentPart| !part.steps.contains(&Step::Each);
        let has_single = self.carriers().any(|(_, part)| single(part));
        let carriers = self.carriers().filter(|(_, part)| !has_single || single(part));
        let values = carriers.filter_map(|(name, part)| {
            let values = values_at(&self.instance.input(name)?.value, &part.steps);
            Some(values.into_iter().map(move |value| ((name, part), value)))
        });
        let values = values.flatten();
        // Of a map of them, the module selects one.
        let values = values.flat_map(|(part, value)| {
            let all = if value.entries().is_some() { values_at(&value, &[Step::Each]) } else { vec![value] };
            all.into_iter().map(move |value| (part, value))
        });
        values
            .filter(|((name, part), value)| !self.is_mistaken(model, name, part, value))
            .map(|(_, value)| value)
            .collect()
    }

    /// Whether the call passes `value` under its right name, but the module uses it as a different value.
    fn is_mistaken(&self, model: &Model<'_>, argument: &Str, part: &ArgumentPart, value: &Value) -> bool {
        if part.is_another(value) {
            return true;
        }
        let inside = part.steps.iter().rev().find_map(name_of);
        let whole = self.instance.input(argument).map(|input| &input.value).filter(|_| inside.is_some());
        let wanted = (self.tenant, self.wanted);
        let is_in_vain = || {
            let is_by_use = part.evidence == Evidence::Reaches;
            is_by_use && model.is_passed_in_vain(self.instance, self.tenant, self.wanted)
        };
        let is_right_call = is_under_own_name(model, wanted, inside.unwrap_or(argument), value, whole);
        if !(is_right_call || is_in_vain()) {
            return false;
        }
        let is_other = |source: &Source<'_>| matches!(source, Source::Field(it) if it.tenant == self.tenant && it.kind != self.wanted);
        let is_shaped = |text: &Str| has_shape(self.wanted, text);
        let has_own =
            || model.tenant(self.tenant).fields().any(|it| it.kind == self.wanted && it.raw().is_some_and(is_shaped));
        let sources = model.sources_of_values.of(value, self.tenant).unwrap_or_default();
        sources.iter().any(is_other) || text_of(value).is_some_and(|text| !is_shaped(&text)) && has_own()
    }

    /// The unknown values that the module receives in the places from which this setting should come.
    pub(super) fn unknown(&self, model: &Model<'_>) -> Vec<Value> {
        let inside = |(name, part): (&Str, &ArgumentPart)| {
            let first = |candidate: &Value| values_at(candidate, &part.steps).into_iter().next();
            Some(self.instance.input(name)?.value.with_candidates(first))
        };
        let mut all: Vec<Value> = self.carriers().filter_map(inside).chain(self.expected(model)).collect();
        all.retain(|value| value.as_unknown().is_some());
        all
    }

    /// The right expression for this setting, as the module would write it.
    pub(super) fn right(&self, model: &Model<'_>) -> Option<String> {
        let is_mistaken = |name: &Str, part: &ArgumentPart| {
            let values =
                self.instance.input(name).map(|input| values_at(&input.value, &part.steps)).unwrap_or_default();
            values.iter().any(|value| value.entries().is_some() || self.is_mistaken(model, name, part, value))
        };
        let mut carriers = self.carriers().filter(|(_, part)| !part.steps.contains(&Step::Each));
        let Some((name, part)) = carriers.find(|(name, part)| !is_mistaken(name, part)) else {
            // A variable that reaches no sink may still carry the value.
            let is_own = |source: &Source<'_>| matches!(source, Source::Field(it) if it.tenant == self.tenant && it.kind == self.wanted);
            let is_it = |value: &Value| {
                let sources = model.sources_of_values.of(value, self.tenant).unwrap_or_default();
                matches!(sources.as_slice(), [only] if is_own(only))
            };
            let passed = self.instance.inputs.iter().find(|input| is_it(&input.value));
            return passed.map(|input| format!("var.{}", input.name));
        };
        let name = &self.instance.input(name)?.name;
        let inside = part.steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name) } else { None });
        Some(inside.fold(format!("var.{name}"), |path, name| format!("{path}.{name}")))
    }
}
