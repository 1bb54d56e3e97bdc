//! The command line from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic: that is how it fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod configuration;
mod init;
mod inputs;
mod inspect;
mod isolation;
mod manual;
mod output;
mod privacy;
mod search;
mod verdicts;

use support::{Run, Symlint};

fn check(text: &str) -> Run {
    Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run()
}
