//! Runs the program as its users do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    unreachable_pub,
    reason = "a test may panic: that is how it fails"
)]

#[cfg(unix)]
mod action;
mod cli;
mod diff;
mod eval;
mod fixes;
mod front_ends;
mod reports;
mod support;
mod suppressions;
