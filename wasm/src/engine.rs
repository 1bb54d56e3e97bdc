//! Turns requests into texts.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use symlint_core::engine::{Engine, Named, Request, shown};
use symlint_core::level::Level;
use symlint_core::policy::{Policy, UnknownRule};
use symlint_core::report::{self, Report};
use symlint_rules::catalogue;
use symlint_terraform::FileTree;

use crate::request::{CheckRequest, Failure, Options, RulePage, read, to_json, unknown_format};

/// A function that writes a format.
pub(crate) type WriteFormat<T> = fn(&T, &mut dyn Write) -> io::Result<()>;

/// The formats of a report.
#[cfg(feature = "whole")]
const FORMATS: [(&str, WriteFormat<Report>); 7] = [
    ("json", report::json),
    ("concise", report::concise),
    ("markdown", report::markdown),
    ("sarif", report::sarif),
    ("github", report::github),
    ("gitlab", report::gitlab),
    ("junit", report::junit),
];

/// The smaller engine only writes the format that the page reads.
#[cfg(not(feature = "whole"))]
const FORMATS: [(&str, WriteFormat<Report>); 1] = [("json", report::json)];

#[cfg(feature = "whole")]
pub(crate) fn engine() -> Engine<'static> {
    Engine::new(catalogue())
}

#[cfg(not(feature = "whole"))]
fn engine() -> Engine<'static> {
    Engine::without_earlier_reports(catalogue())
}

/// Checks the files of a [`CheckRequest`] and returns the report in `format`, exactly as `symlint check --format`
/// writes it.
///
/// # Errors
///
/// In the cases in which the command line exits with 2. The failure contains the report, if there is one.
pub fn check(request: &str, format: &str) -> Result<String, Failure> {
    let write = format_of(&FORMATS, format)?;
    let CheckRequest { files, options, .. } = read(request, |it: &CheckRequest| it.version)?;
    let report = whole(engine().check(&tree(files), &asked(&options))?)?;
    Ok(written(&report, write))
}

/// The catalogue in the format of `symlint rules --format json`: a list of [`report::RuleSummary`].
pub fn rules() -> String {
    report::rules_json(catalogue())
}

/// The JSON of a [`RulePage`].
///
/// # Errors
///
/// If there is no such rule.
pub fn explain(rule: &str) -> Result<String, Failure> {
    let rule = catalogue().get(rule).ok_or_else(|| Failure::usage(UnknownRule::new(rule, catalogue()).to_string()))?;
    Ok(to_json(&RulePage {
        id: rule.id,
        group: rule.group.name,
        question: rule.group.question,
        level: rule.page.level,
        summary: rule.page.summary,
        help: rule.page.help,
        text: rule.page.text,
    }))
}

/// The format with this name.
pub(crate) fn format_of<T>(
    formats: &[(&'static str, WriteFormat<T>)],
    format: &str,
) -> Result<WriteFormat<T>, Failure> {
    let found = formats.iter().find(|(name, _)| *name == format).map(|(_, write)| *write);
    found.ok_or_else(|| unknown_format(format, &formats.iter().map(|(name, _)| *name).collect::<Vec<_>>()))
}

pub(crate) fn written<T>(what: &T, write: WriteFormat<T>) -> String {
    let mut bytes = Vec::new();
    // Writing into memory cannot fail.
    let _ = write(what, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The files in memory, by path from the repository's root.
pub(crate) fn tree(files: BTreeMap<String, String>) -> Arc<dyn FileTree> {
    let files = files.into_iter().map(|(name, text)| (shown(&name), text.into_bytes()));
    Arc::new(files.collect::<BTreeMap<String, Vec<u8>>>())
}

pub(crate) fn asked(options: &Options) -> Request {
    let Options { path, with, select, ignore, levels, today, .. } = options.clone();
    Request {
        paths: vec![Named::Path(path.unwrap_or_else(|| ".".to_owned()))],
        policy: Policy { select, ignore, levels: levels.into_iter().collect(), no_inline: false },
        fail_on: Some(Level::Error),
        with,
        today,
        ..Request::default()
    }
}

/// The report, unless it would look like a pass although it is not.
pub(crate) fn whole(report: Report) -> Result<Report, Failure> {
    match report.problems.first().cloned() {
        Some(problem) => Err(Failure { report: Some(Box::new(report)), ..Failure::from(problem) }),
        None => Ok(report),
    }
}
