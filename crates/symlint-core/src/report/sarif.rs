//! SARIF 2.1.0 in the form that GitHub code scanning accepts.

use std::io::{self, Write};

use foldhash::HashMap;
use serde_json::{Map, Value, json};
use symlint_terraform::SortedSet;

use super::line_hash::line_hashes;
use super::markdown::capital;
use super::place::Location;
use super::printable::Printable;
use super::summary::policy;
use super::wire::{Report, ReportedFinding, ReportedFix, RuleDescription};
use super::{LINES_TO_PASTE, importance, repository};
use crate::level::Level;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// How many results of a run GitHub keeps. The source of all these limits is GitHub's page on SARIF support.
const RESULTS: usize = 5_000;

/// How many related places of a result are listed. GitHub accepts 1,000, but shows them in one sentence.
const RELATED: usize = 20;

/// GitHub rejects longer descriptions.
const DESCRIPTION: usize = 1_024;

/// Writes the findings of `report` that count, with their rules, and the gaps; indented, with a newline at the end.
///
/// # Errors
///
/// Errors of `to`.
pub fn sarif(report: &Report, to: &mut dyn Write) -> io::Result<()> {
    let to: &mut dyn Write = &mut Printable::json(to);
    let mut files = SarifFiles { report, hashes: HashMap::default() };
    let mut findings: Vec<&ReportedFinding> = report.counting().collect();
    let left_out = findings.len().saturating_sub(RESULTS);
    if left_out > 0 {
        findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
        findings.truncate(RESULTS);
    }
    let used: SortedSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<(&String, &RuleDescription)> =
        report.rules.iter().filter(|(id, _)| used.contains(id.as_str())).collect();
    let indexes: HashMap<&str, usize> = rules.iter().map(|(id, _)| id.as_str()).zip(0..).collect();
    let results: Vec<Value> = findings
        .into_iter()
        .map(|finding| result(finding, indexes.get(finding.rule.as_str()).copied(), &mut files))
        .collect();
    let notes = (left_out > 0)
        .then(|| note("warning", &format!("{left_out} results were left out: code scanning keeps {RESULTS}."), None));
    let problems = report.problems.iter().map(|problem| {
        let location = problem.location.as_ref().map(|location| files.physical(location));
        note("error", &sentence(&problem.to_string()), location)
    });
    let gaps = report.gaps().map(|(run, gap)| {
        let run = run.filter(|_| report.runs.len() > 1).map(|run| format!("{run}: ")).unwrap_or_default();
        let level = if gap.is_surprise { "warning" } else { "note" };
        let location = gap.location.as_ref().map(|location| files.physical(location));
        let note = note(level, &sentence(&format!("{run}{}", gap.reason)), location);
        with(note, [("descriptor", Some(json!({ "id": gap.code.as_str() })))])
    });
    let lines = policy(report);
    let configured = lines.iter().map(|line| note("note", &sentence(line), None));
    let notes: Vec<Value> = notes.into_iter().chain(problems).chain(gaps).chain(configured).collect();
    let notes = (!notes.is_empty()).then_some(Value::Array(notes));
    let is_whole = report.summary.exit_code < 2;
    let invocation = with(json!({ "executionSuccessful": is_whole }), [("toolExecutionNotifications", notes)]);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "informationUri": repository(),
                "rules": rules.into_iter().map(|(id, rule)| descriptor(id, rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *to, &log)?;
    to.write_all(b"\n")
}

fn note(level: &str, text: &str, location: Option<Value>) -> Value {
    let locations = location.map(|location| json!([{ "physicalLocation": location }]));
    with(json!({ "level": level, "message": { "text": text } }), [("locations", locations)])
}

fn descriptor(id: &str, rule: &RuleDescription) -> Value {
    let enabled = rule.level != Level::Off;
    let level = if rule.level == Level::Error { "error" } else { "warning" };
    let security = rule.severity.map(|_| "security");
    let tags: Vec<&str> = security.into_iter().chain(["terraform", "aws", rule.group]).collect();
    let properties = json!({
        "tags": tags,
        "precision": if level == "error" { "very-high" } else { "high" },
        "problem.severity": level,
    });
    let properties = with(properties, [("security-severity", rule.severity.map(Value::from))]);
    json!({
        "id": id,
        "name": camel_case(id),
        "shortDescription": { "text": sentence(rule.summary) },
        "fullDescription": { "text": shorten(&description(rule)) },
        "help": { "text": rule.text, "markdown": rule.text },
        "helpUri": rule.url,
        "defaultConfiguration": { "enabled": enabled, "level": level },
        "properties": properties,
    })
}

fn description(rule: &RuleDescription) -> String {
    let summary = sentence(rule.summary);
    match rule.help {
        Some(help) => format!("{summary} {}", sentence(help)),
        None => summary,
    }
}

fn result<'s>(finding: &'s ReportedFinding, index: Option<usize>, files: &mut SarifFiles<'s>) -> Value {
    let mut text = sentence(&finding.message);
    if let Some(help) = &finding.help {
        text.push(' ');
        text.push_str(&sentence(help));
    }
    let related = finding.related.get(..RELATED).unwrap_or(&finding.related);
    let links: Vec<String> =
        (1..).zip(related).map(|(id, place)| format!("[{}]({id})", link_text(&place.message))).collect();
    if !links.is_empty() {
        text.push_str(&format!("{}See {}.", if text.ends_with('\n') { "" } else { " " }, links.join(", ")));
    }
    text.truncate(text.trim_end().len());
    let related: Vec<Value> = (1..)
        .zip(related)
        .map(|(id, place)| {
            json!({
                "id": id,
                "message": { "text": sentence(&place.message) },
                "physicalLocation": files.physical(&place.location),
            })
        })
        .collect();
    let result = json!({
        "ruleId": finding.rule,
        "level": finding.level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": files.physical(&finding.location) }],
        "partialFingerprints": files.fingerprints(finding),
    });
    let fixes: Vec<Value> = finding.fixes.iter().map(|fix| files.fix(fix)).collect();
    let some = |values: Vec<Value>| (!values.is_empty()).then_some(Value::Array(values));
    with(result, [("ruleIndex", index.map(Value::from)), ("relatedLocations", some(related)), ("fixes", some(fixes))])
}

