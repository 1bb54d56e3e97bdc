//! Files, spans in them, and positions for readers.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use arcstr::{ArcStr, Substr};

use crate::tree::FileError;

/// Text that shares the memory of the file that it is written in.
pub type Str = Substr;

/// A file of a [`Sources`] collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A half-open range of bytes in a file as it is on disk, including a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    /// The first byte, which counts from 0.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The bytes `range` of `file`.
    pub fn new(file: FileId, range: Range<u32>) -> Self {
        Self { file, start: range.start, end: range.end.max(range.start) }
    }

    /// Like [`Span::new`], for a range of `usize`.
    pub fn at(file: FileId, range: Range<usize>) -> Self {
        Self::new(file, offset(range.start)..offset(range.end))
    }

    /// Whether the span has no bytes.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The number of bytes.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether `other` is within this span, in the same file.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span around both; `self` if they are in different files.
    #[must_use]
    pub fn to(self, other: Span) -> Self {
        if self.file != other.file {
            return self;
        }
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes `range` of this span, counted from its start and limited by its end.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        let at = |at: usize| self.start.saturating_add(offset(at)).min(self.end);
        Self::new(self.file, at(range.start)..at(range.end))
    }
}

/// A position in a file for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Counts from 1.
    pub line: u32,
    /// Counts from 1, in Unicode code points. A byte order mark is not a column.
    pub column: u32,
    /// Counts from 0, in bytes. A byte order mark is included.
    pub offset: u32,
}

/// The number of code points is stored at intervals of this many bytes in a non-ASCII file, so that finding the column
/// on a long line does not walk over the whole line.
const CHECKPOINT: usize = 1024;

/// The text of one file.
pub struct SourceFile {
    name: Substr,
    text: ArcStr,
    invalid: Vec<u32>,
    lines: OnceLock<LineIndex>,
}

struct LineIndex {
    /// The offset at which each line starts.
    starts: Vec<u32>,
    /// The number of code points before each multiple of [`CHECKPOINT`]; empty for ASCII.
    checkpoints: Vec<u32>,
}

/// Replaces each byte that is not valid UTF-8, so that offsets are the same as on disk.
pub(crate) const INVALID: char = '\u{1A}';

/// The byte order mark that some editors write at the start of a file. Terraform accepts it.
pub(crate) const BYTE_ORDER_MARK: char = '\u{FEFF}';

impl SourceFile {
    /// Whether the file is in a copy of a module that `terraform init` created, which nobody edits.
    pub fn is_in_copy(&self) -> bool {
        self.name().split('/').any(|folder| folder == ".terraform")
    }

    pub(crate) fn new(name: String, bytes: Vec<u8>) -> Self {
        let (text, invalid) = match String::from_utf8(bytes) {
            Ok(text) => (text, Vec::new()),
            Err(error) => decode_lossy(error.as_bytes()),
        };
        Self { name: name.into(), text: ArcStr::from(text), invalid, lines: OnceLock::new() }
    }

    /// The path as it is shown to people, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Like [`SourceFile::name`], sharing its memory.
    pub fn shared_name(&self) -> Substr {
        self.name.clone()
    }

    /// The text. Each byte that is not valid UTF-8 is replaced by one U+001A, so that offsets are the same as on disk.
    pub fn text(&self) -> &ArcStr {
        &self.text
    }

    /// The span of the whole file, whose id is `id`.
    pub(crate) fn whole(&self, id: FileId) -> Span {
        Span::at(id, 0..self.text.len())
    }

    /// The offsets of the bytes that are not valid UTF-8, in ascending order.
    pub fn invalid_bytes(&self) -> &[u32] {
        &self.invalid
    }

    /// The text of `span`, which must be in this file; empty if the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Like [`SourceFile::slice`], sharing the file's memory.
    pub fn substr(&self, range: Range<usize>) -> Substr {
        if self.text.get(range.clone()).is_some() { self.text.substr(range) } else { Substr::default() }
    }

    /// The number of the line that contains `offset`, which counts from 1. An offset beyond the end is treated as the
    /// end.
    pub(crate) fn line(&self, offset: u32) -> usize {
        let lines = self.lines.get_or_init(|| LineIndex::new(&self.text));
        lines.starts.partition_point(|&start| start <= offset).max(1)
    }

