//! Templates: `"text ${…} %{ if … } … %{ endif }"`.

use crate::limits::BYTES;
use crate::origin::{Origin, OriginPart};
use crate::source::{Span, Str};
use crate::syntax::TemplatePart;
use crate::types::{Primitive, to_text};
use crate::value::{GAP, Kind, Value};

use super::scope::{Binding, Scope};
use super::{Answer, Evaluator, Stop};

/// A string that is built from pieces, each with its origin.
#[derive(Default)]
pub(crate) struct Pieces {
    text: String,
    parts: Vec<OriginPart>,
    /// Whether the text depends on something sensitive that is not a part of it.
    sensitive: bool,
    /// Values that the text depends on and that are not a part of it.
    decided_by: Vec<Origin>,
    /// The unknown parts, with the number of pieces before each.
    unknown: Vec<(usize, Value)>,
}

impl Pieces {
    /// Adds `text`, which came from `origin`.
    pub(crate) fn push(&mut self, text: &str, origin: &Origin) -> Answer<()> {
        // Terraform normalizes strings. That only matters if an accent is next to a letter.
        let accent = |c: char| matches!(c, '\u{300}'..='\u{36F}' | '\u{1100}'..='\u{11FF}');
        if !self.text.is_empty() && text.starts_with(accent) {
            return Err(Stop::reason("text that begins with a combining accent is not evaluated"));
        }
        if self.text.len() + text.len() > BYTES {
            return Err(Stop::limit("this text is too long to be evaluated"));
        }
        if !text.is_empty() {
            let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
            let start = end(&self.text);
            self.text.push_str(text);
            self.parts.push(OriginPart { range: start..end(&self.text), origin: origin.clone() });
        }
        Ok(())
    }

    /// The string, which was built by the expression at `span`.
    pub(crate) fn finish(self, span: Span) -> Value {
        let mut origin = Origin::joined(span, self.parts);
        match self.decided_by.as_slice() {
            [] => {}
            [only] => origin = origin.depending_on(only),
            _ => origin = origin.depending_on(&Origin::derived(span, self.decided_by)),
        }
        Value::new(Kind::String(Str::from(self.text)), origin).marked(self.sensitive)
    }

    /// Notes a value that the text depends on.
    fn decided(&mut self, by: &Origin) {
        self.sensitive |= by.sensitive;
        if !by.is_plain() {
            self.decided_by.push(by.clone());
        }
    }

    /// Notes an unknown part.
    pub(crate) fn missing(&mut self, part: Value) {
        self.unknown.push((self.parts.len(), part));
    }

    /// The unknown text that contains `unknown`.
    fn unknown(self, unknown: Value) -> Value {
        let mut origins: Vec<Origin> = self.parts.into_iter().map(|part| part.origin).collect();
        origins.extend(self.decided_by);
        self.unknown.iter().for_each(|(_, part)| part.gather(&mut origins, &mut 64));
        origins.retain(Origin::is_identifying);
        unknown.made_of_origins(origins)
    }

    /// The text that the expression at `span` builds. If one part is unknown, it may be one of several texts.
    pub(crate) fn text(self, span: Span) -> Value {
        let (unknown, texts, is_one) = match self.unknown.as_slice() {
            [] => return self.finish(span),
            [(before, part)] => {
                let texts = part.candidates().iter().filter_map(|it| self.filled(*before, it, span));
                (part.clone(), texts.collect(), true)
            }
            // It is unknown which candidates of several parts belong together.
            [(_, first), ..] => {
                let is_one = self.unknown.iter().all(|(_, part)| part.candidates().is_empty());
                (first.clone(), Vec::new(), is_one)
            }
        };
        let known = self.known(span);
        let unknown = self.unknown(unknown).knowing(known);
        if is_one { unknown.or_one_of(texts) } else { unknown.given_up() }
    }

    /// The text with a gap for each unknown part.
    fn known(&self, span: Span) -> Option<Value> {
        let mut known = Pieces { sensitive: self.sensitive, ..Pieces::default() };
        let mut unknown = self.unknown.iter().peekable();
        for at in 0..=self.parts.len() {
            while let Some((_, part)) = unknown.next_if(|(before, _)| *before == at) {
                known.push(GAP.encode_utf8(&mut [0; 4]), &part.origin).ok()?;
            }
            if let Some(part) = self.parts.get(at) {
                known.push(self.text.get(part.bytes())?, &part.origin).ok()?;
            }
        }
        Some(known.finish(span))
    }

