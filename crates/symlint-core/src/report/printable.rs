//! Escapes for characters that terminals, runners, and editors interpret instead of showing them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use crate::tenants::is_unprintable;

/// `text` with escapes, such as `\u{202e}`, for characters that are interpreted or cannot be seen. Lines that a CI
/// runner would execute as commands are escaped as well.
pub fn printable(text: &str) -> Cow<'_, str> {
    let escaped = characters(text);
    let is_obeyed = |line: &str| line.trim_start().starts_with("::") || line.contains("##[");
    if !escaped.contains("::") && !escaped.contains("##[") || !escaped.lines().any(is_obeyed) {
        return escaped;
    }
    let harmless = |line: &str| {
        let line = line.replace("##[", "#\\u{23}[");
        let indent = line.len() - line.trim_start().len();
        match line.trim_start().strip_prefix("::") {
            Some(rest) => format!("{}\\u{{3a}}:{rest}", line.get(..indent).unwrap_or_default()),
            None => line,
        }
    };
    Cow::Owned(escaped.split_inclusive('\n').map(harmless).collect())
}

/// `text` with escapes for characters that are interpreted or cannot be seen.
fn characters(text: &str) -> Cow<'_, str> {
    escaped(text, &|escaped, c| {
        // Writing to a string cannot fail.
        let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
    })
}

/// Like [`characters`], for JSON. All such characters are in strings, whose values stay the same.
fn in_json(text: &str) -> Cow<'_, str> {
    escaped(text, &|escaped, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    })
}

/// Writes `value` as indented JSON. The text is built first, because the serializer writes pieces of a few bytes.
pub(crate) fn write_json(value: &impl Serialize, to: &mut dyn Write) -> io::Result<()> {
    Printable::json(to).write_all(json_text(value).as_bytes())
}

/// `value` as indented JSON. All formats share this function, which saves code.
#[allow(clippy::expect_used, reason = "the shapes have string keys only and nothing that can fail")]
pub(crate) fn json_text(value: &impl Serialize) -> String {
    let mut text: Vec<u8> = Vec::new();
    serde_json::to_writer_pretty(&mut text as &mut dyn Write, value).expect("the shapes are plain data");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is text")
}

fn escaped<'t>(text: &'t str, escape: &dyn Fn(&mut String, char)) -> Cow<'t, str> {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) || byte == b'\n';
    let mut escaped = String::new();
    // The part that has not been copied yet, and the part that has not been examined yet.
    let (mut copied, mut rest) = (0, text);
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        let from = rest.get(at..).unwrap_or_default();
        let Some(c) = from.chars().next() else { break };
        let after = from.get(c.len_utf8()..).unwrap_or_default();
        let is_line_end = c == '\r' && after.starts_with('\n');
        if is_unprintable(c) && !is_line_end {
            let start = text.len() - from.len();
            escaped.push_str(text.get(copied..start).unwrap_or_default());
            escape(&mut escaped, c);
            copied = text.len() - after.len();
        }
        rest = after;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    escaped.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(escaped)
}

/// A writer that escapes characters that are not printable.
pub(crate) struct Printable<'w> {
    to: &'w mut dyn Write,
    escape: fn(&str) -> Cow<'_, str>,
}

impl<'w> Printable<'w> {
    /// For a text that people read.
    pub(crate) fn text(to: &'w mut dyn Write) -> Self {
        Self { to, escape: characters }
    }

    /// For lines, none of which is meant as a command.
    pub(crate) fn lines(to: &'w mut dyn Write) -> Self {
        Self { to, escape: printable }
    }

    /// For JSON, in which strings keep their values.
    pub(crate) fn json(to: &'w mut dyn Write) -> Self {
        Self { to, escape: in_json }
    }
}

impl Write for Printable<'_> {
    /// Each write contains whole characters, because only text is written here.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.to.write_all((self.escape)(text).as_bytes())?,
            Err(_) => self.to.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_obeyed_is_escaped() {
        let text = "a\u{1b}[31m\tb\r\nc\rd\u{202e}e\u{9b}\u{e0041}é✔\u{fe0f}\n";
        assert_eq!(printable(text), "a\\u{1b}[31m\tb\r\nc\\u{d}d\\u{202e}e\\u{9b}\\u{e0041}é✔\u{fe0f}\n");
        assert!(matches!(printable("plain, é"), Cow::Borrowed(_)));
        let commands = "::error::a\n  ::b\na::b ##[c]\n";
        assert_eq!(printable(commands), "\\u{3a}:error::a\n  \\u{3a}:b\na::b #\\u{23}[c]\n");
        let mut written = Vec::new();
        let value = serde_json::json!({ "a": "\u{1b}\u{202e}\u{e0041}é" });
        serde_json::to_writer(Printable::json(&mut written), &value).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, r#"{"a":"\u001b\u202e\udb40\udc41é"}"#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&written).unwrap(), value);
    }
}
