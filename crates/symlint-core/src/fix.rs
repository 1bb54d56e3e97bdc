//! Applies the fixes of findings to files.

use std::sync::Arc;

use foldhash::HashSet;
use symlint_terraform::{SortedMap, SourceFile};

use crate::check::Outcome;
use crate::finding::{Edit, Finding, Fix};

/// The result of one round of fixes.
#[derive(Debug, Default)]
pub struct FixRound {
    /// The new texts of the changed files, by name.
    pub files: SortedMap<String, String>,
    /// How many findings were fixed.
    pub fixed: usize,
}

/// Applies the fixes of all findings that count. Without `suggestions`, only fixes that keep the meaning are applied.
///
/// If fixes overlap, only the first one is applied; the others follow in the next round, when the files are checked
/// again. A fix is applied as a whole or not at all. Bytes outside the fixes stay the same. Files that are not UTF-8
/// are not changed, and neither are files below `.terraform`, which are copies. `file_of` returns the same name for all
/// names of one file, such as those of links.
pub fn fix(outcomes: &[Outcome<'_>], suggestions: bool, file_of: &dyn Fn(&str) -> String) -> FixRound {
    let mut files: SortedMap<String, EditedFile> = SortedMap::new();
    let mut fixed = 0;
    // Two projects that share a module have the same findings in it.
    let mut seen: HashSet<&str> = HashSet::default();
    for outcome in outcomes {
        let sources = outcome.model.sources();
        for finding in outcome.findings.iter().filter(|finding| finding.counts()) {
            let Some(fix) = applicable(finding, suggestions) else { continue };
            let edits: Vec<(String, Arc<SourceFile>, &Edit)> = fix
                .edits
                .iter()
                .map(|edit| (sources.get(edit.span.file), edit))
                .map(|(source, edit)| (file_of(source.name()), source, edit))
                .collect();
            let is_free = |(name, source, edit): &(String, Arc<SourceFile>, &Edit)| {
                may_change(source) && files.get(name).is_none_or(|file| file.is_of(source) && file.has_room(edit))
            };
            if seen.insert(&finding.fingerprint) && edits.iter().all(is_free) {
                fixed += 1;
                for (name, source, edit) in edits {
                    let file = files.entry(name).or_insert_with(|| EditedFile::new(source));
                    file.edits.insert((edit.span.start, edit.span.end), edit.text.clone());
                }
            }
        }
    }
    let files = files.into_iter().map(|(name, file)| (name, file.apply())).collect();
    FixRound { files, fixed }
}

fn applicable(finding: &Finding, suggestions: bool) -> Option<&Fix> {
    let safe = finding.fixes.iter().find(|fix| fix.safe);
    safe.or_else(|| finding.fixes.first().filter(|_| suggestions))
}

fn may_change(source: &SourceFile) -> bool {
    source.invalid_bytes().is_empty() && !source.is_in_copy()
}

/// A file, and the edits that were accepted for it.
struct EditedFile {
    source: Arc<SourceFile>,
    /// The new texts, by start and end.
    edits: SortedMap<(u32, u32), String>,
}

impl EditedFile {
    fn new(source: Arc<SourceFile>) -> Self {
        Self { source, edits: SortedMap::new() }
    }

    /// Whether the edits were made for this text: a file may have changed while it was read under two names.
    fn is_of(&self, source: &Arc<SourceFile>) -> bool {
        Arc::ptr_eq(&self.source, source) || self.source.text() == source.text()
    }

    /// Whether an edit neither overlaps nor touches earlier ones. The order of edits that touch would be unclear.
    fn has_room(&self, edit: &Edit) -> bool {
        let before = self.edits.last_up_to(&(edit.span.end, u32::MAX));
        before.is_none_or(|(&(_, end), _)| end < edit.span.start)
    }

    fn apply(self) -> String {
        let text = self.source.text();
        let mut new = String::with_capacity(text.len());
        let mut from = 0;
        for ((start, end), replacement) in self.edits {
            new.push_str(text.get(from..start as usize).unwrap_or_default());
            new.push_str(&replacement);
            from = end as usize;
        }
        new.push_str(text.get(from..).unwrap_or_default());
        new
    }
}
