//! Modules: folders of configuration, the modules that they call, and the values of their variables.

use std::fmt;
use std::sync::Arc;

use foldhash::HashMap;

use crate::origin::Origin;
use crate::source::{FileId, Sources, Span, Str};
use crate::syntax::{Attribute, Block, Expr, ExprKind, File, Name};
use crate::tree::{FileError, FileTree};
use crate::value::Type;

/// The replacement for a private text.
pub const BLANK: &str = "(sensitive)";

/// A root module, the local modules that it calls at any depth, and the values of its variables.
#[derive(Debug, Default)]
pub struct Project {
    pub(crate) sources: Sources,
    pub(crate) files: Vec<LoadedFile>,
    pub(crate) modules: Vec<Module>,
    pub(crate) assignments: Vec<Assignment>,
    /// The index of the last assignment of each variable.
    pub(crate) last_assignments: HashMap<Str, u32>,
    /// The variables that are set outside of files, by the ids of the files that represent their values.
    pub(crate) given: HashMap<FileId, (Str, AssignmentSource)>,
    pub(crate) errors: Vec<LoadError>,
    pub(crate) unreadable: Vec<FileError>,
    /// Whether OpenTofu reads some files instead of those that Terraform reads.
    pub(crate) reads_instead: bool,
    pub(crate) surroundings: Surroundings,
}

/// Things outside of the loaded files that an evaluation may need.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// The tree that the project was loaded from, for functions that read files; `None` for values without a folder.
    pub(crate) files: Option<Box<dyn FileTree>>,
    /// The value of `terraform.workspace`.
    pub(crate) workspace: Option<String>,
    /// The value of `path.cwd`.
    pub(crate) cwd: Option<String>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("workspace", &self.workspace).field("cwd", &self.cwd).finish()
    }
}

/// A file of a project.
#[derive(Debug)]
pub struct LoadedFile {
    /// Its text is in [`Project::sources`].
    pub id: FileId,
    pub file: File,
    /// The role of the file.
    pub role: FileRole,
}

/// The role of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    /// Configuration: `*.tf`, `*.tf.json`, and OpenTofu's `*.tofu` and `*.tofu.json`.
    Configuration,
    /// Values of variables: `*.tfvars`, `*.tfvars.json`.
    Values,
    /// Not an actual file: a value from the environment or the command line.
    Option,
}

/// An error in the configuration that Terraform would report when loading it, other than a syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong, in lower case.
    pub message: String,
    pub span: Span,
    /// The kind of the error.
    pub kind: LoadErrorKind,
}

/// The kind of a [`LoadError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadErrorKind {
    /// Terraform always reports it.
    Invalid,
    /// A called module leads back to its caller. Terraform always reports it, too.
    ModuleCycle,
    /// A module is not where its source says. Terraform reports that where it runs, but here, the checkout may be
    /// incomplete.
    MissingModule,
}

/// A value for a variable of the root module. Later values replace earlier ones completely.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The variable, with the place of its name.
    pub variable: Name,
    /// The name, and the expression of the value.
    pub attribute: Arc<Attribute>,
    /// Where the value comes from.
    pub source: AssignmentSource,
    /// From the name to the end of the value.
    pub span: Span,
}

/// Where the value of a variable comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentSource {
    /// The variable's own default.
    Default,
    /// `TF_VAR_name` in the environment.
    Environment,
    File(FileId),
    /// `-var name=value` on the command line.
    Option,
}

/// A module of a [`Project`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleId(pub(crate) u32);

impl ModuleId {
    pub const ROOT: ModuleId = ModuleId(0);

    pub(crate) fn index(self) -> u32 {
        self.0
    }
}

/// A folder of configuration.
#[derive(Debug, Default)]
pub struct Module {
    /// The folder in the form that [`crate::FileTree`] uses; empty for the folder `.`.
    pub dir: String,
    /// The value of `path.module`: the path from the root module's folder.
    pub path: String,
    /// Its variables, in the order of its files.
    pub variables: Vec<Variable>,
    pub locals: Vec<Arc<Attribute>>,
    pub calls: Vec<ModuleCall>,
    /// Its resources and data sources.
    pub resources: Vec<Resource>,
    pub outputs: Vec<Output>,
    /// Its blocks of other kinds, such as `terraform` and `provider`.
    pub others: Vec<Arc<Block>>,
    pub(crate) names: Names,
}

/// The indexes in the lists of a module, by name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) variables: HashMap<Str, u32>,
    pub(crate) locals: HashMap<Str, u32>,
    pub(crate) calls: HashMap<Str, u32>,
    pub(crate) outputs: HashMap<Str, u32>,
    pub(crate) resources: HashMap<(bool, Str, Str), u32>,
}

