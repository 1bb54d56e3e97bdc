//! The lines of a file that an excerpt shows. Control characters are replaced, and long lines are shortened.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use symlint_core::level::Level;
use symlint_core::report::{self, ReportedFile};
use symlint_terraform::{BLANK, SourceFile};
use textwrap::WordSplitter;
use textwrap::core::display_width;

use crate::style::Style;

/// A part of a file that the report points at.
#[derive(Debug)]
pub(crate) struct Mark {
    /// Its range in the file, in bytes.
    pub(crate) span: Range<u32>,
    /// Its label in the excerpt; `None` if the headline says it all.
    pub(crate) text: Option<String>,
    /// The level of its finding; `None` for context.
    pub(crate) level: Option<Level>,
    /// Whether it is the subject of the excerpt.
    pub(crate) primary: bool,
}

/// The lines around some spans of a file.
#[derive(Debug)]
pub(crate) struct ExcerptText {
    source: Arc<SourceFile>,
    /// The file, and the place in it that the excerpt is about.
    name: String,
    /// The parts of the file that must not be shown, in order.
    masks: Vec<Range<u32>>,
    /// The text that is shown, line by line.
    text: String,
    lines: Vec<ExcerptLine>,
    /// Positions of characters in the file and in the text, in ascending order.
    places: Vec<(usize, usize)>,
    /// The width of the gutter in front of the text, in columns.
    gutter: usize,
}

#[derive(Debug)]
struct ExcerptLine {
    /// The number in the file, which counts from 1.
    number: u32,
    /// Where the line starts in the text.
    start: usize,
}

/// How many characters of a marked text are shown.
const SPAN: usize = 80;

/// How many characters at the start of a shortened line are kept: the attribute's name and its `=`.
const HEAD: usize = 40;

/// A marked text up to this length, such as an ID, is shown as a whole if there is room.
const ID: usize = 30;

/// How many lines of a marked text are shown.
const LINES: u32 = 12;

/// The columns that miette needs in addition to a line number, and in front of a label's text.
const GUTTER: usize = 4;
const HOOK: usize = 4;

/// Narrower labels are hard to read, so they get a letter, and their text follows the excerpt.
const LABEL: usize = 24;

/// The same applies to labels with more lines than this.
const LABEL_LINES: usize = 2;

/// The columns for the number of a finding.
const NUMBER: usize = 2;

impl ExcerptText {
    pub(crate) fn new(
        file: &ReportedFile,
        name: String,
        spans: impl Iterator<Item = Range<u32>>,
        style: &Style,
    ) -> Self {
        let (source, masks) = (Arc::clone(&file.source), file.masks.clone());
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        let mut shown: Vec<Range<usize>> = Vec::new();
        for span in spans {
            let range = start_of(&source, &span);
            let line = |at: usize| source.position(u32::try_from(at).unwrap_or(u32::MAX)).line;
            numbers.extend(line(range.start)..=line(range.end));
            shown.push(range);
        }
        let gutter = numbers.last().map_or(1, |last| last.to_string().len()) + GUTTER;
        let mut excerpt =
            Self { source, masks, name, text: String::new(), lines: Vec::new(), places: Vec::new(), gutter };
        for number in numbers {
            excerpt.add(number, &shown, style);
        }
        excerpt
    }

    /// The range of `span` in the text that is shown.
    pub(crate) fn shown(&self, span: &Range<u32>) -> Range<usize> {
        let Range { start, end } = start_of(&self.source, span);
        let from = self.place(start);
        // If the end is not shown, the range ends where the line was shortened.
        let next = self.places.partition_point(|&(at, _)| at < end);
        let to = self.places.get(next).map_or(self.text.len(), |&(_, place)| place).max(from);
        from..to
    }

