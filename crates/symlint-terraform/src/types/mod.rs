//! Types: their syntax, and the conversion of values.

mod constraint;
mod convert;
mod order;
mod primitive;
mod unify;

pub(crate) use constraint::read_type;
pub(crate) use convert::convert_within;
pub use convert::{ConversionProblem, ConversionProblemKind, Converted, convert};
pub(crate) use order::{canonical, distinct, equal, make_set};
pub(crate) use primitive::{Primitive, to_bool, to_number, to_text};
pub(crate) use unify::{is_exactly, type_of, unify, unify_all};
