//! `symlint check`

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use symlint_core::engine::{ConfigChoice, Engine, Named, Overlay, Request};
use symlint_core::policy::Policy;
use symlint_core::report::{self, Problem, ProblemKind, Report, count};
use symlint_core::rule::{Level, Rule};
use symlint_rules::catalogue;
use symlint_terraform::{FileError, FileTree, is_values};

use crate::args::{CheckOptions, FailOn, Format, InputOptions, Output, Places, ValueOptions};
use crate::diff::{compared, since};
use crate::disk::{Disk, reason, shown};
use crate::human::human;
use crate::output::{self, Failure};
use crate::style::Style;

/// Checks what the options name, and reports.
pub(crate) fn run(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let outputs = outputs(options)?;
    let (tree, request) = asked(input)?;
    let with = options.with.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let request = Request { accept: options.write_baseline.is_some(), with, ..request };
    let engine = Engine::new(catalogue());
    let report = match &options.new_since {
        Some(revision) => {
            let (old, new, base) = since(revision, &compared(input)?, tree, request)?;
            engine.check_since(&old, &new, &base)?
        }
        None => engine.check(&tree, &request)?,
    };
    if input.verbose {
        describe(&report);
    }
    if let Some(path) = &options.write_baseline {
        match &report.baseline {
            Some(baseline) => {
                output::write(path, &mut |to| to.write_all(baseline.as_bytes()))?;
                eprintln!("wrote {} to {}", count(report.accepted(), "finding"), path.display());
            }
            // What was accepted before would be lost.
            None => eprintln!("error: the baseline was not written, because not everything was checked"),
        }
    }
    for output in &outputs {
        let mut writing = |to: &mut dyn Write| render(output, options, &report, to);
        match &output.file {
            Some(file) => output::write(file, &mut writing)?,
            None => output::print_with(writing)?,
        }
    }
    say_problems(&report);
    let code = report.summary.exit_code;
    // The process ends: to give memory back piece by piece would take as long as some rules together.
    std::mem::forget(report);
    Ok(ExitCode::from(code))
}

/// The files and the request that the options of `check` and `fix` ask for.
pub(crate) fn asked(options: &InputOptions) -> Result<(Arc<dyn FileTree>, Request), Failure> {
    let (tree, request) = asked_places(&options.places)?;
    let request = Request {
        policy: policy(options),
        fail_on: match options.fail_on {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Never => None,
        },
        baseline: options.baseline.as_deref().map(text_of),
        ..request
    };
    Ok((tree, request))
}

/// The files, and a request for these and nothing else.
pub(crate) fn asked_places(options: &Places) -> Result<(Arc<dyn FileTree>, Request), Failure> {
    let mut paths = Vec::new();
    let mut texts = BTreeMap::new();
    for path in &options.paths {
        if path != "-" {
            paths.push(Named::Path(if cfg!(windows) { path.replace('\\', "/") } else { path.clone() }));
        } else if texts.is_empty() {
            let name = stdin_name(options)?;
            texts.insert(name.clone(), Some(read_stdin()?));
            let is_somewhere = options.stdin_filename.is_some();
            paths.push(if is_somewhere { Named::Path(name) } else { Named::Alone(name) });
        }
    }
    if options.stdin_filename.is_some() && texts.is_empty() {
        return Err(Failure::usage("`--stdin-filename` names standard input: give `-` as a path, too"));
    }
    let disk: Arc<dyn FileTree> = Arc::new(Disk::default());
    let tree = if texts.is_empty() { disk } else { Arc::new(Overlay { tree: disk, texts }) };
    let request = Request {
        paths,
        given: options.values.given.clone(),
        environment: environment(),
        workspace: std::env::var("TF_WORKSPACE").ok().filter(|workspace| !workspace.is_empty()),
        config: match &options.config {
            _ if options.no_config => ConfigChoice::None,
            Some(path) => ConfigChoice::File(text_of(path)),
            None => ConfigChoice::Nearest,
        },
        today: Some(output::today()),
        ..Request::default()
    };
    Ok((tree, request))
}

