//! The comparison for people at a terminal: crossings first, then who gains and who loses access.

use symlint_core::diff::{
    ChangedFinding, Crossing, Diff, Mood, TenantChange, TenantChangeKind, added_title, coverage_lines, grant_line,
    headline, hidden_line, known_text, list_line, other_findings, recreated_line, rerouted_line, setting_line,
    tenant_notes, wiring_lines,
};
use symlint_core::level::Level;
use symlint_core::report::{Known, Location, count};

use crate::args::DiffOptions;
use crate::excerpt::printable;
use crate::style::Style;

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";

/// Lines with or without colors.
struct ReportLines {
    text: String,
    style: Style,
    /// How many entries of a list are shown.
    most: usize,
}

/// How many entries of a list are shown by default.
const MOST: usize = 30;

impl ReportLines {
    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let title = self.painted(BOLD, title);
        self.line(&title);
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a line after a sign. The text is wrapped and indented.
    fn item(&mut self, paint: &str, sign: &str, line: &str) {
        let wrapped = self.style.wrapped(&format!("  {sign} "), &printable(line));
        let sign_at = wrapped.find(sign).unwrap_or(0);
        let (before, rest) = wrapped.split_at(sign_at);
        let rest = rest.strip_prefix(sign).unwrap_or(rest);
        let line = format!("{before}{}{rest}", self.painted(paint, sign));
        self.line(&line);
    }

    /// Adds the number of a list's entries that are not shown.
    fn rest(&mut self, all: usize) {
        if all > self.most {
            self.line(&format!("  and {} more: `--max-findings 0` shows all", all - self.most));
        }
    }

