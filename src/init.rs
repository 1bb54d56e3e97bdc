//! `symlint init`

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use symlint_core::engine::{CONFIG, Engine, Named, Proposed, Request};
use symlint_core::level::Level;
use symlint_core::report::{self, Problem, ProblemKind, Report, count, coverage, importance};
use symlint_core::suppression::SuppressedBy;
use symlint_rules::catalogue;
use symlint_terraform::{EntryKind, FileTree};

use crate::args::InitOptions;
use crate::disk::{Disk, shown};
use crate::excerpt::printable;
use crate::output::{self, Failure};
use crate::request::environment;

/// The default name of the baseline file.
const BASELINE: &str = "symlint-baseline.json";

/// How many of the remaining findings are shown.
const SHOWN: usize = 10;

/// Writes a configuration for a folder, and with `--baseline` also a baseline with the current findings. Existing files
/// are not replaced.
pub(crate) fn run(options: &InitOptions) -> Result<ExitCode, Failure> {
    let tree: Arc<dyn FileTree> = Arc::new(Disk::default());
    let folder = shown(&options.path);
    if tree.kind(&folder)? == Some(EntryKind::File) {
        return Err(Failure::usage(format!("`{folder}` is a file: name the folder for which the configuration is")));
    }
    let request = Request {
        paths: vec![Named::Path(folder.clone())],
        environment: environment(),
        fail_on: Some(Level::Error),
        today: Some(output::today()),
        ..Request::default()
    };
    let config = in_folder(&folder, CONFIG);
    let baseline = options.baseline.as_ref().map(|file| match file {
        Some(file) => file.clone(),
        None => PathBuf::from(in_folder(&folder, BASELINE)),
    });
    // Fail before anything is written.
    if let Some(file) = baseline.as_ref().filter(|file| file.exists()) {
        return Err(baseline_there(file, &folder));
    }
    let is_configured = tree.kind(&config)?.is_some();
    if is_configured && baseline.is_none() {
        return Err(config_there(&config));
    }
    let mut text = String::new();
    if !is_configured {
        let Proposed { proposal, report } = Engine::new(catalogue()).propose(&tree, &request, &config)?;
        // A second file would hide the first one.
        let above = report.policy.config.iter().find(|file| !is_below(file, &folder));
        if let (Some(above), None) = (above, &baseline) {
            return Err(config_there(above));
        }
        if proposal.is_empty() && !report.problems.is_empty() {
            report.problems.iter().for_each(output::print_problem);
            eprintln!("help: `symlint inspect {folder}` shows what was looked for and what is there");
            return Ok(ExitCode::from(2));
        }
        if let Some(above) = above {
            let _ = writeln!(text, "{above} already exists and is used unchanged");
        } else if proposal.is_empty() {
            text.push_str(&nothing_to_write(&report));
        } else {
            output::create(config.as_ref(), &proposal.text())?;
            let _ = writeln!(text, "wrote {config}");
            for part in &proposal.settings {
                let _ = writeln!(text, "  it says: {}", printable(&part.summary));
            }
            for part in &proposal.questions {
                let _ = writeln!(text, "  it asks: {}", printable(&part.summary));
            }
            if baseline.is_none() {
                let _ = writeln!(text, "`symlint check {folder}` uses it");
            }
        }
    } else {
        let _ = writeln!(text, "{config} already exists and is used unchanged");
    }
    let code = match &baseline {
        Some(file) => accept(&tree, request, file, &folder, &mut text)?,
        None => ExitCode::SUCCESS,
    };
    output::print(&report::printable(&text))?;
    Ok(code)
}

