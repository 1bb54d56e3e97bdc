//! What symlint found in a setup, and how: the tenants, which attribute is which value and by what evidence, where the
//! values take effect, and what is not checked. It is all that `symlint inspect` prints, and what `symlint init` writes
//! is built from it. It has names and places, and no values.

mod build;
mod contents;
mod wire;

pub(crate) use build::{ChosenValues, build};
pub(crate) use contents::contents_of;
pub use wire::*;
