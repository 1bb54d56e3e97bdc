//! The lines of a file that an excerpt shows: only those, without what a terminal would obey, and cut where they are long.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use symlint_terraform::Source;
use textwrap::WordSplitter;

/// Something that is said about a part of a file.
#[derive(Debug)]
pub(crate) struct Mark {
    /// In bytes of the file.
    pub(crate) span: Range<u32>,
    pub(crate) text: String,
    pub(crate) primary: bool,
}

/// The lines around some spans of a file.
#[derive(Debug)]
pub(crate) struct ExcerptText {
    source: Arc<Source>,
    /// What is shown, line by line.
    text: String,
    lines: Vec<Line>,
    /// Where in the file a character is, and where in the text; ascending by both.
    places: Vec<(usize, usize)>,
}

#[derive(Debug)]
struct Line {
    /// In the file, from 1.
    number: u32,
    /// Where it starts in the text.
    start: usize,
}

/// How many characters of a line are shown, where nothing is said about more.
const LINE: usize = 160;

/// How many characters are shown of what something is said about.
const SPAN: usize = 80;

/// How many characters are shown around it on a long line.
const AROUND: usize = 40;

/// How many lines of what something is said about are shown.
const LINES: u32 = 12;

/// The columns of a line number, its rule, and the hook of a label.
const GUTTER: usize = 10;

/// The least width of a label: lines that are shorter are hard to read.
const LABEL: usize = 44;

impl ExcerptText {
    pub(crate) fn new(source: Arc<Source>, spans: impl Iterator<Item = Range<u32>>) -> Self {
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        let mut shown: Vec<Range<usize>> = Vec::new();
        for span in spans {
            let range = start_of(&source, &span);
            let line = |at: usize| source.position(u32::try_from(at).unwrap_or(u32::MAX)).line;
            numbers.extend(line(range.start).saturating_sub(1).max(1)..=line(range.end).saturating_add(1));
            shown.push(range);
        }
        let mut excerpt = Self { source, text: String::new(), lines: Vec::new(), places: Vec::new() };
        for number in numbers {
            excerpt.add(number, &shown);
        }
        excerpt
    }

    /// The label for `mark`, whose text is broken into lines that end before `width`.
    pub(crate) fn label(&self, mark: Mark, width: usize) -> LabeledSpan {
        let Range { start, end } = start_of(&self.source, &mark.span);
        let from = self.place(start);
        // An end that is not shown is that of the cut.
        let next = self.places.partition_point(|&(at, _)| at < end);
        let to = self.places.get(next).map_or(self.text.len(), |&(_, place)| place).max(from);
        // The text begins in the middle of what it labels, behind the line numbers and a hook.
        let before = self.text.get(..from).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let chars = |range: Range<usize>| self.text.get(range).unwrap_or_default().chars().count();
        let column = chars(line..from) + 1 + chars(from..to) / 2 + GUTTER;
        let lines =
            textwrap::Options::new(width.saturating_sub(column).max(LABEL)).word_splitter(WordSplitter::NoHyphenation);
        let text = Some(textwrap::fill(&mark.text, lines));
        match mark.primary {
            true => LabeledSpan::new_primary_with_span(text, from..to),
            false => LabeledSpan::new_with_span(text, from..to),
        }
    }

    fn add(&mut self, number: u32, shown: &[Range<usize>]) {
        let source = Arc::clone(&self.source);
        let Some(line) = source.line_range(number) else { return };
        self.lines.push(Line { number, start: self.text.len() });
        let mut at = line.start;
        for range in kept(source.text(), line.clone(), shown) {
            if at < range.start {
                self.places.push((at, self.text.len()));
                self.text.push('…');
            }
            for (index, c) in source.text().get(range.clone()).unwrap_or_default().char_indices() {
                self.places.push((range.start + index, self.text.len()));
                self.text.push(picture(c));
            }
            at = range.end;
        }
        if at < line.end {
            self.places.push((at, self.text.len()));
            self.text.push('…');
        }
        self.places.push((line.end, self.text.len()));
        self.text.push('\n');
    }

    /// Where in the text a place in the file is.
    fn place(&self, offset: usize) -> usize {
        let next = self.places.partition_point(|&(at, _)| at <= offset);
        next.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |&(_, place)| place)
    }

    /// Where in the file a place in the text is.
    fn offset(&self, place: usize) -> usize {
        let next = self.places.partition_point(|&(_, there)| there <= place);
        next.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |&(at, _)| at)
    }

    /// Which of the lines a place in the text is on.
    fn line(&self, place: usize) -> usize {
        self.lines.partition_point(|line| line.start <= place).saturating_sub(1)
    }
}

