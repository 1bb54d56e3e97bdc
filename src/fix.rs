//! `symlint fix`

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use similar::TextDiff;
use symlint_core::fix::fix;
use symlint_core::report;

use crate::args::FixOptions;
use crate::check::{Setup, check_names, describe, exit_code, was_checked};
use crate::files::{Overlay, shown};
use crate::human::{Style, human};
use crate::output::{self, Change, Failure};
use crate::target;

/// After so many rounds fixes must be undoing each other.
const ROUNDS: usize = 20;

/// Mends what can be mended, and reports what is left.
pub(crate) fn run(options: &FixOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let setup = Setup::new(input)?;
    let stdin = target::stdin(input)?;
    let mut files = setup.files(stdin.clone());
    // What was read of each file that is mended, to see whether it has changed since.
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let stdin_name = stdin.is_some().then(|| shown(target::stdin_name(input)));
    let names = Names { first: RefCell::default(), known: RefCell::default(), stdin: stdin_name.clone() };
    let mut fixed = 0;
    for _ in 0..ROUNDS {
        let targets = setup.targets(&files)?;
        let baseline = setup.baseline(&targets)?;
        let outcomes =
            setup.run(baseline.as_ref()).check(targets.iter().map(|target| (&target.project, &target.config)));
        let round = fix(&outcomes, options.suggestions, &|name| names.first_of(name));
        if round.files.is_empty() {
            break;
        }
        fixed += round.fixed;
        for outcome in &outcomes {
            for (_, source) in outcome.model.sources().iter() {
                let first = names.first_of(source.name());
                let Some(text) = round.files.get(&first) else { continue };
                files.texts.insert(source.name().to_owned(), text.clone().into_bytes());
                before.entry(first).or_insert_with(|| source.text().to_string());
            }
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
    let changed = before.iter().filter(|(name, _)| Some(*name) != stdin_name.as_ref());
    let changes: Vec<Change<'_>> = changed
        .filter_map(|(name, old)| {
            let new = files.texts.get(name)?;
            Some(Change { path: Path::new(name), old: old.as_bytes(), new })
        })
        .collect();
    output::replace(&changes)?;
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

/// The names of the files that were seen, to know a file again that has several.
struct Names {
    /// The first name of each file on the disk.
    first: RefCell<BTreeMap<PathBuf, String>>,
    /// The same by each of its names: the disk is asked once.
    known: RefCell<BTreeMap<String, String>>,
    /// Standard input is no file, whatever its name.
    stdin: Option<String>,
}

impl Names {
    /// The first name of the file that is called `name`, too.
    fn first_of(&self, name: &str) -> String {
        if let Some(first) = self.known.borrow().get(name) {
            return first.clone();
        }
        let path = Path::new(name).canonicalize().ok().filter(|_| self.stdin.as_deref() != Some(name));
        let first = path.map(|path| self.first.borrow_mut().entry(path).or_insert_with(|| name.to_owned()).clone());
        let first = first.unwrap_or_else(|| name.to_owned());
        self.known.borrow_mut().insert(name.to_owned(), first.clone());
        first
    }
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
