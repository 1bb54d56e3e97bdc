//! The baseline: findings that existed when a team started to use symlint. Only new findings count.

use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};
use symlint_terraform::{FileId, Sources, Span};

use crate::finding::Finding;
use crate::privacy::Veil;

#[derive(Debug, Default)]
pub struct Baseline {
    pub(crate) entries: HashMap<String, BaselineEntry>,
}

#[derive(Debug)]
pub(crate) struct BaselineEntry {
    pub(crate) rule: String,
    /// The path relative to the repository's root.
    pub(crate) file: String,
    /// The place of the fingerprint in the baseline.
    pub(crate) span: Span,
}

/// A baseline that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct BaselineError {
    name: String,
    reason: String,
}

/// The JSON in the baseline file.
#[derive(Debug, Serialize, Deserialize)]
struct WrittenBaseline {
    version: u32,
    findings: Vec<WrittenFinding>,
}

/// A finding in the file. Only the fingerprint is compared; the rest is for readers.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct WrittenFinding {
    file: String,
    rule: String,
    tenant: Option<String>,
    path: Option<String>,
    /// For readers of the file.
    #[serde(default)]
    message: String,
    fingerprint: String,
}

const VERSION: u32 = 1;

impl Baseline {
    /// Reads the file `file` in `sources`.
    ///
    /// # Errors
    ///
    /// If its format is not that of `Baseline::write`.
    pub fn read(sources: &Sources, file: FileId) -> Result<Self, BaselineError> {
        let source = sources.get(file);
        let fail = |reason: String| BaselineError { name: source.name().to_owned(), reason };
        let written: WrittenBaseline =
            serde_json::from_str(source.text()).map_err(|error| fail(format!("this is not a baseline: {error}")))?;
        if written.version != VERSION {
            return Err(fail(format!("version {} of baselines is not supported", written.version)));
        }
        let mut entries = HashMap::with_capacity(written.findings.len());
        let mut from = 0;
        for WrittenFinding { file: name, rule, fingerprint, .. } in written.findings {
            // The entries are in file order, so each search continues where the last one ended.
            let at = source.text().get(from..).and_then(|rest| rest.find(&fingerprint)).map_or(from, |at| from + at);
            from = at + fingerprint.len();
            entries.insert(fingerprint, BaselineEntry { rule, file: name, span: Span::at(file, at..from) });
        }
        Ok(Self { entries })
    }

    /// A baseline of `findings`, as JSON with a newline at the end. Each finding comes with its path from the
    /// repository's root.
    #[allow(clippy::expect_used, reason = "the shapes have string keys only and nothing that can fail")]
    pub(crate) fn write<'f>(findings: impl IntoIterator<Item = (&'f Finding, String)>, veil: &Veil) -> String {
        let covered = |text: &String| veil.covered(text).unwrap_or_else(|| text.clone());
        let mut findings: Vec<WrittenFinding> = findings
            .into_iter()
            .map(|(finding, file)| WrittenFinding {
                file,
                rule: finding.rule.to_owned(),
                tenant: finding.tenant.as_ref().map(covered),
                path: finding.path.as_ref().map(covered),
                message: covered(&finding.message),
                fingerprint: finding.fingerprint.clone(),
            })
            .collect();
        findings.sort();
        findings.dedup();
        let mut json = serde_json::to_string_pretty(&WrittenBaseline { version: VERSION, findings })
            .expect("a baseline is plain data");
        json.push('\n');
        json
    }
}
