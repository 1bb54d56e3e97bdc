//! Where the tenants of a collection have their values.

use foldhash::HashSet;
use symlint_terraform::{Str, Value};

use super::kind::FieldKind;
use super::shape::TenantShape;
use super::sources::{Evidence, Way};
use super::step::{Step, Steps};
use crate::config::Config;

/// Where the tenants of a collection have their values.
pub(crate) struct Layout {
    /// The path to each of [`FieldKind::VALUES`], if there is one.
    pub(crate) places: [Option<ValuePlace>; FieldKind::VALUES.len()],
    /// The paths to the objects that contain them, each once. In the shipped example, these are the tenant itself and
    /// its connector settings.
    pub(crate) parents: Vec<Vec<Str>>,
    /// The path to the list of grants.
    pub(crate) grants: Vec<Str>,
    /// The names of a grant's attributes in a list. The first one that is present is used.
    pub(crate) permission_sets: Vec<String>,
    pub(crate) targets: Vec<String>,
    /// The pairs of attributes that define grants, if these are not the ones in [`Layout::places`] alone.
    pub(crate) pairs: Vec<Pair>,
    /// The expected form of an element, if no type declares it.
    pub(crate) shape: TenantShape,
}

/// What the elements of a collection should have, even if none of them has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// Whether the collection is configured, or has the name that the shipped example uses. If so, all attributes of
    /// the example are expected.
    pub(crate) is_configured: bool,
    /// Values that come from elsewhere and are not expected.
    pub(crate) elsewhere: Option<&'a HashSet<FieldKind>>,
}

/// The paths to a permission set and to the account in which it is granted. A path that an element does not have is
/// empty.
pub(crate) type Pair = (Steps, Steps);

/// Where a value is.
pub(crate) struct ValuePlace {
    pub(crate) path: Vec<Str>,
    /// The object that contains it, as an index in [`Layout::parents`].
    pub(crate) parent: usize,
}

/// Elements with at least this many attribute names of the shipped example are meant to follow it.
const OURS: usize = 3;

impl Layout {
    /// The layout of a collection with these attributes and `pairs` of grant attributes. If the collection is
    /// configured, or has the name that the shipped example uses, the example's attributes are expected even if no
    /// element has them.
    pub(crate) fn new(ways: &[Way], pairs: &[Pair], expected: &Expected<'_>, config: &Config) -> Self {
        let Expected { is_configured, elsewhere } = *expected;
        let named = ways.iter().filter(|way| matches!(way.evidence, Evidence::Named | Evidence::Configured));
        let is_ours = is_configured || named.count() >= OURS;
        let mut parents: Vec<Vec<Str>> = Vec::new();
        let places = FieldKind::VALUES.map(|field| {
            let is_plain = |way: &&Way| way.field == field && !way.is_fragment && !way.steps.contains(&Step::Each);
            let own = ways.iter().find(is_plain).map(|way| names(&way.steps));
            let is_elsewhere = ways.iter().any(|way| way.field == field);
            let ours = || config.field_path(field).into_iter().map(Str::from).collect::<Vec<_>>();
            let is_missed = !config.is_absent(field) && !elsewhere.is_some_and(|it| it.contains(&field));
            let path = own.or_else(|| (is_configured && !is_elsewhere && is_missed).then(ours))?;
            let above = path.split_last().map(|(_, above)| above).unwrap_or_default();
            let parent = parents.iter().position(|known| known == above).unwrap_or_else(|| {
                parents.push(above.to_vec());
                parents.len() - 1
            });
            Some(ValuePlace { path, parent })
        });
        let grant_names = |field: FieldKind| {
            let names = config.grant_attribute_names();
            names.into_iter().filter(|(it, _)| *it == field).map(|(_, name)| name.to_owned()).collect()
        };
        let ours =
            FieldKind::VALUES.map(|field| config.field_path(field).into_iter().map(Str::from).collect::<Vec<_>>());
        let known = places.iter().flatten().map(|place| place.path.as_slice());
        let ours = ours.iter().map(Vec::as_slice).filter(|path| !path.is_empty());
        let shape = match is_ours {
            true => TenantShape::of(known.chain(ours)),
            // A list that only some elements have is not a mistake if it reaches a sink.
            false => TenantShape::of_foreign(known.filter(|path| !ways.iter().any(|way| is_list_at(&way.steps, path)))),
        };
        let single = |field| {
            let at = FieldKind::VALUES.iter().position(|value| *value == field)?;
            let place = places.get(at)?.as_ref()?;
            Some(place.path.iter().cloned().map(Step::Name).collect::<Steps>())
        };
        let usual = single(FieldKind::PermissionSetArn).zip(single(FieldKind::TargetAccountId));
        let are_usual = pairs.iter().all(|pair| usual.as_ref() == Some(pair));
        // If a list has one half of each grant, an expression adds the other half.
        let listed = |field| {
            let own = ways.iter().find(|way| way.field == field && !way.is_fragment && way.steps.contains(&Step::Each));
            own.filter(|_| single(field).is_none()).map(|way| way.steps.clone())
        };
        let halves = match (listed(FieldKind::PermissionSetArn), listed(FieldKind::TargetAccountId)) {
            (None, Some(target)) if single(FieldKind::PermissionSetArn).is_none() => Some((Steps::new(), target)),
            (Some(set), None) if single(FieldKind::TargetAccountId).is_none() => Some((set, Steps::new())),
            _ => None,
        };
        // Values that flows should receive, but do not.
        let alone = |field| {
            let mut own = ways.iter().filter(|way| way.field == field && !way.is_fragment);
            own.next().filter(|_| own.next().is_none())
        };
        let unused = alone(FieldKind::PermissionSetArn)
            .zip(alone(FieldKind::TargetAccountId).filter(|target| matches!(target.evidence, Evidence::Looks(_))))
            .filter(|_| pairs.is_empty() && usual.is_none())
            .map(|(permission_set, target)| (permission_set.steps.clone(), target.steps.clone()));
        Self {
            grants: config.attribute_path("grants").into_iter().map(Str::from).collect(),
            permission_sets: grant_names(FieldKind::PermissionSetArn),
            targets: grant_names(FieldKind::TargetAccountId),
            pairs: if are_usual { halves.or(unused).into_iter().collect() } else { pairs.to_vec() },
            places,
            parents,
            shape,
        }
    }

