//! A comment for a pull request, which shows within twenty seconds who gains access to what.

use std::fmt::Write;
use std::io;

use symlint_terraform::SortedMap;

use super::picture::picture;
use super::wire::{ChangedFinding, Crossing, Diff, GrantChange, Rerouted, TenantChange, TenantChangeKind};
use super::words::{
    Mood, added_title, coverage_lines, headline, hidden_how, is_partial, list_line, other_findings, recreated_line,
    setting_line, short_arn, tenant_notes, wiring_lines,
};
use crate::level::Level;
use crate::report::{Known, Location, Printable, Problem, capital, code, count, folded, line};

/// GitHub allows 65,536 characters in a comment, and callers may add text around this one.
const BYTES: usize = 64_000;

/// GitHub allows 1 MiB in a job summary, and the findings are added after this part.
const SUMMARY_BYTES: usize = 600_000;

/// How many rows a table has, and how many lines a list has.
const ROWS: usize = 100;

/// How many characters a sentence has.
const SENTENCE: usize = 1_000;

/// Longer lists are collapsed.
const OPEN: usize = 12;

/// Writes the comment. Crossings come first and are never left out.
///
/// # Errors
///
/// Errors of `to`.
pub fn markdown(diff: &Diff, to: &mut dyn io::Write) -> io::Result<()> {
    write(diff, BYTES, to)
}

/// Writes the comment for a job's page, which has more room: all crossings are listed, even if a comment could not hold
/// them.
///
/// # Errors
///
/// Errors of `to`.
pub fn summary(diff: &Diff, to: &mut dyn io::Write) -> io::Result<()> {
    write(diff, SUMMARY_BYTES, to)
}

