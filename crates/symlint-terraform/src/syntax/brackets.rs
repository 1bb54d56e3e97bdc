//! Finds the mismatched brackets of a text.

use foldhash::{HashMap, HashSet};

/// Assumptions for reading a file again whose brackets do not match.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// The opening brackets that are not closed, each with the place where it should have been closed: the start of the
    /// next thing that does not belong in it.
    pub(super) missing: HashMap<usize, usize>,
    /// The closing brackets that close nothing.
    pub(super) extra: HashSet<usize>,
}

/// The part of a line before its comment.
pub(super) fn before_comment(line: &str) -> &str {
    let comment = ["#", "//", "/*"].iter().filter_map(|start| line.find(start)).min();
    line.get(..comment.unwrap_or(line.len())).unwrap_or_default()
}

/// How many more brackets `text` opens than it closes.
pub(super) fn balance(text: &str) -> isize {
    text.bytes().fold(0, |balance, byte| match byte {
        b'{' | b'[' | b'(' => balance + 1,
        b'}' | b']' | b')' => balance - 1,
        _ => balance,
    })
}
