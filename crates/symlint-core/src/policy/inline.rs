//! Suppressions in files: `# symlint-ignore: RULE[, RULE] -- reason`.

use symlint_terraform::syntax::{Body, ExprKind, File, children, top_level};
use symlint_terraform::{FileId, Project, SourceFile, Span};

use super::{UnknownRule, yaml};
use crate::rule::Catalogue;
use crate::suppression::InvalidSuppression;

/// The word at the start of a suppression comment.
const WORD: &str = "symlint-ignore";

/// A comment that suppresses the findings of one rule.
#[derive(Debug)]
pub(crate) struct InlineSuppression {
    /// The id of the rule.
    pub(crate) rule: &'static str,
    pub(crate) reason: String,
    /// The place of the id in the comment.
    pub(crate) span: Span,
    /// Findings that start in here are suppressed.
    pub(crate) covers: Span,
}

impl InlineSuppression {
    pub(crate) fn covers(&self, span: Span) -> bool {
        self.covers.file == span.file && (self.covers.start..self.covers.end).contains(&span.start)
    }
}

/// The error for a comment that does not name a rule correctly.
const NOTHING: &str = "incomplete suppression: write `symlint-ignore: RULE -- reason`";

/// All suppressions in the files of a project.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    /// In the order of the files.
    pub(crate) valid: Vec<InlineSuppression>,
    pub(crate) invalid: Vec<InvalidSuppression>,
}

impl Inline {
    pub(crate) fn read(project: &Project, catalogue: &Catalogue) -> Self {
        let mut found = Self::default();
        for loaded in project.files() {
            let source = project.sources().get(loaded.id);
            found.read_file(loaded.id, &source, &loaded.file.comments, || items(&loaded.file), catalogue);
        }
        // Decoded files are included. JSON and CSV have no comments.
        for (id, source) in project.sources().iter() {
            let is_data = project.files().iter().all(|loaded| loaded.id != id);
            if is_data && yaml::is_yaml(source.name()) && source.text().contains(WORD) {
                let (comments, items) = yaml::read(id, &source, WORD);
                found.read_file(id, &source, &comments, || items, catalogue);
            }
        }
        found
    }

    fn read_file(
        &mut self,
        file: FileId,
        source: &SourceFile,
        comments: &[Span],
        items: impl FnOnce() -> Vec<(u32, u32)>,
        catalogue: &Catalogue,
    ) {
        let mut meant = Vec::new();
        for &span in comments {
            match Comment::new(span, source) {
                Some(comment) => meant.push(comment),
                None if is_near_miss(source.slice(span), catalogue) => {
                    self.invalid.push(InvalidSuppression { message: NOTHING.into(), span });
                }
                None => {}
            }
        }
        if !meant.is_empty() {
            let lines = FileLines { file, items: items(), below: below(comments, source), comments, source };
            meant.into_iter().for_each(|comment| self.add(comment, &lines, catalogue));
        }
    }

    fn add(&mut self, comment: Comment<'_>, lines: &FileLines<'_>, catalogue: &Catalogue) {
        let mut fail = |message: String, span| self.invalid.push(InvalidSuppression { message, span });
        let Some((rules, reason)) = comment.parts() else {
            return fail(NOTHING.into(), comment.span);
        };
        let Some(reason) = reason else {
            return fail("missing reason: add ` -- ` and say why this value is intended".into(), comment.span);
        };
        let covers = lines.covered(comment.span);
        for (id, span) in rules {
            match catalogue.get(id) {
                Some(rule) if rule.is_suppressible() => {
                    let rule = rule.id;
                    self.valid.push(InlineSuppression { rule, reason: reason.to_owned(), span, covers });
                }
                Some(_) => fail(format!("`{id}` cannot be suppressed"), span),
                None => fail(UnknownRule::new(id, catalogue).to_string(), span),
            }
        }
    }
}

/// Whether a comment resembles one that suppresses a rule, and names a rule.
fn is_near_miss(comment: &str, catalogue: &Catalogue) -> bool {
    /// How many letters may be wrong, missing, superfluous, or swapped.
    const NEAR: usize = 2;
    let text = comment.trim_start_matches(|c: char| matches!(c, '#' | '/' | '*') || c.is_whitespace());
    if !text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("sym")) {
        return false;
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
    let mut words = text.split(|c: char| !is_part(c)).map(|word| word.trim_end_matches(':'));
    let first = words.next().unwrap_or_default();
    let written = match words.next() {
        Some(second) if first.eq_ignore_ascii_case("symlint") => format!("{first}-{second}"),
        _ => first.to_owned(),
    };
    let written = written.replace([':', '_'], "-").to_ascii_lowercase();
    strsim::osa_distance(&written, WORD) <= NEAR
        && text.split(|c: char| !is_part(c)).any(|word| catalogue.get(word).is_some())
}

/// A comment that starts with `symlint-ignore`.
struct Comment<'s> {
    span: Span,
    /// The text after that word.
    rest: &'s str,
    /// Where that text starts in the file.
    start: usize,
}