    /// The label `text` for `shown`, broken into lines that end before `width`; `None` if there is no room for it.
    pub(crate) fn label(&self, shown: &Range<usize>, text: &str, width: usize) -> Option<String> {
        // The label starts in the middle of the marked text, after the line numbers and a connector.
        let before = self.text.get(..shown.start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let chars = |range: Range<usize>| self.text.get(range).unwrap_or_default().chars().count();
        let column = self.gutter + chars(line..shown.start) + chars(shown.clone()) / 2 + HOOK;
        let room = width.saturating_sub(column);
        // A letter would take as much room as the number.
        if display_width(text) <= room.max(NUMBER) {
            return Some(text.to_owned());
        }
        let options = textwrap::Options::new(room.saturating_sub(2)).word_splitter(WordSplitter::NoHyphenation);
        let label = (room >= LABEL).then(|| textwrap::fill(text, options));
        label.filter(|label| label.lines().count() <= LABEL_LINES)
    }

    fn add(&mut self, number: u32, shown: &[Range<usize>], style: &Style) {
        let source = Arc::clone(&self.source);
        let Some(line) = source.line_range(number) else { return };
        self.lines.push(ExcerptLine { number, start: self.text.len() });
        let mut at = line.start;
        for range in kept(source.text(), line.clone(), shown, style.width.saturating_sub(self.gutter)) {
            if at < range.start {
                self.places.push((at, self.text.len()));
                let is_indent =
                    at == line.start && source.text().get(at..range.start).unwrap_or_default().trim().is_empty();
                self.text.push_str(if is_indent { "" } else { style.ellipsis() });
            }
            let mut masked = None;
            for (index, c) in source.text().get(range.clone()).unwrap_or_default().char_indices() {
                let place = range.start + index;
                let mask = self.mask_at(place);
                if mask.is_some() && mask == masked {
                    continue;
                }
                masked = mask;
                self.places.push((place, self.text.len()));
                match mask {
                    Some(_) => self.text.push_str(BLANK),
                    None => push(&mut self.text, c),
                }
            }
            at = range.end;
        }
        if at < line.end {
            self.places.push((at, self.text.len()));
            self.text.push_str(style.ellipsis());
        }
        self.places.push((line.end, self.text.len()));
        self.text.push('\n');
    }

    /// Which of the parts that must not be shown contains a place in the file.
    fn mask_at(&self, place: usize) -> Option<usize> {
        let after = self.masks.partition_point(|mask| mask.start as usize <= place);
        let mut before = self.masks.iter().enumerate().take(after).rev();
        before.find(|(_, mask)| place < mask.end as usize).map(|(at, _)| at)
    }

    /// The position in the text of a place in the file.
    fn place(&self, offset: usize) -> usize {
        let next = self.places.partition_point(|&(at, _)| at <= offset);
        next.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |&(_, place)| place)
    }

    /// The line that contains a position in the text.
    fn line(&self, place: usize) -> usize {
        self.lines.partition_point(|line| line.start <= place).saturating_sub(1)
    }
}

/// The first few lines of a span.
fn start_of(source: &SourceFile, span: &Range<u32>) -> Range<usize> {
    let last = source.position(span.start).line.saturating_add(LINES);
    let end = source.line_range(last).map_or(span.end as usize, |line| line.end.min(span.end as usize));
    span.start as usize..end.max(span.start as usize)
}

/// The parts of a line that are shown: the whole line if there is room, or else its start and the parts around `shown`.
pub(crate) fn kept(text: &str, line: Range<usize>, shown: &[Range<usize>], room: usize) -> Vec<Range<usize>> {
    let all = text.get(line.clone()).unwrap_or_default();
    // The positions `number` characters after, and before, another position.
    let after = |from: usize, number: usize| {
        let rest = text.get(from..line.end).unwrap_or_default();
        rest.char_indices().nth(number).map_or(line.end, |(end, _)| from + end)
    };
    let before = |to: usize, number: usize| {
        let rest = text.get(line.start..to).unwrap_or_default();
        rest.char_indices().rev().take(number).last().map_or(to, |(start, _)| line.start + start)
    };
    if display_width(all) <= room {
        return vec![line];
    }
    let marked: Vec<&Range<usize>> =
        shown.iter().filter(|span| span.start <= line.end && line.start <= span.end).collect();
    // The number of quotes before a position. If it is odd, the position is inside a quoted text.
    let quotes = |at: usize| {
        let before = text.get(line.start..at).unwrap_or_default();
        before.match_indices('"').filter(|(at, _)| !before.get(..*at).unwrap_or_default().ends_with('\\')).count()
    };
    // Only the first marked text may be in the quoted text that starts the line.
    let first_mark = marked.iter().map(|mark| mark.start).min().unwrap_or(line.start);
    let is_in_first = quotes(first_mark) == 1;
    let first_quote = match all.find('"') {
        Some(at) => line.start + at + usize::from(is_in_first),
        None if first_mark < line.start + HEAD => first_mark,
        None => line.start,
    };
    let head = line.start..first_quote.min(after(line.start, HEAD.min(room / 2)));
    let width = |range: &Range<usize>| display_width(text.get(range.clone()).unwrap_or_default());
    // A long text may lose its end so that the attribute's name stays complete, but an ID may not.
    let each = |room: usize| (room / marked.len().max(1)).saturating_sub(2 * ELLIPSIS);
    let (most, whole) = (SPAN.min(each(room.saturating_sub(width(&head)))), ID.min(each(room)));
    let marked: Vec<Range<usize>> = marked
        .into_iter()
        .map(|span| span.start.max(line.start)..span.end.min(line.end))
        .map(|span| if width(&span) <= whole { span } else { span.start..span.end.min(after(span.start, most)) })
        .collect();
    // If the marked text is at the start of the line, only the end is cut.
    let start = line.start..after(line.start, room.saturating_sub(ELLIPSIS));
    if marked.iter().all(|mark| mark.end <= start.end) {
        return vec![start];
    }
    let used: usize = merged(marked.clone()).iter().map(width).sum();
    let free = room.saturating_sub(used + ELLIPSIS * (marked.len() + 1));
    // If there is not enough room, the indentation is left out first.
    let indent = all.len() - all.trim_start_matches(' ').len();
    let start = if width(&head) > free { line.start + indent } else { line.start };
    let head = start..head.end.min(after(start, free)).max(start);
    let around = free.saturating_sub(width(&head)) / (2 * marked.len());
    let mut parts = vec![head];
    for Range { start, end } in marked {
        let (wide_start, wide_end) = (before(start, around), after(end, around));
        // A part of an ARN, a quoted text, or a word is either shown as a whole or not at all.
        let is_break = |at: usize, c: char, is_end: bool| match c {
            '"' => (quotes(at) % 2 == 1) == is_end,
            ':' | '/' => quotes(at) == quotes(start) && quotes(at) % 2 == 1,
            ' ' | ',' => quotes(at) % 2 == 0,
            _ => false,
        };
        let ahead = text.get(wide_start..start).unwrap_or_default();
        let mut front = ahead.char_indices().filter(|&(at, c)| is_break(wide_start + at, c, false));
        let front = front.next().map_or(0, |(at, _)| at);
        let rest = text.get(end..wide_end).unwrap_or_default();
        let mut back = rest.char_indices().rev().filter(|&(at, c)| is_break(end + at, c, true));
        let back = back.next().map_or(wide_end, |(at, _)| end + at + 1);
        let from = if wide_start == line.start { wide_start } else { wide_start + front };
        parts.push(from..if wide_end == line.end { wide_end } else { back });
    }
    merged(parts)
}