/// The first few lines of a span.
fn start_of(source: &Source, span: &Range<u32>) -> Range<usize> {
    let last = source.position(span.start).line.saturating_add(LINES);
    let end = source.line_range(last).map_or(span.end as usize, |line| line.end.min(span.end as usize));
    span.start as usize..end.max(span.start as usize)
}

/// The parts of a line that are shown: all of it, or what lies around spans.
fn kept(text: &str, line: Range<usize>, shown: &[Range<usize>]) -> Vec<Range<usize>> {
    let behind = |from: usize, most: usize| {
        let rest = text.get(from..line.end).unwrap_or_default();
        rest.char_indices().nth(most).map_or(line.end, |(end, _)| from + end)
    };
    let before = |to: usize, most: usize| {
        let rest = text.get(line.start..to).unwrap_or_default();
        rest.char_indices().rev().take(most).last().map_or(to, |(start, _)| line.start + start)
    };
    if behind(line.start, LINE) == line.end {
        return vec![line];
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    for span in shown.iter().filter(|span| span.start <= line.end && line.start <= span.end) {
        let (start, end) = (span.start.max(line.start), span.end.min(line.end));
        let cut = behind(start, SPAN);
        parts.push(before(start, AROUND)..if cut < end { cut } else { behind(end, AROUND) });
    }
    if parts.is_empty() {
        parts.push(line.start..behind(line.start, LINE));
    }
    parts.sort_by_key(|part| part.start);
    let mut merged: Vec<Range<usize>> = Vec::new();
    for part in parts {
        match merged.last_mut() {
            Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
            _ => merged.push(part),
        }
    }
    merged
}

/// Text that a terminal shows and does not obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(picture).collect()
}

/// The start of a long text.
pub(crate) fn clipped(text: &str) -> String {
    match text.char_indices().nth(SPAN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// A control character as the picture that Unicode has of it. Tabs stay.
fn picture(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7F}' => '␡',
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

impl SourceCode for ExcerptText {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let number = |line: usize| self.lines.get(line).map_or(1, |line| line.number);
        let touches = |line: usize| number(line + 1) == number(line) + 1;
        let mut first = self.line(span.offset());
        let mut last = self.line(span.offset() + span.len());
        for _ in 0..lines_before {
            first -= usize::from(first > 0 && touches(first - 1));
        }
        for _ in 0..lines_after {
            last += usize::from(last + 1 < self.lines.len() && touches(last));
        }
        let begin = self.lines.get(first).map_or(0, |line| line.start);
        let end = self.lines.get(last + 1).map_or(self.text.len(), |line| line.start).saturating_sub(1).max(begin);
        let text = self.text.get(begin..end).unwrap_or_default();
        // miette shows the column of the start of what it is given, and counts lines from 0.
        let place = self.source.position(u32::try_from(self.offset(span.offset())).unwrap_or(u32::MAX));
        Ok(Box::new(MietteSpanContents::new_named(
            printable(self.source.name()),
            text.as_bytes(),
            SourceSpan::from(begin..end),
            number(first) as usize - 1,
            if lines_before == 0 { place.column as usize - 1 } else { 0 },
            (number(last) - number(first)) as usize + 1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "there is one range")]
    fn a_long_line_is_shown_around_what_is_said_about_it() {
        let text = format!("{}wrong{}", "a".repeat(1_000), "b".repeat(1_000));
        let parts = kept(&text, 0..text.len(), &[1_000..1_005]);
        assert_eq!(parts, [1_000 - AROUND..1_005 + AROUND]);
        let parts = kept(&text, 0..text.len(), &[500..1_900, 1_950..1_960]);
        assert_eq!(parts, [500 - AROUND..500 + SPAN, 1_950 - AROUND..1_960 + AROUND]);
        assert_eq!(kept(&text, 0..text.len(), &[]), [0..LINE]);
        assert_eq!(kept("short", 0..5, &[1..2]), [0..5]);
    }

    #[test]
    fn control_characters_are_pictures() {
        assert_eq!(printable("a\u{1b}[31m\tb\u{7}\u{9b}\u{7f}"), "a␛[31m\tb␇\u{FFFD}␡");
    }
}
