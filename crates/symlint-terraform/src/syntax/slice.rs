//! An expression as it is given to hcl-edit: without literals, comments and line ends.
//!
//! Strings, numbers, objects, tuples and parentheses are read by our scanner, and a placeholder stands for each. So
//! hcl-edit, which checks the keys of an object in quadratic time, refuses duplicates, and lets strings run over lines,
//! sees only names, operators, calls, indexes and `for`.

use std::ops::Range;

use super::cursor::Node;

/// What hcl-edit gets, and where each part of it was written.
#[derive(Default)]
pub(super) struct Slice {
    pub(super) text: String,
    segments: Vec<Segment>,
    cuts: Vec<Option<Node>>,
}

/// A part of the slice.
struct Segment {
    /// Where it starts in the slice.
    start: usize,
    /// Where it is written in the file.
    written: Range<usize>,
    /// The index of what was cut out, if the part is a placeholder.
    cut: Option<usize>,
}

const PLACEHOLDER: &str = "x";

impl Slice {
    /// Appends what is written at `range` of the file.
    pub(super) fn copy(&mut self, range: Range<usize>, file: &str) {
        let joins = self.segments.last().is_some_and(|last| {
            last.cut.is_none() && last.written.end == range.start && last.start + last.written.len() == self.text.len()
        });
        match self.segments.last_mut() {
            Some(last) if joins => last.written.end = range.end,
            _ => self.segments.push(Segment { start: self.text.len(), written: range.clone(), cut: None }),
        }
        self.text.push_str(file.get(range).unwrap_or_default());
    }

    /// Appends a space, for whatever separates tokens. hcl-edit wants none at the start.
    pub(super) fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Appends a placeholder for `node`.
    pub(super) fn cut(&mut self, node: Node) {
        self.space();
        let span = node.expr.span;
        self.segments.push(Segment {
            start: self.text.len(),
            written: span.start as usize..span.end as usize,
            cut: Some(self.cuts.len()),
        });
        self.cuts.push(Some(node));
        self.text.push_str(PLACEHOLDER);
        self.space();
    }

    /// What the placeholder at `at` stands for, if there is one; it is there only once.
    pub(super) fn take(&mut self, at: usize) -> Option<Node> {
        let index = self.segments.binary_search_by_key(&at, |segment| segment.start).ok()?;
        let cut = self.segments.get(index)?.cut?;
        self.cuts.get_mut(cut)?.take()
    }

    /// Where something was cut out that nobody asked for, because the placeholder was taken for a name.
    pub(super) fn untaken(&self) -> Option<Range<usize>> {
        let node = self.cuts.iter().flatten().next()?;
        Some(node.expr.span.start as usize..node.expr.span.end as usize)
    }

    /// Where in the file `range` of the slice is written.
    pub(super) fn written(&self, range: Range<usize>) -> Range<usize> {
        let start = self.locate(range.start).map_or(0, |(segment, ahead)| {
            if segment.cut.is_some() {
                segment.written.start
            } else {
                (segment.written.start + ahead).min(segment.written.end)
            }
        });
        if range.is_empty() {
            return start..start;
        }
        let end = self.locate(range.end - 1).map_or(0, |(segment, ahead)| {
            if segment.cut.is_some() {
                segment.written.end
            } else {
                (segment.written.start + ahead + 1).min(segment.written.end)
            }
        });
        start..end.max(start)
    }

    /// The part at or before `at`, and how far `at` is behind its start.
    fn locate(&self, at: usize) -> Option<(&Segment, usize)> {
        let index = self.segments.partition_point(|segment| segment.start <= at).checked_sub(1)?;
        let segment = self.segments.get(index)?;
        Some((segment, at - segment.start))
    }
}
