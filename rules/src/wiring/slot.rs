//! The single values that a flow instance receives, inside settings and lists too.

use symlint_core::tenants::{
    Argument, ArgumentPart, FieldKind, FlowInstance, Input, Model, Step, TenantId, Way, text_of, values_at,
};
use symlint_terraform::{Kind, Value};

/// One value that a flow instance receives.
pub(super) struct Slot<'a> {
    pub instance: &'a FlowInstance,
    /// Whose value it should be.
    pub tenant: TenantId,
    /// Which of its values; the key stands for the slug.
    pub wanted: FieldKind,
    /// The argument that it is, or is inside.
    pub argument: &'a Argument,
    /// The attribute that it has inside the argument.
    pub part: Option<&'a str>,
    /// Whether the module puts it together with others.
    pub is_fragment: bool,
    pub value: Value,
}

impl<'a> Slot<'a> {
    /// The value that is in `argument` where `part` says, under `name`.
    fn new(
        instance: &'a FlowInstance,
        tenant: TenantId,
        argument: &'a Argument,
        part: &'a ArgumentPart,
        name: Option<&'a str>,
        value: Value,
    ) -> Self {
        let (wanted, is_fragment) = (part.field, part.is_fragment);
        Self { instance, tenant, wanted, argument, part: name, is_fragment, value }
    }

    /// An argument as a whole, for a part that it lacks.
    fn whole(instance: &'a FlowInstance, tenant: TenantId, argument: &'a Argument, wanted: FieldKind) -> Self {
        let value = argument.value.clone();
        Self { instance, tenant, wanted, argument, part: None, is_fragment: false, value }
    }

    /// What the module's variable has of what it receives as a whole.
    pub(super) fn input(&self) -> Option<&'a Value> {
        self.instance.input(&self.argument.name).filter(|_| self.part.is_none()).map(|input| &input.value)
    }

    pub(super) fn is_number(&self) -> bool {
        std::iter::once(&self.value).chain(self.input()).any(|value| matches!(value.kind, Kind::Number(_)))
    }

    /// Whether it is the key of another customer.
    pub(super) fn is_key_of_other(&self, model: &Model<'_>) -> bool {
        let other = text_of(&self.value).and_then(|text| model.index.with_key(&text));
        other.is_some_and(|other| !model.index.may_share(FieldKind::Key, self.tenant, other))
    }

    /// See [`is_under_own_name`].
    pub(super) fn is_under_own_name(&self, model: &Model<'_>) -> bool {
        let name = self.part.unwrap_or(&self.argument.name);
        let whole = self.part.map(|_| &self.argument.value);
        is_under_own_name(model, (self.tenant, self.wanted), name, &self.value, whole)
    }
}

/// Whether `value`, which should be the `wanted` one, is passed under the name that it has in the tenant's entry, either
/// inside a `whole` object of the entry, or while the right one has another name there. Then the call is right, and any
/// mistake is in the module.
pub(super) fn is_under_own_name(
    model: &Model<'_>,
    (tenant, wanted): (TenantId, FieldKind),
    name: &str,
    value: &Value,
    whole: Option<&Value>,
) -> bool {
    let is_right = |way: &Way| way.steps.iter().rev().find_map(name_of) == Some(name);
    let is_of_entry =
        |whole: &Value| whole.origin.path.as_ref().is_some_and(|path| !model.sources_of_values.owners(path).is_empty());
    model.sources_of_values.is_called(value, name)
        && (whole.is_some_and(is_of_entry) || !model.ways_to(tenant, wanted).into_iter().any(is_right))
}

/// A permission set and the account in which it is granted, by their places among the slots.
pub(super) struct GrantPair {
    pub permission_set: usize,
    pub account: usize,
}

/// All values of an instance, and which of them make a grant.
#[derive(Default)]
pub(super) struct Slots<'a> {
    pub slots: Vec<Slot<'a>>,
    pub pairs: Vec<GrantPair>,
}

