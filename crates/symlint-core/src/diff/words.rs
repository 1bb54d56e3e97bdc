//! Sentences for the formats that people read. Backticks mark text from the input.

use std::fmt::Write;

use super::wire::{
    AlsoOf, ChangedFinding, Crossing, Diff, GrantChange, Hidden, HiddenBy, ListChange, Recreated, Rerouted,
    SettingChange, SideName, TenantChange, TenantChangeKind, Uncompared, WiringChange,
};
use super::wiring::EVERY;
use crate::level::Level;
use crate::report::{Known, ListKind, Location, count};
use crate::spelling::listed;
use crate::tenants::format::is_account_id;
use crate::tenants::{FieldKind, FieldName};

/// The line that sums up a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    pub text: String,
    /// How good or bad the change is.
    pub mood: Mood,
}

/// How good or bad a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// symlint could not do its work.
    Failed,
    /// Someone must look at it.
    Bad,
    /// It has warnings, or not everything was compared.
    Doubtful,
    /// Access changes.
    Neutral,
    /// Nothing changes, and everything was compared.
    Clean,
}

/// Sums up a change in one line.
pub fn headline(diff: &Diff) -> Headline {
    let summary = &diff.summary;
    let mut parts: Vec<String> = Vec::new();
    let mut add = |number: usize, text: String| {
        if number > 0 {
            parts.push(text);
        }
    };
    let crossings = if summary.crossings == 1 { "1 crossing" } else { &format!("{} crossings", summary.crossings) };
    add(summary.crossings, format!("{crossings} into another customer"));
    add(summary.hidden, format!("{} hidden from the check", count(summary.hidden, "finding")));
    for (number, what) in [(summary.added, "added"), (summary.removed, "removed"), (summary.renamed, "renamed")] {
        add(number, format!("{} {what}", count(number, "tenant")));
    }
    let gained = diff.tenants.iter().flat_map(|tenant| &tenant.gained);
    let unknown = gained.filter(|grant| grant.has_unknown()).count();
    let not_known = match unknown {
        0 => String::new(),
        _ if unknown == summary.gained => " (not known in full)".to_owned(),
        number => format!(" ({number} of them not known in full)"),
    };
    for (number, what) in
        [(summary.gained, &*format!("gained{not_known}")), (summary.lost, "lost"), (summary.rerouted, "rerouted")]
    {
        add(number, format!("{} {what}", count(number, "grant")));
    }
    let values: usize = diff.tenants.iter().map(|tenant| tenant.values.len()).sum();
    let is_otherwise = summary.gained + summary.lost + summary.rerouted == 0;
    add(if is_otherwise { values } else { 0 }, format!("{} changed", count(values, "value")));
    let moved = diff.tenants.iter().filter(|tenant| tenant.moved_from.is_some()).count();
    add(moved, format!("{} moved to another root module", count(moved, "tenant")));
    // Safelist entries of a tenant that is added, removed, or moved are not mentioned separately.
    let is_separate = |change: &&ListChange| {
        let is_of = |tenant: &TenantChange| {
            matches!(tenant.change, TenantChangeKind::Added | TenantChangeKind::Removed) || tenant.moved_from.is_some()
        };
        change.list == ListKind::Trust
            || change.tenants.is_empty()
            || !diff.tenants.iter().any(|it| is_of(it) && change.tenants.iter().any(|key| *key == it.tenant.as_str()))
    };
    for (list, what) in [(ListKind::Trust, "trust"), (ListKind::Safelist, "safelist")] {
        let number = diff.lists.iter().filter(|change| change.list == list).filter(is_separate).count();
        let entries = plural(number, &format!("{what} entry"), &format!("{what} entries"));
        add(number, format!("{entries} changed"));
    }
    add(summary.new_errors, format!("{} new {}", summary.new_errors, one(summary.new_errors, "error")));
    add(summary.new_warnings, format!("{} new {}", summary.new_warnings, one(summary.new_warnings, "warning")));
    add(summary.fixed, format!("{} fixed", count(summary.fixed, "finding")));
    let is_partial = is_partial(diff);
    let worst = diff.worst();
    let recreated = diff.recreated.len();
    let mood = if !diff.problems.is_empty() {
        Mood::Failed
    } else if worst == Some(Level::Error) || !diff.crossings.is_empty() {
        Mood::Bad
    } else if worst.is_some() || unknown > 0 || is_partial || recreated > 0 {
        Mood::Doubtful
    } else if diff.is_empty() {
        Mood::Clean
    } else {
        Mood::Neutral
    };
    let mut text = parts.join(", ");
    let mut buts: Vec<String> = Vec::new();
    if parts.is_empty() {
        text.push_str(match is_partial {
            _ if !diff.problems.is_empty() => "the change could not be compared",
            true => "no change of access was found",
            false => "nobody gains or loses access",
        });
        if !diff.check.settings.is_empty() {
            buts.push("the configuration of the check changes".to_owned());
        } else if !diff.wiring.is_empty() {
            buts.push("the wiring changes".to_owned());
        }
    }
    if recreated > 0 {
        buts.push(format!("Terraform would destroy and create {}", count(recreated, "flow")));
    }
    if is_partial && diff.problems.is_empty() {
        buts.push("not everything could be compared".to_owned());
    }
    if !buts.is_empty() {
        let between = if parts.is_empty() { ", but " } else { "; " };
        let _ = write!(text, "{between}{}", listed(&buts));
    }
    Headline { text, mood }
}

