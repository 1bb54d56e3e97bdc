//! `symlint explain` and `symlint rules`: what the rule pages say.

use std::fmt::Write;
use std::process::ExitCode;

use symlint_core::policy::UnknownRule;
use symlint_core::rule::{CatalogueEntry, closest};
use symlint_rules::catalogue;

use crate::args::RulesFormat;
use crate::output::{Failure, print};

/// Prints the page of one rule.
pub(crate) fn explain(id: &str) -> Result<ExitCode, Failure> {
    let entry = catalogue()
        .get(id)
        .ok_or_else(|| UnknownRule { id: id.to_owned(), closest: closest(id, catalogue().ids()) })?;
    let text = entry.page.text();
    let mut lines = text.splitn(2, '\n');
    let (title, rest) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    print(&format!("{title}\n\n{} (group `{}`): {}\n{rest}", entry.page.level, entry.group, entry.page.summary))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the catalogue.
pub(crate) fn rules(format: RulesFormat) -> Result<ExitCode, Failure> {
    let text = match format {
        RulesFormat::Human => table(),
        RulesFormat::Json => symlint_core::report::rules_json(catalogue()),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table() -> String {
    let entries: Vec<&CatalogueEntry> = catalogue().iter().collect();
    let width = entries.iter().map(|entry| entry.rule.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut group = "";
    for entry in entries {
        if entry.group != group {
            let gap = if group.is_empty() { "" } else { "\n" };
            group = entry.group;
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{gap}{group}: {}", entry.question);
        }
        let _ = writeln!(text, "  {:width$}  {:7}  {}", entry.rule.id, entry.page.level.as_str(), entry.page.summary);
    }
    text
}
