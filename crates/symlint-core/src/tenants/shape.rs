//! Attributes of a tenant that do not fit the type of the shipped example, which is assumed if no type is declared.

use symlint_terraform::{Entry, Kind, Path, PathStep, SortedMap, Span, Str, Value};

/// A part of a tenant that does not fit the assumed type.
#[derive(Debug)]
pub struct Misfit {
    /// The misspelled name, or the value of the wrong type.
    pub span: Span,
    /// The path to the value.
    pub path: Path,
    pub kind: MisfitKind,
}

/// How something does not fit.
#[derive(Debug)]
pub enum MisfitKind {
    /// An attribute that the type does not have, with a name that resembles one of the type's attributes.
    Misspelt {
        /// The name as it is written.
        name: Str,
        /// The name that was probably meant.
        meant: String,
        /// Whether the attribute that was probably meant is present as well.
        is_taken: bool,
    },
    /// The value cannot be converted to the expected type.
    Type { wanted: &'static str, got: &'static str },
}

/// How many letters may be wrong, missing, superfluous, or swapped in a misspelled name.
const NEAR: usize = 2;

/// Whether `name` is certain to be a misspelling of `meant`, and not a name of its own like `regions`, `region_2`, and
/// `other_region` next to `region`. In a short name, two other letters make another word.
fn is_slip(name: &str, meant: &str) -> bool {
    const SHORT: usize = 10;
    let is_longer = name.starts_with(meant) || name.ends_with(meant) || name.contains(|c: char| c.is_ascii_digit());
    !is_longer && (meant.len() >= SHORT || strsim::osa_distance(name, meant) < NEAR)
}

/// Whether one letter of a word is wrong, missing, superfluous, or swapped, and the word is not so short that it is
/// another one: `account_b` is not a misspelling of `account_a`.
fn is_one_slip(name: &str, meant: &str) -> bool {
    const SHORT: usize = 4;
    let mut words = name.split('_').zip(meant.split('_')).filter(|(own, others)| own != others);
    let is_long = words.all(|(own, others)| own.len().min(others.len()) >= SHORT);
    is_long && strsim::osa_distance(name, meant) < NEAR && is_slip(name, meant)
}

/// The form of a tenant: the attributes of an object, and the form of each of them; a plain value has none.
#[derive(Default)]
pub(crate) struct TenantShape {
    attributes: SortedMap<Str, TenantShape>,
    /// Whether the attribute names are the author's own, so that only the other tenants show which names are
    /// misspelled.
    is_foreign: bool,
}

impl TenantShape {
    /// The form of a tenant with a value at the end of each of these paths.
    pub(crate) fn of<'p>(paths: impl IntoIterator<Item = &'p [Str]>) -> Self {
        let mut shape = Self::default();
        for path in paths {
            path.iter().fold(&mut shape, |shape, name| shape.attributes.entry(name.clone()).or_default());
        }
        shape
    }

    /// Like [`TenantShape::of`], with attribute names that are the author's own.
    pub(crate) fn of_foreign<'p>(paths: impl IntoIterator<Item = &'p [Str]>) -> Self {
        let mut shape = Self::of(paths);
        shape.set_foreign();
        shape
    }

    fn set_foreign(&mut self) {
        self.is_foreign = true;
        self.attributes.values_mut().for_each(Self::set_foreign);
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    fn is_object(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// The parts of `tenant`, which is at `path`, that do not fit.
    pub(crate) fn misfits(&self, tenant: &Value, path: &Path) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        // If no attribute is known, an element may be anything.
        if !self.is_object() {
            return misfits;
        }
        self.visit(tenant, &mut LazyPath { start: path, names: Vec::new() }, &mut misfits);
        misfits
    }

    fn visit<'v>(&self, value: &'v Value, way: &mut LazyPath<'_, 'v>, misfits: &mut Vec<Misfit>) {
        let is_absent = matches!(&value.kind, Kind::String(text) if text.is_empty());
        if is_absent || matches!(&value.kind, Kind::Null | Kind::Unknown(_)) {
            return;
        }
        let mut misfit = |wanted| {
            let kind = MisfitKind::Type { wanted, got: value.type_name() };
            misfits.push(Misfit { span: value.origin.span, path: way.path(), kind });
        };
        match (self.is_object(), value.entries()) {
            (false, None) if value.elements().is_none() => {}
            (false, _) => misfit("string"),
            (true, None) => misfit("object"),
            (true, Some(entries)) => {
                // Among the author's own names, one that is missing may be misspelled.
                let is_known = |entry: &&Entry| self.attributes.contains_key(entry.key.as_str());
                let is_judged = !self.is_foreign || entries.iter().filter(is_known).count() < self.attributes.len();
                for entry in entries {
                    way.names.push(&entry.key);
                    if let Some(below) = self.attributes.get(entry.key.as_str()) {
                        below.visit(&entry.value, way, misfits);
                    } else if let Some(kind) = self.misspelt(entry, value).filter(|_| is_judged) {
                        misfits.push(Misfit { span: entry.key_span, path: way.path(), kind });
                    }
                    way.names.pop();
                }
            }
        }
    }

    /// The known attribute that was probably meant by `entry` of `object`.
    fn misspelt(&self, entry: &Entry, object: &Value) -> Option<MisfitKind> {
        let is_free = |name: &str| object.entry(name).is_none();
        let is_object = entry.value.entries().is_some();
        if entry.value.elements().is_some() {
            return None;
        }
        let alike =
            self.attributes.iter().filter(|(_, below)| below.is_object() == is_object).map(|(name, _)| name.as_str());
        let is_meant = |name: &&str| match self.is_foreign {
            true => is_free(name) && is_one_slip(&entry.key, name),
            false => is_free(name) || is_slip(&entry.key, name),
        };
        let near = alike.filter(is_meant).map(|name| (!is_free(name), strsim::osa_distance(&entry.key, name), name));
        let (is_taken, _, meant) = near.filter(|&(_, distance, _)| distance <= NEAR).min()?;
        Some(MisfitKind::Misspelt { name: entry.key.clone(), meant: meant.to_owned(), is_taken })
    }
}

/// The path to a value, which is only built if something is wrong.
struct LazyPath<'p, 'v> {
    start: &'p Path,
    names: Vec<&'v Str>,
}

impl LazyPath<'_, '_> {
    fn path(&self) -> Path {
        self.names.iter().fold(self.start.clone(), |path, name| path.join(PathStep::Attribute((*name).clone())))
    }
}