    /// The text with `part` after the first `before` pieces.
    fn filled(&self, before: usize, part: &Value, span: Span) -> Option<Value> {
        if part.as_unknown().is_some() {
            return Some(part.clone());
        }
        let Primitive::Is(Value { kind: Kind::String(text), origin, .. }) = to_text(part) else { return None };
        let mut filled = Pieces { decided_by: self.decided_by.clone(), sensitive: self.sensitive, ..Pieces::default() };
        let (before, after) = self.parts.split_at_checked(before)?;
        let pieces = before.iter().chain(after).map(|part| (self.text.get(part.bytes()), &part.origin));
        let mut pieces: Vec<_> = pieces.collect();
        pieces.insert(before.len(), (Some(&text), &origin));
        for (text, origin) in pieces {
            filled.push(text?, origin).ok()?;
        }
        Some(filled.finish(span))
    }
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(super) fn template(&self, parts: &[TemplatePart], span: Span, scope: &Scope<'_>) -> Answer {
        // A template with nothing but an interpolation has the interpolated value and its type.
        if let [TemplatePart::Interpolation(only)] = parts {
            return Ok(self.eval(only, scope));
        }
        let mut pieces = Pieces { parts: Vec::with_capacity(parts.len()), ..Pieces::default() };
        let stopped = self.template_parts(parts, &mut pieces, scope).err();
        match stopped.map(|stop| self.settle(Err(stop), span)) {
            Some(unknown) => {
                pieces.missing(unknown.clone());
                let known = pieces.known(span);
                Ok(pieces.unknown(unknown).knowing(known))
            }
            None => Ok(pieces.text(span)),
        }
    }

    fn template_parts(&self, parts: &[TemplatePart], pieces: &mut Pieces, scope: &Scope<'_>) -> Answer<()> {
        for part in parts {
            self.meter().spend(1)?;
            match part {
                TemplatePart::Literal(literal) => {
                    pieces.push(&literal.text, &Origin::written(literal.span, literal.form))?;
                }
                TemplatePart::Interpolation(expr) => {
                    let value = self.eval(expr, scope);
                    if value.as_unknown().is_some() {
                        pieces.missing(value);
                        continue;
                    }
                    match to_text(&value) {
                        Primitive::Is(Value { kind: Kind::String(text), origin, .. }) => {
                            // An empty text adds no piece that could carry the mark.
                            pieces.sensitive |= origin.sensitive;
                            self.meter().spend_bytes(text.len())?;
                            pieces.push(&text, &origin)?;
                        }
                        Primitive::Is(null) => {
                            return Err(Stop::error_at("null cannot be part of a string", expr.span).on_null(&null));
                        }
                        _ => {
                            let message = format!("a {} cannot be part of a string", value.type_name());
                            return Err(Stop::error_at(message, expr.span));
                        }
                    }
                }
                TemplatePart::If { condition, yes, no } => {
                    let decision = match self.condition(condition, scope) {
                        Err(Stop::Unknown(unknown)) => {
                            let mut texts = Vec::with_capacity(2);
                            for parts in [yes, no] {
                                let mut pieces = Pieces::default();
                                self.nested_parts(parts, condition.span, &mut pieces, scope)?;
                                texts.push(pieces.text(condition.span).depending_on(&unknown.origin));
                            }
                            pieces.missing(unknown.or_one_of(texts));
                            continue;
                        }
                        decision => decision?,
                    };
                    pieces.decided(&decision.origin);
                    let chosen = if decision.holds { yes } else { no };
                    self.nested_parts(chosen, condition.span, pieces, scope)?;
                }
                TemplatePart::For { key, value, collection, body } => {
                    let looped = self.eval(collection, scope);
                    pieces.decided(&looped.origin);
                    let pairs = match self.pairs(&looped, key.is_some(), collection.span) {
                        Err(Stop::Unknown(unknown)) => {
                            pieces.missing(unknown);
                            continue;
                        }
                        pairs => pairs?,
                    };
                    for (key_value, element) in &pairs {
                        let outer = scope.names;
                        let key_binding =
                            key.as_ref().map(|name| Binding { name: &name.text, value: key_value, outer });
                        let outer = key_binding.as_ref().or(outer);
                        let binding = Binding { name: &value.text, value: element, outer };
                        self.nested_parts(body, collection.span, pieces, &scope.with(&binding))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Evaluates the parts within a directive, one level deeper.
    fn nested_parts(&self, parts: &[TemplatePart], span: Span, pieces: &mut Pieces, scope: &Scope<'_>) -> Answer<()> {
        self.deeper(span, || self.template_parts(parts, pieces, scope)).map_err(Stop::Unknown)?
    }
}
