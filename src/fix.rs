//! `symlint fix`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use similar::TextDiff;
use symlint_core::check::Outcome;
use symlint_core::fix::fix;
use symlint_core::report;

use crate::args::FixOptions;
use crate::check::{Setup, check_names, describe, exit_code, was_checked};
use crate::files::{Overlay, shown};
use crate::human::{Style, human};
use crate::output::{self, Failure};
use crate::target;

/// After so many rounds fixes must be undoing each other.
const ROUNDS: usize = 20;

/// Mends what can be mended, and reports what is left.
pub(crate) fn run(options: &FixOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let setup = Setup::new(input)?;
    let stdin = target::stdin(input)?;
    let stdin_name = stdin.is_some().then(|| shown(target::stdin_name(input)));
    let mut files = setup.files(stdin);
    // What was read of each file that is mended, to see whether it has changed since.
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let mut fixed = 0;
    for _ in 0..ROUNDS {
        let targets = setup.targets(&files)?;
        let baseline = setup.baseline(&targets)?;
        let outcomes =
            setup.run(baseline.as_ref()).check(targets.iter().map(|target| (&target.project, &target.config)));
        let round = fix(&outcomes, options.suggestions);
        if round.files.is_empty() {
            break;
        }
        fixed += round.fixed;
        for names in names_of_files(&outcomes, stdin_name.as_ref()).values() {
            // Of a file with several names, what is mended under the first is there under all.
            let Some((name, text)) = names.iter().find_map(|name| round.files.get_key_value(name)) else { continue };
            if names.iter().all(|name| !before.contains_key(name)) {
                let sources = outcomes.iter().flat_map(|outcome| outcome.model.sources().iter());
                let source = sources.map(|(_, source)| source).find(|source| source.name() == name);
                before.extend(source.map(|source| (name.clone(), source.text().to_string())));
            }
            files.texts.extend(names.iter().map(|name| (name.clone(), text.clone().into_bytes())));
        }
    }
    let targets = setup.targets(&files)?;
    if input.verbose {
        describe(&targets);
    }
    let baseline = setup.baseline(&targets)?;
    let outcomes = setup.run(baseline.as_ref()).check(targets.iter().map(|target| (&target.project, &target.config)));
    check_names(&targets, &outcomes)?;
    if options.diff {
        output::print(&diff(&before, &files))?;
        let code = if was_checked(&targets, &outcomes) { u8::from(!before.is_empty()) } else { 2 };
        return Ok(ExitCode::from(code));
    }
    let mended = before.iter().filter(|(name, _)| Some(*name) != stdin_name.as_ref());
    output::replace_all(
        mended.filter_map(|(name, old)| Some((Path::new(name), old.as_bytes(), files.texts.get(name)?))),
    )?;
    let report = report::report(&outcomes);
    let to_terminal = stdin_name.is_none();
    let style = Style {
        color: to_terminal && output::use_color(input.color),
        width: if to_terminal { output::width() } else { output::PLAIN_WIDTH },
        quiet: input.quiet,
    };
    let mut text = human(&outcomes, &report, &style);
    if !input.quiet {
        text.push_str(&summary(fixed, before.len()));
    }
    match &stdin_name {
        // The mended text is the output; what is left to say goes beside it.
        Some(name) => {
            output::print_bytes(files.texts.get(name).map(Vec::as_slice).unwrap_or_default())?;
            eprint!("{text}");
        }
        None => output::print(&text)?,
    }
    Ok(if was_checked(&targets, &outcomes) { exit_code(&report, input.fail_on) } else { ExitCode::from(2) })
}

/// The names under which each file was read. What is on standard input is no file.
fn names_of_files(outcomes: &[Outcome<'_>], stdin: Option<&String>) -> BTreeMap<PathBuf, BTreeSet<String>> {
    let mut names: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for (_, source) in outcomes.iter().flat_map(|outcome| outcome.model.sources().iter()) {
        let name = source.name();
        let is_stdin = stdin.is_some_and(|stdin| stdin == name);
        let real = if is_stdin { None } else { std::fs::canonicalize(name).ok() };
        names.entry(real.unwrap_or_else(|| name.into())).or_default().insert(name.to_owned());
    }
    names
}

fn summary(fixed: usize, files: usize) -> String {
    let count = |number: usize, one: &str| if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") };
    match fixed {
        0 => "nothing was fixed\n".into(),
        _ => format!("fixed {} in {}\n", count(fixed, "finding"), count(files, "file")),
    }
}

/// The changes of all files, as `diff -u` shows them.
fn diff(before: &BTreeMap<String, String>, files: &Overlay) -> String {
    let mut text = String::new();
    for (name, old) in before {
        let new = files.texts.get(name).map(|bytes| String::from_utf8_lossy(bytes)).unwrap_or_default();
        let diff = TextDiff::from_lines(old.as_str(), &new);
        // Writing to a string cannot fail.
        let name = name.trim_start_matches('/');
        let _ = write!(text, "{}", diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")));
    }
    text
}