/// Writes the baseline, and prints the next steps.
fn accept(
    tree: &Arc<dyn FileTree>,
    request: Request,
    file: &Path,
    folder: &str,
    text: &mut String,
) -> Result<ExitCode, Failure> {
    let report = Engine::new(catalogue()).check(tree, &Request { accept: true, ..request })?;
    let Some(written) = &report.baseline else {
        output::print(text)?;
        text.clear();
        report.problems.iter().for_each(output::print_problem);
        eprintln!("error: no baseline was written, since not everything could be checked");
        return Ok(ExitCode::from(2));
    };
    let accepted: Vec<Level> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.as_ref().is_some_and(|it| it.by == SuppressedBy::Baseline))
        .map(|finding| finding.level)
        .collect();
    let options = if accepted.is_empty() {
        let _ = writeln!(text, "there are no findings to accept, so no baseline was written");
        String::new()
    } else {
        output::create(file, written)?;
        let errors = accepted.iter().filter(|level| **level == Level::Error).count();
        let counts = format!("{}, {}", count(errors, "error"), count(accepted.len() - errors, "warning"));
        let file = file.display();
        let _ = writeln!(text, "wrote {file}: it accepts {} ({counts})", count(accepted.len(), "current finding"));
        format!(" --baseline {}", quoted(&file.to_string()))
    };
    for note in coverage(&report).iter().take(SHOWN) {
        let _ = writeln!(text, "note: {}", printable(note));
    }
    let left = remaining(&report, text);
    let _ = writeln!(
        text,
        "\nCommit what was written, and run this in CI:\n\n  symlint check{options} {}\n",
        quoted(folder)
    );
    if !options.is_empty() {
        let _ = writeln!(text, "It fails on new findings only, and says which accepted ones are gone.");
        let _ = writeln!(
            text,
            "`symlint check {}` shows all of them. docs/ci.md has GitHub, GitLab, and others.",
            quoted(folder)
        );
    }
    Ok(ExitCode::from(u8::from(left > 0)))
}

/// Adds the errors that a baseline cannot accept to `text`, and returns their number.
fn remaining(report: &Report, text: &mut String) -> usize {
    let mut left: Vec<_> = report.counting().filter(|finding| finding.level == Level::Error).collect();
    left.sort_by(|a, b| importance(a).cmp(&importance(b)));
    if !left.is_empty() {
        let _ = writeln!(
            text,
            "{} cannot be accepted; fix {} first:",
            count(left.len(), "error"),
            if left.len() == 1 { "it" } else { "them" }
        );
    }
    for finding in left.iter().take(SHOWN) {
        let (location, message) = (&finding.location, printable(&finding.message));
        let place = format!("{}:{}:{}", location.file, location.start.line, location.start.column);
        let _ = writeln!(text, "  {}: {message} [{}]", printable(&place), finding.rule);
    }
    if left.len() > SHOWN {
        let _ = writeln!(text, "  and {} more", left.len() - SHOWN);
    }
    left.len()
}

/// The message that no configuration is needed.
fn nothing_to_write(report: &Report) -> String {
    let with_tenants: Vec<_> = report.runs.iter().filter(|run| run.tenants.count > 0).collect();
    let found = match with_tenants.as_slice() {
        [] => return "nothing to write: no tenants were found; `symlint check` says why\n".to_owned(),
        [run] => {
            let from = run.tenants.from.as_ref().map(|from| format!(" in `{from}`")).unwrap_or_default();
            format!("{}{from}", count(run.tenants.count, "tenant"))
        }
        several => format!("{} runs with tenants", several.len()),
    };
    let found = printable(&found);
    match report.gaps().any(|(_, gap)| gap.is_surprise) || !report.problems.is_empty() {
        true => format!("nothing to write ({found}), but not everything could be checked; `symlint check` says why\n"),
        false => format!("nothing to write: symlint finds everything here without a configuration ({found})\n"),
    }
}

fn config_there(file: &str) -> Failure {
    let message = format!("{file} already exists and was not changed");
    let help = "`symlint inspect` shows what it sets; to have a new one written, rename it first";
    Failure::Problem(Problem::new(ProblemKind::Usage, message).help(help))
}

fn baseline_there(file: &Path, folder: &str) -> Failure {
    let file = file.display().to_string();
    let message = format!("{file} already exists and was not changed");
    let name = quoted(&file);
    let help = format!(
        "to accept what is found today as well, run `symlint check --baseline {name} --write-baseline {name} {}`",
        quoted(folder)
    );
    Failure::Problem(Problem::new(ProblemKind::Usage, message).help(help))
}

/// Whether a file is in a folder or below it.
fn is_below(file: &str, folder: &str) -> bool {
    match folder {
        "." => !file.starts_with("../") && !file.starts_with('/'),
        folder => file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
    }
}

fn in_folder(folder: &str, name: &str) -> String {
    if folder == "." { name.to_owned() } else { format!("{}/{name}", folder.trim_end_matches('/')) }
}

/// A word of a shell command, with quotes if it needs them.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/+@%".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