#[derive(Debug)]
pub struct Variable {
    pub name: Name,
    /// Its type; [`Type::Any`] if none is declared.
    pub ty: Type,
    /// Where the type is declared.
    pub type_span: Option<Span>,
    /// The error if the declared type is not valid.
    pub(crate) type_error: Option<(String, Span)>,
    pub default: Option<Arc<Attribute>>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether its value is sensitive.
    pub sensitive: bool,
    /// Whether Terraform does not store its value.
    pub ephemeral: bool,
    /// The conditions for its value.
    pub validations: Vec<Validation>,
    /// The whole block.
    pub span: Span,
}

/// A `validation { … }` in a variable.
#[derive(Debug)]
pub struct Validation {
    pub condition: Arc<Attribute>,
    /// The message if the condition is false.
    pub message: Option<Arc<Attribute>>,
}

/// A module call: `module "name" { … }`.
#[derive(Debug)]
pub struct ModuleCall {
    pub name: Name,
    /// Where the module comes from. If it is an expression with variables and locals, which OpenTofu allows, its value.
    /// `None` if that is not known.
    pub source: Option<Name>,
    /// The attribute `source`, as it is written.
    pub source_attribute: Option<Arc<Attribute>>,
    /// The version constraint for a module from a registry, if it is a literal text.
    pub version: Option<Name>,
    /// The arguments for the module's variables.
    pub arguments: Vec<Arc<Attribute>>,
    pub for_each: Option<Arc<Attribute>>,
    pub count: Option<Arc<Attribute>>,
    /// The whole block.
    pub span: Span,
    /// The module, if it is local and was loaded.
    pub child: Option<ModuleId>,
    pub(crate) index: u32,
}

impl ModuleCall {
    pub fn argument(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.arguments.iter().find(|argument| argument.name.text.as_str() == name)
    }

    /// Whether the call may have several instances.
    pub fn is_repeated(&self) -> bool {
        self.for_each.is_some() || self.count.is_some()
    }
}

/// A resource, `resource "kind" "name" { … }`, or data source, `data "kind" "name" { … }`.
#[derive(Debug)]
pub struct Resource {
    /// Whether it is a data source.
    pub data: bool,
    /// Its kind, such as `aws_iam_role`.
    pub kind: Name,
    pub name: Name,
    /// The whole block after overrides.
    pub block: Arc<Block>,
    pub(crate) index: u32,
}

impl Resource {
    /// Whether the block may have several instances.
    pub fn is_repeated(&self) -> bool {
        self.attribute("for_each").or(self.attribute("count")).is_some()
    }

    /// The first of the attributes `names` whose changes Terraform ignores, in readable form, and the place of that
    /// setting.
    pub fn ignored(&self, names: &[&str]) -> Option<(String, Span)> {
        let lifecycle = self.block.body.blocks.iter().filter(|block| block.kind.text.as_str() == "lifecycle");
        let mut attributes = lifecycle.flat_map(|block| &block.body.attributes);
        let ignored = attributes.find(|attribute| attribute.name.text.as_str() == "ignore_changes")?;
        let named = |expr: &Expr| {
            let mut root = expr;
            while let ExprKind::Attribute(base, _) | ExprKind::Index(base, _) = &root.kind {
                root = base;
            }
            let name = match &root.kind {
                ExprKind::Variable(name) => name.as_str(),
                ExprKind::String(literal) => literal.text.as_str(),
                _ => return None,
            };
            names.contains(&name).then(|| (format!("`{name}`"), expr.span))
        };
        match &ignored.value.kind {
            ExprKind::Tuple(items) => items.iter().find_map(named),
            ExprKind::Variable(all) if all.as_str() == "all" => Some(("all arguments".to_owned(), ignored.value.span)),
            _ => named(&ignored.value),
        }
    }

    /// The top-level attribute `name` of the block.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.block.body.attribute(name)
    }
}

/// An output: `output "name" { … }`.
#[derive(Debug)]
pub struct Output {
    pub name: Name,
    pub value: Option<Arc<Attribute>>,
    /// Whether its value is sensitive.
    pub sensitive: bool,
    /// The whole block.
    pub span: Span,
}

impl Project {
    /// The texts of all files.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Whether OpenTofu reads some files instead of those that Terraform reads: its own file of the same name, or an
    /// overriding file.
    pub fn reads_instead(&self) -> bool {
        self.reads_instead
    }

    /// All files in the order in which they were read, including values files.
    pub fn files(&self) -> &[LoadedFile] {
        &self.files
    }

    /// The modules; the root module is first.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The modules with their ids.
    pub fn modules_by_id(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        (0..).map(ModuleId).zip(&self.modules)
    }

    /// One of the modules.
    pub fn module(&self, id: ModuleId) -> Option<&Module> {
        self.modules.get(id.0 as usize)
    }

    pub fn root(&self) -> Option<&Module> {
        self.modules.first()
    }

    /// All assignments of the root module's variables, in Terraform's order: the last one of a name takes effect.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// The place that a reader finds for `span`: the same span, or for a value that was set outside of files, the name
    /// in the variable's declaration.
    pub fn visible(&self, span: Span) -> Span {
        let declared = self.given.get(&span.file).and_then(|(variable, _)| self.root()?.variable(variable));
        declared.map_or(span, |variable| variable.name.span)
    }