fn text_of(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The name that standard input has.
pub(crate) fn stdin_name(options: &Places) -> Result<String, Failure> {
    let name = shown(options.stdin_filename.as_deref().unwrap_or("stdin.tfvars"));
    if is_values(&name) {
        return Ok(name);
    }
    Err(Failure::usage("standard input is a values file: `--stdin-filename` ends with `.tfvars` or `.tfvars.json`"))
}

fn read_stdin() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| FileError { path: "-".into(), reason: reason(&error) })?;
    Ok(bytes)
}

fn policy(options: &InputOptions) -> Policy {
    let trimmed = |ids: &[String]| ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let levels: BTreeMap<_, _> =
        options.level.iter().map(|level| (level.rule.trim().to_owned(), level.level)).collect();
    let (select, ignore): (_, Vec<String>) = (trimmed(&options.select), trimmed(&options.ignore));
    for Rule { id, .. } in catalogue().iter().filter(|rule| rule.always_runs()) {
        if levels.get(*id) == Some(&Level::Off) || ignore.iter().any(|ignored| ignored == id) {
            eprintln!("warning: `{id}` cannot be switched off: what cannot be read cannot be checked");
        }
    }
    Policy { select, ignore, levels, no_inline: options.no_inline_suppressions }
}

/// `TF_VAR_*`, sorted.
pub(crate) fn environment() -> Vec<(String, String)> {
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name.strip_prefix("TF_VAR_")?.to_owned(), value.into_string().ok()?))
    });
    let mut environment: Vec<(String, String)> = environment.collect();
    environment.sort_unstable();
    environment
}

/// The values of the command line for one module, with a further values file after them.
pub(crate) fn given(values: &ValueOptions, last: Option<&str>) -> Vec<symlint_terraform::Given> {
    values.given.iter().cloned().chain(last.map(|file| symlint_terraform::Given::File(file.to_owned()))).collect()
}

/// What to write: the human report on standard output, unless another format goes there. A job of GitHub Actions that
/// asks for nothing gets annotations, too.
fn outputs(options: &CheckOptions) -> Result<Vec<Output>, Failure> {
    let mut outputs = options.format.clone();
    let printed = outputs.iter().filter(|output| output.file.is_none()).count();
    if printed > 1 {
        let message = "only one format can go to standard output; give the others a file: `--format json=report.json`";
        return Err(Failure::usage(message));
    }
    for (index, output) in outputs.iter().enumerate() {
        let is_same = |other: &Output| output.file.is_some() && other.file == output.file;
        if let (Some(file), true) = (&output.file, outputs.iter().take(index).any(is_same)) {
            return Err(Failure::usage(format!("two formats cannot go to one file: {}", file.display())));
        }
    }
    if printed == 0 {
        let in_actions = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        if in_actions && outputs.is_empty() {
            outputs.push(Output { format: Format::Github, file: None });
        }
        outputs.insert(0, Output { format: Format::Human, file: None });
    }
    Ok(outputs)
}

fn render(output: &Output, options: &CheckOptions, report: &Report, to: &mut dyn Write) -> io::Result<()> {
    match output.format {
        Format::Json => report::json(report, to),
        Format::Human => {
            let style = Style {
                most: options.max_findings,
                statistics: options.statistics,
                ..Style::new(&options.input, output.file.is_none())
            };
            to.write_all(human(report, &style).as_bytes())
        }
        Format::Concise if options.input.quiet => report::concise_findings(report, to),
        Format::Concise => report::concise(report, to),
        Format::Sarif => report::sarif(report, to),
        Format::Github => report::github(report, to),
        Format::Gitlab => report::gitlab(report, to),
        Format::Junit => report::junit(report, to),
        Format::Markdown => report::markdown(report, to),
    }
}

/// Which files were read, on standard error.
pub(crate) fn describe(report: &Report) {
    for run in &report.runs {
        let config = run.config.as_deref().unwrap_or("no configuration file");
        eprintln!("checking {} with {config}", run.name);
        for file in &run.files {
            eprintln!("  read {file}");
        }
    }
}

/// Says on standard error what symlint could not do.
pub(crate) fn say_problems(report: &Report) {
    report.problems.iter().for_each(output::print_problem);
}

impl Failure {
    /// The arguments do not fit together.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Problem(Problem::new(ProblemKind::Usage, message))
    }
}
