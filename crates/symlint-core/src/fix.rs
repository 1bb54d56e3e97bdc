//! Applies the fixes of findings to files.

use std::sync::Arc;

use foldhash::HashSet;
use symlint_terraform::{SortedMap, SourceFile};

use crate::check::Outcome;
use crate::finding::{Edit, Finding, Fix};

/// What one round of fixes turns into the files.
#[derive(Debug, Default)]
pub struct Round {
    /// The new texts by the names of the files; only those that change.
    pub files: SortedMap<String, String>,
    /// How many findings were fixed.
    pub fixed: usize,
}

/// Applies the fixes of all findings that count: those that keep the meaning, and with `suggestions` the others too.
///
/// Of fixes that overlap only the first is applied, and each as a whole or not at all; the others follow in the next
/// round, when the files are checked again. Bytes outside the fixes stay. A file that is not UTF-8 is not touched, and
/// neither is one below `.terraform`, which is a copy. `file_of` gives all names of one file, such as a link's, one name.
pub fn fix(outcomes: &[Outcome<'_>], suggestions: bool, file_of: &dyn Fn(&str) -> String) -> Round {
    let mut files: SortedMap<String, EditedFile> = SortedMap::new();
    let mut fixed = 0;
    // Two projects that share a module find the same in it.
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
    Round { files, fixed }
}

fn applicable(finding: &Finding, suggestions: bool) -> Option<&Fix> {
    let safe = finding.fixes.iter().find(|fix| fix.safe);
    safe.or_else(|| finding.fixes.first().filter(|_| suggestions))
}

fn may_change(source: &SourceFile) -> bool {
    source.invalid_bytes().is_empty() && !source.is_in_copy()
}

/// A file and the edits that were accepted for it.
struct EditedFile {
    source: Arc<SourceFile>,
    /// By start and end.
    edits: SortedMap<(u32, u32), String>,
}

impl EditedFile {
    fn new(source: Arc<SourceFile>) -> Self {
        Self { source, edits: SortedMap::new() }
    }

    /// Whether the edits of `source` fit: a file may have changed while it was read under two names.
    fn is_of(&self, source: &Arc<SourceFile>) -> bool {
        Arc::ptr_eq(&self.source, source) || self.source.text() == source.text()
    }

    /// Whether an edit overlaps with none of those before. Where two touch, nobody knows which comes first.
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
