//! Reasons why a check did not check what it should have. A report with such a problem must not look like a pass.

use symlint_terraform::{Given, LoadErrorKind};

use super::loader::mistake;
use super::request::Request;
use super::targets::Target;
use crate::check::Outcome;
use crate::coverage::{Code, NotChecked};
use crate::gaps;
use crate::inspection::OtherRoot;
use crate::level::Level;
use crate::report::{Location, Problem, ProblemKind};
use crate::tenants::{Model, VariableState};
use crate::unmatched;

/// Terraform rejects a `-var` that the module does not declare. If there are several modules, one of them must declare
/// it.
pub(super) fn refuse_undeclared(request: &Request, targets: &[Target]) -> Result<(), Problem> {
    // The declaration may be in a part of a file that could not be read.
    let is_unsure = targets.iter().any(|target| target.project.files().iter().any(|file| !file.file.errors.is_empty()));
    let is_declared = |name: &str| {
        targets.iter().any(|target| target.project.root().is_some_and(|root| root.variable(name).is_some()))
    };
    for given in &request.given {
        if let Given::Value(name, _) = given
            && !targets.is_empty()
            && !is_unsure
            && !is_declared(name)
        {
            let message = format!("`--var {name}=…` sets a variable that is not declared in the checked files");
            return Err(Problem::new(ProblemKind::Usage, message));
        }
    }
    Ok(())
}

