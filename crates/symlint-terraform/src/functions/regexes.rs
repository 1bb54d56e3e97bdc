//! Functions with regular expressions: `regex`, `regexall`, `replace`. `patterns.rs` parses the expressions.

use regex_automata::util::captures::Captures;

use crate::eval::{Answer, Stop};
use crate::source::{Span, Str};
use crate::value::{Entry, Kind, ObjectAttribute, Type, Value};

use super::arguments::{Arguments, Function, function};
use super::patterns::{Pattern, PatternProblem};

pub(super) const FUNCTIONS: &[Function] =
    &[function("regex", 2, 2, regex), function("regexall", 2, 2, regexall), function("replace", 3, 3, replace)];

fn compile(args: &Arguments<'_, '_>, pattern: &str, subject: &str) -> Answer<Pattern> {
    let read = Pattern::read(pattern, subject).map_err(|problem| match problem {
        PatternProblem::Invalid => args.refuse(format_args!("expects a pattern, and `{pattern}` is not one")),
        PatternProblem::Unusual => Stop::reason("this pattern is not evaluated"),
    })?;
    args.spend(read.size().saturating_mul(subject.len() + 1) / PARTS_OF_A_STEP)?;
    Ok(read)
}

/// How many parts of a pattern are compared with a character in one step.
const PARTS_OF_A_STEP: usize = 16;

/// Like [`compile`], for functions that return groups: either all groups must have names, or none.
fn compile_groups(args: &Arguments<'_, '_>, pattern: &str, subject: &str) -> Answer<Pattern> {
    let pattern = compile(args, pattern, subject)?;
    let named = pattern.groups.iter().flatten().count();
    if named == 0 || named == pattern.groups.len() {
        Ok(pattern)
    } else {
        Err(args.refuse("expects groups that all have names, or none"))
    }
}

/// The value of a match: the text, or a tuple or object with the texts of the groups.
fn matched(args: &Arguments<'_, '_>, pattern: &Pattern, captures: &Captures) -> Answer {
    let (subject, origin) = args.string(1)?;
    let part = |index: usize| match captures.get_group(index) {
        Some(found) => Ok(args.piece(&subject, &origin, found.range())),
        None => Ok(Value::typed(Kind::Null, args.origin(), Type::String)),
    };
    let groups = &pattern.groups;
    if groups.is_empty() {
        return part(0);
    }
    if groups.iter().all(Option::is_none) {
        let items = (1..=groups.len()).map(part).collect::<Answer<Vec<Value>>>()?;
        return args.tuple(items);
    }
    let mut entries = Vec::with_capacity(groups.len());
    for (index, name) in groups.iter().enumerate() {
        let name = Str::from(name.as_deref().unwrap_or_default());
        entries.push(Entry::new(name, args.span, part(index + 1)?));
    }
    // Of several groups with the same name, the last one is used.
    entries.reverse();
    entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
    entries.dedup_by(|earlier, kept| earlier.key == kept.key);
    Ok(args.result(Kind::Object(entries.into())))
}

/// The type of the value that [`matched`] returns.
fn match_type(pattern: &Pattern, span: Span) -> Type {
    let attribute = |name: &Option<String>| {
        let name = Str::from(name.as_deref().unwrap_or_default());
        ObjectAttribute { name, ty: Type::String, optional: false, default: None, span }
    };
    let mut groups = pattern.groups.clone();
    groups.sort();
    groups.dedup_by(|a, b| a.is_some() && a == b);
    match groups.as_slice() {
        [] => Type::String,
        names if names.iter().all(Option::is_none) => Type::Tuple(vec![Type::String; names.len()]),
        names => Type::Object(names.iter().map(attribute).collect()).of_values(),
    }
}

fn regex(args: &Arguments<'_, '_>) -> Answer {
    let (pattern, subject) = (args.text(0)?, args.text(1)?);
    let pattern = compile_groups(args, &pattern, &subject)?;
    match pattern.matches(&subject).next() {
        Some(captures) => matched(args, &pattern, &captures),
        None => Err(args.refuse("finds no match")),
    }
}

fn regexall(args: &Arguments<'_, '_>) -> Answer {
    let (pattern, subject) = (args.text(0)?, args.text(1)?);
    let pattern = compile_groups(args, &pattern, &subject)?;
    let mut found = Vec::new();
    for captures in pattern.matches(&subject) {
        args.spend(1)?;
        found.push(matched(args, &pattern, &captures)?);
    }
    args.list_of(found, match_type(&pattern, args.span))
}

fn replace(args: &Arguments<'_, '_>) -> Answer {
    let ((text, origin), wanted, with) = (args.string(0)?, args.text(1)?, args.text(2)?);
    let pattern = wanted.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|_| wanted.len() > 1);
    let growth = with.len().saturating_mul(text.len() + 1);
    if growth > crate::limits::BYTES {
        return Err(Stop::limit("this text is too long to be evaluated"));
    }
    let replaced = match pattern {
        None => text.replace(wanted.as_str(), &with),
        Some(pattern) => {
            let pattern = compile(args, pattern, &text)?;
            let (mut replaced, mut copied) = (String::new(), 0);
            for captures in pattern.matches(&text) {
                let Some(found) = captures.get_match() else { continue };
                replaced.push_str(text.get(copied..found.start()).unwrap_or_default());
                expand(&with, &pattern, &captures, &text, &mut replaced);
                copied = found.end();
            }
            replaced + text.get(copied..).unwrap_or_default()
        }
    };
    if replaced == text.as_str() {
        return Ok(Value::new(Kind::String(text), origin));
    }
    args.made(&replaced)
}

/// Adds `with` to `text`. As in Go, `$1`, `${name}`, and so on stand for the texts of the groups.
fn expand(with: &str, pattern: &Pattern, captures: &Captures, subject: &str, text: &mut String) {
    let mut rest = with;
    while let Some((before, after)) = rest.split_once('$') {
        text.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            text.push('$');
            rest = after;
        } else if let Some((name, after)) = group_name(rest) {
            let number = name.parse().ok().filter(|_| name == "0" || !name.starts_with('0'));
            // Of several groups with the same name, the first one that matched is used.
            let mut named = (1..).zip(&pattern.groups).filter(|(_, group)| group.as_deref() == Some(name));
            let caught = match number {
                Some(group) => captures.get_group(group),
                None => named.find_map(|(group, _)| captures.get_group(group)),
            };
            text.push_str(caught.and_then(|caught| subject.get(caught.range())).unwrap_or_default());
            rest = after;
        } else {
            text.push('$');
        }
    }
    text.push_str(rest);
}

/// The name at the start of `text`, with or without braces, and the rest.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let unbraced = text.strip_prefix('{');
    let text = unbraced.unwrap_or(text);
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    let rest = if unbraced.is_some() { rest.strip_prefix('}')? } else { rest };
    Some((name, rest))
}
