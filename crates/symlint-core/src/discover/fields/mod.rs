//! Which attribute of an element is which of a tenant's values: by the configuration, by its name, by the sinks that it
//! reaches, or by the form of its values.

mod effects;
mod finder;

pub(super) use self::effects::{Effects, steps_inside};

use foldhash::{HashMap, HashSet};
use symlint_terraform::{Str, Value};

use self::finder::{Attribute, Finder, RevMax};
use super::usual::UsualAccount;
use crate::config::Config;
use crate::tenants::{FieldKind, OtherAttribute, Step, Steps, Way, values_at};

/// How many elements are examined to find out which attributes there are.
const SAMPLE: usize = 64;

/// What is known about the attributes of the elements of a collection.
pub(super) struct Fields {
    /// Which attributes are which values.
    pub(super) ways: Vec<Way>,
    /// The other attributes, as far as they were examined.
    pub(super) others: Vec<OtherAttribute>,
}

/// Finds out which attribute is which value, from the elements of one collection.
pub(super) fn find(elements: &[&Value], config: &Config, effects: &Effects, usual: Option<&UsualAccount>) -> Fields {
    let sample: Vec<&Value> = elements.iter().take(SAMPLE).copied().collect();
    let (attributes, containers, ways) = (Vec::new(), HashSet::default(), Vec::new());
    let mut finder = Finder { attributes, containers, effects, ways, taken: HashSet::default() };
    finder.configured_and_named(&sample, config);
    let is_complete = FieldKind::VALUES.into_iter().all(|field| finder.has(field));
    if is_complete && effects.reached.keys().all(|(steps, ..)| finder.is_taken(steps)) {
        return Fields { ways: finder.ways, others: Vec::new() };
    }
    for (at, element) in sample.iter().enumerate() {
        finder.note(element, Steps::new(), at, 0);
    }
    finder.named_anywhere();
    finder.by_other_roots(&sample, usual);
    finder.by_effect();
    finder.by_role_and_safelist();
    finder.by_elimination();
    finder.by_looks();
    finder.ways.retain(|way| !config.is_absent(way.field));
    let others = finder.attributes.iter().filter(|attribute| !finder.is_taken(&attribute.steps));
    let others = others.map(|attribute| finder.other(attribute)).collect();
    Fields { ways: finder.ways, others }
}

impl<'a, I: Iterator<Item = (usize, &'a Attribute)>> RevMax<'a> for I {
    fn rev_max(self) -> Option<&'a Attribute> {
        let mut best: Option<(usize, &Attribute)> = None;
        for (count, attribute) in self {
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, attribute));
            }
        }
        best.map(|(_, attribute)| attribute)
    }
}

/// The lists of grants that elements have, and the names of their attributes.
fn grant_lists(sample: &[&Value], config: &Config) -> Vec<(Steps, Vec<(FieldKind, String)>)> {
    let mut lists: Vec<(Steps, Vec<(FieldKind, String)>)> = Vec::new();
    let mut places: HashMap<Str, usize> = HashMap::default();
    for element in sample {
        for entry in element.entries().unwrap_or_default() {
            let elements = values_at(&entry.value, &[Step::Each]);
            for part in elements.iter().filter(|part| part.entries().is_some()) {
                let names = config.grant_attribute_names();
                let found: Vec<(FieldKind, String)> = names
                    .into_iter()
                    .filter(|(_, name)| part.entry(name).is_some())
                    .map(|(field, name)| (field, name.to_owned()))
                    .collect();
                let has = |field| found.iter().any(|(it, _)| *it == field);
                if has(FieldKind::PermissionSetArn) && has(FieldKind::TargetAccountId) {
                    let place = *places.entry(entry.key.clone()).or_insert_with(|| {
                        lists.push((Steps::from_iter([Step::Name(entry.key.clone())]), Vec::new()));
                        lists.len() - 1
                    });
                    if let Some((_, names)) = lists.get_mut(place) {
                        names.extend(found.into_iter().filter(|it| !names.contains(it)).collect::<Vec<_>>());
                    }
                }
            }
        }
    }
    lists
}

/// Whether values of these kinds look the same.
fn is_alike(a: FieldKind, b: FieldKind) -> bool {
    let is_account = |field| matches!(field, FieldKind::SsoAccountId | FieldKind::TargetAccountId);
    a == b || (is_account(a) && is_account(b))
}
