//! SARIF 2.1.0, as GitHub code scanning takes it.

use std::sync::Arc;

use foldhash::HashMap;
use serde_json::{Map, Value, json};
use symlint_terraform::Source;

use super::line_hash::line_hashes;
use super::wire::{Location, Report, ReportedFinding, ReportedFix};
use super::{importance, repository};
use crate::check::Outcome;
use crate::rule::{Catalogue, Level, Rule};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// GitHub keeps so many results of a run; the source of this and of the others is its page on SARIF support.
const RESULTS: usize = 5_000;

/// How many related places of a result are listed. GitHub takes 1,000, and shows them in one sentence.
const RELATED: usize = 20;

/// GitHub refuses longer descriptions.
const DESCRIPTION: usize = 1_024;

/// The findings of `report` that count, with all rules of `catalogue`; indented, with a newline at the end.
///
/// `outcomes` are those of the report, and `repository_path` is that of the check.
#[allow(clippy::expect_used, reason = "what was made of plain data can be written")]
pub fn sarif(
    report: &Report,
    outcomes: &[Outcome<'_>],
    catalogue: &Catalogue,
    repository_path: &dyn Fn(&str) -> String,
) -> String {
    let mut files = Files { sources: sources(outcomes), hashes: HashMap::default(), repository_path };
    let indexes: HashMap<&str, usize> = catalogue.ids().zip(0..).collect();
    let mut findings: Vec<&ReportedFinding> =
        report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    let left_out = findings.len().saturating_sub(RESULTS);
    if left_out > 0 {
        findings.sort_by_key(|finding| importance(finding, catalogue));
        findings.truncate(RESULTS);
    }
    let results: Vec<Value> = findings
        .into_iter()
        .map(|finding| result(finding, indexes.get(finding.rule.as_str()).copied(), &mut files))
        .collect();
    let note = |level: &str, text: String| json!({ "level": level, "message": { "text": text } });
    let gaps = report.unchecked.iter().map(|gap| note("error", sentence(&gap.message)));
    let cut = (left_out > 0)
        .then(|| note("warning", format!("{left_out} results were left out: code scanning keeps {RESULTS}.")));
    let notes: Vec<Value> = gaps.chain(cut).collect();
    let notes = (!notes.is_empty()).then_some(Value::Array(notes));
    let is_whole = report.unchecked.is_empty();
    let invocation = with(json!({ "executionSuccessful": is_whole }), [("toolExecutionNotifications", notes)]);
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "informationUri": repository(),
                "rules": catalogue.iter().map(descriptor).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).expect("SARIF is plain data");
    text.push('\n');
    text
}

fn descriptor(rule: &Rule) -> Value {
    let enabled = rule.page.level != Level::Off;
    let level = if rule.page.level == Level::Error { "error" } else { "warning" };
    let severity = rule.severity();
    let security = severity.map(|_| "security");
    let tags: Vec<&str> = security.into_iter().chain(["terraform", "aws", rule.group.name]).collect();
    let properties = json!({
        "tags": tags,
        "precision": if level == "error" { "very-high" } else { "high" },
        "problem.severity": level,
    });
    let properties = with(properties, [("security-severity", severity.map(Value::from))]);
    json!({
        "id": rule.id,
        "name": camel_case(rule.id),
        "shortDescription": { "text": sentence(rule.page.summary) },
        "fullDescription": { "text": shorten(&description(rule)) },
        "help": { "text": rule.page.text, "markdown": rule.page.text },
        "helpUri": rule.page.address,
        "defaultConfiguration": { "enabled": enabled, "level": level },
        "properties": properties,
    })
}

fn description(rule: &Rule) -> String {
    let summary = sentence(rule.page.summary);
    match rule.page.help {
        Some(help) => format!("{summary} {}", sentence(help)),
        None => summary,
    }
}

fn result<'s>(finding: &'s ReportedFinding, index: Option<usize>, files: &mut Files<'_, 's>) -> Value {
    let mut text = sentence(&finding.message);
    if let Some(help) = &finding.help {
        text.push(' ');
        text.push_str(&sentence(help));
    }
    let related = finding.related.get(..RELATED).unwrap_or(&finding.related);
    let links: Vec<String> =
        (1..).zip(related).map(|(id, place)| format!("[{}]({id})", link_text(&place.message))).collect();
    if !links.is_empty() {
        text.push_str(&format!(" See {}.", links.join(", ")));
    }
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

/// An object with those of the fields that there are.
fn with<const N: usize>(mut object: Value, fields: [(&str, Option<Value>); N]) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    object
}

/// What is known of the files with findings.
struct Files<'a, 's> {
    sources: HashMap<String, Arc<Source>>,
    hashes: HashMap<&'s str, Vec<String>>,
    repository_path: &'a dyn Fn(&str) -> String,
}

impl<'s> Files<'_, 's> {
    fn uri(&self, file: &str) -> String {
        percent_encode(&(self.repository_path)(file))
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

    /// None where the uploader would see other lines or characters than we do: it then computes the hash itself.
    fn line_hash(&mut self, location: &'s Location) -> Option<String> {
        let source = self.sources.get(location.file.as_str())?;
        let hashes = self.hashes.entry(&location.file).or_insert_with(|| {
            let text = source.text();
            let has_lone_return = text.replace("\r\n", "\n").contains('\r');
            if has_lone_return || !source.invalid_bytes().is_empty() { Vec::new() } else { line_hashes(text) }
        });
        hashes.get(location.start.line as usize - 1).cloned()
    }
}

fn sources(outcomes: &[Outcome<'_>]) -> HashMap<String, Arc<Source>> {
    let sources = outcomes.iter().flat_map(|outcome| outcome.model.sources().iter());
    sources.map(|(_, source)| (source.name().to_owned(), source)).collect()
}

fn region(location: &Location) -> Value {
    json!({
        "startLine": location.start.line,
        "startColumn": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
    })
}

/// A path as a relative URI: everything but what RFC 3986 allows in a segment is encoded. A colon is too, since in a
/// first segment it would end a scheme.
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

/// The text of a link: brackets would end it.
fn link_text(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// With a capital letter and a full stop, as SARIF wants messages.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    // A name stays as it is written.
    let is_word = text.split(' ').next().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_lowercase()));
    let text = if is_word { format!("{first}{}", chars.as_str()) } else { text.to_owned() };
    if text.ends_with(['.', '?', '!']) { text } else { format!("{text}.") }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION {
        return text.to_owned();
    }
    text.chars().take(DESCRIPTION - 1).chain(['…']).collect()
}

/// `role-account-mismatch` → `RoleAccountMismatch`, as SARIF wants names of rules.
fn camel_case(id: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default() + chars.as_str()
    };
    id.split('-').map(capital).collect()
}
