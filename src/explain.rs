//! `symlint explain` and `symlint rules`.

use std::fmt::Write;
use std::process::ExitCode;

use symlint_core::policy::UnknownRule;
use symlint_core::report::Problem;
use symlint_core::rule::{Fixable, Group, Rule};
use symlint_rules::catalogue;

use crate::args::RulesFormat;
use crate::output::{Failure, print};

/// Prints the page of one rule, or the list of the rules of one group.
pub(crate) fn explain(name: &str) -> Result<ExitCode, Failure> {
    if let Some(group) = catalogue().group(name) {
        print(&listed(group))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rule = catalogue().get(name).ok_or_else(|| Problem::from(UnknownRule::or_group(name, catalogue())))?;
    let Rule { page, group, .. } = rule;
    let (title, rest) = page.text.split_once('\n').unwrap_or((page.text, ""));
    let rest = without_markup(rest);
    let fix = match page.fix {
        None => String::new(),
        Some(Fixable::Safe) => "Fix: `symlint fix` fixes some of its findings.\n".to_owned(),
        Some(Fixable::Suggestion) => {
            "Fix: `symlint fix --unsafe` suggests fixes for some of its findings.\n".to_owned()
        }
    };
    print(&format!("{title}\n\n{} (group `{}`): {}\n{fix}{rest}", page.level, group.name, page.summary))?;
    Ok(ExitCode::SUCCESS)
}

/// A page without the parts that only tests need: the information after an example's opening fence, except its file
/// name.
fn without_markup(page: &str) -> String {
    let lines = page.lines().map(|line| match line.strip_prefix("```hcl ") {
        Some(words) => match words.split(' ').find_map(|word| word.strip_prefix("file=")) {
            Some(file) => format!("`{file}`:\n\n```hcl\n"),
            None => "```hcl\n".to_owned(),
        },
        None => format!("{line}\n"),
    });
    lines.collect()
}

pub(crate) fn rules(format: RulesFormat) -> Result<ExitCode, Failure> {
    let text = match format {
        RulesFormat::Human => table(),
        RulesFormat::Json => symlint_core::report::rules_json(catalogue()),
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table() -> String {
    catalogue().groups.iter().map(|group| listed(group)).collect::<Vec<_>>().join("\n")
}

/// The question of a group, and a line for each of its rules.
fn listed(group: &Group) -> String {
    let width = catalogue().ids().map(str::len).max().unwrap_or(0);
    let mut text = format!("{}: {}\n", group.name, group.question);
    for Rule { id, page, .. } in group.rules {
        let fix = page.fix.map_or(String::new(), |fix| format!(" (fix: {})", fix.as_str()));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {id:width$}  {:7}  {}{fix}", page.level.as_str(), page.summary);
    }
    text
}
