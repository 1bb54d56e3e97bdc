//! Decides which findings are suppressed, and which suppressions, exceptions, and baseline entries had no effect.

use foldhash::HashMap;
use symlint_terraform::{Assignment, Project, SortedMap, SortedSet, Span};

use super::baseline::Baseline;
use super::inline::{Inline, InlineSuppression};
use crate::config::{Config, Exception};
use crate::finding::Finding;
use crate::suppression::{SuppressedBy, Suppression, Unused, UnusedSuppression};
use crate::tenants::{Field, FieldKind, Model, Tenant};

/// The place of a suppression, which is the same in every project of a run.
pub(crate) type SuppressionPlace = (String, u32);

/// The suppressions of one project, and their effects.
pub(crate) struct Applied {
    pub(crate) inline: Inline,
    pub(crate) effects: SuppressionEffects,
}

/// The effects of suppressions, in one project or in all.
#[derive(Default)]
pub(crate) struct SuppressionEffects {
    /// The places of the suppressions that were used.
    used: SortedSet<SuppressionPlace>,
    /// The rule and the tenants of each finding that counts and is about several tenants.
    groups: SortedSet<(&'static str, Vec<String>)>,
    /// The places of the exceptions that would have been used with another value.
    changed: SortedSet<SuppressionPlace>,
}

impl SuppressionEffects {
    /// Combines the effects in all projects: a file or configuration may be part of several, and its suppressions need
    /// to be used in only one.
    pub(crate) fn of_all<'a>(all: impl IntoIterator<Item = &'a Applied>) -> Self {
        let mut effects = Self::default();
        for Applied { effects: own, .. } in all {
            effects.used.extend(own.used.iter().cloned());
            effects.groups.extend(own.groups.iter().cloned());
            effects.changed.extend(own.changed.iter().cloned());
        }
        effects
    }
}

/// Marks the findings that comments and exceptions suppress. `today` is `YYYY-MM-DD`.
pub(crate) fn apply(
    findings: &mut [Finding],
    inline: Inline,
    model: &Model<'_>,
    config: &Config,
    today: Option<&str>,
) -> Applied {
    let SuppressionEffects { mut used, mut groups, mut changed } = SuppressionEffects::default();
    let mut by_rule: SortedMap<&str, Vec<usize>> = SortedMap::new();
    for (index, suppression) in inline.valid.iter().enumerate() {
        by_rule.entry(suppression.rule).or_default().push(index);
    }
    let exceptions: Vec<&Exception> =
        config.exceptions.iter().filter(|exception| !has_expired(exception, today)).collect();
    for finding in findings {
        let comments = by_rule.get(finding.rule).into_iter().flatten().filter_map(|&index| inline.valid.get(index));
        let mut suppression = None;
        let span = model.project.visible(finding.span);
        for comment in comments.filter(|comment| comment.covers(span)) {
            used.insert(known(comment.span, model));
            suppression = Some(Suppression { by: SuppressedBy::Inline, reason: comment.reason.clone() });
        }
        let (holding, others): (Vec<&Exception>, Vec<&Exception>) =
            matching(&exceptions, finding, model).into_iter().partition(|it| has_value(it, finding, model));
        changed.extend(others.iter().map(|exception| known(exception.span, model)));
        // A finding about several tenants needs an exception for each of them.
        let is_held = finding.tenants.is_empty() || others.is_empty();
        for exception in holding.into_iter().filter(|_| is_held) {
            used.insert(known(exception.span, model));
            let reason = exception.reason.clone();
            suppression = suppression.or(Some(Suppression { by: SuppressedBy::Exception, reason }));
        }
        if suppression.is_none() && !finding.tenants.is_empty() {
            groups.insert((finding.rule, finding.tenants.clone()));
        }
        finding.suppressed = suppression;
    }
    Applied { inline, effects: SuppressionEffects { used, groups, changed } }
}

