//! `rules/README.md` lists all rules. It is made from their pages: `SYMLINT_BLESS=1` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may panic: that is how it fails"
)]

use std::fmt::Write;
use std::path::Path;

use symlint_rules::catalogue;

const HEAD: &str = "\
# Rules

<!-- Made from the pages of the rules by `just bless`. -->

Each rule has a page that says what it finds, why that matters and how to mend it; `symlint explain RULE` shows it too.
The examples on the pages are the tests of the rules. A level can be changed in `.symlint.hcl`; a rule that is `off`
runs where it is selected or given a level.
";

fn index() -> String {
    let mut text = HEAD.to_owned();
    let mut group = "";
    for entry in catalogue().iter() {
        if entry.group != group {
            group = entry.group;
            let question = entry.question;
            write!(text, "\n## {group}: {question}\n\n| rule | level | finds |\n|---|---|---|\n").unwrap();
        }
        let (id, page) = (entry.rule.id, &entry.page);
        let summary = page.summary.replace('|', "\\|");
        writeln!(text, "| [`{id}`](src/{group}/{id}.md) | {} | {summary} |", page.level).unwrap();
    }
    text
}

#[test]
fn the_index_is_what_the_pages_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    let index = index();
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        std::fs::write(&path, &index).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == index, "rules/README.md is not what the pages say: run `just bless`");
}
