//! Functions of patterns: `regex`, `regexall`, `replace`.
//!
//! Go's patterns and those of the `regex` crate are one family. Where they part, in rare forms and beyond ASCII, the
//! result is unknown.

use regex::bytes::{Captures, Regex, RegexBuilder};

use crate::eval::{Answer, Stop};
use crate::source::Span;
use crate::types::{ObjectAttribute, Type};
use crate::value::{Entry, Kind, Str, Value};

use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] =
    &[function("regex", 2, 2, regex), function("regexall", 2, 2, regexall), function("replace", 3, 3, replace)];

fn compile(pattern: &str, subject: &str) -> Answer<Regex> {
    let odd = || Stop::reason("this pattern is not evaluated");
    if !pattern.is_ascii() || !subject.is_ascii() || reads_differently(pattern) {
        return Err(odd());
    }
    RegexBuilder::new(pattern).unicode(false).size_limit(1 << 20).dfa_size_limit(1 << 20).build().map_err(|_| odd())
}

/// Whether Go may read the pattern in another way, or refuse it.
fn reads_differently(pattern: &str) -> bool {
    let odd = ["&&", "--", "~~", "\\<", "\\>", "\\b{", "\\B{", "{,", "(?x", "(?R", "(?u", "\\Q", "\\C", "\\p", "\\P"];
    if odd.iter().any(|odd| pattern.contains(odd)) {
        return true;
    }
    // Flags in groups, but for those that mean the same.
    for (_, group) in pattern.split("(?").skip(1).map(|group| ("", group)) {
        let flags: String = group.chars().take_while(char::is_ascii_alphabetic).collect();
        if !group.starts_with(['P', '<']) && flags.contains(|flag| !"imsU".contains(flag)) {
            return true;
        }
    }
    // Go allows 1,000 repetitions.
    let long_count = |count: &str| count.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count() > 7;
    if pattern.split('{').skip(1).any(long_count) {
        return true;
    }
    // A class within a class.
    let mut in_class = false;
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' if in_class && bytes.peek() != Some(&b':') => return true,
            b'[' if !in_class => {
                in_class = true;
                if bytes.peek() == Some(&b'^') {
                    bytes.next();
                }
                if bytes.peek() == Some(&b']') {
                    bytes.next();
                }
            }
            b':' if in_class && bytes.peek() == Some(&b']') => {
                bytes.next();
            }
            b']' => in_class = false,
            _ => {}
        }
    }
    false
}

/// What a match is worth: the text, or a tuple or object of what the groups have caught.
fn matched(args: &Arguments<'_, '_>, regex: &Regex, captures: &Captures<'_>) -> Answer {
    let (subject, origin) = args.string(1)?;
    let part = |index: usize| match captures.get(index) {
        Some(found) => Ok(args.piece(&subject, &origin, found.range())),
        None => Ok(Value::typed(Kind::Null, args.origin(), Type::String)),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return part(0);
    }
    if names.iter().all(Option::is_none) {
        let items = (1..=names.len()).map(part).collect::<Answer<Vec<Value>>>()?;
        return args.tuple(items);
    }
    let mut entries = Vec::with_capacity(names.len());
    for (index, name) in names.into_iter().enumerate() {
        let name = name.ok_or_else(|| args.refuse("takes groups that all have names, or none"))?;
        entries.push(Entry { key: Str::from(name), key_span: args.span, value: part(index + 1)? });
    }
    entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
    Ok(args.result(Kind::Object(entries.into())))
}

/// The type of what [`matched`] makes.
fn match_type(regex: &Regex, span: Span) -> Type {
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    let attribute = |name: &Option<&str>| {
        let name = Str::from(name.unwrap_or_default());
        ObjectAttribute { name, ty: Type::String, optional: false, default: None, span }
    };
    match names.as_slice() {
        [] => Type::String,
        names if names.iter().all(Option::is_none) => Type::Tuple(vec![Type::String; names.len()]),
        names => Type::Object(names.iter().map(attribute).collect()).of_values(),
    }
}

fn regex(args: &Arguments<'_, '_>) -> Answer {
    let (pattern, subject) = (args.text(0)?, args.text(1)?);
    let regex = compile(&pattern, &subject)?;
    match regex.captures(subject.as_bytes()) {
        Some(captures) => matched(args, &regex, &captures),
        None => Err(args.refuse("finds no match")),
    }
}

fn regexall(args: &Arguments<'_, '_>) -> Answer {
    let (pattern, subject) = (args.text(0)?, args.text(1)?);
    let regex = compile(&pattern, &subject)?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(subject.as_bytes()) {
        args.spend(found.len() + 1)?;
        found.push(matched(args, &regex, &captures)?);
    }
    args.list_of(found, match_type(&regex, args.span))
}

fn replace(args: &Arguments<'_, '_>) -> Answer {
    let ((text, origin), wanted, with) = (args.string(0)?, args.text(1)?, args.text(2)?);
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| wanted.len() > 1);
    let growth = with.len().saturating_mul(text.len() + 1);
    if growth > crate::limits::BYTES {
        return Err(Stop::reason("this text is too long to be evaluated"));
    }
    let replaced = match pattern {
        None => text.replace(wanted.as_str(), &with),
        Some(pattern) => {
            if !with.is_ascii() {
                return Err(Stop::reason("this pattern is not evaluated"));
            }
            let regex = compile(pattern, &text)?;
            let replaced = regex.replace_all(text.as_bytes(), with.as_bytes());
            String::from_utf8(replaced.into_owned()).map_err(|_| Stop::reason("this pattern is not evaluated"))?
        }
    };
    if replaced == text.as_str() {
        return Ok(Value::new(Kind::String(text), origin));
    }
    args.made(&replaced)
}
