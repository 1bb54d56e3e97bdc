//! Tenants, findings, configuration, policy and machine-readable reports of symlint.
//!
//! ```text
//! symlint-terraform   values that remember where they were written
//!    │  tenants       values → tenants, grants, flow calls, connectors, safelists
//!    ▼
//!    │  rule          tenants → findings; the rules themselves are the crate `symlint-rules`
//!    ▼
//!    │  policy        levels and suppressions → what counts
//!    ▼
//! report              json, concise
//! ```
//!
//! [`check`](check::check) runs the whole way. The crate knows no terminal, no files and no browser.

pub mod check;
pub mod config;
pub mod discover;
pub mod facts;
pub mod finding;
mod fingerprint;
pub mod fix;
mod parallel;
pub mod policy;
pub mod report;
pub mod rule;
pub mod tenants;
