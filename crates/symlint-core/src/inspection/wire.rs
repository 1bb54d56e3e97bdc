//! The JSON format of an inspection.

use std::io;

use serde::Serialize;

use crate::report::{Location, Problem, ReportedGap, Summary, Tool, write_json};
pub use crate::tenants::Cases;

/// What symlint found, and how. It contains no values of tenants, so it can be shown to anyone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inspection {
    /// The version of this format.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// Each root module with one set of values, in the order in which they were named.
    pub runs: Vec<InspectedRun>,
    /// Root modules without anything that symlint checks.
    pub other_roots: Vec<OtherRoot>,
    /// What the search left out, and why.
    pub left_out: Vec<String>,
    /// The names that were looked for. Only set if no tenants were found.
    pub looked_for: Vec<String>,
    /// Why `symlint check` would exit with 2.
    pub problems: Vec<Problem>,
    /// The numbers that `symlint check` would report.
    pub check: Summary,
}

/// A root module with one set of values, or a values file without a module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedRun {
    /// The folder of the module or of the values file.
    pub root: String,
    /// Whether there is a module. If not, it is a values file without one.
    pub is_module: bool,
    /// Whether it is the module as Terraform reads it, in addition to the one as OpenTofu reads it.
    pub is_other_reading: bool,
    /// The workspace, if one is selected.
    pub workspace: Option<String>,
    /// The configuration file of symlint that applies.
    pub config: Option<InspectedConfig>,
    /// The sources of variables' values, in the order in which they take effect, and how each was chosen.
    pub values: Vec<InspectedValues>,
    /// The number of tenants.
    pub tenants: usize,
    /// The collections of tenants, and of values that belong to tenants.
    pub collections: Vec<InspectedCollection>,
    /// Where Sym's resources get the tenants' values.
    pub flows: Vec<InspectedFlow>,
    /// The lists of accounts that the runtime may enter.
    pub safelists: Vec<InspectedSafelist>,
    /// The calls of connector modules.
    pub connectors: Vec<InspectedCall>,
    /// What is not checked, and why.
    pub not_checked: Vec<ReportedGap>,
    /// What the root module contains. Only set if no tenants were found.
    pub contents: Option<Contents>,
}

/// A configuration file of symlint.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedConfig {
    pub file: String,
    /// Its attributes and blocks, as they are written.
    pub sets: Vec<String>,
}

/// A source of variables' values.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedValues {
    /// The values file; null for the environment and for `--var`.
    pub file: Option<String>,
    /// How it was chosen.
    pub chosen: ValuesChoice,
    /// The variables that it sets.
    pub variables: Vec<String>,
}

/// How values were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ValuesChoice {
    /// Terraform loads the file automatically.
    Automatic,
    /// It matches the `values` in the configuration: a run of its own.
    Configured,
    /// It is near the module and sets the tenants, which no automatically loaded file does: a run of its own.
    SetsTenants,
    /// It is near the module and sets a variable that has no other value: a run of its own.
    SetsRequired,
    /// It was named as a path.
    Named,
    /// It is checked without a module.
    Alone,
    /// It was named with `--var-file`.
    VarFile,
    /// It was set with `--var`.
    Var,
    /// It was set with `TF_VAR_name` in the environment.
    Environment,
}

/// A collection whose elements are tenants, or belong to tenants.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedCollection {
    /// The variable, local, output, or call.
    pub from: String,
    /// How it was found.
    pub found_by: FoundBy,
    /// The flows whose instances are created from its elements.
    pub flows: Vec<String>,
    /// Where it is declared, if it is declared.
    pub location: Option<Location>,
    /// The files in which its elements are written.
    pub files: Vec<String>,
    /// The number of its elements.
    pub count: usize,
    /// The tenants that are its elements, in source order; empty if its elements only belong to tenants.
    pub tenants: Vec<InspectedTenant>,
    /// Which attributes are which values.
    pub attributes: Vec<InspectedAttribute>,
    /// Values of tenants that none of its attributes holds.
    pub absent: Vec<AbsentField>,
    /// The remaining attributes. Only set if some value was not found by its name.
    pub other_attributes: Vec<OtherAttributeOf>,
}

/// How a collection was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FoundBy {
    /// The configuration names it.
    Configuration,
    /// It has the name that the shipped example uses.
    Name,
    /// Flows are repeated for its elements, or receive their values.
    Flows,
    /// Its elements look like tenants.
    Shape,
    /// Its elements are selected for the tenants of another collection.
    Selection,
    /// It is a flow call that sets its values directly. Each instance is a tenant.
    Call,
}

/// An attribute that is not known to be one of a tenant's values.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OtherAttribute"))]
pub struct OtherAttributeOf {
    /// The path to it inside an element.
    pub attribute: String,
    /// The kinds of values that most of its values look like.
    pub looks_like: Vec<&'static str>,
}

/// A tenant, by its name.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedTenant {
    /// Its key; null if it is not shown because it is sensitive.
    pub key: Option<String>,
    /// Where the key is written.
    pub location: Location,
}

