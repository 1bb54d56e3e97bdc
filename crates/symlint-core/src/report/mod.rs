//! Reports in the formats that other programs and people read. All formats are computed from the same [`Report`], so
//! they agree.

mod access;
mod build;
mod concise;
mod cover;
mod details;
mod files;
mod github;
mod gitlab;
mod junit;
mod line_hash;
mod markdown;
mod mermaid;
mod owners;
mod place;
mod printable;
mod problem;
mod runs;
mod sarif;
mod shared;
mod summary;
mod wire;

pub(crate) use build::{Checked, build};
pub use concise::{concise, concise_findings};
pub use details::{Details, EffectDetails, ListDetails, ListKind, Subject, TenantDetails, ValueDetails, WiringDetails};
pub use github::github;
pub use gitlab::gitlab;
pub use junit::junit;
pub use markdown::capital;
pub use markdown::markdown;
pub(crate) use markdown::{code, folded, line};
pub(crate) use mermaid::escape;
pub use place::{Known, Location, Point};
pub use printable::printable;
pub(crate) use printable::{Printable, write_json};
pub use problem::{Problem, ProblemKind};
pub(crate) use runs::CheckedRun;
pub use sarif::sarif;
pub(crate) use shared::join_some;
pub use summary::{count, coverage, pages, policy, totals, verdict};
pub use wire::*;

/// The version of the report's format. It increases when a reader of the old format would misunderstand the new one.
pub const VERSION: u32 = 1;

/// The address of the project.
pub fn repository() -> &'static str {
    env!("CARGO_PKG_REPOSITORY")
}

/// The prefix of lines to paste in a help text, which makes them code in Markdown.
pub const LINES_TO_PASTE: &str = "    ";

/// A help text in one line, with its lines to paste in backticks.
pub fn in_a_line(help: &str) -> String {
    let lines = help.lines().filter(|line| !line.is_empty());
    let lines = lines.map(|line| match line.strip_prefix(LINES_TO_PASTE) {
        Some(code) => format!("`{code}`"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The order of findings if not all can be shown: errors first, then the most urgent ones.
pub fn importance(finding: &ReportedFinding) -> impl Ord + use<'_> {
    let level = std::cmp::Reverse(finding.level);
    (level, finding.urgency, &finding.location.file, finding.location.start.offset)
}
