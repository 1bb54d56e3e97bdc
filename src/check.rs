//! `symlint check`

use std::io::{self, Write};
use std::process::ExitCode;

use symlint_core::engine::{Engine, Request};
use symlint_core::report::{self, Problem, ProblemKind, Report, ReportedGap, count, printable};
use symlint_rules::catalogue;

use crate::args::CheckOptions;
use crate::diff::{Since, compared, since};
use crate::formats::{Format, ReportOutput};
use crate::human::human;
use crate::output::{self, Failure};
use crate::request::asked;
use crate::revision::Submodules;
use crate::style::Style;

/// Checks what the options name, and writes the reports.
pub(crate) fn run(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let outputs = outputs(options)?;
    let (tree, request) = asked(input)?;
    let with = options.with.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let request = Request { accept: options.write_baseline.is_some(), with, ..request };
    let engine = Engine::new(catalogue());
    let report = match &options.new_since {
        Some(revision) => {
            let Since { old, new, base, unread, is_whole } =
                since(revision, &compared(input)?, tree, request, (Submodules::LeftOut, BASELINE))?;
            let unread = unread.into_iter().filter(|gap| gap.is_surprise);
            let mut report = engine.check_since(&old, &new, &base, is_whole)?;
            report.not_checked.extend(unread.map(|gap| ReportedGap { is_surprise: false, ..gap }));
            report
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
            // A new baseline would lack findings that were accepted before.
            None => eprintln!("error: the baseline was not written, because not everything was checked"),
        }
    }
    say_problems(&report);
    for output in &outputs {
        let mut writing = |to: &mut dyn Write| render(output, options, &report, to);
        output.write(&mut writing)?;
    }
    let code = report.summary.exit_code;
    // The process is about to end, and freeing the memory piece by piece would take as long as some rules together.
    std::mem::forget(report);
    Ok(ExitCode::from(code))
}

const BASELINE: &str = "accept the current findings with `--write-baseline FILE`, and use `--baseline FILE`";

/// The outputs to write: the human report on standard output, unless another format goes there. Without any `--format`,
/// a job of GitHub Actions also gets annotations.
fn outputs(options: &CheckOptions) -> Result<Vec<ReportOutput<Format>>, Failure> {
    let mut outputs = options.format.clone();
    if !output::has_printed(&outputs, "report.json")? {
        let in_actions = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        if in_actions && outputs.is_empty() {
            outputs.push(ReportOutput { format: Format::Github, file: None });
        }
        outputs.insert(0, ReportOutput { format: Format::Human, file: None });
    }
    Ok(outputs)
}

fn render(
    output: &ReportOutput<Format>,
    options: &CheckOptions,
    report: &Report,
    to: &mut dyn Write,
) -> io::Result<()> {
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

/// Lists the files that were read, on standard error.
pub(crate) fn describe(report: &Report) {
    for run in &report.runs {
        let config = run.config.as_deref().unwrap_or("no configuration file");
        eprintln!("{}", printable(&format!("checking {} with {config}", run.name)));
        for file in &run.files {
            eprintln!("  read {}", printable(file));
        }
    }
}

/// Prints the problems on standard error.
pub(crate) fn say_problems(report: &Report) {
    report.problems.iter().for_each(output::print_problem);
}

impl Failure {
    /// The failure that the arguments do not fit together.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Problem(Problem::new(ProblemKind::Usage, message))
    }
}
