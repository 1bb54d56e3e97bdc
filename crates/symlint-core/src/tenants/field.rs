//! One value of a tenant, and pieces of it that know where they are written.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::FixedState;
use symlint_terraform::{Form, Kind, Makeup, Origin, Path, Project, Sources, Span, Str, Unknown, Value};

use super::characters::{Cleaned, clean};
use super::format::is_well_formed;
use super::id::TenantId;
use super::kind::FieldKind;

/// One value of a tenant.
#[derive(Debug, Clone)]
pub struct Field {
    /// Which of the tenant's values it is.
    pub kind: FieldKind,
    pub tenant: TenantId,
    pub state: State,
    /// Where it is written. If it is absent, the key of the object that lacks it.
    pub span: Span,
    /// The path to it, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<Path>,
}

/// The state of a field.
#[derive(Debug, Clone)]
pub enum State {
    /// It is missing, `null`, or an empty string.
    Absent(Absence),
    /// It is not known before apply.
    Unknown(Arc<Unknown>),
    /// It has a text.
    Text(Text),
    /// It has a text that must not be shown, because the text is malformed and sensitive, or comes from the
    /// environment. This is a hash of the text.
    Hidden(u64),
    /// Nothing can be said about it: its type is wrong, or the object that should contain it is absent.
    Unusable,
}

/// How a field is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// The attribute is not there.
    Missing,
    /// The value is `null`.
    Null,
    /// The value is `""`.
    Empty,
}

/// The text of a field.
#[derive(Debug, Clone)]
pub struct Text {
    value: Str,
    /// How the text was built from what is written at the field's span.
    makeup: Makeup,
    cleaned: Option<Box<Cleaned>>,
    /// If it was taken out of another field, the position in that. The other field is the one that gets reported.
    from: Option<u32>,
    /// Whether Terraform treats it as sensitive.
    is_sensitive: bool,
}

impl Field {
    /// A field with `value`. If that is missing, it is reported at `absent_at`.
    pub fn new(kind: FieldKind, tenant: TenantId, value: Option<Value>, absent_at: Span) -> Self {
        let Some(value) = value else {
            return Self { kind, tenant, state: State::Absent(Absence::Missing), span: absent_at, path: None };
        };
        let state = match &value.kind {
            Kind::Null => State::Absent(Absence::Null),
            Kind::Unknown(unknown) => State::Unknown(unknown.clone()),
            Kind::String(text) if text.is_empty() => State::Absent(Absence::Empty),
            Kind::String(text) => State::text(text.clone(), &value.origin),
            Kind::Number(number) => State::text(Str::from(symlint_terraform::format_number(number)), &value.origin),
            Kind::Bool(flag) => State::text(Str::from(flag.to_string()), &value.origin),
            _ => State::Unusable,
        };
        Self { kind, tenant, state, span: value.origin.span, path: value.origin.path }
    }

    /// A field about which nothing can be said.
    pub fn unusable(kind: FieldKind, tenant: TenantId, span: Span) -> Self {
        Self { kind, tenant, state: State::Unusable, span, path: None }
    }

    /// Whether nothing is in the place of the value, not even `null`.
    pub fn is_unseen(&self) -> bool {
        match self.state {
            State::Absent(absence) => absence == Absence::Missing,
            // The object that should contain it is missing.
            State::Unusable => self.path.is_none(),
            State::Unknown(_) | State::Text(_) | State::Hidden(_) => false,
        }
    }

    /// Whether it has a text that must not be shown.
    pub fn is_hidden(&self) -> bool {
        matches!(self.state, State::Hidden(_))
    }

    /// Whether Terraform treats the text as sensitive.
    pub(crate) fn is_sensitive(&self) -> bool {
        matches!(&self.state, State::Text(Text { is_sensitive: true, .. }))
    }

    /// Whether the text must not be shown to readers who cannot see it elsewhere.
    pub(crate) fn is_private(&self, project: &Project) -> bool {
        let State::Text(text) = &self.state else { return false };
        let origin = || Origin::of(self.span, text.makeup.clone(), self.path.clone());
        text.is_sensitive || project.has_environment() && project.is_from_environment(&origin())
    }

    /// Replaces a text that must not be shown by its hash.
    pub(crate) fn hide(&mut self, project: &Project) {
        let is_right = |text: &Text| !self.is_garbled() && is_well_formed(self.kind, &text.value);
        if let State::Text(text) = &self.state
            && self.is_private(project)
            && !is_right(text)
        {
            self.state = State::Hidden(FixedState::default().hash_one(text.value.as_str()));
        }
    }

