//! One value of a tenant, and pieces of it that know where they were written.

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
    /// Which value it is.
    pub kind: FieldKind,
    pub tenant: TenantId,
    pub state: State,
    /// Where it was written; where it is absent, the key of what lacks it.
    pub span: Span,
    /// The way to it, such as `customer_tenants["foo"].sso_account_id`.
    pub path: Option<Path>,
}

/// What a field is.
#[derive(Debug, Clone)]
pub enum State {
    /// It is not there, `null`, or an empty string.
    Absent(Absence),
    /// It is not known before apply.
    Unknown(Arc<Unknown>),
    /// It has a text.
    Text(Text),
    /// It has a text that nobody may see, since it is not well formed: Terraform hides it, or it came from the
    /// environment. This is a hash of it.
    Hidden(u64),
    /// There is nothing to say about it: it is of the wrong type, or what should hold it is absent.
    Unusable,
}

/// In which way a field is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// Nothing is written.
    Missing,
    /// `null`
    Null,
    /// `""`
    Empty,
}

/// The text of a field.
#[derive(Debug, Clone)]
pub struct Text {
    value: Str,
    /// How it came from what is written at the field's span.
    makeup: Makeup,
    cleaned: Option<Box<Cleaned>>,
    /// Where it starts in the field that it was taken out of, and that is judged in its place.
    from: Option<u32>,
    /// Whether Terraform hides it.
    is_sensitive: bool,
}

impl Field {
    /// A field for `value`; `absent_at` is where a missing one is reported.
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

    /// A field about which there is nothing to say.
    pub fn unusable(kind: FieldKind, tenant: TenantId, span: Span) -> Self {
        Self { kind, tenant, state: State::Unusable, span, path: None }
    }

    /// Whether nothing is where the value should be, not even `null`.
    pub fn is_unseen(&self) -> bool {
        match self.state {
            State::Absent(absence) => absence == Absence::Missing,
            // What should hold it is not there.
            State::Unusable => self.path.is_none(),
            State::Unknown(_) | State::Text(_) | State::Hidden(_) => false,
        }
    }

    /// Whether it has a text that nobody may see.
    pub fn is_hidden(&self) -> bool {
        matches!(self.state, State::Hidden(_))
    }

    /// Whether Terraform hides the text.
    pub(crate) fn is_sensitive(&self) -> bool {
        matches!(&self.state, State::Text(Text { is_sensitive: true, .. }))
    }

    /// Whether nobody should see the text who does not see it elsewhere.
    pub(crate) fn is_private(&self, project: &Project) -> bool {
        let State::Text(text) = &self.state else { return false };
        let origin = || Origin::of(self.span, text.makeup.clone(), self.path.clone());
        text.is_sensitive || project.has_environment() && project.is_from_environment(&origin())
    }

    /// Puts the text away, where it may not be shown.
    pub(crate) fn hide(&mut self, project: &Project) {
        let is_right = |text: &Text| !self.is_garbled() && is_well_formed(self.kind, &text.value);
        if let State::Text(text) = &self.state
            && self.is_private(project)
            && !is_right(text)
        {
            self.state = State::Hidden(FixedState::default().hash_one(text.value.as_str()));
        }
    }

    /// A field whose text is a piece of another one, which is judged in its place.
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