fn write(diff: &Diff, bytes: usize, to: &mut dyn io::Write) -> io::Result<()> {
    let to: &mut dyn io::Write = &mut Printable::text(to);
    let mut text = head(diff);
    let crossings = crossings(diff, bytes.saturating_sub(text.len() + 1_000));
    text.push_str(&crossings);
    let sections = [
        ("what hides findings from the check", hidden(diff)),
        ("new errors", added(diff, Level::Error)),
        ("who gains and who loses access", access(diff)),
        ("the picture", drawn(diff)),
        ("changed values", values(diff)),
        ("changed wiring", wiring(diff)),
        ("safelist and trust", lists(diff)),
        ("new warnings", added(diff, Level::Warning)),
        ("fixed findings", fixed(diff)),
        ("what was not compared", uncompared(diff)),
    ];
    let mut left_out: Vec<&str> = Vec::new();
    for (name, section) in sections.into_iter().filter(|(_, section)| !section.is_empty()) {
        let room = bytes.saturating_sub(text.len());
        let fitting = if section.len() < room { section.as_str() } else { cut(&section, room / 2) };
        if fitting.len() < section.len() {
            left_out.push(name);
        }
        if !fitting.is_empty() {
            text.push_str(fitting.trim_end());
            text.push_str("\n\n");
        }
    }
    if !left_out.is_empty() {
        let _ = writeln!(
            text,
            "*There is no room here for all of {}. `symlint diff --format json` has everything.*",
            left_out.join(", ")
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    to.write_all(text.as_bytes())
}

/// As many lines of a section as there is room for. A collapsed block or a diagram is either complete or left out.
fn cut(section: &str, room: usize) -> &str {
    let plain = ["<details>", "```"].iter().filter_map(|sign| section.find(sign)).min().unwrap_or(section.len());
    let starts = section.match_indices("\n- ").chain(section.match_indices("\n| ")).map(|(at, _)| at);
    let end = if plain <= room { Some(plain) } else { starts.filter(|at| *at <= room).max() };
    end.and_then(|end| section.get(..end)).unwrap_or_default()
}

fn head(diff: &Diff) -> String {
    let headline = headline(diff);
    let mark = match headline.mood {
        Mood::Failed => "⛔ ",
        Mood::Bad => "❌ ",
        Mood::Doubtful => "⚠️ ",
        Mood::Neutral => "",
        Mood::Clean => "✅ ",
    };
    let [before, after] = diff.summary.tenants;
    let mut text = format!("## {mark}symlint: {}\n\n", cell(&headline.text));
    let _ = writeln!(text, "Compared with {}: {} before, {after} after.\n", cell(&diff.base), count(before, "tenant"));
    for problem in &diff.problems {
        let _ = writeln!(text, "- {}", cell(&problem_line(problem)));
    }
    for problem in &diff.base_problems {
        let _ = writeln!(text, "- before the change: {}", cell(&problem_line(problem)));
    }
    if !diff.problems.is_empty() || !diff.base_problems.is_empty() {
        text.push('\n');
    }
    text
}

fn problem_line(problem: &Problem) -> String {
    let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}{help}", problem.message)
}

fn cell(text: &str) -> String {
    line(text, SENTENCE)
}

fn place(diff: &Diff, location: &Location) -> String {
    code(&format!("{}:{}", diff.repository_path(&location.file), location.start.line))
}

fn rule(diff: &Diff, id: &str) -> String {
    match diff.pages.get(id) {
        Some(page) => format!("[{id}]({page})"),
        None => code(id),
    }
}

fn names(names: &[String]) -> String {
    coded(names, names.len())
}

/// The first few of `count` names, as code.
fn coded(names: &[String], count: usize) -> String {
    let mut text: Vec<String> = names.iter().take(3).map(|name| code(name)).collect();
    if count > text.len() {
        text.push(format!("{} more", count - text.len()));
    }
    text.join(", ")
}

/// Whether a crossing is the one that a finding reports.
fn is_of(crossing: &Crossing, finding: &ChangedFinding) -> bool {
    crossing.finding.as_ref().is_some_and(|own| own.fingerprint == finding.fingerprint)
}

/// All crossings. If there is no room for them, only which tenants cross into which.
fn crossings(diff: &Diff, most: usize) -> String {
    if diff.crossings.is_empty() {
        return String::new();
    }
    let title = "### ❌ Crossings into another customer\n\nAccess that is requested for the customer on the left reaches \
                 what belongs to the customer on the right.\n\n";
    let hidden = |crossing: &Crossing| match diff.check.hidden.iter().any(|hidden| is_of(crossing, &hidden.finding)) {
        true => " **The change hides this finding.**",
        false => "",
    };
    let line = |crossing: &Crossing| {
        let rule = crossing.finding.as_ref().map(|finding| rule(diff, &finding.rule) + ", ").unwrap_or_default();
        format!(
            "- **{} → {}**: {} ({rule}{}){}\n",
            names(&crossing.titles[0]),
            names(&crossing.titles[1]),
            cell(&crossing.message),
            place(diff, &crossing.location),
            hidden(crossing)
        )
    };
    let lines: String = diff.crossings.iter().map(line).collect();
    // There must be room left for the grants that they gain.
    if title.len() + lines.len() < most / 3 * 2 {
        return format!("{title}{lines}\n");
    }
    let mut pairs: SortedMap<(Vec<String>, Vec<String>), usize> = SortedMap::new();
    for crossing in &diff.crossings {
        let [from, into] = crossing.titles.clone();
        *pairs.entry((into, from)).or_default() += 1;
    }
    let times = |number: &usize| if *number == 1 { String::new() } else { format!(" ({number} times)") };
    let lines: String = pairs
        .iter()
        .map(|((into, from), number)| format!("- {} → {}{}\n", names(from), names(into), times(number)))
        .collect();
    if title.len() + lines.len() < most {
        return format!("{title}{lines}\n");
    }
    // Too many even for that: the tenants that are crossed into, each with the number of others.
    let mut into: SortedMap<&str, usize> = SortedMap::new();
    diff.crossings.iter().flat_map(|crossing| &crossing.titles[1]).for_each(|name| *into.entry(name).or_default() += 1);
    let others = if most > BYTES { "`symlint diff --format json` has" } else { "the page of the job has" };
    let mut lines = format!(
        "There is no room here to name all {} crossings; {others} them. They lead into {}:\n\n",
        diff.crossings.len(),
        count(into.len(), "tenant")
    );
    for (at, (name, number)) in into.iter().enumerate() {
        let line = format!("{}{}{}", if at == 0 { "" } else { ", " }, code(name), times(number));
        if title.len() + lines.len() + line.len() + 100 > most {
            let _ = write!(lines, ", and {} more", into.len() - at);
            break;
        }
        lines.push_str(&line);
    }
    format!("{title}{lines}\n\n")
}

fn hidden(diff: &Diff) -> String {
    let mut text = String::new();
    let check = &diff.check;
    if !check.hidden.is_empty() {
        text.push_str("### ❌ This change hides findings from the check\n\n");
        for it in check.hidden.iter().take(ROWS) {
            let finding = &it.finding;
            let what = match diff.crossings.iter().any(|crossing| is_of(crossing, finding)) {
                true => " (see above)".to_owned(),
                false => format!(": {} ({})", cell(&finding.message), place(diff, &finding.location)),
            };
            let _ = writeln!(text, "- {}{}{what}", rule(diff, &finding.rule), cell(&hidden_how(it)));
        }
        more(&mut text, check.hidden.len());
        text.push('\n');
    }
    if !check.settings.is_empty() {
        text.push_str("### The configuration of the check changes\n\n");
        for setting in check.settings.iter().take(ROWS) {
            let file = code(diff.repository_path(&setting.file));
            let _ = writeln!(text, "- {file} {}", cell(&setting_line(setting)));
        }
        more(&mut text, check.settings.len());
    }
    text
}

fn more(text: &mut String, all: usize) {
    if all > ROWS {
        let _ = writeln!(text, "- and {} more", all - ROWS);
    }
}

/// A value in a cell, shortened if its form is the usual one.
fn short(value: Option<&Known>) -> String {
    match value {
        Some(Known::Text(text)) => {
            let short = short_arn(text);
            match short.split_once(" in ").filter(|_| short != text.as_str()) {
                Some((role, account)) => format!("{} in {account}", code(role)),
                None => code(&short),
            }
        }
        Some(Known::Unknown { .. }) => "*not known*".to_owned(),
        Some(Known::Sensitive { .. }) => "*sensitive*".to_owned(),
        None => "–".to_owned(),
    }
}

fn between(old: Option<&Known>, new: Option<&Known>) -> String {
    let (old, new) = (short(old), short(new));
    if old == new { new } else { format!("{old} → {new}") }
}

fn access(diff: &Diff) -> String {
    let mut rows: Vec<String> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    let with_others = |text: String, grant: &GrantChange, what: &str| {
        let others = grant.also_of.iter().filter(|it| it.what == what).map(|it| {
            let verb = if it.before { "was" } else { "also" };
            format!(" ⚠️ {verb} the {} of {}", what.replace('_', " "), coded(&it.tenants, it.count))
        });
        let own = if what == "account" && grant.is_sso_account { " ⚠️ its own SSO account" } else { "" };
        text + own + &others.collect::<String>()
    };
    for (change, is_wrong) in diff.urgent_first() {
        let tenant = tenant(change, is_wrong);
        let row = |what: &str, grant: &GrantChange, role: String, instance: String| {
            let flow = grant.flow.as_ref().map(|flow| format!(", flow {}", code(flow))).unwrap_or_default();
            format!(
                "| {what} | {tenant}{flow} | {} | {} | {} | {} |",
                with_others(short(grant.permission_set.as_ref()), grant, "permission_set"),
                with_others(short(grant.account.as_ref()), grant, "account"),
                with_others(role, grant, "role"),
                with_others(instance, grant, "instance"),
            )
        };
        let plain = |what: &str, it: &GrantChange| row(what, it, short(it.role.as_ref()), short(it.instance.as_ref()));
        rows.extend(change.gained.iter().map(|grant| plain("**gains**", grant)));
        rows.extend(change.rerouted.iter().map(|Rerouted { old, new }| {
            let role = between(old.role.as_ref(), new.role.as_ref());
            row("rerouted", new, role, between(old.instance.as_ref(), new.instance.as_ref()))
        }));
        rows.extend(change.lost.iter().map(|grant| plain("loses", grant)));
        notes.extend(tenant_notes(change).iter().map(|note| format!("- {}", cell(&capital(note)))));
    }
    if rows.is_empty() && notes.is_empty() {
        return String::new();
    }
    let mut text = "### Who gains and who loses access\n\n".to_owned();
    if !rows.is_empty() {
        text.push_str(
            "| | tenant | permission set | in account | through role | of instance |\n|---|---|---|---|---|---|\n",
        );
        text.extend(rows.iter().take(ROWS).flat_map(|row| [row.as_str(), "\n"]));
        if rows.len() > ROWS {
            let _ = writeln!(text, "\nThese are the first {ROWS} of {} changes of access.", rows.len());
        }
        text.push('\n');
    }
    let mut lines: String = notes.iter().take(ROWS).flat_map(|note| [note.as_str(), "\n"]).collect();
    more(&mut lines, notes.len());
    text + &match notes.len() {
        0..=OPEN => lines,
        number => folded(&format!("{number} notes on these tenants"), &lines),
    }
}

/// The tenant of a row, with the kind of its change.
fn tenant(change: &TenantChange, is_wrong: bool) -> String {
    let what = match change.change {
        TenantChangeKind::Added => " (new)",
        TenantChangeKind::Removed => " (removed)",
        TenantChangeKind::Renamed => " (renamed)",
        TenantChangeKind::Changed => "",
    };
    format!("{}{what}{}", code(&change.title), if is_wrong { " ❌" } else { "" })
}

fn drawn(diff: &Diff) -> String {
    let Some(graph) = picture(diff) else { return String::new() };
    let text = format!("```mermaid\n{graph}```\n");
    if graph.lines().count() <= 3 * OPEN { text } else { folded("Picture of what changes", &text) }
}

fn values(diff: &Diff) -> String {
    let rows: Vec<String> = diff
        .urgent_first()
        .into_iter()
        .flat_map(|(change, _)| change.values.iter().map(move |value| (change, value)))
        .map(|(change, value)| {
            format!(
                "| {} | {} | {} | {} | {} |",
                code(&change.title),
                code(&value.name),
                full(value.old.as_ref()),
                full(value.new.as_ref()),
                place(diff, &value.location)
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut text = "| tenant | value | before | after | where |\n|---|---|---|---|---|\n".to_owned();
    text.extend(rows.iter().take(ROWS).flat_map(|row| [row.as_str(), "\n"]));
    if rows.len() > ROWS {
        let _ = writeln!(text, "\nThese are the first {ROWS} of {}.", rows.len());
    }
    match rows.len() {
        0..=OPEN => format!("### Changed values\n\n{text}"),
        number => folded(&format!("{number} changed values"), &text),
    }
}

fn full(value: Option<&Known>) -> String {
    match value {
        Some(Known::Text(text)) => code(text),
        value => short(value),
    }
}

fn wiring(diff: &Diff) -> String {
    let recreated = recreated_line(&diff.recreated);
    if diff.wiring.is_empty() && recreated.is_none() {
        return String::new();
    }
    let mut text = "### Changed wiring\n\n".to_owned();
    if let Some(recreated) = recreated {
        let _ = writeln!(text, "- {}", cell(&recreated));
    }
    for (line, location) in wiring_lines(diff).take(ROWS) {
        let _ = writeln!(text, "- {} ({})", cell(&line), place(diff, location));
    }
    more(&mut text, wiring_lines(diff).count());
    text
}

fn lists(diff: &Diff) -> String {
    if diff.lists.is_empty() {
        return String::new();
    }
    let mut lines = String::new();
    for change in diff.lists.iter().take(ROWS) {
        let was = if change.is_gained { "" } else { "was at " };
        let _ = writeln!(lines, "- {} ({was}{})", cell(&capital(&list_line(change))), place(diff, &change.location));
    }
    more(&mut lines, diff.lists.len());
    match diff.lists.len() {
        0..=OPEN => format!("### Safelist and trust\n\n{lines}"),
        number => folded(&format!("{number} changed entries of safelists and trust"), &lines),
    }
}

/// The new findings of a level that are not crossings.
fn added(diff: &Diff, level: Level) -> String {
    let added: Vec<&ChangedFinding> = other_findings(diff, level).collect();
    if added.is_empty() {
        return String::new();
    }
    let mark = if level == Level::Error { "❌" } else { "⚠️" };
    let mut text = format!("### {mark} {}\n\n", added_title(diff, level));
    for finding in added.iter().take(ROWS) {
        let (place, rule) = (place(diff, &finding.location), rule(diff, &finding.rule));
        let _ = writeln!(text, "- {} ({rule}, {place})", named(finding));
    }
    more(&mut text, added.len());
    text
}

/// The message of a finding, with its tenant.
fn named(finding: &ChangedFinding) -> String {
    let tenant = finding.tenant.as_deref().map(|tenant| format!("{}: ", code(tenant))).unwrap_or_default();
    tenant + &cell(&finding.message)
}

fn fixed(diff: &Diff) -> String {
    let fixed = &diff.findings.fixed;
    if fixed.is_empty() {
        return String::new();
    }
    let mut lines = String::new();
    for finding in fixed.iter().take(ROWS) {
        let _ = writeln!(lines, "- {} ({})", named(finding), rule(diff, &finding.rule));
    }
    more(&mut lines, fixed.len());
    folded(&format!("Fixed: {}", count(fixed.len(), "finding")), &lines)
}

fn uncompared(diff: &Diff) -> String {
    let gaps = coverage_lines(diff);
    if gaps.is_empty() {
        return String::new();
    }
    let mut lines = String::new();
    for gap in gaps.iter().take(ROWS) {
        let _ = writeln!(lines, "- {}", cell(gap));
    }
    more(&mut lines, gaps.len());
    match is_partial(diff) {
        true => format!("### Not compared\n\n{lines}"),
        false => folded(&format!("Not compared: {}", count(gaps.len(), "note")), &lines),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::super::wire::{CheckChanges, DiffSummary, FindingChanges, Hidden, HiddenBy};
    use super::*;
    use crate::report::{Point, Tool};

    fn crossing(n: usize) -> Crossing {
        let [from, into] = [n, n + 10_000].map(|n| vec![format!("customer-{n:05}-with-a-name")]);
        let point = Point { line: 1, column: 1, offset: 0 };
        let location = Location { file: "terraform.tfvars".into(), start: point.clone(), end: point };
        let finding = ChangedFinding {
            rule: "duplicate-target-account".into(),
            level: Level::Error,
            message: format!("`target_account_id` is also used by `{}`, which has another instance", into.concat()),
            tenant: from.first().cloned(),
            path: None,
            location,
            help: None,
            fingerprint: n.to_string(),
            suppressed: None,
            urgency: 0,
        };
        let (message, location) = (finding.message.clone(), finding.location.clone());
        Crossing { titles: [from.clone(), into.clone()], from, into, message, location, finding: Some(finding) }
    }

    fn empty() -> Diff {
        Diff {
            version: 1,
            tool: Tool { name: "symlint".into(), version: String::new() },
            base: "`main`".into(),
            crossings: Vec::new(),
            check: CheckChanges::default(),
            tenants: Vec::new(),
            wiring: Vec::new(),
            recreated: Vec::new(),
            lists: Vec::new(),
            findings: FindingChanges::default(),
            not_compared: Vec::new(),
            problems: Vec::new(),
            base_problems: Vec::new(),
            summary: DiffSummary::default(),
            paths: SortedMap::new(),
            pages: SortedMap::new(),
        }
    }

    /// Long reasons must not push the hidden findings out of the comment.
    #[test]
    fn a_list_is_cut_where_there_is_no_room() {
        let hidden = |n: usize| Hidden {
            finding: crossing(n).finding.unwrap(),
            by: HiddenBy::Inline,
            how: "because ".repeat(110),
            counted_before: true,
        };
        let mut diff = empty();
        diff.check.hidden = (0..90).map(hidden).collect();
        diff.findings.new = (0..5).map(|n| crossing(1_000 + n).finding.unwrap()).collect();
        let mut comment = Vec::new();
        markdown(&diff, &mut comment).unwrap();
        let comment = String::from_utf8(comment).unwrap();
        let lines = comment.lines().filter(|line| line.contains("a comment suppresses it (\"because ")).count();
        assert!((20..90).contains(&lines) && comment.len() < 65_000, "{lines} {}", comment.len());
        assert!(comment.contains("\n\n### ❌ New errors\n"), "{comment}");
        assert!(
            comment.contains("*There is no room here for all of what hides findings from the check. "),
            "{comment}"
        );
    }

    #[test]
    fn thousands_of_crossings_fit() {
        let mut diff = empty();
        for (number, is_whole) in [(5, true), (900, true), (5_000, false)] {
            diff.crossings = (0..number).map(crossing).collect();
            let (mut comment, mut page) = (Vec::new(), Vec::new());
            markdown(&diff, &mut comment).unwrap();
            summary(&diff, &mut page).unwrap();
            let (comment, page) = (String::from_utf8(comment).unwrap(), String::from_utf8(page).unwrap());
            assert!(comment.len() < 65_536 - 100 && page.len() < 1 << 20, "{} {}", comment.len(), page.len());
            let named = |text: &str| {
                let has = |name: &String| text.contains(&code(name));
                diff.crossings.iter().filter(|it| it.titles.iter().flatten().all(has)).count()
            };
            assert_eq!(named(&page), number);
            assert_eq!(named(&comment) == number, is_whole);
            assert_eq!(comment.contains("There is no room here to name all 5000 crossings"), !is_whole);
        }
    }
}
