//! What a front end asks for, as plain data.

use symlint_terraform::Given;

use crate::level::Level;
use crate::policy::Policy;

/// What to check, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The paths that the user named.
    pub paths: Vec<Named>,
    /// Which rules run, and which suppressions apply.
    pub policy: Policy,
    /// The level at which findings make a check fail; `None` if they never do.
    pub fail_on: Option<Level>,
    /// Values from the command line, in order.
    pub given: Vec<Given>,
    /// The variables from `TF_VAR_*`, without that prefix.
    pub environment: Vec<(String, String)>,
    /// The value of `TF_WORKSPACE`.
    pub workspace: Option<String>,
    pub config: ConfigChoice,
    /// The file with the findings that are accepted.
    pub baseline: Option<String>,
    /// Reports of earlier checks. Their tenants are compared with those of this check.
    pub with: Vec<String>,
    /// Whether all findings are accepted and written to a baseline.
    pub accept: bool,
    /// The current day, `YYYY-MM-DD`. Without it, exceptions do not expire.
    pub today: Option<String>,
}

/// A path that the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A file or folder.
    Path(String),
    /// A values file without a folder, such as one from standard input.
    Alone(String),
}

/// The choice of a configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// The nearest `.symlint.hcl` in the folder or above it.
    #[default]
    Nearest,
    /// This file, for all paths.
    File(String),
    /// No file, so the default settings apply.
    None,
}
