//! The rounds in which a project is walked: once with the values that its variables have; and if an unknown value
//! chooses between several collections, once more for each of them.

use foldhash::HashSet;
use symlint_terraform::{EvalError, EvalErrorKind, Evaluator, Kind, Project, SortedSet, Span, Str, Value};

use super::walk::{Walked, Walker};
use super::{calls, collections, one_tenant};
use crate::config::Config;
use crate::tenants::{Argument, FlowCall, TenantsVariable, VariableState};

/// What was found in one round.
pub(super) struct Round<'p> {
    pub(super) evaluator: Evaluator<'p>,
    /// The variables and locals that the configuration names, or else the variable of the stock module.
    pub(super) variables: Vec<TenantsVariable>,
    pub(super) walked: Walked<'p>,
}

impl<'p> Round<'p> {
    fn of(evaluator: Evaluator<'p>, config: &Config) -> Self {
        let variables = variables(&evaluator, config);
        let walked = Walker::new(&evaluator, config).walk();
        Self { evaluator, variables, walked }
    }

    /// What argues against the collection that was assumed. The least is best.
    fn wrong(&self) -> (usize, usize) {
        (self.walked.errors.len(), unresolved(&self.evaluator, &self.walked).1.len())
    }
}

/// Walks `project` as often as needed. The returned round has what all of them found.
pub(super) fn last<'p>(project: &'p Project, config: &Config) -> Round<'p> {
    let first = Round::of(Evaluator::new(project), config);
    let open = collections::chosen_by_default(project, &first.walked);
    let gathered = calls::called_for_each_tenant(&first.walked);
    let may_be_for_one = open.is_empty() && gathered.is_empty();
    let is_for_one = may_be_for_one && one_tenant::is_for_one_tenant(&first.evaluator, &first.walked, config);
    let leaving_open = || {
        let evaluator = Evaluator::leaving_open(project, open.clone()).gathering(gathered.clone());
        evaluator.for_one_tenant(is_for_one)
    };
    let is_done = may_be_for_one && !is_for_one;
    let mut last = if is_done { first } else { Round::of(leaving_open(), config) };
    let (keys, unresolved) = unresolved(&last.evaluator, &last.walked);
    if keys.len() > KEYS {
        last.walked.errors.extend(unresolved.iter().flatten().min().map(|call| too_much(*call)));
        return last;
    }
    let rounds = keys.into_iter().map(|key| Round::of(leaving_open().assuming(key), config)).collect::<Vec<_>>();
    // A collection that lacks what the others have is not the intended one.
    let fewest = rounds.iter().map(Round::wrong).min();
    let are_alike = rounds.iter().all(|round| Some(round.wrong()) == fewest);
    // A call that is repeated for the collection needs all candidates.
    let is_repeated = |flow: &FlowCall<'_>| flow.call.is_some_and(|call| last.walked.open_calls.contains(&call.span));
    let needs_all = last.walked.flows.iter().any(is_repeated);
    let (rounds, others): (Vec<_>, Vec<_>) =
        rounds.into_iter().filter(|_| are_alike || !needs_all).partition(|round| Some(round.wrong()) == fewest);
    let mut rounds = rounds.into_iter();
    let Some(mut chosen) = rounds.next() else { return last };
    // A candidate that is not chosen, but has known values, is still reported.
    let known = known_values(&last.walked);
    let others = others.into_iter().map(|other| other.walked).filter(|other| known_values(other) > known);
    let errors: Vec<EvalError> = others.flat_map(|other| other.errors).collect();
    let walked = &mut chosen.walked;
    let Walked { runtimes, trusts, open_calls, .. } = last.walked;
    (walked.runtimes, walked.trusts, walked.open_calls) = (runtimes, trusts, open_calls);
    walked.errors.extend(errors);
    rounds.for_each(|other| walked.add(other.walked, &unresolved));
    chosen
}

/// The error for something at `span` that exceeds a limit.
pub(super) fn limit(message: String, span: Span) -> EvalError {
    EvalError { message, span, subject: None, kind: EvalErrorKind::Limit }
}

/// The error for a value at `span` that was built from too many parts to follow.
pub(super) fn too_much(span: Span) -> EvalError {
    limit("this is made of too many values to be followed".to_owned(), span)
}

/// The keys that may choose the collection that flows are built from, while the chosen one is unknown, and the names of
/// the calls of these flows.
fn unresolved(evaluator: &Evaluator<'_>, walked: &Walked<'_>) -> (SortedSet<Str>, HashSet<Option<Span>>) {
    let choices = evaluator.choices();
    let is_choice = |reason: &str| choices.iter().any(|(_, known)| known == reason);
    let is_unknown = |value: &Value| value.as_unknown().is_some_and(|unknown| is_choice(&unknown.reason));
    let is_passed = |it: &Argument| is_unknown(&it.value) || it.values().any(|value| is_unknown(&value));
    if choices.is_empty() {
        return (SortedSet::new(), HashSet::default());
    }
    let acting = walked.resources.iter().filter(|it| it.settings().any(|(_, value)| is_unknown(&value)));
    let acting: HashSet<usize> = acting.map(|resource| resource.flow).collect();
    let is_open = |(at, flow): &(usize, &FlowCall<'_>)| {
        flow.unknown.as_ref().is_some_and(|unknown| flow.instances.is_empty() && is_choice(&unknown.reason))
            || flow.instances.iter().flat_map(|instance| &instance.arguments).any(is_passed)
            || acting.contains(at)
    };
    let flows = walked.flows.iter().enumerate().filter(is_open);
    let unresolved: HashSet<_> = flows.map(|(_, flow)| flow.call.map(|call| call.name.span)).collect();
    let keys: SortedSet<Str> = choices.iter().map(|(key, _)| key.clone()).collect();
    (if unresolved.is_empty() { SortedSet::new() } else { keys }, unresolved)
}

/// How many of the values that flows receive, or that resources have, are known.
fn known_values(walked: &Walked<'_>) -> usize {
    let arguments = walked.flows.iter().flat_map(|flow| &flow.instances).flat_map(|instance| &instance.arguments);
    let settings = walked.resources.iter().flat_map(|resource| resource.settings());
    arguments.filter(|it| it.value.as_unknown().is_none()).count()
        + settings.filter(|(_, value)| value.as_unknown().is_none()).count()
}

/// How many collections are tried if the chosen one is not known. More than this many is an error.
const KEYS: usize = 16;

/// The state of the variables and locals that the configuration names, or else of the stock module's variable.
fn variables(evaluator: &Evaluator<'_>, config: &Config) -> Vec<TenantsVariable> {
    let root = evaluator.root();
    let state = |name: &String| {
        let local = name.strip_prefix("local.");
        let value = local.map_or_else(|| evaluator.variable(&root, name), |local| evaluator.local(&root, local))?;
        let is_set = evaluator.project().assignments().iter().any(|it| it.variable.text.as_str() == name);
        let is_set = is_set || local.is_some();
        let state = match value.as_unknown() {
            // A null cannot be iterated, so it is treated like a missing value.
            None if matches!(value.kind, Kind::Null) => VariableState::Null(value.origin.span),
            None => VariableState::Known,
            Some(unknown) if is_set => VariableState::Unknown { reason: unknown.reason.clone(), span: unknown.span },
            Some(_) => VariableState::Unset,
        };
        Some(TenantsVariable { name: name.clone(), state, is_list: value.elements().is_some() })
    };
    config.tenants_variables.iter().filter_map(state).collect()
}