impl<'a> Slots<'a> {
    /// The values that `instance` receives for `tenant`.
    pub(super) fn of(instance: &'a FlowInstance, tenant: TenantId) -> Self {
        let mut all = Self::default();
        for argument in &instance.arguments {
            let is_whole = argument.value.is_null() || argument.value.as_unknown().is_some();
            if is_whole && argument.is_object() {
                let before = all.slots.len();
                all.add_candidates(instance, argument, tenant);
                // It has no parts; the role is what the flow would act with.
                let role = argument.parts.iter().find(|part| part.field == FieldKind::RoleArn);
                if let Some(part) = role.or(argument.parts.first()).filter(|_| all.slots.len() == before) {
                    all.slots.push(Slot::whole(instance, tenant, argument, part.field));
                }
            } else if argument.is_list() {
                match argument.value.candidates() {
                    [] => all.add_list(instance, argument, &argument.value, tenant),
                    lists => lists.iter().for_each(|list| all.add_list(instance, argument, list, tenant)),
                }
            } else {
                let mut is_lacking = argument.parts.iter().all(|part| !part.steps.is_empty());
                for part in argument.parts.iter() {
                    let name = part.steps.iter().rev().find_map(name_of);
                    let mut values = values_at(&argument.value, &part.steps);
                    is_lacking &= values.is_empty();
                    if values.is_empty() {
                        // The type of the module's variable may have a default for it.
                        let input = instance.input(&argument.name);
                        values = input.map(|input| values_at(&input.value, &part.steps)).unwrap_or_default();
                        values.retain(|value| value.as_str().is_some());
                    }
                    // If the module uses one argument for two purposes, a value that fits one of them is the module's mistake.
                    let values = values.into_iter().filter(|value| !part.is_another(value));
                    all.slots.extend(values.map(|value| Slot::new(instance, tenant, argument, part, name, value)));
                }
                // Something else than the object that it should be.
                let is_converted = |input: &Input| input.name == argument.name && input.value.as_unknown().is_none();
                is_lacking &= instance.inputs.iter().any(is_converted);
                if let Some(part) = argument.parts.first().filter(|_| is_lacking) {
                    all.slots.push(Slot::whole(instance, tenant, argument, part.field));
                }
            }
        }
        let position = |kind| all.slots.iter().position(|slot| slot.wanted == kind && !slot.argument.is_list());
        if let (Some(permission_set), Some(account)) =
            (position(FieldKind::PermissionSetArn), position(FieldKind::TargetAccountId))
        {
            all.pairs.push(GrantPair { permission_set, account });
        }
        all
    }

    /// Adds what the values inside an unknown object may be, where the object is one of several that are known.
    fn add_candidates(&mut self, instance: &'a FlowInstance, argument: &'a Argument, tenant: TenantId) {
        for part in argument.parts.iter() {
            let name = part.steps.iter().rev().find_map(name_of);
            let inside = |candidate: &Value| values_at(candidate, &part.steps).into_iter().next();
            let value = argument.value.with_candidates(inside);
            if !value.candidates().is_empty() {
                self.slots.push(Slot::new(instance, tenant, argument, part, name, value));
            }
        }
    }

    /// Adds the values of `list`, which `argument` is or may be: grants, or single values.
    fn add_list(&mut self, instance: &'a FlowInstance, argument: &'a Argument, list: &Value, tenant: TenantId) {
        let to_list = argument.parts.iter().find_map(|part| {
            let at = part.steps.iter().position(|step| *step == Step::Each)?;
            part.steps.get(..=at)
        });
        let Some(to_list) = to_list else { return };
        if let (Some(part), Some(_)) = (argument.parts.first(), list.as_unknown()) {
            self.slots.push(Slot { value: list.clone(), ..Slot::whole(instance, tenant, argument, part.field) });
        }
        for part in argument.parts.iter().filter(|part| !part.steps.starts_with(to_list)) {
            let name = part.steps.iter().rev().find_map(name_of);
            let values = values_at(list, &part.steps).into_iter();
            self.slots.extend(values.map(|value| Slot::new(instance, tenant, argument, part, name, value)));
        }
        for element in values_at(list, to_list) {
            let mut places: [Option<usize>; 2] = [None, None];
            for part in argument.parts.iter().filter(|part| part.steps.starts_with(to_list)) {
                let inside = part.steps.get(to_list.len()..).unwrap_or_default();
                let name = inside.iter().rev().find_map(name_of);
                let place = match part.field {
                    FieldKind::PermissionSetArn => Some(0),
                    FieldKind::TargetAccountId => Some(1),
                    _ => None,
                };
                // Of several names for one value, the first that is there.
                if place.and_then(|place| places.get(place)).is_some_and(Option::is_some) {
                    continue;
                }
                for value in values_at(&element, inside) {
                    if let Some(place) = place.and_then(|place| places.get_mut(place)) {
                        *place = Some(self.slots.len());
                    }
                    self.slots.push(Slot::new(instance, tenant, argument, part, name, value));
                }
            }
            if let [Some(permission_set), Some(account)] = places {
                self.pairs.push(GrantPair { permission_set, account });
            }
        }
    }
}

pub(super) fn name_of(step: &Step) -> Option<&str> {
    if let Step::Name(name) = step { Some(name) } else { None }
}
