//! Reads and evaluates Terraform configuration in memory.
//!
//! Text goes in, values come out, and every value knows where it was written:
//!
//! ```text
//! source   files and positions
//!    │  syntax   HCL text → one tree, in which every node has its span
//!    ▼
//!    │  module   a folder of files → variables, locals, module calls, values files
//!    ▼
//!    │  eval     expressions → values with origins
//!    ▼
//! value    what Terraform would compute, or unknown with a reason
//! ```
//!
//! The crate knows nothing of tenants or rules, does no input or output of its own (see [`FileTree`]), and never
//! says anything about an expression that Terraform would not say: what cannot be known is [`Kind::Unknown`].

mod eval;
mod functions;
mod json;
mod limits;
mod module;
mod number;
mod origin;
mod show;
mod source;
pub mod syntax;
mod types;
mod value;

pub use eval::{EvalError, Evaluator, Instance, InstanceKey};
pub use functions::title;
pub use module::{
    Assignment, AssignmentSource, FileRole, LoadError, LoadErrorKind, LoadOptions, LoadedFile, Module, ModuleCall,
    ModuleId, Output, Project, Resource, Validation, Variable,
};
pub use number::format_number;
pub use origin::{Form, Makeup, Origin, Part, Path, Root, Step};
pub use show::{show, show_type, to_json};
pub use source::{FileError, FileId, FileTree, Position, Source, Sources, Span};
pub use types::{ConversionProblem, Converted, ObjectAttribute, ProblemKind, Type, convert};
pub use value::{Entry, Kind, Number, Str, Unknown, Value};
