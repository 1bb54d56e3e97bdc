//! The parts of files that excerpts must not show.

use std::ops::Range;

use symlint_terraform::syntax::{Body, Expr, ExprKind, Key, TemplatePart, children};
use symlint_terraform::{AssignmentSource, BLANK, FileId, SortedMap, Span};

use super::{Veil, is_some_value};
use crate::tenants::{Model, Tenant};

/// The parts of files that must not be shown, in order, by file.
type Masks = SortedMap<FileId, Vec<Range<u32>>>;

/// The parts of the files with `is_wanted` that must not be shown: hidden values of tenants where they are written, and
/// texts in values of sensitive variables or in `sensitive(…)`, unless they are well formed.
pub(crate) fn masks(model: &Model<'_>, veil: &Veil, is_wanted: &dyn Fn(FileId) -> bool) -> Masks {
    let project = model.project;
    let mut found = MaskFinder { model, veil, masks: Masks::new() };
    for field in model.tenants.iter().flat_map(Tenant::values).filter(|field| field.is_hidden()) {
        found.add(field.span);
    }
    let sensitive = |name: &str| project.root().and_then(|root| root.variable(name)).is_some_and(|it| it.sensitive);
    let given = project.assignments().iter().filter(|it| !matches!(it.source, AssignmentSource::Environment));
    for assignment in given.filter(|it| is_wanted(it.span.file) && sensitive(&it.variable.text)) {
        found.all(&assignment.attribute.value);
    }
    for (at, module) in project.modules().iter().enumerate() {
        let defaults = module.variables.iter().filter(|it| at > 0 && it.sensitive).filter_map(|it| it.default.as_ref());
        defaults.for_each(|default| found.all(&default.value));
    }
    for loaded in project.files().iter().filter(|loaded| is_wanted(loaded.id)) {
        if project.sources().get(loaded.id).text().contains("sensitive(") {
            found.marked(&loaded.file.body);
        }
    }
    let mut masks = found.masks;
    for ranges in masks.values_mut() {
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges.dedup();
    }
    masks
}

/// The texts of the parts in [`masks`].
pub(crate) fn masked_texts(model: &Model<'_>, veil: &Veil, is_wanted: &dyn Fn(FileId) -> bool) -> Vec<String> {
    let masks = masks(model, veil, is_wanted).into_iter().filter(|(file, _)| is_wanted(*file));
    let texts = |(file, ranges): (FileId, Vec<Range<u32>>)| {
        ranges.into_iter().map(move |range| model.sources().text(Span::new(file, range)))
    };
    masks.flat_map(texts).collect()
}

/// The text at `span`, without the parts that must not be shown.
pub(crate) fn shown_text(model: &Model<'_>, span: Span) -> String {
    let text = model.sources().text(span);
    if !text.contains("sensitive(") {
        return text;
    }
    let masks = masks(model, &Veil::default(), &|file| file == span.file);
    let mut shown = String::new();
    let mut from = span.start;
    let part = |range: Range<u32>| model.sources().text(Span::new(span.file, range));
    for range in masks.get(&span.file).map(Vec::as_slice).unwrap_or_default() {
        if from <= range.start && range.end <= span.end {
            shown.push_str(&part(from..range.start));
            shown.push_str(BLANK);
            from = range.end;
        }
    }
    shown + &part(from..span.end)
}

struct MaskFinder<'a, 'p> {
    model: &'a Model<'p>,
    veil: &'a Veil,
    masks: Masks,
}

impl MaskFinder<'_, '_> {
    fn add(&mut self, span: Span) {
        if span.start < span.end && self.model.project.visible(span) == span {
            self.masks.entry(span.file).or_default().push(span.start..span.end);
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        if !is_some_value(text) {
            self.add(span);
        }
    }

    /// Masks all texts and numbers in `expr`.
    fn all(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::String(literal) => self.text(&literal.text, literal.span),
            ExprKind::Number(text) => self.text(text, expr.span),
            _ => {
                for (key, _) in keys(expr) {
                    if let Key::Literal(name) = key
                        && self.veil.hides(&name.text)
                    {
                        self.add(name.span);
                    }
                }
                literals(expr).for_each(|(text, span)| self.text(text, span));
                children(expr).into_iter().for_each(|part| self.all(part));
            }
        }
    }

    /// Masks everything in `body` that is marked as sensitive.
    fn marked(&mut self, body: &Body) {
        body.attributes.iter().for_each(|attribute| self.marked_in(&attribute.value));
        body.blocks.iter().for_each(|block| self.marked(&block.body));
    }

    fn marked_in(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(call) if matches!(call.name.text.as_str(), "sensitive" | "core::sensitive") => {
                call.arguments.iter().for_each(|argument| self.all(argument));
            }
            _ => children(expr).into_iter().for_each(|part| self.marked_in(part)),
        }
    }
}

fn keys(expr: &Expr) -> impl Iterator<Item = (&Key, Span)> {
    let items = if let ExprKind::Object(items) = &expr.kind { &items[..] } else { &[] };
    items.iter().map(|item| (&item.key, item.span))
}

/// The literal texts of a template.
fn literals(expr: &Expr) -> impl Iterator<Item = (&str, Span)> {
    fn add<'e>(parts: &'e [TemplatePart], found: &mut Vec<(&'e str, Span)>) {
        for part in parts {
            match part {
                TemplatePart::Literal(literal) => found.push((literal.text.as_str(), literal.span)),
                TemplatePart::Interpolation(_) => {}
                TemplatePart::If { yes, no, .. } => [yes, no].into_iter().for_each(|parts| add(parts, found)),
                TemplatePart::For { body, .. } => add(body, found),
            }
        }
    }
    let mut found = Vec::new();
    if let ExprKind::Template(parts) = &expr.kind {
        add(parts, &mut found);
    }
    found.into_iter()
}