/// The columns for the ellipsis.
const ELLIPSIS: usize = 3;

/// `parts` in order, with those that touch merged.
fn merged(mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
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

/// Text without characters that a terminal would interpret.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    text.chars().for_each(|c| push(&mut shown, c));
    report::printable(&shown).into_owned()
}

/// Like [`printable`], for text with several lines.
pub(crate) fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Like [`printable_lines`], for text that contains colors, which are kept.
pub(crate) fn printable_in_color(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut shown = printable_lines(parts.next().unwrap_or_default());
    for part in parts {
        let is_color = part
            .strip_prefix('[')
            .is_some_and(|codes| codes.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'));
        shown.push(if is_color { '\u{1b}' } else { '␛' });
        shown.push_str(&printable_lines(part));
    }
    shown
}

/// Adds a character as it is shown: characters that would be interpreted and have no symbol are shown as an escape.
fn push(text: &mut String, c: char) {
    match picture(c) {
        plain if plain.is_ascii() => text.push(plain),
        plain => text.push_str(&report::printable(plain.encode_utf8(&mut [0; 4]))),
    }
}

/// The start of a long text.
pub(crate) fn clipped(text: &str) -> String {
    match text.char_indices().nth(SPAN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// The symbol that Unicode has for a control character. Tabs are kept.
fn picture(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7F}' => '␡',
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
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            text.as_bytes(),
            SourceSpan::from(begin..end),
            // miette counts lines from 0.
            number(first) as usize - 1,
            0,
            (number(last) - number(first)) as usize + 1,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_what_is_marked() {
        let shown = |text: &str, marks: &[&str], room: usize| {
            let marks: Vec<Range<usize>> =
                marks.iter().map(|mark| text.find(mark).map_or(0..0, |at| at..at + mark.len())).collect();
            let parts = kept(text, 0..text.len(), &marks, room);
            parts.iter().map(|part| text.get(part.clone()).unwrap_or("?")).collect::<Vec<_>>().join("…")
        };
        let line =
            r#"    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375af1fd076ad""#;
        assert_eq!(shown(line, &["ps-623"], 200), line);
        assert_eq!(
            shown(line, &["ssoins-6804725e77da42b2"], 90),
            r#"    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2/ps-623375"#
        );
        assert_eq!(
            shown(line, &["ssoins-6804725e77da42b2"], 74),
            r#"    permission_set_arn = "…/ssoins-6804725e77da42b2/"#
        );
        assert_eq!(shown(line, &["ps-623375af1fd076ad"], 54), r#"    permission_set_arn = "…/ps-623375af1fd076ad""#);
        assert_eq!(shown(line, &[], 20), "    permission_se");
        let arn = line.split('"').nth(1).unwrap_or_default();
        assert_eq!(
            shown(line, &[arn], 80),
            r#"    permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-6804725e77da42b2"#
        );
        assert_eq!(shown("short", &["or"], 20), "short");
        let list = r#"  account_id_safelist = ["803477428605", "711597943920", "233920988725", "640173958822"]"#;
        assert_eq!(shown(list, &["640173958822"], 64), r#"  account_id_safelist = […, "640173958822"]"#);
        let comment = r#"    workload_account = "963115630537" # symlint-ignore: target-is-sso-account -- ticket 1234"#;
        assert_eq!(
            shown(comment, &["target-is-sso-account"], 76),
            "    workload_account = … target-is-sso-account -- ticket "
        );
        let long = format!("{}wrong{}", "a".repeat(1_000), "b".repeat(1_000));
        assert_eq!(shown(&long, &["wrong"], 24), "…aaaaaawrongbbbbbb");
    }

    #[test]
    fn control_characters_are_pictures() {
        assert_eq!(printable("a\u{1b}[31m\tb\u{7}\u{9b}\u{7f}\u{202e}é"), "a␛[31m\tb␇\\u{9b}␡\\u{202e}é");
    }
}
