//! `rules/README.md` lists all rules. It is generated from their pages; `SYMLINT_BLESS=1` writes it.

use std::fmt::Write;

use symlint_rules::catalogue;

const HEAD: &str = "\
# Rules

<!-- Generated from the pages of the rules by `just bless`. -->

Each rule has a page that says what it finds, why that matters, and how to fix it. `symlint explain RULE` shows the same
page. The examples on the pages, and in the `.tests.md` files next to them, are the tests of the rules. You can change
the level of a rule in `.symlint.hcl`. A rule that is `off` runs only if it is selected or given a level.
";

fn index() -> String {
    let mut text = HEAD.to_owned();
    for group in catalogue().groups {
        let name = group.name;
        write!(text, "\n## {name}: {}\n\n| rule | level | finds |\n|---|---|---|\n", group.question).unwrap();
        for rule in group.rules {
            let (id, page) = (rule.id, &rule.page);
            let summary = page.summary.replace('|', "\\|");
            writeln!(text, "| [`{id}`](src/{name}/{id}.md) | {} | {summary} |", page.level).unwrap();
        }
    }
    text
}

#[test]
fn the_index_matches_the_pages() {
    let path = crate::root().join("rules/README.md");
    let index = index();
    if std::env::var_os("SYMLINT_BLESS").is_some() {
        std::fs::write(&path, &index).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == index, "rules/README.md is not what the pages say: run `just bless`");
}