    /// The whole text, cleaned; `None` for what is absent, unknown or unusable.
    pub fn text(&self) -> Option<Piece<'_>> {
        let State::Text(text) = &self.state else { return None };
        Some(Piece { field: self, text: &text.value, start: 0 })
    }

    /// The cleaned text as plain characters.
    pub fn as_str(&self) -> Option<&str> {
        self.text().map(|piece| piece.text)
    }

    /// The text as it was written, before anything was cleaned away.
    pub fn as_written(&self) -> Option<&str> {
        self.raw().map(Str::as_str)
    }

    /// The same, to be shared.
    pub fn raw(&self) -> Option<&Str> {
        let State::Text(text) = &self.state else { return None };
        Some(text.cleaned.as_ref().map_or(&text.value, |cleaned| &cleaned.raw))
    }

    /// What is suspicious about the characters, if anything is.
    pub fn cleaned(&self) -> Option<&Cleaned> {
        if let State::Text(Text { cleaned: Some(cleaned), .. }) = &self.state { Some(cleaned) } else { None }
    }

    /// Whether characters are left that nothing is known to stand for: then a format cannot be judged.
    pub fn is_garbled(&self) -> bool {
        self.cleaned().is_some_and(|cleaned| cleaned.garbled)
    }

    /// Whether the value was taken out of another field, which is judged in its place.
    pub fn is_derived(&self) -> bool {
        matches!(&self.state, State::Text(text) if text.from.is_some())
    }

    /// The way to the value, or, where it was cut out of a text that was put together, to the part that it is.
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

    /// The way to the value, and to each part that it was put together from.
    pub(super) fn ways(&self) -> impl Iterator<Item = &Path> {
        let parts = match &self.state {
            State::Text(Text { makeup: Makeup::Joined(parts), .. }) => &**parts,
            _ => &[],
        };
        self.path.iter().chain(parts.iter().filter_map(|part| part.origin.path.as_ref()))
    }

    /// Whether the text was computed, so that it is written nowhere.
    pub(super) fn is_computed(&self) -> bool {
        matches!(&self.state, State::Text(Text { makeup: Makeup::Derived(_), .. }))
    }

    /// Whether the value is written as a number, without quotes.
    pub fn is_number(&self) -> bool {
        matches!(&self.state, State::Text(Text { makeup: Makeup::Written(Form::Bare), .. }))
    }

    /// The parts that the *raw* text was put together from, and where each was written; none where it is one.
    pub fn parts(&self, sources: &Sources) -> Vec<(Range<usize>, Span)> {
        let State::Text(Text { makeup: Makeup::Joined(parts), .. }) = &self.state else { return Vec::new() };
        parts.iter().map(|part| (part.bytes(), self.locate_raw(part.bytes(), sources))).collect()
    }

    /// Where the bytes `range` of the *raw* text were written.
    pub fn locate_raw(&self, range: Range<usize>, sources: &Sources) -> Span {
        match &self.state {
            State::Text(text) => text.makeup.locate(self.span, range, sources),
            _ => self.span,
        }
    }

    /// Where the bytes `range` of the cleaned text were written.
    fn locate(&self, range: Range<usize>, sources: &Sources) -> Span {
        let from = if let State::Text(Text { from: Some(from), .. }) = &self.state { *from as usize } else { 0 };
        let range = range.start + from..range.end + from;
        let Some(cleaned) = self.cleaned() else { return self.locate_raw(range, sources) };
        let raw = |at: usize| cleaned.offsets.get(at).copied().unwrap_or(cleaned.raw.len());
        // The end is after the last character, not before what was dropped after it.
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

/// A piece of a field's text, which knows where it was written.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    pub field: &'a Field,
    /// The text of the piece, cleaned.
    pub text: &'a str,
    /// Where it starts in the field's cleaned text, in bytes.
    pub start: usize,
}

impl<'a> Piece<'a> {
    /// The bytes `range` of this piece; empty at its end where they do not fit.
    #[must_use]
    pub fn slice(self, range: Range<usize>) -> Self {
        match self.text.get(range.clone()) {
            Some(text) => Self { text, start: self.start + range.start, ..self },
            None => Self { text: "", start: self.start + self.text.len(), ..self },
        }
    }

    /// The text, sharing the memory of the field's.
    pub fn share(self) -> Str {
        match &self.field.state {
            State::Text(text) => text.value.try_substr_from(self.text).unwrap_or_else(|| self.text.into()),
            _ => self.text.into(),
        }
    }

    /// The pieces before and after the first `separator`, an ASCII character.
    pub fn split_once(self, separator: u8) -> Option<(Self, Self)> {
        // The texts are too short for the search of the standard library to pay.
        let at = self.text.bytes().position(|byte| byte == separator)?;
        Some((self.slice(0..at), self.slice(at + 1..self.text.len())))
    }

    /// The pieces before and after the last `separator`, an ASCII character.
    pub fn rsplit_once(self, separator: u8) -> Option<(Self, Self)> {
        let at = self.text.bytes().rposition(|byte| byte == separator)?;
        Some((self.slice(0..at), self.slice(at + 1..self.text.len())))
    }

    /// What is left after `prefix`.
    pub fn strip_prefix(self, prefix: &str) -> Option<Self> {
        self.text.starts_with(prefix).then(|| self.slice(prefix.len()..self.text.len()))
    }

    /// From the start of this piece to the end of `other`, a later one of the same field.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        let end = (other.start + other.text.len()).saturating_sub(self.start);
        match self.field.text() {
            Some(whole) => whole.slice(self.start..self.start + end),
            None => self,
        }
    }

    /// Whether the file has this text as it is at [`Piece::span`], so that it can be replaced there.
    pub fn is_verbatim(self, sources: &Sources) -> bool {
        let span = self.span(sources);
        sources.get(span.file).slice(span) == self.text
    }

    /// Where it was written.
    pub fn span(self, sources: &Sources) -> Span {
        let end = self.start + self.text.len();
        let span = self.field.locate(self.start..end, sources);
        // Where an ARN is put together, the prefix of an id may be written there and the id elsewhere.
        let prefix = ["ssoins-", "ins-", "ps-"].into_iter().find(|prefix| self.text.starts_with(prefix));
        match prefix.filter(|_| self.start > 0 && span == self.field.span) {
            Some(prefix) => self.field.locate(self.start + prefix.len()..end, sources),
            None => span,
        }
    }
}