/// Whether something was not compared although a reader would expect it to be.
pub(super) fn is_partial(diff: &Diff) -> bool {
    !diff.problems.is_empty() || !diff.base_problems.is_empty() || diff.not_compared.iter().any(|it| it.gap.is_surprise)
}

/// The first few of `count` names.
pub(super) fn few(names: &[String], count: usize) -> String {
    let mut text: Vec<String> = names.iter().take(3).map(|name| format!("`{name}`")).collect();
    if count > text.len() {
        text.push(format!("{} more", count - text.len()));
    }
    text.join(", ")
}

/// The possessive of some tenants, for the given number of things that they have.
pub(super) fn whose(tenants: &[String], count: usize, things: usize) -> String {
    match tenants {
        [one] if count == 1 => format!("`{one}`'s"),
        tenants => format!("{} of {}", if things == 1 { "that" } else { "those" }, few(tenants, count)),
    }
}

fn one(number: usize, one: &str) -> String {
    if number == 1 { one.to_owned() } else { format!("{one}s") }
}

fn plural(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// A value for use in a sentence.
pub fn known_text(value: Option<&Known>) -> String {
    match value {
        Some(Known::Text(text)) => quoted(text),
        Some(Known::Unknown { .. }) => "a value that is not known".to_owned(),
        Some(Known::Sensitive { .. }) => "a sensitive value".to_owned(),
        None => "nothing".to_owned(),
    }
}

/// The part of an ARN that differs between tenants, if the rest has the usual form.
pub(super) fn short_arn(text: &str) -> String {
    let short = || {
        let rest = text.strip_prefix("arn:aws:")?;
        if let Some(instance) = rest.strip_prefix("sso:::instance/") {
            return Some(instance.to_owned());
        }
        if let Some(set) = rest.strip_prefix("sso:::permissionSet/") {
            return set.split_once('/').map(|(_, id)| id.to_owned());
        }
        let (account, role) = rest.strip_prefix("iam::")?.split_once(":role/sym/")?;
        (is_account_id(account) && !role.contains('/')).then(|| format!("{role} in {account}"))
    };
    short().filter(|short| !short.is_empty()).unwrap_or_else(|| text.to_owned())
}

/// A value in backticks, shortened if its form is the usual one.
pub(super) fn quoted(text: &str) -> String {
    let short = short_arn(text);
    match short.split_once(" in ").filter(|_| short != text) {
        Some((role, account)) => format!("`{role}` in {account}"),
        None => format!("`{short}`"),
    }
}

/// A grant in words: the permission set, the account, and the way to it.
pub fn grant_line(grant: &GrantChange) -> String {
    let GrantChange { permission_set, account, role, instance, flow, is_sso_account, also_of } = grant;
    let named = |article: &str, what: &str, value: &Option<Known>| match value {
        Some(Known::Text(text)) => format!("{what} {}", quoted(text)),
        Some(Known::Unknown { .. }) => format!("{article} {what} that is not known"),
        Some(Known::Sensitive { .. }) => format!("{article} {what} that is sensitive"),
        None => format!("no {what}"),
    };
    let place = match account {
        Some(Known::Text(text)) if !is_account_id(text) => format!("{}, which is not an account", quoted(text)),
        account => named("an", "account", account),
    };
    let mut others: Vec<String> =
        is_sso_account.then(|| "the account is its own SSO account".to_owned()).into_iter().collect();
    let mut left: Vec<&AlsoOf> = also_of.iter().collect();
    while let Some(first) = left.first().copied() {
        let is_same = |it: &AlsoOf| (it.before, &it.tenants, it.count) == (first.before, &first.tenants, first.count);
        let names: Vec<String> = left.iter().filter(|it| is_same(it)).map(|it| it.what.replace('_', " ")).collect();
        left.retain(|it| !is_same(it));
        let verb = match (first.before, names.len()) {
            (false, 1) => "is also",
            (false, _) => "are also",
            (true, 1) => "was",
            (true, _) => "were",
        };
        others.push(format!("{} {verb} {}", listed(&names), whose(&first.tenants, first.count, names.len())));
    }
    let others = match others.is_empty() {
        true => String::new(),
        false => format!(" ({})", others.join("; ")),
    };
    let flow = flow.as_ref().map(|flow| format!(", by flow `{flow}`")).unwrap_or_default();
    format!(
        "{} in {place}, through {}, of {}{flow}{others}",
        named("a", "permission set", permission_set),
        named("a", "role", role),
        named("an", "instance", instance)
    )
}

/// A grant that uses another role or instance, in words.
pub fn rerouted_line(rerouted: &Rerouted) -> String {
    let Rerouted { old, new } = rerouted;
    let was = |what: &str, old: &Option<Known>, new: &Option<Known>| {
        (old != new).then(|| format!("{what} {}", known_text(old.as_ref())))
    };
    let parts = [was("role", &old.role, &new.role), was("instance", &old.instance, &new.instance)];
    let before: Vec<String> = parts.into_iter().flatten().collect();
    format!("now reaches {} (before: {})", grant_line(new), before.join(", "))
}

/// What changes for a tenant apart from its grants, in one sentence each.
pub fn tenant_notes(change: &TenantChange) -> Vec<String> {
    let mut notes = Vec::new();
    let tenant = &change.title;
    if change.change == TenantChangeKind::Renamed
        && let Some(old) = &change.old_title
    {
        let is_same = change.gained.is_empty() && change.lost.is_empty() && change.rerouted.is_empty();
        let access = if is_same { "; it reaches what it reached before" } else { "" };
        notes.push(format!("`{old}` is renamed to `{tenant}`{access}"));
    }
    if let Some(from) = &change.moved_from {
        notes.push(format!(
            "`{tenant}` moves from `{from}` to `{}`: Terraform destroys its flow there and creates it here",
            change.run
        ));
    }
    notes.extend(recreated_line(&change.recreated));
    match change.is_wired {
        Some(false) => notes.push(format!("no flow receives `{tenant}` anymore, so nobody can request access to it")),
        Some(true) => notes.push(format!("a flow receives `{tenant}` now; before, nobody could request access to it")),
        None => {}
    }
    let is_nothing = change.gained.is_empty() && change.lost.is_empty();
    match change.change {
        TenantChangeKind::Added if is_nothing => {
            notes.push(format!("`{tenant}` is new and has no grant that takes effect"));
        }
        TenantChangeKind::Removed if is_nothing => {
            notes.push(format!("`{tenant}` is gone; it had no grant that took effect"));
        }
        _ => {}
    }
    notes
}

/// What Terraform would destroy and create, in words.
pub fn recreated_line(recreated: &[Recreated]) -> Option<String> {
    let first = recreated.first()?;
    let new = first.new.as_ref().map(|new| format!(" and create `{new}`")).unwrap_or_default();
    let more = match recreated.len() {
        1 => String::new(),
        number => format!(" (and {} more)", number - 1),
    };
    Some(format!(
        "Terraform would destroy `{}`{new}{more}, since no `moved` block says that they are the same",
        first.old
    ))
}

/// An entry that a list gains or loses, in words.
pub fn list_line(change: &ListChange) -> String {
    let connector = change.path.rsplit_once('.').map_or(change.path.as_str(), |(call, _)| call);
    let runtime = change.run.as_ref().map_or("the runtime".to_owned(), |run| format!("the runtime of `{run}`"));
    let Some(entry) = &change.entry else {
        let what = match change.list {
            ListKind::Safelist => format!("which accounts {runtime} may enter"),
            ListKind::Trust => format!("which roles may assume the role of `{connector}`"),
        };
        let when = if change.is_gained { "is not known in full after" } else { "was not known in full before" };
        return format!("{what} {when} the change");
    };
    let is_every = entry.as_str() == EVERY;
    let entry = if is_every { "every AWS account".to_owned() } else { format!("`{entry}`") };
    let names: Vec<String> = change.tenants.iter().take(3).map(|tenant| format!("`{tenant}`")).collect();
    let whose = match (names.is_empty(), change.list) {
        (false, _) => format!(", the SSO account of {}", listed(&names)),
        (true, ListKind::Safelist) if !is_every => ", which is not any tenant's SSO account".to_owned(),
        (true, _) => String::new(),
    };
    match (change.list, change.is_gained) {
        (ListKind::Safelist, true) => format!("{runtime} may now enter {entry}{whose}"),
        (ListKind::Safelist, false) => format!("{runtime} may no longer enter {entry}{whose}"),
        (ListKind::Trust, true) => format!("{entry} may now assume the role of `{connector}`"),
        (ListKind::Trust, false) => format!("{entry} may no longer assume the role of `{connector}`"),
    }
}

/// The expressions that pass other values, in words, each with its place. An object with several values is one
/// expression.
pub fn wiring_lines(diff: &Diff) -> impl Iterator<Item = (String, &Location)> {
    diff.wiring.chunk_by(|a, b| a.location == b.location).filter_map(|changes| {
        let widest = changes.iter().max_by_key(|change| change.tenants.len())?;
        Some((wiring_line(widest, changes), &widest.location))
    })
}

/// `change` is one of the `changes` of an expression.
fn wiring_line(change: &WiringChange, changes: &[WiringChange]) -> String {
    let values = |values: fn(&WiringChange) -> &[Option<Known>]| {
        let of_example = changes.iter().filter(|it| it.example.tenant == change.example.tenant);
        let texts: Vec<String> =
            of_example.flat_map(|it| values(it).iter().take(3)).map(|value| known_text(value.as_ref())).collect();
        listed(&texts)
    };
    let (whom, example) = match (change.is_all, change.tenants.as_slice()) {
        (_, [one]) => (format!("the flow of `{one}`"), String::new()),
        (true, [_, _]) => ("the flows of both tenants".to_owned(), change.example.tenant.to_string()),
        (true, tenants) => (format!("the flows of all {} tenants", tenants.len()), change.example.tenant.to_string()),
        (false, tenants) => {
            let whom = format!("the flows of {} tenants ({})", tenants.len(), few(tenants, tenants.len()));
            (whom, change.example.tenant.to_string())
        }
    };
    let example = if example.is_empty() { example } else { format!(" for `{example}`") };
    let block = if change.block.is_empty() { String::new() } else { format!(" of `{}`", change.block) };
    let written = match &change.old {
        Some(old) if *old != change.new => format!(" is now `{}` (before: `{old}`) and", change.new),
        _ => String::new(),
    };
    let what = |field: &'static str| {
        let kind = FieldKind::VALUES.into_iter().find(|kind| kind.name() == field);
        kind.map_or(field.to_owned(), |kind| FieldName::words(kind).of_its_own().to_string())
    };
    let what: Vec<String> = changes.iter().map(|it| what(it.field)).collect();
    format!(
        "`{}`{block}{written} passes a different {} to {whom}: {} in place of {}{example}",
        change.name,
        listed(&what),
        values(|it| &it.example.new),
        values(|it| &it.example.old)
    )
}

