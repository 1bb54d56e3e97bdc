//! What a front end asks for, as plain data.

use symlint_terraform::Given;

use crate::level::Level;
use crate::policy::Policy;

/// What is to be checked, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What a person names.
    pub paths: Vec<Named>,
    /// Which rules run, and which suppressions hold.
    pub policy: Policy,
    /// The level at which findings make a check fail; none ever do without it.
    pub fail_on: Option<Level>,
    /// Values of the command line, in its order.
    pub given: Vec<Given>,
    /// `TF_VAR_*`, without that prefix.
    pub environment: Vec<(String, String)>,
    /// `TF_WORKSPACE`
    pub workspace: Option<String>,
    /// Which configuration holds.
    pub config: ConfigChoice,
    /// The file with the findings that are accepted.
    pub baseline: Option<String>,
    /// Reports of earlier checks, whose tenants are compared with those of this one.
    pub with: Vec<String>,
    /// Whether all findings are accepted, and written into a baseline.
    pub accept: bool,
    /// The day, `YYYY-MM-DD`; without it no exception expires.
    pub today: Option<String>,
}

/// Something that a person names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A file or folder.
    Path(String),
    /// A values file that has no folder, such as one from standard input.
    Alone(String),
}

/// Which configuration holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// The nearest `.symlint.hcl` in the folder or above it.
    #[default]
    Nearest,
    /// This file, for everything.
    File(String),
    /// The default.
    None,
}
