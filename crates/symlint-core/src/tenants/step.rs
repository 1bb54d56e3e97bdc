//! Paths inside a value that do not depend on the keys of collections.

use smallvec::SmallVec;
use symlint_terraform::{Str, Value};

/// A path inside a value.
pub type Steps = SmallVec<[Step; 2]>;

/// A step inside a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// An attribute, or a literal key.
    Name(Str),
    /// Any element.
    Each,
}

/// The values at the end of `steps` inside `value`.
pub fn values_at(value: &Value, steps: &[Step]) -> Vec<Value> {
    let Some((first, rest)) = steps.split_first() else { return vec![value.clone()] };
    let inside: Vec<Value> = match first {
        Step::Name(name) => value.get(name).into_iter().collect(),
        Step::Each => match value.entries() {
            Some(entries) => entries.iter().map(|entry| value.child(entry)).collect(),
            None => (0..value.elements().map_or(0, <[Value]>::len)).filter_map(|at| value.at(at)).collect(),
        },
    };
    inside.iter().flat_map(|value| values_at(value, rest)).collect()
}