/// How a finding is hidden.
pub fn hidden_line(hidden: &Hidden) -> String {
    format!("{}{}: {}", hidden.finding.rule, hidden_how(hidden), hidden.finding.message)
}

/// How a finding is hidden, without its rule and its message.
pub(super) fn hidden_how(hidden: &Hidden) -> String {
    let finding = &hidden.finding;
    let whose = finding.tenant.as_ref().map(|tenant| format!(" on `{tenant}`")).unwrap_or_default();
    let how = &hidden.how;
    let why = match hidden.by {
        HiddenBy::Inline => format!("a comment suppresses it (\"{how}\")"),
        HiddenBy::Exception => format!("an exception suppresses it (\"{how}\")"),
        HiddenBy::Baseline => "the baseline has it".to_owned(),
        HiddenBy::Configuration | HiddenBy::Level | HiddenBy::Unknown => how.clone(),
    };
    let what = match (hidden.by, hidden.counted_before) {
        (HiddenBy::Unknown, _) => format!("is no longer found, but {why}"),
        (HiddenBy::Level, true) => format!("is only a warning now, because of {why}"),
        (HiddenBy::Level, false) => format!("is new, but only a warning, because of {why}"),
        (HiddenBy::Configuration, true) => format!("is no longer reported, because of {why}"),
        (HiddenBy::Configuration, false) => format!("is new, but not reported, because of {why}"),
        (_, true) => format!("no longer makes a check fail, because {why}"),
        (_, false) => format!("is new, but does not make a check fail, because {why}"),
    };
    format!("{whose} {what}")
}

