//! The files that a report names, and places in them.

use std::sync::Arc;

use foldhash::HashMap;
use symlint_terraform::{FileId, SortedMap, SourceFile, Sources, Span, Str};

use super::place::Location;
use super::wire::{RelatedPlace, ReportedFile};
use crate::finding::Related;

/// The files that a report names.
pub(super) struct Files<'a> {
    pub(super) known: SortedMap<Str, ReportedFile>,
    pub(super) repository_path: &'a dyn Fn(&str) -> String,
}

/// Turns spans into locations, and looks each file up only once.
pub(super) struct Places<'s, 'f, 'a> {
    sources: &'s Sources,
    own: HashMap<FileId, Arc<SourceFile>>,
    files: &'f mut Files<'a>,
}

impl<'s, 'f, 'a> Places<'s, 'f, 'a> {
    pub(super) fn new(sources: &'s Sources, files: &'f mut Files<'a>) -> Self {
        Self { sources, own: HashMap::default(), files }
    }

    pub(super) fn related(&mut self, related: &Related) -> RelatedPlace {
        RelatedPlace { message: related.message.clone(), location: self.location(related.span) }
    }

    pub(super) fn location(&mut self, span: Span) -> Location {
        let source = self.own.entry(span.file).or_insert_with(|| {
            let source = self.sources.get(span.file);
            let path = self.files.repository_path;
            self.files.known.entry(source.shared_name()).or_insert_with(|| ReportedFile {
                repository_path: path(source.name()),
                source: Arc::clone(&source),
                masks: Vec::new(),
            });
            source
        });
        Location::of(span, source)
    }
}
