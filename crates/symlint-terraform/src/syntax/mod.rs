//! HCL text → one tree, in which every node has its span.
//!
//! It keeps every duplicate key and every comment, goes on after a mistake, and costs as much as the text is long,
//! whatever that is. The parsers there are for HCL do none of that; hcl-edit, the best of them, stops at the first
//! mistake, compares each key of an object with all others, and refuses the 65th level and the 129th operator, which
//! Terraform reads.

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
/// Never fails: what cannot be read is in [`File::errors`], the rest is in the tree.
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

/// Reads what there is to be read of a source that should be one object in JSON and is not.
pub(crate) fn read_json_loosely(file: FileId, source: &SourceFile) -> File {
    read_with(file, source, Reader::json_object)
}

/// Reads a source that is one expression.
///
/// # Errors
///
/// The first mistake.
pub fn read_expression(file: FileId, source: &SourceFile) -> Result<Expr, SyntaxError> {
    let mut reader = Reader::new(file, source);
    let expr = reader.whole_expression();
    reader.only(expr)
}

/// Reads a source that is one template, as `templatefile` does.
///
/// # Errors
///
/// The first mistake.
pub fn read_template(file: FileId, source: &SourceFile) -> Result<Expr, SyntaxError> {
    let mut reader = Reader::new(file, source);
    let expr = reader.whole_template();
    reader.only(expr)
}