    /// Whether a value with this origin, or one that it was built from, comes from the environment (`TF_VAR_name`) and
    /// is not in any file, so that it may be private.
    pub fn is_from_environment(&self, origin: &Origin) -> bool {
        if self.given.is_empty() {
            return false;
        }
        let mut found = false;
        origin.each_source(&mut |origin| found |= self.is_environment(origin.span.file));
        found
    }

    /// Whether a value with this origin must not be shown to readers who cannot see it elsewhere: it is sensitive, or
    /// comes from the environment.
    pub fn is_private(&self, origin: &Origin) -> bool {
        origin.sensitive || self.is_from_environment(origin)
    }

    /// Whether there is a variable whose value may be private.
    pub(crate) fn has_private(&self) -> bool {
        self.has_environment() || self.modules.iter().any(|module| module.variables.iter().any(|it| it.sensitive))
    }

    /// Whether the environment sets a variable.
    pub fn has_environment(&self) -> bool {
        self.given.values().any(|(_, source)| *source == AssignmentSource::Environment)
    }

    /// Whether `file` represents the value of an environment variable (`TF_VAR_name`).
    pub fn is_environment(&self, file: FileId) -> bool {
        self.given.get(&file).is_some_and(|(_, source)| *source == AssignmentSource::Environment)
    }

    /// The variables of the root module that the environment sets and nothing overrides.
    pub fn given_by_environment(&self) -> impl Iterator<Item = &str> {
        let given = self.given.values().filter(|(_, source)| *source == AssignmentSource::Environment);
        let is_last = |name: &Str| {
            let last = self.last_assignment(name);
            last.is_some_and(|(_, last)| last.source == AssignmentSource::Environment)
        };
        given.map(|(name, _)| name).filter(move |name| is_last(name)).map(Str::as_str)
    }

    /// `text`, which has this origin, in a form that a message may quote.
    pub fn quotable<'t>(&self, text: &'t str, origin: &Origin) -> &'t str {
        if self.is_private(origin) { BLANK } else { text }
    }

    /// The errors in the configuration, other than syntax errors, which are in the files.
    pub fn errors(&self) -> &[LoadError] {
        &self.errors
    }

    /// The files that Terraform would read but that cannot be read here.
    pub fn unreadable(&self) -> &[FileError] {
        &self.unreadable
    }

    /// The workspace, if one is selected by `TF_WORKSPACE` or by `terraform workspace select`.
    pub fn workspace(&self) -> Option<&str> {
        self.surroundings.workspace.as_deref()
    }

    /// Whether there is configuration, as opposed to values alone.
    pub fn has_configuration(&self) -> bool {
        self.files.iter().any(|file| file.role == FileRole::Configuration)
    }

    pub(crate) fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    pub(crate) fn last_assignment(&self, name: &str) -> Option<(u32, &Assignment)> {
        let index = *self.last_assignments.get(name)?;
        Some((index, self.assignments.get(index as usize)?))
    }

    pub(crate) fn add_assignment(&mut self, assignment: Assignment) {
        let variable = &assignment.variable.text;
        if matches!(assignment.source, AssignmentSource::Environment | AssignmentSource::Option) {
            self.given.insert(assignment.span.file, (variable.clone(), assignment.source));
        }
        self.last_assignments.insert(variable.clone(), u32::try_from(self.assignments.len()).unwrap_or(u32::MAX));
        self.assignments.push(assignment);
    }
}

impl Module {
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variable_at(name).map(|(_, variable)| variable)
    }

    pub fn local(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.local_at(name).map(|(_, local)| local)
    }

    /// The module call `name`.
    pub fn call(&self, name: &str) -> Option<&ModuleCall> {
        self.calls.get(*self.names.calls.get(name)? as usize)
    }

    pub fn output(&self, name: &str) -> Option<&Output> {
        self.output_at(name).map(|(_, output)| output)
    }

    /// The resource or (if `data`) data source of a kind and name.
    pub fn resource(&self, data: bool, kind: &str, name: &str) -> Option<&Resource> {
        let key = (data, Str::from(kind), Str::from(name));
        self.resources.get(*self.names.resources.get(&key)? as usize)
    }

    pub(crate) fn variable_at(&self, name: &str) -> Option<(u32, &Variable)> {
        let index = *self.names.variables.get(name)?;
        Some((index, self.variables.get(index as usize)?))
    }

    pub(crate) fn local_at(&self, name: &str) -> Option<(u32, &Arc<Attribute>)> {
        let index = *self.names.locals.get(name)?;
        Some((index, self.locals.get(index as usize)?))
    }

    pub(crate) fn output_at(&self, name: &str) -> Option<(u32, &Output)> {
        let index = *self.names.outputs.get(name)?;
        Some((index, self.outputs.get(index as usize)?))
    }
}
