//! What needs no program: the rules, the reader, and the evaluator are called as a library.

mod bounds;
mod configuration_page;
mod examples;
mod expressions;
mod fingerprints;
mod hostile;
mod index;
mod layouts;
mod matrix;
mod messages;
mod oracles;
mod pages;
mod properties;
mod spellings;
mod wiring;

use std::path::Path;

/// The repository's root.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