/// Adds the fields that have a value to an object.
fn with<const N: usize>(mut object: Value, fields: [(&str, Option<Value>); N]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    object
}

/// The files with findings.
struct SarifFiles<'s> {
    report: &'s Report,
    hashes: HashMap<&'s str, Vec<String>>,
}

impl<'s> SarifFiles<'s> {
    fn uri(&self, file: &str) -> String {
        percent_encode(self.report.repository_path(file))
    }

    fn physical(&self, location: &Location) -> Value {
        json!({ "artifactLocation": { "uri": self.uri(&location.file) }, "region": region(location) })
    }

    fn fix(&self, fix: &ReportedFix) -> Value {
        let mut files: Vec<&str> = fix.edits.iter().map(|edit| edit.location.file.as_str()).collect();
        files.dedup();
        let changes: Vec<Value> = files
            .into_iter()
            .map(|file| {
                let edits = fix.edits.iter().filter(|edit| edit.location.file == file);
                let replacements: Vec<Value> = edits
                    .map(|edit| {
                        json!({ "deletedRegion": region(&edit.location), "insertedContent": { "text": edit.text } })
                    })
                    .collect();
                json!({ "artifactLocation": { "uri": self.uri(file) }, "replacements": replacements })
            })
            .collect();
        json!({ "description": { "text": sentence(&fix.title) }, "artifactChanges": changes })
    }

    fn fingerprints(&mut self, finding: &'s ReportedFinding) -> Value {
        let mut fingerprints = Map::new();
        fingerprints.insert("symlint/v1".into(), finding.fingerprint.clone().into());
        if let Some(hash) = self.line_hash(&finding.location) {
            fingerprints.insert("primaryLocationLineHash".into(), hash.into());
        }
        Value::Object(fingerprints)
    }

    /// `None` if the uploader would split the file into other lines or characters. In that case, it computes the hash
    /// itself.
    fn line_hash(&mut self, location: &'s Location) -> Option<String> {
        let source = &self.report.files.get(location.file.as_str())?.source;
        let hashes = self.hashes.entry(&location.file).or_insert_with(|| {
            let text = source.text();
            let has_lone_return = text.replace("\r\n", "\n").contains('\r');
            if has_lone_return || !source.invalid_bytes().is_empty() { Vec::new() } else { line_hashes(text) }
        });
        hashes.get(location.start.line as usize - 1).cloned()
    }
}

fn region(location: &Location) -> Value {
    json!({
        "startLine": location.start.line,
        "startColumn": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
    })
}

/// A path as a relative URI: all characters that RFC 3986 does not allow in a segment are encoded, and also colons,
/// because a colon in the first segment would end a scheme.
fn percent_encode(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b'@' | b'+' | b',' | b'=' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The text of a link, in which a bracket would end it.
fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// The message with a capital letter and a period, as SARIF requires.
fn sentence(text: &str) -> String {
    // A name stays as it is written.
    let is_word = text.split(' ').next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
    let text = if is_word { capital(text) } else { text.to_owned() };
    match text.lines().next_back() {
        Some(last) if last.starts_with(LINES_TO_PASTE) => text + "\n\n",
        _ if text.ends_with(['.', '?', '!']) => text,
        _ => text + ".",
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION {
        return text.to_owned();
    }
    text.chars().take(DESCRIPTION - 1).chain(['…']).collect()
}

/// `role-account-mismatch` as `RoleAccountMismatch`, the form that SARIF requires for names of rules.
fn camel_case(id: &str) -> String {
    id.split('-').map(capital).collect()
}
