//! Tenants, findings, configuration, policy and machine-readable reports of symlint.
//!
//! ```text
//! file tree
//!    │  symlint-terraform   values that remember where they were written
//!    │  tenants             values → tenants, grants, flow calls, connectors, safelists
//!    │  gaps                what of them cannot be judged
//!    ▼
//!    │  rule                tenants → findings; the rules themselves are the crate `symlint-rules`
//!    ▼
//!    │  policy              levels and suppressions → what counts
//!    ▼
//! report                    one value, from which every format is computed
//! ```
//!
//! The [`Engine`](engine::Engine) goes the whole way. The crate knows no terminal, no disk and no browser.

pub mod check;
pub mod config;
pub mod coverage;
pub mod diff;
pub mod discover;
pub mod engine;
pub mod facts;
pub mod finding;
mod fingerprint;
pub mod fix;
mod found;
mod gaps;
pub mod inspection;
pub mod level;
mod parallel;
pub mod policy;
mod privacy;
pub mod proposal;
pub mod report;
pub mod rule;
#[cfg(feature = "schema")]
pub mod schema;
pub mod spelling;
pub mod suppression;
pub mod tenants;
mod unmatched;
