//! Where a value is written, and what it was built from.

mod path;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use foldhash::HashSet;

pub(crate) use self::path::quoted;
pub use self::path::{Path, PathStep, Root, Selection};
use crate::form::Form;
use crate::source::{Sources, Span};

/// Where a value is written, and its path if it was reached through a variable.
///
/// Operations that select, iterate, merge, or convert keep the origins of their inputs. Operations that build a new
/// value create a new origin, which contains the origins of the parts.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The source text without quotes: for a quoted string, the text between them; for others, the whole expression.
    pub span: Span,
    /// How the value was built from the source text.
    pub makeup: Makeup,
    /// The path to the value through a variable, local, module call, or collection, if it was reached through one.
    pub path: Option<Path>,
    /// What the presence of this value depends on, apart from its sources and the selections in its path.
    pub dependence: Option<Dependence>,
    /// Whether the value is sensitive. It is stored here because sensitivity is passed on in the same way as origins.
    pub(crate) sensitive: bool,
}

/// What the presence of a value depends on, such as the condition of a conditional or of a `for`, or the key that
/// selected it. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Dependence(Arc<On>);

#[derive(Debug)]
enum On {
    Origin(Origin),
    Both(Dependence, Dependence),
}

/// How a value was built from the text at its span.
#[derive(Debug, Clone)]
pub enum Makeup {
    /// It is a literal at the span.
    Written(Form),
    /// It is a string that was joined from these parts, in order.
    Joined(Arc<[OriginPart]>),
    /// It was computed from these.
    Derived(Arc<[Origin]>),
}

/// A part of a joined string.
#[derive(Debug, Clone)]
pub struct OriginPart {
    /// The bytes of the joined string that come from this part.
    pub range: Range<u32>,
    pub origin: Origin,
}

/// An empty list of sources, which all origins without sources share.
static NOTHING: LazyLock<Arc<[Origin]>> = LazyLock::new(|| Arc::new([]));

impl Origin {
    /// An origin at `span` with this makeup, reached through `path`.
    pub fn of(span: Span, makeup: Makeup, path: Option<Path>) -> Self {
        Self { span, makeup, path, dependence: None, sensitive: false }
    }

    /// A literal at `span`.
    pub fn written(span: Span, form: Form) -> Self {
        Self { span, makeup: Makeup::Written(form), path: None, dependence: None, sensitive: false }
    }

    /// The origin of an expression at `span` that was computed from `sources`.
    pub fn derived(span: Span, sources: impl IntoIterator<Item = Origin>) -> Self {
        let sources = sources.into_iter();
        let sources: Arc<[Origin]> = match sources.size_hint() {
            (_, Some(0)) => NOTHING.clone(),
            _ => sources.collect(),
        };
        let sensitive = sources.iter().any(|source| source.sensitive);
        Self { span, makeup: Makeup::Derived(sources), path: None, dependence: None, sensitive }
    }

    /// The origin of a string at `span` that was joined from `parts`, in order.
    pub fn joined(span: Span, parts: impl IntoIterator<Item = OriginPart>) -> Self {
        let parts: Arc<[OriginPart]> = parts.into_iter().collect();
        let sensitive = parts.iter().any(|part| part.origin.sensitive);
        Self { span, makeup: Makeup::Joined(parts), path: None, dependence: None, sensitive }
    }

    /// Whether a value with this origin is sensitive.
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// The origin of the bytes `range` of a string with this origin. The span is where they are written. If the string
    /// was joined, only the parts with these bytes are included.
    #[must_use]
    pub fn cut(&self, range: Range<usize>, sources: &Sources) -> Self {
        let whole = || Self::derived(self.locate(range.clone(), sources), [self.clone()]);
        let (Makeup::Joined(parts), None) = (&self.makeup, &self.path) else { return whole() };
        let overlapping = parts_at(parts, &range).iter().map(|part| {
            let own = part.bytes();
            let (start, end) = (range.start.max(own.start), range.end.min(own.end));
            let is_all = start == own.start && end == own.end;
            let cut = |origin: &Origin| origin.cut(start - own.start..end - own.start, sources);
            let origin = if is_all { part.origin.clone() } else { cut(&part.origin) };
            let moved = |at: usize| u32::try_from(at - range.start).unwrap_or(u32::MAX);
            OriginPart { range: moved(start)..moved(end), origin }
        });
        let mut overlapping: Vec<OriginPart> = overlapping.collect();
        let mut cut = match (overlapping.pop(), overlapping.is_empty()) {
            (None, _) => return whole(),
            (Some(only), true) => only.origin,
            (Some(last), false) => {
                overlapping.push(last);
                Self::joined(self.locate(range, sources), overlapping)
            }
        };
        cut.sensitive |= self.sensitive;
        cut.depending_as(self)
    }

    /// The part of a joined string that contains the bytes `range`, and the position of the bytes in that part. If no
    /// single part contains them, the string itself.
    pub(crate) fn part_at(&self, range: Range<usize>) -> (&Self, Range<usize>) {
        let (Makeup::Joined(parts), None) = (&self.makeup, &self.path) else { return (self, range) };
        match parts_at(parts, &range) {
            [part] if part.bytes().start <= range.start && range.end <= part.bytes().end => {
                let start = part.bytes().start;
                part.origin.part_at(range.start - start..range.end - start)
            }
            _ => (self, range),
        }
    }