/// The exceptions that suppress a finding. If it is about several tenants, those that together cover all of them.
fn matching<'e>(exceptions: &[&'e Exception], finding: &Finding, model: &Model<'_>) -> Vec<&'e Exception> {
    if finding.tenants.is_empty() {
        return exceptions.iter().copied().filter(|exception| matches(exception, finding)).collect();
    }
    let of_rule: Vec<&Exception> =
        exceptions.iter().copied().filter(|exception| exception.rule == finding.rule).collect();
    let mut covered: HashMap<&str, &Exception> = HashMap::default();
    for tenant in model.tenants.iter().filter(|_| !of_rule.is_empty()) {
        if let Some(exception) = of_rule.iter().find(|exception| covers(exception, tenant)) {
            covered.entry(tenant.name()).or_insert(exception);
        }
    }
    // Some of the tenants may be in another run.
    let elsewhere = |key: &str| {
        let mut named = of_rule.iter().filter(|exception| exception.path.is_none());
        named.find(|exception| exception.tenant.as_deref() == Some(key)).copied()
    };
    let of = |key: &String| covered.get(key.as_str()).copied().or_else(|| elsewhere(key));
    let all: Option<Vec<&Exception>> = finding.tenants.iter().map(of).collect();
    all.unwrap_or_default()
}

/// Whether an exception is for everything about a tenant.
fn covers(exception: &Exception, tenant: &Tenant) -> bool {
    exception.tenant.as_ref().is_none_or(|key| key == tenant.name())
        && exception.path.as_ref().is_none_or(|path| lies_in(&tenant.path.to_string(), path))
}

/// The comments and exceptions that were not used in any project, among those for rules that ran. `finds_all` returns
/// whether a rule could look at everything that it needs.
pub(crate) fn unused(
    applied: &Applied,
    effects: &SuppressionEffects,
    model: &Model<'_>,
    config: &Config,
    today: Option<&str>,
    runs: &dyn Fn(&str) -> bool,
    finds_all: &dyn Fn(&str) -> bool,
) -> Vec<UnusedSuppression> {
    let mut unused = Vec::new();
    // The finding may be in a part that could not be read.
    if !model.is_everything_readable() {
        return unused;
    }
    let is_unused = |span| !effects.used.contains(&known(span, model));
    // If it is not known what is built from data files, their suppressions may be needed.
    let is_known = |span: Span| model.knows_its_flows() || model.project.files().iter().any(|it| it.id == span.file);
    let replaced: Vec<&Assignment> = replaced(model.project).collect();
    let is_judged = |comment: &&InlineSuppression| {
        is_known(comment.span)
            && !is_replaced(comment, &replaced)
            && !model.sources().get(comment.span.file).is_in_copy()
    };
    let comments = applied.inline.valid.iter().filter(|it| finds_all(it.rule)).filter(is_judged);
    for comment in comments.filter(|comment| is_unused(comment.span)) {
        unused.push(UnusedSuppression { rule: comment.rule.to_owned(), why: Unused::Inline(None), span: comment.span });
    }
    let paths: SortedSet<String> = match config.exceptions.iter().any(|exception| exception.path.is_some()) {
        true => model.tenants.iter().map(|tenant| tenant.path.to_string()).collect(),
        false => SortedSet::new(),
    };
    let concerned = |exception: &&Exception| runs(&exception.rule) && concerns(exception, model, &paths);
    for exception in config.exceptions.iter().filter(concerned) {
        let why = match &exception.expires {
            Some(day) if has_expired(exception, today) => Unused::Expired(day.clone()),
            _ if !is_unused(exception.span) => continue,
            _ if effects.changed.contains(&known(exception.span, model)) => {
                Unused::Changed(exception.value.clone().unwrap_or_default())
            }
            _ if effects.groups.iter().any(|(rule, tenants)| is_about(exception, rule, tenants)) => Unused::Group,
            _ if finds_all(&exception.rule) => Unused::Exception,
            _ => continue,
        };
        unused.push(UnusedSuppression { rule: exception.rule.clone(), why, span: exception.span });
    }
    unused
}

/// Whether a comment is about a value that another assignment replaces, so that it was not checked.
fn is_replaced(comment: &InlineSuppression, replaced: &[&Assignment]) -> bool {
    replaced.iter().any(|it| it.span.contains(comment.span) || comment.covers(it.span))
}

/// The assignments of variables that a later assignment replaces.
pub(crate) fn replaced(project: &Project) -> impl Iterator<Item = &Assignment> {
    let assignments = project.assignments();
    let last: HashMap<&str, usize> = assignments.iter().enumerate().map(|(at, it)| (&*it.variable.text, at)).collect();
    let is_replaced = move |(at, it): &(usize, &Assignment)| last.get(&*it.variable.text) != Some(at);
    assignments.iter().enumerate().filter(is_replaced).map(|(_, assignment)| assignment)
}