    fn painted(&self, paint: &str, text: &str) -> String {
        if self.style.color { format!("\u{1b}[{paint}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The comparison. If it is quiet, without the last lines.
pub(crate) fn human(diff: &Diff, options: &DiffOptions, to_stdout: bool) -> String {
    let most = match options.max_findings {
        Some(0) => usize::MAX,
        most => most.unwrap_or(MOST),
    };
    let mut lines = ReportLines { text: String::new(), style: Style::new(&options.input, to_stdout), most };
    let place = |location: &Location| format!("{}:{}:{}", location.file, location.start.line, location.start.column);
    if !diff.crossings.is_empty() {
        lines.title("Crossings into another customer");
        let who =
            |crossing: &Crossing| format!("{} -> {}", crossing.titles[0].join(", "), crossing.titles[1].join(", "));
        for crossing in diff.crossings.iter().take(most) {
            let rule = crossing.finding.as_ref().map(|finding| format!(" [{}]", finding.rule)).unwrap_or_default();
            let line = format!("{}: {}{rule} at {}", who(crossing), crossing.message, place(&crossing.location));
            lines.item(RED, "!", &line);
        }
        // Crossings are never left out.
        let others: Vec<String> = diff.crossings.iter().skip(most).map(who).collect();
        if !others.is_empty() {
            lines.item(RED, "!", &format!("{} more: {}", others.len(), others.join("; ")));
        }
    }
    if !diff.check.hidden.is_empty() {
        lines.title("This change hides findings from the check");
        for hidden in diff.check.hidden.iter().take(most) {
            lines.item(RED, "!", &format!("{} at {}", hidden_line(hidden), place(&hidden.finding.location)));
        }
        lines.rest(diff.check.hidden.len());
    }
    if !diff.check.settings.is_empty() {
        lines.title("The configuration of the check changes");
        for setting in diff.check.settings.iter().take(most) {
            lines.item(YELLOW, "~", &format!("{} {}", setting.file, setting_line(setting)));
        }
        lines.rest(diff.check.settings.len());
    }
    added(diff, Level::Error, &mut lines, &place);
    for (change, _) in diff.urgent_first().into_iter().take(most) {
        tenant(&mut lines, change, &place);
    }
    if diff.tenants.len() > most {
        let more = count(diff.tenants.len() - most, "more tenant");
        lines.title(&format!("{more} not shown: `--max-findings 0` shows all"));
    }
    let recreated = recreated_line(&diff.recreated);
    if !diff.wiring.is_empty() || recreated.is_some() {
        lines.title("Changed wiring");
        recreated.iter().for_each(|line| lines.item(YELLOW, "~", line));
        for (line, location) in wiring_lines(diff).take(most) {
            lines.item(YELLOW, "~", &format!("{line} at {}", place(location)));
        }
        lines.rest(wiring_lines(diff).count());
    }
    if !diff.lists.is_empty() {
        lines.title("Safelist and trust");
        for change in diff.lists.iter().take(most) {
            let (paint, sign) = if change.is_gained { (GREEN, "+") } else { (RED, "-") };
            let place = place(&change.location);
            let line = list_line(change);
            let place = match change.is_gained {
                true if line.contains(", ") => format!(", at {place}"),
                true => format!(" at {place}"),
                false => format!(" (was at {place})"),
            };
            lines.item(paint, sign, &(line + &place));
        }
        lines.rest(diff.lists.len());
    }
    added(diff, Level::Warning, &mut lines, &place);
    if !diff.findings.fixed.is_empty() {
        lines.title("Fixed");
        for finding in diff.findings.fixed.iter().take(most) {
            lines.item(GREEN, "-", &format!("{}{} [{}]", whose(finding), finding.message, finding.rule));
        }
        lines.rest(diff.findings.fixed.len());
    }
    if !options.input.quiet {
        last_lines(diff, &mut lines);
    }
    lines.text
}

/// The new findings of a level that are not crossings.
fn added(diff: &Diff, level: Level, lines: &mut ReportLines, place: &dyn Fn(&Location) -> String) {
    let added: Vec<&ChangedFinding> = other_findings(diff, level).collect();
    if added.is_empty() {
        return;
    }
    lines.title(added_title(diff, level));
    let (paint, sign) = if level == Level::Error { (RED, "!") } else { (YELLOW, "~") };
    let (all, most) = (added.len(), lines.most);
    for finding in added.into_iter().take(most) {
        let (message, rule) = (&finding.message, &finding.rule);
        lines.item(paint, sign, &format!("{}{message} [{rule}] at {}", whose(finding), place(&finding.location)));
    }
    lines.rest(all);
}

/// The tenant of a finding, if it has one.
fn whose(finding: &ChangedFinding) -> String {
    finding.tenant.as_ref().map(|tenant| format!("{tenant}: ")).unwrap_or_default()
}

fn tenant(lines: &mut ReportLines, change: &TenantChange, place: &dyn Fn(&Location) -> String) {
    let what = match change.change {
        TenantChangeKind::Added => "is new",
        TenantChangeKind::Removed => "is removed",
        TenantChangeKind::Renamed => "is renamed",
        TenantChangeKind::Changed => "changes",
    };
    let was = if change.change == TenantChangeKind::Removed { "was at " } else { "" };
    lines.title(&printable(&format!("tenant {} {what} ({was}{})", change.title, place(&change.location))));
    for grant in &change.gained {
        lines.item(GREEN, "+", &format!("gains {}", grant_line(grant)));
    }
    for rerouted in &change.rerouted {
        lines.item(YELLOW, "~", &rerouted_line(rerouted));
    }
    for grant in &change.lost {
        lines.item(RED, "-", &format!("loses {}", grant_line(grant)));
    }
    for note in tenant_notes(change) {
        lines.item(YELLOW, "~", &note);
    }
    for value in &change.values {
        let (old, new) = (whole(value.old.as_ref()), whole(value.new.as_ref()));
        lines.item(YELLOW, "~", &format!("{}: {old} -> {new} at {}", value.name, place(&value.location)));
    }
}

/// A value in full.
fn whole(value: Option<&Known>) -> String {
    match value {
        // Whitespace at the ends is only visible between quotes.
        Some(Known::Text(text)) if text.trim() != text.as_str() => format!("{text:?}"),
        Some(Known::Text(text)) => text.to_string(),
        value => known_text(value),
    }
}

fn last_lines(diff: &Diff, lines: &mut ReportLines) {
    if !lines.text.is_empty() {
        lines.text.push('\n');
    }
    for gap in coverage_lines(diff) {
        let line = lines.style.wrapped("note: ", &printable(&gap));
        lines.line(&line);
    }
    let [before, after] = diff.summary.tenants;
    let headline = headline(diff);
    let paint = match headline.mood {
        Mood::Failed | Mood::Bad => RED,
        Mood::Doubtful => YELLOW,
        Mood::Neutral => BOLD,
        Mood::Clean => GREEN,
    };
    let text = lines.painted(paint, &printable(&headline.text));
    let base = printable(&diff.base);
    let summary = format!("compared {} with {before} of {base}: {text}", count(after, "tenant"));
    let summary = lines.style.wrapped("", &summary);
    lines.line(&summary);
}
