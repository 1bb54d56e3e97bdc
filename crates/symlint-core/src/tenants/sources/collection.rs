//! A collection of tenants, and the ways to the values of its elements.

use std::hash::{BuildHasher, Hasher};

use foldhash::HashMap;
use foldhash::fast::FixedState;
use serde::Serialize;
use smallvec::SmallVec;
use symlint_terraform::{Path, PathStep, Root, Span, Str};

use super::FieldRef;
use crate::tenants::id::TenantId;
use crate::tenants::kind::FieldKind;
use crate::tenants::step::{Step, Steps};

/// A collection with elements that tenants are built from.
#[derive(Debug)]
pub struct Collection {
    pub shape: Shape,
    /// Its name, such as `customer_tenants` or `local.tenants`.
    pub name: String,
    /// Which attribute of an element is which value, with the evidence.
    pub ways: Vec<Way>,
    /// How it was found.
    pub discovery: Discovery,
    /// The flows whose instances belong to its elements, as indexes in [`crate::tenants::Model::flows`].
    pub flows: Vec<usize>,
    /// Where the variable or the local is declared.
    pub declared: Option<Span>,
    /// The attributes of its elements that are none of the values. Only filled if some values were not found by name.
    pub others: Vec<OtherAttribute>,
    /// Whether one expression makes all of its elements.
    pub(crate) is_made: bool,
    /// The tenants that own its elements. One element may belong to several tenants, such as an organization that
    /// several access entries name.
    pub(super) owners: HashMap<SmallVec<[ElementKey; 1]>, Owners>,
}

/// The tenants that own an element, usually one.
pub type Owners = SmallVec<[TenantId; 1]>;

/// Where a collection is: a root, and the path from there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The variable, local, or output.
    pub root: Root,
    /// The steps to the collection. In nested collections, a step may lead to any element of the outer one.
    pub steps: SmallVec<[Step; 2]>,
}

/// The key of an element in its container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementKey {
    /// A key or attribute.
    Name(Str),
    /// An index in a list.
    Index(u32),
}

impl ElementKey {
    /// The key of the element that a step leads to.
    pub fn of(step: &PathStep) -> Self {
        match step {
            PathStep::Attribute(name) | PathStep::Key(name) => Self::Name(name.clone()),
            PathStep::Index(index) => Self::Index(*index),
        }
    }
}

/// The path from an element to one of a tenant's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The steps from the element.
    pub steps: Steps,
    /// Which value it is.
    pub field: FieldKind,
    /// The evidence for that.
    pub evidence: Evidence,
    /// Whether the value is only a part of what takes effect, such as the account in an ARN.
    pub is_fragment: bool,
    /// The sinks that it reaches, whatever the evidence is. The sink that most instances have comes first.
    pub reaches: Vec<Reach>,
}

/// An attribute that is not known to be one of a tenant's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAttribute {
    /// The steps from the element.
    pub steps: Steps,
    /// The kinds of values that most of its values look like.
    pub looks: Vec<FieldKind>,
}

/// A sink that an attribute reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub sink: SinkPlace,
    /// The kind of value that the sink needs.
    pub field: FieldKind,
    /// How many flow instances it reaches.
    pub cases: Cases,
}

/// Where a value takes effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinkPlace {
    /// A setting of a resource.
    Setting {
        kind: &'static str,
        attribute: &'static str,
        /// The part of the attribute, if that is an object.
        part: Option<&'static str>,
    },
    /// An argument of a flow call.
    Argument(Str),
}

/// In how many of the examined cases something holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "InspectedCases"))]
pub struct Cases {
    /// The cases in which it holds.
    pub count: usize,
    /// All examined cases.
    pub of: usize,
}

/// How a collection of tenants was found, in order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Discovery {
    /// The configuration names it.
    Configured,
    /// It has the name that the shipped example uses.
    Named,
    /// Flows are repeated for its elements, or receive their values.
    Flows,
    /// Its elements look like tenants.
    Looks,
    /// Its elements are selected for the tenants of another collection.
    Selected,
}

/// How it is known which value an attribute is, in order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The configuration says so.
    Configured,
    /// Its name says so.
    Named,
    /// It reaches a sink that needs this value.
    Reaches,
    /// It is the account in the role's ARN, in this many of the elements with a known role.
    InRole(Cases),
    /// It is in the safelist, in this many of the elements.
    InSafelist(Cases),
    /// It is the only attribute that looks like such a value, in this many of the elements that have it.
    Looks(Cases),
}

impl Collection {
    /// A collection without elements.
    pub(crate) fn new(shape: Shape, name: String, discovery: Discovery) -> Self {
        Self {
            shape,
            name,
            ways: Vec::new(),
            discovery,
            flows: Vec::new(),
            declared: None,
            others: Vec::new(),
            is_made: false,
            owners: HashMap::default(),
        }
    }

    /// Makes the tenant an owner of an element.
    pub(crate) fn own(&mut self, element: SmallVec<[ElementKey; 1]>, tenant: TenantId) {
        let owners = self.owners.entry(element).or_default();
        if !owners.contains(&tenant) {
            owners.push(tenant);
        }
    }

    /// The number of elements that have an owner.
    pub fn elements(&self) -> usize {
        self.owners.len()
    }

    /// Like [`Shape::element`], for the collection's shape.
    pub(crate) fn element(&self, root: &Root, steps: &[&PathStep]) -> Option<(SmallVec<[ElementKey; 1]>, usize)> {
        self.shape.element(root, steps)
    }
}

impl Shape {
    /// The key of the element that these steps from `root` lead to, and the number of those steps. The key is empty if
    /// they lead to the collection as a whole; `None` if they lead elsewhere.
    pub fn element(&self, root: &Root, steps: &[&PathStep]) -> Option<(SmallVec<[ElementKey; 1]>, usize)> {
        if self.root != *root {
            return None;
        }
        let mut key = SmallVec::new();
        for (wanted, step) in self.steps.iter().zip(steps) {
            match wanted {
                Step::Name(name) if step.name() == Some(name) => {}
                Step::Name(_) => return None,
                Step::Each => key.push(ElementKey::of(step)),
            }
        }
        match steps.get(self.steps.len()) {
            Some(last) => {
                key.push(ElementKey::of(last));
                Some((key, self.steps.len() + 1))
            }
            None => Some((SmallVec::new(), steps.len())),
        }
    }
}

/// Whether `steps` follow the steps of `way`.
pub(crate) fn is_way(way: &[Step], steps: &[&PathStep]) -> bool {
    // Most ways differ at their ends, so the comparison starts there.
    let is_step = |(wanted, step): (&Step, &&PathStep)| match wanted {
        Step::Each => true,
        Step::Name(wanted) => step.name() == Some(wanted),
    };
    way.len() == steps.len() && way.iter().rev().zip(steps.iter().rev()).all(is_step)
}

/// The values in the grants of one tenant, by a hash of the names in their paths.
pub(super) type FieldsOfGrants = HashMap<u64, SmallVec<[(Path, FieldRef); 1]>>;

/// A hash of the names in a path. It is the same for all paths that [lead to the same value](leads_to_the_same).
pub(super) fn names_of(path: &Path) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    path.backwards().for_each(|step| match step {
        PathStep::Index(index) => hasher.write_u32(*index),
        PathStep::Attribute(name) | PathStep::Key(name) => hasher.write(name.as_bytes()),
    });
    hasher.finish()
}
