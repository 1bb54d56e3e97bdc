//! Comments in YAML, and the items that they can be above.

use symlint_terraform::{FileId, SourceFile, Span};

/// Whether a file with this name contains YAML or generates it, such as `customers.yaml.tftpl`.
pub(super) fn is_yaml(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.split('.').skip(1).any(|part| matches!(part, "yaml" | "yml"))
}

/// The comments that are alone on their line or start with `word`, and the start and end of each item, sorted by start.
///
/// Lines and their indentation are enough to find the items of YAML; nothing else needs to be known here.
pub(super) fn read(file: FileId, source: &SourceFile, word: &str) -> (Vec<Span>, Vec<(u32, u32)>) {
    let mut comments = Vec::new();
    let mut items = Vec::new();
    let mut open: Vec<YamlLine> = Vec::new();
    let mut end = 0;
    for line in (1..).map_while(|number| source.line_range(number)) {
        let text = source.text().get(line.clone()).unwrap_or_default();
        let indent = text.len() - text.trim_start().len();
        let content = text.trim_start();
        if let Some(at) = comment(text, word) {
            comments.push(Span::at(file, line.start + at..line.end));
        }
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let is_element = content.starts_with("- ") || content == "-";
        let here = YamlLine { start: line.start + indent, indent, is_element };
        while let Some(last) = open.pop_if(|last| !last.holds(&here)) {
            items.push((offset(last.start), offset(end)));
        }
        open.push(here);
        end = line.end;
    }
    items.extend(open.into_iter().map(|last| (offset(last.start), offset(end))));
    items.sort_unstable();
    (comments, items)
}

/// A line on which an item starts.
struct YamlLine {
    start: usize,
    indent: usize,
    is_element: bool,
}

impl YamlLine {
    /// Whether the line `below` belongs to the item. The elements of a list may have the same indentation as the list's
    /// key.
    fn holds(&self, below: &YamlLine) -> bool {
        below.indent > self.indent || (below.indent == self.indent && below.is_element && !self.is_element)
    }
}

/// Where a comment starts that is alone on its line or starts with `word`.
fn comment(line: &str, word: &str) -> Option<usize> {
    let is_separate =
        |at: &usize| line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t']));
    let mut hashes = line.match_indices('#').map(|(at, _)| at).filter(is_separate);
    hashes.find(|&at| {
        let (before, after) = line.split_at_checked(at).unwrap_or_default();
        before.trim().is_empty() || after.get(1..).is_some_and(|text| text.trim_start().starts_with(word))
    })
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