/// A setting that differs, in words.
pub fn setting_line(setting: &SettingChange) -> String {
    let text = |text: &str| format!("`{text}`");
    match (&setting.old, &setting.new) {
        (None, Some(new)) => format!("adds {}", text(new)),
        (Some(old), None) => format!("removes {}", text(old)),
        (Some(old), Some(new)) => format!("changes {} to {}", text(old), text(new)),
        (None, None) => format!("changes `{}`", setting.name),
    }
}

/// What was not compared. A gap that several root modules have is listed once.
pub fn coverage_lines(diff: &Diff) -> Vec<String> {
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for Uncompared { side, run, gap } in &diff.not_compared {
        let side = match side {
            SideName::Old => "before the change, ",
            SideName::New => "after the change, ",
            SideName::Both => "",
        };
        let line = format!("{side}{} [{}]", gap.reason, gap.code.as_str());
        match lines.iter_mut().find(|(known, _)| *known == line) {
            Some((_, runs)) => runs.extend(run.clone()),
            None => lines.push((line, run.iter().cloned().collect())),
        }
    }
    let line = |(line, runs): (String, Vec<String>)| match runs.len() {
        0 => line,
        number => format!("{line} (in {})", few(&runs, number)),
    };
    lines.into_iter().map(line).collect()
}

