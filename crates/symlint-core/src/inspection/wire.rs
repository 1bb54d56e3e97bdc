//! The shape of an inspection, as others read it.

use std::io;

use serde::Serialize;

use crate::report::{Location, Problem, ReportedGap, Summary, Tool, write_json};
pub use crate::tenants::Cases;

/// What symlint found, and how. It has no values of tenants, so that it can be shown to anybody.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inspection {
    /// The version of this shape.
    pub version: u32,
    /// What wrote it.
    pub tool: Tool,
    /// Each root module with one set of values, in the order in which they were named.
    pub runs: Vec<InspectedRun>,
    /// Root modules that have nothing that symlint checks.
    pub other_roots: Vec<OtherRoot>,
    /// What the search left out, and why.
    pub left_out: Vec<String>,
    /// What was looked for; only where no tenants were found.
    pub looked_for: Vec<String>,
    /// Why `symlint check` would exit with 2.
    pub problems: Vec<Problem>,
    /// The numbers that `symlint check` would report.
    pub check: Summary,
}

/// A root module with one set of values, or a values file alone.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedRun {
    /// The folder of the module; of a values file alone, its folder.
    pub root: String,
    /// Whether there is configuration; else it is a values file alone.
    pub is_module: bool,
    /// Whether it is a module as Terraform reads it, where OpenTofu reads something else.
    pub is_other_reading: bool,
    /// The workspace, where one was chosen.
    pub workspace: Option<String>,
    /// The configuration file of symlint that is used.
    pub config: Option<InspectedConfig>,
    /// Where values of variables come from, in the order in which they take effect, and how each was chosen.
    pub values: Vec<InspectedValues>,
    /// How many tenants there are.
    pub tenants: usize,
    /// Where they were found, and where what belongs to them was found.
    pub collections: Vec<InspectedCollection>,
    /// Where Sym's resources get the tenants' values.
    pub flows: Vec<InspectedFlow>,
    /// What says which accounts the runtime may enter.
    pub safelists: Vec<InspectedSafelist>,
    /// The calls of connector modules.
    pub connectors: Vec<InspectedCall>,
    /// What is not checked, and why.
    pub not_checked: Vec<ReportedGap>,
    /// What is there instead; only where no tenants were found.
    pub contents: Option<Contents>,
}

/// A configuration file of symlint.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedConfig {
    pub file: String,
    /// The attributes and blocks in it, as they are written.
    pub sets: Vec<String>,
}

/// Where values of variables come from.
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
    /// Terraform loads the file by itself.
    Automatic,
    /// The `values` of the configuration match it: a run of its own.
    Configured,
    /// It is near the module and sets the tenants, which no file does that Terraform loads by itself: a run of its own.
    SetsTenants,
    /// It is near the module and sets a variable that has no other value: a run of its own.
    SetsRequired,
    /// It was named as a path.
    Named,
    /// It is checked without a module.
    Alone,
    /// `--var-file`
    VarFile,
    /// `--var`
    Var,
    /// `TF_VAR_name` in the environment.
    Environment,
}

/// A collection whose elements are tenants, or belong to tenants.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedCollection {
    /// The variable, the local, the output or the call.
    pub from: String,
    /// How it was found.
    pub found_by: FoundBy,
    /// The flows whose instances its elements make.
    pub flows: Vec<String>,
    /// Where it is declared, if it is declared anywhere.
    pub location: Option<Location>,
    /// The files in which its elements are written.
    pub files: Vec<String>,
    /// How many elements it has.
    pub count: usize,
    /// The tenants that are its elements, in source order; none where it has only what belongs to tenants.
    pub tenants: Vec<InspectedTenant>,
    /// Which attributes are which values.
    pub attributes: Vec<InspectedAttribute>,
    /// Values of tenants that none of its attributes is.
    pub absent: Vec<AbsentField>,
    /// Other attributes, where some value was not found by its name.
    pub other_attributes: Vec<OtherAttributeOf>,
}

/// How a collection was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FoundBy {
    /// The configuration names it.
    Configuration,
    /// It is called as in the shipped example.
    Name,
    /// Flows are repeated for its elements, or are given their values.
    Flows,
    /// Its elements look like tenants.
    Shape,
    /// Its elements are selected for the tenants of another collection.
    Selection,
    /// It is a flow call that is given its values directly: the tenant is the instance.
    Call,
}

/// An attribute that is none of a tenant's values, as far as is known.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OtherAttribute"))]
pub struct OtherAttributeOf {
    /// The way to it inside an element.
    pub attribute: String,
    /// The values that most of it looks like.
    pub looks_like: Vec<&'static str>,
}

