//! What a call or a resource is repeated for.

use symlint_terraform::{Instance, InstanceKey, Value};

use crate::tenants::Repetition;

/// The repetitions of `each` or `count` in an instance, followed by those of the modules around it.
pub(super) fn repetitions(instance: &Instance, around: &[Repetition]) -> Vec<Repetition> {
    repetition(instance.key(), instance.each_value(), instance.count_index())
        .into_iter()
        .chain(around.iter().cloned())
        .collect()
}

pub(super) fn repetition(key: &InstanceKey, value: Option<&Value>, index: Option<&Value>) -> Option<Repetition> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Key(key) => Some(Repetition { key: key.clone(), value: value.cloned() }),
        InstanceKey::Index(_) => Some(Repetition { key: index?.clone(), value: None }),
    }
}