    /// The same origin, reached through `path`. If it already has a path, that one stays, because it is nearer.
    #[must_use]
    pub fn reached(mut self, path: impl FnOnce() -> Path) -> Self {
        if self.path.is_none() {
            self.path = Some(path());
        }
        self
    }

    /// Whether it is a literal of which nothing is known but its text, such as the key in `x["a"]`.
    pub fn is_literal(&self) -> bool {
        let is_text = matches!(self.makeup, Makeup::Written(form) if form != Form::Whole);
        is_text && self.path.is_none() && self.dependence.is_none()
    }

    /// Whether it has no path, sources, or dependence.
    pub(crate) fn is_plain(&self) -> bool {
        let is_made_of_nothing = match &self.makeup {
            Makeup::Written(_) => true,
            Makeup::Joined(parts) => parts.iter().all(|part| part.origin.is_plain()),
            Makeup::Derived(sources) => sources.is_empty(),
        };
        is_made_of_nothing && self.path.is_none() && self.dependence.is_none()
    }

    /// Whether it may identify a value that was built from it: it leads somewhere, or is a literal that is long enough
    /// to be an account ID.
    pub(crate) fn is_identifying(&self) -> bool {
        const ENOUGH: u32 = 12;
        let is_long = self.span.end - self.span.start >= ENOUGH;
        !self.is_plain() || is_long && matches!(self.makeup, Makeup::Written(form) if form != Form::Whole)
    }

    /// The same origin, also depending on `on`.
    #[must_use]
    pub(crate) fn depending_on(self, on: &Origin) -> Self {
        if on.is_plain() { self } else { self.depending(Dependence(Arc::new(On::Origin(on.clone())))) }
    }

    /// The same origin, also depending on what `other` depends on.
    #[must_use]
    pub(crate) fn depending_as(self, other: &Origin) -> Self {
        match &other.dependence {
            None => self,
            Some(dependence) => self.depending(dependence.clone()),
        }
    }

    fn depending(mut self, on: Dependence) -> Self {
        self.dependence = Some(match self.dependence.take() {
            None => on,
            Some(own) if own.contains(&on, 4) => own,
            Some(own) => Dependence(Arc::new(On::Both(own, on))),
        });
        self
    }

    /// The narrowest source span that contains the bytes `range` of a string with this origin.
    ///
    /// If the range is within one part of a template, this is where that part is written.
    pub fn locate(&self, range: Range<usize>, sources: &Sources) -> Span {
        self.makeup.locate(self.span, range, sources)
    }

    /// Calls `visit` with every origin that this value was built from, starting with its own. Each origin is visited
    /// once, and parts come after the whole.
    ///
    /// The search ends at variables of the root module: how a value is built in the values file does not matter. It
    /// continues through locals, and through variables and outputs of other modules, because these are on the way from
    /// the root module's variables.
    pub fn each_source<'a>(&'a self, visit: &mut dyn FnMut(&'a Origin)) {
        self.each_new_source(visit, &mut HashSet::default());
    }

    fn each_new_source<'a>(&'a self, visit: &mut dyn FnMut(&'a Origin), seen: &mut HashSet<usize>) {
        visit(self);
        if self.is_input() {
            return;
        }
        match &self.makeup {
            Makeup::Written(_) => {}
            Makeup::Joined(parts) if seen.insert(parts.as_ptr() as usize) => {
                parts.iter().for_each(|part| part.origin.each_new_source(visit, seen));
            }
            Makeup::Derived(origins) if seen.insert(origins.as_ptr() as usize) => {
                origins.iter().for_each(|origin| origin.each_new_source(visit, seen));
            }
            Makeup::Joined(_) | Makeup::Derived(_) => {}
        }
    }