/// A tenant, by its name.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedTenant {
    /// Its key; null where it is not shown, because it is sensitive.
    pub key: Option<String>,
    /// Where the key is written.
    pub location: Location,
}

/// An attribute that is one of a tenant's values.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedAttribute {
    /// Which value it is, by the name that rules and the configuration have for it.
    pub field: &'static str,
    /// The way to it inside an element, such as `connector.role`; `[*]` is any element of a list or a map. Empty where
    /// the element itself is the value.
    pub attribute: String,
    /// By what that is known.
    pub evidence: FieldEvidence,
    /// In how many cases that holds: elements of the collection, or flow instances for what reaches a sink. Null for
    /// the configuration and names.
    pub cases: Option<Cases>,
    /// Whether it is only a part of the value that takes effect, such as the account in an ARN.
    pub is_part: bool,
    /// The sinks that it reaches, whatever the evidence is.
    pub reaches: Vec<InspectedReach>,
}

/// By what it is known which value an attribute is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FieldEvidence {
    /// The configuration says it.
    Configuration,
    /// Its name does.
    Name,
    /// It reaches a sink that needs this value.
    Sink,
    /// It is the account in the role's ARN.
    Role,
    /// It is in the safelist.
    Safelist,
    /// It alone looks like one.
    Shape,
}

/// A place where a value takes effect.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedReach {
    /// The resource and its attribute, or the argument of a module that is not there to read.
    pub sink: String,
    /// The value that it needs.
    pub field: &'static str,
    /// In how many flow instances.
    pub cases: Cases,
}

/// A value of tenants that no attribute of their elements is.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AbsentField {
    /// Which value.
    pub field: &'static str,
    /// Whether it comes from elsewhere: a constant, another collection, a resource. Else it was not found at all.
    pub is_elsewhere: bool,
}

/// A call of a module that has Sym's resources, or such resources in the root module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedFlow {
    /// The call; null where the root module has the resources itself.
    pub call: Option<InspectedCall>,
    /// Its instances: one for each key, or one.
    pub instances: Vec<InspectedInstance>,
    /// Why there may be others.
    pub unknown: Option<String>,
    /// The resources on which Sym or AWS acts, by their addresses in the module.
    pub resources: Vec<String>,
    /// The arguments that carry values of tenants.
    pub arguments: Vec<InspectedArgument>,
}

/// An instance of a flow.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedInstance {
    /// Its address, such as `module.sso_access["acme"]`; without its key, where that is sensitive. Empty for the root
    /// module's own resources.
    pub address: String,
    /// The key of the tenant whose values it should receive; null where that is not known, or sensitive.
    pub tenant: Option<String>,
}

/// A call of a module.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedCall {
    /// Its name, such as `module.sso_access`.
    pub name: String,
    pub location: Location,
    /// Its source, where that is a text.
    pub source: Option<String>,
    /// The folder of the module; null where it is not there to read.
    pub module: Option<String>,
    /// How many instances there are.
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
    /// The way to it inside the argument; empty where it is all of it.
    pub attribute: String,
    /// Which value; `key` for what names the tenant in Sym.
    pub field: &'static str,
    /// By what that is known: the configuration, the name, or the sink that it reaches.
    pub evidence: FieldEvidence,
}

/// A list of accounts that the runtime may enter.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectedSafelist {
    /// The way to it, such as `module.runtime.account_id_safelist`.
    pub path: String,
    pub location: Location,
    /// The accounts in it, as far as they are known; null where there is no list.
    pub accounts: Option<usize>,
    /// Why not all of it is known.
    pub unknown: Option<String>,
}

/// A root module that has nothing that symlint checks.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherRoot {
    pub root: String,
    /// What it has.
    pub contents: Contents,
}

/// What a root module has.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contents {
    /// The kinds of resources in it and in the modules that it calls, sorted.
    pub resources: Vec<CountedKind>,
    /// The modules that it calls: the name of each call, and its source.
    pub calls: Vec<CalledModule>,
    pub variables: Vec<String>,
    pub locals: Vec<String>,
}

/// A kind of resource.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CountedKind {
    /// Such as `aws_iam_role`.
    pub kind: String,
    /// How many blocks there are.
    pub count: usize,
}

/// A module that is called.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalledModule {
    /// The name of the call.
    pub name: String,
    /// Its source, where that is a text.
    pub source: Option<String>,
}

impl InspectedRun {
    /// The folder or the values file, with what tells it apart from other runs of the folder.
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

/// Writes an inspection as JSON, indented, with a newline at the end.
///
/// # Errors
///
/// Those of `to`.
pub fn json(inspection: &Inspection, to: &mut dyn io::Write) -> io::Result<()> {
    write_json(inspection, to)
}
