//! Reads and evaluates Terraform configuration in memory.
//!
//! Text goes in, values come out, and every value knows where it was written:
//!
//! ```text
//! source     files and positions
//!    │  syntax     HCL text → one tree, in which every node has its span
//!    │  load       a folder of files → a project: modules with variables, locals and calls, and the values they get
//!    ▼
//!    │  eval       expressions → values with origins, by Terraform's functions and types
//!    ▼
//! value      what Terraform would compute, or unknown with a reason
//! ```
//!
//! # Reading a module, and asking a value where it came from
//!
//! Files come from a [`FileTree`]: a disk, or a map in memory. [`Project::load`] reads a root module, the modules that
//! it calls, and the values of its variables; an [`Evaluator`] says what its expressions come to. Each [`Value`] has an
//! [`Origin`]: the text where it was written, the [`Path`] by which it was reached, what it was built from
//! ([`Origin::each_source`]) and what decided that it is here ([`Origin::each_dependence`]): keys, conditions, filters.
//! Each step of a path says whether it was taken by a literal, by a key, or as one of all elements ([`Selection`]). An
//! unknown value knows all this, too.
//!
//! ```
//! use std::collections::BTreeMap;
//! use symlint_terraform::{Evaluator, LoadOptions, Project, Selection, show};
//!
//! let files = [
//!     ("main.tf", r#"
//!         variable "tenants" { type = map(object({ account = string })) }
//!         locals {
//!           roles = { for name, tenant in var.tenants : name => "arn:aws:iam::${tenant.account}:role/x" }
//!         }
//!     "#),
//!     ("terraform.tfvars", r#"tenants = { foo = { account = "345678901299" } }"#),
//! ];
//! let files: BTreeMap<String, Vec<u8>> =
//!     files.into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect();
//! let project = Project::load(files, ".", &LoadOptions::default())?;
//! let evaluator = Evaluator::new(&project);
//!
//! let roles = evaluator.local(&evaluator.root(), "roles").expect("the module has this local");
//! let role = roles.get("foo").expect("the tenant is there");
//! assert_eq!(show(&role).as_deref(), Some(r#""arn:aws:iam::345678901299:role/x""#));
//!
//! // The account is in the middle of the text, and is written in the values file.
//! let account = role.origin.locate(13..25, project.sources());
//! assert_eq!(project.sources().get(account.file).name(), "terraform.tfvars");
//! assert_eq!(project.sources().text(account), "345678901299");
//!
//! // What a value was built from: the first that has a way to it is the tenant's account.
//! let mut ways = Vec::new();
//! role.origin.each_source(&mut |origin| ways.extend(origin.path.as_ref().map(ToString::to_string)));
//! assert!(ways.contains(&"tenants[\"foo\"].account".to_owned()));
//!
//! // What it depends on, too: the element that the `for` was at, and how it came to it.
//! let tenant = account_path(&role).parent().cloned().expect("the account is a part of a tenant");
//! assert!(matches!(tenant.selection(), Some(Selection::Iterated)));
//! # fn account_path(role: &symlint_terraform::Value) -> symlint_terraform::Path {
//! #     let mut paths = Vec::new();
//! #     role.origin.each_dependence(&mut |origin| paths.extend(origin.path.clone()));
//! #     paths.into_iter().find(|path| path.last().is_some_and(|step| step.name().is_some_and(|it| it == "account"))).unwrap()
//! # }
//!
//! // What is wrong has its place; what is not known has a reason.
//! assert!(project.errors().is_empty() && evaluator.errors().is_empty());
//! # Ok::<(), symlint_terraform::FileError>(())
//! ```
//!
//! Mistakes of syntax are in [`LoadedFile::file`], what else Terraform would refuse to load in [`Project::errors`],
//! what it would refuse to evaluate in [`Evaluator::errors`]; whatever can be read and evaluated next to them still is.
//!
//! The crate knows nothing of tenants or rules, does no input or output of its own (see [`FileTree`]), and never
//! says anything about an expression that Terraform would not say: what cannot be known is [`Kind::Unknown`].

mod eval;
mod form;
mod functions;
mod json;
mod limits;
mod load;
mod module;
mod number;
mod origin;
mod parts;
mod paths;
mod show;
mod sorted;
mod source;
pub mod syntax;
mod tree;
mod types;
mod value;

pub use eval::{ErrorSubject, EvalError, EvalErrorKind, Evaluator, Instance, InstanceKey, LostKey, ResourceInstance};
pub use form::Form;
pub use functions::{Pattern, PatternProblem, title};
pub use load::{Given, LoadOptions, is_automatic, is_configuration, is_values};
pub use module::{
    Assignment, AssignmentSource, BLANK, FileRole, LoadError, LoadErrorKind, LoadedFile, Module, ModuleCall, ModuleId,
    Output, Project, Resource, Validation, Variable,
};
pub use number::{Number, format_number};
pub use origin::{Dependence, Makeup, Origin, OriginPart, Path, PathStep, Root, Selection};
pub use show::{show, show_type, to_json};
pub use sorted::{SortedMap, SortedSet};
pub use source::{FileId, Position, SourceFile, Sources, Span, Str};
pub use tree::{EntryKind, FileError, FileTree, TreeEntry};
pub use types::{ConversionProblem, ConversionProblemKind, Converted, convert};
pub use value::{Entry, GAP, Kind, ObjectAttribute, ResourceId, Type, Unknown, Value};