    /// Whether the value is a variable of the root module, or a part of one.
    fn is_input(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.start().is_input())
    }

    /// Calls `visit` with every origin that this value was built from or depends on, starting with its own: those that
    /// [`Origin::each_source`] visits, the keys that selected it, the conditions that chose it, and what all of these
    /// were built from. Each origin is visited once. If there are too many, the rest is left out.
    pub fn each_dependence<'a>(&'a self, visit: &mut dyn FnMut(&'a Origin)) {
        /// How many origins are visited.
        const MANY: usize = 1 << 14;
        let mut seen = HashSet::default();
        let mut is_new = |address: usize| seen.insert(address);
        let mut left = vec![self];
        let mut dependences: Vec<&Dependence> = Vec::new();
        for _ in 0..MANY {
            let Some(origin) = left.pop() else { return };
            visit(origin);
            // Those pushed last are visited first, so that sources come before dependences.
            dependences.extend(&origin.dependence);
            while let Some(dependence) = dependences.pop() {
                if !is_new(Arc::as_ptr(&dependence.0) as usize) {
                    continue;
                }
                match &*dependence.0 {
                    On::Origin(on) => left.push(on),
                    On::Both(first, second) => dependences.extend([second, first]),
                }
            }
            for (_, selection) in origin.path.iter().flat_map(Path::backwards_selected) {
                if let Selection::By(key) = selection
                    && is_new(Arc::as_ptr(key) as usize)
                {
                    left.push(key);
                }
            }
            match &origin.makeup {
                _ if origin.is_input() => {}
                Makeup::Written(_) => {}
                Makeup::Joined(parts) if is_new(parts.as_ptr() as usize) => {
                    left.extend(parts.iter().rev().map(|part| &part.origin));
                }
                Makeup::Derived(origins) if is_new(origins.as_ptr() as usize) => left.extend(origins.iter().rev()),
                Makeup::Joined(_) | Makeup::Derived(_) => {}
            }
        }
    }

    /// Whether the value depends on a repetition: on `each` or `count`, or on the elements that a `for` iterates.
    pub fn is_iterated(&self) -> bool {
        let mut found = false;
        self.each_dependence(&mut |origin| found |= origin.path.as_ref().is_some_and(Path::is_iterated));
        found
    }
}

impl Dependence {
    /// Whether `other` is among the first `levels` levels of this.
    fn contains(&self, other: &Dependence, levels: u32) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || match &*self.0 {
                On::Both(first, second) if levels > 0 => {
                    first.contains(other, levels - 1) || second.contains(other, levels - 1)
                }
                _ => false,
            }
    }

    /// The origins that it names directly. [`Origin::each_dependence`] also visits those that they depend on.
    pub fn origins(&self) -> Vec<&Origin> {
        let (mut found, mut left) = (Vec::new(), vec![self]);
        while let Some(dependence) = left.pop() {
            match &*dependence.0 {
                On::Origin(origin) => found.push(origin),
                On::Both(first, second) => left.extend([second, first]),
            }
        }
        found
    }
}

impl Makeup {
    /// Like [`Origin::locate`], for a value with this makeup and `span`.
    pub fn locate(&self, span: Span, range: Range<usize>, sources: &Sources) -> Span {
        match self {
            Makeup::Written(form) => form.locate(span, range, sources),
            Makeup::Joined(parts) => {
                let overlapping = parts_at(parts, &range);
                let locate = |part: &OriginPart| {
                    let own = part.bytes();
                    let (start, end) = (range.start.max(own.start), range.end.min(own.end));
                    part.origin.locate(start - own.start..end - own.start, sources)
                };
                match overlapping {
                    [part] if range.end <= part.bytes().end => locate(part),
                    // If a text spans several lines, the range from the first one to the last one.
                    [first, .., last] if is_one_text(overlapping) => locate(first).to(locate(last)),
                    _ => span,
                }
            }
            Makeup::Derived(_) => span,
        }
    }
}

impl OriginPart {
    /// The bytes of the joined string that come from this part.
    pub fn bytes(&self) -> Range<usize> {
        self.range.start as usize..self.range.end as usize
    }
}

/// Whether the parts are written one after the other without changes, like the lines of a heredoc.
fn is_one_text(parts: &[OriginPart]) -> bool {
    let is_text =
        |part: &OriginPart| matches!(part.origin.makeup, Makeup::Written(Form::Verbatim)) && part.origin.path.is_none();
    let is_next = |pair: &[OriginPart]| matches!(pair, [a, b] if a.origin.span.file == b.origin.span.file && a.origin.span.end <= b.origin.span.start);
    parts.iter().all(is_text) && parts.windows(2).all(is_next)
}

/// The parts that contain some of the bytes `range`.
fn parts_at<'p>(parts: &'p [OriginPart], range: &Range<usize>) -> &'p [OriginPart] {
    let from = parts.partition_point(|part| part.bytes().end <= range.start);
    let to = parts.partition_point(|part| part.bytes().start < range.end);
    parts.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_template_leads_to_where_it_was_written() {
        let sources = Sources::new();
        let file = sources.add("x", b"account = \"1234\" arn = \"a:${x}:b\"".to_vec()).unwrap();
        let written = |range| Origin::written(Span::new(file, range), Form::Verbatim);
        let joined = Origin::joined(
            Span::new(file, 24..32),
            [
                OriginPart { range: 0..2, origin: written(24..26) },
                OriginPart { range: 2..6, origin: written(11..15) },
                OriginPart { range: 6..8, origin: written(30..32) },
            ],
        );
        assert_eq!(joined.locate(2..6, &sources), Span::new(file, 11..15));
        assert_eq!(joined.locate(0..1, &sources), Span::new(file, 24..25));
        assert_eq!(joined.locate(1..6, &sources), Span::new(file, 24..32));
    }

    #[test]
    fn paths_are_shown_as_terraform_writes_them() {
        let path = Path::root(Root::variable("t".into()))
            .join(PathStep::Key("a\"b".into()))
            .join(PathStep::Attribute("grants".into()))
            .join(PathStep::Index(0));
        assert_eq!(path.to_string(), r#"t["a\"b"].grants[0]"#);
    }
}