    /// A field whose text is a piece of another field. The other field is the one that gets reported.
    pub fn derived(kind: FieldKind, of: Piece<'_>) -> Self {
        let Field { tenant, span, path, .. } = of.field.clone();
        let state = match &of.field.state {
            State::Text(text) => {
                State::Text(Text { value: Str::from(of.text), from: u32::try_from(of.start).ok(), ..text.clone() })
            }
            other => other.clone(),
        };
        Self { kind, tenant, state, span, path }
    }

    /// The whole text, cleaned; `None` if the value is absent, unknown, or unusable.
    pub fn text(&self) -> Option<Piece<'_>> {
        let State::Text(text) = &self.state else { return None };
        Some(Piece { field: self, text: &text.value, start: 0 })
    }

    /// The text after cleaning; `None` if the value is absent, unknown, or unusable.
    pub fn as_str(&self) -> Option<&str> {
        self.text().map(|piece| piece.text)
    }

    /// The text as it is written, without any cleaning.
    pub fn as_written(&self) -> Option<&str> {
        self.raw().map(Str::as_str)
    }

    /// Like [`Self::as_written`], but shared.
    pub fn raw(&self) -> Option<&Str> {
        let State::Text(text) = &self.state else { return None };
        Some(text.cleaned.as_ref().map_or(&text.value, |cleaned| &cleaned.raw))
    }

    /// The suspicious characters and the cleaned text, if there are any.
    pub fn cleaned(&self) -> Option<&Cleaned> {
        if let State::Text(Text { cleaned: Some(cleaned), .. }) = &self.state { Some(cleaned) } else { None }
    }

    /// Whether the text has characters without a known replacement, so that its format cannot be checked.
    pub fn is_garbled(&self) -> bool {
        self.cleaned().is_some_and(|cleaned| cleaned.garbled)
    }

    /// Whether the value was taken out of another field, which is the one that gets reported.
    pub fn is_derived(&self) -> bool {
        matches!(&self.state, State::Text(text) if text.from.is_some())
    }

    /// The path to the value, or if it was cut out of a text built from several parts, to its part.
    pub(crate) fn way(&self) -> Option<&Path> {
        if let (None, State::Text(Text { value, makeup: Makeup::Joined(parts), from: Some(from), .. })) =
            (&self.path, &self.state)
        {
            let start = *from as usize;
            let part = parts.iter().find(|part| part.bytes() == (start..start + value.len()));
            return part?.origin.path.as_ref();
        }
        self.path.as_ref()
    }

    /// Where the value, or the one that it was taken out of, is written as a literal; otherwise the path to it. Two
    /// paths may lead to one written value, as with an alias in YAML.
    pub(super) fn writing(&self) -> Option<Result<Span, &Path>> {
        match &self.state {
            State::Text(Text { makeup: Makeup::Written(_), .. }) if self.span.start < self.span.end => {
                Some(Ok(self.span))
            }
            _ => self.way().map(Err),
        }
    }

    /// The paths to the value and to each part that it was built from.
    pub(super) fn ways(&self) -> impl Iterator<Item = &Path> {
        let parts = match &self.state {
            State::Text(Text { makeup: Makeup::Joined(parts), .. }) => &**parts,
            _ => &[],
        };
        self.path.iter().chain(parts.iter().filter_map(|part| part.origin.path.as_ref()))
    }

    /// Whether the text was computed, so that it is not written anywhere.
    pub(super) fn is_computed(&self) -> bool {
        matches!(&self.state, State::Text(Text { makeup: Makeup::Derived(_), .. }))
    }

    /// Whether the value is written as a number, without quotes.
    pub fn is_number(&self) -> bool {
        matches!(&self.state, State::Text(Text { makeup: Makeup::Written(Form::Bare), .. }))
    }

    /// The parts from which the *raw* text was built, and where each of them is written; empty if it is one text.
    pub fn parts(&self, sources: &Sources) -> Vec<(Range<usize>, Span)> {
        let State::Text(Text { makeup: Makeup::Joined(parts), .. }) = &self.state else { return Vec::new() };
        parts.iter().map(|part| (part.bytes(), self.locate_raw(part.bytes(), sources))).collect()
    }

    /// Where the bytes `range` of the *raw* text are written.
    pub fn locate_raw(&self, range: Range<usize>, sources: &Sources) -> Span {
        match &self.state {
            State::Text(text) => text.makeup.locate(self.span, range, sources),
            _ => self.span,
        }
    }

    /// Where the bytes `range` of the cleaned text are written.
    fn locate(&self, range: Range<usize>, sources: &Sources) -> Span {
        let from = if let State::Text(Text { from: Some(from), .. }) = &self.state { *from as usize } else { 0 };
        let range = range.start + from..range.end + from;
        let Some(cleaned) = self.cleaned() else { return self.locate_raw(range, sources) };
        let raw = |at: usize| cleaned.offsets.get(at).copied().unwrap_or(cleaned.raw.len());
        // The end is after the last character, not before the characters that were removed after it.
        let end = if range.is_empty() { raw(range.end) } else { raw_end(cleaned, range.end - 1) };
        self.locate_raw(raw(range.start)..end, sources)
    }
}

