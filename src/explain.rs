//! `symlint explain` and `symlint rules`: what the rule pages say.

use std::fmt::Write;
use std::process::ExitCode;

use symlint_core::policy::UnknownRule;
use symlint_core::report::Problem;
use symlint_rules::catalogue;

use crate::args::RulesFormat;
use crate::output::{Failure, print};

/// Prints the page of one rule.
pub(crate) fn explain(id: &str) -> Result<ExitCode, Failure> {
    let rule = catalogue().get(id).ok_or_else(|| Problem::from(UnknownRule::new(id, catalogue())))?;
    let (title, rest) = rule.page.text.split_once('\n').unwrap_or((rule.page.text, ""));
    print(&format!("{title}\n\n{} (group `{}`): {}\n{rest}", rule.page.level, rule.group.name, rule.page.summary))?;
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
    let width = catalogue().ids().map(str::len).max().unwrap_or(0);
    let mut text = String::new();
    for group in catalogue().groups {
        let gap = if text.is_empty() { "" } else { "\n" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{gap}{}: {}", group.name, group.question);
        for rule in group.rules {
            let _ = writeln!(text, "  {:width$}  {:7}  {}", rule.id, rule.page.level.as_str(), rule.page.summary);
        }
    }
    text
}
