//! What symlint found in a set-up, and how: the tenants, which attribute is which value and the evidence for it, where
//! values take effect, and what is not checked. `symlint inspect` prints it, and `symlint init` builds the
//! configuration from it. It contains names and places, but no values.

mod build;
mod contents;
mod wire;

pub(crate) use build::{ChosenValues, build};
pub(crate) use contents::contents_of;
pub use wire::*;
