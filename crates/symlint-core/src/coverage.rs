//! What was not checked, and why. Without this, missing checks would look like a pass.

use serde::Serialize;
use symlint_terraform::Span;

/// Why something was not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Code {
    /// Tenants without a flow that could be followed, or a flow without a tenant.
    NoFlow,
    /// The wiring of a flow, a safelist, or a trust policy that could not be checked.
    UnknownWiring,
    /// A value that is known only when Terraform applies it.
    UnknownValues,
    /// An attribute that was found in no tenant.
    UnmappedField,
    /// A values file that would set the tenants, but that no run loads.
    UnloadedValues,
    /// A limit of the evaluation was reached.
    Limit,
    /// The inputs of Terragrunt were not read.
    Terragrunt,
    /// A folder or root module that was excluded, or that the search left out.
    LeftOut,
    /// A values file without a configuration, which has no wiring.
    ValuesAlone,
    /// A module that cannot be read.
    RemoteModule,
    /// A file that cannot be parsed.
    SyntaxError,
}

impl Code {
    /// The code in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoFlow => "no-flow",
            Self::UnknownWiring => "unknown-wiring",
            Self::UnknownValues => "unknown-values",
            Self::UnmappedField => "unmapped-field",
            Self::UnloadedValues => "unloaded-values",
            Self::Limit => "limit",
            Self::Terragrunt => "terragrunt",
            Self::LeftOut => "left-out",
            Self::ValuesAlone => "values-alone",
            Self::RemoteModule => "remote-module",
            Self::SyntaxError => "syntax-error",
        }
    }

    /// Whether a reader would expect it to be checked, so that it is also a finding of `not-checked`.
    pub fn is_surprise(self) -> bool {
        match self {
            Self::NoFlow | Self::UnknownWiring | Self::UnmappedField | Self::UnloadedValues | Self::Terragrunt => true,
            // Either another rule reports these, or the author chose them.
            Self::Limit
            | Self::SyntaxError
            | Self::UnknownValues
            | Self::LeftOut
            | Self::ValuesAlone
            | Self::RemoteModule => false,
        }
    }

    /// What was not checked, as a part of a verdict: `wiring was not checked`.
    pub fn what(self) -> &'static str {
        match self {
            Self::NoFlow | Self::UnknownWiring => "wiring",
            Self::UnmappedField => "an attribute",
            Self::UnloadedValues | Self::Terragrunt => "a set of values",
            Self::Limit => "what takes too long",
            Self::SyntaxError => "part of a file",
            Self::UnknownValues | Self::LeftOut | Self::ValuesAlone | Self::RemoteModule => "some of it",
        }
    }
}

/// Something that was not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotChecked {
    /// Why, as a code.
    pub code: Code,
    /// Why, in one line, in lower case and without a period.
    pub reason: String,
    /// The place, if it is in a file.
    pub span: Option<Span>,
    /// What to do, with the lines to add.
    pub help: Option<String>,
    /// Whether it is also a finding of `not-checked`.
    pub is_finding: bool,
}

impl NotChecked {
    /// A gap without help; whether it is a finding follows from its code.
    pub fn new(code: Code, reason: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        Self { code, reason: reason.into(), span: span.into(), help: None, is_finding: code.is_surprise() }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}