    pub(crate) fn place(&self, kind: FieldKind) -> Option<&ValuePlace> {
        FieldKind::VALUES
            .iter()
            .zip(&self.places)
            .find(|(value, _)| **value == kind)
            .and_then(|(_, place)| place.as_ref())
    }

    /// Whether the values of grants are elsewhere, because `value` is a collection of texts, or of objects without any
    /// attribute named like those of a grant.
    pub(crate) fn has_foreign_grants(&self, value: &Value) -> bool {
        let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
        let mut elements = entries.chain(value.elements().unwrap_or_default()).peekable();
        let is_ours = |name: &str| self.permission_sets.iter().chain(&self.targets).any(|own| own == name);
        let are_elsewhere =
            [FieldKind::PermissionSetArn, FieldKind::TargetAccountId].iter().all(|field| self.place(*field).is_some());
        let is_foreign = |element: &Value| match element.entries() {
            Some(entries) => !entries.iter().any(|entry| is_ours(entry.key.as_str())),
            None => are_elsewhere && element.as_str().is_some(),
        };
        elements.peek().is_some() && elements.all(is_foreign)
    }

    /// Whether `value` is a collection of objects, and one of them has the attributes of a grant.
    pub(crate) fn is_list_of_grants(&self, value: &Value) -> bool {
        let has = |element: &Value, name: &String| {
            element.entries().is_some_and(|entries| entries.iter().any(|entry| entry.key.as_str() == name))
        };
        let has_any = |element: &Value, names: &[String]| names.iter().any(|name| has(element, name));
        let is_grant = |element: &Value| has_any(element, &self.permission_sets) && has_any(element, &self.targets);
        let elements = || {
            let entries = value.entries().unwrap_or_default().iter().map(|entry| &entry.value);
            entries.chain(value.elements().unwrap_or_default())
        };
        elements().all(|element| element.entries().is_some() || element.as_unknown().is_some())
            && elements().any(is_grant)
    }
}

/// Whether `steps` pass through a list at `path`.
fn is_list_at(steps: &[Step], path: &[Str]) -> bool {
    let is_on_the_way = |(step, name): (&Step, &Str)| matches!(step, Step::Name(own) if own == name);
    steps.get(path.len()) == Some(&Step::Each) && steps.iter().zip(path).all(is_on_the_way)
}

fn names(steps: &[Step]) -> Vec<Str> {
    steps.iter().filter_map(|step| if let Step::Name(name) = step { Some(name.clone()) } else { None }).collect()
}