fn raw_end(cleaned: &Cleaned, last: usize) -> usize {
    let start = cleaned.offsets.get(last).copied().unwrap_or(cleaned.raw.len());
    start + cleaned.raw.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

impl State {
    fn text(raw: Str, origin: &Origin) -> Self {
        let cleaned = clean(&raw).map(Box::new);
        let value = cleaned.as_ref().map_or(raw, |cleaned| cleaned.text.clone());
        State::Text(Text {
            value,
            makeup: origin.makeup.clone(),
            cleaned,
            from: None,
            is_sensitive: origin.is_sensitive(),
        })
    }
}

/// A piece of a field's text that knows where it is written.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    pub field: &'a Field,
    /// The text of the piece, cleaned.
    pub text: &'a str,
    /// Where it starts in the field's cleaned text, in bytes.
    pub start: usize,
}

impl<'a> Piece<'a> {
    /// The bytes `range` of this piece; empty, at its end, if they are not inside it.
    #[must_use]
    pub fn slice(self, range: Range<usize>) -> Self {
        match self.text.get(range.clone()) {
            Some(text) => Self { text, start: self.start + range.start, ..self },
            None => Self { text: "", start: self.start + self.text.len(), ..self },
        }
    }

    /// The text, which shares the memory of the field's text.
    pub fn share(self) -> Str {
        match &self.field.state {
            State::Text(text) => text.value.try_substr_from(self.text).unwrap_or_else(|| self.text.into()),
            _ => self.text.into(),
        }
    }

    /// The pieces before and after the first `separator`, an ASCII character.
    pub fn split_once(self, separator: u8) -> Option<(Self, Self)> {
        // The texts are too short for the standard library's search to pay off.
        let at = self.text.bytes().position(|byte| byte == separator)?;
        Some((self.slice(0..at), self.slice(at + 1..self.text.len())))
    }

    /// The pieces before and after the last `separator`, an ASCII character.
    pub fn rsplit_once(self, separator: u8) -> Option<(Self, Self)> {
        let at = self.text.bytes().rposition(|byte| byte == separator)?;
        Some((self.slice(0..at), self.slice(at + 1..self.text.len())))
    }

    /// The rest after `prefix`.
    pub fn strip_prefix(self, prefix: &str) -> Option<Self> {
        self.text.starts_with(prefix).then(|| self.slice(prefix.len()..self.text.len()))
    }

    /// The piece from the start of this one to the end of `other`, a later piece of the same field.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        let end = (other.start + other.text.len()).saturating_sub(self.start);
        match self.field.text() {
            Some(whole) => whole.slice(self.start..self.start + end),
            None => self,
        }
    }

    /// Whether the source at [`Piece::span`] is exactly this text, so that it can be replaced there.
    pub fn is_verbatim(self, sources: &Sources) -> bool {
        let span = self.span(sources);
        sources.get(span.file).slice(span) == self.text
    }

    /// Where it is written.
    pub fn span(self, sources: &Sources) -> Span {
        let end = self.start + self.text.len();
        let span = self.field.locate(self.start..end, sources);
        // If an ARN is built from parts, the prefix of an id may be written in one place and the id in another.
        let prefix = ["ssoins-", "ins-", "ps-"].into_iter().find(|prefix| self.text.starts_with(prefix));
        match prefix.filter(|_| self.start > 0 && span == self.field.span) {
            Some(prefix) => self.field.locate(self.start + prefix.len()..end, sources),
            None => span,
        }
    }
}
