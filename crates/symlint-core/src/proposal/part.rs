//! The parts of a proposed configuration, and their text.

use std::fmt::Write;

use crate::spelling::listed;

/// The contents of a proposed configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    pub settings: Vec<ProposalPart>,
    /// The questions. A person uncomments what is true.
    pub questions: Vec<ProposalPart>,
}

/// A block or attribute of the configuration, with an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalPart {
    /// What it is about, in one line.
    pub summary: String,
    /// The alternatives: each with the comment above the lines, and the lines.
    pub choices: Vec<(String, String)>,
}

/// A string literal in HCL.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted.replace("${", "$${").replace("%{", "%%{")
}

/// A list in HCL.
pub(super) fn list<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quote(text.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

/// The names in a sentence: `` `a`, `b`, and `c` ``.
pub(super) fn named<T: AsRef<str>>(names: &[T]) -> String {
    // A comment must stay on one line, whatever the names are.
    let plain = |name: &T| format!("`{}`", name.as_ref().replace(char::is_control, "\u{FFFD}"));
    let names: Vec<String> = names.iter().map(plain).collect();
    listed(&names)
}

/// A block with aligned attributes.
pub(super) fn block(head: &str, attributes: &[(&str, String)]) -> String {
    let width = attributes.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: String = attributes.iter().map(|(name, value)| format!("  {name:width$} = {value}\n")).collect();
    format!("{head} {{\n{lines}}}")
}
