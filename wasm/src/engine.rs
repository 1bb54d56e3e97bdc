//! Requests in, texts out.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use symlint_core::engine::{self, Engine, Named, shown};
use symlint_core::policy::{Policy, UnknownRule};
use symlint_core::report::{self, Report};
use symlint_core::rule::Level;
use symlint_rules::catalogue;
use symlint_terraform::FileTree;

use crate::request::{Fixed, Options, Problem, Request, RulePage, VERSION, to_json, unknown_format};

/// How a report can be written.
type Format = fn(&Report, &mut dyn Write) -> io::Result<()>;

const FORMATS: [(&str, Format); 7] = [
    ("json", report::json),
    ("concise", report::concise),
    ("markdown", report::markdown),
    ("sarif", report::sarif),
    ("github", report::github),
    ("gitlab", report::gitlab),
    ("junit", report::junit),
];

/// Checks the files of a [`Request`] and reports in `format`: the bytes are those that `symlint check --format` writes.
///
/// # Errors
///
/// What the command line exits with 2 for. It brings the report where there is one.
pub fn check(request: &str, format: &str) -> Result<String, Problem> {
    let names = FORMATS.map(|(name, _)| name);
    let (_, write) = FORMATS.iter().find(|(name, _)| *name == format).ok_or_else(|| unknown_format(format, &names))?;
    let Request { files, options, .. } = Request::read(request)?;
    let report = whole(Engine::new(catalogue()).check(&tree(files), &asked(&options))?)?;
    let mut bytes = Vec::new();
    // Writing into memory cannot fail.
    let _ = write(&report, &mut bytes);
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Fixes the files of a [`Request`]: the JSON of a [`Fixed`].
///
/// # Errors
///
/// As for [`check`].
pub fn fix(request: &str) -> Result<String, Problem> {
    let Request { files, options, .. } = Request::read(request)?;
    let made = Engine::new(catalogue()).fix(&tree(files), &asked(&options), options.suggestions)?;
    let engine::Fixed { files, fixed, report } = made;
    let files = files.into_iter().map(|(name, change)| (name, change.new)).collect();
    Ok(to_json(&Fixed { version: VERSION, files, fixed, report: whole(report)? }))
}

/// The JSON of a [`RulePage`].
///
/// # Errors
///
/// If there is no such rule.
pub fn explain(rule: &str) -> Result<String, Problem> {
    let rule = catalogue().get(rule).ok_or_else(|| Problem::usage(UnknownRule::new(rule, catalogue()).to_string()))?;
    Ok(to_json(&RulePage {
        id: rule.id.to_owned(),
        group: rule.group.name.to_owned(),
        question: rule.group.question.to_owned(),
        level: rule.page.level,
        summary: rule.page.summary.to_owned(),
        help: rule.page.help.map(str::to_owned),
        text: rule.page.text.to_owned(),
    }))
}

/// The catalogue, as `symlint rules --format json` writes it: a list of [`RuleSummary`](crate::RuleSummary).
pub fn rules() -> String {
    report::rules_json(catalogue())
}

/// The files in memory, by their paths from the repository's root.
fn tree(files: BTreeMap<String, String>) -> Arc<dyn FileTree> {
    let files = files.into_iter().map(|(name, text)| (shown(&name), text.into_bytes()));
    Arc::new(files.collect::<BTreeMap<String, Vec<u8>>>())
}

fn asked(options: &Options) -> engine::Request {
    let Options { path, with, select, ignore, levels, today, .. } = options.clone();
    engine::Request {
        paths: vec![Named::Path(path.unwrap_or_else(|| ".".to_owned()))],
        policy: Policy { select, ignore, levels, no_inline: false },
        fail_on: Some(Level::Error),
        with,
        today,
        ..engine::Request::default()
    }
}

/// The report, unless it would look like a pass and is none.
fn whole(report: Report) -> Result<Report, Problem> {
    match report.problems.first().cloned() {
        Some(problem) => Err(Problem { report: Some(Box::new(report)), ..Problem::from(problem) }),
        None => Ok(report),
    }
}
