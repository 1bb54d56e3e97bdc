//! HCL text → one tree, in which every node has its span.

mod tree;

pub use tree::*;
