//! `csvdecode`.

use std::ops::Range;

use crate::eval::Answer;
use crate::form::Form;
use crate::source::Str;
use crate::value::{Entry, Kind, ObjectAttribute, Type, Value};

use super::arguments::{Arguments, Function, function};

pub(super) const FUNCTIONS: &[Function] = &[function("csvdecode", 1, 1, csvdecode)];

/// A field: its place, and its text if that differs from what is written.
struct CsvField {
    text: Option<String>,
    range: Range<usize>,
}

fn csvdecode(args: &Arguments<'_, '_>) -> Answer {
    let (text, origin) = args.string(0)?;
    args.evaluator.meter().spend(text.len() / 8)?;
    let mut records = records(&text).ok_or_else(|| args.refuse("expects a text in CSV"))?.into_iter();
    let header = records.next().ok_or_else(|| args.refuse("expects a text with a header line"))?;
    let value = |field: &CsvField| {
        let (text, form) = match &field.text {
            Some(text) => (Str::from(text.as_str()), Form::Whole),
            None => (text.substr(field.range.clone()), Form::Verbatim),
        };
        Value::new(Kind::String(text), args.written(&origin, field.range.clone(), form)).marked(origin.sensitive)
    };
    let names: Vec<Value> = header.iter().map(value).collect();
    let mut distinct: Vec<Str> = names.iter().filter_map(|name| name.as_str().cloned()).collect();
    distinct.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    distinct.dedup();
    if distinct.len() < names.len() {
        return Err(args.refuse("expects a header in which all names differ"));
    }
    let mut rows = Vec::new();
    for record in records {
        args.spend(record.len() + 1)?;
        if record.len() != names.len() {
            return Err(args.refuse("expects lines with as many fields as the header"));
        }
        let entry = |(name, field): (&Value, &CsvField)| {
            Entry::new(name.as_str().cloned().unwrap_or_default(), name.origin.span, value(field))
        };
        let mut entries: Vec<Entry> = names.iter().zip(&record).map(entry).collect();
        entries.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        rows.push(args.result(Kind::Object(entries.into())));
    }
    let attribute = |name: &Value| ObjectAttribute {
        name: name.as_str().cloned().unwrap_or_default(),
        ty: Type::String,
        optional: false,
        default: None,
        span: name.origin.span,
    };
    let of = Type::Object(names.iter().map(attribute).collect()).of_values();
    args.list_of(rows, of)
}

/// The rows of a table without blank lines; `None` if there is a misplaced quote.
fn records(text: &str) -> Option<Vec<Vec<CsvField>>> {
    let mut records = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text.get(at..)?.find('\n').map_or(text.len(), |end| at + end);
        if text.get(at..line_end)?.trim_end_matches('\r').is_empty() {
            at = line_end + 1;
            continue;
        }
        let mut record = Vec::new();
        loop {
            let (field, end) = field(text, at)?;
            record.push(field);
            at = end + 1;
            if text.as_bytes().get(end) != Some(&b',') {
                break;
            }
        }
        records.push(record);
    }
    Some(records)
}

/// The field that starts at `at`, and the position of the comma or the line end after it.
fn field(text: &str, at: usize) -> Option<(CsvField, usize)> {
    let rest = text.get(at..)?;
    if !rest.starts_with('"') {
        let end = at + rest.find([',', '\n']).unwrap_or(rest.len());
        let ends_line = text.as_bytes().get(end) != Some(&b',');
        let kept = text.get(at..end)?;
        let kept = if ends_line { kept.strip_suffix('\r').unwrap_or(kept) } else { kept };
        let field = CsvField { text: None, range: at..at + kept.len() };
        return (!kept.contains('"')).then_some((field, end));
    }
    let mut end = at + 1;
    loop {
        end += text.get(end..)?.find('"')?;
        match text.as_bytes().get(end + 1) {
            Some(b'"') => end += 2,
            _ => break,
        }
    }
    let raw = text.get(at + 1..end)?;
    // Line breaks inside quotes become plain ones.
    let plain = raw.replace("\"\"", "\"").replace("\r\n", "\n");
    let field = CsvField { text: (plain != raw).then_some(plain), range: at + 1..end };
    let mut after = end + 1;
    if text.get(after..)?.starts_with("\r\n") || text.get(after..)? == "\r" {
        after += 1;
    }
    let separated = matches!(text.as_bytes().get(after), None | Some(b',' | b'\n'));
    separated.then_some((field, after))
}
