//! Reads files in HCL's native syntax and in JSON.

use crate::json;
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{self, Body, File, SyntaxError};

/// Reads a file of configuration.
pub(super) fn read_configuration(id: FileId, source: &SourceFile) -> File {
    if let Some(file) = in_utf_16(id, source) {
        return file;
    }
    if source.name().ends_with(".json") { json::read_configuration(id, source) } else { syntax::read(id, source) }
}

/// Reads a values file.
pub(super) fn read_values(id: FileId, source: &SourceFile) -> File {
    if let Some(file) = in_utf_16(id, source) {
        return file;
    }
    if source.name().ends_with(".json") { json::read_values(id, source) } else { syntax::read(id, source) }
}

/// The single error for a file in UTF-16, with or without a byte order mark, in place of one error for each character.
fn in_utf_16(id: FileId, source: &SourceFile) -> Option<File> {
    let marked = source.invalid_bytes().starts_with(&[0, 1]);
    let bytes = source.text().as_bytes().get(if marked { 2 } else { 0 }..)?;
    let pairs: Vec<&[u8]> = bytes.chunks_exact(2).take(8).collect();
    let is_of_zeros = |at: usize| pairs.iter().all(|pair| (pair.get(at) == Some(&0)) && pair.get(1 - at) != Some(&0));
    if pairs.is_empty() || !(is_of_zeros(0) || is_of_zeros(1)) {
        return None;
    }
    let error = SyntaxError { message: "this is UTF-16: save the file as UTF-8".to_owned(), span: Span::new(id, 0..1) };
    Some(File { body: Body::default(), comments: Vec::new(), errors: vec![error] })
}