/// Everything that should have been checked but was not. `needing` are the paths that need something to check. `others`
/// are the root modules without anything to check.
pub(super) fn of(
    targets: &[&Target],
    outcomes: &[Outcome<'_>],
    needing: &[(usize, String)],
    others: &[OtherRoot],
) -> Vec<Problem> {
    let both = || targets.iter().copied().zip(outcomes);
    let mut problems: Vec<Problem> = Vec::new();
    for (target, _) in both() {
        problems.extend(target.project.unreadable().iter().cloned().map(Problem::from));
    }
    for problem in both().flat_map(|(target, outcome)| missing_modules(target, outcome)) {
        // Several calls of one module have the same problem.
        if !problems.iter().any(|known| known.message == problem.message) {
            problems.push(problem);
        }
    }
    problems.extend(misnamed(targets, outcomes));
    problems.extend(both().filter_map(|(target, outcome)| nothing_known(target, outcome)));
    let no_tenants = outcomes.iter().all(|outcome| outcome.model.tenants.is_empty());
    if no_tenants {
        problems.extend(both().filter_map(|(target, outcome)| tenants_missing(target, outcome)));
    }
    for (place, path) in needing {
        let mut own = both().filter(|(target, _)| target.named.contains(place)).peekable();
        let is_nothing = own.peek().is_none();
        let mut own = own.filter(|(_, outcome)| has_something(&outcome.model) || has_errors(outcome));
        if own.next().is_some() {
            continue;
        }
        let mut reasons =
            both().filter(|(target, _)| target.named.contains(place)).filter_map(|(_, outcome)| reason(outcome));
        let reason = reasons.next_back();
        // It is already reported.
        if !is_nothing && no_tenants && reason.is_some() {
            continue;
        }
        problems.push(nothing_in(path, reason, (targets, others), *place));
    }
    problems
}

/// The modules that tenants' values take effect through and that were not found at their sources.
fn missing_modules(target: &Target, outcome: &Outcome<'_>) -> Vec<Problem> {
    let model = &outcome.model;
    let missing = gaps::needed_calls(model, &target.config).into_iter().filter_map(|call| {
        let source = call.source.as_ref()?;
        let mut errors = model.project.errors().iter();
        let error = errors.find(|it| it.kind == LoadErrorKind::MissingModule && it.span == source.span)?;
        let location = Location::of(error.span, &model.sources().get(error.span.file));
        let problem = Problem::new(ProblemKind::Unreadable, error.message.clone());
        let help = "if it is a git submodule, run `git submodule update --init`; otherwise, correct the `source`";
        Some(Problem { location: Some(location), ..problem.help(help) })
    });
    missing.collect()
}

/// Names in the configuration that match nothing.
fn misnamed(targets: &[&Target], outcomes: &[Outcome<'_>]) -> Option<Problem> {
    let checked: Vec<_> =
        targets.iter().zip(outcomes).map(|(target, outcome)| (&target.config, &outcome.model)).collect();
    let (index, error) = unmatched::missing_name(&checked)?;
    Some(mistake(error, targets.get(index)?.project.sources()))
}

fn has_errors(outcome: &Outcome<'_>) -> bool {
    outcome.findings.iter().any(|finding| finding.counts() && finding.level == Level::Error)
}

/// Whether there is something to check. A tenants variable without entries counts as something.
fn has_something(model: &Model<'_>) -> bool {
    let calls = model.flows.len() + model.connectors.len() + model.runtimes.len() + model.trusts.len();
    let is_known = model.variables.iter().any(|variable| variable.state == VariableState::Known);
    is_known || !model.tenants.is_empty() || calls > 0
}

fn problem(message: String) -> Problem {
    Problem::new(ProblemKind::NothingChecked, message)
}

/// How the values of a root module without any known value can be checked, or how it is left out.
fn way_out(outcome: &Outcome<'_>) -> String {
    let gaps = || outcome.model.not_checked.iter();
    let absent = gaps()
        .filter(|gap| matches!(gap.code, Code::NoFlow | Code::RemoteModule | Code::Terragrunt | Code::UnloadedValues));
    let unknown = gaps().filter(|gap| !matches!(gap.code, Code::LeftOut));
    let help = |gap: &NotChecked| gap.help.clone();
    absent.filter_map(help).next_back().or_else(|| unknown.filter_map(help).next()).unwrap_or_else(|| {
        "if a variable decides on it, set that in a values file; if only AWS knows it, leave this folder out, with \
         `exclude` in .symlint.hcl or from the paths that are checked"
            .to_owned()
    })
}

/// The problem if no value of any tenant could be checked.
fn nothing_known(target: &Target, outcome: &Outcome<'_>) -> Option<Problem> {
    let (root, model) = (&target.root, &outcome.model);
    let is_unread = model.not_checked.iter().any(|gap| gap.code == Code::SyntaxError);
    if model.all_values_are_unknown() {
        let why = match has_errors(outcome) {
            true => "every value of the tenants depends on an expression that cannot be evaluated",
            false => "no value of any tenant is known before apply",
        };
        return Some(problem(format!("nothing was checked in `{root}`: {why}")).help(way_out(outcome)));
    }
    if model.has_no_values() && !has_errors(outcome) {
        let message =
            format!("nothing was checked in `{root}`: no tenant has any of the attributes that are looked for");
        let help = "if they are named differently, set this in .symlint.hcl for each of them:\n\n    \
                    tenants { attributes = { sso_account_id = \"NAME\" } }";
        return Some(problem(message).help(help));
    }
    // A lowered level must not turn it into a pass.
    if is_unread && model.tenants.is_empty() && !has_errors(outcome) {
        let message = format!("no tenants were checked in `{root}`: a file cannot be read");
        return Some(problem(message).help("fix what `syntax-error` reports"));
    }
    None
}

/// Why a root module has no tenants although it should have some. If Terraform would reject it, that is a finding.
fn tenants_missing(target: &Target, outcome: &Outcome<'_>) -> Option<Problem> {
    let reason = if has_errors(outcome) { None } else { reason(outcome) }?;
    Some(problem(format!("no tenants were checked in `{}`: {reason}", target.root)).help(way_out(outcome)))
}

fn reason(outcome: &Outcome<'_>) -> Option<String> {
    let model = &outcome.model;
    if let Some(name) = gaps::ignored(model) {
        return Some(format!("a values file sets `{name}`, which is not declared as a variable"));
    }
    if model.variables.iter().any(|variable| variable.state == VariableState::Known) {
        return None;
    }
    for variable in &model.variables {
        let name = variable.shown();
        return Some(match &variable.state {
            VariableState::Known => continue,
            VariableState::Unset => format!("{name} has no value"),
            VariableState::Null(_) => format!("{name} is null"),
            VariableState::Unknown { reason, .. } => format!("{name} is not known: {reason}"),
        });
    }
    let unknown = model.flows.iter().find_map(|flow| Some((flow, flow.unknown.as_ref()?)));
    let flow = unknown.map(|(flow, unknown)| {
        let what = match flow.call {
            Some(call) => format!("the {} of `module.{}`", gaps::repetition(call), flow.name()),
            None => "the `for_each` or `count` of the resources".to_owned(),
        };
        format!("{what} is not known: {}", unknown.reason)
    });
    let is_empty = |flow: &&crate::tenants::FlowCall<'_>| flow.unknown.is_none() && !flow.instances.is_empty();
    let lost = model.flows.iter().find(is_empty);
    let unread = model.unread_calls.first();
    let unread = unread.map(|call| format!("`module.{}` receives ARNs of tenants, and cannot be read", call.name.text));
    let uncounted = model.not_checked.iter().find(|gap| gap.code == Code::UnknownWiring);
    let uncounted = uncounted.filter(|_| !model.unknown_resources.is_empty()).map(|gap| gap.reason.clone());
    flow.or(unread).or(uncounted).or_else(|| {
        lost.map(|flow| match flow.call {
            Some(_) => format!("none was found for the flow `module.{}`", flow.name()),
            None => "none was found for the resources of the root module".to_owned(),
        })
    })
}

fn nothing_in(
    path: &str,
    reason: Option<String>,
    (targets, others): (&[&Target], &[OtherRoot]),
    place: usize,
) -> Problem {
    match reason {
        Some(reason) => {
            let help = "set it in a values file, or pass one with `--var-file`";
            problem(format!("no tenants were checked in `{path}`: {reason}")).help(help)
        }
        None => {
            let own = targets.iter().find(|target| target.named.contains(&place));
            let message =
                format!("nothing to check in `{path}`: it contains no tenants, flows, connectors, or safelists");
            // These would be flows if their kind was supported.
            let mut kinds = others.iter().flat_map(|other| &other.contents.resources);
            if kinds.any(|resources| resources.kind == "sym_strategy") {
                return problem(message).help(
                    "its resources of Sym grant no access through AWS IAM Identity Center, which is all that symlint \
                     checks; leave it out, with `exclude` in .symlint.hcl or from the paths that are checked",
                );
            }
            let names =
                own.map_or_else(|| "customer_tenants".to_owned(), |own| own.config.tenants_variables.join("`, `"));
            problem(message).help(format!(
                "symlint finds tenants in the variable `{names}`, and by the values that reach resources of Sym, such as \
                 `sym_target`; if yours are in another variable, name it in .symlint.hcl: tenants {{ from = \"NAME\" }}"
            ))
        }
    }
}