    /// The position of `offset`. An offset beyond the end is treated as the end.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.lines.get_or_init(|| LineIndex::new(&self.text));
        let line = self.line(offset);
        let start = lines.starts.get(line - 1).copied().unwrap_or(0);
        let mut column = lines.code_points(&self.text, offset) - lines.code_points(&self.text, start);
        if line == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
            column = column.saturating_sub(1);
        }
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: column + 1, offset }
    }

    /// The byte range of line `line` (from 1) without its line ending, if the file has this many lines.
    pub fn line_range(&self, line: u32) -> Option<Range<usize>> {
        let lines = self.lines.get_or_init(|| LineIndex::new(&self.text));
        let index = usize::try_from(line.checked_sub(1)?).ok()?;
        let start = *lines.starts.get(index)? as usize;
        let end = lines.starts.get(index + 1).map_or(self.text.len(), |&next| next as usize);
        let text = self.text.get(start..end)?.trim_end_matches(['\n', '\r']);
        Some(start..start + text.len())
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("name", &self.name).field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl LineIndex {
    fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at + 1)));
        let mut checkpoints = Vec::new();
        if !text.is_ascii() {
            let mut count = 0;
            for chunk in text.as_bytes().chunks(CHECKPOINT) {
                checkpoints.push(count);
                count += count_starts(chunk);
            }
            checkpoints.push(count);
        }
        Self { starts, checkpoints }
    }

    /// The number of code points that start before `at`.
    fn code_points(&self, text: &str, at: u32) -> u32 {
        let at_byte = (at as usize).min(text.len());
        if self.checkpoints.is_empty() {
            return offset(at_byte);
        }
        let block = at_byte / CHECKPOINT;
        let before = self.checkpoints.get(block).copied().unwrap_or(0);
        before + count_starts(text.as_bytes().get(block * CHECKPOINT..at_byte).unwrap_or_default())
    }
}

fn count_starts(bytes: &[u8]) -> u32 {
    offset(bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count())
}

/// The offset always fits, because files over 4 GiB are rejected when they are added.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn decode_lossy(bytes: &[u8]) -> (String, Vec<u32>) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            invalid.push(offset(text.len()));
            text.push(INVALID);
        }
    }
    (text, invalid)
}

/// The files that have been read so far. Files are added and never change.
#[derive(Debug, Default)]
pub struct Sources(RwLock<Vec<Arc<SourceFile>>>);

impl Sources {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. `name` is the name that people see.
    ///
    /// # Errors
    ///
    /// If the file has 4 GiB or more, because offsets have 32 bits.
    pub fn add(&self, name: impl Into<String>, bytes: Vec<u8>) -> Result<FileId, FileError> {
        let name = name.into();
        if u32::try_from(bytes.len()).is_err() {
            return Err(FileError { path: name, reason: "the file is larger than 4 GiB".into() });
        }
        let mut files = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let id = FileId(offset(files.len()));
        files.push(Arc::new(SourceFile::new(name, bytes)));
        Ok(id)
    }

    /// The file `id`, which must belong to this collection.
    #[allow(clippy::expect_used, reason = "an id of another collection is a mistake in the program, not in its input")]
    pub fn get(&self, id: FileId) -> Arc<SourceFile> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner);
        files.get(id.0 as usize).cloned().expect("a file id of these sources")
    }

    /// All files, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, Arc<SourceFile>)> {
        let files = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        files.into_iter().enumerate().map(|(index, file)| (FileId(offset(index)), file))
    }

    /// The text of `span`.
    pub fn text(&self, span: Span) -> String {
        self.get(span.file).slice(span).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &[u8]) -> SourceFile {
        SourceFile::new("x".into(), bytes.to_vec())
    }

    fn place(source: &SourceFile, offset: u32) -> (u32, u32) {
        let position = source.position(offset);
        (position.line, position.column)
    }

    #[test]
    fn columns_count_code_points_and_offsets_count_bytes() {
        let source = source("a\nüb = 1\r\nc".as_bytes());
        assert_eq!(place(&source, 0), (1, 1));
        assert_eq!(place(&source, 2), (2, 1));
        assert_eq!(place(&source, 4), (2, 2));
        assert_eq!(place(&source, 11), (3, 1));
    }

    #[test]
    fn a_byte_order_mark_has_bytes_but_no_column() {
        let source = source("\u{FEFF}a = 1\nb = 2".as_bytes());
        assert_eq!(place(&source, 3), (1, 1));
        assert_eq!(source.position(3).offset, 3);
        assert_eq!(place(&source, 9), (2, 1));
    }

    #[test]
    fn checkpoints_agree_with_counting() {
        let text = "é1".repeat(3000);
        let source = source(text.as_bytes());
        for at in [0, 3, 1023, 1026, 4098, 8997] {
            let expected = text.char_indices().take_while(|&(start, _)| start < at as usize).count() as u32 + 1;
            assert_eq!(source.position(at as u32).column, expected, "at {at}");
        }
    }

    #[test]
    fn invalid_bytes_keep_the_offsets() {
        let source = source(b"a\xFF\xFEb");
        assert_eq!(source.text().len(), 4);
        assert_eq!(source.invalid_bytes(), [1, 2]);
    }

    #[test]
    fn lines_have_no_endings() {
        let source = source(b"a\r\nbc\n");
        assert_eq!(source.line_range(1), Some(0..1));
        assert_eq!(source.line_range(2), Some(3..5));
        assert_eq!(source.line_range(3), Some(6..6));
        assert_eq!(source.line_range(4), None);
    }
}
