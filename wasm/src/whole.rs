//! Functions that are not needed while typing, so they are not in the engine that the page loads first.

use std::io::{self, Write};

use symlint_core::diff::{
    self, Diff, GrantChange, Mood, coverage_lines, grant_line, hidden_line, list_line, recreated_line, rerouted_line,
    setting_line, tenant_notes, wiring_lines,
};
use symlint_core::engine::{self, Side, shown};

use crate::engine::{WriteFormat, asked, engine, format_of, tree, whole, written};
use crate::request::{
    CheckRequest, CompareRequest, Described, DescribedTenant, Failure, FixedFiles, Options, VERSION, read, to_json,
};

/// The formats of a comparison.
const COMPARISONS: [(&str, WriteFormat<Diff>); 4] =
    [("json", diff::json), ("markdown", diff::markdown), ("summary", diff::markdown_summary), ("described", described)];

/// Compares the files of a [`CompareRequest`] and returns the comparison in `format`: `json`, `markdown`, and `summary`
/// are those of `symlint diff`, and `described` is the JSON of a [`Described`].
///
/// # Errors
///
/// In the cases in which the command line exits with 2.
pub fn compare(change: &str, format: &str) -> Result<String, Failure> {
    let write = format_of(&COMPARISONS, format)?;
    let CompareRequest { before, after, before_path, options, .. } = read(change, |it: &CompareRequest| it.version)?;
    let path = options.path.clone().unwrap_or_else(|| ".".to_owned());
    let old = Options { path: Some(before_path.unwrap_or_else(|| path.clone())), ..options.clone() };
    let tops = [old.path.as_deref().map(shown).unwrap_or_default(), shown(&path)];
    let tops = (tops[0] != tops[1]).then_some([tops[0].as_str(), tops[1].as_str()]);
    let side = |files, options: &Options| Side { tree: tree(files), request: asked(options) };
    let diff = engine().diff(&side(before, &old), &side(after, &options), tops, "the files before".to_owned())?;
    match diff.problems.first() {
        Some(problem) => Err(problem.clone().into()),
        None => Ok(written(&diff, write)),
    }
}

/// Fixes the files of a [`CheckRequest`] and returns the JSON of a [`FixedFiles`].
///
/// # Errors
///
/// Like those of [`check`](crate::check).
pub fn fix(request: &str) -> Result<String, Failure> {
    let CheckRequest { files, options, .. } = read(request, |it: &CheckRequest| it.version)?;
    let made = engine().fix(&tree(files), &asked(&options), options.suggestions)?;
    let engine::Fixed { files, fixed, report, .. } = made;
    let files = files.into_iter().map(|(name, change)| (name, change.new)).collect();
    Ok(to_json(&FixedFiles { version: VERSION, files, fixed, report: whole(report)? }))
}

fn described(diff: &Diff, to: &mut dyn Write) -> io::Result<()> {
    let diff::Headline { text, mood } = diff::headline(diff);
    let grants = |grants: &[GrantChange]| grants.iter().map(grant_line).collect();
    let tenants = diff.tenants.iter().map(|change| DescribedTenant {
        gained: grants(&change.gained),
        lost: grants(&change.lost),
        rerouted: change.rerouted.iter().map(rerouted_line).collect(),
        notes: tenant_notes(change),
    });
    let mut diff_of_lines = diff.clone();
    // The page shows each line at the place of the element with the same index.
    diff_of_lines.wiring.dedup_by(|next, last| next.location == last.location);
    let described = Described {
        headline: text,
        is_bad: matches!(mood, Mood::Bad | Mood::Failed),
        is_doubtful: mood == Mood::Doubtful,
        hidden: diff.check.hidden.iter().map(hidden_line).collect(),
        settings: diff.check.settings.iter().map(setting_line).collect(),
        tenants: tenants.collect(),
        wiring: wiring_lines(diff).map(|(line, _)| line).chain(recreated_line(&diff.recreated)).collect(),
        lists: diff.lists.iter().map(list_line).collect(),
        not_compared: coverage_lines(diff),
        diff: diff_of_lines,
    };
    to.write_all(to_json(&described).as_bytes())
}
