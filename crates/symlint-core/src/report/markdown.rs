//! A summary in GitHub's Markdown, for a job's page or a comment on a pull request.

use std::fmt::Write;
use std::io;

use symlint_terraform::SortedMap;

use super::mermaid::mermaid;
use super::place::Known;
use super::printable::Printable;
use super::problem::Problem;
use super::summary::{count, is_clean, policy, totals, verdict};
use super::wire::{Report, ReportedFinding, ReportedTenant};
use super::{LINES_TO_PASTE, importance};
use crate::level::Level;

/// How many findings are listed. Other formats list all.
const FINDINGS: usize = 200;

/// How many gaps are listed.
const GAPS: usize = 50;

/// How many tenants the table has.
const TENANTS: usize = 500;

/// GitHub allows 1 MiB in a summary.
const BYTES: usize = (1 << 20) - 1024;

/// How many characters of a value are shown.
const CELL: usize = 240;

/// Writes the verdict, the findings, what to do, the gaps, the changes by the configuration, the tenants, and a diagram
/// of who can access what.
///
/// # Errors
///
/// Errors of `to`.
pub fn markdown(report: &Report, to: &mut dyn io::Write) -> io::Result<()> {
    let to: &mut dyn io::Write = &mut Printable::text(to);
    let mut findings: Vec<&ReportedFinding> = report.counting().collect();
    findings.sort_by(|a, b| importance(a).cmp(&importance(b)));
    let sections = [
        head(report),
        table(report, &findings),
        details(&findings),
        not_checked(report),
        configured(report),
        tenants(report),
        picture(report),
    ];
    let mut text = String::new();
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        // A section that does not fit is left out completely, because half a table is useless.
        if text.len() + section.len() < BYTES {
            text.push_str(&section);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    to.write_all(text.as_bytes())
}

fn head(report: &Report) -> String {
    let summary = &report.summary;
    let mark = match (summary.errors, summary.warnings) {
        _ if !report.problems.is_empty() => "⛔",
        (0, _) if is_clean(report) => "✅",
        (0, _) => "⚠️",
        _ => "❌",
    };
    let problem = |problem: &Problem| {
        let text = problem.to_string();
        match text.split_once("\nhelp: ") {
            Some((message, help)) => format!("- {}. {}\n", cell(message), item(&capital(help))),
            None => format!("- {}\n", cell(&text)),
        }
    };
    let problems: String = report.problems.iter().map(problem).collect();
    let problems = if problems.is_empty() { problems } else { format!("\n{problems}") };
    format!("## {mark} symlint: {}\n\n{}.\n{problems}", verdict(report), capital(&totals(report)))
}

fn table(report: &Report, findings: &[&ReportedFinding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = "| | tenant | what is wrong | where | rule |\n|---|---|---|---|---|\n".to_owned();
    for finding in findings.iter().take(FINDINGS) {
        let mark = if finding.level == Level::Error { "❌" } else { "⚠️" };
        let tenant = finding.tenant.as_deref().map(code).unwrap_or_default();
        let place = format!("{}:{}", report.repository_path(&finding.location.file), finding.location.start.line);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {mark} | {tenant} | {} | {} | [{rule}]({page}) |",
            cell(&finding.message),
            code(&place),
            rule = finding.rule,
            page = finding.url
        );
    }
    if findings.len() > FINDINGS {
        let _ = writeln!(text, "\nThese are the first {FINDINGS} of {} findings.", findings.len());
    }
    text
}

/// The gaps. They are not collapsed if one of them is a surprise.
fn not_checked(report: &Report) -> String {
    let several = report.runs.len() > 1;
    let mut lines = String::new();
    for (run, gap) in report.gaps().take(GAPS) {
        let run = run.filter(|_| several).map(|run| format!(" in {}", code(run))).unwrap_or_default();
        let _ = writeln!(lines, "- **{}**{run}: {}", gap.code.as_str(), cell(&gap.reason));
    }
    let number = report.gaps().count();
    if number == 0 {
        return lines;
    }
    if number > GAPS {
        let _ = writeln!(lines, "- and {} more", number - GAPS);
    }
    match report.gaps().any(|(_, gap)| gap.is_surprise) {
        true => format!("### Not checked\n\n{lines}"),
        false => folded(&format!("Not checked: {}", count(number, "note")), &lines),
    }
}

fn configured(report: &Report) -> String {
    policy(report).iter().map(|line| format!("- {}\n", cell(line))).collect()
}

/// What to do about each kind of finding, once.
fn details(findings: &[&ReportedFinding]) -> String {
    let mut seen: SortedMap<(&str, &str), usize> = SortedMap::new();
    let mut order: Vec<(&str, &str)> = Vec::new();
    for finding in findings.iter().take(FINDINGS) {
        let Some(help) = &finding.help else { continue };
        let entry = (finding.rule.as_str(), help.as_str());
        if seen.insert(entry, 0).is_none() {
            order.push(entry);
        }
    }
    if order.is_empty() {
        return String::new();
    }
    let lines: String = order.into_iter().map(|(rule, help)| format!("- **{rule}**: {}\n", item(help))).collect();
    folded("What to do, and what happens otherwise", &lines)
}

/// A help text as an item of a list, with the lines to paste as code.
fn item(help: &str) -> String {
    let lines = help.lines().map(|line| match line.strip_prefix(LINES_TO_PASTE) {
        Some(code) => format!("  {LINES_TO_PASTE}{}", plain(code, CELL)),
        None if line.is_empty() => String::new(),
        // A value may have parts at the start of a line.
        None if line.starts_with(['>', '#', '+', '-', '=', '~']) => format!("  \\{}", cell(line)),
        None => format!("  {}", cell(line)),
    });
    lines.collect::<Vec<_>>().join("\n").trim_start().to_owned()
}

fn tenants(report: &Report) -> String {
    if report.tenants.is_empty() {
        return String::new();
    }
    let several = report.runs.len() > 1;
    let (head, line) = if several { ("| run ", "|---") } else { ("", "") };
    let mut text = format!(
        "{head}| tenant | SSO account | instance | region | role | grants |\n{line}|---|---|---|---|---|---|\n"
    );
    for tenant in report.tenants.iter().take(TENANTS) {
        let run = report.runs.get(tenant.run).filter(|_| several);
        let run = run.map(|run| format!("| {} ", code(&run.name))).unwrap_or_default();
        let _ = writeln!(
            text,
            "{run}| {} | {} | {} | {} | {} | {} |",
            code(&tenant.key),
            known(tenant.sso_account_id.as_ref()),
            known(tenant.instance_id.as_ref()),
            known(tenant.region.as_ref()),
            known(tenant.role_arn.as_ref()),
            grants(tenant)
        );
    }
    if report.tenants.len() > TENANTS {
        let _ = writeln!(text, "\nThese are the first {TENANTS} of {} tenants.", report.tenants.len());
    }
    folded(&count(report.tenants.len(), "tenant"), &text)
}

fn grants(tenant: &ReportedTenant) -> String {
    let grants = tenant.grants.iter().take(10).map(|grant| {
        let set = grant.permission_set_arn.as_ref();
        format!("{} in {}", known(set), known(grant.target_account_id.as_ref()))
    });
    let more =
        if tenant.grants.len() > 10 { format!("<br>and {} more", tenant.grants.len() - 10) } else { String::new() };
    grants.collect::<Vec<_>>().join("<br>") + &more
}

fn picture(report: &Report) -> String {
    match mermaid(report) {
        Some(graph) => folded("Who can access what", &format!("```mermaid\n{graph}```\n")),
        None => String::new(),
    }
}

pub(crate) fn folded(title: &str, text: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n\n{text}\n</details>\n")
}

fn known(value: Option<&Known>) -> String {
    match value {
        Some(Known::Text(text)) => code(text),
        Some(Known::Unknown { .. }) => "*unknown*".into(),
        Some(Known::Sensitive { .. }) => "*sensitive*".into(),
        None => "–".into(),
    }
}

/// A value as code. Even in code, a `|` would end the table cell.
pub(crate) fn code(text: &str) -> String {
    let text = plain(text, CELL).replace('|', "\\|");
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 || text.trim().len() < text.len() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text in which only backticks have a meaning: they mark code.
fn cell(text: &str) -> String {
    line(text, CELL)
}

/// The same, limited to this many characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let text = plain(text, most);
    // If backticks are part of a value, it is unclear which ones belong together.
    if text.matches('`').count() % 2 == 1 || text.contains("``") {
        return escaped(&text).replace('`', "\\`");
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('|', "\\|")
        .replace('[', "\\[")
        .replace('*', "\\*")
        .replace('@', "@\u{200B}")
        // GitHub turns addresses into links.
        .replace("://", ":\u{200B}//")
        .replace("www.", "www\u{200B}.")
}

/// One line of at most this many characters.
fn plain(text: &str, most: usize) -> String {
    let mut plain: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        plain.push('…');
    }
    plain
}

/// A text with a capital letter at the start.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default() + chars.as_str()
}