/// The entries of the baseline whose finding is no longer in the files that were read.
pub(crate) fn unused_baseline(
    baseline: &Baseline,
    used: &SortedSet<String>,
    files: &SortedSet<String>,
    runs: &dyn Fn(&str) -> bool,
) -> Vec<UnusedSuppression> {
    let gone = baseline.entries.iter().filter(|(fingerprint, entry)| {
        !used.contains(*fingerprint) && files.contains(&entry.file) && runs(&entry.rule)
    });
    let mut gone: Vec<UnusedSuppression> = gone
        .map(|(_, entry)| UnusedSuppression { rule: entry.rule.clone(), why: Unused::Baseline, span: entry.span })
        .collect();
    gone.sort_by_key(|unused| unused.span);
    gone
}

pub(crate) fn known(span: Span, model: &Model<'_>) -> SuppressionPlace {
    (model.sources().get(span.file).name().to_owned(), span.start)
}

/// Days are compared as texts, because `YYYY-MM-DD` sorts by time.
fn has_expired(exception: &Exception, today: Option<&str>) -> bool {
    exception.expires.as_deref().zip(today).is_some_and(|(last, today)| today > last)
}

fn matches(exception: &Exception, finding: &Finding) -> bool {
    exception.rule == finding.rule
        && exception.tenant.as_ref().is_none_or(|tenant| finding.tenant.as_ref() == Some(tenant))
        && exception.path.as_ref().is_none_or(|path| finding.path.as_deref().is_some_and(|at| lies_in(at, path)))
}

/// Whether a finding is about the value that an exception is limited to. That may be the wrong text, or the whole
/// value.
fn has_value(exception: &Exception, finding: &Finding, model: &Model<'_>) -> bool {
    let Some(value) = &exception.value else { return true };
    if model.sources().text(model.project.visible(finding.span)) == value.as_str() {
        return true;
    }
    let is_own = |tenant: &&Tenant| match finding.tenants.as_slice() {
        [] => finding.tenant.as_deref() == Some(tenant.name()),
        several => several.iter().any(|key| key == tenant.name()) && covers(exception, tenant),
    };
    let is_here = |field: &Field| match (&finding.path, &field.path) {
        (Some(path), Some(own)) => *path == own.to_string(),
        _ => !finding.tenants.is_empty(),
    };
    let mut fields = model.tenants.iter().filter(is_own).flat_map(Tenant::values);
    fields.any(|field| field.as_str() == Some(value.as_str()) && is_here(field))
}

/// `path` and all paths that lead to something around it.
fn ways_to(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices(['.', '[']).filter_map(|(at, _)| path.get(..at)).chain([path])
}

/// Whether a path leads to the same thing as `outer`, or into it.
fn lies_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether an exception is for a finding of `rule` about `tenants`, or for a part of it.
fn is_about(exception: &Exception, rule: &str, tenants: &[String]) -> bool {
    exception.rule == rule && exception.tenant.as_ref().is_none_or(|tenant| tenants.contains(tenant))
}

/// Whether the project contains what an exception is about: one configuration may apply to several projects.
fn concerns(exception: &Exception, model: &Model<'_>, paths: &SortedSet<String>) -> bool {
    match (&exception.tenant, &exception.path) {
        (Some(key), _) => model.index.with_key(key).is_some(),
        (None, Some(path)) => is_here(path, model, paths),
        (None, None) => true,
    }
}

/// Whether a path leads into something in the project, such as one of the tenants with these `paths`.
fn is_here(path: &str, model: &Model<'_>, paths: &SortedSet<String>) -> bool {
    let calls = model.flows.iter().filter_map(|flow| flow.call);
    let mut calls = calls
        .chain(model.connectors.iter().map(|it| it.call))
        .chain(model.runtimes.iter().filter_map(|it| it.block.call()));
    // A tenant in a variable is written as `customer_tenants["foo"]`.
    let in_variable = |name: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let is_attribute = FieldKind::VALUES.iter().any(|kind| lies_in(path, kind.name()));
    is_attribute
        || ways_to(path).any(|way| paths.contains(way))
        || model.variables.iter().any(|variable| in_variable(&variable.name))
        || calls.any(|call| lies_in(path, &format!("module.{}", call.name.text)))
}