/// An attribute that is one of a tenant's values.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedAttribute {
    /// Which value it is, by its name in rules and in the configuration.
    pub field: &'static str,
    /// The path to it inside an element, such as `connector.role`. `[*]` is any element of a list or a map. Empty if
    /// the element itself is the value.
    pub attribute: String,
    /// How this is known.
    pub evidence: FieldEvidence,
    /// The number of cases in which the evidence holds: elements of the collection, or flow instances for a sink. Null
    /// for the configuration and names.
    pub cases: Option<Cases>,
    /// Whether it is only a part of the value that takes effect, such as the account in an ARN.
    pub is_part: bool,
    /// The sinks that it reaches, whatever the evidence is.
    pub reaches: Vec<InspectedReach>,
}

/// How it is known which value an attribute is, in order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FieldEvidence {
    /// The configuration says so.
    Configuration,
    /// Its name says so.
    Name,
    /// It reaches a sink that needs this value.
    Sink,
    /// It is the account in the role's ARN.
    Role,
    /// It is in the safelist.
    Safelist,
    /// It is the only attribute that looks like such a value.
    Shape,
}

/// A place where a value takes effect.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedReach {
    /// The resource and its attribute, or the argument of a module that cannot be read.
    pub sink: String,
    /// The value that it needs.
    pub field: &'static str,
    /// The number of flow instances in which it is reached.
    pub cases: Cases,
}

/// A value that no attribute of the tenants' elements holds.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AbsentField {
    /// Which value it is.
    pub field: &'static str,
    /// Whether it comes from elsewhere: a constant, another collection, or a resource. If not, it was not found at all.
    pub is_elsewhere: bool,
}

/// A call of a module that has Sym's resources, or such resources in the root module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedFlow {
    /// The call; null if the root module has the resources itself.
    pub call: Option<InspectedCall>,
    /// Its instances: one for each key, or exactly one.
    pub instances: Vec<InspectedInstance>,
    /// Why there may be other instances.
    pub unknown: Option<String>,
    /// The addresses, in the module, of the resources on which Sym or AWS acts.
    pub resources: Vec<String>,
    /// The arguments that carry values of tenants.
    pub arguments: Vec<InspectedArgument>,
}

/// An instance of a flow.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedInstance {
    /// Its address, such as `module.sso_access["acme"]`, without the key if that is sensitive. Empty for the root
    /// module's own resources.
    pub address: String,
    /// The key of the tenant whose values it should receive; null if it is not known or sensitive.
    pub tenant: Option<String>,
}

/// A call of a module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedCall {
    /// Its name, such as `module.sso_access`.
    pub name: String,
    pub location: Location,
    /// Its source, if that is a text.
    pub source: Option<String>,
    /// The folder of the module; null if it cannot be found.
    pub module: Option<String>,
    /// The number of instances.
    pub instances: usize,
}

/// An argument of a flow module that carries values of tenants.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedArgument {
    pub name: String,
    /// Whether the call sets it.
    pub is_given: bool,
    /// The values in it.
    pub values: Vec<InspectedPart>,
}

/// A value in an argument.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedPart {
    /// The path to it inside the argument; empty if it is the whole argument.
    pub attribute: String,
    /// Which value it is; `key` for the tenant's name in Sym.
    pub field: &'static str,
    /// How this is known: the configuration, the name, or the sink that it reaches.
    pub evidence: FieldEvidence,
}

/// A list of accounts that the runtime may enter.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedSafelist {
    /// The path to it, such as `module.runtime.account_id_safelist`.
    pub path: String,
    pub location: Location,
    /// The number of known accounts in it; null if there is no list.
    pub accounts: Option<usize>,
    /// Why some of it is not known.
    pub unknown: Option<String>,
}

/// A root module without anything that symlint checks.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherRoot {
    pub root: String,
    /// What it contains.
    pub contents: Contents,
}

/// The contents of a root module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contents {
    /// The kinds of resources in it and in the modules that it calls, sorted.
    pub resources: Vec<CountedKind>,
    /// The modules that it calls, with the name and the source of each call.
    pub calls: Vec<CalledModule>,
    pub variables: Vec<String>,
    pub locals: Vec<String>,
}

/// A kind of resource.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CountedKind {
    /// The kind, such as `aws_iam_role`.
    pub kind: String,
    /// The number of blocks.
    pub count: usize,
}

/// A module that is called.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalledModule {
    /// The name of the call.
    pub name: String,
    /// Its source, if that is a text.
    pub source: Option<String>,
}

impl InspectedRun {
    /// The folder or the values file, with the details that distinguish it from other runs of the folder.
    pub fn name(&self) -> String {
        let own = self.values.iter().rev().find(|values| {
            !matches!(values.chosen, ValuesChoice::Automatic | ValuesChoice::Environment | ValuesChoice::Var)
        });
        let name = match own.and_then(|values| values.file.as_ref()) {
            Some(file) if self.is_module => format!("{} with {file}", self.root),
            Some(file) => file.clone(),
            None => self.root.clone(),
        };
        if self.is_other_reading { format!("{name} as Terraform reads it") } else { name }
    }
}

/// Writes an inspection as indented JSON, with a newline at the end.
///
/// # Errors
///
/// Errors of `to`.
pub fn json(inspection: &Inspection, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(inspection, to)
}
