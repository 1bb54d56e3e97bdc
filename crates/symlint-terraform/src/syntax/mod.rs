//! HCL text → one tree, in which every node has its span.

mod tree;
/// Temporary.
pub use crate::stub::read_stub as read;

pub use tree::*;
