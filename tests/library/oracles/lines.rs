//! What a parser has read, as lines of text that can be compared.

use std::fmt::{Display, Write};
use std::ops::Range;

/// One line for each item that a parser has read, in the order of the text.
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
