//! `symlint check`

use std::collections::BTreeMap;
use std::process::ExitCode;

use symlint_core::check::{Outcome, check};
use symlint_core::policy::Policy;
use symlint_core::report::{self, Report};
use symlint_core::tenants::VariableState;
use symlint_rules::catalogue;
use symlint_terraform::FileRole;

use crate::args::{CheckOptions, FailOn, Format, Output};
use crate::files::repository_path;
use crate::human::{Style, human};
use crate::output::{self, Failure};
use crate::target::{self, Target};

/// Finds what to check, checks it, and reports.
pub(crate) fn run(options: &CheckOptions) -> Result<ExitCode, Failure> {
    let policy = policy(options)?;
    let outputs = outputs(options)?;
    let targets = target::find(options)?;
    if targets.is_empty() {
        return Err(nothing_found(options));
    }
    if options.verbose {
        describe(&targets);
    }
    let outcomes: Vec<Outcome<'_>> =
        targets.iter().map(|target| check(&target.project, &target.config, &policy, catalogue())).collect();
    let report = report::report(&outcomes, &repository_path);
    for output in &outputs {
        let text = render(output, options, &outcomes, &report);
        match &output.file {
            Some(file) => output::write(file, &text)?,
            None => output::print(&text)?,
        }
    }
    let unchecked: Vec<Failure> =
        targets.iter().zip(&outcomes).filter_map(|(target, outcome)| unchecked(target, outcome)).collect();
    if !unchecked.is_empty() {
        unchecked.iter().for_each(output::print_failure);
        return Ok(ExitCode::from(2));
    }
    Ok(exit_code(&report, options.fail_on))
}

fn policy(options: &CheckOptions) -> Result<Policy, Failure> {
    let trimmed = |ids: &[String]| ids.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
    let levels: BTreeMap<_, _> =
        options.level.iter().map(|level| (level.rule.trim().to_owned(), level.level)).collect();
    let policy = Policy { select: trimmed(&options.select), ignore: trimmed(&options.ignore), levels };
    policy.validate(catalogue())?;
    Ok(policy)
}

/// What to write: the human report on standard output, unless another format goes there.
fn outputs(options: &CheckOptions) -> Result<Vec<Output>, Failure> {
    let mut outputs = options.format.clone();
    let printed = outputs.iter().filter(|output| output.file.is_none()).count();
    if printed > 1 {
        let message = "only one format can go to standard output; give the others a file: `--format json=report.json`";
        return Err(Failure::Usage(message.into()));
    }
    if printed == 0 {
        outputs.insert(0, Output { format: Format::Human, file: None });
    }
    Ok(outputs)
}

fn render(output: &Output, options: &CheckOptions, outcomes: &[Outcome<'_>], report: &Report) -> String {
    match output.format {
        Format::Human => {
            let to_terminal = output.file.is_none();
            let style = Style {
                color: to_terminal && output::use_color(options.color),
                width: if to_terminal { output::width() } else { 100 },
                quiet: options.quiet,
            };
            human(outcomes, report, &style)
        }
        Format::Concise => report::concise(report, !options.quiet),
        Format::Json => report.to_json(),
    }
}

fn describe(targets: &[Target]) {
    for target in targets {
        let config = target.config_file.as_deref().unwrap_or("no configuration file");
        eprintln!("checking {} with {config}", target.name);
        let sources = target.project.sources();
        for file in target.project.files().iter().filter(|file| file.role != FileRole::Option) {
            eprintln!("  read {}", sources.get(file.id).name());
        }
    }
}

fn nothing_found(options: &CheckOptions) -> Failure {
    let paths = options.paths.join("`, `");
    Failure::NothingChecked(format!(
        "nothing to check in `{paths}`: there are no tenants, flow calls, connectors or safelists\n\
         help: tenants are looked for in the variable `customer_tenants`, flow calls by the module name `sso_flow`; \
         other names can be set in .symlint.hcl, and a values file alone is checked by `symlint check FILE.tfvars`"
    ))
}

/// Why a target was not really checked, if it was not: silence about it would look like a pass.
fn unchecked(target: &Target, outcome: &Outcome<'_>) -> Option<Failure> {
    let model = &outcome.model;
    let name = &target.name;
    if outcome.findings.iter().any(|finding| finding.rule == symlint_core::policy::SYNTAX_ERROR) {
        return None;
    }
    for variable in &model.variables {
        let reason = match &variable.state {
            VariableState::Known => continue,
            VariableState::Unset => format!("the variable `{}` has no value", variable.name),
            VariableState::Unknown(reason) => format!("the variable `{}` is not known: {reason}", variable.name),
        };
        let files = target::unloaded_values_files(name);
        let hint = match files.as_slice() {
            [] => "set it in a values file, or name one by `--var-file`".to_owned(),
            files => {
                let shown: Vec<&str> = files.iter().take(5).map(String::as_str).collect();
                let more = if files.len() > 5 { ", …" } else { "" };
                format!("values files that were not loaded: {}{more}; name one by `--var-file`", shown.join(", "))
            }
        };
        return Some(Failure::NothingChecked(format!("no tenants were checked in `{name}`: {reason}\nhelp: {hint}")));
    }
    if model.is_empty() {
        return Some(Failure::NothingChecked(format!(
            "nothing to check in `{name}`: there are no tenants, flow calls, connectors or safelists\n\
             help: tenants are looked for in the variable `{}`; another name can be set in .symlint.hcl",
            target.config.tenants_variables.join("`, `")
        )));
    }
    if model.all_values_are_unknown() {
        return Some(Failure::NothingChecked(format!(
            "nothing was checked in `{name}`: no value of any tenant is known before apply"
        )));
    }
    None
}

fn exit_code(report: &Report, fail_on: FailOn) -> ExitCode {
    let failed = match fail_on {
        FailOn::Error => report.summary.errors > 0,
        FailOn::Warning => report.summary.errors + report.summary.warnings > 0,
        FailOn::Never => false,
    };
    ExitCode::from(u8::from(failed))
}
