//! A summary in GitHub's Markdown, for a job's page or a comment on a pull request.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::importance;
use super::mermaid::mermaid;
use super::wire::{Known, Report, ReportedFinding, ReportedTenant};
use crate::rule::{Catalogue, Level};

/// How many findings are listed: more are read in another format.
const FINDINGS: usize = 200;

/// How many tenants the table has.
const TENANTS: usize = 500;

/// GitHub takes summaries of 1 MiB.
const BYTES: usize = (1 << 20) - 1024;

/// How many characters of a value are shown.
const CELL: usize = 240;

/// Verdict, findings, what to do, tenants, and a picture of who reaches what.
pub fn markdown(report: &Report, catalogue: &Catalogue, repository_path: &dyn Fn(&str) -> String) -> String {
    let mut findings: Vec<&ReportedFinding> =
        report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    findings.sort_by_key(|finding| importance(finding, catalogue));
    let sections = [
        verdict(report),
        table(&findings, catalogue, repository_path),
        details(&findings),
        tenants(report),
        picture(report, &findings),
    ];
    let mut text = String::new();
    for section in sections.into_iter().filter(|section| !section.is_empty()) {
        // A part that does not fit is left out as a whole: half a table is none.
        if text.len() + section.len() < BYTES {
            text.push_str(&section);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn verdict(report: &Report) -> String {
    let summary = &report.summary;
    let mark = match (summary.unchecked, summary.errors, summary.warnings) {
        (0, 0, 0) => "✅",
        (0, 0, _) => "⚠️",
        (0, _, _) => "❌",
        _ => "⛔",
    };
    let gaps: String = report.unchecked.iter().map(|gap| format!("- {}\n", cell(&gap.message))).collect();
    let gaps = if gaps.is_empty() { gaps } else { format!("\n{gaps}") };
    format!("## {mark} symlint: {}\n\n{}.\n{gaps}", summary.verdict(), capital(&summary.to_string()))
}

fn table(findings: &[&ReportedFinding], catalogue: &Catalogue, repository_path: &dyn Fn(&str) -> String) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = "| | tenant | what is wrong | where | rule |\n|---|---|---|---|---|\n".to_owned();
    for finding in findings.iter().take(FINDINGS) {
        let mark = if finding.level == Level::Error { "❌" } else { "⚠️" };
        let tenant = finding.tenant.as_deref().map(code).unwrap_or_default();
        let place = format!("{}:{}", repository_path(&finding.location.file), finding.location.start.line);
        let page = catalogue.get(&finding.rule).map_or("", |rule| rule.page.address);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| {mark} | {tenant} | {} | {} | [{rule}]({page}) |",
            cell(&finding.message),
            code(&place),
            rule = finding.rule
        );
    }
    if findings.len() > FINDINGS {
        let _ = writeln!(text, "\nThese are the first {FINDINGS} of {} findings.", findings.len());
    }
    text
}

/// What to do about each kind of finding, once.
fn details(findings: &[&ReportedFinding]) -> String {
    let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
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
    let lines: String = order.into_iter().map(|(rule, help)| format!("- **{rule}**: {}\n", cell(help))).collect();
    folded("What happens if it stays, and what to do", &lines)
}

fn tenants(report: &Report) -> String {
    if report.tenants.is_empty() {
        return String::new();
    }
    let several = report.projects.len() > 1;
    let (head, line) = if several { ("| module ", "|---") } else { ("", "") };
    let mut text = format!(
        "{head}| tenant | SSO account | instance | region | role | grants |\n{line}|---|---|---|---|---|---|\n"
    );
    for tenant in report.tenants.iter().take(TENANTS) {
        let module = report.projects.get(tenant.project).filter(|_| several);
        let module = module.map(|project| format!("| {} ", code(&project.name))).unwrap_or_default();
        let _ = writeln!(
            text,
            "{module}| {} | {} | {} | {} | {} | {} |",
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

fn picture(report: &Report, findings: &[&ReportedFinding]) -> String {
    let wrong: BTreeSet<(usize, &str)> = findings
        .iter()
        .filter(|finding| finding.level == Level::Error)
        .filter_map(|finding| Some((finding.project, finding.tenant.as_deref()?)))
        .collect();
    match mermaid(report, &wrong) {
        Some(graph) => folded("Who reaches what", &format!("```mermaid\n{graph}```\n")),
        None => String::new(),
    }
}

fn folded(title: &str, text: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n\n{text}\n</details>\n")
}

fn known(value: Option<&Known>) -> String {
    match value {
        Some(Known::Text(text)) => code(text),
        Some(Known::Unknown { .. }) => "*unknown*".into(),
        None => "–".into(),
    }
}

/// A value as code. A bar would end the cell even there.
fn code(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    if text.is_empty() {
        return text;
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 || text.trim().len() < text.len() { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text in which backticks mean code, and nothing else means anything.
fn cell(text: &str) -> String {
    let text = plain(text);
    // Where backticks are part of a value, nobody can tell which ones belong together.
    if text.matches('`').count() % 2 == 1 || text.contains("``") {
        return escaped(&text).replace('`', "\\`");
    }
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { code(part) } else { escaped(part) }).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('|', "\\|")
        .replace('[', "\\[")
        .replace('*', "\\*")
        .replace('@', "@\u{200B}")
}

/// One line of at most so many characters.
fn plain(text: &str) -> String {
    let mut plain: String = text.chars().take(CELL).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(CELL).is_some() {
        plain.push('…');
    }
    plain
}

fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default() + chars.as_str()
}
