//! Where the values of any tenant are, by the configuration.

use symlint_terraform::Value;

use super::field::FieldKind;
use super::shape::Shape;
use crate::config::Config;

/// Where the values of any tenant are, by the configuration.
pub(super) struct Layout<'c> {
    /// The way to each of [`FieldKind::VALUES`].
    pub(super) places: [Place<'c>; FieldKind::VALUES.len()],
    /// The ways to what holds them, each once: in the shipped example, the tenant itself and its connector settings.
    pub(super) parents: Vec<Vec<&'c str>>,
    /// The way to the grants as a list.
    pub(super) grants: Vec<&'c str>,
    /// What a grant's attributes are called inside a list: the first of these that is there.
    pub(super) permission_sets: [&'c str; 2],
    pub(super) targets: [&'c str; 3],
    pub(super) shape: Shape<'c>,
}

/// Where a value is.
pub(super) struct Place<'c> {
    pub(super) path: Vec<&'c str>,
    /// What holds it, by its place in [`Layout::parents`].
    pub(super) parent: usize,
}

impl<'c> Layout<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let mut parents: Vec<Vec<&str>> = Vec::new();
        let places = FieldKind::VALUES.map(|kind| {
            let path = config.field_path(kind);
            let above = path.split_last().map(|(_, above)| above).unwrap_or_default();
            let parent = parents.iter().position(|known| known == above).unwrap_or_else(|| {
                parents.push(above.to_vec());
                parents.len() - 1
            });
            Place { path, parent }
        });
        let last = |kind: FieldKind| config.field_path(kind).last().copied().unwrap_or(kind.name());
        Self {
            parents,
            grants: config.attribute_path("grants"),
            permission_sets: [last(FieldKind::PermissionSetArn), "permission_set_arn"],
            targets: [last(FieldKind::TargetAccountId), "target_account_id", "account_id"],
            shape: Shape::of(places.iter().map(|place| place.path.as_slice())),
            places,
        }
    }

    pub(super) fn place(&self, kind: FieldKind) -> Option<&Place<'c>> {
        FieldKind::VALUES.iter().zip(&self.places).find(|(value, _)| **value == kind).map(|(_, place)| place)
    }

    /// Whether `value` is a collection of objects, one of them with the attributes of a grant.
    pub(super) fn is_list_of_grants(&self, value: &Value) -> bool {
        let has = |element: &Value, name: &str| {
            element.entries().is_some_and(|entries| entries.iter().any(|entry| entry.key.as_str() == name))
        };
        let has_any = |element: &Value, names: &[&str]| names.iter().any(|name| has(element, name));
        let is_grant = |element: &Value| has_any(element, &self.permission_sets) && has_any(element, &self.targets);
        let elements = || {
            let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
            entries.chain(value.elements().unwrap_or_default())
        };
        elements().all(|element| element.entries().is_some() || element.as_unknown().is_some())
            && elements().any(is_grant)
    }
}
