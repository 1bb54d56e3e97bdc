//! Requests in, texts out.

use std::collections::BTreeMap;

use symlint_core::check::{Outcome, Run, Unchecked};
use symlint_core::config;
use symlint_core::policy::{Policy, UnknownRule};
use symlint_core::report::{self, Report};
use symlint_rules::catalogue;

use crate::files::Files;
use crate::request::{Fixed, Options, Problem, ProblemKind, Request, RulePage, VERSION, to_json, unknown_format};
use crate::target::{self, Target};

/// How a report can be written.
const FORMATS: [&str; 4] = ["json", "concise", "markdown", "sarif"];

/// After so many rounds fixes must be undoing each other.
const ROUNDS: usize = 20;

/// Checks the files of a [`Request`] and reports in `format`: the bytes are those that `symlint check --format` writes.
///
/// # Errors
///
/// What the command line exits with 2 for. It brings the report where there is one.
pub fn check(request: &str, format: &str) -> Result<String, Problem> {
    if !FORMATS.contains(&format) {
        return Err(unknown_format(format, &FORMATS));
    }
    let Request { files, options, .. } = Request::read(request)?;
    Setup::new(&options)?.report(&Files::new(files), &mut |report, outcomes| match format {
        "concise" => report::concise(&report, true),
        "markdown" => report::markdown(&report, catalogue(), &repository_path),
        "sarif" => report::sarif(&report, outcomes, catalogue(), &repository_path),
        _ => report.to_json(),
    })
}

/// Mends the files of a [`Request`]: the JSON of a [`Fixed`].
///
/// # Errors
///
/// As for [`check`].
pub fn fix(request: &str) -> Result<String, Problem> {
    let Request { files, options, .. } = Request::read(request)?;
    let setup = Setup::new(&options)?;
    let mut files = Files::new(files);
    let mut changed = BTreeMap::new();
    let mut fixed = 0;
    for _ in 0..ROUNDS {
        let round = symlint_core::fix::fix(&setup.check(&setup.targets(&files)?), options.suggestions, &str::to_owned);
        if round.files.is_empty() {
            break;
        }
        fixed += round.fixed;
        changed.extend(round.files.clone());
        files.replace(round.files);
    }
    setup.report(&files, &mut |report, _| {
        to_json(&Fixed { version: VERSION, files: std::mem::take(&mut changed), fixed, report })
    })
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

struct Setup<'o> {
    policy: Policy,
    path: Option<&'o str>,
    today: Option<&'o str>,
}

impl<'o> Setup<'o> {
    fn new(options: &'o Options) -> Result<Self, Problem> {
        let Options { select, ignore, levels, .. } = options.clone();
        let policy = Policy { select, ignore, levels };
        policy.validate(catalogue()).map_err(|unknown| Problem::usage(unknown.to_string()))?;
        Ok(Self { policy, path: options.path.as_deref(), today: options.today.as_deref() })
    }

    fn targets(&self, files: &Files) -> Result<Vec<Target>, Problem> {
        target::find(files, self.path)
    }

    fn check<'p>(&self, targets: &'p [Target]) -> Vec<Outcome<'p>> {
        let run = Run {
            catalogue: catalogue(),
            policy: &self.policy,
            today: self.today,
            baseline: None,
            repository_path: &repository_path,
        };
        run.check(targets.iter().map(|target| (&target.project, &target.config)))
    }

    /// Checks, and writes what came of it, unless that would look like a pass and is none.
    fn report(
        &self,
        files: &Files,
        write: &mut dyn FnMut(Report, &[Outcome<'_>]) -> String,
    ) -> Result<String, Problem> {
        let targets = self.targets(files)?;
        let outcomes = self.check(&targets);
        check_names(&targets, &outcomes)?;
        let report = report::report(&outcomes);
        match unchecked(&targets, &outcomes) {
            Some(problem) => Err(Problem { report: Some(Box::new(report)), ..problem }),
            None => Ok(write(report, &outcomes)),
        }
    }
}

/// Files are named from the repository's root.
fn repository_path(name: &str) -> String {
    name.to_owned()
}

/// Refuses names in the configuration that lead to nothing.
fn check_names(targets: &[Target], outcomes: &[Outcome<'_>]) -> Result<(), Problem> {
    let checked: Vec<_> =
        targets.iter().zip(outcomes).map(|(target, outcome)| (&target.config, &outcome.model)).collect();
    match config::missing_name(&checked).and_then(|(index, error)| Some((targets.get(index)?, error))) {
        Some((target, error)) => Err(target::mistake(error, target.project.sources())),
        None => Ok(()),
    }
}

/// Why something was not really checked: silence about it would look like a pass.
fn unchecked(targets: &[Target], outcomes: &[Outcome<'_>]) -> Option<Problem> {
    let mut reasons = targets.iter().zip(outcomes).filter_map(|(target, outcome)| {
        let unchecked = outcome.unchecked()?;
        let problem = Problem::new(ProblemKind::NothingChecked, unchecked.message(&target.name));
        Some(match unchecked {
            Unchecked::Variable { .. } => problem.help("set it in a values file, such as terraform.tfvars"),
            Unchecked::Empty => {
                let names = target.config.tenants_variables.join("`, `");
                let help = format!(
                    "tenants are looked for in the variable `{names}`; another name can be set in .symlint.hcl"
                );
                problem.help(help)
            }
            Unchecked::Unseen => {
                problem.help("if they are called otherwise, say so in .symlint.hcl: `tenants { attributes = { … } }`")
            }
            Unchecked::Unreadable => problem.help("mend what `syntax-error` says"),
            Unchecked::Unknown | Unchecked::Flow { .. } => problem,
        })
    });
    reasons.next()
}
