//! What brackets tell of the text around them.

use foldhash::{HashMap, HashSet};

/// What to assume when a file whose brackets do not match is read again.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// The opening brackets that are closed nowhere, each with the place at which it has to be taken as closed: the
    /// start of the next thing that does not belong in it.
    pub(super) missing: HashMap<usize, usize>,
    /// The closing brackets that close nothing.
    pub(super) extra: HashSet<usize>,
}

/// What is on a line before its comment.
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
