//! `symlint check`

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;

use symlint_core::check::{Outcome, Run, Unchecked};
use symlint_core::config::{self, Unseen};
use symlint_core::policy::{Baseline, Policy};
use symlint_core::report::{self, Report};
use symlint_core::rule::{Level, Rule};
use symlint_rules::catalogue;
use symlint_terraform::{FileError, FileRole};

use crate::args::{CheckOptions, FailOn, Format, InputOptions, Output};
use crate::files::{self, Overlay, repository_path, shown};
use crate::human::{Style, human};
use crate::output::{self, Failure};
use crate::target::{self, Target};

/// Finds what to check, checks it, and reports.
pub(crate) fn run(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let input = &options.input;
    let setup = Setup::new(input)?;
    let outputs = outputs(options)?;
    let targets = setup.targets(&setup.files(target::stdin(input)?))?;
    if input.verbose {
        describe(&targets);
    }
    let baseline = setup.baseline(&targets)?;
    let run = setup.run(baseline.as_ref());
    let mut outcomes = run.check(targets.iter().map(|target| (&target.project, &target.config)));
    check_names(&targets, &outcomes)?;
    if let Some(path) = &options.write_baseline {
        if outcomes.iter().all(|outcome| outcome.unchecked().is_none()) {
            let baseline = run.write_baseline(&outcomes);
            output::write(path, &mut |to| to.write_all(baseline.as_bytes()))?;
            run.accept(&mut outcomes);
        } else {
            // What was accepted before would be lost.
            eprintln!("error: the baseline was not written, since not everything was checked");
        }
    }
    let report = report::report(&outcomes);
    for output in &outputs {
        let mut writing = |to: &mut dyn Write| render(output, input, &outcomes, &report, to);
        match &output.file {
            Some(file) => output::write(file, &mut writing)?,
            None => output::print_with(writing)?,
        }
    }
    let code = if was_checked(&targets, &outcomes) { exit_code(&report, input.fail_on) } else { ExitCode::from(2) };
    // The process ends: to give memory back piece by piece would take as long as some rules together.
    std::mem::forget((report, outcomes));
    std::mem::forget(targets);
    Ok(code)
}

/// What `check` and `fix` make of their options before they look at any file.
pub(crate) struct Setup<'a> {
    options: &'a InputOptions,
    policy: Policy,
    today: String,
}

impl<'a> Setup<'a> {
    pub(crate) fn new(options: &'a InputOptions) -> Result<Self, Failure> {
        Ok(Self { options, policy: policy(options)?, today: output::today() })
    }

    /// The disk, with standard input under its name.
    pub(crate) fn files(&self, stdin: Option<Vec<u8>>) -> Overlay {
        Overlay { texts: stdin.map(|bytes| (shown(target::stdin_name(self.options)), bytes)).into_iter().collect() }
    }

    /// What is to be checked: at least something.
    pub(crate) fn targets(&self, files: &Overlay) -> Result<Vec<Target>, Failure> {
        let targets = target::find(self.options, files)?;
        if targets.is_empty() { Err(nothing_found(self.options)) } else { Ok(targets) }
    }

    /// The baseline, as a source of the first target.
    pub(crate) fn baseline(&self, targets: &[Target]) -> Result<Option<Baseline>, Failure> {
        let Some((path, first)) = self.options.baseline.as_ref().zip(targets.first()) else { return Ok(None) };
        let path = path.to_string_lossy();
        let name = shown(&path);
        let reason = "there is no such file; `--write-baseline` makes one";
        let missing = || FileError { path: name.clone(), reason: reason.into() };
        let bytes = files::read_file(&path)?.ok_or_else(missing)?;
        let sources = first.project.sources();
        let file = sources.add(name.clone(), bytes)?;
        Ok(Some(Baseline::read(sources, file)?))
    }

