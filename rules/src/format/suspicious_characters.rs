//! See suspicious-characters.md.

use symlint_core::finding::Edit;
use symlint_core::rule::Context;
use symlint_core::spelling::listed;
use symlint_core::tenants::{Cleaned, Field, FieldKind, Locate, Place, Suspicious, Tenant};
use symlint_terraform::{Sources, Span};

/// How many different characters a message names.
const SHOWN: usize = 3;

/// Suspicious characters in a part of a value, which several values of the tenant may have.
struct SuspiciousPart<'a> {
    field: &'a Field,
    cleaned: &'a Cleaned,
    part: String,
    span: Span,
    safe: bool,
    title: &'static str,
    edits: Vec<Edit>,
    /// Other values of the tenant with the same characters.
    repeats: Vec<(&'a Field, Span)>,
}

pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
    let sources = cx.sources();
    let mut found: Vec<SuspiciousPart<'_>> = Vec::new();
    for field in tenant.fields().filter(|field| !field.is_derived()) {
        let Some(cleaned) = field.cleaned() else { continue };
        let (Some(first), Some(last)) = (cleaned.suspicious.first(), cleaned.suspicious.last()) else { continue };
        let span = field.locate_raw(first.at..last.at + last.character.len_utf8(), sources);
        // Bytes that are not valid UTF-8 are reported as a syntax error.
        let source = sources.get(span.file);
        let mut invalid = source.invalid_bytes().iter();
        if invalid.any(|&at| span.start <= at && at < span.end) {
            continue;
        }
        // Several ARNs can be built from one text.
        if found.iter().any(|it| it.span == span || it.repeats.iter().any(|(_, repeat)| *repeat == span)) {
            continue;
        }
        let (safe, title, edits) = fix(cx, field, cleaned);
        let part = part(cleaned);
        // If two values were built from one text, both must change. A key only names the tenant.
        let same = found.iter_mut().find(|it| it.part == part && it.field.kind != FieldKind::Key);
        match same {
            Some(same) => {
                same.safe &= safe;
                // An incomplete fix must not be offered.
                if edits.is_empty() || same.edits.is_empty() {
                    same.edits.clear();
                } else {
                    same.edits.extend(edits);
                }
                same.repeats.push((field, span));
            }
            None => found.push(SuspiciousPart { field, cleaned, part, span, safe, title, edits, repeats: Vec::new() }),
        }
    }
    for it in found {
        let place = Place { span: it.span, ..it.field.place(sources) };
        let name = match it.field.kind {
            FieldKind::Key => "the key".to_owned(),
            _ => cx.name(it.field).to_string(),
        };
        let end = only_end(it.cleaned);
        let message = match end {
            Some((end, what)) => format!("{name} {} with {what}", if end == "start" { "starts" } else { "ends" }),
            None => format!("{name} contains {}", describe(it.cleaned)),
        };
        let repeats: Vec<_> =
            it.repeats.iter().map(|(field, span)| (*span, format!("{} contains the same", cx.name(field)))).collect();
        let consequence = match it.field.kind {
            FieldKind::Key => "The key only looks right: Terraform treats it as a different key.",
            _ => "The value only looks right: AWS does not know it, so requests fail.",
        };
        let action = match end.filter(|_| !it.edits.is_empty()) {
            Some((end, what)) => format!("Delete {} at the {end}.", what.replacen("a ", "the ", 1)),
            None => "Type the text again with plain characters.".to_owned(),
        };
        let report = cx.report(place, message).help(format!("{action} {consequence}"));
        let mut report =
            report.label(end.map_or("this character", |(_, what)| what)).edits(it.title, it.safe, it.edits);
        for (span, what) in repeats {
            report = report.related(span, what);
        }
    }
}

/// The affected part of an ARN, or of the whole value: from the first suspicious character to the last.
fn part(cleaned: &Cleaned) -> String {
    let is_end = |c: char| matches!(c, ':' | '/');
    let (first, last) = (cleaned.suspicious.first(), cleaned.suspicious.last());
    let start = first.and_then(|it| cleaned.raw.get(..it.at)?.rfind(is_end)).map_or(0, |at| at + 1);
    let end = last.and_then(|it| Some(it.at + cleaned.raw.get(it.at..)?.find(is_end)?));
    cleaned.raw.get(start..end.unwrap_or(cleaned.raw.len())).unwrap_or_default().to_owned()
}

/// The whitespace, and the end at which it is, if nothing else in the value is suspicious.
fn only_end(cleaned: &Cleaned) -> Option<(&'static str, &'static str)> {
    let [only] = cleaned.suspicious.as_slice() else { return None };
    if cleaned.text.is_empty() {
        return None;
    }
    let end = place_of(cleaned, only).strip_prefix(" at the ")?;
    Some((end, name_of(only.character).filter(|_| only.is_white_space())?))
}

/// The first few characters by name, each once.
fn describe(cleaned: &Cleaned) -> String {
    if cleaned.text.is_empty() && !cleaned.garbled {
        return "only invisible characters".into();
    }
    let mut different: Vec<&Suspicious> = Vec::new();
    for suspicious in &cleaned.suspicious {
        let is_same = |other: &&Suspicious| {
            other.character == suspicious.character && place_of(cleaned, other) == place_of(cleaned, suspicious)
        };
        if !different.iter().any(is_same) {
            different.push(suspicious);
        }
    }
    let mut named: Vec<String> =
        different.iter().take(SHOWN).map(|suspicious| describe_one(cleaned, suspicious)).collect();
    if different.len() > SHOWN {
        named.push("others".into());
    }
    listed(&named)
}

