//! Parses HCL to a tree, in which every node has its span.
//!
//! The parser keeps every duplicate key and every comment, continues after mistakes, and takes time that is linear in
//! the length of any text. Existing parsers for HCL do none of this. The best of them, hcl-edit, stops at the first
//! mistake, compares each key of an object with all others, and rejects the 65th level and the 129th operator, which
//! Terraform accepts.

mod body;
mod brackets;
mod collection;
mod comprehension;
mod cursor;
mod expression;
mod heredoc;
mod json;
mod mistakes;
mod operand;
mod quoted;
mod recover;
mod relocate;
mod repair;
mod template;
#[cfg(test)]
mod tests;
mod traversal;
mod tree;
mod walk;

pub(crate) use quoted::normalised;
pub(crate) use relocate::{Relocate, relocate};
pub use tree::*;
pub use walk::{children, top_level};

use crate::source::{FileId, SourceFile};
use cursor::Reader;

/// Reads a file in HCL's native syntax: attributes and blocks.
///
/// This never fails: mistakes are in [`File::errors`], and the rest is in the tree.
pub fn read(file: FileId, source: &SourceFile) -> File {
    read_with(file, source, Reader::file)
}

fn read_with<'s>(file: FileId, source: &'s SourceFile, body: fn(&mut Reader<'s>) -> Body) -> File {
    let mut reader = Reader::new(file, source);
    let mut read = body(&mut reader);
    if reader.unbalanced {
        let repairs = reader.repairs();
        reader = Reader::new(file, source);
        reader.repairs = repairs;
        read = body(&mut reader);
    }
    reader.finish(read)
}

/// Reads as much as possible of a source that should be one JSON object but is not valid JSON.
pub(crate) fn read_json_loosely(file: FileId, source: &SourceFile) -> File {
    read_with(file, source, Reader::json_object)
}

/// Reads a source that consists of one expression.
///
/// # Errors
///
/// The first mistake.
pub fn read_expression(file: FileId, source: &SourceFile) -> Result<Expr, SyntaxError> {
    let mut reader = Reader::new(file, source);
    let expr = reader.whole_expression();
    reader.only(expr)
}

/// Reads a source that consists of one template, as `templatefile` does.
///
/// # Errors
///
/// The first mistake.
pub fn read_template(file: FileId, source: &SourceFile) -> Result<Expr, SyntaxError> {
    let mut reader = Reader::new(file, source);
    let expr = reader.whole_template();
    reader.only(expr)
}
