//! Modules: folders of configuration, the modules that they call, and the values that they are given.

use std::fmt;
use std::sync::Arc;

use foldhash::HashMap;

use crate::origin::Origin;
use crate::source::{FileId, Sources, Span, Str};
use crate::syntax::{Attribute, Block, Expr, ExprKind, File, Name};
use crate::tree::{FileError, FileTree};
use crate::value::Type;

/// What is shown in the place of a text that nobody should see.
pub const BLANK: &str = "(sensitive)";

/// A root module, the local modules that it calls at any depth, and the values of its variables.
#[derive(Debug, Default)]
pub struct Project {
    pub(crate) sources: Sources,
    pub(crate) files: Vec<LoadedFile>,
    pub(crate) modules: Vec<Module>,
    pub(crate) assignments: Vec<Assignment>,
    /// The place of the last assignment of each variable.
    pub(crate) last_assignments: HashMap<Str, u32>,
    /// The variables that are given outside of all files, by the texts that stand for these.
    pub(crate) given: HashMap<FileId, (Str, AssignmentSource)>,
    pub(crate) errors: Vec<LoadError>,
    pub(crate) unreadable: Vec<FileError>,
    /// Whether OpenTofu reads something in the place of what Terraform reads.
    pub(crate) reads_instead: bool,
    pub(crate) surroundings: Surroundings,
}

/// What an evaluation may ask for in addition to what was loaded.
#[derive(Default)]
pub(crate) struct Surroundings {
    /// Where the project came from, for functions that read files; `None` where values came without a folder.
    pub(crate) files: Option<Box<dyn FileTree>>,
    /// `terraform.workspace`
    pub(crate) workspace: Option<String>,
    /// `path.cwd`
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
    /// What was read of it.
    pub file: File,
    /// What it is for.
    pub role: FileRole,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRole {
    /// Configuration: `*.tf`, `*.tf.json`, and OpenTofu's `*.tofu` and `*.tofu.json`.
    Configuration,
    /// Values of variables: `*.tfvars`, `*.tfvars.json`.
    Values,
    /// No file of its own: a value from the environment or the command line.
    Option,
}

/// Something in the configuration that Terraform would refuse when it reads it, in addition to the errors of syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong, in lower case.
    pub message: String,
    pub span: Span,
    /// How much it says.
    pub kind: LoadErrorKind,
}

/// How much a [`LoadError`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadErrorKind {
    /// Terraform refuses this, whatever else there is.
    Invalid,
    /// A module is called that leads back to the one that calls it. Terraform refuses that, too.
    ModuleCycle,
    /// A module is not where its source says. Terraform refuses that where it runs; here it may only be a checkout
    /// that is not whole.
    MissingModule,
}

/// A value for a variable of the root module. Later ones replace earlier ones whole.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The variable, where it is named.
    pub variable: Name,
    /// Its name and the expression of its value.
    pub attribute: Arc<Attribute>,
    /// Where the value is from.
    pub source: AssignmentSource,
    /// The whole assignment.
    pub span: Span,
}

/// Where the value of a variable is from.
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
    /// The folder, as [`crate::FileTree`] has it; empty for the folder `.`.
    pub dir: String,
    /// `path.module`: the way from the root module's folder.
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

/// Where each name is in the lists of a module.
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
    /// Its type; [`Type::Any`] where none is stated.
    pub ty: Type,
    /// Where the type is stated.
    pub type_span: Option<Span>,
    /// Why what is written is not a type, if so.
    pub(crate) type_error: Option<(String, Span)>,
    pub default: Option<Arc<Attribute>>,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether Terraform hides its value.
    pub sensitive: bool,
    /// Whether Terraform keeps its value nowhere.
    pub ephemeral: bool,
    /// What its value must fulfil.
    pub validations: Vec<Validation>,
    /// The whole block.
    pub span: Span,
}

/// `validation { … }` in a variable.
#[derive(Debug)]
pub struct Validation {
    /// What must be true.
    pub condition: Arc<Attribute>,
    /// The message if it is false.
    pub message: Option<Arc<Attribute>>,
}

/// `module "name" { … }`
#[derive(Debug)]
pub struct ModuleCall {
    pub name: Name,
    /// Where the module is from; what an expression of variables and locals comes to, as OpenTofu has it. `None` where
    /// that is not known.
    pub source: Option<Name>,
    /// `source`, as it is written.
    pub source_attribute: Option<Arc<Attribute>>,
    /// Which versions of a module in a registry it takes, where that is written as a text.
    pub version: Option<Name>,
    /// What is passed for the module's variables.
    pub arguments: Vec<Arc<Attribute>>,
    /// `for_each`
    pub for_each: Option<Arc<Attribute>>,
    /// `count`
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