impl<'s> Comment<'s> {
    fn new(span: Span, source: &'s SourceFile) -> Option<Self> {
        let text = source.slice(span);
        let inner = text.strip_prefix("/*").map(|text| text.strip_suffix("*/").unwrap_or(text));
        let inner = inner.or_else(|| text.strip_prefix("//")).or_else(|| text.strip_prefix('#'))?;
        let rest = inner.trim_start().strip_prefix(WORD)?;
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_') {
            return None;
        }
        let start = rest.as_ptr() as usize - text.as_ptr() as usize + span.start as usize;
        Some(Self { span, rest, start })
    }

    /// The ids with their places, and the reason; `None` if there is no id.
    #[allow(clippy::type_complexity, reason = "a name for it would say less")]
    fn parts(&self) -> Option<(Vec<(&'s str, Span)>, Option<&'s str>)> {
        let list = self.rest.trim_start().strip_prefix(':')?;
        let (list, reason) = match list.split_once("--") {
            Some((list, reason)) => (list, Some(reason.trim()).filter(|reason| !reason.is_empty())),
            None => (list, None),
        };
        let ids: Vec<_> =
            list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(|id| (id, self.at(id))).collect();
        (!ids.is_empty()).then_some((ids, reason))
    }

    /// The place of a part of that text.
    fn at(&self, part: &str) -> Span {
        let start = part.as_ptr() as usize - self.rest.as_ptr() as usize + self.start;
        Span::at(self.span.file, start..start + part.len())
    }
}

/// The items and comments of a file, by position.
struct FileLines<'s> {
    file: FileId,
    /// The start and end of each attribute, block, item, and element, sorted by start.
    items: Vec<(u32, u32)>,
    comments: &'s [Span],
    /// For each comment, the last line of the block of comments that starts with it. Each comment of a block is alone
    /// on its line.
    below: Vec<u32>,
    source: &'s SourceFile,
}

/// Computes [`FileLines::below`].
fn below(comments: &[Span], source: &SourceFile) -> Vec<u32> {
    let mut below = Vec::with_capacity(comments.len());
    // If the next comment is alone on its line, that line and the last line of its block.
    let mut next: Option<(u32, u32)> = None;
    for comment in comments.iter().rev() {
        let (first, own) = (source.position(comment.start).line, source.position(comment.end).line);
        let last = next.filter(|(line, _)| *line == own + 1).map_or(own, |(_, last)| last);
        below.push(last);
        let line = source.line_range(first).map_or(0, |line| line.start);
        next = is_blank(source, line, comment.start as usize).then_some((first, last));
    }
    below.reverse();
    below
}

fn is_blank(source: &SourceFile, start: usize, end: usize) -> bool {
    let text = source.text().get(start..end).unwrap_or_default();
    text.chars().all(|c| c.is_whitespace() || c == '\u{FEFF}')
}

impl FileLines<'_> {
    /// For a comment after an item, its line and everything that starts on it. For a comment that is alone on its line,
    /// what starts on the line below.
    fn covered(&self, comment: Span) -> Span {
        let first = self.source.position(comment.start).line;
        let last = self.source.position(comment.end).line;
        if !self.is_blank(comment.end, self.line(last).end) {
            return self.line(last);
        }
        if !self.is_blank(self.line(first).start, comment.start) {
            return self.with_items(self.line(first), self.line(last).end);
        }
        // Several comments may be above one item.
        let at = self.comments.partition_point(|other| other.start < comment.start);
        let below = self.line(self.below.get(at).map_or(last, |last| *last) + 1);
        self.with_items(below, below.start)
    }

    /// All items that start on a line, from the line's start to at least `end`.
    fn with_items(&self, line: Span, end: u32) -> Span {
        let at = self.items.partition_point(|&(start, _)| start < line.start);
        let starting = self.items.iter().skip(at).take_while(|&&(start, _)| start < line.end);
        let end = starting.map(|&(_, end)| end).fold(end, u32::max);
        Span::new(self.file, line.start..end)
    }

    fn line(&self, line: u32) -> Span {
        let end = self.source.text().len();
        Span::at(self.file, self.source.line_range(line).unwrap_or(end..end))
    }

    fn is_blank(&self, start: u32, end: u32) -> bool {
        is_blank(self.source, start as usize, end as usize)
    }
}

/// The start and end of everything that a comment can be above.
fn items(file: &File) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut bodies: Vec<&Body> = vec![&file.body];
    while let Some(body) = bodies.pop() {
        found.extend(body.attributes.iter().map(|attribute| (attribute.span.start, attribute.span.end)));
        for block in &body.blocks {
            found.push((block.span.start, block.span.end));
            bodies.push(&block.body);
        }
    }
    let mut work = top_level(&file.body);
    while let Some(expr) = work.pop() {
        match &expr.kind {
            ExprKind::Object(items) => found.extend(items.iter().map(|item| (item.span.start, item.span.end))),
            ExprKind::Tuple(elements) => {
                found.extend(elements.iter().map(|element| (element.span.start, element.span.end)));
            }
            _ => {}
        }
        work.extend(children(expr));
    }
    found.sort_unstable();
    found
}
