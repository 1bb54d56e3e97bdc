//! Tests that call the library instead of the program.

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
mod mistakes;
mod oracles;
mod pages;
mod properties;
mod spellings;
mod wiring;

use std::path::Path;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
