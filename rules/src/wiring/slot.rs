//! The single values that a flow instance receives, inside settings and lists too.

use symlint_core::discover::{Step, values_at};
use symlint_core::tenants::{Argument, FieldKind, FlowInstance, TenantId};
use symlint_terraform::Value;

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

/// A permission set and the account in which it is granted, by their places among the slots.
pub(super) struct Pair {
    pub permission_set: usize,
    pub account: usize,
}

/// All values of an instance, and which of them make a grant.
#[derive(Default)]
pub(super) struct Slots<'a> {
    pub slots: Vec<Slot<'a>>,
    pub pairs: Vec<Pair>,
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
                    let (wanted, value) = (part.field, argument.value.clone());
                    all.slots.push(Slot { instance, tenant, wanted, argument, part: None, is_fragment: false, value });
                }
            } else if argument.is_list() {
                all.add_list(instance, argument, tenant);
            } else {
                for part in argument.parts.iter() {
                    let name = part.steps.iter().rev().find_map(name_of);
                    for value in values_at(&argument.value, &part.steps) {
                        let (wanted, is_fragment) = (part.field, part.is_fragment);
                        all.slots.push(Slot { instance, tenant, wanted, argument, part: name, is_fragment, value });
                    }
                }
            }
        }
        let position = |kind| all.slots.iter().position(|slot| slot.wanted == kind && !slot.argument.is_list());
        if let (Some(permission_set), Some(account)) =
            (position(FieldKind::PermissionSetArn), position(FieldKind::TargetAccountId))
        {
            all.pairs.push(Pair { permission_set, account });
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
                let (wanted, is_fragment) = (part.field, part.is_fragment);
                self.slots.push(Slot { instance, tenant, wanted, argument, part: name, is_fragment, value });
            }
        }
    }

    /// Adds the values of a list of grants, or of single values.
    fn add_list(&mut self, instance: &'a FlowInstance, argument: &'a Argument, tenant: TenantId) {
        let first = argument.parts.iter().find_map(|part| part.steps.iter().position(|step| *step == Step::Each));
        let Some(at) = first else { return };
        let to_list = argument.parts.iter().find_map(|part| part.steps.get(..=at)).unwrap_or_default();
        for element in values_at(&argument.value, to_list) {
            let mut places: [Option<usize>; 2] = [None, None];
            for part in argument.parts.iter().filter(|part| part.steps.starts_with(to_list)) {
                let inside = part.steps.get(at + 1..).unwrap_or_default();
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
                    let (wanted, is_fragment) = (part.field, part.is_fragment);
                    if let Some(place) = place.and_then(|place| places.get_mut(place)) {
                        *place = Some(self.slots.len());
                    }
                    self.slots.push(Slot { instance, tenant, wanted, argument, part: name, is_fragment, value });
                }
            }
            if let [Some(permission_set), Some(account)] = places {
                self.pairs.push(Pair { permission_set, account });
            }
        }
    }
}

fn name_of(step: &Step) -> Option<&str> {
    if let Step::Name(name) = step { Some(name) } else { None }
}
