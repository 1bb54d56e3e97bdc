//! `yamldecode`. The values know where in the YAML they are written.
//!
//! Terraform has its own parser for YAML 1.1. If this parser might read a text differently, the value is unknown, and
//! so it is if only this parser rejects it.

use std::ops::Range;

use bigdecimal::num_bigint::BigInt;
use foldhash::HashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Span as Place, Tag};

use crate::eval::{Answer, LostKey, Stop, numeric};
use crate::form::Form;
use crate::number;
use crate::origin::Origin;
use crate::source::{Span, Str};
use crate::value::{Entry, Kind, Value};

use super::arguments::{Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[function("yamldecode", 1, 1, yamldecode)];

/// How deep lists and maps may be nested.
const MAX_DEPTH: usize = 60;

fn yamldecode(args: &Arguments<'_, '_>) -> Answer {
    let (text, origin) = args.string(0)?;
    if let Some(value) = super::encoding::read_back(args, &text, &origin) {
        return Ok(value);
    }
    args.evaluator.meter().spend(text.len() / 8)?;
    let mut reader = YamlReader {
        args,
        events: Parser::new_from_str(&text),
        offsets: offsets(&text),
        text: &text,
        origin: &origin,
        anchors: HashMap::default(),
    };
    reader.check_characters()?;
    let value = reader.document()?;
    Ok(value.marked(origin.sensitive))
}

/// The byte offset of each character; `None` if it is equal to the character's index.
fn offsets(text: &str) -> Option<Vec<usize>> {
    (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
}

struct YamlReader<'a, 't, 'p> {
    args: &'a Arguments<'a, 'p>,
    events: Parser<'t, saphyr_parser::StrInput<'t>>,
    offsets: Option<Vec<usize>>,
    text: &'t Str,
    origin: &'a Origin,
    anchors: HashMap<usize, Value>,
}

/// Errors that Terraform's parser also reports. It accepts more than ours: brackets and quoted texts of several lines
/// may have any indentation, and a comment may follow a quote without a space.
const REFUSED: &[&str] = &[
    "block sequence entries are not allowed in this context",
    "mapping values are not allowed in this context",
    "misplaced bracket",
    "simple key expect ':'",
    "simple key expected",
    "unexpected character: `@'",
    "unexpected character: ``'",
    "while parsing a block collection, did not find expected '-' indicator",
    "while parsing a block mapping, did not find expected key",
    "while parsing a flow mapping, did not find expected ',' or '}'",
    "while parsing a flow sequence, expected ',' or ']'",
    "while parsing a quoted scalar, found unknown escape character",
    "while parsing node, found unknown anchor",
    "while scanning a quoted scalar, found unexpected end of stream",
];

/// A text that Terraform's parser may interpret differently.
struct Odd;

/// The prefix of YAML's own tags, such as `!!str`.
const CORE: &str = "tag:yaml.org,2002:";

impl<'t> YamlReader<'_, 't, '_> {
    /// The text at `range` may be something else for Terraform, for `reason`.
    fn odd(&self, reason: &str, range: Range<usize>) -> Stop {
        let span = self.written(range, Form::Whole).span;
        Stop::Unknown(Value::unevaluated(format!("this YAML is not evaluated: {reason}"), span))
    }

    /// Terraform also rejects the text at `range`.
    fn refused(&self, reason: impl std::fmt::Display, range: Range<usize>) -> Stop {
        let span = self.written(range, Form::Whole).span;
        Stop::error_at(format!("`yamldecode` cannot read this: {reason}"), span)
    }

    /// Rejects characters that Terraform's parser does not accept anywhere.
    fn check_characters(&self) -> Answer<()> {
        let is_control = |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}');
        if let Some((at, c)) = self.text.char_indices().find(|(_, c)| is_control(*c)) {
            return Err(self.refused("control characters are not allowed", at..at + c.len_utf8()));
        }
        if let Some((at, c)) = self.text.char_indices().find(|(_, c)| ['\u{85}', '\u{2028}', '\u{2029}'].contains(c)) {
            return Err(self.odd("this character is a line break to YAML 1.1", at..at + c.len_utf8()));
        }
        if let Some(at) = self.text.find("%YAML") {
            return Err(self.odd("it names its version", at..at + "%YAML".len()));
        }
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let at = start + line.len() - line.trim_start_matches(' ').len();
            if self.text.get(at..).is_some_and(|rest| rest.starts_with('\t')) {
                return Err(self.tab(start, at));
            }
            start += line.len();
        }
        Ok(())
    }

    /// The result for a tab in the indentation of a line that starts at `start`. Tabs are only harmless within
    /// brackets, quotes, and blocks of text.
    fn tab(&self, start: usize, at: usize) -> Stop {
        let before = self.text.get(..start).unwrap_or_default();
        let mut events = Parser::new_from_str(before);
        let mut is_block = false;
        let is_whole = loop {
            match events.next_event() {
                Some(Ok((Event::Scalar(_, style, ..), _))) => {
                    is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                }
                Some(Ok((Event::StreamEnd, _))) | None => break true,
                Some(Ok(_)) => {}
                Some(Err(_)) => break false,
            }
        };
        if is_whole && !(is_block && at > start) {
            self.refused("a line is indented with a tab; use spaces", at..at + 1)
        } else {
            self.odd("a line begins with a tab", at..at + 1)
        }
    }

    fn next(&mut self) -> Answer<(Event<'t>, Range<usize>)> {
        self.args.spend(1)?;
        match self.events.next_event() {
            Some(Ok((event, place))) => {
                let range = self.range(place);
                Ok((event, range))
            }
            // Terraform's parser accepts `\'`.
            Some(Err(error)) if REFUSED.contains(&error.info()) && !self.text.contains("\\'") => {
                let at = self.byte(error.marker().index());
                let end = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
                let span = self.written(at..end, Form::Whole).span;
                Err(Stop::error_at(format!("`yamldecode` cannot read this: {}", error.info()), span))
            }
            Some(Err(error)) => {
                let at = self.byte(error.marker().index());
                Err(self.odd(error.info(), at..at))
            }
            None => Err(self.odd("it ends too early", self.text.len()..self.text.len())),
        }
    }

    fn range(&self, place: Place) -> Range<usize> {
        self.byte(place.start.index())..self.byte(place.end.index())
    }

    /// The byte offset of the character with this index.
    fn byte(&self, index: usize) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.text.len()),
            None => index.min(self.text.len()),
        }
    }

    fn document(&mut self) -> Answer {
        let mut value = None;
        loop {
            let (event, range) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => break,
                _ if value.is_some() => return Err(self.args.refuse("expects one document")),
                event => value = Some(self.node(event, range, 0)?),
            }
        }
        value.ok_or_else(|| self.args.refuse("expects a document in YAML"))
    }

    fn node(&mut self, event: Event<'t>, range: Range<usize>, depth: usize) -> Answer {
        if depth > MAX_DEPTH {
            return Err(Stop::limit("this is nested too deeply to be evaluated"));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_string = style != ScalarStyle::Plain;
                let text = self.without_last_break(&text, style, &range);
                // Terraform's parser interprets a block such as `y` as if it was a plain scalar, and then converts it
                // to text.
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if is_block && !matches!(resolve(text), Ok(Plain::Text)) {
                    return Err(self.odd("this block of text is ambiguous", range));
                }
                let value = match tag {
                    None => self.scalar(text, is_string, range)?,
                    Some(tag) if tag.handle != CORE => {
                        return Err(self.refused(format_args!("unsupported tag `{}{}`", tag.handle, tag.suffix), range));
                    }
                    Some(tag) if tag.suffix == "str" => self.scalar(text, true, range)?,
                    Some(tag) if !is_string => {
                        let value = self.scalar(text, false, range.clone())?;
                        let wanted = match &value.kind {
                            Kind::Number(number) if number.is_integer() => ["int", "float"].contains(&&*tag.suffix),
                            Kind::Number(_) => tag.suffix == "float",
                            Kind::Bool(_) => tag.suffix == "bool",
                            Kind::Null => tag.suffix == "null",
                            _ => false,
                        };
                        if !wanted {
                            return Err(self.odd(&format!("the tag `!!{}`", tag.suffix), range));
                        }
                        value
                    }
                    Some(tag) => return Err(self.odd(&format!("the tag `!!{}`", tag.suffix), range)),
                };
                (value, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", &range)?;
                (self.sequence(range, depth)?, anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", &range)?;
                (self.mapping(range, depth)?, anchor)
            }
            Event::Alias(anchor) => {
                let unknown = || self.odd("this anchor is not defined yet", range);
                return self.anchors.get(&anchor).cloned().ok_or_else(unknown);
            }
            _ => return Err(self.odd("a value is missing here", range)),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    /// A list or mapping may have a tag only if the tag states its own type.
    fn check_tag(&self, tag: Option<&Tag>, own: &str, range: &Range<usize>) -> Answer<()> {
        match tag {
            Some(tag) if tag.handle != CORE || tag.suffix != own => {
                let handle = if tag.handle == CORE { "!!" } else { &tag.handle };
                Err(self.refused(format_args!("unsupported tag `{handle}{}`", tag.suffix), range.clone()))
            }
            _ => Ok(()),
        }
    }

    fn sequence(&mut self, start: Range<usize>, depth: usize) -> Answer {
        let mut items = Vec::new();
        loop {
            let (event, range) = self.next()?;
            if let Event::SequenceEnd = event {
                return Ok(Value::new(Kind::Tuple(items.into()), self.written(start.start..range.end, Form::Whole)));
            }
            items.push(self.node(event, range, depth + 1)?);
        }
    }

    fn mapping(&mut self, start: Range<usize>, depth: usize) -> Answer {
        let mut entries: Vec<Entry> = Vec::new();
        // Where the keys are that are written here, as opposed to merged ones.
        let mut keys: HashMap<Str, Span> = HashMap::default();
        loop {
            let (event, range) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    // Of several entries with the same name, the last one is used.
                    entries.reverse();
                    entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
                    entries.dedup_by(|later, kept| later.key == kept.key);
                    let origin = self.written(start.start..range.end, Form::Whole);
                    return Ok(Value::new(Kind::Object(entries.into()), origin));
                }
                // A merged mapping overrides what is before it, and is overridden by what follows.
                Event::Scalar(text, _, 0, None) if text == "<<" => {
                    let (event, range) = self.next()?;
                    let merged = self.node(event, range, depth + 1)?;
                    let Kind::Object(merged) = &merged.kind else {
                        return Err(self.args.refuse("merges mappings only"));
                    };
                    self.args.spend(merged.len())?;
                    entries.extend(merged.iter().cloned());
                    continue;
                }
                Event::Scalar(text, style, 0, None) => match (style, text.as_ref()) {
                    (ScalarStyle::Plain, "~" | "null" | "Null" | "NULL" | "") => {
                        return Err(self.refused("a key must not be null", range));
                    }
                    (ScalarStyle::Plain, plain) if !is_name(plain) => {
                        return Err(self.odd("this key may not be a string; put it in quotes", range));
                    }
                    _ => self.scalar(&text, true, range)?,
                },
                Event::SequenceStart(..) | Event::MappingStart(..) => {
                    return Err(self.refused("a key must be a string", range));
                }
                _ => return Err(self.odd("this key", range)),
            };
            let (event, range) = self.next()?;
            let value = self.node(event, range, depth + 1)?;
            let key_span = key.origin.span;
            let key = key.as_str().cloned().unwrap_or_default();
            if let Some(lost) = keys.insert(key.clone(), key_span) {
                let value = value.origin.span;
                self.args.evaluator.note_lost(LostKey { key: key.clone(), lost, kept: key_span, value });
            }
            entries.push(Entry::new(key, key_span, value));
        }
    }

    /// The text of a scalar. If a block is at the end of a file without a line break, its text has no line break
    /// either.
    fn without_last_break<'s>(&self, text: &'s str, style: ScalarStyle, range: &Range<usize>) -> &'s str {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let is_last = self.text.get(range.end..).is_some_and(|rest| rest.trim().is_empty());
        match text.strip_suffix('\n') {
            Some(cut) if is_block && is_last && !self.text.ends_with('\n') => cut,
            _ => text,
        }
    }

    /// The value of a scalar, whose text is at `range`, with or without quotes.
    fn scalar(&self, text: &str, is_string: bool, range: Range<usize>) -> Answer {
        if !is_string {
            match resolve(text).map_err(|Odd| self.odd("a date or number of this form", range.clone()))? {
                Plain::Kind(kind) => return Ok(Value::new(kind, self.written(range, Form::Bare))),
                Plain::Text => {}
            }
        }
        let inner = self.inner(range);
        let raw = self.text.get(inner.clone()).unwrap_or_default();
        let verbatim = raw == text;
        if !verbatim && self.text.get(..inner.start).is_some_and(|before| before.ends_with('"')) && escapes_slash(raw) {
            return Err(self.refused("found unknown escape character", inner));
        }
        let text = match crate::syntax::normalised(text) {
            Some(normalised) => Str::from(normalised),
            None if verbatim => self.text.substr(inner.clone()),
            None => Str::from(text),
        };
        let form = if verbatim { Form::Verbatim } else { Form::Whole };
        Ok(Value::new(Kind::String(text), self.written(inner, form)))
    }

    /// The range of a scalar without its anchor, its tag, its quotes, and the whitespace and the comment after it.
    fn inner(&self, range: Range<usize>) -> Range<usize> {
        let mut range = range;
        let mut raw = self.text.get(range.clone()).unwrap_or_default();
        while raw.starts_with(['&', '!'])
            && let Some((_, rest)) = raw.split_once([' ', '\t', '\n'])
        {
            raw = rest.trim_start();
            range.start = range.end - raw.len();
        }
        let Some(quote) = raw.bytes().next().filter(|first| matches!(first, b'"' | b'\'')) else { return range };
        let mut rest = raw.bytes().enumerate().skip(1).peekable();
        while let Some((at, byte)) = rest.next() {
            let is_doubled = quote == b'\'' && matches!(rest.peek(), Some((_, b'\'')));
            match byte {
                b'\\' if quote == b'"' => _ = rest.next(),
                _ if byte == quote && is_doubled => _ = rest.next(),
                _ if byte == quote => return range.start + 1..range.start + at,
                _ => {}
            }
        }
        range
    }

    /// Where the bytes `range` of the text are written.
    fn written(&self, range: Range<usize>, form: Form) -> Origin {
        self.args.written(self.origin, range, form)
    }
}

