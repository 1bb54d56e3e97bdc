//! Functions of strings.

use foldhash::HashSet;

use crate::eval::{Answer, Stop};
use crate::origin::OriginPart;
use crate::source::Str;
use crate::types::{Primitive, to_text};
use crate::value::{Kind, Type, Value};

use crate::eval::Pieces;

use super::arguments::{Arguments, Function, MANY, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("chomp", 1, 1, |args| args.left(0, |text| text.trim_end_matches(['\r', '\n']))),
    function("endswith", 2, 2, |args| args.truth(args.text(0)?.ends_with(args.text(1)?.as_str()))),
    function("indent", 2, 2, indent),
    function("join", 2, MANY, join),
    function("lower", 1, 1, |args| args.made(&map_case(&args.text(0)?, lower))),
    function("split", 2, 2, split),
    function("startswith", 2, 2, |args| args.truth(args.text(0)?.starts_with(args.text(1)?.as_str()))),
    function("strcontains", 2, 2, |args| args.truth(args.text(0)?.contains(args.text(1)?.as_str()))),
    function("strrev", 1, 1, |args| {
        let text = args.text(0)?;
        args.made(&characters(&text)?.iter().rev().collect::<String>())
    }),
    function("substr", 3, 3, substr),
    function("title", 1, 1, |args| args.made(&title(&args.text(0)?))),
    function("trim", 2, 2, |args| {
        let set: HashSet<char> = args.text(1)?.chars().collect();
        args.left(0, |text| text.trim_matches(|c| set.contains(&c)))
    }),
    function("trimprefix", 2, 2, |args| {
        let prefix = args.text(1)?;
        args.left(0, |text| text.strip_prefix(prefix.as_str()).unwrap_or(text))
    }),
    function("trimspace", 1, 1, |args| args.left(0, str::trim)),
    function("trimsuffix", 2, 2, |args| {
        let suffix = args.text(1)?;
        args.left(0, |text| text.strip_suffix(suffix.as_str()).unwrap_or(text))
    }),
    function("upper", 1, 1, |args| {
        let text = args.text(0)?;
        // Some letters that Rust maps to several capital letters have a single capital letter in Go.
        if text.chars().any(|c| c != 'ß' && c.to_uppercase().len() > 1) {
            return Err(Stop::reason("the capitals of this text are not evaluated"));
        }
        args.made(&map_case(&text, upper))
    }),
];

/// `text` with the first letter of each word in title case, as in Go's `strings.Title`. A word starts after any
/// character except letters, digits, and the ASCII underscore. Other letters stay the same.
pub fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        titled.push(if is_separator(before) { title_case(c) } else { c });
        before = c;
    }
    titled
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_alphanumeric() && c != '_' } else { c.is_whitespace() }
}

fn title_case(c: char) -> char {
    match c {
        // The letters that represent two letters have a title case of their own, the middle one of three code points.
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        _ => upper(c),
    }
}

/// Go maps a character to a single one. If Unicode maps it to several, it stays the same.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    if mapped.len() == 1 { mapped.next().unwrap_or(c) } else { c }
}

fn lower(c: char) -> char {
    if c == 'İ' {
        return 'i';
    }
    let mut mapped = c.to_lowercase();
    if mapped.len() == 1 { mapped.next().unwrap_or(c) } else { c }
}

fn map_case(text: &str, map: fn(char) -> char) -> String {
    text.chars().map(map).collect()
}

/// The characters as people count them. Only supported if each of them is one code point.
pub(super) fn characters(text: &str) -> Answer<Vec<char>> {
    let simple = |c: char| match c {
        '\r' | '\u{AD}' => false,
        _ if c.is_ascii() => true,
        // Scripts and symbols without combining characters: no accents, no composed emoji.
        '\u{A0}'..='\u{2FF}' | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{52F}' | '\u{1E00}'..='\u{1FFF}' => true,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{2070}'..='\u{20CF}' | '\u{2100}'..='\u{2BFF}' => true,
        '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30A0}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' => true,
        '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF9D}' | '\u{1F300}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1F6FF}' => {
            true
        }
        _ => false,
    };
    if !text.chars().all(simple) {
        return Err(Stop::reason("the characters of this text are not counted here"));
    }
    Ok(text.chars().collect())
}