/// The new findings of a level that are not crossings.
pub fn other_findings(diff: &Diff, level: Level) -> impl Iterator<Item = &ChangedFinding> {
    let is_crossing = |finding: &ChangedFinding| {
        let fingerprint = |it: &Crossing| it.finding.as_ref().map(|it| it.fingerprint.clone());
        diff.crossings.iter().any(|crossing| fingerprint(crossing).as_ref() == Some(&finding.fingerprint))
    };
    diff.findings.new.iter().filter(move |finding| finding.level == level && !is_crossing(finding))
}

/// The title of [`other_findings`].
pub fn added_title(diff: &Diff, level: Level) -> &'static str {
    match (level, diff.crossings.is_empty()) {
        (Level::Error, true) => "New errors",
        (Level::Error, false) => "Other new errors",
        _ => "New warnings",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_arns_are_short() {
        for (long, short) in [
            ("arn:aws:iam::719240583316:role/sym/SymSSOBlue", "SymSSOBlue in 719240583316"),
            ("arn:aws:iam::719240583316:role/Admin", "arn:aws:iam::719240583316:role/Admin"),
            ("arn:aws-cn:sso:::instance/ssoins-7223", "arn:aws-cn:sso:::instance/ssoins-7223"),
            ("arn:aws:sso:::instance/ssoins-7223", "ssoins-7223"),
            ("arn:aws:sso:::permissionSet/ssoins-7223/ps-1", "ps-1"),
            ("604178239951", "604178239951"),
        ] {
            assert_eq!(short_arn(long), short);
        }
    }
}
