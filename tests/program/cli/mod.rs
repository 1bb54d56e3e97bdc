//! Runs the command line.

mod configuration;
mod init;
mod inputs;
mod inspect;
mod isolation;
mod manual;
mod monorepo;
mod output;
mod privacy;
mod search;
mod verdicts;

use crate::support::{Run, Symlint};

fn check(text: &str) -> Run {
    Symlint::new(&["check", "--format", "json", "-"]).stdin(text).run()
}
