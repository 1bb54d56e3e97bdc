//! What a parser has read.

use std::fmt::{Display, Write};
use std::ops::Range;

/// What a parser has read: one line for each thing, in the order of the text.
#[derive(Default)]
pub struct Lines(pub String);

impl Lines {
    pub fn add(&mut self, what: &str, span: Range<usize>, text: impl Display) {
        writeln!(self.0, "{what} {}..{} {text}", span.start, span.end).unwrap();
    }

    pub fn mark(&mut self, what: &str) {
        writeln!(self.0, "{what}").unwrap();
    }
}
