//! Whether a gap is a surprise, or the result of something that is reported already.

use symlint_terraform::Span;

use crate::coverage::{Code, NotChecked};
use crate::spelling::closest;
use crate::tenants::Model;

/// What to do about a variable without a value.
pub(super) const SET_IT: &str = "Set it in a values file, or name a file that sets it: `symlint check --var-file FILE`";

/// What to do about a part that differs between workspaces.
const SELECT_IT: &str = "Select the workspace: `TF_WORKSPACE=NAME symlint check`. Check each of them.";

/// What to do about a reason for which something is not known, if it can be known.
pub(super) fn remedy(reason: &str) -> Option<String> {
    reason.contains("`terraform.workspace`").then(|| SELECT_IT.to_owned())
}

/// Whether a finding already reports the reason why something is unknown.
pub(super) fn is_reported(model: &Model<'_>, at: Span) -> bool {
    let errors = model.evaluation_errors.iter().chain(&model.resource_errors).map(|error| error.span);
    let problems = model.conversions.iter().filter(|problem| problem.kind.is_error()).map(|problem| problem.span);
    let files = model.project.files().iter().flat_map(|file| &file.file.errors).map(|error| error.span);
    let is_misspelled = || {
        let mut variables = model.project.root().map(|root| root.variables.as_slice()).unwrap_or_default().iter();
        variables.any(|it| it.name.span == at && misspelled(model, &it.name.text).is_some())
    };
    errors.chain(problems).chain(files).any(|span| span.contains(at) || at.contains(span)) || is_misspelled()
}

/// A name in a values file that no variable has and that is probably a misspelling of `variable`.
pub(super) fn misspelled<'m>(model: &'m Model<'_>, variable: &str) -> Option<&'m str> {
    let root = model.project.root()?;
    let names = model.project.assignments().iter().map(|assignment| assignment.variable.text.as_str());
    names.filter(|name| root.variable(name).is_none()).find(|name| closest(name, [variable]).is_some())
}

/// The gap that `what`, which includes a verb, was not checked for this reason. It is a surprise if Terraform may know
/// the value.
pub(super) fn uncertain(model: &Model<'_>, what: &str, reason: &str, is_unevaluated: bool, at: Span) -> NotChecked {
    let code = if is_unevaluated { Code::UnknownWiring } else { Code::UnknownValues };
    let gap = NotChecked::new(code, format!("{what} not checked: {reason}"), model.project.visible(at));
    NotChecked { is_finding: gap.is_finding && !is_reported(model, at), help: remedy(reason), ..gap }
}
