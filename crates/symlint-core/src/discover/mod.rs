//! Finds the tenants from where values take effect: which collections have tenants as elements, and which attribute of
//! an element is which value.
//!
//! ```text
//! sinks        the resources on which Sym and AWS act, a table
//! reach        which variables of a module reach its sinks
//! modules      what the called modules are for
//! arguments    which arguments carry which values
//! components   which resources of a module make up one flow, where nothing is repeated
//! policies     which accounts hand-written policies let the runtime enter
//! walk         module instances → flows, connectors, safelists, with what they receive
//!    ▼
//! collections  which elements the flows are built from
//! fields       which attribute of an element is which value
//! build        elements and flows → the model
//! unwired      entries that no flow is built from
//! ```

mod arguments;
mod build;
mod collections;
mod components;
mod effective;
mod fields;
mod iam;
mod modules;
mod owners;
mod policies;
mod reach;
mod safelists;
pub mod sinks;
mod unwired;
mod walk;

pub use build::{build, concerns};
pub(crate) use collections::has_tenants;
pub(crate) use effective::{Effective, effects_of};
pub use effective::{Granted, granted};
pub(crate) use modules::{flow_module, module_names};
