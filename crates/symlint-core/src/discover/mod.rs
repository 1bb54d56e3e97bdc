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
//! calls        which modules are called once for each tenant
//! one_tenant   whether the root module as a whole is for one tenant
//!    ▼
//! paths        the ways from a value back to the elements that it came from
//! collections  which elements the flows are built from; own_variables: variables that are one tenant each
//! elements     these elements, with their keys and places
//! owners       which tenant each flow belongs to
//! fields, ways which attribute of an element is which value; usual: which one is the SSO account in other root modules
//! population   the tenants, with what takes effect for them; names: what they are called
//! called       tenants that consist of the arguments of a call
//! build        elements and flows → the model
//! unwired      entries that no flow is built from
//! ```

mod arguments;
mod build;
mod called;
mod calls;
mod collections;
mod components;
mod effective;
mod elements;
mod fields;
mod iam;
mod looks;
mod modules;
mod names;
mod one_tenant;
mod own_variables;
mod owners;
mod paths;
mod policies;
mod population;
mod reach;
mod rounds;
mod safelists;
pub mod sinks;
mod slugs;
mod unwired;
mod usual;
mod walk;
mod ways;

pub(crate) use build::build_with;
pub use build::{build, concerns};
pub(crate) use effective::{Effective, by_grant, effects_of};
pub use effective::{Granted, granted};
pub(crate) use looks::has_tenants;
pub(crate) use modules::{flow_module, module_names};
pub(crate) use policies::is_about_assuming;
pub(crate) use usual::{UsualAccount, not_found, usual_accounts};
