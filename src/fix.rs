//! `symlint fix`

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;

use similar::TextDiff;
use symlint_core::engine::{self, Engine, Fixed};
use symlint_core::report::{count, printable};
use symlint_rules::catalogue;
use symlint_terraform::{BLANK, SortedMap, SortedSet};

use crate::args::FixOptions;
use crate::check::{describe, say_problems};
use crate::human::human;
use crate::output::{self, Failure, Replacement};
use crate::request::{asked, stdin_name};
use crate::style::Style;

/// Applies fixes, and reports the remaining findings.
pub(crate) fn run(options: &FixOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let (tree, request) = asked(input)?;
    let places = &input.places;
    let stdin = if places.paths.iter().any(|path| path == "-") { Some(stdin_name(places)?) } else { None };
    let Fixed { files, fixed, hidden, report } = Engine::new(catalogue()).fix(&tree, &request, options.suggestions)?;
    if input.verbose {
        describe(&report);
    }
    if options.diff {
        output::print(&printable(&diff(&files, &hidden)))?;
        let suggested = report.counting().filter(|finding| !finding.fixes.is_empty()).count();
        if suggested > 0 && !options.suggestions && !input.quiet {
            let finding = if files.is_empty() { "finding" } else { "more finding" };
            eprintln!("{} fixable with `--unsafe`", count(suggested, finding));
        }
        say_problems(&report);
        let code = if report.problems.is_empty() { u8::from(!files.is_empty()) } else { 2 };
        return Ok(ExitCode::from(code));
    }
    let changes: Vec<Replacement<'_>> = files
        .iter()
        .filter(|(name, _)| Some(*name) != stdin.as_ref())
        .map(|(name, change)| Replacement {
            path: Path::new(name),
            old: change.old.as_bytes(),
            new: change.new.as_bytes(),
        })
        .collect();
    output::replace(&changes)?;
    let mut text = human(&report, &Style::new(input, stdin.is_none()));
    if !input.quiet {
        text.push_str(&summary(fixed, files.len()));
    }
    match &stdin {
        // The fixed text is the output, so everything else goes to standard error.
        Some(name) => {
            let bytes = match files.get(name) {
                Some(change) => change.new.clone().into_bytes(),
                None => tree.read(name)?.unwrap_or_default(),
            };
            output::print_bytes(&bytes)?;
            eprint!("{text}");
        }
        None => output::print(&text)?,
    }
    say_problems(&report);
    Ok(ExitCode::from(report.summary.exit_code))
}

fn summary(fixed: usize, files: usize) -> String {
    match fixed {
        0 => "nothing was fixed\n".into(),
        _ => format!("fixed {} in {}\n", count(fixed, "finding"), count(files, "file")),
    }
}

/// The changes of all files in the format of `diff -u`, without the `hidden` texts.
fn diff(files: &SortedMap<String, engine::Change>, hidden: &SortedSet<String>) -> String {
    let mut text = String::new();
    for (name, change) in files {
        let [old, new] = [&change.old, &change.new].map(|text| covered(text, hidden));
        let diff = TextDiff::from_lines(&old, &new);
        // Writing to a string cannot fail.
        let name = name.trim_start_matches('/');
        let _ = write!(text, "{}", diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")));
    }
    text
}

/// `text` without the `hidden` texts. Short ones are only replaced in quotes.
fn covered<'t>(text: &'t str, hidden: &SortedSet<String>) -> Cow<'t, str> {
    const LONG: usize = 6;
    let mut text = Cow::Borrowed(text);
    // A longer text must come before its own prefix.
    for own in Vec::from_iter(hidden).into_iter().rev() {
        let (old, new) = match own.len() < LONG {
            true => (format!("\"{own}\""), format!("\"{BLANK}\"")),
            false => (own.clone(), BLANK.to_owned()),
        };
        if text.contains(&old) {
            text = Cow::Owned(text.replace(&old, &new));
        }
    }
    text
}