fn join(args: &Arguments<'_, '_>) -> Answer {
    let (separator, separator_origin) = args.string(0)?;
    let mut pieces = Pieces::default();
    let mut first = true;
    for index in 1..args.len() {
        for item in args.strings(index)? {
            if !first {
                pieces.push(&separator, &separator_origin)?;
            }
            first = false;
            pieces.push(item.as_str().map_or("", |text| text.as_str()), &item.origin)?;
        }
    }
    pieces.finish_passing(args.span)
}

fn split(args: &Arguments<'_, '_>) -> Answer {
    let separator = args.text(0)?;
    let (text, origin) = args.string(1)?;
    let mut pieces = Vec::new();
    if separator.is_empty() {
        let mut start = 0;
        for c in characters(&text)? {
            pieces.push(args.piece(&text, &origin, start..start + c.len_utf8()));
            start += c.len_utf8();
        }
        return args.list_of(pieces, Type::String);
    }
    let mut start = 0;
    for part in text.split(separator.as_str()) {
        args.spend(1)?;
        pieces.push(args.piece(&text, &origin, start..start + part.len()));
        start += part.len() + separator.len();
    }
    args.list_of(pieces, Type::String)
}

fn substr(args: &Arguments<'_, '_>) -> Answer {
    let (text, origin) = args.string(0)?;
    let (offset, length) = (args.integer(1)?, args.integer(2)?);
    let characters = characters(&text)?;
    let count = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    // A length of zero is only special in Terraform if it counts from the start.
    let length = if offset < 0 && length == 0 { -1 } else { length };
    let offset = if offset < 0 { offset.saturating_add(count).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { offset.saturating_add(length).min(count) };
    let (from, to) = (usize::try_from(offset).unwrap_or(0), usize::try_from(end).unwrap_or(0));
    let bytes = |characters: &[char]| characters.iter().map(|c| c.len_utf8()).sum::<usize>();
    let start = bytes(characters.get(..from).unwrap_or_default());
    let length = bytes(characters.get(from..to).unwrap_or_default());
    Ok(args.piece(&text, &origin, start..start + length))
}

fn indent(args: &Arguments<'_, '_>) -> Answer {
    let spaces = usize::try_from(args.integer(0)?).map_err(|_| args.refuse("does not accept a negative number"))?;
    args.spend(spaces)?;
    let text = args.text(1)?;
    args.spend(spaces.saturating_mul(text.matches('\n').count()))?;
    args.made(&text.replace('\n', &format!("\n{}", " ".repeat(spaces))))
}

impl Pieces {
    /// Like [`Pieces::finish`], but a string of one piece keeps the piece's origin.
    pub(super) fn finish_passing(self, span: crate::source::Span) -> Answer {
        let value = self.finish(span);
        if let crate::origin::Makeup::Joined(parts) = &value.origin.makeup {
            if let [OriginPart { origin, .. }] = &**parts {
                return Ok(Value::new(value.kind, origin.clone()));
            }
        }
        Ok(value)
    }
}

/// A primitive value as text, for functions that print values.
pub(super) fn shown(value: &Value) -> Option<Str> {
    match to_text(value) {
        Primitive::Is(Value { kind: Kind::String(text), .. }) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_are_those_of_go() {
        for (text, wanted) in [
            ("tenant_foo", "Tenant_foo"),
            ("tenant-foo", "Tenant-Foo"),
            ("tenantFoo", "TenantFoo"),
            ("3m", "3m"),
            ("Foo bar", "Foo Bar"),
            ("foo.bar", "Foo.Bar"),
            ("a1b 2foo", "A1b 2foo"),
            ("tenant_-foo", "Tenant_-Foo"),
            ("foo\u{2010}bar", "Foo\u{2010}bar"),
            ("étage ßa ǆ", "Étage ßa ǅ"),
        ] {
            assert_eq!(title(text), wanted);
        }
    }
}
