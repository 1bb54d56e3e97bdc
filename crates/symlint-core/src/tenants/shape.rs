//! What of a tenant does not fit the type of the shipped example, which is assumed where none is declared.

use std::collections::{BTreeMap, BTreeSet};

use symlint_terraform::{Kind, Path, Span, Step, Str, Value};

use super::field::FieldKind;
use crate::config::Config;

/// Something in a tenant that is not as the assumed type has it.
#[derive(Debug)]
pub struct Misfit {
    /// The name that is misspelt, or the value of the wrong type.
    pub span: Span,
    /// The way to the value.
    pub path: Path,
    /// What is wrong.
    pub kind: MisfitKind,
}

/// In which way something does not fit.
#[derive(Debug)]
pub enum MisfitKind {
    /// An attribute that the type lacks, whose name is nearly that of one which it has.
    Misspelt {
        /// As it is written.
        name: Str,
        /// What was probably meant.
        meant: String,
        /// Whether what was meant is there too.
        is_taken: bool,
    },
    /// The value cannot become what it should be.
    Type {
        /// The type that it should have.
        wanted: &'static str,
        /// The type that it has.
        got: &'static str,
    },
}

/// How many letters may be wrong, missing, too many or swapped in a name that is still taken for another.
const NEAR: usize = 2;

/// Whether `name` is surely no name of its own beside `meant`, as `regions`, `region_2` and `other_region` are beside
/// `region`. Of a short name, two other letters make another word.
fn is_slip(name: &str, meant: &str) -> bool {
    const SHORT: usize = 10;
    let is_longer = name.starts_with(meant) || name.ends_with(meant) || name.contains(|c: char| c.is_ascii_digit());
    !is_longer && (meant.len() >= SHORT || strsim::osa_distance(name, meant) < NEAR)
}

/// Where a tenant's values are, as a tree: the names below each way.
pub(super) struct Shape<'c> {
    names: BTreeMap<Vec<&'c str>, BTreeSet<&'c str>>,
}

impl<'c> Shape<'c> {
    pub(super) fn new(config: &'c Config) -> Self {
        let mut names: BTreeMap<Vec<&str>, BTreeSet<&str>> = BTreeMap::new();
        for kind in FieldKind::VALUES {
            let path = config.field_path(kind);
            for (depth, name) in path.iter().enumerate() {
                names.entry(path.iter().take(depth).copied().collect()).or_default().insert(name);
            }
        }
        Self { names }
    }

    /// What does not fit in `tenant`, which `path` leads to.
    pub(super) fn misfits(&self, tenant: &Value, path: &Path) -> Vec<Misfit> {
        let mut misfits = Vec::new();
        self.visit(tenant, path, &mut Vec::new(), &mut misfits);
        misfits
    }

    fn visit<'v: 'p, 'p>(&self, value: &'v Value, path: &Path, way: &mut Vec<&'p str>, misfits: &mut Vec<Misfit>) {
        let names = self.names.get(way.as_slice());
        let is_absent = matches!(&value.kind, Kind::String(text) if text.is_empty());
        if is_absent || matches!(&value.kind, Kind::Null | Kind::Unknown(_)) {
            return;
        }
        let mut misfit = |wanted| {
            let kind = MisfitKind::Type { wanted, got: value.type_name() };
            misfits.push(Misfit { span: value.origin.span, path: path.clone(), kind });
        };
        match (names, value.entries()) {
            (None, None) if value.elements().is_none() => {}
            (None, _) => misfit("string"),
            (Some(_), None) => misfit("object"),
            (Some(names), Some(entries)) => {
                for entry in entries {
                    let path = path.join(Step::Attribute(entry.key.clone()));
                    if names.contains(entry.key.as_str()) {
                        way.push(entry.key.as_str());
                        self.visit(&entry.value, &path, way, misfits);
                        way.pop();
                        continue;
                    }
                    let is_free = |name: &str| entries.iter().all(|entry| entry.key.as_str() != name);
                    let fits = |name: &'c str| {
                        let below = way.iter().copied().chain([name]).collect::<Vec<_>>();
                        self.names.contains_key(below.as_slice()) == entry.value.entries().is_some()
                            && entry.value.elements().is_none()
                    };
                    let near = names.iter().copied().filter(|name| fits(name));
                    let near = near.filter(|name| is_free(name) || is_slip(&entry.key, name));
                    let near = near.map(|name| (!is_free(name), strsim::osa_distance(&entry.key, name), name));
                    if let Some((is_taken, _, meant)) = near.filter(|&(_, distance, _)| distance <= NEAR).min() {
                        let kind = MisfitKind::Misspelt { name: entry.key.clone(), meant: meant.to_owned(), is_taken };
                        misfits.push(Misfit { span: entry.key_span, path, kind });
                    }
                }
            }
        }
    }
}