    pub(crate) fn run<'r>(&'r self, baseline: Option<&'r Baseline>) -> Run<'r> {
        let (policy, today) = (&self.policy, Some(self.today.as_str()));
        Run { catalogue: catalogue(), policy, today, baseline, repository_path: &repository_path }
    }
}

fn policy(options: &InputOptions) -> Result<Policy, Failure> {
    let trimmed = |ids: &[String]| ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let levels: BTreeMap<_, _> =
        options.level.iter().map(|level| (level.rule.trim().to_owned(), level.level)).collect();
    let policy = Policy { select: trimmed(&options.select), ignore: trimmed(&options.ignore), levels };
    policy.validate(catalogue())?;
    for Rule { id, .. } in catalogue().iter().filter(|rule| rule.always_runs()) {
        if policy.levels.get(*id) == Some(&Level::Off) || policy.ignore.iter().any(|ignored| ignored == id) {
            eprintln!("warning: `{id}` cannot be switched off: what cannot be read cannot be checked");
        }
    }
    Ok(policy)
}

/// What to write: the human report on standard output, unless another format goes there. A job of GitHub Actions that
/// asks for nothing gets annotations, too.
fn outputs(options: &CheckOptions) -> Result<Vec<Output>, Failure> {
    let mut outputs = options.format.clone();
    let printed = outputs.iter().filter(|output| output.file.is_none()).count();
    if printed > 1 {
        let message = "only one format can go to standard output; give the others a file: `--format json=report.json`";
        return Err(Failure::Usage(message.into()));
    }
    for (index, output) in outputs.iter().enumerate() {
        let is_same = |other: &Output| output.file.is_some() && other.file == output.file;
        if let (Some(file), true) = (&output.file, outputs.iter().take(index).any(is_same)) {
            let message = format!("two formats cannot go to one file: {}", file.display());
            return Err(Failure::Usage(message));
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

fn render(
    output: &Output,
    options: &InputOptions,
    outcomes: &[Outcome<'_>],
    report: &Report,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match output.format {
        Format::Json => return report.write_json(to),
        Format::Human => {
            let to_terminal = output.file.is_none();
            let style = Style {
                color: to_terminal && output::use_color(options.color),
                width: if to_terminal { output::width() } else { output::PLAIN_WIDTH },
                quiet: options.quiet,
            };
            human(outcomes, report, &style)
        }
        Format::Concise => report::concise(report, !options.quiet),
        Format::Sarif => report::sarif(report, outcomes, catalogue(), &repository_path),
        Format::Github => report::github(report, catalogue(), &repository_path),
        Format::Gitlab => report::gitlab(report, catalogue(), &repository_path),
        Format::Junit => report::junit(report),
        Format::Markdown => report::markdown(report, catalogue(), &repository_path),
    };
    to.write_all(text.as_bytes())
}

pub(crate) fn describe(targets: &[Target]) {
    for target in targets {
        let config = target.config_file.as_deref().unwrap_or("no configuration file");
        eprintln!("checking {} with {config}", target.name);
        let sources = target.project.sources();
        for file in target.project.files().iter().filter(|file| file.role != FileRole::Option) {
            eprintln!("  read {}", sources.get(file.id).name());
        }
    }
}

fn nothing_found(options: &InputOptions) -> Failure {
    let paths = options.paths.join("`, `");
    Failure::NothingChecked(format!(
        "nothing to check in `{paths}`: there are no tenants, flow calls, connectors or safelists\n\
         help: tenants are looked for in the variable `customer_tenants`, flow calls by the module name `sso_flow`; \
         other names can be set in .symlint.hcl, and a values file alone is checked by `symlint check FILE.tfvars`"
    ))
}

/// Refuses names in the configuration that lead to nothing, and says what goes unchecked for such a name.
pub(crate) fn check_names(targets: &[Target], outcomes: &[Outcome<'_>]) -> Result<(), Failure> {
    let checked: Vec<_> =
        targets.iter().zip(outcomes).map(|(target, outcome)| (&target.config, &outcome.model)).collect();
    if let Some((index, error)) = config::missing_name(&checked)
        && let Some(target) = targets.get(index)
    {
        return Err(Failure::config(&error, target.project.sources()));
    }
    for (config, model) in checked {
        warn_of_unseen(&config::unseen(config, model));
        if model.tenants.is_empty() || !model.flows.is_empty() {
            continue;
        }
        if let Some(name) = config::flow_module(model.project, config) {
            let wanted = &config.flow_module;
            eprintln!(
                "warning: nothing calls the flow module `{wanted}`, so wiring was not checked; `{name}` looks like \
                 it\nhelp: set `flow {{ module = \"{name}\" }}` in .symlint.hcl"
            );
        }
    }
    Ok(())
}

/// Says what is expected and nobody has.
fn warn_of_unseen(unseen: &Unseen) {
    if !unseen.attributes.is_empty() {
        let others = match unseen.others.as_slice() {
            [] => String::new(),
            others => {
                let shown: Vec<&str> = others.iter().take(5).map(String::as_str).collect();
                format!("; they have `{}`, of which nothing is known", shown.join("`, `"))
            }
        };
        eprintln!(
            "warning: no tenant has `{}`, so nothing of it was checked{others}\nhelp: if it is called otherwise, say so in \
             .symlint.hcl: `tenants {{ attributes = {{ … }} }}`",
            unseen.attributes.join("`, `")
        );
    }
    for argument in &unseen.arguments {
        eprintln!("warning: no flow call has an argument `{argument}`, so its wiring was not checked");
    }
}

/// Why a target was not really checked, if it was not: silence about it would look like a pass.
fn unchecked(target: &Target, outcome: &Outcome<'_>) -> Option<Failure> {
    let unchecked = outcome.unchecked()?;
    let name = &target.name;
    let hint = match unchecked {
        Unchecked::Variable { .. } => {
            let files = target::unloaded_values_files(target);
            match files.as_slice() {
                [] if !target.project.has_configuration() => "\nhelp: set it in this file".to_owned(),
                [] => "\nhelp: set it in a values file, or name one by `--var-file`".to_owned(),
                files => {
                    let shown: Vec<&str> = files.iter().take(5).map(String::as_str).collect();
                    let more = if files.len() > 5 { ", …" } else { "" };
                    let files = shown.join(", ");
                    format!("\nhelp: values files that were not loaded: {files}{more}; name one by `--var-file`")
                }
            }
        }
        Unchecked::Empty => format!(
            "\nhelp: tenants are looked for in the variable `{}`; another name can be set in .symlint.hcl",
            target.config.tenants_variables.join("`, `")
        ),
        Unchecked::Unseen => {
            "\nhelp: if they are called otherwise, say so in .symlint.hcl: `tenants { attributes = { … } }`".to_owned()
        }
        Unchecked::Unreadable => "\nhelp: mend what `syntax-error` says".to_owned(),
        Unchecked::Unknown | Unchecked::Flow { .. } => String::new(),
    };
    Some(Failure::NothingChecked(format!("{}{hint}", unchecked.message(name))))
}

/// Whether every target was really checked; what was not is said on standard error.
pub(crate) fn was_checked(targets: &[Target], outcomes: &[Outcome<'_>]) -> bool {
    let unchecked: Vec<Failure> =
        targets.iter().zip(outcomes).filter_map(|(target, outcome)| unchecked(target, outcome)).collect();
    unchecked.iter().for_each(output::print_failure);
    unchecked.is_empty()
}

/// 1 if findings reached the level.
pub(crate) fn exit_code(report: &Report, fail_on: FailOn) -> ExitCode {
    let failed = match fail_on {
        FailOn::Error => report.summary.errors > 0,
        FailOn::Warning => report.summary.errors + report.summary.warnings > 0,
        FailOn::Never => false,
    };
    ExitCode::from(u8::from(failed))
}