    /// Whether the call may make several instances.
    pub fn is_repeated(&self) -> bool {
        self.for_each.is_some() || self.count.is_some()
    }
}

/// `resource "kind" "name" { … }` or `data "kind" "name" { … }`
#[derive(Debug)]
pub struct Resource {
    /// Whether it is a data source.
    pub data: bool,
    /// Its kind, such as `aws_iam_role`.
    pub kind: Name,
    pub name: Name,
    /// The whole block, overrides applied.
    pub block: Arc<Block>,
    pub(crate) index: u32,
}

impl Resource {
    /// Whether the block may make several instances.
    pub fn is_repeated(&self) -> bool {
        self.attribute("for_each").or(self.attribute("count")).is_some()
    }

    /// The first of the attributes `names` whose changes Terraform ignores, as it is shown, and where that is written.
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

    /// The attribute `name` at the top of the block.
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.block.body.attributes.iter().find(|attribute| attribute.name.text.as_str() == name)
    }
}

/// `output "name" { … }`
#[derive(Debug)]
pub struct Output {
    pub name: Name,
    pub value: Option<Arc<Attribute>>,
    /// Whether Terraform hides its value.
    pub sensitive: bool,
    /// The whole block.
    pub span: Span,
}

impl Project {
    /// The texts of all files.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Whether OpenTofu reads something in the place of what Terraform reads: its own file of the same name, or one that
    /// overrides.
    pub fn reads_instead(&self) -> bool {
        self.reads_instead
    }

    /// All files in the order in which they were read, the values files too.
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

    /// Every assignment of a variable of the root module, in Terraform's order: the last of a name wins.
    pub fn assignments(&self) -> &[Assignment] {
        &self.assignments
    }

    /// Where a person finds `span`: there, or, if it is in a value that was given outside of all files, in the name
    /// of the variable where it is declared.
    pub fn visible(&self, span: Span) -> Span {
        let declared = self.given.get(&span.file).and_then(|(variable, _)| self.root()?.variable(variable));
        declared.map_or(span, |variable| variable.name.span)
    }

    /// Whether a value with this origin, or something that it was built from, came from the environment (`TF_VAR_name`)
    /// and is in no file: it may be one that nobody else should see.
    pub fn is_from_environment(&self, origin: &Origin) -> bool {
        if self.given.is_empty() {
            return false;
        }
        let mut found = false;
        origin.each_source(&mut |origin| found |= self.is_environment(origin.span.file));
        found
    }

    /// Whether nobody should see a value with this origin who does not see it elsewhere: Terraform hides it, or it came
    /// from the environment.
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

    /// Whether the text of `file` is that of a variable of the environment (`TF_VAR_name`).
    pub fn is_environment(&self, file: FileId) -> bool {
        self.given.get(&file).is_some_and(|(_, source)| *source == AssignmentSource::Environment)
    }

    /// The variables of the root module that the environment sets, and nothing else sets after it.
    pub fn given_by_environment(&self) -> impl Iterator<Item = &str> {
        let given = self.given.values().filter(|(_, source)| *source == AssignmentSource::Environment);
        let is_last = |name: &Str| {
            let last = self.last_assignment(name);
            last.is_some_and(|(_, last)| last.source == AssignmentSource::Environment)
        };
        given.map(|(name, _)| name).filter(move |name| is_last(name)).map(Str::as_str)
    }

    /// `text`, which has this origin, as a message may quote it.
    pub fn quotable<'t>(&self, text: &'t str, origin: &Origin) -> &'t str {
        if self.is_private(origin) { BLANK } else { text }
    }

    /// What is wrong with the configuration in addition to the errors of syntax, which are in the files.
    pub fn errors(&self) -> &[LoadError] {
        &self.errors
    }

    /// The files that Terraform would read and that cannot be read here.
    pub fn unreadable(&self) -> &[FileError] {
        &self.unreadable
    }

    /// The workspace, where one was chosen: `TF_WORKSPACE`, or what `terraform workspace select` wrote.
    pub fn workspace(&self) -> Option<&str> {
        self.surroundings.workspace.as_deref()
    }

    /// Whether there is configuration, and not values alone.
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

    /// The resource or (`data`) data source of a kind and name.
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