fn describe_one(cleaned: &Cleaned, suspicious: &Suspicious) -> String {
    let c = suspicious.character;
    let code = format!("U+{:04X}", u32::from(c));
    let place = place_of(cleaned, suspicious);
    if let Some(name) = name_of(c) {
        return format!("{name} ({code}){place}");
    }
    match suspicious.meant() {
        Some(meant) => format!("`{c}` ({code}, which looks like `{meant}`)"),
        None if suspicious.is_invisible() => format!("an invisible character ({code}){place}"),
        None if c.is_alphanumeric() => format!("`{c}` ({code})"),
        None => format!("the character {code}"),
    }
}

fn place_of(cleaned: &Cleaned, suspicious: &Suspicious) -> &'static str {
    let is_leading = cleaned.offsets.first().is_some_and(|&first| suspicious.at < first);
    match (suspicious.at_end, is_leading) {
        (true, true) => " at the start",
        (true, false) => " at the end",
        (false, _) => "",
    }
}

fn name_of(c: char) -> Option<&'static str> {
    Some(match c {
        ' ' => "a space",
        '\t' => "a tab",
        '\n' => "a newline",
        '\r' => "a carriage return",
        '\0' => "a NUL",
        '\u{A0}' => "a no-break space",
        '\u{AD}' => "a soft hyphen",
        '\u{200B}' => "a zero-width space",
        '\u{200C}' => "a zero-width non-joiner",
        '\u{200D}' => "a zero-width joiner",
        '\u{200E}' | '\u{200F}' | '\u{61C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            "a bidirectional control"
        }
        '\u{202F}' => "a narrow no-break space",
        '\u{2060}' => "a word joiner",
        '\u{3000}' => "an ideographic space",
        '\u{FEFF}' => "a byte order mark",
        _ => return None,
    })
}

/// Only the removal of whitespace at the ends is safe. All other fixes must be reviewed.
fn fix(cx: &Context<'_>, field: &Field, cleaned: &Cleaned) -> (bool, &'static str, Vec<Edit>) {
    let sources = cx.sources();
    let none = (false, "", Vec::new());
    let taken = field.kind == FieldKind::Key && cx.model.index.with_key(&cleaned.text).is_some();
    if cleaned.garbled || cleaned.text.is_empty() || taken {
        return none;
    }
    if cleaned.suspicious.iter().all(|suspicious| suspicious.at_end && suspicious.is_white_space()) {
        let (Some(&start), Some(&end)) = (cleaned.offsets.first(), cleaned.offsets.last()) else { return none };
        let ends = [
            (start > 0)
                .then(|| field.locate_raw(0..start, sources))
                .filter(|&span| is_at_quote(span, true, sources) && is_blank(span, sources)),
            (end < cleaned.raw.len())
                .then(|| field.locate_raw(end..cleaned.raw.len(), sources))
                .filter(|&span| is_at_quote(span, false, sources) && is_blank(span, sources)),
        ];
        let edits = ends.into_iter().flatten().map(|span| Edit { span, text: String::new() }).collect();
        // A key that is also used elsewhere, such as in `var.customer_tenants["foo "]`, must not be changed in one
        // place only.
        let is_safe = field.kind != FieldKind::Key || !is_referenced(cx, &cleaned.raw);
        return (is_safe, "remove the whitespace", edits);
    }
    let whole = field.locate_raw(0..cleaned.raw.len(), sources);
    let is_quoted = is_at_quote(whole, true, sources) && is_at_quote(whole, false, sources);
    if !is_quoted || sources.text(whole) != cleaned.raw.as_str() {
        return none;
    }
    (false, "write plain characters", vec![Edit { span: whole, text: cleaned.text.to_string() }])
}

/// Whether the text of this key appears in more than one place.
fn is_referenced(cx: &Context<'_>, key: &str) -> bool {
    let quoted = format!("\"{key}\"");
    let files = cx.model.project.files().iter();
    files.map(|file| cx.sources().get(file.id).text().matches(quoted.as_str()).count()).sum::<usize>() > 1
}

/// Whether there is a quote right before or after `span`. The text of a heredoc must keep its lines.
fn is_at_quote(span: Span, before: bool, sources: &Sources) -> bool {
    let source = sources.get(span.file);
    let bytes = source.text().as_bytes();
    let at = if before { (span.start as usize).checked_sub(1) } else { Some(span.end as usize) };
    at.and_then(|at| bytes.get(at)) == Some(&b'"')
}

/// Whether `span` contains nothing but whitespace or its escapes.
fn is_blank(span: Span, sources: &Sources) -> bool {
    let written = sources.text(span);
    let mut rest = written.as_str();
    while let Some(first) = rest.chars().next() {
        let width = match rest.strip_prefix('\\') {
            None if first.is_whitespace() => first.len_utf8(),
            Some(escape) if escape.starts_with(['n', 'r', 't']) => 2,
            Some(escape) => {
                let code = escape.strip_prefix('u').and_then(|digits| digits.get(..4));
                let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
                if !character.is_some_and(char::is_whitespace) {
                    return false;
                }
                6
            }
            None => return false,
        };
        rest = rest.get(width..).unwrap_or_default();
    }
    true
}