/// Whether `\/` is in a text between double quotes. It is only valid in YAML 1.2, and Terraform's parser follows 1.1.
fn escapes_slash(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    std::iter::from_fn(|| bytes.find(|&byte| byte == b'\\').and_then(|_| bytes.next())).any(|escaped| escaped == b'/')
}

enum Plain {
    Kind(Kind),
    Text,
}

/// The value of a text without quotes.
fn resolve(text: &str) -> Result<Plain, Odd> {
    let kind = match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Kind::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Kind::Bool(false),
        "-0" | "+0" | "." => return Err(Odd),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => return number_or_text(text),
        _ => return Ok(Plain::Text),
    };
    Ok(Plain::Kind(kind))
}

fn number_or_text(text: &str) -> Result<Plain, Odd> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits(whole) && digits(fraction) && digits(power) && !power.is_empty() && whole.len() + fraction.len() > 0 {
        let number = numeric(number::parse(text)).map_err(|_| Odd)?;
        return Ok(Plain::Kind(Kind::Number(number)));
    }
    for (start, base) in [("0x", 16), ("0o", 8)] {
        let number = text.strip_prefix(start).and_then(|digits| BigInt::parse_bytes(digits.as_bytes(), base));
        if let Some(number) = number.filter(|_| !text.contains(['+', '-', '_'])) {
            return Ok(Plain::Kind(Kind::Number(number::whole(number))));
        }
    }
    // Dates and infinities.
    if may_be_date(text) || [".i", ".I", ".n", ".N"].iter().any(|start| unsigned.starts_with(start)) {
        return Err(Odd);
    }
    Ok(Plain::Text)
}

/// Whether `text` starts like a date: four digits, then a month and a day with one or two digits. An account id in
/// groups of four digits is not a date.
fn may_be_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut digits = |most: usize| {
        let part = parts.next().unwrap_or_default();
        let len = part.bytes().take_while(u8::is_ascii_digit).count();
        ((1..=most).contains(&len)).then_some((len, part.len()))
    };
    matches!((digits(4), digits(2), digits(2)), (Some((4, 4)), Some((month, length)), Some(_)) if month == length)
}

/// Whether a key without quotes is certain to be its own text.
fn is_name(text: &str) -> bool {
    // Numbers stay as they are written, and booleans have names.
    matches!(resolve(text), Ok(Plain::Text)) || text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}
